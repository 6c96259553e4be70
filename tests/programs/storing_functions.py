"""Functions that store: ufunc.at, copyto, fill, put, place, putmask, fill_diagonal, sort and partition in place, out= with where=."""

import operator

import numpy as np

from .registry import program


@program(lambda r: (r.vec(5), r.vec(3)), (0, 1))
def added_at_repeated_places_between_uses(x, y):
    s = np.sum(y**3)
    np.add.at(y, [0, 2, 0, -1, 0], x * y[0])
    return s * np.sum(np.sin(y))


@program(lambda r: (r.num(), r.vec(4)), (0, 1))
def added_at_a_number_for_all_places(v, x):
    y = x * x
    np.add.at(y, np.array([1, 1, 3]), v)
    return np.sum(y * y)


@program(lambda r: (r.vec(2), r.vec(3, 2)), (0, 1))
def added_at_a_row_for_all_places(v, m):
    y = np.cos(m)
    np.add.at(y, [2, 0, 2, 2], v)
    np.subtract.at(y, ([0, 1, 0], [1, 1, 1]), v[0])
    return np.sum(y**3)


@program(lambda r: (r.vec(3, 4), r.vec(3)), (0, 1))
def added_at_columns_masks_and_slices(m, x):
    y = np.zeros((3, 4))
    np.add.at(y, (slice(None), [1, 1, 3]), m[:, :3] * m[:, 1:])
    np.add.at(y, y > 0.0, x[0])
    np.add.at(y, slice(1, 3), m[:2])
    np.add.at(y, 0, x[1])
    np.subtract.at(y, (1, 2), x[2])
    np.add.at(y, (..., 0), x)
    return np.sum(y * y * np.arange(12.0).reshape(3, 4))


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def added_at_nowhere(x, v):
    y = np.sin(x)
    np.add.at(y, np.zeros(0, int), v[:0])
    np.add.at(y, [], 2.0)
    return y @ v


@program(lambda r: (r.vec(6), np.array([0, 2, 1, 2, 0, 2])))
def segments_added_in_a_loop(x, segment):
    total = np.zeros(3)
    for k in range(1, 4):
        np.add.at(total, segment, np.sin(x * k) * total[segment])
        np.add.at(total, segment[:k], x[k] * x[:k])
    return np.sum(total * total)


def deposit(grid, places, weights):
    left = np.floor(places).astype(int)
    share = places - left
    np.add.at(grid, left, weights * (1 - share))
    np.add.at(grid, left + 1, weights * share)


@program(lambda r: (r.small(5) + np.array([0.6, 1.6, 0.7, 2.55, 1.5]), r.vec(5)), (0, 1))
def particles_in_cells(places, weights):
    grid = np.zeros(5)
    deposit(grid, places, weights)
    deposit(grid, places + 0.95, weights * weights)
    return np.sum(grid**2) + grid[1] * grid[2]


@program(lambda r: (r.vec(4), np.array([[0, 1], [1, 3], [0, 3], [2, 1]])))
def messages_along_edges(x, edges):
    h = x
    for _ in range(2):
        sums = np.zeros_like(h)
        np.add.at(sums, edges[:, 1], np.tanh(h[edges[:, 0]]))
        np.subtract.at(sums, edges[:, 0], h[edges[:, 1]] * 0.5)
        h = h * sums + h
    return np.sum(h)


@program(lambda r: (r.vec(4),))
def added_at_early_or_late(x):
    y = x.copy()
    for i in range(4):
        np.add.at(y, [i, i, 3 - i], y[i])
        if y[i] > 1.0:
            return y[0] * y[3]
    return np.sum(y)


@program(
    lambda r: (r.vec(4),),
    expected=lambda x: 4 * x * np.array([x[0] ** 2 + x[1] ** 2, x[0] ** 2 + x[1] ** 2, x[2] ** 2, x[3] ** 2]),
    tolerance=1e-5,
)
def added_at_in_single_precision(x):
    y = np.zeros(3, np.float32)
    np.add.at(y, [0, 0, 1, 2], x * x)
    return np.sum(y.astype(np.float64) ** 2)


@program(lambda r: (r.vec(4), np.arange(4)))
def whole_numbers_are_counted(x, n):
    counts = np.zeros(3, int)
    np.add.at(counts, [0, 2, 2, 0], n)
    y = x[counts % 4]
    np.add.at(y, counts % 3, counts * 1.0)
    np.add.at(counts, [1, 1, 2], x[:3])
    return counts[1] * np.sum(y * y)


@program(lambda r: (r.vec(3, 3),))
def added_at_rows_of_a_view(m):
    y = m * 1.0
    row = y[1]
    np.add.at(row, [0, 0, 2], row[1] * y[0])
    np.add.at(y[:, 2], [1, 1], row[:2])
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def added_at_with_the_array_itself(x):
    y = x.copy()
    np.add.at(y, [0, 0, 1, 3], y)
    np.add.at(y, [1, 1], y[:2])
    return np.sum(y**3)


@program(lambda r: (r.vec(4), r.vec(2)), (0, 1))
def other_operations_at_places_met_once(x, v):
    y = x.copy()
    np.multiply.at(y, 0, v[0])
    np.divide.at(y, (1,), v[0] * v[0] + 1.0)
    np.maximum.at(y, y > 0.2, v[1])
    np.multiply.at(y, (), 2.0)
    return np.sum(y * y)


@program(lambda r: (r.vec(3, 4), r.vec(4), r.num()), (0, 1, 2))
def copied_where_a_condition_holds(m, x, v):
    y = m * m
    s = y[0] * y[1]
    np.copyto(y, x, where=m > 0)
    np.copyto(y[1], v, where=[True, False, False, True])
    np.copyto(y, 3.0, where=np.array([[True], [False], [False]]))
    np.copyto(y[2], y[0], casting="same_kind", where=True)
    return np.sum(y * m) + np.sum(s)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def copied_over_itself(x, w):
    np.copyto(x[1:], x[:-1])
    np.copyto(w, w[::-1], where=w > 0)
    np.copyto(x, x)
    return np.sum(x * x * w)


@program(lambda r: (r.vec(4), r.num()), (0, 1))
def filled_and_read_before(x, v):
    y = x * x
    s = y @ x
    y.fill(v * x[0])
    t = np.prod(y)
    y[1:].fill(v)
    y.fill(2)
    return s * t + np.sum(y * x)


@program(lambda r: (r.vec(3, 4), r.vec(3), r.vec(5, 2)), (0, 1, 2))
def diagonals_filled(m, v, k):
    y = np.sin(m)
    np.fill_diagonal(y, v)
    s = np.sum(y**2)
    np.fill_diagonal(k, v[:2] * v[0])
    np.fill_diagonal(y[:, 1:], s)
    np.fill_diagonal(y, [v[0], v[1]])
    return np.sum(y * y) * np.sum(k**2)


@program(lambda r: (r.vec(5), r.vec(3)), (0, 1))
def put_at_places(x, v):
    y = x * 2.0
    np.put(y, [0, 2, -1], v)
    np.put(y, [[1, 1], [3, 3]], v[:2] * y[0])
    np.put(y, 2, v)
    y.put([0, 4], 7.0)
    np.put(a=y, ind=np.array([1]), v=y)
    return np.sum(y**3)


@program(lambda r: (r.vec(5), r.vec(2)), (0, 1))
def placed_and_masked(x, v):
    y = x * x
    np.place(y, x > 0, v)
    s = y @ x
    np.putmask(y, x < 0, v)
    np.putmask(y, np.array([True, False, False, False, True]), x * v[0])
    np.place(y, np.array([False, False, True, False, False]), [4.0, 5.0])
    np.putmask(y[:2], y[:2] > 10.0, 1.0)
    return s * np.sum(y * y)


@program(lambda r: (r.vec(3, 4), r.vec(3, 1)), (0, 1))
def put_along_an_axis(m, v):
    y = np.sin(m)
    np.put_along_axis(y, np.argmax(m, axis=1, keepdims=True), v, axis=1)
    np.put_along_axis(y, np.array([[0, 2, 0, 0]]), m[:1] * y[1:2], 0)
    np.put_along_axis(y, np.array([[1], [1], [3]]), 0.5, -1)
    return np.sum(y * y * m)


@program(lambda r: (r.vec(3, 4), r.vec(5)), (0, 1))
def ordered_in_place(m, x):
    y = m * m
    y.sort(axis=0)
    y[1] *= m[2]
    y[2].sort()
    x.partition(2)
    x *= np.arange(5.0)
    x.sort(kind="stable")
    return np.sum(y * m) + x[0] * x[2] * x[4]


@program(lambda r: (r.vec(3), r.vec(3, 3)), (0, 1))
def results_put_into_parts(x, a):
    y = np.zeros((3, 3))
    np.multiply(x, a[0], out=y[1])
    np.dot(a, x, out=y[2])
    np.add(y[1:], 1.0, out=y[1:])
    np.exp(x[:2], y[0, 1:])
    np.subtract(y[:, 0], x, out=(y[:, 0],))
    return np.sum(y * y * a)


@program(lambda r: (r.vec(3, 4),))
def reductions_put_into_buffers(m):
    total, mean = np.zeros(4), np.ones(3)
    np.sum(m * m, axis=0, out=total)
    np.mean(m, axis=1, out=mean)
    mean *= mean
    np.cumsum(total, out=total)
    np.max(m, axis=0, out=total[:4])
    m.sum(0, None, total)
    np.clip(m, -0.5, 0.5, out=m)
    np.prod(m[:, :2], axis=1, out=mean[:3])
    return np.sum(mean * mean) + total @ m[0]


@program(lambda r: (r.vec(4),), expected=lambda x: np.array([2 * x[0] + 1, 1, 1, 1]), tolerance=1e-5)
def reductions_in_the_precision_of_their_buffer(x):
    a = x.astype(np.float32)
    y = np.zeros(4)
    np.cumsum(a, out=y)
    return np.sum(y * x * np.array([1.0, 0.0, 0.0, 0.0])) + np.sum(x)


@program(lambda r: (r.vec(5), r.vec(5)), (0, 1))
def results_where_a_condition_holds(x, v):
    y = x * v
    np.log(x, out=y, where=x > 0)
    np.divide(v, x, out=y, where=np.array([True, False, False, True, True]))
    np.multiply(y, y, where=y < 1.0, out=y)
    np.sqrt(v, where=v > 0.1, out=v)
    return np.sum(y * x) + np.sum(v**2)


@program(lambda r: (r.vec(4), r.vec(3, 4), r.num()), (0, 1, 2))
def broadcast_results_where_a_condition_holds(x, m, v):
    y = np.zeros((3, 4))
    np.add(x, v, out=y, where=m > 0)
    np.multiply(x, m, out=y, where=x < 0.3)
    np.add(y, m, out=y, where=True)
    np.sin(v, out=y[0], where=m[1] > 0)
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def result_is_the_buffer(x):
    y = np.zeros(4)
    z = np.exp(x, out=y)
    w = np.multiply(z, 2.0, y)
    w[0] = x[3]
    s = np.sum(np.add(y, x, out=y))
    return s * np.sum(z * y)


@program(lambda r: (r.vec(4),))
def buffers_used_again_in_a_loop(x):
    work, y = np.empty(4), x.copy()
    total = 0.0
    for k in range(3):
        np.multiply(y, x, out=work)
        np.sin(work, out=work)
        np.add(y, work, out=y)
        total += work[k] * y[0]
        if total > 40.0:
            break
    return total + np.sum(y)


@program(lambda r: (r.vec(4).astype(np.float32), r.vec(4)), (0, 1), tolerance=2e-3, step=1e-2)
def buffers_of_another_precision(a, x):
    y = np.zeros(4, np.float32)
    np.multiply(a, x, out=y)
    z = np.zeros(4)
    np.add(a, y, out=z)
    np.copyto(y, z * x)
    z.fill(np.float32(2.0) * y[0])
    np.put(y, [1], x)
    return np.sum(z * x) + np.sum(y)


@program(lambda r: (r.vec(3),), raises=TypeError)
def result_that_whole_numbers_cannot_hold(x):
    n = np.zeros(3, int)
    np.multiply(x, 2.0, out=n)
    return np.sum(x * n)


@program(lambda r: (r.vec(3),), raises=TypeError)
def copy_that_whole_numbers_cannot_hold(x):
    n = np.zeros(3, int)
    np.copyto(n, x)
    return np.sum(x * n)


@program(lambda r: (r.vec(3),))
def whole_numbers_take_what_is_stored(x):
    n = np.zeros(3, int)
    n.fill(x[0])
    np.put(n, [1, 2], x * 10)
    return np.sum(x * n)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def stores_by_functions_under_conditions(x, v):
    y = x.copy()
    if x[0] > 5.0:
        np.add.at(y, [0, 0], v[:2])
    elif v[1] > -5.0:
        np.copyto(y, v, where=v > 0)
        np.multiply(y, x, out=y)
    else:
        y.fill(1.0)
    while y[0] < 2.0:
        np.add(y, 1.0, out=y)
        np.add.at(y, [2, 2], y[1] * v[0])
    return np.sum(y * y)


@program(lambda r: (r.vec(4), r.vec(3)), (0, 1))
def stores_by_operators_as_functions(x, v):
    y = x * x
    operator.setitem(y, 0, x[1] * v[0])
    y.__setitem__(slice(1, 3), v[:2])
    z = operator.iadd(y, x)
    z.__imul__(y[::-1])
    operator.imul(y[1:], v)
    s = operator.iadd(x[0], v[0])
    return np.sum(z * y) * s


@program(lambda r: (r.vec(4),))
def results_where_the_numbers_were(x):
    y = x * x
    z = np.nan_to_num(y, copy=False)
    z *= x
    return np.sum(np.add(y, x, out=None) ** 2)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def whole_arrays_overwritten_in_a_loop(x, w):
    y, total = x.copy(), 0.0
    for k in range(3):
        total += np.sum(y * w)
        y[:] = np.sin(y) * w[k]
        if total > 2.0:
            y[...] = w
        np.add(y, y[::-1], out=y)
    x[...] = y[0]
    return total * np.sum(x * y)


@program(lambda r: (r.vec(4), 0.7), 1)
def a_method_of_what_a_call_gives_stores(x, s):
    np.asarray(x).fill(s)
    s += np.prod(x[[1, 2]])
    return s


@program(lambda r: (r.vec(4), r.vec(4, 4), 0.7), 2)
def what_a_call_gives_is_stored_into_in_a_loop(x, a, s):
    for row in a:
        np.asarray(row)[1:] = s
        np.ravel(x)[0] += s
    s += np.prod(x[[0, 2]]) * np.sum(a[1, [2, 3]])
    return s


def doubled_ends(b):
    b[-3:] *= b[1]
    return np.sum(b)


@program(lambda r: (r.vec(4), 0.7), (0, 1))
def an_index_is_computed_before_the_value_changes_it(x, s):
    x[x < 0.5] *= doubled_ends(x)
    x[int(x[0] > 9.0) :] += s * doubled_ends(x)
    return s * np.sum(x)
