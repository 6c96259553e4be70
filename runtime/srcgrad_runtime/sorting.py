"""Adjoints of sorting and of what is like it. Equal entries share the gradient evenly, in whatever order they come."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["partition_adjoint", "partition_tangent", "sort_adjoint", "sort_tangent", "unique_adjoint", "unique_tangent"]


def sort_adjoint(g: Any, a: Any, axis: int | None = -1) -> Any:
    """The adjoint of `np.sort(a, axis)`: each entry of `g` goes back where its value came from."""
    if axis is None:
        return np.reshape(sort_adjoint(g, np.ravel(a), 0), np.shape(a))
    order = np.argsort(a, axis=axis)
    return _put(order, _shared(g, np.take_along_axis(np.asarray(a), order, axis), axis), axis)


def sort_tangent(a_dot: Any, a: Any, axis: int | None = -1) -> Any:
    """The tangent of `np.sort(a, axis)`, and the transpose of `sort_adjoint`."""
    if axis is None:
        return sort_tangent(np.ravel(a_dot), np.ravel(a), 0)
    order = np.argsort(a, axis=axis)
    return _shared(np.take_along_axis(a_dot, order, axis), np.take_along_axis(np.asarray(a), order, axis), axis)


def partition_adjoint(g: Any, a: Any, result: Any, axis: int | None = -1) -> Any:
    """The adjoint through `np.partition(a, kth, axis)`, found by sorting both: order within the parts is arbitrary."""
    if axis is None:
        return np.reshape(partition_adjoint(g, np.ravel(a), result, 0), np.shape(a))
    order, order_result = np.argsort(a, axis=axis), np.argsort(result, axis=axis)
    shared = _shared(np.take_along_axis(g, order_result, axis), np.take_along_axis(result, order_result, axis), axis)
    return _put(order, shared, axis)


def partition_tangent(a_dot: Any, a: Any, result: Any, axis: int | None = -1) -> Any:
    """The tangent of result = `np.partition(a, kth, axis)`, and the transpose of `partition_adjoint`."""
    if axis is None:
        return partition_tangent(np.ravel(a_dot), np.ravel(a), result, 0)
    order, order_result = np.argsort(a, axis=axis), np.argsort(result, axis=axis)
    return _put(order_result, sort_tangent(a_dot, a, axis) if order.size else a_dot, axis)


def unique_adjoint(g: Any, ar: Any) -> Any:
    """The adjoint of `np.unique(ar)`: equal entries share that of their value."""
    _, inverse, counts = np.unique(ar, return_inverse=True, return_counts=True)
    return np.reshape(np.take(g / np.asarray(counts, g.dtype), inverse), np.shape(ar))


def unique_tangent(ar_dot: Any, ar: Any) -> Any:
    """The tangent of `np.unique(ar)`: the mean over equal entries."""
    _, inverse, counts = np.unique(ar, return_inverse=True, return_counts=True)
    total = np.zeros_like(ar_dot, shape=counts.shape)
    np.add.at(total, np.reshape(inverse, -1), np.ravel(ar_dot))
    return total / np.asarray(counts, total.dtype)


def _put(order: Any, values: Any, axis: int) -> Any:
    total = np.empty_like(values)
    np.put_along_axis(total, order, values, axis)
    return total


def _shared(g: Any, ordered: Any, axis: int) -> Any:
    """`g` with the entries that belong to equal neighbours in `ordered` replaced by their mean."""
    rows = np.moveaxis(ordered, axis, -1)
    same = rows[..., 1:] == rows[..., :-1]
    if not same.any():
        return g
    starts = np.ones(rows.shape, bool)
    starts[..., 1:] = ~same
    group = np.cumsum(starts.ravel()) - 1  # every row starts a group, so none crosses from row to row
    places = np.flatnonzero(starts)
    values = np.ravel(np.moveaxis(g, axis, -1))
    counts = np.diff(np.append(places, values.size)).astype(values.dtype)
    mean = np.add.reduceat(values, places) / counts
    return np.moveaxis(np.reshape(mean[group], rows.shape), -1, axis)
