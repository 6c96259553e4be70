"""Calls: of functions nested in the one under compilation, of small helpers, and of everything else over operands."""

from __future__ import annotations

import operator
from types import FunctionType
from typing import Any

import gast
import numpy as np

from ... import rules
from ...analyses import calls
from ...core import build
from ...core.unit import MISSING
from ...frontend import signature
from . import state
from .expressions import Expressions, has_call
from .functionals import Functionals
from .inlining import Inlining
from .known_items import KnownItems
from .loops import Loops

# what an operator is that a function of `operator` stands for
IN_PLACE: dict[Any, type] = {
    operator.iadd: gast.Add, operator.isub: gast.Sub, operator.imul: gast.Mult, operator.itruediv: gast.Div,
    operator.ifloordiv: gast.FloorDiv, operator.imod: gast.Mod, operator.ipow: gast.Pow, operator.imatmul: gast.MatMult,
}  # fmt: skip


class Calls(Expressions, Loops, Functionals, Inlining, KnownItems):
    """What a call becomes."""

    def of_Call(self, node: build.Node) -> build.Node:
        return self.call(node)

    def call(self, node: build.Node) -> build.Node:
        """A call over operands, or the result of the callee's body where that is put in the place of the call."""
        func = node.func
        if isinstance(func, gast.Lambda):
            return self.inline(self.closure(func.args, [build.return_(func.body)], "lambda_"), node)
        if any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            node = self.spread_arguments(node)
        if self.gives_function(func):
            func = self.call(func)
            node = build.changed(node, func=func)
        if isinstance(func, gast.Name) and func.id in self.closures:
            return self.inline(self.closures[func.id], node)
        value = self.resolve(func)
        self.watch(func, value)
        text = rules.written(value) if value is not MISSING else None
        if text is not None and self.is_active(node):
            func, value = gast.Attribute(self.runtime("written"), text.text.__name__, build.LOAD), text.text
        elif _is_solver(value) and self.is_active(node):  # told before what is said of the functions that it is given
            raise self.unit.refuse(
                node, f"cannot differentiate through '{value.__module__}.{value.__name__}'",
                "an argument depends on an argument you differentiate, and it has no rule and no Python source that could be differentiated",
                f"give it a rule with srcgrad.rule({value.__name__}, ...), or use srcgrad.implicit",
            )  # fmt: skip
        if value is sum and len(node.args) in (1, 2) and isinstance(node.args[0], (gast.GeneratorExp, gast.ListComp)):
            return self.sum_of(node)
        if value is dict and (display := self.display(node)) is not None:
            return self.expression(display)
        functional = self.functional(value, node)
        if functional is not None:
            return functional
        if isinstance(value, FunctionType) and rules.lookup(value) is None and not rules.is_nondifferentiable(value):
            closure = self.small_helper(value, node)
            if closure is not None:
                return self.inline(closure, node, value)
        if isinstance(func, gast.Attribute) and value is MISSING:
            func = gast.Attribute(self.operand(func.value), func.attr, build.LOAD)
        elif value is MISSING and not isinstance(func, gast.Name):
            func = self.operand(func)
        for part in [*node.args, *(k.value for k in node.keywords)]:
            if isinstance(part, gast.GeneratorExp) and not self.goes_through(value) and self.is_active(part):
                raise self.lazy(part)
            if isinstance(part, gast.GeneratorExp) and value in (any, all) and self.changes_active(part):
                raise self.lazy(part)  # not all of its items are computed
        if (stored := self.stored_by_operator(node, value)) is not None:
            return stored
        if isinstance(value, np.ufunc):
            node = _with_plain_output(node)
        values = [*node.args, *(k.value for k in node.keywords)]
        atoms = self.in_order(values, lambda a: self.argument(a, True), node)
        keywords = [gast.keyword(k.arg, a) for k, a in zip(node.keywords, atoms[len(node.args) :], strict=True)]
        return build.called(func, atoms[: len(node.args)], keywords)

    def stored_by_operator(self, node: build.Node, function: Any) -> build.Node | None:
        """The value of `operator.setitem(a, i, v)`, `a.__setitem__(i, v)` or `operator.iadd(a, v)`, whose store is emitted."""
        method = isinstance(node.func, gast.Attribute) and node.func.attr == "__setitem__" and function is MISSING
        parts = [node.func.value, *node.args] if method else node.args
        if node.keywords or any(isinstance(a, gast.Starred) for a in parts):
            return None
        if (method or function is operator.setitem) and len(parts) == 3:
            owner, index, value = self.in_order(parts, self.argument, node)
            owner = owner if isinstance(owner, gast.Name) else self.bind(owner)
            self.emit(build.assign(build.subscript(owner, index, store=True), value))
            return build.constant(None)
        kind = next((kind for known, kind in IN_PLACE.items() if known is function), None)
        if kind is None or len(parts) != 2:
            return None
        owner, value = self.in_order(parts, self.operand, node)
        changed = self.bind(owner)
        self.emit(build.augment(changed.id, kind(), value))
        return changed

    def watch(self, func: build.Node, value: Any) -> None:
        """A function reached through attributes is looked up again at each call of the gradient; those of libraries stay."""
        path: list[str] = []
        while isinstance(func, gast.Attribute):
            path.append(func.attr)
            func = func.value
        free = self.unit.free.get(func.id) if isinstance(func, gast.Name) else None
        if path and value is not MISSING and free is not None and free.getter is not None:
            if getattr(free.value, "__name__", "").partition(".")[0] not in calls.LIBRARIES:
                self.unit.guards.append((_chain(free.getter, tuple(reversed(path))), value))

    def goes_through(self, function: Any) -> bool:
        """Whether a function goes through an iterable at once, so that a generator expression may as well be a list."""
        if function is MISSING:
            return False
        return (
            any(function is f for f in state.PURE_BUILTINS)
            or rules.lookup(function) is not None
            or function in (set, frozenset, dict)
        )

    def argument(self, node: build.Node, eager: bool = False) -> build.Node:
        if eager and isinstance(node, gast.GeneratorExp):
            node = build.at(gast.ListComp(node.elt, node.generators), node)
        if isinstance(node, gast.Starred):
            return gast.Starred(self.operand(node.value), build.LOAD)
        if isinstance(node, (gast.Name, gast.Constant)):
            return node
        if not self.is_active(node) and not has_call(node) and not self.must_lower(node):
            return node if _is_simple(node) else self.operand(node)
        return self.operand(node)


def _with_plain_output(node: build.Node) -> build.Node:
    """The call of a universal function with `out=y` in the place of `out=(y,)`, and without `out=None`."""
    if not node.keywords:
        return node
    keywords = []
    for keyword in node.keywords:
        out = keyword.value if keyword.arg == "out" else None
        if isinstance(out, gast.Tuple) and len(out.elts) == 1:
            keyword = gast.keyword("out", out.elts[0])
        if not (isinstance(out, gast.Constant) and out.value is None):
            keywords.append(keyword)
    return build.at(gast.Call(node.func, node.args, keywords), node)


def _chain(getter: signature.Getter, path: tuple[str, ...]) -> signature.Getter:
    """A getter of what is reached by attributes from what another one gives."""

    def read() -> Any:
        value = getter()
        for name in path:
            value = getattr(value, name)
        return value

    return read


def _is_solver(function: Any) -> bool:
    """Whether a function is one of SciPy's without a rule; integrators are followed as they run."""
    module = getattr(function, "__module__", None) or ""
    if function is MISSING or isinstance(function, type) or not callable(function) or not module.startswith("scipy."):
        return False
    known = rules.lookup(function) is not None or rules.is_nondifferentiable(function)
    return not known and not module.startswith("scipy.integrate.")


def _is_simple(node: build.Node) -> bool:
    """Passive arguments that stay where the user wrote them: numbers, shapes, tuples and attributes of names."""
    allowed = (
        gast.Name, gast.Constant, gast.Tuple, gast.List, gast.Attribute, gast.Subscript, gast.UnaryOp, gast.Slice, gast.BinOp,
    )  # fmt: skip
    return all(isinstance(n, allowed) for n in build.walk(node))
