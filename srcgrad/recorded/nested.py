"""Derivatives inside of differentiated functions: functions in the form in which the user wrote them, and emitted programs on the tape.

The program that was emitted for an inner derivative is run through the tape as the user's functions are. Its functions of the runtime
are followed through their source; those that change what they are given have a meaning of their own here. An inner derivative that is
recorded itself gets a tape of its own, inside of this one.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import srcgrad_runtime as rt

from ..core import identity
from .tape import NUMBERS

if TYPE_CHECKING:
    from .calls import Calls

originals: identity.ByIdentity[types.CodeType] = (
    identity.ByIdentity()
)  # by the recorded code of a function inside of another


def note_originals(recorded: types.CodeType, original: types.CodeType) -> None:
    """Remember what the functions inside a function were before they were recorded; they stand in the same order there."""
    inside = [[c for c in code.co_consts if isinstance(c, types.CodeType)] for code in (recorded, original)]
    if [(c.co_name, c.co_firstlineno) for c in inside[0]] != [(c.co_name, c.co_firstlineno) for c in inside[1]]:
        return
    for one, other in zip(*inside, strict=True):
        originals[one] = other
        note_originals(one, other)


def original(value: Any) -> Any:
    """A function that was made while recorded code ran, in the form in which the user wrote it; anything else as it is."""
    code = originals.get(value.__code__) if isinstance(value, types.FunctionType) else None
    if code is None:
        return value
    cells = dict(zip(value.__code__.co_freevars, value.__closure__ or (), strict=True))
    if not set(code.co_freevars) <= cells.keys():
        return value
    closure = tuple(cells[name] for name in code.co_freevars)
    made = types.FunctionType(code, value.__globals__, value.__name__, value.__defaults__, closure or None)
    made.__kwdefaults__ = value.__kwdefaults__
    made.__qualname__ = value.__qualname__
    return made


def python(tape: Calls, function: types.FunctionType, args: tuple, kwargs: dict[str, Any]) -> Callable[[], Any] | None:
    """How a Python function of srcgrad itself is called on the tape; None for any other function."""
    if not (function.__module__ or "").startswith("srcgrad"):
        return None
    if hasattr(function, "__srcgrad_tape__"):
        return lambda: _pulled_back(tape, function, args)
    if hasattr(function, "__srcgrad_recorded__"):
        return lambda: args[0].through(tape, args[1:])
    if (function.__module__ or "").startswith("srcgrad.rules"):
        return lambda: tape.recorded(function)(*args, **kwargs)
    if hasattr(function, "__srcgrad_handing_on__"):
        return lambda: function(*map(original, args), **{n: original(v) for n, v in kwargs.items()})
    if hasattr(function, "__srcgrad_followed__"):
        return lambda: tape.recorded(function)(*args, **kwargs)
    if function in STORING:
        return lambda: STORING[function](tape, *args, **kwargs)
    if function.__module__.startswith("srcgrad_runtime") and not tape.has_rule(function, args):
        return lambda: tape.recorded(function)(*args, **kwargs)
    return None


def derivative(tape: Calls, function: Any, args: tuple, kwargs: dict[str, Any]) -> Callable[[], Any] | None:
    """How an object that is a derivative is called on the tape; None for any other object."""
    if hasattr(type(function), "__srcgrad_specialise__"):
        return lambda: _gradient(tape, function, args, kwargs)
    call: Any = type(function).__call__ if callable(function) else None
    if hasattr(call, "__srcgrad_followed__"):  # a Jacobian
        return lambda: tape.recorded(call)(function, *args, **kwargs)
    return None


def _gradient(tape: Calls, gradient: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    emitted = gradient.emitted(*args, **kwargs)
    bound = inspect.Signature.bind(gradient.__srcgrad_signature__, *args, **kwargs)
    bound.apply_defaults()
    if not isinstance(emitted, types.FunctionType):
        return emitted.__self__.through(tape, tuple(bound.arguments.values()))
    return tape.call(emitted, *bound.args, **bound.kwargs)


def recorded(function: Any) -> Any:
    """Mark the method of a recorded derivative that runs it: on a tape it is run `through` that."""
    function.__srcgrad_recorded__ = True
    return function


def note_pullback(function: Any, tape: Calls) -> None:
    """Mark the pullback of what was recorded on a tape."""
    function.__srcgrad_tape__ = tape


def _pulled_back(tape: Calls, pullback: Any, args: tuple) -> Any:
    inner = pullback.__srcgrad_tape__
    before, inner.outer = inner.outer, tape
    try:
        return pullback(*args)
    finally:
        inner.outer = before


# ---- functions of the runtime that change what they are given, or look at its memory ------------------------------------------------


def _scatter_add(tape: Calls, x_bar: Any, index: Any, value: Any) -> None:
    if value is None:
        return
    if isinstance(x_bar, tape.ndarray):
        tape.call(np.add.at, x_bar, index, value)
    elif isinstance(index, slice):
        for place, item in zip(range(*index.indices(len(x_bar))), tape.items(value), strict=False):
            x_bar[place] = tape.call(rt.add, x_bar[place], item)
    else:
        old = x_bar.get(index) if isinstance(x_bar, dict) else x_bar[index]
        x_bar[index] = value if old is None else tape.call(rt.add, old, value)


def _last_written(tape: Calls, x_bar: np.ndarray, index: Any) -> Any:
    mask = tape.run(rt.last_written, (tape.run(np.ones, (x_bar.shape,), {}), index), {})
    return tape.op("*", tape.call(np.copy, tape.load(x_bar, index)), mask)


def _add(tape: Calls, a: Any, b: Any) -> Any:
    numbers = (*NUMBERS, int, tape.ndarray)
    if isinstance(a, numbers) and isinstance(b, numbers):
        return tape.by_rule(rt.add, (a, b), {})
    return tape.recorded(cast(types.FunctionType, rt.add))(a, b)  # structure by structure


def _copies(tape: Calls, value: Any) -> Any:
    if isinstance(value, tape.ndarray):
        return tape.call(np.copy, value)
    if isinstance(value, (list, tuple)):
        return rt.sequence_like(value, [_copies(tape, v) for v in value])
    return {k: _copies(tape, v) for k, v in value.items()} if type(value) is dict else value


def _gradients(tape: Calls, x_bars: tuple, xs: tuple) -> tuple:
    plain = tape.run(rt.gradients, (x_bars, xs), {})
    return tuple(_finished(tape, *parts) for parts in zip(plain, x_bars, xs, strict=True))


def _gradient_of(tape: Calls, x_bar: Any, x: Any) -> Any:
    return _finished(tape, tape.run(rt.gradient, (x_bar, x), {}), x_bar, x)


def _finished(tape: Calls, plain: Any, x_bar: Any, x: Any) -> Any:
    """The finished gradient of one argument or part of it, of which the plain one is known."""
    if plain is None or x_bar is None:
        return plain
    if isinstance(plain, (float, complex, np.inexact)) or isinstance(plain, tape.ndarray) and plain.dtype != object:
        return tape.by_rule(rt.gradient, (x_bar, x), {})
    if isinstance(plain, dict):
        for key, item in plain.items():
            plain[key] = _finished(tape, item, x_bar.get(key), x[key])
        return plain
    names = rt.attributes_of(plain)
    for name in names:
        part = _finished(tape, getattr(plain, name), getattr(x_bar, name, None), getattr(x, name))
        object.__setattr__(plain, name, part)
    if names:
        return plain
    return rt.sequence_like(plain, [_finished(tape, *parts) for parts in zip(plain, x_bar, x, strict=True)])


STORING: dict[Any, Callable[..., Any]] = {
    rt.scatter_add: _scatter_add,
    rt.last_written: _last_written,
    rt.copies: _copies,
    rt.add: _add,
    rt.gradient: _gradient_of,
    rt.gradients: _gradients,
}
