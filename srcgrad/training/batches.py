"""Data in pieces, labels as rows, and how many are right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..optim.nested import require


def minibatches(size: int, *arrays: Any, rng: Any = None, partial: bool = False) -> Iterator[tuple[Any, ...]]:
    """Pieces of `size` rows of all arrays together, in order, or shuffled by the generator `rng`.

    The order is drawn when the first piece is asked for. What is left over at the end is dropped, or with `partial`
    given as a shorter piece. Pieces in order are views. Raises ValueError if the arrays differ in length.
    """
    require(size >= 1, f"size is {size}; it must be at least 1")
    require(len(arrays) >= 1, "minibatches needs an array at least")
    lengths = [len(array) for array in arrays]
    require(len(set(lengths)) == 1, f"the arrays have {', '.join(map(str, lengths))} rows; they must have as many")
    return _pieces(size, arrays, lengths[0], rng, partial)


def _pieces(size: int, arrays: tuple[Any, ...], rows: int, rng: Any, partial: bool) -> Iterator[tuple[Any, ...]]:
    order = None if rng is None else rng.permutation(rows)
    for first in range(0, rows if partial else rows - size + 1, size):
        piece = slice(first, first + size) if order is None else order[first : first + size]
        yield tuple(array[piece] for array in arrays)


def one_hot(labels: Any, classes: int, dtype: Any = np.float32) -> Any:
    """A row per label (...), with a one at the label and zeros elsewhere: (..., classes).

    Raises ValueError if a label is not a whole number from 0 to classes - 1.
    """
    found = np.asarray(labels)
    require(found.dtype.kind in "iu", f"labels have dtype {found.dtype}; they must be whole numbers")
    fits = found.size == 0 or (found.min() >= 0 and found.max() < classes)
    require(fits, f"labels go from {found.min(initial=0)} to {found.max(initial=0)}; there are {classes} classes")
    return np.eye(classes, dtype=dtype)[found]


def accuracy(scores: Any, labels: Any) -> float:
    """The share of rows of scores (..., C) whose largest entry is at the label (...); ValueError if shapes do not fit."""
    given = f"scores have shape {np.shape(scores)}, labels have shape {np.shape(labels)}"
    require(np.shape(scores)[:-1] == np.shape(labels) and np.size(labels) > 0, f"{given}; a label per row is needed")
    return float(np.mean(np.argmax(scores, axis=-1) == labels))
