"""Calls that change what they are given, where this is easy to miss: inside an expression, by a name of their own, by position."""

import functools

import numpy as np

from .registry import program


def doubled_first(v):
    v[0] = 2.0 * v[1]
    return np.sum(v)


def by_method_of_its_own(v):
    fill = v[1:].fill
    fill(3.0)
    return np.sum(v)


def by_position(v):
    np.sin(v, v)
    return np.sum(v)


def by_position_of_a_function(v):
    np.cumsum(v * v, 0, None, v)
    return np.sum(v)


def by_unpacked_arguments(v):
    both = (v * v, v)
    np.cos(*both)
    return np.sum(v)


def by_named_options(v):
    options = {"out": v}
    np.exp(v, **options)
    return np.sum(v)


def by_dunder(v):
    v.__setitem__(0, v[1] * v[2])
    return np.sum(v)


def by_alias(v):
    w = np.asarray(v)
    w += w[::-1]
    return np.sum(v)


def by_walrus(v):
    if (w := v) is not None:
        w[0] = w[1] * w[2]
    return np.sum(v)


def by_match(v):
    match v:
        case w:
            w[0] = w[1] * w[2]
    return np.sum(v)


def by_function(change, v):
    change(v)
    return np.sum(v)


def changed_afterwards(v, helper):
    t = v * v
    if helper(v) > -100.0:
        t = t * 2.0
    return np.sum(v * t)


@program(lambda r: (r.vec(3),))
def method_of_its_own_in_a_test(x):
    return changed_afterwards(np.sin(x), by_method_of_its_own)


@program(lambda r: (r.vec(3),))
def output_by_position_in_a_test(x):
    y = np.sin(x)
    t = y * y
    if by_position(y) > -100.0:
        t = t * 2.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def output_by_position_of_a_function(x):
    y = np.sin(x)
    s = by_position_of_a_function(y)
    return np.sum(y * y) + s


@program(lambda r: (r.vec(3),))
def output_among_unpacked_arguments(x):
    y = np.sin(x)
    s = by_unpacked_arguments(y)
    return np.sum(y * y) + s


@program(lambda r: (r.vec(3),))
def output_among_named_options(x):
    y = np.sin(x)
    t = y * y
    while by_named_options(y) < -100.0:
        t = t * 2.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def dunder_method_in_a_test(x):
    y = np.sin(x)
    t = y * y
    if by_dunder(y) > -100.0:
        t = t * 2.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def alias_of_an_argument_in_a_test(x):
    y = np.sin(x)
    t = y * y
    if by_alias(y) > -100.0:
        t = t * 2.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def walrus_in_a_helper_in_an_index(x):
    y = np.sin(x)
    t = y[min(abs(int(by_walrus(y))), 2)]
    return np.sum(y) * t


@program(lambda r: (r.vec(3),))
def match_in_a_helper_in_a_print(x):
    y = np.sin(x)
    t = y * y
    print("", end="" if by_match(y) > 0.0 else "")
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def change_in_an_assertion(x):
    y = np.sin(x)
    t = y * y
    assert doubled_first(y) > -100.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def change_in_a_text(x):
    y = np.sin(x)
    t = y * y
    text = f"{doubled_first(y):.3f}"
    return np.sum(y * t) * len(text)


@program(lambda r: (r.vec(3),))
def change_by_a_function_that_is_handed_over(x):
    y = np.sin(x)
    t = y * y
    if by_function(doubled_first, y) > -100.0:
        t = t * 2.0
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def change_by_a_partial(x):
    y = np.sin(x)
    t = y * y
    change = functools.partial(np.multiply, y, 2.0)
    change(out=y)
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def change_by_a_key(x):
    def key(v):
        v *= 2.0
        return v[0]

    y = np.sin(x)
    t = y * y
    order = sorted([y, y[:2]], key=key)
    return np.sum(y * t) * len(order)


@program(lambda r: (r.vec(3),))
def outputs_by_position_of_methods(x):
    y = np.sin(x)
    t = y * y
    y.clip(0.0, 0.5, y)
    np.add.reduce(np.outer(t, t), 0, None, t)
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def copy_by_names(x):
    y = np.sin(x)
    t = y * y
    np.copyto(src=t[::-1], dst=y)
    np.put(a=t, ind=[0], v=y[1])
    return np.sum(y * t)


@program(lambda r: (r.vec(3),))
def broadcast_arrays_are_views(x):
    y = np.sin(x)
    m, k = np.broadcast_arrays(y, y[0])
    y *= 2.0
    return np.sum(m * y) + np.sum(k)


@program(lambda r: (r.vec(3), 25))
def a_long_way_through_names(x, n):
    a = x * 1.0
    b = c = d = e = f = g = h = i = j = k = m = o = p = q = s = t = u = v = w = y = np.zeros(3)
    for _ in range(n):
        y = w * 1.01
        w = v + 1.0
        v = u * 1.01
        u = t + 0.1
        t = s * 1.01
        s = q * 0.9
        q = p + y * 0.1
        p = o * 1.01
        o = m - 0.1
        m = k * 1.01
        k = j * 1.1
        j = i * 1.01
        i = h + 0.2
        h = g * 1.01
        g = f * 1.01
        f = e * 1.01
        e = d - 1.0
        d = c * 1.01
        c = b * 1.01
        b = a * 1.01
        a = a * 0.9
    return np.sum(y)


@program(lambda r: (r.vec(3), 25))
def a_long_way_through_arrays(x, n):
    a = x.copy()
    b, c, d, e, f, g, h = np.zeros((7, 3))
    for _ in range(n):
        h[:] = g * 1.1
        g[:] = f * 1.2
        f[:] = e + 0.1
        e[:] = d * 2.0
        d[:] = c - 1.0
        c[:] = b * 1.5
        b[:] = np.sin(a)
        a *= 0.9
    return np.sum(h)


@program(lambda r: (r.vec(3), r.vec(3, 3), 0.3), (0, 1, 2))
def an_adjoint_that_one_branch_makes_for_the_other(x, a, s):
    h = a
    a[::-1] *= x
    m = h
    z = x[1:3]
    if z[0] >= 0.13:
        for k in range(len(x)):
            x[k] = s - m[-2, -1]
    else:
        a[-3, -3] = abs(x[-2])
    return np.sum(np.sin(a)) + np.sum(h * h)


@program(lambda r: (r.vec(3), r.vec(3, 4)), (0, 1))
def variable_of_a_generator_with_the_name_of_a_view(x, a):
    q = a[0][1:]
    y = x if sum(p * q for p, q in zip(a[:, 1], a[0], strict=False)) > -0.21 else 2.0 * x
    a[2, 1:] += y
    return np.sum(np.sin(y)) + np.sum(q * q) + np.sum(a)


@program(lambda r: (r.vec(3),))
def parameter_of_a_lambda_with_the_name_of_a_view(x):
    q = x[1:]
    x[1] = q[1] * x[0]
    n = len(sorted([1, 2], key=lambda q: -q))
    return np.sum(q * q) * n


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def parts_to_the_left_of_a_change(x, w):
    y = np.sin(x)
    s = y[0] * y[1] + doubled_first(y) * y[0]
    if y[0] * s < doubled_first(y) + y[1] * 1e-3:
        s = s * w[0]
    n = 2.0 if y[0] < -100.0 or doubled_first(w) > -100.0 and w[0] < 100.0 else doubled_first(y)
    y[1] += doubled_first(y) * y[0]
    y[:2] *= by_position(y)
    return s * n + np.sum(y * w)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def changes_in_heads_of_loops(x, w):
    y, total = np.sin(x), 0.0
    for i in range(min(3, abs(int(by_position(y))) + 2)):
        total += y[i] * doubled_first(w)
    while doubled_first(y) < total * 0 + 1e3 and total < 1e3:
        y *= w + 4.0
        total = total + y[0] ** 2
    values = [v * w[0] for v in w if doubled_first(w) > -1e3]
    return total * 1e-6 + sum(values) + np.sum(np.tanh(y))


@program(lambda r: (r.vec(3),))
def text_made_before_a_change(x):
    y = np.round(x, 3) * 0 + x
    shown = f"{y[0]:.2f} {doubled_first(y) * 0:.1f} {y[0]:.2f}"
    print(shown)
    return np.sum(y * y)


@program(lambda r: (r.vec(3),))
def variables_of_functions_that_rebind_them(x):
    n, y = x[0], x * 1.0

    def bump(k):
        nonlocal n
        n = n * k
        y[0] = n
        return n

    s = n * bump(2.0) + n
    n += bump(3.0) * y[0]
    pair = (n, bump(0.5), n)
    if n > 1e3 or not (bump(2.0) < n * 2.0 < 1e4):
        s = s * 2.0
    return s + pair[0] * pair[2] + n * y[0] + np.sum(y)


def halved_where_large(v, limit=1.0):
    match len(v):
        case 3:
            np.multiply(v, 0.5, out=v, where=v > limit)
        case _:
            v.fill(limit)
    return v[0]


@program(lambda r: (r.pos(3), r.pos(4)), (0, 1))
def changes_by_a_helper_with_cases(x, w):
    assert halved_where_large(x, 0.8) > 0.0, "not positive"
    if halved_where_large(w) == 1.0 and halved_where_large(x * 1.0, limit=0.1) > 0.0:
        x *= w[:3]
    return np.sum(x * x) + np.sum(w)
