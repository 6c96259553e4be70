"""Kinds: what is known of each value before the program runs, as far as the arguments of the call tell.

A kind may always be `UNKNOWN`; a pass may use what is known and must be right where nothing is. The result kinds of NumPy
functions are found by calling them on small arrays of the right kinds, so that they are NumPy's own.
"""

from __future__ import annotations

import functools
import itertools
import math
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from srcgrad_runtime import backend

from .. import rules
from ..core.unit import MISSING
from . import congruences

Ones = tuple[bool | None, ...]
Dims = tuple[str | None, ...]


@dataclass(frozen=True)
class Kind:
    """One value: its tag and, for arrays, dtype, rank and which extents are 1; for containers, what they hold.

    Tags: float (any real scalar), int, bool, str, none, array, list, tuple, dict, object, static, unknown. `dtype` is a NumPy name, or
    "python" for a float that takes the precision of what it meets, or "double" for one that is a Python float or a float64. `ones` says for each extent whether it is 1 (None: not known).
    `items` are the kinds of the items of a tuple or list of known length, `item` what all items have in common.
    """

    tag: str
    dtype: str = ""
    rank: int | None = None
    ones: Ones | None = None
    items: tuple[Kind, ...] | None = None
    item: Kind | None = None
    # what is known of extents: equal texts are equal extents, None is nothing; of an int: the extent that it is
    dims: Dims | None = None
    value: Any = None  # static: the object itself, compared by identity
    step: congruences.Congruence | None = None  # of an int: what is known of its remainders

    @functools.cached_property
    def _hash(self) -> int:
        value = id(self.value) if self.tag == "static" else 0
        return hash((self.tag, self.dtype, self.rank, self.ones, self.items, self.item, self.dims, self.step, value))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Kind):
            return NotImplemented
        if self.tag == "static" or other.tag == "static":
            return self.tag == other.tag and same_object(self.value, other.value)
        return (self.tag, self.dtype, self.rank, self.ones, self.items, self.item, self.dims, self.step) == (
            other.tag, other.dtype, other.rank, other.ones, other.items, other.item, other.dims, other.step)  # fmt: skip

    @property
    def is_array(self) -> bool:
        return self.tag == "array"

    @property
    def is_scalar(self) -> bool:
        """Surely an immutable number."""
        return self.tag in ("float", "int", "bool")

    @property
    def is_numeric(self) -> bool:
        return self.is_array or self.is_scalar

    @property
    def is_container(self) -> bool:
        return self.tag in ("list", "tuple", "dict", "object")

    @property
    def may_be_active(self) -> bool:
        """Whether a value of this kind can carry a derivative."""
        if self.tag in ("float", "unknown", "object"):
            return True
        if self.tag == "array":
            return self.dtype == "" or np.dtype(self.dtype).kind in "fc"
        if self.tag in ("list", "tuple", "dict"):
            parts = self.items if self.items is not None else (self.item,)
            return any(k is None or k.may_be_active for k in parts) or (self.items == () and self.tag != "tuple")
        return False

    @property
    def holds_records(self) -> bool:
        """Whether the value is, or has in it, an object or a named tuple: its attributes are what its class says."""
        if self.tag == "object" or self.tag in ("tuple", "list") and self.dtype != "":
            return True
        if self.tag == "static":
            return not isinstance(
                self.value, (int, float, str, bytes, bool, type(None), FunctionType, ModuleType, type)
            )
        parts = self.items if self.items is not None else (self.item,)
        return any(k is not None and k.holds_records for k in parts)

    @property
    def is_complex(self) -> bool:
        return self.dtype.startswith("complex") or self.tag == "unknown"


UNKNOWN = Kind("unknown")
DOUBLE = frozenset({"python", "float64", "double"})  # dtypes of real numbers in double precision
FLOAT, INT, BOOL, STR = Kind("float", "python"), Kind("int"), Kind("bool"), Kind("str")
NOTHING: Kind | None = None  # no value has reached this name yet


def static(value: Any) -> Kind:
    return Kind("static", value=value)


def same_object(a: Any, b: Any) -> bool:
    if a is b:
        return True
    simple = (int, float, str, bool, type(None), tuple)
    return type(a) is type(b) and isinstance(a, simple) and a == b and repr(a) == repr(b)


def array(dtype: str, rank: int | None, ones: Ones | None = None, dims: Dims | None = None) -> Kind:
    ones = ones if ones is not None else (None,) * rank if rank is not None else None
    known = dims if dims is not None and rank == len(dims) and any(dims) else None
    return Kind("array", dtype, rank, ones, dims=known)


def named(kind: Kind, name: str) -> Kind:
    """The kind of a parameter: its extents get names."""
    if not kind.is_array or kind.rank is None:
        return kind
    return replace(kind, dims=tuple(f"{name}.{i}" for i in range(kind.rank)) or None)


def unnamed(kind: Kind) -> Kind:
    """A kind without the names of extents, which mean something in one function only, and without remainders.

    A helper is looked into anew for each kind of argument: `f(2 * n)` inside of `f` would be without end.
    """
    if kind.tag == "static":
        return kind
    items = tuple(map(unnamed, kind.items)) if kind.items is not None else None
    if (
        kind.dims is None
        and kind.step is None
        and items == kind.items
        and (kind.item is None or unnamed(kind.item) == kind.item)
    ):
        return kind
    return replace(kind, dims=None, step=None, items=items, item=unnamed(kind.item) if kind.item is not None else None)


def of_value(value: Any, depth: int = 0) -> Kind:
    """The kind of a value at hand (an argument, a global)."""
    cls = type(value)
    if cls is float:
        return FLOAT
    if cls is bool or value is None or cls is str:
        return static(value)
    if cls is int:
        return INT
    if isinstance(value, np.ndarray) or backend.is_device_array(value):
        return Kind("array", value.dtype.name, value.ndim, tuple(n == 1 for n in value.shape))
    if isinstance(value, np.generic):
        return _of_numpy_scalar(value)
    if cls is complex:
        return Kind("float", "complex128")
    if isinstance(value, (list, tuple)) and depth < 6:
        items = tuple(of_value(v, depth + 1) for v in value)
        return _sequence("list" if isinstance(value, list) else "tuple", items, cls)
    if isinstance(value, dict) and depth < 6:
        items = tuple(of_value(v, depth + 1) for v in value.values())
        return Kind("dict", items=items, item=functools.reduce(join, items, None), value=tuple(map(repr, value)))
    if isinstance(value, (FunctionType, ModuleType, type)) or callable(value):
        return static(value)
    return Kind("object", value=cls, dtype=f"{cls.__module__}.{cls.__qualname__}")


def _sequence(tag: str, items: tuple[Kind, ...], cls: type | None = None) -> Kind:
    common = functools.reduce(join, items, None)
    if len(items) > 16:
        return Kind(tag, item=common)
    name = "" if cls in (None, list, tuple) else f"{cls.__module__}.{cls.__qualname__}"  # type: ignore[union-attr]
    return Kind(tag, items=items, item=common, dtype=name)


def _of_numpy_scalar(value: np.generic) -> Kind:
    kind = value.dtype.kind
    if kind in "fc":
        return Kind("float", value.dtype.name)
    return INT if kind in "iu" else BOOL if kind == "b" else UNKNOWN


def join(a: Kind | None, b: Kind | None) -> Kind | None:
    """What is known of a value that is of one kind or of the other."""
    if a is None or b is None or a == b:
        return a if b is None else b
    if is_whole(a) and is_whole(b):
        return whole(congruences.join(congruence(a), congruence(b)), a.dims if a.dims == b.dims else None)
    a, b = constant_kind(a), constant_kind(b)
    if a == b:
        return a
    if a.is_scalar and b.is_scalar:
        if "float" in (a.tag, b.tag):
            floats = [k.dtype for k in (a, b) if k.tag == "float"]
            if any(d.startswith("complex") for d in floats):
                return Kind("float", "complex128")
            if len(floats) == 2 and set(floats) <= DOUBLE:
                return Kind("float", "double")
            # a number of more than one precision: it is not known
            return Kind(
                "float",
                floats[0] if len(set(floats)) == 1 and len(floats) == 2 else floats[0] if len(floats) == 1 else "",
            )
        return BOOL if a.tag == b.tag == "bool" else INT
    if a.is_array and b.is_array:
        dtype = a.dtype if a.dtype == b.dtype else ""
        if a.rank != b.rank:
            return array(dtype, None)
        ones = None
        if a.ones is not None and b.ones is not None:
            ones = tuple(x if x == y else None for x, y in zip(a.ones, b.ones, strict=True))
        return array(dtype, a.rank, ones, _common(a.dims, b.dims))
    if a.tag == b.tag and a.tag in ("list", "tuple", "dict"):
        if a.items is not None and b.items is not None and len(a.items) == len(b.items) and a.value == b.value:
            pairs = zip(a.items, b.items, strict=True)
            return Kind(
                a.tag, items=tuple(join(x, y) or UNKNOWN for x, y in pairs), item=join(a.item, b.item), value=a.value
            )
        return Kind(a.tag, item=join(a.item, b.item))
    return UNKNOWN


def is_text(kind: Kind) -> bool:
    """Whether a value of this kind is text."""
    return kind.tag == "str" or kind.tag == "static" and isinstance(kind.value, (str, bytes))


def is_whole(kind: Kind) -> bool:
    """Surely a whole number, and no truth value."""
    return kind.tag == "int" or kind.tag == "static" and type(kind.value) is int


def congruence(kind: Kind) -> congruences.Congruence:
    """What is known of the remainders of a number."""
    if kind.tag == "static" and type(kind.value) is int:
        return congruences.exact(kind.value)
    return kind.step or congruences.ANY


def whole(one: congruences.Congruence, dims: Dims | None = None) -> Kind:
    """An int of which this is known."""
    return Kind("int", dims=dims, step=one if one != congruences.ANY else None)


def _common(a: Dims | None, b: Dims | None) -> Dims | None:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y else None for x, y in zip(a, b, strict=True))


def constant_kind(kind: Kind) -> Kind:
    """The kind of a known constant, its value forgotten."""
    if kind.tag != "static":
        return kind
    value = kind.value
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, str):
        return STR
    return kind


# ---- results of operations ------------------------------------------------------------------------------------------------------


def elementwise(function: Callable[..., Any], kinds: Sequence[Kind]) -> Kind:
    """The kind of an elementwise function of values of these kinds."""
    known = tuple(map(constant_kind, kinds))
    if not all(k.is_numeric for k in known):
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
    samples = [_scalar_sample(tag, dtype) for tag, dtype in operands]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = function(*samples)
        except Exception:
            return None
    if isinstance(result, tuple):
        return None
    if type(result) is float:
        return "python"
    if type(result) is complex:
        return "complex128"
    if type(result) is bool:
        return "bool"
    if type(result) is int:
        return "int"
    dtype = getattr(result, "dtype", None)
    return dtype.name if dtype is not None else None


def _scalar_sample(tag: str, dtype: str) -> Any:
    if tag == "float":
        return 0.75 if dtype == "python" else np.dtype(dtype).type(0.75)
    if tag == "array":
        return np.ones(1, dtype)
    return True if tag == "bool" else 1


class _NoSample(Exception):
    pass


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
                raise _NoSample
            value = _scalar_sample(kind.tag, kind.dtype)
            return value if not self.mixed else -value if kind.tag == "float" else type(value)(0)
        if kind.tag == "array":
            return self.array(kind)
        if kind.tag in ("list", "tuple"):
            items = kind.items if kind.items is not None else (kind.item,) * (3 if self.spread else 2)
            values = [self(k) for k in items if k is not None]
            return values if kind.tag == "list" else tuple(values)
        raise _NoSample

    def array(self, kind: Kind) -> np.ndarray:
        if kind.rank is None or kind.dtype == "":
            raise _NoSample
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

    def result(samples: Samples) -> Any:
        try:
            return function(*map(samples, args), **{name: samples(k) for name, k in keywords})
        except Exception:
            return _NoSample

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found: Kind | None = None
        for mixed in (False, True):
            first, second = (result(Samples(many, mixed)) for many in (3, 4))
            if first is not _NoSample and second is not _NoSample:
                found = join(found, _of_results(first, second, certain, all(map(_is_sized, everything))))
            elif not mixed:
                return UNKNOWN
        assert found is not None
        other = result(spread := Samples(4, spread=True))
        if other is not _NoSample:
            return _seen(found, other)
        # the extents have to fit: each by itself, and each with another, is made longer
        for more in [*itertools.combinations(range(spread.met), 1), *itertools.combinations(range(spread.met), 2)]:
            if _has_ones(found) and (other := result(Samples(4, more=more))) is not _NoSample:
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
        return _sequence("tuple", tuple(_of_results(a, b, certain, sized) for a, b in zip(first, second, strict=True)))
    if isinstance(first, list) and isinstance(second, list):
        kinds = [_of_results(a, b, certain, sized) for a, b in zip(first, second, strict=False)]
        return Kind("list", item=functools.reduce(join, kinds, None))
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        dtype = first.dtype.name if first.dtype == second.dtype else ""
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


def extent(dim: str | None) -> Kind:
    """An int that is this extent."""
    return Kind("int", dims=(dim,)) if dim is not None else INT


def cut(dim: str | None, part: Any) -> str | None:
    """The extent of `x[part]`, for a slice, where x has the extent `dim`: equal texts are equal extents."""
    if dim is None:
        return None
    bounds = []
    for node in (part.lower, part.upper, part.step):
        value = _constant(node)
        if value is MISSING:
            return None
        bounds.append(value)
    lower, upper, step = bounds
    if (lower is None or lower >= 0) and (upper is None or upper < 0) and step in (None, 1):
        base, _, off = dim.rpartition("|")
        removed = (lower or 0) - (upper or 0)
        known = (base, int(off)) if base else (dim, 0)
        return f"{known[0]}|{known[1] + removed}" if known[1] + removed else known[0]
    return f"({dim})[{lower}:{upper}:{step}]"


def _constant(node: Any) -> Any:
    """The value of a whole number in the text, None for nothing, MISSING for anything else."""
    import gast

    if node is None:
        return None
    if isinstance(node, gast.Constant) and (node.value is None or type(node.value) is int):
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        value = _constant(node.operand)
        return -value if type(value) is int else MISSING
    return MISSING


def attribute(kind: Kind, name: str) -> Kind:
    """The kind of `value.name`."""
    if kind.tag in ("array", "float", "int"):
        if name == "shape":
            rank = kind.rank if kind.is_array else 0
            if rank is None:
                return Kind("tuple", item=INT)
            dims = kind.dims or (None,) * rank
            return Kind("tuple", items=tuple(extent(d) for d in dims), item=INT)
        if name in ("ndim", "size", "itemsize", "nbytes"):
            return static(kind.rank) if name == "ndim" and kind.is_array and kind.rank is not None else INT
        if name == "dtype":
            return static(np.dtype(kind.dtype)) if kind.dtype not in ("", "python", "double") else UNKNOWN
        function = rules.attribute(name)
        if function is not None:
            if name == "T" and kind.is_array and kind.rank is not None:
                turned = tuple(reversed(kind.dims)) if kind.dims is not None else None
                return replace(kind, ones=tuple(reversed(kind.ones or ())), dims=turned)
            return called(function, [kind], {})
    return UNKNOWN


def indexed(kind: Kind, index: Any, kind_of: Callable[[Any], Kind]) -> Kind:
    """The kind of `value[index]`; `index` is a gast expression, `kind_of` tells the kinds of its parts."""
    import gast

    if kind.tag in ("list", "tuple"):
        found = kind_of(index) if not isinstance(index, gast.Slice) else None
        if isinstance(index, gast.Slice):
            return Kind(kind.tag, item=kind.item)
        if found is not None and found.tag == "static" and isinstance(found.value, int) and kind.items is not None:
            if -len(kind.items) <= found.value < len(kind.items):
                return kind.items[found.value]
        if found is not None and found.step is not None and kind.items is not None:
            chosen = [kind.items[p] for p in congruences.positions(found.step, len(kind.items))]
            return functools.reduce(join, chosen, None) or UNKNOWN
        return kind.item if kind.item is not None else UNKNOWN
    if kind.tag == "dict":
        found = kind_of(index)
        if (
            found.tag == "static"
            and kind.items is not None
            and kind.value is not None
            and repr(found.value) in kind.value
        ):
            return kind.items[kind.value.index(repr(found.value))]
        return kind.item if kind.item is not None else UNKNOWN
    if kind.tag == "array":
        if kind.rank is None:
            return array(kind.dtype, None) if not _all_ints(index, kind_of) else UNKNOWN
        return _indexed_array(kind, index, kind_of)
    return UNKNOWN


def _all_ints(index: Any, kind_of: Callable[[Any], Kind]) -> bool:
    import gast

    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    return all(not isinstance(p, gast.Slice) and constant_kind(kind_of(p)).tag in ("int", "unknown") for p in parts)


def _indexed_array(kind: Kind, index: Any, kind_of: Callable[[Any], Kind]) -> Kind:
    import gast

    parts = list(index.elts) if isinstance(index, gast.Tuple) else [index]
    ones = list(kind.ones or (None,) * (kind.rank or 0))
    dims = list(kind.dims or (None,) * (kind.rank or 0))
    forms: list[tuple[str, Any]] = []
    chosen: list[Kind] = []
    consumed = 0
    for part in parts:
        if isinstance(part, gast.Slice):
            forms.append(("slice", part))
            consumed += 1
            continue
        found = kind_of(part)
        if found.tag == "static" and found.value is None:
            forms.append(("new", None))
        elif found.tag == "static" and found.value is Ellipsis:
            forms.append(("rest", None))
        elif constant_kind(found).tag == "int":
            forms.append(("int", None))
            consumed += 1
        elif found.is_array and found.rank is not None:
            mask = found.dtype == "bool"
            forms.append(("fancy", 1 if mask else found.rank))
            chosen.append(UNKNOWN if mask else found)
            consumed += found.rank if mask else 1
        elif found.tag == "list" and (found.item is None or constant_kind(found.item).tag in ("int", "bool")):
            forms.append(("fancy", 1))
            chosen.append(UNKNOWN)
            consumed += 1
        elif found.tag == "tuple" and len(parts) == 1 and found.items is not None:
            if all(constant_kind(k).tag == "int" for k in found.items):
                forms += [("int", None)] * len(found.items)
                consumed += len(found.items)
            else:
                return array(kind.dtype, None)
        else:
            return array(kind.dtype, None) if found.is_array or found.tag == "list" else UNKNOWN
    rank = kind.rank or 0
    if consumed > rank:
        return UNKNOWN
    if ("rest", None) not in forms:
        forms.append(("rest", None))
    out: list[bool | None] = []
    extents: list[str | None] = []
    fancy = [width for form, width in forms if form == "fancy"]
    position = 0
    placed = False
    for form, extra in forms:
        if form == "slice":
            whole = extra.lower is None and extra.upper is None and extra.step is None
            out.append(ones[position] if whole else None)
            extents.append(dims[position] if whole else cut(dims[position], extra))
            position += 1
        elif form == "new":
            out.append(True)
            extents.append(None)
        elif form == "int":
            position += 1
        elif form == "fancy":
            if not placed:
                alone = (
                    chosen[0] if len(chosen) == 1 and chosen[0].is_array else UNKNOWN
                )  # its shape is that of the index
                out += alone.ones or [None] * max(fancy)
                extents += alone.dims or [None] * max(fancy)
                placed = True
            position += 1
        else:
            remaining = rank - consumed
            out += ones[position : position + remaining]
            extents += dims[position : position + remaining]
            position += remaining
    if not out and not fancy:
        return Kind("float", kind.dtype) if kind.dtype == "" or np.dtype(kind.dtype).kind in "fc" else (
            BOOL if kind.dtype == "bool" else INT)  # fmt: skip
    if fancy and any(form == "slice" or form == "int" for form, _ in forms):
        out = [None] * len(out)  # where the fancy axes go depends on their neighbours
        extents = [None] * len(out)
    return array(kind.dtype, len(out), tuple(out), tuple(extents))
