"""The only place that makes syntax nodes: constructors, templates with substitution, and copying.

Every node is a `gast` node. Nothing is put on a node but its origin (`lineno`, `col_offset`), which `at` copies.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import gast

Node = Any  # a gast node; gast's classes carry no types
LOAD, STORE, DEL, PARAM = gast.Load(), gast.Store(), gast.Del(), gast.Param()
ADD, SUB, MULT, DIV, NEGATIVE = gast.Add(), gast.Sub(), gast.Mult(), gast.Div(), gast.USub()
_bare = gast.Name.__new__


def name(identifier: str, store: bool = False) -> Node:
    node: Node = _bare(gast.Name)  # most nodes are names, and gast's constructor goes through the fields
    node.id, node.ctx, node.annotation, node.type_comment = identifier, STORE if store else LOAD, None, None
    return node


def constant(value: Any) -> Node:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
    node: Node = _bare(gast.Constant)
    node.value, node.kind = value, None
    return node


def operation(left: Node, operator: Node, right: Node) -> Node:
    """left operator right"""
    node: Node = _bare(gast.BinOp)
    node.left, node.op, node.right = left, operator, right
    return node


def attribute(value: Node | str, *names: str) -> Node:
    node = name(value) if isinstance(value, str) else value
    for attr in names:
        owner, node = node, _bare(gast.Attribute)
        node.value, node.attr, node.ctx = owner, attr, LOAD
    return node


def call(function: Node | str, *args: Node, **keywords: Node) -> Node:
    if isinstance(function, str):
        head, *rest = function.split(".")
        function = attribute(head, *rest)
    return called(function, list(args), [gast.keyword(key, value) for key, value in keywords.items()])


def called(function: Node, args: list[Node], keywords: list[Node]) -> Node:
    """function(*args, **keywords), of these very lists"""
    node: Node = _bare(gast.Call)
    node.func, node.args, node.keywords = function, args, keywords
    return node


def subscript(value: Node, index: Node, store: bool = False) -> Node:
    node: Node = _bare(gast.Subscript)
    node.value, node.slice, node.ctx = value, index, STORE if store else LOAD
    return node


def as_argument(index: Node) -> Node:
    """An index as an argument: slices are written as calls of `slice`."""
    if isinstance(index, gast.Slice):
        parts = [index.lower, index.upper, index.step]
        return call("slice", *(constant(None) if part is None else copy(part) for part in parts))
    if isinstance(index, gast.Tuple):
        return tuple_(as_argument(e) for e in index.elts)
    return copy(index)


def assign(target: Node | str, value: Node) -> Node:
    node: Node = _bare(gast.Assign)
    node.targets = [name(target, store=True) if isinstance(target, str) else target]
    node.value, node.type_comment = value, None
    return node


def augment(target: Node | str, operator: Node, value: Node) -> Node:
    node: Node = _bare(gast.AugAssign)
    node.target = name(target, store=True) if isinstance(target, str) else target
    node.op, node.value = operator, value
    return node


def tuple_(elements: Iterable[Node], store: bool = False) -> Node:
    return gast.Tuple(list(elements), STORE if store else LOAD)


def doubled(value: Node) -> Node:
    """2.0 * value, the number in front of all factors: a doubling changes no digit, wherever it stands."""
    if isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Mult, gast.Div)):
        return gast.BinOp(doubled(value.left), value.op, value.right)
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return gast.UnaryOp(gast.USub(), doubled(value.operand))
    return gast.BinOp(constant(2.0), gast.Mult(), value)


def expression(value: Node) -> Node:
    return gast.Expr(value)


def if_(test: Node, body: list[Node], orelse: list[Node]) -> Node:
    return gast.If(test, body, orelse)


class With(str):
    """What marks the test of a branch that stands for a `with` statement: no text of a program makes such a constant."""


def enter(function: Node, manager: Node, body: list[Node]) -> Node:
    """A branch that is always taken in the place of `with manager:`; `function` is `rt.entered`."""
    return if_(called(function, [manager, constant(With("with"))], []), body, [])


def entered(node: Node) -> Node | None:
    """The manager of a `with` statement that a branch stands for; None of any other statement."""
    test: Any = node.test if isinstance(node, gast.If) else None
    if type(test) is gast.Call and len(test.args) == 2 and type(getattr(test.args[1], "value", None)) is With:
        return test.args[0]
    return None


def for_(target: Node | str, iterable: Node, body: list[Node]) -> Node:
    if isinstance(target, str):
        target = name(target, store=True)
    return gast.For(target, iterable, body, [], None)


def while_(test: Node, body: list[Node]) -> Node:
    return gast.While(test, body, [])


def return_(value: Node | None) -> Node:
    return gast.Return(value)


def function(identifier: str, arguments: Node, body: list[Node]) -> Node:
    return gast.FunctionDef(identifier, arguments, body, [], None, None, [])


def parameters(names: Iterable[str]) -> Node:
    return gast.arguments([parameter(n) for n in names], [], None, [], [], None, [])


def parameter(identifier: str) -> Node:
    node = name(identifier)
    node.ctx = PARAM
    return node


@functools.lru_cache(maxsize=4096)
def _template(text: str) -> Node:
    return gast.parse(text, mode="eval").body


def template(text: str, **substitutions: Node) -> Node:
    """A fresh expression from its text, with the named variables replaced by nodes."""
    return substitute(_template(text), substitutions)


def substitute(node: Node, names: Mapping[str, Node]) -> Node:
    """A copy of an expression in which each loaded name found in `names` is replaced by a copy of that node."""
    return rewrite(node, lambda n: copy(names[n.id]) if isinstance(n, gast.Name) and n.id in names else None)


def rewrite(node: Any, replace: Callable[[Node], Node | None]) -> Any:
    """A copy of a tree; `replace` may return the node to stand in the place of the one it is given (or None: go on copying).

    Operators and contexts, which have no parts and are never changed, are not copied.
    """
    if type(node) is list:
        return [rewrite(item, replace) for item in node]
    if not isinstance(node, gast.AST):
        return node
    found = replace(node)
    if found is not None:
        return found
    fresh, fields = _twin(node)
    state = fresh.__dict__
    for field in fields:
        value = state.get(field)
        if type(value) is list:
            state[field] = [rewrite(item, replace) for item in value]
        elif isinstance(value, gast.AST):
            state[field] = rewrite(value, replace)
    return fresh


def mapped(node: Node, visit: Callable[[Node], Node]) -> Node:
    """The node with what `visit` makes of each node directly inside it; the node itself where that is what was there."""
    state = node.__dict__
    if type(node) is gast.BinOp:  # as most are
        left, right = visit(state["left"]), visit(state["right"])
        if left is state["left"] and right is state["right"]:
            return node
        fresh, _ = _twin(node)
        fresh.left, fresh.right = left, right
        return fresh
    fresh = node
    for field in _PART_FIELDS[type(node)]:
        value = state.get(field)
        if type(value) is list:
            done: Any = value
            for position, item in enumerate(value):
                if isinstance(item, gast.AST):
                    part = visit(item)
                    if part is not item:
                        done = list(value) if done is value else done
                        done[position] = part
        elif isinstance(value, gast.AST):
            done = visit(value)
        else:
            continue
        if done is not value:
            if fresh is node:
                fresh, _ = _twin(node)
            fresh.__dict__[field] = done
    return fresh


def copy(node: Any) -> Any:
    """A copy of a tree, or of a list of trees."""
    kind: Any = type(node)
    if kind is list:
        return [copy(item) for item in node]
    if kind not in _PART_FIELDS and not isinstance(node, gast.AST):
        return node
    fresh = _bare(kind)
    state = fresh.__dict__
    state.update(node.__dict__)
    if kind is gast.Name and state.get("annotation") is None:  # as most nodes are
        return fresh
    for field in _PART_FIELDS[kind]:
        value = state.get(field)
        if value is None:
            continue
        state[field] = [copy(item) for item in value] if type(value) is list else copy(value)
    return fresh


def _twin(node: Node) -> tuple[Node, tuple[str, ...]]:
    """Another node with the very parts of this one, and the fields in which they are."""
    cls: Any = type(node)
    fresh: Node = cls.__new__(cls)
    fresh.__dict__.update(node.__dict__)
    return fresh, _PART_FIELDS[cls]


def changed(node: Node, **fields: Any) -> Node:
    """The node itself, or a copy with these fields where one of them differs; a list differs if one of its items does."""
    state = node.__dict__
    for key, value in fields.items():
        old = state[key]
        if old is value:
            continue
        if type(old) is not list or type(value) is not list or not identical(old, value):
            fresh, _ = _twin(node)
            fresh.__dict__.update(fields)
            return fresh
    return node


def identical(some: list[Node], others: list[Node]) -> bool:
    """Whether two lists hold the very same nodes."""
    return list(map(id, some)) == list(map(id, others))


def at(node: Node, origin: Node) -> Node:
    """The node itself, with the line and column of `origin` on it and on those of its statements that have none."""
    state, given = node.__dict__, origin.__dict__
    if "lineno" in given and "lineno" not in state:
        line = state["lineno"] = given["lineno"]
        state["col_offset"] = given.get("col_offset", 0)
        state["end_lineno"] = given.get("end_lineno", line)
        state["end_col_offset"] = given.get("end_col_offset", 0)
    return node


# Fields that hold no node, or one without parts of its own: an operator, or whether a name is read or written.
BARE_FIELDS = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment"})
NODE_LISTS = frozenset({"args", "body", "comparators", "elts", "keywords", "orelse", "targets"})  # of nodes only
LEAVES = frozenset({gast.Constant, gast.Pass, gast.Break, gast.Continue})
# What most nodes are: the field of those with one part, and what gives the parts of those with several.
ONE_PART = {
    gast.Attribute: "value",
    gast.Expr: "value",
    gast.Starred: "value",
    gast.UnaryOp: "operand",
    gast.keyword: "value",
}
PARTS: dict[type, Callable[[Node], Iterable[Node]]] = {
    gast.AugAssign: operator.attrgetter("target", "value"),
    gast.BinOp: operator.attrgetter("left", "right"),
    gast.IfExp: operator.attrgetter("test", "body", "orelse"),
    gast.List: operator.attrgetter("elts"),
    gast.Subscript: operator.attrgetter("value", "slice"),
    gast.Tuple: operator.attrgetter("elts"),
}


class _PartFields(dict[type, tuple[str, ...]]):
    """For each class of nodes the fields that may hold nodes with parts of their own, found when first asked for."""

    def __missing__(self, cls: Any) -> tuple[str, ...]:
        fields = () if cls is gast.Constant else cls._fields
        found = self[cls] = tuple(field for field in fields if field not in BARE_FIELDS)
        return found


_PART_FIELDS = _PartFields()


def part_fields(node: Node) -> tuple[str, ...]:
    """The fields of a node that may hold nodes with parts of their own."""
    return _PART_FIELDS[type(node)]


def children(node: Node) -> list[Node]:
    """The nodes directly inside a node, operators and contexts aside, in the order of the fields."""
    found: list[Node] = []
    add_children(node, found)
    return found


def walk(node: Node) -> list[Node]:
    """A node and all inside it, operators and contexts aside; what is further inside comes later."""
    found = [node]
    for item in found:  # it grows as it goes
        kind = type(item)
        if kind is gast.Name:
            if item.annotation is not None:  # a parameter
                found.append(item.annotation)
        elif kind in ONE_PART:
            found.append(item.__dict__[ONE_PART[kind]])
        elif kind in PARTS:
            found += PARTS[kind](item)
        elif kind is gast.Assign:
            found += item.targets
            found.append(item.value)
        elif kind is gast.Call:
            found.append(item.func)
            found += item.args
            found += item.keywords
        elif kind not in LEAVES:
            add_children(item, found)
    return found


def add_children(node: Node, to: list[Node]) -> None:
    """Put the nodes directly inside a node at the end of a list."""
    kind = type(node)
    if kind in ONE_PART:
        to.append(node.__dict__[ONE_PART[kind]])
    elif kind in PARTS:
        to += PARTS[kind](node)
    elif kind is gast.Call:
        state = node.__dict__
        to.append(state["func"])
        to += state["args"]
        to += state["keywords"]
    elif kind is gast.Assign:
        to += node.targets
        to.append(node.value)
    else:
        _add_parts(node, to)


def _add_parts(node: Node, to: list[Node]) -> None:
    state = node.__dict__
    for field in _PART_FIELDS[type(node)]:
        value = state.get(field)
        if value is None:
            continue
        if type(value) is not list:
            if isinstance(value, gast.AST):
                to.append(value)
        elif field in NODE_LISTS:
            to.extend(value)
        else:
            to.extend([item for item in value if isinstance(item, gast.AST)])


def is_atom(node: Node) -> bool:
    """A name or a literal, a negative number included."""
    kind = type(node)
    if kind is gast.UnaryOp and type(node.op) is gast.USub:
        return type(node.operand) is gast.Constant
    return kind is gast.Name or kind is gast.Constant


def same(a: Node, b: Node) -> bool:
    """Whether two expressions or statements are written alike (origins aside)."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, gast.Name):
        return a.id == b.id
    if isinstance(a, gast.Constant):
        return type(a.value) is type(b.value) and repr(a.value) == repr(b.value)
    if isinstance(a, list):
        return len(a) == len(b) and (identical(a, b) or all(map(same, a, b)))
    if not isinstance(a, gast.AST):
        return bool(a == b)
    return all(
        same(getattr(a, key, None), getattr(b, key, None))
        for key in a._fields
        if key not in ("ctx", "kind", "type_comment", "annotation")
    )
