"""The functions of NumPy that are no ufuncs, and those of the runtime, as they are for symbols."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .nodes import Unsupported
from .tracing import Number, Symbol, Trace


def _where(condition: Any, *choices: Any) -> Any:
    if len(choices) != 2:
        raise Unsupported("where with one argument")
    trace = next(v._trace for v in (condition, *choices) if isinstance(v, Symbol))
    test, *nodes = (trace.operand(v) for v in (condition, *choices))
    samples = [
        v.value if isinstance(v, Number) else v if not isinstance(v, Symbol) else np.ones(1, v.dtype) for v in choices
    ]
    dtype = np.where(np.ones(1, bool), *samples).dtype
    shape = np.broadcast_shapes(*(n.shape for n in (test, *nodes)))
    return Symbol(trace, trace.node("where", (test, *nodes), dtype, shape))


def _broadcast_to(x: Any, shape: Any) -> Any:
    shape = tuple(map(operator.index, shape if isinstance(shape, (tuple, list)) else (shape,)))
    if isinstance(x, Number):
        x = Symbol(x.trace, x.trace.operand(x))
    if np.broadcast_shapes(x.shape, shape) != shape:
        raise ValueError(f"cannot broadcast {x.shape} to {shape}")
    extra = len(shape) - x.ndim
    places = tuple(None if n == 1 else axis + extra for axis, n in enumerate(x.shape))
    return x._trace.reindex(x._node, places if extra or shape != x.shape else tuple(range(x.ndim)), shape)


class Runtime:
    """The runtime as a function sees it while it is traced: numbers that it makes arrays of become symbols."""

    def __init__(self, trace: Trace, runtime: Any):
        self._trace, self._runtime = trace, runtime

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    def expand(self, g: Any, shape: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if isinstance(g, (int, float, np.number)) and shape:
            g = float(g) if isinstance(g, int) else g
            return _broadcast_to(Symbol(self._trace, self._trace.operand(g)), shape)
        return self._runtime.expand(g, shape, axis, keepdims)


def _expand_dims(x: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = x.ndim + len(axes)
    at = {np.lib.array_utils.normalize_axis_index(a, rank) for a in axes}
    return x[tuple(None if position in at else slice(None) for position in range(rank))]


def _squeeze(x: Any, axis: Any = None) -> Any:
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % x.ndim for a in axes if axis is not None or x.shape[a] == 1}
    if any(x.shape[a] != 1 for a in gone):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return x.reshape(tuple(n for a, n in enumerate(x.shape) if a not in gone))


def _clip(x: Any, low: Any = None, high: Any = None) -> Any:
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _swapaxes(x: Any, one: int, other: int) -> Any:
    order = list(range(x.ndim))
    order[one], order[other] = order[other], order[one]
    return x.transpose(order)


def _dummies(values: Sequence[Any]) -> list[Any]:
    return [np.ones(1, v.dtype) if isinstance(v, Symbol) else v.value if isinstance(v, Number) else v for v in values]


def _method(name: str) -> Callable[..., Any]:
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Symbol):
            raise Unsupported(f"{name} of a number")
        return getattr(x, name)(*args, **kwargs)

    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _method(name) for name in ("sum", "prod", "max", "min", "any", "all", "mean", "transpose", "reshape", "copy")},
    "amax": _method("max"), "amin": _method("min"),
    "where": _where, "broadcast_to": _broadcast_to, "expand_dims": _expand_dims, "squeeze": _squeeze, "clip": _clip,
    "swapaxes": _swapaxes, "real": lambda x: x,
    "shape": lambda x: getattr(x, "shape", ()), "ndim": lambda x: getattr(x, "ndim", 0), "size": lambda x: getattr(x, "size", 1),
    "iscomplexobj": lambda x: False, "isrealobj": lambda x: True, "result_type": lambda *values: np.result_type(*_dummies(values)),
    "isneginf": lambda x: np.equal(x, -math.inf), "isposinf": lambda x: np.equal(x, math.inf),
}  # fmt: skip
