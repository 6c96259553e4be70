"""What the operations check of the shapes that they are given, and how they put it into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend


def require(condition: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
    if not condition:
        raise ValueError(message)


def per_axis(name: str, what: str, value: Any, axes: int, least: int) -> tuple[int, ...]:
    """A whole number for each of the spatial axes: the same for all, or one for each, and none below `least`.

    Raises ValueError, naming the operation and what the number is for.
    """
    found = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    require(len(found) == axes, f"{name}: {what} {value} has {len(found)} numbers, x has {axes} spatial axes")
    for number in found:
        whole = hasattr(number, "__index__") and number >= least
        require(whole, f"{name}: {what} is {value}; whole numbers of at least {least} are needed")
    return tuple(int(number) for number in found)


def margins(name: str, value: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """(before, after) for each of the spatial axes: a number for all, or for each axis a number or a pair."""
    entries = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    require(len(entries) == axes, f"{name}: padding {value} has {len(entries)} entries, x has {axes} spatial axes")
    found = []
    for entry in entries:
        pair = tuple(entry) if isinstance(entry, (tuple, list)) else (entry, entry)
        whole = len(pair) == 2 and all(hasattr(n, "__index__") and n >= 0 for n in pair)
        require(whole, f"{name}: padding is {value}; whole numbers of at least 0, or pairs of those, are needed")
        found.append((int(pair[0]), int(pair[1])))
    return tuple(found)


def hashable(value: Any) -> Any:
    """The same numbers with tuples in the place of lists and arrays, and text in the place of floats, which are equal to whole numbers."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return tuple(map(hashable, value))
    return repr(value) if isinstance(value, float) else value


def are_broadcast(*shapes: tuple[int, ...]) -> bool:
    """Whether arrays of these shapes broadcast with each other."""
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def product(numbers: Sequence[int]) -> int:
    total = 1
    for number in numbers:
        total *= number
    return total


def beside(value: Any, x: Any) -> Any:
    """`value` as an array where x lives: labels, masks and the like may be given as arrays of the host."""
    return backend.module_of(x).asarray(value)
