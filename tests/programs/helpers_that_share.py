"""Helpers whose results are, hold or leave behind what they were given, while the caller stores into it."""

import numpy as np

from .registry import program

STORE = []


def step(x, s, c):
    c = c * s + x
    return c * np.tanh(s), c


def given_or_doubled(x, flag):
    return x if flag else x * 2.0


def pair(x, y):
    return (x, y * 2.0)


def put(l, x):
    l.append(x)
    return len(l) * 1.0


def put_first(l, x):
    l[0] = x
    return np.sum(x)


def keep(x):
    STORE.append(x)
    return x * 2.0


def view(x):
    return x[1:]


def nested(x):
    return view(x)[1:]


def exponential(x):
    return np.exp(x)


def put_under_a_name(o, x):
    o["k"] = x
    return x * x


def alias_then(x, y):
    z = x
    z = y * 1.0
    return z


def again(x, n):
    if n == 0:
        return x
    return again(x, n - 1)


def by_a_closure(x):
    f = lambda: x  # noqa: E731
    return f()


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def rows_go_through_a_helper_and_back(x, a):
    for l in range(0, 2):
        u, v = step(x[0], x[l], x[l + 1])
        x[l] = u
        x[l + 1] = v
    return np.sum(x * a)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_gives_back_a_row(x, a):
    y = x * 1.0
    z = given_or_doubled(y[0], a[0, 0] < 100)
    y[0] = a[0]
    return np.sum(z * y[0] * y[1])


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_gives_back_one_of_two_rows(x, a):
    y = x * 1.0
    p, q = pair(y[0], y[1])
    y[0] = 3.0
    y[1] *= p
    return np.sum(y * a) + np.sum(p * q)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_puts_a_row_into_a_list(x, a):
    y = x * 1.0
    l = []
    n = put(l, y[0])
    y[0] *= a[0]
    return np.sum(l[0] * y[1]) * n


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_replaces_an_item_by_a_row(x, a):
    y = x * 1.0
    l = [a[0]]
    n = put_first(l, y[0])
    y[0] = a[1] * 2
    return np.sum(l[0] * y[1]) * n


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def helpers_give_views_of_views(x, a):
    y = x * 1.0
    v = view(y)
    w = nested(y)
    y[2] *= a[0]
    y[1] = a[1] * y[2]
    return np.sum(v * v) + np.sum(w * w * w)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def what_a_helper_made_and_saved_is_stored_into(x, a):
    y = x * 1.0
    e = exponential(y)
    e[0] = 2.0
    y[1] = e[2] * a[0]
    return np.sum(e * y)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_puts_a_row_into_a_dict(x, a):
    y = x * 1.0
    d = {}
    r = put_under_a_name(d, y[0])
    y[0] *= 2.0
    return np.sum(d["k"] * r * a[0])


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_leaves_one_of_its_names(x, a):
    y = x * 1.0
    z = alias_then(y[0], y[1])
    y[0] = a[0]
    y[1] = z * a[1]
    return np.sum(z * z * y[0]) + np.sum(y)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_that_calls_itself_gives_back_a_row(x, a):
    y = x * 1.0
    z = again(y[0], 3)
    y[0] = a[0] * 2
    return np.sum(z * y[1])


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_gives_back_a_row_through_a_closure(x, a):
    y = x * 1.0
    z = by_a_closure(y[0])
    y[0] = a[0] * 2
    return np.sum(z * y[1])


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def what_a_helper_made_is_changed_and_stored(x, a):
    y = x * 1.0
    s = 0.0
    for i in range(3):
        z = exponential(y[i])
        z *= a[i]
        y[i] = z
        s += np.sum(z)
    return s + np.sum(y * y)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def results_of_a_helper_are_stored_into_each_other(x, a):
    y = x * 1.0
    z = exponential(y)
    z2 = exponential(z)
    z[1:] = z2[:-1]
    z2[0] = z[1]
    return np.sum(z * a) + np.sum(z2 * z2 / 100)


def store_doubled(x, y):
    y[0] = x[0] * 2.0
    return y


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_stores_into_what_it_gives_back(x, a):
    y = x * 1.0
    z = store_doubled(a, y)
    y[1] *= z[0]
    z[2] = y[1]
    return np.sum(z * y)


def store_first(x, y):
    x[0] = y
    return x * 3.0


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_stores_one_argument_into_the_other(x, a):
    y = x * 1.0
    r = store_first(y, a[0])
    a[0] = r[0] * 2
    y[1] = a[0]
    return np.sum(y * r * a)


class Box:
    pass


def keep_in(b, x):
    b.v = x
    return x * 2.0


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_keeps_a_row_in_an_object(x, a):
    b = Box()
    y = x * 1.0
    r = keep_in(b, y[0])
    y[0] = a[0] * 2
    return np.sum(b.v * r)


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_helper_keeps_a_row_outside(x, a):
    y = x * 1.0
    r = keep(y[0])
    y[0] = a[0] * 2
    return np.sum(STORE[-1] * r)


def defaulted(x, y=None):
    if y is None:
        y = x
    return y


@program(lambda r: (r.vec(3, 3) * 0.3 + 1.0, r.vec(3, 3) * 0.3 + 1.0), (0, 1))
def a_default_of_a_helper_is_another_argument(x, a):
    y = x * 1.0
    r = defaulted(y[0])
    q = defaulted(y[0], y=a[1])
    y[0] = a[0] * 2
    a[1] *= 2.0
    return np.sum(r * q * y[0])


# ---- tuples that are taken apart at once ----


def cell(x, s, c):
    c = c * s + x
    return c * np.tanh(s), c


def counted(x, n):
    return x * 2.0, n + 1, np.sum(x)


def nested_pairs(x, y):
    return (x * y, x), (y, 3.0 * y)


def rows_of(x):
    return x[0], x[1:]


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def state_that_a_cell_hands_on(x, s):
    c = s * 0.5
    for _ in range(3):
        s, c = cell(x, s, c)
    return np.sum(s * c)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def parts_are_swapped_from_trip_to_trip(x, s):
    for _ in range(3):
        s, x = cell(x, s, x)
    return np.sum(s) + np.sum(x * x)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def one_part_is_not_used(x, s):
    _, c = cell(x, s, x)
    h, _ = cell(c, s, x)
    return np.sum(h * x)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def a_part_is_a_whole_number(x, s):
    n = 0
    total = 0.0
    for _ in range(3):
        x, n, t = counted(x * s, n)
        total += t * n
    return total + np.sum(x) * n


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def the_tuple_is_used_as_a_whole_as_well(x, s):
    both = cell(x, s, x)
    h, c = both
    again = both[0] * 2.0
    return np.sum(h * c) + np.sum(again) + len(both)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def pairs_of_pairs_are_taken_apart(x, s):
    (p, q), (u, v) = nested_pairs(x, s)
    p, q = q, p
    return np.sum(p * q) + np.sum(u * v * p)


@program(lambda r: (r.vec(3, 3), r.vec(3)), (0, 1))
def parts_that_are_rows_change(x, s):
    y = x * 1.0
    first, rest = rows_of(y)
    y[0] = s
    rest[1] *= first
    return np.sum(y * y) + np.sum(first * s)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def a_part_comes_from_one_of_two_branches(x, s):
    h = x
    for i in range(4):
        if i % 2:
            h, s = cell(h, s, x)
        else:
            t = cell(s, h, x)
            s = t[-1]
        if np.sum(h) > 1e6:
            break
    return np.sum(h * s)


@program(lambda r: (r.vec(3), r.vec(3, 3)), (0, 1))
def parts_go_to_places_that_overlap(x, y):
    y = y * 1.0
    for i in range(2):
        y[i], y[i + 1] = cell(x, y[i], y[i + 1])
        y[i + 1, 0] = y[i, 1]
    return np.sum(y * y * y)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def one_name_takes_both_parts(x, s):
    x, x = cell(x, s, x)  # noqa: PLW0128
    return np.sum(x * s)


def scores_and_trail(x):
    trail = [x * 0.5]
    for i in range(2):
        y = x * (i + 1.0)
        trail = trail + [y, np.sum(y)]
        x = np.sin(y)
    return x, trail


@program(lambda r: (r.vec(3),), 0)
def a_list_among_the_parts_is_not_used(x):
    scores = scores_and_trail(x)[0]
    other, _ = scores_and_trail(scores)
    return np.sum(scores * other)
