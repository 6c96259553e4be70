"""What a loop over something active goes over: items at positions, or the keys of a dict."""

from __future__ import annotations

import gast
import srcgrad_runtime as rt

from ..analyses import inference
from ..analyses.facts import Facts
from ..analyses.kinds import Kind, constant_kind
from ..core import build, names
from ..core.unit import Unit

SEQUENCES = ("array", "list", "tuple", "str")


def counted(unit: Unit, facts: Facts) -> tuple[Unit, bool]:
    """`len(x)` for the trips of a loop over the items of `x`; a loop over a dict goes over its keys.

    `for v in x` has been written as a loop over `range(rt.item_count(x))` before it was known what `x` is. Where that stays unknown, the
    count is taken as the program runs, and fails for what has no items at positions. A loop over an object, which may have ways of its
    own, is `Refused`. Says whether kinds are to be found anew.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("counted", '''
    ... def f(d, x):
    ...     s = 0.0
    ...     for key in d:
    ...         s = s + d[key] * x
    ...     return s
    ... ''', x=1.0, d={"a": 1.0})
    def f(d, x):
        s = 0.0
        for i in list(d.keys()):
            key = i
            t = d[key]
            t_2 = t * x
            s = s + t_2
        return s
    """
    asked = (rt.item_count, rt.equal_length, rt.check_items)
    if not any(c.function is one for c in facts.callees.values() for one in asked):
        return unit, False
    work = _Loops(unit, facts)
    work.block(unit.body)
    return unit, work.changed


class _Loops:
    def __init__(self, unit: Unit, facts: Facts):
        self.unit = unit
        self.facts = facts
        self.kind = inference.teller(unit, facts)
        self.changed = False

    def block(self, statements: list[build.Node]) -> None:
        for node in list(statements):
            if isinstance(node, gast.For):
                place = next(i for i, s in enumerate(statements) if s is node)
                statements[place:place] = self.loop(node)
            elif isinstance(node, gast.Expr) and self.calls(node.value, rt.check_items):
                self.check(node, constant_kind(self.kind(node.value.args[0])), "unpack")
            elif isinstance(node, gast.Assign):
                self.counts(node, node.value)
            if isinstance(node, (gast.If, gast.For, gast.While)):
                self.block(node.body)
                self.block(node.orelse)

    def calls(self, node: build.Node, function: object) -> bool:
        callee = self.facts.callees.get(id(node)) if isinstance(node, gast.Call) else None
        return callee is not None and callee.function is function

    def check(self, node: build.Node, kind: Kind, what: str) -> None:
        if kind.tag not in (*SEQUENCES, "unknown"):
            raise self.unit.refuse(
                node, f"cannot {what} this {kind.tag} and differentiate", "its items do not stand at positions",
                "take them from a list",
            )  # fmt: skip

    def loop(self, node: build.Node) -> list[build.Node]:
        """Write the head of a loop; gives the statements that come before it."""
        before: list[build.Node] = []
        counts = [n for n in build.walk(node.iter) if self.calls(n, rt.item_count) or self.calls(n, rt.equal_length)]
        for count, place in [(n, place) for n in counts for place in range(len(n.args))]:
            sequence = count.args[place]
            kind = constant_kind(self.kind(sequence))
            alone = self.calls(count, rt.item_count)
            if kind.tag in SEQUENCES:
                count.func = build.name("len") if alone else count.func
            elif kind.tag == "dict" and (item := _item_of(node, sequence)) is not None:
                keys = build.call("list", build.call(build.attribute(sequence, "keys")))
                used = sum(node.target.id in names.reads(s) for s in node.body)
                if alone and len(counts) == used == 1:
                    node.iter = keys
                    item.value = build.name(node.target.id)
                else:
                    listed = self.unit.fresh("keys")
                    self.unit.temporaries.add(listed)
                    before.append(build.at(build.assign(listed, keys), node))
                    item.value = build.subscript(build.name(listed), build.name(node.target.id))
                    count.func = build.name("len") if alone else count.func
                    count.args[place] = build.name(listed)
                self.changed = True
            else:
                self.check(node, kind, "loop over")
        return before

    def counts(self, node: build.Node, value: build.Node) -> None:
        """`len(x)` for how many items there are at the positions of x."""
        for count in [n for n in build.walk(value) if self.calls(n, rt.item_count)]:
            kind = constant_kind(self.kind(count.args[0]))
            self.check(node, kind, "go through")
            if kind.tag in SEQUENCES:
                count.func = build.name("len")


def _item_of(loop: build.Node, sequence: build.Node) -> build.Node | None:
    """The statement `v = sequence[i]` of a loop over positions."""
    for s in loop.body:
        if isinstance(s, gast.Assign) and isinstance(s.value, gast.Subscript) and build.same(s.value.value, sequence):
            if build.same(s.value.slice, build.name(loop.target.id)):
                return s
    return None
