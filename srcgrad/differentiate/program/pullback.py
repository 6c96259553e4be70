"""The program of a value and its pullback: the function from the adjoint of the value to the adjoints of the arguments.

The function is cut into the pair that a helper is cut into. What the reverse part takes apart (tapes, arrays that it puts back) is copied
before it runs, so that a pullback can be called any number of times.
"""

from __future__ import annotations

from typing import Any

import gast

from ...analyses import kinds as K
from ...analyses.facts import Callee
from ...analyses.kinds import Kind
from ...core import build as b
from ...core.unit import Unit
from . import builder as builders
from .builder import Builder, Program
from .pairs import Pairs
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
    """The program of value and pullback with respect to the parameters `wrt`; with `aux` it returns (value, pullback, other).

    The pullback returns the adjoints of these parameters as a tuple.
    """
    builder = Builder(device)
    function = builders.as_function(function)
    unit = builder.helpers.plain(function)
    if unit.vararg or unit.kwarg:
        raise unit.refuse(unit.body[0], "cannot write the pullback of a function of any number of arguments")
    wanted = [builders.parameter(unit, one) for one in wrt]
    positional = [p for p in unit.parameters if p not in unit.keyword_only]
    callee = Callee("helper", function, [b.name(p) for p in positional], {p: b.name(p) for p in unit.keyword_only})
    order = [*positional, *unit.keyword_only]
    flags = tuple(p in wanted for p in order)
    given = tuple(
        K.constant_kind(kinds.get(p, K.UNKNOWN)) if flag else kinds.get(p, K.UNKNOWN)
        for p, flag in zip(order, flags, strict=True)
    )
    result, _, _ = builder.helpers.summary(callee, given, flags)
    helper = builder.helpers.find(callee, given, flags)
    pairs = Pairs(builder)
    pairs.emit(helper, callee)
    active = [p for p, f in zip(order, flags, strict=True) if f]
    kinds = dict(zip(order, given, strict=True))
    return builder.program(function, lambda: _main(pairs, unit, callee, helper, active, wanted, kinds, result, aux))


def _main(
    pairs: Pairs,
    unit: Unit,
    callee: Callee,
    helper: Helper,
    active: list[str],
    wanted: list[str],
    kinds: dict[str, Kind],
    result: Kind | None,
    aux: bool,
) -> b.Node:
    fresh = unit.fresh
    value, saved, seed, pullback = fresh("value"), fresh("saved"), fresh("value_bar"), fresh("pullback")
    bars = {p: fresh(f"{p}_bar") for p in active}
    body: list[b.Node] = []
    for name, kind in kinds.items():  # the pullback may run after the caller has changed them
        if not (kind.is_scalar or kind.tag in ("static", "str", "none", "range")):
            body.append(b.assign(name, b.call("rt.copy", b.name(name))))
    call = gast.Call(b.name(helper.forward), list(callee.args), helper.keywords(callee))
    body.append(b.assign(b.tuple_([b.name(value, True), b.name(saved, True)], True), call))
    if aux:
        body += builders.checks_of_pair(value, result, unit.function)
    kept: b.Node = b.name(saved)
    if pairs.consuming:
        kept = b.call("rt.copies", kept)
    like: b.Node = b.subscript(b.name(value), b.constant(0)) if aux else b.name(value)
    taken: b.Node = b.call("rt.conformed", b.name(seed), like)
    if aux:
        taken = b.tuple_([taken, b.call("rt.zeros_like", b.subscript(b.name(value), b.constant(1)))])
    back = gast.Call(b.name(helper.reverse), [gast.Starred(kept, b.LOAD), taken], [])
    targets = [b.name(bars[p], True) for p in active]
    inner = [b.assign(targets[0] if len(targets) == 1 else b.tuple_(targets, True), back)]
    if len(wanted) == 1:
        finished: b.Node = b.tuple_([b.call("rt.gradient", b.name(bars[wanted[0]]), b.name(wanted[0]))])
    else:
        finished = b.call("rt.gradients", b.tuple_(b.name(bars[p]) for p in wanted), b.tuple_(map(b.name, wanted)))
    inner.append(b.return_(finished))
    body.append(b.function(pullback, b.parameters([seed]), inner))
    shown: b.Node = b.name(value)
    if aux:
        first = b.subscript(b.name(value), b.constant(0))
        outcome = [b.call("rt.copy", first), b.name(pullback), b.subscript(b.name(value), b.constant(1))]
    else:
        outcome = [shown if result is not None and result.is_scalar else b.call("rt.copy", shown), b.name(pullback)]
    body.append(b.return_(b.tuple_(outcome)))
    return builders.shown(unit, body, pairs.builder.taken(builders.name_of(unit.function) + "_vjp"))
