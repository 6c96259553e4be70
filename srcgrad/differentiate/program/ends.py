"""What stands between the sweeps and the caller: the seed, gradients in the form of the arguments, arguments as the function leaves them."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np
from srcgrad_runtime import checks

from ...analyses import changes
from ...analyses import kinds as K
from ...analyses.facts import Facts
from ...core import build as b
from ...core import names
from .builder import name_of
from .sweeps import Sweeps


def seed(sweeps: Sweeps, holomorphic: bool) -> b.Node | None:
    """The statement that binds the adjoint of the result, or checks the result; None where nothing depends on the arguments."""
    facts, last, bars, unit = sweeps.facts, sweeps.last, sweeps.reverse.bars, sweeps.unit
    result = last.value
    if not isinstance(result, gast.Name):
        return None
    kind = K.constant_kind(facts.kind(result.id))
    if holomorphic:
        given = [b.name(result.id), b.constant(name_of(unit.function)), b.constant(True)]
        return b.at(b.assign(bars(result.id), b.call("rt.seed", *given)), last)
    if result.id not in facts.active:
        samples: dict[str, Any] = {"bool": True, "str": "", "tuple": (), "list": [], "dict": {}}
        if kind.tag in samples or kind.tag == "static" and kind.value is None:
            # raises: it is no real number on any path
            checks.check_scalar(samples.get(kind.tag), name_of(unit.function))
        if kind.tag in ("float", "int"):
            return None
    if kind.tag == "float" and (kind.dtype in K.DOUBLE or not kind.dtype and _is_double(facts)):
        one: b.Node = b.constant(1.0)
        if kind.dtype in ("float64", "double") and has_lower_precision(
            facts
        ):  # a plain 1.0 takes that of what it meets
            one = b.call("np.float64", one)
        return b.at(b.assign(bars(result.id), one), last)
    if kind.tag == "float" and kind.dtype.startswith("float"):  # a plain 1.0 would become an array of float64
        return b.at(b.assign(bars(result.id), b.call(f"np.{kind.dtype}", b.constant(1.0))), last)
    # what comes out is not known to be a real number: that is checked where it is known
    checked = b.call("rt.seed", b.name(result.id), b.constant(name_of(unit.function)))
    if result.id not in facts.active:
        return b.at(b.expression(checked), last)
    return b.at(b.assign(bars(result.id), checked), last)


def _is_double(facts: Facts) -> bool:
    """Whether all floating numbers and arrays of a unit are of double precision, or take that of what they meet."""
    for kind in map(K.constant_kind, facts.kinds.values()):
        known = kind.tag == "float" and kind.dtype not in ("", "python", "double") or kind.is_array
        if known and (not kind.dtype or np.dtype(kind.dtype).kind == "f" and kind.dtype != "float64"):
            return False
    return True


def has_lower_precision(facts: Facts) -> bool:
    """Whether numbers or arrays of less than double precision are known to be in a unit."""
    kinds = facts.kinds.values()  # a constant is in double precision
    return any(k.dtype in ("float16", "float32") and k.tag in ("float", "array") for k in kinds)


def gradient(name: str, sweeps: Sweeps) -> b.Node:
    """The gradient of an argument: its adjoint, in the structure and the dtypes of the argument."""
    state = sweeps.state
    kind = sweeps.facts.kind(name)
    if name not in state.present:
        return (
            b.call("rt.gradient", b.constant(None), b.name(name))
            if not (kind.is_array and kind.dtype.startswith("float"))
            else b.call("rt.zeros_like", b.name(name))
        )
    bar = sweeps.reverse.bar_of_argument(name)
    if kind.tag == "float":
        return bar if kind.dtype == "python" else b.call("rt.gradient", bar, b.name(name))
    if kind.is_array and name in state.owned and kind.dtype == "float64" and kind.rank:
        if not has_lower_precision(sweeps.facts):
            return bar
    filled = sweeps.accumulate.filled.get(name)
    if kind.tag == "list" and kind.items is not None and filled == set(range(len(kind.items))):
        plain = [
            k.dtype == "python" if k.tag == "float" else k.is_array and k.rank and k.dtype == "float64"
            for k in kind.items
        ]
        if all(plain):
            return bar
    return b.call("rt.gradient", bar, b.name(name))


def of_what_was_given(name: str, gradient: b.Node, sweeps: Sweeps, begin: list[b.Node]) -> b.Node:
    """The gradient has the shapes and dtypes of the argument, and not of what the program may bind to its name later."""
    if not sweeps.storage.definitions.get(name) or name not in names.reads(gradient):
        return gradient
    given = _temporary(sweeps, f"{name}_given")
    begin.append(b.assign(given, b.name(name)))
    return names.renamed(gradient, {name: given})


def keep_arguments(sweeps: Sweeps) -> tuple[list[b.Node], list[b.Node], list[b.Node]]:
    """Arguments that the reverse sweep puts back to what they were end as the function left them.

    Statements for the begin of the forward sweep, for its end, and for the end of the reverse sweep.
    """
    facts, storage, last = sweeps.facts, sweeps.storage, sweeps.last
    first, before, after = [], [], []
    for name in sweeps.unit.parameters:
        if storage.content(name) not in storage.undone or not changes.is_buffer(facts.kind(name)):
            continue
        if not facts.is_stored_into(name):  # it is in a group with what is
            continue
        given = name
        if storage.definitions.get(name):  # the name comes to mean something else
            given = _temporary(sweeps, f"{name}_given")
            first.append(b.assign(given, b.name(name)))
        final = _temporary(sweeps, f"{name}_final")
        before.append(b.at(b.assign(final, b.call(b.attribute(given, "copy"))), last))
        index = gast.Constant(..., None) if facts.kind(name).is_array else gast.Slice(None, None, None)
        after.append(b.at(b.assign(b.subscript(b.name(given), index, store=True), b.name(final)), last))
    return first, before, after


def keep(value: b.Node, wish: str, sweeps: Sweeps, statements: list[b.Node]) -> b.Node:
    """A name of its own for a value at the end of the forward sweep: the reverse sweep puts names back to what they were before."""
    final = _temporary(sweeps, wish)
    statements.append(b.at(b.assign(final, value), sweeps.last))
    return b.name(final)


def _temporary(sweeps: Sweeps, wish: str) -> str:
    name = sweeps.unit.fresh(wish)
    sweeps.unit.temporaries.add(name)
    return name
