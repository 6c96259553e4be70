"""Which kernels compute what a function returns: as few as its shapes allow.

A `Piece` becomes one kernel. It goes through a domain (a shape); some axes of it may be reduced. Reductions over the same axes of the same
domain, and what is computed from them, share a piece where one group of threads can go through a row several times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .nodes import Node, Shape, Unsupported

LANES = 32  # threads that go through one row together
SHORT, LONGEST, MANY = (
    64,
    1024,
    4096,
)  # trips of a thread through a row that is gone through again: few, most; threads that are many

Embedding = tuple[int | None, ...]  # for each axis of a value the axis of the domain that it goes along


class Unfit(Exception):
    """A value cannot be computed in this piece."""


@dataclass
class Piece:
    """One kernel: its domain, the axes it reduces, the reductions it makes, and the values it stores (each with its embedding)."""

    domain: Shape
    axes: tuple[int, ...] = ()
    reductions: list[Node] = field(default_factory=list)
    stores: list[tuple[Node, Embedding]] = field(default_factory=list)
    again: bool = False  # whether a row is gone through again with what was reduced

    @property
    def kept(self) -> tuple[int, ...]:
        return tuple(axis for axis in range(len(self.domain)) if axis not in self.axes)

    @property
    def rows(self) -> int:
        return math.prod(self.domain[axis] for axis in self.kept)

    @property
    def columns(self) -> int:
        return math.prod(self.domain[axis] for axis in self.axes)

    @property
    def lanes(self) -> int:
        """How many threads share a row: several where neighbours in the row are neighbours in memory."""
        long = [axis for axis in range(len(self.domain)) if self.domain[axis] > 1]
        if not self.axes or not long or long[-1] not in self.axes:
            return 1
        return min(LANES, 1 << max(self.columns - 1, 0).bit_length())

    @property
    def can_go_again(self) -> bool:
        """Whether it is better to go through each row again than to launch another kernel, which can cut the rows into parts."""
        trips = -(-self.columns // self.lanes)
        return trips <= (LONGEST if self.rows * self.lanes >= MANY else SHORT)

    @property
    def identity(self) -> Embedding:
        return tuple(range(len(self.domain)))


class Schedule:
    """The pieces that compute the outputs, in order; `home` says in which piece a reduction is made, or a value stored."""

    def __init__(self, order: list[Node], outputs: list[Node]):
        self.pieces: list[Piece] = []
        self.home: dict[Node, int] = {}
        needed = _reached(outputs)
        for node in order:  # in this order every value comes after its operands
            if node in needed and (node.is_reduction or node in outputs):
                self._place(node)

    def _place(self, root: Node) -> None:
        for place, piece in enumerate(self.pieces):
            if self._joined(root, place, piece):
                self.home[root] = place
                return
        domain = root.args[0].shape if root.is_reduction else root.shape
        self.pieces.append(Piece(domain))
        if not self._joined(root, len(self.pieces) - 1, self.pieces[-1]):
            raise Unsupported("a value that no kernel of its own computes")
        self.home[root] = len(self.pieces) - 1

    def _joined(self, root: Node, place: int, piece: Piece) -> bool:
        """Put a value into a piece if it fits there."""
        for axes, embedding in _ways(root, piece):
            trial = Piece(piece.domain, axes, again=piece.again)
            try:
                value = root.args[0] if root.is_reduction else root
                within = self._depends(value, embedding, place, trial)
            except Unfit:
                continue
            again = piece.again or within
            if again and not trial.can_go_again:
                continue
            piece.axes, piece.again = axes, again
            if root.is_reduction:
                piece.reductions.append(root)
            else:
                piece.stores.append((root, embedding))
            return True
        return False

    def _depends(self, node: Node, embedding: Embedding, place: int, piece: Piece) -> bool:
        """Whether a value needs a reduction of this piece; `Unfit` if it needs what comes later, or a row of another kind."""
        if node.op in ("number", "constant", "load"):
            return False
        home = self.home.get(node)
        if home is not None and home < place:
            return False  # it is in memory by then
        if node.is_reduction:
            if home != place or piece.axes != node.detail:
                raise Unfit
            for axis, goes in enumerate(embedding):
                if goes != (None if axis in piece.axes or node.shape[axis] == 1 else axis):
                    raise Unfit
            return True
        found = [self._depends(arg, along, place, piece) for arg, along in operands(node, embedding)]
        return any(found)


def _ways(root: Node, piece: Piece) -> list[tuple[tuple[int, ...], Embedding]]:
    """The axes that a piece would reduce if it computed a value, and how the value would lie in its domain."""
    if root.is_reduction:
        fits = root.args[0].shape == piece.domain and piece.axes in ((), root.detail)
        return [(root.detail, tuple(range(len(piece.domain))))] if fits else []
    found = []
    if root.shape == piece.domain:
        found.append((piece.axes, piece.identity))
    if piece.axes:
        kept = piece.kept
        if root.shape == tuple(piece.domain[axis] for axis in kept):
            found.append((piece.axes, kept))
        with_ones = tuple(1 if axis in piece.axes else n for axis, n in enumerate(piece.domain))
        if root.shape == with_ones and with_ones != piece.domain:
            found.append((piece.axes, tuple(axis if axis in kept else None for axis in range(len(piece.domain)))))
    return found


def operands(node: Node, embedding: Embedding) -> list[tuple[Node, Embedding]]:
    """The operands of a value, and how they lie in the domain if the value lies as `embedding` says."""
    if node.op == "reindex":
        inner = node.args[0]
        along = tuple(
            None if goes is None or inner.shape[axis] == 1 else embedding[goes] for axis, goes in enumerate(node.detail)
        )
        return [(inner, along)]
    found = []
    for arg in node.args:
        extra = len(node.shape) - len(arg.shape)
        found.append((arg, tuple(None if n == 1 else embedding[axis + extra] for axis, n in enumerate(arg.shape))))
    return found


def _reached(outputs: list[Node]) -> set[Node]:
    found: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += node.args
    return found
