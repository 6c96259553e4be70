"""Statements that end a composition with a partial of its own (`rules.chains`): they contribute to what the composition begins with.

Comes in: the statements of a block, of which some values have a single use. Goes out: for each statement that ends a composition the rule and the
operand; what is in between has no adjoint then.
"""

from __future__ import annotations

import ast

import gast
import numpy as np

from ..analyses.facts import Facts
from ..core import build, names
from ..rules import chains
from ..rules.declare import Rule

Found = dict[int, tuple[Rule, build.Node]]


def find(statements: list[build.Node], single: dict[str, build.Node], facts: Facts) -> Found:
    """The compositions that end in a block; `single` has the values of names with one definition and one use, in the same block."""
    found: Found = {}
    for position, node in enumerate(statements):
        value = node.value if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None
        if isinstance(value, gast.BinOp) and type(value.op).__name__ in chains.roots():
            for chain in chains.CHAINS:
                match = _Match(single, facts)
                if match.of(chain.tree, value):
                    rule = chain.rule(match.numbers)
                    if rule is not None and _is_steady(match, statements, position, facts):
                        found[id(node)] = rule, match.operand
    return found


def _is_steady(match: _Match, statements: list[build.Node], position: int, facts: Facts) -> bool:
    """Whether the operand means at the end of the composition what it meant at its begin, and all are real numbers or arrays."""
    operand = match.operand
    if operand.id == statements[position].targets[0].id:
        return False
    kinds = [facts.kind(operand.id), facts.kind(statements[position].targets[0].id)]
    if not all(k.is_numeric and not k.is_complex and k.dtype != "" for k in kinds):
        return False
    for node in reversed(statements[:position]):
        if isinstance(node, gast.Assign) and node.value is match.first:
            return True
        if operand.id in names.writes(node):
            return False
    return False


class _Match:
    """A pattern held against an expression whose parts may have names."""

    def __init__(self, single: dict[str, build.Node], facts: Facts):
        self.single, self.facts = single, facts
        self.numbers: chains.Numbers = {}
        self.operand: build.Node = None
        self.first: build.Node = None  # the operation that has the operand

    def of(self, pattern: ast.expr, node: build.Node) -> bool:
        if isinstance(pattern, ast.Name):
            return self.is_operand(node) if pattern.id == "x" else self.is_number(pattern.id, node)
        if isinstance(node, gast.Name):
            return node.id in self.single and self.of(pattern, self.single[node.id])
        if isinstance(pattern, ast.BinOp):
            if not isinstance(node, gast.BinOp) or type(node.op).__name__ != type(pattern.op).__name__:
                return False
            swapped = isinstance(pattern.op, (ast.Add, ast.Mult))
            return self.both(pattern, node.left, node.right) or swapped and self.both(pattern, node.right, node.left)
        if isinstance(pattern, ast.Call) and isinstance(pattern.func, ast.Attribute) and isinstance(node, gast.Call):
            callee = self.facts.callees.get(id(node))
            called = callee is not None and callee.function is getattr(np, pattern.func.attr) and not callee.keywords
            if called and callee is not None and len(callee.args) == len(pattern.args) == 1:
                self.first = node
                return self.of(pattern.args[0], callee.args[0])
        return False

    def both(self, pattern: ast.BinOp, left: build.Node, right: build.Node) -> bool:
        return self.of(pattern.left, left) and self.of(pattern.right, right)

    def is_operand(self, node: build.Node) -> bool:
        self.operand = node
        return isinstance(node, gast.Name)

    def is_number(self, name: str, node: build.Node) -> bool:
        if not isinstance(node, gast.Constant) or type(node.value) not in (int, float):
            return False
        self.numbers[name] = node.value
        return True
