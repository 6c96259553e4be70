"""What the reverse sweep needs of the forward sweep, and how it gets it: it is still there, it is computed again, or it is saved.

The reverse sweep runs through the states of the program backwards, so that a name means there what it meant at the same place in the
forward sweep. A value that would be lost is saved where it is lost, and only if a later reverse statement reads it:

* a name that is overwritten is saved before that and put back in the reverse of the statement,
* a name that belongs to one trip of a loop is saved at the end of the trip and put back where the reverse of the trip begins,
* the piece of an array that a store overwrites is saved before it and put back in the reverse of the store,
* what is cheap and whose operands are at hand is computed again.

What is in an array is a thing of its own beside its name: `y[]` stands for the content of all names that may share memory with `y`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import gast

from ..analyses import aliases
from ..analyses.kinds import UNKNOWN, Kind, constant_kind
from ..core import build, names
from ..core.unit import MISSING, resolve
from . import overlap, recompute
from .accumulate import Swept
from .reverse import Reverse

COMPOUND = (gast.If, gast.For, gast.While)


@dataclass(eq=False)
class Block:
    """A list of statements and where it stands."""

    statements: list[build.Node]
    parent: Block | None
    owner: build.Node | None  # the statement whose body this is
    loop: Block | None  # the innermost loop body that contains this (or is this); None outside of loops

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


@dataclass
class Tape:
    """A saved value: the list (or plain name) it goes to, and whether it is a list."""

    name: str
    is_list: bool
    loop: Block | None = None


@dataclass
class Storage:
    reverse: Reverse
    swept: Swept
    body: list[build.Node]
    tapes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.unit = self.reverse.unit
        self.facts = self.reverse.facts
        self.fresh = self.unit.fresh
        self.blocks: dict[int, Block] = {}
        self.definitions: dict[str, list[Definition]] = {}
        self.needs: dict[int, set[str]] = {}  # statement -> names read by its reverse
        self.head_needs: dict[int, set[str]] = {}  # compound statement -> names read where its reverse begins
        self.again: dict[str, build.Node] = {}  # names that are computed again, and how
        self.overwrites: dict[int, dict[str, Tape]] = {}
        self.ends: dict[int, tuple[Tape, list[str]]] = {}
        self.starts: dict[int, list[str]] = {}
        self.tests: dict[int, build.Node] = {}
        self.heads: dict[int, build.Node] = {}
        self.trips: dict[int, str] = {}
        self.gone_through: dict[int, str] = {}  # loops over iterators -> the list of what they have given
        self.scopes: dict[str, Block] = {}
        self.harmless: dict[int, bool] = {}
        self.worth: set[str] = set()  # names of arrays that are better computed again than saved
        self.from_place: dict[int, list[str]] = {}  # store -> names whose value is read from the place it has filled
        self.known_reads: list[tuple[Site, list[tuple[str, build.Node | None]], bool]] | None = None
        groups = self.facts.groups
        stored = {groups.get(s.name, s.name) for s in self.facts.stores}
        self._names: dict[int, tuple[build.Node, frozenset[str], frozenset[str]]] = {}
        self.contents = {name: f"{root}[]" for name, root in groups.items() if root in stored}

    @property
    def undone(self) -> set[str]:
        """The contents (`y[]`) that the reverse sweep puts back to what they were: overwritten pieces, lists made longer."""
        pieces = {key for saved in self.overwrites.values() for key in saved if key.endswith("[]")}
        shortened = (_shortened(node) for steps in self.swept.own.values() for node in steps)
        return pieces | {self.contents[n] for n in shortened if n in self.contents}

    def content(self, name: str) -> str | None:
        """What stands for the content of a name, if anything is stored into what may share its memory."""
        return self.contents.get(name)

    def reads(self, node: build.Node) -> set[str]:
        """The names of the forward sweep that a node reads, and the contents."""
        found = {n for n in self.loads(node) if self.is_primal(n)}
        if self.contents:
            found |= {self.contents[n] for n in aliases.content_reads(node) if n in self.contents}
        return found

    def loads(self, node: build.Node) -> frozenset[str]:
        """The names that a simple statement, or an expression, reads."""
        return self._names_of(node)[1]

    def binds(self, node: build.Node) -> frozenset[str]:
        """The names that a simple statement binds."""
        return self._names_of(node)[2]

    def _names_of(self, node: build.Node) -> tuple[build.Node, frozenset[str], frozenset[str]]:
        """A node and its names, which are looked for once: only compound statements change here."""
        found = self._names.get(id(node))
        if found is None:
            reads, writes = names.of(node)
            found = self._names[id(node)] = (node, frozenset(reads), frozenset(writes))
        return found

    # ---- the whole --------------------------------------------------------------------------------------------------------------

    def run(self) -> tuple[list[build.Node], list[build.Node]]:
        """The forward sweep with what it saves, and the reverse sweep with what it puts back."""
        self.find_wanted()
        self.prepare_heads(self.body)
        self.note_readers()
        self.keep_shapes(self.body, False)
        root = self.enter(self.body, None, None)
        self.root = root
        self.collect(root)
        self.choose_recomputed()
        self.find_scopes()
        self.loops = overlap.Loops(self.body)
        for _ in range(20):
            before = self.size()
            self.flow(root, set())
            if self.size() == before:
                break
        self.hoisted: dict[int, list[build.Node]] = {}
        self.name_tapes()
        forward = self.forward(root)
        backward = self.backward(root)
        forward = [*self.hoisted.get(id(root), []), *forward]
        return forward, backward

    def size(self) -> int:
        return sum(map(len, self.overwrites.values())) + sum(len(v) for _, v in self.ends.values())

    def enter(self, statements: list[build.Node], parent: Block | None, owner: build.Node | None) -> Block:
        block = Block(statements, parent, owner, None)
        is_loop = isinstance(owner, (gast.For, gast.While))
        block.loop = block if is_loop else parent.loop if parent is not None else None
        self.blocks[id(statements)] = block
        for position, node in enumerate(statements):
            if isinstance(node, gast.If):
                self.enter(node.body, block, node)
                self.enter(node.orelse, block, node)
            elif isinstance(node, (gast.For, gast.While)):
                inner = self.enter(node.body, block, node)
                if isinstance(node, gast.For):
                    for name in sorted(names.writes(node.target)):
                        self.definitions.setdefault(name, []).append(Definition(inner, -1, node, True))
            else:
                for name in sorted(self.binds(node)):
                    self.definitions.setdefault(name, []).append(Definition(block, position, node))
        return block

    # ---- tests and loop heads ---------------------------------------------------------------------------------------------------

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
        place = aliases.store_place(node)
        root = aliases.root_of(place) if place is not None else None
        return self.contents.get(root) if root is not None else None

    def find_wanted(self) -> None:
        """Names that the reverse sweep reads, tests and loop heads included: where these are rebound, something is put back."""
        self.redefined: dict[str, int] = {n: 1 for n in self.unit.parameters}
        compound: list[build.Node] = []
        for node in _every(self.body):
            if isinstance(node, COMPOUND):
                compound.append(node)
                continue
            for name in self.binds(node):
                self.redefined[name] = self.redefined.get(name, 0) + 1
        self.wanted: set[str] = set()
        for statements in (*self.swept.own.values(), *self.swept.before.values()):
            for statement in statements:
                self.wanted |= self.loads(statement) | self.reads(statement)
        self.want_contents()
        while True:
            heads = {
                n
                for c in compound
                if self.has_reverse(c)
                for n in names.reads(c.iter if isinstance(c, gast.For) else c.test)
            }
            if heads <= self.wanted:
                return
            self.wanted |= heads

    def want_contents(self) -> None:
        """A name that the reverse sweep reads may be computed again from what is in an array: then that is read as well."""
        if not self.contents:
            return
        values: dict[str, list[build.Node]] = {}
        for node in _every(self.body):
            if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                values.setdefault(node.targets[0].id, []).append(node.value)
        todo, seen = list(self.wanted), set(self.wanted)
        while todo:
            for value in values.get(todo.pop(), ()):
                self.wanted |= {self.contents[n] for n in aliases.content_reads(value) if n in self.contents}
                new = self.loads(value) - seen
                seen |= new
                todo += new

    def prepare_heads(self, statements: list[build.Node], in_loop: bool = False) -> None:
        """Give a name to every test and iterable that the reverse sweep could not evaluate again; count trips that a break may cut."""
        position = 0
        while position < len(statements):
            node = statements[position]
            extra: list[build.Node] = []
            if isinstance(node, gast.If):
                self.prepare_heads(node.body, in_loop)
                self.prepare_heads(node.orelse, in_loop)
                if self.has_reverse(node) and not self.is_repeatable(node.test, [node.body, node.orelse], in_loop):
                    name = self.temporary("took")
                    extra.append(build.at(build.assign(name, node.test), node))
                    node.test = build.name(name)
            elif isinstance(node, (gast.For, gast.While)):
                self.prepare_heads(node.body, True)
                if self.has_reverse(node):
                    extra += self.prepare_loop(node, in_loop)
            statements[position:position] = extra
            position += 1 + len(extra)

    def temporary(self, wish: str) -> str:
        name = self.fresh(wish)
        self.unit.temporaries.add(name)
        return name

    def prepare_loop(self, node: build.Node, in_loop: bool) -> list[build.Node]:
        extra: list[build.Node] = []
        if isinstance(node, gast.While) or _breaks(node.body):
            trips = self.temporary("trips")
            self.trips[id(node)] = trips
            extra.append(build.at(build.assign(trips, build.constant(0)), node))
            count = build.assign(trips, gast.BinOp(build.name(trips), gast.Add(), build.constant(1)))
            node.body.insert(0, build.at(count, node))
        if isinstance(node, gast.For):
            if not self.is_settled(node.iter):  # an iterator is advanced by the loop itself, and no further
                name = self.temporary("items")
                self.facts.kinds[name] = Kind("list", item=UNKNOWN)
                extra.append(build.at(build.assign(name, gast.List([], build.LOAD)), node))
                push = build.call(build.attribute(name, "append"), _loaded(node.target))
                node.body.insert(0, build.at(build.expression(push), node))
                self.gone_through[id(node)] = name
            elif not self.is_sequence(node.iter):
                name = self.temporary("items")
                items = node.iter if self.is_range(node.iter) else build.call("list", node.iter)
                extra.append(build.at(build.assign(name, items), node))
                node.iter = build.name(name)
            elif not self.is_repeatable(node.iter, [node.body], in_loop):
                name = self.temporary("trips_of" if self.is_range(node.iter) else "items")
                extra.append(build.at(build.assign(name, node.iter), node))
                node.iter = build.name(name)
        return extra

    def is_settled(self, node: build.Node) -> bool:
        """Whether the items of an iterable are there before the loop begins, and stay there."""
        if self.is_sequence(node) or isinstance(node, (gast.Constant, gast.ListComp, gast.Subscript, gast.BinOp)):
            return True
        kind = self.reverse.kind_of(node)[0]
        if (
            kind.tag in ("dict", "str")
            or kind.tag == "static"
            and isinstance(kind.value, (str, tuple, list, dict, set))
        ):
            return True
        if not isinstance(node, gast.Call):
            return False
        if isinstance(node.func, gast.Attribute) and node.func.attr in ("items", "keys", "values") and not node.args:
            return True
        value = resolve(node.func, self.unit.free, self.reverse.inference.bound)
        if value in (sorted, list, tuple, set):
            return True
        module = (getattr(value, "__module__", None) or "").partition(".")[0]
        return module == "numpy" or value in (zip, enumerate, reversed) and all(map(self.is_settled, node.args))

    def is_range(self, node: build.Node) -> bool:
        return isinstance(node, gast.Call) and resolve(node.func, self.unit.free, self.reverse.inference.bound) is range

    def is_sequence(self, node: build.Node) -> bool:
        """Whether an iterable can be gone through backwards and cut."""
        if self.is_range(node) or isinstance(node, (gast.List, gast.Tuple)):
            return True
        kind = self.reverse.kind_of(node)[0]
        return isinstance(node, (gast.Name, gast.Attribute)) and kind.tag in ("list", "tuple", "array", "range")

    def is_repeatable(self, node: build.Node, bodies: list[list[build.Node]], in_loop: bool) -> bool:
        """Whether evaluating an expression after these bodies have run gives what it gave before, without any effect."""
        if any(
            isinstance(n, (gast.NamedExpr, gast.Lambda, gast.ListComp, gast.GeneratorExp, gast.IfExp))
            for n in build.walk(node)
        ):
            return False
        for item in build.walk(node):
            if isinstance(item, gast.Call) and not self.is_cheap_call(item):
                return False
        changed: set[str] = set()
        for body in bodies:
            for statement in body:
                changed |= names.writes(statement) | _content_changes(statement)
        rebound: set[str] = set()
        for body in bodies:
            for statement in body:
                rebound |= names.writes(statement)
        # the shape of an array stays what it is, the length of a list does not
        content = aliases.content_reads(node) | {n for n in names.reads(node) if not self.facts.kind(n).is_array}
        if names.reads(node) & rebound or content & changed:
            return False
        groups = {self.facts.groups.get(n, n) for n in changed}
        if any(self.facts.groups.get(n, n) in groups for n in content):
            return False
        return not (in_loop and any(n in self.facts.stored or n in self.contents for n in content))

    def is_cheap_call(self, node: build.Node) -> bool:
        value = resolve(node.func, self.unit.free, self.reverse.inference.bound)
        return value is not MISSING and any(
            value is f for f in (len, range, abs, isinstance, int, float, bool, min, max)
        )

    def keep_shapes(self, statements: list[build.Node], in_loop: bool) -> None:
        """Where the reverse sweep of a loop needs no more of an array than its shape, the shape has a name of its own."""
        position = 0
        while position < len(statements):
            node = statements[position]
            if isinstance(node, COMPOUND):
                self.keep_shapes(node.body, in_loop or not isinstance(node, gast.If))
                if isinstance(node, gast.If):
                    self.keep_shapes(node.orelse, in_loop)
            elif in_loop and isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                shape = self.shape_alone(node)
                if shape is not None:
                    position += 1
                    statements.insert(position, build.at(shape, node))
                    # the reverse of both: it reads the shape, which is known after the second
                    self.swept.own[id(shape)] = self.swept.own.pop(id(node), [])
            position += 1

    def is_item_of_parameter(self, value: build.Node) -> bool:
        """Whether a value is a part of an argument, which can be looked up again."""
        root = names.root(value) if isinstance(value, (gast.Subscript, gast.Attribute)) else ""
        return root in self.unit.parameters and root not in self.writes and root not in self.facts.stored

    def shape_alone(self, node: build.Node) -> build.Node | None:
        """The statement that keeps the shape of a name of which the reverse sweep reads nothing else, rewritten there."""
        name = node.targets[0].id
        if name in self.unit.parameters or self.writes.get(name) != 1 or self.is_item_of_parameter(node.value):
            return None
        shape = self.fresh(f"{name}_shape")

        def replace(item: build.Node) -> build.Node | None:
            is_call = isinstance(item, gast.Call) and len(item.args) == 1 and isinstance(item.func, gast.Attribute)
            if (
                is_call
                and item.func.attr == "shape"
                and isinstance(item.args[0], gast.Name)
                and item.args[0].id == name
            ):
                return build.name(shape)
            if isinstance(item, gast.Attribute) and item.attr == "shape" and isinstance(item.value, gast.Name):
                return build.name(shape) if item.value.id == name else None
            return None

        found = self.readers.get(name, ())
        rewritten = [(statements, i, build.rewrite(statements[i], replace)) for statements, i in found]
        if not rewritten or any(name in names.reads(new) for *_, new in rewritten):
            return None
        for statements, i, new in rewritten:
            statements[i] = build.at(new, statements[i])
            if hasattr(statements[i], "lineno") is False:
                build.at(statements[i], new)
        self.unit.temporaries.add(shape)
        return build.assign(shape, build.call("np.shape", build.name(name)))

    def note_readers(self) -> None:
        """Where the reverse sweep reads each name, and how often the forward sweep binds it (more than once in the head of a loop)."""
        self.readers: dict[str, list[tuple[list[build.Node], int]]] = {}
        self.writes: dict[str, int] = {}
        for statements in (*self.swept.own.values(), *self.swept.before.values()):
            for i, statement in enumerate(statements):
                for name in self.loads(statement):
                    self.readers.setdefault(name, []).append((statements, i))
        for node in _every(self.body):
            bound = node.target if isinstance(node, gast.For) else None if isinstance(node, COMPOUND) else node
            for name in self.binds(bound) if bound is not None else ():
                self.writes[name] = self.writes.get(name, 0) + (2 if isinstance(node, gast.For) else 1)

    # ---- needs ------------------------------------------------------------------------------------------------------------------

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
                    self.needs[id(node)] |= {n for n in names.reads(place) if self.is_primal(n)}

    def sites(self) -> list[tuple[Site, set[str]]]:
        """Every place of the reverse sweep, with the set of names it reads."""
        found = []
        for block in self.blocks.values():
            late = self.primal_reads(self.swept.inside.get(id(block.statements), []))
            if late and block.statements:
                found.append((Site(block, -1, block.statements[0]), late))
            for position, node in enumerate(block.statements):
                table = self.head_needs if isinstance(node, COMPOUND) else self.needs
                if table.get(id(node)):
                    found.append((Site(block, position, node), table[id(node)]))
        return found

    # ---- computing again --------------------------------------------------------------------------------------------------------

    def choose_recomputed(self) -> None:
        """Decide which names are computed again; what they are computed from is then needed at the same places."""
        sites = self.sites()
        uses: dict[str, list[Site]] = {}
        for site, reads in sites:
            for name in sorted(reads):
                uses.setdefault(name, []).append(site)
        self.read_from_places(uses)
        if self.contents:
            values = recompute.Values(self.only_value, self.content, self.facts.kind)
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
            for source in sorted(self.loads(value)):
                if self.is_primal(source):
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
                table = self.head_needs if isinstance(site.node, COMPOUND) else self.needs
                table[id(site.node)] |= self.reads(value)

    def only_value(self, name: str) -> build.Node | None:
        """The one value of a name that a trip of a loop defines."""
        found = self.definitions.get(name, [])
        if len(found) != 1 or found[0].is_target or found[0].block.loop is None:
            return None
        node = found[0].node
        return node.value if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None

    def read_from_places(self, uses: dict[str, list[Site]]) -> None:
        """A number that is stored as soon as it is known need not be saved: it stands where it was stored.

        That is how an expert writes the partials of `a[i] = np.sqrt(...)`: with a[i] itself.
        """
        for name, sites in uses.items():
            definitions = self.definitions.get(name, [])
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
                    or any(self.position_of(s, block) > position for s in sites)
                ):
                    break
                self.again[name] = build.subscript(build.copy(place.value), build.copy(place.slice))
                self.from_place.setdefault(id(node), []).append(name)
                needs = self.needs.setdefault(id(node), set())
                needs |= {n for n in names.reads(place) if self.is_primal(n)}
                break

    def is_at_hand(self, node: build.Node) -> bool:
        """Whether a value is a load or a copy of a name, which costs nothing to take again."""
        return not isinstance(node, gast.Assign) or isinstance(
            node.value, (gast.Name, gast.Constant, gast.Subscript, gast.Attribute)
        )

    def is_exact(self, place: build.Node, name: str) -> bool:
        """Whether a number that is read from a place is what was stored there."""
        root = aliases.root_of(place)
        owner, kind = self.facts.kind(root or ""), constant_kind(self.facts.kind(name))
        piece = constant_kind(self.reverse.kind_of(build.subscript(place.value, place.slice))[0])
        if (
            root not in self.contents
            or not piece.is_scalar
            or kind.tag != "float"
            or not self.is_plain_index(place.slice)
        ):
            return False
        if owner.tag == "list":
            return True
        return (
            owner.dtype == "float64"
            and kind.dtype in ("float64", "python")
            or owner.dtype == kind.dtype
            and kind.dtype != ""
        )

    def recomputable(self, name: str, sites: list[Site]) -> build.Node | None:
        """The expression to compute a name again at all of these places; None if it is better kept or saved."""
        definitions = self.definitions.get(name, [])
        if len(definitions) != 1 or definitions[0].is_target or definitions[0].block.loop is None:
            return None
        definition = definitions[0]
        node = definition.node
        if name in self.facts.stored:
            return None
        if not (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)):
            return None
        value = node.value
        # `s = s + s` reads the s of before, which is gone
        if not (self.is_cheap(value) or name in self.worth) or name in self.loads(value):
            return None
        for site in sites:
            if (
                not definition.block.contains(site.block)
                or self.position_of(site, definition.block) < definition.position
            ):
                return None  # it reads the value of an earlier trip
            for source in self.loads(value):
                if self.is_primal(source) and not self.is_steady(source, definition, site):
                    return None
            if not self.is_view(value) and not self.is_content_steady(value, definition, site):
                return None
        return value

    def is_cheap(self, value: build.Node) -> bool:
        """Loads, views, attributes, copies of names, and arithmetic of plain numbers."""
        if isinstance(value, (gast.Name, gast.Constant, gast.Attribute)):
            return True
        if isinstance(value, gast.Subscript):
            kind = self.reverse.kind_of(value.value)[0]
            if not (kind.is_array or kind.is_container):
                return False
            return self.is_plain_index(value.slice) and isinstance(value.value, (gast.Name, gast.Attribute))
        if isinstance(value, gast.List) and not value.elts:
            return False  # it is about to be filled
        if isinstance(value, (gast.List, gast.Tuple)):
            return all(isinstance(e, (gast.Name, gast.Constant)) for e in value.elts)
        kind = constant_kind(self.reverse.kind_of(value)[0])
        if isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Compare)):
            plain = all(isinstance(n, (gast.operator, gast.unaryop, gast.cmpop, gast.expr_context, gast.BinOp, gast.UnaryOp, gast.Compare))
                        or build.is_atom(n) and self.reverse.rules.kind(n).is_scalar for n in build.walk(value))  # fmt: skip
            return kind.is_scalar and plain
        if isinstance(value, gast.Call):
            if self.is_cheap_call(value) or self.is_range(value):
                return all(build.is_atom(a) for a in value.args) and not value.keywords
            callee = self.facts.callees.get(id(value))
            return kind.is_scalar and callee is not None and callee.form == "rule" and all(
                self.reverse.rules.kind(a).is_scalar for a in callee.args
            )  # fmt: skip
        return False

    def is_plain_index(self, index: build.Node) -> bool:
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        for part in parts:
            if isinstance(part, gast.Slice) or build.is_atom(part) and not isinstance(part, gast.Name):
                continue
            if constant_kind(self.reverse.kind_of(part)[0]).tag not in ("int", "str", "static"):
                return False
        return True

    def is_view(self, value: build.Node) -> bool:
        """Whether a value is (a part of) an array itself and not what is in it: taken again, it is the same memory."""
        if isinstance(value, gast.Name):
            return True
        if isinstance(value, gast.Attribute):
            return value.attr in ("T", "mT") or value.attr in aliases.METADATA
        if not isinstance(value, gast.Subscript) or not self.reverse.kind_of(value)[0].is_array:
            return False
        return self.is_plain_index(value.slice) and self.reverse.kind_of(value.value)[0].is_array

    def is_steady(self, source: str, definition: Definition, site: Site) -> bool:
        """Whether `source` means, where the reverse of the site runs, what it meant at the definition."""
        if source in self.facts.stored and source not in self.contents:
            return False
        return not any(source in names.writes(n) for n in self.between(definition, site))

    def is_content_steady(self, value: build.Node, definition: Definition, site: Site) -> bool:
        """Whether what a value reads in arrays is the same at both places."""
        contents = {self.contents[n] for n in aliases.content_reads(value) if n in self.contents}
        if not contents:
            return True
        for node in self.between(definition, site):
            # the reverse of a store runs when what it overwrote is back; a test is read again before its branches are undone
            undone = node is site.node and not isinstance(node, COMPOUND)
            if not undone and any(self.stored_content(n) in contents for n in build.walk(node)):
                return False
        return True

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

    # ---- scopes -----------------------------------------------------------------------------------------------------------------

    def find_scopes(self) -> None:
        """The block of a loop at whose end a name's value of this trip is complete, for names that no trip hands to the next."""
        for name, definitions in self.definitions.items():
            if any(d.is_target for d in definitions):
                continue
            blocks = [d.block for d in definitions if d.block.loop is not None]
            if not blocks:
                continue
            block = blocks[0]
            while not all(block.contains(b) for b in blocks):
                assert block.parent is not None
                block = block.parent
            while block.loop is not None and self.is_exposed(name, block):
                assert block.loop.parent is not None
                block = block.loop.parent
            before = len(blocks) < len(definitions)  # it means something before the loop as well
            if block.loop is not None and not (before and not _definitely(block.statements, name)):
                self.scopes[name] = block

    def is_exposed(self, name: str, block: Block) -> bool:
        """Whether a value from before the block may be read in it, or in its reverse where only that matters.

        A name that every trip binds may be handed to the next one: what the reverse of a trip reads is what the trip itself has bound.
        """
        every = _definitely(block.statements, name)
        return _exposed(block.statements, name, self, forward=not every)[0]

    # ---- what is lost -----------------------------------------------------------------------------------------------------------

    def flow(self, block: Block, required: set[str]) -> set[str]:
        """What the reverse of everything so far needs, after this block; notes the saves on the way."""
        required = set(required) | self.kept(self.primal_reads(self.swept.inside.get(id(block.statements), [])))
        for node in block.statements:
            if isinstance(node, gast.If):
                one = self.flow(self.blocks[id(node.body)], required)
                other = self.flow(self.blocks[id(node.orelse)], required)
                required = one | other | self.kept(self.head_needs[id(node)])
            elif isinstance(node, (gast.For, gast.While)):
                inner = self.blocks[id(node.body)]
                while True:
                    after = required | self.flow(inner, required)
                    if after == required:
                        break
                    required = after
                required |= self.kept(self.head_needs[id(node)])
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
        return {n for n in reads if n not in self.again}

    def step(self, node: build.Node, block: Block, required: set[str]) -> set[str]:
        needs = self.kept(self.needs.get(id(node), set()))
        written, read = self.binds(node), self.loads(node)
        after_reads = id(node) in self.reverse.reads_after
        before, after = set(needs), set()
        for name in written & needs:
            if name not in read or after_reads:
                before.discard(name)
                after.add(name)
        for name in sorted(written):
            if (name in required or name in before) and self.may_be_lost(name, node, block):
                self.overwrites.setdefault(id(node), {}).setdefault(name, Tape("", block.loop is not None, block.loop))
            content = self.content(name)
            if content is not None and self.begins(name, content, node):
                required.discard(content)
        if id(node) in self.from_place:
            after |= {content for content in (self.stored_content(node),) if content is not None}
        stored = self.stored_content(node)
        if (
            stored is not None
            and (stored in required or stored in before)
            and not self.is_harmless(node, block, stored)
        ):
            self.overwrites.setdefault(id(node), {}).setdefault(stored, Tape("", block.loop is not None, block.loop))
        return ((required | before) - written) | after

    # ---- stores that overwrite nothing of interest --------------------------------------------------------------------------------

    def is_harmless(self, node: build.Node, block: Block, content: str) -> bool:
        """Whether no reverse statement of anything before the store reads what the store overwrites."""
        if id(node) not in self.harmless:
            self.harmless[id(node)] = self.overwrites_nothing(node, block, content)
        return self.harmless[id(node)]

    def overwrites_nothing(self, node: build.Node, block: Block, content: str) -> bool:
        place = aliases.store_place(node)
        store = self.loops.region(place) if place is not None else None
        if not store:
            return False
        wanted = {n for n, c in self.contents.items() if c == content}
        root = aliases.root_of(place)
        bindings = len(self.definitions.get(root or "", ())) + (root in self.unit.parameters)
        if bindings != 1:
            return False  # the name may mean another array in another trip
        for site, reads, late in self.read_sites():
            for name, part in reads:
                if name not in wanted:
                    continue
                region = self.loops.region(part) if part is not None else None
                if part is not None and name != root:
                    region = None  # a part of a part
                loops, later = self.compare(site, block, node, late)
                if not self.loops.apart(region or (), store, loops, later):
                    return False
        return True

    def read_sites(self) -> list[tuple[Site, list[tuple[str, build.Node | None]], bool]]:
        """What each site reads of stored arrays; True: it reads what is there after the statement has run."""
        if self.known_reads is not None:
            return self.known_reads
        wanted = set(self.contents)
        taken = {n for names_ in self.from_place.values() for n in names_}
        found: list[tuple[Site, list[tuple[str, build.Node | None]], bool]] = []
        for block in self.blocks.values():
            for position, node in enumerate(block.statements):
                site = Site(block, position, node)
                compound = isinstance(node, COMPOUND)
                needs = (self.head_needs if compound else self.needs).get(id(node), set())
                parts = [self.again[n] for n in sorted(needs) if n in self.again and n not in taken]
                if compound and self.has_reverse(node):
                    parts.append(node.iter if isinstance(node, gast.For) else node.test)
                parts += [] if compound else self.swept.own.get(id(node), [])
                reads = [r for part in parts for r in self.resolved(part, wanted)]
                if reads:
                    found.append((site, reads, False))
                late = [r for n in self.from_place.get(id(node), []) for r in self.resolved(self.again[n], wanted)]
                late += [r for part in self.swept.before.get(id(node), []) for r in self.resolved(part, wanted)]
                late += [r for b in ("body", "orelse") if compound for part in self.swept.inside.get(id(getattr(node, b, None)), [])
                         for r in self.resolved(part, wanted)]  # fmt: skip
                if late:
                    found.append((site, late, True))
        self.known_reads = found
        return found

    def resolved(self, part: build.Node, wanted: set[str]) -> list[tuple[str, build.Node | None]]:
        """The parts that an expression reads; a name that is a part taken again is that part."""
        found = []
        for name, place in overlap.parts_read(part, wanted):
            value = self.again.get(name)
            root = aliases.root_of(value) if isinstance(value, gast.Subscript) else None
            if place is None and root is not None:
                found.append((root, value))
            else:
                found.append((name, place))
        return found

    def compare(self, site: Site, block: Block, node: build.Node, late: bool) -> tuple[list[overlap.Loop | None], bool]:
        """The loops around both a site and a store, and whether the site reads after the store in one trip of all of them."""
        common = next(b for b in block.ancestors() if b.contains(site.block))
        position, other = self.position_of(site, common), self.position_of(Site(block, 0, node), common)
        loops: list[overlap.Loop | None] = []
        for around in common.ancestors():
            if isinstance(around.owner, (gast.For, gast.While)):
                loops.append(self.loops.of.get(id(around.owner)))
        at_node = site.block is common  # not inside of the statement that stands at this position
        # in the two branches of one `if`: never in one trip
        apart = position == other and not at_node and common.statements[position] is not node
        return loops[::-1], position > other or position == other and (late and at_node) or apart

    def begins(self, name: str, content: str, node: build.Node) -> bool:
        """Whether a definition makes an array of its own, the only one that is ever known by this name: nothing of it was needed before."""
        if name in self.unit.parameters or sum(c == content for c in self.contents.values()) > 1:
            return False
        return len(self.definitions.get(name, ())) == 1 and isinstance(node, gast.Assign)

    def may_be_lost(self, name: str, node: build.Node, block: Block) -> bool:
        definitions = self.definitions.get(name, [])
        first = definitions and definitions[0].node is node and block.loop is None
        return not first or name in self.unit.parameters

    def name_tapes(self) -> None:
        """Names for what is saved, in the order of the program."""
        for block in self.blocks.values():
            for node in block.statements:
                for name, tape in sorted(self.overwrites.get(id(node), {}).items()):
                    wish = aliases.root_of(aliases.store_place(node)) if name.endswith("[]") else name
                    tape.name = self.temporary(f"{wish}_saved" if tape.is_list else f"{wish}_before")
                    self.tapes.add(tape.name)
            if id(block.statements) in self.ends:
                tape, saved = self.ends[id(block.statements)]
                saved.sort(key=self.order)
                tape.name = self.temporary(f"{saved[0]}_saved" if len(saved) == 1 else "saved")
                tape.loop = block.loop
                self.tapes.add(tape.name)

    def order(self, name: str) -> tuple[int, str]:
        first = self.definitions[name][0]
        return (getattr(first.node, "lineno", 0), first.position, name)  # type: ignore[return-value]

    # ---- the forward sweep ------------------------------------------------------------------------------------------------------

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
                for name, tape in sorted(self.overwrites.get(id(node), {}).items()):
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
        if id(block.statements) in self.ends:
            tape, saved = self.ends[id(block.statements)]
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
        kind = constant_kind(self.reverse.kind_of(piece)[0])
        if kind.is_scalar or self.reverse.copies(place.slice):
            return piece
        return build.call(build.attribute(piece, "copy")) if kind.is_array else build.call("rt.copy", piece)

    def forward_inside(self, statements: list[build.Node]) -> tuple[list[build.Node], list[str]]:
        out = self.forward(self.blocks[id(statements)])
        return out, self.pending_lists

    def ensure_bound(self, name: str, node: build.Node, block: Block) -> None:
        """A name that is saved before it is overwritten must be bound the first time as well."""
        if name in self.unit.parameters:
            return
        if not _assigned_before(self.root.statements, name, node):
            self.hoist(name, self.root)

    def bind_first(self, node: build.Node) -> None:
        """What the reverse of a statement makes zeros like must be bound, though no path of the program may have bound it."""
        zeros = [*self.swept.before.get(id(node), [])]
        if isinstance(node, COMPOUND):
            zeros += [s for b in (node.body, getattr(node, "orelse", [])) for s in self.swept.inside.get(id(b), [])]
        for name in sorted(
            n for n in self.primal_reads(zeros) if n in self.definitions and n not in self.unit.parameters
        ):
            if not _assigned_before(self.root.statements, name, node) and not _definitely([node], name):
                self.hoist(name, self.root)

    def surely_bound(self, name: str, statements: list[build.Node]) -> bool:
        """Whether these statements bind the name on every path."""
        return _definitely(statements, name)

    def ensure_complete(self, name: str, block: Block) -> None:
        if not _definitely(block.statements, name):
            self.hoist(name, block)

    def hoist(self, name: str, block: Block) -> None:
        known = self.hoisted.setdefault(id(block), [])
        if not any(s.targets[0].id == name for s in known):
            known.append(build.assign(name, build.constant(None)))

    # ---- the reverse sweep ------------------------------------------------------------------------------------------------------

    def backward(self, block: Block) -> list[build.Node]:
        out: list[build.Node] = []
        if id(block.statements) in self.ends:
            tape, saved = self.ends[id(block.statements)]
            targets = [build.name(n, store=True) for n in saved]
            target = targets[0] if len(targets) == 1 else build.tuple_(targets, store=True)
            pop = build.assign(target, build.call(build.attribute(tape.name, "pop")))
            out.append(build.at(pop, block.statements[-1]) if block.statements else pop)
        current: set[str] = set()
        for node in reversed(block.statements):
            if isinstance(node, COMPOUND):
                out += self.provide(self.head_needs[id(node)], current, node)
                out += self.swept.before.get(id(node), [])
                out += self.backward_compound(node)
                continue
            own = self.swept.own.get(id(node), [])
            restore = self.restore(node)
            if self.stored_content(node) is not None:
                place = aliases.store_place(node)
                held = self.from_place.get(id(node), [])
                index = {n for n in names.reads(place) if self.is_primal(n)} if restore or held else set()
                out += self.provide(index, current, node)
                for name in held:
                    out.append(build.at(build.assign(name, build.copy(self.again[name])), node))
                    current.add(name)
                out += restore
                out += [*self.provide(self.needs.get(id(node), set()), current, node), *own]
                continue
            late = id(node) in self.reverse.reads_after or bool(
                (self.binds(node) - self.loads(node)) & self.needs.get(id(node), set())
            )
            made = [*self.provide(self.needs.get(id(node), set()), current, node), *own]
            out += [*made, *restore] if late else [*restore, *made]
        out += self.swept.inside.get(id(block.statements), [])
        return out

    def backward_compound(self, node: build.Node) -> list[build.Node]:
        if not self.has_reverse(node) and not self.restores_within(node):
            return []
        if isinstance(node, gast.If):
            body = self.backward(self.blocks[id(node.body)])
            orelse = self.backward(self.blocks[id(node.orelse)])
            return [build.at(build.if_(node.test, body or [gast.Pass()], orelse), node)]
        body = self.backward(self.blocks[id(node.body)])
        trips = self.trips.get(id(node))
        if trips is None and (isinstance(node, gast.While) or _breaks(node.body)):
            raise self.unit.refuse(
                node, "cannot write the reverse of this loop", "values that it overwrites are needed, and its trips are not counted"
            )  # fmt: skip
        if isinstance(node, gast.While) and trips is not None:
            return [build.at(build.for_("_", build.call("range", build.name(trips)), body), node)]
        items = node.iter
        if id(node) in self.gone_through:
            items = build.name(self.gone_through[id(node)])
        elif trips is not None:
            items = build.subscript(build.copy(items), gast.Slice(None, build.name(trips), None))
        return [build.at(build.for_(node.target, build.call("reversed", items), body), node)]

    def restores_within(self, node: build.Node) -> bool:
        return any(id(n) in self.overwrites for n in build.walk(node))

    def restore(self, node: build.Node) -> list[build.Node]:
        out = []
        for name, tape in sorted(self.overwrites.get(id(node), {}).items()):
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
        if name not in self.again or name in current:
            return
        current.add(name)
        value = self.again[name]
        for source in sorted(self.loads(value)):
            self.compute_again(source, current, out)
        out.append(build.at(build.assign(name, build.copy(value)), self.definitions[name][0].node))


def _every(body: list[build.Node]) -> Iterator[build.Node]:
    """All statements of a body and of the blocks in it, in the order of the text."""
    for node in body:
        yield node
        if isinstance(node, COMPOUND):
            yield from _every(node.body)
            yield from _every(node.orelse)


def _shortened(node: build.Node) -> str | None:
    """The list that a statement of the reverse sweep takes the last item from."""
    call = node.value if isinstance(node, gast.Expr) else None
    if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and call.func.attr == "pop":
        return call.func.value.id if isinstance(call.func.value, gast.Name) else None
    return None


def _breaks(body: list[build.Node]) -> bool:
    for node in body:
        if isinstance(node, gast.Break):
            return True
        if isinstance(node, gast.If) and (_breaks(node.body) or _breaks(node.orelse)):
            return True
    return False


def _append_at_ends(out: list[build.Node], push: build.Node) -> None:
    """Put a statement at the end of every path through a block: before each break, and after the rest."""
    if out and isinstance(out[-1], gast.Break):
        out.insert(len(out) - 1, push)
        return
    if out and isinstance(out[-1], gast.If) and _breaks([out[-1]]):
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


def _content_changes(node: build.Node) -> set[str]:
    found: set[str] = set()
    for item in build.walk(node):
        if isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.ctx, (gast.Store, gast.Del)):
            found |= {names.root(item)} - {""}
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
            found.add(item.target.id)
        elif (
            isinstance(item, gast.Expr)
            and isinstance(item.value, gast.Call)
            and isinstance(item.value.func, gast.Attribute)
        ):
            base = item.value.func.value
            if isinstance(base, gast.Name):
                found.add(base.id)
    return found


def _exposed(statements: list[build.Node], name: str, storage: Storage, forward: bool = True) -> tuple[bool, bool]:
    """(some read may see an older value, the name is bound for sure afterwards); `forward`: reads of the forward sweep count."""
    bound = False
    if name in storage.primal_reads(storage.swept.inside.get(id(statements), [])):
        return True, bound  # where the reverse of the block ends, as it was where the block begins
    for node in statements:
        if isinstance(node, gast.If):
            if forward and name in names.reads(node.test) and not bound:
                return True, bound
            one, sure_one = _exposed(node.body, name, storage, forward)
            other, sure_other = _exposed(node.orelse, name, storage, forward)
            if (one or other) and not bound:
                return True, bound
            if not bound and name in storage.head_needs.get(id(node), ()) and not (sure_one and sure_other):
                return True, bound
            ends_one, ends_other = _ends(node.body), _ends(node.orelse)
            bound = bound or ((sure_one or ends_one) and (sure_other or ends_other))
        elif isinstance(node, (gast.For, gast.While)):
            head = node.iter if isinstance(node, gast.For) else node.test
            if forward and name in names.reads(head) and not bound:
                return True, bound
            inner, _ = _exposed(node.body, name, storage, forward)
            if inner and not bound:
                return True, bound
            if not bound and name in storage.head_needs.get(id(node), ()):
                return True, bound
        else:
            if forward and name in storage.loads(node) and not bound:
                return True, bound
            before = (
                name not in storage.binds(node)
                or name in storage.loads(node)
                and id(node) not in storage.reverse.reads_after
            )
            if name in storage.needs.get(id(node), ()) and not bound and before:
                return True, bound
            if name in storage.binds(node):
                bound = True
    return False, bound


def _ends(statements: list[build.Node]) -> bool:
    return bool(statements) and isinstance(statements[-1], (gast.Break, gast.Raise))


def _definitely(statements: list[build.Node], name: str) -> bool:
    """Whether every path through the statements (those that break included) binds the name."""
    for node in statements:
        if isinstance(node, gast.If):
            if _definitely(node.body, name) and _definitely(node.orelse, name):
                return True
            if _breaks([node]):
                return False
        elif isinstance(node, gast.While) and isinstance(node.test, gast.Constant) and node.test.value:
            return _definitely(node.body, name)
        elif not isinstance(node, (gast.For, gast.While)) and name in names.writes(node):
            return True
    return False


def _assigned_before(statements: list[build.Node], name: str, goal: build.Node) -> bool:
    """Whether the name is surely bound when `goal` is first reached."""
    for node in statements:
        if node is goal:
            return False
        if isinstance(node, COMPOUND):
            bodies = [node.body, node.orelse] if isinstance(node, gast.If) else [node.body]
            for body in bodies:
                if _stands_in(body, goal):
                    return _assigned_before(body, name, goal)
            if isinstance(node, gast.If) and all(_definitely(b, name) for b in bodies):
                return True
        elif name in names.writes(node):
            return True
    return False


def _stands_in(block: list[build.Node], goal: build.Node) -> bool:
    """Whether a statement is one of a block, or of a block inside it."""
    return any(
        s is goal or isinstance(s, COMPOUND) and (_stands_in(s.body, goal) or _stands_in(s.orelse, goal)) for s in block
    )


def _loaded(target: build.Node) -> build.Node:
    """The value of what a target binds."""
    if isinstance(target, gast.Name):
        return build.name(target.id)
    return build.tuple_(_loaded(e) for e in target.elts)
