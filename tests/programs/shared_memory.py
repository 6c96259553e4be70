"""Stores that are seen under several names: what overlaps, views taken before and after a store, names that mean another array in time."""

import numpy as np

from .registry import program


@program(lambda r: (r.vec(6),))
def overlapping_views_of_both_kinds(x):
    y = x.copy()
    m = y.reshape(2, 3)
    a, b = y[1:], y[:-1]
    a *= b
    m[0] += m[1]
    b[:] = a * y[5]
    m[:, 1] = m[:, 0] * m[:, 2]
    return np.sum(a * b) + np.sum(m**2)


@program(lambda r: (r.vec(4),))
def view_taken_before_and_after_a_store(x):
    y = x.copy()
    before = y[1:3]
    t = np.sum(before**2)
    y[1] = x[0] * x[2]
    after = y[1:3]
    t += np.sum(before * after)
    before[1] = after[0] ** 2
    return t * np.sum(after)


@program(lambda r: (r.vec(2, 3, 2),))
def view_of_a_view_of_a_view(x):
    y = x * x
    t = y.transpose(2, 0, 1)
    u = np.swapaxes(t, 0, 2)[1]
    v = u[..., None]
    v[0, 0, 0] = y[0, 1, 1] * t[1, 1, 0]
    u *= v[1, 1, 0]
    t[0] += t[1]
    return np.sum(y * x) + np.sum(u)


@program(lambda r: (r.vec(4),))
def view_used_after_its_base_is_bound_anew(x):
    y = x * 2.0
    v = y.reshape(2, 2)
    w = v.T
    y = y * x
    w[0, 1] = y[1] ** 2
    v *= w
    y[2:] = v[0]
    return np.sum(v * w) + np.sum(y)


@program(lambda r: (r.vec(5),))
def view_bound_anew_in_a_loop(x):
    y = x.copy()
    v = y
    for i in range(3):
        v[0] *= v[1]
        v = v[1:]
        y[i] += v[0] ** 2
    v[1] = y[0]
    return np.sum(y * y) + np.sum(v)


@program(lambda r: (r.vec(6),))
def view_and_array_change_places_in_a_loop(x):
    a = x.copy()
    b = x * x
    p, q = a.reshape(2, 3), b.reshape(2, 3)
    for i in range(3):
        p[0] += q[1] * x[i]
        a[i] *= b[5 - i]
        p, q = q, p
    return np.sum(a * p.ravel()) + np.sum(b * b)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def view_of_one_of_three(x, y):
    a, b = x.copy(), y * y
    for i in range(4):
        if i == 0:
            v = a[1:]
        elif i % 2:
            v = b[::-1]
        else:
            v = x * y
        v[0] = a[i] * b[i]
        v[1:] *= v[:-1]
    return np.sum(a * b) + np.sum(v)


@program(lambda r: (r.vec(4),))
def early_return_with_a_view(x):
    y = x.copy()
    v = y.reshape(2, 2)
    for i in range(2):
        v[i] *= x[i]
        if y[0] ** 2 + i > 1.0:
            return np.sum(v**2) * y[3]
        y[3] = v[0, 0]
    return np.sum(y * x)


@program(lambda r: (r.vec(4),), seed=3)
def way_out_of_a_loop_between_stores(x):
    y = x * x
    v = y[::2]
    i = 0
    while i < 3:
        v[0] = v[1] * y[1] + v[0]
        if v[0] > 2.0:
            break
        y[1] *= 1.5
        i += 1
    return np.sum(y * v[0])


@program(lambda r: (r.vec(3, 3),))
def rows_and_columns_in_turn(x):
    y = x.copy()
    for row in y:
        row /= np.sum(row**2) + 1.0
    for column in y.T:
        column -= column.mean()
        column[0] = y[0, 0]
    return np.sum(y**3)


@program(lambda r: (r.vec(2, 3),))
def reshape_of_what_is_not_contiguous(x):
    y = (x * x).T
    flat = y.reshape(-1)
    flat[1:] *= flat[:-1]
    y[0] = flat[2:4]
    again = y.T.reshape(-1)
    again[0] = y[1, 1] ** 2
    return np.sum(y * flat.reshape(3, 2)) + np.sum(again)


@program(lambda r: (r.vec(3, 2),))
def layout_handed_on_by_arithmetic(x):
    y = x.T * 2.0
    flat = y.ravel()
    flat[0] = x[1, 1] ** 2
    z = np.exp(y.T * 0.1)
    column = z.reshape(6)
    column[::2] *= column[1::2]
    return np.sum(y * y) + np.sum(z * x) + np.sum(flat)


@program(lambda r: (r.vec(2, 3), r.vec(2)), (0, 1))
def argument_changed_under_two_names(x, v):
    t = x.T
    u = np.asarray(x)
    t[1] = v * x[:, 0]
    u[0] *= t[2, 1]
    return np.sum(x * u) + np.sum(t[1])


@program(lambda r: (r.vec(6),))
def argument_in_another_shape(x):
    m = x.reshape(2, 3)
    m[0] = m[1] ** 2
    x[0] *= m[0, 1]
    return np.sum(m * m) + x[2]


@program(lambda r: (r.vec(4),))
def nothing_in_it(x):
    y = x[4:] * 2.0
    m = y.reshape(0, 2)
    m *= 3.0
    y += 1.0
    z = x.copy()
    v = z[1:1]
    v[...] = z[0]
    return np.sum(m) + np.sum(y) + np.sum(z * z) + np.sum(v)


@program(lambda r: (r.vec(3),))
def broadcast_view_sees_a_store(x):
    y = x.copy()
    wide = np.broadcast_to(y, (4, 3))
    y[1] = x[0] * x[2]
    return np.sum(wide * np.arange(12.0).reshape(4, 3))


@program(lambda r: (r.vec(3, 3),))
def diagonal_view_sees_a_store(x):
    y = x.copy()
    d = np.diagonal(y)
    y[1] *= x[0]
    y[0, 0] = 5.0
    return np.sum(d * d) + np.sum(y)


def scaled_in_place(a, factor):
    for i in range(len(a)):
        a[i] = a[i] * factor
        factor = factor + a[i]
    return a[:2]


@program(lambda r: (r.vec(4),))
def helper_changes_what_a_view_sees(x):
    y = x.copy()
    m = y.reshape(2, 2)
    part = scaled_in_place(y, x[3])
    m[1] += part
    part[0] = m[1, 1]
    return np.sum(m**2) + np.sum(part)


@program(lambda r: (r.vec(4),))
def helper_is_given_a_view(x):
    y = x.copy()
    head = scaled_in_place(y[1:], x[0])
    y[2] = head[0] * y[3]
    return np.sum(y * y) + np.sum(head)


@program(lambda r: (r.vec(4), r.num()), (0, 1))
def view_stored_into_itself(x, c):
    y = x.copy()
    v = y[::-1]
    v[:] = y * c
    y[1:] = y[:-1]
    v[:2] = v[2:]
    w = y[1:3]
    y[:2] = w * w[0]
    return np.sum(y * v) + np.sum(w)


@program(lambda r: (r.vec(4),))
def alias_of_an_alias_in_branches(x):
    a = x.copy()
    b = a
    if x[0] > 100:
        b = x * 3.0
    c = b if x[1] < 100 else a.copy()
    c[0] = a[1] * b[2]
    b[3] = c[0]
    return np.sum(a * b * c)


@program(lambda r: (r.vec(2, 4),))
def every_function_that_gives_a_view(x):
    y = x * 1.0
    np.moveaxis(y, 0, 1)[3] *= x[:, 0]
    a = np.flip(y, 1)
    a[0, 0] = y[1, 1] ** 2
    b = np.rot90(y)
    b[0] += a[:, 1]
    c = np.atleast_3d(y)
    c[1, 2] = b[3, 0]
    d = np.rollaxis(y, 1)
    d[2] = y[0, :2]
    e = np.fliplr(np.flipud(y))
    e += c[::-1, ::-1, 0]
    return np.sum(y * y) + np.sum(a * e) + np.sum(b * d)


@program(lambda r: (r.vec(3, 4),))
def steps_of_a_stencil_in_two_buffers(x):
    u, w = x.copy(), np.zeros_like(x)
    inner, other = u[1:-1, 1:-1], w[1:-1, 1:-1]
    for _ in range(3):
        other[:] = inner + 0.1 * (u[2:, 1:-1] - w[:-2, 1:-1])
        u[0, :] = w[1, :]
        inner += other**2
    return np.sum(u * u) + np.sum(w)


@program(lambda r: (r.vec(5),))
def filter_with_a_window_that_moves(x):
    y = x.copy()
    window = y[:2]
    for i in range(3):
        window[1] += 0.5 * window[0] ** 2
        y[i] -= window[1] * x[i]
        window = y[i + 1 : i + 3]
    window *= 2.0
    return np.sum(y**2)


@program(lambda r: (r.vec(4),))
def passive_buffer_becomes_active_through_a_view(x):
    w = np.zeros(6)
    v = w.reshape(2, 3)
    head = w[:2]
    v[1] = x[1:]
    first = np.sum(w**2)
    head[:] = x[0] * w[4:]
    return first * np.sum(v) + np.sum(w * head[0])


@program(lambda r: (r.vec(4), r.num()), (0, 1))
def numbers_beside_arrays_in_a_tuple(x, c):
    y = x.copy()
    pair = (y, c * 2.0, 3, "name")
    box = {"pair": pair, "half": y[2:], "c": pair[1] * c}
    for i in range(2):
        pair[0][i] *= pair[1] + box["half"][i]
        box["pair"][0][3] += box["c"]
        box["half"] *= pair[2]
    return np.sum(y * pair[1]) + box["c"]


@program(lambda r: (r.vec(3, 4),))
def rows_of_a_list_in_a_loop(x):
    y = x * 1.0
    rows = [y[0], y[1], y[:, 1]]
    total = 0.0
    for i in range(3):
        row = rows[i]
        row[0] = rows[-1][i] * x[i, 0]
        rows[i] *= y[2, 3]
        total += np.sum(rows[0] * rows[1]) + y[1, 1]
    return total * np.sum(y)


@program(lambda r: (r.vec(4),))
def containers_made_in_each_trip(x):
    y = x.copy()
    total = 0.0
    for i in range(3):
        scale = x[i] * 0.5
        pair = [y[i:], scale]
        other = (pair[0][:1], y)
        pair[0][0] *= pair[1]
        other[0][0] += other[1][3] * scale
        total += other[1][i] * pair[1]
    return total + np.sum(y)


@program(lambda r: (r.vec(6), r.vec(6)), (0, 1))
def pieces_of_two_arrays(x, v):
    a, b = x.copy(), v * v
    pieces = np.split(a, 3)
    if x[0] > 100:
        pieces = np.array_split(b, 4)
    chosen = pieces if v[0] < 100 else np.split(b, 2)
    for i in range(3):
        part = chosen[i]
        part *= b[i]
        a[2 * i] = part[1] * x[i]
    return np.sum(a * b)


@program(lambda r: (r.vec(2, 2, 3),))
def pieces_along_other_axes(x):
    y = x * x
    left, right = np.split(y, 2, axis=1)
    top = np.vsplit(y, 2)[0]
    left -= right
    top[0, 1] = left[1, 0] * right[0, 0]
    first, second, third = np.dsplit(y, 3)
    third[:] = first * second
    return np.sum(y * x)


@program(lambda r: (r.vec(4),))
def list_whose_items_are_replaced(x):
    y = x.copy()
    parts = [y[:2], y[2:]]
    parts[0] = x[1:3] * 2.0
    parts[0][0] = y[3]
    parts[1] += parts[0]
    return np.sum(y * y) + np.sum(parts[0] * parts[1])


@program(lambda r: (r.vec(4),))
def list_handed_to_a_function(x):
    y = x.copy()
    parts = [y[:2], y[2:]]
    y[0] *= 3.0
    parts[1][0] = y[0] ** 2
    return np.sum(np.stack(parts) ** 2) + np.sum(np.concatenate(parts) * x) + sum(np.sum(p) for p in parts)


@program(lambda r: (r.vec(3), r.vec(2, 3)), (0, 1))
def parameter_that_comes_to_mean_a_copy(x, a):
    state = {"p": a[1], "q": x}
    if x[0] > 100:
        a[:] -= x
    else:
        x = np.copy(state["q"])
    return np.sum(state["q"] ** 2) + np.sum(x * a)


@program(lambda r: (r.vec(4), r.num()), (0, 1))
def parameter_bound_anew_in_a_loop(x, c):
    v = x
    for i in range(3):
        v[i] *= c
        x = x * v[i + 1]
        v = x[::-1] if i % 2 else x
        v[0] += x[3]
    return np.sum(x * v)


def shrunk(v, n):
    """A new array, found in a way that no expression can stand for."""
    w = v * 0.5
    for _ in range(n):
        if w[0] > 2.0:
            return w * w
        w = w * v + 1.0
    return w * 1.0


@program(lambda r: (r.small(4),))
def array_bound_to_what_a_helper_makes_of_it(x):
    y = x.copy()
    v = y[::-1]
    for i in range(2):
        v[i] = y[i] * x[3]
        y = shrunk(y, i)
        v[:2] *= y[1]
        v = y[1:]
    v[0] = y[0]
    return np.sum(y * y) + np.sum(v)


@program(lambda r: (r.vec(4), r.vec(3, 4), r.num()), (0, 2))
def branch_whose_test_is_changed_through_a_view(x, a, s):
    y = x * 1.0
    if a[0, 1] >= -10.0:
        y[1] += x[3] * s
    a.T[1] = -20.0
    return np.sum(y * y)


@program(lambda r: (r.vec(4), r.vec(3, 4)), (0, 1))
def product_in_a_loop_is_changed_through_a_view(x, a):
    s = 0.0
    for i in range(3):
        b = x[[3, 1, 2]] * a[:, i]
        b[1:].ravel()[::2][-1] -= 1.0
        s += np.sum(np.sin(b))
    return s


@program(lambda r: (r.vec(3), r.num()), (0,))
def number_from_a_passive_list_replaces_an_active_one(x, s):
    items = [1.0, 0.7, s]
    t = np.sum(x)
    if len(x) > 2:
        t = items.pop()
    return t + np.sum(x * x)


@program(lambda r: (r.vec(3), r.num()), (0,))
def length_of_a_list_that_a_branch_changes(x, s):
    items = [1.0, 0.7, s]
    t = np.sum(x)
    if len(items) > 2:
        t = t * items.pop()
    return t


@program(lambda d: (d.vec(4), d.vec(3, 4), d.num()), (0, 2))
def argument_stored_into_after_its_name_means_something_else(x, a, s):
    for row in a:
        a = a**2
        np.flip(row)[[0, 1]] += x[[1, 2]] * s
    return np.sum(x) * s * a[0, 0]
