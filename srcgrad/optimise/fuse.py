"""Loops whose trips are independent but for what they add up: each trip runs forwards and, at once, backwards, and no tape grows.

Comes in and goes out: the statements of a program. The reverse of a loop goes through its trips from the last to the first. If its trips
only add to adjoints (in whatever order), and take nothing from the forward loop but what the same trip has saved, then the reverse of a trip may
as well follow the trip itself: the tapes then hold one trip, whatever the number of trips. (What Tapenade calls an II-loop: L. Hascoet,
S. Fidanova, C. Held, Adjoining independent computations, 2001.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import gast

from ..core import build, names
from .effects import Effects, blocks_of, effects_of, shallow
from .facts import Facts
from .groups import OUTSIDE
from .notes import Note, Notes, dotted, statements

FARTHEST = 60  # statements between a loop and its reverse


def fuse(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Put a loop and its reverse together.

    >>> from srcgrad.optimise.showing import show
    >>> show(fuse, '''
    ... y_saved = []
    ... for i in range(len(x)):
    ...     y = np.tanh(x[i] * w)
    ...     y_saved.append(y)
    ... w_bar = 0.0
    ... for i in reversed(range(len(x))):
    ...     y = y_saved.pop()
    ...     w_bar += (1 - y * y) * x[i]
    ... return w_bar
    ... ''', tapes="y_saved", temporaries="y_saved w_bar", parameters="x w", array=lambda n: n == "x" or None if n != "w_bar" else False)
    y_saved = []
    w_bar = 0.0
    for i in range(len(x)):
        y = np.tanh(x[i] * w)
        w_bar += (1 - y * y) * x[i]
    return w_bar
    """
    if not any(_may_pair(block, facts.notes) for block in _blocks(body)):
        return body
    return _Fusing(effects_of(body, facts), facts.notes.program(body)).block(body)


def _reversed(s: build.Node) -> build.Node | None:
    """What a loop goes through backwards."""
    if isinstance(s, gast.For) and isinstance(s.target, gast.Name) and not s.orelse and isinstance(s.iter, gast.Call):
        if dotted(s.iter.func) == "reversed" and len(s.iter.args) == 1:
            return s.iter.args[0]
    return None


def _blocks(body: list[build.Node]) -> Iterator[list[build.Node]]:
    """A block and those inside of its branches and loops."""
    yield body
    for s in body:
        for inner in blocks_of(s):
            yield from _blocks(inner)


def _may_pair(block: list[build.Node], notes: Notes) -> bool:
    """Whether there is a loop and its reverse, and nothing between them that the names alone forbid."""
    for position, second in enumerate(block):
        items = _reversed(second)
        if items is None:
            continue
        for start in range(position - 1, max(position - FARTHEST, -1), -1):
            first = block[start]
            if type(first) is gast.For and type(first.target) is gast.Name and build.same(first.iter, items):
                if _names_agree(notes.of(first), [notes.of(s) for s in block[start + 1 : position]]):
                    return True
                break
    return False


def _names_agree(loop: Note, between: list[Note]) -> bool:
    """Whether what stands behind a loop neither reads nor binds names that the loop binds, nor binds those that it reads."""
    for note in between:
        if note.plain and loop.plain and not (loop.bound.isdisjoint(note.loads) and note.bound.isdisjoint(loop.loaded)):
            return False
    return True


class _Fusing:
    def __init__(self, effects: Effects, note: Note):
        self.effects = effects
        self.tapes = effects.facts.tapes
        self.loads = note.load_counts

    def block(self, block: list[build.Node]) -> list[build.Node]:
        """The block with all pairs of loops put together; those inside of a pair come to stand side by side, and are left for the next time."""
        position = 0
        while position < len(block):
            s = block[position]
            items = _reversed(s)
            found = self.pair(block, position, items) if items is not None else None
            if found is not None:
                block = found
                continue  # what stands at this position now came after the pair
            inner = blocks_of(s)
            if inner:
                body, orelse = map(self.block, inner)
                if body is not s.body or orelse is not s.orelse:
                    fresh = shallow(s)
                    fresh.body, fresh.orelse = body, orelse
                    block = [*block[:position], fresh, *block[position + 1 :]]
            position += 1
        return block

    def pair(self, block: list[build.Node], position: int, items: build.Node) -> list[build.Node] | None:
        second = block[position]
        for start in range(position - 1, max(position - FARTHEST, -1), -1):
            first = block[start]
            if isinstance(first, gast.For) and isinstance(first.target, gast.Name) and build.same(first.iter, items):
                between = block[start + 1 : position]
                if first.orelse or not _Independence(self, first, second, between).holds():
                    return None
                loop = shallow(first)
                loop.body = self.without_tapes([*first.body, *_renamed(second, first.target.id)])
                return [*block[:start], *between, loop, *block[position + 1 :]]
        return None

    # what was saved is at hand -------------------------------------------------------------------------------------------------------

    def without_tapes(self, body: list[build.Node]) -> list[build.Node]:
        """A value that a trip puts on a tape and takes from it again has a name in the place of the tape."""
        occurrences = Counter(n.id for s in body for n in build.walk(s) if isinstance(n, gast.Name))
        pushed: dict[str, int] = {}
        out: list[build.Node | None] = []
        for s in body:
            tape = _pushed(s)
            if tape in self.tapes and occurrences[tape] == 2 and self.loads[tape] == 2:
                pushed[tape] = len(out)
                out.append(build.at(build.assign(tape, s.value.args[0]), s))
            else:
                out.append(_with_values(s, set(pushed)))
        return self.spread([s for s in out if s is not None], set(pushed))

    def spread(self, body: list[build.Node], held: set[str]) -> list[build.Node]:
        """`saved = (a, b)` and `a, b = saved` at the end of one and the begin of the other half: nothing, where names are the same."""
        out: list[build.Node] = []
        for s in body:
            last = out[-1] if out else None
            name = s.value.id if isinstance(s, gast.Assign) and isinstance(s.value, gast.Name) else ""
            if name in held and isinstance(last, gast.Assign) and _is_name(last.targets[0], name):
                out.pop()
                out += _unpacked(s.targets[0], last.value, s)
            else:
                out.append(s)
        return out


def _is_name(node: build.Node, name: str) -> bool:
    return isinstance(node, gast.Name) and node.id == name


def _unpacked(target: build.Node, value: build.Node, s: build.Node) -> list[build.Node]:
    """target = value, item by item where that means the same."""
    if isinstance(target, gast.Name) and _is_name(value, target.id):
        return []
    if not isinstance(target, gast.Tuple) or not isinstance(value, gast.Tuple) or len(target.elts) != len(value.elts):
        return [build.at(gast.Assign([target], value, None), s)]
    pairs = [(t, v) for t, v in zip(target.elts, value.elts, strict=True) if not (_is_name(v, t.id))]
    for i, (t, _) in enumerate(pairs):
        if any(t.id in names.reads(v) for _, v in pairs[i + 1 :]):
            return [build.at(gast.Assign([target], value, None), s)]
    return [build.at(gast.Assign([t], v, None), s) for t, v in pairs]


def _pushed(s: build.Node) -> str:
    """The tape of `tape.append(value)`."""
    value = s.value if isinstance(s, gast.Expr) else None
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "append":
        return value.func.value.id if isinstance(value.func.value, gast.Name) and len(value.args) == 1 else ""
    return ""


def _popped(call: build.Node) -> str:
    """The tape of `tape.pop()`."""
    if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and call.func.attr == "pop":
        return call.func.value.id if isinstance(call.func.value, gast.Name) and not call.args else ""
    return ""


def _with_values(s: build.Node, held: set[str]) -> build.Node:
    """The statement with the value itself in the place of `tape.pop()`."""
    if not held or blocks_of(s) or not any(_popped(n) in held for n in build.walk(s)):
        return s
    return build.rewrite(s, lambda n: build.name(_popped(n)) if _popped(n) in held else None)


def _renamed(loop: build.Node, name: str) -> list[build.Node]:
    """The body of a loop with another name for its variable."""
    own = loop.target.id
    if own == name:
        return list(loop.body)
    return [build.rewrite(s, lambda n: build.name(name) if _is_name(n, own) else None) for s in loop.body]


class _Independence:
    """Whether the reverse loop may run trip by trip together with the loop: `between` is what stands between the two."""

    def __init__(self, fusing: _Fusing, first: build.Node, second: build.Node, between: list[build.Node]):
        self.effects, self.tapes, self.loads = fusing.effects, fusing.tapes, fusing.loads
        self.first, self.second, self.between = first, second, between
        self.tape_groups = {self.effects.group(t) for t in self.tapes}

    def holds(self) -> bool:
        one, other = self.effects.of(self.first), self.effects.of(self.second)
        if one.jumps or other.jumps or other.world or not self.variables_agree():
            return False
        items = self.effects.of(self.first.iter)
        middle = self.effects.of_all(self.between)
        if not items.pure or items.reads & (one.binds | other.binds | middle.binds):
            return False
        changed = {group for effect in (one, other, middle) for group in effect.changes}
        if items.content & changed:
            return False
        return self.may_go_before(middle) and self.are_apart(one, other) and self.in_any_order()

    def variables_agree(self) -> bool:
        """Whether both loops may have one variable, which nobody else reads."""
        mine, own = self.first.target.id, self.second.target.id
        inside = Counter(
            n.id for s in (self.first, self.second) for n in build.walk(s) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)
        )  # fmt: skip
        rebound = {n for s in [*self.first.body, *self.second.body] for n in self.effects.of(s).binds}
        if mine != own and any(_is_name(n, mine) for s in self.second.body for n in build.walk(s)):
            return False
        return not {mine, own} & rebound and all(self.loads[n] == inside[n] for n in (mine, own))

    def may_go_before(self, middle) -> bool:
        """Whether what stands between the loops may stand before both."""
        one = self.effects.of(self.first)
        if not middle.pure or middle.jumps or middle.world:
            return False
        if middle.binds & (one.reads | one.binds) or middle.reads & one.binds:
            return False
        return not (middle.changes & (one.content | one.changes) or middle.content & one.changes)

    def are_apart(self, one, other) -> bool:
        """Whether a trip of the loop and the reverse of another trip have nothing to do with each other, but for the tapes."""
        taken, _ = exposed(self.first.body, self.effects)
        needed, _ = exposed(self.second.body, self.effects)
        bound = one.binds - {self.first.target.id}
        if (other.binds - {self.second.target.id}) & taken or needed & bound:
            return False
        if self.tape_groups & {OUTSIDE}:
            return False
        changes_there, changes_here = other.changes - self.tape_groups, one.changes - self.tape_groups
        return not (changes_there & (one.content | one.changes) or changes_here & other.content)

    def in_any_order(self) -> bool:
        """Whether the reverse trips only add up, so that they may be run in any order."""
        body = self.second.body
        sums = self.sums(body)
        needed, _ = exposed(body, self.effects)
        private = self.effects.of(self.second).binds - sums - {self.second.target.id}
        if needed & private:
            return False
        inside = Counter(
            n.id for s in (self.first, self.second) for n in build.walk(s) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)
        )  # fmt: skip
        if any(self.loads[n] != inside[n] for n in private):
            return False
        members: dict[str, set[str]] = {}
        for name in self.effects.loaded:
            members.setdefault(self.effects.group(name), set()).add(name)
        self.shared = {
            g
            for g in self.effects.of(self.second).changes - self.tape_groups
            if not members.get(g, {OUTSIDE}) <= private
        }
        return all(self.only_adds(s) for s in body)

    def sums(self, body: list[build.Node]) -> set[str]:
        """Names that the reverse trips add to and do not look at otherwise."""
        added: Counter[str] = Counter()
        places: set[int] = set()  # names at the root of places that are added to
        bound: Counter[str] = Counter()
        for s in statements(body):
            if (
                isinstance(s, gast.AugAssign)
                and isinstance(s.target, gast.Name)
                and isinstance(s.op, (gast.Add, gast.Sub))
            ):
                added[s.target.id] += 1
            owner = _added_to(s)
            if owner is not None:
                places.add(id(owner))
            for node in (
                [s.target]
                if isinstance(s, (gast.For, gast.AugAssign))
                else s.targets
                if isinstance(s, gast.Assign)
                else ()
            ):
                for name in names.writes(node):
                    bound[name] += 1
        loaded = (n for s in body for n in build.walk(s) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
        read = {n.id for n in loaded if id(n) not in places}
        return {n for n, count in added.items() if bound[n] == count and n not in read}

    def is_quiet(self, part: build.Node) -> bool:
        """Whether a part does nothing but take values from tapes."""
        if self.effects.of(part).pure:
            return True
        calls = [n for n in build.walk(part) if isinstance(n, gast.Call) and not self.effects.pure(n)]
        alone = not self.effects.of(part).jumps and not self.effects.of(part).world
        return alone and bool(calls) and all(_popped(n) in self.tapes for n in calls)

    def only_adds(self, s: build.Node) -> bool:
        """Whether a statement does no more to what other trips see than add to it."""
        effect = self.effects.of(s)
        if blocks_of(s):
            head = self.effects.of(s.iter if isinstance(s, gast.For) else s.test)
            return head.pure and not head.content & self.shared and all(map(self.only_adds, [*s.body, *s.orelse]))
        if isinstance(s, gast.AugAssign) and isinstance(s.op, (gast.Add, gast.Sub)):
            parts, owner = [s.value, *([s.target.slice] if isinstance(s.target, gast.Subscript) else [])], s.target
        elif isinstance(s, gast.Expr) and isinstance(s.value, gast.Call) and dotted(s.value.func) == "rt.scatter_add":
            owner, *parts = s.value.args
        else:
            return self.is_quiet(s) and not (effect.content | effect.changes) & self.shared
        if isinstance(owner, gast.Subscript):
            owner = owner.value
        if not isinstance(owner, gast.Name):
            return self.is_quiet(s) and not (effect.content | effect.changes) & self.shared
        return all(self.is_quiet(p) and not self.effects.of(p).content & self.shared for p in parts)


def _added_to(s: build.Node) -> build.Node | None:
    """The name `a` of `a[i] += v` and of `rt.scatter_add(a, i, v)`."""
    owner = None
    if (
        isinstance(s, gast.AugAssign)
        and isinstance(s.op, (gast.Add, gast.Sub))
        and isinstance(s.target, gast.Subscript)
    ):
        owner = s.target.value
    elif isinstance(s, gast.Expr) and isinstance(s.value, gast.Call) and dotted(s.value.func) == "rt.scatter_add":
        owner = s.value.args[0]
    return owner if isinstance(owner, gast.Name) else None


def exposed(body: list[build.Node], effects: Effects) -> tuple[set[str], set[str]]:
    """(names that are read before they are surely bound here, names that are surely bound afterwards); tapes do not count."""
    found: set[str] = set()
    bound: set[str] = set()
    for s in body:
        if isinstance(s, gast.If):
            found |= effects.of(s.test).reads - bound
            (one, sure), (other, certain) = exposed(s.body, effects), exposed(s.orelse, effects)
            found |= (one | other) - bound
            bound |= sure & certain
        elif isinstance(s, (gast.For, gast.While)):
            found |= effects.of(s.iter if isinstance(s, gast.For) else s.test).reads - bound
            inner = bound | (effects.of(s.target).binds if isinstance(s, gast.For) else set())
            found |= exposed([*s.body, *s.orelse], effects)[0] - inner
        else:
            found |= effects.of(s).reads - bound
            bound |= effects.of(s).binds
    return found - effects.facts.tapes, bound
