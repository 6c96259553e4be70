"""Batches, first weights, and files of nested parameters."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest

from srcgrad import training


def test_batches_in_order_are_views_and_the_rest_is_dropped():
    x, y = np.arange(14).reshape(7, 2), np.arange(7)
    pieces = list(training.minibatches(3, x, y))
    assert [piece[1].tolist() for piece in pieces] == [[0, 1, 2], [3, 4, 5]]
    assert pieces[0][0].base is not None and pieces[0][0].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert [len(piece[0]) for piece in training.minibatches(3, x, y, partial=True)] == [3, 3, 1]
    assert list(training.minibatches(8, x)) == []


def test_shuffled_batches_hold_every_row_once_and_keep_rows_together():
    x, y = np.arange(20) * 10, np.arange(20)
    pieces = list(training.minibatches(6, x, y, rng=np.random.default_rng(0), partial=True))
    assert sorted(np.concatenate([piece[1] for piece in pieces])) == list(range(20))
    assert all(np.array_equal(a, b * 10) for a, b in pieces)
    assert [len(a) for a, _ in pieces] == [6, 6, 6, 2]
    again = list(training.minibatches(6, x, y, rng=np.random.default_rng(0)))
    assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(again, pieces, strict=False))


def test_one_hot_and_accuracy():
    assert training.one_hot([[2, 0]], 3).tolist() == [[[0, 0, 1], [1, 0, 0]]]
    assert training.one_hot([1], 2).dtype == np.float32
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    assert training.accuracy(scores, np.array([1, 0, 0, 0])) == 0.75


def test_first_weights_have_the_spread_that_is_said():
    rng = np.random.default_rng(0)
    assert np.std(training.normal(rng, (200, 300), 0.3)) == pytest.approx(0.3, rel=0.02)
    x = training.xavier(rng, (20, 50, 5, 5))  # 1250 inputs of one output, 20 kernels
    assert np.max(np.abs(x)) == pytest.approx(np.sqrt(2 / 1270), rel=0.01)
    assert np.std(x) == pytest.approx(np.sqrt(2 / 1270 / 3), rel=0.02)
    assert np.std(training.he(rng, (200, 300))) == pytest.approx(np.sqrt(2 / 200), rel=0.02)
    for shape in ((6, 4), (4, 6), (4, 2, 3)):
        q = training.orthogonal(rng, shape, 2.0, np.float64)
        assert q.shape == shape
        q = q.reshape(shape[0], -1) / 2
        q = q if q.shape[0] <= q.shape[1] else q.T
        np.testing.assert_allclose(q @ q.T, np.eye(len(q)), atol=1e-12)
    assert {f(rng, (3, 4)).dtype for f in (training.normal, training.xavier, training.he, training.orthogonal)} == {
        np.dtype(np.float32)
    }
    np.testing.assert_array_equal(
        training.xavier(np.random.default_rng(5), (3, 4)), training.xavier(np.random.default_rng(5), (3, 4))
    )


@dataclasses.dataclass
class Layer:
    weight: np.ndarray
    bias: float


NESTED = {
    "a": [np.arange(6, dtype=np.float32).reshape(2, 3), (1.5, None, "text", True, 3)],
    7: np.float32(0.1),
    "big": {"state": 2**127 + 1, "nan": float("nan")},
    "empty": [np.zeros((0, 2)), {}, (), []],
    "kinds": (np.array([True, False]), np.array(3), np.array([1 + 2j]), np.array(["word"])),
}


def same(a, b):
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            same(one, other)
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b or a != a and b != b


def test_what_is_saved_is_loaded(tmp_path):
    training.save(tmp_path / "w.npz", NESTED)
    same(training.load(tmp_path / "w.npz"), NESTED)
    assert os.listdir(tmp_path) == ["w.npz"]
    training.save(tmp_path / "w.npz", 2.5)
    assert training.load(tmp_path / "w.npz") == 2.5


def test_numbers_are_put_into_a_structure_in_place(tmp_path):
    training.save(tmp_path / "w.npz", [Layer(np.ones(3), 2.0), (4.0, np.full(2, 5.0))])
    w = [Layer(np.zeros(3, np.float32), 0.0), (0.0, np.zeros(2))]
    layer, array = w[0], w[0].weight
    assert training.load(tmp_path / "w.npz", into=w) is w
    assert w[0] is layer and layer.weight is array and array.dtype == np.float32 and array.tolist() == [1, 1, 1]
    assert layer.bias == 2.0 and w[1][0] == 4.0 and w[1][1].tolist() == [5, 5]
    assert training.load(tmp_path / "w.npz")[0]["bias"] == 2.0
    for wrong, message in [
        ([Layer(np.zeros(4), 0.0), (0.0, np.zeros(2))], r"value\[0\]\.weight has shape \(4,\), the file has \(3,\)"),
        ([Layer(np.zeros(3), 0.0)], "value is nested in another way"),
        ([Layer(np.zeros(3), 0.0), {"a": 1.0}], r"value\[1\] is nested in another way"),
    ]:
        with pytest.raises(ValueError, match=message):
            training.load(tmp_path / "w.npz", into=wrong)


def test_nothing_is_put_anywhere_where_something_does_not_fit(tmp_path):
    training.save(tmp_path / "w.npz", {"a": np.ones(2), "b": np.array([0.5, 1.5]), "c": 3.0})
    fixed = np.zeros(2)
    fixed.flags.writeable = False
    for b, c, message in [
        (np.zeros(3), 0.0, r"value\['b'\] has shape \(3,\)"),
        (np.zeros(2, int), 0.0, r"value\['b'\] has dtype int64, which cannot hold the float64"),
        (fixed, 0.0, "read-only"),
        (np.zeros(2), [0.0], r"value\['c'\] is nested in another way"),
        (0.0, 0.0, r"value\['b'\] is a float, the file has a ndarray"),
    ]:
        w = {"a": np.zeros(2), "b": b, "c": c}
        with pytest.raises(ValueError, match=message):
            training.load(tmp_path / "w.npz", into=w)
        assert np.all(w["a"] == 0) and np.all(np.asarray(w["b"]) == 0)


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_a_link_and_the_permissions_stay(tmp_path):
    target, link = tmp_path / "w.npz", tmp_path / "link.npz"
    training.save(target, 1.0)
    os.chmod(target, 0o640)
    link.symlink_to(target)
    training.save(link, 2.0)
    assert link.is_symlink() and training.load(target) == 2.0 and target.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_saved_is_named_and_leaves_the_file_alone(tmp_path):
    training.save(tmp_path / "w.npz", [1.0])
    for value, message in [
        ([1.0, {"f": print}], r"value\[1\]\['f'\] is a builtin_function_or_method"),
        ({(1, 2): 3.0}, r"the key \(1, 2\)"),
        ([np.array([None])], r"value\[0\] is an array of objects"),
    ]:
        with pytest.raises(TypeError, match=message):
            training.save(tmp_path / "w.npz", value)
    assert training.load(tmp_path / "w.npz") == [1.0] and os.listdir(tmp_path) == ["w.npz"]


def test_files_that_are_not_ours_or_damaged_are_refused(tmp_path):
    path = tmp_path / "w.npz"
    training.save(path, [np.arange(1000.0)])
    whole = path.read_bytes()
    path.write_bytes(whole[:2000])
    with pytest.raises(ValueError, match=r"w\.npz is no file of saved parameters, or it is damaged"):
        training.load(path)
    path.write_bytes(whole[:3000] + b"x" * 8 + whole[3008:])
    with pytest.raises(ValueError, match="damaged"):
        training.load(path)
    np.savez(path, a=np.ones(2))
    with pytest.raises(ValueError, match="no file of saved parameters"):
        training.load(path)
    for layout in (
        '{"version": 1, "value": {"array": 5}}',
        '{"version": 1}',
        "[1]",
        '{"version": 1, "value": {"odd": 1}}',
    ):
        np.savez(path, srcgrad=np.array(layout))
        with pytest.raises(ValueError, match="damaged"):
            training.load(path)
    path.write_text("1.5 2.5")
    with pytest.raises(ValueError, match=r"it is no \.npz"):
        training.load(path)
    with pytest.raises(FileNotFoundError):
        training.load(tmp_path / "absent.npz")
    with pytest.raises(FileNotFoundError, match=r"absent.w\.npz"):
        training.save(tmp_path / "absent" / "w.npz", 1.0)


def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path, package_environment):
    """A process saves in a loop until it is killed; the file is one of those that it wrote, whole."""
    script = (
        "import sys, numpy as np\nfrom srcgrad import training\n"
        "for i in range(10**6):\n    training.save(sys.argv[1], [np.full(200_000, float(i))])\n"
        "    print(i, flush=True)\n"
    )
    path = tmp_path / "w.npz"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], env=package_environment, stdout=subprocess.PIPE, text=True
    )
    for _ in range(5):
        process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    found = training.load(path)[0]
    assert found.shape == (200_000,) and np.all(found == found[0]) and found[0] >= 4


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: training.minibatches(0, np.ones(2)), "size is 0"),
        (lambda: training.minibatches(1, np.ones(2), np.ones(3)), "2, 3 rows"),
        (lambda: training.minibatches(1), "an array at least"),
        (lambda: training.one_hot([0, 3], 3), "labels go from 0 to 3; there are 3 classes"),
        (lambda: training.one_hot([0.5], 3), "whole numbers"),
        (lambda: training.accuracy(np.ones((2, 3)), np.ones(3)), r"\(2, 3\), labels have shape \(3,\)"),
        (lambda: training.xavier(np.random.default_rng(0), (3,)), "two axes at least"),
        (lambda: training.orthogonal(np.random.default_rng(0), (3,)), "two axes at least"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
