"""Adjoints and tangents of the matrix decompositions: Cholesky, QR, eigenvalues, singular values.

All functions work on stacks of matrices (..., M, N) and are written without stores, so that they can be differentiated
again. Formulas are stated for G, the conjugate of the adjoint, for which dL = Re(sum(conj(G) * dA)); real matrices have
G = A_bar. The triangle of a symmetric matrix that LAPACK does not read gets zero: that is the derivative of the program
as it runs.

Eigenvectors and singular vectors have no derivative where eigenvalues coincide. An adjoint that uses such vectors is
NaN; one that uses the eigenvalues alone is finite. The phase of complex vectors is arbitrary: an adjoint that depends
on it raises `LinAlgError`. References: [Giles 2008], [Walter and Lehmann 2010], [Townsend 2016], [Murray 2016].
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .adjoint import unbroadcast
from .transposition import tangent_like

Triangle = Literal["L", "U", "l", "u"]

__all__ = [
    "cholesky_adjoint",
    "cholesky_tangent",
    "qr_adjoint",
    "qr_tangent",
    "eigh_adjoint",
    "eigh_tangent",
    "eigvalsh_adjoint",
    "eigvalsh_tangent",
    "eig_adjoint",
    "eig_tangent",
    "eigvals_adjoint",
    "eigvals_tangent",
    "svd_adjoint",
    "svd_tangent",
    "svdvals_adjoint",
    "svdvals_tangent",
]


def transposed(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def conjugate(a: Any) -> Any:
    """The conjugate; the value itself where it is real."""
    return np.conj(a) if np.iscomplexobj(a) else a


def adjugate(a: Any) -> Any:
    """The conjugate transpose."""
    return conjugate(np.swapaxes(a, -1, -2))


def diagonal_part(a: Any) -> Any:
    """The matrix with everything off the diagonal set to zero."""
    return np.tril(np.triu(a))


def hermitian_part(a: Any, UPLO: Triangle = "L") -> Any:
    """The Hermitian matrix whose lower (or upper) triangle is that of `a`: what eigh and cholesky see."""
    if UPLO in ("L", "l"):
        result = np.tril(a) + adjugate(np.tril(a, -1))
    else:
        result = np.triu(a) + adjugate(np.triu(a, 1))
    return result - 1j * np.imag(diagonal_part(result)) if np.iscomplexobj(a) else result


def fold_triangle(g: Any, UPLO: Triangle = "L") -> Any:
    """The adjoint of `hermitian_part`: from the adjoint of the whole matrix to that of its triangle."""
    if UPLO in ("L", "l"):
        result = np.tril(g) + conjugate(np.tril(transposed(g), -1))
    else:
        result = np.triu(g) + conjugate(np.triu(transposed(g), 1))
    return result - 1j * np.imag(diagonal_part(result)) if np.iscomplexobj(g) else result


def over_gap(numerator: Any, gap: Any, used: Any) -> Any:
    """numerator / gap off the diagonal; where the gap is zero, NaN for vectors that are used and 0 for others."""
    off = ~np.eye(gap.shape[-1], dtype=bool)
    tie = (gap == 0) & off
    ratio = np.where(off & ~tie, numerator, 0) / np.where(gap == 0, 1, gap)
    if np.any(tie & used):
        ratio = np.where(tie & used, np.nan, ratio).astype(ratio.dtype)
    return ratio


def columns_used(g: Any) -> Any:
    """(..., M, N) -> (..., 1, N): which columns of an adjoint are not zero throughout."""
    return np.any(g != 0, axis=-2)[..., None, :]


def check_phase(overlap: Any) -> None:
    """Raise unless the adjoint of complex vectors ignores a change of phase (`overlap` is the diagonal of V^H G)."""
    phase, size = np.abs(np.imag(overlap)), np.abs(overlap)
    if np.any(phase > 1e3 * np.sqrt(np.finfo(size.dtype).eps) * np.maximum(np.max(size, initial=0), 1e-3)):
        raise np.linalg.LinAlgError(
            "the derivative depends on the phases of complex eigenvectors or singular vectors, which are arbitrary"
        )


def cholesky_adjoint(y: Any, y_bar: Any, upper: bool = False) -> Any:
    lower = adjugate(y) if upper else y
    g = transposed(y_bar) if upper else conjugate(y_bar)
    p = np.tril(adjugate(lower) @ g)
    p = p - 0.5 * diagonal_part(p)
    s = np.linalg.solve(adjugate(lower), p)
    s = np.linalg.solve(adjugate(lower), adjugate(s))  # L^-H P^H L^-1
    s = s + adjugate(s)
    g = np.tril(s) - 0.5 * diagonal_part(s)
    return transposed(g) if upper else conjugate(g)


def cholesky_tangent(y: Any, a_dot: Any, upper: bool = False) -> Any:
    lower = adjugate(y) if upper else y
    s = np.linalg.solve(lower, hermitian_part(a_dot, "U" if upper else "L"))
    s = np.tril(np.linalg.solve(lower, adjugate(s)))
    lower_dot = lower @ (s - 0.5 * diagonal_part(s))
    return adjugate(lower_dot) if upper else lower_dot


def qr_adjoint(a: Any, y: Any, y_bar: Any, mode: str = "reduced") -> Any:
    """The adjoint of `a` for the modes reduced, complete and r, where the leading square block of R is regular."""
    if mode == "r":
        q, q_bar, r_bar = np.linalg.qr(a)[0], None, y_bar
        r = y
    elif mode in ("reduced", "complete"):
        q, r, q_bar, r_bar = y[0], y[1], y_bar[0], y_bar[1]
    else:
        raise NotImplementedError(f"qr with mode={mode!r} has no derivative; use mode='reduced'")
    m, n = a.shape[-2], a.shape[-1]
    if mode == "complete" and m > n:
        if q_bar is not None and np.any(q_bar[..., n:] != 0):
            raise np.linalg.LinAlgError("the last columns of a complete Q are arbitrary; use mode='reduced'")
        q, r = q[..., :n], r[..., :n, :]
        q_bar = None if q_bar is None else q_bar[..., :n]
        r_bar = None if r_bar is None else r_bar[..., :n, :]
    g_q = q * 0 if q_bar is None else conjugate(q_bar)
    g_r = r * 0 if r_bar is None else conjugate(r_bar)
    if m >= n:
        return unbroadcast(conjugate(_qr_adjoint_tall(q, r, g_q, g_r)), a)
    # A = [X, Z] with X square: X = Q R1, and R2 = Q^H Z
    z, g_r2 = q @ r[..., m:], g_r[..., m:]
    g_x = _qr_adjoint_tall(q, r[..., :m], g_q + z @ adjugate(g_r2), g_r[..., :m])
    return unbroadcast(conjugate(np.concatenate((g_x, q @ g_r2), axis=-1)), a)


def _qr_adjoint_tall(q: Any, r: Any, g_q: Any, g_r: Any) -> Any:
    s = np.triu(g_r @ adjugate(r) - adjugate(q) @ g_q)
    s = s + adjugate(s)
    g = g_q + q @ (s - 0.5 * diagonal_part(s))
    return adjugate(np.linalg.solve(r, adjugate(g)))


def qr_tangent(a: Any, y: Any, a_dot: Any, mode: str = "reduced") -> Any:
    m, n = a.shape[-2], a.shape[-1]
    if mode == "r":
        q, r = np.linalg.qr(a)
    elif mode == "reduced" or mode == "complete" and m <= n:
        q, r = y[0], y[1]
    else:
        raise NotImplementedError(f"qr with mode={mode!r} has no tangent here; use mode='reduced'")
    k = min(m, n)
    c = adjugate(np.linalg.solve(adjugate(r[..., :k]), adjugate(a_dot[..., :k])))  # A_dot R^-1
    s = adjugate(q) @ c
    low = np.tril(s, -1)
    turn = low - adjugate(low)
    if np.iscomplexobj(s):
        turn = turn + 1j * np.imag(diagonal_part(s))
    q_dot = q @ turn + c - q @ s
    r_dot = np.triu((s - turn) @ r[..., :k])
    if m < n:
        rest = adjugate(q_dot) @ (q @ r[..., k:]) + adjugate(q) @ a_dot[..., k:]
        r_dot = np.concatenate((r_dot, rest), axis=-1)
    return r_dot if mode == "r" else (q_dot, r_dot)


def eigvalsh_adjoint(a: Any, y_bar: Any, UPLO: Triangle = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    g = (v * np.asarray(y_bar)[..., None, :]) @ adjugate(v)
    return unbroadcast(conjugate(fold_triangle(g, UPLO)), a)


def eigvalsh_tangent(a: Any, a_dot: Any, UPLO: Triangle = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    return np.real(np.sum(conjugate(v) * (hermitian_part(a_dot, UPLO) @ v), axis=-2))


def eigh_adjoint(y: Any, y_bar: Any, UPLO: Triangle = "L") -> Any:
    """The adjoint of `a` in w, v = eigh(a): V (diag(w_bar) + (V^H G) / (w_j - w_i)) V^H, folded onto the triangle."""
    w, v, w_bar, v_bar = y[0], y[1], y_bar[0], y_bar[1]
    inner = v * 0 if w_bar is None else np.eye(w.shape[-1], dtype=v.dtype) * w_bar[..., None, :]
    if v_bar is not None:
        g = conjugate(v_bar)
        overlap = adjugate(v) @ g
        if np.iscomplexobj(v):
            check_phase(np.diagonal(overlap, axis1=-2, axis2=-1))
        inner = inner + over_gap(overlap, w[..., None, :] - w[..., :, None], columns_used(g))
    return conjugate(fold_triangle(v @ inner @ adjugate(v), UPLO))


def eigh_tangent(y: Any, a_dot: Any, UPLO: Triangle = "L") -> Any:
    w, v = y[0], y[1]
    turned = adjugate(v) @ hermitian_part(a_dot, UPLO) @ v
    w_dot = np.real(np.diagonal(turned, axis1=-2, axis2=-1))
    return w_dot, v @ over_gap(turned, w[..., None, :] - w[..., :, None], True)


def eigvals_adjoint(a: Any, y_bar: Any) -> Any:
    v = np.linalg.eig(a)[1]
    g = np.linalg.solve(adjugate(v), conjugate(np.asarray(y_bar))[..., :, None] * adjugate(v))
    return unbroadcast(conjugate(g), a)


def eigvals_tangent(a: Any, y: Any, a_dot: Any) -> Any:
    v = np.linalg.eig(a)[1]
    return np.diagonal(np.linalg.solve(v, a_dot @ v), axis1=-2, axis2=-1)


def eig_adjoint(a: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of `a` in w, v = eig(a), for vectors as LAPACK gives them: of length 1, the largest entry real."""
    w, v, w_bar, v_bar = y[0], y[1], y_bar[0], y_bar[1]
    inner = v * 0 if w_bar is None else np.eye(w.shape[-1], dtype=v.dtype) * conjugate(w_bar)[..., None, :]
    if v_bar is not None:
        g = conjugate(v_bar)
        used = columns_used(g)
        along = np.sum(conjugate(v) * g, axis=-2, keepdims=True)
        g = g - v * np.real(along)
        if np.iscomplexobj(v):
            top = _largest_entry(v)
            g = g - 1j * top * np.imag(along) / np.real(np.sum(top * v, axis=-2, keepdims=True))
        inner = inner + over_gap(adjugate(v) @ g, conjugate(w[..., None, :] - w[..., :, None]), used)
    return unbroadcast(conjugate(np.linalg.solve(adjugate(v), inner @ adjugate(v))), a)


def eig_tangent(y: Any, a_dot: Any) -> Any:
    w, v = y[0], y[1]
    turned = np.linalg.solve(v, a_dot @ v)
    v_dot = v @ over_gap(turned, w[..., None, :] - w[..., :, None], True)
    change = np.real(np.sum(conjugate(v) * v_dot, axis=-2, keepdims=True))
    if np.iscomplexobj(v):
        top = _largest_entry(v)
        turn = np.sum(top * np.imag(v_dot), axis=-2, keepdims=True)
        change = change + 1j * turn / np.real(np.sum(top * v, axis=-2, keepdims=True))
    values = np.diagonal(turned, axis1=-2, axis2=-1)
    return tangent_like(values, w), tangent_like(v_dot - v * change, v)


def _largest_entry(v: Any) -> Any:
    """A mask, 1 at the entry of largest magnitude of every column."""
    size = np.abs(v)
    rows = np.arange(v.shape[-2])[:, None]
    return (rows == np.argmax(size, axis=-2)[..., None, :]).astype(size.dtype)


def svdvals_adjoint(a: Any, y_bar: Any) -> Any:
    """The adjoint of `a` for the singular values alone; a singular value that is zero gives nothing."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return unbroadcast(conjugate((u * np.where(s == 0, 0, y_bar)[..., None, :]) @ vh), a)


def svdvals_tangent(a: Any, a_dot: Any) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    turned = np.real(np.diagonal(adjugate(u) @ a_dot @ adjugate(vh), axis1=-2, axis2=-1))
    return np.where(s == 0, 0, turned).astype(s.dtype)


def svd_adjoint(
    a: Any, y: Any, y_bar: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """The adjoint of `a` in u, s, vh = svd(a), of which any adjoint may be None."""
    if hermitian:
        whole = hermitian_part(a)
        g = conjugate(_svd_adjoint(whole, y, y_bar) if compute_uv else svdvals_adjoint(whole, y_bar))
        return unbroadcast(conjugate(fold_triangle(g)), a)
    return unbroadcast(_svd_adjoint(a, y, y_bar) if compute_uv else svdvals_adjoint(a, y_bar), a)


def _svd_adjoint(a: Any, y: Any, y_bar: Any) -> Any:
    m, n = a.shape[-2], a.shape[-1]
    k = min(m, n)
    u, s, vh = y[0][..., :k], y[1], y[2][..., :k, :]
    v = adjugate(vh)
    g_u = _leading(y_bar[0], k, u)
    g_v = adjugate(_leading(y_bar[2], k, vh, rows=True))
    g_s = s * 0 if y_bar[1] is None else np.where(s == 0, 0, y_bar[1])
    overlap_u, overlap_v = adjugate(u) @ g_u, adjugate(v) @ g_v
    used_u, used_v = columns_used(g_u), columns_used(g_v)
    gap = (s[..., None, :] - s[..., :, None]) * (s[..., None, :] + s[..., :, None])
    inner_u = over_gap(overlap_u - adjugate(overlap_u), gap, used_u | transposed(used_u))
    inner_v = over_gap(overlap_v - adjugate(overlap_v), gap, used_v | transposed(used_v))
    inner = inner_u * s[..., None, :] + s[..., :, None] * inner_v + np.eye(k, dtype=u.dtype) * g_s[..., None, :]
    if np.iscomplexobj(u):
        turn_u = np.diagonal(overlap_u, axis1=-2, axis2=-1)
        turn_v = np.diagonal(overlap_v, axis1=-2, axis2=-1)
        check_phase(turn_u + turn_v)
        turn = over_size(1j * np.imag(turn_u)[..., None, :], s[..., None, :], used_u)
        inner = inner + np.eye(k, dtype=u.dtype) * turn
    g = u @ inner @ vh
    if m > k:
        g = g + over_size(g_u - u @ overlap_u, s[..., None, :], used_u) @ vh
    if n > k:
        g = g + u @ adjugate(over_size(g_v - v @ overlap_v, s[..., None, :], used_v))
    return conjugate(g)


def over_size(numerator: Any, s: Any, used: Any) -> Any:
    """numerator / s; for singular values that are zero, NaN where the vectors are used and 0 where they are not."""
    ratio = np.where(s == 0, 0, numerator) / np.where(s == 0, 1, s)
    if np.any((s == 0) & used):
        ratio = np.where((s == 0) & used, np.nan, ratio).astype(ratio.dtype)
    return ratio


def _leading(bar: Any, k: int, like: Any, rows: bool = False) -> Any:
    """The conjugate adjoint of the first k vectors, zeros for None. The others span a null space, in any basis."""
    if bar is None:
        return like * 0
    first, rest = (bar[..., :k, :], bar[..., k:, :]) if rows else (bar[..., :k], bar[..., k:])
    if np.any(rest != 0):
        raise np.linalg.LinAlgError("singular vectors of a null space are arbitrary; use svd(..., full_matrices=False)")
    return conjugate(first)


def svd_tangent(
    a: Any, y: Any, a_dot: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    if hermitian:
        a, a_dot = hermitian_part(a), hermitian_part(a_dot)
    if not compute_uv:
        return svdvals_tangent(a, a_dot)
    m, n = a.shape[-2], a.shape[-1]
    k = min(m, n)
    if full_matrices and m != n:
        raise NotImplementedError("singular vectors of a null space are arbitrary; use svd(..., full_matrices=False)")
    u, s, vh = y[0], y[1], y[2]
    row, column = s[..., None, :], s[..., :, None]
    turned = adjugate(u) @ a_dot @ adjugate(vh)
    gap = (row - column) * (row + column)
    turn_u = over_gap(turned * row + column * adjugate(turned), gap, True)
    turn_v = over_gap(column * turned + adjugate(turned) * row, gap, True)
    if np.iscomplexobj(u):
        turn_u = turn_u + over_size(1j * np.imag(diagonal_part(turned)), row, True)
    u_dot = u @ turn_u
    v_dot = adjugate(vh) @ turn_v
    if m > k:
        u_dot = u_dot + over_size(a_dot @ adjugate(vh) - u @ turned, row, True)
    if n > k:
        v_dot = v_dot + over_size(adjugate(a_dot) @ u - adjugate(vh) @ adjugate(turned), row, True)
    s_dot = np.where(s == 0, 0, np.real(np.diagonal(turned, axis1=-2, axis2=-1))).astype(s.dtype)
    return u_dot, s_dot, adjugate(v_dot)
