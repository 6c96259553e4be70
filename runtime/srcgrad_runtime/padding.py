"""Adjoints and tangents of `np.pad`; without stores, to be differentiated again.

Padding works on one axis after the other, each time on what the axes before have left, so that its transpose goes through the axes in the
opposite order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adjoint, quantiles, reductions
from .indexing import take_adjoint

__all__ = [
    "pad_adjoint",
    "pad_ends_adjoint",
    "pad_linear",
    "pad_statistic_adjoint",
    "pad_statistic_tangent",
    "pad_values_adjoint",
]

LINEAR = ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean", "empty")


def pad_linear(
    x: Any, pad_width: Any, mode: str = "constant", stat_length: Any = None, reflect_type: str = "even"
) -> Any:
    """The part of `np.pad` that is linear in the array: padding with zeros where it would pad with given values.

    ValueError where the mode is a function of the caller.
    """
    if mode not in LINEAR:
        raise ValueError(f"cannot differentiate np.pad with mode={mode!r}: use one of {', '.join(LINEAR)}")
    more: dict[str, Any] = {}
    if mode == "mean":
        more["stat_length"] = stat_length
    if mode in ("reflect", "symmetric"):
        more["reflect_type"] = reflect_type
    return np.pad(x, pad_width, "constant" if mode == "empty" else mode, **more)  # type: ignore[call-overload]


def pad_adjoint(
    g: Any,
    shape: tuple[int, ...],
    pad_width: Any,
    mode: str = "constant",
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    """The adjoint of an array of this shape through `np.pad`."""
    widths = _widths(pad_width, len(shape))
    if mode in ("constant", "empty"):
        return g[tuple(slice(before, before + n) for (before, _), n in zip(widths, shape, strict=True))]
    for axis in reversed(range(len(shape))):
        before, after = widths[axis]
        if before or after:
            lengths = None if stat_length is None else [np.broadcast_to(stat_length, (len(shape), 2))[axis].tolist()]
            g = _pad_axis_adjoint(g, shape[axis], axis, (before, after), mode, lengths, reflect_type)
    return g


def _pad_axis_adjoint(
    g: Any, size: int, axis: int, width: tuple[int, int], mode: str, lengths: Any, reflect_type: str
) -> Any:
    if mode in ("edge", "wrap") or mode in ("reflect", "symmetric") and reflect_type == "even":
        copies = np.pad(np.arange(size), width, mode)  # type: ignore[call-overload]
        return take_adjoint(g, (*g.shape[:axis], size, *g.shape[axis + 1 :]), copies, axis)
    # every padded entry is a fixed combination of entries along the axis: padding the unit vectors gives the weights
    eye = np.eye(size, dtype=np.result_type(g))
    if lengths is not None:
        lengths = [*lengths, (1, 1)]
    weights = pad_linear(eye, (width, (0, 0)), mode, lengths, reflect_type)
    return np.moveaxis(np.tensordot(weights, g, ((0,), (axis,))), 0, axis)


def pad_values_adjoint(g: Any, shape: tuple[int, ...], pad_width: Any, values_shape: tuple[int, ...]) -> Any:
    """The adjoint of `constant_values` (of shape `values_shape`) in `np.pad`; later axes own the corners."""
    widths = _widths(pad_width, len(shape))
    if not shape:
        return np.zeros(values_shape, np.result_type(g))
    inner = tuple(slice(before, before + n) for (before, _), n in zip(widths, shape, strict=True))
    sums = []
    for axis, (before, after) in enumerate(widths):
        lead, rest, n = (slice(None),) * axis, inner[axis + 1 :], g.shape[axis]
        sums.append(np.sum(g[lead + (slice(0, before),) + rest]))
        sums.append(np.sum(g[lead + (slice(n - after, n),) + rest]))
    return adjoint.unbroadcast(np.reshape(np.stack(sums), (len(shape), 2)), values_shape)


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        table = {axis % ndim: np.broadcast_to(width, 2).tolist() for axis, width in pad_width.items()}
        return [tuple(table.get(axis, (0, 0))) for axis in range(ndim)]
    return [(int(before), int(after)) for before, after in np.broadcast_to(pad_width, (ndim, 2)).tolist()]


def pad_ends_adjoint(g: Any, shape: tuple[int, ...], pad_width: Any, values_shape: tuple[int, ...]) -> Any:
    """The adjoint of `end_values` (of shape `values_shape`) in `np.pad` with mode "linear_ramp", in which they are linear."""
    rank, blank = len(shape), np.zeros(shape, np.result_type(g))
    if not shape:
        return np.zeros(values_shape, np.result_type(g))
    sums = []
    for unit in np.eye(2 * rank).reshape(-1, rank, 2):
        sums.append(np.sum(g * np.pad(blank, pad_width, "linear_ramp", end_values=unit.astype(int).tolist())))
    return adjoint.unbroadcast(np.reshape(np.stack(sums), (rank, 2)), values_shape)


def pad_statistic_adjoint(g: Any, x: Any, pad_width: Any, mode: str, stat_length: Any = None) -> Any:
    """The adjoint of an array through `np.pad` with the largest, smallest or middle entry near each end."""
    for axis, widths, lengths, stage in reversed(_stages(x, pad_width, mode, stat_length)):
        g = _statistic_adjoint(np.moveaxis(g, axis, 0), np.moveaxis(stage, axis, 0), widths, lengths, mode)
        g = np.moveaxis(g, 0, axis)
    return g


def pad_statistic_tangent(x_dot: Any, x: Any, pad_width: Any, mode: str, stat_length: Any = None) -> Any:
    """The tangent of `np.pad` with the largest, smallest or middle entry near each end."""
    for axis, (before, after), (first, last), stage in _stages(x, pad_width, mode, stat_length):
        rows, dots = np.moveaxis(stage, axis, 0), np.moveaxis(x_dot, axis, 0)
        parts = [dots]
        if before:
            top = _statistic_tangent(dots[:first], rows[:first], mode)
            parts = [np.broadcast_to(top, (before, *np.shape(top)[1:])), *parts]
        if after:
            end = _statistic_tangent(dots[-last:], rows[-last:], mode)
            parts = [*parts, np.broadcast_to(end, (after, *np.shape(end)[1:]))]
        x_dot = np.moveaxis(np.concatenate(parts), 0, axis)
    return x_dot


def _stages(x: Any, pad_width: Any, mode: str, stat_length: Any) -> list[tuple[int, tuple[int, int], Any, Any]]:
    """The axes that are padded, with widths, how many entries count at both ends, and the array as it is before."""
    rank, found = np.ndim(x), []
    for axis, widths in enumerate(_widths(pad_width, rank)):
        n = np.shape(x)[axis]
        lengths = [n, n] if stat_length is None else np.broadcast_to(stat_length, (rank, 2))[axis].tolist()
        found.append((axis, widths, [min(length, n) for length in lengths], x))
        alone = [widths if i == axis else (0, 0) for i in range(rank)]
        x = np.pad(x, alone, mode, stat_length=stat_length)  # type: ignore[call-overload]
    return [one for one in found if one[1] != (0, 0)]


def _statistic_adjoint(g: Any, rows: Any, widths: tuple[int, int], lengths: Any, mode: str) -> Any:
    """The adjoint of one padded axis, the first: the padding goes back to the entries of which it is the statistic."""
    (before, after), (first, last), n = widths, lengths, len(rows)
    total, other = g[before : before + n], [(0, 0)] * (np.ndim(g) - 1)
    if before:
        part = _share(np.sum(g[:before], axis=0, keepdims=True), rows[:first], mode)
        total = total + np.pad(part, [(0, n - first), *other])
    if after:
        part = _share(np.sum(g[before + n :], axis=0, keepdims=True), rows[n - last :], mode)
        total = total + np.pad(part, [(n - last, 0), *other])
    return total


def _share(g: Any, chunk: Any, mode: str) -> Any:
    """The adjoint of the largest, smallest or middle entry along the first axis."""
    if mode == "median":
        return quantiles.quantile_adjoint(g, chunk, 0.5, 0, True)
    y = np.max(chunk, axis=0, keepdims=True) if mode == "maximum" else np.min(chunk, axis=0, keepdims=True)
    return g * reductions.extremum_share(chunk, y, 0, True)


def _statistic_tangent(dots: Any, chunk: Any, mode: str) -> Any:
    if mode == "median":
        return quantiles.quantile_tangent(dots, chunk, 0.5, 0, True)
    y = np.max(chunk, axis=0, keepdims=True) if mode == "maximum" else np.min(chunk, axis=0, keepdims=True)
    return np.sum(dots * reductions.extremum_share(chunk, y, 0, True), axis=0, keepdims=True)
