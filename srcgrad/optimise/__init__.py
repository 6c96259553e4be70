"""Make emitted programs short, readable and fast, without changing what they do.

Every pass takes and returns the statements of a program, and never changes the nodes it is given; what it may assume stands in `Facts`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..core import build
from . import effects
from .adopt import adopt
from .algebra import simplify
from .dead import remove_dead
from .facts import Facts
from .fold import fold
from .fuse import fuse
from .heads import loop_heads
from .last import skip_last
from .lend import lend
from .merge import merge
from .propagate import propagate
from .swaps import swap

ROUNDS = 4
NESTED = 6  # loops inside of one another that are fused
LAST = (loop_heads, skip_last, swap)  # what the others need not see
PASSES = (remove_dead, propagate, adopt, simplify, merge, lend, fold)
ONE_BY_ONE = (fold,)  # what may find more in what it has just made; of the others a second run in a row changes nothing


def _go_on(name: str, body: list[build.Node]) -> None:
    """What is done after a pass when nobody looks."""


def optimise(
    body: list[build.Node],
    facts: Facts,
    passed: Callable[[str, list[build.Node]], None] = _go_on,
    living: bool = False,
) -> list[build.Node]:
    """All passes in turn until nothing changes, but for at most `ROUNDS` rounds; `passed` is told of each pass.

    A `living` program is one that `keep_marked` has gone through, so that nothing in it is dead.

    >>> from srcgrad.optimise.showing import show
    >>> show(optimise, '''
    ... t = np.sin(x)
    ... y = t * w
    ... y_bar = 1.0
    ... t_bar = y_bar * w
    ... w_bar = y_bar * t
    ... x_bar = t_bar * np.cos(x)
    ... return x_bar
    ... ''', temporaries="t y_bar t_bar w_bar x_bar", parameters="x w", floating="x w".split().__contains__)
    return w * np.cos(x)
    """
    try:
        if living:
            passed(remove_dead.__name__, body)
        body = _settled(body, facts, passed, first=PASSES.index(remove_dead) + 1 if living else 0)
        for _ in range(NESTED):
            effects.forget_effects(facts, body)
            fused = fuse(body, facts)
            passed(fuse.__name__, fused)
            if fused is body:
                break
            body = _settled(fused, facts, _go_on)
        for run in LAST:
            effects.forget_effects(facts, body)
            body = run(body, facts)
            passed(run.__name__, body)
        return body
    finally:
        effects.forget_effects(facts)  # they know the facts, and no search for garbage shall be needed


def keep_marked(body: list[build.Node], facts: Facts, marks: frozenset[int]) -> list[build.Node]:
    """The program without what is dead, but with what is marked; the marks hold for statements that no pass has touched."""
    if not marks:
        return body
    try:
        return remove_dead(body, facts, marks)
    finally:
        effects.forget_effects(facts)


def _settled(
    body: list[build.Node], facts: Facts, passed: Callable[[str, list[build.Node]], None], first: int = 0
) -> list[build.Node]:
    effects.forget_effects(facts)
    idle, enough = 0, len(PASSES)  # passes in a row that have changed nothing, and how many of them tell that none will
    for run in (PASSES * ROUNDS)[first:]:
        done = run(body, facts)
        passed(run.__name__, done)
        if build.same(body, done):  # the program itself goes on, with all that is known of it
            idle += 1
        else:
            body, idle = done, 0
            enough = len(PASSES) if run in ONE_BY_ONE else len(PASSES) - 1
            if run is remove_dead:  # with what has gone, names that shared memory by it may have come apart
                effects.forget_effects(facts)
        if idle == enough:
            return body
    return remove_dead(body, facts)
