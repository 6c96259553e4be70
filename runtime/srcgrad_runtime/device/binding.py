"""What a program's outside names mean on a device.

`numpy` becomes the namespace of the device, a function of NumPy the one of that name, the runtime a copy of itself that is bound to the
device, an array a copy on the device, and a Python function the same code with its own outside names bound.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
import weakref
from typing import Any

import numpy as np

from .. import kernels
from . import namespace, transfer

RUNTIME = __name__.split(".")[0]
SHARED = ("backend", "device", "fake", "kernels", "memory")  # rooms of the runtime that are the same on every device
_functions: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
_arrays: dict[int, tuple[Any, Any, Any]] = {}
KEPT = 256  # arrays from outside that are kept on the device


def bind(value: Any, device: Any) -> Any:
    """What `value`, an outside name of a program, means on a device."""
    if isinstance(value, np.ndarray):
        return _on_device(value, device)
    if isinstance(value, types.ModuleType):
        return _module(value, device)
    if isinstance(value, types.FunctionType):
        bound = _function(value, device)
        return kernel_on(value, device, bound) if kernels.is_kernel(value) else bound
    if isinstance(value, np.ufunc) or callable(value) and _home(value) == "numpy":
        return _of_numpy(value, device)
    return value


def kernel_on(function: types.FunctionType, device: Any, operations: Any) -> Any:
    """A kernel on a device; `operations` is the function as it runs there operation by operation."""
    from ..kernels import launching  # read when there is one

    # NumPy's meaning of its names, whatever is done to them later
    names = {"__builtins__", *_names(function.__code__)}  # NumPy imports some of its parts by those
    space = {name: function.__globals__[name] for name in names if name in function.__globals__}
    host = types.FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    made = _functions.setdefault(function, {})
    key = device.__name__, "kernel"
    if key not in made:
        made[key] = launching.Launcher(host, device, operations)
    return made[key]


def bind_module(space: dict[str, Any], device: Any) -> None:
    """Let the outside names of a module mean what they mean on a device; its own functions stay, and its kernels are launched."""
    own = {name: value for name, value in space.items() if getattr(value, "__globals__", None) is space}
    launchers = {name: kernel_on(value, device, value) for name, value in own.items() if kernels.is_kernel(value)}
    for name, value in list(space.items()):
        if name not in own and not name.startswith("__"):
            space[name] = bind(value, device)
    space.update(launchers)


def bound_runtime(device: Any) -> Any:
    """The runtime with `np` on the device: the same modules, loaded once more."""
    name = f"{RUNTIME}._on_{device.__name__.replace('.', '_')}"
    found = sys.modules.get(name)
    if found is not None:
        return found
    package = types.ModuleType(name)
    package.__path__ = sys.modules[RUNTIME].__path__  # type: ignore[attr-defined]
    package.__package__ = name
    sys.modules[name] = package
    for part in SHARED:
        if f"{RUNTIME}.{part}" in sys.modules:
            sys.modules[f"{name}.{part}"] = sys.modules[f"{RUNTIME}.{part}"]
            setattr(package, part, sys.modules[f"{RUNTIME}.{part}"])
    original = sys.modules[RUNTIME]
    for each in sorted(n for n in sys.modules if n.startswith(f"{RUNTIME}.") and not _is_apart(n)):
        _part(each.removeprefix(f"{RUNTIME}."), package, device)
    for key, value in vars(original).items():
        if isinstance(value, types.FunctionType) and value.__module__.startswith(f"{RUNTIME}."):
            home = sys.modules.get(f"{name}.{value.__module__.removeprefix(f'{RUNTIME}.')}")
            setattr(package, key, getattr(home, value.__name__, value))
        elif not key.startswith("__") and not hasattr(package, key):
            setattr(package, key, value)
    return package


def _part(name: str, package: Any, device: Any) -> Any:
    """A module of the runtime bound to the device; what it imports for the first time is bound as well."""
    module = importlib.import_module(f"{package.__name__}.{name}")
    for each, loaded in list(sys.modules.items()):
        if each.startswith(f"{package.__name__}.") and getattr(loaded, "np", None) is np and not _is_shared(loaded):
            loaded.np = namespace.namespace_of(device)  # type: ignore[attr-defined]
    return module


def _is_shared(module: Any) -> bool:
    """Whether a module is the same on every device: it keeps the name that it has on the host."""
    return _is_apart(module.__name__) and "._on_" not in module.__name__


def _is_apart(name: str) -> bool:
    part = name.removeprefix(f"{RUNTIME}.").split(".")[0]
    return part in SHARED or part.startswith("_on_")


def _home(value: Any) -> str:
    return (getattr(value, "__module__", None) or "").split(".")[0]


def _module(value: types.ModuleType, device: Any) -> Any:
    top, _, rest = value.__name__.partition(".")
    if top == "numpy":
        found = namespace.namespace_of(device)
        for part in rest.split(".") if rest else ():
            found = getattr(found, part)
        return found
    if top == RUNTIME and not _is_apart(value.__name__):
        found = bound_runtime(device)
        return _part(rest, found, device) if rest else found
    return value


def _of_numpy(value: Any, device: Any) -> Any:
    space = namespace.namespace_of(device)
    name = getattr(value, "__name__", "")
    for part in (getattr(value, "__module__", None) or "numpy").split(".")[1:]:
        if part in namespace.SUBMODULES:
            return getattr(getattr(space, part), name, value)
    if getattr(np, name, None) is value:
        return getattr(space, name, value)
    return namespace.Chosen(space, name, None, value) if isinstance(value, np.ufunc) else value


def _on_device(array: np.ndarray, device: Any) -> Any:
    """A copy of an array from outside, made once as long as the array is not changed."""
    key = id(array)
    content = array.tobytes() if array.nbytes <= 4096 else None
    found = _arrays.get(key)
    if found is not None and found[0]() is array and content is not None and found[1] == (content, device.__name__):
        return found[2]
    copy = transfer.on_device(array, device)
    if content is not None and type(array) is np.ndarray:
        _arrays[key] = weakref.ref(array), (content, device.__name__), copy
        while len(_arrays) > KEPT:
            del _arrays[next(iter(_arrays))]
    return copy


def _function(function: types.FunctionType, device: Any) -> Any:
    """A Python function with its outside names bound, made once for each device."""
    home = _home(function)
    if home == RUNTIME:
        if _is_apart(function.__module__):
            return function
        module = bound_runtime(device)
        part = _part(function.__module__.removeprefix(f"{RUNTIME}."), module, device)
        return getattr(part, function.__name__, function)
    if home == "numpy":
        return _of_numpy(function, device)
    made = _functions.setdefault(function, {})
    if device.__name__ not in made:
        made[device.__name__] = function  # while it is made: functions that call each other
        made[device.__name__] = _rebound(function, device)
    return made[device.__name__]


def _rebound(function: types.FunctionType, device: Any) -> Any:
    names = _names(function.__code__)
    space = function.__globals__
    changed = {}
    for name in names:
        if name in space:
            there = bind(space[name], device)
            if there is not space[name]:
                changed[name] = there
    cells = [_cell(cell, device) for cell in function.__closure__ or ()]
    if not changed and all(new is old for new, old in zip(cells, function.__closure__ or (), strict=True)):
        return function
    copy = types.FunctionType(
        function.__code__, {**space, **changed}, function.__name__, function.__defaults__, tuple(cells)
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    functools.update_wrapper(copy, function)
    return copy


def _names(code: types.CodeType) -> set[str]:
    """The outside names of a function and of those that are made inside of it."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def _cell(cell: types.CellType, device: Any) -> types.CellType:
    try:
        value = cell.cell_contents
    except ValueError:  # not yet bound
        return cell
    there = bind(value, device)
    return cell if there is value else types.CellType(there)
