"""Whole numbers of which a remainder is known: value = residue (mod modulus).

`for i in range(0, n, 2)` makes `i` even and `i + 1` odd, which tells `w[i]` from `w[i + 1]` in a list of weights and biases. A modulus of 0 says
that the number is the residue itself, a modulus of 1 says nothing. (P. Granger, Static analysis of arithmetical congruences, International
Journal of Computer Mathematics 30, 1989.)
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import gast

Congruence = tuple[int, int]  # (modulus, residue)
ANY: Congruence = (1, 0)


def exact(value: int) -> Congruence:
    return 0, value


def reduced(modulus: int, residue: int) -> Congruence:
    return (modulus, residue % modulus) if modulus else (0, residue)


def join(a: Congruence, b: Congruence) -> Congruence:
    """What is known of a number that is of one form or of the other.

    >>> join(exact(0), exact(2))
    (2, 0)
    >>> join((4, 1), (6, 3))
    (2, 1)
    """
    return reduced(gcd(a[0], b[0], a[1] - b[1]), a[1])


def add(a: Congruence, b: Congruence) -> Congruence:
    return reduced(gcd(a[0], b[0]), a[1] + b[1])


def subtract(a: Congruence, b: Congruence) -> Congruence:
    return reduced(gcd(a[0], b[0]), a[1] - b[1])


def multiply(a: Congruence, b: Congruence) -> Congruence:
    return reduced(gcd(a[0] * b[0], a[0] * b[1], a[1] * b[0]), a[1] * b[1])


OPERATIONS: dict[type, Callable[[Congruence, Congruence], Congruence]] = {
    gast.Add: add,
    gast.Sub: subtract,
    gast.Mult: multiply,
}


def of_range(start: Congruence, step: Congruence) -> Congruence:
    """The numbers start, start + step, start + 2 * step, ...

    >>> of_range(exact(1), exact(3))
    (3, 1)
    """
    return add(start, multiply(ANY, step))


def disjoint(a: Congruence, b: Congruence) -> bool:
    """Whether no number is of both forms.

    >>> disjoint((2, 0), (2, 1)), disjoint((2, 0), (3, 1))
    (True, False)
    """
    common = gcd(a[0], b[0])
    return (a[1] - b[1]) % common != 0 if common else a[1] != b[1]


def positions(one: Congruence, length: int) -> list[int]:
    """The positions in a sequence that an index of this form may mean, counted from either end."""
    modulus, residue = one
    return [p for p in range(length) if any(reduced(modulus, q) == one for q in (p, p - length))]
