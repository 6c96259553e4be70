"""Extrema that a result does not depend on: `np.max(p)` in `p - np.max(p)`, where all that is made of it is the same for any other number.

Comes in: a unit in normal form with its facts. Goes out: names whose total derivative is zero for certain, so that they need not be
differentiated. A name `m` is followed through the statements after it: a value is either *added to* (v + a*m), or *scaled* (v * exp(a*m)), or
it is free of `m`. `exp` turns the first into the second, `log` the second into the first, sums along the axis of `m` keep the second, and where
`a` comes to 0 nothing of `m` is left. If that happens to all that is made of `m`, the derivative with respect to it is zero: the
identity holds for every `m`, so it holds for derivatives of any order. This is how log-sum-exp and softmax are made stable (P. Blanchard,
D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA Journal of Numerical Analysis 41, 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import gast
import numpy as np

from ..core import build, names
from ..core.unit import Unit
from .facts import Callee, Facts
from .kinds import FLOAT, constant_kind

EXTREMA = (np.max, np.min)
REDUCTIONS = (np.sum, np.mean, *EXTREMA)
FARTHEST = 100  # statements that an extremum is followed through
COMPOUND = (gast.If, gast.For, gast.While)


@dataclass(frozen=True)
class Form:
    """How a value depends on `m`: v + factor * m, or v * exp(factor * m)."""

    scaled: bool
    factor: Fraction


@dataclass(frozen=True)
class Along:
    """The axis along which `m` is one number, of arrays of this rank; None: `m` is one number altogether."""

    axis: int | None
    rank: int = 0


class _Dependent(Exception):
    """The value may depend on `m` in another way."""


def irrelevant(unit: Unit, facts: Facts) -> set[str]:
    """The extrema with which the result of a unit does not change."""
    found: set[str] = set()
    blocks = [unit.body]
    readers: dict[str, list[int]] | None = None
    while blocks:
        block = blocks.pop()
        for position, node in enumerate(block):
            if isinstance(node, COMPOUND):
                blocks += [node.body, getattr(node, "orelse", [])]
            elif _is_extremum(node, facts):
                readers = readers if readers is not None else _readers(unit)
                if _Search(facts, readers, block, position).vanishes():
                    found.add(node.targets[0].id)
    return found


def _is_extremum(node: build.Node, facts: Facts) -> bool:
    if not (
        isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and isinstance(node.value, gast.Call)
    ):
        return False
    callee = facts.callees.get(id(node.value))
    return callee is not None and callee.function in EXTREMA and node.targets[0].id in facts.active


def _readers(unit: Unit) -> dict[str, list[int]]:
    """The statements that read each name, and (as -1) one entry more for each further definition."""
    found: dict[str, list[int]] = {}
    defined = set(unit.parameters)
    stack = list(unit.body)
    while stack:
        node = stack.pop()
        parts = [node]
        if isinstance(node, COMPOUND):
            stack += [*node.body, *getattr(node, "orelse", [])]
            parts = [node.iter, node.target] if isinstance(node, gast.For) else [node.test]
        for part in parts:
            for name in names.reads(part):
                found.setdefault(name, []).append(id(node))
            for name in names.writes(part):
                if name in defined:
                    found.setdefault(name, []).append(-1)
                defined.add(name)
    return found


class _Search:
    """Follows one extremum through the rest of its block."""

    def __init__(self, facts: Facts, readers: dict[str, list[int]], block: list[build.Node], position: int):
        self.facts = facts
        self.readers = readers
        self.node = block[position]
        self.rest = block[position + 1 : position + 1 + FARTHEST]
        self.forms: dict[str, Form] = {}

    def vanishes(self) -> bool:
        try:
            callee = self.facts.callees[id(self.node.value)]
            self.along = self.axis_of(callee)
            self.follow(self.node.targets[0].id, Form(False, Fraction(1)))
            for node in self.rest:
                if names.reads(node) & self.forms.keys():
                    self.statement(node)
        except _Dependent:
            return False
        return True

    def follow(self, name: str, form: Form) -> None:
        """Note the form of a name, all of whose uses must be statements of the rest of the block."""
        kind = self.facts.kind(name)
        if not kind.is_numeric or kind.is_complex or kind.dtype == "":
            raise _Dependent
        here = {id(node) for node in self.rest if not isinstance(node, COMPOUND)}
        if not here.issuperset(self.readers.get(name, ())):
            raise _Dependent
        self.forms[name] = form

    def statement(self, node: build.Node) -> None:
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
            raise _Dependent
        target = node.targets[0].id
        if target not in self.facts.active:
            return  # no derivative passes here
        form = self.form(node.value)
        if form is not None:
            self.follow(target, form)

    def form(self, value: build.Node) -> Form | None:
        """How the value of an expression depends on `m`; None: not at all."""
        if not names.reads(value) & self.forms.keys():
            return None
        if isinstance(value, gast.Name):
            return self.forms[value.id]
        if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
            inner = self.form(value.operand)
            return inner if inner is None or inner.scaled else _form(False, -inner.factor)
        if isinstance(value, gast.BinOp):
            if not all(constant_kind(self.kind(v)).is_numeric for v in (value.left, value.right)):
                raise _Dependent
            return self.binary(value, self.form(value.left), self.form(value.right))
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        if callee is None or callee.form != "rule" or not callee.args:
            raise _Dependent
        return self.call(callee)

    def kind(self, node: build.Node) -> Any:
        if isinstance(node, gast.Name):
            return self.facts.kind(node.id)
        if isinstance(node, gast.Constant) and type(node.value) in (int, float):
            return FLOAT
        raise _Dependent

    def binary(self, value: build.Node, a: Form | None, b: Form | None) -> Form | None:
        if isinstance(value.op, (gast.Add, gast.Sub)):
            if any(f is not None and f.scaled for f in (a, b)):
                if a is None or b is None or a != b:
                    raise _Dependent
                return a
            sign = 1 if isinstance(value.op, gast.Add) else -1
            return _form(False, (a.factor if a else Fraction(0)) + sign * (b.factor if b else Fraction(0)))
        if isinstance(value.op, (gast.Mult, gast.Div)):
            sign = 1 if isinstance(value.op, gast.Mult) else -1
            if all(f is None or f.scaled for f in (a, b)):
                return _form(True, (a.factor if a else Fraction(0)) + sign * (b.factor if b else Fraction(0)))
            for form, other in ((a, value.right), (b, value.left)):
                number = other.value if isinstance(other, gast.Constant) else None
                if form is not None and not form.scaled and type(number) in (int, float) and number:
                    if sign == 1 or form is a:
                        return _form(False, form.factor * Fraction(number) ** sign)
        raise _Dependent

    def call(self, callee: Callee) -> Form | None:
        form = self.form(callee.args[0])
        if form is None or any(
            names.reads(a) & self.forms.keys() for a in [*callee.args[1:], *callee.keywords.values()]
        ):
            raise _Dependent
        if callee.function in (np.exp, np.log) and len(callee.args) == 1 and not callee.keywords:
            if form.scaled is (callee.function is np.log):
                return Form(not form.scaled, form.factor)
        elif callee.function in REDUCTIONS and (form.scaled or callee.function is not np.sum):
            if self.along.axis is None or self.axis_of(callee) == self.along:
                return form
        raise _Dependent

    def axis_of(self, callee: Callee) -> Along:
        """The axis of a reduction that keeps it, or None for one of everything."""
        given = dict(zip(("a", "axis"), callee.args, strict=False)) | callee.keywords
        if len(callee.args) > 2 or not given.keys() <= {"a", "axis", "keepdims"}:
            raise _Dependent
        axis, keepdims = _literal(given.get("axis")), _literal(given.get("keepdims"))
        if axis is None:
            return Along(None)
        kind = self.kind(given["a"])
        if type(axis) is not int or keepdims is not True or not kind.is_array or kind.rank is None:
            raise _Dependent
        return Along(axis % kind.rank, kind.rank)


def _form(scaled: bool, factor: Fraction) -> Form | None:
    return Form(scaled, factor) if factor else None


def _literal(node: build.Node | None) -> Any:
    """The value of a number or word in the text; None where there is none."""
    if node is None:
        return None
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return -node.operand.value if type(node.operand.value) is int else node
    return node.value if isinstance(node, gast.Constant) else node
