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
    stay: what they hold are no arrays that matter.

    >>> print(ast.unparse(bound_operators("y = -x @ w[i + 1]", ())))
    y = @(-x(x), w[i + 1])
    """
    return ast.fix_missing_locations(_Binder(functions).visit(ast.parse(text)))


class _Binder(ast.NodeTransformer):
    def __init__(self, functions: Container[str]):
        self.functions = functions

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        func = node.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "np":
            if f"np.{func.attr}" in self.functions:
                node.func = ast.copy_location(ast.Name(f"np.{func.attr}", ast.Load()), func)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        symbol = SYMBOLS.get(type(node.op))
        return node if symbol is None else _called(symbol, [node.left, node.right], node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        negates = isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant)
        return _called("-x", [node.operand], node) if negates else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        node.value = self.visit(node.value)
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        for part in (node.body, node.orelse):
            part[:] = [self.visit(statement) for statement in part]
        return node


def _called(symbol: str, operands: list[ast.expr], node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(symbol, ast.Load()), operands, []), node)
