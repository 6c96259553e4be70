"""Adjoints and tangents of numpy.linalg that are longer than a line; decompositions and norms have files of their own.

All functions work on stacks of matrices (..., M, N) and are written without stores, so that they can be differentiated
again. Formulas are stated for G, the conjugate of the adjoint, for which dL = Re(sum(conj(G) * dA)); real matrices have
G = A_bar.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import decompositions, matrix_functions, norms, systems
from .adjoint import unbroadcast
from .decompositions import *  # noqa: F403
from .decompositions import adjugate, conjugate, fold_triangle, hermitian_part, transposed
from .matrix_functions import *  # noqa: F403
from .norms import *  # noqa: F403
from .systems import *  # noqa: F403

__all__ = [
    "solve_adjoint_a",
    "solve_adjoint_b",
    "solve_tangent_a",
    "det_adjoint",
    "det_tangent",
    "cofactor",
    "cofactor_adjoint",
    "cofactor_tangent",
    "slogdet_adjoint",
    "slogdet_tangent",
    "pinv_adjoint",
    "pinv_tangent",
    "lstsq_adjoint_a",
    "lstsq_adjoint_b",
    "lstsq_tangent",
    "tensorinv_adjoint",
    "tensorinv_tangent",
    "tensorsolve_adjoint_a",
    "tensorsolve_adjoint_b",
    "tensorsolve_tangent_a",
    "multi_dot_adjoint",
    "multi_dot_tangent",
    *decompositions.__all__,
    *matrix_functions.__all__,
    *norms.__all__,
    *systems.__all__,
]


def solve_adjoint_b(a: Any, b: Any, y_bar: Any) -> Any:
    """The adjoint of `b` in y = solve(a, b)."""
    if np.ndim(y_bar) == np.ndim(a) - 1:  # b is a vector
        return unbroadcast(np.linalg.solve(transposed(a), y_bar[..., None])[..., 0], b)
    return unbroadcast(np.linalg.solve(transposed(a), y_bar), b)


def solve_adjoint_a(a: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of `a` in y = solve(a, b)."""
    if np.ndim(y) == np.ndim(a) - 1:
        b_bar = np.linalg.solve(transposed(a), y_bar[..., None])
        return unbroadcast(-b_bar * y[..., None, :], a)
    return unbroadcast(-np.linalg.solve(transposed(a), y_bar) @ transposed(y), a)


def solve_tangent_a(a: Any, y: Any, a_dot: Any) -> Any:
    if np.ndim(y) == np.ndim(a) - 1:
        return -np.linalg.solve(a, a_dot @ y[..., None])[..., 0]
    return -np.linalg.solve(a, a_dot @ y)


def det_adjoint(a: Any, y: Any, y_bar: Any) -> Any:
    """y_bar times the matrix of cofactors, which is finite where `a` is singular."""
    if _well_conditioned(a, y):
        return (y_bar * y)[..., None, None] * transposed(np.linalg.inv(a))
    return np.asarray(y_bar)[..., None, None] * cofactor(a)


def det_tangent(a: Any, y: Any, a_dot: Any) -> Any:
    if _well_conditioned(a, y):
        return y * np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)
    return np.sum(cofactor(a) * a_dot, axis=(-2, -1))


def _well_conditioned(a: Any, determinant: Any) -> bool:
    """Whether the inverse of every matrix is accurate enough to make cofactors from."""
    if a.size == 0:
        return True
    if not np.all(determinant != 0) or not np.all(np.isfinite(determinant)):
        return False
    size = np.max(np.abs(a), axis=(-2, -1)) * np.max(np.abs(np.linalg.inv(a)), axis=(-2, -1))
    return bool(np.all(size * np.finfo(size.dtype).eps < 1e-8))


def cofactor(a: Any) -> Any:
    """The matrix of cofactors, det(a) * inv(a).T where `a` is regular; from the singular values, so that nothing is
    divided.

    >>> cofactor(np.array([[1.0, 2.0], [2.0, 4.0]])).round(12).tolist()
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    n = s.shape[-1]
    others = np.prod(np.where(np.eye(n, dtype=bool), np.ones((), s.dtype), s[..., None, :]), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return sign[..., None, None] * (np.conj(u * others[..., None, :]) @ np.conj(vh)) if n else a


def cofactor_adjoint(a: Any, y_bar: Any) -> Any:
    """The adjoint of `cofactor`, by minors: every cofactor is the determinant of `a` without one row and one column."""
    n = a.shape[-1]
    if n < 2:
        return a * 0
    keep = _without_one(n, a.dtype)  # (n, n - 1, n): keep[i] @ a is `a` without row i
    minors = np.einsum("iak,...kl,jbl->...ijab", keep, a, keep)
    minors_bar = (y_bar * _checkerboard(n, a.dtype))[..., None, None] * cofactor(minors)
    return np.einsum("iak,...ijab,jbl->...kl", keep, minors_bar, keep)


def cofactor_tangent(a: Any, a_dot: Any) -> Any:
    n = a.shape[-1]
    if n < 2:
        return a * 0
    keep = _without_one(n, a.dtype)
    minors = np.einsum("iak,...kl,jbl->...ijab", keep, a, keep)
    minors_dot = np.einsum("iak,...kl,jbl->...ijab", keep, a_dot, keep)
    return _checkerboard(n, a.dtype) * np.sum(cofactor(minors) * minors_dot, axis=(-2, -1))


def _without_one(n: int, dtype: Any) -> Any:
    return np.stack([np.delete(np.eye(n, dtype=dtype), i, axis=0) for i in range(n)])


def _checkerboard(n: int, dtype: Any) -> Any:
    return (1 - 2 * (np.add.outer(np.arange(n), np.arange(n)) % 2)).astype(dtype)


def slogdet_adjoint(a: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of `a` in sign, logabsdet = slogdet(a). Only for complex matrices does the sign have a derivative."""
    sign_bar, log_bar = y_bar[0], y_bar[1]
    if sign_bar is not None and np.iscomplexobj(a):
        turn = 1j * np.imag(sign_bar * y[0])
        log_bar = turn if log_bar is None else log_bar + turn
    if log_bar is None:
        return a * 0
    return np.asarray(log_bar)[..., None, None] * transposed(np.linalg.inv(a))


def slogdet_tangent(a: Any, y: Any, a_dot: Any) -> Any:
    t = np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)
    if np.iscomplexobj(a):
        return y[0] * 1j * np.imag(t), np.real(t)
    return y[0] * 0, t


def pinv_adjoint(a: Any, y: Any, y_bar: Any, hermitian: bool = False) -> Any:
    """The adjoint of `a` in y = pinv(a), where the rank of `a` does not change nearby [Golub and Pereyra 1973]."""
    if hermitian:
        return fold_triangle(_pinv_adjoint(hermitian_part(a), y, y_bar), "L")
    return _pinv_adjoint(a, y, y_bar)


def _pinv_adjoint(a: Any, y: Any, y_bar: Any) -> Any:
    p, g_h = y, transposed(y_bar)
    p_h = adjugate(p)
    k = g_h @ p
    k_ph = k @ p_h
    result = k_ph - adjugate(p @ k) - (a @ p) @ k_ph + (p_h @ p) @ (g_h - k @ a)
    return conjugate(result)


def pinv_tangent(a: Any, y: Any, a_dot: Any, hermitian: bool = False) -> Any:
    if hermitian:
        a, a_dot = hermitian_part(a), hermitian_part(a_dot)
    d_h, p_h = adjugate(a_dot), adjugate(y)
    left, right = d_h @ (p_h @ y), (y @ p_h) @ d_h
    return right - (right @ a) @ y + left - y @ (a @ left) - y @ a_dot @ y


def lstsq_adjoint_a(a: Any, b: Any, y: Any, y_bar: Any, rcond: Any = None) -> Any:
    """The adjoint of `a` in x, residuals, rank, s = lstsq(a, b); of `x` by way of the pseudo-inverse."""
    x = y[0] if np.ndim(b) == 2 else y[0][:, None]
    rhs = b if np.ndim(b) == 2 else b[:, None]
    a_bar = a * 0
    if y_bar[0] is not None:
        x_bar = y_bar[0] if np.ndim(b) == 2 else y_bar[0][:, None]
        p = np.linalg.pinv(a, rcond=_cutoff(a, rcond))
        a_bar = a_bar + _pinv_adjoint(a, p, x_bar @ rhs.T)
    if y_bar[1] is not None and y[1].size:
        r = rhs - a @ x
        a_bar = a_bar - 2 * (conjugate(r) * y_bar[1]) @ x.T
    if y_bar[3] is not None:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        a_bar = a_bar + conjugate((u * np.where(s == 0, 0, y_bar[3])) @ vh)
    return unbroadcast(a_bar, a)


def lstsq_adjoint_b(a: Any, b: Any, y: Any, y_bar: Any, rcond: Any = None) -> Any:
    b_bar = b * 0
    if y_bar[0] is not None:
        b_bar = b_bar + np.linalg.pinv(a, rcond=_cutoff(a, rcond)).T @ y_bar[0]
    if y_bar[1] is not None and y[1].size:
        r = b - a @ y[0]
        b_bar = b_bar + 2 * conjugate(r) * y_bar[1]
    return unbroadcast(b_bar, b)


def lstsq_tangent(a: Any, b: Any, y: Any, a_dot: Any, b_dot: Any, rcond: Any = None) -> Any:
    """The tangent of lstsq in both arguments; `a_dot` or `b_dot` may be None. The rank has the tangent zero."""
    p = np.linalg.pinv(a, rcond=_cutoff(a, rcond))
    x_dot, rhs_dot, s_dot = y[0] * 0, b * 0, y[3] * 0
    if a_dot is not None:
        x_dot = x_dot + pinv_tangent(a, p, a_dot) @ b
        rhs_dot = rhs_dot - a_dot @ y[0]
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        s_dot = np.where(s == 0, 0, np.real(np.diagonal(adjugate(u) @ a_dot @ adjugate(vh))))
    if b_dot is not None:
        x_dot = x_dot + p @ b_dot
        rhs_dot = rhs_dot + b_dot
    if not y[1].size:
        return x_dot, y[1] * 0, 0, s_dot
    r_dot = 2 * np.real(np.sum(conjugate(b - a @ y[0]) * rhs_dot, axis=0))
    return x_dot, np.reshape(r_dot, np.shape(y[1])), 0, s_dot


def _cutoff(a: Any, rcond: Any) -> Any:
    """The relative size below which lstsq takes a singular value for zero."""
    eps = np.finfo(a.dtype).eps
    return eps * max(a.shape) if rcond is None else eps if rcond == -1 else rcond


def tensorinv_adjoint(a: Any, y: Any, y_bar: Any, ind: int = 2) -> Any:
    n = int(np.prod(a.shape[ind:]))
    inverse_t = y.reshape(n, -1).T
    return -(inverse_t @ y_bar.reshape(n, -1) @ inverse_t).reshape(a.shape)


def tensorinv_tangent(y: Any, a_dot: Any, ind: int = 2) -> Any:
    n = int(np.prod(a_dot.shape[ind:]))
    inverse = y.reshape(n, -1)
    return -(inverse @ a_dot.reshape(-1, n) @ inverse).reshape(y.shape)


def _tensorsolve_order(ndim: int, axes: Any) -> list[int]:
    """The order of the axes of `a` that tensorsolve works with: the named ones go to the end."""
    order = list(range(ndim))
    for axis in axes or ():
        order.remove(axis)
        order.append(axis)
    return order


def tensorsolve_adjoint_b(a: Any, b: Any, y_bar: Any, axes: Any = None) -> Any:
    matrix = np.transpose(a, _tensorsolve_order(a.ndim, axes)).reshape(b.size, -1)
    return unbroadcast(np.linalg.solve(matrix.T, y_bar.reshape(-1)).reshape(b.shape), b)


def tensorsolve_adjoint_a(a: Any, y: Any, y_bar: Any, axes: Any = None) -> Any:
    order = _tensorsolve_order(a.ndim, axes)
    moved = np.transpose(a, order)
    matrix = moved.reshape(y.size, -1)
    b_bar = np.linalg.solve(matrix.T, y_bar.reshape(-1))
    moved_bar = -np.outer(b_bar, y.reshape(-1)).reshape(moved.shape)
    return unbroadcast(np.transpose(moved_bar, sorted(range(len(order)), key=order.__getitem__)), a)


def tensorsolve_tangent_a(a: Any, y: Any, a_dot: Any, axes: Any = None) -> Any:
    order = _tensorsolve_order(a.ndim, axes)
    matrix = np.transpose(a, order).reshape(y.size, -1)
    matrix_dot = np.transpose(a_dot, order).reshape(y.size, -1)
    return -np.linalg.solve(matrix, matrix_dot @ y.reshape(-1)).reshape(y.shape)


def multi_dot_adjoint(arrays: Any, y_bar: Any) -> list[Any]:
    """The adjoints of all the matrices of a chain; the first and the last may be vectors."""
    last = len(arrays) - 1
    rows = arrays[0] if np.ndim(arrays[0]) == 2 else arrays[0][None, :]
    columns = arrays[last] if np.ndim(arrays[last]) == 2 else arrays[last][:, None]
    chain = [rows, *arrays[1:last], columns]
    seed = np.reshape(y_bar, (rows.shape[0], columns.shape[1]))
    turned = [x.T for x in chain]
    result = []
    for i in range(last + 1):
        left = turned[:i]
        right = turned[i + 1 :]
        product = np.linalg.multi_dot([*left[::-1], seed, *right[::-1]])
        result.append(unbroadcast(product.reshape(np.shape(arrays[i])), arrays[i]))
    return result


def multi_dot_tangent(arrays: Any, arrays_dot: Any) -> Any:
    total = None
    for i, dot in enumerate(arrays_dot):
        if dot is not None:
            part = np.linalg.multi_dot([*arrays[:i], dot, *arrays[i + 1 :]])
            total = part if total is None else total + part
    return total
