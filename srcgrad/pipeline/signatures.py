"""The parameters of the function to differentiate: binding a call as the function would, and finding arguments by name."""

from __future__ import annotations

import inspect
import os
import re
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..emit import load

Argnums = int | str | Sequence[int | str]
Which = tuple[int | str, ...]
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass
class Parameters:
    """How a function is called: its signature, its parameters' names in order, and a function that binds arguments to them.

    `plain` is the number of arguments of a call that needs no binding: all parameters are given by position. It is -1 where there
    is no such call.
    """

    signature: inspect.Signature
    names: tuple[str, ...]
    bind: Callable[..., tuple[Any, ...]]
    plain: int

    @staticmethod
    def of(function: Callable[..., Any]) -> Parameters:
        signature = signature_of(function)
        parameters = list(signature.parameters.values())
        qualified = name_of(function, qualified=True)
        plain = len(parameters) if all(p.kind in _POSITIONAL for p in parameters) else -1
        method = isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType)
        if method and "self" not in signature.parameters:
            # Python counts the instance among the arguments in what it says about a wrong call
            own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
            if parameters and parameters[0].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
                own = own.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
            whole = load.binder(signature.replace(parameters=[own, *parameters]), qualified)

            def bind(*args: Any, **keywords: Any) -> tuple[Any, ...]:
                return whole(None, *args, **keywords)[1:]
        else:
            bind = load.binder(signature, qualified)
        return Parameters(signature, tuple(signature.parameters), bind, plain)


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The signature by which the function itself is called; wrappers are not looked through."""
    if hasattr(function, "__srcgrad_signature__"):  # a gradient is called as its function is
        return function.__srcgrad_signature__
    if isinstance(function, np.ufunc):
        from .. import rules

        rule = rules.lookup(function)
        if rule is not None and rule.is_elementwise:
            return inspect.Signature([inspect.Parameter(p.name, p.kind, default=p.default) for p in rule.parameters])
    try:
        if type(function).__name__ != "ufunc":  # the options of those are no arguments
            return inspect.signature(function, follow_wrapped=False)
    except (ValueError, TypeError):
        pass
    from .. import rules

    rule = rules.lookup(function)
    if rule is None:
        return inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])
    return inspect.Signature([inspect.Parameter(p.name, p.kind, default=p.default) for p in rule.parameters])


def name_of(function: Any, qualified: bool = False) -> str:
    """What messages call a function.

    >>> name_of(max)
    'max'
    """
    wish = getattr(function, "__qualname__", None) if qualified else None
    name = wish or getattr(function, "__name__", None)
    if name is None and hasattr(function, "func"):  # functools.partial
        return name_of(function.func, qualified)
    return str(name or type(function).__name__)


def file_of(function: Any) -> str:
    """The file of a function's source, or an empty text."""
    while not hasattr(function, "__code__"):
        inner = (
            getattr(function, "__func__", None)
            or getattr(function, "func", None)
            or getattr(function, "__wrapped__", None)
        )
        if inner is None:
            call = type(function).__call__ if callable(function) else None
            inner = call if isinstance(call, types.FunctionType) else None
        if inner is None:
            return ""
        function = inner
    return function.__code__.co_filename


def shown_file(filename: str) -> str:
    """A file as a program may name it: without folders, and without the numbers that a notebook gives its cells."""
    if re.search(r"ipykernel_\d+|ipython-input", filename):
        return "a notebook cell"
    return os.path.basename(filename) if not filename.startswith("<") else filename


def which(function: Callable[..., Any], argnums: Argnums) -> Which:
    """The arguments to differentiate: names of parameters; a position where `*args` takes it, a key where `**kwargs` may.

    Raises `ArgumentError` for what the function cannot be given, and for one argument named twice.
    """
    many = isinstance(argnums, (tuple, list))
    wanted = tuple(argnums) if many else (argnums,)  # type: ignore[arg-type]
    if not wanted:
        raise ArgumentError(
            f"grad of {name_of(function)}: argnums is empty; name at least one argument to differentiate"
        )
    signature = signature_of(function)
    found = tuple(_parameter(function, signature, one) for one in wanted)
    for i, one in enumerate(found):
        if one in found[:i]:
            raise ArgumentError(f"grad of {name_of(function)}: argnums={argnums!r} names the argument {one!r} twice")
    return found


def _parameter(function: Any, signature: inspect.Signature, one: Any) -> int | str:
    parameters = signature.parameters.values()
    positional = [p.name for p in parameters if p.kind in _POSITIONAL]
    extra = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    name = name_of(function)
    listed = ", ".join(signature.parameters) or "none"
    if isinstance(one, str):
        if one in signature.parameters:
            kind = signature.parameters[one].kind
            if kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
                how = "position" if kind is inspect.Parameter.VAR_POSITIONAL else "name"
                raise ArgumentError(
                    f"grad of {name}: {one!r} stands for any number of arguments; name one of them by its {how}"
                )
            return one
        if any(p.kind is p.VAR_KEYWORD for p in parameters) or extra is not None and one in _looked_through(function):
            return one
        raise ArgumentError(f"grad of {name}: there is no parameter {one!r}; the parameters are {listed}")
    if isinstance(one, bool) or not hasattr(type(one), "__index__"):
        what = f"argnums is a position, a name, or a tuple of those; not {one!r}"
        raise ArgumentError(f"grad of {name}: {what}")
    number = one.__index__()
    position = number + len(positional) if number < 0 else number
    if 0 <= position < len(positional):
        return positional[position]
    if extra is not None and number >= 0:
        return position
    count = len(positional)
    plural = "parameter" if count == 1 else "parameters"
    raise ArgumentError(
        f"grad of {name}: argnums={number} is out of range; it has {count} positional {plural} ({listed})"
    )


def _looked_through(function: Any) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        return []


def given(function: Any, values: Sequence[Any], signature: inspect.Signature, one: int | str) -> tuple[int | str, Any]:
    """An argument to differentiate in a bound call: where the call gives it, and its value.

    A wrapper that takes `*args` and `**kwargs` may be given an argument by position or by name.
    """
    bound = dict(zip(signature.parameters, values, strict=True))
    if one in bound:
        return one, bound[one]  # type: ignore[index]
    kinds = {p.kind: p.name for p in signature.parameters.values()}
    named = bound.get(kinds.get(inspect.Parameter.VAR_KEYWORD, ""), {})
    if one in named:
        return one, named[one]
    extra = bound.get(kinds.get(inspect.Parameter.VAR_POSITIONAL, ""), ())
    first = sum(p.kind in _POSITIONAL for p in signature.parameters.values())
    if isinstance(one, str):
        outer = _looked_through(function)
        place = outer.index(one) if one in outer else -1
    else:
        place = one
    if 0 <= place - first < len(extra):
        return place, extra[place - first]
    raise ArgumentError(
        f"grad of {name_of(function)}: argnums names {one!r}, and the call does not give that argument"
        if isinstance(one, str)
        else f"grad of {name_of(function)}: argnums={one} is out of range: the call gives {first + len(extra)} arguments"
    )
