"""What a kernel computes, found by running its function once on symbols.

A symbol has the shape and the dtype of the array it stands for and notes what is done with it, so that types and broadcasting are those
of NumPy: it is NumPy that is asked for them. Numbers of the host stay on the host, and what is computed of them alone is computed there
at every launch. What a kernel cannot do is `Unsupported`.
"""

from __future__ import annotations

import math
import operator
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import operations
from .nodes import Node, Shape, Static, Unsupported


class Trace:
    """What one run of a function has noted; `substitutes` are run in the place of the functions of NumPy that have these names."""

    def __init__(self, function: types.FunctionType, substitutes: Mapping[str, Callable[..., Any]]):
        self.code = function.__code__
        self.substitutes = substitutes
        self._leaves: dict[Any, Node] = {}
        self.order: list[Node] = []

    def node(self, op: str, args: tuple[Node, ...], dtype: Any, shape: Shape, detail: Any = None) -> Node:
        """A node of this description; what has no operands is made once.

        Two results are two arrays, as in NumPy, even if they are computed alike: one of them may be changed later.
        """
        if operations.type_of(np.dtype(dtype)) is None:
            raise Unsupported(f"values of {np.dtype(dtype)}")
        key = op, np.dtype(dtype), id(detail) if op == "number" else repr(detail)
        found = self._leaves.get(key) if not args else None
        if found is None:
            found = Node(op, args, dtype, shape, detail)
            found.line = self._line()
            self.order.append(found)
            if not args:
                self._leaves[key] = found
        return found

    def _line(self) -> int:
        frame: Any = sys._getframe(2)
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        return 0 if frame is None else frame.f_lineno

    # what operands are --------------------------------------------------------------------------------------------------------------

    def operand(self, value: Any) -> Node:
        if isinstance(value, Symbol):
            return value._node
        if isinstance(value, Number):
            return self.node("number", (), np.asarray(value.value).dtype, (), value)
        if isinstance(value, (bool, int, float, np.bool_, np.number)):
            if isinstance(value, int) and not -(2**63) <= value < 2**64:
                raise Unsupported("a number beyond 64 bits")
            return self.node("constant", (), np.asarray(value).dtype, (), value)
        raise Unsupported(f"an operand of type {type(value).__name__}")

    def ufunc(self, ufunc: np.ufunc, *values: Any, dtype: Any = None) -> Any:
        """The result of a ufunc, computed as NumPy would; `dtype` is that of the result, where it is given."""
        if not any(isinstance(value, Symbol) for value in values):
            return Number.of(self, ufunc, *values)
        nodes = [self.operand(value) for value in values]
        name = _name(ufunc)
        try:
            wanted: Any = {} if dtype is None else {"signature": (*[None] * len(values), np.dtype(dtype))}
            given = (*[_weak(v, n) for v, n in zip(values, nodes, strict=True)], None)
            *inputs, output = ufunc.resolve_dtypes(given, **wanted)
        except TypeError as error:
            raise Unsupported(str(error)) from error
        for value, computed_in in zip(values, inputs, strict=True):
            _fits(value, computed_in)
        if operations.template(name, inputs[0]) is None:
            raise Unsupported(f"{name} of {inputs[0]}")
        shape = np.broadcast_shapes(*(n.shape for n in nodes))
        return Symbol(self, self.node(name, tuple(nodes), output, shape, tuple(inputs)))

    def call(self, function: Any, args: Any, kwargs: Any) -> Any:
        """The result of a function of NumPy that is no ufunc."""
        known = (function.__module__ or "").split(".")[0] == "numpy"
        found = self.substitutes.get(function.__name__) if known else None
        if found is None:
            raise Unsupported(f"np.{function.__name__}")
        try:
            return found(*args, **{key: value for key, value in kwargs.items() if value is not np._NoValue})
        except TypeError as error:
            raise Unsupported(str(error)) from error

    def reduce(self, name: str, value: Symbol, axis: Any, keepdims: Any, dtype: Any = None) -> Symbol:
        node = value._node
        rank = len(node.shape)
        given = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        axes = tuple(sorted(np.lib.array_utils.normalize_axis_index(operator.index(a), rank) for a in given))
        if not all(node.shape[a] for a in axes):
            raise Unsupported("a reduction of nothing")
        if not axes:  # a value of its own
            return value.astype(getattr(np, name)(np.ones(1, node.dtype)).dtype)
        result = getattr(np, name)(np.ones(1, node.dtype), **({} if dtype is None else {"dtype": dtype})).dtype
        shape = tuple(1 if a in axes else n for a, n in enumerate(node.shape))
        found = self.node(name, (node,), result, shape, axes)
        if keepdims:
            return Symbol(self, found)
        kept = [a for a in range(rank) if a not in axes]
        places = tuple(kept.index(a) if a in kept else None for a in range(rank))
        return self.reindex(found, places, tuple(node.shape[a] for a in kept))

    def reindex(self, node: Node, places: tuple[int | None, ...], shape: Shape) -> Symbol:
        if places == tuple(range(len(node.shape))) and shape == node.shape:
            return Symbol(self, node)
        return Symbol(self, self.node("reindex", (node,), node.dtype, shape, places))


def _name(ufunc: np.ufunc) -> str:
    return {"true_divide": "divide", "abs": "absolute", "conj": "conjugate"}.get(ufunc.__name__, ufunc.__name__)


def _weak(value: Any, node: Node) -> Any:
    """What decides on the type of a result: a Python number gives way to arrays."""
    plain = value.value if isinstance(value, Number) else value
    return type(plain) if type(plain) in (int, float) else node.dtype


def _fits(value: Any, dtype: np.dtype[Any]) -> None:
    plain = value.value if isinstance(value, Number) else value
    if type(plain) is int and dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        if not bounds.min <= plain <= bounds.max:
            raise Unsupported("a number that its array cannot hold")


class Number:
    """A number of the host: an argument, or computed of such at every launch."""

    __array_priority__ = 10
    __hash__ = object.__hash__

    def __init__(
        self,
        trace: Trace,
        value: Any,
        compute: Callable[[Sequence[Any]], Any],
        parameters: frozenset[int] = frozenset(),
    ):
        self.trace, self.value, self.compute, self.parameters = trace, value, compute, parameters

    @staticmethod
    def argument(trace: Trace, place: int, value: Any) -> Number:
        return Number(trace, value, operator.itemgetter(place), frozenset([place]))

    @staticmethod
    def of(trace: Trace, function: Callable[..., Any], *values: Any) -> Any:
        """What a function gives for numbers of the host."""
        parts = [v if isinstance(v, Number) else Number(trace, v, lambda _, v=v: v) for v in values]  # type: ignore[misc]
        value = function(*(p.value for p in parts))
        if not isinstance(value, (bool, int, float, np.bool_, np.number)):
            raise Unsupported(f"a number of type {type(value).__name__}")

        def compute(args: Sequence[Any]) -> Any:
            return function(*(p.compute(args) for p in parts))

        return Number(trace, value, compute, frozenset().union(*(p.parameters for p in parts)))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        symbols = [i for i in inputs if isinstance(i, Symbol)]
        if symbols:
            return symbols[0].__array_ufunc__(ufunc, method, *inputs, **kwargs)
        if method != "__call__" or kwargs:
            raise Unsupported(f"{ufunc.__name__}.{method} of numbers")
        return Number.of(self.trace, ufunc, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.trace.call(function, args, kwargs)

    def _decides(self) -> Any:
        raise Static(self.parameters)

    __bool__ = __float__ = __int__ = __index__ = _decides


def _of_numbers(function: Callable[..., Any], reflected: bool = False) -> Any:
    def method(self: Number, *others: Any) -> Any:
        if any(not isinstance(o, (Number, bool, int, float, np.bool_, np.number)) for o in others):
            return NotImplemented
        return Number.of(self.trace, function, *(others + (self,) if reflected else (self, *others)))

    return method


for _key in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
    _function = getattr(operator, f"{_key}_" if _key in ("and", "or") else _key)
    setattr(Number, f"__{_key}__", _of_numbers(_function))
    setattr(Number, f"__r{_key}__", _of_numbers(_function, reflected=True))
for _key in ("neg", "pos", "abs", "invert", "lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Number, f"__{_key}__", _of_numbers(getattr(operator, _key)))


class Symbol(NDArrayOperatorsMixin):
    """An array inside of a kernel."""

    __hash__ = object.__hash__

    def __init__(self, trace: Trace, node: Node):
        self._trace, self._node = trace, node

    shape = property(lambda self: self._node.shape)
    dtype = property(lambda self: self._node.dtype)
    ndim = property(lambda self: len(self._node.shape))
    size = property(lambda self: math.prod(self._node.shape))
    real = property(lambda self: self)
    T = property(lambda self: self.transpose())

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs.keys() - {"dtype"} or ufunc.nout != 1:
            raise Unsupported(f"{ufunc.__name__} with {', '.join(kwargs) or method}")
        return self._trace.ufunc(ufunc, *inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self._trace.call(function, args, kwargs)

    def _decides(self) -> Any:
        raise Unsupported("a value of the device decides")

    __bool__ = __float__ = __int__ = __index__ = __iter__ = _decides

    def _in_place(self, other: Any) -> Any:
        raise Unsupported("a change in place")

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = __imod__ = __ipow__ = _in_place
    __iand__ = __ior__ = __ixor__ = __ilshift__ = __irshift__ = __imatmul__ = _in_place

    def __pow__(self, other: Any) -> Any:
        """As NumPy, which has shorter ways for some exponents that the program names."""
        short: Any = {2: np.square, 1: np.positive, 0.5: np.sqrt, -1: np.reciprocal}
        if self.dtype.kind == "f" and type(other) in (int, float) and other in short:
            return short[other](self)
        return self._trace.ufunc(np.power, self, other)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __getitem__(self, index: Any) -> Symbol:
        """`x[:, None]` and the like; any other part of a value is not taken inside of a kernel."""
        parts = index if isinstance(index, tuple) else (index,)
        if any(not (p is None or p is Ellipsis or isinstance(p, slice) and p == slice(None)) for p in parts):
            raise Unsupported("an index")
        named = sum(isinstance(p, slice) for p in parts)
        if Ellipsis not in parts:
            parts = (*parts, Ellipsis)
        at = parts.index(Ellipsis)
        parts = (*parts[:at], *[slice(None)] * (self.ndim - named), *(p for p in parts[at + 1 :] if p is not Ellipsis))
        axes = [position for position, part in enumerate(parts) if part is not None]
        shape = [1] * len(parts)
        for axis, position in enumerate(axes):
            shape[position] = self.shape[axis]
        return self._trace.reindex(self._node, tuple(axes), tuple(shape))

    def sum(self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("sum", self, axis, out, keepdims, dtype)

    def prod(self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("prod", self, axis, out, keepdims, dtype)

    def max(self, axis: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("max", self, axis, out, keepdims)

    def min(self, axis: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("min", self, axis, out, keepdims)

    def any(self, axis: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("any", self, axis, out, keepdims)

    def all(self, axis: Any = None, out: None = None, keepdims: bool = False) -> Symbol:
        return _reduced("all", self, axis, out, keepdims)

    def mean(self, axis: Any = None, dtype: None = None, out: None = None, keepdims: bool = False) -> Any:
        """The sum over the number of entries, which is no part of the kernel's text."""
        total = _reduced("sum", self, axis, out, keepdims, np.float64 if self.dtype.kind in "biu" else dtype)
        count = self.size // max(total.size, 1)
        return total / Number(self._trace, count, lambda _: count)

    def astype(self, dtype: Any, *_: Any, copy: bool = True, **__: Any) -> Symbol:
        if np.dtype(dtype) == self.dtype and not copy:
            return self
        return Symbol(self._trace, self._trace.node("cast", (self._node,), dtype, self.shape))

    def copy(self, order: str = "C") -> Symbol:
        return Symbol(self._trace, self._trace.node("positive", (self._node,), self.dtype, self.shape, (self.dtype,)))

    def transpose(self, *axes: Any) -> Symbol:
        given = axes[0] if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else axes
        order = list(given) if given and given[0] is not None else list(reversed(range(self.ndim)))
        places = tuple(order.index(axis) for axis in range(self.ndim))
        return self._trace.reindex(self._node, places, tuple(self.shape[axis] for axis in order))

    def reshape(self, *shape: Any) -> Symbol:
        """The same entries where only axes of length one come and go."""
        wanted = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        if [n for n in wanted if n != 1] != [n for n in self.shape if n != 1]:
            raise Unsupported("a new shape")
        long = [place for place, n in enumerate(wanted) if n != 1]
        places = tuple(None if n == 1 else long.pop(0) for n in self.shape)
        return self._trace.reindex(self._node, places, wanted)


def _reduced(name: str, x: Symbol, axis: Any, out: Any, keepdims: Any, dtype: Any = None) -> Symbol:
    if out is not None:
        raise Unsupported("out=")
    return x._trace.reduce(name, x, axis, keepdims is True, dtype)
