"""Calls of classes: an instance is made by the user's own `__new__` and `__init__`, in their recorded form."""

from __future__ import annotations

import collections
import dataclasses
import functools
import operator
import types
from typing import Any

import numpy as np

from .. import rules
from ..core.errors import SourceNotFound
from . import pullbacks, special
from .natives import CONTAINERS, HANDING_ON, Natives
from .operators import is_followed, is_library, user_method

KEEPING = (
    operator.itemgetter,
    operator.attrgetter,
    operator.methodcaller,
    functools.partial,
)  # what they take, they keep


class Classes(Natives):
    """A recorder that knows how instances are made."""

    def construct(self, cls: type, args: tuple, kwargs: dict[str, Any]) -> Any:
        meaning = special.SPECIAL.get(cls)
        if meaning is not None:
            return meaning(self, *args, **kwargs)
        if issubclass(cls, BaseException) and (user_method(cls, "__init__") or user_method(cls, "__new__")):
            return self.instance(cls, args, kwargs)
        if self.has_rule(cls, args):
            return self.by_rule(cls, args, kwargs)
        if cls in CONTAINERS or cls.__module__ in HANDING_ON or issubclass(cls, BaseException):
            return self.handed(cls, args, kwargs, cls not in KEEPING)
        if cls is types.MethodType:
            return cls(*args)
        if issubclass(cls, np.generic):
            return self.scalar(cls, args, kwargs)
        text = rules.written(cls)
        if text is not None and self.any_active(args, kwargs):
            return self.recorded(text.text)(*args, **kwargs)
        if is_library(cls) and not is_followed(cls):
            return self.unknown(cls, args, kwargs) if self.any_active(args, kwargs) else cls(*args, **kwargs)
        made = user_method(type(cls), "__call__")
        if made is not None:  # a metaclass of the user's
            return self.call(made, cls, *args, **kwargs)
        if type(cls).__call__ is not type.__call__:
            return self.unknown(cls, args, kwargs) if self.any_active(args, kwargs) else cls(*args, **kwargs)
        return self.instance(cls, args, kwargs)

    def instance(self, cls: type, args: tuple, kwargs: dict[str, Any]) -> Any:
        if cls is type or issubclass(cls, type):
            return cls(*args, **kwargs)
        new, start = user_method(cls, "__new__"), user_method(cls, "__init__")
        if new is None and start is None:
            taking = issubclass(cls, (list, set, dict, tuple, collections.deque)) and not hasattr(cls, "_fields")
            return self.handed(cls, args, kwargs, taking)
        if getattr(cls, "__abstractmethods__", None):
            return cls(*args, **kwargs)  # raises
        made = self.created(cls, new, args, kwargs)
        if not isinstance(made, cls):
            return made
        if start is not None:
            self.initialised(made, start, args, kwargs)
        elif cls.__init__ is not object.__init__:
            self.call(cls.__init__, made, *args, **kwargs)
        return made

    def created(self, cls: Any, new: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if new is None:
            return cls.__new__(cls) if cls.__new__ is object.__new__ else self.call(cls.__new__, cls, *args, **kwargs)
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
        return self.elementwise_result(y, [(0, pullbacks.partial_of("1", ("x",)))], (x,))
