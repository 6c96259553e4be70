"""What was emitted for a function, apart from the function: it serves every function of the same code.

A closure is made anew each time the code around it runs, as in `grad(lambda w: loss(w, batch))(w)` inside of a training loop.
Its program is the same every time, only what its cells hold is not. A template keeps the names by which the function reads from
outside, and nothing of the data that was there when it was made.
"""

from __future__ import annotations

import types
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..core.unit import MISSING, is_static
from ..frontend import signature
from .keys import Same, key_of

KEPT = 256  # templates, of all functions together
UNBOUND = ("unbound",)  # the key of an outside name that has no value

Getter = Callable[[], Any]
Source = Getter | str  # how an outside value is read: a getter, or the function's own name for it


@dataclass
class Template:
    """The text of a program and what it needs from outside.

    `static` names mean the objects of `namespace` for as long as the program is valid, `data` names have values whose keys must stay,
    and `guards` must give certain objects.
    """

    text: str
    origins: tuple[Any, ...]
    name: str
    epoch: int
    namespace: dict[str, Any] = field(default_factory=dict)
    conditions: list[tuple[Source, Any]] = field(default_factory=list)  # each must give this very object
    data: list[tuple[str, Source, Any]] = field(default_factory=list)
    bodies: list[tuple[types.FunctionType, tuple[Any, ...]]] = field(
        default_factory=list
    )  # functions, and what they were
    shareable: bool = True
    large: bool = False  # whether its results go into memory of a pool
    changed: tuple[str, ...] = ()  # parameters of the function whose memory the program may store into
    changed_outside: tuple[str, ...] = ()  # and outside names
    _cells: tuple[str, ...] = ()

    @staticmethod
    def of(program: Any, function: Any, title: str, epoch: int) -> Template:
        """The template of a program that was made for a function."""
        from ..emit import python

        rendered = python.render(program, title)
        made = Template(rendered.text, rendered.origins, program.functions[-1].name, epoch, large=program.large)
        made.changed, made.changed_outside = program.changed, program.changed_outside
        made.shareable = type(function) is types.FunctionType
        made._cells = function.__code__.co_freevars if made.shareable else ()
        watched = list(program.guards)
        for name, free in program.free.items():
            if free.getter is None or is_static(free.value):
                if free.value is not MISSING:
                    made.namespace[name] = free.value
                if free.getter is not None:
                    watched.append((free.getter, free.value))
            else:
                made.data.append((name, made._source(free.getter, function), key_now(free.getter)))
        seen = set()
        for getter, expected in watched:
            place = getter.args[:1] + tuple(map(id, getter.args[1:])) if isinstance(getter, partial) else id(getter)
            if place in seen:
                continue
            seen.add(place)
            source = made._source(getter, function)
            made.conditions.append((source, expected))
            if isinstance(expected, types.FunctionType):
                made.bodies.append((expected, body_of(expected)))
            if source in made._cells and getattr(expected, "__closure__", None):
                made.shareable = False  # a closure made along with this function will not be met again
        return made

    def _source(self, getter: Getter, function: Any) -> Source:
        """The name behind a getter of the function's own; other getters stay, and forbid sharing where nothing is known of them."""
        if not isinstance(getter, partial) or not self.shareable:
            self.shareable = False
            return getter
        args = getter.args
        cells = function.__closure__ or ()
        if len(args) == 2 and isinstance(args[1], types.CellType):
            own = any(cell is args[1] and name == args[0] for name, cell in zip(self._cells, cells, strict=True))
            return args[0] if own else getter
        if len(args) == 3 and args[1] is function.__globals__ and args[0] not in self._cells:
            if args[0] in signature.free_names(function):
                return args[0]
        if function in args:
            self.shareable = False
        return getter


def body_of(function: types.FunctionType) -> tuple[Any, ...]:
    """What a function does, apart from its outside names; reloading in a notebook puts another code into the same function."""
    return function.__code__, function.__defaults__, function.__kwdefaults__


def key_now(getter: Getter) -> Any:
    """The key of what a getter gives at this moment."""
    try:
        return key_of(getter())
    except NameError:
        return UNBOUND


def _holds_objects(key: Any) -> bool:
    """Whether a key keeps an object alive, such as a function that was passed as an argument."""
    return isinstance(key, Same) or isinstance(key, tuple) and any(map(_holds_objects, key))


class Shared:
    """The templates that any function of the same code may use, the latest `KEPT` of them. To be used under a lock."""

    def __init__(self) -> None:
        self._templates: OrderedDict[Any, Template] = OrderedDict()

    @staticmethod
    def key(function: Any, *details: Any) -> Any:
        """The key under which the template for a function and all that matters besides is kept; None if it cannot be shared."""
        if type(function) is not types.FunctionType or _holds_objects(details):
            return None
        return Same(function.__code__), *details

    def get(self, key: Any, epoch: int) -> Template | None:
        found = self._templates.get(key) if key is not None else None
        if found is not None and found.epoch != epoch:
            del self._templates[key]
            return None
        return found

    def put(self, key: Any, template: Template) -> None:
        if key is None or not template.shareable:
            return
        self._templates.pop(key, None)
        self._templates[key] = template
        if len(self._templates) > KEPT:
            self._templates.popitem(last=False)
