"""Traps: programs that other tools are documented to get wrong, and singular points with their documented choice."""

# ruff: noqa: B006, B007
import math

import numpy as np

from .registry import program

SHARED = np.array([1.0, 2.0, 3.0])


def with_mutable_default(v, seen=[]):
    seen.append(1)
    return v * v


@program(lambda r: (np.array([1.0, 2.0, 3.0]),))
def squared_then_overwritten(a):
    a = a.copy()
    b = a * a
    a[:] = -1.0
    return np.sum(b)


@program(lambda r: (np.array([1.0, 2.0, 3.0]), np.array([-1.0, -2.0, -3.0])), (0, 1))
def argument_overwritten_by_another(a, c):
    b = np.zeros(3)
    for i in range(3):
        b[i] = a[i] * a[i]
        a[i] = c[i]
    return np.sum(b)


@program(lambda r: (np.full(3, 2.0), 3))
def product_with_a_dynamic_bound(x, n):
    prod = 1.0
    for i in range(n):
        prod *= x[i]
    return prod


@program(lambda r: (r.vec(3),))
def sum_and_norm_after_a_dynamic_loop(x):
    total = np.zeros(3)
    n = 0
    while n < 4:
        total += x
        n += 1
    return np.sqrt(np.sum(total * total))


@program(lambda r: (r.vec(3),))
def loss_multiplied(x):
    loss = 1.0
    for i in range(3):
        loss += x[i]
    loss *= x[2]
    return loss


@program(lambda r: (r.vec(3),))
def buffer_changed_by_a_constant_after_reading(x):
    b = x * 1.0
    loss = np.sum(b * b)
    b += 100
    return loss + b[0]


@program(lambda r: (r.vec(3),))
def global_array_is_not_changed(x):
    y = SHARED * x
    y[0] = 7.0
    return np.sum(y * SHARED)


@program(lambda r: (r.num(),))
def mutable_default(x):
    return with_mutable_default(x) * with_mutable_default(x * 2)


@program(lambda r: (r.vec(3),))
def gradient_of_a_repeated_term(x):
    y = x
    for _ in range(3):
        y = y + y * x
    return np.sum(y) + np.sum(y)


@program(lambda r: (r.num(),))
def dead_branch_is_singular(x):
    y = np.sqrt(x - x + 4.0)
    z = 1.0 / (x - x) if x < -1e3 else x
    return y * z


@program(lambda r: (np.array([0.0, 4.0, -1.0]),), expected=lambda x: np.array([0.0, 0.25, 0.0]))
def where_with_an_infinite_side(x):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


@program(lambda r: (np.array([-1.0, 0.0, 2.0]),), expected=lambda x: np.array([0.0, 0.0, 1.0]))
def relu_at_zero(x):
    return np.sum(np.maximum(0, x))


@program(lambda r: (np.array([-1.0, 0.0, 2.0]),), expected=lambda x: np.array([0.0, 0.0, 1.0]))
def relu_at_zero_the_other_way_round(x):
    return np.sum(np.maximum(x, 0.0))


@program(lambda r: (np.array([-1.0, 0.0, 2.0]),), expected=lambda x: np.array([-1.0, 0.0, 1.0]))
def absolute_value_at_zero(x):
    return np.sum(np.abs(x))


@program(lambda r: (0.0,), expected=lambda x: 0.0)
def builtin_absolute_value_at_zero(x):
    return abs(x)


@program(lambda r: (np.zeros(3),), expected=lambda x: np.zeros(3))
def norm_at_zero(x):
    return np.linalg.norm(x)


@program(lambda r: (np.array([1.0, 3.0, 3.0, 3.0]),), expected=lambda x: np.array([0.0, 1 / 3, 1 / 3, 1 / 3]))
def maximum_with_three_equal(x):
    return np.max(x)


@program(lambda r: (np.array([1.0, 1.0, 3.0]),), expected=lambda x: np.array([0.5, 0.5, 0.0]))
def minimum_with_two_equal(x):
    return x.min()


@program(lambda r: (1.5, 1.5), (0, 1))
def tie_of_two_arguments(x, y):
    return np.maximum(x, y) * 2 + np.minimum(x, y) * 4


@program(lambda r: (np.array([2.0, 1.0, 2.0]),), expected=lambda x: np.array([2.5, 1.0, 2.5]))
def sort_with_equal_entries(x):
    return np.sort(x) @ np.array([1.0, 2.0, 3.0])


@program(lambda r: (np.array([-1.0, 0.5, 1.0]),), expected=lambda x: np.array([1.0, 1.0, 1.0]))
def clip_on_its_bounds(x):
    return np.sum(np.clip(x, -1.0, 1.0))


@program(lambda r: (np.array([2.0, 0.0, 3.0]),))
def product_with_one_zero(x):
    return np.prod(x) + np.prod(x[:2])


@program(lambda r: (np.array([2.0, 0.0, 0.0, 3.0]),))
def product_with_two_zeros(x):
    return np.prod(x) + x[0]


@program(lambda r: (np.array([0.0, 2.0]),))
def powers_at_zero(x):
    return np.sum(x**2.0 + x**3 + 2.0**x)


@program(lambda r: (0.0,))
def sinc_at_zero(x):
    return np.sinc(x) * 2 + x


@program(lambda r: (np.full(4, 2.5),), expected=lambda x: np.zeros(4))
def deviation_of_a_constant(x):
    return np.std(x)


@program(lambda r: (np.array([-800.0, 0.5, 800.0]),))
def logaddexp_of_large_values(x):
    return np.sum(np.logaddexp(0.0, x))


@program(lambda r: (np.array([1000.0, 1000.5, -1000.0]),))
def logsumexp_of_large_values(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


@program(lambda r: (np.array([-40.0, 0.0, 40.0]),), expected=lambda x: np.array([0.0, 0.25, 0.0]), tolerance=1e-12)
def sigmoid_of_large_values(x):
    return np.sum(0.5 * (np.tanh(x / 2) + 1.0))


@program(lambda r: (r.num(),))
def same_value_as_index_and_factor(x):
    table = np.array([1.0, 2.0, 3.0, 4.0])
    return x * table[int(x)] + table[round(x)] * x**2


@program(lambda r: (3.0,))
def float_used_as_a_count(x):
    y = 1.0
    for _ in range(int(x + 0.5)):
        y = y * x
    return y


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def same_array_twice_in_one_call(x, y):
    return np.dot(x, x) * np.dot(y, x) + np.sum(np.outer(x, x) @ x)


@program(lambda r: (r.vec(3),))
def loop_carried_alias(x):
    previous = None
    s = 0.0
    for k in range(4):
        current = x * k
        if previous is not None:
            previous[0] += current[1] * x[2]
            s += np.sum(previous * previous)
        previous = current
    return s


@program(lambda r: (r.vec(4),))
def conditional_copy(x):
    y = x * 1.0
    for k in range(3):
        z = y if k % 2 else y.copy()
        z[k] = z[k + 1] * 2
    return np.sum(y * y)


@program(lambda r: (r.num(),))
def variable_that_is_float_array_and_list(x):
    y = x
    y = np.array([y, x * y])
    y = [y, x]
    y = y[0] * y[1]
    y = float(np.sum(y))
    return y


@program(lambda r: (r.vec(3),))
def loop_that_stores_an_alias_of_its_own_buffer(x):
    buffer = x.copy()
    rows = []
    for k in range(3):
        buffer[k] = buffer[k - 1] * x[k]
        rows.append(buffer)  # the same array each time
    return sum(np.sum(row * (k + 1)) for k, row in enumerate(rows))


@program(lambda r: (r.vec(3),))
def loop_that_stores_copies_of_its_buffer(x):
    buffer = x.copy()
    rows = []
    for k in range(3):
        buffer[k] = buffer[k - 1] * x[k]
        rows.append(buffer.copy())
    return sum(np.sum(row * (k + 1)) for k, row in enumerate(rows))


@program(lambda r: (r.vec(3),))
def values_needed_after_three_overwrites(x):
    y = x.copy()
    a = y * y
    y *= 2.0
    b = np.sin(y)
    y[:] = a * b
    c = y * y
    y[1] = 0.0
    return np.sum(c) + np.sum(y * b)


@program(lambda r: (r.vec(3),))
def read_between_two_stores_of_one_element(x):
    y = np.zeros(3)
    y[0] = x[0]
    a = y[0] * x[1]
    y[0] = x[2]
    b = y[0] * a
    y[0] = 0.0
    return a * b + y[0]


@program(lambda r: (r.num(),))
def condition_on_a_value_overwritten_in_place(x):
    y = np.array([x, -x])
    s = 0.0
    for k in range(4):
        if y[k % 2] > 0:
            s += y[k % 2] ** 2
            y[k % 2] = -y[k % 2] * x
        else:
            s -= y[k % 2]
            y[k % 2] = y[k % 2] + 3.0
    return s


@program(lambda r: (r.num(),))
def loop_bound_from_a_list_that_grows(x):
    a = [x]
    for v in a:
        if len(a) < 4:
            a.append(v * x)
    return sum(a) * a[-1]


@program(lambda r: (r.num(),))
def slice_bound_overwritten(x):
    y = np.array([x, x * x, x**3, 1.0])
    n = 2
    a = y[:n]
    n = 4
    b = y[:n]
    return np.sum(a) * np.sum(b)


@program(lambda r: (r.vec(2), r.vec(2)), (0, 1))
def shapes_that_differ_in_each_trip(x, y):
    s = 0.0
    v = x
    for k in range(3):
        v = np.concatenate([v, y * (k + 1)])
        s += np.sum(v * v[::-1])
    return s


@program(lambda r: (r.num(),))
def integer_division_of_a_counter(x):
    n = 7
    y = x
    while n > 0:
        if n % 2:
            y = y * x
        n //= 2
    return y


@program(lambda r: (r.num(),))
def exponentiation_by_squaring(x):
    result, base, n = 1.0, x, 13
    while n:
        if n & 1:
            result = result * base
        base = base * base
        n >>= 1
    return result


@program(lambda r: (r.num(),))
def value_stored_and_kept_as_a_scalar(x):
    y = np.zeros(2)
    v = x * x
    y[0] = v
    v = v + 1.0  # does not change y
    y[1] = v
    return y[0] * y[1] + v


@program(lambda r: (r.vec(3),))
def zero_times_an_infinite_derivative(x):
    # an unused singular value must not poison the rest
    z = np.zeros(3)
    dead = np.sqrt(z * x)
    return np.sum(x * x) + 0.0 * len(dead)


@program(lambda r: (0.0,), expected=lambda x: math.inf)
def square_root_at_zero(x):
    with np.errstate(divide="ignore"):
        return np.sqrt(np.float64(x)) + x


@program(lambda r: (r.vec(3).astype(np.float32), r.num()), 0, tolerance=1e-4)
def float32_with_python_numbers(x, k):
    y = x * 2.0 + 1
    y = y / (k + 0.5)
    return np.mean(y**2) * 3


@program(lambda r: (r.vec(3),))
def comparison_with_the_maximum(x):
    y = np.where(x == np.max(x), x * 2, x * 3)
    return np.sum(y * y)


@program(lambda r: (r.vec(4),))
def aliasing_through_a_container(x):
    y = x.copy()
    box = {"y": y, "rows": [y[:2], y[2:]]}
    box["rows"][0] += box["rows"][1]
    box["y"][3] = box["rows"][0][1] * 2
    return np.sum(y * y)


@program(lambda r: (r.vec(3),))
def argument_returned_in_a_branch(x):
    def relu_or_same(v, flag):
        if flag:
            return v
        return np.maximum(v, 0)

    y = relu_or_same(x, True)
    z = relu_or_same(y, False)
    return np.sum(x * y * z)


@program(lambda r: (r.vec(3),))
def assignment_to_an_enclosing_buffer_in_a_comprehension(x):
    y = np.zeros(3)
    _ = [y.__setitem__(i, x[i] ** 2) for i in range(3)]
    return np.sum(y * x)


@program(lambda r: (r.num(), r.num()), (0, 1))
def short_circuit_with_effects(x, y):
    calls = []

    def positive(v):
        calls.append(v)
        return v > 0

    s = x * y
    if positive(x) or positive(y):
        s = s * x
    if positive(-x) and positive(y):
        s = s * 100
    return s * len(calls) + calls[0]


def _halved(v, deep):
    if deep == 0 or len(v) < 2:
        return v
    v[1:] *= 0.5
    return _halved(v[::-1], deep - 1)


@program(lambda r: (r.vec(4),))
def a_helper_of_the_module_that_calls_itself_and_stores(x):
    items = [x, x * x]
    for v in items:
        w = _halved(v, 3)
    return np.sum(x * w)


@program(lambda d: (d.vec(3), True))
def a_part_and_a_list_of_numbers(x, whole):
    s = x[0]
    if whole:
        s = x[:1]
    y = s + [1.0, 2.0]  # an addition of arrays, though one side is a list
    return np.sum(y * y)


@program(lambda d: (d.vec(3), True))
def a_list_and_what_may_be_an_array(x, plain):
    s = [1.0, 2.0]
    if plain:
        s = np.ones(2)
    return np.sum(np.asarray(s + [x[0], x[1]]) ** 2)


@program(lambda d: (d.vec(3),))
def a_sum_that_becomes_an_array(x):
    s = np.sum(x)
    s += [1.0, 2.0]
    return np.sum(np.cos(s))


@program(lambda d: (d.pos(3),), raises=TypeError)
def a_number_does_not_multiply_a_list(x):
    return np.sum(np.sum(x) * [1.0, 2.0])


@program(lambda d: (d.pos(3),), raises=TypeError)
def a_list_is_not_multiplied_by_a_number(x):
    return np.sum([1.0, x[0]] * x[1])


@program(lambda d: (d.vec(2, 3), 5, 0), raises=IndexError)
def a_row_that_is_not_there_before_a_loop_of_no_trips(x, k, n):
    y = x.copy()
    row = y[k]
    for i in range(n):
        row[i] *= 2.0
    return np.sum(y * y)


@program(lambda d: (d.vec(2, 3), 5), raises=IndexError)
def a_row_that_is_not_there_in_a_table(x, k):
    table = [[0.0] * 3 for _ in range(2)]
    row = table[k]
    if k < 2:
        row[0] = x[0, 0]
    return table[0][0] * x[0, 1]
