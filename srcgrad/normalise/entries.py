"""Dicts and lists that change under constant keys become names, one for each entry, as long as they are used for their entries alone.

    cache = {}                          cache_z = x @ w
    cache["z"] = x @ w                  cache_a = np.tanh(cache_z)
    cache["a"] = np.tanh(cache["z"])    cache = {"z": cache_z, "a": cache_a}
    return cache                        return cache

Where the dict is first used as a whole, it is made of what its entries are by then, and is a dict from there on. The keys are those
that have surely been stored by then, in their order: entries that come to be in a branch or a loop leave the dict as it is. So it is with
lists (`stack.pop()`, `xs.insert(0, v)`, `xs[1] = v`), but for those that grow by `append` alone.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build
from ..core.unit import Unit, resolve
from . import held


def to_names(body: list[build.Node], unit: Unit, active: set[str]) -> list[build.Node]:
    """The statements of a normal form without those dicts and lists among the active names.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("flatten", '''
    ... def f(x):
    ...     d = {"a": x * 2.0}
    ...     d["b"] = d["a"] * x
    ...     d["a"] += 1.0
    ...     return d["a"] + d["b"]
    ... ''')
    def f(x):
        t = x * 2.0
        d_a = t
        t_2 = d_a
        t_3 = t_2 * x
        d_b = t_3
        d_a += 1.0
        t_4 = d_a
        t_5 = d_b
        t_6 = t_4 + t_5
        return t_6
    """
    if unit.text.syntax.isdisjoint((gast.Dict, gast.List)) and unit.text.mentioned.isdisjoint(("dict", "list")):
        return body
    found = [n for s in body for n in build.walk(s) if isinstance(n, gast.Name)]
    bindings = Counter(n.id for n in found if not isinstance(n.ctx, gast.Load))
    once = {n for n, count in bindings.items() if count == 1 and n in active and n not in unit.parameters}
    return _Entries(unit, once, Counter(n.id for n in found)).block(body) if once else body


class _Entries:
    """`block` replaces the dicts that are bound in a block, and used there alone."""

    def __init__(self, unit: Unit, once: set[str], mentions: Counter[str]):
        self.unit, self.once = unit, once
        self.mentions = mentions  # how often each name stands in the program
        self.replaced = False  # whether names may stand in it more often by now

    def block(self, statements: list[build.Node]) -> list[build.Node]:
        out = list(statements)
        for position in range(len(out)):
            s = out[position]
            if isinstance(s, (gast.If, gast.For, gast.While)):
                out[position] = build.changed(s, body=self.block(s.body), orelse=self.block(s.orelse))
        position = 0
        while position < len(out):
            s = out[position]
            target = s.targets[0] if isinstance(s, gast.Assign) else None
            if isinstance(target, gast.Name) and target.id in self.once:
                made = self.made(target.id, s.value)
                end = self.end_of(target.id, out, position) if made is not None else None
                if made is not None and end is not None:
                    out[position:end] = made.replaced(s, out[position + 1 : end])
                    self.replaced = self.replaced or bool(made.changes)
            position += 1
        return out

    def end_of(self, name: str, block: list[build.Node], start: int) -> int | None:
        """Behind which position a block does not mention a name any more; None unless all mentions stand in it, from `start` on."""
        left, end = self.mentions[name], start
        for position in range(start, len(block)):
            here = sum([type(n) is gast.Name and n.id == name for n in build.walk(block[position])])
            if here:
                left, end = left - here, position + 1
            if not left and not self.replaced:  # no others can follow
                break
        return None if left else end

    def made(self, name: str, value: build.Node) -> held.Held | None:
        """The new dict or list that a name is bound to; None for other values."""
        if isinstance(value, gast.List) and not any(isinstance(e, gast.Starred) for e in value.elts):
            return held.List(self.unit, name, [(build.constant(i), e) for i, e in enumerate(value.elts)])
        if isinstance(value, gast.Dict) and all(isinstance(k, gast.Constant) for k in value.keys):
            return held.Dict(self.unit, name, list(zip(value.keys, value.values, strict=True)))
        if isinstance(value, gast.Call) and not value.args and all(k.arg for k in value.keywords):
            if resolve(value.func, self.unit.free, self.once) is dict:
                return held.Dict(self.unit, name, [(build.constant(k.arg), k.value) for k in value.keywords])
        return None
