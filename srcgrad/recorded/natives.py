"""Callables that are not written in Python: those with a rule, and those that only hand values on."""

from __future__ import annotations

import collections
import contextlib
import functools
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from ..analyses import mutation
from . import records, special
from .arrays import Arrays
from .operators import BASIC, is_library, user_method
from .recorder import Flat
from .tape import NUMBERS, SIGNS

OPERATORS = {native: sign for sign, (native, *_) in SIGNS.items()}
IN_PLACE = {native: sign for sign, (_, _, native, _) in SIGNS.items()}
CONTAINERS = (list, tuple, dict, set, frozenset, zip, enumerate, map, filter, reversed, collections.deque, collections.OrderedDict,
              collections.defaultdict, collections.Counter, collections.ChainMap, range, slice, types.SimpleNamespace, object, type, str, bytes,
              property, staticmethod, classmethod, super, BaseException)  # fmt: skip
HANDING_ON = ("itertools", "heapq", "_heapq", "bisect", "_bisect", "_operator", "operator", "_collections", "collections", "_functools",
              "gc", "weakref")  # fmt: skip
TAKERS = frozenset({"extend", "extendleft", "update", "union", "intersection", "difference", "join", "fromkeys"})

CALLING_MODULES = ("itertools", "heapq", "_heapq", "bisect", "_bisect")


class Natives(Arrays):
    """A recorder that knows what is to be done with callables that have no Python source."""

    ufuncs: dict[Any, Any]

    def wrapped(self, value: Any) -> Any:
        """A callable that is handed to code which is not recorded, as one that is."""
        if isinstance(value, type):
            plain = value in (list, tuple, dict, set, int, str, bool) or issubclass(value, BaseException)
            return value if plain and value not in (list, tuple, set) else functools.partial(self.call, value)
        return functools.partial(self.call, value) if callable(value) else value

    def unknown(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A callable of which nothing is known: see `calls`."""
        raise NotImplementedError

    def has_rule(self, function: Any, args: tuple) -> bool:
        return rules.lookup(function, len(args)) is not None or rules.is_nondifferentiable(function, len(args))

    def by_rule(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A function of the table: recorded if something active is in its arguments."""
        if getattr(function, "__closure__", None) and self.holds_active(function):
            raise self.refuse(
                f"cannot differentiate this call of '{rules.declare.qualified_name(function)}'",
                "it has a rule, and reads a value that depends on a differentiated argument from outside",
                "pass that value as an argument",
            )
        args, kwargs = with_named_out(function, args, kwargs)
        out = kwargs.get("out")
        if out is None:
            kwargs = {n: v for n, v in kwargs.items() if n != "out"}
        if isinstance(out, tuple) and len(out) == 1:
            out = out[0]
        if isinstance(out, self.ndarray):
            where = kwargs.get("where", True)
            if where is not True and isinstance(function, np.ufunc):
                self.refuse_options(function, kwargs, ("out", "where"))
                return self.recorded(rt.written.ufunc_where)(function, out, where, *args)
            made = self.by_rule(function, args, {n: v for n, v in kwargs.items() if n != "out"})
            if not np.can_cast(made.dtype, out.dtype, kwargs.get("casting", "same_kind")):
                self.run(function, args, {"out": np.empty_like(out)})  # raises
            self.store_array(out, ..., made)
            return out
        if rules.is_nondifferentiable(function, len(args)):
            return self.plain(function, args, kwargs)
        if function not in (max, min) or len(args) == 1:  # several arguments of these are compared themselves
            args = tuple(list(self.iterate(a)) if _is_iterable(a) else a for a in args)
        if function in (max, min) and "default" in kwargs and len(args) == 1:
            default = kwargs.pop("default")
            if len(args[0]) == 0:
                return default
        if function in (sum, max, min) and self.is_native_choice(args, kwargs):
            return self.choose(function, args, kwargs)
        if not self.any_active(args, kwargs):
            return self.plain(function, args, kwargs)
        if function is float and type(args[0]) is float:
            return args[0]
        rule = rules.lookup(function, len(args))
        assert rule is not None
        args = self.arrays_of_sequences(rule, args)
        if any(isinstance(a, self.ndarray) and a.dtype == object for a in args):
            raise self.refuse(
                f"cannot differentiate '{rule.name}' of an array of objects", "its items are not looked into"
            )
        if any(records.is_of_records(a) for a in args):
            return records.passed(self, function, args, kwargs)
        y = self.run(function, args, kwargs)
        if records.is_of_records(y):
            raise records.refused(self)
        if rule.is_elementwise and not isinstance(y, (*NUMBERS, int, self.ndarray, tuple)):
            raise self.refuse(f"cannot differentiate '{rule.name}' of these operands", f"it makes a {type(y).__name__}")
        if isinstance(y, self.ndarray) and y.dtype == object:
            raise self.refuse("cannot differentiate an array of objects", "its items are not looked into", "use a list")
        if (
            function in (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
            and isinstance(y, self.ndarray)
            and y.dtype.kind not in "fc"
        ):
            return y
        return self.covered(rule, args, kwargs, y)

    def arrays_of_sequences(self, rule: rules.Rule, args: tuple) -> tuple:
        """Lists and tuples that a function of NumPy takes for arrays, as arrays."""
        if not rule.is_elementwise and not rule.name.startswith(("numpy.", "scipy.")):
            return args
        names = [p.name for p in rule.parameters if p.kind in (p.kind.POSITIONAL_ONLY, p.kind.POSITIONAL_OR_KEYWORD)]
        names += [""] * (len(args) - len(names))
        return tuple(
            self.call(np.array, a)
            if isinstance(a, (list, tuple)) and name not in rule.sequences and (rule.is_elementwise or self.any_active((a,), {}))
            else a
            for name, a in zip(names, args, strict=False)
        )  # fmt: skip

    def is_native_choice(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        """Whether sum, max or min hand on what they are given: a key, or items that are no numbers."""
        if "key" in kwargs:
            return True
        items = args[0] if len(args) == 1 or args and isinstance(args[0], (list, tuple)) and len(args) == 2 else args
        if isinstance(items, self.ndarray):
            return False
        return any(not isinstance(i, (*NUMBERS, int, self.ndarray)) for i in items)

    def choose(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if function is sum:
            total = args[1] if len(args) > 1 else kwargs.get("start", 0)
            for item in args[0]:
                total = self.op("+", total, item)
            return total
        key = kwargs.pop("key", None)
        items = args[0] if len(args) == 1 else args
        if isinstance(items, self.ndarray):
            items = list(self.iterate(items))
        return function(items, key=self.sorting_key(items, key), **kwargs)

    def sorting_key(self, items: Any, key: Any) -> Any:
        """The key by which items are put in order: comparisons that a class of the user's defines are made through the tape."""
        if key is not None:
            return lambda item: self.ordered(self.call(key, item))
        return self.ordered if any(type(i) not in BASIC for i in items) else None

    def plain(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call that is not recorded; a result that shares memory with an argument shares its shadow."""
        changed = [self.keep(a) for a in args[:1] if isinstance(a, self.ndarray) and _overwrites(function)]
        args = tuple(self.run(np.asarray, (a.array,), {}).reshape(-1) if isinstance(a, Flat) else a for a in args)
        y = self.run(function, args, kwargs)
        for done in changed:
            done()
        return y

    def stopped(self, value: Any) -> Any:
        """A copy that nothing active can be reached from."""
        if isinstance(value, self.ndarray):
            return value.copy()
        if isinstance(value, NUMBERS):
            return self.fresh(value)
        if isinstance(value, (list, tuple)):
            items = [self.stopped(v) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        if isinstance(value, dict):
            return {k: self.stopped(v) for k, v in value.items()}
        return value

    def native(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        owner = getattr(function, "__self__", None)
        name = getattr(function, "__name__", "")
        if isinstance(owner, np.ufunc):
            return self.ufunc_method(owner, name, function, args, kwargs)
        known = _hashable(function)
        meaning = special.SPECIAL.get(function) if known else None
        if meaning is not None:
            return meaning(self, *args, **kwargs)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        if isinstance(function, np.ufunc) and function in self.ufuncs and not kwargs and self.any_active(args, kwargs):
            return self.recorded(rt.written.entrywise)(self.ufuncs[function], *args)
        if known and function in OPERATORS:
            return self.op(OPERATORS[function], *args)
        if known and function in IN_PLACE:
            return self.inplace(IN_PLACE[function], *args)
        if isinstance(owner, (self.ndarray, np.generic)):
            return self.array_method(owner, name, args, kwargs)
        if isinstance(owner, float) and name == "conjugate":
            return self.unary("+", owner)
        if isinstance(owner, complex) and name == "conjugate":
            return self.call(np.conjugate, owner)
        if isinstance(owner, float) and name in ("is_integer", "hex", "as_integer_ratio"):
            return function(*args)  # whole numbers and texts do not vary
        if isinstance(function, types.MethodDescriptorType) and args:
            return self.method_of_class(function, args, kwargs)
        if isinstance(owner, type) and name == "__call__":  # what a metaclass goes on to
            return self.instance(owner, args, kwargs)
        if name.startswith("__") and name.endswith("__") and name not in ("__next__", "__iter__", "__call__"):
            return self.slot(function, owner, name, args, kwargs)
        if self.is_handing_on(function, owner):
            module = getattr(function, "__module__", None) or ""
            return self.handed(function, args, kwargs, name in TAKERS or module in HANDING_ON or function in BUILTINS)
        if not self.any_active(args, kwargs) and not self.holds_active(owner):
            return self.quiet(function, args, kwargs)
        return self.unknown(function, args, kwargs)

    def is_handing_on(self, function: Any, owner: Any) -> bool:
        """Whether a callable only hands values on."""
        if isinstance(owner, type):  # dict.fromkeys
            return issubclass(owner, (dict, list, tuple, set))
        if isinstance(owner, (*CONTAINERS[:10], types.GeneratorType, ITERATORS, collections.deque, str)):
            return True
        module = getattr(function, "__module__", None) or ""
        return type(owner).__mro__[-2:-1] == (dict,) or module in HANDING_ON or function in BUILTINS

    def method_of_class(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """`list.append(items, x)`: the method of that class, whatever the object's own says."""
        owner = args[0]
        if isinstance(owner, (self.ndarray, np.generic)):
            return self.array_method(owner, function.__name__, args[1:], kwargs)
        return self.call(function.__get__(owner, type(owner)), *args[1:], **kwargs)

    def slot(self, function: Any, owner: Any, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A special method of a class that is not written in Python, such as `super().__init__` and `object.__setattr__`."""
        bound = isinstance(function, (types.BuiltinMethodType, types.MethodWrapperType))
        if bound and not isinstance(owner, (type, types.ModuleType)):
            args = (owner, *args)
        if args and type(args[0]) in BASIC and isinstance(args[0], (*NUMBERS, int, self.ndarray)):
            return self.special_method(args[0], name, args[1:])
        if name == "__setattr__" and len(args) == 3:
            return self.set_plainly(*args)
        rest = args[1:] if bound and not isinstance(owner, (type, types.ModuleType)) else args
        if name in ("__init__", "__new__", "__iadd__", "__ior__"):
            return self.handed(function, rest, kwargs, True)
        return function(*rest, **kwargs)

    def instance(self, cls: type, args: tuple, kwargs: dict[str, Any]) -> Any:
        """What `type` makes of a call of a class: see `classes`."""
        raise NotImplementedError

    def quiet(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call that nothing active reaches; it may still change arrays that it is given."""
        arrays = [
            self.keep(a)
            for a in (*args, *kwargs.values())
            if isinstance(a, self.ndarray) and self.is_writeable(a) and a.size < 10**7
        ]
        y = self.run(function, args, kwargs)
        for done in arrays:
            done()
        return y

    def handed(self, function: Any, args: tuple, kwargs: dict[str, Any], taking: bool) -> Any:
        """A call of what only hands values on: its callables are recorded, and arrays it would go through are taken apart on the tape."""
        if taking:
            args = tuple(self.iterate(a) if self.is_gone_through(a) else a for a in args)
        name = getattr(function, "__name__", "")
        if function is sorted or name == "sort" and isinstance(getattr(function, "__self__", None), list):
            items = list(args[0]) if function is sorted else function.__self__
            kwargs = {**kwargs, "key": self.sorting_key(items, kwargs.get("key"))}
            return function(*([items] if function is sorted else args), **kwargs)
        calling = function in CALLING or getattr(function, "__module__", None) in CALLING_MODULES
        if calling:
            args = tuple(self.wrapped(a) for a in args)
            kwargs = {n: self.wrapped(v) for n, v in kwargs.items()}
            if function is filter and args and args[0] is None:
                args = (self.truth, *args[1:])
        with self.watching((*args, getattr(function, "__self__", None))):
            return function(*args, **kwargs)

    @contextlib.contextmanager
    def watching(self, values: tuple) -> Iterator[None]:
        """`Refused` if Python's own code, which runs comparisons and texts of the user's as they are, makes them keep numbers of their own."""
        objects = [v for value in values for v in _instances(value)]
        before = [list(vars(v).values()) for v in objects]
        yield
        for one, old in zip(objects, before, strict=True):
            new = [v for v in vars(one).values() if not any(v is o for o in old)]
            if any(isinstance(v, (*NUMBERS, self.ndarray)) and not self.is_active(v) for v in new):
                raise self.refuse(
                    f"cannot differentiate through what '{type(one).__name__}' computes while it is compared or shown",
                    "it is Python itself that calls it here",
                    "compute it before",
                )

    def is_gone_through(self, value: Any) -> bool:
        if isinstance(value, self.ndarray):
            return value.dtype.kind in "fc" and value.ndim > 0
        if type(value) in BASIC:
            return False
        special_methods = ("__iter__", "__next__") if hasattr(type(value), "__iter__") else ("__next__", "__getitem__")
        return isinstance(value, Flat) or any(user_method(type(value), n) is not None for n in special_methods)

    def ufunc_method(self, ufunc: np.ufunc, name: str, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if name == "at":
            return self.at(ufunc, *args)
        parameters = _OF_UFUNC_METHODS.get(name, ())
        kwargs = dict(zip(parameters, args, strict=False)) | kwargs
        args = tuple(kwargs.pop(n) for n in ("array", "indices") if n in kwargs) if parameters else args
        out = kwargs.pop("out", None)
        if out is not None:
            out = out[0] if isinstance(out, tuple) else out
            self.store_array(out, ..., self.ufunc_method(ufunc, name, function, args, kwargs))
            return out
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        if self.any_active(args, kwargs):
            self.refuse_options(function, kwargs, ("axis", "keepdims"))
            return self.recorded(getattr(rt.written, f"ufunc_{name}"))(ufunc, *args, **kwargs)
        return self.run(function, args, kwargs)

    def refuse_options(self, function: Any, kwargs: dict[str, Any], taken: tuple[str, ...]) -> None:
        """`Refused` for options of a call that the loops in its place do not take."""
        for name in kwargs:
            if name not in taken:
                raise self.refuse(f"cannot differentiate this call of '{function.__name__}'", f"it is given {name!r}")


_OF_UFUNC_METHODS = {
    "reduce": ("array", "axis", "dtype", "out", "keepdims", "initial", "where"),
    "accumulate": ("array", "axis", "dtype", "out"),
    "reduceat": ("array", "indices", "axis", "dtype", "out"),
}

ITERATORS = tuple({type(iter([])), type(iter(())), type(iter({})), type(iter(set())), type(iter({}.items())), type(iter({}.values())),
                      type({}.items()), type({}.values()), type({}.keys()), type(iter(range(1))), type(iter("")), type(reversed([]))})  # fmt: skip
CALLING = (map, filter, sorted, collections.defaultdict)  # what calls the functions that it is given
BUILTINS = frozenset(
    {
        iter,
        next,
        sorted,
        any,
        all,
        hash,
        id,
        callable,
        setattr,
        getattr,
        hasattr,
        delattr,
        vars,
        dir,
        isinstance,
        issubclass,
        repr,
        print,
    }
)


def with_named_out(function: Any, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """The arguments of a call with an `out` that is given by position put among the named ones."""
    position = mutation.position_of_out(function)
    if len(args) <= position:
        return args, kwargs
    out, rest = args[position], () if isinstance(function, np.ufunc) else args[position + 1 :]
    return (*args[:position], *((None, *rest) if rest else ())), kwargs if out is None else {**kwargs, "out": out}


def _is_iterable(value: Any) -> bool:
    """Whether a value is to be gone through before it is given to a function: an iterator, a set, a view of a dict, a class of the user's."""
    if isinstance(value, (np.ndarray, list, tuple)) or type(value) in BASIC:
        return False
    once = isinstance(value, (set, frozenset, collections.deque, type({}.keys()), type({}.values())))
    if once or hasattr(type(value), "__next__") or user_method(type(value), "__iter__") is not None:
        return True
    return user_method(type(value), "__getitem__") is not None and not hasattr(type(value), "__array__")


def _instances(value: Any) -> list[Any]:
    """The instances of classes of the user's in a value: itself, its items, the items of those."""
    found: list[Any] = []
    level = [value]
    for _ in range(3):
        following: list[Any] = []
        for one in level:
            if isinstance(one, (list, tuple, set, frozenset, collections.deque)):
                following += one
            elif isinstance(one, dict):
                following += one
            elif type(one) not in BASIC and not is_library(type(one)) and hasattr(one, "__dict__"):
                found.append(one)
        level = following
    return [one for one in found if not callable(one)]


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _overwrites(function: Any) -> bool:
    return getattr(function, "__name__", "") in (
        "shuffle",
        "sort",
        "fill",
        "partition",
        "put",
        "place",
        "putmask",
        "put_along_axis",
    )
