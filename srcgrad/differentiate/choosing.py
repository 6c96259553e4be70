"""Values that matter only where a `np.where` takes them: `np.log(x)` in `np.where(x > 0, np.log(x), 0)`.

Where they are not taken they may be infinite or no number, and so may their partials; the zero that comes back from there must stay a
zero, so the product of a zero and such a partial is zero. A partial that is finite is multiplied with a zero as well: the adjoint of what is
taken may be zero by accident, and then the second derivative still needs the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gast
import numpy as np
import srcgrad_runtime as rt

from ..analyses.facts import Callee, Facts
from ..core import build, names


def chosen(uses: Mapping[str, list], facts: Facts, is_elementwise: Callable[[build.Node], bool]) -> frozenset[str]:
    """The active names of which every use that carries a derivative is a side of `np.where`, or elementwise and leads to one.

    `uses` tells for each name how often it is bound and the statements that read it.
    """
    found: set[str] = set()
    candidates = {n: [u for u in used if _is_active(u, facts)] for n, (_, used) in uses.items() if n in facts.active}
    if not any(map(_takes_sides, facts.callees.values())):
        return frozenset()
    size = -1
    while size != (size := len(found)):
        for name, used in candidates.items():
            if used and all(_is_side(name, use, facts) or _leads_on(name, use, found, is_elementwise) for use in used):
                found.add(name)
    return frozenset(found)


def _is_active(statement: build.Node, facts: Facts) -> bool:
    """Whether a statement may hand on a derivative."""
    if isinstance(statement, gast.Assign):
        return bool(facts.names.writes(statement) & facts.active) or not isinstance(statement.targets[0], gast.Name)
    return not isinstance(statement, (gast.If, gast.While, gast.Assert, gast.Pass))


def _takes_sides(callee: Callee) -> bool:
    return callee.function is np.where or callee.function is rt.chosen


def _is_side(name: str, statement: build.Node, facts: Facts) -> bool:
    value = statement.value if isinstance(statement, gast.Assign) else None
    callee = facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
    if callee is not None and callee.function is rt.chosen:
        return True
    if callee is None or callee.function is not np.where or callee.keywords or len(callee.args) != 3:
        return False
    return name not in names.reads(callee.args[0]) and all(
        isinstance(a, (gast.Name, gast.Constant)) or name not in names.reads(a) for a in callee.args
    )


def _leads_on(name: str, statement: build.Node, found: set[str], is_elementwise: Callable[[build.Node], bool]) -> bool:
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return False
    value = statement.value
    arithmetic = isinstance(value, gast.BinOp) and not isinstance(value.op, gast.MatMult)
    return statement.targets[0].id in found and (isinstance(value, gast.Name) or arithmetic or is_elementwise(value))


def is_finite(partial: str, bound: Mapping[str, build.Node]) -> bool:
    """Whether a partial is a finite number whatever the operands are: it is made of numbers alone."""
    return all(isinstance(bound.get(n), gast.Constant) for n in names.reads(build.template(partial)))


def guarded(y_bar: build.Node, value: build.Node, is_number: bool) -> build.Node:
    """The product of an adjoint and a partial, which is zero where the adjoint is zero and the partial infinite."""
    if is_number:  # a division of Python numbers by zero would raise
        divisors = [n.right if isinstance(n.op, gast.Div) else n.left for n in build.walk(value) if _may_divide(n)]
        finite = gast.Call(build.attribute("np", "isfinite"), [build.copy(value)], [])
        finite = gast.BoolOp(gast.And(), [*map(build.copy, divisors), finite]) if divisors else finite
        return gast.IfExp(gast.BoolOp(gast.Or(), [build.copy(y_bar), finite]), value, build.constant(0.0))
    return build.call("rt.chosen", build.copy(y_bar), value)


def _may_divide(node: build.Node) -> bool:
    if not isinstance(node, gast.BinOp) or not isinstance(node.op, (gast.Div, gast.Pow)):
        return False
    return not isinstance(node.right if isinstance(node.op, gast.Div) else node.left, gast.Constant)
