"""Which arguments a helper may change, judged from its text."""

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
