"""The values of one kernel: where they lie in its domain, what is in memory, and how a place there is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import operations
from .nodes import Node, Shape, Unsupported
from .schedule import Embedding, Schedule, operands

_WORDS = (
    "alignas alignof and asm auto bool break case catch char class compl const continue default delete do double else enum explicit "
    "export extern false float for friend goto if inline int long mutable namespace new not operator or private protected public "
    "register return short signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned "
    "using virtual void volatile while xor main threadIdx blockIdx blockDim gridDim "
    "lane mask row column part rows columns parts group last arrived LANES k i entries step"
)
RESERVED = frozenset(
    {
        *_WORDS.split(),
        *operations.CALLED,
        *(f"{linear}{position}" for linear in ("i", "row", "column") for position in range(64)),
    }
)  # what a variable of a kernel cannot be called


@dataclass
class Access:
    """A place in memory that a kernel reads or writes: its pointer, and its steps (in entries) along the axes of the domain."""

    pointer: str
    steps: list[int]
    shown: str = ""  # the index of the current entry


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
    """Gives out names of C that are not taken."""

    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def __call__(self, wanted: str) -> str:
        wanted = re.sub(r"[^0-9A-Za-z_]", "_", wanted) or "t"
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}_{count}"
        self.taken.add(name)
        return name


Loops = list[tuple[int, list[int]]]  # (length, the axes of the domain that it stands for), outermost first


class Layout:
    """The values of one piece of a schedule, and the parameters that they need.

    `arrays` gives the name and the strides (in bytes) of an array argument, by its number. `loaded` are the values of earlier pieces that
    are read here.
    """

    def __init__(self, schedule: Schedule, place: int, arrays: Callable[[int], tuple[str, Any]]):
        self.schedule, self.place, self.arrays = schedule, place, arrays
        self.piece = schedule.pieces[place]
        self.names = Names()
        self.values: dict[tuple[Node, Embedding], Value] = {}
        self.pointers: dict[Any, tuple[str, str, tuple[str, Any]]] = {}  # -> name, declaration, argument
        self.accesses: list[Access] = []
        self.numbers: list[tuple[str, str, tuple[str, Any]]] = []
        self.sizes: list[tuple[str, int]] = []
        self.loaded: set[Node] = set()

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
        access = self.access(name, node, strides, embedding, argument, "const ")
        varying = not self.piece.axes or any(access.steps[axis] for axis in self.piece.axes)
        return Value(node, [], 0, varying, access)

    def access(self, name: str, node: Node, strides: Any, embedding: Embedding, argument: Any, const: str) -> Access:
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

    def stored(self, node: Node, along: Embedding, name: str) -> Access:
        """Where a value is stored."""
        return self.access(f"{name}_out", node, contiguous(node.shape), along, ("stored", node), "")

    def of(self, node: Node) -> list[Value]:
        """The values that a node has, each as it lies in the domain."""
        return [value for (one, _), value in self.values.items() if one is node]

    # ---- indices ----

    @property
    def index(self) -> str:
        """The type of indices: the short one, where all places can be told by it."""
        reach = [sum(abs(step) * n for step, n in zip(a.steps, self.piece.domain, strict=True)) for a in self.accesses]
        wide = max([self.piece.rows * max(self.piece.columns, 1), *reach]) >= 2**31 - 2**24
        return "long long" if wide else "int"

    def loops(self, axes: tuple[int, ...]) -> Loops:
        """Axes as (length, axes that it stands for): those of length one go, and neighbours that are one run in memory are one."""
        found: Loops = []
        for axis in axes:
            n = self.piece.domain[axis]
            if n == 1:
                continue
            if found and all(a.steps[found[-1][1][-1]] == a.steps[axis] * n for a in self.accesses):
                found[-1] = found[-1][0] * n, [*found[-1][1], axis]
            else:
                found.append((n, [axis]))
        return found

    def coordinates(self, linear: str, loops: Loops) -> list[str]:
        """Statements that take a place apart into its coordinates `row0`, `row1`, ..., where there is more than one."""
        if len(loops) < 2:
            return []
        lines, rest, index = [], linear, self.index
        for position in range(len(loops) - 1, -1, -1):
            name = f"{linear}{position}"
            if position == 0:
                lines.append(f"    const {index} {name} = {rest};")
                break
            size = self.names(f"{linear}_n{position}")
            self.sizes.append((size, loops[position][0]))
            lines.append(f"    const {index} {name} = {rest if rest == linear else f'({rest})'} % {size};")
            rest = f"{rest} / {size}"
        return lines

    def show(self, rows: Loops, columns: Loops) -> None:
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


def contiguous(shape: Shape) -> list[int]:
    """The steps of an array of this shape in C order, in entries."""
    steps, step = [0] * len(shape), 1
    for axis in range(len(shape) - 1, -1, -1):
        steps[axis] = step
        step *= shape[axis]
    return steps
