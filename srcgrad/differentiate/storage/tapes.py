"""What is lost and where: the flow of what the reverse sweep still needs through the program, and a tape for each loss."""

from __future__ import annotations

from dataclasses import dataclass

import gast

from ...analyses import aliases
from ...core import build
from .again import Recomputed
from .harmless import Stores
from .layout import Block, Layout


@dataclass
class Tape:
    """A saved value: the list (or plain name) it goes to, and whether it is a list."""

    name: str
    is_list: bool
    loop: Block | None = None


class Tapes:
    """Saves before a statement (`overwrites`: by what is overwritten) and at the end of a trip (`ends`: the names)."""

    def __init__(self, layout: Layout, recomputed: Recomputed, scopes: dict[str, Block], stores: Stores):
        self.layout, self.recomputed, self.scopes, self.stores = layout, recomputed, scopes, stores
        self.overwrites: dict[int, dict[str, Tape]] = {}
        self.ends: dict[int, tuple[Tape, list[str]]] = {}
        self.names: set[str] = set()

    def find(self, root: Block) -> None:
        """Let what is required flow through the program until no more saves are found; name the tapes."""
        for _ in range(20):
            before = self.size()
            self.flow(root, set())
            if self.size() == before:
                break
        self.name_tapes()

    def flow(self, block: Block, required: set[str]) -> set[str]:
        """What the reverse of everything so far needs, after this block; notes the saves on the way."""
        required = set(required) | self.kept(
            self.layout.primal_reads(self.layout.swept.inside.get(id(block.statements), []))
        )
        for node in block.statements:
            if isinstance(node, gast.If):
                one = self.flow(self.layout.blocks[id(node.body)], required)
                other = self.flow(self.layout.blocks[id(node.orelse)], required)
                required = one | other | self.kept(self.layout.head_needs[id(node)])
            elif isinstance(node, (gast.For, gast.While)):
                inner = self.layout.blocks[id(node.body)]
                while True:
                    after = required | self.flow(inner, required)
                    if after == required:
                        break
                    required = after
                required |= self.kept(self.layout.head_needs[id(node)])
            else:
                required = self.step(node, block, required)
        if block.loop is not None:
            own = sorted(n for n in required if self.scopes.get(n) is block)
            if own:
                known = self.ends.setdefault(id(block.statements), (Tape("", True, None), []))[1]
                known += [n for n in own if n not in known]
                required -= set(own)
        return required

    def kept(self, reads: set[str]) -> set[str]:
        return {n for n in reads if n not in self.recomputed.again}

    def step(self, node: build.Node, block: Block, required: set[str]) -> set[str]:
        needs = self.kept(self.layout.needs.get(id(node), set()))
        stored = self.layout.stored_content(node)
        if stored is not None and stored in required | needs and not self.stores.is_harmless(node, block, stored):
            self.overwrites.setdefault(id(node), {}).setdefault(stored, Tape("", block.loop is not None, block.loop))
        elif id(node) not in self.recomputed.from_place:
            needs -= self.layout.place_needs.get(id(node), set())
        written, read = self.layout.binds(node), self.layout.loads(node)
        after_reads = id(node) in self.layout.reverse.reads_after
        before, after = set(needs), set()
        for name in written & needs:
            if name not in read or after_reads:
                before.discard(name)
                after.add(name)
        for name in sorted(written):
            if (name in required or name in before) and self.may_be_lost(name, node, block):
                self.overwrites.setdefault(id(node), {}).setdefault(name, Tape("", block.loop is not None, block.loop))
            content = self.layout.content(name)
            if content is not None and self.begins(name, content, node):
                required.discard(content)
        if id(node) in self.recomputed.from_place:
            after |= {content for content in (self.layout.stored_content(node),) if content is not None}
        return ((required | before) - written) | after

    def begins(self, name: str, content: str, node: build.Node) -> bool:
        """Whether a definition makes an array of its own, the only one that is ever known by this name: nothing of it was needed before."""
        if name in self.layout.unit.parameters or sum(c == content for c in self.layout.contents.values()) > 1:
            return False
        return len(self.layout.definitions.get(name, ())) == 1 and isinstance(node, gast.Assign)

    def may_be_lost(self, name: str, node: build.Node, block: Block) -> bool:
        definitions = self.layout.definitions.get(name, [])
        first = definitions and definitions[0].node is node and block.loop is None
        return not first or name in self.layout.unit.parameters

    def size(self) -> int:
        return sum(map(len, self.overwrites.values())) + sum(len(v) for _, v in self.ends.values())

    def name_tapes(self) -> None:
        """Names for what is saved, in the order of the program."""
        for block in self.layout.blocks.values():
            for node in block.statements:
                for name, tape in sorted(self.overwrites.get(id(node), {}).items()):
                    wish = aliases.root_of(aliases.store_place(node)) if name.endswith("[]") else name
                    tape.name = self.layout.temporary(f"{wish}_saved" if tape.is_list else f"{wish}_before")
                    self.names.add(tape.name)
            if id(block.statements) in self.ends:
                tape, saved = self.ends[id(block.statements)]
                saved.sort(key=self.order)
                tape.name = self.layout.temporary(f"{saved[0]}_saved" if len(saved) == 1 else "saved")
                tape.loop = block.loop
                self.names.add(tape.name)

    def order(self, name: str) -> tuple[int, str]:
        first = self.layout.definitions[name][0]
        return (getattr(first.node, "lineno", 0), first.position, name)  # type: ignore[return-value]
