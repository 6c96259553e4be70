"""The list of kernels: the function, how arguments of a given size are made, the sizes for tests and for timing."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

from tests.programs.registry import Draw, Program

FILES = ("linear_algebra", "stencils", "dynamics")


@dataclasses.dataclass(frozen=True)
class Kernel:
    """One kernel; `sizes` are the size for tests and the size for timing."""

    name: str
    function: Callable[..., Any]
    args: Callable[[Draw, int], tuple]
    sizes: tuple[int, int]
    argnums: int | tuple[int, ...] = 0

    @property
    def program(self) -> Program:
        """The kernel at its small size, as a program that `tests.programs.compare` can judge."""
        return Program(self.name, "kernels", self.function, lambda r: self.args(r, self.sizes[0]), self.argnums)

    def large(self) -> tuple:
        return self.args(Draw(0), self.sizes[1])


_kernels: list[Kernel] = []


def kernel(args: Callable[[Draw, int], tuple], sizes: tuple[int, int], argnums: int | tuple[int, ...] = 0) -> Callable:
    """List a function as a kernel; the function itself is unchanged."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _kernels.append(Kernel(function.__name__, function, args, sizes, argnums))
        return function

    return register


def load() -> list[Kernel]:
    for file in FILES:
        importlib.import_module(f"tests.kernels.{file}")
    return list(_kernels)
