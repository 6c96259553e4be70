"""From effects to statements: the first contribution to an adjoint binds it, later ones add, and what is zero is not written.

The reverse sweep is walked in its own order with the state of each adjoint: absent (zero, no name bound yet) or present. Where
paths meet with different states, and before a loop that adds to an adjoint, the zero is written out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import gast

from ..analyses.facts import Facts
from ..analyses.kinds import DOUBLE, Kind
from ..core import build, names
from ..normalise.stores import is_plain
from . import slots
from .reverse import Add, Clear, Effect, Need, Own, Replace, Reverse, Run, Step


@dataclass
class Swept:
    """The reverse sweep: the statements for each forward statement, and those that come before the reverse of a loop or branch."""

    own: dict[int, list[build.Node]] = field(default_factory=dict)
    before: dict[int, list[build.Node]] = field(default_factory=dict)
    inside: dict[int, list[build.Node]] = field(
        default_factory=dict
    )  # (id of statements) -> at the end of their reverse


@dataclass
class State:
    """Which adjoints are present, and which of those own their memory so that they may be changed in place."""

    present: set[str]
    owned: set[str]

    def copy(self) -> State:
        return State(set(self.present), set(self.owned))


class Accumulate:
    def __init__(self, reverse: Reverse, facts: Facts):
        self.reverse = reverse
        self.facts = facts
        self.swept = Swept()
        self.slots = slots.find(reverse)
        self.filled: dict[str, set[int]] = {}  # slots that surely get a value with memory of its own
        self.moved: set[str] = set()
        self.writing = True  # whether the statements at hand are wanted, and not only the state after them
        self.copied: set[str] = set()  # adjoints that had to be copied because their memory was not their own

    def begin(self, results: set[str]) -> State:
        """The state at the end of the program: there are the adjoints of its results, and those that the forward sweep has made."""
        made = self.facts.mirrored.names
        return State(results | made, set(made))

    def block(self, statements: list[build.Node], state: State, write: bool) -> None:
        for node in reversed(statements):
            if isinstance(node, gast.If):
                self.branch(node, state, write)
            elif isinstance(node, (gast.For, gast.While)):
                self.loop(node, state, write)
            else:
                self.writing = write
                written = self.simple(self.reverse.effects.get(id(node)), state, node)
                if write:
                    self.swept.own[id(node)] = written

    def simple(self, effect: Effect | None, state: State, node: build.Node) -> list[build.Node]:
        if effect is None:
            return []
        out: list[build.Node] = []
        steps = effect.steps if effect.reads & state.present else []
        self.moved = self.moves(steps, effect.always)
        for step in [*steps, *effect.always]:
            self.step(step, state, out)
        for statement in out if self.writing else ():
            build.at(statement, node)
            if hasattr(node, "filename"):
                statement.filename = node.filename
        return out

    def moves(self, steps: list, always: list) -> set[str]:
        """Variables whose adjoint goes over to another name as a whole, and is not looked at again: its memory goes with it."""
        whole = {
            s.value.id
            for s in steps
            if isinstance(s, Add) and type(s.value) is gast.Name and (s.place is None or s.var in self.slots.bound)
        }
        moved = [s.var for s in always if isinstance(s, Clear) and self.bar(s.var) in whole] if whole else []
        if not moved:
            return set()
        uses: dict[str, int] = {}
        for step in steps:
            value = step.value if isinstance(step, (Add, Replace)) else getattr(step, "statement", None)
            for name in self.facts.names.reads(value) if value is not None else ():
                uses[name] = uses.get(name, 0) + 1
        return {v for v in moved if uses[self.bar(v)] == 1}

    def step(self, step: Step, state: State, out: list[build.Node]) -> None:
        if isinstance(step, Add):
            if step.place is not None:
                self.add_at(step, state, out)
            else:
                self.add(step, state, out)
        elif isinstance(step, (Clear, Own)) and step.var in self.facts.mirrored.names:
            return  # it has been made in the forward sweep
        elif isinstance(step, Clear):
            state.present.discard(step.var)
            state.owned.discard(step.var)
        elif isinstance(step, Run):
            out.append(build.copy(step.statement))
        elif isinstance(step, Own):
            self.make_own(step.var, state, out)
        elif isinstance(step, Need):
            if step.var not in state.present:
                out.append(self.zero(step.var, state))
        else:
            self.lend(step.value, state)
            out.append(build.assign(self.bar(step.var), step.value))
            state.present.add(step.var)
            self.own(step.var, step.value, state)

    def add(self, step: Add, state: State, out: list[build.Node]) -> None:
        bar = self.bar(step.var)
        value = step.value
        kind = self.facts.kind(step.var)
        if step.var not in state.present:
            moved = self.has_moved(value, state)
            if not kind.is_scalar and not moved:  # a number shares nothing
                self.lend(value, state)
            out.append(build.assign(bar, value))
            state.present.add(step.var)
            self.own(step.var, value, state)
            if moved:
                state.owned.add(step.var)
        elif kind.is_scalar or (kind.is_array and step.var in state.owned):
            out.append(_augmented(bar, value))
        elif kind.is_array:
            out.append(build.assign(bar, gast.BinOp(build.name(bar), gast.Add(), value)))
            state.owned.add(step.var)
        else:
            out.append(build.assign(bar, build.call("rt.add", build.name(bar), value)))
            state.owned.discard(step.var)

    def has_moved(self, value: build.Node, state: State) -> bool:
        """Whether a value is an adjoint with memory of its own, of which nobody else will read."""
        return isinstance(value, gast.Name) and any(self.bar(v) == value.id and v in state.owned for v in self.moved)

    def make_own(self, var: str, state: State, out: list[build.Node]) -> None:
        if var not in state.present:
            out.append(self.zero(var, state))
        elif var not in state.owned:
            out.append(build.assign(self.bar(var), build.call("rt.copy", build.name(self.bar(var)))))
            state.owned.add(var)
            self.copied.add(var)

    def add_at(self, step: Add, state: State, out: list[build.Node]) -> None:
        assert step.place is not None
        self.make_own(step.var, state, out)
        kind = self.facts.kind(step.var)
        if isinstance(step.place.value, gast.Subscript) and kind.tag == "list":  # an item of a list in a list
            kind = self.reverse.rules.kind(step.place.value)
        value = build.copy(step.value)
        owner, index = self.reverse.place_bar(step.place.value), step.place.slice
        if step.var in self.slots.bound:
            own = is_fresh(value) or self.has_moved(value, state) or self.reverse.kind_of(step.place)[0].is_scalar
            if not own:
                self.lend(value, state)
            if own and id(step) in self.slots.positions:
                self.filled.setdefault(step.var, set()).add(self.slots.positions[id(step)])
            out.append(build.assign(build.subscript(owner, build.copy(index), store=True), value))
            return
        adding = kind.is_array or kind.tag == "list" and self.adds(kind) and not _is_span(step.place)
        once = is_plain(index, self.reverse.rules.kind) or kind.is_array and not self.reverse.meets_twice(index)
        if once and adding:
            out.append(_augmented(build.subscript(owner, build.copy(index), store=True), value))
        else:
            out.append(build.expression(build.call("rt.scatter_add", owner, build.as_argument(index), value)))

    def adds(self, kind) -> bool:
        """Whether `+=` on an item of the list is an addition of numbers or arrays of its own."""
        return kind.item is not None and kind.item.may_be_active and kind.item.tag in ("float", "array")

    # ---- zeros ------------------------------------------------------------------------------------------------------------------

    def zero(self, var: str, state: State) -> build.Node:
        """The statement that binds an adjoint to zero."""
        state.present.add(var)
        state.owned.add(var)
        kind = self.facts.kind(var)
        if var in self.slots.bound:
            value = blank(var, kind)
        elif kind.tag == "float" and (kind.dtype in DOUBLE or not kind.dtype):
            value = build.constant(0.0)
        elif kind.tag in ("tuple", "unknown"):
            value = build.call("rt.slots_like", build.name(var))
        else:
            value = build.call("rt.zeros_like", build.name(var))
        return build.assign(self.bar(var), value)

    def cleared(self, var: str, state: State) -> build.Node:
        """The statement that sets an adjoint which is at hand back to zero."""
        statement = self.zero(var, state)
        kind = self.facts.kind(var)
        # the value that the name had before may have had another shape
        known = kind.is_array and kind.ones is not None and all(
            one is True or dim is not None for one, dim in zip(kind.ones, kind.dims or (None,) * len(kind.ones), strict=True)
        )  # fmt: skip
        if isinstance(statement.value, gast.Call) and known:
            statement.value = build.call("rt.zeros_like", build.name(self.bar(var)))
        return statement

    def bar(self, var: str) -> str:
        return self.reverse.bars(var)

    def own(self, var: str, value: build.Node, state: State) -> None:
        taken = popped(value)
        if is_fresh(value) or taken and any(self.reverse.bars.of.get(v) == taken for v in state.owned):
            state.owned.add(var)
        else:
            state.owned.discard(var)

    def lend(self, value: build.Node, state: State) -> None:
        """An adjoint that another name now shares (wholly or as a view) must not be changed in place any more."""
        read = self.shared(value)
        state.owned -= {v for v in state.owned - self.facts.mirrored.names if self.reverse.bars.of.get(v) in read}

    def shared(self, value: build.Node) -> set[str]:
        """The names whose memory the value of an expression may share."""
        if isinstance(value, gast.Name):
            return {value.id}
        if is_fresh(value) or popped(value):  # the list has the item no longer
            return set()
        if isinstance(value, gast.Subscript) and self.reverse.copies(value.slice):
            return set()
        if isinstance(value, gast.Subscript):
            owners = self.reverse.bars.owners
            primal = build.rewrite(
                value, lambda n: build.name(owners[n.id]) if isinstance(n, gast.Name) and n.id in owners else None
            )
            return set() if self.reverse.rules.kind(primal).is_scalar else self.shared(value.value)
        if (
            isinstance(value, gast.Call)
            and isinstance(value.func, gast.Attribute)
            and value.func.attr in HANDED_ON
            and value.args
        ):
            return self.shared(value.args[0])
        return names.reads(value)

    # ---- control flow -----------------------------------------------------------------------------------------------------------

    def branch(self, node: build.Node, state: State, write: bool) -> None:
        entry = set(state.present)
        written: list[build.Node] = []
        while True:
            one, other = state.copy(), state.copy()
            self.block(node.body, one, False)
            self.block(node.orelse, other, False)
            # a zero that only one path lacks is written before the branch, unless it was there and has been cleared; an adjoint
            # that is there from now on may make a path add to further ones
            early = sorted((one.present ^ other.present) - entry - state.present)
            if not early:
                break
            written += [self.zero(var, state) for var in early]
        if write:
            one, other = state.copy(), state.copy()
            self.block(node.body, one, True)
            self.block(node.orelse, other, True)
        late: list[tuple[list[build.Node], build.Node]] = []
        for var in sorted(one.present ^ other.present):
            lacking, statements = (other, node.orelse) if var in one.present else (one, node.body)
            late.append((statements, self.cleared(var, lacking)))
        if write:
            self.swept.before[id(node)] = [build.at(s, node) for s in written]
            for statements, zero in late:
                self.swept.inside.setdefault(id(statements), []).append(build.at(zero, node))
        state.present = one.present | other.present
        state.owned = one.owned & other.owned

    def loop(self, node: build.Node, state: State, write: bool) -> None:
        written = []
        for attempt in itertools.count():
            after = state.copy()
            before, self.copied = self.copied, set()
            self.block(node.body, after, False)
            missing = sorted(after.present - state.present)
            lent = state.owned - after.owned
            early = self.kept_own(node.body, self.copied & state.present - state.owned, state)
            if attempt > 3:  # what one attempt makes its own and the next one lends is left alone
                early = []
            self.copied = before
            if not missing and not lent and not early:
                break
            for var in missing:
                written.append(self.zero(var, state))
            for var in early:  # one copy before the loop in the place of one in each trip
                self.make_own(var, state, written)
            state.owned -= lent
        body = state.copy()
        self.block(node.body, body, write)
        # what a trip clears and does not set again would be absent in the next one: it must read as zero there
        gone = sorted(v for v in state.present - body.present)
        if write:
            self.swept.before[id(node)] = [build.at(s, node) for s in written]
        for var in gone:
            zero = self.cleared(var, body)
            if write:
                self.swept.inside.setdefault(id(node.body), []).append(build.at(zero, node))
        state.owned &= body.owned

    def kept_own(self, body: list[build.Node], wanted: set[str], state: State) -> list[str]:
        """Those of the adjoints that still own their memory after a trip if they do before it."""
        if not wanted:
            return []
        trial = state.copy()
        trial.owned |= wanted
        self.block(body, trial, False)
        return sorted(wanted & trial.owned)


def popped(value: build.Node) -> str:
    """The list from which `bar.pop()` takes the last item."""
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "pop":
        return value.func.value.id if isinstance(value.func.value, gast.Name) and not value.args else ""
    return ""


def blank(var: str, kind: Kind) -> build.Node:
    """A container for the adjoint of `var` whose slots are all empty."""
    if kind.tag == "dict":
        return gast.Dict([], [])
    empty = gast.List([build.constant(None)], build.LOAD)
    return gast.BinOp(empty, gast.Mult(), build.call("len", build.name(var)))


FRESH_CALLS = frozenset(
    "zeros_like ones_like sum exp sin cos matmul dot where copy outer tanh sqrt log sign index_adjoint list last_written tril triu full "
    "concatenate stack array listed_adjoint".split()
)


HANDED_ON = frozenset(
    {"unbroadcast", "expand", "broadcast_to", "expand_dims", "reshape", "transpose", "squeeze", "moveaxis", "swapaxes"}
)


def is_fresh(value: build.Node) -> bool:
    """Whether an expression surely makes an array (or number) that nothing else refers to."""
    if isinstance(value, gast.BinOp):
        return True
    if isinstance(value, gast.UnaryOp):
        return True
    if isinstance(value, gast.Constant):
        return True
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute):
        return value.func.attr in FRESH_CALLS
    return isinstance(value, gast.Call) and isinstance(value.func, gast.Name) and value.func.id == "list"


def _is_span(place: build.Node) -> bool:
    """Whether a place is a part of a list, where `+=` would join lists."""
    return isinstance(place.value, gast.Name) and isinstance(place.slice, gast.Slice)


def _augmented(target: build.Node | str, value: build.Node) -> build.Node:
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return build.augment(target, build.SUB, value.operand)
    return build.augment(target, build.ADD, value)
