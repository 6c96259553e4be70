"""The memory of the fake device, which counts what its arrays hold."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

from ..fake.counting import counts
from .sizes import classed
from .tracking import Measured, Statistics, counted


def statistics() -> Statistics:
    return Statistics(counts.live, counts.peak, counts.live, counts.limit)


def reset_peak() -> None:
    counts.peak = counts.live


def release() -> int:
    """Nothing is kept on the fake device."""
    return 0


def set_limit(limit: float | None) -> None:
    counts.limit = math.inf if limit is None else limit


@contextlib.contextmanager
def scope(limit: float | None, classes: bool) -> Iterator[Any]:
    before = counts.limit, counts.size_class
    counts.limit = before[0] if limit is None else counts.live + limit
    counts.size_class = classed if classes else None
    try:
        yield counts
    finally:
        counts.limit, counts.size_class = before


def measured(found: Measured) -> contextlib.AbstractContextManager[None]:
    return counted(counts, found)
