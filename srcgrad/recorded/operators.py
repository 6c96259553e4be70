"""What recorded code calls in the place of Python's operators, comparisons and tests of truth.

A class of the user's may say what they mean: its methods are run in their recorded form. Numbers and arrays go by the rules.
"""

from __future__ import annotations

import builtins
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import rules
from ..analyses import calls
from ..core.errors import Place, Refusal, Refused
from . import pullbacks
from .pullbacks import REAL
from .tape import NUMBERS, SIGNS, SIGNS_OF_ONE, Tape

PLAIN = (int, bool, str, bytes, type(None), range, slice)
BASIC = frozenset({int, bool, float, complex, str, bytes, type(None), range, slice, np.ndarray, *map(type, (np.float64(0), np.float32(0), np.int64(0), np.bool_(0)))})  # fmt: skip
COMPARISONS: dict[str, tuple[Callable[[Any, Any], Any], str, str]] = {
    "<": (operator.lt, "__lt__", "__gt__"), "<=": (operator.le, "__le__", "__ge__"), ">": (operator.gt, "__gt__", "__lt__"),
    ">=": (operator.ge, "__ge__", "__le__"), "==": (operator.eq, "__eq__", "__eq__"), "!=": (operator.ne, "__ne__", "__ne__"),
}  # fmt: skip
MASKED = (np.matrix, np.ma.MaskedArray)
HEAP_TYPE = 1 << 9  # of type.__flags__: a class that a `class` statement made
LIBRARIES = calls.LIBRARIES | {"srcgrad", "srcgrad_runtime", "numba", "llvmlite"}
# parts of the standard library that are written in Python and work on what they are given: they are recorded as the user's code is
FOLLOWED = frozenset({
    "_collections_abc", "bisect", "collections", "contextlib", "copy", "dataclasses", "fractions", "functools", "graphlib", "heapq", "numbers",
    "operator", "queue", "random", "statistics", "types",
})  # fmt: skip


def is_library(function: Any) -> bool:
    """Whether a function is not the user's: it belongs to Python, NumPy, SciPy, Numba or srcgrad."""
    return is_library_name(getattr(function, "__module__", None))


def is_library_name(module: str | None) -> bool:
    """The same for the name of a module; what parts of the runtime have without a rule is followed like a user's."""
    name = module or ""
    return name.partition(".")[0] in LIBRARIES and not name.startswith(
        ("srcgrad_runtime.nn", "srcgrad_runtime.written")
    )


def is_followed(function: Any) -> bool:
    """Whether the code of a Python function is looked into."""
    module = getattr(function, "__module__", None)
    return (module or "").partition(".")[0] in FOLLOWED or not is_library_name(module)


def user_method(cls: type, name: str) -> types.FunctionType | None:
    """The Python function that a class has for a special method, from a class whose code is looked into."""
    if not cls.__flags__ & HEAP_TYPE:
        return None  # a class that is not written in Python has no method that is
    for base in cls.__mro__:
        found = base.__dict__.get(name)
        if found is not None:
            return found if isinstance(found, types.FunctionType) and is_followed(found) else None
    return None


def user_frame() -> types.FrameType | None:
    """The frame of the user's program that is being run."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and is_library_name(frame.f_globals.get("__name__")):
        frame = frame.f_back
    return frame


def _place_of(frame: types.FrameType) -> Place:
    """The expression that a frame is at; its line alone where Python does not keep columns (3.10)."""
    code = frame.f_code
    if hasattr(code, "co_positions"):
        for number, (line, end_line, column, end_column) in enumerate(code.co_positions()):
            if number * 2 == frame.f_lasti and line is not None and column is not None and end_column is not None:
                text = Place(code.co_filename, line).text
                start = len(text.encode()[:column].decode(errors="ignore"))  # Python counts bytes
                stop = len(text.encode()[:end_column].decode(errors="ignore")) if end_line == line else len(text)
                return Place(code.co_filename, line, start, stop)
    return Place(code.co_filename, frame.f_lineno)


class Operators(Tape):
    """A tape with the operators of the language."""

    operands: tuple[type, ...] = (
        *NUMBERS,
        int,
        np.integer,
        np.bool_,
        np.ndarray,
    )  # what the rules of the operators are for

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """A call of anything: see `calls`."""
        raise NotImplementedError

    # ---- refusals ---------------------------------------------------------------------------------------------------------------

    def refuse(self, what: str, why: str = "", instead: str = "") -> Refused:
        """A refusal at the line of the user's program that is being run."""
        frame = user_frame()
        place = _place_of(frame) if frame is not None else Place("", 0)
        error = Refused([Refusal(what, place, why, instead)])
        self.failed = error
        return error

    # ---- operators --------------------------------------------------------------------------------------------------------------

    def op(self, sign: str, a: Any, b: Any) -> Any:
        native, ufunc, _, _ = SIGNS[sign]
        found = self.elementary(ufunc, (a, b)) if sign != "**" else None
        if found is not None:
            y = native(a, b)
            return self.elementwise_result(y, found, (a, b)) if found else y
        kind_a, kind_b = type(a), type(b)
        if kind_a is list and kind_b is self.ndarray or kind_a is self.ndarray and kind_b is list:
            a, b = (self.array_of(a), b) if kind_a is list else (a, self.array_of(b))
        elif not (isinstance(a, self.operands) and isinstance(b, self.operands)):
            return self.dunder(sign, a, b)
        if not (self.is_active(a) or self.is_active(b)):
            return self.object_arrays(native, a, b) if _holds_objects(a) or _holds_objects(b) else native(a, b)
        y = native(a, b)
        if _holds_objects(a) or _holds_objects(b):
            raise self.refuse(
                "cannot differentiate an operation on an array of objects", "its items are not looked into"
            )
        rule = rules.lookup(ufunc) if ufunc is not None else None
        if rule is None:
            return y  # whole numbers and bits do not vary smoothly
        if sign == "**" and isinstance(b, (int, float)) and not self.is_active(b):
            return self.power(a, b, y)
        return self.covered(rule, (a, b), {}, y)

    def power(self, a: Any, b: Any, y: Any) -> Any:
        """a ** b with a constant b."""
        rule = rules.lookup(np.power)
        assert rule is not None
        texts = rule.choose_partials(("x2",), {"x2": b}, type(a) in REAL or not np.iscomplexobj(a))
        if texts[0] is None:
            return y
        partial = pullbacks.partial_of(texts[0], ("x1", "x2"))
        return self.elementwise_result(y, [(0, partial)], (a, b))

    def covered(self, rule: rules.Rule, args: tuple, kwargs: dict[str, Any], y: Any) -> Any:
        if any(isinstance(a, MASKED) for a in (*args, y)):
            raise self.refuse(
                f"cannot differentiate '{rule.name}' of a matrix or a masked array",
                "its operators are not those of an array",
                "use a two-dimensional array and @, or np.where",
            )
        try:
            return self.record(rule, args, kwargs, y)
        except pullbacks.NotCovered as error:
            raise self.refuse(f"cannot differentiate this call of '{rule.name}'", str(error)) from None

    def object_arrays(self, native: Any, a: Any, b: Any) -> Any:
        if self.holds_active(a) or self.holds_active(b):
            raise self.refuse(
                "cannot differentiate an operation on an array of objects", "its items are not looked into"
            )
        return native(a, b)

    def array_of(self, items: Any) -> Any:
        return self.call(np.array, items)

    def dunder(self, sign: str, a: Any, b: Any) -> Any:
        """An operator on something that is no number: a class of the user's may say what it means."""
        native, _, _, name = SIGNS[sign]
        if self.is_foreign(a) and self.is_foreign(b):
            return native(a, b)
        one, other = user_method(type(a), f"__{name}__"), user_method(type(b), f"__r{name}__")
        sides = [(one, a, b), (other, b, a)]
        if type(b) is not type(a) and isinstance(b, type(a)) and other is not None:
            sides.reverse()
        known = False
        for method, left, right in sides:
            if method is None:
                continue
            known = True
            result = self.call(method, left, right)
            if result is not NotImplemented:
                return result
        container = isinstance(a, (list, tuple, str, bytes, dict, set, frozenset)) or isinstance(b, (list, tuple))
        if known or container or type(a).__module__ == "collections":
            y = native(a, b)
            if isinstance(y, self.ndarray) and (
                self.holds_active(a) or self.holds_active(b)
            ):  # NumPy took one for an array
                return self.op(sign, *(self.array_of(v) if isinstance(v, (list, tuple)) else v for v in (a, b)))
            return y
        if self.holds_active(a) or self.holds_active(b):
            raise self.refuse(
                f"cannot differentiate the operator on {type(a).__name__} and {type(b).__name__}",
                "it is not written in Python",
            )
        return native(a, b)

    def unary(self, sign: str, a: Any) -> Any:
        native, ufunc, name = SIGNS_OF_ONE[sign]
        found = self.elementary(ufunc, (a,))
        if found is not None:
            y = native(a)
            return self.elementwise_result(y, found, (a,)) if found else y
        method = None if isinstance(a, (*NUMBERS, int, self.ndarray)) else user_method(type(a), f"__{name}__")
        if method is not None:
            return self.call(method, a)
        if not self.is_active(a):
            if not isinstance(a, (*PLAIN, *NUMBERS, self.ndarray)) and self.holds_active(a):
                raise self.refuse(
                    f"cannot differentiate the operator on {type(a).__name__}", "it is not written in Python"
                )
            return native(a)
        rule = rules.lookup(ufunc) if ufunc is not None else None
        return self.covered(rule, (a,), {}, native(a)) if rule is not None else native(a)

    def inplace(self, sign: str, x: Any, value: Any) -> Any:
        """`x op= value` of a name: in place for arrays and lists, a new value for anything else."""
        if type(x) in REAL:
            return self.op(sign, x, value)
        native = SIGNS[sign][2]
        if isinstance(x, self.ndarray):
            y = self.op(sign, x, value)
            same = getattr(y, "shape", None) == x.shape and np.can_cast(y.dtype, x.dtype, "same_kind")
            if not same:
                return native(x.copy(), value)  # raises as NumPy does
            self.store_array(x, ..., y)
            return x
        if isinstance(x, list) and isinstance(value, self.ndarray):
            return self.op(sign, x, value)  # an array is asked first
        if isinstance(x, list) and sign == "+" and user_method(type(x), "__iadd__") is None:
            x.extend(self.items(value))
            return x
        method = None if isinstance(x, (*PLAIN, *NUMBERS)) else user_method(type(x), f"__i{SIGNS[sign][3]}__")
        if method is not None:
            result = self.call(method, x, value)
            if result is not NotImplemented:
                return result
        elif type(x).__module__ in ("builtins", "collections") and not isinstance(x, (*PLAIN, *NUMBERS, tuple)):
            return native(x, value)
        return self.op(sign, x, value)

    # ---- comparisons and truth --------------------------------------------------------------------------------------------------

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        native, name, reflected = COMPARISONS[sign]
        kind_a, kind_b = type(a), type(b)
        if kind_a in BASIC and kind_b in BASIC:
            return native(a, b)
        if kind_a in (tuple, list) and kind_b is kind_a:
            return self.compare_sequences(sign, a, b)
        if self.is_foreign(a) and self.is_foreign(b):
            return native(a, b)
        sides = [(user_method(kind_a, name), a, b), (user_method(kind_b, reflected), b, a)]
        if kind_b is not kind_a and isinstance(b, kind_a) and sides[1][0] is not None:
            sides.reverse()
        for method, left, right in sides:
            if method is None or is_generated(method):
                continue
            result = self.call(method, left, right)
            if result is not NotImplemented:
                return result
        equal = user_method(kind_a, "__eq__") if sign == "!=" and sides[0][0] is None else None
        if equal is not None and not is_generated(equal):  # Python's own `!=` asks for `==`
            result = self.call(equal, a, b)
            if result is not NotImplemented:
                return not result
        return native(a, b)

    def is_foreign(self, value: Any) -> bool:
        """Whether a value is of a class of Python's own and holds nothing active."""
        return is_library(type(value)) and not self.holds_active(value)

    def compare_sequences(self, sign: str, a: Any, b: Any) -> Any:
        """Lists and tuples compare by their first items that differ."""
        native = COMPARISONS[sign][0]
        if all(type(i) in BASIC for i in (*a, *b)):
            return native(a, b)
        if sign in ("==", "!="):
            same = len(a) == len(b) and all(self.equal(x, y) for x, y in zip(a, b, strict=True))
            return same if sign == "==" else not same
        for x, y in zip(a, b, strict=False):
            if not self.equal(x, y):
                return self.compare(sign, x, y)
        return native(len(a), len(b))

    def equal(self, a: Any, b: Any) -> bool:
        """Whether two items count as the same in a container."""
        return a is b or bool(self.truth(self.compare("==", a, b)))

    def truth(self, value: Any) -> Any:
        """A value whose truth is that of `value`; Python asks for it."""
        kind = type(value)
        if kind in BASIC or kind in (list, tuple, dict, set):
            return value
        for name in ("__bool__", "__len__"):
            method = user_method(kind, name)
            if method is not None:
                result = self.call(method, value)
                if type(result) is not bool and not (name == "__len__" and isinstance(result, int)):
                    return value  # Python says what is wrong
                return bool(result)
            if hasattr(kind, name):
                break
        return value

    def contains(self, item: Any, owner: Any) -> bool:
        """`item in owner`"""
        kind = type(owner)
        method = user_method(kind, "__contains__")
        if method is not None:
            return bool(self.truth(self.call(method, owner, item)))
        if kind in (list, tuple) and not (type(item) in BASIC and all(type(i) in BASIC for i in owner)):
            return any(self.equal(i, item) for i in owner)
        if user_method(kind, "__iter__") is not None and not isinstance(owner, (list, tuple, dict, set, str)):
            return any(self.equal(i, item) for i in self.iterate(owner))
        return item in owner

    def iterate(self, items: Any, shape: Any = None) -> Any:
        """What a `for` loop goes over: see `recorder`."""
        raise NotImplementedError

    def items(self, value: Any) -> Any:
        """What is written out by `*value`: see `recorder`."""
        raise NotImplementedError

    def ordered(self, value: Any) -> Any:
        """A value as a key for functions that compare: comparisons of it are made through the tape."""
        return value if type(value) in BASIC or isinstance(value, Compared) else Ordered(self, value)

    def formatted(self, value: Any, conversion: int, spec: str) -> str:
        """The text of a value in an f-string."""
        if conversion == -1:
            method = None if type(value) in BASIC else user_method(type(value), "__format__")
            if method is not None:
                return self.call(method, value, spec)
            if spec:
                return format(value, spec)
        text = {-1: str, ord("s"): str, ord("r"): repr, ord("a"): ascii}[conversion]
        return format(self.text_of(text, value), spec)

    def text_of(self, function: Any, value: Any) -> str:
        """`str(value)`, `repr(value)`; a class of the user's may say what it is."""
        if type(value) not in BASIC and not isinstance(value, (list, tuple, dict, set)):
            for name in ("__str__", "__repr__") if function is builtins.str else ("__repr__",):
                method = user_method(type(value), name)
                if method is not None and not is_generated(method):
                    return self.call(method, value)
        return function(value)


class Own:
    """Something that is called as it is: it makes its operations through the tape itself."""

    def __call__(self, *args: Any) -> Any:
        raise NotImplementedError


class CompareKey(Own):
    """The key that `functools.cmp_to_key` makes of a function of two items."""

    def __init__(self, tape: Operators, function: Any):
        self.tape, self.function = tape, function

    def __call__(self, item: Any) -> Any:
        return Compared(self, item)


class Compared:
    __slots__ = ("key", "item")

    def __init__(self, key: CompareKey, item: Any):
        self.key, self.item = key, item

    def __lt__(self, other: Compared) -> bool:
        return self.key.tape.call(self.key.function, self.item, other.item) < 0


class Ordered:
    """A value that is compared through the tape."""

    __slots__ = ("tape", "value")

    def __init__(self, tape: Operators, value: Any):
        self.tape, self.value = tape, value

    def __lt__(self, other: Any) -> Any:
        return self.tape.compare("<", self.value, other.value if isinstance(other, Ordered) else other)

    def __gt__(self, other: Any) -> Any:
        return self.tape.compare(">", self.value, other.value if isinstance(other, Ordered) else other)


def is_generated(function: types.FunctionType) -> bool:
    """Whether a function has no text of its own: dataclasses write theirs, and those only look attributes up."""
    return function.__code__.co_filename.startswith("<string>") or "__create_fn__" in function.__qualname__


def _holds_objects(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "O"
