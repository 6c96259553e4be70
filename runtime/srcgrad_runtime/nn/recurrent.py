"""Recurrent networks: one step, and whole sequences.

The state h is (N, H), the input x of a step (N, D), of a sequence (T, N, D). One matrix w (D + H, ...) acts on the
input and the state side by side, `[x, h] @ w + b`; its columns are in blocks of H, one for each gate:

    rnn   h = tanh([x, h] @ w + b)
    gru   reset, update, change; the candidate tanh([x, reset * h] @ w + b) replaces the share `update` of h [Cho 2014]
    lstm  forget, in, out, change [Hochreiter, Schmidhuber 1997; Gers et al. 2000]

A step is plain Python, differentiated through its source; a sequence is a scan, which has an adjoint written by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .activations import sigmoid
from .scans import gru_scan, lstm_scan, rnn_scan
from .shapes import require

__all__ = ["gru", "gru_step", "lstm", "lstm_step", "rnn", "rnn_step"]


def rnn_step(x: Any, h: Any, w: Any, b: Any) -> Any:
    """tanh([x, h] @ w + b): the next state. w is (D + H, H), b is (H,). ValueError if shapes do not fit."""
    sizes("rnn_step", 1, x, h, w, b)
    return np.tanh(np.concatenate([x, h], axis=1) @ w + b)


def gru_step(x: Any, h: Any, w: Any, b: Any) -> Any:
    """The next state of a gated recurrent unit. w is (D + H, 3 * H), b is (3 * H,). ValueError if shapes do not fit."""
    n = sizes("gru_step", 3, x, h, w, b)
    gates = sigmoid(np.concatenate([x, h], axis=1) @ w[:, : 2 * n] + b[: 2 * n])
    reset, update = gates[:, :n], gates[:, n:]
    change = np.tanh(np.concatenate([x, reset * h], axis=1) @ w[:, 2 * n :] + b[2 * n :])
    return h + update * (change - h)


def lstm_step(x: Any, h: Any, c: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """The next state and cell, (h, c), of a long short-term memory. w is (D + H, 4 * H), b is (4 * H,).

    Raises ValueError if shapes do not fit.
    """
    n = sizes("lstm_step", 4, x, h, w, b, c)
    gates = np.concatenate([x, h], axis=1) @ w + b
    sigmoids = sigmoid(gates[:, : 3 * n])
    c = c * sigmoids[:, :n] + sigmoids[:, n : 2 * n] * np.tanh(gates[:, 3 * n :])
    return sigmoids[:, 2 * n :] * np.tanh(c), c


def rnn(x: Any, h: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """All states (T, N, H) and the last one, for a sequence x (T, N, D) that begins with h.

    Raises ValueError if shapes do not fit.
    """
    sizes("rnn", 1, x, h, w, b)
    states = rnn_scan(x, h, w, b)
    return states, states[-1]


def gru(x: Any, h: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """All states (T, N, H) and the last one, for a sequence x (T, N, D) that begins with h.

    Raises ValueError if shapes do not fit.
    """
    sizes("gru", 3, x, h, w, b)
    states, _ = gru_scan(x, h, w, b)
    return states, states[-1]


def lstm(x: Any, h: Any, c: Any, w: Any, b: Any) -> tuple[Any, Any, Any]:
    """All states (T, N, H), the last one and the last cell, for a sequence x (T, N, D) that begins with h and c.

    Raises ValueError if shapes do not fit.
    """
    sizes("lstm", 4, x, h, w, b, c)
    states, cells, _ = lstm_scan(x, h, c, w, b)
    return states, states[-1], cells[-1]


def sizes(name: str, gates: int, x: Any, h: Any, w: Any, b: Any, c: Any = None) -> int:
    """The number of entries of the state; ValueError, with the shapes and the rule, if they do not fit."""
    given = {"x": np.shape(x), "h": np.shape(h), "w": np.shape(w), "b": np.shape(b)}
    shapes = f"{name}: " + ", ".join(f"{what} has shape {shape}" for what, shape in given.items())
    require(len(given["h"]) == 2, f"{shapes}; h must be (N, H)")
    batch, n = given["h"]
    axes = 2 if name.endswith("step") else 3
    wanted = "(N, D)" if axes == 2 else "(T, N, D)"
    require(len(given["x"]) == axes and given["x"][-2] == batch, f"{shapes}; x must be {wanted} with N = {batch}")
    require(axes == 2 or len(x) > 0, f"{shapes}; a sequence must have one step at least")
    columns = gates * n
    require(given["w"] == (given["x"][-1] + n, columns), f"{shapes}; w must be (D + H, {columns})")
    require(given["b"] == (columns,), f"{shapes}; b must be ({columns},)")
    fits = c is None or np.shape(c) == given["h"]
    require(fits, f"{shapes}, c has shape {np.shape(c)}; c must have the shape of h")
    return int(n)
