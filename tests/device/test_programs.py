"""The programs of the suite on a device: they give there what they give on the host, on both roads."""

import copy
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import nested
from tests.programs import registry


def has_arrays(program):
    return any(isinstance(leaf, np.ndarray) for _, leaf in nested.leaves(program.make_args(), ""))


PROGRAMS = [p for p in registry.load() if not p.raises and not p.refused_ok and has_arrays(p)]
# what CuPy itself has not
LACKING = (
    "list_that_an_array_is_added_to",
    "rows_that_are_given_as_tuples_and_lists",  # lists of its numbers
    "set_comprehension_of_passive_values",  # hashes of its numbers
    "placed_and_masked",  # np.place with several values
    "a_table_of_records_outside",  # records, texts and dates
    "fields_are_stored_and_read",
    "fields_that_are_vectors",
    "records_are_chosen_and_copied",
    "fields_as_attributes",
    "means_by_names",
    "rates_between_dates",
)
# where an array lies otherwise in memory than on the host, and a function gives a view in the place of a copy or the other way
# round: what the program means there is what it gives there by itself
LAYOUTS = ("layout_handed_on_by_arithmetic",)
DRAWS = (  # other numbers than on the host
    "random_numbers_drawn_once",
    "random_numbers_with_a_generator",
    "draws_from_an_array",
    "particles_drawn_again",
)


@pytest.mark.parametrize("program", PROGRAMS, ids=[p.name for p in PROGRAMS])
def test_program_on_the_device(program, xp):
    if program.name in DRAWS:
        pytest.skip("it draws random numbers")
    gradient = srcgrad.value_and_grad(program.function, argnums=program.argnums)
    args = program.make_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        here = call(program, gradient, copy.deepcopy(args))
        if program.name in LACKING:
            return refused_there(program, gradient, args, xp)
        there = call(program, gradient, srcgrad.to_device(copy.deepcopy(args), xp))
        if program.name in LAYOUTS:
            value = program.function(*srcgrad.to_device(copy.deepcopy(args), xp))
            assert np.allclose(value.get(), there[0].get()) and not np.allclose(value.get(), here[0])
            return None
    pairs = zip(nested.leaves(srcgrad.to_host(there), ""), nested.leaves(here, ""), strict=True)
    for (_, a), (path, b) in pairs:
        if isinstance(b, np.ndarray):
            assert (a.shape, a.dtype) == (b.shape, b.dtype), path
        if b is not None:
            rounding = 1e-5 if getattr(b, "dtype", None) == np.float32 else 1e-9
            assert np.allclose(a, b, rtol=rounding, atol=1e-3 * rounding, equal_nan=True), path


def call(program, gradient, args):
    if program.reset:
        program.reset()
    result = gradient(*args, **program.kwargs)
    if program.reset:
        program.reset()
    return result


def refused_there(program, gradient, args, xp):
    """What the device lacks is refused there, and nothing else is said or done."""
    with pytest.raises((srcgrad.Refused, TypeError, NotImplementedError)):
        call(program, gradient, srcgrad.to_device(copy.deepcopy(args), xp))
