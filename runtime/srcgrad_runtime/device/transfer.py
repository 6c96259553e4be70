"""Nested structures of arrays from the host to a device and back."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .. import adjoint, backend


def to_device(tree: Any, device: Any = "cupy") -> Any:
    """The structure `tree` with its NumPy arrays copied to the device; everything else stays as it is.

    `device` is "cupy", or an array module such as `srcgrad_runtime.fake`. Lists, tuples, dicts, named tuples, dataclasses and
    objects are gone through; the arguments are not changed. Raises `ImportError` if CuPy is not there.
    """
    module = importlib.import_module(device) if isinstance(device, str) else device

    def move(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return module.asarray(x)
        return adjoint.map_container(move, x, other=x)

    return move(tree)


def to_host(tree: Any) -> Any:
    """The structure `tree` with its arrays of a device copied to the host."""
    if backend.is_device_array(tree):
        return tree.get()
    return adjoint.map_container(to_host, tree, other=tree)
