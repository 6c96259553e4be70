"""Recurrent networks over all steps of a sequence, beside their adjoints and tangents; see `recurrent` for the formulas.

The inputs of all steps go through one matrix product, and so does what the weights learn; what must go step by step is
the state. A scan returns what its adjoint needs besides the states, so that nothing is computed twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from .activations import sigmoid

__all__ = [
    "gru_adjoint", "gru_inputs", "gru_scan", "gru_tangent", "gru_weights", "lstm_adjoint", "lstm_scan", "lstm_tangent",
    "rnn_adjoint", "rnn_scan", "rnn_tangent", "scan_inputs", "scan_weights",
]  # fmt: skip

# ---- rnn -------------------------------------------------------------------------------------------------------------


def rnn_scan(x: Any, h: Any, w: Any, b: Any) -> Any:
    """All states (T, N, H)."""
    states = x @ w[: -h.shape[1]]
    states += b
    recurrent = w[-h.shape[1] :]
    for t in range(len(x)):
        states[t] += h @ recurrent
        h = np.tanh(states[t], out=states[t])
    return states


def rnn_adjoint(g: Any, states: Any, h: Any, w: Any) -> tuple[Any, Any]:
    """The adjoints of `[x, h] @ w + b` in all steps (T, N, H), and of h, for those of the states, g."""
    a_bar = np.empty_like(states)
    h_bar = np.zeros_like(h)
    recurrent = w[-h.shape[1] :].T
    for t in reversed(range(len(states))):
        h_bar = (h_bar + g[t]) * (1 - states[t] * states[t])
        a_bar[t] = h_bar
        h_bar = h_bar @ recurrent
    return a_bar, h_bar


def rnn_tangent(states: Any, h: Any, w: Any, inputs_dot: Any = None, h_dot: Any = None) -> Any:
    """The tangent of the states, given that of `[x, h] @ w + b` in all steps where it does not come from the state, and
    that of h; None is zero."""
    h_dot = np.zeros_like(h) if h_dot is None else h_dot
    found = []
    for t in range(len(states)):
        a_dot = h_dot @ w[-h.shape[1] :]
        h_dot = (a_dot if inputs_dot is None else a_dot + inputs_dot[t]) * (1 - states[t] * states[t])
        found.append(h_dot)
    return np.stack(found)


# ---- gru -------------------------------------------------------------------------------------------------------------


def gru_scan(x: Any, h: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """All states (T, N, H), and the gates (T, N, 3 * H) as they were used, for `gru_adjoint`."""
    n = h.shape[1]
    gates = x @ w[:-n]
    gates += b
    states = backend.module_of(x).empty((len(x), *h.shape), gates.dtype)
    both, candidate = w[-n:, : 2 * n], w[-n:, 2 * n :]
    for t in range(len(x)):
        gate = gates[t]
        gate[:, : 2 * n] = sigmoid(gate[:, : 2 * n] + h @ both)
        gate[:, 2 * n :] = np.tanh(gate[:, 2 * n :] + (gate[:, :n] * h) @ candidate)
        states[t] = h + gate[:, n : 2 * n] * (gate[:, 2 * n :] - h)
        h = states[t]
    return states, gates


def gru_adjoint(g: Any, y: Any, h: Any, w: Any) -> tuple[Any, Any]:
    """The adjoints of the gates before their functions (T, N, 3 * H), and of h, in `y = gru_scan(x, h, w, b)`.

    g has the adjoints of what `y` has; None is zero.
    """
    states_bar, gates_bar = g
    states, gates = y
    n = h.shape[1]
    a_bar = np.empty_like(gates)
    h_bar = np.zeros_like(h)
    both, candidate = w[-n:, : 2 * n].T, w[-n:, 2 * n :].T
    for t in reversed(range(len(gates))):
        reset, update, change = gates[t, :, :n], gates[t, :, n : 2 * n], gates[t, :, 2 * n :]
        before = states[t - 1] if t else h
        if states_bar is not None:
            h_bar = h_bar + states_bar[t]
        change_bar = h_bar * update
        update_bar = h_bar * (change - before)
        if gates_bar is not None:
            change_bar = change_bar + gates_bar[t, :, 2 * n :]
            update_bar = update_bar + gates_bar[t, :, n : 2 * n]
        a_bar[t, :, 2 * n :] = change_bar * (1 - change * change)
        seen_bar = a_bar[t, :, 2 * n :] @ candidate
        reset_bar = seen_bar * before
        if gates_bar is not None:
            reset_bar = reset_bar + gates_bar[t, :, :n]
        a_bar[t, :, :n] = reset_bar * (reset * (1 - reset))
        a_bar[t, :, n : 2 * n] = update_bar * (update * (1 - update))
        h_bar = h_bar * (1 - update) + seen_bar * reset + a_bar[t, :, : 2 * n] @ both
    return a_bar, h_bar


def gru_weights(x: Any, h: Any, y: Any, a_bar: Any) -> Any:
    """The adjoint of w in `y = gru_scan(x, h, w, b)`, from that of the gates before their functions."""
    n = h.shape[1]
    before = np.concatenate([h[None], y[0][:-1]])
    both = before.reshape(-1, n).T @ a_bar[:, :, : 2 * n].reshape(-1, 2 * n)
    candidate = (before * y[1][:, :, :n]).reshape(-1, n).T @ a_bar[:, :, 2 * n :].reshape(-1, n)
    inputs = x.reshape(-1, x.shape[-1]).T @ a_bar.reshape(-1, 3 * n)
    return np.concatenate([inputs, np.concatenate([both, candidate], axis=1)])


def gru_inputs(x: Any, h: Any, y: Any, w: Any) -> Any:
    """What w adds to the gates before their functions in all steps, (T, N, 3 * H), for `y = gru_scan(x, h, ...)`."""
    n = h.shape[1]
    before = np.concatenate([h[None], y[0][:-1]])
    seen = np.concatenate([before @ w[-n:, : 2 * n], (y[1][:, :, :n] * before) @ w[-n:, 2 * n :]], axis=-1)
    return x @ w[:-n] + seen


def gru_tangent(y: Any, h: Any, w: Any, inputs_dot: Any = None, h_dot: Any = None) -> tuple[Any, Any]:
    """The tangent of `y = gru_scan(x, h, w, b)`, given that of the gates before their functions (T, N, 3 * H) where it
    does not come from the state, and that of h; None is zero."""
    states, gates = y
    n = h.shape[1]
    h_dot = np.zeros_like(h) if h_dot is None else h_dot
    found: list[tuple[Any, Any]] = []
    for t in range(len(gates)):
        reset, update, change = gates[t, :, :n], gates[t, :, n : 2 * n], gates[t, :, 2 * n :]
        before = states[t - 1] if t else h
        a_dot = np.zeros_like(gates[t]) if inputs_dot is None else inputs_dot[t]
        both_dot = (a_dot[:, : 2 * n] + h_dot @ w[-n:, : 2 * n]) * gates[t, :, : 2 * n] * (1 - gates[t, :, : 2 * n])
        seen_dot = both_dot[:, :n] * before + reset * h_dot
        change_dot = (a_dot[:, 2 * n :] + seen_dot @ w[-n:, 2 * n :]) * (1 - change * change)
        h_dot = h_dot * (1 - update) + both_dot[:, n:] * (change - before) + update * change_dot
        found.append((h_dot, np.concatenate([both_dot, change_dot], axis=1)))
    return np.stack([dot for dot, _ in found]), np.stack([dot for _, dot in found])


# ---- lstm ------------------------------------------------------------------------------------------------------------


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
        c_dot = (
            c_dot * gate[:, :n] + before * forget_dot + ingate_dot * gate[:, 3 * n :] + gate[:, n : 2 * n] * change_dot
        )
        h_dot = outgate_dot * top + gate[:, 2 * n : 3 * n] * (1 - top * top) * c_dot
        for found, dot in zip(dots, (h_dot, c_dot, gate_dot), strict=True):
            found.append(dot)
    return tuple(np.stack(found) for found in dots)


# ---- rnn and lstm ----------------------------------------------------------------------------------------------------


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
