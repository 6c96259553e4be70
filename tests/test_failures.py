"""A derivative raises what the function raises, also where its value does not matter to the derivative; and nothing else stays for that."""

import math

import numpy as np
import pytest

import srcgrad

X = np.array([-1.0, 2.0, 3.0])
TABLE = {"a": 1.0}
PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


def refuse(x):
    raise LookupError("no")


def far(x):
    return x[9]


def longest(x):
    y = 0.0
    for i in range(9):
        y += x[i]
    return y


@program
def domain(x):
    y = math.log(x[0])  # noqa: F841
    return x[1] * 2


@program
def domain_of_the_result(x):
    return math.log(x[0])


@program
def domain_of_a_square_root(x):
    y = math.sqrt(x[0])  # noqa: F841
    return x[1]


@program
def beyond_the_end(x):
    y = x[10]  # noqa: F841
    return x[0] * x[1]


@program
def beyond_the_end_in_a_loop(x):
    n = 0
    for i in range(5):
        n = x[i]  # noqa: F841
    return x[0]


@program
def beyond_the_end_of_a_list_that_is_added(x):
    s, w = 0.0, [1.0, 2.0]
    for i in range(len(x)):
        s += x[i] + w[i]
    return s


@program
def beyond_the_end_of_another_array(x):
    w, s = np.ones(2), 0.0
    for i in range(len(x)):
        s += x[i] + w[i]
    return s


@program
def beyond_the_end_by_one(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] - TABLE["a"]
        y = x[i + 1]  # noqa: F841
    return s


@program
def a_store_beyond_the_end(x):
    y = np.zeros(2)
    for i in range(len(x)):
        y[i] = 1.0
    return x[0]


@program
def an_augmented_store_beyond_the_end(x):
    y = np.zeros(2)
    y[2] += 1.0
    return x[0]


@program
def a_test_that_raises(x):
    if x[7] > 0:
        pass
    return x[0]


@program
def a_missing_key(x):
    d = {"a": 1.0}
    y = d["missing"]  # noqa: F841
    return x[0]


@program
def a_missing_key_of_a_global(x):
    TABLE["missing"]
    return x[0]


@program
def a_missing_attribute(x):
    y = TABLE.nothing  # noqa: F841
    return x[0]


@program
def division(x):
    y = 1 / 0  # noqa: F841
    return x[0]


@program
def remainder(x):
    y = 5 % (3 - 3)  # noqa: F841
    return x[0]


@program
def text_to_int(x):
    y = int("a")  # noqa: F841
    return x[0]


@program
def not_a_number_to_int(x):
    y = int(x[0] * float("nan"))  # noqa: F841
    return x[0]


@program
def a_helper_that_raises(x):
    y = refuse(x[0])  # noqa: F841
    return x[1]


@program
def a_small_helper(x):
    y = far(x)  # noqa: F841
    return x[0]


@program
def a_helper_with_a_loop(x):
    y = longest(x)  # noqa: F841
    return x[0]


@program
def too_many_to_unpack(x):
    a, b = x
    return a * b


@program
def not_enough_to_unpack(x):
    a, b, c, d = x.shape
    return x[0]


@program
def not_enough_for_a_star(x):
    a, b, c, d, *e = x
    return a


@program
def unpacking_in_a_loop(x):
    for a, b in np.ones((2, 3)):
        x = x * (a + b)
    return x[0]


@program
def a_position_in_a_list(x):
    k = [1, 2].index(7)  # noqa: F841
    return x[0]


@program
def an_unbound_local(x):
    if x[0] > 0:
        z = 1.0
    y = z  # noqa: F841
    return x[1]


@program
def an_unbound_global(x):
    y = nobody_knows  # noqa: F821, F841
    return x[1]


@program
def text_and_number(x):
    y = "a" + 1  # noqa: F841
    return x[0]


@program
def shapes(x):
    y = x[:2] + x  # noqa: F841
    return x[0]


@program
def shapes_of_a_product(x):
    y = x @ np.ones(7)  # noqa: F841
    return x[0]


@program
def a_shape_that_does_not_fit(x):
    y = np.reshape(x, (2, 5))  # noqa: F841
    return x[0]


@program
def a_singular_matrix(x):
    y = np.linalg.inv(np.zeros((2, 2)))  # noqa: F841
    return x[0]


@program
def nothing_to_choose_from(x):
    y = np.max(x[5:])  # noqa: F841
    return x[0]


DERIVATIVES = {
    "grad": srcgrad.grad,
    "value_and_grad": srcgrad.value_and_grad,
    "jvp": lambda f: lambda x: srcgrad.jvp(f, (x,), (np.ones(3),)),
    "vjp": lambda f: lambda x: srcgrad.vjp(f, x),
}


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_a_derivative_raises_what_the_function_raises(function):
    with pytest.raises(Exception) as meant:
        function(X.copy())
    for name, make in DERIVATIVES.items():
        with pytest.raises(meant.type) as caught:
            make(function)(X.copy())
        assert caught.type is meant.type, name


def test_the_line_of_the_user_stands_beside_it():
    with pytest.raises(ValueError, match="math domain error") as caught:
        srcgrad.grad(domain)(X)
    entry = caught.traceback[-1]
    assert "math.log(x[0])" in str(entry.statement) and "y = math.log(x[0])" in str(entry.statement)


# ---- what is known to be harmless does not stay -------------------------------------------------------------------------------------


def over_positions(x):
    s = 0.0
    for i in range(1, len(x) - 1):
        if x[i] > 0:
            s += x[i + 1] - x[i - 1]
    return s


def over_rows_and_columns(x):
    s = 0.0
    n, m = x.shape
    for i in range(n):
        for j in range(m):
            s += x[i, j] ** 2
    return s


def over_a_list(parts, x):
    s = 0.0
    for i in range(len(parts)):
        s += parts[i] + x[0]
    return s


def of_known_containers(x, layers, options):
    a, b = layers
    return x * 2 + a + b + options["k"]


def of_functions_that_raise_for_nothing(x):
    unused = np.sin(x) * 2.0 + np.exp(x) + np.sum(x)  # noqa: F841
    return x[0] + math.atan(2.0) + float(3)


@pytest.mark.parametrize(
    "function, arguments",
    [
        (over_positions, (X,)),
        (over_rows_and_columns, (np.ones((2, 3)),)),
        (of_functions_that_raise_for_nothing, (X,)),
        (of_known_containers, (2.0, [1.0, 2.0], {"k": 3.0})),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_what_raises_for_nothing_vanishes(function, arguments):
    gradient = srcgrad.grad(function)
    gradient(*arguments)
    lines = [line.split("#")[0].strip() for line in srcgrad.source(gradient).splitlines()]
    statements = [line for line in lines if line and not line.startswith(("import", "def", "return", "for", "if"))]
    assert all("=" in line for line in statements), statements


def test_a_list_that_grows_is_read_at_a_position_that_may_not_be_there():
    def f(x):
        parts, s = [1.0, 2.0], x
        for i in range(len(parts)):
            parts.pop()
            s = s + 2.0
            unused = parts[i]  # noqa: F841
        return s

    with pytest.raises(IndexError):
        f(1.0)
    with pytest.raises(IndexError):
        srcgrad.grad(f)(1.0)


def bound_in_a_branch(x, n):
    if n:
        y = x * x
    return y * 2.0


def loop_variable_after_the_loop(x, n):
    for i in range(n):
        assert i < n
    return x * (i + 1.0)


def bound_in_a_loop(x, n):
    for _ in range(n):
        t = x * 2.0
    return t * x


@pytest.mark.parametrize("function", [bound_in_a_branch, loop_variable_after_the_loop, bound_in_a_loop])
def test_a_name_that_nothing_has_bound_raises_as_in_the_function(function):
    ways = {
        "grad": lambda x, n: srcgrad.grad(function)(x, n),
        "value_and_grad": lambda x, n: srcgrad.value_and_grad(function)(x, n),
        "vjp": lambda x, n: srcgrad.vjp(lambda x: function(x, n), x)[0],
        "jvp": lambda x, n: srcgrad.jvp(lambda x: function(x, n), (x,), (1.0,)),
        "grad of grad": lambda x, n: srcgrad.grad(srcgrad.grad(function))(x, n),
    }
    for name, way in ways.items():
        way(1.5, 2)
        with pytest.raises(UnboundLocalError):
            way(1.5, 0)
            pytest.fail(name)
