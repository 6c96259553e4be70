"""Softmax and multilayer perceptrons on handwritten digits: the published accuracies, dtypes, the command line."""

import numpy as np
import pytest

from examples import mnist


def curves(*arguments):
    return mnist.main(mnist.parser().parse_args(list(arguments)))


def test_softmax_reaches_the_known_accuracies(real_data):
    found = curves("--epochs", "1", "--data", real_data("mnist"))
    assert found["train accuracy"][1] == pytest.approx(0.8992, abs=0.002)
    assert found["test accuracy"][1] == pytest.approx(0.9036, abs=0.002)


def test_a_hidden_layer_reaches_the_known_accuracies(real_data):
    found = curves("--hidden", "64", "--epochs", "1", "--data", real_data("mnist"))
    assert found["train accuracy"][1] == pytest.approx(0.9435, abs=0.002)
    assert found["test accuracy"][1] == pytest.approx(0.9424, abs=0.002)


@pytest.mark.parametrize("hidden", [(), (16,), (16, 12)])
def test_fast_needs_no_files_and_learns(hidden, capsys):
    found = curves("--fast", "--gcheck", "3", "--hidden", *map(str, hidden))
    assert "gradient check: 3 entries per weight" in capsys.readouterr().out
    loss = found["train loss"]
    assert len(loss) == 4 and loss == sorted(loss, reverse=True)
    assert hidden or found["test accuracy"][-1] > 0.8  # with a hidden layer so few small batches only make a start


def test_the_same_seed_gives_the_same_run():
    assert curves("--fast", "--epochs", "1") == curves("--fast", "--epochs", "1")
    assert curves("--fast", "--epochs", "1") != curves("--fast", "--epochs", "1", "--seed", "2")


def test_single_precision_stays_single():
    rng = np.random.default_rng(0)
    w = mnist.weights([5, 4, 10], 0.1, rng)
    x, y = rng.random((6, 5), dtype=np.float32), mnist.one_hot(np.arange(6))
    assert [g.dtype for g in mnist.lossgradient(w, x, y)] == [np.float32] * 4


def test_the_gradient_is_the_one_written_by_hand():
    rng = np.random.default_rng(0)
    w = [part.astype(float) for part in mnist.weights([5, 4, 10], 1.0, rng)]
    x, y = rng.random((6, 5)), mnist.one_hot(np.arange(6)).astype(float)
    hidden = np.maximum(0, x @ w[0] + w[1])
    scores = np.exp(hidden @ w[2] + w[3])
    scores_bar = (scores / scores.sum(axis=1, keepdims=True) - y) / 6
    hidden_bar = (scores_bar @ w[2].T) * (hidden > 0)
    by_hand = [x.T @ hidden_bar, hidden_bar.sum(axis=0), hidden.T @ scores_bar, scores_bar.sum(axis=0)]
    for found, expected in zip(mnist.lossgradient(w, x, y), by_hand, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


def test_options_that_do_not_fit_the_data_are_refused_in_words(capsys):
    assert mnist.cli(["--fast", "--batchsize", "1501"]) == 1
    assert "more than the 1500 images" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        mnist.cli(["--hidden", "64", "zero"])
    assert "'zero' is not a whole number" in capsys.readouterr().err
