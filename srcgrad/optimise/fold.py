"""Put the value of a temporary in the place of its one use.

Comes in and goes out: the statements of a program. Every expression is still evaluated as often as before, or less often where a branch is not
taken, and with the same values; calls with an effect keep their order.
"""

from __future__ import annotations

from dataclasses import dataclass

import gast

from ..core import build
from .effects import SCOPES, Effect, Effects, effects_of, shallow
from .facts import Facts
from .notes import Note, Notes, dotted
from .propagate import rank

WIDTH = 90  # characters of a line, roughly
DEPTH = 4  # operations inside one another
DEPTH_NAMED = 3  # the same, where a temporary goes whose name says something (x_bar)
NOT_ONCE = frozenset({gast.IfExp, gast.BoolOp})  # not all of their parts are always evaluated
OPERATIONS = frozenset({gast.BinOp, gast.Compare, gast.BoolOp, gast.IfExp, gast.Call})
ARITHMETIC = frozenset({gast.BinOp, gast.UnaryOp, gast.Compare})
ATOMS = frozenset({gast.Name, gast.Constant})
NO_OPERATIONS = frozenset({gast.keyword, gast.Starred, gast.Tuple, gast.List, gast.Slice})
INTO = frozenset(
    {gast.Assign, gast.AugAssign, gast.Expr, gast.Return}
)  # statements whose uses of temporaries are looked at
COPIES = frozenset({"np.copy", "rt.copy"})


def fold(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Fold temporaries that are used once into their use, as long as the line stays readable.

    >>> from srcgrad.optimise.showing import show
    >>> show(fold, '''
    ... t = np.exp(x)
    ... u = a[i]
    ... a[i] = t * 2
    ... y = u + 1
    ... ''', temporaries="t u")
    u = a[i]
    a[i] = np.exp(x) * 2
    y = u + 1
    """
    work = _Folding(effects_of(body, facts), facts.notes.program(body))
    return work.block(body) if work.candidates else body


@dataclass
class _Pending:
    """A temporary whose value may still be put into its use."""

    name: str
    value: build.Node
    effect: Effect
    statement: build.Node  # where it is bound now
    last: bool = False  # put aside by the statement before: nothing has run since


class _Folding:
    def __init__(self, effects: Effects, note: Note):
        self.effects = effects
        self.loads, self.binds = note.load_counts, note.bind_counts
        self.candidates = {
            name
            for name, count in self.binds.items()
            if name in effects.facts.temporaries and (count > 1 or self.loads[name] == 1)
        }
        self.candidates -= effects.captured | note.scoped | effects.outside
        self.folded: dict[
            int, build.Node
        ] = {}  # statements that are no longer needed, kept so that no other gets their id

    def block(self, block: list[build.Node]) -> list[build.Node]:
        found: list[build.Node] = []
        waiting = _Waiting()
        for s in block:
            fresh = self.statement(s, waiting)
            if waiting.pending:
                waiting.disturbed_by(self.effects.of(s), self.effects.outside)
            self.put_aside(fresh, waiting)
            found.append(fresh)
        kept = [s for s in found if id(s) not in self.folded]
        return kept or [build.at(gast.Pass(), block[0])] if block else []

    def statement(self, s: build.Node, waiting: _Waiting) -> build.Node:
        kind = type(s)
        if kind in INTO:
            return self.into(s, s, waiting)
        if kind is gast.If:
            test = self.into(s.test, s, waiting)
            return build.changed(s, test=test, body=self.block(s.body), orelse=self.block(s.orelse))
        if kind is gast.For:
            items = self.into(s.iter, s, waiting)
            return build.changed(s, iter=items, body=self.block(s.body), orelse=self.block(s.orelse))
        if kind is gast.While:
            return build.changed(s, body=self.block(s.body), orelse=self.block(s.orelse))
        return s

    def put_aside(self, s: build.Node, waiting: _Waiting) -> None:
        """Remember an assignment to a temporary, to be folded into what follows."""
        if type(s) is not gast.Assign or len(s.targets) != 1 or type(s.targets[0]) is not gast.Name:
            return
        name = s.targets[0].id
        if name in self.candidates and not isinstance(s.value, SCOPES):
            effect = self.effects.of(s)  # that of the value, but for the name that is bound
            if name not in effect.reads:
                waiting.put(_Pending(name, s.value, effect, s, last=True))

    # the use -----------------------------------------------------------------------------------------------------------------------

    def into(self, part: build.Node, s: build.Node, waiting: _Waiting) -> build.Node:
        """`part` (a statement, or the header of one) with temporaries replaced that have their only use there."""
        found = self.effects.of(part).reads & waiting.pending.keys() if waiting.pending else set()
        if not found:
            return part
        uses = self.effects.facts.notes.of(s).loads
        ready = [waiting.pending[n] for n in sorted(found) if uses.count(n) == 1 and self.dies(n, s)]
        if not ready:
            return part
        sizes = self.effects.facts.notes
        room = WIDTH - width_in(part, sizes)
        for entry in self._in_order(part, ready):
            done = _Place(self, entry, part, room, s).result
            if done is not None:
                room -= sizes.width(entry.value, width_of)
                part = done
                waiting.drop(entry.name)
                self.folded[id(entry.statement)] = entry.statement
        return part

    def _in_order(self, part: build.Node, ready: list[_Pending]) -> list[_Pending]:
        """The later ones first: a call with an effect may go in only if what was evaluated before it stays before it."""
        return sorted(ready, key=lambda entry: not entry.last)

    def dies(self, name: str, s: build.Node) -> bool:
        """Whether this statement has the last use of the value bound before."""
        if self.loads[name] == 1 and self.binds[name] == 1:
            return True
        return (
            isinstance(s, gast.Assign)
            and len(s.targets) == 1
            and isinstance(s.targets[0], gast.Name)
            and s.targets[0].id == name
        )

    def calls_out(self, part: build.Node, s: build.Node, entry: _Pending) -> bool:
        """Whether something inside the line, run before the place of use, could change what the value is."""
        inside = part.value if isinstance(part, (gast.Return, gast.Expr)) and part.value is not None else part
        if self.effects.of(inside).pure:
            return False
        calls = [n for n in build.walk(part) if isinstance(n, gast.Call) and not self.effects.pure(n)]
        top = s.value if isinstance(s, (gast.Expr, gast.Assign, gast.Return)) else None
        if len(calls) == 1 and calls[0] is top:
            return False  # its arguments are evaluated before it runs
        return True


class _Waiting:
    """The temporaries that may still be folded, found by what they read."""

    def __init__(self) -> None:
        self.pending: dict[str, _Pending] = {}
        self.by_name: dict[str, set[str]] = {}
        self.by_content: dict[str, set[str]] = {}
        self.impure: set[str] = set()
        self.newest = ""

    def put(self, entry: _Pending) -> None:
        self.pending[entry.name] = entry
        for name in entry.effect.reads:
            self.by_name.setdefault(name, set()).add(entry.name)
        for group in entry.effect.content:
            self.by_content.setdefault(group, set()).add(entry.name)
        if not entry.effect.pure:
            self.impure.add(entry.name)
        self.newest = entry.name

    def drop(self, name: str) -> None:
        entry = self.pending.pop(name, None)
        if entry is not None:
            for read in entry.effect.reads:
                self.by_name[read].discard(name)
            for group in entry.effect.content:
                self.by_content[group].discard(name)
            self.impure.discard(name)

    def disturbed_by(self, effect: Effect, outside: frozenset[str]) -> None:
        """Drop what would have another value after a statement of this effect."""
        if self.newest in self.pending:
            self.pending[self.newest].last = False
        stale = set(self.impure)  # these move past nothing
        for name in effect.binds:
            stale |= self.by_name.get(name, set()) | {name}
        for group in effect.changes:
            stale |= self.by_content.get(group, set())
        if effect.world:
            for name in outside:
                stale |= self.by_name.get(name, set())
        stale |= effect.reads & self.pending.keys()  # used, and not folded
        for name in sorted(stale):
            self.drop(name)


class _Place:
    """Tries to put one value into one use. `result` is the new part, or None."""

    def __init__(self, folding: _Folding, entry: _Pending, part: build.Node, room: int, s: build.Node):
        self.folding, self.entry = folding, entry
        self.only_names_before = True  # nothing has been evaluated so far but names and constants
        self.done = False
        self.refused = False
        if folding.effects.facts.notes.width(entry.value, width_of) - len(entry.name) > room:
            self.result = None
        elif entry.effect.pure and folding.calls_out(part, s, entry):
            self.result = None
        else:
            fresh = self.visit(part, 0)
            self.result = fresh if self.done and not self.refused else None

    def visit(self, node: build.Node, above: int) -> build.Node:
        """The node with the value in its place; walks in the order of evaluation. `above`: operations around it."""
        kind = type(node)
        if kind is gast.Constant:
            return node
        if kind is gast.Name:
            if node.id == self.entry.name and type(node.ctx) is gast.Load:
                return self.put(above)
            if node.id in self.folding.effects.outside:
                self.only_names_before = False  # which a call may bind anew
            return node
        if kind is gast.Dict or kind in SCOPES:
            self.only_names_before = False
            if kind in SCOPES:
                return node
        if kind is gast.BinOp:
            return self.visit_operands(node, above + 1)
        if kind is gast.Attribute and type(node.value) is gast.Name and node.value.id != self.entry.name:
            name, effects = node.value.id, self.folding.effects
            if name not in effects.modules or name in effects.outside:
                self.only_names_before = False
            return node
        inner = above + (1 if kind in OPERATIONS else 0)
        fresh = node
        for key, position in _parts(node):
            value = node.__dict__[key] if position is None else node.__dict__[key][position]
            if self.done or self.refused:
                break
            done = self.visit(value, inner)
            if self.done:
                if kind in NOT_ONCE and not (key == "test" or position == 0):
                    self.refused = True
                if kind is gast.Compare and position not in (None, 0):
                    self.refused = True
                value = self.without_copy(node, done)
                fresh = shallow(node)
                if position is None:
                    setattr(fresh, key, value)
                else:
                    items = list(node.__dict__[key])
                    items[position] = value
                    setattr(fresh, key, items)
        if not self.done and kind not in NO_OPERATIONS:
            # an operation has been evaluated: a call with an effect may not move behind it
            self.only_names_before = self.only_names_before and self._is_fixed(node)
        return fresh

    def visit_operands(self, node: build.Node, above: int) -> build.Node:
        for key in ("left", "right"):
            done = self.visit(node.__dict__[key], above)
            if self.done:
                fresh = shallow(node)
                fresh.__dict__[key] = self.without_copy(node, done)
                return fresh
        self.only_names_before = False
        return node

    def _is_fixed(self, node: build.Node) -> bool:
        """A function of a module, such as np.exp: looked up at any time."""
        return (
            isinstance(node, gast.Attribute)
            and isinstance(node.value, gast.Name)
            and node.value.id in self.folding.effects.modules
        )

    def put(self, above: int) -> build.Node:
        entry = self.entry
        self.done = True
        meaningful = rank(entry.name, self.folding.effects.facts) > 0
        if above + self.folding.effects.facts.notes.depth(entry.value, depth_of) > (
            DEPTH_NAMED if meaningful else DEPTH
        ) or (not entry.effect.pure and not (entry.last and self.only_names_before)):
            self.refused = True
        return entry.value

    def without_copy(self, parent: build.Node, value: build.Node) -> build.Node:
        """`E.copy() + y` needs no copy."""
        if value is not self.entry.value or type(parent) not in ARITHMETIC:
            return value
        original = copied(value, self.folding.effects)
        return value if original is None else original


def copied(value: build.Node, effects: Effects) -> build.Node | None:
    """What a call makes a copy of, if it is a name or a part of one; else None."""
    if not isinstance(value, gast.Call) or value.keywords or not effects.pure(value):
        return None
    if isinstance(value.func, gast.Attribute) and value.func.attr == "copy" and not value.args:
        owner = value.func.value
        root = owner
        while isinstance(root, gast.Subscript):
            root = root.value
        return owner if isinstance(root, gast.Name) and root.id not in effects.modules else None
    if dotted(value.func) in COPIES and len(value.args) == 1:
        return value.args[0]
    return None


ORDER = {
    gast.Assign: ("value", "targets"),
    gast.AugAssign: ("target", "value"),
    gast.IfExp: ("test", "body", "orelse"),
}


def _parts(node: build.Node) -> list[tuple[str, int | None]]:
    """The places of the parts of a node, in the order of evaluation."""
    found: list[tuple[str, int | None]] = []
    state = node.__dict__
    for key in ORDER.get(type(node)) or build.part_fields(node):
        value = state.get(key)
        if type(value) is list:
            found += [(key, i) for i, item in enumerate(value) if isinstance(item, gast.AST) and item._fields]
        elif isinstance(value, gast.AST):
            found.append((key, None))
    return found


def depth_of(node: build.Node) -> int:
    """How many operations stand inside one another."""
    if type(node) in ATOMS:
        return 0
    inner = max(map(depth_of, build.children(node)), default=0)
    return inner + (1 if type(node) in OPERATIONS else 0)


def width_in(s: build.Node, sizes: Notes) -> int:
    """The width of a statement or expression; that of the value of an assignment is kept, as it is asked for by itself."""
    if type(s) is gast.Assign and len(s.targets) == 1 and type(s.targets[0]) is gast.Name:
        return 2 + len(s.targets[0].id) + sizes.width(s.value, width_of)
    return sizes.width(s, width_of)


def width_of(node: build.Node) -> int:
    """About how many characters the text of a node has."""
    width = 0
    for part in build.walk(node):
        kind = type(part)
        if kind is gast.Name:
            width += len(part.id)
        elif kind is gast.Constant:
            width += len(repr(part.value))
        elif kind is gast.Attribute:
            width += len(part.attr) + 1
        else:
            width += 3 if kind is gast.BinOp or kind is gast.Compare else 2
    return width
