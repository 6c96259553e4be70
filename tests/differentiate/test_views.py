"""Stores through views and aliases: the straight road, any layout of the arguments, second derivatives, pullbacks called again."""

import numpy as np
import pytest

import srcgrad
from tests.programs import compare, registry
from tests.programs.test_second_order import STEP, Gradient, is_recorded

PROGRAMS = registry.load(["shared_memory"])
RECORDED = {
    "broadcast_view_sees_a_store",  # views that cannot be written to
    "diagonal_view_sees_a_store",
    # containers that change, or are handed over as a whole
    "list_handed_to_a_function",
    "branch_whose_test_is_changed_through_a_view",  # what a test reads changes after it
    "length_of_a_list_that_a_branch_changes",
}

LAYOUTS = {
    "c": np.copy,
    "fortran": np.asfortranarray,
    "reversed": lambda x: x[::-1].copy()[::-1],
    "strided": lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
    "transposed": lambda x: x.T.copy().T,
    "part": lambda x: np.pad(x, 1)[1:-1, 1:-1],
}


def ravel_of_an_argument(x):
    flat = (x * 1.0).ravel()
    y = x + 0.0
    again = y.ravel()
    again[1:] *= flat[:-1]
    y[0] = again[1] * x[1]
    return np.sum(y**2) + np.sum(again * flat)


def reshape_and_transpose(x):
    y = np.exp(x)
    m, n = y.reshape(3, 2), y.T.reshape(2, 3)
    m[0] *= x[0, :2]
    n[1, 1] = y[1, 2] * m[2, 1]
    y[:, 0] += n[:, 2]
    return np.sum(m * m) + np.sum(n * y)


def options_that_may_copy(x):
    y = x * x
    a = np.ascontiguousarray(y)
    b = np.asfortranarray(y)
    c = y.ravel(order="K")
    d = y.ravel(order="F")
    a[0, 0] = y[1, 1] * x[0, 1]
    b[1] *= a[0]
    c[2:4] = d[:2]
    d += c
    return np.sum(a * b) + np.sum(c * d) + np.sum(y)


def argument_under_other_names(x):
    t = x.T
    u = np.asarray(x)[::-1]
    t[1] *= u[:, 0]
    x[1, 1:] = t[0, 1] * u[0, 1:]
    return np.sum(x * u) + np.sum(t[2] ** 2)


FUNCTIONS = (ravel_of_an_argument, reshape_and_transpose, options_that_may_copy, argument_under_other_names)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_any_layout_of_the_argument(function, layout):
    """What is a view and what a copy depends on the layout: differences are taken in the same one."""
    x, made = np.random.default_rng(3).uniform(0.5, 1.5, (2, 3)), LAYOUTS[layout]
    gradient = srcgrad.grad(function)
    found = gradient(made(x))
    assert not is_recorded(gradient)
    wanted = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        wanted[index] = (function(made(x + step)) - function(made(x - step))) / 2e-6
    assert found.shape == x.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)
    direction = np.random.default_rng(4).normal(size=x.shape)
    for tangent in (direction, np.asfortranarray(direction)):
        _, along = srcgrad.jvp(function, (made(x),), (tangent,))
        np.testing.assert_allclose(along, np.sum(wanted * direction), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_conversion_is_a_view_where_the_dtype_is_the_same(dtype):
    def f(x):
        y = x * x
        w = y.astype(np.float32, copy=False)
        z = np.asarray(y, np.float64)
        w[0] = y[1] * y[2]
        z[1] = 7.0
        return np.sum(y) + np.sum(z * y) + np.sum(w)

    x = np.array([1.0, 2.0, 0.5, 1.5], dtype)
    gradient = srcgrad.grad(f)
    found = gradient(x)
    assert not is_recorded(gradient) and found.dtype == dtype
    h = 2.0**-7
    wanted = [(float(f(x + dtype(h) * e)) - float(f(x - dtype(h) * e))) / (2 * h) for e in np.eye(4, dtype=dtype)]
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_second_derivatives_and_pullbacks(program):
    gradient = Gradient(program)
    first = gradient(gradient.x)
    assert is_recorded(gradient.gradient) == (program.name in RECORDED)
    direction = np.random.default_rng(0).normal(size=gradient.x.shape)
    wanted = (gradient(gradient.x + STEP * direction) - gradient(gradient.x - STEP * direction)) / (2 * STEP)
    np.testing.assert_allclose(gradient.along(direction), wanted, rtol=1e-5, atol=1e-5)
    _, pullback = srcgrad.vjp(program.function, *compare.copies(gradient.args))
    for seed in (1.0, -2.0, 1.0):  # what it saves is there again for each call
        found = srcgrad.ravel(pullback(seed)[program.numbers[0]])[0]
        np.testing.assert_allclose(found, seed * first, rtol=1e-9, atol=1e-12)


def test_new_memory_may_have_gaps():
    """The eigenvalues of a real matrix are the real parts of complex numbers: flattened, they are a copy."""

    def f(x):
        w = np.linalg.eigvals(x)
        flat = w.ravel()
        flat[0] = 3.0 * w[1]
        return np.sum(w * w * flat)

    x = np.array([[1.0, 0.3], [0.2, 2.0]])
    wanted = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        wanted[index] = (f(x + step) - f(x - step)) / 2e-6
    np.testing.assert_allclose(srcgrad.grad(f)(x), wanted, rtol=1e-6)
