"""What `import srcgrad` reads, and what it leaves for the first gradient."""

import subprocess
import sys

import pytest

from srcgrad.pipeline import signatures

LATER = (
    "srcgrad.rules",
    "srcgrad.differentiate.program",
    "srcgrad_runtime.linalg",
    "astunparse",
    "scipy",
    "cupy",
    "numba",
)


def test_import_reads_no_tables_and_no_compiler(package_environment):
    text = "import sys, srcgrad; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", text], env=package_environment, capture_output=True, text=True, check=True
    )
    assert sorted(set(LATER) & set(done.stdout.split())) == []


def test_the_runtime_reads_its_tables_with_the_first_name(package_environment):
    text = (
        "import srcgrad_runtime as rt; print(rt.expand(1.0, (2,)), hasattr(rt, 'nothing'), 'trace_adjoint' in dir(rt))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], env=package_environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[1. 1.] False True"


@pytest.mark.parametrize(
    "path, shown",
    [("folder/model.py", "model.py"), ("folder/ipykernel_812/99.py", "a notebook cell"), ("<string>", "<string>")],
)
def test_shown_file(path, shown):
    assert signatures.shown_file(path) == shown
