"""Shares, weights and adjoints of reductions along axes: which entries made the result, and how much each counts.

Functions called `..._share` and `..._weights` give an array of the shape of the operand; adjoint and tangent of the
reduction are a product with it. Nothing here changes its arguments.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .adjoint import expand, unbroadcast

__all__ = [
    "count",
    "deviation",
    "extremum_share",
    "ptp_share",
    "other_factors",
    "cumprod_adjoint",
    "cumprod_tangent",
    "reverse_cumsum",
    "with_zero_first",
    "without_first",
    "normalised_weights",
    "average_weights_adjoint",
    "weights_adjoint",
    "weights_total",
    "spread",
    "var_share",
    "mean_spread",
    "weights_tangent",
    "outer_adjoint",
]


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """The axes that a reduction runs over, as non-negative numbers."""
    if axis is None:
        return tuple(range(rank))
    return tuple(i % rank for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def count(shape: tuple[int, ...], axis: Any = None, where: Any = True) -> Any:
    """How many entries are reduced to one: an int, or with a mask an array (its reduced axes kept, of length one)."""
    if where is True:
        return math.prod(shape[i] for i in axes_of(axis, len(shape)))
    return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)


def spread(y_bar: Any, shape: tuple[int, ...], axis: Any, keepdims: bool, where: Any) -> Any:
    """The adjoint of a sum over the entries where the mask `where` holds."""
    return np.where(where, expand(y_bar, shape, axis, keepdims), 0)[()]


def mean_spread(y_bar: Any, shape: tuple[int, ...], axis: Any, keepdims: bool, where: Any) -> Any:
    """The adjoint of a mean over the entries where the mask `where` holds."""
    wide = expand(y_bar, shape, axis, keepdims)
    return np.where(where, wide / np.asarray(count(shape, axis, where), np.result_type(wide)), 0)[()]


def deviation(a: Any, axis: Any = None, where: Any = True, mean: Any = None) -> Any:
    """a minus its mean along `axis` (conjugated if complex): half the derivative of its sum of squares; or minus a given mean."""
    if mean is not None:
        d = np.where(where, a - mean, 0)
        return np.conj(d) if np.iscomplexobj(d) else d
    if where is True:
        d = a - np.mean(a, axis=axis, keepdims=True)
        return np.conj(d) if np.iscomplexobj(d) else d
    a = np.where(where, a, 0)
    d = np.where(where, a - np.mean(a, axis=axis, keepdims=True, where=where), 0)
    return np.conj(d) if np.iscomplexobj(d) else d


def var_share(a: Any, axis: Any, ddof: float, where: Any, mean: Any = None) -> Any:
    """The derivative of the variance along `axis` by each entry (conjugated if complex); 0 outside the mask."""
    d = deviation(a, axis, where, mean)
    return d * (2 / np.asarray(count(np.shape(a), axis, where) - ddof, np.result_type(d)))


def extremum_share(
    a: Any, y: Any, axis: Any = None, keepdims: bool = False, where: Any = True, initial: Any = None
) -> Any:
    """The share of each entry of `a` in its extremum `y` along `axis`: equal ones share alike, a tie with `initial` goes to that.

    An array of booleans where no entry shares with another, else of floats.
    """
    a = np.asarray(a)
    top = expand(y, a.shape, axis, keepdims)
    hit = a == top
    if where is True and initial is None and np.count_nonzero(hit) == np.size(y) and np.all(np.equal(y, y)):
        return hit  # no ties, as every place of `y` has one entry at least
    hit |= (a != a) & (top != top)
    if where is not True:
        hit = hit & where
    if initial is not None:
        hit = hit & (top != initial)
    number = np.sum(hit, axis=axis, keepdims=True)
    return np.divide(hit, np.maximum(number, 1), dtype=_floating(a))


def _floating(a: Any) -> Any:
    """The dtype of the derivatives of an array."""
    dtype = np.asarray(a).dtype
    return dtype if dtype.kind == "f" else np.dtype(float)


def ptp_share(a: Any, axis: Any = None) -> Any:
    """The derivative of max - min along `axis` with respect to each entry."""
    top, bottom = np.max(a, axis=axis, keepdims=True), np.min(a, axis=axis, keepdims=True)
    return np.subtract(extremum_share(a, top, axis, True), extremum_share(a, bottom, axis, True), dtype=_floating(a))


def other_factors(a: Any, axis: Any = None) -> Any:
    """For each entry the product of all the others along `axis`, without a division, so that zeros are exact."""
    shape, rank = np.shape(a), np.ndim(a)
    if rank == 0:
        return np.ones_like(a)[()]
    axes = axes_of(axis, rank)
    order = tuple(i for i in range(rank) if i not in axes) + axes
    kept = tuple(shape[i] for i in order[: rank - len(axes)])
    number = math.prod(shape[i] for i in axes)
    flat = np.reshape(np.transpose(a, order), (*kept, number))
    one = np.ones_like(flat[..., :1])
    before = np.concatenate([one, np.cumprod(flat[..., :-1], axis=-1)], axis=-1)
    after = np.flip(np.concatenate([one, np.cumprod(np.flip(flat[..., 1:], -1), axis=-1)], axis=-1), -1)
    others = np.reshape(before * after, tuple(shape[i] for i in order))
    return np.transpose(others, tuple(order.index(i) for i in range(rank)))


def reverse_cumsum(y_bar: Any, axis: int = -1) -> Any:
    """The sum of each entry and all entries after it: the adjoint of a cumulative sum."""
    return np.flip(np.cumsum(np.flip(y_bar, axis), axis=axis), axis)


def without_first(g: Any, axis: int) -> Any:
    """An array without the first entries along an axis."""
    return np.moveaxis(np.moveaxis(g, axis, 0)[1:], 0, axis)


def with_zero_first(g: Any, axis: int) -> Any:
    """An array with zeros before the first entries along an axis."""
    moved = np.moveaxis(g, axis, 0)
    return np.moveaxis(np.concatenate([np.zeros_like(moved, shape=(1, *moved.shape[1:])), moved]), 0, axis)


def cumprod_adjoint(y_bar: Any, a: Any, axis: Any = None) -> Any:
    """The adjoint of a cumulative product; exact where factors are zero.

    From the right, r = y_bar + (next factor) * r collects what follows; each entry's share is r times the product
    before it.
    """
    if axis is None or np.ndim(a) == 0:
        return np.reshape(cumprod_adjoint(y_bar, np.ravel(a), 0), np.shape(a))
    a, y_bar = np.moveaxis(a, axis, 0), np.moveaxis(y_bar, axis, 0)
    if len(a) == 0:
        return np.moveaxis(np.zeros_like(a), 0, axis)
    before = np.concatenate([np.ones_like(a[:1]), np.cumprod(a[:-1], axis=0)], axis=0)
    if np.all(a[1:] != 0):
        # r_i = (sum of y_bar_j * (a_1 ... a_j) over j >= i) / (a_1 ... a_i), the product taken from the second entry on
        products = np.concatenate([np.ones_like(a[:1]), np.cumprod(a[1:], axis=0)], axis=0)
        if np.all(np.isfinite(products)) and np.all(np.abs(products) > 1e-30):
            return np.moveaxis(before * reverse_cumsum(y_bar * products, 0) / products, 0, axis)
    r = y_bar[-1]
    rows = [r]
    for i in range(len(a) - 2, -1, -1):
        r = y_bar[i] + a[i + 1] * r
        rows = [r] + rows
    return np.moveaxis(before * np.stack(rows), 0, axis)


def cumprod_tangent(a_dot: Any, a: Any, axis: Any = None) -> Any:
    """The tangent of a cumulative product: p' = p_before * a' + p_before' * a, entry by entry."""
    if axis is None or np.ndim(a) == 0:
        return cumprod_tangent(np.ravel(a_dot), np.ravel(a), 0)
    a, a_dot = np.moveaxis(a, axis, 0), np.moveaxis(a_dot, axis, 0)
    if len(a) == 0:
        return np.moveaxis(np.zeros_like(a), 0, axis)
    p, p_dot = a[0], a_dot[0]
    rows = [p_dot]
    for i in range(1, len(a)):
        p, p_dot = p * a[i], p_dot * a[i] + p * a_dot[i]
        rows = rows + [p_dot]
    return np.moveaxis(np.stack(rows), 0, axis)


def normalised_weights(weights: Any, shape: tuple[int, ...], axis: Any = None) -> Any:
    """The weights of an average in the shape of the data (a vector lies along its one axis), divided by their sum."""
    if weights is None:
        return 1 / count(shape, axis)
    weights = _along(weights, shape, axis)
    return weights / np.sum(weights, axis=axis, keepdims=True)


def _along(weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Weights in a shape that broadcasts with data of this shape; they have the axes of the average, in its order."""
    if np.shape(weights) == shape:
        return weights
    axes = axes_of(axis, len(shape))
    order = sorted(range(len(axes)), key=lambda i: axes[i])
    weights = np.transpose(weights, order) if len(axes) > 1 else weights
    return np.reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(shape)))


def _ranks(axes: tuple[int, ...]) -> list[int]:
    """The place of each axis among them all in ascending order."""
    return [sum(other < axis for other in axes) for axis in axes]


def weights_adjoint(y_bar: Any, a: Any, weights: Any, axis: Any = None) -> Any:
    """The adjoint of the weights of an average `sum(w a) / sum(w)`, with y_bar of the shape of the data."""
    shape = np.shape(a)
    mean = np.sum(a * normalised_weights(weights, shape, axis), axis=axis, keepdims=True)
    if np.shape(weights) == shape:
        return y_bar * (a - mean) / np.sum(weights, axis=axis, keepdims=True)
    axes = axes_of(axis, len(shape))
    rest = tuple(i for i in range(len(shape)) if i not in axes)
    part = np.sum(y_bar * (a - mean), axis=rest) / np.sum(weights)
    return np.transpose(part, _ranks(axes)) if len(axes) > 1 else part


def average_weights_adjoint(y_bars: Any, a: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    """The adjoint of the weights of an average that is returned with their sum, for the adjoints of both."""
    shape = np.shape(a)
    mean_bar, total_bar = (expand(y_bar, shape, axis, keepdims) for y_bar in y_bars)
    part = weights_adjoint(mean_bar, a, weights, axis)
    if np.shape(weights) == shape:
        return part + total_bar
    axes = axes_of(axis, len(shape))
    rest = tuple(i for i in range(len(shape)) if i not in axes)
    total = np.sum(total_bar, axis=rest)
    return part + (np.transpose(total, _ranks(axes)) if len(axes) > 1 else total)


def weights_total(weights: Any, a: Any, axis: Any, shape: tuple[int, ...], keepdims: bool) -> Any:
    """The sum of the weights in the shape of the average, which is returned beside it."""
    wide = np.broadcast_to(_along(weights, np.shape(a), axis), np.shape(a))
    return np.broadcast_to(np.sum(wide, axis=axis, keepdims=keepdims), shape)


def weights_tangent(weights_dot: Any, a: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    """The tangent of an average for a tangent of its weights."""
    shape = np.shape(a)
    wide = _along(weights, shape, axis)
    total = np.sum(wide, axis=axis, keepdims=True)
    mean = np.sum(a * (wide / total), axis=axis, keepdims=True)
    return np.sum(_along(weights_dot, shape, axis) / total * (a - mean), axis=axis, keepdims=keepdims)


def outer_adjoint(g: Any, like: Any, other: Any, first: bool) -> Any:
    """Sum `g`, of shape (shape of the first operand, shape of the second), over the axes of the other operand."""
    rank = np.ndim(like)
    axes = tuple(range(rank, np.ndim(g))) if first else tuple(range(np.ndim(other)))
    return unbroadcast(np.sum(g, axis=axes) if axes else g, like)
