"""A program as a file of its own, which runs with NumPy and the runtime alone.

Functions and classes of the user's are imported from their modules, and so is data that is not a number, a text or a tuple of
those; such plain data is written out. What can be reached in neither way is an error.
"""

from __future__ import annotations

import builtins
import copy
import math
import os
import sys
import types
from typing import Any

import gast
import numpy as np
import srcgrad_runtime as rt

from ..core import build
from ..core.errors import SrcgradError
from ..core.unit import MISSING, Free
from . import python


class NotImportable(SrcgradError):
    """A program needs a value that a file of its own could not get at."""


def text(program: Any, title: str = "") -> str:
    """The text of the file. Raises `NotImportable` where a name from outside is out of reach."""
    program = without_compiler(program)
    imports: list[str] = []
    values: list[str] = []
    for name, free in sorted(program.free.items()):
        if free.value is MISSING or getattr(builtins, name, MISSING) is free.value:
            continue
        if name in program.imports and python.IMPORTS[name] == _module_import(name, free.value):
            continue
        literal = _literal(free.value)
        if literal is not None:
            values.append(f"{name} = {literal}")
        else:
            imports.append(_import(name, free))
    rendered = python.render(program, title, [*sorted(imports), *([""] if values else []), *values])
    return rendered.text


def without_compiler(program: Any) -> Any:
    """The program with `srcgrad.stop_gradient` and the like taken from the runtime, where they are."""
    functions, used = copy.deepcopy(program.functions), set[str]()
    for function in functions:
        for node in build.walk(function):
            if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
                module = getattr(program.free.get(node.value.id), "value", None)
                if getattr(module, "__name__", "") == "srcgrad":
                    value = getattr(module, node.attr, None)
                    if value is not None and getattr(rt, node.attr, None) is value:
                        node.value.id = "rt"
        used |= {node.id for node in build.walk(function) if isinstance(node, gast.Name)}
    found = copy.copy(program)
    found.functions, found.imports = functions, program.imports | {"rt"} & used
    found.free = {name: value for name, value in program.free.items() if name in used or name in program.imports}
    return found


def _module_import(name: str, value: Any) -> str | None:
    if not isinstance(value, types.ModuleType):
        return None
    module = value.__name__
    if name == "rt" and module == "srcgrad_runtime" or name == "np" and module == "numpy":
        return f"import {module} as {name}"
    return f"import {module}" if module == name else f"import {module} as {name}"


def _import(name: str, free: Free) -> str:
    """The statement that binds a name to a module, or to a value found in a module."""
    value = free.value
    line = _module_import(name, value)
    if line is not None and value.__name__.partition(".")[0] != "srcgrad":
        return line
    for module, path in _places(free):
        if module.partition(".")[0] == "srcgrad":
            break
        found = sys.modules.get(module)
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is value:
            shown = _module_name(module)
            if shown is None:
                continue
            head, _, rest = path.partition(".")
            if not rest:
                return f"from {shown} import {head}" if head == name else f"from {shown} import {head} as {name}"
            if head != name:
                return f"from {shown} import {head}; {name} = {path}"
    if str(getattr(value, "__module__", None) or getattr(value, "__name__", "")).partition(".")[0] == "srcgrad":
        raise NotImportable(
            f"the program of a file of its own needs {free.original!r}, which is a part of srcgrad itself"
        )
    what = type(value).__name__
    owner = getattr(free.owner, "__qualname__", None)
    raise NotImportable(
        f"the program of a file of its own needs {free.original!r}"
        + (f", which {owner} reads" if owner else "")
        + f": a {what} that can neither be imported from a module nor written as a number, a text or a tuple of those\n"
        "    move it to the top level of a module, or pass it as an argument"
    )


def _places(free: Free) -> list[tuple[str, str]]:
    """Modules and paths in them where the value may be found."""
    value, places = free.value, []
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if isinstance(module, str) and isinstance(path, str) and "<" not in path:
        places.append((module, path))
    if isinstance(value, np.ufunc) or isinstance(module, str) and module.startswith("numpy"):
        places.insert(0, ("numpy", getattr(value, "__name__", "")))
    owner = getattr(free.owner, "__module__", None)
    if isinstance(owner, str):
        places.append((owner, free.original))
    return places


def _module_name(module: str) -> str | None:
    """The name by which another program imports a module; the script that is running has that of its file."""
    if module != "__main__":
        return module
    spec, file = getattr(sys.modules["__main__"], "__spec__", None), getattr(sys.modules["__main__"], "__file__", None)
    if spec is not None:
        return spec.name.removesuffix(".__main__")
    return os.path.splitext(os.path.basename(file))[0] if file else None


def _literal(value: Any) -> str | None:
    """An expression for a plain value; None for anything else."""
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes):
        return repr(value)
    if kind is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if kind is complex and np.isfinite(value):
        return repr(value)
    if kind is tuple:
        parts = [_literal(item) for item in value]
        if any(part is None for part in parts):
            return None
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"  # type: ignore[arg-type]
    return None
