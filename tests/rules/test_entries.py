"""Every entry of the table through the whole of srcgrad: both modes, order 2, single precision.

One program for each call that needs another adjoint or tangent function than the calls before it (`entries.calls`). The oracle is finite
differences, and for single precision the same program in double precision, which was compared with those.
"""

import importlib
import sys
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad import rules

from . import entries, harness

for _module in (
    "statistics", "scipy.special", "scipy.linalg", "scipy.stats", "scipy.signal", "scipy.interpolate", "scipy.integrate",
    "srcgrad_runtime.nn",
):  # fmt: skip
    try:  # these tables are read only where the module is
        importlib.import_module(_module)
    except ImportError:
        pass


def stands_for_itself(entry):
    """Whether an entry is none of the many methods of distributions that are made alike; `tests/rules/test_table.py` has those as well."""
    name = entry.name.rpartition("scipy.stats.")[2]
    return name == entry.name or name.startswith("norm.") or name.endswith(".logpdf") or name.endswith(".logpmf")


ENTRIES = tuple(filter(stands_for_itself, (*rules.table(), *rules.texts())))
RTOL, ATOL = 1e-3, 1e-4  # of single precision
LONG = (
    "lstm_scan",
    "gru_scan",
    "rnn_scan",
)  # programs of many steps, each of which is differentiated through its source


def named(table):
    return pytest.mark.parametrize("entry", table, ids=lambda entry: entry.name)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@named(ENTRIES)
def test_derivatives_of_both_orders_in_both_modes(entry):
    """Against finite differences: the gradient, the tangent, and reverse and forward mode of the gradient; one mode for further calls."""
    order = 1 if entry.order2 or entry.name.endswith(LONG) else 2
    for number, (args, kwargs) in enumerate(entries.calls(entry)):
        program = entries.program(entry, args, kwargs)
        modes = ("fwd",) if number and order == 2 else ("rev", "fwd")
        assert srcgrad.check_grads(program.function, program.args, order=order, modes=modes) < 1e-2


@named([entry for entry in ENTRIES if entry.order2])
def test_what_has_no_second_derivative_refuses_it(entry):
    args, kwargs = next(iter(entries.calls(entry)))
    program = entries.program(entry, args, kwargs)
    with pytest.raises(srcgrad.Refused):
        srcgrad.check_grads(program.function, program.args, order=2)


@named(
    [entry for entry in ENTRIES if not entry.name.endswith("simpson")]
)  # SciPy's has double precision for even numbers
def test_single_precision(entry):
    """Where the result is in single precision, nothing of double precision appears, and the derivatives are near."""
    for args, kwargs in entries.calls(entry):
        program = entries.program(entry, *lowered((args, kwargs)))
        exact = entries.program(entry, args, kwargs)
        y = program.function(*program.args)
        directions = tuple(like(entry, value) for value in exact.args)
        weights = like(entry, exact.function(*exact.args))
        tangent, wide_forward = seen_in_double(forward, program, lowered(directions))
        gradients, wide_reverse = seen_in_double(reverse, program, of_kind(weights, y))
        near(tangent, y, forward(exact, directions), f"tangent of {program.text}")
        near(gradients, program.args, reverse(exact, weights), f"gradient of {program.text}")
        if all(kind in (np.float32, np.complex64) for kind in kinds((y, program.args))):
            assert not wide_forward, program.text
            assert not wide_reverse, program.text


def like(entry, value):
    """Random numbers of the structure of a value, tuples as tuples; nothing where it has no derivative."""
    return shaped(harness.like_random(value, harness.Draw(entry.name)), value)


def shaped(drawn, value):
    if isinstance(value, (list, tuple)):
        return sequence_like(value, map(shaped, drawn, value))
    return drawn


def sequence_like(value, items):
    """A sequence of the type of a value; those with named fields take them one by one."""
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)


def lowered(value):
    """Every floating array in single precision, through lists, tuples and dicts."""
    if isinstance(value, dict):
        return {name: lowered(item) for name, item in value.items()}
    return harness.converted(value, harness.to_single)


def of_kind(value, like_value):
    """Numbers in the dtypes of a value."""
    if isinstance(like_value, (list, tuple)):
        return sequence_like(like_value, map(of_kind, value, like_value))
    if value is None or not isinstance(like_value, (np.ndarray, np.generic)):
        return value
    return np.asarray(value, like_value.dtype)[()] if np.ndim(like_value) == 0 else value.astype(like_value.dtype)


def forward(program, directions):
    srcgrad.jvp(program.function, program.args, directions)  # written here, run again below
    return srcgrad.jvp(program.function, program.args, directions)[1]


def reverse(program, weights):
    return srcgrad.vjp(program.function, *program.args)[1](weights)


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def kinds(value):
    return [np.result_type(leaf) for leaf in leaves(value) if leaf is not None and not isinstance(leaf, str)]


def near(found, wanted, exact, where):
    """Shapes and dtypes of what is wanted, and the numbers of double precision."""
    for a, b, c in zip(leaves(found), leaves(wanted), leaves(exact), strict=True):
        if harness.floating(b):
            assert np.result_type(a) == np.result_type(b) and np.shape(a) == np.shape(b), where
            size = 1 + np.max(np.abs(c), initial=0)
            assert np.allclose(a, c, rtol=RTOL, atol=ATOL * size, equal_nan=True), f"{where}: {a} is far from {c}"


def seen_in_double(run, *args):
    """The result of a call, and what holds numbers of double precision while emitted programs and the runtime run."""
    found = set()

    def local(frame, event, argument):
        values = [*frame.f_locals.items(), ("what it returns", argument if event == "return" else None)]
        found.update(f"{frame.f_code.co_name}: {name}" for name, value in values if in_double(value))
        return local

    def chosen(frame, event, argument):
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        ours = file.startswith("<srcgrad") or "srcgrad_runtime" in file
        return local if ours and name not in NUMBERS else None

    before = sys.gettrace()
    sys.settrace(chosen)
    try:
        return run(*args), found
    finally:
        sys.settrace(before)


NUMBERS = ("weak",)  # its argument is a number of double precision, by which nothing is multiplied


def in_double(value):
    return type(value) in (np.float64, np.complex128) or (
        isinstance(value, np.ndarray) and value.dtype in (np.float64, np.complex128)
    )


def test_double_precision_would_be_seen():
    x = np.ones(3, np.float32)
    factors = np.ones(3)
    _, found = seen_in_double(srcgrad.grad(lambda x: np.sum(x * factors)), x)
    assert found
