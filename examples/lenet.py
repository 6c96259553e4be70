"""A convolutional network on handwritten digits: LeNet (Y. LeCun et al. 1998, in the form of the Knet tutorial) on MNIST.

    python -m examples.lenet                        10 epochs of SGD, about .9957 / .9883 right (train / test)
    python -m examples.lenet --optim adam           another optimiser, with a learning rate that suits it
    python -m examples.lenet --checkpoint run.npz   a run that is stopped goes on from there when started again

Convolution 5x5 with 20 kernels, relu, pooling by 2; the same with 50 kernels; 500 hidden units, relu; 10 scores. Pixels
are divided by 255, batches follow each other in the order of the file and the last one is dropped if it is not full;
weights are uniform (Xavier), biases zero. Everything is float32.
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
from srcgrad import grad, optim
from srcgrad.training import accuracy, minibatches, xavier


def predict(w, x):
    x = nn.max_pool(nn.relu(nn.conv(x, w[0], w[1])))
    x = nn.max_pool(nn.relu(nn.conv(x, w[2], w[3])))
    x = x.reshape(len(x), -1)
    x = nn.relu(x @ w[4] + w[5])
    return x @ w[6] + w[7]


def loss(w, x, y):
    """The mean cross-entropy of the predictions with the labels y."""
    return nn.cross_entropy(predict(w, x), y)


lossgradient = grad(loss)

SHAPES = [(20, 1, 5, 5), (50, 20, 5, 5), (800, 500), (500, 10)]
OPTIMISERS = {
    "sgd": lambda lr: optim.SGD(lr or 0.1),
    "momentum": lambda lr: optim.Momentum(lr or 0.005, decay=0.99),
    "nesterov": lambda lr: optim.Nesterov(lr or 0.005, decay=0.99),
    "adagrad": lambda lr: optim.Adagrad(lr or 0.01),
    "adadelta": lambda lr: optim.Adadelta(lr or 0.35, rho=0.9),
    "rmsprop": lambda lr: optim.RMSprop(lr or 1e-3, rho=0.9),
    "adam": lambda lr: optim.Adam(lr or 1e-3),
    "adamw": lambda lr: optim.AdamW(lr or 1e-3),
}


def weights(rng: np.random.Generator) -> list[Any]:
    """Weight and bias of each layer, float32."""
    w = []
    for shape in SHAPES:
        w.append(xavier(rng, shape))
        w.append(np.zeros(shape[0] if len(shape) == 4 else shape[1], dtype=np.float32))
    return w


def as_images(x: np.ndarray) -> np.ndarray:
    """Rows of pixels as (N, 1, 28, 28); small ones are enlarged three times and get a margin."""
    side = math.isqrt(x.shape[1])
    x = x.reshape(-1, 1, side, side)
    if side == 28:
        return x
    x = np.repeat(np.repeat(x, 3, axis=2), 3, axis=3)
    margin = (28 - x.shape[2]) // 2
    return np.pad(x, ((0, 0), (0, 0), (margin, margin), (margin, margin)))


def measure(w, x: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The share of images whose digit is predicted right, and the mean loss; in blocks, to spare memory."""
    right, total = 0.0, 0.0
    for images, digits in minibatches(1000, x, labels, partial=True):
        scores = predict(w, images)
        right += accuracy(scores, digits) * len(digits)
        total += float(nn.cross_entropy(scores, digits, "sum"))
    return right / len(x), total / len(x)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train as the options say, print losses and accuracies, and return them: one value per epoch from epoch 0 on."""
    if options.fast:
        options.epochs = min(options.epochs, 2)
    digits = data.load_digits(options.data, bundled=options.fast and options.data is None)
    sets = {
        "train": (as_images(digits.x_train), digits.y_train.astype(int)),
        "test": (as_images(digits.x_test), digits.y_test.astype(int)),
    }
    x, y = sets["train"]
    print(f"{digits.name}: {len(x)} images to train on, {len(digits.x_test)} to test")
    if options.batchsize > len(x):
        raise command.Stop(f"--batchsize {options.batchsize} is more than the {len(x)} images there are")
    batches = list(minibatches(options.batchsize, x, y))
    rng = np.random.default_rng(options.seed)
    w, optimiser = weights(rng), OPTIMISERS[options.optim](options.lr)
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, *batches[0])
    if options.gcheck:  # few images, and biases that are not zero: differences across a kink of relu are no derivatives
        near = [part + 0.01 * rng.standard_normal(part.shape) for part in w]
        command.check_entries(loss, lossgradient, near, (x[:2], y[:2]), options.gcheck, rng)

    curves: dict[str, list[float]] = {f"{name} {what}": [] for name in sets for what in ("accuracy", "loss")}
    facts = {"digits": digits.name.split(" in ")[0]}
    start = {"epoch": 0, "update": 0, "w": w, "optimiser": optimiser.state(), "curves": curves}
    run = training.begin(options, facts, start, first=0)
    optimiser.restore(run["optimiser"])
    there = command.place(options)
    w, curves = there(run["w"]), run["curves"]
    gradient, measured = there(lossgradient), there(measure)

    def keep(epoch: int, update: int) -> None:
        state = {"epoch": epoch, "update": update, "w": w, "optimiser": optimiser.state(), "curves": curves}
        training.keep(options, facts, state)

    for epoch in range(run["epoch"], options.epochs + 1):
        first = run["update"] if epoch == run["epoch"] else 0
        for i in command.progress(range(first, len(batches) if epoch else 0), f"epoch {epoch}"):
            w = optimiser.update(w, gradient(w, *batches[i]))
            if (i + 1) % options.every == 0:
                keep(epoch, i + 1)
        for name, (images, labels) in sets.items():
            right, mean_loss = measured(w, images, labels)
            curves[f"{name} accuracy"].append(right)
            curves[f"{name} loss"].append(mean_loss)
        last = {name: values[-1] for name, values in curves.items()}
        if not math.isfinite(last["train loss"]):
            raise command.Stop(f"the loss is no longer finite after epoch {epoch}: try a smaller --lr")
        shown = "  ".join(f"{name} {command.figure(value)}" for name, value in last.items())
        print(f"epoch {epoch:3d}  {shown}", flush=True)
        keep(epoch + 1, 0)
    if options.plot:
        command.draw(options.plot, {name: curves[name] for name in curves if "accuracy" in name}, "accuracy")
    return curves


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("LeNet on MNIST.", epochs=10, lr=None, winit=None)
    options.prog = "lenet"
    options.add_argument("--optim", choices=list(OPTIMISERS), default="sgd", help="the optimiser")
    options.add_argument("--batchsize", type=command.size, default=100, metavar="N", help="images per step")
    training.add_options(options, every=100)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
