"""Functions of NumPy that give one array another shape or another order of axes, and the array methods that do.

Conversions are in `creation`, joining and splitting in `joining`.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, alias, attributes, methods, nondifferentiable, structural, tangent

nondifferentiable(rt.inverse_axes, rt.rolled_axis, rt.reshape_order, rt.ravel_axes)

# reshape, ravel, squeeze, expand_dims


def _reshapes(draw):
    yield (draw(2, 3), (3, 2)), {}
    yield (draw(2, 3), -1), {}
    yield (draw(2, 3), (3, -1), "F"), {}
    yield (draw(6), (2, 3)), {"order": "A"}
    yield (np.asfortranarray(draw(2, 3)), (3, 2)), {"order": "A"}
    yield (0.5, (1, 1)), {}
    yield (draw(0, 2), (2, 0)), {}


structural(
    np.reshape,
    "a, shape=None, order='C', *, newshape=None, copy=None",
    multilinear=("a",),
    ignored=("shape", "newshape", "copy"),
    cases=_reshapes,
)


@adjoint(np.reshape, ranks=(1,))
def reshape_1(a, *, y_bar):
    return y_bar.reshape(a.shape)


@adjoint(np.reshape, ranks=(2,))
def reshape_2(a, *, y_bar):
    return y_bar.reshape(a.shape)


@adjoint(np.reshape, ranks=(3,))
def reshape_3(a, *, y_bar):
    return y_bar.reshape(a.shape)


@adjoint(np.reshape, ranks=(4,))
def reshape_4(a, *, y_bar):
    return y_bar.reshape(a.shape)


@adjoint(np.reshape)
def reshape_(a, *, y_bar):
    return np.reshape(y_bar, np.shape(a))


@adjoint(np.reshape)
def reshape_ordered(a, order, *, y_bar):
    return np.reshape(y_bar, np.shape(a), order=rt.reshape_order(a, order))


@tangent(np.reshape, given=("order",))
def reshape_tangent(a_dot, a, order, *, y):
    return np.reshape(a_dot, np.shape(y), order=rt.reshape_order(a, order))


def _ravels(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 3), "F"), {}
    yield (np.asfortranarray(draw(2, 3)), "K"), {}
    yield (0.5,), {}


structural(np.ravel, multilinear=("a",), cases=_ravels)


@adjoint(np.ravel)
def ravel_(a, *, y_bar):
    return np.reshape(y_bar, np.shape(a))


@adjoint(np.ravel)
def ravel_ordered(a, order, *, y_bar):
    return rt.unraveled(y_bar, a, order)


@tangent(np.ravel, given=("order",))
def ravel_tangent(
    a_dot, a, order
):  # which order it is depends on the layout of `a`, and that of `a_dot` may be another
    return rt.raveled(a_dot, a, order)


def _layouts(draw):
    yield (draw(2, 3), np.ones((2, 3)), "F"), {}
    yield (draw(2, 3, 4), np.ones((4, 2, 3)).transpose(1, 2, 0), "K"), {}
    yield (draw(2, 3), np.asfortranarray(np.ones((2, 3))), "A"), {}


structural(rt.raveled, multilinear=("x",), shapes=("a",), cases=_layouts)


@adjoint(rt.raveled)
def raveled_(a, order, *, y_bar):
    return rt.unraveled(y_bar, a, order)


structural(
    rt.unraveled,
    multilinear=("g",),
    shapes=("a",),
    cases=lambda draw: [((np.ravel(x), a, order), {}) for (x, a, order), _ in _layouts(draw)],
)


@adjoint(rt.unraveled)
def unraveled_(a, order, *, y_bar):
    return rt.raveled(y_bar, a, order)


def _squeezes(draw):
    yield (draw(1, 3, 1),), {}
    yield (draw(1, 3, 1), 0), {}
    yield (draw(1, 3, 1), (0, -1)), {}
    yield (draw(1),), {}


structural(np.squeeze, multilinear=("a",), ignored=("axis",), cases=_squeezes)


@adjoint(np.squeeze)
def squeeze_(a, *, y_bar):
    return np.reshape(y_bar, np.shape(a))


def _expansions(draw):
    yield (draw(2, 3), 0), {}
    yield (draw(3), (0, -1)), {}
    yield (0.5, 0), {}


structural(np.expand_dims, multilinear=("a",), cases=_expansions)


@adjoint(np.expand_dims)
def expand_dims_(axis, *, y_bar):
    return np.squeeze(y_bar, axis)


def _lists(draw):
    yield (draw(2),), {}
    yield (draw(2, 3),), {}
    yield (0.5,), {}
    yield (draw(), draw(2), 0.5), {}


for _function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    structural(_function, "*arys", cases=_lists)


@adjoint(np.atleast_1d)
@adjoint(np.atleast_2d)
@adjoint(np.atleast_3d)
def atleast_(arys, *, y_bar):
    return rt.reshape_each(y_bar, arys)


@tangent(np.atleast_1d)
def atleast_1d_tangent(arys, arys_dot):
    return np.atleast_1d(*rt.filled(arys_dot, arys))


@tangent(np.atleast_2d)
def atleast_2d_tangent(arys, arys_dot):
    return np.atleast_2d(*rt.filled(arys_dot, arys))


@tangent(np.atleast_3d)
def atleast_3d_tangent(arys, arys_dot):
    return np.atleast_3d(*rt.filled(arys_dot, arys))


# the order of the axes


def _transposes(draw):
    yield (draw(2, 3),), {}
    yield (draw(2, 3, 4), (2, 0, 1)), {}
    yield (draw(2, 3, 4),), {"axes": (-1, 0, 1)}
    yield (draw(2, 3, 4), None), {}
    yield (draw(3),), {}
    yield (draw(),), {}


structural(np.transpose, multilinear=("a",), cases=_transposes)


@adjoint(np.transpose)
def transpose_(*, y_bar):
    return y_bar.T


@adjoint(np.transpose)
def transpose_axes(axes, *, y_bar):
    return np.transpose(y_bar, rt.inverse_axes(axes))


alias(np.permute_dims, np.transpose)

structural(
    np.matrix_transpose, "x", multilinear=("x",), cases=lambda draw: [((draw(2, 3),), {}), ((draw(2, 3, 4),), {})]
)


@adjoint(np.matrix_transpose, ranks=(2,))
def matrix_transpose_2(*, y_bar):
    return y_bar.T


@adjoint(np.matrix_transpose)
def matrix_transpose_(*, y_bar):
    return np.swapaxes(y_bar, -1, -2)


structural(np.swapaxes, multilinear=("a",), cases=lambda draw: [((draw(2, 3, 4), 0, -1), {})])


@adjoint(np.swapaxes)
def swapaxes_(axis1, axis2, *, y_bar):
    return np.swapaxes(y_bar, axis1, axis2)


structural(
    np.moveaxis,
    multilinear=("a",),
    cases=lambda draw: [((draw(2, 3, 4), 0, -1), {}), ((draw(2, 3, 4), (0, 2), (1, 0)), {})],
)


@adjoint(np.moveaxis)
def moveaxis_(source, destination, *, y_bar):
    return np.moveaxis(y_bar, destination, source)


def _rolled(draw):
    for axis in (0, 1, -1):
        for start in (0, 2, -1, 3):
            yield (draw(2, 3, 4), axis, start), {}


structural(np.rollaxis, multilinear=("a",), cases=_rolled)


@adjoint(np.rollaxis)
def rollaxis_(a, axis, start=0, *, y_bar):
    return np.moveaxis(y_bar, rt.rolled_axis(axis, start, np.ndim(a)), axis)


nondifferentiable(
    np.shape,
    np.ndim,
    np.size,
    np.broadcast_shapes,
    np.tri,
    np.eye,
    np.identity,
    np.indices,
    np.diag_indices,
    np.diag_indices_from,
    np.tril_indices,
    np.tril_indices_from,
    np.triu_indices,
    np.triu_indices_from,
    np.mask_indices,
)

methods({"reshape": np.reshape}, pack="shape")
methods({"transpose": np.transpose}, pack="axes")
methods(
    {
        "ravel": np.ravel,
        "flatten": np.ravel,
        "swapaxes": np.swapaxes,
        "squeeze": np.squeeze,
        "repeat": np.repeat,
        "diagonal": np.diagonal,
        "trace": np.trace,
    }
)
attributes({"T": np.transpose, "mT": np.matrix_transpose})

structural(rt.view, multilinear=("a",), cases=lambda draw: [((draw(2, 3),), {}), ((draw(),), {})])


@adjoint(rt.view)
def view_(*, y_bar):
    return y_bar


structural(
    rt.laid_out,
    multilinear=("value",),
    shapes=("like",),
    cases=lambda draw: [((draw(2, 3), np.asfortranarray(draw(2, 3))), {}), ((draw(3), draw(3)), {})],
)


@adjoint(rt.laid_out)
def laid_out_(*, y_bar):
    return y_bar


methods({"view": rt.view})
