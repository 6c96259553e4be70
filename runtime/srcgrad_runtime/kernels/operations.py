"""Elementwise functions and reductions as CUDA C: what a kernel may consist of.

A template has its operands as `{0}`, `{1}`, already of the type in which NumPy computes; `{f}` is the `f` that the functions of
single precision end in. Device functions that a template needs stand in `HELPERS`. Results are those of NumPy to rounding, NaN included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# the types of CUDA C by kind and size; anything else is not put into kernels
TYPES = {
    "b1": "bool", "i1": "signed char", "i2": "short", "i4": "int", "i8": "long long",
    "u1": "unsigned char", "u2": "unsigned short", "u4": "unsigned int", "u8": "unsigned long long", "f4": "float", "f8": "double",
}  # fmt: skip


def type_of(dtype: np.dtype[Any]) -> str | None:
    """The C type of a dtype; None if there is none that kernels compute in."""
    if not dtype.isnative:
        return None
    return TYPES.get(f"{dtype.kind}{dtype.itemsize}")


HELPERS = {
    "maximum": """template <typename T> __device__ inline T maximum(T a, T b) {
    return a >= b || a != a ? a : b;  // NaN if one of them is
}""",
    "minimum": """template <typename T> __device__ inline T minimum(T a, T b) {
    return a <= b || a != a ? a : b;  // NaN if one of them is
}""",
    "sign": """template <typename T> __device__ inline T sign(T x) {
    return x != x ? x : T((x > T(0)) - (x < T(0)));
}""",
    "modulo": """template <typename T> __device__ inline T modulo(T a, T b) {  // of the sign of b
    const T r = fmod(a, b);
    if (r != T(0)) return (b < T(0)) != (r < T(0)) ? r + b : r;
    return b == T(0) ? r : copysign(T(0), b);
}""",
    "floor_divide": """template <typename T> __device__ inline T floor_divide(T a, T b) {
    if (b == T(0)) return a / b;
    const T r = fmod(a, b);
    T q = (a - r) / b;
    if (r != T(0) && (b < T(0)) != (r < T(0))) q -= T(1);
    if (q == T(0)) return copysign(T(0), a / b);
    const T whole = floor(q);
    return q - whole > T(0.5) ? whole + T(1) : whole;
}""",
    "logaddexp": """template <typename T> __device__ inline T logaddexp(T a, T b) {
    if (a == b) return a + T(0.693147180559945309417232121458);
    const T d = a - b;
    return d > T(0) ? a + log1p(exp(-d)) : d <= T(0) ? b + log1p(exp(d)) : d;
}""",
    "heaviside": """template <typename T> __device__ inline T heaviside(T x, T at_zero) {
    return x != x ? x : x == T(0) ? at_zero : T(x > T(0));
}""",
}

_FUNCTIONS = {
    "exp": "exp", "exp2": "exp2", "expm1": "expm1", "log": "log", "log2": "log2", "log10": "log10", "log1p": "log1p",
    "sqrt": "sqrt", "cbrt": "cbrt", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "rint", "fabs": "fabs",
}  # fmt: skip
_FUNCTIONS_OF_TWO = {
    "arctan2": "atan2", "hypot": "hypot", "copysign": "copysign", "fmax": "fmax", "fmin": "fmin", "fmod": "fmod",
    "power": "pow", "float_power": "pow",
}  # fmt: skip
_COMPARED = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}

CALLED = frozenset(
    {
        *HELPERS,
        *(f"{c}{f}" for c in (*_FUNCTIONS.values(), *_FUNCTIONS_OF_TWO.values(), "abs", "nan") for f in ("", "f")),
    }
)  # the functions of C that are called

FLOATS = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "divide": "{0} / {1}", "negative": "-{0}",
    "positive": "{0}", "conjugate": "{0}", "square": "{0} * {0}", "reciprocal": "{one} / {0}", "absolute": "fabs{f}({0})",
    **{name: f"{c}{{f}}({{0}})" for name, c in _FUNCTIONS.items()},
    **{name: f"{c}{{f}}({{0}}, {{1}})" for name, c in _FUNCTIONS_OF_TWO.items()},
    "maximum": "maximum({0}, {1})", "minimum": "minimum({0}, {1})", "sign": "sign({0})", "remainder": "modulo({0}, {1})",
    "floor_divide": "floor_divide({0}, {1})", "logaddexp": "logaddexp({0}, {1})", "heaviside": "heaviside({0}, {1})",
    "deg2rad": "{0} * {T}(0.017453292519943295769)", "radians": "{0} * {T}(0.017453292519943295769)",
    "rad2deg": "{0} * {T}(57.295779513082320877)", "degrees": "{0} * {T}(57.295779513082320877)",
    **{name: f"{{0}} {c} {{1}}" for name, c in _COMPARED.items()},
    "isnan": "{0} != {0}", "isinf": "fabs{f}({0}) > {largest}", "isfinite": "fabs{f}({0}) <= {largest}",
    "logical_and": "{0} != 0 && {1} != 0", "logical_or": "{0} != 0 || {1} != 0", "logical_xor": "({0} != 0) != ({1} != 0)",
    "logical_not": "{0} == 0",
}  # fmt: skip
INTEGERS = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "negative": "-{0}", "positive": "{0}", "conjugate": "{0}",
    "square": "{0} * {0}", "absolute": "{0} < 0 ? -{0} : {0}", "maximum": "maximum({0}, {1})", "minimum": "minimum({0}, {1})",
    "sign": "sign({0})", "bitwise_and": "{0} & {1}", "bitwise_or": "{0} | {1}", "bitwise_xor": "{0} ^ {1}", "invert": "~{0}",
    "floor": "{0}", "ceil": "{0}", "trunc": "{0}",
    **{name: FLOATS[name] for name in (*_COMPARED, "logical_and", "logical_or", "logical_xor", "logical_not")},
    "isnan": "false", "isinf": "false", "isfinite": "true",
}  # fmt: skip
BOOLEANS = {
    "add": "{0} || {1}", "multiply": "{0} && {1}", "maximum": "{0} || {1}", "minimum": "{0} && {1}", "absolute": "{0}",
    "conjugate": "{0}", "bitwise_and": "{0} && {1}", "bitwise_or": "{0} || {1}", "bitwise_xor": "{0} != {1}", "invert": "!{0}",
    **{name: FLOATS[name] for name in (*_COMPARED, "logical_and", "logical_or", "logical_xor", "logical_not")},
    "isnan": "false", "isinf": "false", "isfinite": "true",
}  # fmt: skip
ELEMENTWISE = frozenset(FLOATS) | frozenset(INTEGERS) | frozenset(BOOLEANS)


def template(ufunc: str, dtype: np.dtype[Any]) -> str | None:
    """How a function of operands of this dtype is written; None if kernels do not have it."""
    table = {"f": FLOATS, "i": INTEGERS, "u": INTEGERS, "b": BOOLEANS}.get(dtype.kind)
    return None if table is None else table.get(ufunc)


def literal(value: Any, dtype: np.dtype[Any]) -> str:
    """A number of the program in the type of a dtype.

    >>> literal(0.1, np.dtype("float32")), literal(2, np.dtype(float)), literal(2, np.dtype(int))
    ('0.1f', '2.0', '2')
    """
    if dtype.kind == "b":
        return "true" if value else "false"
    if dtype.kind in "iu":
        number = int(value)
        if number == -(2**63):
            return "(-9223372036854775807ll - 1)"
        ending = ("u" if dtype.kind == "u" else "") + ("ll" if dtype.itemsize == 8 and abs(number) >= 2**31 else "")
        return f"({number}{ending})" if number < 0 else f"{number}{ending}"
    number = dtype.type(value)
    ending = "f" if dtype.itemsize == 4 else ""
    if number != number:
        return f'nan{ending}("")'
    if np.isinf(number):
        return f"({'-' if number < 0 else ''}1.0{ending} / 0.0{ending})"
    text = repr(float(value)) if float(dtype.type(float(value))) == float(number) else repr(float(number))
    return f"({text}{ending})" if text.startswith("-") else text + ending


@dataclass(frozen=True)
class Reduction:
    """`init` and `step` (of the total `{0}` and a value `{1}`) of a reduction. A `wide` one is added up in double precision."""

    init: str
    step: str
    wide: bool = False


REDUCTIONS = {
    "sum": Reduction("0", "{0} + {1}", wide=True),
    "prod": Reduction("1", "{0} * {1}", wide=True),
    "max": Reduction("lowest", "maximum({0}, {1})"),
    "min": Reduction("highest", "minimum({0}, {1})"),
    "any": Reduction(
        "0", "{0} | {1}"
    ),  # both sides are always evaluated: the other one may be an exchange between threads
    "all": Reduction("1", "{0} & {1}"),
}


def total_type(name: str, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which a reduction with a result of `dtype` is added up; one that lanes can exchange."""
    if dtype.kind == "f" and REDUCTIONS[name].wide:
        return np.dtype(np.float64)
    return np.dtype(np.int32) if dtype.kind in "biu" and dtype.itemsize < 4 else dtype


def start(name: str, dtype: np.dtype[Any]) -> str:
    """What a reduction begins with."""
    init = REDUCTIONS[name].init
    if init in ("lowest", "highest"):
        if dtype.kind == "f":
            value: Any = -np.inf if init == "lowest" else np.inf
        else:
            value = np.iinfo(dtype).min if init == "lowest" else np.iinfo(dtype).max
        return literal(value, dtype)
    return literal(int(init), dtype)
