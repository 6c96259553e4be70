"""Every program of the suite in forward mode: the tangent along a random direction is the gradient times the direction."""

import pytest

from .programs import compare
from .programs.test_programs import LISTED, PROGRAMS


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: f"{p.area}-{p.name}")
def test_forward(program):
    if program.name in LISTED:
        return
    with compare.time_limit(60):
        outcome = compare.forward_outcome(program)
    assert outcome.verdict == "right" or outcome.verdict == "refused" and program.refused_ok, outcome.detail
