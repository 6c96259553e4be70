"""The reverse sweep: what was saved is put back, what is computed again is computed, and between them stand the reverse statements."""

from __future__ import annotations

import gast

from ...analyses import aliases
from ...core import build, names
from . import paths
from .again import Recomputed
from .layout import Block, Layout
from .tapes import Tapes


class ReverseSweep:
    """Writes the reverse sweep of a layout."""

    def __init__(self, layout: Layout, recomputed: Recomputed, tapes: Tapes):
        self.layout, self.recomputed, self.tapes = layout, recomputed, tapes

    def backward(self, block: Block) -> list[build.Node]:
        out: list[build.Node] = []
        if id(block.statements) in self.tapes.ends:
            tape, saved = self.tapes.ends[id(block.statements)]
            targets = [build.name(n, store=True) for n in saved]
            target = targets[0] if len(targets) == 1 else build.tuple_(targets, store=True)
            pop = build.assign(target, build.call(build.attribute(tape.name, "pop")))
            out.append(build.at(pop, block.statements[-1]) if block.statements else pop)
        current: set[str] = set()
        for node in reversed(block.statements):
            if isinstance(node, paths.COMPOUND):
                out += self.provide(self.layout.head_needs[id(node)], current, node)
                out += self.layout.swept.before.get(id(node), [])
                out += self.backward_compound(node)
                continue
            own = self.layout.swept.own.get(id(node), [])
            restore = self.restore(node)
            if self.layout.stored_content(node) is not None:
                place = aliases.store_place(node)
                held = self.recomputed.from_place.get(id(node), [])
                index = {n for n in names.reads(place) if self.layout.is_primal(n)} if restore or held else set()
                out += self.provide(index, current, node)
                for name in held:
                    out.append(build.at(build.assign(name, build.copy(self.recomputed.again[name])), node))
                    current.add(name)
                out += restore
                out += [*self.provide(self.layout.needs.get(id(node), set()), current, node), *own]
                continue
            late = id(node) in self.layout.reverse.reads_after or bool(
                (self.layout.binds(node) - self.layout.loads(node)) & self.layout.needs.get(id(node), set())
            )
            made = [*self.provide(self.layout.needs.get(id(node), set()), current, node), *own]
            out += [*made, *restore] if late else [*restore, *made]
        out += self.layout.swept.inside.get(id(block.statements), [])
        return out

    def backward_compound(self, node: build.Node) -> list[build.Node]:
        if not self.layout.has_reverse(node):
            if self.restores_within(node):  # its head has not been prepared for that
                what = "branch" if isinstance(node, gast.If) else "loop"
                raise self.layout.unit.refuse(
                    node, f"cannot write the reverse of this {what}", "that something in it is to be put back was seen late"
                )  # fmt: skip
            return []
        if isinstance(node, gast.If):
            body = self.backward(self.layout.blocks[id(node.body)])
            orelse = self.backward(self.layout.blocks[id(node.orelse)])
            return [build.at(build.if_(node.test, body or [gast.Pass()], orelse), node)]
        body = self.backward(self.layout.blocks[id(node.body)])
        trips = self.layout.trips.get(id(node))
        if trips is None and (isinstance(node, gast.While) or paths.breaks(node.body)):
            raise self.layout.unit.refuse(
                node, "cannot write the reverse of this loop", "values that it overwrites are needed, and its trips are not counted"
            )  # fmt: skip
        if isinstance(node, gast.While) and trips is not None:
            return [build.at(build.for_("_", build.call("range", build.name(trips)), body), node)]
        items = node.iter
        if id(node) in self.layout.gone_through:
            items = build.name(self.layout.gone_through[id(node)])
        elif trips is not None:
            items = build.subscript(build.copy(items), gast.Slice(None, build.name(trips), None))
        return [build.at(build.for_(node.target, build.call("reversed", items), body), node)]

    def restores_within(self, node: build.Node) -> bool:
        return any(id(n) in self.tapes.overwrites for n in build.walk(node))

    def restore(self, node: build.Node) -> list[build.Node]:
        out = []
        for name, tape in sorted(self.tapes.overwrites.get(id(node), {}).items()):
            value = build.call(build.attribute(tape.name, "pop")) if tape.is_list else build.name(tape.name)
            target: build.Node | str = name
            if name.endswith("[]"):
                place = aliases.store_place(node)
                assert place is not None
                target = build.subscript(build.copy(place.value), build.copy(place.slice), store=True)
            out.append(build.at(build.assign(target, value), node))
        return out

    def provide(self, reads: set[str], current: set[str], node: build.Node) -> list[build.Node]:
        """The statements that compute again what is read here and is not at hand yet."""
        out: list[build.Node] = []
        for name in sorted(reads):
            self.compute_again(name, current, out)
        return out

    def compute_again(self, name: str, current: set[str], out: list[build.Node]) -> None:
        """Write what a name is computed from, and then the name, if that is how it comes to be here and it has not been."""
        if name not in self.recomputed.again or name in current:
            return
        current.add(name)
        value = self.recomputed.again[name]
        for source in sorted(self.layout.loads(value)):
            self.compute_again(source, current, out)
        out.append(build.at(build.assign(name, build.copy(value)), self.layout.definitions[name][0].node))
