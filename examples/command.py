"""The command line that the examples share: options with clear refusals, progress, the gradient check, the plot.

An example hands its `main(options)` to `run`, which turns the errors a user can mend into one line on the error stream
and the exit status 1 (argparse's own refusals have status 2).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from srcgrad_runtime import device as devices

import srcgrad

from .checkpoint import CheckpointError
from .data import DataError


class Stop(Exception):
    """The example cannot go on; the message tells the user why and what to do."""


def options(
    description: str, epochs: int, lr: float | None, winit: float | None, data: bool = True
) -> argparse.ArgumentParser:
    """A parser with the options that every example has; --data only where `data` is true, --winit where it is a number.

    With lr None, the example has a learning rate for each case, in the place of which another one may be given.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--epochs", type=count, default=epochs, metavar="N", help="passes over the training data")
    rate = "learning rate" if lr else "learning rate, in the place of the usual one"
    parser.add_argument("--lr", type=positive, default=lr, metavar="RATE", help=rate)
    if winit is not None:
        what = "scale of the weights at the start"
        parser.add_argument("--winit", type=scale, default=winit, metavar="S", help=what)
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="seed of the random numbers")
    if data:
        parser.add_argument("--data", type=folder, metavar="DIR", help="folder with the data files")
    fast = "a run of seconds: few epochs" + (", and bundled data unless --data is given" if data else ", little text")
    parser.add_argument("--fast", action="store_true", help=fast)
    parser.add_argument(
        "--gcheck", type=count, default=0, metavar="N", help="check N entries per weight by finite differences"
    )
    add_device(parser)
    parser.add_argument("--plot", type=picture, metavar="FILE.png", help="draw the curves into a file")
    parser.add_argument("--show-gradient", action="store_true", help="print the gradient program that is run")
    return parser


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """The option --checkpoint."""
    what = "keep the run in a file as it goes; where the file is there already, go on from it"
    parser.add_argument("--checkpoint", type=output, metavar="FILE.npz", help=what)


def add_device(parser: argparse.ArgumentParser) -> None:
    """The option --device."""
    what = "where the arrays live: gpu needs CuPy, fake is a device without hardware, to try programs on"
    parser.add_argument("--device", choices=["cpu", "gpu", "fake"], default="cpu", help=what)


def place(options: argparse.Namespace) -> Callable[[Any], Any]:
    """What puts things where --device says: arrays (in lists, tuples, dicts) go there, functions take their arguments there.

    Raises Stop where there is no such device.
    """
    if options.device == "cpu":
        return lambda value: value
    module = _device(options.device)

    def there(value: Any) -> Any:
        if not callable(value):
            return srcgrad.to_device(value, module)
        function = devices.bind(value, module)
        return lambda *arguments: function(*srcgrad.to_device(arguments, module))

    return there


def _device(name: str) -> Any:
    if name == "fake":
        return importlib.import_module("srcgrad_runtime.fake")
    try:
        module = importlib.import_module("cupy")
    except ImportError:
        raise Stop("--device gpu needs CuPy (pip install 'srcgrad[cuda12]' or 'srcgrad[cuda13]')") from None
    if not module.is_available():
        raise Stop("CuPy finds no GPU on this machine")
    return module


def run(main: Callable[[argparse.Namespace], Any], parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Call main with the parsed options; the exit status of the program."""
    chosen = parser.parse_args(argv)
    try:
        main(chosen)
        sys.stdout.flush()  # a closed pipe shows here, and not when the interpreter ends
    except (Stop, DataError, CheckpointError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # who reads the output, a pager or head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print(f"{parser.prog}: stopped", file=sys.stderr)
        return 130
    return 0


def run_script(
    main: Callable[[argparse.Namespace], Any],
    name: str,
    description: str,
    steps: int,
    fast: int,
    argv: Sequence[str] | None,
) -> int:
    """Call the main of a small example, which has --steps in the place of epochs, `fast` of them with --fast."""
    parser = argparse.ArgumentParser(name, description=description)
    parser.add_argument("--steps", type=count, metavar="N", help=f"updates ({steps}, or {fast} with --fast)")
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="seed of the random numbers")
    parser.add_argument("--fast", action="store_true", help="smaller, and fewer updates")
    parser.add_argument(
        "--gcheck", type=count, default=0, metavar="N", help="check N entries per parameter by finite differences"
    )
    parser.add_argument("--show-gradient", action="store_true", help="print the gradient program that is run")
    add_device(parser)

    def start(options: argparse.Namespace) -> Any:
        if options.steps is None:
            options.steps = fast if options.fast else steps
        return main(options)

    return run(start, parser, argv)


# --- option types: argparse prints the message and exits with status 2 ------------------------------------------------


def count(text: str) -> int:
    """A whole number that is not negative."""
    number = _number(text, int, "a whole number")
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return number


def size(text: str) -> int:
    """A whole number of at least 1."""
    number = count(text)
    if number == 0:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


def scale(text: str) -> float:
    """A finite number that is not negative."""
    number = _number(text, float, "a number")
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a finite number of at least 0")
    return number


def positive(text: str) -> float:
    """A finite number above 0."""
    number = scale(text)
    if number == 0:
        raise argparse.ArgumentTypeError("it must be above 0")
    return number


def folder(text: str) -> str:
    if not text or not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return text


def file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def output(text: str) -> Path:
    """A file for arrays, in a folder that is there."""
    path = _writable(text)
    if path.suffix != ".npz":
        raise argparse.ArgumentTypeError(f"{text} does not end in .npz")
    return path


def _writable(text: str) -> Path:
    """A file that can be made or replaced, as far as one can tell without doing it."""
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a folder")
    if not os.access(path.parent, os.W_OK) or path.exists() and not os.access(path, os.W_OK):
        raise argparse.ArgumentTypeError(f"{text} cannot be written")
    return path


def picture(text: str) -> Path:
    """A file that can be written as a picture; refused before the training rather than after it."""
    path = _writable(text)
    if path.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise argparse.ArgumentTypeError(f"{text} does not end in .png, .pdf or .svg")
    if importlib.util.find_spec("matplotlib") is None:
        raise argparse.ArgumentTypeError("drawing needs the package matplotlib (pip install matplotlib)")
    return path


def _number(text: str, kind: Callable[[str], Any], name: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {name}") from None


# --- while it runs ----------------------------------------------------------------------------------------------------


def progress(items: Iterable[Any], label: str) -> Iterable[Any]:
    """`items`, with a progress bar on the error stream if that is a terminal and tqdm is installed."""
    if not sys.stderr.isatty() or importlib.util.find_spec("tqdm") is None:
        return items
    return importlib.import_module("tqdm").tqdm(items, desc=label, leave=False)


def figure(number: float, decimals: int = 4) -> str:
    """The number with so many decimals, or in short where that would be long."""
    return f"{number:.{decimals}f}" if abs(number) < 1e6 else f"{number:.4e}"


def check_entries(
    loss: Callable[..., Any],
    gradient: Callable[..., Any],
    w: Any,
    rest: tuple[Any, ...],
    entries: int,
    rng: np.random.Generator,
) -> float:
    """Compare `entries` random entries of the gradient of each weight with central differences, in double precision.

    `loss` and `gradient` take (w, *rest), where w has floats and floating arrays in lists, tuples and dicts. Returns the
    largest error, relative to the largest entry of the gradient; raises Stop if it is above 1e-4, which leaves room for
    a kink of the loss between the two points of a difference.
    """
    weights, fixed = double(w), double(rest)
    found = [np.asarray(part) for part in arrays(gradient(double(w), *fixed))]
    largest = max(float(np.max(np.abs(part))) for part in found)
    worst = 0.0
    for weight, weight_bar in zip(arrays(weights), found, strict=True):
        for place in rng.choice(weight.size, size=min(entries, weight.size), replace=False):
            index = np.unravel_index(place, weight.shape)
            kept, step = float(weight[index]), 1e-5
            weight[index] = kept + step
            above = loss(weights, *fixed)
            weight[index] = kept - step
            below = loss(weights, *fixed)
            weight[index] = kept
            error = abs((above - below) / (2 * step) - weight_bar[index]) / max(largest, 1e-8)
            worst = max(worst, float(error))
    print(f"gradient check: {entries} entries per weight, largest relative error {worst:.1e}")
    if not worst <= 1e-4:
        raise Stop("the gradient and the finite differences disagree")
    return worst


def inspect(
    options: argparse.Namespace,
    loss: Callable[..., Any],
    lossgradient: Any,
    w: Any,
    rest: tuple[Any, ...],
    rng: np.random.Generator,
) -> None:
    """What --show-gradient and --gcheck ask for, where `lossgradient` gives the value and the gradient."""
    if options.show_gradient:
        show_gradient(options, lossgradient, w, *rest)
    if options.gcheck:
        check_entries(loss, lambda *arguments: lossgradient(*arguments)[1], w, rest, options.gcheck, rng)


def double(value: Any) -> Any:
    """A copy of a nested structure with its floats and floating arrays as arrays of double precision."""
    if isinstance(value, dict):
        return {key: double(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        parts = [double(part) for part in value]
        return value._make(parts) if hasattr(value, "_make") else type(value)(parts)
    floating = isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f"
    return np.array(value, dtype=np.float64) if floating else value


def arrays(value: Any) -> list[Any]:
    """What stands in a nested structure of dicts, lists and tuples, in order."""
    parts = value.values() if isinstance(value, dict) else value
    return [leaf for part in parts for leaf in arrays(part)] if isinstance(value, (dict, list, tuple)) else [value]


def show_gradient(options: argparse.Namespace, gradient: Any, *arguments: Any) -> None:
    """Print the program that computes the gradient for arguments of these kinds, where --device says."""
    gradient(*place(options)(arguments))
    print(srcgrad.source(gradient))


def draw(path: Path, curves: Mapping[str, Sequence[float]], ylabel: str, first: int = 0) -> None:
    """Draw each curve, one value per epoch from epoch `first` on, into the file."""
    backend = importlib.import_module("matplotlib.backends.backend_agg")
    figure = importlib.import_module("matplotlib.figure").Figure(figsize=(6, 4), layout="constrained")
    backend.FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, values in curves.items():
        axes.plot(range(first, first + len(values)), values, label=name)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(ylabel)
    axes.legend()
    try:
        figure.savefig(path)
    except OSError as error:
        raise Stop(f"the picture cannot be written to {path} ({error.strerror})") from None
    print(f"curves drawn into {path}")
