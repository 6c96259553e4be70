"""Adjoints of convolution, correlation, interpolation and covariance; without stores, to be differentiated again."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adjoint, indexing

__all__ = [
    "bracket",
    "convolve_left",
    "convolve_right",
    "correlate_left",
    "correlate_right",
    "corrcoef_adjoint",
    "corrcoef_tangent",
    "cov_adjoint",
    "interp_fp_adjoint",
    "interp_periodic_adjoint",
    "interp_x_adjoint",
    "interp_xp_adjoint",
    "interp_xp_tangent",
]


def convolve_left(g: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """The adjoint of `a` through `np.convolve(a, v, mode)`."""
    if np.size(a) == 0 or np.size(v) == 0:
        return adjoint.zeros_like(a)
    whole = _whole(g, np.size(a), np.size(v), mode, False)
    return adjoint.unbroadcast(np.reshape(np.convolve(whole, np.ravel(v)[::-1], "valid"), np.shape(a)), a)


def convolve_right(g: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """The adjoint of `v` through `np.convolve(a, v, mode)`."""
    if np.size(a) == 0 or np.size(v) == 0:
        return adjoint.zeros_like(v)
    whole = _whole(g, np.size(a), np.size(v), mode, False)
    return adjoint.unbroadcast(np.reshape(np.convolve(whole, np.ravel(a)[::-1], "valid"), np.shape(v)), v)


def correlate_left(g: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The adjoint of `a` through `np.correlate(a, v, mode)`, its convolution with the conjugate of `v` reversed."""
    if np.size(a) == 0 or np.size(v) == 0:
        return adjoint.zeros_like(a)
    whole = _whole(g, np.size(a), np.size(v), mode, True)
    return adjoint.unbroadcast(np.reshape(np.convolve(whole, np.conj(np.ravel(v)), "valid"), np.shape(a)), a)


def correlate_right(g: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The adjoint of `v` through `np.correlate(a, v, mode)`."""
    if np.size(a) == 0 or np.size(v) == 0:
        return adjoint.zeros_like(v)
    whole = _whole(g, np.size(a), np.size(v), mode, True)
    reverse = np.convolve(whole, np.ravel(a)[::-1], "valid")
    return adjoint.unbroadcast(np.reshape(np.conj(reverse[::-1]), np.shape(v)), v)


def _whole(g: Any, size_a: int, size_v: int, mode: str, correlating: bool) -> Any:
    """The adjoint of the full convolution, of which `mode` keeps a part."""
    if mode == "full":
        return g
    short = min(size_a, size_v)
    if mode == "valid":
        before = short - 1
    elif mode == "same":
        # NumPy swaps the factors so that the first is the longer one, and reverses a correlation afterwards
        before = short // 2 if correlating and size_a < size_v else (short - 1) // 2
    else:
        raise ValueError(f"cannot differentiate a convolution with mode={mode!r}: use 'full', 'same' or 'valid'")
    return np.pad(g, (before, size_a + size_v - 1 - before - len(g)))


def bracket(x: Any, xp: Any) -> Any:
    """The index of the knot at the left of each x, among the knots `xp`; the outer intervals reach to infinity."""
    return np.clip(np.searchsorted(xp, x, "right") - 1, 0, max(0, len(xp) - 2))


def interp_x_adjoint(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The adjoint of `x` through `np.interp(x, xp, fp)`: the slope; outside the knots, zero."""
    if len(xp) < 2:
        return adjoint.zeros_like(x)
    slope = np.take(np.divide(np.diff(fp), np.diff(xp)), bracket(x, xp))
    return adjoint.unbroadcast(np.where(_inside(x, xp), g * slope, 0), x)


def interp_periodic_adjoint(g: Any, x: Any, xp: Any, fp: Any, period: Any, part: int) -> Any:
    """The adjoint of x (part 0) or fp (part 2) through `np.interp(x, xp, fp, period=period)`: the knots, sorted and put on at both ends."""
    period = abs(period)
    folded = np.mod(xp, period)
    order = np.argsort(folded)
    knots = np.concatenate([folded[order[-1:]] - period, folded[order], folded[order[:1]] + period])
    places = np.concatenate([order[-1:], order, order[:1]])
    if part == 0:
        return interp_x_adjoint(g, np.mod(x, period), knots, np.take(fp, places))
    wide = interp_fp_adjoint(g, np.mod(x, period), knots, np.take(fp, places))
    return indexing.take_adjoint(wide, np.shape(fp), places)


def interp_fp_adjoint(g: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """The adjoint of `fp` through `np.interp(x, xp, fp, left, right)`."""
    g = g if left is None else np.where(np.less(x, xp[0]), 0, g)
    g = g if right is None else np.where(np.greater(x, xp[-1]), 0, g)
    if len(xp) < 2:
        return np.reshape(np.sum(g), (1,))
    return adjoint.unbroadcast(_on_knots(g, np.clip(_fraction(x, xp), 0, 1), x, xp), fp)


def interp_xp_adjoint(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The adjoint of the knots `xp` through `np.interp(x, xp, fp)`."""
    if len(xp) < 2:
        return adjoint.zeros_like(xp)
    return adjoint.unbroadcast(_on_knots(-interp_x_adjoint(g, np.asarray(x), xp, fp), _fraction(x, xp), x, xp), xp)


def interp_xp_tangent(xp_dot: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The tangent of `np.interp(x, xp, fp)` when the knots move."""
    if len(xp) < 2:
        return np.zeros(np.shape(x))
    place, fraction = bracket(x, xp), _fraction(x, xp)
    moved = np.take(xp_dot, place) * (1 - fraction) + np.take(xp_dot, place + 1) * fraction
    return -interp_x_adjoint(moved, np.asarray(x), xp, fp)


def _inside(x: Any, xp: Any) -> Any:
    return np.logical_and(np.greater_equal(x, xp[0]), np.less_equal(x, xp[-1]))


def _fraction(x: Any, xp: Any) -> Any:
    place = bracket(x, xp)
    return np.divide(np.subtract(x, np.take(xp, place)), np.take(np.diff(xp), place))


def _on_knots(g: Any, fraction: Any, x: Any, xp: Any) -> Any:
    place, shape = bracket(x, xp), (len(xp),)
    lower = indexing.take_adjoint(np.asarray(g * (1 - fraction)), shape, place, 0)
    return lower + indexing.take_adjoint(np.asarray(g * fraction), shape, place + 1, 0)


def cov_adjoint(
    g: Any, m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None,
) -> tuple[Any, Any]:  # fmt: skip
    """The adjoints of `m` and of more variables `y` through `np.cov(m, y, rowvar, bias, ddof, fweights, aweights)`.

    The mean moves as well, but the weighted sum of the deviations is zero, so that this adds nothing.
    """
    if np.size(m) == 0:
        return adjoint.zeros_like(m), None if y is None else adjoint.zeros_like(y)
    rows_m, rows_y = _variables(m, rowvar), None if y is None else _variables(y, rowvar)
    rows = rows_m if rows_y is None else np.concatenate((rows_m, rows_y))
    weights, norm = _weights_of_samples(rows.shape[1], 0 if bias else 1, ddof, fweights, aweights)
    centred = (rows - np.reshape(np.average(rows, axis=1, weights=weights), (-1, 1))) / norm
    weighted = centred if weights is None else centred * weights
    square = np.reshape(g, (len(rows), len(rows)))
    total = np.matmul(square, np.conj(weighted)) + np.conj(np.matmul(np.transpose(square), weighted))
    count = len(rows_m)
    m_bar = _unvaried(total[:count], m, rowvar)
    return m_bar, None if y is None else _unvaried(total[count:], y, rowvar)


def _weights_of_samples(number: int, default: int, ddof: Any, fweights: Any, aweights: Any) -> tuple[Any, Any]:
    """The weights of the observations in a covariance (None: equal ones), and what the sum is divided by."""
    ddof = default if ddof is None else ddof
    if fweights is None and aweights is None:
        return None, number - ddof
    weights = np.multiply(1 if fweights is None else fweights, 1.0 if aweights is None else aweights)
    total = np.sum(weights)
    return weights, total - ddof * (1 if aweights is None else np.sum(weights * aweights) / total)


def corrcoef_adjoint(g: Any, x: Any, y: Any = None, rowvar: bool = True) -> tuple[Any, Any]:
    """The adjoints of both sets of variables through `np.corrcoef(x, y, rowvar)`, both real."""
    if np.size(x) == 0:
        return adjoint.zeros_like(x), None if y is None else adjoint.zeros_like(y)
    c = np.cov(x, y, rowvar)
    size = 1 if np.ndim(c) == 0 else len(c)
    if size == 1:
        return adjoint.zeros_like(x), None if y is None else adjoint.zeros_like(y)
    variance = np.diagonal(c)
    scale = np.sqrt(np.multiply.outer(variance, variance))
    weighted = g * c / scale
    share = (np.sum(weighted, axis=0) + np.sum(weighted, axis=1)) / (2 * variance)
    return cov_adjoint(g / scale - np.diag(share), x, y, rowvar)


def corrcoef_tangent(c: Any, c_dot: Any) -> Any:
    """The tangent of the correlations that belong to the covariances `c` with tangent `c_dot`."""
    if np.ndim(c) == 0:
        return 0.0 * c_dot
    variance, change = np.diagonal(c), np.diagonal(c_dot)
    relative = change / (2 * variance)
    scale = np.sqrt(np.multiply.outer(variance, variance))
    return c_dot / scale - c / scale * (relative[:, None] + relative)


def _variables(m: Any, rowvar: bool) -> Any:
    rows = np.reshape(m, (1, -1)) if np.ndim(m) < 2 else m
    return rows if rowvar or np.ndim(m) < 2 else np.transpose(rows)


def _unvaried(total: Any, m: Any, rowvar: bool) -> Any:
    return adjoint.unbroadcast(np.reshape(total if rowvar or np.ndim(m) < 2 else np.transpose(total), np.shape(m)), m)
