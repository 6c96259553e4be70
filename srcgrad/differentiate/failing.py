"""What of the forward sweep must run although the gradient does not need its values: what may raise, and is not done again in reverse.

The reverse sweep reads again what a derivative depends on: where it adds to `x_bar[i]`, or divides by `b`, it raises what reading `x[i]` or
dividing by `b` would have raised. What only the value of the function depends on raises in the forward sweep or nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Set

import gast

from ..analyses import failures
from ..analyses.facts import Facts
from ..analyses.failures import Failure
from ..core import adding, build, names
from ..core.unit import Unit, resolve
from .storage.layout import Layout

REPEATING = (math.asin, math.acos)  # their partials raise where they do


def marked(unit: Unit, facts: Facts, results: set[str], layout: Layout | None = None) -> frozenset[int]:
    """The ids of the expressions (and of statements that store) of a unit that must be evaluated because they may raise.

    `results` are the names that the function returns. Without the `layout` of a reverse sweep, nothing is done again.
    """
    found, unsure = failures.find(unit, facts)
    if not found:
        return frozenset()
    marks: set[int] = set()
    needed: set[str] | None = None
    for node in _statements(unit.body):
        head = _head(node)
        key = id(head) if isinstance(node, (gast.If, gast.While, gast.For)) else id(node)
        failure = found.get(key)
        if failure is None:
            continue
        lost = key in unsure and (layout is None or not unsure[key] <= _read_again(node, layout))
        if not lost and layout is not None and is_repeated(node, unit, layout):
            continue
        if failure is Failure.FORM and not lost:
            if needed is None:
                needed = failures.needed(unit.body, results)
            if not isinstance(node, gast.Expr) and (not _bound(node) or _bound(node) & needed):
                continue
        marks.add(id(head))
    return frozenset(marks)


def _statements(body: list[build.Node]) -> Iterator[build.Node]:
    """All statements of a body, those inside of others included."""
    for node in body:
        if isinstance(node, (gast.If, gast.While, gast.For)):
            yield node
            yield from _statements(node.body)
            yield from _statements(node.orelse)
        elif isinstance(node, (gast.Assign, gast.AugAssign, gast.Expr, gast.Return)):
            yield node
        else:
            yield from (n for n in build.walk(node) if isinstance(n, gast.stmt))


def _read_again(node: build.Node, layout: Layout) -> Set[str]:
    """The names that the reverse of a statement reads, or all of them where it evaluates the head of a compound one."""
    if isinstance(node, (gast.If, gast.For, gast.While)):
        return layout.loads(_head(node)) if layout.has_reverse(node) else frozenset()
    return layout.primal_reads(layout.swept.own.get(id(node), []))


def is_repeated(node: build.Node, unit: Unit, layout: Layout) -> bool:
    """Whether the reverse sweep evaluates what may raise in a statement, or needs the result."""
    if isinstance(node, (gast.If, gast.For, gast.While)):
        return layout.has_reverse(node)
    bound = layout.binds(node)
    if bound and bound <= layout.wanted:
        return True
    if not layout.swept.own.get(id(node)):
        return False
    value = getattr(node, "value", None)
    if not isinstance(value, gast.Call):
        return True
    function = resolve(value.func, unit.free, layout.reverse.expressions.bound)
    is_math = getattr(math, getattr(function, "__name__", ""), None) is function
    return function in REPEATING if is_math else function not in (int, float)


def _head(node: build.Node) -> build.Node:
    """The expression of a statement by which it is known when its value vanishes; a statement that stores, itself."""
    if isinstance(node, (gast.If, gast.While)):
        return node.test
    if isinstance(node, gast.For):
        return node.iter
    if isinstance(node, gast.Expr) or isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
        return node.value
    return node


def _bound(node: build.Node) -> set[str]:
    """The names to which a value goes, whole or as a part."""
    if isinstance(node, gast.Assign):
        return {n for t in node.targets for n in names.writes(t) | names.owners(t)}
    if isinstance(node, gast.AugAssign):
        return names.writes(node.target) | names.owners(node.target)
    added = adding.found(node)
    return set() if added is None else names.owners(added.place)
