"""Derivatives of derivatives of recorded programs: nesting without confusion, every operator, structures, refusals."""

import dataclasses
import math

import numpy as np
import pytest

import srcgrad
from srcgrad import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, value_and_grad, vjp

X = np.array([0.7, -1.2, 1.9])


def recorded(function):
    """The function in a form that has no straight adjoint."""

    def f(*args):
        try:
            return function(*args)
        finally:
            pass

    return f


def differences(function, x, step=1e-5):
    found = [(function(x + step * e) - function(x - step * e)) / (2 * step) for e in np.eye(len(x))]
    return np.array(found)


class Cell:
    def __init__(self, a):
        self.a, self.seen = a, []

    def step(self, k):
        self.a = self.a * np.tanh(self.a * k)
        self.seen.append(np.sum(self.a))
        return self


def by_objects(x):
    cell = Cell(x)
    for k in range(1, 4):
        cell.step(k)
    return cell.seen[0] * cell.seen[1] + cell.seen[2]


def by_dicts(x):
    groups = {}
    for i in range(len(x)):
        groups.setdefault(i % 2, []).append(x[i] * x[i - 1])
    return sum(np.exp(v) for k in groups for v in groups[k])


def by_order(x):
    found = [x[i] for i in range(len(x))]
    found.sort(key=lambda v: -v)
    return found[0] * found[1] ** 2 + math.exp(found[2]) + max(found) ** 3


def by_stores_and_views(x):
    y = np.zeros(len(x))
    view = y[::2] if x[0] > -9 else y
    try:
        for i in range(len(x)):
            y[i] = x[i] ** 2
        view *= x[0]
        y[1] += y[0] * x[2]
        np.add.at(y, [0, 0, 1], x)
    finally:
        y[2] = y[2] ** 2
    return np.sum(y**2) + np.linalg.norm(view)


def by_closures(x):
    functions = [lambda v, k=k: v**k for k in range(1, 4)]
    table = {"all": functions}
    return sum(np.sum(f(x)) for f in table["all"]) * np.prod(x)


def by_exceptions(x):
    total = 0.0
    for i in range(5):
        try:
            total += x[i] ** 3 * x[0]
        except IndexError:
            total = total * np.sin(x[1])
    return total


PROGRAMS = pytest.mark.parametrize(
    "function",
    [by_objects, by_dicts, by_order, by_stores_and_views, by_closures, by_exceptions],
    ids=lambda f: f.__name__,
)


@PROGRAMS
def test_hessians(function):
    gradient = grad(function)
    wanted = differences(gradient, X)
    assert "recorded because" in srcgrad.source(gradient).splitlines()[0]
    for make in (jacrev, jacfwd, jacobian):
        np.testing.assert_allclose(make(gradient)(X), wanted, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(hessian(function)(X), wanted, rtol=1e-6, atol=1e-7)
    v = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(hvp(function, (X,), (v,)), wanted @ v, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(jvp(gradient, (X,), (v,))[1], wanted @ v, rtol=1e-6, atol=1e-7)
    row = grad(lambda x: gradient(x)[1])
    np.testing.assert_allclose(row(X), wanted[1], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("outer", [recorded, lambda f: f], ids=["recorded", "straight"])
@pytest.mark.parametrize("inner", [recorded, lambda f: f], ids=["recorded", "straight"])
def test_derivatives_are_not_confused(inner, outer):
    assert grad(outer(lambda x: x * grad(inner(lambda y: x + y))(x)))(5.0) == 1.0
    assert grad(outer(lambda x: x * grad(inner(lambda y: x * y * y))(2.0)))(5.0) == 40.0
    assert grad(outer(lambda x: x * grad(inner(lambda y: x * y * y))(x)))(5.0) == 150.0
    inside = outer(lambda x: grad(inner(lambda y: grad(inner(lambda z: x * y * z**2))(y)))(x) * x)  # 4 x^3
    assert grad(inside)(3.0) == pytest.approx(108.0, rel=1e-14)


def test_derivatives_of_any_order():
    f = recorded(lambda x: x**5)
    for wanted in (80.0, 160.0, 240.0, 240.0):
        f = grad(f)
        assert f(2.0) == pytest.approx(wanted, rel=1e-13)


def test_other_derivatives_inside():
    f = recorded(lambda x: np.sum(x**3) * x[0])

    def product(x):
        y, pullback = vjp(f, x)
        return np.sum(pullback(y)[0] ** 2)

    def tangent(x):
        return jvp(f, (x,), (x * x,))[1]

    def both(x):
        y, g = value_and_grad(f)(x)
        return y * np.sum(g)

    def trace(x):
        return np.trace(hessian(f)(x)) * x[1]

    for function in (product, tangent, both, trace):
        np.testing.assert_allclose(grad(function)(X), differences(function, X), rtol=1e-6)


@dataclasses.dataclass
class Weights:
    w: np.ndarray
    b: float
    parts: dict


def test_structures():
    def loss(p, x):
        cell = Cell(p.w * x + p.b)
        cell.step(1.0)
        return cell.seen[0] * p.parts["k"][0] + p.b**2 * p.parts["k"][1]

    def flat(v):
        return Weights(v[:3], float(v[3]), {"k": [float(v[4]), v[5:].copy()[0]]})

    def row(v):
        return srcgrad.ravel(grad(loss)(flat(v), X))[0]

    v = np.linspace(0.3, 0.9, 6)
    direction = np.linspace(-1, 1, 6)
    found = hvp(loss, (flat(v), X), (flat(direction), None))
    assert isinstance(found, Weights) and isinstance(found.parts["k"], list)
    np.testing.assert_allclose(srcgrad.ravel(found)[0], differences(row, v) @ direction, rtol=1e-6)


def test_what_the_function_does_is_done_once_and_stays():
    calls = []

    def f(x):
        calls.append(len(x))
        try:
            x *= 2.0
            return np.sum(x**3)
        finally:
            x[0] = 7.0

    x = X.copy()
    found = grad(lambda x: np.sum(grad(f)(x)))(x)
    np.testing.assert_allclose(found, 48 * X, rtol=1e-12)
    np.testing.assert_array_equal(x, [7.0, -2.4, 3.8])
    assert calls == [3]


def copied_to(x):
    y = np.zeros(3)
    np.copyto(y, x**2, where=x > 0)
    return np.sum(y**2)


def on_the_diagonal(x):
    y = np.outer(x, x)
    np.fill_diagonal(y, x**3)
    return np.sum(y**2)


def called_by_numpy(x):
    cube, power = np.vectorize(lambda v: v**3), np.frompyfunc(lambda v, w: v * w, 2, 1)
    return np.sum(cube(x)) * np.sum(power(x, x))


def put_into_places(x):
    y = np.ones((2, 3))
    np.put(y, [0, 4], x[:2] ** 2)
    np.place(y, y > 90, x)
    np.putmask(y, np.array([[0, 0, 1], [0, 0, 1]], bool), x[2] ** 3 * np.ones((2, 3)))
    np.put_along_axis(y, np.array([[1], [0]]), x[0] * x[1], 1)
    return np.sum(np.array([v for _, v in np.ndenumerate(y)]) ** 2)


@pytest.mark.parametrize(
    "function", [copied_to, on_the_diagonal, called_by_numpy, put_into_places], ids=lambda f: f.__name__
)
def test_functions_that_the_tape_carries_out(function):
    np.testing.assert_allclose(hessian(function)(X), differences(grad(function), X), rtol=1e-6, atol=1e-7)


def test_integrals_have_one_derivative():
    integrate = pytest.importorskip("scipy.integrate")

    def f(a):
        return integrate.quad(lambda s: a * a * s, 0.0, 1.0)[0]

    assert grad(f)(3.0) == pytest.approx(3.0)
    with pytest.raises(srcgrad.Refused, match=r"scipy.integrate.quad again"):
        grad(grad(f))(3.0)
    # an integral beside an inner derivative is as it was
    inside = recorded(lambda a: f(a) * grad(recorded(lambda y: y * y))(a))
    assert grad(inside)(3.0) == pytest.approx(27.0)
