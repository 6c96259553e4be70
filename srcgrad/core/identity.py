"""What is known of objects that other objects may be equal to: found by the object itself, and forgotten with it.

Code objects compare by value: two functions of the same text in two modules have equal code, and may mean different things.
"""

from __future__ import annotations

import weakref
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class ByIdentity(Generic[T]):
    """A table of values by the identity of their keys, which it does not keep alive; a value must not hold its key.

    >>> class Key:
    ...     def __eq__(self, other): return True
    ...     def __hash__(self): return 0
    >>> one, other = Key(), Key()
    >>> table = ByIdentity()
    >>> table[one] = "one"
    >>> table.get(one), table.get(other)
    ('one', None)
    """

    def __init__(self) -> None:
        self._entries: dict[int, tuple[weakref.ref[Any], T]] = {}

    def get(self, key: Any) -> T | None:
        found = self._entries.get(id(key))
        return found[1] if found is not None and found[0]() is key else None

    def __setitem__(self, key: Any, value: T) -> None:
        place, entries = id(key), self._entries

        def forget(gone: weakref.ref[Any]) -> None:
            if place in entries and entries[place][0] is gone:
                del entries[place]

        entries[place] = weakref.ref(key, forget), value

    def __len__(self) -> int:
        return len(self._entries)
