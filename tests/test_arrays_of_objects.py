"""Arrays whose entries are anything (dtype object): the right derivative or a refusal, never the zeros of an array that has none."""

import numpy as np
import pytest

import srcgrad

X = np.array([1.5, 2.0])
SCALES = np.array([2.0, 3.0], dtype=object)


def entries(x):
    a = np.empty(2, dtype=object)
    a[0] = x
    a[1] = x * 2
    return np.sum(a[0] * a[1])


def filled_in_a_loop(x):
    a = np.array([None] * len(x))
    for i in range(len(x)):
        a[i] = x[i] ** 2
    return a[0] * a[1]


def squares(a, x):
    for i in range(len(x)):
        a[i] = x[i] * x[i]


def filled_by_a_helper(x):
    a = np.ndarray((2,), "O")
    squares(a, x)
    return a[0] + a[1] * 2


def typed_by_a_variable(x, kind=np.object_):
    a = np.zeros(2, kind)
    a[0], a[1] = x[0], x[0] * x[1]
    return a[0] * a[1]


def one_number_everywhere(x):
    a = np.empty(2, object)
    a[:] = x[0]
    return a[0] * a[1] * x[1]


def viewed(x):
    a = np.empty(2, object)
    a[0], a[1] = x[0], x[1]
    return a[::-1][0] ** 2 + a.tolist()[0]


def constant(x):
    names = np.array(["left", None], dtype=object)
    return sum(x[i] * SCALES[i] for i in range(2) if names[i] is not None)


@pytest.mark.parametrize(
    "function",
    [entries, filled_in_a_loop, filled_by_a_helper, typed_by_a_variable, one_number_everywhere, viewed, constant],
)
def test_entries_that_are_stored_and_read_one_by_one(function):
    srcgrad.check_grads(function, (X,), modes=("rev", "fwd"))


def several_at_once(x):
    a = np.empty(2, object)
    a[:] = [x[0] ** 2, x[1]]
    return a[0] * a[1]


def converted(x):
    return np.sum(x.astype(object) * 2)


def made_of_a_list(x):
    return np.asarray([x[0], x[1]], dtype="O").dot(np.ones(2))


def filled(x):
    return np.full(2, x[0], dtype=object).sum()


def multiplied(x):
    a = np.empty(2, object)
    a[0], a[1] = x[0], x[1]
    return np.sum(a * a)


def stored_into_numbers(x):
    a, y = np.empty(2, object), np.zeros(2)
    a[0], a[1] = x[0], x[1]
    y[:] = a
    return np.sum(y)


@pytest.mark.parametrize(
    "function", [several_at_once, converted, made_of_a_list, filled, multiplied, stored_into_numbers]
)
def test_what_goes_through_all_entries_at_once_is_refused(function):
    for derivative in (srcgrad.grad(function), lambda x: srcgrad.jvp(function, (x,), (np.ones(2),))):
        with pytest.raises(srcgrad.Refused, match="array of objects"):
            derivative(X)


class Holder:
    def __init__(self, value):
        self.value = value


@pytest.mark.parametrize(
    "argument, read",
    [
        (SCALES, lambda a: a[0]),
        ([SCALES, 1.0], lambda a: a[0][0] * a[1]),
        ({"a": (1.0, SCALES)}, lambda a: a["a"][1][0]),
        (Holder(SCALES), lambda a: a.value[0]),
    ],
)
def test_arguments_that_hold_one_are_refused(argument, read):
    with pytest.raises(srcgrad.ArgumentError, match="an array of objects"):
        srcgrad.grad(lambda a: read(a) * 2.0)(argument)
