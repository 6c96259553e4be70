"""Where the lines of emitted programs come from, so that the gradient of a gradient still names the user's lines."""

from __future__ import annotations

from collections.abc import Sequence

Origin = tuple[str, int]  # file and 1-based line
_emitted: dict[str, tuple[Origin | None, ...]] = {}  # emitted file -> the origin of each of its lines


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
