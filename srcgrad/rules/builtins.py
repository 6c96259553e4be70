"""Python's built-in functions.

Functions that hand values on (zip, enumerate, map, reversed, sorted, list, dict, iter, next, ...) have no rule here:
they are containers, which the compiler looks into.
"""

from __future__ import annotations

import srcgrad_runtime as rt

from .declare import adjoint, elementwise, nondifferentiable, nondifferentiable_calls, refused, structural, tangent
from .elementwise import POSITIVE, power_of_constant

elementwise(abs, "rt.phase(x)", real=("np.sign(x)",))
elementwise(float, "1")
elementwise(
    pow,
    "rt.power_partial1(x1, x2)",
    "rt.power_partial2(x1, x2)",
    domain=(POSITIVE, (-2, 2)),
    constant={"x2": power_of_constant},
)
nondifferentiable_calls(pow, 3)


@tangent(abs, "x")
def abs_tangent(x_dot, x):
    return (rt.phase(x) * x_dot).real


def _sums(draw):
    yield ([0.7, -1.2, 2.0],), {}
    yield ([0.7, 3, 2.0], 0.5), {}
    yield ((0.7, draw(3)),), {}
    yield ([draw(2, 1), draw(3), 1.5], draw(3)), {}
    yield (draw(3, 2),), {}
    yield ([[0.7, 1.0], [draw(2)]], []), {}


structural(sum, "iterable, /, start=0", cases=_sums)


@adjoint(sum)
def sum_(iterable, *, y_bar):
    return rt.sum_adjoint(iterable, y_bar)


@adjoint(sum, "start")
def sum_start(start, *, y_bar):
    return y_bar[: len(start)] if isinstance(start, (list, tuple)) else rt.unbroadcast(y_bar, start)


@tangent(sum)
def sum_tangent(iterable_dot, iterable, start=0, *, y):
    return rt.sum_tangent(iterable_dot, iterable, start, y)


@tangent(sum, "start")
def sum_start_tangent(start_dot, *, y):
    return start_dot + rt.zeros_like(y)


def _extrema(draw):
    yield (0.7, 1.2, -1.0), {}
    yield (0.7, 3, 5.0), {}
    yield ([0.7, 1.2, -1.0],), {}
    yield (draw.distinct(4),), {}
    yield ([0.7, -1.2],), {"default": 0.0}


def _chosen(draw):
    yield (0.7, 1.2, -3.0), {"key": abs}
    yield ([0.7, 1.2, -3.0],), {"key": abs}


def _declare_extremum(function):
    structural(function, "*values, key=None, default=None", ignored=("default",),
               cases=lambda draw: [*_extrema(draw), *_chosen(draw)])  # fmt: skip

    @adjoint(function, without=("key",))
    def extremum_(values, *, values_active=None, y, y_bar):
        return rt.extremum_adjoint(values, y, y_bar, values_active)

    @adjoint(function)
    def extremum_by_key(values, key, *, y, y_bar):
        return rt.choice_adjoint(values, y, y_bar)

    @tangent(function)
    def extremum_tangent(values_dot, values, key=None, *, values_active, y):
        return rt.extremum_tangent(values_dot, values, y, values_active)


_declare_extremum(max)
_declare_extremum(min)
elementwise(
    max,
    "rt.maximum_partial(x1, x2)",
    "rt.maximum_partial(x2, x1)",
    passive={"x1": (None, "x2 > x1"), "x2": ("x1 > x2", None)},
    count=2,
)
elementwise(
    min,
    "rt.minimum_partial(x1, x2)",
    "rt.minimum_partial(x2, x1)",
    passive={"x1": (None, "x2 < x1"), "x2": ("x1 < x2", None)},
    count=2,
)

structural(complex, "real=0, imag=0", cases=lambda draw: [((0.7, 1.2), {}), ((0.7,), {}), ((0.7 + 1j, 0.5), {})])


@adjoint(complex, "real")
def complex_real(real, *, y_bar):
    return rt.unbroadcast(y_bar, real)


@adjoint(complex, "imag")
def complex_imag(imag, *, y_bar):
    return rt.unbroadcast(1j * y_bar, imag)


@tangent(complex, "real")
def complex_real_tangent(real_dot):
    return complex(real_dot)


@tangent(complex, "imag")
def complex_imag_tangent(imag_dot):
    return 1j * imag_dot


structural(divmod, "x1, x2, /", cases=lambda draw: [((2.9, 0.7), {}), ((-2.9, 0.7), {}), ((draw(3) * 3, 0.7), {})])


@adjoint(divmod, "x1")
def divmod_x1(x1, *, y_bar):
    return rt.unbroadcast(y_bar[1], x1)


@adjoint(divmod, "x2")
def divmod_x2(x2, *, y, y_bar):
    return None if y_bar[1] is None else rt.unbroadcast(-y[0] * y_bar[1], x2)


@tangent(divmod, "x1")
def divmod_x1_tangent(x1_dot, *, y):
    return (0 * y[0], x1_dot + 0 * y[1])


@tangent(divmod, "x2")
def divmod_x2_tangent(x2_dot, *, y):
    return (0 * y[0], -y[0] * x2_dot)


nondifferentiable(
    int, bool, len, range, print, str, repr, type, id, hash, isinstance, issubclass, callable, format, ascii, bin, oct,
    hex, chr, ord, input, hasattr, dir, any, all, round, bytes, bytearray, slice, open, help, object,
)  # fmt: skip
refused(eval, "its text is not looked into; write the expression in the program")
refused(exec, "its text is not looked into; write the statements in the program")
refused(compile, "its text is not looked into")
refused(memoryview, "it shows memory without NumPy; index the array")
