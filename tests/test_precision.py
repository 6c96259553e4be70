"""A program in single precision never computes in double: no array of float64 appears while its gradient runs."""

import sys

import numpy as np
import pytest

import srcgrad


def wide(run):
    """The variables of emitted programs that hold arrays of float64 while `run()` runs."""
    found = set()

    def local(frame, event, argument):
        for name, value in frame.f_locals.items():
            if isinstance(value, np.ndarray) and value.dtype == np.float64:
                found.add(f"{frame.f_code.co_name}: {name}")
        return local

    sys.settrace(lambda frame, event, argument: local if frame.f_code.co_filename.startswith("<srcgrad") else None)
    try:
        run()
    finally:
        sys.settrace(None)
    return found


def total(x):
    return np.sum(x * x)


def mean(x):
    return -np.mean(np.tanh(x), axis=0).sum() / len(x)


def loop(x):
    s = 0.0
    for i in range(3):
        s += np.sum(np.maximum(0, x - i))
    return s


def helper(x):
    return np.mean(x)


def helpers(x):
    return helper(x) * helper(x * x) + 2.0 * np.std(x)


def branch(x):
    if x[0, 0] > 5:
        return 3 * np.sum(x)
    return np.sqrt(np.sum(np.where(x > 0, x, 0.5 * x) ** 2))


def with_aux(x):
    y = np.exp(x)
    return np.mean(y), y


@pytest.mark.parametrize("function", [total, mean, loop, helpers, branch])
@pytest.mark.parametrize("form", [srcgrad.grad, srcgrad.value_and_grad])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_single_precision_stays_single(function, form, dtype):
    x = np.random.default_rng(0).normal(1, 0.5, (4, 3)).astype(dtype)
    gradient = form(function)
    found = gradient(x)  # written here, run again below
    x_bar = found[1] if form is srcgrad.value_and_grad else found
    assert x_bar.dtype == dtype and x_bar.shape == x.shape
    np.testing.assert_allclose(x_bar, srcgrad.grad(function)(x.astype(float)), rtol=0.02, atol=0.005)
    assert wide(lambda: gradient(x)) == set()
    assert wide(lambda: gradient(x.astype(float)))  # the test can fail


def test_what_has_aux_returns_keeps_its_precision():
    x = np.ones((2, 3), np.float32)
    gradient = srcgrad.grad(with_aux, has_aux=True)
    assert [part.dtype for part in gradient(x)] == [np.float32] * 2
    assert wide(lambda: gradient(x)) == set()


def weighted(a, b):
    return (a * b).sum()


def multiplied(a, b):
    return a @ (3 * b)


def stored(a, b):
    a = a.copy()
    a[1:] += b[:-1]
    a[0] = b[0] * 3
    return np.sum(a * b)


@pytest.mark.parametrize("function", [weighted, multiplied, stored])
def test_factors_of_single_precision_leave_double_precision_as_it_is(function):
    random = np.random.default_rng(0)
    a, b = random.normal(size=3).astype(np.float32), random.normal(size=3)
    found = srcgrad.grad(function, (0, 1))(a, b)
    expected = srcgrad.grad(function, (0, 1))(a.astype(float), b)
    assert [g.dtype for g in found] == [np.float32, np.float64]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert srcgrad.grad(function, 1)(a, b).dtype == np.float64
