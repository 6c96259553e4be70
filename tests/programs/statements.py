"""try, raise, assert, with, match, global reads, prints, imports: statements that are not arithmetic."""

# ruff: noqa: B904
import contextlib
import warnings

import numpy as np

from .registry import program

EVENTS = []


class Failed(Exception):
    pass


class Timer:
    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, *_):
        self.open = False
        return False


@contextlib.contextmanager
def noting(tag):
    EVENTS.append(f"enter {tag}")
    try:
        yield 2.0
    finally:
        EVENTS.append(f"leave {tag}")


@program(lambda r: (r.num(),))
def try_without_an_exception(x):
    try:
        y = x * x
    except ValueError:
        y = x
    return y * x


@program(lambda r: (r.num(),))
def try_with_an_exception(x):
    y = x
    try:
        y = x * x
        raise ValueError("no")
        y = x * 100
    except ValueError:
        y = y * 3
    return y


@program(lambda r: (r.num(),))
def try_except_else_finally(x):
    y = x
    try:
        y = y * x
    except ZeroDivisionError:
        y = -1.0
    else:
        y = y + x
    finally:
        y = y * 2
    return y


@program(lambda r: (r.num(),))
def finally_runs_on_return(x):
    log = []

    def f(v):
        try:
            return v * v
        finally:
            log.append(v)

    return f(x) * log[0] + len(log)


@program(lambda r: (r.num(), 0))
def division_by_zero_caught(x, n):
    try:
        y = x / n
    except ZeroDivisionError:
        y = x * x
    return y


@program(lambda r: (r.num(),))
def key_error_caught(x):
    d = {"a": x}
    s = 0.0
    for key in ["a", "b", "a"]:
        try:
            s += d[key]
        except KeyError as error:
            s *= x + len(error.args)
    return s


@program(lambda r: (r.num(),))
def exception_in_a_helper_caught(x):
    def risky(v):
        w = v * v
        if w > 0.01:
            raise Failed(w)
        return w

    try:
        y = risky(x)
    except Failed:
        y = x**3
    return y


@program(lambda r: (r.vec(3),))
def stores_before_an_exception(x):
    y = x.copy()
    try:
        y[0] = y[1] * y[2]
        y[1] = y[0] * 2
        y[7] = 1.0
        y[2] = 100.0
    except IndexError:
        y[2] = y[1] * y[2]
    return np.sum(y * y)


@program(lambda r: (r.num(),), raises=ValueError)
def raises_its_own_exception(x):
    y = x * x
    if y > 0:
        raise ValueError(f"y is positive after {len('abc')} steps")
    return y


@program(lambda r: (r.num(),), raises=Failed)
def raises_from_a_helper_in_a_loop(x):
    def check(v, k):
        if k == 2:
            raise Failed("third")
        return v * 2

    for k in range(4):
        x = check(x, k)
    return x


@program(lambda r: (r.vec(3),), raises=IndexError)
def raises_an_index_error(x):
    return x[0] * x[5]


@program(lambda r: (r.num(),), raises=AssertionError)
def assertion_fails(x):
    y = x * x
    assert y < 0, "must be negative"
    return y


@program(lambda r: (r.num(),), raises=ZeroDivisionError)
def division_by_zero_raises(x):
    return x / (len("a") - 1)


@program(lambda r: (r.num(),))
def nested_try(x):
    y = x
    try:
        try:
            y = y * x
            raise KeyError("inner")
        except ValueError:
            y = -1.0
        finally:
            y = y + x
    except KeyError:
        y = y * 2
    return y


@program(lambda r: (r.num(),))
def try_in_a_loop_with_exits(x):
    s = x
    for k in range(5):
        try:
            if k == 1:
                continue
            if k == 3:
                break
            s = s * x + k
        finally:
            s = s + 0.1 * x
    return s


@program(lambda r: (r.num(),))
def exception_reraised(x):
    y = x
    try:
        try:
            raise Failed("a")
        except Failed:
            y = y * 2
            raise
    except Failed:
        y = y * x
    return y


@program(lambda r: (r.num(),))
def with_errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = x / np.float64(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = y * x
    return y


@program(lambda r: (r.num(),))
def with_an_object(x):
    with Timer() as t:
        y = x * x if t.open else 0.0
    return y * (1.0 if not t.open else 0.0)


@program(lambda r: (r.num(),), reset=EVENTS.clear, observe=lambda: list(EVENTS))
def with_a_context_manager(x):
    y = x
    with noting("a") as k, noting("b"):
        y = y * k * x
    return y


@program(lambda r: (r.num(),), reset=EVENTS.clear, observe=lambda: list(EVENTS))
def return_inside_with(x):
    with noting("a"):
        if x > 0:
            return x * x
    return x


@program(lambda r: (r.num(),))
def exception_suppressed(x):
    y = x
    with contextlib.suppress(ValueError):
        y = y * x
        raise ValueError
    return y * 3


@program(lambda r: (r.num(), 2))
def match_literals(x, n):
    match n:
        case 1:
            return x
        case 2 | 3:
            y = x * x
        case _:
            y = 0.0
    return y * x


@program(lambda r: (r.num(),))
def match_structures(x):
    s = 0.0
    for shape in [("circle", x), ("box", x, 2.0), {"side": x}, [x, x * x, 1.0], None]:
        match shape:
            case ("circle", radius):
                s += 3 * radius**2
            case ("box", a, b) if a > 0:
                s += a * b
            case {"side": a}:
                s *= a
            case [first, *rest]:
                s += first * sum(rest)
            case None:
                s += x
    return s


@program(lambda r: (r.num(),), reset=EVENTS.clear, observe=lambda: list(EVENTS))
def effects_happen_once(x):
    y = x
    for k in range(3):
        EVENTS.append(k)
        print("step", k)
        y = y * x
    print(f"done {y > 0}", end="!\n")
    return y


@program(lambda r: (r.num(),))
def prints_active_values(x):
    y = x * x
    print(y, x)
    print(f"{y:.3f}")
    return y * x


@program(lambda r: (r.num(), r.num()), (0, 1))
def passive_statements(x, y):
    n = 3
    name = "abc".upper()
    flags = [c == "B" for c in name]
    n += sum(flags)
    n <<= 1
    n |= 1
    n ^= 2
    n //= 2
    return x**n * y + len(name)


@program(lambda r: (r.num(),))
def assertions_about_active_values(x):
    y = x * x
    assert y >= 0 and np.isfinite(y), f"bad {y}"
    assert isinstance(y, float)
    return y * x


@program(lambda r: (r.num(),))
def expression_statements(x):
    x * 2  # noqa: B018
    "text"  # noqa: B018
    ...
    len([x])
    np.sin(x)
    return x * x


@program(lambda r: (r.vec(3),))
def ellipsis_pass_and_nothing(x):
    if False:
        pass
    for _ in range(2):
        pass
    while False:
        x = x * 100
    return np.sum(x * x)


@program(lambda r: (r.num(),))
def raise_from_inside_an_except(x):
    y = x
    try:
        try:
            y = y * x
            _ = [][1]
        except IndexError as error:
            y = y + x
            raise Failed("again") from error
    except Failed as failure:
        y = y * (2.0 if failure.__cause__ is not None else 100.0)
    return y


@program(lambda r: (r.num(),))
def retry_loop(x):
    y = x
    tries = 0
    while True:
        try:
            tries += 1
            y = y * 1.5
            if tries < 3:
                raise Failed(tries)
            break
        except Failed:
            y = y + x
    return y * tries


HISTORY = []


@program(lambda r: (r.num(), r.vec(2)), (0, 1), reset=HISTORY.clear, observe=lambda: list(HISTORY))
def values_kept_in_an_outer_list(x, w):
    for i in range(3):
        x = x * w[0] + i
        HISTORY.append(float(x))
        HISTORY.append((i, w * x))
    HISTORY.append({"x": x})
    return x + np.sum(w)


@program(lambda r: (r.vec(3),))
def imports_of_its_own(x):
    import math as m
    from functools import reduce

    import numpy as numbers

    y = numbers.tanh(x)
    return reduce(lambda a, b: a * b + m.sin(a), y) * numbers.sum(y)


@program(lambda r: (r.vec(3), True))
def an_import_in_a_branch(x, way):
    if way:
        import math as m
    else:
        import cmath as m
    return m.sin(x[0]) * x[1]


@program(lambda r: (r.num(),), raises=ImportError)
def an_import_that_fails(x):
    from math import no_such_function

    return no_such_function(x)
