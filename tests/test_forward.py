"""Every program of the suite in forward mode: the tangent along a random direction is the gradient times the direction."""

import statistics

import numpy as np
import pytest

import srcgrad

from .programs import compare
from .programs.test_programs import LISTED, PROGRAMS


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: f"{p.area}-{p.name}")
def test_forward(program):
    if program.name in LISTED:
        return
    with compare.time_limit(60):
        outcome = compare.forward_outcome(program)
    assert outcome.verdict == "right" or outcome.verdict == "refused" and program.refused_ok, outcome.detail


def test_adjoints_that_are_lists_are_added_item_by_item():
    def f(v):
        return statistics.stdev(v) + statistics.median(v) + statistics.pvariance(v)

    v, direction, step = [1.0, 2.0, 4.0, 7.0], [0.1, 0.2, -0.3, 0.5], 1e-5
    gradient = srcgrad.grad(f)
    near = [gradient([a + s * b for a, b in zip(v, direction, strict=True)]) for s in (step, -step)]
    expected = (np.array(near[0]) - np.array(near[1])) / (2 * step)
    np.testing.assert_allclose(srcgrad.jvp(gradient, (v,), (direction,))[1], expected, rtol=1e-6, atol=1e-8)
