"""The program of a gradient: the forward and the reverse sweep of the function in one."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast

from ...analyses.kinds import Kind
from ...core import build as b
from .. import failing
from . import builder as builders
from . import cleaning, ends
from .builder import Builder, Program
from .pairs import Pairs
from .sweeps import Sweeps


def build(
    function: Any,
    wrt: tuple[int | str, ...],
    kinds: dict[str, Kind],
    *,
    value: bool = False,
    aux: bool = False,
    after: str | None = None,
    device: bool = False,
    holomorphic: bool = False,
    large: bool = False,
) -> Program:
    """The program of the gradient of `function` with respect to the parameters `wrt`, for arguments of these kinds.

    With `value` it returns the value as well, with `aux` the function returns a pair of which only the first item is differentiated.
    With `device` it is to run on arrays of a device, where elements are views; with `large` on arrays whose memory matters.
    """
    builder = Builder(device, after, large)
    function = builders.as_function(function)
    return builder.program(function, lambda: _main(builder, function, wrt, kinds, value, aux, holomorphic))


def _main(
    builder: Builder,
    function: FunctionType,
    wrt: tuple[int | str, ...],
    kinds: dict[str, Kind],
    value: bool,
    aux: bool,
    holomorphic: bool,
) -> b.Node:
    unit, facts, targets = builder.opened(function, wrt, kinds)
    pair, other = builders.split_aux(unit, facts) if aux else ("", "")
    builder.passed("normal", unit, unit.body)
    sweeps = Sweeps(unit, facts, Pairs(builder).use)
    result = sweeps.last.value
    seed = ends.seed(sweeps, holomorphic)
    sweeps.run({result.id} if seed is not None else set(), builder.outside)
    begin: list[b.Node] = []
    gradients = [ends.of_what_was_given(n, ends.gradient(n, sweeps), sweeps, begin) for n in targets]
    outcome: b.Node = gradients[0] if len(gradients) == 1 else b.tuple_(gradients)
    kept: list[b.Node] = []
    if value:
        final = ends.keep(result, "value", sweeps, kept)
        facts.kinds[final.id] = facts.kind(result.id)
        outcome = b.tuple_([final, outcome])
    if aux:
        lasting: b.Node = b.name(other)
        if sweeps.shares_undone(pair):  # the reverse sweep changes what it shares memory with
            lasting = b.call("rt.copy", lasting)
        beside = ends.keep(lasting, "aux", sweeps, kept)
        other = beside.id
        outcome = b.tuple_([b.tuple_([outcome.elts[0], beside]), outcome.elts[1]] if value else [outcome, beside])
    first, kept_arguments, restored = ends.keep_arguments(sweeps)
    body = [
        *begin,
        *first,
        *sweeps.forward,
        *kept,
        *kept_arguments,
        *([seed] if seed is not None else []),
        *sweeps.backward,
        *restored,
        b.return_(outcome),
    ]
    builder.passed("adjoint", unit, body)
    returned = {result.id} if isinstance(result, gast.Name) else set()
    marks = failing.marked(unit, facts, returned | {other}, sweeps.storage.layout)
    body = cleaning.cleaned(builder, sweeps, body, marks=marks, passed=builder.passed)
    return builders.shown(unit, body, builder.taken(builders.name_of(function) + "_grad"))
