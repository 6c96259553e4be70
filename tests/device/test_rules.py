"""Every rule on a device: its function and its adjoints, against what they give on the host."""

import functools
import math

import numpy as np
import pytest
from srcgrad_runtime import device

from tests.rules import harness, test_table

ROOMS = ("numpy", "srcgrad_runtime")
SIGNS = ("numpy.linalg.eigh", "numpy.linalg.svd")  # of vectors: a GPU chooses them otherwise; tests/device/test_gpu.py


def is_here(rule):
    """Draws and conversions to NumPy's own numbers happen on the host."""
    if "joined_by" in rule.name:  # takes np.r_ itself, which is another object on a device
        return False
    if rule.name.rpartition(".")[2] in ("polygamma", "frechet"):  # SciPy computes them
        return False
    if rule.name.endswith((".raveled", ".unraveled")):  # orders of memory that an array does not have there
        return False
    draws = rule.name.startswith("numpy.random.")
    return rule.name.partition(".")[0] in ROOMS and not draws and not isinstance(rule.function, type)


def there_and_here(xp, rule, args, kwargs):
    """The adjoints of every parameter on the device and on the host, with the value; None where the device has no such function."""
    names = {"np": device.namespace_of(xp), "rt": device.bound_runtime(xp), "math": math}
    moved = functools.partial(device.to_device, device=xp)
    with np.errstate(all="ignore"):
        y = rule.function(*args, **kwargs)
    y_bar = harness.like_random(y, harness.Draw(rule.name))
    y_bar = tuple(y_bar) if isinstance(y_bar, list) else y_bar
    try:
        value = device.bind(rule.function, xp)(*moved(args), **moved(kwargs))
    except (device.DeviceError, TypeError, NotImplementedError) as error:
        if isinstance(error, (device.DeviceError, NotImplementedError)) or "unexpected keyword" in str(
            error
        ):  # CuPy does not take this argument
            return None
        raise
    here = {"y": y, **harness.adjoint_of(rule, args, kwargs, y_bar, y)}
    there = {"y": value}
    values, on_host = harness.bind(rule, moved(args), moved(kwargs)), harness.bind(rule, args, kwargs)
    y_bar = moved(y_bar) if not isinstance(y_bar, (float, np.generic)) else xp.asarray(y_bar)
    for name in here:
        if name == "y":
            continue
        if rule.is_elementwise:
            partial = rule.partials[[p.name for p in rule.parameters].index(name)]
            there[name] = names["rt"].unbroadcast(y_bar * eval(partial, names, {**values, "y": value}), values[name])
        else:
            entry = harness.variants(rule, name, on_host)[0]
            bound = harness.Adjoint(name, device.bind(entry.function, xp), entry.ranks, entry.without)
            there[name] = harness.call(bound, values, y=value, y_bar=y_bar)
    return there, here


@test_table.named([r for r in test_table.TABLE if is_here(r)])
def test_rules_on_the_device(rule, xp):
    if rule.name in SIGNS and xp.__name__ == "cupy":
        pytest.skip("the signs of vectors are others there")
    served = 0
    structural = not rule.is_elementwise
    calls = test_table.cases(rule) if structural else [(args, {}) for args in harness.elementwise_cases(rule)]
    for args, kwargs in calls:
        found = there_and_here(xp, rule, args, kwargs)
        if found is None:
            continue
        served += 1
        there, here = found
        for name, x in here.items():
            harness.near(device.to_host(there[name]), x, f"{rule.name}, {name}")
    if not served:
        pytest.skip("CuPy has no such function")
