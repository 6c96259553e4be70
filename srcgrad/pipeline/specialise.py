"""One emitted function, made for arguments of certain kinds, and the conditions under which it may be used again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ..core import sharing
from ..emit import load as loader
from ..frontend import signature
from . import matching
from .keys import is_same, key_of
from .templates import UNBOUND, Getter, Source, Template

epoch = 0  # counts declarations of rules: what was emitted before one may be wrong after it
compiling = threading.RLock()  # one program is made at a time


def rules_changed() -> None:
    """Let no emitted function be used again: a rule was added."""
    global epoch
    epoch += 1


def _unasked(*values: Any) -> bool:
    """In the place of the test for values, as long as nobody came with such values again."""
    return False


class Specialisation:
    """An emitted function with its text, and what it takes for granted about outside names.

    `run` calls the function with the bound arguments in order. It may be called after `current()` said yes, which also brings the
    function's outside data up to date. `inner` is the specialisation that the differentiated function belongs to, if it was
    emitted itself. On a `device` it is `run` that is bound to the device: `function` stays a program for the host, whose names
    mean what rules are known for, so that it can be differentiated again.
    """

    __slots__ = (
        "text",
        "function",
        "run",
        "inner",
        "epoch",
        "device",
        "fits",
        "serves",
        "changed",
        "_named",
        "_bodies",
        "_guards",
        "_data",
        "_space",
        "_host_space",
    )

    def __init__(
        self,
        template: Template,
        function: Any,
        adapt: Callable[[Any], Any],
        wrap: str = "",
        inner: Specialisation | None = None,
        device: Any = None,
    ):
        own = signature.free_names(function) if any(isinstance(s, str) for s in _sources(template)) else {}

        def getter_of(source: Source) -> Getter:
            return own[source] if isinstance(source, str) else source

        self.text = template.text
        self.inner = inner
        self.device = device
        self.epoch = template.epoch
        self.fits: Any = _unasked  # whether values have the keys that this was made for: see `matching`
        self.serves: Any = _unasked  # the same, and whether nothing else has to be looked at before `run`
        self._named: list[tuple[dict[str, Any], str, Any]] = []
        self._bodies = template.bodies
        self._guards: list[tuple[Getter, Any]] = []
        for source, expected in template.conditions:
            getter = getter_of(source)
            place = _global_place(getter)
            if place is not None:  # a builtin is what it was while no global hides it
                self._named.append((*place, expected if place[1] in place[0] else None))
            else:
                self._guards.append((getter, expected))
        self.changed = (*template.changed, *template.changed_outside)
        self._data = [(name, getter_of(source), key) for name, source, key in template.data]
        self.function = loader.load(template.text, template.name, template.namespace, template.origins)
        self._space = self._host_space = self.function.__globals__
        running = self.function
        pooled = template.large and device is None
        if device is not None or pooled:
            from srcgrad_runtime.memory import operations, scopes  # read when memory matters

            given = operations.OPERATIONS if pooled else None
            running = loader.load(template.text, template.name, template.namespace, template.origins, given)
            self._space = running.__globals__
            if device is not None:
                _bind(self._space, device)
        if wrap:
            bare = self.function
            self.function = loader.wrapped(self.function, wrap)
            running = self.function if running is bare else loader.wrapped(running, wrap)
        self.run = adapt(running)
        if device is not None or pooled:
            self.run = scopes.watched(self.run, pooled)

    def serves_again(self, function: Any, key: tuple[Any, ...], values: tuple[Any, ...]) -> None:
        """Values with this key have come a second time: from now on they are told by a test of their own."""
        if self.fits is not _unasked:
            return
        self.fits = matching.predicate_of(key, values)
        if self.fits is None or self.changed or self.inner is not None or self._guards or self._data:
            return
        # what `current` asks, written out for one call
        steady: list[tuple[Any, ...]] = [("{}.epoch == {}", sys.modules[__name__], self.epoch)]
        if hasattr(function, "__code__"):
            steady.append(("{}.__code__ is {}", function, function.__code__))
        steady += [("{}({}) is {}", space.get, name, expected) for space, name, expected in self._named]
        for known, (code, defaults, keyword_defaults) in self._bodies:
            steady.append(("{}.__code__ is {}", known, code))
            steady.append(("{}.__defaults__ is {}", known, defaults))
            steady.append(("{}.__kwdefaults__ is {}", known, keyword_defaults))
        self.serves = matching.predicate_of(key, values, steady)

    def is_shared(self, values: tuple[Any, ...], names: tuple[str, ...]) -> bool:
        """Whether the program may store, for arguments of these names, into memory that it knows by other names as well.

        Its outside data has been brought up to date.
        """
        given = dict(zip(names, values, strict=True))
        given.update((name, self._host_space.get(name)) for name, _, _ in self._data if name not in given)
        changed = [name for name in self.changed if name in given]
        if any(name not in given for name in self.changed):  # those of the function inside of a wrapper
            changed = list(given)
        return sharing.is_shared(map(given.get, changed), (v for n, v in given.items() if n not in changed))

    def current(self) -> bool:
        """Whether every outside name still means what it meant, or is data of the same kind; data is read anew."""
        if self.epoch != epoch or self.inner is not None and not self.inner.current():
            return False
        for space, name, expected in self._named:
            if space.get(name) is not expected:
                return False
        for function, (code, defaults, keyword_defaults) in self._bodies:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                return False
            if function.__kwdefaults__ is not keyword_defaults:
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
                self._host_space.pop(name, None)
                continue
            if key_of(value) != key:
                return False
            self._host_space[name] = value
            self._space[name] = value if self.device is None else _moved(value, self.device)
        return True


def _bind(space: dict[str, Any], device: Any) -> None:
    """Let the outside names of an emitted module mean what they mean on a device; its own functions stay."""
    from srcgrad_runtime import device as devices  # read when there is one

    devices.bind_module(space, device)


def _moved(value: Any, device: Any) -> Any:
    """Data from outside, with its arrays on the device."""
    from srcgrad_runtime import device as devices

    return devices.to_device(value, device) if isinstance(value, (list, tuple, dict)) else devices.bind(value, device)


def _sources(template: Template) -> list[Source]:
    return [source for source, _ in template.conditions] + [source for _, source, _ in template.data]


def _global_place(getter: Any) -> tuple[dict[str, Any], str] | None:
    """The dictionary and the name that a getter of a global reads; None for any other getter."""
    if isinstance(getter, partial) and len(getter.args) == 3 and not getter.keywords:
        name, space, _ = getter.args
        if isinstance(name, str) and isinstance(space, dict):
            return space, name
    return None
