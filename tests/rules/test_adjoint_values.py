"""Adjoints as values: structure, shapes, dtypes and memory of what the runtime makes."""

import dataclasses
from collections import deque, namedtuple

import numpy as np
import pytest
import srcgrad_runtime as rt

Pair = namedtuple("Pair", "a b")


@dataclasses.dataclass(frozen=True)
class Record:
    a: object
    n: int


def test_zeros_have_the_structure_of_the_value():
    assert rt.zeros_like(1.5) == 0.0 and type(rt.zeros_like(3)) is float
    assert type(rt.zeros_like(np.float32(2))) is np.float32
    assert rt.zeros_like("a") is None and rt.zeros_like(None) is None
    assert rt.zeros_like(np.arange(2)).dtype == np.float64
    assert rt.zeros_like(np.ones(2, np.float32)).dtype == np.float32
    assert rt.zeros_like([None, (2.0,), {"a": 1j}]) == [None, (0.0,), {"a": 0j}]
    zero = rt.zeros_like(Pair(1.0, Record(np.ones(2), 3)))
    assert isinstance(zero, Pair) and zero.b.a.tolist() == [0, 0]
    column = rt.zeros_like(np.asfortranarray(np.ones((2, 3)))[:, ::2])
    assert column.flags.c_contiguous and column.flags.writeable


@pytest.mark.parametrize(
    "g, like, expected",
    [
        (np.ones((3, 2)), np.ones(2), [3, 3]),
        (np.ones((3, 2)), (3, 1), [[2], [2], [2]]),
        (np.ones((4, 3, 2)), (1, 2), [[12, 12]]),
        (np.ones((5, 1)), (3,), [5, 5, 5]),
        (2.0, (2,), [2, 2]),
        (np.ones((0, 3)), (3,), [0, 0, 0]),
    ],
)
def test_unbroadcast(g, like, expected):
    assert rt.unbroadcast(g, like).tolist() == expected


def test_unbroadcast_to_numbers_and_kinds():
    assert not isinstance(rt.unbroadcast(np.ones((3, 2)), 1.0), np.ndarray)
    assert rt.unbroadcast(np.ones(2) * 1j, np.ones(2)).dtype == np.float64
    assert rt.unbroadcast(np.ones(2), np.ones(2, np.float32)).dtype == np.float32
    assert type(rt.unbroadcast(1.0, np.float32(2))) is np.float32
    assert rt.unbroadcast(1 + 2j, 1.0) == 1.0
    g = np.ones((2, 3))
    assert rt.unbroadcast(g, np.zeros((2, 3))) is g


def test_expand_undoes_the_shape_of_a_sum():
    for axis in (None, 0, -1, (0, 2), ()):
        for keepdims in (False, True):
            g = np.sum(np.ones((2, 3, 4)), axis=axis, keepdims=keepdims)
            whole = rt.expand(g, (2, 3, 4), axis, keepdims)
            assert whole.shape == (2, 3, 4) and np.sum(whole, axis=axis, keepdims=keepdims).shape == g.shape
    assert not rt.expand(1.0, (2,)).flags.writeable
    assert rt.expand(np.float32(1), (2,)).dtype == np.float32
    assert rt.expand(1.5, ()) == 1.5


def test_add_leaves_its_arguments():
    a, b = [1.0, None, {"x": 1.0}], [None, 2.0, {"y": 2.0}]
    assert rt.add(a, b) == [1.0, 2.0, {"x": 1.0, "y": 2.0}]
    assert a == [1.0, None, {"x": 1.0}] and b == [None, 2.0, {"y": 2.0}]
    assert rt.add((1.0,), (2.0, 3.0)) == (3.0, 3.0)
    assert rt.add(Record(1.0, None), Record(2.0, None)) == Record(3.0, None)
    assert rt.add(None, 1.0) == 1.0 and rt.add(None, None) is None


INDICES = [
    np.array([0, 0, -1]),
    [0, 0, 1],
    np.array([[0, 1], [1, 1]]),
    (np.array([0, 0]), 1),
    1,
    slice(1, None),
    (slice(None), [0, 0]),
    np.array([True, False, True]),
    None,
    True,
]


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scatter_adds_every_contribution(index, dtype):
    x_bar, expected = np.ones((3, 2), dtype), np.ones((3, 2), dtype)
    value = np.random.default_rng(0).standard_normal(expected[index].shape)
    np.add.at(expected, index, value)
    rt.scatter_add(x_bar, index, value)
    assert np.allclose(x_bar, expected) and x_bar.dtype == dtype


@pytest.mark.parametrize(
    "index",
    [
        np.array([[0, -1], [1, 0], [0, 0]]),
        (np.array([0, 0, -2]), np.array([1, 1, 2])),
        (np.array([[0], [1]]), np.array([2, -1, 2])),
        (np.array([0, 0, 1], dtype=np.uint8), np.array([1, 1, 1]), np.array([0, 0, 1])),
        (np.array([0, 1]), slice(None), np.array([1, 1])),
        np.zeros((0, 2), int),
    ],
    ids=str,
)
@pytest.mark.parametrize("fortran", [False, True])
def test_rows_are_added_wherever_they_lie(index, fortran):
    x_bar, expected = np.ones((2, 3, 2)), np.ones((2, 3, 2))
    x_bar = np.asfortranarray(x_bar) if fortran else x_bar
    value = np.random.default_rng(0).standard_normal(expected[index].shape)
    np.add.at(expected, index, value)
    rt.scatter_add(x_bar, index, value)
    np.testing.assert_allclose(x_bar, expected, rtol=1e-14)
    with pytest.raises(IndexError):
        rt.scatter_add(x_bar, np.array([0, 2]), np.ones((2, 3, 2)))


def test_scatter_into_containers():
    x_bar = rt.blank((1.0, 2.0, 3.0))
    rt.scatter_add(x_bar, slice(0, 2), [1.0, 2.0])
    rt.scatter_add(x_bar, -1, 1.0)
    rt.scatter_add(x_bar, -1, 1.0)
    assert x_bar == [1.0, 2.0, 2.0]
    named = rt.blank({"a": 1.0})
    rt.scatter_add(named, "a", 2.0)
    assert named == {"a": 2.0}


def test_gradient_has_structure_and_memory_of_its_own():
    assert type(rt.gradient(np.float64(2), 1.0)) is float
    g = np.ones(3)
    assert rt.gradient(g, np.ones(3)) is g
    for shared in (g[:], rt.expand(1.0, (3,)), np.ones(3, np.float32), 1.0):
        own = rt.gradient(shared, np.ones(3))
        assert own.flags.writeable and own.base is None and own.dtype == np.float64 and own.shape == (3,)
    assert rt.gradient([None, {"a": 2.0}], [1.0, {"a": 1.0, "b": 2.0, "c": "s"}, 3, [1, 2]]) == [
        0.0, {"a": 2.0, "b": 0.0, "c": None}, None, None]  # fmt: skip
    assert rt.gradient(None, Pair(1.0, np.ones(2, np.float32))).b.dtype == np.float32
    assert rt.gradient(1.0, np.ones(())).shape == ()
    assert rt.gradient(None, deque([1.0])) == deque([0.0])
    assert rt.gradient(1 + 2j, np.float32(1)) == 1 and rt.gradient(5.0, 3) is None


def test_gradients_share_no_memory():
    g = np.ones(2)
    first, second = rt.gradients((g, [g, g]), (np.ones(2), [np.ones(2), np.ones(2)]))
    assert first is g and len({id(first), id(second[0]), id(second[1])}) == 3
    assert rt.gradient([g, g], [np.ones(2), np.ones(2)])[1] is not g
