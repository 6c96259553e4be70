"""The files of ADBench where they are there."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def files():
    """The folder `adbench` of SRCGRAD_DATA, or of `shared/data` beside the project; the test is skipped without one."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    for place in (os.environ.get("SRCGRAD_DATA"), beside):
        if place and (folder := Path(place) / "adbench").is_dir():
            return folder
    pytest.skip("no folder adbench/ under SRCGRAD_DATA")
