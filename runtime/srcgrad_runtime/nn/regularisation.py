"""Dropout. [Srivastava et al. 2014]"""

from __future__ import annotations

from typing import Any

import numpy as np

from .shapes import require

__all__ = ["dropout"]


def dropout(x: Any, rate: float, rng: Any) -> Any:
    """x with a random share `rate` of its entries zero, and the others divided by 1 - rate.

    The mask is drawn from the generator `rng` once for each call, so that the adjoint sees the same one. At rate 0
    nothing is drawn. Raises ValueError unless 0 <= rate < 1.
    """
    rate = checked_rate(rate)
    if rate == 0:
        return x
    kept = rng.random(np.shape(x), np.float32) >= rate
    return x * kept * (1 / (1 - rate))


def checked_rate(rate: float) -> float:
    require(0 <= rate < 1, f"dropout: rate is {rate}; it must be at least 0 and below 1")
    return float(rate)
