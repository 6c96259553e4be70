"""`with np.errstate(...)` has a straight adjoint, whose reverse sweep runs in the same context; other contexts are recorded."""

import warnings

import numpy as np
import pytest

import srcgrad


def returned(x):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


def bound(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(x)
        z = y * y / (x + 0.2)
    return np.sum(np.where(x > 0, z, 2.0 * x) * x)


def continued(x):
    s = 0.0
    for i in range(len(x)):
        with np.errstate(all="ignore"):
            if x[i] < 0:
                continue
            s = s + np.log(x[i]) * s + x[i]
        s = s * x[0]
    return s


def returned_in_a_branch(x):
    with np.errstate(all="ignore"):
        if x[0] > 0:
            return np.sum(x * x * x)
        y = x * 3
    return np.sum(y * x)


def guarded(x):
    with np.errstate(divide="ignore"), np.errstate(invalid="ignore"):
        return np.where(x > 0, np.log(x), x)


def in_a_helper(x):
    return np.sum(guarded(x) * guarded(x * 2))


def stored(x):
    y = np.zeros(3)
    with np.errstate(all="ignore"):
        y[0] = x[1] * x[0]
        y[1:] = x[:2]
        y *= y
    return np.sum(y * x)


def broken(x, n=3):
    while n > 0:
        with np.errstate(over="ignore"):
            x = x * np.exp(x * 0.1)
            n -= 1
            if n == 1:
                break
    else:
        x = x * 2
    return np.sum(x)


def nested(x):
    rt = x * 2.0
    with np.errstate(over="ignore"):
        y = rt * x
        with np.errstate(divide="ignore"):
            y = y * y if x[0] > 0 else y
    y = y * x
    return np.sum(y)


PROGRAMS = [returned, bound, continued, returned_in_a_branch, in_a_helper, stored, broken, nested]


@pytest.mark.parametrize("first", [0.4, -0.4])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_both_sweeps_run_in_the_context(f, first):
    x = np.array([first, 1.3, 0.7])
    steps = 1e-6 * np.eye(3)
    with np.errstate(all="ignore"):
        value, expected = f(x), [(f(x + d) - f(x - d)) / 2e-6 for d in steps]
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient = srcgrad.value_and_grad(f)
        y, x_bar = gradient(x)
    assert "with np.errstate(" in gradient.source and "recorded because" not in gradient.source
    assert y == value and np.geterr() == before
    np.testing.assert_allclose(x_bar, expected, rtol=1e-7, atol=1e-7)
    with np.errstate(all="ignore"):
        tangents = [srcgrad.jvp(f, (x,), (d,))[1] for d in np.eye(3)]
        rows = [(srcgrad.grad(f)(x + d) - srcgrad.grad(f)(x - d)) / 2e-6 for d in steps]
        np.testing.assert_allclose(srcgrad.hessian(f)(x), rows, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(tangents, expected, rtol=1e-7, atol=1e-7)


def test_an_exception_leaves_the_context():
    def f(x):
        with np.errstate(divide="ignore"):
            y = x * x
            if x[0] > 1:
                raise KeyError("too large")
        return np.sum(y)

    before = np.geterr()
    gradient = srcgrad.grad(f)
    assert np.array_equal(gradient(np.array([0.5, 2.0])), [1.0, 4.0])
    with pytest.raises(KeyError, match="too large"):
        gradient(np.array([1.5, 2.0]))
    assert np.geterr() == before


def test_errors_that_are_asked_for_are_raised():
    def f(x):
        with np.errstate(divide="raise"):
            unused = 1.0 / (x - x)
        return np.sum(x * x) + 0 * unused[0]

    with pytest.raises(FloatingPointError):
        srcgrad.grad(f)(np.array([0.5, 2.0]))


class Door:
    """Something else with methods of these names."""

    def errstate(self):
        return True

    def entered(self, state):
        return not state


def test_other_functions_of_these_names_are_tests():
    rt = Door()

    def f(x):
        if rt.entered(rt.errstate()):
            return np.sum(x)
        return np.sum(x * x)

    gradient = srcgrad.grad(f)
    assert np.array_equal(gradient(np.array([0.5, 2.0])), [1.0, 4.0])
