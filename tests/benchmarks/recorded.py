"""Programs that have no straight adjoint, recorded here, beside HIPS/autograd, which records each call: `python -m tests.benchmarks.recorded`.

Every case first proves that the gradient is recorded and that both agree, then times them in turns by the processor's clock.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import srcgrad

from . import models, timing


def scalar_loop(x):
    last = {}
    total = 0.0
    for i in range(len(x)):
        last["v"] = x[i] * 2.0
        total = total + np.sin(last["v"]) * x[i]
    return total


def small_arrays(x):
    y = x
    last = {}
    for _ in range(300):
        last["v"] = y * 2.0
        y = np.sin(last["v"]) + x
    return np.sum(y)


CASES: dict[str, tuple[Callable[..., Any], int]] = {  # a function of one array, and the size of that
    "scalar loop, 300 elements": (scalar_loop, 300),
    "300 steps with arrays of 10": (small_arrays, 10),
}


def measure(name: str, seconds: float) -> dict[str, timing.Timing]:
    """Time the gradients of a case in turns."""
    function, size = CASES[name]
    x = np.linspace(0.1, 1.0, size)
    gradient, autograd = srcgrad.grad(function), models.recorded(function)
    found = gradient(x)
    if "recorded because" not in srcgrad.source(gradient).partition("\n")[0]:
        raise SystemExit(f"{name}: the gradient is not recorded")
    programs = {"srcgrad": lambda: gradient(x)}
    if autograd is not None:
        models.agree(found, autograd(x), name)
        programs["autograd"] = lambda: autograd(x)
    return timing.side_by_side(programs, seconds=seconds, clock=time.process_time)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Recorded gradients beside HIPS/autograd.")
    parser.add_argument("--seconds", type=float, default=4.0, metavar="S", help="time to spend on each case")
    options = parser.parse_args(argv)
    for name in CASES:
        timings = measure(name, options.seconds)
        print(name)
        print(timing.table(timings, against="autograd" if "autograd" in timings else "srcgrad"), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
