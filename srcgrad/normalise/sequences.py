"""Lists and tuples that a NumPy function takes for arrays become arrays: rules speak of arrays."""

from __future__ import annotations

import gast
import numpy as np

from .. import rules
from ..analyses import inference
from ..analyses.facts import Callee, Facts
from ..analyses.kinds import Kind, constant_kind
from ..core import build
from ..core.unit import Free, Unit


def as_arrays(unit: Unit, facts: Facts) -> tuple[Unit, bool]:
    """`np.array` around a list or tuple of numbers where NumPy takes it for an array: `np.sin([a, b])`, `x * [a, b]`.

    Parameters that take a sequence of arrays (`np.concatenate`) get it as it is. Says whether there were any.

    >>> import numpy as np
    >>> from srcgrad.pipeline import passes
    >>> passes.show("as_arrays", '''
    ... def f(x, y):
    ...     return np.dot([x, y], [y, 2.0])
    ... ''', x=1.0, y=1.0)
    def f(x, y):
        t = [x, y]
        t_3 = np.array(t)
        t_4 = np.array([y, 2.0])
        t_2 = np.dot(t_3, t_4)
        return t_2
    """
    work = _Arrays(unit, facts)
    unit.body = work.block(unit.body)
    if work.changed:
        unit.free.setdefault("np", Free(None, "np", np, None))
    return unit, work.changed


class _Arrays:
    def __init__(self, unit: Unit, facts: Facts):
        self.unit = unit
        self.facts = facts
        self.kind = inference.teller(unit, facts)
        self.changed = False
        self.before: list[build.Node] = []  # the conversions for the statement that is looked at
        self.known: dict[str, str] = {}  # what is converted for it already

    def block(self, statements: list[build.Node]) -> list[build.Node]:
        found = []
        for node in statements:
            if isinstance(node, (gast.If, gast.For, gast.While)):
                node.body, node.orelse = self.block(node.body), self.block(node.orelse)
            elif isinstance(node, (gast.Assign, gast.AugAssign)):
                self.before, self.known = [], {}
                if isinstance(node, gast.Assign):
                    self.value(node.value)
                elif isinstance(node.target, gast.Name) and _makes_arrays(self.kind(node.target), node.op):
                    node.value = self.converted(node.value, self.kind(node.value))
                found += [build.at(one, node) for one in self.before]
            found.append(node)
        return found

    def value(self, node: build.Node) -> None:
        """Convert the operands of one operation."""
        if isinstance(node, gast.Call) and id(node) in self.facts.callees:
            self.call(node, self.facts.callees[id(node)])
        elif isinstance(node, gast.BinOp):
            left, right = self.kind(node.left), self.kind(node.right)
            if _makes_arrays(left, node.op):
                node.right = self.converted(node.right, right)
            elif _makes_arrays(right, node.op):
                node.left = self.converted(node.left, left)

    def call(self, node: build.Node, callee: Callee) -> None:
        rule = rules.lookup(callee.function, len(callee.args)) if callee.form == "rule" else None
        if rule is None or not rule.name.startswith(("numpy.", "scipy.")):
            return
        first = len(callee.args) - len(node.args)  # a method's object comes first
        names = [p.name for p in rule.parameters if p.kind in (p.kind.POSITIONAL_ONLY, p.kind.POSITIONAL_OR_KEYWORD)]
        for place, item in enumerate(node.args):
            name = names[place + first] if 0 <= place + first < len(names) else ""
            if name not in rule.sequences and (name in rule.differentiable or not name):
                node.args[place] = self.converted(item, self.kind(item))
        for keyword in node.keywords:
            if keyword.arg in rule.differentiable and keyword.arg not in rule.sequences:
                keyword.value = self.converted(keyword.value, self.kind(keyword.value))

    def converted(self, node: build.Node, kind: Kind) -> build.Node:
        if not isinstance(node, (gast.Name, gast.List, gast.Tuple)) or not _is_array_like(kind):
            return node
        if isinstance(node, gast.Name) and node.id in self.known:
            return build.name(self.known[node.id])
        name = self.unit.fresh("t")
        self.unit.temporaries.add(name)
        if isinstance(node, gast.Name):
            self.known[node.id] = name
        self.before.append(build.assign(name, build.call("np.array", node)))
        self.changed = True
        return build.name(name)


def _makes_arrays(kind: Kind, operator: build.Node) -> bool:
    """Whether an operator with such an operand makes an array of a list: arrays do, and NumPy's own numbers.

    Those do not repeat a list, and are no factors of it either: that is an error, as with all numbers of Python.
    """
    own = kind.tag == "float" and kind.dtype not in ("", "python", "double") and not isinstance(operator, gast.Mult)
    return kind.is_array or own


def _is_array_like(kind: Kind) -> bool:
    """A plain list or tuple of known items that has nothing but numbers and arrays in it."""
    kind = constant_kind(kind)
    if kind.tag not in ("list", "tuple") or kind.dtype:
        return False
    parts = kind.items if kind.items is not None else (kind.item,) if kind.item is not None else ()
    return bool(parts) and all(constant_kind(k).is_numeric or _is_array_like(k) for k in parts)
