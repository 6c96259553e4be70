"""What a loop over something active goes over: items at positions, or the keys of a dict."""

from __future__ import annotations

import gast
import srcgrad_runtime as rt

from ..analyses import inference
from ..analyses.facts import Facts
from ..analyses.kinds import Kind, constant_kind
from ..core import build
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
    if not any(c.function is rt.item_count or c.function is rt.check_items for c in facts.callees.values()):
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
        for node in statements:
            if isinstance(node, gast.For):
                self.loop(node)
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

    def loop(self, node: build.Node) -> None:
        counts = [n for n in build.walk(node.iter) if self.calls(n, rt.item_count)]
        for count in counts:
            kind = constant_kind(self.kind(count.args[0]))
            if kind.tag in SEQUENCES:
                count.func = build.name("len")
            elif kind.tag == "dict" and len(counts) == 1 and _is_item(node, count.args[0]):
                node.iter = build.call("list", build.call(build.attribute(count.args[0], "keys")))
                node.body[0].value = build.name(node.target.id)
                self.changed = True
            else:
                self.check(node, kind, "loop over")

    def counts(self, node: build.Node, value: build.Node) -> None:
        """`len(x)` for how many items there are at the positions of x."""
        for count in [n for n in build.walk(value) if self.calls(n, rt.item_count)]:
            kind = constant_kind(self.kind(count.args[0]))
            self.check(node, kind, "go through")
            if kind.tag in SEQUENCES:
                count.func = build.name("len")


def _is_item(loop: build.Node, sequence: build.Node) -> bool:
    """Whether the loop begins with `v = sequence[i]`, and does not read its position otherwise."""
    first = loop.body[0]
    return (
        isinstance(first, gast.Assign)
        and isinstance(first.value, gast.Subscript)
        and build.same(first.value.value, sequence)
        and build.same(first.value.slice, build.name(loop.target.id))
    )
