"""The fields of named tuples are items: `p.w` is `p[0]`, where it is known that `p` is one."""

from __future__ import annotations

import gast

from ..analyses import inference
from ..analyses.facts import Facts
from ..core import build
from ..core.unit import Unit

SCOPES = (gast.Lambda, gast.FunctionDef)  # may call something else by the name


def as_items(unit: Unit, facts: Facts) -> tuple[Unit, bool]:
    """The fields of named tuples are read by their positions.

    Says whether kinds are to be found anew.

    >>> from collections import namedtuple
    >>> from srcgrad.pipeline import passes
    >>> passes.show("as_items", '''
    ... def f(p, x):
    ...     return p.slope * x + p.shift
    ... ''', x=1.0, p=namedtuple("Line", "slope shift")(2.0, 1.0))
    def f(p, x):
        t = p[0]
        t_2 = t * x
        t_3 = p[1]
        t_4 = t_2 + t_3
        return t_4
    """
    if not any(kind.tag == "tuple" and kind.value for kind in facts.kinds.values()):
        return unit, False
    tell, found = inference.teller(unit, facts), []

    def replace(node: build.Node) -> build.Node | None:
        if isinstance(node, SCOPES):
            return node
        if not isinstance(node, gast.Attribute) or not isinstance(node.ctx, gast.Load):
            return None
        owner = build.rewrite(node.value, replace)
        kind = tell(owner)
        if kind.tag == "tuple" and kind.value and node.attr in kind.value:
            found.append(node)
            return build.at(build.subscript(owner, build.constant(kind.value.index(node.attr))), node)
        return None if owner is node.value else build.at(gast.Attribute(owner, node.attr, node.ctx), node)

    body = [build.rewrite(s, replace) for s in unit.body]
    if found:
        unit.body = body
    return unit, bool(found)
