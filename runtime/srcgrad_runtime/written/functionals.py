"""Functions that call the functions they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["apply_along_axis", "apply_over_axes", "entrywise", "fromfunction", "fromiter", "piecewise", "vectorized"]


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.apply_along_axis`: the results of the vectors along `axis`, stacked in their place."""
    whole = np.moveaxis(np.asarray(arr), axis, -1)
    shape = whole.shape[:-1]
    results = [func1d(whole[place], *args, **kwargs) for place in np.ndindex(shape)]
    stacked = np.reshape(np.array(results), shape + np.shape(results[0]))
    depth = np.ndim(results[0])
    axis = axis % np.ndim(arr)
    return np.moveaxis(stacked, tuple(range(len(shape), len(shape) + depth)), tuple(range(axis, axis + depth)))


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """`np.apply_over_axes`: the function along one axis after the other, each kept with length one."""
    value = np.asarray(a)
    for axis in [axes] if np.ndim(axes) == 0 else axes:
        result = func(value, axis % np.ndim(a))
        value = result if np.ndim(result) == np.ndim(value) else np.expand_dims(result, axis % np.ndim(a))
    return value


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """`np.piecewise`: each function at the entries where its condition holds; the last condition that holds counts."""
    value = np.asarray(x)
    if isinstance(condlist, (bool, np.bool_)) or (
        not isinstance(condlist[0], (list, np.ndarray)) and np.ndim(value) != 0
    ):
        condlist = [condlist]
    conditions = [np.broadcast_to(np.asarray(condition, bool), value.shape) for condition in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions = [*conditions, ~np.any(np.stack(conditions), axis=0)]
    result = np.zeros(value.shape, value.dtype)
    for condition, piece in zip(conditions, funclist, strict=True):
        if callable(piece):
            if np.any(condition):
                result[condition] = piece(value[condition], *args, **kw)
        else:
            result[condition] = piece
    return result


def fromfunction(
    function: Callable[..., Any], shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """`np.fromfunction`: the function of the grids of indices."""
    return function(*np.indices(shape, dtype=dtype), **kwargs)


def fromiter(iter: Any, dtype: Any, count: int = -1, *, like: Any = None) -> Any:
    """`np.fromiter`: an array of the items, all of them or the first `count`."""
    items = list(iter)
    return np.array(items if count < 0 else items[:count], dtype=dtype)


def vectorized(
    function: Callable[..., Any], inputs: Any, outputs: Any, excluded: Any, args: tuple, kwargs: dict[str, Any]
) -> Any:
    """What `np.vectorize` does: the function at every place of the loop, what is `excluded` as it is.

    `inputs` and `outputs` are the numbers of core axes of arguments and results; None without a signature.
    """
    keys, values = [*range(len(args)), *kwargs], [*args, *kwargs.values()]
    places = [i for i, key in enumerate(keys) if key not in excluded]
    arrays = [np.asarray(values[i]) for i in places]
    depths = [0] * len(places) if inputs is None else inputs
    shape = np.broadcast_shapes(*[a.shape[: a.ndim - n] for a, n in zip(arrays, depths, strict=True)])
    wide = [np.broadcast_to(a, shape + a.shape[a.ndim - n :]) for a, n in zip(arrays, depths, strict=True)]
    results = []
    for place in np.ndindex(shape):
        given = list(values)
        for i, array in zip(places, wide, strict=True):
            given[i] = array[place]
        results.append(function(*given[: len(args)], **dict(zip(kwargs, given[len(args) :], strict=True))))
    if results and (isinstance(results[0], tuple) or outputs is not None and len(outputs) > 1):
        return tuple(_arranged([r[i] for r in results], shape) for i in range(len(results[0])))
    return _arranged(results, shape)


def _arranged(results: list[Any], shape: tuple[int, ...]) -> Any:
    """The results of all places as one array."""
    return np.reshape(np.array(results), shape + np.shape(results[0]))[()] if results else np.zeros(shape)


def entrywise(function: Callable[..., Any], *arrays: Any) -> Any:
    """What `np.vectorize(function)` and `np.frompyfunc(function, ...)` do, but that the results are numbers, not objects."""
    shape = np.broadcast_shapes(*[np.shape(a) for a in arrays])
    wide = [np.broadcast_to(a, shape) for a in arrays]
    results = [function(*[a[place] for a in wide]) for place in np.ndindex(shape)]
    if results and isinstance(results[0], tuple):
        return tuple(np.reshape(np.array([r[i] for r in results]), shape)[()] for i in range(len(results[0])))
    return np.reshape(np.array(results), shape)[()]
