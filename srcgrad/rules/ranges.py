"""Arrays filled with a value, and ranges between two ends."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural, tangent

nondifferentiable(rt.ramp)

# arrays filled with a value, ranges

structural(
    np.full,
    "shape, fill_value, dtype=None, order='C', *, device=None, like=None",
    multilinear=("fill_value",),
    ignored=("shape", "order", "device"),
    cases=lambda draw: [
        ((3, 0.5), {}),
        (((2, 3), draw(3)), {}),
        (((2, 2), 0.5, float), {}),
        (((2, 2), [0.5, 1.5]), {"order": "F"}),
    ],
)


@adjoint(np.full, "fill_value")
def full_(fill_value, *, y_bar):
    return rt.fill_adjoint(y_bar, fill_value)


@adjoint(np.full, "fill_value")
def full_typed(fill_value, dtype, *, y_bar):
    return rt.fill_adjoint(y_bar, fill_value, dtype)


structural(
    np.full_like,
    "a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None",
    multilinear=("fill_value",),
    ignored=("order", "subok", "shape", "device"),
    shapes=("a",),
    cases=lambda draw: [
        ((draw(3), 0.5), {}),
        ((draw(2, 3), draw(3)), {}),
        ((np.ones(2, int), 0.5, float), {}),
        ((draw(2), 0.5), {"shape": 3}),
    ],
)


@adjoint(np.full_like, "fill_value")
def full_like_(a, fill_value, *, y_bar):
    return rt.fill_adjoint(y_bar, fill_value, np.result_type(a))


@adjoint(np.full_like, "fill_value")
def full_like_typed(fill_value, dtype, *, y_bar):
    return rt.fill_adjoint(y_bar, fill_value, dtype)


def _ranges(draw):
    yield (0.5, 2.5), {}
    yield (0.5, 2.5, 4), {"endpoint": False}
    yield (draw(2, 3), draw(3), 3), {"axis": -1}
    yield (0.5, draw(2), 3), {}
    yield (0.5, 1.5, 1), {}
    yield (0.5, 1.5, 4), {"retstep": True}
    yield (draw(2), draw(3, 2), 3, False, True), {}
    yield (1.5, 2.5, 0), {}


structural(np.linspace, ignored=("device",), cases=_ranges)


@adjoint(np.linspace, "start")
def linspace_start(start, num=50, endpoint=True, axis=0, *, y_bar):
    return rt.linspace_start_adjoint(y_bar, np.shape(start), num, endpoint, axis)


@adjoint(np.linspace, "stop")
def linspace_stop(stop, num=50, endpoint=True, axis=0, *, y_bar):
    return rt.linspace_stop_adjoint(y_bar, np.shape(stop), num, endpoint, axis)


@adjoint(np.linspace, "start")
def linspace_start_and_step(start, num=50, endpoint=True, retstep=False, axis=0, *, y_bar):
    return (
        rt.linspace_parts_adjoint(y_bar, np.shape(start), num, endpoint, axis, True)
        if retstep
        else rt.linspace_start_adjoint(y_bar, np.shape(start), num, endpoint, axis)
    )


@adjoint(np.linspace, "stop")
def linspace_stop_and_step(stop, num=50, endpoint=True, retstep=False, axis=0, *, y_bar):
    return (
        rt.linspace_parts_adjoint(y_bar, np.shape(stop), num, endpoint, axis, False)
        if retstep
        else rt.linspace_stop_adjoint(y_bar, np.shape(stop), num, endpoint, axis)
    )


@tangent(np.linspace, "start")
def linspace_start_tangent(start_dot, stop, num=50, endpoint=True, retstep=False, axis=0):
    return np.linspace(start_dot, rt.zeros_like(stop), num, endpoint, retstep, axis=axis)


@tangent(np.linspace, "stop")
def linspace_stop_tangent(start, stop_dot, num=50, endpoint=True, retstep=False, axis=0):
    return np.linspace(rt.zeros_like(start), stop_dot, num, endpoint, retstep, axis=axis)


structural(
    np.logspace,
    cases=lambda draw: [
        ((0.5, 1.5, 4), {}),
        ((0.5, draw(2), 3), {"base": 2.0}),
        ((0.5, 1.0, 2, False), {}),
        ((0.5, 1.5, 3, True, draw.positive(2)), {}),
        ((draw(2), 1.5, 2), {"base": np.array([2.0, 3.0]), "axis": 1}),
    ],
)


@adjoint(np.logspace, "base")
def logspace_base(start, stop, num=50, endpoint=True, base=10.0, axis=0, *, y, y_bar):
    return rt.unbroadcast(
        np.sum(y_bar * y * np.linspace(start + 0 * base, stop + 0 * base, num, endpoint=endpoint, axis=axis), axis=axis)
        / base,
        base,
    )


@tangent(np.logspace, "base")
def logspace_base_tangent(base_dot, start, stop, num=50, endpoint=True, base=10.0, axis=0, *, y):
    return y * np.linspace(start * base_dot / base, stop * base_dot / base, num, endpoint=endpoint, axis=axis)


@adjoint(np.logspace, "start")
def logspace_start(start, num=50, endpoint=True, base=10.0, axis=0, *, y, y_bar):
    return rt.unbroadcast(
        rt.linspace_start_adjoint(y_bar * y, np.broadcast_shapes(np.shape(start), np.shape(base)), num, endpoint, axis)
        * rt.like(np.log(base), y),
        start,
    )


@adjoint(np.logspace, "stop")
def logspace_stop(stop, num=50, endpoint=True, base=10.0, axis=0, *, y, y_bar):
    return rt.unbroadcast(
        rt.linspace_stop_adjoint(y_bar * y, np.broadcast_shapes(np.shape(stop), np.shape(base)), num, endpoint, axis)
        * rt.like(np.log(base), y),
        stop,
    )


@tangent(np.logspace, "start")
def logspace_start_tangent(start_dot, stop, num=50, endpoint=True, base=10.0, axis=0, *, y):
    return y * np.linspace(start_dot * rt.like(np.log(base), y), rt.zeros_like(stop), num, endpoint=endpoint, axis=axis)


@tangent(np.logspace, "stop")
def logspace_stop_tangent(start, stop_dot, num=50, endpoint=True, base=10.0, axis=0, *, y):
    return y * np.linspace(rt.zeros_like(start), stop_dot * rt.like(np.log(base), y), num, endpoint=endpoint, axis=axis)


structural(
    np.geomspace,
    cases=lambda draw: [((0.5, 8.0, 4), {}), ((-0.5, -4.0, 3), {"endpoint": False}), ((0.5, draw.positive(2), 3), {})],
)


@adjoint(np.geomspace, "start")
def geomspace_start(start, num=50, endpoint=True, axis=0, *, y, y_bar):
    return rt.linspace_start_adjoint(y_bar * y, np.shape(start), num, endpoint, axis) / start


@adjoint(np.geomspace, "stop")
def geomspace_stop(stop, num=50, endpoint=True, axis=0, *, y, y_bar):
    return rt.linspace_stop_adjoint(y_bar * y, np.shape(stop), num, endpoint, axis) / stop


@tangent(np.geomspace, "start")
def geomspace_start_tangent(start, start_dot, stop, num=50, endpoint=True, axis=0, *, y):
    return y * np.linspace(start_dot / start, rt.zeros_like(stop), num, endpoint=endpoint, axis=axis)


@tangent(np.geomspace, "stop")
def geomspace_stop_tangent(start, stop, stop_dot, num=50, endpoint=True, axis=0, *, y):
    return y * np.linspace(rt.zeros_like(start), stop_dot / stop, num, endpoint=endpoint, axis=axis)


# the last number of a range only says how many there are; with one argument, the first is that
structural(
    np.arange,
    "start, stop=None, step=1, dtype=None, *, device=None, like=None",
    ignored=("device",),
    shapes=("stop",),
    cases=lambda draw: [((0.25, 3.1), {}), ((0.25, 3.1, 0.4), {}), ((2.3,), {}), ((4.1, 0.2, -0.7), {"dtype": float})],
)


@adjoint(np.arange, "start")
def arange_start(stop=None, dtype=None, *, y_bar):
    return rt.arange_start_adjoint(y_bar, stop, dtype)


@adjoint(np.arange, "step")
def arange_step(dtype=None, *, y_bar):
    return rt.arange_step_adjoint(y_bar, dtype)


@tangent(np.arange, "start")
def arange_start_tangent(start_dot, stop=None, dtype=None, *, y):
    return np.full_like(y, 0.0 if stop is None else start_dot)


@tangent(np.arange, "step")
def arange_step_tangent(step_dot, dtype=None, *, y):
    return np.asarray(step_dot * np.arange(len(y)), y.dtype)
