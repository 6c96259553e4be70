"""What taking care of memory brings: `python -m tests.benchmarks.memory_plan`.

The gradient of a perceptron of 12 layers of width 64 in double precision, batch 65,536 on NumPy: each array of a layer has 32 MiB. Compared are

- the adjoint by hand, which frees each array at its last use;
- the emitted program for arguments of which nothing says that they are large;
- the emitted program that is run for them: it deletes names after their last use, and its results go into memory that has become free.

Peaks are those of what is allocated (tracemalloc), above what is there before; times are the minima of runs in turns.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from srcgrad_runtime import memory

from srcgrad import grad, value_and_grad


def loss(w, x, y):
    for weight, bias in w[:-1]:
        x = np.tanh(x @ weight + bias)
    weight, bias = w[-1]
    d = x @ weight + bias - y
    return np.mean(d * d)


def by_hand(w, x, y):
    """The gradient of `loss` as one writes it who wants to free memory as soon as possible."""
    saved = []
    for weight, bias in w[:-1]:
        saved.append(x)
        x = np.tanh(x @ weight + bias)
    weight, bias = w[-1]
    d_bar = x @ weight + bias - y
    d_bar *= 2.0 / d_bar.size
    w_bar = [(x.T @ d_bar, np.sum(d_bar, axis=0))]
    x_bar = d_bar @ weight.T
    del d_bar
    for weight, _ in reversed(w[:-1]):
        t_bar = x_bar * (1 - x * x)
        del x_bar
        x = saved.pop()
        w_bar.append((x.T @ t_bar, np.sum(t_bar, axis=0)))
        if saved:
            x_bar = t_bar @ weight.T  # noqa: F841 (deleted in the next trip)
        del t_bar
    return w_bar[::-1]


def carried(w, state, x):
    """A loss with a state that goes from call to call."""
    total = 0.0
    for _ in range(4):
        state = np.tanh(x + state @ w)
        total = total + np.sum(state * state)
    return total, state


def arguments(batch: int, layers: int, width: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(1)
    w = [(rng.standard_normal((width, width)) / width**0.5, np.zeros(width)) for _ in range(layers)]
    return w, rng.standard_normal((batch, width)), rng.standard_normal((batch, width))


def programs(w: Any, x: Any, y: Any) -> dict[str, Callable[..., Any]]:
    """The adjoint by hand, the program without and the one with care for memory."""
    plain, careful = grad(loss), grad(loss)
    few = slice(0, 2)
    return {
        "by hand": by_hand,
        "emitted, without reuse": plain.emitted(w, x[few], y[few]),
        "emitted": careful,
    }


def compare(options: argparse.Namespace) -> None:
    w, x, y = arguments(options.batch, options.layers, options.width)
    made = programs(w, x, y)
    peaks, wall, cpu = {}, {name: [] for name in made}, {name: [] for name in made}
    expected = by_hand(w, x, y)
    for name, program in made.items():
        with memory.measure() as found:
            result = program(w, x, y)
        peaks[name] = found.peak
        assert all(
            np.allclose(a, b)
            for one, other in zip(result, expected, strict=True)
            for a, b in zip(one, other, strict=True)
        )
        del result
    for _ in range(options.rounds):
        for name, program in made.items():
            start = time.perf_counter(), time.process_time()
            program(w, x, y)
            wall[name].append(time.perf_counter() - start[0])
            cpu[name].append(time.process_time() - start[1])
    print(
        f"{options.layers} layers of {options.width}, batch {options.batch}: an array of a layer has {x.nbytes / 2**20:.0f} MiB"
    )
    print(f"{'':26}{'peak, MiB':>12}{'of by hand':>12}{'seconds':>10}{'processor':>11}")
    for name in made:
        share = peaks[name] / peaks["by hand"]
        print(f"{name:26}{peaks[name] / 2**20:12.1f}{share:12.2f}{min(wall[name]):10.3f}{min(cpu[name]):11.3f}")
    faster = min(cpu["emitted, without reuse"]) / min(cpu["emitted"])
    print(
        f"with reuse {faster:.2f} times as fast (processor time); the pool keeps {memory.release() / 2**20:.1f} MiB from call to call",
        flush=True,
    )


def flat(options: argparse.Namespace) -> None:
    """Live bytes over many calls: a gradient of large arguments, and one whose state goes from call to call."""
    w, x, y = arguments(options.rows, 3, options.width)
    g, step = grad(loss), value_and_grad(carried, has_aux=True)
    state = np.zeros_like(x)

    def calls(count: int, state: Any) -> Any:
        for _ in range(count):
            g(w, x, y)
            (_, state), _ = step(w[0][0], state, x)
        gc.collect()
        return state

    with memory.measure():  # from the begin, so that the first state counts as well
        state = calls(3, state)
        for count in (options.calls // 10, options.calls):
            with memory.measure() as found:
                state = calls(count, state)
            print(f"live bytes after {count} more calls of both: {found.live:+d}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=65_536)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=1000, help="calls over which live bytes are counted")
    parser.add_argument("--rows", type=int, default=8192, help="the batch of those calls")
    options = parser.parse_args(argv)
    compare(options)
    flat(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
