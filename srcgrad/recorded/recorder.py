"""What recorded code calls in the place of Python's operators, subscripts, attributes, loops and `with`."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from ..analyses import inference
from ..core.errors import Place, Refusal, Refused
from . import pullbacks
from .tape import NUMBERS, SIGNS, SIGNS_OF_ONE, Tape, frozen

PLAIN = (int, bool, str, bytes, type(None), range, slice)
SEQUENCES = (list, tuple)


class Flat:
    """`array.flat` as something that is read and stored through the tape."""

    def __init__(self, recorder: Recorder, array: np.ndarray):
        self.recorder, self.array = recorder, array

    def place(self, index: Any) -> Any:
        places = np.arange(self.array.size)[index]
        return np.unravel_index(places, self.array.shape)

    def __len__(self) -> int:
        return self.array.size

    def __iter__(self) -> Iterator[Any]:
        return (
            self.recorder.load_array(self.array, np.unravel_index(i, self.array.shape)) for i in range(self.array.size)
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("array.flat cannot be used as an array here; write array.ravel()")


def user_method(cls: type, name: str) -> types.FunctionType | None:
    """The Python function that a class has for a special method, from a class that is not part of a library."""
    for base in cls.__mro__:
        found = base.__dict__.get(name)
        if found is not None:
            return found if isinstance(found, types.FunctionType) and not is_library(found) else None
    return None


LIBRARIES = inference.LIBRARIES | {"srcgrad", "srcgrad_runtime"}


def is_library(function: Any) -> bool:
    """Whether a function is not the user's: it belongs to Python, NumPy, SciPy or srcgrad."""
    return is_library_name(getattr(function, "__module__", None))


def is_library_name(module: str | None) -> bool:
    """The same for the name of a module; what parts of the runtime have without a rule is followed like a user's."""
    name = module or ""
    return name.partition(".")[0] in LIBRARIES and not name.startswith(
        ("srcgrad_runtime.nn", "srcgrad_runtime.written")
    )


class Recorder(Tape):
    """A tape with the operations of the language."""

    slice = slice

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """A call of anything: see `calls`."""
        raise NotImplementedError

    # ---- refusals ---------------------------------------------------------------------------------------------------------------

    def refuse(self, what: str, why: str = "", instead: str = "") -> Refused:
        """A refusal at the line of the user's program that is being run."""
        frame = sys._getframe(1)
        while frame is not None and (frame.f_globals.get("__name__") or "").startswith("srcgrad.recorded"):
            frame = frame.f_back  # type: ignore[assignment]
        place = Place(frame.f_code.co_filename, frame.f_lineno) if frame is not None else Place("", 0)
        error = Refused([Refusal(what, place, why, instead)])
        self.failed = error
        return error

    # ---- operators --------------------------------------------------------------------------------------------------------------

    def op(self, sign: str, a: Any, b: Any) -> Any:
        native, ufunc, _, name = SIGNS[sign]
        kind_a, kind_b = type(a), type(b)
        if kind_a is list and kind_b is np.ndarray or kind_a is np.ndarray and kind_b is list:
            a, b = (self.array_of(a), b) if kind_a is list else (a, self.array_of(b))
        elif not (isinstance(a, (*NUMBERS, int, np.ndarray)) and isinstance(b, (*NUMBERS, int, np.ndarray))):
            return self.dunder(native, name, a, b)
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
        texts = rule.choose_partials(("x2",), {"x2": b}, not np.iscomplexobj(a))
        if texts[0] is None:
            return y
        pull = pullbacks.scaling(texts[0], ("x1", "x2"), (a, b), y)
        return self.result(self.fresh(y) if y is a else y, [(a, pull)])

    def covered(self, rule: rules.Rule, args: tuple, kwargs: dict[str, Any], y: Any) -> Any:
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

    def dunder(self, native: Any, name: str, a: Any, b: Any) -> Any:
        """An operator on something that is no number: a class of the user's may say what it means."""
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
            return native(a, b)
        if self.holds_active(a) or self.holds_active(b):
            raise self.refuse(
                f"cannot differentiate the operator on {type(a).__name__} and {type(b).__name__}",
                "it is not written in Python",
            )
        return native(a, b)

    def unary(self, sign: str, a: Any) -> Any:
        native, ufunc, name = SIGNS_OF_ONE[sign]
        method = None if isinstance(a, (*NUMBERS, int, np.ndarray)) else user_method(type(a), f"__{name}__")
        if method is not None:
            return self.call(method, a)
        if not self.is_active(a):
            if not isinstance(a, (*PLAIN, *NUMBERS, np.ndarray)) and self.holds_active(a):
                raise self.refuse(
                    f"cannot differentiate the operator on {type(a).__name__}", "it is not written in Python"
                )
            return native(a)
        rule = rules.lookup(ufunc) if ufunc is not None else None
        return self.covered(rule, (a,), {}, native(a)) if rule is not None else native(a)

    def inplace(self, sign: str, x: Any, value: Any) -> Any:
        """`x op= value` of a name: in place for arrays and lists, a new value for anything else."""
        native = SIGNS[sign][2]
        if isinstance(x, np.ndarray):
            y = self.op(sign, x, value)
            same = getattr(y, "shape", None) == x.shape and np.can_cast(y.dtype, x.dtype, "same_kind")
            if not same:
                return native(x.copy(), value)  # raises as NumPy does
            self.store_array(x, ..., y)
            return x
        if isinstance(x, list) and sign == "+":
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

    # ---- subscripts -------------------------------------------------------------------------------------------------------------

    def load(self, owner: Any, index: Any) -> Any:
        if isinstance(owner, np.ndarray):
            return self.load_array(owner, index)
        if isinstance(owner, Flat):
            return self.load_array(owner.array, owner.place(index))
        cls = type(owner)
        if cls in (list, dict, tuple, str):
            return owner[index]
        method = user_method(cls, "__getitem__")
        if method is not None:
            return self.call(method, owner, index)
        missing = user_method(cls, "__missing__")
        if missing is not None and index not in owner:
            return self.call(missing, owner, index)
        if cls.__module__ not in ("builtins", "collections", "types", "typing") and not isinstance(
            owner, (list, dict, tuple, type, np.void)
        ):
            if self.holds_active(owner) and not isinstance(owner, np.generic):
                raise self.refuse(f"cannot differentiate a subscript of {cls.__name__}", "it is not written in Python")
            if self.holds_active(index):
                items = index if isinstance(index, tuple) else (index,)
                if rules.is_concatenator(owner) and not any(
                    isinstance(i, slice) and self.holds_active(i) for i in items
                ):
                    return self.call(rt.joined_by, owner, items)
                raise self.refuse(
                    f"cannot differentiate with respect to an index of {cls.__name__}", "no rule covers it"
                )
        return owner[index]

    def store(self, owner: Any, index: Any, value: Any) -> None:
        if isinstance(owner, Flat):
            owner, index = owner.array, owner.place(index)
        if isinstance(owner, np.ndarray):
            if isinstance(value, SEQUENCES) and self.holds_active(value):
                value = self.array_of(value)
            if owner.dtype == object:
                owner[index] = value
                return
            self.store_array(owner, index, value)
            return
        method = user_method(type(owner), "__setitem__")
        if method is not None:
            self.call(method, owner, index, value)
        elif isinstance(index, slice) and isinstance(owner, list):
            owner[index] = self.items(value)
        else:
            owner[index] = value

    def aug_store(self, owner: Any, index: Any, sign: str, value: Any) -> None:
        if isinstance(owner, Flat):
            owner, index = owner.array, owner.place(index)
        index = frozen(index)
        old = self.load(owner, index)
        self.store(owner, index, self.inplace(sign, old, value)) if not _is_view(owner, old) else self.inplace(
            sign, old, value
        )

    # ---- attributes -------------------------------------------------------------------------------------------------------------

    def attribute(self, owner: Any, name: str) -> Any:
        if isinstance(owner, np.ndarray):
            return self.array_attribute(owner, name)
        if isinstance(owner, NUMBERS):
            function = rules.attribute(name)
            active = function is not None and self.is_active(owner)
            return self.call(function, owner) if active else getattr(owner, name)
        if type(owner) is super:
            return self.above(owner, name)
        if isinstance(owner, (types.ModuleType, type, *PLAIN)) or type(owner).__module__ == "builtins":
            return getattr(owner, name)
        found = _in_class(type(owner), name)
        if isinstance(found, property) and isinstance(found.fget, types.FunctionType) and not is_library(found.fget):
            return self.call(found.fget, owner)
        if isinstance(found, functools.cached_property):
            if name not in vars(owner):
                vars(owner)[name] = self.call(found.func, owner)
            return vars(owner)[name]
        getter = user_method(type(found), "__get__") if found is not None else None
        if getter is not None:
            return self.call(getter, found, owner, type(owner))
        hook = user_method(type(owner), "__getattribute__")
        if hook is not None:
            return self.call(hook, owner, name)
        missing = user_method(type(owner), "__getattr__")
        if missing is None:
            return getattr(owner, name)
        try:
            return object.__getattribute__(owner, name)
        except AttributeError:
            return self.call(missing, owner, name)

    def above(self, owner: Any, name: str) -> Any:
        """`super().name`: a property of a class further up is run through the tape."""
        this = owner.__self__
        order = (this if isinstance(this, type) else type(this)).__mro__
        for base in order[order.index(owner.__thisclass__) + 1 :]:
            found = base.__dict__.get(name)
            if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
                return self.call(found.fget, this)
            if found is not None:
                break
        return getattr(owner, name)

    def array_attribute(self, owner: np.ndarray, name: str) -> Any:
        if not self.is_active(owner):
            return Flat(self, owner) if name == "flat" else getattr(owner, name)
        if name in ("T", "mT", "shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "flags"):
            return getattr(owner, name)
        if name == "real":
            return owner.real
        if name == "flat":
            return Flat(self, owner)
        function = rules.attribute(name)
        if name == "imag" and function is not None:
            y = self.covered(rules.lookup(function), (owner,), {}, owner.imag.copy())  # type: ignore[arg-type]
            y.flags.writeable = False  # a store into it would have to change the array
            return y
        if function is not None:
            return self.call(function, owner)
        if callable(getattr(owner, name)):
            return getattr(owner, name)
        raise self.refuse(
            f"cannot differentiate through the attribute '{name}' of an array", "what is done with it cannot be seen"
        )

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, np.ndarray) and name in ("real", "flat"):
            self.store(getattr(owner, name) if name == "real" else Flat(self, owner), ..., value)
            return
        if isinstance(owner, np.ndarray) and name == "imag":
            raise self.refuse(
                "cannot differentiate a store into the imaginary part", "", "write z[...] = z.real + 1j * v"
            )
        if isinstance(owner, (types.ModuleType, type)):
            setattr(owner, name, value)
            return
        found = _in_class(type(owner), name)
        if isinstance(found, property) and isinstance(found.fset, types.FunctionType):
            self.call(found.fset, owner, value)
            return
        setter = user_method(type(found), "__set__") if found is not None else None
        hook = user_method(type(owner), "__setattr__")
        if setter is not None:
            self.call(setter, found, owner, value)
        elif hook is not None:
            self.call(hook, owner, name, value)
        else:
            setattr(owner, name, value)

    def aug_attribute(self, owner: Any, name: str, sign: str, value: Any) -> None:
        old = self.attribute(owner, name)
        new = self.inplace(sign, old, value)
        if new is not old or not isinstance(old, np.ndarray):
            self.set_attribute(owner, name, new)

    # ---- loops and targets ------------------------------------------------------------------------------------------------------

    def iterate(self, items: Any, shape: Any = None) -> Any:
        """What a `for` loop goes over; with a shape, each item is taken apart as the target says."""
        if shape is not None:
            return (self.unpack(item, shape) for item in self.iterate(items))
        if isinstance(items, np.ndarray):
            if items.dtype.kind not in "fc":
                return items
            if not items.ndim:  # not only active ones: something active may be stored into it while the loop runs
                return iter(items)  # raises
            return (self.load_array(items, i) for i in range(len(items)))
        if type(items) in (list, tuple, dict, range, str, set) or isinstance(items, (types.GeneratorType, Flat)):
            return items
        method = user_method(type(items), "__iter__")
        if method is not None:
            return self.advanced(self.call(method, items))
        if user_method(type(items), "__next__") is not None:
            return self.advanced(items)
        if user_method(type(items), "__getitem__") is not None and not hasattr(type(items), "__iter__"):
            return self.by_position(items)
        return items

    def by_position(self, items: Any) -> Iterator[Any]:
        position = 0
        while True:
            try:
                item = self.load(items, position)
            except IndexError:
                return
            yield item
            position += 1

    def advanced(self, iterator: Any) -> Any:
        method = user_method(type(iterator), "__next__")
        if method is None:
            return self.iterate(iterator)

        def run() -> Iterator[Any]:
            while True:
                try:
                    item = self.call(method, iterator)
                except StopIteration:
                    return
                yield item

        return run()

    def items(self, value: Any) -> Any:
        """What is written out by `*value`."""
        found = self.iterate(value)
        return list(found) if isinstance(value, np.ndarray) else found

    def unpack(self, value: Any, shape: tuple) -> Any:
        """The parts of a value for a target like `a, (b, *c)`, taken apart where a part is taken apart further."""
        parts = list(self.iterate(value))
        if all(type(s) is int for s in shape):
            return parts
        if 1 in shape:
            where = shape.index(1)
            tail = len(shape) - where - 1
            middle = parts[where : len(parts) - tail]
            fitted: list[Any] = [*parts[:where], *middle, *parts[len(parts) - tail :]]
            marks = [*shape[:where], *[0] * len(middle), *shape[where + 1 :]]
        else:
            fitted, marks = parts, list(shape)
        if len(fitted) != len(marks):
            return fitted  # Python says what is wrong
        return [self.unpack(p, s) if isinstance(s, tuple) else p for p, s in zip(fitted, marks, strict=True)]

    # ---- with -------------------------------------------------------------------------------------------------------------------

    def context(self, manager: Any) -> Any:
        enter, leave = user_method(type(manager), "__enter__"), user_method(type(manager), "__exit__")
        return Context(self, manager, enter, leave) if enter is not None and leave is not None else manager


class Context:
    """A context manager of the user's, entered and left through the tape."""

    def __init__(self, recorder: Recorder, manager: Any, enter: Any, leave: Any):
        self.recorder, self.manager, self.enter, self.leave = recorder, manager, enter, leave

    def __enter__(self) -> Any:
        return self.recorder.call(self.enter, self.manager)

    def __exit__(self, *what: Any) -> Any:
        return self.recorder.call(self.leave, self.manager, *what)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "O"


def _is_view(owner: Any, part: Any) -> bool:
    return isinstance(owner, np.ndarray) and isinstance(part, np.ndarray) and np.may_share_memory(owner, part)


def _in_class(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None
