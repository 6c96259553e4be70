"""The list of everything that the tables say, as `docs/functions.md`: `python -m srcgrad.rules.catalogue > docs/functions.md`.

The modules are walked by their public names, so that nothing can be missing: what no list mentions is listed as such.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import math
import operator
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from .. import rules

LIBRARIES = (
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "numpy.random",
    "numpy.polynomial.polynomial",
    "numpy.polynomial.chebyshev",
    "numpy.polynomial.legendre",
    "numpy.polynomial.hermite",
    "numpy.polynomial.hermite_e",
    "numpy.polynomial.laguerre",
    "scipy.special",
    "scipy.linalg",
    "scipy.signal",
    "scipy.interpolate",
    "scipy.integrate",
    "scipy.stats",
    "srcgrad_runtime.nn",
)
LANGUAGE = ("builtins", "math", "operator", "numpy")
KINDS = ("differentiable", "no derivative", "refused", "unlisted")


def public(module: ModuleType) -> dict[str, Any]:
    """The public functions of a module by name, exceptions and kinds of arrays left out."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    found = {}
    for name in sorted(set(names)):
        value = getattr(module, name, None)
        if not callable(value) or inspect.ismodule(value) or isinstance(value, np.random.RandomState):
            continue
        if isinstance(value, type) and (issubclass(value, BaseException) or kind_of(value) == "unlisted"):
            continue
        found[name] = value
    return found


def kind_of(function: Any) -> str:
    """What the tables say of a function, one of `KINDS`."""
    if rules.lookup(function) is not None or rules.written(function) is not None or rules.is_followed(function):
        return "differentiable"
    if rules.is_nondifferentiable(function):
        return "no derivative"
    if (getattr(function, "__module__", None) or "").startswith("srcgrad_runtime.nn."):
        return "differentiable"  # through its source, as the functions of a user
    return "refused" if rules.refusal(function) is not None else "unlisted"


def without_second_derivative(function: Any) -> str:
    """Why a differentiable function has no second derivative; empty where it has one."""
    if rules.is_followed(function) and (getattr(function, "__module__", None) or "").startswith("scipy.integrate"):
        return "the equation of its adjoint is solved with plain numbers"
    entry = rules.lookup(function) or rules.written(function)
    return entry.order2 if entry is not None else ""


def modules() -> Iterator[tuple[str, dict[str, Any]]]:
    """The modules of the catalogue with their functions; those of distributions are one module."""
    for module in (builtins, math, operator):
        yield module.__name__, public(module)
    for name in LIBRARIES:
        module = importlib.import_module(name)
        if name == "scipy.stats":
            yield name, {**_distributions(module), **public(module)}
        elif name == "numpy.random":
            methods = {f"Generator.{n}": getattr(np.random.Generator, n) for n in public_methods(np.random.Generator)}
            yield name, {**public(module), **methods}
        elif name == "numpy":
            yield name, {**public(module), **_ufunc_methods()}
        else:
            yield name, public(module)


def public_methods(cls: type) -> list[str]:
    return sorted(n for n, v in vars(cls).items() if not n.startswith("_") and callable(v))


def _ufunc_methods() -> dict[str, Any]:
    found = {}
    for rule in rules.table():
        owner = getattr(rule.function, "__self__", None)
        if isinstance(owner, np.ufunc):
            found[f"{owner.__name__}.{rule.function.__name__}"] = rule.function
    return dict(sorted(found.items()))


def _distributions(stats: Any) -> dict[str, Any]:
    found = {}
    for rule in rules.table():
        owner = getattr(rule.function, "__self__", None)
        if rule.name.startswith("scipy.stats.") and owner is not None:
            found[rule.name.removeprefix("scipy.stats.")] = rule.function
    return dict(sorted(found.items()))


def counts() -> dict[str, dict[str, int]]:
    """How many functions of each kind each module has."""
    found = {}
    for name, functions in modules():
        kinds = [kind_of(f) for f in functions.values()]
        found[name] = {kind: kinds.count(kind) for kind in KINDS}
    return found


def text() -> str:
    """The whole document."""
    parts = [HEAD.format(numpy=_release(np.__version__), scipy=_release(importlib.import_module("scipy").__version__))]
    parts.append(_overview())
    for name, functions in modules():
        parts.append(_section(name, functions))
    parts.append(_methods())
    return "\n".join(parts)


def _release(version: str) -> str:
    return ".".join(version.split(".")[:2])


HEAD = """# Functions

Every public function of these modules, as the tables of rules have it: made by `python -m srcgrad.rules.catalogue` with NumPy {numpy} and
SciPy {scipy}, and compared with the tables by the tests.

What is *differentiable* has a rule, or a text in plain Python that is differentiated in its place. What has *no derivative* is a test, a
count, an index, or constant almost everywhere: results of these carry no gradient. What is *refused* is an error where an argument depends on
a differentiated one. Parameters in parentheses are those with a derivative; the others are constants, and a differentiated value that reaches
one of them is an error as well. A star marks functions that have no second derivative here, with the reason at the end of the list.
"""


def _overview() -> str:
    rows = ["| module | differentiable | no derivative | refused |", "|---|---|---|---|"]
    table = counts()
    for name, kinds in table.items():
        rows.append(f"| {name} | {kinds['differentiable']} | {kinds['no derivative']} | {kinds['refused']} |")
    totals = [sum(kinds[kind] for kinds in table.values()) for kind in KINDS[:3]]
    return "\n".join([*rows, f"| together | {totals[0]} | {totals[1]} | {totals[2]} |", ""])


def _section(name: str, functions: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {kind: [] for kind in KINDS}
    reasons: dict[str, list[str]] = {}
    orders: dict[str, list[str]] = {}
    for short, function in functions.items():
        kind = kind_of(function)
        groups[kind].append(_entry(short, function) if kind == "differentiable" else f"`{short}`")
        if kind == "refused":
            reasons.setdefault(rules.refusal(function) or "", []).append(f"`{short}`")
        if kind == "differentiable" and (reason := without_second_derivative(function)):
            orders.setdefault(reason, []).append(f"`{short}`")
    lines = [f"## {name}", ""]
    for kind in ("differentiable", "no derivative"):
        if groups[kind]:
            lines += [_wrapped(f"*{kind.capitalize()}*: {', '.join(groups[kind])}."), ""]
    if name in LANGUAGE and groups["unlisted"]:
        lines += [_wrapped(f"*Part of the language*, followed by srcgrad itself: {', '.join(groups['unlisted'])}."), ""]
    elif groups["unlisted"]:
        lines += ["*Refused*: every other function of the module.", ""]
    for reason, names in sorted(orders.items()):
        lines += [_wrapped(f"*No second derivative*: {', '.join(names)}: {reason}."), ""]
    general = [r for r in reasons if r.endswith("has no rule; give it one, or stop the gradient of its argument")]
    if general:
        names = [n for r in general for n in reasons.pop(r)]
        lines += [_wrapped(f"*Refused*, for want of a rule: {', '.join(names)}."), ""]
    for reason, names in reasons.items():
        lines += [_wrapped(f"*Refused*: {', '.join(names)}: {reason}."), ""]
    return "\n".join(lines)


def _entry(short: str, function: Any) -> str:
    star = "*" if without_second_derivative(function) else ""
    rule = rules.lookup(function)
    if rule is None:
        return f"`{short}`{star}"
    names = list(rule.differentiable)
    for other in rule.by_count.values():
        names += [n for n in other.differentiable if n not in names]
    shown = "" if all(n in ("x", "x1", "x2", "x3") for n in names) else f" ({', '.join(names)})"
    return f"`{short}`{star}{shown}"


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, 140, break_long_words=False, break_on_hyphens=False).replace("*:", "*:")


def _methods() -> str:
    from .declare import ATTRIBUTES, METHODS

    names = ", ".join(f"`{name}`" for name in sorted(METHODS))
    attributes = ", ".join(f"`{name}`" for name in sorted(ATTRIBUTES))
    return (
        "## Methods and attributes of arrays\n\n"
        + _wrapped(
            f"The operators of Python mean the functions of NumPy, and so do the methods {names} and the attributes {attributes}."
        )
        + "\n"
    )


if __name__ == "__main__":
    print(text(), end="")
