"""The tables that are filled by the inference and by what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..core import build, names
from . import kinds as K
from .kinds import Kind
from .mirrored import Mirrored


@dataclass
class Callee:
    """What a call calls: a function with a rule, a helper with source, or something passive or unknown.

    `form` is "rule", "helper", "passive", "list" (a method of a list) or "unknown". `args` are the operands in the order of the function's own
    parameters: a method's object comes first. `shared` tells the operands whose memory the result of a helper may share, or None where the
    helper may also hand one operand to another, or is not known well enough.
    """

    form: str
    function: Any = None
    args: list[build.Node] = field(default_factory=list)
    keywords: dict[str, build.Node] = field(default_factory=dict)
    shared: Callable[[], list[build.Node] | None] = lambda: None


@dataclass
class Facts:
    """What is known of one unit."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    bound: frozenset[str] = frozenset()  # all names that the unit binds
    callees: dict[int, Callee] = field(default_factory=dict)  # by the id of the call node
    result: Kind = K.UNKNOWN
    result_active: bool = False
    # names whose content is changed in place, and where first
    stored: dict[str, build.Node] = field(default_factory=dict)
    # names that may share memory: those of one group have one representative
    groups: dict[str, str] = field(default_factory=dict)
    stores: list[Any] = field(default_factory=list)  # the stores of `analyses.aliases`
    mirrored: Mirrored = field(default_factory=Mirrored)  # names of which the adjoints share memory as they do
    # what may share memory with what when the function returns
    end: dict[str, frozenset[str]] = field(default_factory=dict)
    # and what may ever share with what
    met: dict[str, set[str]] = field(default_factory=dict)
    # of statements and expressions that stay as they are: those of the sweeps
    names: names.Table = field(default_factory=names.Table)

    unchanged: bool = False  # whether it is known that nothing is changed in place

    def is_stored_into(self, name: str) -> bool:
        """Whether what a name means may change in place, under this name or another."""
        return any(store.name == name or store.name in self.met.get(name, ()) for store in self.stores)

    def kind(self, name: str) -> Kind:
        return self.kinds.get(name, K.UNKNOWN)
