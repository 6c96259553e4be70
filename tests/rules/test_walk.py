"""Walks the public names of the libraries: each function is in one of the lists, for silence is never a rule."""

import builtins
import importlib
import inspect
import math
import operator
import pathlib
import re

import numpy as np
import pytest

from srcgrad import rules
from srcgrad.rules import catalogue

# What the compiler itself looks into: containers, iteration, views of attributes, names of functions at run time.
ENGINE = {
    "builtins": {
        "all", "any", "breakpoint", "delattr", "dict", "enumerate", "filter", "frozenset", "getattr", "globals", "iter",
        "list", "locals", "map", "next", "reversed", "set", "setattr", "sorted", "tuple", "vars", "zip", "super",
        "property",
        "staticmethod", "classmethod", "aiter", "anext", "copyright", "credits", "license", "exit", "quit",
    },
    "operator": {"getitem", "setitem", "delitem", "concat", "attrgetter", "itemgetter", "methodcaller", "call"},
    "numpy": {"copyto", "put", "put_along_axis", "putmask", "place", "fill_diagonal", "nditer", "ndenumerate",
              "ndindex",
              "nested_iters", "errstate", "vectorize", "printoptions"},
}  # fmt: skip


def public(module):
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    found = {}
    for name in names:
        value = getattr(module, name, None)
        if callable(value) and not inspect.ismodule(value) and not isinstance(value, np.random.RandomState):
            found[name] = value
    return found


def missing(module):
    """The public functions of a module that no list mentions."""
    absent = []
    for name, value in public(module).items():
        if name in ENGINE.get(module.__name__, ()):
            continue
        if isinstance(value, type) and (issubclass(value, BaseException) or is_kind(value)):
            continue
        if catalogue.kind_of(value) == "unlisted":
            absent.append(name)
    return sorted(absent)


def is_kind(value):
    """Whether a class of NumPy is a kind of thing (a dtype, an array class, an iterator), no conversion."""
    if value.__module__.startswith("scipy"):
        return True  # solvers and systems, objects that keep something
    return value.__module__.startswith("numpy") and (inspect.isabstract(value) or value in KINDS)


KINDS = {
    np.generic, np.number, np.integer, np.signedinteger, np.unsignedinteger, np.inexact, np.floating,
    np.complexfloating,
    np.flexible, np.character, np.object_, np.void, np.ndarray, np.dtype, np.flatiter, np.broadcast, np.ufunc,
    np.matrix,
    np.memmap, np.recarray, np.record, np.char.chararray, np.poly1d, np.busdaycalendar,
}  # fmt: skip


@pytest.mark.parametrize(
    "module", [np, math, operator, builtins, np.linalg, np.fft, np.random], ids=lambda module: module.__name__
)
def test_every_public_function_is_in_a_list(module):
    assert missing(module) == []


@pytest.mark.parametrize("name", ["special", "linalg", "signal", "integrate"])
def test_every_function_of_scipy_is_in_a_list(name):
    assert missing(pytest.importorskip(f"scipy.{name}")) == []


def test_every_function_for_networks_is_differentiable_or_said_not_to_be():
    nn = importlib.import_module("srcgrad_runtime.nn")
    assert missing(nn) == []
    assert {name for name in nn.__all__ if catalogue.kind_of(getattr(nn, name)) != "differentiable"} == {
        "causal",
        "one_hot",
    }


def test_methods_of_generators_are_in_a_list():
    methods = {name: getattr(np.random.Generator, name) for name in catalogue.public_methods(np.random.Generator)}
    assert [
        name for name, method in methods.items() if catalogue.kind_of(method) == "unlisted" and name != "spawn"
    ] == []


def test_more_than_330_functions_are_differentiable():
    pytest.importorskip("scipy.special")
    modules = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special")
    assert sum(catalogue.counts()[module]["differentiable"] for module in modules) >= 330


def test_the_list_of_functions_is_current():
    """`python -m srcgrad.rules.catalogue > docs/functions.md`; the list is that of the versions it names."""
    scipy = pytest.importorskip("scipy")
    shown = (pathlib.Path(__file__).parents[2] / "docs" / "functions.md").read_text(encoding="utf-8")
    releases = re.search(r"NumPy (\S+) and\s+SciPy (\S+),", shown)
    if releases is None or releases.groups() != tuple(
        ".".join(v.split(".")[:2]) for v in (np.__version__, scipy.__version__)
    ):
        pytest.skip("the list was made with other versions")
    assert shown == catalogue.text()


def test_no_function_is_in_two_lists():
    table = {rule.function for rule in (*rules.table(), *rules.texts()) if hasattr(rule.function, "__hash__")}
    both = [f for f in table if rules.is_nondifferentiable(f) or rules.refusal(f)]
    assert not both, both


def test_names_of_the_runtime_are_unique():
    """`rt.name` means one function: no two modules of the runtime offer the same name."""
    import srcgrad_runtime

    owners = {}
    for path in sorted(pathlib.Path(srcgrad_runtime.__file__).parent.glob("*.py")):
        if path.stem != "__init__":
            module = importlib.import_module(f"srcgrad_runtime.{path.stem}")
            for name, value in vars(module).items():
                if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                    owners.setdefault(name, []).append(path.stem)
    offered = {n: o for n, o in owners.items() if len(o) > 1 and hasattr(srcgrad_runtime, n)}
    assert not offered, offered
