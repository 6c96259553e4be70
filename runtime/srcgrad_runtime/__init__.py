"""What emitted programs call: `import srcgrad_runtime as rt`. Needs NumPy only; knows nothing of srcgrad.

Each module of `TABLES` names in `__all__` what it offers here; no two offer the same name. They are read when somebody asks for the
first name. `rt.nn` has the operations of neural networks, `rt.written` library functions in plain Python; each is read when it is first used.
"""

# ruff: noqa: F403
from __future__ import annotations

import importlib
import importlib.util
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adjoint import *
    from .checks import *
    from .contexts import *
    from .contraction import *
    from .densities import *
    from .differences import *
    from .fft import *
    from .gradients import *
    from .indexing import *
    from .joining import *
    from .kernels import *
    from .linalg import *
    from .markers import *
    from .padding import *
    from .partials import *
    from .polynomials import *
    from .products import *
    from .quantiles import *
    from .reductions import *
    from .sequences import *
    from .shape import *
    from .signal import *
    from .slopes import *
    from .sorting import *
    from .special import *
    from .stores import *
    from .structures import *
    from .transposition import *

TABLES = (
    "adjoint",
    "checks",
    "contexts",
    "contraction",
    "densities",
    "differences",
    "fft",
    "gradients",
    "indexing",
    "joining",
    "kernels",
    "linalg",
    "markers",
    "padding",
    "partials",
    "polynomials",
    "products",
    "quantiles",
    "reductions",
    "sequences",
    "shape",
    "signal",
    "slopes",
    "sorting",
    "special",
    "stores",
    "structures",
    "transposition",
)
_reading = threading.RLock()


def __getattr__(name: str) -> Any:
    if not name.startswith("__"):
        if importlib.util.find_spec(f"{__name__}.{name}") is not None:
            return importlib.import_module(f"{__name__}.{name}")
        _read_tables()
        if name in globals():
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    _read_tables()
    return sorted(globals())


def _read_tables() -> None:
    with _reading:  # who asks meanwhile waits
        for table in TABLES:
            module = importlib.import_module(f"{__name__}.{table}")
            globals().update({name: getattr(module, name) for name in module.__all__})
