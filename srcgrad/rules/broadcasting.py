"""Rows for functions that work entry by entry, with names, defaults, and parameters without a known derivative.

`broadcasting(special.jv, "v, z, /", {"z": "0.5 * (rt.special.jv(v - 1, z) - rt.special.jv(v + 1, z))"}, cases)`
declares a structural rule: the adjoint of `z` is y_bar times the partial, summed back to the shape of `z`. `v` has no
partial, so that a call in which it depends on what is differentiated is refused.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .declare import RULES, adjoint, structural, tangent


def broadcasting(
    function: Callable[..., Any],
    signature: str,
    partials: Mapping[str, str],
    cases: Callable[[Any], Iterable[tuple[tuple, dict]]],
    ignored: Iterable[str] = (),
    name: str = "",
) -> None:
    """Declare partial derivatives by name: expressions over the parameters and the result `y`.

    `name` is what the function is called in messages, where it does not know that itself (methods of distributions).
    """
    structural(function, signature, ignored=ignored, cases=cases)
    rule = RULES[function]
    rule.name = name or rule.name
    defaults = {p.name: p.default for p in rule.parameters}
    for parameter, partial in partials.items():
        tree = ast.parse(partial, mode="eval").body
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        text = f"({partial})" if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub)) else partial
        result = ["y"] if "y" in read else []
        takes = [n for n in defaults if n in read]
        like = sorted({*takes, parameter}, key=list(defaults).index)
        head = f"{_listed(like, defaults)}, *, {', '.join([*result, 'y_bar'])}"
        body = f"rt.unbroadcast(y_bar * {text}, {parameter})"
        adjoint(function, parameter)(defined(rule.name, f"{parameter}_adjoint", head, body))
        dot = f"{parameter}_dot"
        head = ", ".join([dot, *filter(None, [_listed(takes, defaults)]), "*", "y"])
        body = f"rt.tangent_like({dot} * {text}, y)"
        tangent(function, parameter)(defined(rule.name, f"{parameter}_tangent", head, body))


def _listed(names: list[str], defaults: Mapping[str, Any]) -> str:
    return ", ".join(n if defaults[n] is inspect.Parameter.empty else f"{n}={defaults[n]!r}" for n in names)


def defined(owner: str, name: str, head: str, expression: str) -> Callable[..., Any]:
    """A function of one expression, whose source `inspect.getsource` finds."""
    source = f"def {name}({head}):\n    return {expression}\n"
    file = f"<{name} of {owner}>"
    if file in linecache.cache:
        raise ValueError(f"two rules for {owner}")
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space: dict[str, Any] = {"np": np, "rt": rt}
    exec(compile(source, file, "exec"), space)
    return space[name]
