"""scipy.stats for emitted programs, imported when first used, and the adjoints of the multivariate normal density.

`rt.stats.norm` is the distribution of that name in scipy.stats.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .adjoint import unbroadcast
from .decompositions import fold_triangle, hermitian_part

__all__ = [
    "normal_logpdf_adjoint_x",
    "normal_logpdf_adjoint_mean",
    "normal_logpdf_adjoint_cov",
    "normal_logpdf_tangent",
]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from scipy import stats

    return getattr(stats, name)


def _whitened(x: Any, mean: Any, cov: Any) -> tuple[Any, Any]:
    """The points less the mean times the inverse covariance, (points, dim), and the covariance, (dim, dim)."""
    dim = np.size(mean) if mean is not None else 1 if np.ndim(cov) < 2 else np.shape(cov)[0]
    points = np.reshape(x, (-1, dim))
    if mean is not None:
        points = points - np.reshape(mean, (1, dim))
    if np.ndim(cov) == 2:
        matrix = hermitian_part(cov)  # SciPy decomposes it from the lower triangle
    else:
        matrix = np.eye(dim) * cov
    return np.linalg.solve(matrix, points.T).T, matrix


def normal_logpdf_adjoint_x(x: Any, y_bar: Any, mean: Any = None, cov: Any = 1) -> Any:
    white, _ = _whitened(x, mean, cov)
    return unbroadcast(np.reshape(-np.reshape(y_bar, (-1, 1)) * white, np.shape(x)), x)


def normal_logpdf_adjoint_mean(x: Any, y_bar: Any, mean: Any = None, cov: Any = 1) -> Any:
    white, _ = _whitened(x, mean, cov)
    return unbroadcast(np.reshape(np.sum(np.reshape(y_bar, (-1, 1)) * white, axis=0), np.shape(mean)), mean)


def normal_logpdf_adjoint_cov(x: Any, y_bar: Any, mean: Any = None, cov: Any = 1) -> Any:
    white, matrix = _whitened(x, mean, cov)
    seed = np.reshape(y_bar, (-1, 1))
    g = 0.5 * (white.T @ (seed * white) - np.sum(seed) * np.linalg.inv(matrix))
    if np.ndim(cov) == 2:
        return unbroadcast(fold_triangle(g), cov)
    return unbroadcast(np.diagonal(g) if np.ndim(cov) == 1 else np.trace(g), cov)


def normal_logpdf_tangent(
    x: Any, y: Any, x_dot: Any = None, mean: Any = None, mean_dot: Any = None, cov: Any = 1, cov_dot: Any = None
) -> Any:
    """The tangent of the log density in whichever of the arguments has one."""
    white, matrix = _whitened(x, mean, cov)
    total = np.zeros(white.shape[0])
    if x_dot is not None:
        total = total - np.sum(white * np.reshape(x_dot, white.shape), axis=1)
    if mean_dot is not None:
        total = total + np.sum(white * np.reshape(mean_dot, (1, -1)), axis=1)
    if cov_dot is not None:
        change = hermitian_part(cov_dot) if np.ndim(cov) == 2 else np.eye(matrix.shape[0]) * cov_dot
        total = total + 0.5 * (np.sum((white @ change) * white, axis=1) - np.trace(np.linalg.solve(matrix, change)))
    return np.reshape(total, np.shape(y))
