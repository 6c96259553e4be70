"""The documents say what is so: their code runs, their links lead somewhere, and doctests in modules hold."""

import doctest
import importlib
import pkgutil
import re

import pytest
import srcgrad_runtime

import srcgrad
from srcgrad.core.names import Fresh
from srcgrad.optimise import showing

from . import documents

BY_NAME = {str(path.relative_to(documents.ROOT)): path for path in documents.DOCUMENTS}


@pytest.mark.parametrize("name", BY_NAME)
def test_code_in_documents(name):
    session = documents.run(BY_NAME[name])
    assert not session.differences, "\n\n".join(session.differences)


@pytest.mark.parametrize("name", BY_NAME)
def test_links_in_documents(name):
    path = BY_NAME[name]
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{name}: {target}"


def show(pass_, source):
    """Print a program as a pass on statements leaves it."""
    print(showing.text(pass_(showing.program(source), Fresh(set()))))


def names_of_modules():
    for package in (srcgrad, srcgrad_runtime):
        yield package.__name__
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not found.name.endswith("__main__"):
                yield found.name


@pytest.mark.parametrize("name", list(names_of_modules()))
def test_doctests_of_modules(name):
    if name == "srcgrad_runtime.memory.gpu":
        pytest.importorskip("cupy")
    module = importlib.import_module(name)
    given = {"show": show} if name.startswith("srcgrad.normalise.") else {}
    result = doctest.testmod(module, optionflags=documents.OPTIONS, extraglobs=given)
    assert result.failed == 0


def test_the_readme_shows_what_the_tool_prints():
    """The first page has a function in a file, its gradient from the command line, and a check, all run above."""
    found = documents.blocks((documents.ROOT / "README.md").read_text(encoding="utf-8"))
    commands = "".join(block.text for block in found if block.language == "console")
    assert "$ srcgrad dump" in commands and "$ srcgrad check" in commands


def test_the_test_command_is_the_one_that_is_run_everywhere():
    readme = (documents.ROOT / "README.md").read_text(encoding="utf-8")
    script = (documents.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "&& python -m pytest\n" in readme and "\npython -m pytest " in script


def test_every_error_has_its_heading():
    from srcgrad.core import errors
    from srcgrad.testing import GradientMismatch

    text = (documents.ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SrcgradError)]
    for kind in [*kinds, GradientMismatch]:
        if kind is not errors.SrcgradError:
            assert re.search(rf"^#+ .*{kind.__name__}", text, re.MULTILINE), kind.__name__
