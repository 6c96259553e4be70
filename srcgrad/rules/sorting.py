"""Sorting, searching, sets and counting. Equal entries share the gradient evenly."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, methods, nondifferentiable, refused, structural, tangent


def _sorts(draw):
    yield (draw.distinct(5),), {}
    yield (draw.distinct(2, 3),), {}
    yield (draw.distinct(3, 2), 0), {}
    yield (draw.distinct(2, 2), None), {}
    yield (draw.distinct(4),), {"kind": "stable"}
    yield (draw(0),), {}


structural(np.sort, "a, axis=-1, kind=None, order=None, *, stable=None", ignored=("kind", "stable"), cases=_sorts)


@adjoint(np.sort)
def sort_(a, axis=-1, *, y_bar):
    return rt.sort_adjoint(y_bar, a, axis)


@tangent(np.sort)
def sort_tangent_(a, a_dot, axis=-1):
    return rt.sort_tangent(a_dot, a, axis)


def _partitions(draw):
    yield (draw.distinct(6), 2), {}
    yield (draw.distinct(2, 4), 1), {"axis": 1}
    yield (draw.distinct(4, 2), (1, 2), 0), {}
    yield (draw.distinct(2, 3), 3, None), {}


structural(np.partition, ignored=("kth", "kind"), cases=_partitions)


@adjoint(np.partition)
def partition_(a, axis=-1, *, y, y_bar):
    return rt.partition_adjoint(y_bar, a, y, axis)


@tangent(np.partition)
def partition_tangent_(a, a_dot, axis=-1, *, y):
    return rt.partition_tangent(a_dot, a, y, axis)


# the adjoints are linear in g, and constant between ties in what is sorted
structural(
    rt.sort_adjoint,
    multilinear=("g",),
    shapes=("a",),
    cases=lambda draw: [
        ((draw(4), np.array([2, 1, 1, 3])), {}),
        ((draw(3, 2), np.array([[2, 1], [1, 1], [1, 3]]), 0), {}),
    ],
)
structural(
    rt.sort_tangent,
    multilinear=("a_dot",),
    shapes=("a",),
    cases=lambda draw: [((draw(4), np.array([2, 1, 1, 3])), {})],
)
structural(
    rt.partition_adjoint,
    multilinear=("g",),
    shapes=(
        "a",
        "result",
    ),
    cases=lambda draw: [((draw(4), np.array([2, 1, 1, 3]), np.array([1, 1, 3, 2])), {})],
)
structural(
    rt.partition_tangent,
    multilinear=("a_dot",),
    shapes=(
        "a",
        "result",
    ),
    cases=lambda draw: [((draw(4), np.array([2, 1, 1, 3]), np.array([1, 1, 3, 2])), {})],
)


@adjoint(rt.sort_adjoint)
def sort_back(a, axis=-1, *, y_bar):
    return rt.sort_tangent(y_bar, a, axis)


@adjoint(rt.sort_tangent)
def sort_tangent_back(a, axis=-1, *, y_bar):
    return rt.sort_adjoint(y_bar, a, axis)


@adjoint(rt.partition_adjoint)
def partition_back(a, result, axis=-1, *, y_bar):
    return rt.partition_tangent(y_bar, a, result, axis)


@adjoint(rt.partition_tangent)
def partition_tangent_back(a, result, axis=-1, *, y_bar):
    return rt.partition_adjoint(y_bar, a, result, axis)


structural(
    np.unique,
    ignored=("equal_nan", "sorted"),
    cases=lambda draw: [
        ((draw.distinct(4),), {}),
        ((draw.distinct(2, 2),), {}),
        ((draw.distinct(4),), {"return_index": True, "return_counts": True}),
        ((draw.distinct(4), False, True), {}),
    ],
)


@adjoint(np.unique)
def unique_(ar, *, y_bar):
    return rt.unique_adjoint(y_bar, ar)


@adjoint(np.unique)
def unique_with_places(ar, return_index=False, return_inverse=False, return_counts=False, *, y, y_bar):
    return rt.unique_adjoint(rt.filled(y_bar, y)[0] if return_index or return_inverse or return_counts else y_bar, ar)


@tangent(np.unique)
def unique_tangent_(ar, ar_dot, return_index=False, return_inverse=False, return_counts=False, *, y):
    return (
        (rt.unique_tangent(ar_dot, ar), *rt.zeros_like(y[1:]))
        if return_index or return_inverse or return_counts
        else rt.unique_tangent(ar_dot, ar)
    )


structural(
    rt.unique_adjoint, multilinear=("g",), shapes=("ar",), cases=lambda draw: [((draw(3), np.array([2, 1, 1, 3])), {})]
)
structural(
    rt.unique_tangent,
    multilinear=("ar_dot",),
    shapes=("ar",),
    cases=lambda draw: [((draw(4), np.array([2, 1, 1, 3])), {})],
)


@adjoint(rt.unique_adjoint)
def unique_back(ar, *, y_bar):
    return rt.unique_tangent(y_bar, ar)


@adjoint(rt.unique_tangent)
def unique_tangent_back(ar, *, y_bar):
    return rt.unique_adjoint(y_bar, ar)


# bins: the weights are counted, the values only choose the bin

structural(
    np.bincount,
    "x, weights=None, minlength=0",
    multilinear=("weights",),
    ignored=("minlength",),
    cases=lambda draw: [
        ((np.array([0, 2, 2]), draw(3)), {}),
        ((np.array([1, 1]),), {"weights": draw(2), "minlength": 4}),
    ],
)


@adjoint(np.bincount, "weights")
def bincount_weights(x, weights, *, y_bar):
    return rt.unbroadcast(np.take(y_bar, x), weights)


nondifferentiable(np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.digitize)
methods({"argsort": np.argsort, "argpartition": np.argpartition, "searchsorted": np.searchsorted})

_BINS = "counts and bins jump where a value crosses an edge; use np.digitize and np.bincount(bins, weights) for weights"
for _function in (np.histogram, np.histogram2d, np.histogramdd, np.histogram_bin_edges):
    refused(_function, _BINS)
_SETS = "which entries it keeps depends on the numbers; find them with np.unique(x, return_index=True)[1] and index x"
for _name in (
    "intersect1d",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
):
    if hasattr(np, _name):
        refused(getattr(np, _name), _SETS)
refused(np.sort_complex, "it sorts by real part and then by imaginary part; write z[np.argsort(z.real)]")
