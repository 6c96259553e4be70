"""The forward and the reverse sweep of one function."""

from __future__ import annotations

from collections.abc import Callable

from ...analyses.facts import Callee, Facts
from ...core import build as b
from ...core import names
from ...core.unit import Unit
from .. import fence, unpacking
from ..accumulate import Accumulate, State
from ..reverse import Effect, Reverse
from ..storage import Storage
from .outside import Outside

# the statements that stand for `target = helper(...)` in the forward sweep, and their effect
UseHelper = Callable[[Callee, Reverse, b.Node], tuple[list[b.Node], Effect]]


class Sweeps:
    """The sweeps of a unit in normal form (of a `helper`, or the main function), which `run` finds.

    The `return` at its end, `last`, is taken off before. Refused is what would give a wrong derivative.
    """

    state: State
    storage: Storage
    forward: list[b.Node]
    backward: list[b.Node]

    def __init__(self, unit: Unit, facts: Facts, use_helper: UseHelper, helper: bool = False) -> None:
        self.unit, self.facts = unit, facts
        self.changing = fence.check_stores(unit, facts, helper)
        unpacking.together(unit, facts)
        facts.names = names.Table()  # statements are replaced from here on, and not changed
        self.last = unit.body.pop()
        self.reverse = Reverse(unit, facts, use_helper)
        unit.body = self.reverse.whole(unit.body)
        self.accumulate = Accumulate(self.reverse, facts)

    def run(self, seeded: set[str], outside: Outside) -> None:
        """Find both sweeps; the adjoints of the names `seeded` are there when the reverse sweep begins."""
        unit, facts = self.unit, self.facts
        self.state = self.accumulate.begin(seeded)
        self.accumulate.block(unit.body, self.state, True)
        outside.share(unit)
        self.storage = Storage(self.reverse, self.accumulate.swept, unit.body)
        changed = fence.changes_after_use(unit, facts) if self.changing else []
        self.forward, self.backward = self.storage.run()
        fence.check_reads(unit, facts, changed, self.backward)

    def shares_undone(self, name: str) -> bool:
        """Whether a value may share memory with an array that the reverse sweep puts back to what it was."""
        undone = self.storage.undone
        return any(self.storage.content(n) in undone for n in {name} | self.facts.end.get(name, frozenset()))
