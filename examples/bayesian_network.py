"""A Bayesian neural network: not one set of weights but a normal distribution over them, for a curve with a gap.

    python -m examples.bayesian_network

All weights stand in one vector, of which the layers take their pieces. The loss is the negative evidence lower bound,
estimated with a few drawn networks (Blundell et al. 2015).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, to_host, value_and_grad


def predict(w, x, sizes):
    """The heights (N,) of the curve of the network at x (N,); the layers are cut from the vector w one after the other."""
    x, start = x[:, None], 0
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        end = start + inputs * outputs
        scores = x @ w[start:end].reshape(inputs, outputs) + w[end : end + outputs]
        x, start = np.exp(-(scores**2)), end + outputs
    return scores[:, 0]


def loss(q, x, y, noise, sizes):
    """The negative evidence lower bound; noise is standard normal, a row for each drawn network."""
    mean, log_deviation = q
    total = 0.0
    for row in noise:
        w = mean + np.exp(log_deviation) * row
        likelihood = -np.sum((predict(w, x, sizes) - y) ** 2) / (2 * 0.1**2)
        total += -0.5 * np.sum(w**2) + likelihood
    return -total / len(noise) - np.sum(log_deviation)


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    x = np.concatenate([np.linspace(-4, -1, 20), np.linspace(1, 4, 20)])
    y = np.cos(x) + 0.1 * rng.normal(size=len(x))
    sizes = (1, 10, 1) if options.fast else (1, 20, 20, 1)
    count = sum((inputs + 1) * outputs for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True))
    q = [rng.normal(size=count), np.full(count, -5.0)]
    command.inspect(options, loss, lossgradient, q, (x, y, rng.normal(size=(2, count)), sizes), rng)
    optimiser = optim.Adam(lr=0.05)
    there = command.place(options)
    q, gradient, losses = there(q), there(lossgradient), []
    for step in range(options.steps + 1):
        value, q_bar = gradient(q, x, y, rng.normal(size=(5, count)), sizes)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            print(f"step {step:4d}  negative bound {losses[-1]:10.2f}")
        q = optimiser.update(q, q_bar)
    q = to_host(q)
    drawn = [predict(q[0] + np.exp(q[1]) * rng.normal(size=count), np.linspace(-4, 4, 9), sizes) for _ in range(50)]
    for place, mean, deviation in zip(np.linspace(-4, 4, 9), np.mean(drawn, 0), np.std(drawn, 0), strict=True):
        print(f"f({place:4.1f}) = {mean:6.2f} +- {deviation:.2f}, cos {np.cos(place):5.2f}")
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "bayesian_network", "A Bayesian neural network.", 500, 60, argv)


if __name__ == "__main__":
    sys.exit(cli())
