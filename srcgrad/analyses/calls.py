"""The kinds of the results of calls."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from . import access, results
from . import kinds as K
from .kinds import Kind

LIBRARIES = frozenset({"numpy", "scipy", "cupy"}) | sys.stdlib_module_names - {"__main__"}
SPLITTING = (np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit)  # lists of views of an array
_BY_SHAPE = {np.zeros: 0, np.ones: 0, np.empty: 0, np.full: 0}


def is_library(function: FunctionType) -> bool:
    """Whether a function belongs to Python itself, NumPy or SciPy: those are differentiated by rules, not through their source."""
    return (function.__module__ or "").partition(".")[0] in LIBRARIES


def result_of(function: Any, args: list[Kind], keywords: dict[str, Kind]) -> Kind:
    """The kind of what a function gives for arguments of these kinds."""
    if isinstance(function, FunctionType) and not (is_library(function) or function.__module__.startswith("srcgrad_")):
        return K.UNKNOWN  # a function of the user's with a rule is not called to see what comes out
    module = getattr(function, "__module__", None) or ""
    if module.startswith(("numpy", "srcgrad_")) and any(map(K.is_dtype_of_objects, (*args[1:], *keywords.values()))):
        return K.OBJECTS  # np.asarray(x, object), np.empty(2, dtype="O"), ...
    if function in _BY_SHAPE:
        return _created(function, args, keywords)
    if function in (np.broadcast_to, np.resize, rt.cycled) and len(args) == 2 and not keywords:
        source = K.constant_kind(args[0])
        dtype = "float64" if source.tag == "float" and source.dtype in ("python", "double") else source.dtype
        return _shaped(dtype, args[1]) if source.is_array or source.tag == "float" else K.UNKNOWN
    rule = rules.lookup(function) if function is not None else None
    if rule is not None and rule.is_elementwise and not keywords and len(args) == len(rule.parameters):
        return results.elementwise(function, args)
    if function in SPLITTING and args and args[0].is_array:
        return Kind("list", item=K.array(args[0].dtype, args[0].rank))
    if function is np.reshape and len(args) == 2 and not keywords:
        shape = args[1]
        if args[0].is_array and (shape.tag == "tuple" or K.constant_kind(shape).tag == "int"):
            rank = 1 if shape.tag != "tuple" else len(shape.items) if shape.items is not None else None
            return K.array(args[0].dtype, rank)
    if function is len:
        known = args[0].dims if args and args[0].is_array else None
        return K.extent(known[0]) if known else K.INT
    if function is float:
        return K.FLOAT
    if function in (int, round):
        return K.INT
    if function is range:
        return Kind("range")
    if function in (min, max) and len(args) == 1 and args[0].tag == "range" and keywords.keys() <= {"key"}:
        return K.INT
    if function in (list, tuple, sorted) and len(args) == 1:
        source = args[0]
        tag = "tuple" if function is tuple else "list"
        if source.tag in ("list", "tuple"):
            return Kind(tag, items=source.items if function is not sorted else None, item=source.item)
        if source.tag == "range":
            return Kind(tag, item=K.INT)
        return Kind(tag, item=access.item_of(source) if source.is_array else K.UNKNOWN)
    if function is None or not (rule is not None or rules.is_nondifferentiable(function)):
        return K.UNKNOWN
    if isinstance(function, type) and function.__module__ == "builtins":
        return K.UNKNOWN
    # methods of generators crash when they are called without one, and functions of np.random draw
    drawing = module.startswith("numpy.random")
    if (drawing or module in ("builtins", "")) and not isinstance(function, np.ufunc):
        if function not in (abs, max, min, sum, pow):
            return K.UNKNOWN
    return results.called(function, args, keywords)


def _extent_of(kind: Kind) -> str | None:
    """The text of an extent that is given as a number."""
    if kind.tag == "static":
        return f"={kind.value}" if type(kind.value) is int else None
    return kind.dims[0] if kind.tag == "int" and kind.dims else None


def _created(function: Any, args: list[Kind], keywords: dict[str, Kind]) -> Kind:
    """np.zeros(shape, dtype) and the like: the rank is the length of the shape."""
    shape = args[0] if args else keywords.get("shape", K.UNKNOWN)
    position = 2 if function is np.full else 1
    dtype = args[position] if len(args) > position else keywords.get("dtype")
    name = "float64"
    if function is np.full and dtype is None:
        fill = K.constant_kind(args[1] if len(args) > 1 else keywords.get("fill_value", K.UNKNOWN))
        name = {"int": "int64", "bool": "bool"}.get(
            fill.tag, "float64" if fill.dtype in ("python", "double") else fill.dtype
        )
    if dtype is not None:
        try:
            name = K.name_of(np.dtype(dtype.value)) if dtype.tag == "static" else ""
        except TypeError:
            name = ""
    return _shaped(name, shape)


def _shaped(dtype: str, shape: Kind) -> Kind:
    """The kind of an array of a shape of this kind."""
    if shape.tag == "tuple":
        if shape.items is None:
            return K.array(dtype, None)
        ones = tuple(k.value == 1 if k.tag == "static" else None for k in shape.items)
        return K.array(dtype, len(ones), ones, tuple(map(_extent_of, shape.items)))
    if K.constant_kind(shape).tag == "int":
        return K.array(dtype, 1, None, (_extent_of(shape),))
    return K.array(dtype, None)
