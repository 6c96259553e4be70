"""Calls as they stand in programs, through the whole of srcgrad: forms that the table of a rule alone does not show.

Each text is the body of a function of the names in it, and its gradient is compared with finite differences, on the road that srcgrad
takes by itself and on the one that records.
"""

import numpy as np
import pytest

import srcgrad
from srcgrad import pipeline
from srcgrad.core.errors import Refused
from srcgrad.emit import load

linalg = pytest.importorskip("scipy.linalg")
draw = np.random.default_rng(0)
VALUES = {
    "x": draw.standard_normal((3, 4)), "v": draw.standard_normal(4), "u": draw.uniform(0.3, 0.9, 4), "s": 0.7, "n": 1.3,
    "long": draw.standard_normal(9), "A": np.array([[0.0, 2.0, 1.0], [-3.0, 1.0, 0.0], [0.5, 0.3, 2.0]]),
}  # fmt: skip
CALLS = [
    # items of np.r_ and np.c_
    "np.r_[s, n]",
    "np.r_[v, 0:3, s, [s, 1.0]]",
    "np.r_['0,2', v, u]",
    "np.c_[v, u, 0:4]",
    # results whose extents depend on more than the ranks
    "np.correlate(long, v)",
    "np.convolve(v, long, 'valid')",
    "np.unique(v) * u",
    # results that are complex for some arguments
    "np.abs(np.linalg.eigvals(A))",
    "np.abs(np.linalg.eig(A)[0])",
    # arguments that are seldom given
    "np.sum(x, axis=0, initial=s)",
    "np.var(x, axis=0, mean=x[:1])",
    "np.ediff1d(long, to_begin=s, to_end=[s, 2 * s])",
    "np.interp(u * 9 - 3, [0.0, 1.0, 2.5, 4.0], v, period=5.0)",
    "np.linspace(s, n, 5, retstep=True)[1]",
    "np.linspace(s, n, 5, retstep=True)[0]",
    "np.quantile(x, s, axis=1)",
    "np.percentile(x, [100 * s, 20.0], axis=0)",
    "np.quantile(x, 0.4, axis=1, weights=u, method='inverted_cdf')",
    "np.gradient(v, s)",
    "np.gradient(x, s, np.cumsum(u))",
    "np.gradient(v, np.cumsum(u), edge_order=2)",
    "np.average(v, weights=u, returned=True)",
    "np.pad(v, 2, constant_values=(s, 2 * s))",
    "np.pad(v, (1, 2), 'linear_ramp', end_values=s)",
    "np.pad(x, ((1, 2), (0, 1)), 'maximum')",
    "np.pad(x, 2, 'median', stat_length=2)",
    "np.pad(x, 1, 'empty')[1:-1, 1:-1]",
    "np.unique(v, return_index=True)[0] * u",
    "np.logspace(s, n, 3, base=2 * n)",
    "np.poly(A) * s",
    # parameters that take a pair
    "linalg.cho_solve((x[:, :3] + 3 * np.eye(3), True), x)",
    "linalg.lu_solve(linalg.lu_factor(A), x)",
    # functions that call what they are given
    "np.apply_along_axis(lambda row: np.sum(row * row) * s * row, 1, x)",
    "np.piecewise(x, [x < 0], [lambda t: -s * t, lambda t: t**3])",
    "np.vectorize(lambda t, k: t * t + k)(x, v)",
    "np.frompyfunc(lambda t: t * t + s, 1, 1)(x).astype(float)",
    "np.vectorize(lambda a, b: np.sum(a * b), signature='(n),(n)->()')(x, v)",
    "np.vectorize(lambda a: (a * a, np.sum(a)), signature='(n)->(n),()')(x)",
    "np.vectorize(lambda t, k: t * k, excluded=['k'])(x, k=s)",
    # methods
    "x.view() * 2",
]
REFUSED = [
    "np.nan_to_num(x, nan=s)",  # whatever depends on an argument and has no rule
    "np.r_[s:n:5j]",
    "np.mgrid[0:s:3j]",
    "x.__array__()",
]


def function_of(text):
    names = [name for name in VALUES if name in {*text.replace("np.", "").translate(SEPARATORS).split()}]
    return load.load(f"def f({', '.join(names)}):\n    return {text}\n", "f", {"np": np, "linalg": linalg}), [
        VALUES[n] for n in names
    ]


SEPARATORS = str.maketrans(dict.fromkeys("()[],:.*'=+-/<", " "))


@pytest.fixture(params=["straight", "recorded"])
def road(request, monkeypatch):
    if request.param == "recorded":
        monkeypatch.setattr(pipeline.Recipe, "make", lambda recipe, key, values: recipe.recorded(Refused([])))


@pytest.mark.parametrize("text", CALLS)
def test_gradient(road, text):
    f, args = function_of(text)
    srcgrad.check_grads(f, args)


@pytest.mark.parametrize("text", REFUSED)
def test_refusal(road, text):
    f, args = function_of(text)
    with pytest.raises(Refused):
        srcgrad.check_grads(f, args)


def test_an_index_is_differentiated_where_a_class_says_so(road):
    class Squares:
        def __getitem__(self, x):
            return x * x

    squares = Squares()
    assert np.array_equal(srcgrad.grad(lambda x: np.sum(squares[x]))(np.array([1.0, 2.0])), [2.0, 4.0])
