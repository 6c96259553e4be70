"""Closures over values, arrays, loop variables and mutable state; nonlocal and global names."""

# ruff: noqa: B023, E731
import numpy as np

from .registry import program

counter = {"calls": 0}
total = 0.0


def reset_counter():
    global total
    counter["calls"] = 0
    total = 0.0


def make_adder(k):
    def add(v):
        return v + k

    return add


def make_counter():
    count = 0

    def step(amount):
        nonlocal count
        count += amount
        return count

    return step


@program(lambda r: (r.num(),))
def closure_over_an_active_value(x):
    def times(v):
        return v * x

    return times(2.0) + times(x)


@program(lambda r: (r.vec(3),))
def closure_over_an_array(x):
    def entry(i):
        return x[i] * x[i]

    return entry(0) * entry(1) + entry(2)


@program(lambda r: (r.num(),))
def closure_sees_a_later_value(x):
    def f():
        return y * x

    y = x * 2
    a = f()
    y = x**3
    return a + f()


@program(lambda r: (r.num(),))
def closures_of_a_loop_see_the_last_value(x):
    fs = []
    for i in range(3):
        fs.append(lambda: x ** (i + 1))
    return fs[0]() + fs[1]() * fs[2]()


@program(lambda r: (r.num(),))
def closures_of_a_loop_with_defaults(x):
    fs = []
    for i in range(3):
        fs.append(lambda i=i: x ** (i + 1))
    return fs[0]() + fs[1]() * fs[2]()


@program(lambda r: (r.num(),))
def returned_closure(x):
    f = make_adder(x * x)
    g = make_adder(3.0)
    return f(x) * g(x) + f(1.0)


@program(lambda r: (r.num(),))
def nonlocal_accumulator(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    for k in range(3):
        add(x * k)
    add(x)
    return total


@program(lambda r: (r.num(),))
def nonlocal_overwritten(x):
    state = x

    def update():
        nonlocal state
        state = np.sin(state) * x

    update()
    a = state
    update()
    return a * state


@program(lambda r: (r.num(),))
def nonlocal_in_a_factory(x):
    step = make_counter()
    a = step(x)
    b = step(x * x)
    return a * b + step(1.0)


@program(lambda r: (r.num(),))
def nonlocal_two_levels(x):
    a = x

    def outer():
        def inner():
            nonlocal a
            a = a * a

        inner()
        return a * 2

    return outer() + a


@program(lambda r: (r.num(),))
def nonlocal_passive_counter(x):
    n = 0

    def f(v):
        nonlocal n
        n += 1
        return v * n

    return f(x) + f(x) * f(x)


@program(lambda r: (r.vec(3),))
def closure_over_a_stored_array(x):
    buffer = np.zeros(3)

    def put(i, v):
        buffer[i] = v

    for i in range(3):
        put(i, x[i] ** 2)
    put(0, x[1])
    return np.sum(buffer * x)


@program(lambda r: (r.num(),))
def closure_over_a_list(x):
    trace = []

    def record(v):
        trace.append(v)
        return v * x

    record(record(x))
    return trace[0] * trace[1] + sum(trace)


@program(lambda r: (r.num(),), reset=reset_counter, observe=lambda: dict(counter))
def global_counter_in_a_dictionary(x):
    counter["calls"] += 1
    y = x * x
    counter["calls"] += 2
    return y


@program(lambda r: (r.num(),), reset=reset_counter, observe=lambda: total)
def global_passive_value_rebound(x):
    global total
    total = total + 2.5
    return x * x


@program(lambda r: (r.num(),), reset=reset_counter, observe=lambda: total)
def global_active_value_rebound(x):
    global total
    total = x * x
    y = total * x
    total = y + total
    return y * total


@program(lambda r: (r.num(),))
def closure_passed_down(x):
    def integrate(f, n):
        s = 0.0
        for k in range(n):
            s += f(k / n)
        return s / n

    return integrate(lambda t: np.exp(-x * t), 5)


@program(lambda r: (r.num(),))
def composed_closures(x):
    def compose(f, g):
        return lambda v: f(g(v))

    h = compose(np.sin, lambda v: v * x)
    k = compose(h, h)
    return k(x)


@program(lambda r: (r.num(),))
def recursive_closure(x):
    def f(n):
        return x if n == 0 else np.sin(f(n - 1)) * x

    return f(4)


@program(lambda r: (r.num(),))
def closure_over_a_branch_value(x):
    if x > 0:
        k = x * 2
    else:
        k = 1.0
    return (lambda v: v * k)(x)


@program(lambda r: (r.num(),))
def closure_over_arguments_of_a_helper(x):
    def line(a, b):
        def at(t):
            return a + b * t

        return at

    f = line(x, x * x)
    return f(0.5) * f(2.0) + line(1.0, x)(x)


@program(lambda r: (r.num(),))
def closure_in_a_loop_called_at_once(x):
    s = 0.0
    for k in range(3):

        def f(v):
            return v * k + x

        s += f(x) * f(s)
    return s


@program(lambda r: (r.num(),))
def closure_state_in_a_dictionary(x):
    state = {"v": x}

    def advance(dt):
        state["v"] = state["v"] + dt * np.sin(state["v"])

    for _ in range(3):
        advance(0.1)
    return state["v"] ** 2
