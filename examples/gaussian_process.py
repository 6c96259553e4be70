"""Gaussian process regression: a curve through noisy points, its length scale and noise found by their evidence.

    python -m examples.gaussian_process

The negative logarithm of the marginal likelihood, by Cholesky decomposition (Rasmussen and Williams 2006, algorithm
2.1), is minimised over the logarithms of the three hyperparameters.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, to_host, value_and_grad


def covariance(p, a, b):
    distances = (a[:, None] - b[None, :]) / np.exp(p["length"])
    return np.exp(2 * p["height"] - 0.5 * distances**2)


def decomposed(p, x):
    return np.linalg.cholesky(covariance(p, x, x) + np.exp(2 * p["noise"]) * np.eye(len(x)))


def loss(p, x, y):
    """The negative log evidence of the heights y (N,) at the places x (N,)."""
    L = decomposed(p, x)
    white = np.linalg.solve(L, y)
    return 0.5 * white @ white + np.sum(np.log(np.diag(L))) + 0.5 * len(x) * np.log(2 * np.pi)


lossgradient = value_and_grad(loss)


def predict(p, x, y, places):
    """Mean and standard deviation of the curve at other places."""
    L = decomposed(p, x)
    between = np.linalg.solve(L, covariance(p, x, places))
    variance = np.exp(2 * p["height"]) - np.sum(between**2, axis=0)
    return between.T @ np.linalg.solve(L, y), np.sqrt(variance)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    x = np.sort(rng.uniform(-3, 3, 40))
    y = np.sin(2 * x) + 0.1 * rng.normal(size=len(x))
    p = {"length": 1.0, "height": 0.0, "noise": -0.5}
    command.inspect(options, loss, lossgradient, p, (x, y), rng)
    optimiser = optim.Adam(lr=0.05)
    there = command.place(options)
    p, gradient, losses = there(p), there(lossgradient), []
    for step in range(options.steps + 1):
        value, p_bar = gradient(p, x, y)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            found = "  ".join(f"{name} {np.exp(float(number)):.3f}" for name, number in p.items())
            print(f"step {step:4d}  loss {losses[-1]:9.4f}  {found}")
        p = optimiser.update(p, p_bar)
    p = to_host(p)
    places = np.linspace(-3, 3, 7)
    for place, mean, deviation in zip(places, *predict(p, x, y, places), strict=True):
        print(f"f({place:4.1f}) = {mean:6.3f} +- {deviation:.3f}, sin {np.sin(2 * place):6.3f}")
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "gaussian_process", "Gaussian process regression.", 200, 50, argv)


if __name__ == "__main__":
    sys.exit(cli())
