"""Stores into what an expression makes of an argument that is not differentiated itself: from there on it carries a derivative."""

import linecache

import numpy as np
import pytest

import srcgrad

PLACES = [
    "np.subtract.at(np.transpose(a), [1, 0], x[0:3])",
    "np.add.at(a[1:].T, 0, x[:2])",
    "np.add.at(np.flip(a), (0, 1), x[0])",
    "np.add.at(a if s > 0 else s, 0, x)",
    "np.copyto(np.transpose(a), x[:3])",
    "np.copyto(dst=np.asarray(a.T), src=x[:3])",
    "np.put(np.ravel(a), [0, 1], x[:2])",
    "np.multiply(x[:3], 2.0, out=np.transpose(a)[0])",
    "np.fill_diagonal(np.transpose(a), x[0])",
    "np.putmask(a.T, a.T > -9, x[0])",
    "np.put_along_axis(a.T, np.array([[0, 1, 2]]), x[None, :3], 0)",
    "np.transpose(a)[0] = x[:3]",
    "np.moveaxis(a, 0, 1)[0] *= x[:3]",
    "np.split(a, 3)[0][0] = x",
    "a.reshape(-1)[1] += x[3]",
    "a.T.fill(x[1])",
    "into(np.transpose(a), x[:3])",
    "into(a.T[1:], x[:3])",
    "(lambda t: np.add.at(t, 0, x))(np.asarray(a))",
]
TEXT = """
import numpy as np


def into(t, v):
    t[0] = v * t[1]


def f(x, a, s):
    {}
    y = np.zeros(3)
    for i in range(3):
        y[i] = a[i, 0] * a[i, 1]
    return np.sum(y) + np.sum(a * a)
"""


@pytest.mark.parametrize("argnums", [(0,), (0, 1)], ids=["x", "both"])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_stored_counts(place, argnums):
    text, name = TEXT.format(place), f"<{place}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    space = {}
    exec(compile(text, name, "exec"), space)
    f = space["f"]
    rng = np.random.default_rng(0)
    x, a = rng.standard_normal(4), rng.standard_normal((3, 4))
    given = x.copy(), a.copy()
    found = srcgrad.grad(f, argnums)(*given, 0.3)
    step = 1e-6 * np.eye(4)
    differences = [(f(x + d, a.copy(), 0.3) - f(x - d, a.copy(), 0.3)) / 2e-6 for d in step]
    assert np.abs(differences).max() > 0.1
    np.testing.assert_allclose(found[0], differences, rtol=1e-6, atol=1e-8)
    after = a.copy()
    f(x, after, 0.3)
    np.testing.assert_array_equal(given[1], after)
