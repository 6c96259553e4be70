"""The allocator of the C library, told to keep what it has."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of <malloc.h>


def tune_malloc() -> bool:
    """Let the C library keep the memory of large arrays for the next ones, instead of asking the system for it each time.

    This holds for the whole process and until its end, also for arrays that no pool serves: the process never becomes smaller again.
    Works with glibc (Linux); elsewhere it says so on the error stream, does nothing and returns False.
    """
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 (is it glibc?)
        mallopt = library.mallopt
    except (AttributeError, OSError, TypeError):
        print("tune_malloc: this is not glibc, and nothing was changed", file=sys.stderr)
        return False
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
