"""Finding data: the order of the places, damaged files, and what happens without a network."""

import gzip

import numpy as np
import pytest

from examples import data


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A --data folder, an SRCGRAD_DATA folder and a cache, all empty; and no network."""
    folders = {name: tmp_path / name for name in ("given", "named", "cache")}
    for folder in folders.values():
        (folder / "sets").mkdir(parents=True)
    monkeypatch.setenv("SRCGRAD_DATA", str(folders["named"]))
    monkeypatch.setattr(data, "_cache", lambda: folders["cache"])

    def no_network(file):
        raise data.DataError(f"{file.name} was not found and could not be downloaded (no network)")

    monkeypatch.setattr(data, "_download", no_network)
    return folders


# the checksum is that of the ten bytes b"0123456789", computed with another program
TEN = data.DataFile("sets", "ten", "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882", ())


def test_the_given_folder_comes_first_then_the_named_one_then_the_cache(places):
    for name in ("cache", "named", "given"):
        path = places[name] / "sets" / "ten"
        path.write_bytes(b"0123456789")
        assert data.find(TEN, str(places["given"])) == path


def test_a_file_may_lie_in_the_folder_itself(places):
    path = places["given"] / "ten"
    path.write_bytes(b"0123456789")
    assert data.find(TEN, str(places["given"])) == path


def test_a_truncated_file_is_named_and_passed_over(places, capsys):
    broken = places["given"] / "sets" / "ten"
    broken.write_bytes(b"01234")
    whole = places["cache"] / "sets" / "ten"
    whole.write_bytes(b"0123456789")
    assert data.find(TEN, str(places["given"])) == whole
    message = capsys.readouterr().err
    assert str(broken) in message and "5 bytes" in message and TEN.sha256 in message


def test_a_damaged_archive_is_named_and_passed_over(places, capsys):
    whole = gzip.compress(bytes(range(256)) * 8)
    broken = places["given"] / "sets" / "ten.gz"
    broken.write_bytes(whole[:20] + bytes(8) + whole[28:])
    with pytest.raises(data.DataError, match="ten was not found"):
        data.find(TEN, str(places["given"]))
    assert f"{broken} cannot be read" in capsys.readouterr().err


def test_a_damaged_file_alone_is_not_used(places, capsys):
    (places["given"] / "housing.data").write_bytes(b"0.1 2.3\n")
    loaded = data.load_regression(str(places["given"]))
    assert loaded.x.shape == (442, 10) and loaded.y.shape == (442, 1)
    lines = capsys.readouterr().err.splitlines()
    assert "housing.data is damaged" in lines[0]
    assert len(lines) == 2 and "no network" in lines[1] and "diabetes" in lines[1]


def test_without_mnist_the_bundled_digits_take_its_place(places, capsys):
    digits = data.load_digits()
    assert digits.x_train.shape == (1500, 64) and digits.x_test.shape == (297, 64)
    assert digits.x_train.dtype == np.float32 and digits.x_train.min() == 0 and digits.x_train.max() == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "no network" in message and "digits" in message


def test_a_missing_named_folder_is_said(places, monkeypatch, capsys):
    monkeypatch.setenv("SRCGRAD_DATA", "/nonexistent/place")
    with pytest.raises(data.DataError, match="ten was not found"):
        data.find(TEN)
    assert "/nonexistent/place, which is not a folder" in capsys.readouterr().err


def test_idx_files_are_read_by_their_header(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])))
    np.testing.assert_array_equal(data.read_idx(path), [[1, 2, 3], [4, 5, 255]])
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3])))
    with pytest.raises(data.DataError, match="holds 3 bytes of data where its header announces 6"):
        data.read_idx(path)
