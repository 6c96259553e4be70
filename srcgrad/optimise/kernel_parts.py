"""Which parts of a statement a kernel can compute: elementwise operations and reductions, of anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import gast
from srcgrad_runtime.kernels import functions

from ..core import build as b
from .notes import dotted

ARITHMETIC = (
    gast.Add, gast.Sub, gast.Mult, gast.Div, gast.Pow, gast.FloorDiv, gast.Mod, gast.BitAnd, gast.BitOr, gast.BitXor,
)  # fmt: skip
COMPARED = (gast.Lt, gast.LtE, gast.Gt, gast.GtE, gast.Eq, gast.NotEq)
CONTAINERS = (gast.List, gast.Tuple, gast.Dict, gast.Set, gast.ListComp, gast.JoinedStr)
FLOATING = frozenset({"float32", "float64"})


def operands(node: b.Node) -> list[b.Node] | None:
    """The operands of an operation that a kernel can compute; None for anything else.

    >>> def shown(text):
    ...     found = operands(gast.parse(text, mode="eval").body)
    ...     return None if found is None else len(found)
    >>> shown("x * np.exp(y)"), shown("np.sum(x, axis=0)"), shown("x @ w"), shown("x[i]"), shown("x[:, None]")
    (2, 1, None, None, 1)
    """
    if isinstance(node, gast.BinOp):
        return [node.left, node.right] if isinstance(node.op, ARITHMETIC) else None
    if isinstance(node, gast.UnaryOp):
        return None if isinstance(node.op, gast.Not) or isinstance(node.operand, gast.Constant) else [node.operand]
    if isinstance(node, gast.Compare):
        known = len(node.ops) == 1 and isinstance(node.ops[0], COMPARED)
        return [node.left, *node.comparators] if known else None
    if isinstance(node, gast.Call):
        return _of_call(node)
    if isinstance(node, gast.Subscript) and _makes_axes(node.slice):
        return [node.value]
    return None


def _of_call(call: b.Node) -> list[b.Node] | None:
    if any(isinstance(a, gast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    given = [*call.args, *(k.value for k in call.keywords)]
    head, _, name = dotted(call.func).partition(".")
    if head in ("np", "rt"):
        known = functions.NUMPY | functions.SHAPING if head == "np" else functions.RUNTIME
        allowed = {k.arg for k in call.keywords} <= {"axis", "keepdims"}
        return [g for g in given if not is_literal(g)] if name in known and allowed else None
    if isinstance(call.func, gast.Attribute) and call.func.attr in functions.METHODS:
        if {k.arg for k in call.keywords} <= {"axis", "keepdims"}:
            return [call.func.value, *(g for g in given if not is_literal(g))]
    return None


def is_literal(node: b.Node) -> bool:
    """A number, a tuple of numbers and the like, as the program has it."""
    if isinstance(node, gast.Constant):
        return node.value is None or isinstance(node.value, (bool, int, float))
    if isinstance(node, gast.UnaryOp):
        return isinstance(node.op, gast.USub) and is_literal(node.operand)
    if isinstance(node, gast.Tuple):
        return all(map(is_literal, node.elts))
    head, _, name = dotted(node.func).partition(".") if isinstance(node, gast.Call) else ("", "", "")
    return head == "np" and name in FLOATING and not node.keywords and all(map(is_literal, node.args))


def told_of(node: b.Node) -> str:
    """The name of which `x.shape`, `np.shape(x)` and the like tell something; empty for anything else."""
    inner = None
    if isinstance(node, gast.Attribute) and node.attr in functions.TELLING:
        inner = node.value
    elif isinstance(node, gast.Call) and len(node.args) == 1 and not node.keywords:
        head, _, name = dotted(node.func).partition(".")
        if head == "np" and name in functions.TELLING:
            inner = node.args[0]
    return inner.id if isinstance(inner, gast.Name) else ""


def _makes_axes(index: b.Node) -> bool:
    """Whether an index only makes axes of length one: `x[:, None]`."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    fresh = sum(isinstance(p, gast.Constant) and p.value is None for p in parts)
    whole = sum(isinstance(p, gast.Slice) and p.lower is p.upper is p.step is None for p in parts)
    dots = sum(isinstance(p, gast.Constant) and p.value is Ellipsis for p in parts)
    return fresh > 0 and fresh + whole + dots == len(parts)


@dataclass
class Parts:
    """What an expression is made of: how many operations, the names inside of it, and what is computed before."""

    count: int = 0
    inner: set[str] = field(default_factory=set)
    outer: list[b.Node] = field(default_factory=list)
    reduces: bool = False


def parts_of(node: b.Node) -> Parts:
    found = Parts()
    for leaf in _leaves(node, found):
        if isinstance(leaf, CONTAINERS):
            return Parts()  # no operation of arrays
        name = leaf.id if isinstance(leaf, gast.Name) else told_of(leaf)
        if name:
            found.inner.add(name)
        else:
            found.outer.append(leaf)
    return found


def _leaves(node: b.Node, found: Parts) -> Iterator[b.Node]:
    inside = operands(node)
    if inside is None:
        if not is_literal(node):
            yield node
        return
    if isinstance(node, gast.Call):
        name = node.func.attr
        found.count += name not in functions.SHAPING
        found.reduces = found.reduces or name in functions.REDUCING
    else:
        found.count += not isinstance(node, gast.Subscript)
    for one in inside:
        yield from _leaves(one, found)
