"""Write `interface.json`, the list of what CuPy offers, from an installed CuPy: `python -m tests.device.survey`.

CuPy needs no GPU for this. For each public name that NumPy has as well the list holds what it is (a universal function, a function
with the names of its parameters, something else), the types and numbers that both share, and for arrays the names of their methods
and attributes.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pathlib
import warnings
from typing import Any

import numpy as np
from srcgrad_runtime import fake

FILE = pathlib.Path(fake.__file__).with_name("interface.json")
MODULES = ("", "linalg", "fft", "random")


def describe(found: Any) -> Any:
    """What a name of CuPy stands for: "ufunc", a list of parameter names, or "any" where these are not told."""
    if type(found).__name__ in ("ufunc", "_GUFunc"):
        return "ufunc"
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return "any"
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(p.kind, "") + p.name for p in parameters]


def survey(cupy: Any) -> dict[str, Any]:
    """The interface of this CuPy, as plain data."""
    modules: dict[str, dict[str, Any]] = {}
    for module in MODULES:
        ours, theirs = (getattr(cupy, module), getattr(np, module)) if module else (cupy, np)
        names = sorted(n for n in dir(ours) if not n.startswith("_") and hasattr(theirs, n))
        modules[module] = {
            n: describe(getattr(ours, n))
            for n in names
            if callable(getattr(ours, n)) and not isinstance(getattr(ours, n), type)
        }
    array = sorted(n for n in dir(cupy.ndarray) if not n.startswith("_"))
    shared = sorted(n for n in dir(cupy) if not n.startswith("_") and is_shared(getattr(cupy, n), getattr(np, n, cupy)))
    return {
        "version": cupy.__version__,
        "modules": modules,
        "array": array,
        "shared": shared,
        "generator": generator(cupy),
    }


def generator(cupy: Any) -> list[str]:
    """The methods of what `cupy.random.default_rng` gives."""
    kind = importlib.import_module("cupy.random._generator_api").Generator
    return sorted(n for n in dir(kind) if not n.startswith("_") and hasattr(np.random.Generator, n))


def is_shared(ours: Any, theirs: Any) -> bool:
    """Whether a name means the same in both: a type such as `float64`, or a number."""
    return ours is theirs and isinstance(ours, type) or isinstance(ours, float) or ours is None


def main() -> None:
    import cupy  # only here, and only when this is run

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = survey(cupy)
    FILE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(f"{FILE.name}: {sum(map(len, found['modules'].values()))} functions of CuPy {found['version']}")


if __name__ == "__main__":
    main()
