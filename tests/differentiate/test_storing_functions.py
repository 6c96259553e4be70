"""Programs with functions that store have straight adjoints, which are differentiated once more."""

import warnings

import numpy as np
import pytest

import srcgrad
from tests.programs import registry, test_second_order

PROGRAMS = [p for p in registry.load(["storing_functions"]) if not p.raises]
# of single precision; they may be computed in that of the buffer
RECORDED = {"reductions_in_the_precision_of_their_buffer", "what_a_call_gives_is_stored_into_in_a_loop"}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_straight(program):
    gradient = srcgrad.value_and_grad(program.function, program.argnums)
    with np.errstate(all="ignore"):
        gradient(*program.make_args())
    assert test_second_order.is_recorded(gradient) == (program.name in RECORDED)


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.expected and p.step < 1e-2], ids=lambda p: p.name)
def test_products_with_the_hessian(program):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gradient = test_second_order.Gradient(program)
        v = np.random.default_rng(0).normal(size=gradient.x.shape)
        h = test_second_order.STEP
        near = (gradient(gradient.x + h * v) - gradient(gradient.x - h * v)) / (2 * h)
        found = gradient.along(v)
    np.testing.assert_allclose(found, near, rtol=1e-5, atol=1e-5 * (1 + np.abs(near).max()))
