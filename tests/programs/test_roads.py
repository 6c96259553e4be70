"""The programs of some areas have straight adjoints, but for those named here, where what the program does cannot be told from its text."""

import warnings

import pytest

import srcgrad

from . import compare, registry

AREAS = ("iterables", "tables", "closures", "entries")
RECORDED = frozenset(
    {
        "list_of_an_array_changes_alone",  # grows, and items of it are replaced
        "list_of_a_list_changes_alone",  # has two names when it changes
        "sorted_keys_that_are_numbers",  # of a dict
        "pairs_of_what_changes",  # which items are taken before they change
        "zipped_with_numbers_without_an_end",  # a cycle has no end
        "a_row_many_times",  # rows that may be one list
        "a_row_in_two_places",
        "a_row_is_replaced_by_another",
        "rows_change_places",
        "a_row_outlives_its_place",
        "a_table_that_is_given",
        "a_table_of_two_names",
        "a_row_that_grows",
        "a_table_in_branches",  # what float(...) gives might be a part of something
        "arrays_in_a_table",
        "a_list_grows_in_a_list",  # after it was put there
        "one_list_all_the_time",
        "closures_of_a_loop_see_the_last_value",  # functions in a list
        "closures_of_a_loop_with_defaults",
        "function_kept_before_its_name_is_a_number",
        "closure_kept_while_its_maker_runs_again",  # one function in the first trip, another one later
        "function_replaced_by_another_in_a_loop",
        "global_passive_value_rebound",
        "global_active_value_rebound",
        "recursive_closure",
        "dict_used_as_a_whole_and_then_filled",
        "dict_of_two_names_is_filled",
        "entry_that_a_loop_adds",
        "entry_that_a_branch_adds",
        "entry_that_a_branch_does_not_add",
        "dict_that_the_next_trip_reads",  # is bound twice
        "dict_caught_half_filled",
        "dict_within_a_dict",
        "dict_deleted_from",
        "list_that_grows_is_spread",
        "list_changed_before_it_is_spread",
        "dict_that_changes_is_spread",
        "dict_that_a_helper_changes_is_spread",
        "dict_that_changes_while_it_is_copied",
        "chosen_entries_of_a_dict",
        "list_of_two_names_loses_an_item",
        "list_that_a_branch_shortens",
        "field_of_a_parameter_of_the_same_name",
        "field_that_is_stored_into",
        "one_of_two_named_tuples",
        "field_that_a_subclass_computes",
        "named_tuple_with_a_field_replaced",
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
