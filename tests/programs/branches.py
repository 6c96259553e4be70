"""Branches: conditions on active and passive values, conditions overwritten later, variables of one branch only."""

# ruff: noqa: F821
import numpy as np

from .registry import program


@program(lambda r: (r.num(),))
def if_else(x):
    if x > 1.0:
        y = x * x
    else:
        y = np.sin(x)
    return y


@program(lambda r: (r.num(),))
def if_without_else(x):
    y = x
    if x > 0.1:
        y = y * x
    return y


@program(lambda r: (r.num(), r.num(), r.num()), (0, 1, 2))
def elif_chain(x, y, z):
    if x > 100:
        a = x
    elif y > 100:
        a = y
    elif z > 0:
        a = x * y * z
    else:
        a = z
    return a * x


@program(lambda r: (r.num(),))
def condition_overwritten(x):
    y = x
    if y > 0:
        y = -y * x
    else:
        y = y + x
    if y > 0:
        y = y * 3
    else:
        y = y * y
    return y


@program(lambda r: (r.num(), True))
def flag_overwritten(x, flag):
    if flag:
        x = x * x
        flag = False
    else:
        x = x * 5
    if flag:
        x = x * 7
    else:
        x = np.sin(x)
    return x


@program(lambda r: (r.num(), 2))
def passive_condition(x, n):
    if n == 1:
        return x
    if n == 2:
        return x * x
    return x**3


@program(lambda r: (r.num(),))
def variable_of_one_branch(x):
    if x > 0:
        t = x * x
        y = t * 2
    else:
        y = x
    if x > 0:
        y = y + t
    return y


@program(lambda r: (r.num(),))
def variable_changes_type(x):
    y = None
    if x > 0:
        y = x * x
    if y is None:
        return x
    return y * x


@program(lambda r: (r.vec(3),))
def float_then_array(x):
    y = 0.0
    if x[0] < 100:
        y = x * 2
    return np.sum(y * x)


@program(lambda r: (r.vec(3), 0))
def array_or_float(x, n):
    y = np.sum(x) if n > 0 else x
    z = y * 2.0
    return np.sum(z * x)


@program(lambda r: (r.num(), r.num()), (0, 1))
def nested_ifs(x, y):
    if x > 0:
        if y > 1e3:
            z = x
        else:
            if x + y > 0:
                z = x * y
            else:
                z = y
        z = z * x
    else:
        z = y
    return z


@program(lambda r: (r.num(),))
def early_returns(x):
    if x < 0:
        return -x
    y = x * x
    if y > 100:
        return y
    if x > 0.01:
        y = y + 1
        return y * x
    return y


@program(lambda r: (r.num(),))
def code_after_a_return(x):
    return x * x
    x = x * 3
    return x


@program(lambda r: (r.num(), 0.0))
def division_protected_by_a_condition(x, y):
    return x / y if y != 0 else x * x


@program(lambda r: (r.num(), None))
def short_circuit_protects(x, y):
    if y is not None and y > x:
        return y
    if y is None or y > 3:
        return x * x
    return x


@program(lambda r: (r.vec(3),))
def condition_on_a_reduction(x):
    if np.sum(x) > 0 or np.all(x > -100):
        return np.sum(x * x)
    return np.sum(x)


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def condition_on_an_array_test(x, y):
    if np.any(x > 100) or (y > 100).any():
        return np.sum(x)
    if x.shape == y.shape and x.ndim == 1:
        return x @ y
    return np.sum(y)


@program(lambda r: (r.num(), r.num()), (0, 1))
def branch_swaps_names(x, y):
    a, b = x, y
    if x < y:
        a, b = b, a
    return a / b + a


@program(lambda r: (r.vec(4),))
def branches_of_a_loop(x):
    s = 0.0
    p = 1.0
    for i in range(len(x)):
        if x[i] > 0:
            s = s + x[i] ** 2
        elif i % 2 == 0:
            p = p * x[i]
        else:
            s = s * x[i]
    return s + p


@program(lambda r: (r.num(),))
def branch_with_pass(x):
    y = x * x
    if y > 0:
        pass
    else:
        y = y * 3
    if y < 0:
        y = y * 2
    else:
        pass
    return y


@program(lambda r: (r.num(),))
def condition_with_a_side_effect(x):
    seen = []

    def check(v):
        seen.append(v > 0)
        return v > 0

    y = x
    if check(y):
        y = y * y
    if check(-y):
        y = y * 3
    return y * len(seen)


@program(lambda r: (r.num(),))
def condition_reads_what_the_branch_writes(x):
    n = 0
    y = x
    if n == 0:
        n = 1
        y = y * x
    if n == 1:
        n = 2
        y = np.exp(-y)
    return y * n


@program(lambda r: (r.num(), "sin"))
def condition_on_text(x, kind):
    if kind == "sin":
        return np.sin(x) * x
    elif kind in ("cos", "tan"):
        return np.cos(x)
    raise ValueError(kind)


@program(lambda r: (r.num(),))
def ternary_nested(x):
    return x if x > 10 else x * x if x > 5 else x**3 if x > 0 else -x


@program(lambda r: (r.num(),))
def dictionary_of_branches(x):
    y = {True: x * x, False: -x}[x > 0]
    return y * x


@program(lambda r: (r.vec(3),))
def isinstance_test(x):
    if isinstance(x, np.ndarray):
        return np.sum(x * x)
    return x


@program(lambda r: (r.vec(2, 3),))
def condition_on_shape(x):
    if x.ndim == 2 and len(x) == 2 and x.size > 3 and x.shape[1] == 3:
        x = x.T @ x
    return np.sum(x * x)


@program(lambda r: (-0.7,))
def piecewise_on_the_other_side(x):
    if x > 0:
        y = np.log(x)
    elif x > -0.5:
        y = x * 3
    else:
        y = np.exp(x)
    return y * y


@program(lambda r: (r.vec(4), "scaled", 2), name="match_on_a_mode")
def match_on_a_mode(x, mode, n):
    s = 0.0
    for i in range(len(x)):
        match (mode, i)[0]:
            case "plain" | "scaled" if i == 0:
                s += x[i] ** 2
            case "plain":
                s -= x[i]
            case None | False:
                continue
            case str() as word:
                match n:
                    case int():
                        s = s * x[i] + len(word)
                        if i == 2:
                            return s * x[-1]
            case _:
                raise ValueError(mode)
    return s
