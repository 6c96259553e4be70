"""Which values a program changes in place, and whether something else may see the change.

A name *shares* its value with the names that it is copied from, loaded from, or put into. A change in place is harmless for the
derivative only if nothing that shares the value was made before it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import gast

from ..core import build, names
from ..core.unit import MISSING, Unit, resolve
from . import callees, fresh, mutation
from .facts import Callee, Facts
from .kinds import Kind, constant_kind


@dataclass(frozen=True)
class Event:
    """Something that happens to a name at a place: `change` of its content, `share` with others, in the order of the program."""

    form: str
    name: str
    node: build.Node
    position: int
    loops: tuple[int, ...]


def events(unit: Unit, facts: Facts) -> list[Event]:
    """Changes and sharings of the unit in the order of its text."""
    found: list[Event] = []
    known = Known(unit, facts)
    for position, (node, loops) in enumerate(_statements(unit.body)):
        for form, name in _of_statement(node, facts, known):
            found.append(Event(form, name, node, position, loops))
    return found


def in_place(unit: Unit, facts: Facts) -> Iterator[str]:
    """The names that `events` tells changes of, each as often as it is changed."""
    known = Known(unit, facts)
    for node, _ in _statements(unit.body):
        if not isinstance(node, (gast.For, gast.While)):
            yield from (name for form, name in _of_parts(node, facts, known) if form == "change")


def happen(unit: Unit, facts: Facts) -> bool:
    """Whether anything is changed in place."""
    return any(True for _ in in_place(unit, facts))


def changed_names(listed: list[Event]) -> dict[str, build.Node]:
    """Names whose content is changed in place, with the first statement that does."""
    first: dict[str, build.Node] = {}
    for event in listed:
        if event.form == "change":
            first.setdefault(event.name, event.node)
    return first


def seen_by_others(
    unit: Unit, listed: list[Event], grown: Callable[[str], bool] = lambda name: False
) -> dict[str, build.Node]:
    """Changed names whose change something else may see: what shares their value was made before, or is made in the same loop.

    What is put into a list when it is made, or taken from it, does not see that the list is `grown`.
    """
    shared = {n for n in (*unit.parameters, unit.vararg, unit.kwarg) if n}
    sharings: dict[str, list[Event]] = {}
    for event in listed:
        if event.form == "share":
            sharings.setdefault(event.name, []).append(event)
    bad: dict[str, build.Node] = {}
    for event in listed:
        if event.form != "change" or event.name in bad:
            continue
        others = sharings.get(event.name, [])
        if others and grown(event.name):
            others = [other for other in others if not _takes_item(other.node, event.name)]
        if event.name in shared or any(
            other.position <= event.position or set(other.loops) & set(event.loops) for other in others
        ):
            bad[event.name] = event.node
    return bad


def _takes_item(node: build.Node, name: str) -> bool:
    """Whether a statement makes a list, or takes items from it, and does nothing else with it."""
    if isinstance(node, gast.For):
        return isinstance(node.iter, gast.Name) and node.iter.id == name
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    if not isinstance(target, gast.Name):
        return False
    value = node.value
    if isinstance(value, gast.List):
        return target.id == name and name not in names.reads(value)
    taken = isinstance(value, gast.Subscript) and not isinstance(value.slice, gast.Slice)
    return (
        taken and isinstance(value.value, gast.Name) and value.value.id == name and name not in names.reads(value.slice)
    )


def _statements(body: list[build.Node]) -> Iterator[tuple[build.Node, tuple[int, ...]]]:
    """Of the `steps`, those that are statements."""
    return ((node, loops) for node, loops in steps(body) if isinstance(node, gast.stmt))


def steps(body: list[build.Node], loops: tuple[int, ...] = ()) -> Iterator[tuple[build.Node, tuple[int, ...]]]:
    """The simple statements, the heads of loops and the tests of branches in the order of the text, with the loops around them."""
    for node in body:
        if isinstance(node, gast.If):
            yield node.test, loops
            yield from steps(node.body, loops)
            yield from steps(node.orelse, loops)
        elif isinstance(node, (gast.For, gast.While)):
            yield node, loops
            yield from steps(node.body, (*loops, id(node)))
        else:
            yield node, loops


def _of_statement(node: build.Node, facts: Facts, known: Known) -> Iterator[tuple[str, str]]:
    if isinstance(node, gast.For):
        for name in names.reads(node.iter):
            if not _is_plain(name, facts):
                for bound in sorted(names.writes(node.target)):
                    if not _is_plain(bound, facts):
                        yield "share", bound
                        yield "share", name
        return
    if isinstance(node, gast.While):
        return
    yield from _of_parts(node, facts, known)
    yield from _of_binding(node, facts)


def _of_parts(node: build.Node, facts: Facts, known: Known) -> Iterator[tuple[str, str]]:
    """What the parts of a simple statement do: stores, operations in place, calls."""
    if type(node) is gast.Assign and type(node.targets[0]) is gast.Name and _is_harmless(node.value):
        return  # as most of the normal form are
    for item in build.walk(node):
        kind = type(item)
        if kind is gast.Subscript or kind is gast.Attribute:
            root = names.root(item.value) if isinstance(item.ctx, (gast.Store, gast.Del)) else ""
            if root:
                yield "change", root
        elif kind is gast.AugAssign and isinstance(item.target, gast.Name):
            if not _is_plain(item.target.id, facts):
                yield "change", item.target.id
        elif kind is gast.Call:
            yield from _of_call(item, facts, known)


def _is_harmless(value: build.Node) -> bool:
    """Whether a value is an atom, or an operation on atoms."""
    if type(value) is gast.BinOp:
        return build.is_atom(value.left) and build.is_atom(value.right)
    return build.is_atom(value)


def _of_binding(node: build.Node, facts: Facts) -> Iterator[tuple[str, str]]:
    """What shares its value by being bound or put into a place."""
    value = getattr(node, "value", None)
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    if isinstance(target, gast.Name) and value is not None and not _is_plain(target.id, facts):
        partners = sorted(n for n in _sources(value, facts) if not _is_plain(n, facts))
        if partners:
            yield from (("share", name) for name in (target.id, *partners))
    elif isinstance(target, (gast.Subscript, gast.Attribute)) and isinstance(value, gast.Name):
        if not _is_plain(value.id, facts) and not (facts.kind(names.root(target)).is_array):
            yield "share", value.id
    elif target is not None and isinstance(target, (gast.Tuple, gast.List)):
        for name in sorted(names.writes(target) | names.reads(value)):
            if not _is_plain(name, facts):
                yield "share", name


def _of_call(item: build.Node, facts: Facts, known: Known) -> Iterator[tuple[str, str]]:
    callee = facts.callees.get(id(item))
    of_object = callee is None or callee.form != "helper" and known.is_method(item, callee)
    if (
        isinstance(item.func, gast.Attribute)
        and item.func.attr in mutation.MUTATORS
        and (callee is None or callee.form in ("list", "unknown"))
    ):
        for argument in item.args:
            if isinstance(argument, gast.Name) and not _is_plain(argument.id, facts):
                yield "share", argument.id
    for changed in mutation.changed(item, known, None if of_object or callee is None else callee.function):
        for name in sorted(names.reads(changed)):
            if not _is_plain(name, facts):
                yield "change", name
    if callee is not None and (callee.form == "unknown" or callee.form == "helper" and callee.shared() is None):
        for argument in [*item.args, *(k.value for k in item.keywords)]:
            for name in sorted(names.reads(argument)):
                if not _is_plain(name, facts):
                    yield "share", name


def unknown_call(node: build.Node, known: Known) -> build.Node | None:
    """The first call in a statement of which nothing is known."""
    for item in build.walk(node):
        if isinstance(item, gast.Call) and mutation.is_unknown(item, known):
            return item
    return None


class Known:
    """What is known of the calls of a unit, for `mutation`."""

    def __init__(self, unit: Unit, facts: Facts):
        self.unit = unit
        self.facts = facts

    @functools.cached_property
    def bound(self) -> set[str]:
        return {n for s in self.unit.body for n in names.writes(s)} | set(self.unit.parameters)

    def resolve(self, node: build.Node) -> Any:
        if isinstance(node, gast.Name) and self.facts.kind(node.id).tag == "static":
            return self.facts.kind(node.id).value
        value = resolve(node, self.unit.free, self.bound)
        return None if value is MISSING else value

    def is_own(self, name: str) -> bool:
        if name not in self.bound:
            return (
                name not in self.unit.free
            )  # a function that this program defines, such as the forward part of a helper
        return name in self.lambdas

    @functools.cached_property
    def lambdas(self) -> set[str]:
        """The names of lambdas that change nothing."""
        found: dict[str, bool] = {}
        for node, _ in _statements(self.unit.body):
            value = node.value if isinstance(node, gast.Assign) else None
            quiet = isinstance(value, gast.Lambda) and not any(
                mutation.changed(n, self) for n in build.walk(value.body) if isinstance(n, gast.Call)
            )
            for name in names.writes(node):
                found[name] = found.get(name, True) and quiet
        return {name for name, quiet in found.items() if quiet}

    def is_method(self, call: build.Node, callee: Callee) -> bool:
        return isinstance(call.func, gast.Attribute) and _is_first(call.func.value, callee.args)

    def changed_arguments(self, function: FunctionType, call: build.Node) -> list[build.Node]:
        callee = self.facts.callees.get(id(call))
        args = call.args if callee is None else callee.args
        keywords = {k.arg or "**": k.value for k in call.keywords}
        return callees.arguments_changed(function, args, keywords, self.unit.changing, self)

    def may_have_items(self, node: build.Node) -> bool:
        return not (
            isinstance(node, gast.Name) and (self.facts.kind(node.id).is_array or _is_plain(node.id, self.facts))
        )

    def may_change(self, function: FunctionType) -> bool:
        return callees.may_change(function, self.unit.changing)


def outputs_of(call: build.Node, callee: Callee | None) -> list[build.Node]:
    """As `outputs`, for a call whose callee is known."""
    is_method = callee is None or isinstance(call.func, gast.Attribute) and _is_first(call.func.value, callee.args)
    return mutation.outputs(call, None if is_method else callee.function if callee is not None else None)


def _is_first(owner: build.Node, operands: list[build.Node]) -> bool:
    return bool(operands) and operands[0] is owner


def _sources(value: build.Node, facts: Facts) -> set[str]:
    """Names that the value of an expression may share memory or items with."""
    if isinstance(value, gast.Name):
        return {value.id}
    if isinstance(value, gast.Subscript) and _copies(value, facts):
        return set()
    if isinstance(value, (gast.Subscript, gast.Attribute)):
        return _sources(value.value, facts)
    if isinstance(value, (gast.Tuple, gast.List, gast.Dict, gast.IfExp, gast.BoolOp, gast.Starred)):
        return names.reads(value)
    if isinstance(value, gast.BinOp):
        parts = [part for part in (value.left, value.right) if _may_be_sequence(part, facts)]
        return {n for part in parts for n in _sources(part, facts)} if _may_be_sequence(value, facts) else set()
    if is_table(value, facts):
        return set()
    if isinstance(value, (gast.UnaryOp, gast.Compare, gast.Constant, gast.JoinedStr)):
        return set()
    if isinstance(value, gast.Call):
        callee = facts.callees.get(id(value))
        function = callee.function if callee is not None else None
        if written := outputs_of(value, callee):
            return {n for out in written for n in names.reads(out)}
        if isinstance(value.func, gast.Attribute) and _may_give_itself(value.func, function, facts):
            return _held(value, facts)
        if callee is not None and callee.form == "helper":
            operands = callee.shared()
            return names.reads(value) if operands is None else {n for o in operands for n in names.reads(o)}
        if function in (list, tuple, sorted) and _has_numbers(value, facts):
            return set()
        name = value.func.attr if isinstance(value.func, gast.Attribute) else fresh.numpys_name(function)
        if fresh.is_fresh(value, function, name):
            return set()
        return _held(value, facts)
    return names.reads(value)


METADATA = frozenset({"shape", "ndim", "size", "dtype", "strides", "itemsize", "nbytes"})


def _held(value: build.Node, facts: Facts) -> set[str]:
    """The names that an expression reads, but for the arrays of which it reads the shape or the like alone."""
    if isinstance(value, gast.Attribute) and value.attr in METADATA and isinstance(value.value, gast.Name):
        return set() if facts.kind(value.value.id).is_numeric else {value.value.id}
    if isinstance(value, (gast.Name, gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)):
        return names.reads(value)
    return {n for part in build.children(value) for n in _held(part, facts)}


def _has_numbers(call: build.Node, facts: Facts) -> bool:
    """Whether a call of `list` and the like is given a sequence of numbers: the new one shares nothing with it."""
    if len(call.args) != 1 or not isinstance(call.args[0], gast.Name):
        return False
    kind = facts.kind(call.args[0].id)
    if kind.is_array:
        return kind.rank == 1
    return kind.tag in ("list", "tuple") and kind.item is not None and kind.item.is_scalar


def _may_be_sequence(node: build.Node, facts: Facts) -> bool:
    """Whether the value of an expression may be a list or tuple, so that what is made of it by `+` and `*` has the same items."""
    if isinstance(node, gast.BinOp):
        parts = [_may_be_sequence(node.left, facts), _may_be_sequence(node.right, facts)]
        return isinstance(node.op, gast.Add) and all(parts) or isinstance(node.op, gast.Mult) and any(parts)
    if isinstance(node, gast.Name):
        return facts.kind(node.id).tag in ("list", "tuple")
    if isinstance(node, gast.Subscript):
        kind = facts.kind(names.root(node))
        return kind.is_container and not (kind.item is not None and kind.item.is_numeric)
    return isinstance(node, (gast.List, gast.Tuple, gast.ListComp, gast.IfExp, gast.BoolOp))


def _may_give_itself(method: build.Node, function: object, facts: Facts) -> bool:
    """Whether this method gives its owner, or something with the items of its owner: the copy of a container has them."""
    if method.attr in ("conj", "conjugate"):  # of a real array
        return True
    if method.attr != "copy" or fresh.is_numpys(function):
        return False
    kind = facts.kind(names.root(method.value))
    if kind.is_container and not isinstance(method.value, gast.Name):
        return kind.item is None or not kind.item.is_numeric
    return not kind.is_array and not (kind.is_container and kind.item is not None and kind.item.is_scalar)


def _copies(value: build.Node, facts: Facts) -> bool:
    """Whether a subscript of an array surely copies: its index is an array, a list or a comparison."""
    if not facts.kind(names.root(value)).is_array:
        return False
    parts = value.slice.elts if isinstance(value.slice, gast.Tuple) else [value.slice]
    return any(_is_many(part, facts) for part in parts)


def _is_many(part: build.Node, facts: Facts) -> bool:
    """Whether a part of an index surely is no single position and no slice."""
    if isinstance(part, gast.Name):
        return facts.kind(part.id).is_array or facts.kind(part.id).tag == "list"
    if isinstance(part, gast.BinOp):
        return any(isinstance(p, (gast.Name, gast.BinOp)) and _is_many(p, facts) for p in (part.left, part.right))
    return isinstance(part, (gast.List, gast.Compare))


def is_table(value: build.Node, facts: Facts) -> bool:
    """Whether an expression is a new list of lists of numbers, no two of which are one: `[[0.0] * m for i in range(n)]`."""
    if isinstance(value, gast.ListComp):
        return _is_row(value.elt, facts)
    return isinstance(value, gast.List) and bool(value.elts) and all(_is_row(e, facts) for e in value.elts)


def _is_row(value: build.Node, facts: Facts) -> bool:
    """Whether an expression is a new list of numbers."""
    if isinstance(value, gast.List):
        return all(_is_number(e, facts) for e in value.elts)
    if isinstance(value, gast.ListComp):
        return _is_number(value.elt, facts)
    return isinstance(value, gast.BinOp) and isinstance(value.op, gast.Mult) and _is_row(value.left, facts)


def _is_number(value: build.Node, facts: Facts) -> bool:
    if isinstance(value, gast.UnaryOp):
        value = value.operand
    if isinstance(value, gast.Constant):
        return isinstance(value.value, (int, float))
    if isinstance(value, gast.Attribute):  # np.inf
        return isinstance(value.value, gast.Name) and value.attr in ("inf", "nan", "pi", "e")
    if isinstance(value, gast.Call):
        return isinstance(value.func, gast.Name) and value.func.id == "float"
    return isinstance(value, gast.Name) and constant_kind(facts.kind(value.id)).is_scalar


def tables(unit: Unit, facts: Facts) -> set[str]:
    """The names of lists of lists of numbers of which every row is a list of its own, and stays in its place.

    They only ever are new, have no other name, and are changed by stores `name[i][j] = v` or by stores into a name for a row alone.
    """
    found: dict[str, bool] = {n: False for n in (*unit.parameters, unit.vararg, unit.kwarg)}
    for node, _ in _statements(unit.body):
        new = isinstance(node, gast.Assign) and is_table(node.value, facts)
        for name in names.writes(node.target if isinstance(node, gast.For) else node):
            found[name] = found.get(name, True) and new
    known = {n for n, new in found.items() if new and _holds_rows(facts.kind(n))}
    return known - _handed_on(unit.body, known) if known else known


def _handed_on(body: list[build.Node], known: set[str]) -> set[str]:
    """Those of the names of lists that are used otherwise than for their items, their length or as the result."""
    found: dict[str, int] = {}
    for node in (n for s in body for n in build.walk(s)):
        if isinstance(node, gast.Name) and node.id in known and isinstance(node.ctx, gast.Load):
            found[node.id] = found.get(node.id, 0) + 1
        kept: list[build.Node] = []
        if isinstance(node, gast.Subscript):
            stored = not isinstance(node.ctx, gast.Load)
            kept = [node.value] if not stored and not isinstance(node.slice, (gast.Slice, gast.Tuple)) else []
        elif isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "len":
            kept = node.args
        elif isinstance(node, gast.Return):
            kept = [node.value]
        for part in kept:
            if isinstance(part, gast.Name) and part.id in known:
                found[part.id] = found.get(part.id, 0) - 1
    return {n for n, count in found.items() if count}


def _holds_rows(kind: Kind) -> bool:
    row = kind.item if kind.tag == "list" else None
    return row is not None and row.tag == "list" and row.item is not None and constant_kind(row.item).is_scalar


def is_buffer(kind: Kind) -> bool:
    """Whether a value of this kind surely is memory of numbers: an array, or a list that holds nothing but numbers."""
    if kind.is_array:
        return kind.rank != 0
    return kind.tag == "list" and kind.item is not None and kind.item.is_scalar and kind.item.tag == "float"


def _is_plain(name: str, facts: Facts) -> bool:
    """Whether a name surely holds an immutable value."""
    kind = facts.kind(name)
    return kind.is_scalar or kind.tag in ("str", "static", "none", "range")
