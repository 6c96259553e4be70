"""Which of its parameters a Python function may change in place, judged from its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import gast
import numpy as np

from ..core import build, names
from ..frontend import signature, source
from . import fresh, mutation

DISPLAYS = (gast.List, gast.ListComp, gast.Dict, gast.DictComp, gast.Set, gast.SetComp)


@dataclass(frozen=True)
class Changed:
    """The parameters whose content a function may change; and those that it calls, each with the parameters that the call may change.

    What a call of a parameter changes depends on the function that is handed over. `p[]` among the names is an item of `p`, which is changed
    only where `p` is a container: `a * 2` and `a + b` hold the items of lists, and are new values for arrays.
    """

    names: frozenset[str] = frozenset()
    through: frozenset[tuple[str, frozenset[str]]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.names or self.through)

    def __or__(self, other: Changed) -> Changed:
        return Changed(self.names | other.names, self.through | other.through)


ITEM = "[]"

# what each function changes, as far as it is known; by the function, as two of equal code may call different ones
Estimates = dict[FunctionType, Changed]


def changed_parameters(function: FunctionType, settled: Estimates | None = None) -> Changed:
    """The parameters whose content the function, or one that it calls, may change.

    Functions that call each other are gone through until nothing is added. `settled` keeps what was found, for as long as the names of
    the functions mean what they mean now.
    """
    settled = settled if settled is not None else {}
    if function not in settled:
        estimates: Estimates = {}
        before: Estimates | None = None
        while estimates != before:
            before = dict(estimates)
            work = _Round(estimates, settled)
            work.of(function)
            if not work.is_circular:
                break
        settled.update(estimates)
    return settled[function]


def may_change(function: FunctionType, settled: Estimates | None = None) -> bool:
    """Whether a function may change any of its parameters, whatever it is called with."""
    return bool(changed_parameters(function, settled))


def arguments_changed(
    function: FunctionType,
    args: list[build.Node],
    keywords: Mapping[str, build.Node],
    settled: Estimates | None,
    known: mutation.Known,
) -> list[build.Node]:
    """The arguments of a call whose content the function may change; `known` tells of the functions among them."""
    return _arguments_for(function, changed_parameters(function, settled), args, keywords, known)


class _Round:
    """One round through a function and those that it calls; another one finds more only where they are `circular`."""

    def __init__(self, estimates: Estimates, settled: Estimates):
        self.estimates, self.settled = estimates, settled
        self.visited: set[FunctionType] = set()
        self.running: set[FunctionType] = set()  # those in whose texts others are asked for now
        self.is_circular = False

    def of(self, function: FunctionType) -> Changed:
        if function in self.settled:
            return self.settled[function]
        if function in self.running:
            self.is_circular = True
        elif function not in self.visited:
            self.visited.add(function)
            self.running.add(function)
            found = _Text(function, self.of).changed()
            self.running.remove(function)
            self.estimates[function] = self.estimates.get(function, Changed()) | found
        return self.estimates.get(function, Changed())


def _arguments_for(
    function: FunctionType,
    changed: Changed,
    args: list[build.Node],
    keywords: Mapping[str, build.Node],
    known: mutation.Known,
) -> list[build.Node]:
    if not changed:
        return []
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    starred = next((i for i, a in enumerate(args) if isinstance(a, gast.Starred)), len(args))
    given = dict(zip(positional, args[:starred], strict=False)) | dict(keywords)
    parameters = set(changed.names)
    for called, others in changed.through:
        handed = given.get(called)
        if handed is None or mutation.may_change(handed, known):
            parameters |= others
    if not parameters:
        return []
    items = {p.removesuffix(ITEM) for p in parameters if p.endswith(ITEM)}
    parameters |= {p for p in items if p not in given or known.may_have_items(given[p])}
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = [a for i, a in enumerate(args) if i >= min(len(positional), starred) or positional[i] in parameters]
    return found + [v for n, v in keywords.items() if n in parameters or n not in named]


@dataclass(frozen=True)
class _Binding:
    """A name, and the names whose memory or items its new value may share.

    With `held` the value is put into what the name means, which stays the same object. `copied` is the name whose very value it is. With
    `joined` the value is new, and of lists it has the items.
    """

    name: str
    sources: set[str]
    held: bool = False
    copied: str = ""
    joined: bool = False


class _Text:
    """The text of a function, and what it says of the parameters."""

    def __init__(self, function: FunctionType, changed_by: Callable[[FunctionType], Changed]):
        self.function = function
        self.changed_by = changed_by
        self.own: set[str] = set()  # names of nested functions, and of nothing else
        self.origin: dict[str, set[str]] = {}  # name -> parameters that it may be (a part of), or hold
        self.itself: dict[str, set[str]] = {}  # name -> parameters that it may be (a part of)

    # ---- what `mutation` asks ---------------------------------------------------------------------------------------------------

    def resolve(self, node: build.Node) -> Any:
        return _resolved(node, self.function)

    def is_own(self, name: str) -> bool:
        return name in self.own

    def changed_arguments(self, function: FunctionType, call: build.Node) -> list[build.Node]:
        keywords = {k.arg or "**": k.value for k in call.keywords}
        changed = self.changed_by(function)
        for called, others in changed.through:  # a function that is handed on
            handed = _argument(function, called, call)
            if isinstance(handed, gast.Name) and handed.id in self.origin and self.resolve(handed) is None:
                parts = _arguments_for(function, Changed(others), call.args, keywords, self)
                self.through.add((handed.id, frozenset(self.origins(parts))))
                changed = Changed(changed.names, changed.through - {(called, others)})
        return _arguments_for(function, changed, call.args, keywords, self)

    def may_change(self, function: FunctionType) -> bool:
        return bool(self.changed_by(function))

    def may_have_items(self, node: build.Node) -> bool:
        return True  # kinds are not known here

    # ---- the whole --------------------------------------------------------------------------------------------------------------

    def changed(self) -> Changed:
        try:
            tree = source.look(self.function).tree
        except Exception:
            return Changed(frozenset(self.function.__code__.co_varnames))  # nothing is known: it may change all
        parameters = [a.id for a in names.parameters_of(tree.args)]
        self.origin = {p: {p} for p in parameters}
        statements = [n for s in tree.body for n in build.walk(s)]
        self.find_nested(statements, set(parameters))
        bindings = [binding for item in statements for binding in self.bindings(item)]
        arrays = {b.name for b in bindings if b.held and self.is_new_array(b.name, statements)}
        self.follow([b for b in bindings if not (b.held and b.name in arrays)])  # arrays hold numbers alone
        self.through: set[tuple[str, frozenset[str]]] = set()
        changed: set[str] = set()
        for item in statements:
            if isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
                changed |= self.itself.get(item.target.id, set())  # what a list holds stays as it is
            elif isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.value, gast.Name):
                if not isinstance(
                    item.ctx, gast.Load
                ):  # another item, another attribute: what was there stays as it is
                    changed |= self.itself.get(item.value.id, set())
            else:
                changed |= self.of(_roots_changed(item))
            if isinstance(item, gast.Call):
                if (
                    isinstance(item.func, gast.Name)
                    and item.func.id in parameters
                    and self.origin[item.func.id] == {item.func.id}
                ):
                    given = [*item.args, *(k.value for k in item.keywords)]
                    self.through.add((item.func.id, frozenset(self.origins(given))))
                elif self.changes_own_container(item, statements):
                    changed |= self.itself.get(item.func.value.id, set())  # what it holds stays as it is
                else:
                    changed |= self.origins(mutation.changed(item, self))
        return Changed(frozenset(changed), frozenset(self.through))

    def changes_own_container(self, call: build.Node, statements: list[build.Node]) -> bool:
        """Whether a call is a method of a list, dict or set that the function makes: it may change that, and nothing in it."""
        function = call.func
        if not isinstance(function, gast.Attribute) or not isinstance(function.value, gast.Name):
            return False
        bound = [n for s in statements if isinstance(s, gast.stmt) for n in _bound_values(s, function.value.id)]
        return bool(bound) and all(isinstance(value, DISPLAYS) for value in bound)

    def is_new_array(self, name: str, statements: list[build.Node]) -> bool:
        """Whether a name means nothing but arrays that the function makes by functions of NumPy."""
        bound = [n for s in statements if isinstance(s, gast.stmt) for n in _bound_values(s, name)]
        return bool(bound) and name not in self.origin and all(self.makes_array(value) for value in bound)

    def makes_array(self, value: build.Node | None) -> bool:
        if not isinstance(value, gast.Call) or any(k.arg == "dtype" for k in value.keywords):
            return False
        called = _resolved(value.func, self.function)
        name = fresh.numpys_name(called) if called is not None else ""
        return bool(name) and fresh.is_fresh(value, called, name)

    def follow(self, bindings: list[_Binding]) -> None:
        """Where the value of each name may come from, until nothing is added."""
        self.itself = {name: set(found) for name, found in self.origin.items()}
        size = -1
        while size != (size := sum(map(len, [*self.origin.values(), *self.itself.values()]))):
            for one in bindings:
                found = self.of(one.sources)
                if one.joined:
                    found = {o if o.endswith(ITEM) else o + ITEM for o in found}
                self.origin.setdefault(one.name, set()).update(found)
                if not one.held:
                    same = self.itself.get(one.copied, set()) if one.copied else found
                    self.itself.setdefault(one.name, set()).update(same)

    def of(self, found: Iterable[str]) -> set[str]:
        return {o for n in found for o in self.origin.get(n, ())}

    def origins(self, nodes: list[build.Node]) -> set[str]:
        return {o for node in nodes for o in self.of(names.reads(node))}

    def find_nested(self, statements: list[build.Node], parameters: set[str]) -> None:
        """A nested function may be called with anything."""
        bound = set(parameters)
        for item in statements:
            if isinstance(item, (gast.FunctionDef, gast.Lambda)):
                for parameter in names.parameters_of(item.args):
                    self.origin.setdefault(parameter.id, set()).update(parameters)
                    bound.add(parameter.id)
            if isinstance(item, gast.FunctionDef):
                self.own.add(item.name)
            elif isinstance(item, gast.Assign) and isinstance(item.value, gast.Lambda):
                self.own |= {t.id for t in item.targets if isinstance(t, gast.Name)}
            elif isinstance(item, gast.stmt) and not isinstance(
                item, (gast.For, gast.While, gast.If, gast.With, gast.Try)
            ):
                bound |= names.writes(item)
        self.own -= bound

    def bindings(self, item: build.Node) -> Iterator[_Binding]:
        """The names that a node binds or puts something into."""
        if isinstance(item, gast.Assign):
            pairs = [(target, item.value) for target in item.targets]
        elif isinstance(item, (gast.AnnAssign, gast.NamedExpr, gast.AugAssign)):
            pairs = [(item.target, item.value)] if item.value is not None else []
        elif isinstance(item, (gast.For, gast.comprehension)):
            pairs = [(item.target, item.iter)]
        elif isinstance(item, gast.withitem):
            pairs = [(item.optional_vars, item.context_expr)] if item.optional_vars is not None else []
        elif isinstance(item, gast.Match):
            bound = {n for case in item.cases for n in _captured(case.pattern)}
            yield from (_Binding(name, names.reads(item.subject)) for name in sorted(bound))
            return
        elif (
            isinstance(item, gast.Call)
            and isinstance(item.func, gast.Attribute)
            and item.func.attr in mutation.MUTATORS
        ):
            sources = {n for a in item.args for n in _shared(a, self.function)}
            yield from (_Binding(owner, sources, held=True) for owner in sorted(names.owners(item.func.value)))
            return
        else:
            return
        for target, value in pairs:
            iterates = isinstance(item, (gast.For, gast.comprehension, gast.withitem))
            sources = names.reads(value) if iterates else _shared(value, self.function)
            held = isinstance(item, gast.AugAssign)  # a list takes over the items; what else is added is a new value
            alone = isinstance(target, gast.Name) and isinstance(value, gast.Name) and not iterates
            joined = not iterates and isinstance(value, gast.BinOp)
            for name in sorted(names.writes(target)):
                yield _Binding(name, sources, held, value.id if alone else "", joined)
            for name in sorted({n for part in _places(target) for n in names.owners(part)}):
                yield _Binding(name, sources, held=True, joined=joined)


def _bound_values(s: build.Node, name: str) -> list[build.Node | None]:
    """The values that a statement by itself binds a name to; None where that is not shown."""
    if isinstance(s, gast.Assign) and any(isinstance(t, gast.Name) and t.id == name for t in s.targets):
        return [s.value]
    if isinstance(s, (gast.If, gast.While)):
        return []  # the statements inside are asked on their own
    return [None] if name in names.writes(s.target if isinstance(s, gast.For) else s) else []


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
        return getattr(owner, node.attr, None) if isinstance(owner, (ModuleType, np.ufunc, type)) else None
    return None


def _roots_changed(item: build.Node) -> set[str]:
    """Names whose content a statement changes: stores, `op=`."""
    if isinstance(item, (gast.Subscript, gast.Attribute)) and not isinstance(item.ctx, gast.Load):
        return names.owners(item)
    if isinstance(item, gast.AugAssign):
        return names.owners(item.target)
    return set()


def _places(target: build.Node) -> list[build.Node]:
    """The places that a target stores into."""
    return [
        n
        for n in build.walk(target)
        if isinstance(n, (gast.Subscript, gast.Attribute)) and not isinstance(n.ctx, gast.Load)
    ]


def _captured(pattern: build.Node) -> set[str]:
    """Names that a pattern of a `match` binds."""
    return {
        name for n in build.walk(pattern) for key in ("name", "rest") if isinstance(name := getattr(n, key, None), str)
    }


def _argument(function: FunctionType, parameter: str, call: build.Node) -> build.Node | None:
    """What a call gives to a parameter, if that can be seen."""
    found = next((k.value for k in call.keywords if k.arg == parameter), None)
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    if found is None and parameter in positional and not any(isinstance(a, gast.Starred) for a in call.args):
        found = next(iter(call.args[positional.index(parameter) :][:1]), None)
    return found
