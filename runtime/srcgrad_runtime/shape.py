"""Adjoints of functions that rearrange one array: axes, repetition, triangles and diagonals, conversion, ranges.

Every function takes the adjoint `g` of a result and gives the adjoint of an argument; nothing that came from outside is
changed in place. Zeros are made with `np.zeros_like(g, shape=...)`, which keeps dtype and array library.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import adjoint, backend

__all__ = [
    "arange_start_adjoint",
    "arange_step_adjoint",
    "array_adjoint",
    "astype",
    "cast_adjoint",
    "diag_adjoint",
    "diagonal_adjoint",
    "fill_adjoint",
    "filled",
    "inverse_axes",
    "laid_out",
    "linspace_parts_adjoint",
    "linspace_start_adjoint",
    "linspace_stop_adjoint",
    "meshgrid_adjoint",
    "ramp",
    "ravel_axes",
    "raveled",
    "repeat_adjoint",
    "reshape_each",
    "reshape_order",
    "rolled_axis",
    "tile_adjoint",
    "tolist",
    "trace_adjoint",
    "unbroadcast_each",
    "unraveled",
    "view",
]


def inverse_axes(axes: Any) -> tuple[int, ...] | None:
    """The axes that undo a transposition by `axes`; None where no axes are given, as in `x.transpose()`.

    >>> inverse_axes((2, 0, -2))
    (1, 2, 0)
    """
    if axes is None or len(axes) == 0:
        return None
    if len(axes) == 1 and not isinstance(axes[0], (int, np.integer)):  # x.transpose((1, 0))
        return inverse_axes(axes[0])
    count = len(axes)
    inverse = [0] * count
    for place, axis in enumerate(axes):
        inverse[axis % count] = place
    return tuple(inverse)


def rolled_axis(axis: int, start: int, ndim: int) -> int:
    """Where `np.rollaxis(a, axis, start)` puts the axis."""
    axis %= ndim
    start = start + ndim if start < 0 else start
    return start - 1 if axis < start else start


def reshape_order(a: Any, order: str) -> str:
    """ "C" or "F": in which of the two orders `np.reshape(a, shape, order)` reads its argument and fills its result."""
    flags = getattr(a, "flags", None)
    return order if order != "A" else "F" if flags is not None and flags.fnc else "C"


def ravel_axes(a: Any, order: str) -> tuple[int, ...]:
    """The axes of an array, slowest first, in the order in which `np.ravel(a, order)` goes through them.

    "K" sorts the axes by their strides, which axes of stride zero (as those of `np.broadcast_to`) and axes of one entry take no part in:
    they stay where the other axes move past them, as in `npyiter_find_best_axis_ordering` of NumPy.

    >>> ravel_axes(np.zeros((4, 2, 3)).transpose(2, 0, 1), "K")
    (1, 2, 0)
    """
    ndim = np.ndim(a)
    if order != "K":
        return tuple(range(ndim)) if reshape_order(a, order) == "C" else tuple(reversed(range(ndim)))
    if not ndim:
        return ()
    strides = [abs(stride) if extent > 1 else 0 for stride, extent in zip(a.strides, a.shape, strict=True)]
    inward: list[int] = []  # the axes, fastest first
    for axis in reversed(range(ndim)):
        place = len(inward)
        for i in reversed(range(len(inward))):
            if strides[axis] and strides[inward[i]]:
                if strides[inward[i]] <= strides[axis]:
                    break
                place = i
        inward.insert(place, axis)
    return tuple(reversed(inward))


def raveled(x: Any, a: Any, order: str) -> Any:
    """The entries of `x` in the order in which `np.ravel(a, order)` takes those of `a`, an array of its shape."""
    return np.reshape(np.transpose(x, ravel_axes(a, order)), -1)


def unraveled(g: Any, a: Any, order: str) -> Any:
    """The adjoint of `np.ravel(a, order)` for `a`: a vector in the shape of `a`, each entry where it came from."""
    axes, shape = ravel_axes(a, order), np.shape(a)
    return np.transpose(np.reshape(g, tuple(shape[axis] for axis in axes)), inverse_axes(axes))


def reshape_each(g: Any, arrays: Any) -> list[Any]:
    """The adjoint of `np.atleast_1d(*arrays)` and its kin: each part in the shape of its array.

    With one array the result, and so `g`, has no tuple around it.
    """
    parts = (g,) if len(arrays) == 1 else g
    return [
        None if part is None else adjoint.unbroadcast(np.reshape(part, np.shape(a)), a)
        for part, a in zip(parts, arrays, strict=True)
    ]


def unbroadcast_each(g: Any, arrays: Any) -> list[Any]:
    """The adjoint of `np.broadcast_arrays(*arrays)`."""
    return [None if part is None else adjoint.unbroadcast(part, np.shape(a)) for part, a in zip(g, arrays, strict=True)]


def tile_adjoint(g: Any, shape: tuple[int, ...], reps: Any) -> Any:
    """The adjoint of `np.tile` of an array of this shape: the copies are summed."""
    reps = tuple(np.atleast_1d(reps).tolist())
    ndim = max(len(shape), len(reps))
    full = (1,) * (ndim - len(shape)) + tuple(shape)
    reps = (1,) * (ndim - len(reps)) + reps
    pairs = [n for pair in zip(reps, full, strict=True) for n in pair]
    return np.reshape(np.sum(np.reshape(g, pairs), axis=tuple(range(0, 2 * ndim, 2))), shape)


def repeat_adjoint(g: Any, shape: tuple[int, ...], repeats: Any, axis: int | None = None) -> Any:
    """The adjoint of `np.repeat` of an array of this shape: runs of equal entries are summed."""
    if axis is None or not shape:
        return np.reshape(repeat_adjoint(g, (math.prod(shape),), repeats, 0), shape)
    axis %= len(shape)
    count = shape[axis]
    if np.size(repeats) == 1:
        each = int(np.reshape(repeats, ()))
        return np.sum(np.reshape(g, (*shape[:axis], count, each, *shape[axis + 1 :])), axis=axis + 1)
    total = np.zeros_like(g, shape=shape)
    adjoint.scatter_add(total, (slice(None),) * axis + (np.repeat(np.arange(count), repeats),), g)
    return total


def diagonal_adjoint(g: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The adjoint of `np.diagonal` of an array of this shape: zeros with `g` on the diagonal."""
    total = np.zeros_like(g, shape=shape)
    planes = np.moveaxis(total, (axis1, axis2), (-2, -1))
    rows, columns = planes.shape[-2:]
    start, stop = max(0, -offset), min(rows, columns - offset)
    places = np.arange(start, max(start, stop))
    planes[..., places, places + offset] = g
    return total


def trace_adjoint(g: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The adjoint of `np.trace`: zeros with `g` repeated along the diagonal."""
    return diagonal_adjoint(np.expand_dims(g, -1), shape, offset, axis1, axis2)


def diag_adjoint(g: Any, shape: tuple[int, ...], k: int = 0) -> Any:
    """The adjoint of `np.diag` of an array of this shape, which builds a matrix or takes its diagonal."""
    return np.diagonal(g, k) if len(shape) == 1 else diagonal_adjoint(g, shape, k)


def array_adjoint(g: Any, x: Any) -> Any:
    """The adjoint of `x` through `np.array(x)`: `g` itself for an array, a nested list of pieces for a list or tuple.

    >>> array_adjoint(np.array([[1.0, 2.0], [3.0, 4.0]]), [np.zeros(2), [0.0, 0.0]])
    [array([1., 2.]), [3.0, 4.0]]
    """
    if isinstance(x, (list, tuple)):
        if g is None:
            return None
        if all(type(item) is float for item in x):
            return g.real.tolist()
        return [array_adjoint(g[i], item) for i, item in enumerate(x)]
    return adjoint.unbroadcast(g, x)


def filled(pieces: Any, x: Any) -> Any:
    """The nested `pieces` that belong to the nested list `x`, with zeros in the place of every None."""
    if isinstance(x, (list, tuple)):
        return [filled(None if pieces is None else pieces[i], item) for i, item in enumerate(x)]
    return adjoint.zeros_like(x) if pieces is None else pieces


def cast_adjoint(g: Any, x: Any, dtype: Any = None) -> Any:
    """The adjoint of `x` through a conversion to `dtype`: `g` in the dtype of `x`, zeros if that is integral."""
    if dtype is None or np.dtype(dtype).kind in "fcO":
        return array_adjoint(g, x)
    return adjoint.zeros_like(x)


def astype(x: Any, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True) -> Any:
    """`x.astype(...)` as a function."""
    array: Any = x if hasattr(x, "astype") else np.asarray(x)[()]
    if backend.is_device_array(array):  # it does not look at `casting`
        if not np.can_cast(array.dtype, dtype, casting):
            raise TypeError(
                f"Cannot cast array data from {array.dtype} to {np.dtype(dtype)} according to the rule {casting!r}"
            )
        return array.astype(dtype, order=order, copy=copy)
    return array.astype(dtype, order, casting, subok, copy)


def view(a: Any) -> Any:
    """`a.view()` as a function."""
    return a.view()


def laid_out(value: Any, like: Any) -> Any:
    """An array with its entries in the same order in memory as those of another one, so that both have the same views."""
    if value.strides == like.strides:
        return value
    made = np.empty_like(like, dtype=value.dtype)
    made[...] = value
    return made


def tolist(x: Any) -> Any:
    """`x.tolist()` as a function."""
    return x.tolist() if hasattr(x, "tolist") else x


def fill_adjoint(g: Any, value: Any, dtype: Any = None) -> Any:
    """The adjoint of the value that fills an array of `dtype`."""
    if dtype is None or np.dtype(dtype).kind in "fc":
        return array_adjoint(adjoint.unbroadcast(g, np.shape(value)), value)
    return adjoint.zeros_like(value)


def ramp(num: int, endpoint: bool, g: Any) -> Any:
    """The weights of `stop` in `np.linspace(start, stop, num, endpoint)`, in the real dtype of `g`."""
    weights = np.arange(num) / max(1, num - 1 if endpoint else num)
    return np.asarray(weights, np.result_type(g).type(0).real.dtype)


def linspace_start_adjoint(g: Any, shape: tuple[int, ...], num: int = 50, endpoint: bool = True, axis: int = 0) -> Any:
    """The adjoint of `start`, of this shape, through `np.linspace`."""
    return adjoint.unbroadcast(np.tensordot(1 - ramp(num, endpoint, g), np.moveaxis(g, axis, 0), 1), shape)


def linspace_stop_adjoint(g: Any, shape: tuple[int, ...], num: int = 50, endpoint: bool = True, axis: int = 0) -> Any:
    """The adjoint of `stop`, of this shape, through `np.linspace`."""
    return adjoint.unbroadcast(np.tensordot(ramp(num, endpoint, g), np.moveaxis(g, axis, 0), 1), shape)


def linspace_parts_adjoint(
    g: Any, shape: tuple[int, ...], num: int = 50, endpoint: bool = True, axis: int = 0, start: bool = True
) -> Any:
    """The adjoint of `start` or of `stop` through `np.linspace(..., retstep=True)`, whose second result is the step."""
    whole = linspace_start_adjoint if start else linspace_stop_adjoint
    part = None if g[0] is None else whole(g[0], shape, num, endpoint, axis)
    if g[1] is None:
        return part
    step = adjoint.unbroadcast(
        g[1] / ((1 - num if start else num - 1) if endpoint else (-num if start else num)), shape
    )
    return step if part is None else part + step


def arange_start_adjoint(g: Any, stop: Any, dtype: Any = None) -> Any:
    """The adjoint of the first argument of `np.arange`; with `stop` absent it only counts, and has none."""
    integral = dtype is not None and np.dtype(dtype).kind not in "fc"
    return 0.0 if stop is None or integral else np.sum(g)


def arange_step_adjoint(g: Any, dtype: Any = None) -> Any:
    """The adjoint of `step` in `np.arange`."""
    integral = dtype is not None and np.dtype(dtype).kind not in "fc"
    return 0.0 if integral else np.sum(g * np.arange(len(g), dtype=g.dtype))


def meshgrid_adjoint(g: Any, arrays: Any, indexing: str = "xy") -> list[Any]:
    """The adjoint of `np.meshgrid(*arrays)`, dense or sparse."""
    found = []
    for i, (part, a) in enumerate(zip(g, arrays, strict=True)):
        axis = 1 - i if indexing == "xy" and i < 2 <= len(arrays) else i
        others = tuple(k for k in range(len(arrays)) if k != axis)
        found.append(
            None if part is None else adjoint.unbroadcast(np.reshape(np.sum(part, axis=others), np.shape(a)), a)
        )
    return found
