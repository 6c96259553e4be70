"""Finite differences of a function at one point: fourth-order central stencils, on fresh copies of the arguments."""

from __future__ import annotations

import contextlib
import functools
import inspect
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import nested

# The step relative to an entry, by the bytes of a number: near the optimum of this stencil, (machine epsilon)**(1/5).
STEP = {2: 2e-1, 4: 4e-2, 8: 1e-3, 16: 1e-3}
SMALLEST = 0.05  # smaller entries are stepped as if they were so large, lest the step drown in rounding
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))

Number = int | str  # an argument: its position, or the name under which it is passed


class Problem:
    """A function, its arguments, and which of them are looked at.

    `numbers` are the arguments looked at, `result` is the value of the function as a float64 vector, `weights` is what
    a check multiplies its entries by, `itemsize` the bytes of the least precise floating number among the arguments
    and the result.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any] | None,
        argnums: Any,
        eps: float | None,
    ):
        self.f, self.args, self.kwargs, self.eps = f, tuple(args), dict(kwargs or {}), eps
        self.title = getattr(f, "__qualname__", None) or repr(f)
        try:
            self._names = _positional_names(inspect.signature(f), len(self.args))
        except (TypeError, ValueError):  # no signature is known
            self._names = [f"args[{i}]" for i in range(len(self.args))]
        self.numbers = self._numbers(argnums)
        self.value = self.call(*self.copies())
        self.result = vector(self.value)
        self.weights: np.ndarray = np.ones(self.result.shape)
        sizes = [
            _itemsize(leaf) for part in (self.args, self.kwargs, self.value) for _, leaf in nested.leaves(part, "")
        ]
        self.itemsize = min((s for s in sizes if s), default=8)
        self.precision = self._precision()

    def _numbers(self, argnums: Any) -> tuple[Number, ...]:
        if argnums is None:
            numbers: list[Number] = [*range(len(self.args)), *self.kwargs]
            return tuple(n for n in numbers if self.leaves(n))
        wanted = argnums if isinstance(argnums, (tuple, list)) else [argnums]
        found: list[Number] = []
        for number in wanted:
            if isinstance(number, str):
                number = self._names.index(number) if number in self._names else number
                known = isinstance(number, int) or number in self.kwargs
            else:
                known = -len(self.args) <= number < len(self.args)
                number = number % len(self.args) if known else number
            if not known:
                raise ValueError(f"argnums: {self.title} was not given an argument {number!r}")
            found.append(number)
        return tuple(found)

    def argument(self, number: Number) -> Any:
        return self.kwargs[number] if isinstance(number, str) else self.args[number]

    def name(self, number: Number) -> str:
        return number if isinstance(number, str) else self._names[number]

    def leaves(self, number: Number) -> list[tuple[str, Any]]:
        """The differentiable leaves of an argument, with their paths."""
        found = nested.leaves(self.argument(number), self.name(number))
        return [(path, leaf) for path, leaf in found if nested.is_differentiable(leaf)]

    def copies(self, leaf: Callable[[str, Any], Any] = nested.copied) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Fresh arguments, each leaf as `leaf(path, leaf)` makes it."""
        args = tuple(nested.rebuild(arg, self.name(i), leaf) for i, arg in enumerate(self.args))
        return args, {name: nested.rebuild(arg, name, leaf) for name, arg in self.kwargs.items()}

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with fixed_randomness():
            return self.f(*args, **kwargs)

    # ---- differences ----

    def _call_nearby(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with np.errstate(all="ignore"):  # whether the result is finite is looked at; a warning about it would puzzle
            return self.call(args, kwargs)

    def difference(self, directions: Mapping[str, np.ndarray], factor: float = 1.0) -> np.ndarray:
        """The derivative of the result vector along a direction: fourth order, the usual step times `factor`."""
        step = factor * (self.eps or STEP[self.precision])
        # the longest step for which no entry moves by more than its share
        reach = min(
            float(np.min(_scale(self._leaf(p))[d != 0] / np.abs(d[d != 0]), initial=np.inf))
            for p, d in directions.items()
        )
        step *= reach if np.isfinite(reach) else 1.0
        total = np.zeros_like(self.result)
        for shift, weight in STENCIL:
            move = functools.partial(self._moved, directions=directions, t=shift * step)
            total = total + weight * vector(self._call_nearby(*self.copies(move)), self.result.shape)
        return total / step

    def _leaf(self, path: str) -> Any:
        if not hasattr(self, "_by_path"):
            self._by_path = {path: leaf for n in self.numbers for path, leaf in self.leaves(n)}
        return self._by_path[path]

    def _moved(self, path: str, leaf: Any, directions: Mapping[str, np.ndarray], t: float) -> Any:
        value = self._cast(path, leaf)
        if path not in directions:
            return value
        step = (t * directions[path]).astype(np.asarray(value).dtype)
        if not isinstance(leaf, np.ndarray):
            return type(value)(value + step)
        value += step  # in place: a sum of two arrays need not lie in memory as the first one does
        return value

    def _cast(self, path: str, leaf: Any) -> Any:
        if _itemsize(leaf) in (2, 4) and self.precision == 8:
            return leaf.astype(np.float64)
        return nested.copied(path, leaf)

    def _precision(self) -> int:
        """The bytes of a number in which differences can be taken: 8, if the function also works in float64."""
        if self.itemsize >= 8:
            return 8
        self.precision = 8
        try:
            value = self.call(*self.copies(self._cast))
            kinds = [_itemsize(leaf) for _, leaf in nested.leaves(value, "")]
            exact = vector(value, self.result.shape)
        except Exception:  # it insists on the precision it was given
            return self.itemsize
        close = np.allclose(exact, self.result, rtol=5e-3 if self.itemsize == 4 else 0.2, atol=1e-3, equal_nan=True)
        return 8 if close and all(size in (0, 8, 16) for size in kinds) else self.itemsize

    def unit(self, path: str, index: tuple[int, ...]) -> dict[str, np.ndarray]:
        """The direction along one entry."""
        direction = np.zeros(np.shape(self._leaf(path)))
        direction[index] = 1.0
        return {path: direction}

    def random_direction(self, paths: Sequence[str], draw: np.random.Generator) -> dict[str, np.ndarray]:
        """A direction along all entries of some leaves, each by its own size, up or down at random."""
        found = {}
        for path in paths:
            scale = _scale(self._leaf(path))
            found[path] = scale * draw.choice([-1.0, 1.0], scale.shape)
        return found


def vector(value: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """All floating entries of a nested result as one float64 vector; `ValueError` if its length is not as expected."""
    parts = [np.ravel(leaf) for _, leaf in nested.leaves(value, "") if nested.is_differentiable(leaf)]
    found = np.concatenate([np.zeros(0), *parts]).astype(np.float64)
    if shape is not None and found.shape != shape:
        raise ValueError(f"the result has {found.size} floating entries here and {shape[0]} at a point nearby")
    return found


@contextlib.contextmanager
def fixed_randomness() -> Iterator[None]:
    """Every use begins with the same global random state, which is put back afterwards."""
    states = np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])


def _scale(leaf: Any) -> np.ndarray:
    return np.maximum(np.abs(np.asarray(leaf, dtype=np.float64)), SMALLEST)


def _itemsize(leaf: Any) -> int:
    return np.asarray(leaf).dtype.itemsize if nested.is_differentiable(leaf) else 0


def _positional_names(signature: inspect.Signature, count: int) -> list[str]:
    names: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{i}]" for i in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    return names[:count] + [f"args[{i}]" for i in range(len(names), count)]
