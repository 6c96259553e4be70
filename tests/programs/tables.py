"""Lists of lists of numbers that are filled: dynamic programming, and what must not be taken for it."""

# ruff: noqa: B905
import numpy as np

from .registry import program


@program(lambda r: (r.vec(4), r.vec(3)), (0, 1))
def warped(x, y):
    n, m = len(x), len(y)
    t = [[np.inf] * (m + 1) for _ in range(n + 1)]
    t[0][0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            t[i][j] = cost + min(t[i - 1][j], t[i][j - 1], t[i - 1][j - 1])
    return t[n][m]


@program(lambda r: (r.vec(3), r.vec(4)), (0, 1))
def rows_by_name_begin_as_whole_numbers(x, y):
    table = [[0] * (len(y) + 1) for _ in range(len(x) + 1)]
    for i in range(len(x)):
        row = table[i + 1]
        before = table[i]
        for j in range(len(y)):
            row[j + 1] = max(row[j], before[j + 1], before[j] + x[i] * y[j])
    return table[-1][-1] ** 2 + sum(table[1])


@program(lambda r: (r.vec(3),))
def values_of_a_table_are_overwritten(x):
    t = [[1.0, 2.0], [3.0, 4.0]]
    for k in range(3):
        t[0][0] = t[0][1] * t[1][0] * x[k]
        t[1][0] += t[0][0] * t[1][1]
        t[1][1] *= t[0][0]
        t[k % 2][1] -= x[k]
    return t[0][0] * t[0][1] + t[1][0] * t[1][1]


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def a_row_many_times(x, y):
    t = [[0.0] * 2] * 3
    for i in range(3):
        for j in range(2):
            t[i][j] = t[i][j] * 0.5 + x[i] * y[j]
    return t[0][0] * t[1][1] + t[2][0]


@program(lambda r: (r.vec(3),))
def a_row_in_two_places(x):
    row = [1.0, 2.0]
    t = [row, row, [0.0, 0.0]]
    t[0][1] = x[0] * x[1]
    t[1][0] = t[1][1] * x[2]
    return t[0][0] * t[1][1]


@program(lambda r: (r.vec(3),))
def a_row_is_replaced_by_another(x):
    t = [[1.0] * 2 for _ in range(3)]
    t[0] = t[1]
    t[0][0] = x[0] * x[1]
    t[1][1] = t[1][0] * x[2]
    return t[0][0] * t[0][1] + t[2][0]


@program(lambda r: (r.vec(3),))
def rows_change_places(x):
    t = [[1.0] * 2 for _ in range(2)]
    for k in range(3):
        t[0][k % 2] = t[1][0] * x[k]
        t[0], t[1] = t[1], t[0]
    return t[0][0] * t[1][1] + t[0][1]


@program(lambda r: (r.vec(3),))
def a_table_of_two_names(x):
    t = [[0.0] * 2 for _ in range(2)]
    u = t
    t[0][0] = x[0] * x[1]
    u[0][1] = t[0][0] * x[2]
    u.reverse()
    return t[1][1] * u[1][0]


@program(lambda r: (r.vec(3),))
def a_row_outlives_its_place(x):
    t = [[1.0] * 2 for _ in range(2)]
    row = t[0]
    t[0] = [x[0], x[1]]
    row[0] = x[2] * x[2]
    t[1][0] = row[0] * t[0][1]
    return t[0][0] * t[1][0]


@program(lambda r: (r.vec(3),))
def a_row_that_grows(x):
    t = [[1.0], [2.0]]
    for k in range(3):
        t[0].append(t[0][-1] * x[k])
        t[1][0] = t[1][0] * t[0][k]
    return t[0][3] * t[1][0]


@program(lambda r: (r.vec(4),))
def rows_of_different_lengths(x):
    t = [[0.0] * (i + 1) for i in range(4)]
    for i in range(4):
        t[i][0] = x[i]
        for j in range(1, i + 1):
            t[i][j] = t[i - 1][j - 1] * t[i][j - 1]
    return t[3][3] + t[2][1] ** 2


@program(lambda r: (r.vec(2),))
def a_negative_index_meets_its_place(x):
    t = [[0.0] * 2 for _ in range(2)]
    t[-1][-1] = x[0] * x[0]
    t[1][1] = t[1][1] * x[1]
    t[0][-2] = t[-1][1] * x[0]
    return t[-2][0] * t[1][-1]


@program(lambda r: (r.vec(2),), raises=IndexError)
def beyond_a_row(x):
    t = [[0.0] * 2 for _ in range(2)]
    t[0][0] = x[0]
    t[1][2] = x[1]
    return t[0][0]


@program(lambda r: (r.vec(3), True))
def a_table_in_branches(x, way):
    t = [[float(i + j) for j in range(3)] for i in range(3)]
    for i in range(1, 3):
        if t[i - 1][i] > 0.5 or way:
            t[i][i] = t[i - 1][i - 1] * x[i] + x[0]
        else:
            t[i][0] = x[i] ** 2
        if i == 2:
            break
        t[2][i] = t[i][i] * t[2][i]
    return t[2][2] * t[2][1] + t[1][0]


@program(lambda r: ([[r.num(), r.num()], [r.num(), r.num()]], r.num()), (0, 1))
def a_table_that_is_given(t, s):
    t[0][1] = t[1][0] * s
    t[1][1] += t[0][1] * t[0][0]
    return t[1][1] * t[0][1]


@program(lambda r: (r.vec(3),))
def arrays_in_a_table(x):
    t = [[x * 0.0, x * 1.0], [x * 2.0, x * 3.0]]
    t[0][0] = t[0][1] * t[1][1]
    t[1][0][0] = x[1]
    return np.sum(t[0][0] * t[1][0])


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def lists_made_in_a_list(x, y):
    rows = [[a * b for b in y] for a in x]
    empty = [[a for a in x if a > 1e6] for _ in y]
    return rows[0][1] * rows[2][0] + sum(rows[1]) + len(empty[0])


@program(lambda r: (r.vec(4),))
def lists_of_growing_length(x):
    rows = []
    for i in range(len(x)):
        row = []
        for j in range(i):
            row.append(x[i] * x[j])
        rows.append(row)
    total = 0.0
    for row in rows:
        for v in row:
            total = total * 0.5 + v * v
    return total


@program(lambda r: (r.vec(3),))
def one_list_twice_in_a_list(x):
    rows = []
    for i in range(3):
        row = []
        row.append(x[i] * x[0])
        rows.append(row)
        rows.append(row)
    return rows[0][0] * rows[1][0] + rows[5][0] * rows[2][0]


@program(lambda r: (r.vec(3),))
def a_list_grows_in_a_list(x):
    rows = []
    for i in range(3):
        row = [x[i]]
        rows.append(row)
        row.append(x[i] * x[0])
    return rows[0][1] * rows[2][1] + len(rows[1])


@program(lambda r: (r.vec(3),))
def one_list_all_the_time(x):
    rows, row = [], []
    for i in range(3):
        row.append(x[i] * x[0])
        rows.append(row)
    return rows[0][2] * rows[1][1] + len(rows[0])


@program(lambda r: (r.vec(4),))
def the_list_before_is_read(x):
    rows, last = [], [x[0], x[1]]
    for i in range(3):
        row = []
        for v in last:
            row.append(v * x[i])
        last = row
        rows.append(row)
    return rows[2][0] * last[1] + rows[0][0]


@program(lambda r: (r.vec(4), True))
def lists_that_begin_anew_at_times(x, way):
    rows, row = [], []
    for i in range(4):
        row.append(x[i] * x[i])
        if i % 2 == 1 and way:
            rows.append(row)
            row = []
        if i == 3:
            break
    return rows[0][1] * rows[1][0] + len(row)


@program(lambda d: (d.vec(2),))
def a_test_that_counts_what_the_loop_appends(x):
    r = [x[1]]
    while (n := len(r)) < 4:
        r.append(n * x[0])
    return sum(r)


@program(lambda d: (d.pos(2),))
def the_end_of_a_list_that_has_grown(x):
    r = [x[1]]
    s = 0.0
    for _ in range(3):
        last = r[-1]
        r.append(x[0] * last)
        s += last * last
    return s + sum(r)


@program(lambda d: (d.pos(2),))
def a_length_before_the_list_grows(x):
    r = [x[1]]
    s = 0.0
    for _ in range(3):
        n = len(r)
        r.append(x[0] * x[1])
        s += n * x[0] ** n
    return s + sum(r)


@program(lambda d: (d.pos(2),))
def a_list_that_grows_twice_in_a_trip(x):
    r = [x[1], x[0]]
    s = 0.0
    for i in range(2):
        n = len(r)
        t = r[i]
        r.append(x[0] * n)
        u = r[-1] * t
        r.append(u)
        s += u * t * n
    return s + sum(r) * r[-1]
