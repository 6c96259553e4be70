"""The functions of a program without what nobody needs, and as they suit the arrays they are for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

from ... import optimise
from ...analyses import failures
from ...analyses import kinds as K
from ...analyses.facts import Facts
from ...core import build as b
from ...core.unit import Unit
from ...normalise import webs
from ...optimise import elements, kernels, release
from ...optimise.facts import Facts as ProgramFacts
from ...optimise.notes import Notes
from .builder import Builder
from .normal_form import Passed, go_on
from .sweeps import Sweeps

TYPED = ("float32", "float64", "complex64", "complex128")


def cleaned(
    builder: Builder,
    sweeps: Sweeps,
    body: list[b.Node],
    marks: frozenset[int] = frozenset(),
    given: frozenset[str] = frozenset(),
    passed: Passed = go_on,
) -> list[b.Node]:
    """The statements of a function of sweeps without what nobody needs.

    `marks` are the expressions that stay because they may raise, `given` the names that the function is handed besides the parameters.
    """
    unit, facts, tapes = sweeps.unit, sweeps.facts, sweeps.storage.tapes
    bars = {bar: var for var, bar in sweeps.reverse.bars.of.items()}
    array, floating = told(facts, bars)

    def sequence(name: str) -> bool:
        kind = facts.kind(name)
        return name not in bars and (kind.tag in ("list", "tuple") or kind.is_array and bool(kind.rank))

    def typed(name: str) -> bool:
        kind = facts.kind(name)
        return name not in bars and (kind.is_array or kind.tag == "float") and kind.dtype in TYPED

    made = sweeps.reverse.made()  # those that are handed over may share memory
    known = ProgramFacts(
        array=array,
        floating=floating,
        typed=typed,
        sequence=sequence,
        parameters=frozenset([*unit.parameters, *(made & given)]),
        temporaries=frozenset(unit.temporaries | set(bars)),
        tapes=frozenset(tapes),
        escaping=frozenset(unit.parameters),
        fails=failures.teller(unit, facts),
    )
    body = optimise.keep_marked(body, known, marks)
    body = split_temporaries(unit, facts, tapes, body, known.notes)
    passed("split_temporaries", unit, body)
    known = replace(known, temporaries=known.temporaries | unit.temporaries)
    body = optimise.optimise(body, known, lambda name, now: passed(name, unit, now), living=bool(marks))
    if builder.device:
        body = elements.own_numbers(body, known)
    passed("own_numbers", unit, body)
    if builder.device:
        body = builder.with_kernels(unit, body, replace(known, parameters=known.parameters | given, notes=Notes()))
    passed("form_kernels", unit, body)
    if builder.device or builder.is_large():
        body = release.release(body, kernels.knowing(replace(known, notes=Notes()), builder.functions))
    passed("release", unit, body)
    builder.noted(body, known.notes)
    return body


def told(facts: Facts, owners: Mapping[str, str]) -> tuple[Callable[[str], bool | None], Callable[[str], bool]]:
    """Which names are arrays, and which are floating; an adjoint or a tangent is what its owner is."""

    @functools.cache
    def array(name: str) -> bool | None:
        kind = facts.kind(owners.get(name, name))
        tag = kind.tag if kind.tag != "static" else K.constant_kind(kind).tag
        if tag == "array":
            return True
        return False if tag in ("float", "int", "bool", "str", "none") else None

    @functools.cache
    def floating(name: str) -> bool:
        kind = facts.kind(owners.get(name, name))
        return kind.tag == "float" or kind.tag == "array" and kind.dtype.startswith("float")

    return array, floating


def split_temporaries(
    unit: Unit, facts: Facts, tapes: set[str], body: list[b.Node], notes: Notes | None = None
) -> list[b.Node]:
    """A temporary that is computed again in the reverse sweep is another one there; `notes` are what is known of the statements."""
    renamed: dict[str, str] = {}
    notes = notes or Notes()

    def told(statement: b.Node) -> tuple[set[str], list[str]] | None:
        note = notes.of(statement)
        return (note.loaded, note.binds) if note.plain else None

    body = webs.split_webs(body, [], unit.fresh, unit.temporaries - tapes, renamed, told)
    for new, old in renamed.items():
        unit.temporaries.add(new)
        if old in facts.kinds:
            facts.kinds[new] = facts.kinds[old]
    return body
