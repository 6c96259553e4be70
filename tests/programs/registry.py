"""The registry: a decorator that lists a program, and the draws its arguments are made of."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

AREAS = (
    "assignments",
    "operators",
    "branches",
    "loops",
    "exits",
    "functions",
    "closures",
    "higher_order",
    "any_number",
    "iterables",
    "tables",
    "entries",
    "containers",
    "comprehensions",
    "numpy_calls",
    "stores",
    "storing_functions",
    "changing_calls",
    "helpers_that_share",
    "views",
    "shared_memory",
    "indexing",
    "objects",
    "statements",
    "traps",
    "numerics",
    "science",
    "array_programs",
    "protocols",
    "order",
    "library",
    "applications",
    "combinations",
    "algorithms",
    "records",
    "complex_views",
)


class Draw:
    """Random arguments for programs: smooth ranges, no accidental ties, the same for the same seed."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)

    def num(self, low: float = 0.5, high: float = 2.0) -> float:
        """A Python float, positive unless asked otherwise."""
        return float(self.random.uniform(low, high))

    def vec(self, *shape: int) -> np.ndarray:
        """Normal entries, none nearer to zero than 0.1."""
        x = self.random.normal(size=shape)
        return x + np.where(x >= 0, 0.1, -0.1)

    def pos(self, *shape: int) -> np.ndarray:
        """Entries from [0.5, 2]."""
        return self.random.uniform(0.5, 2.0, size=shape)

    def small(self, *shape: int) -> np.ndarray:
        """Entries of size up to 0.5."""
        return self.random.uniform(-0.5, 0.5, size=shape)

    def spd(self, n: int) -> np.ndarray:
        """A symmetric positive definite matrix."""
        a = self.random.normal(size=(n, n))
        return a @ a.T + n * np.eye(n)

    def dominant(self, n: int) -> np.ndarray:
        """A matrix with a dominant diagonal."""
        return self.random.uniform(-1, 1, size=(n, n)) + (n + 1.0) * np.eye(n)


@dataclasses.dataclass(frozen=True)
class Program:
    """One program: the function, how its arguments are made, and what is special about it.

    `expected(*args)`, where given, is the gradient with respect to the first of `argnums` (for singular points, where
    finite differences and the documented choice differ). `reset()` puts back what the function changes outside of its
    arguments, `observe()` reads it. `raises` is the type of the exception that the function is meant to raise.
    """

    name: str
    area: str
    function: Callable[..., Any]
    args: Callable[[Draw], tuple]
    argnums: int | tuple[int, ...] = 0
    kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)
    seed: int = 0
    tolerance: float = 1e-6
    step: float = 1e-3
    expected: Callable[..., Any] | None = None
    reset: Callable[[], Any] | None = None
    observe: Callable[[], Any] | None = None
    raises: type[BaseException] | None = None
    refused_ok: bool = False

    def make_args(self) -> tuple:
        return self.args(Draw(self.seed))

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)


_programs: dict[str, Program] = {}


def program(args: Callable[[Draw], tuple], argnums: int | tuple[int, ...] = 0, **special: Any) -> Callable:
    """List a function as a program of the area that its file is named after; the function itself is unchanged."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        area = function.__module__.rpartition(".")[2]
        name = special.pop("name", function.__name__)
        if name in _programs:
            raise ValueError(f"two programs are called {name}")
        _programs[name] = Program(name, area, function, args, argnums, **special)
        return function

    return register


def load(areas: Iterable[str] = ()) -> list[Program]:
    """The programs of some areas (all areas if none is named), in the order of the files."""
    wanted = tuple(areas) or AREAS
    for area in wanted:
        importlib.import_module(f"tests.programs.{area}")
    return [p for area in wanted for p in _programs.values() if p.area == area]
