"""The measuring programs measure what they say, and run."""

import ast
import time

import numpy as np
import pytest

from tests.benchmarks import generation, gpu, long_functions, models, networks, recorded, timing


@pytest.mark.parametrize("size", [20, 100, 1000])
def test_long_functions_have_the_length_asked_for_and_depend_on_their_arguments(size, tmp_path):
    function = next(node for node in ast.parse(long_functions.text(size)).body if getattr(node, "name", "") == "f")
    assignments = sum(isinstance(node, (ast.Assign, ast.AugAssign)) for node in ast.walk(function))
    assert size <= assignments <= size + 6
    x, w = generation.arguments()
    value = long_functions.module(size, tmp_path).f
    assert np.isfinite(value(x, w)) and abs(value(x, w)) < 10
    assert value(x + 0.01, w) != value(x, w) != value(x, w + 0.01)


def test_timing_tells_a_slow_program_from_a_quick_one():
    found = timing.side_by_side({"quick": lambda: None, "slow": lambda: time.sleep(0.002)}, rounds=5, seconds=0.1)
    assert found["quick"].best <= found["quick"].median < 1e-4
    assert 0.002 <= found["slow"].best <= found["slow"].median
    assert "x" in timing.table(found, against="quick")
    assert [timing.duration(t) for t in (2.5, 0.0123, 4.2e-5, 3e-8)] == ["2.50 s", "12.30 ms", "42.00 us", "30 ns"]


@pytest.mark.parametrize("case", models.cases(), ids=lambda case: case.name)
def test_all_gradients_of_a_model_agree(case):
    assert models.measure(case, seconds=0.01)["srcgrad"].best > 0


@pytest.mark.parametrize("name", recorded.CASES)
def test_recorded_gradients_agree(name):
    assert recorded.measure(name, seconds=0.01)["srcgrad"].best > 0


@pytest.mark.parametrize("name", networks.CASES)
def test_networks_compute_what_pytorch_computes(name):
    networks.agree(networks.CASES[name](pytest.importorskip("torch")))


def test_memory_is_measured_in_a_process_of_its_own(capsys):
    pytest.importorskip("torch")
    networks.memory(updates=2, names=["lenet"])
    assert "lenet        peak above the start" in capsys.readouterr().out


def test_without_a_gpu_the_benchmark_for_one_says_so(capsys):
    if gpu.device_of("gpu") is not None:
        pytest.skip("there is a GPU")
    assert gpu.main([]) == 2
    assert gpu.NO_GPU in capsys.readouterr().out


def test_the_benchmark_for_a_gpu_runs_on_the_fake_device(capsys):
    """Every model, in every way to run it, with small sizes; PyTorch and JAX, where they are installed, compute the same losses."""
    assert gpu.main(["--device", "fake", "--small", "--seconds", "0.01"]) == 0
    heads, rule, *rows = capsys.readouterr().out.splitlines()[-7:]
    assert [cell.strip() for cell in heads.strip("| ").split("|")] == list(gpu.COLUMNS)
    assert len(rows) == 5 and all(len(row) == len(rule) == len(heads) for row in rows)
    for row, model in zip(rows, gpu.MODELS, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[0] == model.name and float(cells[3]) > 0 and int(cells[-2]) <= int(cells[-1])


def test_gradients_that_disagree_stop_the_measurement():
    with pytest.raises(SystemExit, match="disagree"):
        models.agree([np.ones(3)], [np.array([1.0, 1.0, 1.1])], "case")


def test_generating_a_function_of_twenty_lines(tmp_path):
    assert 0 < generation.generating(long_functions.module(20, tmp_path).f) < 5
