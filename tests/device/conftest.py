"""The devices of these tests: the fake one, and a GPU where there is one."""

import importlib
import warnings

import pytest
from srcgrad_runtime import fake


def devices():
    """The array modules to test, as parameters of pytest; what runs on a GPU is marked so."""
    found = [pytest.param(fake, id="fake")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cupy = importlib.import_module("cupy")
    except ImportError:
        return found
    return [*found, pytest.param(cupy, id="gpu", marks=pytest.mark.gpu)] if cupy.is_available() else found


def pytest_generate_tests(metafunc):
    """A test that takes `xp` runs on every device."""
    if "xp" in metafunc.fixturenames:
        metafunc.parametrize("xp", devices())
