"""check_grads itself: it must pass right gradients and notice every kind of wrong one.

The gradients here are written by hand and put in the place of srcgrad's, so that these tests need no engine.
"""

import dataclasses
import types
from typing import NamedTuple

import numpy as np
import pytest

import srcgrad.testing as testing
from srcgrad.testing import GradientMismatch, check_grads, numerical_gradient


@pytest.fixture
def given(monkeypatch):
    """Makes a function written by hand, which returns the tuple of gradients, stand for srcgrad's gradient."""

    def use(gradient, tangent=None):
        stand_in = types.SimpleNamespace(grad=lambda f, argnums: one_or_several, Gradient=types.NoneType)

        def one_or_several(*args, **kwargs):
            found = gradient(*args, **kwargs)
            return found[0] if isinstance(found, tuple) and len(found) == 1 else found

        monkeypatch.setattr(testing, "api", stand_in)
        if tangent is not None:
            monkeypatch.setattr(testing, "operators", types.SimpleNamespace(jvp=tangent))

    return use


def quadratic(x):
    return np.sum(x * x)


X = np.array([[1.0, -2.0], [0.5, 3.0]])


def test_a_right_gradient(given):
    given(lambda x: (2 * x,))
    assert check_grads(quadratic, (X,)) < 1e-9


def test_a_wrong_entry_is_named(given):
    def wrong(x):
        g = 2 * x
        g[1, 0] *= 1.001
        return (g,)

    given(wrong)
    with pytest.raises(
        GradientMismatch, match=r"1 of 4 .*\n +x\[1, 0\]: srcgrad gives 1.001, finite differences give 1 "
    ):
        check_grads(quadratic, (X,))
    assert issubclass(GradientMismatch, AssertionError)


def test_one_wrong_entry_of_many(given):
    def wrong(x):
        g = 2 * x
        g[777] += 1e-3
        return (g,)

    given(wrong)
    with pytest.raises(GradientMismatch, match="random direction"):
        check_grads(quadratic, (np.linspace(1, 2, 5000),))
    given(lambda x: (2 * x,))
    assert check_grads(quadratic, (np.linspace(1, 2, 5000),)) < 1e-9


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: [2 * x], "a list of 1"),
        (lambda x: (2 * x[0],), r"a float64 array of shape \(2,\), but x is a float64 array of shape \(2, 2\)"),
        (lambda x: (np.float32(2) * x.astype(np.float32),), "float32"),
        (lambda x: (None,), "None"),
        (lambda x: (4.0,), "a float,"),
        (lambda x: (x * np.nan,), "4 of 4"),
        (lambda x: (np.zeros((2, 2)),), "4 of 4"),
    ],
)
def test_wrong_shape_dtype_or_value(given, wrong, message):
    given(wrong)
    with pytest.raises(GradientMismatch, match=message):
        check_grads(quadratic, (X,))


class Pair(NamedTuple):
    a: float
    b: np.ndarray


@dataclasses.dataclass(frozen=True)
class Layer:
    w: np.ndarray
    name: str = "layer"


class Holder:
    def __init__(self, w):
        self.w, self.calls = w, 0


def nested_loss(params, n):
    return np.sum(params["pair"].b) * params["pair"].a + np.sum(params["layers"][0].w ** 2) * n + params["t"][1]


def nested_gradient(params, n):
    pair, (layer,) = params["pair"], params["layers"]
    b = np.full_like(pair.b, pair.a)
    return (
        {"pair": Pair(float(np.sum(pair.b)), b), "layers": [Layer(2 * n * layer.w, None)], "t": (None, 1.0), "s": None},
    )


PARAMS = {
    "pair": Pair(2.0, np.array([1.0, 3.0])),
    "layers": [Layer(np.array([[0.5]]))],
    "t": (7, 1.5),
    "s": ["text", None],
}


def test_nested_arguments(given):
    given(nested_gradient)
    assert check_grads(nested_loss, (PARAMS, 3)) < 1e-9


def test_nested_structure_is_exact(given):
    def changed(**parts):
        return lambda params, n: ({**nested_gradient(params, n)[0], **parts},)

    for parts, message in [
        ({"t": [None, 1.0]}, r"params\['t'\] is a list of 2, but params\['t'\] is a tuple of 2"),
        ({"pair": (6.0, np.ones(2))}, "a tuple of 2, .* a Pair of 2"),
        ({"t": (None, 2.0)}, r"params\['t'\]\[1\]: srcgrad gives 2, finite differences give 1 "),
        ({"layers": []}, r"holds nothing, but params\['layers'\] holds \[0\]"),
        ({"more": 1.0}, r"\['more'\]"),
    ]:
        given(changed(**parts))
        with pytest.raises(GradientMismatch, match=message):
            check_grads(nested_loss, (PARAMS, 3))


def test_objects(given):
    def f(h):
        h.calls += 1
        return np.sum(h.w**2)

    def right(h):
        h.calls += 1
        g = Holder(2 * h.w)
        g.calls = None
        return (g,)

    given(right)
    holder = Holder(np.array([1.0, 2.0]))
    assert check_grads(f, (holder,)) < 1e-9 and holder.calls == 0


def test_arguments_that_the_function_changes(given):
    def f(x):
        x *= 2
        return np.sum(x)

    def leaves_as_it_should(x):
        x *= 2
        return (np.full_like(x, 2.0),)

    given(leaves_as_it_should)
    x = np.array([1.0, 2.0])
    assert check_grads(f, (x,)) < 1e-9
    assert x.tolist() == [1.0, 2.0]
    given(lambda x: (np.full_like(x, 2.0),))
    with pytest.raises(GradientMismatch, match="leaves x other than"):
        check_grads(f, (x,))


def test_random_draws_are_repeated(given):
    def f(x, generator):
        return np.sum(x * np.random.rand(3) * generator.normal(size=3))

    def right(x, generator):
        return (np.random.rand(3) * generator.normal(size=3),)

    given(right)
    before = np.random.get_state()[1].copy()
    assert check_grads(f, (np.ones(3), np.random.default_rng(3))) < 1e-9
    assert (np.random.get_state()[1] == before).all()


def test_kinks_and_edges(given):
    given(lambda x: (np.sign(x),))
    assert check_grads(lambda x: np.sum(np.abs(x)), (np.array([1e-4, -1e-4, 1.0]),)) < 1e-6
    given(lambda x: (1 / x,))
    assert check_grads(lambda x: np.sum(np.log(x)), (np.array([1e-4, 3.0, 1e5]),)) < 1e-6
    given(lambda x: (np.inf,))
    with pytest.raises(GradientMismatch, match="not finite nearby"), np.errstate(invalid="ignore"):
        check_grads(lambda x: np.sqrt(x), (0.0,))


def test_small_results_are_not_lost_in_the_tolerance(given):
    given(lambda x: (1.01e-14 * np.cos(x),))
    with pytest.raises(GradientMismatch):
        check_grads(lambda x: 1e-14 * np.sin(x), (0.5,))


def test_a_zero_gradient(given):
    given(lambda x, y: (0.0, 1.0))
    assert check_grads(lambda x, y: y + 0 * x, (0.5, 2.0)) < 1e-9


def test_single_precision(given):
    x = np.linspace(-1, 1, 7, dtype=np.float32)
    given(lambda x: (2 * x,))
    assert check_grads(quadratic, (x,)) < 1e-5

    def insists(x):
        assert x.dtype == np.float32
        return np.sum(x * x * x)

    given(lambda x: (3 * x * x,))
    assert check_grads(insists, (x,)) < 2e-2
    given(lambda x: (np.float32(3.3) * x * x,))
    with pytest.raises(GradientMismatch):
        check_grads(insists, (x,))
    given(lambda x: (3 * x.astype(np.float64) ** 2,))
    with pytest.raises(GradientMismatch, match="float64"):
        check_grads(insists, (x,))
    given(lambda x: (np.float32(2) * x,))
    assert check_grads(lambda x: x * x, (np.float32(1.5),)) < 1e-5


def test_argnums_and_keywords(given):
    def f(w, x, *, b=0.0):
        return np.sum(w * x) + b * b

    given(lambda w, x, b: (w,))
    assert check_grads(f, (X, X + 1), argnums=1, kwargs={"b": 2.0}) < 1e-9
    assert check_grads(f, (X, X + 1), argnums="x", kwargs={"b": 2.0}) < 1e-9
    given(lambda w, x, b: (w, 2 * b))
    assert check_grads(f, (X, X + 1), argnums=(-1, "b"), kwargs={"b": 2.0}) < 1e-9
    for argnums in (2, "missing", -3):
        with pytest.raises(ValueError, match="argnums"):
            check_grads(f, (X, X), argnums=argnums)


def test_misuse():
    with pytest.raises(ValueError, match="tuple of all positional"):
        check_grads(quadratic, X)
    with pytest.raises(ValueError, match="no argument holds"):
        check_grads(lambda n: n * 1.0, (3,))
    with pytest.raises(ValueError, match="modes"):
        check_grads(quadratic, (X,), modes=("reverse",))


def test_forward_mode(given):
    given(None, lambda f, primals, tangents: (f(*primals), 2 * primals[0] * tangents[0]))
    assert check_grads(lambda x: x * x, (X,), modes=("fwd",)) < 1e-9
    given(None, lambda f, primals, tangents: (f(*primals), 2.1 * primals[0] * tangents[0]))
    with pytest.raises(GradientMismatch, match="tangent"):
        check_grads(lambda x: x * x, (X,), modes=("fwd",))


def test_forward_mode_names_the_worst_entry(given):
    def wrong(f, primals, tangents):
        (x,), (dot,) = primals, tangents
        factors = np.full(x.shape, 2.0)
        factors[1, 0] = 2.001
        return f(x), np.sum(factors * x * dot)

    given(None, wrong)
    with pytest.raises(GradientMismatch, match=r"(?s)1 of 4 .*tangent.*\n    x\[1, 0\]: srcgrad gives"):
        check_grads(quadratic, (X,), modes=("fwd",))


def test_both_modes_and_orders():
    def f(w, x, *, b):
        return np.sum(np.tanh(x @ w) * b)

    assert check_grads(f, (X, X + 1.0), modes=("fwd", "rev"), kwargs={"b": 2.0}) < 1e-7
    assert check_grads(lambda x: np.sum(np.sin(x) ** 3), (X,), order=3, modes=("fwd", "rev")) < 1e-6


def test_numerical_gradient():
    g = numerical_gradient(nested_loss, (PARAMS, 3))
    assert g["t"][0] is None and g["t"][1] == pytest.approx(1.0) and isinstance(g["pair"], Pair)
    np.testing.assert_allclose(g["layers"][0].w, [[3.0]], rtol=1e-9)
    both = numerical_gradient(lambda x, y: x * y, (2.0, np.float32(3)), argnums=(0, 1))
    assert isinstance(both, tuple) and type(both[1]) is np.float32
    assert both == pytest.approx((3.0, 2.0), rel=1e-5)
    with pytest.raises(ValueError, match="4 numbers"):
        numerical_gradient(lambda x: x, (X,))


def test_results_that_are_not_scalars():
    """These need the engine: a nested result is weighted and summed by a function that is written for it."""

    def arrays(w, n, x):
        return w * x * n

    def several(w, x, *, b):
        return [np.sum(w * x), {"a": w * b, "n": 3}], x + b

    assert check_grads(arrays, (np.array([1.0, 2.0]), 3, np.array([0.5, 4.0]))) < 1e-9
    assert check_grads(several, (X, X + 1.0), kwargs={"b": 2.0}) < 1e-9


def test_the_names_of_a_projection_do_not_clash():
    def f(np, function, weights, result=2.0):
        return np * function * weights * result

    x = np.array([1.0, 2.0])
    assert check_grads(f, (x, x, x)) < 1e-9
    assert check_grads(lambda *rest: rest[0] * rest[1], (x, x)) < 1e-9


def test_second_order():
    assert check_grads(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), order=2) < 1e-7
    assert check_grads(lambda x, y: np.sum(x * y**2), (X, X + 1.0), order=2) < 1e-7


def test_second_order_of_nested_weights():
    def model(p, x):
        for layer in p["layers"]:
            x = np.tanh(x @ layer["w"] + layer["b"])
        return np.sum(x) * p["scale"][1]

    layers = [{"w": np.full((2, 2), 0.3), "b": np.zeros(2)}, {"w": np.ones((2, 1)), "b": np.zeros(1)}]
    weights = {"layers": layers, "scale": (1, 2.0), "none": None}
    assert check_grads(model, (weights, np.ones((3, 2))), order=2, modes=("rev", "fwd")) < 1e-6


def test_second_order_of_lists():
    def of_comprehension(x):
        return np.sum(np.array([v * v * 2 for v in x]) ** 2)

    def of_joined_lists(x):
        rows = sum([[x], [x * x, 2.0]], [x])
        return rows[0] * rows[1] * rows[2] + rows[3]

    assert check_grads(of_comprehension, (X + 1.0,), order=2, modes=("rev", "fwd")) < 1e-6
    assert check_grads(of_joined_lists, (1.3,), order=2, modes=("rev", "fwd")) < 1e-6


def test_second_order_of_functions_with_defaults():
    def power(x, exponent=3, *, scale=2.0):
        return np.sum(scale * x**exponent)

    assert check_grads(power, (X + 3.0,), order=2) < 1e-6
    assert check_grads(np.trace, (np.ones((3, 3)),), order=2) < 1e-7
