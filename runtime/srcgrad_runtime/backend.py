"""Which array library a value lives in. CuPy is never imported here: an array of it can only come from where it was imported.

NumPy functions called on an array of a device dispatch to the device by themselves; what is here serves creation from nothing, and
the few operations that do not dispatch.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

DEVICES = ("cupy", "srcgrad_runtime.fake")  # modules whose `ndarray` lives on a device


def device_of(x: Any) -> Any:
    """The module of the device on which the array `x` lives; None for anything else."""
    for name in DEVICES:
        module = sys.modules.get(name)
        if module is not None and isinstance(x, module.ndarray):
            return module
    return None


def is_loaded() -> bool:
    """Whether there is a device at all: nothing can live on one that was never imported."""
    return any(name in sys.modules for name in DEVICES)


def is_device_array(x: Any) -> bool:
    """Whether `x` is an array of a device."""
    return device_of(x) is not None


def is_array(x: Any) -> bool:
    """Whether `x` is an array of NumPy or of a device (a NumPy scalar is not)."""
    return isinstance(x, np.ndarray) or is_device_array(x)


def module_of(*values: Any) -> Any:
    """The array module (numpy, or that of a device) in which an operation on these values takes place."""
    for value in values:
        module = device_of(value)
        if module is not None:
            return module
    return np


def to_host(x: Any) -> Any:
    """`x` as a NumPy array or scalar; what is not a device array is returned as it is."""
    return x.get() if is_device_array(x) else x


def strided(x: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """The memory of the array `x` seen with this shape and these strides (in bytes); none of it may lie outside of x."""
    return module_of(x).lib.stride_tricks.as_strided(x, shape, strides)


def add_at(array: Any, index: Any, value: Any) -> None:
    """array[index] += value, in place, accumulating where an index repeats; on a device complex numbers by their parts, as it wants it."""
    if isinstance(array, np.ndarray):
        np.add.at(array, index, value)
    elif array.dtype.kind == "c":
        add_at(array.real, index, np.real(value))
        add_at(array.imag, index, np.imag(value))
    else:
        module_of(array).add.at(array, index, value)
