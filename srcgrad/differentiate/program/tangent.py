"""A whole tangent program: the function that is differentiated and the helpers it calls.

The main function takes the tangents after the arguments, and returns the value and its tangent. A helper becomes one function
`name_jvp` that takes the tangents of its active parameters by name and returns the same pair; like adjoints, helpers are specialised by
the kinds of their arguments and by which of them are active.
"""

from __future__ import annotations

from typing import Any

import gast

from ... import optimise
from ...analyses import failures
from ...analyses import kinds as K
from ...analyses.facts import Callee, Facts
from ...analyses.kinds import Kind
from ...core import build as b
from ...core.unit import Unit
from ...optimise import elements
from ...optimise.facts import Facts as ProgramFacts
from .. import failing, fence
from ..forward import Forward
from . import builder as builders
from . import cleaning
from .builder import Builder, Program
from .specialised import Helper


def build(
    function: Any,
    wrt: tuple[int | str, ...],
    kinds: dict[str, Kind],
    *,
    aux: bool = False,
    after: str | None = None,
    device: bool = False,
) -> Program:
    """The program of value and tangent of `function`, whose parameters `wrt` have tangents, for arguments of these kinds.

    It takes the tangents after the arguments: by position, or by name (`x_dot`) where the function takes `*args`. With `aux` the
    function returns a pair of which only the first item is differentiated, and the program (value, tangent, other).
    """
    builder = Builder(device, after)
    function = builders.as_function(function)
    return builder.program(function, lambda: _Tangents(builder).main(function, wrt, kinds, aux))


class _Tangents:
    """Writes the tangent forms of the functions of a program."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.helpers = builder.helpers

    def main(self, function: Any, wrt: tuple[int | str, ...], kinds: dict[str, Kind], aux: bool) -> b.Node:
        builder = self.builder
        unit, facts, targets = builder.opened(function, wrt, kinds)
        other = builders.split_aux(unit, facts)[1] if aux else ""
        builder.passed("normal", unit, unit.body)
        marks = self.marks(unit, facts, other)
        forward, body, last = self.walked(unit, facts)
        dots = [forward.dots(n) for n in targets]
        result, dot = self.result(last.value, facts, forward)
        outcome = [result, self.finished(result, dot, facts)]
        if aux:
            outcome.append(b.name(other))
        body = [*self.first_tangents(unit, facts, forward, targets), *body, b.at(b.return_(b.tuple_(outcome)), last)]
        if builder.after == "adjoint":
            return self.with_dots(unit, body, dots, "")
        body = self.optimised(unit, facts, forward, body, dots, marks)
        return self.with_dots(unit, body, dots, builder.taken(builders.name_of(function) + "_jvp"))

    def marks(self, unit: Unit, facts: Facts, other: str = "") -> frozenset[int]:
        """What must be evaluated because it may raise; `other` is returned beside the value."""
        result = unit.body[-1].value
        return failing.marked(unit, facts, ({result.id} if isinstance(result, gast.Name) else set()) | {other})

    def walked(self, unit: Unit, facts: Facts) -> tuple[Forward, list[b.Node], b.Node]:
        """The statements of a unit with their tangents, without the return at the end, which comes beside."""
        fence.check_stores(unit, facts)
        last = unit.body.pop()
        forward = Forward(unit, facts, self.use_tangents)
        unit.body = forward.block(unit.body)
        self.builder.outside.share(unit)
        return forward, unit.body, last

    def result(self, result: b.Node, facts: Facts, forward: Forward) -> tuple[b.Node, b.Node]:
        """The value that is returned, and its tangent."""
        if isinstance(result, gast.Name) and result.id in facts.active:
            return result, b.name(forward.dots(result.id))
        return result, forward.dot_of(result)

    def finished(self, result: b.Node, dot: b.Node, facts: Facts) -> b.Node:
        """The tangent in the structure and the dtype of the value, in memory of its own."""
        kind = facts.kind(result.id) if isinstance(result, gast.Name) else K.UNKNOWN
        if kind.tag == "float" and kind.dtype in K.DOUBLE:
            return dot
        return b.call("rt.gradient", dot, b.copy(result))

    def first_tangents(self, unit: Unit, facts: Facts, forward: Forward, targets: list[str]) -> list[b.Node]:
        """Tangents before the first statement: those that the program changes together with their arguments are copied, so that the
        caller's stay as they are; parameters that become active later have zero tangents.
        """
        changed = [n for n in targets if forward.group(n) in forward.stored]
        passive = [n for n in unit.parameters if n in facts.active and n not in targets]
        copied = [b.assign(forward.dots(n), b.call("rt.copy", b.name(forward.dots(n)))) for n in changed]
        return [*copied, *(b.assign(forward.dots(n), forward.zero(n)) for n in passive)]

    def with_dots(self, unit: Unit, body: list[b.Node], dots: list[str], name: str, by_name: bool = False) -> b.Node:
        made = builders.shown(unit, body, name)
        parameters = [gast.Name(n, gast.Param(), None, None) for n in dots]
        if by_name or unit.vararg:
            made.args.kwonlyargs += parameters
            made.args.kw_defaults += [None for _ in parameters]
        else:
            made.args.args += parameters
        return made

    def optimised(
        self,
        unit: Unit,
        facts: Facts,
        forward: Forward,
        body: list[b.Node],
        dots: list[str],
        marks: frozenset[int],
    ) -> list[b.Node]:
        owners = {dot: var for var, dot in forward.dots.of.items()}

        array, floating = cleaning.told(facts, owners)
        parameters = frozenset([*unit.parameters, *dots])
        known = ProgramFacts(
            array=array,
            floating=floating,
            parameters=parameters,
            temporaries=frozenset(unit.temporaries | set(owners)) - set(dots),
            escaping=parameters,
            fails=failures.teller(unit, facts),
        )
        body = optimise.optimise(optimise.keep_marked(body, known, marks), known)
        if not self.builder.device:
            return body
        return self.builder.with_kernels(unit, elements.own_numbers(body, known), known)

    # ---- helpers ----------------------------------------------------------------------------------------------------------------

    def use_tangents(self, callee: Callee, forward: Forward, node: b.Node, target: str) -> list[b.Node]:
        """The statements that call the tangent form of a helper in the place of `target = helper(...)`."""
        operands = [*callee.args, *callee.keywords.values()]
        found = [forward.kind_of(o) for o in operands]
        helper = self.helpers.find(callee, tuple(k for k, _ in found), tuple(a for _, a in found))
        dots = self.emit_tangents(helper, callee)
        order = self.helpers.arrange(callee)
        given = {dots[n]: forward.dot_of(o) for n, o, (_, flag) in zip(order, operands, found, strict=True) if flag}
        keywords = [*helper.keywords(callee), *(gast.keyword(n, v) for n, v in given.items())]
        call = gast.Call(b.name(helper.forward), list(callee.args), keywords)
        dot = forward.dots(target)
        statements = [b.assign(b.tuple_([b.name(target, True), b.name(dot, True)], True), call)]
        groups = {forward.group(n) for o in operands for n in ([o.id] if isinstance(o, gast.Name) else [])}
        mine = forward.group(target)
        if (
            mine not in groups and ({mine} | groups) & forward.stored
        ):  # the tangents may share memory where the values do not
            statements.append(b.assign(dot, b.call("rt.copy", b.name(dot))))
        return statements

    def emit_tangents(self, helper: Helper, callee: Callee) -> dict[str, str]:
        """Write the tangent form of a helper (once); gives the name of the tangent of each active parameter."""
        if helper.emitted:
            return helper.dots
        helper.emitted = True
        function = callee.function
        helper.forward = self.builder.taken(f"{builders.name_of(function)}_jvp")
        unit, facts = self.helpers.taken(helper, callee)
        own = dict(zip(self.helpers.plain(function).parameters, unit.parameters, strict=True))
        order = [n for n, flag in zip(self.helpers.arrange(callee), helper.flags, strict=True) if flag]
        forward = Forward(unit, facts, self.use_tangents)
        helper.dots = {n: forward.dots(own.get(n, n)) for n in order}
        fence.check_stores(unit, facts, helper=True)
        marks = self.marks(unit, facts)
        last = unit.body.pop()
        unit.body = forward.block(unit.body)
        self.builder.outside.share(unit)
        helper.called = dict(zip(own, unit.parameters, strict=True))
        result, dot = self.result(last.value, facts, forward)
        dots = [helper.dots[n] for n in order]
        targets = [own.get(n, n) for n in order]
        kept = self.first_tangents(unit, facts, forward, targets)
        body = [*kept, *unit.body, b.at(b.return_(b.tuple_([result, dot])), last)]
        body = self.optimised(unit, facts, forward, body, dots, marks)
        made = self.with_dots(unit, body, dots, helper.forward, by_name=True)
        self.builder.give_defaults(made, unit, function)
        made.args.kw_defaults += [None] * (len(made.args.kwonlyargs) - len(made.args.kw_defaults))
        self.builder.functions.append(made)
        return helper.dots
