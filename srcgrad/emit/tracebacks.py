"""The user's lines in tracebacks that go through emitted programs."""

from __future__ import annotations

import linecache
import traceback

from ..core.errors import SrcgradError
from . import origins


def note_places(error: BaseException) -> None:
    """Add to an exception the user's file and line behind each emitted line of its traceback, as notes (Python 3.11 and later).

    An emitted line shows the user's line beside it only where a new one begins.
    """
    if isinstance(error, SrcgradError) or not hasattr(error, "add_note"):
        return
    for frame, number in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        place = origins.original(filename, number)
        if place is None or place == (filename, number):
            continue
        note = f"{place[0]}:{place[1]}: {linecache.getline(*place).strip()}"
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
