"""A fake device: arrays that accept what CuPy accepts and nothing else, on a machine without a GPU.

Use it as the array module, `import srcgrad_runtime.fake as xp`, to see whether a program would run on a GPU, and what it would do
there: `xp.counts` tells the launches, the copies, and the values that had to come to the host.

>>> import srcgrad_runtime.fake as xp
>>> x = xp.asarray([1.0, 2.0])
>>> xp.sum(x * x)
array(5.)
>>> import numpy as np
>>> x + np.ones(2)
Traceback (most recent call last):
TypeError: Unsupported type <class 'numpy.ndarray'>
"""

from __future__ import annotations

from typing import Any

from . import functions
from .arrays import asarray, ndarray
from .counting import Counts, counts
from .interface import VERSION

__all__ = ["Counts", "asarray", "counts", "ndarray"]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    try:
        return functions.namespace()[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return sorted({*globals(), *functions.namespace()})
