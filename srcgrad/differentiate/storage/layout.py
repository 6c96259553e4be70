"""Where the statements of a program stand, what they read and bind, and what their reverse reads.

The tables here are beside the program, keyed by its statements; the other modules of this room fill and ask them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import gast
import numpy as np
import srcgrad_runtime as rt

from ...analyses import aliases
from ...core import build, names
from ...core.unit import MISSING, resolve
from ..accumulate import Swept
from ..reverse import Reverse
from . import paths


@dataclass(eq=False)
class Block:
    """A list of statements and where it stands."""

    statements: list[build.Node]
    parent: Block | None
    owner: build.Node | None  # the statement whose body this is

    @property
    def loop(self) -> Block | None:
        """The innermost loop body that contains this (or is this); None outside of loops."""
        if isinstance(self.owner, (gast.For, gast.While)):
            return self
        return self.parent.loop if self.parent is not None else None

    def ancestors(self) -> Iterable[Block]:
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent

    def contains(self, other: Block) -> bool:
        return any(b is self for b in other.ancestors())


@dataclass(eq=False)
class Site:
    """A place in the reverse sweep that reads names: the reverse of a statement, or what comes before the reverse of a compound one."""

    block: Block
    position: int
    node: build.Node


@dataclass
class Definition:
    block: Block
    position: int
    node: build.Node
    is_target: bool = False  # bound by the head of a loop


class Layout:
    """The body of a unit, its reverse statements, and the tables about both."""

    def __init__(self, reverse: Reverse, swept: Swept, body: list[build.Node]):
        self.reverse, self.swept, self.body = reverse, swept, body
        self.unit = reverse.unit
        self.facts = reverse.facts
        self.fresh = self.unit.fresh
        self.blocks: dict[int, Block] = {}
        self.definitions: dict[str, list[Definition]] = {}
        self.needs: dict[int, set[str]] = {}  # statement -> names read by its reverse
        self.place_needs: dict[int, set[str]] = {}  # store -> those of them that only putting the old piece back reads
        self.head_needs: dict[int, set[str]] = {}  # compound statement -> names read where its reverse begins
        self.wanted: set[str] = set()
        self.redefined: dict[str, int] = {}  # how often a name is bound
        self.trips: dict[int, str] = {}  # loops whose trips are counted -> the name of the count
        self.gone_through: dict[int, str] = {}  # loops over iterators -> the list of what they have given
        groups = self.facts.groups
        stored = {groups.get(s.name, s.name) for s in self.facts.stores}
        self.loads, self.binds = self.facts.names.reads, self.facts.names.writes
        self.adjoints: set[str] | None = None  # of containers, as far as they are made in the forward sweep
        self.contents = {name: f"{root}[]" for name, root in groups.items() if root in stored}

    def content(self, name: str) -> str | None:
        """What stands for the content of a name, if anything is stored into what may share its memory."""
        return self.contents.get(name)

    def reads(self, node: build.Node) -> set[str]:
        """The names of the forward sweep that a node reads, and the contents."""
        found = {n for n in self.loads(node) if self.is_primal(n)}
        if self.contents:
            found |= {self.contents[n] for n in aliases.content_reads(node) if n in self.contents}
        return found

    def lay_out(self) -> None:
        """Note where each statement stands and what its reverse reads; the body is what it stays from here on."""
        self.root = self.enter(self.body, None, None)
        self.collect(self.root)

    def enter(self, statements: list[build.Node], parent: Block | None, owner: build.Node | None) -> Block:
        block = Block(statements, parent, owner)
        self.blocks[id(statements)] = block
        for position, node in enumerate(statements):
            if isinstance(node, gast.If):
                self.enter(node.body, block, node)
                self.enter(node.orelse, block, node)
            elif isinstance(node, (gast.For, gast.While)):
                inner = self.enter(node.body, block, node)
                if isinstance(node, gast.For):
                    for name in sorted(self.binds(node.target)):
                        self.definitions.setdefault(name, []).append(Definition(inner, -1, node, True))
            else:
                for name in sorted(self.binds(node)):
                    self.definitions.setdefault(name, []).append(Definition(block, position, node))
        return block

    def has_reverse(self, node: build.Node) -> bool:
        """Whether anything happens in the reverse of a statement."""
        if isinstance(node, gast.If):
            inside = self.swept.inside.get(id(node.body)) or self.swept.inside.get(id(node.orelse))
            return bool(inside) or any(map(self.has_reverse, [*node.body, *node.orelse]))
        if isinstance(node, (gast.For, gast.While)):
            return bool(self.swept.inside.get(id(node.body))) or any(map(self.has_reverse, node.body))
        if self.swept.own.get(id(node)) or self.stored_content(node) in self.wanted:
            return True
        return any(self.redefined.get(n, 0) > 1 for n in self.binds(node) & self.wanted)

    def stored_content(self, node: build.Node) -> str | None:
        """The content that a store changes."""
        if not self.contents:
            return None
        place = aliases.store_place(node)
        root = aliases.root_of(place) if place is not None else None
        return self.contents.get(root) if root is not None else None

    def changed_content(self, node: build.Node) -> str | None:
        """The content that a store, or a method of a list, changes."""
        call = node.value if isinstance(node, gast.Expr) else None
        if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute):
            owner = names.root(call.func.value)
            if owner in self.contents:
                return self.contents[owner]
        return self.stored_content(node)

    def find_wanted(self, may_be_again: Callable[[build.Node], bool]) -> None:
        """Names that the reverse sweep reads, tests and loop heads included: where these are rebound, something is put back.

        `may_be_again` says whether a value may be computed again in the reverse sweep, which then reads what it is computed from.
        """
        self.redefined = {n: 1 for n in self.unit.parameters}
        compound: list[build.Node] = []
        stores: list[build.Node] = []
        for node in paths.every(self.body):
            if isinstance(node, paths.COMPOUND):
                compound.append(node)
                continue
            if self.stored_content(node) is not None:
                stores.append(node)
            for name in self.binds(node):
                self.redefined[name] = self.redefined.get(name, 0) + 1
        self.wanted = set()
        for statements in (*self.swept.own.values(), *self.swept.before.values()):
            for statement in statements:
                self.wanted |= self.loads(statement) | self.reads(statement)
        again = [
            (name, value)
            for name, value in self.in_loops(self.body)
            if self.redefined[name] == 1 and may_be_again(value)
        ]
        known = -1
        while known < len(self.wanted):  # where something is put back, the heads around it are evaluated again
            known = len(self.wanted)
            for node in filter(self.has_reverse, compound):
                head = node.iter if isinstance(node, gast.For) else node.test
                self.wanted |= self.loads(head) | self.reads(head)
            for node in stores:
                if self.stored_content(node) in self.wanted:
                    self.wanted |= names.reads(aliases.store_place(node))
            for name, value in again:
                if name in self.wanted:
                    self.wanted |= self.loads(value)
            self.want_contents()

    def in_loops(self, statements: list[build.Node], inside: bool = False) -> Iterator[tuple[str, build.Node]]:
        """Names that are bound in loops, with their values."""
        for node in statements:
            if isinstance(node, gast.If):
                yield from self.in_loops([*node.body, *node.orelse], inside)
            elif isinstance(node, paths.COMPOUND):
                yield from self.in_loops(node.body, True)
            elif inside and isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                yield node.targets[0].id, node.value

    def want_contents(self) -> None:
        """A name that the reverse sweep reads may be computed again from what is in an array: then that is read as well."""
        if not self.contents:
            return
        values: dict[str, list[build.Node]] = {}
        for node in paths.every(self.body):
            if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                values.setdefault(node.targets[0].id, []).append(node.value)
        todo, seen = list(self.wanted), set(self.wanted)
        while todo:
            for value in values.get(todo.pop(), ()):
                self.wanted |= {self.contents[n] for n in aliases.content_reads(value) if n in self.contents}
                new = self.loads(value) - seen
                seen |= new
                todo += new

    def is_made_once(self, name: str) -> bool:
        """Whether a name stands for a container of adjoints that the reverse sweep adds to."""
        if self.adjoints is None:
            bars = self.reverse.bars
            self.adjoints = {bars(n) for n in self.facts.mirrored.names if self.facts.kind(n).is_container}
        return name in self.adjoints

    def temporary(self, wish: str) -> str:
        name = self.fresh(wish)
        self.unit.temporaries.add(name)
        return name

    def is_range(self, node: build.Node) -> bool:
        return (
            isinstance(node, gast.Call) and resolve(node.func, self.unit.free, self.reverse.expressions.bound) is range
        )

    def is_cheap_call(self, node: build.Node) -> bool:
        value = resolve(node.func, self.unit.free, self.reverse.expressions.bound)
        return value is not MISSING and any(
            value is f for f in (len, range, abs, isinstance, int, float, bool, min, max, np.errstate, rt.entered)
        )

    def is_primal(self, name: str) -> bool:
        return name in self.definitions or name in self.unit.parameters or name in (self.unit.vararg, self.unit.kwarg)

    def primal_reads(self, statements: Iterable[build.Node]) -> set[str]:
        """Names of the forward sweep that reverse statements read before they bind them themselves."""
        found: set[str] = set()
        for statement in statements:
            found |= self.reads(statement)
        return found

    def collect(self, block: Block) -> None:
        for node in block.statements:
            if isinstance(node, gast.If):
                self.collect(self.blocks[id(node.body)])
                self.collect(self.blocks[id(node.orelse)])
                reads = self.reads(node.test) if self.has_reverse(node) else set()
                self.head_needs[id(node)] = reads | self.primal_reads(self.swept.before.get(id(node), []))
            elif isinstance(node, (gast.For, gast.While)):
                self.collect(self.blocks[id(node.body)])
                reads = self.primal_reads(self.swept.before.get(id(node), []))
                if self.has_reverse(node):
                    if id(node) in self.gone_through:
                        reads.add(self.gone_through[id(node)])
                    elif isinstance(node, gast.For):
                        reads |= self.reads(node.iter)
                    if id(node) in self.trips:
                        reads.add(self.trips[id(node)])
                self.head_needs[id(node)] = reads
            else:
                self.needs[id(node)] = self.primal_reads(self.swept.own.get(id(node), []))
                if self.stored_content(node) in self.wanted:  # the old piece may have to be put back
                    place = aliases.store_place(node)
                    assert place is not None
                    own = self.needs[id(node)]
                    self.place_needs[id(node)] = {n for n in names.reads(place) if self.is_primal(n)} - own
                    own |= self.place_needs[id(node)]

    def sites(self) -> list[tuple[Site, set[str]]]:
        """Every place of the reverse sweep, with the set of names it reads."""
        found = []
        for block in self.blocks.values():
            late = self.primal_reads(self.swept.inside.get(id(block.statements), []))
            if late and block.statements:
                found.append((Site(block, -1, block.statements[0]), late))
            for position, node in enumerate(block.statements):
                table = self.head_needs if isinstance(node, paths.COMPOUND) else self.needs
                if table.get(id(node)):
                    found.append((Site(block, position, node), table[id(node)]))
        return found

    def between(self, definition: Definition, site: Site) -> list[build.Node]:
        """The statements after the definition up to the one in which the site stands, in the block of the definition."""
        block = definition.block
        return block.statements[definition.position + 1 : self.position_of(site, block) + 1]

    def position_of(self, site: Site, outer: Block) -> int:
        """The position, in a block around the site, of the statement in which the site stands."""
        node: build.Node | None = site.node
        block: Block | None = site.block
        while block is not outer:
            assert block is not None
            node, block = block.owner, block.parent
        return next(i for i, n in enumerate(outer.statements) if n is node)
