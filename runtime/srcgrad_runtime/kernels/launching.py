"""Calling kernels: plans are made once for each kind of arguments, and kept."""

from __future__ import annotations

import bisect
import contextlib
import os
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import plans
from .nodes import Static, Unsupported

observers: list[
    Callable[[plans.Plan, tuple[Any, ...], Any], None]
] = []  # told of each call on the fake device, for tests
KEPT = 1024  # plans of one function
BOUNDS = sorted({0, *(s for n in (7, 8, 15, 16, 31, 32, 63, 64) for s in (2**n, -(2**n)))})  # of integer types
_state = threading.local()
_raw: dict[str, Any] = {}  # compiled kernels by their source
_arrived: dict[Any, Any] = {}  # counters that are zero between launches, by device and stream


@contextlib.contextmanager
def fusion(on: bool) -> Iterator[None]:
    """Within this block (of this thread), kernels are launched, or with `False` run operation by operation."""
    before = getattr(_state, "fused", True)
    _state.fused = on
    try:
        yield
    finally:
        _state.fused = before


@contextlib.contextmanager
def observed(observer: Callable[[plans.Plan, tuple[Any, ...], Any], None]) -> Iterator[None]:
    """Within this block, `observer` is told of each call of a kernel on the fake device: its plan, its arguments, what NumPy gives."""
    observers.append(observer)
    try:
        yield
    finally:
        observers.remove(observer)


class Launcher:
    """A kernel on a device: called as its function is."""

    def __init__(self, function: types.FunctionType, device: Any, operations: Callable[..., Any]):
        """`function` has the meaning of the host, `operations` is the same function on the device, operation by operation."""
        self.function, self.device, self.operations = function, device, operations
        self.__name__ = function.__name__
        self._array = device.ndarray
        self._static: set[int] = set()
        self._plans: dict[Any, plans.Plan | None] = {}
        self._lock = threading.Lock()

    def __call__(self, *args: Any) -> Any:
        if not getattr(_state, "fused", True):
            return self.operations(*args)
        key = tuple([_key(a, self._array, place in self._static) for place, a in enumerate(args)])
        try:
            plan = self._plans[key]
        except KeyError:
            plan = self._planned(key, args)
        if plan is None:
            return self.operations(*args)
        run = _on_gpu if hasattr(self.device, "RawKernel") else _on_fake
        return run(self, plan, args)

    def _planned(self, key: Any, args: tuple[Any, ...]) -> plans.Plan | None:
        """The plan for arguments like these, made now; None where they run operation by operation."""
        if not any(isinstance(a, self._array) for a in args):
            return None
        with self._lock:
            while True:
                try:
                    made = plans.plan(self.function, args, self._static)
                except Static as found:
                    if found.parameters <= self._static:
                        made = None
                        break
                    self._static |= found.parameters
                    continue
                except Unsupported:
                    made = None
                break
            key = tuple([_key(a, self._array, place in self._static) for place, a in enumerate(args)])
            self._plans[key] = made
            if len(self._plans) > KEPT:
                del self._plans[next(iter(self._plans))]
        return made

    def __repr__(self) -> str:
        return f"<kernel {self.__name__} on {self.device.__name__}>"


def _key(value: Any, array: type, static: bool) -> Any:
    """What a plan depends on: of an array shape, dtype and strides, of a number its type, of anything else the value."""
    if isinstance(value, array):
        return value.shape, value.dtype.char, value.strides  # type: ignore[attr-defined]
    kind = type(value)
    if kind is tuple:
        return kind, *[_key(item, array, True) for item in value]
    if not plans.is_plain(value):
        return kind  # it is put into no plan
    if static or not isinstance(value, plans.NUMBERS) or kind in (bool, np.bool_):
        return kind, value
    return (kind, bisect.bisect(BOUNDS, value)) if kind is int else kind


def _structure(results: Any, arrays: Any, args: tuple[Any, ...]) -> Any:
    """What the function returns, with arrays in the place of what was stored."""
    if isinstance(results, tuple):
        return tuple(_structure(item, arrays, args) for item in results)
    if isinstance(results, plans.Result):
        found = arrays[results.node]
        return found if found.shape == results.shape else found.reshape(results.shape)
    return results.number.compute(args) if isinstance(results, plans.Computed) else results


# ---- the fake device: NumPy computes, and launches are counted --------------------------------------------------------------------------


def _on_fake(launcher: Launcher, plan: plans.Plan, args: tuple[Any, ...]) -> Any:
    from ..fake import counting

    hosts = tuple(a._host if isinstance(a, launcher._array) else a for a in args)
    with np.errstate(all="ignore"):
        returned = launcher.function(*hosts)
    if not _agrees(plan.results, returned):
        if os.environ.get("SRCGRAD_STRICT"):
            raise AssertionError(f"kernel {launcher.__name__}: planned {plan.results}, got {returned}")
        return launcher.operations(*args)
    for observer in observers:
        observer(plan, hosts, returned)
    for _ in plan.launches:
        counting.launched()
    return _wrapped(plan.results, returned, {})


def _agrees(results: Any, returned: Any) -> bool:
    """Whether NumPy's results have the shapes and dtypes of the plan."""
    if isinstance(results, tuple):
        same = isinstance(returned, tuple) and len(returned) == len(results)
        return same and all(map(_agrees, results, returned))
    if isinstance(results, plans.Result):
        found = np.asarray(returned)
        return found.shape == results.shape and found.dtype == results.node.dtype
    return True


def _wrapped(results: Any, returned: Any, made: dict[Any, Any]) -> Any:
    from ..fake import arrays

    if isinstance(results, tuple):
        return tuple(_wrapped(one, value, made) for one, value in zip(results, returned, strict=True))
    if isinstance(results, plans.Result):
        found = made.setdefault(results, None)
        if found is None:
            host = np.asarray(returned, order="C")
            found = made[results] = arrays.of_host(host if host.flags.owndata and host.flags.writeable else host.copy())
        return found
    return returned


# ---- a GPU -------------------------------------------------------------------------------------------------------------------------------


def _on_gpu(launcher: Launcher, plan: plans.Plan, args: tuple[Any, ...]) -> Any:
    device = launcher.device
    stored = {node: device.ndarray(shape, dtype) for node, (shape, dtype) in plan.arrays.items()}
    if plan.ready is None:
        plan.ready = [_ready(text, device) for text in plan.launches]
    for kernel, blocks, threads, arguments in plan.ready:
        kernel(blocks, threads, tuple([_passed(kind, detail, stored, args, device) for kind, detail in arguments]))
    return _structure(plan.results, stored, args)


def _ready(text: Any, device: Any) -> tuple[Any, tuple[int], tuple[int], list[tuple[str, Any]]]:
    """A launch as far as it is the same every time: the compiled kernel, its blocks and threads, and its arguments."""
    blocks, threads = plans.geometry(text)
    arguments = [("given", d[1].type(d[0])) if kind == "size" else (kind, d) for kind, d in text.arguments]
    return _compiled(text, device), (blocks,), (threads,), arguments


def _compiled(text: Any, device: Any) -> Any:
    source = text.source
    found = _raw.get(source)
    if found is None:
        # no fused multiply-add: a value must be the same to the last bit wherever it is computed, as programs compare it to itself
        found = _raw[source] = device.RawKernel(source, text.name, options=("-std=c++14", "-fmad=false"))
    return found


def _passed(kind: str, detail: Any, stored: Any, args: tuple[Any, ...], device: Any) -> Any:
    if kind == "array":
        return args[detail]
    if kind == "stored":
        return stored[detail]
    if kind == "number":
        number, dtype = detail
        return dtype.type(number.compute(args))
    if kind == "given":
        return detail
    if kind == "partial":
        return device.ndarray(detail[1], detail[0])
    place = device.cuda.Device().id, device.cuda.get_current_stream().ptr
    found = _arrived.get(place)
    if found is None or found.size < detail:
        found = _arrived[place] = device.zeros(max(detail, 4096), np.uint32)
    return found
