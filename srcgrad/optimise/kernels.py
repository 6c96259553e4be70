"""Runs of elementwise operations of a program for a device, each as one function that becomes one kernel.

Comes in: the statements of a program. Goes out: the statements, where elementwise operations and reductions that can be computed together
have moved into kernels, and the kernels. What else stands in such an operation (`x @ w` in `x @ w + b`) is computed before and handed over.
A statement moves past others only where neither can tell; nothing that changes an array in place moves into a kernel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast

from ..core import build as b
from ..core import names
from .effects import Effect, Effects, blocks_of, effects_of, forget_effects, shallow
from .facts import Facts
from .kernel_parts import is_literal, operands, parts_of, told_of
from .notes import dotted
from .showing import text

FEWEST = 2  # operations of a kernel
Fresh = Callable[[str], str]


def form_kernels(
    body: list[b.Node], facts: Facts, fresh: Fresh, name_of_kernel: Callable[[], str]
) -> tuple[list[b.Node], list[b.Node]]:
    """Move elementwise operations into kernels: the statements that are left, and the functions of the kernels.

    >>> from srcgrad.optimise.showing import program, text
    >>> body, kernels = form_kernels(program('''
    ... p = np.tanh(x @ w + b)
    ... p_bar = p_bar * (1 - p * p)
    ... w_bar = x.T @ (2.0 * p_bar)
    ... return w_bar, np.sum(p_bar, axis=0)
    ... '''), Facts(parameters=frozenset("x w b p_bar".split())), names.Fresh([]), lambda: "loss_kernel")
    >>> print(text([*kernels, *body]))
    @rt.kernel
    def loss_kernel(product, b, p_bar):
        p = np.tanh(product + b)
        p_bar = p_bar * (1 - p * p)
        t = 2.0 * p_bar
        t_2 = np.sum(p_bar, axis=0)
        return (t, t_2)
    t, t_2 = loss_kernel(x @ w, b, p_bar)
    w_bar = x.T @ t
    return (w_bar, t_2)
    """
    work = _Forming(body, facts, fresh, name_of_kernel)
    try:
        return work.block(body, set(facts.parameters)), work.kernels
    finally:
        forget_effects(facts)


def knowing(facts: Facts, functions: list[b.Node]) -> Facts:
    """The facts of a program that calls kernels, which are among these functions: they are pure, and their results are new."""
    made = {f.name for f in functions if f.decorator_list}

    def calls_kernel(call: b.Node) -> bool:
        return isinstance(call.func, gast.Name) and call.func.id in made

    if not made:
        return facts
    return replace(
        facts,
        pure=lambda call: calls_kernel(call) or facts.pure(call),
        new=lambda call: calls_kernel(call) or facts.new(call),
    )


class Member:
    """A statement that a kernel can contain: its effect, its operations, and the names in what is computed before the kernel."""

    def __init__(self, statement: b.Node, effect: Effect, count: int, outer: set[str]):
        self.statement, self.effect, self.count, self.outer = statement, effect, count, outer


class Region:
    """The members of a kernel to be, and its place: at the end of what is written so far, or before what came `after`."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.place: int | None = None  # its position in the block, once something after it depends on it
        self.effect = Effect()
        self.after = Effect()

    def add(self, member: Member) -> None:
        self.members.append(member)
        self.effect.add(member.effect)

    def admits(self, member: Member) -> bool:
        if member.outer & self.effect.binds:
            return False  # what is computed before the kernel cannot need what the kernel computes
        if self.place is None:
            return True
        later, own = self.after, member.effect
        clash = own.reads & later.binds or own.content & later.changes or own.binds & (later.reads | later.binds)
        return not (clash or later.world or later.jumps)

    def is_passed_by(self, effect: Effect) -> bool:
        """Whether the kernel may come after a statement that stands after its members."""
        own = self.effect
        clash = effect.reads & own.binds or effect.binds & (own.reads | own.binds) or effect.changes & own.content
        return not (clash or effect.world or effect.jumps)

    def commutes_with(self, member: Member) -> bool:
        own, other = self.effect, member.effect
        return not (other.reads & own.binds or other.binds & (own.reads | own.binds))


class _Forming:
    def __init__(self, body: list[b.Node], facts: Facts, fresh: Fresh, name_of_kernel: Callable[[], str]):
        self.facts, self.fresh, self.name_of_kernel = facts, fresh, name_of_kernel
        forget_effects(facts)
        self.effects: Effects = effects_of(body, facts)
        note = facts.notes.program(body)
        changed = [
            n.target.id for n in note.acting if isinstance(n, gast.AugAssign) and isinstance(n.target, gast.Name)
        ]
        self.loads = Counter([*note.loads, *changed])
        self.kept = facts.results | self.effects.captured | self.effects.outside
        self.lifted: dict[str, b.Node] = {}  # temporaries for parts of statements
        self.kernels: list[b.Node] = []
        self.loops = 0  # around the block that is being looked at
        self.numbers = self.numbers_of_host()

    # ---- blocks ----

    def block(self, block: list[b.Node], bound: set[str]) -> list[b.Node]:
        """A block with kernels; `bound` are the names that certainly have a value before it."""
        out: list[b.Node] = []
        regions: list[Region] = []
        for whole in block:
            for s in self.parted(whole):
                member = self.member(s, bound)
                if member is not None:
                    self.join(member, regions)
                else:
                    self.pass_by(s, regions, out, bound)
                bound |= _surely_bound(s)
        _settle(regions, len(out))
        made: list[b.Node] = []
        for place in range(len(out) + 1):
            for region in regions:
                if region.place == place:
                    made += self.finished(region)
            made += out[place : place + 1]
        return [self.whole(s) for s in made]

    def join(self, member: Member, regions: list[Region]) -> None:
        """Put a statement into the first kernel that may hold it, or into one of its own."""
        for position, region in enumerate(regions):
            later = regions[position + 1 :]
            if region.admits(member) and all(one.commutes_with(member) for one in later):
                region.add(member)
                return
        regions.append(Region())
        regions[-1].add(member)

    def pass_by(self, s: b.Node, regions: list[Region], out: list[b.Node], bound: set[str]) -> None:
        """Write down a statement that no kernel contains, after the kernels on which it depends."""
        effect = self.effects.of(s)
        for position, region in enumerate(regions):
            if region.place is None and not region.is_passed_by(effect):
                _settle(regions[: position + 1], len(out))
        for region in regions:
            if region.place is not None:
                region.after.add(effect)
        if blocks_of(s):
            inner = set(bound) | (names.writes(s.target) if isinstance(s, gast.For) else set())
            s = shallow(s)
            self.loops += not isinstance(s, gast.If)
            s.body, s.orelse = self.block(s.body, inner), self.block(s.orelse, set(bound))
            self.loops -= not isinstance(s, gast.If)
        out.append(s)

    # ---- statements ----

    def parted(self, s: b.Node) -> list[b.Node]:
        """A statement as several: elementwise operations that stand inside of something else become assignments before it."""
        value = getattr(s, "value", None)
        if (
            not isinstance(s, (gast.Assign, gast.AugAssign, gast.Return))
            or value is None
            or not self.is_harmless(value)
        ):
            return [s]
        before: list[b.Node] = []
        member = isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name) and self.parts(value) is not None
        opened = self.outer_opened(value, s, before) if member else self.opened(value, s, before, FEWEST - 1)
        if not before:
            return [s]
        fresh = shallow(s)
        fresh.value = opened
        return [*before, fresh]

    def opened(self, node: b.Node, s: b.Node, before: list[b.Node], fewest: int) -> b.Node:
        """An expression of a statement with temporaries for elementwise operations inside, which are assigned `before`.

        Those of one operation go back to where they were, if no kernel takes them; in what is handed to a kernel they would not come back
        to their place, so `fewest` is higher there.
        """
        if operands(node) is not None:
            found = self.parts(node)
            if found is None or found.count < fewest:
                return node
            value, name = self.outer_opened(node, s, before), self.fresh("t")
            if fewest < FEWEST:
                self.lifted[name] = value
            self.loads[name] += 1
            before.append(b.at(b.assign(name, value), s))
            return b.name(name)
        if isinstance(node, gast.BinOp):
            left = self.opened(node.left, s, before, fewest)
            return b.changed(node, left=left, right=self.opened(node.right, s, before, fewest))
        if isinstance(node, gast.Call):
            return b.changed(node, args=[self.opened(a, s, before, fewest) for a in node.args])
        if isinstance(node, gast.Tuple):
            return b.changed(node, elts=[self.opened(item, s, before, fewest) for item in node.elts])
        if isinstance(node, gast.Attribute):
            return b.changed(node, value=self.opened(node.value, s, before, fewest))
        return node

    def outer_opened(self, node: b.Node, s: b.Node, before: list[b.Node]) -> b.Node:
        """The operations of a kernel with temporaries in what is computed before it."""
        replaced = {id(one): self.opened(one, s, before, FEWEST) for one in parts_of(node).outer}
        if all(id(new) == old for old, new in replaced.items()):
            return node
        return b.rewrite(node, lambda n: replaced.get(id(n)))

    def whole(self, s: b.Node) -> b.Node:
        """A statement with the parts that did not come to stand in a kernel back in it."""
        if not self.lifted or blocks_of(s) or not self.facts.notes.reads(s) & self.lifted.keys():
            return s
        back = b.rewrite(
            s, lambda n: self.lifted.get(n.id) if isinstance(n, gast.Name) and n.id in self.lifted else None
        )
        return b.at(back, s)

    def member(self, s: b.Node, bound: set[str]) -> Member | None:
        """A statement as a member of a kernel, if it can be one."""
        if isinstance(s, gast.If):
            return self.branch(s, bound)
        if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
            return None
        found = self.parts(s.value)
        if found is None or s.targets[0].id in self.effects.captured:
            return None
        return Member(s, self.effects.of(s), found.count, {n for one in found.outer for n in names.reads(one)})

    def parts(self, value: b.Node) -> Any:
        """What a value is made of, if it is an operation on what may be an array."""
        if operands(value) is None:
            return None
        found = parts_of(value)
        if not found.count or not all(self.is_harmless(one) for one in found.outer):
            return None
        arrays = found.reduces or any(map(_may_be_array, found.outer))
        arrays = arrays or any(self.facts.array(n) is not False and n not in self.effects.scalars for n in found.inner)
        return found if arrays else None

    def is_harmless(self, node: b.Node) -> bool:
        effect = self.effects.of(node)
        return effect.pure and not effect.world and not effect.binds

    def branch(self, s: b.Node, bound: set[str]) -> Member | None:
        """`if` with nothing but elementwise operations of names inside, whose test does not need the device."""
        count = 0
        for one in (*s.body, *s.orelse):
            found = (
                self.parts(one.value)
                if isinstance(one, gast.Assign) and isinstance(one.targets[0], gast.Name)
                else None
            )
            if found is None or found.outer or len(one.targets) != 1 or not found.inner <= bound:
                return None
            count += found.count
        effect = self.effects.of(s)
        if not self.is_on_host(s.test) or not effect.binds <= bound or effect.binds & self.effects.captured:
            return None
        return Member(s, effect, count, names.reads(s.test))

    def is_on_host(self, node: b.Node) -> bool:
        """Whether an expression surely needs no value of the device."""
        if isinstance(node, gast.Name):
            return node.id in self.numbers
        if isinstance(node, gast.Call):
            plain = dotted(node.func) in ("len", "rt.element") and len(node.args) == 1 and self.is_harmless(node)
            return plain and (dotted(node.func) == "len" or self.is_on_host(node.args[0]))
        if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Compare, gast.BoolOp)):
            return all(map(self.is_on_host, b.children(node)))
        return isinstance(node, gast.Constant) or not _may_be_array(node) and self.is_harmless(node)

    def numbers_of_host(self) -> set[str]:
        """Names of counters, lengths and numbers that were given: on a device other numbers may be arrays."""
        found = {n for n in self.facts.parameters if self.facts.array(n) is False}
        rest = {n: values for n, values in self.effects.values.items() if n not in self.facts.parameters}
        self.numbers = found
        for _ in range(4):
            more = {n for n, values in rest.items() if all(v is not None and self.is_on_host(v) for v in values)}
            if more <= found:
                break
            found |= more
        return found

    # ---- kernels ----

    def finished(self, region: Region) -> list[b.Node]:
        """The call of a kernel, or the statements themselves where they are too few."""
        if sum(m.count for m in region.members) < FEWEST:
            return [m.statement for m in region.members if _target(m.statement) not in self.lifted]
        for m in region.members:
            self.lifted.pop(_target(m.statement), None)
        inside = Counter(n for m in region.members for n in self.facts.notes.of(m.statement).loads)
        bound = [n for m in region.members for n in _bound_in_order(m.statement)]
        made = _Kernel(region.members)
        handed = (
            {n for one in made.arguments for n in names.reads(one)} if self.loops else set()
        )  # to the next trip as well
        outputs = [n for n in dict.fromkeys(bound) if self.loads[n] > inside[n] or n in self.kept or n in handed]
        if not outputs:
            return []
        made.name = self.name_of_kernel()
        self.kernels.append(made.function(outputs))
        targets = [b.name(n, True) for n in outputs]
        call = b.call(made.name, *made.arguments)
        target = targets[0] if len(targets) == 1 else b.tuple_(targets, True)
        return [b.assign(target, call)]  # its lines are those of the kernel


class _Kernel:
    """The function of a kernel: its statements, and what it is handed."""

    def __init__(self, members: list[Member]):
        self.name = ""
        self.local: set[str] = set()
        self.parameters: dict[str, str] = {}  # the text of what is handed over -> the name of the parameter
        self.arguments: list[b.Node] = []
        used = {n.id for m in members for n in b.walk(m.statement) if isinstance(n, gast.Name)}
        self.fresh = names.Fresh(used)
        self.body = [self.statement(m.statement) for m in members]

    def function(self, outputs: list[str]) -> b.Node:
        result = b.name(outputs[0]) if len(outputs) == 1 else b.tuple_(map(b.name, outputs))
        made = b.function(self.name, b.parameters(self.parameters.values()), [*self.body, b.return_(result)])
        made.decorator_list = [b.attribute("rt", "kernel")]
        return made

    def statement(self, s: b.Node) -> b.Node:
        if isinstance(s, gast.If):
            for name in sorted(names.writes(s) - self.local):  # what it keeps where the test fails
                self.handed(b.name(name))
            test = self.handed(s.test)
            before = set(self.local)
            body = [self.statement(one) for one in s.body]
            self.local = set(before)
            orelse = [self.statement(one) for one in s.orelse]
            self.local = before | names.writes(s)
            return b.at(b.if_(test, body, orelse), s)
        value = self.expression(s.value)
        self.local.add(s.targets[0].id)
        return b.at(b.assign(s.targets[0].id, value), s)

    def expression(self, node: b.Node) -> b.Node:
        inside = operands(node)
        if inside is None:
            if is_literal(node) or (node.id if isinstance(node, gast.Name) else told_of(node)) in self.local:
                return b.copy(node)
            return self.handed(node)
        replaced = {id(one): self.expression(one) for one in inside}
        return b.rewrite(node, lambda n: replaced.get(id(n)))

    def handed(self, node: b.Node) -> b.Node:
        """The parameter that stands for what is computed before the kernel."""
        shown = text([b.expression(node)])
        if shown not in self.parameters:
            self.parameters[shown] = node.id if isinstance(node, gast.Name) else self.fresh(_wish(node))
            self.arguments.append(node)
        return b.name(self.parameters[shown])


def _settle(regions: list[Region], place: int) -> None:
    """Let kernels stand where the block has come to."""
    for region in regions:
        if region.place is None:
            region.place = place


def _target(s: b.Node) -> str:
    return s.targets[0].id if isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name) else ""


def _bound_in_order(s: b.Node) -> list[str]:
    return [n.id for n in b.walk(s) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store)]


def _surely_bound(s: b.Node) -> set[str]:
    """Names that have a value after a statement, whatever happens in it."""
    if isinstance(s, gast.If):
        one, other = ({n for t in block for n in _surely_bound(t)} for block in (s.body, s.orelse))
        return one & other
    return names.writes(s) if isinstance(s, (gast.Assign, gast.AugAssign)) else set()


def _may_be_array(node: b.Node) -> bool:
    """Whether what is computed before a kernel may be an array; lengths are none."""
    if isinstance(node, gast.Call):
        return not (isinstance(node.func, gast.Name) and node.func.id in ("len", "int", "float", "range"))
    while isinstance(node, (gast.Subscript, gast.Attribute)):
        if isinstance(node, gast.Attribute) and node.attr in ("shape", "size", "ndim"):
            return False
        node = node.value
    return True


def _wish(node: b.Node) -> str:
    """A name for what is computed before a kernel."""
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult):
        return "product"
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "len":
        return "n"
    if isinstance(node, gast.Compare):
        return "test"
    if isinstance(node, gast.Attribute):
        return f"{node.value.id}_{node.attr}" if isinstance(node.value, gast.Name) else node.attr
    if isinstance(node, gast.Subscript):
        return names.root(node) or "t"
    return "t"
