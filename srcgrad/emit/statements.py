"""Statements as text: a printer for gast trees that gives one `Line` per emitted line, with the statement it came from.

Statements are printed by `astunparse.Unparser`, the expressions inside them as `ast.unparse` does, which writes fewer
parentheses and prints slices and f-strings as they are meant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import astunparse
import gast

from ..core import build
from . import expressions

Node = Any
_OPERATORS = {
    "Add": "+", "Sub": "-", "Mult": "*", "MatMult": "@", "Div": "/", "Mod": "%", "LShift": "<<", "RShift": ">>",
    "BitOr": "|", "BitXor": "^", "BitAnd": "&", "FloorDiv": "//", "Pow": "**",
}  # fmt: skip


@dataclass
class Line:
    """One line of the program: how deep it stands, its text, and the statement whose first line it is (None: no such)."""

    depth: int
    text: str
    statement: Node | None = None


def lines_of(statements: Iterable[Node]) -> list[Line]:
    """The lines of a list of statements.

    >>> [line.text for line in lines_of(gast.parse("if (a):  b = (1, 2)").body)]
    ['if a:', 'b = 1, 2']
    """
    printer = _Printer()
    printer.dispatch(list(statements))
    return printer.lines


def expression(node: Node) -> str:
    """The text of an expression."""
    return expressions.text(node)


def _bare(node: Node) -> str:
    """The text of an expression that stands alone on a side of an assignment, where a tuple needs no parentheses."""
    if isinstance(node, gast.Tuple) and len(node.elts) > 1:
        return ", ".join(map(expression, node.elts))
    return expression(node)


class _Printer(astunparse.Unparser):
    """Collects lines; every method named after a statement prints it and leaves the depth as it was."""

    def __init__(self) -> None:
        # the constructor of the base class prints at once, so it is not called
        self.lines: list[Line] = []
        self.future_imports: list[str] = []
        self._indent = 0
        self._statement: Node | None = None

    def dispatch(self, tree: Any) -> None:
        if isinstance(tree, gast.stmt):
            self._statement = tree
        if isinstance(tree, gast.expr):
            self.write(expression(tree))
        else:
            super().dispatch(tree)

    def fill(self, text: str = "") -> None:
        self.lines.append(Line(self._indent, text, self._statement))
        self._statement = None  # an `else` and what follows stand for no statement of their own

    def write(self, text: str) -> None:
        self.lines[-1].text += text

    def _block(self, body: list[Node]) -> None:
        self._indent += 1
        self.dispatch(body or [gast.Pass()])
        self._indent -= 1

    def _headed(self, tree: Node, body: list[Node]) -> None:
        """A statement whose first lines `ast` prints as a whole: decorators, parameters, annotations."""
        if type(tree) is gast.FunctionDef and expressions.is_plain(tree):
            self.fill(f"def {tree.name}({expressions.parameters(tree.args)}):")
            self._block(body)
            return
        fields = {field: getattr(tree, field) for field in tree._fields if hasattr(tree, field)}
        converted = gast.gast_to_ast(type(tree)(**{**fields, "body": [gast.Pass()]}))
        for text in ast.unparse(ast.fix_missing_locations(converted)).splitlines()[:-1]:
            self.fill(text)
        self._block(body)

    # ---- simple statements ----

    def _Assign(self, t: Node) -> None:
        self.fill("".join(f"{_bare(target)} = " for target in t.targets) + _bare(t.value))

    def _AugAssign(self, t: Node) -> None:
        self.fill(f"{expression(t.target)} {_OPERATORS[type(t.op).__name__]}= {expression(t.value)}")

    def _AnnAssign(self, t: Node) -> None:
        target = expression(t.target)
        if not t.simple and isinstance(t.target, gast.Name):
            target = f"({target})"
        value = "" if t.value is None else f" = {expression(t.value)}"
        self.fill(f"{target}: {expression(t.annotation)}{value}")

    def _Return(self, t: Node) -> None:
        self.fill("return" if t.value is None else f"return {_bare(t.value)}")

    # ---- compound statements ----

    def _If(self, t: Node, word: str = "if") -> None:
        manager = build.entered(t)
        if manager is not None:
            self.fill(f"with {expression(manager)}:")
            self._block(t.body)
            return
        self.fill(f"{word} {expression(t.test)}:")
        self._block(t.body)
        if len(t.orelse) == 1 and isinstance(t.orelse[0], gast.If) and build.entered(t.orelse[0]) is None:
            self._statement = t.orelse[0]
            self._If(t.orelse[0], "elif")
        else:
            self._clause("else:", t.orelse)

    def _While(self, t: Node) -> None:
        self.fill(f"while {expression(t.test)}:")
        self._block(t.body)
        self._clause("else:", t.orelse)

    def _For(self, t: Node, word: str = "for") -> None:
        self.fill(f"{word} {_bare(t.target)} in {_bare(t.iter)}:")
        self._block(t.body)
        self._clause("else:", t.orelse)

    def _AsyncFor(self, t: Node) -> None:
        self._For(t, "async for")

    def _clause(self, head: str, body: list[Node]) -> None:
        if body:
            self._statement = None
            self.fill(head)
            self._block(body)

    def _Try(self, t: Node, star: str = "") -> None:
        self.fill("try:")
        self._block(t.body)
        for handler in t.handlers:
            kind = "" if handler.type is None else f" {expression(handler.type)}"
            name = getattr(handler.name, "id", handler.name)
            self._clause(f"except{star}{kind}{f' as {name}' if name else ''}:", handler.body)
        self._clause("else:", t.orelse)
        self._clause("finally:", t.finalbody)

    def _TryStar(self, t: Node) -> None:
        self._Try(t, "*")

    def _With(self, t: Node) -> None:
        self._headed(t, t.body)

    _AsyncWith = _FunctionDef = _AsyncFunctionDef = _ClassDef = _With

    def _Match(self, t: Node) -> None:
        self.fill(f"match {_bare(t.subject)}:")
        self._indent += 1
        for case in t.cases:
            alone = gast.Match(t.subject, [gast.match_case(case.pattern, case.guard, [gast.Pass()])])
            text = ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(alone))).splitlines()[1].strip()
            self._clause(text, case.body)
        self._indent -= 1
