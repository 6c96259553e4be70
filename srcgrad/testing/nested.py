"""Values inside values: leaves with their paths, changed copies, and a gradient compared with its argument.

This is written apart from the runtime, which does the same work in emitted programs, so that one checks the other.
"""

from __future__ import annotations

import copy
import dataclasses
import types
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_SEQUENCES = (list, tuple, deque)
_OPAQUE = (
    types.ModuleType,
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    type,
    np.ndarray,
    np.generic,
)


def is_differentiable(value: Any) -> bool:
    """Whether a leaf is a float or a floating array."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f"
    return isinstance(value, (float, np.floating))


def fields(value: Any) -> dict[str, Any] | None:
    """The values directly inside, by the text that comes after the container's path; None for a leaf."""
    if isinstance(value, _SEQUENCES):
        return {f"[{i}]": item for i, item in enumerate(value)}
    if isinstance(value, dict):
        return {f"[{key!r}]": item for key, item in value.items()}
    names = attributes(value)
    return None if names is None else {f".{name}": getattr(value, name) for name in names}


def attributes(value: Any) -> list[str] | None:
    """The attributes of a dataclass instance or of an object of a Python class; None for anything else."""
    if isinstance(value, _OPAQUE) or isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return [field.name for field in dataclasses.fields(value) if hasattr(value, field.name)]
    slots = [name for base in type(value).__mro__ for name in _slots(base) if hasattr(value, name)]
    return [*vars(value), *slots] if hasattr(value, "__dict__") else slots or None


def _slots(cls: type) -> list[str]:
    """The names that `__slots__` of a Python class gives its instances."""
    names = cls.__dict__.get("__slots__", ())
    return [n for n in ([names] if isinstance(names, str) else names) if not n.startswith("__")]


def leaves(value: Any, path: str, _around: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The leaves of a value in order, each with its path; a container inside itself counts as a leaf."""
    inside = None if id(value) in _around else fields(value)
    if inside is None:
        yield path, value
        return
    for text, item in inside.items():
        yield from leaves(item, path + text, (*_around, id(value)))


def rebuild(value: Any, path: str, leaf: Callable[[str, Any], Any], _around: tuple[int, ...] = ()) -> Any:
    """A value of the same structure, in which each leaf is `leaf(path, old leaf)`; the old one is left alone."""
    inside = None if id(value) in _around else fields(value)
    if inside is None:
        return leaf(path, value)
    items = [rebuild(item, path + text, leaf, (*_around, id(value))) for text, item in inside.items()]
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)._make(items)
    if type(value) in (list, tuple):
        return type(value)(items)
    result = copy.copy(value)
    if isinstance(value, tuple):
        return type(value)(items)
    if isinstance(value, dict):
        result.update(zip(value, items, strict=True))
    elif isinstance(value, deque):
        result.clear()
        result.extend(items)
    elif isinstance(value, list):
        result[:] = items
    else:
        for name, item in zip(attributes(value) or (), items, strict=True):
            object.__setattr__(result, name, item)
    return result


def copied(_path: str, value: Any) -> Any:
    """A copy of a leaf: an array of its own, a random generator in the same state."""
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        return value.copy(order="K")
    try:
        return copy.deepcopy(value)
    except Exception:  # what cannot be copied (a lock, an open file) is passed on as it is
        return value


def matched(argument: Any, gradient: Any, path: str) -> dict[str, Any]:
    """The leaves of a gradient by path; `ValueError` unless it has the structure, shapes and dtypes of its argument.

    Parts of the argument that cannot be differentiated are not looked at.
    """
    parts = [leaf for _, leaf in leaves(argument, path)]
    if not any(map(is_differentiable, parts)):
        return {}
    inside = fields(argument)
    if inside is None:
        _match_leaf(argument, gradient, path)
        return {path: gradient}
    if type(gradient) is not type(argument):
        raise ValueError(f"the gradient of {path} is {kind(gradient)}, but {path} is {kind(argument)}")
    found = fields(gradient) or {}
    if list(found) != list(inside):
        names = ", ".join(map(str, found)) or "nothing"
        raise ValueError(f"the gradient of {path} holds {names}, but {path} holds {', '.join(inside)}")
    result: dict[str, Any] = {}
    for text, item in inside.items():
        result.update(matched(item, found[text], path + text))
    return result


def _match_leaf(argument: Any, gradient: Any, path: str) -> None:
    if isinstance(argument, np.ndarray):
        right = isinstance(gradient, np.ndarray) and (gradient.shape, gradient.dtype) == (
            argument.shape,
            argument.dtype,
        )
    elif isinstance(argument, np.floating):
        right = isinstance(gradient, np.floating) and gradient.dtype == argument.dtype
    else:
        right = isinstance(gradient, float)
    if not right:
        raise ValueError(f"the gradient of {path} is {kind(gradient)}, but {path} is {kind(argument)}")


def kind(value: Any) -> str:
    """What a value is, for messages: "a float32 array of shape (3, 2)", "a list of 2", "None"."""
    if isinstance(value, np.ndarray):
        return f"a {value.dtype} array of shape {value.shape}"
    if value is None:
        return "None"
    name = type(value).__name__
    return f"a {name} of {len(value)}" if isinstance(value, (*_SEQUENCES, dict)) else f"a {name}"
