"""Adjoints of numpy.fft, one axis after the other as NumPy itself transforms.

The pairing of an adjoint with a perturbation has no conjugate, so that the adjoint of a Fourier transform, whose matrix
is symmetric, is the same transform. A real transform drops the half of the spectrum that is redundant: its adjoint
doubles what stands for two.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .adjoint import unbroadcast

__all__ = [
    "fft_adjoint",
    "ifft_adjoint",
    "rfft_adjoint",
    "irfft_adjoint",
    "hfft_adjoint",
    "ihfft_adjoint",
    "fftn_adjoint",
    "ifftn_adjoint",
    "rfftn_adjoint",
    "irfftn_adjoint",
]

# the scaling of the inverse transform under the name that gives it to the forward transform
_SWAPPED: dict[str | None, Literal["forward", "ortho", "backward"]] = {
    None: "forward",
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}


def _resized(g: Any, size: int, axis: int) -> Any:
    """`g` cut off or filled with zeros at the end of one axis: the adjoint of the same done in the other direction."""
    have = g.shape[axis]
    if have == size:
        return g
    if have > size:
        return np.moveaxis(np.moveaxis(g, axis, 0)[:size], 0, axis)
    filling = np.zeros(_with_size(g.shape, axis, size - have), g.dtype)
    return np.concatenate((g, filling), axis=axis)


def _counts(n: int, axis: int, like: Any) -> Any:
    """How often each entry of the half spectrum of n numbers occurs in the whole one: 1, 2, 2, ..., 1 at n / 2."""
    k = np.arange(n // 2 + 1)
    once = (k == 0) | (2 * k == n)
    counts = np.where(once, 1, 2).astype(like.real.dtype)
    return np.reshape(counts, (-1,) + (1,) * (like.ndim - 1 - axis % like.ndim))


def fft_adjoint(a: Any, y_bar: Any, axis: int = -1, norm: Any = None) -> Any:
    return unbroadcast(_resized(np.fft.fft(y_bar, None, axis, norm), a.shape[axis], axis), a)


def ifft_adjoint(a: Any, y_bar: Any, axis: int = -1, norm: Any = None) -> Any:
    return unbroadcast(_resized(np.fft.ifft(y_bar, None, axis, norm), a.shape[axis], axis), a)


def rfft_adjoint(shape: tuple[int, ...], y_bar: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """The adjoint of real `a` of this shape in y = rfft(a, n, axis, norm)."""
    size = shape[axis] if n is None else n
    # irfft takes an entry that stands for two twice, which the division makes good beforehand
    spectrum = np.conj(y_bar) / _counts(size, axis, y_bar)
    whole = np.fft.irfft(spectrum, size, axis, _SWAPPED[norm])
    return _resized(whole, shape[axis], axis)


def irfft_adjoint(a: Any, y_bar: Any, axis: int = -1, norm: Any = None) -> Any:
    """The adjoint of the half spectrum `a` in y = irfft(a, n, axis, norm), whose result has n entries."""
    return unbroadcast(_irfft_back(y_bar, a.shape[axis], axis, norm), a)


def _irfft_back(y_bar: Any, size: int, axis: int, norm: Any) -> Any:
    spectrum = np.conj(np.fft.rfft(y_bar, None, axis, _SWAPPED[norm]))
    return _resized(spectrum * _counts(y_bar.shape[axis], axis, spectrum), size, axis)


def hfft_adjoint(a: Any, y_bar: Any, axis: int = -1, norm: Any = None) -> Any:
    """hfft(a) is irfft(conj(a)) with the other scaling."""
    return unbroadcast(np.conj(_irfft_back(y_bar, a.shape[axis], axis, _SWAPPED[norm])), a)


def ihfft_adjoint(shape: tuple[int, ...], y_bar: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """ihfft(a) is the conjugate of rfft(a) with the other scaling."""
    return rfft_adjoint(shape, np.conj(y_bar), n, axis, _SWAPPED[norm])


def _plan(shape: tuple[int, ...], s: Any, axes: Any) -> list[tuple[int, int]]:
    """The axes that a transform in several dimensions goes over, and the size to which it brings each of them first."""
    if axes is None:
        axes = range(len(shape)) if s is None else range(-len(s), 0)
    sizes = [-1] * len(axes) if s is None else s
    return [
        (int(axis), shape[axis] if size is None or size == -1 else int(size))
        for axis, size in zip(axes, sizes, strict=True)
    ]


def _with_size(shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    """The shape with another size in one place."""
    place = axis % len(shape)
    return shape[:place] + (size,) + shape[place + 1 :]


def _backward(transform: Any, shape: tuple[int, ...], y_bar: Any, plan: list[tuple[int, int]], norm: Any) -> Any:
    """The adjoint of complex transforms, done in the order of the plan to an array of this shape."""
    cuts = []
    for axis, size in plan:
        cuts.append((axis, shape[axis]))
        shape = _with_size(shape, axis, size)
    for axis, before in reversed(cuts):
        y_bar = _resized(transform(y_bar, None, axis, norm), before, axis)
    return y_bar


def fftn_adjoint(a: Any, y_bar: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return unbroadcast(_backward(np.fft.fft, a.shape, y_bar, _plan(a.shape, s, axes)[::-1], norm), a)


def ifftn_adjoint(a: Any, y_bar: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return unbroadcast(_backward(np.fft.ifft, a.shape, y_bar, _plan(a.shape, s, axes)[::-1], norm), a)


def rfftn_adjoint(shape: tuple[int, ...], y_bar: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The adjoint of rfftn, which transforms the last axis first, from real to complex, then the others backwards."""
    plan = _plan(shape, s, axes)[::-1]
    axis, size = plan[0]
    half = _with_size(shape, axis, size // 2 + 1)
    return rfft_adjoint(shape, _backward(np.fft.fft, half, y_bar, plan[1:], norm), size, axis, norm)


def irfftn_adjoint(a: Any, y_bar: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The adjoint of irfftn, which transforms the last axis last, from complex to real."""
    plan = _plan(a.shape, s, axes)
    shape = a.shape
    for axis, size in plan[:-1]:
        shape = _with_size(shape, axis, size)
    axis = plan[-1][0]
    y_bar = _irfft_back(y_bar, shape[axis], axis, norm)
    return unbroadcast(_backward(np.fft.ifft, a.shape, y_bar, plan[:-1], norm), a)
