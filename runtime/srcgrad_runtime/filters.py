"""scipy.signal for emitted programs, imported when first used: `rt.filters.name` is the function of that name there."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from scipy import signal

    return getattr(signal, name)
