"""The lines of a function, and the names that they bind."""

from __future__ import annotations

import ast
import linecache
import textwrap
import types


def lines_of(function: types.FunctionType) -> dict[int, tuple[str, str]]:
    """For the lines of a function: the name that its statement binds, and its text; empty where there is no source."""
    code = function.__code__
    try:
        tree = ast.parse(textwrap.dedent("".join(_source(code))))
    except SyntaxError:
        return {}
    found: dict[int, tuple[str, str]] = {}
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Assign, ast.Return)):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            name = target.id if isinstance(target, ast.Name) else ""
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                found[line + code.co_firstlineno - 1] = name, ast.unparse(statement)
    return found


def _source(code: types.CodeType) -> list[str]:
    """The lines of a function: up to the next line that stands no deeper, behind its head."""
    lines: list[str] = []
    deep = False
    for number in range(code.co_firstlineno, code.co_firstlineno + 1000):
        line = linecache.getline(code.co_filename, number)
        depth = len(line) - len(line.lstrip())
        first = depth if not lines else len(lines[0]) - len(lines[0].lstrip())
        if not line or deep and line.strip() and depth <= first and line.strip()[0] != ")":
            break
        lines.append(line)
        deep = deep or depth > first
    return lines
