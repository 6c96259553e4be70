"""Logistic regression: two clouds of points, told apart by a plane.

python -m examples.logistic_regression             plain gradient descent
python -m examples.logistic_regression --gcheck 3  and the gradient beside finite differences
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import value_and_grad


def loss(w, x, y):
    """The mean cost in nats of the labels y (-1 or 1) given the points x (N, D), with a little weight decay."""
    plane, offset = w
    scores = x @ plane + offset
    return np.mean(np.log1p(np.exp(-y * scores))) + 1e-3 * np.sum(plane**2)


lossgradient = value_and_grad(loss)


def clouds(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n points in the plane, half of them around (1, 1), and their labels."""
    y = np.where(np.arange(n) % 2, 1.0, -1.0)
    return rng.normal(size=(n, 2)) + y[:, None], y


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    x, y = clouds(500, rng)
    w = (np.zeros(2), 0.0)
    command.inspect(options, loss, lossgradient, w, (x, y), rng)
    there = command.place(options)
    w, x, y, gradient, losses = there(w), there(x), there(y), there(lossgradient), []
    for step in range(options.steps + 1):
        value, (plane_bar, offset_bar) = gradient(w, x, y)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            right = float(np.mean((x @ w[0] + w[1] > 0) == (y > 0)))
            print(f"step {step:4d}  loss {losses[-1]:.4f}  right {right:.3f}")
        w = (w[0] - 0.5 * plane_bar, w[1] - 0.5 * offset_bar)
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "logistic_regression", "Logistic regression.", 100, 50, argv)


if __name__ == "__main__":
    sys.exit(cli())
