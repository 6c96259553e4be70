"""Functions of equal code in two modules are two functions."""

import importlib.util
import types

import numpy as np
import pytest

import srcgrad
from srcgrad.core.identity import ByIdentity
from srcgrad.recorded import transform

TEXT = """import numpy as np
import {what}


def f(x, items):
    items.append(part.scale(x))  # what 'part' is tells whether 'scale' is looked up on a module
    return items[-1] * x
"""
PART = "def scale(x):\n    return {factor} * x\n"


def loaded(folder, name, text):
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Part:
    def __init__(self, factor):
        self.factor = factor

    def scale(self, x):
        return self.factor * x


@pytest.mark.parametrize("module_first", [True, False])
def test_equal_code_of_two_modules(tmp_path, module_first):
    text = TEXT.format(what="math")
    one, other = loaded(tmp_path, "one", text), loaded(tmp_path, "other", text)
    one.part = loaded(tmp_path, "part", PART.format(factor=2.0))
    other.part = Part(np.float64(3.0))
    assert one.f.__code__ == other.f.__code__ and one.f.__code__ is not other.f.__code__
    expected = {one: 8.0, other: 12.0}
    for module in (one, other) if module_first else (other, one):
        assert srcgrad.grad(module.f)(2.0, []) == pytest.approx(expected[module])


def test_one_code_with_two_sets_of_globals(tmp_path):
    one = loaded(tmp_path, "one", TEXT.format(what="math"))
    one.part = loaded(tmp_path, "part", PART.format(factor=2.0))
    twin = types.FunctionType(one.f.__code__, {**vars(one), "part": Part(3.0)}, "f")
    first, second = transform.transform(one.f), transform.transform(twin)
    assert "part.scale" in first.text and "part.scale" not in second.text


def test_a_table_forgets_with_the_key():
    class Key:
        pass

    table, key = ByIdentity(), Key()
    table[key] = 1
    assert (table.get(key), table.get(Key()), len(table)) == (1, None, 1)
    del key
    assert len(table) == 0
