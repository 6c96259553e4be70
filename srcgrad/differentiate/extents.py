"""Whether a value that is stored surely has the shape of the place it goes to, so that its adjoint is the piece of the adjoint as it is.

    y[:k] += alpha * np.flip(y[:k])

A store may broadcast; it does not where an operand of the value is a part with the same slices along axes of the same extents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gast
import numpy as np

from ..analyses.facts import Facts
from ..analyses.kinds import Kind, is_whole
from ..core import build, names

KEEPING = (np.flip, np.flipud, np.fliplr, np.copy, np.conj)  # the shape of the result is that of the argument
Axis = tuple[str, build.Node]  # which extent it is, and how it is cut


class Extents:
    """Asks the statements of one block; `operands` are those of an elementwise operation, `kind` that of an expression."""

    def __init__(
        self, facts: Facts, operands: Callable[[build.Node], list[build.Node]], kind: Callable[[build.Node], Kind]
    ):
        self.facts, self.operands, self.kind = facts, operands, kind

    def fills(self, value: build.Node, place: build.Node, block: list[build.Node], store: build.Node) -> bool:
        """Whether a value stored by a statement of a block has the shape of the whole place."""
        wanted = self.axes(place)
        if not wanted:
            return False
        end = next((i for i, s in enumerate(block) if s is store), 0)
        return any(
            _agree(self.axes(part), wanted) and self.is_steady(part, block[at:end])
            for part, at in self.parts(value, block, end)
        )

    def parts(self, value: build.Node, block: list[build.Node], end: int) -> Iterator[tuple[build.Node, int]]:
        """The parts of arrays that a value is made of elementwise, each with the position after its definition."""
        if isinstance(value, gast.Subscript):
            yield value, end
            return
        if isinstance(value, gast.Name):
            for at in range(end - 1, -1, -1):
                s = block[at]
                if value.id in names.writes(s):
                    if isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name):
                        made = list(self.parts(s.value, block, at))
                        yield from ((part, min(position, at)) for part, position in made)
                    return
            return
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        keeps = callee is not None and callee.form == "rule" and callee.function in KEEPING and len(callee.args) == 1
        for operand in callee.args if keeps and callee is not None else self.operands(value):
            yield from self.parts(operand, block, end)

    def is_steady(self, part: build.Node, between: list[build.Node]) -> bool:
        """Whether the names in a part mean the same where it is stored as where it was taken."""
        read = names.reads(part)
        return not any(read & names.writes(s) for s in between)

    def axes(self, place: build.Node) -> list[Axis]:
        """The axes of a part of an array; none where they are not known."""
        if self.is_chosen(place):
            return [(f"places of {place.slice.id}", place.slice)]
        if not isinstance(place, gast.Subscript) or not isinstance(place.value, gast.Name):
            return []
        kind = self.facts.kind(place.value.id)
        parts = place.slice.elts if isinstance(place.slice, gast.Tuple) else [place.slice]
        if isinstance(place.slice, gast.Constant) and place.slice.value is ...:
            parts = []
        if not kind.is_array or kind.rank is None or len(parts) > kind.rank:
            return []
        found: list[Axis] = []
        for axis in range(kind.rank):
            part = parts[axis] if axis < len(parts) else gast.Slice(None, None, None)
            if isinstance(part, gast.Slice):
                dim = kind.dims[axis] if kind.dims else None
                if not all(b is None or self.is_whole(b) for b in (part.lower, part.upper, part.step)):
                    return []
                found.append((dim or f"{place.value.id}[{axis}]", part))
            elif not self.is_whole(part):
                return []
        return found

    def is_chosen(self, place: build.Node) -> bool:
        """Whether a part is what a mask chooses of all entries: it has as many as the mask."""
        if not isinstance(place, gast.Subscript) or not isinstance(place.slice, gast.Name):
            return False
        index, mask = place.slice, self.facts.kind(place.slice.id)
        if not mask.is_array or mask.dtype != "bool" or index.id in self.facts.stored:
            return False
        return mask.rank is not None and self.kind(place.value).rank == mask.rank

    def is_whole(self, part: build.Node) -> bool:
        """Whether an index is a whole number made of names and literals."""
        if isinstance(part, gast.Constant):
            return type(part.value) is int
        if isinstance(part, gast.BinOp):
            return self.is_whole(part.left) and self.is_whole(part.right)
        if isinstance(part, gast.UnaryOp):
            return isinstance(part.op, gast.USub) and self.is_whole(part.operand)
        return isinstance(part, gast.Name) and is_whole(self.facts.kind(part.id))


def _agree(one: list[Axis], other: list[Axis]) -> bool:
    return len(one) == len(other) and all(
        a == b and build.same(x, y) for (a, x), (b, y) in zip(one, other, strict=True)
    )
