"""Between the nodes of `ast`, which Python parses and prints, and those of gast.

gast's own conversion does the same for every node, at some microseconds each. Most nodes are alike in both, and a plain copy of their
fields is enough; for the others this hands over to gast.
"""

from __future__ import annotations

import ast
from typing import Any

import gast

NO_NODES = frozenset({"id", "attr", "arg", "kind", "type_comment"})  # fields that hold texts
BARE = (
    *("Load", "Store", "Del", "USub", "UAdd", "Not", "Invert", "And", "Or", "Add", "Sub", "Mult", "MatMult", "Div", "Mod", "LShift"),
    *("RShift", "BitOr", "BitXor", "BitAnd", "FloorDiv", "Pow", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"),
)  # fmt: skip
EXPRESSIONS = (
    *("Attribute", "BinOp", "UnaryOp", "Compare", "BoolOp", "Call", "keyword", "Subscript", "Slice", "Tuple", "List", "Dict", "Set"),
    *("IfExp", "Starred"),
)  # fmt: skip
STATEMENTS = (
    "Assign",
    "AugAssign",
    "Expr",
    "Return",
    "If",
    "For",
    "While",
    "Assert",
    "Raise",
    "Pass",
    "Break",
    "Continue",
)

_BARE_GAST: dict[type, Any] = {getattr(ast, name): getattr(gast, name)() for name in BARE}
_BARE_AST: dict[type, Any] = {getattr(gast, name): getattr(ast, name)() for name in BARE}
# the class in gast, the fields that not every node has, and those that hold nodes
_TO_GAST: dict[type, tuple[Any, dict[str, None], tuple[str, ...]]] = {
    getattr(ast, name): (
        getattr(gast, name),
        dict.fromkeys(getattr(gast, name)._fields),
        tuple(field for field in getattr(ast, name)._fields if field not in NO_NODES and name != "Constant"),
    )
    for name in (*EXPRESSIONS, *STATEMENTS, "Name", "Constant")
}
_TO_AST: dict[type, Any] = {getattr(gast, name): getattr(ast, name) for name in EXPRESSIONS}


def from_ast(node: Any) -> Any:
    """The gast tree of a statement or expression, with its positions, or of a list of those."""
    kind: Any = type(node)
    if kind is list:
        return [from_ast(item) for item in node]
    if kind in _BARE_GAST:
        return _BARE_GAST[kind]
    found = _TO_GAST.get(kind)
    if found is None:
        return gast.ast_to_gast(node) if isinstance(node, ast.AST) else node
    cls, missing, fields = found
    fresh = cls.__new__(cls)
    state = fresh.__dict__
    state.update(missing)
    state.update(node.__dict__)  # what is no node, and the positions, are the same
    for field in fields:
        value = state[field]
        if value is not None:
            state[field] = from_ast(value)
    return fresh


def function_from_ast(node: Any) -> Any:
    """The gast tree of a function or lambda."""
    if isinstance(node, ast.Lambda):
        return gast.ast_to_gast(node)
    fields = {field: getattr(node, field) for field in node._fields if hasattr(node, field)}
    shell = ast.copy_location(type(node)(**{**fields, "body": [], "decorator_list": []}), node)
    tree = gast.ast_to_gast(shell)
    tree.body = from_ast(node.body)
    return tree


def to_ast(node: Any) -> Any:
    """The `ast` node of an expression, or of a list of those; for printing, which does not look at positions."""
    kind = type(node)
    if kind is list:
        return [to_ast(item) for item in node]
    if not isinstance(node, gast.AST):
        return node
    if kind is gast.Name:
        return ast.Name(node.id, _BARE_AST[gast.Load])
    if kind is gast.Constant:
        return ast.Constant(node.value, node.kind)
    if kind in _BARE_AST:
        return _BARE_AST[kind]
    if kind in _TO_AST:
        return _TO_AST[kind](*[to_ast(getattr(node, field)) for field in kind._fields])
    return gast.gast_to_ast(node)
