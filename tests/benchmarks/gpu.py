"""The five models of the talk on a GPU, in one call of less than ten minutes: `python -m tests.benchmarks.gpu`.

Runs the tests that need a GPU, and then times each model at the talk's settings: here with fused kernels and CuPy's pool, without the
one, without the other, in PyTorch (operation by operation) and in JAX (compiled), where these are installed. Prints one table, with the
seconds that the talk reports (Knet on a GRID K520, 2016). Ends with status 1 if a test fails or a model cannot be run, and with
status 2 if there is no GPU.

`--device fake` runs the same on the fake device, whose times say nothing; `--small` with small sizes.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from srcgrad_runtime import fake
from srcgrad_runtime.kernels import launching

from . import gpu_models
from .gpu_models import MODELS, Model, Step

NO_GPU = (
    "there is no GPU, or no CuPy for it: nothing was measured (try --device fake --small to see that the program runs)"
)
COLUMNS = ("model", "talk", "srcgrad", "us", "no fusion", "no pool", "PyTorch", "JAX", "launches", "unfused")


@dataclass
class Row:
    """What was found of a model: seconds of a run of the talk, microseconds of an update by the way it was run, launches of an update."""

    model: Model
    seconds: float | None = None
    micros: dict[str, float | None] = field(default_factory=dict)
    launches: tuple[int, int] | None = None
    failure: str = ""


def device_of(name: str) -> Any:
    """The array module; None if there is no such device here."""
    if name == "fake":
        return fake
    try:
        cupy = importlib.import_module("cupy")
    except ImportError:
        return None
    return cupy if cupy.is_available() else None


def synchronise(device: Any) -> None:
    """Wait until the device has done what it was told."""
    if device is not fake:
        device.cuda.Device().synchronize()


@contextlib.contextmanager
def without_pool(device: Any) -> Iterator[None]:
    """Every array is allocated by the driver, and freed at once."""
    if device is fake:
        yield
        return
    with device.cuda.using_allocator(None):
        yield


def per_update(step: Step, wait: Callable[[], Any], updates: int, seconds: float) -> float:
    """Seconds of an update, in the mean over at most so many updates and about so many seconds, after three to warm up."""
    for _ in range(3):
        step()
    wait()
    start, done, block = perf_counter(), 0, max(1, updates // 20)
    while done < updates and perf_counter() - start < seconds:
        for _ in range(min(block, updates - done)):
            step()
            done += 1
        wait()  # else the host runs ahead, and the clock says nothing
    return (perf_counter() - start) / done


def launches(model: Model, small: bool) -> tuple[int, int]:
    """Kernels that an update launches, fused and not, as the fake device counts them."""
    found = []
    for fused in (True, False):
        with launching.fusion(fused):
            step = gpu_models.ours(model, fake, small)
            step()
            fake.counts.reset()
            step()
            found.append(fake.counts.launches)
    return found[0], found[1]


class Different(Exception):
    """Another library computes another loss."""


def check(model: Model, small: bool, name: str, value: Any) -> None:
    """Raise `Different` unless another library computes the same loss."""
    value, here = float(value), gpu_models.loss_here(model, small)
    if not abs(value - here) <= 1e-3 * max(1.0, abs(here)):
        raise Different(f"{model.name}: the loss of {name} is {value:g}, and not {here:g}")


def measure(model: Model, device: Any, small: bool, seconds: float) -> Row:
    """What is found of a model. A figure that cannot be taken is told with its traceback, and is one less; the others are taken."""
    row = Row(model)
    updates = 3 if small else model.updates
    wait = lambda: synchronise(device)  # noqa: E731
    place = "cpu" if device is fake else "cuda"

    def ours(seconds: float = seconds) -> float:
        return 1e6 * per_update(gpu_models.ours(model, device, small), wait, updates, seconds)

    def without(context: contextlib.AbstractContextManager[Any]) -> float:
        with context:
            return ours()

    def other(name: str, step: Step | None) -> float | None:
        if step is None:
            return None
        check(model, small, name, step())
        return 1e6 * per_update(step, lambda: _arrived(step()), updates, seconds)

    def counted() -> None:
        row.launches = launches(model, small)

    taken: dict[str, Callable[[], float | None]] = {
        "launches": counted,
        "srcgrad": lambda: ours(4 * seconds),
        "no fusion": lambda: without(launching.fusion(False)),
        "no pool": lambda: without(without_pool(device)),
        "PyTorch": lambda: other("PyTorch", gpu_models.in_torch(model, small, place)),
        "JAX": lambda: other("JAX", gpu_models.in_jax(model, small)),
    }
    for name, take in taken.items():
        try:
            row.micros[name] = take()
        except Exception as error:
            traceback.print_exc()
            row.failure = (
                row.failure or f"{name}: {type(error).__name__}: {(str(error).strip() or '-').splitlines()[0]}"
            )
    if row.micros.get("srcgrad") is not None:
        row.seconds = row.micros["srcgrad"] * model.updates / 1e6
    return row


def _arrived(value: Any) -> None:
    """Wait for a value of PyTorch or JAX."""
    float(value)


def table(rows: Sequence[Row]) -> str:
    """The table, with microseconds of an update for each way to run it, and seconds of a run beside those of the talk."""
    lines = [COLUMNS]
    for row in rows:
        micros = [_figure(row.micros.get(name), ".0f") for name in COLUMNS[3:8] if name != "us"]
        fused, unfused = row.launches or (None, None)
        talk = f"{row.model.talk[0]:.2f} s"
        lines.append(
            (row.model.name, talk, _figure(row.seconds, ".2f", " s"), _figure(row.micros.get("srcgrad"), ".0f"), *micros,
             _figure(fused, "d"), _figure(unfused, "d"))
        )  # fmt: skip
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    shown = [
        "| "
        + " | ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]])


def _figure(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"


def run_tests() -> bool:
    """Run the tests that need a GPU, in processes of their own."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/device"], check=False)
    return done.returncode == 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("gpu", "fake"), default="gpu")
    parser.add_argument(
        "--small", action="store_true", help="small sizes and few updates, to see that the program runs"
    )
    parser.add_argument("--seconds", type=float, default=5.0, metavar="S", help="at most about so long for each figure")
    parser.add_argument("--no-tests", action="store_true", help="do not run the tests first")
    options = parser.parse_args(argv)
    device = device_of(options.device)
    if device is None:
        print(NO_GPU)
        return 2
    passed = options.no_tests or options.device == "fake" or run_tests()
    rows = []
    for model in MODELS:
        rows.append(measure(model, device, options.small, options.seconds))
        print(f"{model.name}: {rows[-1].failure or 'measured'}", flush=True)
    print("\nmicroseconds of an update; seconds of the talk's run beside those of Knet then; launches of an update")
    print(table(rows))
    return 0 if passed and not any(row.failure for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
