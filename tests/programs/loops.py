"""Loops without stores: carried values, ranges, nested loops, iteration over arrays and containers."""

# ruff: noqa: B007, SIM113
import numpy as np

from .registry import program


@program(lambda r: (r.vec(5),))
def accumulate(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


@program(lambda r: (r.num(), 4))
def repeated_product(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


@program(lambda r: (np.full(3, 2.0),))
def product_of_elements(x):
    prod = 1.0
    for i in range(len(x)):
        prod *= x[i]
    return prod


@program(lambda r: (r.num(), 5))
def nonlinear_recurrence(x, n):
    y = x
    for i in range(n):
        y = np.sin(y) * x + 0.1 * i
    return y


@program(lambda r: (r.num(),))
def zero_trips(x):
    y = x * x
    for i in range(0):
        y = y * x
    return y


@program(lambda r: (r.vec(0),))
def zero_trips_over_an_array(x):
    s = 1.0
    for v in x:
        s = s * v
    return s


@program(lambda r: (r.vec(5),))
def over_elements(x):
    s = 0.0
    for v in x:
        s = s + v**3
    return s


@program(lambda r: (r.vec(3, 4),))
def over_rows(x):
    s = 0.0
    for row in x:
        s = s + np.sum(row) ** 2
    return s


@program(lambda r: (r.vec(6),))
def range_with_a_step(x):
    s = 0.0
    for i in range(1, len(x), 2):
        s = s * 0.5 + x[i] * x[i - 1]
    return s


@program(lambda r: (r.vec(6),))
def range_backwards(x):
    h = 0.0
    for i in range(len(x) - 1, -1, -1):
        h = h * 0.7 + x[i] ** 2
    return h


@program(lambda r: (r.vec(6),))
def reversed_range(x):
    h = 0.0
    for i in reversed(range(len(x))):
        h = np.tanh(h + x[i])
    return h


@program(lambda r: (r.vec(4),))
def reversed_array(x):
    h = 0.0
    for v in reversed(x):
        h = h * v + v
    return h


@program(lambda r: (r.vec(4),))
def enumerated(x):
    s = 0.0
    for i, v in enumerate(x):
        s += (i + 1) * v * v
    return s


@program(lambda r: (r.vec(4),))
def enumerated_from_a_start(x):
    s = 0.0
    for i, v in enumerate(x, start=2):
        s += v**i
    return s


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def zipped(x, y):
    s = 0.0
    for a, b in zip(x, y):  # noqa: B905
        s += a * b * b
    return s


@program(lambda r: (r.vec(4), r.vec(3), r.vec(5)), (0, 1, 2))
def zipped_unequal_lengths(x, y, z):
    s = 0.0
    for i, (a, (b, c)) in enumerate(zip(x, zip(y, z))):  # noqa: B905
        s += a * b * c * (i + 1)
    return s


@program(lambda r: (r.vec(3, 4),))
def nested_loops(x):
    s = 0.0
    for i in range(x.shape[0]):
        t = 1.0
        for j in range(x.shape[1]):
            t = t * x[i, j]
        s = s + t * t
    return s


@program(lambda r: (r.vec(4),))
def triangular_nest(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += np.sin(x[i] * x[j])
        s = s * 0.9
    return s


@program(lambda r: (r.num(),))
def while_loop(x):
    y = x
    n = 0
    while y < 50.0:
        y = y * (1.5 + 0.1 * x)
        n += 1
    return y * n


@program(lambda r: (r.num(),))
def while_with_an_active_condition(x):
    t = 0.0
    y = x
    while y * y > 0.01 and t < 30:
        y = y * 0.5
        t = t + y * x
    return t


@program(lambda r: (r.num(),))
def while_that_never_runs(x):
    y = x
    while y > 1e6:
        y = y / 2
    return y * y


@program(lambda r: (r.num(),))
def while_counting_down(x):
    n = 5
    y = x
    while n:
        y = y * x + n
        n -= 1
    return y


@program(lambda r: (r.num(), r.num()), (0, 1))
def while_nested(x, y):
    i = 0
    s = x
    while i < 3:
        j = 0
        while j <= i:
            s = np.sin(s) + y * s
            j += 1
        i += 1
    return s


@program(lambda r: (r.num(),))
def newton_iteration(a):
    x = 1.0
    while abs(x * x - a) > 1e-13:
        x = 0.5 * (x + a / x)
    return x


@program(lambda r: (r.vec(4),))
def loop_variable_overwritten(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
        i = 3 - i
        s *= 1.0 + 0.1 * x[i]
    return s


@program(lambda r: (r.vec(4),))
def loop_variable_used_afterwards(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
    return s * x[i] * i


@program(lambda r: (r.vec(4),))
def element_variable_used_afterwards(x):
    s = 0.0
    for v in x:
        s += v**2
    return s * v


@program(lambda r: (r.num(),))
def loop_variable_of_an_empty_loop(x):
    i = 7
    for i in range(0):
        pass
    return x**i


@program(lambda r: (r.vec(4), 3))
def bound_changed_in_the_loop(x, n):
    s = 1.0
    for i in range(n):
        n = n + 1  # range was evaluated once
        s = s * x[i] + n
    return s * n


@program(lambda r: (r.vec(6),))
def index_arithmetic(x):
    s = 0.0
    k = 0
    for i in range(3):
        k = 2 * i + 1
        s += x[k] * x[k - 1]
        k += 1
        s *= x[k - 1]
    return s


@program(lambda r: (r.vec(6),))
def index_carried_through_the_loop(x):
    s = 0.0
    k = 0
    for _ in range(8):
        s = s * 0.5 + x[k] ** 2
        k = (k + 2) % 5
    return s


@program(lambda r: (r.vec(5),))
def index_depends_on_values(x):
    s = 0.0
    i = 0
    for _ in range(5):
        s = s + np.sin(x[i])
        i = (i + 1) if x[i] > 0 else (i + 3)
        i = i % len(x)
    return s


@program(lambda r: (r.vec(3),))
def two_carried_values(x):
    a, b = x[0], x[1]
    for _ in range(4):
        a, b = b * x[2], a + b
    return a * b


@program(lambda r: (r.vec(3),))
def carried_array(x):
    v = x
    for k in range(3):
        v = np.tanh(v * x + k)
    return np.sum(v)


@program(lambda r: (r.small(3, 3), r.vec(3)), (0, 1))
def power_iteration(a, v):
    m = a @ a.T + np.eye(3)
    for _ in range(6):
        v = m @ v
        v = v / np.sqrt(np.sum(v * v))
    return v @ (m @ v)


@program(lambda r: (r.vec(3), r.small(3, 3), r.vec(5, 3)), (0, 1, 2))
def recurrent_cell(h, w, xs):
    loss = 0.0
    for x in xs:
        h = np.tanh(w @ h + x)
        loss += np.sum(h**2)
    return loss


@program(lambda r: (r.num(),))
def several_loops(x):
    y = x
    for _ in range(3):
        y = y * x
    for _ in range(2):
        y = np.sin(y)
    z = 0.0
    for k in range(4):
        z = z + y * k
    return z


@program(lambda r: (r.num(),))
def loop_over_a_list_of_numbers(x):
    s = 0.0
    for c in [1.0, -2.0, 0.5]:
        s = s * x + c
    return s


@program(lambda r: (r.num(),))
def loop_over_a_tuple_of_active_values(x):
    s = 0.0
    for v in (x, x * x, np.sin(x), 2.0):
        s = s + v * v
    return s


@program(lambda r: (r.num(),))
def loop_over_text(x):
    y = x
    for c in "abca":
        if c == "a":
            y = y * x
        else:
            y = y + ord(c) * 0.01
    return y


@program(lambda r: (r.num(),))
def loop_over_a_dictionary(x):
    coefficients = {"a": 1.0, "b": 2.0}
    s = 0.0
    for key in coefficients:
        s += coefficients[key] * x
    for key, value in coefficients.items():
        s *= value * x
    for value in coefficients.values():
        s += value * x
    return s


@program(lambda r: ([r.vec(3, 2), r.vec(3), r.vec(1, 3), r.vec(1)], r.vec(2)), 0)
def loop_over_weights(w, x):
    for i in range(0, len(w), 2):
        x = w[i] @ x + w[i + 1]
        if i < len(w) - 2:
            x = np.maximum(x, 0)
    return np.sum(x * x)


@program(lambda r: ([(r.vec(3, 2), r.vec(3)), (r.vec(1, 3), r.vec(1))], r.vec(2)), (0, 1))
def loop_over_pairs(layers, x):
    for w, b in layers:
        x = np.tanh(w @ x + b)
    return np.sum(x)


@program(lambda r: (r.num(), 3))
def loop_with_a_numpy_range(x, n):
    s = 0.0
    for t in np.linspace(0.0, 1.0, n):
        s += np.exp(-x * t)
    for k in np.arange(n):
        s += x**k
    return s


@program(lambda r: (r.num(), r.num()), (0, 1))
def range_from_arithmetic(x, y):
    s = 0.0
    for i in range(2 * 2 - 1, 9 // 2 + 3):
        s = s * y + x**i
    return s


@program(lambda r: (r.num(),))
def value_defined_in_the_loop_used_after(x):
    for i in range(3):
        t = x ** (i + 1)
    return t * x


@program(lambda r: (r.num(),))
def value_of_an_earlier_trip(x):
    s = 0.0
    for i in range(4):
        if i > 0:
            s = s + t * x  # noqa: F821
        t = np.sin(x * (i + 1))  # noqa: F841
    return s


@program(lambda r: (r.num(),))
def type_changes_in_the_loop(x):
    best = None
    for k in range(4):
        v = (x - k) ** 2
        if best is None or v < best:
            best = v
    return best * x


@program(lambda r: (r.num(),))
def scalar_becomes_array_in_the_loop(x):
    y = x
    for _ in range(3):
        y = y * np.array([1.0, 2.0]) * x
    return np.sum(y)


@program(lambda r: (r.vec(4),))
def shape_changes_in_the_loop(x):
    y = x
    while len(y) > 1:
        y = y[1:] * y[:-1]
    return y[0]


@program(lambda r: (r.vec(8),))
def halving(x):
    while len(x) > 1:
        half = len(x) // 2
        x = np.sin(x[:half]) + x[half:] ** 2
    return x[0]


@program(lambda r: (r.vec(2, 3, 2),))
def three_nested_loops(x):
    s = 0.0
    for a in range(2):
        for b in range(3):
            s *= 0.9
            for c in range(2):
                s += np.sin(x[a, b, c]) * s + x[a, b, c]
    return s


@program(lambda r: (r.vec(3),))
def passive_loop(x):
    n = 0
    for i in range(10):
        n += i
    return np.sum(x) * n


@program(lambda r: (r.num(),))
def max_over_a_loop(x):
    best = -1e9
    for k in range(5):
        best = max(best, np.sin(x * k) + 0.1 * k)
    return best


@program(lambda r: (r.vec(5),))
def running_minimum_by_branch(x):
    low = x[0]
    for v in x[1:]:
        if v < low:
            low = v
    return low * low


@program(lambda r: (r.vec(4),))
def loop_over_slices(x):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[: i + 1]) * np.prod(x[i:])
    return s


@program(lambda r: (r.num(),))
def iterator_protocol(x):
    it = iter([x, x * x, x**3])
    a = next(it)
    s = 0.0
    for v in it:
        s += v * a
    return s + next(it, x)


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


@program(lambda d: (d.num(),))
def loop_over_a_generator_without_end(x):
    s = x
    for n in fibonacci():
        if n > 20:
            break
        if n % 2:
            continue
        s = s * x + n
    return s


@program(lambda d: (d.num(),))
def iterators_made_in_an_outer_loop(x):
    s = x
    for k in range(3):
        for n, m in zip(iter([1.0, 2.0, 3.0]), fibonacci(), strict=False):
            if m > k:
                break
            s = s * x + n
    return s


@program(lambda d: (d.num(), iter([1.0, 2.0, 3.0, 4.0])))
def iterator_advanced_by_two(x, numbers):
    s = x
    for n in numbers:
        s = s * x + n
        if n > 1:
            break
    return s + next(numbers)


@program(lambda r: (r.vec(3, 4), r.vec(3).astype(np.float32)), (0, 1), tolerance=1e-5)
def arguments_that_come_to_mean_arrays_of_other_shapes(a, x):
    for _ in a:
        a = np.ones((2, 2)) * np.sum(x)
    for i in range(3):
        x = np.ones((2, 2)) if i == 1 else x * 1.5
    return np.sum(a) * np.sum(x)


@program(lambda r: (r.vec(4), r.vec(4, 4), 0.7), (0, 1, 2))
def an_argument_bound_again_in_some_trips(x, a, s):
    a[-3, 2] *= s
    for j in range(4):
        if x[j] > 9.0:
            s = 2.0
        elif x[j] > 8.0:
            s = 0.5
    return np.sum(a) + s


@program(lambda r: (r.vec(4), r.vec(4, 4)), 1)
def what_is_gone_through_changes_in_the_loop(x, a):
    for e in x:
        x[:1] += 1.0
        a[1:] *= e
    return np.sum(a)


@program(lambda r: (r.vec(4), r.vec(4, 4)), 1)
def numbered_items_change_in_the_loop(x, a):
    for i, e in enumerate(x):
        x[-1] += i
        a[1:] *= e
    return np.sum(a)


@program(lambda r: (r.vec(4), r.vec(4, 4)), 1)
def a_list_that_changes_in_its_loop(x, a):
    items = x.tolist()
    for e in items:
        items[3] = 0.5 * e
        a[1:] = a[1:] * e
    return np.sum(a)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def elements_that_stand_in_lists_while_the_array_changes(x, a):
    pair, kept = [x[0], x[1]], [0.0, 0.0]
    for i in range(2):
        kept[i] = x[i]
        x[i] = 2.0 * x[i] * kept[i]
    return pair[0] * pair[1] * kept[0] * kept[1] * x[0] * a[0]


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def arrays_change_after_their_loop_with_a_way_out(x, a):
    s = 0.0
    for e, f in zip(x, a, strict=False):
        if s > 100.0:
            break
        x[-1] += 0.5
        s = s + e * f * f
    x[:] = 5.0
    a[:] = x * a
    return s + np.sum(x * a)


def grown(x):
    x[2] *= 2.0


@program(lambda r: (r.vec(4), r.vec(4, 4)), 1)
def a_helper_changes_what_is_gone_through(x, a):
    for e in x:
        grown(x)
        a[1:] *= e
    return np.sum(a)


@program(lambda r: (r.vec(4), r.vec(4, 4), 0.7), (0, 1, 2))
def a_result_of_another_shape_in_some_trips(x, a, s):
    for _ in range(4):
        if s < 0.31:
            x = np.sin(a[3])
    return np.sum(x)


@program(lambda r: (r.vec(4), r.vec(4, 4), 0.7), (0, 1))
def a_shape_of_a_part_that_no_trip_takes(x, a, s):
    if x[2] > -9.0:
        y = x[[2, 0, 3]]
        for _ in range(2):
            if s < 0.31:
                x = abs(y[[0, 2, 0, 1]])
            x = np.where(s < 0.5, a[1], x)
    return np.sum(x)


def scale_rows(m, c):
    for row in m:
        row *= c
        c = 2.0


@program(lambda r: (r.vec(4), r.vec(4, 4)))
def a_helper_changes_what_the_loop_has_read(x, a):
    for e in x:
        acc = e * a[1, 2]
    scale_rows(a, 0.5)
    return acc


@program(lambda r: (r.vec(4), r.vec(3, 4)))
def rows_change_what_a_branch_has_tested(x, a):
    if a[0, 0] >= 9.0:
        x = x * 1.0
    else:
        np.multiply(x, x, out=x)
    for row in a:
        row *= 100.0
    return np.sum(x)


@program(lambda r: (r.vec(4), r.vec(3, 4)))
def numbered_rows_change_what_a_branch_has_tested(x, a):
    if a[0, 0] < 9.0:
        np.multiply(x, x, out=x)
    for i, row in enumerate(a):
        row[0] = 100.0 * i + 50.0
    for row, other in zip(a, a[::-1], strict=True):
        other += row
    return np.sum(x)


@program(lambda r: (r.vec(4).astype(np.float32), r.vec(4, 4).astype(np.float32), 0.7), 2)
def a_stored_name_that_numbered_rows_bind_anew(x, a, s):
    def change(r):
        x[3] += r
        return r

    w = change(1.0)
    h = np.atleast_2d(x)
    for i, row in enumerate(a):
        items = [1.0, 0.5, h[-1, 3 - i]]
        if row[i % 4] > 0.13:
            y = abs(x)
        else:
            x = (0.5 * h[i % 1] + row) / (1.5 + (w - row) ** 2)
    return np.sin(s) + s * float(sum(items) + np.sum(np.sin(h))) + 0.0 * float(np.sum(y))


@program(lambda r: (r.vec(4), r.vec(3), 0.7), 2)
def items_that_later_trips_are_given_are_changed(x, y, s):
    y = -y
    for element, _ in zip(y, x, strict=False):
        x[2] -= element
        y[::2] -= 1.0
    return s * x[0]


@program(lambda r: (r.vec(4), r.vec(3)))
def a_copy_is_gone_through_while_its_origin_changes(x, y):
    z = x.copy()
    t = 0.0
    for e in z:
        x[:] = x * 0.5
        t += e * x[1]
    w = list(y)
    for e in w:
        w[2] = e * t
        t += e
    return t + np.sum(x)


@program(lambda r: (r.vec(4), r.vec(3, 4), 0.7), (0, 2))
def a_branch_that_only_puts_back_what_an_element_is_taken_of(x, a, s):
    m = np.zeros((3, 4))
    for i in range(1, 3):
        for j in range(1, 4):
            m[i, j] += x[i] / (1.5 + s**2)
    i = 0
    while True:
        i += 1
        if i >= 2:
            break
        x = np.array(np.cos(a[0]))
    a[2 - i, :] = 1.0
    return np.sum(x) + np.sum(np.sin(m))
