"""What a kernel is described by: nodes, each a value inside of it; and why a function has no kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import operations

Shape = tuple[int, ...]


class Unsupported(Exception):
    """A function does something that is not put into a kernel; it then runs operation by operation."""


class Static(Exception):
    """The value of a number decides what the function does: it is a constant of the kernel."""

    def __init__(self, parameters: frozenset[int]):
        super().__init__()
        self.parameters = parameters


class Node:
    """A value inside of a kernel.

    `op` is "load" (`detail`: the number of the argument), "number" (a `Number`), "constant" (its value), the name of a ufunc (the dtypes
    in which it is computed), "where", "cast", "reindex" (for each axis of the operand the axis it is read along, or None) or a
    reduction (its axes, which stay with length 1).
    """

    __slots__ = ("op", "args", "dtype", "shape", "detail", "name", "line")

    def __init__(self, op: str, args: tuple[Node, ...], dtype: Any, shape: Shape, detail: Any = None):
        self.op, self.args, self.dtype, self.shape, self.detail = op, args, np.dtype(dtype), shape, detail
        self.name, self.line = "", 0

    @property
    def is_reduction(self) -> bool:
        return self.op in operations.REDUCTIONS
