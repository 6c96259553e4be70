"""Recurrent networks: one step, and whole sequences, beside their adjoints.

The state h is (N, H), the input x of a step (N, D), of a sequence (T, N, D). One matrix w (D + H, ...) acts on the
input and the state side by side, `[x, h] @ w + b`; its columns are in blocks of H, one for each gate:

    rnn   h = tanh([x, h] @ w + b)
    gru   reset, update, change; the candidate tanh([x, reset * h] @ w + b) replaces the share `update` of h [Cho 2014]
    lstm  forget, in, out, change [Hochreiter, Schmidhuber 1997; Gers et al. 2000]

Over a sequence the inputs of all steps go through one matrix product, and so does what w learns from them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from .activations import sigmoid
from .shapes import require

__all__ = [
    "gru", "gru_step", "lstm", "lstm_adjoint", "lstm_scan", "lstm_step", "lstm_tangent", "rnn", "rnn_step",
    "scan_inputs", "scan_weights",
]  # fmt: skip


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
    """All states (T, N, H) and the last one, for a sequence x (T, N, D). ValueError if shapes do not fit."""
    n = sizes("rnn", 1, x, h, w, b)
    inputs = x @ w[:-n] + b
    states = np.empty((*x.shape[:2], n), inputs.dtype)
    for t in range(len(x)):
        h = np.tanh(inputs[t] + h @ w[-n:])
        states[t] = h
    return states, h


def gru(x: Any, h: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """All states (T, N, H) and the last one, for a sequence x (T, N, D). ValueError if shapes do not fit."""
    n = sizes("gru", 3, x, h, w, b)
    inputs = x @ w[:-n] + b
    states = np.empty((*x.shape[:2], n), inputs.dtype)
    for t in range(len(x)):
        gates = sigmoid(inputs[t, :, : 2 * n] + h @ w[-n:, : 2 * n])
        change = np.tanh(inputs[t, :, 2 * n :] + (gates[:, :n] * h) @ w[-n:, 2 * n :])
        h = h + gates[:, n:] * (change - h)
        states[t] = h
    return states, h


def lstm(x: Any, h: Any, c: Any, w: Any, b: Any) -> tuple[Any, Any, Any]:
    """All states (T, N, H), the last one and the last cell, for a sequence x (T, N, D) that begins with h and c.

    Raises ValueError if shapes do not fit.
    """
    sizes("lstm", 4, x, h, w, b, c)
    states, cells, _ = lstm_scan(x, h, c, w, b)
    return states, states[-1], cells[-1]


def lstm_scan(x: Any, h: Any, c: Any, w: Any, b: Any) -> tuple[Any, Any, Any]:
    """All states (T, N, H), all cells (T, N, H), and the gates (T, N, 4 * H) as they were used, for `lstm_adjoint`."""
    n = h.shape[1]
    steps = len(x)
    xp = backend.module_of(x)
    gates = x @ w[:-n]
    gates += b
    states = xp.empty((steps, *h.shape), gates.dtype)
    cells = xp.empty((steps, *h.shape), gates.dtype)
    recurrent = w[-n:]
    for t in range(steps):
        gate = gates[t]
        gate += h @ recurrent
        gate[:, : 3 * n] = sigmoid(gate[:, : 3 * n])
        gate[:, 3 * n :] = np.tanh(gate[:, 3 * n :])
        cells[t] = c * gate[:, :n] + gate[:, n : 2 * n] * gate[:, 3 * n :]
        c = cells[t]
        states[t] = gate[:, 2 * n : 3 * n] * np.tanh(c)
        h = states[t]
    return states, cells, gates


def lstm_adjoint(g: Any, y: Any, h: Any, c: Any, w: Any) -> tuple[Any, Any, Any]:
    """The adjoints of the gates before their functions (T, N, 4 * H), of h and of c, in `y = lstm_scan(x, h, c, w, b)`.

    g has the adjoints of what `y` has; None is zero.
    """
    states_bar, cells_bar, gates_bar = g
    _, cells, gates = y
    n = h.shape[1]
    a_bar = np.empty_like(gates)
    h_bar = np.zeros_like(h)
    c_bar = np.zeros_like(c)
    recurrent = w[-n:].T
    for t in reversed(range(len(gates))):
        forget, ingate = gates[t, :, :n], gates[t, :, n : 2 * n]
        outgate, change = gates[t, :, 2 * n : 3 * n], gates[t, :, 3 * n :]
        before = cells[t - 1] if t else c
        top = np.tanh(cells[t])
        if states_bar is not None:
            h_bar = h_bar + states_bar[t]
        c_bar = c_bar + h_bar * outgate * (1 - top * top)
        if cells_bar is not None:
            c_bar = c_bar + cells_bar[t]
        a_bar[t, :, :n] = c_bar * before
        a_bar[t, :, n : 2 * n] = c_bar * change
        a_bar[t, :, 2 * n : 3 * n] = h_bar * top
        a_bar[t, :, 3 * n :] = c_bar * ingate
        if gates_bar is not None:
            a_bar[t] += gates_bar[t]
        sigmoids = gates[t, :, : 3 * n]
        a_bar[t, :, : 3 * n] *= sigmoids * (1 - sigmoids)
        a_bar[t, :, 3 * n :] *= 1 - change * change
        c_bar = c_bar * forget
        h_bar = a_bar[t] @ recurrent
    return a_bar, h_bar, c_bar


def lstm_tangent(y: Any, h: Any, c: Any, w: Any, inputs_dot: Any = None, h_dot: Any = None, c_dot: Any = None) -> Any:
    """The tangent of `y = lstm_scan(x, h, c, w, b)`, given that of `[x, h] @ w + b` in all steps (T, N, 4 * H) where it
    does not come from the state, and those of h and c; None is zero."""
    _, cells, gates = y
    n = h.shape[1]
    dots: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    h_dot = np.zeros_like(h) if h_dot is None else h_dot
    c_dot = np.zeros_like(c) if c_dot is None else c_dot
    for t in range(len(gates)):
        gate, top, before = gates[t], np.tanh(cells[t]), cells[t - 1] if t else c
        slope = np.concatenate([gate[:, : 3 * n] * (1 - gate[:, : 3 * n]), 1 - gate[:, 3 * n :] ** 2], axis=1)
        a_dot = h_dot @ w[-n:]
        gate_dot = slope * (a_dot if inputs_dot is None else a_dot + inputs_dot[t])
        forget_dot, ingate_dot, outgate_dot, change_dot = (gate_dot[:, i * n : (i + 1) * n] for i in range(4))
        c_dot = c_dot * gate[:, :n] + before * forget_dot + ingate_dot * gate[:, 3 * n :] + gate[:, n : 2 * n] * change_dot
        h_dot = outgate_dot * top + gate[:, 2 * n : 3 * n] * (1 - top * top) * c_dot
        for found, dot in zip(dots, (h_dot, c_dot, gate_dot), strict=True):
            found.append(dot)
    return tuple(np.stack(found) for found in dots)


def scan_inputs(x: Any, h: Any, states: Any, w: Any) -> Any:
    """`[x, h] @ w` in all steps, (T, N, G), for the states that followed h."""
    n = h.shape[1]
    return x @ w[:-n] + np.concatenate([h[None], states[:-1]]) @ w[-n:]


def scan_weights(x: Any, h: Any, states: Any, a_bar: Any) -> Any:
    """The adjoint of w, (D + H, G), from that of `[x, h] @ w` in all steps, (T, N, G)."""
    columns = a_bar.reshape(-1, a_bar.shape[-1])
    inputs = x.reshape(-1, x.shape[-1]).T @ columns
    first = len(h)
    before = states[:-1].reshape(-1, h.shape[-1]).T @ columns[first:]
    return np.concatenate([inputs, h.T @ columns[:first] + before])


def sizes(name: str, gates: int, x: Any, h: Any, w: Any, b: Any, c: Any = None) -> int:
    """The number of entries of the state; ValueError, with the shapes and the rule, if they do not fit."""
    given = {"x": np.shape(x), "h": np.shape(h), "w": np.shape(w), "b": np.shape(b)}
    shapes = f"{name}: " + ", ".join(f"{what} has shape {shape}" for what, shape in given.items())
    require(len(given["h"]) == 2, f"{shapes}; h must be (N, H)")
    batch, n = given["h"]
    axes = 2 if name.endswith("step") else 3
    wanted = "(N, D)" if axes == 2 else "(T, N, D)"
    require(len(given["x"]) == axes and given["x"][-2] == batch, f"{shapes}; x must be {wanted} with N = {batch}")
    columns = gates * n
    require(given["w"] == (given["x"][-1] + n, columns), f"{shapes}; w must be (D + H, {columns})")
    require(given["b"] == (columns,), f"{shapes}; b must be ({columns},)")
    fits = c is None or np.shape(c) == given["h"]
    require(fits, f"{shapes}, c has shape {np.shape(c)}; c must have the shape of h")
    return int(n)
