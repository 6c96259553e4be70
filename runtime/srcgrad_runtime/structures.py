"""Nested structures of numbers and arrays as one flat vector, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import backend
from .adjoint import (
    SEQUENCES,
    attributes_of,
    children,
    is_differentiable,
    map_container,
    sequence_like,
    to_kind,
    zeros_like,
)
from .checks import TangentError

__all__ = ["conformed", "copies", "leaves", "ravel", "refilled"]


def ravel(tree: Any) -> tuple[np.ndarray, Callable[[Any], Any]]:
    """The floats and floating arrays of a nested structure as one vector, and the function that puts such a vector back.

    `tree` is any nesting of lists, tuples, dicts, dataclasses and objects. The vector, of shape (n,), has their entries in the
    order in which they stand, in the dtype that holds them all. The inverse takes a vector of shape (n,) and gives a structure like
    `tree`, each part in the shape and dtype it has there and in memory of its own; what is no floating number (integers, text) is
    handed on as it stands in `tree`. It raises `ValueError` for a vector of another length.

    >>> vector, unravel = ravel({"w": np.ones((2, 2)), "b": 3.0, "name": "layer"})
    >>> vector.tolist()
    [1.0, 1.0, 1.0, 1.0, 3.0]
    >>> unravel(vector + 1.0)["b"]
    4.0
    """
    parts_of = leaves(tree)
    parts = [np.asarray(backend.to_host(leaf)).reshape(-1) for leaf in parts_of]
    vector = np.concatenate(parts) if parts else np.zeros(0)
    zeros = refilled(tree, [None] * len(parts_of))  # keeps the structure as it is now, and no numbers

    shapes = [(np.shape(leaf), _maker(leaf)) for leaf in parts_of]

    def unravel(flat: Any) -> Any:
        flat = np.asarray(flat)
        if flat.shape != vector.shape:
            raise ValueError(f"a vector of shape {vector.shape} is needed here, not one of shape {flat.shape}")
        values, start = [], 0
        for shape, make in shapes:
            end = start + math.prod(shape)
            values.append(make(flat[start:end].reshape(shape)))
            start = end
        return refilled(zeros, values, hollow=True)

    return vector, unravel


class _Hole:
    """The place of a floating number in a structure without numbers."""


HOLE = _Hole()


def _is_leaf(x: Any) -> bool:
    return isinstance(x, (float, complex, np.inexact, np.ndarray)) or backend.is_device_array(x)


def leaves(tree: Any) -> list[Any]:
    """The floats and floating arrays of a nested structure, in the order in which they stand."""
    if _is_leaf(tree):
        return [tree] if is_differentiable(tree) else []
    return [leaf for item in children(tree) for leaf in leaves(item)]


def _maker(leaf: Any) -> Callable[[np.ndarray], Any]:
    """How a leaf like this one is made from an array of its shape."""
    dtype = getattr(leaf, "dtype", None)
    if dtype is None:
        return (lambda part: complex(part)) if isinstance(leaf, complex) else (lambda part: float(np.real(part)))
    if dtype.kind == "f":
        return lambda part: _like(np.real(part), leaf)
    return lambda part: _like(part, leaf)


def _like(part: np.ndarray, leaf: Any) -> Any:
    made = backend.module_of(leaf).array(part, dtype=leaf.dtype)
    return made if getattr(leaf, "shape", None) != () or isinstance(leaf, np.ndarray) else made[()]


def refilled(tree: Any, values: list[Any], hollow: bool = False) -> Any:
    """A structure like `tree` with these values in the places of its floating numbers and arrays, in order.

    In a `hollow` tree the places are those of `HOLE`; `None` as a value makes such a place.
    """
    rest = iter(values)

    def put(item: Any) -> Any:
        if item is HOLE if hollow else _is_leaf(item) and is_differentiable(item):
            value = next(rest)
            return HOLE if value is None else value
        if isinstance(item, SEQUENCES):
            return sequence_like(item, [put(part) for part in item])
        if isinstance(item, dict) or attributes_of(item) and not isinstance(item, _Hole):
            return map_container(put, item)
        return item

    return put(tree)


def conformed(dot: Any, x: Any, name: str = "") -> Any:
    """A tangent (or adjoint) as given by a user in the structure and the dtypes of its value `x`; None becomes zeros.

    Raises `TangentError` where a structure or a shape differs; `name` is what the message calls the value.
    """
    if dot is None:
        return zeros_like(x)
    what = name or "the value"
    if isinstance(x, SEQUENCES):
        if not isinstance(dot, SEQUENCES) or len(dot) != len(x):
            raise TangentError(f"a {type(x).__name__} of {len(x)} is needed for {what}, not {_described(dot)}")
        return sequence_like(x, [conformed(d, v, f"{what}[{i}]") for i, (d, v) in enumerate(zip(dot, x, strict=True))])
    if isinstance(x, dict):
        if not isinstance(dot, dict) or set(dot) - set(x):
            raise TangentError(f"a dict with keys of {what} is needed, not {_described(dot)}")
        return {key: conformed(dot.get(key), value, f"{what}[{key!r}]") for key, value in x.items()}
    if attributes_of(x):
        if type(dot) is not type(x):
            raise TangentError(f"a {type(x).__name__} is needed for {what}, not {_described(dot)}")
        record = map_container(lambda item: item, x)
        for field in attributes_of(x):
            value = conformed(getattr(dot, field, None), getattr(x, field), f"{what}.{field}")
            object.__setattr__(record, field, value)
        return record
    if not is_differentiable(x):
        return zeros_like(x)
    if np.shape(dot) != np.shape(x) or np.result_type(dot).kind not in "fciub":
        raise TangentError(f"a number or an array of shape {np.shape(x)} is needed for {what}, not {_described(dot)}")
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return complex(dot) if isinstance(x, complex) else float(np.real(dot))
    if not isinstance(dot, (np.ndarray, np.generic)) and not backend.is_device_array(dot):
        dot = np.asarray(dot, dtype)[()] if not isinstance(x, np.ndarray) else np.array(dot, dtype)
    dot = to_kind(dot, dtype)
    return dot if dot.dtype == dtype else dot.astype(dtype)


def _described(x: Any) -> str:
    if isinstance(x, np.ndarray) or backend.is_device_array(x):
        return f"an array of shape {x.shape} and dtype {x.dtype}"
    return f"a {type(x).__name__}" + (f" of {len(x)}" if isinstance(x, (*SEQUENCES, dict)) else "")


def copies(x: Any) -> Any:
    """A copy of lists, tuples, dicts and arrays inside one another; what was one object, or shared memory, does so in the copy."""
    known: dict[int, Any] = {}

    def copied(item: Any) -> Any:
        if id(item) in known:
            return known[id(item)][0]
        if isinstance(item, np.ndarray):
            made = (_there if backend.is_device_array(item) else _view_of_copy)(item, known)
        elif isinstance(item, (*SEQUENCES, dict)):
            made = map_container(copied, item)
        else:
            return item
        known[id(item)] = made, item
        return made

    return copied(x)


def _view_of_copy(array: np.ndarray, known: dict[int, Any]) -> np.ndarray:
    """A copy of an array; `known` has, by the negative id of the owner of memory, the copies of memory made before."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if owner.dtype == object or not owner.size or not _has_no_gaps(owner):
        return array.copy(order="K")
    key = -id(owner)
    if key not in known:
        known[key] = owner.copy(order="K"), owner
    whole = known[key][0]
    if owner is array:
        return whole
    start = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, whole.ravel(order="K").view(np.uint8).data, start, array.strides)


def _there(array: Any, known: dict[int, Any]) -> Any:
    """A copy of an array of a device; `known` has, by the negative id of an allocation, the copies of allocations made before."""
    owner, kind = array.data.mem, type(array)
    if -id(owner) not in known:
        begin = array.data + (owner.ptr - array.data.ptr)
        known[-id(owner)] = kind((owner.size,), "uint8", begin).copy(), owner
    begin = known[-id(owner)][0].data + (array.data.ptr - owner.ptr)
    return kind(array.shape, array.dtype, begin, array.strides)


def _has_no_gaps(array: np.ndarray) -> bool:
    """Whether the entries of an array fill its memory, so that a copy in the same order has the same strides."""
    extent = array.itemsize
    for stride, size in sorted(zip(array.strides, array.shape, strict=True)):
        if size > 1 and stride != extent:
            return False
        extent *= size
    return True
