"""A whole adjoint program: the function that is differentiated and the helpers it calls, each through all passes.

A helper becomes a pair: `name_forward` returns its value and what its reverse needs, `name_reverse` takes that and the adjoint of the value and
returns the adjoints of its active parameters. Helpers are specialised by the kinds of their arguments and by which of them are active.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

import gast
import numpy as np
from srcgrad_runtime import checks
from srcgrad_runtime.memory import sizes

from .. import optimise
from ..analyses import aliases, changes, failures, inference, shifts
from ..analyses import kinds as K
from ..analyses.inference import Callee, Facts
from ..analyses.kinds import Kind
from ..core import build as b
from ..core import names
from ..core.errors import ArgumentError, Place, Refusal, Refused
from ..core.unit import MISSING, Free, Unit
from ..frontend import source
from ..normalise import activity, flatten, jumps, patterns, positions, prepare, sequences, stores, targets, units, webs
from ..optimise import elements, kernels, release
from ..optimise.facts import Facts as ProgramFacts
from ..optimise.notes import Notes
from . import failing, fence
from .accumulate import Accumulate, State, is_fresh
from .reverse import Add, Clear, Effect, Replace, Reverse, Run
from .storage import Storage

RESERVED = {"np": np, "rt": None, "math": None, **{n: getattr(builtins, n) for n in units.EMITTED_BUILTINS}}


@dataclass
class Program:
    """An emitted program: its functions (the main one last), and what its outside names mean."""

    functions: list[b.Node]
    free: dict[str, Free]
    guards: list[tuple[Callable[[], Any], Any]]
    imports: set[str]
    filename: str
    large: bool = False  # whether its arrays are large, so that what they need goes into memory of a pool


@dataclass
class Helper:
    """One specialisation of a helper: what is known of its value, and the names of the pair that stands for it."""

    function: FunctionType
    result: Kind | None = None
    result_active: bool = True
    done: bool = False
    forward: str = ""
    reverse: str = ""
    active: list[int] = field(default_factory=list)
    saves: bool = True
    emitted: bool = False
    blanks: frozenset[str] | None = None  # parameters whose adjoints may have empty slots; None: not known yet
    asked: bool = False  # whether its result was wanted since it was last looked through
    normal: tuple[Unit, Facts] | None = None  # what was found when it was looked through, if it does not call itself
    shared: tuple[frozenset[str] | None] | None = None  # what `aliases.shared_by_result` has found, if it was asked
    kinds: tuple[Kind, ...] = ()
    flags: tuple[bool, ...] = ()
    dots: dict[str, str] = field(default_factory=dict)  # forward mode: active parameter -> the name of its tangent


def build(
    function: Any,
    wrt: tuple[int | str, ...],
    kinds: dict[str, Kind],
    *,
    value: bool = False,
    aux: bool = False,
    after: str | None = None,
    device: bool = False,
    holomorphic: bool = False,
    large: bool = False,
) -> Program:
    """The program of the gradient of `function` with respect to the parameters `wrt`, for arguments of these kinds.

    With `value` it returns the value as well, with `aux` the function returns a pair of which only the first item is differentiated.
    With `device` it is to run on arrays of a device, where elements are views; with `large` on arrays whose memory matters.
    """
    builder = Builder(device, after, holomorphic, large)
    function = as_function(function)
    return gathered(builder, function, builder.up_to(lambda: builder.main(function, wrt, kinds, value, aux)))


def gathered(builder: Builder, function: FunctionType, main: b.Node) -> Program:
    """The program of a builder's functions, the main one last, with the outside names that they read."""
    functions = [*builder.functions, main]
    bound = {f.name for f in functions}
    used = {n for f in functions for n in names.reads(f)}
    free = {n: f for n, f in builder.free.items() if n in used and n not in bound and not _is_import(n, f)}
    unknown = used - bound - free.keys() - {"np", "rt", "math"} - set(dir(builtins))
    if unknown:
        place = Place(function.__code__.co_filename, function.__code__.co_firstlineno)
        why = f"the meaning of {min(unknown)} could not be followed"
        raise Refused([Refusal(f"cannot differentiate {function.__name__}", place, why)])
    imports: set[str] = {n for n in ("np", "rt", "math") if n in used and n not in free}
    filename = source.look(function).filename
    for one in functions:
        if not hasattr(one, "filename"):
            one.filename = filename
    return Program(functions, free, builder.guards, imports, filename, builder.is_large())


def _is_import(name: str, free: Free) -> bool:
    import math

    import srcgrad_runtime

    if name in units.EMITTED_BUILTINS:
        return free.value is getattr(builtins, name)
    return {"np": np, "rt": srcgrad_runtime, "math": math}.get(name, MISSING) is free.value


def as_function(function: Any) -> FunctionType:
    """A callable that is not a plain function (a bound method, a partial, np.sin) as one whose source can be read."""
    if isinstance(function, FunctionType):
        return function
    found = prepare.wrapped(function)
    if found is None:
        name = getattr(function, "__name__", type(function).__name__)
        raise Refused(
            [Refusal(f"cannot write the adjoint of '{name}'", Place("", 0), "it is no Python function of its own")]
        )
    return found


Passed = Callable[[str, Unit, list[b.Node]], None]  # is told of a pass, and of the program after it


def _go_on(name: str, unit: Unit, body: list[b.Node]) -> None:
    """What is done after a pass when nobody looks."""


class _Reached(Exception):
    """The pass after which the program is wanted has been run."""

    def __init__(self, program: b.Node):
        super().__init__()
        self.program = program


class Builder:
    def __init__(
        self, device: bool = False, after: str | None = None, holomorphic: bool = False, large: bool = False
    ) -> None:
        self.after = after  # the pass after which the program is wanted; None: the whole of it
        self.device = device
        self.large = large
        self.holomorphic = holomorphic
        self.functions: list[b.Node] = []
        self.free: dict[str, Free] = {}
        self.guards: list[tuple[Callable[[], Any], Any]] = []
        self.helpers: dict[Any, Helper] = {}
        self.taken = names.Fresh({"np", "rt", "math"})
        self.consuming = False  # whether a reverse part takes apart what its forward part saved
        self.units: dict[FunctionType, Unit] = {}
        self.aux = ""  # the name of what is returned beside the value
        self.settled: list[Helper] = []  # those whose result is known, in the order in which it was found

    def plain(self, function: FunctionType) -> Unit:
        """The unit of a function as it is written, to be looked at only."""
        if function not in self.units:
            self.units[function] = units.unit_of(function, look=True)
        return self.units[function]

    # ---- the road of one function -----------------------------------------------------------------------------------------------

    def up_to(self, make: Callable[[], b.Node]) -> b.Node:
        """What `make` makes, or the program as it is after the pass that is wanted."""
        try:
            return make()
        except _Reached as reached:
            return reached.program

    def passed(self, name: str, unit: Unit, body: list[b.Node]) -> None:
        """A pass has been run on the main function, which ends here if the program is wanted as it is now."""
        if name == self.after:
            raise _Reached(self.shown(unit, body))

    def normal(
        self, function: FunctionType, active: set[str], kinds: dict[str, Kind], passed: Passed = _go_on
    ) -> tuple[Unit, Facts]:
        """The unit of a function in normal form and its facts; `passed` is told of each pass, whether or not it found anything."""
        unit = units.unit_of(function)
        own = [*unit.parameters]
        self.share_names(unit)
        fence.check(unit)
        unit.body = targets.name_places(unit.body, unit.fresh)
        passed("name_places", unit, unit.body)
        unit.body = patterns.cases_to_branches(unit.body, unit.fresh)
        passed("cases_to_branches", unit, unit.body)
        unit.body = jumps.remove_jumps(unit.body, unit.fresh)
        passed("remove_jumps", unit, unit.body)
        seeds = {dict(zip(own, unit.parameters, strict=True)).get(n, n) for n in active}
        if any(n in active and kind.holds_records for n, kind in kinds.items()):
            seeds.add(activity.RECORDS)
        unit = flatten.flatten(unit, seeds)
        self.share_names(unit)
        passed("flatten", unit, unit.body)
        renamed = dict(
            zip(own, unit.parameters, strict=True)
        )  # a parameter may have the name of a module that the program needs
        active, kinds = {renamed.get(n, n) for n in active}, {renamed.get(n, n): k for n, k in kinds.items()}
        self.guards += unit.guards
        unit = prepare.split(unit)
        passed("split", unit, unit.body)
        facts = self.infer(unit, kinds, active)
        unit, changed = positions.counted(unit, facts)
        passed("counted", unit, unit.body)
        if changed:
            facts = self.infer(unit, kinds, active)
        unit, changed = sequences.as_arrays(unit, facts)
        passed("as_arrays", unit, unit.body)
        if changed:
            facts = self.infer(unit, kinds, active)
        unit = prepare.known_lengths(unit, facts)
        passed("known_lengths", unit, unit.body)
        unit, changed = prepare.augmented(unit, facts)
        passed("augmented", unit, unit.body)
        if changed:
            facts = self.infer(unit, kinds, active)
        if stores.has_array_stores(unit, facts):
            unit, facts = self.with_stores(unit, facts, kinds, active, passed)
        else:
            passed("stores_of_calls", unit, unit.body)
            passed("retake_views", unit, unit.body)
        facts.active -= shifts.irrelevant(unit, facts)
        return unit, facts

    def with_stores(
        self, unit: Unit, facts: Facts, kinds: dict[str, Kind], active: set[str], passed: Passed
    ) -> tuple[Unit, Facts]:
        """The unit with its stores into arrays in their plain shapes, and what is known of shared memory."""
        unit, changed = stores.stores_of_calls(unit, facts)
        passed("stores_of_calls", unit, unit.body)
        if changed:
            facts = self.infer(unit, kinds, active)
        for _ in range(4):  # a view of a view gives way in two rounds
            unit, changed = stores.retake_views(unit, facts, inference.teller(unit, facts))
            if not changed:
                break
            facts = self.infer(unit, kinds, active)
        passed("retake_views", unit, unit.body)
        unit, changed = stores.plain_stores(unit, facts, inference.teller(unit, facts))
        if changed:
            facts = self.infer(unit, kinds, active)
        found = aliases.analyse(unit, facts)
        facts.groups, facts.stores, facts.end = found.groups, found.stores, found.end
        return unit, facts

    def infer(self, unit: Unit, kinds: dict[str, Kind], active: set[str]) -> Facts:
        return inference.infer(unit, kinds, active, self.summary)

    def share_names(self, unit: Unit) -> None:
        """Outside names are those of the whole program: one that means something else elsewhere gets another name here."""
        renamed: dict[str, str] = {}
        for name, free in sorted(unit.free.items()):
            known = self.free.get(name)
            if name in RESERVED and not _is_import(name, free):
                renamed[name] = unit.fresh(f"{name}_user")
            elif known is not None and not self.same(known, free):
                renamed[name] = unit.fresh(name)
                while renamed[name] in self.free:
                    renamed[name] = unit.fresh(name)
        bound = {n for s in unit.body for n in names.writes(s)}
        for name in RESERVED:
            if name in unit.parameters or (name not in unit.free and name in bound):
                renamed[name] = unit.fresh(name)
        if renamed:
            unit.body = [names.renamed(s, renamed) for s in unit.body]
            unit.parameters = [renamed.get(p, p) for p in unit.parameters]
            for old, new in renamed.items():
                if old in unit.free:
                    unit.free[new] = unit.free.pop(old)
        for name, free in unit.free.items():
            self.free.setdefault(name, free)

    def same(self, known: Free, free: Free) -> bool:
        if known.owner is free.owner and known.original == free.original:
            return True
        if known.value is not free.value or free.value is MISSING:
            return False
        return callable(free.value) or isinstance(free.value, type(np)) or _same_place(known, free)

    # ---- the main function ------------------------------------------------------------------------------------------------------

    def main(
        self,
        function: FunctionType,
        wrt: tuple[int | str, ...],
        kinds: dict[str, Kind],
        value: bool,
        aux: bool,
    ) -> b.Node:
        unit, facts, targets = self.opened(function, wrt, kinds)
        if aux:
            self.split_aux(unit, facts)
        self.passed("normal", unit, unit.body)
        fence.check_stores(unit, facts)
        last = unit.body.pop()
        result = last.value
        reverse = Reverse(unit, facts, self.use_helper)
        unit.body = reverse.block(unit.body)
        accumulate = Accumulate(reverse, facts)
        seed = self.seed(result, facts, reverse, unit, last)
        state = State({result.id} if seed is not None else set(), set())
        accumulate.block(unit.body, state, True)
        self.share_names(unit)
        storage = Storage(reverse, accumulate.swept, unit.body)
        changed = fence.changes_after_use(unit, facts)
        forward, backward = storage.run()
        fence.check_reads(unit, changed, backward)
        gradients = []
        given: list[b.Node] = []
        for name in targets:
            found = self.gradient(name, facts, reverse, state, accumulate)
            gradients.append(self.of_what_was_given(name, found, unit, storage, given))
        outcome: b.Node = gradients[0] if len(gradients) == 1 else b.tuple_(gradients)
        kept: list[b.Node] = []
        if value:
            # the reverse sweep puts names back to what they were before: the result needs one of its own
            final = unit.fresh("value")
            unit.temporaries.add(final)
            facts.kinds[final] = facts.kind(result.id)
            kept.append(b.at(b.assign(final, result), last))
            outcome = b.tuple_([b.name(final), outcome])
        if aux:
            final = unit.fresh("aux")
            unit.temporaries.add(final)
            lasting: b.Node = b.name(self.aux)
            if _shares(self.pair, facts, storage):  # the reverse sweep changes what it shares memory with
                lasting = b.call("rt.copy", lasting)
            kept.append(b.at(b.assign(final, lasting), last))
            self.aux = final
        if aux:
            outcome = b.tuple_(
                [b.tuple_([outcome.elts[0], b.name(self.aux)]), outcome.elts[1]]
                if value
                else [outcome, b.name(self.aux)]
            )
        first, kept_arguments, restored = self.keep_arguments(unit, facts, storage, last)
        body = [
            *given,
            *first,
            *forward,
            *kept,
            *kept_arguments,
            *([seed] if seed is not None else []),
            *backward,
            *restored,
            b.return_(outcome),
        ]
        self.passed("adjoint", unit, body)
        returned = {result.id} if isinstance(result, gast.Name) else set()
        marks = failing.marked(unit, facts, returned | {self.aux}, storage.layout)
        body = self.optimise(unit, facts, reverse, storage, body, targets, passed=self.passed, marks=marks)
        name = self.taken(_name_of(function) + "_grad")
        return self.shown(unit, body, name)

    def opened(
        self, function: FunctionType, wrt: tuple[int | str, ...], kinds: dict[str, Kind]
    ) -> tuple[Unit, Facts, list[str]]:
        """The unit of a function in normal form, its facts, and what its parameters `wrt` are called there."""
        plain = self.plain(function)
        parameters = [*plain.parameters]
        wanted = [self.parameter(plain, one) for one in wrt]
        for name in wanted:
            if name in plain.keyword_only or name in parameters or name in (plain.vararg, plain.kwarg):
                continue
            if plain.kwarg:
                raise plain.refuse(
                    plain.body[0],
                    f"cannot differentiate an argument that '**{plain.kwarg}' takes",
                    "its name is not in the source",
                )
            raise ArgumentError(f"{function.__name__} has no parameter {name!r}")
        active = set(wanted)
        everything = [*parameters, *(n for n in (plain.vararg, plain.kwarg) if n)]
        given = {
            n: K.constant_kind(kinds.get(n, K.UNKNOWN)) if n in active else kinds.get(n, K.UNKNOWN) for n in everything
        }
        unit, facts = self.normal(function, active, given, self.passed)
        renamed = dict(zip(parameters, unit.parameters, strict=True))
        return unit, facts, [renamed.get(n, n) for n in wanted]

    def parameter(self, unit: Unit, one: int | str) -> str:
        if isinstance(one, str):
            return one
        positional = [p for p in unit.parameters if p not in unit.keyword_only]
        if unit.vararg and one >= len(positional):
            raise unit.refuse(
                unit.body[0],
                f"cannot differentiate an argument that '*{unit.vararg}' takes",
                "its name is not in the source",
            )
        if not -len(positional) <= one < len(positional):
            raise ArgumentError(
                f"argnums {one} is out of range: {unit.name} has {len(positional)} positional parameters"
            )
        return positional[one]

    def split_aux(self, unit: Unit, facts: Facts) -> None:
        """`return value, aux`: the value alone is differentiated."""
        last = unit.body[-1]
        pair = last.value.id
        self.pair = pair
        main, self.aux = unit.fresh("value"), unit.fresh("aux")
        for i, name in enumerate((main, self.aux)):
            item = b.subscript(b.name(pair), b.constant(i))
            kind = facts.kind(pair)
            facts.kinds[name] = kind.items[i] if kind.items is not None and i < len(kind.items) else K.UNKNOWN
            unit.body.insert(-1, b.at(b.assign(name, item), last))
            unit.temporaries.add(name)
        if pair in facts.active:
            facts.active |= {main}
        last.value = b.name(main)

    def seed(self, result: b.Node, facts: Facts, reverse: Reverse, unit: Unit, last: b.Node) -> b.Node | None:
        if not isinstance(result, gast.Name):
            return None
        kind = K.constant_kind(facts.kind(result.id))
        if self.holomorphic:
            given = [b.name(result.id), b.constant(_name_of(unit.function)), b.constant(True)]
            return b.at(b.assign(reverse.bars(result.id), b.call("rt.seed", *given)), last)
        if result.id not in facts.active:
            samples: dict[str, Any] = {"bool": True, "str": "", "tuple": (), "list": [], "dict": {}}
            if kind.tag in samples or kind.tag == "static" and kind.value is None:
                checks.check_scalar(
                    samples.get(kind.tag), _name_of(unit.function)
                )  # raises: it is no real number on any path
            if kind.tag in ("float", "int"):
                return None
        if kind.tag == "float" and (kind.dtype in K.DOUBLE or not kind.dtype and _is_double(facts)):
            return b.at(b.assign(reverse.bars(result.id), b.constant(1.0)), last)
        if kind.tag == "float" and kind.dtype.startswith("float"):  # a plain 1.0 would become an array of float64
            return b.at(b.assign(reverse.bars(result.id), b.call(f"np.{kind.dtype}", b.constant(1.0))), last)
        # what comes out is not known to be a real number: that is checked where it is known
        checked = b.call("rt.seed", b.name(result.id), b.constant(_name_of(unit.function)))
        if result.id not in facts.active:
            return b.at(b.expression(checked), last)
        return b.at(b.assign(reverse.bars(result.id), checked), last)

    def of_what_was_given(
        self, name: str, gradient: b.Node, unit: Unit, storage: Storage, begin: list[b.Node]
    ) -> b.Node:
        """The gradient has the shapes and dtypes of the argument, and not of what the program may bind to its name later."""
        if not storage.definitions.get(name) or name not in names.reads(gradient):
            return gradient
        given = unit.fresh(f"{name}_given")
        unit.temporaries.add(given)
        begin.append(b.assign(given, b.name(name)))
        return names.renamed(gradient, {name: given})

    def keep_arguments(
        self, unit: Unit, facts: Facts, storage: Storage, last: b.Node
    ) -> tuple[list[b.Node], list[b.Node], list[b.Node]]:
        """Arguments that the reverse sweep puts back to what they were end as the function left them.

        Statements for the begin of the forward sweep, for its end, and for the end of the reverse sweep.
        """
        first, before, after = [], [], []
        for name in unit.parameters:
            if storage.content(name) not in storage.undone or not changes.is_buffer(facts.kind(name)):
                continue
            given = name
            if storage.definitions.get(name):  # the name comes to mean something else
                given = unit.fresh(f"{name}_given")
                unit.temporaries.add(given)
                first.append(b.assign(given, b.name(name)))
            final = unit.fresh(f"{name}_final")
            unit.temporaries.add(final)
            before.append(b.at(b.assign(final, b.call(b.attribute(given, "copy"))), last))
            index = gast.Constant(..., None) if facts.kind(name).is_array else gast.Slice(None, None, None)
            after.append(b.at(b.assign(b.subscript(b.name(given), index, store=True), b.name(final)), last))
        return first, before, after

    def gradient(self, name: str, facts: Facts, reverse: Reverse, state: State, done: Accumulate) -> b.Node:
        kind = facts.kind(name)
        if name not in state.present:
            return (
                b.call("rt.gradient", b.constant(None), b.name(name))
                if not (kind.is_array and kind.dtype.startswith("float"))
                else b.call("rt.zeros_like", b.name(name))
            )
        bar = b.name(reverse.bars(name))
        if kind.tag == "float":
            return bar if kind.dtype == "python" else b.call("rt.gradient", bar, b.name(name))
        if kind.is_array and name in state.owned and kind.dtype == "float64" and kind.rank:
            return bar
        if kind.tag == "list" and kind.items is not None and done.filled.get(name) == set(range(len(kind.items))):
            plain = [
                k.dtype == "python" if k.tag == "float" else k.is_array and k.rank and k.dtype == "float64"
                for k in kind.items
            ]
            if all(plain):
                return bar
        return b.call("rt.gradient", bar, b.name(name))

    def optimise(
        self,
        unit: Unit,
        facts: Facts,
        reverse: Reverse,
        storage: Storage,
        body: list[b.Node],
        escaping: list[str],
        results: set[str] | None = None,
        passed: Passed = _go_on,
        marks: frozenset[int] = frozenset(),
        given: frozenset[str] = frozenset(),
    ) -> list[b.Node]:
        """The statements of a function without what nobody needs; `given` are the names that it is handed besides the parameters."""
        bars = {bar: var for var, bar in reverse.bars.of.items()}

        @functools.cache
        def array(name: str) -> bool | None:
            kind = K.constant_kind(facts.kind(bars.get(name, name)))
            if kind.is_array:
                return True
            return False if kind.is_scalar or kind.tag in ("str", "none") else None

        @functools.cache
        def floating(name: str) -> bool:
            kind = facts.kind(bars.get(name, name))
            return kind.tag == "float" or (kind.is_array and kind.dtype.startswith("float"))

        def sequence(name: str) -> bool:
            kind = facts.kind(name)
            return name not in bars and (kind.tag in ("list", "tuple") or kind.is_array and bool(kind.rank))

        temporaries = frozenset(unit.temporaries | set(bars))
        known = ProgramFacts(
            array=array,
            floating=floating,
            sequence=sequence,
            parameters=frozenset(unit.parameters),
            temporaries=temporaries,
            tapes=frozenset(storage.tapes),
            escaping=frozenset(unit.parameters),
            results=frozenset(results or ()),
            fails=failures.teller(unit, facts),
        )
        body = optimise.keep_marked(body, known, marks)
        body = self.split_temporaries(unit, facts, storage, body)
        passed("split_temporaries", unit, body)
        known = replace(known, temporaries=known.temporaries | unit.temporaries)
        body = optimise.optimise(body, known, lambda name, now: passed(name, unit, now))
        if self.device:
            body = elements.own_numbers(body, known)
        passed("own_numbers", unit, body)
        if self.device:
            body = self.with_kernels(unit, body, replace(known, parameters=known.parameters | given, notes=Notes()))
        passed("form_kernels", unit, body)
        if self.device or self.is_large():
            body = release.release(body, kernels.knowing(replace(known, notes=Notes()), self.functions))
        passed("release", unit, body)
        return body

    def with_kernels(self, unit: Unit, body: list[b.Node], known: ProgramFacts) -> list[b.Node]:
        """The statements with their elementwise operations in kernels, which become functions of the program."""
        name = f"{_name_of(unit.function)}_kernel"
        body, made = kernels.form_kernels(body, known, unit.fresh, lambda: self.taken(name))
        for one in made:
            one.filename = unit.filename
        self.functions += made
        return body

    def is_large(self) -> bool:
        """Whether arguments or data from outside are large arrays of the host."""
        return self.large or not self.device and any(sizes.is_large(free.value) for free in self.free.values())

    def split_temporaries(self, unit: Unit, facts: Facts, storage: Storage, body: list[b.Node]) -> list[b.Node]:
        """A temporary that is computed again in the reverse sweep is another one there."""
        renamed: dict[str, str] = {}
        body = webs.split_webs(body, [], unit.fresh, unit.temporaries - storage.tapes, renamed)
        for new, old in renamed.items():
            unit.temporaries.add(new)
            if old in facts.kinds:
                facts.kinds[new] = facts.kinds[old]
        return body

    def shown(self, unit: Unit, body: list[b.Node], name: str = "") -> b.Node:
        parameters = [p for p in unit.parameters if p not in unit.keyword_only]
        arguments = b.parameters(parameters)
        arguments.kwonlyargs = [gast.Name(n, gast.Param(), None, None) for n in unit.keyword_only]
        arguments.kw_defaults = [None for _ in unit.keyword_only]
        if unit.vararg:
            arguments.vararg = gast.Name(unit.vararg, gast.Param(), None, None)
        if unit.kwarg:
            arguments.kwarg = gast.Name(unit.kwarg, gast.Param(), None, None)
        made = b.function(name or unit.name, arguments, body or [gast.Pass()])
        made.filename = unit.filename
        return made

    # ---- helpers ----------------------------------------------------------------------------------------------------------------

    def find(self, callee: Callee, kinds: tuple[Kind, ...], flags: tuple[bool, ...]) -> Helper:
        order = self.arrange(callee)
        kinds = tuple(map(K.unnamed, kinds))
        key = (callee.function, tuple(order), kinds, flags)
        if key not in self.helpers:
            self.helpers[key] = Helper(callee.function, kinds=kinds, flags=flags)
        return self.helpers[key]

    def arrange(self, callee: Callee) -> list[str]:
        """For each operand of a call (positional ones first) the parameter it goes to."""
        unit = self.plain(callee.function)
        if (
            unit.vararg
            or unit.kwarg
            or any(isinstance(a, gast.Starred) for a in callee.args)
            or "**" in callee.keywords
        ):
            raise unit.refuse(
                unit.body[0], f"cannot differentiate a call of '{unit.name}' with a variable number of arguments",
                "which argument goes where is not known", "pass the arguments one by one, or a list",
            )  # fmt: skip
        positional = [p for p in unit.parameters if p not in unit.keyword_only]
        return [*positional[: len(callee.args)], *callee.keywords]

    def parameters_of(
        self, callee: Callee, kinds: tuple[Kind, ...], flags: tuple[bool, ...]
    ) -> tuple[dict[str, Kind], set[str]]:
        order = self.arrange(callee)
        unit = self.plain(callee.function)
        found = dict(zip(order, kinds, strict=False))
        for name, default in unit.defaults.items():
            found.setdefault(name, K.of_value(default))
        active = {n for n, flag in zip(order, flags, strict=False) if flag}
        return found, active

    def summary(self, callee: Callee, kinds: tuple[Kind, ...], flags: tuple[bool, ...]) -> inference.Told:
        """Kind and activity of the result of a helper's call, and the operands whose memory it may share."""
        if not any(flags):
            return K.UNKNOWN, False, None
        helper = self.find(callee, kinds, flags)
        helper.asked = True
        if not helper.done:
            helper.done = True
            given, active = self.parameters_of(callee, helper.kinds, flags)
            while True:
                previous = (helper.result, helper.result_active)
                helper.asked, first = False, len(self.settled)
                unit, facts = self.normal(callee.function, active, given)
                helper.normal = None if helper.asked else (unit, facts)
                helper.result = K.join(helper.result, K.unnamed(facts.result))
                helper.result_active = facts.result_active
                if not helper.asked or previous == (helper.result, helper.result_active):
                    break
                for other in self.settled[first:]:  # they may have been told what no longer holds of this one
                    other.done = False
                del self.settled[first:]
            self.settled.append(helper)
        return helper.result, helper.result_active, lambda: self.shared(helper, callee)

    def shared(self, helper: Helper, callee: Callee) -> list[b.Node] | None:
        if helper.normal is None:  # it calls itself
            return None
        if helper.shared is None:
            helper.shared = (aliases.shared_by_result(*helper.normal),)
        (found,) = helper.shared
        if found is None:
            return None
        operands = [*callee.args, *callee.keywords.values()]
        return [o for o, parameter in zip(operands, self.arrange(callee), strict=True) if parameter in found]

    def use_helper(self, callee: Callee, reverse: Reverse, node: b.Node, target: str) -> tuple[list[b.Node], Effect]:
        """The statements that call the forward part in the place of `target = helper(...)`, and their effect."""
        operands = [*callee.args, *callee.keywords.values()]
        found = [reverse.kind_of(o) for o in operands]
        kinds, flags = tuple(k for k, _ in found), tuple(a for _, a in found)
        helper = self.find(callee, kinds, flags)
        self.emit(helper, callee)
        saved = reverse.unit.fresh(f"{_name_of(callee.function)}_saved")
        reverse.unit.temporaries.add(saved)
        reverse.facts.kinds[saved] = Kind("tuple", item=K.UNKNOWN)
        for name in {target, *(n for o in operands for n in names.reads(o))}:  # what is saved may be (a part of) these
            if name in reverse.facts.groups:
                aliases.join(reverse.facts.groups, name, saved)
        call = gast.Call(
            b.name(helper.forward), list(callee.args), [gast.keyword(n, v) for n, v in callee.keywords.items()]
        )
        forward = b.at(b.assign(b.tuple_([b.name(target, True), b.name(saved, True)], True), call), node)
        effect = Effect(frozenset([target]))
        order = self.arrange(callee)
        unit_active = [n for n, flag in zip(order, flags, strict=True) if flag]
        bars = []
        for name in unit_active:
            bar = reverse.unit.fresh(f"{name}_bar")
            reverse.unit.temporaries.add(bar)
            bars.append(bar)
        back = gast.Call(
            b.name(helper.reverse), [gast.Starred(b.name(saved), b.LOAD), b.name(reverse.bars(target))], []
        )
        if bars:
            targets = [b.name(n, True) for n in bars]
            effect.steps.append(
                Run(b.at(b.assign(targets[0] if len(bars) == 1 else b.tuple_(targets, True), back), node))
            )
        own = []
        active = [operand for operand, flag in zip(operands, flags, strict=True) if flag]
        for name, bar, operand in zip(unit_active, bars, active, strict=True):
            if isinstance(operand, gast.Name) and operand.id == target:
                own.append(b.name(bar))
            elif isinstance(operand, gast.Name):
                container = reverse.kind_of(operand)[0].tag not in ("float", "array")
                blank = container and (helper.blanks is None or name in helper.blanks)
                effect.steps.append(Add(operand.id, b.name(bar), blank=blank))
        if own:
            total = own[0]
            for more in own[1:]:
                total = b.call("rt.add", total, more)
            effect.steps.append(Replace(target, total))
        else:
            effect.always.append(Clear(target))
        return [forward], effect

    def emit(self, helper: Helper, callee: Callee) -> None:
        """Write the pair of functions of a helper (once)."""
        if helper.emitted:
            return
        helper.emitted = True
        function = callee.function
        helper.forward = self.taken(f"{_name_of(function)}_forward")
        helper.reverse = self.taken(f"{_name_of(function)}_reverse")
        given, active = self.parameters_of(callee, helper.kinds, helper.flags)
        found, helper.normal = helper.normal if helper.done else None, None
        unit, facts = found if found is not None else self.normal(function, active, given)
        fence.check_stores(unit, facts, helper=True)
        last = unit.body.pop()
        result = last.value
        reverse = Reverse(unit, facts, self.use_helper)
        unit.body = reverse.block(unit.body)
        accumulate = Accumulate(reverse, facts)
        state = State({result.id} if result.id in facts.active else set(), set())
        if result.id not in facts.active:
            reverse.bars(result.id)
        accumulate.block(unit.body, state, True)
        self.share_names(unit)
        storage = Storage(reverse, accumulate.swept, unit.body)
        changed = fence.changes_after_use(unit, facts)
        forward, backward = storage.run()
        fence.check_reads(unit, changed, backward)
        self.consuming = self.consuming or bool(storage.tapes or storage.undone)
        order = self.arrange(callee)
        renamed = dict(zip(self.plain(function).parameters, unit.parameters, strict=True))
        helper.blanks = frozenset(old for old, new in renamed.items() if new in accumulate.slots.blank)
        wanted = [renamed.get(n, n) for n, flag in zip(order, helper.flags, strict=True) if flag]
        bars = []
        for name in wanted:
            if name in state.present:
                bars.append(b.name(reverse.bars(name)))
            else:
                bars.append(b.call("rt.zeros_like", b.name(name)))
        seed = reverse.bars(result.id)
        tail = b.return_(bars[0] if len(bars) == 1 else b.tuple_(bars))
        handed = frozenset({*storage.definitions, *unit.parameters, seed})
        backward = self.optimise(unit, facts, reverse, storage, [*backward, tail], [], given=handed)
        saved = _needed(backward, unit, storage, seed)
        for name in reversed(saved):
            if name not in unit.parameters and not storage.surely_bound(name, forward):
                forward.insert(0, b.assign(name, b.constant(None)))
        value: b.Node = b.name(result.id)
        if _shares(
            result.id, facts, storage
        ):  # the caller's value is not to change when the reverse part puts back what was stored
            value = b.call("rt.copy", value)
        outcome = b.tuple_([value, b.tuple_(b.name(n) for n in saved)])
        marks = failing.marked(unit, facts, {result.id}, storage.layout)
        forward = self.optimise(unit, facts, reverse, storage, [*forward, b.return_(outcome)], [], marks=marks)
        made = self.shown(unit, forward, helper.forward)
        self.give_defaults(made, unit, function)
        back = b.function(helper.reverse, b.parameters([*saved, seed]), backward)
        back.filename = unit.filename
        self.functions += [made, back]

    def give_defaults(self, made: b.Node, unit: Unit, function: FunctionType) -> None:
        """The forward part has the defaults of the helper."""
        defaults = unit.defaults
        plain = self.plain(function).parameters
        values = []
        for name in plain:
            if name in unit.keyword_only:
                continue
            if name in defaults:
                values.append(self.default(name, defaults[name], function))
        made.args.defaults = values
        made.args.kw_defaults = [
            self.default(n, defaults[n], function) if n in defaults else None for n in plain if n in unit.keyword_only
        ]

    def default(self, name: str, value: Any, function: FunctionType) -> b.Node:
        if value is None or isinstance(value, (bool, int, float, str)):
            return b.constant(value)
        if isinstance(value, tuple) and all(isinstance(v, (int, float, str)) for v in value):
            return b.tuple_(b.constant(v) for v in value)
        own = self.taken(f"{_name_of(function)}_{name}")
        self.free[own] = Free(function, own, value, None)
        return b.name(own)


def _needed(backward: list[b.Node], unit: Unit, storage: Storage, seed: str) -> list[str]:
    """The names of the forward sweep that the reverse part reads, in the order of the program."""
    bound: set[str] = set()
    found: list[str] = []
    primal = set(storage.definitions) | set(unit.parameters) | storage.tapes
    _exposed_reads(backward, bound, found, primal - {seed})
    order = {n: i for i, n in enumerate([*unit.parameters, *storage.definitions])}
    return sorted(dict.fromkeys(found), key=lambda n: (order.get(n, len(order)), n))


def _exposed_reads(statements: list[b.Node], bound: set[str], found: list[str], primal: set[str]) -> None:
    for node in statements:
        if isinstance(node, gast.If):
            found += sorted((names.reads(node.test) & primal) - bound)
            one, other = set(bound), set(bound)
            _exposed_reads(node.body, one, found, primal)
            _exposed_reads(node.orelse, other, found, primal)
            bound |= one & other
        elif isinstance(node, gast.For):
            found += sorted((names.reads(node.iter) & primal) - bound)
            _exposed_reads(node.body, bound | names.writes(node.target), found, primal)
        elif isinstance(node, gast.While):
            found += sorted((names.reads(node.test) & primal) - bound)
            _exposed_reads(node.body, set(bound), found, primal)
        else:
            found += sorted((names.reads(node) & primal) - bound)
            bound |= names.writes(node)


def _is_double(facts: Facts) -> bool:
    """Whether all floating numbers and arrays of a unit are of double precision, or take that of what they meet."""
    for kind in map(K.constant_kind, facts.kinds.values()):
        known = kind.tag == "float" and kind.dtype not in ("", "python", "double") or kind.is_array
        if known and (not kind.dtype or np.dtype(kind.dtype).kind == "f" and kind.dtype != "float64"):
            return False
    return True


def _shares(name: str, facts: Facts, storage: Storage) -> bool:
    """Whether a value may share memory with an array that the reverse sweep puts back to what it was."""
    return any(storage.content(n) in storage.undone for n in {name} | facts.end.get(name, frozenset()))


def _same_place(a: Free, c: Free) -> bool:
    owners = [getattr(o.owner, "__globals__", None) for o in (a, c)]
    freevars = [getattr(getattr(o.owner, "__code__", None), "co_freevars", ()) for o in (a, c)]
    return (
        a.original == c.original
        and owners[0] is owners[1]
        and a.original not in freevars[0]
        and c.original not in freevars[1]
    )


def _name_of(function: Any) -> str:
    name = getattr(function, "__name__", "function")
    return name if name.isidentifier() else "lambda_"


__all__ = ["Program", "build", "is_fresh"]
