"""Which arguments a helper may change, judged from its text."""

import types

import numpy as np

from srcgrad.analyses import callees


def changed_parameters(function, settled=None):
    return callees.changed_parameters(function, settled).names


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


def adds_up(u, v):
    total = 0.0
    for i in range(len(u)):
        total += u[i] * v
    kept = []
    kept += [u, v]
    kept += [total]
    return kept


def adds_to_views(u, v, w, x):
    same = u
    same += 1.0
    part = v[1:]
    part += 1.0
    kept = []
    kept += [w]
    for one in kept:
        one += 1.0
    more = [x]
    more += [w]
    more[0] += 1.0


def test_functions_that_call_each_other():
    assert changed_parameters(second) == {"a", "b"}
    assert changed_parameters(first) == {"u", "v"}


def test_stores_into_parts():
    assert changed_parameters(by_part) == {"u", "rows"}


def test_a_function_that_only_reads():
    assert changed_parameters(reads) == set()
    assert changed_parameters(adds_up) == set()


def test_what_is_added_to_in_place_is_changed():
    assert changed_parameters(adds_to_views) == {"u", "v", "w", "x"}


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


def by_a_method_of_its_own(u):
    fill = u.fill
    fill(0.0)


def by_position(u, v):
    np.cumsum(u, 0, None, v)


def by_what_it_is_given(apply, u, v):
    apply(u)
    return v


def hands_on(apply, u):
    return by_what_it_is_given(apply, u, u)


def hands_on_one_that_reads(u):
    return by_what_it_is_given(only_reads, u, u)


def along_a_chain(u):
    a = b = c = d = e = f = None
    for _ in range(9):
        f, e, d, c, b, a = e, d, c, b, a, u
    f[0] = 1.0


def test_whatever_is_not_known_may_change_its_arguments():
    assert changed_parameters(by_a_method_of_its_own) == {"u"}
    assert changed_parameters(by_position) == {"v"}
    assert changed_parameters(along_a_chain) == {"u"}


def test_a_function_that_is_handed_over_decides():
    assert callees.changed_parameters(by_what_it_is_given) == callees.Changed(through={("apply", frozenset({"u"}))})
    assert callees.changed_parameters(hands_on) == callees.Changed(through={("apply", frozenset({"u"}))})
    assert not callees.changed_parameters(hands_on_one_that_reads)


def collects(x, rows):
    found = []
    for row in rows:
        found.append((x, row))
    return found


def collects_and_changes(x, rows):
    found = [rows]
    found[0].append(x)
    return found


def test_a_list_that_is_made_here_may_take_what_it_likes():
    """What goes into a list of the function's own is not changed by that; what is in it may be changed through it."""
    assert changed_parameters(collects) == set()
    assert "rows" in changed_parameters(collects_and_changes)
