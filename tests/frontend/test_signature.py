"""Names that a function takes from outside."""

import builtins

import numpy as np
import pytest

from srcgrad.frontend.signature import free_names

LEVEL = 2.0


def names(function):
    return set(free_names(function))


def test_globals_builtins_and_cells():
    shift = 1.0

    def f(x):
        local = abs(x)
        return np.sum(local) * LEVEL + shift + x.LEVEL_ATTRIBUTE

    found = free_names(f)
    assert set(found) == {"abs", "np", "LEVEL", "shift"}
    assert found["np"]() is np and found["LEVEL"]() == 2.0 and found["shift"]() == 1.0 and found["abs"]() is abs


def test_nested_code():
    shift = 1.0

    def f(x):
        own = x

        def g(y):
            return [own + shift + LEVEL for _ in range(len(y))]

        return (lambda z: max(z))(g(x))

    assert names(f) == {"shift", "LEVEL", "range", "len", "max"}


def test_values_are_read_live(monkeypatch):
    shift = 1.0

    def f(x):
        return LEVEL * x + shift

    found = free_names(f)
    shift = 5.0
    monkeypatch.setitem(globals(), "LEVEL", 7.0)
    assert (found["LEVEL"](), found["shift"]()) == (7.0, 5.0)


def test_a_global_may_hide_a_builtin(monkeypatch):
    def f(x):
        return abs(x)

    found = free_names(f)
    monkeypatch.setitem(globals(), "abs", "mine")
    assert found["abs"]() == "mine"
    monkeypatch.delitem(globals(), "abs")
    assert found["abs"]() is builtins.abs


def test_unbound_names_raise_as_the_function_would():
    if names is None:
        late = 1.0

    def f(x):
        return late + missing_name  # noqa: F821

    found = free_names(f)
    for name in ("late", "missing_name"):
        with pytest.raises(NameError, match=name):
            found[name]()


def test_class_bodies():
    def f(x):
        class Local:
            size = LEVEL
            double = size * 2

            def method(self):
                return len(self.parts)

        return Local().double * x

    assert {"LEVEL", "len"} <= names(f)
    assert "size" not in names(f)
