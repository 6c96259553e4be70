"""Nested parameters in a file: an `.npz` of the arrays, and one text that says how they are nested.

Nothing is pickled, so that a file from anywhere can be read without running what is in it. Arrays of a device are
written as arrays of the host. A file is written under another name and then renamed: whoever reads it, after a crash
too, finds the old one or the new one, whole.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from srcgrad_runtime import backend

from ..optim.nested import children, is_array, require

LAYOUT = "srcgrad"  # the entry that says how the arrays are nested
VERSION = 1


def save(path: str | os.PathLike[str], value: Any) -> None:
    """Write arrays, numbers, strings, None, and any nesting of those in lists, tuples, dicts and objects.

    Keys of dicts are strings or whole numbers. Raises TypeError, naming the place, for anything else; the file is
    then as it was.
    """
    arrays: dict[str, Any] = {}
    layout = json.dumps({"version": VERSION, "value": _described(value, "value", arrays)})
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **{LAYOUT: np.array(layout)}, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def load(path: str | os.PathLike[str], into: Any = None) -> Any:
    """What `save` wrote: lists, tuples and dicts as they were, an object as a dict of its attributes.

    With `into`, a structure of the same form, the numbers are put into it, arrays in place (on whichever device they
    are), and it is returned; a number or a tuple at the top is returned anew. Raises ValueError if the file is not one
    of `save`, is damaged, or does not fit.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            entries = {name: file[name] for name in file.files}
        layout = json.loads(str(entries.pop(LAYOUT)))
    except (KeyError, EOFError, zipfile.BadZipFile, ValueError) as error:
        raise ValueError(f"{path} is no file of saved parameters, or it is damaged ({error})") from None
    found = layout.get("version")
    require(found == VERSION, f"{path} is of version {found}; this program reads version {VERSION}")
    value = _rebuilt(layout["value"], entries)
    return value if into is None else put(into, value, "value")


def put(into: Any, value: Any, path: str) -> Any:
    """`into` with the numbers of `value` in their places; ValueError, naming the place, where they do not fit."""
    if is_array(into):
        given, wanted = getattr(value, "shape", None), into.shape
        require(
            given == wanted, f"{path} has shape {wanted}, the file has {given if is_array(value) else value!r} there"
        )
        into[...] = backend.module_of(into).asarray(value)
        return into
    if isinstance(into, (list, tuple, dict)) or _is_object(into):
        inside = children(into)
        keys = {key for _, key, _ in inside}
        found = dict(enumerate(value)) if isinstance(value, (list, tuple)) else value
        require(isinstance(found, dict) and set(found) == keys, f"{path} is nested in another way than in the file")
        items = {key: put(child, found[key], path + written) for written, key, child in inside}
        return _refilled(into, items)
    return value


def _refilled(into: Any, items: dict[Any, Any]) -> Any:
    if isinstance(into, tuple):
        return type(into)(*items.values()) if hasattr(into, "_fields") else tuple(items.values())
    for key, child in items.items():
        if isinstance(into, (list, dict)):
            into[key] = child
        else:
            object.__setattr__(into, key, child)
    return into


def _described(value: Any, path: str, arrays: dict[str, Any]) -> Any:
    """The layout of a value as JSON; its arrays are collected by number."""
    if is_array(value) or isinstance(value, np.generic):
        host = np.asarray(backend.to_host(value))
        if host.dtype.hasobject:
            raise TypeError(f"{path} is an array of objects, which cannot be saved")
        arrays[str(len(arrays))] = host
        return {"scalar" if isinstance(value, np.generic) else "array": len(arrays) - 1}
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"plain": value}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_described(child, f"{path}[{i}]", arrays) for i, child in enumerate(value)]}
    if isinstance(value, dict) or _is_object(value):
        parts = []
        for written, key, child in children(value):
            if type(key) not in (str, int):
                raise TypeError(f"{path} has the key {key!r}; keys that can be saved are strings and whole numbers")
            parts.append([key, _described(child, path + written, arrays)])
        return {"dict": parts}
    raise TypeError(f"{path} is a {type(value).__name__}, which cannot be saved")


def _is_object(value: Any) -> bool:
    """Whether a value is an instance with attributes of its own, and nothing but that."""
    if isinstance(value, (type, Callable)):  # type: ignore[arg-type]
        return False
    return dataclasses.is_dataclass(value) or hasattr(value, "__dict__")


def _rebuilt(layout: dict[str, Any], arrays: dict[str, Any]) -> Any:
    (kind, content), *_ = layout.items()
    if kind == "array":
        return arrays[str(content)]
    if kind == "scalar":
        return arrays[str(content)][()]
    if kind == "plain":
        return content
    if kind == "dict":
        return {key: _rebuilt(child, arrays) for key, child in content}
    items = [_rebuilt(child, arrays) for child in content]
    return items if kind == "list" else tuple(items)
