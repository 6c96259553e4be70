"""Adjoints of containers: slots that get one contribution are bound, all others are added up."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import numerical_gradient

W = [np.array([1.0, 2.0]), np.array([0.5, -1.0]), np.array([3.0, 0.25]), np.array([-2.0, 1.0])]


def pairs(w, x):
    for i in range(0, len(w), 2):
        x = np.sum(w[i] * x) + w[i + 1]
    return np.sum(x)


def constants(w, x):
    return np.sum(w[0] * x) + np.sum(np.sin(w[1]))


def one_is_left_out(w, x):
    for i in range(1, len(w)):
        x = x * w[i]
    return np.sum(x)


def met_twice(w, x):
    for i in range(len(w) - 1):
        x = x * w[i] + w[i + 1]
    return np.sum(x)


def two_loops(w, x):
    for i in range(len(w)):
        x = x * w[i]
    for i in range(len(w)):
        x = x + w[i]
    return np.sum(x)


def in_a_nested_loop(w, x):
    for _ in range(2):
        for i in range(len(w)):
            x = x * w[i]
    return np.sum(x)


def from_the_end(w, x):
    return np.sum(w[-1] * x) * np.sum(w[3])


def step(w, x):
    return x * w[0] + w[1]


def through_a_helper(w, x):
    return np.sum(step(w, x))


def through_a_helper_and_again(w, x):
    return np.sum(step(w, x) * w[2])


def through_a_helper_with_a_list_of_its_own(w, x):
    own = [w[0], w[2], w[3]]
    return np.sum(step(own, x))


def one_array_in_two_slots(w, x):
    y = w[0] + w[1]
    return np.sum(y) * 2.0


BOUND = [pairs, constants, one_is_left_out, through_a_helper, one_array_in_two_slots]
ADDED = [met_twice, two_loops, in_a_nested_loop, from_the_end]
OTHERS = [through_a_helper_and_again, through_a_helper_with_a_list_of_its_own]


@pytest.mark.parametrize("function", BOUND + ADDED + OTHERS, ids=lambda f: f.__name__)
def test_the_gradient_is_right(function):
    gradient = srcgrad.grad(function)
    x = np.array([0.7, -0.3])
    found = gradient(W, x)
    for one, other in zip(found, numerical_gradient(function, (W, x)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)
    assert not any(np.shares_memory(a, b) for i, a in enumerate(found) for b in found[:i])
    if function not in OTHERS:
        assert ("= [None] * len(w)" in gradient.source) == (function in BOUND)


def test_keys_of_a_dict():
    def function(w):
        return np.sum(w["a"] * w["a"]) + np.sum(w["b"])

    w = {"a": np.array([1.0, 2.0]), "b": np.array([3.0]), "c": np.array([4.0])}
    found = srcgrad.grad(function)(w)
    assert list(found) == ["a", "b", "c"]
    np.testing.assert_allclose(found["a"], [2.0, 4.0])
    np.testing.assert_allclose(found["b"], [1.0])
    np.testing.assert_array_equal(found["c"], [0.0])
