"""Dicts that a function fills under constant keys become names, one for each entry, as long as the dict is used for its entries alone.

    cache = {}                          cache_z = x @ w
    cache["z"] = x @ w                  cache_a = np.tanh(cache_z)
    cache["a"] = np.tanh(cache["z"])    cache = {"z": cache_z, "a": cache_a}
    return cache                        return cache

Where the dict is first used as a whole, it is made of what its entries are by then, and is a dict from there on. The keys are those
that have surely been stored by then, in their order: entries that come to be in a branch or a loop leave the dict as it is.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build
from ..core.unit import Unit, resolve

APART = (gast.Lambda, gast.GeneratorExp, gast.FunctionDef)  # read what they read later


def to_names(body: list[build.Node], unit: Unit, active: set[str]) -> list[build.Node]:
    """The statements of a normal form without those dicts among the active names.

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
    if gast.Dict not in unit.text.syntax and "dict" not in unit.text.mentioned:
        return body
    found = [n for s in body for n in build.walk(s) if isinstance(n, gast.Name)]
    bindings = Counter(n.id for n in found if not isinstance(n.ctx, gast.Load))
    once = {n for n, count in bindings.items() if count == 1 and n in active and n not in unit.parameters}
    return _Entries(unit, once, Counter(n.id for n in found)).block(body) if once else body


class _Whole(Exception):
    """A dict is used as a whole, or it is not known which entries it has."""


class _Entries:
    """`block` replaces the dicts that are bound in a block, and used there alone."""

    def __init__(self, unit: Unit, once: set[str], mentions: Counter[str]):
        self.unit, self.once = unit, once
        self.mentions = mentions  # how often each name stands in the program

    def block(self, statements: list[build.Node]) -> list[build.Node]:
        out = list(statements)
        for position in range(len(out)):
            s = out[position]
            if isinstance(s, (gast.If, gast.For, gast.While)):
                out[position] = build.changed(s, body=self.block(s.body), orelse=self.block(s.orelse))
        position = 0
        while position < len(out):
            given = self.display(out[position])
            if given is not None:
                rest = out[position + 1 :]
                name = out[position].targets[0].id
                if 1 + _mentions(rest, name) == self.mentions[name]:
                    out[position:] = _Dict(self.unit, name).replaced(out[position], given, rest)
            position += 1
        return out

    def display(self, s: build.Node) -> list[tuple[build.Node, build.Node]] | None:
        """The entries of the new dict that a statement binds a name to; None for other statements."""
        if (
            not isinstance(s, gast.Assign)
            or not isinstance(s.targets[0], gast.Name)
            or s.targets[0].id not in self.once
        ):
            return None
        value = s.value
        if isinstance(value, gast.Dict) and all(isinstance(k, gast.Constant) for k in value.keys):
            return list(zip(value.keys, value.values, strict=True))
        if isinstance(value, gast.Call) and not value.args and all(k.arg for k in value.keywords):
            if resolve(value.func, self.unit.free, self.once) is dict:
                return [(build.constant(k.arg), k.value) for k in value.keywords]
        return None


def _mentions(statements: list[build.Node], name: str) -> int:
    return sum(isinstance(n, gast.Name) and n.id == name for s in statements for n in build.walk(s))


class _Dict:
    """One dict: the names of its entries, in the order in which they came to be."""

    def __init__(self, unit: Unit, name: str):
        self.unit, self.name = unit, name
        self.entries: dict[object, str] = {}
        self.keys: list[build.Node] = []
        self.changes = 0

    def replaced(
        self, s: build.Node, given: list[tuple[build.Node, build.Node]], rest: list[build.Node]
    ) -> list[build.Node]:
        """What stands for the statement that makes the dict, and for the rest of its block."""
        if any(self.is_mentioned(value) for _, value in given):
            return [s, *rest]
        out = [build.at(self.stored(key, value), s) for key, value in given]
        done = 0
        for follower in rest:
            if self.is_mentioned(follower):
                before = self.changes
                try:
                    out += self.statement(follower, True)
                except _Whole:
                    self.changes = before
                    break
            else:
                out.append(follower)
            done += 1
        if not self.changes:
            return [s, *rest]
        if done < len(rest):
            display = gast.Dict(list(map(build.copy, self.keys)), list(map(build.name, self.entries.values())))
            out.append(build.at(build.assign(self.name, display), rest[done]))
        return [*out, *rest[done:]]

    def is_mentioned(self, node: build.Node) -> bool:
        return any(isinstance(n, gast.Name) and n.id == self.name for n in build.walk(node))

    def stored(self, key: build.Node, value: build.Node) -> build.Node:
        if key.value not in self.entries:
            wish = f"{self.name}_{key.value}"
            self.entries[key.value] = self.unit.fresh(wish if wish.isidentifier() else f"{self.name}_item")
            self.keys.append(key)
        return build.assign(self.entries[key.value], value)

    def key_of(self, node: build.Node) -> build.Node | None:
        """The constant key of `d[key]`."""
        if not isinstance(node, gast.Subscript) or not isinstance(node.value, gast.Name) or node.value.id != self.name:
            return None
        return node.slice if isinstance(node.slice, gast.Constant) else None

    def statement(self, s: build.Node, alone: bool) -> list[build.Node]:
        """What stands for a statement in which the dict is mentioned; `alone` says that it surely runs, and once."""
        if isinstance(s, (gast.If, gast.While)):
            return [build.changed(s, test=self.read(s.test), body=self.inside(s.body), orelse=self.inside(s.orelse))]
        if isinstance(s, gast.For):
            if self.is_mentioned(s.target):
                raise _Whole
            iterable = self.read(s.iter)
            return [build.changed(s, iter=iterable, body=self.inside(s.body), orelse=self.inside(s.orelse))]
        if isinstance(s, gast.Assign) and len(s.targets) == 1:
            key = self.key_of(s.targets[0])
            value = self.read(s.value)
            if key is None:
                return [build.changed(s, targets=[self.read(s.targets[0])], value=value)]
            return [build.at(self.change(key, value, alone), s)]
        if isinstance(s, gast.AugAssign):
            key, value = self.key_of(s.target), self.read(s.value)
            if key is None:
                return [build.changed(s, target=self.read(s.target), value=value)]
            if key.value not in self.entries:
                raise _Whole
            self.changes += 1
            return [build.at(build.augment(self.entries[key.value], s.op, value), s)]
        if isinstance(s, gast.Expr) and (given := self.update(s.value)) is not None:
            values = [(key, self.read(value)) for key, value in given]
            return [build.at(self.change(key, value, alone), s) for key, value in values]
        if isinstance(s, (gast.Expr, gast.Return, gast.Assert)):
            return [build.mapped(s, self.read)]
        raise _Whole

    def inside(self, statements: list[build.Node]) -> list[build.Node]:
        return [m for s in statements for m in (self.statement(s, False) if self.is_mentioned(s) else [s])]

    def change(self, key: build.Node, value: build.Node, alone: bool) -> build.Node:
        if key.value not in self.entries and not alone:
            raise _Whole
        self.changes += 1
        return self.stored(key, value)

    def update(self, call: build.Node) -> list[tuple[build.Node, build.Node]] | None:
        """The entries of `d.update(key=value)`."""
        if not isinstance(call, gast.Call) or not self.is_method(call.func, "update") or call.args:
            return None
        if not call.keywords or not all(k.arg for k in call.keywords):
            return None
        return [(build.constant(k.arg), k.value) for k in call.keywords]

    def is_method(self, func: build.Node, name: str) -> bool:
        owner = func.value if isinstance(func, gast.Attribute) and func.attr == name else None
        return isinstance(owner, gast.Name) and owner.id == self.name

    def read(self, node: build.Node) -> build.Node:
        """An expression with names in the place of entries."""

        def replace(item: build.Node) -> build.Node | None:
            if isinstance(item, APART) and self.is_mentioned(item):
                raise _Whole
            key = self.key_of(item)
            if key is not None and isinstance(item.ctx, gast.Load) and key.value in self.entries:
                return build.at(build.name(self.entries[key.value]), item)
            if isinstance(item, gast.Call) and self.is_method(item.func, "get") and not item.keywords:
                return self.got(item)
            if isinstance(item, gast.Name) and item.id == self.name:
                raise _Whole
            return None

        return build.rewrite(node, replace)

    def got(self, call: build.Node) -> build.Node:
        """`d.get(key, default)`, of a key that is surely there."""
        key = call.args[0] if len(call.args) in (1, 2) else None
        if not isinstance(key, gast.Constant) or key.value not in self.entries:
            raise _Whole
        if len(call.args) == 2 and not build.is_atom(call.args[1]):
            raise _Whole
        return build.name(self.entries[key.value])
