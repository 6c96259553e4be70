"""The public face: what `grad` accepts, what it returns, what it is, and when a program is made again."""

import copy
import functools
import gc
import inspect
import itertools
import linecache
import pickle
import threading
import tracemalloc
import types

import numpy as np
import pytest

import srcgrad
from srcgrad import pipeline
from srcgrad.emit import load
from srcgrad.pipeline import matching

SCALE = 2.0
W, X = np.array([1.0, 2.0]), np.array([3.0, 5.0])


def loss(w, x):
    """The sum of squares."""
    return SCALE * np.sum((w * x) ** 2)


def power(x, n=2, /, *, scale=1.0):
    return scale * x**n


def with_aux(w, x):
    y = w * x
    return np.sum(y), y


def filled(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = x * (i + 1) + y[i - 1] ** 2
    return np.sum(y), {"whole": y, "part": [y[:2]], "name": "y"}


def collected(x):
    found = []
    for _ in range(3):
        x = x * x
        found.append(x)
    return found


def with_collected(x):
    found = []
    for _ in range(2):
        x = x * x
        found.append(x)
    return x * found[0], found


def with_collected_by_helper(x):
    found = collected(x)
    again = collected(found[1])
    return found[0] * again[1], (found, again)


@srcgrad.grad
def decorated(x):
    return x**3


@srcgrad.grad(argnums="w")
def decorated_by_name(x, w):
    return x * w**2


@pytest.fixture
def built(monkeypatch):
    """A list that grows by the name of the function whenever a program is made."""
    found = []
    build = pipeline.Recipe.build

    def counted(self, *args, **keywords):
        found.append(self.name)
        return build(self, *args, **keywords)

    monkeypatch.setattr(pipeline.Recipe, "build", counted)
    monkeypatch.setattr(pipeline, "shared", pipeline.Shared())
    return found


def close(found, expected):
    if isinstance(expected, tuple):
        assert type(found) is tuple and len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            close(a, b)
    else:
        assert type(found) is type(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-7)


# ---- what it returns ------------------------------------------------------------------------------------------------

W_BAR, X_BAR = 4 * W * X**2, 4 * W**2 * X


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, W_BAR), (1, X_BAR), (-1, X_BAR), (-2, W_BAR), ("w", W_BAR), ("x", X_BAR),
        ((0,), (W_BAR,)), (("x",), (X_BAR,)), ((1, 0), (X_BAR, W_BAR)), (["w", -1], (W_BAR, X_BAR)),
    ],
)  # fmt: skip
def test_argnums(argnums, expected):
    close(srcgrad.grad(loss, argnums)(W, X), expected)
    value, found = srcgrad.value_and_grad(loss, argnums)(W, X)
    assert value == loss(W, X)
    close(found, expected)


def test_has_aux():
    y = W * X
    close(srcgrad.grad(with_aux, has_aux=True)(W, X), (X, y))
    close(srcgrad.grad(with_aux, (0,), has_aux=True)(W, X), ((X,), y))
    close(srcgrad.value_and_grad(with_aux, (0, 1), True)(W, X), ((np.sum(y), y), (X, W)))


@pytest.mark.parametrize("function", [filled, with_collected, with_collected_by_helper])
def test_aux_is_what_the_function_returned_whatever_the_reverse_sweep_undoes(function):
    value, aux = function(1.5)
    numerical = (function(1.5 + 1e-6)[0] - function(1.5 - 1e-6)[0]) / 2e-6
    (found_value, found_aux), gradient = srcgrad.value_and_grad(function, has_aux=True)(1.5)
    assert found_value == value and repr(found_aux) == repr(aux)
    assert gradient == pytest.approx(numerical, rel=1e-6)
    gradient, found_aux = srcgrad.grad(function, has_aux=True)(1.5)
    assert gradient == pytest.approx(numerical, rel=1e-6) and repr(found_aux) == repr(aux)


def test_keywords_and_defaults():
    assert srcgrad.grad(power)(3.0) == 6.0
    assert srcgrad.grad(power)(3.0, 3, scale=2.0) == 54.0
    assert srcgrad.grad(power, "scale")(3.0, scale=2.0) == 9.0
    close(srcgrad.grad(loss, "x")(x=X, w=W), X_BAR)


def test_decorators():
    assert decorated(2.0) == 12.0
    assert decorated_by_name(3.0, 2.0) == 12.0
    value = srcgrad.value_and_grad(argnums=1)(lambda x, y: x * y)(2.0, 3.0)
    assert value == (6.0, 2.0)


def test_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        def loss(self, w):
            return self.k * w * w

        slope = srcgrad.grad(loss, "w")

        @srcgrad.grad(argnums=1)
        def curve(self, w):
            return self.k * w**3

    model = Model(5.0)
    assert model.slope(2.0) == 20.0
    assert model.curve(w=2.0) == 60.0
    assert Model.slope(model, 2.0) == 20.0
    assert "w_bar" in srcgrad.source(model.slope)
    assert srcgrad.grad(model.loss)(2.0) == 20.0


def test_closures_read_their_cells_at_each_call(built):
    k = 2.0
    slope = srcgrad.grad(lambda x: k * x)
    assert slope(1.0) == 2.0
    k = 3.0
    assert slope(1.0) == 3.0
    assert len(built) == 1
    k = np.float32(4.0)
    assert slope(1.0) == 4.0
    assert len(built) == 2


# ---- when a program is made -----------------------------------------------------------------------------------------


def test_one_program_per_kind_of_arguments(built):
    slope = srcgrad.grad(loss)
    for _ in range(2):
        for n in (2, 3):
            slope(np.ones(n), np.ones(n))
            slope(np.ones(n, np.float32), np.ones(n, np.float32))
        slope(np.ones((2, 1)), np.ones((2, 3)))
        slope(np.ones((2, 3)), np.ones((2, 3)))
    assert len(built) == 4


class Pair(list):
    pass


def assorted():
    """Values of many kinds, some of one kind."""
    return [
        1.0, 1, True, False, None, "a", "b", 1j, np.float32(1), np.float64(1), np.int64(1), np.bool_(True), np.ones(2), np.ones(1),
        np.ones((1, 2)), np.ones((2, 1)), np.ones((2, 2)), np.ones(2, np.float32), np.ones(2, int), np.array(1.0),
        [1.0], [1], [1.0, 2.0], (1.0,), [[1.0]], {"a": 1.0}, {"b": 1.0}, {"a": 1}, {1: 1.0}, {True: 1.0}, [1.0] * 20, [1] * 20,
        (1.0,) * 20, [1.0] * 19 + [1], np.sin, np, len, loss, power, int, Pair([1.0]), [], [np.ones(2), None], (np.ones((2, 1)), "a"),
        np.ones(3), np.ones((3, 2)), np.ones(2).astype(">f8"), np.ones((1, 2)).view(np.matrix), np.ones(10**6), np.ones((2, 0)),
    ]  # fmt: skip


def test_keys_tell_kinds_apart():
    from srcgrad.analyses.kinds import of_value

    values = assorted()
    keys = [pipeline.key_of(value) for value in values]
    for i, key in enumerate(keys):
        hash(key)
        for j in range(i):
            if key == keys[j]:
                assert of_value(values[i]) == of_value(values[j]), (values[i], values[j])
    assert keys.index(pipeline.key_of({"b": 2.0})) == next(
        i for i, v in enumerate(values) if type(v) is dict and "b" in v
    )
    assert pipeline.key_of([1.0] * 30) == pipeline.key_of([2.0] * 20)


def test_the_test_for_values_agrees_with_their_keys():
    values = assorted()
    keys = [pipeline.key_of(value) for value in values]
    told = 0
    for key, made_for in zip(keys, values, strict=True):
        fits = matching.predicate_of((key,), (made_for,))
        for value, other in zip(values, keys, strict=True):
            if fits is not None and fits(value):
                assert key == other, (key, value)
                told += 1
    assert told >= len(values) - 10  # mappings, long lists and objects are left to their keys
    given = values[0], [np.ones(2)]
    fits = matching.predicate_of(tuple(map(pipeline.key_of, given)), given)
    assert fits(2.0, [np.ones(3)])
    for others in ((2, [np.ones(3)]), (2.0, [np.ones(1)]), (2.0, (np.ones(3),)), (2.0, [np.ones(3), 1.0]), (2.0, [])):
        assert not fits(*others)


def test_a_function_that_is_redefined_in_place_is_seen():
    def f(x):
        return x * x

    slope = srcgrad.grad(f)
    assert [slope(3.0) for _ in range(3)] == [6.0] * 3
    f.__code__ = (lambda x: 5.0 * x).__code__
    assert [slope(3.0) for _ in range(3)] == [5.0] * 3
    f.__code__ = (lambda x: "text").__code__
    for _ in range(2):
        with pytest.raises(TypeError):
            slope(3.0)


def test_functions_that_have_a_rule_only():
    assert srcgrad.grad(np.sin)(0.0) == 1.0
    assert srcgrad.grad(np.multiply, argnums=1)(2.0, 3.0) == 2.0
    close(srcgrad.grad(np.linalg.norm)(np.array([3.0, 4.0])), np.array([0.6, 0.8]))


def test_arguments_that_have_their_defaults_are_not_taken_for_others():
    a, up = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([[10.0, 20.0], [30.0, 40.0]])
    for axis in (-1, 0, 1, 0, -1):  # -1 is the default, and left out of the call
        close(srcgrad.vjp(np.sort, a, axis)[1](up)[0], srcgrad.vjp(lambda x, axis=axis: np.sort(x, axis), a)[1](up)[0])
    close(srcgrad.vjp(np.sort, a)[1](up)[0], np.array([[20.0, 10.0], [30.0, 40.0]]))
    assert "def sort_grad(a):" in srcgrad.source(srcgrad.grad(np.sort))


def bounded(x, *, min=0.5, len=2.0):
    return np.sum(x * min * len)


def until_negative(x, min=0.5):
    s = 0.0
    for i in range(len(x)):
        if x[i] < 0:
            break
        s += x[i] * min
    return s


def by_name(x, *, sum=2.0):
    return until_negative(x, min=x[0]) * sum + bounded(x, min=3.0)


def any_number(x, *min, **rt):
    return np.sum(x * x) * len(min) * rt.get("a", 2.0)


@pytest.mark.parametrize("function", [bounded, until_negative, by_name])
def test_parameters_may_be_called_as_builtins_are(function):
    srcgrad.check_grads(function, (np.array([1.0, 2.0]),), modes=("rev", "fwd"))
    y, pull = srcgrad.vjp(lambda x: function(x), X)
    close(pull(1.0)[0], srcgrad.grad(function)(X))
    assert srcgrad.grad(bounded, argnums="min")(X, min=3.0) == 16.0
    close(srcgrad.grad(any_number)(X, 1, 2, a=3.0), 12 * X)


cells = itertools.count()


def test_a_redefined_helper_is_seen(built):
    space = {"np": np, "srcgrad": srcgrad}

    def define(text):
        name = f"<cell {next(cells)}>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        exec(compile(text, name, "exec"), space)

    define("def helper(x):\n    return x * x\ndef f(x):\n    return helper(x)\n")
    slope = srcgrad.grad(space["f"])
    assert slope(3.0) == 6.0
    define("def helper(x):\n    return x * x * x\n")
    assert slope(3.0) == 27.0
    assert slope(3.0) == 27.0
    assert len(built) == 2


@pytest.mark.parametrize("call", ["helper(x)", "library.helper(x)", "outer(x)"])
def test_a_helper_that_is_not_named_in_the_program_is_seen(call):
    """The program holds the forward and the reverse part of a helper with a loop, and its name nowhere."""
    space = {"np": np, "library": types.ModuleType("library")}

    def define(text):
        name = f"<cell {next(cells)}>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        exec(compile(text, name, "exec"), space)

    def helper(power):
        body = f"    s = 0 * x\n    for i in range(3):\n        s = s + x**{power}\n    return s\n"
        define(f"def helper(x):\n{body}library.helper = helper\n")

    helper(2)
    define(f"def outer(x):\n    return helper(x)\ndef f(x):\n    return np.sum({call})\n")
    slope = srcgrad.grad(space["f"])
    close(slope(np.full(2, 3.0)), np.full(2, 18.0))
    helper(3)
    close(slope(np.full(2, 3.0)), np.full(2, 81.0))


def test_functions_of_one_text_and_other_helpers_are_told_apart():
    found = []
    for helper in (lambda x: np.sum(x), lambda x: np.sum(x) * np.sum(x)):
        text = "def f(x):\n    return helper(x)\n"
        f = load.load(text, "f", {"helper": helper})
        found.append(srcgrad.grad(f)(np.ones(2)))
    close(found[0], np.ones(2))
    close(found[1], np.full(2, 4.0))


def test_closures_of_one_code_share_their_program(built):
    def step(k):
        return srcgrad.grad(lambda w: np.sum(k * w))(np.ones(2))

    for k in (1.0, 2.0, 3.0):
        close(step(k), np.full(2, k))
    assert len(built) == 1
    close(step(np.arange(2.0)), np.arange(2.0))
    assert len(built) == 2


def test_a_cell_with_another_function_is_another_program(built):
    def apply(helper):
        return srcgrad.grad(lambda x: helper(x))(3.0)

    assert apply(lambda x: x * x) == 6.0
    assert apply(lambda x: x**3) == 27.0
    assert apply(np.square) == 6.0


def test_shared_programs_keep_no_data_alive():
    def step(size):
        batch = np.ones(size)
        return srcgrad.grad(lambda w: np.sum(batch * w))(2.0)

    step(100_000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for size in range(100_000, 100_020):
        step(size)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 400_000


def test_the_cache_is_bounded():
    def f(x, name):
        return x * len(name)

    slope = srcgrad.grad(f)
    for i in range(pipeline.KEPT + 10):
        assert slope(1.0, f"{i:03}") == 3.0
    assert sum(map(len, slope._recipe._made.values())) == pipeline.KEPT
    texts = sum(name.startswith("<srcgrad f_") for name in linecache.cache)
    assert texts <= pipeline.KEPT + 1


def test_threads():
    slope = srcgrad.grad(loss)
    wrong = []

    def work(number):
        for n in range(1, 8):
            w = np.full(n + number % 2, float(number))
            if not np.allclose(slope(w, w), 4 * w**3):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---- what it is -----------------------------------------------------------------------------------------------------


def test_it_looks_like_the_function():
    slope = srcgrad.grad(loss)
    assert slope.__name__ == "loss" and slope.__doc__ == loss.__doc__ and slope.__wrapped__ is loss
    assert inspect.signature(slope) == inspect.signature(loss)
    assert repr(slope) == "<gradient of loss with respect to w, from test_api.py>"
    assert (
        repr(srcgrad.value_and_grad(loss, (0, 1)))
        == "<value and gradient of loss with respect to w and x, from test_api.py>"
    )


def test_source():
    slope = srcgrad.grad(loss)
    general = slope.source
    assert general.startswith("# Gradient of loss with respect to w, from test_api.py\n")
    slope(W, X)
    assert srcgrad.source(slope) == slope.source
    assert inspect.getsource(slope.emitted(W, X)) in slope.source
    again = srcgrad.grad(loss)
    again(W, X)
    assert again.source == slope.source
    assert again._repr_html_().startswith("<pre># Gradient")
    with pytest.raises(srcgrad.ArgumentError, match=r"write source\(grad\(loss\)\)"):
        srcgrad.source(loss)


def test_emitted():
    slope = srcgrad.grad(loss)
    close(slope.emitted(W, X)(W, X), W_BAR)


def test_pickle_and_copy():
    close(pickle.loads(pickle.dumps(srcgrad.grad(loss, (1,))))(W, X), (X_BAR,))
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated and copy.copy(decorated) is decorated


def test_stop_gradient():
    assert srcgrad.stop_gradient(W) is W
    assert srcgrad.grad(lambda x: x * srcgrad.stop_gradient(x))(3.0) == 3.0


def test_gradients_of_gradients():
    second = srcgrad.grad(srcgrad.grad(lambda x: x**3))
    assert second(2.0) == pytest.approx(12.0)
    assert "def " in second.source
    k = 2.0
    second = srcgrad.grad(srcgrad.grad(lambda x: k * x**3))
    assert second(2.0) == pytest.approx(24.0)
    k = 3.0
    assert second(2.0) == pytest.approx(36.0)


# ---- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "keywords"),
    [((), {}), ((W,), {}), ((W, X, X), {}), ((W, X), {"w": W}), ((W,), {"y": X}), ((W, X), {"k": 1})],
)
def test_a_wrong_call_fails_as_the_function_does(args, keywords):
    with pytest.raises(TypeError) as expected:
        loss(*args, **keywords)
    with pytest.raises(TypeError) as found:
        srcgrad.grad(loss)(*args, **keywords)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2, "argument 'w' is the integer 2, which has no derivative; pass 2.0 instead of 2"),
        (True, "argument 'w' is the truth value True"),
        (np.int64(2), "the integer 2"),
        (np.arange(3), r"an array of dtype int64.*w.astype\(float\)"),
        (1j, "complex number"),
        (np.ones(2) * 1j, "dtype complex128; pass w.real and w.imag"),
        ("text", "a str, which has no derivative"),
        (None, "None, which has no derivative"),
        ([], "a list without a float"),
        ({"a": 1}, "a dict without a float"),
        (np.array(["a"]), "dtype <U1"),
    ],
)
def test_arguments_without_a_derivative(value, message):
    with pytest.raises(srcgrad.ArgumentError, match=message) as caught:
        srcgrad.grad(loss)(value, X)
    assert isinstance(caught.value, TypeError)
    with pytest.raises(srcgrad.ArgumentError, match="grad of loss"):  # nor at a second call
        srcgrad.grad(loss)(value, X)


@pytest.mark.parametrize(
    ("argnums", "message"),
    [
        (2, "argnums=2 is out of range; it has 2 positional parameters"),
        (-3, "argnums=-3 is out of range"),
        ("v", "there is no parameter 'v'; the parameters are w, x"),
        ((0, "w"), "names the argument 'w' twice"),
        ((), "argnums is empty"),
        (True, "not True"),
        (1.0, "not 1.0"),
    ],
)
def test_argnums_that_are_not_there(argnums, message):
    with pytest.raises(srcgrad.ArgumentError, match=message):
        srcgrad.grad(loss, argnums)


def test_what_is_no_function():
    with pytest.raises(srcgrad.ArgumentError, match=r"write grad\(f\)\(x\)"):
        srcgrad.grad(3.0)


def test_exceptions_of_the_function_pass():
    def f(x):
        if x < 0:
            raise KeyError("negative")
        return x

    with pytest.raises(KeyError, match="negative"):
        srcgrad.grad(f)(-1.0)


@pytest.mark.parametrize(
    "value", [lambda x: x, lambda x: (x, x), lambda x: None, lambda x: int(x[0]) > 0, lambda x: x[0] * 1j]
)
def test_results_without_a_gradient(value):
    with pytest.raises(srcgrad.ResultError) as caught:
        srcgrad.grad(lambda x: value(x))(X)
    assert isinstance(caught.value, srcgrad.SrcgradError) and isinstance(caught.value, TypeError)


def test_wrappers():
    @functools.wraps(loss)
    def wrapper(*args, **keywords):
        return loss(*args, **keywords)

    close(srcgrad.grad(wrapper, "x")(W, X), X_BAR)
    close(srcgrad.grad(wrapper, (0, 1))(W, X), (W_BAR, X_BAR))
    with pytest.raises(srcgrad.ArgumentError, match="out of range: the call gives 2 arguments"):
        srcgrad.grad(wrapper, 5)(W, X)


# ---- rules ----------------------------------------------------------------------------------------------------------


def test_an_elementwise_rule():
    cube = np.frompyfunc(lambda x: x**3, 1, 1)
    slope = srcgrad.grad(lambda x: cube(x))
    with pytest.raises(srcgrad.SrcgradError):
        slope(2.0)
    srcgrad.rule(cube, "3 * x**2")
    assert slope(2.0) == 12.0
    srcgrad.rule(cube, None)
    assert slope(2.0) == 0.0


def test_a_tangent_rule_serves_reverse_mode_too():
    def mixed(a, b):
        return np.frompyfunc(lambda p, q: float(p) ** 2 * float(q), 2, 1)(a, b).astype(float)

    @srcgrad.rule(mixed, tangent="a")
    def one(a, a_dot, b):
        return 2 * a * a_dot * b

    @srcgrad.rule(mixed, tangent="b")
    def other(a, b_dot):
        return a**2 * b_dot

    a, b = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0])
    assert srcgrad.check_grads(mixed, (a, b)) < 1e-7

    def listed(a, b):  # run by recording
        items = [a]
        for item in items:
            if len(items) < 2:
                items.append(item * b)
        return np.sum(mixed(items.pop(), b))

    assert srcgrad.check_grads(listed, (a, b)) < 1e-7


def test_rules_of_one_name_do_not_meet():
    def double(v):
        return np.asarray([float(e) * 2 for e in v])

    def triple(v):
        return np.asarray([float(e) * 3 for e in v])

    def declare(function, factor):
        @srcgrad.rule(function, adjoint="v")
        def bar(v, *, y_bar):
            return factor * y_bar

    declare(double, 2.0)
    declare(triple, 3.0)
    bar = 5.0

    def f(v):
        bar = v[0] * 7.0
        return np.sum(double(v)) + np.sum(triple(v)) + bar

    assert np.array_equal(srcgrad.grad(f)(np.array([1.0, 2.0])), [12.0, 5.0]) and bar == 5.0


def test_an_adjoint_rule():
    def weird(a, b):
        raise_it = [0]
        raise_it.sort(key=lambda _: 0)
        return a * b

    @srcgrad.rule(weird, adjoint="b")
    def weird_b(a, b, *, y_bar):
        result = 10 * a
        return result * y_bar

    assert srcgrad.grad(lambda b: weird(2.0, b))(3.0) == 20.0
    assert weird_b(2.0, 3.0, y_bar=1.0) == 20.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: srcgrad.rule(loss), "needs a derivative"),
        (lambda: srcgrad.rule(3, "x"), "takes a function"),
        (lambda: srcgrad.rule(loss, "x1", adjoint="w"), "not both"),
        (lambda: srcgrad.rule(loss, tangent="w", adjoint="w"), "not both"),
        (lambda: srcgrad.rule(loss, tangent="w")(lambda w, x_dot: w), "takes x_dot; it may take w, x, y, w_dot"),
        (lambda: srcgrad.rule(loss, "x +"), "not a Python expression"),
        (lambda: srcgrad.rule(loss, "x1 * q", None), "reads q; a partial may read x1, x2, y, np"),
        (lambda: srcgrad.rule(loss, 2.0), "a text or None"),
        (lambda: srcgrad.rule(loss, adjoint="v")(lambda w: w), "no parameter 'v'"),
        (lambda: srcgrad.rule(loss, adjoint="w")(lambda q: q), "takes q; it may take w, x, y, y_bar"),
    ],
)
def test_rules_with_mistakes(make, message):
    with pytest.raises(srcgrad.ArgumentError, match=message):
        make()
    close(srcgrad.grad(loss)(W, X), W_BAR)


@pytest.mark.parametrize(
    "function",
    [str, print, lambda x: str(x), lambda x: np.ones(3), lambda x: object(), lambda x: f"{x}", lambda x: print(end="")],
    ids=range(7),
)
def test_a_result_without_a_derivative_has_to_be_a_number_as_well(function):
    with pytest.raises(srcgrad.SrcgradError, match="real number|str|print"):
        srcgrad.grad(lambda x: function(x))(3.0)


# ---- what stands for several arguments, and pairs ---------------------------------------------------------------------------


def test_the_name_of_any_number_of_arguments_is_refused():
    def f(x, *more, **options):
        return x * more[0] * options["scale"]

    for name in ("more", "options"):
        with pytest.raises(srcgrad.ArgumentError, match=f"'{name}' stands for any number of arguments"):
            srcgrad.grad(f, name)(1.0, 2.0, scale=3.0)
    assert srcgrad.grad(f, 1)(1.0, 2.0, scale=3.0) == 3.0
    assert srcgrad.grad(f, "scale")(1.0, 2.0, scale=3.0) == 2.0


@pytest.mark.parametrize("result", [lambda x: x * x, lambda x: (x * x, 1, 2), lambda x: [x * x, 1]])
def test_what_is_not_a_pair_has_no_other(result):
    x = np.float64(3.0)
    for call in (
        lambda: srcgrad.grad(result, has_aux=True)(x),
        lambda: srcgrad.value_and_grad(result, has_aux=True)(x),
        lambda: srcgrad.vjp(result, x, has_aux=True),
        lambda: srcgrad.jvp(result, (x,), (x,), has_aux=True),
    ):
        with pytest.raises(srcgrad.ResultError, match="has_aux=True needs a pair"):
            call()
