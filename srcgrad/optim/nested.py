"""Weights and gradients as nested structures: walking a pair of them, replacing numbers, scaling."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend

SEQUENCES = (list, tuple, deque)


def require(condition: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
    if not condition:
        raise ValueError(message)


def is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape") and not isinstance(value, np.generic)


def beside(value: Any, weight: Any) -> Any:
    """An array where the weight lives, be that the host or a device: what was saved comes back on the host."""
    if backend.is_device_array(weight):
        return value if backend.is_device_array(value) else backend.module_of(weight).asarray(value)
    return backend.to_host(value)


def is_leaf(value: Any) -> bool:
    return value is None or isinstance(value, (int, float, complex, str, bytes, np.generic)) or is_array(value)


def children(node: Any) -> list[tuple[str, Any, Any]]:
    """(how it is written, key, child) of every part of a container; the key is an index, a dict key, an attribute.

    Raises ValueError for a set, whose parts have no place.
    """
    require(not isinstance(node, (set, frozenset)), f"a {type(node).__name__} has no places for weights; use a list")
    if isinstance(node, SEQUENCES):
        return [(f"[{i}]", i, child) for i, child in enumerate(node)]
    if isinstance(node, dict):
        return [(f"[{key!r}]", key, child) for key, child in node.items()]
    return [(f".{name}", name, getattr(node, name)) for name in rt.attributes_of(node)]


def leaves(g: Any) -> Iterator[Any]:
    """The numbers and arrays in a gradient that are floating or complex."""
    if not is_leaf(g):
        for _, _, child in children(g):
            yield from leaves(child)
    elif isinstance(g, (float, complex, np.inexact)) or (is_array(g) and g.dtype.kind in "fc"):
        yield g


def pairs(w: Any, g: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """(path, weight, its gradient in the dtype of the weight) of every weight that has a gradient."""
    if g is None:
        return
    if is_leaf(w):
        floating = isinstance(w, (float, np.floating)) or (is_array(w) and w.dtype.kind == "f")
        require(floating, f"{path} has a gradient but is no floating number or array of those: {type(w).__name__}")
        require(is_leaf(g), f"{path} is a {type(w).__name__}, its gradient is a {type(g).__name__}")
        require(not np.iscomplexobj(g), f"{path} is real, its gradient is complex")
        require(np.shape(w) == np.shape(g), f"{path} has shape {np.shape(w)}, its gradient has {np.shape(g)}")
        if is_array(w):
            require(getattr(w.flags, "writeable", True), f"{path} is a read-only array")
            g = g if is_array(g) and g.dtype == w.dtype else w.dtype.type(g) if np.ndim(g) == 0 else g.astype(w.dtype)
        yield path, w, g
        return
    parts = children(w)
    require(not is_leaf(g), f"{path} is a {type(w).__name__}, its gradient is a {type(g).__name__}")
    found = {key: child for _, key, child in children(g)}
    keys = {key for _, key, _ in parts}
    extra = [key for key in found if key not in keys]
    require(not extra, f"the gradient of {path} has an entry {extra[0]!r} that {path} has not" if extra else "")
    if isinstance(w, SEQUENCES):
        require(len(found) == len(parts), f"{path} has {len(parts)} entries, its gradient has {len(found)}")
    for written, key, child in parts:
        yield from pairs(child, found.get(key), path + written)


def replace(w: Any, g: Any, path: str, moved: Mapping[str, Any]) -> Any:
    """w with the values in `moved` put at their paths: in place where the container can be changed.

    Goes where the gradient g goes, and nowhere else: what has no gradient may be of any kind.
    """
    if g is None:
        return w
    if is_leaf(w):
        return moved.get(path, w)
    found = {key: child for _, key, child in children(g)}
    changed = {}
    for written, key, child in children(w):
        new = replace(child, found.get(key), path + written, moved)
        if new is not child:
            changed[key] = new
    if not changed:
        return w
    if isinstance(w, tuple):
        items = [changed.get(i, child) for i, child in enumerate(w)]
        return type(w)(*items) if hasattr(w, "_fields") else tuple(items)
    for key, child in changed.items():
        if isinstance(w, (list, deque, dict)):
            w[key] = child
        else:
            object.__setattr__(w, key, child)  # a frozen dataclass is a value of the user's, but its weights still move
    return w


def scaled(g: Any, factor: float) -> Any:
    """A new structure with every floating number and array multiplied by factor."""
    if is_leaf(g):
        return g * factor if next(leaves(g), None) is not None else g
    if isinstance(g, tuple):
        items = [scaled(child, factor) for child in g]
        return type(g)(*items) if hasattr(g, "_fields") else tuple(items)
    result = copy.copy(g)
    for _, key, child in children(g):
        if isinstance(g, (list, deque, dict)):
            result[key] = scaled(child, factor)
        else:
            object.__setattr__(result, key, scaled(child, factor))
    return result
