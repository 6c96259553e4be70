"""The functions of Python's `cmath` module; read when somebody has imported it."""

from __future__ import annotations

import cmath

import srcgrad_runtime as rt

from .declare import nondifferentiable, written


def _number(draw):
    """Numbers where all of them but `acosh` are smooth; the programs of the tests have complex ones."""
    yield (0.6,), {}


for _name in (
    "exp",
    "log10",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "atanh",
):
    written(getattr(cmath, _name), getattr(rt.written, f"cmath_{_name}"), _number)
written(cmath.acosh, rt.written.cmath_acosh, lambda draw: [((1.6,), {})])
written(cmath.phase, rt.written.cmath_phase, _number)
written(cmath.polar, rt.written.cmath_polar, _number)
written(cmath.log, rt.written.cmath_log, lambda draw: [*_number(draw), ((0.6, 2.5), {})])
written(cmath.rect, rt.written.cmath_rect, lambda draw: [((0.7, 0.4), {})])
nondifferentiable(cmath.isclose, cmath.isfinite, cmath.isinf, cmath.isnan)
