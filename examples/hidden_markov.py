"""A hidden Markov model of letters: with two states it finds vowels and consonants.

    python -m examples.hidden_markov

The likelihood of a text is computed by the forward algorithm in logarithms; its gradient with respect to the logits of
the start, the transitions and the letters is what the backward algorithm gives, and need not be written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, to_host, value_and_grad

TEXT = """the model that this program learns has two hidden states and it is told nothing of vowels or of consonants but
after some rounds of training one of the states writes mostly the letters a e i o u and the blank while the other one
writes the rest of the alphabet which shows that the order of the letters in a text tells a good deal about how it is
spoken"""
LETTERS = "abcdefghijklmnopqrstuvwxyz "


def log_softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


def loss(w, text):
    """The negative log likelihood per letter of a text, an array of places in LETTERS."""
    start, moves, letters = log_softmax(w["start"]), log_softmax(w["moves"]), log_softmax(w["letters"])
    alpha = start + letters[:, text[0]]
    for letter in text[1:]:
        arriving = alpha[:, None] + moves  # (from, to)
        top = np.max(arriving, axis=0)
        alpha = top + np.log(np.sum(np.exp(arriving - top), axis=0)) + letters[:, letter]
    top = np.max(alpha)
    return -(top + np.log(np.sum(np.exp(alpha - top)))) / len(text)


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses and the letters of each state, return the losses."""
    rng = np.random.default_rng(options.seed)
    text = np.array([LETTERS.index(char) for char in " ".join(TEXT.split())])
    text = text[:120] if options.fast else text
    w = {"start": np.zeros(2), "moves": rng.normal(size=(2, 2)), "letters": rng.normal(size=(2, len(LETTERS)))}
    command.inspect(options, loss, lossgradient, w, (text[:20],), rng)
    optimiser = optim.Adam(lr=0.1)
    there = command.place(options)
    w, gradient, losses = there(w), there(lossgradient), []
    for step in range(options.steps + 1):
        value, w_bar = gradient(w, text)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            print(f"step {step:4d}  nats per letter {losses[-1]:.4f}")
        w = optimiser.update(w, w_bar)
    for state, odds in enumerate(np.exp(log_softmax(to_host(w["letters"])))):
        print(f"state {state}: " + "".join(LETTERS[i] for i in np.argsort(-odds)[:12]).replace(" ", "_"))
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "hidden_markov", "A hidden Markov model of letters.", 200, 30, argv)


if __name__ == "__main__":
    sys.exit(cli())
