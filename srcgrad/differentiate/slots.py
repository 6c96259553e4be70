"""Adjoints of containers that are filled slot by slot: a slot that gets one contribution at most is bound, not added to.

Comes in: the effects of all statements of a unit. Goes out: the parameters whose adjoint is such a container, empty at first. The
slots that no contribution reaches stay empty, which stands for zero: `rt.gradient` fills them, and nothing else reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

import gast

from ..analyses import congruences
from ..analyses import kinds as K
from ..analyses.overlap import Loops
from ..core import build
from .reverse import Add, Own, Replace, Reverse, Run


@dataclass
class Site:
    """A contribution to (a slot of) a container, the loops around it, and whether it is inside of a branch."""

    step: Add
    loops: tuple[build.Node, ...]
    conditional: bool = False


@dataclass
class Slots:
    """Parameters with slots that are bound once, and those whose adjoint may have empty slots when all is done.

    `positions` are the places of contributions that stand outside of loops and branches, by the id of the step.
    """

    bound: frozenset[str]
    blank: frozenset[str]
    positions: dict[int, int]


def find(reverse: Reverse) -> Slots:
    """The containers of a unit whose slots are bound; what comes in with empty slots and is read otherwise is filled."""
    return _Work(reverse).run()


class _Work:
    def __init__(self, reverse: Reverse):
        self.reverse = reverse
        self.unit = reverse.unit
        self.names = reverse.facts.names
        self.sites: dict[str, list[Site]] = {}
        self.barred: set[str] = (
            set()
        )  # names that are rebound, and those whose adjoints are read or written in other ways

    def run(self) -> Slots:
        if not self.are_there():
            return Slots(frozenset(), frozenset(), {})
        self.note(self.unit.body, (), False)
        bars = {bar: var for var, bar in self.reverse.bars.of.items()}
        self.barred = {bars.get(name, name) for name in self.barred} | set(self.reverse.facts.stored)
        alone = [n for n in self.unit.parameters if n in self.sites and n not in self.barred]
        self.loops: Loops | None = None
        bound = frozenset(n for n in alone if self.are_slots(self.sites[n], self.reverse.facts.kind(n)))
        blank = frozenset(n for n in alone if any(s.step.blank for s in self.sites[n]) and self.is_whole(self.sites[n]))
        for name, sites in self.sites.items():
            for site in sites:
                if site.step.blank and name not in blank:
                    site.step.value = build.call("rt.gradient", site.step.value, build.name(name))
        return Slots(
            bound, bound | blank, {id(s.step): p for n in bound for s in self.sites[n] for p in self.positions(s, n)}
        )

    def are_there(self) -> bool:
        """Whether there are containers among the parameters, or contributions with empty slots."""
        facts, effects = self.reverse.facts, self.reverse.effects.values()
        if any([facts.kind(name).tag in ("list", "tuple", "dict") for name in self.unit.parameters]):
            return True
        return any([isinstance(step, Add) and step.blank for e in effects for step in (*e.steps, *e.always)])

    def positions(self, site: Site, name: str) -> list[int]:
        """The position that a contribution outside of loops and branches goes to."""
        if site.loops or site.conditional or self.reverse.facts.kind(name).tag != "list":
            return []
        modulus, position = self.form(site) or congruences.ANY
        return [] if modulus else [position]

    def note(self, body: list[build.Node], loops: tuple[build.Node, ...], conditional: bool) -> None:
        for node in body:
            if isinstance(node, (gast.If, gast.For, gast.While)):
                inner = loops if isinstance(node, gast.If) else (*loops, node)
                if isinstance(node, gast.For):
                    self.barred |= self.names.writes(node.target)
                self.note(node.body, inner, True)
                self.note(getattr(node, "orelse", []), inner, True)
                continue
            self.barred |= self.names.writes(node)
            effect = self.reverse.effects.get(id(node))
            for step in [*effect.steps, *effect.always] if effect is not None else ():
                self.take(step, loops, conditional)

    def take(self, step: object, loops: tuple[build.Node, ...], conditional: bool) -> None:
        if isinstance(step, Add):
            self.sites.setdefault(step.var, []).append(Site(step, loops, conditional))
            self.barred |= self.names.reads(step.value)
        elif isinstance(step, (Replace, Own)):
            self.barred.add(step.var)
        elif isinstance(step, Run):
            self.barred |= self.names.reads(step.statement) | self.names.writes(step.statement)

    def is_whole(self, sites: list[Site]) -> bool:
        """Whether all that an adjoint gets is one contribution, as a whole."""
        return len(sites) == 1 and sites[0].step.place is None and not sites[0].loops

    def are_slots(self, sites: list[Site], kind: K.Kind) -> bool:
        """Whether each slot of a container gets one contribution at most."""
        if kind.tag not in ("list", "tuple", "dict") or not all(self.is_slot(s) for s in sites):
            return False
        if kind.tag == "dict":
            keys = [s.step.place.slice for s in sites]  # type: ignore[union-attr]
            known = [k.value for k in keys if isinstance(k, gast.Constant) and isinstance(k.value, str)]
            return len(set(known)) == len(sites) and not any(s.loops for s in sites)
        self.loops = self.loops or Loops(self.unit.body)
        forms = [self.form(s) for s in sites]
        if not all(forms):
            return False
        pairs = [(a, b) for i, a in enumerate(forms) for b in forms[:i]]
        return all(a is not None and b is not None and congruences.disjoint(a, b) for a, b in pairs)

    def is_slot(self, site: Site) -> bool:
        place = site.step.place
        return place is not None and isinstance(place.value, gast.Name) and not site.step.blank

    def form(self, site: Site) -> congruences.Congruence | None:
        """What is known of the positions that a contribution goes to, if it never goes to one twice."""
        index = site.step.place.slice  # type: ignore[union-attr]
        assert self.loops is not None
        position = self.loops.affine(index)
        if position is None or not self.loops.is_natural(position):
            return None
        around = [self.loops.of.get(id(loop)) for loop in site.loops]
        if position.var != "" and not (len(around) == 1 and around[0] is not None and around[0].var == position.var):
            return None
        if position.var == "" and around:
            return None
        return K.congruence(self.reverse.kind_of(index)[0])
