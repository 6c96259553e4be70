"""Recording where arrays live on a device: a tape on which operations are those of the device, and mean what they mean on the host.

Functions keep their meaning as NumPy's, by which their rules are known, until they are called: there the device's own takes their place.
Three things differ. An array of the host that the program reads from outside is there as a copy (`device_memory.Mirrors`). What is a
number on the host is an array without dimensions: an element is a copy, and `s += v` gives another one; `is_number` tells it from an array
that has no dimensions on the host either. And where the device raises, the host is asked: its error is the program's own, and where it has
none the device lacks something, which is refused.
"""

from __future__ import annotations

import operator
import types
import weakref
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import device as devices

from ..core import sharing
from ..core.errors import SrcgradError
from . import device_memory, device_reverse, integrals, pullbacks
from .calls import Calls
from .operators import COMPARISONS
from .pullbacks import REAL
from .recorder import Flat
from .tape import SIGNS, SIGNS_OF_ONE, frozen

# functions of NumPy that make an array on the host also where it has no dimensions; all others make a number
MAKING_ARRAYS = frozenset(
    "array asarray asanyarray ascontiguousarray asfortranarray copy zeros ones empty full zeros_like ones_like empty_like full_like reshape "
    "squeeze transpose broadcast_to where select choose piecewise real_if_close expand_dims moveaxis rollaxis swapaxes asarray_chkfinite block "
    "cov i0 isin permute_dims require resize roll tensordot tile trim_zeros".split()
)
KEEPING_KIND = frozenset(
    "real imag conj conjugate astype view byteswap getfield".split()
)  # an array of an array, a number of a number
COUNTING = (range, slice)  # classes that take whole numbers
PARTS_OF_THE_RUNTIME = ("srcgrad_runtime.fake", "srcgrad_runtime.kernels", "srcgrad_runtime.memory")


class DeviceCalls(Calls):
    """A recorder for a program whose arrays live on a device."""

    def __init__(self, outer: Any, device: Any) -> None:
        self.device = device
        self.ndarray = device.ndarray
        self.operands = (*Calls.operands, device.ndarray)
        self.leaves = (*Calls.leaves, device.ndarray)
        self.mirrors = outer.mirrors if outer is not None else device_memory.Mirrors(device)
        self.numbers = outer.numbers if outer is not None else {}  # by id: arrays that stand for numbers
        self.plain_arithmetic = device_reverse.OnDevice(device)
        self.store_there = devices.bind(rt.store, device)
        super().__init__(outer)

    def another(self, outer: Any) -> DeviceCalls:
        return DeviceCalls(outer, self.device)

    def new_shadows(self) -> device_memory.DeviceShadows:  # type: ignore[override]
        return device_memory.DeviceShadows(self.device)

    @property
    def arithmetic(self) -> Any:
        return self.plain_arithmetic if self.outer is None else super().arithmetic

    # ---- memory -----------------------------------------------------------------------------------------------------------------

    @staticmethod
    def owner(array: Any) -> Any:
        return array.data.mem

    def is_own(self, value: Any) -> bool:
        if isinstance(value, self.ndarray):
            return id(value.data.mem) in self.shadows.active and value.dtype.kind in "fc"
        if isinstance(value, np.ndarray):
            return id(self.mirrors.known(value)) in self.shadows.active and value.dtype.kind in "fc"
        return id(value) in self.alive

    def activity(self, operands: tuple) -> tuple[bool, ...] | None:
        for x in operands:
            if type(x) not in REAL and not (type(x) is self.ndarray and x.dtype.kind in "fiub"):
                return None
        return tuple([self.is_active(x) for x in operands])

    def laid_out(self, array: Any) -> Any:
        copy = device_memory.with_gaps(array, self.device)
        self.arithmetic.put(copy, ..., array)
        return copy

    def note_stored(self, array: Any) -> None:
        memory = array.data.mem
        if id(memory) not in self.stored:
            self.stored[id(memory)] = device_memory.whole(array)

    @staticmethod
    def is_writeable(array: Any) -> bool:
        return True  # a device knows no other arrays

    @staticmethod
    def lock(array: Any) -> None:
        pass

    def is_part(self, owner: Any, part: Any) -> bool:  # type: ignore[override]
        both = isinstance(owner, self.ndarray) and isinstance(part, self.ndarray)
        return both and owner.data.mem is part.data.mem and not self.is_number(part)

    def apart(self, y: Any) -> Any:  # type: ignore[override]
        return y.copy() if isinstance(y, self.ndarray) and y.size and sharing.overlaps_itself(y) else y

    # ---- numbers ----------------------------------------------------------------------------------------------------------------

    def is_number(self, value: Any) -> bool:
        """Whether an array stands for what is a number on the host."""
        known = self.numbers.get(id(value))
        return known is not None and known() is value

    def number(self, value: Any) -> Any:
        """A value, where it is an array without dimensions as one that stands for a number; the parts of a tuple or list likewise."""
        if isinstance(value, self.ndarray):
            if not value.ndim:
                key, numbers = id(value), self.numbers
                numbers[key] = weakref.ref(value, lambda _: numbers.pop(key, None))
        elif type(value) in (list, tuple) or isinstance(value, tuple) and hasattr(value, "_fields"):
            for item in value:
                self.number(item)
        return value

    def on_host(self, value: Any) -> Any:
        """A number of the host for an array that stands for one; anything else as it is."""
        return value.item() if isinstance(value, self.ndarray) and not value.ndim else value

    def duplicate(self, array: Any) -> Any:
        return array if self.is_number(array) else super().duplicate(array)

    def fresh(self, y: Any) -> Any:
        return self.number(y.copy()) if isinstance(y, self.ndarray) else super().fresh(y)

    # ---- arrays of the host -----------------------------------------------------------------------------------------------------

    def lifted(self, value: Any) -> Any:
        """An array of the host as that of the device which stands for it, also inside of lists and tuples; anything else as it is."""
        kind = type(value)
        if isinstance(value, np.ndarray):
            return self.mirrors(value) if value.dtype.kind in "biufc" else value
        if kind is list or kind is tuple:
            items = [self.lifted(item) for item in value]
            if any(new is not old for new, old in zip(items, value, strict=True)):
                return kind(items)
        return value

    def lifted_call(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        return tuple(map(self.lifted, args)), {name: self.lifted(value) for name, value in kwargs.items()}

    # ---- functions --------------------------------------------------------------------------------------------------------------

    def run(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:  # type: ignore[override]
        """Call what a function of NumPy or of the runtime is on the device, any other as it is."""
        args, kwargs = self.lifted_call(args, kwargs)
        if function is round or getattr(function, "__module__", None) == "math":
            args = tuple(map(self.on_host, args))
        try:
            y = self.meaning(function)(*args, **kwargs)
        except Exception as error:
            raise self.failing(error, function, args, kwargs) from None
        name = getattr(function, "__name__", "")
        if name in KEEPING_KIND and not self.is_number(args[0] if args else getattr(function, "__self__", None)):
            return y
        if name not in MAKING_ARRAYS:
            return self.number(y)
        if isinstance(y, self.ndarray) and any(self.is_number(one) and one.data.mem is y.data.mem for one in args):
            return y.copy()  # an array that is made of a number does not share it
        return y

    def meaning(self, function: Any) -> Any:
        """What a function is on the device."""
        owner = getattr(function, "__self__", None)
        name = getattr(function, "__name__", "")
        if owner is not None and owner is getattr(np.random.normal, "__self__", None):
            return getattr(devices.namespace_of(self.device).random, name)
        if getattr(function, "__module__", None) == "numpy.lib.stride_tricks":
            return getattr(self.device.lib.stride_tricks, name)
        if isinstance(owner, np.ufunc):
            return getattr(devices.bind(owner, self.device), name)
        return devices.bind(function, self.device)

    def failing(self, error: Exception, function: Any, args: tuple, kwargs: dict[str, Any]) -> BaseException:
        """What is raised where the device has raised: what the host raises, or that the device lacks this."""
        if isinstance(error, (SrcgradError, MemoryError)) or any(map(callable, (*args, *kwargs.values()))):
            return error
        try:
            function(*devices.to_host(args), **devices.to_host(kwargs))
        except Exception as own:
            return own
        name = getattr(function, "__name__", None) or type(function).__name__
        return self.refuse(f"cannot run '{name}' on {self.device.__name__}", str(error), "or run it on the host")

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        if type(function) is np.ufunc and not kwargs:
            args = tuple(map(self.lifted, args))
            found = self.elementary(function, args)
            if found is not None:
                y = self.run(function, args, {})
                return self.elementwise_result(y, found, args) if found else y
        if function is isinstance and len(args) == 2:
            return self.belongs(*args)
        if isinstance(function, type) and function in COUNTING:
            return function(*map(self.on_host, args))
        return super().call(function, *args, **kwargs)

    def python(self, function: types.FunctionType, args: tuple, kwargs: dict[str, Any]) -> Any:
        if args and isinstance(args[0], self.ndarray) and vars(self.ndarray).get(function.__name__) is function:
            return self.array_method(args[0], function.__name__, args[1:], kwargs)
        if (function.__module__ or "").startswith(PARTS_OF_THE_RUNTIME):
            return self.quiet(function, args, kwargs)
        return super().python(function, args, kwargs)

    def bound(self, function: types.MethodType, args: tuple, kwargs: dict[str, Any]) -> Any:
        if isinstance(function.__self__, self.ndarray):
            return self.array_method(function.__self__, function.__name__, args, kwargs)
        return super().bound(function, args, kwargs)

    def library(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        if integrals.special(function) is not None:
            raise self.refuse(
                f"cannot differentiate '{function.__name__}' on a device", "its adjoint equation is solved on the host"
            )
        return super().library(function, args, kwargs)

    def by_rule(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        return super().by_rule(function, *self.lifted_call(args, kwargs))

    def plain(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        return super().plain(function, *self.lifted_call(args, kwargs))

    def quiet(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """A call that nothing active reaches. It may change arrays of the host in place, which those of the device follow."""
        if isinstance(function, np.ufunc) or self.meaning(function) is not function:
            return super().quiet(function, *self.lifted_call(args, kwargs))
        try:
            y = function(*args, **kwargs)
        except Exception as error:
            raise self.failing(error, function, args, kwargs) from None
        for value in (*args, *kwargs.values()):
            if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
                copy = self.mirrors(value)
                if not np.array_equal(copy.get(), value, equal_nan=True):
                    self.store_array(copy, ..., self.device.asarray(value))
        return y

    def belongs(self, value: Any, classes: Any) -> bool:
        """`isinstance(value, classes)`, as for the value on the host."""
        if self.is_number(value):
            return issubclass(value.dtype.type, classes)
        return isinstance(value, self.kinds(classes))

    def kinds(self, classes: Any) -> Any:
        """Classes to compare with: where `np.ndarray` is one of them, the arrays of the device belong to it."""
        if isinstance(classes, tuple):
            return tuple(map(self.kinds, classes))
        return (np.ndarray, self.ndarray) if classes is np.ndarray or classes is self.ndarray else classes

    def scalar(self, cls: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """np.float32(x) and the like of an array: a conversion on the device."""
        if not (args and isinstance(args[0], self.ndarray)):
            return super().scalar(cls, args, kwargs)
        y = self.number(args[0].astype(cls))
        if not self.is_active(args[0]) or y.dtype.kind not in "fc":
            return y
        return self.elementwise_result(y, [(0, pullbacks.partial_of("1", ("x",)))], (args[0],))

    # ---- records ----------------------------------------------------------------------------------------------------------------

    def record(self, rule: Any, args: tuple, kwargs: dict[str, Any], y: Any) -> Any:
        if self.is_number(y) and any(y is one for value in (*args, *kwargs.values()) for one in _items(value)):
            y = self.fresh(y)  # `max` hands on what it is given
        return super().record(rule, args, kwargs, y)

    def note_result(self, y: Any, pulls: Any) -> None:
        super().note_result(y, [(operand, device_reverse.Pull(pull, self.device)) for operand, pull in pulls])

    def note_elementwise_result(self, y: Any, partials: pullbacks.Partials, values: tuple) -> None:
        there = [(i, device_reverse.partial(partial, self.device)) for i, partial in partials]
        super().note_elementwise_result(y, there, values)

    # ---- operators --------------------------------------------------------------------------------------------------------------

    def operand(self, value: Any, other: Any) -> Any:
        """An operand of an operator: what NumPy makes of it beside an array."""
        value = self.lifted(value) if isinstance(value, np.ndarray) else value
        beside = isinstance(value, (list, tuple)) and isinstance(other, (np.ndarray, self.ndarray))
        return self.call(np.array, value) if beside else value

    def op(self, sign: str, a: Any, b: Any) -> Any:
        if sign == "*" and (
            self.is_number(a) and isinstance(b, (list, tuple)) or self.is_number(b) and isinstance(a, (list, tuple))
        ):
            return operator.mul(
                *(v.dtype.type() if self.is_number(v) else v for v in (a, b))
            )  # raises, or repeats the sequence
        a, b = self.operand(a, b), self.operand(b, a)
        if not (isinstance(a, self.ndarray) or isinstance(b, self.ndarray)):
            return super().op(sign, a, b)
        return self.operation(super().op, sign, SIGNS[sign][0], (a, b))

    def operation(self, made: Any, sign: str, native: Any, operands: tuple) -> Any:
        """The result of an operator, which is a number where it has no dimensions."""
        numbers = all(isinstance(one, self.operands) for one in operands)
        try:
            y = made(sign, *operands)
        except Exception as error:
            if numbers:
                raise self.failing(error, native, operands, {}) from None
            raise
        return self.number(y) if numbers else y

    def unary(self, sign: str, a: Any) -> Any:
        return self.operation(super().unary, sign, SIGNS_OF_ONE[sign][0], (self.operand(a, None),))

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        a, b = self.operand(a, b), self.operand(b, a)
        return self.operation(super().compare, sign, COMPARISONS[sign][0], (a, b))

    def inplace(self, sign: str, x: Any, value: Any) -> Any:
        if self.is_number(x):
            return self.op(sign, x, value)
        if isinstance(x, np.ndarray) and x.dtype.kind in "biufc":
            super().inplace(sign, self.lifted(x), value)
            return x  # it has seen what was stored
        return super().inplace(sign, x, value)

    def contains(self, item: Any, owner: Any) -> bool:
        return super().contains(item, self.operand(owner, None))

    # ---- subscripts and attributes ----------------------------------------------------------------------------------------------

    def load(self, owner: Any, index: Any) -> Any:
        owner = self.operand(owner, None)
        return super().load(owner, index if isinstance(owner, (self.ndarray, Flat)) else self.on_host_key(index))

    def store(self, owner: Any, index: Any, value: Any) -> None:
        owner = self.operand(owner, None)
        super().store(owner, index if isinstance(owner, (self.ndarray, Flat)) else self.on_host_key(index), value)

    def on_host_key(self, index: Any) -> Any:
        """An index or a key of something that is no array."""
        if isinstance(index, slice):
            return slice(*map(self.on_host_key, (index.start, index.stop, index.step)))
        return index if self.is_active(index) else self.on_host(index)

    def load_array(self, array: Any, index: Any) -> Any:
        array, index = self.operand(array, None), self.lifted(index)
        try:
            y = array[index]
        except Exception as error:
            raise self.failing(error, operator.getitem, (array, index), {}) from None
        if not y.ndim and not _has_ellipsis(index):
            y = self.number(y.copy() if y.data.mem is array.data.mem else y)
        if y.data.mem is array.data.mem or not self.is_active(array):
            return y
        index = frozen(index)
        for tape in self.tapes:
            if tape.is_own(array):
                tape.note_load(array, index, y)
        return y

    def store_array(self, array: Any, index: Any, value: Any) -> None:
        array, index = self.operand(array, None), self.lifted(index)
        value = self.operand(value, array)
        active = [tape.is_own(value) for tape in self.tapes]
        if self.mirrors.copies and self.mirrors.is_apart(array):
            raise self.refuse(
                "cannot store into an array of the host with gaps in its memory", "the program runs on a device"
            )
        try:
            old = self.overwritten(array, index)
            self.store_there(array, index, value)
        except Exception as error:
            raise self.failing(error, operator.setitem, (array, index, value), {}) from None
        index = frozen(index)
        for tape, own in zip(self.tapes, active, strict=True):
            tape.note_store(array, index, value if own else None, old)
        self.mirrors.stored(array)

    def at(self, ufunc: np.ufunc, array: Any, index: Any, value: Any = None) -> None:
        array, value = self.operand(array, None), self.operand(value, array)
        if ufunc is np.subtract and array.dtype.kind == "f":  # devices add alone
            ufunc, value = np.add, self.unary("-", value)
        if ufunc is np.add:
            super().at(ufunc, array, self.lifted(index), value)
        else:
            self.recorded(rt.written.ufunc_at)(ufunc, array, index, *([] if value is None else [value]))
        self.mirrors.stored(array)

    def attribute(self, owner: Any, name: str) -> Any:
        if owner is np and name == "ndarray":
            return self.ndarray
        if name == "flat":
            owner = self.operand(owner, None)
        try:
            return super().attribute(owner, name)
        except (devices.DeviceError, AttributeError) as error:  # of a generator of random numbers, of an array
            if isinstance(error, devices.DeviceError) or isinstance(owner, self.ndarray) and hasattr(np.ndarray, name):
                raise self.refuse(f"cannot run '{name}' on {self.device.__name__}", str(error)) from None
            raise

    def method(self, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return super().method(self.operand(owner, None), name, *args, **kwargs)

    def array_method(self, owner: Any, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        try:
            return super().array_method(owner, name, args, kwargs)
        except AttributeError as error:
            if isinstance(owner, self.ndarray) and hasattr(np.ndarray, name) and not hasattr(owner, name):
                raise self.refuse(f"cannot run '{name}' on {self.device.__name__}", str(error)) from None
            raise

    def iterate(self, items: Any, shape: Any = None) -> Any:
        items = self.operand(items, None)
        if shape is None and isinstance(items, self.ndarray) and items.ndim:
            return (self.load_array(items, i) for i in range(len(items)))
        return super().iterate(items, shape)


def _items(value: Any) -> Any:
    return value if type(value) in (list, tuple) else (value,)


def _has_ellipsis(index: Any) -> bool:
    return index is Ellipsis or type(index) is tuple and any(part is Ellipsis for part in index)
