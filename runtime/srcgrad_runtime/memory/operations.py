"""NumPy's operations with large results in memory of a pool.

The operators of a program for large arrays, and its calls of universal functions, mean what is here. An operation computes what NumPy computes, in the same dtype and
the same shape; only where its result goes is another matter. What is small, or not an array of NumPy, is left to NumPy.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import Pool
from .sizes import RESULT

WIDEST = 16  # bytes of a complex number, the widest kind that goes into a pool
NUMBERS = (float, int, bool, complex, np.generic)
_local = threading.local()
_dtypes: dict[tuple[Any, ...], np.dtype | None] = {}


def current() -> Pool | None:
    """The pool of this thread."""
    return getattr(_local, "pool", None)


def enter(pool: Pool | None) -> Pool | None:
    """Let this thread use a pool; returns the one that it used before."""
    before, _local.pool = current(), pool
    return before


def room(ufunc: np.ufunc, operands: tuple[Any, ...]) -> np.ndarray | None:
    """An array of the pool for the result of a ufunc; None where NumPy had better make one."""
    pool = current()
    if pool is None:
        return None
    shapes, dtypes = [], []
    for x in operands:
        if type(x) is np.ndarray:
            if not x.flags.c_contiguous and x.nbytes >= RESULT and ufunc is not np.matmul:
                return None  # the result shall have the order that NumPy gives it
            shapes.append(x.shape)
            dtypes.append(x.dtype)
        elif isinstance(x, NUMBERS):
            shapes.append(())
            dtypes.append(x.dtype if isinstance(x, np.generic) else type(x))
        else:
            return None
    shape = _shape(ufunc, shapes)
    if shape is None:
        return None
    dtype = _dtype(ufunc, dtypes)
    if dtype is None or dtype.itemsize * _count(shape) < RESULT:
        return None
    return pool.empty(shape, dtype)


def _shape(ufunc: np.ufunc, shapes: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape of the result; None where it is an error, or no matter of this module."""
    if ufunc is np.matmul:
        a, b = shapes
        if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
            return None
        return a[0], b[1]
    if ufunc.signature is not None or ufunc.nout != 1 or len(shapes) != ufunc.nin:
        return None
    first = shapes[0]
    if len(shapes) == 1 or shapes[1] == first or shapes[1] == ():
        return first
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def _dtype(ufunc: np.ufunc, dtypes: list[Any]) -> np.dtype | None:
    key = (ufunc, *dtypes)
    if key not in _dtypes:
        try:
            found = ufunc.resolve_dtypes((*[int if d is bool else d for d in dtypes], None))[-1]
        except TypeError:
            found = None
        if found is not None and (found.kind not in "fc" or not found.isnative):
            found = None
        _dtypes[key] = found
    return _dtypes[key]


def _binary(symbol: Callable[[Any, Any], Any], ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    def apply(a: Any, b: Any) -> Any:
        # the shortest way out for what cannot be large: no result has more entries than all pairs of those of the operands
        if (a.size if type(a) is np.ndarray else 1) * (b.size if type(b) is np.ndarray else 1) * WIDEST < RESULT:
            return symbol(a, b)
        place = room(ufunc, (a, b))
        return symbol(a, b) if place is None else ufunc(a, b, out=place)

    return apply


def _power(a: Any, b: Any) -> Any:
    if type(a) is np.ndarray and type(b) in (int, float) and b == 2 and a.dtype.kind in "fc":
        place = room(np.square, (a,))  # as the operator itself does it
        if place is not None:
            return np.square(a, out=place)
    return a**b


def _negative(a: Any) -> Any:
    place = room(np.negative, (a,)) if type(a) is np.ndarray else None
    return -a if place is None else np.negative(a, out=place)


def _function(ufunc: np.ufunc) -> Callable[..., Any]:
    def apply(*operands: Any, **options: Any) -> Any:
        place = None if options else room(ufunc, operands)
        return ufunc(*operands, **options) if place is None else ufunc(*operands, out=place)

    return apply


# what stands in a program for its operators and its calls of universal functions, by the names that `emit.operators` gives them
OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": _binary(operator.add, np.add),
    "-": _binary(operator.sub, np.subtract),
    "*": _binary(operator.mul, np.multiply),
    "/": _binary(operator.truediv, np.divide),
    "@": _binary(operator.matmul, np.matmul),
    "**": _power,
    "-x": _negative,
}
OPERATIONS.update(
    {
        f"np.{name}": _function(value)
        for name, value in vars(np).items()
        if isinstance(value, np.ufunc) and value.nout == 1
    }
)
