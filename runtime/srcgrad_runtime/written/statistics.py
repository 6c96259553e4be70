"""Statistics of samples (scipy.stats)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["entropy", "gmean", "gstd", "hmean", "kurtosis", "moment", "sem", "skew", "zscore"]

OMITTED = "scipy.stats functions are differentiated with nan_policy='propagate'"


def _checked(nan_policy: str) -> None:
    if nan_policy != "propagate":
        raise NotImplementedError(OMITTED)


def zscore(a: Any, axis: Any = 0, ddof: int = 0, nan_policy: str = "propagate") -> Any:
    """`scipy.stats.zscore`."""
    _checked(nan_policy)
    mean = np.mean(a, axis=axis, keepdims=True)
    return (a - mean) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


def sem(a: Any, axis: Any = 0, ddof: int = 1, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    """`scipy.stats.sem`: the standard error of the mean."""
    _checked(nan_policy)
    number = np.size(a) if axis is None else np.shape(a)[axis]
    return np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / math.sqrt(number)


def entropy(
    pk: Any, qk: Any = None, base: Any = None, axis: int = 0, *, nan_policy: str = "propagate", keepdims: bool = False
) -> Any:
    """`scipy.stats.entropy`: of the shares of `pk`, or relative to those of `qk`; a share of 0 counts nothing."""
    _checked(nan_policy)
    p = pk / np.sum(pk, axis=axis, keepdims=True)
    logarithm = np.log(np.where(p > 0, p, 1))
    if qk is not None:
        q = qk / np.sum(qk, axis=axis, keepdims=True)
        logarithm = np.log(q) - logarithm
    total = -np.sum(p * logarithm, axis=axis, keepdims=keepdims)
    return total if base is None else total / math.log(base)


def gmean(
    a: Any,
    axis: Any = 0,
    dtype: Any = None,
    weights: Any = None,
    *,
    nan_policy: str = "propagate",
    keepdims: Any = False,
) -> Any:
    """`scipy.stats.gmean`: the geometric mean."""
    _checked(nan_policy)
    return np.exp(np.average(np.log(a), axis=axis, weights=weights, keepdims=keepdims))


def gstd(a: Any, axis: Any = 0, ddof: int = 1, *, keepdims: bool = False, nan_policy: str = "propagate") -> Any:
    """`scipy.stats.gstd`: the geometric standard deviation."""
    _checked(nan_policy)
    return np.exp(np.std(np.log(a), axis=axis, ddof=ddof, keepdims=keepdims))


def hmean(
    a: Any,
    axis: Any = 0,
    dtype: Any = None,
    *,
    weights: Any = None,
    nan_policy: str = "propagate",
    keepdims: Any = False,
) -> Any:
    """`scipy.stats.hmean`: the harmonic mean."""
    _checked(nan_policy)
    return 1.0 / np.average(1.0 / np.asarray(a), axis=axis, weights=weights, keepdims=keepdims)


def _moment(a: Any, order: int, axis: Any) -> Any:
    return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** order, axis=axis)


def moment(
    a: Any, order: int = 1, axis: Any = 0, nan_policy: str = "propagate", *, center: Any = None, keepdims: bool = False
) -> Any:
    """`scipy.stats.moment` of a whole order, about the mean or a center."""
    _checked(nan_policy)
    middle = np.mean(a, axis=axis, keepdims=True) if center is None else center
    return np.mean((a - middle) ** order, axis=axis, keepdims=keepdims)


def skew(a: Any, axis: Any = 0, bias: bool = True, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    """`scipy.stats.skew`."""
    _checked(nan_policy)
    found = _moment(a, 3, axis) / _moment(a, 2, axis) ** 1.5
    if not bias:
        n = np.size(a) if axis is None else np.shape(a)[axis]
        found = found * (math.sqrt(n * (n - 1.0)) / (n - 2.0))
    return np.expand_dims(found, axis) if keepdims and axis is not None else found


def kurtosis(
    a: Any,
    axis: Any = 0,
    fisher: bool = True,
    bias: bool = True,
    nan_policy: str = "propagate",
    *,
    keepdims: bool = False,
) -> Any:
    """`scipy.stats.kurtosis`."""
    _checked(nan_policy)
    found = _moment(a, 4, axis) / _moment(a, 2, axis) ** 2
    if not bias:
        n = np.size(a) if axis is None else np.shape(a)[axis]
        found = 3.0 + ((n * n - 1.0) * found - 3 * (n - 1.0) ** 2) / ((n - 2.0) * (n - 3.0))
    if fisher:
        found = found - 3
    return np.expand_dims(found, axis) if keepdims and axis is not None else found
