"""What a training run keeps on disk, so that a killed run goes on where it was, in a file of `srcgrad.training.save`.

    kept = checkpoint.read(path, settings)           None where there is no file yet
    checkpoint.write(path, settings, {"w": w, "epoch": 3, "curves": curves})

Whoever kills the run finds the old file or the new one, never half of one. The settings are those that the numbers of
the run depend on; a file of other settings is refused rather than continued.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srcgrad import training


class CheckpointError(Exception):
    """The file cannot be read or written, or belongs to another run; the message says what to do."""


def write(path: Path, settings: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """Put settings and content (dicts, lists, tuples, arrays, numbers, strings, None) into the file, in one move."""
    try:
        training.save(path, {"settings": dict(settings), "content": dict(content)})
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written ({error.strerror})") from None


def read(path: Path, settings: Mapping[str, Any] | None = None) -> Any:
    """The content of the file, or None where there is no file.

    Raises CheckpointError where the file is damaged, or was written with other settings than those given.
    """
    if not path.exists():
        return None
    try:
        file = training.load(path)
    except (OSError, ValueError) as error:
        raise CheckpointError(str(error)) from None
    if not isinstance(file, dict) or set(file) != {"settings", "content"}:
        raise CheckpointError(f"{path} was not written by these examples")
    if settings is not None and file["settings"].keys() != settings.keys():
        raise CheckpointError(f"{path} is not a checkpoint of this example: give another file")
    for name, value in (settings or {}).items():
        found = file["settings"].get(name)
        if _listed(found) != _listed(value):
            raise CheckpointError(
                f"{path} was written by a run with {name} {found}, this one has {value}: "
                "give the same options, or another file"
            )
    return file["content"]


def _listed(value: Any) -> Any:
    """The value with lists in the place of tuples."""
    return list(map(_listed, value)) if isinstance(value, (list, tuple)) else value
