"""Convolution, correlation, interpolation, unwrapping and covariance."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural, tangent

nondifferentiable(rt.bracket)


def _convolutions(draw):
    for mode in ("full", "same", "valid"):
        for sizes in ((5, 3), (4, 2), (2, 4), (3, 5), (3, 3)):
            yield (draw(sizes[0]), draw(sizes[1])), {"mode": mode}
    yield (draw(4), draw(3)), {}
    yield (draw.complex(4), draw.complex(3), "same"), {}


structural(np.convolve, multilinear=("a", "v"), cases=lambda draw: [*_convolutions(draw), ((0.5, draw(3)), {})])
structural(np.correlate, multilinear=("a", "v"), cases=_convolutions)


@adjoint(np.convolve, "a")
def convolve_a(a, v, mode="full", *, y_bar):
    return rt.convolve_left(y_bar, a, v, mode)


@adjoint(np.convolve, "v")
def convolve_v(a, v, mode="full", *, y_bar):
    return rt.convolve_right(y_bar, a, v, mode)


@adjoint(np.correlate, "a")
def correlate_a(a, v, mode="valid", *, y_bar):
    return rt.correlate_left(y_bar, a, v, mode)


@adjoint(np.correlate, "v")
def correlate_v(a, v, mode="valid", *, y_bar):
    return rt.correlate_right(y_bar, a, v, mode)


def _interpolations(draw):
    knots = np.array([0.0, 1.0, 1.5, 3.0])
    yield (np.array([0.3, 1.2, 2.0, 2.9, -1.0, 4.0]), knots, draw(4)), {}
    yield (np.array([[0.3, 1.2], [-1.0, 4.0]]), knots, draw(4), 0.5, 1.5), {}
    yield (0.7, knots, draw(4)), {}
    yield (np.array([0.3, 5.0]), knots, draw(4)), {"right": 2.5}
    yield (np.array([0.3, 5.0]), np.array([1.0]), draw(1)), {"right": 2.5}


structural(np.interp, cases=_interpolations)


@adjoint(np.interp, "x")
def interp_x(x, xp, fp, *, y_bar):
    return rt.interp_x_adjoint(y_bar, x, xp, fp)


@adjoint(np.interp, "xp")
def interp_xp(x, xp, fp, *, y_bar):
    return rt.interp_xp_adjoint(y_bar, x, xp, fp)


@adjoint(np.interp, "fp")
def interp_fp(x, xp, fp, left=None, right=None, *, y_bar):
    return rt.interp_fp_adjoint(y_bar, x, xp, fp, left, right)


@adjoint(np.interp, "left")
def interp_left(x, xp, left, *, y_bar):
    return rt.unbroadcast(np.where(np.less(x, xp[0]), y_bar, 0), left)


@adjoint(np.interp, "right")
def interp_right(x, xp, right, *, y_bar):
    return rt.unbroadcast(np.where(np.greater(x, xp[-1]), y_bar, 0), right)


@adjoint(np.interp, "x")
def interp_x_periodic(x, xp, fp, period=None, *, y_bar):
    return (
        rt.interp_x_adjoint(y_bar, x, xp, fp)
        if period is None
        else rt.interp_periodic_adjoint(y_bar, x, xp, fp, period, 0)
    )


@adjoint(np.interp, "fp")
def interp_fp_periodic(x, xp, fp, left=None, right=None, period=None, *, y_bar):
    return (
        rt.interp_fp_adjoint(y_bar, x, xp, fp, left, right)
        if period is None
        else rt.interp_periodic_adjoint(y_bar, x, xp, fp, period, 2)
    )


@tangent(np.interp, "x")
def interp_x_tangent(x, x_dot, xp, fp, period=None):
    return (
        rt.interp_x_adjoint(x_dot, x, xp, fp)
        if period is None
        else rt.interp_periodic_adjoint(x_dot, x, xp, fp, period, 0)
    )


@tangent(np.interp, "xp")
def interp_xp_tangent_(x, xp, xp_dot, fp):
    return rt.interp_xp_tangent(xp_dot, x, xp, fp)


@tangent(np.interp, "fp")
def interp_fp_tangent(x, xp, fp_dot, left=None, right=None, period=None):
    return np.interp(x, xp, fp_dot, None if left is None else 0.0, None if right is None else 0.0, period)


@tangent(np.interp, "left")
def interp_left_tangent(x, xp, left_dot):
    return np.where(np.less(x, xp[0]), left_dot, 0)


@tangent(np.interp, "right")
def interp_right_tangent(x, xp, right_dot):
    return np.where(np.greater(x, xp[-1]), right_dot, 0)


# the jumps of unwrap are whole periods, which do not move with the values
structural(
    np.unwrap,
    ignored=("discont", "axis", "period"),
    cases=lambda draw: [
        ((5 * draw.distinct(5),), {"period": 3.0}),
        ((3 * draw.distinct(6),), {}),
        ((3 * draw.distinct(2, 4),), {"axis": 0}),
        ((draw(3), 4.0), {}),
    ],
)


@adjoint(np.unwrap)
def unwrap_(*, y_bar):
    return y_bar


@tangent(np.unwrap)
def unwrap_tangent(p_dot):
    return p_dot


def _samples(draw):
    yield (draw(2, 5),), {}
    yield (draw(5),), {}
    yield (draw(5, 2),), {"rowvar": False}
    yield (draw(4), draw(4)), {}
    yield (draw(2, 4), draw(4)), {}
    yield (draw(2, 4), draw(3, 4)), {}


# the second set of variables is called y by NumPy, a name that means the result here; it is known by position only
structural(
    np.cov,
    "m, other=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None",
    cases=lambda draw: [
        *_samples(draw),
        ((draw(2, 4),), {"bias": True}),
        ((draw(2, 4),), {"ddof": 0}),
        ((draw(2, 4),), {"fweights": np.array([1, 3, 1, 2])}),
        (
            (draw(4, 2),),
            {"rowvar": False, "fweights": np.array([1, 3, 1, 2]), "aweights": np.array([0.5, 1.0, 2.0, 1.5])},
        ),
        ((draw.complex(2, 4),), {}),
    ],
)


@adjoint(np.cov, "m")
def cov_m(m, other=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, y_bar):
    return rt.cov_adjoint(y_bar, m, other, rowvar, bias, ddof, fweights, aweights)[0]


@tangent(np.cov, "m")
def cov_m_tangent(m, m_dot, other=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    return (
        np.cov(m + m_dot, other, rowvar, bias, ddof, fweights, aweights)
        - np.cov(m - m_dot, other, rowvar, bias, ddof, fweights, aweights)
    ) / 2


@adjoint(np.cov, "other")
def cov_other(m, other, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, y_bar):
    return rt.cov_adjoint(y_bar, m, other, rowvar, bias, ddof, fweights, aweights)[1]


@tangent(np.cov, "other")
def cov_other_tangent(m, other, other_dot, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    return (
        np.cov(m, other + other_dot, rowvar, bias, ddof, fweights, aweights)
        - np.cov(m, other - other_dot, rowvar, bias, ddof, fweights, aweights)
    ) / 2


structural(np.corrcoef, "x, other=None, rowvar=True, *, dtype=None", cases=_samples)


@adjoint(np.corrcoef, "x")
def corrcoef_x(x, other=None, rowvar=True, *, y_bar):
    return rt.corrcoef_adjoint(y_bar, x, other, rowvar)[0]


@adjoint(np.corrcoef, "other")
def corrcoef_other(x, other, rowvar=True, *, y_bar):
    return rt.corrcoef_adjoint(y_bar, x, other, rowvar)[1]


@tangent(np.corrcoef, "x")
def corrcoef_x_tangent(x, x_dot, other=None, rowvar=True):
    return rt.corrcoef_tangent(
        np.cov(x, other, rowvar), (np.cov(x + x_dot, other, rowvar) - np.cov(x - x_dot, other, rowvar)) / 2
    )


@tangent(np.corrcoef, "other")
def corrcoef_other_tangent(x, other, other_dot, rowvar=True):
    return rt.corrcoef_tangent(
        np.cov(x, other, rowvar), (np.cov(x, other + other_dot, rowvar) - np.cov(x, other - other_dot, rowvar)) / 2
    )
