"""The text of programs: that it means what the tree means, and which comments it carries."""

import ast
import inspect
import statistics
import textwrap

import gast
import pytest

from srcgrad.emit import origins, python
from srcgrad.emit.statements import expression, lines_of

from . import programs

MODEL = """\
def loss(w, x):
    p = x@w
    q = np.exp(p) + \\
        1
    r = np.maximum(
        p,  # one
        q,
    )
    for i in range(3):
        r = r*w[i]
    if r.sum() > 0:
        r = -r
    elif p[0] > 0: r = +r
    return np.sum(r)  # the end
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def body(text):
    """The lines of the last function, below its `def`."""
    lines = text.splitlines()
    start = max(i for i, line in enumerate(lines) if line.startswith("def "))
    return lines[start + 1 :]


def test_layout(model):
    made = programs.program(
        "def a(x):\n    return x\ndef b(x):\n    return a(x), np, math", model, imports={"np", "rt", "math"}
    )
    assert python.text(made, "Gradient of b").splitlines() == [
        "# Gradient of b",
        "",
        "import math",
        "import numpy as np",
        "import srcgrad_runtime as rt",
        "",
        "",
        "def a(x):",
        "    return x",
        "",
        "",
        "def b(x):",
        "    return a(x), np, math",
    ]


def test_a_line_repeated_as_it_was_carries_no_comment(model):
    text = python.text(programs.program("def g(w, x):\n    p = x @ w #2\n    p_saved = p #2", model))
    assert body(text) == ["    p = x @ w", "    p_saved = p"]


def test_lines_that_differ_carry_the_users_line_once(model):
    made = programs.program("def g(w, x):\n    a = x.T @ b #2\n    c = 2.0 * a #2\n    d = 3 #3\n    e = 4 #2", model)
    assert body(python.text(made)) == [
        "    a = x.T @ b  # p = x@w",
        "    c = 2.0 * a",
        "    d = 3  # q = np.exp(p) + 1",
        "    e = 4  # p = x@w",
    ]


def test_lines_of_nobody_part_groups_but_a_comment_is_not_repeated_at_once(model):
    made = programs.program("def g(w, x):\n    a = 1 #2\n    b = 2\n    c = 3 #2", model)
    assert body(python.text(made)) == ["    a = 1  # p = x@w", "    b = 2", "    c = 3  # p = x@w"]


def test_a_line_over_several_lines_is_joined(model):
    made = programs.program("def g(w, x):\n    a = 1 #5\n    b = 2 #14", model)
    assert body(python.text(made)) == ["    a = 1  # r = np.maximum(p, q,)", "    b = 2  # return np.sum(r)"]


def test_headers_of_loops_and_branches(model):
    text = """\
def g(w, x):
    for i in range(3): #9
        r = r * w[i] #10
    for i in reversed(range(3)): #9
        r_bar = r_bar * w[i] #10
    if r.sum() > 0: #11
        r = -r #12
    elif p[0] > 0: #13
        r_bar = 1
"""
    assert body(python.text(programs.program(text, model))) == [
        "    for i in range(3):",
        "        r = r * w[i]",
        "    for i in reversed(range(3)):  # for i in range(3):",
        "        r_bar = r_bar * w[i]  # r = r*w[i]",
        "    if r.sum() > 0:",
        "        r = -r",
        "    elif p[0] > 0:",
        "        r_bar = 1",
    ]


def test_long_comments_stand_above(model):
    value = "a + " * 20 + "a"
    made = programs.program(f"def g(w, x):\n    r = {value} #3", model)
    assert body(python.text(made)) == ["    # q = np.exp(p) + 1", f"    r = {value}"]


def test_long_lines_are_broken_in_brackets(model):
    call = "f(" + ", ".join(f"argument_{i}" for i in range(20)) + ")[0]"
    total = "(" + " + ".join(f"term_{i} * 2.5" for i in range(15)) + ") * 3"
    text = "(" + ", ".join(["'a, (b]'"] * 30) + ").x"
    made = programs.program(f"def g(w, x):\n    r = {call}\n    s = {total}\n    t = {text}\n    return -x", model)
    shown = python.text(made)
    assert max(map(len, shown.splitlines())) <= python.LONGEST
    assert len(shown.splitlines()) > 12
    assert ast.dump(ast.parse(shown).body[1].body[0]) == ast.dump(ast.parse(f"r = {call}").body[0])
    assert ast.dump(ast.parse(shown).body[1].body[1]) == ast.dump(ast.parse(f"s = {total}").body[0])
    assert ast.dump(ast.parse(shown).body[1].body[2]) == ast.dump(ast.parse(f"t = {text}").body[0])


def test_origins_of_lines(model):
    made = programs.program("def g(w, x):\n    a = 1 #2\n    b = 2", model)
    rendered = python.render(made, "title")
    lines = rendered.text.splitlines()
    assert len(lines) == len(rendered.origins)
    assert rendered.origins[lines.index("    a = 1  # p = x@w")] == (str(model), 2)
    assert rendered.origins[lines.index("    b = 2")] is None


def test_a_gradient_of_a_gradient_names_the_users_line(model):
    first = python.render(programs.program("def g(w, x):\n    a = 1 #2", model))
    origins.remember("<first>", first.origins)
    try:
        number = first.text.splitlines().index("    a = 1  # p = x@w") + 1
        second = python.text(programs.program(f"def h(w, x):\n    b = 3 #{number}", "<first>"))
    finally:
        origins.forget("<first>")
    assert body(second) == ["    b = 3  # p = x@w"]


def test_no_source_no_comment(tmp_path):
    made = programs.program("def g(w, x):\n    a = 1 #2", tmp_path / "missing.py")
    assert body(python.text(made)) == ["    a = 1"]


STATEMENTS = """
@decorate(1)
def f(a, /, b: int=2, *args, c, d=(1, 2), **kw) -> int:
    '''Text.'''
    global g1
    x, y = (y, x)
    x = y = (1,)
    x = ()
    (x.a, [y[0], *z]) = 1, *b
    a[1:2, ..., None] = b[::2][1,]
    a += 1, 2
    n: int = 3
    (n): int
    del a, b[0]
    assert a, 'b'
    return a, *b
async def g():
    async with a as b, c: pass
    async for i, j in k: await i
    yield
    x = yield 1
    await (yield from z)
class C(B, metaclass=M):
    x = lambda a, *b: (a, b)
def h():
    x = 1
    def inner():
        nonlocal x
        x = f'{x!r:>{w}} {{}}' 'b'
    for i in 1, 2:
        continue
    else:
        break_ = 1
    while (n := n - 1):
        break
    else:
        pass
    if a: pass
    elif b: pass
    else:
        if c: pass
        else: d
    if a:
        pass
    else:
        if b: pass
        e
    with open(f) as (a, b), c: pass
    try: pass
    except (A, B) as e: raise X from e
    except: raise
    else: pass
    finally: pass
    from . import a as b
    import a.b, c as d
    match a, b:
        case [1, *rest] if rest: pass
        case {'k': v, **more} | C(x, y=1): pass
        case _: pass
    -x ** -y
    (-x) ** y
    not (a and (b or c))
    (a if b else c) if d else e
    1 if (a, b) else (yield)
    {**a, 'b': 1}, {*a}, [*a]
    [a for a in b if c if d for e in f]
    x[a := 1]
    x[(yield)]
    (1).real + 1.5j
    a < b < c, a is not b, a not in b
    1e400, -1e400
"""


def plain(tree):
    for node in ast.walk(tree):
        for name in ("kind", "type_comment"):
            if hasattr(node, name):
                setattr(node, name, None)
    return ast.dump(tree)


@pytest.mark.parametrize(
    "text", [STATEMENTS, inspect.getsource(statistics), textwrap.dedent(inspect.getsource(python))]
)
def test_printing_keeps_the_meaning(text):
    lines = lines_of(gast.parse(text).body)
    again = "".join(f"{'    ' * line.depth}{line.text}\n" for line in lines)
    assert plain(ast.parse(again)) == plain(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "x[1:, None]",
        "x[a, b]",
        "(a + b) * c ** 2",
        "f(*a, k=1, **b)",
        "a @ b.T",
        "-a / (b * c)",
        "lambda x, y=2: x",
        "a.b[c](d)",
        "a.b(c.d(), 2)(e)",
    ],
)
def test_expressions(text):
    assert expression(gast.parse(text, mode="eval").body) == text
