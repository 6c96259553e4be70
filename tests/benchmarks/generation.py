"""What it costs to generate a gradient, and to call one that is there: `python -m tests.benchmarks.generation`.

Prints a line per measurement with the bound it must keep, and exits with status 1 if one is not kept. The time of
generating is that of the first call less that of a later one, both on the processor, so that others do not count. Each generated gradient is compared with a difference
quotient, so that no time is reported for a wrong program; and it must not be recorded, which is another road.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np

import srcgrad

from . import long_functions, timing


def arguments() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, 8), rng.uniform(0.2, 1, long_functions.WEIGHTS)


def generating(function) -> float:
    """Seconds of the processor to generate the gradient of function(x, w) with respect to x."""
    x, w = arguments()
    gradient = srcgrad.grad(function)
    first = timing.once(lambda: gradient(x, w), process_time)
    later = min(timing.once(lambda: gradient(x, w), process_time) for _ in range(3))
    direction = np.random.default_rng(1).standard_normal(len(x))
    step = 1e-6
    quotient = (function(x + step * direction, w) - function(x - step * direction, w)) / (2 * step)
    if not abs(gradient(x, w) @ direction - quotient) <= 1e-5 * max(1.0, abs(quotient)):
        raise SystemExit(f"the gradient of {function.__module__} is wrong: {gradient(x, w) @ direction} for {quotient}")
    if ", recorded " in gradient.source.partition("\n")[0]:
        raise SystemExit(f"the gradient of {function.__module__} is recorded: {gradient.source.splitlines()[0]}")
    return first - later


def settled(size: int, folder: Path, times: int = 3) -> float:
    """The median over fresh modules of one size; caches of earlier ones cannot help, as each has its own functions."""
    return statistics.median(
        generating(long_functions.module(size, folder, f"long_{size}_{i}").f) for i in range(times)
    )


def short(x, w):
    return np.sum(x) * w[0]


def call_overhead() -> float:
    """Seconds that a call of a gradient takes longer than the emitted function that it ends in; a short one, so that it shows."""
    x, w = arguments()
    gradient = srcgrad.grad(short)
    emitted = gradient.emitted(x, w)
    times = timing.side_by_side({"gradient": lambda: gradient(x, w), "emitted": lambda: emitted(x, w)}, rounds=51)
    return times["gradient"].best - times["emitted"].best


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=1000, metavar="N", help="assignments of the longest function")
    options = parser.parse_args(argv)
    kept = True

    def report(what: str, found: float, bound: float, shown: str, shown_bound: str) -> None:
        nonlocal kept
        kept &= found <= bound
        verdict = "kept" if found <= bound else "NOT KEPT"
        print(f"{what:<44} {shown:>10}   at most {shown_bound:<6} {verdict}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generating(long_functions.module(20, folder, "first").f)  # what is loaded once is loaded now
        short = settled(20, folder, 5)
        report("generating: 20 assignments", short, 0.05, timing.duration(short), "50 ms")
        tenth = settled(options.largest // 10, folder)
        whole = settled(options.largest, folder, 1)
        report(f"generating: {options.largest} assignments", whole, 10.0, timing.duration(whole), "10 s")
        ratio = whole / tenth
        report(f"the same, against {options.largest // 10} assignments", ratio, 15.0, f"{ratio:.1f} x", "15 x")
        overhead = call_overhead()
        report("a later call, beyond the emitted function", overhead, 5e-6, timing.duration(overhead), "5 us")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
