"""What statements and expressions of one program read, bind and change in place."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import gast

from ..core import build, names
from .facts import Facts
from .groups import OUTSIDE, Groups, places_in
from .notes import ACTING, BLOCKS, EXITS, LATE, METADATA, SCOPES, SHAPE_ONLY, Note, as_loaded, dotted

TARGETED = (gast.AugAssign, gast.For, gast.AnnAssign)
SUSPENDING = (gast.Yield, gast.YieldFrom, gast.Await)
NOTHING: set[str] = set()  # of an effect that changes nothing
OPAQUE = (gast.Try, gast.With, gast.Match, gast.Global, gast.Nonlocal, gast.Delete, gast.Import, gast.ImportFrom)


class Effect:
    """Everything that evaluating an expression, or running a statement with all that is inside it, may do.

    `reads`: names loaded. `content`: groups whose content is read. `binds`: names bound. `changes`: groups whose content is changed in
    place. `pure`: no call with an effect, and nothing that this room does not understand. `world`: may rebind names of outside and
    change whatever is out there. `jumps`: may leave the block it stands in (break, continue, return, raise). Nobody changes the sets of an
    effect that was found: they may be those of a note.
    """

    __slots__ = ("reads", "content", "binds", "changes", "pure", "world", "jumps")

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.content: set[str] = set()
        self.binds: set[str] = set()
        self.changes: set[str] = set()
        self.pure, self.world, self.jumps = True, False, False

    def add(self, other: Effect) -> None:
        self.reads |= other.reads
        self.content |= other.content
        self.binds |= other.binds
        self.changes |= other.changes
        self.pure = self.pure and other.pure
        self.world = self.world or other.world
        self.jumps = self.jumps or other.jumps


class Effects(Groups):
    """The effects of the parts of one program, and of what passes make of it.

    `changed`: groups whose content is changed anywhere. `returned`: groups that the caller gets hold of.
    """

    def __init__(self, body: list[build.Node], facts: Facts):
        super().__init__(body, facts)
        self.body = body
        self._effects: dict[build.Node, Effect] = {}
        self.changed = self._changed_anywhere()
        if facts.buffers:
            changed = self.changed
            for name in sorted(facts.buffers & self.loaded):
                if self.group(name) not in changed:
                    self._join_outside(name)  # nothing here changes it, so somebody else does
            self.changed = self._changed_anywhere()
        self.returned = {self.group(a) for value in self.note.returned for a in self.aliases(value)} | {OUTSIDE}
        self.returned |= {self.group(n) for n in facts.results | facts.escaping}
        self.joined = False  # whether a pass has joined groups since
        self.floats: set[str] | None = None  # names that are floating, found when a pass asks (see `algebra`)
        self.simple: dict[int, build.Node] = {}  # statements that cannot be simplified, by their id

    def _changed_anywhere(self) -> set[str]:
        found: set[str] = set()
        for node in self.acting:
            if type(node) is not gast.Call or not self.pure(node):
                found |= self._changed_here(node)[0]
        return found

    @functools.cached_property
    def visible(self) -> set[str]:
        """Groups of which others may see the content at any time."""
        return {OUTSIDE} | {self.group(n) for n in self.facts.escaping | self.facts.results}

    @functools.cached_property
    def alone(self) -> set[str]:
        """Groups of a single name, of which nobody else sees the content."""
        members: dict[str, int] = {}
        for name in self.loaded:
            group = self.group(name)
            members[group] = members.get(group, 0) + 1
        return {group for group, count in members.items() if count == 1 and group not in self.visible}

    def of(self, node: build.Node) -> Effect:
        """The effect of an expression or statement and of all that is inside it."""
        found = self._effects.get(node)
        if found is not None:
            return found
        kind = type(node)
        note = self.facts.notes.of(node) if kind not in BLOCKS else None
        if note is not None and note.plain:
            effect = self._following(node, kind, note)
        else:
            effect = Effect()
            self._gather(node, effect)
        self._effects[node] = effect
        return effect

    def _following(self, node: build.Node, kind: type, note: Note) -> Effect:
        """The effect of a simple statement, or of an expression, that follows from what is noted of it."""
        effect: Effect = Effect.__new__(Effect)
        effect.reads, effect.binds, effect.changes = note.reads, note.bound, NOTHING
        effect.pure, effect.world, effect.jumps = True, False, False
        looked = note.looked
        for call, name in note.measured:
            if not self.pure(call) or self.facts.array(name) is not True:
                looked = looked | {name}
        for inner in note.acting:
            if type(inner) is gast.Call:
                if self.pure(inner):
                    continue
                effect.pure = False
                if type(inner.func) is gast.Name:
                    looked = looked | {inner.func.id}
            changes, world = self._changed_here(inner)
            effect.changes = effect.changes | changes
            effect.world = effect.world or world
        if kind is gast.AugAssign and type(node.target) is gast.Name:
            effect.reads = note.reads | {node.target.id}
            looked = looked | {node.target.id}
        elif kind is gast.Expr:
            effect.pure = effect.pure and not self.facts.fails(node.value)
        elif kind in EXITS:
            effect.jumps = True
            effect.pure = effect.pure and (kind is gast.Break or kind is gast.Continue)
        effect.content = self.groups(looked - self.bare)
        return effect

    def of_all(self, parts: Iterable[build.Node]) -> Effect:
        total = Effect()
        for part in parts:
            total.add(self.of(part))
        return total

    def _gather(self, node: build.Node, total: Effect, content: bool = True) -> None:
        """Add what a node does; without `content` only its names are looked at, not what they hold."""
        kind = type(node)
        if kind is gast.Constant:
            return
        if kind is gast.Name:
            self._name(node, total, content)
            return
        if kind is gast.Attribute and type(node.value) is gast.Name:
            if node.attr in METADATA or node.value.id in self.modules:
                total.reads.add(node.value.id)
                if type(node.ctx) is not gast.Load:
                    total.content.add(self.group(node.value.id))
                return
        if kind in SCOPES:
            total.add(self._scope(node))
            return
        if kind is gast.Call:
            self._call(node, total, content)
        elif kind is gast.Assign:
            total.add(self.of(node.value))  # passes ask for the value alone as well
            for target in node.targets:
                if type(target) is gast.Name:
                    total.binds.add(target.id)
                else:
                    self._gather(target, total, content)
        else:
            for part in (node.left, node.right) if kind is gast.BinOp else build.children(node):
                inner = type(part)
                if inner is gast.Name:
                    self._name(part, total, content)
                elif inner is gast.Constant:
                    pass
                elif isinstance(part, gast.stmt):
                    total.add(self.of(part))
                else:
                    self._gather(part, total, content)
        self._own(node, kind, total)

    def _own(self, node: build.Node, kind: type, total: Effect) -> None:
        """Add what a node does itself, whatever is inside it."""
        if kind in EXITS:
            total.jumps = True
            total.pure = total.pure and kind in (gast.Break, gast.Continue)
        elif kind in OPAQUE:
            total.pure, total.jumps = False, True
            total.reads |= names.reads(node)
            total.binds |= names.writes(node)
        elif kind in SUSPENDING or kind is gast.NamedExpr:
            total.pure = False
        elif kind is gast.Expr:
            total.pure = total.pure and not self.facts.fails(node.value)
        elif kind is gast.AugAssign:
            self._gather(as_loaded(node.target), total)
        if kind in ACTING:
            changes, world = self._changed_here(node)
            total.changes |= changes
            total.world = total.world or world

    def _name(self, node: build.Node, total: Effect, content: bool) -> None:
        name = node.id
        if type(node.ctx) is not gast.Load:
            total.binds.add(name)
            return
        total.reads.add(name)
        if content and name not in self.scalars and name not in self.modules:
            total.content.add(self.group(name))

    def _call(self, call: build.Node, total: Effect, content: bool) -> None:
        pure = self.pure(call)
        if not pure:
            total.pure = False
        elif len(call.args) == 1 and self._reads_shape_only(call):
            content = False
        # the function's own name is no data, whose content could change
        self._gather(call.func, total, content and not (pure and type(call.func) is gast.Name))
        for part in (*call.args, *call.keywords):
            self._gather(part, total, content)

    def _reads_shape_only(self, call: build.Node) -> bool:
        """`np.zeros_like(x)` and `len(x)` of an array do not look at its content."""
        if len(call.args) != 1 or call.keywords or type(call.args[0]) is not gast.Name:
            return False
        text = dotted(call.func)
        return (text == "len" or text.endswith(SHAPE_ONLY)) and self.facts.array(call.args[0].id) is True

    def _scope(self, node: build.Node) -> Effect:
        total = Effect()
        total.reads, total.binds = names.reads(node), names.writes(node)
        total.content = {self.group(n) for n in total.reads - self.scalars - self.modules}
        inner = [n for n in build.walk(node) if n is not node]
        for part in inner:
            changes, world = self._changed_here(part)
            total.changes |= changes
            total.world = total.world or world
        quiet = all(self.pure(n) for n in inner if isinstance(n, gast.Call))
        total.pure = quiet and not isinstance(node, LATE) and not total.binds
        return total

    def _changed_here(self, node: build.Node) -> tuple[set[str], bool]:
        """The groups that a node itself (not the nodes in it) changes in place, and whether it may touch what is outside."""
        kind = type(node)
        if kind is gast.Call:
            return (set(), False) if self.pure(node) else self._changed_by_call(node)
        if kind is gast.With or kind in SUSPENDING:
            return {OUTSIDE}, True
        if kind is gast.AugAssign and type(node.target) is gast.Name:
            return (set() if node.target.id in self.scalars else {self.group(node.target.id)}), False
        if kind is gast.Assign or kind is gast.Delete:
            targets = node.targets
        elif kind in TARGETED:
            targets = [node.target]
        else:
            return set(), False
        found: set[str] = set()
        for target in targets:
            if type(target) is not gast.Name:
                for place in places_in(target):
                    found |= {self.group(a) for a in self.aliases(place.value)} or {OUTSIDE}
        return found, False

    def _changed_by_call(self, call: build.Node) -> tuple[set[str], bool]:
        changed = self.changed_argument(call)
        if changed is not None:
            return {self.group(a) for a in self.aliases(changed)} or {OUTSIDE}, False
        if dotted(call.func) == "print" and "print" not in self.bound:
            return set(), False
        if self.is_list_method(call):
            if call.func.value.id in self.facts.tapes:
                return set(), False  # what is on it stays as it is
            return {self.group(a) for a in self.aliases(call.func.value)}, False
        reached = self.facts.notes.reads(call) - self.scalars - self.modules
        return {self.group(a) for a in reached} | {OUTSIDE}, True


def effects_of(body: list[build.Node], facts: Facts) -> Effects:
    """The effects of a program: those of what it was before the last passes, where they hold for what it is now.

    Passes join no names, so that what could not share memory still cannot; but once `forget_effects` was called, they are found anew.
    """
    if facts.notes.effects is None or facts.notes.effects.joined:
        facts.notes.effects = Effects(body, facts)
    found: Effects = facts.notes.effects
    return found


def forget_effects(facts: Facts, known: list[build.Node] | None = None) -> None:
    """Let the effects be found anew, unless they are those of just the program `known`.

    Much may have gone, and with it what shared memory or was changed.
    """
    found = facts.notes.effects
    if found is None or found.body is not known or found.joined:
        facts.notes.effects = None


def shallow(node: build.Node) -> build.Node:
    """A node of its own with the same parts and the same origin, of which fields may then be set."""
    cls: Any = type(node)
    fresh: build.Node = cls.__new__(cls)
    fresh.__dict__.update(node.__dict__)
    return fresh


def blocks_of(statement: build.Node) -> list[list[build.Node]]:
    """The blocks inside a structured statement (If, For, While)."""
    return [statement.body, statement.orelse] if type(statement) in BLOCKS else []
