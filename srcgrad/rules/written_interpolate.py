"""scipy.interpolate: splines and broken lines through points, as functions of the points of evaluation."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt
from scipy import interpolate

from .declare import written

KNOTS = np.array([0.0, 0.7, 1.5, 3.0, 3.6])


def _curves(draw):
    yield (KNOTS, draw(5)), {}
    yield (KNOTS[:3], draw(3)), {}
    yield (KNOTS[:2], draw(2)), {}
    yield (KNOTS, draw(5, 2)), {}
    yield (KNOTS, draw(2, 5)), {"axis": 1}


def _splines(draw):
    yield from _curves(draw)
    for condition in ("natural", "clamped", ((1, 0.0), (2, 0.0))):
        yield (KNOTS, draw(5)), {"bc_type": condition}


written(interpolate.CubicSpline, rt.written.CubicSpline, _splines)
written(interpolate.PchipInterpolator, rt.written.PchipInterpolator, _curves)
written(
    interpolate.make_interp_spline,
    rt.written.make_interp_spline,
    lambda draw: [((KNOTS, draw(5)), {}), ((KNOTS, draw(5, 2)), {"k": 1})],
)
written(
    interpolate.interp1d,
    rt.written.interp1d,
    lambda draw: [
        ((KNOTS, draw(5)), {}),
        ((KNOTS, draw(2, 5)), {"fill_value": "extrapolate"}),
        ((KNOTS, draw(5), "cubic"), {}),
        ((KNOTS, draw(5)), {"bounds_error": False}),
    ],
)
