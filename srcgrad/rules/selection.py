"""Functions of each element that need more than a partial: complex parts, choices, clipping, results of two parts."""

from __future__ import annotations

import math

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, alias, nondifferentiable_calls, refused, structural, tangent


def _complex_and_real(draw):
    yield (draw(3),), {}
    yield (draw.complex(2, 2),), {}
    yield (0.7,), {}


structural(np.conjugate, "x, /", cases=_complex_and_real)


@adjoint(np.conjugate)
def conjugate_(*, y_bar):
    return np.conj(y_bar)


@tangent(np.conjugate)
def conjugate_tangent(*, x_dot):
    return np.conj(x_dot)


structural(np.real, "val", cases=_complex_and_real)


@adjoint(np.real)
def real_(*, y_bar):
    return np.real(y_bar)


@tangent(np.real)
def real_tangent(*, val_dot):
    return np.real(val_dot)


structural(np.imag, "val", cases=_complex_and_real)


@adjoint(np.imag)
def imag_(val, *, y_bar):
    return rt.unbroadcast(-1j * y_bar, val)


@tangent(np.imag)
def imag_tangent(*, val_dot):
    return np.imag(val_dot)


def _angles(draw):
    yield (draw.complex(3),), {}
    yield (draw.complex(3),), {"deg": True}
    yield (draw(3),), {}


structural(np.angle, "z, deg=False", cases=_angles)


@adjoint(np.angle)
def angle_(z, deg=False, *, y_bar):
    return rt.unbroadcast(-1j * y_bar * (180 / math.pi if deg else 1.0) / z, z)


@tangent(np.angle)
def angle_tangent(z_dot, z, deg=False):
    return np.imag(z_dot / z) * (180 / math.pi if deg else 1.0)


def _three(draw):
    yield (draw(3) > 0, draw(3), draw(3)), {}
    yield (draw(2, 3) > 0, draw(3), 0.5), {}
    yield (True, draw(2), draw(2)), {}
    yield (False, 1.5, 0.5), {}
    yield (draw(3) > 0, draw.complex(3), draw(3)), {}


# the condition chooses, it does not multiply: a side that is not chosen may be infinite
structural(np.where, "condition, x1, x2, /", shapes=("condition",), cases=_three)
nondifferentiable_calls(np.where, 1)


@adjoint(np.where, "x1")
def where_x1(condition, x1, *, y_bar):
    return rt.unbroadcast(np.where(condition, y_bar, 0), x1)


@adjoint(np.where, "x2")
def where_x2(condition, x2, *, y_bar):
    return rt.unbroadcast(np.where(condition, 0, y_bar), x2)


@tangent(np.where, "x1")
def where_x1_tangent(x1_dot, condition, x2):
    return np.where(condition, x1_dot, rt.zeros_like(x2))


@tangent(np.where, "x2")
def where_x2_tangent(x2_dot, condition, x1):
    return np.where(condition, rt.zeros_like(x1), x2_dot)


def _clips(draw):
    a = draw.distinct(2, 3)
    yield (a, -1.0, 1.0), {}
    yield (a, None, 0.5), {}
    yield (a, -0.5), {"a_max": None}
    yield (a, draw(3) * 0.3 - 1, draw(2, 1) * 0.3 + 1), {}
    yield (draw(3), draw(2, 1) * 0.3 - 0.5, 0.5), {}
    yield (0.3, 0.5, 1.0), {}
    yield (1.3, 0.5, 1.0), {}


# a clipped entry differs from the result; on a bound it does not, and the gradient passes
structural(
    np.clip,
    "a, a_min=None, a_max=None, out=None, *, min=None, max=None",
    ignored=("a_min", "a_max", "min", "max"),
    cases=_clips,
)


@adjoint(np.clip)
def clip_(a, *, y, y_bar):
    return rt.unbroadcast(y_bar * (y == a), a)


@adjoint(np.clip, "a_min")
def clip_min(a, a_min, *, y, y_bar):
    return rt.unbroadcast(y_bar * ((y == a_min) & (y != a)), a_min)


@adjoint(np.clip, "a_max")
def clip_max(a, a_max, *, y, y_bar):
    return rt.unbroadcast(y_bar * ((y == a_max) & (y != a)), a_max)


@adjoint(np.clip, "min")
def clip_min_keyword(a, min, *, y, y_bar):
    return rt.unbroadcast(y_bar * ((y == min) & (y != a)), min)


@adjoint(np.clip, "max")
def clip_max_keyword(a, max, *, y, y_bar):
    return rt.unbroadcast(y_bar * ((y == max) & (y != a)), max)


@tangent(np.clip)
def clip_tangent(a_dot, a, *, y):
    return a_dot * (y == a)


@tangent(np.clip, "a_min")
def clip_min_tangent(a_min_dot, a, a_min, *, y):
    return a_min_dot * ((y == a_min) & (y != a))


@tangent(np.clip, "a_max")
def clip_max_tangent(a_max_dot, a, a_max, *, y):
    return a_max_dot * ((y == a_max) & (y != a))


@tangent(np.clip, "min")
def clip_min_keyword_tangent(min_dot, a, min, *, y):
    return min_dot * ((y == min) & (y != a))


@tangent(np.clip, "max")
def clip_max_keyword_tangent(max_dot, a, max, *, y):
    return max_dot * ((y == max) & (y != a))


def _not_numbers(draw):
    yield (np.array([1.0, np.nan, np.inf, -2.0]),), {}
    yield (np.array([1.0, np.nan, -np.inf]),), {"nan": 3.0, "neginf": 0.0}
    yield (draw(2, 2),), {}


structural(np.nan_to_num, "x, copy=True, nan=0.0, posinf=None, neginf=None",
           ignored=("nan", "posinf", "neginf"), cases=_not_numbers)  # fmt: skip


@adjoint(np.nan_to_num)
def nan_to_num_(x, *, y_bar):
    return np.where(np.isfinite(x), y_bar, 0)


@tangent(np.nan_to_num)
def nan_to_num_tangent(x_dot, x):
    return np.where(np.isfinite(x), x_dot, 0)


def _exponents(draw):
    yield (draw(3), np.array([1, -2, 0])), {}
    yield (draw(3), np.array([[1], [2]])), {}
    yield (0.7, 3), {}


structural(np.ldexp, "x1, x2, /", multilinear=("x1",), cases=_exponents)


@adjoint(np.ldexp, "x1")
def ldexp_(x1, x2, *, y_bar):
    return rt.unbroadcast(np.ldexp(y_bar, x2), x1)


# functions of two results
def _one(draw):
    yield (draw(3) * 3,), {}
    yield (2.7,), {}


structural(np.frexp, "x, /", cases=_one)


@adjoint(np.frexp)
def frexp_(*, y, y_bar):
    return None if y_bar[0] is None else np.ldexp(y_bar[0], -y[1])


@tangent(np.frexp)
def frexp_tangent(x_dot, *, y):
    return (np.ldexp(x_dot, -y[1]), None)


structural(np.modf, "x, /", cases=_one)


@adjoint(np.modf)
def modf_(*, y_bar):
    return y_bar[0]


@tangent(np.modf)
def modf_tangent(*, x_dot):
    return (x_dot, np.zeros_like(x_dot))


def _divisions(draw):
    yield (draw(3) * 3, draw.positive(3)), {}
    yield (draw(2, 3) * 3, 0.7), {}
    yield (2.9, 0.7), {}


structural(np.divmod, "x1, x2, /", cases=_divisions)


@adjoint(np.divmod, "x1")
def divmod_x1(x1, *, y_bar):
    return rt.unbroadcast(y_bar[1], x1)


@adjoint(np.divmod, "x2")
def divmod_x2(x2, *, y, y_bar):
    return None if y_bar[1] is None else rt.unbroadcast(-y[0] * y_bar[1], x2)


@tangent(np.divmod, "x1")
def divmod_x1_tangent(x1_dot, *, y):
    return (np.zeros_like(y[0]), x1_dot + np.zeros_like(y[1]))


@tangent(np.divmod, "x2")
def divmod_x2_tangent(x2_dot, *, y):
    return (np.zeros_like(y[0]), -y[0] * x2_dot)


alias(np.conj, np.conjugate)
refused(np.real_if_close, "the kind of its result depends on the values; write np.real(x)")
