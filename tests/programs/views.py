"""Views and aliases of buffers that are stored into: rows, reshapes, transposes, broadcasts, copies that are not."""

import numpy as np

from .registry import program


@program(lambda r: (r.vec(3, 3),))
def row_view(x):
    y = x.copy()
    row = y[1]
    row[0] = row[1] * row[2]
    y[1, 2] = 4.0
    return np.sum(y * y) + row[2] * row[0]


@program(lambda r: (r.vec(4),))
def slice_view(x):
    y = x.copy()
    head = y[:2]
    tail = y[2:]
    head += tail
    tail[:] = head * tail
    return np.sum(y)


@program(lambda r: (r.vec(6),))
def reshaped_view(x):
    y = x.copy()
    m = y.reshape(2, 3)
    m[1, :] = m[0, :] * 2
    y[0] = m[1, 1]
    return np.sum(m * m)


@program(lambda r: (r.vec(2, 3),))
def transposed_view(x):
    y = x.copy()
    t = y.T
    t[2, 1] = t[0, 0] * t[1, 1]
    y[0] *= 2
    return np.sum(t @ y)


@program(lambda r: (r.vec(2, 3),))
def ravel_of_contiguous_is_a_view(x):
    y = x.copy()
    flat = y.ravel()
    flat[0] = x[1, 1] * 2
    flat[1:3] *= 3.0
    return np.sum(y * y)


@program(lambda r: (r.vec(2, 3),))
def ravel_of_transposed_is_a_copy(x):
    y = x.copy()
    flat = y.T.ravel()
    flat[0] = 100.0
    return np.sum(y * y) + np.sum(flat**2)


@program(lambda r: (r.vec(2, 3),))
def reshape_of_transposed_is_a_copy(x):
    y = x.copy()
    m = y.T.reshape(2, 3)
    m[0, 0] = 50.0
    m *= y
    return np.sum(y * m)


@program(lambda r: (r.vec(4),))
def fancy_index_is_a_copy(x):
    y = x.copy()
    part = y[[0, 1]]
    part[0] = 9.0
    part *= x[2]
    return np.sum(y * y) + np.sum(part)


@program(lambda r: (r.vec(4),))
def mask_index_is_a_copy(x):
    y = x.copy()
    part = y[y > -100]
    part[0] = 9.0
    return np.sum(y * y) + np.sum(part * part)


@program(lambda r: (r.vec(4),))
def flatten_is_a_copy(x):
    y = x.copy().reshape(2, 2)
    z = y.flatten()
    z[0] = 9.0
    w = y.astype(float)
    w[0, 0] = 8.0
    return np.sum(y * y) + np.sum(z) * w[0, 1]


@program(lambda r: (r.vec(4),))
def asarray_is_an_alias(x):
    y = x.copy()
    z = np.asarray(y)
    z[0] = x[1] * 3
    w = np.array(y)
    w[1] = 50.0
    return np.sum(y * y) + np.sum(w)


@program(lambda r: (r.vec(4),))
def view_of_a_view(x):
    y = x.copy()
    a = y[1:]
    b = a[::2]
    b[1] = b[0] * y[0]
    a[0] = 2.0
    return np.sum(y * y) + np.sum(a * a)


@program(lambda r: (r.vec(4),))
def view_outlives_the_name(x):
    y = x.copy()
    v = y[:2]
    y = y * 2
    v[0] = 7.0
    y[1] = v[1]
    return np.sum(y * y) + v[0] * v[1]


@program(lambda r: (r.vec(4),))
def view_taken_in_a_branch(x):
    y = x.copy()
    if x[0] > -100:
        v = y[:2]
    else:
        v = y[2:]
    v *= x[3]
    v[0] += y[1]
    return np.sum(y * y)


@program(lambda r: (r.vec(3, 4),))
def view_in_a_loop(x):
    y = x.copy()
    for i in range(1, 3):
        previous, current = y[i - 1], y[i]
        current += previous * x[i]
        previous[0] = current[1]
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def helper_returns_a_view(x):
    def middle(v):
        return v[1:3]

    y = x.copy()
    m = middle(y)
    m[0] = y[3] * 2
    y[2] = m[0] * m[1]
    return np.sum(y * y) + np.sum(m)


@program(lambda r: (r.vec(4),))
def helper_returns_a_view_of_one_of_two(x):
    def pick(a, b, first):
        return a[:1] if first else b[1:]

    y, z = x.copy(), x * x
    pick(y, z, True)[0] = z[1]
    v = pick(y, z, False)
    v *= 2
    return np.sum(y * z)


@program(lambda r: (r.vec(4),))
def alias_chosen_by_a_condition(x):
    a = x.copy()
    b = x * 2
    c = a if x[0] > 0 else b
    c[0] = x[1] * x[2]
    return np.sum(a * b)


@program(lambda r: (r.vec(4),))
def alias_rebound(x):
    a = x.copy()
    b = a
    b[0] = x[1]
    b = b.copy()
    b[1] = 9.0
    a[2] = b[0] * x[3]
    return np.sum(a * b)


@program(lambda r: (r.vec(4),))
def names_exchanged_with_stores(x):
    a, b = x.copy(), x * x
    for i in range(3):
        a[i] = b[i] * a[i + 1]
        a, b = b, a
    return np.sum(a * a) + np.sum(b)


@program(lambda r: (r.vec(4),))
def argument_aliased(x):
    y = x
    y[0] = x[1] * x[2]
    return np.sum(x * y)


@program(lambda r: (r.vec(2, 3),))
def rows_by_unpacking_are_views(x):
    y = x.copy()
    a, b = y
    a[0] = b[1] * 2
    b += a
    return np.sum(y * y)


@program(lambda r: (r.vec(2, 3),))
def rows_in_a_list_are_views(x):
    y = x.copy()
    rows = [row for row in y]
    rows[0][1] = rows[1][2] ** 2
    rows[1] *= 3.0
    return np.sum(y * y)


@program(lambda r: (r.vec(2, 3),))
def axis_views(x):
    y = x.copy()
    a = y[:, None, :]
    a[0, 0, 1] = 3.0
    b = np.swapaxes(y, 0, 1)
    b[2, 0] = b[0, 1] * 2
    c = np.expand_dims(y, 0)
    c *= x
    return np.sum(y * y)


@program(lambda r: (r.vec(3, 3),))
def diagonal_by_strides(x):
    y = x.copy()
    flat = y.reshape(-1)
    flat[:: 3 + 1] += x[0]
    flat[:: 3 + 1] *= 2.0
    return np.sum(y @ y)


@program(lambda r: (r.vec(4),))
def squeeze_and_atleast_are_views(x):
    y = x.copy()
    a = np.atleast_2d(y)
    a[0, 1] = y[0] * y[2]
    b = np.squeeze(a)
    b[3] *= 2
    return np.sum(y * y)


@program(lambda r: (r.vec(6),))
def split_gives_views(x):
    y = x.copy()
    a, b = np.split(y, 2)
    a *= b
    b[0] = a[2]
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def element_is_not_a_view(x):
    y = x.copy()
    v = y[0]
    v += 5.0
    y[1] = v
    v = v * y[1]
    return np.sum(y) * v


@program(lambda r: (r.vec(4),))
def flat_store(x):
    m = x.reshape(2, 2).copy()
    m.flat[2] = x[0] * x[1]
    m.flat[0] *= 2
    return np.sum(m * m)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def views_of_two_buffers_in_one_name(x, y):
    a, b = x.copy(), y.copy()
    for i in range(4):
        v = a[i:] if i % 2 else b[: i + 1]
        v *= 1.1
        v[0] += x[i] * y[i]
    return np.sum(a * b)


@program(lambda r: (r.vec(2, 2),))
def matrix_squared_in_place(x):
    y = x.copy()
    for _ in range(3):
        y[:] = y @ y * 0.3
    return np.sum(y)


@program(lambda r: (r.vec(3),))
def buffer_returned_by_a_helper(x):
    def build(v):
        out = np.zeros((3, 3))
        for i in range(3):
            out[i, i] = v[i]
            out[i, i - 1] = v[i] * v[i - 1]
        return out

    m = build(x)
    m[0, 0] *= 2
    return np.sum(m @ build(m[0]))


@program(lambda r: (r.vec(3),))
def real_part_view_of_a_plain_array(x):
    y = x.copy()
    z = y.view()
    z[0] = x[1] ** 2
    return np.sum(y * y)


@program(lambda r: (r.vec(3, 3),))
def einsum_diagonal_is_a_view(x):
    a = x * x
    d = np.einsum("ii->i", a)
    d *= 2.0
    return np.sum(a)


@program(lambda r: (r.vec(3, 3), r.vec(3, 3)))
def einsum_of_two_is_new(x, y):
    a = x * x
    d = np.einsum("ij,ij->ij", a, y)
    d *= 2.0
    return np.sum(a * d)


@program(lambda r: (r.vec(4),))
def no_difference_is_the_array_itself(x):
    a = x * x
    d = np.diff(a, n=0)
    d[0] = 3.0
    return np.sum(a**2)


@program(lambda r: (r.vec(4),))
def same_type_without_a_copy(x):
    a = x * x
    b = a.astype(float, copy=False)
    c = a.astype(float)
    b[0] = 3.0
    c[1] = 4.0
    return np.sum(a**2) + np.sum(c)


@program(lambda r: (r.vec(4),))
def a_sum_of_lists_has_their_items(x):
    p = [x * x, x]
    q = sum([p], [])
    q[0][0] = 7.0
    return np.sum(p[0] ** 2)


def with_diagonal(x):
    lower = np.tril(x, -1)
    for i in range(len(lower)):
        lower[i, i] = np.exp(x[i, i])
    return lower


@program(lambda r: (r.vec(3, 3),))
def a_helper_that_fills_what_it_computed(x):
    return np.sum(with_diagonal(x) * with_diagonal(x.T) ** 2) + np.sum(x**2)


def through_a_call(u):
    u.reshape(-1)[0] = 5.0
    u[1:].reshape(-1)[:1] += u[0, 1]
    return u[0, 0]


@program(lambda r: (r.vec(3, 3),))
def a_helper_that_stores_through_a_call(x):
    y = x * x
    z = y * 2.0
    first = through_a_call(y)
    return np.sum(y * z) * first


@program(lambda r: (r.vec(4),))
def a_view_that_is_only_read(x):
    y = x.view()
    return np.sum(y * y[::-1])


@program(lambda r: (r.vec(2, 3), r.vec(3)), (0, 1))
def a_store_into_what_a_call_returns(x, v):
    np.transpose(x)[0] = v[0] * v[1]
    np.asarray(x)[1] *= v
    np.einsum("ii->i", x[:, 1:])[:] = v[:2] ** 2
    return np.sum(x * x)


@program(lambda r: (r.vec(3), r.vec(2, 3)))
def a_constant_changed_through_what_a_call_returns(v, w):
    y = np.sum(w * v)
    np.asarray(w)[0] = 5.0
    np.multiply(w[1], 2.0, w[1])
    (w if y > 100 else w.T)[0] = 3.0
    w.clip(-1.0, 4.0, w)
    return y * np.sum(w * v * v)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def functions_that_may_return_what_they_are_given(x, v):
    np.einsum("i->i", x)[0] = v[0] ** 2
    np.diff(x, n=0)[1] = v[1] ** 2
    x.astype(float, copy=False)[2] *= v[2]
    y = x.conj()
    y[2] *= v[0]
    best = max(x, v, key=np.sum)
    best *= 2.0
    np.linalg.matrix_power(x[:1, None], 1)[0] += v[1]
    return np.sum(x * x * v)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def a_copy_of_a_container_holds_the_same_arrays(x, v):
    parts = [x]
    again = parts.copy()
    again[0][0] = v[0] ** 2
    table = {"p": parts}
    more = table["p"] + []
    more[0][1] = v[1] ** 2
    return np.sum(x * x * v)


@program(lambda r: (r.vec(4), r.vec(3)), (0, 1))
def targets_that_depend_on_each_other(x, v):
    i = 0
    i, x[i] = 2, v[0] ** 2
    x[i], i = x[i] * v[1], 3
    i, (x[i], j) = 1, (v[2] * x[0], 0)
    a = x[j] = x[i] * 3.0
    return np.sum(x * x) * a


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def chosen_entries_of_a_broadcast_view(x, v):
    seen = [np.broadcast_to(x, (4, 3)), np.lib.stride_tricks.sliding_window_view(x, 2)]
    seen.append(np.broadcast_to(v[0], (5,)))
    rows = seen[0][[0, 2, 2]]
    chosen = seen[0][np.array([True, False, True, True]), 1:]
    return np.sum(rows * rows) + np.sum(chosen**3) + np.sum(seen[1][[0, 1, 1]] ** 2) * np.prod(seen[2][[1, 3]])


@program(lambda r: (r.vec(2, 4),))
def whole_numbers_converted_and_stored_into(a):
    z = np.full(4, 1)[:3].copy()
    z.astype(float, copy=False)[True] = a[1, 3]
    return np.sum(a * a) + np.sum(z)
