"""Adjoints of arrays: a shadow for each piece of memory, and the same view of the shadow for each view of the memory."""

from __future__ import annotations

from typing import Any

import numpy as np


def owner_of(array: np.ndarray) -> np.ndarray:
    """The array at the end of the chain of bases: all arrays that share its memory have the same one."""
    base: Any = array
    found = array
    while base is not None:
        if isinstance(base, np.ndarray):
            found = base
        base = getattr(base, "base", None)
    return found


class Shadows:
    """The adjoints of all active memory of one tape."""

    def __init__(self) -> None:
        self.active: dict[int, np.ndarray] = {}  # id of an owner -> the owner: memory that may hold active values
        self.bars: dict[
            int, tuple[np.ndarray, int]
        ] = {}  # id of an owner -> the bytes of its shadow, the address it begins at

    def is_active(self, array: np.ndarray) -> bool:
        return id(owner_of(array)) in self.active

    def activate(self, array: np.ndarray) -> None:
        owner = owner_of(array)
        self.active[id(owner)] = owner

    def view(self, array: np.ndarray, make: bool) -> np.ndarray | None:
        """The part of the shadow that belongs to an array; None if there is no shadow yet and none is to be made."""
        owner = owner_of(array)
        found = self.bars.get(id(owner))
        if found is None:
            if not make:
                return None
            low, high = np.lib.array_utils.byte_bounds(owner)
            found = self.bars[id(owner)] = (np.zeros(high - low, np.uint8), low)
        raw, low = found
        if array.size == 0:
            return np.zeros(array.shape, array.dtype)
        start = array.__array_interface__["data"][0] - low
        return np.ndarray(array.shape, array.dtype, raw.data, start, array.strides)

    def add(self, array: np.ndarray, g: Any, calc: Any) -> None:
        """Add `g`, of the shape of the array, to its adjoint; `calc` does the arithmetic."""
        bar = self.view(array, True)
        assert bar is not None
        if bar.size == 0:
            return
        if not overlaps_itself(bar):
            calc.increase(bar, g)
            return
        flat, places = elements(bar)
        calc.increase_at(flat, places, calc.call(np.broadcast_to, g, bar.shape))

    def drop(self, array: np.ndarray) -> None:
        """Forget the adjoint of memory that begins to exist here."""
        self.bars.pop(id(owner_of(array)), None)


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two entries of an array may be one element of memory (a broadcast, a sliding window)."""
    reach = array.itemsize
    for stride, extent in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < reach:
            return True
        reach = stride * (extent - 1) + reach
    return False


def elements(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All elements that an array with overlaps is made of, and for each entry the position of its element."""
    places = np.zeros(array.shape, np.intp)
    for axis, (stride, extent) in enumerate(zip(array.strides, array.shape, strict=True)):
        shape = [1] * array.ndim
        shape[axis] = extent
        places = places + (np.arange(extent) * (stride // array.itemsize)).reshape(shape)
    lowest = int(places.min())
    places -= lowest
    first = np.ndarray((), array.dtype, _buffer(array), _offset(array) + lowest * array.itemsize)
    return np.ndarray((int(places.max()) + 1,), array.dtype, _buffer(array), _offset(first)), places


def _buffer(array: np.ndarray) -> Any:
    return owner_of(array).data if isinstance(array.base, np.ndarray) else array.base


def _offset(array: np.ndarray) -> int:
    base = np.frombuffer(_buffer(array), np.uint8)
    return array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
