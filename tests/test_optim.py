"""Optimisers: each against a plain recomputation; nested structures; saving and restoring; clipping; schedules."""

import math
from collections import deque, namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

from srcgrad import optim

GRADIENTS = [0.5, -1.25, 0.75, 2.0, -0.01, 0.0, 3.0]


def by_hand(kind, w):
    """The weights after each gradient, in Python floats, from the formulas of the papers."""
    a = b = 0.0
    path = []
    for t, g in enumerate(GRADIENTS, start=1):
        if kind == "SGD":
            w -= 0.1 * g
        elif kind == "Momentum":
            a = 0.9 * a - 0.1 * g
            w += a
        elif kind == "Nesterov":  # in the form of Sutskever et al., followed at the point that looks ahead
            before, a = a, 0.9 * a - 0.1 * g
            w += -0.9 * before + 1.9 * a
        elif kind == "Adagrad":
            a += g**2
            w -= 0.1 * g / (math.sqrt(a) + 1e-6)
        elif kind == "RMSprop":
            a += 0.1 * (g**2 - a)
            w -= 0.1 * g / (math.sqrt(a) + 1e-6)
        elif kind == "Adadelta":
            a += 0.1 * (g**2 - a)
            change = math.sqrt(b + 1e-6) / math.sqrt(a + 1e-6) * g
            b += 0.1 * (change**2 - b)
            w -= 0.1 * change
        else:
            a += 0.1 * (g - a)
            b += 0.001 * (g**2 - b)
            decay = 0.1 * 0.01 * w if kind == "AdamW" else 0.0
            w -= 0.1 * (a / (1 - 0.9**t)) / (math.sqrt(b / (1 - 0.999**t)) + 1e-8) + decay
        path.append(w)
    return path


KINDS = ["SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_path_is_that_of_the_formulas(kind):
    optimiser, single = getattr(optim, kind)(lr=0.1), getattr(optim, kind)(lr=0.1)
    w = [np.array([1.5, 1.5]), 1.5, {"a": (1.5, np.full((2, 1), 1.5))}]
    alone = np.float32(1.5)
    for g, expected in zip(GRADIENTS, by_hand(kind, 1.5), strict=True):
        w = optimiser.update(w, [np.array([g, g]), g, {"a": (g, np.full((2, 1), g))}])
        alone = single.update(alone, g)
        assert w[1] == pytest.approx(expected, rel=1e-12) and w[2]["a"][0] == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(w[0], expected, rtol=1e-12)
        np.testing.assert_allclose(w[2]["a"][1], expected, rtol=1e-12)
        assert type(alone) is np.float32 and alone == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_stays_single_and_in_place(kind):
    optimiser = getattr(optim, kind)()
    w = [np.ones(3, np.float32)]
    array = w[0]
    for _ in range(2):
        assert optimiser.update(w, [np.ones(3)]) is w
    assert w[0] is array and array.dtype == np.float32 and np.all(array < 1)
    assert all(value.dtype == np.float32 for name, value in optimiser.state().items() if name != "updates")


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_run_goes_on_exactly(kind, tmp_path):
    def gradient(w):
        return {"a": np.sin(w["a"] * 3), "b": [w["b"][0] - 1.0]}

    def start():
        return {"a": np.linspace(-1, 1, 5), "b": [0.25]}

    straight, w = getattr(optim, kind)(lr=0.05), start()
    for _ in range(7):
        w = straight.update(w, gradient(w))
    first, v = getattr(optim, kind)(lr=0.05), start()
    for _ in range(4):
        v = first.update(v, gradient(v))
    np.savez(tmp_path / "state.npz", **first.state())
    second = getattr(optim, kind)(lr=0.05)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as saved:
        second.restore(saved)
    for _ in range(3):
        v = second.update(v, gradient(v))
    assert v["b"] == w["b"]
    np.testing.assert_array_equal(v["a"], w["a"])


@dataclass
class Layer:
    weight: np.ndarray
    bias: float
    name: str = "dense"


@dataclass(frozen=True)
class Frozen:
    scale: float


Pair = namedtuple("Pair", "left right")


class Model:
    def __init__(self):
        self.layers = [Layer(np.ones(2), 1.0)]
        self.pair = Pair(1.0, np.ones(1))
        self.frozen = Frozen(1.0)
        self.steps = 3


def test_objects_dataclasses_and_named_tuples_are_walked():
    w, g = Model(), Model()
    g.layers[0].name = g.steps = None
    assert optim.SGD(lr=0.25).update(w, g) is w
    np.testing.assert_array_equal(w.layers[0].weight, [0.75, 0.75])
    assert (w.layers[0].bias, w.layers[0].name, w.steps, w.frozen.scale) == (0.75, "dense", 3, 0.75)
    assert type(w.pair) is Pair and w.pair.left == 0.75 and w.pair.right == [0.75]


class Slotted:
    __slots__ = ("parts", "scale")

    def __init__(self):
        self.scale, self.parts = 1.0, deque([1.0, np.ones(2)])


def test_slots_and_deques_are_walked():
    w = Slotted()
    assert optim.SGD(lr=0.25).update(w, Slotted()) is w
    assert w.scale == 0.75 and w.parts[0] == 0.75 and w.parts[1].tolist() == [0.75, 0.75]
    assert optim.global_norm(Slotted()) == pytest.approx(2.0)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "SGD"])
def test_a_state_of_other_weights_is_refused_before_anything_moves(kind):
    first, second = getattr(optim, kind)(), getattr(optim, kind)()
    first.update([np.ones(2), np.ones(3)], [np.ones(2), np.ones(3)])
    second.restore(first.state())
    w = [np.ones(2), np.ones((2, 3))]  # the state would broadcast
    with pytest.raises(ValueError, match=r"w\[1\] has shape \(2, 3\), the \w+ that is kept for it has \(3,\)"):
        second.update(w, [np.ones(2), np.ones((2, 3))])
    assert np.all(w[0] == 1) and np.all(w[1] == 1)


def test_weights_without_a_gradient_are_left_alone():
    w = [1.0, np.ones(2), "relu", 5, [2.0]]
    optim.Adam().update(w, [None, None, None, None, None])
    assert w[0] == 1.0 and w[2:] == ["relu", 5, [2.0]]
    w = {"a": 1.0, "b": 2.0}
    assert optim.SGD(lr=1.0).update(w, {"a": 0.5}) == {"a": 0.5, "b": 2.0}


@pytest.mark.parametrize(
    "w, g, message",
    [
        ([np.ones(2), np.ones(3)], [np.ones(2), np.ones(2)], r"w\[1\] has shape \(3,\), its gradient has \(2,\)"),
        ([np.ones(2), 1.0], [np.ones(2)], "w has 2 entries, its gradient has 1"),
        ({"a": [1.0]}, {"a": 1.0}, r"w\['a'\] is a list, its gradient is a float"),
        ([np.ones(2), 3], [np.ones(2), 1.0], r"w\[1\] has a gradient but is no floating number .*: int"),
        ([np.ones(2), {"a": 1.0}], [np.ones(2), {"b": 1.0}], r"the gradient of w\[1\] has an entry 'b'"),
        ([np.ones(2), np.ones(2) + 1j], [np.ones(2), np.ones(2)], r"w\[1\] has a gradient but is no floating"),
        ([np.ones(2), np.ones(2)], [np.ones(2), np.ones(2) * 1j], r"w\[1\] is real, its gradient is complex"),
        ([np.ones(2), {1.0}], [np.ones(2), {1.0}], "a set has no places for weights"),
    ],
)
def test_a_gradient_that_does_not_fit_is_refused_before_anything_moves(w, g, message):
    first = w[0] if isinstance(w, list) else None
    with pytest.raises(ValueError, match=message):
        optim.SGD().update(w, g)
    assert first is None or np.all(first == 1)


def test_read_only_weights_are_refused():
    w = [np.ones(2), np.ones(2)]
    w[1].flags.writeable = False
    with pytest.raises(ValueError, match=r"w\[1\] is a read-only array"):
        optim.SGD().update(w, [np.ones(2), np.ones(2)])
    assert np.all(w[0] == 1)


def test_weight_decay_pulls_towards_zero():
    assert optim.SGD(lr=0.5, weight_decay=0.1).update([2.0], [1.0]) == [pytest.approx(2.0 - 0.5 * (1.0 + 0.2))]
    coupled = optim.Adam(lr=0.5, weight_decay=0.1).update([2.0], [0.0])
    assert coupled == [pytest.approx(1.5)]  # Adam divides the decay away
    assert optim.AdamW(lr=0.5, weight_decay=0.1).update([2.0], [0.0]) == [pytest.approx(2.0 - 0.5 * 0.2)]


def test_the_gradient_is_clipped_as_a_whole():
    g = [np.array([3.0, 0.0]), {"a": 4.0, "b": None, "c": "text"}]
    assert optim.global_norm(g) == pytest.approx(5.0) and optim.sum_of_norms(g) == pytest.approx(7.0)
    clipped = optim.clip(g, 2.5)
    assert optim.global_norm(clipped) == pytest.approx(2.5)
    assert clipped[1] == {"a": 2.0, "b": None, "c": "text"} and g[0][0] == 3.0
    assert optim.clip(g, 5.5) is g
    assert optim.clip(g, 3.5, norm=optim.sum_of_norms)[1]["a"] == pytest.approx(2.0)
    w = optim.SGD(lr=1.0, clip=2.5).update([np.zeros(2), 0.0], [np.array([3.0, 0.0]), 4.0])
    np.testing.assert_allclose(w[0], [-1.5, 0])
    assert w[1] == pytest.approx(-2.0)


def test_norms_do_not_overflow_and_not_finite_gradients_pass_as_they_are():
    assert optim.global_norm([np.full(4, 1e30, np.float32)]) == pytest.approx(2e30)
    assert optim.global_norm([np.full(4, 1e-30, np.float32)]) == pytest.approx(2e-30)
    assert optim.global_norm([np.zeros(0), []]) == 0.0
    g = [np.array([np.inf, 1.0])]
    assert optim.clip(g, 1.0) is g
    assert math.isnan(optim.global_norm([np.array([np.nan])]))
    assert optim.global_norm([np.array([3j, 4.0]), 12j]) == pytest.approx(13.0)


def test_schedules():
    step = optim.step_decay(1.0, every=3, factor=0.5)
    assert [step(i) for i in range(7)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]
    assert optim.exponential_decay(2.0, 0.5)(3) == 0.25
    cosine = optim.cosine_decay(1.0, updates=10, last=0.2)
    assert [cosine(0), cosine(5), cosine(10), cosine(99)] == pytest.approx([1.0, 0.6, 0.2, 0.2])
    warm = optim.warm_up(step, 3)
    assert [warm(i) for i in range(7)] == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 0.5])
    assert optim.warm_up(0.4, 1)(0) == pytest.approx(0.2)
    optimiser, w = optim.SGD(lr=step), [0.0]
    for _ in range(4):
        optimiser.update(w, [1.0])
    assert w == [-3.5]
    w = [np.zeros(1, np.float32)]
    assert optim.SGD(lr=lambda update: np.float64(0.5)).update(w, [np.ones(1, np.float32)])[0] == -0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: optim.SGD(lr=-1),
        lambda: optim.SGD(clip=0),
        lambda: optim.SGD(weight_decay=-0.1),
        lambda: optim.Momentum(decay=1.0),
        lambda: optim.Adam(eps=0),
        lambda: optim.step_decay(1.0, 0),
        lambda: optim.Adam().restore({"updates": 1, "velocity:w": 0.0}),
        lambda: optim.Adam().restore({"updates": 1, "mean:w": 0.0}),
        lambda: optim.SGD().restore({}),
    ],
)
def test_impossible_options_and_states_are_refused(make):
    with pytest.raises(ValueError):
        make()
