"""The user's lines as comments: which line of the source each emitted line comes from, and whether to repeat it.

Consecutive lines that come from one line of the user's form a group. A group carries that line as a comment, unless it holds
the line as the user wrote it.
"""

from __future__ import annotations

import itertools
import linecache
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

import gast

from .origins import Origin, original
from .statements import Line, lines_of

WORD = re.compile(r"(?<!\w)[^\W\d]\w*")
# texts and numbers may be written in other words, and a line may hold two statements
ODD = re.compile(
    r"['\";]|\d\.?[a-zA-Z_]|^(if|elif|else|for|while|with|try|except|finally|def|class|match|case)\b.*:\s*\S"
)
INVOLVED = re.compile(r"['\"#\\]")  # it takes a tokenizer to see where such a line ends
WIDTH = 100  # a comment goes beside its line up to this column, and above it otherwise


@dataclass
class Noted:
    """An emitted line with its comment: `beside` or `above` it, or none."""

    line: Line
    origin: Origin | None
    beside: str = ""
    above: str = ""


class Sources:
    """The users' files: the logical line that begins at a place, and whether a line of a program repeats it."""

    def __init__(self) -> None:
        self._lines: dict[Origin, str] = {}
        self._forms: dict[str, frozenset[str]] = {}

    def line(self, origin: Origin) -> str:
        """The text of a user's line without its own comment, joined where it goes on below."""
        if origin not in self._lines:
            self._lines[origin] = _logical_line(*origin)
        return self._lines[origin]

    def repeats(self, emitted: str, text: str) -> bool:
        """Whether an emitted line is the user's line as the printer would write it, such as `y = x ** 2` for `y = x**2`."""
        if emitted == text:
            return True
        if not ODD.search(text) and _words(emitted) != _words(text):
            return False
        if text not in self._forms:
            self._forms[text] = _forms(text)
        return emitted in self._forms[text]


def annotate(lines: Sequence[Line], filename: str, sources: Sources) -> list[Noted]:
    """Decide on the comments of a program's lines; `filename` is that of statements that do not name their own."""
    noted = [Noted(line, _origin(line, filename)) for line in lines]
    last = ""
    for origin, members in itertools.groupby(noted, key=lambda item: item.origin):
        group = list(members)
        comment = ""
        if origin is not None:
            text = sources.line(origin)
            if text and not any(sources.repeats(item.line.text, text) for item in group):
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


def _logical_line(filename: str, number: int) -> str:
    line = linecache.getline(filename, number).strip()
    if not INVOLVED.search(line) and all(line.count(a) == line.count(b) for a, b in ("()", "[]", "{}")):
        return line
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


def _words(text: str) -> list[str]:
    """The names in a line; printing it anew does not change them."""
    return [word for word in WORD.findall(text) if word not in ("if", "elif")]


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
