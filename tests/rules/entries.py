"""The calls of the table as programs: functions of what has a derivative, written as a user would write them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.emit import load
from srcgrad.rules.declare import Rule, Written

from . import harness

POINTS = np.array([0.4, 1.3])  # where curves are evaluated


@dataclass(frozen=True)
class Program:
    """A function of the arguments that have a derivative, and their values; complex ones come as two real arrays."""

    function: Callable[..., Any]
    args: tuple
    text: str


def calls(entry: Rule | Written, draw: harness.Draw | None = None) -> Iterator[tuple[tuple, dict]]:
    """Calls of an entry: for a row one with arrays that broadcast, otherwise those that need other adjoints than the calls before."""
    draw = draw or harness.Draw(entry.name)
    if isinstance(entry, Rule) and entry.is_elementwise:
        shapes: list[tuple] = [(2, 1), *[(3,)] * (len(entry.domain) - 1)] if len(entry.domain) > 1 else [(3,)]
        arrays = harness.accepts_arrays(entry)
        drawn = [
            draw.uniform(*interval, *(shape if arrays else ()))
            for interval, shape in zip(entry.domain, shapes, strict=True)
        ]
        yield tuple(drawn if arrays else map(float, drawn)), {}
        return
    seen: set = set()
    assert entry.cases is not None
    for args, kwargs in entry.cases(draw):
        chosen = texts(entry, args, kwargs) if isinstance(entry, Rule) else {None}
        if isinstance(entry, Written) or chosen - seen:
            yield args, kwargs
        seen |= chosen


def texts(rule: Rule, args: tuple, kwargs: dict) -> set:
    """The adjoint and tangent functions that a call needs, and what it says in words (modes, methods, orders)."""
    values = harness.bind(rule, args, kwargs)
    ranks = harness.ranks_of(rule, values, 9)
    wanted = [name for name in rule.differentiable if name in values.given and harness.floating(values[name])]
    found = {
        (name, mode, rule.choose_adjoint(name, values.given, ranks, mode)) for name in wanted for mode in (False, True)
    }
    return found | {(name, values[name]) for name in values.given if isinstance(values[name], str)}


def is_active(entry: Rule | Written, name: str, value: Any) -> bool:
    """Whether an argument is differentiated in the tests."""
    if not harness.floating(value):
        return False
    if isinstance(entry, Rule):
        return name in entry.differentiable
    return not isinstance(value, tuple) and not (isinstance(value, list) and any(map(callable, value)))


def program(entry: Rule | Written, args: tuple, kwargs: dict) -> Program:
    """A call as a program; its result is real, and curves are evaluated."""
    names = parameters(entry, len(args))
    given: dict[str, Any] = {**{f"a{i}": value for i, value in enumerate(args)}, **kwargs}
    of = {**{f"a{i}": name for i, name in enumerate(names)}, **{name: name for name in kwargs}}
    heads: dict[str, Any] = {}
    space: dict[str, Any] = {"np": np, "points": POINTS}
    shown: dict[str, str] = {}
    for key, value in given.items():
        shown[key] = key
        if not is_active(entry, of[key], value):
            space[key] = own(value)
        elif isinstance(value, (list, tuple)) or np.result_type(value).kind != "c":
            heads[key] = value
        else:
            heads[key], heads[f"{key}_imag"] = np.real(value), np.imag(value)
            shown[key] = f"{key} + 1j * {key}_imag"
    passed = ", ".join([shown[key] if key not in kwargs else f"{key}={shown[key]}" for key in given])
    owner = getattr(entry.function, "__self__", None)
    called = "function"
    if isinstance(owner, (np.random.Generator, np.random.RandomState)):
        space["rng"], called = owner, f"rng.{entry.function.__name__}"
    space["function"] = entry.function
    curve = "(points)" if "interpolate" in entry.name else ""
    y = entry.function(*args, **kwargs)
    result = real(y, "y") if not curve else "y"
    text = f"def f({', '.join(heads)}):\n    y = {called}({passed}){curve}\n    return {result}\n"
    return Program(load.load(text, "f", space), tuple(heads.values()), text)


def parameters(entry: Rule | Written, count: int) -> list[str]:
    """The names of the parameters that so many positional arguments reach."""
    if isinstance(entry, Rule):
        kinds = [(p.name, p.kind) for p in entry.parameters]
    else:
        kinds = [(p.name, p.kind) for p in inspect.signature(entry.text).parameters.values()]
    positional = [name for name, kind in kinds if kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)]
    variable = [name for name, kind in kinds if kind is kind.VAR_POSITIONAL]
    return (positional + variable * count)[:count]


def own(value: Any) -> Any:
    """A function of the table as one of the user's, which is looked into."""
    if isinstance(value, list):
        return [own(item) for item in value]
    if inspect.isfunction(value) and value.__module__.startswith("srcgrad.rules"):
        return types.FunctionType(value.__code__, {"np": np, "__name__": __name__})
    return value


def real(y: Any, path: str) -> str:
    """An expression for a result in real numbers: complex parts by their real and imaginary ones."""
    parts = leaves(y, path)
    if not any(complex_ for _, complex_ in parts):
        return path
    shown = [f"np.real({place}), np.imag({place})" if complex_ else place for place, complex_ in parts]
    return f"({', '.join(shown)})"


def leaves(y: Any, path: str) -> list[tuple[str, bool]]:
    """The floating parts of a result by the text that reaches them, and whether they are complex."""
    if isinstance(y, (list, tuple)):
        return [leaf for i, item in enumerate(y) for leaf in leaves(item, f"{path}[{i}]")]
    return [(path, np.result_type(y).kind == "c")] if harness.floating(y) else []
