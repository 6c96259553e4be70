"""Kind and activity of the expressions of a unit, as its facts tell; what each call calls."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import gast
import numpy as np

from .. import rules
from ..core import build, names
from ..core.unit import MISSING, Free, Unit, resolve
from . import access, calls, operations, results
from . import kinds as K
from .facts import Callee, Facts
from .kinds import Kind

STEPS = (gast.FloorDiv, gast.BitAnd, gast.BitOr, gast.BitXor, gast.LShift, gast.RShift)
LIST_METHODS = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "copy", "index", "count"}
)

# of a helper's call: the kind of its result, whether it is active, and what it may share memory with (`Callee.shared`)
Told = tuple[Kind | None, bool, Callable[[], list[build.Node] | None] | None]
Summary = Callable[[Any, tuple[Kind, ...], tuple[bool, ...]], Told]


def untold(*_: Any) -> Told:
    """The summary where helpers have been asked before."""
    return K.UNKNOWN, True, None


class Expressions:
    """The expressions of a unit of which these are the facts; `summary` tells of the result of a helper's call."""

    def __init__(self, unit: Unit, facts: Facts, summary: Summary = untold):
        self.unit, self.facts = unit, facts
        self.bound = facts.bound | (facts.kinds.keys() - {unit.vararg, unit.kwarg})
        self.summary = summary
        self.free_kinds: dict[str, tuple[Free, Kind]] = {}  # outside names whose kinds were asked for
        self.pending = False  # whether the result of a helper that is being looked through is not known yet
        self.asked = False  # whether a helper was asked for its result, which may change in the meantime

    def of(self, node: build.Node) -> tuple[Kind, bool]:
        """Kind and activity of an expression."""
        found = _OF.get(type(node))
        return found(self, node) if found is not None else (K.UNKNOWN, False)

    def name(self, node: build.Node) -> tuple[Kind, bool]:
        if node.id in self.bound:
            known = self.facts.kinds.get(node.id)
            return known if known is not None else K.UNKNOWN, node.id in self.facts.active
        return self.outside(node.id), False

    def outside(self, name: str) -> Kind:
        """The kind of what a name means from outside."""
        free = self.unit.free.get(name)
        if free is None or free.value is MISSING:
            return K.UNKNOWN
        known = self.free_kinds.get(name)
        if known is None or known[0] is not free:
            known = self.free_kinds[name] = (free, K.of_value(free.value))
        return known[1]

    def constant(self, node: build.Node) -> tuple[Kind, bool]:
        return (K.FLOAT if isinstance(node.value, float) else K.static(node.value)), False

    def unary(self, node: build.Node) -> tuple[Kind, bool]:
        if isinstance(node.op, gast.Not):
            self.of(node.operand)
            return K.BOOL, False
        if isinstance(node.operand, gast.Constant) and isinstance(node.op, gast.USub):
            value = node.operand.value
            return (K.FLOAT if isinstance(value, float) else K.static(-value)), False
        kind, active = self.of(node.operand)
        return operations.unary(node.op, kind), active

    def comparison(self, node: build.Node) -> tuple[Kind, bool]:
        found = [self.of(n)[0] for n in (node.left, *node.comparators)]
        if len(found) == 2 and any(k.is_array for k in found):
            return results.elementwise(
                np.less, [k if k.is_numeric else K.INT for k in map(K.constant_kind, found)]
            ), False
        return (K.BOOL if all(k.tag != "unknown" for k in found) else K.UNKNOWN), False

    def subscript(self, node: build.Node) -> tuple[Kind, bool]:
        kind, active = self.of(node.value)
        if isinstance(node.slice, gast.AST):
            for part in build.walk(node.slice):
                if isinstance(part, gast.Call):
                    self.of(part)
            if not active and kind.tag in ("unknown", "static", "object"):  # what it does with an index is not known
                active = any(self.of(part)[1] for part in _parts_of_index(node.slice))
        found = access.indexed(kind, node.slice, lambda n: self.of(n)[0])
        return found, active and found.may_be_active

    def attribute(self, node: build.Node) -> tuple[Kind, bool]:
        value = resolve(node, self.unit.free, self.bound)
        if value is not MISSING:
            return K.of_value(value), False
        kind, active = self.of(node.value)
        found = access.attribute(kind, node.attr)
        passive = node.attr in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes") and not kind.holds_records
        return found, active and not passive and found.may_be_active

    def sequence(self, node: build.Node) -> tuple[Kind, bool]:
        parts = [self.of(e.value if isinstance(e, gast.Starred) else e) for e in node.elts]
        tag = "tuple" if isinstance(node, gast.Tuple) else "list"
        active = any(a for _, a in parts)
        if any(isinstance(e, gast.Starred) for e in node.elts):
            return Kind(tag, item=K.UNKNOWN), active
        return K.sequence(tag, tuple(k for k, _ in parts)), active

    def dictionary(self, node: build.Node) -> tuple[Kind, bool]:
        parts = [self.of(v) for v in node.values]
        keys = [k.value if isinstance(k, gast.Constant) else MISSING for k in node.keys]
        item = None
        for kind, _ in parts:
            item = K.join(item, kind)
        known = MISSING not in keys
        items = tuple(k for k, _ in parts) if known else None
        value = tuple(map(repr, keys)) if known else None
        return Kind("dict", items=items, item=item, value=value), any(a for _, a in parts)

    def conditional(self, node: build.Node) -> tuple[Kind, bool]:
        (a, x), (b, y) = self.of(node.body), self.of(node.orelse)
        return K.join(a, b) or K.UNKNOWN, x or y

    def boolean(self, node: build.Node) -> tuple[Kind, bool]:
        kind: Kind | None = None
        for each, _ in [self.of(v) for v in node.values]:
            kind = K.join(kind, each)
        return kind or K.UNKNOWN, False

    def comprehension(self, node: build.Node) -> tuple[Kind, bool]:
        """A comprehension that stands as it was written, because nothing in it is active."""
        kinds, bound = self.facts.kinds, self.bound
        self.facts.kinds = dict(kinds)
        for part in node.generators:
            item = self.item(part.iter)
            for name in names.writes(part.target):
                self.facts.kinds[name] = item if isinstance(part.target, gast.Name) else K.UNKNOWN
                self.bound = self.bound | {name}
        kind = self.of(node.elt)[0]
        self.facts.kinds, self.bound = kinds, bound
        return Kind("list", item=kind), False

    def item(self, node: build.Node) -> Kind:
        """The kind of what comes out of an iterable."""
        kind = self.of(node)[0]
        if kind.is_array:
            return access.item_of(kind)
        if kind.tag == "range":
            return K.INT
        return kind.item or K.UNKNOWN if kind.tag in ("list", "tuple") else K.UNKNOWN

    def text(self, node: build.Node) -> tuple[Kind, bool]:
        return K.STR, False

    def binary(self, node: build.Node) -> tuple[Kind, bool]:
        if isinstance(node.op, gast.Mod) and K.is_text(self.of(node.left)[0]):  # "%.3f" % x
            self.of(node.right)
            return K.STR, False
        (left, x), (right, y) = self.of(node.left), self.of(node.right)
        kind, active = operations.binary(node.op, left, right), x or y
        if active and isinstance(node.op, STEPS):
            # whole numbers and bits do not vary smoothly; dicts may be joined by `|`
            active = not isinstance(node.op, gast.FloorDiv) and not kind.is_numeric
        return kind, active

    def call(self, node: build.Node) -> tuple[Kind, bool]:
        callee, before = self.callee(node), self.facts.callees.get(id(node))
        self.facts.callees[id(node)] = callee
        operands = [*callee.args, *callee.keywords.values()]
        found = [self.of(o.value if isinstance(o, gast.Starred) else o) for o in operands]
        active = any(a for _, a in found)
        args = [k for k, _ in found[: len(callee.args)]]
        keywords = dict(zip(callee.keywords, (k for k, _ in found[len(callee.args) :]), strict=True))
        if callee.form == "list":
            return self.list_method(callee, args, active, node)
        if callee.form == "helper":
            self.asked = True
            flags = tuple(a for _, a in found)
            kind, active, shared = self.summary(callee, tuple(k for k, _ in found), flags)
            if shared is not None:
                callee.shared = shared
            elif before is not None:
                callee.shared = before.shared
            self.pending = self.pending or kind is None
            return kind if kind is not None else K.UNKNOWN, active
        if callee.form == "passive" or callee.function in (list, tuple) and args and args[0].tag in ("dict", "range"):
            active = False
        elif callee.form == "unknown":  # what is called may hold a derivative itself, as the owner of a method does
            active = active or any(n in self.facts.active for n in names.reads(node.func))
        if gast.Starred in map(type, operands):
            return K.UNKNOWN, active
        return calls.result_of(callee.function, args, keywords), active

    def callee(self, node: build.Node) -> Callee:
        func = node.func
        keywords = {k.arg or "**": k.value for k in node.keywords}
        value = resolve(func, self.unit.free, self.bound)
        args = list(node.args)
        if value is MISSING and isinstance(func, gast.Attribute):
            owner, owner_active = self.of(func.value)
            if owner.tag in ("array", "float", "int") or (owner.tag == "unknown" and owner_active):
                method = rules.method(func.attr)
                if method is not None:
                    packed = [func.value, *args]
                    if method.pack and args and not _is_tuple(args[0], self):
                        packed = [func.value, build.tuple_(args)] if len(args) > 1 else [func.value, args[0]]
                    return Callee(
                        "rule" if rules.lookup(method.function) else "passive", method.function, packed, keywords
                    )
            if owner.tag == "list" and func.attr in LIST_METHODS:
                return Callee("list", func.attr, [func.value, *args], keywords)
            if owner.tag == "static":
                value = getattr(owner.value, func.attr, MISSING)
            elif owner.tag == "object":
                value = getattr(owner.value, func.attr, MISSING)
                if isinstance(value, FunctionType):
                    return Callee("helper", value, [func.value, *args], keywords)
        if value is MISSING and isinstance(func, gast.Name):
            kind = self.facts.kinds.get(func.id)
            if kind is not None and kind.tag == "static":
                value = kind.value
        if value is MISSING:
            return Callee("unknown", None, args, keywords)
        count = len(args) if gast.Starred not in map(type, args) else None
        if value is np.ndarray and count in (0, 1, 2) and keywords.keys() <= {"shape", "dtype", "order"}:
            value = np.empty  # without a buffer it is the same
        if rules.is_nondifferentiable(value, count):
            return Callee("passive", value, args, keywords)
        if rules.lookup(value, count) is not None:
            return Callee("rule", value, args, keywords)
        if isinstance(value, FunctionType):
            return Callee("unknown" if calls.is_library(value) else "helper", value, args, keywords)
        if isinstance(value, MethodType) and isinstance(value.__func__, FunctionType):
            return Callee("unknown", value, args, keywords)
        if isinstance(value, BuiltinFunctionType | type) and value in (
            len,
            range,
            int,
            bool,
            str,
            isinstance,
            type,
            print,
        ):
            return Callee("passive", value, args, keywords)
        return Callee("unknown", value, args, keywords)

    def list_method(self, callee: Callee, args: list[Kind], active: bool, node: build.Node) -> tuple[Kind, bool]:
        if callee.function == "pop":
            return args[0].item or K.UNKNOWN, active
        if callee.function == "copy":
            return args[0], active
        return K.static(None), False


def _parts_of_index(node: build.Node) -> list[build.Node]:
    """The expressions in an index: its items, and the ends and steps of its slices."""
    if isinstance(node, gast.Tuple):
        return [part for element in node.elts for part in _parts_of_index(element)]
    if isinstance(node, gast.Slice):
        return [part for part in (node.lower, node.upper, node.step) if part is not None]
    return [node.value if isinstance(node, gast.Starred) else node]


def _is_tuple(node: build.Node, work: Expressions) -> bool:
    return isinstance(node, (gast.Tuple, gast.List)) or work.of(node)[0].tag in ("tuple", "list", "unknown")


_OF: dict[type, Callable[[Expressions, build.Node], tuple[Kind, bool]]] = {
    gast.Name: Expressions.name,
    gast.Constant: Expressions.constant,
    gast.BinOp: Expressions.binary,
    gast.UnaryOp: Expressions.unary,
    gast.Compare: Expressions.comparison,
    gast.Call: Expressions.call,
    gast.Subscript: Expressions.subscript,
    gast.Attribute: Expressions.attribute,
    gast.Tuple: Expressions.sequence,
    gast.List: Expressions.sequence,
    gast.Dict: Expressions.dictionary,
    gast.IfExp: Expressions.conditional,
    gast.BoolOp: Expressions.boolean,
    gast.JoinedStr: Expressions.text,
    gast.ListComp: Expressions.comprehension,
}
