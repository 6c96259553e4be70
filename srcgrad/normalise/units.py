"""The unit of a function: its text as a tree, its parameters, the outside names it reads, and what they mean now.

Goes in: a function. Comes out: a unit whose body is as the user wrote it, without the docstring.
"""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Container
from types import FunctionType
from typing import Any

import gast
import numpy as np
import srcgrad_runtime

from ..core import build, names
from ..core.errors import Place, Refusal, Refused
from ..core.unit import MISSING, Free, Text, Unit, is_static
from ..frontend import signature, source
from . import imports, scopes

MODULES = {"np": np, "rt": srcgrad_runtime, "math": math}  # what emitted programs import
EMITTED_BUILTINS = (
    "len",
    "range",
    "list",
    "min",
    "reversed",
    "slice",
)  # in statements that the function need not have itself


def unit_of(function: FunctionType, look: bool = False) -> Unit:
    """The unit of a function: parameters, body without docstring, outside names; not yet normalised.

    With `look` the body is shared by all who only look at it.
    """
    found = source.look(function) if look else source.find(function)
    tree = found.tree
    if isinstance(tree, gast.AsyncFunctionDef):
        place = Place(found.filename, tree.lineno, tree.col_offset, tree.end_col_offset or 0)
        why, instead = "a gradient runs straight through", "write an ordinary function"
        raise Refused([Refusal(f"cannot differentiate the coroutine '{tree.name}'", place, why, instead)])
    arguments = tree.args
    parameters = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    body = [s for s in tree.body if not is_docstring(s)]
    if found.filename.startswith("<srcgrad "):
        body = _without_deletions(body)
    imported: dict[str, signature.Getter] = {}
    if not look:
        body, imported = imports.looked_up(body, [*parameters, *(a.id for a in arguments.kwonlyargs)])
    text = text_of(source.look(function).tree)
    unit = Unit(
        name=tree.name,
        function=function,
        filename=found.filename,
        parameters=parameters + [a.id for a in arguments.kwonlyargs],
        defaults=defaults_of(function),
        body=body,
        fresh=names.Fresh(set()),
        text=text,
        vararg=arguments.vararg.id if arguments.vararg else "",
        kwarg=arguments.kwarg.id if arguments.kwarg else "",
        keyword_only=tuple(a.id for a in arguments.kwonlyargs),
    )
    for name, getter in {**signature.free_names(function), **imported}.items():
        value = value_of(getter)
        unit.free[name] = Free(function, name, value, getter)
        if is_static(value):
            unit.guards.append((getter, value))
    for name in EMITTED_BUILTINS:
        if name not in text.bound:
            unit.free.setdefault(name, Free(function, name, getattr(builtins, name), None))
    taken = {*unit.parameters, *unit.free, *text.mentioned, *MODULES, unit.vararg, unit.kwarg}
    unit.fresh = names.Fresh(taken)
    if not look and not text.syntax.isdisjoint(scopes.COMPREHENSIONS):
        mine = {n for s in body for n in names.reads(s) | names.writes(s)} | set(unit.parameters) | set(unit.free)
        unit.body = scopes.own_variables(body, mine, unit.fresh)
    return unit


def _without_deletions(body: list[build.Node]) -> list[build.Node]:
    """The statements of an emitted program without those that only let memory go."""

    def is_deletion(s: build.Node) -> bool:
        return isinstance(s, gast.Delete) and all(isinstance(target, gast.Name) for target in s.targets)

    found = []
    for s in body:
        if isinstance(s, (gast.If, gast.For, gast.While)):
            s = build.changed(s, body=_without_deletions(s.body), orelse=_without_deletions(s.orelse))
        if not is_deletion(s):
            found.append(s)
    return found


def bound_names(unit: Unit) -> tuple[set[str], set[str]]:
    """The names that a unit binds, as it is now, and those that functions in it declare nonlocal."""
    bound = set(unit.parameters) | {n for n in (unit.vararg, unit.kwarg) if n}
    declared, nonlocals = set[str](), set[str]()
    bound |= names.written(unit.body)
    for statement in unit.body if not unit.text.syntax.isdisjoint((gast.Global, gast.Nonlocal)) else ():
        for node in build.walk(statement):
            kind = type(node)
            if kind is gast.Global:
                declared.update(node.names)
            elif kind is gast.Nonlocal:
                nonlocals.update(node.names)
    return bound - declared, nonlocals


def runtime(unit: Unit, name: str, bound: Container[str]) -> build.Node:
    """Something of the runtime, which the function itself does not name; `bound` are the names that the function binds."""
    mine = next((n for n, f in unit.free.items() if f.value is srcgrad_runtime and n not in bound), None)
    if mine is None:
        mine = "rt" if "rt" not in bound and "rt" not in unit.free else unit.fresh("rt")
        unit.free[mine] = Free(unit.function, mine, srcgrad_runtime, None)
    return build.attribute(build.name(mine), name)


@functools.lru_cache(maxsize=256)
def text_of(tree: build.Node) -> Text:
    """What there is in the text of a function."""
    nodes = [node for statement in tree.body for node in build.walk(statement)]
    syntax = frozenset(map(type, nodes))
    mentioned = {node.id for node in nodes if type(node) is gast.Name}
    if syntax & names.BINDING <= {gast.AugAssign}:  # names stand in nodes of their own, and are those of this function
        writes = {node.id for node in nodes if type(node) is gast.Name and type(node.ctx) is not gast.Load}
    else:
        reads, writes = names.of_all(tree.body)
        mentioned |= reads | writes
    bound = writes | {a.id for a in names.parameters_of(tree.args)}
    if gast.Global in syntax:
        bound -= {name for node in nodes if type(node) is gast.Global for name in node.names}
    return Text(frozenset(bound), frozenset(mentioned), syntax)


def defaults_of(function: FunctionType) -> dict[str, Any]:
    """The defaults of the parameters that have one, in the order of the parameters."""
    code, defaults = function.__code__, function.__defaults__ or ()
    positional = code.co_varnames[: code.co_argcount]
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    own = function.__kwdefaults__ or {}
    found = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True))
    return found | {name: own[name] for name in named if name in own}


def value_of(getter: signature.Getter) -> Any:
    """What an outside name means now; MISSING while it is unbound."""
    try:
        return getter()
    except NameError:
        return MISSING


def is_docstring(node: build.Node) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant) and isinstance(node.value.value, str)
