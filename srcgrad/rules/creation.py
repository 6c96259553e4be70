"""Functions that make arrays from lists, numbers and other arrays, conversions, and the way back to numbers.

A conversion to an integer type cuts the gradient, as it says.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, alias, methods, nondifferentiable, refused, structural, tangent

nondifferentiable(
    np.zeros,
    np.ones,
    np.empty,
    np.empty_like,
    np.zeros_like,
    np.ones_like,
    np.bartlett,
    np.blackman,
    np.hamming,
    np.hanning,
)

# np.array and the like


def _nested(draw):
    yield (draw(2, 3),), {}
    yield ([0.5, 1.5],), {}
    yield ([[0.5, 1.5], (2.5, 3.0)],), {}
    yield ([draw(2), draw(2)],), {}
    yield ([draw(2), [0.5, draw()]],), {}
    yield (0.5,), {}
    yield ([0.5, 1],), {"dtype": float}


def _dimensions(draw):
    yield from _nested(draw)
    yield ([0.5, 1.5],), {"ndmin": 3}
    yield (draw(2), np.float64), {"ndmin": 2}


structural(
    np.array,
    "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None",
    ignored=("copy", "order", "subok", "ndmax"),
    sequences=("object",),
    cases=_dimensions,
)


@adjoint(np.array, ranks=(1,))
def array_1(*, y_bar):
    return y_bar


@adjoint(np.array, ranks=(2,))
def array_2(*, y_bar):
    return y_bar


@adjoint(np.array, ranks=(3,))
def array_3(*, y_bar):
    return y_bar


@adjoint(np.array, ranks=(4,))
def array_4(*, y_bar):
    return y_bar


@adjoint(np.array)
def array_(object, *, y_bar):
    return rt.array_adjoint(y_bar, object)


@adjoint(np.array)
def array_typed(object, dtype=None, ndmin=0, *, y_bar):
    return rt.cast_adjoint(np.reshape(y_bar, np.shape(object)), object, dtype)


@tangent(np.array)
def array_tangent(object_dot, object, dtype=None, ndmin=0):
    return np.array(rt.filled(object_dot, object), dtype=dtype, ndmin=ndmin)


structural(
    np.asarray,
    "a, dtype=None, order=None, *, device=None, copy=None, like=None",
    ignored=("order", "device", "copy"),
    sequences=("a",),
    cases=_nested,
)


@adjoint(np.asarray, ranks=(1,))
def asarray_1(*, y_bar):
    return y_bar


@adjoint(np.asarray, ranks=(2,))
def asarray_2(*, y_bar):
    return y_bar


@adjoint(np.asarray, ranks=(3,))
def asarray_3(*, y_bar):
    return y_bar


@adjoint(np.asarray, ranks=(4,))
def asarray_4(*, y_bar):
    return y_bar


@adjoint(np.asarray)
def asarray_(a, *, y_bar):
    return rt.array_adjoint(np.reshape(y_bar, np.shape(a)), a)


@adjoint(np.asarray)
def asarray_typed(a, dtype, *, y_bar):
    return rt.cast_adjoint(np.reshape(y_bar, np.shape(a)), a, dtype)


@tangent(np.asarray)
def asarray_tangent(a_dot, a, dtype=None):
    return np.asarray(rt.filled(a_dot, a), dtype=dtype)


alias(np.asanyarray, np.asarray)
alias(np.asarray_chkfinite, np.asarray)

structural(np.ascontiguousarray, "a, dtype=None, *, like=None", sequences=("a",), cases=_nested)
structural(np.asfortranarray, "a, dtype=None, *, like=None", sequences=("a",), cases=_nested)
structural(
    np.require,
    "a, dtype=None, requirements=None, *, like=None",
    ignored=("requirements",),
    sequences=("a",),
    cases=_nested,
)


@adjoint(np.ascontiguousarray)
@adjoint(np.asfortranarray)
@adjoint(np.require)
def require_(a, dtype=None, *, y_bar):
    return rt.cast_adjoint(np.reshape(y_bar, np.shape(a)), a, dtype)


@tangent(np.ascontiguousarray)
def ascontiguousarray_tangent(a_dot, a, dtype=None):
    return np.ascontiguousarray(rt.filled(a_dot, a), dtype=dtype)


@tangent(np.asfortranarray)
def asfortranarray_tangent(a_dot, a, dtype=None):
    return np.asfortranarray(rt.filled(a_dot, a), dtype=dtype)


@tangent(np.require)
def require_tangent(a_dot, a, dtype=None):
    return np.asarray(rt.filled(a_dot, a), dtype=dtype)


structural(
    rt.array_adjoint,
    multilinear=("g",),
    shapes=("x",),
    cases=lambda draw: [((draw(2, 2), [draw(2), [0.5, draw()]]), {})],
)


@adjoint(rt.array_adjoint)
def array_back(x, *, y_bar):
    return np.array(rt.filled(y_bar, x))


structural(
    rt.filled,
    shapes=("x",),
    cases=lambda draw: [(([draw(2), None, 0.5], [draw(2), draw(2), 0.5]), {}), ((draw(2), draw(2)), {})],
)


@adjoint(rt.filled)
def filled_(*, y_bar):
    return y_bar


@tangent(rt.filled)
def filled_tangent(pieces_dot, x):
    return rt.filled(pieces_dot, x)


# copies and conversions

structural(
    np.copy,
    ignored=("order", "subok"),
    sequences=("a",),
    cases=lambda draw: [((draw(2, 3),), {}), ((0.5,), {}), (([0.5, 1.5],), {"order": "C"})],
)


@adjoint(np.copy)
def copy_(a, *, y_bar):
    return rt.array_adjoint(y_bar, a)


@adjoint(np.copy, ranks=(1,))
def copy_1(*, y_bar):
    return y_bar


@adjoint(np.copy, ranks=(2,))
def copy_2(*, y_bar):
    return y_bar


@adjoint(np.copy, ranks=(3,))
def copy_3(*, y_bar):
    return y_bar


@tangent(np.copy)
def copy_tangent(a_dot, a):
    return np.array(rt.filled(a_dot, a))


structural(
    rt.astype,
    multilinear=("x",),
    ignored=("order", "casting", "subok", "copy"),
    cases=lambda draw: [((draw(3), np.float64), {}), ((draw(2, 2), complex), {"copy": False}), ((draw(2), "f8"), {})],
)


@adjoint(rt.astype)
def astype_(x, dtype, *, y_bar):
    return rt.cast_adjoint(y_bar, x, dtype)


if hasattr(np, "astype"):  # NumPy 2.1
    structural(
        np.astype,
        multilinear=("x",),
        ignored=("copy", "device"),
        cases=lambda draw: [((draw(3), np.float64), {}), ((draw(2, 2), np.complex128), {"copy": False})],
    )
    adjoint(np.astype)(astype_)

structural(
    rt.cast_adjoint,
    multilinear=("g",),
    shapes=("x",),
    cases=lambda draw: [((draw(3), draw(3), np.float32), {}), ((draw(2), [0.5, 1.5], float), {})],
)


@adjoint(rt.cast_adjoint)
def cast_back(g, x, dtype=None, *, y_bar):
    return rt.cast_adjoint(np.array(rt.filled(y_bar, x)), g, dtype)


structural(
    rt.item,
    multilinear=("a",),
    cases=lambda draw: [((draw(1, 1),), {}), ((draw(2, 3), 4), {}), ((draw(2, 3), 1, -1), {})],
)


@adjoint(rt.item)
def item_(a, args=(), *, y_bar):
    return rt.item_adjoint(y_bar, a, args)


structural(
    rt.item_adjoint,
    multilinear=("g",),
    shapes=("a",),
    cases=lambda draw: [((0.5, draw(1, 1)), {}), ((0.5, draw(2, 3), (1, -1)), {})],
)


@adjoint(rt.item_adjoint)
def item_back(args=(), *, y_bar):
    return rt.item(y_bar, *args)


structural(rt.tolist, cases=lambda draw: [((draw(2, 3),), {}), ((draw(),), {}), ((draw(2),), {})], multilinear=("x",))


@adjoint(rt.tolist)
def tolist_(x, *, y, y_bar):
    return rt.unbroadcast(np.reshape(np.array(rt.filled(y_bar, y)), np.shape(x)), x)


methods({"astype": rt.astype, "copy": np.copy, "item": rt.item, "tolist": rt.tolist})

_LISTS = "the values come from an iterator or a buffer; build the array from a list with np.array"
refused(np.frombuffer, _LISTS)
refused(np.from_dlpack, _LISTS)
nondifferentiable(np.fromfile, np.fromregex, np.fromstring, np.genfromtxt, np.loadtxt, np.load)
