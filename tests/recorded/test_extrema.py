"""`max` and `min`, which hand on what they are given: operands that are equal, and operands that are used elsewhere, on both roads."""

import numpy as np
import pytest

import srcgrad

from . import forced


def of_two(a, b):
    return max(a, b) * 2.0 + a * 3.0


def of_a_list(a, b):
    return max([a, b]) * 2.0 + a * 3.0


def of_a_generator(a, b):
    return min(v for v in (a, b)) * 2.0 + a * 3.0


@pytest.mark.parametrize("function", [of_two, of_a_list, of_a_generator])
@pytest.mark.parametrize("road", [srcgrad.grad, forced.grad])
@pytest.mark.parametrize("kind", [float, np.float64, np.array])
def test_equal_operands_share_evenly(function, road, kind):
    chosen = 1 if function is of_a_generator else 0
    for a, b, share in ((3.0, 3.0, 0.5), (3.0, 2.0, 1.0 - chosen), (2.0, 3.0, chosen)):
        found = road(function, (0, 1))(kind(a), kind(b))
        assert [float(g) for g in found] == [3.0 + 2.0 * share, 2.0 - 2.0 * share]
        assert all(type(g) is type(kind(a)) for g in found)


def of_three(a, b, c):
    return max(a, b, c)


@pytest.mark.parametrize("road", [srcgrad.grad, forced.grad])
@pytest.mark.parametrize("kind", [float, np.array])
@pytest.mark.parametrize(
    ("values", "expected"),
    [((2.0, 2.0, 2.0), (0, 0)), ((3.0, 3.0, 2.0), (0.5, 0.5)), ((2.0, 3.0, 2.0), (0, 1)), ((2.0, 3.0, 3.0), (0, 0))],
)
def test_a_tie_with_a_constant_goes_to_the_constant(road, kind, values, expected):
    given = tuple(map(kind, values))
    assert tuple(map(float, road(of_three, (0, 1))(*given))) == expected
    tangents = (kind(1.0), kind(1.0), None)
    assert float(srcgrad.jvp(of_three, given, tangents)[1]) == sum(expected)
