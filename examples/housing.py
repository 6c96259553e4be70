"""Linear regression: the price of houses from 13 numbers about their neighbourhood (UCI housing data).

    python -m examples.housing                  400 rows to train on and 106 to test, drawn at random
    python -m examples.housing --winit 0        all 506 rows, weights start at zero: nothing is random
    python -m examples.housing --show-gradient  the gradient program that srcgrad writes

The inputs are standardised over all rows (standard deviation with N - 1), the targets are raw. The loss is the mean of
the squared errors, and an epoch is one step down its gradient unless --batchsize is given. The data set is a classic
of numerical tests; its column B is built on the racial make-up of towns, so it should decide nothing about people.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from examples import command, data, training
from srcgrad import grad


def predict(w, x):
    return x @ w[0] + w[1]


def loss(w, x, y):
    return np.sum((y - predict(w, x)) ** 2) / len(y)


lossgradient = grad(loss)


def train(gradient, w, batches, lr):
    """One epoch of gradient descent; changes w in place."""
    for x, y in batches:
        g = gradient(w, x, y)
        for j in range(len(w)):
            w[j] -= lr * g[j]
    return w


def standardise(x: np.ndarray) -> np.ndarray:
    """Each column with mean 0 and standard deviation 1 (over N - 1)."""
    return (x - np.mean(x, axis=0)) / np.std(x, axis=0, ddof=1)


def split(x: np.ndarray, y: np.ndarray, test: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Two pairs (x, y): the training rows and `test` rows drawn at random; all rows in their order if test is 0."""
    if test == 0:
        return (x, y), (x[:0], y[:0])
    order = rng.permutation(len(x))
    return (x[order[test:]], y[order[test:]]), (x[order[:test]], y[order[:test]])


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train as the options say, print the losses, and return them: one value per epoch, the first before training."""
    if options.fast:
        options.epochs = min(options.epochs, 5)
    loaded = data.load_regression(options.data, bundled=options.fast and options.data is None)
    rng = np.random.default_rng(options.seed)
    rows = len(loaded.x)
    test = options.test
    if test is None:  # without random weights the run has no random numbers at all, and all rows are used
        test = 0 if options.winit == 0 else round(rows * 106 / 506)
    if test >= rows:
        raise command.Stop(f"--test {test} leaves no row to train on: there are {rows}")
    trn, tst = split(standardise(loaded.x), loaded.y, test, rng)
    print(f"{loaded.name}: {rows - test} rows to train on, {test} to test, {loaded.x.shape[1]} columns")

    w = [options.winit * rng.standard_normal((loaded.x.shape[1], 1)), 0.0]
    size = options.batchsize or len(trn[0])
    batches = [(trn[0][i : i + size], trn[1][i : i + size]) for i in range(0, len(trn[0]), size)]
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, *batches[0])
    if options.gcheck:
        command.check_entries(loss, lossgradient, w, batches[0], options.gcheck, rng)
    curves: dict[str, list[float]] = {"train": []}
    if test:
        curves["test"] = []
    epochs = options.epochs
    shown = max(1, epochs // 50)  # long runs print some fifty lines
    run = training.begin(options, {"rows": rows}, {"epoch": 0, "update": 0, "w": w, "curves": curves}, first=0)
    there = command.place(options)
    w, curves = there(run["w"]), run["curves"]
    gradient, measured = there(lossgradient), there(loss)
    for epoch in range(run["epoch"], epochs + 1):
        if epoch:
            w = train(gradient, w, batches, options.lr)
        for name, rows_of in (("train", trn), ("test", tst)):
            if name in curves:
                curves[name].append(float(measured(w, *rows_of)))
        if not math.isfinite(curves["train"][-1]):
            raise command.Stop(f"the loss is no longer finite after epoch {epoch}: try a smaller --lr")
        if epoch % shown == 0 or epoch == epochs:
            print(
                f"epoch {epoch:5d}  "
                + "  ".join(f"{name} loss {command.figure(values[-1], 6)}" for name, values in curves.items())
            )
            training.keep(options, {"rows": rows}, {"epoch": epoch + 1, "update": 0, "w": w, "curves": curves})
    if options.plot:
        command.draw(options.plot, curves, "mean squared error")
    return curves


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("Linear regression on the housing data.", epochs=20, lr=0.1, winit=0.1)
    options.prog = "housing"
    options.add_argument("--batchsize", type=command.size, metavar="N", help="rows per step (default: all of them)")
    options.add_argument(
        "--test", type=command.count, metavar="N", help="rows kept for testing (default: 106, or 0 with --winit 0)"
    )
    training.add_options(options)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
