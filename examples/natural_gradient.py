"""The natural gradient: steps measured by how far the distribution moves, not its parameters, beside ordinary ones.

    python -m examples.natural_gradient

A normal with independent parts is fitted to a badly scaled one. The natural gradient is F^-1 g, where F is the Fisher
information: the mean of s s^T over draws from the distribution, s being the slope of the log density with respect to
the parameters (Amari 1998). One gradient gives s for all draws, because each draw is given parameters of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import grad, value_and_grad


def divergence(q, p):
    """The Kullback-Leibler divergence of the normal q from the normal p: vectors of means, then of log deviations."""
    n = len(q) // 2
    ratio = np.exp(2 * (q[n:] - p[n:]))
    return np.sum(p[n:] - q[n:] + 0.5 * (ratio + ((q[:n] - p[:n]) / np.exp(p[n:])) ** 2 - 1))


lossgradient = value_and_grad(divergence)


def log_density(q, x):
    """The sum of the log densities of the rows of x (N, D), each under the normal of its own row of q (N, 2 D)."""
    n = x.shape[1]
    return -np.sum(q[:, n:] + 0.5 * ((x - q[:, :n]) / np.exp(q[:, n:])) ** 2)


slopes = grad(log_density)


def fisher(q: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The Fisher information of the normal q, from noise (draws, N); exactly, it is diagonal: 1 / deviation**2, and 2."""
    draws, n = noise.shape
    s = slopes(np.tile(q, (draws, 1)), q[:n] + np.exp(q[n:]) * noise)
    return s.T @ s / draws


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train both ways, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    p = np.concatenate([rng.normal(size=5), np.linspace(-3, 2, 5)])
    q = np.zeros(10)
    command.inspect(options, divergence, lossgradient, q, (p,), rng)
    losses: dict[str, list[float]] = {}
    there = command.place(options)
    gradient, information = there(lossgradient), there(fisher)
    for name in ("ordinary", "natural"):
        q, losses[name] = there(np.zeros(10)), []
        for step in range(options.steps + 1):
            value, q_bar = gradient(q, p)
            losses[name].append(float(value))
            if step % max(1, options.steps // 5) == 0:
                print(f"{name:8s}  step {step:4d}  divergence {losses[name][-1]:12.6f}")
            if name == "natural":  # no step moves the distribution further than a divergence of about 0.1
                direction = np.linalg.solve(information(q, rng.normal(size=(500, 5))), q_bar)
                q = q - min(0.5, np.sqrt(0.2 / max(float(q_bar @ direction), 1e-9))) * direction
            else:
                q = q - 1e-3 * q_bar
    return losses


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "natural_gradient", "The natural gradient.", 100, 40, argv)


if __name__ == "__main__":
    sys.exit(cli())
