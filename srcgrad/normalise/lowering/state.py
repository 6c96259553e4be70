"""What all parts of the lowering share: the statements emitted so far, what names mean, and which of them are active."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Any

import gast

from ... import rules
from ...analyses import callees, fresh, mutation
from ...analyses.kinds import Kind
from ...core import build, names
from ...core.unit import MISSING, Unit, resolve
from .. import units
from ..activity import active_names, mentions, stored_names_within

PASSIVE_BUILTINS = (len, range, int, bool, str, isinstance, type, repr, print, callable, hasattr, id, any, all)
PASSIVE = frozenset(map(id, PASSIVE_BUILTINS))  # by identity: a value may have its own way to be equal
PURE_BUILTINS = (len, range, int, float, abs, min, max, bool, slice, isinstance, tuple, list, enumerate, zip, reversed, sum, round, str, sorted, any, all, type)  # fmt: skip


class Closure:
    """A function nested in the one under compilation: its arguments and body, in the names of the enclosing function."""

    def __init__(self, arguments: build.Node, body: list[build.Node], name: str):
        self.arguments = arguments
        self.body = body
        self.name = name
        self.certain = True  # whether it is this function that the name means wherever it is known
        self.stands = False  # whether the emitted program has it, too, as it was written


class Lowered(gast.AST):
    """An expression that is in normal form already."""

    _fields = ("value",)

    def __init__(self, value: build.Node):
        super().__init__()
        self.value = value


class Known:
    """What is known of the calls of a function on its way to the normal form, for `analyses.mutation`."""

    def __init__(self, state: State):
        self.state = state
        self.settled: callees.Estimates = state.unit.changing

    def resolve(self, node: build.Node) -> Any:
        value = self.state.resolve(node)
        return None if value is MISSING else value

    def is_own(self, name: str) -> bool:
        return name in self.state.closures

    def changed_arguments(self, function: FunctionType, call: build.Node) -> list[build.Node]:
        keywords = {k.arg or "**": k.value for k in call.keywords}
        return callees.arguments_changed(function, call.args, keywords, self.settled, self)

    def may_have_items(self, node: build.Node) -> bool:
        return True  # kinds are not known yet

    def may_change(self, function: FunctionType) -> bool:
        return callees.may_change(function, self.settled)


class State:
    """A function on its way to the normal form."""

    def __init__(self, unit: Unit):
        self.unit = unit
        self.out: list[build.Node] = []
        self.active: set[str] = set()
        self.closures: dict[str, Closure] = {}
        self.bound, self.nonlocals = units.bound_names(unit)
        self.original = unit.body
        self.kinds: dict[str, Kind] = {}  # of the parameters, as far as they are known
        self.inlining: list[Any] = []
        self.origin: build.Node | None = None

    @functools.cached_property
    def nodes(self) -> list[build.Node]:
        """All nodes of the function as it was given, in the order of its text."""
        return [n for s in self.original for n in build.walk(s)]

    @functools.cached_property
    def rebound(self) -> set[str]:
        """The names that the function, or one nested in it, binds."""
        return names.written(self.original) | self.nonlocals

    @property
    def known(self) -> Known:
        return Known(self)  # made when it is asked for: two that hold each other would be garbage

    def resolve(self, node: build.Node) -> Any:
        return resolve(node, self.unit.free, self.bound)

    def is_passive_call(self, func: build.Node) -> bool:
        value = self.resolve(func)
        if value is MISSING:
            return False
        return rules.is_nondifferentiable(value) or id(value) in PASSIVE

    def is_pure_call(self, call: build.Node) -> bool:
        func = call.func
        value = self.resolve(func)
        if value is MISSING:
            known = isinstance(func, gast.Attribute) and rules.method(func.attr) is not None
            return known and func.attr not in mutation.MUTATORS and not mutation.outputs(call, None)
        if mutation.outputs(call, value) or id(value) in mutation.OVERWRITING:
            return False
        try:
            if value in PURE_BUILTINS:
                return True
        except TypeError:
            return False
        if getattr(value, "__module__", None) == "itertools" or value in (map, filter, functools.reduce):
            return not mutation.changed(call, self.known)
        text = rules.written(value)
        return rules.lookup(value) is not None or rules.is_nondifferentiable(value) or text is not None and text.pure

    def is_new_call(self, call: build.Node) -> bool:
        """Whether the result of a call surely shares nothing with its arguments."""
        if self.is_passive_call(call.func):
            return True
        value = self.resolve(call.func)
        name = fresh.numpys_name(value) if value is not MISSING else getattr(call.func, "attr", "")
        return fresh.is_fresh(call, value, name)

    def reached(self, statements: list[build.Node], active: set[str]) -> set[str]:
        """The names that may carry a derivative if these do, as far as the statements tell."""
        modules = {n for n, f in self.unit.free.items() if isinstance(f.value, ModuleType) and n not in self.bound}
        return active_names(statements, active, self.is_passive_call, self.is_pure_call, self.is_new_call, modules)

    def is_active(self, node: build.Node) -> bool:
        return mentions(node, self.active, self.is_passive_call)

    def emit(self, statement: build.Node) -> None:
        if self.origin is not None:
            build.at(statement, self.origin)
            if hasattr(self.origin, "filename"):
                statement.filename = self.origin.filename
        self.out.append(statement)

    def bind(self, value: build.Node, wish: str = "t") -> build.Node:
        """A fresh name for a value."""
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        self.bound.add(name)
        if isinstance(value, gast.Name) and value.id in self.active or not isinstance(value, gast.Name):
            self.active.add(name)
        self.emit(build.assign(name, value))
        return build.name(name)

    def runtime(self, name: str) -> build.Node:
        """Something of the runtime, which the function itself does not name."""
        return units.runtime(self.unit, name, self.bound)

    def check_order(self, earlier: Sequence[build.Node], mark: int, node: build.Node) -> None:
        """Refuse an expression in which a part that stands further right changes what a part to its left has read.

        The statements since `mark` belong to the part on the right; `earlier` are the parts that will be read after them.
        """
        since = self.out[mark:]
        if not since or not earlier:
            return
        rebound = names.written(since)
        stored: set[str] | None = None
        for part in earlier:
            read = names.reads(part)
            if stored is None and not isinstance(part, (gast.Name, gast.Constant)):
                stored = {n for s in since for n in stored_names_within(s)}
            if read & rebound or stored and read & stored and not isinstance(part, (gast.Name, gast.Constant)):
                raise self.unit.refuse(
                    node, "cannot differentiate an expression that changes what it has read already",
                    "its parts depend on their order", "make the change in a statement of its own",
                )  # fmt: skip

    def in_order(self, nodes: Sequence[Any], lower: Callable[[Any], build.Node], whole: build.Node) -> list[build.Node]:
        """Each of some nodes lowered, from left to right."""
        found: list[build.Node] = []
        for position, node in enumerate(nodes):
            mark = len(self.out)
            made = lower(node)
            self.check_order(found, mark, whole)
            found.append(self.kept(made, *nodes[position + 1 :]))
        return found

    def kept(self, atom: build.Node, *later: build.Node) -> build.Node:
        """The atom, under a name of its own if evaluating what comes `later` rebinds it."""
        if not isinstance(atom, gast.Name):
            return atom
        outer = atom.id in self.nonlocals  # a function inside may bind it
        for node in later:
            for n in build.walk(node):
                kind = type(n)
                if kind is gast.NamedExpr and n.target.id == atom.id:
                    return self.bind(atom)
                if outer and kind is gast.Call and type(n.func) is gast.Name and n.func.id in self.closures:
                    return self.bind(atom)
        return atom

    # ---- what the other rooms do ------------------------------------------------------------------------------------------------

    def block(self, statements: list[build.Node]) -> None:
        """Emit the normal form of each statement."""
        raise NotImplementedError

    def statement(self, node: build.Node) -> None:
        """Emit the normal form of a statement."""
        raise NotImplementedError

    def nested(self, statements: list[build.Node]) -> list[build.Node]:
        """The normal form of a block within the one that is being emitted."""
        raise NotImplementedError

    def assign(self, target: build.Node, value: build.Node) -> None:
        """Emit `target = value`."""
        raise NotImplementedError

    def operand(self, node: build.Node) -> build.Node:
        """A name or constant with the value of `node`; its statements are emitted."""
        raise NotImplementedError

    def expression(self, node: build.Node) -> build.Node:
        """An operation over operands with the value of `node`; its statements are emitted."""
        raise NotImplementedError

    def must_lower(self, node: build.Node) -> bool:
        """Whether a passive expression holds a call of a nested function, or a walrus."""
        raise NotImplementedError

    def changes_active(self, node: build.Node) -> bool:
        """Whether a call inside an expression may change something that carries a derivative."""
        raise NotImplementedError

    def sequence(self, node: build.Node) -> build.Node:
        """A name whose items are those of `node`, by position."""
        raise NotImplementedError

    def sum_of(self, node: build.Node) -> build.Node:
        """`sum(e for ...)` in a loop."""
        raise NotImplementedError

    def passive(self, node: build.Node) -> build.Node:
        """An expression whose value carries no derivative, as far as possible in the user's words."""
        raise NotImplementedError

    def place(self, node: build.Node, store: bool = False) -> build.Node:
        """`name[index]` or `name.attr`, for reading or storing."""
        raise NotImplementedError

    def call(self, node: build.Node) -> build.Node:
        """A call over operands, or the result of the callee's body where that is put in the place of the call."""
        raise NotImplementedError
