"""The errors of srcgrad, and the one formatter that prints where they were found.

Every error that srcgrad itself raises is a `SrcgradError`. A refusal names the file, the line, a caret under the
construct, the reason, and what to write instead. All refusals of one function are raised together.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from srcgrad_runtime.checks import ResultError, SrcgradError, TangentError

__all__ = [
    "ArgumentError",
    "Place",
    "Refusal",
    "Refused",
    "ResultError",
    "TangentError",
    "SourceNotFound",
    "SrcgradError",
    "format_refusal",
]


class SourceNotFound(SrcgradError):
    """The Python source of a function could not be found."""


class Refused(SrcgradError):
    """A program, or a part of it, cannot be differentiated; the message lists every place and what to write instead."""

    def __init__(self, refusals: Sequence[Refusal]):
        self.refusals = tuple(refusals)
        super().__init__("\n\n".join(format_refusal(refusal) for refusal in self.refusals))

    def __reduce__(self):
        return (type(self), (self.refusals,))


class ArgumentError(SrcgradError, TypeError):
    """An argument of `grad`, or of the gradient function, is of the wrong kind (integer, complex, string, out of range)."""


@dataclass(frozen=True)
class Place:
    """A stretch of a user's source line: 1-based line, 0-based columns [column, end_column)."""

    filename: str
    line: int
    column: int = 0
    end_column: int = 0

    @property
    def text(self) -> str:
        return linecache.getline(self.filename, self.line).rstrip("\n")


@dataclass(frozen=True)
class Refusal:
    """One construct that cannot be differentiated: what it is, where, why, and what to write instead."""

    what: str
    place: Place
    why: str = ""
    instead: str = ""


def format_refusal(refusal: Refusal) -> str:
    """The message of one refusal, in the layout that every srcgrad error uses.

    >>> print(format_refusal(Refusal("no", Place("nowhere.py", 3), "because", "try something else")))
    nowhere.py:3: no
        because
        try something else
    """
    place = refusal.place
    lines = [f"{place.filename}:{place.line}: {refusal.what}" if place.filename else refusal.what]
    text = place.text
    if text:
        lines.append(f"    {place.line:>4} | {text}")
        if place.end_column > place.column:
            # tabs and wide text before the caret must keep their width, so the padding repeats the line's own blanks
            padding = "".join(c if c == "\t" else " " for c in text[: place.column])
            lines.append(f"         | {padding}{'^' * max(1, min(place.end_column, len(text)) - place.column)}")
    lines += ["    " + part for part in _nonempty(refusal.why, refusal.instead)]
    return "\n".join(lines)


def _nonempty(*parts: str) -> Iterable[str]:
    return (line for part in parts if part for line in part.splitlines())
