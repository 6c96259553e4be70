"""Adjoints of joining and splitting arrays. Parts of a tuple or list of adjoints may be None, which is zero."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from . import adjoint, shape

__all__ = [
    "block_adjoint",
    "column_stack_adjoint",
    "dstack_adjoint",
    "hstack_adjoint",
    "joined_by",
    "joined_by_adjoint",
    "joined_by_parts",
    "split_adjoint",
    "split_like",
    "stack_adjoint",
    "unstack_adjoint",
    "vstack_adjoint",
]


def split_like(g: Any, arrays: Any, axis: int | None = 0) -> Any:
    """The adjoint of `np.concatenate(arrays, axis)`: the pieces of `g`, each in the shape and kind of its array."""
    found, start = [], 0
    for a in arrays:
        size = np.size(a) if axis is None else np.shape(a)[axis]
        found.append(shape.array_adjoint(np.reshape(_slab(g, start, start + size, axis or 0), np.shape(a)), a))
        start += size
    return _sequence(found, arrays)


def stack_adjoint(g: Any, arrays: Any, axis: int = 0) -> Any:
    """The adjoint of `np.stack(arrays, axis)`."""
    slabs = np.moveaxis(g, axis, 0)
    return _sequence([shape.array_adjoint(slabs[i], a) for i, a in enumerate(arrays)], arrays)


def vstack_adjoint(g: Any, arrays: Any) -> Any:
    """The adjoint of `np.vstack(arrays)`."""
    return _reshaped(split_like(g, [np.atleast_2d(a) for a in arrays], 0), arrays)


def hstack_adjoint(g: Any, arrays: Any) -> Any:
    """The adjoint of `np.hstack(arrays)`."""
    parts = [np.atleast_1d(a) for a in arrays]
    return _reshaped(split_like(g, parts, 0 if parts and np.ndim(parts[0]) == 1 else 1), arrays)


def dstack_adjoint(g: Any, arrays: Any) -> Any:
    """The adjoint of `np.dstack(arrays)`."""
    return _reshaped(split_like(g, [np.atleast_3d(a) for a in arrays], 2), arrays)


def joined_by(concatenator: Any, items: Any) -> Any:
    """`np.r_[items]` and `np.c_[items]`, as a call."""
    return concatenator[tuple(items)]


def joined_by_adjoint(g: Any, concatenator: Any, items: Any) -> list[Any]:
    """The adjoint of the items of `joined_by`: numbers in the place of their entries tell where these have gone."""
    sizes = [0 if isinstance(item, (slice, str)) else np.size(item) for item in items]
    starts = [sum(sizes[:i]) for i in range(len(items))]
    labels = [
        np.full(len(np.r_[item]), -1)
        if isinstance(item, slice)
        else item
        if isinstance(item, str)
        else np.reshape(np.arange(start, start + size), np.shape(item))
        for item, start, size in zip(items, starts, sizes, strict=True)
    ]
    places = np.asarray(concatenator[tuple(labels)])
    entries = np.zeros(sum(sizes), np.result_type(g))
    entries[places[places >= 0]] = np.asarray(g)[places >= 0]
    return [
        None
        if isinstance(item, (slice, str))
        else shape.array_adjoint(np.reshape(entries[start : start + size], np.shape(item))[()], item)
        for item, start, size in zip(items, starts, sizes, strict=True)
    ]


def joined_by_parts(parts: Any, concatenator: Any, items: Any) -> Any:
    """`joined_by` of parts that belong to the items, where None is zero."""
    found: list[Any] = []
    for part, item in zip(parts, items, strict=True):
        if isinstance(item, slice):
            found.append(np.zeros(len(np.r_[item])))
        elif isinstance(item, str):
            found.append(item)
        else:
            found.append(np.zeros(np.shape(item)) if part is None else shape.filled(part, item))
    return concatenator[tuple(found)]


def column_stack_adjoint(g: Any, arrays: Any) -> Any:
    """The adjoint of `np.column_stack(arrays)`: vectors and numbers are columns."""
    return _reshaped(split_like(g, [a if np.ndim(a) > 1 else np.reshape(a, (-1, 1)) for a in arrays], 1), arrays)


def split_adjoint(pieces: Any, shape: tuple[int, ...], sections: Any, axis: int = 0) -> Any:
    """The adjoint of `np.split` and its kin, of an array of this shape; sections that overlap are added."""
    axis %= len(shape)
    given = next(p for p in pieces if p is not None)
    total = np.zeros_like(given, shape=shape, dtype=np.result_type(*[p for p in pieces if p is not None]))
    for piece, (start, stop) in zip(pieces, _sections(shape[axis], sections), strict=True):
        if piece is not None:
            adjoint.scatter_add(total, (slice(None),) * axis + (slice(start, stop),), piece)
    return total


def unstack_adjoint(pieces: Any, shape: tuple[int, ...], axis: int = 0) -> Any:
    """The adjoint of `np.unstack` of an array of this shape."""
    if all(p is None for p in pieces):
        return np.zeros(shape)
    axis %= len(shape)
    zero = np.zeros_like(next(p for p in pieces if p is not None))
    return np.stack([zero if p is None else p for p in pieces], axis)


def _sections(size: int, sections: Any) -> list[tuple[int, int]]:
    """Where each section of an axis of this size starts and stops, as `np.array_split` cuts it."""
    if np.ndim(sections) == 0:
        each, more = divmod(size, int(sections))
        lengths = [each + 1] * more + [each] * (int(sections) - more)
        points = [0, *itertools.accumulate(lengths)]
    else:
        points = [0, *map(int, sections), size]
    return list(itertools.pairwise(points))


def block_adjoint(g: Any, arrays: Any) -> Any:
    """The adjoint of `np.block(arrays)`: a list nested as the argument is."""
    depth = _depth(arrays)
    rank = max(depth, _rank(arrays))
    return _block_pieces(np.reshape(g, (1,) * (rank - np.ndim(g)) + np.shape(g)), arrays, depth, rank)


def _block_pieces(g: Any, arrays: Any, depth: int, rank: int) -> Any:
    if not isinstance(arrays, list):
        return adjoint.unbroadcast(np.reshape(g, np.shape(arrays)), arrays)
    found, start = [], 0
    for item in arrays:
        size = _block_shape(item, depth - 1, rank)[rank - depth]
        found.append(_block_pieces(_slab(g, start, start + size, rank - depth), item, depth - 1, rank))
        start += size
    return found


def _block_shape(arrays: Any, depth: int, rank: int) -> tuple[int, ...]:
    if not isinstance(arrays, list):
        return (1,) * (rank - np.ndim(arrays)) + np.shape(arrays)
    shapes = [_block_shape(item, depth - 1, rank) for item in arrays]
    axis = rank - depth
    return (*shapes[0][:axis], sum(s[axis] for s in shapes), *shapes[0][axis + 1 :])


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _rank(arrays: Any) -> int:
    return max(map(_rank, arrays)) if isinstance(arrays, list) else np.ndim(arrays)


def _slab(g: Any, start: int, stop: int, axis: int) -> Any:
    return g[(slice(None),) * (axis % g.ndim) + (slice(start, stop),)]


def _reshaped(pieces: Any, arrays: Any) -> Any:
    return _sequence(
        [shape.array_adjoint(np.reshape(p, np.shape(a)), a) for p, a in zip(pieces, arrays, strict=True)], arrays
    )


def _sequence(pieces: list[Any], arrays: Any) -> Any:
    """The pieces as the adjoint of `arrays`: an array where that was one array, iterated over."""
    return np.stack(pieces) if isinstance(arrays, np.ndarray) and pieces else pieces
