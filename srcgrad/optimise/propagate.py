"""Copies: read the original instead of the copy.

Comes in and goes out: the statements of a program. A name stands for the object it is bound to, so a copy may stand for its original as long as
neither name is bound anew, whatever happens to the content.
"""

from __future__ import annotations

import re

import gast

from ..core import build
from .effects import SCOPES, Effects, effects_of, shallow
from .facts import Facts
from .notes import is_plain_constant

SIMPLE = frozenset({gast.Assign, gast.AugAssign, gast.Expr, gast.Return, gast.Raise, gast.Assert})
COPIED = frozenset(
    {gast.Name, gast.Constant, gast.UnaryOp}
)  # what may be read instead: names, and numbers with their signs
OWNING = (gast.Subscript, gast.Attribute, gast.Call)
OWNERS = ("value", "func")  # fields in which a number would be odd, or no syntax
PLAIN_TEMPORARY = re.compile(r"_?(t|tmp|temp|value)(_?\d+)*(_bar|_dot)?(_\d+)?$")


def propagate(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Replace copies by what they are copies of.

    >>> from srcgrad.optimise.showing import show
    >>> show(propagate, '''
    ... t = x
    ... t_2 = 2.0
    ... y = t * t_2
    ... x = y + t
    ... z = t
    ... ''', temporaries="t t_2")
    t = x
    t_2 = 2.0
    y = x * 2.0
    x = y + x
    z = t
    """
    note = facts.notes.program(body)
    if not note.copies and facts.temporaries.isdisjoint(note.constants):
        return body
    return _Propagation(effects_of(body, facts)).block(body)


class _Propagation:
    """One walk in the order of execution. `copies` maps a name to the name or constant that may be read instead, here and now."""

    def __init__(self, effects: Effects):
        self.effects = effects
        self.copies: dict[str, build.Node] = {}
        self.copied: dict[str, set[str]] = {}  # original -> its copies
        self.log: list[tuple[str, build.Node | None]] = []  # (name, former entry of `copies`), to be undone

    def block(self, block: list[build.Node]) -> list[build.Node]:
        found = []
        for statement in block:
            done = self.expression(statement) if type(statement) in SIMPLE else self.compound(statement)
            may_copy = type(done) is gast.Assign and type(done.value) in COPIED
            if not may_copy or not _binds_itself(done):
                found.append(done)
            self.forget(statement)
            if may_copy:
                self.note(done)
        return found or [build.at(gast.Pass(), block[0])] if block else []

    def compound(self, s: build.Node) -> build.Node:
        if isinstance(s, gast.If):
            test = self.expression(s.test)
            return build.changed(s, test=test, body=self.branch(s.body), orelse=self.branch(s.orelse))
        if isinstance(s, gast.For):
            items = self.expression(s.iter)
            self.forget(s)
            return build.changed(s, iter=items, body=self.branch(s.body), orelse=self.branch(s.orelse))
        if isinstance(s, gast.While):
            self.forget(s)
            test = self.expression(s.test)
            return build.changed(s, test=test, body=self.branch(s.body), orelse=self.branch(s.orelse))
        return s

    def branch(self, block: list[build.Node]) -> list[build.Node]:
        """A block that may or may not run: what is learned and forgotten in it is undone (its parent forgets what it binds)."""
        start = len(self.log)
        found = self.block(block)
        while len(self.log) > start:
            name, former = self.log.pop()
            self._set(name, former)
        return found

    def expression(self, node: build.Node) -> build.Node:
        """The expression or statement with the originals in the place of copies."""
        if not self.copies or self.copies.keys().isdisjoint(self.effects.of(node).reads):
            return node
        return _substitute(node, self.copies)

    # what is known -----------------------------------------------------------------------------------------------------------------

    def note(self, s: build.Node) -> None:
        """Remember a copy that an assignment makes."""
        if len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
            return
        target, value, facts = s.targets[0].id, s.value, self.effects.facts
        if target in self.effects.outside:
            return
        if isinstance(value, gast.Name):
            source = value.id
            if source == target:
                return
            if rank(target, facts) > rank(source, facts) and source not in self.effects.outside:
                self.learn(source, build.name(target))
            elif target in facts.temporaries:
                self.learn(target, build.name(source))
        elif is_plain_constant(value) and target in facts.temporaries:
            self.learn(target, value)

    def learn(self, name: str, instead: build.Node) -> None:
        self.log.append((name, self.copies.get(name)))
        self._set(name, instead)

    def forget(self, s: build.Node) -> None:
        """Drop all that does not hold after a statement has run (or while a loop runs)."""
        if not self.copies:
            return
        effect = self.effects.of(s)
        for name in effect.binds | self.effects.outside if effect.world else effect.binds:
            copied = self.copied.get(name)
            if not copied and name not in self.copies:
                continue
            for stale in [name, *sorted(copied or ())]:
                if stale in self.copies:
                    self.log.append((stale, self.copies[stale]))
                    self._set(stale, None)

    def _set(self, name: str, instead: build.Node | None) -> None:
        former = self.copies.pop(name, None)
        if isinstance(former, gast.Name):
            self.copied[former.id].discard(name)
        if instead is not None:
            self.copies[name] = instead
            if isinstance(instead, gast.Name):
                self.copied.setdefault(instead.id, set()).add(name)


def rank(name: str, facts: Facts) -> int:
    """How much a reader wants to keep a name: the user's most, those without meaning least."""
    if name not in facts.temporaries:
        return 2
    return 0 if PLAIN_TEMPORARY.match(name) else 1


def _substitute(node: build.Node, copies: dict[str, build.Node]) -> build.Node:
    """The node with names replaced where they are read; itself where there is nothing to replace."""
    kind = type(node)
    if kind is gast.Name:
        return copies.get(node.id, node) if type(node.ctx) is gast.Load else node
    if kind in SCOPES:
        return node  # their own names may hide ours
    fresh = node
    for key in build.part_fields(node):
        value = node.__dict__.get(key)
        if isinstance(value, gast.AST):
            done: object = _substitute(value, copies)
            if key in OWNERS and kind in OWNING and isinstance(done, gast.Constant):
                done = value
        elif type(value) is list:
            items = [_substitute(item, copies) if isinstance(item, gast.AST) else item for item in value]
            done = items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        else:
            continue
        if done is not value:
            fresh = shallow(node) if fresh is node else fresh
            setattr(fresh, key, done)
    return fresh


def _binds_itself(s: build.Node) -> bool:
    """x = x"""
    if len(s.targets) != 1:
        return False
    target = s.targets[0]
    return isinstance(target, gast.Name) and isinstance(s.value, gast.Name) and target.id == s.value.id
