"""What one recorded operation contributes to the adjoints of its operands, from the table of rules.

Comes in: a rule, the arguments of one call, its result. Goes out: for the adjoint of the result, pairs (operand, contribution).
"""

from __future__ import annotations

import contextlib
import functools
import math
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..emit import load
from ..rules.declare import REQUIRED, Adjoint, Rule

SPACE = {"np": np, "rt": rt, "math": math}
DOUBLE = frozenset({float, np.float64})
REAL = DOUBLE | {int, bool, np.float32, np.int64, np.bool_}


class NotCovered(Exception):
    """The rule does not cover this call; the text says why."""


def bind(rule: Rule, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the names of the function's parameters; those of a `*parameter` as a tuple."""
    bound: dict[str, Any] = {}
    rest = list(args)
    for parameter in rule.parameters:
        if parameter.kind is parameter.kind.VAR_POSITIONAL:
            bound[parameter.name], rest = tuple(rest), []
        elif parameter.kind in (parameter.kind.POSITIONAL_ONLY, parameter.kind.POSITIONAL_OR_KEYWORD) and rest:
            bound[parameter.name] = rest.pop(0)
    bound.update(kwargs)
    known = {p.name for p in rule.parameters}
    unknown = sorted(set(kwargs) - known)
    if rest or unknown:
        raise NotCovered(
            f"its rule does not cover the argument {unknown[0]!r}" if unknown else "it is given too many arguments"
        )
    return bound


class Partial:
    """A partial derivative of an elementwise function, which reads the arguments `names` and the result. It is evaluated on the way back."""

    def __init__(self, text: str, names: tuple[str, ...]):
        self.text, self.names = text, names
        self.function = eval(f"lambda {', '.join(names)}, y: {text}", dict(SPACE))  # noqa: S307 - the text stands in the table of rules

    @functools.cached_property
    def sourced(self) -> Any:
        """The same as a function that has a source, so that it can be recorded."""
        text = f"def partial({', '.join(self.names)}, y):\n    return {self.text}\n"
        return load.load(text, "partial", dict(SPACE))

    def __call__(self, values: tuple, y: Any, y_bar: Any) -> Any:
        """y_bar * partial; zero where nothing arrives, be the partial finite or not (the side that `np.where` does not choose)."""
        partial = self.function(*values, y)
        if is_finite(partial):
            return y_bar * partial
        with np.errstate(invalid="ignore"):
            product = y_bar * partial
        return np.where(np.equal(y_bar, 0), 0.0, product)[()]

    def through(self, tape: Any, values: tuple, y: Any, y_bar: Any) -> Any:
        partial = tape.recorded(self.sourced)(*values, y)
        with np.errstate(invalid="ignore"):
            product = tape.op("*", y_bar, partial)
        if np.all(np.isfinite(product)):
            return product
        chosen = tape.call(np.where, rt.is_chosen(y_bar, product), product, 0.0)
        return chosen if np.ndim(chosen) else tape.load_array(chosen, ())


class One(Partial):
    """The partial derivative that is one: the adjoint of the result is that of the operand."""

    def __call__(self, values: tuple, y: Any, y_bar: Any) -> Any:
        return y_bar

    def through(self, tape: Any, values: tuple, y: Any, y_bar: Any) -> Any:
        return y_bar


@functools.lru_cache(maxsize=4096)
def partial_of(text: str, names: tuple[str, ...]) -> Partial:
    return One(text, names) if text == "1" else Partial(text, names)


def is_finite(value: Any) -> bool:
    """Whether a number, or each entry of an array, is finite."""
    if type(value) in REAL:
        return math.isfinite(value)
    finite = np.isfinite(value)
    return np.count_nonzero(finite) == finite.size  # this is faster than np.all


Partials = list[tuple[int, Partial]]  # positions of active operands, each with its partial derivative


def partials(rule: Rule, active: tuple[bool, ...], real: bool) -> Partials:
    """The partial derivatives of an elementwise function, for a call with operands that are `active` or not."""
    names = tuple(p.name for p in rule.parameters)
    given = names[: len(active)]
    passive = [name for name, is_active in zip(given, active, strict=True) if not is_active]
    texts = rule.choose_partials(passive, {}, real)
    return [
        (i, partial_of(text, given))
        for i, (name, text) in enumerate(zip(given, texts, strict=False))
        if name not in passive and text is not None
    ]


Pulls = list[
    tuple[Any, Callable[[Any], Any]]
]  # active operands, each with what its contribution is for an adjoint of the result


def structural(rule: Rule, bound: dict[str, Any], active: Callable[[Any], bool], y: Any) -> Pulls:
    """The contributions of a function with an adjoint for each parameter."""
    parameters = {p.name: p for p in rule.parameters}
    ranks = [_rank(bound[n]) if n in bound else None for n in parameters]
    found: Pulls = []
    for name, operand in bound.items():
        if not active(operand):
            continue
        if name not in rule.differentiable:
            if name in rule.shapes:
                continue
            raise NotCovered(f"no rule says how the result depends on its argument {name!r}")
        given = [n for n in bound if n != name and not _is_default(bound[n], parameters.get(n))]
        entry = rule.choose_adjoint(name, given, ranks)
        told = rule.choose_adjoint(name, given, ranks, tangent=True) if entry is None else entry
        if told is None:
            raise NotCovered(f"its rule does not cover the arguments {', '.join(map(repr, given))} together")
        known = {n: bound[n] for n in told.takes if n in bound}
        if "y" in told.takes:
            known["y"] = y
        if f"{name}_active" in told.takes:
            known[f"{name}_active"] = tuple(map(active, operand)) if isinstance(operand, (tuple, list)) else None
        if entry is not None:
            found.append((operand, Applied(entry.function, known)))
        else:
            found.append((operand, Transposed(told, known, operand)))
    return found


class Transposed:
    """The adjoint of a parameter of which the rule tells the tangent alone."""

    def __init__(self, entry: Adjoint, known: dict[str, Any], x: Any):
        self.entry, self.known, self.x = entry, known, x

    def __call__(self, y_bar: Any) -> Any:
        return rt.transpose_map(functools.partial(self.tangent, self.entry.function), self.x, y_bar)

    def tangent(self, function: Callable[..., Any], x_dot: Any) -> Any:
        return function(**self.known, **{f"{self.entry.parameter}_dot": x_dot})

    def through(self, tape: Any, y_bar: Any) -> Any:
        linear = functools.partial(self.tangent, tape.recorded(self.entry.function))
        return tape.recorded(rt.transpose_map)(linear, self.x, y_bar)


class Applied:
    """The adjoint of a parameter by the function that the rule has for it."""

    __slots__ = ("function", "known")

    def __init__(self, function: Callable[..., Any], known: dict[str, Any]):
        self.function, self.known = function, known

    def __call__(self, y_bar: Any) -> Any:
        return self.applied(self.function, np.asarray, y_bar)

    def through(self, tape: Any, y_bar: Any) -> Any:
        return self.applied(tape.recorded(self.function), functools.partial(tape.call, np.asarray), y_bar)

    def applied(self, function: Callable[..., Any], as_array: Callable[[Any], Any], y_bar: Any) -> Any:
        try:
            return function(**self.known, y_bar=y_bar)
        except (AttributeError, TypeError):
            # a sequence that NumPy took for an array
            as_arrays = {
                n: as_array(v) if isinstance(v, (list, tuple)) and _is_numeric(v) else v for n, v in self.known.items()
            }
            return function(**as_arrays, y_bar=y_bar)


def _is_numeric(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in "fciub"
    except (TypeError, ValueError):  # arrays of a device, or of several shapes
        return False


def _rank(value: Any) -> int | None:
    if isinstance(value, (int, float, complex)):
        return 0
    if isinstance(value, (list, tuple)):
        return np.ndim(value) if _is_numeric(value) else None
    return getattr(value, "ndim", None)


def _is_default(value: Any, parameter: Any) -> bool:
    if parameter is None or parameter.default is REQUIRED:
        return False
    return value is parameter.default or type(value) is type(parameter.default) and _same(value, parameter.default)


def _same(a: Any, b: Any) -> bool:
    try:
        return bool(a == b)
    except ValueError:
        return False


def children(value: Any) -> Iterator[Any]:
    """The values directly inside a container or a plain object."""
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, (list, tuple, set, frozenset)) or type(value).__name__ == "deque":
        yield from value
    elif isinstance(value, np.ndarray) and value.dtype == object:
        yield from value.flat
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        yield from vars(value).values()
    cls: type = type(value)
    for name in _slots(cls):
        if hasattr(value, name):
            yield getattr(value, name)


def behind(value: Any) -> list[Any]:
    """What a callable or a generator was made with: cells, defaults, the object of a method, arguments, local variables."""
    found: list[Any] = []
    if isinstance(value, types.FunctionType):
        found += [value.__defaults__, value.__kwdefaults__]
        for cell in value.__closure__ or ():
            with contextlib.suppress(ValueError):  # nothing is bound there yet
                found.append(cell.cell_contents)
    elif isinstance(value, types.MethodType):
        found += [value.__self__, value.__func__]
    elif isinstance(value, (types.BuiltinMethodType, types.MethodWrapperType)):
        found.append(value.__self__)
    elif isinstance(value, functools.partial):
        found += [value.func, value.args, value.keywords]
    elif isinstance(value, functools._lru_cache_wrapper):
        found.append(value.__wrapped__)
    elif isinstance(value, types.GeneratorType) and value.gi_frame is not None:
        found += value.gi_frame.f_locals.values()
    return found


@functools.lru_cache(maxsize=1024)
def _slots(cls: type) -> tuple[str, ...]:
    if cls.__module__ in ("builtins", "numpy", "collections"):
        return ()
    found: list[str] = []
    for base in cls.__mro__:
        names = base.__dict__.get("__slots__", ())
        found += [names] if isinstance(names, str) else list(names)
    return tuple(n for n in found if not n.startswith("__"))
