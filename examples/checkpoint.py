"""What a training run keeps on disk, so that a killed run goes on where it was: nested arrays and numbers in one .npz.

    kept = checkpoint.read(path, settings)           None where there is no file yet
    checkpoint.write(path, settings, {"w": w, "epoch": 3, "curves": curves})

The file is written beside its place and then moved there, so whoever kills the run finds the old file or the new one,
never half of one. It holds no pickled objects. The settings are those that the numbers of the run depend on; a file of
other settings is refused rather than continued.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_LAYOUT = "layout"  # the entry with the structure, as JSON, in which arrays are {"array": name of their entry}


class CheckpointError(Exception):
    """The file cannot be read or written, or belongs to another run; the message says what to do."""


def write(path: Path, settings: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """Put settings and content (dicts, lists, tuples, arrays, numbers, strings, None) into the file, in one move."""
    arrays: dict[str, np.ndarray] = {}
    layout = json.dumps({"settings": dict(settings), "content": _flatten(content, "content", arrays)})
    beside = path.with_name(path.name + ".part")
    try:
        with open(beside, "wb") as file:
            np.savez(file, allow_pickle=False, **{_LAYOUT: np.array(layout)}, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written ({error.strerror})") from None


def read(path: Path, settings: Mapping[str, Any] | None = None) -> Any:
    """The content of the file, or None where there is no file.

    Raises CheckpointError where the file is damaged, or was written with other settings than those given.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            layout = json.loads(str(file[_LAYOUT]))
            content = _restore(layout["content"], file)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path} is damaged, or was not written by these examples ({error})") from None
    found = layout["settings"]
    for name, value in (settings or {}).items():
        value = json.loads(json.dumps(value))
        if found.get(name) != value:
            raise CheckpointError(
                f"{path} was written by a run with {name} {found.get(name)}, this one has {value}: "
                "give the same options, or another file"
            )
    return content


def _flatten(value: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """`value` as JSON; its arrays, and NumPy's numbers with their dtypes, go into `arrays`."""
    if isinstance(value, (np.ndarray, np.generic)):
        arrays[name] = np.asarray(value)
        return {"array": name}
    if isinstance(value, Mapping):
        return {"dict": {key: _flatten(part, f"{name}.{key}", arrays) for key, part in value.items()}}
    if isinstance(value, (list, tuple)):
        parts = [_flatten(part, f"{name}.{i}", arrays) for i, part in enumerate(value)]
        return {type(value).__name__: parts}
    return value


def _restore(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, parts),) = value.items()
    if kind == "array":
        found = arrays[parts]
        return found if found.ndim else found[()]
    if kind == "dict":
        return {key: _restore(part, arrays) for key, part in parts.items()}
    restored = [_restore(part, arrays) for part in parts]
    return tuple(restored) if kind == "tuple" else restored
