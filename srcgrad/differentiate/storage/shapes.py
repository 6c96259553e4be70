"""Arrays of which the reverse sweep of a loop reads the shape alone: the shape is kept and the array is freed."""

from __future__ import annotations

import gast

from ...core import build, names
from . import paths
from .layout import Layout


class Shapes:
    """Rewrites the body of a layout and its reverse statements."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.note_readers()

    def keep(self, statements: list[build.Node], in_loop: bool) -> None:
        """Where the reverse sweep of a loop needs no more of an array than its shape, the shape has a name of its own.

        That of a part of another array is looked up there again.
        """
        position = 0
        while position < len(statements):
            node = statements[position]
            if isinstance(node, paths.COMPOUND):
                self.keep(node.body, in_loop or not isinstance(node, gast.If))
                if isinstance(node, gast.If):
                    self.keep(node.orelse, in_loop)
            elif in_loop and isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                shape = None if self.is_that_of_a_part(node, statements[:position]) else self.shape_alone(node)
                if shape is not None:
                    position += 1
                    statements.insert(position, build.at(shape, node))
                    # the reverse of both: it reads the shape, which is known after the second
                    self.layout.swept.own[id(shape)] = self.layout.swept.own.pop(id(node), [])
            position += 1

    def is_that_of_a_part(self, node: build.Node, before: list[build.Node]) -> bool:
        """Whether a value has the shape of a part of another array; the reverse statements that read its shape alone then look there."""
        name = node.targets[0].id
        part = self.part_of_that_shape(node.value, before) if self.is_bound_once(name) else None
        return part is not None and self.rewrite(name, build.attribute(part, "shape"))

    def is_bound_once(self, name: str) -> bool:
        return name not in self.layout.unit.parameters and self.writes.get(name) == 1

    def part_of_that_shape(self, value: build.Node, before: list[build.Node]) -> str | None:
        """The name of a part `a[:i]` from which a value is made elementwise, with numbers alone: it has the same shape."""
        operands = self.layout.reverse.rules.operands(value)
        arrays = [o for o in operands if not self.layout.reverse.rules.kind(o).is_scalar]
        if len(arrays) != 1 or not isinstance(arrays[0], gast.Name):
            return None
        name = arrays[0].id
        made = [n for n in before if not isinstance(n, paths.COMPOUND) and name in self.layout.binds(n)]
        if len(made) != 1 or self.writes.get(name) != 1 or not isinstance(made[0], gast.Assign):
            return None
        inner = made[0].value
        if not isinstance(inner, gast.Subscript):
            return self.part_of_that_shape(inner, before[: before.index(made[0])])
        owner = inner.value
        steady = all(self.layout.redefined.get(n, 0) <= 1 for n in self.layout.loads(inner))
        # what is stored into would have to be put back first
        plain = isinstance(owner, gast.Name) and owner.id not in self.layout.contents
        return name if plain and steady and self.layout.facts.kind(owner.id).is_array else None

    def is_item_of_parameter(self, value: build.Node) -> bool:
        """Whether a value is a part of an argument, which can be looked up again."""
        root = names.root(value) if isinstance(value, (gast.Subscript, gast.Attribute)) else ""
        return root in self.layout.unit.parameters and root not in self.writes and root not in self.layout.facts.stored

    def shape_alone(self, node: build.Node) -> build.Node | None:
        """The statement that keeps the shape of a name of which the reverse sweep reads nothing else, rewritten there."""
        name = node.targets[0].id
        if not self.is_bound_once(name) or self.is_item_of_parameter(node.value):
            return None
        shape = self.layout.fresh(f"{name}_shape")
        if not self.rewrite(name, build.name(shape)):
            return None
        self.layout.unit.temporaries.add(shape)
        return build.assign(shape, build.call("np.shape", build.name(name)))

    def rewrite(self, name: str, shape: build.Node) -> bool:
        """Put another expression in the place of the shape of a name, wherever the reverse sweep reads it; False if it reads more."""

        def replace(item: build.Node) -> build.Node | None:
            is_call = isinstance(item, gast.Call) and len(item.args) == 1 and isinstance(item.func, gast.Attribute)
            if (
                is_call
                and item.func.attr == "shape"
                and isinstance(item.args[0], gast.Name)
                and item.args[0].id == name
            ):
                return build.copy(shape)
            if isinstance(item, gast.Attribute) and item.attr == "shape" and isinstance(item.value, gast.Name):
                return build.copy(shape) if item.value.id == name else None
            return None

        found = self.readers.get(name, ())
        rewritten = [(statements, i, build.rewrite(statements[i], replace)) for statements, i in found]
        if not rewritten or any(name in names.reads(new) for *_, new in rewritten):
            return False
        for statements, i, new in rewritten:
            statements[i] = build.at(new, statements[i])
            if hasattr(statements[i], "lineno") is False:
                build.at(statements[i], new)
        for read in names.reads(shape):
            self.readers.setdefault(read, []).extend((statements, i) for statements, i, _ in rewritten)
        return True

    def note_readers(self) -> None:
        """Where the reverse sweep reads each name, and how often the forward sweep binds it (more than once in the head of a loop)."""
        self.readers: dict[str, list[tuple[list[build.Node], int]]] = {}
        self.writes: dict[str, int] = {}
        for statements in (*self.layout.swept.own.values(), *self.layout.swept.before.values()):
            for i, statement in enumerate(statements):
                for name in self.layout.loads(statement):
                    self.readers.setdefault(name, []).append((statements, i))
        for node in paths.every(self.layout.body):
            bound = node.target if isinstance(node, gast.For) else None if isinstance(node, paths.COMPOUND) else node
            for name in self.layout.binds(bound) if bound is not None else ():
                self.writes[name] = self.writes.get(name, 0) + (2 if isinstance(node, gast.For) else 1)
