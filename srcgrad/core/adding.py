"""`np.add.at(a, i, v)` and `np.subtract.at(a, i, v)`: stores that add as often as the index names an element.

In normal form they are statements, written with NumPy's own name: `a[i] += v` for an index that may name an element twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import gast

from . import build

OPERATORS: dict[str, type] = {"add": gast.Add, "subtract": gast.Sub}


@dataclass(frozen=True)
class Adding:
    """The store `place += value`, or `place -= value` where the operator is Sub."""

    call: build.Node
    place: build.Node
    value: build.Node
    operator: build.Node


def store(owner: build.Node, index: build.Node, value: build.Node, operator: build.Node) -> build.Node:
    """The statement that adds (or subtracts) a value at each place that an index names."""
    name = "add" if isinstance(operator, gast.Add) else "subtract"
    return build.expression(build.call(f"np.{name}.at", owner, index, value))


def found(node: build.Node) -> Adding | None:
    """What a statement adds where, if it is such a store."""
    if type(node) is not gast.Expr or type(node.value) is not gast.Call:
        return None
    call = node.value
    func = call.func
    if type(func) is not gast.Attribute or func.attr != "at" or len(call.args) != 3 or call.keywords:
        return None
    inner = func.value
    if type(inner) is not gast.Attribute or inner.attr not in OPERATORS:
        return None
    if type(inner.value) is not gast.Name or inner.value.id != "np":
        return None
    owner, index, value = call.args
    if any(isinstance(a, gast.Starred) for a in call.args):
        return None
    return Adding(call, build.subscript(owner, index, store=True), value, OPERATORS[inner.attr]())
