"""Which names stand for views of one memory that is stored into, so that their adjoints are the same views of one adjoint.

Where a store is seen under another name as well (`m = y.reshape(2, 3)`, then `m[0] = ...` and `y` is read), the adjoints of both names must share
memory just as the names do. Comes in: a unit in normal form with its facts and aliases. Goes out: `Mirrored`: names of which every value is known
to be a view of one other such name, or new memory. All names that share memory with one of them are among them, or are not in use any more
where something is stored (then the adjoint of such a name is a value like any other: its memory is read as it was).
"""

from __future__ import annotations

from collections.abc import Iterator

import gast
import numpy as np
import srcgrad_runtime as rt

from ..core import build, names
from ..core.unit import Unit
from . import aliases, calls, changes, fresh, inference
from .facts import Facts
from .kinds import Kind, constant_kind
from .mirrored import Mirrored, View

# functions of an array that always give a view of it that may be written to, or the array itself
ALWAYS = (
    np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze, np.flip, np.flipud, np.fliplr,
    np.rot90, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.asarray, np.asanyarray, rt.view,
    *([np.permute_dims] if hasattr(np, "permute_dims") else []),
)  # fmt: skip
# linear functions of an array that give a view of it or a copy, as its layout, its dtype or their options will have it
PERHAPS = (
    np.reshape,
    np.ravel,
    np.array,
    np.ascontiguousarray,
    np.asfortranarray,
    np.require,
    np.conjugate,
    np.einsum,
    np.diff,
    rt.astype,
)
IN_ORDER = (np.zeros, np.ones, np.empty, np.full, rt.zeros_like)  # these make arrays in C order
# and these where the result has one axis
WITHOUT_GAPS = (
    np.copy,
    np.concatenate,
    np.where,
    np.sort,
    np.arange,
    np.linspace,
    np.cumsum,
    np.dot,
    np.matmul,
    np.zeros_like,
)


def find(unit: Unit, facts: Facts, found: aliases.Aliases) -> Mirrored:
    """The names of a unit whose adjoints are to be views of one another."""
    together = [{s.name, *s.others} for s in found.stores if s.others]
    if not together:
        return Mirrored()
    return _Search(unit, facts, {s.name for s in found.stores}).run(together)


class _Search:
    def __init__(self, unit: Unit, facts: Facts, stored: set[str]):
        self.unit, self.facts, self.stored = unit, facts, stored
        self.kind_of = inference.teller(unit, facts)
        self.definitions: dict[str, list[build.Node]] = {}
        for node in _statements(unit.body):
            for name in sorted(names.writes(node.target if isinstance(node, gast.For) else node)):
                self.definitions.setdefault(name, []).append(node)
        given = [*unit.parameters, *(n for n in (unit.vararg, unit.kwarg) if n)]
        self.given = set(given)
        self.bound = self.given | self.definitions.keys()

    def run(self, together: list[set[str]]) -> Mirrored:
        """`together`: for each store the names in use that may share what it changes."""
        found = Mirrored()
        made_of = {name: self.partners(name) for name in self.closed(set().union(*together))}
        for names_ in together:
            for name in names_:
                made_of[name] |= names_ - {name}
        left = sorted(made_of)
        while left:
            component = _component(left[0], made_of)
            left = [n for n in left if n not in component]
            if component & self.facts.active and all(map(self.may_be_mirrored, component)):
                self.add(component, found)
        return found

    def closed(self, start: set[str]) -> set[str]:
        """These names, all that they may be made of, and all that is taken out of containers among them."""
        found: set[str] = set()
        todo = sorted(start)
        while todo:
            found |= set(todo)
            new = {source for name in todo for source in self.partners(name)}
            boxes = {name for name in found if self.facts.kind(name).is_container}
            new |= {n for n in self.definitions if self.may_share(n) and self.partners(n) & boxes} if boxes else set()
            todo = sorted(new - found)
        return found

    def partners(self, name: str) -> set[str]:
        """The names with which a value of this name may share memory from the beginning."""
        found: set[str] = set()
        for node in self.definitions.get(name, ()):
            value = node.iter if isinstance(node, gast.For) else getattr(node, "value", None)
            found |= self.shared(value) if value is not None else set()
        return found - {name}

    def shared(self, value: build.Node) -> set[str]:
        return {n for n in changes._sources(value, self.facts) if self.may_share(n)}

    def may_share(self, name: str) -> bool:
        """Whether a name may stand for memory that a derivative concerns."""
        if name not in self.bound:
            free = self.unit.free.get(name)
            if free is None or callable(free.value) or hasattr(free.value, "__spec__"):
                return False
        return not changes._is_plain(name, self.facts) and self.facts.kind(name).may_be_active

    # ---- one component ----------------------------------------------------------------------------------------------------------

    def may_be_mirrored(self, name: str) -> bool:
        kind = self.facts.kind(name)
        if kind.is_container:
            return (
                name in self.definitions
                and name not in self.given | self.stored
                and self.is_box(kind)
                and self.is_looked_into(name)
            )
        return _is_buffer(kind) and name in self.bound

    def is_box(self, kind: Kind) -> bool:
        """Whether a container holds arrays, numbers and the like, or containers of those."""
        items = kind.items if kind.items is not None else (kind.item,)
        return kind.tag in ("list", "tuple", "dict") and not kind.dtype and all(
            i is not None and (_is_buffer(i) or i.is_scalar or i.tag in ("str", "static", "none") or i.is_container and self.is_box(i))
            for i in items
        )  # fmt: skip

    def is_looked_into(self, name: str) -> bool:
        """Whether nothing is done with a container but to take items out, to put it into another one, and to ask how long it is."""
        return all(_loads(n, name) == self.looks(n, name) for n in _parts(self.unit.body))

    def looks(self, node: build.Node, name: str) -> int:
        """How often a statement, or the head of one, takes an item of a container, or puts it into another one."""
        counted = [
            n for n in build.walk(node) if isinstance(n, gast.Call) and self.function(n) in (len, rt.check_items)
        ]
        found = sum(a.id == name for n in counted for a in n.args if isinstance(a, gast.Name))
        value = node.value if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None
        if isinstance(value, gast.Name):
            found += value.id == name
        elif isinstance(value, gast.Subscript) and self.is_position(value.slice):
            found += isinstance(value.value, gast.Name) and value.value.id == name
        elif isinstance(value, (gast.Tuple, gast.List, gast.Dict)):
            items = value.values if isinstance(value, gast.Dict) else value.elts
            found += sum(isinstance(e, gast.Name) and e.id == name for e in items)
        return found

    def function(self, call: build.Node) -> object:
        callee = self.facts.callees.get(id(call))
        return callee.function if callee is not None else None

    def is_position(self, index: build.Node) -> bool:
        """Whether an index means one item of a container."""
        kind = self.kind_of(index)
        return not isinstance(index, (gast.Slice, gast.Tuple)) and constant_kind(kind).tag in ("int", "str")

    def is_display(self, value: build.Node) -> bool:
        """Whether a value is a display of names and literals."""
        if isinstance(value, gast.Dict):
            return all(isinstance(k, gast.Constant) for k in value.keys) and all(map(build.is_atom, value.values))
        return isinstance(value, (gast.Tuple, gast.List)) and all(map(build.is_atom, value.elts))

    def add(self, component: set[str], found: Mirrored) -> None:
        """Note a component, if each value of its names is understood."""
        views: dict[int, View] = {}
        for name in component:
            for node in self.definitions.get(name, ()):
                if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
                    return
                view = self.view(node.value)
                if self.is_display(node.value):
                    if name in names.reads(node.value):
                        return
                elif view is not None:
                    views[id(node)] = view
                elif self.shared(node.value):
                    return
        unsure = any(not v.sure for v in views.values())
        if unsure and component & self.given:
            return  # nothing is known of the layout of an argument
        found.names |= component
        found.views |= views
        if any(v.ordered for v in views.values()):
            found.ordered |= component
        if unsure:
            found.unsure |= component

    def view(self, value: build.Node) -> View | None:
        """A value as a view of a name; None for anything else."""
        shared = self.shared(value)
        if len(shared) != 1:
            return None
        if isinstance(value, gast.Call):
            return self.view_by_call(value, shared.pop())
        operand = value
        while isinstance(operand, (gast.Subscript, gast.Attribute)):
            if isinstance(operand, gast.Attribute) and operand.attr not in ("T", "mT"):
                return None
            box = isinstance(operand, gast.Subscript) and self.kind_of(operand.value).is_container
            if isinstance(operand, gast.Subscript) and not (self.is_position if box else self.is_basic)(operand.slice):
                return None
            operand = operand.value
        return View(operand, True, False) if isinstance(operand, gast.Name) and operand.id in shared else None

    def is_basic(self, index: build.Node) -> bool:
        """Whether an index surely gives a view: integers, slices, `None` and `...`."""
        for part in index.elts if isinstance(index, gast.Tuple) else [index]:
            if isinstance(part, gast.Slice) or isinstance(part, gast.Constant) and part.value in (None, ...):
                continue
            kind = self.kind_of(part)
            if constant_kind(kind).tag != "int" and not (kind.tag == "static" and kind.value is None):
                return False
        return True

    def view_by_call(self, call: build.Node, source: str) -> View | None:
        callee = self.facts.callees.get(id(call))
        if callee is None or callee.form != "rule":
            return None
        operands = [*callee.args, *callee.keywords.values()]
        given = [o for o in operands if isinstance(o, gast.Name) and o.id == source]
        if len(given) != 1:
            return None
        operand, options = given[0], len(operands) - 1
        if any(callee.function is f for f in calls.SPLITTING):
            return View(operand, True, False)
        if any(callee.function is f for f in ALWAYS):
            kept = options == 0 or not any(callee.function is f for f in (np.asarray, np.asanyarray))
            return View(operand, kept, not kept)
        if callee.function is np.reshape and options == 1:
            return View(operand, self.facts.kind(source).rank == 1 or self.is_contiguous(source, set()), True)
        if callee.function is np.ravel and options == 0:
            return View(operand, self.is_contiguous(source, set()), True)
        others = [o for o in operands if o is not operand and names.reads(o) & self.facts.active]
        if any(callee.function is f for f in PERHAPS) and not others:
            return View(operand, False, True)
        return None

    def is_contiguous(self, name: str, seen: set[str]) -> bool:
        """Whether every value of a name is surely an array in C order without gaps."""
        if name in self.given:
            return False
        if name in seen:
            return True
        seen.add(name)
        return all(
            isinstance(n, gast.Assign) and self.makes_contiguous(n, name, seen) for n in self.definitions.get(name, ())
        )

    def makes_contiguous(self, node: build.Node, name: str, seen: set[str]) -> bool:
        value = node.value
        shared = self.shared(value)
        if shared:
            view = self.view(value)
            return view is not None and self.keeps_order(value) and self.is_contiguous(view.operand.id, seen)
        if isinstance(value, (gast.BinOp, gast.UnaryOp)):  # new memory
            return self.facts.kind(name).rank == 1
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        if callee is None or not (fresh.is_numpys(callee.function) or callee.function is rt.zeros_like):
            return False
        if self.facts.kind(name).rank == 1 and (
            isinstance(callee.function, np.ufunc) or callee.function in WITHOUT_GAPS
        ):
            return True
        if callee.function is np.copy and len(callee.args) == 1 and not callee.keywords:
            return value.func is not None and callee.args[0] is getattr(
                value.func, "value", None
            )  # the method, in C order
        return any(callee.function is f for f in IN_ORDER) and "order" not in callee.keywords and len(callee.args) < 3

    def keeps_order(self, value: build.Node) -> bool:
        """Whether a view of an array in C order without gaps is one again."""
        if isinstance(value, gast.Subscript):
            index = value.slice
            leading = not isinstance(index, gast.Tuple) and not (
                isinstance(index, gast.Slice) and index.step is not None
            )
            return leading and isinstance(value.value, gast.Name)
        if isinstance(value, gast.Call):
            function = self.facts.callees[id(value)].function
            return any(function is f for f in (np.reshape, np.ravel, np.asarray, np.asanyarray))
        return isinstance(value, gast.Name)


def _component(start: str, made_of: dict[str, set[str]]) -> set[str]:
    """The names that are connected with one by what they are made of."""
    found = {start}
    while True:
        near = {n for n, sources in made_of.items() if n in found or sources & found}
        more = found | near | {s for n in near for s in made_of[n]}
        if more == found:
            return found
        found = more


def _statements(body: list[build.Node]) -> Iterator[build.Node]:
    """The statements of a body that bind something, those in branches and loops as well."""
    for node in body:
        if not isinstance(node, (gast.If, gast.While)):
            yield node
        if isinstance(node, (gast.If, gast.For, gast.While)):
            yield from _statements(node.body)
            yield from _statements(getattr(node, "orelse", []))


def _parts(body: list[build.Node]) -> Iterator[build.Node]:
    """The simple statements of a body and the heads of the others, those in branches and loops as well."""
    for node in body:
        if isinstance(node, (gast.If, gast.For, gast.While)):
            yield node.iter if isinstance(node, gast.For) else node.test
            yield from _parts(node.body)
            yield from _parts(getattr(node, "orelse", []))
        else:
            yield node


def _loads(node: build.Node, name: str) -> int:
    return sum(isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load) for n in build.walk(node))


def _is_buffer(kind: Kind) -> bool:
    return kind.is_array and bool(kind.rank) and kind.may_be_active
