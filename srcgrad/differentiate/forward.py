"""Forward mode: beside each statement of a unit the one that computes its tangent.

Comes in: a unit in normal form with its facts. Goes out: its statements, each followed by what it does to the tangents: `y_dot` beside
`y`, `a_dot[i] = v_dot` beside `a[i] = v`, `ys_dot.append(y_dot)` beside `ys.append(y)`. The invariant: where a name is active, its
tangent has the structure, shape and dtype of the value, and its memory is shared with another tangent only where a change of
either cannot be noticed. Loops and branches stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gast
import numpy as np
import srcgrad_runtime as rt

from .. import rules
from ..analyses import aliases
from ..analyses.expressions import Expressions
from ..analyses.facts import Callee, Facts
from ..analyses.kinds import DOUBLE, Kind, constant_kind
from ..core import adding, build, names
from ..core.unit import Unit
from ..rules.declare import Rule
from . import accumulate, expansion, fitting, shadows
from .partials import Contributions
from .reverse import AFTER, refuse_call

Helper = Callable[[Callee, "Forward", build.Node, str], list[build.Node]]


class Dots:
    """The names of tangents: x_dot for x."""

    def __init__(self, fresh: names.Fresh):
        self.fresh = fresh
        self.of: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self.of:
            self.of[name] = self.fresh(f"{name}_dot")
        return self.of[name]


class Forward:
    """Writes the tangents of the statements of one unit."""

    def __init__(self, unit: Unit, facts: Facts, helper: Helper):
        self.unit = unit
        self.facts = facts
        self.dots = Dots(unit.fresh)
        self.expressions = Expressions(unit, facts)
        self.rules = Contributions(unit, facts, self.kind_of)
        self.helper = helper
        self.stored = {facts.groups.get(store.name, store.name) for store in facts.stores}

    def kind_of(self, node: build.Node) -> tuple[Kind, bool]:
        if isinstance(node, gast.Name) and node.id in self.facts.kinds:
            return self.facts.kinds[node.id], node.id in self.facts.active
        return self.expressions.of(node)

    def is_active(self, node: build.Node) -> bool:
        return self.rules.is_active(node)

    def group(self, name: str) -> str:
        return self.facts.groups.get(name, name)

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def block(self, statements: list[build.Node]) -> list[build.Node]:
        out: list[build.Node] = []
        for node in statements:
            if isinstance(node, gast.If):
                node.body, node.orelse = self.block(node.body), self.block(node.orelse)
                out.append(node)
            elif isinstance(node, (gast.For, gast.While)):
                if isinstance(node, gast.For) and names.writes(node.target) & self.facts.active:
                    raise self.unit.refuse(
                        node, "cannot write the tangent of this loop", "it goes through active values"
                    )
                node.body = self.block(node.body)
                out.append(node)
            else:
                for statement in self.simple(node):
                    build.at(statement, node)
                    if hasattr(node, "filename"):
                        statement.filename = node.filename
                    out.append(statement)
        return out

    def simple(self, node: build.Node) -> list[build.Node]:
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            return self.definition(node.targets[0].id, node.value, node)
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
            return self.store(node)
        if isinstance(node, gast.AugAssign) and not isinstance(node.target, gast.Name):
            return self.augmented_store(node)
        if (added := adding.found(node)) is not None:
            return self.adding_store(added, node)
        if isinstance(node, gast.Expr) and isinstance(node.value, gast.Call):
            return self.call_for_effect(node)
        if isinstance(node, gast.AugAssign) and (node.target.id in self.facts.active or self.is_active(node.value)):
            raise self.unit.refuse(
                node, f"cannot differentiate a change of '{node.target.id}' in place",
                "it may be known under another name as well", f"write {node.target.id} = {node.target.id} ... instead",
            )  # fmt: skip
        bound = sorted(n for n in names.writes(node) if n in self.facts.active)
        return [node, *(build.assign(self.dots(n), self.zero(n)) for n in bound)]

    def definition(self, target: str, value: build.Node, node: build.Node) -> list[build.Node]:
        if isinstance(value, gast.Call):
            callee = self.facts.callees.get(id(value)) or self.expressions.callee(value)
            if callee.form == "list" and callee.function != "copy":
                raise self.unit.refuse(node, f"cannot write the tangent of '{callee.function}' of a list here")
        if target not in self.facts.active:
            return [node]
        if target in self.facts.mirrored.names:
            return self.mirrored_definition(target, value, node)
        dot = self.dots(target)
        if not self.kind_of(value)[1]:
            display = isinstance(value, (gast.Tuple, gast.List, gast.Dict))
            return [node, build.assign(dot, self.display(value) if display else self.zero(target))]
        if isinstance(value, gast.Call) and callee.form == "helper":
            return self.helper(callee, self, node, target)
        if target not in names.reads(value):
            tangent = self.owned(target, value, self.tangent(value, build.name(target), target, node))
            return [node, build.assign(dot, tangent)]
        # the name is both read and bound: its old value and its new one have names of their own where both are read
        tangent = self.owned(target, value, self.tangent(value, build.name(AFTER), target, node))
        if AFTER not in names.reads(tangent):
            return [build.assign(dot, tangent), node]
        before = build.substitute(tangent, {AFTER: build.name(target)})
        if target not in names.reads(tangent):
            return [node, build.assign(dot, before)]
        temporary = self.unit.fresh("t")
        self.unit.temporaries.add(temporary)
        self.facts.kinds[temporary] = self.facts.kind(target)
        tangent = build.substitute(tangent, {AFTER: build.name(temporary)})
        return [
            build.assign(temporary, value),
            build.assign(dot, tangent),
            build.at(build.assign(target, build.name(temporary)), node),
        ]

    def mirrored_definition(self, target: str, value: build.Node, node: build.Node) -> list[build.Node]:
        """A definition of a name that shares memory with others which are stored into: its tangent shares theirs in the same way."""
        view, dot = self.facts.mirrored.views.get(id(node)), self.dots(target)
        if view is not None:
            tangent = shadows.mirrored(value, view, self.dots)
            if view.sure:
                return [node, build.assign(dot, tangent)]
        if isinstance(value, (gast.Tuple, gast.List, gast.Dict)):
            return [node, build.assign(dot, self.display(value))]
        if target in names.reads(value):
            return [s for part in shadows.in_two_steps(node, self.unit, self.facts) for s in self.simple(part)]
        if view is not None:
            choice = gast.IfExp(shadows.shares(target, view.operand.id), tangent, build.call("rt.copy", tangent))
            return [node, build.assign(dot, choice)]
        if not self.kind_of(value)[1]:
            return [node, build.assign(dot, shadows.zeros(target, self.facts))]
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        if callee is not None and callee.form == "helper":
            made, tangent = self.helper(callee, self, node, target), build.name(dot)
        else:
            made, tangent = [node], self.tangent(value, build.name(target), target, node)
        if not accumulate.is_fresh(tangent):
            tangent = build.call("rt.copy", tangent)
        if target in self.facts.mirrored.ordered:
            tangent = build.call("rt.laid_out", tangent, build.name(target))
        return [*made, build.assign(dot, tangent)]

    def owned(self, target: str, value: build.Node, tangent: build.Node) -> build.Node:
        """A tangent that shares no memory with another one where the values share none and either is stored into."""
        same_form = (gast.Name, gast.Subscript, gast.Tuple, gast.List, gast.Dict)  # it shares what the value shares
        if (
            not self.stored
            or self.facts.kind(target).is_scalar
            or isinstance(value, same_form)
            or accumulate.is_fresh(tangent)
        ):
            return tangent
        owners = {dot: name for name, dot in self.dots.of.items()}
        shared = {owners[n] for n in names.reads(tangent) if n in owners and not self.facts.kind(owners[n]).is_scalar}
        groups = {self.group(n) for n in shared}
        mine = self.group(target)
        # a linear function of the tangent gives a view where that of the value does
        alike = groups == {mine} and self.is_linear(value)
        return build.call("rt.copy", tangent) if not alike and (groups | {mine}) & self.stored else tangent

    def is_linear(self, value: build.Node) -> bool:
        if isinstance(value, gast.Attribute):
            return True
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        rule = rules.lookup(callee.function, len(callee.args)) if callee is not None and callee.form == "rule" else None
        return rule is not None and bool(rule.multilinear)

    def zero(self, name: str) -> build.Node:
        """The tangent of a passive value."""
        kind = self.facts.kind(name)
        if kind.tag == "float" and (kind.dtype in DOUBLE or not kind.dtype):
            return build.constant(0.0)
        return build.call("rt.zeros_like", build.name(name))

    def dot_of(self, operand: build.Node) -> build.Node:
        """The tangent of an operand: a name, a literal, or a display of those."""
        if isinstance(operand, gast.Name):
            return (
                build.name(self.dots(operand.id))
                if operand.id in self.facts.active
                else build.call("rt.zeros_like", build.copy(operand))
            )
        if isinstance(operand, (gast.Tuple, gast.List)):
            return self.display(operand)
        if isinstance(operand, gast.Constant) and isinstance(operand.value, (int, float)):
            return build.constant(0.0)
        return build.call("rt.zeros_like", build.copy(operand))

    def display(self, value: build.Node) -> build.Node:
        """The tangent of a display of names and literals."""
        if isinstance(value, gast.Dict):
            return gast.Dict([build.copy(k) for k in value.keys], [self.dot_of(v) for v in value.values])
        return type(value)([self.dot_of(e) for e in value.elts], build.LOAD)

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def tangent(self, value: build.Node, y: build.Node, target: str, node: build.Node) -> build.Node:
        """The tangent of an active expression; `y` stands for its value."""
        value = build.copy(value)  # no node stands at two places in it: operands are replaced one by one
        kind = constant_kind(self.facts.kind(target))
        if isinstance(value, gast.Name):
            return self.dot_of(value)
        if isinstance(value, gast.BinOp):
            sides = {self.rules.kind(value.left).tag, self.rules.kind(value.right).tag}
            if sides & {"list", "tuple"}:
                return self.sequence_operation(value, node)
            callee = self.rules.operator(value, [value.left, value.right], node)
            return self.of_rule(callee, value, y, kind, node)
        if isinstance(value, gast.UnaryOp):
            callee = self.rules.operator(value, [value.operand], node)
            return self.of_rule(callee, value, y, kind, node)
        if isinstance(value, gast.Subscript) and self.rules.kind(value.value).is_scalar:  # x[..., None] of a number
            return build.subscript(build.call("np.asarray", self.dot_of(value.value)), value.slice)
        if isinstance(value, gast.Subscript):
            return gast.Subscript(self.place(value.value, node), value.slice, build.LOAD)
        if isinstance(value, gast.Attribute):
            return self.attribute(value, y, kind, node)
        if isinstance(value, (gast.Tuple, gast.List)):
            if any(isinstance(e, gast.Starred) for e in value.elts):
                raise self.unit.refuse(node, "cannot write the tangent of a display with '*'")
            return self.dot_of(value)
        if isinstance(value, gast.Dict):
            if any(key is None for key in value.keys):
                raise self.unit.refuse(node, "cannot write the tangent of a display with '**'")
            return self.display(value)
        if isinstance(value, gast.Call):
            return self.call(value, y, kind, node)
        raise self.unit.refuse(node, "cannot differentiate this expression", "no rule covers it")

    def place(self, owner: build.Node, node: build.Node) -> build.Node:
        """The place of the tangent that belongs to a place `a[i]...[j]` or `a`."""
        root = aliases.root_of(owner)
        if root is None or root not in self.facts.active:
            raise self.unit.refuse(node, "cannot write the tangent of this place", "it does not begin with a name")
        found = build.copy(owner)
        inner = found
        while isinstance(inner, gast.Subscript):
            inner.ctx = build.LOAD
            if not isinstance(inner.value, gast.Subscript):
                inner.value = build.name(self.dots(root))
                return found
            inner = inner.value
        return build.name(self.dots(root))

    def sequence_operation(self, value: build.Node, node: build.Node) -> build.Node:
        """`a + b` and `a * n` of lists or tuples."""
        left, right = self.rules.kind(value.left), self.rules.kind(value.right)
        if isinstance(value.op, gast.Add) and left.tag == right.tag:
            return gast.BinOp(self.dot_of(value.left), value.op, self.dot_of(value.right))
        if isinstance(value.op, gast.Mult) and self.is_active(value.left) and constant_kind(right).tag == "int":
            return gast.BinOp(self.dot_of(value.left), value.op, value.right)
        why = "only '+' of two and '*' by a whole number are covered"
        raise self.unit.refuse(node, "cannot differentiate this operation on a list", why)

    def attribute(self, value: build.Node, y: build.Node, kind: Kind, node: build.Node) -> build.Node:
        owner = self.rules.kind(value.value)
        if owner.tag == "float" and (value.attr in ("T", "mT") or value.attr == "real" and not owner.is_complex):
            return self.dot_of(value.value)
        function = rules.attribute(value.attr)
        if function is not None and (owner.is_numeric or owner.tag == "unknown"):
            return self.of_rule(Callee("rule", function, [value.value]), value, y, kind, node)
        raise self.unit.refuse(
            node, f"cannot differentiate through the attribute '{value.attr}'",
            "what it holds is not known to be differentiable",
        )  # fmt: skip

    def call(self, value: build.Node, y: build.Node, kind: Kind, node: build.Node) -> build.Node:
        callee = self.expressions.callee(value)
        if callee.form == "rule":
            if any(isinstance(a, gast.Starred) for a in callee.args):
                raise self.unit.refuse(
                    node, "cannot differentiate a call with '*'", "which argument goes where is not known"
                )
            return self.of_rule(callee, value, y, kind, node)
        if callee.function in (list, tuple) and len(callee.args) == 1 and not callee.keywords:
            if self.rules.kind(callee.args[0]).tag in ("list", "tuple", "array"):
                return gast.Call(value.func, [self.dot_of(callee.args[0])], [])
        if callee.form == "list" and callee.function == "copy":
            return build.call(build.attribute(self.dot_of(callee.args[0]), "copy"))
        raise refuse_call(self.unit, self.facts, callee, value, node)

    # ---- rules ------------------------------------------------------------------------------------------------------------------

    def of_rule(self, callee: Callee, value: build.Node, y: build.Node, kind: Kind, node: build.Node) -> build.Node:
        """The tangent of a call of a function with a rule: the sum of what each active operand gives."""
        rule = rules.lookup(callee.function, len(callee.args))
        assert rule is not None
        bound = self.rules.bind(rule, callee, node)
        plain = rule.is_elementwise and not (set(bound) - {p.name for p in rule.parameters})
        terms = (
            self.of_elementwise(rule, bound, y, kind, node)
            if plain
            else self.of_structural(rule, bound, value, y, kind, node)
        )
        found = list(terms)
        if not found:
            return build.call("rt.zeros_like", y)
        total, exact = found[0]
        plus = kind.is_numeric or plain and rule.function is not rt.add  # which adds containers as well
        for more, full in found[1:]:
            total = _sum(total, more) if plus else build.call("rt.add", total, more)
            exact = exact or full
        return total if exact else build.call("rt.tangent_like", total, build.copy(y))

    def of_elementwise(
        self, rule: Rule, bound: dict[str, build.Node], y: build.Node, kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, bool]]:
        """(term, whether it surely has the shape and the dtype of the result) for each active operand."""
        order = [p.name for p in rule.parameters]
        passive = [n for n in order if n in bound and not self.is_active(bound[n])]
        constants = {
            n: expansion.number(bound[n]) for n in order if n in bound and expansion.number(bound[n]) is not None
        }
        kinds = {n: self.rules.kind(bound[n]) for n in order if n in bound}
        real = all(not k.is_complex and k.dtype != "" for k in kinds.values())
        partials = rule.choose_partials(passive, constants, real)
        read: set[str] = set()  # operands that take part
        terms: list[build.Node] = []
        for name, partial in zip(order, partials, strict=False):
            if name not in bound or name in passive:
                continue
            if not real and name in rule.tangents:  # the function is not holomorphic
                yield self.structural_term(rule, name, bound, None, y, node), False
                continue
            if partial is None:
                continue
            dot = self.dot_of(bound[name])
            if partial == "0":
                continue
            terms.append(expansion.multiply(dot, partial, {**bound, "y": y}))
            read |= {name} | {n.id for n in build.walk(build.template(partial)) if isinstance(n, gast.Name)}
        missing = [k for n, k in kinds.items() if n not in read]
        exact = "y" in read or self.covers([kinds[n] for n in kinds if n in read], missing, kind)
        for term in terms:
            yield term, exact

    def covers(self, present: list[Kind], missing: list[Kind], kind: Kind) -> bool:
        """Whether a result of these operands has the kind that it has without the missing ones."""
        if any(
            fitting.mixes(a, b)
            for a in present
            for b in present
            if not (fitting.is_plain_number(a) or fitting.is_plain_number(b))
        ):
            if missing:
                return False
        for other in missing:
            if fitting.is_plain_number(other):
                continue
            if other.tag == "float" and any(k.is_numeric and not fitting.mixes(k, other) for k in present):
                continue
            if not any(fitting.same_shape(k, kind) and not fitting.mixes(k, other) for k in present):
                return False
        return True

    def of_structural(
        self, rule: Rule, bound: dict[str, build.Node], value: build.Node, y: build.Node, kind: Kind, node: build.Node
    ) -> Iterator[tuple[build.Node, bool]]:
        for name, operand in bound.items():
            if not self.is_active(operand):
                continue
            if name not in rule.differentiable:
                if name in rule.shapes:
                    continue
                raise self.unit.refuse(
                    node, f"cannot differentiate '{rule.name}' with respect to its argument '{name}'",
                    "no rule says how the result depends on it", f"pass srcgrad.stop_gradient({name}) if it is a constant",
                )  # fmt: skip
            entry = self.chosen(rule, name, bound, tangent=True)
            if entry is None and rule.is_multilinear(name, bound):
                yield self.mirrored(value, operand), True  # a tangent has the dtype of its value
            else:
                yield self.structural_term(rule, name, bound, entry, y, node), True

    def chosen(self, rule: Rule, name: str, bound: dict[str, build.Node], tangent: bool):
        parameters = {p.name: p for p in rule.parameters}
        ranks = [self.rules.rank(bound[n]) if n in bound else None for n in parameters]
        given = [n for n in bound if n != name and not expansion.is_default(bound[n], parameters.get(n))]
        return rule.choose_adjoint(name, given, ranks, tangent)

    def structural_term(
        self, rule: Rule, name: str, bound: dict[str, build.Node], entry, y: build.Node, node: build.Node
    ) -> build.Node:
        entry = entry or self.chosen(rule, name, bound, tangent=True)
        if entry is not None:
            given = {**self.rules.told(entry, bound), "y": y, f"{name}_dot": self.dot_of(bound[name])}
            return self.plain(self.rules.expanded(entry.function, given))
        back = self.chosen(rule, name, bound, tangent=False)
        if back is None:
            raise self.unit.refuse(
                node, f"cannot differentiate this call of '{rule.name}'",
                f"its rule does not cover the arguments {', '.join(repr(n) for n in bound)} together",
            )  # fmt: skip
        bar = self.unit.fresh("y_bar")
        linear = gast.Lambda(
            build.parameters([bar]),
            self.rules.expanded(back.function, {**self.rules.told(back, bound), "y": y, "y_bar": build.name(bar)}),
        )
        return build.call("rt.transpose_map", linear, build.copy(y), self.dot_of(bound[name]))

    def plain(self, tangent: build.Node) -> build.Node:
        """`rt.filled(x_dot, x)` is `x_dot` where no part of it can be missing."""

        def replace(item: build.Node) -> build.Node | None:
            if isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute) and item.func.attr == "filled":
                dot, x = item.args
                if isinstance(x, (gast.Tuple, gast.List)) or self.rules.kind(x).is_numeric:
                    return self.plain(dot)
            return None

        return build.rewrite(tangent, replace)

    def mirrored(self, value: build.Node, operand: build.Node) -> build.Node:
        """An operation with the tangent in the place of one operand; of a number, the function instead of the method."""
        if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.value is operand:
            method = rules.method(value.func.attr)
            if method is not None and not self.rules.kind(operand).is_array:
                packed = bool(method.pack) and len(value.args) > 1  # x.reshape(2, 3) gives the parts of one argument
                args = [build.tuple_(value.args)] if packed else value.args
                value = gast.Call(self.reference(method.function), [operand, *args], value.keywords)
        parts = {id(e): e for e in operand.elts} if isinstance(operand, (gast.Tuple, gast.List)) else {}
        whole = any(n is operand for n in build.walk(value))

        def dot(item: build.Node) -> build.Node | None:
            if item is operand or not whole and id(item) in parts:
                return self.dot_of(item)
            return None

        return build.rewrite(value, dot)

    def reference(self, function: Callable) -> build.Node:
        """The name of a function of NumPy or of the runtime in emitted programs."""
        home = "np" if getattr(np, function.__name__, None) is function else "rt"
        return build.attribute(home, function.__name__)

    # ---- stores and calls for their effect --------------------------------------------------------------------------------------

    def store(self, node: build.Node) -> list[build.Node]:
        """`owner[index] = value`: the tangent of the value goes to the same place of the owner's."""
        target = node.targets[0]
        owner = names.root(target)
        if owner not in self.facts.active:
            return [node]
        if isinstance(target, gast.Attribute):
            raise self.unit.refuse(node, "cannot write the tangent of a change of an attribute")
        place = self.place(target, node)
        place.ctx = build.STORE
        active = self.is_active(node.value)
        if active:
            self.rules.check_takes_reals(owner, node)
        passive = not active and self.facts.kind(owner).is_array
        return [node, build.assign(place, build.constant(0.0) if passive else self.dot_of(node.value))]

    def augmented_store(self, node: build.Node) -> list[build.Node]:
        """`owner[index] += value`."""
        owner = names.root(node.target)
        if owner not in self.facts.active or not self.is_active(node.value):
            if owner in self.facts.active and not isinstance(node.op, (gast.Add, gast.Sub)):
                raise self.unit.refuse(node, "cannot write the tangent of this change in place")
            return [node]
        if not isinstance(node.op, (gast.Add, gast.Sub)) or isinstance(node.target, gast.Attribute):
            raise self.unit.refuse(node, "cannot write the tangent of this change in place")
        place = self.place(node.target, node)
        place.ctx = build.STORE
        return [node, gast.AugAssign(place, node.op, self.dot_of(node.value))]

    def adding_store(self, added: adding.Adding, node: build.Node) -> list[build.Node]:
        """`np.add.at(owner, index, value)`."""
        owner = names.root(added.place)
        if owner not in self.facts.active or not self.is_active(added.value):
            return [node]
        place = self.place(added.place, node)
        return [node, adding.store(place.value, place.slice, self.dot_of(added.value), added.operator)]

    def call_for_effect(self, node: build.Node) -> list[build.Node]:
        callee = self.facts.callees.get(id(node.value)) or self.expressions.callee(node.value)
        operands = [*callee.args, *callee.keywords.values()]
        if callee.form == "list" and isinstance(callee.args[0], gast.Name):
            owner = callee.args[0]
            if owner.id not in self.facts.active:
                return [node]
            if callee.function in ("append", "extend"):
                change = build.call(build.attribute(self.dot_of(owner), callee.function), self.dot_of(operands[1]))
                return [node, build.expression(change)]
        if callee.form in ("passive", "rule") or not any(self.is_active(o) for o in operands):
            return [node]
        raise refuse_call(self.unit, self.facts, callee, node.value, node)


def _sum(a: build.Node, b: build.Node) -> build.Node:
    """a + b, a difference where b is negative."""
    if isinstance(b, gast.UnaryOp) and isinstance(b.op, gast.USub):
        return gast.BinOp(a, gast.Sub(), b.operand)
    return gast.BinOp(a, gast.Add(), b)
