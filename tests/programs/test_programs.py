"""Every program of the suite: its gradient is right, or it is refused and listed in `refused.txt`."""

from pathlib import Path

import pytest

from . import compare, registry

PROGRAMS = registry.load()
LISTED = frozenset(Path(__file__).with_name("refused.txt").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: f"{p.area}-{p.name}")
def test_program(program):
    with compare.time_limit(60):
        outcome = compare.outcome(program)
    if outcome.verdict == "refused":
        assert program.name in LISTED or program.refused_ok, f"refused, and not listed: {outcome.detail}"
        return
    assert outcome.verdict == "right", f"{outcome.verdict}: {outcome.detail}"
    assert program.name not in LISTED, "listed as refused, and it works now"


def test_the_list_of_refused_programs_names_programs():
    assert sorted(LISTED - {program.name for program in PROGRAMS}) == []


def test_the_suite_is_large_enough():
    assert len(PROGRAMS) >= 350
