"""Finite differences of a program, and everything that is compared between it and its gradient.

Nothing here uses srcgrad except `outcome`, which calls it: the oracle is independent of the engine.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import io
import signal
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .registry import Program

STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came out: `verdict` is "right", "refused", "WRONG", "internal error" or "bad program"; `detail` says why."""

    verdict: str
    detail: str = ""


class Mismatch(Exception):
    """Something differs between a program and what srcgrad made of it."""


# ---- values inside values ----


def children(value: Any) -> list[tuple[Any, Any]] | None:
    """The (key, item) pairs directly inside a container or a plain object; None for a leaf."""
    if isinstance(value, (list, tuple, deque)):
        return list(enumerate(value))
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, (np.ndarray, np.generic, type)) or callable(value) and not hasattr(value, "__dict__"):
        return None
    if hasattr(value, "__dict__") and not callable(value) or dataclasses.is_dataclass(value):
        return list(vars(value).items())
    return None


def is_float(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f"
    return isinstance(value, (float, np.floating))


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    inside = children(value)
    if inside is None:
        yield path, value
        return
    for key, item in inside:
        yield from leaves(item, (*path, key))


def find(value: Any, path: tuple) -> Any:
    for key in path:
        value = dict(children(value) or ())[key]
    return value


def moved(value: Any, path: tuple, index: tuple, step: float) -> Any:
    """A deep copy of a value in which one entry of the leaf at `path` is moved by `step`."""
    if not path:
        if isinstance(value, np.ndarray):
            result = value.copy()
            result[index] += step
            return result
        return type(value)(value + step)
    result = copy.deepcopy(value)
    parents = [result]
    for key in path:
        parents.append(dict(children(parents[-1]) or ())[key])
    item = moved(parents.pop(), (), index, step)
    for key, parent in zip(reversed(path), reversed(parents), strict=True):
        item = replaced(parent, key, item)
    return item


def replaced(container: Any, key: Any, item: Any) -> Any:
    if isinstance(container, tuple):
        items = [item if i == key else old for i, old in enumerate(container)]
        return type(container)._make(items) if hasattr(container, "_fields") else type(container)(items)
    if isinstance(container, (list, dict, deque)):
        container[key] = item
    else:
        object.__setattr__(container, key, item)
    return container


# ---- evaluations ----


def copies(args: tuple) -> tuple:
    """Independent copies, argument by argument: an array passed twice becomes two arrays."""
    return tuple(copy.deepcopy(arg) for arg in args)


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield text


@dataclasses.dataclass
class Run:
    """One call: the result or the exception, the arguments afterwards, the output, and what `observe` sees."""

    result: Any
    error: BaseException | None
    args: tuple
    output: str
    seen: Any


def run(program: Program, function: Callable[..., Any], args: tuple) -> Run:
    """Call `function` with exactly these arguments, from the same outer state each time."""
    if program.reset:
        program.reset()
    np.random.seed(12345)
    error, result = None, None
    with quiet() as text:
        try:
            result = function(*args, **program.kwargs)
        except Exception as caught:
            error = caught
    return Run(result, error, args, text.getvalue(), copy.deepcopy(program.observe()) if program.observe else None)


def differences(program: Program, number: int, path: tuple, leaf: Any, step: float | None = None) -> np.ndarray:
    """Fourth-order central differences of a program for every entry of one leaf of one argument."""
    step = step or program.step
    found = np.zeros(np.shape(leaf))
    for index in np.ndindex(found.shape):
        total = 0.0
        for shift, weight in STENCIL:
            args = list(copies(program.make_args()))
            args[number] = moved(as_float64(args[number]), path, index, shift * step)
            called = run(program, program.function, tuple(args))
            if called.error is not None:
                raise called.error
            total += weight * float(called.result)
        found[index] = total / step
    return found


def as_float64(value: Any) -> Any:
    """A float32 argument at the top, as float64, so that differences can be trusted; anything else as it is."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype in (np.float32, np.float16):
        return value.astype(np.float64)
    return value


# ---- comparisons ----


def same(a: Any, b: Any, what: str, rtol: float = 1e-12) -> None:
    """Raise `Mismatch` unless two values have the same structure, types and shapes, and equal leaves."""
    if type(a) is not type(b) and not (isinstance(a, (float, np.floating)) and isinstance(b, (float, np.floating))):
        raise Mismatch(f"{what} is of type {type(b).__name__}, not {type(a).__name__}")
    first, second = list(leaves(a)), list(leaves(b))
    if [path for path, _ in first] != [path for path, _ in second]:
        raise Mismatch(f"{what} has another structure: {b!r}, not {a!r}")
    for (path, x), (_, y) in zip(first, second, strict=True):
        if isinstance(x, (np.ndarray, np.generic)):
            if not isinstance(y, (np.ndarray, np.generic)) or x.shape != y.shape or x.dtype != y.dtype:
                raise Mismatch(f"{what}{list(path) or ''} is {y!r}, not {x!r}")
        if is_float(x):
            if not is_float(y) or not np.allclose(x, y, rtol=rtol, atol=rtol, equal_nan=True):
                raise Mismatch(f"{what}{list(path) or ''} is {y!r}, not {x!r}")
        elif isinstance(x, np.ndarray):
            if not np.array_equal(x, y):
                raise Mismatch(f"{what}{list(path) or ''} is {y!r}, not {x!r}")
        elif isinstance(x, (int, str, bytes, bool, type(None))) and x != y:
            raise Mismatch(f"{what}{list(path) or ''} is {y!r}, not {x!r}")


def compare_gradient(
    argument: Any, gradient: Any, oracle: Callable[[tuple, Any], np.ndarray], tolerance: float
) -> None:
    """Raise `Mismatch` unless a gradient has its argument's structure, shapes and dtypes, and the oracle's values."""
    if children(argument) is not None and type(gradient) is not type(argument):
        raise Mismatch(
            f"the gradient is of type {type(gradient).__name__}, not {type(argument).__name__}: {gradient!r}"
        )
    for path, leaf in leaves(argument):
        if not is_float(leaf):
            continue
        try:
            found = find(gradient, path)
        except (KeyError, TypeError) as error:
            raise Mismatch(f"the gradient has no part {list(path)}: {gradient!r}") from error
        where = f"gradient{list(path) or ''}"
        if isinstance(leaf, np.ndarray):
            if not isinstance(found, np.ndarray) or found.shape != leaf.shape or found.dtype != leaf.dtype:
                raise Mismatch(f"{where} is not a {leaf.dtype} array of shape {leaf.shape}: {found!r}")
            if np.shares_memory(found, leaf):
                raise Mismatch(f"{where} shares memory with the argument")
        elif isinstance(leaf, np.floating):
            if not isinstance(found, np.floating) or found.dtype != leaf.dtype:
                raise Mismatch(f"{where} is not a {leaf.dtype}: {found!r}")
        elif not isinstance(found, float):
            raise Mismatch(f"{where} is not a float: {found!r}")
        exact = np.asarray(oracle(path, leaf), dtype=float)
        scale = max(1.0, float(np.max(np.abs(exact[np.isfinite(exact)]), initial=0.0)))
        if not np.allclose(
            np.asarray(found, dtype=float), exact, rtol=tolerance, atol=tolerance * scale, equal_nan=True
        ):
            raise Mismatch(f"{where} is {np.asarray(found)}, not {exact}")


# ---- one program ----


def outcome(program: Program) -> Outcome:
    """Run a program and what srcgrad makes of it, and compare everything that can be compared."""
    import srcgrad
    from srcgrad.core.errors import SrcgradError

    args = program.make_args()
    plain = run(program, program.function, copies(args))
    if plain.error is not None and not (program.raises and isinstance(plain.error, program.raises)):
        return Outcome("bad program", f"{type(plain.error).__name__}: {plain.error}")
    try:
        both = run(program, srcgrad.value_and_grad(program.function, program.argnums), copies(args))
        only = run(program, srcgrad.grad(program.function, program.argnums), copies(args))
        again = run(program, srcgrad.grad(program.function, program.argnums), copies(args))
    except SrcgradError as error:
        return Outcome("refused", first_line(error))
    except Exception as error:
        return Outcome("internal error", f"{type(error).__name__}: {first_line(error)}")
    for called in (both, only, again):
        if isinstance(called.error, SrcgradError):
            return Outcome("refused", first_line(called.error))
        if program.raises is None and called.error is not None:
            return Outcome("internal error", f"{type(called.error).__name__}: {first_line(called.error)}")
    try:
        compare_runs(program, plain, both, only, again)
    except Mismatch as difference:
        return Outcome("WRONG", first_line(difference))
    return Outcome("right")


def forward_outcome(program: Program, seed: int = 3) -> Outcome:
    """Compare the tangent of a program along a random direction with its gradient, and everything else with a plain call."""
    import srcgrad
    from srcgrad.core.errors import SrcgradError

    function = functools.partial(program.function, **program.kwargs) if program.kwargs else program.function
    plain = run(program, program.function, copies(program.make_args()))
    random = np.random.default_rng(seed)
    args = copies(program.make_args())
    tangents = [drawn(arg, random) if i in program.numbers else None for i, arg in enumerate(args)]
    given = copy.deepcopy(tangents)
    try:
        called = run(program, lambda *args, **kwargs: srcgrad.jvp(function, args, tangents), args)
        reverse = run(program, srcgrad.grad(program.function, program.numbers), copies(program.make_args()))
        if isinstance(called.error, SrcgradError):
            return Outcome("refused", first_line(called.error))
        if program.raises is not None:
            same_error(plain.error, called.error)
            return Outcome("right")
        if called.error is not None:
            return Outcome("internal error", f"{type(called.error).__name__}: {first_line(called.error)}")
        value, y_dot = called.result
        same(plain.result, value, "the value")
        same(plain.args, called.args, "after jvp, the arguments")
        same(given, tangents, "after jvp, the tangents")
        if called.output != plain.output:
            raise Mismatch(f"jvp prints {called.output!r}, not {plain.output!r}")
        same(plain.seen, called.seen, "after jvp, the outer state")
        if type(y_dot) is not type(value) and not (is_float(y_dot) and is_float(value)):
            raise Mismatch(f"the tangent is of type {type(y_dot).__name__}, not {type(value).__name__}")
        pairs = [
            (rt.ravel(g)[0], rt.ravel(tangents[n])[0]) for n, g in zip(program.numbers, reverse.result, strict=True)
        ]
        expected = float(sum(np.sum(g * dot) for g, dot in pairs))
        scale = 1.0 + float(sum(np.sum(np.abs(g * dot)) for g, dot in pairs))
        single = any(g.dtype.itemsize < 8 for g, _ in pairs)
        tolerance = max(1e-4 if single else 1e-9, program.tolerance if program.tolerance > 1e-6 else 0.0)
        if not np.allclose(float(y_dot), expected, rtol=tolerance, atol=tolerance * min(scale, 1e300), equal_nan=True):
            raise Mismatch(f"the tangent is {float(y_dot)}, and the gradient times the direction {expected}")
    except Mismatch as difference:
        return Outcome("WRONG", first_line(difference))
    return Outcome("right")


def drawn(value: Any, random: np.random.Generator) -> Any:
    """A random tangent: the structure of a value, with normal deviates in the places of its floats."""
    vector, unravel = rt.ravel(value)
    return unravel(random.normal(size=vector.shape))


def same_error(expected: BaseException | None, found: BaseException | None) -> None:
    if type(found) is not type(expected) or str(found) != str(expected):
        raise Mismatch(f"raises {found!r}, not {expected!r}")


def self_check(program: Program) -> Outcome:
    """Whether a program runs, changes nothing but what it should, and has differences that can be trusted."""
    plain = run(program, program.function, copies(program.make_args()))
    if plain.error is not None:
        expected = program.raises is not None and isinstance(plain.error, program.raises)
        return Outcome("right" if expected else "bad program", f"{type(plain.error).__name__}: {plain.error}")
    if program.raises is not None or not is_float(plain.result) or np.shape(plain.result) != ():
        return Outcome("bad program", f"the result is {plain.result!r}")
    again = run(program, program.function, copies(program.make_args()))
    try:
        same(plain.result, again.result, "the second result")
        for number in program.numbers:
            argument = program.make_args()[number]
            for path, leaf in leaves(argument):
                if not is_float(leaf):
                    continue
                if program.expected is not None and number == program.numbers[0]:
                    continue
                coarse, fine = (
                    differences(program, number, path, leaf, step) for step in (program.step, program.step / 3)
                )
                same(fine, coarse, "the coarser difference", rtol=program.tolerance / 10)
    except Mismatch as difference:
        return Outcome("bad program", first_line(difference))
    return Outcome("right")


def compare_runs(program: Program, plain: Run, both: Run, only: Run, again: Run) -> None:
    if program.raises is not None:
        for called in (both, only):
            if type(called.error) is not type(plain.error) or str(called.error) != str(plain.error):
                raise Mismatch(f"raises {called.error!r}, not {plain.error!r}")
        return
    value, gradients = both.result
    same(plain.result, value, "the value")
    for called, what in ((both, "value_and_grad"), (only, "grad"), (again, "the second call")):
        same(plain.args, called.args, f"after {what}, the arguments")
        if called.output != plain.output:
            raise Mismatch(f"{what} prints {called.output!r}, not {plain.output!r}")
        same(plain.seen, called.seen, f"after {what}, the outer state")
    fresh = program.make_args()
    if isinstance(program.argnums, int):
        sets = [(gradients,), (only.result,), (again.result,)]
    else:
        sets = [gradients, only.result, again.result]
    for place, number in enumerate(program.numbers):
        known: dict[tuple, np.ndarray] = {}

        def oracle(path: tuple, leaf: Any, number: int = number, known: dict = known) -> np.ndarray:
            if path not in known:
                if program.expected is not None and number == program.numbers[0]:
                    known[path] = find(program.expected(*program.make_args()), path)
                else:
                    known[path] = differences(program, number, path, leaf)
            return known[path]

        for found in sets:
            compare_gradient(fresh[number], found[place], oracle, program.tolerance)


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0][:300]


class _TooLong(BaseException):
    """Not an Exception: neither a program nor `run` shall catch it."""


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Interrupt what takes too much processor time, where the platform and the thread allow it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except _TooLong:
        raise TimeoutError(f"more than {seconds} s") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
