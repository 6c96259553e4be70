"""The differential operators: products, Jacobians, Hessians, any order, nested; against finite differences."""

import dataclasses

import numpy as np
import pytest

import srcgrad
from srcgrad import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, numerical_gradient, vjp

X = np.array([0.88, -2.52, 1.55])
W = np.arange(6.0).reshape(2, 3) / 6.0


def loops(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] <= 0:
            s += np.exp(x[i])
        else:
            s += np.log(x[i])
    return s


def filled(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.sin(y[i]) * y[i - 1]
    return y


def nested(x, w):
    return {"a": np.tanh(w @ x), "b": [np.sum(x), 3]}


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def through_objects(x):
    class Box:
        pass

    box = Box()
    box.value = x
    box.value = box.value * np.sin(x)
    return {"r": box.value * 2, "q": (np.sum(box.value),)}


def differences(f, x, v, step=1e-4):
    """The derivative of f along v, fourth order."""
    near, far = f(x + step * v) - f(x - step * v), f(x + 2 * step * v) - f(x - 2 * step * v)
    return (8 * near - far) / (12 * step)


# ---- products -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [loops, filled, lambda x: np.sin(x) * x[0], lambda x: x[::-1] @ W.T])
def test_jvp_and_vjp(f):
    v = np.array([1.0, -0.5, 2.0])
    y, y_dot = jvp(f, (X,), (v,))
    assert np.array_equal(y, f(X)) and np.shape(y_dot) == np.shape(y)
    np.testing.assert_allclose(y_dot, differences(f, X, v), rtol=1e-8)
    value, pullback = vjp(f, X)
    assert np.array_equal(value, f(X))
    y_bar = np.cos(np.arange(np.size(y))).reshape(np.shape(y))
    for _ in range(3):  # any number of times
        (x_bar,) = pullback(y_bar)
        assert x_bar.shape == X.shape
        np.testing.assert_allclose(np.sum(x_bar * v), np.sum(y_bar * y_dot), rtol=1e-12)


def test_products_of_nested_structures():
    y, y_dot = jvp(nested, (X, W), (np.ones(3), None))
    assert y_dot["b"][1] is None and set(y_dot) == {"a", "b"}
    np.testing.assert_allclose(y_dot["a"], differences(lambda x: np.tanh(W @ x), X, np.ones(3)), rtol=1e-8)
    y, pullback = vjp(nested, X, W)
    x_bar, w_bar = pullback({"a": np.array([1.0, 0.0])})
    np.testing.assert_allclose(w_bar[1], np.zeros(3))
    np.testing.assert_allclose(x_bar, (1 - np.tanh(W @ X)[0] ** 2) * W[0], rtol=1e-12)
    y, pullback = vjp(lambda x, n: x**n, 3.0, 2)
    assert pullback(1.0) == (6.0, None)


def test_products_of_recorded_functions():
    assert "recorded because" in srcgrad.source(grad(lambda x: through_objects(x)["q"][0]))
    v = np.array([1.0, -0.5, 2.0])
    y, y_dot = jvp(through_objects, (X,), (v,))
    np.testing.assert_allclose(y_dot["r"], differences(lambda x: 2 * x * np.sin(x), X, v), rtol=1e-8)
    y, pullback = vjp(through_objects, X)
    for _ in range(2):
        (x_bar,) = pullback({"q": (1.0,)})
        np.testing.assert_allclose(x_bar, np.sin(X) + X * np.cos(X), rtol=1e-12)
    x = X.copy()
    y, pullback = vjp(through_objects, x)
    x[0] = 7.0
    np.testing.assert_allclose(pullback({"q": (1.0,)})[0], np.sin(X) + X * np.cos(X), rtol=1e-12)


def test_a_pullback_does_not_see_later_changes():
    x = X.copy()
    y, pullback = vjp(np.sin, x)
    x[:] = 0.0
    y[:] = 0.0
    np.testing.assert_allclose(pullback(np.ones(3))[0], np.cos(X))


def test_aux():
    def f(x):
        return np.sum(x * x), {"n": len(x)}

    assert jvp(f, (X,), (np.ones(3),), has_aux=True)[1:] == (pytest.approx(2 * np.sum(X)), {"n": 3})
    value, pullback, aux = vjp(f, X, has_aux=True)
    assert aux == {"n": 3} and np.array_equal(pullback(1.0)[0], 2 * X)
    jacobian_, aux = jacrev(f, has_aux=True)(X)
    assert aux == {"n": 3} and np.array_equal(jacobian_, 2 * X)


def test_dtypes_and_python_numbers():
    x = np.array([1.0, 2.0], np.float32)
    y, y_dot = jvp(lambda x: np.sin(x) * 2, (x,), (np.ones(2),))
    assert y.dtype == y_dot.dtype == np.float32
    y, pullback = vjp(lambda x: np.sin(x) * 2, x)
    assert pullback(np.ones(2))[0].dtype == np.float32
    assert [type(v) for v in jvp(lambda x: x * x, (2.0,), (1.0,))] == [float, float]
    empty = np.zeros((0, 3))
    y, y_dot = jvp(lambda x: x * 2, (empty,), (empty,))
    assert y_dot.shape == (0, 3)
    y, y_dot = jvp(lambda x: x * x, (np.array(3.0),), (np.array(1.0),))
    assert y_dot == 6.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jvp(np.sin, (X,), (np.ones(2),)), r"shape \(3,\) is needed for the tangent of argument 0"),
        (lambda: jvp(nested, ([1.0], W), ([1.0, 2.0], None)), "a list of 1 is needed"),
        (lambda: vjp(np.sin, X)[1](1.0), r"shape \(3,\) is needed"),
        (lambda: jvp(np.sin, X, X), "primals is a tuple"),
        (lambda: jvp(np.sin, (X,), ()), "1 primals and 0 tangents"),
        (lambda: vjp(lambda n: n, 3), "no argument holds a float"),
        (lambda: jacobian(np.sin, mode="forward"), "'auto', 'fwd' or 'rev'"),
        (lambda: hvp(loops, (X,), (None,)), "every tangent is None"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(TypeError, match=message):
        call()


# ---- Jacobians and Hessians -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", [jacrev, jacfwd, jacobian])
def test_jacobians(operator):
    found = operator(filled)(X)
    columns = [differences(filled, X, unit) for unit in np.eye(3)]
    np.testing.assert_allclose(found, np.array(columns).T, rtol=1e-7, atol=1e-9)
    found = operator(nested, (0, "w"))(X, W)
    assert found["a"][0].shape == (2, 3) and found["a"][1].shape == (2, 2, 3) and found["b"][0][1].shape == (2, 3)
    np.testing.assert_allclose(found["a"][0], (1 - np.tanh(W @ X) ** 2)[:, None] * W, rtol=1e-12)
    assert operator(lambda x: x * x)(3.0) == 6.0
    assert operator(lambda x: np.array([x, x * x]))(3.0).tolist() == [1.0, 6.0]
    assert operator(lambda x: x[:0])(X).shape == (0, 3)


def test_jacobians_of_holomorphic_functions():
    z = np.array([1.0 + 2.0j, 0.5j])
    for operator in (jacrev, jacfwd, jacobian):
        found = operator(lambda z: z * z * z[0], holomorphic=True)(z)
        np.testing.assert_allclose(found, [[3 * z[0] ** 2, 0], [z[1] ** 2, 2 * z[1] * z[0]]], rtol=1e-12)


def test_gradients_of_holomorphic_functions():
    z = 1.0 + 2.0j
    assert grad(lambda z: z**3 * np.exp(z), holomorphic=True)(z) == pytest.approx((3 * z**2 + z**3) * np.exp(z))
    w = np.array([z, 0.5j])
    found = grad(lambda w: np.sum(w * w * 1j), holomorphic=True)(w)
    assert found.dtype == complex
    np.testing.assert_allclose(found, 2j * w)
    second = grad(grad(lambda z: z**4, holomorphic=True), holomorphic=True)
    assert second(z) == pytest.approx(12 * z**2)
    for call, message in (
        (lambda: grad(lambda z: z * z)(z), "complex number"),
        (lambda: grad(lambda z: z * z, holomorphic=True)(2.0), "is real"),
        (lambda: grad(lambda z: abs(z), holomorphic=True)(z), "needs a complex number"),
        (lambda: jacrev(np.sin)(np.array([1j])), "complex; pass holomorphic=True"),
    ):
        with pytest.raises(TypeError, match=message):
            call()


def test_products_of_complex_functions():
    z, dz = np.array([1.0 + 2.0j, 0.5j]), np.array([0.3 - 1j, 2.0 + 0j])
    y, y_dot = jvp(lambda z: z * z * 1j, (z,), (dz,))
    np.testing.assert_allclose(y_dot, 2j * z * dz)
    y, pullback = vjp(lambda z: z * z * 1j, z)
    np.testing.assert_allclose(pullback(np.ones(2))[0], 2j * z)


def test_the_hessian_of_rosenbrock():
    x = np.linspace(-1.0, 1.5, 10)
    expected = np.zeros((10, 10))
    for i in range(9):
        expected[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        expected[i + 1, i + 1] += 200
        expected[i, i + 1] = expected[i + 1, i] = -400 * x[i]
    for found in (hessian(rosenbrock)(x), jacrev(grad(rosenbrock))(x), jacfwd(jacrev(rosenbrock))(x)):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_the_hessian_of_several_arguments():
    found = hessian(lambda x, y: np.sum(x * x) * y, (0, 1))(X, 2.0)
    np.testing.assert_allclose(found[0][0], 4 * np.eye(3))
    np.testing.assert_allclose(found[0][1], 2 * X)
    np.testing.assert_allclose(found[1][0], 2 * X)
    assert found[1][1] == 0.0


def softmax_loss(w, x, labels):
    scores = x @ w
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(labels)), labels])


def test_the_second_derivative_of_a_softmax_loss():
    random = np.random.default_rng(0)
    w, x, labels = random.normal(size=(4, 3)), random.normal(size=(5, 4)), np.array([0, 2, 1, 1, 0])
    found = hessian(softmax_loss)(w, x, labels)
    p = np.exp(x @ w) / np.sum(np.exp(x @ w), axis=1, keepdims=True)
    curvature = p[:, :, None] * np.eye(3) - p[:, :, None] * p[:, None, :]
    np.testing.assert_allclose(found, np.einsum("ni,nj,nab->iajb", x, x, curvature) / 5, rtol=1e-10, atol=1e-14)


def mlp(weights, x, y):
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = np.tanh(h @ weights[i] + weights[i + 1])
    out = h @ weights[-2] + weights[-1]
    return np.mean((out - y) ** 2)


def test_hessian_vector_products_of_an_mlp():
    random = np.random.default_rng(1)
    weights = [random.normal(size=s) for s in ((3, 5), (5,), (5, 4), (4,), (4, 2), (2,))]
    v = [random.normal(size=w.shape) for w in weights]
    x, y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
    found = hvp(mlp, (weights, x, y), (v, None, None))
    gradient = grad(mlp)
    step = 1e-5
    ahead = gradient([w + step * d for w, d in zip(weights, v, strict=True)], x, y)
    behind = gradient([w - step * d for w, d in zip(weights, v, strict=True)], x, y)
    for part, a, b in zip(found, ahead, behind, strict=True):
        np.testing.assert_allclose(part, (a - b) / (2 * step), rtol=1e-6, atol=1e-8)


# ---- orders and nesting ---------------------------------------------------------------------------------------------


def test_nine_derivatives_of_sin():
    f = np.sin
    for _ in range(9):
        f = grad(f)
    assert f(0.7) == pytest.approx(np.cos(0.7), rel=1e-14)
    lines = f.source.splitlines()
    assert len(lines) < 12 and len(max(lines, key=len)) < 120, f.source
    assert jvp(grad(grad(np.sin)), (0.7,), (1.0,))[1] == pytest.approx(-np.cos(0.7), rel=1e-14)


def test_derivatives_of_tanh_do_not_explode():
    f = np.tanh
    lengths = []
    for _ in range(5):
        f = grad(f)
        f(0.3)
        lengths.append(len(f.source.splitlines()))
    t = np.tanh(0.3)
    assert f(0.3) == pytest.approx((1 - t * t) * (16 - 120 * t**2 + 120 * t**4), rel=1e-12)
    assert lengths[-1] < 200


def test_elementwise_grad():
    np.testing.assert_allclose(srcgrad.elementwise_grad(np.sin)(W), np.cos(W))
    np.testing.assert_allclose(srcgrad.elementwise_grad(lambda x, y: x * y**2, 1)(X, 2.0), 4 * np.sum(X))


def test_the_nested_gradient_puzzle():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(5.0) == 1.0
    assert jvp(lambda x: x * grad(lambda y: x + y)(x), (5.0,), (1.0,)) == (5.0, 1.0)


v = np.array([1.0, -0.5, 2.0])
squares = grad(lambda x: np.sum(x**3))


def by_closure(x):
    return grad(lambda y: np.sum(x * y**2))(X) @ x


def by_global(x):
    return np.sum(squares(x) ** 2)


def by_jvp(x):
    return np.sum(jvp(filled, (x,), (v,))[1] ** 2)


def by_vjp(x):
    y, pullback = vjp(filled, x)
    return np.sum(pullback(y)[0] ** 2) + np.sum(pullback(y**2)[0])


def by_hvp(x):
    return np.sum(hvp(loops, (x,), (v,)) ** 2)


@pytest.mark.parametrize("f", [by_closure, by_global, by_jvp, by_vjp, by_hvp])
def test_derivatives_inside_of_differentiated_functions(f):
    expected = numerical_gradient(f, (X,))
    np.testing.assert_allclose(grad(f)(X), expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(jvp(f, (X,), (v,))[1], expected @ v, rtol=1e-7)


SECOND = {
    "solve": lambda a: np.sum(np.linalg.solve(a, np.arange(3.0)) ** 2),
    "det": lambda a: np.linalg.det(a),
    "cholesky": lambda a: np.sum(np.linalg.cholesky(a @ a.T) ** 3),
    "eigh": lambda a: np.sum(np.linalg.eigh(a + a.T)[0] ** 3),
    "norm": lambda a: np.linalg.norm(a),
    "fft": lambda a: np.sum(np.abs(np.fft.fft(a)) ** 3),
    "cumprod": lambda a: np.sum(np.cumprod(a, 0) ** 2),
    "repeated": lambda a: np.sum(a[np.array([0, 0, 1])] ** 3),
    "mask": lambda a: np.sum(a[a > 0] ** 3),
    "list": lambda a: sum([np.sum(row**3) for row in a]),
    "einsum": lambda a: np.einsum("ij,jk,ki->", a, a, a) ** 2,
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_in_mixed_modes(name):
    f = SECOND[name]
    random = np.random.default_rng(2)
    a, u = random.normal(size=(3, 3)) + 4 * np.eye(3), random.normal(size=(3, 3))
    expected = differences(grad(f), a, u)
    tolerance = {"rtol": 1e-6, "atol": 1e-7 * (1 + np.max(np.abs(expected)))}
    np.testing.assert_allclose(hvp(f, (a,), (u,)), expected, **tolerance)
    np.testing.assert_allclose(grad(lambda a: np.sum(grad(f)(a) * u))(a), expected, **tolerance)
    np.testing.assert_allclose(grad(lambda a: jvp(f, (a,), (u,))[1])(a), expected, **tolerance)


# ---- flat vectors ---------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: float
    name: str = "layer"


def test_ravel():
    tree = {"layers": [Layer(np.ones((2, 2), np.float32), 2.0)], "pair": (np.float64(3.0), 4), "none": None}
    vector, unravel = srcgrad.ravel(tree)
    assert vector.tolist() == [1.0] * 4 + [2.0, 3.0] and vector.dtype == np.float64
    back = unravel(vector + 1)
    assert type(back["layers"][0]) is Layer and back["layers"][0].w.dtype == np.float32
    assert back["layers"][0].b == 3.0 and back["layers"][0].name == "layer" and back["pair"] == (4.0, 4)
    tree["layers"][0].b = 100.0  # the structure is that of the time of the call
    assert unravel(vector)["layers"][0].b == 2.0
    with pytest.raises(ValueError, match=r"shape \(6,\)"):
        unravel(np.ones(5))
    assert srcgrad.ravel([])[0].shape == (0,)


def test_ravel_for_an_optimiser():
    optimize = pytest.importorskip("scipy.optimize")
    x0, unravel = srcgrad.ravel({"a": np.zeros(2), "b": 0.0})
    value = srcgrad.value_and_grad(lambda p: np.sum((p["a"] - 1.0) ** 2) + (p["b"] + 2.0) ** 2)

    def objective(x):
        loss, gradient = value(unravel(x))
        return loss, srcgrad.ravel(gradient)[0]

    found = unravel(optimize.minimize(objective, x0, jac=True).x)
    np.testing.assert_allclose(found["a"], 1.0)
    np.testing.assert_allclose(found["b"], -2.0)


def test_texts_are_the_same_each_time():
    first = jacfwd(filled)
    first(X)
    second = jacfwd(filled)
    second(X)
    assert first.source == second.source and "y_dot[i] =" in first.source and "y[i] =" in first.source


# ---- values that are not finite -------------------------------------------------------------------------------------


def roots(x):
    y = x - 1.0
    z = np.sqrt(y)
    return np.sum(z * x)


def logarithms(x):
    y = np.log(x)
    return np.sum(np.exp(y))


def roots_on_the_tape(x):
    items = [x]
    items.append(items[0] - 1.0)
    for item in items[:1]:
        items.append(item)
    z = np.sqrt(items.pop(1))
    return np.sum(z)


def watched(f, x):
    with np.errstate(all="ignore"), srcgrad.debug_nans():
        return grad(f)(x)


def test_debug_nans():
    x = np.array([1.0, 2.0])
    with pytest.raises(srcgrad.NotFinite, match=r"(?s)reverse sweep.*z"):
        watched(roots, x)
    with pytest.raises(FloatingPointError, match=r"(?s)'y' is not finite .*forward sweep.*y = np.log\(x\)"):
        watched(logarithms, np.array([0.0, 1.0]))
    with pytest.raises(srcgrad.NotFinite, match=r"(?s)reverse sweep.*z = np.sqrt"):
        watched(roots_on_the_tape, x)
    assert np.all(np.isfinite(watched(roots, x + 1.0)))
    with np.errstate(all="ignore"):
        assert np.isinf(grad(roots)(x)[0])  # nothing is watched any more
