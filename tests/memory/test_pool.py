"""The pool of large arrays: memory is used again only when nothing reaches it, and what is computed is what NumPy computes."""

import gc
import threading

import numpy as np
import pytest
from srcgrad_runtime import memory
from srcgrad_runtime.memory import operations, sizes
from srcgrad_runtime.memory.blocks import Pool

DOUBLE = np.dtype(float)


@pytest.fixture
def pool(monkeypatch):
    """A pool for this thread, with results of 800 bytes as large."""
    monkeypatch.setattr(operations, "RESULT", 800)
    with memory.pool() as pool:
        yield pool


def test_memory_comes_back_when_the_last_view_is_gone():
    pool = Pool()
    a = pool.empty((10, 100), DOUBLE)
    view = a.T[3:, ::2].reshape(-1)[:2].view()
    inner = np.asarray(a[2])
    place = a.ctypes.data
    del a
    b = pool.empty((10, 100), DOUBLE)
    assert b.ctypes.data != place and pool.made == 2
    del view
    assert pool.empty((10, 100), DOUBLE).ctypes.data != place
    del inner
    assert pool.empty((10, 100), DOUBLE).ctypes.data == place or pool.reused
    del b
    gc.collect()
    assert pool.counts()[0] == 0 and pool.release() > 0 and pool.counts()[2] == 0


def test_an_array_of_the_pool_is_an_array_like_others():
    a = Pool().empty((3, 4), DOUBLE)
    assert type(a) is np.ndarray and a.flags.c_contiguous and a.flags.aligned and a.flags.writeable
    assert type(a + 1) is np.ndarray and type(a[0]) is np.ndarray and type(a.copy()) is np.ndarray


def test_it_holds_no_more_than_was_in_use_at_one_time():
    pool, rng, arrays = Pool(), np.random.default_rng(1), []
    most = 0
    for _ in range(500):
        if arrays and rng.random() < 0.5:
            del arrays[rng.integers(len(arrays))]
        else:
            arrays.append(pool.empty((int(rng.integers(1, 40)) * 4096,), np.dtype("u1")))
        used, peak, held = pool.counts()
        most = max(most, used)
        assert held <= most * 1.25 and peak >= used >= sum(a.nbytes for a in arrays)


def test_limit():
    pool = Pool(limit=100_000)
    a = pool.empty((8000,), DOUBLE)
    with pytest.raises(MemoryError, match="asked for"):
        pool.empty((8000,), DOUBLE)
    del a
    pool.empty((8000,), DOUBLE)


def test_threads_share_a_pool():
    pool, wrong = Pool(), []

    def work(number):
        for _ in range(300):
            a = pool.empty((1000,), DOUBLE)
            a[:] = number
            b = pool.empty((1000,), DOUBLE)
            b[:] = a
            if not (np.all(a == number) and np.all(b == number)):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


X = np.linspace(0.1, 1.0, 200).reshape(10, 20)
OPERANDS = {
    "the same shape": (X, X + 1),
    "a number": (X, 2.0),
    "a number on the left": (2.0, X),
    "an integer": (X, 3),
    "a row": (X, X[0]),
    "a column and a row": (X[:, :1].copy(), np.arange(100.0)),
    "single precision": (X.astype("f4"), X.astype("f4")),
    "both precisions": (X.astype("f4"), X),
    "single precision and a number": (X.astype("f4"), 2.5),
    "single precision and a number of NumPy": (X.astype("f4"), np.float64(2.5)),
    "complex": (X * 1j, X),
    "integers": (np.arange(200), np.arange(200)),
    "bools": (X > 0.5, X > 0.3),
    "Fortran order": (np.asfortranarray(X), X),
    "a transposed one": (X.T, X.T),
    "steps": (X[::-1, ::-1], X),
    "one without dimensions": (np.array(2.0), X),
    "a list": (X, X.tolist()),
    "a masked array": (np.ma.masked_array(X, X > 0.5), X),
    "objects": (X.astype(object), X),
}


@pytest.mark.parametrize("name", OPERANDS)
@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
def test_operators_compute_what_numpy_computes(symbol, name, pool):
    check(operations.OPERATIONS[symbol], eval(f"lambda a, b: a {symbol} b"), OPERANDS[name])


@pytest.mark.parametrize("name", OPERANDS)
@pytest.mark.parametrize(
    "ufunc", ["add", "arctan2", "maximum", "power", "exp", "tanh", "negative", "sqrt", "isnan", "greater", "modf"]
)
def test_functions_compute_what_numpy_computes(ufunc, name, pool):
    count = getattr(np, ufunc).nin
    check(operations.OPERATIONS.get(f"np.{ufunc}", getattr(np, ufunc)), getattr(np, ufunc), OPERANDS[name][:count])


@pytest.mark.parametrize(
    "a, b", [((10, 20), (20, 30)), ((20,), (20, 30)), ((10, 20), (20,)), ((3, 10, 20), (20, 30)), ((10, 20), (10, 30))]
)
@pytest.mark.parametrize("transposed", [False, True])
def test_products(a, b, transposed, pool):
    a, b = np.random.default_rng(1).random(a), np.random.default_rng(2).random(b)
    if transposed:
        a, b = np.asfortranarray(a), np.asfortranarray(b)
    check(operations.OPERATIONS["@"], np.matmul, (a, b))


def check(ours, numpys, operands):
    """The same value in the same form, or the same error."""
    with np.errstate(all="ignore"):
        try:
            expected = numpys(*operands)
        except Exception as error:
            with pytest.raises(type(error)):
                ours(*operands)
            return
        found = ours(*operands)
    assert type(found) is type(expected)
    for one, other in zip(*(v if isinstance(v, tuple) else (v,) for v in (found, expected)), strict=True):
        assert (one.dtype, one.shape, one.strides) == (other.dtype, other.shape, other.strides)
        assert np.array_equal(np.asarray(one), np.asarray(other), equal_nan=one.dtype.kind == "f")


def test_large_results_are_in_the_pool(pool):
    made = pool.made
    y = operations.OPERATIONS["*"](X, X)
    assert pool.made == made + 1 and not np.shares_memory(y, X)
    small = operations.OPERATIONS["*"](X[:2], X[:2])
    assert pool.made == made + 1 and small.base is None


def test_size_classes_serve_sizes_that_vary(monkeypatch):
    monkeypatch.setattr(operations, "RESULT", 800)
    with memory.pool(classes=True) as pool:
        for rows in (9100, 8900, 9300, 9000):
            x = np.ones((rows, 10))
            operations.OPERATIONS["+"](x, x)
    assert pool.made == 1 and pool.reused == 3
    assert sizes.classed(1) == 4096
