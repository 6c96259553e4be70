"""Stores into arrays: elements, slices, masks, augmented stores, out=, ufunc.at, fill, copyto, sort, in arguments."""

import numpy as np

from .registry import program


@program(lambda r: (r.vec(4),))
def fill_a_buffer(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] * x[i]
    return np.sum(y * x)


@program(lambda r: (r.vec(4),))
def store_a_scalar_element(x):
    y = x.copy()
    y[1] = y[0] * y[2]
    y[0] = 3.0
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def overwrite_after_reading(x):
    # write after read: the product needs what stood there before
    y = x.copy()
    b = y * y
    y[:] = 1.0
    return np.sum(b * y)


@program(lambda r: (r.vec(4),))
def overwrite_an_element_after_reading(x):
    y = x.copy()
    s = y[0] * y[1]
    y[0] = s * y[1]
    y[1] = y[0] * y[0]
    return s + y[0] * y[1]


@program(lambda r: (r.vec(4),))
def store_reads_itself(x):
    y = x.copy()
    for i in range(1, 4):
        y[i] = y[i - 1] * np.sin(y[i])
    return np.sum(y)


@program(lambda r: (r.vec(4),))
def elementwise_update_in_place(x):
    y = x.copy()
    for i in range(4):
        y[i] = np.exp(y[i] * 0.3)
    for i in range(4):
        y[i] = y[i] ** 2
    return y[0] * y[1] + y[2] * y[3]


@program(lambda r: (r.vec(4),))
def augmented_elements(x):
    y = np.ones(4)
    for i in range(4):
        y[i] += x[i]
        y[i] *= x[i]
        y[i] -= y[i - 1]
        y[i] /= 1.0 + x[i] ** 2
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def augmented_array(x):
    y = x.copy()
    y += x * x
    y *= x
    y -= 1.0
    y /= 3.0
    y **= 2
    return np.sum(y)


@program(lambda r: (r.vec(4),))
def augmented_array_is_seen_by_aliases(x):
    y = x.copy()
    z = y
    y *= 2.0
    z += x
    return np.sum(y * z)


@program(lambda r: (r.vec(4),))
def not_augmented_is_a_new_array(x):
    y = x.copy()
    z = y
    y = y * 2.0
    y[0] = 5.0
    return np.sum(y * z)


@program(lambda r: (r.vec(3, 4),))
def row_stores(x):
    y = np.empty((3, 4))
    for i in range(3):
        y[i] = np.cumsum(x[i])
    y[1, :] = y[0] * x[1]
    y[:, 2] = x[:, 0] ** 2
    return np.sum(y * y)


@program(lambda r: (r.vec(6),))
def slice_stores(x):
    y = np.zeros(6)
    y[1:4] = x[:3] * x[3:]
    y[::2] = x[1::2]
    y[4:] = y[:2] * 2
    return np.sum(y * np.arange(6.0))


@program(lambda r: (r.vec(3), r.num()), (0, 1))
def broadcast_store(x, v):
    y = np.zeros((2, 3))
    y[:] = x
    y[1] = v
    y[0, 1:] *= v
    return np.sum(y * y)


@program(lambda r: (r.vec(5, 5),))
def overlapping_slices(a):
    a = a.copy()
    for i in range(1, 5):
        a[i, 1:-1] += a[i, 2:] * 0.5 + a[i - 1, 1:-1] * a[i, :-2]
    return np.sum(a * a)


@program(lambda r: (r.vec(6),))
def overlapping_slices_of_one_array(x):
    y = x.copy()
    y[1:] = y[:-1] * y[1:]
    y[:-1] += y[1:]
    return np.sum(y**2)


@program(lambda r: (r.vec(4),))
def reversed_in_place(x):
    y = x.copy()
    y[:] = y[::-1].copy() * np.arange(4.0)
    return np.sum(y * x)


@program(lambda r: (r.vec(5),))
def mask_store(x):
    y = x.copy()
    y[y > 0] = 0.0
    y[x < -100] = x[0]
    return np.sum(y * y)


@program(lambda r: (r.vec(5),))
def mask_store_of_values(x):
    y = x * 2
    positive = x > 0
    y[positive] = np.exp(-x[positive])
    y[~positive] *= x[~positive]
    return np.sum(y)


@program(lambda r: (r.vec(4),))
def fancy_store(x):
    y = np.zeros(5)
    y[[3, 0, 1]] = x[:3] * x[1:]
    y[np.array([4, 3])] += x[:2]
    return np.sum(y**2)


@program(lambda r: (r.vec(3),))
def fancy_store_with_repeats_last_wins(x):
    y = np.zeros(3)
    y[[0, 0, 1]] = x * x
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


@program(lambda r: (r.vec(3),))
def fancy_augmented_store_with_repeats(x):
    y = np.ones(3)
    y[[0, 0, 1]] += x * x  # NumPy adds once
    y[[2, 2]] *= x[:2]
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


@program(lambda r: (r.vec(4),))
def add_at(x):
    y = np.zeros(3)
    np.add.at(y, [0, 0, 1, 2], x * x)
    return y[0] * y[1] * y[2]


@program(lambda r: (r.vec(4),))
def subtract_at(x):
    y = np.ones(3) * x[0]
    np.subtract.at(y, np.array([0, 2, 0, 1]), x)
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def out_argument(x):
    y = np.empty(4)
    np.multiply(x, x, out=y)
    np.add(y, x, out=y)
    np.sin(y, out=y)
    return np.sum(y)


@program(lambda r: (r.vec(3, 3), r.vec(3)), (0, 1))
def out_of_a_product(a, x):
    y = np.zeros(3)
    np.dot(a, x, out=y)
    z = np.empty(3)
    np.matmul(a, y, z)
    return np.sum(y * z)


@program(lambda r: (r.vec(4),))
def out_returns_the_same_array(x):
    y = np.empty(4)
    z = np.exp(x, out=y)
    z[0] = x[1]
    return np.sum(y * y)


@program(lambda r: (r.vec(4), r.num()), (0, 1))
def fill_method(x, v):
    y = x.copy()
    s = y[1] * y[2]
    y.fill(v)
    return np.sum(y * y) * s


@program(lambda r: (r.vec(4),))
def copyto(x):
    y = np.zeros((2, 4))
    np.copyto(y, x)
    y *= y
    np.copyto(y[0], x, where=x > 0)
    return np.sum(y * np.arange(8.0).reshape(2, 4))


@program(lambda r: (r.vec(5),))
def sort_in_place(x):
    y = x.copy()
    y[0] *= 2
    y.sort()
    return y @ np.arange(5.0)


@program(lambda r: (r.vec(4),))
def put_and_place(x):
    y = x.copy()
    np.put(y, [0, 2], x[1:3] * 2)
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def fill_diagonal(x):
    m = np.outer(x, x)
    np.fill_diagonal(m, x[0])
    return np.sum(m**2)


@program(lambda r: (r.vec(4),))
def argument_changed(x):
    x[0] = x[1] * x[2]
    x *= x[3]
    return np.sum(x * x)


@program(lambda r: (r.vec(4), np.zeros(4)), 0)
def result_written_into_an_argument(x, out):
    for i in range(4):
        out[i] = x[i] ** 2
    return np.sum(out * x)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def both_arguments_changed(x, y):
    x[:] = x * y
    y[:] = y + x
    x += y
    return x @ y


@program(lambda r: (r.vec(4),))
def helper_stores_into_its_argument(x):
    def normalise(v):
        v /= np.sqrt(np.sum(v * v))

    def bump(v, i, amount):
        v[i] += amount * v[i - 1]

    y = x.copy()
    normalise(y)
    bump(y, 1, 2.0)
    bump(y, 0, x[2])
    normalise(y)
    return y @ np.array([1.0, 2.0, 3.0, 4.0])


@program(lambda r: (r.vec(4),))
def helper_stores_and_returns_its_argument(x):
    def scaled(v, k):
        v *= k
        return v

    y = x.copy()
    z = scaled(y, x[0])
    z[1] = y[2] * 2
    return np.sum(y * z)


@program(lambda r: (r.vec(4),))
def same_array_passed_twice(x):
    def mix(a, b):
        a[0] = a[0] * b[1]
        b[1] = a[0] + b[2]
        a[2] *= b[3]

    y = x.copy()
    mix(y, y)
    return np.sum(y * y)


@program(lambda r: (r.vec(6),))
def slices_of_one_array_passed(x):
    def mix(a, b):
        a += b
        b *= a

    y = x.copy()
    mix(y[:3], y[3:])
    mix(y[:2], y[1:3])
    return np.sum(y)


@program(lambda r: (r.vec(4),))
def swap_elements(x):
    y = x * x
    y[0], y[3] = y[3], y[0]
    y[1], y[2] = y[2] * x[0], y[1]
    return y @ np.arange(1.0, 5.0)


@program(lambda r: (r.vec(3, 3),))
def swap_rows_by_fancy_index(a):
    a = a.copy()
    a[[0, 2]] = a[[2, 0]]
    a[[0, 1], :] = a[[1, 0], :] * 2
    return np.sum(a * np.arange(9.0).reshape(3, 3))


@program(lambda r: (r.vec(3, 3),))
def swap_rows_by_views_is_a_trap(a):
    # both sides are views: the second assignment reads what the first has written
    a = a.copy()
    a[0], a[2] = a[2], a[0]
    return np.sum(a * np.arange(9.0).reshape(3, 3))


@program(lambda r: (r.vec(4),))
def double_buffering(x):
    old = x.copy()
    new = np.zeros(4)
    for _ in range(5):
        new[1:-1] = old[1:-1] + 0.1 * (old[2:] - 2 * old[1:-1] + old[:-2]) * old[1:-1]
        new[0] = old[-1]
        new[-1] = old[0]
        old, new = new, old
    return np.sum(old**2)


@program(lambda r: (r.num(),))
def ring_buffer(x):
    ring = np.zeros(3)
    s = 0.0
    for k in range(8):
        ring[k % 3] = np.sin(x * k) + ring[(k - 1) % 3] * 0.5
        s += ring[(k - 2) % 3] * ring[k % 3]
    return s


@program(lambda r: (r.vec(3),))
def buffer_reused_in_a_loop(x):
    work = np.empty(3)
    s = 0.0
    for k in range(4):
        work[:] = x * (k + 1)
        work[0] = work[1] * work[2]
        s += np.sum(np.sin(work))
    return s


@program(lambda r: (r.vec(3),))
def buffer_allocated_in_a_loop(x):
    s = 0.0
    for k in range(4):
        work = np.zeros(3)
        work[k % 3] = x[k % 3] * s + x[0]
        s += np.sum(work * x)
    return s


@program(lambda r: (r.num(),))
def table_of_dynamic_programming(x):
    t = np.zeros((4, 4))
    t[0, :] = x
    t[:, 0] = 1.0
    for i in range(1, 4):
        for j in range(1, 4):
            t[i, j] = t[i - 1, j] * x + np.sin(t[i, j - 1]) + 0.1 * t[i - 1, j - 1]
    return t[3, 3]


@program(lambda r: (r.vec(5),))
def prefix_sums_in_place(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] += y[i - 1]
    return np.sum(y * y)


@program(lambda r: (r.vec(5),))
def store_in_one_branch(x):
    y = x.copy()
    for i in range(5):
        if y[i] > 0:
            y[i] = y[i] * y[i - 1]
        elif i % 2:
            y[i - 1] += x[i]
    return np.sum(y * y)


@program(lambda r: (r.vec(5),))
def store_with_break(x):
    y = np.zeros(5)
    for i in range(5):
        y[i] = x[i] * 2
        if y[i] > 1.5 or i == 3:
            break
        y[i] *= x[i]
    return np.sum(y * y)


@program(lambda r: (r.vec(5),))
def while_with_stores(x):
    y = x.copy()
    n = 0
    while np.sum(y * y) > 0.05 and n < 30:
        y[n % 5] = y[n % 5] * 0.5
        n += 1
    return np.sum(y * x)


@program(lambda r: (r.vec(3),))
def store_at_an_index_that_depends_on_values(x):
    y = np.zeros(3)
    i = 0
    for v in x:
        y[i] += v * v
        i = (i + 1) % 3 if v > 0 else i
    return np.sum(y * y)


@program(lambda r: (r.vec(3).astype(np.float32),), tolerance=1e-4)
def float32_buffer(x):
    y = np.zeros_like(x)
    for i in range(3):
        y[i] = x[i] * x[i]
    y[1] += y[0]
    return np.sum(y)


@program(lambda r: (r.vec(3), 2))
def integer_buffer_beside_it(x, n):
    index = np.zeros(3, dtype=int)
    for i in range(3):
        index[i] = (i * n) % 3
    y = x.copy()
    for i in index:
        y[i] = y[i] * x[i]
    return np.sum(y)


@program(lambda r: (r.vec(3),))
def store_cut_by_an_integer_buffer(x):
    n = np.zeros(3, dtype=int)
    n[0] = x[0] * 10
    return np.sum(x * n)


@program(lambda r: (np.array(0.7),))
def zero_dimensional_store(x):
    y = np.array(1.0)
    y[()] = x * x
    y[...] *= x
    z = y
    z += x
    return y * 2.0


@program(lambda r: (r.vec(2, 3, 4),))
def three_dimensional_stores(x):
    y = np.zeros((2, 3, 4))
    y[0] = x[1] * 2
    y[1, :, 1:3] = x[0, :, 2:] ** 2
    y[..., 0] += x[..., 1]
    y[:, 1] *= x[:, 2]
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def loop_over_an_array_changed_in_the_loop(x):
    y = x.copy()
    s = 0.0
    for i, v in enumerate(y):
        s += v * v
        y[3 - i] = v * 2  # later trips read it
    return s + np.sum(y)


@program(lambda r: (r.vec(3, 2),))
def loop_over_rows_with_stores(x):
    y = x.copy()
    for row in y:
        row[0] = row[0] * row[1]
        row *= 2.0
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def stored_value_changes_afterwards(x):
    v = x[:2] * 1.0
    y = np.zeros((2, 2))
    y[0] = v  # a copy
    v[0] = 7.0
    y[1] = v
    return np.sum(y * y)


@program(lambda r: (r.vec(3),))
def store_of_the_array_into_itself(x):
    y = x.copy()
    y[:] = y
    y[1:] = y[1:]
    y[0] = y[0]
    return np.sum(y**3)


@program(lambda r: (r.num(),))
def empty_like_and_full(x):
    a = np.full(3, x)
    b = np.empty_like(a)
    b[:] = a * x
    a[1] = b[1] * 2
    return np.sum(a * b)


@program(lambda r: (r.vec(4),))
def array_in_a_tuple_changed(x):
    y = x.copy()
    pair = (y, 2.0)
    pair[0][1] = y[0] * pair[1]
    a, _ = pair
    a += 1.0
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def augmented_element_of_a_container(x):
    d = {"v": x.copy()}
    d["v"] += x
    d["v"][0] *= x[1]
    e = d["v"]
    e[1] = 3.0
    return np.sum(d["v"] ** 2)


@program(lambda r: (r.vec(4),))
def two_dimensional_assignment_of_columns(x):
    m = np.zeros((4, 2))
    m[:, 0], m[:, 1] = x, x * x
    m[0, 0], m[1, 1] = m[1, 1], m[0, 0]
    return np.sum(m[:, 0] * m[:, 1])


@program(lambda r: (r.vec(4),))
def stepwise_negative_slices(x):
    y = np.zeros(4)
    y[::-1] = x
    y[-2::-1] += x[1:]
    y[3:0:-2] = y[:2]
    return np.sum(y * y * np.arange(4.0))


def store_and_hand_on(u, v, n):
    if n > 0:
        hand_on(v, u, n - 1)
    u[0] = u[0] * 2.0


def hand_on(a, b, n):
    store_and_hand_on(a, b, n)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def helpers_that_call_each_other_store_into_both_arguments(x, y):
    p, q = np.sin(x), np.cos(y)
    s = np.sum(p * p) + np.sum(q * q * q)
    hand_on(p, q, 3)
    return s * np.sum(p * q)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def a_helper_and_the_one_that_calls_it_store(x, y):
    p, q = np.sin(x), np.cos(y)
    store_and_hand_on(p, q, 1)
    hand_on(q, p, 0)
    return np.sum(p * q * q)


@program(lambda r: (r.vec(4), r.vec(3), 0.7), (0, 1, 2))
def a_factor_that_is_doubled_in_a_loop_scales_a_store(x, a, s):
    y = x[[2, 1, 3, 1]]
    i = 0
    while i < 3:
        i += 1
        s += s
        if a[i % 3] > 0.4:
            y[1:] = y[:-1] * a[1]
        else:
            y *= y[[0, 3, 1, 1]] * s
    return np.sum(np.sin(y)) + np.sum(a)


@program(lambda r: (r.vec(4),))
def stores_into_what_the_loop_goes_through(x):
    y = np.square(x)
    last = 1.0
    for i, entry in enumerate(y):
        if entry > 0.57:
            last = last * entry
            y[i] = -1.3
    return np.sum(y) + last


@program(lambda r: (r.vec(2), r.vec(2, 3)))
def a_constant_overwritten_by_functions(x, w):
    y = x @ w[:, 0]
    np.put(w[:1, ::-1][:, :2], [1, 0], 7.0)
    np.place(w[1:], w[1:] > 0, [2.0])
    np.putmask(w, w == 2.0, 3.0)
    np.multiply.at(w, (0, [0, 0]), 2.0)
    return y * y


@program(lambda r: (r.vec(3, 4),))
def copyto_where_a_row_is_its_own_source(x):
    np.copyto(x, x[2], where=x > 0.2)
    np.copyto(x[0], x[0][3], where=x[0] > 0.1)
    return np.sum(x * x)


@program(lambda r: (r.vec(6),))
def shape_set_in_place(x):
    y = np.zeros(6)
    y[:] = x**2
    y.shape = (2, 3)
    y[1] *= y[0]
    s = np.sum(y**2, axis=0)
    y.shape = -1
    y[0] = s[0] * y[5]
    return np.sum(y * np.arange(6)) + np.sum(s)


@program(lambda r: (r.vec(6),))
def shape_of_an_argument_set(x):
    x.shape = (3, 2)
    return np.sum(x[:, 0] * x[:, 1])


@program(lambda r: (r.vec(3),))
def rows_that_are_given_as_tuples_and_lists(q):
    x, y, z = q
    m = np.zeros((3, 3))
    m[0] = [1 - 2 * y * y, 2 * (x * y - z), 2 * x]
    m[1, :] = 2 * (x - y), 2 * (y + x), 1 - 2 * x
    m[2, 1:] = (x, y * z)
    m[1, :2] += (z, x)
    for row in (1, 2):
        m[row, :2] = (row, row + 1) if row == 2 else (x * y, row)
    v = m @ np.array([1.0, 2.0, 3.0])
    return v[0] * v[1] + v[2]


@program(lambda r: (r.vec(4), r.vec(3, 4), 0.7), 2)
def a_store_that_whole_numbers_cut_on_one_way(x, a, s):
    if x[0] < 9.0:
        a = np.full((3, 4), 3)
    a[...] = s
    return s + np.sum(a[1:])
