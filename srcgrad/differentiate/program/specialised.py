"""The helpers of a program, specialised by the kinds of their arguments and by which of them are active."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

import gast

from ...analyses import aliases, expressions
from ...analyses import kinds as K
from ...analyses.facts import Callee, Facts
from ...analyses.kinds import Kind
from ...core import build as b
from ...core.unit import Unit
from ...normalise import units
from . import normal_form
from .outside import Outside


@dataclass
class Helper:
    """One specialisation of a helper: what is known of its value, and the names of the pair that stands for it."""

    function: FunctionType
    result: Kind | None = None
    result_active: bool = True
    done: bool = False
    forward: str = ""
    reverse: str = ""
    active: list[int] = field(default_factory=list)
    saves: bool = True
    emitted: bool = False
    blanks: frozenset[str] | None = None  # parameters whose adjoints may have empty slots; None: not known yet
    asked: bool = False  # whether its result was wanted since it was last looked through
    normal: tuple[Unit, Facts] | None = None  # what was found when it was looked through, if it does not call itself
    shared: tuple[frozenset[str] | None] | None = None  # what `aliases.shared_by_result` has found, if it was asked
    kinds: tuple[Kind, ...] = ()
    flags: tuple[bool, ...] = ()
    dots: dict[str, str] = field(default_factory=dict)  # forward mode: active parameter -> the name of its tangent
    called: dict[str, str] = field(default_factory=dict)  # parameter -> what the emitted function calls it

    def keywords(self, callee: Callee) -> list[b.Node]:
        """What a call gives by name, by the names that the emitted function has."""
        return [gast.keyword(self.called.get(n, n), v) for n, v in callee.keywords.items()]


class Helpers:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.found: dict[Any, Helper] = {}
        self.settled: list[Helper] = []  # those whose result is known, in the order in which it was found
        self.units: dict[FunctionType, Unit] = {}

    def plain(self, function: FunctionType) -> Unit:
        """The unit of a function as it is written, to be looked at only."""
        if function not in self.units:
            self.units[function] = units.unit_of(function, look=True)
        return self.units[function]

    def find(self, callee: Callee, kinds: tuple[Kind, ...], flags: tuple[bool, ...]) -> Helper:
        """The specialisation for operands of these kinds, of which those with a flag are active."""
        order = self.arrange(callee)
        kinds = tuple(map(K.unnamed, kinds))
        key = (callee.function, tuple(order), kinds, flags)
        if key not in self.found:
            self.found[key] = Helper(callee.function, kinds=kinds, flags=flags)
        return self.found[key]

    def arrange(self, callee: Callee) -> list[str]:
        """For each operand of a call (positional ones first) the parameter it goes to."""
        unit = self.plain(callee.function)
        if (
            unit.vararg
            or unit.kwarg
            or any(isinstance(a, gast.Starred) for a in callee.args)
            or "**" in callee.keywords
        ):
            raise unit.refuse(
                unit.body[0], f"cannot differentiate a call of '{unit.name}' with a variable number of arguments",
                "which argument goes where is not known", "pass the arguments one by one, or a list",
            )  # fmt: skip
        positional = [p for p in unit.parameters if p not in unit.keyword_only]
        return [*positional[: len(callee.args)], *callee.keywords]

    def summary(self, callee: Callee, kinds: tuple[Kind, ...], flags: tuple[bool, ...]) -> expressions.Told:
        """Kind and activity of the result of a helper's call, and the operands whose memory it may share."""
        if not any(flags):
            return K.UNKNOWN, False, None
        helper = self.find(callee, kinds, flags)
        helper.asked = True
        if not helper.done:
            helper.done = True
            while True:
                previous = (helper.result, helper.result_active)
                helper.asked, first = False, len(self.settled)
                unit, facts = self.look_through(helper, callee)
                helper.normal = None if helper.asked else (unit, facts)
                helper.result = K.join(helper.result, K.unnamed(facts.result))
                helper.result_active = facts.result_active
                if not helper.asked or previous == (helper.result, helper.result_active):
                    break
                for other in self.settled[first:]:  # they may have been told what no longer holds of this one
                    other.done = False
                del self.settled[first:]
            self.settled.append(helper)
        told = replace(callee)  # which does not hold this function
        return helper.result, helper.result_active, lambda: self.shared(helper, told)

    def shared(self, helper: Helper, callee: Callee) -> list[b.Node] | None:
        """The operands whose memory the result may share; None where that is not known."""
        if helper.shared is None:
            if helper.normal is None:  # it calls itself
                return None
            helper.shared = (aliases.shared_by_result(*helper.normal),)
        (found,) = helper.shared
        if found is None:
            return None
        operands = [*callee.args, *callee.keywords.values()]
        return [o for o, parameter in zip(operands, self.arrange(callee), strict=True) if parameter in found]

    def look_through(self, helper: Helper, callee: Callee) -> tuple[Unit, Facts]:
        """The unit of a helper in normal form, and its facts."""
        order = self.arrange(callee)
        kinds = dict(zip(order, helper.kinds, strict=False))
        for name, default in self.plain(callee.function).defaults.items():
            kinds.setdefault(name, K.of_value(default))
        active = {n for n, flag in zip(order, helper.flags, strict=False) if flag}
        return normal_form.find(callee.function, active, kinds, self.outside, self.summary)

    def taken(self, helper: Helper, callee: Callee) -> tuple[Unit, Facts]:
        """The same, for a program to be made of it: what was found when it was looked through is given away once."""
        found, helper.normal = helper.normal if helper.done else None, None
        return found if found is not None else self.look_through(helper, callee)
