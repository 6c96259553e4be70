"""The programs of some areas have straight adjoints, but for those named here, where what the program does cannot be told from its text."""

import warnings

import pytest

import srcgrad

from . import compare, registry

AREAS = ("iterables",)
RECORDED = frozenset(
    {
        "list_of_an_array_changes_alone",  # grows, and items of it are replaced
        "list_of_a_list_changes_alone",  # has two names when it changes
        "sorted_keys_that_are_numbers",  # of a dict
        "combinations_of_a_list_that_grows",  # under another name
        "choices_of_a_number_that_is_given",  # lists in a list
        "pairs_of_what_changes",  # which items are taken before they change
        "zipped_with_numbers_without_an_end",  # a cycle has no end
    }
)


def is_recorded(program):
    gradient = srcgrad.grad(program.function, program.argnums)
    with warnings.catch_warnings(), compare.quiet():
        warnings.simplefilter("ignore")
        try:
            gradient(*program.make_args(), **program.kwargs)
        except Exception:
            if not program.raises:
                raise
    return "recorded because" in gradient.source.partition("\n")[0]


@pytest.mark.parametrize("area", AREAS)
def test_these_are_straight(area):
    programs = registry.load([area])
    assert {p.name for p in programs if is_recorded(p)} == RECORDED & {p.name for p in programs}
