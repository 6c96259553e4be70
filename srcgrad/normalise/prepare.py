"""Steps between the normal form and the adjoint: independent uses of a name are told apart, `+=` gets its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast
import srcgrad_runtime as rt

from ..analyses import changes, failures
from ..analyses.facts import Facts
from ..analyses.kinds import Kind
from ..core import build, names
from ..core.unit import Unit
from . import webs


def split(unit: Unit, table: names.Table | None = None) -> Unit:
    """Independent uses of one name become names of their own; a loop variable that is bound elsewhere as well is copied.

    `table` takes the names of the statements as they are then.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("split", '''
    ... def f(x):
    ...     y = x * 2.0
    ...     y = y + 1.0
    ...     return y
    ... ''')
    def f(x):
        y = x * 2.0
        y_2 = y + 1.0
        return y_2
    """
    parameters = [*unit.parameters, *(n for n in (unit.vararg, unit.kwarg) if n)]
    unit.body = webs.split_webs(unit.body, parameters, unit.fresh)
    counts: dict[str, int] = {n: 1 for n in parameters}
    _count(unit.body, counts, table or names.Table())
    unit.body = _copy_targets(unit.body, counts, unit)
    return unit


def _count(statements: list[build.Node], counts: dict[str, int], table: names.Table) -> None:
    for node in statements:
        if isinstance(node, gast.If):
            _count(node.body, counts, table)
            _count(node.orelse, counts, table)
        elif isinstance(node, gast.While):
            _count(node.body, counts, table)
        else:
            for name in names.writes(node.target) if isinstance(node, gast.For) else table.writes(node):
                counts[name] = counts.get(name, 0) + 1
            if isinstance(node, gast.For):
                _count(node.body, counts, table)


def _copy_targets(statements: list[build.Node], counts: dict[str, int], unit: Unit) -> list[build.Node]:
    out = []
    for node in statements:
        if isinstance(node, gast.If):
            node.body = _copy_targets(node.body, counts, unit)
            node.orelse = _copy_targets(node.orelse, counts, unit)
        elif isinstance(node, gast.While):
            node.body = _copy_targets(node.body, counts, unit)
        elif isinstance(node, gast.For):
            node.body = _copy_targets(node.body, counts, unit)
            shared = sorted(n for n in names.writes(node.target) if counts.get(n, 0) > 1)
            if shared:
                fresh = {n: unit.fresh(n) for n in shared}
                unit.temporaries |= set(fresh.values())
                node.target = _renamed_target(node.target, fresh)
                copies = [build.at(build.assign(n, build.name(fresh[n])), node) for n in shared]
                node.body = [*copies, *node.body]
        out.append(node)
    return out


def _renamed_target(target: build.Node, fresh: dict[str, str]) -> build.Node:
    def replace(item: build.Node) -> build.Node | None:
        return build.name(fresh[item.id], True) if isinstance(item, gast.Name) and item.id in fresh else None

    return build.rewrite(target, replace)


def known_lengths(unit: Unit, facts: Facts) -> Unit:
    """What is unpacked is not checked where the number of its items is known.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("known_lengths", '''
    ... def f(x):
    ...     p = x, 2.0
    ...     a, b = p
    ...     return a * b
    ... ''', x=1.0)
    def f(x):
        p = x, 2.0
        a = p[0]
        b = p[1]
        t = a * b
        return t
    """
    unit.body = _unchecked(unit.body, facts)
    return unit


def _unchecked(statements: list[build.Node], facts: Facts) -> list[build.Node]:
    kept = []
    for node in statements:
        if isinstance(node, (gast.If, gast.For, gast.While)):
            node.body = _unchecked(node.body, facts) or [gast.Pass()]
            node.orelse = _unchecked(node.orelse, facts)
        if not _is_idle_check(node, facts):
            kept.append(node)
    return kept


def _is_idle_check(node: build.Node, facts: Facts) -> bool:
    """Whether a statement checks the number of items of something that surely has so many."""
    callee = facts.callees.get(id(node.value)) if isinstance(node, gast.Expr) else None
    if callee is None or callee.function is not rt.check_items:
        return False
    return failures.has_items(node.value, facts.kind(node.value.args[0].id))


def augmented(unit: Unit, facts: Facts) -> tuple[Unit, bool]:
    """`x += e` rebinds a number, and an array that nobody else holds; anything else is an in-place change.

    Returns the unit, and whether it has to be looked through again: what is known of a number is the same either way.

    >>> import numpy as np
    >>> from srcgrad.pipeline import passes
    >>> passes.show("augmented", '''
    ... def f(x, a):
    ...     x += 1.0
    ...     a += x
    ...     return x
    ... ''', x=1.0, a=np.ones(2))
    def f(x, a):
        x = x + 1.0
        a += x
        return x
    """
    known = set(_augmented_names(unit.body))
    wanted = {name for name in known if not _rebinds(facts.kind(name))}
    if wanted:
        wanted &= changes.seen_by_others(unit, changes.events(unit, facts)).keys()
    changed = _rebind(unit.body, wanted)
    return unit, changed and not all(facts.kind(name).is_scalar for name in known - wanted)


def _rebinds(kind: Kind) -> bool:
    return kind.is_scalar or kind.tag in ("tuple", "str", "static")


def _rebind(statements: list[build.Node], but: set[str]) -> bool:
    """Write `x = x + e` for `x += e` with all names but these; whether there were any."""
    changed = False
    for position, node in enumerate(statements):
        if isinstance(node, (gast.If, gast.For, gast.While)):
            changed |= _rebind(node.body, but)
            changed |= _rebind(node.orelse, but)
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name) and node.target.id not in but:
            value = gast.BinOp(build.name(node.target.id), node.op, node.value)
            statements[position] = build.at(build.assign(node.target.id, value), node)
            changed = True
    return changed


def _augmented_names(statements: list[build.Node]) -> Iterator[str]:
    """The names to which `op=` is applied."""
    for node in statements:
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            yield node.target.id
        elif isinstance(node, (gast.If, gast.For, gast.While)):
            yield from _augmented_names([*node.body, *node.orelse])


def wrapped(function: Any) -> Any:
    """A callable without a body of its own as a Python function, or None."""
    return None
