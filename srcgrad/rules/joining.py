"""Functions of NumPy that join arrays and cut them."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, alias, structural, tangent


def _rows(draw):
    yield ([draw(2, 3), draw(1, 3)],), {}
    yield ((draw(2), draw(3)),), {}
    yield (draw(2, 3, 2),), {}
    yield ([draw(2), [0.5, 1]],), {}


def _concatenations(draw):
    yield from _rows(draw)
    yield ([draw(2, 3), draw(2, 1)],), {"axis": -1}
    yield ((draw(2, 3), draw(2)), None), {}


structural(
    np.concatenate,
    "arrays, axis=0, out=None, *, dtype=None, casting='same_kind'",
    sequences=("arrays",),
    cases=_concatenations,
)


@adjoint(np.concatenate)
def concatenate_(arrays, axis=0, *, y_bar):
    return rt.split_like(y_bar, arrays, axis)


@tangent(np.concatenate)
def concatenate_tangent(arrays, arrays_dot, axis=0):
    return np.concatenate(rt.filled(arrays_dot, arrays), axis)


if np.concat is not np.concatenate:
    alias(np.concat, np.concatenate)

structural(
    rt.split_like,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(2, 4), [draw(2, 1), draw(2, 3)], 1), {})],
)


@adjoint(rt.split_like)
def split_like_(arrays, axis=0, *, y_bar):
    return np.concatenate(rt.filled(y_bar, arrays), axis)


def _stacks(draw):
    yield ([draw(2, 3), draw(2, 3)],), {}
    yield ((draw(2), draw(2), draw(2)),), {"axis": -1}
    yield ([0.5, 1.5],), {}
    yield (draw(2, 3), 1), {}


structural(np.stack, sequences=("arrays",), cases=_stacks)


@adjoint(np.stack)
def stack_(arrays, axis=0, *, y_bar):
    return rt.stack_adjoint(y_bar, arrays, axis)


@tangent(np.stack)
def stack_tangent(arrays, arrays_dot, axis=0):
    return np.stack(rt.filled(arrays_dot, arrays), axis)


structural(
    rt.stack_adjoint,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(3, 2), [draw(3), draw(3)], 1), {})],
)


@adjoint(rt.stack_adjoint)
def stack_back(arrays, axis=0, *, y_bar):
    return np.stack(rt.filled(y_bar, arrays), axis)


def _heaps(draw):
    yield ([draw(2, 3), draw(1, 3)],), {}
    yield ((draw(3), draw(3)),), {}
    yield (draw(2, 3, 2),), {}
    yield ([draw(3), [draw(3), draw(3)]],), {}


structural(np.vstack, sequences=("tup",), cases=_heaps)
structural(
    np.hstack,
    sequences=("tup",),
    cases=lambda draw: [(([draw(2), draw(3), 0.5],), {}), (([draw(2, 1), draw(2, 3)],), {})],
)
structural(
    np.dstack,
    sequences=("tup",),
    cases=lambda draw: [(([draw(2), draw(2)],), {}), (([draw(2, 3), draw(2, 3, 2)],), {}), (([0.5, draw()],), {})],
)
structural(
    np.column_stack,
    sequences=("tup",),
    cases=lambda draw: [(([draw(2), draw(2, 3)],), {}), (([draw(2), draw(2)],), {}), ((draw(2, 3),), {})],
)


@adjoint(np.vstack)
def vstack_(tup, *, y_bar):
    return rt.vstack_adjoint(y_bar, tup)


@adjoint(np.hstack)
def hstack_(tup, *, y_bar):
    return rt.hstack_adjoint(y_bar, tup)


@adjoint(np.dstack)
def dstack_(tup, *, y_bar):
    return rt.dstack_adjoint(y_bar, tup)


@adjoint(np.column_stack)
def column_stack_(tup, *, y_bar):
    return rt.column_stack_adjoint(y_bar, tup)


@tangent(np.vstack)
def vstack_tangent(tup, tup_dot):
    return np.vstack(rt.filled(tup_dot, tup))


@tangent(np.hstack)
def hstack_tangent(tup, tup_dot):
    return np.hstack(rt.filled(tup_dot, tup))


@tangent(np.dstack)
def dstack_tangent(tup, tup_dot):
    return np.dstack(rt.filled(tup_dot, tup))


@tangent(np.column_stack)
def column_stack_tangent(tup, tup_dot):
    return np.column_stack(rt.filled(tup_dot, tup))


if getattr(np, "row_stack", np.vstack) is not np.vstack:
    alias(np.row_stack, np.vstack)

structural(
    rt.vstack_adjoint,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(3, 2), [draw(2), draw(2, 2)]), {})],
)
structural(
    rt.hstack_adjoint, multilinear=("g",), shapes=("arrays",), cases=lambda draw: [((draw(3), [draw(2), 0.5]), {})]
)
structural(
    rt.dstack_adjoint,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(1, 3, 2), [draw(3), draw(1, 3)]), {})],
)
structural(
    rt.column_stack_adjoint,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(3, 2), [draw(3), draw(3, 1)]), {})],
)


@adjoint(rt.vstack_adjoint)
def vstack_back(arrays, *, y_bar):
    return np.vstack(rt.filled(y_bar, arrays))


@adjoint(rt.hstack_adjoint)
def hstack_back(arrays, *, y_bar):
    return np.hstack(rt.filled(y_bar, arrays))


@adjoint(rt.dstack_adjoint)
def dstack_back(arrays, *, y_bar):
    return np.dstack(rt.filled(y_bar, arrays))


@adjoint(rt.column_stack_adjoint)
def column_stack_back(arrays, *, y_bar):
    return np.column_stack(rt.filled(y_bar, arrays))


def _blocks(draw):
    yield ([draw(2), 0.5, draw(3)],), {}
    yield ([[draw(2, 2), draw(2, 1)], [draw(2), 0.5]],), {}
    yield ([[draw(1, 2, 1)], [draw(2, 1)]],), {}
    yield (draw(2),), {}


structural(np.block, sequences=("arrays",), cases=_blocks)


@adjoint(np.block)
def block_(arrays, *, y_bar):
    return rt.block_adjoint(y_bar, arrays)


@tangent(np.block)
def block_tangent(arrays, arrays_dot):
    return np.block(rt.filled(arrays_dot, arrays))


structural(
    rt.block_adjoint,
    multilinear=("g",),
    shapes=("arrays",),
    cases=lambda draw: [((draw(2, 3), [[draw(2, 2), draw(2, 1)]]), {})],
)


@adjoint(rt.block_adjoint)
def block_back(arrays, *, y_bar):
    return np.block(rt.filled(y_bar, arrays))


# cutting


def _splits(draw):
    yield (draw(4, 3), 2), {}
    yield (draw(4, 3), [1, 2]), {"axis": 1}
    yield (draw(5), [3, 1, -1]), {}


structural(np.split, multilinear=("ary",), cases=_splits)
structural(np.array_split, multilinear=("ary",), cases=lambda draw: [*_splits(draw), ((draw(5, 2), 3), {})])


@adjoint(np.split)
@adjoint(np.array_split)
def split_(ary, indices_or_sections, axis=0, *, y_bar):
    return rt.split_adjoint(y_bar, np.shape(ary), indices_or_sections, axis)


structural(np.vsplit, multilinear=("ary",), cases=lambda draw: [((draw(4, 3), 2), {})])
structural(np.hsplit, multilinear=("ary",), cases=lambda draw: [((draw(2, 4), [1]), {}), ((draw(4), 2), {})])
structural(np.dsplit, multilinear=("ary",), cases=lambda draw: [((draw(1, 2, 4), 2), {})])


@adjoint(np.vsplit)
def vsplit_(ary, indices_or_sections, *, y_bar):
    return rt.split_adjoint(y_bar, np.shape(ary), indices_or_sections)


@adjoint(np.hsplit)
def hsplit_(ary, indices_or_sections, *, y_bar):
    return rt.split_adjoint(y_bar, np.shape(ary), indices_or_sections, min(1, np.ndim(ary) - 1))


@adjoint(np.dsplit)
def dsplit_(ary, indices_or_sections, *, y_bar):
    return rt.split_adjoint(y_bar, np.shape(ary), indices_or_sections, 2)


structural(
    rt.split_adjoint,
    multilinear=("pieces",),
    shapes=("shape",),
    cases=lambda draw: [(([draw(2, 1), draw(2, 2)], (2, 3), [1], 1), {})],
)


@adjoint(rt.split_adjoint)
def split_back(sections, axis=0, *, y_bar):
    return np.array_split(y_bar, sections, axis)


if hasattr(np, "unstack"):  # NumPy 2.1
    structural(np.unstack, multilinear=("x",), cases=lambda draw: [((draw(2, 3),), {}), ((draw(2, 3),), {"axis": 1})])

    @adjoint(np.unstack)
    def unstack_(x, axis=0, *, y_bar):
        return rt.unstack_adjoint(y_bar, np.shape(x), axis)


structural(
    rt.unstack_adjoint,
    multilinear=("pieces",),
    shapes=("shape",),
    cases=lambda draw: [(([draw(2), draw(2), draw(2)], (2, 3), 1), {})],
)


@adjoint(rt.unstack_adjoint)
def unstack_back(axis=0, *, y_bar):
    return list(np.moveaxis(y_bar, axis, 0))


def _joined(draw):
    yield (np.r_, (draw(2), 0.5, draw(3))), {}
    yield (np.r_, (0.7, slice(0, 3), 2)), {}
    yield (np.r_, ("1", draw(2, 1), draw(2, 2))), {}
    yield (np.r_, ("0,2", draw(3), [0.5, 1, 2])), {}
    yield (np.c_, (draw(3), slice(0, 1, 3j), draw(3, 2))), {}


# what a subscript of `np.r_` or `np.c_` becomes
structural(rt.joined_by, cases=_joined)


@adjoint(rt.joined_by, "items")
def joined_by_(concatenator, items, *, y_bar):
    return rt.joined_by_adjoint(y_bar, concatenator, items)


@tangent(rt.joined_by, "items")
def joined_by_tangent(items_dot, concatenator, items):
    return rt.joined_by_parts(items_dot, concatenator, items)


structural(
    rt.joined_by_adjoint,
    multilinear=("g",),
    shapes=("items",),
    cases=lambda draw: [((draw(6), np.r_, (draw(2), 0.5, draw(3))), {})],
)


@adjoint(rt.joined_by_adjoint)
def joined_by_back(concatenator, items, *, y_bar):
    return rt.joined_by_parts(y_bar, concatenator, items)
