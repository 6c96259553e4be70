"""What is computed again in the reverse sweep instead of being saved: loads, views, arithmetic of plain numbers."""

from __future__ import annotations

import gast
import numpy as np

from ...analyses import aliases, changes
from ...analyses.kinds import DOUBLE, constant_kind
from ...core import build, names
from . import paths, recompute
from .layout import Definition, Layout, Site

TURNING = (np.flip, np.flipud, np.fliplr, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims)  # always views


class Recomputed:
    """The names that are computed again, and how."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.again: dict[str, build.Node] = {}
        self.from_place: dict[int, list[str]] = {}  # store -> names whose value is read from the place it has filled
        self.worth: set[str] = set()  # names of arrays that are better computed again than saved

    def choose(self) -> None:
        """Decide which names are computed again; what they are computed from is then needed at the same places."""
        sites = self.layout.sites()
        uses: dict[str, list[Site]] = {}
        for site, reads in sites:
            for name in sorted(reads):
                uses.setdefault(name, []).append(site)
        self.read_from_places(uses)
        if self.layout.contents:
            values = recompute.Values(self.only_value, self.layout.content, self.layout.facts.kind)
            self.worth = values.worth_recomputing(uses)
        pending = [n for n in uses if n not in self.again]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name in seen and name in self.again:
                continue
            seen.add(name)
            if any(name in taken for taken in self.from_place.values()):
                continue
            value = self.recomputable(name, uses[name])
            if value is None:
                self.again.pop(name, None)
                continue
            self.again[name] = value
            for source in sorted(self.layout.loads(value)):
                if self.layout.is_primal(source):
                    known = uses.setdefault(source, [])
                    new = [s for s in uses[name] if not any(s is k for k in known)]
                    if new:
                        known += new
                        pending.append(source)
                        seen.discard(source)
        # a name that proved not to be recomputable may feed others that are: those need it where they are used
        taken = {n for found in self.from_place.values() for n in found}
        for name, value in self.again.items():
            for site in uses[name] if name not in taken else ():
                table = self.layout.head_needs if isinstance(site.node, paths.COMPOUND) else self.layout.needs
                table[id(site.node)] |= self.layout.reads(value)

    def only_value(self, name: str) -> build.Node | None:
        """The one value of a name that a trip of a loop defines."""
        found = self.layout.definitions.get(name, [])
        if len(found) != 1 or found[0].is_target or found[0].block.loop is None:
            return None
        node = found[0].node
        return node.value if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None

    def read_from_places(self, uses: dict[str, list[Site]]) -> None:
        """A number that is stored as soon as it is known need not be saved: it stands where it was stored.

        That is how an expert writes the partials of `a[i] = np.sqrt(...)`: with a[i] itself.
        """
        for name, sites in uses.items():
            definitions = self.layout.definitions.get(name, [])
            if len(definitions) != 1 or definitions[0].is_target or definitions[0].block.loop is None:
                continue
            block = definitions[0].block
            if self.is_at_hand(definitions[0].node) or any(site.block is not block for site in sites):
                continue
            for position in range(definitions[0].position + 1, len(block.statements)):
                node = block.statements[position]
                if not (isinstance(node, gast.Assign) and isinstance(node.value, gast.Name) and node.value.id == name):
                    continue
                place = aliases.store_place(node)
                if (
                    place is None
                    or not self.is_exact(place, name)
                    or any(self.layout.position_of(s, block) > position for s in sites)
                ):
                    break
                self.again[name] = build.subscript(build.copy(place.value), build.copy(place.slice))
                self.from_place.setdefault(id(node), []).append(name)
                needs = self.layout.needs.setdefault(id(node), set())
                needs |= {n for n in names.reads(place) if self.layout.is_primal(n)}
                break

    def is_at_hand(self, node: build.Node) -> bool:
        """Whether a value is a load or a copy of a name, which costs nothing to take again."""
        return not isinstance(node, gast.Assign) or isinstance(
            node.value, (gast.Name, gast.Constant, gast.Subscript, gast.Attribute)
        )

    def is_exact(self, place: build.Node, name: str) -> bool:
        """Whether a number that is read from a place is what was stored there."""
        root = aliases.root_of(place)
        owner, kind = self.layout.facts.kind(root or ""), constant_kind(self.layout.facts.kind(name))
        piece = constant_kind(self.layout.reverse.kind_of(build.subscript(place.value, place.slice))[0])
        if (
            root not in self.layout.contents
            or not piece.is_scalar
            or kind.tag != "float"
            or not self.is_plain_index(place.slice)
        ):
            return False
        if owner.tag == "list":
            return True
        return owner.dtype == "float64" and kind.dtype in DOUBLE or owner.dtype == kind.dtype and kind.dtype != ""

    def recomputable(self, name: str, sites: list[Site]) -> build.Node | None:
        """The expression to compute a name again at all of these places; None if it is better kept or saved."""
        definitions = self.layout.definitions.get(name, [])
        if len(definitions) != 1 or definitions[0].is_target or definitions[0].block.loop is None:
            return None
        definition = definitions[0]
        node = definition.node
        if name in self.layout.facts.stored or self.layout.is_made_once(name):
            return None
        if not (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)):
            return None
        value = node.value
        # `s = s + s` reads the s of before, which is gone
        if not (self.is_cheap(value) or name in self.worth) or name in self.layout.loads(value):
            return None
        for site in sites:
            if (
                not definition.block.contains(site.block)
                or self.layout.position_of(site, definition.block) < definition.position
            ):
                return None  # it reads the value of an earlier trip
            for source in self.layout.loads(value):
                if self.layout.is_primal(source) and not self.is_steady(source, definition, site):
                    return None
            if not self.is_view(value) and not self.is_content_steady(name, value, definition, site):
                return None
        return value

    def may_be_again(self, value: build.Node) -> bool:
        """Whether a value may be computed again, as far as can be told before it is known where it is read."""
        return self.is_cheap(value) or isinstance(value, (gast.BinOp, gast.UnaryOp)) and bool(self.layout.contents)

    def is_cheap(self, value: build.Node) -> bool:
        """Loads, views, attributes, copies of names, and arithmetic of plain numbers."""
        if isinstance(value, (gast.Name, gast.Constant, gast.Attribute)):
            return True
        if isinstance(value, gast.Subscript):
            kind = self.layout.reverse.kind_of(value.value)[0]
            if not (kind.is_array or kind.is_container):
                return False
            return self.is_plain_index(value.slice) and isinstance(value.value, (gast.Name, gast.Attribute))
        if isinstance(value, gast.List) and not value.elts:
            return False  # it is about to be filled
        if isinstance(value, (gast.List, gast.Tuple)):
            return all(isinstance(e, (gast.Name, gast.Constant)) for e in value.elts)
        kind = constant_kind(self.layout.reverse.kind_of(value)[0])
        if isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Compare)):
            return kind.is_scalar and self.is_arithmetic(value)
        if isinstance(value, gast.Call):
            if self.layout.is_cheap_call(value) or self.layout.is_range(value) or self.is_turned(value):
                return all(build.is_atom(a) for a in value.args) and not value.keywords
            callee = self.layout.facts.callees.get(id(value))
            return kind.is_scalar and callee is not None and callee.form == "rule" and all(
                self.layout.reverse.rules.kind(a).is_scalar for a in callee.args
            )  # fmt: skip
        return False

    def is_arithmetic(self, value: build.Node) -> bool:
        """Whether a value is computed of numbers, lengths and extents alone."""
        if isinstance(value, gast.BinOp):
            return self.is_arithmetic(value.left) and self.is_arithmetic(value.right)
        if isinstance(value, gast.UnaryOp):
            return self.is_arithmetic(value.operand)
        if isinstance(value, gast.Compare):
            return all(map(self.is_arithmetic, [value.left, *value.comparators]))
        if isinstance(value, gast.Call):
            return self.layout.is_cheap_call(value) and not value.keywords and all(map(build.is_atom, value.args))
        if isinstance(value, gast.Subscript):
            owner, index = value.value, value.slice
            return (
                isinstance(owner, gast.Attribute)
                and owner.attr == "shape"
                and build.is_atom(owner.value)
                and build.is_atom(index)
            )
        return build.is_atom(value) and self.layout.reverse.rules.kind(value).is_scalar

    def is_plain_index(self, index: build.Node) -> bool:
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        for part in parts:
            if isinstance(part, gast.Slice) or build.is_atom(part) and not isinstance(part, gast.Name):
                continue
            if constant_kind(self.layout.reverse.kind_of(part)[0]).tag not in ("int", "str", "static"):
                return False
        return True

    def is_view(self, value: build.Node) -> bool:
        """Whether a value is (a part of) an array itself and not what is in it: taken again, it is the same memory."""
        if isinstance(value, gast.Name):
            return True
        if isinstance(value, gast.Attribute):
            return value.attr in ("T", "mT") or value.attr in changes.METADATA
        if isinstance(value, gast.Call):
            return self.is_turned(value)
        if not isinstance(value, gast.Subscript) or not self.layout.reverse.kind_of(value)[0].is_array:
            return False
        return self.is_plain_index(value.slice) and self.layout.reverse.kind_of(value.value)[0].is_array

    def is_turned(self, value: build.Node) -> bool:
        """Whether a value is a whole array seen in another order."""
        callee = self.layout.facts.callees.get(id(value))
        known = callee is not None and callee.form == "rule" and any(callee.function is f for f in TURNING)
        return known and bool(value.args) and self.layout.reverse.kind_of(value.args[0])[0].is_array

    def whole_of(self, name: str) -> build.Node | None:
        """What a name is a view of, if that is taken again: a part of an array, where the view shows all of the part."""
        value = self.again.get(name)
        while isinstance(value, gast.Call) and self.is_turned(value) and isinstance(value.args[0], gast.Name):
            value = self.again.get(value.args[0].id, value.args[0])
        return value

    def is_steady(self, source: str, definition: Definition, site: Site) -> bool:
        """Whether `source` means, where the reverse of the site runs, what it meant at the definition."""
        if source in self.layout.facts.stored and source not in self.layout.contents:
            return False
        return not any(source in self.layout.binds(n) for n in self.layout.between(definition, site))

    def is_content_steady(self, name: str, value: build.Node, definition: Definition, site: Site) -> bool:
        """Whether what a value reads in arrays and lists is the same at both places, and its own content still what it was.

        Views are stored into, and a list that has grown has another length, and other items at its end.
        """
        layout = self.layout
        read = {name, *aliases.content_reads(value)} | {
            n for n in layout.loads(value) if not layout.facts.kind(n).is_array
        }
        contents = {self.layout.contents[n] for n in read if n in self.layout.contents}
        if not contents:
            return True
        for node in self.layout.between(definition, site):
            # the reverse of a store runs when what it overwrote is back; a test is read again before its branches are undone
            undone = node is site.node and not isinstance(node, paths.COMPOUND)
            if not undone and any(self.layout.changed_content(n) in contents for n in build.walk(node)):
                return False
        return True
