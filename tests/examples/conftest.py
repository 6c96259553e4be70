"""Where the tests of the examples find the real data sets, if they are there at all."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real_data():
    """Call it with the name of a data set (housing, mnist): the folder for --data; skips the test if there is none."""

    def folder(name):
        beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
        for place in (os.environ.get("SRCGRAD_DATA"), beside):
            if place and (Path(place) / name).is_dir():
                return str(place)
        pytest.skip(f"no folder {name}/ under SRCGRAD_DATA")

    return folder
