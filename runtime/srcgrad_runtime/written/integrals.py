"""Integrals of samples (scipy.integrate)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["cumulative_trapezoid", "simpson"]


def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """`scipy.integrate.cumulative_trapezoid`."""
    values = np.moveaxis(np.asarray(y), axis, -1)
    step = dx
    if x is not None:
        step = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    total = np.cumsum(step * (values[..., 1:] + values[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        total = np.concatenate([np.full(total.shape[:-1] + (1,), initial, total.dtype), total], axis=-1)
    return np.moveaxis(total, -1, axis)


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """`scipy.integrate.simpson`; for an even number of samples the last interval is that of Cartwright (2017)."""
    values = np.moveaxis(np.asarray(y), axis, -1)
    n = np.shape(values)[-1]
    if x is None:
        steps = np.ones(n - 1, np.result_type(values, np.float32)) * dx
    else:
        steps = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    if n == 1:
        return 0.0 * values[..., 0]
    if n == 2:
        return 0.5 * steps[..., 0] * (values[..., 0] + values[..., 1])
    last = n - 2 if n % 2 == 1 else n - 3
    h0, h1 = steps[..., 0:last:2], steps[..., 1 : last + 1 : 2]
    y0, y1, y2 = values[..., 0:last:2], values[..., 1 : last + 1 : 2], values[..., 2 : last + 2 : 2]
    total, ratio = h0 + h1, h0 / h1
    parts = total / 6.0 * (y0 * (2.0 - 1.0 / ratio) + y1 * (total * total / (h0 * h1)) + y2 * (2.0 - ratio))
    result = np.sum(parts, axis=-1)
    if n % 2 == 0:
        a, b = steps[..., -1], steps[..., -2]
        result = result + values[..., -1] * (2 * a * a + 3 * a * b) / (6 * (b + a))
        result = result + values[..., -2] * (a * a + 3.0 * a * b) / (6 * b)
        result = result - values[..., -3] * (a * a * a) / (6 * b * (b + a))
    return result
