"""Calls: what a callable is, is found out when it is called.

A function with a rule is put on the tape, a function of the user's is run in its recorded form, what only hands values on (containers, iterators) is
called as it is. Anything else that something active can reach is refused: silence is never a rule.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import functools
import itertools
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from ..core import markers
from ..core.errors import SourceNotFound
from . import integrals, transform
from .recorder import Flat, Recorder, is_library, is_library_name, user_method
from .tape import NUMBERS, SIGNS, owner_of

OPERATORS = {native: sign for sign, (native, *_) in SIGNS.items()}
IN_PLACE = {native: sign for sign, (_, _, native, _) in SIGNS.items()}
CONTAINERS = (list, tuple, dict, set, frozenset, zip, enumerate, map, filter, reversed, collections.deque, collections.OrderedDict,
              collections.defaultdict, collections.Counter, collections.ChainMap, range, slice, types.SimpleNamespace, object, type, str, bytes,
              property, staticmethod, classmethod, super, BaseException)  # fmt: skip
HANDING_ON = ("itertools", "heapq", "_heapq", "bisect", "_bisect", "_operator", "operator", "_collections", "collections", "_functools",
              "gc", "weakref")  # fmt: skip
# modules in Python that call nothing of the user's
FOLLOWED = ("collections", "heapq", "bisect", "operator", "typing", "enum", "weakref")
TAKERS = frozenset({"extend", "extendleft", "update", "union", "intersection", "difference", "join", "fromkeys"})


class Calls(Recorder):
    """A recorder that knows how to call."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[types.CodeType, Any] = {}  # code in recorded form: it needs no other
        self.ufuncs: dict[Any, Any] = {}  # what those made by `np.frompyfunc` call

    # ---- functions of the user's ------------------------------------------------------------------------------------------------

    def recorded(self, function: types.FunctionType) -> types.FunctionType:
        """A Python function in its recorded form."""
        if function.__code__ in self.made:
            return function
        found = transform.transform(function)
        self.note(found.code)
        return found.bind(function, self)

    def note(self, code: types.CodeType) -> None:
        """A code object and those inside it are in recorded form."""
        if code in self.made:
            return
        self.made[code] = True
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self.note(constant)

    def wrapped(self, value: Any) -> Any:
        """A callable that is handed to code which is not recorded, as one that is."""
        if isinstance(
            value, (types.FunctionType, types.MethodType, functools.partial, types.BuiltinFunctionType, np.ufunc)
        ) or (not isinstance(value, type) and user_method(type(value), "__call__") is not None):
            return functools.partial(self.call, value)
        return value

    # ---- the dispatch -----------------------------------------------------------------------------------------------------------

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(function, types.FunctionType):
            return self.python(function, args, kwargs)
        if isinstance(function, types.MethodType):
            return self.bound(function, args, kwargs)
        if isinstance(function, functools.partial):
            return self.call(function.func, *function.args, *args, **{**function.keywords, **kwargs})
        if isinstance(function, type):
            return self.construct(function, args, kwargs)
        if isinstance(
            function,
            (
                types.BuiltinFunctionType,
                types.BuiltinMethodType,
                np.ufunc,
                types.MethodWrapperType,
                types.MethodDescriptorType,
            ),
        ):
            return self.native(function, args, kwargs)
        return self.object(function, args, kwargs)

    def method(self, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        if isinstance(owner, (np.ndarray, np.generic)):
            return self.array_method(owner, name, args, kwargs)
        return self.call(self.attribute(owner, name), *args, **kwargs)

    def python(self, function: types.FunctionType, args: tuple, kwargs: dict[str, Any]) -> Any:
        if function.__code__ in self.made:
            return function(*args, **kwargs)
        if function is markers.stop_gradient:
            return self.stopped(*args, **kwargs)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and (self.any_active(args, kwargs) or self.holds_active(function)):
            return self.recorded(text.text)(*args, **kwargs)
        wrapped = getattr(function, "__wrapped__", None)
        if is_library(function) or is_library_name(function.__globals__.get("__name__")):
            if wrapped is not None and function.__globals__.get("__name__") == "contextlib":
                return contextlib.contextmanager(self.recorded(wrapped))(*args, **kwargs)
            return self.library(function, args, kwargs)
        try:
            form = self.recorded(function)
        except SourceNotFound:
            return self.unknown(function, args, kwargs)
        return form(*args, **kwargs)

    def bound(self, function: types.MethodType, args: tuple, kwargs: dict[str, Any]) -> Any:
        inner = function.__func__
        if isinstance(function.__self__, Calls):
            return function(*args, **kwargs)
        if isinstance(inner, types.FunctionType):
            return self.python(inner, (function.__self__, *args), kwargs)
        return self.call(inner, function.__self__, *args, **kwargs)

    def object(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call of an object that is no function."""
        special = SPECIAL.get(function) if _hashable(function) else None
        if special is not None:
            return special(self, *args, **kwargs)
        if isinstance(function, functools._lru_cache_wrapper):
            return self.cached(function, args, kwargs)
        inner = getattr(function, "py_func", None)  # a function that Numba compiles
        if isinstance(inner, types.FunctionType):
            return self.python(inner, args, kwargs)
        if isinstance(function, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
            return self.getter(function, args[0])
        method = user_method(type(function), "__call__")
        if method is not None:
            return self.python(method, (function, *args), kwargs)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        if isinstance(function, np.vectorize) and (self.any_active(args, kwargs) or self.holds_active(function.pyfunc)):
            return self.vectorized(function, args, kwargs)
        return self.unknown(function, args, kwargs)

    def vectorized(self, function: np.vectorize, args: tuple, kwargs: dict[str, Any]) -> Any:
        if function.signature is not None or kwargs or function.excluded:
            raise self.refuse("cannot differentiate this use of np.vectorize", "", "write the loop")
        return self.recorded(rt.written.entrywise)(function.pyfunc, *args)

    def made_ufunc(self, function: Callable[..., Any], nin: int, nout: int, *, identity: Any = None) -> Any:
        """`np.frompyfunc`: the ufunc, of which is kept what it calls."""
        made = (
            np.frompyfunc(function, nin, nout, identity=identity)
            if identity is not None
            else np.frompyfunc(function, nin, nout)
        )
        self.ufuncs[made] = function
        return made

    def as_array(self, value: Any) -> Any:
        return value if isinstance(value, np.ndarray) else self.call(np.array, value)

    def cached(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A function with `functools.lru_cache`: what it has computed on this tape is taken again, for the same objects."""
        key = (id(function), *(self.key(a) for a in args), *((n, self.key(v)) for n, v in sorted(kwargs.items())))
        if key not in self.memory:
            self.memory[key] = self.call(function.__wrapped__, *args, **kwargs)
        return self.memory[key]

    def key(self, value: Any) -> Any:
        hash(value)
        return (type(value), id(value)) if self.is_active(value) else (type(value), value)

    def getter(self, function: Any, owner: Any) -> Any:
        maker, names = function.__reduce__()[:2]
        if isinstance(function, operator.methodcaller):
            # with keywords, the name of the method and those stand in a partial
            return self.method(owner, *getattr(maker, "args", ()), *names, **getattr(maker, "keywords", {}))
        found = []
        for name in names:
            value = owner
            for part in [name] if isinstance(function, operator.itemgetter) else name.split("."):
                value = (
                    self.load(value, part) if isinstance(function, operator.itemgetter) else self.attribute(value, part)
                )
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)

    # ---- rules ------------------------------------------------------------------------------------------------------------------

    def any_active(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        return any(self.holds_active(a) for a in (*args, *kwargs.values()))

    def has_rule(self, function: Any, args: tuple) -> bool:
        return rules.lookup(function, len(args)) is not None or rules.is_nondifferentiable(function, len(args))

    def by_rule(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A function of the table: recorded if something active is in its arguments."""
        out = kwargs.get("out")
        if out is None and isinstance(function, np.ufunc) and len(args) > function.nin:
            out, args = args[function.nin], args[: function.nin]
        if isinstance(out, tuple) and len(out) == 1:
            out = out[0]
        if isinstance(out, np.ndarray):
            if "where" in kwargs:
                raise self.refuse("cannot differentiate 'out' together with 'where'", "", "use np.where")
            self.store_array(out, ..., self.by_rule(function, args, {n: v for n, v in kwargs.items() if n != "out"}))
            return out
        if rules.is_nondifferentiable(function, len(args)):
            return self.plain(function, args, kwargs)
        args = tuple(list(self.iterate(a)) if _is_iterable(a) else a for a in args)
        if function in (max, min) and "default" in kwargs:
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
        if rule.is_elementwise:
            args = tuple(self.call(np.array, a) if isinstance(a, (list, tuple)) else a for a in args)
        if any(isinstance(a, np.ndarray) and a.dtype == object for a in args):
            raise self.refuse(
                f"cannot differentiate '{rule.name}' of an array of objects", "its items are not looked into"
            )
        y = function(*args, **kwargs)
        if isinstance(y, np.ndarray) and y.dtype == object:
            raise self.refuse("cannot differentiate an array of objects", "its items are not looked into", "use a list")
        if (
            function in (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
            and isinstance(y, np.ndarray)
            and y.dtype.kind not in "fc"
        ):
            return y
        return self.covered(rule, args, kwargs, y)

    def is_native_choice(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        """Whether sum, max or min hand on what they are given: a key, or items that are no numbers."""
        if "key" in kwargs:
            return True
        items = args[0] if len(args) == 1 or args and isinstance(args[0], (list, tuple)) and len(args) == 2 else args
        if isinstance(items, np.ndarray):
            return False
        return any(not isinstance(i, (*NUMBERS, int, np.ndarray)) for i in items)

    def choose(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if function is sum:
            total = args[1] if len(args) > 1 else kwargs.get("start", 0)
            for item in args[0]:
                total = self.op("+", total, item)
            return total
        key = kwargs.pop("key", None)
        items = args[0] if len(args) == 1 else args
        if isinstance(items, np.ndarray):
            items = list(self.iterate(items))
        return function(items, key=functools.partial(self.call, key) if key is not None else None, **kwargs)

    def plain(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call that is not recorded; a result that shares memory with an argument shares its shadow."""
        changed = [self.keep(a) for a in args[:1] if isinstance(a, np.ndarray) and _overwrites(function)]
        args = tuple(np.asarray(a.array).reshape(-1) if isinstance(a, Flat) else a for a in args)
        y = function(*args, **kwargs)
        for done in changed:
            done()
        return y

    def stopped(self, value: Any) -> Any:
        """A copy that nothing active can be reached from."""
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, NUMBERS):
            return self.fresh(value)
        if isinstance(value, (list, tuple)):
            items = [self.stopped(v) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        if isinstance(value, dict):
            return {k: self.stopped(v) for k, v in value.items()}
        return value

    # ---- arrays -----------------------------------------------------------------------------------------------------------------

    def array_method(self, owner: Any, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        if isinstance(owner, np.ndarray):
            if name == "fill" and len(args) == 1:
                return self.store(owner, ..., args[0])
            if name in ("sort", "partition"):
                self.store_array(owner, ..., self.call(getattr(np, name), owner, *args, **kwargs))
                return None
            if name == "put":
                return self.put(owner, *args)
            if name == "tolist":
                return self.listed(owner)
            if name == "dot":
                return self.call(np.dot, owner, *args, **kwargs)
            if name == "__setitem__":
                return self.store(owner, *args)
            if name == "__getitem__":
                return self.load_array(owner, *args)
            if name == "view" and not args and not kwargs:
                return owner.view()
            if name == "item" and args:
                return self.load_array(
                    owner, args if len(args) > 1 or owner.ndim == 1 else np.unravel_index(args[0], owner.shape)
                )
            if name == "copy" or name == "__copy__":
                return self.call(np.copy, owner, *args, **kwargs)
            if name in ("itemset", "resize", "setfield", "byteswap"):
                raise self.refuse(
                    f"cannot differentiate '{name}' of an array", "it changes the array in a way that is not followed"
                )
        if name == "item" and not args and isinstance(owner, np.generic) and not self.is_active(owner):
            return owner.item()
        method = rules.method(name)
        if method is None:
            if self.any_active((owner, *args), kwargs):
                raise self.refuse(f"cannot differentiate through the method '{name}' of an array", "no rule covers it")
            return getattr(owner, name)(*args, **kwargs)
        if not self.any_active((owner, *args), kwargs) and "out" not in kwargs:
            return getattr(owner, name)(*args, **kwargs)
        packed: tuple = (args,) if method.pack and len(args) > 1 else args
        if method.pack and not args:
            packed = ()
        return self.call(method.function, owner, *packed, **kwargs)

    def listed(self, array: np.ndarray) -> Any:
        if not array.ndim:
            return self.call(float, array) if array.dtype.kind == "f" else array.item()
        if not self.is_active(array):
            return array.tolist()
        if array.ndim > 1:
            return [self.listed(row) for row in array]
        return [self.call(float, v) if array.dtype.kind == "f" else v for v in self.iterate(array)]

    def put(self, array: np.ndarray, places: Any, values: Any, mode: str = "raise") -> None:
        places = np.asarray(places)
        count = places.size
        values = self.as_array(values)
        chosen = (
            self.call(np.resize, values, places.shape)
            if values.size != count
            else self.call(np.reshape, values, places.shape)
        )
        self.store_array(array, np.unravel_index(places, array.shape), chosen)

    # ---- native callables -------------------------------------------------------------------------------------------------------

    def native(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        owner = getattr(function, "__self__", None)
        name = getattr(function, "__name__", "")
        if isinstance(owner, np.ufunc):
            return self.ufunc_method(owner, name, function, args, kwargs)
        special = SPECIAL.get(function) if _hashable(function) else None
        if special is not None:
            return special(self, *args, **kwargs)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        if isinstance(function, np.ufunc) and function in self.ufuncs and not kwargs and self.any_active(args, kwargs):
            return self.recorded(rt.written.entrywise)(self.ufuncs[function], *args)
        if _hashable(function) and function in OPERATORS:
            return self.op(OPERATORS[function], *args)
        if _hashable(function) and function in IN_PLACE:
            return self.inplace(IN_PLACE[function], *args)
        if isinstance(owner, (np.ndarray, np.generic)):
            return self.array_method(owner, name, args, kwargs)
        if isinstance(function, types.MethodDescriptorType) and args:
            return self.method(args[0], name, *args[1:], **kwargs)
        module = getattr(function, "__module__", None) or ""
        if isinstance(owner, type) and name in ("__new__", "__init__"):
            return function(*args, **kwargs)
        handing = isinstance(
            owner, (*CONTAINERS[:10], types.GeneratorType, re_iterators, collections.deque, str)
        ) or type(owner).__mro__[-2:-1] == (dict,)
        handing = handing or isinstance(owner, (list, dict, set, tuple)) or module in HANDING_ON or function in BUILTINS
        if handing:
            return self.handed(function, args, kwargs, name in TAKERS or module in HANDING_ON or function in BUILTINS)
        if name in ("__init__", "__setattr__", "__new__", "__getattribute__", "__init_subclass__"):
            return function(*args, **kwargs)
        if not self.any_active(args, kwargs) and not self.holds_active(owner):
            return self.quiet(function, args, kwargs)
        return self.unknown(function, args, kwargs)

    def quiet(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call that nothing active reaches; it may still change arrays that it is given."""
        arrays = [
            self.keep(a)
            for a in (*args, *kwargs.values())
            if isinstance(a, np.ndarray) and a.flags.writeable and a.size < 10**7
        ]
        y = function(*args, **kwargs)
        for done in arrays:
            done()
        return y

    def handed(self, function: Any, args: tuple, kwargs: dict[str, Any], taking: bool) -> Any:
        """A call of what only hands values on: its callables are recorded, and arrays it would go through are taken apart on the tape."""
        if taking:
            args = tuple(self.iterate(a) if self.is_gone_through(a) else a for a in args)
        calling = function in CALLING or getattr(function, "__module__", None) in (
            "itertools",
            "heapq",
            "_heapq",
            "bisect",
            "_bisect",
        )
        if calling or getattr(function, "__name__", "") == "sort":
            args = tuple(self.wrapped(a) for a in args)
            kwargs = {n: self.wrapped(v) for n, v in kwargs.items()}
        return function(*args, **kwargs)

    def is_gone_through(self, value: Any) -> bool:
        if isinstance(value, np.ndarray):
            return value.dtype.kind in "fc" and value.ndim > 0
        return (
            isinstance(value, Flat)
            or user_method(type(value), "__iter__") is not None
            or user_method(type(value), "__next__") is not None
        )

    def ufunc_method(self, ufunc: np.ufunc, name: str, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if name == "at":
            return self.at(ufunc, *args)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        if self.any_active(args, kwargs):
            return self.unknown(function, args, kwargs)
        return function(*args, **kwargs)

    def at(self, ufunc: np.ufunc, array: np.ndarray, index: Any, value: Any = None) -> None:
        if not (self.is_active(array) or self.holds_active(value)):
            done = self.keep(array)
            ufunc.at(array, index, *([value] if value is not None else []))
            done()
            return
        if ufunc not in (np.add, np.subtract):
            raise self.refuse(
                f"cannot differentiate np.{ufunc.__name__}.at",
                "only np.add.at and np.subtract.at are followed",
                "write the loop",
            )
        if isinstance(value, (list, tuple)):
            value = self.call(np.array, value)
        old = array[index].copy() if isinstance(array[index], np.ndarray) else array[index]
        ufunc.at(array, index, value)
        active = self.is_active(value)
        if active:
            self.shadows.activate(array)
        self.stored[id(owner_of(array))] = owner_of(array)

        def back() -> None:
            bar = self.shadows.view(array, False)
            if bar is not None and active:
                g = bar[index]
                self.add(value, rt.unbroadcast(g if ufunc is np.add else -g, value))
            array[index] = old

        self.steps.append(back)

    # ---- classes ----------------------------------------------------------------------------------------------------------------

    def construct(self, cls: type, args: tuple, kwargs: dict[str, Any]) -> Any:
        special = SPECIAL.get(cls)
        if special is not None:
            return special(self, *args, **kwargs)
        if self.has_rule(cls, args):
            return self.by_rule(cls, args, kwargs)
        if (
            cls in CONTAINERS
            or cls.__module__ in ("itertools", "functools", "operator", "_operator")
            or issubclass(cls, BaseException)
        ):
            return self.handed(cls, args, kwargs, True)
        if issubclass(cls, np.generic):
            return self.scalar(cls, args, kwargs)
        new, start = user_method(cls, "__new__"), user_method(cls, "__init__")
        library = cls.__module__.partition(".")[0] in ("numpy", "scipy")
        text = rules.written(cls)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        if library:
            return self.unknown(cls, args, kwargs) if self.any_active(args, kwargs) else cls(*args, **kwargs)
        if type(cls).__call__ is not type.__call__ and not isinstance(cls, type(contextlib.AbstractContextManager)):
            return self.unknown(cls, args, kwargs) if self.any_active(args, kwargs) else cls(*args, **kwargs)
        if new is None and start is None:
            return self.handed(
                cls,
                args,
                kwargs,
                issubclass(cls, (list, set, dict, tuple, collections.deque)) and not hasattr(cls, "_fields"),
            )
        if getattr(cls, "__abstractmethods__", None):
            return cls(*args, **kwargs)  # raises
        made = self.created(cls, new, args, kwargs)
        if not isinstance(made, cls):
            return made
        if start is not None:
            self.initialised(made, start, args, kwargs)
        elif cls.__init__ is not object.__init__:
            cls.__init__(made, *args, **kwargs)
        return made

    def created(self, cls: Any, new: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if new is None:
            return cls.__new__(cls) if cls.__new__ is object.__new__ else cls.__new__(cls, *args, **kwargs)
        try:
            form = self.recorded(new)
        except SourceNotFound:  # a named tuple's, which only stores
            form = new
        return form(cls, *args, **kwargs)

    def initialised(self, made: Any, start: types.FunctionType, args: tuple, kwargs: dict[str, Any]) -> None:
        try:
            form = self.recorded(start)
        except SourceNotFound:
            if not dataclasses.is_dataclass(made):
                self.unknown(start, args, kwargs)
            later = user_method(type(made), "__post_init__")
            if later is None:
                start(made, *args, **kwargs)
                return
            object.__setattr__(made, "__post_init__", functools.partial(self.call, later, made))
            start(made, *args, **kwargs)
            object.__delattr__(made, "__post_init__")
            return
        form(made, *args, **kwargs)

    def scalar(self, cls: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """np.float64(x) and the like: a conversion."""
        y = cls(*args, **kwargs)
        if not args or not self.is_active(args[0]) or y.dtype.kind not in "fc":
            return y
        x = args[0]
        return self.result(self.fresh(y) if y is x else y, [(x, lambda y_bar: y_bar)])

    # ---- libraries --------------------------------------------------------------------------------------------------------------

    def library(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A Python function of a library, without a rule."""
        special = SPECIAL.get(function) or integrals.special(function)
        if special is not None:
            return special(self, *args, **kwargs)
        if hasattr(function, "dispatch") and hasattr(function, "registry") and args:  # functools.singledispatch
            return self.call(function.dispatch(type(args[0])), *args, **kwargs)
        if not self.any_active(args, kwargs) and not self.holds_active(function):
            return self.quiet(function, args, kwargs)
        if (function.__globals__.get("__name__") or "").partition(".")[0] in FOLLOWED:
            return function(*map(self.wrapped, args), **{n: self.wrapped(v) for n, v in kwargs.items()})
        return self.unknown(function, args, kwargs)

    def unknown(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if not self.any_active(args, kwargs) and not self.holds_active(function):
            return function(*args, **kwargs)
        name = rules.declare.qualified_name(function)
        why = (
            rules.refusal(function)
            or "an argument depends on an argument you differentiate, and it has no rule and no Python source"
        )
        short = name.rpartition(".")[2]
        raise self.refuse(
            f"cannot differentiate through '{name}'",
            why,
            f"give it a rule with srcgrad.rule({short}, ...), or pass srcgrad.stop_gradient(x)",
        )


re_iterators = tuple({type(iter([])), type(iter(())), type(iter({})), type(iter(set())), type(iter({}.items())), type(iter({}.values())),
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


def _is_iterable(value: Any) -> bool:
    """Whether a value is to be gone through before it is given to a function: an iterator, a set, a view of a dict, a class of the user's."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return False
    once = isinstance(value, (set, frozenset, collections.deque, type({}.keys()), type({}.values())))
    return once or hasattr(type(value), "__next__") or user_method(type(value), "__iter__") is not None


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


# ---- functions with a meaning of their own ------------------------------------------------------------------------------------------


def _getattr(self: Calls, owner: Any, name: str, *default: Any) -> Any:
    try:
        return self.attribute(owner, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def _copyto(self: Calls, array: np.ndarray, value: Any, casting: str = "same_kind", where: Any = True) -> None:
    if where is True:
        self.store(array, ..., value)
        return
    mask = np.broadcast_to(where, array.shape)
    whole = self.call(np.broadcast_to, self.as_array(value), array.shape)
    self.store(array, mask, self.load(whole, mask))


def _fill_diagonal(self: Calls, array: np.ndarray, value: Any, wrap: bool = False) -> None:
    if wrap or array.ndim != 2:
        raise self.refuse("cannot differentiate this use of np.fill_diagonal", "", "write the loop")
    places = np.arange(min(array.shape))
    if isinstance(value, np.ndarray) and value.ndim:
        value = (
            self.call(np.resize, value, (len(places),))
            if value.size != len(places)
            else self.call(np.reshape, value, (-1,))
        )
    self.store(array, (places, places), value)


def _put(self: Calls, array: np.ndarray, places: Any, values: Any, mode: str = "raise") -> None:
    self.put(array, places, values, mode)


def _place(self: Calls, array: np.ndarray, mask: Any, values: Any) -> None:
    values = self.as_array(values)
    count = int(np.sum(mask))
    self.store(
        array,
        np.asarray(mask, bool),
        self.call(np.resize, values, (count,)) if values.size != count else self.call(np.reshape, values, (count,)),
    )


def _putmask(self: Calls, array: np.ndarray, mask: Any, values: Any) -> None:
    mask = np.asarray(mask, bool)
    values = self.as_array(values)
    whole = self.call(np.resize, values, array.shape) if values.shape != array.shape else values
    self.store(array, mask, self.load(whole, mask))


def _put_along_axis(self: Calls, array: np.ndarray, indices: Any, values: Any, axis: int) -> None:
    places = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    places[axis] = indices
    self.store(array, tuple(places), values)


def _ndenumerate(self: Calls, array: Any) -> Any:
    return ((place, self.load_array(array, place)) for place in np.ndindex(array.shape))


def _deepcopy(self: Calls, value: Any, memo: Any = None) -> Any:
    if user_method(type(value), "__deepcopy__") is not None:
        return self.method(value, "__deepcopy__", {} if memo is None else memo)
    known: dict[int, Any] = {} if memo is None else memo

    def arrays(item: Any, seen: set[int]) -> None:
        if isinstance(item, np.ndarray):
            known[id(item)] = self.call(np.copy, item)
        elif id(item) not in seen and not isinstance(item, (*NUMBERS, int, str, bytes, type(None), type)):
            seen.add(id(item))
            from .pullbacks import children

            for part in children(item):
                arrays(part, seen)

    arrays(value, set())
    return copy.deepcopy(value, known)


def _copy(self: Calls, value: Any) -> Any:
    if user_method(type(value), "__copy__") is not None:
        return self.method(value, "__copy__")
    return self.call(np.copy, value) if isinstance(value, np.ndarray) else copy.copy(value)


def _replace(self: Calls, record: Any, /, **changes: Any) -> Any:
    for field in dataclasses.fields(record):
        if field.init and field.name not in changes:
            changes[field.name] = self.attribute(record, field.name)
    return self.construct(type(record), (), changes)


def _view(function: Any) -> Callable[..., Any]:
    """A function whose result is a view of its first argument."""
    return lambda self, *args, **kwargs: function(*args, **kwargs)


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
    method = None if isinstance(value, (*NUMBERS, int, np.ndarray)) else user_method(type(value), "__abs__")
    return self.call(method, value) if method is not None else self.by_rule(abs, (value,), {})


def _length(self: Calls, value: Any) -> Any:
    method = user_method(type(value), "__len__")
    return self.call(method, value) if method is not None else len(value)


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
    np.frompyfunc: lambda self, *args, **kwargs: self.made_ufunc(*args, **kwargs), np.put_along_axis: _put_along_axis, np.ndenumerate: _ndenumerate, copy.deepcopy: _deepcopy, copy.copy: _copy,
    dataclasses.replace: _replace, np.lib.stride_tricks.sliding_window_view: _view(np.lib.stride_tricks.sliding_window_view),
    np.lib.stride_tricks.as_strided: _view(np.lib.stride_tricks.as_strided), functools.reduce: _reduce, next: _next, iter: _iter, itertools.accumulate: _accumulate, itertools.starmap: _starmap,
    len: _length, float: _number(float), int: _number(int), bool: _number(bool),
}  # fmt: skip
