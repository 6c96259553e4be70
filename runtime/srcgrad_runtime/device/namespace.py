"""`np` for a program whose arrays live on a device.

Each function looks at its arguments: if one of them lives on the device, or if it makes an array from nothing, it is the device's
function; with numbers alone it is NumPy's own, because a number that is known on the host is better left there.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import draws, shims
from .errors import DeviceError

# functions that make arrays: what they make belongs on the device
MAKING = {
    "array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "zeros", "ones", "empty", "full", "eye", "identity",
    "arange", "linspace", "logspace", "geomspace", "tri", "indices", "hanning", "hamming", "blackman", "bartlett", "kaiser",
    "fftfreq", "rfftfreq", "fromfunction", "frombuffer", "fromiter", "tril_indices", "triu_indices", "diag_indices",
}  # fmt: skip
# functions that tell of their arguments without computing; NumPy's own serve arrays of a device as well
TELLING = {
    "iscomplexobj", "isrealobj", "isscalar", "result_type", "can_cast", "promote_types", "broadcast_shapes",
    "iterable", "issubdtype", "isdtype", "min_scalar_type", "dtype", "errstate", "ndindex",
}  # fmt: skip
# functions that look at numbers alone on the host, with so many arguments that have to be arrays on the device
LEADING = {
    "dot": 2, "vdot": 2, "inner": 2, "outer": 2, "kron": 2, "tensordot": 2, "matmul": 2, "cross": 2, "convolve": 2, "correlate": 2,
    "solve": 2, "lstsq": 2, "tensorsolve": 2, "take_along_axis": 2, "where": 1, "append": 2, "einsum": 0, "block": 0,
    "select": 0, "shape": 0, "ndim": 0, "size": 0,
}  # fmt: skip
SEQUENCES = {"concatenate", "concat", "stack", "vstack", "row_stack", "hstack", "dstack", "column_stack", "multi_dot"}
_FLOAT = np.dtype(float)
SUBMODULES = ("linalg", "fft", "random")


class Namespace:
    """The names of NumPy, or of one of its modules, on a device."""

    def __init__(self, module: Any, part: str = ""):
        self._device = module
        self._part = part
        self._host = getattr(np, part) if part else np
        self._module = getattr(module, part) if part else module
        self.__name__ = f"numpy on {module.__name__}" if not part else f"numpy.{part} on {module.__name__}"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._look_up(name)
        self.__dict__[name] = found
        return found

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def _look_up(self, name: str) -> Any:
        if not self._part and name in SUBMODULES:
            return Namespace(self._device, name)
        host = getattr(self._host, name)  # NumPy's own error where there is no such name
        if name == "ndarray":
            return self._device.ndarray
        if name in ("r_", "c_"):
            return Joining(self, name)
        if self._part != "random" and (isinstance(host, type) or not callable(host)) or name in TELLING:
            return host
        shim = shims.find(self._part, name)
        own = getattr(self._module, name, None)
        if shim is not None:
            own = functools.partial(shim, namespace_of(self._device), own)
        if self._part == "random":
            return draws.drawing(self._device, name, own)
        return Chosen(self, name, own, host)


class Chosen:
    """A function that is the device's or NumPy's, as its arguments demand."""

    def __init__(self, space: Namespace, name: str, device: Any, host: Any):
        self.__name__ = name
        self.device, self.host, self._space = device, host, space
        self._array, self._asarray = space._device.ndarray, space._device.asarray
        self._making = name in MAKING
        self._sequence = name in SEQUENCES
        self._leading = LEADING.get(name, 1)
        self._where = space._device.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._making or _holds(self._array, args) or kwargs and _holds(self._array, kwargs.values()):
            if self.device is None:
                raise DeviceError(f"{self._where} has no {self.__name__}")
            made = self.device(*self._lifted(args), **kwargs)
            if self._making and getattr(made, "dtype", _FLOAT).kind not in "biufc":
                raise DeviceError(f"{self._where} has no arrays of dtype {made.dtype}")
            return made
        result = self.host(*args, **kwargs)
        return self._asarray(result) if isinstance(result, np.ndarray) else result

    def __getattr__(self, name: str) -> Any:  # `np.add.at`, `np.add.reduce`
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "at" and self.host is np.subtract:  # devices have atomic additions of floating numbers only
            return lambda array, index, value: self._space.add.at(array, index, -value)
        device, host = getattr(self.device, name, None), getattr(self.host, name)
        if not callable(host):
            return host

        def method(*args: Any, **kwargs: Any) -> Any:
            if not _holds(self._array, args):
                result = host(*args, **kwargs)
                return self._asarray(result) if isinstance(result, np.ndarray) else result
            if device is None:
                raise DeviceError(f"{self._where} has no {self.__name__}.{name}")
            return device(*args, **kwargs)

        return method

    def _lifted(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with numbers and lists as arrays of the device where the device wants arrays."""
        if self._making or isinstance(self.host, np.ufunc) and self.host is not np.matmul:
            return args
        if self._sequence and args and isinstance(args[0], (list, tuple)):
            return ([self._lift(item) for item in args[0]], *args[1:])
        count = self._leading
        return (*[self._lift(one) for one in args[:count]], *args[count:])

    def _lift(self, value: Any) -> Any:
        if isinstance(value, (int, float, complex, np.generic)):
            return self._asarray(value)
        if isinstance(value, (list, tuple)):
            return self._device_list(value)
        return value

    def _device_list(self, value: Any) -> Any:
        return self._asarray(value) if not _holds(self._array, value) else shims.joined(self._asarray, value)

    def __repr__(self) -> str:
        return f"<{self.__name__} on {self._where}>"


class Joining:
    """`np.r_` or `np.c_` on a device, of arrays and numbers."""

    def __init__(self, space: Namespace, name: str):
        self._space, self._name = space, name

    def __getitem__(self, parts: Any) -> Any:
        np = self._space
        items = list(parts) if isinstance(parts, tuple) else [parts]
        if any(isinstance(item, (slice, str)) for item in items):
            raise DeviceError(f"{self._space._device.__name__} has no {self._name} with ranges; use np.concatenate")
        if self._name == "r_":
            return np.concatenate([np.atleast_1d(np.asarray(item)) for item in items])
        arrays = [np.asarray(item) for item in items]
        columns = [np.expand_dims(one, 1) if one.ndim == 1 else np.atleast_2d(one) for one in arrays]
        return np.concatenate(columns, axis=-1)


def _holds(kind: type, values: Any) -> bool:
    """Whether an array of this kind is among the values, or inside of lists and tuples of them."""
    for value in values:
        if isinstance(value, kind) or isinstance(value, (list, tuple)) and _holds(kind, value):
            return True
    return False


@functools.cache
def namespace_of(device: Any) -> Namespace:
    """`np` on a device."""
    return Namespace(device)
