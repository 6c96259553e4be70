"""The operations of networks, optimisers and files with arrays of a device, which mixes and converts nothing by itself."""

import numpy as np
import pytest
import srcgrad_runtime.nn as nn
from srcgrad_runtime import backend

from srcgrad import grad, optim, training
from tests.nn.test_gradients import CASES


def draw(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape)


LABELS = np.array([0, 1, 3])
CALLS = {
    "conv": lambda a: nn.conv(a(2, 2, 6, 6), a(3, 2, 3, 3), a(3), 2, 1, flip=True),
    "conv_input": lambda a: nn.conv_input(a(2, 3, 6, 6), a(3, 2, 3, 3), (2, 2, 6, 6), 1, 1),
    "conv_kernel": lambda a: nn.conv_kernel(a(2, 3, 6, 6), a(2, 2, 6, 6), (3, 2, 3, 3), 1, 1),
    "conv_transpose": lambda a: nn.conv_transpose(a(2, 3, 4), a(3, 2, 3), a(2), 2),
    "max_pool": lambda a: nn.max_pool(a(2, 2, 6, 6), 3, 2, 1),
    "max_unpool": lambda a: nn.max_unpool(a(2, 2, 3, 3), a(2, 2, 6, 6)),
    "avg_pool": lambda a: nn.avg_pool(a(2, 2, 6, 6), 3, 2, 1),
    "unpool": lambda a: nn.unpool(a(2, 2, 3)),
    "softmax": lambda a: nn.softmax(a(3, 4)),
    "logsumexp": lambda a: nn.logsumexp(a(3, 4), 1),
    "cross_entropy": lambda a: nn.cross_entropy(a(3, 4), LABELS, "none"),
    "cross_entropy_adjoint": lambda a: nn.cross_entropy_adjoint(1.0, a(3, 4), LABELS),
    "nll_adjoint": lambda a: nn.nll_adjoint(1.0, a(3, 4), LABELS),
    "bce": lambda a: nn.bce(a(3, 4), a(3, 4), "none"),
    "batch_norm": lambda a: nn.batch_norm(a(3, 2, 4), a(2), a(2)),
    "layer_norm": lambda a: nn.layer_norm(a(3, 4), a(4), a(4)),
    "embedding": lambda a: nn.embedding(a(4, 3), [[0, 1], [1, 3]]),
    "attention": lambda a: nn.attention(a(2, 3, 4), a(2, 3, 4), a(2, 3, 5), nn.causal(3)),
    "lstm": lambda a: nn.lstm(a(3, 2, 2), a(2, 3), a(2, 3), a(5, 12), a(12))[0],
    "gru": lambda a: nn.gru(a(3, 2, 2), a(2, 3), a(5, 9), a(9))[0],
    "rnn": lambda a: nn.rnn(a(3, 2, 2), a(2, 3), a(5, 3), a(3))[0],
    **{name: lambda a, name=name: getattr(nn, name)(a(3, 4))
       for name in ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "sigmoid", "tanh", "gelu_slope")},
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_operations_compute_the_same_on_a_device(name, xp):
    found = CALLS[name](lambda *shape: xp.asarray(draw(*shape)))
    assert isinstance(found, xp.ndarray)
    np.testing.assert_allclose(found.get(), CALLS[name](draw), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"])
def test_a_run_moves_from_the_host_to_a_device_and_back(kind, tmp_path, xp):
    g = [draw(3), 0.5]
    straight, w = getattr(optim, kind)(clip=2.0), [np.ones(3), 1.0]
    moved, v = getattr(optim, kind)(clip=2.0), [np.ones(3), 1.0]
    for device in (False, True, False):
        w = straight.update(w, g)
        if device:
            v = [xp.asarray(v[0]), v[1]]
        gradient = [xp.asarray(g[0]), g[1]] if device else g
        v = moved.update(v, gradient)
        training.save(tmp_path / "run.npz", {"w": v, "optimiser": moved.state()})
        saved = training.load(tmp_path / "run.npz")
        moved, v = getattr(optim, kind)(clip=2.0), saved["w"]
        moved.restore(saved["optimiser"])
    np.testing.assert_allclose(v[0], w[0], rtol=1e-12)
    assert v[1] == pytest.approx(w[1], rel=1e-12)
    target = [xp.asarray(np.zeros(3)), 0.0]
    training.load(tmp_path / "run.npz", into={"w": target, "optimiser": moved.state()})
    np.testing.assert_array_equal(target[0].get(), v[0])


def on_device(value, xp):
    if isinstance(value, list):
        return [on_device(item, xp) for item in value]
    return xp.asarray(value) if isinstance(value, np.ndarray) else value


def on_host(value):
    if isinstance(value, (list, tuple)):
        return [on_host(item) for item in value]
    return value.get() if backend.is_device_array(value) else value


def arrays(value):
    return [part for item in value for part in arrays(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("function, args, wrt", CASES, ids=[case[0].__name__ for case in CASES])
def test_gradients_are_the_same_on_a_device(function, args, wrt, xp):
    gradient = grad(function, argnums=wrt)
    found, expected = on_host(gradient(*(on_device(arg, xp) for arg in args))), on_host(gradient(*args))
    for one, other in zip(arrays(found), arrays(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
