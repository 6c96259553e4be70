"""Functions of NumPy that select, insert, remove or pad entries. Subscripts (`x[i]`) are the engine's own business."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, followed, methods, nondifferentiable, refused, structural, tangent

nondifferentiable(rt.along_axis_index, rt.flat_index, rt.kept, rt.inserted, rt.resized)

# take


def _takes(draw):
    yield (draw(4), np.array([0, 0, -1])), {}
    yield (draw(3, 2), 4), {}
    yield (draw(3, 2), [[0, 1], [1, 1]], 1), {}
    yield (draw(3, 2), np.array([2, 0, 2])), {"axis": 0}
    yield (draw(3, 2), [5, -4], -1), {"mode": "wrap"}
    yield (draw(3), [5, -4]), {"mode": "clip"}
    yield (draw(3), 1), {}


structural(np.take, multilinear=("a",), cases=_takes)


@adjoint(np.take)
def take_(a, indices, axis=None, *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(a), indices, axis)


@adjoint(np.take)
def take_mode(a, indices, axis=None, mode="raise", *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(a), indices, axis, mode)


structural(
    rt.take_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [
        ((draw(3), (4,), [0, 0, 2]), {}),
        ((draw(2, 2), (2, 3), [1, 1], 1), {}),
        ((draw(2), (2, 3), [7, 1], None, "wrap"), {}),
        ((0.5, (3,), 1), {}),
    ],
)


@adjoint(rt.take_adjoint)
def take_back(indices, axis=None, mode="raise", *, y_bar):
    return np.take(y_bar, indices, axis, mode=mode)


def _along(draw):
    yield (draw(3, 2), np.array([[0, 2], [0, -1]]), 0), {}
    yield (draw(3, 2), np.array([[1], [1], [0]])), {"axis": 1}
    yield (draw(3, 2), np.array([[1, 1, 0]]), 1), {}
    yield (draw(3, 2), np.array([5, 0, 5]), None), {}


structural(np.take_along_axis, "arr, indices, axis=-1", multilinear=("arr",), cases=_along)


@adjoint(np.take_along_axis)
def take_along_axis_(arr, indices, axis=-1, *, y_bar):
    return rt.take_along_axis_adjoint(y_bar, np.shape(arr), indices, axis)


structural(
    rt.take_along_axis_adjoint,
    multilinear=("g",),
    shapes=("shape",),
    cases=lambda draw: [((draw(2, 2), (3, 2), np.array([[0, 2], [0, -1]]), 0), {})],
)


@adjoint(rt.take_along_axis_adjoint)
def take_along_axis_back(indices, axis=-1, *, y_bar):
    return np.take_along_axis(y_bar, indices, axis)


def _masks(draw):
    yield (np.array([True, False, True]), draw(3, 2), 0), {}
    yield (np.array([0, 1]), draw(3, 2)), {"axis": 1}
    yield (np.array([True, False, True]), draw(2, 2)), {}


structural(np.compress, multilinear=("a",), shapes=("condition",), cases=_masks)


@adjoint(np.compress, "a")
def compress_(condition, a, axis=None, *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(a), np.flatnonzero(condition), axis)


structural(
    rt.compress,
    multilinear=("a",),
    cases=lambda draw: [((draw(3, 2), np.array([True, False, True]), 0), {}), ((draw(2, 2), [0, 1, 1]), {})],
)
adjoint(rt.compress, "a")(compress_)

structural(
    np.extract,
    shapes=("condition",),
    multilinear=("arr",),
    cases=lambda draw: [
        ((np.array([[True, False], [True, True]]), draw(2, 2)), {}),
        ((np.array([0, 2, 1]), draw(3)), {}),
    ],
)


@adjoint(np.extract, "arr")
def extract_(condition, arr, *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(arr), np.flatnonzero(condition))


# choose, select


def _choices(draw):
    yield (np.array([0, 1, 1]), [draw(3), draw(3)]), {}
    yield (np.array([[0], [1]]), (draw(3), 0.5)), {}
    yield (np.array([0, 5, -3]), [draw(3), draw(3)]), {"mode": "wrap"}
    yield (np.array([0, 5, -3]), draw(2, 3)), {"mode": "clip"}


structural(np.choose, sequences=("choices",), cases=_choices)


@adjoint(np.choose, "choices")
def choose_(a, choices, *, y_bar):
    return rt.choose_adjoint(y_bar, a, choices)


@adjoint(np.choose, "choices")
def choose_mode(a, choices, mode, *, y_bar):
    return rt.choose_adjoint(y_bar, a, choices, mode)


@tangent(np.choose, "choices")
def choose_tangent(a, choices, choices_dot, mode="raise"):
    return np.choose(a, rt.filled(choices_dot, choices), mode=mode)


def _selections(draw):
    first, second = np.array([True, False, False]), np.array([True, True, False])
    yield ([first, second], [draw(3), draw(3)]), {}
    yield ([first, second], [draw(3), 0.5], 0.25), {}
    yield ([np.array([[True], [False]])], [draw(3)]), {"default": draw(2, 1)}


structural(np.select, sequences=("choicelist",), cases=_selections)


@adjoint(np.select, "choicelist")
def select_(condlist, choicelist, *, y_bar):
    return rt.select_adjoint(y_bar, condlist, choicelist)


@adjoint(np.select, "default")
def select_default(condlist, default=0, *, y_bar):
    return rt.select_default_adjoint(y_bar, condlist, default)


@tangent(np.select, "choicelist")
def select_tangent(condlist, choicelist, choicelist_dot, default=0):
    return np.select(condlist, rt.filled(choicelist_dot, choicelist), rt.zeros_like(default))


@tangent(np.select, "default")
def select_default_tangent(condlist, choicelist, default_dot):
    return np.select(condlist, rt.zeros_like(choicelist), default_dot)


# insert, delete, append, resize


def _insertions(draw):
    yield (draw(4), 1, 0.5), {}
    yield (draw(4), [3, 1], draw(2)), {}
    yield (draw(4), [1, 1, -1], 0.5), {}
    yield (draw(4), 2, draw(3)), {}
    yield (draw(2, 3), 1, draw(2)), {"axis": 1}
    yield (draw(2, 3), 1, draw(3)), {"axis": 0}
    yield (draw(2, 3), 1, draw(2, 2)), {"axis": 1}
    yield (draw(2, 3), [0, 2], draw(2, 2)), {"axis": -1}
    yield (draw(2, 3), [1], draw(2, 1)), {"axis": 1}
    yield (draw(2, 3), slice(0, 2), draw(2, 1)), {"axis": 1}
    yield (draw(2, 2), 3, 0.5), {}


structural(np.insert, cases=_insertions)


@adjoint(np.insert, "arr")
def insert_arr(arr, obj, axis=None, *, y_bar):
    return rt.insert_arr_adjoint(y_bar, np.shape(arr), obj, axis)


@adjoint(np.insert, "values")
def insert_values(arr, obj, values, axis=None, *, y_bar):
    return rt.insert_values_adjoint(y_bar, np.shape(arr), obj, values, axis)


@tangent(np.insert, "arr")
def insert_arr_tangent(arr_dot, obj, values, axis=None):
    return np.insert(arr_dot, obj, rt.zeros_like(values), axis)


@tangent(np.insert, "values")
def insert_values_tangent(arr, obj, values_dot, axis=None):
    return np.insert(rt.zeros_like(arr), obj, values_dot, axis)


structural(
    np.delete,
    multilinear=("arr",),
    cases=lambda draw: [
        ((draw(4), 1), {}),
        ((draw(2, 3), [0, -1]), {"axis": 1}),
        ((draw(2, 3), slice(0, 2)), {}),
        ((draw(3, 2), np.array([True, False, True]), 0), {}),
    ],
)


@adjoint(np.delete)
def delete_(arr, obj, *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(arr), rt.kept(np.size(arr), obj))


@adjoint(np.delete)
def delete_axis(arr, obj, axis, *, y_bar):
    return rt.take_adjoint(y_bar, np.shape(arr), rt.kept(np.size(arr, axis), obj), axis)


structural(
    np.append,
    cases=lambda draw: [
        ((draw(2), 0.5), {}),
        ((draw(2, 2), draw(3)), {}),
        ((draw(2, 2), draw(1, 2)), {"axis": 0}),
        ((0.5, [1.5, 2.5]), {}),
    ],
)


@adjoint(np.append, "arr")
def append_arr(arr, values, axis=None, *, y_bar):
    return rt.split_like(y_bar, (arr, values), axis)[0]


@adjoint(np.append, "values")
def append_values(arr, values, axis=None, *, y_bar):
    return rt.split_like(y_bar, (arr, values), axis)[1]


@tangent(np.append, "arr")
def append_arr_tangent(arr, arr_dot, values, axis=None):
    return np.append(rt.filled(arr_dot, arr), rt.zeros_like(values), axis)


@tangent(np.append, "values")
def append_values_tangent(arr, values, values_dot, axis=None):
    return np.append(rt.zeros_like(arr), rt.filled(values_dot, values), axis)


def _repetitions(draw):
    yield (draw(3), (2, 4)), {}
    yield (draw(2, 3), 4), {}
    yield (0.5, 3), {}


structural(np.resize, multilinear=("a",), ignored=("new_shape",), cases=_repetitions)
structural(rt.cycled, multilinear=("values",), ignored=("shape",), cases=_repetitions)


@adjoint(np.resize)
def resize_(a, *, y_bar):
    return rt.take_adjoint(np.ravel(y_bar), np.shape(a), rt.resized(np.shape(a), np.size(y_bar)))


@adjoint(rt.cycled)
def cycled_(values, *, y_bar):
    return rt.take_adjoint(np.ravel(y_bar), np.shape(values), rt.resized(np.shape(values), np.size(y_bar)))


nondifferentiable(
    np.ix_,
    np.nonzero,
    np.flatnonzero,
    np.argwhere,
    np.unravel_index,
    np.ravel_multi_index,
    np.ndindex,
    np.packbits,
    np.unpackbits,
    np.iterable,
    np.isin,
)

if hasattr(np, "in1d"):  # until NumPy 2.3
    nondifferentiable(np.in1d)

methods({"take": np.take, "choose": np.choose, "compress": rt.compress, "nonzero": np.nonzero})

followed(
    np.fill_diagonal, np.put, np.put_along_axis, np.place, np.putmask, np.copyto, np.ndenumerate, np.vectorize,
    np.frompyfunc, np.lib.stride_tricks.sliding_window_view, np.lib.stride_tricks.as_strided,
)  # fmt: skip
refused(np.trim_zeros, "the length of its result depends on the numbers; write a slice x[start:stop]")
refused(np.nested_iters, "its iterators are buffers outside of the program; write loops over range(n)")
refused(np.nditer, "its iterator is a buffer outside of the program; write loops over range(n)")
