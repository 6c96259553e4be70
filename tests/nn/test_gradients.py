"""Gradients of plain functions that use the operations, by finite differences; those of the adjoints too, which make second derivatives."""

import numpy as np
import pytest
import srcgrad_runtime.nn as nn

import srcgrad


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def lenet(w, x, y):
    x = nn.max_pool(nn.relu(nn.conv(x, w[0], w[1])))
    x = nn.max_pool(nn.relu(nn.conv(x, w[2], w[3])))
    x = nn.relu(x.reshape(len(x), -1) @ w[4] + w[5])
    return nn.cross_entropy(x @ w[6] + w[7], y)


def upsampled(x, w):
    return np.sum(nn.conv_transpose(nn.unpool(x), w, stride=2, padding=1) ** 3)


def activations(x):
    kinked = nn.relu(x) + nn.leaky_relu(x) + nn.elu(x) + nn.selu(x)
    return np.sum((kinked + nn.gelu(x) + nn.silu(x) + nn.softplus(x) + nn.sigmoid(x) + nn.tanh(x)) ** 2)


def scores(x, labels):
    return nn.nll(nn.log_softmax(x), labels) + np.sum(nn.softmax(x, 0) ** 2) + np.sum(nn.logsumexp(x, 1) ** 2)


def normalised(x, scale, shift):
    mean, var = nn.batch_statistics(x)
    y = nn.batch_norm(x, scale, shift) + nn.batch_norm(x, mean=mean + 1, var=2 * var)
    return np.sum(nn.layer_norm(y) ** 3)


def tokens(w, ids, v):
    x = nn.embedding(w, ids)
    return np.sum(nn.attention(x, x * 2, x @ v, nn.causal(ids.shape[1])) ** 2)


def masked(x, mask):
    return np.sum(nn.attention(x, x * 2, np.sin(x), mask) ** 2)


def layers(x, scale, shift):
    return np.sum(nn.layer_norm(x, scale, shift, axis=(0, 2)) ** 3)


def recurrent_steps(x, h, w, b):
    c = h
    for t in range(len(x)):
        h, c = nn.lstm_step(x[t], h, c, w, b)
        h = nn.gru_step(x[t], h, w[:, :9], b[:9])
        h = nn.rnn_step(x[t], h, w[:, :3], b[:3])
    return np.sum(h**2)


def recurrent_scans(x, h, w, b):
    states, h, c = nn.lstm(x, h, 2 * h, w, b)
    more, h = nn.gru(states[:, :, :2], h + c, w[:, :9], b[:9])
    last, h = nn.rnn(more[:, :, :2], h, w[:, :3], b[:3])
    return np.sum(last**3) + np.sum(states[1]) + np.sum(h**2)


def lstm_adjoint(g, cells, gates, h, c, w):
    a_bar, h_bar, c_bar = nn.lstm_adjoint((g, g * 2, gates), (g, cells, gates), h, c, w)
    return np.sum(a_bar**2) + np.sum(h_bar**3) + np.sum(c_bar**2)


def gru_adjoint(g, states, gates, h, w):
    a_bar, h_bar = nn.gru_adjoint((g, gates), (states, gates), h, w)
    return np.sum(a_bar**2) + np.sum(h_bar**3)


def gru_weights(x, h, states, gates, a_bar):
    return np.sum(nn.gru_weights(x, h, (states, gates), a_bar) ** 2)


def rnn_adjoint(g, states, h, w):
    a_bar, h_bar = nn.rnn_adjoint(g, states, h, w)
    return np.sum(a_bar**2) + np.sum(h_bar**3)


def scan_weights(x, h, states, a_bar):
    return np.sum(nn.scan_weights(x, h, states, a_bar) ** 2)


def standardise_adjoint(g, x, y):
    return np.sum(nn.standardise_adjoint(g, x, y, (0, 2)) ** 2)


def cross_entropy_adjoint(g, x, labels):
    return np.sum(nn.cross_entropy_adjoint(g, x, labels) ** 3) + np.sum(nn.nll_adjoint(g, x, labels) ** 2)


def convolution_adjoints(g, x, w):
    return np.sum(nn.conv_input(g, w, (2, 2, 5), 1, 1) ** 2) + np.sum(nn.conv_kernel(g, x, (3, 2, 3), 1, 1) ** 3)


def unpooled(g, x):
    return (
        np.sum(nn.max_unpool(g, x) ** 2)
        + np.sum(nn.max_pool_tangent(x, x) ** 3)
        + np.sum(nn.avg_unpool(g, x.shape) ** 3)
    )


def kinked_slopes(x, slope):
    return (
        np.sum(nn.leaky_relu_slope(x, slope) ** 2) + np.sum(nn.elu_slope(x, slope) ** 2) + np.sum(nn.selu_slope(x) ** 2)
    )


def gelu_slope(x):
    return np.sum(nn.gelu_slope(x) ** 2)


LENET = [(3, 1, 3, 3), (3,), (4, 3, 3, 3), (4,), (16, 5), (5,), (5, 3), (3,)]
LABELS = np.array([0, 2])
CASES = [
    (lenet, ([draw(*shape, seed=i) for i, shape in enumerate(LENET)], draw(2, 1, 14, 14), LABELS), ("w", "x")),
    (upsampled, (draw(2, 2, 2, 3), draw(2, 3, 3, 3)), ("x", "w")),
    (activations, (draw(9),), "x"),
    (scores, (draw(2, 4), LABELS), "x"),
    (normalised, (draw(3, 2, 4), draw(2), draw(2)), ("x", "scale", "shift")),
    (tokens, (draw(5, 4), np.array([[0, 1, 1], [4, 1, 0]]), draw(4, 3)), ("w", "v")),
    (masked, (draw(2, 3, 2), np.array([[True, False, False], [False] * 3, [True] * 3])), "x"),
    (layers, (draw(3, 2, 4), draw(3, 4), draw(3, 4)), ("x", "scale", "shift")),
    (recurrent_steps, (draw(2, 2, 2), draw(2, 3), draw(5, 12), draw(12)), ("x", "h", "w", "b")),
    (recurrent_scans, (draw(3, 2, 2), draw(2, 3), draw(5, 12), draw(12)), ("x", "h", "w", "b")),
    (lstm_adjoint, (draw(3, 2, 3), draw(3, 2, 3), draw(3, 2, 12), draw(2, 3), draw(2, 3), draw(5, 12)),
     ("g", "cells", "gates", "h", "c", "w")),
    (gru_adjoint, (draw(3, 2, 3), draw(3, 2, 3, seed=1), draw(3, 2, 9), draw(2, 3), draw(5, 9)),
     ("g", "states", "gates", "h", "w")),
    (gru_weights, (draw(3, 2, 2), draw(2, 3), draw(3, 2, 3), draw(3, 2, 9), draw(3, 2, 9, seed=1)),
     ("x", "h", "states", "gates", "a_bar")),
    (rnn_adjoint, (draw(3, 2, 3), draw(3, 2, 3, seed=1), draw(2, 3), draw(5, 3)), ("g", "states", "h", "w")),
    (scan_weights, (draw(3, 2, 2), draw(2, 3), draw(3, 2, 3), draw(3, 2, 12)), ("x", "h", "states", "a_bar")),
    (standardise_adjoint, (draw(3, 2, 4), draw(3, 2, 4, seed=1), draw(3, 2, 4, seed=2)), ("g", "x", "y")),
    (cross_entropy_adjoint, (0.7, draw(2, 4), LABELS), ("g", "x")),
    (convolution_adjoints, (draw(2, 3, 5), draw(2, 2, 5), draw(3, 2, 3)), ("g", "x", "w")),
    (unpooled, (draw(2, 1, 2, 2), draw(2, 1, 4, 4)), ("g", "x")),
    (kinked_slopes, (draw(6), 0.3), ("x", "slope")),
    (gelu_slope, (draw(5),), "x"),
]  # fmt: skip


@pytest.mark.parametrize("function, args, wrt", CASES, ids=[case[0].__name__ for case in CASES])
def test_gradients(function, args, wrt):
    srcgrad.check_grads(function, args, modes=("rev", "fwd"), argnums=wrt)
    gradient = srcgrad.grad(function, argnums=wrt)
    gradient(*args)
    assert gradient.source.startswith("# Gradient of ")  # by a straight program, not recorded


SECOND = [lenet, upsampled, activations, scores, normalised, tokens, masked, layers, recurrent_scans]


@pytest.mark.parametrize("function", SECOND, ids=[function.__name__ for function in SECOND])
def test_second_derivatives(function):
    args, wrt = next((args, wrt) for other, args, wrt in CASES if other is function)
    srcgrad.check_grads(function, args, order=2, argnums="x" if function is lenet else wrt)


def test_the_adjoints_of_a_sequence_are_computed_once():
    gradient = srcgrad.grad(recurrent_scans, argnums=("x", "h", "w", "b"))
    gradient(draw(3, 2, 2), draw(2, 3), draw(5, 12), draw(12))
    for kind in ("lstm", "gru", "rnn"):
        assert gradient.source.count(f"{kind}_adjoint(") == 1


def test_plain_calls_have_short_adjoints():
    gradient = srcgrad.grad(lenet)
    gradient(CASES[0][1][0], draw(2, 1, 14, 14), LABELS)
    text = " ".join(gradient.source.split())
    for written in ("conv_kernel(t_3_bar, x, np.shape(t))", "conv_input(t_7_bar, t_5, np.shape(x_2))", "top=x_3)"):
        assert written in text


def test_dropout_goes_back_through_its_own_mask():
    def loss(x, rng):
        y = nn.dropout(x, 0.5, rng)
        return np.sum(y * y)

    x = draw(20)
    x[3] = 0.0  # a zero that is no mask
    kept = nn.dropout(np.ones(20), 0.5, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    np.testing.assert_allclose(srcgrad.grad(loss)(x, rng), 2 * kept * kept * x)
    drawn = np.random.default_rng(3)
    drawn.random(20, np.float32)
    assert rng.random() == drawn.random()  # drawn once


def test_single_precision_stays_single():
    w = [np.float32(draw(*shape, seed=i)) for i, shape in enumerate(LENET)]
    g = srcgrad.grad(lenet, argnums=(0, 1))(w, np.float32(draw(2, 1, 14, 14)), LABELS)
    assert [part.dtype for part in (*g[0], g[1])] == [np.float32] * 9
    assert [part.shape for part in g[0]] == LENET
