"""Shapes and precisions: whether an adjoint is what its variable is, and what brings it there."""

from __future__ import annotations

from collections.abc import Sequence

import gast

from ..analyses.kinds import DOUBLE, Kind
from ..core import build

DOUBLE_OR_COMPLEX = DOUBLE | {"complex128"}


def to_shape(
    value: build.Node, operand: build.Node, mine: Kind, y_kind: Kind, others: Sequence[Kind] | None, in_loop: bool
) -> build.Node:
    """The contribution summed down to the shape of the operand (`mine`), if the operation broadcast it.

    `others` are the kinds of the other operands: numbers broadcast nothing.
    """
    if (
        others is not None
        and all(is_plain_number(k) for k in others)
        and not (y_kind.is_complex and y_kind.tag != "unknown")
        and not (
            mine.dtype in ("python", "double")
            and y_kind.tag in ("float", "array")
            and y_kind.dtype not in DOUBLE_OR_COMPLEX
        )
        and not (mine.is_array and y_kind.is_array and mine.dtype != y_kind.dtype)  # a conversion
    ):
        return value
    if mine.tag == "float" and y_kind.tag == "float":
        cut = y_kind.is_complex and not mine.is_complex
        cut = cut or mine.dtype in ("python", "double") and y_kind.dtype not in DOUBLE_OR_COMPLEX
        return value if not cut else build.call("rt.unbroadcast", value, operand)
    if mine.is_container:  # a tuple of whole numbers is no shape here
        return build.call("rt.unbroadcast", value, build.call("np.shape", operand))
    if mine.tag == "unknown" or y_kind.tag == "unknown" or mixes(mine, y_kind):
        return build.call("rt.unbroadcast", value, operand)
    if mine.tag == "float" and y_kind.is_array:
        if mine.dtype != y_kind.dtype and not (mine.dtype in DOUBLE and y_kind.dtype == "float64"):
            return build.call("rt.unbroadcast", value, operand)
        return total(value, in_loop)
    if mine.is_array and y_kind.is_array and mine.rank is not None and y_kind.rank is not None:
        if mine.ones is None or y_kind.ones is None:  # pragma: no cover - a known rank comes with its extents
            return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
        lead = y_kind.rank - mine.rank
        inner = list(zip(mine.ones, y_kind.ones[lead:], strict=True))
        equal = _equal_extents(mine, y_kind, lead)
        alone = [
            equal[i] or others is not None and all(_lacks(k, i - mine.rank) for k in others) for i in range(mine.rank)
        ]
        if all(
            one is False or one is True and other is True or a for (one, other), a in zip(inner, alone, strict=True)
        ):
            if lead == 0:
                return value
            if lead == y_kind.rank:
                return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
            axis = build.constant(0) if lead == 1 else build.tuple_(build.constant(i) for i in range(lead))
            return build.call("np.sum", value, axis=axis)
        if lead == 0 and all(one is False or one is True for one, _ in inner) and not any(equal):
            summed = [i for i, (one, other) in enumerate(inner) if one is True and other is not True]
            if all(other is False for one, other in inner if one is True and other is not True):
                axis = build.constant(summed[0]) if len(summed) == 1 else build.tuple_(map(build.constant, summed))
                return build.call("np.sum", value, axis=axis, keepdims=build.constant(True))
        return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
    if mine.is_array and y_kind.is_array:
        return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
    return build.call("rt.unbroadcast", value, operand)


def total(value: build.Node, in_loop: bool) -> build.Node:
    """The sum of all entries of an array; by its method in a loop, which takes less than half the time for small ones."""
    if not in_loop:
        return build.call("np.sum", value)
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return gast.UnaryOp(gast.USub(), total(value.operand, in_loop))
    return build.call(build.attribute(value, "sum"))


def is_unbroadcast(value: build.Node) -> bool:
    """Whether an adjoint is brought to the shape of an operand at run time, which may come to nothing."""
    return isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "unbroadcast"


def same_shape(a: Kind, b: Kind) -> bool:
    """Whether two arrays surely have the same shape: of one rank, and no extent of 1 stands against another."""
    if not (a.is_array and b.is_array and a.rank is not None and a.rank == b.rank and a.ones and b.ones):
        return False
    equal = _equal_extents(a, b, 0)
    return all(e or x is not None and x == y for e, x, y in zip(equal, a.ones, b.ones, strict=True))


def _equal_extents(mine: Kind, whole: Kind, lead: int) -> list[bool]:
    """For each axis of `mine` whether its extent surely is that of `whole`, which has `lead` axes before."""
    rank = mine.rank or 0
    one, other = mine.dims or (None,) * rank, (whole.dims or (None,) * (rank + lead))[lead:]
    return [x is not None and x == y for x, y in zip(one, other, strict=True)]


def _lacks(kind: Kind, axis: int) -> bool:
    """Whether an operand surely has no extent (other than 1) at this axis, counted from the end."""
    if kind.is_scalar:
        return True
    if not kind.is_array or kind.rank is None or kind.ones is None:
        return False
    return -axis > kind.rank or kind.ones[axis] is True


def is_plain_number(kind: Kind) -> bool:
    """A Python number, which neither broadcasts an operand nor changes its precision."""
    return kind.tag in ("int", "bool") or kind.tag == "float" and kind.dtype == "python"


def mixes(a: Kind, b: Kind) -> bool:
    """Whether precisions or real and complex meet, so that a contribution has to be converted."""
    if "" in (a.dtype, b.dtype):
        return True
    if a.dtype == b.dtype:
        return False
    if "double" in (a.dtype, b.dtype):
        return not {a.dtype, b.dtype} <= DOUBLE
    if a.dtype == "python":
        return b.dtype.startswith("complex")
    if b.dtype == "python":
        return a.dtype.startswith("complex")
    return True
