"""Which of its parameters a Python function may change in place, judged from its text."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType

import gast
import numpy as np

from .. import rules
from ..core import build, names
from ..frontend import signature, source

MUTATORS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "fill", "update", "setdefault", "popitem",
                      "add", "discard", "appendleft", "popleft", "extendleft", "rotate", "itemset", "put", "resize", "partition"})  # fmt: skip


Estimates = dict[CodeType, frozenset[str]]  # what each function changes, as far as it is known
_settled: weakref.WeakKeyDictionary[CodeType, frozenset[str]] = weakref.WeakKeyDictionary()


def changed_parameters(function: FunctionType) -> frozenset[str]:
    """The names of the parameters whose content the function, or one that it calls, may change.

    Functions that call each other are gone through until nothing is added.
    """
    if function.__code__ not in _settled:
        estimates: Estimates = {}
        before: Estimates | None = None
        while estimates != before:
            before = dict(estimates)
            _estimate(function, estimates, set())
        _settled.update(estimates)
    return _settled[function.__code__]


def _estimate(function: FunctionType, estimates: Estimates, visited: set[CodeType]) -> frozenset[str]:
    code = function.__code__
    if code in _settled:
        return _settled[code]
    if code not in visited:
        visited.add(code)
        found = _find(function, lambda callee: _estimate(callee, estimates, visited))
        estimates[code] = estimates.get(code, frozenset()) | found
    return estimates.get(code, frozenset())


def _find(function: FunctionType, changed_by: Callable[[FunctionType], frozenset[str]]) -> frozenset[str]:
    try:
        tree = source.find(function).tree
    except Exception:
        return frozenset(function.__code__.co_varnames)  # nothing is known: it may change all
    parameters = [a.id for a in names.parameters_of(tree.args)]
    origin = {p: {p} for p in parameters}  # name -> parameters that it may be (a part of)
    statements = [n for s in tree.body for n in build.walk(s)]
    for _ in range(4):
        for item in statements:
            if isinstance(item, gast.Assign):
                read = set() if _is_new(item.value, function) else names.reads(item.value)
                sources = {o for n in read for o in origin.get(n, ())}
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


def _roots_changed(item: build.Node) -> set[str]:
    """Names whose content a node changes: stores, `op=`, methods that change."""
    if isinstance(item, (gast.Subscript, gast.Attribute)) and not isinstance(item.ctx, gast.Load):
        return {names.root(item)}
    if isinstance(item, gast.AugAssign):
        return {names.root(item.target)}
    if isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute) and item.func.attr in MUTATORS:
        return {names.root(item.func.value)}
    if isinstance(item, gast.Call) and (
        isinstance(item.func, gast.Attribute)
        and item.func.attr in ("at", "copyto", "fill_diagonal", "putmask", "place")
    ):
        return names.reads(item.args[0]) if item.args else set()
    if isinstance(item, gast.keyword) and item.arg == "out":
        return names.reads(item.value)
    return set()


NEW = frozenset("zeros ones empty full zeros_like ones_like empty_like full_like".split())


def _is_new(value: build.Node, function: FunctionType) -> bool:
    """Whether a value is an array that NumPy has just made, whatever the arguments."""
    if not isinstance(value, gast.Call) or not isinstance(value.func, gast.Attribute) or value.func.attr not in NEW:
        return False
    owner = value.func.value
    getter = signature.free_names(function).get(owner.id) if isinstance(owner, gast.Name) else None
    try:
        return getter is not None and getter() is np
    except NameError:
        return False


def _passed_on(
    call: build.Node, function: FunctionType, changed_by: Callable[[FunctionType], frozenset[str]]
) -> set[str]:
    """Names that a call hands to a Python function which may change them."""
    if not isinstance(call.func, gast.Name):
        return set()
    getter = signature.free_names(function).get(call.func.id)
    try:
        callee = getter() if getter is not None else None
    except NameError:
        callee = None
    if not isinstance(callee, FunctionType) or rules.lookup(callee) or rules.is_nondifferentiable(callee):
        return set()  # what has a rule changes nothing
    keywords = {k.arg: k.value for k in call.keywords}
    changed = _arguments_for(callee, changed_by(callee), call.args, keywords)
    return {n for a in changed for n in names.reads(a)}


def arguments_changed(
    function: FunctionType, args: list[build.Node], keywords: Mapping[str | None, build.Node]
) -> list[build.Node]:
    """The arguments of a call whose content the function may change."""
    return _arguments_for(function, changed_parameters(function), args, keywords)


def _arguments_for(
    function: FunctionType, changed: frozenset[str], args: list[build.Node], keywords: Mapping[str | None, build.Node]
) -> list[build.Node]:
    if not changed:
        return []
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    found = [a for i, a in enumerate(args) if i >= len(positional) or positional[i] in changed]
    return found + [v for n, v in keywords.items() if n is None or n in changed or n not in code.co_varnames]
