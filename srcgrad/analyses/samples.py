"""Small values of given kinds, on which functions are tried out."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from .kinds import Kind


def scalar(tag: str, dtype: str) -> Any:
    """A number of this kind, or an array of one entry."""
    if dtype == "complex":
        return complex(0.75)
    if tag == "float":
        return 0.75 if dtype == "python" else np.dtype(dtype).type(0.75)
    if tag == "array":
        return np.ones(1, dtype)
    return True if tag == "bool" else 1


class NoSample(Exception):
    """There is no value of this kind to try a function on."""


class Samples:
    """Makes small values of given kinds: extents that are not known to be 1 are `many`, and those whose numbers `more` names one more.

    Extents are numbered in the order in which they are met; `spread` makes each different from the others. The values are of one size
    and positive, and matrices positive definite, so that factorisations succeed; or with `mixed`, they are of all sizes and both signs,
    and whole numbers and truth values are others. What a function does by its values shows then.
    """

    def __init__(self, many: int, mixed: bool = False, spread: bool = False, more: Collection[int] = ()):
        self.many, self.mixed, self.spread, self.more = many, mixed, spread, more
        self.met = 0

    def __call__(self, kind: Kind) -> Any:
        if kind.tag == "static":
            return kind.value
        if kind.tag in ("float", "int", "bool"):
            if kind.dtype == "" and kind.tag == "float":
                raise NoSample
            value = scalar(kind.tag, kind.dtype)
            return value if not self.mixed else -value if kind.tag == "float" else type(value)(0)
        if kind.tag == "array":
            return self.array(kind)
        if kind.tag in ("list", "tuple"):
            items = kind.items if kind.items is not None else (kind.item,) * (3 if self.spread else 2)
            values = [self(k) for k in items if k is not None]
            return values if kind.tag == "list" else tuple(values)
        raise NoSample

    def array(self, kind: Kind) -> np.ndarray:
        if kind.rank is None or kind.dtype == "":
            raise NoSample
        shape = [1 if one else self.extent() for one in kind.ones or (None,) * kind.rank]
        floating = np.dtype(kind.dtype).kind in "fc"
        if self.mixed:
            steps = np.arange(math.prod(shape)).reshape(shape)
            return (np.cos(2.0 * steps * steps) if floating else steps % 2).astype(kind.dtype)
        filled = np.full(shape, 0.75) if floating else np.ones(shape)
        if len(shape) >= 2 and shape[-1] == shape[-2]:
            filled = filled + np.eye(shape[-1])
        return filled.astype(kind.dtype)

    def extent(self) -> int:
        number = self.met
        self.met += 1
        return self.many + (1 + number if self.spread else number in self.more)
