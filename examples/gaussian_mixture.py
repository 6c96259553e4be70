"""A mixture of Gaussians with full covariances, fitted to a pinwheel by gradient ascent on its likelihood.

    python -m examples.gaussian_mixture

What constrains the parameters is in how they are written: proportions are a softmax, and each precision matrix is R R^T
with a lower triangular R whose diagonal is an exponential.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, value_and_grad


def logsumexp(x, axis):
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(x - top), axis=axis))


def factors(p):
    """R (K, D, D) of each component."""
    lower = np.tril(p["roots"], -1)
    for k in range(len(lower)):
        for i in range(len(lower[k])):
            lower[k, i, i] = np.exp(p["roots"][k, i, i])
    return lower


def loss(p, x):
    """The mean negative log likelihood of the points x (N, D)."""
    R = factors(p)
    proportions = p["proportions"] - logsumexp(p["proportions"], 0)
    densities = []
    for k in range(len(R)):
        white = (x - p["means"][k]) @ R[k]
        densities.append(proportions[k] + np.sum(np.log(np.diag(R[k]))) - 0.5 * np.sum(white**2, axis=1))
    return -np.mean(logsumexp(np.stack(densities), 0)) + x.shape[1] / 2 * np.log(2 * np.pi)


lossgradient = value_and_grad(loss)


def pinwheel(arms: int, each: int, rng: np.random.Generator) -> np.ndarray:
    """(arms * each, 2) points in arms that are bent around the origin."""
    points = rng.normal(size=(arms * each, 2)) * [0.3, 0.05] + [1, 0]
    angles = np.repeat(np.arange(arms) * 2 * np.pi / arms, each) + 0.25 * np.exp(points[:, 0])
    turn = np.stack([np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles)]).T.reshape(-1, 2, 2)
    return 2 * np.einsum("ni,nij->nj", points, turn)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    x = pinwheel(5, 40 if options.fast else 100, rng)
    p = {"proportions": np.zeros(10), "means": rng.normal(size=(10, 2)), "roots": rng.normal(size=(10, 2, 2)) * 0.1}
    command.inspect(options, loss, lossgradient, p, (x,), rng)
    optimiser = optim.Adam(lr=0.05)
    there = command.place(options)
    p, gradient, losses = there(p), there(lossgradient), []
    for step in range(options.steps + 1):
        value, p_bar = gradient(p, x)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            print(f"step {step:4d}  loss {losses[-1]:.4f}")
        p = optimiser.update(p, p_bar)
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "gaussian_mixture", "A mixture of Gaussians.", 300, 50, argv)


if __name__ == "__main__":
    sys.exit(cli())
