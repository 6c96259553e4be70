"""LeNet: the first updates, what a run that was killed ends with, the command line."""

import numpy as np
import pytest

from examples import lenet


def curves(*arguments):
    return lenet.main(lenet.parser().parse_args(list(arguments)))


def test_fast_needs_no_files_and_learns(capsys):
    found = curves("--fast", "--gcheck", "2")
    assert "gradient check: 2 entries per weight" in capsys.readouterr().out
    assert found["train loss"] == sorted(found["train loss"], reverse=True)
    assert found["test accuracy"][-1] > 0.2  # so few small batches only make a start


@pytest.mark.parametrize("name", lenet.OPTIMISERS)
def test_every_optimiser_learns(name):
    optimiser = lenet.OPTIMISERS[name](None)
    rng = np.random.default_rng(0)
    w, x, y = lenet.weights(rng), rng.random((20, 1, 28, 28), dtype=np.float32), rng.integers(10, size=20)
    before = lenet.loss(w, x, y)
    for _ in range(4):
        w = optimiser.update(w, lenet.lossgradient(w, x, y))
    assert lenet.loss(w, x, y) < before
    assert all(part.dtype == np.float32 for part in w)


def test_the_first_updates_on_mnist(real_data):
    """The losses before the first updates, as another implementation has them (in double precision, by hand)."""
    from examples import data

    digits = data.load_digits(real_data("mnist"))
    w = lenet.weights(np.random.default_rng(1))
    x, y = lenet.as_images(digits.x_train[:300]), digits.y_train[:300].astype(int)
    slow = [part.astype(float) for part in w]
    for i in range(0, 300, 100):
        expected, g = by_hand(slow, x[i : i + 100].astype(float), y[i : i + 100])
        assert lenet.loss(w, x[i : i + 100], y[i : i + 100]) == pytest.approx(expected, rel=1e-5)
        slow = [part - 0.1 * part_bar for part, part_bar in zip(slow, g, strict=True)]
        found = lenet.lossgradient(w, x[i : i + 100], y[i : i + 100])
        for part, part_bar in zip(w, found, strict=True):
            part -= 0.1 * part_bar


def by_hand(w, x, y):
    """Loss and gradient of LeNet with convolutions by sliding windows."""
    windows = np.lib.stride_tricks.sliding_window_view

    def conv(x, w, b):
        return np.einsum("nchwij,kcij->nkhw", windows(x, (5, 5), (2, 3)), w, optimize=True) + b[:, None, None]

    def pool(x):
        parts = x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2)
        return parts.max(axis=(3, 5)), parts

    def unpool(g, top, parts):
        ties = parts == top[:, :, :, None, :, None]
        return (ties / ties.sum(axis=(3, 5), keepdims=True) * g[:, :, :, None, :, None]).reshape(
            *g.shape[:2], 2 * g.shape[2], 2 * g.shape[3]
        )

    a1 = np.maximum(conv(x, w[0], w[1]), 0)
    p1, parts1 = pool(a1)
    a2 = np.maximum(conv(p1, w[2], w[3]), 0)
    p2, parts2 = pool(a2)
    flat = p2.reshape(len(x), -1)
    hidden = np.maximum(flat @ w[4] + w[5], 0)
    scores = hidden @ w[6] + w[7]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    g = p.copy()
    g[np.arange(len(y)), y] -= 1
    g /= len(y)
    hidden_bar = (g @ w[6].T) * (hidden > 0)
    a2_bar = unpool((hidden_bar @ w[4].T).reshape(p2.shape), p2, parts2) * (a2 > 0)
    padded = np.pad(a2_bar, ((0, 0), (0, 0), (4, 4), (4, 4)))
    p1_bar = np.einsum("nkhwij,kcij->nchw", windows(padded, (5, 5), (2, 3)), w[2][:, :, ::-1, ::-1], optimize=True)
    a1_bar = unpool(p1_bar, p1, parts1) * (a1 > 0)
    return -np.mean(np.log(p[np.arange(len(y)), y])), [
        np.einsum("nchwij,nkhw->kcij", windows(x, (5, 5), (2, 3)), a1_bar, optimize=True),
        a1_bar.sum(axis=(0, 2, 3)),
        np.einsum("nchwij,nkhw->kcij", windows(p1, (5, 5), (2, 3)), a2_bar, optimize=True),
        a2_bar.sum(axis=(0, 2, 3)),
        flat.T @ hidden_bar,
        hidden_bar.sum(axis=0),
        hidden.T @ g,
        g.sum(axis=0),
    ]


@pytest.mark.parametrize("stop", [3, 15])
def test_a_run_that_is_killed_goes_on_to_the_same_numbers(stop, tmp_path, monkeypatch, capsys):
    """Killed before an update of the first epoch, and before the first one of the second (15 in each)."""
    undisturbed = curves("--fast", "--optim", "adam")
    path = tmp_path / "run.npz"
    arguments = ("--fast", "--optim", "adam", "--checkpoint", str(path), "--every", "4")
    calls, gradient = [], lenet.lossgradient

    def killed(*args):
        calls.append(1)
        if len(calls) > stop:
            raise KeyboardInterrupt
        return gradient(*args)

    monkeypatch.setattr(lenet, "lossgradient", killed)
    assert lenet.cli(list(arguments)) == 130
    monkeypatch.setattr(lenet, "lossgradient", gradient)
    capsys.readouterr()
    assert curves(*arguments) == undisturbed
    assert "going on after update" in capsys.readouterr().out


def test_a_checkpoint_of_another_run_is_refused_in_words(tmp_path, capsys):
    path = str(tmp_path / "run.npz")
    assert lenet.cli(["--fast", "--epochs", "0", "--checkpoint", path]) == 0
    assert lenet.cli(["--fast", "--epochs", "0", "--checkpoint", path, "--optim", "adam"]) == 1
    assert "with optim sgd, this one has adam" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--optim", "newton"], "invalid choice: 'newton'"),
        (["--checkpoint", "run.txt"], "does not end in .npz"),
        (["--checkpoint", "no/such/folder/run.npz"], "there is no folder no/such/folder"),
        (["--winit", "1"], "unrecognized arguments: --winit"),
    ],
)
def test_bad_options_are_refused_in_words(arguments, message, capsys):
    with pytest.raises(SystemExit):
        lenet.cli(arguments)
    assert message in capsys.readouterr().err
