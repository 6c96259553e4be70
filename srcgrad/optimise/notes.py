"""What single statements say of themselves, whatever stands around them: found once, and kept from pass to pass.

Passes make new nodes and never change those they are given, so that what was found for a node holds as long as the node is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import chain
from operator import attrgetter
from typing import Any

import gast

from ..core import build, names

LATE = (
    gast.Lambda,
    gast.GeneratorExp,
    gast.FunctionDef,
    gast.ClassDef,
)  # scopes that may run after the statement they stand in
BLOCKS = (gast.If, gast.For, gast.While)
# of these there is nothing to be said but what their parts say
PLAIN = frozenset(
    {
        gast.BinOp, gast.BoolOp, gast.Compare, gast.Dict, gast.FormattedValue, gast.IfExp, gast.JoinedStr, gast.keyword, gast.List,
        gast.Pass, gast.Set, gast.Slice, gast.Starred, gast.Tuple, gast.UnaryOp,
    }
)  # fmt: skip
EXITS = frozenset({gast.Break, gast.Continue, gast.Return, gast.Raise, gast.Assert})
# what has an effect of its own that follows from its parts (see `effects`)
FOLLOWING = frozenset({gast.Assign, gast.AugAssign, gast.Expr, gast.Subscript, *EXITS})
OF_A_VALUE = frozenset({gast.Assign, gast.AugAssign, gast.Expr, gast.Return})  # statements around one expression
SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.FunctionDef, gast.ClassDef)
BINDING = (
    gast.Assign, gast.AnnAssign, gast.NamedExpr, gast.AugAssign, gast.For, gast.comprehension, gast.withitem, gast.ExceptHandler,
    gast.MatchAs, gast.MatchStar, gast.FunctionDef, gast.ClassDef,
)  # fmt: skip
ACTING = (gast.Call, gast.With, gast.Yield, gast.YieldFrom, gast.Await, gast.AugAssign, gast.Assign, gast.Delete, gast.For, gast.AnnAssign)  # fmt: skip
METADATA = frozenset({"shape", "ndim", "dtype", "size", "itemsize", "nbytes"})
SHAPE_ONLY = (".zeros_like", ".ones_like", ".empty_like")

Judge = Callable[[build.Node], bool]
Measure = Callable[[build.Node], int]


class _Once:
    """What a note says that is found when it is first asked, and left in its place: `cached_property` without its lock."""

    def __init__(self, find: Callable[[Any], Any]):
        self.find, self.name = find, find.__name__
        self.__doc__ = find.__doc__

    def __get__(self, note: Any, cls: type) -> Any:
        found = note.__dict__[self.name] = self.find(note)
        return found


class Note:
    """Of one statement and all that is inside it, of an expression, or of a whole program.

    `loads`, `binds`: the names that are read and those that are bound, each as often as it is. `loaded`: every name that occurs.
    `bound`: the names it binds in its own scope. `captured`: the names that nested scopes read, or that are deleted. `scoped`: all names in
    nested scopes. `cells`: the names declared global or nonlocal. `sequences`: names of what is subscripted or has a length. `bindings`:
    (target, value) of all that binds or stores, value None where it is not known. `acting`: the nodes that may change something in
    place. `returned`: the values that are returned. `stacked`: the owner of each `append` and `pop` that is a statement, or all of its value.
    `copies`: (x, y) of each statement `x = y`. `constants`: the names that a statement binds to a number, a text or None.

    Of a simple statement or an expression only: `plain`: whether its effect follows from what is noted. `looked`: names of which more is
    read than the shape, the functions that are called and arguments of `measured` aside. `measured`: (call, x) of calls such as `len(x)`.
    """

    captured: Set[str] = frozenset()
    scoped: Set[str] = frozenset()
    cells: Set[str] = frozenset()
    sequences: Set[str] = frozenset()
    returned: Sequence[build.Node] = ()
    stacked: Sequence[str] = ()
    copies: Sequence[tuple[str, str]] = ()
    constants: Sequence[str] = ()
    plain = True
    measured: Sequence[tuple[build.Node, str]] = ()

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.binds: list[str] = []
        self.loaded: set[str] = set()
        self.bound: set[str] = set()
        self.bindings: list[tuple[build.Node, build.Node | None]] = []
        self.acting: list[build.Node] = []
        self.looked: set[str] = set()

    @_Once
    def load_counts(self) -> Counter[str]:
        """How often each name is read. Of a note to which nothing is added any more."""
        return Counter(self.loads)

    @_Once
    def bind_counts(self) -> Counter[str]:
        """How often each name is bound. Of a note to which nothing is added any more."""
        return Counter(self.binds)

    @_Once
    def reads(self) -> set[str]:
        """The names that are read. Of a note to which nothing is added any more."""
        return set(self.loads)

    def include(self, other: Note) -> None:
        self.loads += other.loads
        self.loaded |= other.loaded
        self.acting += other.acting
        self.binds += other.binds
        self.bound |= other.bound
        self.bindings += other.bindings
        for field in other.__dict__.keys() & RARE:
            mine = getattr(self, field)
            if field == "plain":
                self.plain = mine and other.plain
            else:
                setattr(
                    self,
                    field,
                    mine | getattr(other, field) if isinstance(mine, Set) else (*mine, *getattr(other, field)),
                )

    def node(self, node: build.Node) -> None:
        """Take down what a node itself says, which is no name."""
        kind = type(node)
        if kind is gast.Assign:
            self.assignment(node)
        elif kind in BINDING:
            self.bindings.extend(_bindings(node))
        if kind is gast.Assign or kind is gast.Expr:
            stacked = _stack(node.value)
            if stacked:
                self.stacked = (*self.stacked, stacked)
        if kind in ACTING and not (kind is gast.Assign and all(type(target) is gast.Name for target in node.targets)):
            self.acting.append(node)
        if kind in SCOPES:
            self.scoped = self.scoped | {n.id for n in build.walk(node) if isinstance(n, gast.Name)}
        if kind in LATE:
            self.captured = self.captured | names.reads(node)
        elif kind is gast.Delete:
            self.captured = self.captured | {t.id for t in node.targets if isinstance(t, gast.Name)}
        elif kind in (gast.Global, gast.Nonlocal):
            self.cells = self.cells | set(node.names)
        elif kind is gast.Subscript:
            if isinstance(node.value, gast.Name):
                self.sequences = self.sequences | {node.value.id}
        elif kind is gast.Return and node.value is not None:
            self.returned = (*self.returned, node.value)

    def part(self, *parts: build.Node) -> None:
        """Take down parts of a simple statement, or an expression, and all that is inside."""
        loads: list[str] = []
        binds: list[str] = []
        looked = self.looked
        bound: set[str] | None = None  # where something binds names that are no nodes, or has a scope of its own
        nodes = list(parts)
        for node in nodes:  # more nodes are put at the end as it goes
            kind = type(node)
            if kind is gast.Name:
                if type(node.ctx) is gast.Load:
                    loads.append(node.id)
                    looked.add(node.id)
                else:
                    binds.append(node.id)
                    if node.annotation is not None:  # a parameter
                        nodes.append(node.annotation)
            elif kind is gast.Attribute:
                owner = node.value
                if type(owner) is not gast.Name or node.attr not in METADATA:
                    nodes.append(owner)
                else:
                    loads.append(owner.id)
                    if type(node.ctx) is not gast.Load:
                        looked.add(owner.id)
            elif kind is gast.BinOp:
                nodes += (node.left, node.right)
            elif kind is gast.Constant:
                pass
            elif kind is gast.Call:
                self.call(node, loads, nodes)
            else:
                if kind not in PLAIN:
                    self.node(node)
                    if kind not in FOLLOWING:
                        self.plain = False
                        if kind in names.BINDING:
                            bound = set()
                build.add_children(node, nodes)
        if bound is not None:
            bound.update(*map(names.writes, parts))
        self.loads += loads
        self.binds += binds
        self.loaded.update(loads, binds)
        self.bound.update(binds if bound is None else bound)

    def call(self, node: build.Node, loads: list[str], nodes: list[build.Node]) -> None:
        """Take down a call; its parts are put into `nodes`, but for names that are noted at once."""
        self.acting.append(node)
        function, arguments = node.func, node.args
        if type(function) is gast.Name:
            loads.append(function.id)
        else:
            nodes.append(function)
        if len(arguments) == 1 and type(arguments[0]) is gast.Name:
            text, argument = dotted(function), arguments[0].id
            if text == "len" or text == "reversed":
                self.sequences = self.sequences | {argument}
            if not node.keywords and (text == "len" or text.endswith(SHAPE_ONLY)):
                loads.append(argument)
                self.measured = (*self.measured, (node, argument))
                return
        nodes += arguments
        nodes += node.keywords

    def assignment(self, node: build.Node) -> None:
        value = node.value
        self.bindings += [(target, value) for target in node.targets]
        if len(node.targets) == 1 and type(node.targets[0]) is gast.Name:
            if type(value) is gast.Name:
                self.copies = (*self.copies, (node.targets[0].id, value.id))
            elif is_plain_constant(value):
                self.constants = (*self.constants, node.targets[0].id)


class Whole(Note):
    """Of a whole program: what its statements say, put together when it is first asked for."""

    def __init__(self, parts: list[Note]):
        self.parts = parts


class _Together:
    """What the parts of a whole say under one name, put together and left in its place."""

    def __init__(self, field: str, is_set: bool):
        self.field, self.is_set = field, is_set

    def __get__(self, whole: Whole, cls: type) -> Any:
        found = map(attrgetter(self.field), whole.parts)
        value: Any = set().union(*found) if self.is_set else list(chain.from_iterable(found))
        whole.__dict__[self.field] = value
        return value


_NOTHING = Note()
RARE = frozenset(
    {"captured", "scoped", "cells", "sequences", "returned", "stacked", "copies", "constants", "plain", "measured"}
)
for _field in {*_NOTHING.__dict__, *RARE} - {"plain", "looked", "measured"}:
    setattr(Whole, _field, _Together(_field, isinstance(getattr(_NOTHING, _field), Set)))


class Notes:
    """The notes of all statements seen so far."""

    def __init__(self) -> None:
        self._known: dict[build.Node, Note] = {}
        self._reads: dict[build.Node, frozenset[str]] = {}
        self._widths: dict[build.Node, int] = {}
        self._depths: dict[build.Node, int] = {}
        self.calls: dict[build.Node, tuple[bool, bool]] = {}
        self._program: tuple[list[build.Node], Note] = ([], Note())
        self.effects: Any = None  # those of the program, or of what it was some passes before

    def program(self, body: list[build.Node]) -> Note:
        if self._program[0] is not body:
            known = self._known
            self._program = body, Whole([known.get(s) or self._look(s) for s in body])
        return self._program[1]

    def of(self, node: build.Node) -> Note:
        """The note of a statement, or of an expression."""
        return self._known.get(node) or self._look(node)

    def _look(self, node: build.Node) -> Note:
        kind = type(node)
        if kind is gast.Assign and len(node.targets) == 1 and type(node.targets[0]) is gast.Name:
            note = self._of_assignment(node)
        elif kind in BLOCKS or kind in OF_A_VALUE:
            note = self._note(node, kind)
        else:
            note = Note()
            note.part(node)
        self._known[node] = note
        return note

    def _note(self, node: build.Node, kind: type) -> Note:
        """The note of a branch or loop, or of a statement around one expression."""
        note = Note()
        if kind in OF_A_VALUE and node.value is not None:  # passes ask for the value alone as well
            self._around(note, node, kind)
        elif kind not in BLOCKS:
            note.part(node)
        else:
            note.node(node)
            note.part(*(node.__dict__[key] for key in ("target", "iter", "test") if key in node.__dict__))
            for inner in (*node.body, *node.orelse):
                note.include(self.of(inner))
        return note

    def _of_assignment(self, s: build.Node) -> Note:
        """The note of `x = value`, which shares what it has in common with that of the value: neither changes any more."""
        note: Note = Note.__new__(Note)
        target, value = s.targets[0], s.value
        name, inner = target.id, self.of(value)
        _ = inner.reads  # of both, found once
        state = note.__dict__
        state.update(inner.__dict__)
        state.pop("bind_counts", None)
        note.binds = [*inner.binds, name]
        note.bound, note.loaded = inner.bound | {name}, inner.loaded | {name}
        note.bindings = [*inner.bindings, (target, value)]
        kind = type(value)
        if kind is gast.Name:
            note.copies = (*note.copies, (name, value.id))
        elif kind is gast.Call:
            stacked = _stack(value)
            if stacked:
                note.stacked = (*note.stacked, stacked)
        elif is_plain_constant(value):
            note.constants = (*note.constants, name)
        return note

    def _around(self, note: Note, s: build.Node, kind: type) -> None:
        """The note of another statement around one expression."""
        value = self.of(s.value)
        note.include(value)
        note.node(s)
        if kind is gast.Assign or kind is gast.AugAssign:
            targets = s.targets if kind is gast.Assign else [s.target]
            note.looked |= value.looked
            note.part(*targets)
        else:
            note.looked = value.looked

    def width(self, node: build.Node, measure: Measure) -> int:
        """About how many characters a node has, as a function measures it when it is first asked."""
        found = self._widths.get(node)
        if found is None:
            found = self._widths[node] = measure(node)
        return found

    def depth(self, node: build.Node, measure: Measure) -> int:
        """How many operations stand inside one another, as a function measures it when it is first asked."""
        found = self._depths.get(node)
        if found is None:
            found = self._depths[node] = measure(node)
        return found

    def call(self, call: build.Node, pure: Judge, new: Judge) -> tuple[bool, bool]:
        """Whether a call is pure, and whether its result is new, as two functions judge it when they are first asked."""
        found = self.calls.get(call)
        if found is None:
            found = self.calls[call] = (pure(call), new(call))
        return found

    def reads(self, node: build.Node) -> Set[str]:
        """The names that an expression or statement loads."""
        known = self._known.get(node)
        if known is not None and known.plain and type(node) is not gast.AugAssign:
            return known.reads
        found = self._reads.get(node)
        if found is None:
            found = self._reads[node] = frozenset(names.reads(node))
        return found


def _bindings(node: build.Node) -> Iterator[tuple[build.Node, build.Node | None]]:
    """(target, value) of everything that a node other than an assignment binds or stores; value None for what is not known."""
    if isinstance(node, (gast.AnnAssign, gast.NamedExpr)) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, gast.AugAssign):
        yield node.target, build.operation(as_loaded(node.target), node.op, node.value)
    elif isinstance(node, (gast.For, gast.comprehension)):
        yield node.target, _element(node.iter)
    elif isinstance(node, gast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr
    elif isinstance(node, (gast.ExceptHandler, gast.MatchAs, gast.MatchStar, gast.FunctionDef, gast.ClassDef)):
        name = node.name.id if isinstance(node.name, gast.Name) else node.name
        if name is not None:
            yield build.name(name, store=True), None


def _stack(value: build.Node) -> str:
    """`s` of `s.append(x)` and `s.pop()`; empty for anything else."""
    if (
        type(value) is not gast.Call
        or type(value.func) is not gast.Attribute
        or value.func.attr not in ("append", "pop")
    ):
        return ""
    return str(value.func.value.id) if type(value.func.value) is gast.Name else ""


def is_plain_constant(node: build.Node) -> bool:
    if type(node) is gast.UnaryOp and type(node.op) is gast.USub:
        node = node.operand
    return type(node) is gast.Constant


def statements(body: Iterable[build.Node]) -> Iterator[build.Node]:
    """All statements of a program, those inside of branches and loops included."""
    for s in body:
        yield s
        if isinstance(s, BLOCKS):
            yield from statements(s.body)
            yield from statements(s.orelse)


def as_loaded(target: build.Node) -> build.Node:
    """The expression that reads what an assignment to `target` writes."""
    if isinstance(target, gast.Name):
        return build.name(target.id)
    if isinstance(target, gast.Subscript):
        return build.subscript(target.value, target.slice)
    return build.attribute(target.value, target.attr)


def dotted(node: build.Node) -> str:
    """The text of a name or of a chain of attributes of a name; empty for anything else."""
    if type(node) is gast.Name:
        return str(node.id)
    text = ""
    while type(node) is gast.Attribute:
        text = f".{node.attr}{text}"
        node = node.value
    return node.id + text if type(node) is gast.Name else ""


def _element(iterable: build.Node) -> build.Node:
    """What stands for the elements of an iterable: a number for a range, else something that may be part of the iterable."""
    inner = iterable
    while isinstance(inner, gast.Call) and dotted(inner.func) == "reversed" and len(inner.args) == 1:
        inner = inner.args[0]
    if isinstance(inner, gast.Call) and dotted(inner.func) == "range":
        return build.constant(0)
    return build.subscript(iterable, build.constant(0))
