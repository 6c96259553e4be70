"""The road of one function to its normal form, and what is known of it there."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

import gast

from ...analyses import aliases, expressions, inference, shifts, views
from ...analyses.facts import Facts
from ...analyses.kinds import Kind
from ...core import build as b
from ...core import names
from ...core.unit import Unit
from ...normalise import (
    activity,
    contexts,
    fields,
    flatten,
    jumps,
    patterns,
    positions,
    prepare,
    sequences,
    stores,
    storing,
    targets,
    units,
)
from .. import fence
from .outside import Outside

Passed = Callable[[str, Unit, list[b.Node]], None]  # is told of a pass, and of the program after it


def go_on(name: str, unit: Unit, body: list[b.Node]) -> None:
    """What is done after a pass when nobody looks."""


def find(
    function: FunctionType,
    active: set[str],
    kinds: dict[str, Kind],
    outside: Outside,
    summary: expressions.Summary,
    passed: Passed = go_on,
) -> tuple[Unit, Facts]:
    """The unit of a function in normal form and its facts; `passed` is told of each pass, whether or not it found anything."""
    unit = units.unit_of(function)
    own = [*unit.parameters]
    outside.share(unit)
    fence.check(unit)
    unit.body = targets.name_places(unit.body, unit.fresh)
    passed("name_places", unit, unit.body)
    if gast.Match in unit.text.syntax:
        unit.body = patterns.cases_to_branches(unit.body, unit.fresh)
    passed("cases_to_branches", unit, unit.body)
    if gast.With in unit.text.syntax:
        unit.body = contexts.enter_contexts(unit, unit.body)
    passed("enter_contexts", unit, unit.body)
    unit.body = jumps.remove_jumps(unit.body, unit.fresh)
    passed("remove_jumps", unit, unit.body)
    shared = dict(zip(own, unit.parameters, strict=True))
    seeds = {shared.get(n, n) for n in active}
    if any(n in active and kind.holds_records for n, kind in kinds.items()):
        seeds.add(activity.RECORDS)
    unit = flatten.flatten(unit, seeds, {shared.get(n, n): kind for n, kind in kinds.items()})
    outside.share(unit)
    passed("flatten", unit, unit.body)
    # a parameter may have the name of a module that the program needs
    renamed = dict(zip(own, unit.parameters, strict=True))
    active, kinds = {renamed.get(n, n) for n in active}, {renamed.get(n, n): k for n, k in kinds.items()}
    outside.guards += unit.guards
    table = names.Table()
    unit = prepare.split(unit, table)
    passed("split", unit, unit.body)

    def infer(unit: Unit, more: frozenset[str] | set[str] = frozenset(), table: names.Table | None = None) -> Facts:
        return inference.infer(unit, kinds, active | more, summary, table)

    facts = infer(unit, table=table)  # the passes that follow change statements in place
    unit, changed = fields.as_items(unit, facts)
    passed("as_items", unit, unit.body)
    while changed:  # what was in a field may have fields
        facts = infer(unit)
        unit, changed = fields.as_items(unit, facts)
    unit, changed = positions.counted(unit, facts)
    passed("counted", unit, unit.body)
    if changed:
        facts = infer(unit)
    unit, changed = sequences.as_arrays(unit, facts)
    passed("as_arrays", unit, unit.body)
    if changed:
        facts = infer(unit)
    unit = prepare.known_lengths(unit, facts)
    passed("known_lengths", unit, unit.body)
    unit, changed = prepare.augmented(unit, facts)
    passed("augmented", unit, unit.body)
    if changed:
        facts = infer(unit)
    if stores.has_array_stores(unit, facts):
        unit, facts = _with_stores(unit, facts, infer, passed)
    else:
        passed("stores_of_calls", unit, unit.body)
        passed("retake_views", unit, unit.body)
    outside.note_changed(unit, facts)
    facts.active -= shifts.irrelevant(unit, facts)
    return unit, facts


def _with_stores(unit: Unit, facts: Facts, infer: Callable[..., Facts], passed: Passed) -> tuple[Unit, Facts]:
    """The unit with its stores into arrays in their plain shapes, and what is known of shared memory."""
    unit, changed = storing.stores_of_calls(unit, facts, inference.teller(unit, facts))
    passed("stores_of_calls", unit, unit.body)
    if changed:
        facts = infer(unit)
    for _ in range(4):  # a view of a view gives way in two rounds
        unit, changed = stores.retake_views(unit, facts, inference.teller(unit, facts))
        if not changed:
            break
        facts = infer(unit)
    passed("retake_views", unit, unit.body)
    unit, changed = stores.plain_stores(unit, facts, inference.teller(unit, facts))
    if changed:
        facts = infer(unit)
    while True:
        found = aliases.analyse(unit, facts)
        facts.groups, facts.stores, facts.end, facts.met = found.groups, found.stores, found.end, found.met
        facts.mirrored = views.find(unit, facts, found)
        if facts.mirrored.names <= facts.active:
            return unit, facts
        facts = infer(unit, facts.mirrored.names)  # what shares memory with an active value is active
