"""Adjoints as values: making zeros, adding, summing back broadcasts, scattering.

An adjoint has the structure of the value that it belongs to: a float for a float, an array for an array, a list for a
list or a tuple, a dict for a dict, a dataclass instance for a dataclass instance. `None` stands for zero, at any level.
Except for `scatter_add` and `augmented`, nothing here changes its arguments.
"""

from __future__ import annotations

import copy as _copy
import dataclasses
import enum
import functools
import operator
import types
from collections import deque
from typing import Any

import numpy
import numpy as np

from . import backend

__all__ = [
    "slots_like",
    "zeros_like",
    "unbroadcast",
    "expand",
    "add",
    "scatter_add",
    "index_adjoint",
    "blank",
    "copy",
    "like",
    "is_differentiable",
    "attributes_of",
    "element",
    "elements",
    "augmented",
    "sequence_like",
]

SEQUENCES = (list, tuple, deque)
OPERATIONS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
    "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_, "^": operator.xor, "<<": operator.lshift,
    ">>": operator.rshift,
}  # fmt: skip
IN_PLACE = {
    "+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv, "//": operator.ifloordiv, "%": operator.imod,
    "**": operator.ipow, "@": operator.imatmul, "&": operator.iand, "|": operator.ior, "^": operator.ixor, "<<": operator.ilshift,
    ">>": operator.irshift,
}  # fmt: skip
HEAP_TYPE = 1 << 9  # of type.__flags__: a class that a `class` statement made
NO_RECORDS = (
    type,
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.ModuleType,
    functools.partial,
    enum.Enum,
    np.ndarray,
)


def zeros_like(x: Any, order: str = "C") -> Any:
    """A zero adjoint for `x`: float zeros of its shape, the same structure for containers, None for other things.

    Floating and complex values keep their dtype; integers and booleans get float64, so that they can be counted on as
    arrays. Arrays are new, writable, in C order (with "K" in the order of x) and of the base class.
    """
    kind = type(x)
    if kind is float:
        return 0.0
    if order == "K" and backend.is_array(x):
        return np.zeros_like(x, x.dtype if x.dtype.kind in "fc" else float, subok=False)
    if isinstance(x, np.ndarray):
        return _zeros_of_array(x)
    if isinstance(x, np.inexact):
        return x.dtype.type(0)
    if isinstance(x, (float, int, np.bool_, np.integer)):
        return 0.0
    if isinstance(x, complex):
        return 0j
    if backend.is_device_array(x):
        dtype = x.dtype if x.dtype.kind in "fc" else np.float64
        return backend.module_of(x).zeros(x.shape, dtype)
    return map_container(zeros_like, x)


def _zeros_of_array(x: np.ndarray) -> Any:
    kind = x.dtype.kind
    if kind in "fc":
        return np.zeros(x.shape, x.dtype.newbyteorder("="))
    if kind in "biu":
        return np.zeros(x.shape)
    if kind == "O":
        zeros = np.empty(x.shape, object)
        for place, item in np.ndenumerate(x):
            zeros[place] = zeros_like(item)
        return zeros
    if x.dtype.names:
        return np.zeros(x.shape, x.dtype)
    return None


def slots_like(x: Any) -> Any:
    """`zeros_like(x)` with a list in the place of every tuple, so that adjoints can be put in."""

    def opened(zeros: Any) -> Any:
        if isinstance(zeros, (list, tuple)):
            return [opened(item) for item in zeros]
        return zeros

    return opened(zeros_like(x))


def unbroadcast(g: Any, like: Any) -> Any:
    """Bring `g` to the shape of `like` (array, scalar or shape): broadcast axes are summed, missing ones repeated.

    A real `like` takes the real part of a complex `g`, and an array or NumPy scalar `like` gives its own floating dtype
    to the result. `g` itself is returned when there is nothing to do; a repeated result is a read-only view.
    """
    if type(g) is float and type(like) is float:
        return g
    if type(g) in (list, dict):  # the adjoint of a container
        return g
    if type(like) is tuple:  # whole numbers are a shape; others are what NumPy took for an array
        return to_shape(g, like if all(type(n) is int for n in like) else np.shape(like))
    dtype = getattr(like, "dtype", None)
    shape = np.shape(like) if type(like) is list and hasattr(g, "shape") else ()  # a list that NumPy took for an array
    g = to_shape(g, shape if dtype is None else like.shape)
    if dtype is None:
        g = g.real if is_complex(g) and not isinstance(like, complex) else g
        # a number of Python's is of double precision
        return float(g) if type(like) is float and isinstance(g, np.floating) and not isinstance(g, float) else g
    have = getattr(g, "dtype", None)
    if have is not None and have == dtype:  # None equals the dtype float64
        return g
    return to_kind(g, dtype)


def to_shape(g: Any, shape: tuple[int, ...]) -> Any:
    have = getattr(g, "shape", None)
    if have is None:  # a Python scalar, or None
        return g if not shape or g is None else np.broadcast_to(g, shape)
    if have == shape:
        return g if shape or not isinstance(g, np.ndarray) else g[()]
    extra = len(have) - len(shape)
    axes = tuple(range(extra)) if extra > 0 else ()
    axes += tuple(i for i in range(max(extra, 0), len(have)) if shape[i - extra] == 1 != have[i])
    if axes:
        g = g.sum(axis=axes)
        # axes of length one come back; an axis that is still to be repeated has length one as well
        g = g.reshape(tuple(1 if i in axes else have[i] for i in range(max(extra, 0), len(have))))
    if g.shape != shape:
        return np.broadcast_to(g, shape)
    return g if shape or not isinstance(g, np.ndarray) else g[()]


def is_complex(g: Any) -> bool:
    """Whether a number or an array is complex."""
    return isinstance(g, complex) or getattr(getattr(g, "dtype", None), "kind", "") == "c"


def to_kind(g: Any, dtype: Any) -> Any:
    """`g` as an adjoint of a value of this dtype: its real part if that is real, its precision if that is floating."""
    have = getattr(g, "dtype", None)
    complex_ = isinstance(g, complex) if have is None else have.kind == "c"
    if complex_ and dtype.kind != "c":
        g = g.real
    if have is None:
        same = g is None or dtype.kind not in "fc" or isinstance(g, (int, float)) and dtype == np.float64
        return g if same else dtype.type(g)
    if dtype.kind == "f" and have.kind in "fc" or dtype.kind == "c" and have.kind == "c":
        return g.astype(dtype, copy=False)
    return g


def expand(g: Any, shape: tuple[int, ...], axis: Any = None, keepdims: bool = False) -> Any:
    """The adjoint of a sum over `axis` of an array of this shape: `g` repeated along these axes, as a read-only view.

    >>> expand(np.array([1.0, 2.0]), (3, 2), axis=0).tolist()
    [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    """
    if not shape or g is None:
        return g
    if np is numpy and isinstance(g, (float, np.floating)):
        # the most frequent case; built directly because np.broadcast_to costs several microseconds
        whole = np.ndarray(shape, getattr(g, "dtype", float), np.array(g), 0, (0,) * len(shape))
        whole.flags.writeable = False
        return whole
    if keepdims and type(g) is numpy.ndarray and g.ndim == len(shape) and g.flags.c_contiguous:
        steps = zip(g.shape, shape, g.strides, strict=True)  # as np.broadcast_to, which costs several microseconds
        whole = np.ndarray(shape, g.dtype, g, 0, [0 if have != want else step for have, want, step in steps])
        whole.flags.writeable = False
        return whole
    if axis is not None and not keepdims:
        kept = list(shape)
        for i in axis if isinstance(axis, tuple) else (axis,):
            kept[i] = 1
        g = np.reshape(g, kept)
    return np.broadcast_to(np.asarray(g) if np is not numpy else g, shape)


def add(a: Any, b: Any) -> Any:
    """The sum of two adjoints of one value, structure by structure; None is zero."""
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, SEQUENCES) and isinstance(b, SEQUENCES):
        longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
        items = [add(u, v) for u, v in zip(longer, shorter, strict=False)]
        items += list(longer)[len(items) :]
        return sequence_like(longer if isinstance(a, list) is isinstance(b, list) else [], items)
    if isinstance(a, dict) and isinstance(b, dict):
        total = _copy.copy(a)
        for key, value in b.items():
            total[key] = add(total.get(key), value)
        return total
    if attributes_of(a):
        return map_container(lambda u, v: add(u, v), a, b)
    return a + b


def scatter_add(x_bar: Any, index: Any, value: Any) -> None:
    """x_bar[index] += value, in place, in an array, list or dict; where an index repeats, every contribution counts."""
    if value is None:
        return
    if isinstance(x_bar, np.ndarray):
        if x_bar.dtype.kind == "f" and is_complex(value):
            value = value.real
        if is_single(index):
            x_bar[index] += value
        elif np is not numpy:
            backend.add_at(x_bar, index, value)
        elif not _add_rows(x_bar, index, value):
            np.add.at(x_bar, index, value)
    elif isinstance(x_bar, dict):
        x_bar[index] = add(x_bar[index], value)
    elif isinstance(x_bar, (list, deque)):
        if isinstance(index, slice):
            for place, item in zip(range(*index.indices(len(x_bar))), value, strict=False):
                x_bar[place] = add(x_bar[place], item)
        else:
            x_bar[index] = add(x_bar[index], value)
    elif isinstance(index, str):  # an attribute of an instance
        object.__setattr__(x_bar, index, add(getattr(x_bar, index, None), value))
    elif is_single(index):
        x_bar[index] += value
    else:
        backend.add_at(x_bar, index, value)


def is_basic(index: Any) -> bool:
    """Whether an array indexed with `index` gives a view (or one element): integers, slices, None and Ellipsis only."""
    if type(index) is tuple:
        return all(map(is_basic, index))
    if isinstance(index, bool):
        return False
    return index is None or index is Ellipsis or isinstance(index, (int, slice, np.integer))


def is_single(index: Any) -> bool:
    """Whether an index names no element twice, as far as it shows: it is basic, or a mask."""
    return is_basic(index) or isinstance(index, (bool, np.bool_)) or getattr(index, "dtype", None) == np.bool_


def _add_rows(x_bar: np.ndarray, index: Any, value: Any) -> bool:
    """Add `value` to rows of x_bar, for integer arrays as index: sorted first, which is faster than `np.add.at`.

    The index is one integer array, or a tuple of such, for the first axes; a row is what they choose together. Returns
    False, having done nothing, where this does not apply.
    """
    parts = index if type(index) is tuple else (index,)
    if not x_bar.flags.c_contiguous or not 0 < len(parts) < x_bar.ndim or not isinstance(value, np.ndarray):
        return False
    if not all(isinstance(part, np.ndarray) and part.dtype.kind in "iu" and part.ndim for part in parts):
        return False
    places = np.broadcast_shapes(*(part.shape for part in parts))
    length = x_bar.shape[: len(parts)]
    row = x_bar.shape[len(parts) :]
    if value.shape != places + row or value.size == 0:
        return False
    wrapped = [np.where(part < 0, part + n, part) for part, n in zip(parts, length, strict=True)]
    rows = wrapped[0] if len(parts) == 1 else np.ravel_multi_index(np.broadcast_arrays(*wrapped), length)
    rows = rows.reshape(-1)
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    starts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    summed = value.reshape(-1, *row)[order]
    if len(starts) < len(rows):
        summed = np.add.reduceat(summed, starts, axis=0)
    x_bar.reshape(-1, *row)[rows[starts]] += summed
    return True


def index_adjoint(x: Any, index: Any, g: Any) -> Any:
    """The adjoint of `x` through `x[index]`: zeros of the structure of `x`, with `g` added at `index`."""
    x_bar = zeros_like(x) if isinstance(x, np.ndarray) or backend.is_device_array(x) else blank(x)
    scatter_add(x_bar, index, g)
    return x_bar


def blank(x: Any) -> Any:
    """An adjoint for a container `x`, to be filled: a list of None for a list or tuple, a dict of None for a dict."""
    if isinstance(x, SEQUENCES):
        return [None] * len(x)
    return dict.fromkeys(x) if isinstance(x, dict) else None


def is_differentiable(x: Any, seen: tuple[int, ...] = ()) -> bool:
    """Whether `x` is a float, a floating or complex array, or a container or object with one of those inside."""
    if id(x) in seen:  # a structure that contains itself
        return False
    if isinstance(x, np.ndarray) or backend.is_device_array(x):
        return x.dtype.kind in "fc" or x.dtype.kind == "O" and any(map(is_differentiable, x.flat))
    if isinstance(x, (float, complex, np.inexact)):
        return True
    return any(is_differentiable(item, (*seen, id(x))) for item in children(x))


def copy(x: Any) -> Any:
    """A copy of an adjoint that shares no array with it."""
    if isinstance(x, np.ndarray) or backend.is_device_array(x):
        return x.copy()
    return x if x is None or isinstance(x, (float, int, complex, np.generic)) else map_container(copy, x, other=x)


def element(value: Any) -> Any:
    """An element of an array as a number of its own: on a device it is a view, which is copied."""
    return value.copy() if getattr(value, "shape", None) == () and backend.is_device_array(value) else value


def elements(values: Any) -> Any:
    """A new list (tuple) whose items may be elements of an array, or tuples of them, as numbers of their own; a new list.

    >>> elements([1.0, (2.0, [3.0])])
    [1.0, (2.0, [3.0])]
    """
    if type(values) not in (list, tuple):  # a class of the user, or a function under the name of the builtin one
        return values
    return type(values)(elements(v) if type(v) is tuple else element(v) for v in values)


def augmented(x: Any, operation: str, value: Any) -> Any:
    """What `x` means after `x += value`, or another operation of this kind: a number of a device is not changed in place, an array is.

    >>> augmented(2.0, "*", 3.0)
    6.0
    """
    if getattr(x, "shape", None) == () and backend.is_device_array(x):
        return OPERATIONS[operation](x, value)
    return IN_PLACE[operation](x, value)


def like(value: Any, x: Any) -> Any:
    """`value` in the floating dtype of `x`; unchanged where `x` has none (a Python number, a container)."""
    dtype = getattr(x, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or value is None:
        return value
    if hasattr(value, "astype"):
        return value if value.dtype == dtype else value.astype(dtype)
    return dtype.type(value)


def children(x: Any) -> list[Any]:
    """The values directly inside a container; empty for a leaf."""
    if isinstance(x, SEQUENCES):
        return list(x)
    if isinstance(x, dict):
        return list(x.values())
    return [getattr(x, name) for name in attributes_of(x)]


def attributes_of(x: Any) -> tuple[str, ...]:
    """The names of what an instance of a Python class has of its own: fields, attributes, slots; empty for anything else."""
    if isinstance(x, NO_RECORDS) or not type(x).__flags__ & HEAP_TYPE or hasattr(type(x), "__array_ufunc__"):
        return ()  # what NumPy computes with is no record, on a device either
    if dataclasses.is_dataclass(x):
        return tuple(f.name for f in dataclasses.fields(x) if hasattr(x, f.name))
    found = list(getattr(x, "__dict__", ()))
    for base in type(x).__mro__:
        slots = base.__dict__.get("__slots__", ())
        found += [n for n in ([slots] if isinstance(slots, str) else slots) if not n.startswith("__") and hasattr(x, n)]
    return tuple(found)


def map_container(function: Any, x: Any, *others: Any, other: Any = None) -> Any:
    """A container like `x` with `function` applied to each value inside (and to those of `others` in the same place).

    `other` is what a leaf becomes.
    """
    if isinstance(x, SEQUENCES):
        return sequence_like(x, [function(item) for item in x])
    if isinstance(x, dict):
        result = _copy.copy(x)
        for key, item in x.items():
            result[key] = function(item)
        return result
    names = attributes_of(x)
    if names:
        record = object.__new__(type(x))
        for name in names:
            beside = [getattr(o, name, None) for o in others]
            object.__setattr__(record, name, function(getattr(x, name), *beside))
        return record
    return other


def sequence_like(x: Any, items: list[Any]) -> Any:
    """The items in a sequence of the kind of `x`: list, tuple, named tuple, deque, or a class derived from one."""
    kind = type(x)
    if kind is list:
        return items
    if kind is tuple:
        return tuple(items)
    if hasattr(x, "_fields"):
        return kind._make(items)
    if isinstance(x, tuple):
        return kind(items)
    result = _copy.copy(x)
    if isinstance(result, deque):
        result.clear()
        result.extend(items)
    else:
        result[:] = items
    return result
