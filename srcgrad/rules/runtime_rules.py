"""Rules for the functions of the runtime, by which emitted adjoints are differentiated again.

Functions of the runtime without a rule here are plain Python, and differentiated through their source.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, elementwise, nondifferentiable, structural, tangent

# sums and repetitions: each is the adjoint of the other


def _unbroadcasts(draw):
    yield (draw(2, 3), (3,)), {}
    yield (draw(2, 3), draw(2, 1)), {}
    yield (draw(2, 3), 1), {}
    yield (draw(3), (2, 3)), {}
    yield (draw(2, 2), draw(2, 2)), {}
    yield (draw.complex(2, 2), draw(2)), {}
    yield (0.5, (2,)), {}


structural(rt.unbroadcast, shapes=("like",), cases=_unbroadcasts)


@adjoint(rt.unbroadcast, "g")
def unbroadcast_(g, like, *, y_bar):
    return rt.unbroadcast(y_bar, g)


@tangent(rt.unbroadcast, "g")
def unbroadcast_tangent(g_dot, like):
    return rt.unbroadcast(g_dot, like)


def _tangents(draw):
    yield (draw(3), draw(2, 3)), {}
    yield (0.5, draw(2)), {}
    yield (draw(2, 1), draw(2, 3)), {}
    yield (draw(2, 2), draw.complex(2, 2)), {}


structural(rt.tangent_like, multilinear=("dot",), shapes=("x",), cases=_tangents)


@adjoint(rt.tangent_like, "dot")
def tangent_like_(dot, *, y_bar):
    return rt.unbroadcast(y_bar, dot)


# finished gradients and tangents, in the structure of what they belong to

structural(
    rt.gradient,
    multilinear=("x_bar",),
    shapes=("x",),
    cases=lambda draw: [
        ((draw(2), draw(2)), {}),
        ((0.5, 1.5), {}),
        ((0.5, draw(2)), {}),
        (([draw(2), 0.5], [draw(2), 1.0]), {}),
    ],
)


@adjoint(rt.gradient, "x_bar")
def gradient_of_(x_bar, *, y_bar):
    return rt.unfinished(y_bar, x_bar)


structural(
    rt.gradients,
    multilinear=("x_bars",),
    shapes=("xs",),
    cases=lambda draw: [(((draw(2), 0.5), (draw(2), 1.5)), {})],
)


@adjoint(rt.gradients, "x_bars")
def gradients_(*, y_bar):
    return y_bar


structural(
    rt.conformed,
    multilinear=("dot",),
    ignored=("name",),
    shapes=("x",),
    cases=lambda draw: [((draw(2), draw(2)), {}), ((0.5, 1.5), {}), (([draw(2), 0.5], [draw(2), 1.0], "w"), {})],
)


@adjoint(rt.conformed, "dot")
def conformed_(*, y_bar):
    return y_bar


def _expands(draw):
    yield (0.7, (2, 3)), {}
    yield (draw(2), (2, 3), 1), {}
    yield (draw(3), (2, 3, 2)), {"axis": (0, -1)}
    yield (draw(1, 3), (2, 3), 0, True), {}
    yield (0.7, ()), {}


structural(rt.expand, multilinear=("g",), cases=_expands)


@adjoint(rt.expand, "g")
def expand_(shape, *, y_bar):
    return np.sum(y_bar)


@adjoint(rt.expand, "g")
def expand_axis(shape, axis=None, keepdims=False, *, y_bar):
    return np.sum(y_bar, axis=axis, keepdims=keepdims)


def _indices(draw):
    yield (draw(4), np.array([0, 0, 2]), draw(3)), {}
    yield (draw(4, 2), 1, draw(2)), {}
    yield (draw(4, 2), (slice(1, None), 0), draw(3)), {}
    yield (draw(4), draw(4) > 0, 0.5), {}


structural(rt.index_adjoint, shapes=("x",), cases=_indices)


@adjoint(rt.index_adjoint, "g")
def index_adjoint_(index, g, *, y_bar):
    return rt.unbroadcast(y_bar[index], g)


@tangent(rt.index_adjoint, "g")
def index_adjoint_tangent(g_dot, x, index):
    return rt.index_adjoint(x, index, g_dot)


elementwise(rt.add, "1", "1")


def _casts(draw):
    yield (draw(3), draw(3)), {}
    yield (0.5, 1.0), {}


structural(rt.like, shapes=("x",), cases=_casts)


@adjoint(rt.like, "value")
def like_(value, x, *, y_bar):
    return rt.like(y_bar, value)


@tangent(rt.like, "value")
def like_tangent(value_dot, x):
    return rt.like(value_dot, x)


structural(rt.copy, multilinear=("x",), cases=lambda draw: [((draw(2),), {})])


@adjoint(rt.copy)
def copy_(*, y_bar):
    return y_bar


# partials of elementwise functions
elementwise(rt.ratio, "rt.ratio(1, x2)", "-rt.ratio(y, x2)", domain=((-2, 2), (0.5, 2)))
elementwise(rt.exp_share, "y", "-y")
elementwise(
    rt.power_partial1,
    "x2 * rt.power_partial1(x1, np.where(x2 == 0, 1, x2 - 1))",
    "np.power(x1, x2 - 1) + x2 * rt.power_partial2(x1, x2 - 1)",
    domain=((0.2, 3), (-2, 3)),
)
elementwise(
    rt.power_partial2,
    "np.power(x1, x2 - 1) + x2 * rt.power_partial2(x1, x2 - 1)",
    "y * np.log(np.where(x1 == 0, 1, x1))",
    domain=((0.2, 3), (-2, 3)),
)
elementwise(rt.polygamma, None, "rt.polygamma(x1 + 1, x2)", domain=((1, 1), (0.5, 4)))
nondifferentiable(
    rt.equal_length, rt.check_pair, rt.check_items, rt.check_reducible, rt.check_spread, rt.item_count,
    rt.zeros_like, rt.slots_like, rt.seed, rt.blank, rt.is_differentiable, rt.maximum_partial, rt.minimum_partial, rt.fmax_partial,
    rt.fmin_partial, rt.ties, rt.extremum_share, rt.ptp_share, rt.count,
)  # fmt: skip


def _lists(draw):
    yield ([0.7, -1.2, 2.0], draw(3)), {}
    yield ([draw(2), draw(2)], draw(2, 2)), {}


structural(rt.listed_adjoint, multilinear=("bars",), shapes=("items",), cases=_lists)


@adjoint(rt.listed_adjoint)
def listed_adjoint_(*, y_bar):
    return list(y_bar)


# linear adjoints whose own adjoint is the operation that they belong to


def _sums(draw):
    yield (draw(2, 3), (2, 4), 1), {}
    yield (draw(2, 2), (4, 2), 2, 0), {}
    yield (draw(3), (4,)), {}


structural(rt.diff_adjoint, multilinear=("y_bar_",), signature="y_bar_, shape, n=1, axis=-1", cases=_sums)


@adjoint(rt.diff_adjoint)
def diff_adjoint_(n=1, axis=-1, *, y_bar, shape):
    return np.diff(y_bar, n, axis=axis)


def _slopes(draw):
    yield (draw(4), (4,)), {}
    yield (draw(3, 4), (3, 4), (0.5,), 1), {}
    yield (draw(2, 5), (2, 5), (np.array([0.0, 0.3, 1.0, 1.4, 2.0]),), 1), {}
    yield (draw(2, 5), (2, 5), (np.array([0.0, 0.3, 1.0, 1.4, 2.0]),), 1, 2), {}


structural(
    rt.gradient_adjoint,
    multilinear=("y_bar_",),
    signature="y_bar_, shape, varargs=(), axis=None, edge_order=1",
    cases=_slopes,
)


@adjoint(rt.gradient_adjoint)
def gradient_adjoint_(shape, varargs=(), axis=None, edge_order=1, *, y_bar):
    return np.gradient(y_bar, *varargs, axis=axis, edge_order=edge_order)


@adjoint(rt.gradient_adjoint, "varargs")
def gradient_adjoint_spacings(y_bar_, shape, varargs, axis=None, edge_order=1, *, y_bar):
    return rt.gradient_spacings_adjoint(
        y_bar_, y_bar, varargs, np.gradient(y_bar, *varargs, axis=axis, edge_order=edge_order), axis, edge_order
    )


@tangent(rt.gradient_adjoint, "varargs")
def gradient_adjoint_spacings_tangent(varargs_dot, y_bar_, shape, varargs, axis=None, edge_order=1):
    return rt.gradient_adjoint_tangent(varargs_dot, y_bar_, shape, varargs, axis, edge_order)


def _cumulative(draw):
    yield (draw(3),), {}
    yield (draw(3, 2), 0), {}


structural(rt.reverse_cumsum, multilinear=("y_bar_",), signature="y_bar_, axis=-1", cases=_cumulative)


@adjoint(rt.reverse_cumsum)
def reverse_cumsum_(axis=-1, *, y_bar):
    return np.cumsum(y_bar, axis=axis)


def _quantiles(draw):
    yield (0.5, draw.distinct(5), 0.3), {}
    yield (draw(2, 3), draw.distinct(3, 5), np.array([0.2, 0.7]), 1), {}


def _quantile_tangents(draw):
    yield (draw(5), draw.distinct(5), 0.3), {}
    yield (draw(3, 5), draw.distinct(3, 5), np.array([0.2, 0.7]), 1), {}


_REST = 'a, q, axis=None, keepdims=False, method="linear", ignore_nan=False'
structural(rt.quantile_adjoint, f"y_bar_, {_REST}", multilinear=("y_bar_",), shapes=("a",), cases=_quantiles)
structural(rt.quantile_tangent, f"a_dot, {_REST}", multilinear=("a_dot",), shapes=("a",), cases=_quantile_tangents)


@adjoint(rt.quantile_adjoint, "y_bar_")
def quantile_adjoint_(a, q, axis=None, keepdims=False, method="linear", ignore_nan=False, *, y_bar):
    return rt.quantile_tangent(y_bar, a, q, axis, keepdims, method, ignore_nan)


@adjoint(rt.quantile_adjoint, "q")
def quantile_adjoint_q(y_bar_, a, q, axis=None, keepdims=False, method="linear", ignore_nan=False, *, y_bar):
    return rt.quantile_level_adjoint(y_bar_, y_bar, a, q, axis, keepdims, method, ignore_nan)


@tangent(rt.quantile_adjoint, "q")
def quantile_adjoint_q_tangent(q_dot, y_bar_, a, q, axis=None, keepdims=False, method="linear", ignore_nan=False):
    return rt.quantile_adjoint_tangent(q_dot, y_bar_, a, q, axis, keepdims, method, ignore_nan)


@adjoint(rt.quantile_tangent, "a_dot")
def quantile_tangent_(a, q, axis=None, keepdims=False, method="linear", ignore_nan=False, *, y_bar):
    return rt.quantile_adjoint(y_bar, a, q, axis, keepdims, method, ignore_nan)


@adjoint(rt.quantile_tangent, "q")
def quantile_tangent_q(a_dot, a, q, axis=None, keepdims=False, method="linear", ignore_nan=False, *, y_bar):
    return rt.quantile_level_adjoint(y_bar, a_dot, a, q, axis, keepdims, method, ignore_nan)


@tangent(rt.quantile_tangent, "q")
def quantile_tangent_q_tangent(a_dot, q_dot, a, q, axis=None, keepdims=False, method="linear", ignore_nan=False):
    return rt.quantile_level_tangent(q_dot, a_dot, a, q, axis, keepdims, method, ignore_nan)


nondifferentiable(rt.order_weights, rt.level_weights, rt.entered, rt.is_chosen)


# which entries are zero does not vary
structural(
    rt.chosen,
    signature="y_bar_, value",
    multilinear=("value",),
    shapes=("y_bar_",),
    cases=lambda draw: [((np.array([0.0, 1.0, 0.0]), draw(3)), {}), ((np.array([[0.0], [2.0]]), draw(2, 3)), {})],
)


@adjoint(rt.chosen, "value")
def chosen_value(y_bar_, value, *, y_bar):
    return np.where(rt.is_chosen(y_bar_, value), y_bar, 0)


# means and deviations are symmetric projections: each is its own adjoint
def _masks(draw):
    yield (draw(2), (2, 3), 1, False, np.array([True, False, True])), {}
    yield (0.5, (2, 3), None, False, np.array([[True], [False]])), {}


def _data(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3), 1, np.array([True, False, True])), {}
    yield (draw.complex(3),), {}


structural(rt.spread, "g, shape, axis, keepdims, where", multilinear=("g",), cases=_masks)
structural(rt.mean_spread, "g, shape, axis, keepdims, where", multilinear=("g",), cases=_masks)
structural(rt.deviation, cases=_data)
structural(
    rt.var_share,
    cases=lambda draw: [
        ((draw(2, 3), 1, 1, True), {}),
        ((draw.complex(3), None, 0, True), {}),
        ((draw(2, 3), 1, 0, True, draw(2, 1)), {}),
    ],
)


@adjoint(rt.spread)
def spread_(shape, axis, keepdims, where, *, y_bar):
    return np.sum(y_bar, axis=axis, keepdims=keepdims, where=where)


@adjoint(rt.mean_spread)
def mean_spread_(shape, axis, keepdims, where, *, y_bar):
    return np.mean(y_bar, axis=axis, keepdims=keepdims, where=where)


@adjoint(rt.deviation)
def deviation_(axis=None, where=True, *, y_bar):
    return rt.deviation(y_bar, axis, where)


@tangent(rt.deviation)
def deviation_tangent(a_dot, axis=None, where=True):
    return rt.deviation(a_dot, axis, where)


@adjoint(rt.var_share, without=("mean",))
def var_share_(axis, ddof, where, *, y_bar):
    return rt.var_share(y_bar, axis, ddof, where)


@adjoint(rt.var_share)
def var_share_given_(a, axis, ddof, where, mean=None, *, y_bar):
    return rt.var_share(y_bar, axis, ddof, where, None if mean is None else 0)


@adjoint(rt.var_share, "mean")
def var_share_mean(axis, ddof, where, mean, *, y_bar):
    return -rt.unbroadcast(rt.var_share(y_bar, axis, ddof, where, 0), mean)


@tangent(rt.var_share)
def var_share_tangent(a_dot, axis, ddof, where, mean=None):
    return rt.var_share(a_dot, axis, ddof, where, None if mean is None else 0)


@tangent(rt.var_share, "mean")
def var_share_mean_tangent(mean_dot, a, axis, ddof, where):
    return -rt.var_share(mean_dot + rt.zeros_like(a), axis, ddof, where, 0)


# Python's sum, max and min
def _sums_of_items(draw):
    yield ([0.5, 1.5, 2], 0.7), {}
    yield ([0.5, draw(3), draw(1)], draw(3)), {}
    yield (draw(3, 2), draw(2)), {}
    yield ([[0.5], [draw(2), 1.5]], [0.25, 0.3, draw(2), 0.7]), {}


structural(rt.sum_adjoint, "items, g", shapes=("items",), cases=_sums_of_items)


@adjoint(rt.sum_adjoint, "g")
def sum_adjoint_(items, g, *, y_bar):
    return rt.gathered(y_bar, g, items)


@tangent(rt.sum_adjoint, "g")
def sum_adjoint_tangent(g_dot, items):
    return rt.sum_adjoint(items, g_dot)


# which value is the extremum does not vary, as far as derivatives go
structural(
    rt.extremum_adjoint,
    "values, y_, g, active=None",
    shapes=("values", "y_"),
    cases=lambda draw: [(((0.5, 0.5, 0.2), 0.5, 0.7), {})],
)
structural(
    rt.extremum_tangent,
    "values_dot, values, y_, active=None",
    shapes=("values", "y_"),
    cases=lambda draw: [
        (((0.5, 0.3, 0.2), (2.0, 1.0, 2.0), 2.0), {}),
        (((0.5, 0.3, 0.2), (2.0, 1.0, 2.0), 2.0, (True, True, False)), {}),
    ],
)


@adjoint(rt.extremum_adjoint, "g")
def extremum_adjoint_(values, y_, active=None, *, y_bar):
    return rt.extremum_tangent(y_bar, values, y_, active)


@tangent(rt.extremum_adjoint, "g")
def extremum_adjoint_tangent(g_dot, values, y_, active=None):
    return rt.extremum_adjoint(values, y_, g_dot, active)


@adjoint(rt.extremum_tangent)
def extremum_tangent_(values, y_, active=None, *, y_bar):
    return rt.extremum_adjoint(values, y_, y_bar, active)


@tangent(rt.extremum_tangent)
def extremum_tangent_tangent(values_dot_dot, values, y_, active=None):
    return rt.extremum_tangent(values_dot_dot, values, y_, active)
