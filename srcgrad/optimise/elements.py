"""Numbers of a program that runs on a device.

On the host an element `x[i]` is a number of its own. On a device it is an array without dimensions, a view of `x`: it changes when `x`
is stored into, and `s += v` changes it in place, for all that share it. This pass comes last, and gives numbers their meaning back.
"""

from __future__ import annotations

from typing import Any

import gast

from ..core import build as b
from .facts import Facts

SYMBOLS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@", "BitAnd": "&",
    "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>",
}  # fmt: skip


def own_numbers(body: list[b.Node], facts: Facts) -> list[b.Node]:
    """Numbers that are bound or kept are copies, and a number is never added to in place.

    >>> from srcgrad.optimise.showing import show
    >>> show(own_numbers, '''
    ... t = x[i]
    ... s += t * x[j]
    ... u += t
    ... kept.append(x[i])
    ... for v in x:
    ...     s = s * v
    ... return s
    ... ''', array=lambda name: name == "x" or None if name != "s" else False)
    t = rt.element(x[i])
    s = s + t * x[j]
    u = rt.augmented(u, '+', t)
    kept.append(rt.element(x[i]))
    for v in x:
        v = rt.element(v)
        s = s * v
    return s
    """
    return [_Owner(facts).visit(statement) for statement in map(b.copy, body)]


class _Owner(gast.NodeTransformer):
    def __init__(self, facts: Facts):
        self.facts = facts

    def visit_AugAssign(self, node: Any) -> Any:
        if not isinstance(node.target, gast.Name) or self.facts.array(node.target.id):
            return node
        name = node.target.id
        if self.facts.array(name) is None and name not in self.facts.temporaries:
            # what it is is not known: an array, which others may share, is changed in place
            value = b.call("rt.augmented", b.name(name), b.constant(SYMBOLS[type(node.op).__name__]), node.value)
            return b.at(b.assign(name, value), node)
        return b.at(b.assign(name, gast.BinOp(b.name(name), node.op, node.value)), node)

    def visit_Assign(self, node: Any) -> Any:
        if len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
            if not self.facts.array(node.targets[0].id):
                node.value = _owned(node.value)
        elif isinstance(node.value, gast.Tuple):
            node.value.elts = list(map(_owned, node.value.elts))
        return node

    def visit_Expr(self, node: Any) -> Any:
        call = node.value
        if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and call.func.attr == "append":
            kept = call.args[0]
            if isinstance(kept, gast.Tuple):
                kept.elts = list(map(_owned, kept.elts))
            else:
                call.args[0] = _owned(kept)
        return node

    def visit_For(self, node: Any) -> Any:
        self.generic_visit(node)
        if _is_counted(node.iter) or not isinstance(node.target, gast.Name) or self.facts.array(node.target.id):
            return node
        name = node.target.id
        node.body.insert(0, b.at(b.assign(name, b.call("rt.element", b.name(name))), node))
        return node


def _owned(value: b.Node) -> b.Node:
    """A value that shares memory with no array if it is a number."""
    elements = isinstance(value, gast.Subscript) and not _has_slice(value.slice)
    chosen = (
        isinstance(value, gast.Call) and isinstance(value.func, gast.Name) and value.func.id in ("min", "max", "next")
    )
    return b.call("rt.element", value) if elements or chosen else value


def _has_slice(index: b.Node) -> bool:
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    return any(isinstance(part, gast.Slice) for part in parts)


def _is_counted(iterable: b.Node) -> bool:
    return any(isinstance(n, gast.Name) and n.id == "range" for n in b.walk(iterable))
