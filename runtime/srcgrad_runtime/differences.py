"""Adjoints of differences, slopes and integrals of sampled functions: `np.diff`, `np.gradient`, `np.trapezoid`.

Nothing here changes its arguments.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .adjoint import unbroadcast

__all__ = [
    "ediff1d_part",
    "diff_adjoint",
    "diff_parts_adjoint",
    "diff_tangent",
    "trapezoid_adjoint",
    "trapezoid_nodes_adjoint",
]


def diff_parts_adjoint(y_bar: Any, a: Any, n: int, axis: int, prepend: Any, append: Any) -> list[Any]:
    """The adjoints of what `np.diff` joins: what is prepended, the array, what is appended."""
    parts = [_slab(prepend, a, axis), a, _slab(append, a, axis)]
    shape, ends = list(np.shape(a)), list(itertools.accumulate(np.shape(part)[axis] for part in parts))
    shape[axis] = ends[-1]
    pieces = np.split(diff_adjoint(y_bar, tuple(shape), n, axis), ends[:-1], axis=axis)
    return [
        None if like is None else unbroadcast(g, like) for g, like in zip(pieces, (prepend, a, append), strict=True)
    ]


def diff_tangent(
    a_dot: Any, prepend_dot: Any, append_dot: Any, a: Any, n: int, axis: int, prepend: Any, append: Any
) -> Any:
    """The tangent of `np.diff`; a tangent of None is zero."""
    parts = []
    for dot, part in ((prepend_dot, prepend), (a_dot, a), (append_dot, append)):
        slab = part if part is a else _slab(part, a, axis)
        parts.append(np.zeros_like(slab) if dot is None else dot if part is a else _slab(dot, a, axis))
    return np.diff(np.concatenate(parts, axis=axis), n, axis=axis)


def _slab(part: Any, a: Any, axis: int) -> Any:
    """What `np.diff` puts at an end of `a`: a number fills a slab of thickness one, None is one of thickness zero."""
    if part is not None and np.ndim(part):
        return part
    shape = list(np.shape(a))
    shape[axis] = 0 if part is None else 1
    return np.broadcast_to(np.zeros((), a.dtype) if part is None else np.asarray(part, a.dtype), shape)


def diff_adjoint(y_bar: Any, shape: tuple[int, ...], n: int = 1, axis: int = -1) -> Any:
    """The adjoint of `np.diff` of an array of this shape: differences of y_bar between zeros, sign changed."""
    if n == 0:
        return y_bar
    if shape[axis] <= n:
        return np.zeros(shape, y_bar.dtype)
    edge = list(shape)
    edge[axis] = n
    zeros = np.zeros(edge, y_bar.dtype)
    total = np.diff(np.concatenate([zeros, y_bar, zeros], axis=axis), n, axis=axis)
    return -total if n % 2 else total


def trapezoid_adjoint(y_bar: Any, shape: tuple[int, ...], x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The adjoint of the ordinates, an array of this shape, of the trapezoidal rule."""
    axis = axis % len(shape)
    y_bar = np.expand_dims(y_bar, axis)
    if shape[axis] == 0:
        return np.zeros(shape, np.result_type(y_bar))
    if x is None:
        whole = np.broadcast_to(y_bar * dx, shape)
        place = np.reshape(np.arange(shape[axis]), tuple(-1 if i == axis else 1 for i in range(len(shape))))
        ends = np.add(place == 0, place == shape[axis] - 1, dtype=int)
        return np.where(ends == 0, whole, np.where(ends == 1, whole * 0.5, 0 * whole))
    if np.ndim(x) == 1:
        x = np.reshape(x, tuple(-1 if i == axis else 1 for i in range(len(shape))))
    step = np.diff(x, axis=axis)
    end = np.zeros_like(np.take(x, [0], axis=axis))
    return y_bar * ((np.concatenate([end, step], axis=axis) + np.concatenate([step, end], axis=axis)) / 2)


def trapezoid_nodes_adjoint(y_bar: Any, f: Any, x: Any, axis: int = -1) -> Any:
    """The adjoint of the abscissas of the trapezoidal rule."""
    rank, number = np.ndim(f), np.shape(f)[axis]
    means = (np.take(f, np.arange(1, number), axis=axis) + np.take(f, np.arange(number - 1), axis=axis)) / 2
    steps = np.expand_dims(y_bar, axis) * means
    wide = diff_adjoint(steps, np.shape(f), 1, axis)
    if np.ndim(x) == 1 and rank > 1:
        return np.sum(np.moveaxis(wide, axis, 0), axis=tuple(range(1, rank)))
    return unbroadcast(wide, x)


def ediff1d_part(g: Any, ary: Any, to_begin: Any, part: int) -> Any:
    """The part of an adjoint of `np.ediff1d` that belongs to what comes before the differences, to these, or to what comes after."""
    before = 0 if to_begin is None else np.size(to_begin)
    after = before + max(np.size(ary) - 1, 0)
    return (g[:before], g[before:after], g[after:])[part]
