"""The points where a derivative does not exist or is infinite: what is settled for each, in one table.

The first column is the function, then the arguments, the adjoint of the result, and the adjoint of each argument that
is checked.
"""

import math

import numpy as np
import pytest
import srcgrad_runtime as rt

from srcgrad import rules

from . import harness

A = np.array
TABLE = [
    # ties share evenly
    (np.maximum, (A([1.0, 2.0]), A([1.0, 3.0])), {}, A([2.0, 2.0]), [A([1.0, 0.0]), A([1.0, 2.0])]),
    (np.minimum, (A([1.0, 2.0]), A([1.0, 3.0])), {}, A([2.0, 2.0]), [A([1.0, 2.0]), A([1.0, 0.0])]),
    (np.max, (A([3.0, 1.0, 3.0]),), {}, 1.0, [A([0.5, 0.0, 0.5])]),
    (np.min, (A([[1.0, 1.0], [2.0, 0.0]]), 1), {}, A([1.0, 1.0]), [A([[0.5, 0.5], [0.0, 1.0]])]),
    (np.nanmax, (A([3.0, np.nan, 3.0]),), {}, 1.0, [A([0.5, 0.0, 0.5])]),
    (np.max, (A([1.0, 2.0]),), {"initial": 2.0}, 1.0, [A([0.0, 0.0])]),
    (np.ptp, (A([2.0, 2.0]),), {}, 1.0, [A([0.0, 0.0])]),
    (np.median, (A([1.0, 2.0, 2.0, 2.0]),), {}, 3.0, [A([0.0, 1.0, 1.0, 1.0])]),
    (max, ([2.0, 2.0, 1.0],), {}, 1.0, [[[0.5, 0.5, 0.0]]]),
    (max, (2.0, 2, 1.0), {}, 1.0, [[0.0, 0.0, 0.0]]),
    # absolute value and norms at zero
    (np.abs, (A([-1.0, 0.0, 2.0]),), {}, A([1.0, 1.0, 1.0]), [A([-1.0, 0.0, 1.0])]),
    (np.abs, (A([0j, 3 + 4j]),), {}, A([1.0, 1.0]), [A([0.0, 0.6 - 0.8j])]),
    (abs, (0.0,), {}, 1.0, [0.0]),
    (math.fabs, (0.0,), {}, 1.0, [0.0]),
    (np.hypot, (0.0, 0.0), {}, 1.0, [0.0, 0.0]),
    (math.dist, ([1.0], [1.0]), {}, 1.0, [[0.0], [0.0]]),
    # on its bound, clip passes the gradient
    (np.clip, (A([0.0, 0.5, 1.0, 2.0]), 0.0, 1.0), {}, A([1.0, 1.0, 1.0, 1.0]), [A([1.0, 1.0, 1.0, 0.0]), 0.0, 1.0]),
    # products with zeros are exact
    (np.prod, (A([0.0, 2.0, 3.0]),), {}, 1.0, [A([6.0, 0.0, 0.0])]),
    (np.prod, (A([0.0, 2.0, 0.0]),), {}, 1.0, [A([0.0, 0.0, 0.0])]),
    (np.cumprod, (A([2.0, 0.0, 3.0]),), {}, A([1.0, 1.0, 1.0]), [A([1.0, 8.0, 0.0])]),
    (math.prod, ([0.0, 2.0],), {}, 1.0, [[2.0, 0.0]]),
    (np.sinc, (0.0,), {}, 1.0, [0.0]),
    # the deviation of a constant
    (np.std, (A([2.0, 2.0, 2.0]),), {}, 1.0, [A([0.0, 0.0, 0.0])]),
    (np.std, (A([[2.0, 2.0], [0.0, 2.0]]), 1), {}, A([1.0, 1.0]), [A([[0.0, 0.0], [-0.5, 0.5]])]),
    (np.var, (A([2.0, 2.0]),), {}, 1.0, [A([0.0, 0.0])]),
    # roots and powers at zero
    (np.sqrt, (A([0.0, 4.0]),), {}, A([1.0, 1.0]), [A([np.inf, 0.25])]),
    (math.sqrt, (0.0,), {}, 1.0, [np.inf]),
    (np.cbrt, (0.0,), {}, 1.0, [np.inf]),
    (np.power, (A([0.0, 0.0, 0.0, -2.0]), A([2.0, 1.0, 0.0, 3.0])), {}, np.ones(4), [A([0.0, 1.0, 0.0, 12.0])]),
    (np.power, (0.0, 0.5), {}, 1.0, [np.inf, 0.0]),
    (pow, (0.0, 2.0), {}, 1.0, [0.0, 0.0]),
    (math.pow, (-2.0, 3.0), {}, 1.0, [12.0]),
    # a side that is not chosen may be infinite
    (
        np.where,
        (A([True, False]), A([1.0, np.inf]), A([np.nan, 2.0])),
        {},
        A([1.0, 1.0]),
        [A([1.0, 0.0]), A([0.0, 1.0])],
    ),
    (np.logaddexp, (-np.inf, -np.inf), {}, 1.0, [0.0, 0.0]),
    (np.logaddexp, (1000.0, 0.0), {}, 1.0, [1.0, 0.0]),
    (np.nan_to_num, (A([np.nan, 1.0]),), {}, A([1.0, 1.0]), [A([0.0, 1.0])]),
    # at the jump of a periodic function
    (np.fmod, (1.0, 0.1), {}, 1.0, [1.0, -9.0]),
    (np.remainder, (1.0, 0.1), {}, 1.0, [1.0, -9.0]),
    (math.fmod, (1.0, 0.1), {}, 1.0, [1.0, -9.0]),
]


def same(a, b):
    if isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(u, v) for u, v in zip(a, b, strict=True))
    if b is None:
        return a is None
    return np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True) and np.shape(a) == np.shape(b)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case[0].__name__}{harness.describe(case[1], case[2])}")
def test_adjoint_at_a_singular_point(case):
    function, args, kwargs, y_bar, expected = case
    count = len(args) if not kwargs else None
    rule = rules.lookup(function, count)
    with np.errstate(all="ignore"):
        found = harness.adjoint_of(rule, args, kwargs, y_bar)
    for name, want in zip(rule.differentiable, expected, strict=False):
        assert same(found[name], want), (name, found[name], want)


def test_a_tie_with_a_constant_goes_to_the_constant():
    x = np.array([-1.0, 0.0, 2.0])
    for function in (np.maximum, np.minimum):
        rule = rules.lookup(function)
        for name, args in (("x1", (0.0, x)), ("x2", (x, 0.0))):
            partials = rule.choose_partials(passive=(name,))
            other = "x2" if name == "x1" else "x1"
            found = harness.partial_value(rule, other, harness.bind(rule, args, {}), function(*args), partials)
            assert found.tolist() == [function is np.minimum, False, function is np.maximum]
    assert rules.lookup(max, 2).choose_partials(passive=("x2",))[1] is None


@pytest.mark.parametrize(
    "exponent, text",
    [(2, "2 * x1"), (3, "3 * x1 ** 2"), (2.0, "2.0 * x1"), (1, "1"), (0, "0"), (0.5, "0.5 * np.power(x1, -0.5)"),
     (-1, "(-1) * x1 ** (-2)"), (1.1, "1.1 * x1 ** (1.1 - 1)")],
)  # fmt: skip
def test_powers_with_a_constant_exponent_read_as_one_writes_them(exponent, text):
    assert rules.lookup(np.power).choose_partials(constants={"x2": exponent}) == (text, None)


def test_second_argument_of_where_and_kinds_by_count():
    assert rules.is_nondifferentiable(np.where, 1) and not rules.is_nondifferentiable(np.where, 3)
    assert rules.lookup(math.log, 2).partials[0] == "1 / (x1 * math.log(x2))"
    assert rules.is_nondifferentiable(pow, 3) and not rules.is_nondifferentiable(pow, 2)


def test_ratio_keeps_precision():
    assert rt.ratio(np.ones(2, np.float32), np.array([0, 2], np.float32)).dtype == np.float32
