"""The character model: its gradient against one by hand, the first updates, killed and started again, its files."""

import gzip
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from examples import charlm, data

TEXT = "Every line of this little book, \u00e9crit for a test, ends with a carriage return and so on.\r\n" * 40
SMALL = ["--layers", "12", "--embedding", "8", "--batchsize", "5", "--steps", "10", "--epochs", "3"]


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_bytes(TEXT.encode("utf-8-sig"))
    return str(path)


def losses(*arguments):
    return charlm.main(charlm.parser().parse_args(list(arguments)))["train loss"]


def by_hand(w, state, window):
    """The adjoint of one layer as one writes it by hand, in the order of the sums of the weights."""
    (weight, bias), n = w["layers"][0], state[0][0].shape[1]
    (hidden, cell), saved = state[0], []
    for now, following in zip(window[:-1], window[1:], strict=True):
        x = np.concatenate([w["embedding"][now], hidden], axis=1)
        gates = x @ weight + bias
        forget, ingate, outgate = (1 / (1 + np.exp(-gates[:, i * n : (i + 1) * n])) for i in range(3))
        change, before = np.tanh(gates[:, 3 * n :]), cell
        cell = cell * forget + ingate * change
        hidden = outgate * np.tanh(cell)
        odds = np.exp(hidden @ w["scores"] + w["bias"])
        scores_bar = odds / np.sum(odds, axis=1, keepdims=True)
        scores_bar[np.arange(len(now)), following] -= 1
        saved.append((now, x, forget, ingate, outgate, change, before, np.tanh(cell), hidden, scores_bar / len(now)))
    g = {name: np.zeros_like(w[name]) for name in ("embedding", "scores", "bias")}
    weight_bar, bias_bar = np.zeros_like(weight), np.zeros_like(bias)
    hidden_bar, cell_bar = np.zeros_like(hidden), np.zeros_like(cell)
    for now, x, forget, ingate, outgate, change, before, tanh_cell, hidden, scores_bar in reversed(saved):
        g["scores"] += hidden.T @ scores_bar
        g["bias"] += np.sum(scores_bar, axis=0)
        hidden_bar = hidden_bar + scores_bar @ w["scores"].T
        cell_bar = cell_bar + hidden_bar * outgate * (1 - tanh_cell**2)
        parts = [
            cell_bar * before * forget * (1 - forget),
            cell_bar * change * ingate * (1 - ingate),
            hidden_bar * tanh_cell * outgate * (1 - outgate),
            cell_bar * ingate * (1 - change**2),
        ]
        gates_bar = np.concatenate(parts, axis=1)
        cell_bar = cell_bar * forget
        weight_bar += x.T @ gates_bar
        bias_bar += np.sum(gates_bar, axis=0)
        x_bar = gates_bar @ weight.T
        np.add.at(g["embedding"], now, x_bar[:, :-n])
        hidden_bar = x_bar[:, -n:]
    return g | {"layers": [(weight_bar, bias_bar)]}


def model(layers=(6,), dtype=np.float32):
    rng = np.random.default_rng(0)
    w = charlm.command.double(charlm.weights(9, 5, layers, 3.0, rng))
    w = {name: value if name == "layers" else value.astype(dtype) for name, value in w.items()}
    w["layers"] = [(weight.astype(dtype), bias.astype(dtype)) for weight, bias in w["layers"]]
    state = [(rng.normal(size=(4, n)).astype(dtype), rng.normal(size=(4, n)).astype(dtype)) for n in layers]
    return w, state, rng.integers(0, 9, (8, 4))


def test_the_gradient_is_the_one_written_by_hand():
    w, state, window = model(dtype=np.float64)
    found, expected = charlm.lossgradient(w, state, window)[1], by_hand(w, state, window)
    for name in ("embedding", "scores", "bias"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-10, atol=1e-13)
    for one, other in zip(found["layers"][0], expected["layers"][0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("layers", [(6,), (6, 4)])
def test_value_and_state_are_those_of_the_function_and_single_precision_stays(layers):
    w, state, window = model(layers)
    value, after = charlm.loss(w, state, window)
    (found, found_after), g = charlm.lossgradient(w, state, window)
    assert found == value and found.dtype == np.float32
    for one, other in zip(charlm.command.arrays(found_after), charlm.command.arrays(after), strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)
    for one, other in zip(charlm.command.arrays(g), charlm.command.arrays(w), strict=True):
        assert one.dtype == np.float32 and one.shape == other.shape


def test_windows_follow_each_other_along_the_rows():
    found = charlm.windows(np.arange(25), 2, 4)  # rows 0..11 and 12..23
    assert [w.shape for w in found] == [(5, 2)] * 2
    np.testing.assert_array_equal(found[0].T, [[0, 1, 2, 3, 4], [12, 13, 14, 15, 16]])
    np.testing.assert_array_equal(found[1].T, [[4, 5, 6, 7, 8], [16, 17, 18, 19, 20]])
    assert len(charlm.windows(np.arange(26), 2, 4)) == 3  # rows of 13: the last window ends with the row


def test_texts_keep_their_line_ends_and_lose_their_mark(tmp_path, book):
    packed = tmp_path / "book.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert data.read_text(packed) == TEXT
    with open(book, "rb"):
        assert data.read_text(Path(book)) == TEXT
    packed.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(data.DataError, match="is not a text"):
        data.read_text(packed)


def test_the_first_losses_on_shakespeare(real_data, monkeypatch, capsys):
    """Five updates of 20 steps; the losses were found in double precision with a loss and an adjoint written by hand."""
    path = charlm.Path(real_data("shakespeare")) / "shakespeare" / "100-0.txt.gz"
    text = data.read_text(path)
    assert len(text) == 5834392 and len(set(text)) == 99 and len(charlm.windows(np.arange(len(text)), 128, 100)) == 455
    monkeypatch.setattr(
        charlm, "windows", lambda encoded, batch, steps, of=charlm.windows: of(encoded, batch, steps)[:5]
    )
    losses(str(path), "--epochs", "1", "--steps", "20", "--every", "1")
    found = [float(value) for value in re.findall(r"(?:running|train) loss (\S+)", capsys.readouterr().out)]
    assert found == pytest.approx([4.59555, 4.24053, 4.04216, 4.09558, 3.99614], abs=2e-4)


def test_it_learns_and_the_same_seed_gives_the_same_run(book):
    first = losses(book, *SMALL)
    assert first == sorted(first, reverse=True) and first[-1] < 0.8 * first[0]
    assert losses(book, *SMALL) == first
    assert losses(book, *SMALL, "--seed", "2") != first


def test_a_killed_run_goes_on_to_the_same_numbers(book, tmp_path, root, package_environment):
    kept = tmp_path / "run.npz"
    command = [sys.executable, "-m", "examples.charlm", book, *SMALL, "--generate", "30", "--every", "7"]
    whole = subprocess.run(
        command, cwd=root, env=package_environment, capture_output=True, text=True, check=True
    ).stdout
    command += ["--checkpoint", str(kept)]
    running = subprocess.Popen(command, cwd=root, env=package_environment, stdout=subprocess.PIPE, text=True)
    printed = [running.stdout.readline() for _ in range(1 + 12)]
    running.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    printed += running.communicate()[0].splitlines(keepends=True)
    assert running.returncode != 0 and kept.exists()
    again = subprocess.run(
        command, cwd=root, env=package_environment, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"going on after update \d+ of epoch \d", again)
    rest = [line for line in again.splitlines() if line.startswith("epoch")]
    assert 0 < len(rest) < whole.count("epoch")
    assert whole.splitlines()[-len(again.splitlines()) + 2 :] == again.splitlines()[2:]  # its losses and its text
    assert whole.startswith("".join(printed[:13]))


def test_models_are_saved_and_loaded(book, tmp_path, capsys):
    saved = str(tmp_path / "book.npz")
    assert charlm.cli([book, *SMALL, "--savefile", saved, "--generate", "40"]) == 0
    text = capsys.readouterr().out[-41:]
    assert charlm.cli(["--loadfile", saved, "--epochs", "0", "--generate", "40"]) == 0
    assert capsys.readouterr().out == text
    assert charlm.cli([book, *SMALL, "--loadfile", saved]) == 0
    assert "embedding " in capsys.readouterr().out
    assert charlm.cli([book, *SMALL, "--checkpoint", saved]) == 1
    assert "is not a checkpoint of this example" in capsys.readouterr().err
    other = tmp_path / "other.txt"
    other.write_text("0123456789" * 100)
    assert charlm.cli([str(other), *SMALL, "--loadfile", saved]) == 1
    assert "which the model in --loadfile never saw" in capsys.readouterr().err


def test_fast_needs_no_files(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "curve.png"
    assert charlm.cli(["--fast", "--gcheck", "3", "--generate", "20", "--plot", str(picture)]) == 0
    out = capsys.readouterr().out
    assert "gradient check: 3 entries per weight" in out and "epoch   3" in out
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["no/such/file"], "there is no file no/such/file"),
        (["--layers", "0"], "at least 1"),
        (["--checkpoint", "run.pkl"], "does not end in .npz"),
        (["--savefile", "no/such/a.npz"], "there is no folder"),
    ],
)
def test_bad_options_are_refused_in_words(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        charlm.cli(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_damaged_archive_is_refused_in_words(tmp_path, capsys):
    whole = gzip.compress(bytes(range(256)) * 8)
    (tmp_path / "book.txt.gz").write_bytes(whole[:20] + bytes(8) + whole[28:])
    assert charlm.cli([str(tmp_path / "book.txt.gz")]) == 1
    assert "book.txt.gz is not a text in UTF-8" in capsys.readouterr().err


def test_options_that_do_not_fit_are_refused_in_words(book, tmp_path, capsys):
    assert charlm.cli([book, "--batchsize", "1000"]) == 1
    assert "do not fill one window of 1000 x 100" in capsys.readouterr().err
    kept = str(tmp_path / "run.npz")
    assert charlm.cli([book, *SMALL, "--checkpoint", kept]) == 0
    assert charlm.cli([book, *SMALL, "--checkpoint", kept, "--lr", "2"]) == 1
    assert "written by a run with lr 1.0, this one has 2.0" in capsys.readouterr().err
    with np.errstate(all="ignore"):
        assert charlm.cli([book, *SMALL, "--lr", "1e30", "--gclip", "1e30"]) == 1
    assert "no longer finite" in capsys.readouterr().err
