"""Parts of speech: a bidirectional LSTM reads the letters of each word, another one the words of each sentence.

    python -m examples.tagger                    English-EWT of Universal Dependencies
    python -m examples.tagger --train de-train.conllu --test de-test.conllu     any other treebank of theirs
    python -m examples.tagger --fast             the tokens of Python's own sources and their kinds, in seconds

The model knows no list of words: all it sees of a word are its letters. It is compared with the baseline that gives each
word the tag it has most often in the training data, and the most frequent tag of all to words that are not there.
"""

from __future__ import annotations

import argparse
import collections
import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from examples import command, data, training
from examples.charlm import lstm
from srcgrad import grad, optim, to_host, value_and_grad


def run(layer, x):
    """The hidden states (steps, rows, hidden) of an LSTM that reads x (steps, rows, inputs) from a zero state."""
    weight, bias = layer
    hidden = cell = np.zeros((x.shape[1], len(bias) // 4), x.dtype)
    states = []
    for step in x:
        hidden, cell = lstm(weight, bias, hidden, cell, step)
        states.append(hidden)
    return np.stack(states)


def predict(w, batch):
    """The scores (words in the batch, tags)."""
    row = np.arange(len(batch.last))
    onward = run(w["onward"], w["letters"][batch.letters])[batch.last, row]
    back = run(w["back"], w["letters"][batch.letters_back])[batch.last, row]
    words = np.concatenate([onward, back], axis=1)
    left = run(w["left"], words[batch.words])[batch.place, batch.sentence]
    right = run(w["right"], words[batch.words_back])[batch.place_back, batch.sentence]
    return np.concatenate([left, right], axis=1) @ w["scores"] + w["bias"]


def loss(w, batch):
    """The mean cross-entropy of the predicted tags."""
    scores = predict(w, batch)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logp = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(batch.tags)), batch.tags])


lossgradient = value_and_grad(loss)


class Batch(NamedTuple):
    """Sentences side by side, as numbers. What is shorter than the longest is filled up at its end and never looked at."""

    letters: np.ndarray  # (longest word, different words)
    letters_back: np.ndarray  # the same, each word from its end
    last: np.ndarray  # (different words,) where each word ends
    words: np.ndarray  # (longest sentence, sentences): columns of `letters`
    words_back: np.ndarray
    place: np.ndarray  # (words,) where each word stands in `words`, and in `words_back`, and in which sentence
    place_back: np.ndarray
    sentence: np.ndarray
    tags: np.ndarray  # (words,)


def batch_of(sentences: Sequence[data.Sentence], letters: dict[str, int], tags: dict[str, int]) -> Batch:
    """The sentences as a batch; letters that are not known are 0, as is a tag that is not known (it is never right)."""
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys(w for s in sentences for w in s.words))}
    spelled = [np.array([letters.get(c, 0) for c in word]) for word in vocabulary]
    columns = [np.array([vocabulary[word] for word in s.words]) for s in sentences]
    return Batch(
        letters=beside(spelled),
        letters_back=beside([word[::-1] for word in spelled]),
        last=np.array([len(word) - 1 for word in spelled]),
        words=beside(columns),
        words_back=beside([column[::-1] for column in columns]),
        place=np.concatenate([np.arange(len(c)) for c in columns]),
        place_back=np.concatenate([np.arange(len(c))[::-1] for c in columns]),
        sentence=np.repeat(np.arange(len(columns)), [len(c) for c in columns]),
        tags=np.array([tags.get(tag, -1) for s in sentences for tag in s.tags]),
    )


def beside(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Vectors as the columns of one array, filled up with zeros."""
    joined = np.zeros((max(map(len, columns)), len(columns)), dtype=np.intp)
    for i, column in enumerate(columns):
        joined[: len(column), i] = column
    return joined


def weights(letters: int, tags: int, sizes: tuple[int, int, int], winit: float, rng: np.random.Generator) -> Any:
    """Xavier-uniform weights times winit, zero biases but for the forget gates, which start at 1; float32."""
    letter, word, hidden = sizes

    def xavier(inputs: int, outputs: int) -> np.ndarray:
        s = winit * math.sqrt(6 / (inputs + outputs))
        return rng.uniform(-s, s, (inputs, outputs)).astype(np.float32)

    def layer(inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
        bias = np.zeros(4 * outputs, dtype=np.float32)
        bias[:outputs] = 1
        return xavier(inputs + outputs, 4 * outputs), bias

    return {
        "letters": xavier(letters, letter),
        "onward": layer(letter, word),
        "back": layer(letter, word),
        "left": layer(2 * word, hidden),
        "right": layer(2 * word, hidden),
        "scores": xavier(2 * hidden, tags),
        "bias": np.zeros(tags, dtype=np.float32),
    }


def accuracy(predicted: Any, w: Any, batches: Sequence[Batch]) -> float:
    """The share of words with the right tag, where `predicted` is `predict` on some device."""
    found = (to_host(np.argmax(predicted(w, batch), axis=1)) for batch in batches)
    right = sum(int(np.sum(tags == batch.tags)) for tags, batch in zip(found, batches, strict=True))
    return right / sum(len(batch.tags) for batch in batches)


def baseline(train: Sequence[data.Sentence], test: Sequence[data.Sentence]) -> float:
    """The share of words in `test` whose tag is the one they have most often in `train`."""
    seen: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for sentence in train:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            seen[word][tag] += 1
    commonest = sum(seen.values(), collections.Counter()).most_common(1)[0][0]
    best = {word: tags.most_common(1)[0][0] for word, tags in seen.items()}
    pairs = [pair for sentence in test for pair in zip(sentence.words, sentence.tags, strict=True)]
    return sum(best.get(word, commonest) == tag for word, tag in pairs) / len(pairs)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print losses and accuracies, and return them: one value per epoch."""
    if options.fast:
        options.epochs, options.sizes = min(options.epochs, 3), [8, 12, 16]
    if (options.train is None) != (options.test is None):
        raise command.Stop("--train and --test go together")
    if options.train:
        train, test = data.read_conllu(options.train), data.read_conllu(options.test)
    else:
        train, test = data.load_sentences(options.data, bundled=options.fast and options.data is None)
    train = train[:1000] if options.fast else train
    letters = {c: i for i, c in enumerate(dict.fromkeys(c for s in train for w in s.words for c in w), start=1)}
    tags = {tag: i for i, tag in enumerate(sorted({tag for s in train for tag in s.tags}))}
    rng = np.random.default_rng(options.seed)
    w = weights(len(letters) + 1, len(tags), tuple(options.sizes), options.winit, rng)
    batches = in_batches(train, options.batchsize, letters, tags)
    tests = in_batches(test, 100, letters, tags)
    floor = baseline(train, test)
    print(
        f"{len(train)} sentences to train on, {len(test)} to test, {len(letters)} letters, {len(tags)} tags; "
        f"most frequent tags {floor:.4f}"
    )
    if options.show_gradient:
        command.show_gradient(options, lossgradient, w, batches[0])
    if options.gcheck:
        command.check_entries(loss, grad(loss), w, (batch_of(train[:3], letters, tags),), options.gcheck, rng)

    there = command.place(options)
    gradient, predicted = there(lossgradient), there(predict)

    def step(w: Any, epoch: int, i: int, order: Any) -> tuple[Any, Any, Any]:
        if order is None:
            order = np.random.default_rng([options.seed, epoch]).permutation(len(batches))
        value, g = gradient(w, batches[order[i]])
        return value, g, order

    def measure(w: Any, mean: float) -> dict[str, float]:
        return {"train loss": mean, "test accuracy": accuracy(predicted, w, tests), "most frequent tags": floor}

    optimiser = optim.Adam(lr=options.lr, clip=options.gclip)
    w, curves = training.fit(options, {"sentences": len(train)}, w, optimiser, len(batches), step, measure)
    if options.plot:
        command.draw(options.plot, {n: v for n, v in curves.items() if n != "train loss"}, "share of words", first=1)
    return curves


def in_batches(sentences: Sequence[data.Sentence], size: int, *known: dict[str, int]) -> list[Batch]:
    """Batches of sentences of about the same length, so that little is filled up."""
    ordered = sorted(sentences, key=lambda s: len(s.words))
    return [batch_of(ordered[i : i + size], *known) for i in range(0, len(ordered), size)]


def parser() -> argparse.ArgumentParser:
    """The command line of this example."""
    options = command.options("Parts of speech from letters.", epochs=4, lr=2e-3, winit=1.0)
    options.prog = "tagger"
    for name in ("train", "test"):
        what = f"a treebank of Universal Dependencies to {name} on, in place of English-EWT"
        options.add_argument(f"--{name}", type=command.file, metavar="FILE.conllu", help=what)
    options.add_argument("--batchsize", type=command.size, default=10, metavar="N", help="sentences per update")
    options.add_argument(
        "--gclip", type=command.positive, default=5.0, metavar="S", help="bound on the gradient's norm"
    )
    options.add_argument(
        "--sizes", type=command.size, nargs=3, default=[32, 64, 96], metavar="N",
        help="size of the vector of a letter, and of the states over a word and over a sentence",
    )  # fmt: skip
    training.add_options(options, every=250)
    return options


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run(main, parser(), argv)


if __name__ == "__main__":
    sys.exit(cli())
