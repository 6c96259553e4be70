"""Names: which ones a piece of syntax reads and writes, and fresh ones that depend on the source alone."""

from __future__ import annotations

from collections.abc import Iterable

import gast

from . import build

# What has a scope of its own, or binds a name that is no node with a context.
BINDING = frozenset(
    {
        gast.FunctionDef, gast.Lambda, gast.ListComp, gast.SetComp, gast.GeneratorExp, gast.DictComp, gast.ClassDef, gast.ExceptHandler,
        gast.Import, gast.ImportFrom, gast.MatchAs, gast.MatchStar, gast.AugAssign, gast.Nonlocal,
    }
)  # fmt: skip


def reads(node: build.Node) -> set[str]:
    """The names an expression or statement loads (those of nested scopes included, their own locals excluded)."""
    found: set[str] = set()
    _collect([node], found, set())
    return found


def writes(node: build.Node) -> set[str]:
    """The names that a statement, or a walrus inside it, binds in its own scope."""
    found: set[str] = set()
    _collect([node], set(), found)
    return found


def of(node: build.Node) -> tuple[set[str], set[str]]:
    """The names that a statement reads, and those that it writes."""
    return of_all([node])


def of_all(statements: Iterable[build.Node]) -> tuple[set[str], set[str]]:
    """The names that some statements read, and those that they write."""
    loads: set[str] = set()
    stores: set[str] = set()
    _collect(list(statements), loads, stores)
    return loads, stores


def written(statements: Iterable[build.Node]) -> set[str]:
    """The names that some statements bind."""
    found: set[str] = set()
    _collect(list(statements), set(), found)
    return found


class Table:
    """The names of statements and expressions, found once for each: for parts of a program that stay as they are.

    Of branches and loops, whose blocks may still change, nothing is kept.
    """

    def __init__(self) -> None:
        self._known: dict[build.Node, tuple[frozenset[str], frozenset[str]]] = {}

    def reads(self, node: build.Node) -> frozenset[str]:
        """As `names.reads`."""
        return (self._known.get(node) or self._find(node))[0]

    def writes(self, node: build.Node) -> frozenset[str]:
        """As `names.writes`."""
        return (self._known.get(node) or self._find(node))[1]

    def _find(self, node: build.Node) -> tuple[frozenset[str], frozenset[str]]:
        kind = type(node)
        if kind is gast.Assign and len(node.targets) == 1 and type(node.targets[0]) is gast.Name:
            value = node.value  # which is asked for by itself as well
            read, written = self._known.get(value) or self._find(value)
            found = read, written | {node.targets[0].id}
        else:
            loads: set[str] = set()
            stores: set[str] = set()
            _collect([node], loads, stores)
            found = frozenset(loads), frozenset(stores)
        if kind is not gast.If and kind is not gast.For and kind is not gast.While:
            self._known[node] = found
        return found


def _collect(nodes: list[build.Node], loads: set[str], stores: set[str], outer: set[str] | None = None) -> None:
    """Add the names of some nodes; `outer` takes those that are declared nonlocal. The list of nodes is used up."""
    for item in nodes:  # more nodes are put at the end as it goes
        kind = type(item)
        if kind is gast.Name:
            (loads if type(item.ctx) is gast.Load else stores).add(item.id)
        elif kind is gast.Attribute:
            nodes.append(item.value)
        elif kind is gast.BinOp:
            nodes += (item.left, item.right)
        elif kind is gast.Assign:
            nodes += item.targets
            nodes.append(item.value)
        elif kind is gast.Call:
            nodes.append(item.func)
            nodes += item.args
            nodes += item.keywords
        elif kind is gast.Constant:
            pass
        elif kind not in BINDING:
            build.add_children(item, nodes)
        elif isinstance(item, (gast.FunctionDef, gast.Lambda)):
            if isinstance(item, gast.FunctionDef):
                stores.add(item.name)
                nodes.extend(item.decorator_list)
            arguments = item.args
            nodes.extend(d for d in [*arguments.defaults, *arguments.kw_defaults] if d is not None)
            inner_loads: set[str] = set()
            inner_stores = {a.id for a in parameters_of(arguments)}
            declared: set[str] = set()
            body = list(item.body) if isinstance(item.body, list) else [item.body]
            _collect(body, inner_loads, inner_stores, declared)
            loads |= (inner_loads - inner_stores) | declared
            if outer is not None:
                outer |= declared
        elif isinstance(item, (gast.ListComp, gast.SetComp, gast.GeneratorExp, gast.DictComp)):
            inner_loads, inner_stores = set(), set()
            first = item.generators[0].iter  # is evaluated outside of the comprehension
            _collect(build.children(item), inner_loads, inner_stores)
            _collect([first], loads, stores)
            walrus = {w.target.id for w in build.walk(item) if isinstance(w, gast.NamedExpr)}
            loads |= inner_loads - inner_stores
            stores |= walrus
        elif isinstance(item, gast.ClassDef):
            stores.add(item.name)
            _collect(build.children(item), loads, set(), outer)
        elif isinstance(item, gast.ExceptHandler):
            if item.name is not None:
                stores.add(item.name.id if isinstance(item.name, gast.Name) else item.name)
            nodes.extend(build.children(item))
        elif isinstance(item, (gast.Import, gast.ImportFrom)):
            stores |= {(a.asname or a.name.split(".")[0]) for a in item.names}
        elif isinstance(item, (gast.MatchAs, gast.MatchStar)):
            if item.name is not None:
                stores.add(item.name)
            nodes.extend(build.children(item))
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
            loads.add(item.target.id)
            stores.add(item.target.id)
            nodes.append(item.value)
        elif isinstance(item, gast.AugAssign):
            nodes.extend(build.children(item))
        elif isinstance(item, gast.Nonlocal) and outer is not None:
            outer |= set(item.names)


def parameters_of(arguments: build.Node) -> list[build.Node]:
    extra = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def root(place: build.Node) -> str:
    """The name `a` of a place a[i], a.b or a[i].b[j]; empty if the place does not begin with a name."""
    while isinstance(place, (gast.Subscript, gast.Attribute)):
        place = place.value
    return place.id if isinstance(place, gast.Name) else ""


def owners(place: build.Node) -> set[str]:
    """The names of whose content a place may be a part: the one it begins with, or all that stand in what it begins with."""
    while isinstance(place, (gast.Subscript, gast.Attribute)):
        place = place.value
    return {place.id} if isinstance(place, gast.Name) else reads(place)


class Fresh:
    """Gives out names that are not taken: the wish itself, or the wish with the next free number."""

    def __init__(self, taken: Iterable[str]):
        self.taken = set(taken)

    @property
    def taken(self) -> set[str]:
        """The names that are not given out any more; they only grow, unless they are set anew."""
        return self._taken

    @taken.setter
    def taken(self, names: set[str]) -> None:
        self._taken = names
        self._counts: dict[str, int] = {}  # up to which number a wish has been taken

    def __call__(self, wish: str) -> str:
        taken = self._taken
        name = wish
        if name in taken:
            count = self._counts.get(wish, 1) + 1
            while (name := f"{wish}_{count}") in taken:
                count += 1
            self._counts[wish] = count
        taken.add(name)
        return name


def renamed(node: build.Node, others: dict[str, str], constants: dict[str, build.Node] | None = None) -> build.Node:
    """The node with other names for some names, and constants in the place of others.

    What a function inside calls by the same name, a parameter or a local of its own, stays; what it declares nonlocal does not.
    """

    def replace(item: build.Node) -> build.Node | None:
        if isinstance(item, gast.Name):
            if constants and item.id in constants:
                return build.copy(constants[item.id])
            if item.id in others:
                fresh = gast.Name(others[item.id], item.ctx, None, None)
                return build.at(fresh, item)
        elif isinstance(item, gast.Nonlocal):
            return build.at(gast.Nonlocal([others.get(name, name) for name in item.names]), item)
        elif isinstance(item, (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)):
            own = _own(item)
            named = getattr(item, "name", None) in others
            if named or not own.isdisjoint(others) or constants and not own.isdisjoint(constants):
                return _renamed_around(item, own)
        return None

    def _renamed_around(item: build.Node, own: set[str]) -> build.Node:
        """A function some of whose own names are among those that are replaced."""
        rest = {name: other for name, other in others.items() if name not in own}
        given = {name: value for name, value in (constants or {}).items() if name not in own}
        arguments = build.copy(item.args)
        arguments.defaults = [build.rewrite(d, replace) for d in item.args.defaults]
        arguments.kw_defaults = [d and build.rewrite(d, replace) for d in item.args.kw_defaults]
        body = item.body
        inner = [renamed(s, rest, given) for s in body] if isinstance(body, list) else renamed(body, rest, given)
        if isinstance(item, gast.Lambda):
            return build.changed(item, args=arguments, body=inner)
        decorators = [build.rewrite(d, replace) for d in item.decorator_list]
        name = others.get(item.name, item.name)
        return build.changed(item, name=name, args=arguments, body=inner, decorator_list=decorators)

    return build.rewrite(node, replace)


def _own(function: build.Node) -> set[str]:
    """The names that belong to a function: its parameters, and what it binds and does not declare nonlocal or global."""
    body = function.body if isinstance(function.body, list) else [function.body]
    outer = {n for s in body for i in build.walk(s) if isinstance(i, (gast.Nonlocal, gast.Global)) for n in i.names}
    return {a.id for a in parameters_of(function.args)}.union(*map(writes, body)) - outer
