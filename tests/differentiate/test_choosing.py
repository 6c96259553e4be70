"""Sides of `np.where`: where they are not taken, infinite partials give zeros; where they are, an adjoint that happens to be zero hides nothing."""

import numpy as np
import pytest

import srcgrad


def logarithms(x):
    return np.sum(np.where(x > 0, np.log(x), x) * np.where(x > 0, np.log(2 * x), x))


def residuals(x):
    y = np.sqrt(x) - 1.0
    return np.sum(np.where(x > 0, y * y, 0.0))


def quotients(x):
    return np.sum(np.where(x > 0, (1.0 / x - 2.0) ** 2, x) ** 2)


def powers(x):
    """The second derivative of what is not taken is infinite at zero, the first is not."""
    return np.sum(np.where(x > 0.25, (x**1.5 - 1.0) ** 2, 2.0 * x))


def through_a_name(x):
    known = np.where(x > 0, np.sqrt(x), 1.0)
    y = np.log(known)
    return np.sum(np.where(x > 0, y, 0.0) ** 2)


PROGRAMS = [logarithms, residuals, quotients, powers, through_a_name]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_second_derivatives_where_the_adjoint_is_zero(f):
    x = np.array([0.0, 0.5, 1.0, 0.7, -0.3])
    steps = 1e-5 * np.eye(5)[1:4]
    with np.errstate(all="ignore"):
        gradient = srcgrad.grad(f)
        x_bar = gradient(x)
        rows = [(gradient(x + d) - gradient(x - d)) / 2e-5 for d in steps]
        straight = srcgrad.hessian(f)(x)
        backwards = np.array([srcgrad.grad(lambda x, i=i: srcgrad.grad(f)(x)[i])(x) for i in range(5)])
        twice = np.array([srcgrad.vjp(srcgrad.grad(f), x)[1](e)[0] for e in np.eye(5)])
        expected = np.array([(f(x + d) - f(x - d)) / 2e-5 for d in steps])
    np.testing.assert_allclose(x_bar[1:4], expected, rtol=1e-6, atol=1e-8)
    assert np.all(np.isfinite(x_bar))
    for hessian in (straight, backwards, twice):
        np.testing.assert_allclose(hessian[1:4], rows, rtol=1e-6, atol=1e-6)
        assert np.all(np.isfinite(hessian))


def of_a_number(x):
    y = np.sqrt(x) - 1.0
    return float(np.where(x > 0, y * y, 0.0)) * 2.0


def divided_by_a_number(x):
    return float(np.where(x > 0.5, (1.0 / (x + 0.5) - 2.0 / 3.0) ** 2, x)) + x


@pytest.mark.parametrize("f", [of_a_number, divided_by_a_number], ids=lambda f: f.__name__)
def test_numbers(f):
    with np.errstate(all="ignore"):
        gradient = srcgrad.grad(f)
        for x in (1.0, 0.7, 2.0):
            row = (gradient(x + 1e-5) - gradient(x - 1e-5)) / 2e-5
            np.testing.assert_allclose(srcgrad.grad(gradient)(x), row, rtol=1e-6)
        assert gradient(0.0) == (0.0 if f is of_a_number else 2.0)
