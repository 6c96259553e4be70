"""numpy.linalg: solving, inverses, determinants, decompositions, norms, products; of stacks where NumPy takes them.

Where LAPACK reads one triangle of a symmetric matrix (cholesky, eigh, eigvalsh), the other triangle has the derivative
zero, as in the program that runs. Singular cases: `det` is exact for singular matrices; eigenvectors and singular
vectors of equal values have the derivative NaN; a norm at zero, a singular value at zero have the derivative zero; what
depends on the arbitrary phase of complex vectors, or on the arbitrary vectors of a null space, raises `LinAlgError`.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural, tangent

linalg = np.linalg
nondifferentiable(linalg.matrix_rank)


def regular(draw, n, *batch):
    """A matrix far from singular, and not symmetric."""
    return draw(*batch, n, n) * 0.5 + 2 * np.eye(n)


# solve


def _solves(draw):
    yield (regular(draw, 3), draw(3)), {}
    yield (regular(draw, 3), draw(3, 2)), {}
    yield (regular(draw, 2, 2), draw(2)), {}
    yield (regular(draw, 2), draw(3, 2, 2)), {}
    yield (regular(draw, 2, 3, 1), draw(4, 2, 1)), {}
    yield (regular(draw, 2) + 1j * draw(2, 2), draw.complex(2)), {}


structural(linalg.solve, multilinear=("b",), cases=_solves)


@adjoint(linalg.solve, "a", ranks=(2, 1))
def solve_a_vector(a, *, y, y_bar):
    return -np.outer(np.linalg.solve(a.T, y_bar), y)


@adjoint(linalg.solve, "b", ranks=(2, 1))
def solve_b_vector(a, b, *, y_bar):
    return rt.unbroadcast(np.linalg.solve(a.T, y_bar), b)


@adjoint(linalg.solve, "a", ranks=(2, 2))
def solve_a_matrix(a, *, y, y_bar):
    return -np.linalg.solve(a.T, y_bar) @ y.T


@adjoint(linalg.solve, "b", ranks=(2, 2))
def solve_b_matrix(a, b, *, y_bar):
    return rt.unbroadcast(np.linalg.solve(a.T, y_bar), b)


@adjoint(linalg.solve, "a")
def solve_a(a, *, y, y_bar):
    return rt.solve_adjoint_a(a, y, y_bar)


@adjoint(linalg.solve, "b")
def solve_b(a, b, *, y_bar):
    return rt.solve_adjoint_b(a, b, y_bar)


@tangent(linalg.solve, "a")
def solve_a_tangent(a, a_dot, *, y):
    return rt.solve_tangent_a(a, y, a_dot)


# inv, pinv, det, slogdet


def _regulars(draw):
    yield (regular(draw, 3),), {}
    yield (regular(draw, 2, 2, 1),), {}
    yield (regular(draw, 2) + 1j * draw(2, 2),), {}


structural(linalg.inv, cases=_regulars)


@adjoint(linalg.inv, ranks=(2,))
def inv_matrix(*, y, y_bar):
    return -(y.T @ y_bar @ y.T)


@adjoint(linalg.inv)
def inv_(*, y, y_bar):
    return -(np.swapaxes(y, -1, -2) @ y_bar @ np.swapaxes(y, -1, -2))


@tangent(linalg.inv)
def inv_tangent(a_dot, *, y):
    return -(y @ a_dot @ y)


def _pinvs(draw):
    yield (draw(3, 2),), {}
    yield (draw(2, 2, 3),), {}
    yield (draw(3, 2), 1e-10), {}
    yield (draw.complex(3, 2),), {}
    yield (draw.spd(3) + draw(3, 3) * 0.1,), {"hermitian": True}


structural(linalg.pinv, ignored=("rcond",), cases=_pinvs)


@adjoint(linalg.pinv)
def pinv_(a, hermitian=False, *, y, y_bar):
    return rt.pinv_adjoint(a, y, y_bar, hermitian)


@tangent(linalg.pinv)
def pinv_tangent(a, a_dot, hermitian=False, *, y):
    return rt.pinv_tangent(a, y, a_dot, hermitian)


def _determinants(draw):
    yield from _regulars(draw)
    yield (np.outer(draw(3), draw(3)),), {}
    yield (np.outer(draw(2), draw(2)),), {}
    yield (np.stack([np.outer(draw(2), draw(2)), regular(draw, 2)]),), {}
    yield (draw(1, 1),), {}


structural(linalg.det, cases=_determinants)


@adjoint(linalg.det)
def det_(a, *, y, y_bar):
    return rt.det_adjoint(a, y, y_bar)


@tangent(linalg.det)
def det_tangent(a, a_dot, *, y):
    return rt.det_tangent(a, y, a_dot)


structural(rt.cofactor, cases=_determinants)


@adjoint(rt.cofactor)
def cofactor_(a, *, y_bar):
    return rt.cofactor_adjoint(a, y_bar)


@tangent(rt.cofactor)
def cofactor_tangent(a, a_dot):
    return rt.cofactor_tangent(a, a_dot)


structural(linalg.slogdet, cases=_regulars)


@adjoint(linalg.slogdet)
def slogdet_(a, *, y, y_bar):
    return rt.slogdet_adjoint(a, y, y_bar)


@tangent(linalg.slogdet)
def slogdet_tangent(a, a_dot, *, y):
    return rt.slogdet_tangent(a, y, a_dot)


# least squares


def _lstsqs(draw):
    yield (draw(4, 2), draw(4)), {}
    yield (draw(4, 2), draw(4, 2)), {"rcond": None}
    yield (draw(2, 3), draw(2)), {}
    yield (draw(2, 2), draw(2, 1)), {"rcond": 1e-8}
    yield (draw.complex(3, 2), draw.complex(3)), {}


structural(linalg.lstsq, cases=_lstsqs)


@adjoint(linalg.lstsq, "a")
def lstsq_a(a, b, rcond=None, *, y, y_bar):
    return rt.lstsq_adjoint_a(a, b, y, y_bar, rcond)


@adjoint(linalg.lstsq, "b")
def lstsq_b(a, b, rcond=None, *, y, y_bar):
    return rt.lstsq_adjoint_b(a, b, y, y_bar, rcond)


@tangent(linalg.lstsq, "a")
def lstsq_a_tangent(a, b, a_dot, rcond=None, *, y):
    return rt.lstsq_tangent(a, b, y, a_dot, None, rcond)


@tangent(linalg.lstsq, "b")
def lstsq_b_tangent(a, b, b_dot, rcond=None, *, y):
    return rt.lstsq_tangent(a, b, y, None, b_dot, rcond)


# decompositions; complex vectors have an arbitrary phase, so that random adjoints of them cannot be tested here


def _positives(draw):
    yield (draw.spd(3) + 0.1 * draw(3, 3),), {}
    yield (draw.spd(2, 2),), {}
    yield (draw.spd(3) + 0.1 * draw(3, 3),), {"upper": True}
    yield (draw.spd(3) + 0.3j * draw(3, 3),), {}
    yield (draw.spd(3) + 0.3j * draw(3, 3),), {"upper": True}


structural(linalg.cholesky, cases=_positives)


@adjoint(linalg.cholesky)
def cholesky_(upper=False, *, y, y_bar):
    return rt.cholesky_adjoint(y, y_bar, upper)


@tangent(linalg.cholesky)
def cholesky_tangent(a_dot, upper=False, *, y):
    return rt.cholesky_tangent(y, a_dot, upper)


def _qrs(draw):
    yield (draw(3, 2),), {}
    yield (regular(draw, 3),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3, 2), "reduced"), {}
    yield (draw(3, 2),), {"mode": "r"}
    yield (draw(2, 4),), {"mode": "r"}
    yield (draw(2, 3),), {"mode": "complete"}
    yield (draw.complex(3, 2),), {}
    yield (draw.complex(2, 3),), {}


structural(linalg.qr, cases=_qrs)


@adjoint(linalg.qr)
def qr_(a, mode="reduced", *, y, y_bar):
    return rt.qr_adjoint(a, y, y_bar, mode)


@tangent(linalg.qr)
def qr_tangent(a, a_dot, mode="reduced", *, y):
    return rt.qr_tangent(a, y, a_dot, mode)


def _symmetric(draw):
    spread = np.diag(3.0 * np.arange(3))
    yield (draw(3, 3) + spread,), {}
    yield (draw(2, 2, 3, 3) + spread,), {}
    yield (draw(3, 3) + spread, "U"), {}


def _hermitian(draw):
    yield from _symmetric(draw)
    yield (draw.complex(3, 3),), {}
    yield (draw.complex(2, 3, 3), "U"), {}


structural(linalg.eigh, cases=_symmetric)


@adjoint(linalg.eigh)
def eigh_(UPLO="L", *, y, y_bar):
    return rt.eigh_adjoint(y, y_bar, UPLO)


@tangent(linalg.eigh)
def eigh_tangent(a_dot, UPLO="L", *, y):
    return rt.eigh_tangent(y, a_dot, UPLO)


structural(linalg.eigvalsh, cases=_hermitian)


@adjoint(linalg.eigvalsh)
def eigvalsh_(a, UPLO="L", *, y_bar):
    return rt.eigvalsh_adjoint(a, y_bar, UPLO)


@tangent(linalg.eigvalsh)
def eigvalsh_tangent(a, a_dot, UPLO="L"):
    return rt.eigvalsh_tangent(a, a_dot, UPLO)


def _real_squares(draw):
    # the signs of complex vectors differ between single and double precision
    yield (draw(3, 3) * 0.3 + np.diag([1.0, 2.0, 4.0]),), {}


def _squares(draw):
    yield (draw(3, 3) * 0.3 + np.diag([1.0, 2.0, 4.0]),), {}
    yield (np.array([[0.3, 1.0, 0.2], [-1.5, 0.1, 0.4], [0.2, 0.3, 2.0]]),), {}
    yield (draw(2, 2, 2) * 0.3 + np.diag([1.0, 2.0]),), {}
    yield (draw.complex(3, 3),), {}


structural(linalg.eig, cases=_real_squares)


@adjoint(linalg.eig)
def eig_(a, *, y, y_bar):
    return rt.eig_adjoint(a, y, y_bar)


@tangent(linalg.eig)
def eig_tangent(a_dot, *, y):
    return rt.eig_tangent(y, a_dot)


structural(linalg.eigvals, cases=_squares)


@adjoint(linalg.eigvals)
def eigvals_(a, *, y_bar):
    return rt.eigvals_adjoint(a, y_bar)


@tangent(linalg.eigvals)
def eigvals_tangent(a, a_dot, *, y):
    return rt.eigvals_tangent(a, y, a_dot)


def _svds(draw):
    yield (draw(3, 2), False), {}
    yield (draw(2, 3),), {"full_matrices": False}
    yield (draw(2, 3, 3),), {}
    yield (draw(3, 2),), {"compute_uv": False}
    yield (draw.complex(2, 2, 3), False, False), {}
    yield (draw(3, 3) + np.diag([2.0, -4.0, 8.0]),), {"hermitian": True}


structural(linalg.svd, cases=_svds)


@adjoint(linalg.svd)
def svd_(a, full_matrices=True, compute_uv=True, hermitian=False, *, y, y_bar):
    return rt.svd_adjoint(a, y, y_bar, full_matrices, compute_uv, hermitian)


@tangent(linalg.svd)
def svd_tangent(a, a_dot, full_matrices=True, compute_uv=True, hermitian=False, *, y):
    return rt.svd_tangent(a, y, a_dot, full_matrices, compute_uv, hermitian)


def _rectangles(draw):
    yield (draw(3, 2),), {}
    yield (draw(2, 2, 3),), {}
    yield (draw.complex(3, 3),), {}


structural(linalg.svdvals, cases=_rectangles)


@adjoint(linalg.svdvals)
def svdvals_(x, *, y_bar):
    return rt.svdvals_adjoint(x, y_bar)


@tangent(linalg.svdvals)
def svdvals_tangent(x, x_dot):
    return rt.svdvals_tangent(x, x_dot)


# norms and condition numbers


def _norms(draw):
    for order in (None, 1, 2, 3, 0.5, -1, -2, 0, np.inf, -np.inf):
        yield (draw.distinct(4) + 0.1, order), {}
        yield (draw.distinct(3, 2) + 0.1, order), {"axis": 1}
    for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        yield (draw(3, 2), order), {}
        yield (draw(2, 3, 2),), {"ord": order, "axis": (2, 0), "keepdims": True}
    yield (draw(2, 2, 2),), {}
    yield (draw(2, 3),), {"keepdims": True}
    yield (draw.complex(3),), {}
    yield (draw.complex(2, 2), 1), {}
    yield (draw.complex(2, 3), "nuc"), {}


structural(linalg.norm, cases=_norms)


@adjoint(linalg.norm)
def norm_plain(x, *, y, y_bar):
    return rt.norm_adjoint(x, y, y_bar)


@adjoint(linalg.norm)
def norm_(x, ord=None, axis=None, keepdims=False, *, y, y_bar):
    return rt.norm_adjoint(x, y, y_bar, ord, axis, keepdims)


@tangent(linalg.norm)
def norm_tangent(x, x_dot, ord=None, axis=None, keepdims=False, *, y):
    return rt.norm_tangent(x, y, x_dot, ord, axis, keepdims)


def _vector_norms(draw):
    yield (draw(3),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3, 2),), {"axis": (0, 2), "ord": 3}
    yield (draw(2, 3),), {"axis": 0, "keepdims": True, "ord": 1}
    yield (draw.distinct(2, 3) + 0.1,), {"ord": np.inf}
    yield (draw.complex(2, 3),), {"axis": 1}


structural(linalg.vector_norm, cases=_vector_norms)


@adjoint(linalg.vector_norm)
def vector_norm_(x, axis=None, keepdims=False, ord=2, *, y, y_bar):
    return rt.vector_norm_adjoint(x, y, y_bar, axis, keepdims, ord)


@tangent(linalg.vector_norm)
def vector_norm_tangent(x, x_dot, axis=None, keepdims=False, ord=2, *, y):
    return rt.vector_norm_tangent(x, y, x_dot, axis, keepdims, ord)


def _matrix_norms(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 2, 3),), {"ord": "nuc", "keepdims": True}
    yield (draw(2, 2, 3),), {"ord": 2}


structural(linalg.matrix_norm, cases=_matrix_norms)


@adjoint(linalg.matrix_norm)
def matrix_norm_(x, keepdims=False, ord="fro", *, y, y_bar):
    return rt.norm_adjoint(x, y, y_bar, ord, (-2, -1), keepdims)


@tangent(linalg.matrix_norm)
def matrix_norm_tangent(x, x_dot, keepdims=False, ord="fro", *, y):
    return rt.norm_tangent(x, y, x_dot, ord, (-2, -1), keepdims)


def _conds(draw):
    yield (draw(3, 2),), {}
    for p in (None, 2, -2, "fro", "nuc", 1, -1, np.inf, -np.inf):
        yield (regular(draw, 3), p), {}
    yield (regular(draw, 2, 2),), {}
    yield (regular(draw, 2, 2),), {"p": 1}


structural(linalg.cond, cases=_conds)


@adjoint(linalg.cond)
def cond_(x, p=None, *, y, y_bar):
    return rt.cond_adjoint(x, y, y_bar, p)


@tangent(linalg.cond)
def cond_tangent(x, x_dot, p=None, *, y):
    return rt.cond_tangent(x, y, x_dot, p)


# powers, chains, tensors


def _powers(draw):
    for n in (0, 1, 2, 5, -1, -3):
        yield (regular(draw, 3), n), {}
    yield (regular(draw, 2, 2), 3), {}


structural(linalg.matrix_power, cases=_powers)


@adjoint(linalg.matrix_power)
def matrix_power_(a, n, *, y_bar):
    return rt.matrix_power_adjoint(a, y_bar, n)


@tangent(linalg.matrix_power)
def matrix_power_tangent(a, a_dot, n):
    return rt.matrix_power_tangent(a, a_dot, n)


def _chains(draw):
    yield ([draw(2, 3), draw(3, 2)],), {}
    yield ([draw(3), draw(3, 2), draw(2)],), {}
    yield ([draw(3), draw(3)],), {}
    yield ([draw(2, 3), draw(3, 2), draw(2, 4), draw(4)],), {}


structural(linalg.multi_dot, sequences=("arrays",), cases=_chains)


@adjoint(linalg.multi_dot)
def multi_dot_(arrays, *, y_bar):
    return rt.multi_dot_adjoint(arrays, y_bar)


@tangent(linalg.multi_dot)
def multi_dot_tangent(arrays, arrays_dot):
    return rt.multi_dot_tangent(arrays, arrays_dot)


def _tensor_inverses(draw):
    yield (regular(draw, 6).reshape(2, 3, 6), 2), {}
    yield (regular(draw, 4).reshape(4, 2, 2),), {"ind": 1}


structural(linalg.tensorinv, cases=_tensor_inverses)


@adjoint(linalg.tensorinv)
def tensorinv_(a, ind=2, *, y, y_bar):
    return rt.tensorinv_adjoint(a, y, y_bar, ind)


@tangent(linalg.tensorinv)
def tensorinv_tangent(a_dot, ind=2, *, y):
    return rt.tensorinv_tangent(y, a_dot, ind)


def _tensor_systems(draw):
    yield (regular(draw, 6).reshape(2, 3, 6), draw(2, 3)), {}
    yield (regular(draw, 4).reshape(2, 2, 2, 2), draw(2, 2)), {"axes": (0, 2)}


structural(linalg.tensorsolve, multilinear=("b",), cases=_tensor_systems)


@adjoint(linalg.tensorsolve, "a")
def tensorsolve_a(a, axes=None, *, y, y_bar):
    return rt.tensorsolve_adjoint_a(a, y, y_bar, axes)


@adjoint(linalg.tensorsolve, "b")
def tensorsolve_b(a, b, axes=None, *, y_bar):
    return rt.tensorsolve_adjoint_b(a, b, y_bar, axes)


@tangent(linalg.tensorsolve, "a")
def tensorsolve_a_tangent(a, a_dot, axes=None, *, y):
    return rt.tensorsolve_tangent_a(a, y, a_dot, axes)


def _transposes(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 2, 3),), {}


structural(linalg.matrix_transpose, multilinear=("x",), cases=_transposes)


@adjoint(linalg.matrix_transpose, ranks=(2,))
def matrix_transpose_matrix(*, y_bar):
    return y_bar.T


@adjoint(linalg.matrix_transpose)
def matrix_transpose_(*, y_bar):
    return np.swapaxes(y_bar, -1, -2)


def _diagonals(draw):
    yield (draw(3, 3),), {}
    yield (draw(2, 3, 4),), {"offset": 1}
    yield (draw(3, 2),), {"offset": -1}


structural(linalg.diagonal, multilinear=("x",), cases=_diagonals)


@adjoint(linalg.diagonal)
def diagonal_(x, offset=0, *, y_bar):
    return rt.diagonal_adjoint(y_bar, x.shape, offset, -2, -1)


structural(linalg.trace, multilinear=("x",), cases=_diagonals)


@adjoint(linalg.trace)
def trace_(x, offset=0, *, y_bar):
    return rt.trace_adjoint(y_bar, x.shape, offset, -2, -1)


def _products(draw):
    yield (draw(3), draw(3)), {}
    yield (draw(2, 3), draw(3, 2)), {}
    yield (draw(2, 2, 3), draw(3)), {}
    yield (draw(3), draw(2, 3, 2)), {}


structural(linalg.matmul, multilinear=("x1", "x2"), cases=_products)


@adjoint(linalg.matmul, "x1", ranks=(2, 2))
def matmul_left_matrix(x2, *, y_bar):
    return y_bar @ x2.T


@adjoint(linalg.matmul, "x2", ranks=(2, 2))
def matmul_right_matrix(x1, *, y_bar):
    return x1.T @ y_bar


@adjoint(linalg.matmul, "x1")
def matmul_left(x1, x2, *, y_bar):
    return rt.matmul_left(y_bar, x1, x2)


@adjoint(linalg.matmul, "x2")
def matmul_right(x1, x2, *, y_bar):
    return rt.matmul_right(y_bar, x1, x2)


structural(linalg.outer, multilinear=("x1", "x2"), cases=lambda draw: [((draw(2), draw(3)), {})])


@adjoint(linalg.outer, "x1")
def outer_left(x1, x2, *, y_bar):
    return rt.outer_left(y_bar, x1, x2)


@adjoint(linalg.outer, "x2")
def outer_right(x1, x2, *, y_bar):
    return rt.outer_right(y_bar, x1, x2)


def _crosses(draw):
    yield (draw(3), draw(3)), {}
    yield (draw(2, 3), draw(3)), {}
    yield (draw(3, 2), draw(3, 2)), {"axis": 0}


structural(linalg.cross, multilinear=("x1", "x2"), cases=_crosses)


@adjoint(linalg.cross, "x1")
def cross_left(x1, x2, axis=-1, *, y_bar):
    return rt.cross_left(y_bar, x1, x2, axis, axis, axis)


@adjoint(linalg.cross, "x2")
def cross_right(x1, x2, axis=-1, *, y_bar):
    return rt.cross_right(y_bar, x1, x2, axis, axis, axis)


def _tensordots(draw):
    yield (draw(2, 3, 2), draw(3, 2, 2)), {}
    yield (draw(2, 3), draw(2, 4, 3)), {"axes": ([1, 0], [2, 0])}


structural(linalg.tensordot, multilinear=("x1", "x2"), cases=_tensordots)


@adjoint(linalg.tensordot, "x1")
def tensordot_left(x1, x2, axes=2, *, y_bar):
    return rt.tensordot_left(y_bar, x1, x2, axes)


@adjoint(linalg.tensordot, "x2")
def tensordot_right(x1, x2, axes=2, *, y_bar):
    return rt.tensordot_right(y_bar, x1, x2, axes)


def _vecdots(draw):
    yield (draw(3), draw(3)), {}
    yield (draw(2, 3), draw(3)), {}
    yield (draw(3, 2), draw(3, 2)), {"axis": 0}
    yield (draw.complex(3), draw.complex(3)), {}


structural(linalg.vecdot, multilinear=("x2",), cases=_vecdots)


@adjoint(linalg.vecdot, "x1")
def vecdot_left(x1, x2, axis=-1, *, y_bar):
    return rt.unbroadcast(np.conj(np.expand_dims(y_bar, axis) * x2), x1)


@adjoint(linalg.vecdot, "x2")
def vecdot_right(x1, x2, axis=-1, *, y_bar):
    return rt.unbroadcast(np.expand_dims(y_bar, axis) * np.conj(x1), x2)


@tangent(linalg.vecdot, "x1")
def vecdot_left_tangent(x2, x1_dot, axis=-1):
    return np.linalg.vecdot(x1_dot, x2, axis=axis)
