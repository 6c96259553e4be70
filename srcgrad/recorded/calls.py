"""Calls: what a callable is, is found out when it is called.

A function with a rule is put on the tape, a function of the user's is run in its recorded form, what only hands values on (containers, iterators) is
called as it is. Anything else that something active can reach is refused: silence is never a rule.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import rules
from ..core import markers
from ..core.errors import Refused, SourceNotFound
from . import integrals, nested, special, transform
from .classes import Classes
from .natives import _hashable
from .operators import FOLLOWED, Own, is_library, is_library_name, user_method

CONTEXT = contextlib.contextmanager(lambda: iter(())).__code__  # of the functions that `contextmanager` makes
DEFERRING = ("contextlib", "functools")  # what these make calls functions of the user's later on
NATIVE = (
    types.BuiltinFunctionType,
    types.BuiltinMethodType,
    np.ufunc,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)
TEXTUAL = frozenset(
    {"csv", "json", "logging", "pprint", "traceback", "warnings"}
)  # what these make of a number is text
DISPATCHER = type(np.sum)  # what NumPy puts around its Python functions


class Calls(Classes):
    """A recorder that knows how to call."""

    def __init__(self, outer: Calls | None = None) -> None:
        super().__init__(outer)
        self.made: dict[types.CodeType, Any] = {}  # code in recorded form: it needs no other
        self.bound_forms: dict[int, transform.Bound] = {}  # by the id of the function
        self.followed: set[tuple[int, int]] = (
            set()
        )  # (id of one of those, count of arguments): run in their recorded form
        self.ufuncs: dict[Any, Any] = {}  # what those made by `np.frompyfunc` call

    def recorded(self, function: types.FunctionType) -> types.FunctionType:
        """A Python function in its recorded form. Those that can keep nothing alive, having no cells and no attributes, are bound once."""
        if function.__code__ in self.made:
            return function
        known = self.bound_forms.get(id(function))
        if known is not None and known.serves() and not function.__dict__:
            return known.made
        found = transform.transform(function)
        self.note(found.code)
        if function.__closure__ or function.__dict__ or self.outer is not None:
            return found.bind(function, self)
        known = self.bound_forms[id(function)] = transform.Bound(function, found, self)
        return known.made

    def decorator(self, value: Any) -> Any:
        """A decorator of a function or class that is made here: one of the user's runs in its recorded form."""
        plain = isinstance(value, type) or is_library(value) or not callable(value)
        return value if plain else functools.partial(self.call, value)

    def note(self, code: types.CodeType) -> None:
        """A code object and those inside it are in recorded form."""
        if code in self.made:
            return
        self.made[code] = True
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self.note(constant)

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        if type(function) is np.ufunc and not kwargs:
            found = self.elementary(function, args)  # `native` would come to the same
            if found is not None:
                y = function(*args)
                return self.elementwise_result(y, found, args) if found else y
        if isinstance(function, types.FunctionType):
            return self.python(function, args, kwargs)
        if isinstance(function, types.MethodType):
            return self.bound(function, args, kwargs)
        if isinstance(function, functools.partial):
            return self.call(function.func, *function.args, *args, **{**function.keywords, **kwargs})
        if isinstance(function, type):
            return self.construct(function, args, kwargs)
        if isinstance(function, Own):
            return function(*args)
        if isinstance(function, NATIVE):
            return self.native(function, args, kwargs)
        return self.object(function, args, kwargs)

    def method(self, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        if isinstance(owner, (self.ndarray, np.generic)):
            return self.array_method(owner, name, args, kwargs)
        return self.call(self.attribute(owner, name), *args, **kwargs)

    def python(self, function: types.FunctionType, args: tuple, kwargs: dict[str, Any]) -> Any:
        if function.__code__ in self.made:
            return function(*args, **kwargs)
        key = id(function), len(args)
        if key in self.followed and not function.__dict__:
            return self.recorded(function)(*args, **kwargs)
        if self.outer is not None:
            function = nested.original(function)  # it may be in the recorded form of the function around this one
        if function is markers.stop_gradient:
            return self.stopped(*args, **kwargs)
        own = nested.python(self, function, args, kwargs)
        if own is not None:
            return own()
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and (self.any_active(args, kwargs) or self.holds_active(function)):
            return self.recorded(text.text)(*args, **kwargs)
        if function.__code__ is CONTEXT:
            return contextlib.contextmanager(self.recorded(function.__wrapped__))(*args, **kwargs)  # type: ignore[attr-defined]
        if is_library(function) or is_library_name(function.__globals__.get("__name__")):
            return self.library(function, args, kwargs)
        try:
            form = self.recorded(function)
        except SourceNotFound:
            return self.unknown(function, args, kwargs)
        if text is None and id(function) in self.bound_forms:
            self.followed.add((id(function), len(args)))
        return form(*args, **kwargs)

    def bound(self, function: types.MethodType, args: tuple, kwargs: dict[str, Any]) -> Any:
        inner = function.__func__
        if isinstance(function.__self__, Calls):
            return function(*args, **kwargs)
        if self.has_rule(function, args):  # a method of a distribution
            return self.by_rule(function, args, kwargs)
        if isinstance(inner, types.FunctionType):
            return self.python(inner, (function.__self__, *args), kwargs)
        if isinstance(function.__self__, (np.random.Generator, np.random.RandomState)) and self.any_active(
            args, kwargs
        ):
            if inner.__name__ in ("choice", "shuffle", "permutation"):
                return self.drawn(inner.__name__, function, args, kwargs)
            rule = rules.lookup(inner)
            if rule is not None:
                return self.covered(rule, args, kwargs, function(*args, **kwargs))
        return self.call(inner, function.__self__, *args, **kwargs)

    def object(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call of an object that is no function."""
        meaning = special.SPECIAL.get(function) if _hashable(function) else None
        if meaning is not None:
            return meaning(self, *args, **kwargs)
        if isinstance(function, functools._lru_cache_wrapper):
            return self.cached(function, args, kwargs)
        inner = getattr(function, "py_func", None)  # a function that Numba compiles
        if isinstance(inner, types.FunctionType):
            return self.python(inner, args, kwargs)
        if isinstance(function, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
            return self.getter(function, args[0])
        derivative = nested.derivative(self, function, args, kwargs)
        if derivative is not None:
            return derivative()
        method = user_method(type(function), "__call__")
        if method is not None:
            return self.python(method, (function, *args), kwargs)
        if self.has_rule(function, args):
            return self.by_rule(function, args, kwargs)
        text = rules.written(function)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        inner = getattr(function, "_implementation", None) if type(function) is DISPATCHER else None
        if isinstance(inner, types.FunctionType):
            return self.library(inner, args, kwargs)
        if isinstance(function, np.vectorize) and (self.any_active(args, kwargs) or self.holds_active(function.pyfunc)):
            return self.vectorized(function, args, kwargs)
        return self.unknown(function, args, kwargs)

    def made_ufunc(self, function: Callable[..., Any], nin: int, nout: int, *, identity: Any = None) -> Any:
        """`np.frompyfunc`: the ufunc, of which is kept what it calls."""
        known = {} if identity is None else {"identity": identity}
        made = np.frompyfunc(function, nin, nout, **known)
        self.ufuncs[made] = function
        return made

    def cached(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A function with `functools.lru_cache`: what it has computed on this tape is taken again, for the same objects."""
        if not self.any_active(args, kwargs) and not self.holds_active(function.__wrapped__):
            return function(*args, **kwargs)
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

    def library(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A Python function of a library, without a rule: where something active reaches it, its code is followed like the user's."""
        meaning = special.SPECIAL.get(function) or integrals.special(function)
        if meaning is not None:
            return meaning(self, *args, **kwargs)
        if hasattr(function, "dispatch") and hasattr(function, "registry") and args:  # functools.singledispatch
            return self.call(function.dispatch(type(args[0])), *args, **kwargs)
        module = (function.__module__ or function.__globals__.get("__name__") or "").partition(".")[0]
        if not self.any_active(args, kwargs) and not self.holds_active(function):
            if module not in DEFERRING or not any(map(callable, (*args, *kwargs.values()))):
                return self.quiet(function, args, kwargs)
        if module in TEXTUAL:
            return function(*args, **kwargs)
        if module not in FOLLOWED and module not in ("numpy", "scipy"):
            return self.unknown(function, args, kwargs)
        try:
            form = self.recorded(function)
            return form(*args, **kwargs)
        except (SourceNotFound, Refused):
            self.failed = None  # what is said is of the function that the user called
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
