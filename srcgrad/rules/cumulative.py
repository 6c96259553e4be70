"""Cumulative operations, differences, integrals, and the methods `reduce`, `accumulate` and `outer` of ufuncs."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, methods, structural, tangent


def _cumulative(draw):
    yield (draw(4),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 0), {}
    yield (draw(2, 3),), {"axis": -1}
    yield (np.zeros((0, 2)), 0), {}


CUMULATIVE = "a, axis=None, dtype=None, out=None"
structural(np.cumsum, CUMULATIVE, multilinear=("a",), ignored=("dtype",), cases=_cumulative)


@adjoint(np.cumsum)
def cumsum_(a, *, y_bar):
    return np.reshape(rt.reverse_cumsum(y_bar), np.shape(a))


@adjoint(np.cumsum)
def cumsum_axis(a, axis=None, *, y_bar):
    return np.reshape(rt.reverse_cumsum(y_bar, -1 if axis is None else axis), np.shape(a))


def _products(draw):
    yield from _cumulative(draw)
    zeros = draw(2, 4)
    zeros[0, 1] = zeros[1, 0] = zeros[1, 3] = 0
    yield (zeros, 1), {}
    yield (zeros,), {}
    yield (np.array([1e-16, 1e-16, 1e20, 2.0]),), {}


structural(np.cumprod, CUMULATIVE, ignored=("dtype",), cases=_products)


@adjoint(np.cumprod)
def cumprod_(a, axis=None, *, y_bar):
    return rt.cumprod_adjoint(y_bar, a, axis)


@tangent(np.cumprod)
def cumprod_tangent(a_dot, a, axis=None):
    return rt.cumprod_tangent(a_dot, a, axis)


def _with_nan(draw):
    for args, kwargs in _cumulative(draw):
        if args[0].size:
            args[0].flat[1] = np.nan
        yield args, kwargs


structural(np.nancumsum, CUMULATIVE, ignored=("dtype",), cases=_with_nan)


@adjoint(np.nancumsum)
def nancumsum_(a, axis=None, *, y_bar):
    return np.where(np.isnan(a), 0, np.reshape(rt.reverse_cumsum(y_bar, -1 if axis is None else axis), np.shape(a)))


@tangent(np.nancumsum)
def nancumsum_tangent(a_dot, a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0, a_dot), axis=axis)


structural(np.nancumprod, CUMULATIVE, ignored=("dtype",), cases=_with_nan)


@adjoint(np.nancumprod)
def nancumprod_(a, axis=None, *, y_bar):
    return np.where(np.isnan(a), 0, rt.cumprod_adjoint(y_bar, np.where(np.isnan(a), 1, a), axis))


@tangent(np.nancumprod)
def nancumprod_tangent(a_dot, a, axis=None):
    return rt.cumprod_tangent(np.where(np.isnan(a), 0, a_dot), np.where(np.isnan(a), 1, a), axis)


def _with_axis_only(draw):
    yield (draw(4),), {}
    yield (draw(2, 3),), {"axis": 1}
    yield (draw(2, 3),), {"axis": 0, "include_initial": True}
    yield (draw(3),), {"include_initial": True}


if hasattr(np, "cumulative_sum"):
    structural(
        np.cumulative_sum, "x, /, *, axis=-1, dtype=None, out=None, include_initial=False",
        multilinear=("x",), ignored=("dtype",), cases=_with_axis_only,
    )  # fmt: skip

    @adjoint(np.cumulative_sum)
    def cumulative_sum_(x, axis=-1, include_initial=False, *, y_bar):
        return np.reshape(
            rt.reverse_cumsum(rt.without_first(y_bar, axis) if include_initial else y_bar, axis), np.shape(x)
        )

    structural(
        np.cumulative_prod, "x, /, *, axis=-1, dtype=None, out=None, include_initial=False",
        ignored=("dtype",), cases=_with_axis_only,
    )  # fmt: skip

    @adjoint(np.cumulative_prod)
    def cumulative_prod_(x, axis=-1, include_initial=False, *, y_bar):
        return rt.cumprod_adjoint(rt.without_first(y_bar, axis) if include_initial else y_bar, x, axis)

    @tangent(np.cumulative_prod)
    def cumulative_prod_tangent(x_dot, x, axis=-1, include_initial=False):
        return (
            rt.with_zero_first(rt.cumprod_tangent(x_dot, x, axis), axis)
            if include_initial
            else rt.cumprod_tangent(x_dot, x, axis)
        )


# differences
def _differences(draw):
    yield (draw(5),), {}
    yield (draw(3, 4), 2), {}
    yield (draw(4, 2), 1, 0), {}
    yield (draw(2),), {"n": 3}
    yield (draw(3, 4),), {"prepend": 0.5, "append": draw(3, 2)}
    yield (draw(3),), {"n": 0}


structural(np.diff, "a, n=1, axis=-1, prepend=None, append=None", cases=_differences)


@adjoint(np.diff, without=("prepend", "append"))
def diff_(a, n=1, axis=-1, *, y_bar):
    return rt.diff_adjoint(y_bar, np.shape(a), n, axis)


@adjoint(np.diff)
def diff_ends(a, n=1, axis=-1, prepend=None, append=None, *, y_bar):
    return rt.diff_parts_adjoint(y_bar, a, n, axis, prepend, append)[1]


@adjoint(np.diff, "prepend")
def diff_prepend(a, n=1, axis=-1, prepend=None, append=None, *, y_bar):
    return rt.diff_parts_adjoint(y_bar, a, n, axis, prepend, append)[0]


@adjoint(np.diff, "append")
def diff_append(a, n=1, axis=-1, prepend=None, append=None, *, y_bar):
    return rt.diff_parts_adjoint(y_bar, a, n, axis, prepend, append)[2]


@tangent(np.diff)
def diff_tangent(a_dot, a, n=1, axis=-1, prepend=None, append=None):
    return rt.diff_tangent(a_dot, None, None, a, n, axis, prepend, append)


@tangent(np.diff, "prepend")
def diff_prepend_tangent(prepend_dot, a, n=1, axis=-1, prepend=None, append=None):
    return rt.diff_tangent(None, prepend_dot, None, a, n, axis, prepend, append)


@tangent(np.diff, "append")
def diff_append_tangent(append_dot, a, n=1, axis=-1, prepend=None, append=None):
    return rt.diff_tangent(None, None, append_dot, a, n, axis, prepend, append)


structural(
    np.ediff1d,
    "ary, to_end=None, to_begin=None",
    cases=lambda draw: [
        ((draw(5),), {}),
        ((draw(2, 2),), {}),
        ((draw(4), draw(2), 0.5), {}),
        ((draw(3),), {"to_begin": [0.5, 1.5]}),
    ],
)


@adjoint(np.ediff1d, without=("to_begin", "to_end"))
def ediff1d_(ary, *, y_bar):
    return np.reshape(rt.diff_adjoint(y_bar, (np.size(ary),)), np.shape(ary))


@adjoint(np.ediff1d)
def ediff1d_ends(ary, to_end=None, to_begin=None, *, y_bar):
    return np.reshape(rt.diff_adjoint(rt.ediff1d_part(y_bar, ary, to_begin, 1), (np.size(ary),)), np.shape(ary))


@adjoint(np.ediff1d, "to_begin")
def ediff1d_begin(ary, to_begin, to_end=None, *, y_bar):
    return rt.array_adjoint(np.reshape(rt.ediff1d_part(y_bar, ary, to_begin, 0), np.shape(to_begin))[()], to_begin)


@adjoint(np.ediff1d, "to_end")
def ediff1d_end(ary, to_end, to_begin=None, *, y_bar):
    return rt.array_adjoint(np.reshape(rt.ediff1d_part(y_bar, ary, to_begin, 2), np.shape(to_end))[()], to_end)


@tangent(np.ediff1d, "to_begin")
def ediff1d_begin_tangent(to_begin_dot, ary, to_end=None):
    return np.ediff1d(rt.zeros_like(ary), None if to_end is None else np.zeros(np.size(to_end)), to_begin_dot)


@tangent(np.ediff1d, "to_end")
def ediff1d_end_tangent(to_end_dot, ary, to_begin=None):
    return np.ediff1d(rt.zeros_like(ary), to_end_dot, None if to_begin is None else np.zeros(np.size(to_begin)))


@tangent(np.ediff1d)
def ediff1d_tangent(ary_dot, to_end=None, to_begin=None):
    return np.ediff1d(
        ary_dot,
        None if to_end is None else np.zeros(np.size(to_end)),
        None if to_begin is None else np.zeros(np.size(to_begin)),
    )


def _slopes(draw):
    yield (draw(5),), {}
    yield (draw(5), 0.5), {}
    yield (draw(6), np.array([0.0, 0.3, 1.0, 1.4, 2.0, 3.0])), {"edge_order": 2}
    yield (draw(3, 4),), {}
    yield (draw(3, 4), 2.0), {"axis": 1, "edge_order": 2}
    yield (draw(3, 4), 0.5, np.array([0.0, 0.3, 1.0, 1.4])), {}
    yield (draw(2, 3),), {"axis": (1, 0)}
    yield (draw(3),), {"edge_order": 2}
    yield (draw(2, 5), np.array([0.0, 0.3, 1.0, 1.4, 2.0])), {"axis": -1, "edge_order": 2}
    yield (
        (
            draw(
                2,
            ),
            0.7,
        ),
        {},
    )
    yield (draw(3, 4), 0.7), {}
    yield (draw(3, 4), np.array([0.0, 0.4, 1.0]), 2), {}


structural(np.gradient, "f, *varargs, axis=None, edge_order=1", multilinear=("f",), cases=_slopes)


@adjoint(np.gradient)
def gradient_(f, varargs=(), axis=None, edge_order=1, *, y_bar):
    return rt.gradient_adjoint(y_bar, np.shape(f), varargs, axis, edge_order)


@adjoint(np.gradient, "varargs")
def gradient_spacings(f, varargs, axis=None, edge_order=1, *, y, y_bar):
    return rt.gradient_spacings_adjoint(y_bar, f, varargs, y, axis, edge_order)


@tangent(np.gradient, "varargs")
def gradient_spacings_tangent(varargs_dot, f, varargs, axis=None, edge_order=1, *, y):
    return rt.gradient_spacings_tangent(varargs_dot, f, varargs, y, axis, edge_order)


# integrals: the first parameter is called `y` in NumPy, which is the name of the result here
def _integrals(draw):
    yield (draw(5),), {}
    yield (draw(3, 4), None, 0.5), {}
    yield (draw(5), np.sort(draw(5))), {}
    yield (draw(3, 4), np.sort(draw(3))), {"axis": 0}
    yield (draw(3, 4), draw(3, 4)), {}
    yield (draw(1),), {}


structural(np.trapezoid, "f, x=None, dx=1.0, axis=-1", cases=_integrals)


@adjoint(np.trapezoid)
def trapezoid_(f, x=None, dx=1.0, axis=-1, *, y_bar):
    return rt.unbroadcast(rt.trapezoid_adjoint(y_bar, np.shape(f), x, dx, axis), f)


@adjoint(np.trapezoid, "x")
def trapezoid_x(f, x, axis=-1, *, y_bar):
    return rt.trapezoid_nodes_adjoint(y_bar, f, x, axis)


@adjoint(np.trapezoid, "dx")
def trapezoid_dx(f, dx, x=None, axis=-1, *, y_bar):
    return rt.unbroadcast(y_bar * np.trapezoid(f, axis=axis), dx) if x is None else rt.zeros_like(dx)


@tangent(np.trapezoid)
def trapezoid_tangent(f_dot, x=None, dx=1.0, axis=-1):
    return np.trapezoid(f_dot, x, dx, axis)


@tangent(np.trapezoid, "x")
def trapezoid_x_tangent(x_dot, f, axis=-1):
    return np.trapezoid(f, x_dot, axis=axis)


@tangent(np.trapezoid, "dx")
def trapezoid_dx_tangent(dx_dot, f, x=None, axis=-1):
    return np.trapezoid(f, dx=dx_dot, axis=axis) if x is None else 0.0


# methods of ufuncs; their axis is 0 unless given
def _reduce(draw):
    yield (draw.distinct(3),), {}
    yield (draw.distinct(2, 3),), {}
    yield (draw.distinct(2, 3), 1), {}
    yield (draw.distinct(2, 3),), {"axis": None}
    yield (draw.distinct(2, 3),), {"axis": (0, 1), "keepdims": True}


REDUCE = "array, axis=0, dtype=None, out=None, keepdims=False"
ACCUMULATE = "array, axis=0, dtype=None, out=None"
structural(np.add.reduce, REDUCE, multilinear=("array",), ignored=("dtype",), cases=_reduce)
structural(np.multiply.reduce, REDUCE, ignored=("dtype",), cases=_reduce)
structural(np.logaddexp.reduce, REDUCE, ignored=("dtype",), cases=_reduce)


@adjoint(np.add.reduce)
def add_reduce(array, axis=0, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(array), axis, keepdims)


@adjoint(np.multiply.reduce)
def multiply_reduce(array, axis=0, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(array), axis, keepdims) * rt.other_factors(array, axis)


@tangent(np.multiply.reduce)
def multiply_reduce_tangent(array_dot, array, axis=0, keepdims=False):
    return np.sum(rt.other_factors(array, axis) * array_dot, axis=axis, keepdims=keepdims)


@adjoint(np.logaddexp.reduce)
def logaddexp_reduce(array, axis=0, keepdims=False, *, y, y_bar):
    return rt.expand(y_bar, np.shape(array), axis, keepdims) * rt.exp_share(
        array, rt.expand(y, np.shape(array), axis, keepdims)
    )


@tangent(np.logaddexp.reduce)
def logaddexp_reduce_tangent(array_dot, array, axis=0, keepdims=False, *, y):
    return np.sum(
        array_dot * rt.exp_share(array, rt.expand(y, np.shape(array), axis, keepdims)), axis=axis, keepdims=keepdims
    )


def _declare_extremum_reduce(function):
    structural(function, REDUCE, ignored=("dtype",), cases=_reduce)

    @adjoint(function)
    def extremum_reduce(array, axis=0, keepdims=False, *, y, y_bar):
        return rt.expand(y_bar, np.shape(array), axis, keepdims) * rt.extremum_share(array, y, axis, keepdims)

    @tangent(function)
    def extremum_reduce_tangent(array_dot, array, axis=0, keepdims=False, *, y):
        return np.sum(array_dot * rt.extremum_share(array, y, axis, keepdims), axis=axis, keepdims=keepdims)


_declare_extremum_reduce(np.maximum.reduce)
_declare_extremum_reduce(np.minimum.reduce)


def _accumulate(draw):
    yield (draw(3),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 1), {}


structural(np.add.accumulate, ACCUMULATE, multilinear=("array",), ignored=("dtype",), cases=_accumulate)
structural(np.multiply.accumulate, ACCUMULATE, ignored=("dtype",), cases=_accumulate)


@adjoint(np.add.accumulate)
def add_accumulate(axis=0, *, y_bar):
    return rt.reverse_cumsum(y_bar, axis)


@adjoint(np.multiply.accumulate)
def multiply_accumulate(array, axis=0, *, y_bar):
    return rt.cumprod_adjoint(y_bar, array, axis)


@tangent(np.multiply.accumulate)
def multiply_accumulate_tangent(array_dot, array, axis=0):
    return rt.cumprod_tangent(array_dot, array, axis)


def _outer(draw):
    yield (draw.positive(2), draw.positive(3)), {}
    yield (draw.positive(2, 2), draw.positive(3)), {}
    yield (0.5, draw.positive(2)), {}


def _declare_outer():
    for function in (np.add.outer, np.subtract.outer, np.multiply.outer, np.divide.outer):
        structural(function, "a, b, /", cases=_outer)

    @adjoint(np.add.outer, "a")
    @adjoint(np.subtract.outer, "a")
    def sum_outer_first(a, b, *, y_bar):
        return rt.outer_adjoint(y_bar, a, b, True)

    @adjoint(np.add.outer, "b")
    def add_outer_second(a, b, *, y_bar):
        return rt.outer_adjoint(y_bar, b, a, False)

    @adjoint(np.subtract.outer, "b")
    def subtract_outer_second(a, b, *, y_bar):
        return rt.outer_adjoint(-y_bar, b, a, False)

    @adjoint(np.multiply.outer, "a")
    def multiply_outer_first(a, b, *, y_bar):
        return rt.outer_adjoint(y_bar * b, a, b, True)

    @adjoint(np.multiply.outer, "b")
    def multiply_outer_second(a, b, *, y_bar):
        return rt.outer_adjoint(np.multiply.outer(a, np.ones_like(b)) * y_bar, b, a, False)

    @adjoint(np.divide.outer, "a")
    def divide_outer_first(a, b, *, y_bar):
        return rt.outer_adjoint(y_bar / b, a, b, True)

    @adjoint(np.divide.outer, "b")
    def divide_outer_second(a, b, *, y, y_bar):
        return rt.outer_adjoint(-y_bar * y / b, b, a, False)

    @tangent(np.add.outer, "a")
    @tangent(np.subtract.outer, "a")
    def sum_outer_first_tangent(a_dot, b):
        return np.add.outer(a_dot, np.zeros_like(b))

    @tangent(np.add.outer, "b")
    def add_outer_second_tangent(b_dot, a):
        return np.add.outer(np.zeros_like(a), b_dot)

    @tangent(np.subtract.outer, "b")
    def subtract_outer_second_tangent(b_dot, a):
        return np.subtract.outer(np.zeros_like(a), b_dot)

    @tangent(np.multiply.outer, "a")
    def multiply_outer_first_tangent(a_dot, b):
        return np.multiply.outer(a_dot, b)

    @tangent(np.multiply.outer, "b")
    def multiply_outer_second_tangent(b_dot, a):
        return np.multiply.outer(a, b_dot)

    @tangent(np.divide.outer, "a")
    def divide_outer_first_tangent(a_dot, b):
        return np.divide.outer(a_dot, b)

    @tangent(np.divide.outer, "b")
    def divide_outer_second_tangent(b_dot, b, *, y):
        return -y / b * b_dot


_declare_outer()

methods({"cumsum": np.cumsum, "cumprod": np.cumprod})
