"""The rooms of the house, in the order of flow: a module imports from its own room and from rooms before it."""

import ast
from pathlib import Path

import pytest

# one row per rank; rooms of one rank do not import each other
ORDER = [
    ["srcgrad_runtime"],
    ["core"],
    ["rules"],
    ["frontend"],
    ["analyses"],
    ["normalise"],
    ["optimise"],
    ["differentiate"],
    ["emit"],
    ["recorded"],
    ["pipeline"],
    ["api"],
    ["operators"],
    ["transforms"],
    ["debugging"],
    ["testing", "optim"],
    ["training"],
    ["cli"],
    ["__init__"],
    ["__main__"],
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
ROOT = Path(__file__).resolve().parent.parent
COMPILER_ONLY = {"gast", "astunparse", "inspect", "srcgrad"}


def modules():
    """Every module of the package and of the runtime: its path, its dotted name and its room."""
    for folder in (ROOT / "srcgrad", ROOT / "runtime" / "srcgrad_runtime"):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            yield path, parts, room_of(parts)


def room_of(parts):
    """The room of a dotted name; `srcgrad` itself and its plain names are in `__init__`."""
    if parts[0] == "srcgrad_runtime":
        return "srcgrad_runtime"
    return parts[1] if len(parts) > 1 and parts[1] in RANK else "__init__"


def imported(path, parts):
    """(line, dotted name as a tuple) of each import in a file, those inside functions included."""
    package = parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, tuple(alias.name.split("."))) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            yield from ((node.lineno, (*base, alias.name)) for alias in node.names)


def edges():
    for path, parts, room in modules():
        for line, name in imported(path, parts):
            if name[0] in ("srcgrad", "srcgrad_runtime"):
                yield f"{path.relative_to(ROOT)}:{line}", room, room_of(name), name


def test_every_module_has_a_room():
    homeless = {p.name for p, parts, _ in modules() if parts[0] == "srcgrad" and parts[1] not in RANK}
    assert not homeless, f"give these a place in ORDER: {sorted(homeless)}"


def test_imports_point_one_way():
    # `from . import __version__` takes a constant that the package defines before it imports anything
    wrong = [
        f"{where}: {source} imports {target}"
        for where, source, target, name in edges()
        if name != ("srcgrad", "__version__")
        and (RANK[target] > RANK[source] or RANK[target] == RANK[source] and target != source)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_runtime_knows_nothing_of_the_compiler():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {'.'.join(name)}"
        for path, parts, room in modules()
        if room == "srcgrad_runtime"
        for line, name in imported(path, parts)
        if name[0] in COMPILER_ONLY
    ]
    assert not wrong, "\n".join(wrong)


def test_nodes_are_made_in_core_and_text_becomes_code_in_emit():
    """The only `exec` of emitted text is in emit; the only `import cupy` is where the runtime asks for CuPy's memory."""
    for path, parts, room in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert "exec" not in calls or room in ("emit", "rules"), path  # rules make functions of one line
        cupy = [name for _, name in imported(path, parts) if name[0] == "cupy"]
        assert not cupy or parts[-2:] == ("memory", "gpu"), path


@pytest.mark.parametrize("room", ["utils", "helpers", "misc", "common"])
def test_no_room_for_leftovers(room):
    assert not [path for path, parts, _ in modules() if room in parts]
