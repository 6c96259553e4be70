"""Whether an argument can be differentiated, and what is said where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core.errors import ArgumentError


def check(function: str, parameter: int | str, value: Any) -> None:
    """`ArgumentError` unless the value is a float, a floating array, or a container with one of those inside."""
    if type(value) is float or isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return
    reason = _reason(parameter, value)
    if reason:
        label = f"argument {parameter!r}" if isinstance(parameter, str) else f"argument number {parameter}"
        raise ArgumentError(f"grad of {function}: {label} is {reason}")


def _reason(parameter: int | str, value: Any) -> str:
    """What the value is, and what to pass instead; empty for what can be differentiated."""
    name = parameter if isinstance(parameter, str) else "it"
    other = "or name another argument with argnums"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {bool(value)}, which has no derivative; pass {float(value)} instead, {other}"
    if isinstance(value, (int, np.integer)):
        return f"the integer {int(value)}, which has no derivative; pass {_float_text(value)} instead of {int(value)}, {other}"
    if value is None:
        return f"None, which has no derivative; pass a float or a floating array, {other}"
    if isinstance(value, (str, bytes)):
        return f"a {type(value).__name__}, which has no derivative; pass a float or a floating array, {other}"
    if isinstance(value, (complex, np.complexfloating)):
        return "a complex number; pass its real and its imaginary part as two floats, and join them in the function"
    dtype = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", None)
    if kind in ("b", "i", "u"):
        return f"an array of dtype {dtype}, which has no derivative; pass {name}.astype(float), {other}"
    if kind == "c":
        parts = f"{name}.real and {name}.imag"
        return f"an array of dtype {dtype}; pass {parts} as two arguments, and join them in the function"
    if not rt.is_differentiable(value):
        what = type(value).__name__
        article = "an" if what[0] in "aeiouAEIOU" else "a"
        if kind is not None:
            return f"an array of dtype {dtype}, which has no derivative; pass a floating array, {other}"
        return f"{article} {what} without a float or a floating array in it; pass floats (2.0 instead of 2), {other}"
    return ""


def _float_text(value: Any) -> str:
    try:
        return repr(float(value))
    except OverflowError:
        return "a float"
