"""Kernels without a GPU: compiled by NVRTC, which needs no driver, and executed on the CPU from the same source by a C++ compiler.

A shim gives CUDA's words a meaning in C++: the threads of a block run one after the other, and where the threads of a warp exchange
values, all of them take turns (as fibers). Kernels are compiled many at a time.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import re
import shutil
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from srcgrad_runtime.device import to_host
from srcgrad_runtime.kernels import layout, operations, plans

ARCHITECTURES = ("compute_75", "compute_80", "compute_90")  # of sm_75, sm_80 and sm_90
SHIM = r"""
#include <math.h>
#include <string.h>
#include <ucontext.h>
#define __global__
#define __device__
#define __threadfence()
struct place { unsigned x; };
static place threadIdx, blockIdx, blockDim, gridDim;
static unsigned atomicAdd(unsigned* p, unsigned v) { unsigned old = *p; *p += v; return old; }

static ucontext_t scheduler, fibers[32];
static char stacks[32][65536], alive[32];
static int current;
static unsigned long long slots[32];
static void turn() { const int own = current; swapcontext(&fibers[own], &scheduler); }
template <typename T> T exchanged(T value, int other) {
    const int own = current;
    memcpy(&slots[own], &value, sizeof value);
    turn();
    memcpy(&value, &slots[other], sizeof value);
    turn();
    return value;
}
template <typename T> T __shfl_xor_sync(unsigned, T value, int k) { return exchanged(value, current ^ k); }
template <typename T> T __shfl_sync(unsigned, T value, int lane, int width) {
    return exchanged(value, current / width * width + lane);
}
static void (*running)(void**);
static void** given;
static void start() { running(given); alive[current] = 0; }
static void warp(unsigned first) {
    for (int i = 0; i < 32; i++) {
        getcontext(&fibers[i]);
        fibers[i].uc_stack.ss_sp = stacks[i];
        fibers[i].uc_stack.ss_size = sizeof stacks[i];
        fibers[i].uc_link = &scheduler;
        makecontext(&fibers[i], start, 0);
        alive[i] = 1;
    }
    for (int left = 32; left;) {
        left = 0;
        for (int i = 0; i < 32; i++)
            if (alive[i]) {
                current = i;
                threadIdx.x = first + i;
                swapcontext(&scheduler, &fibers[i]);
                left += alive[i];
            }
    }
}
extern "C" void launch(void (*kernel)(void**), void** arguments, unsigned blocks, unsigned threads, int lanes) {
    running = kernel, given = arguments, gridDim.x = blocks, blockDim.x = threads;
    for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
        for (unsigned thread = 0; thread < threads; thread += lanes > 1 ? 32 : 1) {
            if (lanes > 1) warp(thread);
            else threadIdx.x = thread, kernel(arguments);
        }
}
"""


@dataclass
class Call:
    """A call of a kernel on the fake device: its plan, its arguments, and what NumPy made of them."""

    plan: plans.Plan
    args: tuple[Any, ...]
    expected: Any


class Recorder:
    """Keeps one call for each text that is generated while it is told of calls; those that differ by names alone are one."""

    def __init__(self) -> None:
        self.calls: dict[Any, Call] = {}

    def __call__(self, plan: plans.Plan, args: tuple[Any, ...], expected: Any) -> None:
        key = tuple(nameless(text) for text in plan.launches)
        if key not in self.calls and sum(a.size for a in args if isinstance(a, np.ndarray)) < 100_000:
            kept = tuple(_copied(a) if isinstance(a, np.ndarray) else a for a in args)
            self.calls[key] = Call(plan, kept, _frozen(expected))


def nameless(text: Any) -> str:
    """The body of a kernel with its variables numbered as they come; functions keep their names."""
    code = re.sub(r"//.*", "", text.body).replace(f" {text.name}(", " (", 1)
    numbers: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        calls = code[found.end() : found.end() + 1] == "("
        return found[0] if calls or found[0] in layout.RESERVED else numbers.setdefault(found[0], f"_{len(numbers)}")

    return re.sub(r"(?<![.\w\"])[A-Za-z_]\w*", numbered, code)


def _copied(array: np.ndarray) -> np.ndarray:
    """A copy with the same strides, which the plan was made for."""
    low = sum(min(s, 0) * (n - 1) for s, n in zip(array.strides, array.shape, strict=True))
    high = sum(max(s, 0) * (n - 1) for s, n in zip(array.strides, array.shape, strict=True)) + array.itemsize
    block = np.zeros(high - low, np.uint8)
    copy = np.ndarray(array.shape, array.dtype, block, -low, array.strides)
    np.copyto(copy, array)
    return copy


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, tuple) else np.array(value)


# ---- one text of many kernels ------------------------------------------------------------------------------------------------------------


def unit(texts: list[Any]) -> str:
    """One translation unit of many kernels, `k0`, `k1`, ..., each in a namespace of its own."""
    helpers = sorted({name for text in texts for name in text.helpers})
    bodies = [
        text.body.replace(f" {text.name}(", f" k{i}(", 1).replace('extern "C" ', "") for i, text in enumerate(texts)
    ]
    return "\n".join([*(operations.HELPERS[name] for name in helpers), *bodies])


def nvrtc() -> Any:
    """NVIDIA's compiler as a library, of an installed wheel or of the system; None if there is none."""
    spec = importlib.util.find_spec("nvidia")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = [str(p) for f in folders for p in sorted(Path(f).rglob("libnvrtc.so*"))]
    system = ctypes.util.find_library("nvrtc")
    for name in [*found, *([system] if system else [])]:
        try:
            for builtins in Path(name).parent.glob("libnvrtc-builtins.so*"):  # which it looks for in the system only
                ctypes.CDLL(str(builtins), mode=ctypes.RTLD_GLOBAL)
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def compile_for(library: Any, source: str, architecture: str) -> str:
    """Compile a text for an architecture; the compiler's messages if it fails, nothing otherwise."""
    program = ctypes.c_void_p()
    library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None)
    options = (ctypes.c_char_p * 2)(f"-arch={architecture}".encode(), b"-std=c++14")
    status = library.nvrtcCompileProgram(program, 2, options)
    size = ctypes.c_size_t()
    library.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    library.nvrtcGetProgramLog(program, log)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    return log.value.decode() or f"error {status}" if status else ""


def compiler() -> str | None:
    return shutil.which("g++")


def build(texts: list[Any]) -> Any:
    """A library that runs these kernels on the CPU, as `run0`, `run1`, ..."""
    wrappers = [_wrapper(i, text.name, text.body) for i, text in enumerate(texts)]
    return _library("\n".join([SHIM, unit(texts), *wrappers]))


def _wrapper(number: int, name: str, body: str) -> str:
    """A function that calls a kernel with an array of pointers: to arrays, and to numbers."""
    start = body.index(f" {name}(") + len(name) + 2
    kinds = [declared.strip().rsplit(" ", 1)[0] for declared in body[start : body.index(")", start)].split(",")]
    given = [f"({kind})a[{n}]" if kind.endswith("*") else f"*({kind}*)a[{n}]" for n, kind in enumerate(kinds)]
    return f'extern "C" void run{number}(void** a) {{ k{number}({", ".join(given)}); }}'


def _library(source: str) -> Any:
    folder = Path(tempfile.mkdtemp(prefix="srcgrad_kernels_"))
    (folder / "kernels.cpp").write_text(source)
    made = subprocess.run(
        [str(compiler()), "-O0", "-w", "-fwrapv", "-fPIC", "-shared", "-std=c++14", "-o", folder / "kernels.so", folder / "kernels.cpp"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[:4000]
    library = ctypes.CDLL(str(folder / "kernels.so"))
    shutil.rmtree(folder)
    return library


class RawKernel:
    """What CuPy's class of this name is, for NumPy arrays: a kernel from its source, executed on the CPU."""

    def __init__(self, source: str, name: str, options: tuple[str, ...] = ()):
        renamed = source.replace(f" {name}(", " k0(", 1).replace('extern "C" ', "")
        self.library = _library("\n".join([SHIM, renamed, _wrapper(0, "k0", renamed)]))
        found = re.search(r"const int LANES = (\d+)", source)
        self.lanes = int(found[1]) if found else 1

    def __call__(self, grid: tuple[int], block: tuple[int], args: tuple[Any, ...]) -> None:
        kept = [a if isinstance(a, np.ndarray) else np.asarray(a) for a in args]
        pointers = (ctypes.c_void_p * len(kept))(*[a.ctypes.data for a in kept])
        self.library.launch(self.library.run0, pointers, min(grid[0], 2), min(block[0], 64), self.lanes)


def execute(library: Any, first: int, call: Call) -> Any:
    """What the kernels of a call, from number `first` on, make of its arguments on the CPU."""
    stored = {node: np.full(shape, 77, dtype) for node, (shape, dtype) in call.plan.arrays.items()}
    for place, text in enumerate(call.plan.launches):
        kept: list[Any] = []
        pointers = (ctypes.c_void_p * len(text.arguments))()
        for n, (kind, detail) in enumerate(text.arguments):
            value = _argument(kind, detail, stored, call.args)
            kept.append(value)
            pointers[n] = value.ctypes.data
        blocks = min(plans.geometry(text)[0], 2)
        library.launch(getattr(library, f"run{first + place}"), pointers, blocks, 64, text.lanes)
        for (kind, _), value in zip(text.arguments, kept, strict=True):
            assert kind != "arrived" or not value.any()
    return _results(call.plan.results, stored, call.args)


def _argument(kind: str, detail: Any, stored: Any, args: Any) -> np.ndarray:
    if kind == "array":
        return args[detail]
    if kind == "stored":
        return stored[detail]
    if kind == "number":
        return np.asarray(detail[0].compute(args), detail[1])
    if kind == "size":
        return np.asarray(detail[0], detail[1])
    return np.zeros(detail, np.uint32) if kind == "arrived" else np.full(detail[1], 77, detail[0])


def _results(results: Any, stored: Any, args: Any) -> Any:
    if isinstance(results, tuple):
        return tuple(_results(item, stored, args) for item in results)
    if isinstance(results, plans.Result):
        return stored[results.node].reshape(results.shape)
    return np.array(results.number.compute(args) if isinstance(results, plans.Computed) else results)


def check(calls: list[Call]) -> None:
    """Both checks, as far as this machine has the compilers; what it lacks is said."""
    if compiler() is None:
        warnings.warn("no g++: the kernels of this session are not executed", stacklevel=1)
    else:
        check_execution(calls)
    if nvrtc() is None:
        warnings.warn(
            "no NVRTC (pip install nvidia-cuda-nvrtc): the kernels of this session are not compiled", stacklevel=1
        )
    else:
        check_compilation([text for call in calls for text in call.plan.launches])


def check_execution(calls: list[Call], strict: bool = False) -> None:
    """Every call, executed on the CPU from the text of its kernels, gives what NumPy gives.

    What arguments cancel out may differ by their rounding, but where the check is `strict`.
    """
    texts = [text for call in calls for text in call.plan.launches]
    library = build(texts)
    first = 0
    for call in calls:
        found = execute(library, first, call)
        size = 0.0 if strict else max([_size(a) for a in call.args if isinstance(a, np.ndarray)])
        name = call.plan.launches[0].name
        source = "\n".join(text.source for text in call.plan.launches)
        for one, expected in zip(_leaves(found), _leaves(call.expected), strict=True):
            near(one, expected, f"{name}\n{source}", size)
        first += len(call.plan.launches)


def _leaves(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, tuple) else [value]


def _size(array: np.ndarray) -> float:
    """The size of the largest finite entry."""
    entries = np.abs(array.astype(float))
    return float(np.max(entries, initial=0.0, where=np.isfinite(entries)))


def near(found: np.ndarray, expected: np.ndarray, what: str, size: float = 0.0) -> None:
    """Equal shapes and dtypes, and entries that differ by rounding; `size` is that of the arguments, which may cancel out."""
    assert found.shape == expected.shape and found.dtype == expected.dtype, what
    if found.dtype == object and not found.shape:  # a container that goes through
        np.testing.assert_equal(to_host(found.item()), to_host(expected.item()), what)
        return
    if found.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected, what)
        return
    tolerance = (4096 if size else 32) * np.finfo(found.dtype).eps
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * size, err_msg=what)


def check_compilation(texts: list[Any]) -> None:
    """Every text compiles for every architecture."""
    library = nvrtc()
    source = unit(texts)
    for architecture in ARCHITECTURES:
        log = compile_for(library, source, architecture)
        assert not log, f"{architecture}: {log[:4000]}"
