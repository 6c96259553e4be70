"""Assignment in every form, without stores into arrays or containers that the caller sees."""

# ruff: noqa: E702, F841
import numpy as np

from .registry import program


@program(lambda r: (r.num(),))
def identity(x):
    return x


@program(lambda r: (r.num(),))
def constant_result(x):
    return 3.0


@program(lambda r: (r.vec(4),))
def constant_result_of_an_array(x):
    y = x * 2
    return 1.5


@program(lambda r: (r.num(),))
def chain_of_names(x):
    a = x * x
    b = a + x
    c = a * b
    return c - b


@program(lambda r: (r.num(),))
def rebound_name(x):
    y = x * x
    y = y * x
    y = np.sin(y)
    return y * y


@program(lambda r: (r.num(),))
def argument_rebound(x):
    x = x * x
    x = x + np.cos(x)
    return x


@program(lambda r: (r.vec(3),))
def array_argument_rebound(x):
    x = x * x
    x = x + np.cos(x)
    return np.sum(x)


@program(lambda r: (r.num(),))
def several_targets(x):
    a = b = x * 3.0
    a = a * a
    return a + b


@program(lambda r: (r.num(), r.num()), (0, 1))
def tuple_targets(x, y):
    a, b = x * y, x + y
    return a * b


@program(lambda r: (r.num(), r.num()), (0, 1))
def swap_names(x, y):
    x, y = y, x
    return x**2 + 3 * y


@program(lambda r: (r.num(), r.num(), r.num()), (0, 1, 2))
def rotate_three_names(x, y, z):
    for _ in range(4):
        x, y, z = y, z, x * 0.5
    return x * y + z


@program(lambda r: (r.num(), r.num()), (0, 1))
def simultaneous_update(x, y):
    x, y = x + y, x * y
    x, y = y - x, np.sin(x)
    return x * y


@program(lambda r: (r.num(),))
def nested_targets(x):
    (a, b), c = (x, x * x), x**3
    [d, e] = [a * b, c]
    return a + b * c + d * e


@program(lambda r: (r.vec(4),))
def unpack_an_array(x):
    a, b, c, d = x
    return a * b + c * d


@program(lambda r: (r.vec(2, 3),))
def unpack_rows(x):
    first, second = x
    return np.sum(first * second)


@program(lambda r: (r.vec(5),))
def starred_target(x):
    first, *middle, last = x
    return first * last + sum(m * m for m in middle)


@program(lambda r: (r.vec(5),))
def starred_of_a_list(x):
    first, *rest = [x[0], x[1] * x[2], x[3] + x[4]]
    return first * rest[0] * rest[1]


@program(lambda r: (r.vec(3),))
def starred_empty(x):
    a, b, *rest, c = x
    return a * b * c + len(rest)


@program(lambda r: (r.num(),))
def augmented_scalars(x):
    y = x
    y += 2.0 * x
    y *= x
    y -= np.sin(x)
    y /= 1.0 + x
    y **= 2
    return y


@program(lambda r: (r.num(),))
def augmented_leaves_the_first_name(x):
    y = x
    y += x  # a float: y is rebound, x stays
    y *= y
    return y + x


@program(lambda r: (r.num(),))
def augmented_by_itself(x):
    y = x
    y *= y
    y += y
    y -= y * 0.25
    return y


@program(lambda r: (r.num(),))
def floor_and_remainder_by_constants(x):
    a = (x * 10) % 3.0
    b = (x * 10) // 3.0
    return a * a + b


@program(lambda r: (r.num(),))
def walrus(x):
    return (y := x * x) + y * x


@program(lambda r: (r.num(),))
def walrus_in_a_condition(x):
    if (y := x * x) > 0.1:
        return y * x
    return y


@program(lambda r: (r.num(),))
def walrus_rebinding_in_one_expression(x):
    return x * (x := x + 1.0) + x


@program(lambda r: (r.num(),))
def annotated(x: float) -> float:
    y: float = x * 2.0
    z: float
    z = y * x
    return z


@program(lambda r: (r.num(),))
def deleted_name(x):
    y = x * x
    z = y * 3.0
    del y
    y = z * x
    return y + z


@program(lambda r: (r.num(),))
def dead_code(x):
    y = x * x
    unused = np.exp(y) / (y - y + 1.0)
    z = y * 2
    unused = z
    return z


@program(lambda r: (r.num(),))
def semicolons(x):
    a = x * x; b = a * x  # fmt: skip
    return a + b


@program(lambda r: (r.num(),))
def same_value_many_times(x):
    return x * x * x + x / x + x - x + (x if x > 0 else -x)


@program(lambda r: (r.num(), r.num()), 1)
def second_argument(x, y):
    return x * y**3


@program(lambda r: (r.num(), r.vec(3)), (1, 0))
def arguments_in_another_order(x, y):
    return np.sum(x * y * y)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def an_argument_that_does_not_matter(x, y):
    return np.sum(x * x)


@program(lambda r: (r.num(), 3, "name", None, True), 0)
def passive_arguments(x, n, text, nothing, flag):
    if flag and nothing is None:
        return x**n * len(text)
    return x


@program(lambda r: (r.num(),), kwargs={"scale": 2.5})
def keyword_argument(x, scale=1.0):
    return scale * x * x


@program(lambda r: (r.num(),))
def default_argument(x, scale=1.5, *, power=3):
    return scale * x**power


@program(lambda r: (r.num(),))
def names_of_ours(x_bar):
    # the user owns names that an adjoint program would like to use
    y_bar = x_bar * x_bar
    y = y_bar + x_bar
    rt = y * 2.0
    t = rt * y_bar
    saved = t + rt
    return saved * y


@program(lambda r: (r.num(),))
def names_with_underscores(_x):
    __y = _x * _x
    _ = __y * _x
    return _ + __y


@program(lambda r: (r.num(),))
def names_of_builtins(x):
    sum = x * x
    len = sum * x
    list = len + sum
    return list * 2.0


@program(lambda r: (r.num(),))
def unicode_names(x):
    α = x * x
    β_1 = α * x
    return α + β_1


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def alias_of_an_array_not_stored_into(x, y):
    z = x
    w = z
    z = z * y
    return np.sum(z * w * x)


@program(lambda r: (np.float64(1.25),))
def numpy_scalar_argument(x):
    return x * np.sin(x)


@program(lambda r: (np.array(1.25),))
def zero_dimensional_argument(x):
    return x * np.sin(x) + x[()]


@program(lambda r: (r.vec(3).astype(np.float32),), tolerance=1e-4)
def float32_argument(x):
    y = np.tanh(x) * 2.0
    return np.sum(y * y)


@program(lambda r: (np.float32(1.25),), tolerance=1e-4)
def float32_scalar_argument(x):
    return x * x * 3.0


@program(lambda r: (r.vec(0),))
def empty_array(x):
    return np.sum(x * x) + 1.0


@program(lambda r: (r.vec(2, 0),))
def empty_matrix(x):
    return np.sum(np.sum(x * x, axis=0)) + 1.0


@program(lambda r: (np.asfortranarray(r.vec(3, 2)),))
def fortran_order(x):
    return np.sum(x * x * np.arange(6.0).reshape(3, 2))


@program(lambda r: (r.vec(6)[::2],))
def strided_argument(x):
    return np.sum(x**3)


@program(lambda r: (np.broadcast_to(r.num(), (3,)),))
def read_only_argument(x):
    return np.sum(x * x * np.array([1.0, 2.0, 3.0]))
