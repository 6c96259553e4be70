"""Remove what nothing depends on.

Comes in and goes out: the statements of a program, with the same effects (calls that do something, exceptions raised by `raise` and `assert`,
stores into what somebody else can see) in the same order, and the same results. Reading an element, arithmetic and pure functions count as
never raising, unless they are marked: of these the evaluation stays when the value vanishes, as a statement that is an expression. Such
statements stay as long as their expression may raise.

Liveness is found backwards. A live *name* is one whose value is read later; the content of a live *group* (see `groups`) is read later, so
that a store into an array of a group that is not live is dead. A statement keeps alive what it reads only if it stays itself.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build
from .effects import Effects, effects_of
from .facts import Facts
from .groups import names_in, places_in
from .notes import Note, as_loaded, dotted, statements

ROUNDS = 8  # of a loop, after which everything that it reads counts as live


def remove_dead(body: list[build.Node], facts: Facts, marks: frozenset[int] = frozenset()) -> list[build.Node]:
    """Drop assignments, stores, branches, loops and tapes that nothing depends on.

    `marks` are the ids of expressions, and of statements that store, which must be evaluated because they may raise.

    >>> from srcgrad.optimise.showing import show
    >>> show(remove_dead, '''
    ... s = 0.0
    ... x_bar = np.zeros(len(x))
    ... for i in range(len(x)):
    ...     s_saved.append(s)
    ...     s = s + x[i] ** 2
    ... for i in reversed(range(len(x))):
    ...     s = s_saved.pop()
    ...     x_bar[i] = 2 * x[i]
    ... return x_bar
    ... ''', tapes="s_saved", parameters="x")
    x_bar = np.zeros(len(x))
    for i in reversed(range(len(x))):
        x_bar[i] = 2 * x[i]
    return x_bar
    """
    effects = effects_of(body, facts)
    needed = _tapes_read_otherwise(effects, facts.notes.program(body))
    while True:
        search = _Liveness(effects, needed, marks)
        found = search.run(body)
        if search.needed == needed:
            return found
        needed = set(search.needed)


class _Live:
    """What is live at one point: names, and groups whose content is."""

    __slots__ = ("names", "content")

    def __init__(self, names: set[str], content: set[str]):
        self.names, self.content = names, content

    def copy(self) -> _Live:
        return _Live(set(self.names), set(self.content))

    def add(self, other: _Live) -> None:
        self.names |= other.names
        self.content |= other.content

    def size(self) -> int:
        return len(self.names) + len(self.content)


class _Liveness:
    """One backward walk. `needed`: tapes of which a value is needed somewhere, so that all their pushes and pops stay."""

    def __init__(self, effects: Effects, needed: set[str], marks: frozenset[int]):
        self.effects = effects
        self.marks = marks
        self.needed = set(needed)
        self.always = effects.captured | effects.outside  # names that others may read at any time
        self.visible, self.alone = effects.visible, effects.alone
        self.sequences = effects.note.sequences  # names of what can be iterated twice, as their other uses tell
        self.after_loop: list[_Live] = []  # live after a break, innermost loop last
        self.next_trip: list[_Live] = []  # live at a continue

    def run(self, body: list[build.Node]) -> list[build.Node]:
        facts = self.effects.facts
        live = _Live(set(facts.results), {self.effects.group(n) for n in facts.results})
        return self.block(body, live)

    def block(self, block: list[build.Node], live: _Live) -> list[build.Node]:
        """The block without what is dead, given what is live after it; `live` becomes what is live before it."""
        found: list[build.Node] = []
        for s in reversed(block):
            kept = self.statement(s, live)
            if kept is not None:
                found.append(kept)
        found.reverse()
        return found

    # statements --------------------------------------------------------------------------------------------------------------------

    def statement(self, s: build.Node, live: _Live) -> build.Node | None:
        """What stays of a statement; `live` becomes what is live before it."""
        kind = type(s)
        if kind is gast.Assign and len(s.targets) == 1:
            return self.assignment(s, s.targets[0], live)
        if kind is gast.If:
            return self.branch(s, live)
        if kind is gast.For or kind is gast.While:
            return self.loop(s, live)
        if kind is gast.Pass:
            return None
        if kind is gast.Break or kind is gast.Continue:
            target = (self.after_loop if kind is gast.Break else self.next_trip)[-1:]
            live.names, live.content = (set(target[0].names), set(target[0].content)) if target else (set(), set())
            return s
        if kind is gast.Return or kind is gast.Raise:
            live.names, live.content = set(), set()
        elif kind is gast.AugAssign:
            return self.augmented(s, live)
        elif kind is gast.Expr:
            return self.call(s, live)
        self.use(s, live)
        return s

    def assignment(self, s: build.Node, target: build.Node, live: _Live) -> build.Node | None:
        if type(target) is gast.Name:  # as most are
            bound, places = [target.id], []
            dead = target.id not in live.names and target.id not in self.always
        else:
            bound, places = names_in(target), places_in(target)
            dead = not any(self.is_live(n, live) for n in bound) and not any(self.stores_live(p, live) for p in places)
        tape = self.popped(s.value)
        if tape:
            if dead and tape not in self.needed:
                return None
            self.needed.add(tape)
        elif dead and self.effects.of(s.value).pure and all(self.effects.of(p).pure for p in places):
            return self.evaluated(s, live)
        named = type(target) is gast.Name
        if dead and bound and not places:
            if isinstance(s.value, gast.Lambda):
                return None
            fresh = build.at(build.expression(s.value), s)
            self.use(s.value, live)
            return fresh
        for name in bound:
            live.names.discard(name)
            if named and (group := self.effects.group(name)) in self.alone:
                live.content.discard(group)
        self.use(s if named else s.value, live)  # which read the same; passes ask for the statement
        for place in places:
            self.use_place(place, live)
        return s

    def augmented(self, s: build.Node, live: _Live) -> build.Node | None:
        effect = self.effects.of(s.value)
        if isinstance(s.target, gast.Name):
            name = s.target.id
            group = self.effects.group(name)
            content = name not in self.effects.scalars and (group in live.content or group in self.visible)
            if effect.pure and not self.is_live(name, live) and not content:
                return self.evaluated(s, live)
            live.names.add(name)
        else:
            if effect.pure and self.effects.of(s.target).pure and not self.stores_live(s.target, live):
                return self.evaluated(s, live)
            self.use_place(s.target, live)
        self.use(s.value, live)
        return s

    def call(self, s: build.Node, live: _Live) -> build.Node | None:
        value = s.value
        effect = self.effects.of(value)
        if id(value) not in self.marks and effect.pure and not self.effects.facts.fails(value):
            return None
        if isinstance(value, gast.Call) and not effect.pure:
            tape = self.tape_of(value)
            if tape and value.func.attr in ("append", "pop"):
                if tape not in self.needed and all(self.effects.of(a).pure for a in value.args):
                    return None
                self.needed.add(tape)
            changed = self.effects.changed_argument(value)
            if changed is not None and not self.any_live(self.effects.aliases(changed), live):
                if all(self.effects.of(a).pure for a in [*value.args, *value.keywords]):
                    return None
        self.use(value, live)
        return s

    # branches and loops ------------------------------------------------------------------------------------------------------------

    def branch(self, s: build.Node, live: _Live) -> build.Node | None:
        other = live.copy()
        body, orelse = self.block(s.body, live), self.block(s.orelse, other)
        live.add(other)
        if not body and not orelse and self.effects.of(s.test).pure:
            return self.evaluated(s.test, live)
        self.use(s.test, live)
        test = s.test
        if not body and orelse:
            test, body, orelse = build.at(_negation(s.test), s.test), orelse, []
        return build.changed(s, test=test, body=body or _nothing(s), orelse=orelse)

    def loop(self, s: build.Node, live: _Live) -> build.Node | None:
        header = s.iter if isinstance(s, gast.For) else s.test
        if not self.matters(s, live):
            return self.evaluated(header, live)
        after = live.copy()
        orelse = self.block(s.orelse, live)  # now: live when the loop ends by itself
        head = live.copy()
        if isinstance(s, gast.While):
            self.use(header, head)
        else:
            head.content |= self.effects.of(header).content  # each trip reads its item when it begins
        self.after_loop.append(after)
        for count in range(ROUNDS + 1):
            size = head.size()
            self.next_trip.append(head)
            entry = head.copy()
            body = self.block(s.body, entry)
            self.next_trip.pop()
            if isinstance(s, gast.For):
                for name in names_in(s.target):
                    entry.names.discard(name)
                for place in places_in(s.target):
                    self.use_place(place, entry)
            head.add(entry)
            if head.size() == size:
                break
            if count == ROUNDS - 1:
                for part in s.body:
                    self.use(part, head)
        self.after_loop.pop()
        live.names, live.content = head.names, head.content
        if (
            not body
            and not orelse
            and isinstance(s, gast.For)
            and not any(self.is_live(n, after) for n in names_in(s.target))
        ):
            if self.effects.of(header).pure and self.iterates_anew(header):
                return self.evaluated(header, live)
        if isinstance(s, gast.For):
            self.use(header, live)
        return build.changed(s, body=body or _nothing(s), orelse=orelse)

    def matters(self, s: build.Node, live: _Live) -> bool:
        """Whether a loop as a whole does anything that is seen after it."""
        effect = self.effects.of(s)
        if self.marks and any(id(n) in self.marks for part in s.body for n in build.walk(part)):
            return True
        if not effect.pure or effect.world:
            return True
        if isinstance(s, gast.For) and not self.iterates_anew(s.iter):
            return True
        if any(isinstance(n, gast.While) and isinstance(n.test, gast.Constant) for n in statements([s])):
            return True
        return any(self.is_live(n, live) for n in effect.binds) or bool(effect.changes & (live.content | self.visible))

    def evaluated(self, s: build.Node, live: _Live) -> build.Node | None:
        """What stays of a statement (or of the head of a branch or loop) that does nothing any more: evaluating what may raise."""
        if id(s) not in self.marks and id(getattr(s, "value", None)) not in self.marks:
            return None
        found = _evaluation(s)
        if isinstance(found, gast.Subscript):  # what stands there does not matter
            self.use_place(found, live)
        else:
            self.use(found, live)
        return build.at(build.expression(found), s)

    def iterates_anew(self, iterable: build.Node) -> bool:
        """Whether iterating leaves no trace: not so for an iterator, which is used up."""
        if isinstance(iterable, gast.Name):
            return iterable.id in self.sequences or self.effects.facts.array(iterable.id) is True
        if isinstance(iterable, gast.Call):
            text = dotted(iterable.func)
            if text in ("range", "len", "reversed"):
                return True
            if text in ("enumerate", "zip", "list", "tuple", "sorted"):
                return all(self.iterates_anew(a) for a in iterable.args)
            return text.partition(".")[0] in self.effects.modules
        return isinstance(iterable, (gast.List, gast.Tuple, gast.Constant, gast.BinOp))

    # what is used ------------------------------------------------------------------------------------------------------------------

    def use(self, part: build.Node, live: _Live) -> None:
        effect = self.effects.of(part)
        live.names |= effect.reads
        live.content |= effect.content

    def use_place(self, place: build.Node, live: _Live) -> None:
        """A store into a[i] needs `a` and `i`, and the content only of what leads to `a`."""
        live.names |= self.effects.of(place).reads
        if isinstance(place, gast.Subscript):
            live.content |= self.effects.of(place.slice).content
        if not isinstance(place.value, gast.Name):
            live.content |= self.effects.of(place.value).content

    def is_live(self, name: str, live: _Live) -> bool:
        return name in live.names or name in self.always

    def stores_live(self, place: build.Node, live: _Live) -> bool:
        return self.any_live(self.effects.aliases(place.value), live)

    def any_live(self, aliases: set[str], live: _Live) -> bool:
        """Whether content reached from one of these names is read later; yes, where it is not known what is reached."""
        groups = {self.effects.group(a) for a in aliases}
        return not groups or not groups.isdisjoint(live.content) or not groups.isdisjoint(self.visible)

    def tape_of(self, call: build.Node) -> str:
        function = call.func
        if isinstance(function, gast.Attribute) and isinstance(function.value, gast.Name):
            if function.value.id in self.effects.facts.tapes:
                return str(function.value.id)
        return ""

    def popped(self, value: build.Node) -> str:
        """The tape of `tape.pop()`."""
        if type(value) is gast.Call and type(value.func) is gast.Attribute and value.func.attr == "pop":
            return self.tape_of(value)
        return ""


def _tapes_read_otherwise(effects: Effects, note: Note) -> set[str]:
    """Tapes that are not only pushed to and popped from by statements of their own."""
    tapes = effects.facts.tapes & note.loaded
    if not tapes:
        return set()
    plain = Counter(note.stacked)
    return {tape for tape in tapes if note.load_counts[tape] != plain[tape]}


def _evaluation(s: build.Node) -> build.Node:
    """An expression that raises what a statement raises, or the head of one."""
    if isinstance(s, gast.AugAssign):
        place = as_loaded(s.target)
        return place if isinstance(s.target, gast.Subscript) else gast.BinOp(place, s.op, s.value)
    if not isinstance(s, gast.Assign):
        return s
    target = s.targets[0]
    if isinstance(target, gast.Name):
        return s.value
    if isinstance(target, (gast.Tuple, gast.List)):
        more = [e for e in target.elts if isinstance(e, gast.Starred)]
        count = [build.constant(len(target.elts) - len(more)), *(build.constant(True) for _ in more)]
        return build.call("rt.check_items", s.value, *count)
    return as_loaded(target)


def _nothing(s: build.Node) -> list[build.Node]:
    """The body of a statement that has nothing left in it."""
    return s.body if isinstance(s.body[0], gast.Pass) else [build.at(gast.Pass(), s)]


def _negation(test: build.Node) -> build.Node:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(gast.Not(), test)
