"""A residual network with batch normalisation on handwritten digits (MNIST, or the small digits of scikit-learn).

    python -m examples.resnet                  one epoch of MNIST
    python -m examples.resnet --channels 16 32 64 --epochs 5
    python -m examples.resnet --fast           small digits, in seconds

A convolution, then two blocks per size, each two convolutions 3x3 around which the input goes straight (He et al.
2016); where the image is halved, the straight way leaves out every other pixel and has zeros for the new channels. In
training each batch is normalised by itself; for testing, means and variances are those of a thousand training images.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import srcgrad_runtime.nn as nn

from examples import command, data, training
from srcgrad import grad, optim, stop_gradient, value_and_grad


def convolve(layer, x, stride, known):
    """The normalised convolution of x (N, C, H, W), and the means and variances that it was normalised with."""
    x = nn.conv(x, layer["kernel"], stride=stride, padding=1)
    if known is None:
        return nn.batch_norm(x, layer["scale"], layer["shift"]), nn.batch_statistics(stop_gradient(x))
    mean, var = known
    return nn.batch_norm(x, layer["scale"], layer["shift"], mean, var), known


def straight(x, channels, stride):
    return np.pad(x[:, :, ::stride, ::stride], ((0, 0), (0, channels - x.shape[1]), (0, 0), (0, 0)))


def predict(w, x, known=None):
    """The scores (N, 10), and what each convolution was normalised with; with `known`, that is taken from there."""
    known = known or [None] * (1 + 2 * len(w["blocks"]))
    x, seen = convolve(w["first"], x, 1, known[0])
    x, used = nn.relu(x), [seen]
    for one, two in w["blocks"]:
        channels = len(one["shift"])
        stride = 1 if channels == x.shape[1] else 2
        y, seen = convolve(one, x, stride, known[len(used)])
        y, again = convolve(two, nn.relu(y), 1, known[len(used) + 1])
        used = used + [seen, again]
        x = nn.relu(straight(x, channels, stride) + y)
    return np.mean(x, axis=(2, 3)) @ w["scores"] + w["bias"], used


def loss(w, x, labels):
    """The mean cross-entropy of the predictions with the labels."""
    return nn.cross_entropy(predict(w, x)[0], labels)


lossgradient = value_and_grad(loss)


def weights(channels: Sequence[int], winit: float, rng: np.random.Generator) -> dict[str, Any]:
    """Normal kernels of size winit * sqrt(2 / inputs), scales 1, shifts 0; float32."""

    def layer(inputs: int, outputs: int) -> dict[str, np.ndarray]:
        kernel = winit * math.sqrt(2 / (9 * inputs)) * rng.standard_normal((outputs, inputs, 3, 3))
        ones = np.ones(outputs, dtype=np.float32)
        return {"kernel": kernel.astype(np.float32), "scale": ones, "shift": np.zeros(outputs, dtype=np.float32)}

    first, blocks, inputs = layer(1, channels[0]), [], channels[0]
    for outputs in channels:
        blocks += [
            (layer(inputs, outputs), layer(outputs, outputs)),
            (layer(outputs, outputs), layer(outputs, outputs)),
        ]
        inputs = outputs
    scores = winit * rng.standard_normal((inputs, 10)) / math.sqrt(inputs)
    zeros = np.zeros(10, dtype=np.float32)
    return {"first": first, "blocks": blocks, "scores": scores.astype(np.float32), "bias": zeros}


def accuracy(w: Any, x: np.ndarray, labels: np.ndarray, known: Any) -> float:
    """The share of images that are predicted right; in blocks, to spare memory."""
    right = 0
    for i in range(0, len(x), 500):
        right += int(np.sum(np.argmax(predict(w, x[i : i + 500], known)[0], axis=1) == labels[i : i + 500]))
    return right / len(x)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print losses and accuracies, and return them: one value per epoch."""
    if options.fast:
        options.channels, options.epochs = [4, 8], min(options.epochs, 3)
    options.batchsize = options.batchsize or (50 if options.fast else 100)
    digits = data.load_digits(options.data, bundled=options.fast and options.data is None)
    side = math.isqrt(digits.x_train.shape[1])
    x, x_test = (images.reshape(-1, 1, side, side) for images in (digits.x_train, digits.x_test))
    print(f"{digits.name}: {len(x)} images to train on, {len(x_test)} to test, {side} x {side} pixels")
    size, labels = options.batchsize, digits.y_train
    if size > len(x):
        raise command.Stop(f"--batchsize {size} is more than the {len(x)} images there are")
    if list(options.channels) != sorted(options.channels):
        raise command.Stop(f"--channels {options.channels} must not become fewer")
    rng = np.random.default_rng(options.seed)
    w = weights(options.channels, options.winit, rng)
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, x[:size], labels[:size])
    if options.gcheck:
        command.check_entries(loss, grad(loss), w, (x[:10], labels[:10]), options.gcheck, rng)

    there = command.place(options)
    gradient, predicted, right = there(lossgradient), there(predict), there(accuracy)

    def step(w: Any, epoch: int, i: int, order: Any) -> tuple[Any, Any, Any]:
        if order is None:
            order = np.random.default_rng([options.seed, epoch]).permutation(len(x))
        batch = order[i * size : (i + 1) * size]
        return *gradient(w, x[batch], labels[batch]), order

    def measure(w: Any, mean: float) -> dict[str, float]:
        known = predicted(w, x[:1000])[1]
        return {"train loss": mean, "test accuracy": right(w, x_test, digits.y_test, known)}

    optimiser = optim.Momentum(lr=options.lr, decay=0.9, weight_decay=1e-4)
    w, curves = training.fit(options, {"digits": len(x)}, w, optimiser, len(x) // size, step, measure)
    if options.plot:
        command.draw(options.plot, {"test accuracy": curves["test accuracy"]}, "accuracy", first=1)
    return curves


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("A residual network on digits.", epochs=3, lr=0.05, winit=1.0)
    options.prog = "resnet"
    options.add_argument(
        "--batchsize", type=command.size, metavar="N", help="images per update (100, or 50 with --fast)"
    )
    options.add_argument(
        "--channels", type=command.size, nargs="+", default=[8, 16, 32], metavar="N", help="channels at each size"
    )
    training.add_options(options, every=100)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
