"""The examples as commands: run from the root of the repository, in a process of their own."""

import subprocess
import sys

import numpy as np
import pytest

from examples import command


@pytest.mark.parametrize("name", ["housing", "mnist", "charlm", "tagger", "transformer", "vae", "resnet", "lenet"])
def test_the_module_runs(name, root, package_environment):
    done = subprocess.run(
        [sys.executable, "-m", f"examples.{name}", "--fast"],
        cwd=root,
        env=package_environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "epoch" in done.stdout and done.stderr == ""


@pytest.mark.parametrize("name", ["housing", "tagger", "curve"])
def test_the_file_runs_from_another_folder(name, root, package_environment, tmp_path):
    done = subprocess.run(
        [sys.executable, str(root / "examples" / f"{name}.py"), "-h"],
        cwd=tmp_path,
        env=package_environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0 and done.stdout.startswith("usage: ") and done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_had_enough_is_no_error(root, package_environment):
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.housing", "--fast", "--epochs", "2"],
        cwd=root,
        env=package_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()  # before the first line
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(120) == 1 and errors == ""


def test_the_gradient_check_tells_a_wrong_gradient_from_a_right_one(capsys):
    def loss(w, x):
        return np.sum((x @ w[0]) ** 2)

    def right(w, x):
        return [2 * x.T @ (x @ w[0])]

    def wrong(w, x):
        return [2 * x.T @ (x @ w[0]) * 1.01]

    rng = np.random.default_rng(0)
    w, x = [rng.standard_normal((3, 1))], rng.standard_normal((4, 3))
    assert command.check_entries(loss, right, w, (x,), 3, rng) < 1e-6
    with pytest.raises(command.Stop, match="disagree"):
        command.check_entries(loss, wrong, w, (x,), 3, rng)
