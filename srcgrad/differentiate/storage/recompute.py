"""Arithmetic on parts of an array that is stored into: computed again in the reverse sweep where that saves a tape.

    u[1:-1] -= 0.1 * u[1:-1] * (u[2:] - u[:-2])

needs both factors in reverse. Both are made from `u`, so that it is enough to save the piece of `u` that is overwritten; the
factors then cost a few additions and products, which are cheaper than memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gast

from ...analyses.kinds import Kind
from ...core import build, names

MOST = 6  # operations to compute one value again
CHEAP = (gast.Add, gast.Sub, gast.Mult)


class Values:
    """The values of a unit: `definition(name)` is the one value of a name, or None; `content(name)` what stands for a stored array."""

    def __init__(
        self,
        definition: Callable[[str], build.Node | None],
        content: Callable[[str], str | None],
        kind: Callable[[str], Kind],
    ):
        self.definition, self.content, self.kind = definition, content, kind
        self.found: dict[str, tuple[int, frozenset[str]] | None] = {}

    def worth_recomputing(self, wanted: Iterable[str]) -> set[str]:
        """Of the names that the reverse sweep reads those to be computed again: two at least that are made from one stored array, or
        one where the array itself is read as well."""
        wanted = sorted(wanted)
        made = {name: self.made_from(name) for name in wanted}
        users: dict[str, set[str]] = {}
        for name, known in made.items():
            for content in known[1] if known is not None else ():
                users.setdefault(content, set()).add(name)
        chosen = {
            name
            for content, group in users.items()
            if len(group) > 1
            for name in group
            if (made[name] or (0, frozenset()))[0] > 0
        }
        return chosen | {source for name in chosen for source in self.sources(name)}

    def made_from(self, name: str, depth: int = 0) -> tuple[int, frozenset[str]] | None:
        """(operations, contents) of a value that is simple arithmetic on parts of stored arrays; None for any other value."""
        if name not in self.found:
            self.found[name] = None  # while it is looked at
            self.found[name] = self._made_from(name, depth)
        return self.found[name]

    def _made_from(self, name: str, depth: int) -> tuple[int, frozenset[str]] | None:
        value = self.definition(name)
        if value is None or depth > MOST or not self.kind(name).is_array:
            return None
        if isinstance(value, gast.Subscript) and isinstance(value.value, gast.Name):
            content = self.content(value.value.id)
            if content is not None:
                return 0, frozenset([content])
            value = gast.UnaryOp(gast.UAdd(), value.value)  # a part of something that may be computed again
        if not _is_arithmetic(value):
            return None
        operations, contents = 1, frozenset[str]()
        for source in sorted(names.reads(value)):
            kind = self.kind(source)
            if kind.is_scalar:
                continue
            known = self.made_from(source, depth + 1)
            if known is None:
                return None
            operations, contents = operations + known[0], contents | known[1]
        return (operations, contents) if operations <= MOST and contents else None

    def sources(self, name: str) -> set[str]:
        """The names that a value is made from by arithmetic."""
        value = self.definition(name)
        found: set[str] = set()
        for source in names.reads(value) if value is not None else ():
            known = self.found.get(source)
            if known is not None and known[0] > 0:
                found |= {source} | self.sources(source)
        return found


def _is_arithmetic(value: build.Node) -> bool:
    """Sums, differences and products of names and numbers."""
    if isinstance(value, gast.UnaryOp):
        return isinstance(value.op, (gast.USub, gast.UAdd)) and build.is_atom(value.operand)
    return (
        isinstance(value, gast.BinOp)
        and isinstance(value.op, CHEAP)
        and all(map(build.is_atom, (value.left, value.right)))
    )
