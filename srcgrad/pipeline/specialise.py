"""One emitted function, made for arguments of certain kinds, and the conditions under which it may be used again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ..emit import load as loader
from ..frontend import signature
from .keys import is_same, key_of
from .templates import UNBOUND, Getter, Source, Template

epoch = 0  # counts declarations of rules: what was emitted before one may be wrong after it
compiling = threading.RLock()  # one program is made at a time


def rules_changed() -> None:
    """Let no emitted function be used again: a rule was added."""
    global epoch
    epoch += 1


class Specialisation:
    """An emitted function with its text, and what it takes for granted about outside names.

    `run` calls the function with the bound arguments in order. It may be called after `current()` said yes, which also brings the
    function's outside data up to date. `inner` is the specialisation that the differentiated function belongs to, if it was
    emitted itself.
    """

    __slots__ = ("text", "function", "run", "inner", "epoch", "_named", "_guards", "_data", "_space")

    def __init__(
        self,
        template: Template,
        function: Any,
        adapt: Callable[[Any], Any],
        wrap: str = "",
        inner: Specialisation | None = None,
    ):
        own = signature.free_names(function) if any(isinstance(s, str) for s in _sources(template)) else {}

        def getter_of(source: Source) -> Getter:
            return own[source] if isinstance(source, str) else source

        self.text = template.text
        self.inner = inner
        self.epoch = template.epoch
        self._named: list[tuple[dict[str, Any], str, Any]] = []
        self._guards: list[tuple[Getter, Any]] = []
        for source, expected in template.conditions:
            getter = getter_of(source)
            place = _global_place(getter)
            if place is not None:  # a builtin is what it was while no global hides it
                self._named.append((*place, expected if place[1] in place[0] else None))
            else:
                self._guards.append((getter, expected))
        self._data = [(name, getter_of(source), key) for name, source, key in template.data]
        self.function = loader.load(template.text, template.name, template.namespace, template.origins)
        self._space = self.function.__globals__
        if wrap:
            self.function = loader.wrapped(self.function, wrap)
        self.run = adapt(self.function)

    def current(self) -> bool:
        """Whether every outside name still means what it meant, or is data of the same kind; data is read anew."""
        if self.epoch != epoch or self.inner is not None and not self.inner.current():
            return False
        for space, name, expected in self._named:
            if space.get(name) is not expected:
                return False
        for getter, expected in self._guards:
            try:
                value = getter()
            except Exception:  # the name is gone, or the attribute
                return False
            if not is_same(value, expected):
                return False
        for name, getter, key in self._data:
            try:
                value = getter()
            except NameError:
                if key is not UNBOUND:
                    return False
                self._space.pop(name, None)
                continue
            if key_of(value) != key:
                return False
            self._space[name] = value
        return True


def _sources(template: Template) -> list[Source]:
    return [source for source, _ in template.conditions] + [source for _, source, _ in template.data]


def _global_place(getter: Any) -> tuple[dict[str, Any], str] | None:
    """The dictionary and the name that a getter of a global reads; None for any other getter."""
    if isinstance(getter, partial) and len(getter.args) == 3 and not getter.keywords:
        name, space, _ = getter.args
        if isinstance(name, str) and isinstance(space, dict):
            return space, name
    return None
