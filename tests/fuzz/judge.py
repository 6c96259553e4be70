"""One source text judged: its gradient along random directions against finite differences."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import linecache
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tests.programs import compare
from tests.programs.compare import Mismatch, Outcome
from tests.programs.registry import Draw, Program

from . import programs

STEPS = (1e-3, 3e-4)
LARGEST = 1e4
TOLERANCE = 1e-6
_numbers = itertools.count()
_folder: list[tempfile.TemporaryDirectory] = []


def load(source: str) -> ModuleType:
    """Import a source text from a file of its own, so that its lines can be found."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="fuzz"))
    name = f"fuzzed_{next(_numbers)}"
    path = Path(_folder[0].name) / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def unload(module: ModuleType) -> None:
    sys.modules.pop(module.__name__, None)
    linecache.cache.pop(str(module.__file__), None)
    Path(str(module.__file__)).unlink(missing_ok=True)


def make_args(draw: Draw) -> tuple:
    return draw.vec(4) * 0.7, draw.vec(3, 4) * 0.7, draw.num(-1.0, 1.0)


def make_single_args(draw: Draw) -> tuple:
    """The arrays in single precision."""
    x, a, s = make_args(draw)
    return x.astype(np.float32), a.astype(np.float32), s


def judge_number(seed: int, level: int) -> tuple[str, str]:
    """Verdict and detail for the program of a number; here, as workers cannot import what stands in `__main__`."""
    outcome = judge(programs.write(seed, level), seed)
    return outcome.verdict, outcome.detail


def judge(source: str, seed: int, seconds: int = 20) -> Outcome:
    """The outcome for one program; "skipped" where the program fails by itself, or differences cannot be trusted.

    The number of the program decides which arguments are differentiated, whether by `grad` or by `value_and_grad`, and
    (for one in ten) that the arrays are of single precision.
    """
    try:
        module = load(source)
    except Exception as error:
        return Outcome("skipped", f"{type(error).__name__}: {error}")
    if not hasattr(module, "f"):
        return Outcome("skipped", "there is no function f")
    argnums = [(0, 1, 2), (0,), (1,), (2,), (0, 2), (1, 0)][seed % 6]
    make = make_single_args if seed % 10 == 7 else make_args
    program = Program("f", "fuzz", module.f, make, argnums, seed=seed)
    try:
        with compare.time_limit(seconds):
            outcome = _judge(program, with_value=seed // 6 % 2 == 0)
            if outcome.verdict == "WRONG" and not _is_stored_right(source, program):
                return Outcome("skipped", "NumPy stores what overlaps in a wrong order")
            if outcome.verdict == "WRONG" and reads_what_nothing_filled(source, program):
                return Outcome("skipped", "the program reads memory that nothing has filled")
            if outcome.verdict == "WRONG" and ": nan, not" in outcome.detail and not _stays_finite(program):
                return Outcome("skipped", "numbers overflow on the way to a result that does not depend on them")
            return outcome
    except TimeoutError as error:
        return Outcome("internal error", f"TimeoutError: {error}")
    finally:
        unload(module)


def _judge(program: Program, with_value: bool) -> Outcome:
    import srcgrad
    from srcgrad.core.errors import SrcgradError

    args = program.make_args()
    plain = compare.run(program, program.function, compare.copies(args))
    if plain.error is not None:
        return Outcome("skipped", f"{type(plain.error).__name__}: {plain.error}")
    if not compare.is_float(plain.result) or np.shape(plain.result) != () or not abs(plain.result) < LARGEST:
        return Outcome("skipped", "the result is not a moderate number")
    left = max((np.max(np.abs(a), initial=0.0) for a in plain.args), default=0.0)
    if not left < 1e12 * max(1.0, abs(plain.result)):
        return Outcome("skipped", "numbers so large on the way that the result is a rounding error")
    known = _differences(program)
    if known is None:
        return Outcome("skipped", "differences cannot be trusted")
    try:
        gradient = (srcgrad.value_and_grad if with_value else srcgrad.grad)(program.function, program.argnums)
        calls = [compare.run(program, gradient, compare.copies(args)) for _ in range(2)]
    except SrcgradError as error:
        return Outcome("refused", compare.first_line(error))
    except Exception as error:
        return Outcome("internal error", f"{type(error).__name__}: {compare.first_line(error)}")
    for called in calls:
        if isinstance(called.error, SrcgradError):
            return Outcome("refused", compare.first_line(called.error))
        if called.error is not None:
            return Outcome("internal error", f"{type(called.error).__name__}: {compare.first_line(called.error)}")
    try:
        for called, what in zip(calls, ("the first call", "the second call"), strict=True):
            compare.same(plain.args, called.args, f"after {what}, the arguments", rtol=_tolerance(program, 1e-9))
            value, gradients = called.result if with_value else (plain.result, called.result)
            compare.same(plain.result, value, "the value", rtol=_tolerance(program, 1e-9))
            _compare(program, gradients, known, what)
            _owned(gradients, called.args)
    except Mismatch as difference:
        if _on_a_kink(program):
            return Outcome("skipped", "the function has a kink at its arguments")
        return Outcome("WRONG", compare.first_line(difference))
    return Outcome("right")


class _Copies(ast.NodeTransformer):
    """What is stored is copied first, which is what a store means whether or not the two sides overlap."""

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if any(isinstance(target, ast.Subscript) for target in node.targets):
            node.value = _copied(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        if ast.unparse(node.func) == "np.fill_diagonal" and len(node.args) == 2:
            node.args[1] = _copied(node.args[1])
        return node


def _copied(value: ast.expr) -> ast.expr:
    return ast.parse(f"deepcopy({ast.unparse(value)})", mode="eval").body


def _is_stored_right(source: str, program: Program) -> bool:
    """Whether NumPy itself gives what the program means: `a[1, 1:] = a[:, 3]` and `np.fill_diagonal(a, a[:, 0])`
    read entries that they have just written (NumPy 2.4, sides that overlap with different strides)."""
    text = ast.unparse(ast.fix_missing_locations(_Copies().visit(ast.parse(source))))
    module = load("from copy import deepcopy\n" + text)
    try:
        meant, given = (
            compare.run(program, f, compare.copies(program.make_args())) for f in (module.f, program.function)
        )
    finally:
        unload(module)
    return meant.error is None and meant.result == given.result


class _Filled(ast.NodeTransformer):
    """New memory has a number in it."""

    def __init__(self, number: float):
        self.number = number

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("empty", "empty_like"):
            ones = "ones" if node.func.attr == "empty" else "ones_like"
            text = f"np.{ones}({', '.join(map(ast.unparse, [*node.args, *node.keywords]))}) * {self.number}"
            return ast.parse(f"({text})", mode="eval").body  # type: ignore[return-value]
        return node


def reads_what_nothing_filled(source: str, program: Program) -> bool:
    """Whether what is in the memory that `np.empty` gives matters."""
    found = []
    for number in (0.37, -1.9):
        text = ast.unparse(ast.fix_missing_locations(_Filled(number).visit(ast.parse(source))))
        module = load(text)
        try:
            args = compare.copies(program.make_args())
            called = compare.run(program, module.f, args)
            found.append((repr(called.error), called.result, *map(np.sum, called.args)))
        finally:
            unload(module)
    return found[0] != found[1]


def _stays_finite(program: Program) -> bool:
    """Whether nothing overflows and nothing is undefined while the program runs: nought times infinity is no nought."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        called = compare.run(program, program.function, compare.copies(program.make_args()))
    return called.error is None


def _tolerance(program: Program, double: float) -> float:
    return double if program.args is make_args else 2e-3


# ---- differences ----


def _directions(program: Program) -> list[dict[int, Any]]:
    """For each argument, two random directions."""
    draw = np.random.default_rng(program.seed + 1)
    args = program.make_args()
    return [
        {n: draw.choice([-1.0, 1.0], np.shape(args[n])) * draw.uniform(0.5, 1, np.shape(args[n]))}
        for n in program.numbers
        for _ in range(2)
    ]


def _differences(program: Program) -> list[tuple[dict[int, Any], float]] | None:
    """The derivative along each direction, or None if two step sizes disagree or anything fails.

    For arrays in single precision, the differences are those in double precision; a program that takes another way then
    is not to be trusted.
    """
    known = []
    exact = _moved(program, {}, 0.0)
    plain = compare.run(program, program.function, compare.copies(program.make_args())).result
    if exact is None or abs(exact - plain) > _tolerance(program, 1e-9) * max(1.0, abs(exact)):
        return None
    for direction in _directions(program):
        found = [_difference(program, direction, step) for step in STEPS]
        if None in found or not np.all(np.isfinite(found)) or abs(found[0]) > LARGEST:
            return None
        if abs(found[0] - found[1]) > 1e-7 * max(1.0, abs(found[0])):
            return None
        known.append((direction, found[1]))
    return known


def _difference(program: Program, direction: dict[int, Any], step: float) -> float | None:
    total = 0.0
    for shift, weight in compare.STENCIL:
        result = _moved(program, direction, shift * step)
        if result is None:
            return None
        total += weight * result
    return total / step


def _moved(program: Program, direction: dict[int, Any], step: float) -> float | None:
    """The result in double precision where the arguments are moved along a direction."""
    args = [compare.as_float64(arg) for arg in compare.copies(program.make_args())]
    for number, d in direction.items():
        args[number] = args[number] + step * (d if np.ndim(d) else float(d))
    called = compare.run(program, program.function, tuple(args))
    if called.error is not None or not compare.is_float(called.result):
        return None
    return float(called.result)


def _on_a_kink(program: Program) -> bool:
    """Whether the slopes on both sides of the arguments differ along some direction, or cannot be had."""
    for direction in _directions(program):
        here = _moved(program, direction, 0.0)
        sides = []
        for step in (1e-5, -1e-5):
            near, far = (_moved(program, direction, k * step) for k in (1, 2))
            if here is None or near is None or far is None:
                return True
            sides.append((4 * near - far - 3 * here) / (2 * step))
        if not abs(sides[0] - sides[1]) < 1e-4 * max(1.0, *map(abs, sides)):
            return True
    return False


# ---- comparisons ----


def _compare(program: Program, gradients: tuple, known: list[tuple[dict[int, Any], float]], what: str) -> None:
    args = program.make_args()
    if not isinstance(gradients, tuple) or len(gradients) != len(program.numbers):
        raise Mismatch(f"{what} gives {gradients!r} for argnums {program.numbers}")
    for number, gradient in zip(program.numbers, gradients, strict=True):
        arg = args[number]
        if np.shape(gradient) != np.shape(arg):
            raise Mismatch(f"{what}: the gradient of argument {number} has shape {np.shape(gradient)}")
        if isinstance(gradient, np.ndarray) is not isinstance(arg, np.ndarray) or (
            isinstance(arg, np.ndarray) and gradient.dtype != arg.dtype
        ):
            raise Mismatch(f"{what}: the gradient of argument {number} is {gradient!r}")
    tolerance = _tolerance(program, TOLERANCE)
    for direction, exact in known:
        (number,) = direction
        found = float(np.sum(gradients[program.numbers.index(number)] * direction[number]))
        if not abs(found - exact) <= tolerance * max(1.0, abs(exact)):
            raise Mismatch(f"{what}: along a direction of argument {number}: {found!r}, not {exact!r}")


def _owned(gradients: tuple, args: tuple) -> None:
    """No gradient shares memory with an argument or with another gradient."""
    arrays = [g for g in gradients if isinstance(g, np.ndarray)]
    others = arrays + [a for a in args if isinstance(a, np.ndarray)]
    for i, gradient in enumerate(arrays):
        for other in others[i + 1 :]:
            if np.shares_memory(gradient, other):
                raise Mismatch("a gradient shares memory with an argument or with another gradient")
        if not gradient.flags.writeable:
            raise Mismatch("a gradient is read-only")


def size(source: str) -> int:
    """What shrinking makes smaller: the number of nodes of the syntax tree."""
    return sum(1 for _ in ast.walk(ast.parse(source)))
