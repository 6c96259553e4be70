"""Joining, parting and choosing."""

from __future__ import annotations

from typing import Any

import numpy

from ..errors import DeviceError
from .registry import shim


@shim("ediff1d")
def ediff1d(np: Any, own: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    ary = ary.ravel()
    parts = [np.ravel(np.asarray(p)).astype(ary.dtype) if p is not None else None for p in (to_begin, to_end)]
    return np.concatenate([p for p in (parts[0], ary[1:] - ary[:-1], parts[1]) if p is not None])


@shim("meshgrid")
def meshgrid(np: Any, own: Any, *xi: Any, **kwargs: Any) -> Any:
    return own(*(np.ravel(np.asarray(x)) for x in xi), **kwargs)


@shim("pad")
def pad(np: Any, own: Any, array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """Values to pad with are brought to the host, where CuPy looks at them, and have a pair for each axis."""
    if mode == "wrap":  # which CuPy begins elsewhere where there is more to pad than there are entries
        pairs = numpy.broadcast_to(pad_width, (array.ndim, 2)).tolist()
        for axis, (before, after) in enumerate(pairs):
            n = array.shape[axis]
            array = np.take(array, np.asarray(numpy.arange(-before, n + after) % n), axis=axis)
        return array
    known = {}
    for key, value in kwargs.items():
        value = value.get() if isinstance(value, np.ndarray) else value
        known[key] = (
            numpy.broadcast_to(value, (array.ndim, 2)).tolist() if key in ("constant_values", "end_values") else value
        )
    try:
        return own(array, pad_width, mode, **known)
    except ValueError as error:
        if "is not supported" in str(error):  # CuPy does not know all modes
            raise DeviceError(f"pad: {error}") from error
        raise


@shim("block")
def block(np: Any, own: Any, arrays: Any) -> Any:
    def depth(value: Any) -> int:
        return 1 + max(map(depth, value)) if isinstance(value, list) else 0

    deepest = depth(arrays)
    rank = max(deepest, *(np.ndim(leaf) for leaf in _leaves(arrays)))

    def join(value: Any, level: int) -> Any:
        if isinstance(value, list):
            return np.concatenate([join(item, level + 1) for item in value], axis=rank - deepest + level)
        value = np.asarray(value)
        return value.reshape((1,) * (rank - value.ndim) + value.shape)

    return join(arrays, 0)


def _leaves(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]


@shim("insert")
def insert(np: Any, own: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, axis = arr.ravel(), 0
    axis %= arr.ndim
    values, size = np.asarray(values), arr.shape[axis]
    values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
    one = not isinstance(obj, slice) and numpy.ndim(obj) == 0
    if one:  # what is inserted in one place comes along its first axis
        values = np.moveaxis(values, 0, axis)
    count = (
        values.shape[axis] if one else len(numpy.arange(size + 1)[obj]) if isinstance(obj, slice) else numpy.size(obj)
    )
    # where the entries of the result come from: `numpy.insert` of marks tells it
    marks = -1 - numpy.arange(count)
    places = numpy.insert(numpy.arange(size), [obj] * count if one else obj, marks)
    full = (*arr.shape[:axis], count, *arr.shape[axis + 1 :])
    pool = np.concatenate([arr, np.broadcast_to(values, full).astype(arr.dtype)], axis=axis)
    return np.take(pool, np.asarray(numpy.where(places < 0, size - 1 - places, places)), axis=axis)


@shim("take")
def take(np: Any, own: Any, a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """On a device an index out of range is no error, as nothing looks at it."""
    if mode == "raise":
        return own(a, indices, axis=axis)
    size = a.size if axis is None else a.shape[axis]
    indices = np.asarray(indices)
    return own(a, indices % size if mode == "wrap" else np.clip(indices, 0, size - 1), axis=axis)


@shim("choose")
def choose(np: Any, own: Any, a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    if isinstance(choices, (list, tuple)):
        choices = np.stack(np.broadcast_arrays(*map(np.asarray, choices)))
    return own(a, choices, out, mode)


@shim("select")
def select(np: Any, own: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """With numbers as choices, and with an array as default, which comes last of all choices."""
    choicelist = list(map(np.asarray, choicelist))
    if not isinstance(default, np.ndarray):
        return own(condlist, choicelist, default)
    free = np.ones((), bool)
    for condition in condlist:
        free = np.logical_and(free, np.logical_not(condition))
    return own([*condlist, free], [*choicelist, default])


@shim("vstack")
@shim("row_stack")
def vstack(np: Any, own: Any, tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    return np.concatenate([np.atleast_2d(np.asarray(item)) for item in tup], axis=0)


@shim("unstack")
def unstack(np: Any, own: Any, x: Any, *, axis: int = 0) -> Any:
    return tuple(np.moveaxis(x, axis, 0))
