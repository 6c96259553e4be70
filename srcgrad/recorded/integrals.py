"""Integrals of functions of the program (scipy.integrate): differential equations through their adjoint equation, and quadrature.

The solver of SciPy runs on the function as it is. Going back, the adjoint a(t) of the state satisfies a' = -(df/dy)^T a, and what f
depends on besides gathers the integral of (df/dp)^T a [Pontryagin; Chen, Rubanova, Bettencourt, Duvenaud 2018, algorithm 1]. The right-hand
side of that is a reverse sweep through one recorded call of f, on a tape of its own. The state is taken anew at each output, so that going
back through a stable equation stays stable.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import pullbacks
from .tape import NUMBERS, Tape

ACCURACY = {"rtol": 1e-9, "atol": 1e-10}  # of the way back, where none is asked for
OPTIONS = ("rtol", "atol", "hmax", "mxstep", "max_step")  # of a solver that hold for the way back as well


class Field:
    """A function of the program with what it depends on besides its arguments: `leaves`, the active numbers and arrays within reach."""

    def __init__(self, tape: Any, function: Callable[..., Any], args: tuple):
        self.tape, self.function, self.args = tape, function, args
        self.leaves = list({id(leaf): leaf for leaf in active_leaves(tape, (function, args))}.values())
        self.sizes = [np.size(leaf) for leaf in self.leaves]

    def __call__(self, *point: Any) -> Any:
        """The value at a point, nothing of which is recorded."""
        with self.tape.aside():
            return self.tape.call(self.function, *point, *self.args)

    def pull(self, point: tuple, at: int, seed: Any) -> tuple[Any, np.ndarray]:
        """The adjoint of argument `at` of the point (None: of none), and those of all leaves in a row, for this adjoint of the value."""
        with self.tape.aside() as tape:
            for leaf in self.leaves:
                tape.activate(leaf)
            values = list(point)
            if at >= 0:
                values[at] = tape.activate(np.array(point[at], dtype=float))
            result = tape.call(self.function, *values, *self.args)
            tape.add(result, seed)
            tape.reverse()
            bars = [np.ravel(self.bar(tape, leaf)) for leaf in self.leaves]
            return self.bar(tape, values[at]) if at >= 0 else None, np.concatenate(bars) if bars else np.zeros(0)

    def bar(self, tape: Any, leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            found = tape.shadows.view(leaf, False)
            return np.zeros(leaf.shape) if found is None else found.copy()
        return tape.bars.get(id(leaf), 0.0)

    def give(self, row: np.ndarray) -> None:
        """Add adjoints of all leaves, in a row, to those of the tape."""
        start = 0
        for leaf, size in zip(self.leaves, self.sizes, strict=True):
            self.tape.add(leaf, np.reshape(row[start : start + size], np.shape(leaf))[()])
            start += size


def active_leaves(tape: Tape, value: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """The active numbers and arrays that can be reached from a value: items, attributes, what a function has in its cells."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, Tape):
        return
    seen.add(id(value))
    if isinstance(value, (*NUMBERS, np.ndarray)):
        if tape.is_active(value):
            yield value
        return
    inside = [*pullbacks.children(value), *pullbacks.behind(value)]
    for part in inside:
        if part is not None:
            yield from active_leaves(tape, part, seen)


def odeint(tape: Any, func: Any, y0: Any, t: Any, args: Any = (), Dfun: Any = None, *rest: Any, **options: Any) -> Any:
    """`scipy.integrate.odeint`, differentiated by the first state, the times and everything `func` depends on."""
    from scipy import integrate

    if rest or options.get("full_output") or tape.holds_active([v for v in options.values()]):
        raise tape.refuse(
            "cannot differentiate this use of scipy.integrate.odeint", "", "leave out full_output, give options by name"
        )
    first = options.pop("tfirst", False)
    args = args if isinstance(args, tuple) else (args,)
    field = Field(tape, func, args)
    order = (lambda y, s: (s, y)) if first else (lambda y, s: (y, s))
    with tape.aside():
        y = integrate.odeint(
            lambda y, s: field(*order(y, s)), np.array(y0, dtype=float), np.array(t, dtype=float), **options
        )
    kept = {**ACCURACY, **{name: value for name, value in options.items() if name in OPTIONS}}

    def solve(right: Callable[..., Any], z: np.ndarray, start: float, stop: float) -> np.ndarray:
        return integrate.odeint(right, z, [start, stop], **kept)[-1]

    return _recorded(tape, field, order, y, y0, t, solve)


def solve_ivp(
    tape: Any, fun: Any, t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None, dense_output: bool = False,
    events: Any = None, vectorized: bool = False, args: Any = None, **options: Any,
) -> Any:  # fmt: skip
    """`scipy.integrate.solve_ivp`: its field `y`, differentiated by the first state and everything `fun` depends on."""
    from scipy import integrate

    if dense_output or events is not None or tape.holds_active([t_span, t_eval, list(options.values())]):
        raise tape.refuse(
            "cannot differentiate this use of scipy.integrate.solve_ivp", "the times and options are constants there",
            "leave out dense_output and events",
        )  # fmt: skip
    field = Field(tape, fun, tuple(args or ()))
    order = lambda y, s: (s, y)  # noqa: E731
    with tape.aside():
        found = integrate.solve_ivp(
            lambda s, y: field(s, y),
            t_span,
            np.array(y0, dtype=float),
            method,
            t_eval,
            vectorized=vectorized,
            **options,
        )
    kept = {**ACCURACY, **{name: value for name, value in options.items() if name in OPTIONS}}

    def solve(right: Callable[..., Any], z: np.ndarray, start: float, stop: float) -> np.ndarray:
        return integrate.solve_ivp(lambda s, z: right(z, s), (start, stop), z, method, **kept).y[:, -1]

    rows = _recorded(tape, field, order, np.array(found.y.T), y0, found.t, solve, float(t_span[0]))
    found.y = tape.call(np.transpose, rows)
    return found


def _recorded(
    tape: Any, field: Field, order: Callable[..., tuple], y: np.ndarray, y0: Any, t: Any, solve: Callable[..., np.ndarray], begin: float | None = None
) -> np.ndarray:  # fmt: skip
    """The states at the times as an active array, and the step that goes back through the adjoint equation.

    The first state is that at the first time, or at the time `begin`.
    """
    size, times = y.shape[1], [float(s) for s in t]
    at = order(0, 1).index(0)
    states = y.copy()

    def right(z: np.ndarray, s: float) -> np.ndarray:
        state, a = z[:size], z[size : 2 * size]
        point = order(state, s)
        state_bar, rest = field.pull(point, at, a)
        return np.concatenate([np.asarray(field(*point), dtype=float), -state_bar, -rest])

    def back() -> None:
        y_bar = tape.take(y)
        if y_bar is None:
            return
        a, row, t_bar = np.zeros(size), np.zeros(sum(field.sizes)), np.zeros(len(times))
        for i in reversed(range(len(times))):
            stop = times[i - 1] if i else begin
            if i or begin is not None:
                t_bar[i] = np.dot(y_bar[i], np.asarray(field(*order(states[i], times[i])), dtype=float))
                a = a + y_bar[i]
            if stop is not None and stop != times[i]:
                z = solve(right, np.concatenate([states[i], a, np.zeros_like(row)]), times[i], stop)
                a, row = z[size : 2 * size], row + z[2 * size :]
        if begin is None:
            t_bar[0] = -np.dot(a, np.asarray(field(*order(states[0], times[0])), dtype=float))
            a = a + y_bar[0]
            tape.add(t, t_bar)
        field.give(row)
        tape.add(y0, np.reshape(a, np.shape(y0)))

    tape.activate(y)
    tape.steps.append(back)
    return y


def quad(tape: Any, func: Any, a: Any, b: Any, args: Any = (), **options: Any) -> Any:
    """`scipy.integrate.quad`, differentiated by the limits and everything `func` depends on."""
    from scipy import integrate

    if set(options) - {"epsabs", "epsrel", "limit"} or tape.holds_active(list(options.values())):
        raise tape.refuse(
            "cannot differentiate this use of scipy.integrate.quad", "", "give epsabs, epsrel and limit only"
        )
    field = Field(tape, func, args if isinstance(args, tuple) else (args,))
    with tape.aside():
        value, error = integrate.quad(field, float(a), float(b), **options)
    value = tape.activate(tape.fresh(value))

    def back() -> None:
        g = tape.take(value)
        if g is None:
            return
        if field.leaves:
            field.give(g * integrate.quad_vec(lambda s: field.pull((s,), -1, 1.0)[1], float(a), float(b))[0])
        if tape.is_active(a):
            tape.add(a, -g * field(a))
        if tape.is_active(b):
            tape.add(b, g * field(b))

    tape.steps.append(back)
    return value, error


def special(function: Any) -> Callable[..., Any] | None:
    """What is called in the place of a function of scipy.integrate, or None."""
    module = sys.modules.get("scipy.integrate")
    if module is None:
        return None
    for name, own in (("odeint", odeint), ("solve_ivp", solve_ivp), ("quad", quad)):
        if function is getattr(module, name, None):
            return functools.partial(_on_one_tape, own)
    return None


def _on_one_tape(own: Callable[..., Any], tape: Any, *args: Any, **kwargs: Any) -> Any:
    """The integral on the outermost tape, if nothing in it belongs to another: the way back is solved with plain numbers."""
    *inner, outermost = tape.tapes
    if any(one.holds_active([args, kwargs], one.is_own) for one in inner):
        raise tape.refuse(
            f"cannot differentiate scipy.integrate.{own.__name__} again", "its adjoint equation is solved with plain numbers",
            "write the steps of the integration in Python",
        )  # fmt: skip
    return own(outermost, *args, **kwargs)
