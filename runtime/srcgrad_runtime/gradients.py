"""Finished gradients: adjoints brought to the structure, shapes and dtypes of the arguments, in memory of their own."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from . import backend
from .adjoint import (
    SEQUENCES,
    is_differentiable,
    map_container,
    sequence_like,
    to_kind,
    to_shape,
    unbroadcast,
    zeros_like,
)

__all__ = ["gradient", "gradients", "unfinished"]


def gradient(x_bar: Any, x: Any) -> Any:
    """The finished gradient for argument `x`: its structure, shapes and dtypes, in memory that nothing else refers to.

    What is missing (None) becomes zeros. Leaves without a derivative (integers, text) and containers without any
    differentiable leaf are None. An array with memory of its own is taken over, anything else is copied.
    """
    if type(x) is float:
        return 0.0 if x_bar is None else float(_scalar(x_bar).real)
    if type(x) is list and type(x_bar) is list and _are_finished(x_bar, x):
        return [*x_bar]
    return _finished(x_bar, x, {})


def gradients(x_bars: tuple, xs: tuple) -> tuple:
    """The finished gradients for several arguments; none shares memory with another."""
    given: dict[int, Any] = {}
    return tuple(_finished(x_bar, x, given) for x_bar, x in zip(x_bars, xs, strict=True))


def _finished(x_bar: Any, x: Any, given: dict[int, Any]) -> Any:
    """The gradient of one argument or part of it; `given` holds the arrays that other parts have got, by id."""
    if type(x) is np.ndarray and _is_finished(x_bar, x) and id(x_bar) not in given:
        given[id(x_bar)] = x_bar
        return x_bar
    if type(x) is float:
        return float(x_bar) if type(x_bar) is np.float64 else 0.0 if x_bar is None else float(_scalar(x_bar).real)
    if type(x) is list and type(x_bar) is list and len(x) == len(x_bar):
        items = [_finished(g, item, given) for g, item in zip(x_bar, x)]  # noqa: B905 - of one length, and in a hurry
        return _unless_empty(items)
    if isinstance(x, np.ndarray) or backend.is_device_array(x):
        return _finished_array(x_bar, x, given)
    if isinstance(x, np.inexact):
        return x.dtype.type(0 if x_bar is None else unbroadcast(_scalar(x_bar), x))
    if isinstance(x, float):
        return 0.0 if x_bar is None else float(_scalar(x_bar).real)
    if isinstance(x, complex):
        return 0j if x_bar is None else complex(_scalar(x_bar))
    if isinstance(x, SEQUENCES):
        have = list(x_bar) if x_bar is not None else []
        have += [None] * (len(x) - len(have))
        items = [_finished(g, item, given) for g, item in zip(have, x, strict=False)]
        return sequence_like(x, items) if _unless_empty(items) is not None else None
    if not is_differentiable(x):
        return None
    if isinstance(x, dict):
        result = copy.copy(x)
        for key, item in x.items():
            result[key] = _finished(None if x_bar is None else x_bar.get(key), item, given)
        return result
    return map_container(lambda item, g: _finished(g, item, given), x, x_bar)


def _unless_empty(items: list[Any]) -> list[Any] | None:
    """The gradients of items, or None if none of these is differentiable: whatever is has a gradient that is not None."""
    for item in items:
        if item is not None:
            return items
    return None


def _are_finished(x_bar: list[Any], x: list[Any]) -> bool:
    """Whether all items are arrays, and their adjoints finished and distinct; in one go, as parameters of a model are lists of arrays."""
    ndarray = np.ndarray
    for g, item in zip(x_bar, x):  # noqa: B905 - of one length, or they are not finished
        if type(g) is not ndarray or type(item) is not ndarray or g.dtype is not item.dtype or g.shape != item.shape:
            return False
        if g.base is not None or g.dtype.kind not in "fc" or not getattr(g.flags, "writeable", True):
            return False
    return len(x) == len(x_bar) == len({*map(id, x_bar)}) and len(x) > 0


def _is_finished(x_bar: Any, x: np.ndarray) -> bool:
    """Whether an adjoint is an array of its own of the right shape and precision: most are."""
    if type(x_bar) is not np.ndarray or x_bar.base is not None or x_bar.dtype is not x.dtype or x_bar.shape != x.shape:
        return False
    return x.dtype.kind in "fc" and getattr(x_bar.flags, "writeable", True)  # a device has no such flag


def _finished_array(x_bar: Any, x: Any, given: dict[int, Any]) -> Any:
    if x.dtype.kind == "O" and x_bar is not None and is_differentiable(x):
        parts = np.empty(x.shape, object)
        for place, item in np.ndenumerate(x):
            parts[place] = _finished(x_bar[place], item, given)
        return parts
    if x.dtype.kind not in "fc" or x_bar is None:
        return zeros_like(x) if is_differentiable(x) else None
    dtype = x.dtype.newbyteorder("=")
    g = to_kind(to_shape(x_bar, x.shape), dtype)
    own = type(g) is np.ndarray and g.base is None and getattr(g.flags, "writeable", True)
    own = own and g.dtype == dtype and id(g) not in given
    if not own:
        g = backend.module_of(x).array(g, dtype=dtype)
    given[id(g)] = g
    return g


def _scalar(x_bar: Any) -> Any:
    """One number, from a scalar or an array with one element."""
    return x_bar.item() if getattr(x_bar, "shape", None) else x_bar


def unfinished(g: Any, x_bar: Any) -> Any:
    """The adjoint of `x_bar` through `gradient(x_bar, x)`: what came of its parts goes back to them."""
    if isinstance(x_bar, (list, tuple)):
        return [unfinished(None if g is None else g[i], item) for i, item in enumerate(x_bar)]
    return g if g is None else unbroadcast(g, x_bar)
