"""Weighted averages, medians and quantiles."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, structural, tangent
from .reductions import nan_reductions, reductions


def _averages(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 1), {"keepdims": True}
    yield (draw(2, 3), None, draw.positive(2, 3)), {}
    yield (draw(2, 3), 1, draw.positive(3)), {}
    yield (draw(2, 3), 0, draw.positive(2)), {"keepdims": True}
    yield (draw(2, 3, 4),), {"axis": (2, 0), "weights": draw.positive(4, 2)}
    yield (draw(2, 3), 1), {"weights": draw.positive(2, 3)}


structural(np.average, "a, axis=None, weights=None, returned=False, *, keepdims=False", cases=_averages)


@adjoint(np.average, without=("weights",))
def average_(a, *, y_bar):
    return rt.expand(y_bar / np.size(a), np.shape(a))


@adjoint(np.average, without=("weights",))
def average_axis(a, axis=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar / rt.count(np.shape(a), axis), np.shape(a), axis, keepdims)


@adjoint(np.average)
def average_weighted(a, axis=None, weights=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.normalised_weights(weights, np.shape(a), axis)


@adjoint(np.average, "weights")
def average_weights(a, weights, axis=None, keepdims=False, *, y_bar):
    return rt.weights_adjoint(rt.expand(y_bar, np.shape(a), axis, keepdims), a, weights, axis)


@tangent(np.average)
def average_tangent(a_dot, axis=None, weights=None, keepdims=False):
    return np.average(a_dot, axis=axis, weights=weights, keepdims=keepdims)


@tangent(np.average, "weights")
def average_weights_tangent(weights_dot, a, weights, axis=None, keepdims=False, *, y):
    return rt.weights_tangent(weights_dot, a, weights, axis, keepdims)


# quantiles
def _medians(draw):
    yield from reductions(draw)
    yield (draw.distinct(2, 4), 1), {}


MEDIAN = "a, axis=None, out=None, overwrite_input=False, keepdims=False"
structural(np.median, MEDIAN, cases=_medians)


@adjoint(np.median)
def median_(a, axis=None, keepdims=False, *, y_bar):
    return rt.quantile_adjoint(y_bar, a, 0.5, axis, keepdims)


@tangent(np.median)
def median_tangent(a_dot, a, axis=None, keepdims=False):
    return rt.quantile_tangent(a_dot, a, 0.5, axis, keepdims)


structural(np.nanmedian, MEDIAN, cases=nan_reductions)


@adjoint(np.nanmedian)
def nanmedian_(a, axis=None, keepdims=False, *, y_bar):
    return rt.quantile_adjoint(y_bar, a, 0.5, axis, keepdims, "linear", True)


@tangent(np.nanmedian)
def nanmedian_tangent(a_dot, a, axis=None, keepdims=False):
    return rt.quantile_tangent(a_dot, a, 0.5, axis, keepdims, "linear", True)


def _quantiles(scale):
    def cases(draw):
        for args, kwargs in reductions(draw):
            yield (args[0], 0.3 * scale, *args[1:]), kwargs
        yield (draw.distinct(2, 5), np.array([0.1, 0.55]) * scale), {"axis": 1}
        yield (draw.distinct(2, 5), np.array([[0.1], [0.55]]) * scale), {"axis": 0, "keepdims": True}
        for method in ("lower", "higher", "midpoint", "nearest", "hazen", "weibull", "median_unbiased"):
            yield (draw.distinct(5), 0.3 * scale), {"method": method}

    return cases


def _nan_quantiles(scale):
    def cases(draw):
        for args, kwargs in _quantiles(scale)(draw):
            if np.ndim(args[0]):
                args[0].flat[1] = np.nan
            yield args, kwargs

    return cases


QUANTILE = 'a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None'


def _declare_quantile(function, scale, ignore_nan):
    structural(
        function, QUANTILE, ignored=("overwrite_input",), cases=(_nan_quantiles if ignore_nan else _quantiles)(scale)
    )
    if scale == 1 and not ignore_nan:

        @adjoint(function)
        def quantile_(a, q, axis=None, method="linear", keepdims=False, *, y_bar):
            return rt.quantile_adjoint(y_bar, a, q, axis, keepdims, method)

        @tangent(function)
        def quantile_tangent(a_dot, a, q, axis=None, method="linear", keepdims=False):
            return rt.quantile_tangent(a_dot, a, q, axis, keepdims, method)

    elif scale == 1:

        @adjoint(function)
        def nanquantile_(a, q, axis=None, method="linear", keepdims=False, *, y_bar):
            return rt.quantile_adjoint(y_bar, a, q, axis, keepdims, method, True)

        @tangent(function)
        def nanquantile_tangent(a_dot, a, q, axis=None, method="linear", keepdims=False):
            return rt.quantile_tangent(a_dot, a, q, axis, keepdims, method, True)

    elif not ignore_nan:

        @adjoint(function)
        def percentile_(a, q, axis=None, method="linear", keepdims=False, *, y_bar):
            return rt.quantile_adjoint(y_bar, a, np.divide(q, 100), axis, keepdims, method)

        @tangent(function)
        def percentile_tangent(a_dot, a, q, axis=None, method="linear", keepdims=False):
            return rt.quantile_tangent(a_dot, a, np.divide(q, 100), axis, keepdims, method)

    else:

        @adjoint(function)
        def nanpercentile_(a, q, axis=None, method="linear", keepdims=False, *, y_bar):
            return rt.quantile_adjoint(y_bar, a, np.divide(q, 100), axis, keepdims, method, True)

        @tangent(function)
        def nanpercentile_tangent(a_dot, a, q, axis=None, method="linear", keepdims=False):
            return rt.quantile_tangent(a_dot, a, np.divide(q, 100), axis, keepdims, method, True)


_declare_quantile(np.quantile, 1, False)
_declare_quantile(np.nanquantile, 1, True)
_declare_quantile(np.percentile, 100, False)
_declare_quantile(np.nanpercentile, 100, True)
