"""Every structural rule at arrays without entries, without axes, with extents of 1, and that may not be written to.

The calls of the table are drawn with other shapes; what the function itself does not take is left out. Rows are tried at all of these in
`test_table`.
"""

import warnings

import numpy as np
import pytest

from . import harness
from .test_table import STRUCTURAL, named

# those of the runtime are called by adjoints only, with arguments that belong together
PUBLIC = [rule for rule in STRUCTURAL if not rule.name.startswith("srcgrad_runtime.") or ".nn." in rule.name]


class Empty(harness.Draw):
    """Arrays whose first extent is 0."""

    def shaped(self, shape):
        return (0, *shape[1:]) if shape else shape

    def __call__(self, *shape):
        return super().__call__(*self.shaped(shape))

    def positive(self, *shape):
        return super().positive(*self.shaped(shape))

    def uniform(self, low, high, *shape):
        return super().uniform(low, high, *self.shaped(shape))

    def distinct(self, *shape):
        return super().distinct(*self.shaped(shape))

    def complex(self, *shape):
        return super().complex(*self.shaped(shape))


class EmptyRows(Empty):
    """Arrays whose last extent is 0."""

    def shaped(self, shape):
        return (*shape[:-1], 0) if shape else shape


class WithoutAxes(Empty):
    """Arrays of one entry without axes."""

    def shaped(self, shape):
        return ()


class Ones(Empty):
    """The first array of each call has extents of 1, so that it broadcasts with the others."""

    def __init__(self, name):
        super().__init__(name)
        self.number = 0

    def shaped(self, shape):
        self.number += 1
        return (1,) * len(shape) if self.number % 2 else shape


# calls that mean nothing in other extents, or whose numbers lie at a singular point
EXCEPT = {
    ("numpy.var", Ones), ("numpy.std", Ones),  # a given mean that is longer than the array
    ("numpy.diff", WithoutAxes),  # no differences are taken of a number
    ("numpy.linalg.multi_dot", WithoutAxes),
    ("numpy.einsum", Empty),  # a diagonal of extents that differ
    ("numpy.polymul", Empty), ("numpy.polymul", EmptyRows),  # a polynomial without coefficients
    # matrices that are none
    ("scipy.linalg._decomp_lu.lu_factor", Empty), ("scipy.linalg._decomp_lu.lu_factor", EmptyRows),
    ("scipy.linalg._decomp_lu.lu_factor", WithoutAxes), ("scipy.linalg._solvers.solve_sylvester", WithoutAxes),
    ("scipy.linalg._solvers.solve_discrete_lyapunov", Ones), ("scipy.special._logsumexp.logsumexp", WithoutAxes),
    ("scipy.linalg._special_matrices.toeplitz", EmptyRows), ("scipy.linalg._special_matrices.toeplitz", WithoutAxes),
    # vectors of a null space
    ("scipy.linalg._decomp_svd.svd", Empty), ("scipy.linalg._decomp_svd.svd", EmptyRows), ("scipy.linalg._decomp_qr.qr", EmptyRows),
    # points of fewer dimensions than the distribution
    ("scipy.stats._multivariate.multivariate_normal_gen.logpdf", WithoutAxes),
    ("scipy.stats._multivariate.multivariate_normal_gen.logpdf", Ones),
    ("scipy.stats._multivariate.multivariate_normal_gen.pdf", WithoutAxes),
    ("scipy.stats._multivariate.multivariate_normal_gen.pdf", Ones),
    ("numpy.linalg.svd", WithoutAxes), ("numpy.linalg.cond", WithoutAxes), ("numpy.linalg.cond", Ones),  # equal singular values
}  # fmt: skip


@pytest.mark.parametrize("kind", [Empty, EmptyRows, WithoutAxes, Ones])
@named(PUBLIC)
def test_other_extents(rule, kind):
    if (rule.name, kind) in EXCEPT or "RandomState" in rule.name:  # whose draws of one number are not replayed
        return
    for args, kwargs in taken(rule, kind(rule.name)):
        harness.check(rule, args, kwargs)


@named(STRUCTURAL)
def test_arguments_are_only_read(rule):
    """The adjoint of arguments that may not be written to is that of those that may."""
    for args, kwargs in taken(rule, harness.Draw(rule.name)):
        with np.errstate(all="ignore"):
            y = rule.function(*args, **kwargs)
        y_bar = harness.like_random(y, harness.Draw(rule.name))
        y_bar = tuple(y_bar) if isinstance(y_bar, list) else y_bar
        plain = harness.adjoint_of(rule, args, kwargs, y_bar, y)
        frozen = [harness.converted(part, read_only) for part in (args, list(kwargs.values()), y_bar, y)]
        found = harness.adjoint_of(rule, frozen[0], dict(zip(kwargs, frozen[1], strict=True)), frozen[2], frozen[3])
        for name, x_bar in found.items():
            harness.near(x_bar, plain[name], rule.name)


def read_only(x):
    x = x.copy("K")
    x.flags.writeable = False
    return x


def taken(rule, draw):
    """The calls of a rule that the function takes, and that have something to differentiate."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            cases = list(rule.cases(draw))
        except (ValueError, IndexError, TypeError, np.linalg.LinAlgError):  # they cannot be drawn so
            return
        for args, kwargs in cases:
            values = harness.bind(rule, args, kwargs)
            active = any(harness.floating(values[name]) for name in rule.differentiable if name in values.given)
            try:
                y = rule.function(*args, **kwargs)
            except Exception:
                continue
            if active and is_finite(y):
                yield args, kwargs


def is_finite(y):
    if isinstance(y, (list, tuple)):
        return all(map(is_finite, y))
    return not harness.floating(y) or bool(np.all(np.isfinite(y)))
