"""np.pad in all of its modes; a function of the caller's in the place of a mode is refused when it runs."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, structural, tangent


def _pads(draw):
    yield (draw(3), 2), {}
    yield (draw(2, 3), ((1, 0), (2, 3))), {"constant_values": 0.5}
    yield (draw(2, 3), (1, 2)), {"constant_values": ((0.5, 1.5), (2.5, 3.5))}
    yield (draw(2, 2), 1), {"constant_values": draw(2, 1)}
    for mode in ("edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean"):
        yield (draw(4), (2, 1), mode), {}
        yield (draw(2, 3), ((0, 3), (4, 1)), mode), {}
    yield (draw(3), 4, "reflect"), {"reflect_type": "odd"}
    yield (draw(2, 3), 2, "symmetric"), {"reflect_type": "odd"}
    yield (draw(2, 3), 2, "mean"), {"stat_length": ((1, 2), (2, 2))}
    yield (draw(2, 3), 2, "mean"), {"stat_length": 2}
    yield (draw(2, 3), 2, "linear_ramp"), {"end_values": 2}
    yield (draw(2, 3), 2, "linear_ramp"), {"end_values": 0.7}
    yield (draw(2, 3), ((1, 0), (2, 3)), "linear_ramp"), {"end_values": draw(2, 2)}
    for mode in ("maximum", "minimum", "median"):
        yield (draw.distinct(4), (2, 1), mode), {}
        yield (draw.distinct(2, 3), ((0, 3), (4, 1)), mode), {"stat_length": 2}
        yield (draw.distinct(2, 5), 1, mode), {"stat_length": ((1, 2), (3, 4))}


structural(
    np.pad,
    "array, pad_width, mode='constant', *, constant_values=0, end_values=0, stat_length=None, reflect_type='even'",
    cases=_pads,
)


@adjoint(np.pad)
def pad_(array, pad_width, mode="constant", end_values=0, stat_length=None, reflect_type="even", *, y_bar):
    return (
        rt.pad_statistic_adjoint(y_bar, array, pad_width, mode, stat_length)
        if mode in ("maximum", "minimum", "median")
        else rt.pad_adjoint(y_bar, np.shape(array), pad_width, mode, stat_length, reflect_type)
    )


@adjoint(np.pad, "end_values")
def pad_ends(array, pad_width, mode="constant", end_values=0, *, y_bar):
    return rt.array_adjoint(rt.pad_ends_adjoint(y_bar, np.shape(array), pad_width, np.shape(end_values)), end_values)


@tangent(np.pad, "end_values")
def pad_ends_tangent(end_values_dot, array, pad_width, mode="constant"):
    return np.pad(rt.zeros_like(array), pad_width, "linear_ramp", end_values=end_values_dot)


@tangent(np.pad)
def pad_tangent(array_dot, array, pad_width, mode="constant", end_values=0, stat_length=None, reflect_type="even"):
    return (
        rt.pad_statistic_tangent(array_dot, array, pad_width, mode, stat_length)
        if mode in ("maximum", "minimum", "median")
        else rt.pad_linear(array_dot, pad_width, mode, stat_length, reflect_type)
    )


@adjoint(np.pad, "constant_values")
def pad_values(array, pad_width, mode="constant", constant_values=0, *, y_bar):
    return rt.array_adjoint(
        rt.pad_values_adjoint(y_bar, np.shape(array), pad_width, np.shape(constant_values)), constant_values
    )


@tangent(np.pad, "constant_values")
def pad_values_tangent(constant_values_dot, array, pad_width, mode="constant"):
    return np.pad(rt.zeros_like(array), pad_width, constant_values=constant_values_dot)


def _padded(draw):
    yield (draw(4, 6), (2, 3), ((1, 1), (2, 1)), "reflect"), {}
    yield (draw(4, 6), (2, 3), ((1, 1), (2, 1)), "mean", 2), {}
    yield (draw(6), (3,), (2, 1)), {}


structural(rt.pad_adjoint, multilinear=("g",), shapes=("shape",), cases=_padded)
structural(
    rt.pad_linear, multilinear=("x",), cases=lambda draw: [((draw(3), 2), {}), ((draw(2, 3), 1, "linear_ramp"), {})]
)


@adjoint(rt.pad_adjoint)
def pad_back(pad_width, mode="constant", stat_length=None, reflect_type="even", *, y_bar):
    return rt.pad_linear(y_bar, pad_width, mode, stat_length, reflect_type)


@adjoint(rt.pad_linear)
def pad_linear_(x, pad_width, mode="constant", stat_length=None, reflect_type="even", *, y_bar):
    return rt.pad_adjoint(y_bar, np.shape(x), pad_width, mode, stat_length, reflect_type)
