"""Kernels: the functions of rules, reductions and forms of broadcasting, in every type, executed from their text against NumPy."""

import itertools
import math
import types

import numpy as np
import pytest
import srcgrad_runtime as rt
from srcgrad_runtime import fake
from srcgrad_runtime.kernels import launching, lines, operations

from srcgrad import rules
from tests.device import compiled
from tests.rules import harness

HERE = {"np": np, "rt": rt, "math": math}
FLOATS = ("float32", "float64")
ALL = ("bool", "int8", "uint8", "int64", "uint64", "float32")


def written(text, name="k"):
    """A function from its text, as emitted programs have it."""
    space = dict(HERE)
    exec(text, space)
    return space[name]


def launch(function, *args):
    """What a kernel gives on the fake device, which compares types and shapes with those of the plan."""
    launcher = launching.Launcher(function, fake, function)
    moved = [fake.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
    for one, a in zip(moved, args, strict=True):
        if isinstance(a, np.ndarray):
            one._host = a  # with its strides
    return launcher(*moved)


class Batch:
    """Calls of kernels that are then checked together."""

    def __init__(self):
        self.calls, self.refused = [], []

    def __call__(self, function, *args):
        seen = []
        others = launching.observers[:]  # what is checked here need not be checked again
        launching.observers[:] = [
            lambda plan, given, found: seen.append(compiled.Call(plan, given, compiled._frozen(found)))
        ]
        try:
            with np.errstate(all="ignore"):
                result = launch(function, *args)
        finally:
            launching.observers[:] = others
        self.calls += seen
        if not seen:
            self.refused.append((function.__name__, *(getattr(a, "dtype", a) for a in args)))
        return result

    def check_loosely(self):
        """As `check`, where sums cancel out."""
        assert not self.refused
        if compiled.compiler() is None:
            pytest.skip("no g++ to execute kernels with")
        compiled.check_execution(self.calls)

    def check(self, refused=()):
        assert sorted({name for name, *_ in self.refused}) == sorted(refused)
        if compiled.compiler() is None:
            pytest.skip("no g++ to execute kernels with")
        compiled.check_execution(self.calls, strict=True)


@pytest.fixture
def batch():
    return Batch()


# ---- elementwise functions -----------------------------------------------------------------------------------------------------------------

ROWS = [r for r in rules.table() if r.is_elementwise and isinstance(r.function, np.ufunc)]
ROWS = [
    r for r in ROWS if r.function.__name__ in operations.ELEMENTWISE or r.function.__name__ in ("divide", "absolute")
]
# partials that are no elementwise operations of what kernels have
NOT_IN_KERNELS = ()


def test_functions_of_rules_and_their_partials(batch):
    """Value and adjoints of every elementwise rule that kernels have, in both precisions."""
    assert len(ROWS) > 40
    for rule, dtype in itertools.product(ROWS, FLOATS):
        names = [p.name for p in rule.parameters]
        lines = [f"y = np.{rule.function.__name__}({', '.join(names)})"]
        bars = []
        for name, partial in zip(names, rule.partials, strict=True):
            if partial is not None:
                lines.append(f"{name}_bar = rt.unbroadcast(y_bar * ({partial}), {name})")
                bars.append(f"{name}_bar")
        lines.append(f"return {', '.join(['y', *bars])}")
        text = f"def {rule.function.__name__}_rule({', '.join([*names, 'y_bar'])}):\n    " + "\n    ".join(lines)
        function = written(text, f"{rule.function.__name__}_rule")
        full = [args for args in harness.elementwise_cases(rule) if all(np.size(a) for a in args)]
        for args in full[:1] + full[2:5]:
            given = [np.asarray(a, dtype) for a in args]
            y_bar = (
                np.random.default_rng(0).standard_normal(np.broadcast_shapes(*(g.shape for g in given))).astype(dtype)
            )
            if all(np.asarray(a).dtype.kind == "f" for a in args):
                batch(function, *given, y_bar)
    batch.check(NOT_IN_KERNELS)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, np.nan, np.inf, -np.inf]


def test_infinities_zeros_and_nan(batch):
    """Functions of one and of two arguments at the points where they are singular."""
    a = np.array(SPECIAL)
    for name in sorted(operations.FLOATS):
        ufunc = getattr(np, name)
        names = "x, y" if ufunc.nin == 2 else "x"
        function = written(f"def {name}_at({names}):\n    return np.{name}({names})", f"{name}_at")
        for dtype in FLOATS:
            x = a.astype(dtype)
            batch(function, *([x[:, None].copy(), x] if ufunc.nin == 2 else [x]))
    batch.check()


def test_integers_and_booleans(batch):
    """Every function in every type that NumPy has it for, mixed with the other ones as NumPy mixes them."""
    rng = np.random.default_rng(1)
    for name in sorted(operations.INTEGERS.keys() | operations.BOOLEANS.keys()):
        ufunc = getattr(np, name)
        for one, other in itertools.product(ALL, ALL) if ufunc.nin == 2 else zip(ALL, ALL, strict=True):
            x, y = (rng.integers(0, 2 if t == "bool" else 100, 7).astype(t) for t in (one, other))
            names = "x, y" if ufunc.nin == 2 else "x"
            function = written(f"def {name}_of({names}):\n    return np.{name}({names})", f"{name}_of")
            try:
                ufunc(*(x, y)[: ufunc.nin])
            except TypeError:
                continue
            batch(function, *(x, y)[: ufunc.nin])
    halves = {name for name, *_ in batch.refused if name.removesuffix("_of") in ("floor", "ceil", "trunc")}
    batch.check(refused=halves)  # of booleans, which NumPy takes to float16


# ---- reductions ----------------------------------------------------------------------------------------------------------------------------


def test_reductions(batch):
    """Over every choice of axes, alone and with what is computed before and after."""
    rng = np.random.default_rng(2)
    for name, dtype in itertools.product(sorted(operations.REDUCTIONS), ("bool", "int32", *FLOATS)):
        for axis, keepdims in itertools.product((None, 0, 1, -1, (0, 2), (1, 2), (0, 1, 2), ()), (False, True)):
            x = (rng.integers(-1, 3, (3, 4, 5)) if dtype != "float64" else rng.standard_normal((3, 4, 5))).astype(dtype)
            text = f"def {name}_over(x):\n    return np.{name}(x, axis={axis}, keepdims={keepdims})"
            batch(written(text, f"{name}_over"), x)
    batch.check()


@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_kernels_compile_to_machine_code(architecture):
    """The other kernels are compiled to the code that the driver takes, which is faster to do (see `conftest`)."""
    library, batch = compiled.nvrtc(), Batch()
    if library is None:
        pytest.skip("no NVRTC: pip install nvidia-cuda-nvrtc")
    for rows in (3, 700):
        for function in (column_sums, rows_and_more):
            batch(function, np.ones((rows, 5), np.float32), np.ones((rows, 5), np.float32))
    texts = [text for call in batch.calls for text in call.plan.launches]
    assert not compiled.compile_for(library, compiled.unit(texts), architecture)


def column_sums(x, dz):
    dz = dz * (x > 0)
    return dz, np.sum(dz, axis=0)


def softmax_adjoint(p, y, n):
    p = p - np.max(p, axis=1, keepdims=True)
    y_bar = -(np.float32(1.0) / n) * y
    t = np.exp(p)
    return y_bar - np.sum(y_bar, axis=1, keepdims=True) / np.sum(t, axis=1, keepdims=True) * t


def rows_and_more(x, y):
    m = np.mean(x, axis=-1)
    centred = x - m[:, None]
    return m, np.sum(centred * y), centred, np.log(np.sum(np.exp(x), axis=1)) + m, np.sum(centred, axis=0)


def total_twice(x):
    d = x - np.mean(x)
    return np.sum(d * d), d / np.sqrt(np.mean(d * d))


@pytest.mark.parametrize("rows, columns", [(1, 1), (1, 7), (5, 1), (8, 10), (3, 100), (700, 3), (2, 3000)])
def test_reductions_in_runs(batch, rows, columns):
    """Shapes for which rows are shared by few or many threads, gone through again, or cut into parts."""
    rng = np.random.default_rng(3)
    for dtype in FLOATS:
        x, y = (rng.random((rows, columns)).astype(dtype) + 1 for _ in range(2))
        batch(column_sums, x - dtype_of(1.5, dtype), y)
        batch(softmax_adjoint, x, y, rows)
        batch(rows_and_more, x, y)
        batch(total_twice, x + np.arange(columns, dtype=dtype))
    batch.check_loosely()


def dtype_of(value, dtype):
    return np.dtype(dtype).type(value)


# ---- broadcasting --------------------------------------------------------------------------------------------------------------------------


def combined(x, y):
    return x * 2 - y, x > y


def adjoint(x, y, g):
    return rt.unbroadcast(g * y, x), rt.unbroadcast(g * x, y)


SHAPES = [
    ((4, 5), (4, 5)),
    ((4, 5), (5,)),
    ((4, 1), (1, 5)),
    ((3, 4, 5), (4, 1)),
    ((), (4,)),
    ((2, 1, 3, 1), (5, 1, 7)),
    ((1,), (6,)),
]


def test_broadcasting(batch):
    rng = np.random.default_rng(4)
    for (one, other), dtype in itertools.product(SHAPES, FLOATS):
        x, y = rng.integers(-4, 5, one).astype(dtype), rng.integers(-4, 5, other).astype(dtype)
        g = rng.integers(-4, 5, np.broadcast_shapes(one, other)).astype(dtype)
        batch(combined, x, y)
        batch(combined, x, np.float32(1.5))
        batch(combined, x, 3)
        batch(adjoint, x, y, g)
    batch.check()


def test_strides(batch):
    """Transposed, reversed, cut and repeated arrays."""
    base = np.random.default_rng(5).integers(-9, 9, (6, 8)).astype(float)
    forms = [
        base,
        base.T[:6, :6],
        base[::-1],
        base[:, ::-2],
        base[1:5:2, 3:],
        np.broadcast_to(base[0], (6, 8)),
        base[:, 3:4],
    ]
    for x in forms:
        batch(combined, x, x)
        batch(rowwise, x)
        batch(transposed, x)
    batch.check()


def rowwise(x):
    return np.max(x, axis=0), np.sum(x, axis=1, keepdims=True) * x


def transposed(x):
    return x.T + np.expand_dims(np.sum(x, axis=1), 0), np.sum(x.T * 2, axis=0)


# ---- numbers and types ---------------------------------------------------------------------------------------------------------------------


def scaled(x, n, s):
    return x * n + s, x / n if n > 2 else x


def test_numbers_keep_the_types_of_arrays(batch):
    """NEP 50: numbers of Python give way, those of NumPy do not; what a branch asks for is a constant of the kernel."""
    for dtype in ("int32", *FLOATS):
        x = np.arange(5).astype(dtype)
        for n, s in itertools.product((2, 3, 2.5, np.float32(2), np.float64(2)), (1, 1.0, np.float32(1), True)):
            batch(scaled, x, n, s)
    assert all(name == "scaled" for name, *_ in batch.refused)  # x itself is returned where n is not more than 2
    batch.refused.clear()
    batch.check()


def test_a_truth_value_is_a_constant_of_the_kernel():
    launcher = launching.Launcher(column_or_row, fake, column_or_row)
    for down in (True, False, np.True_, np.False_):
        found = launcher(fake.asarray(np.ones((2, 3))), down)
        assert found.get().tolist() == ([4.0, 4.0, 4.0] if down else [6.0, 6.0])


def column_or_row(x, down):
    return np.sum(x, axis=0) * 2 if down else np.sum(x, axis=1) * 2


def test_what_a_number_of_the_host_gives_stays_there():
    def f(x, n):
        return x * n + 1, n * 2.0

    y, m = launch(f, np.ones(3), 4)
    assert m == 8.0 and type(m) is float and isinstance(y, fake.ndarray)


REFUSED = [
    lambda x: x[::2] * 2,
    lambda x: np.cumsum(x) + x,
    lambda x: x @ x + x,
    lambda x: x,
    lambda x: x + 1 if np.sum(x) > 0 else x - 1,
    lambda x: np.where(x > 0) if x.ndim > 7 else np.sort(x) + 1,
    lambda x: np.sum(x, dtype=complex) + x,
]


@pytest.mark.parametrize("function", REFUSED)
def test_what_is_no_kernel_runs_operation_by_operation(function):
    x = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(launch(function, x).get(), function(x))


def test_an_in_place_change_runs_operation_by_operation():
    def f(x):
        y = x * 2
        y += 1
        return y

    np.testing.assert_array_equal(launch(f, np.ones(3)).get(), 3)


def test_results_that_are_one_array_are_one_array():
    """As in NumPy: what is computed twice are two arrays, what is named twice is one."""

    def f(x):
        a, b = x * 2, x * 2
        return a, b, a

    a, b, c = launch(f, np.ones(3))
    assert a is c and a is not b
    a += 1
    assert b.get().tolist() == [2.0, 2.0, 2.0]


class Pair:
    def __init__(self, one, other):
        self.one, self.other = one, other


def test_containers_are_not_part_of_a_plan():
    """What is in a list or an object may be another thing the next time."""

    def f(x, pair):
        return x * 2 + 1, rt.add(pair, pair)

    launcher = launching.Launcher(f, fake, f)
    for value in (1.0, 2.0):
        for held in ([fake.asarray(np.full(2, value))], Pair(fake.asarray(np.full(2, value)), 0.0)):
            found, total = launcher(fake.asarray(np.ones(2)), held)
            array = total.one if isinstance(total, Pair) else total[0]
            assert found.get().tolist() == [3.0, 3.0] and array.get().tolist() == [2 * value] * 2


def test_errors_are_those_of_the_operations():
    with pytest.raises(ValueError, match="could not be broadcast"):
        launch(combined, np.ones(3), np.ones(4))


# ---- as on a GPU ---------------------------------------------------------------------------------------------------------------------------


def test_launches_on_a_gpu_are_given_what_the_text_declares():
    """The road of CuPy, with NumPy in its place and kernels that the CPU executes."""
    if compiled.compiler() is None:
        pytest.skip("no g++ to execute kernels with")
    cuda = types.SimpleNamespace(
        Device=lambda: types.SimpleNamespace(id=0), get_current_stream=lambda: types.SimpleNamespace(ptr=0)
    )
    device = types.SimpleNamespace(
        __name__="compiled", ndarray=np.ndarray, empty=np.empty, zeros=np.zeros, RawKernel=compiled.RawKernel, cuda=cuda
    )
    rng = np.random.default_rng(7)
    for rows in (8, 600):
        x, y = rng.standard_normal((2, rows, 3))
        for function, args in (column_sums, (x, y)), (rows_and_more, (x, y)), (softmax_adjoint, (x, y, rows)):
            found, expected = launching.Launcher(function, device, None)(*args), function(*args)
            found, expected = (value if isinstance(value, tuple) else (value,) for value in (found, expected))
            for one, other in zip(found, expected, strict=True):
                assert one.shape == np.shape(other)
                np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


# ---- launches ------------------------------------------------------------------------------------------------------------------------------


def launches(function, *args):
    fake.counts.reset()
    launch(function, *args)
    return fake.counts.launches


def test_a_kernel_is_one_launch():
    x = np.random.default_rng(6).random((8, 10))
    assert launches(combined, x, x) == 1
    assert launches(softmax_adjoint, x, x, 8) == 1
    assert launches(column_sums, x, x) == 1
    assert launches(adjoint, x, x[0], x) == 1
    with launching.fusion(False):
        assert launches(column_sums, x, x) == 3


def test_a_plan_is_made_once_for_a_kind_of_arguments():
    launcher = launching.Launcher(combined, fake, combined)
    for size in (3, 4, 3):
        launcher(fake.asarray(np.ones(size)), 2.0)
        launcher(fake.asarray(np.ones(size)), 3.0)
    assert len(launcher._plans) == 2


def test_a_kernel_is_a_function_of_numpy():
    @rt.kernel
    def k(x):
        return x * 2 + 1

    assert isinstance(k, types.FunctionType) and k(np.ones(2)).tolist() == [3.0, 3.0]


def test_names_and_lines_of_the_function_are_in_the_text():
    seen = []
    launching.observers.append(lambda plan, *_: seen.append(plan.launches[0].source))
    launch(column_sums, np.ones((2, 3)), np.ones((2, 3)))
    launching.observers.pop()
    assert "dz" in seen[0] and "x[" in seen[0] and "column_sums" in seen[0]


def test_names_that_mean_something_in_c(batch):
    """Variables may be called as words and functions of C, or as what a kernel calls its own."""
    x = np.arange(6.0).reshape(2, 3)
    for name in ("int", "tanh", "i0", "row1", "columns", "threadIdx", "θ", "exp_out", "k0"):
        text = f"def k({name}, y):\n    float_ = np.tanh({name}) * y\n    total = np.sum(float_, axis=1)\n    return float_, total"
        batch(written(text), x, x.T.copy().T)
    batch.check()


def test_kernels_that_differ_by_names_alone_are_checked_once():
    recorder = compiled.Recorder()
    others = launching.observers[:]
    launching.observers[:] = [recorder]
    for text in ("np.exp(x) * y", "np.exp(a) * b", "np.tanh(a) * b", "np.exp(a) + b"):
        names = "x, y" if "x)" in text else "a, b"
        launch(written(f"def k({names}):\n    return {text}"), np.ones(3), np.ones(3))
    launching.observers[:] = others
    assert len(recorder.calls) == 3


def test_lines_of_a_function():
    found = lines.lines_of(column_sums)
    assert [name for name, _ in found.values()] == ["dz", ""]
