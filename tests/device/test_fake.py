"""The fake device is as strict as CuPy, as far as CuPy can be asked without a GPU."""

import copy
import pickle

import numpy as np
import pytest
import srcgrad_runtime.fake as xp


@pytest.fixture
def x():
    return xp.asarray(np.arange(6.0).reshape(2, 3))


REFUSED = {
    "a host array as an operand": lambda x: x + np.ones(3),
    "a host array on the left": lambda x: np.ones(3) + x,
    "a host array in a function": lambda x: xp.maximum(x, np.ones(3)),
    "a number where an array is due": lambda x: xp.sum(1.0),
    "an argument that CuPy has not": lambda x: xp.sum(x, where=True),
    "where= of a universal function": lambda x: xp.add(x, x, where=True),
    "a function that CuPy has not": lambda x: np.block([x]),
    "conversion by NumPy": lambda x: np.asarray(x),
    "a list of arrays for NumPy": lambda x: np.array([x[0], x[1]]),
    "an array as an integer": lambda x: range(x[0, 0]),
    "numbers to be joined": lambda x: xp.concatenate([1.0, x]),
    "a product with a host array": lambda x: x @ np.ones(3),
    "a host array as output": lambda x: xp.add(x, x, out=np.ones((2, 3))),
    "an atomic operation that is not there": lambda x: xp.multiply.at(x, 0, 2.0),
    "a reduction that is not there": lambda x: xp.logaddexp.reduce(x),
    "a hash": lambda x: hash(x),
    "a method that CuPy has not": lambda x: x.setflags(write=False),
    "the flag that CuPy has not": lambda x: x.flags.writeable,
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_cupy_refuses_is_refused(call, x):
    with pytest.raises((TypeError, NotImplementedError, AttributeError)):
        call(x)


def test_a_host_array_cannot_be_stored(x):
    with pytest.raises(ValueError, match=r"non-scalar numpy\.ndarray cannot be used for fill"):
        x[0] = np.ones(3)


def test_it_computes_what_numpy_computes(x):
    host = x.get()
    for f in (
        lambda np, x: np.exp(x) @ x.T,
        lambda np, x: np.sum(x, axis=1, keepdims=True) / 2 - x[:, 1:2],
        lambda np, x: np.where(x > 2, x, 0.0).max(axis=0),
        lambda np, x: np.einsum("ij,kj->ik", x, x),
        lambda np, x: x[:, [0, 0, 2]] ** 2,
        lambda np, x: np.linalg.svd(x, compute_uv=False),
        lambda np, x: 2.0 - abs(-x) % 2,
    ):
        there, here = f(xp, x), f(np, host)
        assert isinstance(there, xp.ndarray)
        assert there.dtype == here.dtype and np.array_equal(there.get(), here)


def test_an_element_is_a_view_and_a_sum_an_array(x):
    first, total = x[0, 0], x.sum()
    x[0, 0] = 9.0
    assert float(first) == 9.0 and isinstance(total, xp.ndarray) and total.shape == ()


def test_numpy_dispatches_where_it_would_to_cupy(x):
    assert isinstance(np.exp(x), xp.ndarray) and isinstance(np.zeros_like(x), xp.ndarray)
    with pytest.raises(TypeError):
        np.zeros(3) + x


def test_single_precision_stays(x):
    low = x.astype(np.float32)
    assert (low * 2.0 + 1).dtype == np.float32 and low.mean().dtype == np.float32


def test_counts(x):
    xp.counts.reset()
    y = x @ x.T + 1.0
    assert (xp.counts.launches, xp.counts.products, xp.counts.synchronisations) == (2, 1, 0)
    if y[0, 0] > 0:
        float(y[0, 0])
    assert xp.counts.synchronisations == 2 and len(xp.counts.places) == 2
    assert all(file == __file__ for file, _ in xp.counts.places)
    before = xp.counts.live
    z = xp.zeros((1000, 8))
    assert xp.counts.live - before == 64000  # in units of 512
    view = z[:10]
    assert xp.counts.live - before == 64000
    del z
    assert xp.counts.live - before == 64000  # the view keeps it
    del view
    assert xp.counts.live == before


def test_copies(x):
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)), x.copy()):
        other[0] = 0.0
        assert float(x.sum()) == 15.0 and isinstance(other, xp.ndarray)
