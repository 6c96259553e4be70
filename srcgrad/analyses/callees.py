"""Which of its parameters a Python function may change in place, judged from its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType

import gast
import numpy as np

from .. import rules
from ..core import build, names
from ..frontend import signature, source
from . import fresh

MUTATORS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "fill", "update", "setdefault", "popitem",
                      "add", "discard", "appendleft", "popleft", "extendleft", "rotate", "itemset", "put", "resize", "partition"})  # fmt: skip


# what each function changes, as far as it is known; by the function, as two of equal code may call different ones
Estimates = dict[FunctionType, frozenset[str]]


def changed_parameters(function: FunctionType, settled: Estimates | None = None) -> frozenset[str]:
    """The names of the parameters whose content the function, or one that it calls, may change.

    Functions that call each other are gone through until nothing is added. `settled` keeps what was found, for as long as the names of
    the functions mean what they mean now.
    """
    settled = settled if settled is not None else {}
    if function not in settled:
        estimates: Estimates = {}
        before: Estimates | None = None
        while estimates != before:
            before = dict(estimates)
            _estimate(function, estimates, settled, set())
        settled.update(estimates)
    return settled[function]


def _estimate(
    function: FunctionType, estimates: Estimates, settled: Estimates, visited: set[FunctionType]
) -> frozenset[str]:
    if function in settled:
        return settled[function]
    if function not in visited:
        visited.add(function)
        found = _find(function, lambda callee: _estimate(callee, estimates, settled, visited))
        estimates[function] = estimates.get(function, frozenset()) | found
    return estimates.get(function, frozenset())


def _find(function: FunctionType, changed_by: Callable[[FunctionType], frozenset[str]]) -> frozenset[str]:
    try:
        tree = source.look(function).tree
    except Exception:
        return frozenset(function.__code__.co_varnames)  # nothing is known: it may change all
    parameters = [a.id for a in names.parameters_of(tree.args)]
    origin = {p: {p} for p in parameters}  # name -> parameters that it may be (a part of)
    statements = [n for s in tree.body for n in build.walk(s)]
    for _ in range(4):
        for item in statements:
            if isinstance(item, gast.Assign):
                sources = {o for n in _shared(item.value, function) for o in origin.get(n, ())}
                for target in item.targets:
                    for name in names.writes(target):
                        origin.setdefault(name, set()).update(sources)
            elif isinstance(item, (gast.For, gast.comprehension)):
                sources = {o for n in names.reads(item.iter) for o in origin.get(n, ())}
                for name in names.writes(item.target):
                    origin.setdefault(name, set()).update(sources)
    changed: set[str] = set()
    for item in statements:
        for name in _roots_changed(item):
            changed |= origin.get(name, set())
        if isinstance(item, gast.Call):
            changed |= {o for n in _passed_on(item, function, changed_by) for o in origin.get(n, ())}
    return frozenset(changed)


def _shared(value: build.Node, function: FunctionType) -> set[str]:
    """Names that the value of an expression may be, or share memory or items with."""
    if isinstance(value, (gast.Compare, gast.Constant, gast.JoinedStr, gast.UnaryOp)):
        return set()
    if isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Sub, gast.Div, gast.Pow, gast.MatMult)):
        return set()  # numbers and arrays alone have these, and sets, whose items do not change
    if isinstance(value, gast.Call) and not any(k.arg in ("out", None) for k in value.keywords):
        called = _resolved(value.func, function)
        limited = not isinstance(called, np.ufunc) or len(value.args) <= called.nin  # further ones are outputs
        if called is not None and limited and fresh.is_fresh(value, called, fresh.numpys_name(called)):
            return set()
    return names.reads(value)


def _resolved(node: build.Node, function: FunctionType) -> object:
    """What a name, or a path that begins with a module, means in the function; None where it is not known."""
    if isinstance(node, gast.Name):
        getter = signature.free_names(function).get(node.id)
        try:
            return getter() if getter is not None else None
        except NameError:
            return None
    if isinstance(node, gast.Attribute):
        owner = _resolved(node.value, function)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return None


def _roots_changed(item: build.Node) -> set[str]:
    """Names whose content a node changes: stores, `op=`, methods that change."""
    if isinstance(item, (gast.Subscript, gast.Attribute)) and not isinstance(item.ctx, gast.Load):
        return names.owners(item)
    if isinstance(item, gast.AugAssign):
        return names.owners(item.target)
    if isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute) and item.func.attr in MUTATORS:
        return names.owners(item.func.value)
    if isinstance(item, gast.Call) and (
        isinstance(item.func, gast.Attribute)
        and item.func.attr in ("at", "copyto", "fill_diagonal", "putmask", "place")
    ):
        return names.reads(item.args[0]) if item.args else set()
    if isinstance(item, gast.keyword) and item.arg == "out":
        return names.reads(item.value)
    return set()


def _passed_on(
    call: build.Node, function: FunctionType, changed_by: Callable[[FunctionType], frozenset[str]]
) -> set[str]:
    """Names that a call hands to a Python function which may change them."""
    callee = _resolved(call.func, function)
    if not isinstance(callee, FunctionType) or rules.lookup(callee) or rules.is_nondifferentiable(callee):
        return set()  # what has a rule changes nothing
    if isinstance(call.func, gast.Attribute) and fresh.is_numpys(callee):
        return set()  # those that do are known by name
    keywords = {k.arg: k.value for k in call.keywords}
    changed = _arguments_for(callee, changed_by(callee), call.args, keywords)
    return {n for a in changed for n in names.reads(a)}


def arguments_changed(
    function: FunctionType,
    args: list[build.Node],
    keywords: Mapping[str, build.Node],
    settled: Estimates | None = None,
) -> list[build.Node]:
    """The arguments of a call whose content the function may change."""
    named: dict[str | None, build.Node] = dict(keywords.items())
    return _arguments_for(function, changed_parameters(function, settled), args, named)


def _arguments_for(
    function: FunctionType, changed: frozenset[str], args: list[build.Node], keywords: Mapping[str | None, build.Node]
) -> list[build.Node]:
    if not changed:
        return []
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    found = [a for i, a in enumerate(args) if i >= len(positional) or positional[i] in changed]
    return found + [v for n, v in keywords.items() if n is None or n in changed or n not in code.co_varnames]
