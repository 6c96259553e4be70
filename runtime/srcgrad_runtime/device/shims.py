"""What devices lack of NumPy, written with what they have.

A shim takes `np` on the device, the device's own function of that name (None if there is none), and the arguments.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy

from .errors import DeviceError

Shim = Callable[..., Any]
_SHIMS: dict[tuple[str, str], Shim] = {}


def find(module: str, name: str) -> Shim | None:
    """The shim for a function of NumPy, or of one of its modules."""
    return _SHIMS.get((module, name))


def shim(name: str, module: str = "") -> Callable[[Shim], Shim]:
    def register(function: Shim) -> Shim:
        _SHIMS[module, name] = function
        return function

    return register


def joined(asarray: Any, values: Any) -> Any:
    """Nested lists of arrays of the device and numbers as one array."""
    parts = [joined(asarray, value) if isinstance(value, (list, tuple)) else asarray(value) for value in values]
    return asarray(parts) if not parts else _stack(parts)


def _stack(parts: list[Any]) -> Any:
    return numpy.stack(parts)  # dispatches to the device


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


# ---- polynomials ----


@shim("polyder")
def polyder(np: Any, own: Any, p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@shim("polyint")
def polyint(np: Any, own: Any, p: Any, m: int = 1, k: Any = None) -> Any:
    constants = [0.0] * m if k is None else list(k) if isinstance(k, (list, tuple)) else [k] * m
    for constant in constants:
        p = np.concatenate([p / np.arange(len(p), 0, -1), np.asarray([constant])])
    return p


# ---- reductions over a part, and with a start ----

FIRST: dict[str, Any] = {"sum": 0, "prod": 1, "any": False, "all": True}
EXTREMA = {
    "max": ("maximum", -numpy.inf),
    "min": ("minimum", numpy.inf),
    "amax": ("maximum", -numpy.inf),
    "amin": ("minimum", numpy.inf),
}


def _fold(
    name: str, np: Any, own: Any, a: Any, *args: Any, where: Any = True, initial: Any = None, **kwargs: Any
) -> Any:
    if where is not True:
        a = np.where(where, a, FIRST[name])
    result = own(a, *args, **kwargs)
    if initial is None:
        return result
    return result + initial if name == "sum" else result * initial


def _extremum(
    name: str, np: Any, own: Any, a: Any, *args: Any, where: Any = True, initial: Any = None, **kwargs: Any
) -> Any:
    outer, edge = EXTREMA[name]
    if where is not True:
        a = np.where(where, a, edge if initial is None else initial)
    result = own(a, *args, **kwargs)
    return result if initial is None else getattr(np, outer)(result, initial)


def _mean(
    np: Any,
    own: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    if where is True:
        return own(a, axis=axis, dtype=dtype, out=out, keepdims=keepdims)
    number = np.sum(np.broadcast_to(np.asarray(where), a.shape), axis=axis, keepdims=keepdims)
    return np.sum(a, axis=axis, keepdims=keepdims, where=where) / number


def _var(
    np: Any,
    own: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    correction: Any = None,
) -> Any:
    ddof = ddof if correction is None else correction
    if where is True:
        return own(a, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)
    centred = a - np.mean(a, axis=axis, keepdims=True, where=where)
    number = np.sum(np.broadcast_to(np.asarray(where), a.shape), axis=axis, keepdims=keepdims)
    return np.sum(centred * centred, axis=axis, keepdims=keepdims, where=where) / (number - ddof)


def _std(np: Any, own: Any, a: Any, *args: Any, **kwargs: Any) -> Any:
    if "where" in kwargs or "correction" in kwargs:
        return np.sqrt(np.var(a, *args, **kwargs))
    return own(a, *args, **kwargs)


for _name in FIRST:
    shim(_name)(functools.partial(_fold, _name))
for _name in EXTREMA:
    shim(_name)(functools.partial(_extremum, _name))
shim("mean")(_mean)
shim("var")(_var)
shim("std")(_std)


# ---- joining and parting ----


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
    """With an array as default, which comes last of all choices."""
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


# ---- products ----


@shim("vecdot")
@shim("vecdot", "linalg")
def vecdot(np: Any, own: Any, a: Any, b: Any, *, axis: int = -1) -> Any:
    return np.sum(np.conj(a) * b, axis=axis)


@shim("matvec")
def matvec(np: Any, own: Any, a: Any, b: Any) -> Any:
    return (a @ b[..., None])[..., 0]


@shim("vecmat")
def vecmat(np: Any, own: Any, a: Any, b: Any) -> Any:
    return (np.conj(a)[..., None, :] @ b)[..., 0, :]


@shim("multi_dot", "linalg")
def multi_dot(np: Any, own: Any, arrays: Any, *, out: Any = None) -> Any:
    return functools.reduce(np.dot, arrays)


def _from_top(name: str, np: Any, own: Any, *args: Any, **kwargs: Any) -> Any:
    return getattr(np, name)(*args, **kwargs)


for _name in ("outer", "tensordot"):
    shim(_name, "linalg")(functools.partial(_from_top, _name))


@shim("diagonal", "linalg")
def diagonal(np: Any, own: Any, x: Any, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@shim("trace", "linalg")
def trace(np: Any, own: Any, x: Any, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(x, offset, -2, -1, dtype)


@shim("vector_norm", "linalg")
def vector_norm(np: Any, own: Any, x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    if axis is None:
        flat = np.linalg.norm(x.ravel(), ord)
        return flat.reshape((1,) * x.ndim) if keepdims else flat
    if isinstance(axis, tuple):
        moved = np.moveaxis(x, axis, range(-len(axis), 0))
        flat = np.linalg.norm(moved.reshape(moved.shape[: x.ndim - len(axis)] + (-1,)), ord, -1)
        return np.expand_dims(flat, axis) if keepdims else flat
    return np.linalg.norm(x, ord, axis, keepdims)


@shim("matrix_norm", "linalg")
def matrix_norm(np: Any, own: Any, x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@shim("cholesky", "linalg")
def cholesky(np: Any, own: Any, a: Any, /, *, upper: bool = False) -> Any:
    return np.conj(np.swapaxes(own(np.conj(np.swapaxes(a, -1, -2))), -1, -2)) if upper else own(a)


@shim("svd", "linalg")
def svd(np: Any, own: Any, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if hermitian:
        raise DeviceError("linalg.svd with hermitian=True is not there on a device; use linalg.eigh")
    return own(a, full_matrices=full_matrices, compute_uv=compute_uv)


@shim("pinv", "linalg")
def pinv(np: Any, own: Any, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    if hermitian:  # the lower triangle counts
        a = np.tril(a) + np.conj(np.swapaxes(np.tril(a, -1), -1, -2))
    rcond = rtol if rcond is None else rcond
    return own(a) if rcond is None else own(a, rcond)


@shim("svdvals", "linalg")
def svdvals(np: Any, own: Any, x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)
