"""Checking a gradient on a device against the same gradient on the host: `check_device`.

With the fake device this needs no GPU: it accepts what CuPy accepts, and counts what a GPU would have to do.
"""

from __future__ import annotations

import copy
import importlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from srcgrad_runtime import device as devices

from .. import api
from ..core.errors import SrcgradError
from ..emit import origins
from . import nested
from .tolerances import GradientMismatch

MODULES = {"fake": "srcgrad_runtime.fake", "gpu": "cupy"}


class DeviceFailure(SrcgradError):
    """A gradient does not run on a device."""


@dataclass(frozen=True)
class Report:
    """What a gradient call did on a device.

    `error` is the largest difference from the gradient of the host, relative to the largest entry. `launches` counts operations on
    the device, `products` the matrix products among them; `synchronisations` gives for each line (file, number) how many values it
    brought to the host. Only the fake device counts; a GPU gives zeros.
    """

    error: float
    launches: int = 0
    products: int = 0
    synchronisations: tuple[tuple[str, int, int], ...] = ()


def check_device(
    f: Callable[..., Any], args: Sequence[Any], device: str = "fake", argnums: Any = 0, rtol: float | None = None
) -> Report:
    """Run the gradient of `f` at `args` (arrays of the host) on the host and on a device ("fake" or "gpu"), and compare.

    Raises `DeviceFailure`, with the line, where the device cannot do what the program asks for, `GradientMismatch` where the
    gradients differ by more than `rtol` (1e-9 in float64, 1e-4 in float32), `ImportError` if there is no CuPy for "gpu".
    """
    module = importlib.import_module(MODULES[device])
    gradient = api.grad(f, argnums)
    here = gradient(*copy.deepcopy(tuple(args)))
    moved = devices.to_device(copy.deepcopy(tuple(args)), module)
    counts = getattr(module, "counts", None)
    if counts is not None:
        counts.reset()
    try:
        there = gradient(*moved)
    except SrcgradError:
        raise
    except (TypeError, NotImplementedError, AttributeError) as error:
        raise DeviceFailure(f"{_line_of(error, f)}: {error}; the host can do this, the device cannot") from error
    counted = () if counts is None else (counts.launches, counts.products, _by_line(counts.places))
    worst = _worst(devices.to_host(there), here)
    single = any(np.asarray(leaf).dtype == np.float32 for _, leaf in nested.leaves(here, "") if leaf is not None)
    if not worst <= (rtol if rtol is not None else 1e-4 if single else 1e-9):
        raise GradientMismatch(f"the gradient on the device differs from that of the host by {worst:.2g}")
    return Report(worst, *counted)


def kernels_of(f: Callable[..., Any], args: Sequence[Any], argnums: Any = 0) -> list[str]:
    """The kernels that the gradient of `f` launches at arguments like these (arrays of the host), in CUDA C, each once.

    Runs the gradient on the fake device; raises what that raises.
    """
    from srcgrad_runtime.kernels import launching

    fake = importlib.import_module(MODULES["fake"])
    found: dict[str, None] = {}
    with launching.observed(lambda plan, *_: found.update((text.source, None) for text in plan.launches)):
        api.grad(f, argnums)(*devices.to_device(copy.deepcopy(tuple(args)), fake))
    return list(found)


def _by_line(places: Mapping[tuple[str, int], int]) -> tuple[tuple[str, int, int], ...]:
    """What was counted at lines of emitted programs, by the user's lines."""
    lines: dict[tuple[str, int], int] = {}
    for (file, line), times in places.items():
        place = origins.original(file, line) or (file, line)
        lines[place] = lines.get(place, 0) + times
    return tuple((file, line, times) for (file, line), times in sorted(lines.items()))


def _worst(there: Any, here: Any) -> float:
    """The largest relative difference between two gradients of one structure."""
    worst = 0.0
    for (_, a), (_, b) in zip(nested.leaves(there, ""), nested.leaves(here, ""), strict=True):
        if b is None:
            continue
        scale = np.max(np.abs(b), initial=0.0) or 1.0
        worst = max(worst, float(np.max(np.abs(np.asarray(a) - b), initial=0.0) / scale))
    return worst


def _line_of(error: BaseException, f: Callable[..., Any]) -> str:
    """The user's line that failed on the device."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith("<srcgrad "):
            place = origins.original(frame.filename, frame.lineno or 0)
            if place is not None:
                return f"{place[0]}:{place[1]}"
    code = getattr(f, "__code__", None)  # a line of the adjoint that stands for no line of the function
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else "the function"
