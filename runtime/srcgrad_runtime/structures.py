"""Nested structures of numbers and arrays as one flat vector, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import backend
from .adjoint import SEQUENCES, attributes_of, children, is_differentiable, map_container, sequence_like

__all__ = ["ravel"]


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
    leaves = list(_leaves(tree))
    parts = [np.asarray(backend.to_host(leaf)).reshape(-1) for leaf in leaves]
    vector = np.concatenate(parts) if parts else np.zeros(0)
    zeros = _filled(tree, [None] * len(leaves))  # keeps the structure as it is now, and no numbers

    shapes = [(np.shape(leaf), _maker(leaf)) for leaf in leaves]

    def unravel(flat: Any) -> Any:
        flat = np.asarray(flat)
        if flat.shape != vector.shape:
            raise ValueError(f"a vector of shape {vector.shape} is needed here, not one of shape {flat.shape}")
        values, start = [], 0
        for shape, make in shapes:
            end = start + math.prod(shape)
            values.append(make(flat[start:end].reshape(shape)))
            start = end
        return _filled(zeros, values, hollow=True)

    return vector, unravel


class _Hole:
    """The place of a floating number in a structure without numbers."""


HOLE = _Hole()


def _is_leaf(x: Any) -> bool:
    return isinstance(x, (float, complex, np.inexact, np.ndarray)) or backend.is_device_array(x)


def _leaves(tree: Any) -> list[Any]:
    if _is_leaf(tree):
        return [tree] if is_differentiable(tree) else []
    return [leaf for item in children(tree) for leaf in _leaves(item)]


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


def _filled(tree: Any, values: list[Any], hollow: bool = False) -> Any:
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
