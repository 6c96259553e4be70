"""A differential equation learned from its path: dy/dt is a small network, integrated by the Runge-Kutta method.

    python -m examples.ode_network

The data are points of a spiral, dy/dt = A y**3. The gradient goes through all steps of the integrator (Chen et al.
2018 use the adjoint equation in its place).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, value_and_grad


def spiral(w, y):
    return y**3 @ np.array([[-0.1, 2.0], [-2.0, -0.1]])


def network(w, y):
    hidden = np.tanh(y**3 @ w["into"] + w["bias"])
    return hidden @ w["out"]


def integrate(slope, w, y, times):
    """The path of dy/dt = slope(w, y) at the given times, from y on; classical Runge-Kutta, one step between two."""
    path = []
    for h in np.diff(times):
        path.append(y)
        k1 = slope(w, y)
        k2 = slope(w, y + h / 2 * k1)
        k3 = slope(w, y + h / 2 * k2)
        k4 = slope(w, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    path.append(y)
    return np.stack(path)


def loss(w, starts, times, paths):
    """The mean squared distance of the learned paths (times, starts, 2) from the true ones."""
    found = integrate(network, w, starts, times)
    return np.mean((found - paths) ** 2)


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, return them."""
    rng = np.random.default_rng(options.seed)
    every = integrate(spiral, None, np.array([2.0, 0.0]), np.linspace(0, 20, 801))
    length, rows = 10, 20
    hidden = 16 if options.fast else 50
    w = {
        "into": rng.normal(size=(2, hidden)) * 0.1,
        "bias": np.zeros(hidden),
        "out": rng.normal(size=(hidden, 2)) * 0.1,
    }
    times = np.linspace(0, length * 0.025, length + 1)
    optimiser = optim.Adam(lr=0.02)
    there = command.place(options)
    w, gradient, losses = there(w), there(lossgradient), []
    for step in range(options.steps + 1):
        start = rng.integers(0, 801 - length, size=rows)
        paths = every[start + np.arange(length + 1)[:, None]]
        if step == 0:
            command.inspect(options, loss, lossgradient, w, (paths[0], times, paths), rng)
        value, w_bar = gradient(w, paths[0], times, paths)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            print(f"step {step:4d}  loss {losses[-1]:.6f}")
        w = optimiser.update(w, w_bar)
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "ode_network", "A learned differential equation.", 400, 60, argv)


if __name__ == "__main__":
    sys.exit(cli())
