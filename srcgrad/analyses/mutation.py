"""Which parts of a call the function that is called may change in place.

What is not known to leave its arguments alone is taken to change them.
"""

from __future__ import annotations

import collections
import functools
import inspect
import itertools
import operator
import types
from collections.abc import Mapping
from typing import Any, Protocol

import gast
import numpy as np

from .. import rules
from ..core import build
from . import fresh

# methods that change their owner
MUTATORS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "fill", "update", "setdefault", "popitem",
                      "add", "discard", "appendleft", "popleft", "extendleft", "rotate", "itemset", "put", "resize", "partition",
                      "difference_update", "intersection_update", "symmetric_difference_update", "move_to_end"})  # fmt: skip

# functions that change their first argument, with its name
OVERWRITERS: dict[Any, str] = {
    np.copyto: "dst", np.fill_diagonal: "a", np.put: "a", np.place: "arr", np.putmask: "a", np.put_along_axis: "arr",
    np.random.shuffle: "x", operator.setitem: "", operator.delitem: "",
} | {getattr(operator, f"i{name}"): "" for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift concat".split()
     if hasattr(operator, f"i{name}")}  # fmt: skip
OVERWRITING = frozenset(map(id, OVERWRITERS))  # by identity: a value may have its own way to be equal

# functions that call what they are given: first, second, or by this keyword
_CALLERS: tuple[tuple[tuple[Any, ...], int | None, str], ...] = (
    ((map, filter, functools.reduce, functools.partial, itertools.starmap, itertools.takewhile, itertools.dropwhile,
      itertools.filterfalse, np.apply_along_axis, np.apply_over_axes, np.vectorize, np.frompyfunc, np.fromfunction), 0, "func1d"),
    ((itertools.accumulate,), 1, "func"),
    ((sorted, min, max), None, "key"),
    ((itertools.groupby,), 1, "key"),
)  # fmt: skip

_CALLED = {function: (position, keyword) for functions, position, keyword in _CALLERS for function in functions}
_CHANGING_BUILTINS = (setattr, delattr, exec, eval, vars, globals, locals)

# modules of the standard library whose functions change nothing, but for those above
_QUIET = frozenset("builtins math cmath operator _operator itertools functools collections copy statistics typing time warnings fractions "
                   "decimal numbers enum dataclasses types contextlib".split())  # fmt: skip

_OWNERS = (np.ndarray, np.random.Generator, np.random.RandomState, list, dict, set, frozenset, tuple, str, bytes, float, int, complex,
           collections.deque, collections.OrderedDict, collections.Counter)  # fmt: skip

# methods, by name, that leave their owner and their arguments alone, whatever object of these kinds they belong to
_HARMLESS = frozenset(name for owner in _OWNERS for name in dir(owner) if not name.startswith("_"))
_HARMLESS |= {"__len__", "__getitem__", "__contains__", "__iter__", "_replace", "_asdict"}
_HARMLESS -= MUTATORS | {"shuffle", "subtract", "setflags", "setfield", "byteswap"}

OUT_AT = {"dot": 2}  # C functions that do not tell their signature: where their `out` is


class Known(Protocol):
    """What is known where a call stands."""

    def resolve(self, node: build.Node) -> Any:
        """What an expression means outside of the program; None where that is not known."""

    def is_own(self, name: str) -> bool:
        """Whether a name is a function of the program itself, whose text is looked at with the rest."""

    def changed_arguments(self, function: types.FunctionType, call: build.Node) -> list[build.Node]:
        """The arguments of the call of a Python function whose content it may change."""

    def may_change(self, function: types.FunctionType) -> bool:
        """Whether a Python function may change any of its parameters."""

    def may_have_items(self, node: build.Node) -> bool:
        """Whether the value of an expression may be a container, whose items can be changed."""


def changed(call: build.Node, known: Known, function: Any = None) -> list[build.Node]:
    """The arguments of a call, and the owner of its method, whose content it may change.

    `function` is what is called, where the caller knows better than `known.resolve`.
    """
    function = known.resolve(call.func) if function is None else function
    given = [*call.args, *(k.value for k in call.keywords)]
    if function is None:
        return _changed_by_unknown(call, given, known)
    if called := _called_in(function, call):
        return given if any(may_change(c, known) for c in called) else _possible_outputs(call, function)
    return _changed_by(function, call, given, known)


def is_unknown(call: build.Node, known: Known) -> bool:
    """Whether a call is taken to change its arguments only because nothing is known of what is called."""
    if isinstance(call.func, gast.Attribute) and call.func.attr in MUTATORS:
        return False
    return known.resolve(call.func) is None and call.func in changed(call, known)


def _changed_by_unknown(call: build.Node, given: list[build.Node], known: Known) -> list[build.Node]:
    func = call.func
    if isinstance(func, gast.Attribute):
        if func.attr in MUTATORS:
            return [func.value]
        if func.attr in _HARMLESS:
            return _possible_outputs(call, None)
    if isinstance(func, gast.Lambda) or isinstance(func, gast.Name) and known.is_own(func.id):
        return []
    return [func, *given]


def _changed_by(function: Any, call: build.Node, given: list[build.Node], known: Known) -> list[build.Node]:
    first = _entry(OVERWRITERS, function)
    if first is not None:
        return call.args[:1] or [k.value for k in call.keywords if k.arg in (first, None)]
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return call.args[:1] if function.__name__ == "at" else [*_by_name(call, "out"), *call.args[3:]]
    if isinstance(function, np.ufunc) or fresh.is_numpys(function):
        return given if _asks_to_overwrite(call, function) else _possible_outputs(call, function)
    if (
        rules.lookup(function) is not None
        or rules.is_nondifferentiable(function)
        or rules.written(function) is not None
    ):
        return _possible_outputs(call, function)
    if any(function is f for f in _CHANGING_BUILTINS):
        return given
    if isinstance(function, types.BuiltinMethodType) and isinstance(function.__self__, _OWNERS):
        return [] if function.__name__ in _HARMLESS else [call.func, *given]
    if (getattr(function, "__module__", None) or "").partition(".")[0] in _QUIET:
        return []
    if isinstance(function, type):
        return _changed_by_class(function, call, given, known)
    plain = getattr(function, "py_func", function)  # that of a compiled function
    if isinstance(plain, types.FunctionType):
        return known.changed_arguments(plain, call)
    if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
        return [call.func, *given] if known.may_change(function.__func__) else []
    return [call.func, *given]


def _changed_by_class(cls: type, call: build.Node, given: list[build.Node], known: Known) -> list[build.Node]:
    """Making an object: what its `__init__` changes; data classes and named tuples keep what they are given, and that is all."""
    if hasattr(cls, "__dataclass_fields__"):
        after = getattr(cls, "__post_init__", None)
        return given if after is not None and known.may_change(after) else []
    if issubclass(cls, (tuple, BaseException)) or cls.__init__ is object.__init__:
        return []
    init = cls.__init__
    return given if not isinstance(init, types.FunctionType) or known.may_change(init) else []


def _called_in(function: Any, call: build.Node) -> list[build.Node]:
    """The arguments that a function calls."""
    entry = _entry(_CALLED, function)
    if entry is None:
        return []
    position, keyword = entry
    return _by_name(call, keyword) + (call.args[position : position + 1] if position is not None else [])


def may_change(node: build.Node, known: Known) -> bool:
    """Whether a function that is handed over may change what it is called with."""
    if isinstance(node, gast.Lambda) or isinstance(node, gast.Name) and known.is_own(node.id):
        return False
    if isinstance(node, gast.Constant):
        return False
    return value_may_change(known.resolve(node), known)


def value_may_change(function: Any, known: Known) -> bool:
    """Whether a function that is called somewhere may change what it is given."""
    if function is None or _entry(OVERWRITERS, function) is not None:
        return True
    if isinstance(function, types.FunctionType) and rules.lookup(function) is None and not fresh.is_numpys(function):
        return known.may_change(function)
    call = gast.Call(build.name("f"), [build.name("x")], [])
    return bool(_changed_by(function, call, call.args, known))


def _asks_to_overwrite(call: build.Node, function: Any) -> bool:
    """Whether an option lets the function work in the memory of its arguments: `copy=False`, `overwrite_a=True`."""
    options = [(k.arg, k.value) for k in call.keywords]
    options += zip(_parameters(function), call.args, strict=False)
    for name, value in options:
        if (name or "").startswith("overwrite") and getattr(value, "value", True) is not False:
            return True
        if name == "copy" and function is np.nan_to_num and getattr(value, "value", False) is not True:
            return True
    return False


def outputs(call: build.Node, function: Any) -> list[build.Node]:
    """The arguments of a call into which the function writes its result: `out`, by name or by position.

    `function` is None for a method of an array, which is looked up by its name.
    """
    found = [k.value for k in call.keywords if k.arg == "out"] if call.keywords else []
    if not call.args:
        return found
    position = position_of_out(function)
    if function is None and isinstance(call.func, gast.Attribute) and hasattr(np.ndarray, call.func.attr):
        position = position_of_out(getattr(np, call.func.attr, None)) - 1  # the array itself comes first there
    more = call.args[position:] if isinstance(function, np.ufunc) else call.args[position : position + 1]
    return [*found, *more]


def _possible_outputs(call: build.Node, function: Any) -> list[build.Node]:
    """As `outputs`, and what is unpacked into a call that takes an `out`: it may hold one."""
    found = outputs(call, function)
    if function is None:
        function = getattr(np, call.func.attr, None)
    if isinstance(function, np.ufunc) or "out" in _parameters(function) or position_of_out(function) < NOWHERE:
        found += [a for a in call.args if isinstance(a, gast.Starred) and a not in found]
        found += [k.value for k in call.keywords if k.arg is None]
    return found


def _by_name(call: build.Node, name: str) -> list[build.Node]:
    """What is given by this keyword, or may be."""
    return [k.value for k in call.keywords if k.arg in (name, None)]


def _entry(table: dict[Any, Any], function: Any) -> Any:
    try:
        return table.get(function)
    except TypeError:  # not hashable
        return None


NOWHERE = 1000


def position_of_out(function: Any) -> int:
    """Where the `out` of a function stands among its arguments; `NOWHERE` if it has none there."""
    if isinstance(function, np.ufunc):
        return function.nin
    if function is None:
        return NOWHERE
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return {"reduce": 3, "accumulate": 3, "reduceat": 4}.get(function.__name__, NOWHERE)
    names = _parameters(function)
    if not names:
        return OUT_AT.get(getattr(function, "__name__", ""), NOWHERE)
    return names.index("out") if "out" in names and "out" not in _named_only(function) else NOWHERE


def _parameters(function: Any) -> tuple[str, ...]:
    """The names of the parameters, in order; none where a function does not tell."""
    return tuple(_signature(function))


def _named_only(function: Any) -> set[str]:
    return {name for name, parameter in _signature(function).items() if parameter.kind is parameter.KEYWORD_ONLY}


def _signature(function: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return _known_signature(function)
    except TypeError:  # not hashable
        return {}


@functools.lru_cache(maxsize=1024)
def _known_signature(function: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return {}
