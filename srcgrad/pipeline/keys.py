"""The key of a value: equal keys mean equal kinds, so that a program made for one value serves the other.

Keys are made at every call of a gradient, so they are cheap: by the exact type of the value, without looking at entries.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend
from srcgrad_runtime.memory.sizes import ARGUMENT

ndarray = np.ndarray
DEPTH = 6  # containers further inside than this are not looked into
MANY = 16  # sequences longer than this are known by what their items have in common


class Same:
    """An object as a key: equal to itself alone, whatever its own `==` says."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


# types whose values all have one kind
SIMPLE: dict[type, Any] = {float: "float", int: "int", complex: "complex"}
SIMPLE.update({kind: kind for kind in np.sctypeDict.values() if kind.__module__ == "numpy"})
SIMPLE.pop(np.void, None)
STATIC = (FunctionType, BuiltinFunctionType, ModuleType, type, np.ufunc)


def key_of(value: Any, depth: int = 0) -> Any:
    """The key of a value; hashable."""
    kind = type(value)
    if kind is ndarray:  # the frequent ones first
        shape = value.shape
        # most arrays have no extent of 1, and then the rank says it all
        extents = tuple([n == 1 for n in shape]) if 1 in shape else len(shape)
        return (value.dtype.char, extents, "large") if value.nbytes >= ARGUMENT else (value.dtype.char, extents)
    simple = SIMPLE.get(kind)
    if simple is not None:
        return simple
    if (kind is list or kind is tuple) and depth < DEPTH and len(value) <= MANY:
        return (kind, *[key_of(item, depth + 1) for item in value])
    if kind is bool or kind is str or value is None:
        return kind, value
    if isinstance(value, STATIC):
        return Same(value)
    if kind is MethodType:
        return MethodType, Same(value.__func__), Same(value.__self__)
    if isinstance(value, np.ndarray) or backend.is_device_array(value):
        return kind, value.dtype.char, tuple([n == 1 for n in value.shape])
    if depth < DEPTH:
        if isinstance(value, (list, tuple)):
            items = tuple([key_of(item, depth + 1) for item in value])
            return (kind, "many", *dict.fromkeys(items)) if len(items) > MANY else (kind, *items)
        if isinstance(value, dict):
            names = [(type(name), name) for name in value]
            return kind, *names, *[key_of(item, depth + 1) for item in value.values()]
    if callable(value):
        return Same(value)
    return kind, rt.is_differentiable(value), _home(value) if backend.is_loaded() else None


def _home(value: Any) -> Any:
    """The name of the device on which the first array of a device inside of an object lives; None where there is none."""
    seen: dict[int, Any] = {}
    todo = [value]
    while todo:
        one = todo.pop()
        module = backend.device_of(one)
        if module is not None:
            return module.__name__
        if id(one) not in seen and not isinstance(one, (float, int, str, np.ndarray)):
            seen[id(one)] = one
            todo += one.values() if isinstance(one, dict) else one if isinstance(one, (list, tuple)) else ()
            todo += [getattr(one, name) for name in rt.attributes_of(one)]
    return None


def is_same(a: Any, b: Any) -> bool:
    """Whether two values are one object; a method that is looked up twice is one."""
    if a is b:
        return True
    methods = isinstance(a, MethodType) and isinstance(b, MethodType)
    return methods and a.__func__ is b.__func__ and a.__self__ is b.__self__
