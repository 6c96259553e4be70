"""Heads of loops as one would write them: over the items and not over their positions, and no counter where a tape counts the trips."""

from __future__ import annotations

from typing import Any

import gast

from ..core import build, names
from .effects import Effects, blocks_of, effects_of, shallow
from .facts import Facts
from .notes import Note, dotted, statements


def loop_heads(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Shorten the heads of loops.

    >>> from srcgrad.optimise.showing import show
    >>> show(loop_heads, '''
    ... for i in reversed(range(len(xs))):
    ...     y = y * 2
    ...     x = xs[i]
    ...     y = y + x
    ... ''', parameters="xs y", temporaries="i", sequence=lambda name: name == "xs")
    for x in reversed(xs):
        y = y * 2
        y = y + x
    """
    note = facts.notes.program(body)
    counting = any(isinstance(s, (gast.For, gast.While)) and _counter(s) for s in body)
    if not counting and not any(_counts_items(s, facts, note) for s in statements(body)):
        return body
    work = _Heads(effects_of(body, facts), note)
    return work.block(work.without_counters(body))


class _Heads:
    def __init__(self, effects: Effects, note: Note):
        self.effects = effects
        self.facts = effects.facts
        self.note, self.loads = note, note.load_counts

    def block(self, block: list[build.Node]) -> list[build.Node]:
        return [self.statement(s) for s in block]

    def statement(self, s: build.Node) -> build.Node:
        if not blocks_of(s):
            return s
        fresh = self.over_items(s) if isinstance(s, gast.For) else None
        fresh = fresh or shallow(s)
        fresh.body, fresh.orelse = self.block(fresh.body), self.block(fresh.orelse)
        return fresh

    def over_items(self, s: build.Node) -> build.Node | None:
        """`for x in xs` in the place of `for i in range(len(xs))` and `x = xs[i]`, where `i` is read nowhere else."""
        if not _counts_items(s, self.facts, self.note):
            return None
        backwards, items = _counted_items(s)
        effect, index = self.effects.of(s), s.target.id
        if items.id in effect.binds or self.effects.group(items.id) in effect.changes:
            return None
        position = next((i for i, inner in enumerate(s.body) if index in self.effects.of(inner).reads), None)
        if position is None:
            return None
        item = self.item(s.body[position], items.id, index)
        if item is None or index in self.effects.captured | self.effects.outside:
            return None
        rest = [*s.body[:position], *s.body[position + 1 :]]
        before = self.effects.of_all(s.body[:position])
        if item in before.reads | before.binds or item in self.effects.of_all(rest).binds or not rest:
            return None
        fresh = shallow(s)
        found = build.name(items.id)
        fresh.target = build.name(item, store=True)
        fresh.iter = build.call("reversed", found) if backwards is not None else found
        fresh.body = rest
        return fresh

    def item(self, s: build.Node, items: str, index: str) -> str | None:
        """The name `x` of `x = items[index]`."""
        if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
            return None
        value = s.value
        alike = isinstance(value, gast.Subscript) and _is_name(value.value, items) and _is_name(value.slice, index)
        return s.targets[0].id if alike else None

    # counters of trips -------------------------------------------------------------------------------------------------------------

    def without_counters(self, body: list[build.Node]) -> list[build.Node]:
        """The length of a tape in the place of a counter, for a loop that puts something on the tape in every trip."""
        position = 0
        while position < len(body):
            s = body[position]
            counter = _counter(s) if isinstance(s, (gast.For, gast.While)) else ""
            tape = self.tape_of_each_trip(s) if counter else ""
            if tape and self.is_counter(counter, body[:position]):
                found = self.counted_by(tape, counter, body, position)
                position -= len(body) - len(found)
                body = found
            position += 1
        return body

    def is_counter(self, name: str, before: list[build.Node]) -> bool:
        """Whether a name starts from 0, and counts nothing else."""
        starts = [s for s in before if name in self.effects.of(s).binds]
        zero = len(starts) == 1 and isinstance(starts[0], gast.Assign) and isinstance(starts[0].value, gast.Constant)
        return (
            zero and self.note.binds.count(name) == 2 and name in self.facts.temporaries and starts[0].value.value == 0
        )

    def tape_of_each_trip(self, loop: build.Node) -> str:
        """A tape that every trip puts one value on, and nothing else does."""
        for s in loop.body:
            value = s.value if isinstance(s, gast.Expr) else None
            if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "append":
                tape = value.func.value.id if isinstance(value.func.value, gast.Name) else ""
                if tape in self.facts.tapes and self.pushes(tape) == 1:
                    return tape
            if self.effects.of(s).jumps:
                return ""
        return ""

    def pushes(self, tape: str) -> int:
        calls = (n for n in self.note.acting if isinstance(n, gast.Call) and isinstance(n.func, gast.Attribute))
        return sum(n.func.attr == "append" and _is_name(n.func.value, tape) for n in calls)

    def counted_by(self, tape: str, counter: str, body: list[build.Node], position: int) -> list[build.Node]:
        """The program without the counter, if the loop that takes from the tape is what it is for."""
        where = [i for i, s in enumerate(body) if i > position and counter in self.effects.of(s).reads]
        if len(where) != 1 or self.loads[counter] != 2:
            return body
        reverse = body[where[0]]
        head = isinstance(reverse, gast.For) and counter in names.reads(reverse.iter)
        taken = [n for s in reverse.body for n in build.walk(s) if _is_name(n, tape)] if head else []
        if not head or len(taken) != self.loads[tape] - 1:
            return body
        loop = shallow(body[position])
        loop.body = loop.body[1:]
        before = [s for s in body[:position] if counter not in self.effects.of(s).binds]
        until, after = body[position + 1 : where[0]], body[where[0] + 1 :]
        return [*before, loop, *until, self.counted_loop(reverse, tape, counter, len(taken)), *after]

    def counted_loop(self, s: build.Node, tape: str, counter: str, uses: int) -> build.Node:
        """The reverse loop that goes on as long as there is something on the tape, or for as many trips."""
        own = {n.id for n in build.walk(s.target) if isinstance(n, gast.Name)}
        pops = sum(tape in self.effects.of(inner).reads and isinstance(inner, gast.Assign) for inner in s.body)
        if uses == pops == 1 and all(self.loads[n] == 0 for n in own):
            return build.at(build.while_(build.name(tape), s.body), s)
        fresh = shallow(s)
        fresh.iter = build.rewrite(
            s.iter, lambda n: build.call("len", build.name(tape)) if _is_name(n, counter) else None
        )
        return fresh


def _counted_items(loop: build.Node) -> tuple[build.Node | None, Any]:
    """`xs` of a loop over `range(len(xs))`, and that range where the loop goes through it backwards."""
    backwards = _called(loop.iter, "reversed")
    return backwards, _called(_called(backwards or loop.iter, "range"), "len")


def _counts_items(s: build.Node, facts: Facts, note: Note) -> bool:
    """Whether a statement is a loop over the positions of a sequence, of which the position is read once."""
    if not isinstance(s, gast.For) or not isinstance(s.target, gast.Name):
        return False
    _, items = _counted_items(s)
    return isinstance(items, gast.Name) and facts.sequence(items.id) and note.load_counts[s.target.id] == 1


def _counter(loop: build.Node) -> str:
    """The name `n` if a loop begins with n = n + 1."""
    first = loop.body[0]
    if (
        isinstance(first, gast.Assign)
        and isinstance(first.targets[0], gast.Name)
        and isinstance(first.value, gast.BinOp)
    ):
        name, value = first.targets[0].id, first.value
        one = isinstance(value.right, gast.Constant) and value.right.value == 1
        return name if one and isinstance(value.op, gast.Add) and _is_name(value.left, name) else ""
    return ""


def _called(node: build.Node | None, name: str) -> build.Node | None:
    """The argument of a call of a builtin with one argument."""
    if isinstance(node, gast.Call) and dotted(node.func) == name and len(node.args) == 1 and not node.keywords:
        return node.args[0]
    return None


def _is_name(node: build.Node, name: str) -> bool:
    return isinstance(node, gast.Name) and node.id == name
