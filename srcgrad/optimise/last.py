"""What the last trip of a loop computes for a next one that does not come, where that is costly.

The adjoint of what a layer is given is made for the layer before; of the first layer's, which is reached last, nobody asks for it.
"""

from __future__ import annotations

import gast

from ..core import build, names
from .effects import Effects, effects_of, shallow
from .facts import Facts
from .notes import Note, dotted

PRODUCTS = frozenset({"np.dot", "np.matmul", "np.einsum", "np.tensordot", "rt.matmul_left", "rt.matmul_right"})


def skip_last(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Compute products for the next trip only if there is one.

    >>> from srcgrad.optimise.showing import show
    >>> show(skip_last, '''
    ... for i in reversed(range(n)):
    ...     w_bar[i] = x.T @ x_bar
    ...     x_bar = x_bar @ w[i].T
    ... return w_bar
    ... ''', parameters="n w w_bar x x_bar", temporaries="x_bar")
    for i in reversed(range(n)):
        w_bar[i] = x.T @ x_bar
        if i > 0:
            x_bar = x_bar @ w[i].T
    return w_bar
    """
    loops = [s for s in body if isinstance(s, gast.For) and any(isinstance(n, gast.Call) for n in build.walk(s.iter))]
    if not any(_is_costly(n) for s in loops for n in build.walk(s)):
        return body
    work = _Skipping(effects_of(body, facts), facts.notes.program(body))
    return [work.loop(s) if isinstance(s, gast.For) else s for s in body]


def _is_costly(node: build.Node) -> bool:
    if isinstance(node, gast.BinOp):
        return isinstance(node.op, gast.MatMult)
    return isinstance(node, gast.Call) and dotted(node.func) in PRODUCTS


class _Skipping:
    def __init__(self, effects: Effects, note: Note):
        self.effects = effects
        self.loads = note.load_counts
        self.fixed = effects.captured | effects.outside | effects.facts.results

    def loop(self, s: build.Node) -> build.Node:
        """The loop (outside of all others) with what only a next trip reads inside of a test."""
        test = is_not_last(s, self.effects)
        if test is None or s.orelse or self.effects.of(s).jumps:
            return s
        fresh = shallow(s)
        fresh.body = [
            build.at(build.if_(build.copy(test), [inner], []), inner) if self.is_for_the_next(s, position) else inner
            for position, inner in enumerate(s.body)
        ]
        return fresh

    def is_for_the_next(self, loop: build.Node, position: int) -> bool:
        """Whether a statement makes something costly that is read in the next trip and nowhere else."""
        s = loop.body[position]
        if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
            return False
        name = s.targets[0].id
        if name in self.fixed or not self.effects.of(s.value).pure or not any(map(_is_costly, build.walk(s.value))):
            return False
        if name in names.reads(loop.iter) or any(name in self.effects.of(t).reads for t in loop.body[position + 1 :]):
            return False
        inside = sum(
            isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load) for n in build.walk(loop)
        )
        return inside == self.loads[name]


def is_not_last(s: build.Node, effects: Effects) -> build.Node | None:
    """The test whether there is another trip, for a loop over a range from its end to its begin."""
    inner = (
        s.iter.args[0] if isinstance(s.iter, gast.Call) and dotted(s.iter.func) == "reversed" and s.iter.args else None
    )
    if not isinstance(inner, gast.Call) or dotted(inner.func) != "range" or not isinstance(s.target, gast.Name):
        return None
    if inner.keywords or any(isinstance(a, gast.Starred) for a in inner.args):
        return None
    first = inner.args[0] if len(inner.args) > 1 else build.constant(0)
    step = inner.args[2] if len(inner.args) == 3 else build.constant(1)
    if not isinstance(first, gast.Constant) or s.target.id in {n for b in s.body for n in effects.of(b).binds}:
        return None
    upwards = isinstance(step, gast.Constant) and type(step.value) is int and step.value > 0
    return gast.Compare(build.name(s.target.id), [gast.Gt() if upwards else gast.NotEq()], [first])
