"""Functions with a meaning of their own on the tape: what calls back, what reads or stores by name, what builds from an iterator."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import itertools
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import srcgrad_runtime as rt

from .operators import COMPARISONS, CompareKey, user_frame, user_method
from .pullbacks import children
from .tape import NUMBERS

if TYPE_CHECKING:
    from .calls import Calls


def _getattr(self: Calls, owner: Any, name: str, *default: Any) -> Any:
    try:
        return self.attribute(owner, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def _copyto(self: Calls, dst: np.ndarray, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    whole = np.empty(0, dst.dtype)  # raises where NumPy does
    np.copyto(whole, np.zeros(0, getattr(src, "dtype", None) or self.as_array(src).dtype), casting)  # type: ignore[arg-type]
    if where is True:
        self.store(dst, ..., src)
        return
    mask = np.broadcast_to(where, dst.shape)
    whole = self.call(np.broadcast_to, self.as_array(src), dst.shape)
    self.store(dst, mask, self.load(whole, mask))


def _fill_diagonal(self: Calls, a: np.ndarray, val: Any, wrap: bool = False) -> None:
    if wrap or a.ndim != 2:
        raise self.refuse("cannot differentiate this use of np.fill_diagonal", "", "write the loop")
    places = np.arange(min(a.shape))
    if isinstance(val, self.ndarray) and val.ndim:
        val = (
            self.call(np.resize, val, (len(places),)) if val.size != len(places) else self.call(np.reshape, val, (-1,))
        )
    self.store(a, (places, places), val)


def _put(self: Calls, a: np.ndarray, ind: Any, v: Any, mode: str = "raise") -> None:
    self.put(a, ind, v, mode)


def _place(self: Calls, arr: np.ndarray, mask: Any, vals: Any) -> None:
    vals = self.as_array(vals)
    count = int(np.sum(mask))
    self.store(
        arr,
        self.run(np.asarray, (mask, bool), {}),
        self.call(rt.cycled, vals, (count,)) if vals.size != count else self.call(np.reshape, vals, (count,)),
    )


def _putmask(self: Calls, a: np.ndarray, mask: Any, values: Any) -> None:
    mask = self.run(np.asarray, (mask, bool), {})
    values = self.as_array(values)
    whole = self.call(rt.cycled, values, a.shape) if values.shape != a.shape else values
    self.store(a, mask, self.load(whole, mask))


def _put_along_axis(self: Calls, arr: np.ndarray, indices: Any, values: Any, axis: int | None = -1) -> None:
    if axis is None:
        self.put(arr, indices, self.call(np.broadcast_to, self.as_array(values), np.shape(indices)))
    else:
        self.store(arr, self.run(rt.along_axis_index, (arr.shape, indices, axis % arr.ndim), {}), values)


def _broadcast_arrays(self: Calls, *args: Any, subok: bool = False) -> tuple[Any, ...]:
    arrays = [self.as_array(a) for a in args]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    return tuple(self.call(np.broadcast_to, a, shape) for a in arrays)


def _ndenumerate(self: Calls, arr: Any) -> Any:
    array = self.as_array(arr)
    return ((place, self.load_array(array, place)) for place in np.ndindex(array.shape))


def _deepcopy(self: Calls, value: Any, memo: Any = None) -> Any:
    if user_method(type(value), "__deepcopy__") is not None:
        return self.method(value, "__deepcopy__", {} if memo is None else memo)
    known: dict[int, Any] = {} if memo is None else memo

    def arrays(item: Any, seen: set[int]) -> None:
        if isinstance(item, self.ndarray):
            known[id(item)] = self.duplicate(item)
        elif id(item) not in seen and not isinstance(item, (*NUMBERS, int, str, bytes, type(None), type)):
            seen.add(id(item))
            for part in children(item):
                arrays(part, seen)

    arrays(value, set())
    return copy.deepcopy(value, known)


def _copy(self: Calls, value: Any) -> Any:
    if user_method(type(value), "__copy__") is not None:
        return self.method(value, "__copy__")
    return self.duplicate(value) if isinstance(value, self.ndarray) else copy.copy(value)


def _replace(self: Calls, record: Any, /, **changes: Any) -> Any:
    for field in dataclasses.fields(record):
        if field.init and field.name not in changes:
            changes[field.name] = self.attribute(record, field.name)
    return self.construct(type(record), (), changes)


def _make_dataclass(self: Calls, *args: Any, **kwargs: Any) -> type:
    made = dataclasses.make_dataclass(*args, **kwargs)
    if made.__module__.startswith("srcgrad."):  # Python says that its caller has made it
        made.__module__ = "types"
    return made


def _view(function: Any) -> Callable[..., Any]:
    """A function whose result is a view of its first argument."""
    return lambda self, x, *args, **kwargs: self.run(function, (self.as_array(x), *args), kwargs)


def _reduce(self: Calls, function: Any, items: Any, *initial: Any) -> Any:
    return functools.reduce(functools.partial(self.call, function), self.iterate(items), *initial)


def _next(self: Calls, iterator: Any, *default: Any) -> Any:
    method = user_method(type(iterator), "__next__")
    if method is None:
        return next(iterator, *default)
    try:
        return self.call(method, iterator)
    except StopIteration:
        if default:
            return default[0]
        raise


def _iter(self: Calls, items: Any, *sentinel: Any) -> Any:
    if sentinel:
        return iter(functools.partial(self.call, items), *sentinel)
    method = user_method(type(items), "__iter__")
    return self.call(method, items) if method is not None else iter(self.iterate(items))


def _accumulate(self: Calls, items: Any, func: Any = operator.add, *, initial: Any = None) -> Any:
    return itertools.accumulate(self.iterate(items), functools.partial(self.call, func), initial=initial)


def _starmap(self: Calls, function: Any, items: Any) -> Any:
    return itertools.starmap(functools.partial(self.call, function), (self.items(i) for i in self.iterate(items)))


def _abs(self: Calls, value: Any) -> Any:
    method = None if isinstance(value, (*NUMBERS, int, self.ndarray)) else user_method(type(value), "__abs__")
    return self.call(method, value) if method is not None else self.by_rule(abs, (value,), {})


def _length(self: Calls, value: Any) -> Any:
    method = user_method(type(value), "__len__")
    return self.call(method, value) if method is not None else len(value)


def _from_iterable(self: Calls, parts: Any) -> Any:
    return (item for part in self.iterate(parts) for item in self.iterate(part))


def _dict(self: Calls, *pairs: Any, **kwargs: Any) -> dict[Any, Any]:
    if not pairs:
        return dict(**kwargs)
    found = self.mapping(pairs[0])
    if hasattr(type(found), "keys"):
        return dict(found, **kwargs)
    return dict([tuple(self.iterate(pair)) for pair in self.iterate(found)], **kwargs)


def _fromiter(self: Calls, items: Any, dtype: Any = float, count: int = -1, *, like: Any = None) -> Any:
    found = list(itertools.islice(self.iterate(items), count if count >= 0 else None))
    if count >= 0 and len(found) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(found)} items.")
    return self.call(np.array, found, dtype)


def _divmod(self: Calls, a: Any, b: Any) -> Any:
    numbers = (*NUMBERS, int, self.ndarray)
    if isinstance(a, numbers) and isinstance(b, numbers):
        return (self.op("//", a, b), self.op("%", a, b))
    for method, one, other in ((user_method(type(a), "__divmod__"), a, b), (user_method(type(b), "__rdivmod__"), b, a)):
        result = self.call(method, one, other) if method is not None else NotImplemented
        if result is not NotImplemented:
            return result
    return divmod(a, b)


def _pow(self: Calls, a: Any, b: Any, *modulus: Any) -> Any:
    return self.op("**", a, b) if not modulus else pow(a, b, *modulus)


def _dunder(function: Any, name: str) -> Callable[..., Any]:
    """A function that asks a class for a special method, and has a rule for numbers."""

    def ask(self: Calls, value: Any, *rest: Any, **kwargs: Any) -> Any:
        basic = isinstance(value, (*NUMBERS, int, self.ndarray))
        method = None if basic else user_method(type(value), name)
        if method is not None:
            return self.call(method, value, *rest, **kwargs)
        if self.has_rule(function, (value, *rest)):
            return self.by_rule(function, (value, *rest), kwargs)
        return function(value, *rest, **kwargs)

    return ask


def _reversed(self: Calls, items: Any) -> Any:
    method = user_method(type(items), "__reversed__")
    if method is not None:
        return self.advanced(self.call(method, items))
    if isinstance(items, self.ndarray) or user_method(type(items), "__getitem__") is not None:
        return (self.load(items, i) for i in reversed(range(_length(self, items))))
    return reversed(items)


def _namedtuple(self: Calls, name: Any, fields: Any, **options: Any) -> Any:
    frame = user_frame()
    module = frame.f_globals.get("__name__", "__main__") if frame is not None else None
    return collections.namedtuple(name, fields, **{"module": module, **options})


def _text(function: Any) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: (
        self.text_of(function, args[0]) if len(args) == 1 else function(*args, **kwargs)
    )


def _number(cls: Any) -> Callable[..., Any]:
    def convert(self: Calls, *args: Any) -> Any:
        method = user_method(type(args[0]), f"__{cls.__name__}__") if args else None
        if method is not None:
            return self.call(method, *args)
        return self.by_rule(cls, args, {}) if cls is float else cls(*args)

    return convert


SPECIAL: dict[Any, Callable[..., Any]] = {
    getattr: _getattr, setattr: lambda self, owner, name, value: self.set_attribute(owner, name, value),
    operator.getitem: lambda self, owner, index: self.load(owner, index),
    operator.setitem: lambda self, owner, index, value: self.store(owner, index, value),
    operator.neg: lambda self, x: self.unary("-", x), operator.pos: lambda self, x: self.unary("+", x), operator.abs: _abs, abs: _abs,
    np.copyto: _copyto, np.fill_diagonal: _fill_diagonal, np.put: _put, np.place: _place, np.putmask: _putmask,
    np.put_along_axis: _put_along_axis, np.ndenumerate: _ndenumerate, np.broadcast_arrays: _broadcast_arrays, copy.deepcopy: _deepcopy, copy.copy: _copy,
    dataclasses.replace: _replace, dataclasses.make_dataclass: _make_dataclass,
    np.lib.stride_tricks.sliding_window_view: _view(np.lib.stride_tricks.sliding_window_view),
    np.lib.stride_tricks.as_strided: _view(np.lib.stride_tricks.as_strided),
    functools.reduce: _reduce, next: _next, iter: _iter, itertools.accumulate: _accumulate, itertools.starmap: _starmap,
    itertools.chain.from_iterable: _from_iterable, dict: _dict, np.fromiter: _fromiter, divmod: _divmod, pow: _pow, operator.pow: _pow,
    any: lambda self, items: any(self.truth(i) for i in self.iterate(items)),
    all: lambda self, items: all(self.truth(i) for i in self.iterate(items)),
    np.frompyfunc: lambda self, *args, **kwargs: self.made_ufunc(*args, **kwargs),
    functools.cmp_to_key: CompareKey, collections.namedtuple: _namedtuple,
    round: _dunder(round, "__round__"), math.floor: _dunder(math.floor, "__floor__"), math.ceil: _dunder(math.ceil, "__ceil__"),
    math.trunc: _dunder(math.trunc, "__trunc__"), reversed: _reversed, str: _text(str), repr: _text(repr),
    operator.contains: lambda self, owner, item: self.contains(item, owner),
    **{native: (lambda self, a, b, sign=sign: self.compare(sign, a, b)) for sign, (native, *_) in COMPARISONS.items()},
    len: _length, float: _number(float), int: _number(int), bool: _number(bool),
}  # fmt: skip
