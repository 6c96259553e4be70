"""Which kind each name of a unit has, and whether it carries a derivative; what each call calls.

One kind per name: the names have been split into independent ones before. The statements are gone through until nothing changes.
"""

from __future__ import annotations

import itertools
import operator
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import gast
import numpy as np

from .. import rules
from ..core import build, names
from ..core.unit import MISSING, Free, Unit, resolve
from . import access, congruences, results
from . import kinds as K
from .kinds import Kind

OPERATORS: dict[type, Callable[..., Any]] = {
    gast.Add: np.add, gast.Sub: np.subtract, gast.Mult: np.multiply, gast.Div: np.divide, gast.Pow: np.power,
    gast.MatMult: np.matmul, gast.Mod: np.remainder, gast.FloorDiv: np.floor_divide, gast.USub: np.negative,
    gast.UAdd: np.positive, gast.BitAnd: np.bitwise_and, gast.BitOr: np.bitwise_or, gast.BitXor: np.bitwise_xor,
    gast.LShift: np.left_shift, gast.RShift: np.right_shift, gast.Invert: np.invert,
}  # fmt: skip
PYTHON_OPERATORS: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv,
    gast.Pow: operator.pow, gast.Mod: operator.mod, gast.FloorDiv: operator.floordiv, gast.USub: operator.neg,
    gast.UAdd: operator.pos, gast.BitAnd: operator.and_, gast.BitOr: operator.or_, gast.BitXor: operator.xor,
    gast.LShift: operator.lshift, gast.RShift: operator.rshift, gast.Invert: operator.invert,
}  # fmt: skip
STEPS = (gast.FloorDiv, gast.BitAnd, gast.BitOr, gast.BitXor, gast.LShift, gast.RShift)
LIST_METHODS = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "copy", "index", "count"}
)


@dataclass
class Callee:
    """What a call calls: a function with a rule, a helper with source, or something passive or unknown.

    `form` is "rule", "helper", "passive", "list" (a method of a list) or "unknown". `args` are the operands in the order of the function's own
    parameters: a method's object comes first. `shared` tells the operands whose memory the result of a helper may share, or None where the
    helper may also hand one operand to another, or is not known well enough.
    """

    form: str
    function: Any = None
    args: list[build.Node] = field(default_factory=list)
    keywords: dict[str, build.Node] = field(default_factory=dict)
    shared: Callable[[], list[build.Node] | None] = lambda: None


@dataclass
class Facts:
    """The tables that the inference fills."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    callees: dict[int, Callee] = field(default_factory=dict)  # by the id of the call node
    result: Kind = K.UNKNOWN
    result_active: bool = False
    # names whose content is changed in place, and where first
    stored: dict[str, build.Node] = field(default_factory=dict)
    # names that may share memory: those of one group have one representative
    groups: dict[str, str] = field(default_factory=dict)
    stores: list[Any] = field(default_factory=list)  # the stores of `analyses.aliases`
    # the parameters that functions change, found when somebody asks
    changed: dict[FunctionType, Any] = field(default_factory=dict)
    # what may share memory with what when the function returns
    end: dict[str, frozenset[str]] = field(default_factory=dict)

    def kind(self, name: str) -> Kind:
        return self.kinds.get(name, K.UNKNOWN)


ROUNDS_OF_KINDS = 12  # rounds over a program before a kind that changes in each becomes unknown

# of a helper's call: the kind of its result, whether it is active, and what it may share memory with (`Callee.shared`)
Told = tuple[Kind | None, bool, Callable[[], list[build.Node] | None] | None]
Summary = Callable[[Any, tuple[Kind, ...], tuple[bool, ...]], Told]


def untold(*_: Any) -> Told:
    """The summary where helpers have been asked before."""
    return K.UNKNOWN, True, None


def infer(unit: Unit, parameters: Mapping[str, Kind], active: set[str], summary: Summary) -> Facts:
    """The facts of a unit whose parameters have these kinds; `summary` tells of the result of a helper's call."""
    work = _Inference(unit, {n: K.named(k, n) for n, k in parameters.items()}, active, summary)
    for attempt in itertools.count():
        # a kind that still changes after some rounds is given up, so that there is an end: what is active can only grow
        work.widen = attempt >= ROUNDS_OF_KINDS
        work.changed = False
        work.block(unit.body)
        if not work.changed:
            break
    return work.facts


def teller(unit: Unit, facts: Facts) -> Callable[[build.Node], Kind]:
    """A function that tells the kind of an expression of the unit."""
    work = _Inference(unit, facts.kinds, facts.active, untold)
    work.facts = facts
    return lambda node: work.of(node)[0]


class _Inference:
    def __init__(self, unit: Unit, parameters: Mapping[str, Kind], active: set[str], summary: Summary):
        self.unit = unit
        self.facts = Facts(dict(parameters), set(active))
        self.bound = set(unit.parameters)
        self.names: dict[
            int, tuple[set[str], set[str]]
        ] = {}  # of a simple statement: what it reads, all that it mentions
        self.outline(unit.body)
        self.summary = summary
        self.free_kinds: dict[str, tuple[Free, Kind]] = {}  # outside names whose kinds were asked for
        self.changed = False
        self.widen = False
        self.clock = 0  # counts what has been learned
        self.learned: dict[str, int] = {}  # name -> when something was learned of it last
        self.seen: dict[int, int] = {}  # simple statement -> when it was gone through
        self.pending = False  # whether the result of a helper that is being looked through is not known yet
        self.asked = False  # whether a helper was asked for its result, which may change in the meantime

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def outline(self, statements: list[build.Node]) -> None:
        """Take down the names of each simple statement, and all that are bound."""
        for node in statements:
            if isinstance(node, (gast.If, gast.While, gast.For)):
                for head in (node.target, node.iter) if isinstance(node, gast.For) else (node.test,):
                    self.bound |= names.writes(head)
                self.outline(node.body)
                self.outline(node.orelse)
            else:
                reads, writes = names.of(node)
                self.bound |= writes
                self.names[id(node)] = reads, reads | writes

    def block(self, statements: list[build.Node]) -> None:
        for node in statements:
            self.statement(node)

    def put(self, name: str, kind: Kind | None, active: bool) -> None:
        old = self.facts.kinds.get(name)
        new = K.join(old, kind)
        if new is not None and new != old:
            self.facts.kinds[name] = K.UNKNOWN if self.widen and old is not None else new
            self.learn(name)
        if active and name not in self.facts.active and (new is None or new.may_be_active):
            self.facts.active.add(name)
            self.learn(name)

    def learn(self, name: str) -> None:
        self.changed = True
        self.clock += 1
        self.learned[name] = self.clock

    def statement(self, node: build.Node) -> None:
        if isinstance(node, gast.If):
            self.of(node.test)
            self.block(node.body)
            self.block(node.orelse)
        elif isinstance(node, gast.While):
            self.of(node.test)
            self.block(node.body)
        elif isinstance(node, gast.For):
            self.loop_target(node.target, node.iter)
            self.block(node.body)
        else:
            then, (reads, touched) = self.seen.get(id(node), -1), self.names[id(node)]
            if then == self.clock or then >= max([self.learned.get(name, 0) for name in touched], default=-1):
                return  # nothing was learned of its names since
            then, self.asked, self.pending = self.clock, False, False
            self.simple(node, reads)
            self.seen[id(node)] = -1 if self.asked else then

    def simple(self, node: build.Node, reads: set[str]) -> None:
        if isinstance(node, gast.Assign) and len(node.targets) == 1:
            self.assign(node.targets[0], node.value, self.is_waiting(reads))
        elif isinstance(node, gast.AugAssign):
            if isinstance(node.target, gast.Name):
                left = build.name(node.target.id)
                kind: Kind | None
                kind, active = self.of(gast.BinOp(left, node.op, node.value))
                own = self.facts.kind(node.target.id)
                if own.is_array:
                    kind = own  # an array keeps its shape and dtype
                    self.store(node.target.id, node)
                elif own.tag == "list":
                    self.store(node.target.id, node)
                    kind = K.join(own, self.of(node.value)[0])
                self.put(node.target.id, None if self.is_waiting(reads) else kind, active)
            else:
                self.assign(node.target, node.value, False)
        elif isinstance(node, gast.Return):
            if node.value is not None:
                self.facts.result, self.facts.result_active = self.of(node.value)
        elif isinstance(node, gast.Expr):
            self.of(node.value)
        else:
            for name in names.writes(node):
                self.put(name, K.UNKNOWN, False)

    def is_waiting(self, reads: set[str]) -> bool:
        """Whether one of these names is read before a value has come to it (in a loop, on the first round)."""
        return not reads <= self.facts.kinds.keys() and any(
            n in self.bound and n not in self.facts.kinds for n in reads
        )

    def assign(self, target: build.Node, value: build.Node, is_waiting: bool) -> None:
        kind, active = self.of(value)
        if isinstance(target, gast.Name):
            self.put(target.id, None if is_waiting or self.pending else kind, active)
        elif isinstance(target, (gast.Tuple, gast.List)):
            for i, element in enumerate(target.elts):
                part = kind.items[i] if kind.items is not None and i < len(kind.items) else kind.item or K.UNKNOWN
                if isinstance(element, gast.Name):
                    self.put(element.id, part, active)
                else:
                    for name in names.writes(element):
                        self.put(name, K.UNKNOWN, active)
        elif isinstance(target, (gast.Subscript, gast.Attribute)) and names.root(target):
            owner = names.root(target)
            self.store(owner, target)
            own = self.facts.kind(owner)
            if own.tag in ("list", "dict"):
                self.put(owner, K.Kind(own.tag, item=K.join(own.item, kind)), active)
            elif active:
                self.put(owner, own, active)

    def store(self, name: str, node: build.Node) -> None:
        self.facts.stored.setdefault(name, node)

    def loop_target(self, target: build.Node, iterable: build.Node) -> None:
        kind, active = self.iterated(iterable)
        if isinstance(target, gast.Name):
            self.put(target.id, kind, active)
            return
        if isinstance(target, (gast.Tuple, gast.List)):
            for i, element in enumerate(target.elts):
                part = kind.items[i] if kind.items is not None and i < len(kind.items) else kind.item or K.UNKNOWN
                if isinstance(element, gast.Name):
                    self.put(element.id, part, False)
                else:
                    for name in names.writes(element):
                        self.put(name, K.UNKNOWN, False)

    def iterated(self, node: build.Node) -> tuple[Kind, bool]:
        """The kind of an item of an iterable."""
        if isinstance(node, gast.Call):
            function = resolve(node.func, self.unit.free, self.bound)
            if function is range:
                return self.of_range(node), False
            if function is enumerate and node.args:
                item = self.iterated(node.args[0])[0]
                return Kind("tuple", items=(K.INT, item), item=None), False
            if function is zip:
                items = tuple(self.iterated(a)[0] for a in node.args)
                return Kind("tuple", items=items), False
            if function is reversed and node.args:
                return self.iterated(node.args[0])
        kind, active = self.of(node)
        if kind.tag in ("list", "tuple"):
            return kind.item or K.UNKNOWN, active
        if kind.is_array and kind.rank:
            if kind.rank == 1:
                return access.indexed(kind, build.constant(0), lambda _: K.INT), active
            return K.array(
                kind.dtype, kind.rank - 1, (kind.ones or ())[1:], kind.dims[1:] if kind.dims else None
            ), active
        if kind.tag == "static" and isinstance(kind.value, range):
            return K.INT, False
        return (K.INT if kind.tag == "range" else K.UNKNOWN), active

    def of_range(self, node: build.Node) -> Kind:
        """The kind of an item of a range."""
        args = [self.of(a)[0] for a in node.args]
        if node.keywords or not all(map(K.is_whole, args)) or not 1 <= len(args) <= 3:
            return K.INT
        start = K.congruence(args[0]) if len(args) > 1 else congruences.exact(0)
        step = K.congruence(args[2]) if len(args) > 2 else congruences.exact(1)
        return K.whole(congruences.of_range(start, step))

    # ---- expressions ------------------------------------------------------------------------------------------------------------

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
        if kind.tag == "static":
            return K.constant_kind(kind), active
        if kind.is_scalar:
            return results.elementwise(PYTHON_OPERATORS[type(node.op)], [kind]), active
        return (results.elementwise(OPERATORS[type(node.op)], [kind]) if kind.is_array else K.UNKNOWN), active

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

    def text(self, node: build.Node) -> tuple[Kind, bool]:
        return K.STR, False

    def binary(self, node: build.Node) -> tuple[Kind, bool]:
        if isinstance(node.op, gast.Mod) and K.is_text(self.of(node.left)[0]):  # "%.3f" % x
            self.of(node.right)
            return K.STR, False
        kind, active = self.arithmetic(node)
        if active and isinstance(node.op, STEPS):
            # whole numbers and bits do not vary smoothly; dicts may be joined by `|`
            active = not isinstance(node.op, gast.FloorDiv) and not kind.is_numeric
        return kind, active

    def arithmetic(self, node: build.Node) -> tuple[Kind, bool]:
        (left, x), (right, y) = self.of(node.left), self.of(node.right)
        a, b = K.constant_kind(left), K.constant_kind(right)
        active = x or y
        if isinstance(node.op, gast.MatMult):
            if a.is_array and b.is_array and a.rank == b.rank == 2 and a.ones and b.ones:
                product = results.elementwise(np.multiply, [K.array(a.dtype, 1), K.array(b.dtype, 1)])
                dims = (a.dims[0] if a.dims else None, b.dims[1] if b.dims else None)
                return K.array(product.dtype, 2, (a.ones[0], b.ones[1]), dims), active
            return results.called(np.matmul, [a, b], {}), active
        if a.is_array or b.is_array:
            return results.elementwise(OPERATORS[type(node.op)], [a, b]), active
        if K.is_whole(left) and K.is_whole(right) and type(node.op) in congruences.OPERATIONS:
            one, other = K.congruence(left), K.congruence(right)
            # a number of which nothing is known may be one of NumPy's, which wrap around
            known = congruences.ANY not in (one, other)
            return (K.whole(congruences.OPERATIONS[type(node.op)](one, other)) if known else K.INT), active
        if a.is_scalar and b.is_scalar:
            return results.elementwise(PYTHON_OPERATORS[type(node.op)], [a, b]), active
        if a.tag in ("list", "tuple") and a.tag == b.tag and isinstance(node.op, gast.Add):
            if a.items is not None and b.items is not None:
                return K.sequence(a.tag, a.items + b.items), active
            return Kind(a.tag, item=K.join(a.item, b.item)), active
        if {a.tag, b.tag} & {"list", "tuple"} and isinstance(node.op, gast.Mult):
            sequence = a if a.tag in ("list", "tuple") else b
            return Kind(sequence.tag, item=sequence.item), active
        return K.UNKNOWN, active

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
        if callee.form == "passive":
            active = False
        elif callee.form == "unknown":  # what is called may hold a derivative itself, as the owner of a method does
            active = active or any(n in self.facts.active for n in names.reads(node.func))
        if gast.Starred in map(type, operands):
            return K.UNKNOWN, active
        return self.result_of(callee.function, args, keywords), active

    def result_of(self, function: Any, args: list[Kind], keywords: dict[str, Kind]) -> Kind:
        if function in _BY_SHAPE:
            return _created(function, args, keywords)
        if isinstance(function, FunctionType) and not (
            is_library(function) or function.__module__.startswith("srcgrad_")
        ):
            return K.UNKNOWN  # a function of the user's with a rule is not called to see what comes out
        rule = rules.lookup(function) if function is not None else None
        if rule is not None and rule.is_elementwise and not keywords and len(args) == len(rule.parameters):
            return results.elementwise(function, args)
        if function is np.reshape and len(args) == 2 and not keywords:
            shape = args[1]
            if args[0].is_array and (shape.tag == "tuple" or K.constant_kind(shape).tag == "int"):
                rank = 1 if shape.tag != "tuple" else len(shape.items) if shape.items is not None else None
                return K.array(args[0].dtype, rank)
        if function is len:
            known = args[0].dims if args and args[0].is_array else None
            return K.extent(known[0]) if known else K.INT
        if function is float:
            return K.FLOAT
        if function in (int, round):
            return K.INT
        if function is range:
            return Kind("range")
        if function in (list, tuple) and len(args) == 1:
            source = args[0]
            tag = "list" if function is list else "tuple"
            if source.tag in ("list", "tuple"):
                return Kind(tag, items=source.items, item=source.item)
            if source.tag == "range":
                return Kind(tag, item=K.INT)
            return Kind(tag, item=K.UNKNOWN)
        if function is None or not (rule is not None or rules.is_nondifferentiable(function)):
            return K.UNKNOWN
        if isinstance(function, type) and function.__module__ == "builtins":
            return K.UNKNOWN
        module = getattr(function, "__module__", "")
        # methods of generators crash when they are called without one, and functions of np.random draw
        drawing = (module or "").startswith("numpy.random")
        if (drawing or module in ("builtins", None)) and not isinstance(function, np.ufunc):
            if function not in (abs, max, min, sum, pow):
                return K.UNKNOWN
        return results.called(function, args, keywords)

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
            return Callee("unknown" if is_library(value) else "helper", value, args, keywords)
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
        owner = callee.args[0]
        own = args[0]
        if isinstance(owner, gast.Name):
            if callee.function in ("append", "extend", "insert"):
                self.store(owner.id, node)
                new = args[-1] if callee.function != "extend" else args[-1].item
                self.put(owner.id, Kind("list", item=K.join(own.item, new)), active)
            elif callee.function in ("pop", "remove", "clear", "sort", "reverse"):
                self.store(owner.id, node)
                self.put(owner.id, Kind("list", item=own.item), active)
        if callee.function == "pop":
            return own.item or K.UNKNOWN, active
        if callee.function == "copy":
            return own, active
        return K.static(None), False


def _parts_of_index(node: build.Node) -> list[build.Node]:
    """The expressions in an index: its items, and the ends and steps of its slices."""
    if isinstance(node, gast.Tuple):
        return [part for element in node.elts for part in _parts_of_index(element)]
    if isinstance(node, gast.Slice):
        return [part for part in (node.lower, node.upper, node.step) if part is not None]
    return [node.value if isinstance(node, gast.Starred) else node]


_OF: dict[type, Callable[[_Inference, build.Node], tuple[Kind, bool]]] = {
    gast.Name: _Inference.name,
    gast.Constant: _Inference.constant,
    gast.BinOp: _Inference.binary,
    gast.UnaryOp: _Inference.unary,
    gast.Compare: _Inference.comparison,
    gast.Call: _Inference.call,
    gast.Subscript: _Inference.subscript,
    gast.Attribute: _Inference.attribute,
    gast.Tuple: _Inference.sequence,
    gast.List: _Inference.sequence,
    gast.Dict: _Inference.dictionary,
    gast.IfExp: _Inference.conditional,
    gast.BoolOp: _Inference.boolean,
    gast.JoinedStr: _Inference.text,
}


LIBRARIES = frozenset({"numpy", "scipy", "cupy"}) | sys.stdlib_module_names - {"__main__"}


def is_library(function: FunctionType) -> bool:
    """Whether a function belongs to Python itself, NumPy or SciPy: those are differentiated by rules, not through their source."""
    return (function.__module__ or "").partition(".")[0] in LIBRARIES


def _is_tuple(node: build.Node, work: _Inference) -> bool:
    return isinstance(node, (gast.Tuple, gast.List)) or work.of(node)[0].tag in ("tuple", "list", "unknown")


_BY_SHAPE = {np.zeros: 0, np.ones: 0, np.empty: 0, np.full: 0}


def _extent_of(kind: Kind) -> str | None:
    """The text of an extent that is given as a number."""
    if kind.tag == "static":
        return f"={kind.value}" if type(kind.value) is int else None
    return kind.dims[0] if kind.tag == "int" and kind.dims else None


def _created(function: Any, args: list[Kind], keywords: dict[str, Kind]) -> Kind:
    """np.zeros(shape, dtype) and the like: the rank is the length of the shape."""
    shape = args[0] if args else keywords.get("shape", K.UNKNOWN)
    position = 2 if function is np.full else 1
    dtype = args[position] if len(args) > position else keywords.get("dtype")
    name = "float64"
    if function is np.full and dtype is None:
        fill = K.constant_kind(args[1] if len(args) > 1 else keywords.get("fill_value", K.UNKNOWN))
        name = {"int": "int64", "bool": "bool"}.get(
            fill.tag, "float64" if fill.dtype in ("python", "double") else fill.dtype
        )
    if dtype is not None:
        try:
            name = np.dtype(dtype.value).name if dtype.tag == "static" else ""
        except TypeError:
            name = ""
    if shape.tag == "tuple":
        if shape.items is None:
            return K.array(name, None)
        ones = tuple(k.value == 1 if k.tag == "static" else None for k in shape.items)
        return K.array(name, len(ones), ones, tuple(map(_extent_of, shape.items)))
    if K.constant_kind(shape).tag == "int":
        return K.array(name, 1, None, (_extent_of(shape),))
    return K.array(name, None)
