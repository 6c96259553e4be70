"""Fourier transforms in several dimensions."""

from __future__ import annotations

import functools
from typing import Any

from .registry import shim


def _planes(
    one: str, default: Any, np: Any, own: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None
) -> Any:
    """Transforms in several dimensions, also along an axis named twice, and with -1 for a length that is left as it is."""
    axes = default if axes is None else axes
    if axes is None:
        axes = tuple(range(-len(s), 0)) if s is not None else tuple(range(a.ndim))
    axes = tuple(axis % a.ndim for axis in axes)
    if s is not None and len({*axes}) == len(axes):
        s = tuple(a.shape[axis] if n == -1 else n for n, axis in zip(s, axes, strict=True))
    if len({*axes}) == len(axes):
        return own(a, s, axes, norm)
    lengths = [None if s is None or n == -1 else n for n in (s if s is not None else axes)]
    rest = {"irfft": "ifft", "rfft": "fft"}.get(one, one)
    steps = list(zip(lengths, axes, strict=True))
    if one == "rfft":
        a = np.fft.rfft(a, *steps.pop(), norm)
    last = steps.pop() if one == "irfft" else None
    for n, axis in steps if last else reversed(steps):
        a = getattr(np.fft, rest)(a, n, axis, norm)
    return np.fft.irfft(a, *last, norm) if last else a


for _one in ("fft", "ifft", "rfft", "irfft"):
    shim(f"{_one}n", "fft")(functools.partial(_planes, _one, None))
    shim(f"{_one}2", "fft")(functools.partial(_planes, _one, (-2, -1)))
