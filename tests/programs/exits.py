"""break, continue, else clauses of loops, returns inside loops, and their combinations."""

# ruff: noqa: B007
import numpy as np

from .registry import program


@program(lambda r: (r.num(),))
def break_on_a_count(x):
    y = x
    for i in range(10):
        if i == 3:
            break
        y = y * x
    return y


@program(lambda r: (r.num(),))
def break_on_a_value(x):
    y = x
    for i in range(100):
        y = y * (1.3 + x)
        if y > 30:
            break
        y = y + x
    return y * (i + 1)


@program(lambda r: (r.vec(6),))
def continue_on_a_sign(x):
    s = 1.0
    for i in range(len(x)):
        if x[i] < 0:
            continue
        s = s * (1 + x[i])
    return s


@program(lambda r: (r.vec(6),))
def break_and_continue(x):
    s = 1.0
    for i in range(len(x)):
        s = s + x[i]
        if x[i] < -0.5:
            continue
        s = s * np.cos(x[i])
        if i > 3:
            break
        s = s * 1.1
    return s


@program(lambda r: (r.num(),))
def while_true(x):
    y = x
    while True:
        y = np.sin(y) * x
        if abs(y) < 0.3 or y > 100:
            break
        x = x * 0.9
    return y + x


@program(lambda r: (r.num(),))
def else_without_break(x):
    y = x
    for i in range(3):
        y = y * x
        if y > 1e9:
            break
    else:
        y = y + x
    return y


@program(lambda r: (r.num(),))
def else_with_break(x):
    y = x
    for i in range(3):
        y = y * x
        if i == 1:
            break
    else:
        y = y * 100 * x
    return y


@program(lambda r: (r.num(),))
def while_else(x):
    n = 0
    y = x
    while n < 3:
        n += 1
        y = y * x
        if y < -5:
            break
    else:
        y = np.sin(y)
    return y


@program(lambda r: (r.num(),))
def return_inside_a_loop(x):
    y = x
    for i in range(10):
        y = y * (x + 1)
        if y > 20:
            return y * i
    return y


@program(lambda r: (r.num(),))
def return_inside_nested_loops(x):
    y = x
    for i in range(4):
        for j in range(4):
            y = y + x * j
            if y > 12:
                return y * x
        y = y * 1.1
    return -y


@program(lambda r: (r.num(),))
def return_in_while_true(x):
    n = 0
    while True:
        x = x * 1.7
        n += 1
        if x > 10:
            return x * n


@program(lambda r: (r.num(),))
def break_of_the_inner_loop(x):
    s = x
    for i in range(4):
        for j in range(5):
            if j > i:
                break
            s = s + np.sin(s) * x
        s = s * 0.8
    return s


@program(lambda r: (r.num(),))
def continue_of_the_outer_loop(x):
    s = x
    for i in range(4):
        for j in range(3):
            if (i + j) % 2:
                continue
            s = s * (1 + 0.1 * x)
        if i == 2:
            continue
        s = s + x
    return s


@program(lambda r: (r.num(),))
def break_out_of_two_loops_by_a_flag(x):
    s = x
    found = False
    for i in range(5):
        for j in range(5):
            s = s + x * x
            if s > 15:
                found = True
                break
        if found:
            break
        s = s * 1.2
    return s if found else -s


@program(lambda r: (r.num(),))
def else_of_the_inner_loop_continues(x):
    s = x
    for i in range(4):
        for j in range(3):
            s = s * 1.1 + x
            if s > 8:
                break
        else:
            continue
        break
    return s * (i + 1)


@program(lambda r: (r.vec(5),))
def break_before_anything(x):
    s = np.sum(x)
    for v in x:
        break
        s = s * v
    return s * v


@program(lambda r: (r.vec(5),))
def continue_always(x):
    s = 1.0
    for v in x:
        s = s + v * v
        continue
    return s


@program(lambda r: (r.vec(6),))
def linear_search(x):
    for i, v in enumerate(x):
        if v > 0:
            return v * v * (i + 1)
    return np.sum(x)


@program(lambda r: (-r.pos(6),))
def linear_search_fails(x):
    for i, v in enumerate(x):
        if v > 0:
            return v
    else:
        return np.sum(x * x)


@program(lambda r: (r.num(0.5, 1.5),))
def bisection(a):
    low, high = 0.0, 3.0
    for _ in range(30):
        mid = 0.5 * (low + high)
        if mid * mid * mid > 3.0:
            high = mid
        else:
            low = mid
    return mid * a + a * a


@program(lambda r: (r.num(),))
def series_until_small(x):
    term = 1.0
    total = 1.0
    k = 0
    while True:
        k += 1
        term = term * x / k
        if abs(term) < 1e-17:
            break
        total += term
    return total


@program(lambda r: (r.num(),))
def branches_with_different_exits(x):
    y = x
    for i in range(6):
        if i == 0:
            y = y * 2
            continue
        elif i == 4:
            y = y + 1
            break
        elif y > 1e6:
            return y
        else:
            y = y * x
    else:
        return -1.0
    return y * y


@program(lambda r: (r.num(),))
def break_in_both_branches(x):
    y = x
    while True:
        if y > 5:
            y = y * x
            break
        else:
            y = y + 1.0
            if y > 5.5:
                y = np.sin(y)
                break
    return y


@program(lambda r: (r.vec(3, 4),))
def return_a_row(x):
    def first_positive(rows):
        for row in rows:
            if np.sum(row) > -0.5:
                return row * 2
        return rows[0]

    return np.sum(first_positive(x) ** 2)


@program(lambda r: (r.num(),))
def exits_in_a_helper_called_in_a_loop(x):
    def steps(v, n):
        for k in range(n):
            if v > 6:
                return v
            v = v * 1.4
            if k == 2:
                break
        else:
            v = v + 1
        return v * 0.7

    y = x
    for n in range(5):
        y = steps(y, n) + x
    return y


@program(lambda r: (r.num(),))
def while_with_continue(x):
    i = 0
    s = x
    while i < 8:
        i += 1
        if i % 3 == 0:
            continue
        s = np.sin(s) + x / i
    return s


@program(lambda r: (r.num(), 2.5))
def return_from_an_inner_of_two_branches(x, s):
    y = x
    if x > 0:
        if s > 1:
            y = y * 2
            if s > 2:
                return y * 3
            y = y + 1
        y = y * 5
    return y * s


@program(lambda r: (r.num(), 2))
def continue_from_an_inner_branch_before_a_break(x, s):
    t = 0.0
    for i in range(5):
        if x > 0:
            if i > 1:
                t += x
                if i == s:
                    continue
                if i == s + 1:
                    break
                t += 10 * x
            t += 100 * x
        t += 1000 * x
    return t * x
