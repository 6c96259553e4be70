"""Fixtures that several rooms of the tests share."""

import os
from pathlib import Path

import gast
import pytest

os.environ["SRCGRAD_STRICT"] = "1"  # internal errors are shown, not gone around
ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write the emitted programs of tests/golden anew")


@pytest.fixture(scope="session", autouse=True)
def kernels_of_the_session():
    """Every kernel that the tests of this process generate compiles for GPUs, and computes on the CPU what NumPy computes."""
    from srcgrad_runtime.kernels import launching

    from tests.device import compiled

    recorder = compiled.Recorder()
    launching.observers.append(recorder)
    yield recorder
    launching.observers.remove(recorder)
    if recorder.calls:
        compiled.check(list(recorder.calls.values()))


@pytest.fixture(scope="session", autouse=True)
def names_that_stay():
    """What a table of names has found holds each time that it is asked: no statement of the sweeps is changed in place."""
    from srcgrad.core import names

    known = {"reads": names.Table.reads, "writes": names.Table.writes}

    def checked(name):
        def ask(table, node):
            found = known[name](table, node)
            assert found == getattr(names, name)(node), f"the names of a statement have changed: {gast.dump(node)}"
            return found

        return ask

    for name in known:
        setattr(names.Table, name, checked(name))
    yield
    for name, method in known.items():
        setattr(names.Table, name, method)


@pytest.fixture(scope="session")
def root():
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def package_environment():
    """The environment of a subprocess that shall find srcgrad and its runtime, installed or not."""
    paths = [str(ROOT), str(ROOT / "runtime"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture
def recorded_road(monkeypatch):
    """Every derivative is recorded, whatever the straight road covers."""
    from srcgrad import pipeline
    from srcgrad.core.errors import Place, Refusal, Refused

    def refused(*_):
        raise Refused([Refusal("the straight road is not what is tested", Place("", 0))])

    monkeypatch.setattr(pipeline.Recipe, "_made_for", refused)
