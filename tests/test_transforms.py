"""`checkpoint` and `implicit`."""

import math

import numpy as np
import pytest

import srcgrad
from srcgrad import DerivativeError, checkpoint, grad, hvp, implicit, jvp, numerical_gradient, vjp

W = np.linspace(-1, 1, 9).reshape(3, 3)
X = np.linspace(0, 1, 6).reshape(2, 3)
runs = []


@checkpoint
def layer(h, w, n=2, *, shift=0.5):
    """Some steps."""
    runs.append(n)
    for _ in range(n):
        h = np.tanh(h @ w + shift)
    return h


def loss(w, x):
    h = x
    for _ in range(3):
        h = layer(h, w, shift=0.25)
    return np.sum(h * h)


def test_checkpoint():
    assert layer.__name__ == "layer" and layer.__doc__ == "Some steps."
    runs.clear()
    found = grad(loss)(W, X)
    assert len(runs) == 6  # three times forward, three times again
    np.testing.assert_allclose(found, numerical_gradient(loss, (W, X)), rtol=1e-7)
    gradient = grad(loss)
    gradient(W, X)
    assert "tanh" not in gradient.source, "nothing of the inside is there"
    np.testing.assert_allclose(jvp(loss, (W, X), (np.ones((3, 3)), None))[1], np.sum(found), rtol=1e-12)
    step = 1e-5
    numeric = (grad(loss)(W + step, X) - grad(loss)(W - step, X)) / (2 * step)
    np.testing.assert_allclose(hvp(loss, (W, X), (np.ones((3, 3)), None)), numeric, rtol=1e-6, atol=1e-7)


def test_checkpoint_notices_what_it_cannot_run_again():
    @checkpoint
    def noisy(h):
        return h * np.random.default_rng().normal()

    with pytest.raises(DerivativeError, match="draws random numbers"):
        grad(lambda h: noisy(h) * 2.0)(2.0)
    with pytest.raises(srcgrad.ArgumentError, match="any number of arguments"):
        checkpoint(lambda *args: args[0])


def test_what_a_checkpoint_reads_from_outside_is_not_lost():
    def outer(w):
        inner = checkpoint(lambda h: np.sum(h * w))
        return inner(np.ones(3))

    try:
        found = grad(outer)(np.ones(3))
    except srcgrad.Refused:
        return
    np.testing.assert_allclose(found, np.ones(3))


@implicit(lambda z, a: z * z - a)
def root(a):
    return math.sqrt(a)


def step(z, a, b):
    return np.cos(a * z) + b


@implicit(fixed_point=step)
def settled(a, b):
    z = np.zeros_like(b)
    for _ in range(200):
        z = step(z, a, b)
    return z


@implicit(lambda z, p: {"u": p["A"] @ z["u"] - p["k"], "v": z["v"] - p["k"] ** 2})
def system(p):
    return {"u": np.linalg.solve(p["A"], p["k"]), "v": p["k"] ** 2}


def test_implicit():
    assert grad(root)(4.0) == 0.25
    assert jvp(root, (4.0,), (1.0,)) == (2.0, 0.25)
    b = np.array([0.1, 0.2, 0.3])

    def f(a, b):
        return np.sum(settled(a, b) ** 2)

    found, expected = grad(f, (0, 1))(0.3, b), numerical_gradient(f, (0.3, b), (0, 1))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-8)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-8)
    np.testing.assert_allclose(jvp(f, (0.3, b), (1.0, None))[1], expected[0], rtol=1e-8)
    y, pullback = vjp(settled, 0.3, b)
    assert pullback(np.ones(3))[1].shape == (3,)


def test_implicit_of_structures():
    p = {"k": np.array([1.0, 2.0]), "A": np.array([[3.0, 1.0], [0.0, 2.0]])}

    def f(p):
        z = system(p)
        return np.sum(z["u"] ** 2) + np.sum(z["v"] ** 3)

    assert srcgrad.check_grads(f, (p,), modes=("fwd", "rev")) < 1e-6


def test_implicit_does_not_trust():
    @implicit(lambda z, a: z * z - a)
    def rough(a):
        return math.sqrt(a) + 0.01

    @implicit(lambda z, a: (z - a) ** 2)
    def double(a):
        return a * 1.0

    @implicit(fixed_point=lambda z, a: 3.0 * z - 2.0 * a)
    def unstable(a):
        return a * 1.0

    for f, message in ((rough, "does not solve"), (double, "singular"), (unstable, "no contraction")):
        with pytest.raises(DerivativeError, match=message):
            grad(f)(4.0)
    with pytest.raises(srcgrad.ArgumentError, match="one of them"):
        implicit()
