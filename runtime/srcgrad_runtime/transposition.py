"""Linear maps applied the other way round, and tangents brought to the form of the values they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import backend
from .adjoint import SEQUENCES, attributes_of, to_kind, to_shape, zeros_like
from .structures import ravel

__all__ = ["pairing", "tangent_like", "transpose_map"]


def tangent_like(dot: Any, x: Any) -> Any:
    """`dot` in the shape and the floating dtype of the array or number `x`, whose tangent it is: repeated where `x` was broadcast.

    >>> tangent_like(1.0, np.zeros(3)).tolist()
    [1.0, 1.0, 1.0]
    """
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return dot.real if isinstance(dot, (complex, np.complexfloating)) and not isinstance(x, complex) else dot
    return to_kind(to_shape(dot, x.shape), dtype)


def pairing(x_bar: Any, x_dot: Any) -> float:
    """Re(sum(x_bar * x_dot)), through containers; None is zero. It says what an adjoint means for a tangent.

    >>> pairing([2.0, np.array([1.0, 1.0])], [3.0, np.array([4.0, 5.0])])
    15.0
    """
    if x_bar is None or x_dot is None:
        return 0.0
    if isinstance(x_bar, SEQUENCES):
        return sum((pairing(a, b) for a, b in zip(x_bar, x_dot, strict=True)), 0.0)
    if isinstance(x_bar, dict):
        return sum((pairing(a, x_dot.get(key)) for key, a in x_bar.items()), 0.0)
    names = attributes_of(x_bar)
    if names:
        return sum((pairing(getattr(x_bar, n), getattr(x_dot, n, None)) for n in names), 0.0)
    return float(np.real(np.sum(np.multiply(backend.to_host(x_bar), backend.to_host(x_dot)))))


def transpose_map(linear: Callable[[Any], Any], like: Any, given: Any) -> Any:
    """The transpose of a linear function, applied to `given`. The function takes what has the structure of `like`, as the result has.

    Entry i of the result is the pairing of `linear(unit i)` with `given`: one call for each entry of `like` (two where it is
    complex). This serves rules that tell the derivative one way only.

    >>> transpose_map(lambda u: 3.0 * u, np.zeros(2), np.array([1.0, 2.0])).tolist()
    [3.0, 6.0]
    """
    vector, unravel = ravel(zeros_like(like))
    found = np.zeros_like(vector)
    for i in range(vector.size):
        unit = np.zeros_like(vector)
        unit[i] = 1.0
        found[i] = pairing(linear(unravel(unit)), given)
        if vector.dtype.kind == "c":
            found[i] -= 1j * pairing(linear(unravel(1j * unit)), given)
    return unravel(found)
