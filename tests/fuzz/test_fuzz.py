"""A fixed set of random programs, and the parts of the fuzzer by themselves."""

import ast

import pytest

from tests.programs import compare, registry

from . import programs, shrink
from .judge import judge, make_args, reads_what_nothing_filled

BATCH = 25


@pytest.mark.parametrize("first", range(0, 4 * BATCH, BATCH))
@pytest.mark.parametrize("level", [1, 2])
def test_random_programs(level, first):
    bad = []
    for seed in range(first, first + BATCH):
        outcome = judge(programs.write(seed, level), seed)
        if outcome.verdict in ("WRONG", "internal error"):
            bad.append(f"{seed}: {outcome.verdict}: {outcome.detail}")
    assert bad == []


def test_programs_depend_on_their_number_only():
    assert programs.write(17) == programs.write(17)
    assert programs.write(17) != programs.write(18)


@pytest.mark.parametrize("level", [1, 2])
def test_programs_are_python(level):
    for seed in range(100):
        ast.parse(programs.write(seed, level))


def test_level_one_has_no_stores():
    for seed in range(100):
        for node in ast.walk(ast.parse(programs.write(seed, 1))):
            assert not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store))


def test_a_failure_is_shrunk():
    source = "def f(x):\n    a = x + 1\n    b = np.sin(a) * 2\n    if a > 0:\n        c = b\n    return b / 3 + c\n"
    small = shrink.shrink(source, lambda text: "np.sin" in text, seconds=20)
    assert len(small.splitlines()) <= 3 and "np.sin" in small


def test_differences_are_those_of_the_function():
    outcome = judge("def f(x, a, s):\n    return 1.0\n", 0)
    assert outcome.verdict in ("right", "refused"), compare.Outcome.__repr__(outcome)


def test_a_store_that_numpy_itself_gets_wrong_is_no_failure():
    outcome = judge("import numpy as np\n\ndef f(x, a, s):\n    a[1, 1:] = a[:, 3]\n    return np.sum(a)\n", 2)
    assert outcome.verdict in ("right", "skipped"), compare.Outcome.__repr__(outcome)


def test_a_program_that_reads_what_nothing_has_filled_is_no_failure():
    head, rest = "import numpy as np\n\ndef f(x, a, s):\n    p = np.empty(4)\n", "    return np.sum(p) * s\n"
    filled = "    for i in range(4):\n        p[i] = x[i]\n"
    argument = registry.Program("f", "fuzz", None, make_args)
    assert reads_what_nothing_filled(head + "    p[1:] = x[1:]\n" + rest, argument)
    assert not reads_what_nothing_filled(head + filled + rest, argument)
