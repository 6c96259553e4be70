"""A program in the making: what its functions share, and how they are put together."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import gast
from srcgrad_runtime.memory import sizes

from ...analyses import kinds as K
from ...analyses.facts import Facts
from ...analyses.kinds import Kind
from ...core import build as b
from ...core import names
from ...core.errors import ArgumentError, Place, Refusal, Refused
from ...core.unit import Free, Unit
from ...frontend import source
from ...normalise import prepare
from ...optimise import kernels
from ...optimise.facts import Facts as ProgramFacts
from ...optimise.notes import Note, Notes
from . import normal_form
from .outside import MODULES, Outside
from .specialised import Helpers


@dataclass
class Program:
    """An emitted program: its functions (the main one last), and what its outside names mean."""

    functions: list[b.Node]
    free: dict[str, Free]
    guards: list[tuple[Callable[[], Any], Any]]
    imports: set[str]
    filename: str
    large: bool = False  # whether its arrays are large, so that what they need goes into memory of a pool
    changed: tuple[
        str, ...
    ] = ()  # the parameters of the function that was differentiated whose memory it may store into
    changed_outside: tuple[str, ...] = ()  # and the outside names


class _Reached(Exception):
    """The pass after which the program is wanted has been run."""

    def __init__(self, program: b.Node):
        super().__init__()
        self.program = program


class Builder:
    """One program in the making: for arrays of a device if `device`, for arrays whose memory matters if `large`."""

    def __init__(self, device: bool = False, after: str | None = None, large: bool = False) -> None:
        self.after = after  # the pass after which the program is wanted; None: the whole of it
        self.device = device
        self.large = large
        self.functions: list[b.Node] = []
        self.outside = Outside()
        self.changed: set[str] = set()  # parameters of the main function whose memory it may store into
        self.helpers = Helpers(self.outside)
        self.taken = names.Fresh(set(MODULES))
        self.notes: dict[int, tuple[list[b.Node], Note]] = {}  # by the id of a function's statements

    # ---- the whole --------------------------------------------------------------------------------------------------------------

    def program(self, function: FunctionType, make: Callable[[], b.Node]) -> Program:
        """The program of a function: the main function that `make` makes, or what it is after the pass that is wanted, and the others."""
        try:
            main = make()
        except _Reached as reached:
            main = reached.program
        functions = [*self.functions, main]
        used: set[str] = set().union(*map(self._read_outside, functions))
        outside = used - {f.name for f in functions}
        free = self.outside.among(outside)
        unknown = outside - free.keys() - MODULES.keys() - set(dir(builtins))
        if unknown:
            place = Place(function.__code__.co_filename, function.__code__.co_firstlineno)
            why = f"the meaning of {min(unknown)} could not be followed"
            raise Refused([Refusal(f"cannot differentiate {function.__name__}", place, why)])
        imports: set[str] = {n for n in MODULES if n in used and n not in free}
        filename = source.look(function).filename
        for one in functions:
            if not hasattr(one, "filename"):
                one.filename = filename
        changed = tuple(sorted(self.changed)), tuple(sorted(self.outside.changed & free.keys()))
        return Program(functions, free, self.outside.guards, imports, filename, self.is_large(), *changed)

    def noted(self, body: list[b.Node], notes: Notes) -> None:
        """What is known of the statements of a function, as they are in the end; nothing is kept of what is not plain."""
        if all([notes.of(s).plain for s in body]):
            self.notes[id(body)] = body, notes.program(body)

    def _read_outside(self, function: b.Node) -> set[str]:
        """The names that a function of the program reads from outside."""
        body, note = self.notes.get(id(function.body), (None, None))
        if body is not function.body or note is None:
            return names.reads(function)
        arguments = function.args
        defaults = [d for d in (*arguments.defaults, *arguments.kw_defaults) if d is not None]
        own = note.bound.union([a.id for a in names.parameters_of(arguments)])
        return names.of_all(defaults)[0].union(set(note.loads) - own)

    def passed(self, name: str, unit: Unit, body: list[b.Node]) -> None:
        """A pass has been run on the main function, which ends here if the program is wanted as it is now."""
        if name == self.after:
            raise _Reached(shown(unit, body))

    def is_large(self) -> bool:
        """Whether arguments or data from outside are large arrays of the host."""
        return self.large or not self.device and any(sizes.is_large(free.value) for free in self.outside.free.values())

    # ---- the main function ------------------------------------------------------------------------------------------------------

    def opened(
        self, function: FunctionType, wrt: tuple[int | str, ...], kinds: dict[str, Kind]
    ) -> tuple[Unit, Facts, list[str]]:
        """The unit of a function in normal form, its facts, and what its parameters `wrt` are called there."""
        plain = self.helpers.plain(function)
        parameters = [*plain.parameters]
        wanted = [parameter(plain, one) for one in wrt]
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
        unit, facts = normal_form.find(function, active, given, self.outside, self.helpers.summary, self.passed)
        renamed = dict(zip(parameters, unit.parameters, strict=True))
        if facts.stores:
            self.changed |= {n for n in everything if facts.is_stored_into(renamed.get(n, n))}
        return unit, facts, [renamed.get(n, n) for n in wanted]

    # ---- functions of the program -----------------------------------------------------------------------------------------------

    def with_kernels(self, unit: Unit, body: list[b.Node], known: ProgramFacts) -> list[b.Node]:
        """The statements with their elementwise operations in kernels, which become functions of the program."""
        name = f"{name_of(unit.function)}_kernel"
        body, made = kernels.form_kernels(body, known, unit.fresh, lambda: self.taken(name))
        for one in made:
            one.filename = unit.filename
        self.functions += made
        return body

    def give_defaults(self, made: b.Node, unit: Unit, function: FunctionType) -> None:
        """The form of a helper that takes its arguments has its defaults."""
        defaults = unit.defaults
        plain, keyword_only = self.helpers.plain(function).parameters, self.helpers.plain(function).keyword_only
        values = []
        for name in plain:
            if name in keyword_only:
                continue
            if name in defaults:
                values.append(self._default(name, defaults[name], function))
        made.args.defaults = values
        made.args.kw_defaults = [
            self._default(n, defaults[n], function) if n in defaults else None for n in plain if n in keyword_only
        ]

    def _default(self, name: str, value: Any, function: FunctionType) -> b.Node:
        if value is None or isinstance(value, (bool, int, float, str)):
            return b.constant(value)
        if isinstance(value, tuple) and all(isinstance(v, (int, float, str)) for v in value):
            return b.tuple_(b.constant(v) for v in value)
        own = self.taken(f"{name_of(function)}_{name}")
        self.outside.free[own] = Free(function, own, value, None)
        return b.name(own)


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


def parameter(unit: Unit, one: int | str) -> str:
    """The parameter that is meant by a position or a name."""
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
        raise ArgumentError(f"argnums {one} is out of range: {unit.name} has {len(positional)} positional parameters")
    return positional[one]


def checks_of_pair(name: str, kind: Kind | None, function: Any) -> list[b.Node]:
    """What raises `ResultError` where the result of a function, by this name, is not the pair that `has_aux` stands for."""
    if kind is not None and kind.tag == "tuple" and kind.items is not None and len(kind.items) == 2:
        return []
    return [b.expression(b.call("rt.check_pair", b.name(name), b.constant(name_of(function))))]


def split_aux(unit: Unit, facts: Facts) -> tuple[str, str]:
    """`return value, aux`: the value alone is differentiated. Gives the names of the pair and of what comes beside the value."""
    last = unit.body[-1]
    pair = last.value.id
    main, aux = unit.fresh("value"), unit.fresh("aux")
    unit.body[-1:-1] = [b.at(check, last) for check in checks_of_pair(pair, facts.kind(pair), unit.function)]
    for i, name in enumerate((main, aux)):
        item = b.subscript(b.name(pair), b.constant(i))
        kind = facts.kind(pair)
        facts.kinds[name] = kind.items[i] if kind.items is not None and i < len(kind.items) else K.UNKNOWN
        unit.body.insert(-1, b.at(b.assign(name, item), last))
        unit.temporaries.add(name)
    if pair in facts.active:
        facts.active |= {main}
    last.value = b.name(main)
    return pair, aux


def shown(unit: Unit, body: list[b.Node], name: str = "") -> b.Node:
    """A function of a unit's parameters with these statements."""
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


def name_of(function: Any) -> str:
    """What a function is called in the names that are made of it."""
    name = getattr(function, "__name__", "function")
    return name if name.isidentifier() else "lambda_"
