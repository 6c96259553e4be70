"""What one operation contributes to the adjoints of its operands, as expressions of the emitted program.

Comes in: a statement `y = operation(operands)`. Goes out: pairs (operand, expression in `y_bar`), each expression of exactly the operand's shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gast
import numpy as np

from .. import rules
from ..analyses.facts import Callee
from ..analyses.kinds import Kind
from ..analyses.operations import OPERATORS
from ..core import build, names
from ..core.unit import Free
from ..rules.declare import Adjoint, Rule
from . import choices, expansion, fitting
from .elementwise import Elementwise, y_bar_of


class Contributions(Elementwise):
    """Applies rules to the operations of one unit, from its end to its beginning."""

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

    def of_structural(
        self, rule: Rule, bound: dict[str, build.Node], y: build.Node, y_bar: build.Node, y_kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, build.Node]]:
        parameters = {p.name: p for p in rule.parameters}
        ranks = [self.rank(bound[n]) if n in bound else None for n in parameters]
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
            shown = [n for n in given if not expansion.is_default(bound[n], parameters.get(n))]
            entry = rule.choose_adjoint(name, shown, ranks)
            if entry is not None:
                value = self.expanded(entry.function, {**self.told(entry, bound), "y": y, "y_bar": y_bar})
            else:
                value = self.from_tangent(rule, name, shown, ranks, bound, y, y_bar)
            if value is None:
                raise self.unit.refuse(
                    node, f"cannot differentiate this call of '{rule.name}'",
                    f"its rule does not cover the arguments {', '.join(repr(n) for n in given)} together",
                )  # fmt: skip
            mine = self.kind(operand)
            if rule.function is np.where and fitting.is_unbroadcast(
                value
            ):  # what is summed has the shape of the result
                value = self.to_shape(
                    value.args[0], operand, y_kind, [self.kind(b) for n, b in bound.items() if n != name]
                )
            if entry is not None and entry.ranks is not None and fitting.mixes(mine, y_kind):
                value = build.call("rt.unbroadcast", value, operand)  # the short text does not convert precision
            elif mine.tag == "float" and not y_kind.is_scalar and not _is_call_of(value, "rt.unbroadcast", "np.sum"):
                value = build.call("rt.unbroadcast", value, operand)  # an array of no axes is no number
            yield operand, value

    def told(self, entry: Adjoint, bound: dict[str, build.Node]) -> dict[str, build.Node]:
        """The operands of a call, and beside them which of their parts are active, where an adjoint or tangent asks for that."""
        asked = f"{entry.parameter}_active"
        return {**bound, asked: self.activity_of(bound[entry.parameter])} if asked in entry.takes else bound

    def activity_of(self, operand: build.Node) -> build.Node:
        """Which parts of a display depend on an argument that is differentiated; None where all do, or where it is no display."""
        if isinstance(operand, (gast.Tuple, gast.List)) and not any(isinstance(e, gast.Starred) for e in operand.elts):
            flags = [self.is_active(e) for e in operand.elts]
            if not all(flags):
                return build.tuple_(map(build.constant, flags))
        return build.constant(None)

    def expanded(self, function: Callable[..., Any], bound: dict[str, build.Node]) -> build.Node:
        """The expression of an adjoint or tangent function for one call; what it takes from its own module becomes known here."""
        space = getattr(function, "__globals__", {})
        body, own = expansion.body_of(function)
        renamed: dict[str, build.Node] = {}
        for name in sorted(names.reads(body) & space.keys() - own.keys() - {"np", "rt", "math"}):
            known = self.unit.free.get(name)
            if known is not None and known.value is space[name] and name not in self.facts.kinds:
                continue
            fresh = self.unit.fresh(name)  # the name itself, unless the program has it for something else
            renamed[name] = build.name(fresh)
            self.unit.free[fresh] = Free(function, fresh, space[name], None)
        return expansion.expand(function, bound, renamed)

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
        value = self.expanded(entry.function, {**self.told(entry, bound), "y": y, f"{name}_dot": build.name(dot)})
        linear = gast.Lambda(build.parameters([dot]), value)
        return build.call("rt.transpose_map", linear, build.copy(bound[name]), build.copy(y_bar))

    def rank(self, node: build.Node) -> int | None:
        kind = self.kind(node)
        if kind.is_array:
            return kind.rank
        return 0 if kind.is_scalar else None


def _is_call_of(node: build.Node, *names: str) -> bool:
    """Whether an expression is a call of one of these functions of NumPy or the runtime."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return False
    owner = node.func.value
    return isinstance(owner, gast.Name) and f"{owner.id}.{node.func.attr}" in names
