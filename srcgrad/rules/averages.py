"""Weighted averages, medians and quantiles."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .broadcasting import defined
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
    yield (draw(2, 3), 1), {"returned": True}
    yield (draw(2, 3), 1, draw.positive(3), True), {}
    yield (draw(2, 3), None, draw.positive(2, 3)), {"returned": True, "keepdims": True}
    yield (draw(2, 3, 4), (2, 0), draw.positive(4, 2), True), {}


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


@adjoint(np.average)
def average_returned(a, axis=None, weights=None, returned=False, keepdims=False, *, y, y_bar):
    return rt.expand(
        rt.filled(y_bar, y)[0] if returned else y_bar, np.shape(a), axis, keepdims
    ) * rt.normalised_weights(weights, np.shape(a), axis)


@adjoint(np.average, "weights")
def average_weights(a, weights, axis=None, keepdims=False, *, y_bar):
    return rt.weights_adjoint(rt.expand(y_bar, np.shape(a), axis, keepdims), a, weights, axis)


@adjoint(np.average, "weights")
def average_weights_returned(a, weights, axis=None, returned=False, keepdims=False, *, y, y_bar):
    return (
        rt.average_weights_adjoint(rt.filled(y_bar, y), a, weights, axis, keepdims)
        if returned
        else rt.weights_adjoint(rt.expand(y_bar, np.shape(a), axis, keepdims), a, weights, axis)
    )


@tangent(np.average)
def average_tangent(a_dot, axis=None, weights=None, keepdims=False):
    return np.average(a_dot, axis=axis, weights=weights, keepdims=keepdims)


@tangent(np.average)
def average_returned_tangent(a_dot, axis=None, weights=None, returned=False, keepdims=False, *, y):
    return (
        (np.average(a_dot, axis=axis, weights=weights, keepdims=keepdims), rt.zeros_like(y[1]))
        if returned
        else np.average(a_dot, axis=axis, weights=weights, keepdims=keepdims)
    )


@tangent(np.average, "weights")
def average_weights_tangent(weights_dot, a, weights, axis=None, returned=False, keepdims=False, *, y):
    return (
        (
            rt.weights_tangent(weights_dot, a, weights, axis, keepdims),
            rt.weights_total(weights_dot, a, axis, np.shape(y[1]), keepdims),
        )
        if returned
        else rt.weights_tangent(weights_dot, a, weights, axis, keepdims)
    )


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
            yield (args[0], 0.33 * scale, *args[1:]), kwargs
        yield (draw.distinct(2, 5), np.array([0.1, 0.55]) * scale), {"axis": 1}
        yield (draw.distinct(2, 5), np.array([[0.1], [0.55]]) * scale), {"axis": 0, "keepdims": True}
        for method in ("lower", "higher", "midpoint", "nearest", "hazen", "weibull", "median_unbiased"):
            yield (draw.distinct(5), 0.33 * scale), {"method": method}

    return cases


def _nan_quantiles(scale):
    def cases(draw):
        for args, kwargs in _quantiles(scale)(draw):
            if np.ndim(args[0]):
                args[0].flat[1] = np.nan
            yield args, kwargs

    return cases


QUANTILE = 'a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None'


def _weighted(scale):
    def cases(draw):
        a = draw.distinct(2, 5)
        yield (a, 0.33 * scale), {"weights": draw.positive(2, 5), "method": "inverted_cdf"}
        yield (a, np.array([0.3, 0.8]) * scale, 1), {"weights": draw.positive(2, 5), "method": "inverted_cdf"}

    return cases


def _declare_quantile(function, scale, nan):
    """The adjoints of the data and of the level; a quantile with weights is one of the entries, whatever small change they undergo."""
    several = (_nan_quantiles if nan else _quantiles)(scale)
    structural(
        function,
        QUANTILE,
        ignored=("overwrite_input",),
        shapes=("weights",),
        cases=lambda draw: [*several(draw), *([] if nan else _weighted(scale)(draw))],
    )
    level = "q" if scale == 1 else f"np.divide(q, {scale})"
    share = "" if scale == 1 else f" / {scale}"
    tail, head = f"axis, keepdims, method{', True' if nan else ''}", "axis=None, method='linear', keepdims=False"
    for name, form, declare, taken, given in (
        ("a", "adjoint", adjoint, "a, q", "y_bar"),
        ("a", "tangent", tangent, "a_dot, a, q", "a_dot"),
        ("q", "level_adjoint", adjoint, "a, q", "y_bar"),
        ("q", "level_tangent", tangent, "q_dot, a, q", "q_dot"),
    ):
        star = ", *, y_bar" if declare is adjoint else ""
        values, by = ("a, ", share) if name == "q" else ("", "")
        text = f"rt.quantile_{form}({given}, {values}a, {level}, {tail}){by}"
        owner = f"{function.__name__} of {name}"
        declare(function, name, without=("weights",))(defined(owner, form, f"{taken}, {head}{star}", text))
        if not nan:
            other = {"level_adjoint": "rt.zeros_like(q)", "level_tangent": "rt.zeros_like(y)"}.get(
                form, f"rt.weighted_quantile_{form}({given}, a, q, y, axis, keepdims)"
            )
            star = ", *, y, y_bar" if declare is adjoint else ", *, y"
            text = f"{text} if weights is None else {other}"
            declare(function, name)(defined(owner, f"weighted_{form}", f"{taken}, {head}, weights=None{star}", text))


_declare_quantile(np.quantile, 1, False)
_declare_quantile(np.nanquantile, 1, True)
_declare_quantile(np.percentile, 100, False)
_declare_quantile(np.nanpercentile, 100, True)
