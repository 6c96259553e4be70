"""What a fake device counts: launches, synchronisations, copies between host and device, bytes in use."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Counts:
    """What happened on the fake device since `reset`.

    `launches` counts operations that would start a kernel, one for each call (a real device may need several for one, as for
    `std`); `products` those of them that are matrix products. `synchronisations` counts values that came to the host one by one
    (`float(x)`, `if x > 0`), with the lines that asked for them in `places`. `live`, `peak` and the `limit` of `live` are bytes;
    `size_class` rounds the size of an array up.
    """

    launches: int = 0
    products: int = 0
    synchronisations: int = 0
    uploads: int = 0
    downloads: int = 0
    live: int = 0
    peak: int = 0
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    limit: float = math.inf
    size_class: Callable[[int], int] | None = None

    def reset(self) -> None:
        """Count anew; what is in use stays in use."""
        with lock:
            self.launches = self.products = self.synchronisations = self.uploads = self.downloads = 0
            self.peak = self.live
            self.places.clear()


counts = Counts()
lock = threading.Lock()


def launched(product: bool = False) -> None:
    with lock:
        counts.launches += 1
        counts.products += product


def synchronised() -> None:
    """Note that a value came to the host, and the first line outside of this package that asked for it."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        frame = frame.f_back
    place = frame.f_code.co_filename, frame.f_lineno
    with lock:
        counts.synchronisations += 1
        counts.places[place] = counts.places.get(place, 0) + 1


class Block:
    """The memory of an array and its views: counted as long as one of them lives. `ptr` and `size` say where it is, in bytes."""

    __slots__ = ("counted", "ptr", "size", "buffer")

    def __init__(self, host: np.ndarray):
        rounded = counts.size_class or (lambda size: -(-size // 512) * 512)  # CuPy's pool rounds up
        self.counted = 0  # nothing to give back where there is not enough
        self.ptr, self.size = address(host), host.nbytes
        self.buffer = in_a_row(host).view(np.uint8)
        size = host.nbytes
        with lock:
            if counts.live + rounded(size) > counts.limit:
                raise MemoryError(f"Out of memory allocating {size} bytes (allocated so far: {counts.live} bytes).")
            self.counted = rounded(size)
            counts.live += self.counted
            counts.peak = max(counts.peak, counts.live)

    def __del__(self, counts: Counts = counts, lock: Any = lock) -> None:  # also when modules are gone, at the very end
        with lock:
            counts.live -= self.counted


@dataclass(frozen=True)
class Pointer:
    """A place in a block, as CuPy's `MemoryPointer`: `ptr` is the address, and numbers of bytes are added."""

    mem: Block
    ptr: int

    def __add__(self, offset: int) -> Pointer:
        return Pointer(self.mem, self.ptr + offset)


def in_a_row(host: np.ndarray) -> Any:
    """The entries of an array in the order in which they lie in memory, as a view; None where there are gaps between them."""
    turned = host.transpose(sorted(range(host.ndim), key=lambda axis: -abs(host.strides[axis])))
    return turned.reshape(-1) if turned.flags.c_contiguous else None


def address(host: np.ndarray) -> int:
    return host.__array_interface__["data"][0]
