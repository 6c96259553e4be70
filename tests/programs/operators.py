"""Operators, comparisons, built-in functions and `math` on scalars; broadcasting in each operator."""

import collections
import math
import operator

import numpy as np

from .registry import program


@program(lambda r: (r.num(), r.num()), (0, 1))
def arithmetic(x, y):
    return (x + y) * (x - y) / (x * y) - -x + +y


@program(lambda r: (r.num(), r.num()), (0, 1))
def power_both_sides(x, y):
    return x**y + 2.0**x + y**3 + y**0.5 + x**-2


@program(lambda r: (-1.5,))
def integer_power_of_a_negative(x):
    return x**2 + x**3 + x**-1 + x**0 + x**1


@program(lambda r: (0.0,))
def integer_powers_of_zero(x):
    return x**2 + 3 * x**1 + x**0 + x**3


@program(lambda r: (np.array([0.0, -1.0, 2.0]),))
def integer_powers_of_an_array(x):
    return np.sum(x**2 + x**3 + 2 * x**1 + x**0)


@program(lambda r: (np.array([0.0, -1.0, 2.0]), 2))
def power_with_an_integer_argument(x, n):
    return np.sum(x**n + x ** (n + 1))


@program(lambda r: (np.array([0.5, 1.0, 2.0]), np.array([2.0, 0.5, 3.0])), (0, 1))
def power_of_arrays(x, y):
    return np.sum(x**y)


@program(lambda r: (r.num(2.3, 2.6), r.num(0.7, 0.9)), (0, 1))
def remainder_of_both(x, y):
    return (x % y) * x + x // y


@program(lambda r: (r.num(), r.num()), (0, 1))
def divmod_of_both(x, y):
    q, m = divmod(x * 7.0, y)
    return q + m * m


@program(lambda r: (r.num(),))
def comparisons_as_numbers(x):
    return (x > 0) * x + (x < 0) * 5.0 + (x == x) * 2 * x


@program(lambda r: (r.num(), r.num()), (0, 1))
def chained_comparison(x, y):
    return x * y if 0.0 < x <= 5.0 > y else x + y


@program(lambda r: (r.num(), r.num()), (0, 1))
def boolean_values(x, y):
    a = x and y  # the value of y
    b = x or y  # the value of x
    c = 0.0 or x * y
    d = (not x) or y
    return a * 2 + b * 3 + c + d


@program(lambda r: (r.num(),))
def boolean_guard(x):
    return (x > 1e6 and 1.0 / (x - x)) or x * x


@program(lambda r: (r.num(), r.num()), (0, 1))
def conditional_expressions(x, y):
    return (x if x > y else y) * (y if x > y else x) + (x * y if x else 0.0)


@program(lambda r: (r.num(), r.num()), (0, 1))
def builtin_functions(x, y):
    return abs(-x) + pow(x, y) + pow(y, 2) + max(x, y) * min(x, y) + float(x) * sum([x, y, x])


@program(lambda r: (r.num(), r.num()), (0, 1))
def min_and_max_of_many(x, y):
    return max(x, y, 0.1) + min(x, y, 10.0) + max([x * 2, y]) + min((x, y * 3)) + max(x, -5.0)


@program(lambda r: (r.num(),))
def rounding_has_no_gradient(x):
    return x * round(x * 3) + int(x * 3) + math.floor(x) + math.ceil(x) + np.floor(x * 2)


@program(lambda r: (r.num(),))
def cut_by_int(x):
    n = int(x * 3)
    return x * n + n


@program(lambda r: (0.37,))
def math_functions(x):
    a = math.sin(x) + math.cos(x) + math.tan(x) + math.asin(x) + math.acos(x) + math.atan(x)
    b = math.sinh(x) + math.cosh(x) + math.tanh(x) + math.asinh(x) + math.acosh(x + 1) + math.atanh(x)
    c = math.exp(x) + math.log(x) + math.sqrt(x) + math.log1p(x) + math.expm1(x) + math.log2(x) + math.log10(x)
    return a * b + c


@program(lambda r: (r.num(), r.num()), (0, 1))
def math_functions_of_two(x, y):
    return math.atan2(x, y) + math.hypot(x, y) + math.pow(x, y) + math.fabs(x - 5) + math.copysign(x, -1.0) * y


@program(lambda r: (0.37,))
def math_special_functions(x):
    return math.erf(x) + math.erfc(x) + math.lgamma(x) + math.gamma(x)


@program(lambda r: (r.num(),))
def math_log_with_a_base(x):
    return math.log(x, 2) + math.log(x, 10.0)


@program(lambda r: (r.vec(4),))
def math_of_sequences(x):
    return math.fsum(x) * math.prod(x) + math.dist([x[0], x[1]], [x[2], x[3]])


@program(lambda r: (r.num(),))
def math_constants(x):
    return math.pi * x + math.e * x**2 + np.pi * x**3


@program(lambda r: (r.num(), r.num()), (0, 1))
def operator_module(x, y):
    return operator.add(x, operator.mul(x, y)) - operator.truediv(x, y) + operator.neg(operator.pow(x, 2))


@program(lambda r: (r.vec(3), r.num()), (0, 1))
def broadcast_scalar(x, y):
    return np.sum(x * y + y / x - y)


@program(lambda r: (r.vec(2, 3), r.vec(3), r.vec(2, 1)), (0, 1, 2))
def broadcast_shapes(a, b, c):
    return np.sum((a * b + c) * (b - c) / (a * a + 1.0))


@program(lambda r: (r.pos(2, 3), r.pos(3), r.pos(2, 1)), (0, 1, 2))
def broadcast_powers(a, b, c):
    return np.sum(a**b + b**c + c**2.0)


@program(lambda r: (r.vec(1), r.vec(4)), (0, 1))
def broadcast_length_one(a, b):
    return np.sum(a * b) + np.sum(a - b * b)


@program(lambda r: (np.array(0.7), r.vec(2, 2)), (0, 1))
def broadcast_zero_dimensional(a, b):
    return np.sum(a * b + a)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def inner_product(x, y):
    return x @ y


@program(lambda r: (r.vec(2, 3), r.vec(3), r.vec(3, 4), r.vec(2)), (0, 1, 2, 3))
def matrix_products(a, x, b, y):
    return np.sum(a @ x) + np.sum(a @ b) + y @ a @ x


@program(lambda r: (r.vec(2, 3, 4), r.vec(4, 5), r.vec(4)), (0, 1, 2))
def batched_products(a, b, c):
    return np.sum((a @ b) ** 2) + np.sum(a @ c)


@program(lambda r: (r.vec(3),))
def negative_and_absolute(x):
    return np.sum(-x * abs(x) + (+x))


@program(lambda r: (r.vec(5),))
def masks_as_numbers(x):
    return np.sum((x > 0) * x**2 + (x <= 0) * np.exp(x)) + np.sum(~(x > 0) * x)


@program(lambda r: (r.vec(4),))
def builtin_sum_of_an_array(x):
    return sum(x * x) + sum(x, 1.0) + max(x) * min(x)


@program(lambda r: (r.vec(3, 2),))
def builtin_sum_of_rows(x):
    return np.sum(sum(x) ** 2)


@program(lambda r: (np.array([1, 2, 3]), r.vec(3)), 1)
def integer_array_times_active(n, x):
    return np.sum(n * x) + np.sum(x**n) + np.sum(n // 2 * x)


@program(lambda r: (r.vec(3).astype(np.float32), r.vec(3)), (0, 1), tolerance=1e-4)
def mixed_precision(x, y):
    return np.sum(x * y + x * x)


@program(lambda r: (r.num(),))
def scalar_methods(x):
    y = np.float64(x)
    return y.item() * float(y) + y.sum() + y.T


@program(lambda r: (r.vec(1), r.vec(1, 1)), (0, 1))
def conversion_of_length_one(x, y):
    return x.item() * 2.0 + float(y[0, 0]) * x[0]


@program(lambda r: (r.num(), r.num()), (0, 1))
def text_has_no_gradient(x, y):
    text = f"{x:.3f}" + str(y) + "%f" % x  # noqa: UP031
    return x * y * (1.0 if text else 0.0)


Pair = collections.namedtuple("Pair", "a b")


@program(lambda r: (r.vec(2), r.vec(2)), (0, 1))
def arrays_with_tuples_in_a_dict(x, y):
    kept = {"v": x * y}
    kept["v"] = (1.0, 2.0) * kept["v"] - Pair(y[0], 3.0)
    kept["v"] *= (2.0, x[1])
    return np.sum(kept["v"] * [x[0], 2.0]) + np.sum(np.sum(x) - (1.0, 3.0))
