"""The tape of one gradient: what has been done to active numbers, and how it is done backwards.

Adjoints of numbers are kept by identity: Python hands a float on as the same object through containers, attributes, closures and
generators, and every operation makes a new one. Adjoints of arrays are shadows of their memory (`shadows`). Each operation on
something active puts one step on the tape, a function without arguments; the reverse sweep runs the steps from the last to the first.
A store keeps what it overwrites and its step puts it back, so that each step finds arrays as they were when it was recorded.

A derivative inside of a differentiated function has a tape of its own, whose `outer` is the tape of the function around it. What is
done is noted by all tapes to which something active belongs, each for itself, so that none takes the numbers of another for its own; and the
reverse sweep of a tape is noted by the outer one (`arithmetic`).
"""

from __future__ import annotations

import contextlib
import operator
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .. import rules
from ..core import sharing
from . import arithmetic, pullbacks
from .pullbacks import DOUBLE, REAL
from .shadows import Shadows, owner_of, turned, with_gaps

NUMBERS = (float, complex, np.inexact)
SIGNS: dict[str, tuple[Callable[..., Any], Any, Callable[..., Any], str]] = {
    "+": (operator.add, np.add, operator.iadd, "add"), "-": (operator.sub, np.subtract, operator.isub, "sub"),
    "*": (operator.mul, np.multiply, operator.imul, "mul"), "/": (operator.truediv, np.divide, operator.itruediv, "truediv"),
    "**": (operator.pow, np.power, operator.ipow, "pow"), "@": (operator.matmul, np.matmul, operator.imatmul, "matmul"),
    "%": (operator.mod, np.remainder, operator.imod, "mod"), "//": (operator.floordiv, np.floor_divide, operator.ifloordiv, "floordiv"),
    "<<": (operator.lshift, None, operator.ilshift, "lshift"), ">>": (operator.rshift, None, operator.irshift, "rshift"),
    "&": (operator.and_, None, operator.iand, "and"), "|": (operator.or_, None, operator.ior, "or"),
    "^": (operator.xor, None, operator.ixor, "xor"),
}  # fmt: skip
SIGNS_OF_ONE: dict[str, tuple[Callable[[Any], Any], np.ufunc | None, str]] = {
    "-": (operator.neg, np.negative, "neg"),
    "+": (operator.pos, np.positive, "pos"),
    "~": (operator.invert, None, "invert"),
}


LEAVES = (int, str, bytes, type, range, types.ModuleType)  # nothing is looked for in these


class Tape:
    """Steps, adjoints of numbers by identity, shadows of arrays.

    What depends on where arrays live is in a few places that `device` gives another meaning.
    """

    ndarray: Any = np.ndarray  # the type of the arrays that are recorded
    leaves: tuple[Any, ...] = (*NUMBERS, np.ndarray)  # what may be active itself

    def __init__(self, outer: Any = None) -> None:
        self.outer = outer
        self.steps: list[Callable[[], None]] = []
        self.alive: dict[int, Any] = {}  # id -> active number; holding it keeps its id its own
        self.bars: dict[int, Any] = {}
        self.shadows = self.new_shadows()
        self.stored: dict[int, np.ndarray] = {}  # owners of memory that steps put back
        self.shaped: dict[int, np.ndarray] = {}  # arrays whose shape was set, which steps put back
        self.failed: BaseException | None = None  # a refusal, which the program may have caught
        self.memory: dict[Any, Any] = {}  # results of functions with a cache
        self.partials: dict[
            tuple[Any, tuple[bool, ...]], pullbacks.Partials | None
        ] = {}  # (ufunc, active operands) -> partials

    @contextlib.contextmanager
    def aside(self) -> Iterator[Tape]:
        """A while in which this tape is an empty one; what it held before is there again afterwards."""
        names = ("steps", "alive", "bars", "shadows", "stored", "shaped", "failed", "memory")
        before = {name: getattr(self, name) for name in names}
        fresh = self.another(self.outer)
        self.__dict__.update({name: getattr(fresh, name) for name in names})
        try:
            yield self
        finally:
            self.__dict__.update(before)

    # ---- what depends on where arrays live ----------------------------------------------------------------------------------------

    new_shadows: Callable[[], Shadows] = Shadows
    owner = staticmethod(owner_of)

    def another(self, outer: Any) -> Any:
        """An empty tape of this kind inside of `outer`."""
        return type(self)(outer)

    @staticmethod
    def run(function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Call a function that is not looked into."""
        return function(*args, **kwargs)

    def laid_out(self, array: Any) -> Any:
        """A copy in the same layout: what is a view of the array, and in which order it lies in memory, depends on that."""
        copy = with_gaps(array)
        self.arithmetic.put(copy, ..., array)
        return copy

    def note_stored(self, array: Any) -> None:
        """Note that steps put back what is in the memory of an array."""
        owner = owner_of(array)
        self.stored[id(owner)] = owner

    @staticmethod
    def is_writeable(array: Any) -> bool:
        return array.flags.writeable

    @staticmethod
    def lock(array: Any) -> None:
        """Let nothing be stored into an array."""
        array.flags.writeable = False

    @staticmethod
    def is_part(owner: Any, part: Any) -> bool:
        """Whether both are arrays that may share memory."""
        return isinstance(owner, np.ndarray) and isinstance(part, np.ndarray) and np.may_share_memory(owner, part)

    @staticmethod
    def apart(y: Any) -> Any:
        """A result each entry of which has an adjoint of its own: a copy of an array with overlaps, as a number that was broadcast."""
        if not isinstance(y, np.ndarray) or not y.size or not sharing.overlaps_itself(y):
            return y
        copy = y.copy()
        copy.flags.writeable = y.flags.writeable
        return copy

    # ---- activity ---------------------------------------------------------------------------------------------------------------

    @property
    def tapes(self) -> Iterator[Any]:
        """This tape and those around it."""
        tape = self
        while tape is not None:
            yield tape
            tape = tape.outer

    @property
    def arithmetic(self) -> arithmetic.Plain | arithmetic.Noted:
        """What the reverse sweep computes with."""
        return arithmetic.PLAIN if self.outer is None else arithmetic.Noted(self.outer)

    def is_own(self, value: Any) -> bool:
        """Whether a number or array may carry a derivative on this tape."""
        if isinstance(value, self.ndarray):
            owner = value if value.base is None else owner_of(value)
            # V: records, of which the fields are followed
            return id(owner) in self.shadows.active and value.dtype.kind in "fcV"
        return id(value) in self.alive

    def is_active(self, value: Any) -> bool:
        """Whether a number or array may carry a derivative, on this tape or on one around it."""
        return self.is_own(value) or self.outer is not None and self.outer.is_active(value)

    def holds_active(self, value: Any, is_active: Callable[[Any], bool] | None = None) -> bool:
        """Whether anything active can be reached from a value: items, attributes, what a function has in its cells."""
        is_active = is_active or self.is_active
        if type(value) in REAL:
            return is_active(value)
        seen: set[int] = set()
        todo = [value]
        while todo:
            one = todo.pop()
            if isinstance(one, self.leaves) and not (isinstance(one, np.ndarray) and one.dtype == object):
                if is_active(one):
                    return True
                continue
            if one is None or isinstance(one, Tape) or isinstance(one, LEAVES) or id(one) in seen:
                continue
            if isinstance(one, slice):
                todo += (one.start, one.stop, one.step)
                continue
            seen.add(id(one))
            todo += pullbacks.children(one)
            todo += pullbacks.behind(one)
        return False

    def activate(self, value: Any) -> Any:
        """A result as an active value."""
        if isinstance(value, self.ndarray):
            if value.dtype.kind in "fc":
                self.shadows.activate(value)
        elif isinstance(value, NUMBERS):
            self.alive[id(value)] = value
        elif isinstance(value, (list, tuple)):
            for item in value:
                self.activate(item)
        elif isinstance(value, dict):
            for item in value.values():
                self.activate(item)
        else:
            for name in rt.attributes_of(value):
                self.activate(getattr(value, name))
        return value

    # ---- adjoints ---------------------------------------------------------------------------------------------------------------

    def take(self, value: Any) -> Any:
        """The adjoint of a result at the place where it was made; it has none from here on."""
        if isinstance(value, self.ndarray):
            if self.outer is None and value.base is None:
                return self.shadows.taken(value)
            bar = self.shadows.view(value, False)
            if bar is None:
                return None
            found = self.arithmetic.copy(bar) if bar.ndim else self.arithmetic.part(bar, ())
            found = turned(found, value, self.arithmetic)
            if self.shadows.owns(value):
                self.shadows.drop(value)
            else:
                self.arithmetic.put(bar, ..., 0)
            return found
        if isinstance(value, NUMBERS):
            return self.bars.pop(id(value), None)
        if isinstance(value, (list, tuple)):
            parts = [self.take(v) for v in value]
            return None if all(p is None for p in parts) else parts
        if isinstance(value, dict):
            found = {key: self.take(item) for key, item in value.items()}
            return None if all(p is None for p in found.values()) else found
        found = {name: self.take(getattr(value, name)) for name in rt.attributes_of(value)}
        return None if all(p is None for p in found.values()) else types.SimpleNamespace(**found)

    def add(self, value: Any, g: Any, lasting: bool = False) -> None:
        """Add a contribution to the adjoint of a value that may be active; nothing changes a `lasting` one later on."""
        if g is None:
            return
        if isinstance(value, self.ndarray):
            if self.is_own(value):
                if not (lasting and self.outer is None and self.shadows.add_whole(value, g)):
                    self.shadows.add(value, g, self.arithmetic)
            elif value.dtype == object:
                for place, item in np.ndenumerate(value):
                    self.add(item, self.arithmetic.part(g, place), lasting)
        elif isinstance(value, NUMBERS):
            if id(value) in self.alive:
                if not (type(g) in DOUBLE and type(value) in DOUBLE):  # these have one form
                    g = self.arithmetic.call(rt.unbroadcast, g, value)
                    if isinstance(g, np.ndarray):
                        g = self.arithmetic.part(g, ())
                known = self.bars.get(id(value))
                self.bars[id(value)] = g if known is None else self.arithmetic.sum(known, g)
        elif isinstance(value, (list, tuple)):
            for item, part in zip(value, self.arithmetic.items(g), strict=False):
                self.add(item, part, lasting)
        elif isinstance(value, dict):
            for key, item in value.items():
                self.add(item, g.get(key) if isinstance(g, dict) else None, lasting)
        else:
            for name in rt.attributes_of(value):
                self.add(getattr(value, name), getattr(g, name, None), lasting)

    # ---- operations -------------------------------------------------------------------------------------------------------------

    def fresh(self, y: Any) -> Any:
        """A number equal to `y` that is another object."""
        return operator.neg(operator.neg(y))

    def record(self, rule: rules.Rule, args: tuple, kwargs: dict[str, Any], y: Any) -> Any:
        """Put a call with a rule on the tape; gives the result, which may have to be another object than `y`."""
        operands = [*args, *kwargs.values()]
        operands += [item for o in operands if isinstance(o, (list, tuple)) for item in o]
        if isinstance(y, NUMBERS) and any(y is o for o in operands):
            y = self.fresh(y)
        if isinstance(y, self.ndarray) and self.is_view(y, operands):
            # equal operands share the adjoint of an extremum
            if not (rule.function in (max, min) and _is_tie(y, operands)):
                return y
            y = y.copy()
        if isinstance(y, (list, tuple)):
            views = [isinstance(v, self.ndarray) and self.is_view(v, operands) for v in y]
            if views and all(views):
                return y
            if any(views):  # some share memory, some do not: all get memory of their own
                y = type(y)(v.copy() if view else v for v, view in zip(y, views, strict=True))
            if any(self.apart(v) is not v for v in y):
                y = type(y)(map(self.apart, y))
        else:
            y = self.apart(y)
        bound = {name: snapshot(value) for name, value in pullbacks.bind(rule, args, kwargs).items()}
        if rule.is_elementwise and not kwargs:
            values = tuple(bound.values())
            active = tuple([self.holds_active(v) for v in values])
            partials = pullbacks.partials(rule, active, not any(map(_is_complex, values)))
            return self.elementwise_result(y, partials, values) if partials else y
        pulls = pullbacks.structural(rule, bound, self.holds_active, y)
        return self.result(y, pulls) if pulls else y

    def elementary(self, function: Any, operands: tuple) -> pullbacks.Partials | None:
        """The partial derivatives of a ufunc with an elementwise rule, for real numbers and arrays of such as operands; None for anything else.

        A call of these has nothing to be looked into and makes a new object. What is chosen is chosen once for each tape.
        """
        active = self.activity(operands)
        if active is None:
            return None
        key = (function, active)
        if key not in self.partials:
            self.partials[key] = _elementary(function, active)
        return self.partials[key]

    def activity(self, operands: tuple) -> tuple[bool, ...] | None:
        """Which of some real numbers and arrays of such, of no class but Python's and NumPy's own, are active; None for anything else."""
        found = []
        for x in operands:
            kind = type(x)
            if kind in REAL:
                found.append(id(x) in self.alive)
                continue
            letter = x.dtype.kind if kind is np.ndarray else ""
            if letter == "f":
                found.append(id(x if x.base is None else owner_of(x)) in self.shadows.active)
            elif letter and letter in "iub":
                found.append(False)
            else:
                return None
        if self.outer is not None:
            return tuple([own or self.outer.is_active(x) for own, x in zip(found, operands, strict=True)])
        return tuple(found)

    def result(self, y: Any, pulls: pullbacks.Pulls) -> Any:
        """An active result, and the step that gives its adjoint to what it was made of, on each tape that knows of one of those."""
        for tape in self.tapes:
            own = pulls
            if self.outer is not None:
                own = [(operand, pull) for operand, pull in pulls if tape.holds_active(operand, tape.is_own)]
            if own:
                tape.note_result(y, own)
        return y

    def elementwise_result(self, y: Any, partials: pullbacks.Partials, values: tuple) -> Any:
        """The same for an elementwise function of these values; a number gets an identity of its own."""
        if y is values[0] or y is values[-1]:  # +x
            y = self.fresh(y)
        if self.outer is None:
            self.note_elementwise_result(y, partials, values)
            return y
        for tape in self.tapes:
            own = [(i, partial) for i, partial in partials if tape.holds_active(values[i], tape.is_own)]
            if own:
                tape.note_elementwise_result(y, own, values)
        return y

    def note_result(self, y: Any, pulls: pullbacks.Pulls) -> None:
        self.activate(y)
        made = snapshot(y) if isinstance(y, (list, tuple, dict)) else y

        def back() -> None:
            y_bar = self.take(made)
            if y_bar is not None:
                calc = self.arithmetic
                for operand, pull in pulls:
                    self.add(operand, calc.pull(pull, y_bar), lasting=True)

        self.steps.append(back)

    def note_elementwise_result(self, y: Any, partials: pullbacks.Partials, values: tuple) -> None:
        self.activate(y)

        def back() -> None:
            y_bar = self.take(y)
            if y_bar is not None:
                outer = self.outer
                for i, partial in partials:
                    g = partial(values, y, y_bar) if outer is None else partial.through(outer, values, y, y_bar)
                    self.add(values[i], g, True)

        self.steps.append(back)

    def is_view(self, y: Any, operands: list[Any]) -> bool:
        """Whether a result shares the memory of an operand."""
        owner = self.owner(y)
        return any(isinstance(o, self.ndarray) and self.owner(o) is owner for o in operands)

    # ---- loads and stores -------------------------------------------------------------------------------------------------------

    def load_array(self, array: np.ndarray, index: Any) -> Any:
        y = array[index]
        if isinstance(y, np.ndarray) and owner_of(y) is owner_of(array) or not self.is_active(array):
            return y
        if type(index) is not int:
            index = frozen(index)
        if self.outer is None:
            self.note_load(array, index, y)
            return y
        for tape in self.tapes:
            if tape.is_own(array):
                tape.note_load(array, index, y)
        return y

    def note_load(self, array: np.ndarray, index: Any, y: Any) -> None:
        self.activate(y)

        def back() -> None:
            g = self.take(y)
            if g is not None:
                bar = self.shadows.view(array, True)
                if not sharing.overlaps_itself(array):
                    self.arithmetic.call(rt.scatter_add, bar, index, turned(g, array, self.arithmetic))
                    return
                whole = self.arithmetic.call(np.zeros, array.shape, array.dtype)
                self.arithmetic.call(rt.scatter_add, whole, index, g)
                self.shadows.add(array, whole, self.arithmetic)

        self.steps.append(back)

    def store_array(self, array: np.ndarray, index: Any, value: Any) -> None:
        """`array[index] = value`: the step gives the adjoint of the place to the value and puts the old content back."""
        old = self.overwritten(array, index)
        active = [tape.is_own(value) for tape in self.tapes]
        array[index] = value
        index = frozen(index)
        for tape, own in zip(self.tapes, active, strict=True):
            tape.note_store(array, index, value if own else None, old)

    def overwritten(self, array: np.ndarray, index: Any) -> Any:
        """What a store is about to overwrite."""
        return self.arithmetic.copy(self.arithmetic.part(array, index))

    def note_store(self, array: np.ndarray, index: Any, value: Any, old: Any) -> None:
        """A store that was made: of a `value` that is active on this tape, or of none."""
        if value is not None and array.dtype.kind in "fc":
            self.shadows.activate(array)
        self.note_stored(array)

        def back() -> None:
            calc = self.arithmetic
            bar = self.shadows.view(array, False)
            if bar is not None and array.dtype.kind in "fc":
                g = turned(calc.call(rt.last_written, bar, index), array, calc)
                calc.put(bar, index, 0)
                if value is not None:
                    self.add(value, calc.call(rt.unbroadcast, g, value))
            calc.put(array, index, old)

        self.steps.append(back)

    def keep(self, array: np.ndarray) -> Callable[[], None]:
        """Note that something is about to change an array in a way that is not looked into; call what it gives afterwards."""
        old = self.arithmetic.copy(array)

        def done() -> None:
            for tape in self.tapes:
                tape.note_change(array, old)

        return done

    def note_change(self, array: np.ndarray, old: np.ndarray) -> None:
        self.note_stored(array)
        self.steps.append(lambda: self.arithmetic.put(array, ..., old))

    def set_shape(self, array: np.ndarray, shape: Any) -> None:
        """`array.shape = shape`: each step finds the shape that the array had when it was recorded."""
        old = array.shape
        array.shape = shape
        for tape in self.tapes:
            tape.note_shape(array, old)

    def note_shape(self, array: np.ndarray, old: tuple[int, ...]) -> None:
        self.shaped[id(array)] = array
        self.steps.append(lambda: self.arithmetic.set_shape(array, old))

    # ---- the reverse sweep ------------------------------------------------------------------------------------------------------

    def reverse(self, again: bool = False) -> None:
        """Run all steps backwards; memory is left as it was found here. The steps are gone then, unless they are to be run `again`."""
        shapes = [(array, array.shape) for array in self.shaped.values()]
        final = [(owner, self.arithmetic.copy(owner)) for owner in self.stored.values()]
        try:
            if again:
                for step in reversed(self.steps):
                    step()
            while self.steps and not again:
                self.steps.pop()()
        finally:
            for array, shape in shapes:
                self.arithmetic.set_shape(array, shape)
            for owner, content in final:
                if self.is_writeable(owner):
                    self.arithmetic.put(owner, ..., content)

    def forget(self) -> None:
        """Let all adjoints be zero."""
        self.bars.clear()
        self.shadows.clear()


def _elementary(function: Any, active: tuple[bool, ...]) -> pullbacks.Partials | None:
    count = len(active)
    if not isinstance(function, np.ufunc) or function.nin != count or function.nout != 1:
        return None
    rule = rules.lookup(function, count)
    if rule is None or not rule.is_elementwise or rules.is_nondifferentiable(function, count):
        return None
    return pullbacks.partials(rule, active, True)


def _is_tie(y: Any, operands: list[Any]) -> bool:
    """Whether more than one operand equals the result."""
    return sum(bool(o == y) for o in operands if not isinstance(o, (list, tuple))) > 1


def _is_complex(value: Any) -> bool:
    return isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c"


def snapshot(value: Any) -> Any:
    """A list or dict as it is now, with the very items; the program may change it later."""
    if isinstance(value, list):
        return [snapshot(item) for item in value]
    if type(value) is tuple:
        return tuple(map(snapshot, value))
    return {key: snapshot(item) for key, item in value.items()} if type(value) is dict else value


def frozen(index: Any) -> Any:
    """An index that later stores do not change."""
    if type(index) is int or type(index) is slice:
        return index
    if isinstance(index, list):
        return [frozen(i) for i in index]
    if type(index) is tuple:
        return tuple(map(frozen, index))
    return index.copy() if hasattr(index, "ndim") else index  # an array, of whatever place
