"""A loop and its reverse are one loop where the trips have nothing to do with each other, and only there."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import numerical_gradient

W, X = np.array([0.5, -1.5, 0.8]), np.array([[0.2, 1.0, -0.4], [0.9, -0.7, 0.3], [1.1, 0.6, -1.3], [0.1, 0.2, 0.4]])


def sum_over_rows(w, x):
    total = 0.0
    for i in range(len(x)):
        y = np.tanh(x[i] * w)
        z = np.sin(y) * y
        total += np.sum(z * z)
    return total


def nested(w, x):
    total = 0.0
    for i in range(len(x)):
        y = np.tanh(x[i] * w)
        for j in range(len(w)):
            u = np.exp(y[j] * w[j])
            total += u * u * np.sum(y)
    return total


def with_a_branch(w, x):
    total = 0.0
    for row in x:
        y = np.sin(row * w)
        if np.sum(y) > 0:
            y = y * y * w
        total += np.sum(np.exp(y))
    return total


def scaled_by_the_sum(w, x):
    total = 0.0
    for row in x:
        y = np.sin(row * w)
        total += np.sum(y * y * w)
    return total * total


def handed_on(w, x):
    y = w
    for i in range(len(x)):
        y = np.tanh(y * x[i])
    return np.sum(y)


def number_handed_on(w, x):
    total, last = 0.0, 1.0
    for row in x:
        y = np.sum(np.sin(row * w)) * last
        total += y * y
        last = np.cos(y)
    return total


def read_afterwards(w, x):
    total = 0.0
    y = w
    for row in x:
        y = np.sin(row * w)
        total += np.sum(y * y * w)
    return total + np.sum(y * y)


def with_a_break(w, x):
    total = 0.0
    for row in x:
        y = np.sin(row * w)
        total += np.sum(y * y * w)
        if total > 1.0:
            break
    return total


FUSED = [sum_over_rows, nested, with_a_branch]
APART = [handed_on, number_handed_on, scaled_by_the_sum, with_a_break, read_afterwards]


@pytest.mark.parametrize("function", FUSED + APART, ids=lambda f: f.__name__)
def test_the_gradient_is_right(function):
    gradient = srcgrad.grad(function)
    np.testing.assert_allclose(gradient(W, X), numerical_gradient(function, (W, X)), rtol=1e-6, atol=1e-8)
    value, second = srcgrad.value_and_grad(function)(W, X)
    np.testing.assert_allclose(value, function(W, X), rtol=1e-12)
    np.testing.assert_allclose(second, gradient(W, X), rtol=1e-12)


@pytest.mark.parametrize("function", FUSED, ids=lambda f: f.__name__)
def test_no_tape_is_left(function):
    gradient = srcgrad.grad(function)
    gradient(W, X)
    loops = [line for line in gradient.source.splitlines() if line.startswith("    for ")]
    assert len(loops) == 1
    if function is not with_a_branch:
        assert "append" not in gradient.source


@pytest.mark.parametrize("function", APART, ids=lambda f: f.__name__)
def test_trips_that_depend_on_each_other_stay_apart(function):
    gradient = srcgrad.grad(function)
    gradient(W, X)
    assert "append" in gradient.source
    assert "reversed" in gradient.source or "while" in gradient.source


def test_the_value_may_be_added_up_on_the_way():
    gradient = srcgrad.value_and_grad(sum_over_rows)
    gradient(W, X)
    assert gradient.source.count("    for ") == 1
