"""Helpers: calls, defaults, *args, **kwargs, keyword-only, nested definitions, recursion, results of several values."""

import numpy as np

from .registry import program

SCALE = 1.7
WEIGHTS = np.array([0.5, -1.0, 2.0])


def square(x):
    return x * x


def scaled(x, scale=2.0, *, shift=0.0):
    return x * scale + shift


def two_results(x, y):
    return x * y, x + y


def no_result(x):
    x * 2  # noqa: B018


def clip_low(x, low):
    if x < low:
        return low
    return x


def power_loop(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def factorial_like(x, n):
    if n == 0:
        return 1.0
    return (x + n) * factorial_like(x, n - 1)


def is_even(x, n):
    return x if n == 0 else is_odd(x * 1.1, n - 1)


def is_odd(x, n):
    return -x if n == 0 else is_even(x * x, n - 1)


def tree_sum(x):
    if len(x) == 1:
        return np.sin(x[0])
    middle = len(x) // 2
    return tree_sum(x[:middle]) * 0.9 + tree_sum(x[middle:])


def fibonacci(x, n):
    return x if n < 2 else fibonacci(x, n - 1) + x * fibonacci(x, n - 2)


def variadic(*values, factor=1.0, **options):
    total = 0.0
    for v in values:
        total = total + v * v
    for key in sorted(options):
        total = total * options[key]
    return total * factor


@program(lambda r: (r.num(),))
def helper(x):
    return square(x) + square(square(x))


@program(lambda r: (r.vec(3),))
def helper_on_scalars_and_arrays(x):
    return np.sum(square(x)) + square(x[0])


@program(lambda r: (r.num(), r.num()), (0, 1))
def helper_with_keywords(x, y):
    return scaled(x) + scaled(y, 3.0) + scaled(scale=x, x=y, shift=x * y) + scaled(x, shift=y)


@program(lambda r: (r.num(), r.num()), (0, 1))
def helper_of_two_results(x, y):
    a, b = two_results(x, y)
    c = two_results(a, b)
    return c[0] * c[1] + two_results(x, x)[0]


@program(lambda r: (r.num(), r.num()), 0)
def helper_with_some_passive_arguments(x, y):
    return two_results(x, 2.0)[0] * two_results(3.0, y)[1] + two_results(y, x)[0]


@program(lambda r: (r.num(), 0.1))
def helper_with_a_branch(x, low):
    return clip_low(x, low) * 3 + clip_low(x, 100.0) + x * clip_low(low, 0.0)


@program(lambda r: (r.num(),))
def helper_with_a_loop(x):
    return power_loop(x, 3) + power_loop(np.sin(x), 2) * power_loop(x, 0)


@program(lambda r: (r.num(),))
def helper_without_a_result(x):
    no_result(x)
    y = no_result(x)
    return x * x if y is None else x


@program(lambda r: (r.num(),))
def helper_in_a_loop(x):
    y = x
    for _ in range(4):
        y = scaled(y, x, shift=np.cos(y))
        y = clip_low(y, -1.0)
    return y


@program(lambda r: (r.num(),))
def helper_in_a_condition(x):
    if square(x) > 0.01 and scaled(x) > 0:
        return square(x) * x
    return x


@program(lambda r: (r.num(),))
def recursion(x):
    return factorial_like(x, 4)


@program(lambda r: (r.num(),))
def mutual_recursion(x):
    return is_even(x, 4) + is_even(x, 3)


@program(lambda r: (r.vec(5),))
def recursion_on_slices(x):
    return tree_sum(x)


@program(lambda r: (r.num(),))
def double_recursion(x):
    return fibonacci(x, 5)


@program(lambda r: (r.num(),))
def recursion_with_an_active_test(x):
    def shrink(v, depth):
        if v < 0.2 or depth > 20:
            return v
        return shrink(v * 0.5, depth + 1) + v * v

    return shrink(x, 0)


@program(lambda r: (r.num(), r.num(), r.num()), (0, 1, 2))
def star_arguments(x, y, z):
    values = [x, y]
    return variadic(x, y, z) + variadic(*values) * variadic(x, *values, z)


@program(lambda r: (r.num(), r.num()), (0, 1))
def star_keywords(x, y):
    options = {"scale": y, "shift": x * y}
    return scaled(x, **options) + variadic(x, factor=y, a=x, b=y) + scaled(**{"x": y})


@program(lambda r: (r.num(), r.num()), (0, 1))
def only_star_arguments(*values):
    return values[0] * values[1] ** 2


@program(lambda r: (r.num(),), kwargs={"b": 2.0, "c": 3.0})
def only_star_keywords(x, **options):
    return x * options["b"] + x**2 * options.get("c", 1.0) + options.get("d", 5.0)


@program(lambda r: (r.num(), r.num()), (0, 1))
def positional_only(x, y, /):
    def f(a, /, b, *, c):
        return a * b + c

    return f(x, y, c=x) + f(y, b=x, c=y)


@program(lambda r: (r.num(),))
def nested_definition(x):
    def inner(v):
        return v * v + 1.0

    return inner(x) * inner(inner(x))


@program(lambda r: (r.num(),))
def nested_twice(x):
    def outer(v):
        def inner(w):
            return w * w

        return inner(v) * inner(v + 1)

    return outer(x) + outer(2.0)


@program(lambda r: (r.num(),))
def lambda_helper(x):
    f = lambda v, k=2: v**k + v  # noqa: E731
    return f(x) * f(x, 3) + (lambda: x * x)()


@program(lambda r: (r.num(),))
def global_values(x):
    return x * SCALE + np.sum(WEIGHTS * x**2)


@program(lambda r: (r.num(),))
def import_inside(x):
    import math
    from math import exp as e

    return math.sin(x) * e(x)


@program(lambda r: (r.num(),))
def redefined_function(x):
    def f(v):
        return v * v

    a = f(x)

    def f(v):  # noqa: F811
        return v * v * v

    return a + f(x)


@program(lambda r: (r.num(), True))
def function_chosen_by_a_branch(x, flag):
    if flag:

        def f(v):
            return np.sin(v)
    else:

        def f(v):
            return np.cos(v)

    return f(x) * x


@program(lambda r: (r.num(),))
def unused_results_of_helpers(x):
    two_results(x, x)
    a, _ = two_results(x, x * 2)
    return a


@program(lambda r: (r.num(),))
def arguments_evaluated_in_order(x):
    trace = []

    def note(v, tag):
        trace.append(tag)
        return v

    y = two_results(y=note(x, 1), x=note(x * x, 2))[0]
    return y * (10 * trace[0] + trace[1])


@program(lambda r: (r.num(),))
def helper_shadowed_by_a_local(x):
    square = x * 3.0
    return square * x


@program(lambda r: (r.vec(2, 2), r.vec(2)), (0, 1))
def helper_taking_a_structure(w, b):
    def apply(params, v):
        return np.tanh(params["w"] @ v + params["b"])

    params = {"w": w, "b": b}
    return np.sum(apply(params, apply(params, np.ones(2))))


@program(lambda r: (r.num(),))
def helper_returning_a_structure(x):
    def split(v):
        return {"a": v * 2, "b": [v, v * v]}

    parts = split(x)
    return parts["a"] * parts["b"][1] + parts["b"][0]


@program(lambda r: (r.num(),))
def helper_returns_its_argument(x):
    def same(v):
        return v

    y = same(x)
    return same(y) * y + same(same(x))


@program(lambda r: (r.vec(4),))
def helper_returns_one_of_its_arguments(x):
    def longer(a, b):
        return a if len(a) > len(b) else b

    return np.sum(longer(x[:1], x[1:]) ** 2) * np.sum(longer(x, x[2:]))


@program(lambda r: (r.num(),))
def default_from_an_expression(x):
    def f(v, scale=x * 2.0):
        return v * scale

    return f(x) + f(x, 3.0)


@program(lambda r: (r.num(),))
def docstring_and_assert(x):
    """A docstring."""
    assert x > 0, "positive"
    return x * x


@program(lambda r: (r.num(),))
def same_helper_with_many_activities(x):
    a = two_results(x, x)[0]
    b = two_results(1.0, 2.0)[0]
    c = two_results(1.0, x)[1]
    return a * b * c


@program(lambda r: (r.num(), r.num()), (0, 1))
def nonsense_order_of_calls(x, y):
    return scaled(square(scaled(x, y)), scale=square(y), shift=power_loop(x, 2))


def _counts_up(y, c):
    k = c * 2.0

    def more(r):
        nonlocal k
        k += r
        return k

    y[0] = more(c) + k * more(y[1])
    y[1] += k


@program(lambda r: (r.vec(3), r.num()), (0, 1))
def helper_with_a_function_that_rebinds_its_local(x, w):
    k = w
    y = x * w
    _counts_up(y, k)
    return np.sum(y) + k


def _rebinds_its_parameter(y, c):
    def turn(r):
        nonlocal c
        c = np.sin(c) * r

    turn(y[0])
    turn(2.0)
    for i in range(len(y)):
        y[i] = c * y[i]


@program(lambda r: (r.vec(3), r.num()), (0, 1))
def helper_with_a_function_that_rebinds_its_parameter(x, w):
    y = x * 1.0
    _rebinds_its_parameter(y, w)
    return np.sum(y) * w


def _same_names_inside(b, y, k=2.0):
    def inner(b, z=k):
        k = b * z
        return k * b

    y[0] = inner(y[1]) + b
    y[1] *= inner(b, 0.5)


@program(lambda r: (r.vec(3), r.num()), (0, 1))
def helper_with_a_function_of_the_same_names(x, w):
    y = x * w
    _same_names_inside(3.0, y)
    _same_names_inside(w, y, 1.5)
    return np.sum(y)
