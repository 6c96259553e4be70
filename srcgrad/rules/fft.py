"""numpy.fft: every transform is linear, and so its tangent is the same call."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural

fft = np.fft
nondifferentiable(fft.fftfreq, fft.rfftfreq)


def _complex(draw):
    yield (draw.complex(4),), {}
    yield (draw.complex(3), 5), {"norm": "ortho"}
    yield (draw.complex(2, 4), 3, 0), {"norm": "forward"}
    yield (draw.complex(2, 4), None, 1, "backward"), {}
    yield (draw(5),), {}
    yield (draw(2, 3), 2), {}


def _real(draw):
    yield (draw(4),), {}
    yield (draw(5),), {}
    yield (draw(3), 6), {"norm": "ortho"}
    yield (draw(2, 4), 3, 0), {"norm": "forward"}
    yield (draw(6), 4, -1, "backward"), {}
    yield (draw(1),), {}


def _half(draw):
    yield (draw.complex(4),), {}
    yield (draw.complex(4), 7), {"norm": "ortho"}
    yield (draw.complex(2, 4), 4, 0), {"norm": "forward"}
    yield (draw.complex(5), 4), {"norm": "backward"}
    yield (draw.complex(2, 3), 9, 1), {}
    yield (draw(4),), {}


structural(fft.fft, multilinear=("a",), cases=_complex)


@adjoint(fft.fft)
def fft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.fft_adjoint(a, y_bar, axis, norm)


structural(fft.ifft, multilinear=("a",), cases=_complex)


@adjoint(fft.ifft)
def ifft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.ifft_adjoint(a, y_bar, axis, norm)


structural(fft.rfft, multilinear=("a",), cases=_real)


@adjoint(fft.rfft)
def rfft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.rfft_adjoint(a.shape, y_bar, n, axis, norm)


structural(fft.irfft, multilinear=("a",), cases=_half)


@adjoint(fft.irfft)
def irfft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.irfft_adjoint(a, y_bar, axis, norm)


structural(fft.hfft, multilinear=("a",), cases=_half)


@adjoint(fft.hfft)
def hfft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.hfft_adjoint(a, y_bar, axis, norm)


structural(fft.ihfft, multilinear=("a",), cases=_real)


@adjoint(fft.ihfft)
def ihfft_(a, n=None, axis=-1, norm=None, *, y_bar):
    return rt.ihfft_adjoint(a.shape, y_bar, n, axis, norm)


# several dimensions


def _planes(value):
    yield (value(3, 4),), {}
    yield (value(2, 3, 4),), {"norm": "ortho"}
    yield (value(3, 4), (2, 5)), {"axes": (0, 1), "norm": "forward"}
    yield (value(3, 2, 4), (4, 3), (2, 0)), {}
    yield (value(3, 4), (-1, 3), (0, 1)), {}
    yield (value(3, 5), None, (1,)), {}


def _complex_planes(draw):
    yield from _planes(draw.complex)
    yield (draw(3, 4),), {}
    yield (draw.complex(3, 4), None, (0, 0)), {}


def _real_planes(draw):
    yield from _planes(draw)


def _half_planes(draw):
    yield from _planes(draw.complex)
    yield (draw(3, 4),), {}
    yield (draw.complex(3, 3), (4, 4), (1, 1)), {}


structural(fft.fft2, multilinear=("a",), cases=_complex_planes)


@adjoint(fft.fft2)
def fft2_(a, s=None, axes=(-2, -1), norm=None, *, y_bar):
    return rt.fftn_adjoint(a, y_bar, s, axes, norm)


structural(fft.ifft2, multilinear=("a",), cases=_complex_planes)


@adjoint(fft.ifft2)
def ifft2_(a, s=None, axes=(-2, -1), norm=None, *, y_bar):
    return rt.ifftn_adjoint(a, y_bar, s, axes, norm)


structural(fft.fftn, multilinear=("a",), cases=_complex_planes)


@adjoint(fft.fftn)
def fftn_(a, s=None, axes=None, norm=None, *, y_bar):
    return rt.fftn_adjoint(a, y_bar, s, axes, norm)


structural(fft.ifftn, multilinear=("a",), cases=_complex_planes)


@adjoint(fft.ifftn)
def ifftn_(a, s=None, axes=None, norm=None, *, y_bar):
    return rt.ifftn_adjoint(a, y_bar, s, axes, norm)


structural(fft.rfft2, multilinear=("a",), cases=_real_planes)


@adjoint(fft.rfft2)
def rfft2_(a, s=None, axes=(-2, -1), norm=None, *, y_bar):
    return rt.rfftn_adjoint(a.shape, y_bar, s, axes, norm)


structural(fft.irfft2, multilinear=("a",), cases=_half_planes)


@adjoint(fft.irfft2)
def irfft2_(a, s=None, axes=(-2, -1), norm=None, *, y_bar):
    return rt.irfftn_adjoint(a, y_bar, s, axes, norm)


structural(fft.rfftn, multilinear=("a",), cases=_real_planes)


@adjoint(fft.rfftn)
def rfftn_(a, s=None, axes=None, norm=None, *, y_bar):
    return rt.rfftn_adjoint(a.shape, y_bar, s, axes, norm)


structural(fft.irfftn, multilinear=("a",), cases=_half_planes)


@adjoint(fft.irfftn)
def irfftn_(a, s=None, axes=None, norm=None, *, y_bar):
    return rt.irfftn_adjoint(a, y_bar, s, axes, norm)


def _shifts(draw):
    yield (draw(5),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw.complex(3, 4),), {"axes": (0,)}


structural(fft.fftshift, multilinear=("x",), cases=_shifts)


@adjoint(fft.fftshift)
def fftshift_(axes=None, *, y_bar):
    return np.fft.ifftshift(y_bar, axes)


structural(fft.ifftshift, multilinear=("x",), cases=_shifts)


@adjoint(fft.ifftshift)
def ifftshift_(axes=None, *, y_bar):
    return np.fft.fftshift(y_bar, axes)
