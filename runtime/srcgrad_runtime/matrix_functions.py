"""Derivatives of functions of matrices: powers, exponential, logarithm, square root and the like.

For an analytic f, the directional derivative L(A, E) at A along E is the upper right block of f([[A, E], [0, A]]), and
the adjoint of A is L(A.T, y_bar) [Higham 2008, theorem 3.6].
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

__all__ = ["frechet", "frechet_adjoint_a", "frechet_tangent_a", "matrix_power_tangent", "matrix_power_adjoint"]


def frechet(name: str, a: Any, e: Any, *options: Any) -> Any:
    """The directional derivative at `a` along `e` of the function of this name in scipy.linalg.

    >>> frechet("fractional_matrix_power", np.eye(1), np.eye(1), 2).tolist()
    [[2.0]]
    """
    function = getattr(importlib.import_module("scipy.linalg"), name)
    n = a.shape[-1]
    return function(_tangent_block(a, e), *options)[..., :n, n:]


def frechet_adjoint_a(name: str, a: Any, e: Any, y_bar: Any, *options: Any) -> Any:
    """The adjoint of `a` in y = frechet(name, a, e)."""
    n = a.shape[-1]
    zero = y_bar * 0
    seed = np.concatenate((np.concatenate((zero, y_bar), axis=-1), np.concatenate((zero, zero), axis=-1)), axis=-2)
    whole = frechet(name, np.swapaxes(_tangent_block(a, e), -1, -2), seed, *options)
    return whole[..., :n, :n] + whole[..., n:, n:]


def frechet_tangent_a(name: str, a: Any, e: Any, a_dot: Any, *options: Any) -> Any:
    n = a.shape[-1]
    return frechet(name, _tangent_block(a, e), _tangent_block(a_dot, e * 0), *options)[..., :n, n:]


def _tangent_block(a: Any, e: Any) -> Any:
    """[[A, E], [0, A]], for stacks of matrices."""
    top = np.concatenate((a, e), axis=-1)
    return np.concatenate((top, np.concatenate((a * 0, a), axis=-1)), axis=-2)


def matrix_power_tangent(a: Any, a_dot: Any, n: int) -> Any:
    """The sum of A^i A_dot A^(n - 1 - i)."""
    size = a.shape[-1]
    return np.linalg.matrix_power(_tangent_block(a, a_dot), n)[..., :size, size:]


def matrix_power_adjoint(a: Any, y_bar: Any, n: int) -> Any:
    return matrix_power_tangent(np.swapaxes(a, -1, -2), y_bar, n)
