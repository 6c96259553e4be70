"""Adjoints of matrix and tensor products.

`left` is the first factor and `right` the second. Products are linear in each factor, so each adjoint is again a
product, of `g` with the other factor. Linear maps are transposed without conjugation; where a function conjugates a
factor, that is said.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adjoint

__all__ = [
    "cross_left",
    "cross_right",
    "dot_left",
    "dot_right",
    "inner_left",
    "inner_right",
    "kron_left",
    "kron_right",
    "matmul_left",
    "matmul_right",
    "matvec_left",
    "matvec_right",
    "outer_left",
    "outer_right",
    "tensordot_left",
    "tensordot_right",
    "vdot_left",
    "vdot_right",
    "vecdot_left",
    "vecdot_right",
    "vecmat_left",
    "vecmat_right",
]


def dot_left(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `a` through `np.dot(a, b)`: the sum runs over the last axis of a and the last but one of b."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    if rank_a == 0:
        return adjoint.unbroadcast(np.sum(np.multiply(g, b)), a)
    if rank_b < 2:
        return adjoint.unbroadcast(np.multiply(np.expand_dims(g, -1) if rank_b else g, b), a)
    if rank_b == 2:
        return adjoint.unbroadcast(np.matmul(g, np.transpose(b)), a)
    free = tuple(range(rank_a - 1, np.ndim(g)))
    return adjoint.unbroadcast(np.tensordot(g, np.moveaxis(b, -2, 0), (free, tuple(range(1, rank_b)))), a)


def dot_right(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `b` through `np.dot(a, b)`."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    if rank_a == 0 or rank_b == 0:
        return adjoint.unbroadcast(np.multiply(a, g) if rank_b else np.sum(np.multiply(a, g)), b)
    lead = tuple(range(rank_a - 1))
    total = np.tensordot(a, g, (lead, lead))
    return adjoint.unbroadcast(np.moveaxis(total, 0, -2) if rank_b > 1 else total, b)


def inner_left(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `a` through `np.inner(a, b)`, which sums over the last axis of both."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    if rank_a == 0 or rank_b == 0:
        return adjoint.unbroadcast(np.multiply(g, b) if rank_a else np.sum(np.multiply(g, b)), a)
    free = tuple(range(rank_a - 1, np.ndim(g)))
    return adjoint.unbroadcast(np.tensordot(g, b, (free, tuple(range(rank_b - 1)))), a)


def inner_right(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `b` through `np.inner(a, b)`."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    if rank_a == 0 or rank_b == 0:
        return adjoint.unbroadcast(np.multiply(a, g) if rank_b else np.sum(np.multiply(a, g)), b)
    lead = tuple(range(rank_a - 1))
    return adjoint.unbroadcast(np.tensordot(g, a, (lead, lead)), b)


def outer_left(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `a`, of any shape, through `np.outer(a, b)`."""
    return adjoint.unbroadcast(np.reshape(np.matmul(g, np.ravel(b)), np.shape(a)), a)


def outer_right(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `b`, of any shape, through `np.outer(a, b)`."""
    return adjoint.unbroadcast(np.reshape(np.matmul(np.ravel(a), g), np.shape(b)), b)


def vdot_left(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `a` through `np.vdot(a, b)`, which conjugates a."""
    return adjoint.unbroadcast(np.conj(np.reshape(np.multiply(g, np.ravel(b)), np.shape(a))), a)


def vdot_right(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `b` through `np.vdot(a, b)`."""
    return adjoint.unbroadcast(np.reshape(np.multiply(np.conj(np.ravel(a)), g), np.shape(b)), b)


def _are_matrices(g: Any, x1: Any, x2: Any) -> bool:
    """Whether these are plain matrices of one floating dtype, the most frequent case."""
    if not type(g) is type(x1) is type(x2) is np.ndarray or not g.ndim == x1.ndim == x2.ndim == 2:
        return False
    return bool(g.dtype == x1.dtype == x2.dtype) and g.dtype.kind == "f"


def matmul_left(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of `x1` through `x1 @ x2`, for vectors, matrices and stacks of matrices."""
    if _are_matrices(g, x1, x2):
        return g @ x2.T
    if np.ndim(x2) == 1:
        return adjoint.unbroadcast(np.multiply(np.expand_dims(g, -1), x2), x1)
    if np.ndim(x1) == 1:
        return adjoint.unbroadcast(np.squeeze(np.matmul(x2, np.expand_dims(g, -1)), -1), x1)
    return adjoint.unbroadcast(np.matmul(g, np.swapaxes(x2, -1, -2)), x1)


def matmul_right(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of `x2` through `x1 @ x2`."""
    if _are_matrices(g, x1, x2):
        return x1.T @ g
    if np.ndim(x1) == 1:
        column = np.expand_dims(x1, -1) if np.ndim(x2) > 1 else x1
        return adjoint.unbroadcast(np.multiply(column, np.expand_dims(g, -2) if np.ndim(x2) > 1 else g), x2)
    if np.ndim(x2) <= 2:
        # one matrix for a whole stack: a single product over all rows, without a stack of results to sum
        lead = tuple(range(np.ndim(x1) - 1))
        return adjoint.unbroadcast(np.tensordot(x1, g, (lead, lead)), x2)
    return adjoint.unbroadcast(np.matmul(np.swapaxes(x1, -1, -2), g), x2)


def vecdot_left(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of `x1` through `np.vecdot(x1, x2)`, which conjugates x1."""
    return adjoint.unbroadcast(np.conj(np.multiply(np.expand_dims(g, -1), x2)), x1)


def vecdot_right(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of `x2` through `np.vecdot(x1, x2)`."""
    return adjoint.unbroadcast(np.multiply(np.expand_dims(g, -1), np.conj(x1)), x2)


def matvec_left(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of the matrices `x1` through `np.matvec(x1, x2)`."""
    return adjoint.unbroadcast(np.multiply(np.expand_dims(g, -1), np.expand_dims(x2, -2)), x1)


def matvec_right(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of the vectors `x2` through `np.matvec(x1, x2)`."""
    return adjoint.unbroadcast(np.squeeze(np.matmul(np.expand_dims(g, -2), x1), -2), x2)


def vecmat_left(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of the vectors `x1` through `np.vecmat(x1, x2)`, which conjugates x1."""
    return adjoint.unbroadcast(np.conj(np.squeeze(np.matmul(x2, np.expand_dims(g, -1)), -1)), x1)


def vecmat_right(g: Any, x1: Any, x2: Any) -> Any:
    """The adjoint of the matrices `x2` through `np.vecmat(x1, x2)`."""
    return adjoint.unbroadcast(np.multiply(np.expand_dims(np.conj(x1), -1), np.expand_dims(g, -2)), x2)


def tensordot_left(g: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The adjoint of `a` through `np.tensordot(a, b, axes)`."""
    summed_a, summed_b = _summed(axes, np.ndim(a), np.ndim(b))
    free_a = [i for i in range(np.ndim(a)) if i not in summed_a]
    free_b = [i for i in range(np.ndim(b)) if i not in summed_b]
    total = np.tensordot(g, b, (tuple(range(len(free_a), np.ndim(g))), tuple(free_b)))
    # the axes of the product are those of a that stayed, then those of b that were summed, in the order of b
    partners = [pair[1] for pair in sorted(zip(summed_b, summed_a, strict=True))]
    return adjoint.unbroadcast(np.transpose(total, _positions([*free_a, *partners])), a)


def tensordot_right(g: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The adjoint of `b` through `np.tensordot(a, b, axes)`."""
    summed_a, summed_b = _summed(axes, np.ndim(a), np.ndim(b))
    free_a = [i for i in range(np.ndim(a)) if i not in summed_a]
    free_b = [i for i in range(np.ndim(b)) if i not in summed_b]
    total = np.tensordot(a, g, (tuple(free_a), tuple(range(len(free_a)))))
    partners = [pair[1] for pair in sorted(zip(summed_a, summed_b, strict=True))]
    return adjoint.unbroadcast(np.transpose(total, _positions([*partners, *free_b])), b)


def _summed(axes: Any, rank_a: int, rank_b: int) -> tuple[list[int], list[int]]:
    """The axes of both factors over which `np.tensordot` sums, pairwise."""
    if np.ndim(axes) == 0 and not isinstance(axes, (list, tuple)):
        return list(range(rank_a - int(axes), rank_a)), list(range(int(axes)))
    first, second = ([x] if np.ndim(x) == 0 else list(x) for x in axes)
    return [int(i) % rank_a for i in first], [int(i) % rank_b for i in second]


def _positions(axes: list[int]) -> list[int]:
    return sorted(range(len(axes)), key=axes.__getitem__)


def kron_left(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `a` through `np.kron(a, b)`."""
    shape_a, shape_b = _kron_shapes(np.shape(a), np.shape(b))
    blocks = np.reshape(g, [n for pair in zip(shape_a, shape_b, strict=True) for n in pair])
    inner = tuple(range(1, 2 * len(shape_a), 2))
    total = np.tensordot(blocks, np.reshape(b, shape_b), (inner, tuple(range(len(shape_b)))))
    return adjoint.unbroadcast(np.reshape(total, np.shape(a)), a)


def kron_right(g: Any, a: Any, b: Any) -> Any:
    """The adjoint of `b` through `np.kron(a, b)`."""
    shape_a, shape_b = _kron_shapes(np.shape(a), np.shape(b))
    blocks = np.reshape(g, [n for pair in zip(shape_a, shape_b, strict=True) for n in pair])
    outer = tuple(range(0, 2 * len(shape_a), 2))
    total = np.tensordot(np.reshape(a, shape_a), blocks, (tuple(range(len(shape_a))), outer))
    return adjoint.unbroadcast(np.reshape(total, np.shape(b)), b)


def _kron_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rank = max(len(a), len(b))
    return (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b


def cross_left(g: Any, a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """The adjoint of `a` through `np.cross(a, b)`: b x g, by the triple product."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    u, v, w = _cross_parts(g, a, b, axisa, axisb, axisc)
    return _cross_back(np.cross(v, w), a, axisa)


def cross_right(g: Any, a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """The adjoint of `b` through `np.cross(a, b)`: g x a."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    u, v, w = _cross_parts(g, a, b, axisa, axisb, axisc)
    return _cross_back(np.cross(w, u), b, axisb)


def _cross_parts(g: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int) -> tuple[Any, Any, Any]:
    """The factors and `g` with their three components last; a missing third component is zero."""
    u, v = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(u)[-1] == 2 == np.shape(v)[-1]:
        w = np.expand_dims(g, -1) * np.array([0, 0, 1], np.result_type(g))
    else:
        w = np.moveaxis(g, axisc, -1)
    return _three(u), _three(v), w


def _three(x: Any) -> Any:
    if np.shape(x)[-1] == 3:
        return x
    return np.concatenate((x, np.zeros_like(x[..., :1])), -1)


def _cross_back(total: Any, x: Any, axis: int) -> Any:
    size = np.shape(x)[axis]
    shape = tuple(n for i, n in enumerate(np.shape(x)) if i != axis % np.ndim(x))
    return adjoint.unbroadcast(np.moveaxis(adjoint.unbroadcast(total[..., :size], (*shape, size)), -1, axis), x)
