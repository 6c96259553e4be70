"""Whether the memory of the examples stays flat: `python -m tests.benchmarks.memory`.

Each example is trained, small, for 1,100 updates; what Python and NumPy hold is counted (tracemalloc) after update 100
and after the last. The exit status is 1 where an example holds more than 64 KiB more.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import io
import sys
import tracemalloc
from collections.abc import Sequence

# options that make an update small, and enough of them
EXAMPLES: dict[str, list[str]] = {
    "housing": ["--fast", "--batchsize", "1", "--lr", "0.001"],
    "mnist": ["--fast", "--hidden", "16", "--batchsize", "4", "--lr", "0.1"],
    "lenet": ["--fast", "--batchsize", "2"],
    "charlm": ["--layers", "16", "16", "--embedding", "8", "--batchsize", "8", "--steps", "10", "--epochs", "1"],
    "tagger": ["--fast", "--batchsize", "2"],
    "transformer": "--steps 12 --width 8 --blocks 1 --heads 2 --batchsize 4 --updates 2000 --epochs 1".split(),
    "vae": ["--fast", "--batchsize", "5"],
    "resnet": ["--fast", "--batchsize", "4"],
    "bayesian_network": ["--fast", "--steps", "2000"],
    "fluid": ["--fast", "--steps", "2000"],
    "gaussian_mixture": ["--fast", "--steps", "2000"],
    "gaussian_process": ["--fast", "--steps", "2000"],
    "hidden_markov": ["--fast", "--steps", "2000"],
    "logistic_regression": ["--fast", "--steps", "2000"],
    "natural_gradient": ["--fast", "--steps", "2000"],
    "ode_network": ["--fast", "--steps", "2000"],
    "variational_inference": ["--fast", "--steps", "2000"],
}
ALLOWED = 64 * 1024


class Enough(Exception):
    """As many updates as were asked for."""


def growth(name: str, first: int, last: int) -> tuple[int, int]:
    """The bytes held after update `first` of an example, and those held after update `last`."""
    example = importlib.import_module(f"examples.{name}")
    gradient, held, calls = example.lossgradient, [], 0

    def counted(*arguments):
        nonlocal calls
        if calls in (first, last):
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
            if calls == last:
                raise Enough
        calls += 1
        return gradient(*arguments)

    tracemalloc.start()
    example.lossgradient = counted
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Enough):
            example.cli(EXAMPLES[name])
    finally:
        example.lossgradient = gradient
        tracemalloc.stop()
    if len(held) < 2:
        raise SystemExit(f"{name} ended after {calls} updates")
    return held[0], held[1]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(EXAMPLES), metavar="NAME", help="examples (default: all)")
    parser.add_argument("--first", type=int, default=100, metavar="N")
    parser.add_argument("--last", type=int, default=1100, metavar="N")
    options = parser.parse_args(argv)
    worst = 0
    print(f"{'example':24}{f'after {options.first} updates':>20}{f'after {options.last}':>16}{'more':>12}   (KiB)")
    for name in options.names:
        before, after = growth(name, options.first, options.last)
        worst = max(worst, after - before)
        print(f"{name:24}{before / 1024:20.1f}{after / 1024:16.1f}{(after - before) / 1024:12.1f}", flush=True)
    return int(worst > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
