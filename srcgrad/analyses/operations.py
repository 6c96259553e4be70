"""The kinds of the results of Python's operators."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from ..core import build
from . import congruences, results
from . import kinds as K
from .kinds import Kind

OPERATORS: dict[type, Callable[..., Any]] = {
    gast.Add: np.add, gast.Sub: np.subtract, gast.Mult: np.multiply, gast.Div: np.divide, gast.Pow: np.power,
    gast.MatMult: np.matmul, gast.Mod: np.remainder, gast.FloorDiv: np.floor_divide, gast.USub: np.negative,
    gast.UAdd: np.positive, gast.BitAnd: np.bitwise_and, gast.BitOr: np.bitwise_or, gast.BitXor: np.bitwise_xor,
    gast.LShift: np.left_shift, gast.RShift: np.right_shift, gast.Invert: np.invert,
}  # fmt: skip
PYTHON_OPERATORS: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv,
    gast.Pow: operator.pow, gast.Mod: operator.mod, gast.FloorDiv: operator.floordiv, gast.USub: operator.neg,
    gast.UAdd: operator.pos, gast.BitAnd: operator.and_, gast.BitOr: operator.or_, gast.BitXor: operator.xor,
    gast.LShift: operator.lshift, gast.RShift: operator.rshift, gast.Invert: operator.invert,
}  # fmt: skip


def unary(op: build.Node, kind: Kind) -> Kind:
    """The kind of `-x` and the like, for an x of this kind."""
    if kind.tag == "static":
        return K.constant_kind(kind)
    if kind.is_scalar:
        return results.elementwise(PYTHON_OPERATORS[type(op)], [kind])
    return results.elementwise(OPERATORS[type(op)], [kind]) if kind.is_array else K.UNKNOWN


def binary(op: build.Node, left: Kind, right: Kind) -> Kind:
    """The kind of `x + y` and the like, for operands of these kinds."""
    a, b = K.constant_kind(left), K.constant_kind(right)
    if isinstance(op, gast.MatMult):
        if a.is_array and b.is_array and a.rank == b.rank == 2 and a.ones and b.ones:
            product = results.elementwise(np.multiply, [K.array(a.dtype, 1), K.array(b.dtype, 1)])
            dims = (a.dims[0] if a.dims else None, b.dims[1] if b.dims else None)
            return K.array(product.dtype, 2, (a.ones[0], b.ones[1]), dims)
        return results.called(np.matmul, [a, b], {})
    if a.is_array or b.is_array:
        return results.elementwise(OPERATORS[type(op)], [a, b])
    if K.is_whole(left) and K.is_whole(right) and type(op) in congruences.OPERATIONS:
        one, other = K.congruence(left), K.congruence(right)
        # a number of which nothing is known may be one of NumPy's, which wrap around
        known = congruences.ANY not in (one, other)
        return K.whole(congruences.OPERATIONS[type(op)](one, other)) if known else K.INT
    if a.is_scalar and b.is_scalar:
        return results.elementwise(PYTHON_OPERATORS[type(op)], [a, b])
    if a.tag in ("list", "tuple") and a.tag == b.tag and isinstance(op, gast.Add):
        if a.items is not None and b.items is not None:
            return K.sequence(a.tag, a.items + b.items)
        return Kind(a.tag, item=K.join(a.item, b.item))
    if isinstance(op, gast.Mult):
        for sequence, count in ((a, b), (b, a)):
            if sequence.tag in ("list", "tuple") and count.tag in ("int", "bool"):
                return Kind(sequence.tag, item=sequence.item)
    return K.UNKNOWN
