"""What is in use, on the host and on devices: the same questions everywhere."""

from __future__ import annotations

import contextlib
import importlib
import math
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import scopes


@dataclass(frozen=True)
class Statistics:
    """Bytes: `used` by arrays, the `peak` of that, `held` by the pool in all, and the pool's `limit`."""

    used: int
    peak: int
    held: int
    limit: float


@dataclass
class Measured:
    """Bytes above what was in use at the begin: `live` at the end, and at the `peak`."""

    live: int = 0
    peak: int = 0


@contextlib.contextmanager
def counted(usage: Any, found: Measured) -> Iterator[None]:
    """Fill `found` from a count of bytes, which has `live` and `peak`; its own peak is what it would be without this."""
    before, peak = usage.live, usage.peak
    usage.peak = before
    try:
        yield
    finally:
        found.live, found.peak = usage.live - before, usage.peak - before
        usage.peak = max(peak, usage.peak)


def _device(device: Any) -> Any:
    """What answers for a device: None for the host, "cupy" or its module, "fake" or its module."""
    if device is None or device in ("cpu", "host"):
        return None
    name = device.__name__ if isinstance(device, ModuleType) else device
    if name in ("fake", "srcgrad_runtime.fake"):
        return importlib.import_module(f"{__package__}.fakes")
    if name in ("gpu", "cupy"):
        return importlib.import_module(f"{__package__}.gpu")
    raise ValueError(f"there is no device {device!r}: it is None for the host, 'gpu' or 'fake'")


def statistics(device: Any = None) -> Statistics:
    """What the pool in use holds: on the host that of large arrays, on a device that of all arrays.

    The peak is the most since the pool is there, or since `reset_peak`.
    """
    there = _device(device)
    if there is not None:
        found: Statistics = there.statistics()
        return found
    pool = scopes.present()
    return Statistics(0, 0, 0, math.inf) if pool is None else Statistics(*pool.counts(), pool.limit)


def reset_peak(device: Any = None) -> None:
    """Let the peak begin anew, at what is in use now."""
    there = _device(device)
    if there is not None:
        there.reset_peak()
    elif (pool := scopes.present()) is not None:
        pool.reset_peak()


def release(device: Any = None) -> int:
    """Give back what the pool holds and nothing uses; returns the bytes."""
    there = _device(device)
    if there is not None:
        freed: int = there.release()
        return freed
    pool = scopes.present()
    return 0 if pool is None else pool.release()


def set_limit(limit: float | None, device: Any = None) -> None:
    """The bytes that the pool may hold, None for no limit. Beyond it is a `MemoryError` that names the variables that hold memory.

    On the host the limit is that of large arrays; it stays as long as a gradient function with large arguments is there.
    """
    there = _device(device)
    if there is not None:
        there.set_limit(limit)
    else:
        pool = scopes.present()
        if pool is None:
            raise ValueError(
                "no pool is in use yet: call a gradient of large arguments first, or use `with pool(limit=...)`"
            )
        pool.limit = math.inf if limit is None else limit


@contextlib.contextmanager
def pool(limit: float | None = None, classes: bool = False, device: Any = None) -> Iterator[Any]:
    """A pool of its own for what this thread runs inside, given back at the end.

    With `classes`, sizes are rounded up to size classes: for batches whose sizes vary. On a device all arrays come from it.
    """
    there = _device(device)
    made = scopes.scope(math.inf if limit is None else limit, classes) if there is None else there.scope(limit, classes)
    with made as found:
        yield found


@contextlib.contextmanager
def measure(device: Any = None) -> Iterator[Measured]:
    """How much is used inside: the result is filled in at the end.

    On the host this counts all that Python and NumPy allocate (with `tracemalloc`, which makes Python slower), on a device its arrays.

    >>> import numpy as np
    >>> with measure() as found:
    ...     x = np.ones(1000)
    >>> found.live >= 8000 and found.peak >= found.live
    True
    """
    there = _device(device)
    found = Measured()
    if there is not None:
        with there.measured(found):
            yield found
        return
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    try:
        yield found
    finally:
        now, peak = tracemalloc.get_traced_memory()
        found.live, found.peak = now - before, peak - before
        if not running:
            tracemalloc.stop()
