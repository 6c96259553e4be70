"""The small examples: each runs in seconds, agrees with finite differences, gets better, and is short."""

import importlib
import re

import numpy as np
import pytest

SCRIPTS = [
    "bayesian_network", "fluid", "gaussian_mixture", "gaussian_process", "hidden_markov", "logistic_regression",
    "natural_gradient", "ode_network", "variational_inference",
]  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_fast_agrees_with_finite_differences_and_learns(name, capsys):
    example = importlib.import_module(f"examples.{name}")
    assert example.cli(["--fast", "--gcheck", "3", "--steps", "30"]) == 0
    out, errors = capsys.readouterr()
    assert "gradient check: 3 entries per weight" in out and errors == ""
    losses = [float(value) for value in re.findall(r"(?:loss|bound|divergence|per letter)\s+(-?[\d.]+)", out)]
    assert losses[-1] < losses[0] - 0.1 * abs(losses[0])


def test_the_functions_of_the_talk(capsys):
    from examples import talk

    assert talk.cli(["--show-gradient"]) == 0
    out = capsys.readouterr().out
    for x in ([0.88, -2.52, 1.55], [0.8831, -2.522, 1.551]):  # the second one rounds to the first
        assert [round(number, 2) for number in x] == [0.88, -2.52, 1.55] and f"at {x}: " in out
    found = re.findall(r"(\S+), gradient (\S+) (\S+) (\S+)", out)
    assert [f"{float(n):.2f}" for n in found[1][1:]] == ["1.13", "0.08", "0.64"] and found[1][0] == "0.3949"
    assert float(found[0][1]) == pytest.approx(1 / 0.88, abs=1e-4) and float(found[0][0]) == pytest.approx(0.3909)
    assert "11.652, adjoints 5.5 and 1.716" in out and "that of the slide, up to rounding" in out
    l4, l7, l10 = map(int, re.findall(r"l4 (\d+), l7 (\d+), l10 (\d+)", out)[0])
    assert l10 - l7 == l7 - l4 > 0
    x, step = 0.3, 1e-6  # the polynomial that is copied from the slide is the derivative
    assert talk.polynomial(x) == pytest.approx((talk.l4(x + step) - talk.l4(x - step)) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_is_short_and_needs_numpy_alone(name, root):
    text = (root / "examples" / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    imported = set(re.findall(r"^(?:import|from) ([\w.]+)", text, re.MULTILINE))
    assert imported <= {"__future__", "argparse", "sys", "collections.abc", "numpy", "srcgrad", "examples"}


def test_a_curve_is_fitted_by_scipy(capsys):
    from examples import curve

    assert curve.cli(["--gcheck", "2", "--seed", "3"]) == 0
    out = capsys.readouterr().out
    bells = [tuple(map(float, found)) for found in re.findall(r"height (\S+) at (\S+), width (\S+)", out)]
    np.testing.assert_allclose(bells, [(2.0, -1.0, np.exp(-0.7)), (1.5, 1.5, 1.0)], atol=0.1)
    assert curve.cli(["--device", "fake"]) == 1
    assert "leave out --device" in capsys.readouterr().err


def test_show_gradient_prints_a_program(capsys):
    from examples import logistic_regression

    assert logistic_regression.cli(["--steps", "0", "--show-gradient"]) == 0
    out = capsys.readouterr().out
    compile(out[out.index("import") : out.index("step ")], "gradient.py", "exec")


def test_the_fisher_information_is_the_known_one():
    from examples import natural_gradient

    q = np.array([1.0, -2.0, np.log(0.5), np.log(3.0)])
    found = natural_gradient.fisher(q, np.random.default_rng(0).normal(size=(200_000, 2)))
    np.testing.assert_allclose(found, np.diag([4.0, 1 / 9, 2.0, 2.0]), atol=0.08)


def test_the_learned_slope_is_that_of_the_forward_algorithm():
    """The likelihood of a text under a hidden Markov model, beside the sum over all paths of states."""
    import itertools

    from examples import hidden_markov

    rng = np.random.default_rng(0)
    w = {"start": rng.normal(size=2), "moves": rng.normal(size=(2, 2)), "letters": rng.normal(size=(2, 27))}
    start, moves, letters = (
        np.exp(w[n]) / np.exp(w[n]).sum(axis=-1, keepdims=True) for n in ("start", "moves", "letters")
    )
    text, total = np.array([3, 1, 4, 1]), 0.0
    for path in itertools.product(range(2), repeat=4):
        odds = start[path[0]] * np.prod([moves[a, b] for a, b in itertools.pairwise(path)])
        total += odds * np.prod([letters[state, letter] for state, letter in zip(path, text, strict=True)])
    assert hidden_markov.loss(w, text) == pytest.approx(-np.log(total) / 4)
