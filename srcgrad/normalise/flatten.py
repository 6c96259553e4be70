"""One operation per statement, for everything that may carry a derivative; what surely does not is kept as it was written.

Goes in: a body without jumps. Comes out: the normal form. Its statements are

    name = name | constant | operation over operands        an operand is a name or a constant
    name[index] = operand        name[index] op= operand        name op= operand        name.attr = operand
    if test / for name in iterable / while test / break / pass / return name / a call for its effect
    anything passive, verbatim

where tests, indices and iterables are passive expressions in the user's own words. Small helpers (one `return`, or functions
nested in the function) are put in the place of their call; `for` over something active becomes a loop over its positions.
"""

from __future__ import annotations

from ..analyses.kinds import Kind
from ..core import build
from ..core.unit import Unit
from . import entries
from .lowering import statements


def flatten(unit: Unit, active: set[str], kinds: dict[str, Kind] | None = None) -> Unit:
    """The unit, whose jumps are gone, in normal form, given the parameters that are active, and kinds of some parameters.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("flatten", '''
    ... def f(x, w):
    ...     return np.sum(np.tanh(x @ w) ** 2)
    ... ''')
    def f(x, w):
        t = x @ w
        t_2 = np.tanh(t)
        t_3 = t_2 ** 2
        t_4 = np.sum(t_3)
        return t_4
    """
    original = build.copy(unit.body)
    taken, temporaries, free, guards = set(unit.fresh.taken), set(unit.temporaries), dict(unit.free), list(unit.guards)
    known = set(active)
    while True:
        work = statements.Statements(unit)
        work.active, work.kinds = work.reached(unit.body, known), kinds or {}
        before = set(work.active)
        work.block(unit.body)
        grown = (work.active & taken) - before
        if not grown:
            break
        # a function that was put in the place of its call stores into a name that was taken for a constant: once more, knowing that
        known |= grown
        unit.body, unit.fresh.taken = build.copy(original), set(taken)
        unit.temporaries, unit.free, unit.guards = set(temporaries), dict(free), list(guards)
    work.check_closures()
    unit.body = entries.to_names(work.out, unit, work.active)
    return unit
