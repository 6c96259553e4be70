"""The emitted gradient beside the adjoint by hand and beside HIPS/autograd: `python -m tests.benchmarks.models`.

Every case first proves that all its gradients agree, then times them in turns. The last column is the time in multiples
of the hand-written adjoint's.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import srcgrad

from . import timing

# --- the models -------------------------------------------------------------------------------------------------------


def predict(w, x):
    for i in range(0, len(w), 2):
        x = x @ w[i] + w[i + 1]
        if i + 2 < len(w):
            x = np.maximum(0, x)
    return x


def classify(w, x, y):
    p = predict(w, x)
    p = p - np.max(p, axis=1, keepdims=True)
    logp = p - np.log(np.sum(np.exp(p), axis=1, keepdims=True))
    return -np.sum(y * logp) / len(y)


def regress(w, x, y):
    return np.sum((x @ w[0] + w[1] - y) ** 2) / len(y)


def loop_if(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] <= 0:
            s += np.exp(x[i])
        else:
            s += np.log(x[i])
    return s


# --- their adjoints by hand -------------------------------------------------------------------------------------------


def classify_by_hand(w, x, y):
    layers, x = through_layers(w, x)
    x = np.exp(x - np.max(x, axis=1, keepdims=True))
    y = y / len(y)
    x_bar = x * (np.sum(y, axis=1, keepdims=True) / np.sum(x, axis=1, keepdims=True)) - y
    return back_through_layers(w, layers, x_bar)


def classify_by_hand_labels_of_sum_one(w, x, y):
    layers, x = through_layers(w, x)
    x = np.exp(x - np.max(x, axis=1, keepdims=True))
    x_bar = (x / np.sum(x, axis=1, keepdims=True) - y) / len(y)
    return back_through_layers(w, layers, x_bar)


def through_layers(w, x):
    layers = []
    for i in range(0, len(w), 2):
        layers.append(x)
        x = x @ w[i] + w[i + 1]
        if i + 2 < len(w):
            x = np.maximum(0, x)
    return layers, x


def back_through_layers(w, layers, x_bar):
    w_bar: list[Any] = [None] * len(w)
    for i in reversed(range(0, len(w), 2)):
        if i + 2 < len(w):
            x_bar = x_bar * (layers[i // 2 + 1] > 0)
        w_bar[i] = layers[i // 2].T @ x_bar
        w_bar[i + 1] = np.sum(x_bar, axis=0)
        if i:
            x_bar = x_bar @ w[i].T
    return w_bar


def regress_by_hand(w, x, y):
    error_bar = (x @ w[0] + w[1] - y) * (2.0 / len(y))
    return [x.T @ error_bar, np.sum(error_bar)]


def loop_if_by_hand(x):
    x_bar = np.zeros_like(x)
    for i in reversed(range(len(x))):
        if x[i] <= 0:
            x_bar[i] += np.exp(x[i])
        else:
            x_bar[i] += 1.0 / x[i]
    return x_bar


# --- measuring --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A function of its first argument, its adjoint by hand, and arguments.

    `for_these` is an adjoint by hand that is right for such arguments alone, with what it takes for granted.
    """

    name: str
    function: Callable[..., Any]
    by_hand: Callable[..., Any]
    arguments: tuple[Any, ...]
    for_these: tuple[str, Callable[..., Any]] | None = None


def cases() -> list[Case]:
    rng = np.random.default_rng(0)

    def layers(*sizes: int) -> list[Any]:
        w: list[Any] = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            w += [rng.normal(0, 0.1, (inputs, outputs)).astype(np.float32), np.zeros(outputs, np.float32)]
        return w

    x = rng.random((100, 784), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=100)]
    houses, prices = rng.standard_normal((506, 13)), rng.uniform(5, 50, (506, 1))
    elements = rng.uniform(-2, 2, 1000)
    one_hot = "by hand, labels of sum one", classify_by_hand_labels_of_sum_one
    return [
        Case("linear regression, 506 x 13", regress, regress_by_hand, ([np.zeros((13, 1)), 0.0], houses, prices)),
        Case("softmax, 784-10, batch 100, float32", classify, classify_by_hand, (layers(784, 10), x, y), one_hot),
        Case(
            "perceptron, 784-64-10, batch 100, float32",
            classify,
            classify_by_hand,
            (layers(784, 64, 10), x, y),
            one_hot,
        ),
        Case("loop with a branch, 1,000 elements", loop_if, loop_if_by_hand, (elements,)),
    ]


def recorded(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The gradient by HIPS/autograd, which records each call; None where autograd is not installed."""
    try:
        autograd = importlib.import_module("autograd")
        traced = importlib.import_module("autograd.numpy")
    except ImportError:
        return None
    names = {**function.__globals__, "np": traced}
    helpers = {name: _with(value, names) for name, value in names.items() if hasattr(value, "__code__")}
    names.update(helpers)  # so that what the function calls uses autograd's NumPy too
    return autograd.grad(_with(function, names))


def _with(function: Any, names: dict[str, Any]) -> Any:
    return type(function)(function.__code__, names, function.__name__, function.__defaults__)


def agree(found: Any, expected: Any, name: str) -> None:
    """Stop unless two gradients have the same structure and nearly the same numbers."""
    if isinstance(expected, list):
        if len(found) != len(expected):
            raise SystemExit(f"{name}: a gradient with {len(found)} entries in place of {len(expected)}")
        for one, other in zip(found, expected, strict=True):
            agree(one, other, name)
        return
    single = getattr(expected, "dtype", None) == np.float32
    scale = float(np.max(np.abs(expected)))
    if not np.allclose(found, expected, rtol=1e-3 if single else 1e-9, atol=scale * (1e-5 if single else 1e-12)):
        raise SystemExit(f"{name}: the gradients disagree")


def measure(case: Case, seconds: float) -> dict[str, timing.Timing]:
    """Time all gradients of a case, and its function alone, in turns."""
    programs = {"by hand": case.by_hand, "srcgrad": srcgrad.grad(case.function)}
    if case.for_these is not None:
        name, program = case.for_these
        programs[name] = program
    autograd = recorded(case.function)
    if autograd is not None:
        programs["autograd"] = autograd
    expected = case.by_hand(*case.arguments)
    for name, program in programs.items():
        agree(program(*case.arguments), expected, f"{case.name}, {name}")
    programs["the function alone"] = case.function
    return timing.side_by_side(
        {name: lambda program=program: program(*case.arguments) for name, program in programs.items()},  # type: ignore[misc]
        seconds=seconds,
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The emitted gradient beside the adjoint written by hand.")
    parser.add_argument("--seconds", type=float, default=4.0, metavar="S", help="time to spend on each case")
    parser.add_argument("--show", action="store_true", help="print the emitted programs too")
    options = parser.parse_args(argv)
    for case in cases():
        print(case.name)
        print(timing.table(measure(case, options.seconds), against="by hand"), flush=True)
        if options.show:
            gradient = srcgrad.grad(case.function)
            gradient(*case.arguments)
            print(srcgrad.source(gradient))
    return 0


if __name__ == "__main__":
    sys.exit(main())
