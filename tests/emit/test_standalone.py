"""Programs as files of their own."""

import math
import subprocess
import sys

import numpy as np
import pytest

import srcgrad
from srcgrad.core.unit import MISSING, Free
from srcgrad.emit import standalone

from . import programs

table = np.arange(3.0)


def helper(x):
    return x


class Model:
    @staticmethod
    def scale(x):
        return x


def file(**values):
    free = {name: Free(helper, name, value) for name, value in values.items()}
    return standalone.text(programs.program(f"def g(x):\n    return x, {', '.join(values)}", free=free))


def test_names_are_imported_or_written_out():
    text = file(
        helper=helper, h2=helper, table=table, scale=Model.scale, sin=np.sin, la=np.linalg, math=math, k=2.5, inf=-math.inf,
        t=(1, "a", None), len=len, np=np, gone=MISSING,
    )  # fmt: skip
    lines = text.splitlines()
    assert f"from {__name__} import helper" in lines
    assert f"from {__name__} import helper as h2" in lines
    assert f"from {__name__} import table" in lines
    assert f"from {__name__} import Model; scale = Model.scale" in lines
    assert "from numpy import sin" in lines
    assert "import numpy.linalg as la" in lines
    assert "k = 2.5" in lines and 'inf = float("-inf")' in lines and "t = (1, 'a', None)" in lines
    assert lines.count("import numpy as np") == 1
    assert not [line for line in lines if line.startswith(("len", "gone"))]
    compile(text, "file", "exec")


def test_it_runs_without_the_compiler(package_environment, tmp_path):
    text = (
        file(k=2.0, sin=np.sin) + "\nimport sys\nassert g(1.0)[1:] == (2.0, sin)\nassert 'srcgrad' not in sys.modules\n"
    )
    (tmp_path / "alone.py").write_text(text)
    subprocess.run([sys.executable, "alone.py"], cwd=tmp_path, env=package_environment, check=True)


def test_what_is_out_of_reach_is_an_error():
    def inner(x):
        return x

    with pytest.raises(standalone.NotImportable, match="'inner', which helper reads: a function"):
        file(inner=inner)
    with pytest.raises(standalone.NotImportable, match="'grad', which is a part of srcgrad itself"):
        file(grad=srcgrad.grad)
    with pytest.raises(standalone.NotImportable, match="a list that can neither"):
        file(weights=[1.0])
