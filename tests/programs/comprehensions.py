"""Comprehensions of every kind, generator expressions, and generators consumed inside the function."""

# ruff: noqa: C400, C403, C404, C416, C419, UP027
import numpy as np

from .registry import program


@program(lambda r: (r.vec(4),))
def list_comprehension(x):
    a = [v * v for v in x]
    return a[0] * a[1] + sum(a)


@program(lambda r: (r.vec(5),))
def comprehension_with_a_condition(x):
    a = [v * i for i, v in enumerate(x) if v > 0 if i < 4]
    return sum(a) + len(a)


@program(lambda r: (r.vec(2, 3),))
def comprehension_with_two_loops(x):
    a = [x[i, j] * x[0, j] for i in range(2) for j in range(3) if i != j]
    return sum(v * v for v in a)


@program(lambda r: (r.vec(3),))
def nested_comprehension(x):
    rows = [[a * b for b in x] for a in x]
    return np.sum(np.array(rows) ** 2)


@program(lambda r: (r.vec(3),))
def dictionary_comprehension(x):
    d = {i: v * v for i, v in enumerate(x)}
    e = {k: v * d[0] for k, v in d.items() if k}
    return sum(e.values()) * d[1]


@program(lambda r: (r.vec(4),))
def set_comprehension_of_passive_values(x):
    signs = {v > 0 for v in x}
    return np.sum(x * x) * len(signs)


@program(lambda r: (r.vec(4),))
def generator_expressions(x):
    a = sum(v**2 for v in x)
    b = max(np.sin(v) for v in x)
    c = min((v * v for v in x), default=0.0)
    d = list(v * a for v in x)
    return a * b + c * d[1] + float(all(v == v for v in x)) * x[0]


@program(lambda r: (r.vec(4),))
def generator_expression_is_lazy(x):
    k = 2.0
    g = (v * k for v in x)
    k = 3.0  # read when the generator runs
    first = next(g)
    k = 5.0
    return first + sum(g)


@program(lambda r: (r.num(),))
def comprehension_has_its_own_scope(x):
    i = 10
    a = [x**i for i in range(1, 4)]
    return a[0] * a[2] + x * i


@program(lambda r: (r.vec(4),))
def walrus_in_a_comprehension(x):
    a = [y * y for v in x if (y := np.sin(v)) > -2]
    return sum(a) * y


@program(lambda r: (r.vec(3),))
def comprehension_over_zip(x):
    return sum([a * b for a, b in zip(x[:-1], x[1:], strict=True)])


@program(lambda r: (r.vec(3),))
def comprehension_calls_a_helper(x):
    def f(v, n):
        for _ in range(n):
            v = v * v * 0.5
        return v

    return sum([f(v, n) for n, v in enumerate(x)])


@program(lambda r: (r.vec(3),))
def array_of_a_comprehension(x):
    y = np.array([np.sin(v) * v for v in x])
    z = np.stack([x * k for k in range(3)])
    return y @ z @ y


@program(lambda r: (r.vec(3),))
def comprehension_rebuilds_a_list(x):
    a = list(x)
    for _ in range(3):
        a = [u * v for u, v in zip(a, a[1:] + a[:1], strict=True)]
    return sum(a)


@program(lambda r: (r.vec(3),))
def comprehension_with_effects(x):
    seen = []
    a = [seen.append(v * v) or v for v in x]
    return a[0] * seen[1] + seen[2]


@program(lambda r: (r.num(),))
def tuple_unpacked_from_a_comprehension(x):
    a, b, c = (x * k for k in (1, 2, 3))
    p, *q = [x**k for k in range(1, 4)]
    return a * b * c + p * q[1]


@program(lambda r: (r.vec(4),))
def generator_function(x):
    def squares(values):
        for v in values:
            if v < -50:
                return
            yield v * v

    return sum(squares(x)) + max(squares(x))


@program(lambda r: (r.num(),))
def generator_with_state(x):
    def iterates(v, n):
        for _ in range(n):
            v = np.sin(v) * x
            yield v

    s = 0.0
    for k, v in enumerate(iterates(x, 4)):
        s += v * k
    return s


@program(lambda r: (r.vec(4),))
def generator_delegating(x):
    def walk(v):
        if len(v) == 1:
            yield v[0] * v[0]
        else:
            middle = len(v) // 2
            yield from walk(v[:middle])
            yield from walk(v[middle:])

    return sum(w * (k + 1) for k, w in enumerate(walk(x)))


@program(lambda r: (r.num(),))
def generator_stopped_early(x):
    def powers(v):
        p = 1.0
        while True:
            yield p
            p = p * v

    s = 0.0
    for p in powers(x):
        s += p
        if s > 6:
            break
    return s


@program(lambda r: (r.num(),))
def generator_by_next(x):
    def steps():
        yield x
        yield x * x
        yield x**3

    g = steps()
    a = next(g)
    b = next(g)
    return a * b + next(g)


@program(lambda r: (r.vec(2, 2),))
def comprehension_over_rows(x):
    return sum(np.sum(row) * row[0] for row in x)


@program(lambda r: ([r.vec(2), r.vec(3)],))
def regulariser_over_a_list(w):
    return 0.5 * sum([np.sum(v * v) for v in w]) + sum(np.sum(np.abs(v)) for v in w)
