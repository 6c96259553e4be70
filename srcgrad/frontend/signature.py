"""What a function reads from outside: closure cells, globals and builtins, each with a way to read its value."""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

Getter = Callable[[], Any]

_GLOBAL_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})


def free_names(function: types.FunctionType) -> Mapping[str, Getter]:
    """The names that a function, or a function nested in it, reads from outside, in alphabetical order.

    Each comes with a getter that gives the value of that moment: closure cells and globals are read live, and a
    builtin is used as long as no global hides it. A getter raises `NameError`, as the function itself would, while
    the name is unbound. A name in a class body may be both the body's own and a global one; it is listed if a global
    exists.

    >>> scale = 2.0
    >>> names = free_names(lambda x: abs(x) * scale)
    >>> {name: get() for name, get in names.items()}
    {'abs': <built-in function abs>, 'scale': 2.0}
    """
    code = function.__code__
    found: dict[str, Getter] = {}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        found[name] = functools.partial(_read_cell, name, cell)
    spaces = function.__globals__, function.__builtins__  # type: ignore[attr-defined]
    certain, doubtful = global_names(code)
    for name in certain | {name for name in doubtful if any(name in space for space in spaces)}:
        # a nested function may read the global of a name that is a closure cell here only by a `global` statement
        found.setdefault(name, functools.partial(_read_global, name, *spaces))
    return dict(sorted(found.items()))


@functools.lru_cache(maxsize=4096)
def global_names(code: types.CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Names that a code object and those in it look up globally, and those that a class body may have bound before."""
    certain: set[str] = set()
    doubtful: set[str] = set()
    bound: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_NAME":
            bound.add(instruction.argval)
        elif instruction.opname in _GLOBAL_LOADS and instruction.argval.isidentifier():
            (doubtful if instruction.argval in bound else certain).add(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner_certain, inner_doubtful = global_names(constant)
            certain |= inner_certain
            doubtful |= inner_doubtful
    return frozenset(certain), frozenset(doubtful - certain)


def _read_cell(name: str, cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NameError(f"cannot access free variable {name!r} where it is not associated with a value") from None


def _read_global(name: str, space: Mapping[str, Any], builtin: Mapping[str, Any]) -> Any:
    if name in space:
        return space[name]
    if name in builtin:
        return builtin[name]
    raise NameError(f"name {name!r} is not defined")
