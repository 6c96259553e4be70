"""Nested structures of arrays from the host to a device and back."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .. import adjoint, backend
from .errors import DeviceError


def to_device(tree: Any, device: Any = "cupy") -> Any:
    """The structure `tree` with its NumPy arrays copied to the device; everything else stays as it is.

    `device` is "cupy", or an array module such as `srcgrad_runtime.fake`. Lists, tuples, dicts, named tuples, dataclasses and
    objects are gone through; the arguments are not changed. Raises `ImportError` if CuPy is not there, and `DeviceError` for an array of
    records, texts, dates or objects.
    """
    module = importlib.import_module(device) if isinstance(device, str) else device

    def move(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return on_device(x, module)
        return adjoint.map_container(move, x, other=x)

    return move(tree)


def on_device(array: np.ndarray, module: Any) -> Any:
    """A copy of an array of the host; `DeviceError` where its entries are no numbers."""
    if array.dtype.kind not in "biufc":
        raise DeviceError(
            f"an array of dtype {array.dtype} cannot live on {module.__name__}: keep it in a list, or use numbers"
        )
    return module.asarray(array)


def to_host(tree: Any) -> Any:
    """The structure `tree` with its arrays of a device copied to the host."""
    if backend.is_device_array(tree):
        return tree.get()
    return adjoint.map_container(to_host, tree, other=tree)
