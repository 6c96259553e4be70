"""A gradient leaves the world as the function leaves it, and sees the world as the function would; on the straight road and on the recorded one."""

import concurrent.futures
import gc
import inspect
import linecache
import multiprocessing
import pickle
import sys
import threading
import traceback
import types
import weakref

import numpy as np
import pytest

import srcgrad

X = np.array([1.0, 2.0, 3.0])
SCALE = 2.0


def helper(x):
    return x * SCALE


def straight(x):
    return np.sum(helper(x) ** 2)


class Model:
    def __init__(self, a):
        self.a = a
        self.log = []

    def step(self, k):
        self.a = self.a * k
        self.log.append(np.sum(self.a))
        return self


def recorded(x):
    model = Model(x)
    for i in range(3):
        try:
            model.step(1.0 + 0.1 * i)
        finally:
            model.log.append(np.sum(helper(model.a) ** 2))
    return sum(model.log)


ROADS = pytest.mark.parametrize("function", [straight, recorded], ids=["straight", "recorded"])


def differences(function, x=X, step=1e-5):
    return np.array([(function(x + step * e) - function(x - step * e)) / (2 * step) for e in np.eye(len(x))])


def agrees(gradient, function):
    np.testing.assert_allclose(gradient(X), differences(function), rtol=1e-6)


def in_another_process(gradient):
    return gradient(X)


# ---- threads and processes ----------------------------------------------------------------------------------------------------------


@ROADS
def test_threads_make_the_first_call_together(function):
    gradient, start = srcgrad.grad(function), threading.Barrier(6)

    def work(_):
        start.wait()
        return [gradient(X) for _ in range(3)]

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        found = [g for part in pool.map(work, range(6)) for g in part]
    for one in found:
        np.testing.assert_allclose(one, differences(function), rtol=1e-6)


@ROADS
def test_gradients_are_pickled_as_functions_are(function):
    gradient = srcgrad.grad(function)
    gradient(X)
    agrees(pickle.loads(pickle.dumps(gradient)), function)


@pytest.mark.parametrize("method", sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods())))
def test_gradients_work_in_a_pool_of_processes(method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        for function in (straight, recorded):
            found = pool.submit(in_another_process, srcgrad.grad(function)).result()
            np.testing.assert_allclose(found, differences(function), rtol=1e-6)


# ---- what the world looks like afterwards -------------------------------------------------------------------------------------------


def scaled_by_items(x, items):
    s = 0.0
    for v in items:
        s += v * x
        if v > 2:
            break
    return s


def scaled_by_two(x, items):
    try:
        return next(items) * x * next(items) * next(items)
    finally:
        pass


@pytest.mark.parametrize("function", [scaled_by_items, scaled_by_two])
@pytest.mark.parametrize("make", [srcgrad.grad, srcgrad.value_and_grad])
def test_iterators_are_advanced_as_by_one_call(function, make):
    for items in (iter([1.0, 2.0, 3.0, 4.0]), (v for v in [1.0, 2.0, 3.0, 4.0])):
        make(function)(2.0, items)
        assert list(items) == [4.0]


def drawing(x, random):
    return np.sum(x * random.normal(size=3))


def drawing_recorded(x, random):
    try:
        return np.sum(x * random.normal(size=3))
    finally:
        pass


@pytest.mark.parametrize("function", [drawing, drawing_recorded])
def test_random_generators_are_advanced_as_by_one_call(function):
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    function(X, one)
    srcgrad.grad(function)(X, other)
    assert one.random() == other.random()


@ROADS
def test_functions_classes_and_globals_stay_as_they_were(function):
    space = dict(globals())
    state = [
        (f.__code__, f.__defaults__, dict(f.__dict__)) for f in space.values() if isinstance(f, types.FunctionType)
    ]
    members = dict(vars(Model))
    srcgrad.grad(function)(X)
    assert space == dict(globals()) and members == dict(vars(Model))
    assert state == [
        (f.__code__, f.__defaults__, dict(f.__dict__)) for f in space.values() if isinstance(f, types.FunctionType)
    ]


def test_what_escapes_works_on():
    kept = []

    def f(x):
        model = Model(x).step(2.0)
        kept.append((model, lambda v: v * model.a[0], (v * x[0] for v in [1.0, 2.0]), map(lambda v: v * x[1], [3.0])))
        return kept[-1][1](3.0)

    srcgrad.grad(f)(X)
    model, times, items, mapped = kept[0]
    assert times(2.0) == 4.0 and list(items) == [1.0, 2.0] and list(mapped) == [6.0]
    assert pickle.loads(pickle.dumps(model)).step(1.0).log == [12.0, 12.0]


def test_objects_are_not_kept_alive():
    seen = []

    def f(x):
        model = Model(x)
        seen.append(weakref.ref(model))
        return np.sum(model.step(2.0).a)

    srcgrad.grad(f)(X)
    gc.collect()
    assert seen[0]() is None


def raise_it(y):
    raise LookupError("here")


def failing(x):
    y = x * 2
    raise_it(y)
    return y


def failing_recorded(x):
    try:
        y = x * 2
        raise_it(y)
    finally:
        y = 0
    return y


@pytest.mark.parametrize("function", [failing, failing_recorded])
def test_exceptions_arrive_with_their_type_and_their_lines(function):
    with pytest.raises(LookupError, match="here") as caught:
        srcgrad.grad(function)(2.0)
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise LookupError("here")' in text and "raise_it(y)" in text


def test_an_interruption_breaks_nothing():
    def interrupted(x, on):
        model = Model(x)
        if on:
            raise KeyboardInterrupt
        return np.sum(model.step(2.0).a)

    gradient = srcgrad.grad(interrupted)
    with pytest.raises(KeyboardInterrupt):
        gradient(X, True)
    np.testing.assert_array_equal(gradient(X, False), [2.0, 2.0, 2.0])


# ---- what the gradient sees of the world --------------------------------------------------------------------------------------------


@ROADS
def test_helpers_and_globals_that_change_are_seen(function, monkeypatch):
    gradient = srcgrad.grad(function)
    agrees(gradient, function)
    module = sys.modules[__name__]
    for value in (3.0, np.array([1.0, 2.0, 3.0]), 2):
        monkeypatch.setattr(module, "SCALE", value)
        agrees(gradient, function)
    monkeypatch.setattr(module, "helper", lambda x: x * x)
    agrees(gradient, function)
    monkeypatch.undo()
    agrees(gradient, function)
    monkeypatch.setattr(helper, "__code__", (lambda x: x * 7.0).__code__)  # as reloading in a notebook does
    agrees(gradient, function)


def test_methods_and_defaults_that_change_are_seen(monkeypatch):
    def power(x, k=2.0):
        return x**k

    def f(x):
        return np.sum(power(x))

    gradient, other = srcgrad.grad(f), srcgrad.grad(recorded)
    agrees(gradient, f)
    power.__defaults__ = (3.0,)
    agrees(gradient, f)
    agrees(other, recorded)

    def step(self, k):
        self.a = self.a * k * 2
        self.log.append(np.sum(self.a))
        return self

    monkeypatch.setattr(Model, "step", step)
    agrees(other, recorded)


def test_cells_tables_and_objects_that_change_are_seen():
    act, table, options = np.sin, {"f": np.sin}, types.SimpleNamespace(k=2.0, mode="power")

    def f(x):
        y = act(x) + table["f"](x)
        return np.sum(y**options.k) if options.mode == "power" else np.sum(y) * options.k

    gradient = srcgrad.grad(f)
    agrees(gradient, f)
    act = np.cos
    agrees(gradient, f)
    act = lambda v: v**2  # noqa: E731
    agrees(gradient, f)
    table["f"] = np.exp
    agrees(gradient, f)
    options.k = 3.0
    agrees(gradient, f)
    options.mode = "sum"
    agrees(gradient, f)


def test_functions_of_notebook_cells():
    for number, body in ((1, "x**2"), (2, "x**3")):
        text = f"import numpy as np\ndef f(x):\n    return np.sum({body} * K)\nfs = [lambda x: np.sum(x), lambda x: np.sum(x * x)]\n"
        name = f"<ipython-input-{number}-faithful>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        space = {"__name__": "__main__", "K": 2.0}
        exec(compile(text, name, "exec"), space)
        for function in (space["f"], *space["fs"]):
            agrees(srcgrad.grad(function), function)


# ---- what is shown ------------------------------------------------------------------------------------------------------------------


def test_what_is_recorded_is_shown_with_the_reason():
    first, _, *rest = srcgrad.source(srcgrad.grad(recorded)).splitlines()
    assert first.startswith("# Gradient of recorded, recorded because it has no straight adjoint: ")
    assert "tape" in "\n".join(rest)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python keeps no columns")
def test_refusals_while_recording_have_a_caret():
    def f(x):
        try:
            return 1.0 + np.nditer(x)
        finally:
            pass

    with pytest.raises(srcgrad.Refused) as caught:
        srcgrad.grad(f)(X)
    lines = str(caught.value).splitlines()
    assert lines[1].endswith("return 1.0 + np.nditer(x)") and lines[2].strip(" |") == "^" * len("np.nditer(x)")


def inverted(x):
    y = x * 2.0
    return np.sum(np.linalg.inv(np.zeros((2, 2)) * y))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions take notes from Python 3.11 on")
@pytest.mark.parametrize(
    "derive",
    [
        lambda: srcgrad.grad(inverted)(1.0),
        lambda: srcgrad.jvp(inverted, (1.0,), (1.0,)),
        lambda: srcgrad.vjp(inverted, 1.0),
    ],
)
def test_an_exception_names_the_line_of_the_user(derive):
    with pytest.raises(np.linalg.LinAlgError) as caught:
        derive()
    line = inverted.__code__.co_firstlineno + 2
    assert caught.value.__notes__ == [f"{__file__}:{line}: return np.sum(np.linalg.inv(np.zeros((2, 2)) * y))"]


def lines_seen(function, *args):
    """The lines of this file at which a debugger would stop while a function runs."""
    seen = []

    def trace(frame, event, _):
        if frame.f_code.co_filename != __file__:
            return None
        if event == "line":
            seen.append((frame.f_code.co_name, frame.f_lineno, set(frame.f_locals)))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return seen


def test_a_debugger_stops_at_the_users_lines_of_a_recorded_program():
    plain, found = lines_seen(recorded, X), lines_seen(srcgrad.grad(recorded), X)
    users = [(name, line) for name, line, _ in plain if name in ("recorded", "step", "helper")]
    assert users and [(name, line) for name, line, _ in found if name in ("recorded", "step", "helper")] == users
    assert any(name == "step" and {"self", "k"} <= names for name, _, names in found)


def test_a_debugger_stops_in_an_emitted_program():
    gradient = srcgrad.grad(straight)
    gradient(X)
    emitted = gradient.emitted(X)
    text = inspect.getsource(emitted)
    assert text.startswith("def straight_grad(x):") and text in gradient.source + "\n"
    stops = []

    def trace(frame, event, _):
        if frame.f_code is not emitted.__code__:
            return None
        if event == "line":
            stops.append(linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip())
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        gradient(X)
    finally:
        sys.settrace(before)
    assert stops and all(stop in text for stop in stops)


def test_the_form_that_is_recorded_is_the_source_of_a_recorded_gradient():
    gradient = srcgrad.grad(recorded)
    gradient(X)
    text = srcgrad.source(gradient)
    assert "def recorded(x):" in text and "try:" in text and "tape.call(" in text and "tape.method(" in text
