"""The tagger, the transformer and the autoencoder: they learn, their gradients agree, a run that is cut off goes on the same."""

import gzip
import re

import numpy as np
import pytest

from examples import checkpoint, data, housing, mnist, resnet, tagger, transformer, vae

FAST = {"tagger": tagger, "transformer": transformer, "vae": vae, "resnet": resnet}


def curves(example, *arguments):
    return example.main(example.parser().parse_args(["--fast", *arguments]))


@pytest.mark.parametrize("name", FAST)
def test_fast_needs_no_files_and_learns(name, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "curves.png"
    assert FAST[name].cli(["--fast", "--gcheck", "2", "--plot", str(picture)]) == 0
    out, errors = capsys.readouterr()
    assert "gradient check: 2 entries per weight" in out and errors == ""
    losses = [float(value) for value in re.findall(r"train loss (\S+)", out)]
    assert len(losses) >= 3 and losses == sorted(losses, reverse=True) and losses[-1] < 0.85 * losses[0]
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", FAST)
def test_a_run_that_is_cut_off_goes_on_to_the_same_numbers(name, capsys, tmp_path, monkeypatch):
    example, options = FAST[name], ["--fast", "--epochs", "2", "--every", "4"]
    assert example.cli(options) == 0
    whole = capsys.readouterr().out.splitlines()
    options += ["--checkpoint", str(tmp_path / "run.npz")]
    writes = []

    def write_and_die(*arguments, of=checkpoint.write):
        of(*arguments)
        writes.append(1)
        if len(writes) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "write", write_and_die)
    assert example.cli(options) == 130
    assert capsys.readouterr().out.splitlines() == whole[:4]
    assert example.cli(options) == 0
    again = capsys.readouterr().out.splitlines()
    assert again[1] == "going on after update 12 of epoch 1"
    assert again[2:] == whole[4:]


@pytest.mark.parametrize("example", [housing, mnist], ids=lambda e: e.__name__)
def test_a_run_that_is_started_again_with_more_epochs_goes_on_to_the_same_numbers(example, capsys, tmp_path):
    assert example.cli(["--fast", "--epochs", "3"]) == 0
    whole = capsys.readouterr().out.splitlines()
    kept = ["--checkpoint", str(tmp_path / "run.npz")]
    assert example.cli(["--fast", "--epochs", "1", *kept]) == 0
    assert capsys.readouterr().out.splitlines() == whole[:3]
    assert example.cli(["--fast", "--epochs", "3", *kept]) == 0
    again = capsys.readouterr().out.splitlines()
    assert again == [whole[0], "going on after update 0 of epoch 2", *whole[3:]]
    assert example.cli(["--fast", "--epochs", "3", *kept]) == 0
    assert capsys.readouterr().out.splitlines() == [whole[0], f"{kept[1]} has all 3 epochs"]


def test_the_first_losses_of_the_autoencoder_are_the_known_ones():
    found = curves(vae, "--epochs", "2")["train loss"]
    assert found == pytest.approx([45.0179, 42.7207], abs=1e-3)


def test_the_first_losses_of_the_residual_network_are_the_known_ones():
    found = curves(resnet, "--epochs", "1")
    assert found["train loss"] == pytest.approx([2.1152], abs=2e-3)


def test_the_straight_way_of_the_residual_network():
    x = np.arange(2 * 4 * 4.0).reshape(1, 2, 4, 4)
    np.testing.assert_array_equal(resnet.straight(x, 3, 2)[0], [x[0, 0, ::2, ::2], x[0, 1, ::2, ::2], np.zeros((2, 2))])


def test_the_autoencoder_draws_what_it_learned(capsys):
    assert vae.cli(["--fast", "--epochs", "0", "--generate", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 2 * 8


def test_the_transformer_sees_no_later_character():
    rng = np.random.default_rng(0)
    w = transformer.weights(9, 8, 8, 2, 1.0, rng)
    chars = rng.integers(0, 9, (2, 8))
    other = chars.copy()
    other[:, 5:] = (other[:, 5:] + 1) % 9
    one, two = transformer.predict(w, chars, 2), transformer.predict(w, other, 2)
    np.testing.assert_array_equal(one[:, :5], two[:, :5])
    assert np.all(np.abs(one[:, 5:] - two[:, 5:]).max(axis=(0, 2)) > 0)


def test_options_that_do_not_fit_are_refused_in_words(capsys, tmp_path):
    assert transformer.cli(["--width", "10", "--heads", "3"]) == 1
    assert "--width 10 cannot be shared among --heads 3" in capsys.readouterr().err
    assert vae.cli(["--fast", "--batchsize", "1501"]) == 1
    assert "more than the 1500 images" in capsys.readouterr().err
    bank = tmp_path / "bank.conllu"
    bank.write_text("1\tone\n")
    assert tagger.cli(["--train", str(bank)]) == 1
    assert "--train and --test go together" in capsys.readouterr().err
    assert tagger.cli(["--train", str(bank), "--test", str(bank)]) == 1
    assert "has not 10 columns" in capsys.readouterr().err


# --- the tagger -------------------------------------------------------------------------------------------------------

LINE = "{}\t{}\t_\t{}\t_\t_\t_\t_\t_\t_\n"


def treebank(*sentences):
    lines = []
    for sentence in sentences:
        lines.append("# text = words\n" + LINE.format("1-2", "skipped", "X"))
        lines += [LINE.format(i, *word.split("/")) for i, word in enumerate(sentence.split(), start=1)]
        lines.append(LINE.format("8.1", "empty", "X") + "\n")
    return "".join(lines)


def test_treebanks_are_read(tmp_path):
    path = tmp_path / "bank.conllu"
    path.write_text(treebank("the/DET cat/NOUN", "it/PRON sleeps/VERB"), encoding="utf-8")
    assert data.read_conllu(path) == [(("the", "cat"), ("DET", "NOUN")), (("it", "sleeps"), ("PRON", "VERB"))]


def test_treebanks_with_other_line_ends_are_read_and_other_files_are_refused(tmp_path):
    path = tmp_path / "bank.conllu"
    text = treebank("the/DET ca@t/NOUN", "it/PRON sleeps/VERB").replace("\n", "\r\n").replace("@", "\u2028")
    path.write_bytes(text.encode("utf-8-sig"))
    assert data.read_conllu(path) == [(("the", "ca\u2028t"), ("DET", "NOUN")), (("it", "sleeps"), ("PRON", "VERB"))]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(data.DataError, match="is not a text in UTF-8"):
        data.read_conllu(path)
    packed = tmp_path / "bank.conllu.gz"
    whole = gzip.compress(bytes(range(256)) * 8)
    packed.write_bytes(whole[:20] + bytes(8) + whole[28:])
    with pytest.raises(data.DataError, match="is not a text in UTF-8"):
        data.read_conllu(packed)


def test_the_baseline_takes_the_commonest_tag_of_a_word():
    train = [data.Sentence(("a", "a", "a", "b"), ("X", "X", "Y", "Y")), data.Sentence(("c", "d"), ("Y", "Y"))]
    test = [data.Sentence(("a", "a", "b", "new", "new"), ("X", "Y", "Y", "Y", "X"))]
    assert tagger.baseline(train, test) == 3 / 5


def test_what_is_filled_up_changes_nothing():
    """Sentences beside longer ones get the scores that they get alone."""
    sentences = [
        data.Sentence(("a", "bcd"), ("X", "Y")),
        data.Sentence(("bcdabc", "a", "d", "cab"), ("X", "Y", "X", "Y")),
    ]
    letters, tags = {"a": 1, "b": 2, "c": 3, "d": 4}, {"X": 0, "Y": 1}
    w = tagger.weights(5, 2, (4, 5, 6), 1.0, np.random.default_rng(0))
    together = tagger.predict(w, tagger.batch_of(sentences, letters, tags))
    alone = [tagger.predict(w, tagger.batch_of([sentence], letters, tags)) for sentence in sentences]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-6)


def test_it_learns_a_treebank(tmp_path, capsys):
    rng = np.random.default_rng(0)
    words = ["the/DET", "cat/NOUN", "cats/NOUN", "sleeps/VERB", "runs/VERB", "slowly/ADV", "it/PRON"]
    for name in ("train", "test"):
        lines = [" ".join(rng.choice(words, 6)) for _ in range(300)]
        (tmp_path / f"{name}.conllu").write_text(treebank(*lines), encoding="utf-8")
    files = ["--train", str(tmp_path / "train.conllu"), "--test", str(tmp_path / "test.conllu")]
    found = curves(tagger, *files, "--lr", "0.02")
    assert found["test accuracy"][-1] > 0.99


def test_english_is_read_whole(real_data):
    train, test = data.load_sentences(real_data("tagging"))
    assert (len(train), len(test)) == (12544, 2077)
    assert sum(len(s.words) for s in train) == 204577 and sum(len(s.words) for s in test) == 25094
    assert len({tag for s in train for tag in s.tags}) == 17
    assert tagger.baseline(train, test) == pytest.approx(0.8620, abs=1e-4)
