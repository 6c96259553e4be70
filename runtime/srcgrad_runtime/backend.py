"""Which array library a value lives in. The only place where CuPy is imported, and only when a CuPy array is seen.

NumPy functions called on a CuPy array dispatch to CuPy by themselves; what is here serves creation from nothing, and
the few operations that do not dispatch.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def is_device_array(x: Any) -> bool:
    """Whether `x` is a CuPy array; false without importing CuPy if nobody has imported it."""
    cupy = sys.modules.get("cupy")
    return cupy is not None and isinstance(x, cupy.ndarray)


def is_array(x: Any) -> bool:
    """Whether `x` is an array of NumPy or CuPy (a NumPy scalar is not)."""
    return isinstance(x, np.ndarray) or is_device_array(x)


def module_of(*values: Any) -> Any:
    """The array module (numpy or cupy) in which an operation on these values takes place."""
    for value in values:
        if is_device_array(value):
            return sys.modules["cupy"]
    return np


def to_host(x: Any) -> Any:
    """`x` as a NumPy array or scalar; what is not a device array is returned as it is."""
    return x.get() if is_device_array(x) else x


def add_at(array: Any, index: Any, value: Any) -> None:
    """array[index] += value, in place, accumulating where an index repeats."""
    if isinstance(array, np.ndarray):
        np.add.at(array, index, value)
    else:
        module_of(array).add.at(array, index, value)
