"""The forward sweep: the statements of the program with what they save."""

from __future__ import annotations

import gast

from ...analyses import aliases
from ...analyses.kinds import constant_kind
from ...core import build, names
from . import paths
from .layout import Block, Layout
from .tapes import Tapes


class ForwardSweep:
    """Writes the forward sweep of a layout."""

    def __init__(self, layout: Layout, tapes: Tapes):
        self.layout, self.tapes = layout, tapes
        self.hoisted: dict[
            int, list[build.Node]
        ] = {}  # block -> names bound before it, so that they can be saved on every path
        self.pending_lists: list[
            str
        ] = []  # tapes of the block just written that are still to be made, before the outermost loop

    def whole(self) -> list[build.Node]:
        forward = self.forward(self.layout.root)
        return [*self.hoisted.get(id(self.layout.root), []), *forward]

    def forward(self, block: Block) -> list[build.Node]:
        out: list[build.Node] = []
        lists: list[str] = []
        for node in block.statements:
            made: list[build.Node] = []
            inner_lists: list[str] = []
            self.bind_first(node)
            if isinstance(node, gast.If):
                body, inner = self.forward_inside(node.body)
                orelse, more = self.forward_inside(node.orelse)
                inner_lists = inner + more
                made.append(build.at(build.if_(node.test, body or [gast.Pass()], orelse), node))
            elif isinstance(node, gast.For):
                body, inner_lists = self.forward_inside(node.body)
                made.append(build.at(build.for_(node.target, node.iter, body or [gast.Pass()]), node))
            elif isinstance(node, gast.While):
                body, inner_lists = self.forward_inside(node.body)
                made.append(build.at(build.while_(node.test, body or [gast.Pass()]), node))
            else:
                for name, tape in sorted(self.tapes.overwrites.get(id(node), {}).items()):
                    saved = self.old_piece(node) if name.endswith("[]") else build.name(name)
                    if not name.endswith("[]"):
                        self.ensure_bound(name, node, block)
                    if tape.is_list:
                        push = build.expression(build.call(build.attribute(tape.name, "append"), saved))
                        made.append(build.at(push, node))
                        lists.append(tape.name)
                    else:
                        made.append(build.at(build.assign(tape.name, saved), node))
                made.append(node)
            if block.loop is None:
                made = [build.at(build.assign(n, gast.List([], build.LOAD)), node) for n in inner_lists] + made
            else:
                lists += inner_lists
            out += made
        if id(block.statements) in self.tapes.ends:
            tape, saved = self.tapes.ends[id(block.statements)]
            for name in saved:
                self.ensure_complete(name, block)
            values = [build.name(n) for n in saved]
            push = build.expression(
                build.call(
                    build.attribute(tape.name, "append"), values[0] if len(values) == 1 else build.tuple_(values)
                )
            )
            if block.statements:
                build.at(push, block.statements[-1])
            _append_at_ends(out, push)
            lists.append(tape.name)
        self.pending_lists = lists
        return [*self.hoisted.pop(id(block), []), *out]

    def old_piece(self, node: build.Node) -> build.Node:
        """What a store is about to overwrite, as a value of its own."""
        place = aliases.store_place(node)
        assert place is not None
        piece = build.subscript(build.copy(place.value), build.copy(place.slice))
        kind = constant_kind(self.layout.reverse.kind_of(piece)[0])
        if kind.is_scalar or self.layout.reverse.copies(place.slice):
            return piece
        return build.call(build.attribute(piece, "copy")) if kind.is_array else build.call("rt.copy", piece)

    def forward_inside(self, statements: list[build.Node]) -> tuple[list[build.Node], list[str]]:
        out = self.forward(self.layout.blocks[id(statements)])
        return out, self.pending_lists

    def ensure_bound(self, name: str, node: build.Node, block: Block) -> None:
        """A name that is saved before it is overwritten must be bound the first time as well."""
        if name in self.layout.unit.parameters:
            return
        if not self.is_bound_before(name, node):
            self.hoist(name, self.layout.root)

    def bind_first(self, node: build.Node) -> None:
        """What the reverse of a statement makes zeros like must be bound, though no path of the program may have bound it."""
        zeros = [*self.layout.swept.before.get(id(node), [])]
        if isinstance(node, paths.COMPOUND):
            zeros += [
                s for b in (node.body, getattr(node, "orelse", [])) for s in self.layout.swept.inside.get(id(b), [])
            ]
        for name in sorted(
            n
            for n in self.layout.primal_reads(zeros)
            if n in self.layout.definitions and n not in self.layout.unit.parameters
        ):
            if not self.is_bound_before(name, node) and not paths.definitely([node], name, self.layout.binds):
                self.hoist(name, self.layout.root)

    def is_bound_before(self, name: str, node: build.Node) -> bool:
        return paths.assigned_before(self.layout.root.statements, name, node, self.layout.binds)

    def ensure_complete(self, name: str, block: Block) -> None:
        if not paths.definitely(block.statements, name, self.layout.binds):
            self.hoist(name, block)

    def hoist(self, name: str, block: Block) -> None:
        known = self.hoisted.setdefault(id(block), [])
        if not any(s.targets[0].id == name for s in known):
            known.append(build.assign(name, build.constant(None)))


def _append_at_ends(out: list[build.Node], push: build.Node) -> None:
    """Put a statement at the end of every path through a block: before each break, and after the rest."""
    if out and isinstance(out[-1], gast.Break):
        out.insert(len(out) - 1, push)
        return
    if out and isinstance(out[-1], gast.If) and paths.breaks([out[-1]]):
        last = out[-1]
        inside = {n for s in (last.body + last.orelse) for n in names.writes(s)}
        if not (inside & names.reads(push)):
            out.insert(len(out) - 1, push)
            return
        _append_at_ends(last.body, push)
        _append_at_ends(last.orelse, build.copy(push))
        return
    while out and isinstance(out[-1], gast.Pass):
        out.pop()
    out.append(push)
