"""Adjoints of Python's own functions of sequences: sum, max, min, prod, dist.

A sequence may be a list, a tuple or an array; its adjoint is a list for a list or tuple, an array for an array.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from . import backend
from .adjoint import expand, is_differentiable, like, unbroadcast, zeros_like
from .partials import ratio

__all__ = [
    "sum_adjoint",
    "sum_tangent",
    "equal_length",
    "check_items",
    "check_reducible",
    "check_spread",
    "listed_adjoint",
    "item_count",
    "gathered",
    "items_like",
    "factors_adjoint",
    "products_adjoint",
    "distance_adjoint",
    "extremum_adjoint",
    "extremum_tangent",
    "choice_adjoint",
]


def item_count(sequence: Any) -> int:
    """How many items there are at the positions 0, 1, ... of a sequence or array.

    TypeError for dicts, sets and other things that are gone through in another way.
    """
    if not (isinstance(sequence, (list, tuple, str, range, deque)) or backend.is_array(sequence)):
        raise TypeError(
            f"a loop over a {type(sequence).__name__} cannot be differentiated here; loop over a list of its items"
        )
    return len(sequence)


def equal_length(*sequences: Any) -> int:
    """The length that all sequences have. ValueError if they differ, as `zip(..., strict=True)` raises it."""
    lengths = [item_count(s) for s in sequences]
    for position, length in enumerate(lengths[1:], 2):
        if length != lengths[0]:
            kind = "shorter" if length < lengths[0] else "longer"
            before = "argument 1" if position == 2 else f"arguments 1-{position - 1}"
            raise ValueError(f"zip() argument {position} is {kind} than {before}")
    return lengths[0]


def check_items(sequence: Any, count: int, more: bool = False) -> None:
    """Raise what `a, b = sequence` raises where the sequence has not `count` items; with `more`, at least so many."""
    if not hasattr(sequence, "__len__"):
        raise TypeError(f"cannot unpack non-iterable {type(sequence).__name__} object")
    if isinstance(sequence, (dict, set)):
        item_count(sequence)
    length = len(sequence)
    if length < count:
        raise ValueError(f"not enough values to unpack (expected {'at least ' * more}{count}, got {length})")
    if length > count and not more:
        raise ValueError(f"too many values to unpack (expected {count})")


def check_reducible(sequence: Any) -> None:
    """Raise what `functools.reduce(f, sequence)` raises where there is nothing to begin with."""
    if item_count(sequence) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")


def check_spread(array: Any, count: int, function: str) -> None:
    """Raise what the call of a function with `*array` raises where the array has not `count` items, which it takes as its last arguments.

    The function is given by its head.

    >>> check_spread(np.ones(1), 2, "f(a, b, c)")
    Traceback (most recent call last):
    ...
    TypeError: f() missing 1 required positional argument: 'c'
    """
    if len(array) == count:
        return
    name, _, parameters = function.rstrip(")").rpartition("(")
    wanted = [one for one in parameters.split(", ") if one]
    given = len(wanted) - count + len(array)
    if given > len(wanted):
        takes = f"{len(wanted)} positional argument{'s' * (len(wanted) != 1)}"
        raise TypeError(f"{name}() takes {takes} but {given} {'was' if given == 1 else 'were'} given")
    missing = [repr(one) for one in wanted[given:]]
    listed = " and ".join(missing) if len(missing) < 3 else f"{', '.join(missing[:-1])}, and {missing[-1]}"
    raise TypeError(f"{name}() missing {len(missing)} required positional argument{'s' * (len(missing) > 1)}: {listed}")


def listed_adjoint(bars: Any, items: Any) -> Any:
    """The adjoint of what `list(items)` or `tuple(items)` goes through: an array for an array, a list for a list or tuple.

    >>> listed_adjoint([1.0, None], np.array([3.0, 4.0])).tolist()
    [1.0, 0.0]
    """
    if backend.is_array(items):
        whole = zeros_like(items)
        for place, bar in enumerate(bars if bars is not None else ()):
            if bar is not None:
                whole[place] = bar
        return whole
    return None if isinstance(items, (dict, str)) or bars is None else list(bars)


def sum_adjoint(items: Any, y_bar: Any) -> Any:
    """The adjoint of `sum(items)`: each item gets y_bar, summed back where broadcast, or its part of a joined list."""
    if backend.is_array(items):
        return expand(y_bar, items.shape, 0)
    if isinstance(y_bar, (list, tuple)):
        # the sum of lists or tuples (with a start) is their concatenation; the start, if not empty, comes first
        first = len(y_bar) - sum(len(item) for item in items)
        parts = []
        for item in items:
            parts.append(y_bar[first : first + len(item)])
            first += len(item)
        return parts
    return [unbroadcast(y_bar, item if is_differentiable(item) else zeros_like(item)) for item in items]


def sum_tangent(items_dot: Any, items: Any, start: Any, y: Any) -> Any:
    """The tangent of `sum(items, start)` with result y, for tangents of the items (None is zero)."""
    if isinstance(y, (list, tuple)):
        zeros = [type(item)(zeros_like(list(item))) for item in items]
        dots = [zero if dot is None else type(zero)(dot) for zero, dot in zip(zeros, items_dot, strict=True)]
        return sum(dots, type(y)(zeros_like(list(start))))
    return sum((dot for dot in items_dot if dot is not None), zeros_like(y))


def items_like(items: Any, bars: Any) -> Any:
    """Adjoints of the items as the sequence has them: an array for an array, a list of numbers for a list or tuple."""
    if backend.is_array(items):
        return np.asarray(bars, items.dtype)
    return list(bars)


def gathered(parts: Any, like: Any, items: Any) -> Any:
    """The sum of the parts, each of them brought to the shape of `like`; None is zero. The way back of `sum_adjoint(items, like)`.

    The parts of a list or tuple stand one after the other in it, after what the sum began with.
    """
    if isinstance(like, (list, tuple)):
        joined: list[Any] = []
        for part, item in zip(parts, items, strict=True):
            joined += [None] * len(item) if part is None else part
        return type(like)([*zeros_like(like)[: len(like) - len(joined)], *joined])
    if backend.is_array(parts):
        return unbroadcast(np.sum(parts, axis=0), like)
    total = zeros_like(like)
    for part in parts:
        if part is not None:
            total = total + unbroadcast(part, like)
    return total


def factors_adjoint(items: Any, start: Any, y_bar: Any) -> Any:
    """The adjoint of `math.prod(items, start=start)`: for each item the product of the others, exact with zeros."""
    before = [start]
    for item in items:
        before.append(before[-1] * item)
    after = 1
    bars = []
    for i in range(len(items) - 1, -1, -1):
        bars.append(unbroadcast(y_bar * (before[i] * after), items[i]))
        after = after * items[i]
    bars = bars[::-1]
    return np.array(bars, items.dtype) if backend.is_array(items) else bars


def products_adjoint(p: Any, q: Any, y_bar: Any) -> Any:
    """The adjoint of p in `math.sumprod(p, q)`."""
    bars = [like(y_bar * b, a) for a, b in zip(p, q, strict=True)]
    return np.array(bars) if backend.is_array(p) else bars


def distance_adjoint(p: Any, q: Any, y: Any, y_bar: Any) -> Any:
    """The adjoint of p in `y = math.dist(p, q)`; 0 where the points coincide."""
    bars = [y_bar * ratio(a - b, y) for a, b in zip(p, q, strict=True)]
    return np.array(bars) if backend.is_array(p) else bars


def extremum_adjoint(values: tuple, y: Any, y_bar: Any, active: tuple | None = None) -> Any:
    """The adjoints of the arguments of `max(*values)` or `min(*values)` with result y: equal arguments share evenly.

    With one argument, this is the sequence that is searched. A tie with a constant goes to that: a whole number, or an
    argument that is not `active`, where that is known.
    """
    items: Any = values[0] if len(values) == 1 else values
    bars: Any
    if len(values) > 1 and isinstance(
        y, float
    ):  # the most frequent case, one winner among numbers; np.float64 is a float
        ties = [item == y for item in values]
        if ties.count(True) == 1:
            winner = ties.index(True)
            bars = [0.0] * len(ties)
            if isinstance(values[winner], float):
                bars[winner] = y_bar
            return bars
    if len(items) and isinstance(items[0], (list, tuple)):
        return choice_adjoint(values, y, y_bar)
    if backend.is_array(items):
        hit = items == y
        bars = (y_bar / max(int(np.sum(hit)), 1) * hit).astype(items.dtype)
    else:
        ties = [bool(item == y) for item in items]
        free = active if active and len(values) > 1 else [True] * len(items)
        floats = [t and a and is_differentiable(item) for t, a, item in zip(ties, free, items, strict=True)]
        number = 0 if ties != floats else sum(ties)
        bars = [
            unbroadcast(y_bar / number, item) if hit and number else zeros_like(item)
            for hit, item in zip(floats, items, strict=True)
        ]
    return [bars] if len(values) == 1 else bars


def extremum_tangent(values_dot: Any, values: tuple, y: Any, active: tuple | None = None) -> Any:
    """The tangent of `max(*values)` or `min(*values)`: the mean of those of the arguments that equal y.

    A tie with a constant goes to that: a whole number, or one that is not `active`.
    """
    items, dots = (values[0], values_dot[0]) if len(values) == 1 else (values, values_dot)
    ties = [i for i, item in enumerate(items) if item == y]
    if any(len(values) > 1 and active and not active[i] or not is_differentiable(items[i]) for i in ties):
        return 0.0
    chosen = [0.0 if dots[i] is None else dots[i] for i in ties]
    return sum(chosen) / max(len(chosen), 1)


def choice_adjoint(values: tuple, y: Any, y_bar: Any) -> Any:
    """The adjoints of the arguments of `max(*values, key=...)`, which returns one of them: y, the first such one."""
    items: Any = values[0] if len(values) == 1 else values
    bars: Any
    place = next((i for i, item in enumerate(items) if item is y), None)
    if place is None:  # an array makes new numbers each time
        place = next((i for i, item in enumerate(items) if np.all(item == y)), None)
    if backend.is_array(items):
        bars = np.zeros(items.shape, items.dtype)
        if place is not None and y_bar is not None:
            bars[place] = y_bar
    else:
        bars = [y_bar if i == place else zeros_like(item) for i, item in enumerate(items)]
    return [bars] if len(values) == 1 else bars
