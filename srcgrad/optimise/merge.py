"""Contributions that follow one another: those to one place are one statement, and a place that is cleared and added to is bound.

Sums of floating-point numbers are added up in another order here, which rounds differently; that is why only names of the compiler's are touched.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build, names
from .effects import Effects, blocks_of, effects_of, shallow
from .facts import Facts
from .fold import DEPTH, WIDTH, depth_of, width_in, width_of
from .groups import OUTSIDE
from .notes import dotted, statements

FARTHEST = 40  # statements between the clearing of a place and the addition to it


def merge(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Merge assignments and additions to adjoints.

    >>> from srcgrad.optimise.showing import show
    >>> show(merge, '''
    ... a_bar = np.zeros(3)
    ... x_bar = t * x
    ... x_bar += y_bar
    ... a_bar[i] = 0.0
    ... a_bar[j] += t
    ... a_bar[j] += t
    ... a_bar[i] += x_bar
    ... ''', temporaries="x_bar a_bar", floating="a_bar x_bar t".split().__contains__)
    a_bar = np.zeros(3)
    x_bar = t * x + y_bar
    a_bar[i] = x_bar
    a_bar[j] += 2.0 * t
    """
    if not any(type(s) is gast.AugAssign or _is_store(s) for s in statements(body)):
        return body
    return _Merging(effects_of(body, facts)).block(body, True)


class _Merging:
    def __init__(self, effects: Effects):
        self.effects = effects
        self.uses = Counter([*effects.note.loads, *effects.note.binds])
        self.ours = effects.facts.temporaries - effects.captured - effects.outside

    def block(self, block: list[build.Node], outermost: bool) -> list[build.Node]:
        block = self.stores_at_once(self.bind_cleared(block))
        found: list[build.Node] = []
        for position, s in enumerate(block):
            if blocks_of(s):
                body, orelse = self.block(s.body, False), self.block(s.orelse, False)
                if body is not s.body or orelse is not s.orelse:
                    s = shallow(s)
                    s.body, s.orelse = body, orelse
            merged = None
            if found and type(s) is gast.AugAssign and isinstance(s.op, (gast.Add, gast.Sub)):
                merged = self.merged(found[-1], s, block[position + 1 :] if outermost else None)
            if merged is not None:
                found[-1] = build.at(merged, found[-1])
            else:
                found.append(s)
        return block if build.identical(found, block) else found

    # stores of temporaries -------------------------------------------------------------------------------------------------------

    def stores_at_once(self, block: list[build.Node]) -> list[build.Node]:
        """`a[i] = t` right after `t = ...`, so that the temporary can go, where nothing in between has to do with `a`."""
        made: dict[str, build.Node] = {}
        for s in list(block):
            if type(s) is gast.Assign and len(s.targets) == 1:
                target = s.targets[0]
                kind = type(target)
                if kind is gast.Name:
                    if target.id in self.ours and self.uses[target.id] == 2:
                        made[target.id] = s
                elif kind is gast.Subscript and type(s.value) is gast.Name and s.value.id in made:
                    block = self.raised(block, made[s.value.id], s)
        return block

    def raised(self, block: list[build.Node], made: build.Node, store: build.Node) -> list[build.Node]:
        start, end = (next(i for i, s in enumerate(block) if s is one) for one in (made, store))
        place, effect = store.targets[0], self.effects.of(store)
        between = block[start + 1 : end]
        if not between or len(between) > FARTHEST or not self.effects.of(place).pure or effect.world:
            return block
        for s in between:
            other = self.effects.of(s)
            if other.jumps or other.world or not other.pure or other.binds & (names.reads(place) | {store.value.id}):
                return block
            if effect.changes & (other.content | other.changes) or effect.content & other.changes:
                return block
        return [*block[: start + 1], store, *between, *block[end + 1 :]]

    # two statements that follow one another --------------------------------------------------------------------------------------

    def merged(self, first: build.Node, s: build.Node, rest: list[build.Node] | None) -> build.Node | None:
        """One statement in the place of `first` and of `s`, an addition; `rest` are the statements up to the end, where these are known."""
        root = names.root(s.target)
        if root not in self.ours or not self.effects.of(s.value).pure:
            return None
        if isinstance(first, gast.AugAssign) and type(first.op) is type(s.op) and build.same(first.target, s.target):
            same = build.same(first.value, s.value) and self.is_number(s.value)
            return build.augment(s.target, s.op, build.doubled(s.value)) if same and self.is_apart(s) else None
        if not isinstance(first, gast.Assign) or len(first.targets) != 1 or not build.same(first.targets[0], s.target):
            return None
        if (
            _is_zeros(first.value)
            or not isinstance(s.target, gast.Name)
            or root in self.effects.of(s.value).reads
            or not self.fits(first, s)
        ):
            return None
        if not self.is_own(root, first.value, rest):
            return None
        if build.same(first.value, s.value) and isinstance(s.op, gast.Add) and self.is_number(s.value):
            return build.assign(s.target, build.doubled(s.value))
        return build.assign(s.target, gast.BinOp(first.value, s.op, s.value))

    def is_number(self, value: build.Node) -> bool:
        """Whether a value surely is a number or an array, which may be multiplied."""
        if isinstance(value, gast.Name):
            return self.effects.facts.floating(value.id)
        if isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Mult, gast.Div)):
            return self.is_number(value.left) or self.is_number(value.right)
        if isinstance(value, gast.UnaryOp):
            return self.is_number(value.operand)
        if isinstance(value, gast.Subscript):
            return isinstance(value.value, gast.Name) and self.effects.facts.floating(value.value.id)
        return isinstance(value, gast.Constant) and isinstance(value.value, float)

    def is_apart(self, s: build.Node) -> bool:
        """Whether what is added is the same after a first addition."""
        return self.group(s.target) not in self.effects.of(s.value).content and not (
            isinstance(s.target, gast.Name) and s.target.id in self.effects.of(s.value).reads
        )

    def fits(self, first: build.Node, s: build.Node) -> bool:
        sizes = self.effects.facts.notes
        both = width_in(first, sizes) + sizes.width(s.value, width_of)
        return both <= WIDTH and max(depth_of(first.value), depth_of(s.value)) < DEPTH

    def is_own(self, name: str, value: build.Node, rest: list[build.Node] | None) -> bool:
        """Whether nobody else sees what is added to the value in place: it is new, a number, or nothing of its group is read any more."""
        effects = self.effects
        arithmetic = isinstance(value, (gast.BinOp, gast.UnaryOp)) and self.is_number(value)
        if name in effects.scalars or arithmetic or not effects.aliases(value):
            return True
        if rest is None or effects.group(name) == OUTSIDE:
            return False
        group = effects.group(name)
        return not any(effects.group(n) == group and n != name for s in rest for n in effects.of(s).reads)

    def group(self, target: build.Node) -> str:
        return self.effects.group(names.root(target))

    # places that are cleared and added to ----------------------------------------------------------------------------------------

    def bind_cleared(self, block: list[build.Node]) -> list[build.Node]:
        """`a[i] = 0.0` and a later `a[i] += v` become `a[i] = v`, where only additions to other places come between."""
        position = 0
        while position < len(block):
            if self.is_clearing(block[position]):
                block = self.with_addition(block, position)
            position += 1
        return block

    def is_clearing(self, s: build.Node) -> bool:
        if not _is_store(s):
            return False
        target = s.targets[0]
        zero = isinstance(s.value, gast.Constant) and isinstance(s.value.value, float) and s.value.value == 0.0
        return (
            zero
            and isinstance(target.value, gast.Name)
            and target.value.id in self.ours
            and self.effects.of(target).pure
        )

    def with_addition(self, block: list[build.Node], start: int) -> list[build.Node]:
        target = block[start].targets[0]
        group, fixed = self.group(target), names.reads(target) | {target.value.id}
        inside = self.effects.of(target.slice).content
        touched: int | None = None
        bound: set[str] = set()  # what changes between the first other addition and the one looked at
        changed: set[str] = set()
        for position in range(start + 1, min(start + FARTHEST, len(block))):
            s = block[position]
            effect = self.effects.of(s)
            if isinstance(s, gast.AugAssign) and isinstance(s.op, gast.Add) and build.same(s.target, target):
                value = self.effects.of(s.value)
                if group in value.content or not value.pure or value.reads & bound or value.content & changed:
                    return block
                store = build.at(build.assign(target, s.value), s)
                where = position if touched is None else touched
                rest = [*block[start + 1 : where], store, *block[where:position], *block[position + 1 :]]
                return block[:start] + rest
            if blocks_of(s) or effect.jumps or effect.world or effect.binds & fixed or effect.changes & inside:
                return block
            if self.adds_to(s, target.value.id, group):
                touched = position if touched is None else touched
            elif group in effect.content or group in effect.changes:
                return block
            if touched is not None:
                bound |= effect.binds
                changed |= effect.changes - {group}
        return block

    def adds_to(self, s: build.Node, name: str, group: str) -> bool:
        """Whether a statement adds to places of an array and does nothing else with it: such statements may change places."""
        if (
            isinstance(s, gast.AugAssign)
            and isinstance(s.op, (gast.Add, gast.Sub))
            and isinstance(s.target, gast.Subscript)
        ):
            parts, owner = [s.value, s.target.slice], s.target.value
        elif isinstance(s, gast.Expr) and isinstance(s.value, gast.Call) and dotted(s.value.func) == "rt.scatter_add":
            owner, *parts = s.value.args
        else:
            return False
        if not isinstance(owner, gast.Name) or owner.id != name:
            return False
        return not any(group in self.effects.of(p).content for p in parts) and all(
            self.effects.of(p).pure for p in parts
        )


def _is_store(s: build.Node) -> bool:
    """a[i] = v"""
    return type(s) is gast.Assign and len(s.targets) == 1 and type(s.targets[0]) is gast.Subscript


def _is_zeros(value: build.Node) -> bool:
    """Whether a value is made to be added to."""
    return isinstance(value, gast.Call) and dotted(value.func).endswith(("zeros_like", "slots_like", ".copy"))
