"""The user's lines as comments: which line of the source each emitted line comes from, and whether to repeat it.

Consecutive lines that come from one line of the user's form a group. A group carries that line as a comment, unless it holds
the line as the user wrote it.
"""

from __future__ import annotations

import itertools
import linecache
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

import gast

from .statements import Line, lines_of

Origin = tuple[str, int]  # file and 1-based line
WIDTH = 100  # a comment goes beside its line up to this column, and above it otherwise


@dataclass
class Noted:
    """An emitted line with its comment: `beside` or `above` it, or none."""

    line: Line
    origin: Origin | None
    beside: str = ""
    above: str = ""


class Sources:
    """The users' files: the logical line that begins at a place, and the forms in which a program may repeat it."""

    def __init__(self) -> None:
        self._known: dict[Origin, tuple[str, frozenset[str]]] = {}

    def line(self, origin: Origin) -> tuple[str, frozenset[str]]:
        """The text of a user's line without its own comment, joined where it goes on below, and its emitted forms."""
        if origin not in self._known:
            text = _logical_line(*origin)
            self._known[origin] = text, _forms(text)
        return self._known[origin]


def annotate(lines: Sequence[Line], filename: str, sources: Sources) -> list[Noted]:
    """Decide on the comments of a program's lines; `filename` is that of statements that do not name their own."""
    noted = [Noted(line, _origin(line, filename)) for line in lines]
    last = ""
    for origin, members in itertools.groupby(noted, key=lambda item: item.origin):
        group = list(members)
        comment = ""
        if origin is not None:
            text, forms = sources.line(origin)
            if text and not any(item.line.text in forms for item in group):
                comment = text
        first = group[0]
        if comment and comment != last:
            column = 4 * first.line.depth + len(first.line.text) + len("  # ") + len(comment)
            if column <= WIDTH:
                first.beside = comment
            else:
                first.above = comment
        last = comment
    return noted


def _origin(line: Line, filename: str) -> Origin | None:
    number = getattr(line.statement, "lineno", None)
    if not number or line.depth == 0:  # the header of an emitted function is nobody's line
        return None
    return original(getattr(line.statement, "filename", filename), number)


# emitted file -> the origin of each of its lines; so the gradient of a gradient still names the user's line
_emitted: dict[str, tuple[Origin | None, ...]] = {}


def remember(filename: str, origins: Sequence[Origin | None]) -> None:
    """Say where the lines of an emitted program come from."""
    _emitted[filename] = tuple(origins)


def forget(filename: str) -> None:
    _emitted.pop(filename, None)


def original(filename: str, line: int) -> Origin | None:
    """The user's line behind a line of an emitted program; any other line stands for itself."""
    if filename not in _emitted:
        return filename, line
    origins = _emitted[filename]
    return origins[line - 1] if line <= len(origins) else None


def _logical_line(filename: str, number: int) -> str:
    numbers = itertools.count(number)
    pieces: list[tuple[tuple[int, int], tuple[int, int], str]] = []
    try:
        for token in tokenize.generate_tokens(lambda: linecache.getline(filename, next(numbers))):
            if token.type == tokenize.NEWLINE or token.type == tokenize.ENDMARKER:
                break
            if token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
                pieces.append((token.start, token.end, token.string))
    except (tokenize.TokenError, SyntaxError):  # the line stands inside of something larger
        return linecache.getline(filename, number).strip()
    text, end = "", (0, 0)
    for start, stop, string in pieces:
        if text and start[0] == end[0]:
            text += " " * (start[1] - end[1])
        elif text and text[-1] not in "([{" and string[0] not in ")]}":
            text += " "
        text += " ".join(part.strip() for part in string.splitlines()) if "\n" in string else string
        end = stop
    return text


def _forms(text: str) -> frozenset[str]:
    """The lines in which the printer would write a user's line, such as `y = x ** 2` for `y = x**2`."""
    whole = f"{text}\n    pass" if text.endswith(":") else text
    if whole.startswith("elif"):
        whole = whole[2:]
    try:
        found = lines_of(gast.parse(whole).body)
    except (SyntaxError, ValueError):
        return frozenset()
    forms = {line.text for line in found}
    return frozenset(forms | {f"el{form}" for form in forms if text.startswith("elif")})
