"""Whether a store may overwrite an element that the reverse of something earlier still reads.

Comes in: the sites of the reverse sweep that read the content of an array, and a store into it. Goes out: True only where it is proven, from
indices that are a loop variable plus a constant, that no element read before is overwritten; then what the store overwrites need not be saved.
The test is that of dependence analysis for loops, for the shapes that occur in practice (G. Goff, K. Kennedy, C.-W. Tseng, Practical
dependence testing, PLDI 1991).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace

import gast

from ..core import build, names
from . import aliases


@dataclass(frozen=True)
class Affine:
    """`var + offset`; a number if `var` is empty."""

    var: str
    offset: int


@dataclass(frozen=True)
class Extent:
    """The elements from `low` to `high`, both included, along one axis; None: not known."""

    low: Affine | None
    high: Affine | None


@dataclass(frozen=True)
class Loop:
    """A loop over a range: its variable, direction, and the first and last values that it may take."""

    var: str
    ascending: bool
    low: Affine | None
    high: Affine | None


Region = tuple[Extent, ...]
MIRRORED: dict[type, type] = {gast.Lt: gast.Gt, gast.LtE: gast.GtE, gast.Gt: gast.Lt, gast.GtE: gast.LtE}
OPPOSITE: dict[type, type] = {
    gast.Lt: gast.GtE, gast.LtE: gast.Gt, gast.Gt: gast.LtE, gast.GtE: gast.Lt, gast.Eq: gast.NotEq, gast.NotEq: gast.Eq,
}  # fmt: skip
DEEPEST = 8  # loops whose ends are followed one into the other


class Loops:
    """The loops over ranges of one program."""

    def __init__(self, body: list[build.Node]):
        self.of: dict[int, Loop] = {}
        self.by_var: dict[str, Loop] = {}
        self.values: dict[str, build.Node | None] = {}
        self.note_values(body)
        self.bound: set[str] = set(self.values)  # names that a loop would bind anew
        self.note(body)

    def note_values(self, body: list[build.Node]) -> None:
        for node in body:
            if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                name = node.targets[0].id
                self.values[name] = node.value if name not in self.values else None
            elif isinstance(node, (gast.If, gast.For, gast.While)):
                self.note_values(node.body)
                self.note_values(getattr(node, "orelse", []))

    def note(self, body: list[build.Node]) -> None:
        for node in body:
            if isinstance(node, gast.For):
                loop = self.loop(node)
                if loop is not None and loop.var not in self.bound:
                    self.of[id(node)] = loop
                    self.by_var[loop.var] = loop
                else:  # two loops with one variable, or another value for it: its range is not known
                    for name in names.writes(node.target):
                        self.by_var.pop(name, None)
                        self.of = {key: known for key, known in self.of.items() if known.var != name}
                self.bound |= names.writes(node.target)
            if isinstance(node, (gast.If, gast.For, gast.While)):
                self.note(node.body)
                self.note(getattr(node, "orelse", []))

    def loop(self, node: build.Node) -> Loop | None:
        items = node.iter
        if isinstance(items, gast.Name):
            items = self.values.get(items.id)
        is_range = isinstance(items, gast.Call) and isinstance(items.func, gast.Name) and items.func.id == "range"
        if not is_range or not isinstance(node.target, gast.Name) or items.keywords or not 1 <= len(items.args) <= 3:
            return None
        start, stop = (build.constant(0), items.args[0]) if len(items.args) == 1 else items.args[:2]
        step = self.affine(items.args[2]) if len(items.args) == 3 else Affine("", 1)
        if step is None or step.var or not step.offset:
            return None
        first, end = self.affine(start), self.affine(stop)
        if step.offset > 0:
            return Loop(node.target.id, True, first, _plus(end, -1))
        return Loop(node.target.id, False, _plus(end, 1), first)

    def affine(self, node: build.Node | None) -> Affine | None:
        if isinstance(node, gast.Constant) and type(node.value) is int:
            return Affine("", node.value)
        if isinstance(node, gast.Name):
            return Affine(node.id, 0)
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            inner = self.affine(node.operand)
            return Affine("", -inner.offset) if inner is not None and not inner.var else None
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
            left, right = self.affine(node.left), self.affine(node.right)
            if left is None or right is None:
                return None
            if not right.var:
                return _plus(left, right.offset if isinstance(node.op, gast.Add) else -right.offset)
            if not left.var and isinstance(node.op, gast.Add):
                return _plus(right, left.offset)
        return None

    # ---- what branches tell ------------------------------------------------------------------------------------------------------

    def where(self, tests: list[tuple[build.Node, bool]]) -> Loops:
        """The same loops, their variables cut down to the values for which these tests come out as given.

        `if k == 0: ... else: a[k - 1]` never reads the last element, if k counts from 0.
        """
        found = self
        for test, outcome in tests:
            if isinstance(test, gast.Name) and test.id in self.values:
                test = self.values[test.id]
            for var, least in self.least(test, outcome):
                loop = found.by_var.get(var)
                if loop is None or loop.low is None or loop.low.var:
                    continue
                if least is None:  # it is not its least value
                    least = loop.low.offset + 1
                if least > loop.low.offset:
                    found = found.with_loop(replace(loop, low=Affine("", least)))
        return found

    def with_loop(self, loop: Loop) -> Loops:
        other = copy.copy(self)
        other.by_var = {**self.by_var, loop.var: loop}
        return other

    def least(self, test: build.Node | None, outcome: bool) -> list[tuple[str, int | None]]:
        """(variable, its least value) as a test tells; None for a variable that is not the least that it may be."""
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
            return self.least(test.operand, not outcome)
        if isinstance(test, gast.BoolOp) and isinstance(test.op, gast.And if outcome else gast.Or):
            return [one for part in test.values for one in self.least(part, outcome)]
        if isinstance(test, gast.Name):
            loop = self.by_var.get(test.id)
            counts = loop is not None and loop.low == Affine("", 0)
            return [(test.id, None)] if outcome and counts else []
        if not isinstance(test, gast.Compare) or len(test.ops) != 1:
            return []
        left, right = self.affine(test.left), self.affine(test.comparators[0])
        if left is None or right is None or bool(left.var) == bool(right.var):
            return []
        operator = type(test.ops[0])
        if right.var:
            left, right, operator = right, left, MIRRORED.get(operator, operator)
        operator = operator if outcome else OPPOSITE.get(operator, operator)
        bound = right.offset - left.offset
        if operator is gast.NotEq:
            loop = self.by_var.get(left.var)
            return [(left.var, None)] if loop is not None and loop.low == Affine("", bound) else []
        return [(left.var, bound + (operator is gast.Gt))] if operator in (gast.Gt, gast.GtE, gast.Eq) else []

    # ---- regions ----------------------------------------------------------------------------------------------------------------

    def region(self, place: build.Node) -> Region | None:
        """The elements of a place `a[i, j]` or `a[i][j]`, axis by axis; None if they are not known."""
        parts: list[build.Node] = []
        while isinstance(place, gast.Subscript):
            index = list(place.slice.elts) if isinstance(place.slice, gast.Tuple) else [place.slice]
            if parts and any(isinstance(p, gast.Slice) for p in index):
                return None  # what the outer index counts from is not the array's own first element
            parts = index + parts
            place = place.value
        found = []
        for part in parts:
            extent = self.extent(part)
            if extent is None:
                break  # this axis and those after it may be anything
            found.append(extent)
        return tuple(found)

    def extent(self, part: build.Node) -> Extent | None:
        if isinstance(part, gast.Slice):
            if part.step is not None:
                return None
            low = self.affine(part.lower) if part.lower is not None else Affine("", 0)
            high = _plus(self.affine(part.upper), -1) if part.upper is not None else None
            if part.upper is not None and not self.is_natural(_plus(high, 1)):
                high = None
            return Extent(low if low is not None and self.is_natural(low) else Affine("", 0), high)
        one = self.affine(part)
        if one is None or one.var and one.var not in self.by_var:
            return None
        return Extent(one, one) if self.is_natural(one) else None

    def is_natural(self, bound: Affine | None) -> bool:
        """Whether a bound surely is not negative (a negative index counts from the end)."""
        low = self.below(bound, "")
        return low is not None and low >= 0

    def above(self, bound: Affine | None, var: str) -> int | None:
        """h with bound <= var + h, if there is one; bound <= h where `var` is empty."""
        return self.offset(bound, var, lambda loop: loop.high)

    def below(self, bound: Affine | None, var: str) -> int | None:
        """h with bound >= var + h, if there is one; bound >= h where `var` is empty."""
        return self.offset(bound, var, lambda loop: loop.low)

    def offset(
        self, bound: Affine | None, var: str, end: Callable[[Loop], Affine | None], depth: int = 0
    ) -> int | None:
        """What `var` and a number can say of a bound, the variables of loops between them replaced by an end of their range."""
        if bound is None or depth > DEEPEST:
            return None
        if bound.var == var:
            return bound.offset
        loop = self.by_var.get(bound.var)
        more = self.offset(end(loop), var, end, depth + 1) if loop is not None else None
        return more + bound.offset if more is not None else None

    # ---- the test ---------------------------------------------------------------------------------------------------------------

    def apart(self, read: Region, store: Region, loops: list[Loop | None], read_is_later: bool) -> bool:
        """Whether no read that is made before a run of the store meets what the store overwrites.

        `loops` are those around both, the outermost first (None: no loop over a range); in one and the same trip of all of them, the
        read comes after the store if `read_is_later`.
        """
        if any(_constants_apart(r, s) or _constants_apart(s, r) for r, s in zip(read, store, strict=False)):
            return True
        fixed: list[str] = []
        for loop in loops:
            if self.apart_in_a_trip(read, store, fixed):
                return True
            if loop is None or not self.apart_from_earlier(read, store, loop):
                return False
            fixed.append(loop.var)
        return read_is_later or self.apart_in_a_trip(read, store, fixed)

    def apart_from_earlier(self, read: Region, store: Region, loop: Loop) -> bool:
        """Whether reads of earlier trips of the loop miss what the store overwrites in this one."""
        for r, s in zip(read, store, strict=False):
            if loop.ascending:
                reach, start = self.above(r.high, loop.var), self.below(s.low, loop.var)
                if reach is not None and start is not None and reach <= start:
                    return True
            else:
                reach, start = self.below(r.low, loop.var), self.above(s.high, loop.var)
                if reach is not None and start is not None and reach >= start:
                    return True
        return False

    def apart_in_a_trip(self, read: Region, store: Region, fixed: list[str]) -> bool:
        """Whether read and store miss each other while these loop variables have one value."""
        for r, s in zip(read, store, strict=False):
            for var in fixed:
                if _less(self.above(r.high, var), self.below(s.low, var)) or _less(
                    self.above(s.high, var), self.below(r.low, var)
                ):
                    return True
        return False


def _less(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a < b


def _plus(bound: Affine | None, more: int) -> Affine | None:
    return Affine(bound.var, bound.offset + more) if bound is not None else None


def _constants_apart(a: Extent, b: Extent) -> bool:
    """Whether one range ends, at a known position, before the other begins."""
    if a.high is None or b.low is None or a.high.var or b.low.var:
        return False
    return a.high.offset < b.low.offset


def parts_read(node: build.Node, wanted: set[str]) -> list[tuple[str, build.Node | None]]:
    """(name, place) for each part of the wanted arrays whose content an expression or statement reads; None: all of it."""
    found: list[tuple[str, build.Node | None]] = []
    inside: set[int] = set()
    places = [n for n in build.walk(node) if isinstance(n, gast.Subscript) and isinstance(n.ctx, gast.Load)]
    for place in places:  # the walk meets the outer ones first
        root = aliases.root_of(place)
        if root in wanted and id(place) not in inside:
            found.append((root, place))
            inner = place
            while isinstance(inner, gast.Subscript):
                inside.add(id(inner))
                inner = inner.value
            inside.add(id(inner))
    rest = build.rewrite(node, lambda n: build.constant(0) if id(n) in inside else None)
    found += [(name, None) for name in sorted(aliases.content_reads(rest) & wanted)]
    for place in places:  # an index may read arrays as well
        found += (
            [p for index in aliases.indices_of(place) for p in parts_read(index, wanted)] if id(place) in inside else []
        )
    return found
