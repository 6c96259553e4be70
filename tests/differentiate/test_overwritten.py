"""What a store overwrites is saved only where the reverse of something earlier reads it, also where branches and views tell."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads


def first_trip_apart(a):
    c = np.zeros_like(a)
    for k in range(len(a)):
        if k == 0:
            c[k] = 2.0 * a[k]
        else:
            c[k] = a[k] * c[k - 1]
    return np.sum(c)


def later_trips_apart(a):
    c = np.zeros_like(a)
    for k in range(len(a)):
        if k > 0:
            c[k] = a[k] * c[k - 1]
        else:
            c[k] = 2.0 * a[k]
    return np.sum(c)


def either_of_two_tests(a):
    c = np.zeros_like(a)
    for k in range(len(a)):
        if k == 0 or a[0] > 100.0:
            c[k] = 2.0 * a[k]
        else:
            c[k] = a[k] * c[k - 1]
    return np.sum(c)


def wrong_trip_apart(a):  # the trip with k = 0 reads the last element, before it is stored into
    c = a.copy()
    for k in range(len(a)):
        if k == 1:
            c[k] = 2.0 * a[k]
        else:
            c[k] = a[k] * c[k - 1]
    return np.sum(c)


def one_variable_of_two_loops(a):  # the second loop reads a[-1], whatever the first one does
    c = a.copy()
    for k in range(1, len(a)):
        c[k] = a[k] * c[k - 1]
    for k in range(0, 2):
        c[k + 2] = a[k] * c[k - 1]
    return np.sum(c) * (1.0 + k)


def turned(a):
    y = np.zeros_like(a)
    for k in range(1, len(a)):
        y[k] = a[k] + np.dot(np.flip(y[:k]), a[:k])
    return np.sum(y * y)


A = np.array([0.5, 1.5, -0.8, 2.0])
SAVED_NOTHING = [first_trip_apart, later_trips_apart, either_of_two_tests, turned]


@pytest.mark.parametrize("function", [*SAVED_NOTHING, wrong_trip_apart, one_variable_of_two_loops])
def test_the_gradient_is_right(function):
    check_grads(function, (A,), argnums=0)


@pytest.mark.parametrize("function", SAVED_NOTHING)
def test_nothing_is_saved(function):
    gradient = srcgrad.grad(function)
    gradient(A)
    assert "append" not in gradient.source


def test_what_may_be_read_again_is_saved():
    gradient = srcgrad.grad(wrong_trip_apart)
    gradient(A)
    assert "append" in gradient.source
