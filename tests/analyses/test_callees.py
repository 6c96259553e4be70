"""Which arguments a helper may change, judged from its text."""

import types

import numpy as np

from srcgrad.analyses.callees import changed_parameters


def first(u, v, n):
    if n:
        second(v, u, n - 1)
    u[0] = 1.0


def second(a, b, n):
    first(a, b, n)


def reads(u, v):
    total = 0.0
    for a, b in zip(u, v, strict=True):
        total = total + a * b
    return total


def by_part(u, rows):
    for row in rows:
        row *= 2.0
    part = u[1:]
    part[0] = 3.0


def test_functions_that_call_each_other():
    assert changed_parameters(second) == {"a", "b"}
    assert changed_parameters(first) == {"u", "v"}


def test_stores_into_parts():
    assert changed_parameters(by_part) == {"u", "rows"}


def test_a_function_that_only_reads():
    assert changed_parameters(reads) == set()


def of_copies(u, v, w):
    u = np.tril(u)
    lower = np.tril(v, -1)
    lower[0, 0] = np.exp(w[0, 0])
    total = np.add(v, w) - w
    total[0] = 0.0
    return lower, total


def of_views(u, v, w):
    np.einsum("ii->i", u)[0] = 1.0
    same = np.diff(v, n=0)
    same[0] = 1.0
    rows = sum([w], [])
    rows[0][0] = 1.0


module = types.ModuleType("module")
module.by_part = by_part


def by_module(u, v):
    module.by_part(u, [v])


def test_what_is_computed_is_not_the_parameter():
    assert changed_parameters(of_copies) == set()


def test_views_and_items_are():
    assert changed_parameters(of_views) == {"u", "v", "w"}


def test_functions_in_modules_are_looked_into():
    assert changed_parameters(by_module) == {"u", "v"}


def made_with(helper):
    def outer(u, v):
        helper(u)
        return v

    return outer


def overwrites(a):
    a[0] = 0.0


def only_reads(a):
    return a[0]


def test_functions_of_one_code_may_call_different_ones():
    found = {}
    assert changed_parameters(made_with(only_reads), found) == set()
    assert changed_parameters(made_with(overwrites), found) == {"u"}
