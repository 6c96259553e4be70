"""Adjoint and tangent of `np.einsum`, in every form of its arguments.

A call is read into one list of labels per array and one for the result, labels being small integers; an ellipsis
becomes labels of its own, counted from the right. The adjoint of an array is then the contraction of `g` with the other
arrays to the labels of that array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import adjoint

__all__ = ["einsum_adjoint", "einsum_mixed", "einsum_operand_adjoint", "einsum_second", "einsum_tangent"]

_LABELS = 52  # as many as np.einsum knows
_WORTH_PLANNING = 20_000  # multiplications from which on a contraction path saves more than it costs


def einsum_adjoint(g: Any, operands: Any) -> list[Any]:
    """The adjoints of all arguments of `np.einsum(*operands)`; None for subscripts."""
    flags = _arrays(operands)
    return [einsum_operand_adjoint(g, operands, i) if is_array else None for i, is_array in enumerate(flags)]


def einsum_operand_adjoint(g: Any, operands: Any, place: int) -> Any:
    """The adjoint of the array `operands[place]` through `np.einsum(*operands)`."""
    flags = _arrays(operands)
    arrays = [x for x, is_array in zip(operands, flags, strict=True) if is_array]
    index = sum(flags[:place])
    terms, result = _labels(operands, arrays)
    mine, x = terms[index], arrays[index]
    others = [(a, t) for i, (a, t) in enumerate(zip(arrays, terms, strict=True)) if i != index]
    distinct = list(dict.fromkeys(mine))
    known = {label for label in result} | {label for _, t in others for label in t}
    present = [label for label in distinct if label in known]
    total = _contract([(g, result), *others], present)
    # labels that occur nowhere else were summed: the adjoint repeats along them; those of length one were broadcast
    sizes = {label: np.shape(x)[axis] for axis, label in enumerate(mine)}
    have = dict(zip(present, np.shape(total), strict=True))
    total = np.reshape(total, [have.get(label, 1) for label in distinct])
    total = adjoint.unbroadcast(total, tuple(sizes[label] for label in distinct))
    if len(distinct) < len(mine):
        total = _on_diagonal(total, mine, distinct, sizes)
    return adjoint.unbroadcast(total, x)


def einsum_tangent(directions: Any, operands: Any) -> Any:
    """The tangent of `np.einsum(*operands)`: each array in turn replaced by its tangent, summed."""
    total: Any = None
    for i, dot in _moving(directions, operands):
        total = adjoint.add(total, np.einsum(*operands[:i], dot, *operands[i + 1 :]))
    return total


def einsum_mixed(g: Any, directions: Any, operands: Any) -> list[Any]:
    """The adjoints of `operands` through `einsum_tangent(directions, operands)`."""
    total: Any = [None] * len(operands)
    for i, direction in _moving(directions, operands):
        parts = einsum_adjoint(g, (*operands[:i], direction, *operands[i + 1 :]))
        total = adjoint.add(total, [None if k == i else part for k, part in enumerate(parts)])
    return total


def einsum_second(first: Any, second: Any, operands: Any) -> Any:
    """The tangent of `einsum_tangent(first, operands)` when the operands move along `second`."""
    total: Any = None
    for i, dot in _moving(first, operands):
        others = [None if k == i else other for k, other in enumerate(second)]
        total = adjoint.add(total, einsum_tangent(others, (*operands[:i], dot, *operands[i + 1 :])))
    return total


def _moving(directions: Any, operands: Any) -> list[tuple[int, Any]]:
    """The places of the arrays that have a direction, with it."""
    flags = _arrays(operands)
    return [(i, dot) for i, dot in enumerate(directions) if flags[i] and dot is not None]


def _arrays(operands: Any) -> list[bool]:
    """Which of the arguments are arrays, and not subscripts."""
    if isinstance(operands[0], str):
        return [False] + [True] * (len(operands) - 1)
    return [i % 2 == 0 and (i + 1 < len(operands)) for i in range(len(operands))]


def _labels(operands: Any, arrays: list[Any]) -> tuple[list[list[int]], list[int]]:
    """The labels of each array and of the result."""
    terms: list[list[Any]]
    result: list[Any] | None
    if isinstance(operands[0], str):
        inputs, arrow, output = operands[0].replace(" ", "").partition("->")
        terms = [_letters(term) for term in inputs.split(",")]
        result = _letters(output) if arrow else None
    else:
        count = len(arrays)
        terms = [list(operands[2 * i + 1]) for i in range(count)]
        result = list(operands[2 * count]) if len(operands) > 2 * count else None
    if result is None:
        # implicit form: labels that occur once, in alphabetical order, after the ellipsis
        every = [label for term in terms for label in term if label is not Ellipsis]
        once = sorted(label for label in every if every.count(label) == 1)
        result = ([Ellipsis] if any(Ellipsis in term for term in terms) else []) + once
    rank = max((np.ndim(a) - len(t) + 1 for a, t in zip(arrays, terms, strict=True) if Ellipsis in t), default=0)
    names = [label for term in terms for label in term if label is not Ellipsis]
    numbers = {label: i for i, label in enumerate(sorted(set(names)))}
    dots = list(range(len(numbers), len(numbers) + rank))
    if len(numbers) + rank > _LABELS:
        raise ValueError(f"np.einsum with more than {_LABELS} labels")

    def expanded(term: list[Any], width: int) -> list[int]:
        found: list[int] = []
        for label in term:
            found += dots[rank - width :] if label is Ellipsis else [numbers[label]]
        return found

    widths = [np.ndim(a) - len(t) + 1 for a, t in zip(arrays, terms, strict=True)]
    return [expanded(t, w) for t, w in zip(terms, widths, strict=True)], expanded(result, rank)


def _letters(term: str) -> list[Any]:
    found: list[Any] = []
    for part in term.replace("...", "."):
        found.append(Ellipsis if part == "." else part)
    return found


def _contract(pairs: list[tuple[Any, list[int]]], result: list[int]) -> Any:
    sizes: dict[int, int] = {}
    for x, labels in pairs:
        for label, size in zip(labels, np.shape(x), strict=True):
            sizes[label] = max(size, sizes.get(label, 1))
    work = 1
    for size in sizes.values():
        work *= size
    flat = [item for pair in pairs for item in pair]
    return np.einsum(*flat, result, optimize=work > _WORTH_PLANNING)


def _on_diagonal(total: Any, mine: list[int], distinct: list[int], sizes: dict[int, int]) -> Any:
    """Zeros over all the labels, with `total` where equal labels have equal indices."""
    whole = np.zeros_like(total, shape=tuple(sizes[label] for label in mine))
    places = []
    for label in mine:
        shape = [1] * len(distinct)
        shape[distinct.index(label)] = sizes[label]
        places.append(np.arange(sizes[label]).reshape(shape))
    whole[tuple(places)] = total
    return whole
