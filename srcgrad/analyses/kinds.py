"""Kinds: what is known of each value before the program runs, as far as the arguments of the call tell.

A kind may always be `UNKNOWN`; a pass may use what is known and must be right where nothing is. Kinds of results are in `results`, those of
attributes and items in `access`.
"""

from __future__ import annotations

import collections
import functools
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from srcgrad_runtime import backend

from . import congruences

Ones = tuple[bool | None, ...]
Dims = tuple[str | None, ...]


GETTER = type(vars(collections.namedtuple("Pair", "first second"))["first"])  # what reads a field of a named tuple
KEYED = ("dict", "tuple")  # containers whose items have keys or names


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
    value: Any = None  # static: the object itself, compared by identity; dict: the texts of its keys, where they are known; tuple: its fields
    step: congruences.Congruence | None = None  # of an int: what is known of its remainders

    def __hash__(self) -> int:
        found: int | None = self.__dict__.get("_hash")
        if found is None:
            value = id(self.value) if self.tag == "static" else self.value if self.tag in KEYED else 0
            known = (self.tag, self.dtype, self.rank, self.ones, self.items, self.item, self.dims, self.step, value)
            found = self.__dict__["_hash"] = hash(known)
        return found

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Kind):
            return NotImplemented
        if self.tag != other.tag:
            return False
        if self.tag == "static" or other.tag == "static":
            return self.tag == other.tag and same_object(self.value, other.value)
        if self.tag in KEYED and self.value != other.value:
            return False
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
        return self.tag in ("array", "float", "int", "bool")

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
OBJECTS = Kind("unknown", "object")  # an array that a call made of anything: numbers, arrays, containers, None
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
    item = unnamed(kind.item) if kind.item is not None else None
    return Kind(kind.tag, kind.dtype, kind.rank, kind.ones, items, item, value=kind.value)


def name_of(dtype: np.dtype) -> str:
    """The name by which a dtype is noted; none for texts and records, which have no name that NumPy understands."""
    return "" if dtype.kind in "VSUT" else dtype.name


def is_dtype_of_objects(kind: Kind) -> bool:
    """Whether a value of this kind, given as a dtype, means objects of any type."""
    value = kind.value if kind.tag == "static" else None
    if isinstance(value, str):
        return value in ("O", "object")
    return value is object or value is np.object_ or isinstance(value, np.dtype) and value.kind == "O"


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
        if value.dtype.kind == "O":
            return UNKNOWN  # its entries are anything
        return Kind("array", name_of(value.dtype), value.ndim, tuple(n == 1 for n in value.shape))
    if isinstance(value, np.generic):
        return _of_numpy_scalar(value)
    if cls is complex:
        return Kind("float", "complex128")
    if isinstance(value, (list, tuple)) and depth < 6:
        items = tuple(of_value(v, depth + 1) for v in value)
        return sequence("list" if isinstance(value, list) else "tuple", items, cls)
    if isinstance(value, dict) and depth < 6:
        entries = list(value.items())  # at once: another thread may add to it
        items = tuple(of_value(v, depth + 1) for _, v in entries)
        keys = tuple(repr(key) for key, _ in entries)
        return Kind("dict", items=items, item=functools.reduce(join, items, None), value=keys)
    if isinstance(value, (FunctionType, ModuleType, type)) or callable(value):
        return static(value)
    return Kind("object", value=cls, dtype=f"{cls.__module__}.{cls.__qualname__}")


def sequence(tag: str, items: tuple[Kind, ...], cls: type | None = None) -> Kind:
    """The kind of a tuple or list (`tag`) of these items; `cls` is its class, where that is another one."""
    common = functools.reduce(join, items, None)
    if len(items) > 16:
        return Kind(tag, item=common)
    name = "" if cls in (None, list, tuple) else f"{cls.__module__}.{cls.__qualname__}"  # type: ignore[union-attr]
    return Kind(tag, items=items, item=common, dtype=name, value=_fields_of(cls) if name else None)


def _fields_of(cls: Any) -> tuple[str, ...] | None:
    """The fields of a named tuple which are what their names say."""
    fields = getattr(cls, "_fields", None)
    if not isinstance(fields, tuple) or not issubclass(cls, tuple) or cls.__getitem__ is not tuple.__getitem__:
        return None
    if cls.__getattribute__ is not tuple.__getattribute__:
        return None
    return fields if all(type(getattr(cls, name, None)) is GETTER for name in fields) else None


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
    if type(value) is complex:  # of Python's, which gives way to the precision of an array
        return Kind("float", "complex")
    if isinstance(value, str):
        return STR
    return kind


def extent(dim: str | None) -> Kind:
    """An int that is this extent."""
    return Kind("int", dims=(dim,)) if dim is not None else INT
