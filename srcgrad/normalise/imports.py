"""What a function imports for itself is an outside name like any other, where the module is there already.

Goes in: the statements of a function. Come out: those without the imports that are looked up now, and what their names mean.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import gast

from ..core import build, names
from ..core.unit import MISSING, is_static

Getter = Callable[[], Any]


def looked_up(body: list[build.Node], parameters: Collection[str]) -> tuple[list[build.Node], dict[str, Getter]]:
    """The statements without the imports at their top, and for each name a function that gives what it means.

    An import stays where its module has yet to be loaded, where it gives plain data, or where the name means something else as well.
    """
    tops = [s for s in body if isinstance(s, (gast.Import, gast.ImportFrom))]
    if not tops:
        return body, {}
    bound = Counter(n for s in body for part in build.walk(s) if isinstance(part, gast.stmt) for n in _bound_by(part))
    bound.update(parameters)
    found: dict[str, Getter] = {}
    kept = []
    for s in body:
        getters = _getters(s) if any(s is top for top in tops) else {}
        known = getters and all(bound[n] == 1 and is_static(getter()) for n, getter in getters.items())
        if known:
            found |= getters
        else:
            kept.append(s)
    return kept, found


def _bound_by(statement: build.Node) -> set[str]:
    """The names that a statement binds, those of statements in it excluded."""
    if isinstance(statement, (gast.If, gast.While, gast.With, gast.Try, gast.Match)):
        return set()
    return names.writes(statement.target if isinstance(statement, gast.For) else statement)


def _getters(node: build.Node) -> dict[str, Getter]:
    if isinstance(node, gast.ImportFrom):
        if node.level or any(a.name == "*" for a in node.names):
            return {}
        return {a.asname or a.name: _from(node.module, a.name) for a in node.names}
    return {a.asname or a.name.partition(".")[0]: _module(a.name, bool(a.asname)) for a in node.names}


def _from(module: str, name: str) -> Getter:
    return lambda: getattr(sys.modules.get(module), name, MISSING)


def _module(name: str, whole: bool) -> Getter:
    def read() -> Any:
        if name not in sys.modules:
            return MISSING
        return sys.modules[name if whole else name.partition(".")[0]]

    return read
