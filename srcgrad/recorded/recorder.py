"""What recorded code calls in the place of Python's operators, subscripts, attributes, loops and `with`."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend

from .. import rules
from . import records
from .operators import BASIC, PLAIN, Operators, is_generated, is_library, user_method
from .tape import NUMBERS, frozen

SEQUENCES = (list, tuple)


class Flat:
    """`array.flat` as something that is read and stored through the tape."""

    def __init__(self, recorder: Recorder, array: np.ndarray):
        self.recorder = recorder
        self.array = array if array.ndim else array.reshape(1)

    def place(self, index: Any) -> Any:
        if backend.is_device_array(index):
            index = backend.to_host(index)
        places = np.arange(self.array.size)[index]
        return np.unravel_index(places, self.array.shape)

    def store(self, index: Any, value: Any) -> tuple[Any, Any, Any]:
        """What is stored at which index of the array: values are taken again and again until all places have one."""
        place = self.place(index)
        shape = np.shape(place[0]) if place else ()
        if shape and isinstance(value, (list, tuple)):
            value = self.recorder.as_array(value)
        if shape and np.ndim(value):
            value = self.recorder.call(rt.cycled, self.recorder.as_array(value), shape)
        return self.array, place, value

    def __len__(self) -> int:
        return self.array.size

    def __iter__(self) -> Iterator[Any]:
        return (
            self.recorder.load_array(self.array, np.unravel_index(i, self.array.shape)) for i in range(self.array.size)
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("array.flat cannot be used as an array here; write array.ravel()")


class Recorder(Operators):
    """A tape with the operations of the language."""

    slice = slice

    # ---- subscripts -------------------------------------------------------------------------------------------------------------

    def as_array(self, value: Any) -> Any:
        return value if isinstance(value, self.ndarray) else self.call(np.array, value)

    def load(self, owner: Any, index: Any) -> Any:
        if isinstance(owner, self.ndarray):
            return self.load_array(owner, index) if owner.dtype.names is None else records.load(self, owner, index)
        if isinstance(owner, Flat):
            return self.load_array(owner.array, owner.place(index))
        cls = type(owner)
        if cls in (list, dict, tuple, str):
            return owner[index if type(index) in BASIC or cls is not dict else self.dict_key(index)]
        if isinstance(owner, np.inexact) and self.is_active(owner):
            return self.load_array(self.call(np.array, owner), index)
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
            owner, index, value = owner.store(index, value)
        if isinstance(owner, self.ndarray):
            if owner.dtype == object:
                self.store_objects(owner, index, value)
                return
            if isinstance(value, self.ndarray) and value.dtype == object and self.holds_active(value):
                raise self.refuse(
                    "cannot differentiate a store of an array of objects", "its items are not looked into", "use a list"
                )
            if isinstance(value, SEQUENCES) and owner.dtype.names is None and self.holds_active(value):
                value = self.array_of(value)
            if owner.dtype.names is not None:
                records.store(self, owner, index, value)
                return
            self.store_array(owner, index, value)
            return
        method = user_method(type(owner), "__setitem__")
        if method is not None:
            self.call(method, owner, index, value)
        elif isinstance(index, slice) and isinstance(owner, list):
            owner[index] = self.items(value)
        else:
            owner[index if type(index) in BASIC else self.dict_key(index)] = value

    def store_objects(self, owner: Any, index: Any, value: Any) -> None:
        """A store into an array of objects, which holds what is stored itself, unless its items are spread over several places."""
        owner[index] = value
        spread = isinstance(value, (self.ndarray, *SEQUENCES)) and owner[index] is not value
        if spread and self.holds_active(value):
            raise self.refuse(
                "cannot differentiate a store of several items into an array of objects",
                "its items are not looked into", "store them one by one, or use a list",
            )  # fmt: skip

    def dict_key(self, value: Any) -> Any:
        """A key of a dict, for which Python is about to ask for the hash: it is asked for through the tape before."""
        method = None if type(value) in BASIC else user_method(type(value), "__hash__")
        if method is not None and not is_generated(method):
            self.call(method, value)
        return value

    def put_item(self, value: Any, owner: Any, index: Any) -> None:
        """`owner[index] = value`, in the order in which Python looks at them."""
        self.store(owner, index, value)

    def item(self, owner: Any, index: Any) -> Item:
        """`owner[index]` at the beginning of `owner[index] op= ...`."""
        if isinstance(owner, Flat):
            owner, index = owner.array, owner.place(index)
        index = frozen(index)
        return Item(self, owner, index, self.load(owner, index))

    def delete_item(self, owner: Any, index: Any) -> None:
        method = user_method(type(owner), "__delitem__")
        if method is not None:
            self.call(method, owner, index)
        else:
            del owner[index]

    # ---- attributes -------------------------------------------------------------------------------------------------------------

    def attribute(self, owner: Any, name: str) -> Any:
        if isinstance(owner, self.ndarray):
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
        order = owner.__self_class__.__mro__
        for base in order[order.index(owner.__thisclass__) + 1 :]:
            found = base.__dict__.get(name)
            if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
                return self.call(found.fget, this)
            if found is not None:
                break
        return getattr(owner, name)

    def array_attribute(self, owner: np.ndarray, name: str) -> Any:
        if isinstance(owner, np.recarray) and name in (owner.dtype.names or ()):
            return self.load(owner, name)
        if not self.is_active(owner):
            return Flat(self, owner) if name == "flat" else getattr(owner, name)
        if name in ("T", "mT", "shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "flags"):
            return getattr(owner, name)
        if name == "real" or name == "imag" and owner.dtype.kind == "c":
            return getattr(owner, name)
        if name == "flat":
            return Flat(self, owner)
        function = rules.attribute(name)
        if function is not None:
            return self.call(function, owner)
        if callable(getattr(owner, name)):
            return getattr(owner, name)
        raise self.refuse(
            f"cannot differentiate through the attribute '{name}' of an array", "what is done with it cannot be seen"
        )

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, np.recarray) and name in (owner.dtype.names or ()):
            self.store(owner, name, value)
            return
        if isinstance(owner, self.ndarray) and (name in ("real", "flat") or name == "imag" and owner.dtype.kind == "c"):
            self.store(Flat(self, owner) if name == "flat" else getattr(owner, name), ..., value)
            return
        if isinstance(owner, self.ndarray) and name == "shape":
            self.set_shape(owner, value)
            return
        if isinstance(owner, self.ndarray) and name in ("dtype", "strides", "data"):
            raise self.refuse(
                f"cannot differentiate a change of '{name}' of an array", "what it means for the derivative is not known",
                "make another array",
            )  # fmt: skip
        if isinstance(owner, (types.ModuleType, type)):
            setattr(owner, name, value)
            return
        hook = user_method(type(owner), "__setattr__")
        if hook is not None and not is_generated(hook):
            self.call(hook, owner, name, value)
        else:
            self.set_plainly(owner, name, value)

    def set_plainly(self, owner: Any, name: str, value: Any) -> None:
        """What `object.__setattr__` does: properties and descriptors of the class come first."""
        found = _in_class(type(owner), name)
        setter = user_method(type(found), "__set__") if found is not None else None
        if isinstance(found, property) and isinstance(found.fset, types.FunctionType):
            self.call(found.fset, owner, value)
        elif setter is not None:
            self.call(setter, found, owner, value)
        elif user_method(type(owner), "__setattr__") is not None:
            object.__setattr__(owner, name, value)
        else:
            setattr(owner, name, value)

    def put_attribute(self, value: Any, owner: Any, name: str) -> None:
        """`owner.name = value`, in the order in which Python looks at them."""
        self.set_attribute(owner, name, value)

    def member(self, owner: Any, name: str) -> Member:
        """`owner.name` at the beginning of `owner.name op= ...`."""
        return Member(self, owner, name, self.attribute(owner, name))

    def delete_attribute(self, owner: Any, name: str) -> None:
        if isinstance(owner, (types.ModuleType, type)):
            delattr(owner, name)
            return
        found = _in_class(type(owner), name)
        deleter = user_method(type(found), "__delete__") if found is not None else None
        hook = user_method(type(owner), "__delattr__")
        if hook is not None:
            self.call(hook, owner, name)
        elif isinstance(found, property) and isinstance(found.fdel, types.FunctionType):
            self.call(found.fdel, owner)
        elif deleter is not None:
            self.call(deleter, found, owner)
        else:
            delattr(owner, name)

    # ---- loops and targets ------------------------------------------------------------------------------------------------------

    def iterate(self, items: Any, shape: Any = None) -> Any:
        """What a `for` loop goes over; with a shape, each item is taken apart as the target says."""
        if shape is not None:
            return (self.unpack(item, shape) for item in self.iterate(items))
        if isinstance(items, np.ndarray):
            if items.dtype.names is not None:
                return (self.load(items, i) for i in range(len(items)))
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
        return list(found) if isinstance(value, self.ndarray) else found

    def mapping(self, value: Any) -> Any:
        """What is written out by `**value`."""
        keys = user_method(type(value), "keys")
        if isinstance(value, dict) or keys is None and user_method(type(value), "__getitem__") is None:
            return value
        return {key: self.load(value, key) for key in self.iterate(self.method(value, "keys"))}

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

    # ---- patterns ---------------------------------------------------------------------------------------------------------------

    def sequence(self, subject: Any, count: int, star: int | None) -> list[Any] | None:
        """The parts of a subject that a sequence pattern takes, the starred one as a list; None where it does not match."""
        if not isinstance(subject, Sequence) or isinstance(subject, (str, bytes, bytearray)):
            return None
        length = self.call(len, subject)
        if length != count if star is None else length < count - 1:
            return None
        items = [self.load(subject, i) for i in range(length)]
        if star is None:
            return items
        after = length - (count - 1 - star)
        return [*items[:star], items[star:after], *items[after:]]

    def entries(self, subject: Any, keys: list[Any], rest: bool) -> list[Any] | None:
        """The values of a mapping that a pattern takes, and what is left of it; None where it does not match."""
        if not isinstance(subject, Mapping):
            return None
        missing = object()
        values = [self.method(subject, "get", key, missing) for key in keys]
        if any(v is missing for v in values):
            return None
        if rest:
            left = dict(self.mapping(subject))
            for key in keys:
                del left[key]
            values.append(left)
        return values

    def fields(self, subject: Any, cls: Any, count: int, names: list[str]) -> list[Any] | None:
        """The attributes of an object that a class pattern takes; None where it does not match."""
        if not isinstance(cls, type) and not hasattr(type(cls), "__instancecheck__"):
            raise TypeError("called match pattern must be a class")
        if not isinstance(subject, cls):
            return None
        if count and issubclass(cls, WHOLE):
            if count > 1:
                raise TypeError(f"{cls.__name__}() accepts 1 positional sub-pattern ({count} given)")
            whole, names = [subject], names
        else:
            known = getattr(cls, "__match_args__", ())
            if count > len(known):
                raise TypeError(f"{cls.__name__}() accepts {len(known)} positional sub-patterns ({count} given)")
            whole, names = [], [*known[:count], *names]
        try:
            return [*whole, *(self.attribute(subject, name) for name in names)]
        except AttributeError:
            return None

    def method(self, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """`owner.name(...)`: see `calls`."""
        raise NotImplementedError


WHOLE = (
    bool,
    bytearray,
    bytes,
    dict,
    float,
    frozenset,
    int,
    list,
    set,
    str,
    tuple,
)  # patterns of these take the subject itself


class Item:
    """`owner[index]` while a statement `owner[index] op= value` is under way: what it was is read first."""

    def __init__(self, recorder: Recorder, owner: Any, index: Any, old: Any):
        self.recorder, self.owner, self.index, self.old = recorder, owner, index, old

    def change(self, sign: str, value: Any) -> None:
        new = self.recorder.inplace(sign, self.old, value)
        if not (self.recorder.is_part(self.owner, self.old) and new is self.old):
            self.recorder.store(self.owner, self.index, new)


class Member:
    """`owner.name` while a statement `owner.name op= value` is under way."""

    def __init__(self, recorder: Recorder, owner: Any, name: str, old: Any):
        self.recorder, self.owner, self.name, self.old = recorder, owner, name, old

    def change(self, sign: str, value: Any) -> None:
        self.recorder.set_attribute(self.owner, self.name, self.recorder.inplace(sign, self.old, value))


class Context:
    """A context manager of the user's, entered and left through the tape."""

    def __init__(self, recorder: Recorder, manager: Any, enter: Any, leave: Any):
        self.recorder, self.manager, self.enter, self.leave = recorder, manager, enter, leave

    def __enter__(self) -> Any:
        return self.recorder.call(self.enter, self.manager)

    def __exit__(self, *what: Any) -> Any:
        return self.recorder.call(self.leave, self.manager, *what)


def _in_class(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None
