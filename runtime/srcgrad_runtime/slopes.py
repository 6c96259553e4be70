"""Adjoints and tangents of `np.gradient`, of the array and of the spacings.

With the steps h between the places, and the slopes s of the array over them, the gradient in the middle of two steps is
(h_right s_left + h_left s_right) / (h_left + h_right), at an end the slope itself, or (edge_order 2) that of the parabola through three points.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .adjoint import add, unbroadcast
from .differences import diff_adjoint
from .reductions import axes_of

__all__ = ["gradient_adjoint", "gradient_adjoint_tangent", "gradient_spacings_adjoint", "gradient_spacings_tangent"]


def gradient_adjoint(
    y_bar: Any, shape: tuple[int, ...], varargs: tuple = (), axis: Any = None, edge_order: int = 1
) -> Any:
    """The adjoint of `np.gradient` of an array of this shape, with the spacings and axes of the call."""
    axes = axes_of(axis, len(shape))
    bars = y_bar if isinstance(y_bar, (list, tuple)) else [y_bar]
    spacings = list(varargs) * len(axes) if len(varargs) == 1 else list(varargs) or [1.0] * len(axes)
    total = None
    for i, spacing, bar in zip(axes, spacings, bars, strict=True):
        if bar is not None:
            total = add(total, _slope_adjoint(bar, spacing, i, edge_order))
    return total


def _slope_adjoint(bar: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The transpose of the difference stencils of `np.gradient` along one axis.

    The stencils touch neighbours only (three entries at the ends), so their coefficients are the slopes of three combs
    of ones, each of them hitting every third entry.
    """
    bar = np.moveaxis(bar, axis, -1)
    number = bar.shape[-1]
    grid = spacing if np.ndim(spacing) else float(spacing)
    total = np.zeros_like(bar)
    rows = np.arange(number)
    for comb in range(min(4, number)):
        # every fourth entry is one: no stencil, three wide, sees two of them
        ones = (rows % 4 == comb).astype(bar.dtype)
        slopes: Any = np.gradient(ones, grid, edge_order=edge_order)  # type: ignore[call-overload]
        slopes = slopes.astype(bar.dtype)
        for shift in (-2, -1, 0, 1, 2):
            hit = (rows + shift >= 0) & (rows + shift < number) & ((rows + shift) % 4 == comb) & (slopes != 0)
            # at distance two only the ends reach, and there the other distance two cannot exist
            if abs(shift) == 2:
                hit &= (rows == 0) if shift > 0 else (rows == number - 1)
            total[..., rows[hit] + shift] += bar[..., hit] * slopes[hit]
    return np.moveaxis(total, -1, axis)


def gradient_spacings_adjoint(
    y_bar: Any, f: Any, varargs: tuple, y: Any, axis: Any = None, edge_order: int = 1
) -> list[Any]:
    """The adjoints of the spacings, numbers or the places along an axis; one for all axes gets the sum."""
    axes = axes_of(axis, np.ndim(f))
    bars, slopes = (y_bar, y) if isinstance(y, (list, tuple)) else ([y_bar], [y])
    found: list[Any] = [None] * len(varargs)
    for i, one in enumerate(axes):
        place = 0 if len(varargs) == 1 else i
        if bars[i] is not None:
            found[place] = add(found[place], _spacing_adjoint(bars[i], f, varargs[place], slopes[i], one, edge_order))
    return found


def gradient_spacings_tangent(
    varargs_dot: Any, f: Any, varargs: tuple, y: Any, axis: Any = None, edge_order: int = 1
) -> Any:
    """The tangent of `np.gradient` for tangents of its spacings (None is zero)."""
    axes = axes_of(axis, np.ndim(f))
    several = isinstance(y, (list, tuple))
    found = []
    for i, one in enumerate(axes):
        place, slope = 0 if len(varargs) == 1 else i, y[i] if several else y
        dot = varargs_dot[place]
        found.append(
            np.zeros_like(slope) if dot is None else _spacing_tangent(dot, f, varargs[place], slope, one, edge_order)
        )
    return type(y)(found) if several else found[0]


def gradient_adjoint_tangent(
    varargs_dot: Any, y_bar: Any, shape: tuple[int, ...], varargs: tuple, axis: Any = None, edge_order: int = 1
) -> Any:
    """The tangent of `gradient_adjoint` for tangents of the spacings (None is zero)."""
    axes = axes_of(axis, len(shape))
    bars = y_bar if isinstance(y_bar, (list, tuple)) else [y_bar]
    total: Any = None
    for i, one in enumerate(axes):
        place = 0 if len(varargs) == 1 else i
        if bars[i] is not None and varargs_dot[place] is not None:
            total = add(total, _back_tangent(varargs_dot[place], bars[i], shape, varargs[place], one, edge_order))
    return total if total is not None else np.zeros(shape)


def _back_tangent(dot: Any, g: Any, shape: tuple[int, ...], spacing: Any, axis: int, edge_order: int) -> Any:
    if np.ndim(spacing) == 0:
        return -gradient_adjoint(g, shape, (spacing,), axis, edge_order) * (dot / spacing)
    h, h_dot = np.diff(spacing), np.diff(dot)
    g, m = np.moveaxis(g, axis, -1), len(h)
    left, right = _middle(h)
    left_dot, right_dot = _middle(h_dot)
    inner = g[..., 1:-1] / (left + right)
    turn = inner * (right_dot * left - right * left_dot) / (left + right)
    s_bar = _at(inner * right, 0, m) + _at(inner * left, 1, m)
    s_bar_dot = _at(turn, 0, m) - _at(turn, 1, m)
    for end, near, far in ((0, 0, 1), (-1, m - 1, m - 2)):
        first = g[..., end][..., None]
        s_bar = s_bar + _at(first, near, m)
        if edge_order == 2:
            total = h[near] + h[far]
            share = first * (h[near] / total)
            change = first * ((h_dot[near] * h[far] - h[near] * h_dot[far]) / (total * total))
            s_bar = s_bar + _at(share, near, m) - _at(share, far, m)
            s_bar_dot = s_bar_dot + _at(change, near, m) - _at(change, far, m)
    back = np.moveaxis((s_bar_dot - s_bar * (h_dot / h)) / h, -1, axis)
    return diff_adjoint(back, shape, 1, axis)


def _spacing_adjoint(g: Any, f: Any, spacing: Any, y: Any, axis: int, edge_order: int) -> Any:
    if np.ndim(spacing) == 0:
        return unbroadcast(-np.sum(g * y) / spacing, spacing)
    h, s = _steps(f, spacing, axis)
    g = np.moveaxis(g, axis, -1)
    m = len(h)
    left, right = _middle(h)
    middle = (left * s[..., 1:] + right * s[..., :-1]) / (left + right)  # the gradient between two steps
    inner = g[..., 1:-1] / (left + right)
    s_bar = _at(inner * right, 0, m) + _at(inner * left, 1, m)
    h_bar = _at(inner * (s[..., 1:] - middle), 0, m) + _at(inner * (s[..., :-1] - middle), 1, m)
    for end, near, far in ((0, 0, 1), (-1, m - 1, m - 2)):
        first = g[..., end][..., None]
        s_bar = s_bar + _at(first, near, m)
        if edge_order == 2:
            total = h[near] + h[far]
            bend = (s[..., near] - s[..., far])[..., None] * first / (total * total)
            share = first * (h[near] / total)
            s_bar = s_bar + _at(share, near, m) - _at(share, far, m)
            h_bar = h_bar + _at(bend * h[far], near, m) - _at(bend * h[near], far, m)
    h_bar = h_bar - s_bar * s / h
    steps = np.sum(h_bar, axis=tuple(range(np.ndim(h_bar) - 1)))
    return unbroadcast(diff_adjoint(steps, (m + 1,), 1, 0), spacing)


def _spacing_tangent(dot: Any, f: Any, spacing: Any, y: Any, axis: int, edge_order: int) -> Any:
    if np.ndim(spacing) == 0:
        return -y * (dot / spacing)
    h, s = _steps(f, spacing, axis)
    m, h_dot = len(h), np.diff(dot)
    s_dot = -s * (h_dot / h)
    left, right = _middle(h)
    left_dot, right_dot = _middle(h_dot)
    middle = (left * s[..., 1:] + right * s[..., :-1]) / (left + right)
    inner = (
        left * s_dot[..., 1:] + right * s_dot[..., :-1]
        + left_dot * (s[..., 1:] - middle) + right_dot * (s[..., :-1] - middle)
    ) / (left + right)  # fmt: skip
    ends = []
    for near, far in ((0, 1), (m - 1, m - 2)):
        end = s_dot[..., near]
        if edge_order == 2:
            total = h[near] + h[far]
            bend = (s[..., near] - s[..., far]) / (total * total)
            end = end + (s_dot[..., near] - s_dot[..., far]) * (h[near] / total)
            end = end + bend * (h[far] * h_dot[near] - h[near] * h_dot[far])
        ends.append(end[..., None])
    return np.moveaxis(np.concatenate([ends[0], inner, ends[1]], axis=-1), -1, axis)


def _steps(f: Any, places: Any, axis: int) -> tuple[Any, Any]:
    """The steps between the places, and the slopes of the array over them, along the last axis."""
    h = np.diff(places)
    return h, np.diff(np.moveaxis(f, axis, -1), axis=-1) / h


def _middle(h: Any) -> tuple[Any, Any]:
    """The steps at the left and at the right of every place but the first and the last."""
    return h[:-1], h[1:]


def _at(values: Any, first: int, size: int) -> Any:
    """The values from a place on along the last axis, zeros around them."""
    rest = size - first - np.shape(values)[-1]
    return np.pad(values, [*[(0, 0)] * (np.ndim(values) - 1), (first, rest)])
