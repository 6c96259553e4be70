"""From which sizes on it pays to take care of memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

RESULT = 1 << 24  # bytes of a result that goes into memory of a pool; less than that the system hands out for nothing
ARGUMENT = 1 << 22  # bytes of an argument: with one as large, results may be larger


def is_large(value: Any, depth: int = 4) -> bool:
    """Whether a value is a large array of NumPy, or a list, tuple or dict with one inside."""
    if isinstance(value, np.ndarray):
        return value.nbytes >= ARGUMENT
    if depth and isinstance(value, (list, tuple)):
        return any(is_large(item, depth - 1) for item in value)
    return bool(depth) and isinstance(value, dict) and any(is_large(item, depth - 1) for item in value.values())


def rounded(size: int) -> int:
    """A size as a number of pages of 4096 bytes.

    >>> rounded(5000)
    8192
    """
    return -(-size // 4096) * 4096


def classed(size: int) -> int:
    """The size class of a size: three in each doubling, so that sizes that vary a little use the same memory (as Knet's pool).

    >>> [classed(size) for size in (70_000, 80_000, 86_000)]
    [86016, 86016, 106496]
    """
    if size <= 4096:
        return 4096
    return rounded(math.ceil(2 ** (math.ceil(3 * math.log2(size) - 1e-9) / 3)))
