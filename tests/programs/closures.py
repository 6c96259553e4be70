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


def runge_kutta(rate, y, t, step):
    """One step of y' = rate(t, y)."""
    k1 = rate(t, y)
    k2 = rate(t + step / 2, y + step / 2 * k1)
    k3 = rate(t + step / 2, y + step / 2 * k2)
    k4 = rate(t + step, y + step * k3)
    return y + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@program(lambda r: (r.num(), r.vec(2), 4), (0, 1))
def closure_given_to_an_integrator(a, y, n):
    def rate(t, y):
        return np.sin(t) - a * y

    for i in range(n):
        y = runge_kutta(rate, y, 0.1 * i, 0.1)
    return np.sum(y * y)


def newton(f, slope, x, tolerance=1e-12):
    for _ in range(50):
        change = f(x) / slope(x)
        x = x - change
        if abs(change) < tolerance:
            break
    return x


@program(lambda r: (r.num(),))
def lambdas_given_to_a_solver(a):
    return newton(lambda x: x**3 - a, slope=lambda x: 3 * x**2, x=1.5) * a


@program(lambda r: (r.num(), 0.2))
def closures_see_what_they_were_made_with(x, k):
    f, g = make_adder(x), make_adder(k)
    x = x * 2
    k = 5.0
    return f(1.0) * g(x) * k


@program(lambda r: (r.num(),))
def closures_made_in_a_loop(x):
    s = 0.0
    for i in range(3):
        f = make_adder(x * i)
        counter = make_counter()
        s = s + f(x) * counter(f(i)) * counter(x)
    return s


@program(lambda r: (r.num(),))
def closure_kept_while_its_maker_runs_again(x):
    f = make_adder(x)
    s = 0.0
    for i in range(3):
        old = f
        f = make_adder(x * i)
        s = s + old(x)
    return s


@program(lambda r: (r.num(),))
def two_names_of_a_closure(x):
    f = make_adder(x)
    g = f
    f = make_adder(x * x)
    return f(x) * g(2.0)


@program(lambda r: (r.vec(3),))
def plain_lambda_of_numbers_and_of_positions(x):
    f = lambda k, more=1: k + more
    g = f
    return x[f(0)] * f(x[0]) * g(x[1], 2) + sorted([3, 1, 2], key=f)[0]


@program(lambda r: (r.num(),))
def parameter_of_a_lambda_named_like_an_argument(x):
    v = x * 2

    def outer(a):
        return (lambda v: v * a)(3.0) + sum([v * a for v in [1.0, 2.0]])

    return outer(v)


@program(lambda r: (r.num(),))
def parameter_of_a_closure_named_like_an_argument(x):
    v = x * 2

    def outer(a):
        def inner(v):
            return v * a

        return inner(3.0) * inner(a)

    return outer(v) + outer(x)


@program(lambda r: (r.num(),))
def function_replaced_by_another_in_a_loop(x):
    f = lambda v: v * x

    def replace(by):
        nonlocal f
        f = by

    s = 0.0
    for _ in range(3):
        s += f(x)
        replace(lambda v: v * v * x)
    return s


@program(lambda r: (r.num(),))
def function_replaced_by_another_in_line(x):
    f = lambda v: v

    def replace(by):
        nonlocal f
        f = by

    s = f(x)
    replace(lambda v: v * v)
    return s * f(x)


@program(lambda r: (r.num(),))
def function_kept_before_its_name_is_a_number(x):
    f = lambda v: v * x
    kept = [f]
    f = 3.0
    return kept[0](2.0) * f


def fill(y, by):
    for i in range(len(y)):
        y[i] = by(y[i])
    return by


@program(lambda r: (r.vec(3),))
def helper_stores_what_a_closure_gives(x):
    y = x * 1.0
    by = fill(y, lambda v: v * v * x[0])
    return np.sum(y) + by(x[1])


def checked(f, v):
    if v < 0:
        raise ValueError("a negative number")
    return f(v)


@program(lambda r: (r.num(),), raises=ValueError)
def helper_given_a_closure_raises(x):
    return checked(lambda v: v * x, x) * checked(lambda v: v * x, -x)


@program(lambda r: (r.num(),))
def two_steps_of_a_solver_that_is_given_lambdas(a):
    return newton(lambda x: x**3 - a, slope=lambda x: 3 * x**2 + 0.0 * x, x=1.5, tolerance=0.2) * a
