"""What the reverse sweep needs of the forward sweep, and how it gets it: it is still there, it is computed again, or it is saved.

The reverse sweep runs through the states of the program backwards, so that a name means there what it meant at the same place in the
forward sweep. A value that would be lost is saved where it is lost, and only if a later reverse statement reads it:

* a name that is overwritten is saved before that and put back in the reverse of the statement,
* a name that belongs to one trip of a loop is saved at the end of the trip and put back where the reverse of the trip begins,
* the piece of an array that a store overwrites is saved before it and put back in the reverse of the store,
* what is cheap and whose operands are at hand is computed again.

What is in an array is a thing of its own beside its name: `y[]` stands for the content of all names that may share memory with `y`.

The modules, in the order in which they are at work: `layout` (the statements, what they and their reverse read), `heads` (tests and
iterables), `shapes`, `again` with `recompute` (what is computed again), `scopes`, `harmless` (stores that need not save),
`tapes` (what is saved and where), and the two sweeps.
"""

from __future__ import annotations

import gast

from ...core import build
from ..accumulate import Swept
from ..reverse import Reverse
from . import paths, scopes
from .again import Recomputed
from .forward_sweep import ForwardSweep
from .harmless import Stores
from .heads import Heads
from .layout import Layout
from .reverse_sweep import ReverseSweep
from .shapes import Shapes
from .tapes import Tapes


class Storage:
    """The two sweeps of one unit; afterwards, what they save and put back."""

    def __init__(self, reverse: Reverse, swept: Swept, body: list[build.Node]):
        self.swept = swept
        self.layout = Layout(reverse, swept, body)
        self.definitions = self.layout.definitions
        self.tapes: set[str] = set()  # names of what is saved

    def run(self) -> tuple[list[build.Node], list[build.Node]]:
        """The forward sweep with what it saves, and the reverse sweep with what it puts back."""
        layout = self.layout
        recomputed = Recomputed(layout)
        layout.find_wanted(recomputed.may_be_again)
        Heads(layout).prepare(layout.body)
        Shapes(layout).keep(layout.body, False)
        layout.lay_out()
        recomputed.choose()
        self.saved = Tapes(layout, recomputed, scopes.find(layout), Stores(layout, recomputed))
        self.saved.find(layout.root)
        self.tapes = self.saved.names
        return ForwardSweep(layout, self.saved).whole(), ReverseSweep(layout, recomputed, self.saved).backward(
            layout.root
        )

    def content(self, name: str) -> str | None:
        """What stands for the content of a name, if anything is stored into what may share its memory."""
        return self.layout.content(name)

    @property
    def undone(self) -> set[str]:
        """The contents (`y[]`) that the reverse sweep puts back to what they were: overwritten pieces, lists made longer."""
        pieces = {key for saved in self.saved.overwrites.values() for key in saved if key.endswith("[]")}
        shortened = (_shortened(node) for steps in self.layout.swept.own.values() for node in steps)
        return pieces | {self.layout.contents[n] for n in shortened if n in self.layout.contents}

    def surely_bound(self, name: str, statements: list[build.Node]) -> bool:
        """Whether the name is bound after these statements on every path; reading it before it is raises."""
        return paths.definitely(statements, name, lambda node: self.layout.binds(node) | self.layout.loads(node))


def _shortened(node: build.Node) -> str | None:
    """The list that a statement of the reverse sweep takes the last item from."""
    call = node.value if isinstance(node, gast.Expr) else None
    if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and call.func.attr == "pop":
        return call.func.value.id if isinstance(call.func.value, gast.Name) else None
    return None
