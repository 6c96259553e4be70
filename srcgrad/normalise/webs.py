"""Tell apart independent uses of one name: each web of definitions and the uses that they reach gets a name of its own.

Comes in: the body of a function without jumps other than tail breaks. Goes out: the same program, in which a name stands for one web. The
first web of a name (that of the parameter, if it is one) keeps the name, later ones are called `x_2`, `x_3`, ...
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Set

import gast

from ..core import build, names
from ..core.names import Fresh

PLAIN = (
    gast.Assign, gast.AugAssign, gast.AnnAssign, gast.Expr, gast.Return, gast.If, gast.For, gast.While,
    gast.Assert, gast.Raise, gast.Pass, gast.Break,
)  # fmt: skip
GOING_ON = frozenset({gast.Assign, gast.AugAssign, gast.Expr})  # what only matters by its names
COMPOUND = (gast.If, gast.For, gast.While)
SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.NamedExpr)
Environment = dict[str, frozenset[int]]
Told = Callable[[build.Node], tuple[Set[str], Iterable[str]] | None]


def _nothing_told(node: build.Node) -> None:
    """What is told of a statement where nobody has looked at it before."""


def split_webs(
    body: list[build.Node],
    parameters: list[str],
    fresh: Fresh,
    only: Set[str] | None = None,
    renamed: dict[str, str] | None = None,
    told: Told = _nothing_told,
) -> list[build.Node]:
    """The body with independent uses of a name renamed (of names in `only`, if it is given); names used in nested scopes stay.

    `renamed` takes the old name of each new one. The body is the same one where no name is bound twice. `told` gives the names of a
    statement without nested scopes, if they are known: all of them, and those it binds, each as often as it does.

    >>> import ast, gast
    >>> tree = gast.parse("x = x + 1\\nif c:\\n    y = x\\nelse:\\n    y = 2\\nx = y\\nz = x")
    >>> done = split_webs(tree.body, ["x"], Fresh({"x", "y", "z", "c"}))
    >>> print(ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(gast.Module(done, [])))))
    x_2 = x + 1
    if c:
        y = x_2
    else:
        y = 2
    x_3 = y
    z = x_3
    """
    outline = _Outline(parameters, told)
    outline.block(body)
    wanted = {name for name, count in outline.bindings.items() if count > 1} - outline.frozen
    if only is not None:
        wanted &= only
    if not wanted:
        return body
    done = _copied(body, wanted, outline)
    work = _Webs(wanted, outline.names)
    environment: Environment = {name: frozenset([work.define(name)]) for name in parameters}
    work.block(done, environment, [])
    found = work.rename(fresh)
    if renamed is not None:
        renamed.update(found)
    return done


class _Outline:
    """The names in each simple statement (by its id), how often each name is bound, and names that stay for where they are used."""

    def __init__(self, parameters: list[str], told: Told):
        self.told = told
        self.bindings = Counter(parameters)
        self.names: dict[int, Set[str]] = {}
        self.frozen: set[str] = set()

    def block(self, body: list[build.Node]) -> None:
        for node in body:
            if not isinstance(node, COMPOUND):
                known = self.told(node)
                if known is None:
                    self.names[id(node)] = self.part(node)
                else:
                    self.names[id(node)] = known[0]
                    for name in known[1]:
                        self.bindings[name] += 1
                continue
            for part in (node.target, node.iter) if isinstance(node, gast.For) else (node.test,):
                self.part(part)
            self.block(node.body)
            self.block(node.orelse)

    def part(self, node: build.Node) -> set[str]:
        found: set[str] = set()
        for item in build.walk(node):
            kind = type(item)
            if kind is gast.Name:
                found.add(item.id)
                if type(item.ctx) is not gast.Load:
                    self.bindings[item.id] += 1
            elif kind in SCOPES or kind not in PLAIN and isinstance(item, gast.stmt):
                self.frozen |= _names_within(item)
        return found


def _copied(body: list[build.Node], wanted: set[str], outline: _Outline) -> list[build.Node]:
    """A copy of what may be renamed: of heads and blocks, and of the statements with one of these names."""
    found = []
    for node in body:
        if isinstance(node, COMPOUND):
            fields = {f: build.copy(getattr(node, f)) for f in ("target", "iter", "test") if hasattr(node, f)}
            blocks = {f: _copied(getattr(node, f), wanted, outline) for f in ("body", "orelse")}
            node = build.changed(node, **fields, **blocks)
        elif not wanted.isdisjoint(outline.names[id(node)]):
            node = build.copy(node)
        found.append(node)
    return found


class _Webs:
    """Goes through a body in which the statements with a wanted name are copies; `others` has the ids of those that are not."""

    def __init__(self, wanted: set[str], others: Container[int]):
        self.wanted = wanted
        self.others = others
        self.found: dict[int, list[build.Node]] = {}  # of a statement or expression (by id) the nodes of wanted names
        self.parents: list[int] = []
        self.owners: list[str] = []
        self.places: dict[int, tuple[build.Node, int]] = {}  # id of a Name node -> the node and one of its definitions
        self.known: dict[int, int] = {}  # id of a defining Name node -> its definition

    # ---- union of definitions ---------------------------------------------------------------------------------------------------

    def define(self, name: str, node: build.Node | None = None) -> int:
        if node is not None and id(node) in self.known:
            return self.known[id(node)]
        number = len(self.parents)
        self.parents.append(number)
        self.owners.append(name)
        if node is not None:
            self.known[id(node)] = number
            self.places[id(node)] = (node, number)
        return number

    def root(self, number: int) -> int:
        while self.parents[number] != number:
            self.parents[number] = self.parents[self.parents[number]]
            number = self.parents[number]
        return number

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self.parents[max(a, b)] = min(a, b)

    # ---- the program ------------------------------------------------------------------------------------------------------------

    def mentioned(self, node: build.Node) -> list[build.Node]:
        """The nodes of wanted names in a statement or expression."""
        if id(node) in self.others:
            return []
        found = self.found.get(id(node))
        if found is None:
            nodes = build.walk(node)
            found = self.found[id(node)] = [n for n in nodes if type(n) is gast.Name and n.id in self.wanted]
        return found

    def use(self, mentioned: list[build.Node], environment: Environment) -> None:
        for item in mentioned:
            if type(item.ctx) is gast.Load:
                reaching = sorted(environment.get(item.id, ()))
                if not reaching:
                    continue
                if id(item) in self.places:
                    self.join(self.places[id(item)][1], reaching[0])
                self.places[id(item)] = (item, reaching[0])
                for other in reaching[1:]:
                    self.join(reaching[0], other)

    def bind(self, mentioned: list[build.Node], environment: Environment) -> None:
        for item in mentioned:
            if type(item.ctx) is not gast.Load:
                environment[item.id] = frozenset([self.define(item.id, item)])

    def block(
        self, body: list[build.Node], environment: Environment | None, exits: list[Environment]
    ) -> Environment | None:
        """The definitions that reach the end (None: the end is not reached); those at a break go to `exits`."""
        others = self.others
        for node in body:
            if environment is None:
                return None
            if type(node) not in GOING_ON or id(node) not in others:
                environment = self.statement(node, environment, exits)
        return environment

    def statement(self, node: build.Node, environment: Environment, exits: list[Environment]) -> Environment | None:
        if isinstance(node, gast.If):
            self.use(self.mentioned(node.test), environment)
            one = self.block(node.body, dict(environment), exits)
            other = self.block(node.orelse, dict(environment), exits)
            return _merge([e for e in (one, other) if e is not None])
        if isinstance(node, (gast.For, gast.While)):
            return self.loop(node, environment)
        if isinstance(node, gast.Break):
            exits.append(environment)
            return None
        if isinstance(node, gast.AugAssign):
            self.use(self.mentioned(node.value), environment)
            if isinstance(node.target, gast.Name):
                name = node.target.id
                if name in self.wanted:
                    number = self.define(name, node.target)
                    for earlier in environment.get(name, ()):
                        self.join(number, earlier)
                    environment[name] = frozenset([number])
            else:
                self.use(self.mentioned(node.target), environment)
            return environment
        mentioned = self.mentioned(node)
        self.use(mentioned, environment)
        if isinstance(node, (gast.Return, gast.Raise)):
            return None
        self.bind(mentioned, environment)
        return environment

    def loop(self, node: build.Node, environment: Environment) -> Environment | None:
        if isinstance(node, gast.For):
            self.use(self.mentioned(node.iter), environment)
        head = dict(environment)
        while True:
            inside = dict(head)
            if isinstance(node, gast.For):
                self.use(self.mentioned(node.target), inside)
                self.bind(self.mentioned(node.target), inside)
            else:
                self.use(self.mentioned(node.test), inside)
            exits: list[Environment] = []
            end = self.block(node.body, inside, exits)
            joined = _merge([e for e in (head, end) if e is not None])
            assert joined is not None
            if joined == head:
                break
            head = joined
        return _merge([head, *exits])

    def rename(self, fresh: Fresh) -> dict[str, str]:
        first: dict[str, int] = {}
        renamed: dict[str, str] = {}
        chosen: dict[int, str] = {}
        for number in range(len(self.parents)):
            root = self.root(number)
            name = self.owners[root]
            if root not in chosen:
                chosen[root] = name if name not in first else fresh(name)
                if chosen[root] != name:
                    renamed[chosen[root]] = name
                first.setdefault(name, root)
        for node, number in self.places.values():
            node.id = chosen[self.root(number)]
        return renamed


def _merge(environments: list[Environment]) -> Environment | None:
    if not environments:
        return None
    merged = dict(environments[0])
    for other in environments[1:]:
        for name, numbers in other.items():
            merged[name] = merged.get(name, frozenset()) | numbers
    return merged


def _names_within(node: build.Node) -> set[str]:
    """All names in a nested scope, or in a statement that is taken as it is."""
    found = names.reads(node) | names.writes(node)
    for item in build.walk(node):
        if isinstance(item, gast.Name):
            found.add(item.id)
        elif isinstance(item, (gast.Global, gast.Nonlocal)):
            found |= set(item.names)
    return found
