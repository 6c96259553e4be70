"""The unit of a function: its text as a tree, its parameters, the outside names it reads, and what they mean now.

Goes in: a function. Comes out: a unit whose body is as the user wrote it, without the docstring.
"""

from __future__ import annotations

import builtins
import functools
import inspect
from types import FunctionType
from typing import Any

import gast

from ..core import build, names
from ..core.errors import Place, Refusal, Refused
from ..core.unit import MISSING, Free, Unit, is_static
from ..frontend import signature, source
from . import imports, scopes

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
    unit = Unit(
        name=tree.name,
        function=function,
        filename=found.filename,
        parameters=parameters + [a.id for a in arguments.kwonlyargs],
        defaults=defaults_of(function),
        body=body,
        fresh=names.Fresh(set()),
        vararg=arguments.vararg.id if arguments.vararg else "",
        kwarg=arguments.kwarg.id if arguments.kwarg else "",
        keyword_only=tuple(a.id for a in arguments.kwonlyargs),
    )
    for name, getter in {**signature.free_names(function), **imported}.items():
        value = value_of(getter)
        unit.free[name] = Free(function, name, value, getter)
        if is_static(value):
            unit.guards.append((getter, value))
    bound, mentioned, has_comprehensions = _names_of(source.look(function).tree)
    for name in EMITTED_BUILTINS:
        if name not in bound:
            unit.free.setdefault(name, Free(function, name, getattr(builtins, name), None))
    taken = {*unit.parameters, *unit.free, *mentioned, "np", "rt", "math", unit.vararg, unit.kwarg}
    unit.fresh = names.Fresh(taken)
    if has_comprehensions and not look:
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
    for statement in unit.body:
        bound |= names.writes(statement)
        for node in build.walk(statement):
            kind = type(node)
            if kind is gast.Global:
                declared.update(node.names)
            elif kind is gast.Nonlocal:
                nonlocals.update(node.names)
    return bound - declared, nonlocals


@functools.lru_cache(maxsize=256)
def _names_of(tree: build.Node) -> tuple[frozenset[str], frozenset[str], bool]:
    """The names that a function binds, its parameters among them, all that its body mentions, and whether it has comprehensions."""
    has_comprehensions = False
    arguments = names.parameters_of(tree.args)
    bound, declared, mentioned = {a.id for a in arguments}, set[str](), set[str]()
    for statement in tree.body:
        reads, writes = names.of(statement)
        bound |= writes
        mentioned |= reads | writes
        for node in build.walk(statement):
            if isinstance(node, gast.Name):
                mentioned.add(node.id)
            elif isinstance(node, gast.Global):
                declared.update(node.names)
            elif isinstance(node, scopes.COMPREHENSIONS):
                has_comprehensions = True
    return frozenset(bound - declared), frozenset(mentioned), has_comprehensions


def defaults_of(function: FunctionType) -> dict[str, Any]:
    return {
        p.name: p.default for p in inspect.signature(function, follow_wrapped=False).parameters.values()
        if p.default is not inspect.Parameter.empty
    }  # fmt: skip


def value_of(getter: signature.Getter) -> Any:
    """What an outside name means now; MISSING while it is unbound."""
    try:
        return getter()
    except NameError:
        return MISSING


def is_docstring(node: build.Node) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant) and isinstance(node.value.value, str)
