"""Which names may share memory where something is stored, and which of them are still in use afterwards.

Comes in: a unit in normal form with its facts. Goes out: `Aliases`. Two names are in one *group* if they may share memory anywhere; a store into a
name is *alone* if every other name that may share its memory there is dead. Then the adjoint of the name is the only one that the store concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import gast

from ..core import adding, build, names
from ..core.unit import Unit
from . import changes, mutation
from .facts import Facts

COMPOUND = (gast.If, gast.For, gast.While)
Sharing = dict[str, frozenset[str]]  # for each name those that may share its memory


@dataclass
class Store:
    """A store: the statement, the name at the root of its place, and the other names in use that may share its memory."""

    node: build.Node
    name: str
    others: frozenset[str]


@dataclass
class Aliases:
    """Groups of names that may share memory (name -> representative), stores, and what may share with what: at the end, and ever."""

    groups: dict[str, str] = field(default_factory=dict)
    stores: list[Store] = field(default_factory=list)
    end: Sharing = field(default_factory=dict)
    met: dict[str, set[str]] = field(default_factory=dict)

    def stored_groups(self) -> set[str]:
        return {self.groups.get(s.name, s.name) for s in self.stores}

    def meet(self, one: str, other: str) -> None:
        join(self.groups, one, other)
        self.met.setdefault(one, set()).add(other)
        self.met.setdefault(other, set()).add(one)


def join(groups: dict[str, str], a: str, b: str) -> None:
    """Put two names into one group."""
    one, other = groups.setdefault(a, a), groups.setdefault(b, b)
    if one != other:
        for name, root in groups.items():
            if root == other:
                groups[name] = one


def store_place(node: build.Node) -> build.Node | None:
    """The place `name[i]...[j]` that a simple statement stores into, or None."""
    if isinstance(node, gast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, gast.AugAssign):
        target = node.target
    elif isinstance(node, gast.Expr) and (added := adding.found(node)) is not None:
        target = added.place
    else:
        return None
    return target if isinstance(target, gast.Subscript) and root_of(target) is not None else None


def root_of(place: build.Node) -> str | None:
    """`a` of the place a[i][j]."""
    while isinstance(place, gast.Subscript):
        place = place.value
    return place.id if isinstance(place, gast.Name) else None


def analyse(unit: Unit, facts: Facts) -> Aliases:
    """The aliases of a unit in normal form."""
    work = _Work(unit, facts)
    live = set(names.reads(unit.body[-1])) if unit.body and isinstance(unit.body[-1], gast.Return) else set()
    work.liveness(unit.body, live, None)
    work.found.end = work.block(unit.body, {}, [])
    work.collect()
    work.meet_what_was_given()
    return work.found


def shared_by_result(unit: Unit, facts: Facts) -> frozenset[str] | None:
    """The parameters whose memory the result of a function may share; None where it may also hand a parameter, or what it returns,
    to another one or to something outside."""
    end = analyse(unit, facts).end
    parameters, outside = set(unit.parameters), set(unit.free)
    for name in parameters:
        if end.get(name, frozenset()) & ((parameters | outside) - {name}):
            return None
    last = unit.body[-1]
    if not isinstance(last, gast.Return) or last.value is None:
        return frozenset()
    sources = changes._sources(last.value, facts)
    found = {other for name in sources for other in {name} | end.get(name, frozenset())}
    return None if found & outside else frozenset(found & parameters)


class _Work:
    def __init__(self, unit: Unit, facts: Facts):
        self.unit = unit
        self.known = changes.Known(unit, facts)
        self.facts = facts
        self.found = Aliases()
        self.live: dict[int, frozenset[str]] = {}
        self.at: dict[int, tuple[build.Node, str, set[str]]] = {}
        self.modules = {n for n, f in unit.free.items() if callable(f.value) or hasattr(f.value, "__spec__")}

    # ---- which names are read later ---------------------------------------------------------------------------------------------

    def liveness(self, body: list[build.Node], after: set[str], at_break: set[str] | None) -> set[str]:
        live = set(after)
        for node in reversed(body):
            if isinstance(node, gast.If):
                one = self.liveness(node.body, live, at_break)
                other = self.liveness(node.orelse, live, at_break)
                live = one | other | names.reads(node.test)
            elif isinstance(node, (gast.For, gast.While)):
                live = self.loop_liveness(node, live)
            elif isinstance(node, gast.Break):
                live = set(at_break or ())
            else:
                self.live[id(node)] = frozenset(live)
                live = (live - names.writes(node)) | names.reads(node)
        return live

    def loop_liveness(self, node: build.Node, after: set[str]) -> set[str]:
        head = names.reads(node.iter if isinstance(node, gast.For) else node.test)
        top = set(after) | (head if isinstance(node, gast.While) else set())
        while True:
            inside = self.liveness(node.body, top, set(after))
            if isinstance(node, gast.For):
                inside = inside - names.writes(node.target)
            if inside <= top:
                return top | head
            top |= inside

    # ---- which names may share memory -------------------------------------------------------------------------------------------

    def block(self, body: list[build.Node], state: Sharing, exits: list[Sharing]) -> Sharing:
        for node in body:
            if isinstance(node, gast.If):
                state = _union([self.block(node.body, state, exits), self.block(node.orelse, state, exits)])
            elif isinstance(node, (gast.For, gast.While)):
                state = self.loop(node, state)
            elif isinstance(node, gast.Break):
                exits.append(state)
                return {}
            else:
                state = self.simple(node, state)
        return state

    def loop(self, node: build.Node, state: Sharing) -> Sharing:
        while True:
            exits: list[Sharing] = []
            inside = state
            if isinstance(node, gast.For):
                sources = changes._sources(node.iter, self.facts)
                for name in sorted(names.writes(node.target)):
                    inside = self.bind(inside, name, sources)
            after = self.block(node.body, inside, exits)
            joined = _union([state, after, *exits])
            if joined == state:
                return state
            state = joined

    def simple(self, node: build.Node, state: Sharing) -> Sharing:
        for form, name in changes._of_statement(node, self.facts, self.known):
            if form == "change":
                others = state.get(name, frozenset()) & self.live[id(node)]
                known = self.at.setdefault(id(node), (node, name, set()))
                known[2].update(others - {name})
        target = node.targets[0] if isinstance(node, gast.Assign) else None
        if isinstance(target, gast.Name):
            sources = changes._sources(node.value, self.facts)
            state = self.put_into(state, node)
            return self.bind(state, target.id, sources)
        if isinstance(target, (gast.Tuple, gast.List)):
            sources = changes._sources(node.value, self.facts)
            for name in sorted(names.writes(target)):
                state = self.bind(state, name, sources)
            return state
        if isinstance(target, (gast.Subscript, gast.Attribute)):
            root = names.root(target)
            if root and not self.facts.kind(root).is_array:
                state = self.link(state, root, changes._sources(node.value, self.facts))
            return state
        if isinstance(node, gast.stmt) and not isinstance(node, (gast.Expr, gast.AugAssign)):
            written = sorted(names.writes(node))
            if written:  # a compound statement taken as it is: everything in it may share with everything
                sources = {n for n in names.reads(node) | set(written) if not self.is_plain(n)}
                for name in written:
                    state = self.link(state, name, sources)
            return state
        return self.put_into(state, node)

    def put_into(self, state: Sharing, node: build.Node) -> Sharing:
        """What a call may put into a container that is given to it."""
        for item in build.walk(node):
            if not (isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute)):
                continue
            owner = names.root(item.func.value)
            if owner and item.func.attr in mutation.MUTATORS and not self.facts.kind(owner).is_array:
                sources = {n for a in item.args for n in changes._sources(a, self.facts)}
                state = self.link(state, owner, sources)
        return state

    def is_plain(self, name: str) -> bool:
        return name in self.modules or changes._is_plain(name, self.facts)

    def partners(self, state: Sharing, sources: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for source in sources:
            if not self.is_plain(source):
                found |= {source} | state.get(source, frozenset())
        return found

    def bind(self, state: Sharing, name: str, sources: set[str]) -> Sharing:
        """`name` is bound anew, to something that may share memory with the sources."""
        partners = set() if self.is_plain(name) else self.partners(state, sources) - {name}
        fresh = {n: others - {name} for n, others in state.items() if n != name}
        fresh[name] = frozenset(partners)
        for other in partners:
            fresh[other] = fresh.get(other, frozenset()) | {name}
            self.found.meet(name, other)
        return fresh

    def link(self, state: Sharing, name: str, sources: set[str]) -> Sharing:
        """`name`, and all that shares with it, may from now on share with the sources as well."""
        partners = self.partners(state, sources)
        if not partners or self.is_plain(name):
            return state
        fresh = dict(state)
        for one in {name} | state.get(name, frozenset()):
            for other in partners - {one}:
                fresh[one] = fresh.get(one, frozenset()) | {other}
                fresh[other] = fresh.get(other, frozenset()) | {one}
                self.found.meet(one, other)
        return fresh

    def meet_what_was_given(self) -> None:
        """What a parameter was given may be stored into under other names, when its own means something else."""
        groups = self.found.groups
        given = [name for name in self.unit.parameters if name in groups] if self.found.stores else []
        rebound = names.written(self.unit.body) if given else set()
        for name in given:
            if name in rebound:
                self.found.met.setdefault(name, set()).update(n for n, root in groups.items() if root == groups[name])

    def collect(self) -> None:
        for node, name, others in self.at.values():
            self.found.groups.setdefault(name, name)
            self.found.stores.append(Store(node, name, frozenset(others)))


def _union(states: list[Sharing]) -> Sharing:
    total: Sharing = {}
    for state in states:
        for name, others in state.items():
            total[name] = total.get(name, frozenset()) | others
    return total


def content_reads(node: build.Node) -> set[str]:
    """Names whose content (not only shape or identity) an expression or statement reads."""
    found: set[str] = set()
    stack: list[build.Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, gast.Name):
            if isinstance(item.ctx, gast.Load):
                found.add(item.id)
            continue
        if isinstance(item, gast.Attribute) and item.attr in changes.METADATA and isinstance(item.value, gast.Name):
            continue
        if isinstance(item, gast.Call):
            stack.extend(_parts_read(item))
            continue
        place = store_place(item)
        if place is not None:
            added = adding.found(item)
            stack += [item.value if added is None else added.value, *indices_of(place)]
            continue
        stack.extend(build.children(item))
    return found


# position of the argument of which a function reads the form alone
LIKE = {"zeros_like": 0, "ones_like": 0, "empty_like": 0, "full_like": 0, "slots_like": 0, "shape": 0, "ndim": 0, "len": 0,
        "unbroadcast": 1, "gradient": 1, "like": 1}  # fmt: skip


def _parts_read(call: build.Node) -> Iterator[build.Node]:
    name = call.func.attr if isinstance(call.func, gast.Attribute) else getattr(call.func, "id", "")
    position = LIKE.get(name)
    if isinstance(call.func, gast.Attribute):
        yield call.func.value
    for i, argument in enumerate(call.args):
        if i != position or not isinstance(argument, gast.Name):
            yield argument
    for keyword in call.keywords:
        yield keyword.value


def indices_of(place: build.Node) -> Iterator[build.Node]:
    """The indices of a place a[i]...[j], the last one first."""
    while isinstance(place, gast.Subscript):
        yield place.slice
        place = place.value
