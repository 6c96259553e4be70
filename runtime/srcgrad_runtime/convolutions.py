"""Adjoints of the convolutions of scipy.signal, in any number of dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import filters
from .adjoint import unbroadcast, zeros_like

__all__ = ["filters", "convolution_adjoint", "correlation_adjoint1", "correlation_adjoint2"]


def _in_full(y_bar: Any, shape1: tuple[int, ...], shape2: tuple[int, ...], mode: str) -> Any:
    """The adjoint of the full convolution from that of the part that `mode` keeps of it."""
    if mode == "full":
        return y_bar
    widths = []
    for have, n1, n2 in zip(np.shape(y_bar), shape1, shape2, strict=True):
        before = (n2 - 1) // 2 if mode == "same" else min(n1, n2) - 1
        widths.append((before, n1 + n2 - 1 - have - before))
    return np.pad(y_bar, widths)


def convolution_adjoint(x: Any, other: Any, y_bar: Any, mode: str = "full", first: bool = True) -> Any:
    """The adjoint of `x`, one of two arrays whose convolution is y: y_bar correlated with the other one."""
    if np.ndim(x) == 0:
        return unbroadcast(y_bar * other, x)
    if np.size(x) == 0 or np.size(other) == 0:
        return zeros_like(x)
    shapes = (np.shape(x), np.shape(other)) if first else (np.shape(other), np.shape(x))
    whole = _in_full(y_bar, shapes[0], shapes[1], mode)
    return unbroadcast(filters.convolve(whole, np.flip(other), mode="valid"), x)


def correlation_adjoint1(in1: Any, in2: Any, y_bar: Any, mode: str = "full") -> Any:
    """correlate(in1, in2) is the convolution of in1 with the reversed conjugate of in2."""
    return convolution_adjoint(in1, np.flip(np.conj(in2)), y_bar, mode)


def correlation_adjoint2(in1: Any, in2: Any, y_bar: Any, mode: str = "full") -> Any:
    turned = np.flip(np.conj(in2))
    return unbroadcast(np.conj(np.flip(convolution_adjoint(turned, in1, y_bar, mode, first=False))), in2)
