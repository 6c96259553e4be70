"""Pooling over windows in one to three dimensions, channels first, beside its adjoints.

x is (N, C, *size); a window has `size` entries and moves by `stride` (by its size, if none is given) over x with
`padding` around it. A pool is a chain of operations on strided slices of x, one for each entry of the window, and so
are the adjoints. Equal maxima in one window share the gradient evenly, as those of `np.max` do.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .shapes import hashable, margins, per_axis, product, require

__all__ = ["avg_pool", "avg_unpool", "max_pool", "max_pool_tangent", "max_unpool", "unpool"]


@dataclass(frozen=True)
class Windows:
    """Where the windows lie; all numbers are per spatial axis."""

    shape: tuple[int, ...]  # of x
    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]

    @functools.cached_property
    def padded(self) -> tuple[int, ...]:
        return tuple(n + before + after for n, (before, after) in zip(self.shape[2:], self.padding, strict=True))

    @functools.cached_property
    def result(self) -> tuple[int, ...]:
        """The shape of the result."""
        spans = zip(self.padded, self.size, self.stride, strict=True)
        return (*self.shape[:2], *((n - k) // step + 1 for n, k, step in spans))

    @functools.cached_property
    def entries(self) -> list[tuple[slice, ...]]:
        """For each entry of the window, what of padded x the entry sees as the window moves."""
        found = []
        for offset in itertools.product(*map(range, self.size)):
            spans = zip(offset, self.stride, self.result[2:], strict=True)
            slices = (slice(start, start + (n - 1) * step + 1, step) for start, step, n in spans)
            found.append((slice(None), slice(None), *slices))
        return found

    @property
    def within(self) -> tuple[slice, ...]:
        """What is not padding."""
        spans = zip(self.shape[2:], self.padding, strict=True)
        return (slice(None), slice(None), *(slice(before, before + n) for n, (before, _) in spans))

    def pad(self, x: Any, value: float) -> Any:
        if self.padded == self.shape[2:]:
            return x
        return np.pad(x, ((0, 0), (0, 0), *self.padding), constant_values=value)

    def spread(self, g: Any, parts: Iterable[Any]) -> Any:
        """The adjoint of x: for each entry of the window its part of g, added where the entry was read."""
        disjoint = all(step >= n for step, n in zip(self.stride, self.size, strict=True))
        x_bar = np.zeros_like(g, shape=(*self.shape[:2], *self.padded))  # in the order of memory that g has
        for place, part in zip(self.entries, parts, strict=True):
            if disjoint:
                x_bar[place] = part
            else:
                x_bar[place] += part
        return x_bar[self.within]


def windows(name: str, shape: Any, size: Any, stride: Any, padding: Any) -> Windows:
    """The windows on x of this shape; ValueError, with the shapes and the rule, if there can be none."""
    return _windows(name, tuple(shape), hashable(size), hashable(stride), hashable(padding))


@functools.lru_cache(maxsize=256)
def _windows(name: str, shape: tuple[int, ...], size: Any, stride: Any, padding: Any) -> Windows:
    axes = len(shape) - 2
    require(axes >= 1, f"{name}: x has shape {shape}; it must be (N, C, *size)")
    spans = per_axis(name, "size", size, axes, 1)
    steps = spans if stride is None else per_axis(name, "stride", stride, axes, 1)
    found = Windows(shape, spans, steps, margins(name, padding, axes))
    fits = min(found.result[2:]) >= 1
    require(
        fits, f"{name}: x has shape {shape}, the window {spans}; it must not be larger than x, padded to {found.padded}"
    )
    half = all(2 * max(pair) <= n for pair, n in zip(found.padding, spans, strict=True))
    require(half, f"{name}: padding {padding} must be at most half of the window, {spans}")
    return found


# ---- maxima ----------------------------------------------------------------------------------------------------------


def max_pool(x: Any, size: Any = 2, stride: Any = None, padding: Any = 0) -> Any:
    """The largest entry in each window of x (N, C, *size); padding is never the largest.

    Raises ValueError if the window does not fit.
    """
    place = windows("max_pool", np.shape(x), size, stride, padding)
    padded = place.pad(x, _lowest(x.dtype))
    first, *rest = place.entries
    if not rest:
        return padded[first].copy()
    y = np.maximum(padded[first], padded[rest[0]])
    for entry in rest[1:]:
        np.maximum(y, padded[entry], out=y)
    return y


def max_unpool(g: Any, x: Any, size: Any = 2, stride: Any = None, padding: Any = 0, top: Any = None) -> Any:
    """The adjoint of x in `top = max_pool(x, ...)`: g where the maxima were, in equal parts where there are several.

    This is max-unpooling: values (in the shape of the pool of x) go to the places from which the maxima of x came.
    """
    place = windows("max_unpool", np.shape(x), size, stride, padding)
    _fits("max_unpool", g, place)
    winners, share = _winners(x, place, max_pool(x, size, stride, padding) if top is None else top)
    g = g * share
    return place.spread(g, (won * g for won in winners))


def max_pool_tangent(x_dot: Any, x: Any, size: Any = 2, stride: Any = None, padding: Any = 0, top: Any = None) -> Any:
    """The tangent of `top = max_pool(x, ...)`: the mean of the tangents of the largest entries in each window."""
    place = windows("max_pool_tangent", np.shape(x), size, stride, padding)
    winners, share = _winners(x, place, max_pool(x, size, stride, padding) if top is None else top)
    padded = place.pad(x_dot, 0.0)
    total = winners[0] * padded[place.entries[0]]
    for won, entry in zip(winners[1:], place.entries[1:], strict=True):
        total += won * padded[entry]
    return total * share


def _lowest(dtype: Any) -> Any:
    """What is below every number of this dtype, or the lowest one of it."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min if dtype.kind in "iu" else 0


def _winners(x: Any, place: Windows, y: Any) -> tuple[list[Any], Any]:
    """For each entry of the window, where it is the largest; and one by the number of the largest, in the dtype of x.

    No entry is the largest where one is NaN: what is multiplied with this inf and these zeros is NaN.
    """
    padded = place.pad(x, -np.inf)
    winners = [padded[entry] == y for entry in place.entries]
    count = winners[0].astype(np.int32 if len(winners) > 100 else np.int8)
    for won in winners[1:]:
        count += won
    with np.errstate(divide="ignore"):
        return winners, 1 / count.astype(x.dtype)


# ---- means -----------------------------------------------------------------------------------------------------------


def avg_pool(x: Any, size: Any = 2, stride: Any = None, padding: Any = 0) -> Any:
    """The mean of each window of x (N, C, *size); padding counts as zeros.

    Raises ValueError if the window does not fit.
    """
    place = windows("avg_pool", np.shape(x), size, stride, padding)
    x = x.astype(float) if x.dtype.kind in "biu" else x
    padded = place.pad(x, 0.0)
    total = padded[place.entries[0]].copy(order="K")
    for entry in place.entries[1:]:
        total += padded[entry]
    total *= 1 / len(place.entries)
    return total


def avg_unpool(g: Any, shape: tuple[int, ...], size: Any = 2, stride: Any = None, padding: Any = 0) -> Any:
    """The adjoint of x, of this shape, in `avg_pool(x, ...)`: each entry of g in equal parts over its window."""
    place = windows("avg_unpool", shape, size, stride, padding)
    _fits("avg_unpool", g, place)
    part = g * (1 / len(place.entries))
    return place.spread(part, [part] * len(place.entries))


def unpool(x: Any, size: Any = 2) -> Any:
    """Each entry of x (N, C, *size) over a whole window: what `max_pool` and `avg_pool` with this size map onto x."""
    shape, entries = unpooled(np.shape(x), size)
    return avg_unpool(x, shape, size) * entries


def unpooled(shape: tuple[int, ...], size: Any) -> tuple[tuple[int, ...], int]:
    """The shape of `unpool(x, size)` for x of this shape, and the number of entries of a window."""
    require(len(shape) >= 3, f"unpool: x has shape {shape}; it must be (N, C, *size)")
    spans = per_axis("unpool", "size", size, len(shape) - 2, 1)
    return (*shape[:2], *(n * k for n, k in zip(shape[2:], spans, strict=True))), product(spans)


def _fits(name: str, g: Any, place: Windows) -> None:
    shapes = f"{name}: g has shape {np.shape(g)}, x has shape {place.shape}"
    require(np.shape(g) == place.result, f"{shapes}; the pool of x has shape {place.result}")
