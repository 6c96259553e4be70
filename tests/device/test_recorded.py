"""Programs that are recorded mean on a device what they mean on the host: numbers, views, arrays from outside, errors, derivatives of derivatives."""

import array
import collections
import copy
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import nested

WEIGHTS = np.array([1.0, -2.0, 0.5])
X = np.array([0.3, -0.8, 1.1])

pytestmark = pytest.mark.usefixtures("recorded_road")


def same(there, here):
    pairs = zip(nested.leaves(srcgrad.to_host(there), ""), nested.leaves(here, ""), strict=True)
    for (_, a), (path, b) in pairs:
        if b is None:
            assert a is None, path
            continue
        assert np.shape(a) == np.shape(b) and getattr(a, "dtype", float) == getattr(b, "dtype", float), path
        assert np.allclose(a, b, rtol=1e-12, atol=1e-12, equal_nan=True), path


def both(f, xp, *args, argnums=0):
    """Value and gradient on the host and there, which have to be the same; the function has to be one that is recorded."""
    gradient = srcgrad.value_and_grad(f, argnums=argnums)
    here = gradient(*copy.deepcopy(args))
    assert "recorded because" in gradient.source.partition("\n")[0]
    moved = srcgrad.to_device(copy.deepcopy(args), xp)
    kept = srcgrad.to_host(moved)
    there = gradient(*moved)
    same(there, here)
    return there, kept, moved


def element_is_a_number(x):
    kept = {"first": x[0], "sum": 0.0}
    total = kept["first"]
    other = total
    total += x[1]  # `other` stays what it was
    x[0] = 9.0 * x[2]  # and so does `first`
    for v in x:
        kept["sum"] += v * other
    return total * other * kept["first"] + kept["sum"]


def array_without_dimensions_is_an_array(x):
    box = [np.zeros(())]
    alias = box[0]
    alias += x[0]
    box[0] += x[1] ** 2
    copied = np.asarray(x[2])
    before = x[2]
    copied += 1.0
    return alias * copied + before


def list_and_dict_of_rows(x):
    y = np.outer(x, x)
    rows = {"first": y[0], "rest": [y[1], y[2]]}
    rows["first"][1:] = x[:2] * WEIGHTS[1:]
    rows["rest"][0] *= 2.0
    rows["rest"].append(rows["first"][::2])
    rows["rest"][-1][...] = np.sin(y[2, :2])
    return np.sum(y * y)


def exceptions(x):
    total = 0.0
    for i in range(5):
        try:
            total = total + x[i] ** 2
        except IndexError:
            total = total * x[0]
    try:
        x @ np.ones((2, 2))
    except ValueError:
        total = total + np.sum(x)
    return total


def what_it_is(x):
    parts = [x, x[0], 2.0, WEIGHTS]
    arrays = [p for p in parts if isinstance(p, np.ndarray)]
    total = 0.0
    for a in arrays:
        if len(a) == 3 and np.any(a == [0.3, 0.0, 0.0]):
            total = total + np.sum(a * (1.0, 2.0, 3.0))
    return total * len(arrays)


def ties_and_choices(x):
    last = {}
    last["v"] = max(x[0], x[1] + 1.1)  # both are 0.3
    last["w"] = min([x[2], x[0], 5.0])
    return last["v"] * last["w"] + sorted([x[2], x[0]])[1] ** 2


def conversions(x):
    log = []
    log.append(float(x[0]))
    log.append(x[1].item())
    log.extend(x.tolist())
    log.append(np.float64(x[2]))
    return sum(v * v for v in log) * round(float(len(log)), 1)


def scattered(x):
    kept = [np.zeros(4)]
    np.add.at(kept[0], [0, 0, 3], x)
    np.subtract.at(kept[0], [1], x[0] ** 2)
    kept[0][[0, 1]] *= x[:2]
    kept.append(kept[0][kept[0] > 0])
    return np.sum(kept[0] ** 2) + np.sum(kept[1])


def windows(x):
    y = [np.concatenate([x, x])]
    w = np.lib.stride_tricks.sliding_window_view(y[0], 3)
    s = np.lib.stride_tricks.as_strided(y[0], (2, 3), (y[0].itemsize, y[0].itemsize))
    total = np.sum(w * w[::-1]) + np.sum(s**2)
    y[0][2] = x[0] * x[1]  # the views see it
    return total + np.sum(w[0]) * s[0, 2]


def complex_parts(x):
    z = [x + 1j * x[::-1]]
    z[0].real[0] = x[1] ** 2
    z.append(np.exp(z[0]))
    return np.sum(np.abs(z[1]) ** 2) + z[0].imag[0]


def shapes(x):
    y = [x * 1.0, np.arange(3)]
    y[0].shape = (3, 1)
    y[0][1, 0] = x[0] * x[2]
    for i in y[1]:
        y[0][i] = y[0][i] * i
    return np.sum(y[0] ** 2)


def generated(x):
    def steps():
        state = x * 1.0
        while True:
            state = np.tanh(state) * WEIGHTS
            yield state

    total = 0.0
    for i, s in enumerate(steps()):
        if i == 3:
            break
        total = total + np.sum(s * s)
    return total


PROGRAMS = [
    element_is_a_number, array_without_dimensions_is_an_array, list_and_dict_of_rows, exceptions, what_it_is, ties_and_choices, conversions,
    scattered, windows, complex_parts, shapes, generated,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS, ids=[f.__name__ for f in PROGRAMS])
def test_it_means_what_it_means_on_the_host(f, xp):
    both(f, xp, X)


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: float
    seen: list


def test_objects_dicts_and_lists_of_arrays(xp):
    def loss(model, data):
        for layer in model["layers"]:
            data = np.tanh(data @ layer.w + layer.b)
            layer.seen.append(data.sum())
        model["scale"] *= 2.0
        return np.sum(data * model["scale"]) + model["layers"][0].seen[0]

    layers = [Layer(np.eye(3) * 0.5, 0.1, []), Layer(np.ones((3, 2)), -0.2, [])]
    there, _, moved = both(loss, xp, {"layers": layers, "scale": np.array([1.0, 3.0])}, X)
    assert isinstance(there[1]["layers"][0].w, xp.ndarray) and isinstance(there[1]["layers"][0].b, float)
    assert moved[0]["scale"].get().tolist() == [2.0, 6.0] and len(moved[0]["layers"][1].seen) == 1


def test_an_object_whose_arrays_move_to_the_device(xp):
    def loss(p):
        p.b = np.sum(p.w * p.w)
        return p.b * p.w[0]

    gradient = srcgrad.grad(loss)
    for made in (np.asarray, xp.asarray, np.asarray):
        found = gradient(Layer(made(X), 0.0, []))
        assert type(found.w) is type(made(X))
        same(found.w, 2 * X * X[0] + np.array([X @ X, 0.0, 0.0]))


def test_closures_over_arrays_of_the_host(xp):
    weights, buffer = WEIGHTS.copy(), np.zeros((2, 3))
    row = buffer[1]
    state = collections.deque([weights[1:]])

    def loss(x):
        row[:2] = state[0] * x[:2]
        buffer[0] += np.sin(x)
        total = np.sum(buffer[1] * x) + np.sum(buffer @ weights)
        row[0] = 7.0
        return total + np.sum(buffer)

    gradient = srcgrad.value_and_grad(loss)
    here, left = gradient(X.copy()), buffer.copy()
    buffer[...] = 0.0
    same(gradient(xp.asarray(X)), here)
    assert np.array_equal(buffer, left) and np.array_equal(weights, WEIGHTS)


def test_an_array_of_the_host_whose_axes_lie_in_another_order(xp):
    buffer = np.sin(np.ones((2, 3, 4)).transpose(1, 2, 0))  # neither in C order nor in that of Fortran
    part = buffer[:, 1]

    def loss(x):
        buffer[1] *= x[0]
        part[0] = x[:2]
        return np.sum(buffer * x[2])

    before = buffer.copy("K")
    gradient = srcgrad.value_and_grad(loss)
    here, left = gradient(X), buffer.copy()
    buffer[...] = before
    same(gradient(xp.asarray(X)), here)
    assert np.array_equal(buffer, left)


def test_arguments_end_as_the_function_leaves_them(xp):
    def loss(x, y):
        pair = SimpleNamespace(x=x, y=y)
        pair.x[1] = y[0] * x[0]
        pair.y *= 2.0
        return np.sum(x * y)

    _, kept, moved = both(loss, xp, X, WEIGHTS, argnums=(0, 1))
    assert moved[0].get().tolist() == [0.3, 0.3, 1.1] and moved[1].get().tolist() == [2.0, -4.0, 1.0]
    assert kept[0].tolist() == X.tolist()


def test_what_the_device_lacks_is_refused_with_the_line_also_where_the_program_catches_it(xp):
    def loss(x):
        try:
            return np.sum(np.spacing(x) * x)
        except TypeError:
            return np.sum(x)

    with pytest.raises(
        srcgrad.Refused, match=rf"test_recorded\.py:{loss.__code__.co_firstlineno + 2}: cannot run 'spacing'"
    ):
        srcgrad.grad(loss)(xp.asarray(X))


def test_active_values_in_an_array_of_the_host_do_not_get_lost(xp):
    buffer = np.zeros(3)

    def loss(x):
        buffer[:] = x * x
        return array.array("d", buffer)[0] * np.sum(buffer)  # a class that nothing is known of

    for made in (np.asarray, xp.asarray):
        with pytest.raises(srcgrad.Refused, match=r"cannot differentiate through 'array.array'"):
            srcgrad.grad(loss)(made(X))


def test_errors_of_the_program_are_those_of_the_host(xp):
    def loss(x, how):
        last = {}
        last["v"] = x * x
        if how == 0:
            return last["v"][7]
        return np.sum(last["v"] + np.ones(2)) if how == 1 else last["w"]

    for how in range(3):
        errors = []
        for made in (np.asarray, xp.asarray):
            with pytest.raises((IndexError, ValueError, KeyError)) as caught:
                srcgrad.grad(loss)(made(X), how)
            errors.append((type(caught.value), str(caught.value)))
        assert errors[0] == errors[1]


def squares(x):
    parts = [x * x]
    parts[0][0] = x[1] * x[2]
    return np.sum(parts[0] * x) * parts[0][2]


def test_pullbacks_tangents_and_derivatives_of_derivatives(xp):
    there = xp.asarray(X)
    value, pullback = srcgrad.vjp(squares, there)
    here = srcgrad.grad(squares)(X)
    for factor in (1.0, 3.0):  # it may be called again
        same(pullback(value * 0 + factor)[0], factor * here)
    v = np.array([1.0, 0.5, -2.0])
    same(srcgrad.jvp(squares, (there,), (xp.asarray(v),))[1], np.float64(here @ v))
    same(srcgrad.hvp(squares, (there,), (xp.asarray(v),)), srcgrad.hvp(squares, (X,), (v,)))
    twice = srcgrad.grad(lambda x: np.sum(srcgrad.grad(squares)(x) ** 2))
    same(twice(there), twice(X))


def test_an_inner_derivative(xp):
    def loss(x):
        kept = []
        for w in (1.0, 2.0):
            kept.append(srcgrad.grad(lambda y, w=w: np.sum(np.sin(y * w) * x))(x * w))
        return np.sum(kept[0] * kept[1])

    both(loss, xp, X)


def test_the_other_value_and_integers_pass(xp):
    def loss(x, n):
        log = {"n": n}
        log["y"] = x[n[0]] * x
        return np.sum(log["y"]), log

    gradient = srcgrad.grad(loss, has_aux=True)
    places = np.array([2, 1])
    found, log = gradient(xp.asarray(X), xp.asarray(places))
    expected, there = gradient(X, places)
    same(found, expected)
    same(log["y"], there["y"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_has_no_dimensions_is_a_number_or_an_array_as_on_the_host(xp):
    from srcgrad.recorded.device import DeviceCalls
    from tests.rules import test_table

    compared = 0
    for rule in test_table.TABLE:
        if (
            rule.is_elementwise
            or not rule.name.startswith("numpy.")
            or rule.name in ("numpy.quantile", "numpy.percentile")
        ):
            continue
        for args, kwargs in test_table.cases(rule):
            with np.errstate(all="ignore"):
                here = rule.function(*args, **kwargs)
            if not isinstance(here, (np.ndarray, np.generic)) or here.ndim:
                continue
            tape = DeviceCalls(None, xp)
            try:
                there = tape.run(rule.function, *srcgrad.to_device((args, kwargs), xp))
            except srcgrad.Refused:
                continue
            compared += 1
            assert isinstance(here, np.generic) == (tape.is_number(there) or isinstance(there, np.generic)), rule.name
    assert compared > 50
