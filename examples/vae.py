"""A variational autoencoder: digits from a few numbers (MNIST, or the small digits of scikit-learn).

    python -m examples.vae                --fast for a run of seconds
    python -m examples.vae --generate 5   at the end draw five digits of its own, in letters

An encoder gives each image a normal distribution over --latent numbers, a decoder makes an image of numbers drawn from
it; both are perceptrons with one hidden layer. The loss is the negative evidence lower bound, in nats per image
(Kingma and Welling 2014): what the image costs given the numbers, and what the numbers cost beside a standard normal.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from examples import command, data, training
from srcgrad import grad, optim, to_host, value_and_grad


def layer(w, x):
    weight, bias = w
    return x @ weight + bias


def encode(w, x):
    """The mean and the logarithm of the variance of the latent numbers, each (images, latent)."""
    hidden = np.tanh(layer(w["look"], x))
    return layer(w["mean"], hidden), layer(w["logvar"], hidden)


def decode(w, z):
    """The scores (images, pixels): log odds of ink."""
    return layer(w["draw"], np.tanh(layer(w["imagine"], z)))


def loss(w, x, noise):
    """The negative evidence lower bound in nats per image, with one draw; noise is standard normal (images, latent)."""
    mean, logvar = encode(w, x)
    scores = decode(w, mean + np.exp(logvar / 2) * noise)
    image = np.sum(np.maximum(scores, 0) - x * scores + np.log1p(np.exp(-np.abs(scores))))
    latent = np.sum(np.exp(logvar) + mean**2 - 1 - logvar) / 2
    return (image + latent) / len(x)


lossgradient = value_and_grad(loss)


def weights(pixels: int, hidden: int, latent: int, winit: float, rng: np.random.Generator) -> dict[str, Any]:
    """Pairs (weight, bias) by name, Xavier-normal times winit, float32."""

    def pair(inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
        weight = winit * rng.standard_normal((inputs, outputs)) * np.sqrt(2 / (inputs + outputs))
        return weight.astype(np.float32), np.zeros(outputs, dtype=np.float32)

    return {
        "look": pair(pixels, hidden),
        "mean": pair(hidden, latent),
        "logvar": pair(hidden, latent),
        "imagine": pair(latent, hidden),
        "draw": pair(hidden, pixels),
    }


def noise_for(x: np.ndarray, latent: int, *seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((len(x), latent)).astype(np.float32)


def picture(pixels: np.ndarray) -> str:
    """A square image in 0..1 as lines of letters, two for each pixel."""
    side = round(len(pixels) ** 0.5)
    shades = np.minimum((pixels * 5).astype(int), 4).reshape(side, side)
    return "\n".join("".join(" .:+#"[shade] * 2 for shade in row).rstrip() for row in shades)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses, and return them: one value per epoch."""
    if options.fast:
        options.hidden, options.latent, options.epochs = 32, 4, min(options.epochs, 5)
    digits = data.load_digits(options.data, bundled=options.fast and options.data is None)
    x, x_test = digits.x_train, digits.x_test
    print(f"{digits.name}: {len(x)} images to train on, {len(x_test)} to test, {x.shape[1]} pixels")
    size, latent, seed = options.batchsize, options.latent, options.seed
    if size > len(x):
        raise command.Stop(f"--batchsize {size} is more than the {len(x)} images there are")
    rng = np.random.default_rng(seed)
    w = weights(x.shape[1], options.hidden, latent, options.winit, rng)
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, x[:size], noise_for(x[:size], latent, 0))
    if options.gcheck:
        command.check_entries(loss, grad(loss), w, (x[:20], noise_for(x[:20], latent, 0)), options.gcheck, rng)

    there = command.place(options)
    gradient, tested = there(lossgradient), there(loss)

    def step(w: Any, epoch: int, i: int, order: Any) -> tuple[Any, Any, Any]:
        if order is None:
            order = np.random.default_rng([seed, epoch]).permutation(len(x))
        batch = x[order[i * size : (i + 1) * size]]
        return *gradient(w, batch, noise_for(batch, latent, seed, epoch, i)), order

    def measure(w: Any, mean: float) -> dict[str, float]:
        return {"train loss": mean, "test loss": float(tested(w, x_test, noise_for(x_test, latent, 0)))}

    facts = {"digits": len(x)}
    w, curves = training.fit(options, facts, w, optim.Adam(lr=options.lr), len(x) // size, step, measure)
    for z in rng.standard_normal((options.generate, latent)):
        print(picture(ink(decode(to_host(w), z.astype(np.float32)))))
    if options.plot:
        command.draw(options.plot, curves, "nats per image", first=1)
    return curves


def ink(scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-scores))


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("A variational autoencoder of digits.", epochs=10, lr=1e-3, winit=1.0)
    options.prog = "vae"
    for name, default, what in [
        ("batchsize", 100, "images per update"),
        ("hidden", 400, "size of the hidden layers"),
        ("latent", 20, "numbers that stand for an image"),
    ]:
        options.add_argument(f"--{name}", type=command.size, default=default, metavar="N", help=what)
    options.add_argument("--generate", type=command.count, default=0, metavar="N", help="draw N digits at the end")
    training.add_options(options, every=300)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
