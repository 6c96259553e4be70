"""The memory of CuPy: its pools, with the peak that they do not count."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Any

import cupy
from cupy.cuda import memory_hook

from .sizes import classed
from .tracking import Measured, Statistics, counted


class Usage(memory_hook.MemoryHook):
    """Counts what is taken from CuPy's pools and what comes back, in bytes, while it is in use (`with usage:`), in one thread."""

    name = "srcgrad usage"

    def __init__(self) -> None:
        self.live = self.peak = 0

    def malloc_postprocess(self, **event: Any) -> None:
        if event["mem_ptr"]:  # 0 where it has failed
            self.live += event["mem_size"]
            self.peak = max(self.peak, self.live)

    def free_postprocess(self, **event: Any) -> None:
        self.live -= event["mem_size"]


_local = threading.local()


def _usage() -> Usage:
    """The count of this thread, which begins when it is asked for first."""
    if not hasattr(_local, "usage"):
        _local.usage = Usage()
        _local.usage.live = _local.usage.peak = _pool().used_bytes()
        _local.usage.__enter__()
    found: Usage = _local.usage
    return found


def _pool() -> Any:
    return getattr(_local, "pool", None) or cupy.get_default_memory_pool()


def statistics() -> Statistics:
    """The peak is that since the first question of this thread."""
    pool, usage = _pool(), _usage()
    used = pool.used_bytes()
    return Statistics(used, max(usage.peak, used), pool.total_bytes(), pool.get_limit() or math.inf)


def reset_peak() -> None:
    usage = _usage()
    usage.live = usage.peak = _pool().used_bytes()


def release() -> int:
    pool = _pool()
    before = pool.total_bytes()
    pool.free_all_blocks()
    cupy.get_default_pinned_memory_pool().free_all_blocks()
    freed: int = before - pool.total_bytes()
    return freed


def set_limit(limit: float | None) -> None:
    _pool().set_limit(size=0 if limit is None else int(limit))


@contextlib.contextmanager
def scope(limit: float | None, classes: bool) -> Iterator[Any]:
    pool = cupy.cuda.MemoryPool()
    if limit is not None:
        pool.set_limit(size=int(limit))
    allocate = (lambda size: pool.malloc(classed(size))) if classes else pool.malloc
    before, _local.pool = getattr(_local, "pool", None), pool
    try:
        with cupy.cuda.using_allocator(allocate):
            yield pool
    finally:
        _local.pool = before
        pool.free_all_blocks()


def measured(found: Measured) -> contextlib.AbstractContextManager[None]:
    return counted(_usage(), found)
