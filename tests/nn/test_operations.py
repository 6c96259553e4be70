"""What the operations compute, against the plainest loops that say the same; dtypes; what shapes that do not fit are told."""

import itertools
import math

import numpy as np
import pytest
import srcgrad_runtime.nn as nn
from srcgrad_runtime.nn import convolution


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def padded(x, padding):
    return np.pad(x, ((0, 0), (0, 0), *padding))


def conv_by_loops(x, w, stride, padding, dilation, groups, flip):
    """Every number of the result as the sum that defines it."""
    x = padded(x, padding)
    axes = w.ndim - 2
    if flip:
        w = w[(..., *(slice(None, None, -1),) * axes)]
    size = [
        (n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], w.shape[2:], stride, dilation, strict=True)
    ]
    y = np.zeros((len(x), len(w), *size))
    per = len(w) // groups
    for k in range(len(w)):
        first = k // per * w.shape[1]
        for place in itertools.product(*map(range, size)):
            for tap in itertools.product(*map(range, w.shape[2:])):
                at = tuple(p * s + t * d for p, s, t, d in zip(place, stride, tap, dilation, strict=True))
                seen = x[(slice(None), slice(first, first + w.shape[1]), *at)]
                y[(slice(None), k, *place)] += seen @ w[(k, slice(None), *tap)]
    return y


CONVOLUTIONS = [
    ((2, 3, 7), (4, 3, 3), (1,), ((0, 0),), (1,), 1, False),
    ((2, 4, 7), (6, 2, 3), (2,), ((1, 2),), (2,), 2, True),
    ((3, 2, 6, 5), (4, 2, 3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1, True),
    ((3, 2, 6, 5), (4, 1, 3, 2), (2, 1), ((1, 1), (0, 2)), (1, 2), 2, False),
    ((2, 3, 4, 4), (5, 3, 1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 1, False),
    ((2, 3, 2, 2), (5, 3, 1, 1), (2, 2), ((0, 1), (0, 1)), (1, 1), 1, False),
    ((2, 4, 5, 5), (4, 1, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 4, False),
    ((2, 2, 4, 3, 4), (3, 2, 2, 2, 3), (1, 2, 1), ((0, 0), (1, 0), (1, 1)), (2, 1, 1), 1, False),
]


@pytest.mark.parametrize("x, w, stride, padding, dilation, groups, flip", CONVOLUTIONS)
def test_convolution(x, w, stride, padding, dilation, groups, flip, monkeypatch):
    x, w, b = draw(*x), draw(*w, seed=1), draw(w[0], seed=2)
    expected = conv_by_loops(x, w, stride, padding, dilation, groups, flip)
    y = nn.conv(x, w, None, stride, padding, dilation, groups, flip)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    with_b = nn.conv(x, w, b, stride, list(padding), dilation, groups, flip)
    np.testing.assert_allclose(with_b, expected + b.reshape(1, -1, *(1,) * (x.ndim - 2)), rtol=1e-12, atol=1e-12)
    monkeypatch.setattr(convolution, "BLOCK", 1)
    np.testing.assert_allclose(nn.conv(x, w, None, stride, padding, dilation, groups, flip), y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("x, w, stride, padding, dilation, groups, flip", CONVOLUTIONS)
def test_the_three_convolutions_are_sides_of_one_form(x, w, stride, padding, dilation, groups, flip):
    x, w = draw(*x), draw(*w, seed=1)
    rest = (stride, padding, dilation, groups, flip)
    y = nn.conv(x, w, None, *rest)
    g = draw(*y.shape, seed=3)
    x_bar, w_bar = nn.conv_input(g, w, x.shape, *rest), nn.conv_kernel(g, x, w.shape, *rest)
    assert x_bar.shape == x.shape and w_bar.shape == w.shape
    assert np.sum(x_bar * x) == pytest.approx(np.sum(g * y)) and np.sum(w_bar * w) == pytest.approx(np.sum(g * y))


@pytest.mark.parametrize("output_padding", [0, 1])
def test_transposed_convolution_spreads_each_entry(output_padding):
    x, w, b = draw(2, 3, 4, 3), draw(3, 2, 3, 2, seed=1), draw(2, seed=2)
    y = np.zeros((2, 2, 3 * 2 + 3 + output_padding, 2 * 2 + 2 + output_padding))
    for i, j in itertools.product(range(4), range(3)):
        y[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 2] += np.einsum("nk,kcij->ncij", x[:, :, i, j], w)
    y = y[:, :, 1:-1, 1:-1] + b.reshape(1, 2, 1, 1)
    found = nn.conv_transpose(x, w, b, stride=2, padding=1, output_padding=output_padding)
    np.testing.assert_allclose(found, y, rtol=1e-12, atol=1e-12)


def pool_by_loops(x, size, stride, padding, fill, take):
    x = np.pad(x, ((0, 0), (0, 0), *padding), constant_values=fill)
    result = [(n - k) // s + 1 for n, k, s in zip(x.shape[2:], size, stride, strict=True)]
    y = np.zeros((*x.shape[:2], *result))
    for place in itertools.product(*map(range, result)):
        window = x[(..., *(slice(p * s, p * s + k) for p, s, k in zip(place, stride, size, strict=True)))]
        y[(..., *place)] = take(window, axis=tuple(range(2, x.ndim)))
    return y


@pytest.mark.parametrize(
    "shape, size, stride, padding",
    [
        ((2, 3, 6, 4), 2, None, 0),
        ((2, 3, 7, 5), (3, 2), 2, 1),
        ((1, 2, 9), 3, 1, ((1, 0),)),
        ((1, 2, 4, 4, 3), (2, 1, 3), None, 0),
        ((2, 1, 5), 1, None, 0),
    ],
)
def test_pools(shape, size, stride, padding):
    x, axes = draw(*shape), len(shape) - 2
    sizes = size if isinstance(size, tuple) else (size,) * axes
    steps = sizes if stride is None else (stride,) * axes
    around = padding if isinstance(padding, tuple) else ((padding, padding),) * axes
    top = pool_by_loops(x, sizes, steps, around, -np.inf, np.max)
    np.testing.assert_array_equal(nn.max_pool(x, size, stride, padding), top)
    mean = pool_by_loops(x, sizes, steps, around, 0.0, np.mean)
    np.testing.assert_allclose(nn.avg_pool(x, size, stride, padding), mean, rtol=1e-12)
    g = draw(*top.shape, seed=1)
    assert np.sum(nn.max_unpool(g, x, size, stride, padding) * x) == pytest.approx(np.sum(g * top))
    assert np.sum(nn.avg_unpool(g, x.shape, size, stride, padding) * x) == pytest.approx(np.sum(g * mean))


def test_unpooling_is_undone_by_pooling():
    x = draw(2, 3, 3, 2)
    whole = nn.unpool(x, (2, 3))
    np.testing.assert_allclose(whole, np.repeat(np.repeat(x, 2, axis=2), 3, axis=3))
    np.testing.assert_allclose(nn.max_pool(whole, (2, 3)), x)
    np.testing.assert_allclose(nn.avg_pool(whole, (2, 3)), x)
    np.testing.assert_allclose(nn.max_pool(nn.max_unpool(np.abs(x), whole, (2, 3)), (2, 3)), np.abs(x) / 6)


def test_equal_maxima_share_the_gradient():
    x = np.array([[[[1.0, 1.0], [0.0, 1.0]]]])
    np.testing.assert_allclose(nn.max_unpool(np.full((1, 1, 1, 1), 6.0), x), [[[[2, 2], [0, 2]]]])


def test_the_adjoint_of_a_maximum_that_is_nan_is_nan():
    x = np.array([[[1.0, np.nan, 3.0, 2.0]]])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(nn.max_unpool(np.ones((1, 1, 2)), x), [[[np.nan, np.nan, 1.0, 0.0]]])
        np.testing.assert_array_equal(nn.max_pool_tangent(np.ones((1, 1, 4)), x), [[[np.nan, 1.0]]])


@pytest.mark.parametrize("x", [-1e3, -90.0, -3.0, -0.5, 0.0, 0.5, 3.0, 90.0, 1e3])
def test_activations(x):
    phi = 0.5 * (1 + math.erf(x / math.sqrt(2)))
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    logistic = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    expected = {
        "relu": max(x, 0.0),
        "leaky_relu": x if x > 0 else 0.01 * x,
        "elu": x if x > 0 else math.expm1(x),
        "selu": 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
        "sigmoid": logistic,
        "tanh": math.tanh(x),
        "silu": x * logistic,
        "softplus": x if x > 700 else math.log1p(math.exp(x)),
        "gelu": 0.5 * x * (1 + math.tanh(inner)),
    }
    for name, value in expected.items():
        with np.errstate(all="raise", under="ignore"):
            found = getattr(nn, name)(np.array([x]))
        assert found == pytest.approx(value, rel=1e-12, abs=1e-300), name
        assert getattr(nn, name)(np.float32([x])).dtype == np.float32, name
        assert isinstance(getattr(nn, name)(x), float), name
    pytest.importorskip("scipy")
    assert nn.gelu(np.array([x]), approximate=False) == pytest.approx(x * phi, rel=1e-12, abs=1e-12)


def test_the_softmax_family_at_large_scores():
    x = np.array([[1000.0, 1001.0, 1002.0], [-1e9, 0.0, -1e9]])
    e = np.exp([-2.0, -1.0, 0.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(nn.softmax(x)[0], e / e.sum(), rtol=1e-12)
        np.testing.assert_allclose(nn.log_softmax(x)[0], np.log(e / e.sum()), rtol=1e-12)
        np.testing.assert_allclose(nn.logsumexp(x, axis=1), [1002 + np.log(e.sum()), 0.0], rtol=1e-12)
        assert nn.cross_entropy(x, np.array([2, 1])) == pytest.approx(np.log(e.sum()) / 2)
        assert nn.bce(np.array([1000.0, -1000.0]), np.array([0.0, 0.0]), "sum") == 1000.0
    assert nn.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf
    np.testing.assert_allclose(nn.softmax(x, axis=(0, 1)).sum(), 1.0)
    assert nn.logsumexp(x, axis=0, keepdims=True).shape == (1, 3)


def test_losses_by_their_definition():
    scores, labels = draw(2, 3, 4), np.array([[0, 3, 1], [2, 2, 0]])
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    each = np.array([[-math.log(p[i, j, labels[i, j]]) for j in range(3)] for i in range(2)])
    np.testing.assert_allclose(nn.cross_entropy(scores, labels, "none"), each)
    assert nn.cross_entropy(scores, labels) == pytest.approx(each.mean())
    assert nn.cross_entropy(scores, labels.tolist(), "sum") == pytest.approx(each.sum())
    assert nn.cross_entropy(scores, np.eye(4)[labels]) == pytest.approx(each.mean())
    assert nn.nll(np.log(p), labels) == pytest.approx(each.mean())
    t, s = np.array([0.0, 1.0, 0.25]), draw(3)
    q = 1 / (1 + np.exp(-s))
    np.testing.assert_allclose(nn.bce(s, t, "none"), -t * np.log(q) - (1 - t) * np.log(1 - q))


def test_normalisation():
    x = draw(4, 3, 5) * 3 + 1
    y = nn.batch_norm(x, np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.0, -1.0]), eps=1e-12)
    np.testing.assert_allclose(y.mean(axis=(0, 2)), [0.5, 0.0, -1.0], atol=1e-9)
    np.testing.assert_allclose(y.std(axis=(0, 2)), [1.0, 2.0, 3.0], rtol=1e-9)
    mean, var = nn.batch_statistics(x)
    np.testing.assert_allclose(nn.batch_norm(x, mean=mean, var=var), nn.batch_norm(x), rtol=1e-12, atol=1e-12)
    rows = nn.layer_norm(x, eps=1e-12)
    np.testing.assert_allclose(rows.mean(axis=-1), 0, atol=1e-9)
    np.testing.assert_allclose(rows.std(axis=-1), 1, rtol=1e-9)


def test_layers_are_normalised_over_several_axes():
    x, scale, shift = draw(4, 3, 5), draw(3, 5, seed=1), draw(3, 5, seed=2)
    mean, var = x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True)
    expected = (x - mean) / np.sqrt(var + 1e-5) * scale + shift
    np.testing.assert_allclose(nn.layer_norm(x, scale, shift, axis=(-1, 1)), expected, rtol=1e-12, atol=1e-12)
    rows = nn.layer_norm(np.swapaxes(x, 1, 2), scale[:, 0], shift[:, 0])
    columns = nn.layer_norm(x, scale[:, 0], shift[:, 0], axis=1)
    np.testing.assert_allclose(np.swapaxes(columns, 1, 2), rows, rtol=1e-12, atol=1e-12)


def test_whole_numbers():
    x = np.arange(-8, 8).reshape(1, 1, 4, 4)
    np.testing.assert_array_equal(nn.max_pool(x), [[[[-3, -1], [5, 7]]]])
    assert nn.max_pool(x, 3, 1, 1).dtype == x.dtype and nn.max_pool(x, 3, 1, 1)[0, 0, 0, 0] == -3
    np.testing.assert_array_equal(nn.avg_pool(x), [[[[-5.5, -3.5], [2.5, 4.5]]]])
    np.testing.assert_array_equal(nn.avg_pool(x > -8), [[[[0.75, 1], [1, 1]]]])
    ones = np.ones((2, 1, 3, 3), int)
    np.testing.assert_array_equal(nn.conv(x, ones, np.array([0.5, 1.0]))[0, :, 0, 0], [-26.5, -26.0])
    scores, labels = np.float32(draw(3, 4)), np.array([0, 3, 1])
    rows = np.eye(4, dtype=int)[labels]
    for loss, targets in ((nn.cross_entropy, rows), (nn.nll, rows), (nn.bce, rows)):
        assert loss(scores, targets).dtype == np.float32
        assert loss(scores, targets) == pytest.approx(float(loss(scores.astype(float), targets * 1.0)), rel=1e-6)


def test_equal_numbers_of_other_types_are_not_taken_for_whole_ones():
    x, w = draw(1, 1, 6), draw(1, 1, 2)
    for stride in (2, np.int64(2), [2], np.array([2])):
        assert nn.conv(x, w, stride=stride).shape == (1, 1, 3)
    for options in ({"stride": 2.0}, {"stride": (2.0,)}, {"groups": 1.0}, {"padding": [[0.0, 1]]}):
        with pytest.raises(ValueError, match="conv: (stride|groups|padding) is"):
            nn.conv(x, w, **{"stride": 1, **options})


def test_dropout_of_everything():
    rng = np.random.default_rng(3)
    y = nn.dropout(np.ones(5, np.float32), 1.0, rng)
    assert y.dtype == np.float32 and np.all(y == 0)


def test_dropout_keeps_the_mean_and_draws_from_its_own_generator():
    x = np.ones((400, 50), np.float32)
    y = nn.dropout(x, 0.25, np.random.default_rng(1))
    assert y.dtype == np.float32 and set(np.unique(y)) == {np.float32(0), np.float32(4 / 3)}
    assert y.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(y, nn.dropout(x, 0.25, np.random.default_rng(1)))
    rng = np.random.default_rng(2)
    assert nn.dropout(x, 0.0, rng) is x and rng.random() == np.random.default_rng(2).random()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_recurrent_steps_by_their_formulas():
    x, h, c, n = draw(2, 3), draw(2, 4, seed=1), draw(2, 4, seed=2), 4
    w, b = draw(7, 16, seed=3), draw(16, seed=4)
    both = np.hstack([x, h])
    forget, ingate, outgate, change = np.split(both @ w + b, 4, axis=1)
    cell = c * sigmoid(forget) + sigmoid(ingate) * np.tanh(change)
    found = nn.lstm_step(x, h, c, w, b)
    np.testing.assert_allclose(found[0], sigmoid(outgate) * np.tanh(cell))
    np.testing.assert_allclose(found[1], cell)
    np.testing.assert_allclose(nn.rnn_step(x, h, w[:, :n], b[:n]), np.tanh(both @ w[:, :n] + b[:n]))
    reset, update = sigmoid(both @ w[:, :n] + b[:n]), sigmoid(both @ w[:, n : 2 * n] + b[n : 2 * n])
    change = np.tanh(np.hstack([x, reset * h]) @ w[:, 2 * n : 3 * n] + b[2 * n : 3 * n])
    np.testing.assert_allclose(nn.gru_step(x, h, w[:, : 3 * n], b[: 3 * n]), (1 - update) * h + update * change)


@pytest.mark.parametrize("kind, gates", [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_a_sequence_is_its_steps(kind, gates):
    x, state = draw(5, 2, 3), [draw(2, 4, seed=i) for i in range(2 if kind == "lstm" else 1)]
    w, b = draw(7, gates * 4, seed=3), draw(gates * 4, seed=4)
    before = [part.copy() for part in (x, *state, w, b)]
    states, *last = getattr(nn, kind)(x, *state, w, b)
    step = getattr(nn, f"{kind}_step")
    for t in range(5):
        result = step(x[t], *state, w, b)
        state = list(result) if kind == "lstm" else [result]
        np.testing.assert_allclose(states[t], state[0], rtol=1e-12, atol=1e-12)
    for found, expected in zip(last, state, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    single = getattr(nn, kind)(*(np.float32(part) for part in before))
    assert {part.dtype for part in single} == {np.dtype(np.float32)}
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, *before[1:]), strict=True))


def test_attention_by_loops():
    q, k, v = draw(2, 3, 4), draw(2, 3, 4, seed=1), draw(2, 3, 5, seed=2)
    found = nn.attention(q, k, v, nn.causal(3))
    for n, t in itertools.product(range(2), range(3)):
        weights = np.exp([q[n, t] @ k[n, s] / 2 for s in range(t + 1)])
        np.testing.assert_allclose(found[n, t], weights @ v[n, : t + 1] / weights.sum())


def test_a_query_that_sees_nothing_gets_zeros():
    q, k, v = draw(2, 3, 4), draw(2, 3, 4, seed=1), draw(2, 3, 5, seed=2)
    mask = np.tri(3, dtype=bool)
    mask[0] = False
    with np.errstate(all="raise", under="ignore"):
        found = nn.attention(q, k, v, mask)
        single = nn.attention(np.float32(q), np.float32(k), np.float32(v), mask)
    assert np.all(found[:, 0] == 0) and single.dtype == np.float32
    np.testing.assert_allclose(found[:, 1:], nn.attention(q, k, v, np.tri(3, dtype=bool))[:, 1:])
    assert nn.attention(q, k, v, np.array([True, True, False])).shape == (2, 3, 5)


def test_embedding_takes_rows():
    w = draw(5, 3)
    np.testing.assert_array_equal(nn.embedding(w, [[0, 4], [2, 2]]), np.stack([w[[0, 4]], w[[2, 2]]]))


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: nn.conv(draw(2, 3, 5, 5), draw(4, 2, 3, 3)),
            r"\(2, 3, 5, 5\).*\(4, 2, 3, 3\).*channels.*3 is not 2 \* 1",
        ),
        (lambda: nn.conv(draw(2, 3, 5, 5), draw(4, 3, 3)), r"\(2, 3, 5, 5\).*\(4, 3, 3\).*as many axes"),
        (lambda: nn.conv(draw(2, 3), draw(4, 3)), r"\(2, 3\).*\(4, 3\).*1, 2 or 3 spatial axes"),
        (lambda: nn.conv(draw(2, 3, 5), draw(4, 3, 3), None, 1, 0, 3), r"\(2, 3, 5\).*\(4, 3, 3\).*dilated by \(3,\)"),
        (
            lambda: nn.conv(draw(2, 4, 5), draw(3, 2, 3), groups=2),
            "number of kernels, 3, must be a multiple of groups, 2",
        ),
        (lambda: nn.conv(draw(2, 3, 5), draw(4, 3, 3), draw(3)), r"b has shape \(3,\), w has shape \(4, 3, 3\)"),
        (lambda: nn.conv(draw(2, 3, 5), draw(4, 3, 3), stride=0), "stride is 0; whole numbers of at least 1"),
        (
            lambda: nn.conv(draw(2, 3, 5), draw(4, 3, 3), stride=(1, 2)),
            r"stride \(1, 2\) has 2 numbers, x has 1 spatial",
        ),
        (lambda: nn.conv(draw(2, 3, 5), draw(4, 3, 3), padding=-1), "padding is -1"),
        (
            lambda: nn.conv_input(draw(2, 4, 4), draw(4, 3, 3), (2, 3, 5)),
            r"\(2, 4, 4\).*\(2, 3, 5\).*\(4, 3, 3\).*\(2, 4, 3\)",
        ),
        (
            lambda: nn.conv_transpose(draw(2, 3, 5), draw(4, 3, 3)),
            r"channels of x, 3, must be as many as the kernels, 4",
        ),
        (lambda: nn.conv_transpose(draw(2, 3, 5), draw(3, 4, 3), output_padding=1), "must be less than the stride"),
        (lambda: nn.max_pool(draw(2, 3, 3), 4), r"\(2, 3, 3\), the window \(4,\)"),
        (lambda: nn.max_pool(draw(2, 3, 3), 2, padding=2), "at most half of the window"),
        (lambda: nn.max_pool(draw(3, 3)), r"x has shape \(3, 3\); it must be \(N, C, \*size\)"),
        (lambda: nn.avg_unpool(draw(2, 3, 3), (2, 3, 8)), r"\(2, 3, 3\).*\(2, 3, 8\).*\(2, 3, 4\)"),
        (lambda: nn.cross_entropy(draw(3, 4), np.arange(4)), r"\(3, 4\).*\(4,\).*whole numbers"),
        (lambda: nn.cross_entropy(draw(3, 4), np.array([0, 1, 4])), "labels go from 0 to 4; there are 4 classes"),
        (lambda: nn.cross_entropy(draw(3, 4), np.array([0.0, 1, 2])), "labels have dtype float64"),
        (lambda: nn.cross_entropy(draw(3, 4), np.arange(3), "average"), "reduction is 'average'"),
        (lambda: nn.bce(draw(3), draw(4)), r"\(3,\).*\(4,\)"),
        (lambda: nn.layer_norm(draw(3, 4), draw(3)), r"\(3, 4\), scale has shape \(3,\); it must be \(4,\)"),
        (lambda: nn.batch_norm(draw(3, 4), mean=draw(4)), "mean and var go together"),
        (lambda: nn.layer_norm(draw(3, 4), axis=2), r"\(3, 4\), which has no axis 2"),
        (lambda: nn.layer_norm(draw(2, 3, 4), draw(4), axis=(1, 2)), r"scale has shape \(4,\); it must be \(3, 4\)"),
        (lambda: nn.dropout(draw(3), 1.5, None), "rate is 1.5"),
        (lambda: nn.dropout(draw(3), 0.5, None), "rng is None; a generator is needed"),
        (lambda: nn.dropout(draw(3), 0.5, np.random.RandomState(0)), "a generator is needed"),
        (lambda: nn.conv(draw(2, 0, 5), draw(4, 0, 3)), r"\(2, 0, 5\).*\(4, 0, 3\).*w must have a channel"),
        (lambda: nn.rnn(draw(0, 2, 3), draw(2, 4), draw(7, 4), draw(4)), r"\(0, 2, 3\).*one step at least"),
        (lambda: nn.attention(draw(2, 3, 4), draw(5, 3, 4), draw(5, 3, 4)), r"\(2, 3, 4\).*before the last two"),
        (lambda: nn.attention(draw(3, 4), draw(3, 4), draw(3, 4), np.ones((4, 3), bool)), r"mask has shape \(4, 3\)"),
        (lambda: nn.attention(draw(3, 4), draw(3, 4), draw(3, 4), np.zeros((3, 3))), "mask has dtype float64"),
        (lambda: nn.embedding(draw(3, 2), [0, 3]), r"ids go from 0 to 3, w has rows 0 to 2"),
        (lambda: nn.embedding(draw(3, 2), [0.0]), "ids must be whole numbers"),
        (lambda: nn.attention(draw(3, 4), draw(3, 5), draw(3, 4)), "4 is not 5"),
        (lambda: nn.lstm_step(draw(2, 3), draw(2, 4), draw(2, 4), draw(7, 15), draw(16)), r"w must be \(D \+ H, 16\)"),
        (lambda: nn.lstm(draw(5, 2, 3), draw(2, 4), draw(3, 4), draw(7, 16), draw(16)), "c must have the shape of h"),
        (lambda: nn.gru(draw(2, 3), draw(2, 4), draw(7, 12), draw(12)), r"x must be \(T, N, D\) with N = 2"),
    ],
)
def test_shapes_that_do_not_fit_are_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()
