"""Adjoints of arrays: a shadow for each piece of memory, and the same view of the shadow for each view of the memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .arithmetic import PLAIN


def owner_of(array: np.ndarray) -> np.ndarray:
    """The array at the end of the chain of bases: all arrays that share its memory have the same one."""
    if array.base is None:
        return array
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
        # id of an owner -> its shadow, and where the owner begins in it
        self.bars: dict[int, tuple[np.ndarray, int]] = {}
        # id of an owner -> its adjoint, as long as it has got one contribution alone: others may hold it, so nothing is stored into it
        self.given: dict[int, np.ndarray] = {}

    def activate(self, array: np.ndarray) -> None:
        owner = owner_of(array)
        self.active[id(owner)] = owner

    def view(self, array: np.ndarray, make: bool) -> np.ndarray | None:
        """The part of the shadow that belongs to an array; None if there is no shadow yet and none is to be made."""
        owner = owner_of(array)
        found = self.bars.get(id(owner))
        if found is None:
            given = self.given.pop(id(owner), None)
            if given is None and not make:
                return None
            found = self.bars[id(owner)] = _memory(owner)
            if given is not None:
                self.view(owner, True)[...] = given.reshape(owner.shape)  # type: ignore[index]
        raw, begin = found
        if array is owner and raw.shape == array.shape and raw.dtype == array.dtype:
            return raw
        if array.size == 0:
            return np.zeros(array.shape, array.dtype)
        start = begin + _address(array) - _address(owner)
        return np.ndarray(array.shape, array.dtype, raw.data, start, array.strides)

    def add(self, array: np.ndarray, g: Any, calc: Any, lasting: bool = False) -> None:
        """Add `g` to the adjoint of an array; `calc` does the arithmetic. A `lasting` one, which nothing changes, may be kept as it is."""
        if type(g) is not np.ndarray or g.shape != array.shape or g.dtype != array.dtype:
            g = calc.call(rt.unbroadcast, g, array)
        elif lasting and calc is PLAIN and array.base is None and self.add_whole(array, g):
            return
        bar = self.view(array, True)
        assert bar is not None
        if bar.size == 0:
            return
        if not overlaps_itself(bar):
            calc.increase(bar, g)
            return
        flat, places = elements(bar)
        calc.increase_at(flat, places, calc.call(np.broadcast_to, g, bar.shape))

    def add_whole(self, owner: np.ndarray, g: np.ndarray) -> bool:
        """Take the first contribution as it is, the sum of two as memory of its own; False, having done nothing, for what this does not fit."""
        known = self.given.get(id(owner))
        if known is None:
            if (
                id(owner) in self.bars or g.base is not None and owner_of(g).nbytes > g.nbytes
            ):  # it would keep more alive than itself
                return False
            self.given[id(owner)] = g
            return True
        if known.shape != g.shape or not owner.flags.c_contiguous:
            return False
        self.bars[id(owner)] = np.add(known, g, np.empty(g.shape, g.dtype)), 0
        del self.given[id(owner)]
        return True

    def taken(self, owner: np.ndarray) -> Any:
        """The adjoint of an array that owns its memory, which begins to exist here; None if there is none."""
        bar = self.given.pop(id(owner), None)
        if bar is None:
            bar = self.view(owner, False)
            self.drop(owner)
        elif bar.shape != owner.shape:  # its shape was set in between
            bar = bar.reshape(owner.shape)
        return bar if bar is None or bar.ndim else bar[()]

    def drop(self, array: np.ndarray) -> None:
        """Forget the adjoint of memory that begins to exist here."""
        owner = owner_of(array)
        self.bars.pop(id(owner), None)
        self.given.pop(id(owner), None)

    def clear(self) -> None:
        """Let all adjoints be zero."""
        self.bars.clear()
        self.given.clear()


def _memory(owner: np.ndarray) -> tuple[np.ndarray, int]:
    """A shadow of zeros, and where the owner begins in it: of the same form where its entries lie in order, as bytes otherwise."""
    if owner.flags.c_contiguous:
        return np.zeros(owner.shape, owner.dtype), 0
    low, high = np.lib.array_utils.byte_bounds(owner)
    return np.zeros(high - low, np.uint8), _address(owner) - low


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


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
    return _address(array) - _address(np.frombuffer(_buffer(array), np.uint8))
