"""Arguments that share memory: with each other, with what a container holds, with what a function reads from outside."""

import numpy as np
import pytest

import srcgrad
from srcgrad.core import sharing
from srcgrad.core.errors import ArgumentError

OUTSIDE = np.ones(3)


def stored_in_one_read_in_other(x, a, b):
    a[0] = x * x
    return b[0] * x


def stored_through_a_view(x, a, b):
    part = a[1:]
    part[0] = x * x
    b[1] += x
    return np.sum(a * b)


def read_before_it_is_overwritten(x, a, b):
    s = np.sum(b * x) * x
    a[0] = 5.0
    return s + b[0]


def stored_in_a_list(x, a, b):
    a[0][0] = x * x
    return b[0] * x


def stored_and_read_outside(x, a):
    a[0] = x * x
    return OUTSIDE[0] * x


def rows_of_one_array(x, rows):
    rows[0][0] = x
    return rows[1][0] * rows[0][1]


def numbers_of_two_names(x, a, b):
    a[0] = x * x
    return b[0] * x


def entries_that_are_one(x, a):
    a[0, 1] = x * x
    return a[1, 0] * x


def one_array():
    z = np.ones(3)
    return z, z


def two_views():
    z = np.ones(4)
    return z[1:], z[1:4]


def in_a_list():
    z = np.ones(3)
    return [z], z


def one_list():
    z = [1.0, 2.0]
    return z, z


def one_row_twice():
    z = np.array([1.0, 2.0])
    return ([z, z],)


def a_window():
    return (np.lib.stride_tricks.as_strided(np.arange(3.0), (2, 2), (8, 8)),)


def the_outside_array():
    OUTSIDE[:] = 1.0
    return (OUTSIDE,)


def apart(value):
    """A copy that shares memory with nothing, not even inside of itself."""
    return [apart(item) for item in value] if isinstance(value, list) else np.array(value)


@pytest.mark.parametrize(
    ("function", "buffers"),
    [
        (stored_in_one_read_in_other, one_array),
        (stored_in_one_read_in_other, two_views),
        (stored_through_a_view, one_array),
        (read_before_it_is_overwritten, one_array),
        (stored_in_a_list, in_a_list),
        (stored_and_read_outside, the_outside_array),
        (rows_of_one_array, one_row_twice),
        (numbers_of_two_names, one_list),
        (entries_that_are_one, a_window),
    ],
)
def test_what_is_stored_is_seen_under_the_other_name(function, buffers):
    near = [function(3.0 + step, *buffers()) for step in (1e-6, -1e-6)]
    expected = (near[0] - near[1]) / 2e-6
    gradient = srcgrad.grad(function)
    gradient(3.0, *map(apart, buffers()))  # a program for arguments that share nothing is there already
    for _ in range(2):
        after, given = buffers(), buffers()
        value = function(3.0, *after)
        assert gradient(3.0, *given) == pytest.approx(expected, rel=1e-6)
        np.testing.assert_equal(given, after)
        assert srcgrad.value_and_grad(function)(3.0, *buffers())[0] == value
        assert srcgrad.jvp(function, (3.0, *buffers()), (1.0, *[None] * len(given)))[1] == pytest.approx(
            expected, rel=1e-6
        )


def overwritten(p, q):
    p[0] = p[1] * 2.0
    return np.sum(p * q)


def overwritten_in_a_list(p, q):
    held = [p]
    held[0][0] = p[1] * 2.0
    return np.sum(held.pop() * q)


@pytest.mark.parametrize("function", [overwritten, overwritten_in_a_list])
@pytest.mark.parametrize("argnums", [0, 1, (0, 1)])
@pytest.mark.parametrize("arguments", [lambda z: (z, z), lambda z: (z, z[:]), lambda z: (z, z[::-1])])
def test_no_derivative_with_respect_to_one_of_two_names(function, argnums, arguments):
    with pytest.raises(ArgumentError, match="shares memory"):
        srcgrad.grad(function, argnums)(*arguments(np.array([1.0, 2.0, 3.0])))


def test_parts_that_have_nothing_in_common():
    z = np.array([1.0, 9.0, 2.0, 9.0, 3.0, 9.0])
    near, far = z[::2], z[1::2]
    gradient = srcgrad.grad(overwritten, (0, 1))
    np.testing.assert_array_equal(gradient(near, far), [[0.0, 18.0 + 9.0, 9.0], [4.0, 2.0, 3.0]])
    assert "recorded" not in gradient.source


def product(pair):
    return np.sum(pair[0] * pair[1] * 2.0) + np.sum(pair[0])


def product_of_a_list_that_changes(pair):
    held = [pair[0]]
    held.append(pair[1])
    held[0], held[1] = held[0] * 1.0, held[1] * 1.0
    return product(held)


class Pair:
    def __init__(self, one, other):
        self.one, self.other = one, other


def product_of_attributes(pair):
    return product([pair.one, pair.other])


@pytest.mark.parametrize("function", [product, product_of_a_list_that_changes])
def test_each_place_of_an_array_has_a_partial_derivative(function):
    z = np.array([1.0, 2.0])
    pair = [z, z]
    found = srcgrad.grad(function)(pair)
    np.testing.assert_array_equal(found, [2 * z + 1, 2 * z])
    assert pair[0] is z and pair[1] is z


def test_each_attribute_has_a_partial_derivative():
    z = np.array([1.0, 2.0])
    pair = Pair(z, z[:])
    found = srcgrad.grad(product_of_attributes)(pair)
    np.testing.assert_array_equal([found.one, found.other], [2 * z + 1, 2 * z])
    assert pair.one is z and pair.other.base is z


def test_pairs_of_values():
    z, row = np.zeros(6), [1.0]
    values = [z[:2], row, z[1:3], z[4:], row, z[::2], z[1::2], np.zeros(0)]
    expected = [(i, j) for i in range(8) for j in range(i + 1, 8) if sharing.share(values[i], values[j])]
    assert sorted(sharing.pairs(values, 8)) == expected
    assert expected == [(0, 2), (0, 5), (0, 6), (1, 4), (2, 5), (2, 6), (3, 5), (3, 6)]
    assert all(i < 1 for i, _ in sharing.pairs(values, 1))


def order_of_entries(x):
    held = [x]
    first = held.pop()
    return np.sum((first.ravel("K") + 2.0 * (first * 2.0).ravel("K")) * np.arange(1.0, x.size + 1))


@pytest.mark.parametrize(
    "x",
    [np.broadcast_to(np.arange(3.0), (2, 3)), np.broadcast_to(np.ones((2, 1)), (2, 3)), np.arange(6.0).reshape(3, 2).T],
)
def test_axes_without_a_stride_stay_where_they_are_in_order_k(x, recorded_road):
    gradient = srcgrad.value_and_grad(order_of_entries)
    value, found = gradient(x)
    assert "recorded" in srcgrad.source(gradient)
    assert value == order_of_entries(x) == np.sum(found * x)
