"""Real numbers and plain arrays take short ways through the tape: what comes out is what the general ways give, and what differences say."""

import numpy as np
import pytest

import srcgrad
from srcgrad.recorded import calls, pullbacks
from srcgrad.recorded.shadows import Shadows
from srcgrad.recorded.tape import Tape

pytestmark = pytest.mark.usefixtures("recorded_road")


def numbers(x):
    known = {}
    total = 0.0
    for i in range(len(x)):
        known["k"] = x[i] * 2.0
        total = total + np.sin(known["k"]) * +x[i] - x[i] / 3
    total += known["k"] ** 2 + 2 ** known["k"] + (-known["k"]) * True
    return total


def arrays(x):
    known = {}
    y = x
    for _ in range(4):
        known["k"] = np.maximum(y, 0.35) * 2.0
        y = np.sin(known["k"]) + x - y
    return np.sum(y * (x > 0.5) + np.hypot(y, x[::-1]))


def broadcasts(x):
    known = {"k": x}
    rows = np.exp(x.reshape(2, -1)) + x[:3]
    known["k"] = rows * rows[:, :1]
    return np.sum(known["k"] - np.add(known["k"], 2) * rows)


def stores(x):
    known = {}
    y = x * x
    known["k"] = y
    part = y[1:4]
    part *= np.cos(x[:3])
    y[0] = y[2] + x[5]
    z = y * y
    known["k"][1:3] = z[:2]
    return np.sum(y * z) + part[0] * known["k"][1]


def shapes(x):
    known = {}
    y = x * 2.0
    known["k"] = np.sum(y * x)
    y.shape = (2, 3)
    z = np.sin(y) * y
    y.shape = (6,)
    return np.sum(z) + known["k"] * y[1]


def windows(x):
    known = {}
    known["k"] = np.lib.stride_tricks.sliding_window_view(x * x, 3)
    return np.sum(np.sin(known["k"]) * known["k"])


def joined(x):
    known = {}
    known["k"] = np.concatenate([x * x, np.sin(x[:2])])
    y = np.asfortranarray(np.outer(x, x)) * 2.0
    return np.sum(known["k"] ** 2) + np.sum(y * y.T + y)


def turned(x):
    known = {}
    z = x + 1j * np.cos(x)
    known["k"] = z * np.exp(1j * x)
    return np.sum(np.abs(known["k"]) ** 2 * x)


def single(x):
    known = {}
    y = x.astype(np.float32)
    known["k"] = y[2] * y
    return np.sum(known["k"] * x) + y[1] * x[0]


PROGRAMS = [numbers, arrays, broadcasts, stores, shapes, windows, joined, turned, single]
X = np.array([0.3, 0.9, 0.45, 1.2, 0.75, 0.6])


@pytest.fixture
def general_ways(monkeypatch):
    monkeypatch.setattr(Tape, "elementary", lambda tape, function, operands: None)
    monkeypatch.setattr(Shadows, "add_whole", lambda shadows, owner, g: False)


def derivatives(function):
    gradient = srcgrad.grad(function)
    found = gradient(X.copy())
    assert "recorded because" in srcgrad.source(gradient).partition("\n")[0]
    return found, srcgrad.hvp(function, (X.copy(),), (np.linspace(1, 2, 6),))


@pytest.fixture
def short(request):
    return derivatives(request.param)  # before the general ways take the place of the short ones


@pytest.mark.parametrize("short, function", [(p, p) for p in PROGRAMS], indirect=["short"])
def test_the_short_ways_give_what_the_general_ones_do(short, function, general_ways):
    for found, expected in zip(short, derivatives(function), strict=True):
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)  # sums of another order of memory


@pytest.mark.parametrize("function", PROGRAMS)
def test_the_short_ways_give_what_differences_say(function):
    gradient, product = derivatives(function)
    step = 1e-3 if function is single else 1e-6
    along = np.linspace(1, 2, 6)
    values = [function(X + sign * step * along) for sign in (1, -1)]
    assert gradient @ along == pytest.approx(
        (values[0] - values[1]) / (2 * step), rel=2e-3 if function is single else 1e-6
    )
    if function is not single:
        gradients = [srcgrad.grad(function)(X + sign * step * along) for sign in (1, -1)]
        np.testing.assert_allclose(product, (gradients[0] - gradients[1]) / (2 * step), rtol=1e-5, atol=1e-7)


def squares(x):
    known = {}
    known["k"] = x * 2.0
    return known["k"] * x


def pullback_of(function):
    pullback = srcgrad.vjp(function, X.copy())[1]
    return lambda y_bar: np.squeeze(pullback(y_bar))


def test_an_adjoint_that_the_caller_gives_is_not_changed_by_the_stores_that_are_put_back():
    def function(x):
        y = squares(x)
        cotangent[:] = y  # undone while the sweep runs
        return y

    cotangent = np.zeros(6)
    pullback = pullback_of(function)
    given = cotangent.copy()
    np.testing.assert_allclose(pullback(cotangent), 4 * X * given)
    np.testing.assert_array_equal(cotangent, given)


def test_a_pullback_after_one_that_has_failed_begins_with_nothing(monkeypatch):
    def fails(self, values, y, y_bar):
        raise ZeroDivisionError

    pullback = pullback_of(lambda x: np.sum(squares(x)))
    with monkeypatch.context() as patch:
        patch.setattr(pullbacks.Partial, "__call__", fails)
        with pytest.raises(ZeroDivisionError):
            pullback(1.0)
    np.testing.assert_allclose(pullback(1.0), 4 * X)


@pytest.mark.parametrize("partial", [np.inf, np.nan, np.float64(np.inf), np.array([np.inf, 2.0, np.nan])])
@pytest.mark.parametrize("y_bar", [0.0, np.float64(0.0), np.array([0.0, 3.0, 0.0])])
def test_nothing_arrives_where_the_adjoint_is_zero(partial, y_bar):
    found = pullbacks.partial_of("x1", ("x1",))((partial,), None, y_bar)
    expected = np.where(np.equal(y_bar, 0), 0.0, np.multiply(y_bar, np.where(np.isfinite(partial), partial, 1)))
    zero = np.broadcast_to(np.equal(y_bar, 0), np.shape(found))
    np.testing.assert_array_equal(np.asarray(found)[zero], np.broadcast_to(expected, np.shape(found))[zero])


def test_an_adjoint_that_is_part_of_larger_memory_is_copied():
    array, large = np.ones(3), np.ones(1000)
    shadows = Shadows()
    assert not shadows.add_whole(array, large[:3])
    assert shadows.add_whole(array, large[:3].copy())


def scaled(v, by=2.0, *, plus=0.5):
    return v * by + plus


def tripled(v):
    return v * v * v


def test_a_function_that_is_bound_once_may_change_while_the_program_runs():
    def function(x):
        known = {}
        known["k"] = scaled(x[0])
        scaled.__defaults__ = (x[1],)
        known["k"] += scaled(x[2])
        scaled.__kwdefaults__ = {"plus": x[3]}
        known["k"] *= scaled(x[4]) + tripled(x[5])
        code = scaled.__code__
        scaled.__code__, scaled.__defaults__ = tripled.__code__, None
        known["k"] += scaled(x[5])
        scaled.__code__ = code
        return known["k"]

    def run(f, *args):
        scaled.__defaults__, scaled.__kwdefaults__ = (2.0,), {"plus": 0.5}
        return f(*args)

    try:
        gradient = run(srcgrad.grad(function), X.copy())
        for i, step in enumerate(1e-6 * np.eye(6)):
            slope = (run(function, X + step) - run(function, X - step)) / 2e-6
            assert gradient[i] == pytest.approx(slope, rel=1e-6)
    finally:
        scaled.__defaults__, scaled.__kwdefaults__ = (2.0,), {"plus": 0.5}


def test_functions_with_cells_are_not_kept_by_the_tape():
    tape = calls.Calls()
    held = np.ones(3)
    tape.call(lambda v: v * held, 2.0)
    assert not tape.bound_forms
    tape.call(tripled, 2.0)
    assert [bound.function for bound in tape.bound_forms.values()] == [tripled]
