"""From a function to the same function with its operations made through a tape.

Comes in: a Python function. Goes out: a function of the same arguments, closure cells and globals, in which every operation that may
make a number, take one out of an array or put one in goes through the `tape` in its closure; everything else is the user's own Python
with the user's own line numbers.
"""

from __future__ import annotations

import ast
import sys
import threading
import types
from typing import Any

import gast

from ..core import identity
from ..core.errors import Refused
from ..frontend import source
from . import nested, rewriting

WRAPPER = "recorded_"
known: identity.ByIdentity[Transformed] = identity.ByIdentity()  # by the code of the function
writing = threading.RLock()


class Transformed:
    """The code of one function in its recorded form, its text, the name that the tape has in it, and the outside names that are modules."""

    def __init__(self, code: types.CodeType, text: str, tape: str, modules: frozenset[str]):
        self.code, self.text, self.tape, self.modules = code, text, tape, modules

    def fits(self, function: types.FunctionType) -> bool:
        """Whether the outside names that were modules still are."""
        for name in self.modules:
            if not isinstance(function.__globals__.get(name), types.ModuleType):
                return False
        return True

    def bind(self, function: types.FunctionType, tape: Any) -> types.FunctionType:
        """The recorded form of `function`, with the same cells, globals and defaults."""
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        cells[self.tape] = types.CellType(tape)
        closure = tuple(cells[name] for name in self.code.co_freevars)
        made = types.FunctionType(self.code, function.__globals__, function.__name__, function.__defaults__, closure)
        made.__kwdefaults__ = function.__kwdefaults__
        made.__qualname__ = function.__qualname__
        made.__dict__.update(function.__dict__)
        return made


class Bound:
    """A function and its recorded form, bound to a tape."""

    def __init__(self, function: types.FunctionType, found: Transformed, tape: Any):
        self.function, self.found, self.code = function, found, function.__code__
        self.made = found.bind(function, tape)

    def serves(self) -> bool:
        """Whether the function is what it was when it was bound."""
        function, made = self.function, self.made
        same = function.__code__ is self.code and made.__defaults__ is function.__defaults__
        return same and made.__kwdefaults__ is function.__kwdefaults__ and self.found.fits(function)


def transform(function: types.FunctionType) -> Transformed:
    """The recorded form of a function. `Refused` for what no recording can follow, `SourceNotFound` without a text."""
    with writing:
        found = known.get(function.__code__)
        if found is None or not found.fits(function):
            found = known[function.__code__] = _transform(function)
        return found


def _transform(function: types.FunctionType) -> Transformed:
    found = source.find(function)
    tree = ast.fix_missing_locations(gast.gast_to_ast(found.tree))
    if isinstance(tree, ast.Module):
        tree = tree.body[0]
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {tree.name, *function.__code__.co_freevars}
    tape = "tape"
    while tape in used:
        tape += "_"
    work = rewriting.Rewriter(tape, found.filename, _class_of(function), function)
    refusals = work.check(tree)
    if refusals:
        raise Refused(refusals[:1] if isinstance(tree, ast.AsyncFunctionDef) else refusals)
    made = work.function(tree)
    made_name, made.name = made.name, tape + "_function"  # or a function that calls itself would find this one
    made.decorator_list = []
    made.args.defaults = [ast.Constant(None) for _ in made.args.defaults]
    made.args.kw_defaults = [ast.Constant(None) if d is not None else None for d in made.args.kw_defaults]
    text = ast.unparse(ast.fix_missing_locations(made)).replace(f"def {made.name}(", f"def {made_name}(", 1)
    free = [n for n in function.__code__.co_freevars if n != tape]
    # a function that calls itself by a global name shall find it there, and not in the wrapper
    globally = [] if made.name in free else [ast.Global([made.name])]
    outer = ast.FunctionDef(
        name=WRAPPER,
        args=ast.arguments(posonlyargs=[], args=[ast.arg(n) for n in [tape, *free]], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=[*globally, made], decorator_list=[],
    )  # fmt: skip
    if sys.version_info >= (3, 12):
        outer.type_params = []
    module = ast.fix_missing_locations(ast.Module([outer], []))
    code = compile(module, found.filename, "exec", flags=function.__code__.co_flags & source._FUTURE, dont_inherit=True)
    inner = _inner(_inner(code, WRAPPER), made.name)
    named = _named(inner, f"{WRAPPER}.<locals>.{made.name}", function.__qualname__).replace(
        co_name=function.__code__.co_name
    )
    nested.note_originals(named, function.__code__)
    return Transformed(named, text, tape, frozenset(work.modules))


def _named(code: types.CodeType, old: str, new: str) -> types.CodeType:
    """The code with qualified names, in it and in what it defines, that begin as the user's do."""

    def renamed(value: Any) -> Any:
        if isinstance(value, types.CodeType):
            return _named(value, old, new)
        return new + value.removeprefix(old) if isinstance(value, str) and value.startswith(old) else value

    fields: dict[str, Any] = {"co_consts": tuple(map(renamed, code.co_consts))}
    if hasattr(code, "co_qualname"):
        fields["co_qualname"] = renamed(code.co_qualname)
    return code.replace(**fields)


def _inner(code: types.CodeType, name: str) -> types.CodeType:
    return next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


def _class_of(function: types.FunctionType) -> str:
    """The class in whose body a function was written, for names that begin with two underscores."""
    parts = function.__qualname__.split(".")
    return parts[-2] if len(parts) > 1 and parts[-2] != "<locals>" else ""
