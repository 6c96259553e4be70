"""scipy.signal: convolutions in any number of dimensions; everything else there is refused."""

from __future__ import annotations

import inspect

import srcgrad_runtime as rt
from scipy import signal

from .declare import RULES, adjoint, refused, structural, tangent


def _pairs(draw):
    yield (draw(5), draw(3)), {}
    yield (draw(3), draw(4)), {"mode": "same"}
    yield (draw(5), draw(2)), {"mode": "valid"}
    yield (draw(2), draw(5)), {"mode": "valid"}
    yield (draw(3, 4), draw(2, 2)), {}
    yield (draw(3, 4), draw(2, 2)), {"mode": "same"}
    yield (draw(3, 4), draw(2, 2)), {"mode": "valid"}
    yield (draw.complex(4), draw(3)), {}
    yield (draw.complex(4), draw.complex(2)), {"mode": "same"}


def _linear(function) -> None:
    ignored = ("method",) if function is signal.convolve else ()
    structural(function, multilinear=("in1", "in2"), ignored=ignored, cases=_pairs)
    adjoint(function, "in1")(convolve_in1)
    adjoint(function, "in2")(convolve_in2)


def convolve_in1(in1, in2, mode="full", *, y_bar):
    return rt.convolution_adjoint(in1, in2, y_bar, mode)


def convolve_in2(in1, in2, mode="full", *, y_bar):
    return rt.convolution_adjoint(in2, in1, y_bar, mode, first=False)


# with axes, the others are a batch: such calls are refused
for _function in (signal.convolve, signal.fftconvolve, signal.oaconvolve):
    _linear(_function)


structural(signal.correlate, multilinear=("in1",), ignored=("method",), cases=_pairs)


@adjoint(signal.correlate, "in1")
def correlate_in1(in1, in2, mode="full", *, y_bar):
    return rt.correlation_adjoint1(in1, in2, y_bar, mode)


@adjoint(signal.correlate, "in2")
def correlate_in2(in1, in2, mode="full", *, y_bar):
    return rt.correlation_adjoint2(in1, in2, y_bar, mode)


@tangent(signal.correlate, "in2")
def correlate_in2_tangent(in1, in2_dot, mode="full"):
    return rt.filters.correlate(in1, in2_dot, mode)


for _name in signal.__all__:
    _other = getattr(signal, _name, None)
    if inspect.isroutine(_other) and _other not in RULES:
        refused(_other, f"scipy.signal.{_name} has no rule; give it one, or stop the gradient of its argument")
