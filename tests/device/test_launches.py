"""How many kernels a gradient launches: for losses of networks at most a third of one for each operation, matrix products aside."""

import numpy as np
import pytest
from srcgrad_runtime import fake
from srcgrad_runtime.kernels import launching

from examples import mnist
from srcgrad import grad, jvp, to_device
from tests.golden.lstm import source as lstm

SINGLE = np.float32


def digits(*hidden):
    rng = np.random.default_rng(0)
    w = mnist.weights([12, *hidden, 10], 0.1, rng)
    return mnist.loss, 0, (w, rng.random((8, 12)).astype(SINGLE), mnist.one_hot(np.arange(8)))


def long_short_term_memory():
    rng = np.random.default_rng(0)
    weight, bias = rng.standard_normal((7, 16)).astype(SINGLE), rng.standard_normal(16).astype(SINGLE)
    return lstm.memory, (0, 1), (weight, bias, [rng.standard_normal((5, 3)).astype(SINGLE) for _ in range(6)])


MODELS = {
    "softmax": digits,
    "mlp": lambda: digits(6),
    "lstm": long_short_term_memory,
}


def launches(gradient, args, fused):
    """Kernels that a call launches, without matrix products."""
    with launching.fusion(fused):
        gradient(*args)
        fake.counts.reset()
        gradient(*args)
    return fake.counts.launches - fake.counts.products


@pytest.mark.parametrize("name", MODELS)
def test_a_gradient_launches_a_third_of_its_operations(name):
    loss, argnums, args = MODELS[name]()
    gradient, args = grad(loss, argnums), to_device(args, fake)
    unfused, fused = launches(gradient, args, False), launches(gradient, args, True)
    assert 3 * fused <= unfused, (name, fused, unfused)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_of_kernels_is_that_of_the_host(name):
    loss, argnums, args = MODELS[name]()
    here, there = grad(loss, argnums)(*args), grad(loss, argnums)(*to_device(args, fake))
    for one, other in zip(here, there, strict=True):
        assert one.dtype == other.dtype == SINGLE
        np.testing.assert_allclose(other.get(), one, rtol=1e-5, atol=1e-6)


def scaled(x, s):
    y = np.tanh(x * x) * np.exp(x) * s
    return np.sum(y * y)


def test_a_program_with_kernels_is_differentiated_again():
    """The Hessian goes through the kernels of the gradient as through any function."""
    x, v = np.array([0.3, -0.2, 0.5]), np.array([1.0, 2.0, -1.0])
    here = jvp(grad(scaled), (x, 2.0), (v, 0.0))[1]
    there = jvp(grad(scaled), (to_device(x, fake), 2.0), (to_device(v, fake), 0.0))[1]
    np.testing.assert_allclose(there.get(), here, rtol=1e-12)
