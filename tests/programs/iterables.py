"""What is gone through without a list of it: list, tuple, sorted, map, filter, reduce, generator expressions and itertools over active values."""

# ruff: noqa: B905, C417, E731
import functools
import itertools
import operator

import numpy as np

from .registry import program


@program(lambda r: (r.vec(4),))
def list_of_an_array_changes_alone(x):
    a = list(x)
    a[1] = a[0] * a[2]
    a.append(x[3] * 2.0)
    return a[1] * x[1] + a[-1] * a[3]


@program(lambda r: (r.vec(3, 2),))
def list_of_rows_is_of_views(x):
    rows = list(x * 2.0)
    total = 0.0
    for row in rows:
        total = total + row[0] * row[1]
    return total + np.sum(rows[0] * rows[-1])


@program(lambda r: ([r.num(), r.num(), r.num()],))
def list_of_a_list_changes_alone(x):
    a = list(x)
    b = a
    b[0] = x[1] * x[2]
    a[2] = b[0] + 1.0
    return a[0] * x[0] + b[2] * a[1]


@program(lambda r: (r.vec(3),))
def tuple_of_an_array(x):
    t = tuple(x)
    u = tuple(v * t[0] for v in x)
    return t[1] * u[2] + sum(u) * len(t)


@program(lambda r: ({"a": r.num(), "b": r.num()},))
def list_of_a_dictionary_has_its_keys(d):
    total = 0.0
    for name in list(d):
        total = total * 0.5 + d[name] ** 2
    return total


@program(lambda r: ({0: r.num(), 1: r.num(), 2: r.num()},))
def sorted_keys_that_are_numbers(d):
    total = 1.0
    for key in sorted(d, reverse=True):
        total = total * (d[key] + key)
    return total


@program(lambda r: (r.vec(5), 0))
def starred_targets_of_all_lengths(x, n):
    first, *middle, last = x
    *most, end = x[: n + 2]
    a, b, *none = x[:2]
    return first * sum(middle) * last + most[0] * end + a * b + len(none)


@program(lambda r: (r.vec(4),))
def sorted_twice_and_changed(x):
    s = sorted(x)
    s[0] = s[1] * s[2]
    t = sorted(s, key=lambda v: -v)
    return t[0] * t[1] + s[0] * x[0]


@program(lambda r: (r.vec(6),))
def sorted_by_keys_that_tie(x):
    names = [3, 1, 2, 1, 3, 2]
    pairs = [(names[i], x[i]) for i in range(6)]
    down = sorted(pairs, key=lambda p: p[0], reverse=True)
    up = sorted(x, key=lambda v: 0)
    return down[0][1] * down[1][1] ** 2 + down[-1][1] * up[0] + up[4] ** 3


@program(lambda r: (r.vec(4),))
def sorted_by_a_nested_function(x):
    def key(v):
        w = v * v
        if v > 0:
            w = w + x[0]
        return w

    s = sorted(x, key=key)
    return s[0] * 2 + s[-1] * s[1]


@program(lambda r: (r.vec(0), r.num()), 1)
def nothing_to_go_through(x, y):
    total = y
    for a, b in itertools.combinations(x, 2):
        total = total * a * b
    for a, b in itertools.pairwise(x):
        total = total + a - b
    for v in filter(lambda v: v > 0, x):
        total = total * v
    return total * y + sum(map(lambda v: v * y, x)) + len(sorted(x)) + functools.reduce(operator.mul, x, y)


@program(lambda r: ([], r.num()), 1, raises=TypeError)
def reduced_to_nothing(x, y):
    return functools.reduce(lambda a, b: a * b, x) * y


@program(lambda r: ([], r.num()), 1, raises=ValueError)
def largest_of_nothing_by_a_key(x, y):
    return max([v * y for v in x], key=lambda v: -v)


@program(lambda r: (r.vec(4),))
def the_first_of_equals_by_a_key(x):
    top = max(x, key=lambda v: 1.0)
    low = min(x[1], x[2], x[3], key=lambda v: 1.0)
    return top * top * low


@program(lambda r: (r.vec(4),))
def a_function_that_reads_what_the_loop_rebinds(x):
    c = 1.0
    total = 0.0
    for v in map(lambda v: v * c, x):
        c = c + v
        total = total + v * c
    return total


@program(lambda r: (r.vec(5),))
def what_is_gone_through_changes_on_the_way(x):
    y = x * 1.0
    total = 0.0
    for v in map(lambda v: v * v, y):
        y[-1] = y[-1] + v
        total = total + v
    return total


@program(lambda r: (r.vec(4),))
def combinations_of_what_changes(x):
    y = x * 1.0
    total = 0.0
    for a, b in itertools.combinations(y, 2):
        y[0] = y[0] * 0.5 + a
        total = total + a * b
    return total + y[0]


@program(lambda r: (r.vec(3),))
def combinations_of_a_list_that_grows(x):
    ys = [x[0], x[1], x[2]]
    other = ys
    for a, b in itertools.combinations(other, 2):
        ys.append(a * b)
    return sum(ys) * ys[-1]


@program(lambda r: (r.vec(4),))
def pairs_of_what_changes(x):
    y = x * 1.0
    total = 0.0
    for a, b in itertools.pairwise(y):
        y[1:] = y[1:] * 0.9
        total = total + a * b
    return total


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def products_of_pools(x, y):
    total = 0.0
    for a, b, k in itertools.product(x, y, range(2)):
        if a * b > 1e6:
            break
        total = total * 0.9 + a * b * b * (k + 1)
    for pair in itertools.product(y, repeat=2):
        total = total + pair[0] * pair[1]
    return total


@program(lambda r: (r.vec(4), 3))
def choices_of_a_number_that_is_given(x, r):
    total = 0.0
    for some in itertools.combinations(x, r):
        total = total + some[0] * some[1] * some[-1]
    for a, b in itertools.permutations(x[:3], 2):
        total = total + a * b * b
    return total + sum(a * b for a, b in itertools.combinations_with_replacement(x, 2))


@program(lambda r: (r.vec(5),))
def a_way_out_of_what_is_filtered(x):
    total = 0.0
    for v in filter(lambda v: v > -100.0, x):
        total = total + v * v
        if total > 1.0:
            break
        total = total * 1.5
    return total


@program(lambda r: (r.vec(5),))
def the_last_that_passed(x):
    last = x[0]
    for last in filter(lambda v: abs(v) < abs(x[1]) * 1e6, x):  # noqa: B007
        pass
    return last * last


@program(lambda r: (r.vec(4), r.vec(3)), (0, 1))
def numbered_pairs_as_one_name(x, y):
    total = 0.0
    for p in zip(x, y):
        total = total + p[0] * p[1]
    for e in enumerate(x):
        total = total + e[0] * e[1] ** 2
    for k, (a, b) in enumerate(zip(x, map(lambda v: v * v, y)), 2):
        total = total + k * a * b
    return total


@program(lambda r: (r.vec(4),))
def zipped_with_numbers_without_an_end(x):
    total = 0.0
    for k, v in zip(itertools.count(2), x):
        total = total * 0.5 + k * v * v
    for v, c in zip(x, itertools.cycle([1.0, -2.0])):
        total = total + v * c
    return total


@program(lambda r: (r.vec(3), r.vec(2, 2)), (0, 1))
def chained_rows(x, m):
    total = 0.0
    for v in itertools.chain(x, [x[0] * x[1]], (v * v for v in x)):
        total = total * 0.8 + v
    for v in itertools.chain.from_iterable(m):
        total = total * v
    return total


@program(lambda r: (r.vec(3),))
def sums_on_the_way(x):
    a = list(itertools.accumulate(x, lambda p, q: p * 0.5 + q * q))
    b = [v * v for v in itertools.accumulate(x, initial=x[0])]
    return a[-1] * b[2] + a[0] + len(b)


@program(lambda r: (r.vec(4),))
def reduced_with_a_start(x):
    def step(acc, v):
        if v > 0:
            return acc * v
        return acc - v

    return functools.reduce(step, x, x[0]) * functools.reduce(lambda p, q: p + q * q, [v * 2 for v in x])


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def generator_expressions_of_two_loops(x, y):
    total = 0.0
    for v in (a * b for a in x for b in y if a * b < 1e6):
        total = total * 0.7 + v
    squares = list(v * v for v in x)
    return total * max(v + 1.0 for v in squares) + min(a * y[0] for a in x)


@program(lambda r: (r.vec(3),))
def variables_of_their_own(x):
    v = x[0]
    a = list(map(lambda v: v * v, x))
    total = 0.0
    for w in (v + 1.0 for v in a):
        total = total + w * v
    return total * v


@program(lambda r: (r.vec(3),))
def function_of_a_loop_in_a_map(x):
    total = 0.0
    for k in range(3):
        scale = lambda v, k=k: v * (k + 1.0)
        total = total + sum(map(scale, x)) ** 2
    return total
