"""Reductions of NumPy along axes, cumulative operations, differences and integrals.

Where a parameter has several adjoint functions the first is the text for the plain call, the second for calls with
`axis` and the like, the third for calls with a mask.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, alias, attributes, methods, nondifferentiable, structural, tangent


def reductions(draw):
    """Calls of any reduction: no axis, one, several, kept, and numbers."""
    yield (draw.distinct(2, 3),), {}
    yield (draw.distinct(2, 3), 1), {}
    yield (draw.distinct(2, 3, 2),), {"axis": (0, -1)}
    yield (draw.distinct(2, 3),), {"axis": 0, "keepdims": True}
    yield (draw.distinct(2, 3),), {"keepdims": True}
    yield (draw.distinct(2, 3),), {"axis": None}
    yield (1.5,), {}
    yield (draw.distinct(3)[0],), {}
    yield (np.array(0.7),), {}


def _masked(draw):
    yield from reductions(draw)
    mask = np.array([[True, False, True], [True, True, True]])
    yield (draw.distinct(2, 3),), {"where": mask}
    yield (draw.distinct(2, 3),), {"where": mask, "axis": 1}
    yield (draw.distinct(3, 3),), {"where": np.array([[False], [True], [True]]), "axis": 0, "keepdims": True}


def _sums(draw):
    yield from _masked(draw)
    yield (draw.complex(2, 3), 1), {}
    yield (draw(2, 3),), {"initial": 2.0}
    yield (np.zeros((0, 2)),), {"axis": 0}
    yield (draw(2, 3),), {"dtype": float}


SUM = "a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True"
structural(np.sum, SUM, ignored=("dtype", "initial"), cases=_sums)


@adjoint(np.sum)
def sum_(a, *, y_bar):
    return rt.expand(y_bar, np.shape(a))


@adjoint(np.sum)
def sum_axis(a, axis=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims)


@adjoint(np.sum)
def sum_where(a, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.spread(y_bar, np.shape(a), axis, keepdims, where)


@adjoint(np.sum, "initial")
def sum_initial(initial, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.unbroadcast(y_bar, initial)


@tangent(np.sum, "initial")
def sum_initial_tangent(initial_dot, axis=None, keepdims=False, where=True, *, y):
    return initial_dot + rt.zeros_like(y)


@tangent(np.sum)
def sum_tangent(a_dot, axis=None, keepdims=False, where=True):
    return np.sum(a_dot, axis=axis, keepdims=keepdims, where=where)


def nan_reductions(draw):
    for args, kwargs in reductions(draw):
        if np.ndim(args[0]) > 0:
            args[0].flat[1] = np.nan
        yield args, kwargs


structural(np.nansum, SUM, ignored=("dtype", "initial"), cases=nan_reductions)


@adjoint(np.nansum, "initial")
def nansum_initial(initial, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.unbroadcast(y_bar, initial)


@tangent(np.nansum, "initial")
def nansum_initial_tangent(initial_dot, axis=None, keepdims=False, where=True, *, y):
    return initial_dot + rt.zeros_like(y)


@adjoint(np.nansum)
def nansum_(a, axis=None, keepdims=False, *, y_bar):
    return rt.spread(y_bar, np.shape(a), axis, keepdims, ~np.isnan(a))


@adjoint(np.nansum)
def nansum_where(a, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.spread(y_bar, np.shape(a), axis, keepdims, where & ~np.isnan(a))


@tangent(np.nansum)
def nansum_tangent(a_dot, a, axis=None, keepdims=False, where=True):
    return np.sum(a_dot, axis=axis, keepdims=keepdims, where=where & ~np.isnan(a))


MEAN = "a, axis=None, dtype=None, out=None, keepdims=False, *, where=True"
structural(np.mean, MEAN, ignored=("dtype",), cases=_masked)


@adjoint(np.mean)
def mean_(a, *, y_bar):
    return rt.expand(y_bar / np.size(a), np.shape(a))


@adjoint(np.mean)
def mean_axis(a, axis=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar / rt.count(np.shape(a), axis), np.shape(a), axis, keepdims)


@adjoint(np.mean)
def mean_where(a, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.mean_spread(y_bar, np.shape(a), axis, keepdims, where)


@tangent(np.mean)
def mean_tangent(a_dot, axis=None, keepdims=False, where=True):
    return np.mean(a_dot, axis=axis, keepdims=keepdims, where=where)


structural(np.nanmean, MEAN, ignored=("dtype",), cases=nan_reductions)


@adjoint(np.nanmean)
def nanmean_(a, axis=None, keepdims=False, where=True, *, y_bar):
    return rt.mean_spread(y_bar, np.shape(a), axis, keepdims, where & ~np.isnan(a))


@tangent(np.nanmean)
def nanmean_tangent(a_dot, a, axis=None, keepdims=False, where=True):
    return np.mean(a_dot, axis=axis, keepdims=keepdims, where=where & ~np.isnan(a))


def _variances(draw):
    for args, kwargs in _masked(draw):
        yield args, kwargs
        if np.ndim(args[0]):
            yield args, {**kwargs, "ddof": 1}
    yield (draw.complex(2, 3), 1), {}
    yield (draw(2, 3), 1), {"correction": 1}
    yield (draw(2, 3), 1), {"mean": draw(2, 1), "keepdims": True}
    yield (draw(2, 3),), {"mean": draw(1, 1), "axis": 0, "ddof": 1}


def _nan_variances(draw):
    yield from nan_reductions(draw)


VAR = "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0"
structural(np.var, VAR, ignored=("dtype",), cases=_variances)


@adjoint(np.var, without=("mean",))
def var_(a, *, y_bar):
    return y_bar * (2 / np.size(a)) * rt.deviation(a)


@adjoint(np.var, without=("mean",))
def var_axis(a, axis=None, ddof=0, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * (
        2 / (rt.count(np.shape(a), axis) - ddof) * rt.deviation(a, axis)
    )


@adjoint(np.var, without=("mean",))
def var_where(a, axis=None, ddof=0, keepdims=False, where=True, correction=0, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.var_share(a, axis, ddof + correction, where)


@adjoint(np.var)
def var_about(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.var_share(a, axis, ddof + correction, where, mean)


@adjoint(np.var, "mean")
def var_mean(a, mean, axis=None, ddof=0, keepdims=False, where=True, correction=0, *, y_bar):
    return rt.unbroadcast(
        -rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.var_share(a, axis, ddof + correction, where, mean), mean
    )


@tangent(np.var)
def var_tangent(a_dot, a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0):
    return np.real(np.sum(rt.var_share(a, axis, ddof + correction, where, mean) * a_dot, axis=axis, keepdims=keepdims))


@tangent(np.var, "mean")
def var_mean_tangent(mean_dot, a, mean, axis=None, ddof=0, keepdims=False, where=True, correction=0):
    return np.real(
        np.sum(-rt.var_share(a, axis, ddof + correction, where, mean) * mean_dot, axis=axis, keepdims=keepdims)
    )


structural(np.nanvar, VAR, ignored=("dtype",), cases=_nan_variances)


@adjoint(np.nanvar)
def nanvar_(a, axis=None, ddof=0, keepdims=False, where=True, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.var_share(a, axis, ddof, where & ~np.isnan(a))


@tangent(np.nanvar)
def nanvar_tangent(a_dot, a, axis=None, ddof=0, keepdims=False, where=True):
    return np.sum(rt.var_share(a, axis, ddof, where & ~np.isnan(a)) * a_dot, axis=axis, keepdims=keepdims)


def _deviations(draw):
    for args, kwargs in _variances(draw):
        if np.ndim(args[0]):  # of one number it is 0, where its derivative is 0 by convention
            yield args, kwargs


def _nan_deviations(draw):
    for args, kwargs in _nan_variances(draw):
        if np.ndim(args[0]) and kwargs.get("axis") != 0:
            yield args, kwargs


structural(np.std, VAR, ignored=("dtype",), cases=_deviations)


@adjoint(np.std, without=("mean",))
def std_(a, *, y, y_bar):
    return rt.ratio(y_bar, y) / np.size(a) * rt.deviation(a)


@adjoint(np.std, without=("mean",))
def std_axis(a, axis=None, ddof=0, keepdims=False, *, y, y_bar):
    return rt.expand(rt.ratio(y_bar, y), np.shape(a), axis, keepdims) * (
        rt.deviation(a, axis) / (rt.count(np.shape(a), axis) - ddof)
    )


@adjoint(np.std)
def std_where(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0, *, y, y_bar):
    return (
        rt.expand(rt.ratio(y_bar, y), np.shape(a), axis, keepdims)
        * rt.var_share(a, axis, ddof + correction, where, mean)
        / 2
    )


@adjoint(np.std, "mean")
def std_mean(a, mean, axis=None, ddof=0, keepdims=False, where=True, correction=0, *, y, y_bar):
    return rt.unbroadcast(
        -rt.expand(rt.ratio(y_bar, y), np.shape(a), axis, keepdims)
        * rt.var_share(a, axis, ddof + correction, where, mean)
        / 2,
        mean,
    )


@tangent(np.std)
def std_tangent(a_dot, a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0, *, y):
    return rt.ratio(
        np.real(np.sum(rt.var_share(a, axis, ddof + correction, where, mean) * a_dot, axis=axis, keepdims=keepdims)),
        2 * y,
    )


@tangent(np.std, "mean")
def std_mean_tangent(mean_dot, a, mean, axis=None, ddof=0, keepdims=False, where=True, correction=0, *, y):
    return rt.ratio(
        np.real(
            np.sum(-rt.var_share(a, axis, ddof + correction, where, mean) * mean_dot, axis=axis, keepdims=keepdims)
        ),
        2 * y,
    )


structural(np.nanstd, VAR, ignored=("dtype",), cases=_nan_deviations)


@adjoint(np.nanstd)
def nanstd_(a, axis=None, ddof=0, keepdims=False, where=True, *, y, y_bar):
    return (
        rt.expand(rt.ratio(y_bar, y), np.shape(a), axis, keepdims)
        * rt.var_share(a, axis, ddof, where & ~np.isnan(a))
        / 2
    )


@tangent(np.nanstd)
def nanstd_tangent(a_dot, a, axis=None, ddof=0, keepdims=False, where=True, *, y):
    return rt.ratio(
        np.sum(rt.var_share(a, axis, ddof, where & ~np.isnan(a)) * a_dot, axis=axis, keepdims=keepdims), 2 * y
    )


# products
PROD = "a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True"


def _products(draw):
    yield from _masked(draw)
    zeros = draw(2, 3)
    zeros[0, 0] = 0
    yield (zeros,), {}
    yield (zeros,), {"axis": 0, "initial": 2.0}
    yield (np.array([0.0, 2.0, 0.0]),), {}
    yield (draw.complex(3),), {}


structural(np.prod, PROD, ignored=("dtype",), cases=_products)


@adjoint(np.prod)
def prod_(a, *, y_bar):
    return y_bar * rt.other_factors(a)


@adjoint(np.prod)
def prod_axis(a, axis=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.other_factors(a, axis)


@adjoint(np.prod)
def prod_where(a, axis=None, keepdims=False, where=True, initial=1, *, y_bar):
    return rt.spread(y_bar * initial, np.shape(a), axis, keepdims, where) * rt.other_factors(
        np.where(where, a, 1), axis
    )


@tangent(np.prod)
def prod_tangent(a_dot, a, axis=None, keepdims=False, where=True, initial=1):
    return initial * np.sum(
        rt.other_factors(np.where(where, a, 1), axis) * a_dot, axis=axis, keepdims=keepdims, where=where
    )


structural(np.nanprod, PROD, ignored=("dtype",), cases=nan_reductions)


@adjoint(np.nanprod)
def nanprod_(a, axis=None, keepdims=False, *, y_bar):
    return rt.spread(y_bar, np.shape(a), axis, keepdims, ~np.isnan(a)) * rt.other_factors(
        np.where(np.isnan(a), 1, a), axis
    )


@tangent(np.nanprod)
def nanprod_tangent(a_dot, a, axis=None, keepdims=False):
    return np.sum(
        rt.other_factors(np.where(np.isnan(a), 1, a), axis) * a_dot, axis=axis, keepdims=keepdims, where=~np.isnan(a)
    )


# the largest and the smallest
def _extrema(draw):
    yield from reductions(draw)
    mask = np.array([[True, False, True], [True, True, True]])
    yield (draw.distinct(2, 3),), {"where": mask, "initial": 0.1}
    yield (draw.distinct(2, 3),), {"initial": 0.1, "axis": 1}


EXTREMUM = "a, axis=None, out=None, keepdims=False, initial=None, where=True"


def _declare_extremum(function, cases):
    structural(function, EXTREMUM, cases=cases)

    @adjoint(function)
    def extremum_(a, *, y, y_bar):
        return y_bar * rt.extremum_share(a, y)

    @adjoint(function)
    def extremum_axis(a, axis=None, keepdims=False, *, y, y_bar):
        return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.extremum_share(a, y, axis, keepdims)

    @adjoint(function)
    def extremum_where(a, axis=None, keepdims=False, where=True, initial=None, *, y, y_bar):
        return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.extremum_share(a, y, axis, keepdims, where, initial)

    @tangent(function)
    def extremum_tangent(a_dot, a, axis=None, keepdims=False, where=True, initial=None, *, y):
        return np.sum(a_dot * rt.extremum_share(a, y, axis, keepdims, where, initial), axis=axis, keepdims=keepdims)


for _function in (np.max, np.min):
    _declare_extremum(_function, _extrema)
for _function in (np.nanmax, np.nanmin):
    _declare_extremum(_function, nan_reductions)

structural(np.ptp, "a, axis=None, out=None, keepdims=False", cases=reductions)


@adjoint(np.ptp)
def ptp_(a, axis=None, keepdims=False, *, y_bar):
    return rt.expand(y_bar, np.shape(a), axis, keepdims) * rt.ptp_share(a, axis)


@tangent(np.ptp)
def ptp_tangent(a_dot, a, axis=None, keepdims=False):
    return np.sum(a_dot * rt.ptp_share(a, axis), axis=axis, keepdims=keepdims)


alias(np.amax, np.max)
alias(np.amin, np.min)
methods({"sum": np.sum, "mean": np.mean, "prod": np.prod, "max": np.max, "min": np.min, "var": np.var, "std": np.std})
methods({"clip": np.clip, "conj": np.conjugate, "conjugate": np.conjugate, "round": np.round})
methods({"all": np.all, "any": np.any, "argmax": np.argmax, "argmin": np.argmin, "nonzero": np.nonzero})
attributes({"real": np.real, "imag": np.imag})

nondifferentiable(
    np.all, np.any, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.count_nonzero, np.nonzero, np.flatnonzero,
    np.argwhere,
)  # fmt: skip
