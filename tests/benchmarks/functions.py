"""Function by function against HIPS/autograd: `python -m tests.benchmarks.functions > docs/coverage.md`.

Every differentiable function of the modules below is called as the tables of rules call it in their tests, in both libraries. A function
counts as covered if the gradient of that call agrees with finite differences. The calls are made larger for timing where they can be; the
times are ratios of the gradient of `sum(weights * function(x))` to that function itself, minima of side-by-side rounds.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import srcgrad
from srcgrad import rules
from srcgrad.emit import load
from srcgrad.rules import catalogue
from tests.rules import harness

from . import timing

MODULES = (
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "scipy.special",
    "scipy.linalg",
    "scipy.signal",
    "scipy.integrate",
    "scipy.stats",
)
TOLERANCE = 1e-4  # relative error up to which a gradient counts as right, in double precision
LARGER = 12  # how many times each extent of a call is made larger for timing
DIRECTIONS = 3


class Larger(harness.Draw):
    """Draws arrays whose every extent is larger, so that those that belong together still do."""

    def __call__(self, *shape):
        return super().__call__(*_scaled(shape))

    def positive(self, *shape):
        return super().positive(*_scaled(shape))

    def uniform(self, low, high, *shape):
        return super().uniform(low, high, *_scaled(shape))

    def distinct(self, *shape):
        return super().distinct(*_scaled(shape)) / LARGER

    def spd(self, n, *batch):
        return super().spd(LARGER * n, *batch)


def _scaled(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(LARGER * n if n > 1 else n for n in shape)


@dataclass
class Result:
    """What one library makes of one function: the worst relative error (None: not covered) and the ratio of the times."""

    error: float | None = None
    ratio: float | None = None
    tolerance: float = TOLERANCE


@dataclass
class Row:
    name: str
    srcgrad: Result = field(default_factory=Result)
    autograd: Result = field(default_factory=Result)


def functions() -> Iterator[tuple[str, Any]]:
    """The public name and the function of everything differentiable; the distributions by their log densities."""
    for name, found in catalogue.modules():
        for short, function in found.items() if name in MODULES else ():
            kept = name != "scipy.stats" or short.endswith(("logpdf", "logpmf"))
            if kept and catalogue.kind_of(function) == "differentiable":
                yield f"{name}.{short}", function


def calls(function: Any, draw: harness.Draw) -> Iterator[tuple[tuple, dict]]:
    """The calls that the table makes of a function, real floating arrays first among their arguments."""
    found = rules.lookup(function) or rules.written(function)
    assert found is not None
    if isinstance(found, rules.Rule) and found.is_elementwise:
        large = isinstance(draw, Larger)
        yield tuple(draw.uniform(*interval, 100 if large else 3) for interval in found.domain), {}
        return
    assert found.cases is not None
    yield from found.cases(draw)


def position(args: tuple) -> int | None:
    """Which argument is differentiated: the first real floating array, or number."""
    for test in (lambda a: isinstance(a, np.ndarray), lambda a: isinstance(a, float)):
        for i, a in enumerate(args):
            if test(a) and np.asarray(a).dtype.kind == "f" and np.size(a):
                return i
    return None


def first_real(y: Any) -> Any:
    """The first floating part of a result, by a path of positions, and that path as text."""
    path = ""
    while isinstance(y, (tuple, list)):
        index = next((i for i, item in enumerate(y) if harness.floating(item)), None)
        if index is None:
            return None, ""
        path, y = f"{path}[{index}]", y[index]
    return (y, path) if harness.floating(y) and np.size(y) else (None, "")


def scalar(function: Callable[..., Any], args: tuple, kwargs: dict, at: int, y: Any, path: str, numpy: Any) -> Any:
    """`sum(weights * function(..., x, ...))` as a function of x, written for this call; complex results by both parts."""
    draw = np.random.default_rng(0)
    weights = draw.uniform(0.5, 1.5, np.shape(y))
    result = f"np.sum(weights * function({', '.join('x' if i == at else f'a{i}' for i in range(len(args)))}, **kwargs){path})"
    if np.iscomplexobj(y):
        result = result.replace("np.sum(weights * ", "np.sum(np.real(weights * ") + ")"
    space = {f"a{i}": a for i, a in enumerate(args)}
    given = "".join(f", {name}={name}" for name in kwargs)
    result = result.replace(", **kwargs", given)
    return load.load(
        f"def f(x):\n    return {result}\n",
        "f",
        {**space, **kwargs, "np": numpy, "function": function, "weights": weights},
    )


def worst_error(f: Callable[[Any], Any], gradient: Any, x: Any, precision: float) -> float:
    """The relative error of a gradient along random directions, against differences of fourth order.

    Results of lower precision are taken with wider steps.
    """
    draw, worst = np.random.default_rng(1), 0.0
    for _ in range(DIRECTIONS):
        direction = draw.standard_normal(np.shape(x))
        size = float(np.sqrt(np.mean(direction**2))) or 1.0
        step = (2e-4 if precision < 1e-12 else 0.05 if precision < 1e-5 else 0.3) / size
        near, far = (f(x + k * step * direction) - f(x - k * step * direction) for k in (1, 2))
        slope = float((8 * near - far) / (12 * step))
        found = float(np.sum(gradient * direction))
        scale = max(abs(slope), abs(found), 1e-3 * float(np.linalg.norm(np.ravel(gradient))) * size, 1e-8)
        worst = max(worst, abs(found - slope) / scale)
    return worst if np.isfinite(worst) else np.inf


def libraries(name: str, function: Any) -> dict[str, tuple[Any, Any, Callable[[Any], Any]]]:
    """For each library its NumPy, its version of the function (None: there is none) and its way to a gradient."""
    import autograd
    import autograd.numpy as anp

    module, _, short = name.rpartition(".")
    if name.startswith("scipy.stats."):
        module, short = "scipy.stats", name.removeprefix("scipy.stats.")
    found = None
    try:
        found = importlib.import_module(f"autograd.{module}")
        for part in short.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        found = None
    return {"srcgrad": (np, function, srcgrad.grad), "autograd": (anp, found, autograd.grad)}


def measure(name: str, function: Any, seconds: float) -> Row:
    """One row: both libraries on the first call of the table that has a real array to differentiate."""
    row = Row(name)
    small = usable(function, harness.Draw(name))
    if small is None:
        return row
    args, kwargs, at, y, path = small
    large = usable(function, Larger(name)) or small
    for library, (numpy, own, grad) in libraries(name, function).items():
        if own is None:
            continue
        result: Result = getattr(row, library)
        try:
            plain = scalar(function, args, kwargs, at, y, path, np)
            error = worst_error(
                plain,
                grad(scalar(own, args, kwargs, at, y, path, numpy))(args[at]),
                args[at],
                harness.least_precision(y),
            )
        except Exception:  # there is no gradient here
            continue
        result.error = error
        result.tolerance = max(TOLERANCE, 30 * harness.least_precision(y))
        if not is_right(result) or not seconds:
            continue
        for case in (large, small):
            try:
                bound = scalar(own, *case[:3], *case[3:], numpy)
                plain, gradient, x = scalar(function, *case[:3], *case[3:], np), grad(bound), case[0][case[2]]
                times = timing.side_by_side(
                    {"plain": lambda p=plain, x=x: p(x), "grad": lambda g=gradient, x=x: g(x)}, 5, seconds
                )
            except Exception:
                continue
            result.ratio = times["grad"].best / times["plain"].best
            break
    return row


def usable(function: Any, draw: harness.Draw) -> tuple[tuple, dict, int, Any, str] | None:
    """The first call with something real to differentiate: arguments, which of them, the part of the result and its path."""
    try:
        for args, kwargs in calls(function, draw):
            at = position(args)
            if at is None or any(callable(a) or isinstance(a, list) for a in args):
                continue
            y, path = first_real(function(*args, **kwargs))
            if y is not None and np.all(np.isfinite(args[at])) and np.all(np.isfinite(y)):
                return args, kwargs, at, y, path
    except Exception:  # larger arguments may not fit together
        return None
    return None


def document(rows: Sequence[Row], timed: bool) -> str:
    """The table of the documentation, with a summary."""
    covered = {lib: [r for r in rows if is_right(getattr(r, lib))] for lib in ("srcgrad", "autograd")}
    both = [r for r in rows if r in covered["srcgrad"] and r in covered["autograd"]]
    wrong = [r for r in rows if r.autograd.error is not None and not is_right(r.autograd)]
    lines = [HEAD, ""]
    lines.append(
        f"- functions compared: {len(rows)}; right in srcgrad: {len(covered['srcgrad'])}, in autograd: {len(covered['autograd'])}"
    )
    if wrong:
        lines.append(
            f"- autograd has a gradient, but another one than finite differences: {', '.join(f'`{r.name}`' for r in wrong)}"
        )
    timed_both = [r for r in both if r.srcgrad.ratio and r.autograd.ratio]
    if timed and timed_both:
        medians = [
            f"{np.median([getattr(r, lib).ratio for r in timed_both]):.1f} in {lib}" for lib in ("srcgrad", "autograd")
        ]
        lines.append(
            f"- median time of a gradient over that of its function, where both have one: {', '.join(medians)}"
        )
    lines += ["", "| function | srcgrad: error | time | autograd: error | time |", "|---|---|---|---|---|"]
    for r in rows:
        cells = [
            cell
            for lib in (r.srcgrad, r.autograd)
            for cell in (shown_error(lib), f"{lib.ratio:.1f}" if lib.ratio else "")
        ]
        lines.append(f"| {r.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def is_right(result: Result) -> bool:
    return result.error is not None and result.error <= result.tolerance


def shown_error(result: Result) -> str:
    if result.error is None:
        return "no"
    return f"{result.error:.0e}" if is_right(result) else "wrong"


HEAD = """# Coverage

srcgrad against HIPS/autograd, function by function, made by `python -m tests.benchmarks.functions`. Each function is called as the tests of
its rule call it, and differentiated with respect to its first floating array. *error* is the largest relative error against finite
differences along random directions ("no": there is no gradient; "wrong": the error is above 1e-4), *time* the gradient over the function
itself, which for short calls is mostly the cost of the call. Where a function reads one triangle of a symmetric matrix, so do the differences."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=0.05, help="for each function and library; 0 leaves the times out"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="functions with this in their name")
    options = parser.parse_args(argv)
    np.seterr(all="ignore")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [measure(n, f, options.seconds) for n, f in functions() if options.only in n]
    print(document([r for r in rows if r.srcgrad.error is not None], options.seconds > 0), end="")
    return 0 if all(is_right(r.srcgrad) for r in rows if r.srcgrad.error is not None) else 1


if __name__ == "__main__":
    sys.exit(main())
