"""What each statement of a unit does to the adjoints, before it is known which of them are zero.

Comes in: a unit in normal form with its facts. Goes out: for each statement an `Effect`: it reads the adjoints of what the statement defines, clears
or replaces them, and adds to the adjoints of what the statement reads. `accumulate` turns effects into statements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import gast
import numpy as np

from ..analyses import aliases
from ..analyses.expressions import Expressions
from ..analyses.facts import Callee, Facts
from ..analyses.kinds import Kind, constant_kind
from ..analyses.mirrored import View
from ..core import adding, build, names
from ..core.unit import Unit
from . import choosing, compositions, extents, pieces, shadows
from .partials import Contributions


@dataclass
class Add:
    """var_bar += value; with a place `var[i]...[j]`: var_bar[i]...[j] += value. `blank`: the value may have empty slots."""

    var: str
    value: build.Node
    place: build.Node | None = None
    blank: bool = False


@dataclass
class Clear:
    """var_bar is zero from here on (backwards): the variable is defined here."""

    var: str


@dataclass
class Replace:
    """var_bar = value: the variable is both read and defined here."""

    var: str
    value: build.Node


@dataclass
class Own:
    """var_bar is about to be changed in place: its memory must be its own."""

    var: str


@dataclass
class Need:
    """var_bar is about to be read: it must be there, if only as zero."""

    var: str


@dataclass
class Run:
    """A statement of the reverse sweep that must come at this place."""

    statement: build.Node


Step = Add | Clear | Replace | Own | Need | Run


@dataclass
class Effect:
    """The reverse of one statement: it happens only if one of `reads` has an adjoint; `always` happens anyway."""

    reads: frozenset[str]
    steps: list[Step] = field(default_factory=list)
    always: list[Step] = field(default_factory=list)


AFTER = ".after"  # stands for the new value of a name in the reverse of a statement that reads and binds it


class Bars:
    """The names of adjoints: x_bar for x."""

    def __init__(self, fresh: names.Fresh):
        self.fresh = fresh
        self.of: dict[str, str] = {}
        self.owners: dict[str, str] = {}  # x for x_bar

    def __call__(self, name: str) -> str:
        if name not in self.of:
            bar = self.of[name] = self.fresh(f"{name}_bar")
            self.owners[bar] = name
        return self.of[name]


def _teller(work: Expressions) -> Callable[[build.Node], tuple[Kind, bool]]:
    """A function that tells kind and activity of an expression; of names that were given later than the inference as well."""
    facts = work.facts

    def kind_of(node: build.Node) -> tuple[Kind, bool]:
        if type(node) is gast.Name:
            known = facts.kinds.get(node.id)
            if known is not None:
                return known, node.id in facts.active
        return work.of(node)

    return kind_of


class Reverse:
    """Writes the effects of the statements of one unit."""

    def __init__(
        self,
        unit: Unit,
        facts: Facts,
        helper: Callable[[Callee, Reverse, build.Node], tuple[list[build.Node], Effect]],
    ):
        self.unit = unit
        self.facts = facts
        self.bars = Bars(unit.fresh)
        self.first: dict[str, str] = {}  # parameters that are rebound -> the adjoint of what they were given
        self.expressions = Expressions(unit, facts)
        self.compositions: compositions.Found = {}  # statements that end a composition with a partial of its own
        self.kind_of = _teller(self.expressions)
        self.rules = Contributions(unit, facts, self.kind_of)
        self.extents = extents.Extents(facts, self.rules.operands, self.rules.kind)
        self.helper = helper
        self.effects: dict[int, Effect] = {}
        self.uses: dict[str, list] | None = None  # name -> [definitions, statements that read it]
        self.once: dict[str, build.Node] = {}  # the values of names that are bound by one statement
        self.statements: list[build.Node] = []  # the block of the statement at hand
        self.reads_after: set[int] = set()  # statements x = f(x) whose reverse reads the new x, not the old one

    def bar(self, name: str) -> build.Node:
        return build.name(self.bars(name))

    def whole(self, body: list[build.Node]) -> list[build.Node]:
        """The statements of the unit, with their effects noted."""
        made = [name for name in self.unit.parameters if name in self.facts.mirrored.names]
        bound = names.written(body) if made else set()
        body = self.block(body)
        begin = []
        for name in made:
            bar = self.bars(name)
            begin.append(build.assign(bar, shadows.zeros(name, self.facts)))
            self.facts.kinds[bar] = self.facts.kind(name)
            if name in bound:  # its adjoint comes to belong to another value
                self.first[name] = self.unit.fresh(f"{name}_given_bar")
                self.unit.temporaries.add(self.first[name])
                self.facts.kinds[self.first[name]] = self.facts.kind(name)
                begin.append(build.assign(self.first[name], build.name(bar)))
        return [*begin, *body]

    def bar_of_argument(self, name: str) -> build.Node:
        """The adjoint of what a parameter was given, when the reverse sweep has been run."""
        return build.name(self.first.get(name) or self.bars(name))

    def made(self) -> set[str]:
        """The names of the adjoints that are made in the forward sweep."""
        return {self.bars(n) for n in self.facts.mirrored.names} | set(self.first.values())

    def block(self, statements: list[build.Node]) -> list[build.Node]:
        """The statements, with their effects noted; one that overwrites what its own reverse reads is taken in two steps."""
        self.note_single_uses(statements)
        found = compositions.find(statements, self.rules.single, self.facts)
        self.compositions |= found
        self.rules.composed |= {s.targets[0].id for s in statements if id(s) in found}
        out: list[list[build.Node]] = []
        for node in reversed(statements):  # from the end: what an adjoint looks like is known where it is used
            if isinstance(node, gast.If):
                orelse = self.block(node.orelse)
                node.body, node.orelse = self.block(node.body), orelse
                out.append([node])
            elif isinstance(node, (gast.For, gast.While)):
                outside, self.rules.in_loop = self.rules.in_loop, True
                node.body = self.block(node.body)
                self.rules.in_loop = outside
                out.append([node])
            else:
                self.statements = statements
                made = self.simple(node)
                out.append(self.with_shares(made, node))
        return [node for part in reversed(out) for node in part]

    def with_shares(self, made: list[build.Node], node: build.Node) -> list[build.Node]:
        """The statements of an operation, after those that find the shares of its operands: its reverse reads what is known before it."""
        shares, self.rules.shares = self.rules.shares, []
        return [*(build.at(s, node) for s in shares), *made]

    def note_single_uses(self, statements: list[build.Node]) -> None:
        if self.uses is None:
            self.uses = {}
            self.count_uses(self.unit.body)
            self.rules.chosen = choosing.chosen(self.uses, self.facts, self.rules.is_elementwise)
        here = set(map(id, statements))
        for node in statements:
            if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                name = node.targets[0].id
                definitions, uses = self.uses.get(name, (0, []))
                if definitions == 1 and len(uses) == 1 and id(uses[0]) in here and _mentioned(name, uses[0]) == 1:
                    self.rules.single[name] = node.value

    def count_uses(self, statements: list[build.Node]) -> None:
        assert self.uses is not None
        for node in statements:
            if isinstance(node, (gast.If, gast.For, gast.While)):
                head = node.iter if isinstance(node, gast.For) else node.test
                for name in self.facts.names.reads(head):
                    self.uses.setdefault(name, [0, []])[1].append(node)
                if isinstance(node, gast.For):
                    for name in self.facts.names.writes(node.target):
                        self.uses.setdefault(name, [0, []])[0] += 2
                        self.once.pop(name, None)
                self.count_uses(node.body)
                if isinstance(node, gast.If):
                    self.count_uses(node.orelse)
                continue
            for name in self.facts.names.reads(node):
                self.uses.setdefault(name, [0, []])[1].append(node)
            for name in self.facts.names.writes(node):
                self.uses.setdefault(name, [0, []])[0] += 1
                if isinstance(node, gast.Assign) and self.uses[name][0] == 1 and name not in self.unit.parameters:
                    self.once[name] = node.value
                else:
                    self.once.pop(name, None)

    def simple(self, node: build.Node) -> list[build.Node]:
        is_definition = isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)
        if is_definition and self.needs_two_steps(node):
            return [s for part in shadows.in_two_steps(node, self.unit, self.facts) for s in self.simple(part)]
        if (
            isinstance(node, gast.Assign)
            and isinstance(node.value, gast.Call)
            and self.facts.names.writes(node) & self.facts.active
        ):
            callee = self.facts.callees.get(id(node.value))
            if callee is not None and callee.form == "helper":
                statements, effect = self.helper(callee, self, node)
                return self.with_beside(statements, node, effect)
        if is_definition and node.targets[0].id in self.facts.mirrored.names:
            return self.mirrored(node)
        if not is_definition or node.targets[0].id not in self.facts.names.reads(node.value):
            self.effects[id(node)] = self.effect(node)
            return [node]
        target = node.targets[0].id
        if not isinstance(node.value, gast.Subscript):
            effect = self.definition(target, node.value, node, result=AFTER)
            used = {n for step in effect.steps for n in _read_by(step)}
            if AFTER not in used or target not in used:
                if AFTER in used:
                    self.reads_after.add(id(node))
                for step in effect.steps:
                    if isinstance(step, (Add, Replace)):
                        step.value = build.substitute(step.value, {AFTER: build.name(target)})
                    elif isinstance(step, Run):
                        step.statement = build.substitute(step.statement, {AFTER: build.name(target)})
                self.effects[id(node)] = effect
                return [node]
        first, second = shadows.in_two_steps(node, self.unit, self.facts)
        for part in (first, second):
            self.effects[id(part)] = self.effect(part)
        return [first, second]

    def needs_two_steps(self, node: build.Node) -> bool:
        """Whether a name whose adjoint is made in the forward sweep is read and bound, so that two adjoints are at hand."""
        name, view = node.targets[0].id, self.facts.mirrored.views.get(id(node))
        own = name in self.facts.mirrored.names and name in self.facts.names.reads(node.value)
        return own and (view is None or not view.sure)

    def mirrored(self, node: build.Node) -> list[build.Node]:
        """A definition of a name whose adjoint is made beside it: a view hands nothing on, its adjoint is that of what it views."""
        target = node.targets[0].id
        view = self.facts.mirrored.views.get(id(node))
        effect = Effect(frozenset())
        if isinstance(node.value, (gast.Tuple, gast.List, gast.Dict)):
            effect = self.of_a_container(target, node.value, node)
        elif view is None:
            effect = self.effect(node)
        elif not view.sure:
            effect = self.of_a_copy(target, view, node)
        return self.with_beside([node], node, effect)

    def with_beside(self, made: list[build.Node], node: build.Node, effect: Effect) -> list[build.Node]:
        """Statements that define a name, with their effect, and the one that makes its adjoint if that is made in the forward sweep.

        Their reverse reads the adjoint that is made after them, so that it comes before what undoes that.
        """
        target = getattr(node.targets[0], "id", "")
        if target in self.facts.mirrored.names:
            self.facts.kinds[self.bars(target)] = self.facts.kind(target)
            made = [*made, shadows.beside(node, self.facts, self.bars)]
        self.effects[id(made[-1])] = effect
        return made

    def of_a_container(self, target: str, value: build.Node, node: build.Node) -> Effect:
        """The effect of a display that holds arrays whose adjoints are made in the forward sweep: the numbers in it take theirs."""
        effect = Effect(frozenset([target]))
        for operand, slot in self.contributions(target, value, node, target, self.kind_of(value)[0]):
            if isinstance(operand, gast.Name) and operand.id not in self.facts.mirrored.names:
                effect.steps.append(Add(operand.id, slot))
        return effect

    def of_a_copy(self, target: str, view: View, node: build.Node) -> Effect:
        """The effect of a definition that may turn out to be a copy when the program runs."""
        inner = Effect(frozenset())
        for operand, value in self.contributions(target, node.value, node, target, self.kind_of(node.value)[0]):
            if operand is None:
                inner.steps.append(Run(value))
            else:
                self.add(inner, operand, value, [], target)
        body = []
        for step in inner.steps:
            if isinstance(step, Run):
                body.append(step.statement)
                continue
            assert isinstance(step, Add) and step.var == view.operand.id and step.place is None
            body.append(gast.AugAssign(build.name(self.bars(step.var), store=True), gast.Add(), step.value))
        test = gast.UnaryOp(gast.Not(), shadows.shares(self.bars(target), self.bars(view.operand.id)))
        effect = Effect(frozenset([target]))
        if body:
            effect.steps.append(Run(build.if_(test, [build.at(s, node) for s in body], [])))
        return effect

    def effect(self, node: build.Node) -> Effect:
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            return self.definition(node.targets[0].id, node.value, node)
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
            return self.store(node.targets[0], node.value, node)
        if isinstance(node, gast.AugAssign) and not isinstance(node.target, gast.Name):
            return self.adding_store(node.target, node.op, node.value, node)
        if (added := adding.found(node)) is not None:
            return self.adding_store(added.place, added.operator, added.value, node)
        if isinstance(node, gast.Expr) and isinstance(node.value, gast.Call):
            return self.call_for_effect(node)
        if isinstance(node, gast.AugAssign) and (
            node.target.id in self.facts.active or self.rules.is_active(node.value)
        ):
            raise self.unit.refuse(
                node, f"cannot differentiate a change of '{node.target.id}' in place",
                "it may be known under another name as well", f"write {node.target.id} = {node.target.id} ... instead",
            )  # fmt: skip
        passive = [n for n in self.facts.names.writes(node) if n in self.facts.active]
        return Effect(frozenset(passive), [], [Clear(n) for n in passive])

    def definition(self, target: str, value: build.Node, node: build.Node, result: str = "") -> Effect:
        """The effect of `target = value`; `result` is the name by which the expressions call the value, the target by default."""
        if isinstance(value, gast.Call):
            callee = self.facts.callees.get(id(value)) or self.expressions.callee(value)
            if callee.form == "list" and callee.function != "copy":
                effect = self.call_for_effect(build.at(build.expression(value), node))
                if (
                    target in self.facts.active
                ):  # what a passive list gives has no derivative, whatever the name held before
                    effect.reads |= {target}
                    effect.always.append(Clear(target))
                return effect
        if target not in self.facts.active:
            return Effect(frozenset())
        effect = Effect(frozenset([target]))
        kind, active = self.kind_of(value)
        if not active:
            effect.always.append(Clear(target))
            return effect
        own: list[build.Node] = []
        for operand, contribution in self.contributions(target, value, node, result or target, kind):
            if operand is None:
                effect.steps.append(Run(contribution))
            else:
                self.add(effect, operand, contribution, own, target)
        self.share_calls(effect, own)
        self.merge_equal(effect)
        if own:
            total = own[0]
            if len(own) == 2 and build.same(*own) and self.facts.kind(target).is_numeric:
                own, total = own[:1], build.doubled(total)
            for more in own[1:]:
                total = gast.BinOp(total, gast.Add(), more)
            effect.steps.append(Replace(target, total))
        else:
            effect.always.append(Clear(target))
        additions = [step for step in effect.steps if isinstance(step, Add)]
        if len(additions) == len(effect.steps):
            # a name of the user's goes last: its adjoint may be what the others are made of, under another name
            effect.steps = [*sorted(additions, key=self.turn)]
        return effect

    def turn(self, step: Add) -> int:
        if step.place is not None or step.var in self.unit.temporaries:
            return 0
        definitions = self.uses[step.var][0] if self.uses is not None and step.var in self.uses else 0
        return 2 if definitions > 1 else 1  # what a loop hands from trip to trip comes last

    def share_calls(self, effect: Effect, own: list[build.Node]) -> None:
        """A call whose parts go to several operands, as `f(...)[0]` and `f(...)[1]`, is made once."""
        if len(effect.steps) + len(own) < 2:
            return
        additions = [step for step in effect.steps if isinstance(step, Add)]
        for call in shared_calls([*(step.value for step in additions), *own]):
            name = self.unit.fresh("bars")
            self.unit.temporaries.add(name)

            def replace(node: build.Node, call: build.Node = call, name: str = name) -> build.Node | None:
                return build.name(name) if isinstance(node, gast.Call) and build.same(node, call) else None

            for step in additions:
                step.value = build.rewrite(step.value, replace)
            own[:] = [build.rewrite(value, replace) for value in own]
            effect.steps.insert(0, Run(build.assign(name, call)))

    def merge_equal(self, effect: Effect) -> None:
        """Two equal contributions to a number or array, as those of x * x, are one."""
        if len(effect.steps) != 2:
            return
        one, other = effect.steps
        if not isinstance(one, Add) or not isinstance(other, Add) or one.var != other.var or one.place or other.place:
            return
        if self.facts.kind(one.var).is_numeric and build.same(one.value, other.value):
            effect.steps = [Add(one.var, build.doubled(one.value))]

    def add(self, effect: Effect, operand: build.Node, value: build.Node, own: list[build.Node], target: str) -> None:
        """An addition to the adjoint of an operand (of each name, if the operand is a display of names)."""
        if isinstance(operand, gast.Name) and operand.id in self.unit.temporaries and pieces.is_split(value):
            display = self.rules.single.get(operand.id)  # made for this call, just before it
            if isinstance(display, (gast.Tuple, gast.List)) and target not in names.reads(display):
                operand = display
        if isinstance(operand, (gast.Tuple, gast.List)):
            wanted = [e for e in operand.elts if isinstance(e, gast.Name) and e.id in self.facts.active]
            known = pieces.parts(value, operand, self.rules.kind) if pieces.is_split(value) else None
            if known is not None:
                value = known[0]
            if len(wanted) > 1 and isinstance(value, gast.Call):  # one call for all of them
                name = self.unit.fresh("bars")
                self.unit.temporaries.add(name)
                effect.steps.append(Run(build.assign(name, value)))
                value = build.name(name)
            for i, element in enumerate(operand.elts):
                if isinstance(element, gast.Name) and element.id in self.facts.active:
                    index = known[1][i] if known is not None else build.constant(i)
                    self.add(effect, element, build.subscript(value, index), own, target)
            return
        if isinstance(operand, gast.Subscript):
            root = aliases.root_of(operand)
            assert root is not None
            effect.steps.append(Add(root, value, operand))
            return
        if not isinstance(operand, gast.Name) or operand.id not in self.facts.active:
            return
        if operand.id == target:
            own.append(value)
        else:
            effect.steps.append(Add(operand.id, value))

    def contributions(self, target: str, value: build.Node, node: build.Node, result: str, kind: Kind):
        """(operand, contribution) of what `target = value` reads, the value being of this kind."""
        y, y_bar = build.name(result), self.bar(target)
        kind = constant_kind(kind)
        if id(node) in self.compositions:
            rule, operand = self.compositions[id(node)]
            yield from self.rules.of_elementwise(rule, {"x": operand}, y, y_bar, kind, node)
        elif isinstance(value, gast.Name):
            yield value, build.copy(y_bar)
        elif isinstance(value, gast.BinOp):
            left, right = self.rules.kind(value.left), self.rules.kind(value.right)
            if "list" in (left.tag, right.tag) or "tuple" in (left.tag, right.tag):
                yield from self.sequence_operation(value, y_bar, node)
                return
            callee = self.rules.operator(value, [value.left, value.right], node)
            yield from self.rules.of_rule(callee, y, y_bar, kind, node)
        elif isinstance(value, gast.UnaryOp):
            callee = self.rules.operator(value, [value.operand], node)
            yield from self.rules.of_rule(callee, y, y_bar, kind, node)
        elif isinstance(value, gast.Subscript):
            yield from self.load(value, y_bar, kind)
        elif isinstance(value, gast.Attribute):
            yield from self.attribute(value, y, y_bar, kind, node)
        elif isinstance(value, (gast.Tuple, gast.List)):
            for i, element in enumerate(value.elts):
                if isinstance(element, gast.Starred):
                    raise self.unit.refuse(
                        node, "cannot differentiate a display with '*'", "its positions are not known"
                    )
                if self.rules.is_active(element):
                    yield element, build.subscript(build.copy(y_bar), build.constant(i))
        elif isinstance(value, gast.Dict):
            for key, element in zip(value.keys, value.values, strict=True):
                if self.rules.is_active(element):
                    yield element, build.subscript(build.copy(y_bar), build.copy(key))
        elif isinstance(value, gast.Call):
            yield from self.call(value, y, y_bar, kind, node)
        else:
            raise self.unit.refuse(node, "cannot differentiate this expression", "no rule covers it")

    def sequence_operation(self, value: build.Node, y_bar: build.Node, node: build.Node):
        """`a + b` of lists or tuples: the adjoint is cut where a ends."""
        sides = {self.rules.kind(side).tag for side in (value.left, value.right)}
        if not isinstance(value.op, gast.Add) or not isinstance(value.left, gast.Name) or len(sides) > 1:
            raise self.unit.refuse(
                node,
                "cannot differentiate this operation on a list",
                "only '+' of two lists is covered",
                "build the list with append",
            )
        cut = build.call("len", value.left)
        yield value.left, build.subscript(build.copy(y_bar), gast.Slice(None, cut, None))
        yield value.right, build.subscript(build.copy(y_bar), gast.Slice(cut, None, None))

    def load(self, value: build.Node, y_bar: build.Node, kind: Kind):
        """`owner[index]`: the adjoint goes into the same place of the owner's."""
        if not self.kind_of(value.value)[1]:
            raise self.unit.refuse(
                value, "cannot differentiate with respect to an index", "what the subscript does with it is not known"
            )
        if self.rules.kind(value.value).tag == "float":  # x[()], x[None] of a number
            yield value.value, y_bar if kind.is_scalar else build.call("rt.unbroadcast", y_bar, value.value)
            return
        yield gast.Subscript(value.value, value.slice, build.LOAD), y_bar

    def attribute(self, value: build.Node, y: build.Node, y_bar: build.Node, kind: Kind, node: build.Node):
        from .. import rules

        owner = self.rules.kind(value.value)
        if owner.tag == "float" and (value.attr in ("T", "mT") or value.attr == "real" and not owner.is_complex):
            yield value.value, y_bar
            return
        function = rules.attribute(value.attr)
        if function is not None and (owner.is_numeric or owner.tag == "unknown"):
            yield from self.rules.of_rule(Callee("rule", function, [value.value]), y, y_bar, kind, node)
            return
        raise self.unit.refuse(
            node,
            f"cannot differentiate through the attribute '{value.attr}'",
            "what it holds is not known to be differentiable",
        )

    def call(self, value: build.Node, y: build.Node, y_bar: build.Node, kind: Kind, node: build.Node):
        callee = self.facts.callees.get(id(value)) or self.expressions.callee(value)
        if callee.form == "rule":
            if any(isinstance(a, gast.Starred) for a in callee.args):
                raise self.unit.refuse(
                    node, "cannot differentiate a call with '*'", "which argument goes where is not known"
                )
            yield from self.rules.of_rule(callee, y, y_bar, kind, node)
        elif callee.function in (list, tuple) and len(callee.args) == 1 and not callee.keywords:
            yield self.listed(callee.args[0], y_bar)
        elif callee.form == "list" and callee.function == "pop":
            raise self.unit.refuse(node, "cannot differentiate 'pop' of a list yet", "it changes the list in place")
        else:
            raise refuse_call(self.unit, self.facts, callee, value, node)

    def listed(self, items: build.Node, y_bar: build.Node) -> tuple[build.Node, build.Node]:
        """`list(items)` and `tuple(items)`: an adjoint of each item."""
        if self.rules.kind(items).tag in ("list", "tuple"):
            return items, build.call("list", y_bar)
        return items, build.call("rt.listed_adjoint", y_bar, build.copy(items))

    # ---- stores -----------------------------------------------------------------------------------------------------------------

    def store(self, target: build.Node, value: build.Node, node: build.Node) -> Effect:
        """`owner[index] = value`: the value takes the adjoint that stands there, and what was there before has none."""
        owner = aliases.root_of(target)
        if owner is None or owner not in self.facts.active:
            return Effect(frozenset())
        if self.rules.is_active(value):
            self.rules.check_takes_reals(owner, node)
        alone = self.facts.kind(owner).is_array and owner not in self.facts.mirrored.names
        if isinstance(target.value, gast.Name) and _is_whole(target.slice) and alone:
            return self.whole_store(target, value, node)
        effect = Effect(frozenset([owner]), [Own(owner)])
        given: Add | None = None
        if self.rules.is_active(value):
            if self.meets_twice(target.slice):
                taken = build.call("rt.last_written", self.place_bar(target.value), build.as_argument(target.slice))
            else:
                taken = self.taken(target)
            given = Add(value.id, self.in_shape(taken, value, target, node))
        shared = given is not None and (given.var == owner or given.var in self.facts.mirrored.names)
        if given is not None and shared:  # a[i] = a: taken before the place is cleared, added afterwards
            name = self.unit.fresh("t")
            self.unit.temporaries.add(name)
            effect.steps.append(Run(build.assign(name, given.value)))
            given.value = build.name(name)
        elif given is not None:
            effect.steps.append(given)
        cleared = self.place_bar(target)
        cleared.ctx = build.STORE
        effect.steps.append(Run(build.assign(cleared, build.constant(0.0))))
        if given is not None and shared:
            effect.steps.append(given)
        return effect

    def whole_store(self, target: build.Node, value: build.Node, node: build.Node) -> Effect:
        """`owner[...] = value`: the adjoint goes over to the value as a whole, as if the name were bound anew."""
        owner = target.value.id
        if isinstance(value, gast.Name) and value.id == owner:
            return Effect(frozenset())
        effect = Effect(frozenset([owner]), [], [Clear(owner)])
        if self.rules.is_active(value):
            effect.steps.append(Add(value.id, self.in_shape(self.bar(owner), value, target, node)))
        return effect

    def place_bar(self, place: build.Node) -> build.Node:
        """The place of the adjoint that belongs to a place of an array."""
        root = aliases.root_of(place)
        assert root is not None
        found = build.substitute(place, {root: self.bar(root)})
        if isinstance(found, gast.Subscript):
            found.ctx = build.LOAD
        return found

    def piece_kind(self, place: build.Node) -> Kind:
        return constant_kind(self.kind_of(build.subscript(place.value, place.slice))[0])

    def taken(self, place: build.Node) -> build.Node:
        """The adjoint that stands at a place, as a value that stays what it is when the place is changed."""
        piece = self.place_bar(place)
        if self.piece_kind(place).is_scalar or self.copies(place.slice):
            return piece
        return build.call(build.attribute(piece, "copy"))

    def copies(self, index: build.Node) -> bool:
        """Whether an index surely copies: an array of positions, or a mask."""
        return any(
            isinstance(p, gast.List) or isinstance(p, gast.Name) and self.rules.kind(p).is_array
            for p in (index.elts if isinstance(index, gast.Tuple) else [index])
        )

    def meets_twice(self, index: build.Node) -> bool:
        """Whether an index may name an element twice: anything that is not made of integers, slices, masks and distinct positions."""
        for part in index.elts if isinstance(index, gast.Tuple) else [index]:
            if (
                isinstance(part, gast.Slice)
                or isinstance(part, gast.Constant)
                and (part.value in (None, ...) or type(part.value) is int)
                or self.is_distinct(part)
            ):
                continue
            kind = self.rules.kind(part)
            if kind.tag != "int" and not (kind.is_array and kind.dtype == "bool"):
                return True
        return False

    def is_distinct(self, part: build.Node) -> bool:
        """Whether an index surely is a row of positions from the front, no two of them the same."""
        if isinstance(part, gast.List):
            positions = [e.value if isinstance(e, gast.Constant) and type(e.value) is int else -1 for e in part.elts]
            return min(positions, default=0) >= 0 and len(set(positions)) == len(positions)
        value = self.once.get(part.id) if isinstance(part, gast.Name) else None
        callee = self.facts.callees.get(id(value)) if isinstance(value, gast.Call) else None
        if callee is None or callee.keywords:
            return False
        return callee.function is np.flatnonzero or callee.function is np.arange and len(callee.args) == 1

    def adding_store(self, place: build.Node, operator: build.Node, value: build.Node, node: build.Node) -> Effect:
        """`owner[index] += value`: the value takes the adjoint that stands there, which stays.

        Where the index names an element twice, each of the values that were added to it takes its adjoint.
        """
        owner = aliases.root_of(place)
        if owner is None or owner not in self.facts.active:
            return Effect(frozenset())
        if not isinstance(operator, (gast.Add, gast.Sub)):
            raise self.unit.refuse(node, "cannot differentiate this change in place", "what is changed is not known")
        if not self.rules.is_active(value):
            return Effect(frozenset())
        taken = self.taken(place)
        if isinstance(operator, gast.Sub):
            taken = gast.UnaryOp(gast.USub(), self.place_bar(place))
        effect = Effect(frozenset([owner]))
        effect.steps.append(Add(value.id, self.in_shape(taken, value, place, node)))
        return effect

    def in_shape(self, taken: build.Node, value: build.Node, place: build.Node, node: build.Node) -> build.Node:
        """The adjoint of a place, in the shape of the value that was stored there and perhaps broadcast."""
        mine, whole = self.rules.kind(value), self.piece_kind(place)
        known = mine.is_array and mine.dtype == whole.dtype != "" and mine.rank == whole.rank
        if known and self.extents.fills(value, place, self.statements, node):
            return taken
        return self.rules.to_shape(taken, value, whole)

    def call_for_effect(self, node: build.Node) -> Effect:
        callee = self.facts.callees.get(id(node.value)) or self.expressions.callee(node.value)
        operands = [*callee.args, *callee.keywords.values()]
        if callee.form == "list" and callee.function == "append":
            owner, value = operands
            effect = Effect(frozenset([owner.id]))
            if self.rules.is_active(value):
                # the adjoint of the list is as long as the list: its last item is that of the value
                last = build.call(build.attribute(self.bar(owner.id), "pop"))
                effect.steps.append(Own(owner.id))
                effect.steps.append(Add(value.id, last))
            elif owner.id in self.facts.active:
                effect.steps.append(Run(build.expression(build.call(build.attribute(self.bar(owner.id), "pop")))))
            if owner.id in self.facts.active:
                effect.always.append(Run(build.expression(build.call(build.attribute(owner.id, "pop")))))
            return effect
        if callee.form in ("passive", "rule") or not any(self.rules.is_active(o) for o in operands):
            return Effect(frozenset())
        raise refuse_call(self.unit, self.facts, callee, node.value, node)


def _mentioned(name: str, statement: build.Node) -> int:
    """How often a name stands in a statement."""
    return sum([type(n) is gast.Name and n.id == name for n in build.walk(statement)])


def _is_whole(index: build.Node) -> bool:
    """Whether an index means all of an array, and an array it gives."""
    if isinstance(index, gast.Slice):
        return index.lower is None and index.upper is None and index.step is None
    return isinstance(index, gast.Constant) and index.value is ...


def _read_by(step: Step) -> set[str]:
    """The names that a step reads."""
    if isinstance(step, (Add, Replace)):
        return names.reads(step.value)
    return names.reads(step.statement) if isinstance(step, Run) else set()


def refuse_call(unit: Unit, facts: Facts, callee: Callee, value: build.Node, node: build.Node) -> Exception:
    """What is said of a call that nothing covers."""
    from .. import rules

    active = [a.id for a in callee.args if isinstance(a, gast.Name) and a.id in facts.active]
    what = describe(callee.function) if callee.function is not None else written(value.func)
    reason = rules.refusal(callee.function) if callee.function is not None else None
    shown = [n for n in active if n not in unit.temporaries]
    why = f"{' and '.join(shown) or 'an argument'} depends on an argument you differentiate, and "
    why += reason or "it has no rule and no Python source that could be differentiated"
    instead = "" if reason else (
        f"give it a rule with srcgrad.rule({what.rpartition('.')[2]}, ...), "
        f"or pass srcgrad.stop_gradient({shown[0] if shown else 'x'})"
    )  # fmt: skip
    return unit.refuse(node, f"cannot differentiate through '{what}'", why, instead)


def shared_calls(values: list[build.Node]) -> list[build.Node]:
    """The calls of which more than one of the expressions takes a part, `call(...)[i]`; each once."""
    if len(values) < 2:
        return []
    seen: list[tuple[build.Node, int]] = []
    found: list[build.Node] = []
    for i, value in enumerate(values):
        for node in build.walk(value):
            if not isinstance(node, gast.Subscript) or not isinstance(node.value, gast.Call):
                continue
            call = node.value
            if any(build.same(call, other) and place != i for other, place in seen):
                if not any(build.same(call, other) for other in found):
                    found.append(call)
            seen.append((call, i))
    return found


def describe(function: object) -> str:
    from ..rules.declare import qualified_name

    return qualified_name(function)


def written(node: build.Node) -> str:
    import ast

    return ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(build.copy(node))))
