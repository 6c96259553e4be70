"""A pool of memory for large NumPy arrays.

An array that the pool makes views a block, and tells nobody: when the array and all its views are gone, Python destroys the block,
which hands its memory back. So memory is used again only if nothing can reach it any more, whatever the program did with the array.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from .sizes import rounded

WASTE = 1.25  # how many times the size that is asked for a block may have
SLACK = (
    1.05  # how many times what was in use at one time the pool may hold: sizes that take turns then find their blocks
)


class Raw(np.ndarray):
    """The owner of a piece of memory."""


class Block(np.ndarray):
    """A piece of memory in use; an array is its view, and keeps it alive."""

    pool: weakref.ref[Pool] | None = None  # where the memory goes, if the pool is still there

    def __del__(self) -> None:
        pool = self.pool() if self.pool is not None else None
        if pool is not None and pool.open:
            pool.returned.append(self.base)  # to be looked at later: this may be in the middle of anything


class Pool:
    """Memory that is used again.

    `limit` is what the pool may hold in all, in bytes; `size_class` rounds a size up. It holds hardly more than what was in use
    at one time: where no free block fits, free ones are given back before a new one is taken.
    """

    def __init__(self, limit: float = math.inf, size_class: Callable[[int], int] = rounded):
        self.limit, self.size_class, self.open = limit, size_class, True
        self.returned: deque[Any] = deque()
        self.made = self.reused = 0  # blocks that were taken from the system, and those that were used again
        self._free: list[Raw] = []
        self._held = self._peak = self._most = 0
        self._me = weakref.ref(self)
        self._lock = threading.Lock()

    def empty(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """An array with anything in it, in C order. Raises `MemoryError` beyond the limit."""
        with self._lock:
            raw = self._take(self.size_class(math.prod(shape) * dtype.itemsize))
            self._peak = max(self._peak, self._used())
        block = raw.view(Block)
        block.pool = self._me
        return np.ndarray(shape, dtype, block)

    def _take(self, size: int) -> Raw:
        self._look()
        fitting = [raw for raw in self._free if size <= raw.nbytes <= size * WASTE]
        if fitting:
            raw = min(fitting, key=_size)
            self._free = [one for one in self._free if one is not raw]
            self.reused += 1
            return raw
        self._most = max(self._most, self._used() + size)
        while self._free and self._held + size > min(self._most * SLACK, self.limit):
            self._drop()
        if self._held + size > self.limit:
            used, limit = self._held / 2**20, self.limit / 2**20
            raise MemoryError(
                f"{used:.1f} MiB of the pool's {limit:.1f} are in use, {size / 2**20:.1f} more were asked for"
            )
        raw = Raw(size, np.uint8)
        self._held += size
        self.made += 1
        return raw

    def _look(self) -> None:
        """Take in the blocks that have come back."""
        while self.returned:
            self._free.append(self.returned.popleft())

    def _drop(self) -> int:
        """Give the block back that has been free for longest."""
        size = _size(self._free.pop(0))
        self._held -= size
        return size

    def _used(self) -> int:
        return self._held - sum(map(_size, self._free))

    def counts(self) -> tuple[int, int, int]:
        """Bytes in use, the most of them at one time, and bytes held."""
        with self._lock:
            self._look()
            return self._used(), self._peak, self._held

    def reset_peak(self) -> None:
        with self._lock:
            self._look()
            self._peak = self._used()

    def release(self) -> int:
        """Give all free blocks back; returns their bytes."""
        with self._lock:
            self._look()
            self._most = self._used()
            return sum(self._drop() for _ in range(len(self._free)))

    def close(self) -> None:
        """Give back what is free, other blocks go when their arrays do."""
        self.open = False
        self.release()


def _size(raw: Any) -> int:
    size: int = raw.nbytes
    return size
