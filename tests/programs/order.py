"""The order in which Python looks at things: parts of an expression, targets, defaults, which function a name means."""

import numpy as np

from .registry import program


@program(lambda d: (d.num(),))
def attribute_read_before_what_is_added(x):
    class State:
        pass

    s = State()
    s.total = x

    def step():
        s.total = s.total * 10
        return s.total

    s.total += step()
    return s.total


@program(lambda d: (d.num(),))
def item_read_before_what_is_added(x):
    a = [x, 2 * x]
    d = {"k": x}

    def step():
        a[0] = a[0] * 10
        return a[0]

    a[0] += step()
    d["k"] *= d.pop("k") + d.setdefault("k", 3.0)
    return a[0] + d["k"]


@program(lambda d: (d.num(),))
def name_read_before_what_is_added(x):
    s = x

    def step():
        nonlocal s
        s = s * 10
        return s

    s += step()
    return s


@program(lambda d: (d.vec(3),))
def element_read_before_what_is_added(x):
    a = x.copy()

    def step():
        a[0] = a[0] * 10
        return a[0]

    a[0] += step()
    return np.sum(a) + a[0] * step()


@program(lambda d: (d.num(),))
def arguments_from_left_to_right(x):
    n = x

    def bump():
        nonlocal n
        n = n * 2
        return n

    def f(a, b, c):
        return a + 10 * b + 100 * c

    items = [n, bump(), n]
    y = x if n < bump() else 3.0
    return f(n, bump(), n) + items[0] * items[2] + y * n


@program(lambda d: (d.num(),))
def argument_kept_while_its_variable_changes(x):
    n = x

    def bump():
        nonlocal n
        n = n * 2

    def f(a):
        bump()
        return a

    return f(n) * n


@program(lambda d: (d.num(),))
def targets_from_left_to_right(x):
    a = [x, x * 2, x * 3]
    a[len(a) - 2] = a.pop()
    i = 0
    a[i], i = x * 7, 1
    i, a[i] = 1 - i, x * 5
    for i, a[i] in enumerate([x * x, x**3]):  # noqa: B007, B020
        pass
    return sum(v * k for k, v in enumerate(a, 1)) + i


@program(lambda d: (d.num(),))
def function_of_a_branch_not_taken(x):
    if x < 0.1:

        def f(v):
            return v * 2
    else:

        def f(v):
            return v * 3

    return f(x) * x


@program(lambda d: (d.num(),))
def function_that_a_loop_replaces(x):
    f = lambda v: v * x  # noqa: E731
    s = 0.0
    for _ in range(3):
        s += f(x)
        f = lambda v: v * 2  # noqa: E731
    return s


@program(lambda d: (d.num(),))
def function_replaced_by_another_callable(x):
    f = lambda v: v * x  # noqa: E731
    y = f(x)
    f = np.sin
    return y * f(x)


@program(lambda d: (d.num(),))
def defaults_taken_at_the_definition(x):
    k = x

    def f(v, m=k):
        return v * m

    g = lambda v, m=k: v + m  # noqa: E731
    k = 10.0
    return f(x) + f(x, k) + g(x)


@program(lambda d: (d.vec(4),))
def comprehension_over_its_own_name(x):
    doubled = [x * 2 for x in x]
    return sum([y for y in [y * 2 for y in doubled]]) * x[0]  # noqa: C416


@program(lambda d: (d.num(),))
def several_lambdas_on_one_line(x):
    fs = {"a": lambda v, w: v < w, "b": lambda v, w: [u * x for u in (v, w) if u], "c": lambda v: v * 3}
    return sum(fs["b"](x, 2.0)) * fs["c"](x)


@program(lambda d: (d.vec(3),))
def list_that_an_array_is_added_to(x):
    a = [1.0, 2.0, 3.0]
    a += x  # the array is asked first: this is an array
    return np.sum(a * a)
