"""Functions that only a rule tells about, as functions with a source: one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..emit import load
from . import signatures


def with_source(function: Callable[..., Any], values: Sequence[Any] | None) -> Callable[..., Any]:
    """A Python function of the same parameters that calls a function with a rule (`np.sin`); any other callable as it is.

    It passes on what `values`, the bound arguments, give: parameters that have their defaults are left out, because rules cover
    calls as they are written. Without values it has no parameters that can be left out.

    >>> with_source(np.sin, None).__name__
    'sin'
    """
    if not _has_only_a_rule(function):
        return function
    parameters = list(signatures.signature_of(function).parameters.values())
    filled = [p.default for p in parameters] if values is None else values
    given = [p for p, value in zip(parameters, filled, strict=True) if value is not p.default or p.default is p.empty]
    name = getattr(function, "__name__", "function")
    name = name if name.isidentifier() else "function"
    public = getattr(np, name, None) is function
    called = f"np.{name}" if public else f"{name}_of_rule"
    taken = given if values is None else parameters
    bare = inspect.Signature([p.replace(default=p.empty, annotation=p.empty) for p in taken])
    arguments = ", ".join(_passed(p, i == parameters.index(p)) for i, p in enumerate(given))
    text = f"def {name}{bare}:\n    return {called}({arguments})\n"
    return load.load(text, name, {"np": np} if public else {called: function})


def defaults_of(function: Callable[..., Any]) -> tuple[Any, ...] | None:
    """The defaults of the parameters of a function that only a rule tells about, which `with_source` compares with; None for others."""
    if not _has_only_a_rule(function):
        return None
    return tuple(p.default for p in signatures.signature_of(function).parameters.values())


def _has_only_a_rule(function: Callable[..., Any]) -> bool:
    from .. import rules

    return not hasattr(function, "__srcgrad_specialise__") and rules.lookup(function) is not None


def _passed(parameter: inspect.Parameter, in_place: bool) -> str:
    """How a parameter is passed on; by name where others before it are left out."""
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{parameter.name}"
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{parameter.name}"
    by_name = (
        parameter.kind is parameter.KEYWORD_ONLY or not in_place and parameter.kind is not parameter.POSITIONAL_ONLY
    )
    return f"{parameter.name}={parameter.name}" if by_name else parameter.name
