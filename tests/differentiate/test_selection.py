"""The smaller or larger of two arrays in a loop that stores: the share of one operand is saved, and no operand."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads


def by_rows(x):
    paths = x.copy()
    for k in range(len(paths)):
        for i in range(len(paths)):
            paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
    return np.sum(paths * paths)


def rebound(x):
    y = x.copy()
    for i in range(3):
        row = y[i] * 2.0
        row = np.maximum(row, y[i + 1] + 0.1)
        y[i] = row * row
    return np.sum(y)


def broadcast(x):
    y = x.copy()
    for i in range(3):
        y[:, i] = np.fmax(y[:, i], y[:1, i + 1])
    return np.sum(y * y)


X = np.random.default_rng(4).uniform(0.2, 2.0, (4, 4))


@pytest.mark.parametrize("function", [by_rows, rebound, broadcast])
def test_the_gradient_is_right(function):
    check_grads(function, (X,), argnums=0)


def test_only_the_share_is_saved():
    gradient = srcgrad.grad(by_rows)
    gradient(X)
    assert gradient.source.count("append") == 1 and ".copy())" not in gradient.source


def test_ties_are_shared():
    def f(x):
        y = x.copy()
        for i in range(2):
            y[i] = np.minimum(y[i], y[i + 1])
        return np.sum(y[0])

    np.testing.assert_array_equal(
        srcgrad.grad(f)(np.array([[1.0, 2.0], [1.0, 1.0], [0.0, 5.0]])), [[0.5, 0], [0.5, 1], [0, 0]]
    )
