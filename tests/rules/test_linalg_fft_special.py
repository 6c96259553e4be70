"""Linear algebra, Fourier transforms, special functions, distributions beyond the table: singular points, phases, lists."""

import numpy as np
import pytest
import srcgrad_runtime as rt

from srcgrad import rules
from srcgrad.rules import random as random_rules
from srcgrad.rules.declare import NONDIFFERENTIABLE, REFUSED

from . import harness

linalg = np.linalg


def listed(function):
    found = rules.lookup(function) is not None or rules.written(function) is not None
    found = found or function in NONDIFFERENTIABLE or function in REFUSED
    return found or isinstance(function, type) and issubclass(function, Exception)


@pytest.mark.parametrize("module", [np.linalg, np.fft, np.random])
def test_every_public_function_is_listed(module):
    missing = [n for n in module.__all__ if callable(getattr(module, n)) and not listed(getattr(module, n))]
    assert not missing


@pytest.mark.parametrize("name", ["special", "linalg", "signal"])
def test_every_public_function_of_scipy_is_listed(name):
    module = pytest.importorskip(f"scipy.{name}")
    if name == "signal":
        pytest.importorskip("srcgrad.rules.scipy_signal")
    rules.table()
    functions = {n: getattr(module, n) for n in module.__all__}
    missing = [n for n, f in functions.items() if callable(f) and not isinstance(f, type) and not listed(f)]
    assert not missing


def directional(loss, a, step=1e-6):
    """The gradient of a real loss by central differences, in the convention dL/dx - i dL/dy."""
    g = np.zeros(a.shape, a.dtype)
    for place in np.ndindex(*a.shape):
        for unit in (1.0, 1j) if a.dtype.kind == "c" else (1.0,):
            e = np.zeros(a.shape, a.dtype)
            e[place] = unit
            slope = (loss(a + step * e) - loss(a - step * e)) / (2 * step)
            g[place] += slope if unit == 1.0 else -1j * slope
    return g


def complex_matrix(seed, *shape):
    draw = np.random.default_rng(seed)
    return draw.standard_normal(shape) + 1j * draw.standard_normal(shape)


@pytest.mark.parametrize("UPLO", ["L", "U"])
def test_complex_eigenvectors_up_to_their_phase(UPLO):
    a, b = complex_matrix(1, 3, 3), complex_matrix(2, 3, 3)
    b = b + b.conj().T

    def loss(a):
        w, v = linalg.eigh(a, UPLO)
        return np.real(v[:, 0].conj() @ b @ v[:, 0]) + np.sum(w**3)

    w, v = linalg.eigh(a, UPLO)
    v_bar = np.zeros_like(v)
    v_bar[:, 0] = 2 * np.conj(b @ v[:, 0])
    a_bar = rt.eigh_adjoint((w, v), (3 * w**2, v_bar), UPLO)
    assert np.allclose(a_bar, directional(loss, a), atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
def test_complex_singular_vectors_up_to_their_phase(shape):
    a = complex_matrix(3, *shape)
    b = complex_matrix(4, *shape)

    def loss(a):
        u, s, vh = linalg.svd(a, full_matrices=False)
        return np.real(np.sum(b * np.outer(u[:, 0], vh[0]))) + np.sum(s**2)

    u, s, vh = linalg.svd(a, full_matrices=False)
    u_bar, vh_bar = np.zeros_like(u), np.zeros_like(vh)
    u_bar[:, 0] = b @ vh[0]
    vh_bar[0] = u[:, 0] @ b
    a_bar = rt.svd_adjoint(a, (u, s, vh), (u_bar, 2 * s, vh_bar), full_matrices=False)
    assert np.allclose(a_bar, directional(loss, a), atol=1e-6)


def test_dependence_on_a_phase_raises():
    a = complex_matrix(5, 3, 3)
    y = linalg.eigh(a)
    with pytest.raises(linalg.LinAlgError, match="phase"):
        rt.eigh_adjoint(y, (None, complex_matrix(6, 3, 3)))
    y = linalg.svd(a)
    with pytest.raises(linalg.LinAlgError, match="phase"):
        rt.svd_adjoint(a, y, (complex_matrix(7, 3, 3), None, None))


def test_vectors_of_a_null_space_raise_only_where_used():
    a = np.random.default_rng(8).standard_normal((4, 2))
    u, s, vh = linalg.svd(a)
    first = np.zeros_like(u)
    first[:, :2] = 1.0
    thin = rt.svd_adjoint(a, (u[:, :2], s, vh), (first[:, :2], s, vh), full_matrices=False)
    assert np.allclose(rt.svd_adjoint(a, (u, s, vh), (first, s, vh)), thin)
    with pytest.raises(linalg.LinAlgError, match="null space"):
        rt.svd_adjoint(a, (u, s, vh), (np.ones_like(u), None, None))
    q, r = linalg.qr(a, "complete")
    with pytest.raises(linalg.LinAlgError, match="arbitrary"):
        rt.qr_adjoint(a, (q, r), (np.ones_like(q), None), "complete")
    thin = rt.qr_adjoint(a, linalg.qr(a), (np.ones((4, 2)), np.ones((2, 2))))
    whole = rt.qr_adjoint(a, (q, r), (first, np.ones((4, 2))), "complete")
    assert np.allclose(whole, thin)


def test_rotating_matrices_have_eigenvectors_as_lapack_normalises_them():
    a = np.array([[0.3, 1.0, 0.2], [-1.5, 0.1, 0.4], [0.2, 0.3, 2.0]])
    harness.check(rules.lookup(linalg.eig), (a,))


def test_equal_eigenvalues():
    a = np.diag([2.0, 2.0, 5.0])
    y = linalg.eigh(a)
    assert np.allclose(rt.eigh_adjoint(y, (np.ones(3), None)), np.eye(3))
    assert np.allclose(rt.eigh_adjoint(y, (np.ones(3), np.zeros((3, 3)))), np.eye(3))
    lone = np.zeros((3, 3))
    lone[:, 2] = 1.0  # the vector of the single eigenvalue has a derivative
    assert np.all(np.isfinite(rt.eigh_adjoint(y, (None, lone))))
    assert np.any(np.isnan(rt.eigh_adjoint(y, (None, np.ones((3, 3))))))
    assert np.allclose(rt.eigvalsh_adjoint(a, np.ones(3)), np.eye(3))


def test_zero_singular_values():
    a = np.outer([1.0, 2.0, 2.0], [3.0, 4.0])
    a[:, 1] = 0.0
    u, s, vh = linalg.svd(a, full_matrices=False)
    assert s[1] == 0
    assert np.allclose(rt.svdvals_adjoint(a, np.ones(2)), np.outer(u[:, 0], vh[0]))
    nuclear = rt.norm_adjoint(a, linalg.norm(a, "nuc"), 1.0, "nuc")
    assert np.allclose(nuclear, np.outer(u[:, 0], vh[0]))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_determinant_of_singular_matrices(rank):
    draw = np.random.default_rng(rank)
    a = draw.standard_normal((3, rank)) @ draw.standard_normal((rank, 3))
    a_bar = rt.det_adjoint(a, linalg.det(a), 1.0)
    assert np.allclose(a_bar, directional(linalg.det, a), atol=1e-8)
    assert np.allclose(a_bar, 0, atol=1e-12) == (rank < 2)


def test_second_derivative_of_the_determinant_of_a_singular_matrix():
    a = np.outer([1.0, 2.0, -1.0], [0.5, 1.0, 3.0])
    y_bar = np.arange(9.0).reshape(3, 3)
    exact = rt.cofactor_adjoint(a, y_bar)
    assert np.allclose(exact, directional(lambda a: np.sum(y_bar * rt.cofactor(a)), a), atol=1e-6)


@pytest.mark.parametrize("ord", [None, 1, 2, 3, np.inf, -np.inf, "fro", "nuc", -2])
def test_norms_at_zero(ord):
    if ord not in ("fro", "nuc"):
        assert np.all(rt.norm_adjoint(np.zeros(3), 0.0, 1.0, ord) == 0)
    if ord != 3:
        assert np.all(rt.norm_adjoint(np.zeros((2, 3)), 0.0, 1.0, ord) == 0)


def test_ties_share_evenly():
    x = np.array([3.0, -3.0, 1.0])
    assert np.allclose(rt.norm_adjoint(x, 3.0, 1.0, np.inf), [0.5, -0.5, 0.0])
    assert np.allclose(rt.norm_adjoint(np.ones((2, 2)), 2.0, 1.0, 1), 0.5)
    assert np.allclose(rt.norm_adjoint(np.eye(2), 1.0, 1.0, 2), 0.5 * np.eye(2))


def test_triangle_that_is_not_read_has_no_derivative():
    a = np.array([[4.0, 99.0], [1.0, 3.0]])
    y = linalg.cholesky(a)
    assert rt.cholesky_adjoint(y, np.ones((2, 2)))[0, 1] == 0
    y = linalg.eigh(a)
    assert rt.eigh_adjoint(y, (np.ones(2), np.ones((2, 2))))[0, 1] == 0


def test_empty_matrices():
    a = np.zeros((0, 0))
    assert rt.det_adjoint(a, linalg.det(a), 1.0).shape == (0, 0)
    assert rt.solve_adjoint_a(a, np.zeros(0), np.zeros(0)).shape == (0, 0)
    assert rt.eigvalsh_adjoint(a, np.zeros(0)).shape == (0, 0)
    assert rt.svdvals_adjoint(np.zeros((0, 3)), np.zeros(0)).shape == (0, 3)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("name", ["rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
def test_half_spectra_of_every_size(name, n, norm):
    a = np.random.default_rng(n).standard_normal(4)
    a = a if name in ("rfft", "ihfft") else a + 1j * a[::-1]
    harness.check(rules.lookup(getattr(np.fft, name)), (a, n), {"norm": norm})


def test_draws_are_found_under_all_their_names():
    rule = rules.lookup(np.random.normal)
    assert rule is rules.lookup(np.random.RandomState.normal)
    assert rules.lookup(np.random.Generator.normal).parameters == rule.parameters
    assert random_rules.listed("permutation")


def test_parameters_without_a_derivative_are_not_ignored():
    special = pytest.importorskip("scipy.special")
    rules.table()
    for function, name in ((special.jv, "v"), (special.gammainc, "a"), (np.random.gamma, "shape")):
        rule = rules.lookup(function)
        assert name not in rule.differentiable and name not in rule.ignored


def test_special_functions_at_their_limits():
    pytest.importorskip("scipy.special")
    assert rt.share_or_zero(0.0, 0.0) == 0
    assert np.isclose(rt.exprel_partial(0.0), 0.5)
    for x in (-0.5, 0.4999, 0.5, 3.0):
        exact = (x * np.exp(x) - np.expm1(x)) / (x * x)
        assert np.isclose(rt.exprel_partial(x), exact, rtol=1e-13)
    a = np.array([1000.0, 999.0, -np.inf])
    weights = rt.logsumexp_adjoint_a(a, 1000.0 + np.log1p(np.exp(-1.0)), 1.0)
    assert np.allclose(weights, [0.73105858, 0.26894142, 0.0])


def test_frozen_text_of_rows_is_found():
    """Rules that are written as rows have a source, as those that are written as functions do."""
    import inspect

    special = pytest.importorskip("scipy.special")
    rules.table()
    source = inspect.getsource(rules.lookup(special.jv).adjoints["z"][0].function)
    assert "rt.special.jv(v - 1, z)" in source
