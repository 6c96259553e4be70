"""Compositions of elementary operations with a partial derivative of their own.

The chain rule would be right for these as well, but needs what is inside of them: for the logistic function 1 / (1 + exp(x)) the exponential, which
then has to be kept, and is infinite where the function is zero. The partial here is made of the result alone. A row is a pattern, written
as a Python expression of `x` and of numbers that stand in the program (`a`, `b`), and what makes the partial from these numbers.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .declare import Parameter, Rule

Numbers = dict[str, float]


@dataclass(frozen=True)
class Chain:
    """A composition: its pattern, and the partial with respect to `x` as an expression of `x` and the result `y`; None: not for these."""

    pattern: str
    partial: Callable[[Numbers], str | None]

    @functools.cached_property
    def tree(self) -> ast.expr:
        return ast.parse(self.pattern, mode="eval").body

    def rule(self, numbers: Numbers) -> Rule | None:
        """The rule of the composition with these numbers, as one of an elementwise function of `x`."""
        text = self.partial(numbers)
        return Rule(None, self.pattern, (Parameter("x"),), partials=(text,)) if text is not None else None  # type: ignore[arg-type]


def logistic(numbers: Numbers) -> str | None:
    """y = a / (b + exp(x)): y' = -y * (1 - b / a * y)."""
    a, b = numbers["a"], numbers["b"]
    if not a or not b:
        return None
    return "-y * (1 - y)" if a == b == 1 else f"-y * (1 - {b / a!r} * y)"


CHAINS = [Chain("a / (b + np.exp(x))", logistic)]


def roots() -> tuple[Any, ...]:
    """The kinds of operators that a composition may end with."""
    return tuple({type(chain.tree.op).__name__ for chain in CHAINS if isinstance(chain.tree, ast.BinOp)})
