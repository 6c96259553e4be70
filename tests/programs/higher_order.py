"""Functions as values: map, filter, sorted, reduce, partial, wraps, lru_cache, itertools, operator, statistics."""

# ruff: noqa: B905, C417, E731
import functools
import itertools
import math
import operator
import statistics

import numpy as np

from .registry import program

ACTIVATIONS = {"tanh": np.tanh, "relu": lambda v: np.maximum(v, 0.0), "id": lambda v: v}


def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs) * 2.0

    return wrapper


def repeated(n):
    def decorate(f):
        def wrapper(v):
            for _ in range(n):
                v = f(v)
            return v

        return wrapper

    return decorate


@logged
def decorated_square(x):
    return x * x


@repeated(3)
def decorated_sine(x):
    return np.sin(x) * 1.2


@functools.lru_cache(maxsize=64)
def cached_binomial(n, k):
    return 1 if k in (0, n) else cached_binomial(n - 1, k - 1) + cached_binomial(n - 1, k)


def apply_twice(f, v):
    return f(f(v))


def cube(v):
    return v * v * v


@program(lambda r: (r.num(),))
def function_as_an_argument(x):
    return apply_twice(cube, x) + apply_twice(np.sin, x) + apply_twice(lambda v: v * x, x) + apply_twice(math.exp, -x)


@program(lambda r: (r.vec(3), np.tanh))
def function_argument_of_the_program(x, f):
    return np.sum(f(x * 2))


@program(lambda r: (r.num(), cube))
def python_function_argument_of_the_program(x, f):
    return f(x) * f(x + 1)


@program(lambda r: (r.vec(3), "relu"))
def function_from_a_dictionary(x, name):
    return np.sum(ACTIVATIONS[name](x) ** 2) + np.sum(ACTIVATIONS["tanh"](x))


@program(lambda r: (r.num(),))
def functions_in_a_list(x):
    y = x
    for f in [np.sin, cube, lambda v: v + x, math.tanh]:
        y = f(y)
    return y


@program(lambda r: (r.num(), 1))
def function_chosen_at_run_time(x, n):
    f = np.sin if n > 5 else cube
    g = (np.exp, np.cos)[n]
    return f(x) * g(x)


@program(lambda r: (r.vec(4),))
def map_of_one(x):
    return sum(map(lambda v: v * v, x)) + sum(map(cube, x)) + sum(list(map(np.sin, x)))


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def map_of_two(x, y):
    return sum(map(operator.mul, x, y)) + sum(map(lambda a, b: a * b * b, x, y))


@program(lambda r: (r.vec(6),))
def filtered(x):
    s = 0.0
    for v in filter(lambda v: v > 0, x):
        s += v * v
    return s + sum(filter(None, [x[0], 0.0, x[1]]))


@program(lambda r: (r.vec(6),))
def sorted_values(x):
    s = sorted(x)
    t = sorted([v * v for v in x], reverse=True)
    return s[0] * 3 + s[-1] * s[2] + t[0] * 2 + t[3]


@program(lambda r: (r.vec(5),))
def sorted_by_a_key(x):
    order = sorted(range(len(x)), key=lambda i: x[i])
    far = sorted(x, key=abs)
    return x[order[0]] * 2 + x[order[-1]] ** 2 + far[-1] * far[0]


@program(lambda r: (r.vec(5),))
def max_and_min_by_a_key(x):
    top = max(x, key=lambda v: v * v)
    low = min(range(len(x)), key=lambda i: x[i])
    return top**2 + x[low] + max(x[0], x[1], key=abs) + max([], default=x[2])


@program(lambda r: (r.vec(5),))
def any_and_all(x):
    y = x[0] * x[1]
    if any(v > 100 for v in x) or not all(v < 100 for v in x):
        y = y * 3
    return y * y


@program(lambda r: (r.vec(4),))
def reduced(x):
    a = functools.reduce(lambda p, q: p * q, x)
    b = functools.reduce(operator.add, x, 1.0)
    c = functools.reduce(lambda acc, v: acc * 0.5 + v, list(x), 0.0)
    return a + b * c


@program(lambda r: (r.num(), r.num()), (0, 1))
def partial_application(x, y):
    def f(a, b, c=1.0):
        return a * b + c

    g = functools.partial(f, x)
    h = functools.partial(f, b=y, c=x)
    return g(y) * h(3.0) + g(y, c=2.0)


@program(lambda r: (r.num(),))
def partial_of_a_numpy_function(x):
    total = functools.partial(np.sum, axis=0)
    return np.sum(total(np.array([[x, x * x], [1.0, x]])) ** 2)


@program(lambda r: (r.num(),))
def decorated_helpers(x):
    return decorated_square(x) + decorated_sine(x)


@program(lambda r: (r.num(),))
def decorator_inside(x):
    def doubled(f):
        return lambda v: 2 * f(v)

    @doubled
    def g(v):
        return v * v

    return g(x) + g(x * x)


@program(lambda r: (r.num(),))
def cached_passive_helper(x):
    return sum(cached_binomial(4, k) * x**k for k in range(5))


@program(lambda r: (r.num(),))
def memo_in_a_dictionary(x):
    memo = {}

    def f(n):
        if n < 2:
            return x
        if n not in memo:
            memo[n] = f(n - 1) * 0.5 + f(n - 2) * x
        return memo[n]

    return f(7)


@program(lambda r: (r.vec(4),))
def star_zip(x):
    pairs = [(x[0], x[1]), (x[2], x[3]), (x[0] * x[3], 1.0)]
    a, b = zip(*pairs)
    return a[0] * b[1] + a[2] * b[0]


@program(lambda r: (r.vec(2, 3),))
def star_zip_of_rows(x):
    return sum(a * b for a, b in zip(*x))


@program(lambda r: (r.vec(4),))
def itertools_combinations(x):
    s = 0.0
    for a, b in itertools.combinations(x, 2):
        s += a * b
    for i, j in itertools.product(range(2), range(2)):
        s += x[i] * x[j + 2] ** 2
    return s


@program(lambda r: (r.vec(4), r.vec(2)), (0, 1))
def itertools_chain(x, y):
    s = 0.0
    for v in itertools.chain(x, y, [x[0] * y[1]]):
        s = s * 0.9 + v * v
    return s


@program(lambda r: (r.vec(5),))
def itertools_accumulate(x):
    a = list(itertools.accumulate(x))
    b = list(itertools.accumulate(x, operator.mul))
    return sum(v * v for v in a) + b[-1]


@program(lambda r: (r.vec(6),))
def itertools_slices(x):
    s = 0.0
    for v in itertools.islice(x, 1, 5, 2):
        s += v * v
    for k, v in zip(itertools.count(1), x):
        s += k * v
    for v in itertools.takewhile(lambda v: abs(v) < 100, x):
        s *= 1 + 0.1 * v
    for v in itertools.starmap(lambda a, b: a * b, [(x[0], x[1])]):
        s += v
    for v in itertools.repeat(x[0], 2):
        s *= v
    return s


@program(lambda r: (r.vec(4),))
def itertools_pairwise(x):
    s = 0.0
    for a, b in itertools.pairwise(x):
        s += (b - a) ** 2
    return s


@program(lambda r: (r.vec(5),))
def operator_getters(x):
    first = operator.itemgetter(0)
    both = operator.itemgetter(1, 2)
    a, b = both(x)
    return first(x) * a * b + operator.itemgetter("v")({"v": x[3]})


@program(lambda r: (list(r.vec(5)),))
def statistics_of_a_list(x):
    return statistics.mean(x) * 2 + statistics.fmean(x) ** 2


@program(lambda r: (r.num(),))
def callable_check(x):
    f = cube if callable(cube) else None
    return f(x) if callable(f) else x


@program(lambda r: (r.num(),))
def method_of_an_array_as_a_value(x):
    a = np.array([x, x * x])
    total = a.sum
    return total() * x


@program(lambda r: (r.num(),))
def newton_with_a_function(x):
    def newton(f, df, start):
        z = start
        for _ in range(25):
            z = z - f(z) / df(z)
        return z

    return newton(lambda z: z**3 - x, lambda z: 3 * z**2, 1.0)


@program(lambda r: (r.num(),))
def pipeline_of_functions(x):
    steps = [("scale", lambda v: v * x), ("sin", np.sin), ("shift", lambda v: v + x)]
    y = x
    for name, f in steps:
        y = f(y)
        if name == "sin":
            y = y * 2
    return y


@program(lambda r: (r.num(),))
def function_attribute(x):
    def f(v):
        return v * f.scale

    f.scale = 3.0
    return f(x) * x


@program(lambda r: (r.vec(3),))
def vectorised_by_a_list(x):
    f = lambda v: v * v if v > 0 else -v
    return np.sum(np.array([f(v) for v in x]))
