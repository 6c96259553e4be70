"""The kinds of the results of functions.

The result kinds of NumPy functions are found by calling them on small arrays of the right kinds, so that they are NumPy's own.
"""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from . import samples
from .kinds import (
    BOOL,
    INT,
    OBJECTS,
    UNKNOWN,
    Dims,
    Kind,
    Ones,
    array,
    constant_kind,
    join,
    name_of,
    of_value,
    sequence,
    unnamed,
)
from .samples import Samples


def elementwise(function: Callable[..., Any], kinds: Sequence[Kind]) -> Kind:
    """The kind of an elementwise function of values of these kinds."""
    known = tuple([k if k.tag != "static" else constant_kind(k) for k in kinds])
    for kind in known:
        if not kind.is_numeric:
            return UNKNOWN
    return _chosen(known) if function in CHOOSING else _elementwise(function, known)


@functools.lru_cache(maxsize=4096)
def _elementwise(function: Callable[..., Any], kinds: tuple[Kind, ...]) -> Kind:
    if any(k.dtype == "double" for k in kinds):
        made = {elementwise(function, [_as(k, dtype) for k in kinds]) for dtype in ("python", "float64")}
        return functools.reduce(lambda a, b: join(a, b) or UNKNOWN, sorted(made, key=repr))
    if any(k.dtype == "" and k.tag in ("float", "array") for k in kinds):
        dtype = ""
    else:
        found = _result_dtype(function, tuple((k.tag, k.dtype) for k in kinds))
        if found is None:
            return UNKNOWN
        dtype = found
    arrays = [k for k in kinds if k.is_array]
    if not arrays:
        if dtype in ("int", "bool"):
            return INT if dtype == "int" else BOOL
        return Kind("float", dtype)
    name = {"int": "int64", "python": "float64"}.get(dtype, dtype)
    ranks = [k.rank for k in arrays if k.rank is not None]
    if len(ranks) < len(arrays):
        return array(name, None)
    rank = max(ranks)
    if rank == 0:
        return Kind("float", name) if name == "" or np.dtype(name).kind in "fc" else INT
    return array(name, rank, broadcast([k.ones for k in arrays], rank), _broadcast_dims(arrays, rank))


def _as(kind: Kind, dtype: str) -> Kind:
    """A number in double precision, as one of Python's or of NumPy's."""
    return replace(kind, dtype=dtype) if kind.dtype == "double" else kind


def _broadcast_dims(kinds: Sequence[Kind], rank: int) -> Dims:
    """The extents of a broadcast: what all operands share; what one is, if that is surely not 1; what one is if all others are 1."""
    out: list[str | None] = []
    for axis in range(-rank, 0):
        seen = [
            (k.ones[axis] if k.ones else None, k.dims[axis] if k.dims else None)
            for k in kinds
            if (k.rank or 0) >= -axis
        ]
        surely = [dim for one, dim in seen if one is False and dim is not None]
        wide = {dim for one, dim in seen if one is not True}
        out.append(surely[0] if surely else wide.pop() if len(wide) == 1 else None)
    return tuple(out)


def broadcast(patterns: Sequence[Ones | None], rank: int) -> Ones:
    """Which extents of a broadcast are 1: surely not if one operand's is not, surely if all operands' are."""
    out: list[bool | None] = []
    for axis in range(-rank, 0):
        seen = [p[axis] if p is not None else None for p in patterns if p is None or len(p) >= -axis]
        out.append(False if False in seen else None if None in seen else True)
    return tuple(out)


@functools.lru_cache(maxsize=4096)
def _result_dtype(function: Callable[..., Any], operands: tuple[tuple[str, str], ...]) -> str | None:
    values = [samples.scalar(tag, dtype) for tag, dtype in operands]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = function(*values)
        except Exception:
            return None
    if isinstance(result, tuple):
        return None
    if type(result) is float:
        return "python"
    if type(result) is complex:
        return "complex"
    if type(result) is bool:
        return "bool"
    if type(result) is int:
        return "int"
    dtype = getattr(result, "dtype", None)
    return name_of(dtype) or None if dtype is not None else None


CHOOSING = (max, min)  # these hand on one of their arguments: which one, a sample does not tell


def _chosen(kinds: Sequence[Kind]) -> Kind:
    known = functools.reduce(join, map(unnamed, map(constant_kind, kinds)), None)
    return known if known is not None and known.is_scalar else UNKNOWN


def called(function: Callable[..., Any], args: Sequence[Kind], keywords: dict[str, Kind]) -> Kind:
    """The kind of the result of a pure function, found by calling it on samples of two sizes."""
    if function in CHOOSING:
        only = args[0] if len(args) == 1 else None
        if only is not None and only.is_array:
            return _sampled(function, [unnamed(only)], {})
        items = args if only is None else only.items if only.items is not None else (only.item or UNKNOWN,)
        return _chosen([*items, *(k for n, k in keywords.items() if n == "default")]) if items else UNKNOWN
    result = _with_unknown_precision(function, list(map(unnamed, args)), {n: unnamed(k) for n, k in keywords.items()})
    if function in SAME_SHAPE and args and args[0].is_array and result.is_array and result.rank == args[0].rank:
        return replace(result, dims=args[0].dims)
    return result


SAME_SHAPE = (
    np.copy,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.full_like,
    np.sort,
    np.cumsum,
    np.triu,
    np.tril,
    np.flip,
    np.roll,
    np.array,
)


def _with_unknown_precision(function: Callable[..., Any], args: list[Kind], keywords: dict[str, Kind]) -> Kind:
    """Where the precision of an operand is not known, the form of the result is that for float64, its precision not known either."""
    everything = [*args, *keywords.values()]
    if any(k.dtype == "double" for k in everything):
        one, other = (
            _with_unknown_precision(function, [_as(k, d) for k in args], {n: _as(k, d) for n, k in keywords.items()})
            for d in ("python", "float64")
        )
        return join(one, other) or UNKNOWN
    if not any(k.tag in ("float", "array") and k.dtype == "" for k in everything):
        return _sampled(function, args, keywords)
    found = _sampled(function, list(map(_definite, args)), {n: _definite(k) for n, k in keywords.items()})
    return _indefinite(found)


def _definite(kind: Kind) -> Kind:
    return replace(kind, dtype="float64") if kind.tag in ("float", "array") and kind.dtype == "" else kind


def _indefinite(kind: Kind) -> Kind:
    if kind.tag in ("float", "array"):
        return replace(kind, dtype="") if kind.tag == "float" or np.dtype(kind.dtype or float).kind in "fc" else UNKNOWN
    return kind if kind.tag in ("int", "bool") else UNKNOWN


def _sampled(function: Callable[..., Any], args: Sequence[Kind], keywords: dict[str, Kind]) -> Kind:
    key = (function, tuple(args), tuple(sorted(keywords.items(), key=lambda kv: kv[0])))
    try:
        hash(key)
    except TypeError:
        return UNKNOWN
    return _called(key)


@functools.lru_cache(maxsize=4096)
def _called(key: tuple) -> Kind:
    function, args, keywords = key
    everything = [*args, *(k for _, k in keywords)]
    certain = all(_extents_known(k) for k in everything)

    def result(sample: Samples) -> Any:
        try:
            return function(*map(sample, args), **{name: sample(k) for name, k in keywords})
        except Exception:
            return samples.NoSample

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found: Kind | None = None
        for mixed in (False, True):
            first, second = (result(Samples(many, mixed)) for many in (3, 4))
            if first is not samples.NoSample and second is not samples.NoSample:
                found = join(found, _of_results(first, second, certain, all(map(_is_sized, everything))))
            elif not mixed:
                return UNKNOWN
        assert found is not None
        other = result(spread := Samples(4, spread=True))
        if other is not samples.NoSample:
            return _seen(found, other)
        # the extents have to fit: each by itself, and each with another, is made longer
        for more in [*itertools.combinations(range(spread.met), 1), *itertools.combinations(range(spread.met), 2)]:
            if _has_ones(found) and (other := result(Samples(4, more=more))) is not samples.NoSample:
                found = _seen(found, other)
        return found


def _has_ones(kind: Kind) -> bool:
    """Whether a result is held to have extents of 1."""
    return kind.is_array and True in (kind.ones or ()) or any(map(_has_ones, kind.items or ()))


def _seen(kind: Kind, value: Any) -> Kind:
    """What is left of a kind, now that another sample was seen: extents that are not 1 after all, other ranks."""
    if kind.tag in ("tuple", "list") and isinstance(value, (tuple, list)) and kind.items is not None:
        if len(kind.items) != len(value):
            return UNKNOWN
        return replace(kind, items=tuple(_seen(k, v) for k, v in zip(kind.items, value, strict=True)))
    if kind.is_array and isinstance(value, np.ndarray) and kind.rank is not None:
        if kind.rank != value.ndim:
            return array(kind.dtype, None)
        ones = zip(kind.ones or (None,) * kind.rank, value.shape, strict=True)
        return array(kind.dtype, kind.rank, tuple(None if one and n != 1 else one for one, n in ones), kind.dims)
    return kind if kind.is_array == isinstance(value, np.ndarray) else UNKNOWN


def _of_results(first: Any, second: Any, certain: bool, sized: bool) -> Kind:
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        return sequence("tuple", tuple(_of_results(a, b, certain, sized) for a, b in zip(first, second, strict=True)))
    if isinstance(first, list) and isinstance(second, list):
        kinds = [_of_results(a, b, certain, sized) for a, b in zip(first, second, strict=False)]
        return Kind("list", item=functools.reduce(join, kinds, None))
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        if "O" in (first.dtype.kind, second.dtype.kind):
            return OBJECTS
        dtype = name_of(first.dtype) if first.dtype == second.dtype else ""
        if first.ndim != second.ndim:
            return array(dtype, None)
        ones = tuple(_extent(a, b, certain, sized) for a, b in zip(first.shape, second.shape, strict=True))
        return array(dtype, first.ndim, ones)
    kinds = [k if k.tag != "static" else constant_kind(k) for k in map(of_value, (first, second))]
    return join(*kinds) or UNKNOWN


def _extent(first: int, second: int, certain: bool, sized: bool) -> bool | None:
    if first == second == 1:
        return True if sized else None
    return False if (first, second) == (3, 4) and certain else None


def _is_sized(kind: Kind) -> bool:
    """Whether a sample of a kind has the size of the value: a number that says how large a result is (`np.eye(n)`) is 1 in all samples."""
    if kind.tag in ("list", "tuple"):
        return (
            all(map(_is_sized, kind.items))
            if kind.items is not None
            else kind.item is not None and _is_sized(kind.item)
        )
    return kind.tag in ("array", "float", "static", "str", "bool")


def _extents_known(kind: Kind) -> bool:
    if kind.tag == "array":
        return kind.ones is not None and None not in kind.ones
    if kind.tag in ("list", "tuple"):
        return kind.items is not None and all(_extents_known(k) for k in kind.items)
    return kind.tag not in ("int", "unknown", "object", "dict")
