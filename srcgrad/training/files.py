"""Nested parameters in a file: an `.npz` of the arrays, and one text that says how they are nested.

Nothing is pickled, so that a file from anywhere can be read without running what is in it. Arrays of a device are
written as arrays of the host. A file is written under another name and then renamed: whoever reads it, after a crash
too, finds the old one or the new one, whole.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend

from ..core import replacing
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
    with replacing.replaced(path) as file:
        np.savez(file, **{LAYOUT: np.array(layout)}, **arrays)  # type: ignore[arg-type]


def load(path: str | os.PathLike[str], into: Any = None) -> Any:
    """What `save` wrote: lists, tuples and dicts as they were, an object as a dict of its attributes.

    With `into`, a structure of the same form, the numbers are put into it, arrays in place (on whichever device they
    are), and it is returned; a number or a tuple at the top is returned anew. Raises ValueError if the file is not one
    of `save`, is damaged, or does not fit; nothing has then been changed.
    """
    try:
        with open(path, "rb") as file:
            require(zipfile.is_zipfile(file), "it is no .npz")
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                entries = {name: arrays[name] for name in arrays.files}
        layout = json.loads(str(entries.pop(LAYOUT)))
        found = layout["version"]
        value = _rebuilt(layout["value"], entries) if found == VERSION else None
    except (KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise ValueError(f"{path} is no file of saved parameters, or it is damaged ({error})") from None
    require(found == VERSION, f"{path} is of version {found}; this program reads version {VERSION}")
    if into is None:
        return value
    check_fit(into, value, "value")
    return put(into, value)


def check_fit(into: Any, value: Any, path: str) -> None:
    """ValueError, naming the place, unless the numbers of `value` can be put into `into`."""
    if is_array(into):
        given, wanted = getattr(value, "shape", None), into.shape
        found = given if is_array(value) else repr(value)
        require(given == wanted, f"{path} has shape {wanted}, the file has {found} there")
        kinds = f"{path} has dtype {into.dtype}, which cannot hold the {value.dtype} of the file"
        require(np.can_cast(value.dtype, into.dtype, "same_kind"), kinds)
        require(getattr(into.flags, "writeable", True), f"{path} is a read-only array")
    elif _is_nested(into):
        inside = children(into)
        found = _entries(value)
        fits = isinstance(found, dict) and set(found) == {key for _, key, _ in inside}
        require(fits, f"{path} is nested in another way than in the file")
        for written, key, child in inside:
            check_fit(child, found[key], path + written)
    else:
        single = not (is_array(value) or _is_nested(value))
        require(single, f"{path} is a {type(into).__name__}, the file has a {type(value).__name__} there")


def put(into: Any, value: Any) -> Any:
    """`into` with the numbers of `value`, which fits, in their places."""
    if is_array(into):
        into[...] = backend.module_of(into).asarray(value)
        return into
    if _is_nested(into):
        found = _entries(value)
        return _refilled(into, {key: put(child, found[key]) for _, key, child in children(into)})
    return value


def _is_nested(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict)) or not isinstance(value, np.generic) and _is_object(value)


def _entries(value: Any) -> Any:
    """The parts of what a file holds by their keys, as `children` has them."""
    return dict(enumerate(value)) if isinstance(value, (list, tuple)) else value


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
    return bool(rt.attributes_of(value)) or getattr(value, "__dict__", None) == {}


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
