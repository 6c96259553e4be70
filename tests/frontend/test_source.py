"""Finding the source of functions, from every place where functions live."""

import functools
import importlib
import linecache
import os
import subprocess
import sys
import textwrap
import time
import types

import gast
import numpy as np
import pytest

from srcgrad.core.errors import SourceNotFound
from srcgrad.frontend import source


def text_of(function):
    """The function's source as `ast.unparse` writes it: the tree that was found, in a form that can be compared."""
    import ast

    return ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(source.find(function).tree)))


def plain(x, y=2.0, *rest, key=None, **more):
    """A docstring."""
    return x * y


def test_a_plain_function():
    found = source.find(plain)
    assert isinstance(found.tree, gast.FunctionDef)
    assert found.function is plain and found.filename == __file__
    assert found.tree.lineno == found.first_line == plain.__code__.co_firstlineno
    assert found.lines[0] == "def plain(x, y=2.0, *rest, key=None, **more):"
    assert found.lines[-1] == "    return x * y"
    returned = found.tree.body[-1]
    assert linecache.getline(__file__, returned.lineno)[returned.col_offset :] == "return x * y\n"


def test_the_tree_is_fresh_each_time():
    first = source.find(plain).tree
    first.body.clear()
    assert source.find(plain).tree.body


def passed(function):
    return function


@passed
@functools.lru_cache(
    maxsize=8,
)
def decorated(x):
    return x + 1


@passed
def decorated_simply(x):
    return x + 2


def test_decorators_are_stripped():
    found = source.find(decorated_simply)
    assert found.tree.decorator_list == [] and found.lines[0].startswith("def decorated_simply")
    assert source.find(decorated.__wrapped__).tree.decorator_list == []
    with pytest.raises(SourceNotFound, match="lru_cache_wrapper"):
        source.find(decorated)  # __wrapped__ is followed by the caller


class Model:
    scale = 3.0

    def method(self, x):
        return self.scale * x

    @staticmethod
    def static(x):
        return x - 1

    @classmethod
    def on_class(cls, x):
        return x - 2

    @property
    def value(self):
        return self.__hidden(4)

    def __hidden(self, x):
        return x + self.__secret

    class Inner:
        def method(self, x):
            return x * 11


def test_methods():
    model = Model()
    assert "self.scale * x" in text_of(model.method)
    assert "self.scale * x" in text_of(Model.method)
    assert "x - 1" in text_of(Model.static)
    assert "x - 2" in text_of(Model.on_class)
    assert "__hidden(4)" in text_of(Model.value.fget)
    assert "self.__secret" in text_of(Model._Model__hidden)
    assert "x * 11" in text_of(Model.Inner.method)


def test_nested_functions_and_closures():
    a = 2.0

    def inner(x):
        def innermost(y):
            return a * y

        return innermost(x)

    assert "return a * y" in text_of(inner)
    assert source.find(inner).tree.col_offset == 4


def twice(x):
    return 1 * x


first_twice = twice


def twice(x):  # noqa: F811
    return 2 * x


def test_the_same_name_twice_in_a_file():
    assert "1 * x" in text_of(first_twice)
    assert "2 * x" in text_of(twice)


def test_lambdas():
    f = lambda x: x**2  # noqa: E731
    tree = source.find(f).tree
    assert isinstance(tree, gast.FunctionDef) and tree.name == "lambda_"
    assert text_of(f) == "def lambda_(x):\n    return x ** 2"
    assert tree.body[0].lineno == f.__code__.co_firstlineno


def test_lambdas_on_one_line_are_told_apart():
    f, g, h = lambda x: x + 1, lambda x: x + 1.0, lambda x, y=3: x + y
    assert [text_of(k).splitlines()[1].strip() for k in (f, g, h)] == ["return x + 1", "return x + 1.0", "return x + y"]
    same = [lambda x: x * 5, lambda x: x * 5]
    if sys.version_info >= (3, 11):
        columns = [source.find(k).tree.col_offset for k in same]
        assert columns[0] < columns[1]
    outer = lambda x: lambda y: x + y  # noqa: E731
    assert "lambda y" in text_of(outer) and "lambda" not in text_of(outer(1)).splitlines()[1]
    zeros = lambda: 0.0, lambda: -0.0, lambda: 0, lambda: False
    assert [text_of(k).splitlines()[1].strip() for k in zeros] == [
        "return 0.0",
        "return -0.0",
        "return 0",
        "return False",
    ]


def test_lambda_over_several_lines():
    (f,) = (
        lambda x: (
            x
            + 1
        ),
    )  # fmt: skip
    assert "x + 1" in text_of(f)


def test_a_module_frozen_into_the_interpreter():
    assert source.find(os.path.join).filename == os.path.__file__


def with_assert(x):
    assert x > 0, "positive"

    def inner(y):
        assert y < 3
        return y * 4

    return inner(x)


def test_assertions_rewritten_by_pytest():
    assert "return y * 4" in text_of(with_assert)


def test_asynchronous_functions_and_generators():
    async def wait(x):
        return x

    def generate(x):
        yield x

    assert isinstance(source.find(wait).tree, gast.AsyncFunctionDef)
    assert "yield x" in text_of(generate)


def test_columns_count_characters():
    def greek(α):
        s = "ωωωω" + str(α)
        return s

    tree = source.find(greek).tree
    call = tree.body[0].value.right
    line = linecache.getline(__file__, call.lineno)
    assert line[call.col_offset : call.end_col_offset] == "str(α)"


def test_linecache_entries():
    """Notebook cells and generated code live in linecache only."""
    text = "from __future__ import annotations\ndef cell(x: float) -> float:\n    return x / 7\n"
    name = "<cell 7>"
    space = {}
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), space)
    try:
        assert "x / 7" in text_of(space["cell"])
        later = "def cell(x):\n    return x / 8\n"
        linecache.cache[name] = (len(later), None, later.splitlines(True), name)
        with pytest.raises(SourceNotFound):
            source.find(space["cell"])
    finally:
        del linecache.cache[name]


def test_future_statement_of_an_earlier_cell():
    text = "def cell(x):\n    def inner(y: float) -> float:\n        return y\n    return inner(x)\n"
    name, space = "<cell 8>", {}
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    import __future__

    exec(compile(text, name, "exec", __future__.annotations.compiler_flag), space)
    assert "return inner(x)" in text_of(space["cell"])
    del linecache.cache[name]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module, and imports or reloads it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "edited_module.py"
    loaded = []

    def write(text):
        path.write_text(textwrap.dedent(text))

    def load():
        importlib.invalidate_caches()
        loaded[:] = [importlib.reload(loaded[0]) if loaded else importlib.import_module("edited_module")]
        return loaded[0]

    yield types.SimpleNamespace(path=path, write=write, load=load)
    sys.modules.pop("edited_module", None)
    linecache.cache.pop(str(path), None)


@pytest.mark.parametrize(
    "edit",
    ["def f(x):\n    return 3 * x\n", "\n\ndef f(x):\n    return 2 * x\n", "def f(x:\n", ""],
    ids=["changed", "moved", "broken", "emptied"],
)
def test_a_file_edited_since_import(module, edit):
    module.write("def f(x):\n    return 2 * x\n")
    loaded = module.load()
    module.write(edit + "# longer, so that the size differs\n" * 3)
    with pytest.raises(SourceNotFound, match="changed since it was imported"):
        source.find(loaded.f)


def test_comments_may_change(module):
    module.write("def f(x):\n    return 2 * x\n")
    loaded = module.load()
    module.write("def f(x):\n    return 2 * x  # twice\n")
    assert "2 * x" in text_of(loaded.f)


def test_a_reloaded_module(module):
    module.write("def f(x):\n    return 2 * x\n")
    loaded = module.load()
    assert "2 * x" in text_of(loaded.f)
    module.write("def f(x):\n    return 33 * x  # longer\n")
    assert "33 * x" in text_of(module.load().f)


def test_a_missing_file(module):
    module.write("def f(x):\n    return 2 * x\n")
    loaded = module.load()
    module.path.unlink()
    with pytest.raises(SourceNotFound, match="missing or cannot be read"):
        source.find(loaded.f)


def test_functions_without_source():
    for thing, reason in [
        (len, "built in"),
        (np.sin, "ufunc"),
        (functools.partial(plain, 1), "partial"),
        (Model, "type"),
        (3, "int"),
    ]:
        with pytest.raises(SourceNotFound, match=reason):
            source.find(thing)
    space = {}
    exec("def made(x):\n    return x", space)
    with pytest.raises(SourceNotFound, match="exec"):
        source.find(space["made"])
    with pytest.raises(SourceNotFound, match="exec"):
        source.find(eval("lambda x: x"))


def test_standard_input(package_environment):
    program = (
        "from srcgrad.frontend import source\ndef f(x):\n    return x\n"
        "try:\n    source.find(f)\nexcept source.SourceNotFound as e:\n    print(e)\n"
    )
    command = [sys.executable]
    done = subprocess.run(command, input=program, env=package_environment, capture_output=True, text=True, timeout=60)
    assert "typed at a prompt that keeps no text" in done.stdout, done.stderr


def test_a_zipped_module(tmp_path, monkeypatch):
    import zipfile

    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("zipped_module.py", "def f(x):\n    return x * 6\n")
    monkeypatch.syspath_prepend(archive)
    import zipped_module

    assert "x * 6" in text_of(zipped_module.f)


def test_it_is_fast():
    """After the first time in a file, a typical function takes well below 2 ms (here with room for a busy machine)."""
    source.find(plain)
    spent = []
    for _ in range(20):
        begin = time.perf_counter()
        source.find(plain)
        spent.append(time.perf_counter() - begin)
    assert min(spent) < 0.002
