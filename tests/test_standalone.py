"""A dumped gradient is a file of its own: it runs without the compiler, on NumPy and the runtime alone."""

import subprocess
import sys

import numpy as np
import pytest

from srcgrad.testing import numerical_gradient

MODEL = """
import math
import numpy as np
import srcgrad
from srcgrad import stop_gradient

RATE = 0.5

def scalar(x, y):
    return math.log(x) + x * y - math.sin(y) * RATE

def branches(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] <= 0:
            s += np.exp(x[i])
        else:
            s += np.log(x[i])
    return s

def predict(w, x):
    for i in range(0, len(w), 2):
        x = np.maximum(0, x @ w[i] + w[i + 1])
    return x

def model(w, x, y):
    return np.sum((predict(w, x) - y) ** 2) / len(x)

def turned(r, phi):
    return r * np.cos(phi)

def helped(x, y):
    return x * turned(x, y)

def stopped(x):
    return np.sum(srcgrad.stop_gradient(x) * 0.0 + x * stop_gradient(2.0))
"""

ARGS = {
    "scalar": "(2.0, 5.0)",
    "helped": "(2.0, 5.0)",
    "stopped": "(np.arange(3.0),)",
    "branches": "(np.array([0.88, -2.52, 1.55]),)",
    "model": "([np.ones((3, 2)), np.zeros(2)], np.arange(12.0).reshape(4, 3), np.ones((4, 2)))",
}

# runs a dumped file with the compiler blocked, and prints the gradient
PROGRAM = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("srcgrad", "gast", "astunparse", "model"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Block())
import numpy as np
space = {"__name__": "gradient"}
exec(compile(open("gradient.py").read(), "gradient.py", "exec"), space)
print(repr(space[FUNCTION](*ARGS)))
"""


@pytest.mark.parametrize("name", ARGS)
@pytest.mark.parametrize("specialised", [False, True], ids=["general", "specialised"])
def test_dumped_gradient_runs_without_the_compiler(tmp_path, package_environment, name, specialised):
    (tmp_path / "model.py").write_text(MODEL)
    options = ["--args", ARGS[name]] if specialised else []
    command = [sys.executable, "-m", "srcgrad", "dump", f"model.py:{name}", "-o", "gradient.py", *options]
    done = subprocess.run(command, cwd=tmp_path, env=package_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    program = PROGRAM.replace("FUNCTION", repr(f"{name}_grad")).replace("ARGS", ARGS[name])
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, cwd=tmp_path, env=package_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + (tmp_path / "gradient.py").read_text()
    space = {"array": np.array, "np": np}
    exec(compile(MODEL, "model", "exec"), space)
    expected = numerical_gradient(space[name], eval(ARGS[name], space))
    found = eval(done.stdout, space)
    pairs = zip(found, expected, strict=True) if isinstance(expected, list) else [(found, expected)]
    for left, right in pairs:
        np.testing.assert_allclose(left, right, rtol=1e-6)
