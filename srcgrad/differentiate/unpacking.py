"""Tuples that a helper gives and that are taken apart at once: the parts are bound, and the tuple has no name.

Comes in: a unit in normal form, `t = helper(x)`, `a = t[0]`, `b = t[1]`. Goes out: the unit with `(a, b) = helper(x)` in their place, so
that the reverse of the helper takes the adjoints of the parts.
"""

from __future__ import annotations

import gast

from ..analyses.facts import Facts
from ..core import build, names
from ..core.unit import Unit


def together(unit: Unit, facts: Facts) -> None:
    """Bind the parts of tuples in the place of the tuples, where nothing else is done with these."""
    helpers = any(callee.form == "helper" for callee in facts.callees.values())
    if not helpers or not any(kind.tag == "tuple" and kind.items for kind in facts.kinds.values()):
        return
    definitions: dict[str, int] = {}
    reads: dict[str, int] = {}
    for node in _statements(unit.body):
        for name in names.writes(node):
            definitions[name] = definitions.get(name, 0) + 1
        for name in [n.id for n in build.walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)]:
            reads[name] = reads.get(name, 0) + 1
    once = {name for name, count in definitions.items() if count == 1} - set(unit.parameters)
    _block(unit.body, unit, facts, {name: reads.get(name, 0) for name in once})


def _statements(body: list[build.Node]) -> list[build.Node]:
    """All simple statements, and the heads of the others."""
    found: list[build.Node] = []
    for node in body:
        if isinstance(node, (gast.If, gast.While)):
            found.append(gast.Expr(node.test))
        elif isinstance(node, gast.For):
            found.append(gast.Assign([node.target], node.iter, None))
        else:
            found.append(node)
        for inner in (getattr(node, "body", []), getattr(node, "orelse", [])):
            found += _statements(inner)
    return found


def _block(body: list[build.Node], unit: Unit, facts: Facts, reads: dict[str, int]) -> None:
    for node in list(body):
        if isinstance(node, (gast.If, gast.For, gast.While)):
            _block(node.body, unit, facts, reads)
            _block(node.orelse, unit, facts, reads)
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            _take_apart(node, body, unit, facts, reads)


def _take_apart(node: build.Node, body: list[build.Node], unit: Unit, facts: Facts, reads: dict[str, int]) -> None:
    name = node.targets[0].id
    callee = facts.callees.get(id(node.value))
    items = facts.kind(name).items
    if facts.kind(name).tag != "tuple" or not items or callee is None or callee.form != "helper" or name not in reads:
        return
    start = next(i for i, other in enumerate(body) if other is node)
    parts: dict[int, build.Node] = {}
    seen: set[str] = set()  # names that the statements after the call read or write
    for other in body[start + 1 :]:
        position = _part(other, name, len(items))
        if position is not None:
            target = other.targets[0].id
            if position in parts or target in seen:
                return
            parts[position] = other
            seen.add(target)
        elif isinstance(other, (gast.If, gast.For, gast.While)):
            break
        else:
            seen |= names.reads(other) | names.writes(other)
    if len(parts) != reads[name]:
        return
    targets = []
    for position, kind in enumerate(items):
        if position in parts:
            targets.append(parts[position].targets[0].id)
            continue
        spare = unit.fresh("_")
        unit.temporaries.add(spare)
        facts.kinds[spare] = kind
        if kind.may_be_active:  # the reverse of the helper reads an adjoint for it
            facts.active.add(spare)
        targets.append(spare)
    gone = set(map(id, parts.values()))
    body[:] = [other for other in body if id(other) not in gone]
    node.targets = [build.tuple_([build.name(n, True) for n in targets], True)]


def _part(node: build.Node, name: str, size: int) -> int | None:
    """The position of the tuple that a statement binds to a name, and nothing else."""
    if not (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)):
        return None
    value = node.value
    if not (isinstance(value, gast.Subscript) and isinstance(value.value, gast.Name) and value.value.id == name):
        return None
    index = value.slice.value if isinstance(value.slice, gast.Constant) else None
    return index % size if type(index) is int and -size <= index < size else None
