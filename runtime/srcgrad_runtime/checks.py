"""What an emitted program checks while it runs, and the errors that it raises."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["ResultError", "SrcgradError", "TangentError", "check_pair", "check_scalar", "seed"]


class SrcgradError(Exception):
    """Root of every error raised by srcgrad, or by a program that it wrote."""


class ResultError(SrcgradError, TypeError):
    """The differentiated function returned something that has no gradient (not a real scalar)."""


class TangentError(SrcgradError, TypeError):
    """A tangent, or the adjoint that a pullback is given, does not have the structure and the shapes of its value."""


def check_scalar(value: Any, name: str) -> Any:
    """The result `value` of the function `name`, if it is a real number that a gradient can be taken of; `ResultError` otherwise.

    Floats, NumPy's floats and floating arrays of rank 0 are; so is a Python int, since sums begin with the number 0.
    """
    if isinstance(value, (float, np.floating)) or isinstance(value, int) and not isinstance(value, bool):
        return value
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    if dtype is not None and shape == () and dtype.kind == "f":
        return value
    raise ResultError(f"{name} returns {_described(value)}, and a gradient needs a real number; {_advice(value)}")


def check_pair(result: Any, name: str) -> None:
    """`ResultError` unless the function `name` returned the pair (value, other) that `has_aux=True` stands for."""
    if not (isinstance(result, tuple) and len(result) == 2):
        what = f"a tuple of {len(result)}" if isinstance(result, tuple) else _described(result)
        raise ResultError(f"{name} returns {what}, and has_aux=True needs a pair (value, other)")


def seed(value: Any, name: str, holomorphic: bool = False) -> Any:
    """The number 1 in the precision of `value`, the result of the function `name`: the adjoint that a gradient begins with.

    Raises `ResultError` if the result is not a real scalar; for a `holomorphic` function, not a complex one.
    """
    if holomorphic:
        if (
            getattr(value, "shape", ())
            or not isinstance(value, complex)
            and getattr(value, "dtype", np.dtype(int)).kind != "c"
        ):
            raise ResultError(f"{name} returns {_described(value)}, and holomorphic=True needs a complex number")
        return 1.0 + 0.0j if not hasattr(value, "dtype") else value.dtype.type(1)
    check_scalar(value, name)
    dtype = getattr(value, "dtype", None)
    return 1.0 if dtype is None or dtype.kind != "f" else dtype.type(1)


def _described(value: Any) -> str:
    if value is None:
        return "None"
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    if dtype is not None and shape is not None:
        return f"an array of shape {shape} and dtype {dtype}" if shape else f"a number of dtype {dtype}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _advice(value: Any) -> str:
    if value is None:
        return "does every path of it end in a return?"
    dtype = getattr(value, "dtype", None)
    kind = dtype.kind if dtype is not None else "c" if isinstance(value, complex) else ""
    if kind == "c":
        return "return the real part, the imaginary part or the absolute value"
    if kind in ("i", "u", "b") or isinstance(value, bool):
        return "integers and truth values carry no derivative"
    if kind == "f":
        return "return its sum, its mean or one of its entries"
    if isinstance(value, (tuple, list)):
        return "return the number alone, or pass has_aux=True if what follows it is not to be differentiated"
    return "return the number to differentiate"
