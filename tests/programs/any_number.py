"""Functions of any number of arguments, and calls that spread what they are given."""

import numpy as np

from .registry import program


def twice(f, y, *args):
    return f(y, *args) + f(2 * y, *args)


def parabola(y, a, b):
    return a * y * y + b


@program(lambda r: (r.vec(3),))
def a_function_is_handed_on_with_its_arguments(x):
    return twice(parabola, x[0], x[1], x[2])


def squares(*vs):
    s = 0.0
    for v in vs:
        s = s + v * v
    return s


@program(lambda r: (r.vec(3),))
def parts_of_any_number(x):
    return squares(x[0], x[1] * x[2]) + squares(*x) + squares()


@program(lambda r: (r.vec(3),))
def a_nested_function_takes_any_number(x):
    def inner(a, *rest, k=2.0):
        return a * k + sum(rest) + len(rest)

    return inner(x[0], x[1], x[2], k=x[0]) * inner(x[1])


def forwarded(f, *args):
    return f(*args)


@program(lambda r: (r.vec(3),))
def arguments_go_through_two_functions(x):
    return forwarded(parabola, x[0], x[1], x[2]) + forwarded(squares, x[0], x[1])


def gather(y, *ps):
    for p in ps:
        y += p * ps[0]
    return y


@program(lambda r: (r.vec(3),))
def a_function_of_any_number_stores(x):
    y = x * 1.0
    z = gather(y, x, x * 2)
    return np.sum(y * z)


def shadow(y, *args):
    a = y * 2.0
    b = parabola(a, *args)
    y = b
    return parabola(y, *args)


@program(lambda r: (r.vec(3),))
def names_of_caller_and_helper_are_the_same(x):
    a, b, y = x
    return shadow(y, b, a)


def heun(f, y, t, h, *args, n=2):
    for _ in range(n):
        k1 = f(y, t, *args)
        k2 = f(y + h * k1, t + h, *args)
        y = y + h / 2 * (k1 + k2)
    return y


def decay(y, t, a, b):
    return -a * y + b * np.sin(t)


@program(lambda r: (r.vec(3),))
def steps_of_a_solver_with_parameters(x):
    return heun(decay, x[0], 0.0, 0.1, x[1], x[2]) + heun(decay, x[0], 0.0, 0.1, x[1], x[2], n=4)


def ends(*args):
    return args[0] * args[-1]


@program(lambda r: (r.vec(3),))
def first_and_last_of_any_number(x):
    return ends(x[0], x[1]) * ends(x[2])


@program(lambda r: (r.vec(3),))
def a_tuple_is_spread_into_a_call(x):
    args = (x[0], x[1])
    return parabola(x[2], *args)
