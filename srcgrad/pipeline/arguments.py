"""Whether an argument can be differentiated, and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend

from ..core.errors import ArgumentError
from .keys import DEPTH


def check(
    function: str, parameter: int | str, value: Any, holomorphic: bool = False, takes_complex: bool = False
) -> None:
    """`ArgumentError` unless the value is a float, a floating array, or a container with one of those inside.

    With `holomorphic`, all of these are to be complex; with `takes_complex` they may be.
    """
    if holomorphic or takes_complex:
        leaves = [np.result_type(leaf).kind == "c" for leaf in rt.leaves(value)]
        if leaves and (all(leaves) or takes_complex and not holomorphic):
            return
        if leaves:
            raise ArgumentError(
                f"grad of {function}: {parameter!r} is real, and holomorphic=True needs complex numbers"
            )
    if type(value) is float or backend.is_array(value) and value.dtype.kind == "f":
        return
    reason = _reason(parameter, value)
    if reason:
        label = f"argument {parameter!r}" if isinstance(parameter, str) else f"argument number {parameter}"
        raise ArgumentError(f"grad of {function}: {label} is {reason}")


def _reason(parameter: int | str, value: Any) -> str:
    """What the value is, and what to pass instead; empty for what can be differentiated."""
    name = parameter if isinstance(parameter, str) else "it"
    other = "or name another argument with argnums"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {bool(value)}, which has no derivative; pass {float(value)} instead, {other}"
    if isinstance(value, (int, np.integer)):
        return f"the integer {int(value)}, which has no derivative; pass {_float_text(value)} instead of {int(value)}, {other}"
    if value is None:
        return f"None, which has no derivative; pass a float or a floating array, {other}"
    if isinstance(value, (str, bytes)):
        return f"a {type(value).__name__}, which has no derivative; pass a float or a floating array, {other}"
    if isinstance(value, (complex, np.complexfloating)):
        return "a complex number; pass its real and its imaginary part as two floats, and join them in the function"
    dtype = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", None)
    if kind in ("b", "i", "u"):
        return f"an array of dtype {dtype}, which has no derivative; pass {name}.astype(float), {other}"
    if kind == "O":
        return f"an array of objects, whose entries may be anything; pass {name}.astype(float), or a list, {other}"
    if kind == "c":
        parts = f"{name}.real and {name}.imag"
        return f"an array of dtype {dtype}; pass {parts} as two arguments, and join them in the function"
    if not rt.is_differentiable(value):
        what = type(value).__name__
        article = "an" if what[0] in "aeiouAEIOU" else "a"
        if kind is not None:
            return f"an array of dtype {dtype}, which has no derivative; pass a floating array, {other}"
        return f"{article} {what} without a float or a floating array in it; pass floats (2.0 instead of 2), {other}"
    if any(getattr(getattr(leaf, "dtype", None), "kind", "") == "O" for leaf in _parts(value)):
        what = type(value).__name__
        return (
            f"a {what} with an array of objects in it, whose entries may be anything; put a list in its place, {other}"
        )
    return ""


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    """What stands in a container, at any depth that keys look into."""
    if isinstance(value, (list, tuple, dict)) and depth < DEPTH:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item, depth + 1)
    else:
        yield value


def _float_text(value: Any) -> str:
    try:
        return repr(float(value))
    except OverflowError:
        return "a float"


def device_of(function: str, names: Sequence[str], values: Sequence[Any]) -> Any:
    """The module of the device on which the arrays among the arguments live; None for the host.

    `ArgumentError` where some live here and some there.
    """
    found: dict[Any, list[str]] = {}
    for name, value in zip(names, values, strict=False):
        _note_homes(value, name, found)
    devices = [module for module in found if module is not np]
    if not devices:
        return None
    if len(found) > 1:
        listed = "; ".join(f"{', '.join(shown[:3])} in {module.__name__}" for module, shown in found.items())
        raise ArgumentError(
            f"grad of {function}: the arguments live in different places: {listed}; "
            "bring them to one with srcgrad.to_device or srcgrad.to_host"
        )
    return devices[0]


def _note_homes(value: Any, name: str, found: dict[Any, list[str]], depth: int = 0) -> None:
    """Note for every array in a value in which module it lives."""
    kind = type(value)
    if kind is float or kind is int:
        return
    if isinstance(value, np.ndarray):
        if value.ndim and value.dtype.kind != "O":
            found.setdefault(np, []).append(name)
        return
    module = backend.device_of(value)
    if module is not None:
        found.setdefault(module, []).append(name)
    elif depth < DEPTH:
        if isinstance(value, (list, tuple)):
            for i, item in enumerate(value):
                _note_homes(item, f"{name}[{i}]", found, depth + 1)
        elif isinstance(value, dict):
            for key, item in value.items():
                _note_homes(item, f"{name}[{key!r}]", found, depth + 1)
        else:
            for attribute in rt.attributes_of(value):
                _note_homes(getattr(value, attribute), f"{name}.{attribute}", found, depth + 1)
