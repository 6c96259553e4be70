"""Every example on a device: it prints what it prints on the host."""

import importlib
import re
import sys

import pytest
from srcgrad_runtime import fake

SMALL = {
    "housing": ["--epochs", "3", "--batchsize", "100"],
    "mnist": ["--hidden", "8", "--epochs", "1"],
    "charlm": "--layers 8 8 --batchsize 100 --steps 20 --epochs 1 --generate 20".split(),
    "tagger": ["--epochs", "1", "--batchsize", "100"],
    "transformer": ["--epochs", "1", "--generate", "10"],
    "vae": ["--epochs", "1", "--batchsize", "300", "--generate", "1"],
    "resnet": ["--epochs", "1", "--batchsize", "300"],
    "lenet": ["--epochs", "1", "--batchsize", "600"],
    **dict.fromkeys(
        "bayesian_network fluid gaussian_mixture gaussian_process hidden_markov logistic_regression natural_gradient "
        "ode_network variational_inference".split(),
        ["--steps", "3"],
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_an_example_prints_the_same_on_the_device(name, capsys, xp):
    example = importlib.import_module(f"examples.{name}")
    options = ["--fast", *SMALL[name]]
    assert example.cli(options) == 0
    here = capsys.readouterr()
    fake.counts.reset()
    assert example.cli([*options, "--device", "fake" if xp is fake else "gpu"]) == 0
    there = capsys.readouterr()
    assert (fake.counts.launches > 0) == (xp is fake) and there.err == here.err == ""
    numbers = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")
    assert numbers.sub("", there.out) == numbers.sub("", here.out)
    for one, other in zip(numbers.findall(there.out), numbers.findall(here.out), strict=True):
        assert float(one) == pytest.approx(float(other), rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("name", ["mnist", "transformer"])
def test_a_run_goes_on_on_another_device(name, capsys, tmp_path):
    example = importlib.import_module(f"examples.{name}")
    options, kept = ["--fast", *SMALL[name]], ["--checkpoint", str(tmp_path / "run.npz")]
    assert example.cli([*options, "--epochs", "2"]) == 0
    whole = capsys.readouterr().out.splitlines()
    assert example.cli([*options, *kept, "--device", "fake"]) == 0
    capsys.readouterr()
    assert example.cli([*options, *kept, "--epochs", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == whole[-1]


def test_where_there_is_no_gpu_that_is_said(monkeypatch):
    from examples import command, mnist

    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(command.Stop, match="needs CuPy"):
        command.place(mnist.parser().parse_args(["--device", "gpu"]))
