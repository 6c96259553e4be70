"""The texts of rules as expressions of a call: parameters replaced by operands, what is decided chosen, defaults left out."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import gast
import numpy as np
import srcgrad_runtime as runtime

from ..core import build
from ..frontend import source
from ..rules.declare import REQUIRED

LITERALS = (gast.Constant, gast.Tuple, gast.List, gast.UnaryOp)  # -1 is the negation of a literal
IMPLIED = {"keepdims": False, "where": True}  # what NumPy's marker for "not given" means


def multiply(y_bar: build.Node, partial: str, names: dict[str, build.Node]) -> build.Node:
    """`y_bar * partial`, written as one would: no factor 1, a quotient 1 / d as a division."""
    if partial == "1":
        return build.copy(y_bar)
    if partial == "-1":
        return gast.UnaryOp(build.NEGATIVE, build.copy(y_bar))
    factor = build.template(partial, **names)
    negative = isinstance(factor, gast.UnaryOp) and isinstance(factor.op, gast.USub)
    body = factor.operand if negative else factor
    result: build.Node
    if isinstance(body, gast.BinOp) and isinstance(body.op, gast.Div):
        top = body.left
        minus = isinstance(top, gast.UnaryOp) and isinstance(top.op, gast.USub)
        top = top.operand if minus else top
        negative = negative != minus
        scaled = y_bar if _is_one(top) else build.operation(build.copy(y_bar), build.MULT, top)
        result = build.operation(build.copy(scaled), build.DIV, body.right)
    elif isinstance(body, gast.BinOp) and isinstance(body.op, gast.Mult) and isinstance(body.left, gast.Constant):
        scaled = build.operation(body.left, build.MULT, build.copy(y_bar))  # numbers go together
        result = build.operation(scaled, build.MULT, body.right)
    else:
        result = build.operation(build.copy(y_bar), build.MULT, body)
    return gast.UnaryOp(build.NEGATIVE, result) if negative else result


def expand(
    function: Callable[..., Any], bound: Mapping[str, build.Node], renamed: Mapping[str, build.Node]
) -> build.Node:
    """The expression of an adjoint or tangent function for one call: its parameters replaced by operands and defaults."""
    body, defaults = body_of(function)
    values = dict(renamed)
    for name, default in defaults.items():
        if name in bound:
            values[name] = bound[name]
        elif default is not REQUIRED:
            values[name] = _literal(default)
    return _without_defaults(_choose(build.substitute(body, values)))


@functools.lru_cache(maxsize=2048)
def body_of(function: Callable[..., Any]) -> tuple[build.Node, dict[str, Any]]:
    """The expression that an adjoint or tangent function returns, and the defaults of its parameters."""
    tree = source.look(function).tree
    statement = tree.body[-1]
    assert isinstance(statement, gast.Return), f"{function.__name__}: an adjoint function is a single return"
    defaults = {p.name: p.default for p in inspect.signature(function).parameters.values()}
    return statement.value, defaults


def _literal(value: Any) -> build.Node:
    if isinstance(value, tuple):
        return build.tuple_(_literal(v) for v in value)
    if value is None or isinstance(value, (int, float, str, bool, complex)):
        return build.constant(value)
    if value is ...:
        return gast.Constant(..., None)
    name = getattr(value, "__name__", "")
    return build.attribute("np", name)  # np._NoValue, dtypes


def _choose(node: build.Node) -> build.Node:
    """Conditional expressions whose test is a literal are decided."""

    def replace(item: build.Node) -> build.Node | None:
        if isinstance(item, gast.IfExp):
            test = _choose(item.test)
            verdict = _truth(test)
            if verdict is not None:
                return _choose(item.body if verdict else item.orelse)
        return None

    return build.rewrite(node, replace)


def _truth(test: build.Node) -> bool | None:
    if isinstance(test, gast.Constant):
        return bool(test.value)
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        inner = _truth(test.operand)
        return None if inner is None else not inner
    if isinstance(test, gast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (gast.Is, gast.IsNot)):
        left, right = test.left, test.comparators[0]
        if isinstance(right, gast.Constant) and right.value is None and isinstance(left, LITERALS):
            same = isinstance(left, gast.Constant) and left.value is None
            return same if isinstance(test.ops[0], gast.Is) else not same
    if isinstance(test, gast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], gast.In):
        left, right = test.left, test.comparators[0]
        if isinstance(left, gast.Constant) and isinstance(right, gast.Tuple):
            return any(isinstance(item, gast.Constant) and item.value == left.value for item in right.elts)
    return None


def _without_defaults(node: build.Node) -> build.Node:
    """Arguments of runtime functions and keywords of NumPy functions that equal their defaults are left out."""
    for item in build.walk(node):
        if not (isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute)):
            continue
        if not (isinstance(item.func.value, gast.Name) and item.func.value.id in ("rt", "np")):
            continue
        function = getattr(runtime if item.func.value.id == "rt" else np, item.func.attr, None)
        if function is None:
            continue
        known = _defaults(function)
        item.keywords = [k for k in item.keywords if not _is_literal(k.value, known.get(k.arg, REQUIRED), k.arg)]
        defaults = _signature(function) if item.func.value.id == "rt" else ()
        while item.args and not item.keywords and len(item.args) <= len(defaults):
            if not _is_literal(item.args[-1], defaults[len(item.args) - 1]):
                break
            item.args.pop()
    return node


def _is_literal(node: build.Node, value: Any, name: str = "") -> bool:
    """Whether a node is the literal of a default."""
    if value is np._NoValue and name in IMPLIED:  # type: ignore[attr-defined]
        value = IMPLIED[name]
    if value is REQUIRED or not isinstance(node, gast.Constant):
        return False
    return type(node.value) is type(value) and bool(node.value == value)


@functools.lru_cache(maxsize=512)
def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return {p.name: p.default for p in inspect.signature(function).parameters.values()}
    except (TypeError, ValueError):
        return {}


@functools.lru_cache(maxsize=512)
def _signature(function: Callable[..., Any]) -> tuple[Any, ...]:
    try:
        return tuple(p.default for p in inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ()


def number(node: build.Node) -> Any:
    """The number that a literal stands for; None for anything else."""
    if isinstance(node, gast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        value = node.operand.value
        return -value if isinstance(value, (int, float)) else None
    return None


def _is_one(node: build.Node) -> bool:
    return isinstance(node, gast.Constant) and type(node.value) in (int, float) and node.value == 1


def is_default(node: build.Node, parameter: Any) -> bool:
    """Whether an operand is the literal of its parameter's default."""
    if parameter is None or parameter.default is REQUIRED or not isinstance(node, gast.Constant):
        return False
    return type(node.value) is type(parameter.default) and node.value == parameter.default
