"""`with np.errstate(...)` as a branch that is always taken, so that its adjoint, as that of a branch, runs in the same context."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from ..core import build
from ..core.unit import Unit, resolve
from . import units

SILENT = ("ignore", "warn")  # with the other answers to a floating-point error, an operation raises, prints or calls


def enter_contexts(unit: Unit, body: list[build.Node]) -> list[build.Node]:
    """`with np.errstate(...)` is a branch that is always taken; it is printed as it was.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("enter_contexts", '''
    ... def f(x):
    ...     with np.errstate(divide="ignore"):
    ...         y = 1.0 / x
    ...     return y
    ... ''')
    def f(x):
        with np.errstate(divide='ignore'):
            y = 1.0 / x
        return y
    """
    if not any(isinstance(node, gast.With) for statement in body for node in build.walk(statement)):
        return body
    bound, _ = units.bound_names(unit)
    return _branches(unit, body, bound)


def _branches(unit: Unit, body: list[build.Node], bound: Any) -> list[build.Node]:
    for node in body:
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and not isinstance(node, (gast.FunctionDef, gast.ClassDef)):
                setattr(node, field, _branches(unit, block, bound))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            part.body = _branches(unit, part.body, bound)
    return [_branch(unit, node, bound) if isinstance(node, gast.With) else node for node in body]


def _branch(unit: Unit, node: build.Node, bound: Any) -> build.Node:
    if not all(_is_silent(item, unit, bound) for item in node.items):
        return node
    body = node.body
    for item in reversed(node.items):
        body = [build.at(build.enter(units.runtime(unit, "entered", bound), item.context_expr, body), node)]
    return body[0]


def _is_silent(item: build.Node, unit: Unit, bound: Any) -> bool:
    call = item.context_expr
    return (
        item.optional_vars is None
        and isinstance(call, gast.Call)
        and isinstance(call.func, gast.Attribute)
        and resolve(call.func, unit.free, bound) is np.errstate
        and not call.args
        and all(k.arg and isinstance(k.value, gast.Constant) and k.value.value in SILENT for k in call.keywords)
    )
