"""The methods of universal functions, as loops over calls of the function."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["ufunc_accumulate", "ufunc_at", "ufunc_outer", "ufunc_reduce", "ufunc_reduceat", "ufunc_where"]


def ufunc_reduce(ufunc: Any, array: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """`ufunc.reduce` along one axis, several, or all of them (None), without `initial` and `where`."""
    array = np.asarray(array)
    axes = tuple(range(array.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(one % array.ndim for one in axes)
    rest = tuple(extent for one, extent in enumerate(array.shape) if one not in axes)
    rows = np.reshape(np.moveaxis(array, axes, tuple(range(len(axes)))), (-1, *rest))
    total = rows[0]
    for i in range(1, len(rows)):
        total = ufunc(total, rows[i])
    if keepdims:
        total = np.reshape(total, tuple(1 if one in axes else extent for one, extent in enumerate(array.shape)))
    return total


def ufunc_accumulate(ufunc: Any, array: Any, axis: int = 0) -> Any:
    """`ufunc.accumulate`."""
    rows = np.moveaxis(np.asarray(array), axis, 0)
    found = [rows[0]]
    for i in range(1, len(rows)):
        found.append(ufunc(found[-1], rows[i]))
    return np.moveaxis(np.stack(found), 0, axis)


def ufunc_reduceat(ufunc: Any, array: Any, indices: Any, axis: int = 0) -> Any:
    """`ufunc.reduceat`: the reduction from each index to the next one, or the entry itself where the next one is not larger."""
    rows = np.moveaxis(np.asarray(array), axis, 0)
    ends = [*indices[1:], len(rows)]
    found = []
    for begin, end in zip(indices, ends, strict=True):
        total = rows[begin]
        for i in range(begin + 1, end):
            total = ufunc(total, rows[i])
        found.append(total)
    return np.moveaxis(np.stack(found), 0, axis)


def ufunc_outer(ufunc: Any, a: Any, b: Any) -> Any:
    """`ufunc.outer`."""
    a, b = np.asarray(a), np.asarray(b)
    return ufunc(np.reshape(a, a.shape + (1,) * b.ndim), b)


def ufunc_at(ufunc: Any, array: Any, index: Any, *values: Any) -> None:
    """`ufunc.at`: one entry after the other, in the order of the index."""
    places = np.arange(array.size).reshape(array.shape)[index]
    others = [np.broadcast_to(np.asarray(value), places.shape) for value in values]
    for place in np.ndindex(places.shape):
        entry = np.unravel_index(places[place], array.shape)
        array[entry] = ufunc(array[entry], *[other[place] for other in others])


def ufunc_where(ufunc: Any, out: Any, where: Any, *args: Any) -> Any:
    """`ufunc(*args, out=out, where=where)`: only the entries where the condition holds are computed and stored."""
    chosen = np.broadcast_to(where, out.shape)
    out[chosen] = ufunc(*[np.broadcast_to(np.asarray(one), out.shape)[chosen] for one in args])
    return out
