"""A curve through points, fitted by SciPy's optimiser: `ravel` makes one vector of nested parameters.

    python -m examples.curve

A sum of two bells stands on a line. Its parameters are a dict of arrays, and `scipy.optimize.minimize` knows vectors alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

from examples import command
from srcgrad import ravel, value_and_grad


def curve(w, x):
    """The line w["line"] (2,), and bells of the heights, centres and log widths in the rows of w["bells"] (K, 3); x (N,)."""
    y = w["line"][0] + w["line"][1] * x
    for height, centre, width in w["bells"]:
        y = y + height * np.exp(-0.5 * ((x - centre) / np.exp(width)) ** 2)
    return y


def loss(w, x, y):
    return np.mean((curve(w, x) - y) ** 2)


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, Any]:
    """Fit the curve, print the losses, return the parameters."""
    if options.device != "cpu":
        raise command.Stop("SciPy's optimiser works on the host: leave out --device")
    rng = np.random.default_rng(options.seed)
    true = {"line": np.array([1.0, -0.2]), "bells": np.array([[2.0, -1.0, -0.7], [1.5, 1.5, 0.0]])}
    x = np.linspace(-4, 4, 40 if options.fast else 200)
    y = curve(true, x) + 0.05 * rng.normal(size=len(x))
    w = {"line": np.zeros(2), "bells": np.array([[1.0, -2.0, 0.0], [1.0, 2.0, 0.0]])}
    command.inspect(options, loss, lossgradient, w, (x, y), rng)
    print(f"before  loss {loss(w, x, y):12.6f}")

    start, unravel = ravel(w)
    both = value_and_grad(lambda vector: loss(unravel(vector), x, y))
    found = minimize(both, start, jac=True, options={"maxiter": options.steps})

    w = unravel(found.x)
    print(f"after   loss {found.fun:12.6f}  {found.nit} steps of {found.nfev} gradients")
    for height, centre, width in w["bells"]:
        print(f"bell of height {height:.3f} at {centre:.3f}, width {np.exp(width):.3f}")
    return w


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "curve", "A curve through points.", 200, 60, argv)


if __name__ == "__main__":
    sys.exit(cli())
