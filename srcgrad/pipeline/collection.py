"""No search for garbage while a program is built: nothing that is made then is dropped in cycles, and with a thousand statements the searches
would take a third of the time."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_inside = 0
_was_enabled = False


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """Python's collector of cycles is off inside, and as it was before when the last of all threads has left."""
    global _inside, _was_enabled
    with _lock:
        if _inside == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _was_enabled:
                gc.enable()
