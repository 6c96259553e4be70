"""Signs move only over numbers that have a negative: that of truth values is an error, that of unsigned integers another number."""

import numpy as np

import srcgrad


def weighted(x, labels, mask):
    return np.sum(labels * -x) + np.sum(mask * -(x * x))


def test_unsigned_integers_and_truth_values_keep_their_sign():
    x, labels, mask = np.array([1.0, 2.0, 3.0]), np.array([1, 2, 255], np.uint8), np.array([True, False, True])
    expected = -labels.astype(float) - 2 * mask * x
    np.testing.assert_allclose(srcgrad.grad(weighted)(x, labels, mask), expected)
    np.testing.assert_allclose(srcgrad.value_and_grad(weighted)(x, labels, mask)[0], weighted(x, labels, mask))
    ones = np.ones(3)
    np.testing.assert_allclose(srcgrad.jvp(lambda x: weighted(x, labels, mask), (x,), (ones,))[1], np.sum(expected))
    srcgrad.check_grads(weighted, (x, labels, mask), order=2, modes=("rev", "fwd"), argnums=0)
