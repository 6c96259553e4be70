"""Expressions as text: what `ast.unparse` writes, whichever of the two has written it."""

import ast
import itertools
from pathlib import Path

import gast
import pytest

import srcgrad
from srcgrad.core import convert
from srcgrad.emit import expressions

OPERANDS = (
    "a",
    "-a",
    "not a",
    "a + b",
    "a * b",
    "a ** b",
    "a < b",
    "a if b else c",
    "a and b",
    "f(a, *b, k=c)",
    "x[a:, b]",
    "x[a, :b:c]",
)
PATTERNS = (
    "{} + {}", "{} - {}", "{} * {}", "{} @ {}", "{} ** {}", "{} // {}", "{} << {}", "{} & {}", "{} == {}", "{} not in {}", "{}({})",
    "{}[{}]", "({}, {})", "[{}, {}]", "{}[{},]",
)  # fmt: skip


def check(node):
    assert expressions.text(node) == ast.unparse(convert.to_ast(node))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_parentheses_stand_where_they_must(pattern):
    for one, other in itertools.product(OPERANDS, repeat=2):
        check(gast.parse(pattern.format(f"({one})", f"({other})")).body[0].value)
        check(gast.parse("-" + pattern.format(f"({one})", f"({other})")).body[0].value)


@pytest.mark.parametrize(
    "text",
    ["1", "-1", "1.5", "1e300", "1e999", "2j", "'a\\'b'", "u'a'", "b'a'", "None", "...", "(1).real", "()", "x[()]"],
)
def test_literals(text):
    check(gast.parse(text).body[0].value)


def test_the_expressions_of_programs():
    for file in sorted((Path(srcgrad.__file__).parent / "pipeline").glob("*.py")):
        for node in gast.walk(gast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, gast.expr) and not isinstance(node, (gast.Slice, gast.Starred)):
                check(node)
