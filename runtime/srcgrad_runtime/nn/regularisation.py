"""Dropout. [Srivastava et al. 2014]"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .shapes import require

__all__ = ["dropout"]


def dropout(x: Any, rate: float, rng: Any) -> Any:
    """x with a random share `rate` of its entries zero, and the others divided by 1 - rate.

    The mask is drawn from the generator `rng` (of `np.random.default_rng`) once for each call, so that the adjoint sees
    the same one. At rate 0 nothing is drawn, at rate 1 the result is zero. Raises ValueError unless 0 <= rate <= 1.
    """
    rate, scale = checked_rate(rate, rng)
    if rate == 0:
        return x
    kept = rng.random(np.shape(x), np.float32) >= rate
    return x * kept * scale


def checked_rate(rate: float, rng: Any) -> tuple[float, float]:
    """The rate, and what the entries that are kept are multiplied with."""
    require(isinstance(rate, numbers.Real) and 0 <= rate <= 1, f"dropout: rate is {rate!r}; it must be from 0 to 1")
    if rate:
        wanted = f"dropout: rng is {rng!r}; a generator is needed, as np.random.default_rng(seed) makes them"
        require(hasattr(rng, "integers"), wanted)
    return float(rate), 1 / (1 - float(rate)) if rate < 1 else 1.0
