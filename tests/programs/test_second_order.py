"""Second derivatives of the programs that are recorded: products of the Hessian with a vector against differences of gradients."""

import contextlib
import io
import warnings

import numpy as np
import pytest

import srcgrad

from . import compare, registry

STEP = 1e-5


def is_recorded(gradient):
    return "recorded because" in srcgrad.source(gradient).partition("\n")[0]


class Gradient:
    """The gradient of a program as a function of one vector, and its derivative along a direction."""

    def __init__(self, program):
        self.program = program
        self.args, self.number = program.make_args(), program.numbers[0]
        self.x, self.unravel = srcgrad.ravel(self.args[self.number])
        self.gradient = srcgrad.grad(program.function, self.number)

    def run(self, function, *args):
        if self.program.reset:
            self.program.reset()
        np.random.seed(1)
        with contextlib.redirect_stdout(io.StringIO()):
            return srcgrad.ravel(function(*args))[0]

    def __call__(self, x):
        args = list(compare.copies(self.args))
        args[self.number] = self.unravel(x)
        return self.run(lambda *args: self.gradient(*args, **self.program.kwargs), *args)

    def along(self, direction):
        function = self.program.function
        if self.program.kwargs:
            function = lambda *args: self.program.function(*args, **self.program.kwargs)  # noqa: E731
        tangents = [None] * len(self.args)
        tangents[self.number] = self.unravel(direction)
        return self.run(srcgrad.hvp, function, tuple(compare.copies(self.args)), tuple(tangents))


@pytest.mark.parametrize("area", registry.AREAS)
def test_products_with_the_hessian(area):
    wrong = {}
    for program in registry.load([area]):
        if program.raises or program.refused_ok or program.expected:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gradient = Gradient(program)
            gradient(gradient.x)
            if not is_recorded(gradient.gradient):
                continue
            v = np.random.default_rng(0).normal(size=gradient.x.shape)
            near = (gradient(gradient.x + STEP * v) - gradient(gradient.x - STEP * v)) / (2 * STEP)
            found = gradient.along(v)
        if found.shape != near.shape or not np.allclose(found, near, rtol=1e-5, atol=1e-5 * (1 + np.abs(near).max())):
            wrong[program.name] = (found, near)
    assert not wrong
