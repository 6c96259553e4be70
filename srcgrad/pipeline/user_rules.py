"""Rules that users declare: checked at once, so that a mistake shows where it was made, and written into the tables."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from .. import rules
from ..core import names
from ..core.errors import ArgumentError
from ..rules import declare
from . import signatures, specialise

_declared: set[int] = set()  # the structural rules that came from here, by identity of the rule
_names: dict[tuple[str, ...], str] = {}  # what the functions of rules are called in emitted programs


def elementwise(function: Callable[..., Any], partials: Sequence[str | None]) -> None:
    """Declare the partial derivatives of an elementwise function, or that they are all zero."""
    name = signatures.name_of(function)
    known = {"x"} if len(partials) == 1 else {f"x{i + 1}" for i in range(len(partials))}
    for partial in partials:
        if partial is None:
            continue
        if not isinstance(partial, str):
            raise ArgumentError(f"rule of {name}: a partial derivative is a text or None, not {partial!r}")
        try:
            tree = ast.parse(partial, mode="eval")
        except SyntaxError as error:
            raise ArgumentError(f"rule of {name}: {partial!r} is not a Python expression ({error.msg})") from None
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        strange = sorted(read - bound - known - {"y", "np", "rt", "math"})
        if strange:
            allowed = ", ".join([*sorted(known), "y", "np"])
            raise ArgumentError(f"rule of {name}: {partial!r} reads {', '.join(strange)}; a partial may read {allowed}")
    rules.lookup(function)  # reads tables that would otherwise be read later, and win
    if all(partial is None for partial in partials):
        declare.RULES.pop(function, None)
        declare.nondifferentiable(function)
    else:
        declare.NONDIFFERENTIABLE.pop(function, None)
        declare.elementwise(function, *partials)
    declare.REFUSED.pop(function, None)
    specialise.rules_changed()


def adjoint(function: Callable[..., Any], parameter: str, body: Callable[..., Any]) -> Callable[..., Any]:
    """Declare `body` as the adjoint of one parameter; returns it."""
    rule = _declared_rule(function, parameter, body, ("y", "y_bar"))
    rule.adjoints.pop(parameter, None)
    shim = _as_expression(body, declare.qualified_name(function), "adjoint", parameter)
    declare.adjoint(function, parameter)(shim)
    return _entered(function, body)


def tangent(function: Callable[..., Any], parameter: str, body: Callable[..., Any]) -> Callable[..., Any]:
    """Declare `body` as the tangent of the result for one parameter; returns it."""
    rule = _declared_rule(function, parameter, body, ("y", f"{parameter}_dot"))
    rule.tangents.pop(parameter, None)
    shim = _as_expression(body, declare.qualified_name(function), "tangent", parameter)
    declare.tangent(function, parameter)(shim)
    return _entered(function, body)


def of_all_arguments(function: Callable[..., Any], adjoint: Callable[..., Any], tangent: Callable[..., Any]) -> None:
    """Give a function `f(*args)` a rule of its own for all arguments together; it goes when the function goes.

    `adjoint(args, *, y, y_bar)` and `tangent(args, args_dot, *, y)`, of which each takes what it needs.
    """
    rule = declare.Rule(function, signatures.name_of(function), cases=_no_cases, order2="not tested")
    for table, body in ((rule.adjoints, adjoint), (rule.tangents, tangent)):
        table["args"] = [declare.Adjoint("args", _as_expression(body))]
    function.__srcgrad_rule__ = rule  # type: ignore[attr-defined]


def _declared_rule(
    function: Callable[..., Any], parameter: str, body: Callable[..., Any], more: tuple[str, ...]
) -> declare.Rule:
    """The rule that the user gives the function, begun now if there is none; one from the tables makes way.

    Nothing is changed where the function has no such parameter, or where `body` takes anything but parameters and `more`.
    """
    name = signatures.name_of(function)
    rules.lookup(function)
    rule = declare.RULES.get(function)
    try:
        names = list(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        raise ArgumentError(
            f"rule of {name}: its parameters are not known to Python; wrap it in a function with a def"
        ) from None
    if parameter not in names:
        raise ArgumentError(
            f"rule of {name}: there is no parameter {parameter!r}; the parameters are {', '.join(names)}"
        )
    strange = [n for n in inspect.signature(body).parameters if n not in (*names, *more)]
    if strange:
        allowed = ", ".join([*names, *more])
        raise ArgumentError(
            f"rule of {name}: {signatures.name_of(body)} takes {', '.join(strange)}; it may take {allowed}"
        )
    if rule is None or id(rule) not in _declared:
        declare.RULES.pop(function, None)
        declare.structural(function, cases=_no_cases, order2="not tested")
        rule = declare.RULES[function]
        _declared.add(id(rule))
    return rule


def _entered(function: Any, body: Callable[..., Any]) -> Callable[..., Any]:
    declare.NONDIFFERENTIABLE.pop(function, None)
    declare.REFUSED.pop(function, None)
    specialise.rules_changed()
    return body


def _as_expression(body: Callable[..., Any], *where: str) -> Callable[..., Any]:
    """The rule in the form of the tables, a single `return`: a call of the user's function, whatever that does.

    `where` says what the rule is for: each rule goes by a name of its own in emitted programs, whatever users call them.
    """
    from ..emit import load

    name = getattr(body, "__name__", "derivative")
    name = name if name.isidentifier() else "derivative"
    if where:
        place = (getattr(body, "__module__", ""), getattr(body, "__qualname__", ""), *where)
        name = _names.setdefault(place, name if name not in _names.values() else _fresh(name))
    parameters = inspect.signature(body).parameters.values()
    keyword = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    plain = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    header = ", ".join([*plain, *(["*", *keyword] if keyword else [])])
    given = ", ".join([*plain, *(f"{k}={k}" for k in keyword)])
    shim = f"{name}_rule"
    function = load.load(f"def {shim}({header}):\n    return {name}({given})\n", shim, {name: body})
    defaults = [p.default for p in parameters if p.kind is not p.KEYWORD_ONLY and p.default is not p.empty]
    function.__defaults__ = tuple(defaults) or None
    return function


def _fresh(wish: str) -> str:
    return names.Fresh(_names.values())(wish)


def _no_cases(draw: Any) -> tuple[()]:
    return ()
