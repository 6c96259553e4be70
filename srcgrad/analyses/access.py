"""The kinds of attributes and items of values, and the extents of their parts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from .. import rules
from ..core import build
from ..core.unit import MISSING
from . import congruences, results
from .kinds import BOOL, INT, UNKNOWN, Kind, array, constant_kind, extent, join, static


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
            return results.called(function, [kind], {})
    return UNKNOWN


def indexed(kind: Kind, index: Any, kind_of: Callable[[Any], Kind]) -> Kind:
    """The kind of `value[index]`; `index` is a gast expression, `kind_of` tells the kinds of its parts."""
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


def item_of(kind: Kind) -> Kind:
    """The kind of what comes out of an array that is gone through."""
    if not kind.rank:
        return UNKNOWN
    if kind.rank == 1:
        return indexed(kind, build.constant(0), lambda _: INT)
    return array(kind.dtype, kind.rank - 1, (kind.ones or ())[1:], kind.dims[1:] if kind.dims else None)


def _all_ints(index: Any, kind_of: Callable[[Any], Kind]) -> bool:
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    return all(not isinstance(p, gast.Slice) and constant_kind(kind_of(p)).tag in ("int", "unknown") for p in parts)


def _indexed_array(kind: Kind, index: Any, kind_of: Callable[[Any], Kind]) -> Kind:
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
