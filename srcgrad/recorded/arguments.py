"""Arguments before a recorded call, and their gradients after it.

A number is known by its identity, so each number in an argument to differentiate becomes an object of its own: the caller's containers keep their
identity and get equal numbers, immutable ones are built anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core.errors import ArgumentError
from .separation import Separation
from .shadows import turned
from .tape import NUMBERS, Tape


def prepare(tape: Tape, value: Any, seen: dict[int, Any], separation: Separation) -> Any:
    """An argument to differentiate as an active value."""
    if isinstance(value, NUMBERS):
        return tape.activate(tape.arithmetic.twin(value))
    if isinstance(value, (int, str, bytes, type(None), type)):
        return value
    if isinstance(value, tape.ndarray):
        value = separation.part(value)
        if value.dtype.kind in "fc":
            tape.shadows.activate(value)
        elif value.dtype.kind == "O" and rt.is_differentiable(value):
            raise ArgumentError("an array of objects is among what is differentiated; put a list in its place")
        return value
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = value
    if isinstance(value, tuple):
        items = [prepare(tape, v, seen, separation) for v in value]
        seen[id(value)] = type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        return seen[id(value)]
    if isinstance(value, (list, deque)):
        for i, item in enumerate(value):
            value[i] = prepare(tape, item, seen, separation)
        return value
    if isinstance(value, dict):
        for key, item in value.items():
            value[key] = prepare(tape, item, seen, separation)
        return value
    for name in rt.attributes_of(value):
        new = prepare(tape, getattr(value, name), seen, separation)
        if new is not getattr(value, name):
            object.__setattr__(value, name, new)
    return value


class Structure:
    """What an argument looked like before the call: its leaves, and where they stand. `ndarray` is the type of its arrays."""

    def __init__(self, value: Any, ndarray: Any):
        self.parts: Any = None
        self.like: Any = value
        self.ndarray = ndarray
        self.shape = value.shape if isinstance(value, ndarray) else None
        if isinstance(value, (list, tuple, deque)):
            self.parts = [Structure(v, ndarray) for v in value]
            self.like = rt.sequence_like(value, [p.like for p in self.parts])
        elif isinstance(value, dict):
            self.parts = {k: Structure(v, ndarray) for k, v in value.items()}
            self.like = value.copy()
            self.like.update({k: p.like for k, p in self.parts.items()})
        elif not isinstance(value, (*NUMBERS, int, str, bytes, type(None), type, ndarray)):
            self.parts = {n: Structure(getattr(value, n), ndarray) for n in rt.attributes_of(value)}
            if self.parts:
                self.like = object.__new__(type(value))
                for name, part in self.parts.items():
                    object.__setattr__(self.like, name, part.like)

    def arrays(self) -> Iterator[np.ndarray]:
        """The arrays in the argument."""
        if isinstance(self.like, self.ndarray):
            yield self.like
        for part in self.parts.values() if isinstance(self.parts, dict) else self.parts or ():
            yield from part.arrays()

    def adjoint(self, tape: Tape) -> Any:
        """The adjoint of the argument as it was when the call began."""
        value = self.like
        if isinstance(value, self.ndarray):
            bar = tape.shadows.view(value, False)
            found = None if bar is None else turned(tape.arithmetic.copy(bar), value, tape.arithmetic)
            same = found is None or found.shape == self.shape
            return found if same else tape.arithmetic.call(np.reshape, found, self.shape)
        if isinstance(value, NUMBERS):
            return tape.bars.get(id(value))
        if isinstance(value, dict):
            return {k: p.adjoint(tape) for k, p in self.parts.items()}
        if isinstance(value, (list, tuple, deque)):
            return [p.adjoint(tape) for p in self.parts]
        if self.parts:
            made = object.__new__(type(value))
            for name, part in self.parts.items():
                object.__setattr__(made, name, part.adjoint(tape))
            return made
        return None


def finished(structures: list[Structure], tape: Tape) -> tuple:
    """The gradients, in the structure of the arguments."""
    adjoints = tuple(s.adjoint(tape) for s in structures)
    like = tuple(s.like if s.shape is None else s.like.reshape(s.shape) for s in structures)
    return tuple(tape.arithmetic.call(rt.gradients, adjoints, like))
