"""Expressions as text: what `ast.unparse` writes, which takes some ten times as long for the kinds that programs are made of.

What is rare, or is written differently by different versions of Python, is left to `ast.unparse`.
"""

from __future__ import annotations

import ast
from typing import Any

import gast

from ..core import convert, names

Node = Any
# how tightly an expression holds together; it gets parentheses where something tighter stands around it
TEST, NOT, COMPARISON, FACTOR, POWER, ATOM = 4, 7, 8, 15, 16, 18
BINARY: dict[type, tuple[str, int]] = {
    gast.BitOr: (" | ", 9), gast.BitXor: (" ^ ", 10), gast.BitAnd: (" & ", 11), gast.LShift: (" << ", 12), gast.RShift: (" >> ", 12),
    gast.Add: (" + ", 13), gast.Sub: (" - ", 13), gast.Mult: (" * ", 14), gast.MatMult: (" @ ", 14), gast.Div: (" / ", 14),
    gast.Mod: (" % ", 14), gast.FloorDiv: (" // ", 14),
}  # fmt: skip
UNARY: dict[type, tuple[str, int]] = {
    gast.USub: ("-", FACTOR), gast.UAdd: ("+", FACTOR), gast.Invert: ("~", FACTOR), gast.Not: ("not ", NOT),
}  # fmt: skip
COMPARED: dict[type, str] = {
    gast.Eq: " == ", gast.NotEq: " != ", gast.Lt: " < ", gast.LtE: " <= ", gast.Gt: " > ", gast.GtE: " >= ", gast.Is: " is ",
    gast.IsNot: " is not ", gast.In: " in ", gast.NotIn: " not in ",
}  # fmt: skip


class _Odd(Exception):
    """An expression that is left to `ast.unparse`."""


def text(node: Node) -> str:
    """The text of an expression.

    >>> text(gast.parse("-(a+b)*c[1:, 0] ** 2").body[0].value)
    '-(a + b) * c[1:, 0] ** 2'
    """
    try:
        return _text(node, TEST)
    except _Odd:
        return ast.unparse(convert.to_ast(node))


def _text(node: Node, around: int) -> str:
    kind = type(node)
    if kind is gast.Name:
        name: str = node.id
        return name
    if kind is gast.Attribute:
        if type(node.value) is gast.Constant:
            raise _Odd
        return f"{_text(node.value, ATOM)}.{node.attr}"
    if kind is gast.Constant:
        return _literal(node)
    if kind is gast.BinOp:
        if type(node.op) is gast.Pow:
            sign, level = " ** ", POWER
            left, right = _text(node.left, level + 1), _text(node.right, level)
        else:
            sign, level = BINARY[type(node.op)]
            left, right = _text(node.left, level), _text(node.right, level + 1)
        return f"({left}{sign}{right})" if around > level else f"{left}{sign}{right}"
    if kind is gast.Call:
        parts = [_text(part, TEST) for part in node.args]
        parts += [f"{k.arg}={_text(k.value, TEST)}" if k.arg else f"**{_text(k.value, TEST)}" for k in node.keywords]
        return f"{_text(node.func, ATOM)}({', '.join(parts)})"
    if kind is gast.Subscript:
        return f"{_text(node.value, ATOM)}[{_index(node.slice)}]"
    if kind is gast.UnaryOp:
        sign, level = UNARY[type(node.op)]
        if around == POWER:  # of `x ** -y` some versions write parentheses
            raise _Odd
        inner = sign + _text(node.operand, level)
        return f"({inner})" if around > level else inner
    if kind is gast.Compare:
        whole = _text(node.left, COMPARISON + 1)
        for sign_of, other in zip(node.ops, node.comparators, strict=True):
            whole += COMPARED[type(sign_of)] + _text(other, COMPARISON + 1)
        return f"({whole})" if around > COMPARISON else whole
    if kind is gast.Tuple:
        return f"({_items(node.elts)})"
    if kind is gast.List:
        return f"[{', '.join([_text(part, TEST) for part in node.elts])}]"
    raise _Odd


def _literal(node: Node) -> str:
    value = node.value
    kind = type(value)
    if node.kind is not None or kind is not int and kind is not float and kind is not bool and value is not None:
        if kind is not str or node.kind is not None:
            raise _Odd
    if kind is float and (value != value or value - value != 0.0):  # infinite
        raise _Odd
    return repr(value)


def _items(nodes: list[Node]) -> str:
    """Items between commas; one alone has a comma behind it."""
    return f"{_text(nodes[0], TEST)}," if len(nodes) == 1 else ", ".join([_text(part, TEST) for part in nodes])


def _index(node: Node) -> str:
    kind = type(node)
    if kind is gast.Slice:
        lower, upper = (_text(part, TEST) if part is not None else "" for part in (node.lower, node.upper))
        return f"{lower}:{upper}" if node.step is None else f"{lower}:{upper}:{_text(node.step, TEST)}"
    if kind is gast.Tuple and node.elts:
        parts = [_index(part) if type(part) is gast.Slice else _text(part, TEST) for part in node.elts]
        return f"{parts[0]}," if len(parts) == 1 else ", ".join(parts)
    return _text(node, TEST)


def is_plain(function: Node) -> bool:
    """Whether a function has no decorators and no annotations."""
    if function.decorator_list or function.returns is not None:
        return False
    return all([a.annotation is None for a in names.parameters_of(function.args)])


def parameters(arguments: Node) -> str:
    """The parameters of a plain function.

    >>> parameters(gast.parse("def f(a, /, b=1, *c, d, e=2, **g): pass").body[0].args)
    'a, /, b=1, *c, d, e=2, **g'
    """
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = [None] * (len(positional) - len(arguments.defaults))
    parts = [_parameter(a, default) for a, default in zip(positional, [*missing, *arguments.defaults], strict=True)]
    if arguments.posonlyargs:
        parts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg or arguments.kwonlyargs:
        parts.append(f"*{arguments.vararg.id}" if arguments.vararg else "*")
    parts += [_parameter(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.id}")
    return ", ".join(parts)


def _parameter(parameter: Node, default: Node | None) -> str:
    return str(parameter.id) if default is None else f"{parameter.id}={text(default)}"
