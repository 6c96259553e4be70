"""What one operation contributes to the adjoints of its operands, as expressions of the emitted program.

Comes in: a statement `y = operation(operands)`. Goes out: pairs (operand, expression in `y_bar`), each expression of exactly the operand's shape.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gast
import numpy as np

from .. import rules
from ..analyses.inference import OPERATORS, Callee, Facts
from ..analyses.kinds import DOUBLE, Kind, constant_kind
from ..core import build, names
from ..core.unit import Free, Unit
from ..frontend import source
from ..rules.declare import REQUIRED, Rule
from . import choices, choosing

SELECTING = (np.minimum, np.maximum, np.fmin, np.fmax)
DOUBLE_OR_COMPLEX = DOUBLE | {"complex128"}


class Contributions:
    """Applies rules to the operations of one unit, from its end to its beginning.

    An adjoint need not have the shape of its variable everywhere. Between two elementwise operations it may be *wide*: not yet summed
    back to what the second one broadcast; and between an elementwise operation and a sum it may be *narrow*: not yet expanded to what
    was summed. `wide` and `narrow` note this for names with a single use.
    """

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
        return False

    def kind(self, node: build.Node) -> Kind:
        return constant_kind(self.kind_of(node)[0])

    def operator(self, value: build.Node, operands: list[build.Node], node: build.Node) -> Callee:
        """The function whose rule an operator has; `Refused` where there is none (`|` of dicts)."""
        function = OPERATORS[type(value.op)]
        if rules.lookup(function) is None:
            raise self.unit.refuse(
                node, f"cannot differentiate '{function.__name__}' of these operands", "no rule covers it"
            )
        return Callee("rule", function, operands)

    def of_rule(
        self, callee: Callee, y: build.Node, y_bar: build.Node, y_kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node | None, build.Node]]:
        """(operand, contribution) for a call of a function with a rule; (None, statement) for what is computed before."""
        count = len(callee.args)
        if choices.covers(callee.function, callee.args, [self.kind(a) for a in callee.args], not callee.keywords):
            active = [self.is_active(a) for a in callee.args]
            yield from choices.contributions(callee.function, callee.args, active, y, y_bar, self.temporary)
            return
        rule = rules.lookup(callee.function, count)
        assert rule is not None
        bound = self.bind(rule, callee, node)
        narrow = self.sum_narrowly(callee, y_bar, bound) if "a" in bound and y_bar_of(node) not in self.narrow else None
        if narrow is not None:
            yield bound["a"], narrow
            return
        if rule.is_elementwise and not (set(bound) - {p.name for p in rule.parameters}):
            yield from self.of_elementwise(rule, bound, y, y_bar, y_kind, node)
        else:
            yield from self.of_structural(rule, bound, y, y_bar, y_kind, node)

    def temporary(self, wish: str) -> str:
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        return name

    def bind(self, rule: Rule, callee: Callee, node: build.Node) -> dict[str, build.Node]:
        """The operands of a call by the names of the function's parameters."""
        bound: dict[str, build.Node] = {}
        parameters = list(rule.parameters)
        positional = [p for p in parameters if p.kind in (p.kind.POSITIONAL_ONLY, p.kind.POSITIONAL_OR_KEYWORD)]
        variable = [p for p in parameters if p.kind is p.kind.VAR_POSITIONAL]
        args = list(callee.args)
        if any(isinstance(a, gast.Starred) for a in args) and not (variable and len(args) == 1):
            raise self.unit.refuse(
                node, f"cannot differentiate a call of '{rule.name}' with '*'", "which argument goes where is not known"
            )
        for parameter in positional:
            if args:
                bound[parameter.name] = args.pop(0)
        if args and variable:
            first = args[0]
            starred = isinstance(first, gast.Starred)
            bound[variable[0].name] = first.value if starred else build.tuple_(args)
            args = []
        known = {p.name for p in parameters}
        for name, value in callee.keywords.items():
            if name not in known and not rule.is_elementwise or name == "**":
                raise self.unit.refuse(node, f"cannot differentiate '{rule.name}' with the argument '{name}'")
            bound[name] = value
        if args:
            raise self.unit.refuse(node, f"'{rule.name}' is given too many arguments")
        return bound

    # ---- elementwise ------------------------------------------------------------------------------------------------------------

    def of_elementwise(
        self, rule: Rule, bound: dict[str, build.Node], y: build.Node, y_bar: build.Node, y_kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, build.Node]]:
        names = [p.name for p in rule.parameters]
        passive = [n for n in names if n in bound and not self.is_active(bound[n])]
        constants = {n: _number(bound[n]) for n in names if n in bound and _number(bound[n]) is not None}
        known = [self.kind(bound[n]) for n in names if n in bound]
        real = all(not k.is_complex and k.dtype != "" for k in known)
        partials = rule.choose_partials(passive, constants, real)
        target = y_bar_of(node)
        narrow = target in self.narrow
        y_kind = self.wide.get(target, y_kind)
        if any(rule.function is f for f in SELECTING) and not passive and real and self.is_of_lost(bound, y_kind):
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
            value = multiply(y_bar, partial, {**bound, "y": y})
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
                    is_unbroadcast(summed)
                    and not _mixes(self.kind(operand), y_kind)
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
        arrays = [n for n in names if n in bound and not _is_plain_number(self.kind(bound[n]))]
        if len({_identity(bound[n]) for n in arrays}) == 1 and not read.isdisjoint(arrays):
            return True
        return any(n in read and n in bound and same_shape(self.kind(bound[n]), y_kind) for n in names)

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
        self.narrow.add(operand.id)
        if kept or whole:
            return build.copy(y_bar)
        return build.call("np.expand_dims", build.copy(y_bar), build.copy(axis))

    def to_shape(
        self, value: build.Node, operand: build.Node, y_kind: Kind, others: Sequence[Kind] | None = None
    ) -> build.Node:
        """The contribution summed down to the shape of the operand, if the operation broadcast it.

        `others` are the kinds of the other operands: numbers broadcast nothing.
        """
        mine = self.kind(operand)
        if (
            others is not None
            and all(_is_plain_number(k) for k in others)
            and not (y_kind.is_complex and y_kind.tag != "unknown")
            and not (
                mine.dtype in ("python", "double")
                and y_kind.tag in ("float", "array")
                and y_kind.dtype not in DOUBLE_OR_COMPLEX
            )
            and not (mine.is_array and y_kind.is_array and mine.dtype != y_kind.dtype)  # a conversion
        ):
            return value
        if mine.tag == "float" and y_kind.tag == "float":
            cut = y_kind.is_complex and not mine.is_complex
            cut = cut or mine.dtype in ("python", "double") and y_kind.dtype not in DOUBLE_OR_COMPLEX
            return value if not cut else build.call("rt.unbroadcast", value, operand)
        if mine.tag == "unknown" or y_kind.tag == "unknown" or _mixes(mine, y_kind):
            return build.call("rt.unbroadcast", value, operand)
        if mine.tag == "float" and y_kind.is_array:
            if mine.dtype != y_kind.dtype and not (mine.dtype in DOUBLE and y_kind.dtype == "float64"):
                return build.call("rt.unbroadcast", value, operand)
            return self.total(value)
        if mine.is_array and y_kind.is_array and mine.rank is not None and y_kind.rank is not None:
            if mine.ones is None or y_kind.ones is None:  # pragma: no cover - a known rank comes with its extents
                return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
            lead = y_kind.rank - mine.rank
            inner = list(zip(mine.ones, y_kind.ones[lead:], strict=True))
            equal = _equal_extents(mine, y_kind, lead)
            alone = [
                equal[i] or others is not None and all(_lacks(k, i - mine.rank) for k in others)
                for i in range(mine.rank)
            ]
            if all(
                one is False or one is True and other is True or a for (one, other), a in zip(inner, alone, strict=True)
            ):
                if lead == 0:
                    return value
                if lead == y_kind.rank:
                    return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
                axis = build.constant(0) if lead == 1 else build.tuple_(build.constant(i) for i in range(lead))
                return build.call("np.sum", value, axis=axis)
            if lead == 0 and all(one is False or one is True for one, _ in inner) and not any(equal):
                summed = [i for i, (one, other) in enumerate(inner) if one is True and other is not True]
                if all(other is False for one, other in inner if one is True and other is not True):
                    axis = build.constant(summed[0]) if len(summed) == 1 else build.tuple_(map(build.constant, summed))
                    return build.call("np.sum", value, axis=axis, keepdims=build.constant(True))
            return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
        if mine.is_array and y_kind.is_array:
            return build.call("rt.unbroadcast", value, build.attribute(operand, "shape"))
        return build.call("rt.unbroadcast", value, operand)

    def total(self, value: build.Node) -> build.Node:
        """The sum of all entries of an array; by its method in a loop, which takes less than half the time for small ones."""
        if not self.in_loop:
            return build.call("np.sum", value)
        if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
            return gast.UnaryOp(gast.USub(), self.total(value.operand))
        return build.call(build.attribute(value, "sum"))

    # ---- structural -------------------------------------------------------------------------------------------------------------

    def of_structural(
        self, rule: Rule, bound: dict[str, build.Node], y: build.Node, y_bar: build.Node, y_kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, build.Node]]:
        parameters = {p.name: p for p in rule.parameters}
        order = [n for n in parameters if n in bound]
        ranks = [self.rank(bound[n]) if n in bound else None for n in parameters]
        del order
        for name, operand in bound.items():
            if not self.is_active(operand):
                continue
            given = [n for n in bound if n != name]
            if name not in rule.differentiable:
                if name in rule.shapes:
                    continue
                raise self.unit.refuse(
                    node, f"cannot differentiate '{rule.name}' with respect to its argument '{name}'",
                    "no rule says how the result depends on it", f"pass srcgrad.stop_gradient({name}) if it is a constant",
                )  # fmt: skip
            shown = [n for n in given if not _is_default(bound[n], parameters.get(n))]
            entry = rule.choose_adjoint(name, shown, ranks)
            if entry is not None:
                value = self.expanded(entry.function, {**bound, "y": y, "y_bar": y_bar})
            else:
                value = self.from_tangent(rule, name, shown, ranks, bound, y, y_bar)
            if value is None:
                raise self.unit.refuse(
                    node, f"cannot differentiate this call of '{rule.name}'",
                    f"its rule does not cover the arguments {', '.join(repr(n) for n in given)} together",
                )  # fmt: skip
            mine = self.kind(operand)
            if rule.function is np.where and is_unbroadcast(value):  # what is summed has the shape of the result
                value = self.to_shape(
                    value.args[0], operand, y_kind, [self.kind(b) for n, b in bound.items() if n != name]
                )
            if entry is not None and entry.ranks is not None and _mixes(mine, y_kind):
                value = build.call("rt.unbroadcast", value, operand)  # the short text does not convert precision
            elif mine.tag == "float" and not y_kind.is_scalar and not _is_call_of(value, "rt.unbroadcast", "np.sum"):
                value = build.call("rt.unbroadcast", value, operand)  # an array of no axes is no number
            yield operand, value

    def expanded(self, function: Callable[..., Any], bound: dict[str, build.Node]) -> build.Node:
        """The expression of an adjoint or tangent function for one call; what it takes from its own module becomes known here."""
        space = getattr(function, "__globals__", {})
        body, own = _body(function)
        renamed: dict[str, build.Node] = {}
        for name in sorted(names.reads(body) & space.keys() - own.keys() - {"np", "rt", "math"}):
            known = self.unit.free.get(name)
            if known is not None and known.value is space[name] and name not in self.facts.kinds:
                continue
            fresh = self.unit.fresh(name)  # the name itself, unless the program has it for something else
            renamed[name] = build.name(fresh)
            self.unit.free[fresh] = Free(function, fresh, space[name], None)
        return expand(function, bound, renamed)

    def from_tangent(
        self,
        rule: Rule,
        name: str,
        given: Sequence[str],
        ranks: Sequence[int | None],
        bound: dict[str, build.Node],
        y: build.Node,
        y_bar: build.Node,
    ) -> build.Node | None:
        """The adjoint of a parameter of which the rule tells the tangent alone; None where it tells neither."""
        entry = rule.choose_adjoint(name, given, ranks, tangent=True)
        if entry is None:
            return None
        dot = self.unit.fresh(f"{name}_dot")
        value = self.expanded(entry.function, {**bound, "y": y, f"{name}_dot": build.name(dot)})
        linear = gast.Lambda(build.parameters([dot]), value)
        return build.call("rt.transpose_map", linear, build.copy(bound[name]), build.copy(y_bar))

    def rank(self, node: build.Node) -> int | None:
        kind = self.kind(node)
        if kind.is_array:
            return kind.rank
        return 0 if kind.is_scalar else None


def _identity(operand: build.Node) -> object:
    """The same for operands that are the same array: `x * x` has the shape of `x`."""
    return operand.id if isinstance(operand, gast.Name) else id(operand)


def is_unbroadcast(value: build.Node) -> bool:
    """Whether an adjoint is brought to the shape of an operand at run time, which may come to nothing."""
    return isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "unbroadcast"


def y_bar_of(node: build.Node) -> str:
    """The name that a statement defines, if it is an assignment to one name."""
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    return target.id if isinstance(target, gast.Name) else ""


def same_shape(a: Kind, b: Kind) -> bool:
    """Whether two arrays surely have the same shape: of one rank, and no extent of 1 stands against another."""
    if not (a.is_array and b.is_array and a.rank is not None and a.rank == b.rank and a.ones and b.ones):
        return False
    equal = _equal_extents(a, b, 0)
    return all(e or x is not None and x == y for e, x, y in zip(equal, a.ones, b.ones, strict=True))


def _equal_extents(mine: Kind, whole: Kind, lead: int) -> list[bool]:
    """For each axis of `mine` whether its extent surely is that of `whole`, which has `lead` axes before."""
    rank = mine.rank or 0
    one, other = mine.dims or (None,) * rank, (whole.dims or (None,) * (rank + lead))[lead:]
    return [x is not None and x == y for x, y in zip(one, other, strict=True)]


def multiply(y_bar: build.Node, partial: str, names: dict[str, build.Node]) -> build.Node:
    """`y_bar * partial`, written as one would: no factor 1, a quotient 1 / d as a division."""
    if partial == "1":
        return build.copy(y_bar)
    if partial == "-1":
        return gast.UnaryOp(gast.USub(), build.copy(y_bar))
    factor = build.template(partial, **names)
    negative = isinstance(factor, gast.UnaryOp) and isinstance(factor.op, gast.USub)
    body = factor.operand if negative else factor
    result: build.Node
    if isinstance(body, gast.BinOp) and isinstance(body.op, gast.Div):
        top = body.left
        minus = isinstance(top, gast.UnaryOp) and isinstance(top.op, gast.USub)
        top = top.operand if minus else top
        negative = negative != minus
        scaled = y_bar if _is_one(top) else gast.BinOp(build.copy(y_bar), gast.Mult(), top)
        result = gast.BinOp(build.copy(scaled), gast.Div(), body.right)
    elif isinstance(body, gast.BinOp) and isinstance(body.op, gast.Mult) and isinstance(body.left, gast.Constant):
        scaled = gast.BinOp(body.left, gast.Mult(), build.copy(y_bar))  # numbers go together
        result = gast.BinOp(scaled, gast.Mult(), body.right)
    else:
        result = gast.BinOp(build.copy(y_bar), gast.Mult(), body)
    return gast.UnaryOp(gast.USub(), result) if negative else result


def expand(
    function: Callable[..., Any], bound: Mapping[str, build.Node], renamed: Mapping[str, build.Node]
) -> build.Node:
    """The expression of an adjoint or tangent function for one call: its parameters replaced by operands and defaults."""
    body, defaults = _body(function)
    values = dict(renamed)
    for name, default in defaults.items():
        if name in bound:
            values[name] = bound[name]
        elif default is not REQUIRED:
            values[name] = _literal(default)
    return _without_defaults(_choose(build.substitute(body, values)))


@functools.lru_cache(maxsize=2048)
def _body(function: Callable[..., Any]) -> tuple[build.Node, dict[str, Any]]:
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


LITERALS = (gast.Constant, gast.Tuple, gast.List, gast.UnaryOp)  # -1 is the negation of a literal


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
    import srcgrad_runtime as runtime

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


IMPLIED = {"keepdims": False, "where": True}  # what NumPy's marker for "not given" means


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


def _number(node: build.Node) -> Any:
    if isinstance(node, gast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        value = node.operand.value
        return -value if isinstance(value, (int, float)) else None
    return None


def _is_one(node: build.Node) -> bool:
    return isinstance(node, gast.Constant) and type(node.value) in (int, float) and node.value == 1


def _is_call_of(node: build.Node, *names: str) -> bool:
    """Whether an expression is a call of one of these functions of NumPy or the runtime."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return False
    owner = node.func.value
    return isinstance(owner, gast.Name) and f"{owner.id}.{node.func.attr}" in names


def _is_default(node: build.Node, parameter: Any) -> bool:
    if parameter is None or parameter.default is REQUIRED or not isinstance(node, gast.Constant):
        return False
    return type(node.value) is type(parameter.default) and node.value == parameter.default


def _lacks(kind: Kind, axis: int) -> bool:
    """Whether an operand surely has no extent (other than 1) at this axis, counted from the end."""
    if kind.is_scalar:
        return True
    if not kind.is_array or kind.rank is None or kind.ones is None:
        return False
    return -axis > kind.rank or kind.ones[axis] is True


def _is_plain_number(kind: Kind) -> bool:
    """A Python number, which neither broadcasts an operand nor changes its precision."""
    return kind.tag in ("int", "bool") or kind.tag == "float" and kind.dtype == "python"


def _mixes(a: Kind, b: Kind) -> bool:
    """Whether precisions or real and complex meet, so that a contribution has to be converted."""
    if "" in (a.dtype, b.dtype):
        return True
    if a.dtype == b.dtype:
        return False
    if "double" in (a.dtype, b.dtype):
        return not {a.dtype, b.dtype} <= DOUBLE
    if a.dtype == "python":
        return b.dtype.startswith("complex")
    if b.dtype == "python":
        return a.dtype.startswith("complex")
    return True
