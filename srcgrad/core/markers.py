"""Functions that change nothing when they run, and tell srcgrad something about the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from srcgrad_runtime.markers import stop_gradient

__all__ = ["followed", "handing_on", "stop_gradient"]

F = TypeVar("F", bound=Callable[..., Any])


def handing_on(function: F) -> F:
    """Mark a function of srcgrad that looks at functions and at the kinds of values, and hands both on as they are.

    A program that is differentiated may call it: it computes nothing that has a derivative.
    """
    function.__srcgrad_handing_on__ = True  # type: ignore[attr-defined]
    return function


def followed(function: F) -> F:
    """Mark a function of srcgrad that is differentiated through its source, as the user's are."""
    function.__srcgrad_followed__ = True  # type: ignore[attr-defined]
    return function
