"""One function under compilation, and the names its program takes from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import gast
import numpy as np

from . import build
from .errors import Place, Refusal, Refused
from .names import Fresh

# what `np.linalg.solve`, `np.add.at` and `Model.static` hang from: owners whose attributes do not change from call to call
STATIC_OWNERS = (ModuleType, type, np.ufunc)
MISSING: Any = type("MISSING", (), {"__repr__": lambda self: "MISSING"})()


def is_static(value: Any) -> bool:
    """Whether a program may take an outside name for granted as long as it means this object: functions, modules, classes."""
    return value is not MISSING and (callable(value) or isinstance(value, ModuleType))


@dataclass(frozen=True)
class Free:
    """A name that a program reads from outside: the function it was read by, its name there, and what it meant when looked up."""

    owner: Any
    original: str
    value: Any
    getter: Callable[[], Any] | None = None  # reads the present value; None where it cannot change (a builtin)


@dataclass(frozen=True)
class Text:
    """What there is in the text of a function, nested functions included, whatever passes have made of it since.

    `bound`: the names that it binds in its own scope, its parameters among them. `mentioned`: all names. `syntax`: the classes of its nodes.
    """

    bound: frozenset[str]
    mentioned: frozenset[str]
    syntax: frozenset[type]


@dataclass
class Unit:
    """A function in the making: parameters, body, and the outside names of its body.

    `body` is a list of gast statements. `free` maps each outside name of the body to what it means. `passes` take a unit and return a
    unit; facts about it live in tables beside it.
    """

    name: str
    function: Any
    filename: str
    parameters: list[str]
    defaults: dict[str, Any]
    body: list[build.Node]
    fresh: Fresh
    text: Text
    free: dict[str, Free] = field(default_factory=dict)
    vararg: str = ""
    kwarg: str = ""
    keyword_only: tuple[str, ...] = ()
    temporaries: set[str] = field(default_factory=set)
    guards: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)  # what outside names must go on meaning
    changing: dict[Any, Any] = field(
        default_factory=dict
    )  # what functions that it may call change (`analyses.callees`)

    def place(self, node: build.Node) -> Place:
        return Place(
            getattr(node, "filename", self.filename),
            getattr(node, "lineno", 0),
            getattr(node, "col_offset", 0),
            getattr(node, "end_col_offset", 0) or 0,
        )

    def refuse(self, node: build.Node, what: str, why: str = "", instead: str = "") -> Refused:
        return Refused([Refusal(what, self.place(node), why, instead)])


def resolve(node: build.Node, free: dict[str, Free], bound: Any) -> Any:
    """What a name, or a chain of attributes of modules and classes, means from outside; MISSING for anything else.

    `bound` holds the names that the program itself binds (they shadow).
    """
    kind = type(node)
    if kind is gast.Name:
        if node.id in bound or node.id not in free:
            return MISSING
        return free[node.id].value
    if kind is gast.Attribute:
        owner = resolve(node.value, free, bound)
        if owner is MISSING or not isinstance(owner, STATIC_OWNERS):
            return MISSING
        try:
            return getattr(owner, node.attr)
        except AttributeError:
            return MISSING
    return MISSING
