"""Bind a value at once to the name that it is given a little later."""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build
from .effects import Effects, blocks_of, effects_of, shallow
from .facts import Facts
from .groups import names_in
from .notes import Note, Notes
from .propagate import rank


def adopt(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Drop `x = t`, and call the temporary `t` by the name `x` from the beginning, where nothing needs the old `x` in between.

    >>> from srcgrad.optimise.showing import show
    >>> show(adopt, '''
    ... t = a * b
    ... u = t + 1
    ... x = t
    ... ''', temporaries="t")
    x = a * b
    u = x + 1
    """
    note = facts.notes.program(body)
    if not any(_is_better(target, source, facts) for target, source in note.copies):
        return body
    search = _Search(effects_of(body, facts), note)
    search.block(body)
    return _rename(body, search.renamed, search.dropped, facts.notes) if search.renamed else body


class _Search:
    """Finds the temporaries to rename. Each is bound once, in the block of the copy; before the copy stand all its uses."""

    def __init__(self, effects: Effects, note: Note):
        self.effects = effects
        self.loads, bindings = note.load_counts, note.bind_counts
        self.candidates = {n for n in effects.facts.temporaries if bindings[n] == 1 and n not in effects.captured}
        self.fixed = effects.captured | effects.outside | note.scoped  # names that cannot take over
        self.renamed: dict[str, str] = {}
        self.dropped: set[int] = set()

    def block(self, block: list[build.Node]) -> None:
        defined: dict[str, int] = {}  # candidate -> where it is bound in this block
        used: Counter[str] = Counter()
        touched: dict[str, int] = {}  # name -> the last statement that has it
        last_jump = -1
        for position, s in enumerate(block):
            for inner in blocks_of(s):
                self.block(inner)
            effect = self.effects.of(s)
            target, source = _copy(s)
            where = defined.get(source, -1) if source else -1
            adopted = (
                where > last_jump
                and used[source] == self.loads[source] - 1
                and touched.get(target, -1) <= where
                and target not in self.effects.of(block[where]).binds
                and target not in self.fixed
                and _is_better(target, source, self.effects.facts)
            )
            if adopted:
                self.renamed[source] = target
                self.dropped.add(id(s))
            if effect.jumps:
                last_jump = position
            if not defined.keys().isdisjoint(effect.reads):
                used.update(self.effects.facts.notes.of(s).loads)
            for name in effect.reads | effect.binds:
                touched[name] = position
            if type(s) is gast.Assign and not adopted:
                for bound in s.targets:
                    for name in (bound.id,) if type(bound) is gast.Name else names_in(bound):
                        if name in self.candidates:
                            defined[name] = position


def _is_better(target: str, source: str, facts: Facts) -> bool:
    """Whether a reader likes the name `target` better: it means more, or is `x_bar` in the place of `x_bar_2`."""
    one, other = rank(target, facts), rank(source, facts)
    return one > other or one == other and source.startswith(f"{target}_") and source[len(target) + 1 :].isdigit()


def _copy(s: build.Node) -> tuple[str, str]:
    """(x, t) of `x = t`; two empty texts for any other statement."""
    if type(s) is gast.Assign and type(s.value) is gast.Name:
        if len(s.targets) == 1 and type(s.targets[0]) is gast.Name:
            return s.targets[0].id, s.value.id
    return "", ""


def _rename(block: list[build.Node], renamed: dict[str, str], dropped: set[int], notes: Notes) -> list[build.Node]:
    found = []
    for s in block:
        if id(s) in dropped:
            continue
        if renamed.keys().isdisjoint(notes.of(s).loaded):
            found.append(s)
        elif blocks_of(s):
            fresh = shallow(s)
            for key, value in s.__dict__.items():
                if key in ("body", "orelse"):
                    setattr(
                        fresh, key, _rename(value, renamed, dropped, notes) or ([gast.Pass()] if key == "body" else [])
                    )
                elif isinstance(value, gast.AST):
                    setattr(fresh, key, _renamed(value, renamed))
            found.append(fresh)
        else:
            found.append(_renamed(s, renamed))
    return found


def _renamed(node: build.Node, renamed: dict[str, str]) -> build.Node:
    def replace(n: build.Node) -> build.Node | None:
        if isinstance(n, gast.Name) and n.id in renamed:
            return build.at(build.name(renamed[n.id], store=not isinstance(n.ctx, gast.Load)), n)
        return None

    return build.rewrite(node, replace)
