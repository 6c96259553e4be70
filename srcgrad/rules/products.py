"""Products of vectors, matrices and tensors. For factors of known ranks the adjoints read as an expert writes them.

Linear maps are transposed without conjugation; vdot, vecdot and vecmat conjugate their first factor.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, methods, structural

_UFUNC = (
    "x1, x2, /, out=None, *, axes=None, axis=None, keepdims=False, "
    "casting='same_kind', order='K', dtype=None, subok=True"
)


def _vectors_and_matrices(draw):
    yield (draw(2, 3), draw(3, 2)), {}
    yield (draw(2, 3), draw(3)), {}
    yield (draw(2), draw(2, 3)), {}
    yield (draw(3), draw(3)), {}
    yield (draw(2, 0), draw(0, 2)), {}
    yield (draw.complex(2, 2), draw.complex(2, 2)), {}


# matmul


def _stacks(draw):
    yield from _vectors_and_matrices(draw)
    yield (draw(2, 2, 3), draw(2, 3, 2)), {}
    yield (draw(2, 2, 3), draw(3, 2)), {}
    yield (draw(2, 3), draw(2, 3, 2)), {}
    yield (draw(2, 1, 2, 3), draw(3, 3, 2)), {}
    yield (draw(2, 2, 3), draw(3)), {}
    yield (draw(2), draw(3, 2, 2)), {}


structural(np.matmul, _UFUNC, multilinear=("x1", "x2"), ignored=("casting", "order", "subok"), cases=_stacks)


@adjoint(np.matmul, "x1", ranks=(2, 2))
@adjoint(np.matmul, "x1", ranks=(3, 2))
def matmul_x1_matrices(x2, *, y_bar):
    return y_bar @ x2.T


@adjoint(np.matmul, "x2", ranks=(2, 2))
@adjoint(np.matmul, "x2", ranks=(2, 1))
def matmul_x2_matrices(x1, *, y_bar):
    return x1.T @ y_bar


@adjoint(np.matmul, "x1", ranks=(2, 1))
def matmul_x1_vector(x2, *, y_bar):
    return np.outer(y_bar, x2)


@adjoint(np.matmul, "x1", ranks=(1, 2))
def matmul_x1_row(x2, *, y_bar):
    return x2 @ y_bar


@adjoint(np.matmul, "x2", ranks=(1, 2))
def matmul_x2_row(x1, *, y_bar):
    return np.outer(x1, y_bar)


@adjoint(np.matmul, "x1", ranks=(1, 1))
def matmul_x1_vectors(x2, *, y_bar):
    return y_bar * x2


@adjoint(np.matmul, "x2", ranks=(1, 1))
def matmul_x2_vectors(x1, *, y_bar):
    return y_bar * x1


@adjoint(np.matmul, "x1")
def matmul_x1(x1, x2, *, y_bar):
    return rt.matmul_left(y_bar, x1, x2)


@adjoint(np.matmul, "x2")
def matmul_x2(x1, x2, *, y_bar):
    return rt.matmul_right(y_bar, x1, x2)


# dot


def _dots(draw):
    yield from _vectors_and_matrices(draw)
    yield (0.5, draw(2, 3)), {}
    yield (draw(2, 3), 0.5), {}
    yield (0.5, 1.5), {}
    yield (draw(2, 3, 2), draw(2)), {}
    yield (draw(2, 2, 3), draw(3, 2)), {}
    yield (draw(3), draw(2, 3, 2)), {}
    yield (draw(2, 3), draw(2, 3, 2)), {}
    yield (draw(2, 2, 3), draw(2, 3, 2)), {}


structural(np.dot, "a, b, out=None", multilinear=("a", "b"), cases=_dots)
methods({"dot": np.dot})


@adjoint(np.dot, "a", ranks=(2, 2))
def dot_a_matrices(b, *, y_bar):
    return y_bar @ b.T


@adjoint(np.dot, "b", ranks=(2, 2))
@adjoint(np.dot, "b", ranks=(2, 1))
def dot_b_matrices(a, *, y_bar):
    return a.T @ y_bar


@adjoint(np.dot, "a", ranks=(2, 1))
def dot_a_vector(b, *, y_bar):
    return np.outer(y_bar, b)


@adjoint(np.dot, "a", ranks=(1, 2))
def dot_a_row(b, *, y_bar):
    return b @ y_bar


@adjoint(np.dot, "b", ranks=(1, 2))
def dot_b_row(a, *, y_bar):
    return np.outer(a, y_bar)


@adjoint(np.dot, "a", ranks=(1, 1))
def dot_a_vectors(b, *, y_bar):
    return y_bar * b


@adjoint(np.dot, "b", ranks=(1, 1))
def dot_b_vectors(a, *, y_bar):
    return y_bar * a


@adjoint(np.dot, "a")
def dot_a(a, b, *, y_bar):
    return rt.dot_left(y_bar, a, b)


@adjoint(np.dot, "b")
def dot_b(a, b, *, y_bar):
    return rt.dot_right(y_bar, a, b)


# inner, outer, vdot


def _inners(draw):
    yield (draw(3), draw(3)), {}
    yield (draw(2, 3), draw(4, 3)), {}
    yield (draw(2, 2, 3), draw(3)), {}
    yield (draw(3), draw(2, 3)), {}
    yield (0.5, draw(2, 3)), {}
    yield (draw(2), 0.5), {}


structural(np.inner, "a, b, /", multilinear=("a", "b"), cases=_inners)


@adjoint(np.inner, "a", ranks=(1, 1))
def inner_a_vectors(b, *, y_bar):
    return y_bar * b


@adjoint(np.inner, "b", ranks=(1, 1))
def inner_b_vectors(a, *, y_bar):
    return y_bar * a


@adjoint(np.inner, "a", ranks=(2, 2))
def inner_a_matrices(b, *, y_bar):
    return y_bar @ b


@adjoint(np.inner, "b", ranks=(2, 2))
def inner_b_matrices(a, *, y_bar):
    return y_bar.T @ a


@adjoint(np.inner, "a")
def inner_a(a, b, *, y_bar):
    return rt.inner_left(y_bar, a, b)


@adjoint(np.inner, "b")
def inner_b(a, b, *, y_bar):
    return rt.inner_right(y_bar, a, b)


structural(
    np.outer,
    "a, b, out=None",
    multilinear=("a", "b"),
    cases=lambda draw: [
        ((draw(2), draw(3)), {}),
        ((draw(2, 2), draw(3)), {}),
        ((0.5, draw(2)), {}),
        ((draw(0), draw(2)), {}),
    ],
)


@adjoint(np.outer, "a", ranks=(1, 1))
def outer_a_vectors(b, *, y_bar):
    return y_bar @ b


@adjoint(np.outer, "b", ranks=(1, 1))
def outer_b_vectors(a, *, y_bar):
    return a @ y_bar


@adjoint(np.outer, "a")
def outer_a(a, b, *, y_bar):
    return rt.outer_left(y_bar, a, b)


@adjoint(np.outer, "b")
def outer_b(a, b, *, y_bar):
    return rt.outer_right(y_bar, a, b)


structural(
    np.vdot,
    "a, b, /",
    multilinear=("a", "b"),
    cases=lambda draw: [
        ((draw(3), draw(3)), {}),
        ((draw(2, 2), draw(4)), {}),
        ((draw.complex(3), draw.complex(3)), {}),
        ((0.5, 1.5), {}),
        ((draw(2), draw.complex(2)), {}),
    ],
)


@adjoint(np.vdot, "a")
def vdot_a(a, b, *, y_bar):
    return rt.vdot_left(y_bar, a, b)


@adjoint(np.vdot, "b")
def vdot_b(a, b, *, y_bar):
    return rt.vdot_right(y_bar, a, b)


# products of stacks of vectors (matvec and vecmat since NumPy 2.2)

structural(
    np.vecdot,
    _UFUNC,
    multilinear=("x1", "x2"),
    ignored=("casting", "order", "subok"),
    cases=lambda draw: [
        ((draw(3), draw(3)), {}),
        ((draw(2, 3), draw(3)), {}),
        ((draw(2, 1, 3), draw(4, 3)), {}),
        ((draw.complex(2, 3), draw.complex(3)), {}),
    ],
)


@adjoint(np.vecdot, "x1")
def vecdot_x1(x1, x2, *, y_bar):
    return rt.vecdot_left(y_bar, x1, x2)


@adjoint(np.vecdot, "x2")
def vecdot_x2(x1, x2, *, y_bar):
    return rt.vecdot_right(y_bar, x1, x2)


if hasattr(np, "matvec"):
    structural(
        np.matvec,
        _UFUNC,
        multilinear=("x1", "x2"),
        ignored=("casting", "order", "subok"),
        cases=lambda draw: [
            ((draw(2, 3), draw(3)), {}),
            ((draw(2, 3), draw(4, 3)), {}),
            ((draw(2, 2, 3), draw(3)), {}),
            ((draw.complex(2, 3), draw.complex(3)), {}),
        ],
    )
    structural(
        np.vecmat,
        _UFUNC,
        multilinear=("x1", "x2"),
        ignored=("casting", "order", "subok"),
        cases=lambda draw: [
            ((draw(2), draw(2, 3)), {}),
            ((draw(4, 2), draw(2, 3)), {}),
            ((draw(2), draw(2, 2, 3)), {}),
            ((draw.complex(2), draw.complex(2, 3)), {}),
        ],
    )

    @adjoint(np.matvec, "x1")
    def matvec_x1(x1, x2, *, y_bar):
        return rt.matvec_left(y_bar, x1, x2)

    @adjoint(np.matvec, "x2")
    def matvec_x2(x1, x2, *, y_bar):
        return rt.matvec_right(y_bar, x1, x2)

    @adjoint(np.vecmat, "x1")
    def vecmat_x1(x1, x2, *, y_bar):
        return rt.vecmat_left(y_bar, x1, x2)

    @adjoint(np.vecmat, "x2")
    def vecmat_x2(x1, x2, *, y_bar):
        return rt.vecmat_right(y_bar, x1, x2)


# tensordot, kron, cross


def _tensors(draw):
    yield (draw(2, 3), draw(3, 4)), {"axes": 1}
    yield (draw(2, 3, 4), draw(3, 4, 2)), {}
    yield (draw(2, 3, 4), draw(4, 3, 2), ((1, 2), (1, 0))), {}
    yield (draw(2, 3, 4), draw(4, 2, 3), ([0, 2, 1], [1, 0, -1])), {}
    yield (draw(2, 3), draw(4), 0), {}
    yield (draw(2, 3), draw(4, 2), (0, 1)), {}
    yield (draw(3), draw(3), 1), {}


structural(np.tensordot, multilinear=("a", "b"), cases=_tensors)


@adjoint(np.tensordot, "a")
def tensordot_a(a, b, axes=2, *, y_bar):
    return rt.tensordot_left(y_bar, a, b, axes)


@adjoint(np.tensordot, "b")
def tensordot_b(a, b, axes=2, *, y_bar):
    return rt.tensordot_right(y_bar, a, b, axes)


structural(
    np.kron,
    multilinear=("a", "b"),
    cases=lambda draw: [
        ((draw(2), draw(3)), {}),
        ((draw(2, 3), draw(2, 2)), {}),
        ((draw(2), draw(2, 3)), {}),
        ((draw(2, 1, 2), draw(3)), {}),
        ((0.5, draw(2)), {}),
    ],
)


@adjoint(np.kron, "a")
def kron_a(a, b, *, y_bar):
    return rt.kron_left(y_bar, a, b)


@adjoint(np.kron, "b")
def kron_b(a, b, *, y_bar):
    return rt.kron_right(y_bar, a, b)


structural(
    np.cross,
    multilinear=("a", "b"),
    cases=lambda draw: [
        ((draw(3), draw(3)), {}),
        ((draw(2, 3), draw(3)), {}),
        ((draw(3, 2), draw(3, 2)), {"axis": 0}),
        ((draw(3, 2), draw(2, 3), 0, 1, 0), {}),
    ],
)


@adjoint(np.cross, "a")
def cross_a(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.cross_left(y_bar, a, b, axisa, axisb, axisc, axis)


@adjoint(np.cross, "b")
def cross_b(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, y_bar):
    return rt.cross_right(y_bar, a, b, axisa, axisb, axisc, axis)
