"""The names that a whole program takes from outside, and what they mean there."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ...analyses.facts import Facts
from ...core import names
from ...core.unit import MISSING, Free, Unit, is_static
from ...normalise import units

MODULES = units.MODULES
RESERVED = (*MODULES, *units.EMITTED_BUILTINS)


class Outside:
    """What each outside name of a program means, and the values that must still be the same when the program runs again.

    `changed` are those whose memory the program may store into.
    """

    def __init__(self) -> None:
        self.free: dict[str, Free] = {}
        self.changed: set[str] = set()
        self.guards: list[tuple[Callable[[], Any], Any]] = []

    def share(self, unit: Unit) -> None:
        """Outside names are those of the whole program: one that means something else elsewhere gets another name here."""
        renamed: dict[str, str] = {}
        for name, free in sorted(unit.free.items()):
            known = self.free.get(name)
            if name in RESERVED and not is_import(name, free):
                renamed[name] = unit.fresh(f"{name}_user")
            elif known is not None and not _same(known, free):
                renamed[name] = unit.fresh(name)
                while renamed[name] in self.free:
                    renamed[name] = unit.fresh(name)
        # names that are made up are others
        doubtful = [n for n in RESERVED if n not in unit.free and n in unit.text.mentioned]
        bound = names.written(unit.body) if doubtful else set()
        parameters = [*unit.parameters, unit.vararg, unit.kwarg]
        for name in RESERVED:
            if name in parameters or name in doubtful and name in bound:
                renamed[name] = unit.fresh(name)
        if renamed:
            unit.body = [names.renamed(s, renamed) for s in unit.body]
            unit.parameters = [renamed.get(p, p) for p in unit.parameters]
            unit.keyword_only = tuple(renamed.get(p, p) for p in unit.keyword_only)
            unit.vararg, unit.kwarg = (name and renamed.get(name, name) for name in (unit.vararg, unit.kwarg))
            for old, new in renamed.items():
                if old in unit.free:
                    unit.free[new] = unit.free.pop(old)
        for name, free in unit.free.items():
            self.free.setdefault(name, free)

    def note_changed(self, unit: Unit, facts: Facts) -> None:
        """Note the outside names into which a unit may store."""
        if facts.stores:
            self.changed |= {n for n, f in unit.free.items() if not is_static(f.value) and facts.is_stored_into(n)}

    def among(self, used: set[str]) -> dict[str, Free]:
        """What is known of these names, those left out that every program imports."""
        return {n: f for n, f in self.free.items() if n in used and not is_import(n, f)}


def is_import(name: str, free: Free) -> bool:
    """Whether a name means what it means in every emitted program."""
    if name in units.EMITTED_BUILTINS:
        return free.value is getattr(builtins, name)
    return MODULES.get(name, MISSING) is free.value


def _same(known: Free, free: Free) -> bool:
    """Whether two outside names mean the same."""
    if known.owner is free.owner and known.original == free.original:
        return True
    if known.value is not free.value or free.value is MISSING:
        return False
    return callable(free.value) or isinstance(free.value, ModuleType) or _same_place(known, free)


def _same_place(a: Free, c: Free) -> bool:
    owners = [getattr(o.owner, "__globals__", None) for o in (a, c)]
    freevars = [getattr(getattr(o.owner, "__code__", None), "co_freevars", ()) for o in (a, c)]
    return (
        a.original == c.original
        and owners[0] is owners[1]
        and a.original not in freevars[0]
        and c.original not in freevars[1]
    )
