"""The functions of `cmath` in those of NumPy, which have the same branches: a number in, a complex number of Python's out."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "cmath_acos", "cmath_acosh", "cmath_asin", "cmath_asinh", "cmath_atan", "cmath_atanh", "cmath_cos", "cmath_cosh", "cmath_exp",
    "cmath_log", "cmath_log10", "cmath_phase", "cmath_polar", "cmath_rect", "cmath_sin", "cmath_sinh", "cmath_sqrt", "cmath_tan",
    "cmath_tanh",
]  # fmt: skip


def cmath_exp(z: Any) -> complex:
    return complex(np.exp(complex(z)))


def cmath_log(z: Any, base: Any = None) -> complex:
    if base is None:
        return complex(np.log(complex(z)))
    return complex(np.log(complex(z)) / np.log(complex(base)))


def cmath_log10(z: Any) -> complex:
    return complex(np.log10(complex(z)))


def cmath_sqrt(z: Any) -> complex:
    return complex(np.sqrt(complex(z)))


def cmath_sin(z: Any) -> complex:
    return complex(np.sin(complex(z)))


def cmath_cos(z: Any) -> complex:
    return complex(np.cos(complex(z)))


def cmath_tan(z: Any) -> complex:
    return complex(np.tan(complex(z)))


def cmath_asin(z: Any) -> complex:
    return complex(np.arcsin(complex(z)))


def cmath_acos(z: Any) -> complex:
    return complex(np.arccos(complex(z)))


def cmath_atan(z: Any) -> complex:
    return complex(np.arctan(complex(z)))


def cmath_sinh(z: Any) -> complex:
    return complex(np.sinh(complex(z)))


def cmath_cosh(z: Any) -> complex:
    return complex(np.cosh(complex(z)))


def cmath_tanh(z: Any) -> complex:
    return complex(np.tanh(complex(z)))


def cmath_asinh(z: Any) -> complex:
    return complex(np.arcsinh(complex(z)))


def cmath_acosh(z: Any) -> complex:
    return complex(np.arccosh(complex(z)))


def cmath_atanh(z: Any) -> complex:
    return complex(np.arctanh(complex(z)))


def cmath_phase(z: Any) -> float:
    return float(np.angle(complex(z)))


def cmath_polar(z: Any) -> tuple[float, float]:
    z = complex(z)
    return abs(z), float(np.angle(z))


def cmath_rect(r: Any, phi: Any) -> complex:
    return complex(r * np.cos(phi), r * np.sin(phi))
