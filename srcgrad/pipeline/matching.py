"""Whether values have a certain key, asked without making their keys: a test that is written out for one key.

It costs a third of making keys. It may say no to values that have the key, in which case the keys decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any

import numpy as np

from ..emit import load
from .keys import ARGUMENT, SIMPLE, Same

_TYPES = {name: kind for kind, name in SIMPLE.items() if isinstance(name, str)}


def predicate_of(
    keys: tuple[Any, ...], values: tuple[Any, ...], others: Sequence[tuple[Any, ...]] = ()
) -> Callable[..., bool] | None:
    """A function that says whether values have these keys; None where a key is of a kind that only its making tells.

    `values` have them, and shapes like theirs are told first. It asks the `others` as well: conditions as texts with a place for each of
    the values that follow.

    >>> from srcgrad.pipeline.keys import key_of
    >>> values = 1.0, [np.ones(3)]
    >>> fits = predicate_of(tuple(map(key_of, values)), values)
    >>> fits(2.0, [np.ones(4)]), fits(2.0, [np.ones((4, 4))]), fits(2, [])
    (True, False, False)
    """
    names = [f"value_{i}" for i in range(len(keys))]
    writer = _Writer()
    for name, key, value in zip(names, keys, values, strict=True):
        if not writer.value(name, key, value):
            return None
    writer.conditions += [text.format(*map(writer.refer, given)) for text, *given in others]
    return load.predicate(names, writer.conditions, writer.space)


class _Writer:
    """Collects conditions on values, and what they refer to."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.space: dict[str, Any] = {"ndarray": np.ndarray}

    def refer(self, value: Any) -> str:
        """A name for a value."""
        name = f"known_{len(self.space)}"
        self.space[name] = value
        return name

    def value(self, text: str, key: Any, value: Any) -> bool:
        """Add what has to hold for a value that has this key; says whether all of the key is covered.

        `text` is a name, or the first mention of an item.
        """
        if isinstance(key, Same):
            self.conditions.append(f"{text} is {self.refer(key.value)}")
        elif isinstance(key, str):
            self.conditions.append(f"type({text}) is {self.refer(_TYPES[key])}")
        elif isinstance(key, type):
            self.conditions.append(f"type({text}) is {self.refer(key)}")
        elif isinstance(key[0], str):
            self.array(text, key, value.shape)
        elif key[0] is list or key[0] is tuple:
            return self.sequence(text, value, *key)
        elif key[0] is bool or key[0] is NoneType:
            self.conditions.append(f"{text} is {key[1]}")
        elif key[0] is str:
            item = f"item_{len(self.conditions)}"
            self.conditions += [f"type({item} := {text}) is str", f"{item} == {key[1]!r}"]
        else:
            return False
        return True

    def array(self, text: str, key: tuple[Any, ...], shape: tuple[int, ...]) -> None:
        char, extents, *large = key
        item = f"item_{len(self.conditions)}"
        self.conditions.append(f"type({item} := {text}) is ndarray")
        self.conditions.append(f"{item}.dtype is {self.refer(np.dtype(char))}")
        if isinstance(extents, int):
            alike = [f"{item}.ndim == {extents}", f"1 not in {item}.shape"]
        else:
            sign = {True: "==", False: "!="}
            alike = [f"{item}.ndim == {len(extents)}"]
            alike += [f"{item}.shape[{i}] {sign[one]} 1" for i, one in enumerate(extents)]
        alike.append(f"{item}.nbytes {'>=' if large else '<'} {ARGUMENT}")
        self.conditions.append(f"({item}.shape == {shape} or {' and '.join(alike)})")

    def sequence(self, text: str, value: Any, kind: type, *items: Any) -> bool:
        if items[:1] == ("many",):
            return False
        whole = f"item_{len(self.conditions)}"
        self.conditions.append(f"type({whole} := {text}) is {kind.__name__}")
        self.conditions.append(f"len({whole}) == {len(items)}")
        return all(
            self.value(f"{whole}[{i}]", key, item) for i, (key, item) in enumerate(zip(items, value, strict=True))
        )
