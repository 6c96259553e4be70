"""A character-level language model: an LSTM that learns to continue a text, and then writes one of its own.

    python -m examples.charlm                         on the sources of Python's own standard library
    python -m examples.charlm book.txt --generate 500 on any text (UTF-8, .gz too); then write 500 characters
    python -m examples.charlm book.txt --savefile book.npz
    python -m examples.charlm --loadfile book.npz --epochs 0 --generate 500
    python -m examples.charlm book.txt --layers 256 256 --checkpoint run.npz     killed, and started again, it goes on

The text is cut into as many rows as there are in a batch. Windows of --steps characters follow each other along the
rows, and the state of the network (hidden, cell) is carried from each window to the next. The loss is the sum over the
steps of the mean over the rows; what is printed is its running mean over the epoch, in nats per character.
"""

from __future__ import annotations

import argparse
import math
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from examples import checkpoint, command, data, training
from srcgrad import optim, to_host, value_and_grad


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(weight, bias, hidden, cell, x):
    n = cell.shape[1]
    gates = np.concatenate([x, hidden], axis=1) @ weight + bias
    forget = sigmoid(gates[:, :n])
    ingate = sigmoid(gates[:, n : 2 * n])
    outgate = sigmoid(gates[:, 2 * n : 3 * n])
    change = np.tanh(gates[:, 3 * n :])
    cell = cell * forget + ingate * change
    hidden = outgate * np.tanh(cell)
    return hidden, cell


def predict(w, state, chars):
    """The scores (batch, characters) of what follows `chars` (batch,), and the state of each layer after it."""
    x = w["embedding"][chars]
    after = []
    for (weight, bias), (hidden, cell) in zip(w["layers"], state, strict=True):
        x, cell = lstm(weight, bias, hidden, cell, x)
        after.append((x, cell))
    return x @ w["scores"] + w["bias"], after


def loss(w, state, window):
    """The sum over the steps of the mean loss in nats, and the state after them; window is (steps + 1, batch)."""
    total = 0.0
    rows = np.arange(window.shape[1])
    for now, following in zip(window[:-1], window[1:], strict=True):
        scores, state = predict(w, state, now)
        scores = scores - np.max(scores, axis=1, keepdims=True)
        logp = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
        total -= np.mean(logp[rows, following])
    return total, state


lossgradient = value_and_grad(loss, has_aux=True)


def weights(characters: int, embedding: int, layers: Sequence[int], winit: float, rng: np.random.Generator) -> Any:
    """Xavier-uniform weights times winit, zero biases but for the forget gates, which start at 1; float32."""

    def xavier(inputs: int, outputs: int) -> np.ndarray:
        s = winit * math.sqrt(2 / (inputs + outputs))
        return rng.uniform(-s, s, (inputs, outputs)).astype(np.float32)

    w: dict[str, Any] = {"embedding": xavier(characters, embedding), "layers": []}
    inputs = embedding
    for hidden in layers:
        bias = np.zeros(4 * hidden, dtype=np.float32)
        bias[:hidden] = 1
        w["layers"].append((xavier(inputs + hidden, 4 * hidden), bias))
        inputs = hidden
    return {**w, "scores": xavier(inputs, characters), "bias": np.zeros(characters, dtype=np.float32)}


def start(w: Any, batch: int) -> list[Any]:
    """The state before the first character: zeros, (hidden, cell) for each layer."""
    sizes = [len(bias) // 4 for _, bias in w["layers"]]
    return [(np.zeros((batch, n), np.float32), np.zeros((batch, n), np.float32)) for n in sizes]


def generate(w: Any, vocabulary: str, length: int, rng: np.random.Generator) -> str:
    """Text drawn from the model, one character after the other, from a zero state and the first known character."""
    state, char, written = start(w, 1), 0, []
    for _ in range(length):
        scores, state = predict(w, state, np.array([char]))
        char = draw(scores[0].astype(float), rng)
        written.append(vocabulary[char])
    return "".join(written)


def draw(scores: np.ndarray, rng: np.random.Generator) -> int:
    """A character with the odds that its scores give it."""
    odds = np.cumsum(np.exp(scores - np.max(scores)))
    return int(np.searchsorted(odds, rng.random() * odds[-1], side="right"))


# --- the text ---------------------------------------------------------------------------------------------------------


def text_of(paths: Sequence[Path], length: int | None) -> str:
    """The texts of the files, or else the standard library; the first `length` characters."""
    return ("".join(map(data.read_text, paths)) if paths else standard_library())[:length]


def standard_library() -> str:
    """The sources of the modules at the top of Python's standard library, in the order of their names."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def encode(text: str, vocabulary: str) -> np.ndarray:
    """The place of each character in the vocabulary; Stop for a character that is not there."""
    places = {char: place for place, char in enumerate(vocabulary)}
    try:
        return np.fromiter(map(places.__getitem__, text), dtype=np.int32, count=len(text))
    except KeyError as error:
        raise command.Stop(f"the text has the character {error}, which the model in --loadfile never saw") from None


def windows(encoded: np.ndarray, batch: int, steps: int) -> list[np.ndarray]:
    """Windows (steps + 1, batch) that follow each other along `batch` rows of text; the last incomplete one is left out."""
    length = len(encoded) // batch
    rows = np.ascontiguousarray(encoded[: batch * length].reshape(batch, length).T)
    return [rows[i : i + steps + 1] for i in range(0, length - steps, steps)]


# --- training ---------------------------------------------------------------------------------------------------------


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the running losses, write text as the options say; returns the losses, one per epoch."""
    if options.fast:
        options.layers, options.embedding, options.batchsize, options.steps = [32] * len(options.layers), 16, 16, 20
        options.epochs = min(options.epochs, 3)
    text = text_of(options.text, 20_000 if options.fast else None)
    rng = np.random.default_rng(options.seed)
    if options.loadfile:
        vocabulary, w = load(options.loadfile)
    else:
        vocabulary = "".join(dict.fromkeys(text))  # in the order of first appearance
        w = weights(len(vocabulary), options.embedding, options.layers, options.winit, rng)
    batches = windows(encode(text, vocabulary), options.batchsize, options.steps) if options.epochs else []
    if options.epochs and not batches:
        raise command.Stop(f"{len(text)} characters do not fill one window of {options.batchsize} x {options.steps}")
    if batches:
        print(f"{len(text)} characters, {len(vocabulary)} of them different; {len(batches)} updates per epoch")
        if options.loadfile:
            sizes = " ".join(str(len(bias) // 4) for _, bias in w["layers"])
            print(f"the model of {options.loadfile}: embedding {w['embedding'].shape[1]}, layers {sizes}")
        state = start(w, options.batchsize)
        if options.show_gradient:
            command.show_gradient(options, lossgradient, w, state, batches[0])
        if options.gcheck:
            command.check_entries(
                lambda *arguments: loss(*arguments)[0],
                lambda *arguments: lossgradient(*arguments)[1],
                w, (state, batches[0][:6]), options.gcheck, rng,
            )  # fmt: skip

    gradient = command.place(options)(lossgradient)

    def step(w: Any, epoch: int, i: int, state: Any) -> tuple[Any, Any, Any]:
        (value, state), g = gradient(w, start(w, options.batchsize) if state is None else state, batches[i])
        return value / options.steps, optim.clip(g, options.gclip, optim.sum_of_norms), state

    facts = {"characters": len(text), "vocabulary": vocabulary}
    w, curves = training.fit(options, facts, w, optim.SGD(lr=options.lr), len(batches), step)
    if options.savefile:
        checkpoint.write(options.savefile, {}, {"vocabulary": vocabulary, "w": w})
    if options.generate:
        print(generate(to_host(w), vocabulary, options.generate, np.random.default_rng(options.seed)))
    if options.plot:
        command.draw(options.plot, curves, "nats per character", first=1)
    return curves


def load(path: Path) -> tuple[str, Any]:
    """The vocabulary and the weights in a file written by --savefile."""
    found = checkpoint.read(path)
    if not isinstance(found, dict) or set(found) != {"vocabulary", "w"}:
        raise command.Stop(f"{path} is no model that --savefile wrote" if path.exists() else f"there is no file {path}")
    return found["vocabulary"], found["w"]


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("A character-level language model.", epochs=5, lr=1.0, winit=1.0, data=False)
    options.prog = "charlm"
    options.add_argument("text", type=command.file, nargs="*", metavar="TEXT", help="text files to learn from")
    for name, default, what in [
        ("batchsize", 128, "rows that the text is cut into"),
        ("steps", 100, "characters per update"),
        ("embedding", 256, "size of the vector that stands for a character"),
    ]:
        options.add_argument(f"--{name}", type=command.size, default=default, metavar="N", help=what)
    options.add_argument("--layers", type=command.size, nargs="+", default=[256], metavar="N", help="LSTM layers")
    options.add_argument(
        "--gclip", type=command.positive, default=5.0, metavar="S", help="bound on the sum of the norms of the gradient"
    )
    options.add_argument("--generate", type=command.count, default=0, metavar="N", help="write N characters at the end")
    options.add_argument("--loadfile", type=command.file, metavar="FILE.npz", help="start from a model that was saved")
    options.add_argument("--savefile", type=command.output, metavar="FILE.npz", help="save the model at the end")
    training.add_options(options, every=100)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
