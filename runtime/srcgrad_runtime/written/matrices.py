"""Matrices of a pattern, and decompositions that follow from others (scipy.linalg)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "circulant",
    "companion",
    "convolution_matrix",
    "fiedler",
    "hankel",
    "khatri_rao",
    "leslie",
    "matmul_toeplitz",
    "pinvh",
    "polar",
    "solve_banded",
    "solve_circulant",
    "solve_toeplitz",
]


def circulant(c: Any) -> Any:
    """`scipy.linalg.circulant` of a vector: the columns are the vector, turned on by one each time."""
    n = np.shape(c)[-1]
    return np.take(c, (np.arange(n)[:, None] - np.arange(n)) % n, axis=-1)


def hankel(c: Any, r: Any = None) -> Any:
    """`scipy.linalg.hankel`: the first column, the last row."""
    column = np.ravel(c)
    row = np.zeros_like(column) if r is None else np.ravel(r)
    values = np.concatenate([column, row[1:]])
    return values[np.arange(len(column))[:, None] + np.arange(len(row))]


def companion(a: Any) -> Any:
    """`scipy.linalg.companion` of the coefficients of a polynomial."""
    first = -np.asarray(a)[1:] / (1.0 * a[0])
    n = len(a) - 1
    return np.concatenate([np.reshape(first, (1, n)), np.eye(n - 1, n, dtype=first.dtype)])


def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    """`scipy.linalg.convolution_matrix`: the product with it is the convolution of `a` with a vector of length n."""
    m = len(a)
    places = np.arange(m + n - 1)[:, None] - np.arange(n)
    full = np.where((places >= 0) & (places < m), np.take(a, np.clip(places, 0, m - 1)), 0)
    if mode == "full":
        return full
    longer, shorter = max(m, n), min(m, n)
    start = (shorter - 1) // 2 if mode == "same" else shorter - 1
    return full[start : start + (longer if mode == "same" else longer - shorter + 1)]


def fiedler(a: Any) -> Any:
    """`scipy.linalg.fiedler`: the distances of all pairs of numbers."""
    numbers = np.asarray(a)
    return np.abs(numbers[..., :, None] - numbers[..., None, :])


def leslie(f: Any, s: Any) -> Any:
    """`scipy.linalg.leslie`: the first row `f`, below the diagonal `s`."""
    n = len(f)
    below = np.pad(np.diag(s), ((0, 0), (0, 1)))
    return np.concatenate([np.reshape(f, (1, n)), below])


def khatri_rao(a: Any, b: Any) -> Any:
    """`scipy.linalg.khatri_rao`: the Kronecker products of the columns."""
    product = np.asarray(a)[..., :, None, :] * np.asarray(b)[..., None, :, :]
    return np.reshape(product, np.shape(product)[:-3] + (-1, np.shape(product)[-1]))


def polar(a: Any, side: str = "right") -> Any:
    """`scipy.linalg.polar`, from the singular value decomposition."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    turn = u @ vh
    if side == "right":
        return turn, (np.conj(np.swapaxes(vh, -1, -2)) * s[..., None, :]) @ vh
    return turn, (u * s[..., None, :]) @ np.conj(np.swapaxes(u, -1, -2))


def pinvh(
    a: Any, atol: Any = None, rtol: Any = None, lower: bool = True, return_rank: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.pinvh` of a matrix of full rank, or with tolerances, without the rank."""
    if return_rank:
        raise NotImplementedError("scipy.linalg.pinvh is differentiated without return_rank")
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    size = np.max(np.abs(w), axis=-1, keepdims=True)
    relative = np.shape(a)[-1] * np.finfo(w.dtype).eps if rtol is None and atol is None else rtol or 0.0
    kept = np.abs(w) > (atol or 0.0) + size * relative
    inverse = np.where(kept, 1 / np.where(kept, w, 1), 0)
    return (v * inverse[..., None, :]) @ np.conj(np.swapaxes(v, -1, -2))


def _toeplitz(c_or_cr: Any) -> Any:
    """The matrix of its first column, or of a pair of its first column and row; in double precision, as SciPy has it."""
    pair = isinstance(c_or_cr, tuple)
    column = np.ravel(c_or_cr[0] if pair else c_or_cr)
    row = np.ravel(c_or_cr[1]) if pair else np.conj(column)
    values = np.concatenate([column[::-1], row[1:]]) * np.float64(1.0)
    return values[len(column) - 1 - np.arange(len(column))[:, None] + np.arange(len(row))]


def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """`scipy.linalg.solve_toeplitz`, with the whole matrix."""
    return np.linalg.solve(_toeplitz(c_or_cr), b)


def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: Any = None) -> Any:
    """`scipy.linalg.matmul_toeplitz`, with the whole matrix."""
    return _toeplitz(c_or_cr) @ x


def solve_circulant(
    c: Any, b: Any, singular: str = "raise", tol: Any = None, caxis: int = -1, baxis: int = 0, outaxis: int = 0
) -> Any:
    """`scipy.linalg.solve_circulant` of a vector, with the whole matrix."""
    if singular != "raise" or caxis not in (-1, 0) or baxis != 0 or outaxis != 0 or np.ndim(c) != 1:
        raise NotImplementedError("scipy.linalg.solve_circulant is differentiated with its default arguments")
    return np.linalg.solve(circulant(c), b)


def solve_banded(
    l_and_u: Any, ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """`scipy.linalg.solve_banded`, with the whole matrix: a[i, j] is ab[u + i - j, j]."""
    lower, upper = l_and_u
    n = np.shape(ab)[-1]
    rows, columns = np.arange(n)[:, None], np.arange(n)
    places = upper + rows - columns
    inside = (places >= 0) & (places <= lower + upper)
    whole = np.where(inside, np.asarray(ab)[np.clip(places, 0, lower + upper), columns], 0)
    return np.linalg.solve(whole, b)
