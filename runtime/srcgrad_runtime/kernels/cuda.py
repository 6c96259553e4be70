"""The text of a kernel in CUDA C: a grid-stride loop over raw pointers.

A kernel without reductions goes through the entries of its domain. One with reductions goes through rows: a group of `LANES` threads
shares a row, adds up its part of it, and exchanges the totals. Where rows are few, each is cut into `parts`, and the group that is the
last to arrive adds up the totals of all parts, always in the same order. Nothing else is shared between threads, so that one thread, or
any number of them one after the other, computes the same.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import operations
from .schedule import Embedding, Piece, Schedule, operands
from .tracing import Node, Number, Shape, Unsupported

RESERVED = frozenset(
    "alignas alignof and asm auto bool break case catch char class compl const continue default delete do double else enum explicit "
    "export extern false float for friend goto if inline int long mutable namespace new not operator or private protected public "
    "register return short signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned "
    "using virtual void volatile while xor lane mask row column part rows columns parts group last arrived LANES k i entries step "
    "exp log sin cos tan pow fabs floor ceil trunc rint sqrt hypot copysign fmod abs nan y0 y1 yn j0 j1 jn gamma div signal main "
    "maximum minimum sign modulo floor_divide logaddexp heaviside threadIdx blockIdx blockDim gridDim".split()
)


@dataclass
class Access:
    """A place in memory that a kernel reads or writes: its pointer, and its steps (in entries) along the axes of the domain."""

    pointer: str
    steps: list[int]
    shown: str = ""  # the index of the current entry


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


@dataclass(eq=False)
class Value:
    """A node as it lies in the domain of a piece."""

    node: Node
    operands: list[Value]
    level: int  # how many reductions of the row have to come before
    varying: bool  # whether it differs along the row
    access: Access | None = None  # of what is in memory
    text: str = ""  # where it has a name already, or is a number
    simple: bool = False


@dataclass
class Names:
    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def __call__(self, wanted: str) -> str:
        wanted = re.sub(r"\W", "_", wanted) or "t"
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}_{count}"
        self.taken.add(name)
        return name


class Writer:
    """Writes one piece of a schedule."""

    def __init__(self, schedule: Schedule, place: int, outputs: dict[Node, str], arrays: Any, parts: int):
        self.schedule, self.place, self.outputs, self.parts = schedule, place, outputs, parts
        self.piece: Piece = schedule.pieces[place]
        self.arrays = arrays  # the name and the strides (in bytes) of an array argument, by its number
        self.names = Names()
        self.values: dict[tuple[Node, Embedding], Value] = {}
        self.pointers: dict[Any, tuple[str, str, tuple[str, Any]]] = {}  # -> name, declaration, argument
        self.accesses: list[Access] = []
        self.numbers: list[tuple[str, str, tuple[str, Any]]] = []
        self.sizes: list[tuple[str, int]] = []
        self.loaded: set[Node] = set()  # reductions and stores of earlier pieces that are read here
        self.helpers: set[str] = set()
        self.total: dict[Node, str] = {}  # the variable in which a reduction is added up
        self.latest: dict[int, tuple[str, bool]] = {}

    # ---- what there is ----

    def value(self, node: Node, embedding: Embedding) -> Value:
        found = self.values.get((node, embedding))
        if found is None:
            found = self.values[node, embedding] = self._made(node, embedding)
        return found

    def _made(self, node: Node, embedding: Embedding) -> Value:
        if node.op == "constant":
            return Value(node, [], 0, False, text="?", simple=True)
        if node.op == "number":
            name = self.names(node.name or "number")
            declared = f"const {operations.type_of(node.dtype)} {name}"
            self.numbers.append((name, declared, ("number", (node.detail, node.dtype))))
            return Value(node, [], 0, False, text=name, simple=True)
        if node.op == "load" or self.schedule.home.get(node, self.place) < self.place:
            return self._in_memory(node, embedding)
        if node.is_reduction:
            inner = self.value(node.args[0], self.piece.identity)
            return Value(node, [inner], inner.level + 1, False)
        if node.op == "reindex":
            ((inner_node, along),) = operands(node, embedding)
            inner = self.value(inner_node, along)
            return Value(node, [inner], inner.level, inner.varying)
        parts = [self.value(arg, along) for arg, along in operands(node, embedding)]
        return Value(node, parts, max(p.level for p in parts), any(p.varying for p in parts))

    def _in_memory(self, node: Node, embedding: Embedding) -> Value:
        if node.op == "load":
            name, strides = self.arrays(node.detail)
            if any(stride % node.dtype.itemsize for stride in strides):
                raise Unsupported("an array whose entries do not lie at whole places")
            strides = [stride // node.dtype.itemsize for stride in strides]
            argument: tuple[str, Any] = ("array", node.detail)
        else:
            self.loaded.add(node)
            name, strides, argument = node.name or "t", contiguous(node.shape), ("stored", node)
        access = self._access(name, node, strides, embedding, argument, "const ")
        varying = not self.piece.axes or any(access.steps[axis] for axis in self.piece.axes)
        return Value(node, [], 0, varying, access)

    def _access(self, name: str, node: Node, strides: Any, embedding: Embedding, argument: Any, const: str) -> Access:
        key = argument[0], argument[1]
        if key not in self.pointers:
            pointer = self.names(name)
            self.pointers[key] = pointer, f"{const}{operations.type_of(node.dtype)}* {pointer}", argument
        steps = [0] * len(self.piece.domain)
        for axis, goes in enumerate(embedding):
            if goes is not None and node.shape[axis] != 1:
                steps[goes] += int(strides[axis])
        made = Access(self.pointers[key][0], steps)
        self.accesses.append(made)
        return made

    # ---- the loops ----

    def write(self, name: str, title: str) -> Text:
        piece = self.piece
        stores = [(self.value(node, along), self._stored(node, along), along) for node, along in piece.stores]
        totals = [(self.value(node.args[0], piece.identity), node) for node in piece.reductions]
        kept_along = tuple(axis if axis in piece.kept else None for axis in range(len(piece.domain)))
        results = {node: self._stored(node, kept_along) for node in piece.reductions if node in self.outputs}
        wide = max([piece.rows * max(piece.columns, 1), *(self._reach(a) for a in self.accesses)]) >= 2**31 - 2**24
        self.index = "long long" if wide else "int"
        rows, columns = self._loops(piece.kept), self._loops(piece.axes)
        lines: list[str] = []
        if not piece.axes:
            lines += self._map(rows, stores)
        else:
            lines += self._rows(rows, columns, stores, totals, results)
        return self._finished(name, title, lines)

    def _stored(self, node: Node, along: Embedding) -> Access:
        wanted = f"{self.outputs[node]}_out"
        return self._access(wanted, node, contiguous(node.shape), along, ("stored", node), "")

    def _reach(self, access: Access) -> int:
        return sum(abs(step) * n for step, n in zip(access.steps, self.piece.domain, strict=True))

    def _loops(self, axes: tuple[int, ...]) -> list[tuple[int, list[int]]]:
        """Axes as (length, axes that it stands for): those of length one go, and neighbours that are one run in memory are one."""
        found: list[tuple[int, list[int]]] = []
        for axis in axes:
            n = self.piece.domain[axis]
            if n == 1:
                continue
            if found and all(a.steps[found[-1][1][-1]] == a.steps[axis] * n for a in self.accesses):
                found[-1] = found[-1][0] * n, [*found[-1][1], axis]
            else:
                found.append((n, [axis]))
        return found

    def _map(self, rows: Any, stores: Any) -> list[str]:
        places = self._coordinates("i", rows)
        lines = [
            f"const {self.index} step = ({self.index})gridDim.x * blockDim.x;",
            f"for ({self.index} i = ({self.index})blockIdx.x * blockDim.x + threadIdx.x; i < entries; i += step) {{",
            *places,
        ]
        self.sizes.insert(0, ("entries", self.piece.rows))
        self._show(rows, [])
        lines += self._scope([value for value, _, _ in stores], {})
        lines += [f"    {access.shown} = {self._result(value)};" for value, access, _ in stores]
        return [*lines, "}"]

    def _rows(self, rows: Any, columns: Any, stores: Any, totals: Any, results: Any) -> list[str]:
        piece, index, lanes = self.piece, self.index, self.piece.lanes
        cut = self.parts > 1
        self.sizes[:0] = [("rows", piece.rows), ("columns", piece.columns), *([("parts", self.parts)] if cut else [])]
        places, along = self._coordinates("row", rows), self._coordinates("column", columns)
        self._show(rows, columns)
        lines = [f"const int LANES = {lanes};  // threads that share a row"]
        lines.append("const int lane = threadIdx.x % LANES;")
        if lanes > 1:
            whole = "0xffffffffu" if lanes == 32 else f"{(1 << lanes) - 1:#x}u << (threadIdx.x % 32 / LANES * LANES)"
            lines.append(f"const unsigned mask = {whole};")
        first = f"(({index})blockIdx.x * blockDim.x + threadIdx.x) / LANES"
        step = f"({index})gridDim.x * blockDim.x / LANES"
        if cut:
            lines.append(f"for ({index} group = {first}; group < rows * parts; group += {step}) {{")
            lines.append(f"    const {index} row = group % rows, part = group / rows;")
        else:
            lines.append(f"for ({index} row = {first}; row < rows; row += {step}) {{")
        lines += places
        levels = max([v.level for v, _, _ in stores] + [v.level for v, _ in totals]) + 1
        outer = {v for value, _, _ in stores for v in _all(value)} | {v for value, _ in totals for v in _all(value)}
        whole_row = {id(value) for value, access, along_ in stores if _is_row(along_, piece)}
        for level in range(levels):
            lines += self._row_scope([v for v in outer if v.level == level and not v.varying], outer, stores, totals)
            for value, access, _ in stores:
                if id(value) in whole_row and value.level == level:
                    guard = "lane == 0 && part == 0" if cut else "lane == 0"
                    lines.append(f"    if ({guard}) {access.shown} = {self._result(value)};")
            inside = [(v, a) for v, a, _ in stores if id(v) not in whole_row and v.level == level]
            reduced = [(v, node) for v, node in totals if v.level == level]
            if inside or reduced:
                lines += self._loop(along, inside, reduced)
                lines += self._exchanged([node for _, node in reduced], results, cut)
        return [*lines, "}"]

    def _loop(self, along: list[str], stores: Any, totals: Any) -> list[str]:
        index = self.index
        lines = []
        for _, node in totals:
            node_type = operations.total_type(node.op, node.dtype)
            name = self.names(f"total_{node.name}" if node.name else "total")
            self.total[node] = name
            lines.append(f"    {operations.type_of(node_type)} {name} = {operations.start(node.op, node_type)};")
        first, step = ("part * LANES + lane", "parts * LANES") if self.parts > 1 else ("lane", "LANES")
        lines.append(f"    for ({index} column = {first}; column < columns; column += {step}) {{")
        lines += [f"    {line}" for line in along]
        shown: dict[int, tuple[str, bool]] = {}
        lines += [f"    {line}" for line in self._scope([v for v, _ in stores] + [v for v, _ in totals], shown)]
        for value, access in stores:
            lines.append(f"        {access.shown} = {self._result(value, shown)};")
        for value, node in totals:
            lines.append(f"        {self._step(node, self.total[node], self._as_total(value, node, shown))}")
        return [*lines, "    }"]

    def _as_total(self, value: Value, node: Node, shown: dict[int, tuple[str, bool]]) -> str:
        if node.op in ("any", "all"):
            return f"({self._plain(value, shown)} != 0)"
        return self._cast(value, operations.total_type(node.op, node.dtype), shown)

    def _step(self, node: Node, total: str, value: str) -> str:
        step = operations.REDUCTIONS[node.op].step
        self._help(step)
        return f"{total} = {step.format(total, value)};"

    def _exchanged(self, nodes: list[Node], results: Any, cut: bool) -> list[str]:
        lines = []
        exchange = "__shfl_xor_sync(mask, {0}, k)"
        over = "for (int k = LANES / 2; k > 0; k /= 2) "
        if self.piece.lanes > 1:
            for node in nodes:
                total = self.total[node]
                lines.append(f"    {over}{self._step(node, total, exchange.format(total))}")
        if cut:
            return lines + self._last(nodes, results, over, exchange)
        for node in nodes:
            value = next(v for (n, _), v in self.values.items() if n is node) if self._is_used(node) else None
            name, kind = self.total[node], operations.type_of(node.dtype)
            if value is not None:
                value.text, value.simple = self.names(self._called(value)), True
                lines.append(f"    const {kind} {value.text} = {name};")
                for (n, _), other in self.values.items():
                    if n is node:
                        other.text, other.simple = value.text, True
                name = value.text
            if node in results:
                lines.append(f"    if (lane == 0) {results[node].shown} = {name};")
        return lines

    def _is_used(self, node: Node) -> bool:
        return any(n is node for n, _ in self.values)

    def _last(self, nodes: list[Node], results: Any, over: str, exchange: str) -> list[str]:
        """The totals of all parts of a row, by the group that is the last to have its own."""
        lines, lanes = [], self.piece.lanes
        partial = {}
        for node in nodes:
            kind = operations.total_type(node.op, node.dtype)
            name = partial[node] = self.names(f"partial_{node.op}")
            declared = f"volatile {operations.type_of(kind)}* {name}"
            self.pointers["partial", node] = name, declared, ("partial", (kind, self.piece.rows * self.parts))
            lines.append(f"    if (lane == 0) {name}[part * rows + row] = {self.total[node]};")
        self.pointers["arrived", 0] = "arrived", "unsigned int* arrived", ("arrived", self.piece.rows)
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
            if lanes > 1:
                lines.append(f"        {over}{self._step(node, total, exchange.format(total))}")
            if node in results:
                lines.append(f"        if (lane == 0) {results[node].shown} = {total};")
        return [*lines, "        if (lane == 0) arrived[row] = 0;", "    }"]

    # ---- values ----

    def _row_scope(self, values: list[Value], everything: set[Value], stores: Any, totals: Any) -> list[str]:
        """Names for what is the same along a row, where something outside of this scope uses it."""
        here = set(values)
        ordered = [v for v in self.values.values() if v in here]
        used = Counter(o for v in everything if v not in here for o in v.operands)
        wanted = [v for v in ordered if used[v] or any(v is s for s, *_ in stores) or any(v is s for s, *_ in totals)]
        shown: dict[int, tuple[str, bool]] = {}
        lines = self._scope(wanted, shown, name_all=True)
        return lines

    def _scope(self, roots: list[Value], shown: dict[int, tuple[str, bool]], name_all: bool = False) -> list[str]:
        """Statements after which the roots can be read; what is used once and has no name stands inside of what uses it."""
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
                name = self.names(self._called(value))
                lines.append(f"    const {operations.type_of(value.node.dtype)} {name} = {text};")
                text, simple = name, True
                if rooted:
                    value.text, value.simple = name, True
            shown[id(value)] = text, simple
        self.latest = shown
        for value in order:
            if name_all and value in roots and value.node.op == "reindex":
                value.text, value.simple = shown[id(value)]
        return lines

    def _called(self, value: Value) -> str:
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

    def _shown(self, value: Value, shown: dict[int, tuple[str, bool]]) -> tuple[str, bool]:
        if value.node.op == "constant":
            return operations.literal(value.node.detail, value.node.dtype), True
        if value.text:
            return value.text, value.simple
        if value.node.op == "reindex" and id(value) not in shown:
            return self._shown(value.operands[0], shown)
        return shown[id(value)]

    def _plain(self, value: Value, shown: dict[int, tuple[str, bool]]) -> str:
        text, simple = self._shown(value, shown)
        return text if simple else f"({text})"

    def _cast(self, value: Value, dtype: np.dtype[Any], shown: dict[int, tuple[str, bool]]) -> str:
        """A value as an operand in a given type."""
        if value.node.op == "constant":
            return operations.literal(value.node.detail, dtype)
        text = self._plain(value, shown)
        if value.node.dtype == dtype:
            return text
        if dtype.kind == "b":
            return f"({text} != 0)"
        return f"({operations.type_of(dtype)}){text}"

    def _written(self, value: Value, shown: dict[int, tuple[str, bool]]) -> tuple[str, bool]:
        """The expression of a value, and whether it can stand anywhere without parentheses."""
        node = value.node
        if value.access is not None:
            return value.access.shown, True
        if node.op == "cast":
            return self._cast(value.operands[0], node.dtype, shown), False
        if node.op == "where":
            test, one, other = value.operands
            chosen = [self._cast(v, node.dtype, shown) for v in (one, other)]
            return f"{self._cast(test, np.dtype(bool), shown)} ? {chosen[0]} : {chosen[1]}", False
        kind = node.detail[0]
        given = [self._cast(v, dtype, shown) for v, dtype in zip(value.operands, node.detail, strict=True)]
        template = self._template(node)
        self._help(template)
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

    def _result(self, value: Value, shown: dict[int, tuple[str, bool]] | None = None) -> str:
        return self._shown(value, shown if shown is not None else self.latest)[0]

    def _help(self, text: str) -> None:
        self.helpers |= {name for name in operations.HELPERS if re.search(rf"\b{name}\(", text)}

    # ---- indices ----

    def _coordinates(self, linear: str, loops: Any) -> list[str]:
        """Statements that take a place apart into its coordinates `row0`, `row1`, ..., where there is more than one."""
        if len(loops) < 2:
            return []
        lines, rest = [], linear
        for position in range(len(loops) - 1, -1, -1):
            name = f"{linear}{position}"
            self.names.taken.add(name)
            if position == 0:
                lines.append(f"    const {self.index} {name} = {rest};")
                break
            size = self.names(f"{linear}_n{position}")
            self.sizes.append((size, loops[position][0]))
            lines.append(f"    const {self.index} {name} = {rest if rest == linear else f'({rest})'} % {size};")
            rest = f"{rest} / {size}"
        return lines

    def _show(self, rows: Any, columns: Any) -> None:
        """Write down the index of every access."""
        steps: dict[tuple[str, str, int], str] = {}
        for access in self.accesses:
            terms = []
            for linear, loops in (("row" if self.piece.axes else "i", rows), ("column", columns)):
                for position, (_, axes) in enumerate(loops):
                    coordinate = linear if len(loops) == 1 else f"{linear}{position}"
                    step = access.steps[axes[-1]]
                    if step == 1:
                        terms.append(coordinate)
                    elif step:
                        key = access.pointer, coordinate, step
                        if key not in steps:
                            steps[key] = self.names(f"{access.pointer}_step{position if len(loops) > 1 else ''}")
                            self.sizes.append((steps[key], step))
                        terms.append(f"{coordinate} * {steps[key]}")
            access.shown = f"{access.pointer}[{' + '.join(terms) or '0'}]"

    def _finished(self, name: str, title: str, lines: list[str]) -> Text:
        kind = np.dtype(np.int64 if self.index == "long long" else np.int32)
        given = [*self.pointers.values(), *self.numbers]
        given += [(size, f"const {self.index} {size}", ("size", (value, kind))) for size, value in self.sizes]
        declared = ",\n    ".join(declaration for _, declaration, _ in given)
        body = "\n".join(f"    {line}" for line in lines)
        text = f'// {title}\nextern "C" __global__ void {name}(\n    {declared}) {{\n{body}\n}}\n'
        arguments = [argument for _, _, argument in given]
        groups = self.piece.rows * self.parts
        return Text(name, text, frozenset(self.helpers), arguments, groups, self.piece.lanes)


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


def contiguous(shape: Shape) -> list[int]:
    """The steps of an array of this shape in C order, in entries."""
    steps, step = [0] * len(shape), 1
    for axis in range(len(shape) - 1, -1, -1):
        steps[axis] = step
        step *= shape[axis]
    return steps


__all__ = ["Number", "Text", "Writer", "contiguous"]
