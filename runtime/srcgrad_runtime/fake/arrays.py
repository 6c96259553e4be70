"""Arrays of the fake device: NumPy underneath, and as strict as CuPy.

An operation takes arrays of the device, Python numbers and NumPy scalars; a NumPy array is refused as CuPy refuses it. Every
result is an array, also one of no dimensions, and an element `x[i]` is a view of `x`. A value comes to the host by `get`, `item`,
`float` and the like, which are counted.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from . import counting
from .interface import ARRAY

SCALARS = (bool, int, float, complex, np.generic)
AT = ("add", "subtract", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor")


class ndarray:  # noqa: N801 (the name it has in CuPy)
    """An array of the fake device. Made by `srcgrad_runtime.fake.array`, `asarray`, `zeros` and the like.

    As in CuPy, `ndarray(shape, dtype, memptr, strides)` is an array in memory that is there already: `memptr` is the `data` of an
    array, plus a number of bytes.
    """

    __slots__ = ("_host", "_block", "_base", "__weakref__")
    __array_priority__ = 100
    _host: np.ndarray
    _block: counting.Block
    _base: ndarray | None

    def __init__(self, shape: Any, dtype: Any = float, memptr: Any = None, strides: Any = None, order: str = "C"):
        self._base = None
        if memptr is None:
            self._host = np.empty(shape, dtype, order)  # type: ignore[call-overload]
            self._block = counting.Block(self._host)
        else:
            self._host = np.ndarray(shape, dtype, memptr.mem.buffer, memptr.ptr - memptr.mem.ptr, strides)
            self._block = memptr.mem

    # ---- what it is ----

    dtype = property(lambda self: self._host.dtype)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    nbytes = property(lambda self: self._host.nbytes)
    itemsize = property(lambda self: self._host.itemsize)
    strides = property(lambda self: self._host.strides)
    T = property(lambda self: self._view(self._host.T))
    mT = property(lambda self: self._view(self._host.mT))  # noqa: N815

    base = property(lambda self: self._base)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._host.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._host.shape = shape

    @property
    def data(self) -> counting.Pointer:
        """Where the array begins."""
        return counting.Pointer(self._block, counting.address(self._host))

    @property
    def flags(self) -> Any:
        return Flags(self._host.flags.c_contiguous, self._host.flags.f_contiguous)

    @property
    def real(self) -> ndarray:
        return self._view(self._host.real)

    @real.setter
    def real(self, value: Any) -> None:
        self._host.real = plain(value, "real")

    @property
    def imag(self) -> ndarray:
        return self._view(self._host.imag) if self.dtype.kind == "c" else of_host(np.zeros_like(self._host))

    @imag.setter
    def imag(self, value: Any) -> None:
        self._host.imag = plain(value, "imag")

    @property
    def flat(self) -> Any:
        return self.ravel()

    def _view(self, host: np.ndarray) -> ndarray:
        if not np.may_share_memory(host, self._host):
            return of_host(host)
        made = of_host(host, self._block)
        made._base = self if self._base is None else self._base
        return made

    # ---- to the host ----

    def get(self, *_: Any, **__: Any) -> np.ndarray:
        """A copy of the array on the host."""
        counting.counts.downloads += 1
        return self._host.copy()

    def item(self) -> Any:
        counting.synchronised()
        return self._host.item()

    def tolist(self) -> Any:
        counting.synchronised()
        return self._host.tolist()

    def __float__(self) -> float:
        counting.synchronised()
        return float(self._host)

    def __int__(self) -> int:
        counting.synchronised()
        return int(self._host)

    def __complex__(self) -> complex:
        counting.synchronised()
        return complex(self._host)

    def __bool__(self) -> bool:
        counting.synchronised()
        return bool(self._host)

    def __repr__(self) -> str:
        return repr(self._host)

    def __str__(self) -> str:
        return str(self._host)

    def __format__(self, text: str) -> str:
        return format(self._host.item() if self.ndim == 0 else self._host, text)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array explicitly."
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from . import functions

        found = functions.namespace().get(ufunc.__name__)
        if found is None:
            raise TypeError(f"the device has no {ufunc.__name__}")
        outputs = kwargs.pop("out", None)
        if outputs is not None:
            kwargs["out"] = outputs[0] if len(outputs) == 1 else outputs
        if ufunc.__name__ in COMPARISONS.values():  # NumPy makes an array of a scalar there, and CuPy a number of that
            inputs = tuple(x.item() if is_host_array(x) and not x.ndim else x for x in inputs)
        return (found if method == "__call__" else getattr(found, method))(*inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from . import functions

        found = functions.counterpart(function)
        if found is None:
            raise TypeError(f"no implementation found for 'numpy.{function.__name__}' on types {types}")
        return found(*args, **kwargs)

    # ---- as a container ----

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> ndarray:
        index = index_of(index)
        if is_view(index):  # with an ellipsis an element is a view as well, as on the device
            index = index if isinstance(index, tuple) else (index,)
            return self._view(self._host[index if Ellipsis in index else (*index, Ellipsis)])
        counting.launched()
        return wrap(np.ascontiguousarray(self._host[index]) if self.ndim > 1 else np.asarray(self._host[index]))

    def __setitem__(self, index: Any, value: Any) -> None:
        index = index_of(index)
        if isinstance(value, (list, tuple)) and any(isinstance(item, ndarray) for item in value):
            raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")
        if isinstance(value, ndarray) and is_view(index) and _is_same(self._host[index], value._host):
            return  # what `x[index] += y` ends with: the part is put where it is
        counting.launched()
        value = plain(value, "fill")
        if is_view(index) or np.ndim(value) == 0:
            self._host[index] = value
        else:  # a device stores in any order: here backwards, so that nobody counts on the last value for an element that is named twice
            places = np.arange(self.size).reshape(self.shape)[index]
            extra = max(0, np.ndim(value) - places.ndim)
            value = np.broadcast_to(value.reshape(value.shape[extra:]), places.shape)
            self._host[np.unravel_index(places.ravel()[::-1], self.shape)] = value.ravel()[::-1]

    def copy(self, order: Any = "C") -> ndarray:
        counting.launched()
        return of_host(self._host.copy(order))

    def __copy__(self) -> ndarray:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> ndarray:
        return self.copy()

    def __reduce__(self) -> Any:
        return asarray, (self._host,)

    def fill(self, value: Any) -> None:
        counting.launched()
        self._host.fill(plain(value, "fill"))

    def sort(self, axis: int = -1, kind: Any = None) -> None:
        counting.launched()
        self._host.sort(axis)

    def partition(self, kth: Any, axis: int = -1) -> None:
        counting.launched()
        self._host.partition(kth, axis)

    def astype(
        self, dtype: Any, order: Any = "K", casting: Any = None, subok: Any = None, copy: bool = True
    ) -> ndarray:
        if casting is not None or subok is not None:
            raise TypeError("casting is not supported yet" if casting is not None else "subok is not supported yet")
        if not copy and np.dtype(dtype) == self.dtype:
            return self
        counting.launched()
        return of_host(self._host.astype(dtype))

    def view(self, dtype: Any = None) -> ndarray:
        return self._view(self._host.view() if dtype is None else self._host.view(dtype))

    def reshape(self, *shape: Any, order: Any = "C") -> ndarray:
        return self._view(self._host.reshape(*shape, order=order))

    def ravel(self, order: Any = "C") -> ndarray:
        return self._view(self._host.ravel(order))

    def flatten(self, order: Any = "C") -> ndarray:
        return of_host(self._host.flatten(order))


def of_host(host: np.ndarray, block: counting.Block | None = None) -> ndarray:
    """The array of the device with this content, which nothing else holds, or which is in a block of the device already."""
    made = object.__new__(ndarray)
    if host.dtype.kind not in "biufc":
        raise ValueError(f"Unsupported dtype {host.dtype}")
    if block is None and counting.in_a_row(host) is None:
        host = host.copy("K")  # memory that is in use from the first byte to the last
    made._host, made._base = host, None
    made._block = counting.Block(host) if block is None else block
    return made


def _is_same(a: Any, b: np.ndarray) -> bool:
    """Whether two arrays are the same part of the same memory."""
    if not isinstance(a, np.ndarray) or a.shape != b.shape or a.strides != b.strides:
        return False
    return a.__array_interface__["data"] == b.__array_interface__["data"]


class Flags:
    """The flags that CuPy has: there is no `writeable` among them."""

    def __init__(self, c_contiguous: bool, f_contiguous: bool):
        self.c_contiguous, self.f_contiguous = c_contiguous, f_contiguous
        self.forc = c_contiguous or f_contiguous
        self.fnc = f_contiguous and not c_contiguous
        self.owndata = True


# ---- values ----


def is_host_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def plain(value: Any, what: str) -> Any:
    """What NumPy computes with for an operand; `TypeError` for what CuPy does not take."""
    if isinstance(value, ndarray):
        return value._host
    if isinstance(value, SCALARS):
        return value
    if is_host_array(value) and what == "fill":
        if value.ndim:
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        return value
    raise TypeError(f"Unsupported type {type(value)}")


def wrap(value: Any) -> Any:
    """A result of NumPy as one of the device: arrays and NumPy scalars become arrays."""
    if isinstance(value, np.ndarray):
        return of_host(value)
    if isinstance(value, np.generic):
        return of_host(np.asarray(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(wrap, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrap, value))
    return value


def asarray(value: Any, dtype: Any = None) -> ndarray:
    """An array of the device: `value` itself if it is one, a copy of a host array, number or list otherwise."""
    if isinstance(value, ndarray):
        return value if dtype is None or np.dtype(dtype) == value.dtype else value.astype(dtype)
    counting.counts.uploads += 1
    host = np.array(joined(value), dtype)
    return of_host(
        host if host.flags.f_contiguous else np.asarray(host, order="C")
    )  # other orders of axes are not kept


def joined(value: Any) -> Any:
    """Nested lists of arrays of the device and numbers as one host array; host arrays among device arrays are refused."""
    if isinstance(value, (list, tuple)):
        items = [joined(item) for item in value]
        mixed = any(isinstance(v, ndarray) for v in value) and any(map(is_host_array, value))
        if mixed:
            raise TypeError("Implicit conversion to a NumPy array is not allowed.")
        return items
    return value._host if isinstance(value, ndarray) else value


def index_of(index: Any) -> Any:
    """An index for NumPy. CuPy takes integers, slices, lists, and integer and boolean arrays of either side."""
    if isinstance(index, tuple):
        return tuple(map(index_of, index))
    if isinstance(index, ndarray):
        return index._host if index.ndim or index.dtype == bool else index._host[()]
    if isinstance(index, list):
        return joined(index)
    if isinstance(index, slice):
        ends = (index.start, index.stop, index.step)
        return slice(*[None if end is None else operator.index(end) for end in ends])
    return index


def is_view(index: Any) -> bool:
    if isinstance(index, tuple):
        return all(map(is_view, index))
    if isinstance(index, (bool, np.bool_)):
        return False
    return index is None or index is Ellipsis or isinstance(index, (int, slice, np.integer))


# ---- methods that are functions, and operators ----


def _method(name: str) -> Any:
    def method(self: ndarray, *args: Any, **kwargs: Any) -> Any:
        from . import functions

        return functions.method(name, self, args, kwargs)

    method.__name__ = name
    return method


for _name in ARRAY:
    if not hasattr(ndarray, _name) and callable(getattr(np.ndarray, _name, None)):
        setattr(ndarray, _name, _method(_name))

OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "divmod": "divmod",
}  # fmt: skip
COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}


def _defers(other: Any) -> bool:
    """Whether an operator leaves the work to the other operand, as for a list, a string or an object of the user's."""
    return not isinstance(other, (ndarray, np.ndarray, *SCALARS))


def _binary(ufunc: str, reflected: bool) -> Any:
    def operate(self: ndarray, other: Any) -> Any:
        from . import functions

        if _defers(other):
            return NotImplemented
        pair = (other, self) if reflected else (self, other)
        return functions.namespace()[ufunc](*pair)

    return operate


def _in_place(ufunc: str) -> Any:
    def operate(self: ndarray, other: Any) -> Any:
        from . import functions

        if _defers(other):
            return NotImplemented
        functions.namespace()[ufunc](self, other, out=self)
        return self

    return operate


def _unary(ufunc: str) -> Any:
    def operate(self: ndarray) -> Any:
        from . import functions

        return functions.namespace()[ufunc](self)

    return operate


for _name, _ufunc in OPERATORS.items():
    setattr(ndarray, f"__{_name}__", _binary(_ufunc, False))
    setattr(ndarray, f"__r{_name}__", _binary(_ufunc, True))
    if _name not in ("matmul", "divmod"):  # CuPy's arrays have no `@=`
        setattr(ndarray, f"__i{_name}__", _in_place(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(ndarray, f"__{_name}__", _binary(_ufunc, False))
for _name, _ufunc in {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}.items():
    setattr(ndarray, f"__{_name}__", _unary(_ufunc))
ndarray.__hash__ = None  # type: ignore[assignment]
