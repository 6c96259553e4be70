"""Activations: functions of each entry, beside what their adjoints multiply with. None of them overflows.

`slope` is the derivative. At 0, where `relu`, `leaky_relu`, `elu` and `selu` have a kink, it is the one from below, and
0 for `relu`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import special

__all__ = [
    "elu", "elu_slope", "gelu", "gelu_slope", "leaky_relu", "leaky_relu_slope", "relu", "selu", "selu_slope", "sigmoid",
    "silu", "softplus", "tanh",
]  # fmt: skip

# G. Klambauer et al. 2017, eq. 14: the fixed point of mean 0 and variance 1
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
ROOT_TWO_BY_PI = math.sqrt(2 / math.pi)


def relu(x: Any) -> Any:
    """max(x, 0)."""
    return np.maximum(x, 0)


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x where x is above 0, slope * x elsewhere."""
    return np.where(np.greater(x, 0), x, x * slope)[()]


def leaky_relu_slope(x: Any, slope: float = 0.01) -> Any:
    one = _one(x)
    return np.where(np.greater(x, 0), one, one * slope)[()]


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where x is above 0, alpha * (exp(x) - 1) elsewhere. [Clevert, Unterthiner, Hochreiter 2016]"""
    return np.where(np.greater(x, 0), x, alpha * np.expm1(np.minimum(x, 0)))[()]


def elu_slope(x: Any, alpha: float = 1.0) -> Any:
    return np.where(np.greater(x, 0), _one(x), alpha * np.exp(np.minimum(x, 0)))[()]


def selu(x: Any) -> Any:
    """`elu` scaled so that mean 0 and variance 1 are kept from layer to layer. [Klambauer et al. 2017]"""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_slope(x: Any) -> Any:
    return SELU_SCALE * elu_slope(x, SELU_ALPHA)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    with np.errstate(over="ignore"):  # where exp(-x) is infinite, the result is 0, as it should be
        return 1 / (1 + np.exp(np.negative(x)))


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(x)


def silu(x: Any) -> Any:
    """x * sigmoid(x). [Elfwing, Uchibe, Doya 2018]"""
    return x * sigmoid(x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the normal distribution function of x. [Hendrycks, Gimpel 2016]

    As in the paper and in JAX, by default with a tanh in its place (off by less than 5e-4); without `approximate` with
    the error function, which needs SciPy.
    """
    return 0.5 * x * (1 + _gelu_inner(x, approximate))


def gelu_slope(x: Any, approximate: bool = True) -> Any:
    inner = _gelu_inner(x, approximate)
    if approximate:
        slope = (1 - inner * inner) * (ROOT_TWO_BY_PI * (1 + 3 * 0.044715 * (x * x)))
    else:
        slope = ROOT_TWO_BY_PI * np.exp(-0.5 * (x * x))
    return 0.5 * (1 + inner) + 0.5 * x * slope


def _gelu_inner(x: Any, approximate: bool) -> Any:
    if approximate:
        return np.tanh(ROOT_TWO_BY_PI * (x + 0.044715 * (x * x * x)))
    return special.erf(x * math.sqrt(0.5))


def _one(x: Any) -> Any:
    return np.result_type(x).type(1)
