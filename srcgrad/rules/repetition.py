"""Functions of NumPy that repeat and reverse: broadcasting, grids, tiles, rolling, flipping."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, structural, tangent

# broadcasting


def _broadcasts(draw):
    yield (draw(3), (2, 3)), {}
    yield (draw(2, 1), (4, 2, 3)), {}
    yield (0.5, (2,)), {}
    yield (draw(2), (2,)), {"subok": True}


structural(
    np.broadcast_to, "array, shape, subok=False", multilinear=("array",), ignored=("shape", "subok"), cases=_broadcasts
)


@adjoint(np.broadcast_to)
def broadcast_to_(array, *, y_bar):
    return rt.unbroadcast(y_bar, np.shape(array))


structural(
    np.broadcast_arrays,
    "*args, subok=False",
    ignored=("subok",),
    cases=lambda draw: [((draw(2, 1), draw(3)), {}), ((draw(2), 0.5, draw(3, 2)), {})],
)


@adjoint(np.broadcast_arrays)
def broadcast_arrays_(args, *, y_bar):
    return rt.unbroadcast_each(y_bar, args)


@tangent(np.broadcast_arrays)
def broadcast_arrays_tangent(args, args_dot):
    return np.broadcast_arrays(*rt.filled(args_dot, args))


def _meshes(draw):
    yield (draw(2), draw(3)), {}
    yield (draw(2), draw(3), draw(2)), {"indexing": "ij"}
    yield (draw(2), draw(3), 0.5), {"sparse": True}
    yield (draw(2),), {}


structural(np.meshgrid, "*xi, copy=True, sparse=False, indexing='xy'", ignored=("copy", "sparse"), cases=_meshes)


@adjoint(np.meshgrid)
def meshgrid_(xi, indexing="xy", *, y_bar):
    return rt.meshgrid_adjoint(y_bar, xi, indexing)


@tangent(np.meshgrid)
def meshgrid_tangent(xi, xi_dot, indexing="xy", sparse=False):
    return np.meshgrid(*rt.filled(xi_dot, xi), indexing=indexing, sparse=sparse)


# repetition and reversal


def _tiles(draw):
    yield (draw(3), 2), {}
    yield (draw(2, 3), (2, 1)), {}
    yield (draw(2), (2, 3)), {}
    yield (draw(2, 2, 2), 2), {}
    yield (0.5, 3), {}
    yield (draw(2), 0), {}


structural(np.tile, multilinear=("A",), cases=_tiles)


@adjoint(np.tile)
def tile_(A, reps, *, y_bar):
    return rt.tile_adjoint(y_bar, np.shape(A), reps)


structural(
    rt.tile_adjoint, multilinear=("g",), shapes=("shape",), cases=lambda draw: [((draw(4, 6), (2, 3), (2, 2)), {})]
)


@adjoint(rt.tile_adjoint)
def tile_back(reps, *, y_bar):
    return np.tile(y_bar, reps)


def _repeats(draw):
    yield (draw(3), 2), {}
    yield (draw(2, 3), 2, 1), {}
    yield (draw(2, 3), np.array([2, 0, 1])), {"axis": -1}
    yield (draw(2, 2), [1, 0, 2, 1]), {}
    yield (draw(2, 2), [3]), {"axis": 0}
    yield (0.5, 3), {}


structural(np.repeat, multilinear=("a",), cases=_repeats)


@adjoint(np.repeat)
def repeat_(a, repeats, axis=None, *, y_bar):
    return rt.repeat_adjoint(y_bar, np.shape(a), repeats, axis)


structural(
    rt.repeat_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [((draw(2, 3), (2, 2), [2, 1], 1), {}), ((draw(6), (3,), 2), {})],
)


@adjoint(rt.repeat_adjoint)
def repeat_back(repeats, axis=None, *, y_bar):
    return np.repeat(y_bar, repeats, axis)


def _rolls(draw):
    yield (draw(4), 1), {}
    yield (draw(2, 3), 2), {}
    yield (draw(2, 3), -1, 1), {}
    yield (draw(2, 3), (1, 2), (0, 1)), {}
    yield (draw(2, 3), 1, (0, 1)), {}


structural(np.roll, multilinear=("a",), cases=_rolls)


@adjoint(np.roll)
def roll_(shift, axis=None, *, y_bar):
    return np.roll(y_bar, np.negative(shift), axis)


structural(
    np.flip,
    multilinear=("m",),
    cases=lambda draw: [((draw(3),), {}), ((draw(2, 3), 1), {}), ((draw(2, 3, 2), (0, -1)), {})],
)


@adjoint(np.flip)
def flip_(*, y_bar):
    return np.flip(y_bar)


@adjoint(np.flip)
def flip_axis(axis, *, y_bar):
    return np.flip(y_bar, axis)


structural(np.flipud, multilinear=("m",), cases=lambda draw: [((draw(3, 2),), {})])
structural(np.fliplr, multilinear=("m",), cases=lambda draw: [((draw(2, 3),), {})])


@adjoint(np.flipud)
def flipud_(*, y_bar):
    return np.flipud(y_bar)


@adjoint(np.fliplr)
def fliplr_(*, y_bar):
    return np.fliplr(y_bar)


structural(
    np.rot90,
    multilinear=("m",),
    cases=lambda draw: [((draw(2, 3),), {}), ((draw(2, 3), 2), {}), ((draw(2, 3, 4), -1, (1, 2)), {})],
)


@adjoint(np.rot90)
def rot90_(k=1, axes=(0, 1), *, y_bar):
    return np.rot90(y_bar, -k, axes)
