"""Adjoints of NumPy's functions on polynomials given by coefficients, highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adjoint, signal

__all__ = [
    "derivative_coefficients",
    "poly_adjoint",
    "poly_tangent",
    "polyadd_adjoint",
    "polyder_adjoint",
    "polyint_adjoint",
    "polymul_left",
    "polymul_right",
    "polyval_p_adjoint",
    "polyval_x_adjoint",
    "roots_adjoint",
    "vander_adjoint",
    "vander_tangent",
]


def vander_adjoint(g: Any, x: Any, increasing: bool = False) -> Any:
    """The adjoint of `np.vander(x, N, increasing)`, with N columns in `g`."""
    count = np.shape(g)[-1]
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    columns = g[..., powers > 0]
    if columns.shape[-1] == 0:
        return np.zeros_like(g, shape=np.shape(x))
    weights = np.asarray(powers[powers > 0], g.dtype)
    return adjoint.unbroadcast(np.sum(columns * weights * np.vander(x, count - 1, increasing), axis=-1), x)


def vander_tangent(x_dot: Any, x: Any, count: int, increasing: bool = False) -> Any:
    """The tangent of `np.vander(x, count, increasing)`."""
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    weights = np.asarray(powers, np.result_type(x_dot))
    return np.expand_dims(x_dot, -1) * weights * np.power(np.expand_dims(x, -1), np.maximum(powers - 1, 0))


def polyval_p_adjoint(g: Any, p: Any, x: Any) -> Any:
    """The adjoint of the coefficients `p`, a vector, through `np.polyval(p, x)`."""
    if np.ndim(p) != 1:
        raise ValueError("np.polyval is differentiated for a vector of coefficients only")
    if len(p) == 0:
        return np.zeros(0)
    return adjoint.unbroadcast(np.matmul(np.ravel(g), _powers(np.ravel(x), len(p))), np.asarray(p))


def _powers(x: Any, count: int) -> Any:
    """As `np.vander(x, count)`, in the precision of `x`."""
    return np.power(np.expand_dims(x, -1), np.asarray(np.arange(count)[::-1], np.real(x).dtype))


def polyval_x_adjoint(g: Any, p: Any, x: Any) -> Any:
    """The adjoint of `x` through `np.polyval(p, x)`."""
    if np.ndim(p) != 1:
        raise ValueError("np.polyval is differentiated for a vector of coefficients only")
    return adjoint.unbroadcast(g * np.polyval(derivative_coefficients(p), x), x)


def derivative_coefficients(p: Any) -> Any:
    """The coefficients of the derivative; unlike `np.polyder`, in the precision of `p`."""
    p = np.asarray(p)
    return p[:-1] * np.asarray(np.arange(len(p) - 1, 0, -1), p.dtype)


def polyadd_adjoint(g: Any, shape: tuple[int, ...]) -> Any:
    """The adjoint of a polynomial of this shape through `np.polyadd`, which aligns lowest powers."""
    size = shape[0] if shape else 1
    return np.reshape(g[len(g) - size :], shape)


def polymul_left(g: Any, a1: Any, a2: Any) -> Any:
    """The adjoint of `a1` through `np.polymul(a1, a2)`."""
    _check_leading(a1, a2)
    return signal.convolve_left(g, a1, a2)


def polymul_right(g: Any, a1: Any, a2: Any) -> Any:
    """The adjoint of `a2` through `np.polymul(a1, a2)`."""
    _check_leading(a1, a2)
    return signal.convolve_right(g, a1, a2)


def _check_leading(*polynomials: Any) -> None:
    for p in polynomials:
        if np.size(p) > 1 and np.ravel(p)[0] == 0:
            raise ValueError("np.polymul drops a leading coefficient that is zero; use np.convolve, which keeps it")


def _falling(size: int, m: int, g: Any) -> Any:
    """(k + m)! / k! for k = size - 1, ..., 0: what differentiating m times multiplies the coefficients by."""
    k = np.arange(size - 1, -1, -1)
    product = np.ones(size)
    for step in range(1, m + 1):
        product = product * (k + step)
    return np.asarray(product, g.dtype)


def polyder_adjoint(g: Any, size: int, m: int = 1) -> Any:
    """The adjoint of `np.polyder(p, m)` for `size` coefficients."""
    return np.concatenate((g * _falling(len(g), m, g), np.zeros_like(g, shape=(size - len(g),))))


def polyint_adjoint(g: Any, size: int, m: int = 1) -> Any:
    """The adjoint of `np.polyint(p, m)` for `size` coefficients."""
    return g if m == 0 else g[:size] / _falling(size, m, g)


def poly_adjoint(g: Any, seq_of_zeros: Any) -> Any:
    """The adjoint of the roots through `np.poly(seq_of_zeros)`: minus the polynomial of the other roots; or that of a matrix."""
    if np.ndim(seq_of_zeros) == 2:
        parts = _cofactors(seq_of_zeros)
        return -sum((g[k + 1] * np.transpose(part) for k, part in enumerate(parts)), np.zeros_like(parts[0]))
    return -np.matmul(_without_each(seq_of_zeros), g[1:])


def poly_tangent(dot: Any, seq_of_zeros: Any) -> Any:
    """The tangent of `np.poly(seq_of_zeros)`."""
    if np.ndim(seq_of_zeros) == 2:
        terms = [-np.sum(np.transpose(part) * dot) for part in _cofactors(seq_of_zeros)]
        return np.stack([0 * terms[0], *terms])
    return np.pad(-np.matmul(dot, _without_each(seq_of_zeros)), (1, 0))


def _cofactors(a: Any) -> list[Any]:
    """The matrices M_k of adj(z I - a) = sum of M_k z ** (n - 1 - k): the derivative of a coefficient k + 1 of det(z I - a) by a is -M_k'.

    By the recursion of Faddeev and Le Verrier: M_0 = I, c_k = -tr(a M_k-1) / k, M_k = a M_k-1 + c_k I.
    """
    n = len(a)
    identity = np.eye(n, dtype=np.result_type(a))
    found = [identity]
    for k in range(1, n):
        product = np.matmul(a, found[-1])
        found = [*found, product - identity * (np.trace(product) / k)]
    return found


def _without_each(roots: Any) -> Any:
    """Row i has the coefficients of the polynomial with all roots but the i-th."""
    roots = np.asarray(roots)
    rows = [np.asarray(np.atleast_1d(np.poly(np.delete(roots, i))), roots.dtype) for i in range(len(roots))]
    return np.stack(rows) if rows else np.zeros_like(roots, shape=(0, 0))


def roots_adjoint(g: Any, p: Any, y: Any) -> Any:
    """The adjoint of the coefficients `p` through y = `np.roots(p)`; infinite at a multiple root."""
    slope = np.polyval(derivative_coefficients(p), y)
    return adjoint.unbroadcast(-np.matmul(g / slope, _powers(y, len(p))), np.asarray(p))
