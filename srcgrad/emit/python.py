"""A program as the text of a Python module.

Comes in: a `Program` of the differentiation. Goes out: its text, the same for the same program every time, which parses again,
and the user's file and line behind each of its lines.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import comments
from .origins import Origin
from .statements import lines_of

LONGEST = 110  # longer lines are broken inside their brackets
IMPORTS = {"math": "import math", "np": "import numpy as np", "rt": "import srcgrad_runtime as rt"}


@dataclass(frozen=True)
class Rendered:
    """The text of a program, and for each of its lines the user's file and line (None where there is none)."""

    text: str
    origins: tuple[Origin | None, ...]


def text(program: Any, title: str = "") -> str:
    """The text of a program; `title` is its first line, as a comment."""
    return render(program, title).text


def render(program: Any, title: str = "", imports: Iterable[str] = ()) -> Rendered:
    """The text of a program with the origins of its lines; `imports` are statements to add to the usual ones."""
    written: list[tuple[str, Origin | None]] = [(f"# {title}", None)] if title else []
    heads = [IMPORTS[name] for name in sorted(program.imports)] + list(imports)
    if heads and written:
        written.append(("", None))
    written += [(head, None) for head in heads]
    sources = comments.Sources()
    for function in program.functions:
        if written:
            written += [("", None)] * 2
        filename = getattr(function, "filename", program.filename)
        for noted in comments.annotate(lines_of([function]), filename, sources):
            written += _physical(noted)
    return Rendered("".join(f"{line}\n" for line, _ in written), tuple(origin for _, origin in written))


def _physical(noted: comments.Noted) -> Iterable[tuple[str, Origin | None]]:
    """The lines of the text that one line of the program becomes: a comment above, and pieces of a line that is too long."""
    indent = "    " * noted.line.depth
    beside = f"  # {noted.beside}" if noted.beside else ""
    if noted.above:
        yield f"{indent}# {noted.above}", noted.origin
    pieces = _broken(indent + noted.line.text)
    yield pieces[0] + beside, noted.origin
    for piece in pieces[1:]:
        yield piece, noted.origin


def _broken(line: str) -> list[str]:
    """A line in pieces of at most `LONGEST` characters, where its brackets allow that easily; otherwise as it is."""
    if len(line) <= LONGEST or "\n" in line:
        return [line]
    indent = len(line) - len(line.lstrip())
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.lstrip() + "\n").readline))
    except (tokenize.TokenError, SyntaxError):  # a header such as `else:` cannot be this long; leave what is odd alone
        return [line]
    found = _widest_bracket(tokens)
    if found is None:
        return [line]
    start, stop, places = found
    start, stop = start + indent, stop + indent
    inside, inner = line[start:stop].strip(), " " * (indent + 4)
    if len(inner) + len(inside) <= LONGEST:
        middle = [inner + inside]
    else:
        cuts = [start, *(place + indent for place in places), stop]
        parts = [line[a:b].strip() for a, b in zip(cuts, cuts[1:], strict=False)]
        middle = []
        for part in parts:
            if middle and len(middle[-1]) + 1 + len(part) <= LONGEST:
                middle[-1] += " " + part
            else:
                middle.append(inner + part)
    return [line[:start], *middle, " " * indent + line[stop:]]


def _widest_bracket(tokens: list[Any]) -> tuple[int, int, list[int]] | None:
    """The longest outermost bracket: where its inside begins and ends, and the places behind the commas and operators in it."""
    depth, strings = 0, 0
    start, places = 0, list[int]()
    best: tuple[int, int, list[int]] | None = None
    for token in tokens:
        name = tokenize.tok_name[token.type]
        strings += {"FSTRING_START": 1, "FSTRING_END": -1, "TSTRING_START": 1, "TSTRING_END": -1}.get(name, 0)
        if strings or token.type != tokenize.OP and token.string not in ("and", "or"):
            continue
        if token.string in "([{":
            depth += 1
            if depth == 1:
                start, places = token.end[1], []
        elif token.string in ")]}":
            depth -= 1
            if depth == 0 and token.start[1] > start and (best is None or token.start[1] - start > best[1] - best[0]):
                best = start, token.start[1], places
        elif depth == 1 and token.string == ",":
            places.append(token.end[1])
        elif depth == 1 and token.string in ("+", "-", "and", "or") and token.start[1] > start and _spaced(token):
            places.append(token.start[1])
    return best


def _spaced(token: Any) -> bool:
    """Whether an operator has blanks on both sides, which tells `a - b` from `-b`."""
    line, before, after = token.line, token.start[1] - 1, token.end[1]
    return line[before] == " " and after < len(line) and line[after] == " "
