"""What is told of names that are views of one memory: the result of `views`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core import build


@dataclass(frozen=True)
class View:
    """The value of a statement as a view of a name: `operand` is the node in the value that stands for that name.

    `sure`: it is a view, and no copy, whenever the program runs. `ordered`: that depends on the layout of the memory.
    """

    operand: build.Node
    sure: bool
    ordered: bool


@dataclass
class Mirrored:
    """Names whose adjoints share memory as they do; how their values are views, by the id of the statement.

    `ordered`: the names of which the memory must have the layout that the memory of the adjoint has; `unsure`: those of these
    that have views of which only the run can tell whether they are copies.
    """

    names: set[str] = field(default_factory=set)
    views: dict[int, View] = field(default_factory=dict)
    ordered: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)

    def take_up(self, name: str, other: str, node: build.Node, first: build.Node, second: build.Node) -> None:
        """Take up a new name: what `node` gave to `other`, `first` gives to it, and `second` hands it on."""
        for known in (self.names, self.ordered, self.unsure):
            if other in known:
                known.add(name)
        if id(node) in self.views:
            self.views[id(first)] = self.views[id(node)]
        self.views[id(second)] = View(second.value, True, False)
