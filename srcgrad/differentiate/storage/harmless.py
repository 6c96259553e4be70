"""Stores that overwrite nothing of interest: no reverse statement of anything before reads what they overwrite."""

from __future__ import annotations

import gast

from ...analyses import aliases, overlap
from ...core import build
from . import paths
from .again import Recomputed
from .layout import Block, Layout, Site


class Stores:
    """What the sites of the reverse sweep read of stored arrays, against what each store overwrites."""

    def __init__(self, layout: Layout, recomputed: Recomputed):
        self.layout, self.recomputed = layout, recomputed
        self.loops = overlap.Loops(layout.body)
        self.cut: dict[int, overlap.Loops] = {}
        self.harmless: dict[int, bool] = {}
        self.known_reads: list[tuple[Site, list[tuple[str, build.Node | None]], bool]] | None = None

    def is_harmless(self, node: build.Node, block: Block, content: str) -> bool:
        """Whether no reverse statement of anything before the store reads what the store overwrites."""
        if id(node) not in self.harmless:
            self.harmless[id(node)] = self.overwrites_nothing(node, block, content)
        return self.harmless[id(node)]

    def overwrites_nothing(self, node: build.Node, block: Block, content: str) -> bool:
        place = aliases.store_place(node)
        store = self.loops_at(block).region(place) if place is not None else None
        if not store:
            return False
        wanted = {n for n, c in self.layout.contents.items() if c == content}
        root = aliases.root_of(place)
        bindings = len(self.layout.definitions.get(root or "", ())) + (root in self.layout.unit.parameters)
        if bindings != 1:
            return False  # the name may mean another array in another trip
        for site, reads, late in self.read_sites():
            for name, part in reads:
                if name not in wanted:
                    continue
                region = self.loops_at(site.block).region(part) if part is not None else None
                if part is not None and name != root:
                    region = None  # a part of a part
                loops, later = self.compare(site, block, node, late)
                if not self.loops.apart(region or (), store, loops, later):
                    return False
        return True

    def loops_at(self, block: Block) -> overlap.Loops:
        """The loops, as the branches around a block let them be."""
        if id(block) not in self.cut:
            tests = [
                (b.owner.test, b.statements is b.owner.body) for b in block.ancestors() if isinstance(b.owner, gast.If)
            ]
            self.cut[id(block)] = self.loops.where(tests)
        return self.cut[id(block)]

    def read_sites(self) -> list[tuple[Site, list[tuple[str, build.Node | None]], bool]]:
        """What each site reads of stored arrays; True: it reads what is there after the statement has run."""
        if self.known_reads is not None:
            return self.known_reads
        wanted = set(self.layout.contents)
        taken = {n for names_ in self.recomputed.from_place.values() for n in names_}
        found: list[tuple[Site, list[tuple[str, build.Node | None]], bool]] = []
        for block in self.layout.blocks.values():
            for position, node in enumerate(block.statements):
                site = Site(block, position, node)
                compound = isinstance(node, paths.COMPOUND)
                needs = (self.layout.head_needs if compound else self.layout.needs).get(id(node), set())
                parts = [
                    self.recomputed.again[n] for n in sorted(needs) if n in self.recomputed.again and n not in taken
                ]
                if compound and self.layout.has_reverse(node):
                    parts.append(node.iter if isinstance(node, gast.For) else node.test)
                parts += [] if compound else self.layout.swept.own.get(id(node), [])
                reads = [r for part in parts for r in self.resolved(part, wanted)]
                if reads:
                    found.append((site, reads, False))
                late = [
                    r
                    for n in self.recomputed.from_place.get(id(node), [])
                    for r in self.resolved(self.recomputed.again[n], wanted)
                ]
                late += [r for part in self.layout.swept.before.get(id(node), []) for r in self.resolved(part, wanted)]
                late += [r for b in ("body", "orelse") if compound for part in self.layout.swept.inside.get(id(getattr(node, b, None)), [])
                         for r in self.resolved(part, wanted)]  # fmt: skip
                if late:
                    found.append((site, late, True))
        self.known_reads = found
        return found

    def resolved(self, part: build.Node, wanted: set[str]) -> list[tuple[str, build.Node | None]]:
        """The parts that an expression reads; a name that is a part taken again is that part."""
        found = []
        for name, place in overlap.parts_read(part, wanted):
            value = self.recomputed.whole_of(name)
            root = aliases.root_of(value) if isinstance(value, gast.Subscript) else None
            if place is None and root is not None:
                found.append((root, value))
            else:
                found.append((name, place))
        return found

    def compare(self, site: Site, block: Block, node: build.Node, late: bool) -> tuple[list[overlap.Loop | None], bool]:
        """The loops around both a site and a store, and whether the site reads after the store in one trip of all of them."""
        common = next(b for b in block.ancestors() if b.contains(site.block))
        position, other = self.layout.position_of(site, common), self.layout.position_of(Site(block, 0, node), common)
        loops: list[overlap.Loop | None] = []
        for around in common.ancestors():
            if isinstance(around.owner, (gast.For, gast.While)):
                loops.append(self.loops.of.get(id(around.owner)))
        at_node = site.block is common  # not inside of the statement that stands at this position
        # in the two branches of one `if`: never in one trip
        apart = position == other and not at_node and common.statements[position] is not node
        return loops[::-1], position > other or position == other and (late and at_node) or apart
