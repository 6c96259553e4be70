"""Loading: emitted text behaves like a file."""

import gc
import inspect
import linecache
import traceback

import pytest

from srcgrad.emit import load

TEXT = "import math\n\n\ndef area(r):\n    return math.pi * helper(r)\n\n\ndef fails(r):\n    return r / 0\n"


def square(r):
    return r * r


def test_runs_and_shows_its_source():
    area = load.load(TEXT, "area", {"helper": square})
    assert abs(area(2.0) - 12.566370614359172) < 1e-12
    linecache.checkcache()
    assert inspect.getsource(area) == "def area(r):\n    return math.pi * helper(r)\n"
    assert inspect.getsourcefile(area).startswith("<srcgrad area#")
    assert area.__globals__["__name__"] == area.__module__


def test_tracebacks_show_the_line():
    with pytest.raises(ZeroDivisionError) as caught:
        load.load(TEXT, "fails", {})(1.0)
    assert "return r / 0" in traceback.format_tb(caught.value.__traceback__)[-1]


def test_two_functions_of_one_text_are_apart():
    first, second = load.load(TEXT, "area", {"helper": square}), load.load(TEXT, "area", {"helper": abs})
    assert first(2.0) != second(2.0)
    assert first.__code__.co_filename == second.__code__.co_filename
    del first
    gc.collect()
    assert inspect.getsource(second)


def test_the_text_goes_with_the_function():
    function = load.load("def lonely():\n    return 17\n", "lonely", {})
    filename = function.__code__.co_filename
    assert filename in linecache.cache
    del function
    gc.collect()
    load.load(TEXT, "area", {"helper": square})  # what is gone is forgotten with the next function
    assert filename not in linecache.cache


def signatures():
    def none(): ...
    def one(x): ...
    def some(x, /, y, *, z=3): ...
    def many(x, y=2, *rest, k, **more): ...
    def only(x, /): ...

    return [none, one, some, many, only]


@pytest.mark.parametrize("function", signatures())
@pytest.mark.parametrize(
    ("args", "keywords"),
    [
        ((), {}),
        ((1,), {}),
        ((1, 2), {}),
        ((1, 2, 3, 4), {}),
        ((1,), {"y": 5}),
        ((1, 2), {"k": 1, "q": 2}),
        ((), {"x": 1, "z": 1}),
    ],
)
def test_binder_binds_and_fails_as_the_function_does(function, args, keywords):
    signature = inspect.signature(function)
    bind = load.binder(signature, function.__qualname__)
    try:
        function(*args, **keywords)
    except TypeError as error:
        with pytest.raises(TypeError) as caught:
            bind(*args, **keywords)
        assert str(caught.value) == str(error)
        return
    bound = signature.bind(*args, **keywords)
    bound.apply_defaults()
    values = bind(*args, **keywords)
    assert values == tuple(bound.arguments.values())
    # and what was bound can be spread again over a function of the same signature
    assert load.spread(signature)(bind)(*values) == values


def test_wrapped():
    pair = load.load("def pair(x, *, k=1):\n    return x, k\n", "pair", {})
    wrapped = load.wrapped(pair, "(result, 0)")
    assert wrapped(1, k=2) == ((1, 2), 0)
    assert "result = pair(x, k=k)" in inspect.getsource(wrapped)
