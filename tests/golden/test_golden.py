"""Emitted programs are those in the files, run by themselves, are right, are read again, and are as short as by hand.

`pytest tests/golden --update-golden` writes the files anew, and refuses to write a program whose gradient is wrong.
"""

import ast
import importlib.util

import numpy as np
import pytest

from srcgrad import pipeline
from srcgrad.frontend import source
from srcgrad.normalise import flatten, units
from srcgrad.testing import numerical_gradient

from . import cases

CASES = {case.name: case for case in cases.load()}


@pytest.fixture(scope="module", autouse=True)
def written(request):
    """Writes the files first, if asked to."""
    if request.config.getoption("--update-golden"):
        for case in CASES.values():
            update(case)


def programs(case):
    """The texts of the files of a case, as they are made now."""
    made = {
        "normal.py": pipeline.dump(case.function, case.wrt, args=case.arguments, after="normal"),
        "adjoint.py": pipeline.dump(case.function, case.wrt, args=case.arguments, standalone=True),
    }
    if case.name in cases.TANGENTS:
        made["tangent.py"] = pipeline.dump(
            case.function, case.wrt, args=case.arguments, standalone=True, mode="forward"
        )
    return {"source.py": cases.source_of(case), **{name: text.rstrip("\n") + "\n" for name, text in made.items()}}


def update(case):
    texts = programs(case)
    assert_is_gradient(case, function_in(texts["adjoint.py"], case, "the program that was to be written"))
    if "tangent.py" in texts:
        assert_is_tangent(case, function_in(texts["tangent.py"], case, "the program that was to be written"))
    case.folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (case.folder / name).write_text(text, encoding="utf-8")


def function_in(text, case, file):
    space = {"__name__": f"golden_{case.name}"}
    exec(compile(text, str(file), "exec"), space)
    return next(space[name] for name in (f"{case.function.__name__}_{end}" for end in ("grad", "jvp")) if name in space)


def emitted(case, file="adjoint", end="grad"):
    """The gradient (or the tangent) in the file, imported as any module is."""
    spec = importlib.util.spec_from_file_location(f"golden_{case.name}_{file}", case.folder / f"{file}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, f"{case.function.__name__}_{end}")


def assert_is_gradient(case, gradient):
    found = gradient(*fresh(case.arguments))
    expected = numerical_gradient(case.function, fresh(case.arguments), argnums=case.wrt)
    assert_alike(found, expected, case.name)


def assert_is_tangent(case, program):
    """The value is that of the function, the tangent the product of the numerical gradient and a direction."""
    gradient = numerical_gradient(case.function, fresh(case.arguments), argnums=case.argnums)
    draw = np.random.default_rng(3)
    dots = [draw.standard_normal(np.shape(case.arguments[number])) for number in case.argnums]
    y, y_dot = program(*fresh(case.arguments), *dots)
    slope = sum(np.sum(g * dot) for g, dot in zip(gradient, dots, strict=True))
    np.testing.assert_allclose(y, case.function(*fresh(case.arguments)), rtol=1e-12, err_msg=case.name)
    np.testing.assert_allclose(y_dot, slope, rtol=1e-6, err_msg=case.name)


def fresh(value):
    """The same arguments, in memory of their own."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(fresh, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def assert_alike(found, expected, name):
    if isinstance(expected, (list, tuple)):
        assert type(found) is type(expected) and len(found) == len(expected), name
        for one, other in zip(found, expected, strict=True):
            assert_alike(one, other, name)
        return
    assert np.shape(found) == np.shape(expected), name
    assert np.asarray(found).dtype == np.asarray(expected).dtype, name
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7 * (1 + np.max(np.abs(expected))), err_msg=name)


def statements(text):
    """How many statements a program has, apart from imports, docstrings and the heads of functions."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    return sum(not isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom)) for node in found)


@pytest.mark.parametrize("name", CASES)
def test_the_program_is_the_one_in_the_file(name):
    case = CASES[name]
    for file, text in programs(case).items():
        assert (case.folder / file).read_bytes().decode() == text, (
            f"{name}/{file}: pytest --update-golden writes it anew"
        )


@pytest.mark.parametrize("name", CASES)
def test_the_program_in_the_file_is_the_gradient(name):
    assert_is_gradient(CASES[name], emitted(CASES[name]))


@pytest.mark.parametrize("name", cases.TANGENTS)
def test_the_program_in_the_file_is_the_tangent(name):
    assert_is_tangent(CASES[name], emitted(CASES[name], "tangent", "jvp"))


@pytest.mark.parametrize("name", CASES)
def test_the_front_end_reads_the_program_again(name):
    function = emitted(CASES[name])
    tree = source.find(function).tree
    assert tree.name == function.__name__
    unit = flatten.flatten(units.unit_of(function), set())
    assert unit.body


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.expert])
def test_the_program_is_about_as_short_as_by_hand(name):
    case = CASES[name]
    count = statements((case.folder / "adjoint.py").read_text(encoding="utf-8"))
    assert count <= 1.3 * case.expert, f"{count} statements, {case.expert} by hand"


def test_every_folder_is_a_case():
    folders = {path.name for path in cases.FOLDER.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == set(CASES)


def test_a_wrong_gradient_is_not_written(monkeypatch):
    case = CASES["recurrence"]
    before = (case.folder / "adjoint.py").read_bytes()
    text = before.decode().replace("np.sin", "np.cos")
    monkeypatch.setitem(globals(), "programs", lambda case: {"adjoint.py": text})
    with pytest.raises(AssertionError):
        update(case)
    assert (case.folder / "adjoint.py").read_bytes() == before
