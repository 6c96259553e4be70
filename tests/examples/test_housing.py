"""Linear regression on the housing data: the published losses, and the command line."""

import re

import numpy as np
import pytest

from examples import housing


def losses(*arguments):
    return housing.main(housing.parser().parse_args(list(arguments)))


def test_all_rows_from_zero_weights_give_the_known_losses(real_data):
    train = losses("--winit", "0", "--data", real_data("housing"))["train"]
    known = {0: 592.1469, 1: 367.4636, 2: 242.1638, 10: 29.6858, 20: 22.9468}
    assert len(train) == 21
    for epoch, expected in known.items():
        assert train[epoch] == pytest.approx(expected, abs=1e-4)


def test_long_training_reaches_the_least_squares_optimum(real_data):
    folder = real_data("housing")
    loaded = housing.data.load_regression(folder)
    columns = np.hstack([housing.standardise(loaded.x), np.ones((len(loaded.x), 1))])
    weights = np.linalg.lstsq(columns, loaded.y, rcond=None)[0]
    optimum = np.mean((columns @ weights - loaded.y) ** 2)
    assert optimum == pytest.approx(21.894831, abs=1e-6)
    assert losses("--winit", "0", "--epochs", "2000", "--data", folder)["train"][-1] == pytest.approx(optimum, abs=1e-4)


def test_the_default_is_a_random_split_of_400_and_106(real_data, capsys):
    curves = losses("--data", real_data("housing"))
    assert "400 rows to train on, 106 to test, 13 columns" in capsys.readouterr().out
    assert 19.3 < curves["train"][-1] < 25.2 and 13.8 < curves["test"][-1] < 40.9


def test_fast_needs_no_files_and_learns(capsys):
    assert housing.cli(["--fast", "--gcheck", "3"]) == 0
    out = capsys.readouterr().out
    assert "gradient check: 3 entries per weight" in out
    train = [float(value) for value in re.findall(r"train loss (\S+)", out)]
    assert len(train) == 6 and train == sorted(train, reverse=True)


def test_show_gradient_prints_a_program(capsys):
    assert housing.cli(["--fast", "--epochs", "0", "--show-gradient"]) == 0
    out = capsys.readouterr().out
    assert "w_bar" in out
    compile(out[out.index("import") : out.index("epoch ")], "gradient.py", "exec")


def test_plot_writes_a_picture(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "curves.png"
    assert housing.cli(["--fast", "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--epochs", "-1"], "-1 is negative"),
        (["--epochs", "many"], "'many' is not a whole number"),
        (["--lr", "0"], "must be above 0"),
        (["--lr", "nan"], "not a finite number"),
        (["--batchsize", "0"], "at least 1"),
        (["--data", "no/such/folder"], "there is no folder no/such/folder"),
        (["--plot", "no/such/folder/a.png"], "there is no folder"),
        (["--plot", "examples"], "examples is a folder"),
        (["--checkpoint", "/"], "/ is a folder"),
        (["--data", ""], "there is no folder"),
        (["--plot", "curves.doc"], "does not end in .png"),
        (["--speed"], "unrecognized arguments: --speed"),
    ],
)
def test_bad_options_are_refused_in_words(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        housing.cli(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message", [(["--test", "442"], "leaves no row to train on"), (["--lr", "1e200"], "no longer finite")]
)
def test_options_that_do_not_fit_the_data_are_refused_in_words(arguments, message, capsys):
    with np.errstate(all="ignore"):
        assert housing.cli(["--fast", *arguments]) == 1
    assert message in capsys.readouterr().err
