"""Reductions over a part and with a start, and what is made of them."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from ..errors import DeviceError
from .registry import shim

FIRST: dict[str, Any] = {"sum": 0, "prod": 1, "any": False, "all": True}
EXTREMA = {
    "max": ("maximum", -numpy.inf),
    "min": ("minimum", numpy.inf),
    "amax": ("maximum", -numpy.inf),
    "amin": ("minimum", numpy.inf),
}


def _fold(
    name: str, np: Any, own: Any, a: Any, *args: Any, where: Any = True, initial: Any = None, **kwargs: Any
) -> Any:
    if where is not True:
        a = np.where(where, a, FIRST[name])
    result = own(a, *args, **kwargs)
    if initial is None:
        return result
    return result + initial if name == "sum" else result * initial


def _extremum(
    name: str, np: Any, own: Any, a: Any, *args: Any, where: Any = True, initial: Any = None, **kwargs: Any
) -> Any:
    outer, edge = EXTREMA[name]
    if where is not True:
        a = np.where(where, a, edge if initial is None else initial)
    result = own(a, *args, **kwargs)
    return result if initial is None else getattr(np, outer)(result, initial)


def _mean(
    np: Any,
    own: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    if where is True:
        return own(a, axis=axis, dtype=dtype, out=out, keepdims=keepdims)
    number = np.sum(np.broadcast_to(np.asarray(where), a.shape), axis=axis, keepdims=keepdims)
    return np.sum(a, axis=axis, keepdims=keepdims, where=where) / number


def _var(
    np: Any,
    own: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    correction: Any = None,
) -> Any:
    ddof = ddof if correction is None else correction
    if where is True:
        return own(a, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)
    centred = a - np.mean(a, axis=axis, keepdims=True, where=where)
    number = np.sum(np.broadcast_to(np.asarray(where), a.shape), axis=axis, keepdims=keepdims)
    return np.sum(centred * centred, axis=axis, keepdims=keepdims, where=where) / (number - ddof)


def _std(np: Any, own: Any, a: Any, *args: Any, **kwargs: Any) -> Any:
    if "where" in kwargs or "correction" in kwargs:
        return np.sqrt(np.var(a, *args, **kwargs))
    return own(a, *args, **kwargs)


for _name in FIRST:
    shim(_name)(functools.partial(_fold, _name))
for _name in EXTREMA:
    shim(_name)(functools.partial(_extremum, _name))
shim("mean")(_mean)
shim("var")(_var)
shim("std")(_std)


@shim("average")
def average(
    np: Any, own: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    if weights is None:
        mean, total = np.mean(a, axis=axis, keepdims=keepdims), np.ones((), a.dtype)
        total = total * (a.size / max(1, mean.size))
    else:
        weights = np.asarray(weights)
        if weights.shape != a.shape:  # the axes that are named are those of the weights
            axes = axis if isinstance(axis, tuple) else (axis,)
            if axis is None or weights.shape != tuple(a.shape[i] for i in axes):
                raise TypeError(f"weights of shape {weights.shape} do not fit a of shape {a.shape} along axis {axis}")
            named = sorted(range(len(axes)), key=lambda i: axes[i] % a.ndim)
            extents = [n if i in {each % a.ndim for each in axes} else 1 for i, n in enumerate(a.shape)]
            weights = weights.transpose(named).reshape(extents)
        total = np.sum(np.broadcast_to(weights, a.shape), axis=axis, keepdims=keepdims)
        if bool(np.any(total == 0.0)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape).copy()) if returned else mean


@shim("cov")
def cov(
    np: Any, own: Any, m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """CuPy's own forgets the weights when it takes the means."""
    x = np.atleast_2d(m)
    x = x.T if not rowvar and m.ndim != 1 else x
    if y is not None:
        y = np.atleast_2d(np.asarray(y))
        x = np.concatenate([x, y.T if not rowvar and y.shape[0] != 1 else y], axis=0)
    x = x.astype(numpy.result_type(x.dtype, numpy.float64) if dtype is None else dtype)
    ddof = (0 if bias else 1) if ddof is None else ddof
    parts = [np.asarray(each) for each in (fweights, aweights) if each is not None]
    weights = functools.reduce(lambda a, b: a * b, parts) if parts else np.ones(x.shape[1])
    total = np.sum(weights)
    lost = ddof if aweights is None or ddof == 0 else ddof * np.sum(weights * np.asarray(aweights)) / total
    x = x - (np.sum(x * weights, axis=1) / total)[:, None]
    return np.squeeze((x * weights) @ np.conj(x.T) / (total - lost))


@shim("corrcoef")
def corrcoef(np: Any, own: Any, x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    spread = np.sqrt(np.real(np.diagonal(c)))
    c = c / spread[:, None] / spread[None, :]
    return np.clip(c, -1, 1) if c.dtype.kind != "c" else np.clip(c.real, -1, 1) + 1j * np.clip(c.imag, -1, 1)


def _ranks(name: str, np: Any, own: Any, a: Any, q: Any, *args: Any, **kwargs: Any) -> Any:
    """`quantile` and `percentile` for ranks of any shape: those of the device take one axis of them."""
    q = np.asarray(q)
    try:
        found = own(a, q.ravel() if q.ndim else q, *args, **kwargs)
    except ValueError as error:
        if "not yet supported" in str(error):  # CuPy does not know all methods
            raise DeviceError(f"{name}: {error}") from error
        raise
    return found.reshape(q.shape + found.shape[1:]) if q.ndim > 1 else found


for _name in ("quantile", "percentile"):
    shim(_name)(functools.partial(_ranks, _name))
