"""Learning rates that change: a schedule maps the number of the update, from 0 on, to the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable

from .nested import require

Schedule = Callable[[int], float]


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """lr, multiplied by `factor` after each `every` updates."""
    require(every >= 1, f"every is {every}; it must be at least 1")
    return lambda update: lr * factor ** (update // every)


def exponential_decay(lr: float, factor: float) -> Schedule:
    """lr, multiplied by `factor` after each update."""
    return lambda update: lr * factor**update


def cosine_decay(lr: float, updates: int, last: float = 0.0) -> Schedule:
    """From lr at update 0 down to `last` at update `updates` along half a cosine, and `last` from there on."""
    require(updates >= 1, f"updates is {updates}; it must be at least 1")
    return lambda update: last + (lr - last) * 0.5 * (1 + math.cos(math.pi * min(update / updates, 1.0)))


def warm_up(schedule: float | Schedule, updates: int) -> Schedule:
    """Grows in equal parts over the first `updates` updates, then follows `schedule`, counted from there."""
    after: Schedule = schedule if callable(schedule) else lambda update: schedule
    return lambda update: after(0) * (update + 1) / (updates + 1) if update < updates else after(update - updates)
