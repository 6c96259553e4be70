"""Operators and universal functions as calls of other functions, in programs whose results go into memory of a pool.

The text of such a program stays as it is: this is done to its tree before it is compiled, and the lines remain those of the text.
"""

from __future__ import annotations

import ast
from collections.abc import Container

SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}


def bound_operators(text: str, functions: Container[str]) -> ast.Module:
    """The tree of a program, in which `a * b` is a call of the global that is named `*`, which no name of the program can be.

    In the same way `np.exp(x)` is one of the global `np.exp`, where there is one among `functions`. Indices and bounds of loops
    stay, and operations on a row or a part that a loop goes through: what they hold are no arrays that matter.

    >>> print(ast.unparse(bound_operators("y = -x @ w[i + 1]", ())))
    y = @(-x(x), w[i + 1])
    >>> print(ast.unparse(bound_operators("for i in r:\\n    y = a[i, :i] * 2 + b[i]\\n    z = w[i] * 2", ())))
    for i in r:
        y = a[i, :i] * 2 + b[i]
        z = *(w[i], 2)
    """
    return ast.fix_missing_locations(_Binder(functions).visit(ast.parse(text)))


class _Binder(ast.NodeTransformer):
    def __init__(self, functions: Container[str]):
        self.functions = functions
        self.counters: set[str] = set()  # the variables of the loops around

    def is_part(self, node: ast.expr) -> bool:
        """Whether a value is a part of an array that changes from trip to trip, or made of one."""
        if isinstance(node, ast.Subscript):
            read = {n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)}
            return isinstance(node.slice, (ast.Tuple, ast.Slice)) and bool(read & self.counters)
        if isinstance(node, ast.BinOp):
            return self.is_part(node.left) or self.is_part(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_part(node.operand)
        return isinstance(node, ast.Call) and any(map(self.is_part, node.args))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        part = any(map(self.is_part, node.args))
        self.generic_visit(node)
        func = node.func
        if not part and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "np":
            if f"np.{func.attr}" in self.functions:
                node.func = ast.copy_location(ast.Name(f"np.{func.attr}", ast.Load()), func)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        part = self.is_part(node)
        self.generic_visit(node)
        symbol = SYMBOLS.get(type(node.op))
        return node if symbol is None or part else _called(symbol, [node.left, node.right], node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        part = self.is_part(node)
        self.generic_visit(node)
        negates = not part and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant)
        return _called("-x", [node.operand], node) if negates else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        node.value = self.visit(node.value)
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        before = self.counters
        self.counters = before | {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        for part in (node.body, node.orelse):
            part[:] = [self.visit(statement) for statement in part]
        self.counters = before
        return node


def _called(symbol: str, operands: list[ast.expr], node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(symbol, ast.Load()), operands, []), node)
