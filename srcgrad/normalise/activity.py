"""Which names may carry a derivative, judged from the syntax alone: what is surely passive is kept as the user wrote it.

This is an upper bound, blind to the order of statements: a name is in it if anything assigned to it, or stored into it, mentions a name
that is in it. The exact answer comes later, from `analyses.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import gast

from ..core import build, names

PASSIVE_ATTRIBUTES = frozenset(
    {"shape", "ndim", "size", "dtype", "itemsize", "nbytes", "__class__", "__name__", "strides", "flags"}
)
FLOWLESS = frozenset(
    {gast.Attribute, gast.BinOp, gast.Constant, gast.Expr, gast.Name, gast.Subscript, gast.Tuple, gast.UnaryOp}
)
RECORDS = ""  # is among the active names where some of them may be objects, whose `size` may be a float as well

Passive = Callable[[build.Node], bool]


def active_names(
    body: Iterable[build.Node],
    seeds: Iterable[str],
    passive_call: Passive,
    pure_call: Passive,
    new_call: Passive,
    modules: Collection[str] = (),
) -> set[str]:
    """The closure of `seeds` under assignment in `body`.

    `passive_call(func)` says whether a call's result carries no derivative, `pure_call(call)` whether it surely changes no argument,
    `new_call(call)` whether its result surely shares nothing with an argument;
    `modules` are names that hold nothing active, whatever is handed to their functions.
    """
    active = set(seeds)
    walked = [build.walk(statement) for statement in body]
    flows = [flow for nodes in walked for flow in _flows(nodes, pure_call, new_call)]
    flows += _flows_back(walked, passive_call, new_call)
    flows = [(sources, targets.difference(modules), value) for sources, targets, value in flows]
    changed = True
    while changed:
        changed = False
        for sources, targets, value in flows:
            if targets <= active:
                continue
            if (sources & active) or (value is not None and mentions(value, active, passive_call)):
                active |= targets
                changed = True
    return active


def _flows_back(
    walked: list[list[build.Node]], passive_call: Passive, new_call: Passive
) -> list[tuple[set[str], set[str], build.Node | None]]:
    """What is stored into a name for a part (`row = a[i]; row[0] = v`) is stored into what it is a part of.

    `walked` are the nodes of each statement, as are those of `_flows`.
    """
    links: list[tuple[str, set[str]]] = []
    stored: set[str] = set()
    counters: set[str] = set()
    for nodes in walked:
        for node in nodes:
            kind = type(node)
            if kind is gast.Subscript or kind is gast.Attribute:
                if isinstance(node.ctx, gast.Store):
                    stored |= _stored_in(node, new_call)
            elif kind is gast.AugAssign:
                stored |= _stored_in(node.target, new_call)
                links += [(t, set()) for t in stored_names(node.target)]
            elif kind is gast.Call:  # a method, or a function that is given it, may store
                stored |= _stored_in(node.func.value, new_call) if isinstance(node.func, gast.Attribute) else set()
                for argument in [*node.args, *(k.value for k in node.keywords)]:
                    stored |= _stored_in(argument, new_call)
            elif kind is gast.Assign:
                if isinstance(node.value, gast.Constant):
                    counters |= {t for target in node.targets for t in names.writes(target)}
                    continue
                reads = _parts(node.value)
                links += [(t, reads) for target in node.targets for t in names.writes(target)]
            elif kind is gast.For or kind is gast.comprehension:
                if isinstance(node.iter, gast.Call) and passive_call(node.iter.func):  # a range has numbers
                    counters |= names.writes(node.target)
                    continue
                reads = names.reads(node.iter)
                links += [(t, reads) for t in names.writes(node.target)]
            elif kind is gast.NamedExpr:
                links.append((node.target.id, names.reads(node.value)))
    changed = True
    while changed:
        changed = False
        for target, sources in links:
            if target in stored and not sources <= stored:
                stored |= sources
                changed = True
    counters -= {target for target, _ in links}
    return [({target}, sources - counters, None) for target, sources in links if target in stored]


def _parts(value: build.Node) -> set[str]:
    """The names of what may be a part of a value: not the numbers that say how long a list is."""
    if isinstance(value, (gast.List, gast.Tuple)):
        return {n for element in value.elts for n in _parts(element)}
    if isinstance(value, gast.ListComp):  # its variables are parts of what it goes through; that is noted by itself
        return _parts(value.elt)
    if isinstance(value, gast.BinOp) and isinstance(value.op, gast.Mult) and isinstance(value.left, gast.List):
        return _parts(value.left)
    return names.reads(value)


def mentions(node: build.Node, active: set[str], passive_call: Passive) -> bool:
    """Whether the value of an expression may depend on an active name in a way that carries a derivative."""
    kind = type(node)
    if kind is gast.Name:
        return node.id in active
    if kind is gast.Constant:
        return False
    if kind is gast.BinOp:
        return mentions(node.left, active, passive_call) or mentions(node.right, active, passive_call)
    if kind is gast.Call:
        if passive_call(node.func):
            return False
        for part in (node.func, *node.args, *node.keywords):
            inner = part.value if type(part) is gast.keyword or type(part) is gast.Starred else part
            if mentions(inner.value if type(inner) is gast.Starred else inner, active, passive_call):
                return True
        return False
    if isinstance(node, gast.Compare):
        return any(isinstance(n, gast.NamedExpr) for n in build.walk(node)) and bool(names.reads(node) & active)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        return False
    if isinstance(node, gast.Attribute):
        passive = node.attr in PASSIVE_ATTRIBUTES and RECORDS not in active
        return not passive and mentions(node.value, active, passive_call)
    if isinstance(node, gast.Subscript):  # np.r_[x], and what a user's class does with an index
        return mentions(node.value, active, passive_call) or mentions(node.slice, active, passive_call)
    if isinstance(node, gast.Slice):
        return any(
            part is not None and mentions(part, active, passive_call) for part in (node.lower, node.upper, node.step)
        )
    if isinstance(node, gast.IfExp):
        return any(mentions(n, active, passive_call) for n in (node.body, node.orelse))
    if isinstance(node, gast.JoinedStr):
        return False
    if isinstance(node, (gast.ListComp, gast.SetComp, gast.GeneratorExp, gast.DictComp)):
        parts = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
        for part in node.generators:  # how many items there are does not vary smoothly
            if mentions(part.iter, active, passive_call):
                active = active | names.writes(part.target)
        return any(mentions(part, active, passive_call) for part in parts)
    if isinstance(node, (gast.Lambda, gast.FunctionDef)):
        return bool(names.reads(node) & active)
    return any(mentions(child, active, passive_call) for child in build.children(node) if isinstance(child, gast.expr))


def stored_names(node: build.Node) -> set[str]:
    """The names at the root of what a target expression stores into (`a` for a[i].b)."""
    if isinstance(node, (gast.Subscript, gast.Attribute, gast.Starred)):
        return stored_names(node.value)
    if isinstance(node, (gast.Tuple, gast.List)):
        return {n for element in node.elts for n in stored_names(element)}
    if isinstance(node, gast.Call):
        return stored_names(node.func)
    return {node.id} if isinstance(node, gast.Name) else set()


def _sharing(node: build.Node, new_call: Passive) -> set[str]:
    """The names that the value of an argument may share memory with: `a` for a[1:], (a, 1), np.transpose(a)."""
    if isinstance(node, gast.Call):
        if new_call(node):
            return set()
        owner = _sharing(node.func.value, new_call) if isinstance(node.func, gast.Attribute) else set()
        return owner.union(*(_sharing(a, new_call) for a in [*node.args, *(k.value for k in node.keywords)]))
    if isinstance(node, (gast.Subscript, gast.Attribute, gast.Starred)):
        return _sharing(node.value, new_call)
    if isinstance(node, (gast.Tuple, gast.List)):
        return {n for element in node.elts for n in _sharing(element, new_call)}
    if isinstance(node, gast.IfExp):
        return _sharing(node.body, new_call) | _sharing(node.orelse, new_call)
    if isinstance(node, gast.NamedExpr):
        return _sharing(node.value, new_call) | _sharing(node.target, new_call)
    if isinstance(node, gast.BoolOp):
        return {n for value in node.values for n in _sharing(value, new_call)}
    return {node.id} if isinstance(node, gast.Name) else set()


def _stored_in(target: build.Node, new_call: Passive) -> set[str]:
    """The names that a store into a target, or a method of it, may change: `a` for a[i].b and for np.asarray(a)[0]."""
    kind = type(target)
    if kind is gast.Name:
        return {target.id}
    return stored_names(target) | _sharing(target, new_call)


def _flows(
    nodes: list[build.Node], pure_call: Passive, new_call: Passive
) -> Iterable[tuple[set[str], set[str], build.Node | None]]:
    """(names read, names reached, value expression): a derivative may flow from the names or the value into the names reached."""
    for node in nodes:
        if type(node) in FLOWLESS:
            continue
        if isinstance(node, gast.Assign):
            for target in node.targets:
                yield set(), _stored_in(target, new_call), node.value
        elif isinstance(node, gast.AugAssign):
            yield set(), _stored_in(node.target, new_call), node.value
        elif isinstance(node, gast.AnnAssign) and node.value is not None:
            yield set(), stored_names(node.target), node.value
        elif isinstance(node, gast.NamedExpr):
            yield set(), stored_names(node.target), node.value
        elif isinstance(node, gast.For):
            yield set(), stored_names(node.target), node.iter
        elif isinstance(node, gast.comprehension):
            yield set(), stored_names(node.target), node.iter
        elif isinstance(node, gast.withitem) and node.optional_vars is not None:
            yield set(), stored_names(node.optional_vars), node.context_expr
        elif isinstance(node, gast.FunctionDef):
            yield names.reads(node), {node.name}, None
        elif isinstance(node, gast.Match):
            bound = {n.name for n in build.walk(node) if isinstance(n, (gast.MatchAs, gast.MatchStar)) and n.name}
            yield set(), bound, node.subject
        elif isinstance(node, gast.Call) and not pure_call(node):
            # a method may store its arguments in its object; a function may store some of its arguments in others
            arguments = [*node.args, *(k.value for k in node.keywords)]
            reached = _stored_in(node.func.value, new_call) if isinstance(node.func, gast.Attribute) else set()
            holders = {n for a in arguments for n in _sharing(a, new_call)}
            # a function inside may store what it reads from around it
            sources = arguments if isinstance(node.func, gast.Attribute) else [node.func, *arguments]
            for source in sources:
                yield set(), reached | holders, source


def stored_names_within(node: build.Node) -> set[str]:
    """Names whose content a statement changes by a store into a part of them."""
    found: set[str] = set()
    for item in build.walk(node):
        if isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.ctx, (gast.Store, gast.Del)):
            found |= stored_names(item)
    return found
