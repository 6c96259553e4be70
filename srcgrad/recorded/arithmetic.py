"""What a reverse sweep computes with: NumPy as it is, or the tape of a derivative further out, which notes every operation.

A derivative inside of a function that is differentiated itself is taken on a tape of its own. Its reverse sweep is part of the outer
program, so what it computes goes through the outer tape: that is how second derivatives of recorded programs come about.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .calls import Calls


class Plain:
    """Nobody looks."""

    def sum(self, a: Any, b: Any) -> Any:
        return a + b

    def negative(self, a: Any) -> Any:
        return -a

    def twin(self, number: Any) -> Any:
        """A number equal to this one that is another object."""
        return operator.neg(operator.neg(number))

    def copy(self, array: Any) -> Any:
        return array.copy(order="K") if isinstance(array, np.ndarray) else array

    def part(self, array: np.ndarray, index: Any) -> Any:
        return array[index]

    def items(self, values: Any) -> Any:
        """What a list, a tuple or an array is made of."""
        return values

    def put(self, array: np.ndarray, index: Any, value: Any) -> None:
        array[index] = value

    def set_shape(self, array: np.ndarray, shape: tuple[int, ...]) -> None:
        array.shape = shape

    def increase(self, array: np.ndarray, g: Any) -> None:
        array += g

    def increase_at(self, array: np.ndarray, index: Any, g: Any) -> None:
        np.add.at(array, index, g)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    def pull(self, pull: Callable[[Any], Any], y_bar: Any) -> Any:
        """What an operand gets for this adjoint of the result."""
        return pull(y_bar)


class Noted:
    """The same through a tape. `Refused` for an operation of which only plain numbers come out."""

    def __init__(self, tape: Calls):
        self.tape = tape

    def sum(self, a: Any, b: Any) -> Any:
        return self.tape.op("+", a, b)

    def negative(self, a: Any) -> Any:
        return self.tape.unary("-", a)

    def twin(self, number: Any) -> Any:
        return self.tape.unary("-", self.tape.unary("-", number))

    def copy(self, array: Any) -> Any:
        return self.tape.call(np.copy, array, "K") if isinstance(array, self.tape.ndarray) else array

    def part(self, array: np.ndarray, index: Any) -> Any:
        return self.tape.load_array(array, index)

    def items(self, values: Any) -> Any:
        return self.tape.iterate(values)

    def put(self, array: np.ndarray, index: Any, value: Any) -> None:
        self.tape.store_array(array, index, value)

    def set_shape(self, array: np.ndarray, shape: tuple[int, ...]) -> None:
        self.tape.set_shape(array, shape)

    def increase(self, array: np.ndarray, g: Any) -> None:
        self.tape.store_array(array, ..., self.tape.op("+", array, g))

    def increase_at(self, array: np.ndarray, index: Any, g: Any) -> None:
        self.tape.at(np.add, array, index, g)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        return self.tape.call(function, *args)

    def pull(self, pull: Callable[[Any], Any], y_bar: Any) -> Any:
        through = getattr(pull, "through", None)
        if through is None:
            raise self.tape.refuse(
                "cannot differentiate this derivative again", "a step of its reverse sweep is not written in Python"
            )
        return through(self.tape, y_bar)


PLAIN = Plain()
