"""Tell apart independent uses of one name: each web of definitions and the uses that they reach gets a name of its own.

Comes in: the body of a function without jumps other than tail breaks. Goes out: the same program, in which a name stands for one web. The
first web of a name (that of the parameter, if it is one) keeps the name, later ones are called `x_2`, `x_3`, ...
"""

from __future__ import annotations

import gast

from ..core import build, names
from ..core.names import Fresh

PLAIN = (
    gast.Assign, gast.AugAssign, gast.AnnAssign, gast.Expr, gast.Return, gast.If, gast.For, gast.While,
    gast.Assert, gast.Raise, gast.Pass, gast.Break,
)  # fmt: skip
SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.NamedExpr)
Environment = dict[str, frozenset[int]]


def split_webs(
    body: list[build.Node],
    parameters: list[str],
    fresh: Fresh,
    keep: frozenset[str] = frozenset(),
    renamed: dict[str, str] | None = None,
) -> list[build.Node]:
    """The body with independent uses of a name renamed; names in `keep`, and those used in nested scopes, stay.

    `renamed` takes the old name of each new one.

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
    body = build.copy(body)
    work = _Webs(keep | _frozen(body))
    environment: Environment = {name: frozenset([work.define(name)]) for name in parameters}
    work.block(body, environment, [])
    found = work.rename(fresh)
    if renamed is not None:
        renamed.update(found)
    return body


class _Webs:
    def __init__(self, frozen: frozenset[str] | set[str]):
        self.frozen = frozen
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

    def use(self, node: build.Node, environment: Environment) -> None:
        for item in build.walk(node):
            if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Load) and item.id not in self.frozen:
                reaching = sorted(environment.get(item.id, ()))
                if not reaching:
                    continue
                if id(item) in self.places:
                    self.join(self.places[id(item)][1], reaching[0])
                self.places[id(item)] = (item, reaching[0])
                for other in reaching[1:]:
                    self.join(reaching[0], other)

    def bind(self, node: build.Node, environment: Environment) -> None:
        for item in build.walk(node):
            if isinstance(item, gast.Name) and not isinstance(item.ctx, gast.Load) and item.id not in self.frozen:
                environment[item.id] = frozenset([self.define(item.id, item)])

    def block(
        self, body: list[build.Node], environment: Environment | None, exits: list[Environment]
    ) -> Environment | None:
        """The definitions that reach the end (None: the end is not reached); those at a break go to `exits`."""
        for node in body:
            if environment is None:
                return None
            environment = self.statement(node, environment, exits)
        return environment

    def statement(self, node: build.Node, environment: Environment, exits: list[Environment]) -> Environment | None:
        if isinstance(node, gast.If):
            self.use(node.test, environment)
            one = self.block(node.body, dict(environment), exits)
            other = self.block(node.orelse, dict(environment), exits)
            return _merge([e for e in (one, other) if e is not None])
        if isinstance(node, (gast.For, gast.While)):
            return self.loop(node, environment)
        if isinstance(node, gast.Break):
            exits.append(environment)
            return None
        if isinstance(node, gast.AugAssign):
            self.use(node.value, environment)
            if isinstance(node.target, gast.Name):
                name = node.target.id
                if name not in self.frozen:
                    number = self.define(name, node.target)
                    for other in environment.get(name, ()):
                        self.join(number, other)
                    environment[name] = frozenset([number])
            else:
                self.use(node.target, environment)
            return environment
        self.use(node, environment)
        if isinstance(node, (gast.Return, gast.Raise)):
            return None
        self.bind(node, environment)
        return environment

    def loop(self, node: build.Node, environment: Environment) -> Environment | None:
        if isinstance(node, gast.For):
            self.use(node.iter, environment)
        head = dict(environment)
        while True:
            inside = dict(head)
            if isinstance(node, gast.For):
                self.use(node.target, inside)
                self.bind(node.target, inside)
            else:
                self.use(node.test, inside)
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


def _frozen(body: list[build.Node]) -> set[str]:
    """Names used in nested scopes or in statements that are taken as they are."""
    found: set[str] = set()
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, SCOPES) or (isinstance(node, gast.stmt) and not isinstance(node, PLAIN)):
            found |= names.reads(node) | names.writes(node)
            found |= {n.id for n in build.walk(node) if isinstance(n, gast.Name)}
            found |= {n for i in build.walk(node) if isinstance(i, (gast.Global, gast.Nonlocal)) for n in i.names}
            continue
        stack.extend(build.children(node))
    return found
