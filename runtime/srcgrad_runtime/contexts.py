"""Contexts in programs that are on their way to their adjoint."""

from __future__ import annotations

from typing import Any

__all__ = ["entered"]


def entered(manager: Any, word: str = "with") -> bool:
    """True: a branch with this test stands for `with manager:` in the normal form, and is printed as that."""
    return True
