"""The heads of branches and loops: tests and iterables that the reverse sweep evaluates again, or that have a name of their own."""

from __future__ import annotations

import itertools

import gast

from ...analyses import aliases, changes
from ...analyses.kinds import UNKNOWN, Kind
from ...core import build, names
from ...core.unit import resolve
from . import paths
from .layout import Layout

# give items of what they are given, which is there before the loop begins if that is
HANDING_ON = (
    zip, enumerate, reversed, itertools.product, itertools.combinations, itertools.permutations, itertools.combinations_with_replacement,
)  # fmt: skip


class Heads:
    """Rewrites the heads in the body of a layout, and notes there which trips are counted."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.known = changes.Known(layout.unit, layout.facts)

    def prepare(self, statements: list[build.Node], in_loop: bool = False) -> None:
        """Give a name to every test and iterable that the reverse sweep could not evaluate again; count trips that a break may cut."""
        position = 0
        while position < len(statements):
            node = statements[position]
            extra: list[build.Node] = []
            if isinstance(node, gast.If):
                self.prepare(node.body, in_loop)
                self.prepare(node.orelse, in_loop)
                if self.layout.has_reverse(node) and not self.is_repeatable(
                    node.test, [node.body, node.orelse], in_loop
                ):
                    name = self.layout.temporary("took")
                    extra.append(build.at(build.assign(name, node.test), node))
                    node.test = build.name(name)
            elif isinstance(node, (gast.For, gast.While)):
                self.prepare(node.body, True)
                if self.layout.has_reverse(node):
                    extra += self.prepare_loop(node, in_loop)
            statements[position:position] = extra
            position += 1 + len(extra)

    def prepare_loop(self, node: build.Node, in_loop: bool) -> list[build.Node]:
        extra: list[build.Node] = []
        if isinstance(node, gast.While) or paths.breaks(node.body):
            trips = self.layout.temporary("trips")
            self.layout.trips[id(node)] = trips
            extra.append(build.at(build.assign(trips, build.constant(0)), node))
            count = build.assign(trips, gast.BinOp(build.name(trips), gast.Add(), build.constant(1)))
            node.body.insert(0, build.at(count, node))
        if isinstance(node, gast.For):
            # an iterator is advanced by the loop itself, and no further; and what a trip stores may be what the next one is given
            if not self.is_settled(node.iter) or self.is_overtaken(node):
                name = self.layout.temporary("items")
                self.layout.facts.kinds[name] = Kind("list", item=UNKNOWN)
                extra.append(build.at(build.assign(name, gast.List([], build.LOAD)), node))
                push = build.call(build.attribute(name, "append"), _loaded(node.target))
                node.body.insert(0, build.at(build.expression(push), node))
                self.layout.gone_through[id(node)] = name
            elif not self.is_sequence(node.iter):
                name = self.layout.temporary("items")
                items = node.iter if self.layout.is_range(node.iter) else build.call("list", node.iter)
                extra.append(build.at(build.assign(name, items), node))
                node.iter = build.name(name)
            elif not self.is_repeatable(node.iter, [node.body], in_loop):
                name = self.layout.temporary("trips_of" if self.layout.is_range(node.iter) else "items")
                extra.append(build.at(build.assign(name, node.iter), node))
                node.iter = build.name(name)
        return extra

    def is_overtaken(self, node: build.Node) -> bool:
        """Whether the trips of a loop change what the loop goes through."""
        if self.layout.is_range(node.iter):
            return False
        facts = self.layout.facts
        groups = {facts.groups.get(n, n) for n in names.reads(node.iter)}
        return any(facts.groups.get(n, n) in groups for s in paths.every(node.body) for n in self.changes_of(s))

    def changes_of(self, statement: build.Node) -> set[str]:
        """The names whose content a statement changes, itself or by what it calls."""
        if isinstance(statement, paths.COMPOUND):
            return set()
        told = changes._of_statement(statement, self.layout.facts, self.known)
        return _content_changes(statement) | {name for form, name in told if form == "change"}

    def is_settled(self, node: build.Node) -> bool:
        """Whether the items of an iterable are there before the loop begins, and stay there."""
        if self.is_sequence(node) or isinstance(node, (gast.Constant, gast.ListComp, gast.Subscript, gast.BinOp)):
            return True
        kind = self.layout.reverse.kind_of(node)[0]
        if (
            kind.tag in ("dict", "str")
            or kind.tag == "static"
            and isinstance(kind.value, (str, tuple, list, dict, set))
        ):
            return True
        if not isinstance(node, gast.Call):
            return False
        if isinstance(node.func, gast.Attribute) and node.func.attr in ("items", "keys", "values") and not node.args:
            return True
        value = resolve(node.func, self.layout.unit.free, self.layout.reverse.expressions.bound)
        if value in (sorted, list, tuple, set):
            return True
        module = (getattr(value, "__module__", None) or "").partition(".")[0]
        return module == "numpy" or value in HANDING_ON and all(map(self.is_settled, node.args))

    def is_sequence(self, node: build.Node) -> bool:
        """Whether an iterable can be gone through backwards and cut."""
        if self.layout.is_range(node) or isinstance(node, (gast.List, gast.Tuple)):
            return True
        kind = self.layout.reverse.kind_of(node)[0]
        return isinstance(node, (gast.Name, gast.Attribute)) and kind.tag in ("list", "tuple", "array", "range")

    def is_repeatable(self, node: build.Node, bodies: list[list[build.Node]], in_loop: bool) -> bool:
        """Whether evaluating an expression after these bodies have run gives what it gave before, without any effect."""
        if any(
            isinstance(n, (gast.NamedExpr, gast.Lambda, gast.ListComp, gast.GeneratorExp, gast.IfExp))
            for n in build.walk(node)
        ):
            return False
        for item in build.walk(node):
            if isinstance(item, gast.Call) and not self.layout.is_cheap_call(item):
                return False
        statements = [statement for body in bodies for statement in body]
        rebound = names.written(statements)
        changed = rebound.union(*map(_content_changes, statements))
        # the shape of an array stays what it is, the length of a list does not
        content = aliases.content_reads(node) | {n for n in names.reads(node) if not self.layout.facts.kind(n).is_array}
        if names.reads(node) & rebound or content & changed:
            return False
        groups = {self.layout.facts.groups.get(n, n) for n in changed}
        if any(self.layout.facts.groups.get(n, n) in groups for n in content):
            return False
        return not (in_loop and any(n in self.layout.facts.stored or n in self.layout.contents for n in content))


def _content_changes(node: build.Node) -> set[str]:
    found: set[str] = set()
    for item in build.walk(node):
        if isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.ctx, (gast.Store, gast.Del)):
            found |= {names.root(item)} - {""}
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
            found.add(item.target.id)
        elif (
            isinstance(item, gast.Expr)
            and isinstance(item.value, gast.Call)
            and isinstance(item.value.func, gast.Attribute)
        ):
            base = item.value.func.value
            if isinstance(base, gast.Name):
                found.add(base.id)
    return found


def _loaded(target: build.Node) -> build.Node:
    """The value of what a target binds."""
    if isinstance(target, gast.Name):
        return build.name(target.id)
    return build.tuple_(_loaded(e) for e in target.elts)
