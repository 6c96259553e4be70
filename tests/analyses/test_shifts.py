"""An extremum is passive where nothing that is made of it changes with it, and only there."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads, numerical_gradient

X = np.array([[0.3, -1.2, 0.8], [1.5, 0.1, -0.4]])


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def softmax_of_rows(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum(x * e / np.sum(e, axis=1, keepdims=True))


def twice_the_shift(x):
    low = np.min(x)
    scaled = 2.0 * (x - low)
    return np.log(np.sum(np.exp(scaled))) + low * 2.0


def shift_of_another_factor(x):
    top = np.max(x)
    return 2.0 * top + np.log(np.sum(np.exp(x - top)))


def sum_of_what_is_shifted(x):
    return np.sum(x - np.max(x))


def along_another_axis(x):
    e = np.exp(x - np.max(x, axis=0, keepdims=True))
    return np.sum(x * e / np.sum(e, axis=1, keepdims=True))


def returned(x):
    return np.max(x)


def read_after_a_branch(x):
    top = np.max(x)
    y = np.log(np.sum(np.exp(x - top))) + top
    if y > 0:
        y = y * top
    return y


def product_of_two_scales(x):
    top = np.max(x)
    e = np.exp(x - top)
    return np.sum(e * e) / np.sum(e) ** 2 + np.sum(e) * np.sum(np.exp(top))


PASSIVE = [log_sum_exp, softmax_of_rows, twice_the_shift]
ACTIVE = [
    shift_of_another_factor,
    sum_of_what_is_shifted,
    along_another_axis,
    returned,
    read_after_a_branch,
    product_of_two_scales,
]


@pytest.mark.parametrize("function", PASSIVE + ACTIVE, ids=lambda f: f.__name__)
def test_the_gradient_is_right(function):
    gradient = srcgrad.grad(function)
    np.testing.assert_allclose(gradient(X), numerical_gradient(function, (X,)), rtol=1e-7, atol=1e-9)
    assert ("extremum_share" in gradient.source) == (function in ACTIVE)


@pytest.mark.parametrize("function", PASSIVE, ids=lambda f: f.__name__)
def test_the_second_derivative_is_right(function):
    check_grads(function, (X,), order=2)
