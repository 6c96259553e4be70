"""Black-box variational inference: a normal distribution with independent parts is laid into a funnel.

    python -m examples.variational_inference

The evidence lower bound is estimated by drawing from the normal; the draws are smooth in its parameters, so the gradient
goes through them (Ranganath et al. 2014, with the reparameterisation of Kingma and Welling).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, to_host, value_and_grad


def log_normal(x, mean, log_deviation):
    return -0.5 * np.log(2 * np.pi) - log_deviation - 0.5 * ((x - mean) / np.exp(log_deviation)) ** 2


def log_density(z):
    """A funnel over the plane: the width of the first part is the exponential of the second."""
    return log_normal(z[:, 0], 0, z[:, 1]) + log_normal(z[:, 1], 0, 0.3)


def loss(q, noise):
    """The negative evidence lower bound of the normal q; noise is standard normal (draws, 2)."""
    z = q["mean"] + np.exp(q["log deviation"]) * noise
    entropy = 0.5 * len(q["mean"]) * (1 + np.log(2 * np.pi)) + np.sum(q["log deviation"])
    return -entropy - np.mean(log_density(z))


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    q = {"mean": np.array([-1.0, 1.0]), "log deviation": np.array([-2.0, -2.0])}
    command.inspect(options, loss, lossgradient, q, (rng.normal(size=(20, 2)),), rng)
    optimiser = optim.Adam(lr=0.05)
    there = command.place(options)
    q, gradient, losses = there(q), there(lossgradient), []
    for step in range(options.steps + 1):
        value, q_bar = gradient(q, rng.normal(size=(200, 2)))
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            mean, deviation = np.round(to_host(q["mean"]), 3), np.round(np.exp(to_host(q["log deviation"])), 3)
            print(f"step {step:4d}  negative bound {losses[-1]:.4f}  mean {mean}  deviation {deviation}")
        q = optimiser.update(q, q_bar)
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "variational_inference", "Black-box variational inference.", 400, 100, argv)


if __name__ == "__main__":
    sys.exit(cli())
