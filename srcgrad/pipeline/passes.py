"""The passes, in the order in which they are run: from the text of a function to the program of its gradient.

This is the one list of them. `srcgrad dump --after NAME` prints the program as a pass leaves it, when it has been run for the first time;
those from `remove_dead` to `fold` are then run in turn until nothing changes. Analyses run between the passes and change nothing.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import optimise
from ..differentiate.program import cleaning, gradient
from ..differentiate.program.builder import Program
from ..emit import load, python
from ..normalise import (
    contexts,
    fields,
    flatten,
    jumps,
    patterns,
    positions,
    prepare,
    sequences,
    stores,
    storing,
    targets,
)
from ..optimise import elements, kernels, release


@dataclass(frozen=True)
class Pass:
    """One pass: its name, the function that it is, and what it does in one line."""

    name: str
    run: Callable[..., Any]
    does: str


def _pass(run: Callable[..., Any], name: str = "", does: str = "") -> Pass:
    return Pass(name or run.__name__, run, does or (run.__doc__ or "").strip().splitlines()[0])


PASSES = (
    # the normal form
    _pass(targets.name_places),
    _pass(patterns.cases_to_branches),
    _pass(contexts.enter_contexts),
    _pass(jumps.remove_jumps),
    _pass(flatten.flatten, does="One operation per statement; small helpers are put in the place of their calls."),
    _pass(prepare.split),
    _pass(fields.as_items),
    _pass(positions.counted),
    _pass(sequences.as_arrays),
    _pass(prepare.known_lengths),
    _pass(prepare.augmented),
    _pass(storing.stores_of_calls),
    _pass(stores.retake_views),
    _pass(stores.plain_stores, name="normal"),
    # the adjoint
    _pass(gradient.build, name="adjoint", does="The forward sweep with what it saves, and the reverse sweep."),
    _pass(cleaning.split_temporaries),
    # what nobody needs
    *map(_pass, (*optimise.PASSES, optimise.fuse, *optimise.LAST)),
    _pass(elements.own_numbers, does="On a device: numbers that are bound or kept are copies."),
    _pass(kernels.form_kernels, does="On a device: elementwise operations move into kernels."),
    _pass(release.release, does="On a device, or with large arrays: names are deleted after their last use."),
)


def show(name: str, text: str, **kinds: Any) -> None:
    """Print the first function of a text as the pass of this name leaves it: for doctests.

    `kinds` are example arguments by name; of other parameters nothing is known.
    """
    import numpy as np

    from ..analyses import kinds as K

    own = load.load(text.strip() + "\n", text.split("def ", 1)[1].split("(", 1)[0], {"np": np})
    known = {parameter: K.of_value(value) for parameter, value in kinds.items()}
    made = gradient.build(own, (0,), known, after=name)
    shown = python.text(Program(made.functions[-1:], {}, [], set(), made.filename))
    print(
        "\n".join(
            line.split("  # ")[0] for line in shown.splitlines() if line.strip() and not line.strip().startswith("#")
        )
    )
    linecache.checkcache()
