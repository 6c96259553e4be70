"""What statements and expressions of one program read, bind and change in place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import gast

from ..core import build, names
from .facts import Facts
from .groups import METADATA, OUTSIDE, Groups, places_in
from .notes import LATE, as_loaded, dotted

SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.FunctionDef, gast.ClassDef)
EXITS = (gast.Break, gast.Continue, gast.Return, gast.Raise, gast.Assert)
OPAQUE = (gast.Try, gast.With, gast.Match, gast.Global, gast.Nonlocal, gast.Delete, gast.Import, gast.ImportFrom)
SHAPE_ONLY = (".zeros_like", ".ones_like", ".empty_like")


@dataclass
class Effect:
    """Everything that evaluating an expression, or running a statement with all that is inside it, may do."""

    reads: set[str] = field(default_factory=set)  # names loaded
    content: set[str] = field(default_factory=set)  # groups whose content is read
    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)  # groups whose content is changed in place
    pure: bool = True  # no call with an effect, and nothing that this room does not understand
    world: bool = False  # may rebind names of outside and change whatever is out there
    jumps: bool = False  # may leave the block it stands in: break, continue, return, raise

    def add(self, other: Effect) -> None:
        self.reads |= other.reads
        self.content |= other.content
        self.binds |= other.binds
        self.changes |= other.changes
        self.pure = self.pure and other.pure
        self.world = self.world or other.world
        self.jumps = self.jumps or other.jumps


class Effects(Groups):
    """The effects of the parts of one program, which must not change while this is used.

    `changed`: groups whose content is changed anywhere. `returned`: groups that the caller gets hold of.
    """

    def __init__(self, body: list[build.Node], facts: Facts):
        super().__init__(body, facts)
        self._effects: dict[int, tuple[build.Node, Effect]] = {}
        changed = {g for n in self.acting for g in self._changed_here(n)[0]}
        for name in sorted(facts.buffers & self.loaded):
            if self.group(name) not in changed:
                self._join_outside(name)  # nothing here changes it, so somebody else does
        self.changed = {g for n in self.acting for g in self._changed_here(n)[0]}
        values = [n.value for n in self.nodes if isinstance(n, gast.Return) and n.value is not None]
        self.returned = {self.group(a) for value in values for a in self.aliases(value)} | {OUTSIDE}
        self.returned |= {self.group(n) for n in facts.results | facts.escaping}

    def of(self, node: build.Node) -> Effect:
        """The effect of an expression or statement and of all that is inside it."""
        found = self._effects.get(id(node))
        if found is None:
            # the node is kept, so that no other can take its id
            found = self._effects[id(node)] = (node, self._effect(node))
        return found[1]

    def of_all(self, parts: Iterable[build.Node]) -> Effect:
        total = Effect()
        for part in parts:
            total.add(self.of(part))
        return total

    def _effect(self, node: build.Node) -> Effect:
        total = Effect()
        if isinstance(node, gast.Name):
            self._name(node, total)
            return total
        if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
            if node.attr in METADATA or node.value.id in self.modules:
                total.reads.add(node.value.id)
                if not isinstance(node.ctx, gast.Load):
                    total.content.add(self.group(node.value.id))
                return total
        if isinstance(node, SCOPES):
            return self._scope(node)
        for part in build.children(node):
            total.add(self.of(part))
        if isinstance(node, gast.Call):
            self._call(node, total)
        elif isinstance(node, gast.AugAssign):
            total.add(self.of(as_loaded(node.target)))
        elif isinstance(node, EXITS):
            total.jumps = True
            total.pure = total.pure and isinstance(node, (gast.Break, gast.Continue))
        elif isinstance(node, OPAQUE):
            total.pure, total.jumps = False, True
            total.reads |= names.reads(node)
            total.binds |= names.writes(node)
        elif isinstance(node, (gast.Yield, gast.YieldFrom, gast.Await, gast.NamedExpr)):
            total.pure = False
        changes, world = self._changed_here(node)
        total.changes |= changes
        total.world = total.world or world
        return total

    def _name(self, node: build.Node, total: Effect) -> None:
        if isinstance(node.ctx, gast.Load):
            total.reads.add(node.id)
            if node.id not in self.scalars and node.id not in self.modules:
                total.content.add(self.group(node.id))
        else:
            total.binds.add(node.id)

    def _call(self, call: build.Node, total: Effect) -> None:
        if not self.pure(call):
            total.pure = False
        elif self._reads_shape_only(call):
            total.content = set()
        elif isinstance(call.func, gast.Name):
            # the function's own name is no data, whose content could change
            total.content = {g for part in (*call.args, *call.keywords) for g in self.of(part).content}

    def _reads_shape_only(self, call: build.Node) -> bool:
        """`np.zeros_like(x)` and `len(x)` of an array do not look at its content."""
        if len(call.args) != 1 or call.keywords or not isinstance(call.args[0], gast.Name):
            return False
        text = dotted(call.func)
        return self.facts.array(call.args[0].id) is True and (text == "len" or text.endswith(SHAPE_ONLY))

    def _scope(self, node: build.Node) -> Effect:
        total = Effect(reads=names.reads(node), binds=names.writes(node))
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
        if isinstance(node, gast.Call):
            return (set(), False) if self.pure(node) else self._changed_by_call(node)
        if isinstance(node, (gast.With, gast.Yield, gast.YieldFrom, gast.Await)):
            return {OUTSIDE}, True
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            return (set() if node.target.id in self.scalars else {self.group(node.target.id)}), False
        if isinstance(node, (gast.Assign, gast.Delete)):
            targets = node.targets
        elif isinstance(node, (gast.AugAssign, gast.For, gast.AnnAssign)):
            targets = [node.target]
        else:
            return set(), False
        found: set[str] = set()
        for place in (p for target in targets for p in places_in(target)):
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
    """The effects of a program; those found last are found again at once, as a pass often changes nothing."""
    latest = facts.notes.latest
    if latest is None or latest[0] is not body:
        latest = facts.notes.latest = (body, Effects(body, facts))
    found: Effects = latest[1]
    return found


def shallow(node: build.Node) -> build.Node:
    """A node of its own with the same parts and the same origin, of which fields may then be set."""
    fresh = type(node).__new__(type(node))
    fresh.__dict__.update(node.__dict__)
    return fresh


def blocks_of(statement: build.Node) -> list[list[build.Node]]:
    """The blocks inside a structured statement (If, For, While)."""
    return [statement.body, statement.orelse] if isinstance(statement, (gast.If, gast.For, gast.While)) else []
