"""Triangles, diagonals and traces of matrices."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, structural

# triangles and diagonals


def _triangles(draw):
    yield (draw(3, 3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3, 2), -1), {}
    yield (draw(3),), {}


structural(np.tril, multilinear=("m",), cases=_triangles)
structural(np.triu, multilinear=("m",), cases=_triangles)


@adjoint(np.tril, ranks=(2,))
def tril_2(k=0, *, y_bar):
    return np.tril(y_bar, k)


@adjoint(np.triu, ranks=(2,))
def triu_2(k=0, *, y_bar):
    return np.triu(y_bar, k)


@adjoint(np.tril)
def tril_(m, k=0, *, y_bar):
    return rt.unbroadcast(np.tril(y_bar, k), np.shape(m))


@adjoint(np.triu)
def triu_(m, k=0, *, y_bar):
    return rt.unbroadcast(np.triu(y_bar, k), np.shape(m))


def _diagonals(draw):
    yield (draw(3, 3),), {}
    yield (draw(2, 4), 1), {}
    yield (draw(3, 2), -1), {}
    yield (draw(2, 3, 4), 0, 2, 0), {}
    yield (draw(2, 3), 3), {}


structural(np.diagonal, multilinear=("a",), cases=_diagonals)


@adjoint(np.diagonal)
def diagonal_(a, offset=0, axis1=0, axis2=1, *, y_bar):
    return rt.diagonal_adjoint(y_bar, np.shape(a), offset, axis1, axis2)


structural(
    rt.diagonal_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [((draw(2), (2, 3), 1), {}), ((draw(3, 2), (2, 3, 2), 0, 0, -1), {})],
)


@adjoint(rt.diagonal_adjoint)
def diagonal_back(offset=0, axis1=0, axis2=1, *, y_bar):
    return np.diagonal(y_bar, offset, axis1, axis2)


structural(np.trace, multilinear=("a",), cases=_diagonals)


@adjoint(np.trace)
def trace_(a, offset=0, axis1=0, axis2=1, *, y_bar):
    return rt.trace_adjoint(y_bar, np.shape(a), offset, axis1, axis2)


structural(
    rt.trace_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [((0.5, (2, 3), 1), {}), ((draw(3), (2, 3, 2), 0, 0, -1), {})],
)


@adjoint(rt.trace_adjoint)
def trace_back(offset=0, axis1=0, axis2=1, *, y_bar):
    return np.trace(y_bar, offset, axis1, axis2)


def _diags(draw):
    yield (draw(3),), {}
    yield (draw(2), 1), {}
    yield (draw(2), -2), {}
    yield (draw(3, 3),), {}
    yield (draw(2, 4), 2), {}
    yield (draw(4, 2), -1), {}


structural(np.diag, multilinear=("v",), cases=_diags)


@adjoint(np.diag, ranks=(1,))
def diag_1(k=0, *, y_bar):
    return np.diag(y_bar, k)


@adjoint(np.diag)
def diag_(v, k=0, *, y_bar):
    return rt.diag_adjoint(y_bar, np.shape(v), k)


structural(
    rt.diag_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [((draw(3, 3), (2,), 1), {}), ((draw(2), (2, 3), 1), {})],
)


@adjoint(rt.diag_adjoint)
def diag_back(k=0, *, y_bar):
    return np.diag(y_bar, k)


structural(np.diagflat, multilinear=("v",), cases=lambda draw: [((draw(2, 2),), {}), ((draw(3), -1), {}), ((0.5,), {})])


@adjoint(np.diagflat)
def diagflat_(v, k=0, *, y_bar):
    return np.reshape(np.diag(y_bar, k), np.shape(v))
