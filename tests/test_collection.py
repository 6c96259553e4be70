"""While a program is built Python's collector of cycles is off: what is made then must go by itself."""

import gc

import gast
import numpy as np
import pytest

import srcgrad


def scaled(u, s):
    t = np.tanh(u) * s
    return t + 0.25 * u


def branches_and_helpers(x, w):
    s = w[0]
    if s > 0.1:
        y = scaled(x, s)
    else:
        y = scaled(x, -s)
    for i in range(3):
        s = s * np.sum(y) + w[i]
    return s


def stores(x, w):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.sin(y[i]) * y[i - 1]
    return np.sum(y * w[0])


@pytest.mark.parametrize("function", [branches_and_helpers, stores])
def test_nothing_is_left_in_cycles(function):
    srcgrad.grad(lambda x, w: np.sum(scaled(x, w[0])))(np.ones(3), np.ones(3))  # what is loaded once
    gradient = srcgrad.grad(function)
    gc.collect()
    gc.disable()
    try:
        gradient(np.linspace(0.1, 0.5, 4), np.linspace(0.2, 0.9, 3))
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = [o for o in gc.garbage if isinstance(o, gast.AST)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left
