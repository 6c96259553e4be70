"""NumPy's functions on polynomials given by their coefficients, highest power first, and Vandermonde matrices."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, refused, structural, tangent

structural(
    np.vander,
    cases=lambda draw: [
        ((draw(3),), {}),
        ((draw(3), 2), {}),
        ((draw(2), 4), {"increasing": True}),
        ((np.array([0.0, 1.5]), 3), {}),
        ((draw(2), 1), {}),
    ],
)


@adjoint(np.vander)
def vander_(x, increasing=False, *, y_bar):
    return rt.vander_adjoint(y_bar, x, increasing)


@adjoint(np.vander)
def vander_counted(x, N, increasing=False, *, y_bar):
    return rt.vander_adjoint(y_bar, x, increasing)


@tangent(np.vander)
def vander_tangent_(x, x_dot, N=None, increasing=False, *, y):
    return rt.vander_tangent(x_dot, x, np.shape(y)[-1], increasing)


structural(
    np.polyval,
    multilinear=("p",),
    cases=lambda draw: [
        ((draw(3), draw(4)), {}),
        ((draw(3), draw(2, 2)), {}),
        ((draw(3), 0.5), {}),
        ((draw(1), draw(2)), {}),
    ],
)


@adjoint(np.polyval, "p")
def polyval_p(p, x, *, y_bar):
    return rt.polyval_p_adjoint(y_bar, p, x)


@adjoint(np.polyval, "x")
def polyval_x(p, x, *, y_bar):
    return rt.polyval_x_adjoint(y_bar, p, x)


@tangent(np.polyval, "x")
def polyval_x_tangent(p, x, x_dot):
    return x_dot * np.polyval(rt.derivative_coefficients(p), x)


def _pairs(draw):
    yield (draw(3), draw(3)), {}
    yield (draw(2), draw(4)), {}
    yield (draw(3), 0.5), {}


structural(np.polyadd, cases=_pairs)
structural(np.polysub, cases=_pairs)
structural(np.polymul, cases=_pairs)


@adjoint(np.polyadd, "a1")
@adjoint(np.polysub, "a1")
def polyadd_a1(a1, *, y_bar):
    return rt.polyadd_adjoint(y_bar, np.shape(a1))


@adjoint(np.polyadd, "a2")
def polyadd_a2(a2, *, y_bar):
    return rt.polyadd_adjoint(y_bar, np.shape(a2))


@adjoint(np.polysub, "a2")
def polysub_a2(a2, *, y_bar):
    return -rt.polyadd_adjoint(y_bar, np.shape(a2))


@tangent(np.polyadd, "a1")
@tangent(np.polysub, "a1")
def polyadd_a1_tangent(a1_dot, a2):
    return np.polyadd(a1_dot, rt.zeros_like(a2))


@tangent(np.polyadd, "a2")
def polyadd_a2_tangent(a1, a2_dot):
    return np.polyadd(rt.zeros_like(a1), a2_dot)


@tangent(np.polysub, "a2")
def polysub_a2_tangent(a1, a2_dot):
    return np.polysub(rt.zeros_like(a1), a2_dot)


@adjoint(np.polymul, "a1")
def polymul_a1(a1, a2, *, y_bar):
    return rt.polymul_left(y_bar, a1, a2)


@adjoint(np.polymul, "a2")
def polymul_a2(a1, a2, *, y_bar):
    return rt.polymul_right(y_bar, a1, a2)


@tangent(np.polymul, "a1")
def polymul_a1_tangent(a1_dot, a2):
    return np.convolve(a1_dot, a2)


@tangent(np.polymul, "a2")
def polymul_a2_tangent(a1, a2_dot):
    return np.convolve(a1, a2_dot)


structural(
    np.polyder, multilinear=("p",), cases=lambda draw: [((draw(4),), {}), ((draw(4), 2), {}), ((draw(2), 0), {})]
)
structural(
    np.polyint, multilinear=("p",), cases=lambda draw: [((draw(4),), {}), ((draw(3), 2), {}), ((draw(2), 0), {})]
)


@adjoint(np.polyder)
def polyder_(p, m=1, *, y_bar):
    return rt.polyder_adjoint(y_bar, np.size(p), m)


@adjoint(np.polyint)
def polyint_(p, m=1, *, y_bar):
    return rt.polyint_adjoint(y_bar, np.size(p), m)


structural(
    np.poly,
    cases=lambda draw: [((draw(3),), {}), ((draw(1),), {}), ((draw(3, 3),), {}), ((np.eye(2) + 0.0 * draw(2, 2),), {})],
)


@adjoint(np.poly)
def poly_(seq_of_zeros, *, y_bar):
    return rt.poly_adjoint(y_bar, seq_of_zeros)


@tangent(np.poly)
def poly_tangent_(seq_of_zeros, seq_of_zeros_dot):
    return rt.poly_tangent(seq_of_zeros_dot, seq_of_zeros)


structural(
    np.roots,
    cases=lambda draw: [((np.array([1.0, -6.0, 11.0, -5.5]),), {}), ((np.array([1.0, 0.5, 2.0]),), {})],
)


@adjoint(np.roots)
def roots_(p, *, y, y_bar):
    return rt.roots_adjoint(y_bar, p, y)


@tangent(np.roots)
def roots_tangent(p, p_dot, *, y):
    return -np.polyval(p_dot, y) / np.polyval(rt.derivative_coefficients(p), y)


refused(np.polydiv, "the degree of the remainder depends on the numbers; divide by hand, or evaluate with np.polyval")
