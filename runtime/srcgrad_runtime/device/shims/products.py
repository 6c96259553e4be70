"""Products, polynomials and linear algebra."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from ..errors import DeviceError
from .registry import shim

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


@shim("solve", "linalg")
def solve(np: Any, own: Any, a: Any, b: Any) -> Any:
    """For stacks of matrices and of right-hand sides that are broadcast."""
    if b.ndim < 2:
        return own(a, b)
    stack = numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return own(np.broadcast_to(a, stack + a.shape[-2:]), np.broadcast_to(b, stack + b.shape[-2:]))


@shim("cross", "linalg")
def cross(np: Any, own: Any, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return np.cross(*np.broadcast_arrays(np.asarray(x1), np.asarray(x2)), axis=axis)


@shim("pinv", "linalg")
def pinv(np: Any, own: Any, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    if hermitian:  # the lower triangle counts
        a = np.tril(a) + np.conj(np.swapaxes(np.tril(a, -1), -1, -2))
    rcond = rtol if rcond is None else rcond
    return own(a) if rcond is None else own(a, rcond)


@shim("svdvals", "linalg")
def svdvals(np: Any, own: Any, x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)
