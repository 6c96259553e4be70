"""The tables of rules, one module per area, and the questions that the rest of srcgrad asks of them.

`lookup` says how a function is differentiated, `is_nondifferentiable` whether it carries no derivative, `refusal` why
it cannot be differentiated. The tables for SciPy (and some others) are read when it has been imported by somebody.
"""

from __future__ import annotations

import importlib
import importlib.util
import operator
import sys
import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from .declare import (
    ATTRIBUTES,
    FOLLOWED,
    METHODS,
    NONDIFFERENTIABLE,
    NONDIFFERENTIABLE_CALLS,
    REFUSED,
    RULES,
    WRITTEN,
    Method,
    Rule,
    Written,
    alias,
)

TABLES = (
    "markers",
    "runtime_rules",
    "markers",
    "elementwise",
    "selection",
    "mathematics",
    "reductions",
    "averages",
    "cumulative",
    "builtins",
    "information",
    "shape",
    "repetition",
    "diagonals",
    "creation",
    "ranges",
    "joining",
    "indexing",
    "padding",
    "products",
    "contraction",
    "product_adjoints",
    "sorting",
    "signal",
    "polynomials",
    "linalg",
    "fft",
    "random",
    "written",
)
# table -> the module without which it has nothing to say
LATE_TABLES = {
    "statistics": "statistics",
    "written_complex": "cmath",
    "nn": "srcgrad_runtime.nn",
    "convolution": "srcgrad_runtime.nn",
    "recurrent": "srcgrad_runtime.nn",
    "special": "scipy.special",
    "scipy_linalg": "scipy.linalg",
    "stats": "scipy.stats",
    "scipy_signal": "scipy.signal",
    "written_linalg": "scipy.linalg",
    "written_signal": "scipy.signal",
    "written_integrate": "scipy.integrate",
    "written_interpolate": "scipy.interpolate",
    "written_stats": "scipy.stats",
}
_waiting = dict(LATE_TABLES)

for _name in TABLES:
    if importlib.util.find_spec(f"{__name__}.{_name}"):
        importlib.import_module(f"{__name__}.{_name}")
if np.matmul in RULES:
    alias(operator.matmul, np.matmul)


def lookup(function: Any, count: int | None = None) -> Rule | None:
    """The rule of a function, or None; `count` is the number of positional arguments of the call, where that is known.

    Some functions mean different things by their number of arguments (`max(a, b)` and `max(items)`, `np.where(c)` and
    `np.where(c, a, b)`); for those the rule depends on `count`.
    """
    rule = _get(RULES, function)
    if rule is None and _load_late_tables():
        rule = _get(RULES, function)
    if rule is None and type(function) is FunctionType:
        rule = function.__dict__.get("__srcgrad_rule__")  # a rule of its own
    if rule is not None and count is not None and rule.by_count:
        return rule.by_count.get(count, rule)
    return rule


def table() -> tuple[Rule, ...]:
    """Every rule, in the order of declaration; those by argument count follow the general one of the function."""
    _load_late_tables()
    found: dict[int, Rule] = {}
    for rule in RULES.values():
        for each in (rule, *rule.by_count.values()):
            found.setdefault(id(each), each)
    return tuple(found.values())


def written(function: Any) -> Written | None:
    """The text that is differentiated in the place of a function, or None."""
    _load_late_tables()
    return _get(WRITTEN, function)


def texts() -> tuple[Written, ...]:
    """Every function with a text, in the order of declaration."""
    _load_late_tables()
    return tuple(WRITTEN.values())


def is_followed(function: Any) -> bool:
    """Whether the recorded road carries out a function itself."""
    _load_late_tables()
    return _get(FOLLOWED, function) is not None


def is_nondifferentiable(function: Any, count: int | None = None) -> bool:
    """Whether the result of the function carries no derivative; constructors of exceptions are among these.

    `count` is the number of positional arguments of the call, where that is known (`np.where(c)` gives indices).
    """
    _load_late_tables()
    if count is not None and _hashable(function) and (function, count) in NONDIFFERENTIABLE_CALLS:
        return True
    if isinstance(function, type) and issubclass(function, BaseException):
        return True
    return _get(NONDIFFERENTIABLE, function) is not None


def refusal(function: Any) -> str | None:
    """Why a function cannot be differentiated and what to write instead; None where nothing is known against it."""
    _load_late_tables()
    return _get(REFUSED, function)


def is_concatenator(value: Any) -> bool:
    """Whether a value is `np.r_` or `np.c_`, which join what they are subscripted with."""
    return isinstance(value, type(np.r_).__mro__[1])


def method(name: str) -> Method | None:
    """The function that the array method of this name stands for."""
    return METHODS.get(name)


def attribute(name: str) -> Callable[..., Any] | None:
    """The function that the array attribute of this name stands for."""
    return ATTRIBUTES.get(name)


def _hashable(function: Any) -> bool:
    try:
        hash(function)
    except TypeError:
        return False
    return True


def _get(table: dict[Any, Any], function: Any) -> Any:
    try:
        return table.get(function)
    except TypeError:  # an unhashable callable object
        return None


def _load_late_tables() -> bool:
    """Read the tables for what has been imported since the last time; whether there were any."""
    if sys.modules.keys().isdisjoint(_waiting.values()):
        return False
    for name in [name for name, needed in _waiting.items() if needed in sys.modules]:
        del _waiting[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            importlib.import_module(f"{__name__}.{name}")
    return True
