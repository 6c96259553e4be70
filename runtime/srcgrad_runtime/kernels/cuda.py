"""The text of a kernel in CUDA C: a grid-stride loop over raw pointers.

A kernel without reductions goes through the entries of its domain. One with reductions goes through rows: a group of `LANES` threads
shares a row, adds up its part of it, and exchanges the totals. Where rows are few, each is cut into `parts`, and the group that is the
last to arrive adds up the totals of all parts, always in the same order. Nothing else is shared between threads, so that one thread, or
any number of them one after the other, computes the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import operations
from .expressions import Expressions, Shown
from .layout import Access, Layout, Loops, Value
from .nodes import Node
from .schedule import Embedding, Piece, Schedule

EXCHANGED = "__shfl_xor_sync(mask, {0}, k)"  # the total of another thread
OVER_LANES = "for (int k = LANES / 2; k > 0; k /= 2) "


@dataclass
class Text:
    """A kernel: `body` is the function, `helpers` what it calls, `arguments` what it is given, in order.

    An argument is ("array", number of the argument), ("stored", node), ("partial", (dtype, size)), ("arrived", size),
    ("number", (Number, dtype)) or ("size", (value, dtype)).
    """

    name: str
    body: str
    helpers: frozenset[str]
    arguments: list[tuple[str, Any]]
    groups: int
    lanes: int

    @property
    def source(self) -> str:
        return "\n\n".join([operations.HELPERS[h] for h in sorted(self.helpers)] + [self.body])


@dataclass
class Store:
    """A value that is stored, and where; `whole` ones have one entry for each row."""

    value: Value
    access: Access
    whole: bool


class Writer:
    """Writes one piece of a schedule; `outputs` names what is to be stored, `arrays` is that of `Layout`."""

    def __init__(
        self,
        schedule: Schedule,
        place: int,
        outputs: dict[Node, str],
        arrays: Callable[[int], tuple[str, Any]],
        parts: int,
    ):
        self.layout = Layout(schedule, place, arrays)
        self.expressions = Expressions(self.layout.names)
        self.piece, self.outputs, self.parts = self.layout.piece, outputs, parts
        self.total: dict[Node, str] = {}  # the variable in which a reduction is added up

    def write(self, name: str, title: str) -> Text:
        """The text, as a function of this name."""
        piece, layout = self.piece, self.layout
        stores = []
        for node, along in piece.stores:
            value = layout.value(node, along)
            stores.append(Store(value, layout.stored(node, along, self.outputs[node]), _is_row(along, piece)))
        totals = [(layout.value(node.args[0], piece.identity), node) for node in piece.reductions]
        along = tuple(axis if axis in piece.kept else None for axis in range(len(piece.domain)))
        results = {n: layout.stored(n, along, self.outputs[n]) for n in piece.reductions if n in self.outputs}
        self.index = layout.index
        rows, columns = layout.loops(piece.kept), layout.loops(piece.axes)
        if piece.axes:
            lines = self._rows(rows, columns, stores, totals, results)
        else:
            lines = self._entries(rows, stores)
        return self._finished(name, title, lines)

    def _entries(self, loops: Loops, stores: list[Store]) -> list[str]:
        """The loop over the entries of the domain."""
        layout, index = self.layout, self.index
        places = layout.coordinates("i", loops)
        layout.sizes.insert(0, ("entries", self.piece.rows))
        layout.show(loops, [])
        shown: Shown = {}
        return [
            f"const {index} step = ({index})gridDim.x * blockDim.x;",
            f"for ({index} i = ({index})blockIdx.x * blockDim.x + threadIdx.x; i < entries; i += step) {{",
            *places,
            *self.expressions.scope([store.value for store in stores], shown),
            *(f"    {store.access.shown} = {self.expressions.result(store.value, shown)};" for store in stores),
            "}",
        ]

    def _rows(
        self,
        rows: Loops,
        columns: Loops,
        stores: list[Store],
        totals: list[tuple[Value, Node]],
        results: dict[Node, Access],
    ) -> list[str]:
        """The loop over the rows: what is the same along a row, and loops through it, as often as reductions wait for each other."""
        layout = self.layout
        lengths = [("rows", self.piece.rows), ("columns", self.piece.columns), ("parts", self.parts)]
        layout.sizes[:0] = lengths if self.parts > 1 else lengths[:2]
        places, along = layout.coordinates("row", rows), layout.coordinates("column", columns)
        layout.show(rows, columns)
        lines = [*self._head(), *places]
        ends = [store.value for store in stores] + [value for value, _ in totals]
        for level in range(max(value.level for value in ends) + 1):
            shown: Shown = {}
            lines += self.expressions.scope(self._same_along_rows(level, ends), shown, name_all=True)
            here = [store for store in stores if store.value.level == level]
            guard = "lane == 0 && part == 0" if self.parts > 1 else "lane == 0"
            for store in here:
                if store.whole:
                    value = self.expressions.result(store.value, shown)
                    lines.append(f"    if ({guard}) {store.access.shown} = {value};")
            inside = [store for store in here if not store.whole]
            reduced = [(value, node) for value, node in totals if value.level == level]
            if inside or reduced:
                lines += self._loop(along, inside, reduced)
                lines += self._exchanged([node for _, node in reduced], results)
        return [*lines, "}"]

    def _head(self) -> list[str]:
        """Which threads share a row, and the begin of the loop over rows, or over their parts."""
        index, lanes = self.index, self.piece.lanes
        lines = [f"const int LANES = {lanes};  // threads that share a row", "const int lane = threadIdx.x % LANES;"]
        if lanes > 1:
            whole = "0xffffffffu" if lanes == 32 else f"{(1 << lanes) - 1:#x}u << (threadIdx.x % 32 / LANES * LANES)"
            lines.append(f"const unsigned mask = {whole};")
        first = f"(({index})blockIdx.x * blockDim.x + threadIdx.x) / LANES"
        step = f"({index})gridDim.x * blockDim.x / LANES"
        if self.parts == 1:
            return [*lines, f"for ({index} row = {first}; row < rows; row += {step}) {{"]
        lines.append(f"for ({index} group = {first}; group < rows * parts; group += {step}) {{")
        return [*lines, f"    const {index} row = group % rows, part = group / rows;"]

    def _same_along_rows(self, level: int, ends: list[Value]) -> list[Value]:
        """What is computed once for a row, after so many reductions, and read by something else."""
        everything = {v for end in ends for v in _all(end)}
        here = {v for v in everything if v.level == level and not v.varying}
        used = Counter(operand for v in everything if v not in here for operand in v.operands)
        return [v for v in self.layout.values.values() if v in here and (used[v] or v in ends)]

    def _loop(self, along: list[str], stores: list[Store], totals: list[tuple[Value, Node]]) -> list[str]:
        """One loop through a row: what is stored there, and the totals of what is reduced."""
        index, expressions = self.index, self.expressions
        lines = []
        for _, node in totals:
            node_type = operations.total_type(node.op, node.dtype)
            name = self.layout.names(f"total_{node.name}" if node.name else "total")
            self.total[node] = name
            lines.append(f"    {operations.type_of(node_type)} {name} = {operations.start(node.op, node_type)};")
        first, step = ("part * LANES + lane", "parts * LANES") if self.parts > 1 else ("lane", "LANES")
        lines.append(f"    for ({index} column = {first}; column < columns; column += {step}) {{")
        lines += [f"    {line}" for line in along]
        shown: Shown = {}
        ends = [store.value for store in stores] + [value for value, _ in totals]
        lines += [f"    {line}" for line in expressions.scope(ends, shown)]
        for store in stores:
            lines.append(f"        {store.access.shown} = {expressions.result(store.value, shown)};")
        for value, node in totals:
            lines.append(f"        {self._step(node, self.total[node], self._as_total(value, node, shown))}")
        return [*lines, "    }"]

    def _as_total(self, value: Value, node: Node, shown: Shown) -> str:
        if node.op in ("any", "all"):
            return f"({self.expressions.plain(value, shown)} != 0)"
        return self.expressions.cast(value, operations.total_type(node.op, node.dtype), shown)

    def _step(self, node: Node, total: str, value: str) -> str:
        step = operations.REDUCTIONS[node.op].step
        self.expressions.help(step)
        return f"{total} = {step.format(total, value)};"

    def _exchanged(self, nodes: list[Node], results: dict[Node, Access]) -> list[str]:
        """The totals of a row, from those of its threads; named where something uses them."""
        lines = self._over_lanes(nodes)
        if self.parts > 1:
            return lines + self._last(nodes, results)
        for node in nodes:
            name, values = self.total[node], self.layout.of(node)
            if values:
                kind, total = operations.type_of(node.dtype), name
                name = self.layout.names(self.expressions.called(values[0]))
                lines.append(f"    const {kind} {name} = {total};")
            for value in values:
                value.text, value.simple = name, True
            if node in results:
                lines.append(f"    if (lane == 0) {results[node].shown} = {name};")
        return lines

    def _over_lanes(self, nodes: list[Node]) -> list[str]:
        if self.piece.lanes == 1:
            return []
        totals = [(node, self.total[node]) for node in nodes]
        return [f"    {OVER_LANES}{self._step(node, total, EXCHANGED.format(total))}" for node, total in totals]

    def _last(self, nodes: list[Node], results: dict[Node, Access]) -> list[str]:
        """The totals of all parts of a row, by the group that is the last to have its own."""
        lines, lanes = [], self.piece.lanes
        partial = {}
        for node in nodes:
            kind = operations.total_type(node.op, node.dtype)
            name = partial[node] = self.layout.names(f"partial_{node.op}")
            declared = f"volatile {operations.type_of(kind)}* {name}"
            self.layout.pointers["partial", node] = name, declared, ("partial", (kind, self.piece.rows * self.parts))
            lines.append(f"    if (lane == 0) {name}[part * rows + row] = {self.total[node]};")
        self.layout.pointers["arrived", 0] = "arrived", "unsigned int* arrived", ("arrived", self.piece.rows)
        lines.append("    __threadfence();")
        lines.append("    int last = lane == 0 && atomicAdd(&arrived[row], 1u) == parts - 1;")
        if lanes > 1:
            lines.append("    last = __shfl_sync(mask, last, 0, LANES);")
        lines += ["    if (last) {", "        __threadfence();"]
        for node in nodes:
            kind = operations.total_type(node.op, node.dtype)
            total = self.total[node]
            lines.append(f"        {total} = {operations.start(node.op, kind)};")
            stepped = self._step(node, total, f"{partial[node]}[k * rows + row]")
            lines.append(f"        for ({self.index} k = lane; k < parts; k += LANES) {stepped}")
            lines += [f"    {line}" for line in self._over_lanes([node])]
            if node in results:
                lines.append(f"        if (lane == 0) {results[node].shown} = {total};")
        return [*lines, "        if (lane == 0) arrived[row] = 0;", "    }"]

    def _finished(self, name: str, title: str, lines: list[str]) -> Text:
        kind = np.dtype(np.int64 if self.index == "long long" else np.int32)
        given = [*self.layout.pointers.values(), *self.layout.numbers]
        given += [(size, f"const {self.index} {size}", ("size", (value, kind))) for size, value in self.layout.sizes]
        declared = ",\n    ".join(declaration for _, declaration, _ in given)
        body = "\n".join(f"    {line}" for line in lines)
        text = f'// {title}\nextern "C" __global__ void {name}(\n    {declared}) {{\n{body}\n}}\n'
        arguments = [argument for _, _, argument in given]
        groups = self.piece.rows * self.parts
        return Text(name, text, frozenset(self.expressions.helpers), arguments, groups, self.piece.lanes)


def _all(value: Value) -> set[Value]:
    """A value and all that it is computed from."""
    found: set[Value] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += one.operands
    return found


def _is_row(along: Embedding, piece: Piece) -> bool:
    """Whether a stored value has one entry for each row."""
    return not any(axis in piece.axes for axis in along if axis is not None)
