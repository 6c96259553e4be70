"""Functions nested in the one under compilation: which one a name means, and when that is uncertain."""

from __future__ import annotations

import gast

from ...core import build, names
from ...core.unit import MISSING
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

    def forget_closures(self, before: dict[str, Closure]) -> None:
        """After a block that may not have run: a name that means another function in it is uncertain."""
        for name in self.closures.keys() | before.keys():
            if self.closures.get(name) is not before.get(name):
                closure = Closure(build.parameters([]), [], name)
                closure.certain = False
                self.closures[name] = closure

    def defined_within(self, statements: list[build.Node]) -> None:
        """Before a loop: a function that its body defines anew is another one in the first trip than later."""
        for name in {n for s in statements for n in names.writes(s)} & self.closures.keys():
            self.closures[name] = Closure(build.parameters([]), [], name)
            self.closures[name].certain = False

    def calls_closures(self, node: build.Node) -> bool:
        return any(isinstance(n, gast.Name) and n.id in self.closures for n in build.walk(node))

    def check_closures(self) -> None:
        """A nested function can be put in the place of its calls; as a value it would need its variables."""
        if not self.closures:
            return
        kept = {n for s in self.out if isinstance(s, gast.FunctionDef) for n in [s.name]}
        for statement in self.out:
            used = sorted((names.reads(statement) & self.closures.keys()) - kept)
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
