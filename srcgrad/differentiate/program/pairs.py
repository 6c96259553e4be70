"""Helpers in reverse mode: pairs of functions.

`name_forward` returns the value of the helper and what its reverse needs, `name_reverse` takes that and the adjoint of the value and
returns the adjoints of its active parameters.
"""

from __future__ import annotations

import gast

from ...analyses import aliases, failures
from ...analyses.facts import Callee
from ...analyses.kinds import UNKNOWN, Kind
from ...core import build as b
from ...core import names
from ...core.unit import Unit
from .. import failing
from ..reverse import Add, Clear, Effect, Need, Replace, Reverse, Run
from ..storage import Storage
from . import builder as builders
from . import cleaning
from .builder import Builder
from .specialised import Helper
from .sweeps import Sweeps


class Pairs:
    """Writes the pairs of a program's helpers, and their calls."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.helpers = builder.helpers
        self.consuming = False  # whether a reverse part takes apart what its forward part saved

    def use(self, callee: Callee, reverse: Reverse, node: b.Node) -> tuple[list[b.Node], Effect]:
        """The statements that call the forward part in the place of `target = helper(...)`, and their effect."""
        operands = [*callee.args, *callee.keywords.values()]
        found = [reverse.kind_of(o) for o in operands]
        kinds, flags = tuple(k for k, _ in found), tuple(a for _, a in found)
        helper = self.helpers.find(callee, kinds, flags)
        self.emit(helper, callee)
        saved = reverse.unit.fresh(f"{builders.name_of(callee.function)}_saved")
        reverse.unit.temporaries.add(saved)
        reverse.facts.kinds[saved] = Kind("tuple", item=UNKNOWN)
        # what is saved may be (a part of) these
        for name in names.writes(node) | {n for o in operands for n in names.reads(o)}:
            if name in reverse.facts.groups:
                aliases.join(reverse.facts.groups, name, saved)
        call = gast.Call(b.name(helper.forward), list(callee.args), helper.keywords(callee))
        forward = b.at(b.assign(b.tuple_([node.targets[0], b.name(saved, True)], True), call), node)
        active = [operand for operand, flag in zip(operands, flags, strict=True) if flag]
        return [forward], self._effect(helper, callee, reverse, node, saved, active)

    def _effect(
        self, helper: Helper, callee: Callee, reverse: Reverse, node: b.Node, saved: str, active: list[b.Node]
    ) -> Effect:
        """The call of the reverse part, and the adjoints of the active operands that it gives."""
        target = node.targets[0]
        bound = [n for n in sorted(names.writes(node)) if n in reverse.facts.active]
        effect = Effect(frozenset(bound))
        parameters = [n for n, flag in zip(self.helpers.arrange(callee), helper.flags, strict=True) if flag]
        given = [o.id if isinstance(o, gast.Name) else "" for o in active]
        bars = []
        for name, operand in zip(parameters, given, strict=True):
            if (
                operand in bound and given.count(operand) == 1
            ):  # read and bound here: its adjoint gives way to the new one
                bars.append(reverse.bars(operand))
            else:
                bars.append(reverse.unit.fresh(f"{name}_bar"))
                reverse.unit.temporaries.add(bars[-1])
        if isinstance(target, gast.Tuple):
            effect.steps += [Need(n) for n in bound]
            y_bar = b.tuple_(b.name(reverse.bars(e.id)) if e.id in bound else b.constant(None) for e in target.elts)
        else:
            y_bar = b.name(reverse.bars(target.id))
        back = gast.Call(b.name(helper.reverse), [gast.Starred(b.name(saved), b.LOAD), y_bar], [])
        if bars:
            targets = [b.name(n, True) for n in bars]
            taken = b.assign(targets[0] if len(bars) == 1 else b.tuple_(targets, True), back)
            effect.steps.append(Run(b.at(taken, node)))
        own: dict[str, b.Node] = {}
        for name, bar, operand in zip(parameters, bars, given, strict=True):
            if not operand:
                continue
            kind = reverse.facts.kind(operand)
            if operand in bound:
                value = b.name(bar)
                if operand in own:
                    both = own[operand], value
                    value = gast.BinOp(both[0], gast.Add(), both[1]) if kind.is_numeric else b.call("rt.add", *both)
                own[operand] = value
            else:
                blank = kind.tag not in ("float", "array") and (helper.blanks is None or name in helper.blanks)
                effect.steps.append(Add(operand, b.name(bar), blank=blank))
        effect.steps += [Replace(name, total) for name, total in own.items()]
        effect.always += [Clear(name) for name in bound if name not in own]
        return effect

    def emit(self, helper: Helper, callee: Callee) -> None:
        """Write the pair of functions of a helper (once)."""
        if helper.emitted:
            return
        helper.emitted = True
        builder, function = self.builder, callee.function
        helper.forward = builder.taken(f"{builders.name_of(function)}_forward")
        helper.reverse = builder.taken(f"{builders.name_of(function)}_reverse")
        unit, facts = self.helpers.taken(helper, callee)
        sweeps = Sweeps(unit, facts, self.use, helper=True)
        result = sweeps.last.value
        bar = sweeps.reverse.bars(result.id) if result.id not in facts.active else ""
        sweeps.run({result.id} if not bar else set(), builder.outside)
        self.consuming = self.consuming or bool(sweeps.storage.tapes or sweeps.storage.undone or facts.mirrored.names)
        renamed = dict(zip(self.helpers.plain(function).parameters, unit.parameters, strict=True))
        blank = sweeps.accumulate.slots.blank
        helper.blanks = frozenset(old for old, new in renamed.items() if new in blank)
        order = self.helpers.arrange(callee)
        wanted = [renamed.get(n, n) for n, flag in zip(order, helper.flags, strict=True) if flag]
        back, saved = self._reverse_part(helper, sweeps, wanted)
        made = self._forward_part(helper, sweeps, saved)
        helper.called = dict(zip(renamed, unit.parameters, strict=True))
        builder.give_defaults(made, unit, function)
        builder.functions += [made, back]

    def _reverse_part(self, helper: Helper, sweeps: Sweeps, wanted: list[str]) -> tuple[b.Node, list[str]]:
        """The function that gives the adjoints of the parameters `wanted`, and what it takes from the forward sweep."""
        unit, storage, bars = sweeps.unit, sweeps.storage, sweeps.reverse.bars
        adjoints = [
            sweeps.reverse.bar_of_argument(n) if n in sweeps.state.present else b.call("rt.zeros_like", b.name(n))
            for n in wanted
        ]
        result = sweeps.last.value.id
        seed = bars(result)
        if result in sweeps.facts.mirrored.names:  # the adjoint of the value is added to one that is there
            seed = unit.fresh(f"{result}_seed")
            sweeps.backward.insert(0, gast.AugAssign(b.name(bars(result), store=True), gast.Add(), b.name(seed)))
        tail = b.return_(adjoints[0] if len(adjoints) == 1 else b.tuple_(adjoints))
        handed = frozenset({*storage.definitions, *unit.parameters, seed})
        backward = cleaning.cleaned(self.builder, sweeps, [*sweeps.backward, tail], given=handed)
        saved = _needed(backward, unit, storage, seed)
        made = b.function(helper.reverse, b.parameters([*saved, seed]), backward)
        made.filename = unit.filename
        return made, saved

    def _forward_part(self, helper: Helper, sweeps: Sweeps, saved: list[str]) -> b.Node:
        """The function that gives the value of a helper, and beside it the names that its reverse part takes."""
        unit, storage, forward = sweeps.unit, sweeps.storage, sweeps.forward
        result = sweeps.last.value
        unsure = [n for n in saved if n not in unit.parameters and not storage.surely_bound(n, forward)]
        if unsure:
            read = failures.unsure(unit, sweeps.facts)
            for name in unsure:
                if name in read:
                    raise unit.refuse(
                        sweeps.last, f"cannot tell whether '{name}' is bound where it is read", "",
                        f"give '{name}' a value on every way that leads there",
                    )  # fmt: skip
            forward[:0] = [b.assign(name, b.constant(None)) for name in unsure]
        value: b.Node = b.name(result.id)
        if sweeps.shares_undone(result.id):
            # the caller's value is not to change when the reverse part puts back what was stored
            value = b.call("rt.copy", value)
        outcome = b.tuple_([value, b.tuple_(b.name(n) for n in saved)])
        marks = failing.marked(unit, sweeps.facts, {result.id}, storage.layout)
        forward = cleaning.cleaned(self.builder, sweeps, [*forward, b.return_(outcome)], marks=marks)
        return builders.shown(unit, forward, helper.forward)


def _needed(backward: list[b.Node], unit: Unit, storage: Storage, seed: str) -> list[str]:
    """The names of the forward sweep that the reverse part reads, in the order of the program."""
    bound: set[str] = set()
    found: list[str] = []
    primal = set(storage.definitions) | set(unit.parameters) | storage.tapes
    _exposed_reads(backward, bound, found, primal - {seed})
    order = {n: i for i, n in enumerate([*unit.parameters, *storage.definitions])}
    return sorted(dict.fromkeys(found), key=lambda n: (order.get(n, len(order)), n))


def _exposed_reads(statements: list[b.Node], bound: set[str], found: list[str], primal: set[str]) -> None:
    for node in statements:
        if isinstance(node, gast.If):
            found += sorted((names.reads(node.test) & primal) - bound)
            one, other = set(bound), set(bound)
            _exposed_reads(node.body, one, found, primal)
            _exposed_reads(node.orelse, other, found, primal)
            bound |= one & other
        elif isinstance(node, gast.For):
            found += sorted((names.reads(node.iter) & primal) - bound)
            _exposed_reads(node.body, bound | names.writes(node.target), found, primal)
        elif isinstance(node, gast.While):
            found += sorted((names.reads(node.test) & primal) - bound)
            _exposed_reads(node.body, set(bound), found, primal)
        else:
            found += sorted((names.reads(node) & primal) - bound)
            bound |= names.writes(node)
