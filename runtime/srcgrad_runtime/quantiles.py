"""Quantiles and medians: which entries in the order of size they are between, and how far.

A quantile is `(1 - t) * low + t * high` of two neighbours in the order, and its derivative by the level is their distance times the number
of steps between entries that a level of 1 is. Both neighbours, and their weights, are found by NumPy's own methods.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .adjoint import expand, unbroadcast
from .reductions import axes_of, count, extremum_share

__all__ = [
    "level_weights",
    "order_weights",
    "quantile_adjoint",
    "quantile_adjoint_tangent",
    "quantile_level_adjoint",
    "quantile_level_tangent",
    "quantile_tangent",
    "weighted_quantile_adjoint",
    "weighted_quantile_tangent",
]

# method -> (steps - number of entries, place of level 0) where a quantile is a continuous function of the level [Hyndman & Fan 1996]
CONTINUOUS = {
    "linear": (-1.0, 0.0),
    "interpolated_inverted_cdf": (0.0, -1.0),
    "hazen": (0.0, -0.5),
    "weibull": (1.0, -1.0),
    "median_unbiased": (1 / 3, -2 / 3),
    "normal_unbiased": (1 / 4, -5 / 8),
}


def quantile_adjoint(
    y_bar: Any,
    a: Any,
    q: Any,
    axis: Any = None,
    keepdims: bool = False,
    method: str = "linear",
    ignore_nan: bool = False,
) -> Any:
    """The adjoint of a quantile (or several: their axes come first) with respect to the data; equal entries share."""
    if np.ndim(q) == 0:
        return expand(y_bar, np.shape(a), axis, keepdims) * order_weights(a, float(q), axis, method, ignore_nan)
    total: Any = 0
    for part, level in zip(_by_level(y_bar, q), np.ravel(q), strict=True):
        total = total + quantile_adjoint(part, a, level, axis, keepdims, method, ignore_nan)
    return total


def quantile_tangent(
    a_dot: Any,
    a: Any,
    q: Any,
    axis: Any = None,
    keepdims: bool = False,
    method: str = "linear",
    ignore_nan: bool = False,
) -> Any:
    """The tangent of a quantile (or several: their axes come first) for a tangent of the data."""
    parts = [
        np.sum(a_dot * order_weights(a, level, axis, method, ignore_nan), axis=axis, keepdims=keepdims)
        for level in np.ravel(q).tolist()
    ]
    return _stacked(parts, q)


def quantile_level_adjoint(
    y_bar: Any, values: Any, a: Any, q: Any, axis: Any, keepdims: bool, method: str, ignore_nan: bool = False
) -> Any:
    """The adjoint of the level `q` through a quantile that takes `values` in the order of `a` (themselves, as a rule)."""
    parts = _by_level(y_bar, q)
    slopes = [_slope(values, a, level, axis, keepdims, method, ignore_nan) for level in np.ravel(q).tolist()]
    return unbroadcast(
        np.reshape(np.stack([np.sum(part * slope) for part, slope in zip(parts, slopes, strict=True)]), np.shape(q)), q
    )


def quantile_level_tangent(
    q_dot: Any, values: Any, a: Any, q: Any, axis: Any, keepdims: bool, method: str, ignore_nan: bool = False
) -> Any:
    """The tangent of a quantile for a tangent of its level."""
    slopes = [_slope(values, a, level, axis, keepdims, method, ignore_nan) for level in np.ravel(q).tolist()]
    return _stacked([dot * slope for dot, slope in zip(np.ravel(q_dot), slopes, strict=True)], q)


def quantile_adjoint_tangent(
    q_dot: Any, y_bar: Any, a: Any, q: Any, axis: Any, keepdims: bool, method: str, ignore_nan: bool = False
) -> Any:
    """The tangent of `quantile_adjoint` for a tangent of the level."""
    levels, shape = np.ravel(q).tolist(), np.shape(a)
    total: Any = 0
    for part, dot, level in zip(_by_level(y_bar, q), np.ravel(q_dot), levels, strict=True):
        total = total + expand(part * dot, shape, axis, keepdims) * level_weights(a, level, axis, method, ignore_nan)
    return total


def weighted_quantile_adjoint(y_bar: Any, a: Any, q: Any, y: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The adjoint of the data through a quantile with weights, which is one of the entries; equal ones share."""
    a = np.asarray(a)
    total: Any = np.zeros(a.shape, np.result_type(y_bar))
    for part, found in zip(_by_level(y_bar, q), _by_level(y, q), strict=True):
        total = total + expand(part, a.shape, axis, keepdims) * extremum_share(a, found, axis, keepdims)
    return total


def weighted_quantile_tangent(a_dot: Any, a: Any, q: Any, y: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The tangent of a quantile with weights."""
    parts = [
        np.sum(a_dot * extremum_share(a, found, axis, keepdims), axis=axis, keepdims=keepdims)
        for found in _by_level(y, q)
    ]
    return _stacked(parts, q)


def _by_level(y: Any, q: Any) -> list[Any]:
    """The parts of a result (or its adjoint) that belong to each level."""
    if np.ndim(q) == 0:
        return [y]
    return list(np.reshape(y, (np.size(q), *np.shape(y)[np.ndim(q) :])))


def _stacked(parts: list[Any], q: Any) -> Any:
    """The results of all levels as one array."""
    if np.ndim(q) == 0:
        return parts[0]
    return np.reshape(np.stack(parts), np.shape(q) + np.shape(parts[0]))


def _slope(values: Any, a: Any, q: float, axis: Any, keepdims: bool, method: str, ignore_nan: bool) -> Any:
    """The derivative by its level of a quantile that takes `values` in the order of `a`."""
    weights = level_weights(a, q, axis, method, ignore_nan)
    return np.sum(np.where(weights == 0, 0, values) * weights, axis=axis, keepdims=keepdims)  # NaN may be left out


def level_weights(a: Any, q: float, axis: Any = None, method: str = "linear", ignore_nan: bool = False) -> Any:
    """The derivative of `order_weights` by the level: minus and plus the number of steps at the two neighbours."""
    more, first = CONTINUOUS.get(method, (0.0, math.nan))

    def parts(number: int) -> list[tuple[int, float]]:
        place = (number + more) * q + first
        if not 0 <= place <= number - 1 or number < 2:
            return []  # beyond the first and the last entry, and where it jumps from one to the next
        low = min(math.floor(place), number - 2)
        return [(low, -(number + more)), (low + 1, number + more)]

    return _weights(np.asarray(a), axis, parts, ignore_nan)


def order_weights(a: Any, q: float, axis: Any = None, method: str = "linear", ignore_nan: bool = False) -> Any:
    """How much each entry counts in the quantile: two neighbours in the order, shared by entries equal to them."""

    def parts(number: int) -> list[tuple[int, float]]:
        # NumPy itself says where in the order the quantile lies: the quantile of 0, 1, 2, ... is that place
        place = float(np.quantile(np.arange(number, dtype=float), q, method=method))  # type: ignore[call-overload]
        low = math.floor(place)
        return [(low, 1 - (place - low)), (min(low + 1, number - 1), place - low)]

    return _weights(np.asarray(a), axis, parts, ignore_nan)


def _weights(a: np.ndarray, axis: Any, parts: Callable[[int], list[tuple[int, float]]], ignore_nan: bool) -> np.ndarray:
    """An array like `a` with the weights of certain places in the order of each row; `parts(n)` gives them for n entries."""
    axes = axes_of(axis, a.ndim)
    order = tuple(i for i in range(a.ndim) if i not in axes) + axes
    moved = np.transpose(a, order)
    rows = moved.reshape(math.prod(moved.shape[: a.ndim - len(axes)]), count(a.shape, axis))
    ranked = np.sort(rows, axis=1)  # NaN goes last
    numbers = np.sum(rows == rows, axis=1) if ignore_nan else np.full(len(rows), rows.shape[1])
    weights = np.zeros(rows.shape, a.dtype)
    for number in np.unique(numbers[numbers > 0]).tolist():
        chosen = numbers == number
        for at, part in parts(number):
            hit = rows[chosen] == ranked[chosen, at][:, None]
            weights[chosen] += (part * hit / np.maximum(np.sum(hit, axis=1, keepdims=True), 1)).astype(a.dtype)
    if not ignore_nan and rows.shape[1]:
        weights[np.isnan(ranked[:, -1])] = np.nan  # the quantile is NaN, so is its derivative
    back = tuple(order.index(i) for i in range(a.ndim))
    return np.transpose(weights.reshape(moved.shape), back)
