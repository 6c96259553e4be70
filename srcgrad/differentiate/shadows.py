"""The adjoints of names that are views of one memory (`analyses/views.py`): made in the forward sweep, beside what they belong to.

Where `y` is new memory, `y_bar` is zeros; where `m = y.reshape(2, 3)` is a view, `m_bar = y_bar.reshape(2, 3)` is the same view. So whatever
the reverse sweep adds to one of them is added to all that share the place, in the order of the reverse sweep, whichever of the names a
branch or a loop has bound. The reverse of a view has nothing to do; what is new memory hands its adjoint on as ever.
"""

from __future__ import annotations

from collections.abc import Callable

import gast

from ..analyses import aliases
from ..analyses.facts import Facts
from ..analyses.mirrored import View
from ..core import build
from ..core.unit import Unit


def beside(node: build.Node, facts: Facts, bars: Callable[[str], str]) -> build.Node:
    """The statement that makes the adjoint of what `name = value` binds."""
    name = node.targets[0].id
    view = facts.mirrored.views.get(id(node))
    if isinstance(node.value, (gast.Tuple, gast.List, gast.Dict)):
        return build.at(build.assign(bars(name), container(node.value, facts, bars)), node)
    value = zeros(name, facts) if view is None else mirrored(node.value, view, bars)
    if view is not None and not view.sure:
        value = gast.IfExp(shares(name, view.operand.id), value, zeros(name, facts))
    return build.at(build.assign(bars(name), value), node)


def mirrored(value: build.Node, view: View, bars: Callable[[str], str]) -> build.Node:
    """The view of the adjoint (or the tangent) that belongs to a view of the value."""

    def replace(item: build.Node) -> build.Node | None:
        return build.name(bars(item.id)) if item is view.operand else None

    return build.rewrite(value, replace)


def container(display: build.Node, facts: Facts, bars: Callable[[str], str]) -> build.Node:
    """The adjoint of a display: a list (or a dict) with the adjoints of its arrays, and with a zero for each number."""

    def slot(item: build.Node) -> build.Node:
        if isinstance(item, gast.Name) and item.id in facts.mirrored.names:
            return build.name(bars(item.id))
        kind = facts.kind(item.id) if isinstance(item, gast.Name) else None
        is_number = isinstance(getattr(item, "value", None), float) if kind is None else kind.tag == "float"
        return build.constant(0.0 if is_number else None)

    if isinstance(display, gast.Dict):
        return gast.Dict([build.copy(k) for k in display.keys], [slot(v) for v in display.values])
    return gast.List([slot(e) for e in display.elts], build.LOAD)


def zeros(name: str, facts: Facts) -> build.Node:
    """A zero adjoint; in the layout of the value where its views depend on that, and in C order where the value is in C order."""
    if name not in facts.mirrored.unsure:
        return build.call("rt.zeros_like", build.name(name))
    kind = facts.kind(name)
    dtype = "" if kind is None else kind.dtype
    if dtype.startswith(("float", "complex")):
        return build.call("np.zeros_like", build.name(name))
    if dtype.startswith(("int", "uint", "bool")):
        return build.call("np.zeros_like", build.name(name), build.name("float"))
    return build.call("rt.zeros_like", build.name(name), build.constant("K"))


def shares(one: str, other: str) -> build.Node:
    """The test whether one array is a view of the other, and no copy."""
    return build.call("np.may_share_memory", build.name(one), build.name(other))


def in_two_steps(node: build.Node, unit: Unit, facts: Facts) -> tuple[build.Node, build.Node]:
    """`t = value` and `name = t` in the place of `name = value`; what is known of the name holds of `t` as well."""
    target = node.targets[0].id
    temporary = unit.fresh("t")
    unit.temporaries.add(temporary)
    facts.kinds[temporary] = facts.kind(target)
    if target in facts.active:
        facts.active.add(temporary)
    first = build.at(build.assign(temporary, node.value), node)
    second = build.at(build.assign(target, build.name(temporary)), node)
    if target in facts.mirrored.names:
        facts.mirrored.take_up(temporary, target, node, first, second)
        aliases.join(facts.groups, target, temporary)
    return first, second
