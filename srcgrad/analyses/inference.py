"""Which kind each name of a unit has, and whether it carries a derivative; what each call calls.

One kind per name: the names have been split into independent ones before. The statements are gone through until nothing changes.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Set
from typing import Any

import gast

from ..core import adding, build, names
from ..core.unit import Unit, resolve
from . import access, congruences
from . import kinds as K
from .expressions import Expressions, Summary
from .facts import Callee, Facts
from .kinds import Kind

CHOICES = (
    itertools.product, itertools.combinations, itertools.permutations, itertools.combinations_with_replacement,
)  # fmt: skip
ROUNDS_OF_KINDS = 12  # rounds over a program before a kind that changes in each becomes unknown


def infer(
    unit: Unit,
    parameters: Mapping[str, Kind],
    active: set[str],
    summary: Summary,
    table: names.Table | None = None,
) -> Facts:
    """The facts of a unit whose parameters have these kinds; `summary` tells of the result of a helper's call.

    `table` has the names of the statements as they are now, as far as these are known.
    """
    named = {n: K.named(k, n) for n, k in parameters.items()}
    work = _Inference(unit, named, active, summary, table or names.Table())
    for attempt in itertools.count():
        # a kind that still changes after some rounds is given up, so that there is an end: what is active can only grow
        work.widen = attempt >= ROUNDS_OF_KINDS
        work.changed = False
        work.block(unit.body)
        if not work.changed:
            break
    return work.facts


def teller(unit: Unit, facts: Facts) -> Callable[[build.Node], Kind]:
    """A function that tells the kind of an expression of the unit."""
    work = Expressions(unit, facts)
    return lambda node: work.of(node)[0]


class _Inference(Expressions):
    def __init__(
        self, unit: Unit, parameters: Mapping[str, Kind], active: set[str], summary: Summary, table: names.Table
    ):
        self.table = table
        # of a simple statement: what it reads, all that it mentions
        self.names: dict[int, tuple[Set[str], Set[str]]] = {}
        bound = frozenset([*unit.parameters, *self.outline(unit.body)])
        super().__init__(unit, Facts(dict(parameters), set(active), bound), summary)
        self.changed = False
        self.widen = False
        self.clock = 0  # counts what has been learned
        self.learned: dict[str, int] = {}  # name -> when something was learned of it last
        self.seen: dict[int, int] = {}  # simple statement -> when it was gone through

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def outline(self, statements: list[build.Node]) -> set[str]:
        """Take down the names of each simple statement; gives all that are bound."""
        bound: set[str] = set()
        for node in statements:
            if isinstance(node, (gast.If, gast.While, gast.For)):
                for head in (node.target, node.iter) if isinstance(node, gast.For) else (node.test,):
                    bound |= names.writes(head)
                bound |= self.outline(node.body) | self.outline(node.orelse)
            else:
                reads, writes = self.table.reads(node), self.table.writes(node)
                bound |= writes
                self.names[id(node)] = reads, reads | writes
        return bound

    def block(self, statements: list[build.Node]) -> None:
        for node in statements:
            self.statement(node)

    def put(self, name: str, kind: Kind | None, active: bool) -> None:
        old = self.facts.kinds.get(name)
        new = K.join(old, kind)
        if new is not None and new != old:
            self.facts.kinds[name] = K.UNKNOWN if self.widen and old is not None else new
            self.learn(name)
        if active and name not in self.facts.active and (new is None or new.may_be_active):
            self.facts.active.add(name)
            self.learn(name)

    def learn(self, name: str) -> None:
        self.changed = True
        self.clock += 1
        self.learned[name] = self.clock

    def statement(self, node: build.Node) -> None:
        if isinstance(node, gast.If):
            self.of(node.test)
            self.block(node.body)
            self.block(node.orelse)
        elif isinstance(node, gast.While):
            self.of(node.test)
            self.block(node.body)
        elif isinstance(node, gast.For):
            self.loop_target(node.target, node.iter)
            self.block(node.body)
        else:
            then, (reads, touched) = self.seen.get(id(node), -1), self.names[id(node)]
            if then == self.clock or then >= self.latest(touched):
                return  # nothing was learned of its names since
            then, self.asked, self.pending = self.clock, False, False
            self.simple(node, reads)
            if self.asked:
                self.seen[id(node)] = -1
            else:  # what it has told of a name that it does not read tells it nothing new
                settled = not self.widen and _binds_a_name(node) and self.latest(reads) <= then
                self.seen[id(node)] = self.clock if settled else then

    def latest(self, some: Set[str]) -> int:
        """When something was learned of one of these names last; before all if there are none."""
        learned = self.learned
        return max([learned.get(name, 0) for name in some], default=-1)

    def simple(self, node: build.Node, reads: Set[str]) -> None:
        if isinstance(node, gast.Assign) and len(node.targets) == 1:
            self.assign(node.targets[0], node.value, self.is_waiting(reads))
        elif isinstance(node, gast.AugAssign):
            if isinstance(node.target, gast.Name):
                left = build.name(node.target.id)
                kind: Kind | None
                kind, active = self.of(gast.BinOp(left, node.op, node.value))
                own = self.facts.kind(node.target.id)
                if own.is_array:
                    kind = own  # an array keeps its shape and dtype
                    self.store(node.target.id, node)
                elif own.tag == "list":
                    self.store(node.target.id, node)
                    kind = K.join(own, self.of(node.value)[0])
                self.put(node.target.id, None if self.is_waiting(reads) else kind, active)
            elif not self.changes_item(node):
                self.assign(node.target, node.value, False)
        elif isinstance(node, gast.Return):
            if node.value is not None:
                self.facts.result, self.facts.result_active = self.of(node.value)
        elif isinstance(node, gast.Expr):
            self.of(node.value)
            if (added := adding.found(node)) is not None:
                self.assign(added.place, added.value, False)
        else:
            for name in names.writes(node):
                self.put(name, K.UNKNOWN, False)

    def changes_item(self, node: build.Node) -> bool:
        """Whether `items[i] += v` changes an array that a list or dict holds, which keeps its shape and dtype; noted if it does."""
        if not isinstance(node.target, gast.Subscript) or not isinstance(node.target.value, gast.Name):
            return False
        owner = node.target.value.id
        item = self.of(build.subscript(node.target.value, node.target.slice))[0]
        if self.facts.kind(owner).tag not in ("list", "dict") or not item.is_array or not item.rank:
            return False
        self.store(owner, node)
        self.put(owner, self.facts.kind(owner), self.of(node.value)[1])
        return True

    def is_waiting(self, reads: Set[str]) -> bool:
        """Whether one of these names is read before a value has come to it (in a loop, on the first round)."""
        return not reads <= self.facts.kinds.keys() and any(
            n in self.bound and n not in self.facts.kinds for n in reads
        )

    def assign(self, target: build.Node, value: build.Node, is_waiting: bool) -> None:
        kind, active = self.of(value)
        if isinstance(target, gast.Name):
            self.put(target.id, None if is_waiting or self.pending else kind, active)
        elif isinstance(target, (gast.Tuple, gast.List)):
            for i, element in enumerate(target.elts):
                part = kind.items[i] if kind.items is not None and i < len(kind.items) else kind.item or K.UNKNOWN
                if isinstance(element, gast.Name):
                    self.put(element.id, part, active)
                else:
                    for name in names.writes(element):
                        self.put(name, K.UNKNOWN, active)
        elif isinstance(target, (gast.Subscript, gast.Attribute)) and names.root(target):
            owner = names.root(target)
            self.store(owner, target)
            own = self.facts.kind(owner)
            if own.tag in ("list", "dict"):
                self.put(owner, _holding(own, target, kind), active)
            elif active:
                self.put(owner, own, active)

    def store(self, name: str, node: build.Node) -> None:
        self.facts.stored.setdefault(name, node)

    def loop_target(self, target: build.Node, iterable: build.Node) -> None:
        kind, active = self.iterated(iterable)
        if isinstance(target, gast.Name):
            self.put(target.id, kind, active)
            return
        if isinstance(target, (gast.Tuple, gast.List)):
            for i, element in enumerate(target.elts):
                part = kind.items[i] if kind.items is not None and i < len(kind.items) else kind.item or K.UNKNOWN
                if isinstance(element, gast.Name):
                    self.put(element.id, part, False)
                else:
                    for name in names.writes(element):
                        self.put(name, K.UNKNOWN, False)

    def iterated(self, node: build.Node) -> tuple[Kind, bool]:
        """The kind of an item of an iterable."""
        if isinstance(node, gast.Call):
            function = resolve(node.func, self.unit.free, self.bound)
            if function is range:
                return self.of_range(node), False
            if function is enumerate and node.args:
                item = self.iterated(node.args[0])[0]
                return Kind("tuple", items=(K.INT, item), item=None), False
            if function is zip:
                items = tuple(self.iterated(a)[0] for a in node.args)
                return Kind("tuple", items=items), False
            if function is reversed and node.args:
                return self.iterated(node.args[0])
            if function in CHOICES and not any(isinstance(a, gast.Starred) for a in node.args):
                return self.of_choices(function, node), False
        kind, active = self.of(node)
        if kind.tag in ("list", "tuple"):
            return kind.item or K.UNKNOWN, active
        if kind.is_array and kind.rank:
            return access.item_of(kind), active
        if kind.tag == "static" and isinstance(kind.value, range):
            return K.INT, False
        return (K.INT if kind.tag == "range" else K.UNKNOWN), active

    def of_choices(self, function: Any, node: build.Node) -> Kind:
        """The kind of what `itertools.product(a, b)` or `itertools.combinations(a, 2)` gives."""
        given = {k.arg: k.value for k in node.keywords}
        pools = node.args if function is itertools.product else node.args[:1]
        count = given.get("repeat", build.constant(1)) if function is itertools.product else None
        if count is None:
            count = given.get("r", node.args[1] if len(node.args) == 2 else None)
        items = tuple(self.iterated(p)[0] for p in pools)
        if not isinstance(count, gast.Constant) or type(count.value) is not int or len(items) * count.value > 16:
            return Kind("tuple", item=functools.reduce(K.join, items, None))
        return K.sequence("tuple", items * count.value)

    def of_range(self, node: build.Node) -> Kind:
        """The kind of an item of a range."""
        args = [self.of(a)[0] for a in node.args]
        if node.keywords or not all(map(K.is_whole, args)) or not 1 <= len(args) <= 3:
            return K.INT
        start = K.congruence(args[0]) if len(args) > 1 else congruences.exact(0)
        step = K.congruence(args[2]) if len(args) > 2 else congruences.exact(1)
        return K.whole(congruences.of_range(start, step))

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def list_method(self, callee: Callee, args: list[Kind], active: bool, node: build.Node) -> tuple[Kind, bool]:
        owner, own = callee.args[0], args[0]
        if isinstance(owner, gast.Name):
            if callee.function in ("append", "extend", "insert"):
                self.store(owner.id, node)
                new = args[-1] if callee.function != "extend" else args[-1].item
                self.put(owner.id, Kind("list", item=K.join(own.item, new)), active)
            elif callee.function in ("pop", "remove", "clear", "sort", "reverse"):
                self.store(owner.id, node)
                self.put(owner.id, Kind("list", item=own.item), active)
        return super().list_method(callee, args, active, node)


def _binds_a_name(node: build.Node) -> bool:
    """x = ..."""
    return type(node) is gast.Assign and len(node.targets) == 1 and type(node.targets[0]) is gast.Name


def _holding(own: Kind, place: build.Node, kind: Kind) -> Kind:
    """The kind of a list or dict after a value of this kind was put into a place of it."""
    indices = []
    while isinstance(place, gast.Subscript):
        indices.append(place.slice)
        place = place.value
    if not indices or any(isinstance(i, (gast.Slice, gast.Tuple)) for i in indices):
        return Kind(own.tag, item=K.join(own.item, kind))
    return _put(own, len(indices), kind)


def _put(own: Kind | None, depth: int, kind: Kind) -> Kind:
    """The kind of a container after a value was put into its items, that many levels down."""
    if not depth:
        return K.join(own, kind) or K.UNKNOWN
    if own is None or own.tag not in ("list", "dict"):
        return own if own is not None and own.is_array else K.UNKNOWN
    return Kind(own.tag, item=_put(own.item, depth - 1, kind))
