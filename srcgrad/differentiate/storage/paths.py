"""The statements of a body and the paths through them: what is bound on each, and where one ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import gast

from ...core import build

COMPOUND = (gast.If, gast.For, gast.While)
Binds = Callable[[build.Node], Set[str]]  # the names that a simple statement binds


def every(body: list[build.Node]) -> Iterator[build.Node]:
    """All statements of a body and of the blocks in it, in the order of the text."""
    for node in body:
        yield node
        if isinstance(node, COMPOUND):
            yield from every(node.body)
            yield from every(node.orelse)


def breaks(body: list[build.Node]) -> bool:
    for node in body:
        if isinstance(node, gast.Break):
            return True
        if isinstance(node, gast.If) and (breaks(node.body) or breaks(node.orelse)):
            return True
    return False


def ends(statements: list[build.Node]) -> bool:
    return bool(statements) and isinstance(statements[-1], (gast.Break, gast.Raise))


def definitely(statements: list[build.Node], name: str, binds: Binds) -> bool:
    """Whether every path through the statements (those that break included) binds the name."""
    for node in statements:
        if isinstance(node, gast.If):
            if definitely(node.body, name, binds) and definitely(node.orelse, name, binds):
                return True
            if breaks([node]):
                return False
        elif isinstance(node, gast.While) and isinstance(node.test, gast.Constant) and node.test.value:
            return definitely(node.body, name, binds)
        elif not isinstance(node, (gast.For, gast.While)) and name in binds(node):
            return True
    return False


def assigned_before(statements: list[build.Node], name: str, goal: build.Node, binds: Binds) -> bool:
    """Whether the name is surely bound when `goal` is first reached."""
    for node in statements:
        if node is goal:
            return False
        if isinstance(node, COMPOUND):
            bodies = [node.body, node.orelse] if isinstance(node, gast.If) else [node.body]
            for body in bodies:
                if stands_in(body, goal):
                    return assigned_before(body, name, goal, binds)
            if isinstance(node, gast.If) and all(definitely(b, name, binds) for b in bodies):
                return True
        elif name in binds(node):
            return True
    return False


def stands_in(block: list[build.Node], goal: build.Node) -> bool:
    """Whether a statement is one of a block, or of a block inside it."""
    return any(
        s is goal or isinstance(s, COMPOUND) and (stands_in(s.body, goal) or stands_in(s.orelse, goal)) for s in block
    )
