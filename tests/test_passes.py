"""The list of passes is the order in which they are run."""

import re

import numpy as np

import srcgrad
from srcgrad import pipeline
from srcgrad.differentiate.program.builder import Builder

from .programs import registry

ARGS = np.array([0.3, 0.4, 0.5]), np.array([1.0, 2.0, 3.0])


def stores_and_loops(x, w):
    """A program that every pass has something to look at in."""
    a = np.zeros(3)
    np.add(x, w, out=a)
    row = a[1:]
    row *= 2.0
    total = 0.0
    for i in range(len(x)):
        y = np.tanh(x[i] * w[i])
        total += y * a[i]
        if total > 100.0:
            return total
    for i in range(len(x)):
        total += np.sin(x[i]) * w[i]
    return total


def plain(x, w):
    return np.sum(x * w)


def code(text):
    """A program without its comments."""
    return re.sub(r" *#.*", "", text)


def order(monkeypatch, function):
    seen = {}
    monkeypatch.setattr(Builder, "passed", lambda self, name, unit, body: seen.setdefault(name))
    recipe = pipeline.Recipe(function, 0, False, False)
    recipe.build(function, recipe.kinds(ARGS), device=True)
    return list(seen)


def test_passes_are_run_in_the_order_of_the_list(monkeypatch):
    names = [each.name for each in pipeline.PASSES]
    assert len(set(names)) == len(names)
    for function in (stores_and_loops, plain):
        found = order(monkeypatch, function)
        assert found == names, function.__name__


def test_each_pass_can_be_looked_at():
    texts = {each.name: code(pipeline.dump(stores_and_loops, args=ARGS, after=each.name)) for each in pipeline.PASSES}
    assert "out=a" in texts["flatten"] and "out=a" not in texts["stores_of_calls"]
    assert "row" in texts["stores_of_calls"] and "row" not in texts["retake_views"]
    assert "x_bar" not in texts["normal"] and "x_bar" in texts["adjoint"]
    whole = code(pipeline.dump(stores_and_loops, args=ARGS))
    assert texts["own_numbers"] == texts["form_kernels"]
    assert texts["form_kernels"] == whole.replace("stores_and_loops_grad", "stores_and_loops")


def test_each_pass_says_what_it_does():
    for each in pipeline.PASSES:
        assert each.does.endswith(".") and callable(each.run)


def test_a_match_over_values_and_classes_has_a_straight_adjoint():
    found = {p.name: p for p in registry.load(["branches", "statements"])}
    for name in ("match_on_a_mode", "match_literals"):
        one = found[name]
        gradient = srcgrad.grad(one.function)
        gradient(*one.make_args())
        assert "recorded" not in srcgrad.source(gradient).splitlines()[0]
