"""Banded, tridiagonal and composed matrices (scipy.linalg), through whole matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "cho_solve_banded",
    "cholesky_banded",
    "diagsvd",
    "eigvals_banded",
    "eigvalsh_tridiagonal",
    "expm_frechet",
    "orthogonal_procrustes",
    "solveh_banded",
    "tanhm",
    "tanm",
]


def _symmetric(ab: Any, lower: bool) -> Any:
    """The real symmetric matrix whose diagonals are the rows of `ab`: below the main one, or above it."""
    half = _triangle(ab, lower)
    return half + np.transpose(half) - np.diag(np.diagonal(half))


def _triangle(ab: Any, lower: bool) -> Any:
    """The triangular matrix with the diagonals in `ab`: a[i, j] is ab[i - j, j], or ab[u + i - j, j]."""
    ab = np.asarray(ab)
    count, n = np.shape(ab)
    rows, columns = np.arange(n)[:, None], np.arange(n)
    places = rows - columns if lower else count - 1 + rows - columns
    inside = (places >= 0) & (places < count)
    return np.where(inside, ab[np.clip(places, 0, count - 1), columns], 0)


def eigvals_banded(
    a_band: Any, lower: bool = False, overwrite_a_band: bool = False, select: str = "a", select_range: Any = None,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """`scipy.linalg.eigvals_banded` of a real matrix, all eigenvalues."""
    if select != "a":
        raise NotImplementedError("scipy.linalg.eigvals_banded is differentiated with all eigenvalues")
    return np.linalg.eigvalsh(_symmetric(a_band, lower))


def eigvalsh_tridiagonal(
    d: Any, e: Any, select: str = "a", select_range: Any = None, check_finite: bool = True, tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Any:  # fmt: skip
    """`scipy.linalg.eigvalsh_tridiagonal`, all eigenvalues."""
    if select != "a":
        raise NotImplementedError("scipy.linalg.eigvalsh_tridiagonal is differentiated with all eigenvalues")
    return np.linalg.eigvalsh(np.diag(d) + np.diag(e, 1) + np.diag(e, -1))


def cholesky_banded(ab: Any, overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True) -> Any:
    """`scipy.linalg.cholesky_banded` of a real matrix: the diagonals of its factor."""
    count, n = np.shape(ab)
    factor = np.linalg.cholesky(_symmetric(ab, lower))
    if not lower:
        factor = np.transpose(factor)
    rows, columns = np.arange(count)[:, None], np.arange(n)
    places = rows + columns if lower else rows + columns - (count - 1)
    inside = (places >= 0) & (places < n)
    return np.where(inside, factor[np.clip(places, 0, n - 1), columns], ab)  # what is not read stays


def cho_solve_banded(cb_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """`scipy.linalg.cho_solve_banded` with a real factor."""
    factor = _triangle(cb_and_lower[0], cb_and_lower[1])
    whole = factor @ np.transpose(factor) if cb_and_lower[1] else np.transpose(factor) @ factor
    return np.linalg.solve(whole, b)


def solveh_banded(
    ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, lower: bool = False, check_finite: bool = True
) -> Any:  # fmt: skip
    """`scipy.linalg.solveh_banded` of a real matrix."""
    return np.linalg.solve(_symmetric(ab, lower), b)


def diagsvd(s: Any, M: int, N: int) -> Any:
    """`scipy.linalg.diagsvd`: the singular values on the diagonal of an M by N matrix."""
    n = len(s)
    return np.pad(np.diag(s), ((0, M - n), (0, N - n)))


def expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: bool = True, check_finite: bool = True) -> Any:
    """`scipy.linalg.expm_frechet`: exp of [[A, E], [0, A]] has the exponential and its derivative in its first rows."""
    from scipy import linalg

    n, A = len(A), A * np.float64(1.0)  # SciPy computes in double precision
    zero = np.zeros_like(A)
    both = linalg.expm(np.concatenate([np.concatenate([A, E], axis=1), np.concatenate([zero, A], axis=1)]))
    return (both[:n, :n], both[:n, n:]) if compute_expm else both[:n, n:]


def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> Any:
    """`scipy.linalg.orthogonal_procrustes` of real matrices, from the singular value decomposition of A' B."""
    u, s, vh = np.linalg.svd(np.transpose(A) @ B, full_matrices=False)
    return u @ vh, np.sum(s)


def tanm(A: Any) -> Any:
    """`scipy.linalg.tanm`."""
    from scipy import linalg

    return np.linalg.solve(linalg.cosm(A), linalg.sinm(A))


def tanhm(A: Any) -> Any:
    """`scipy.linalg.tanhm`."""
    from scipy import linalg

    return np.linalg.solve(linalg.coshm(A), linalg.sinhm(A))
