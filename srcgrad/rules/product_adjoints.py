"""Second derivatives of products: the adjoints of products are products again.

A product P(a, b) has the adjoints left(g, a, b) and right(g, a, b), which read only the shape and the kind of the
factor that they belong to. With y_bar in the place of that factor, the adjoint of `g` is P itself, and that of the
other factor is its own.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, structural

# matmul


def _matmul_cases(draw):
    yield (draw(2, 2), draw(2, 3), draw(3, 2)), {}
    yield (draw(4, 2, 2), draw(2, 3), draw(4, 3, 2)), {}
    yield (draw(2), draw(2, 3), draw(3)), {}
    yield (draw(2), draw(3), draw(3, 2)), {}
    yield (0.5, draw(3), draw(3)), {}


structural(rt.matmul_left, multilinear=("g", "x2"), shapes=("x1",), cases=_matmul_cases)
structural(rt.matmul_right, multilinear=("g", "x1"), shapes=("x2",), cases=_matmul_cases)


@adjoint(rt.matmul_left, "g")
def matmul_left_g(g, x2, *, y_bar):
    return rt.unbroadcast(np.matmul(y_bar, x2), g)


@adjoint(rt.matmul_left, "x2")
def matmul_left_x2(g, x2, *, y_bar):
    return rt.matmul_right(g, y_bar, x2)


@adjoint(rt.matmul_right, "g")
def matmul_right_g(g, x1, *, y_bar):
    return rt.unbroadcast(np.matmul(x1, y_bar), g)


@adjoint(rt.matmul_right, "x1")
def matmul_right_x1(g, x1, *, y_bar):
    return rt.matmul_left(g, x1, y_bar)


# dot


def _dot_cases(draw):
    yield (draw(2, 2), draw(2, 3), draw(3, 2)), {}
    yield (draw(2, 2, 2), draw(2, 3), draw(2, 3, 2)), {}
    yield (draw(3), 0.5, draw(3)), {}
    yield (draw(2), draw(2, 3), draw(3)), {}


structural(rt.dot_left, multilinear=("g", "b"), shapes=("a",), cases=_dot_cases)
structural(rt.dot_right, multilinear=("g", "a"), shapes=("b",), cases=_dot_cases)


@adjoint(rt.dot_left, "g")
def dot_left_g(g, b, *, y_bar):
    return rt.unbroadcast(np.dot(y_bar, b), g)


@adjoint(rt.dot_left, "b")
def dot_left_b(g, b, *, y_bar):
    return rt.dot_right(g, y_bar, b)


@adjoint(rt.dot_right, "g")
def dot_right_g(g, a, *, y_bar):
    return rt.unbroadcast(np.dot(a, y_bar), g)


@adjoint(rt.dot_right, "a")
def dot_right_a(g, a, *, y_bar):
    return rt.dot_left(g, a, y_bar)


# inner


def _inner_cases(draw):
    yield (draw(2, 4), draw(2, 3), draw(4, 3)), {}
    yield (0.5, draw(3), draw(3)), {}


structural(rt.inner_left, multilinear=("g", "b"), shapes=("a",), cases=_inner_cases)
structural(rt.inner_right, multilinear=("g", "a"), shapes=("b",), cases=_inner_cases)


@adjoint(rt.inner_left, "g")
def inner_left_g(g, b, *, y_bar):
    return rt.unbroadcast(np.inner(y_bar, b), g)


@adjoint(rt.inner_left, "b")
def inner_left_b(g, b, *, y_bar):
    return rt.inner_right(g, y_bar, b)


@adjoint(rt.inner_right, "g")
def inner_right_g(g, a, *, y_bar):
    return rt.unbroadcast(np.inner(a, y_bar), g)


@adjoint(rt.inner_right, "a")
def inner_right_a(g, a, *, y_bar):
    return rt.inner_left(g, a, y_bar)


# outer


def _outer_cases(draw):
    yield (draw(4, 3), draw(2, 2), draw(3)), {}


structural(rt.outer_left, multilinear=("g", "b"), shapes=("a",), cases=_outer_cases)
structural(rt.outer_right, multilinear=("g", "a"), shapes=("b",), cases=_outer_cases)


@adjoint(rt.outer_left, "g")
def outer_left_g(g, b, *, y_bar):
    return rt.unbroadcast(np.outer(y_bar, b), g)


@adjoint(rt.outer_left, "b")
def outer_left_b(g, b, *, y_bar):
    return rt.outer_right(g, y_bar, b)


@adjoint(rt.outer_right, "g")
def outer_right_g(g, a, *, y_bar):
    return rt.unbroadcast(np.outer(a, y_bar), g)


@adjoint(rt.outer_right, "a")
def outer_right_a(g, a, *, y_bar):
    return rt.outer_left(g, a, y_bar)


# vdot


def _vdot_cases(draw):
    yield (0.5, draw(3), draw(3)), {}
    yield (draw.complex()[()], draw.complex(2, 2), draw.complex(4)), {}


structural(rt.vdot_left, multilinear=("g", "b"), shapes=("a",), cases=_vdot_cases)
structural(rt.vdot_right, multilinear=("g", "a"), shapes=("b",), cases=_vdot_cases)


@adjoint(rt.vdot_left, "g")
def vdot_left_g(g, b, *, y_bar):
    return rt.unbroadcast(np.vdot(y_bar, b), g)


@adjoint(rt.vdot_left, "b")
def vdot_left_b(g, b, *, y_bar):
    return rt.vdot_right(g, y_bar, b)


@adjoint(rt.vdot_right, "g")
def vdot_right_g(g, a, *, y_bar):
    return rt.unbroadcast(np.vdot(a, y_bar), g)


@adjoint(rt.vdot_right, "a")
def vdot_right_a(g, a, *, y_bar):
    return rt.vdot_left(g, a, y_bar)


# vecdot


def _vecdot_cases(draw):
    yield (draw(2), draw(2, 3), draw(3)), {}
    yield (draw.complex(2), draw.complex(2, 3), draw.complex(3)), {}


structural(rt.vecdot_left, multilinear=("g", "x2"), shapes=("x1",), cases=_vecdot_cases)
structural(rt.vecdot_right, multilinear=("g", "x1"), shapes=("x2",), cases=_vecdot_cases)


@adjoint(rt.vecdot_left, "g")
def vecdot_left_g(g, x2, *, y_bar):
    return rt.unbroadcast(np.vecdot(y_bar, x2), g)


@adjoint(rt.vecdot_left, "x2")
def vecdot_left_x2(g, x2, *, y_bar):
    return rt.vecdot_right(g, y_bar, x2)


@adjoint(rt.vecdot_right, "g")
def vecdot_right_g(g, x1, *, y_bar):
    return rt.unbroadcast(np.vecdot(x1, y_bar), g)


@adjoint(rt.vecdot_right, "x1")
def vecdot_right_x1(g, x1, *, y_bar):
    return rt.vecdot_left(g, x1, y_bar)


if hasattr(np, "matvec"):  # NumPy 2.2
    # matvec

    def _matvec_cases(draw):
        yield (draw(4, 2), draw(2, 3), draw(4, 3)), {}

    structural(rt.matvec_left, multilinear=("g", "x2"), shapes=("x1",), cases=_matvec_cases)
    structural(rt.matvec_right, multilinear=("g", "x1"), shapes=("x2",), cases=_matvec_cases)

    @adjoint(rt.matvec_left, "g")
    def matvec_left_g(g, x2, *, y_bar):
        return rt.unbroadcast(np.matvec(y_bar, x2), g)

    @adjoint(rt.matvec_left, "x2")
    def matvec_left_x2(g, x2, *, y_bar):
        return rt.matvec_right(g, y_bar, x2)

    @adjoint(rt.matvec_right, "g")
    def matvec_right_g(g, x1, *, y_bar):
        return rt.unbroadcast(np.matvec(x1, y_bar), g)

    @adjoint(rt.matvec_right, "x1")
    def matvec_right_x1(g, x1, *, y_bar):
        return rt.matvec_left(g, x1, y_bar)


if hasattr(np, "vecmat"):  # NumPy 2.2
    # vecmat

    def _vecmat_cases(draw):
        yield (draw(4, 3), draw(4, 2), draw(2, 3)), {}
        yield (draw.complex(3), draw.complex(2), draw.complex(2, 3)), {}

    structural(rt.vecmat_left, multilinear=("g", "x2"), shapes=("x1",), cases=_vecmat_cases)
    structural(rt.vecmat_right, multilinear=("g", "x1"), shapes=("x2",), cases=_vecmat_cases)

    @adjoint(rt.vecmat_left, "g")
    def vecmat_left_g(g, x2, *, y_bar):
        return rt.unbroadcast(np.vecmat(y_bar, x2), g)

    @adjoint(rt.vecmat_left, "x2")
    def vecmat_left_x2(g, x2, *, y_bar):
        return rt.vecmat_right(g, y_bar, x2)

    @adjoint(rt.vecmat_right, "g")
    def vecmat_right_g(g, x1, *, y_bar):
        return rt.unbroadcast(np.vecmat(x1, y_bar), g)

    @adjoint(rt.vecmat_right, "x1")
    def vecmat_right_x1(g, x1, *, y_bar):
        return rt.vecmat_left(g, x1, y_bar)


# tensordot


def _tensordot_cases(draw):
    yield (draw(2, 2), draw(2, 3, 4), draw(3, 4, 2)), {}
    yield (draw(2, 2), draw(2, 3, 4), draw(4, 2, 3), ((1, 2), (2, 0))), {}


structural(rt.tensordot_left, multilinear=("g", "b"), shapes=("a",), cases=_tensordot_cases)
structural(rt.tensordot_right, multilinear=("g", "a"), shapes=("b",), cases=_tensordot_cases)


@adjoint(rt.tensordot_left, "g")
def tensordot_left_g(g, b, axes=2, *, y_bar):
    return rt.unbroadcast(np.tensordot(y_bar, b, axes), g)


@adjoint(rt.tensordot_left, "b")
def tensordot_left_b(g, b, axes=2, *, y_bar):
    return rt.tensordot_right(g, y_bar, b, axes)


@adjoint(rt.tensordot_right, "g")
def tensordot_right_g(g, a, axes=2, *, y_bar):
    return rt.unbroadcast(np.tensordot(a, y_bar, axes), g)


@adjoint(rt.tensordot_right, "a")
def tensordot_right_a(g, a, axes=2, *, y_bar):
    return rt.tensordot_left(g, a, y_bar, axes)


# kron


def _kron_cases(draw):
    yield (draw(4, 6), draw(2, 3), draw(2, 2)), {}


structural(rt.kron_left, multilinear=("g", "b"), shapes=("a",), cases=_kron_cases)
structural(rt.kron_right, multilinear=("g", "a"), shapes=("b",), cases=_kron_cases)


@adjoint(rt.kron_left, "g")
def kron_left_g(g, b, *, y_bar):
    return rt.unbroadcast(np.kron(y_bar, b), g)


@adjoint(rt.kron_left, "b")
def kron_left_b(g, b, *, y_bar):
    return rt.kron_right(g, y_bar, b)


@adjoint(rt.kron_right, "g")
def kron_right_g(g, a, *, y_bar):
    return rt.unbroadcast(np.kron(a, y_bar), g)


@adjoint(rt.kron_right, "a")
def kron_right_a(g, a, *, y_bar):
    return rt.kron_left(g, a, y_bar)


# cross


def _cross_cases(draw):
    yield (draw(2, 3), draw(2, 3), draw(3)), {}
    yield (draw(3, 2), draw(3, 2), draw(2, 3), 0, 1, 0), {}


structural(rt.cross_left, multilinear=("g", "b"), shapes=("a",), cases=_cross_cases)
structural(rt.cross_right, multilinear=("g", "a"), shapes=("b",), cases=_cross_cases)


@adjoint(rt.cross_left, "g")
def cross_left_g(g, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.unbroadcast(np.cross(y_bar, b, axisa, axisb, axisc, axis), g)


@adjoint(rt.cross_left, "b")
def cross_left_b(g, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.cross_right(g, y_bar, b, axisa, axisb, axisc, axis)


@adjoint(rt.cross_right, "g")
def cross_right_g(g, a, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.unbroadcast(np.cross(a, y_bar, axisa, axisb, axisc, axis), g)


@adjoint(rt.cross_right, "a")
def cross_right_a(g, a, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.cross_left(g, a, y_bar, axisa, axisb, axisc, axis)


# convolve


def _convolve_cases(draw):
    yield (draw(6), draw(4), draw(3)), {}
    yield (draw(4), draw(4), draw(3), "same"), {}


structural(rt.convolve_left, multilinear=("g", "v"), shapes=("a",), cases=_convolve_cases)
structural(rt.convolve_right, multilinear=("g", "a"), shapes=("v",), cases=_convolve_cases)


@adjoint(rt.convolve_left, "g")
def convolve_left_g(g, v, mode="full", *, y_bar):
    return rt.unbroadcast(np.convolve(y_bar, v, mode), g)


@adjoint(rt.convolve_left, "v")
def convolve_left_v(g, v, mode="full", *, y_bar):
    return rt.convolve_right(g, y_bar, v, mode)


@adjoint(rt.convolve_right, "g")
def convolve_right_g(g, a, mode="full", *, y_bar):
    return rt.unbroadcast(np.convolve(a, y_bar, mode), g)


@adjoint(rt.convolve_right, "a")
def convolve_right_a(g, a, mode="full", *, y_bar):
    return rt.convolve_left(g, a, y_bar, mode)


# correlate


def _correlate_cases(draw):
    yield (draw(2), draw(4), draw(3)), {}
    yield (draw(4), draw(3), draw(4), "same"), {}
    yield (draw.complex(6), draw.complex(4), draw.complex(3), "full"), {}


structural(rt.correlate_left, multilinear=("g", "v"), shapes=("a",), cases=_correlate_cases)
structural(rt.correlate_right, multilinear=("g", "a"), shapes=("v",), cases=_correlate_cases)


@adjoint(rt.correlate_left, "g")
def correlate_left_g(g, v, mode="valid", *, y_bar):
    return rt.unbroadcast(np.correlate(y_bar, v, mode), g)


@adjoint(rt.correlate_left, "v")
def correlate_left_v(g, v, mode="valid", *, y_bar):
    return rt.correlate_right(g, y_bar, v, mode)


@adjoint(rt.correlate_right, "g")
def correlate_right_g(g, a, mode="valid", *, y_bar):
    return rt.unbroadcast(np.correlate(a, y_bar, mode), g)


@adjoint(rt.correlate_right, "a")
def correlate_right_a(g, a, mode="valid", *, y_bar):
    return rt.correlate_left(g, a, y_bar, mode)
