"""The functions of the fake device: those that CuPy has, with the arguments that CuPy takes."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import counting
from .arrays import AT, asarray, index_of, is_host_array, is_view, joined, ndarray, of_host, plain, wrap
from .interface import GENERATOR, MODULES, SHARED

# functions that tell something of their arguments without computing: any argument will do, and the result is the host's
TELLING = {
    "shape", "ndim", "iscomplexobj", "isrealobj", "isscalar", "result_type", "can_cast", "promote_types", "min_scalar_type",
    "broadcast_shapes", "may_share_memory", "shares_memory", "common_type", "issubdtype", "isdtype", "size", "base_repr",
    "binary_repr", "format_float_positional", "array_repr", "array_str", "array2string", "get_printoptions", "mintypecode",
    "iterable", "typename",
}  # fmt: skip
# functions that bring host data to the device
TRANSFERS = {
    "array",
    "asarray",
    "asanyarray",
    "ascontiguousarray",
    "asfortranarray",
    "require",
    "from_dlpack",
    "asarray_chkfinite",
}
# functions whose first argument need not be an array of the device
CREATING = {
    "zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace", "logspace", "tri", "indices", "fromfunction",
    "tril_indices", "triu_indices", "diag_indices", "mask_indices", "hanning", "hamming", "blackman", "bartlett", "kaiser",
    "fftfreq", "rfftfreq", "meshgrid", "einsum", "select", "unravel_index", "atleast_1d", "atleast_2d", "atleast_3d",
    "vectorize", "apply_along_axis", "isclose", "allclose", "errstate", "bincount",
}  # fmt: skip
SEQUENCES = {
    "concatenate",
    "concat",
    "stack",
    "vstack",
    "row_stack",
    "hstack",
    "dstack",
    "column_stack",
    "lexsort",
    "ix_",
}
# functions all of whose leading arguments (so many) are arrays of the device
LEADING = {
    "dot": 2, "vdot": 2, "inner": 2, "outer": 2, "kron": 2, "tensordot": 2, "matmul": 2, "cross": 2, "convolve": 2, "correlate": 2,
    "solve": 2, "lstsq": 2, "tensorsolve": 2, "take_along_axis": 2, "put_along_axis": 2, "vecdot": 2,
}  # fmt: skip
PRODUCTS = {"dot", "vdot", "inner", "tensordot", "matmul", "vecdot"}
VIEWS = {
    "reshape", "transpose", "permute_dims", "swapaxes", "moveaxis", "rollaxis", "expand_dims", "squeeze", "broadcast_to",
    "broadcast_arrays", "ravel", "diagonal", "flip", "fliplr", "flipud", "rot90", "split", "array_split", "hsplit", "vsplit",
    "dsplit", "real", "atleast_1d", "atleast_2d", "atleast_3d", "matrix_transpose",
}  # fmt: skip
# functions whose results lie in memory as their first argument does
KEEPING = {"array", "asarray", "copy", "zeros_like", "ones_like", "empty_like", "full_like", "roll", "pad", "einsum"}
PLACES = {
    "split",
    "array_split",
    "hsplit",
    "vsplit",
    "dsplit",
    "transpose",
}  # functions that take axes or places of the host
VERDICTS = {"allclose", "array_equal", "array_equiv"}


def unwrapped(value: Any) -> Any:
    """An argument for NumPy: device arrays, also inside of lists, become host arrays; host arrays are refused."""
    if isinstance(value, ndarray):
        return value._host
    if is_host_array(value):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(map(unwrapped, value))
    if isinstance(value, slice):
        return index_of(value)
    if callable(value) and not isinstance(value, type):
        return _on_host(value)
    return value


def _on_host(function: Any) -> Any:
    """A user's function that NumPy may call: it is given arrays of the device."""

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        return unwrapped(function(*map(wrap, args)))

    return call


class Function:
    """A function of the device."""

    def __init__(self, name: str, host: Any, parameters: Any, strict: bool = True):
        self.__name__ = name
        self.host = host
        self.keywords = None if parameters == "any" or any(p.startswith("**") for p in parameters) else set(parameters)
        self.most = None
        self.strict = strict
        if self.keywords is not None and not any(p.startswith("*") for p in parameters):
            self.most = len(parameters)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = self.__name__
        self._check_call(args, kwargs)
        if name in TELLING:
            return self.host(*map(_shadow, args), **kwargs)
        if name in TRANSFERS:
            return _transferred(name, *args, **kwargs)
        self._check_arrays(args)
        if name == "copyto":
            args = (args[0]._host, plain(args[1], "fill"), *args[2:])
        outputs = kwargs.get("out")
        with np.errstate(all="ignore"):  # a device does not warn
            read = _of_host if name == "pad" else unwrapped  # it looks at its values on the host
            result = self.host(*map(unwrapped, args), **{key: read(value) for key, value in kwargs.items()})
        if name not in VIEWS:
            counting.launched(name in PRODUCTS)
        if isinstance(outputs, ndarray):
            return outputs
        if name in VERDICTS:
            return of_host(np.asarray(result))
        return self._sharing(result if name in VIEWS or name in KEEPING else in_c_order(result), args)

    def _sharing(self, result: Any, args: Any) -> Any:
        """A result that may be a view of an argument, whose memory it then counts as."""
        if isinstance(result, tuple) and hasattr(result, "_fields"):
            return wrap(result)
        if isinstance(result, (list, tuple)):
            return type(result)(self._sharing(item, args) for item in result)
        for one in args if isinstance(result, np.ndarray) else ():
            if isinstance(one, ndarray) and np.may_share_memory(result, one._host):
                return one if result is one._host else one._view(result)
        return wrap(result)

    def _check_call(self, args: Any, kwargs: Any) -> None:
        if self.keywords is not None:
            for key in kwargs:
                if key not in self.keywords:
                    raise TypeError(f"{self.__name__}() got an unexpected keyword argument {key!r}")
        if self.most is not None and len(args) > self.most:
            raise TypeError(f"{self.__name__}() takes at most {self.most} arguments ({len(args)} given)")

    def _check_arrays(self, args: Any) -> None:
        name = self.__name__
        if name == "select" and not np.isscalar(args[2] if len(args) > 2 else 0):
            raise TypeError("default only accepts scalar values")
        if name == "choose":
            _expect(args[1])
        if name == "pad" and args[2:3] == ("median",):
            raise ValueError("mode 'median' is not supported")
        if name in PLACES and len(args) > 1:
            _of_host(args[1])
        if not self.strict or name in CREATING or not args:
            return
        if name in SEQUENCES:
            if isinstance(args[0], (list, tuple)):
                for item in args[0]:
                    _expect(item)
                return
        for one in args[: LEADING.get(name, 1)]:
            _expect(one)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the fake device>"


def _of_host(value: Any) -> Any:
    """A value that CuPy reads on the host, where it takes no array of its own."""
    if isinstance(value, (list, tuple)):
        for item in value:
            _of_host(item)
    if isinstance(value, ndarray) and value.ndim:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")
    return value


def in_c_order(result: Any) -> Any:
    """Results of NumPy in the order of memory that CuPy gives them, row by row whatever the operands."""
    if isinstance(result, np.ndarray) and result.ndim > 1:
        return np.ascontiguousarray(result)
    return tuple(map(in_c_order, result)) if type(result) is tuple else result


def _expect(value: Any) -> None:
    if not isinstance(value, ndarray):
        raise TypeError(
            f"Argument 'a' has incorrect type (expected an array of the device, got {type(value).__name__})"
        )


def _shadow(value: Any) -> Any:
    """A value that tells shape and dtype as this one does."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_shadow, value))
    return value._host if isinstance(value, ndarray) else value


def _transferred(name: str, value: Any, dtype: Any = None, copy: Any = None, *_: Any, **__: Any) -> ndarray:
    if isinstance(value, ndarray):
        wanted = value if dtype is None or np.dtype(dtype) == value.dtype else value.astype(dtype)
        if name == "array" and wanted is value and copy is not False or copy is True:
            return wanted.copy()
        if name in ("ascontiguousarray", "asfortranarray"):
            return wanted._view(getattr(np, name)(wanted._host))
        return wanted
    return asarray(value, dtype)


class Ufunc:
    """A universal function of the device: it takes `out`, `dtype` and `casting`, and no `where`."""

    def __init__(self, name: str, host: np.ufunc):
        self.__name__ = self.name = name
        self.host = host
        self.nin, self.nout, self.nargs = host.nin, host.nout, host.nargs

    def __call__(self, *args: Any, out: Any = None, dtype: Any = None, casting: str = "same_kind", **wrong: Any) -> Any:
        if wrong:
            raise TypeError(f"Wrong arguments {wrong}")
        if self.host is np.matmul:
            for one in args[:2]:
                _expect(one)
        given = [plain(one, self.name) for one in args]
        keywords: dict[str, Any] = {"casting": casting}
        if dtype is not None:
            keywords["dtype"] = dtype
        if out is not None:
            out = out[0] if isinstance(out, tuple) and len(out) == 1 else out
            _expect(out)
            keywords["out"] = out._host
        with np.errstate(all="ignore"):
            result = self.host(*given, **keywords)
        counting.launched(self.host is np.matmul)
        if out is not None:
            return out
        if len(args) > self.nin:  # the output was given by position
            return args[-1]
        return wrap(in_c_order(result))

    def at(self, array: Any, index: Any, *value: Any) -> None:
        """As `numpy.ufunc.at`, for the functions and types that CuPy has atomics for."""
        _expect(array)
        if self.name not in AT:
            raise NotImplementedError(f"`cupy_{self.name}.at` is not supported yet")
        index = index_of(index)
        atomic = "int32 uint32" if self.name == "subtract" else "int32 int64 uint32 uint64 float16 float32 float64"
        single = is_view(index) or getattr(index, "dtype", None) == np.bool_  # needs no atomics
        if not single and array.dtype.name not in atomic.split():
            raise TypeError(f"cupy.{self.name}.at only supports {atomic}, as data type")
        counting.launched()
        self.host.at(array._host, index, *[plain(one, self.name) for one in value])

    def reduce(self, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        if self.name not in ("add", "multiply", "maximum", "minimum", "logical_and", "logical_or"):
            raise NotImplementedError(f"`{self.name}.reduce` is not supported yet")
        _expect(array)
        counting.launched()
        return wrap(self.host.reduce(array._host, axis=axis, dtype=dtype, keepdims=keepdims))

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        if self.name not in ("add", "multiply"):
            raise NotImplementedError(f"`{self.name}.accumulate` is not supported yet")
        _expect(array)
        counting.launched()
        return wrap(self.host.accumulate(array._host, axis, dtype))

    def reduceat(self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        if self.name != "add":
            raise NotImplementedError(f"`{self.name}.reduceat` is not supported yet")
        _expect(array)
        counting.launched()
        return wrap(self.host.reduceat(array._host, index_of(indices), axis, dtype))

    def outer(self, a: Any, b: Any, **kwargs: Any) -> Any:
        counting.launched()
        return wrap(self.host.outer(plain(a, self.name), plain(b, self.name), **kwargs))

    def __repr__(self) -> str:
        return f"<ufunc {self.name!r} of the fake device>"


class Generator:
    """What `random.default_rng` gives: the draws of `numpy.random.Generator` that CuPy has, on the device."""

    def __init__(self, seed: Any = None):
        self._host = np.random.default_rng(seed)

    def __getattr__(self, name: str) -> Any:
        if name not in GENERATOR:
            raise AttributeError(f"'Generator' object has no attribute {name!r}")
        drawn = getattr(self._host, name)

        def draw(*args: Any, **kwargs: Any) -> Any:
            counting.launched()
            result = drawn(*map(unwrapped, args), **{key: unwrapped(value) for key, value in kwargs.items()})
            return asarray(result) if not isinstance(result, type(None)) else None

        return draw


class Submodule:
    """`linalg`, `fft` or `random` of the device."""

    def __init__(self, name: str, found: dict[str, Any]):
        self.__name__ = f"srcgrad_runtime.fake.{name}"
        self.__dict__.update(found)
        if name == "linalg":
            self.LinAlgError = np.linalg.LinAlgError
        if name == "random":
            self.default_rng = Generator
            self.Generator = Generator

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class StrideTricks:
    """`lib.stride_tricks` of the device: views that share memory, and that have, as in CuPy, no base."""

    def as_strided(self, x: ndarray, shape: Any = None, strides: Any = None) -> ndarray:
        _expect(x)
        return ndarray(x.shape if shape is None else shape, x.dtype, x.data, x.strides if strides is None else strides)

    def sliding_window_view(self, x: ndarray, window_shape: Any, axis: Any = None, **_: Any) -> ndarray:
        view = np.lib.stride_tricks.sliding_window_view(x._host, window_shape, axis)
        return self.as_strided(x, view.shape, view.strides)


class Library:
    """`lib` of the device."""

    stride_tricks = StrideTricks()


def _made(names: dict[str, Any], owner: Any) -> dict[str, Any]:
    """The functions of these names, as far as NumPy has them: some that CuPy has are gone from newer ones."""
    found = {}
    for name, described in names.items():
        host = getattr(owner, name, None)
        if host is not None:
            found[name] = _function(name, described, host, owner)
    return found


def _function(name: str, described: Any, host: Any, owner: Any) -> Any:
    if described == "ufunc" and isinstance(host, np.ufunc):
        return Ufunc(name, host)
    return Function(name, host, "any" if described == "ufunc" else described, owner is not np.random)


@functools.cache
def namespace() -> dict[str, Any]:
    """The names of the device by their CuPy name."""
    found: dict[str, Any] = {name: getattr(np, name) for name in SHARED if hasattr(np, name)}
    found.update(_made(MODULES[""], np))
    for module in ("linalg", "fft", "random"):
        owner = getattr(np, module)
        found[module] = Submodule(module, _made(MODULES[module], owner))
    found.update(
        ndarray=ndarray,
        ufunc=Ufunc,
        lib=Library,
        asnumpy=lambda a, *_, **__: a.get() if isinstance(a, ndarray) else np.asarray(a),
    )
    return found


def counterpart(function: Any) -> Any:
    """The function of the device that has the name of a NumPy function; None where there is none."""
    module = (getattr(function, "__module__", None) or "numpy").split(".")
    name = function.__name__
    if len(module) > 1 and module[1] in ("linalg", "fft"):
        return namespace()[module[1]].__dict__.get(name)
    return namespace().get(name)


def method(name: str, array: ndarray, args: Any, kwargs: Any) -> Any:
    """What `array.name(*args, **kwargs)` gives: the function of that name, where there is one, and the method otherwise."""
    found = namespace().get(name)
    if name == "clip":  # whose method calls the bounds `min` and `max`
        kwargs = {{"min": "a_min", "max": "a_max"}.get(key, key): value for key, value in kwargs.items()}
    if name in ("transpose", "swapaxes", "squeeze", "diagonal"):
        return array._view(getattr(array._host, name)(*args, **kwargs))
    if isinstance(found, (Function, Ufunc)):
        return found(array, *args, **kwargs)
    counting.launched()
    return wrap(getattr(array._host, name)(*map(unwrapped, args), **kwargs))


__all__ = ["Function", "Generator", "Ufunc", "counterpart", "joined", "method", "namespace"]
