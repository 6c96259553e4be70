"""Making arrays, and telling of their shapes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy

from .registry import joined, shim

# ---- making arrays ----


def _array(np: Any, own: Any, value: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """`array` and `asarray`: lists of numbers and arrays of the device, of which the device's own takes arrays only."""
    if isinstance(value, (list, tuple)) and _mixed(np, value):
        value = joined(np._device.asarray, value)
    return own(value, dtype=dtype, **{key: kwargs[key] for key in kwargs if key in ("copy", "order", "ndmin")})


def _mixed(np: Any, values: Any) -> bool:
    return any(isinstance(v, np.ndarray) or isinstance(v, (list, tuple)) and _mixed(np, v) for v in values)


for _name in ("array", "asarray", "asanyarray"):
    shim(_name)(_array)


def _in_order(np: Any, own: Any, value: Any, dtype: Any = None, **_: Any) -> Any:
    return own(np.asarray(value), dtype=dtype)


for _name in ("ascontiguousarray", "asfortranarray"):
    shim(_name)(_in_order)


@shim("asarray_chkfinite")
def asarray_chkfinite(np: Any, own: Any, value: Any, dtype: Any = None, order: Any = None) -> Any:
    value = np.asarray(value, dtype=dtype)
    if not bool(np.all(np.isfinite(value))):
        raise ValueError("array must not contain infs or NaNs")
    return value


@shim("require")
def require(np: Any, own: Any, value: Any, dtype: Any = None, requirements: Any = None) -> Any:
    return np.ascontiguousarray(value, dtype=dtype)


@shim("broadcast_to")
def broadcast_to(np: Any, own: Any, array: Any, shape: Any, subok: bool = False) -> Any:
    return own(array, shape)


@shim("geomspace")
def geomspace(
    np: Any, own: Any, start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    if not any(isinstance(end, np.ndarray) for end in (start, stop)):
        return np.asarray(numpy.geomspace(start, stop, num, endpoint, dtype, axis))
    sign = np.sign(np.asarray(start))
    ends = (np.log10(np.asarray(end) * sign) for end in (start, stop))
    return sign * 10.0 ** np.linspace(*ends, num, endpoint=endpoint, axis=axis)


@shim("logspace")
def logspace(
    np: Any, own: Any, start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    if not isinstance(base, np.ndarray):
        return own(start, stop, num=num, endpoint=endpoint, base=base, dtype=dtype, axis=axis)
    shape = numpy.broadcast_shapes(*(numpy.shape(start), numpy.shape(stop), base.shape))
    ends = [np.broadcast_to(np.asarray(end), shape) for end in (start, stop)]
    powers = np.linspace(*ends, num, endpoint=endpoint, axis=axis)
    found = np.expand_dims(np.broadcast_to(base, shape), axis) ** powers
    return found if dtype is None else found.astype(dtype)


@shim("full")
def full(np: Any, own: Any, shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    if isinstance(fill_value, (list, tuple)):
        fill_value = np.asarray(fill_value)
    if not getattr(fill_value, "ndim", 0):
        return own(shape, fill_value, dtype=dtype, order=order)
    found = np.empty(shape, fill_value.dtype if dtype is None else dtype, order)
    found[...] = fill_value
    return found


@shim("fromiter")
def fromiter(np: Any, own: Any, values: Any, dtype: Any, count: int = -1) -> Any:
    return np.array(list(values) if count < 0 else list(itertools.islice(values, count)), dtype=dtype)


# ---- telling ----


@shim("shape")
def shape(np: Any, own: Any, a: Any) -> Any:
    if isinstance(a, (list, tuple)):
        return (len(a), *shape(np, own, a[0])) if a else (0,)
    return a.shape


@shim("ndim")
def ndim(np: Any, own: Any, a: Any) -> int:
    return len(shape(np, own, a))


@shim("size")
def size(np: Any, own: Any, a: Any, axis: Any = None) -> int:
    extents = shape(np, own, a)
    return math.prod(extents if axis is None else [extents[i] for i in (axis if isinstance(axis, tuple) else (axis,))])
