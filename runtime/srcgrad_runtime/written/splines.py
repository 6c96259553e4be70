"""Interpolation with pieces of polynomials (scipy.interpolate): the makers give a function of the points of evaluation.

Every piece is a cubic given by the values and the slopes at its ends [C. de Boor, A Practical Guide to Splines, ch. IV]. The slopes of
a spline are found with the whole matrix of its equations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CubicSpline", "PchipInterpolator", "interp1d", "make_interp_spline", "of_pieces"]


def of_pieces(x: Any, y: Any, slopes: Any, axis: int, extrapolate: Any = True) -> Callable[..., Any]:
    """The function with these values and slopes (along the first axis) at the knots; `nu` is the order of a derivative of it."""

    def evaluate(points: Any, nu: int = 0, extrapolate: Any = extrapolate) -> Any:
        at = np.clip(np.searchsorted(x, points, side="right") - 1, 0, len(x) - 2)
        more = (1,) * (np.ndim(y) - 1)
        h = np.reshape(np.take(np.diff(x), at), np.shape(at) + more)
        d = np.reshape(points - np.take(x, at), np.shape(at) + more)
        y0, s0, s1 = np.take(y, at, axis=0), np.take(slopes, at, axis=0), np.take(slopes, at + 1, axis=0)
        mean = (np.take(y, at + 1, axis=0) - y0) / h
        c3 = (s0 + s1 - 2 * mean) / (h * h)
        c2 = (mean - s0) / h - c3 * h
        if nu == 0:
            value = ((c3 * d + c2) * d + s0) * d + y0
        elif nu == 1:
            value = (3 * c3 * d + 2 * c2) * d + s0
        elif nu == 2:
            value = 6 * c3 * d + 2 * c2
        else:
            value = 6 * c3 if nu == 3 else 0 * c3
        if extrapolate is False:
            outside = np.reshape((points < x[0]) | (points > x[-1]), np.shape(at) + more)
            value = np.where(outside, np.nan, value)
        depth = np.ndim(at)
        return np.moveaxis(value, tuple(range(depth)), tuple(range(axis, axis + depth))) if axis and depth else value

    return evaluate


def CubicSpline(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
    """`scipy.interpolate.CubicSpline`, but for periodic ones."""
    nodes = np.asarray(x) + 0.0
    axis = axis % np.ndim(y)
    values = np.moveaxis(np.asarray(y) + 0.0, axis, 0)
    if extrapolate == "periodic" or isinstance(bc_type, str) and bc_type == "periodic":
        raise NotImplementedError("periodic splines are not differentiated")
    slopes = _spline_slopes(nodes, values, bc_type)
    return of_pieces(nodes, values, slopes, axis, extrapolate is None or extrapolate)


def _spline_slopes(x: Any, y: Any, bc_type: Any) -> Any:
    """The slopes at the knots of the spline with two continuous derivatives."""
    n = len(x)
    h = np.diff(x)
    tall = np.reshape(h, (n - 1,) + (1,) * (np.ndim(y) - 1))
    mean = np.diff(y, axis=0) / tall
    first, last = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    if n == 2 and isinstance(first, str) and isinstance(last, str) and first == last == "not-a-knot":
        return np.concatenate([mean, mean])
    if n == 3 and isinstance(first, str) and isinstance(last, str) and first == last == "not-a-knot":
        return _parabola_slopes(tall, mean)
    inner = 3 * (tall[1:] * mean[:-1] + tall[:-1] * mean[1:])
    a0, b0, r0 = _end(
        first, h[0], h[1] if n > 2 else h[0], tall[0], tall[1] if n > 2 else tall[0], mean[0], mean[1 % (n - 1)]
    )
    a1, b1, r1 = _end(
        last, h[-1], h[-2] if n > 2 else h[-1], tall[-1], tall[-2] if n > 2 else tall[-1], mean[-1], mean[-2 % (n - 1)]
    )
    main = np.concatenate([np.reshape(a0, (1,)), 2 * (h[:-1] + h[1:]), np.reshape(a1, (1,))])
    above = np.concatenate([np.reshape(b0, (1,)), h[:-1]])
    below = np.concatenate([h[1:], np.reshape(b1, (1,))])
    matrix = np.diag(main) + np.diag(above, 1) + np.diag(below, -1)
    right = np.concatenate([np.expand_dims(r0, 0), inner, np.expand_dims(r1, 0)])
    return np.reshape(np.linalg.solve(matrix, np.reshape(right, (n, -1))), np.shape(y))


def _parabola_slopes(h: Any, mean: Any) -> Any:
    """The slopes at three points of the parabola through them."""
    middle = (h[1] * mean[0] + h[0] * mean[1]) / (h[0] + h[1])
    return np.stack([2 * mean[0] - middle, middle, 2 * mean[1] - middle])


def _end(
    condition: Any, h: Any, next_h: Any, tall: Any, next_tall: Any, mean: Any, next_mean: Any
) -> tuple[Any, Any, Any]:
    """The equation at one end: factors of the slope there and of the next one, right-hand side."""
    if isinstance(condition, str):
        if condition == "not-a-knot":
            both = tall + next_tall
            right = ((tall + 2 * both) * next_tall * mean + tall * tall * next_mean) / both
            return next_h, h + next_h, right
        order, value = (1, 0.0) if condition == "clamped" else (2, 0.0)
        if condition not in ("clamped", "natural"):
            raise NotImplementedError(f"splines with bc_type={condition!r} are not differentiated")
    else:
        order, value = condition
        raise_unless_zero(value)
    if order == 1:
        return 0 * h + 1.0, 0 * h, 0 * mean
    return 2 * h, h, 3 * tall * mean


def raise_unless_zero(value: Any) -> None:
    if np.any(np.asarray(value) != 0):
        raise NotImplementedError("splines with given derivatives at the ends are differentiated where these are 0")


def PchipInterpolator(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    """`scipy.interpolate.PchipInterpolator`: slopes that keep what is monotonic so [Fritsch and Butland 1984]."""
    nodes = np.asarray(x) + 0.0
    axis = axis % np.ndim(y)
    values = np.moveaxis(np.asarray(y) + 0.0, axis, 0)
    h = np.reshape(np.diff(nodes), (len(nodes) - 1,) + (1,) * (np.ndim(values) - 1))
    mean = np.diff(values, axis=0) / h
    if len(nodes) == 2:
        slopes = np.concatenate([mean, mean])
    else:
        flat = (np.sign(mean[1:]) != np.sign(mean[:-1])) | (mean[1:] == 0) | (mean[:-1] == 0)
        w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        left, right = np.where(flat, 1.0, mean[:-1]), np.where(flat, 1.0, mean[1:])
        inner = np.where(flat, 0.0, (w1 + w2) / (w1 / left + w2 / right))
        ends = [_pchip_end(h[0], h[1], mean[0], mean[1]), _pchip_end(h[-1], h[-2], mean[-1], mean[-2])]
        slopes = np.concatenate([np.expand_dims(ends[0], 0), inner, np.expand_dims(ends[1], 0)])
    return of_pieces(nodes, values, slopes, axis, extrapolate is None or extrapolate)


def _pchip_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    wrong = np.sign(slope) != np.sign(m0)
    steep = (np.sign(m0) != np.sign(m1)) & (np.abs(slope) > 3.0 * np.abs(m0))
    return np.where(wrong, 0.0, np.where(steep, 3.0 * m0, slope))


def make_interp_spline(
    x: Any, y: Any, k: int = 3, t: Any = None, bc_type: Any = None, axis: int = 0, check_finite: bool = True
) -> Any:
    """`scipy.interpolate.make_interp_spline` of degree 1 or 3 on the knots it chooses itself."""
    if t is not None or k not in (1, 3):
        raise NotImplementedError("make_interp_spline is differentiated for k=1 and k=3, without t")
    if k == 1:
        return _broken_line(x, y, axis, True)
    if bc_type is None and len(x) == 3:
        raise NotImplementedError("make_interp_spline needs four points")
    return CubicSpline(x, y, axis, "not-a-knot" if bc_type is None else bc_type)


def interp1d(
    x: Any,
    y: Any,
    kind: Any = "linear",
    axis: int = -1,
    copy: bool = True,
    bounds_error: Any = None,
    fill_value: Any = np.nan,
    assume_sorted: bool = False,
) -> Any:
    """`scipy.interpolate.interp1d` of the kinds linear and cubic, at points inside or with fill_value='extrapolate'."""
    if kind not in ("linear", "cubic") or not assume_sorted and np.any(np.diff(x) < 0):
        raise NotImplementedError("interp1d is differentiated for sorted x and kind='linear' or 'cubic'")
    extrapolate = isinstance(fill_value, str) and fill_value == "extrapolate"
    if not extrapolate and not (np.ndim(fill_value) == 0 and np.isnan(fill_value)):
        raise NotImplementedError("interp1d is differentiated with fill_value=nan or 'extrapolate'")
    inside = (
        _broken_line(x, y, axis, extrapolate)
        if kind == "linear"
        else CubicSpline(x, y, axis, "not-a-knot", extrapolate)
    )

    def evaluate(points: Any) -> Any:
        if not extrapolate and bounds_error is not False and (np.any(points < x[0]) or np.any(points > x[-1])):
            raise ValueError("A value in x_new is outside the interpolation range.")
        return inside(points)

    return evaluate


def _broken_line(x: Any, y: Any, axis: int, extrapolate: Any) -> Any:
    """The function that joins points by lines; the first and the last line go on."""
    nodes = np.asarray(x) + 0.0
    axis = axis % np.ndim(y)
    values = np.moveaxis(np.asarray(y) + 0.0, axis, 0)

    def evaluate(points: Any) -> Any:
        at = np.clip(np.searchsorted(nodes, points, side="right") - 1, 0, len(nodes) - 2)
        more = (1,) * (np.ndim(values) - 1)
        h = np.reshape(np.take(np.diff(nodes), at), np.shape(at) + more)
        d = np.reshape(points - np.take(nodes, at), np.shape(at) + more)
        y0 = np.take(values, at, axis=0)
        value = y0 + (np.take(values, at + 1, axis=0) - y0) / h * d
        if not extrapolate:
            outside = np.reshape((points < nodes[0]) | (points > nodes[-1]), np.shape(at) + more)
            value = np.where(outside, np.nan, value)
        depth = np.ndim(at)
        return np.moveaxis(value, tuple(range(depth)), tuple(range(axis, axis + depth))) if axis and depth else value

    return evaluate
