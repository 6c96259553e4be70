"""Programs on the device: the user's plain code, and what its names mean there."""

import importlib
import sys

import numpy as np
import pytest
import srcgrad_runtime.fake as xp
from srcgrad_runtime import device

import srcgrad
from srcgrad import grad, to_device, to_host, value_and_grad

TABLE = np.array([1.0, 2.0, 3.0])
WEIGHTS = {"a": np.array([0.5, 0.25, 0.125])}
SCALE = 3.0


def there(x):
    return to_device(x, xp)


def same(f, *args, argnums=0):
    """The gradient on the device, after a comparison with the host."""
    here = value_and_grad(f, argnums)(*args)
    found = value_and_grad(f, argnums)(*[there(a) for a in args])
    for a, b in zip(flat(to_host(found)), flat(here), strict=True):
        assert np.allclose(a, b) and np.shape(a) == np.shape(b) and np.asarray(a).dtype == np.asarray(b).dtype
    return found[1]


def flat(x):
    return [leaf for item in x for leaf in flat(item)] if isinstance(x, (tuple, list)) else [x]


def with_creation(x):
    y = np.zeros(3)
    y[1:] = x[:2] * np.arange(1.0, 3.0)
    return np.sum(np.array([x[0], y[1] * x[1], 2.0]) * np.ones(3)) + np.sum(np.eye(3) @ y)


def helper(x):
    return x * np.linspace(1.0, 2.0, 3) * TABLE


def with_helpers_and_data(x):
    return np.sum(helper(x) * WEIGHTS["a"]) * SCALE


def test_creation_and_data_from_outside_are_on_the_device():
    x = np.array([0.3, -0.7, 1.1])
    assert isinstance(same(with_creation, x), xp.ndarray)
    assert isinstance(same(with_helpers_and_data, x), xp.ndarray)


def test_data_from_outside_is_read_live(monkeypatch):
    g, x = grad(with_helpers_and_data), there(np.ones(3))
    before = to_host(g(x))
    TABLE[0] = 5.0
    try:
        assert np.allclose(to_host(g(x)), before * [5.0, 1.0, 1.0])
    finally:
        TABLE[0] = 1.0


def test_elements_are_numbers():
    """On a device an element is a view: what was read must not change with the array."""

    def f(x):
        y = x.copy()
        first = y[0]
        y[0] = first * 2.0
        total = 0.0
        for i in range(len(y)):
            kept = y[i]
            y[i] = np.sin(kept) * y[i - 1]
            total += kept * y[i]
        return total * first

    same(f, np.array([0.4, 0.6, 0.9]))


def test_sums_are_not_shared():
    def f(x):
        s = np.sum(x)
        t = s
        s += x[0]
        t *= 2.0
        return s * t

    same(f, np.array([0.4, 0.6, 0.9]))


def test_rows_are_views():
    def f(x):
        y = x * 1.0
        for row in y:
            row *= 2.0
        return np.sum(y * y[::-1])

    same(f, np.array([[0.4, 0.6], [0.9, 0.2]]))


def test_single_precision_and_several_arguments():
    w, x = np.ones((3, 2), np.float32) * 0.3, np.array([[1.0, 2.0, 3.0]], np.float32)
    found = same(lambda w, x: np.mean(np.tanh(x @ w) ** 2), w, x, argnums=(0, 1))
    assert all(g.dtype == np.float32 and isinstance(g, xp.ndarray) for g in found)


def test_lists_and_dicts_of_parameters():
    p = {"w": [np.ones((2, 2)), np.ones(2)], "b": 0.5}

    def loss(p, x):
        return np.sum((x @ p["w"][0] + p["w"][1]) ** 2) * p["b"]

    x = np.array([[1.0, 2.0]])
    here, found = grad(loss)(p, x), to_host(grad(loss)(there(p), there(x)))
    assert np.allclose(found["w"][0], here["w"][0]) and np.allclose(found["w"][1], here["w"][1])
    assert found["b"] == here["b"] and isinstance(found["b"], float)


def test_mixed_homes_are_named():
    def loss(w, data):
        return np.sum(w * data[1])

    with pytest.raises(srcgrad.ArgumentError, match=r"w in numpy; data\[1\] in srcgrad_runtime\.fake"):
        grad(loss)(np.ones(3), [1.0, there(np.ones(3))])


def test_a_function_that_cupy_lacks_is_named():
    with pytest.raises(srcgrad.DeviceFailure, match=r"test_binding\.py:\d+: srcgrad_runtime\.fake has no spacing"):
        srcgrad.check_device(lambda w: np.sum(w * np.spacing(w)), (np.ones(3),))


def test_functions_of_numpy_by_name():
    from numpy import exp
    from numpy import sum as total

    root = np.sqrt
    same(lambda x: total(exp(x)) + root(x)[0], np.array([0.3, 0.8]))


def test_the_report_names_lines():
    def f(x):
        s = 0.0
        for i in range(len(x)):
            if x[i] > 0:
                s += x[i] ** 2
        return s

    report = srcgrad.check_device(f, (np.array([1.0, -1.0]),))
    assert report.error == 0.0 and report.launches > 0 and report.products == 0
    ((file, line, times),) = report.synchronisations
    assert file == __file__ and line == f.__code__.co_firstlineno + 3 and times == 2


def test_rooms_of_the_runtime_that_are_read_later_are_bound_as_well():
    package = device.bound_runtime(xp)
    for room in ("nn", "written"):
        assert (
            device.bind(importlib.import_module(f"srcgrad_runtime.{room}"), xp).__name__ == f"{package.__name__}.{room}"
        )
    rooms = [m for n, m in sys.modules.items() if n.startswith(f"{package.__name__}.") and "._on_" in m.__name__]
    assert rooms and not [m.__name__ for m in rooms if getattr(m, "np", None) is np]


def test_a_number_of_unknown_kind_is_not_changed_in_place_and_an_array_is():
    import srcgrad_runtime as rt

    def added(x, value):
        before = x
        x = rt.augmented(x, "+", value)
        return before is x, x

    number, array = xp.asarray(np.float32(1.0)), xp.asarray(np.ones(2))
    assert added(2.0, 1.0) == (False, 3.0)
    kept, found = added(number, xp.asarray(2.0))
    assert not kept and float(number) == 1.0 and float(found) == 3.0 and found.dtype == np.float64
    kept, found = added(array, 1.0)
    assert kept and float(array[0]) == 2.0
    assert added([1], [2]) == (True, [1, 2])
