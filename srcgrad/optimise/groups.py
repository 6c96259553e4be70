"""Which names of a program may share memory.

Two names are in one *group* if the same array, or the same container, may be reached from both. Groups are found without regard to the
order of statements, from every binding in the program; whatever comes from outside (parameters, globals, what a nested function
captures) may share memory with any other such thing and is the group `OUTSIDE`.
"""

from __future__ import annotations

import builtins

import gast

from ..core import build
from .facts import CHANGES, Facts
from .notes import METADATA, dotted

OUTSIDE = ""  # the group of everything that comes from outside
LIST_METHODS = frozenset("append extend insert pop sort clear remove reverse".split())
NUMBERS = frozenset({"len", "int", "float", "bool", "range", "isinstance", "str"})
LISTERS = frozenset({"list", "sorted"})
LISTED = frozenset({gast.List, gast.ListComp, gast.Call})  # what may be a list that the program makes
DISPLAYS = (gast.List, gast.Tuple, gast.Set)
PARTS = (gast.Subscript, gast.Attribute, gast.Starred)
PLAIN = (gast.Constant, gast.UnaryOp, gast.Compare, gast.JoinedStr)  # their values hold nothing of their operands


class Groups:
    """The groups of one program, which must not change while this is used.

    `bound`: names the program binds. `outside`: names that others may bind (globals, cells). `captured`: names that nested functions
    read later on, or that are declared global or nonlocal, or deleted: passes leave them as they are. `scalars`: names that certainly
    hold immutable values. `lists`: names that hold lists made by the program, and nothing else.
    """

    def __init__(self, body: list[build.Node], facts: Facts):
        self.facts = facts
        self._calls = facts.notes.calls
        self.note = note = facts.notes.program(body)
        self.loaded, self.bound = note.loaded, note.bound
        self.bindings, self.acting = note.bindings, note.acting
        self.modules = facts.modules - self.bound - facts.parameters
        self.captured = frozenset(note.cells | note.captured)
        free = self.loaded - self.bound - facts.parameters - self.modules
        self.outside = frozenset(n for n in free if not hasattr(builtins, n)) | note.cells
        self.numbers, self.listers = NUMBERS - self.bound, LISTERS - self.bound
        self.values = self._values_of_names()
        self.scalars = self._find_scalars()
        self.bare = self.scalars | self.modules  # names of which nobody changes what they mean
        self.containers: set[str] = set()
        self._find_containers()
        listed = ((n, values) for n, values in self.values.items() if type(values[0]) in LISTED)
        self.lists = frozenset(n for n, values in listed if self._is_list(n, values))
        self._parent: dict[str, str] = {}
        self._join_all()

    def _values_of_names(self) -> dict[str, list[build.Node | None]]:
        """The values of each bound name; None where one is not known (unpacked, imported)."""
        table: dict[str, list[build.Node | None]] = {}
        for target, value in self.bindings:
            if type(target) is gast.Name:
                table.setdefault(target.id, []).append(value)
            else:
                parts = value.elts if _matches(target, value) else None  # type: ignore[union-attr]
                for position, name in enumerate(names_in(target)):
                    table.setdefault(name, []).append(parts[position] if parts else None)
        for name in self.bound:
            if name not in table:
                table[name] = [None]
        return table

    def _find_scalars(self) -> frozenset[str]:
        declared = {n for n in self.loaded if self.facts.array(n) is False}
        found = set(declared)
        given = found | self.facts.parameters | self.captured
        rest = [n for n in self.values if n not in given]
        for _ in range(4):  # what is still unknown after that may stay so
            fixed = {n for n in rest if self._are_numbers(self.values[n], found)}
            if not fixed:
                break
            found |= fixed
            rest = [n for n in rest if n not in found]
        return frozenset(found)

    def _are_numbers(self, values: list[build.Node | None], known: set[str]) -> bool:
        for value in values:
            if value is None or not self._is_number(value, known):
                return False
        return True

    def _is_number(self, value: build.Node, known: set[str]) -> bool:
        kind = type(value)
        if kind is gast.Constant:
            return True
        if kind is gast.Name:
            return value.id in known
        if kind is gast.UnaryOp:
            return self._is_number(value.operand, known)
        if kind is gast.BinOp:
            return self._is_number(value.left, known) and self._is_number(value.right, known)
        return kind is gast.Call and _name_of(value.func) in self.numbers and self.pure(value)

    def _is_list(self, name: str, values: list[build.Node | None]) -> bool:
        if name in self.facts.parameters or name in self.captured:
            return False
        for value in values:
            kind = type(value)
            if kind is not gast.List and kind is not gast.ListComp:
                if kind is not gast.Call or _name_of(value.func) not in self.listers:  # type: ignore[union-attr]
                    return False
        return True

    def _find_containers(self) -> None:
        """Names that may hold a list or another container, so that `+` and `*` on them keep their elements."""
        found = self.containers
        given = {n for n in self.loaded - self.modules if n not in self.values} | self.facts.parameters | self.captured
        found |= {n for n in given if self.facts.array(n) is None}
        readers: dict[str, list[str]] = {}
        work = [n for n in sorted(self.values) if self.facts.array(n) is None and n not in self.scalars]
        for name in work:
            for value in self.values[name]:
                for source in self.facts.notes.reads(value) if value is not None else ():
                    readers.setdefault(source, []).append(name)
        unknown = set(work)
        while work:
            name = work.pop()
            if name not in found and any(v is None or self.may_contain(v) for v in self.values[name]):
                found.add(name)
                work.extend(n for n in readers.get(name, ()) if n in unknown)

    def may_contain(self, value: build.Node) -> bool:
        """Whether a value may be a container, which passes its elements on."""
        kind = type(value)
        if kind is gast.Name:
            return value.id in self.containers
        if kind in PLAIN:
            return False
        if kind is gast.BinOp:
            if type(value.op) is gast.Add:
                return self.may_contain(value.left) and self.may_contain(value.right)
            if type(value.op) is gast.Mult and not _is_float(value.left) and not _is_float(value.right):
                return self.may_contain(value.left) or self.may_contain(value.right)
            return False
        if kind in PARTS:
            return self.may_contain(value.value)
        if kind is gast.Call:
            return not (self.pure(value) and self.new(value))
        return True

    # groups --------------------------------------------------------------------------------------------------------------------------

    def group(self, name: str) -> str:
        """The group a name belongs to, known by one of its members."""
        parent = self._parent
        root = parent.get(name)
        if root is None:
            return name
        if root not in parent:  # as nearly always
            return root
        while root in parent:
            root = parent[root]
        while parent[name] != root:
            parent[name], name = root, parent[name]
        return root

    def groups(self, names: set[str]) -> set[str]:
        """The groups that these names belong to."""
        others = names & self._parent.keys()  # most names are known by themselves
        return (names - others) | set(map(self.group, others)) if others else names

    def join(self, a: str, b: str) -> None:
        a, b = self.group(a), self.group(b)
        if a != b:
            if b == OUTSIDE:  # which shall keep its name
                a, b = b, a
            self._parent[b] = a

    def _join_outside(self, name: str) -> None:
        if name not in self.scalars and name not in self.modules:
            self.join(name, OUTSIDE)

    def _join_all(self) -> None:
        parent = self._parent
        for name in sorted((self.loaded - self.bound) | self.facts.parameters | self.captured | self.facts.escaping):
            if name not in self.bare:
                parent[name] = OUTSIDE  # the first to be joined
        for target, value in self.bindings:
            if value is None:
                for name in names_in(target):
                    self._join_outside(name)
            elif type(value) in PLAIN:  # nobody shares it
                pass
            elif type(target) is gast.Name:
                if target.id not in self.scalars:
                    others = self.aliases(value)
                    for other in sorted(others) if len(others) > 1 else others:
                        self.join(target.id, other)
            elif _matches(target, value):
                for part, element in zip(target.elts, value.elts, strict=True):
                    self._bind(part, element)
            else:
                self._bind(target, value)
        for node in self.acting:
            if type(node) is gast.Call and not self.pure(node):
                touched = sorted(self._handed_over(node))
                for one, other in zip(touched, touched[1:], strict=False):
                    self.join(one, other)

    def _bind(self, target: build.Node, value: build.Node) -> None:
        sources = sorted(self.aliases(value))
        if type(target) is gast.Name:
            if sources and target.id not in self.scalars:
                for other in sources:
                    self.join(target.id, other)
            return
        bound = [n for n in names_in(target) if n not in self.scalars]
        if isinstance(value, gast.Call):
            sources = [*bound, *sources]  # the parts of one result may share memory among themselves
        for name in bound:
            for other in sources:
                self.join(name, other)
        for place in places_in(target):
            root = place.value.id if isinstance(place.value, gast.Name) else ""
            if isinstance(place, gast.Subscript) and root and self.facts.array(root) is True:
                continue  # the content is copied into an array
            for one in [root] if root else sorted(self.aliases(place)) or [OUTSIDE]:
                for other in sources:
                    self.join(one, other)

    def _handed_over(self, call: build.Node) -> set[str]:
        """What a call with an effect may make share memory."""
        text = dotted(call.func)
        if text == "print" or self.changed_argument(call) is not None:
            return set()
        shared = self._union(*call.args, *(k.value for k in call.keywords))
        if isinstance(call.func, gast.Attribute):
            shared |= self.aliases(call.func.value)
        return shared if self.is_list_method(call) else shared | {OUTSIDE}

    def aliases(self, value: build.Node) -> set[str]:
        """Names of which the value of an expression may be, contain, or view the content."""
        kind = type(value)
        if kind is gast.Name:
            return set() if value.id in self.scalars or value.id in self.modules else {value.id}
        if kind in PLAIN:
            return set()
        if kind is gast.BinOp:
            return self._union(value.left, value.right) if self.may_contain(value) else set()
        if kind is gast.Call:
            return self._aliases_of_call(value)
        if kind is gast.Attribute:
            return set() if value.attr in METADATA else self.aliases(value.value)
        if kind is gast.Subscript or kind is gast.Starred:
            return self.aliases(value.value)
        if kind is gast.BoolOp:
            return self._union(*value.values)
        if kind is gast.IfExp:
            return self._union(value.body, value.orelse)
        if kind in DISPLAYS:
            return self._union(*value.elts)
        if kind is gast.NamedExpr:
            return self.aliases(value.value) | self.aliases(build.name(value.target.id))
        return set(self.facts.notes.reads(value) - self.scalars - self.modules)

    def _aliases_of_call(self, call: build.Node) -> set[str]:
        method = isinstance(call.func, gast.Attribute)
        if not self.pure(call):
            if self.is_list_method(call):
                return self.aliases(call.func.value)
            return set(self.facts.notes.reads(call) - self.scalars - self.modules | {OUTSIDE})
        if self.new(call):
            return set()
        owner = self.aliases(call.func.value) if method else set()
        if method and call.func.attr in ("copy", "astype", "flatten") and not call.keywords:
            # of a list these would keep the elements
            receiver = call.func.value
            while isinstance(receiver, gast.Subscript):
                receiver = receiver.value
            if (
                isinstance(receiver, gast.BinOp)
                or isinstance(receiver, gast.Name)
                and self.facts.array(receiver.id) is True
            ):
                return set()
        return owner | self._union(*call.args, *(k.value for k in call.keywords))

    def _union(self, *values: build.Node | None) -> set[str]:
        return {a for value in values if value is not None for a in self.aliases(value)}

    # calls ---------------------------------------------------------------------------------------------------------------------------

    def pure(self, call: build.Node) -> bool:
        return (self._calls.get(call) or self.facts.notes.call(call, self.facts.pure, self.facts.new))[0]

    def new(self, call: build.Node) -> bool:
        """Whether the result of a pure call shares no memory with its arguments."""
        return (self._calls.get(call) or self.facts.notes.call(call, self.facts.pure, self.facts.new))[1]

    def changed_argument(self, call: build.Node) -> build.Node | None:
        """The argument that a call is known to change in place, doing nothing else."""
        text = dotted(call.func)
        known = text in CHANGES and text.partition(".")[0] in self.modules and len(call.args) > CHANGES[text]
        return call.args[CHANGES[text]] if known else None

    def is_list_method(self, call: build.Node) -> bool:
        """A method of a list or tape, which changes nothing but that."""
        function = call.func
        if not isinstance(function, gast.Attribute) or not isinstance(function.value, gast.Name):
            return False
        owner = function.value.id
        return function.attr in LIST_METHODS and (owner in self.facts.tapes or owner in self.lists)


def _name_of(node: build.Node) -> str:
    return node.id if type(node) is gast.Name else ""


def _is_float(node: build.Node) -> bool:
    return type(node) is gast.Constant and isinstance(node.value, float)


def names_in(target: build.Node) -> list[str]:
    """The names a target binds, from left to right."""
    kind = type(target)
    if kind is gast.Name:
        return [target.id]
    if kind is gast.Tuple or kind is gast.List:
        return [n for element in target.elts for n in names_in(element)]
    return names_in(target.value) if kind is gast.Starred else []


def places_in(target: build.Node) -> list[build.Node]:
    """The subscripts and attributes a target stores into."""
    kind = type(target)
    if kind is gast.Name:
        return []
    if kind is gast.Subscript or kind is gast.Attribute:
        return [target]
    if kind is gast.Tuple or kind is gast.List:
        return [p for element in target.elts for p in places_in(element)]
    return places_in(target.value) if kind is gast.Starred else []


def _matches(target: build.Node, value: build.Node | None) -> bool:
    """Whether this is `a, b = x, y`, each name with its value."""
    if type(target) is not gast.Tuple or value is None or type(value) is not gast.Tuple:
        return False
    if len(target.elts) != len(value.elts):
        return False
    return all(isinstance(e, gast.Name) for e in target.elts) and not any(
        isinstance(e, gast.Starred) for e in value.elts
    )
