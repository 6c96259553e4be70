"""Functions that go through items, or call what they are given: `list(map(...))`, `reduce`, `sorted` and `min` by a key."""

from __future__ import annotations

import functools
from typing import Any

import gast

from ...core import build
from .closures import Closures
from .iterables import Iterables

GATHERING = frozenset(map(id, (list, tuple, sorted, sum, max, min)))  # what goes through its one argument at once


class Functionals(Iterables, Closures):
    """`functional` gives what stands for such a call, or None."""

    def functional(self, function: Any, node: build.Node) -> build.Node | None:
        if function is not functools.reduce and id(function) not in GATHERING:
            return None
        if any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return None
        if function is functools.reduce:
            return self.reduced(node)
        if not node.args:
            return None
        first = node.args[0]
        if (len(node.args) == 1 or function is sum) and self.is_active(first) and self.is_lazy(first):
            listed = self.listed(first)
            if function is list and not node.keywords:
                return self.expression(listed)
            return self.call(build.changed(node, args=[listed, *node.args[1:]]))
        if function is sorted:
            return self.ordered(node)
        return self.chosen(node) if function is max or function is min else None

    def reduced(self, node: build.Node) -> build.Node | None:
        """`reduce(f, items, start)`: f, applied in a loop."""
        if node.keywords or not 2 <= len(node.args) <= 3 or not self.is_active(node):
            return None
        function = self.steady(node.args[0], [])
        total, place = self.own("total"), self.own("i")
        self.active.add(total)
        given = node.args[1]
        if self.is_lazy(given):
            given = self.listed(given)
        items = self.sequence(given)
        if len(node.args) == 3:
            first: build.Node = build.constant(0)
            start = node.args[2]
        else:
            first = build.constant(1)
            check = gast.Call(self.runtime("check_reducible"), [build.copy(items)], [])
            self.emit(build.expression(check))
            start = build.subscript(build.copy(items), build.constant(0))
        self.assign(build.name(total, True), start)
        value = self.applied_to(function, build.name(total), build.subscript(items, build.name(place)))
        count = self.count_of(items)
        trips = build.call("range", count) if len(node.args) == 3 else build.call("range", first, count)
        self.statement(self.made(build.for_(place, trips, [build.assign(total, value)]), node))
        return build.name(total)

    def applied_to(self, function: build.Node, *given: build.Node) -> build.Node:
        return gast.Call(build.copy(function), list(given), [])

    # ---- what is chosen or ordered by a key -------------------------------------------------------------------------------------

    def ordered(self, node: build.Node) -> build.Node | None:
        """`sorted(items, key=f)`: positions are sorted, and items taken in their order, which is passive."""
        keywords = {k.arg: k.value for k in node.keywords}
        if len(node.args) != 1 or not keywords.keys() <= {"key", "reverse"} or not self.is_active(node):
            return None
        key = keywords.pop("key", None)
        if not self.is_active(node.args[0]):
            return self.by_key(node, key)
        items = self.sequence(node.args[0])
        order = self.own("order")
        call = gast.Call(node.func, [self.range_of(items)], [self.key_of(items, key)])
        call.keywords += [gast.keyword(n, self.passive(v)) for n, v in keywords.items()]
        self.emit(build.assign(order, call))
        place = self.own("i")
        head = gast.comprehension(build.name(place, True), build.name(order), [], 0)
        return self.expression(gast.ListComp(build.subscript(items, build.name(place)), [head]))

    def chosen(self, node: build.Node) -> build.Node | None:
        """`max(items, key=f)`: the item at the position at which the key is largest."""
        keywords = {k.arg: k.value for k in node.keywords}
        if keywords.keys() != {"key"} or not self.is_active(node):
            return None
        if len(node.args) == 1 and not self.is_active(node.args[0]):
            return self.by_key(node, keywords["key"])
        given = node.args[0] if len(node.args) == 1 else gast.List(node.args, build.LOAD)
        items = self.sequence(given)
        best = self.own("best")
        self.emit(
            build.assign(best, gast.Call(node.func, [self.range_of(items)], [self.key_of(items, keywords["key"])]))
        )
        return build.subscript(items, build.name(best))

    def by_key(self, node: build.Node, key: build.Node | None) -> build.Node | None:
        """Passive items, ordered by a key that may read active values, which the order does not hand on."""
        if key is None or self.needs_lowering(key):
            return None
        return gast.Call(node.func, [self.operand(node.args[0])], node.keywords)

    def key_of(self, items: build.Node, key: build.Node | None) -> gast.keyword:
        """The key by which positions are sorted as the items there would be."""
        place = self.own("i")
        item = build.subscript(build.copy(items), build.name(place))
        if key is None or isinstance(key, gast.Constant) and key.value is None:
            return gast.keyword("key", gast.Lambda(build.parameters([place]), item))
        if not self.needs_lowering(key):
            key = self.operand(key) if not isinstance(key, (gast.Name, gast.Attribute, gast.Lambda)) else key
            return gast.keyword("key", gast.Lambda(build.parameters([place]), _applied(key, item)))
        each = self.own("item")
        head = gast.comprehension(build.name(each, True), build.copy(items), [], 0)
        value = self.applied(self.steady(key, []), [build.name(each)])
        keys = self.operand(gast.ListComp(value, [head]))
        return gast.keyword("key", gast.Lambda(build.parameters([place]), build.subscript(keys, build.name(place))))

    def needs_lowering(self, key: build.Node) -> bool:
        """Whether a key calls functions whose bodies are put in the place of their calls, or changes something."""
        return self.calls_closures(key) or self.must_lower(key) or self.changes_active(key)


def _applied(key: build.Node, item: build.Node) -> build.Node:
    """The call of a key; of a plain lambda, what it computes of the item."""
    arguments = key.args if isinstance(key, gast.Lambda) else None
    if (
        arguments is not None
        and len(arguments.args) == 1
        and not (arguments.defaults or arguments.vararg or arguments.kwarg)
    ):
        if not any(isinstance(n, _SCOPES) for n in build.walk(key.body)):
            return build.substitute(key.body, {arguments.args[0].id: item})
    return gast.Call(key, [item], [])


_SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
