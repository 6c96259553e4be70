"""Arguments to differentiate as memory of their own.

Each array in an argument to differentiate is a variable of its own, whatever else may hold the same memory: the tape knows arrays by their
memory, so those that share some get a copy for the time of the call. What the program stores into one of them would then not be seen in
the others, and there is no derivative with respect to one alone: that is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core import sharing
from ..core.errors import ArgumentError
from .tape import Tape


class Separation:
    """The arrays among the arguments of one call that share memory, and the copies that stand for some of them.

    `active` are the arguments to differentiate by their names, `passive` the others.
    """

    def __init__(self, tape: Tape, active: dict[Any, Any], passive: Iterable[Any]):
        self.tape = tape
        self.copies: dict[int, tuple[Any, Any]] = {}  # id of a copy -> what it is a copy of, the copy
        self.whole: list[tuple[Any, Any]] = []  # arguments that are arrays, and their copies
        arrays = [part for value in active.values() for part in sharing.parts(value) if isinstance(part, tape.ndarray)]
        others = [part for value in passive for part in sharing.parts(value) if isinstance(part, tape.ndarray)]
        count = len(arrays)
        arrays += others
        self.shared = {id(arrays[k]): arrays[k] for pair in sharing.pairs(arrays, count) for k in pair}
        self.shared.update((id(one), one) for one in arrays[:count] if sharing.overlaps_itself(one))

    def whole_array(self, value: Any) -> Any:
        """An argument that is an array as one of its own: it may be a constant where the program reads it from outside."""
        if id(value) not in self.shared and (type(value) is not self.tape.ndarray or value.dtype == object):
            return value
        copy = self.copy(value)
        self.whole.append((value, copy))
        return copy

    def part(self, value: Any) -> Any:
        """An array in an argument as one that no other argument shares."""
        return self.copy(value) if id(value) in self.shared else value

    def copy(self, value: Any) -> Any:
        tape = self.tape
        if _has_gaps(value):
            copy = tape.laid_out(value)
        elif 0 in value.strides and value.dtype.kind in "fc":  # axes without a stride stay where they are in order "K"
            copy = tape.run(np.positive, (value,), {})
            tape.arithmetic.put(copy, ..., value)
        else:
            copy = tape.arithmetic.copy(value)
        if not tape.is_writeable(value):
            tape.lock(copy)
        self.copies[id(copy)] = value, copy
        return copy

    def end(self, args: list[Any], kwargs: dict[str, Any], name: str) -> None:
        """The caller's arrays get what the program has stored, the caller's containers get their arrays back.

        `ArgumentError` where the program has stored into memory of which only a copy was its own.
        """
        if len(self.copies) > len(self.whole):
            seen: dict[int, Any] = {}
            for value in (*args, *kwargs.values()):
                self.put_back(value, seen)
        copies = [copy for value, copy in self.copies.values() if id(value) in self.shared]
        if any(map(self.is_stored, (*self.shared.values(), *copies))):
            raise ArgumentError(
                f"grad of {name}: an array to differentiate shares memory with another one that is given, or its entries do, and {name}"
                " stores into it: there is no derivative with respect to one of them alone; pass a copy"
            )
        for value, copy in self.whole:
            if copy.shape != value.shape:
                self.tape.arithmetic.set_shape(value, copy.shape)
            if self.is_stored(copy):
                self.tape.arithmetic.put(value, ..., copy)

    def is_stored(self, array: Any) -> bool:
        """Whether the program has stored into the memory of an array."""
        return id(self.tape.owner(array)) in self.tape.stored

    def put_back(self, value: Any, seen: dict[int, Any]) -> None:
        """Let a container hold the caller's arrays in the place of their copies."""
        if id(value) in seen or isinstance(value, self.tape.ndarray):
            return
        seen[id(value)] = value
        for key, item in _items(value):
            if id(item) not in self.copies:
                self.put_back(item, seen)
            elif isinstance(value, (list, dict, deque)):
                value[key] = self.copies[id(item)][0]
            elif not isinstance(value, tuple):
                object.__setattr__(value, key, self.copies[id(item)][0])


def _items(value: Any) -> list[tuple[Any, Any]]:
    """The items of a container with their keys, the attributes of an object with their names."""
    if isinstance(value, (list, tuple, deque)):
        return list(enumerate(value))
    if isinstance(value, dict):
        return list(value.items())
    return [(name, getattr(value, name)) for name in rt.attributes_of(value)]


def _has_gaps(array: Any) -> bool:
    """Whether the entries of an array lie apart from one another in memory or backwards, so that a copy has other strides.

    Entries that share an element (of a broadcast array) are given elements of their own in any copy.
    """
    axes = sorted((abs(s), s, n) for s, n in zip(array.strides, array.shape, strict=True) if n != 1)
    if not array.size or any(stride % array.itemsize for _, stride, _ in axes):
        return False
    reach, gaps = array.itemsize, False
    for distance, stride, extent in axes:
        if distance < reach:
            return False
        gaps |= stride != reach
        reach += distance * (extent - 1)
    return gaps
