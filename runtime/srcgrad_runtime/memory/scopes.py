"""Which pool a program uses."""

from __future__ import annotations

import contextlib
import math
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from . import errors, operations
from .blocks import Pool
from .sizes import classed, rounded

_pools: weakref.WeakValueDictionary[str, Pool] = weakref.WeakValueDictionary()


def common() -> Pool:
    """The pool of the programs that run in no scope with one; it goes, with the memory that it keeps, when the last of them does."""
    found = _pools.get("common")
    if found is None:
        found = _pools["common"] = Pool()
    return found


def present() -> Pool | None:
    """The pool of this thread's scope, or else the common one, if there is one."""
    return operations.current() or _pools.get("common")


@contextlib.contextmanager
def scope(limit: float = math.inf, classes: bool = False) -> Iterator[Pool]:
    """A pool for what this thread runs inside, which is given back at the end."""
    pool = Pool(limit, classed if classes else rounded)
    before = operations.enter(pool)
    try:
        yield pool
    finally:
        operations.enter(before)
        pool.close()


def watched(run: Callable[..., Any], pooled: bool) -> Callable[..., Any]:
    """A program that says what holds the memory when it runs out, and has a pool while it runs if it is to be `pooled`."""
    pool = common() if pooled else None

    def call(*values: Any) -> Any:
        before = operations.current()
        if before is None:
            operations.enter(pool)
        try:
            return run(*values)
        except MemoryError as error:
            found = errors.explained(error)
            if found is error:
                raise
            raise found from error
        finally:
            operations.enter(before)

    return call
