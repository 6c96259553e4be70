"""Names of arrays are deleted where they are read for the last time, so that the memory is there for what comes next.

This comes last, and only in programs whose arrays are large or live on a device: others are easier to read without.
"""

from __future__ import annotations

from collections.abc import Iterable

import gast

from ..core import build, names
from .effects import Effects, effects_of, shallow
from .facts import Facts
from .last import is_not_last
from .notes import SCOPES, dotted

SIMPLE = (gast.Assign, gast.AugAssign, gast.Expr)
JUMPS = (gast.Return, gast.Raise, gast.Break, gast.Continue)
FLOW = (gast.If, gast.For, gast.While, gast.Pass)


def release(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Delete the names of arrays after their last use, where something is computed after that.

    >>> from srcgrad.optimise.showing import show
    >>> show(release, '''
    ... y = np.exp(x)
    ... z = np.sin(y)
    ... t = z * z
    ... for i in reversed(range(n)):
    ...     y_bar = np.cos(z) * t
    ...     z = z_saved.pop()
    ...     w_bar[i] = y_bar @ z
    ... x_bar = np.sin(y)
    ... return w_bar, x_bar
    ... ''', tapes="z_saved", parameters="x w_bar n")
    y = np.exp(x)
    z = np.sin(y)
    t = z * z
    for i in reversed(range(n)):
        y_bar = np.cos(z) * t
        z = z_saved.pop()
        w_bar[i] = y_bar @ z
        del y_bar
    del t, z
    x_bar = np.sin(y)
    return (w_bar, x_bar)
    """
    effects = effects_of(body, facts)
    arrays = _arrays(effects)
    if not arrays:
        return body
    return _Release(effects, arrays).block(body, set(facts.results), set(facts.parameters), False)


def _arrays(effects: Effects) -> set[str]:
    """Names of the program's own that are bound to arrays which it makes, or takes from a tape."""
    facts, note = effects.facts, effects.note
    made = {
        name
        for target, value in note.bindings
        if value is not None and (_makes(value, effects) or isinstance(target, gast.Tuple))
        for name in _named(target, value)
    }
    return {
        name
        for name in made - effects.captured - effects.outside - effects.scalars - facts.results - note.scoped
        if facts.array(name) is not False
    }


def _named(target: build.Node, value: build.Node) -> list[str]:
    """The names that are bound to a value, or to what a function of the program gives: arrays, a value and what is saved."""
    if isinstance(target, gast.Name):
        return [target.id]
    several = isinstance(target, gast.Tuple) and isinstance(value, gast.Call) and isinstance(value.func, gast.Name)
    return [t.id for t in target.elts if isinstance(t, gast.Name)] if several else []


def _makes(value: build.Node, effects: Effects) -> bool:
    """Whether a value is a new array, if it is an array at all, or one that was saved."""
    if not isinstance(value, gast.Call):
        return isinstance(value, gast.BinOp)
    owner, _, method = dotted(value.func).rpartition(".")
    return method == "pop" and owner in effects.facts.tapes or effects.pure(value) and effects.new(value)


class _Loop:
    """A loop that is gone through: what is live after it, at the begin of a trip, and the test whether there is a next one."""

    def __init__(self, after: set[str], head: set[str], test: build.Node | None, body: list[build.Node]):
        self.after, self.head, self.test, self.body = after, head, test, body


class _Release:
    """One walk backwards, with the names that are live.

    A name is deleted after a statement that reads it for certain, which tells that it is bound there; or after a loop, if it was
    bound before the loop for certain.
    """

    def __init__(self, effects: Effects, arrays: set[str]):
        self.effects, self.arrays = effects, arrays
        self.loops: list[_Loop] = []

    def block(self, block: list[build.Node], live: set[str], bound: set[str], busy: bool) -> list[build.Node]:
        """The block with names deleted; `live` are those live after it, and become those live before it.

        `bound`: names that are bound before it, unless they were deleted. `busy`: whether anything is computed after it.
        """
        before = []  # the names that are bound before each statement
        for s in block:
            before.append(bound)
            if isinstance(s, SIMPLE):
                bound = bound | names.writes(s)
        found: list[build.Node] = []
        later: set[str] = set()  # names that are read further down in this block
        for s, known in zip(reversed(block), reversed(before), strict=True):
            after = set(live)
            made = self.statement(s, live, known, busy, later)
            dead = self.dead(made, after, known & live)
            if found and _rebinds(found[-1]):
                dead = [n for n in dead if n != found[-1].targets[0].id]
            if dead and busy:
                found.append(build.at(gast.Delete([gast.Name(n, gast.Del(), None, None) for n in dead]), s))
            found.append(made)
            later |= self.effects.of(s).reads
            busy = busy or _computes(s)
        return found[::-1]

    def dead(self, s: build.Node, after: set[str], bound: set[str]) -> list[str]:
        """The names that end with a statement, in their order; `bound` are names that are bound before it, for certain."""
        if isinstance(s, SIMPLE):
            ended = set(_certain(s)) | (names.writes(s) if isinstance(s, gast.Assign) else set())
        elif isinstance(s, (gast.For, gast.While)):
            kept = {n.id for t in build.walk(s) if isinstance(t, gast.Delete) for n in t.targets}
            ended = (self.effects.of(s).reads & bound) - kept
        else:
            return []
        return sorted((ended & self.arrays) - after)

    def statement(self, s: build.Node, live: set[str], bound: set[str], busy: bool, later: set[str]) -> build.Node:
        """The statement with names deleted inside of it; `live` becomes what is live before it."""
        if isinstance(s, gast.If):
            return self.branch(s, live, bound, busy, later)
        if isinstance(s, (gast.For, gast.While)):
            return self.loop(s, live, bound)
        if isinstance(s, (gast.Break, gast.Continue)):
            target = self.loops[-1].after if isinstance(s, gast.Break) else self.loops[-1].head
            live.clear()
            live |= target
            return s
        if isinstance(s, (gast.Return, gast.Raise)):
            live.clear()
        elif isinstance(s, gast.Assign):
            live -= set().union(*map(_bound_by, s.targets))
        live |= self.effects.of(s).reads
        if not isinstance(s, (*SIMPLE, *JUMPS, *FLOW)):  # such as `try`: what is used inside lives as long as it
            live |= self.effects.of(s).binds
            self.arrays -= self.effects.of(s).binds
        return s

    def branch(self, s: build.Node, live: set[str], bound: set[str], busy: bool, later: set[str]) -> build.Node:
        other = set(live)
        fresh = shallow(s)
        loop = self.loops[-1] if self.loops else None
        if (
            loop is not None
            and loop.test is not None
            and any(s is t for t in loop.body)
            and build.same(s.test, loop.test)
        ):
            # there is a next trip, or nobody reads what it would have read
            other -= {n for t in s.body for n in names.writes(t)} - later - loop.after
        fresh.body = self.block(s.body, live, bound, busy)
        fresh.orelse = self.block(s.orelse, other, bound, busy)
        live |= other | self.effects.of(s.test).reads
        return fresh

    def loop(self, s: build.Node, live: set[str], bound: set[str]) -> build.Node:
        after = set(live)
        fresh = shallow(s)
        fresh.orelse = self.block(s.orelse, live, bound, True)
        head = live | (self.effects.of(s.test).reads if isinstance(s, gast.While) else set())
        test = is_not_last(s, self.effects) if isinstance(s, gast.For) else None
        while True:
            self.loops.append(_Loop(after, head, test, s.body))
            entry = set(head)
            fresh.body = self.block(s.body, entry, set(), True)
            self.loops.pop()
            if isinstance(s, gast.For):
                entry -= _bound_by(s.target)
            if entry <= head:
                break
            head = head | entry
        live.clear()
        live |= head
        live |= self.effects.of(s.iter if isinstance(s, gast.For) else s.test).reads
        return fresh


def _bound_by(target: build.Node) -> set[str]:
    return {n.id for n in build.walk(target) if isinstance(n, gast.Name) and not isinstance(n.ctx, gast.Load)}


def _rebinds(s: build.Node) -> bool:
    """Whether a statement binds a name, and nothing is computed for it."""
    return isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name) and not _computes(s)


def _computes(s: build.Node) -> bool:
    """Whether a statement may need memory for arrays."""
    if isinstance(s, JUMPS):
        return isinstance(s, gast.Return) and any(isinstance(n, gast.BinOp) for n in build.walk(s))
    return any(isinstance(n, gast.BinOp) or isinstance(n, gast.Call) and not _pops(n) for n in build.walk(s))


def _pops(call: build.Node) -> bool:
    return isinstance(call.func, gast.Attribute) and call.func.attr in ("pop", "append")


def _certain(node: build.Node) -> Iterable[str]:
    """The names that are read whenever a statement is run."""
    if isinstance(node, gast.Name):
        if isinstance(node.ctx, gast.Load):
            yield node.id
    elif isinstance(node, gast.IfExp):
        yield from _certain(node.test)
    elif isinstance(node, gast.BoolOp):
        yield from _certain(node.values[0])
    elif isinstance(node, gast.Compare):
        yield from _certain(node.left)
        yield from _certain(node.comparators[0])
    elif isinstance(node, SCOPES):
        return
    else:
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            yield node.target.id
        for part in build.children(node):
            yield from _certain(part)
