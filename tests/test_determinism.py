"""The emitted text depends on the source alone: two interpreters with different hash seeds write the same bytes."""

import os
import subprocess
import sys

import pytest

MODEL = """
import math
import numpy as np

def scalar(x, y):
    return math.log(x) + x * y - math.sin(y)

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

def many(a, b, c, d, e, f):
    p, q = a * b + c, {"u": d * e, "v": [e, f]}
    t = p * q["u"] + q["v"][1]
    while t > 10.0:
        t = t * 0.5 + a
    return t * np.tanh(b) + sum(q["v"])
"""

PROGRAM = """
import sys
sys.path.insert(0, ".")
import model
from srcgrad import pipeline
for name, argnums in [("scalar", (0, 1)), ("branches", 0), ("model", 0), ("model", (0, 1)), ("many", (5, 0, 3, 1))]:
    text = pipeline.dump(getattr(model, name), argnums)
    print(text)
    assert pipeline.dump(getattr(model, name), argnums) == text
"""


def emitted(folder, environment, seed):
    (folder / "model.py").write_text(MODEL)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**environment, "PYTHONHASHSEED": seed},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("seed", ["1", "20", "3000"])
def test_same_bytes_whatever_the_hash_seed(tmp_path, package_environment, seed):
    (tmp_path / "other").mkdir()
    first = emitted(tmp_path, package_environment, "0")
    assert first.count(b"def ") >= 5
    assert emitted(tmp_path, package_environment, seed) == first


def test_nothing_of_the_machine_is_in_the_text(tmp_path, package_environment):
    text = emitted(tmp_path, package_environment, "0").decode()
    assert str(tmp_path) not in text and os.sep + "site-packages" not in text and " at 0x" not in text
