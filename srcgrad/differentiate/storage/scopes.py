"""Names whose value belongs to one trip of a loop, so that it is saved once, at the end of the trip."""

from __future__ import annotations

import gast

from ...core import build, names
from . import paths
from .layout import Block, Layout


def find(layout: Layout) -> dict[str, Block]:
    """The block of a loop at whose end a name's value of this trip is complete, for names that no trip hands to the next."""
    scopes = {}
    for name, definitions in layout.definitions.items():
        if any(d.is_target for d in definitions):
            continue
        blocks = [d.block for d in definitions if d.block.loop is not None]
        if not blocks:
            continue
        block = blocks[0]
        while not all(block.contains(b) for b in blocks):
            assert block.parent is not None
            block = block.parent
        while block.loop is not None and is_exposed(name, block, layout):
            assert block.loop.parent is not None
            block = block.loop.parent
        before = (
            len(blocks) < len(definitions) or name in layout.unit.parameters
        )  # it means something before the loop as well
        if block.loop is not None and not (before and not paths.definitely(block.statements, name, layout.binds)):
            scopes[name] = block
    return scopes


def is_exposed(name: str, block: Block, layout: Layout) -> bool:
    """Whether a value from before the block may be read in it, or in its reverse where only that matters.

    A name that every trip binds may be handed to the next one: what the reverse of a trip reads is what the trip itself has bound.
    """
    every = paths.definitely(block.statements, name, layout.binds)
    return _exposed(block.statements, name, layout, forward=not every)[0]


def _exposed(statements: list[build.Node], name: str, layout: Layout, forward: bool = True) -> tuple[bool, bool]:
    """(some read may see an older value, the name is bound for sure afterwards); `forward`: reads of the forward sweep count."""
    bound = False
    if name in layout.primal_reads(layout.swept.inside.get(id(statements), [])):
        return True, bound  # where the reverse of the block ends, as it was where the block begins
    for node in statements:
        if isinstance(node, gast.If):
            if forward and name in names.reads(node.test) and not bound:
                return True, bound
            one, sure_one = _exposed(node.body, name, layout, forward)
            other, sure_other = _exposed(node.orelse, name, layout, forward)
            if (one or other) and not bound:
                return True, bound
            if not bound and name in layout.head_needs.get(id(node), ()) and not (sure_one and sure_other):
                return True, bound
            ends_one, ends_other = paths.ends(node.body), paths.ends(node.orelse)
            bound = bound or ((sure_one or ends_one) and (sure_other or ends_other))
        elif isinstance(node, (gast.For, gast.While)):
            head = node.iter if isinstance(node, gast.For) else node.test
            if forward and name in names.reads(head) and not bound:
                return True, bound
            inner, _ = _exposed(node.body, name, layout, forward)
            if inner and not bound:
                return True, bound
            if not bound and name in layout.head_needs.get(id(node), ()):
                return True, bound
        else:
            if forward and name in layout.loads(node) and not bound:
                return True, bound
            before = (
                name not in layout.binds(node)
                or name in layout.loads(node)
                and id(node) not in layout.reverse.reads_after
            )
            if name in layout.needs.get(id(node), ()) and not bound and before:
                return True, bound
            if name in layout.binds(node):
                bound = True
    return False, bound
