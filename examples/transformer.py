"""A small character transformer: attention over the last --steps characters predicts the next one.

    python -m examples.transformer                          on the sources of Python's own standard library
    python -m examples.transformer book.txt --generate 500  on any text (UTF-8, .gz too); then write 500 characters
    python -m examples.transformer book.txt --checkpoint run.npz     killed, and started again, it goes on

Blocks of causal self-attention and a perceptron, each behind a layer normalisation (Vaswani et al. 2017, with the
normalisation before the block), learned places, Adam. The last tenth of the text is kept for testing. Losses are means
in nats per character; an epoch is a number of updates, each with windows from random places of the text.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from examples import charlm, command, training
from srcgrad import grad, optim, to_host, value_and_grad


def normalise(norm, x):
    gain, shift = norm
    x = x - np.mean(x, axis=-1, keepdims=True)
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-5) * gain + shift


def attend(block, x, heads):
    """Each place (batch, steps, width) takes from the places up to its own what it asks for."""
    batch, steps, width = x.shape
    parts = (x @ block["asked"]).reshape(batch, steps, 3, heads, width // heads)
    query, key, value = parts.transpose(2, 0, 3, 1, 4)  # each (batch, heads, steps, width / heads)
    scores = query @ key.swapaxes(2, 3) / math.sqrt(width // heads)
    scores = np.where(np.tri(steps, dtype=bool), scores, -np.inf)
    odds = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    odds = odds / np.sum(odds, axis=-1, keepdims=True)
    mixed = (odds @ value).transpose(0, 2, 1, 3).reshape(batch, steps, width)
    return mixed @ block["mixed"]


def think(block, x):
    return np.maximum(0, x @ block["up"] + block["up bias"]) @ block["down"] + block["down bias"]


def predict(w, chars, heads):
    """The scores (batch, steps, characters) of what follows each of the characters (batch, steps)."""
    x = w["embedding"][chars] + w["places"][: chars.shape[1]]
    for block in w["blocks"]:
        x = x + attend(block, normalise(block["norm"], x), heads)
        x = x + think(block, normalise(block["norm again"], x))
    return normalise(w["norm"], x) @ w["scores"]


def loss(w, window, heads):
    """The mean loss in nats per character; window is (batch, steps + 1)."""
    scores = predict(w, window[:, :-1], heads)
    scores = scores - np.max(scores, axis=-1, keepdims=True)
    logp = scores - np.log(np.sum(np.exp(scores), axis=-1, keepdims=True))
    return -np.mean(np.take_along_axis(logp, window[:, 1:, None], axis=-1))


lossgradient = value_and_grad(loss)


def weights(characters: int, steps: int, width: int, blocks: int, winit: float, rng: np.random.Generator) -> Any:
    """Normal weights of size winit / sqrt(inputs), zero biases; float32."""

    def normal(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) * winit / math.sqrt(shape[0])).astype(np.float32)

    def zeros(size: int) -> np.ndarray:
        return np.zeros(size, dtype=np.float32)

    def norm() -> tuple[np.ndarray, np.ndarray]:
        return np.ones(width, dtype=np.float32), zeros(width)

    def block() -> dict[str, Any]:
        attention = {"norm": norm(), "asked": normal(width, 3 * width), "mixed": normal(width, width)}
        up = {"norm again": norm(), "up": normal(width, 4 * width), "up bias": zeros(4 * width)}
        return attention | up | {"down": normal(4 * width, width), "down bias": zeros(width)}

    return {
        "embedding": normal(characters, width) * np.float32(math.sqrt(characters) * 0.1),
        "places": normal(steps, width) * np.float32(math.sqrt(steps) * 0.1),
        "blocks": [block() for _ in range(blocks)],
        "norm": norm(),
        "scores": normal(width, characters),
    }


def windows(encoded: np.ndarray, batch: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """(batch, steps + 1) characters from random places."""
    starts = rng.integers(len(encoded) - steps, size=batch)
    return encoded[starts[:, None] + np.arange(steps + 1)]


def generate(w: Any, vocabulary: str, length: int, heads: int, rng: np.random.Generator) -> str:
    """Text drawn from the model, one character after the other, beginning with the first known character."""
    chars = [0]
    for _ in range(length):
        scores = predict(w, np.array([chars[-len(w["places"]) :]]), heads)[0, -1].astype(float)
        chars.append(charlm.draw(scores, rng))
    return "".join(vocabulary[char] for char in chars[1:])


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print losses, write text as the options say; returns the losses, one per epoch."""
    if options.fast:
        options.steps, options.width, options.blocks, options.heads, options.batchsize = 16, 16, 1, 2, 8
        options.epochs, options.updates = min(options.epochs, 3), 40
    if options.width % options.heads:
        raise command.Stop(f"--width {options.width} cannot be shared among --heads {options.heads}")
    text = charlm.text_of(options.text, 20_000 if options.fast else None)
    vocabulary = "".join(dict.fromkeys(text))
    encoded = charlm.encode(text, vocabulary)
    train, test = np.split(encoded, [len(encoded) * 9 // 10])
    if len(test) <= options.steps:
        raise command.Stop(f"{len(text)} characters are too few for windows of {options.steps} steps")
    print(f"{len(text)} characters, {len(vocabulary)} of them different; {options.updates} updates per epoch")
    rng = np.random.default_rng(options.seed)
    w = weights(len(vocabulary), options.steps, options.width, options.blocks, options.winit, rng)
    tests = [windows(test, 50, options.steps, rng) for _ in range(1 if options.fast else 20)]
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, tests[0], options.heads)
    if options.gcheck:
        command.check_entries(loss, grad(loss), w, (tests[0][:2], options.heads), options.gcheck, rng)

    there = command.place(options)
    gradient, tested = there(lossgradient), there(loss)

    def step(w: Any, epoch: int, i: int, carried: Any) -> tuple[Any, Any, Any]:
        drawn = windows(train, options.batchsize, options.steps, np.random.default_rng([options.seed, epoch, i]))
        return *gradient(w, drawn, options.heads), None

    def measure(w: Any, mean: float) -> dict[str, float]:
        return {
            "train loss": mean,
            "test loss": float(np.mean([float(tested(w, one, options.heads)) for one in tests])),
        }

    optimiser = optim.Adam(lr=options.lr, clip=1.0)
    w, curves = training.fit(options, {"characters": len(text)}, w, optimiser, options.updates, step, measure)
    if options.generate:
        print(generate(to_host(w), vocabulary, options.generate, options.heads, np.random.default_rng(options.seed)))
    if options.plot:
        command.draw(options.plot, curves, "nats per character", first=1)
    return curves


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("A small character transformer.", epochs=5, lr=2e-3, winit=1.0, data=False)
    options.prog = "transformer"
    options.add_argument("text", type=command.file, nargs="*", metavar="TEXT", help="text files to learn from")
    for name, default, what in [
        ("batchsize", 32, "windows per update"),
        ("updates", 400, "updates per epoch"),
        ("steps", 64, "characters that the model looks back upon"),
        ("width", 96, "size of the vector at each place"),
        ("blocks", 3, "blocks of attention and perceptron"),
        ("heads", 4, "parts of the vector that attend on their own"),
    ]:
        options.add_argument(f"--{name}", type=command.size, default=default, metavar="N", help=what)
    options.add_argument("--generate", type=command.count, default=0, metavar="N", help="write N characters at the end")
    training.add_options(options, every=100)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
