"""Methods of arrays, the `at` of ufuncs, and what else reads or changes an array by a call."""

from __future__ import annotations

import builtins
import copy
import math
import re
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from .recorder import Recorder
from .shadows import turned
from .tape import SIGNS, SIGNS_OF_ONE

DUNDERS = {f"__{name}__": sign for sign, (*_, name) in SIGNS.items()}
REFLECTED = {f"__r{name}__": sign for sign, (*_, name) in SIGNS.items()}
IN_PLACE = {f"__i{name}__": sign for sign, (*_, name) in SIGNS.items()}
UNARY = {f"__{name}__": sign for sign, (*_, name) in SIGNS_OF_ONE.items()}
ASKED = {
    "__abs__": abs,
    "__float__": float,
    "__round__": round,
    "__divmod__": divmod,
    "__floor__": math.floor,
    "__ceil__": math.ceil,
}
TELLING = frozenset(
    "__len__ __bool__ __repr__ __str__ __format__ __hash__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __int__ __index__ __contains__"
    " __sizeof__ __dir__ __class__ __trunc__".split()
)  # what they give are whole numbers, truth values and texts


class Arrays(Recorder):
    """A recorder that knows the methods of arrays."""

    def any_active(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        for value in (*args, *kwargs.values()) if kwargs else args:
            if self.holds_active(value):
                return True
        return False

    def duplicate(self, array: Any) -> Any:
        """What `copy.copy` makes of an array."""
        return self.call(np.copy, array)

    def array_method(self, owner: Any, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        if isinstance(owner, self.ndarray):
            if name == "fill" and len(args) == 1:
                return self.store(owner, ..., args[0])
            if name in ("sort", "partition"):
                self.store_array(owner, ..., self.call(getattr(np, name), owner, *args, **kwargs))
                return None
            if name == "put":
                return self.put(owner, *args)
            if name == "tolist":
                return self.listed(owner)
            if name == "dot":
                return self.call(np.dot, owner, *args, **kwargs)
            if name == "__setitem__":
                return self.store(owner, *args)
            if name == "__getitem__":
                return self.load_array(owner, *args)
            if name == "view" and _shows_the_parts(owner, *args, **kwargs):
                return owner.view(*args, **kwargs)
            if name in ("conj", "conjugate") and owner.dtype.kind != "c" and not args and not kwargs:
                return owner  # as the method does
            if name == "item" and args:
                return self.load_array(
                    owner, args if len(args) > 1 or owner.ndim == 1 else np.unravel_index(args[0], owner.shape)
                )
            if name == "flatten":  # np.ravel may give a view
                return self.call(np.copy, self.call(np.ravel, owner, *args, **kwargs))
            if name == "clip":
                low, high = (*args, None, None)[:2]
                low, high = kwargs.pop("min", low), kwargs.pop("max", high)
                return self.call(np.clip, owner, low, high, *args[2:], **kwargs)
            if name == "copy":
                return self.call(np.copy, owner, *args, **{**({} if args else {"order": "C"}), **kwargs})
            if name in ("__copy__", "__deepcopy__"):
                return self.call(np.copy, owner)
            if name in ("itemset", "resize", "setfield", "byteswap"):
                raise self.refuse(
                    f"cannot differentiate '{name}' of an array", "it changes the array in a way that is not followed"
                )
        if name == "item" and not args and isinstance(owner, np.generic) and not self.is_active(owner):
            return owner.item()
        method = rules.method(name)
        if method is None and name.startswith("__"):
            return self.special_method(owner, name, args)
        if method is None:
            if self.any_active((owner, *args), kwargs):
                raise self.refuse(f"cannot differentiate through the method '{name}' of an array", "no rule covers it")
            return self.run(getattr(owner, name), args, kwargs)
        if not self.any_active((owner, *args), kwargs) and "out" not in kwargs:
            return self.run(getattr(owner, name), args, kwargs)
        packed: tuple = (args,) if method.pack and len(args) > 1 else args
        if method.pack and not args:
            packed = ()
        return self.call(method.function, owner, *packed, **kwargs)

    def special_method(self, owner: Any, name: str, args: tuple) -> Any:
        """`x.__mul__(y)` and its like, of a number or an array."""
        if name in DUNDERS and len(args) == 1:
            return self.op(DUNDERS[name], owner, args[0])
        if name in REFLECTED and len(args) == 1:
            return self.op(REFLECTED[name], args[0], owner)
        if name in IN_PLACE and len(args) == 1:
            return self.inplace(IN_PLACE[name], owner, args[0])
        if name in UNARY and not args:
            return self.unary(UNARY[name], owner)
        if name == "__iter__":
            return iter(self.iterate(owner))
        if name in ASKED:
            return self.call(ASKED[name], owner, *args)
        if self.any_active((owner, *args), {}) and name not in TELLING:
            raise self.refuse(f"cannot differentiate through the method '{name}'", "no rule covers it")
        return getattr(owner, name)(*args)

    def listed(self, array: np.ndarray) -> Any:
        if not array.ndim:
            return self.call(float, array) if array.dtype.kind == "f" else array.item()
        if not self.is_active(array):
            return array.tolist()
        if array.ndim > 1:
            return [self.listed(row) for row in array]
        return [self.call(float, v) if array.dtype.kind == "f" else v for v in self.iterate(array)]

    def put(self, array: np.ndarray, places: Any, values: Any, mode: str = "raise") -> None:
        places = self.run(np.asarray, (places,), {})
        count = places.size
        values = self.as_array(values)
        chosen = (
            self.call(rt.cycled, values, places.shape)
            if values.size != count
            else self.call(np.reshape, values, places.shape)
        )
        self.store_array(array, self.run(rt.flat_index, (array.shape, places, mode), {}), chosen)

    def at(self, ufunc: np.ufunc, array: np.ndarray, index: Any, value: Any = None) -> None:
        if not (self.is_active(array) or self.holds_active(value)):
            done = self.keep(array)
            self.run(ufunc.at, (array, index, *([value] if value is not None else [])), {})
            done()
            return
        if ufunc not in (np.add, np.subtract):
            self.recorded(rt.written.ufunc_at)(ufunc, array, index, *([] if value is None else [value]))
            return
        if isinstance(value, (list, tuple)):
            value = self.call(np.array, value)
        old = self.overwritten(array, index)
        active = [tape.is_own(value) for tape in self.tapes]
        self.run(ufunc.at, (array, index, value), {})
        for tape, own in zip(self.tapes, active, strict=True):
            tape.note_at(array, index, value if own else None, ufunc is np.subtract, old)

    def note_at(self, array: np.ndarray, index: Any, value: Any, negative: bool, old: Any) -> None:
        """`np.add.at` or `np.subtract.at` that was made, with a `value` that is active on this tape or with none."""
        if value is not None:
            self.shadows.activate(array)
        self.note_stored(array)

        def back() -> None:
            calc = self.arithmetic
            bar = self.shadows.view(array, False)
            if bar is not None and value is not None:
                g = turned(calc.part(bar, index), array, calc)
                self.add(value, calc.call(rt.unbroadcast, calc.negative(g) if negative else g, value))
            calc.put(array, index, old)

        self.steps.append(back)

    def vectorized(self, function: np.vectorize, args: tuple, kwargs: dict[str, Any]) -> Any:
        inputs = outputs = None
        if function.signature is not None:
            inputs, outputs = map(_core_axes, function.signature.split("->"))
        return self.recorded(rt.written.vectorized)(function.pyfunc, inputs, outputs, function.excluded, args, kwargs)

    def recorded(self, function: Any) -> Any:
        """A Python function in its recorded form: see `calls`."""
        raise NotImplementedError

    def drawn(self, name: str, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """What a random generator takes out of a sequence, or puts into another order."""
        if not isinstance(args[0], self.ndarray):
            if name == "shuffle" and isinstance(args[0], list):  # moves the items themselves
                return function(*args, **kwargs)
            args = (self.as_array(args[0]), *args[1:])
        if name == "choice":
            return self.chosen(function, *args, **kwargs)
        return self.shuffled(name, function, args, kwargs)

    def chosen(self, function: Any, array: np.ndarray, *args: Any, axis: int = 0, **kwargs: Any) -> Any:
        """`choice` from an array: the same draws, of positions."""
        places = function(array.shape[axis], *args, **kwargs)
        return self.load_array(array, (slice(None),) * (axis % array.ndim) + (places,))

    def shuffled(self, name: str, function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """`shuffle` or `permutation` of an array: the same draws, on positions, say where each part has gone."""
        array, axis = args[0], kwargs.get("axis", args[1] if len(args) > 1 else 0)
        places = np.arange(array.shape[axis])
        owner = getattr(function, "__self__", None)
        if isinstance(owner, np.random.Generator):
            copy.deepcopy(owner).shuffle(places)
        else:
            twin = np.random.RandomState()
            twin.set_state(np.random.get_state() if not isinstance(owner, np.random.RandomState) else owner.get_state())
            twin.shuffle(places)
        old = array.copy()
        moved = self.call(np.take, self.call(np.copy, array), places, axis)
        result = function(*args, **kwargs)
        found = array if name == "shuffle" else result
        same = name in ("shuffle", "permutation") and np.array_equal(found, moved, equal_nan=True)
        array[...] = old
        if not same:
            raise self.refuse(f"cannot differentiate this '{name}' of an array", "where its parts went is not known")
        if name == "permutation":
            return moved
        self.store_array(array, ..., moved)
        return None


def _shows_the_parts(array: Any, dtype: Any = None, type: Any = None) -> bool:
    """Whether a view of an array has its elements, or the real and imaginary parts of them, or has them for such parts."""
    if type is not None or isinstance(dtype, builtins.type) and issubclass(dtype, np.ndarray):
        return False
    kind = array.dtype if dtype is None else np.dtype(dtype)
    return kind == array.dtype or kind.kind in "fc" and array.dtype.kind in "fc" and _real(kind) == _real(array.dtype)


def _real(dtype: np.dtype) -> np.dtype:
    """The dtype of the real part."""
    return np.zeros((), dtype).real.dtype


def _core_axes(side: str) -> list[int]:
    """How many core axes each argument (or result) has, by one side of a signature such as "(m,n),(n)->(m)"."""
    groups = re.findall(r"\(([^()]*)\)", side)
    return [sum(bool(name.strip()) for name in group.split(",")) for group in groups]
