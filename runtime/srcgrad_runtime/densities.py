"""Derivatives of special functions that take more than a line: densities, elliptic integrals, sums; none without SciPy.

Each is a plain function of arrays and numbers, in the precision of its arguments, and built of what can be differentiated in its turn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "binomial_density",
    "chi_square_density",
    "diric_partial",
    "ellipe_partial",
    "ellipk_partial",
    "f_density",
    "failures_density",
    "gamma_density",
    "quotient",
    "real_only",
    "struve_share",
    "times_log",
    "times_log1p",
    "voigt_slope",
    "weak",
]


def weak(x: Any) -> Any:
    """A number without a precision of its own: what NumPy makes of Python numbers has one, and would widen all it meets."""
    return x.item() if isinstance(x, (np.float64, np.int64)) else x


def times_log(x1: Any, x2: Any) -> Any:
    """x1 * log(x2), and 0 where x1 is 0; a Python number takes the precision of the other."""
    return _times(x1, np.log, x2)


def times_log1p(x1: Any, x2: Any) -> Any:
    """x1 * log(1 + x2), and 0 where x1 is 0; a Python number takes the precision of the other."""
    return _times(x1, np.log1p, x2)


def _times(x1: Any, function: Any, x2: Any) -> Any:
    zero = np.equal(x1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _like(x1, x2) * function(np.where(zero, np.ones_like(x2), x2))
    return np.where(zero & ~np.isnan(x2), np.zeros_like(found), found)[()]


def _like(number: Any, x: Any) -> Any:
    return np.result_type(x).type(number) if type(number) in (int, float) else number


def real_only(x: Any) -> Any:
    """The value itself, which has to be real: the function is none of a complex variable. TypeError otherwise."""
    if np.iscomplexobj(x):
        raise TypeError("this function of scipy.special has a derivative for real arguments only")
    return x


def quotient(x1: Any, x2: Any, limit: float) -> Any:
    """x1 / x2, and `limit` where x2 is 0."""
    zero = np.equal(x2, 0)
    return np.where(zero, limit, x1 / np.where(zero, 1, x2))[()]


def gamma_density(a: Any, b: Any, x: Any) -> Any:
    """The density at x of the gamma distribution with rate a and shape b."""
    from scipy import special

    return a * np.exp(times_log(b - 1, a * x) - a * x - weak(special.gammaln(b)))


def chi_square_density(v: Any, x: Any) -> Any:
    """The density at x of the distribution of chi square with v degrees of freedom."""
    return gamma_density(0.5, 0.5 * v, x)


def binomial_density(k: Any, n: Any, p: Any) -> Any:
    """Minus the derivative by p of the probability of at most k successes in n trials."""
    from scipy import special

    k = weak(np.floor(k))
    return np.exp(times_log(k, p) + times_log1p(n - k - 1, -p) - weak(special.betaln(n - k, k + 1)))


def failures_density(k: Any, n: Any, p: Any) -> Any:
    """The derivative by p of the probability of at most k failures before n successes."""
    from scipy import special

    k = weak(np.floor(k))
    return np.exp(times_log(n - 1, p) + times_log1p(k, -p) - weak(special.betaln(n, k + 1)))


def f_density(m: Any, n: Any, x: Any) -> Any:
    """The density at x of the F distribution with m and n degrees of freedom."""
    from scipy import special

    ratio = m * x / n
    scale = weak(special.betaln(0.5 * m, 0.5 * n))
    return m / n * np.exp(times_log(0.5 * m - 1, ratio) - times_log1p(0.5 * (m + n), ratio) - scale)


def voigt_slope(x: Any, sigma: Any, gamma: Any) -> Any:
    """The derivative by x of the complex function of which the profile of Voigt is the real part."""
    from scipy import special

    root = 1.4142135623730951 * sigma
    z = (x + 1j * gamma) / root
    return (1.1283791670955126j - 2 * z * special.wofz(z)) / (3.5449077018110318 * sigma * sigma)


def struve_share(v: Any, x: Any) -> Any:
    """(x / 2) ** v / (sqrt(pi) gamma(v + 3 / 2)): what the recurrences of the functions of Struve add [DLMF 11.4.23]."""
    from scipy import special

    return np.power(0.5 * x, v) * weak(special.rgamma(v + 1.5)) * 0.5641895835477563


def diric_partial(x: Any, n: int) -> Any:
    """The derivative of sin(n x / 2) / (n sin(x / 2)), which is the mean of cos(m x) over m = (1 - n) / 2, ..., (n - 1) / 2."""
    m = np.asarray(np.arange(n) - 0.5 * (n - 1), np.result_type(x))
    return -np.mean(m * np.sin(m * np.expand_dims(x, -1)), axis=-1)


TERMS = 14  # of the series of elliptic integrals, enough for |m| < 0.06


def ellipk_partial(m: Any) -> Any:
    """The derivative (E / (1 - m) - K) / (2 m) of the complete elliptic integral K; by its power series near 0."""
    from scipy import special

    near = np.abs(m) < 0.06
    small, far = np.where(near, m, 0), np.where(near, 0.5, m)
    series = 0 * small
    for n in reversed(range(1, TERMS)):
        series = series * small + n * (math.comb(2 * n, n) / 4.0**n) ** 2 * (math.pi / 2)
    return np.where(near, series, (special.ellipe(far) / (1 - far) - special.ellipk(far)) / (2 * far))[()]


def ellipe_partial(m: Any) -> Any:
    """The derivative (E - K) / (2 m) of the complete elliptic integral E; by its power series near 0."""
    from scipy import special

    near = np.abs(m) < 0.06
    small, far = np.where(near, m, 0), np.where(near, 0.5, m)
    series = 0 * small
    for n in reversed(range(1, TERMS)):
        series = series * small + n * (math.comb(2 * n, n) / 4.0**n) ** 2 / (1 - 2 * n) * (math.pi / 2)
    return np.where(near, series, (special.ellipe(far) - special.ellipk(far)) / (2 * far))[()]
