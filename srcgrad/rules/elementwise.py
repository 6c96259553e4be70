"""Elementwise functions of NumPy: one row each, the partial derivatives over the arguments and the result `y`.

A comparison in a partial (`x2 > x1`) is a mask, which multiplies an adjoint in its own precision. Numbers are written
as Python numbers, since those of NumPy would carry single precision over to double.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .declare import (
    Partials,
    alias,
    elementwise,
    nondifferentiable,
    refused,
    tangent,
)

POSITIVE = (0.2, 3.0)
UNIT = (-0.9, 0.9)


def power_of_constant(exponent: Any) -> Partials | None:
    """The partials of `x1 ** exponent` for a number in the program, as one writes them: `2 * x1`, `3 * x1 ** 2`, ..."""
    if isinstance(exponent, bool) or not isinstance(exponent, (int, float)) or exponent != exponent:
        return None
    if exponent == 0:
        return ("0", None)
    if exponent == 1:
        return ("1", None)
    if exponent == 2:
        return (f"{exponent!r} * x1", None)
    lower = repr(exponent - 1)
    if len(lower) > 8:  # 1.1 - 1 is not 0.1, and nobody wants to read it
        lower = f"({exponent!r} - 1)"
    factor = repr(exponent) if exponent > 0 else f"({exponent!r})"
    if 0 < exponent < 1:
        # infinite at 0, where the ** of Python numbers raises instead
        return (f"{factor} * np.power(x1, {lower})", None)
    return (f"{factor} * x1 ** {lower}" if exponent > 0 else f"{factor} * x1 ** ({lower})", None)


# arithmetic
elementwise(np.add, "1", "1")
elementwise(np.subtract, "1", "-1")
elementwise(np.multiply, "x2", "x1")


def reciprocal_of_constant(numerator: Any) -> Partials | None:
    """The partials of `numerator / x2` by the result alone, so that x2 need not be kept: -y * y / numerator."""
    if isinstance(numerator, bool) or not isinstance(numerator, (int, float)) or numerator != 1:
        return None
    return (None, "-y * y")


elementwise(np.divide, "1 / x2", "-y / x2", domain=((-3, 3), (0.5, 4)), constant={"x1": reciprocal_of_constant})
elementwise(np.negative, "-1")
elementwise(np.positive, "1")
elementwise(np.reciprocal, "-y * y", domain=POSITIVE)
elementwise(np.square, "2 * x")
elementwise(
    np.power,
    "rt.power_partial1(x1, x2)",
    "rt.power_partial2(x1, x2)",
    domain=(POSITIVE, (-2, 2)),
    constant={"x2": power_of_constant},
)
elementwise(
    np.float_power,
    "rt.power_partial1(x1, x2)",
    "rt.power_partial2(x1, x2)",
    domain=(POSITIVE, (-2, 2)),
    constant={"x2": power_of_constant},
)
elementwise(np.remainder, "1", "-np.floor_divide(x1, x2)", domain=((-3, 3), (0.5, 4)))
# the whole number of times is taken from the result: the quotient may round to another one
elementwise(np.fmod, "1", "-np.rint((x1 - y) / x2)", domain=((-3, 3), (0.5, 4)))
elementwise(np.absolute, "rt.phase(x)", real=("np.sign(x)",))
elementwise(np.fabs, "np.sign(x)")
elementwise(np.copysign, "np.copysign(1, x1) * np.copysign(1, x2)", None)
elementwise(np.heaviside, None, "x1 == 0")
elementwise(np.nextafter, "1", None)

# exponentials and logarithms
elementwise(np.exp, "y")
elementwise(np.exp2, "y * math.log(2)")
elementwise(np.expm1, "y + 1")
elementwise(np.log, "1 / x", domain=POSITIVE)
elementwise(np.log2, "1 / (x * math.log(2))", domain=POSITIVE)
elementwise(np.log10, "1 / (x * math.log(10))", domain=POSITIVE)
elementwise(np.log1p, "1 / (x + 1)", domain=POSITIVE)
elementwise(np.sqrt, "0.5 / y", domain=POSITIVE)
elementwise(np.cbrt, "1 / (3 * y * y)", domain=POSITIVE)
elementwise(np.logaddexp, "rt.exp_share(x1, y)", "rt.exp_share(x2, y)")
elementwise(
    np.logaddexp2, "rt.exp_share(x1 * math.log(2), y * math.log(2))", "rt.exp_share(x2 * math.log(2), y * math.log(2))"
)

# trigonometry
elementwise(np.sin, "np.cos(x)")
elementwise(np.cos, "-np.sin(x)")
elementwise(np.tan, "1 + y * y", domain=(-1, 1))
elementwise(np.arcsin, "1 / np.sqrt(1 - x * x)", domain=UNIT)
elementwise(np.arccos, "-1 / np.sqrt(1 - x * x)", domain=UNIT)
elementwise(np.arctan, "1 / (1 + x * x)")
elementwise(np.sinh, "np.cosh(x)")
elementwise(np.cosh, "np.sinh(x)")
elementwise(np.tanh, "1 - y * y")
elementwise(np.arcsinh, "1 / np.sqrt(x * x + 1)")
# two roots: the branch cut of the complex function lies so
elementwise(np.arccosh, "1 / (np.sqrt(x - 1) * np.sqrt(x + 1))", domain=(1.1, 4), real=("1 / np.sqrt(x * x - 1)",))
elementwise(np.arctanh, "1 / (1 - x * x)", domain=UNIT)
elementwise(np.arctan2, "x2 / (x1 * x1 + x2 * x2)", "-x1 / (x1 * x1 + x2 * x2)", domain=((0.5, 2), (-2, 2)))
elementwise(np.hypot, "rt.ratio(x1, y)", "rt.ratio(x2, y)", domain=POSITIVE)
elementwise(np.degrees, "180 / math.pi")
elementwise(np.radians, "math.pi / 180")
elementwise(np.deg2rad, "math.pi / 180")
elementwise(np.rad2deg, "180 / math.pi")
elementwise(np.sinc, "rt.sinc_partial(x)")
elementwise(np.i0, "rt.bessel_i1(x)")

# the larger and the smaller: a tie is shared, but a tie with a constant goes to the constant
elementwise(
    np.maximum,
    "rt.maximum_partial(x1, x2)",
    "rt.maximum_partial(x2, x1)",
    passive={"x1": (None, "y > x1"), "x2": ("y > x2", None)},
)
elementwise(
    np.minimum,
    "rt.minimum_partial(x1, x2)",
    "rt.minimum_partial(x2, x1)",
    passive={"x1": (None, "y < x1"), "x2": ("y < x2", None)},
)
elementwise(np.fmax, "rt.fmax_partial(x1, x2)", "rt.fmax_partial(x2, x1)")
elementwise(np.fmin, "rt.fmin_partial(x1, x2)", "rt.fmin_partial(x2, x1)")

# conversions: the adjoint returns to the precision of the argument where broadcasts are summed back
for _kind in (np.float64, np.float32, np.float16, np.longdouble, np.complex128, np.complex64, np.clongdouble):
    elementwise(_kind, "1")
del _kind


@tangent(np.absolute, "x")
def absolute_tangent(x_dot, x):
    return np.real(rt.phase(x) * x_dot)


# other names of the same functions
for _name, _function in {
    "abs": np.absolute, "acos": np.arccos, "acosh": np.arccosh, "asin": np.arcsin, "asinh": np.arcsinh,
    "atan": np.arctan, "atanh": np.arctanh, "atan2": np.arctan2, "true_divide": np.divide,
    "mod": np.remainder,
    "pow": np.power,
}.items():  # fmt: skip
    if hasattr(np, _name):
        alias(getattr(np, _name), _function)
for _name, _function in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "mod": np.remainder, "pow": np.power,
    "neg": np.negative, "pos": np.positive, "abs": np.absolute,
}.items():  # fmt: skip
    alias(getattr(operator, _name), _function)

nondifferentiable(
    np.floor, np.ceil, np.trunc, np.fix, np.rint, np.round, np.around, np.floor_divide, np.sign, np.signbit, np.spacing,
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.isnan, np.isinf, np.isfinite,
    np.isposinf, np.isneginf, np.isclose, np.allclose, np.array_equal, np.array_equiv, np.iscomplex, np.isreal,
    np.iscomplexobj, np.isrealobj, np.isnat, np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.bitwise_count, np.invert, np.left_shift, np.right_shift,
    np.gcd, np.lcm,
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.intp, np.uintp,
    np.longlong, np.ulonglong, np.str_, np.bytes_, np.datetime64, np.timedelta64,
    operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt, operator.not_, operator.truth,
    operator.is_, operator.is_not, operator.contains, operator.countOf, operator.indexOf, operator.and_, operator.or_,
    operator.xor, operator.invert, operator.inv, operator.lshift, operator.rshift, operator.floordiv, operator.index,
    operator.length_hint,
)  # fmt: skip
for _name in ("bitwise_not", "bitwise_invert", "bitwise_left_shift", "bitwise_right_shift", "long", "ulong"):
    if hasattr(np, _name):
        nondifferentiable(getattr(np, _name))
for _name in (
    "iadd",
    "isub",
    "imul",
    "itruediv",
    "ipow",
    "imod",
    "imatmul",
    "ifloordiv",
    "iconcat",
    "iand",
    "ior",
    "ixor",
    "ilshift",
    "irshift",
):
    refused(
        getattr(operator, _name), "it changes its first argument where that is an array; write the statement (a += b)"
    )
