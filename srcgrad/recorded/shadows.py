"""Adjoints of arrays: a shadow for each piece of memory, and the same view of the shadow for each view of the memory.

The adjoint of z = x + iy is dL/dx - i dL/dy. In a shadow lies its conjugate, so that the parts of it that belong to the views `z.real` and
`z.imag` are the adjoints of these; `turned` goes from one to the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core import sharing
from . import arithmetic


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

    def owns(self, array: np.ndarray) -> bool:
        """Whether an array is not a part of another one."""
        return owner_of(array) is array

    def activate(self, array: np.ndarray) -> None:
        owner = array if array.base is None else owner_of(array)
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

    def add(self, array: np.ndarray, g: Any, calc: Any) -> None:
        """Add `g` to the adjoint of an array; `calc` does the arithmetic."""
        if type(g) is not np.ndarray or g.shape != array.shape or g.dtype != array.dtype:
            g = calc.call(rt.unbroadcast, g, array)
        g = turned(g, array, calc)
        bar = self.view(array, True)
        assert bar is not None
        if bar.size == 0:
            return
        if not sharing.overlaps_itself(bar):
            calc.increase(bar, g)
            return
        flat, places = elements(bar)
        calc.increase_at(flat, places, calc.call(np.broadcast_to, g, bar.shape))

    def add_whole(self, owner: np.ndarray, g: Any) -> bool:
        """The same in plain arithmetic, for an array that owns its memory and an array `g` of its form, which nothing changes later on.

        The first contribution is taken as it is, the sum of two is the shadow. False, having done nothing, for anything else.
        """
        if owner.base is not None or type(g) is not np.ndarray or g.shape != owner.shape or g.dtype != owner.dtype:
            return False
        if owner.dtype.kind == "c":
            return False
        key = id(owner)
        known = self.bars.get(key)
        if known is not None:
            shadow = known[0]
            if shadow.shape != g.shape or shadow.dtype != g.dtype:
                return False
            shadow += g
        elif key not in self.given:
            if g.base is not None and owner_of(g).nbytes > g.nbytes:  # it would keep more alive than itself
                return False
            self.given[key] = g
        elif self.given[key].shape == g.shape and owner.flags.c_contiguous:
            self.bars[key] = np.add(self.given.pop(key), g, np.empty(g.shape, g.dtype)), 0
        else:
            return False
        return True

    def taken(self, owner: np.ndarray) -> Any:
        """The adjoint of an array that owns its memory, which begins to exist here; None if there is none."""
        bar = self.given.pop(id(owner), None)
        if bar is None:
            bar = self.view(owner, False)
            bar = bar if bar is None else turned(bar, owner, arithmetic.PLAIN)
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


def turned(g: Any, array: Any, calc: Any) -> Any:
    """The adjoint of (a part of) an array as it lies in the shadow; or the other way round, which is the same."""
    return calc.call(np.conj, g) if array.dtype.kind == "c" else g


def _memory(owner: np.ndarray) -> tuple[np.ndarray, int]:
    """A shadow of zeros, and where the owner begins in it: of the same form where its entries lie in order, as bytes otherwise."""
    if owner.flags.c_contiguous:
        return np.zeros(owner.shape, owner.dtype), 0
    low, high = np.lib.array_utils.byte_bounds(owner)
    return np.zeros(high - low, np.uint8), _address(owner) - low


def with_gaps(array: np.ndarray) -> np.ndarray:
    """Zeros in the layout of an array."""
    low, high = np.lib.array_utils.byte_bounds(array)
    memory = np.zeros((high - low) // array.itemsize, array.dtype)
    return np.ndarray(array.shape, array.dtype, memory, _address(array) - low, array.strides)


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def elements(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All elements that an array with overlaps is made of, and for each entry the position of its element."""
    lowest, places = positions(array)
    first = np.ndarray((), array.dtype, _buffer(array), _offset(array) + lowest * array.itemsize)
    return np.ndarray((int(places.max()) + 1,), array.dtype, _buffer(array), _offset(first)), places


def positions(array: Any) -> tuple[int, np.ndarray]:
    """How far the entry lowest in memory lies from the first one, and each entry from the lowest, in elements; on the host or a device."""
    places = np.zeros(array.shape, np.intp)
    for axis, (stride, extent) in enumerate(zip(array.strides, array.shape, strict=True)):
        shape = [1] * array.ndim
        shape[axis] = extent
        places = places + (np.arange(extent) * (stride // array.itemsize)).reshape(shape)
    lowest = int(places.min())
    return lowest, places - lowest


def _buffer(array: np.ndarray) -> Any:
    return owner_of(array).data if isinstance(array.base, np.ndarray) else array.base


def _offset(array: np.ndarray) -> int:
    return _address(array) - _address(np.frombuffer(_buffer(array), np.uint8))
