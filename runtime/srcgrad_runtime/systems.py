"""Adjoints of linear systems and factorisations of scipy.linalg: triangular, packed, of known structure.

Written without stores, so that they can be differentiated again. A triangle that LAPACK does not read gets zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import lapack
from .adjoint import unbroadcast
from .decompositions import (
    Triangle,
    cholesky_adjoint,
    cholesky_tangent,
    conjugate,
    fold_triangle,
    hermitian_part,
    transposed,
)

__all__ = [
    "lapack",
    "structured_solve_adjoint_a",
    "structured_solve_adjoint_b",
    "structured_solve_tangent_a",
    "solve_triangular_adjoint_a",
    "solve_triangular_adjoint_b",
    "solve_triangular_tangent_a",
    "cho_factor_adjoint",
    "cho_factor_tangent",
    "cho_solve_adjoint_c",
    "cho_solve_tangent_c",
    "lu_factor_adjoint",
    "lu_factor_tangent",
    "lu_solve_adjoint_lu",
    "lu_solve_tangent_lu",
    "lyapunov_adjoint_a",
    "toeplitz_adjoint_c",
    "toeplitz_adjoint_r",
    "toeplitz_tangent_c",
    "block_diag_adjoint",
    "block_diag_tangent",
]

_SYMMETRIC = ("pos", "positive definite", "sym", "symmetric", "her", "hermitian")


def _triangle(lower: bool) -> Triangle:
    return "L" if lower else "U"


def _seen(a: Any, assume_a: Any, lower: bool) -> Any:
    """The matrix that `solve` works with when it is told the structure of `a`."""
    if assume_a in (None, "gen", "general"):
        return a
    if assume_a not in _SYMMETRIC or assume_a.startswith("sym") and np.iscomplexobj(a):
        raise NotImplementedError(f"solve with assume_a={assume_a!r} has no derivative here; leave assume_a out")
    return hermitian_part(a, _triangle(lower))


def outer(b_bar: Any, y: Any) -> Any:
    """The product of a column and a row, for vectors and for matrices of columns."""
    return b_bar[:, None] * y if np.ndim(y) == 1 else b_bar @ y.T


def structured_solve_adjoint_b(
    a: Any, b: Any, y_bar: Any, lower: bool = False, assume_a: Any = None, turned: bool = False
) -> Any:
    matrix = _seen(a, assume_a, lower)
    return unbroadcast(np.linalg.solve(matrix if turned else matrix.T, y_bar), b)


def structured_solve_adjoint_a(
    a: Any, y: Any, y_bar: Any, lower: bool = False, assume_a: Any = None, turned: bool = False
) -> Any:
    matrix = _seen(a, assume_a, lower)
    b_bar = np.linalg.solve(matrix if turned else matrix.T, y_bar)
    g = -outer(y, b_bar) if turned else -outer(b_bar, y)
    if assume_a in _SYMMETRIC:
        g = conjugate(fold_triangle(conjugate(g), _triangle(lower)))
    return unbroadcast(g, a)


def structured_solve_tangent_a(
    a: Any, y: Any, a_dot: Any, lower: bool = False, assume_a: Any = None, turned: bool = False
) -> Any:
    matrix, dot = _seen(a, assume_a, lower), _seen(a_dot, assume_a, lower)
    return -np.linalg.solve(matrix.T, dot.T @ y) if turned else -np.linalg.solve(matrix, dot @ y)


def _read(a: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The triangle that solve_triangular reads, the rest zero."""
    return np.tril(a, -1 if unit_diagonal else 0) if lower else np.triu(a, 1 if unit_diagonal else 0)


def _turn(trans: Any) -> bool:
    """Whether the system is one with the transposed matrix."""
    if trans in (2, "C"):
        raise NotImplementedError("trans='C' has no derivative here; conjugate the matrix and write trans='T'")
    return trans in (1, "T")


def solve_triangular_adjoint_b(
    a: Any, b: Any, y_bar: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    other = 0 if _turn(trans) else 1
    return unbroadcast(lapack.solve_triangular(a, y_bar, trans=other, lower=lower, unit_diagonal=unit_diagonal), b)


def solve_triangular_adjoint_a(
    a: Any, y: Any, y_bar: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    turned = _turn(trans)
    other = 0 if turned else 1
    b_bar = lapack.solve_triangular(a, y_bar, trans=other, lower=lower, unit_diagonal=unit_diagonal)
    g = -outer(y, b_bar) if turned else -outer(b_bar, y)
    return unbroadcast(_read(g, lower, unit_diagonal), a)


def solve_triangular_tangent_a(
    a: Any, y: Any, a_dot: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    dot = _read(a_dot, lower, unit_diagonal)
    rhs = -(dot.T @ y) if _turn(trans) else -(dot @ y)
    return lapack.solve_triangular(a, rhs, trans=trans, lower=lower, unit_diagonal=unit_diagonal)


def cho_factor_adjoint(y: Any, y_bar: Any) -> Any:
    """The adjoint of `a` in (c, lower) = cho_factor(a); the triangle of c that is not the factor is that of `a`."""
    c, lower, c_bar = y[0], y[1], y_bar[0]
    factor = np.tril(c) if lower else np.triu(c)
    g = cholesky_adjoint(factor, np.tril(c_bar) if lower else np.triu(c_bar), not lower)
    return g + (np.triu(c_bar, 1) if lower else np.tril(c_bar, -1))


def cho_factor_tangent(y: Any, a_dot: Any) -> Any:
    c, lower = y[0], y[1]
    factor_dot = cholesky_tangent(np.tril(c) if lower else np.triu(c), a_dot, not lower)
    return factor_dot + (np.triu(a_dot, 1) if lower else np.tril(a_dot, -1)), None


def cho_solve_adjoint_c(c_and_lower: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of the factor in x = cho_solve((c, lower), b), as a pair."""
    c, lower = c_and_lower[0], c_and_lower[1]
    b_bar = conjugate(lapack.cho_solve((c, lower), conjugate(y_bar)))
    g = outer(b_bar, y)
    if lower:  # A = L L^H
        return np.tril(-(g + conjugate(g.T)) @ conjugate(np.tril(c))), None
    return np.triu(-conjugate(np.triu(c)) @ (g + conjugate(g.T))), None


def cho_solve_tangent_c(c_and_lower: Any, y: Any, c_and_lower_dot: Any) -> Any:
    c, lower, dot = c_and_lower[0], c_and_lower[1], c_and_lower_dot[0]
    if lower:
        half = np.tril(dot) @ conjugate(np.tril(c)).T
    else:
        half = conjugate(np.triu(dot)).T @ np.triu(c)
    return -lapack.cho_solve((c, lower), (half + conjugate(half.T)) @ y)


def _unpacked(lu: Any) -> tuple[Any, Any]:
    """The unit lower and the upper triangular factor that are stored in one matrix."""
    return np.tril(lu, -1) + np.eye(lu.shape[0], dtype=lu.dtype), np.triu(lu)


def _order(piv: Any) -> Any:
    """The order of the rows that LAPACK's interchanges lead to: row i of P A is row order[i] of A."""
    order = list(range(len(piv)))
    for i, other in enumerate(piv.tolist()):
        first, second = order[i], order[other]
        order[i], order[other] = second, first
    return np.array(order)


def lu_factor_adjoint(y: Any, y_bar: Any) -> Any:
    """The adjoint of a square `a` in (lu, piv) = lu_factor(a), with P A = L U."""
    lower, upper = _unpacked(y[0])
    inner = np.tril(lower.T @ np.tril(y_bar[0], -1), -1) + np.triu(np.triu(y_bar[0]) @ upper.T)
    g = np.linalg.solve(lower.T, transposed(np.linalg.solve(upper, inner.T)))
    return g[np.argsort(_order(y[1]))]


def lu_factor_tangent(y: Any, a_dot: Any) -> Any:
    lower, upper = _unpacked(y[0])
    inner = transposed(np.linalg.solve(upper.T, np.linalg.solve(lower, a_dot[_order(y[1])]).T))
    return lower @ np.tril(inner, -1) + np.triu(inner) @ upper, None


def lu_solve_adjoint_lu(lu_and_piv: Any, y: Any, y_bar: Any, trans: Any = 0) -> Any:
    """The adjoint of the factors in x = lu_solve((lu, piv), b), as a pair."""
    turned = _turn(trans)
    b_bar = lapack.lu_solve(lu_and_piv, y_bar, trans=0 if turned else 1)
    g = -outer(y, b_bar) if turned else -outer(b_bar, y)
    g = g[_order(lu_and_piv[1])]
    lower, upper = _unpacked(lu_and_piv[0])
    return np.tril(g @ upper.T, -1) + np.triu(lower.T @ g), None


def lu_solve_tangent_lu(lu_and_piv: Any, y: Any, lu_and_piv_dot: Any, trans: Any = 0) -> Any:
    dot = lu_and_piv_dot[0]
    lower, upper = _unpacked(lu_and_piv[0])
    whole = (np.tril(dot, -1) @ upper + lower @ np.triu(dot))[np.argsort(_order(lu_and_piv[1]))]
    return -lapack.lu_solve(lu_and_piv, (whole.T if _turn(trans) else whole) @ y, trans=trans)


def lyapunov_adjoint_a(q_bar: Any, y: Any, a: Any = None) -> Any:
    """The adjoint of `a` in a x + x a^H = q; with `a` given, in x = a x a^H + q."""
    if a is None:
        return -(q_bar @ y.T + conjugate(q_bar.T @ y))
    return q_bar @ conjugate(a) @ y.T + conjugate(q_bar.T @ a @ y)


def _diagonal_sums(y_bar: Any, count: int, sign: int, first: int = 0) -> Any:
    """The sums along the diagonals 0, 1, ... above (sign 1) or below (sign -1) the main one; 0 before `first`."""
    return np.stack([np.trace(y_bar, offset=sign * k) if k >= first else y_bar[0, 0] * 0 for k in range(count)])


def toeplitz_adjoint_c(c: Any, y_bar: Any, r: Any = None) -> Any:
    if np.size(c) == 0:
        return np.zeros_like(c)
    c = np.atleast_1d(c) if np.ndim(c) == 0 else c
    total = _diagonal_sums(y_bar, len(c), -1)
    if r is None:  # the first row is conj(c)
        total = total + conjugate(_diagonal_sums(y_bar, len(c), 1, first=1))
    return unbroadcast(total, c)


def toeplitz_adjoint_r(r: Any, y_bar: Any) -> Any:
    if np.size(r) == 0:
        return np.zeros_like(r)
    return unbroadcast(_diagonal_sums(y_bar, len(r), 1, first=1), r)


def toeplitz_tangent_c(c_dot: Any, r: Any = None) -> Any:
    return lapack.toeplitz(c_dot, None if r is None else r * 0)


def block_diag_adjoint(arrs: Any, y_bar: Any) -> list[Any]:
    result = []
    row = column = 0
    for x in arrs:
        height, width = (1,) * (2 - np.ndim(x)) + np.shape(x)
        result.append(unbroadcast(np.reshape(y_bar[row : row + height, column : column + width], np.shape(x)), x))
        row, column = row + height, column + width
    return result


def block_diag_tangent(arrs: Any, arrs_dot: Any) -> Any:
    return lapack.block_diag(*[x * 0 if dot is None else dot for x, dot in zip(arrs, arrs_dot, strict=True)])
