"""scipy.special for emitted programs, imported when first used, and the adjoints of its functions that are longer than
a line.

`rt.special.name` is the function of that name in scipy.special, so that programs that need none of them run without
SciPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import convolutions, stats
from .adjoint import unbroadcast
from .convolutions import *  # noqa: F403
from .stats import *  # noqa: F403

__all__ = [
    "weighted",
    "share_or_zero",
    "exprel_partial",
    "logsumexp_adjoint_a",
    "logsumexp_adjoint_b",
    "logsumexp_tangent_a",
    "logsumexp_tangent_b",
    "multigammaln_partial",
    "spherical_partial",
    "before",
    "stats",
    *convolutions.__all__,
    *stats.__all__,
]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from scipy import special

    return getattr(special, name)


def weighted(y_bar: Any, partials: Any) -> Any:
    """The sum of y_bar * partial over the results of a function with several; None in `y_bar` is zero."""
    total = partials[0] * 0
    for g, partial in zip(y_bar, partials, strict=True):
        if g is not None:
            total = total + g * partial
    return total


def share_or_zero(x1: Any, x2: Any) -> Any:
    """x1 / x2, and 0 where x1 is 0, whatever x2 is."""
    zero = np.equal(x1, 0)
    return np.where(zero, 0, x1 / np.where(zero, 1, x2))[()]


def exprel_partial(x: Any) -> Any:
    """The derivative (x exp(x) - exp(x) + 1) / x**2 of (exp(x) - 1) / x; by its power series near 0."""
    near = np.abs(x) < 0.5
    small, large = np.where(near, x, 0), np.where(near, 1, x)
    series = 0 * small
    for k in reversed(range(13)):
        series = series * small + (k + 1) / math.factorial(k + 2)
    return np.where(near, series, (large * np.exp(large) - np.expm1(large)) / (large * large))[()]


def _weights(a: Any, y: Any, axis: Any, keepdims: bool) -> Any:
    """exp(a - y) in the shape of a and y broadcast together."""
    if axis is None:
        return np.exp(a - (np.reshape(y, ()) if keepdims else y))
    return np.exp(a - (y if keepdims else np.expand_dims(y, axis)))


def _kept(y_bar: Any, axis: Any, keepdims: bool) -> Any:
    if axis is None:
        return np.reshape(y_bar, ()) if keepdims else y_bar
    return y_bar if keepdims else np.expand_dims(y_bar, axis)


def logsumexp_adjoint_a(a: Any, y: Any, y_bar: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    g = _kept(y_bar, axis, keepdims) * _weights(a, y, axis, keepdims)
    return unbroadcast(g if b is None else g * b, a)


def logsumexp_adjoint_b(a: Any, y: Any, y_bar: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    g = _kept(y_bar, axis, keepdims) * _weights(a, y, axis, keepdims)
    return unbroadcast(g, b)


def logsumexp_tangent_a(a: Any, a_dot: Any, y: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    weights = _weights(a, y, axis, keepdims) if b is None else _weights(a, y, axis, keepdims) * b
    return np.sum(weights * a_dot, axis=axis, keepdims=keepdims)


def logsumexp_tangent_b(a: Any, b_dot: Any, y: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(_weights(a, y, axis, keepdims) * b_dot, axis=axis, keepdims=keepdims)


def multigammaln_partial(psi: Any, a: Any, d: int) -> Any:
    """The sum of psi(a - j / 2) over j < d."""
    total = psi(a)
    for j in range(1, d):
        total = total + psi(a - j / 2)
    return total


def spherical_partial(function: Any, n: Any, z: Any, lower: int, upper: int) -> Any:
    """The derivative of a spherical Bessel function: (lower * n f(n - 1) + upper * (n + 1) f(n + 1)) / (2 n + 1)."""
    below, above = function(np.maximum(n - 1, 0), z), function(n + 1, z)
    return (lower * n * below + upper * (n + 1) * above) / (2 * n + 1)


def before(function: Any, n: Any, *arguments: Any) -> Any:
    """The orthogonal polynomial of degree n - 1; zero for n = 0."""
    first = np.equal(n, 0)
    return np.where(first, 0, function(np.where(first, 1, n) - 1, *arguments))[()]
