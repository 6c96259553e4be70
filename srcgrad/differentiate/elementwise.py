"""What elementwise operations contribute to the adjoints of their operands, and what the sums beside them do.

An adjoint need not have the shape of its variable everywhere. Between two elementwise operations it may be *wide*: not yet summed
back to what the second one broadcast; and between an elementwise operation and a sum it may be *narrow*: not yet expanded to what
was summed. `wide` and `narrow` note this for names with a single use.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import gast
import numpy as np

from .. import rules
from ..analyses.facts import Callee, Facts
from ..analyses.kinds import DOUBLE, Kind, constant_kind
from ..core import build, names
from ..core.unit import Unit
from ..rules.declare import Rule
from . import choosing, expansion, fitting

SELECTING = (np.minimum, np.maximum, np.fmin, np.fmax)


class Elementwise:
    """Applies the rules of elementwise operations of one unit, from its end to its beginning."""

    def __init__(self, unit: Unit, facts: Facts, kind_of: Callable[[build.Node], tuple[Kind, bool]]):
        self.unit = unit
        self.facts = facts
        self.kind_of = kind_of
        self.single: dict[str, build.Node] = {}  # names with one definition (this value) and one use, in the same block
        self.chosen: frozenset[str] = frozenset()  # names of which only what a `np.where` takes matters
        self.composed: set[str] = set()  # names whose statement ends a composition with a partial of its own
        self.wide: dict[str, Kind] = {}
        self.narrow: set[str] = set()
        self.in_loop = False
        self.shares: list[build.Node] = []  # statements of the forward sweep that belong to the one at hand

    def is_active(self, node: build.Node) -> bool:
        if isinstance(node, gast.Name):
            return node.id in self.facts.active
        if isinstance(node, (gast.Tuple, gast.List)):
            return any(self.is_active(e) for e in node.elts)
        if not isinstance(node, gast.Constant) and self.kind_of(node)[1]:
            raise self.unit.refuse(
                node, "cannot differentiate this expression in its place", "that it depends on an argument you differentiate was seen late",
                "give it a name of its own",
            )  # fmt: skip
        return False

    def check_takes_reals(self, owner: str, node: build.Node) -> None:
        """Refuse a store into an array that may hold whole numbers on one way through the program and real ones on another."""
        kind = self.facts.kind(owner)
        if kind.is_array and not kind.dtype:
            raise self.unit.refuse(
                node, f"cannot tell whether '{owner}' takes real numbers", "whole numbers would cut what is stored, and its derivative",
                f"let '{owner}' have one type on every way that leads here",
            )  # fmt: skip

    def kind(self, node: build.Node) -> Kind:
        known = self.facts.kinds.get(node.id) if type(node) is gast.Name else None
        if known is None:
            known = self.kind_of(node)[0]
        return known if known.tag != "static" else constant_kind(known)

    def temporary(self, wish: str) -> str:
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        return name

    def of_elementwise(
        self, rule: Rule, bound: dict[str, build.Node], y: build.Node, y_bar: build.Node, y_kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, build.Node]]:
        names = [p.name for p in rule.parameters]
        passive = [n for n in names if n in bound and not self.is_active(bound[n])]
        constants = {n: number for n in names if n in bound and (number := expansion.number(bound[n])) is not None}
        known = [self.kind(bound[n]) for n in names if n in bound]
        real = all([k.dtype != "" and not k.is_complex for k in known])
        partials = rule.choose_partials(passive, constants, real)
        target = y_bar_of(node)
        narrow = target in self.narrow
        y_kind = self.wide.get(target, y_kind)
        if rule.function in SELECTING and not passive and real and self.is_of_lost(bound, y_kind):
            yield from self.of_selection(build.template(partials[0] or "", **bound, y=y), bound, y_bar, y_kind)
            return
        for name, partial in zip(names, partials, strict=False):
            if name not in bound or name in passive:
                continue
            operand = bound[name]
            if partial is None:
                if name in rule.differentiable or any(p is not None for p in rule.partials) and name in names:
                    continue  # this argument carries no derivative (a sign, a step)
                raise self.unit.refuse(node, f"'{rule.name}' has no derivative with respect to '{name}'")
            value = expansion.multiply(y_bar, partial, {**bound, "y": y})
            guarded = target in self.chosen and not choosing.is_finite(partial, bound)
            if guarded:
                value = choosing.guarded(y_bar, value, y_kind.is_scalar)
            product = (
                None
                if narrow or guarded or target in self.wide
                else self.inner_product(operand, partial, bound, y_bar, y_kind)
            )
            if product is not None:
                yield operand, product
                continue
            if narrow and not self.fills(partial, bound, names, y_kind):
                value = build.call("np.broadcast_to", value, build.call("np.shape", y))
            # a wide adjoint has extents that come from none of the operands
            others = (
                [self.kind(bound[n]) for n in names if n in bound and _identity(bound[n]) != _identity(operand)]
                if target not in self.wide
                else None
            )
            if self.is_elementwise_result(operand) and y_kind.tag != "unknown" and not y_kind.is_complex:
                summed = self.to_shape(value, operand, y_kind, others)
                if (
                    fitting.is_unbroadcast(summed)
                    and not fitting.mixes(self.kind(operand), y_kind)
                    and not self.is_result_form(operand)
                ):
                    self.wide[operand.id] = y_kind
                    summed = value
                yield operand, summed
                continue
            yield operand, self.to_shape(value, operand, y_kind, others)

    def is_of_lost(self, bound: dict[str, build.Node], y_kind: Kind) -> bool:
        """Whether an operation on arrays in a loop has operands that are made of what is stored into."""
        arrays = y_kind.is_array and all(isinstance(b, gast.Name) for b in bound.values())
        return self.in_loop and arrays and any(self.is_lost(b.id) for b in bound.values())

    def is_lost(self, name: str) -> bool:
        value = self.single.get(name)
        return value is not None and any(n in self.facts.stored or self.is_lost(n) for n in names.reads(value))

    def of_selection(
        self, partial: build.Node, bound: dict[str, build.Node], y_bar: build.Node, y_kind: Kind
    ) -> Iterator[tuple[build.Node | None, build.Node]]:
        """`y = np.minimum(x1, x2)`: what is not the share of x1 is that of x2.

        The share is found in the forward sweep, where it is a mask to save in the place of both operands.
        """
        chosen, share = self.temporary("chosen"), self.temporary("share")
        self.facts.kinds[chosen], self.facts.kinds[share] = dataclasses.replace(y_kind, dtype=""), y_kind
        self.shares.append(build.assign(chosen, partial))
        yield None, build.assign(share, gast.BinOp(build.copy(y_bar), gast.Mult(), build.name(chosen)))
        rest = gast.BinOp(build.copy(y_bar), gast.Sub(), build.name(share))
        yield bound["x1"], self.to_shape(build.name(share), bound["x1"], y_kind, [self.kind(bound["x2"])])
        yield bound["x2"], self.to_shape(rest, bound["x2"], y_kind, [self.kind(bound["x1"])])

    def inner_product(
        self, operand: build.Node, partial: str, bound: dict[str, build.Node], y_bar: build.Node, y_kind: Kind
    ) -> build.Node | None:
        """The adjoint of a number that multiplies a vector: `y_bar @ x` in the place of `np.sum(y_bar * x)`, without the products' array."""
        sign, name = ("-", partial[1:]) if partial.startswith("-") else ("", partial)
        factor = bound.get(name)
        if factor is None or not isinstance(factor, gast.Name):
            return None
        mine, vector = self.kind(operand), self.kind(factor)
        # the vector is all that the number meets, so that the result has its shape
        plain = all(self.kind(b).is_scalar for n, b in bound.items() if n != name)
        same = (
            vector.is_array
            and vector.rank == 1
            and y_kind.is_array
            and y_kind.rank == 1
            and vector.dtype == y_kind.dtype
        )
        if mine.tag != "float" or not plain or not same or vector.dtype not in ("float64", "float32"):
            return None
        if mine.dtype != y_kind.dtype and not (mine.dtype in DOUBLE and y_kind.dtype == "float64"):
            return None
        left = gast.UnaryOp(gast.USub(), build.copy(y_bar)) if sign else build.copy(y_bar)
        return gast.BinOp(left, gast.MatMult(), build.copy(factor))

    def is_elementwise_result(self, operand: build.Node) -> bool:
        """Whether an operand is an array with this single use, made by an elementwise operation of real arrays."""
        value = self.single.get(operand.id) if isinstance(operand, gast.Name) else None
        if value is None or not self.kind(operand).is_array:
            return False
        return self.is_elementwise(value)

    def is_result_form(self, operand: build.Node) -> bool:
        """Whether an operand is the result of a function of one argument, the partial made of the result: then its shape is at hand."""
        if operand.id in self.composed:
            return True
        callee = self.facts.callees.get(id(self.single[operand.id]))
        rule = rules.lookup(callee.function, len(callee.args)) if callee is not None else None
        partial = rule.partials[0] if rule is not None and len(rule.partials) == 1 else None
        return partial is not None and "y" in names.reads(build.template(partial))

    def is_elementwise(self, value: build.Node) -> bool:
        if isinstance(value, gast.BinOp):
            sides = [self.kind(value.left), self.kind(value.right)]
            return not isinstance(value.op, gast.MatMult) and all(k.is_numeric for k in sides)
        if isinstance(value, gast.UnaryOp):
            return True
        if isinstance(value, gast.Call):
            callee = self.facts.callees.get(id(value))
            if callee is None or callee.form != "rule":
                return False
            rule = rules.lookup(callee.function, len(callee.args))
            return rule is not None and rule.is_elementwise and not callee.keywords
        return False

    def operands(self, value: build.Node) -> list[build.Node]:
        """The operands of an elementwise operation; none of anything else."""
        if not self.is_elementwise(value):
            return []
        if isinstance(value, gast.BinOp):
            return [value.left, value.right]
        return [value.operand] if isinstance(value, gast.UnaryOp) else self.facts.callees[id(value)].args

    def fills(self, partial: str, bound: dict[str, build.Node], names: list[str], y_kind: Kind) -> bool:
        """Whether a partial has the full shape of the result, so that it widens a narrow adjoint."""
        read = {n.id for n in build.walk(build.template(partial)) if isinstance(n, gast.Name)}
        if "y" in read:
            return True
        arrays = [n for n in names if n in bound and not fitting.is_plain_number(self.kind(bound[n]))]
        if len({_identity(bound[n]) for n in arrays}) == 1 and not read.isdisjoint(arrays):
            return True
        return any(n in read and n in bound and fitting.same_shape(self.kind(bound[n]), y_kind) for n in names)

    def sum_narrowly(self, callee: Callee, y_bar: build.Node, bound: dict[str, build.Node]) -> build.Node | None:
        """The adjoint of what a sum adds up, not expanded, if an elementwise operation takes it; None otherwise."""
        if (
            callee.function is not np.sum
            or set(bound) - {"a", "axis", "keepdims"}
            or not self.is_elementwise_result(bound["a"])
        ):
            return None
        operand = bound["a"]
        axis, keepdims = bound.get("axis"), bound.get("keepdims")
        kept = isinstance(keepdims, gast.Constant) and keepdims.value is True
        whole = axis is None or isinstance(axis, gast.Constant) and axis.value is None
        if keepdims is not None and not isinstance(keepdims, gast.Constant):
            return None
        if not kept and not whole and not isinstance(axis, (gast.Constant, gast.UnaryOp)):
            return None
        kind = self.kind(operand)
        if kind.dtype not in ("float64", "float32") or operand.id in self.wide:
            return None
        factors = self.operands(self.single[operand.id])
        if any(fitting.mixes(self.kind(f), kind) for f in factors if not fitting.is_plain_number(self.kind(f))):
            return None  # a plain number as the adjoint would take the precision of the factor
        self.narrow.add(operand.id)
        if kept or whole:
            return build.copy(y_bar)
        return build.call("np.expand_dims", build.copy(y_bar), build.copy(axis))

    def to_shape(
        self, value: build.Node, operand: build.Node, y_kind: Kind, others: Sequence[Kind] | None = None
    ) -> build.Node:
        """The contribution summed down to the shape of the operand; `others` are the kinds of the other operands."""
        return fitting.to_shape(value, operand, self.kind(operand), y_kind, others, self.in_loop)


def _identity(operand: build.Node) -> object:
    """The same for operands that are the same array: `x * x` has the shape of `x`."""
    return operand.id if isinstance(operand, gast.Name) else id(operand)


def y_bar_of(node: build.Node) -> str:
    """The name that a statement defines, if it is an assignment to one name."""
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    return target.id if isinstance(target, gast.Name) else ""
