"""The functions of the `math` module: their arguments are numbers, so the partials are written with `math` as well.

Where the derivative is infinite although the function is not (the square root at 0), the division goes through NumPy,
which gives infinity where Python raises.
"""

from __future__ import annotations

import math

import numpy as np  # noqa: F401  (the texts below name it)
import srcgrad_runtime as rt

from .declare import adjoint, elementwise, nondifferentiable, structural, tangent

POSITIVE = (0.2, 3.0)
UNIT = (-0.9, 0.9)

elementwise(math.exp, "y")
elementwise(math.expm1, "y + 1")
elementwise(math.log, "1 / x", domain=POSITIVE)
elementwise(math.log, "1 / (x1 * math.log(x2))", "-y / (x2 * math.log(x2))", domain=((0.2, 3), (2, 4)), count=2)
elementwise(math.log2, "1 / (x * math.log(2))", domain=POSITIVE)
elementwise(math.log10, "1 / (x * math.log(10))", domain=POSITIVE)
elementwise(math.log1p, "1 / (x + 1)", domain=POSITIVE)
elementwise(math.sqrt, "np.divide(0.5, y)", domain=POSITIVE)
elementwise(math.pow, "rt.power_partial1(x1, x2)", "rt.power_partial2(x1, x2)", domain=(POSITIVE, (-2, 2)))
elementwise(math.fabs, "(x > 0) - (x < 0)")
elementwise(math.copysign, "math.copysign(1, x1) * math.copysign(1, x2)", None)
# the whole number of times is taken from the result: the quotient may round to another one
elementwise(math.fmod, "1", "-round((x1 - y) / x2)", domain=((-3, 3), (0.5, 4)))
elementwise(math.remainder, "1", "-round((x1 - y) / x2)", domain=((-3, 3), (0.5, 4)))
elementwise(math.nextafter, "1", None)

elementwise(math.sin, "math.cos(x)")
elementwise(math.cos, "-math.sin(x)")
elementwise(math.tan, "1 + y * y", domain=(-1, 1))
elementwise(math.asin, "np.divide(1, math.sqrt(1 - x * x))", domain=UNIT)
elementwise(math.acos, "np.divide(-1, math.sqrt(1 - x * x))", domain=UNIT)
elementwise(math.atan, "1 / (1 + x * x)")
elementwise(math.atan2, "x2 / (x1 * x1 + x2 * x2)", "-x1 / (x1 * x1 + x2 * x2)", domain=((0.5, 2), (-2, 2)))
elementwise(math.sinh, "math.cosh(x)")
elementwise(math.cosh, "math.sinh(x)")
elementwise(math.tanh, "1 - y * y")
elementwise(math.asinh, "1 / math.sqrt(x * x + 1)")
elementwise(math.acosh, "np.divide(1, math.sqrt(x * x - 1))", domain=(1.1, 4))
elementwise(math.atanh, "1 / (1 - x * x)", domain=UNIT)
elementwise(math.degrees, "180 / math.pi")
elementwise(math.radians, "math.pi / 180")

elementwise(math.erf, "2 / math.sqrt(math.pi) * math.exp(-x * x)")
elementwise(math.erfc, "-2 / math.sqrt(math.pi) * math.exp(-x * x)")
elementwise(math.gamma, "y * rt.polygamma(0, x)", domain=(0.5, 4))
elementwise(math.lgamma, "rt.polygamma(0, x)", domain=(0.5, 4))

# functions of later versions of Python than the oldest one served
if hasattr(math, "cbrt"):
    elementwise(math.cbrt, "np.divide(1, 3 * y * y)", domain=POSITIVE)
    elementwise(math.exp2, "y * math.log(2)")
if hasattr(math, "fma"):
    elementwise(math.fma, "x2", "x1", "1")


def _numbers(draw):
    yield (0.7, -1.2, 2.0), {}
    yield (1.5,), {}


structural(math.hypot, "*coordinates", cases=_numbers)
elementwise(math.hypot, "rt.ratio(x1, y)", "rt.ratio(x2, y)", count=2)


@adjoint(math.hypot)
def hypot_(coordinates, *, y, y_bar):
    return [y_bar * rt.ratio(coordinate, y) for coordinate in coordinates]


@tangent(math.hypot)
def hypot_tangent(coordinates_dot, coordinates, *, y):
    return sum(rt.ratio(x, y) * x_dot for x, x_dot in zip(coordinates, coordinates_dot))  # noqa: B905


def _points(draw):
    yield ([0.7, -1.2], [0.1, 0.4]), {}
    yield ((0.7, -1.2, 2.0), [0.1, 0.4, 0.2]), {}
    yield (draw(3), draw(3)), {}


structural(math.dist, "p, q, /", cases=_points)


@adjoint(math.dist, "p")
def dist_p(p, q, *, y, y_bar):
    return rt.distance_adjoint(p, q, y, y_bar)


@adjoint(math.dist, "q")
def dist_q(q, p, *, y, y_bar):
    return rt.distance_adjoint(q, p, y, y_bar)


@tangent(math.dist, "p")
def dist_p_tangent(p_dot, p, q, *, y):
    return sum(rt.ratio(a - b, y) * d for a, b, d in zip(p, q, p_dot))  # noqa: B905


@tangent(math.dist, "q")
def dist_q_tangent(q_dot, p, q, *, y):
    return sum(rt.ratio(b - a, y) * d for a, b, d in zip(p, q, q_dot))  # noqa: B905


def _sequences(draw):
    yield ([0.7, -1.2, 2.0],), {}
    yield ((0.7, 3, 0.5),), {}
    yield (draw(3),), {}


structural(math.fsum, "seq, /", multilinear=("seq",), cases=_sequences)


@adjoint(math.fsum)
def fsum_(seq, *, y_bar):
    return rt.sum_adjoint(seq, y_bar)


@tangent(math.fsum)
def fsum_tangent(seq_dot):
    return sum(x_dot for x_dot in seq_dot if x_dot is not None)


def _factors(draw):
    yield from _sequences(draw)
    yield ([0.7, 0.0, 2.0],), {"start": 2.0}


structural(math.prod, "iterable, /, *, start=1", cases=_factors)


@adjoint(math.prod)
def prod_(iterable, start=1, *, y_bar):
    return rt.factors_adjoint(iterable, start, y_bar)


@adjoint(math.prod, "start")
def prod_start(iterable, *, y_bar):
    return y_bar * math.prod(iterable)


@tangent(math.prod)
def prod_tangent(iterable_dot, iterable, start=1):
    return sum(g * d for g, d in zip(rt.factors_adjoint(iterable, start, 1.0), iterable_dot) if d is not None)  # noqa: B905


@tangent(math.prod, "start")
def prod_start_tangent(start_dot, iterable):
    return start_dot * math.prod(iterable)


if hasattr(math, "sumprod"):
    structural(math.sumprod, "p, q, /", multilinear=("p", "q"), cases=_points)

    @adjoint(math.sumprod, "p")
    def sumprod_p(p, q, *, y_bar):
        return rt.products_adjoint(p, q, y_bar)

    @adjoint(math.sumprod, "q")
    def sumprod_q(q, p, *, y_bar):
        return rt.products_adjoint(q, p, y_bar)


# functions of two results, and of a whole number
structural(math.modf, "x, /", cases=lambda draw: [((2.7,), {}), ((-1.2,), {})])
structural(math.frexp, "x, /", cases=lambda draw: [((2.7,), {}), ((-0.1,), {})])
structural(math.ldexp, "x, i, /", multilinear=("x",), cases=lambda draw: [((0.7, 3), {}), ((1.5, -2), {})])


@adjoint(math.modf)
def modf_(*, y_bar):
    return y_bar[0]


@tangent(math.modf)
def modf_tangent(*, x_dot):
    return (x_dot, 0.0)


@adjoint(math.frexp)
def frexp_(*, y, y_bar):
    return None if y_bar[0] is None else math.ldexp(y_bar[0], -y[1])


@tangent(math.frexp)
def frexp_tangent(x_dot, *, y):
    return (math.ldexp(x_dot, -y[1]), None)


@adjoint(math.ldexp)
def ldexp_(i, *, y_bar):
    return math.ldexp(y_bar, i)


nondifferentiable(
    math.ceil, math.floor, math.trunc, math.isnan, math.isinf, math.isfinite, math.isclose, math.comb, math.perm,
    math.factorial, math.gcd, math.lcm, math.isqrt, math.ulp,
)  # fmt: skip
for _name in ("isnormal", "issubnormal", "signbit", "fmax", "fmin"):
    if hasattr(math, _name) and _name not in ("fmax", "fmin"):
        nondifferentiable(getattr(math, _name))
for _name, _partial in (("fmax", "rt.fmax_partial"), ("fmin", "rt.fmin_partial")):
    if hasattr(math, _name):
        elementwise(getattr(math, _name), f"{_partial}(x1, x2)", f"{_partial}(x2, x1)")
