"""Programs as text, before and after a pass: for doctests and for people."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import gast

from ..core import build
from .facts import Facts


def show(pass_: Callable[[list[build.Node], Facts], list[build.Node]], source: str, **facts: Any) -> None:
    """Print a program as a pass leaves it; `facts` are those of `Facts`, sets of names written as one text."""
    given: dict[str, Any] = {
        key: frozenset(value.split()) if isinstance(value, str) else value for key, value in facts.items()
    }
    print(text(pass_(program(source), Facts(**given))))


def program(source: str) -> list[build.Node]:
    """The statements of a text."""
    return gast.parse(source).body


def text(body: list[build.Node]) -> str:
    """The text of some statements."""
    module = gast.gast_to_ast(gast.Module(build.copy(body), []))
    return ast.unparse(ast.fix_missing_locations(module))
