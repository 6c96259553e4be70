"""Compositions with a partial of their own: the logistic function, in its usual writings."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

X = np.array([-1.5, 0.2, 3.0])


def plain(x):
    return np.sum(np.cos(1 / (1 + np.exp(-x))))


def of_a_product(x):
    t = x * x
    return np.sum(np.sin(1.0 / (np.exp(t) + 1.0)))


def with_other_numbers(x):
    return np.sum((3.0 / (2.0 + np.exp(x))) ** 2)


def rebound(x):
    for _ in range(2):
        x = 1 / (1 + np.exp(x))
    return np.sum(x * x)


def exponential_used_again(x):
    e = np.exp(-x)
    return np.sum(2.0 * e / (1 + e) + 1 / (1 + e))


def changed_in_between(x):
    t = np.exp(x)
    x = x * 2.0
    y = 1.0 / (1.0 + t)
    return np.sum(x * y)


@pytest.mark.parametrize(
    "function", [plain, of_a_product, with_other_numbers, rebound, exponential_used_again, changed_in_between],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_logistic(function):
    check_grads(function, (X,), order=2)
    check_grads(function, (0.7,))


def test_the_gradient_is_finite_where_the_exponential_is_not():
    with np.errstate(over="ignore"):
        found = srcgrad.grad(lambda x: np.sum(1.0 / (1.0 + np.exp(-x))))(np.array([-800.0, 0.0, 800.0]))
    np.testing.assert_array_equal(found, [0.0, 0.25, 0.0])
