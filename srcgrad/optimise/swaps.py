"""Copies that pass values around in a circle, written as one assignment.

`t = v`, `v = w`, `w = t` is what became of `v, w = w, v`, which is written again when all else is done.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build
from .effects import Effects, blocks_of, effects_of, shallow
from .facts import Facts
from .notes import Note

SHORTEST = 3  # copies that pass two values around


def swap(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Write copies through a temporary as one assignment of several names.

    >>> from srcgrad.optimise.showing import show
    >>> show(swap, '''
    ... t = v
    ... v = w
    ... w = t
    ... ''', temporaries="t")
    v, w = (w, v)
    """
    note = facts.notes.program(body)
    if len(note.copies) < SHORTEST:
        return body
    return _Swaps(effects_of(body, facts), note).block(body)


class _Swaps:
    def __init__(self, effects: Effects, note: Note):
        self.count = Counter([*note.loads, *note.binds])
        self.vanishing = effects.facts.temporaries - effects.captured - effects.outside - effects.facts.results

    def block(self, block: list[build.Node]) -> list[build.Node]:
        found: list[build.Node] = []
        run: list[build.Node] = []  # copies of names that follow one another
        for s in [*block, None]:
            if s is not None and is_copy(s):
                run.append(s)
                continue
            found += self.together(run)
            run = []
            if s is not None and blocks_of(s):
                s = shallow(s)
                s.body, s.orelse = self.block(s.body), self.block(s.orelse)
            if s is not None:
                found.append(s)
        return found

    def together(self, run: list[build.Node]) -> list[build.Node]:
        """One assignment in the place of a run of copies, if a temporary is only there to make room."""
        if len(run) < SHORTEST:
            return run
        origin: dict[str, str] = {}
        for s in run:
            origin[s.targets[0].id] = origin.get(s.value.id, s.value.id)
        inside = Counter(n for s in run for n in (s.targets[0].id, s.value.id))
        passing = {n for n in origin if n in self.vanishing and inside[n] == self.count[n]}
        kept = [n for n in origin if n not in passing and origin[n] != n]
        if not passing or len(kept) < 2 or not passing.isdisjoint(origin[n] for n in kept):
            return run
        targets = build.tuple_([build.name(n, store=True) for n in kept], store=True)
        return [build.at(build.assign(targets, build.tuple_(build.name(origin[n]) for n in kept)), run[0])]


def is_copy(s: build.Node) -> bool:
    """a = b"""
    one = isinstance(s, gast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], gast.Name)
    return one and isinstance(s.value, gast.Name)
