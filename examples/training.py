"""The training loop that the larger examples share: epochs of updates, progress, and checkpoints to go on from.

A run is a dict that holds all that its next update depends on; it is what a checkpoint holds. Random numbers are drawn
from generators made from (seed, epoch) or the like, so that there is no generator to be kept.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from srcgrad import optim

from . import checkpoint, command

# options on which no number of the run depends, or which may change from one start to the next
FREE = {
    "epochs",
    "every",
    "plot",
    "checkpoint",
    "savefile",
    "generate",
    "gcheck",
    "show_gradient",
    "data",
    "text",
    "fast",
    "device",
}


def add_options(parser: argparse.ArgumentParser, every: int | None = None) -> None:
    """The options --checkpoint and, unless `every` is None, --every."""
    if every is not None:
        what = "updates between two reports, and two checkpoints"
        parser.add_argument("--every", type=command.size, default=every, metavar="N", help=what)
    command.add_checkpoint(parser)


def fit(
    options: argparse.Namespace,
    facts: dict[str, Any],
    w: Any,
    optimiser: optim.Optimiser,
    updates: int,
    step: Callable[[Any, int, int, Any], tuple[Any, Any, Any]],
    measure: Callable[[Any, float], dict[str, float]] | None = None,
) -> tuple[Any, dict[str, list[float]]]:
    """Train for options.epochs epochs of `updates` updates; the weights and the curves, one value per epoch.

    `step(w, epoch, i, carried)` returns the loss of update i of an epoch (both from 0 on), the gradient, and what the
    next update is to get as `carried` (None in the first of an epoch). `measure(w, mean loss)` returns what is printed
    and kept at the end of an epoch. `facts` are what the numbers depend on beside the options. Raises Stop where the
    loss is no longer finite.
    """
    run = {"epoch": 0, "update": 0, "sum": 0.0, "carried": None, "w": w, "optimiser": optimiser.state(), "curves": {}}
    run = begin(options, facts, run)
    optimiser.restore(run["optimiser"])
    run["w"] = command.place(options)(run["w"])
    while run["epoch"] < options.epochs:
        title = f"epoch {run['epoch'] + 1:3d}"
        for i in command.progress(range(run["update"], updates), title):
            value, g, run["carried"] = step(run["w"], run["epoch"], i, run["carried"])
            run["w"] = optimiser.update(run["w"], g)
            run["sum"] += float(value)
            run["update"] = i + 1
            if not math.isfinite(run["sum"]):
                raise command.Stop(f"the loss is no longer finite after update {i + 1}: try a smaller --lr")
            if run["update"] % options.every == 0 and run["update"] < updates:
                print(f"{title}  update {i + 1:5d}  running loss {command.figure(run['sum'] / (i + 1))}", flush=True)
                keep(options, facts, run | {"optimiser": optimiser.state()})
        mean = run["sum"] / updates
        numbers = {"train loss": mean} if measure is None else measure(run["w"], mean)
        print(title + "".join(f"  {name} {command.figure(number)}" for name, number in numbers.items()), flush=True)
        for name, number in numbers.items():
            run["curves"].setdefault(name, []).append(number)
        run |= {"epoch": run["epoch"] + 1, "update": 0, "sum": 0.0, "carried": None}
        keep(options, facts, run | {"optimiser": optimiser.state()})
    return run["w"], run["curves"]


def begin(options: argparse.Namespace, facts: dict[str, Any], run: dict[str, Any], first: int = 1) -> dict[str, Any]:
    """The run that --checkpoint holds, or `run` if there is none yet; `first` is what the epoch 0 of a run is called."""
    found = checkpoint.read(options.checkpoint, _settings(options, facts)) if options.checkpoint else None
    if found is None:
        return run
    epoch = found["epoch"] + first
    done = epoch > options.epochs
    print(
        f"{options.checkpoint} has all {options.epochs} epochs" if done
        else f"going on after update {found['update']} of epoch {epoch}"
    )  # fmt: skip
    return found


def keep(options: argparse.Namespace, facts: dict[str, Any], run: dict[str, Any]) -> None:
    """Write the run where --checkpoint says, if it says so."""
    if options.checkpoint:
        checkpoint.write(options.checkpoint, _settings(options, facts), run)


def _settings(options: argparse.Namespace, facts: dict[str, Any]) -> dict[str, Any]:
    chosen = {name: value for name, value in vars(options).items() if name not in FREE}
    return {name: str(value) if isinstance(value, Path) else value for name, value in chosen.items()} | facts
