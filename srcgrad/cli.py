"""The command line: `srcgrad dump`, `srcgrad check`.

A target is a function in a file or in a module: `model.py:loss`, `package.model:Net.loss`. Whatever goes wrong is one
paragraph on standard error: exit status 2 for a command that makes no sense or a target that is not there, 1 for a
program that is refused or a gradient that is wrong, 0 otherwise (and 3 for a defect of srcgrad itself).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import math
import os
import sys
import tokenize
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from . import __version__, pipeline, testing
from .core import replacing
from .core.errors import SrcgradError


class UsageError(Exception):
    """A command that cannot be carried out as it was given."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        return options.run(options)
    except UsageError as error:
        return _fail(str(error), 2)
    except SrcgradError as error:
        return _fail(str(error), 1)
    except BrokenPipeError:  # the reader of the output, a pager or head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except Exception as error:
        return _fail(f"this is a defect of srcgrad, please report it: {_raised('the compiler', error)}", 3)


def _fail(message: str, status: int) -> int:
    here = os.path.join(os.getcwd(), "")  # files below the present folder are named as the user would name them
    print(f"srcgrad: {message.replace(here, '')}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="srcgrad", description="Derivatives of Python functions as Python source.")
    parser.add_argument("--version", action="version", version=f"srcgrad {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    dump = commands.add_parser("dump", help="print the gradient program of a function")
    _add_target(dump)
    dump.add_argument(
        "--after", metavar="PASS", help="print the program as it is after this pass; 'list' names the passes"
    )
    dump.add_argument(
        "-o", "--output", metavar="OUT.py", type=Path, help="write a file that runs without srcgrad's compiler"
    )
    dump.add_argument(
        "--mode",
        choices=("reverse", "forward", "pullback"),
        default="reverse",
        help="the gradient (default), value and tangent, or value and pullback",
    )
    dump.add_argument("--color", action="store_true", help="colour the comments that carry the lines of the source")
    dump.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="show the program for arrays of a GPU")
    dump.add_argument(
        "--kernels", action="store_true", help="with --device gpu and --args: show its kernels in CUDA C as well"
    )
    dump.set_defaults(run=_dump)

    check = commands.add_parser("check", help="compare the gradient of a function with finite differences")
    _add_target(check)
    check.add_argument("--order", type=int, default=1, help="2 checks second derivatives as well (default: 1)")
    check.add_argument("--rtol", type=float, help="relative tolerance (default: by the precision of the arguments)")
    check.add_argument(
        "--device",
        choices=("cpu", "gpu", "fake"),
        default="cpu",
        help="run it there as well; fake is a GPU's strictness without one",
    )
    check.set_defaults(run=_check)
    return parser


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="FILE.py:function or package.module:function")
    parser.add_argument("--argnums", metavar="N", help="arguments to differentiate, by number or name: 0 or 0,1 or w")
    parser.add_argument(
        "--args",
        metavar="EXPR",
        help="example arguments: a Python expression over the module's names, with numpy as np",
    )


# ---- commands -------------------------------------------------------------------------------------------------------


def _dump(options: argparse.Namespace) -> int:
    if options.after == "list":
        print("\n".join(f"{each.name:<18} {each.does}" for each in pipeline.PASSES))
        return 0
    if options.after is not None and options.after not in [each.name for each in pipeline.PASSES]:
        names = ", ".join(each.name for each in pipeline.PASSES)
        raise UsageError(f"there is no pass {options.after!r}; the passes are {names}")
    function, module = find_target(options.target)
    args = None if options.args is None else evaluate_arguments(options.args, module)
    argnums = _argnums(options.argnums)
    if options.output is not None and options.output.resolve() == Path(getattr(module, "__file__", "") or "").resolve():
        raise UsageError(f"{options.output} is the file of the function; write the gradient somewhere else")
    text = pipeline.dump(
        function,
        0 if argnums is None else argnums,
        args=args,
        after=options.after,
        standalone=options.output is not None,
        device=options.device == "gpu",
        mode=options.mode,
    )
    text = text.rstrip("\n") + "\n"
    if options.kernels:
        text += _kernels(options, function, args)
    if options.output is None:
        sys.stdout.write(coloured(text) if options.color else text)
        sys.stdout.flush()  # so that a closed pipe is noticed here
    else:
        write_atomically(options.output, text)
    return 0


def _kernels(options: argparse.Namespace, function: Any, args: tuple[Any, ...] | None) -> str:
    """The kernels of a gradient in CUDA C."""
    from .testing import devices

    if options.device != "gpu" or args is None or options.output or options.after or options.mode != "reverse":
        raise UsageError("--kernels needs --device gpu and --args, and the whole gradient on the screen")
    argnums = _argnums(options.argnums)
    return "".join(f"\n\n{source}" for source in devices.kernels_of(function, args, 0 if argnums is None else argnums))


def _check(options: argparse.Namespace) -> int:
    function, module = find_target(options.target)
    if options.args is None:
        raise UsageError("check needs the point at which to check: --args EXPR")
    if options.order < 1:
        raise UsageError(f"--order is 1 or more, not {options.order}")
    if options.rtol is not None and not 0 < options.rtol < math.inf:
        raise UsageError(f"--rtol is a number above 0, not {options.rtol}")
    args = evaluate_arguments(options.args, module)
    source = getattr(getattr(function, "__code__", None), "co_filename", None)
    try:
        error = testing.check_grads(function, args, options.order, rtol=options.rtol, argnums=_argnums(options.argnums))
    except SrcgradError:
        raise
    except Exception as problem:
        frames = _frames(problem)
        if frames[-1].name == "call" or any(frame.filename == source for frame in frames):  # raised by the function
            raise UsageError(_raised(f"{options.target} at --args", problem)) from None
        if isinstance(problem, ValueError):
            raise UsageError(str(problem)) from None
        raise
    print(f"{options.target}: the gradient agrees with finite differences, largest relative error {error:.2g}")
    if options.device != "cpu":
        _check_on(options.device, function, args, _argnums(options.argnums), options.target)
    return 0


def _check_on(device: str, function: Any, args: tuple[Any, ...], argnums: Any, target: str) -> None:
    """Run the gradient on a device as well, and print what it does there."""
    from .testing import devices

    try:
        report = devices.check_device(function, args, device, 0 if argnums is None else argnums)
    except ImportError as error:
        raise UsageError(f"--device {device}: {error}; pip install cupy-cuda12x or cupy-cuda13x") from None
    name = {"gpu": "the GPU", "fake": "the fake device"}[device]
    print(f"{target}: on {name} it gives the same, largest relative error {report.error:.2g}")
    if device == "fake":
        print(f"  {report.launches} operations on the device, {report.products} of them matrix products")
        for file, line, times in report.synchronisations:
            print(f"  {os.path.relpath(file)}:{line} brings a value to the host, {times} times")


def _frames(problem: BaseException) -> list[Any]:
    return list(traceback.extract_tb(problem.__traceback__))


def _argnums(text: str | None) -> Any:
    """0, (0, 1), "w" from the text of an option."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    found: list[int | str] = []
    for part in parts:
        if part.lstrip("-").isdigit():
            found.append(int(part))
        elif part.isidentifier():
            found.append(part)
        else:
            raise UsageError(f"--argnums takes numbers or names of arguments, such as 0 or 0,2 or w, not {text!r}")
    return found[0] if len(found) == 1 else tuple(found)


# ---- targets --------------------------------------------------------------------------------------------------------


def find_target(target: str) -> tuple[Any, ModuleType]:
    """The function that FILE.py:name or package.module:name means, and its module; `UsageError` where there is none."""
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise UsageError(f"{target!r} is not a target: write FILE.py:function or package.module:function")
    module = _load_file(Path(place)) if place.endswith(".py") or os.sep in place else _load_module(place)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            here = [
                n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == module.__name__
            ]
            known = f"; it has {', '.join(here)}" if here else ""
            raise UsageError(f"{place} has no function {name!r}{known}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{target} is {type(found).__name__}, not a function")
    return found, module


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    # as if the file had been started as a script: its own folder is where it finds its neighbours
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # dataclasses and pickles look their module up
    loader = spec.loader
    _run(lambda: loader.exec_module(module), str(path))
    return module


def _load_module(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())
    return _run(lambda: importlib.import_module(name), name)


def _run(load: Any, name: str) -> Any:
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the module prints is no part of the answer
            return load()
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise UsageError(f"there is no module {name!r}") from None
        raise UsageError(_raised(name, error)) from None
    except SrcgradError:
        raise
    except Exception as error:
        raise UsageError(_raised(name, error)) from None
    except SystemExit as error:
        raise UsageError(f"{name} ends the program (SystemExit: {error.code}) when it is imported") from None


def evaluate_arguments(text: str, module: ModuleType) -> tuple[Any, ...]:
    """The arguments that an expression gives: a tuple holds all of them, anything else is the only one."""
    space = {"np": np, "numpy": np, **vars(module)}
    try:
        with contextlib.redirect_stdout(sys.stderr):
            value = eval(compile(text, "--args", "eval"), space)
    except SyntaxError as error:
        raise UsageError(f"--args is not a Python expression: {text} ({error.msg})") from None
    except Exception as error:
        raise UsageError(_raised("--args", error)) from None
    except SystemExit as error:
        raise UsageError(f"--args ends the program (SystemExit: {error.code})") from None
    return value if isinstance(value, tuple) else (value,)


def _raised(where: str, error: BaseException) -> str:
    """What user code raised, with the line of the last of its frames."""
    own = os.path.dirname(os.path.abspath(__file__)) + os.sep
    frames = [f for f in _frames(error) if not f.filename.startswith((own, "<frozen"))]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{where}: {error.filename}:{error.lineno}: {error.msg}"
    last = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{where} raised {type(error).__name__}: {error}{last}"


# ---- output ---------------------------------------------------------------------------------------------------------


def write_atomically(path: Path, text: str) -> None:
    """Write a file such that a reader sees the old content or the new, never a part; an interruption leaves the old."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder")
    with replacing.replaced(path) as file:
        file.write(text.encode())


def coloured(text: str) -> str:
    """The text with its comments dimmed, for a terminal.

    >>> coloured("y = '#'  # f.py:3")
    "y = '#'  \\x1b[2m# f.py:3\\x1b[0m"
    """
    lines = text.splitlines(keepends=True)
    comments = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
    for token in reversed(comments):
        row, column = token.start
        line = lines[row - 1]
        end = column + len(token.string)
        lines[row - 1] = f"{line[:column]}\x1b[2m{token.string}\x1b[0m{line[end:]}"
    return "".join(lines)
