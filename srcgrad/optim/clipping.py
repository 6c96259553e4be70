"""Bounding the size of a gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .nested import is_array, leaves, require, scaled


def global_norm(g: Any) -> float:
    """The L2 norm of all numbers in a nested structure together."""
    return math.hypot(*(_leaf_norm(leaf) for leaf in leaves(g)))


def sum_of_norms(g: Any) -> float:
    """The sum of the L2 norms of the arrays in a nested structure."""
    return math.fsum(_leaf_norm(leaf) for leaf in leaves(g))


def clip(g: Any, limit: float, norm: Callable[[Any], float] = global_norm) -> Any:
    """g scaled down so that its norm is at most `limit`; g itself if it is that already, or if its norm is not finite.

    The result is new where it is scaled; g is never changed.
    """
    require(limit > 0, f"limit is {limit}; it must be above 0")
    found = norm(g)
    return scaled(g, limit / found) if limit < found < math.inf else g


def _leaf_norm(leaf: Any) -> float:
    """The L2 norm of the numbers in a leaf; the squares may overflow or vanish where the norm does not."""
    if not is_array(leaf):
        return float(abs(leaf))
    flat = leaf.reshape(-1)
    with np.errstate(over="ignore", under="ignore"):
        square = float(np.vdot(flat, flat).real)
    if 1e-30 < square < math.inf or flat.size == 0:
        return math.sqrt(square)
    largest = float(np.max(np.abs(flat)))
    if largest == 0 or not math.isfinite(largest):
        return largest
    flat = flat / largest
    return largest * math.sqrt(float(np.vdot(flat, flat).real))
