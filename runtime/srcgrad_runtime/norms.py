"""Adjoints and tangents of norms and condition numbers, for every order and choice of axes that NumPy knows.

A norm at zero has the derivative zero; entries, rows, columns and singular values that tie for the largest or the
smallest share the derivative evenly. Written without stores, so that all can be differentiated again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .decompositions import conjugate, transposed

__all__ = [
    "norm_adjoint",
    "norm_tangent",
    "vector_norm_adjoint",
    "vector_norm_tangent",
    "cond_adjoint",
    "cond_tangent",
]


def norm_adjoint(x: Any, y: Any, y_bar: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The adjoint of `x` in y = np.linalg.norm(x, ord, axis, keepdims)."""
    if np.size(x) == 0:
        return np.zeros_like(x)
    axes = tuple(range(np.ndim(x))) if axis is None else (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    if not keepdims:
        y, y_bar = np.expand_dims(y, axes), np.expand_dims(y_bar, axes)
    if ord is None or len(axes) == 2 and ord in ("fro", "f"):
        return _along(x, y, y_bar)
    if len(axes) == 1:
        return _vector_norm_adjoint(x, y, y_bar, ord, axes)
    place = (-2, -1)
    g = _matrix_norm_adjoint(np.moveaxis(x, axes, place), np.moveaxis(y_bar, axes, place), ord)
    return np.moveaxis(g, place, axes)


def norm_tangent(x: Any, y: Any, x_dot: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    partial = norm_adjoint(x, y, np.ones_like(y), ord, axis, keepdims)
    return np.real(np.sum(partial * x_dot, axis=axes, keepdims=keepdims))


def vector_norm_adjoint(x: Any, y: Any, y_bar: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The adjoint of `x` in y = np.linalg.vector_norm(x): a norm over all the named axes together."""
    if np.size(x) == 0:
        return np.zeros_like(x)
    axes = tuple(range(np.ndim(x))) if axis is None else (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    if not keepdims:
        y, y_bar = np.expand_dims(y, axes), np.expand_dims(y_bar, axes)
    return _along(x, y, y_bar) if ord is None else _vector_norm_adjoint(x, y, y_bar, ord, axes)


def vector_norm_tangent(x: Any, y: Any, x_dot: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    partial = vector_norm_adjoint(x, y, np.ones_like(y), axis, keepdims, ord)
    return np.real(np.sum(partial * x_dot, axis=axes, keepdims=keepdims))


def _along(x: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of the Euclidean norm y of x."""
    return conjugate(x) * (y_bar / np.where(y == 0, 1, y))


def _direction(x: Any) -> Any:
    """The adjoint of abs(x): the sign, or the conjugate phase; 0 at 0."""
    if np.iscomplexobj(x):
        size = np.abs(x)
        return np.conj(x) / np.where(size == 0, 1, size)
    return np.sign(x)


def _shared(mask: Any, axis: Any) -> Any:
    """One divided evenly among the entries that tie."""
    return mask / np.sum(mask, axis=axis, keepdims=True)


def _vector_norm_adjoint(x: Any, y: Any, y_bar: Any, ord: Any, axes: Any) -> Any:
    """`y` and `y_bar` have the axes of `x`."""
    if ord == 2:
        return _along(x, y, y_bar)
    if ord == 0:
        return x * 0
    if ord == 1:
        return _direction(x) * y_bar
    size = np.abs(x)
    if ord in (np.inf, -np.inf):
        return _direction(x) * y_bar * _shared((size == y).astype(size.dtype), axes)
    # (|x| / y) ** (ord - 1), with 0 where |x| or y is 0
    regular = (size != 0) & (y != 0)
    ratio = np.where(regular, size, 1) / np.where(regular, y, 1)
    return _direction(x) * y_bar * np.where(regular, ratio ** (ord - 1), 0)


def _matrix_norm_adjoint(x: Any, y_bar: Any, ord: Any) -> Any:
    """For stacks of matrices: `x` is (..., M, N), `y_bar` is (..., 1, 1)."""
    if ord in (1, -1, np.inf, -np.inf):
        along, across = (-2, -1) if ord in (1, -1) else (-1, -2)
        sums = np.sum(np.abs(x), axis=along, keepdims=True)
        extreme = (np.max if ord > 0 else np.min)(sums, axis=across, keepdims=True)
        return _direction(x) * (y_bar * _shared((sums == extreme).astype(sums.dtype), across))
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    if ord == "nuc":
        weight = np.sign(s)
    elif ord in (2, -2):
        extreme = (np.max if ord > 0 else np.min)(s, axis=-1, keepdims=True)
        weight = _shared((s == extreme).astype(s.dtype), -1) * np.sign(s)
    else:
        raise ValueError(f"invalid norm order {ord!r} for matrices")
    return y_bar * conjugate((u * weight[..., None, :]) @ vh)


def cond_adjoint(x: Any, y: Any, y_bar: Any, p: Any = None) -> Any:
    """The adjoint of `x` in y = np.linalg.cond(x, p), for regular matrices."""
    y, y_bar = np.asarray(y), np.asarray(y_bar)
    if p is None or p in (2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        over, under = (s[..., 0], s[..., -1]) if p != -2 else (s[..., -1], s[..., 0])
        over_bar, under_bar = y_bar / under, -y_bar * over / (under * under)
        first_bar, last_bar = (over_bar, under_bar) if p != -2 else (under_bar, over_bar)
        place = np.arange(s.shape[-1])
        ends = (place == 0).astype(s.dtype), (place == s.shape[-1] - 1).astype(s.dtype)
        s_bar = first_bar[..., None] * ends[0] + last_bar[..., None] * ends[1]
        return conjugate((u * s_bar[..., None, :]) @ vh)
    inverse = np.linalg.inv(x)
    size, inverse_size = np.linalg.norm(x, p, (-2, -1)), np.linalg.norm(inverse, p, (-2, -1))
    inverse_bar = norm_adjoint(inverse, inverse_size, y_bar * size, p, (-2, -1))
    inverse_t = transposed(inverse)
    return norm_adjoint(x, size, y_bar * inverse_size, p, (-2, -1)) - inverse_t @ inverse_bar @ inverse_t


def cond_tangent(x: Any, y: Any, x_dot: Any, p: Any = None) -> Any:
    return np.real(np.sum(cond_adjoint(x, y, np.ones_like(y), p) * x_dot, axis=(-2, -1)))
