"""Values as expressions and statements of C."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import operations
from .layout import Names, Value
from .nodes import Node

Shown = dict[
    int, tuple[str, bool]
]  # by the id of a value: its text, and whether that can stand anywhere without parentheses


class Expressions:
    """Writes values; `helpers` are the device functions that they call."""

    def __init__(self, names: Names):
        self.names = names
        self.helpers: set[str] = set()

    def scope(self, roots: Iterable[Value], shown: Shown, name_all: bool = False) -> list[str]:
        """Statements after which the roots can be read; what is used once and has no name stands inside of what uses it."""
        roots = list(roots)
        uses: Counter[Value] = Counter()
        order: list[Value] = []

        def visit(value: Value) -> None:
            uses[value] += 1
            if uses[value] > 1 or value.text:
                return
            for operand, times in zip(value.operands, self._occurrences(value), strict=True):
                visit(operand)
                uses[operand] += times - 1
            order.append(value)

        for root in roots:
            visit(root)
        lines = []
        for value in order:
            if value.node.op == "reindex":
                shown[id(value)] = self._shown(value.operands[0], shown)
                continue
            text, simple = self._written(value, shown)
            rooted = name_all and value in roots
            if rooted or uses[value] > 1 or value.node.name and value.access is None:
                name = self.names(self.called(value))
                lines.append(f"    const {operations.type_of(value.node.dtype)} {name} = {text};")
                text, simple = name, True
                if rooted:
                    value.text, value.simple = name, True
            shown[id(value)] = text, simple
        for value in order:
            if name_all and value in roots and value.node.op == "reindex":
                value.text, value.simple = shown[id(value)]
        return lines

    def called(self, value: Value) -> str:
        """What a value would be called."""
        if value.access is not None:
            return f"{value.access.pointer}_here"
        node = value.node
        return node.name or (f"{node.op}_of_{node.args[0].name or 'row'}" if node.is_reduction else "t")

    def _occurrences(self, value: Value) -> list[int]:
        template = self._template(value.node)
        return [max(template.count(f"{{{i}}}"), 1) if template else 1 for i in range(len(value.operands))]

    def _template(self, node: Node) -> str:
        if node.op in ("where", "cast", "reindex", "load", "number", "constant") or node.is_reduction:
            return ""
        return operations.template(node.op, node.detail[0]) or ""

    def _shown(self, value: Value, shown: Shown) -> tuple[str, bool]:
        if value.node.op == "constant":
            return operations.literal(value.node.detail, value.node.dtype), True
        if value.text:
            return value.text, value.simple
        if value.node.op == "reindex" and id(value) not in shown:
            return self._shown(value.operands[0], shown)
        return shown[id(value)]

    def plain(self, value: Value, shown: Shown) -> str:
        """A value as an operand of its own type."""
        text, simple = self._shown(value, shown)
        return text if simple else f"({text})"

    def cast(self, value: Value, dtype: np.dtype[Any], shown: Shown) -> str:
        """A value as an operand in a given type."""
        if value.node.op == "constant":
            return operations.literal(value.node.detail, dtype)
        text = self.plain(value, shown)
        if value.node.dtype == dtype:
            return text
        if dtype.kind == "b":
            return f"({text} != 0)"
        return f"({operations.type_of(dtype)}){text}"

    def _written(self, value: Value, shown: Shown) -> tuple[str, bool]:
        """The expression of a value, and whether it can stand anywhere without parentheses."""
        node = value.node
        if value.access is not None:
            return value.access.shown, True
        if node.op == "cast":
            return self.cast(value.operands[0], node.dtype, shown), False
        if node.op == "where":
            test, one, other = value.operands
            chosen = [self.cast(v, node.dtype, shown) for v in (one, other)]
            return f"{self.cast(test, np.dtype(bool), shown)} ? {chosen[0]} : {chosen[1]}", False
        kind = node.detail[0]
        given = [self.cast(v, dtype, shown) for v, dtype in zip(value.operands, node.detail, strict=True)]
        template = self._template(node)
        self.help(template)
        single = kind == np.float32
        largest = "3.402823466e38f" if single else "1.7976931348623157e308"
        text = template.format(
            *given,
            f="f" if single else "",
            T=operations.type_of(kind),
            one="1.0f" if single else "1.0",
            largest=largest,
        )
        if node.dtype.kind in "iu" and node.dtype.itemsize < 4:
            return f"({operations.type_of(node.dtype)})({text})", True
        return text, bool(re.fullmatch(r"\w+\([^()]*\)|\w+", text))

    def result(self, value: Value, shown: Shown) -> str:
        """A value as it stands alone."""
        return self._shown(value, shown)[0]

    def help(self, text: str) -> None:
        """Note the device functions that a text calls."""
        self.helpers |= {name for name in operations.HELPERS if re.search(rf"\b{name}\(", text)}
