"""Numbers and stores of a program that runs on a device.

On the host an element `x[i]` is a number of its own. On a device it is an array without dimensions, a view of `x`: it changes when `x`
is stored into, and `s += v` changes it in place, for all that share it. And `x[places] = v` stores in any order there, whichever value
comes last where a place repeats. This pass comes last, and gives numbers and stores their meaning back.
"""

from __future__ import annotations

from typing import Any

import gast

from ..core import build as b
from ..core.names import root
from .facts import BUILTINS, MODULES, NEW_NUMPY, NEW_RUNTIME, Facts
from .notes import dotted

KEEPING = frozenset({"append", "appendleft", "insert", "setdefault", "add"})  # methods
TAKING = frozenset(
    {"scatter_add", "store", "element", "elements", "seed", "check_items", "shape", "ndim"}
)  # they give nothing back
CHOOSING = frozenset({"min", "max", "next"})  # functions whose result may be an element
NUMBERS = frozenset({"len", "int"})  # functions whose result is an integer
COLLECTING = frozenset({"list", "tuple", "sorted"})  # functions whose result is made of elements

SYMBOLS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@", "BitAnd": "&",
    "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>",
}  # fmt: skip


def own_numbers(body: list[b.Node], facts: Facts) -> list[b.Node]:
    """Numbers that are bound or kept are copies, a number is never added to in place, and of several values for one element the last stays.

    >>> from srcgrad.optimise.showing import show
    >>> show(own_numbers, '''
    ... t = x[i]
    ... s += t * x[j]
    ... u += t
    ... kept.append(x[i])
    ... for v in x:
    ...     s = s * v
    ... x[places] += 1.0 / x[:2]
    ... return s
    ... ''', array=lambda name: name == "x" or None if name != "s" else False)
    t = rt.element(x[i])
    s = s + t * x[j]
    u = rt.augmented(u, '+', t)
    kept.append(rt.element(x[i]))
    for v in x:
        v = rt.element(v)
        s = s * v
    rt.store(x, places, x[places] + 1.0 / x[:2])
    return s
    """
    return [_Owner(facts).visit(statement) for statement in map(b.copy, body)]


class _Owner(gast.NodeTransformer):
    def __init__(self, facts: Facts):
        self.facts = facts

    def visit_AugAssign(self, node: Any) -> Any:
        if isinstance(node.target, gast.Subscript) and self._may_repeat(node.target, node.value):
            before = b.copy(node.target)
            before.ctx = gast.Load()
            return self._store(node, node.target, gast.BinOp(before, node.op, node.value))
        if not isinstance(node.target, gast.Name) or self.facts.array(node.target.id):
            return node
        name = node.target.id
        if self.facts.array(name) is None and name not in self.facts.temporaries:
            # what it is is not known: an array, which others may share, is changed in place
            value = b.call("rt.augmented", b.name(name), b.constant(SYMBOLS[type(node.op).__name__]), node.value)
            return b.at(b.assign(name, value), node)
        return b.at(b.assign(name, gast.BinOp(b.name(name), node.op, node.value)), node)

    def visit_Assign(self, node: Any) -> Any:
        target = node.targets[0]
        self.generic_visit(node)
        if isinstance(target, gast.Name):
            if not self.facts.array(target.id):
                node.value = _owned(node.value)
        elif isinstance(target, gast.Subscript):  # what an array is given is copied anyway
            if not self.facts.array(root(target)):
                node.value = _owned(node.value)
            if len(node.targets) == 1 and (self._may_repeat(target, node.value) or self._is_list(target, node.value)):
                return self._store(node, target, node.value)
        return node

    def _may_repeat(self, target: b.Node, value: b.Node) -> bool:
        """Whether a store may give several values to one element of an array."""
        known = isinstance(value, gast.Constant) or self.facts.array(root(target)) is False
        return not known and not all(map(self._names_one, _parts(target.slice)))

    def _is_list(self, target: b.Node, value: b.Node) -> bool:
        """Whether what is stored into an array may be a list or a tuple."""
        if isinstance(value, gast.Name):
            listed = self.facts.sequence(value.id) and self.facts.array(value.id) is not True
        else:
            listed = isinstance(value, (gast.List, gast.Tuple))
        return listed and self.facts.array(root(target)) is not False

    def _names_one(self, part: b.Node) -> bool:
        """Whether a part of an index is a slice, a number, a mask or a literal without repeats."""
        if isinstance(part, (gast.Slice, gast.Constant, gast.Compare)):
            return True
        if isinstance(part, gast.UnaryOp):
            return self._names_one(part.operand)
        if isinstance(part, gast.BinOp):
            return self._names_one(part.left) and self._names_one(part.right)
        if isinstance(part, gast.Name):
            return self.facts.array(part.id) is False
        if isinstance(part, gast.List):
            values = [e.value for e in part.elts if isinstance(e, gast.Constant) and type(e.value) is int]
            return len({*values}) == len(part.elts) and min(values, default=0) >= 0
        return isinstance(part, gast.Call) and dotted(part.func) in NUMBERS

    def _store(self, node: b.Node, target: b.Node, value: b.Node) -> b.Node:
        return b.at(b.expression(b.call("rt.store", b.copy(target.value), b.as_argument(target.slice), value)), node)

    def visit_Return(self, node: Any) -> Any:
        self.generic_visit(node)
        node.value = node.value and _owned(node.value)
        return node

    def visit_Tuple(self, node: Any) -> Any:
        return self.visit_List(node)

    def visit_List(self, node: Any) -> Any:
        self.generic_visit(node)
        if isinstance(node.ctx, gast.Load):
            node.elts = list(map(_owned, node.elts))
        return node

    def visit_Dict(self, node: Any) -> Any:
        self.generic_visit(node)
        node.values = list(map(_owned, node.values))
        return node

    def visit_Subscript(self, node: Any) -> Any:
        node.value = self.visit(node.value)
        return node  # an index is no place where a number is kept

    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        head, _, name = dotted(node.func).rpartition(".")
        if isinstance(node.func, gast.Attribute) and name == "item" and node.args and not node.keywords:
            return b.at(b.call("rt.item", node.func.value, *node.args), node)
        if head in MODULES:  # some functions hand on what they are given
            keeps = name not in NEW_NUMPY | NEW_RUNTIME | TAKING
        elif isinstance(node.func, gast.Attribute):
            keeps = node.func.attr in KEEPING
        else:  # a helper may change the array, and use the element afterwards
            keeps = isinstance(node.func, gast.Name) and node.func.id not in BUILTINS
        if keeps:
            node.args = list(map(_owned, node.args))
            for keyword in node.keywords:
                keyword.value = _owned(keyword.value)
        return node

    def visit_For(self, node: Any) -> Any:
        self.generic_visit(node)
        names = [n for n in _elements(node.target, node.iter) if not self.facts.array(n)]
        node.body[:0] = [b.at(b.assign(n, b.call("rt.element", b.name(n))), node) for n in names]
        return node

    def visit_ListComp(self, node: Any) -> Any:
        self.generic_visit(node)
        names = {n for each in node.generators for n in _elements(each.target, each.iter)}
        if isinstance(node.elt, gast.Name) and node.elt.id in names:
            node.elt = b.call("rt.element", node.elt)
        else:
            node.elt = _owned(node.elt)
        return node

    visit_GeneratorExp = visit_SetComp = visit_ListComp


def _elements(target: b.Node, iterable: b.Node) -> list[str]:
    """The names of the target of a loop that may stand for elements of an array.

    >>> for head in "i in range(3)", "i, e in enumerate(x)", "a, (i, c) in zip(x, enumerate(y))", "a, b in pairs":
    ...     loop = gast.parse(f"for {head}: pass").body[0]
    ...     print(_elements(loop.target, loop.iter))
    []
    ['e']
    ['a', 'c']
    ['a', 'b']
    """
    called = iterable.func.id if isinstance(iterable, gast.Call) and isinstance(iterable.func, gast.Name) else ""
    if called == "range":
        return []
    if called == "reversed":
        return _elements(target, iterable.args[0])
    if isinstance(target, gast.Name):
        return [target.id]
    if not isinstance(target, gast.Tuple):
        return []
    parts: list[b.Node] = [iterable] * len(target.elts)
    if called == "enumerate":
        parts = [b.call("range"), iterable.args[0]]
    elif called == "zip" and len(iterable.args) == len(target.elts):
        parts = iterable.args
    return [name for part, values in zip(target.elts, parts, strict=True) for name in _elements(part, values)]


def _owned(value: b.Node) -> b.Node:
    """A value that shares memory with no array if it is a number, or a list of numbers."""
    elements = isinstance(value, gast.Subscript) and not _has_slice(value.slice)
    called = value.func.id if isinstance(value, gast.Call) and isinstance(value.func, gast.Name) else ""
    if called in COLLECTING:
        if value.args and not _elements(b.name("each"), value.args[0]):
            return value
        return b.call("rt.elements", value)
    return b.call("rt.element", value) if elements or called in CHOOSING else value


def _has_slice(index: b.Node) -> bool:
    return any(isinstance(part, gast.Slice) for part in _parts(index))


def _parts(index: b.Node) -> list[b.Node]:
    return index.elts if isinstance(index, gast.Tuple) else [index]
