"""Checkpoints: what is written comes back, damaged files and those of other runs are refused, half a file is never seen."""

import os

import numpy as np
import pytest

from examples import checkpoint
from srcgrad import training

CONTENT = {
    "w": {"layers": [(np.eye(2, dtype=np.float32), np.zeros(0))], "scale": np.float32(0.1), "bias": 0.1},
    "epoch": 3,
    "name": "ü\r\n",
    "curves": [1.5, float("inf")],
    "nothing": None,
}


def test_what_is_written_comes_back(tmp_path):
    path = tmp_path / "run.npz"
    assert checkpoint.read(path, {"lr": 0.1}) is None
    checkpoint.write(path, {"lr": 0.1, "layers": (1, 2)}, CONTENT)
    found = checkpoint.read(path, {"lr": 0.1, "layers": [1, 2]})
    assert repr(found) == repr(CONTENT)
    assert found["w"]["layers"][0][0].dtype == np.float32 and type(found["w"]["scale"]) is np.float32
    found["w"]["layers"][0][0][0, 0] = 2  # arrays can be trained on
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_a_file_of_other_settings_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    checkpoint.write(path, {"lr": 0.1}, CONTENT)
    with pytest.raises(checkpoint.CheckpointError, match=r"with lr 0.1, this one has 0.2"):
        checkpoint.read(path, {"lr": 0.2})


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_a_damaged_file_is_refused(keep, tmp_path):
    path = tmp_path / "run.npz"
    checkpoint.write(path, {}, CONTENT)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(checkpoint.CheckpointError, match="damaged"):
        checkpoint.read(path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    checkpoint.write(path, {}, {"epoch": 1})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(checkpoint.CheckpointError, match="No space left"):
        checkpoint.write(path, {}, {"epoch": 2})
    assert checkpoint.read(path) == {"epoch": 1}


def test_a_file_of_something_else_is_refused(tmp_path):
    training.save(tmp_path / "run.npz", [1.0])
    with pytest.raises(checkpoint.CheckpointError, match="not written by these examples"):
        checkpoint.read(tmp_path / "run.npz")
