"""Kernels: functions of elementwise operations and reductions that a device computes in one launch, or in few.

`kernel` marks a function as one:

>>> import numpy as np
>>> import srcgrad_runtime as rt
>>> @rt.kernel
... def scaled(x, w):
...     p = x * w
...     return p / np.sum(p, axis=1, keepdims=True)
>>> scaled(np.ones((2, 2)), 3.0).tolist()
[[0.5, 0.5], [0.5, 0.5]]

On NumPy it stays the function that it is. A program that is bound to a device (see `device`) calls it through a `launching.Launcher`, which
runs it once on symbols for each kind of arguments (`tracing`, `nodes`), finds out which launches compute it (`schedule`), and writes these in CUDA C
(`cuda`, `operations`). A function that does more than kernels can do runs operation by operation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
__all__ = ["kernel"]


def kernel(function: F) -> F:
    """Mark a function of arrays and numbers as one that a device computes as a kernel; on NumPy it stays what it is."""
    function.__srcgrad_kernel__ = True  # type: ignore[attr-defined]
    return function


def is_kernel(value: Any) -> bool:
    """Whether a function is marked as a kernel."""
    return getattr(value, "__srcgrad_kernel__", False) is True
