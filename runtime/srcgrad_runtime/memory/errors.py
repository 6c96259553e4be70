"""What is said when memory runs out: which variables of the emitted program hold it."""

from __future__ import annotations

import linecache
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from .. import adjoint, backend

SHOWN = 8  # variables in a message
DEPTH = 4


class OutOfMemory(MemoryError):
    """Memory has run out in an emitted program. `holders` are its variables that hold arrays, with their bytes, largest first."""

    def __init__(self, message: str, holders: dict[str, int]):
        super().__init__(message)
        self.holders = holders


def explained(error: MemoryError) -> MemoryError:
    """The error with the variables that hold memory; itself where it does not come from an emitted program."""
    if isinstance(error, OutOfMemory):
        return error
    frame = _innermost(error.__traceback__)
    if frame is None:
        return error
    held = {name: _held(value, {}) for name, value in frame[0].f_locals.items()}
    held = dict(sorted(((n, h) for n, h in held.items() if h[0]), key=lambda item: -item[1][0]))
    line = linecache.getline(frame[0].f_code.co_filename, frame[1]).strip()
    lines = [
        f"out of memory in {frame[0].f_code.co_name}, line {frame[1]} of the emitted program: {line}",
        f"    {error}",
    ]
    lines.append("what its variables hold (arrays that several of them hold count for each):")
    for name, (size, count) in list(held.items())[:SHOWN]:
        lines.append(f"    {name:16}{size / 2**20:12.1f} MiB" + (f" in {count} arrays" if count > 1 else ""))
    if len(held) > SHOWN:
        lines.append(f"    and {len(held) - SHOWN} others")
    return OutOfMemory("\n".join(lines), {name: size for name, (size, _) in held.items()})


def _innermost(traceback: TracebackType | None) -> tuple[FrameType, int] | None:
    """The last frame of an emitted program in a traceback, and its line."""
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith("<srcgrad "):
            found = traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def _held(value: Any, seen: dict[int, Any], depth: int = DEPTH) -> tuple[int, int]:
    """The bytes and the number of arrays that a value is, or holds."""
    if id(value) in seen:
        return 0, 0
    seen[id(value)] = value
    if isinstance(value, np.ndarray) or backend.is_device_array(value):
        return value.nbytes if 0 not in value.strides else value.itemsize, 1
    size = count = 0
    for item in adjoint.children(value) if depth else ():
        more, arrays = _held(item, seen, depth - 1)
        size, count = size + more, count + arrays
    return size, count
