"""The adjoint of a stored value is the piece of the adjoint as it is where the value surely fills the place, and is summed elsewhere."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads


def same_part(x):
    y = x.copy()
    for k in range(1, len(y)):
        y[:k] += x[0] * np.flip(y[:k])
    return np.sum(y * y)


def part_of_another(x, w):
    y = x.copy()
    for k in range(len(y)):
        y[: k + 1] += x[0] * w[: k + 1]
    return np.sum(y * y)


def bound_that_changes(x):
    y, k = x.copy(), 1
    while k < len(y):
        t = y[:k] * 2.0
        k += 1
        if k > 2:
            break
        y[:k] += t
    return np.sum(y * y)


def one_row_for_all(x, w):
    y = np.zeros((3, 4))
    for k in range(1, 4):
        y[:k] += w[0] * x[:1]
    return np.sum(y * y)


X, W = np.linspace(0.4, 1.3, 4), np.array([0.5, -1.0, 2.0, 1.5])


@pytest.mark.parametrize("function, args, argnums", [
    (same_part, (X,), 0), (part_of_another, (X, W), (0, 1)), (bound_that_changes, (X,), 0),
    (one_row_for_all, (X[None] * 1.0, W), (0, 1)),
])  # fmt: skip
def test_the_gradient_is_right(function, args, argnums):
    check_grads(function, args, argnums=argnums)


def test_a_part_with_the_same_slices_is_filled():
    gradient = srcgrad.grad(same_part)
    gradient(X)
    assert "unbroadcast" not in gradient.source


def test_no_shape_is_saved_where_a_part_tells_it():
    gradient = srcgrad.grad(part_of_another, (0, 1))
    gradient(X, W)
    assert "append" not in gradient.source
