"""Normalisation to mean 0 and variance 1, beside its adjoint.

The adjoint is that of S. Ioffe, C. Szegedy 2015, written with the result y: with r = 1 / sqrt(variance + eps), it is
r * (g - mean(g) - y * mean(g * y)).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .shapes import require

__all__ = ["batch_norm", "batch_statistics", "layer_norm", "per_channel", "standardise", "standardise_adjoint"]


def standardise(x: Any, axis: int | tuple[int, ...] = -1, eps: float = 1e-5) -> Any:
    """(x - mean) / sqrt(variance + eps), over the given axes; the variance is the mean of the squares (ddof 0)."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    centred *= _reciprocal(np.mean(centred * centred, axis=axis, keepdims=True), eps)
    return centred


def standardise_adjoint(g: Any, x: Any, y: Any, axis: int | tuple[int, ...] = -1, eps: float = 1e-5) -> Any:
    """The adjoint of x in `y = standardise(x, axis, eps)` for that of y, g."""
    r = 1 / np.sqrt(np.var(x, axis=axis, keepdims=True) + eps)
    return r * (g - np.mean(g, axis=axis, keepdims=True) - y * np.mean(g * y, axis=axis, keepdims=True))


def layer_norm(
    x: Any, scale: Any = None, shift: Any = None, eps: float = 1e-5, axis: int | tuple[int, ...] = -1
) -> Any:
    """x (..., D), each row standardised, times `scale` (D,) plus `shift` (D,). [Ba, Kiros, Hinton 2016]

    With `axis`, what is standardised together is the entries along these axes, and `scale` and `shift` have the extents of
    x along them, in the order of x. Raises ValueError if shapes do not fit.
    """
    kept = extents_along("layer_norm", x, axis, scale=scale, shift=shift)
    y = standardise(x, axis, eps)
    if scale is not None:
        y = y * np.reshape(scale, kept)
    if shift is not None:
        y = y + np.reshape(shift, kept)
    return y


def batch_norm(
    x: Any, scale: Any = None, shift: Any = None, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """x (N, C, ...), each channel standardised over all other axes, times `scale` (C,) plus `shift` (C,).

    With `mean` and `var` (C,) these are taken instead of those of x, as in prediction; `batch_statistics` gives those
    of one batch, from which a running mean can be kept. [Ioffe, Szegedy 2015]

    Raises ValueError if shapes do not fit.
    """
    channels = np.shape(x)[1:2]
    for_each("batch_norm", x, channels, scale=scale, shift=shift, mean=mean, var=var)
    require((mean is None) == (var is None), "batch_norm: mean and var go together")
    if mean is None:
        y = standardise(x, but_channels(np.ndim(x)), eps)
    else:
        y = (x - per_channel(mean, np.ndim(x))) / np.sqrt(per_channel(var, np.ndim(x)) + eps)
    if scale is not None:
        y = y * per_channel(scale, np.ndim(x))
    if shift is not None:
        y = y + per_channel(shift, np.ndim(x))
    return y


def batch_statistics(x: Any) -> tuple[Any, Any]:
    """Mean and variance (C,) of the channels of x (N, C, ...), over all other axes."""
    axes = but_channels(np.ndim(x))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def per_channel(value: Any, axes: int) -> Any:
    """One number per channel, (C,), in a shape that broadcasts with (N, C, ...)."""
    return np.reshape(value, (-1,) + (1,) * (axes - 2))


def but_channels(axes: int) -> tuple[int, ...]:
    """All axes but the second."""
    return (0, *range(2, axes))


def extents_along(name: str, x: Any, axis: int | tuple[int, ...], **values: Any) -> tuple[int, ...]:
    """The shape of x with 1 for every axis that is not given; ValueError unless each value has the extents of those that are."""
    shape = np.shape(x)
    asked = axis if isinstance(axis, tuple) else (axis,)
    fits = all(-len(shape) <= one < len(shape) for one in asked)
    require(fits and len(asked) > 0, f"{name}: x has shape {shape}, which has no axis {axis}")
    axes = {one % len(shape) for one in asked}
    wanted = tuple(shape[one] for one in sorted(axes))
    _check_each(name, shape, wanted, values)
    return tuple(n if one in axes else 1 for one, n in enumerate(shape))


def for_each(name: str, x: Any, wanted: tuple[int, ...], **values: Any) -> None:
    """Raise ValueError unless each value that is given has the wanted shape."""
    require(len(wanted) == 1, f"{name}: x has shape {np.shape(x)}, which has too few axes")
    _check_each(name, np.shape(x), wanted, values)


def _check_each(name: str, shape: tuple[int, ...], wanted: tuple[int, ...], values: dict[str, Any]) -> None:
    for what, value in values.items():
        fits = value is None or np.shape(value) == wanted
        require(fits, f"{name}: x has shape {shape}, {what} has shape {np.shape(value)}; it must be {wanted}")


def _reciprocal(variance: Any, eps: float) -> Any:
    return 1 / np.sqrt(variance + eps)
