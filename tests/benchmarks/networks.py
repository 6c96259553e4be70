"""Networks beside PyTorch on the CPU, with one thread each: `python -m tests.benchmarks.networks`.

Times are processor times of runs in turns, and ratios are taken of the best. Every case first proves that both compute
the same numbers. `--memory` measures, in a process for each, how far the peak of memory lies above what was in use before
the first step, and whether it grows over 1,000 updates. Exits with status 1 if a bound is not kept.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
import srcgrad_runtime.nn as nn

from examples import lenet
from srcgrad import grad, optim

from . import timing

Step = Callable[[], Any]


# --- the models -------------------------------------------------------------------------------------------------------


def sigm(z):
    return 1.0 / (1.0 + np.exp(-z))


def lstm_plain(w, b, xs):
    n = w.shape[1] // 4
    h = np.zeros((xs[0].shape[0], n), w.dtype)
    c = np.zeros_like(h)
    loss = 0.0
    for x in xs:
        gates = np.concatenate([x, h], axis=1) @ w + b
        forget = sigm(gates[:, :n])
        ingate = sigm(gates[:, n : 2 * n])
        outgate = sigm(gates[:, 2 * n : 3 * n])
        change = np.tanh(gates[:, 3 * n :])
        c = c * forget + ingate * change
        h = outgate * np.tanh(c)
        loss += np.sum(h**2)
    return loss


def lstm_scanned(w, b, xs):
    h = np.zeros((xs.shape[1], w.shape[1] // 4), w.dtype)
    states, h, c = nn.lstm(xs, h, h, w, b)
    return np.sum(states**2)


@dataclass(frozen=True)
class Case:
    """A computation here and the same in PyTorch, each as a function that returns arrays; and how many times as long it may take."""

    name: str
    ours: Step
    theirs: Step
    bound: float


def drawn(*shape: int, scale: float = 1.0) -> np.ndarray:
    return (scale * np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape)).astype(np.float32)


def convolution(torch: Any, channels: int, size: int, kernels: int, whole: bool) -> Case:
    """Forward and backward of a 5x5 layer, batch 100; the adjoint of the input only where `whole`."""
    # batch innermost in memory, as a layer of the network gets it; the first one gets what comes from a file
    x = drawn(channels, size, size, 100).transpose(3, 0, 1, 2) if whole else drawn(100, channels, size, size)
    w, b, out = drawn(kernels, channels, 5, 5), drawn(kernels), size - 4
    g = drawn(kernels, out, out, 100).transpose(3, 0, 1, 2)
    tensors = [torch.tensor(np.ascontiguousarray(part), requires_grad=True) for part in (x, w, b)]
    tensors[0].requires_grad_(whole)
    g_tensor = torch.tensor(np.ascontiguousarray(g))

    def ours():
        y = nn.conv(x, w, b)
        back = [nn.conv_kernel(g, x, w.shape), nn.channel_sum(g)]
        return [y, *([nn.conv_input(g, w, x.shape)] if whole else []), *back]

    def theirs():
        y = torch.nn.functional.conv2d(*tensors)
        return [y, *torch.autograd.grad(y, tensors if whole else tensors[1:], g_tensor)]

    name = f"convolution 5x5, {channels} x {size} x {size} to {kernels}, forward and backward"
    return Case(name, ours, theirs, 1.2)


def lstm(torch: Any, function: Callable[..., Any], name: str) -> Case:
    """Batch 128, input and hidden 256, 20 steps."""
    xs, w, b = drawn(20, 128, 256), drawn(512, 1024, scale=0.05), drawn(1024, scale=0.1)
    gradient = grad(function, argnums=(0, 1))
    cell = torch.nn.LSTM(256, 256)
    forget, ingate, outgate, change = (slice(i * 256, i * 256 + 256) for i in range(4))
    order = [ingate, forget, change, outgate]  # PyTorch's
    with torch.no_grad():
        cell.weight_ih_l0.copy_(torch.tensor(np.concatenate([w[:256, part].T for part in order])))
        cell.weight_hh_l0.copy_(torch.tensor(np.concatenate([w[256:, part].T for part in order])))
        cell.bias_ih_l0.copy_(torch.tensor(np.concatenate([b[part] for part in order])))
        cell.bias_hh_l0.zero_()
    inputs = torch.tensor(xs)
    back = [slice(0, 0)] * 4
    for place, part in enumerate(order):
        back[part.start // 256] = slice(place * 256, place * 256 + 256)

    def ours():
        return list(gradient(w, b, xs))

    def theirs():
        loss = torch.sum(cell(inputs)[0] ** 2)
        parts = (cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0, cell.bias_hh_l0)
        inner, outer, bias, _ = torch.autograd.grad(loss, parts)
        whole = torch.cat([inner, outer], dim=1).T
        return [torch.cat([whole[:, part] for part in back], dim=1), torch.cat([bias[part] for part in back])]

    return Case(f"LSTM gradient, batch 128, hidden 256, 20 steps, {name}", ours, theirs, 1.3)


def lenet_step(torch: Any) -> Case:
    """Gradient and update of LeNet, batch 100; returns the loss before each step."""
    layers = torch.nn
    w, optimiser = lenet.weights(np.random.default_rng(0)), optim.SGD(0.1)
    x, y = abs(drawn(100, 1, 28, 28)), np.arange(100) % 10
    model = layers.Sequential(
        layers.Conv2d(1, 20, 5), layers.ReLU(), layers.MaxPool2d(2),
        layers.Conv2d(20, 50, 5), layers.ReLU(), layers.MaxPool2d(2),
        layers.Flatten(), layers.Linear(800, 500), layers.ReLU(), layers.Linear(500, 10),
    )  # fmt: skip
    with torch.no_grad():
        for part, tensor in zip(w, model.parameters(), strict=True):
            tensor.copy_(torch.tensor(part.T if part.ndim == 2 else part))
    descent = torch.optim.SGD(model.parameters(), lr=0.1)
    images, labels = torch.tensor(x), torch.tensor(y)

    def ours():
        nonlocal w
        w = optimiser.update(w, lenet.lossgradient(w, x, y))
        return w[:4]

    def theirs():
        descent.zero_grad()
        layers.functional.cross_entropy(model(images), labels).backward()
        descent.step()
        return list(model.parameters())[:4]

    return Case("LeNet, batch 100, gradient and update", ours, theirs, 1.2)


CASES: dict[str, Callable[[Any], Case]] = {
    "conv1": lambda torch: convolution(torch, 1, 28, 20, False),
    "conv2": lambda torch: convolution(torch, 20, 12, 50, True),
    "lstm": lambda torch: lstm(torch, lstm_plain, "plain NumPy"),
    "lstm-scan": lambda torch: lstm(torch, lstm_scanned, "nn.lstm"),
    "lenet": lenet_step,
}


def load() -> Any:
    """PyTorch, with one thread; SystemExit where it is not installed."""
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        raise SystemExit("this measurement needs PyTorch (pip install torch)") from None
    torch.set_num_threads(1)
    return torch


# --- time -------------------------------------------------------------------------------------------------------------


def agree(case: Case) -> None:
    """Stop unless both give the same numbers, up to rounding in single precision."""
    for ours, theirs in zip(case.ours(), case.theirs(), strict=True):
        expected = theirs.detach().numpy()
        if not np.allclose(ours, expected, rtol=1e-3, atol=1e-4 * np.max(np.abs(expected))):
            raise SystemExit(f"{case.name}: the numbers disagree")


def times(seconds: float, names: Sequence[str]) -> bool:
    """Print the table of times; whether every bound is kept."""
    torch, kept, sums = load(), True, [0.0, 0.0]
    for name in names:
        case = CASES[name](torch)
        agree(case)
        found = timing.side_by_side({"srcgrad": case.ours, "PyTorch": case.theirs}, seconds=seconds, clock=process_time)
        ours, theirs = found["srcgrad"].best, found["PyTorch"].best
        kept &= line(case.name, ours, theirs, case.bound if not name.startswith("conv") else None)
        if name.startswith("conv"):
            sums = [sums[0] + ours, sums[1] + theirs]
    return kept & line("both convolutions", *sums, 1.2) if sums[1] else kept


def line(name: str, ours: float, theirs: float, bound: float | None) -> bool:
    ratio = ours / theirs
    kept = bound is None or ratio <= bound
    verdict = "" if bound is None else f"   at most {bound} {'kept' if kept else 'NOT KEPT'}"
    print(f"{name:<68} {timing.duration(ours):>10} {timing.duration(theirs):>10}  {ratio:5.2f} x{verdict}", flush=True)
    return kept


# --- memory -----------------------------------------------------------------------------------------------------------


def resident(peak: bool = False) -> float:
    """Megabytes of memory of this process, now or at the most (Linux)."""
    resource: Any = importlib.import_module("resource")  # not there on Windows
    if peak:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def memory_of(name: str, ours: bool, updates: int) -> None:
    """Run one side alone and print: peak above the start, growth from update 100 to the last, both in MB; peak of all."""
    case = CASES[name](load())
    step = case.ours if ours else case.theirs
    start = resident()
    settled = start
    for i in range(updates):
        step()
        if i == min(100, updates // 2):
            settled = resident()
    print(resident(peak=True) - start, resident() - settled, resident(peak=True))


def memory(updates: int, names: Sequence[str]) -> bool:
    """Print the table of memory; whether ours is at most PyTorch's everywhere, and flat."""
    kept = True
    for name in names:
        if name.startswith("conv"):
            continue
        found = []
        for side in ("srcgrad", "torch"):
            command = [sys.executable, "-m", __spec__.name, "--alone", name, side, "--updates", str(updates)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append([float(word) for word in done.stdout.split()])
        (ours, growth, _), (theirs, _, _) = found
        good = ours <= theirs and growth < 1.0
        kept &= good
        print(
            f"{name:<12} peak above the start {ours:6.1f} MB, PyTorch {theirs:6.1f} MB; grows by {growth:.2f} MB "
            f"over {updates} updates   {'kept' if good else 'NOT KEPT'}",
            flush=True,
        )
    return kept


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, metavar="S", help="time to spend on each case")
    parser.add_argument("--memory", action="store_true", help="measure memory instead of time")
    parser.add_argument("--updates", type=int, default=1000, metavar="N", help="updates with --memory")
    parser.add_argument("--alone", nargs=2, metavar=("CASE", "SIDE"), help=argparse.SUPPRESS)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all, if none is given")
    options = parser.parse_args(argv)
    if options.alone:
        memory_of(options.alone[0], options.alone[1] == "srcgrad", options.updates)
        return 0
    names = options.cases or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {unknown[0]}")
    kept = memory(options.updates, names) if options.memory else times(options.seconds, names)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
