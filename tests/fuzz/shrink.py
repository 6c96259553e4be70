"""A failing program made small: statements, branches and subexpressions are taken away while it still fails alike."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator


def shrink(source: str, fails: Callable[[str], bool], seconds: float = 60.0) -> str:
    """The smallest program found in the given time for which `fails` still holds."""
    stop = time.monotonic() + seconds
    best = ast.unparse(ast.parse(source))
    if not fails(best):
        return source
    changed = True
    while changed and time.monotonic() < stop:
        changed = False
        for candidate in candidates(best):
            if time.monotonic() > stop:
                break
            if len(candidate) < len(best) and fails(candidate):
                best, changed = candidate, True
                break
    return best


def candidates(source: str) -> Iterator[str]:
    """Smaller programs: first those without whole statements, then those with simpler expressions."""
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    for edits in (statement_edits, expression_edits):
        for number in range(count):
            for variant in range(64):
                changed = edits(copy.deepcopy(tree), number, variant)
                if changed is None:
                    break
                try:
                    yield ast.unparse(ast.fix_missing_locations(changed))
                except Exception:
                    continue


def statement_edits(tree: ast.Module, number: int, variant: int) -> ast.Module | None:
    """Take away the statements of one block, one by one, or put the body of a compound statement in its place."""
    node = next(n for k, n in enumerate(ast.walk(tree)) if k == number)
    edits: list[Callable[[], None]] = []
    for name in ("body", "orelse", "finalbody", "handlers"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        if name in ("orelse", "finalbody") and len(block) > 0:
            edits.append(lambda block=block: block.clear())
        for k, statement in enumerate(block):
            if len(block) > 1:
                edits.append(lambda block=block, k=k: block.pop(k) and None)
            inner = getattr(statement, "body", None)
            if isinstance(inner, list) and not isinstance(statement, ast.FunctionDef):
                edits.append(lambda block=block, k=k, inner=inner: block.__setitem__(slice(k, k + 1), inner))
                other = getattr(statement, "orelse", None)
                if other:
                    edits.append(lambda block=block, k=k, other=other: block.__setitem__(slice(k, k + 1), other))
    if variant >= len(edits):
        return None
    edits[variant]()
    return tree


def expression_edits(tree: ast.Module, number: int, variant: int) -> ast.Module | None:
    """Put a part of an expression, or a number, in the place of the whole."""
    parent = next(n for k, n in enumerate(ast.walk(tree)) if k == number)
    places: list[tuple[ast.AST, str, int | None, ast.expr]] = []
    for name, value in ast.iter_fields(parent):
        if name in ("func", "target", "targets", "ops", "keywords"):
            continue
        if isinstance(value, ast.expr):
            places.append((parent, name, None, value))
        elif isinstance(value, list):
            places += [(parent, name, k, item) for k, item in enumerate(value) if isinstance(item, ast.expr)]
    edits = [(place, part) for place in places for part in parts(place[3])]
    if variant >= len(edits):
        return None
    (owner, name, k, _), part = edits[variant]
    if k is None:
        setattr(owner, name, part)
    else:
        getattr(owner, name)[k] = part
    return tree


def parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.Call):
        return list(node.args)[:2] + ([node.func.value] if isinstance(node.func, ast.Attribute) else [])
    if isinstance(node, ast.Subscript):
        return [ast.Constant(1.0)]
    if isinstance(node, ast.Compare):
        return [ast.Constant(True), ast.Constant(False)]
    return []
