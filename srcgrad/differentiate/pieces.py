"""The adjoints of arrays that were joined, as parts of the adjoint of the whole.

`rt.split_like(y_bar, [a, b], axis)` needs all arrays to know their extents; what came last begins where the others end, and is `y_bar[:, a.shape[1]:]`.
"""

from __future__ import annotations

from collections.abc import Callable

import gast

from ..analyses.kinds import Kind
from ..core import build

MOST = 3  # arrays, above which the sums of extents are longer than the call


def parts(
    value: build.Node, display: build.Node, kind: Callable[[build.Node], Kind]
) -> tuple[build.Node, list[build.Node]] | None:
    """(the whole adjoint, the index of each array's part in it) for a call of `rt.split_like`; None where that is not known."""
    kinds = [kind(e) for e in display.elts]
    axis = _literal(value.args[2]) if len(value.args) == 3 else 0
    names = all(isinstance(e, gast.Name) for e in display.elts)
    if axis is None or not names or len(kinds) > MOST or not all(k.is_array and k.rank == kinds[0].rank for k in kinds):
        return None
    rank = kinds[0].rank
    if not rank or not -rank <= axis < rank or any(k.dtype != kinds[0].dtype for k in kinds):
        return None
    axis %= rank
    found = []
    for i in range(len(kinds)):
        start = _total(display.elts[:i], axis)
        stop = _total(display.elts[: i + 1], axis) if i + 1 < len(kinds) else None
        found.append(_index(axis, gast.Slice(start, stop, None)))
    return value.args[0], found


def is_split(value: build.Node) -> bool:
    """Whether an adjoint is a call of `rt.split_like` by position."""
    if (
        not isinstance(value, gast.Call)
        or not isinstance(value.func, gast.Attribute)
        or value.func.attr != "split_like"
    ):
        return False
    return len(value.args) <= 3 and not value.keywords


def _total(arrays: list[build.Node], axis: int) -> build.Node | None:
    """The sum of the extents of some arrays; None for none of them."""
    total: build.Node | None = None
    for array in arrays:
        extent = build.subscript(build.attribute(build.copy(array), "shape"), build.constant(axis))
        total = extent if total is None else gast.BinOp(total, gast.Add(), extent)
    return total


def _index(axis: int, part: build.Node) -> build.Node:
    whole = [gast.Slice(None, None, None) for _ in range(axis)]
    return gast.Tuple([*whole, part], build.LOAD) if whole else part


def _literal(node: build.Node) -> int | None:
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return -node.operand.value if type(node.operand.value) is int else None
    return node.value if isinstance(node, gast.Constant) and type(node.value) is int else None
