"""Adjoints of functions that select, insert, remove or pad entries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import adjoint, backend

__all__ = [
    "along_axis_index",
    "choose_adjoint",
    "compress",
    "cycled",
    "flat_index",
    "item",
    "item_adjoint",
    "insert_arr_adjoint",
    "insert_values_adjoint",
    "inserted",
    "kept",
    "resized",
    "select_adjoint",
    "select_default_adjoint",
    "take_adjoint",
    "take_along_axis_adjoint",
]


def take_adjoint(g: Any, shape: tuple[int, ...], indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """The adjoint of `np.take` from an array of this shape: zeros, with `g` added at the indices."""
    if axis is None or not shape:
        return np.reshape(take_adjoint(g, (math.prod(shape),), indices, 0, mode), shape)
    if 0 in shape:
        return np.zeros_like(g, shape=shape)
    axis %= len(shape)
    if mode == "wrap":
        indices = np.mod(indices, shape[axis])
    elif mode == "clip":
        indices = np.clip(indices, 0, shape[axis] - 1)
    total = np.zeros_like(g, shape=shape)
    places = np.asarray(indices, np.intp)
    adjoint.scatter_add(total, (slice(None),) * axis + (places,) if axis else places, g)
    return total


def take_along_axis_adjoint(g: Any, shape: tuple[int, ...], indices: Any, axis: int | None = -1) -> Any:
    """The adjoint of `np.take_along_axis` from an array of this shape."""
    if axis is None:
        return take_adjoint(g, shape, indices)
    total = np.zeros_like(g, shape=shape)
    adjoint.scatter_add(total, along_axis_index(shape, indices, axis % len(shape)), g)
    return total


def along_axis_index(shape: tuple[int, ...], indices: Any, axis: int) -> tuple[Any, ...]:
    """The index by which `np.take_along_axis` reads: its own `indices` along the axis, every place along the others."""
    places: list[Any] = []
    for i, size in enumerate(shape):
        others = [1] * len(shape)
        others[i] = size
        places.append(indices if i == axis else np.arange(size).reshape(others))
    return tuple(places)


def flat_index(shape: tuple[int, ...], places: Any, mode: str = "raise") -> tuple[Any, ...]:
    """The index of the entries that `np.put` means by `places`, which count through an array of this shape row by row.

    >>> flat_index((2, 3), [0, -1])
    (array([0, 1]), array([0, 2]))
    """
    size = math.prod(shape)
    places = np.asarray(places)
    if mode == "clip":
        places = np.clip(places, 0, size - 1)
    elif mode == "raise":
        outside = places[(places < -size) | (places >= size)]
        if outside.size:
            raise IndexError(f"index {outside.flat[0]} is out of bounds for axis 0 with size {size}")
    return tuple(np.unravel_index(places % size if size else places, shape))


def cycled(values: Any, shape: Any) -> Any:
    """The values again and again until they fill an array of this shape, as `np.put`, `np.place` and `np.putmask` take them."""
    if np.size(values) == 0 and math.prod(shape if isinstance(shape, tuple) else (shape,)):
        raise ValueError("no values to put into the places that were chosen")
    return np.resize(values, shape)


def kept(size: int, obj: Any) -> Any:
    """The places that `np.delete(a, obj)` keeps, of an axis of this size."""
    return np.delete(np.arange(size), obj)


def inserted(size: int, obj: Any, total: int) -> Any:
    """The places of the inserted entries, in the order of the call, when an axis of this size grows to `total`."""
    marks = np.insert(np.zeros(size, np.intp), obj, np.arange(1, total - size + 1))
    places = np.flatnonzero(marks)
    return places[np.argsort(marks[places])]


def insert_arr_adjoint(g: Any, shape: tuple[int, ...], obj: Any, axis: int | None = None) -> Any:
    """The adjoint of an array of this shape through `np.insert(arr, obj, values, axis)`."""
    size, place = (math.prod(shape), 0) if axis is None else (shape[axis], axis)
    return np.reshape(np.delete(g, inserted(size, obj, np.shape(g)[place]), place), shape)


def insert_values_adjoint(g: Any, shape: tuple[int, ...], obj: Any, values: Any, axis: int | None = None) -> Any:
    """The adjoint of `values` through `np.insert` into an array of this shape."""
    size, place = (math.prod(shape), 0) if axis is None else (shape[axis], axis)
    rows = np.take(g, inserted(size, obj, np.shape(g)[place]), place)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        # a single place takes values whose first axis is the one inserted into
        rows = np.moveaxis(rows, place, 0)
    return adjoint.unbroadcast(rows, values)


def resized(shape: tuple[int, ...], size: int) -> Any:
    """Which entry of an array of this shape comes to each of `size` places in `np.resize`."""
    return np.arange(size) % max(1, math.prod(shape))


def compress(a: Any, condition: Any, axis: int | None = None) -> Any:
    """`a.compress(condition, axis)` as a function."""
    return np.compress(condition, a, axis)


def item(a: Any, *args: Any) -> Any:
    """`a.item(*args)` as a function. Arrays of a device have `a.item()` alone."""
    if args and backend.is_device_array(a):
        place = args[0] if len(args) == 1 else args
        return (a[place] if isinstance(place, tuple) else a.ravel()[place]).item()
    return a.item(*args) if hasattr(a, "item") else np.asarray(a).item(*args)


def item_adjoint(g: Any, a: Any, args: tuple = ()) -> Any:
    """The adjoint of `a` through `a.item(*args)`: zeros with `g` at that entry."""
    total = adjoint.zeros_like(a)
    if not getattr(a, "shape", ()):
        return total + g
    place = args[0] if len(args) == 1 and isinstance(args[0], tuple) else args
    if len(place) == 0:
        return np.full_like(total, g)
    adjoint.scatter_add(total, np.unravel_index(place[0] % a.size, a.shape) if len(place) == 1 else place, g)
    return total


def choose_adjoint(g: Any, a: Any, choices: Any, mode: str = "raise") -> Any:
    """The adjoint of the choices of `np.choose(a, choices)`: `g` where each was taken."""
    count = len(choices)
    which = np.mod(a, count) if mode == "wrap" else np.clip(a, 0, count - 1) if mode == "clip" else np.asarray(a)
    parts = [adjoint.unbroadcast(np.where(which == i, g, _zero(g)), choices[i]) for i in range(count)]
    return np.stack(parts) if isinstance(choices, np.ndarray) else parts


def select_adjoint(g: Any, condlist: Any, choicelist: Any) -> Any:
    """The adjoint of the choices of `np.select`: `g` where each was the first whose condition holds."""
    parts = []
    free: Any = True
    for condition, choice in zip(condlist, choicelist, strict=True):
        parts.append(adjoint.unbroadcast(np.where(np.logical_and(condition, free), g, _zero(g)), choice))
        free = np.logical_and(free, np.logical_not(condition))
    return np.stack(parts) if isinstance(choicelist, np.ndarray) else parts


def select_default_adjoint(g: Any, condlist: Any, default: Any) -> Any:
    """The adjoint of the default of `np.select`: `g` where no condition holds."""
    free: Any = True
    for condition in condlist:
        free = np.logical_and(free, np.logical_not(condition))
    return adjoint.unbroadcast(np.where(free, g, _zero(g)), default)


def _zero(g: Any) -> Any:
    return np.zeros_like(g, shape=())
