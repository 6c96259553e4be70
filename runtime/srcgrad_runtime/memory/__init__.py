"""Memory of gradients: how much is used, pools of it, limits, and what is said when there is not enough.

A program whose arguments are large deletes its arrays after their last use, and its large results go into memory that has become free
(`sizes` says from which size on). That memory stays for the next call, as long as a gradient function that has used it is there;
`release()` gives it back. On a device, CuPy's pool does this for all arrays.

>>> from srcgrad_runtime.memory import pool, statistics
>>> with pool(limit=2**30) as own:
...     statistics().limit == 2**30
True
"""

from __future__ import annotations

import importlib
from typing import Any

HOMES = {"OutOfMemory": "errors", "tune_malloc": "malloc"}  # the others are in `tracking`
__all__ = [
    "Measured", "OutOfMemory", "Statistics", "measure", "pool", "release", "reset_peak", "set_limit", "statistics", "tune_malloc",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{HOMES.get(name, 'tracking')}"), name)
    globals()[name] = value
    return value
