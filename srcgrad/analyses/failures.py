"""Which statements of a program may raise, so that they must not vanish although nothing needs their values.

Comes in: a unit in normal form with its facts. Goes out: for each statement, test and iterable that may raise, why: by the *values* of
what it reads (an index beyond the end, a division by zero, a key that is not there), or by their *forms* only (shapes and types that do
not fit, a name that is not bound). Indices that run over `range(len(x))` and the like are followed, so that reading `x[i]` there is known
to be harmless. Numbers that become too large (`OverflowError`), and
infinite ones where `math.sin` and the like want finite ones, are left out.
"""

from __future__ import annotations

import enum
import functools
import math
from collections import Counter
from collections.abc import Callable, Set
from typing import Any

import gast
import numpy as np
import srcgrad_runtime as rt

from ..core import adding, build, names
from ..core.unit import MISSING, Unit, resolve
from . import inference
from . import kinds as K
from .facts import Facts
from .kinds import Kind

DIVISIONS = (gast.Div, gast.FloorDiv, gast.Mod)
SHIFTS = (gast.LShift, gast.RShift)
# what raises for no finite number
TOTAL_MATH = frozenset(
    "atan atan2 tanh asinh erf erfc fabs copysign degrees radians hypot dist fsum isnan isinf isfinite isclose cbrt sinh cosh "
    "exp exp2 expm1 sin cos tan".split()
)
TOTAL_BUILTINS = (len, abs, bool, range, isinstance, type, repr, str, callable, id, tuple, list, enumerate, zip, print)
EMPTY = (max, min, np.max, np.min, np.argmax, np.argmin, np.amax, np.amin)  # raise for what has no items
WHOLE = (np.sum, np.mean, np.copy, np.zeros_like, np.ones_like, np.empty_like, np.shape, np.size, np.ndim)


# the same by identity: a value may have its own way to be equal
TOTAL, RAISING, QUIET = (frozenset(map(id, functions)) for functions in (TOTAL_BUILTINS, EMPTY, WHOLE))
SIZED = ("array", "list", "tuple", "dict", "str")


SAFE = frozenset({gast.Constant, gast.Name, gast.Lambda, gast.JoinedStr})
PARTS = (gast.expr, gast.keyword, gast.Slice)


class Failure(enum.IntEnum):
    """Why something may raise."""

    NEVER = 0
    FORM = 1
    VALUE = 2


def find(unit: Unit, facts: Facts) -> tuple[dict[int, Failure], dict[int, Set[str]]]:
    """Why each statement may raise, by the id of the statement; of compound ones, of their tests and iterables, by the ids of these.

    And by the same ids, for those that read some, the names that may not be bound where they are read.
    """
    search = _Search(unit, facts)
    search.block(unit.body, set(unit.parameters) | {unit.vararg, unit.kwarg})
    return search.found, search.unsure


def unsure(unit: Unit, facts: Facts) -> set[str]:
    """The names that some statement reads and that may not be bound there."""
    return set().union(*find(unit, facts)[1].values())


def teller(unit: Unit, facts: Facts) -> Callable[[build.Node], bool]:
    """A function that tells whether an expression may raise at all, wherever it stands."""
    search = functools.cache(lambda: _Search(unit, facts))  # most programs do not ask
    doubtful = functools.cache(lambda: unsure(unit, facts))
    given = set(unit.parameters)

    def may_raise(node: build.Node) -> bool:
        if isinstance(node, gast.Name):
            return node.id not in given
        return search().of(node) is not Failure.NEVER or not doubtful().isdisjoint(names.reads(node))

    return may_raise


def needed(body: list[build.Node], results: set[str]) -> set[str]:
    """The names on which results or effects of the function may depend."""
    sources: dict[str, set[str]] = {}
    found = set(results)
    for node in (n for s in body for n in build.walk(s) if isinstance(n, gast.stmt)):
        if isinstance(node, gast.Assign) and all(isinstance(t, gast.Name) for t in node.targets):
            reads = names.reads(node.value)
            for target in node.targets:
                sources.setdefault(target.id, set()).update(reads)
            if any(isinstance(n, gast.Call) for n in build.walk(node.value)) and not _is_quiet(node.value):
                found |= reads
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            sources.setdefault(node.target.id, set()).update(names.reads(node.value))
        elif isinstance(node, gast.For):
            found |= names.reads(node.iter)
        elif isinstance(node, (gast.If, gast.While)):
            found |= names.reads(node.test)
        elif isinstance(node, (gast.Assign, gast.AugAssign)):
            targets = node.targets if isinstance(node, gast.Assign) else [node.target]
            read = names.reads(node.value) | {n for t in targets for n in names.reads(t)}
            for owner in {n for t in targets for n in names.writes(t) | names.owners(t)}:
                sources.setdefault(owner, set()).update(read)
        elif (added := adding.found(node)) is not None:
            sources.setdefault(names.root(added.place), set()).update(names.reads(added.call))
        elif not isinstance(node, (gast.Pass, gast.Break)):
            found |= names.reads(node)
    todo = list(found)
    while todo:
        new = sources.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


class _Search:
    def __init__(self, unit: Unit, facts: Facts):
        self.unit, self.facts = unit, facts
        self.kind = inference.teller(unit, facts)
        count = Counter(_bindings(unit.body))
        count.update(unit.parameters)
        self.locals = set(count)
        self.fixed = {n for n, times in count.items() if times == 1} - facts.stored.keys()  # their lengths never change
        self.found: dict[int, Failure] = {}
        self.unsure: dict[int, Set[str]] = {}
        self.ranges: dict[str, Range] = {}  # loop variables at hand, and between what they run

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def block(self, statements: list[build.Node], bound: set[str]) -> set[str]:
        """Look at statements, before which these names are surely bound; gives those after them, and uses up the set that it is given."""
        for node in statements:
            if isinstance(node, gast.If):
                self.note(node.test, self.head(node.test, bound))
                bound = self.block(node.body, set(bound)) & self.block(node.orelse, set(bound))
            elif isinstance(node, gast.For):
                self.note(node.iter, self.head(node.iter, bound))
                self.loop(node, bound)
            elif isinstance(node, gast.While):
                self.note(node.test, self.head(node.test, bound))
                inner = self.block(node.body, set(bound))
                if (
                    isinstance(node.test, gast.Constant) and node.test.value
                ):  # left by a break, which the last branches hold
                    bound = bound | inner
            else:
                self.note(node, self.statement(node, self.facts.names.reads(node), bound))
                bound |= self.facts.names.writes(node)
        return bound

    def note(self, node: build.Node, failure: Failure) -> None:
        if failure is not Failure.NEVER:
            self.found[id(node)] = failure

    def head(self, node: build.Node, bound: set[str]) -> Failure:
        return max(self.of(node), self.unbound(node, self.facts.names.reads(node), bound))

    def loop(self, node: build.Node, bound: set[str]) -> None:
        outer = dict(self.ranges)
        rebound = names.written(node.body)
        for name in names.writes(node.target) | rebound:
            self.ranges.pop(name, None)
        found = self.range_of(node)
        if found is not None and found[0] not in rebound:
            self.ranges[found[0]] = found[1]
        self.block(node.body, bound | names.writes(node.target))
        self.ranges = outer

    def statement(self, node: build.Node, read: Set[str], bound: set[str]) -> Failure:
        failure = self.unbound(node, read, bound)
        if isinstance(node, gast.Assign):
            failure = max(failure, self.of(node.value), *(self.target(t, node.value) for t in node.targets))
        elif isinstance(node, gast.AugAssign):
            whole = gast.BinOp(_loaded(node.target), node.op, node.value)
            failure = max(failure, self.of(whole))
        elif (added := adding.found(node)) is not None:
            failure = max(failure, self.of(gast.BinOp(_loaded(added.place), added.operator, added.value)))
        elif isinstance(node, gast.Expr):
            failure = max(failure, self.of(node.value))
        return failure

    def target(self, node: build.Node, value: build.Node) -> Failure:
        if isinstance(node, gast.Subscript):
            return self.of(_loaded(node)) if self.kind(node.value).tag != "dict" else Failure.NEVER
        if isinstance(node, (gast.Tuple, gast.List)):
            items, starred = self.kind(value).items, any(isinstance(e, gast.Starred) for e in node.elts)
            return (
                Failure.NEVER if items is not None and len(items) == len(node.elts) and not starred else Failure.VALUE
            )
        return Failure.NEVER

    def unbound(self, node: build.Node, read: Set[str], bound: set[str]) -> Failure:
        """Reading a name that nothing has bound raises; that it may not be is often seen only when the program runs."""
        free = self.unit.free
        for n in read:
            if n not in self.locals and n in free and free[n].value is MISSING:
                return Failure.VALUE
        unsure = (read - bound) & self.locals
        if unsure:
            self.unsure[id(node)] = unsure
        return Failure.FORM if unsure else Failure.NEVER

    # ---- indices ----------------------------------------------------------------------------------------------------------------

    def range_of(self, node: build.Node) -> tuple[str, Range] | None:
        """The variable of a loop over positions, and the range that it runs through."""
        call, target = node.iter, node.target
        if not isinstance(call, gast.Call) or call.keywords:
            return None
        function = resolve(call.func, self.unit.free, self.locals)
        if function is reversed and len(call.args) == 1 and isinstance(call.args[0], gast.Call):
            call = call.args[0]
            function = resolve(call.func, self.unit.free, self.locals)
        if function is enumerate and len(call.args) == 1 and isinstance(target, (gast.Tuple, gast.List)):
            if isinstance(target.elts[0], gast.Name):
                return target.elts[0].id, Range(0, self.length(call.args[0]), 0)
        if function is not range or not isinstance(target, gast.Name) or not 1 <= len(call.args) <= 3:
            return None
        first = _number(call.args[0]) if len(call.args) > 1 else 0
        if not isinstance(first, int) or len(call.args) == 3 and (_number(call.args[2]) or 0) <= 0:
            return None
        return target.id, Range(first, *self.extents(call.args[1] if len(call.args) > 1 else call.args[0]))

    def extents(self, node: build.Node) -> tuple[frozenset[str], int]:
        """The extents that a number does not exceed, after something was added to them."""
        off = 0
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
            number = _number(node.right)
            if not isinstance(number, int):
                return frozenset(), 0
            off = number if isinstance(node.op, gast.Add) else -number
            node = node.left
        if isinstance(node, gast.Call) and resolve(node.func, self.unit.free, self.locals) is len and node.args:
            return self.length(node.args[0]), off
        if isinstance(node, gast.Call) and (
            resolve(node.func, self.unit.free, self.locals) is min or names_runtime(node.func, "equal_length")
        ):
            lists = node.args
            if names_runtime(node.func, "equal_length"):
                lists = [build.call("len", a) for a in lists]
            found = [self.extents(a) for a in lists]
            return frozenset().union(*(e for e, o in found if o == 0)), off
        kind = self.kind(node)
        return frozenset(d for d in kind.dims or () if d is not None and kind.tag == "int"), off

    def length(self, node: build.Node) -> frozenset[str]:
        """Names for the length of a sequence: its extent, and the sequence itself where its length never changes."""
        kind = self.kind(node)
        found = {d for d in (kind.dims or ())[:1] if d is not None and kind.is_array}
        if isinstance(node, gast.Name) and node.id in self.fixed:
            found.add(f"len({node.id})")
        return frozenset(found)

    def subscript(self, node: build.Node) -> Failure:
        kind, index = self.kind(node.value), node.slice
        if kind.is_array:
            parts = index.elts if isinstance(index, gast.Tuple) else [index]
            if kind.rank is None or len(parts) > kind.rank:
                return Failure.VALUE
            safe = all(self.is_within(part, kind, axis, node.value) for axis, part in enumerate(parts))
            return Failure.NEVER if safe else Failure.VALUE
        if kind.tag in ("list", "tuple"):
            if isinstance(index, gast.Slice) or self.is_within(index, kind, 0, node.value):
                return Failure.NEVER
            number = self.kind(index)
            if kind.items is not None and number.tag == "static" and type(number.value) is int:
                return Failure.NEVER if -len(kind.items) <= number.value < len(kind.items) else Failure.VALUE
        if kind.tag == "dict" and kind.value is not None and kind.items is not None:
            key = self.kind(index)
            if key.tag == "static" and repr(key.value) in kind.value:
                return Failure.NEVER
        return Failure.VALUE

    def is_within(self, part: build.Node, kind: Kind, axis: int, owner: build.Node) -> bool:
        """Whether an item of an index is surely in range along an axis: a slice, or a position that runs within its extent."""
        if isinstance(part, gast.Slice) or isinstance(part, gast.Constant) and part.value in (None, ...):
            return True
        shift = 0
        if isinstance(part, gast.BinOp) and isinstance(part.op, (gast.Add, gast.Sub)):
            number = _number(part.right)
            if not isinstance(number, int):
                return False
            shift = number if isinstance(part.op, gast.Add) else -number
            part = part.left
        run = self.ranges.get(part.id) if isinstance(part, gast.Name) else None
        if run is None:
            return False
        own = {kind.dims[axis]} if kind.dims and len(kind.dims) > axis else set()
        if axis == 0 and isinstance(owner, gast.Name):
            own.add(f"len({owner.id})")
        return bool(own & run.extents) and run.first + shift >= -1 and run.off + shift <= 0

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def of(self, node: build.Node) -> Failure:
        """Why evaluating an expression may raise."""
        if type(node) in SAFE:
            return Failure.NEVER
        inner = Failure.NEVER
        for part in build.children(node):
            if type(part) not in SAFE and isinstance(part, PARTS):
                inner = max(inner, self.of(part))
        return max(inner, self.own(node)) if inner is not Failure.VALUE else inner

    def own(self, node: build.Node) -> Failure:
        """Why the operation at the top of an expression may raise."""
        if isinstance(node, gast.Subscript):
            return self.subscript(node)
        if isinstance(node, gast.BinOp):
            return self.binary(node)
        if isinstance(node, gast.Call):
            return self.call(node)
        if isinstance(node, gast.Attribute):
            return self.attribute(node)
        if isinstance(node, (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)):
            return Failure.FORM
        if isinstance(node, gast.UnaryOp):
            return Failure.NEVER if self.is_number(node.operand) or isinstance(node.op, gast.Not) else Failure.FORM
        if isinstance(node, gast.Compare):
            return Failure.NEVER if all(map(self.is_scalar, [node.left, *node.comparators])) else Failure.FORM
        return Failure.NEVER

    def is_scalar(self, node: build.Node) -> bool:
        return K.constant_kind(self.kind(node)).is_scalar

    def is_number(self, node: build.Node) -> bool:
        return K.constant_kind(self.kind(node)).is_numeric

    def attribute(self, node: build.Node) -> Failure:
        if resolve(node, self.unit.free, self.locals) is not MISSING:
            return Failure.NEVER
        kind = self.kind(node.value)
        if kind.is_numeric and hasattr(np.ndarray, node.attr):
            return Failure.NEVER
        types: dict[str, type] = {"list": list, "tuple": tuple, "dict": dict, "str": str}
        if kind.tag in types and not kind.holds_records:
            return Failure.NEVER if hasattr(types[kind.tag], node.attr) else Failure.VALUE
        return Failure.VALUE if kind.tag != "unknown" else Failure.FORM

    def binary(self, node: build.Node) -> Failure:
        a, b = (K.constant_kind(self.kind(n)) for n in (node.left, node.right))
        number = _number(node.right)
        if isinstance(node.op, DIVISIONS) and not number and not (_is_numpy(a) or _is_numpy(b)):
            return Failure.VALUE
        if isinstance(node.op, gast.Pow) and not (_is_numpy(a) or _is_numpy(b)):
            if number is None or number < 0:
                return Failure.VALUE
        if isinstance(node.op, SHIFTS) and number is None and not (a.is_array or b.is_array):
            return Failure.VALUE
        if isinstance(node.op, gast.MatMult):
            return Failure.FORM
        if a.is_scalar and b.is_numeric or b.is_scalar and a.is_numeric:
            return Failure.NEVER
        if a.is_array and (
            build.same(node.left, node.right) or a.dims is not None and a.dims == b.dims and None not in a.dims
        ):
            return Failure.NEVER
        known = a.tag in ("list", "tuple", "str", "dict") or b.tag in ("list", "tuple", "str", "dict")
        if known and a.is_scalar | b.is_scalar and isinstance(node.op, gast.Add):
            return Failure.VALUE  # it surely raises
        return Failure.FORM

    def call(self, node: build.Node) -> Failure:
        function: Any = resolve(node.func, self.unit.free, self.locals)
        args = [*node.args, *(k.value for k in node.keywords)]
        kinds = [K.constant_kind(self.kind(a)) for a in args]
        numeric = bool(kinds) and all(k.is_numeric for k in kinds)
        if function is MISSING:
            if isinstance(node.func, gast.Attribute) and self.is_number(node.func.value) and not args:
                return Failure.NEVER
            return Failure.FORM
        if function is rt.check_items or function is MISSING and names_runtime(node.func, "check_items"):
            return Failure.NEVER if has_items(node, self.kind(args[0])) else Failure.VALUE
        if function is rt.equal_length or function is rt.item_count:
            return Failure.VALUE
        if function is float:
            return Failure.NEVER if len(kinds) == 1 and kinds[0].is_scalar else _conversion(kinds)
        if function in (int, round):
            return Failure.NEVER if len(kinds) == 1 and kinds[0].tag in ("int", "bool") else _conversion(kinds)
        if id(function) in TOTAL:
            anything = function in (isinstance, type, repr, str, callable, id, print)
            sized = function is not abs and function is not range and all(k.tag in SIZED for k in kinds)
            return Failure.NEVER if numeric and function is not len or anything or sized else Failure.FORM
        if id(function) in RAISING:
            return Failure.NEVER if numeric and len(kinds) > 1 and all(k.is_scalar for k in kinds) else Failure.VALUE
        name = getattr(function, "__name__", "")
        if getattr(math, name, None) is function:
            return Failure.NEVER if name in TOTAL_MATH and numeric else Failure.VALUE
        if isinstance(function, np.ufunc) or id(function) in QUIET:
            return Failure.NEVER if numeric and len(args) == 1 else Failure.FORM
        module = getattr(function, "__module__", None) or ""
        if module.endswith(".linalg") or module.endswith("linalg._linalg"):
            return Failure.VALUE
        return Failure.FORM


class Range:
    """What a loop variable runs through: from `first`, to below each of some extents, after `off` was added to them."""

    def __init__(self, first: int, extents: frozenset[str], off: int):
        self.first, self.extents, self.off = first, extents, off


def has_items(check: build.Node, kind: Kind) -> bool:
    """Whether a value of this kind surely has as many items as `rt.check_items(value, count, more)` wants."""
    if kind.items is None:
        return False
    count, more = check.args[1].value, len(check.args) > 2
    return len(kind.items) == count or more and len(kind.items) > count


def names_runtime(func: build.Node, name: str) -> bool:
    """Whether what is called is `rt.name`."""
    return isinstance(func, gast.Attribute) and func.attr == name and names.root(func) == "rt"


def _is_quiet(node: build.Node) -> bool:
    """Whether all calls in an expression are of functions of libraries, by their look."""
    calls = [n for n in build.walk(node) if isinstance(n, gast.Call)]
    return all(isinstance(c.func, gast.Attribute) and names.root(c.func) in ("np", "math", "rt") for c in calls)


def _is_numpy(kind: Kind) -> bool:
    """Whether a number surely follows NumPy's arithmetic, which warns where Python raises."""
    return kind.is_array or kind.tag == "float" and kind.dtype not in ("", "python")


def _conversion(kinds: list[Kind]) -> Failure:
    """Converting text, or a number that may be infinite or not one at all."""
    return Failure.VALUE if len(kinds) == 1 and (kinds[0].is_scalar or kinds[0].tag == "str") else Failure.FORM


def _bindings(body: list[build.Node]) -> list[str]:
    """The name of each binding of a body."""
    walked = [n for s in body for n in build.walk(s)]
    found = [n.id for n in walked if type(n) is gast.Name and type(n.ctx) not in (gast.Load, gast.Param)]
    if names.BINDING.isdisjoint(map(type, walked)):
        return found
    return found + sorted(names.written(body).difference(found))


def _loaded(node: build.Node) -> build.Node:
    fresh: build.Node = build.copy(node)
    if hasattr(fresh, "ctx"):
        fresh.ctx = build.LOAD
    return fresh


def _number(node: build.Node) -> int | float | None:
    """The number in the text."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        found = _number(node.operand)
        return -found if found is not None else None
    if isinstance(node, gast.Constant) and type(node.value) in (int, float):
        return node.value
    return None
