"""Gradients of large arguments: their programs let memory go and use it again, and give what those of small arguments give."""

import functools
import gc
import weakref

import numpy as np
import pytest
import srcgrad_runtime.fake as xp
from srcgrad_runtime import memory
from srcgrad_runtime.memory import operations, scopes, sizes

import srcgrad
from srcgrad import grad, value_and_grad
from srcgrad.pipeline import keys
from tests.benchmarks import memory_plan


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(sizes, "ARGUMENT", 1)
    monkeypatch.setattr(keys, "ARGUMENT", 1)
    monkeypatch.setattr(operations, "RESULT", 1)


network = memory_plan.loss


def layers(count=4, width=3, seed=0):
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal((width, width)), rng.standard_normal(width)) for _ in range(count)]


def batch(rows=5, width=3):
    rng = np.random.default_rng(rows)
    return rng.standard_normal((rows, width)), rng.standard_normal((rows, width))


def leaves(value):
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]


def test_a_program_for_large_arguments_deletes_and_gives_the_same(everything_is_large):
    g = grad(network)
    found = g(layers(), *batch())
    assert "del x_bar" in g.source and "del t_8" in g.source
    for one, other in zip(leaves(found), leaves(by_differences(layers(), *batch())), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def by_differences(w, x, y, step=1e-6):
    found = []
    for layer, parts in enumerate(w):
        found.append([])
        for part, array in enumerate(parts):
            bar = np.zeros_like(array)
            for place in np.ndindex(array.shape):
                values = []
                for sign in (1, -1):
                    moved = [[a.copy() for a in pair] for pair in w]
                    moved[layer][part][place] += sign * step
                    values.append(network(moved, x, y))
                bar[place] = (values[0] - values[1]) / (2 * step)
            found[-1].append(bar)
    return found


def test_small_arguments_have_the_plain_program():
    g = grad(network)
    g(layers(), *batch())
    assert "del " not in g.source


def test_the_size_decides_at_each_call():
    x = np.ones(sizes.ARGUMENT // 8 + 1)
    g = grad(lambda x: np.sum(np.exp(np.sin(x))))
    for argument, large in ((x, True), (x[:3], False), (x, True)):
        np.testing.assert_allclose(g(argument), np.exp(np.sin(argument)) * np.cos(argument))
        assert (g.emitted(argument) is not g.emitted(x[:3])) == large


def test_data_from_outside_counts(everything_is_large):
    data = np.ones((4, 3))
    g = grad(lambda w: np.sum(np.tanh(np.tanh(data @ w) @ w)))
    g(np.eye(3))
    assert "del " in g.source


def test_data_from_outside_is_there_for_the_second_derivative(everything_is_large):
    data = np.linspace(0.1, 1.2, 12).reshape(4, 3)
    g = grad(lambda w: np.sum(np.tanh(np.tanh(data @ w) @ w)))
    w, step = np.eye(3), 1e-6
    found = grad(lambda w: np.sum(g(w) ** 2))(w)
    one = np.zeros((3, 3))
    one[1, 2] = step
    assert found[1, 2] == pytest.approx((np.sum(g(w + one) ** 2) - np.sum(g(w - one) ** 2)) / (2 * step), rel=1e-5)


def test_what_a_helper_saves_is_let_go(everything_is_large):
    def layer(x, w):
        for _ in range(2):
            x = np.tanh(x @ w)
        return x

    def f(w, x):
        return np.sum(np.tanh(layer(layer(x, w), w)) ** 2)

    g = grad(f)
    g(np.eye(3), np.ones((4, 3)))
    assert "del layer_saved" in g.source


def test_the_pool_goes_with_the_programs_though_results_stay(everything_is_large, monkeypatch):
    monkeypatch.setattr(scopes, "_pools", weakref.WeakValueDictionary())
    x = np.ones(3000)
    g = grad(lambda x: np.sum(np.tanh(np.exp(np.sin(x)) * x)))
    kept = g(x)
    assert memory.statistics().held > 0
    del g
    gc.collect()
    assert memory.statistics().held == 0 and np.all(np.isfinite(kept))


def test_results_share_no_memory_with_anything(everything_is_large):
    @value_and_grad
    def f(x, y):
        a = x * y
        b = a[1:] * 2.0
        return np.sum(b * a[:-1])

    kept = []
    for seed in range(4):
        x, y = np.random.default_rng(seed).random((2, 50))
        value, x_bar = f(x, y)
        assert not np.shares_memory(x_bar, x) and not any(np.shares_memory(x_bar, k) for k, _ in kept)
        kept.append((x_bar, x_bar.copy()))
    assert all(np.array_equal(one, copy) for one, copy in kept)


def test_derivatives_of_derivatives(everything_is_large):
    def f(x):
        h = np.tanh(x * 2.0)
        for _ in range(3):
            h = np.sin(h) * x
        return np.sum(h * h)

    x = np.linspace(0.1, 0.8, 5)
    g = grad(f)
    g(x)
    assert "del " in g.source
    step = 1e-6
    rows = np.array([(g(x + step * e) - g(x - step * e)) / (2 * step) for e in np.eye(5)])
    np.testing.assert_allclose(srcgrad.hessian(f)(x), rows, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(srcgrad.jvp(g, (x,), (np.ones(5),))[1], rows.sum(0), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(grad(lambda x: np.sum(g(x)))(x), rows.sum(0), rtol=1e-6, atol=1e-7)


def test_memory_is_used_again_and_flat(everything_is_large):
    g = grad(network)
    w, (x, y) = layers(), batch(4000)
    with memory.pool() as pool:
        g(w, x, y)
        made = pool.made
        for _ in range(20):
            g(w, x, y)
        assert pool.made == made and pool.reused > 20 * made
        assert memory.statistics().used == 0 and memory.statistics().held > 0


@pytest.mark.parametrize("large", [False, True])
def test_live_bytes_are_flat_over_a_thousand_calls(large, request):
    if large:
        request.getfixturevalue("everything_is_large")
    step = value_and_grad(memory_plan.carried, has_aux=True)
    w, x, state = np.eye(8) * 0.5, np.ones((16, 8)), np.zeros((16, 8))

    def calls(count, state):
        for _ in range(count):
            (_, state), _ = step(w, state, x)
        gc.collect()
        return state

    state = calls(20, state)
    with memory.measure() as first:
        state = calls(500, state)
    with memory.measure() as second:
        state = calls(500, state)
    assert second.live < 4096 and first.live < 32 * 1024


def test_the_peak_is_that_of_an_adjoint_that_frees_at_last_use(everything_is_large):
    w, (x, y) = layers(12, 8), batch(2000, 8)
    g = grad(network)
    g(w, x, y)
    memory.release()
    with memory.measure() as ours:
        g(w, x, y)
    with memory.measure() as plain:
        memory_plan.by_hand(w, x, y)
    assert ours.peak < 1.1 * plain.peak
    for one, other in zip(leaves(g(w, x, y)), leaves(memory_plan.by_hand(w, x, y)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


# ---- when memory runs out ---------------------------------------------------------------------------------------------


def test_out_of_memory_names_the_variables(everything_is_large):
    g = grad(network)
    w, (x, y) = layers(), batch(4000)
    g(w, x, y)
    with memory.pool(limit=4 * x.nbytes), pytest.raises(memory.OutOfMemory) as found:
        g(w, x, y)
    assert found.value.holders["x_saved"] >= 3 * x.nbytes
    text = str(found.value)
    assert "x_saved" in text and "MiB in 3 arrays" in text and "loss_grad, line" in text
    assert isinstance(found.value.__cause__, MemoryError)
    g(w, x, y)  # afterwards it goes on


def test_out_of_memory_on_a_device():
    g = grad(network)
    w, x, y = srcgrad.to_device((layers(), *batch(4000)), xp)
    g(w, x, y)
    with memory.pool(limit=5 * x.nbytes, device="fake"), pytest.raises(memory.OutOfMemory, match="x_saved") as found:
        g(w, x, y)
    assert found.value.holders["x_saved"] >= 3 * x.nbytes


def test_a_device_program_frees_and_is_flat():
    g = grad(network)
    w, x, y = srcgrad.to_device((layers(12), *batch(2000)), xp)
    g(w, x, y)
    gc.collect()
    with memory.measure(device="fake") as found:
        g(w, x, y)
        gc.collect()
    assert "del x_bar" in g.source
    assert found.live == 0 and found.peak < 16.5 * x.nbytes
    assert memory.statistics("fake").used == xp.counts.live


# ---- the rest -----------------------------------------------------------------------------------------------------------


def test_the_common_pool_goes_with_the_last_program(everything_is_large):
    gc.collect()
    g = grad(network)
    g(layers(), *batch(4000))
    held = memory.statistics().held
    assert held > 0
    assert memory.release() > 0 and memory.statistics().held < held


def test_limits():
    x = np.ones(sizes.ARGUMENT // 8)
    g = grad(functools.partial(lambda x: np.sum(np.exp(np.sin(x)))))
    g(x)
    memory.set_limit(10**9)
    try:
        assert memory.statistics().limit == 10**9
        g(x)
    finally:
        memory.set_limit(None)
    with pytest.raises(ValueError, match="there is no device 'tpu'"):
        memory.statistics("tpu")
