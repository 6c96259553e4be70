"""Copies of parts of an array that stays as it is while the copy is read: the part itself is read.

    t_bar = a_bar[i, :].copy()
    b_bar[k, :] += t_bar * x

The copy is there because `a_bar` might be stored into while `t_bar` is needed. Where nothing does, a view is as good.
"""

from __future__ import annotations

from collections import Counter

import gast

from ..core import build, names
from .effects import Effects, blocks_of, effects_of
from .facts import Facts
from .fold import copied
from .notes import dotted

HANDED_ON = frozenset({"rt.unbroadcast", "np.broadcast_to"})  # these may return their first argument itself
FARTHEST = 60  # statements through which a copy is followed


def lend(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Read a part of an array in the place of a copy, where the array stays as it is until the last use.

    >>> from srcgrad.optimise.showing import show
    >>> show(lend, '''
    ... t = a_bar[i].copy()
    ... b_bar[k] += t * x
    ... u = a_bar[j].copy()
    ... a_bar[j] = 0.0
    ... b_bar[j] += u
    ... ''', temporaries="t u a_bar b_bar", array=lambda name: name in ("a_bar", "b_bar", "x", "t", "u") or None)
    t = a_bar[i]
    b_bar[k] += t * x
    u = a_bar[j].copy()
    a_bar[j] = 0.0
    b_bar[j] += u
    """
    if not any([_may_copy(n) for n in facts.notes.program(body).acting if type(n) is gast.Call]):
        return body
    return _Lending(effects_of(body, facts)).block(body)


class _Lending:
    def __init__(self, effects: Effects):
        self.effects = effects
        self.loads, self.binds = Counter(effects.note.loads), Counter(effects.note.binds)
        note = effects.note
        self.ours = effects.facts.temporaries - effects.captured - note.scoped - effects.outside

    def block(self, block: list[build.Node]) -> list[build.Node]:
        found: list[build.Node] = []
        for position, s in enumerate(block):
            if blocks_of(s):
                s = build.changed(s, body=self.block(s.body), orelse=self.block(s.orelse))
            elif isinstance(s, gast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], gast.Name):
                value = self.without_copy(s.targets[0].id, s.value, block[position + 1 : position + 1 + FARTHEST])
                s = s if value is None else build.at(build.changed(s, value=value), s)
            found.append(s)
        return block if build.identical(found, block) else found

    def without_copy(self, name: str, value: build.Node, rest: list[build.Node]) -> build.Node | None:
        """The value without the copy in it, if nobody can tell; `rest` are the statements that follow."""
        original = copied(value, self.effects)
        handed = original is None and isinstance(value, gast.Call) and dotted(value.func) in HANDED_ON
        if handed and value.args:
            original = copied(value.args[0], self.effects)
        if original is None or name not in self.ours or self.binds[name] != 1:
            return None
        root = names.root(original) if isinstance(original, gast.Subscript) else ""
        if not root or not self.effects.of(original).pure or self.effects.facts.array(root) is not True:
            return None
        if not self.stays(name, self.effects.group(root), rest):
            return None
        self.effects.join(self.effects.group(name), self.effects.group(root))
        self.effects.joined = True
        return build.changed(value, args=[original, *value.args[1:]]) if handed else original

    def stays(self, name: str, group: str, rest: list[build.Node]) -> bool:
        """Whether the content of a group is not changed until the last use of the name, and all uses only look at what it holds."""
        left = self.loads[name]
        for s in rest:
            if not left:
                return True
            effect = self.effects.of(s)
            uses = self.effects.facts.notes.of(s).loads.count(name)
            if effect.world or effect.jumps or uses and not self.only_looks(s, name):
                return False
            left -= uses
            # groups that were joined are known by another member
            if self.effects.group(group) in map(self.effects.group, effect.changes):
                return not left and self.ends_in_store(s, name)
        return not left

    def ends_in_store(self, s: build.Node, name: str) -> bool:
        """Whether a statement computes a value of the name, and only then stores it."""
        target = s.targets[0] if isinstance(s, gast.Assign) and len(s.targets) == 1 else getattr(s, "target", None)
        if not isinstance(s, (gast.Assign, gast.AugAssign)) or not isinstance(target, gast.Subscript):
            return False
        return name not in names.reads(target.slice)

    def only_looks(self, s: build.Node, name: str) -> bool:
        """Whether nothing that lasts shares the memory of the name after a statement."""
        if blocks_of(s):
            head = s.iter if isinstance(s, gast.For) else s.test
            inner = [t for block in blocks_of(s) for t in block]
            return name not in self.effects.of(head).reads and all(
                self.only_looks(t, name) for t in inner if name in self.effects.of(t).reads
            )
        if isinstance(s, gast.AugAssign):
            return isinstance(s.target, (gast.Name, gast.Subscript)) and names.root(s.target) != name
        if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not self.effects.of(s.value).pure:
            return False
        if isinstance(s.targets[0], gast.Subscript):
            owner = names.root(s.targets[0])
            return self.effects.facts.array(owner) is True and owner != name  # what is stored is copied into the array
        return isinstance(s.targets[0], gast.Name) and name not in self.effects.aliases(s.value)


def _may_copy(call: build.Node) -> bool:
    func = call.func
    if type(func) is gast.Attribute:
        return func.attr == "copy" or func.attr.endswith("copy") and bool(dotted(func))
    return type(func) is gast.Name and func.id.endswith("copy")
