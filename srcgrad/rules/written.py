"""The functions that are differentiated through a text of the runtime: composed ones, and those that call what they are given."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import written


def _fits(draw):
    yield (draw(6), draw(6), 2), {}
    yield (draw(6), draw(6, 2), 1), {}
    yield (draw(6), draw(6), 1), {"w": draw.positive(6)}


written(np.polyfit, rt.written.polyfit, _fits)


def _rows(draw):
    yield (lambda row: np.sum(row * row) * row, 1, draw(2, 3)), {}
    yield (lambda row, s: np.prod(row) * s, 0, draw(2, 3), 0.7), {}
    yield (lambda row: np.outer(row, row), 1, draw(2, 3, 2)), {}
    yield (np.sum, -1, draw(2, 3)), {}


written(np.apply_along_axis, rt.written.apply_along_axis, _rows, pure=False)


def _axes(draw):
    yield (np.sum, draw(2, 3, 2), [0, 2]), {}
    yield (np.mean, draw(2, 3), 1), {}


written(np.apply_over_axes, rt.written.apply_over_axes, _axes, pure=False)


def _pieces(draw):
    x = draw.distinct(6)
    yield (x, [x < 0, x >= 0], [lambda t: -t * t, lambda t: t**3]), {}
    yield (x, [x < -1, x > 1], [lambda t: np.exp(t), 3.0, lambda t: t / 2]), {}
    yield (x, [x < 0], [lambda t, k: t * k, lambda t, k: t**k], 3), {}
    yield (np.array(0.7), [np.array(False), np.array(True)], [lambda t: t, lambda t: 2 * t]), {}


written(np.piecewise, rt.written.piecewise, _pieces, pure=False)
written(np.kaiser, rt.written.kaiser, lambda draw: [((5, 1.7), {}), ((4, 0.6), {})])


def _series(draw):
    yield (draw(3), draw(4)), {}
    yield (0.3, draw(3)), {}
    yield (draw(2, 2), draw(3, 2)), {}
    yield (draw(3), draw(1)), {}
    yield (draw(3), draw(2)), {}
    yield (draw(2), draw(3, 2)), {"tensor": False}


written(np.polynomial.polynomial.polyval, rt.written.power_series, _series)
written(np.polynomial.chebyshev.chebval, rt.written.chebval, _series)
written(np.polynomial.legendre.legval, rt.written.legval, _series)
written(np.polynomial.hermite.hermval, rt.written.hermval, _series)
written(np.polynomial.hermite_e.hermeval, rt.written.hermeval, _series)
written(np.polynomial.laguerre.lagval, rt.written.lagval, _series)
written(
    np.fromfunction,
    rt.written.fromfunction,
    lambda draw: [((lambda i, j, s: i * s + j * s**2, (2, 3)), {"s": 0.7})],
    pure=False,
)
written(
    np.fromiter,
    rt.written.fromiter,
    lambda draw: [(([0.5, 1.5, 2.5], float), {}), (([0.5, 1.5], float, 1), {})],
)
