"""Handwritten digits: a softmax classifier, and a multilayer perceptron with `--hidden` (MNIST).

    python -m examples.mnist                 softmax, about .9195 / .9154 right (train / test) after 10 epochs
    python -m examples.mnist --hidden 64     one hidden layer, about .9875 / .9724
    python -m examples.mnist --hidden 128 64 two hidden layers

Pixels are divided by 255, batches follow each other in the order of the file and the last one is dropped if it is not
full; weights start as 0.1 * normal numbers, biases at zero. Everything is float32. Other seeds move the accuracies of
the perceptron by up to .01 after the first epoch and .007 after the tenth.
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
    for i in range(0, len(w), 2):
        x = x @ w[i] + w[i + 1]
        if i + 2 < len(w):
            x = np.maximum(0, x)
    return x


def loss(w, x, y):
    """The mean cross-entropy of the predictions with y, one row per image with a one at its digit."""
    p = predict(w, x)
    p = p - np.max(p, axis=1, keepdims=True)
    logp = p - np.log(np.sum(np.exp(p), axis=1, keepdims=True))
    return -np.sum(y * logp) / len(y)


lossgradient = grad(loss)


def train(gradient, w, batches, lr):
    """One epoch of gradient descent; changes w in place."""
    for x, y in batches:
        g = gradient(w, x, y)
        for j in range(len(w)):
            w[j] -= lr * g[j]
    return w


def weights(sizes: Sequence[int], winit: float, rng: np.random.Generator) -> list[Any]:
    """[weight (inputs, outputs), bias (outputs,)] for each pair of neighbouring layer sizes, float32."""
    w = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        w.append((winit * rng.standard_normal((inputs, outputs))).astype(np.float32))
        w.append(np.zeros(outputs, dtype=np.float32))
    return w


def measure(w, x: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The share of images whose digit is predicted right, and the mean loss; in blocks, to spare memory."""
    right, total = 0, 0.0
    for i in range(0, len(x), 5000):
        block, digits = x[i : i + 5000], labels[i : i + 5000]
        right += int(np.sum(np.argmax(predict(w, block), axis=1) == digits))
        total += float(loss(w, block, one_hot(digits))) * len(block)
    return right / len(x), total / len(x)


def one_hot(labels: np.ndarray) -> np.ndarray:
    """A row per label with a one in the column of the label, float32."""
    return np.eye(10, dtype=np.float32)[labels]


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train as the options say, print losses and accuracies, and return them: one value per epoch from epoch 0 on."""
    if options.fast:
        options.epochs = min(options.epochs, 3)
    digits = data.load_digits(options.data, bundled=options.fast and options.data is None)
    sets = {"train": (digits.x_train, digits.y_train), "test": (digits.x_test, digits.y_test)}
    x, y = digits.x_train, one_hot(digits.y_train)
    print(f"{digits.name}: {len(x)} images to train on, {len(digits.x_test)} to test, {x.shape[1]} pixels")
    size = options.batchsize
    if size > len(x):
        raise command.Stop(f"--batchsize {size} is more than the {len(x)} images there are")
    batches = [(x[i : i + size], y[i : i + size]) for i in range(0, len(x) - size + 1, size)]
    rng = np.random.default_rng(options.seed)
    w = weights([x.shape[1], *options.hidden, 10], options.winit, rng)
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, *batches[0])
    if options.gcheck:
        command.check_entries(loss, lossgradient, w, batches[0], options.gcheck, rng)

    curves: dict[str, list[float]] = {f"{name} {what}": [] for name in sets for what in ("accuracy", "loss")}
    facts = {"digits": digits.name.split(" in ")[0]}
    run = training.begin(options, facts, {"epoch": 0, "update": 0, "w": w, "curves": curves}, first=0)
    there = command.place(options)
    w, curves = there(run["w"]), run["curves"]
    gradient, measured = there(lossgradient), there(measure)
    for epoch in range(run["epoch"], options.epochs + 1):
        if epoch:
            w = train(gradient, w, command.progress(batches, f"epoch {epoch}"), options.lr)
        for name, (images, labels) in sets.items():
            accuracy, mean_loss = measured(w, images, labels)
            curves[f"{name} accuracy"].append(accuracy)
            curves[f"{name} loss"].append(mean_loss)
        last = {name: values[-1] for name, values in curves.items()}
        if not math.isfinite(last["train loss"]):
            raise command.Stop(f"the loss is no longer finite after epoch {epoch}: try a smaller --lr")
        print(f"epoch {epoch:3d}  " + "  ".join(f"{name} {command.figure(value)}" for name, value in last.items()))
        training.keep(options, facts, {"epoch": epoch + 1, "update": 0, "w": w, "curves": curves})
    if options.plot:
        command.draw(options.plot, {name: curves[name] for name in curves if "accuracy" in name}, "accuracy")
    return curves


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("Softmax and multilayer perceptrons on MNIST.", epochs=10, lr=0.5, winit=0.1)
    options.prog = "mnist"
    options.set_defaults(seed=10)
    options.add_argument("--batchsize", type=command.size, default=100, metavar="N", help="images per step")
    options.add_argument(
        "--hidden", type=command.size, nargs="*", default=[], metavar="N", help="sizes of the hidden layers"
    )
    training.add_options(options)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
