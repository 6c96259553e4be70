"""scipy.linalg. Calls that allow an argument to be overwritten are refused: the adjoint may need it.

What the rules for numpy.linalg say of triangles that are not read, ties and singular cases holds here as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt
from scipy import linalg

from .declare import NONDIFFERENTIABLE, RULES, adjoint, nondifferentiable, refused, structural, tangent
from .linalg import regular

CHECK = ("check_finite",)


# systems


def _solves(draw):
    yield (regular(draw, 3), draw(3)), {}
    yield (regular(draw, 3), draw(3, 2)), {"transposed": True}
    yield (regular(draw, 2) + 1j * draw(2, 2), draw.complex(2)), {}
    yield (draw.spd(3) + 0.1 * draw(3, 3), draw(3)), {"assume_a": "pos"}
    yield (draw.spd(3) + 0.1 * draw(3, 3), draw(3, 2)), {"assume_a": "sym", "lower": True}
    yield (draw.spd(2) + 0.1j * draw(2, 2), draw.complex(2)), {"assume_a": "her", "lower": True}


structural(linalg.solve, ignored=CHECK, multilinear=("b",), cases=_solves)


@adjoint(linalg.solve, "a", ranks=(2, 1))
def solve_a_vector(a, *, y, y_bar):
    return -np.outer(rt.lapack.solve(a.T, y_bar), y)


@adjoint(linalg.solve, "b", ranks=(2, 1))
def solve_b_vector(a, b, *, y_bar):
    return rt.unbroadcast(rt.lapack.solve(a.T, y_bar), b)


@adjoint(linalg.solve, "a")
def solve_a(a, lower=False, assume_a=None, transposed=False, *, y, y_bar):
    return rt.structured_solve_adjoint_a(a, y, y_bar, lower, assume_a, transposed)


@adjoint(linalg.solve, "b")
def solve_b(a, b, lower=False, assume_a=None, transposed=False, *, y_bar):
    return rt.structured_solve_adjoint_b(a, b, y_bar, lower, assume_a, transposed)


@tangent(linalg.solve, "a")
def solve_a_tangent(a, a_dot, lower=False, assume_a=None, transposed=False, *, y):
    return rt.structured_solve_tangent_a(a, y, a_dot, lower, assume_a, transposed)


def _triangular(draw):
    for trans, lower, unit in ((0, False, False), (1, True, False), ("T", False, True), ("N", True, True)):
        yield (regular(draw, 3), draw(3), trans, lower, unit), {}
    yield (regular(draw, 3), draw(3, 2)), {"lower": True}
    yield (regular(draw, 2) + 1j * draw(2, 2), draw.complex(2)), {}


structural(linalg.solve_triangular, ignored=CHECK, multilinear=("b",), cases=_triangular)


@adjoint(linalg.solve_triangular, "a")
def solve_triangular_a(a, trans=0, lower=False, unit_diagonal=False, *, y, y_bar):
    return rt.solve_triangular_adjoint_a(a, y, y_bar, trans, lower, unit_diagonal)


@adjoint(linalg.solve_triangular, "b")
def solve_triangular_b(a, b, trans=0, lower=False, unit_diagonal=False, *, y_bar):
    return rt.solve_triangular_adjoint_b(a, b, y_bar, trans, lower, unit_diagonal)


@tangent(linalg.solve_triangular, "a")
def solve_triangular_a_tangent(a, a_dot, trans=0, lower=False, unit_diagonal=False, *, y):
    return rt.solve_triangular_tangent_a(a, y, a_dot, trans, lower, unit_diagonal)


def _factors(draw):
    yield (draw.spd(3) + 0.1 * draw(3, 3),), {}
    yield (draw.spd(3) + 0.1 * draw(3, 3), True), {}
    yield (draw.spd(2) + 0.3j * draw(2, 2),), {}


structural(linalg.cholesky, ignored=CHECK, cases=_factors)


@adjoint(linalg.cholesky)
def cholesky_(lower=False, *, y, y_bar):
    return rt.cholesky_adjoint(y, y_bar, not lower)


@tangent(linalg.cholesky)
def cholesky_tangent(a_dot, lower=False, *, y):
    return rt.cholesky_tangent(y, a_dot, not lower)


structural(linalg.cho_factor, ignored=(*CHECK, "lower"), cases=_factors)


@adjoint(linalg.cho_factor)
def cho_factor_(*, y, y_bar):
    return rt.cho_factor_adjoint(y, y_bar)


@tangent(linalg.cho_factor)
def cho_factor_tangent(a_dot, *, y):
    return rt.cho_factor_tangent(y, a_dot)


def _factored(draw):
    yield (linalg.cho_factor(draw.spd(3)), draw(3)), {}
    yield (linalg.cho_factor(draw.spd(3), lower=True), draw(3, 2)), {}
    yield ((np.tril(regular(draw, 2)) + 0j, True), draw.complex(2)), {}
    yield (linalg.cho_factor(draw.spd(2) + 0.3j * (np.eye(2)[::-1] * [1, -1])), draw.complex(2)), {}


structural(linalg.cho_solve, ignored=CHECK, multilinear=("b",), sequences=("c_and_lower",), cases=_factored)


@adjoint(linalg.cho_solve, "c_and_lower")
def cho_solve_c(c_and_lower, *, y, y_bar):
    return rt.cho_solve_adjoint_c(c_and_lower, y, y_bar)


@adjoint(linalg.cho_solve, "b")
def cho_solve_b(c_and_lower, b, *, y_bar):
    return rt.unbroadcast(np.conj(rt.lapack.cho_solve(c_and_lower, np.conj(y_bar))), b)


@tangent(linalg.cho_solve, "c_and_lower")
def cho_solve_c_tangent(c_and_lower, c_and_lower_dot, *, y):
    return rt.cho_solve_tangent_c(c_and_lower, y, c_and_lower_dot)


def _pivoted(draw):
    yield (draw(3, 3),), {}
    yield (draw.complex(3, 3),), {}


structural(linalg.lu_factor, ignored=CHECK, cases=_pivoted)


@adjoint(linalg.lu_factor)
def lu_factor_(*, y, y_bar):
    return rt.lu_factor_adjoint(y, y_bar)


@tangent(linalg.lu_factor)
def lu_factor_tangent(a_dot, *, y):
    return rt.lu_factor_tangent(y, a_dot)


def _packed(draw):
    yield (linalg.lu_factor(regular(draw, 3)[[2, 0, 1]]), draw(3)), {}
    yield (linalg.lu_factor(regular(draw, 3)[[1, 2, 0]]), draw(3, 2), 1), {}


structural(linalg.lu_solve, ignored=CHECK, multilinear=("b",), sequences=("lu_and_piv",), cases=_packed)


@adjoint(linalg.lu_solve, "lu_and_piv")
def lu_solve_lu(lu_and_piv, trans=0, *, y, y_bar):
    return rt.lu_solve_adjoint_lu(lu_and_piv, y, y_bar, trans)


@adjoint(linalg.lu_solve, "b")
def lu_solve_b(lu_and_piv, b, trans=0, *, y_bar):
    return rt.unbroadcast(rt.lapack.lu_solve(lu_and_piv, y_bar, {0: 1, 1: 0}[trans]), b)


@tangent(linalg.lu_solve, "lu_and_piv")
def lu_solve_lu_tangent(lu_and_piv, lu_and_piv_dot, trans=0, *, y):
    return rt.lu_solve_tangent_lu(lu_and_piv, y, lu_and_piv_dot, trans)


def _least_squares(draw):
    yield (draw(4, 2), draw(4)), {}
    yield (draw(4, 2), draw(4, 2)), {}
    yield (draw(2, 3), draw(2)), {}


structural(linalg.lstsq, ignored=CHECK, cases=_least_squares)


@adjoint(linalg.lstsq, "a")
def lstsq_a(a, b, cond=None, *, y, y_bar):
    return rt.lstsq_adjoint_a(a, b, y, y_bar, cond)


@adjoint(linalg.lstsq, "b")
def lstsq_b(a, b, cond=None, *, y, y_bar):
    return rt.lstsq_adjoint_b(a, b, y, y_bar, cond)


@tangent(linalg.lstsq, "a")
def lstsq_a_tangent(a, b, a_dot, cond=None, *, y):
    return rt.lstsq_tangent(a, b, y, a_dot, None, cond)


@tangent(linalg.lstsq, "b")
def lstsq_b_tangent(a, b, b_dot, cond=None, *, y):
    return rt.lstsq_tangent(a, b, y, None, b_dot, cond)


# inverses, determinants, norms


def _regulars(draw):
    yield (regular(draw, 3),), {}
    yield (regular(draw, 2) + 1j * draw(2, 2),), {}


structural(linalg.inv, ignored=CHECK, cases=_regulars)


@adjoint(linalg.inv, ranks=(2,))
def inv_matrix(*, y, y_bar):
    return -(y.T @ y_bar @ y.T)


@adjoint(linalg.inv)
def inv_(*, y, y_bar):
    return -(np.swapaxes(y, -1, -2) @ y_bar @ np.swapaxes(y, -1, -2))


@tangent(linalg.inv)
def inv_tangent(a_dot, *, y):
    return -(y @ a_dot @ y)


structural(linalg.det, ignored=CHECK, cases=_regulars)


@adjoint(linalg.det)
def det_(a, *, y, y_bar):
    return rt.det_adjoint(a, y, y_bar)


@tangent(linalg.det)
def det_tangent(a, a_dot, *, y):
    return rt.tangent_like(rt.det_tangent(a, y, a_dot), y)


def _rectangles(draw):
    yield (draw(3, 2),), {}
    yield (draw(2, 3),), {"rtol": 1e-8}
    yield (draw.complex(3, 2),), {}


structural(linalg.pinv, ignored=(*CHECK, "atol", "rtol"), cases=_rectangles)


@adjoint(linalg.pinv)
def pinv_(a, *, y, y_bar):
    return rt.pinv_adjoint(a, y, y_bar)


@tangent(linalg.pinv)
def pinv_tangent(a, a_dot, *, y):
    return rt.pinv_tangent(a, y, a_dot)


def _norms(draw):
    yield (draw(3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3), "nuc"), {}
    yield (draw(2, 3), 2, 0, True), {}


structural(linalg.norm, ignored=CHECK, cases=_norms)


@adjoint(linalg.norm)
def norm_(a, ord=None, axis=None, keepdims=False, *, y, y_bar):
    return rt.norm_adjoint(a, y, y_bar, ord, axis, keepdims)


@tangent(linalg.norm)
def norm_tangent(a, a_dot, ord=None, axis=None, keepdims=False, *, y):
    return rt.norm_tangent(a, y, a_dot, ord, axis, keepdims)


# decompositions


def _symmetric(draw):
    spread = np.diag(3.0 * np.arange(3))
    # the signs of the vectors that the default driver gives jump from one matrix to the next
    yield (draw(3, 3) + spread,), {"driver": "evd"}
    yield (draw(3, 3) + spread,), {"lower": False, "driver": "evd"}
    yield (draw(3, 3) + spread,), {"eigvals_only": True}


structural(linalg.eigh, ignored=(*CHECK, "driver"), cases=_symmetric)


@adjoint(linalg.eigh)
def eigh_(a, lower=True, *, y, y_bar):
    return rt.eigh_adjoint(y, y_bar, "L" if lower else "U")


@adjoint(linalg.eigh)
def eigh_or_values(a, lower=True, eigvals_only=False, *, y, y_bar):
    return (
        rt.eigvalsh_adjoint(a, y_bar, "L" if lower else "U")
        if eigvals_only
        else rt.eigh_adjoint(y, y_bar, "L" if lower else "U")
    )


@tangent(linalg.eigh)
def eigh_tangent(a, a_dot, lower=True, eigvals_only=False, *, y):
    return (
        rt.eigvalsh_tangent(a, a_dot, "L" if lower else "U")
        if eigvals_only
        else rt.eigh_tangent(y, a_dot, "L" if lower else "U")
    )


structural(
    linalg.eigvalsh,
    ignored=(*CHECK, "driver"),
    cases=lambda draw: [((draw(3, 3),), {}), ((draw(3, 3),), {"lower": False})],
)


@adjoint(linalg.eigvalsh)
def eigvalsh_(a, lower=True, *, y_bar):
    return rt.eigvalsh_adjoint(a, y_bar, "L" if lower else "U")


@tangent(linalg.eigvalsh)
def eigvalsh_tangent(a, a_dot, lower=True):
    return rt.eigvalsh_tangent(a, a_dot, "L" if lower else "U")


def _real_squares(draw):
    # the signs of complex vectors differ between single and double precision
    yield (draw(3, 3) * 0.2 + np.diag([1.0, 2.0, 4.0]),), {}


def _squares(draw):
    yield (draw(3, 3) * 0.2 + np.diag([1.0, 2.0, 4.0]),), {}
    yield (np.array([[0.3, 1.0, 0.2], [-1.5, 0.1, 0.4], [0.2, 0.3, 2.0]]),), {}
    yield (draw.complex(3, 3),), {}


structural(linalg.eig, ignored=CHECK, cases=_real_squares)


@adjoint(linalg.eig)
def eig_(a, *, y, y_bar):
    return rt.eig_adjoint(a, y, y_bar)


@tangent(linalg.eig)
def eig_tangent(a_dot, *, y):
    return rt.eig_tangent(y, a_dot)


structural(linalg.eigvals, ignored=CHECK, cases=_squares)


@adjoint(linalg.eigvals)
def eigvals_(a, *, y_bar):
    return rt.eigvals_adjoint(a, y_bar)


@tangent(linalg.eigvals)
def eigvals_tangent(a, a_dot, *, y):
    return rt.eigvals_tangent(a, y, a_dot)


def _svds(draw):
    yield (draw(3, 2), False), {}
    yield (draw(3, 3),), {}
    yield (draw(3, 2),), {"compute_uv": False}


structural(linalg.svd, ignored=(*CHECK, "lapack_driver"), cases=_svds)


@adjoint(linalg.svd)
def svd_(a, full_matrices=True, compute_uv=True, *, y, y_bar):
    return rt.svd_adjoint(a, y, y_bar, full_matrices, compute_uv)


@tangent(linalg.svd)
def svd_tangent(a, a_dot, full_matrices=True, compute_uv=True, *, y):
    return rt.svd_tangent(a, y, a_dot, full_matrices, compute_uv)


structural(linalg.svdvals, ignored=CHECK, cases=lambda draw: [((draw(3, 2),), {}), ((draw.complex(2, 2),), {})])


@adjoint(linalg.svdvals)
def svdvals_(a, *, y_bar):
    return rt.svdvals_adjoint(a, y_bar)


@tangent(linalg.svdvals)
def svdvals_tangent(a, a_dot):
    return rt.svdvals_tangent(a, a_dot)


def _qrs(draw):
    yield (draw(3, 2),), {"mode": "economic"}
    yield (draw(2, 3),), {}
    yield (draw(3, 3),), {}


structural(linalg.qr, ignored=(*CHECK, "lwork"), cases=_qrs)


@adjoint(linalg.qr)
def qr_(a, mode="full", *, y, y_bar):
    return rt.qr_adjoint(a, y, y_bar, {"full": "complete", "economic": "reduced"}.get(mode, "raw"))


@tangent(linalg.qr)
def qr_tangent(a, a_dot, mode="full", *, y):
    return rt.qr_tangent(a, y, a_dot, {"full": "complete", "economic": "reduced"}.get(mode, "raw"))


# functions of matrices, by the theorem on block matrices


def _well_behaved(draw):
    yield (0.3 * draw(3, 3) + np.diag([1.0, 1.5, 2.0]),), {}
    yield (0.2 * draw.complex(2, 2) + np.eye(2),), {}


def _matrix_function(name: str, adjoint_body: Any, tangent_body: Any) -> None:
    function = getattr(linalg, name)
    structural(function, cases=_well_behaved)
    adjoint(function)(adjoint_body)
    tangent(function)(tangent_body)


def expm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("expm", np.swapaxes(A, -1, -2), y_bar), A)


def expm_tangent(A, A_dot):
    return rt.frechet("expm", A, A_dot)


def logm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("logm", np.swapaxes(A, -1, -2), y_bar), A)


def logm_tangent(A, A_dot):
    return rt.frechet("logm", A, A_dot)


def sqrtm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("sqrtm", np.swapaxes(A, -1, -2), y_bar), A)


def sqrtm_tangent(A, A_dot):
    return rt.frechet("sqrtm", A, A_dot)


def sinm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("sinm", np.swapaxes(A, -1, -2), y_bar), A)


def sinm_tangent(A, A_dot):
    return rt.frechet("sinm", A, A_dot)


def cosm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("cosm", np.swapaxes(A, -1, -2), y_bar), A)


def cosm_tangent(A, A_dot):
    return rt.frechet("cosm", A, A_dot)


def sinhm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("sinhm", np.swapaxes(A, -1, -2), y_bar), A)


def sinhm_tangent(A, A_dot):
    return rt.frechet("sinhm", A, A_dot)


def coshm_(A, *, y_bar):
    return rt.unbroadcast(rt.frechet("coshm", np.swapaxes(A, -1, -2), y_bar), A)


def coshm_tangent(A, A_dot):
    return rt.frechet("coshm", A, A_dot)


_matrix_function("expm", expm_, expm_tangent)
_matrix_function("logm", logm_, logm_tangent)
_matrix_function("sqrtm", sqrtm_, sqrtm_tangent)
_matrix_function("sinm", sinm_, sinm_tangent)
_matrix_function("cosm", cosm_, cosm_tangent)
_matrix_function("sinhm", sinhm_, sinhm_tangent)
_matrix_function("coshm", coshm_, coshm_tangent)


def _fractions(draw):
    yield (0.3 * draw(3, 3) + np.diag([1.0, 1.5, 2.0]), 0.3), {}


# the exponent of a matrix has no adjoint here
structural(linalg.fractional_matrix_power, cases=_fractions)


@adjoint(linalg.fractional_matrix_power)
def fractional_matrix_power_(A, t, *, y_bar):
    return rt.unbroadcast(rt.frechet("fractional_matrix_power", np.swapaxes(A, -1, -2), y_bar, t), A)


@tangent(linalg.fractional_matrix_power)
def fractional_matrix_power_tangent(A, A_dot, t):
    return rt.frechet("fractional_matrix_power", A, A_dot, t)


def _directions(draw):
    yield ("expm", 0.3 * draw(2, 2), draw(2, 2)), {}
    yield ("sqrtm", 0.3 * draw(2, 2) + np.diag([1.0, 2.0]), draw(2, 2)), {}
    yield ("fractional_matrix_power", 0.3 * draw(2, 2) + np.diag([1.0, 2.0]), draw(2, 2), 0.3), {}


structural(rt.frechet, multilinear=("e",), cases=_directions)


@adjoint(rt.frechet, "a")
def frechet_a(name, a, e, options=(), *, y_bar):
    return rt.unbroadcast(rt.frechet_adjoint_a(name, a, e, y_bar, *options), a)


@adjoint(rt.frechet, "e")
def frechet_e(name, a, e, options=(), *, y_bar):
    return rt.unbroadcast(rt.frechet(name, np.swapaxes(a, -1, -2), y_bar, *options), e)


@tangent(rt.frechet, "a")
def frechet_a_tangent(name, a, e, a_dot, options=()):
    return rt.frechet_tangent_a(name, a, e, a_dot, *options)


# matrix equations


def _sylvesters(draw):
    yield (regular(draw, 3), regular(draw, 2), draw(3, 2)), {}
    yield (regular(draw, 2) + 1j * draw(2, 2), regular(draw, 2), draw.complex(2, 2)), {}


structural(linalg.solve_sylvester, multilinear=("q",), cases=_sylvesters)


@adjoint(linalg.solve_sylvester, "q")
def sylvester_q(a, b, q, *, y_bar):
    return rt.unbroadcast(rt.lapack.solve_sylvester(a.T, b.T, y_bar), q)


@adjoint(linalg.solve_sylvester, "a")
def sylvester_a(a, b, *, y, y_bar):
    return rt.unbroadcast(-rt.lapack.solve_sylvester(a.T, b.T, y_bar) @ y.T, a)


@adjoint(linalg.solve_sylvester, "b")
def sylvester_b(a, b, *, y, y_bar):
    return rt.unbroadcast(-y.T @ rt.lapack.solve_sylvester(a.T, b.T, y_bar), b)


@tangent(linalg.solve_sylvester, "a")
def sylvester_a_tangent(a, b, a_dot, *, y):
    return -rt.lapack.solve_sylvester(a, b, a_dot @ y)


@tangent(linalg.solve_sylvester, "b")
def sylvester_b_tangent(a, b, b_dot, *, y):
    return -rt.lapack.solve_sylvester(a, b, y @ b_dot)


def _lyapunovs(draw):
    yield (regular(draw, 3), draw(3, 3)), {}
    yield (regular(draw, 2) + 1j * draw(2, 2), draw.complex(2, 2)), {}


structural(linalg.solve_continuous_lyapunov, multilinear=("q",), cases=_lyapunovs)


@adjoint(linalg.solve_continuous_lyapunov, "q")
def continuous_lyapunov_q(a, q, *, y_bar):
    return rt.unbroadcast(rt.lapack.solve_continuous_lyapunov(a.T, y_bar), q)


@adjoint(linalg.solve_continuous_lyapunov, "a")
def continuous_lyapunov_a(a, *, y, y_bar):
    return rt.lyapunov_adjoint_a(rt.lapack.solve_continuous_lyapunov(a.T, y_bar), y)


@tangent(linalg.solve_continuous_lyapunov, "a")
def continuous_lyapunov_a_tangent(a, a_dot, *, y):
    return -rt.lapack.solve_continuous_lyapunov(a, a_dot @ y + y @ np.conj(a_dot.T))


def _discrete_lyapunovs(draw):
    yield (0.4 * draw(3, 3), draw(3, 3)), {}
    yield (0.3 * draw.complex(2, 2), draw.complex(2, 2)), {}


structural(linalg.solve_discrete_lyapunov, multilinear=("q",), ignored=("method",), cases=_discrete_lyapunovs)


@adjoint(linalg.solve_discrete_lyapunov, "q")
def discrete_lyapunov_q(a, q, *, y_bar):
    return rt.unbroadcast(rt.lapack.solve_discrete_lyapunov(a.T, y_bar), q)


@adjoint(linalg.solve_discrete_lyapunov, "a")
def discrete_lyapunov_a(a, *, y, y_bar):
    return rt.lyapunov_adjoint_a(rt.lapack.solve_discrete_lyapunov(a.T, y_bar), y, a)


@tangent(linalg.solve_discrete_lyapunov, "a")
def discrete_lyapunov_a_tangent(a, a_dot, *, y):
    return rt.lapack.solve_discrete_lyapunov(a, a_dot @ y @ np.conj(a.T) + a @ y @ np.conj(a_dot.T))


# special matrices


def _diagonals(draw):
    yield (draw(3),), {}
    yield (draw(3), draw(4)), {}
    yield (draw(4), draw(2)), {}
    yield (draw.complex(3),), {}


structural(linalg.toeplitz, cases=_diagonals)


@adjoint(linalg.toeplitz, "c")
def toeplitz_c(c, r=None, *, y_bar):
    return rt.toeplitz_adjoint_c(c, y_bar, r)


@adjoint(linalg.toeplitz, "r")
def toeplitz_r(r, *, y_bar):
    return rt.toeplitz_adjoint_r(r, y_bar)


@tangent(linalg.toeplitz, "c")
def toeplitz_c_tangent(c_dot, r=None):
    return rt.toeplitz_tangent_c(c_dot, r)


@tangent(linalg.toeplitz, "r")
def toeplitz_r_tangent(c, r_dot):
    return rt.lapack.toeplitz(c * 0, r_dot)


def _blocks(draw):
    yield (draw(2, 2), draw(1, 3)), {}
    yield (draw(2), draw(2, 1), draw(1, 1)), {}


structural(linalg.block_diag, cases=_blocks)


@adjoint(linalg.block_diag)
def block_diag_(arrs, *, y_bar):
    return rt.block_diag_adjoint(arrs, y_bar)


@tangent(linalg.block_diag)
def block_diag_tangent(arrs, arrs_dot):
    return rt.block_diag_tangent(arrs, arrs_dot)


_WITHOUT = """
bandwidth dft hadamard helmert hilbert invhilbert invpascal pascal ishermitian issymmetric find_best_blas_type
get_blas_funcs get_lapack_funcs
"""
nondifferentiable(*(getattr(linalg, name) for name in _WITHOUT.split() if hasattr(linalg, name)))
REASONS = {
    "the basis that it gives is arbitrary; use a projector, or the singular vectors of a thin svd": "null_space orth",
    "its vectors are known up to a sign that this driver chooses; use eigh of the whole matrix": """
eig_banded eigh_tridiagonal""",
    "no derivative of this decomposition is written down here; use qr, eigh, svd or cholesky": """
cdf2rdf cossin hessenberg ldl lu matrix_balance ordqz qr_delete qr_insert qr_multiply qr_update qz rq rsf2csf schur""",
    "it solves a Riccati equation; give the solver a derivative with srcgrad.implicit": "solve_continuous_are solve_discrete_are",
}
_REASON = {name: reason for reason, names in REASONS.items() for name in names.split()}
for _name in linalg.__all__:
    _function = getattr(linalg, _name, None)
    if callable(_function) and not isinstance(_function, type):
        if _function not in RULES and _function not in NONDIFFERENTIABLE:
            refused(
                _function,
                _REASON.get(_name)
                or f"scipy.linalg.{_name} has no rule; give it one, or stop the gradient of its argument",
            )
