"""`python -m tests.kernels [NAME ...]`: how long each kernel takes, and how many times longer its gradient does."""

from __future__ import annotations

import argparse
import copy
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.programs import compare

from . import registry

GOAL = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kernels", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=0.3, help="time spent on each measurement")
    parser.add_argument("--self", action="store_true", help="check the kernels and their differences, not srcgrad")
    parser.add_argument("--source", action="store_true", help="print the emitted programs, too")
    options = parser.parse_args()
    kernels = [k for k in registry.load() if not options.names or k.name in options.names]
    if options.self:
        outcomes = [(k.name, compare.self_check(k.program)) for k in kernels]
        for name, outcome in outcomes:
            print(f"{name:<28} {outcome.verdict} {outcome.detail}")
        return int(any(outcome.verdict != "right" for _, outcome in outcomes))
    return time_all(kernels, options.seconds, options.source)


def time_all(kernels: list[registry.Kernel], seconds: float, show: bool) -> int:
    import srcgrad

    print(f"{'kernel':<28} {'program':>10} {'gradient':>10} {'ratio':>7}   (goal: {GOAL:g})")
    ratios = []
    bad = 0
    for kernel in kernels:
        outcome = compare.outcome(kernel.program)
        if outcome.verdict != "right":
            bad += 1
            print(f"{kernel.name:<28} {outcome.verdict}: {outcome.detail}")
            continue
        gradient = srcgrad.grad(kernel.function, kernel.argnums)
        plain = seconds_of(kernel.function, kernel.large(), seconds)
        adjoint = seconds_of(gradient, kernel.large(), seconds)
        ratios.append(adjoint / plain)
        mark = "" if ratios[-1] <= GOAL else "  above the goal"
        print(f"{kernel.name:<28} {plain * 1e3:>7.2f} ms {adjoint * 1e3:>7.2f} ms {ratios[-1]:>7.2f}{mark}", flush=True)
        if show and hasattr(gradient, "source"):
            print(gradient.source)
    if ratios:
        print(
            f"median {statistics.median(ratios):.2f}, largest {max(ratios):.2f}, of {len(ratios)} kernels; {bad} failed"
        )
    return int(bad > 0)


def seconds_of(function: Callable[..., Any], args: tuple, seconds: float) -> float:
    """The least processor time of one call, among as many calls as fit into the time given (at least three)."""
    function(*copy.deepcopy(args))
    best, stop, calls = float("inf"), time.process_time() + seconds, 0
    while calls < 3 or time.process_time() < stop:
        fresh = copy.deepcopy(args)
        start = time.process_time()
        function(*fresh)
        best = min(best, time.process_time() - start)
        calls += 1
    return best


if __name__ == "__main__":
    sys.exit(main())
