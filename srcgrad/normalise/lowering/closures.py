"""Functions nested in the one under compilation: which one a name means, and when that is uncertain."""

from __future__ import annotations

from types import FunctionType

import gast

from ...analyses import calls
from ...core import build, names
from ...core.unit import MISSING
from ...frontend import source
from .. import units
from .state import Closure, State


class Closures(State):
    """Nested functions are put in the place of their calls; their names bind nothing in the emitted program."""

    def closure(self, arguments: build.Node, body: list[build.Node], name: str) -> Closure:
        """A nested function; its defaults are evaluated here, where it is defined."""
        arguments = build.copy(arguments)
        arguments.defaults = [self.default(d) for d in arguments.defaults]
        arguments.kw_defaults = [self.default(d) if d is not None else None for d in arguments.kw_defaults]
        return Closure(arguments, body, name)

    def default(self, node: build.Node) -> build.Node:
        if isinstance(node, gast.Constant) or callable(self.resolve(node)) and self.resolve(node) is not MISSING:
            return node
        atom = self.operand(node)
        return self.bind(atom) if isinstance(atom, gast.Name) and atom.id not in self.unit.temporaries else atom

    def define(self, name: str, closure: Closure) -> None:
        self.closures[name] = closure

    def define_as_well(self, node: build.Node) -> None:
        """After a passive statement: a lambda in it is emitted, and its body put in the place of its calls with active values."""
        if self.binds_lambda(node) and all(map(build.is_atom, _defaults(node.value.args))):
            closure = self.closure(node.value.args, [build.return_(node.value.body)], node.targets[0].id)
            closure.stands = True
            self.define(closure.name, closure)
        elif isinstance(node, gast.Assign) and isinstance(node.value, gast.Name) and len(node.targets) == 1:
            known = self.closures.get(node.value.id)
            if known is not None and isinstance(node.targets[0], gast.Name):
                self.define(node.targets[0].id, known)

    def binds_lambda(self, node: build.Node) -> bool:
        if not isinstance(node, gast.Assign) or not isinstance(node.value, gast.Lambda):
            return False
        return len(node.targets) == 1 and isinstance(node.targets[0], gast.Name)

    def function_of(self, value: build.Node, name: str) -> build.Node:
        """The value of a `return`: a lambda gets a name, which means it from here on."""
        if not isinstance(value, gast.Lambda):
            return self.expression(value)
        mine = self.unit.fresh(name)
        self.define(mine, self.closure(value.args, [build.return_(value.body)], mine))
        return build.name(mine)

    def takes_functions(self, call: build.Node) -> bool:
        """Whether a call is given functions that the emitted program does not have."""
        for value in [*call.args, *(k.value for k in call.keywords)]:
            if isinstance(value, gast.Lambda) or isinstance(value, gast.Name) and value.id in self.closures:
                return True
        return False

    def is_made_for_active(self, node: build.Node) -> bool:
        """Whether a statement binds a function, made by another one, that is called with active values."""
        target = node.targets[0] if isinstance(node, gast.Assign) else None
        return isinstance(target, gast.Name) and self.gives_function(node.value) and any(
            isinstance(n, gast.Call) and isinstance(n.func, gast.Name) and n.func.id == target.id and self.is_active(n)
            for n in self.nodes
        )  # fmt: skip

    def gives_function(self, node: build.Node) -> bool:
        """Whether an expression is a call that gives a function which the callee makes."""
        if not isinstance(node, gast.Call):
            return False
        if isinstance(node.func, gast.Name) and node.func.id in self.closures:
            return hands_out(self.closures[node.func.id].body)
        value = self.resolve(node.func)
        if not isinstance(value, FunctionType) or calls.is_library(value):
            return False
        try:
            return hands_out(source.look(value).tree.body)
        except Exception:
            return False

    def forget_closures(self, before: dict[str, Closure]) -> None:
        """After a block that may not have run: a name that means another function in it is uncertain."""
        for name in self.closures.keys() | before.keys():
            now, then = self.closures.get(name), before.get(name)
            if now is not then:
                closure = Closure(build.parameters([]), [], name)
                closure.certain = False
                closure.stands = all(one is None or one.stands for one in (now, then))
                self.closures[name] = closure

    def forget_after_loop(self, node: build.Node, before: dict[str, Closure]) -> None:
        """After a loop. What a function called in it has replaced is another function in the first trip than later."""
        for name, closure in before.items():
            if closure.certain and self.closures.get(name) is not closure:
                raise self.unit.refuse(
                    node, f"cannot differentiate a loop in which '{name}' comes to mean another function",
                    "which one is called is known when the program runs", "give them different names",
                )  # fmt: skip
        self.forget_closures(before)

    def defined_within(self, statements: list[build.Node]) -> None:
        """Before a loop: a function that its body defines anew is another one in the first trip than later."""
        for name in {n for s in statements for n in names.writes(s)} & self.closures.keys():
            self.closures[name] = Closure(build.parameters([]), [], name)
            self.closures[name].certain = False

    def calls_closures(self, node: build.Node) -> bool:
        """Whether a passive node mentions functions that the emitted program does not have, or binds the name of one."""
        for item in build.walk(node):
            closure = self.closures.get(item.id) if isinstance(item, gast.Name) else None
            if closure is not None and not (closure.stands and isinstance(item.ctx, gast.Load)):
                return True
        return False

    def check_closures(self, some: set[str] | None = None) -> None:
        """A nested function can be put in the place of its calls; as a value it would need its variables.

        Before some of their names come to mean something else, these are asked about.
        """
        if not self.closures:
            return
        kept = {n for s in self.out if isinstance(s, gast.FunctionDef) for n in [s.name]}
        kept |= {name for name, closure in self.closures.items() if closure.stands}
        for statement in self.out:
            used = sorted((names.reads(statement) & (some or self.closures.keys())) - kept)
            if used and not isinstance(statement, gast.FunctionDef):
                raise self.unit.refuse(
                    statement, f"cannot differentiate through the nested function '{used[0]}' used as a value",
                    "only its calls can be followed", "call it directly, or define it at the top level of a module",
                )  # fmt: skip

    def on_FunctionDef(self, node: build.Node) -> None:
        if node.decorator_list:
            if names.reads(node) & self.active:
                raise self.unit.refuse(
                    node, f"cannot differentiate through the decorated nested function '{node.name}'",
                    "what the decorator makes of it is not looked into", "define it at the top level of a module",
                )  # fmt: skip
            self.emit(node)
        else:
            body = [s for s in node.body if not units.is_docstring(s)]
            self.define(node.name, self.closure(node.args, body, node.name))


def _defaults(arguments: build.Node) -> list[build.Node]:
    return [d for d in (*arguments.defaults, *arguments.kw_defaults) if d is not None]


def hands_out(body: list[build.Node]) -> bool:
    """Whether a function gives a function that it makes: `return lambda ...`, or the name of one nested in it."""
    last = body[-1].value if body and isinstance(body[-1], gast.Return) else None
    nested = {s.name for s in body if isinstance(s, gast.FunctionDef)}
    return isinstance(last, gast.Lambda) or isinstance(last, gast.Name) and last.id in nested


def own_names(body: list[build.Node]) -> set[str]:
    """The names that functions, lambdas and comprehensions in a body have for their own."""
    found: set[str] = set()
    for item in (n for s in body for n in build.walk(s)):
        if isinstance(item, (gast.FunctionDef, gast.Lambda)):
            found |= {a.id for a in names.parameters_of(item.args)}
            found |= names.written(item.body) if isinstance(item.body, list) else names.writes(item.body)
        elif isinstance(item, gast.comprehension):
            found |= names.writes(item.target)
    return found
