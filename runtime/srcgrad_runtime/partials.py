"""Partial derivatives that need care: ties, zeros, infinities, and special functions that NumPy lacks.

Each is a plain function of arrays and numbers that changes nothing, in the precision of its arguments. Those that are
not piecewise constant are built of differentiable operations only, so that they can be differentiated in their turn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "ratio",
    "chosen",
    "is_chosen",
    "phase",
    "maximum_partial",
    "minimum_partial",
    "fmax_partial",
    "fmin_partial",
    "ties",
    "power_partial1",
    "power_partial2",
    "exp_share",
    "sinc_partial",
    "bessel_i1",
    "polygamma",
]


def ratio(x1: Any, x2: Any) -> Any:
    """x1 / x2, and 0 where x2 is 0."""
    if isinstance(x2, float):
        return x1 / x2 if x2 else x1 * 0.0
    zero = x2 == 0
    return np.where(zero, 0, x1 / np.where(zero, 1, x2))[()]


def is_chosen(y_bar: Any, value: Any) -> Any:
    """Where `y_bar` is not zero or `value` is finite."""
    return (np.asarray(y_bar) != 0) | np.isfinite(value)


def chosen(y_bar: Any, value: Any) -> Any:
    """`value`, the product of `y_bar` and a partial, and 0 where that is not finite because a zero met an infinite partial.

    The partial is taken wherever it is finite, as the second derivative needs it where `y_bar` happens to be zero.
    """
    return np.where(is_chosen(y_bar, value), value, 0)


def phase(x: Any) -> Any:
    """The derivative of |x|: the sign of a real x, conj(x) / |x| of a complex one; 0 at 0."""
    if np.iscomplexobj(x):
        return ratio(np.conj(x), np.abs(x))
    return np.sign(x)


DOUBLE = np.dtype(float)


def maximum_partial(x1: Any, x2: Any) -> Any:
    """d maximum(x1, x2) / d x1: 1 where x1 is larger, a half where they are equal."""
    return _halves(np.greater(x1, x2), np.equal(x1, x2), x1, x2)


def minimum_partial(x1: Any, x2: Any) -> Any:
    """d minimum(x1, x2) / d x1: 1 where x1 is smaller, a half where they are equal."""
    return _halves(np.less(x1, x2), np.equal(x1, x2), x1, x2)


def fmax_partial(x1: Any, x2: Any) -> Any:
    """As `maximum_partial`; a number counts as larger than NaN."""
    return _halves(np.greater(x1, x2) | np.isnan(x2) & ~np.isnan(x1), np.equal(x1, x2), x1, x2)


def fmin_partial(x1: Any, x2: Any) -> Any:
    """As `minimum_partial`; a number counts as smaller than NaN."""
    return _halves(np.less(x1, x2) | np.isnan(x2) & ~np.isnan(x1), np.equal(x1, x2), x1, x2)


def ties(y: Any, *values: Any) -> int:
    """How many of the values equal y; 1 if none does, so that one may divide by it."""
    return values.count(y) or 1


def _halves(whole: Any, half: Any, x1: Any, x2: Any) -> Any:
    """1 where `whole`, 0.5 where `half`, in the floating dtype of x1 and x2; a boolean array where nothing is half."""
    if isinstance(half, np.ndarray) and not np.count_nonzero(half):
        return whole
    if getattr(x1, "dtype", None) == DOUBLE and getattr(x2, "dtype", None) == DOUBLE:
        return whole + half * 0.5
    dtype = np.result_type(x1, x2)
    if dtype.kind != "f":
        dtype = np.dtype(float)
    return np.add(whole, np.multiply(half, dtype.type(0.5)), dtype=dtype)


def power_partial1(x1: Any, x2: Any) -> Any:
    """d (x1 ** x2) / d x1, which is 0 where x2 is 0, whatever x1."""
    if isinstance(x2, (int, float)):  # a Python number, which takes the precision of x1
        return x2 * np.power(x1, 1 if x2 == 0 else x2 - 1)
    return x2 * np.power(x1, np.where(x2 == 0, 1, x2 - 1))


def power_partial2(x1: Any, x2: Any) -> Any:
    """d (x1 ** x2) / d x2, which is 0 where x1 is 0 and NaN where x1 is negative."""
    zero = x1 == 0
    safe = np.where(zero, 1, x1)
    return np.where(zero, 0, np.log(safe) * np.power(safe, x2))


def exp_share(x: Any, y: Any) -> Any:
    """exp(x - y): the share of exp(x) in a sum exp(y) of exponentials; 0 where x is -infinity, even if y is too."""
    none = np.isneginf(x)
    return np.where(none, 0, np.exp(np.where(none, 0, x) - np.where(none, 0, y)))[()]


def sinc_partial(x: Any) -> Any:
    """The derivative of np.sinc; by its series near 0, where the quotient loses its digits."""
    small = np.abs(x) < 0.03
    s = np.where(small, x, 0) * math.pi
    x = np.where(small, 1, x)
    # sinc'(x) = pi * (-s/3 + s^3/30 - s^5/840 + ...) with s = pi x
    series = s * (-1 / 3 + s * s * (1 / 30 - s * s * (1 / 840 - s * s / 45360))) * math.pi
    return np.where(small, series, (np.cos(math.pi * x) - np.sinc(x)) / x)[()]


def bessel_i1(x: Any) -> Any:
    """The modified Bessel function I1, the derivative of np.i0.

    It is the mean of exp(x cos t) cos t over the circle; the trapezoidal rule on a circle converges exponentially, and
    256 points are enough as long as the result is finite (|x| < 713).
    """
    total = np.zeros_like(x)
    for k in range(128):  # the points t and -t contribute alike
        c = math.cos((k + 0.5) * math.pi / 128)
        total = total + np.exp(x * c) * c
    return total / 128


def polygamma(x1: int, x2: float) -> float:
    """The derivative of order x1 of the digamma function, at a real number x2 (x1 = 0 gives digamma itself).

    The recurrence moves the argument to the right, where the asymptotic series [Abramowitz & Stegun 6.4.11] holds;
    digamma at a large negative argument goes by reflection.
    """
    n, x = int(x1), float(x2)
    if n == 0 and x < -20 and x != math.floor(x):
        return polygamma(0, 1 - x) - math.pi / math.tan(math.pi * x)
    if x <= 0 and x == math.floor(x):
        return math.nan
    sign = 1.0 if n % 2 else -1.0  # (-1)^(n+1)
    total = 0.0
    while x < 15 + n:
        total += sign * math.factorial(n) / x ** (n + 1)
        x += 1
    if n == 0:
        total += math.log(x) - 0.5 / x
    else:
        total += sign * (math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1)))
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        total += sign * bernoulli * math.factorial(2 * k + n - 1) / math.factorial(2 * k) / x ** (2 * k + n)
    return total


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B2, B4, ... B16
