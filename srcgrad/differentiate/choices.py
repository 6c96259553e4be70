"""`max` and `min` of numbers: the adjoint goes to the operand that was chosen, by a comparison, as one writes it by hand.

Equal operands that are differentiated share evenly; a tie with one that is not goes to that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gast

from ..analyses.kinds import Kind
from ..core import build

BETTER = {max: gast.Gt, min: gast.Lt}


def covers(function: Any, operands: Sequence[build.Node], kinds: Sequence[Kind], is_plain_call: bool) -> bool:
    """Whether this is a `max` or `min` of two or more numbers, each given by itself."""
    if function is not max and function is not min or not is_plain_call or len(operands) < 2:
        return False
    return all(build.is_atom(o) and k.is_scalar and not k.is_complex for o, k in zip(operands, kinds, strict=True))


def contributions(
    function: Any,
    operands: Sequence[build.Node],
    active: Sequence[bool],
    y: build.Node,
    y_bar: build.Node,
    temporary: Callable[[str], str],
) -> Iterator[tuple[build.Node | None, build.Node]]:
    """(operand, contribution) for every active operand; (None, statement) for what has to be computed before."""
    chosen = [o for o, flag in zip(operands, active, strict=True) if flag]
    others = [o for o, flag in zip(operands, active, strict=True) if not flag]
    better = BETTER[function]
    if len(chosen) == 1:
        tests = [_compare(chosen[0], better, other) for other in others]
        yield (
            chosen[0],
            _if(tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests), y_bar, build.constant(0.0)),
        )
        return
    if len(operands) == 2:
        for one, other in (chosen, chosen[::-1]):
            half = gast.BinOp(build.constant(0.5), gast.Mult(), build.copy(y_bar))
            equal = _if(_compare(one, gast.Eq, other), half, build.constant(0.0))
            yield one, _if(_compare(one, better, other), y_bar, equal)
        return
    share = temporary("share")
    value: build.Node = gast.BinOp(build.copy(y_bar), gast.Div(), build.call("rt.ties", y, *chosen))
    if others:
        tests = [_compare(y, better, other) for other in others]
        value = _if(tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests), value, build.constant(0.0))
    yield None, build.assign(share, value)
    for operand in chosen:
        yield operand, _if(_compare(operand, gast.Eq, y), build.name(share), build.constant(0.0))


def _compare(left: build.Node, operator: type, right: build.Node) -> build.Node:
    return gast.Compare(build.copy(left), [operator()], [build.copy(right)])


def _if(test: build.Node, body: build.Node, orelse: build.Node) -> build.Node:
    return gast.IfExp(test, build.copy(body), orelse)
