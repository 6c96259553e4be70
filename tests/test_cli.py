"""The command line, as a user meets it: in a process of its own."""

import os
import stat
import subprocess
import sys

import pytest

from srcgrad import pipeline

MODEL = """
import numpy as np
import scipy.optimize

SHIFT = 2.0

def loss(w, x):
    p = x @ w + SHIFT
    return np.sum(p * p)

def curved(w, x):
    return np.sum(np.tanh(w * x) ** 2)

def refused(x):
    return scipy.optimize.brentq(lambda t: t - x, -10.0, 10.0)

def fails(x):
    return x * [1.0, 2.0][5]

class Net:
    @staticmethod
    def loss(x):
        return x * x

number = 3
"""


@pytest.fixture
def command(tmp_path, package_environment):
    """Runs `srcgrad ...` in a folder that holds model.py; gives the finished process, which printed no traceback."""
    (tmp_path / "model.py").write_text(MODEL)

    def run(*arguments, status=0):
        line = [sys.executable, "-m", "srcgrad", *map(str, arguments)]
        done = subprocess.run(line, cwd=tmp_path, env=package_environment, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == status, done.stdout + done.stderr
        return done

    run.folder = tmp_path
    return run


ARGS = ("--args", "(np.ones(3), np.eye(3))")


def test_version_and_help(command):
    assert command("--version").stdout.startswith("srcgrad 0.")
    assert "dump" in command("--help").stdout
    assert "--argnums" in command("dump", "--help").stdout
    assert "usage" in command(status=2).stderr


def test_dump_of_other_modes(command):
    text = command("dump", "model.py:loss", "--mode", "forward", *ARGS).stdout
    assert "def loss_jvp(w, x, w_dot)" in text and "p_dot" in text
    text = command("dump", "model.py:loss", "--mode", "pullback", *ARGS).stdout
    assert "def loss_vjp(w, x)" in text and "def loss_reverse(" in text


def test_dump(command):
    text = command("dump", "model.py:loss").stdout
    assert "def loss_grad(w, x" in text
    compile(text, "emitted", "exec")
    assert command("dump", "model:loss").stdout.splitlines()[-1] == text.splitlines()[-1]
    assert "def " in command("dump", "model.py:loss", *ARGS, "--argnums", "w").stdout
    assert "def " in command("dump", "model.py:Net.loss").stdout


def test_dump_of_kernels(command):
    shown = command("dump", "model.py:curved", "--device", "gpu", "--kernels", *ARGS).stdout
    assert "@rt.kernel\ndef curved_kernel(w, x" in shown and '"C" __global__ void curved_kernel(' in shown
    assert "--args" in command("dump", "model.py:loss", "--device", "gpu", "--kernels", status=2).stderr


def test_dump_after_each_pass(command):
    names = [line.split()[0] for line in command("dump", "model.py:loss", "--after", "list").stdout.splitlines()]
    assert names == [each.name for each in pipeline.PASSES]
    for name in (names[0], names[len(names) // 2], names[-1]):
        assert "def " in command("dump", "model.py:loss", "--after", name).stdout
    assert names[0] in command("dump", "model.py:loss", "--after", "nonsense", status=2).stderr


def test_dump_colours_comments_only(command):
    plain = command("dump", "model.py:loss").stdout
    coloured = command("dump", "model.py:loss", "--color").stdout
    assert coloured.replace("\x1b[2m", "").replace("\x1b[0m", "") == plain


def test_output_is_written_whole_or_not_at_all(command):
    out = command.folder / "gradient.py"
    command("dump", "model.py:loss", "-o", out)
    first = out.read_text()
    compile(first, "emitted", "exec")
    assert not out.stat().st_mode & stat.S_IXUSR
    command("dump", "model.py:refused", "-o", out, status=1)
    assert out.read_text() == first
    assert "no such folder" in command("dump", "model.py:loss", "-o", "missing/g.py", status=2).stderr
    assert "is a folder" in command("dump", "model.py:loss", "-o", command.folder, status=2).stderr
    assert "file of the function" in command("dump", "model.py:loss", "-o", "model.py", status=2).stderr
    assert (command.folder / "model.py").read_text() == MODEL
    assert {p.name for p in command.folder.iterdir()} <= {"model.py", "gradient.py", "__pycache__"}


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs symbolic links")
def test_output_through_a_link(command):
    real, link = command.folder / "real.py", command.folder / "link.py"
    link.symlink_to(real)
    command("dump", "model.py:loss", "-o", link)
    assert link.is_symlink() and "def " in real.read_text()


def test_check(command):
    assert "agrees" in command("check", "model.py:loss", *ARGS).stdout
    assert "agrees" in command("check", "model.py:loss", *ARGS, "--argnums", "0,1").stdout
    assert "agrees" in command("check", "model.py:Net.loss", "--args", "3.0").stdout


def test_refusals_have_status_1(command):
    message = command("dump", "model.py:refused", status=1).stderr
    assert "model.py:15" in message and "^" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dump", "model.py"], "not a target"),
        (["dump", "missing.py:loss"], "no such file"),
        (["dump", "missing.module:loss"], "no module"),
        (["dump", "model.py:missing"], "no function 'missing'; it has loss"),
        (["dump", "model.py:Net.missing"], "no function"),
        (["dump", "model.py:number"], "is int, not a function"),
        (["dump", "model.py:loss", "--argnums", "0;1"], "--argnums"),
        (["check", "model.py:loss"], "--args EXPR"),
        (["check", "model.py:loss", "--args", "(1.0,"], "not a Python expression"),
        (["check", "model.py:loss", "--args", "missing"], "NameError"),
        (["check", "model.py:loss", "--args", "1.0"], "missing 1 required positional argument"),
        (["check", "model.py:fails", "--args", "1.0"], "IndexError: list index out of range .*model.py:18"),
        (["check", "model.py:loss", *ARGS, "--argnums", "9"], "was not given an argument"),
        (["check", "model.py:loss", *ARGS, "--order", "0"], "--order"),
        (["check", "model.py:loss", *ARGS, "--rtol", "nan"], "--rtol is a number above 0, not nan"),
        (["check", "model.py:loss", "--args", "exit()"], "--args ends the program"),
        (["dump", "broken.py:f"], "broken.py:1: "),
        (["dump", "raises.py:f"], r"raised ZeroDivisionError: division by zero .*raises.py:2"),
        (["dump", "exits.py:f"], "ends the program"),
        (["dump", "imports.py:f"], "No module named 'not_there_at_all'"),
    ],
)
def test_mistakes_have_status_2_and_one_paragraph(command, arguments, message):
    import re

    (command.folder / "broken.py").write_text("def f(x:\n")
    (command.folder / "raises.py").write_text("print('hello')\n1 / 0\n")
    (command.folder / "exits.py").write_text("raise SystemExit(3)\n")
    (command.folder / "imports.py").write_text("import not_there_at_all\n")
    done = command(*arguments, status=2)
    assert re.search(message, done.stderr), done.stderr
    assert done.stdout == "" and "\n\n" not in done.stderr


def test_prints_of_the_module_do_not_spoil_the_program(command):
    (command.folder / "talks.py").write_text("print('hello')\ndef f(x):\n    return x * x\n")
    done = command("dump", "talks.py:f")
    assert "hello" not in done.stdout and "hello" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dump", "model.py:loss", "--args", "(1.0,)"], "grad of loss: .*missing 1 required positional argument"),
        (["dump", "builtins:len"], "^srcgrad: cannot write the adjoint of 'len'\n"),
    ],
)
def test_what_has_no_gradient_has_status_1(command, arguments, message):
    import re

    done = command(*arguments, status=1)
    assert re.search(message, done.stderr), done.stderr
    assert done.stdout == "" and "defect" not in done.stderr


def test_dump_shows_what_a_method_or_an_object_runs(command):
    (command.folder / "objects.py").write_text(
        "class Net:\n    def __init__(self):\n        self.w = 2.0\n\n    def loss(self, x):\n        return self.w * x\n\n"
        "    __call__ = loss\n\n\nnet = Net()\n"
    )
    for target in ("net.loss", "net"):
        assert "return tape.op('*', tape.attribute(self, 'w'), x)" in command("dump", f"objects.py:{target}").stdout
