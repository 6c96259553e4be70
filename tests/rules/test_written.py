"""The texts that are differentiated in the place of library functions: each does what the function does, and its gradient is right."""

import importlib
import inspect
import types

import numpy as np
import pytest

import srcgrad
from srcgrad import rules
from srcgrad.emit import load

from . import harness

for _module in ("scipy.linalg", "scipy.signal", "scipy.integrate", "scipy.interpolate", "scipy.stats"):
    pytest.importorskip(_module)
    importlib.import_module(_module)

TEXTS = rules.texts()
POINTS = np.array([0.2, 1.1, 2.9, 3.3])


def flat(value):
    return [part for item in value for part in flat(item)] if isinstance(value, (list, tuple)) else [np.asarray(value)]


@pytest.mark.parametrize("one", TEXTS, ids=lambda one: one.name)
def test_a_text_does_what_the_function_does(one):
    for args, kwargs in one.cases(harness.Draw(one.name)):
        if "interpolate" in one.name:
            inside = POINTS[POINTS < np.max(args[0])]
            found, wanted = one.text(*args, **kwargs)(inside), one.function(*args, **kwargs)(inside)
        else:
            found, wanted = one.text(*args, **kwargs), one.function(*args, **kwargs)
        for a, b in zip(flat(found), flat(wanted), strict=True):
            assert a.shape == b.shape, (one.name, harness.describe(args, kwargs))
            assert np.allclose(a, b, rtol=1e-9, atol=1e-11), (one.name, harness.describe(args, kwargs), a - b)


def own(value):
    """A function of the table as one of the user's, which is looked into."""
    if isinstance(value, list):
        return [own(item) for item in value]
    if inspect.isfunction(value) and value.__module__.startswith("srcgrad.rules"):
        return types.FunctionType(value.__code__, {"np": np, "__name__": __name__})
    return value


@pytest.mark.parametrize("one", TEXTS, ids=lambda one: one.name)
def test_its_gradient(one):
    """Every floating argument at once; curves are evaluated at a point."""
    for args, kwargs in one.cases(harness.Draw(one.name)):
        given = {**{f"a{i}": own(a) for i, a in enumerate(args)}, **kwargs}
        active = [name for name, value in given.items() if harness.floating(value) and not isinstance(value, tuple)]
        passed = [*(f"a{i}" for i in range(len(args))), *(f"{name}={name}" for name in kwargs)]
        call = f"function({', '.join(passed)})" + ("(points)" if "interpolate" in one.name else "")
        result = "np.imag(y)" if "hilbert" in one.name else "y"
        if isinstance(one.function(*args, **kwargs), complex):
            result = "y.real + 2 * y.imag"
        text = f"def f({', '.join(active)}):\n    y = {call}\n    return {result}\n"
        space = {name: value for name, value in given.items() if name not in active}
        f = load.load(text, "f", {"function": one.function, "np": np, "points": POINTS[:1], **space})
        assert srcgrad.check_grads(f, tuple(given[name] for name in active)) < 1e-5
