"""On a real GPU: kernels, gradients of models and the pool, against the host. Skipped where there is none."""

import importlib

import numpy as np
import pytest
import srcgrad_runtime as rt
from srcgrad_runtime.kernels import launching

from examples import charlm, lenet, mnist
from srcgrad import check_device, grad, to_device, to_host, value_and_grad
from tests.benchmarks import gpu, gpu_models
from tests.device import compiled
from tests.device import test_kernels as kernels

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(gpu.device_of("gpu") is None, reason="no GPU")]


def near(found, expected, rtol):
    for one, other in zip(gpu_models._leaves(found), gpu_models._leaves(expected), strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * max(1.0, np.max(np.abs(other), initial=0.0)))


@pytest.mark.parametrize("dtype", kernels.FLOATS)
@pytest.mark.parametrize("rows, columns", [(1, 1), (8, 10), (3, 100), (700, 3), (2, 30_000), (65_536, 64)])
def test_kernels(rows, columns, dtype):
    """Rows that few or many threads share, that are gone through again, or that are cut into parts."""
    cupy = importlib.import_module("cupy")
    rng = np.random.default_rng(0)
    x, y = (rng.random((rows, columns)).astype(dtype) + 1 for _ in range(2))
    for function in (kernels.column_sums, kernels.rows_and_more, kernels.combined):
        launcher = launching.Launcher(function, cupy, function)
        here = tuple(np.asarray(value) for value in function(x, y))
        for _ in range(2):  # what a launch leaves behind must not show in the next one
            near(to_host(launcher(cupy.asarray(x), cupy.asarray(y))), here, 1e-9 if dtype == "float64" else 2e-3)


def test_sums_are_the_same_every_time():
    cupy = importlib.import_module("cupy")
    x = cupy.asarray(np.random.default_rng(1).random((100_000, 7)).astype(np.float32))
    launcher = launching.Launcher(kernels.column_sums, cupy, kernels.column_sums)
    first = launcher(x, x)[1].get()
    assert all((launcher(x, x)[1].get() == first).all() for _ in range(20))


def test_functions_of_rules():
    """Every elementwise function with all its singular points."""
    cupy = importlib.import_module("cupy")
    for name in sorted(kernels.operations.FLOATS):
        ufunc = getattr(np, name)
        names = "x, y" if ufunc.nin == 2 else "x"
        function = kernels.written(f"def {name}_at({names}):\n    return np.{name}({names})", f"{name}_at")
        x = np.array(kernels.SPECIAL)
        args = [x[:, None].copy(), x] if ufunc.nin == 2 else [x]
        with np.errstate(all="ignore"):
            expected = np.asarray(function(*args))
        found = launching.Launcher(function, cupy, function)(*map(cupy.asarray, args)).get()
        compiled.near(found, expected, name)


@pytest.mark.parametrize("model", gpu.MODELS, ids=[m.name for m in gpu.MODELS])
@pytest.mark.parametrize("fused", [True, False])
def test_gradients_of_models(model, fused):
    w, batch = model.weights(True), model.batch(True)
    gradient = value_and_grad(model.loss, has_aux=True) if model.carries else grad(model.loss)
    with launching.fusion(fused):
        there = gradient(*to_device((w, *batch)))
    near(to_host(there), gradient(w, *batch), 1e-3)


def with_eigenvectors(a):
    w, v = np.linalg.eigh(a + a.T)
    return np.sum(np.exp(w) * v[0] ** 2) + np.sum(v**4)


def with_singular_vectors(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(np.sqrt(s)) + np.sum(u[0] ** 4) + np.sum((u * s) @ vh * a) + np.sum(vh[:, 0] ** 2 * s)


@pytest.mark.parametrize("function", [with_eigenvectors, with_singular_vectors])
def test_vectors_of_any_sign_have_the_derivatives_of_the_host(function):
    a = np.random.default_rng(3).standard_normal((4, 4))
    near(to_host(value_and_grad(function)(to_device(a))), value_and_grad(function)(a), 1e-9)


def test_a_gradient_is_checked_there():
    report = check_device(lambda x: np.sum(np.tanh(x) ** 2), (np.linspace(-1, 1, 7),), "gpu")
    assert report.error < 1e-9


def test_training_goes_the_same_way_as_on_the_host():
    cupy = importlib.import_module("cupy")
    model = gpu.MODELS[2]
    step = gpu_models.ours(model, cupy, True)
    for _ in range(5):
        step()
    assert rt.backend.is_device_array(cupy.zeros(1)) and charlm and lenet and mnist
