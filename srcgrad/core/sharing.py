"""Which values share memory: what the source of a function cannot tell of its arguments, asked of the values of a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from srcgrad_runtime import adjoint, backend

WORK = 1000  # how long NumPy looks for an element in common before the answer is yes


def is_shared(changed: Iterable[Any], others: Iterable[Any]) -> bool:
    """Whether something in the values `changed` shares memory with something else there, or with something in the `others`.

    >>> a = np.zeros(4)
    >>> is_shared([a], [a[1:]]), is_shared([a[:2]], [a[2:]]), is_shared([[a, a]], []), is_shared([], [a, a])
    (True, False, True, False)
    """
    stored = [part for value in changed for part in parts(value)]
    read = [part for value in others for part in parts(value)] if stored else []
    if any(isinstance(part, np.ndarray) and overlaps_itself(part) for part in stored):
        return True
    return any(True for _ in pairs([*stored, *read], len(stored)))


def pairs(values: list[Any], count: int) -> Iterator[tuple[int, int]]:
    """The positions of two values that share memory, the first of them among the first `count`."""
    reach = sorted((*_bounds(value), position) for position, value in enumerate(values))
    near: list[
        tuple[int, int]
    ] = []  # end and position of those that begin before, and end after the one at hand begins
    for low, high, position in reach:
        near = [one for one in near if one[0] > low]
        for _, other in near:
            first, second = sorted((position, other))
            if first < count and share(values[first], values[second]):
                yield first, second
        near.append((high, position))


def _bounds(value: Any) -> tuple[int, int]:
    """The first address that belongs to a value, and the first one after it; of what is no array of the host, a name of its memory."""
    if isinstance(value, np.ndarray):
        return np.lib.array_utils.byte_bounds(value)
    key = id(value.data.mem if backend.is_device_array(value) else value)
    return key, key + 1


def share(one: Any, other: Any) -> bool:
    """Whether two arrays have memory in common; two containers, whether they are one."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if not np.may_share_memory(one, other):
            return False
        try:
            return np.shares_memory(one, other, max_work=WORK)  # type: ignore[arg-type]  # any number is taken
        except np.exceptions.TooHardError:
            return True
    if backend.is_device_array(one) and backend.is_device_array(other):
        return one.data.mem is other.data.mem
    return one is other


def parts(value: Any, seen: dict[int, Any] | None = None) -> Iterator[Any]:
    """The arrays in a value, and the containers that can change, each as often as something holds it."""
    if backend.is_array(value):
        yield value
        return
    inside = adjoint.children(value)
    if not inside:
        return
    if not isinstance(value, tuple):
        yield value
    seen = {} if seen is None else seen
    if id(value) not in seen:
        seen[id(value)] = value
        for item in inside:
            yield from parts(item, seen)


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two entries of an array may be one element of memory (a broadcast, a sliding window)."""
    if array.flags.c_contiguous:
        return False
    reach = array.itemsize
    for stride, extent in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < reach:
            return True
        reach = stride * (extent - 1) + reach
    return False
