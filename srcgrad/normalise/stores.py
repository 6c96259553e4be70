"""Stores into arrays in one shape: `a[i] = v` and `a[i] += v`, into the array itself and not into a view that has a name of its own.

Comes in: a unit in normal form with its facts. Goes out: the same program, in which

- a name for a part of an array that is stored into (`row = a[i]`) has given way to the part itself: `row *= 2` is `a[i] *= 2`,
- `a op= v` on an array that others may hold as well is `a[...] op= v`,
- every other augmented store than `+=` and `-=` at an index that meets no element twice is a load, an operation and a store.
"""

from __future__ import annotations

from collections.abc import Callable

import gast

from ..analyses import aliases, changes
from ..analyses.facts import Facts
from ..analyses.kinds import Kind, constant_kind
from ..core import adding, build, names
from ..core.unit import Unit
from . import scopes

KindOf = Callable[[build.Node], Kind]


def has_array_stores(unit: Unit, facts: Facts) -> bool:
    """Whether the unit stores into an array (or into what may be one); noted is whether it changes nothing at all."""
    facts.unchanged = True
    for name in changes.in_place(unit, facts):
        facts.unchanged = False
        if facts.kind(name).tag in ("array", "list", "unknown"):
            return True
    return False


# ---- names for parts ----------------------------------------------------------------------------------------------------------------


def retake_views(unit: Unit, facts: Facts, kind_of: KindOf) -> tuple[Unit, bool]:
    """Replace each name for a part of a stored array by the part, where it is used.

    >>> import numpy as np
    >>> from srcgrad.pipeline import passes
    >>> passes.show("retake_views", '''
    ... def f(x):
    ...     a = x.copy()
    ...     row = a[0]
    ...     row *= 2.0
    ...     return np.sum(a)
    ... ''', x=np.ones((2, 2)))
    def f(x):
        a = x.copy()
        a[0] *= 2.0
        t = np.sum(a)
        return t
    """
    found = aliases.analyse(unit, facts)
    groups = found.stored_groups()
    wanted = {s.name for s in found.stores if s.others} | {o for s in found.stores for o in s.others}
    tables = changes.tables(unit, facts)
    if not tables and not any(found.groups.get(n) in groups for n in wanted):
        return unit, False
    work = _Views(unit, facts, kind_of, {n for n in wanted if facts.kind(n).is_array}, tables)
    unit.body = work.block(unit.body)
    return unit, work.changed


class _Views:
    def __init__(self, unit: Unit, facts: Facts, kind_of: KindOf, wanted: set[str], tables: set[str]):
        self.unit = unit
        self.facts = facts
        self.kind_of = kind_of
        self.wanted = wanted
        self.tables = tables  # lists of lists, a name for a row of which gives way as well
        self.changed = False
        self.counts: dict[str, int] = {}
        self.count(unit.body)

    def count(self, body: list[build.Node]) -> None:
        for node in body:
            if isinstance(node, (gast.If, gast.For, gast.While)):
                for name in names.writes(node.target) if isinstance(node, gast.For) else ():
                    self.counts[name] = self.counts.get(name, 0) + 1
                self.count(node.body)
                self.count(getattr(node, "orelse", []))
            else:
                for name in names.writes(node):
                    if not isinstance(node, gast.AugAssign):
                        self.counts[name] = self.counts.get(name, 0) + 1

    def block(self, body: list[build.Node]) -> list[build.Node]:
        body = list(body)
        position = 0
        while position < len(body):
            node = body[position]
            if isinstance(node, (gast.If, gast.For, gast.While)):
                node.body = self.block(node.body)
                if isinstance(node, gast.If):
                    node.orelse = self.block(node.orelse)
            elif self.is_view(node) and self.is_local(node, body, position):
                name, part = node.targets[0].id, node.value
                may_raise = isinstance(part, gast.Subscript) and not _is_read_next(body[position + 1 :], name)
                rest = self.replace(body[position + 1 :], name, part)
                if may_raise:  # where there is no such part
                    unused = self.unit.fresh("t")
                    self.unit.temporaries.add(unused)
                    rest.insert(0, build.at(build.assign(unused, build.copy(part)), node))
                body[position:] = rest
                self.changed = True
                continue
            position += 1
        return body

    def is_view(self, node: build.Node) -> bool:
        """`name = array[basic index]`, or another name for an array."""
        if not (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)):
            return False
        name = node.targets[0].id
        root = aliases.root_of(node.value) if isinstance(node.value, (gast.Subscript, gast.Name)) else None
        if root is None or self.counts.get(name) != 1 or name in self.unit.parameters:
            return False
        if self.is_row(node.value) and self.is_indexed(name):
            return True
        return name in self.wanted and self.is_basic(node.value) and self.kind_of(node.value).is_array

    def is_indexed(self, name: str) -> bool:
        """Whether items of what has this name are read or replaced."""
        walked = (n for s in self.unit.body for n in build.walk(s))
        return any(isinstance(n, gast.Subscript) and build.same(n.value, build.name(name)) for n in walked)

    def is_row(self, place: build.Node) -> bool:
        """Whether a place is a row of a list of lists."""
        if not (isinstance(place, gast.Subscript) and isinstance(place.value, gast.Name)):
            return False
        return place.value.id in self.tables and constant_kind(self.kind_of(place.slice)).tag == "int"

    def is_basic(self, place: build.Node) -> bool:
        """Whether a chain of subscripts surely gives a view: integers and slices only."""
        while isinstance(place, gast.Subscript):
            if not self.kind_of(place.value).is_array:
                return False
            for part in place.slice.elts if isinstance(place.slice, gast.Tuple) else [place.slice]:
                if isinstance(part, gast.Slice) or isinstance(part, gast.Constant) and part.value in (None, ...):
                    continue
                if constant_kind(self.kind_of(part)).tag != "int":
                    return False
            place = place.value
        return True

    def is_local(self, node: build.Node, body: list[build.Node], position: int) -> bool:
        """Whether all uses of the name follow in its block, and nothing there rebinds what the part is made of."""
        name = node.targets[0].id
        after = body[position + 1 :]
        sources = names.reads(node.value)
        if any(
            sources & names.writes(n)
            for s in after
            for n in build.walk(s)
            if isinstance(n, (gast.stmt, gast.NamedExpr))
        ):
            return False
        inside = sum(_loads(s, name) for s in after)
        everywhere = sum(_loads(s, name) for s in self.unit.body)
        if inside != everywhere or any(
            isinstance(n, (gast.FunctionDef, gast.Lambda)) for s in after for n in build.walk(s)
        ):
            return False
        return not any(self.facts.kind(n).is_array and n in self.stored_indices(node, after) for n in sources)

    def stored_indices(self, node: build.Node, after: list[build.Node]) -> set[str]:
        """Arrays that stand in the index of the part, and are stored into afterwards."""
        read = {n for i in aliases.indices_of(node.value) for n in names.reads(i)}
        stored = {
            aliases.root_of(p) for s in after for n in build.walk(s) for p in [aliases.store_place(n)] if p is not None
        }
        return {n for n in read if n in stored}

    def replace(self, body: list[build.Node], name: str, part: build.Node) -> list[build.Node]:
        out: list[build.Node] = []
        for node in body:
            if isinstance(node, (gast.If, gast.While)):
                node.test = self.inline(node.test, name, part)
                node.body = self.replace(node.body, name, part)
                node.orelse = self.replace(node.orelse, name, part)
            elif isinstance(node, gast.For):
                node.iter = self.inline(node.iter, name, part)
                node.body = self.replace(node.body, name, part)
            else:
                node = self.statement(node, name, part, out)
            out.append(node)
        return out

    def inline(self, node: build.Node, name: str, part: build.Node) -> build.Node:
        def replace(item: build.Node) -> build.Node | None:
            if scopes.binds(item, name):
                return build.copy(item)
            if not (isinstance(item, gast.Name) and item.id == name):
                return None
            return gast.Name(part.id, item.ctx, None, None) if isinstance(part, gast.Name) else build.copy(part)

        return build.rewrite(node, replace)

    def statement(self, node: build.Node, name: str, part: build.Node, out: list[build.Node]) -> build.Node:
        """One statement: places under the name are places under the array; other reads take the view again."""
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name) and node.target.id == name:
            whole = build.subscript(build.copy(part), gast.Constant(..., None), store=True)
            target = build.subscript(part.value, part.slice, store=True) if isinstance(part, gast.Subscript) else whole
            node = build.at(gast.AugAssign(build.copy(target), node.op, node.value), node)

        def place(item: build.Node) -> build.Node | None:
            if scopes.binds(item, name):
                return build.copy(item)
            whole = isinstance(item, gast.Subscript) and isinstance(item.value, gast.Name) and item.value.id == name
            if whole and isinstance(part, gast.Subscript) and getattr(item.slice, "value", None) is ...:
                return build.subscript(part.value, part.slice, store=isinstance(item.ctx, gast.Store))
            if isinstance(item, gast.Subscript) and aliases.root_of(item) == name:
                inner = build.substitute(item.value, {name: part})
                return gast.Subscript(inner, build.rewrite(item.slice, place), item.ctx)
            return None

        fresh = build.rewrite(node, place)
        added = adding.found(fresh)
        if added is not None and aliases.root_of(added.place) == name:
            owner = build.substitute(added.place.value, {name: part})
            fresh = adding.store(owner, added.place.slice, added.value, added.operator)
        if name in names.reads(fresh) and isinstance(part, gast.Name):
            fresh = self.inline(fresh, name, part)
        elif name in names.reads(fresh):
            again = self.unit.fresh(name)
            self.unit.temporaries.add(again)
            self.facts.kinds[again] = self.facts.kind(name)
            if name in self.facts.active:
                self.facts.active.add(again)
            out.append(build.at(build.assign(again, build.copy(part)), node))
            fresh = self.inline(fresh, name, build.name(again))
        return build.at(fresh, node)


def _is_read_next(body: list[build.Node], name: str) -> bool:
    """Whether what a name means is taken in any case, before anything else happens that could be seen."""
    for node in body:
        compound = isinstance(node, (gast.If, gast.For, gast.While))
        head = node if not compound else node.iter if isinstance(node, gast.For) else node.test
        if name in names.reads(head):
            return True
        if compound or not isinstance(node, gast.Assign) or any(isinstance(n, gast.Call) for n in build.walk(node)):
            return False
    return False


def _loads(node: build.Node, name: str) -> int:
    """How often a statement uses a name, apart from binding it."""
    total = 0
    for item in build.walk(node):
        if isinstance(item, gast.Name) and item.id == name and isinstance(item.ctx, gast.Load):
            total += 1
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name) and item.target.id == name:
            total += 1
    return total


# ---- augmented stores ---------------------------------------------------------------------------------------------------------------


def plain_stores(unit: Unit, facts: Facts, kind_of: KindOf) -> tuple[Unit, bool]:
    """Give every store into an array one of the two shapes that the adjoint knows.

    >>> import numpy as np
    >>> from srcgrad.pipeline import passes
    >>> passes.show("normal", '''
    ... def f(x):
    ...     a = x.copy()
    ...     a[0] *= 2.0
    ...     return np.sum(a)
    ... ''', x=np.ones(2))
    def f(x):
        a = x.copy()
        t_2 = a[0]
        t_3 = t_2 * 2.0
        a[0] = t_3
        t = np.sum(a)
        return t
    """
    work = _Stores(unit, facts, kind_of)
    unit.body = work.block(unit.body)
    return unit, work.changed


class Statements:
    """Goes through all simple statements; `statement` puts what stands in the place of one into `out`."""

    def __init__(self, unit: Unit, facts: Facts):
        self.unit = unit
        self.facts = facts
        self.changed = False

    def block(self, body: list[build.Node]) -> list[build.Node]:
        out: list[build.Node] = []
        for node in body:
            if isinstance(node, (gast.If, gast.For, gast.While)):
                node.body = self.block(node.body)
                if isinstance(node, gast.If):
                    node.orelse = self.block(node.orelse)
                out.append(node)
            else:
                self.statement(node, out)
        return out

    def statement(self, node: build.Node, out: list[build.Node]) -> None:
        raise NotImplementedError


class _Stores(Statements):
    def __init__(self, unit: Unit, facts: Facts, kind_of: KindOf):
        super().__init__(unit, facts)
        self.kind_of = kind_of

    def statement(self, node: build.Node, out: list[build.Node]) -> None:
        if (
            isinstance(node, gast.AugAssign)
            and isinstance(node.target, gast.Name)
            and self.facts.kind(node.target.id).is_array
        ):
            place = build.subscript(build.name(node.target.id), gast.Constant(..., None), store=True)
            node = build.at(gast.AugAssign(place, node.op, node.value), node)
            self.changed = True
        place = aliases.store_place(node)
        if place is not None and isinstance(node, gast.AugAssign) and self.is_array_in_a_container(place):
            item = self.temporary(build.subscript(build.copy(place.value), build.copy(place.slice)), out, node)
            place = build.subscript(item, gast.Constant(..., None), store=True)
            node = build.at(gast.AugAssign(place, node.op, node.value), node)
        elif place is None or not changes.is_buffer(self.kind_of(place.value)):
            out.append(node)
            return
        else:
            self.hoist_indices(place, node, out)
        if isinstance(node, gast.AugAssign) and not (
            isinstance(node.op, (gast.Add, gast.Sub)) and is_plain(place.slice, self.kind_of)
        ):
            self.expand(node, place, out)
            return
        out.append(node)

    def is_array_in_a_container(self, place: build.Node) -> bool:
        """Whether a place is an item of a list or dict that is an array: `items[0] *= 2` changes it and stores it where it is."""
        owner, kind = self.kind_of(place.value), self.kind_of(build.subscript(place.value, place.slice))
        return (
            owner.tag in ("list", "dict")
            and kind.is_array
            and bool(kind.rank)
            and not isinstance(place.slice, gast.Slice)
        )

    def hoist_indices(self, place: build.Node, node: build.Node, out: list[build.Node]) -> None:
        """An index that is computed from arrays gets a name: the store may change what it was computed from."""
        parts = place.slice.elts if isinstance(place.slice, gast.Tuple) else [place.slice]
        for i, part in enumerate(parts):
            if isinstance(part, (gast.Slice, gast.Constant, gast.Name)) or not any(
                not self.facts.kind(n).is_scalar for n in names.reads(part) if n in self.facts.kinds
            ):
                continue
            name = self.temporary(part, out, node)
            if isinstance(place.slice, gast.Tuple):
                place.slice.elts[i] = name
            else:
                place.slice = name

    def temporary(self, value: build.Node, out: list[build.Node], node: build.Node) -> build.Node:
        name = self.unit.fresh("t")
        self.unit.temporaries.add(name)
        out.append(build.at(build.assign(name, value), node))
        self.changed = True
        return build.name(name)

    def expand(self, node: build.Node, place: build.Node, out: list[build.Node]) -> None:
        loaded = build.subscript(build.copy(place.value), build.copy(place.slice))
        old = self.temporary(loaded, out, node)
        new = self.temporary(gast.BinOp(old, node.op, node.value), out, node)
        out.append(build.at(build.assign(build.subscript(place.value, place.slice, store=True), new), node))


def is_plain(index: build.Node, kind_of: KindOf) -> bool:
    """Whether an index surely meets no element twice and makes a view or a number: integers, slices, `...`."""
    if isinstance(index, gast.Tuple):
        return all(is_plain(e, kind_of) for e in index.elts)
    if isinstance(index, gast.Slice):
        return True
    if isinstance(index, gast.Constant):
        return index.value is None or index.value is ... or isinstance(index.value, int)
    kind = kind_of(index)
    return constant_kind(kind).tag in ("int", "none") or kind.tag == "static" and kind.value is None  # np.newaxis
