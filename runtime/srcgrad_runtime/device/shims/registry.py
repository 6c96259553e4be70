"""The stand-ins by the names of the functions of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

Shim = Callable[..., Any]
_SHIMS: dict[tuple[str, str], Shim] = {}


def find(module: str, name: str) -> Shim | None:
    """The shim for a function of NumPy, or of one of its modules."""
    return _SHIMS.get((module, name))


def shim(name: str, module: str = "") -> Callable[[Shim], Shim]:
    """Registers a function as the shim for the function of this name."""

    def register(function: Shim) -> Shim:
        _SHIMS[module, name] = function
        return function

    return register


def joined(asarray: Any, values: Any) -> Any:
    """Nested lists of arrays of the device and numbers as one array."""
    parts = [joined(asarray, value) if isinstance(value, (list, tuple)) else asarray(value) for value in values]
    return asarray(parts) if not parts else numpy.stack(parts)  # which dispatches to the device
