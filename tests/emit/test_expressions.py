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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a, b=1",
        "a, /",
        "a, /, b",
        "*a",
        "*, a",
        "*, a=(1, 2), b",
        "a, b=-1, *c, d, e=f(x), **g",
        "**a",
        "a=1, /, b=2, *, c",
    ],
)
def test_heads_of_functions(text):
    function = gast.parse(f"def f({text}): pass").body[0]
    assert expressions.is_plain(function)
    written = ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(function))).splitlines()[0]
    assert f"def f({expressions.parameters(function.args)}):" == written


def test_annotations_and_decorators_are_left_to_python():
    for text in ("def f(a: int): pass", "def f(*a: int): pass", "def f() -> int: pass", "@g\ndef f(): pass"):
        assert not expressions.is_plain(gast.parse(text).body[0])
