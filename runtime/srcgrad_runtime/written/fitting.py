"""Polynomials, windows and functions of two steps in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["chebval", "hermeval", "hermval", "kaiser", "lagval", "legval", "polyfit", "power_series"]


def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """`np.polyfit`, without the covariance and the report: columns of the Vandermonde matrix scaled to length one, least squares."""
    if full or cov is not False:
        raise NotImplementedError("np.polyfit is differentiated without full and cov")
    nodes = np.asarray(x) + 0.0
    powers = np.vander(nodes, int(deg) + 1)
    values = np.asarray(y) + 0.0
    if w is not None:
        weights = np.asarray(w) + 0.0
        powers = powers * np.expand_dims(weights, 1)
        values = values * np.expand_dims(weights, 1) if values.ndim == 2 else values * weights
    scale = np.sqrt(np.sum(powers * powers, axis=0))
    limit = len(x) * float(np.finfo(nodes.dtype).eps) if rcond is None else rcond
    found = np.linalg.lstsq(powers / scale, values, rcond=limit)[0]
    return found / np.expand_dims(scale, 1) if values.ndim == 2 else found / scale


def kaiser(M: Any, beta: Any) -> Any:
    """`np.kaiser`."""
    if M == 1:
        return np.ones(1)
    half = (M - 1) / 2.0
    distance = (np.arange(M) - half) / half
    return np.i0(beta * np.sqrt(1 - distance * distance)) / np.i0(beta)


def power_series(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.polynomial.polyval`: by Horner's rule, from the last coefficient."""
    c = _coefficients(x, c, tensor)
    total = c[-1] + x * 0
    for i in range(2, len(c) + 1):
        total = c[-i] + total * x
    return total


def chebval(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.chebyshev.chebval`, by Clenshaw's rule as all that follow: T_n+1 = 2 x T_n - T_n-1."""
    c = _coefficients(x, c, tensor)
    low, high = _last_two(c)
    for i in range(3, len(c) + 1):
        low, high = c[-i] - high, low + high * (2 * x)
    return low + high * x


def legval(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.legendre.legval`."""
    c = _coefficients(x, c, tensor)
    low, high = _last_two(c)
    n = len(c)
    for i in range(3, len(c) + 1):
        n = n - 1
        low, high = c[-i] - high * ((n - 1) / n), low + (high * x) * ((2 * n - 1) / n)
    return low + high * x


def hermval(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.hermite.hermval`."""
    c = _coefficients(x, c, tensor)
    low, high = _last_two(c)
    n = len(c)
    for i in range(3, len(c) + 1):
        n = n - 1
        low, high = c[-i] - high * (2 * (n - 1)), low + high * (2 * x)
    return low + high * (2 * x)


def hermeval(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.hermite_e.hermeval`."""
    c = _coefficients(x, c, tensor)
    low, high = _last_two(c)
    n = len(c)
    for i in range(3, len(c) + 1):
        n = n - 1
        low, high = c[-i] - high * (n - 1), low + high * x
    return low + high * x


def lagval(x: Any, c: Any, tensor: bool = True) -> Any:
    """`np.polynomial.laguerre.lagval`."""
    c = _coefficients(x, c, tensor)
    low, high = _last_two(c)
    n = len(c)
    for i in range(3, len(c) + 1):
        n = n - 1
        low, high = c[-i] - (high * (n - 1)) / n, low + (high * ((2 * n - 1) - x)) / n
    return low + high * (1 - x)


def _coefficients(x: Any, c: Any, tensor: bool) -> Any:
    """The coefficients as floats, with axes for the shape of `x` if they have columns."""
    c = np.atleast_1d(np.asarray(c) + 0.0)
    if tensor and np.ndim(x) > 0:
        return np.reshape(c, np.shape(c) + (1,) * np.ndim(x))
    return c


def _last_two(c: Any) -> tuple[Any, Any]:
    """What Clenshaw's rule begins with."""
    if len(c) == 1:
        return c[0], 0.0 * c[0]
    return c[-2], c[-1]
