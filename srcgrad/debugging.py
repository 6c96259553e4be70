"""Finding where a derivative stops being finite."""

from __future__ import annotations

import contextlib
import linecache
import math
import sys
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .core.errors import SrcgradError
from .emit import comments
from .recorded import tape

__all__ = ["NotFinite", "debug_nans"]

PLACEHOLDERS = ("empty(", "empty_like(", "inf")  # lines whose results are not finite by intention


class NotFinite(SrcgradError, FloatingPointError):
    """A result inside of a derivative is infinite or not a number; raised under `debug_nans` only."""


@contextlib.contextmanager
def debug_nans() -> Iterator[None]:
    """Under `with debug_nans():`, the first result that is not finite raises `NotFinite`, which names its line.

    The derivatives that run inside of the block are watched line by line, forward and reverse sweep alike, which makes them
    slower by far. Values that are not finite where a program begins are not held against it. Python ends the watch with the first error.

    >>> import srcgrad
    >>> with debug_nans():
    ...     srcgrad.grad(lambda x: x * x)(3.0)
    6.0
    """
    before = sys.gettrace()
    sys.settrace(_Watch().call)
    try:
        yield
    finally:
        sys.settrace(before)


class _Watch:
    """Looks at the frames of emitted and of recorded programs."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[str, int]] = {}  # id of a recorded result -> the line that made it
        self.results: list[Any] = []  # keeps those ids their own
        self.place: tuple[str, int] = ("", 0)

    def call(self, frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_filename.startswith("<srcgrad "):
            return _Lines(frame).line
        if code.co_filename == tape.__file__:
            self.recorded(frame, code)
        return None

    def recorded(self, frame: FrameType, code: CodeType) -> None:
        """A step of the recorded road: a result is made, its reverse step begins, or an adjoint gets a contribution."""
        if code.co_name in ("result", "elementwise_result"):
            y = frame.f_locals["y"]
            caller: FrameType | None = frame
            while caller is not None and (caller.f_globals.get("__name__") or "").startswith("srcgrad."):
                caller = caller.f_back
            if caller is not None:
                place = caller.f_code.co_filename, caller.f_lineno
                self.places[id(y)] = place
                self.results.append(y)
                if not _finite(y):
                    raise _error(*place, "its result", "forward")
        elif code.co_name == "back":
            made = frame.f_locals.get("made", frame.f_locals.get("y"))
            self.place = self.places.get(id(made), self.place)
        elif code.co_name == "add" and not _finite(frame.f_locals.get("g")):
            raise _error(*self.place, "an adjoint", "reverse")


class _Lines:
    """Looks at the names of one emitted function after each of its lines."""

    def __init__(self, frame: FrameType):
        self.known = {name for name, value in frame.f_locals.items() if not _finite(value)}
        self.last = 0

    def line(self, frame: FrameType, event: str, result: Any) -> Any:
        if event in ("line", "return") and self.last:
            for name, value in frame.f_locals.items():
                if name not in self.known and not _finite(value):
                    self.found(frame, name)
        if event == "return" and not self.known and not _finite(result):
            self.found(frame, "what is returned")
        self.last = frame.f_lineno
        return self.line

    def found(self, frame: FrameType, name: str) -> None:
        file = frame.f_code.co_filename
        text = linecache.getline(file, self.last).strip()
        if any(word in text for word in PLACEHOLDERS):
            self.known.add(name)
            return
        place = comments.original(file, self.last) or (file, self.last)
        returned = name not in frame.f_locals
        name_in = frame.f_code.co_name
        reverse = "_bar" in (text if returned else name) or returned and name_in.endswith(("_grad", "_reverse"))
        raise _error(*place, name if returned else f"{name!r}", "reverse" if reverse else "forward", text)


def _error(file: str, line: int, what: str, sweep: str, emitted: str = "") -> NotFinite:
    text = linecache.getline(file, line).strip()
    lines = [f"{file}:{line}: {what} is not finite after this line, in the {sweep} sweep"]
    if text:
        lines.append(f"{line:>7} | {text}")
    if emitted and emitted.partition("  #")[0] != text:
        lines.append(f"    emitted: {emitted.partition('  #')[0]}")
    return NotFinite("\n".join(lines))


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (np.ndarray, np.inexact, complex)):
        return np.result_type(value).kind not in "fc" or bool(np.all(np.isfinite(value)))
    if isinstance(value, (list, tuple, dict)):
        return all(map(_finite, rt.leaves(value)))
    return True
