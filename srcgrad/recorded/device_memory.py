"""Adjoints of the memory of a device, and what the host has in it.

An array of a device tells the allocation that it lives in, `array.data.mem`, and its address, `array.data.ptr`. All arrays in one
allocation share it, however they came about, so shadows are kept by allocation: as many bytes of zeros, and for each array the array
of the same form at the same distance from the beginning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core import sharing
from .shadows import Shadows, owner_of, positions, turned


def at(place: Any, shape: tuple[int, ...], dtype: Any, strides: Any, like: Any) -> Any:
    """The array of this form that begins at an address of the device; `like` is any other array there."""
    return type(like)(shape, dtype, place, strides)


def whole(array: Any) -> Any:
    """All of the allocation that an array lives in, as a row of entries of the same kind."""
    memory = array.data.mem
    count = memory.size // array.itemsize
    return at(array.data + (memory.ptr - array.data.ptr), (count,), array.dtype, None, array)


def with_gaps(array: Any, device: Any) -> Any:
    """Zeros in the layout of an array."""
    reach = [stride * (extent - 1) for stride, extent in zip(array.strides, array.shape, strict=True)]
    below = -sum(r for r in reach if r < 0)
    memory = device.zeros((below + sum(r for r in reach if r > 0)) // array.itemsize + 1, array.dtype)
    return at(memory.data + below, array.shape, array.dtype, array.strides, array)


class DeviceShadows(Shadows):
    """The adjoints of all active memory of one tape on a device."""

    def __init__(self, device: Any) -> None:
        super().__init__()
        self.device = device

    def owns(self, array: Any) -> bool:
        return array.base is None and array.data.ptr == array.data.mem.ptr

    def activate(self, array: Any) -> None:
        memory = array.data.mem
        self.active[id(memory)] = memory

    def view(self, array: Any, make: bool) -> Any:
        memory = array.data.mem
        found: Any = self.bars.get(id(memory))
        if found is None:
            given: Any = self.given.pop(id(memory), None)
            if given is None and not make:
                return None
            found = self.bars[id(memory)] = self.device.zeros(memory.size, np.uint8)
            if given is not None:
                first, g = given
                self.view(first, True)[...] = g
        if array.size == 0:
            return self.device.zeros(array.shape, array.dtype)
        place = found.data + (array.data.ptr - memory.ptr)
        return at(place, array.shape, array.dtype, array.strides, array)

    def add(self, array: Any, g: Any, calc: Any) -> None:
        g = turned(calc.call(rt.unbroadcast, g, array), array, calc)
        bar = self.view(array, True)
        if bar.size == 0:
            return
        if not sharing.overlaps_itself(bar):
            calc.increase(bar, g)
            return
        flat, places = elements(bar)
        calc.increase_at(flat, self.device.asarray(places), calc.call(np.broadcast_to, g, bar.shape))

    def add_whole(self, owner: Any, g: Any) -> bool:
        same = type(g) is type(owner) and g.shape == owner.shape and g.dtype == owner.dtype and g.dtype.kind != "c"
        if not (same and owner.flags.c_contiguous and self.owns(owner)):  # a view by strides has no base either
            return False
        key = id(owner.data.mem)
        if key in self.bars:
            bar = self.view(owner, False)
            bar += g
        elif key in self.given:
            bar = self.view(owner, True)
            bar += g
        else:
            self.given[key] = owner, g  # type: ignore[assignment]
        return True

    def taken(self, owner: Any) -> Any:
        given: Any = self.given.get(id(owner.data.mem))
        if given is not None and given[0] is owner and given[1].shape == owner.shape:
            bar = given[1]
        else:
            bar = self.view(owner, False)
            bar = bar if bar is None or bar.dtype.kind != "c" else bar.conj()
        self.drop(owner)
        return bar

    def drop(self, array: Any) -> None:
        memory = array.data.mem
        self.bars.pop(id(memory), None)
        self.given.pop(id(memory), None)


def elements(array: Any) -> tuple[Any, np.ndarray]:
    """All elements that an array with overlaps is made of, and for each entry the position of its element (on the host)."""
    lowest, places = positions(array)
    first = array.data + lowest * array.itemsize
    return at(first, (int(places.max()) + 1,), array.dtype, None, array), places


class Mirrors:
    """What the arrays of the host that a program reads from outside are on the device: one copy of the memory, with the same views of it."""

    def __init__(self, device: Any):
        self.device = device
        self.copies: dict[int, tuple[np.ndarray, Any]] = {}  # by the id of an owner: the owner, its bytes on the device
        self.owners: dict[int, np.ndarray] = {}  # the owner by the id of the allocation of its copy

    def __call__(self, array: np.ndarray) -> Any:
        """The array of the device for an array of the host."""
        owner = owner_of(array)
        if _in_a_row(owner) is None:
            return self._apart(array)
        known = self.copies.get(id(owner))
        if known is None:
            raw = self.device.asarray(_in_a_row(owner))
            known = self.copies[id(owner)] = owner, raw
            self.owners[id(raw.data.mem)] = owner
        raw = known[1]
        distance = _address(array) - _address(owner)
        return at(raw.data + distance, array.shape, array.dtype, array.strides, raw)

    def _apart(self, array: np.ndarray) -> Any:
        """A copy of an array whose owner has gaps; nothing that is stored there is seen elsewhere."""
        known = self.copies.get(id(array))
        if known is None:
            known = self.copies[id(array)] = array, self.device.asarray(array)
        return known[1]

    def known(self, array: np.ndarray) -> Any:
        """The allocation of the copy of an array of the host; None where there is no copy yet."""
        found = self.copies.get(id(owner_of(array))) or self.copies.get(id(array))
        return None if found is None else found[1].data.mem

    def stored(self, array: Any) -> None:
        """Let the host see what was stored into an array of the device, if that is a copy of one of the host."""
        owner = self.owners.get(id(array.data.mem))
        if owner is not None:
            _in_a_row(owner)[...] = self.copies[id(owner)][1].get()

    def is_apart(self, array: Any) -> bool:
        """Whether an array of the device is a copy that other arrays of the same memory of the host do not share."""
        return any(copy is array and id(copy.data.mem) not in self.owners for _, copy in self.copies.values())


def _in_a_row(owner: np.ndarray) -> Any:
    """The bytes of an array in the order in which they lie in memory, as a view; None where there are gaps between them."""
    turned = owner.transpose(sorted(range(owner.ndim), key=lambda axis: -abs(owner.strides[axis])))
    return turned.reshape(-1).view(np.uint8) if turned.flags.c_contiguous else None


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
