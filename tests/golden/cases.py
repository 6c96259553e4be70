"""The list of emitted programs that are kept as files: functions with the length of an adjoint written by hand, and kernels of `tests.kernels`.

Each has a folder: `source.py`, the function; `normal.py`, its normal form; `adjoint.py`, the gradient as a program that runs by itself;
those in `TANGENTS` have `tangent.py` as well, the program of value and tangent.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.kernels import registry

FOLDER = Path(__file__).resolve().parent
TANGENTS = ("softmax", "heat", "recurrence")
KERNELS = (
    "lu",
    "triangular_solve",
    "tridiagonal_solve",
    "gram_schmidt",
    "durbin",
    "heat_1d_elements",
    "nonlinear_heat_1d",
    "gauss_seidel_2d",
    "floyd_warshall",
    "longest_common_subsequence",
)


@dataclass(frozen=True)
class Case:
    """A function, arguments for it, and how many statements the adjoint of an expert has (0: not counted)."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    argnums: tuple[int, ...] = (0,)
    expert: int = 0

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def wrt(self) -> int | tuple[int, ...]:
        return self.argnums[0] if len(self.argnums) == 1 else self.argnums


def load() -> list[Case]:
    return [*written(), *kernels()]


def written() -> list[Case]:
    """Functions with their own file; the statements counted are those of an adjoint by hand: see docs/performance.md."""
    n = np.random.default_rng(5).standard_normal
    square = n((4, 4))
    layers = [n((3, 4)), n(4), n((4, 4)), n(4), n((4, 2)), n(2)]
    return [
        _case("branch_in_a_loop", "energy", (np.array([0.4, 2.5, 1.5]),), (0,), 6),
        _case("softmax", "cross_entropy", (n((5, 4)), n(4), n((6, 5)), np.eye(4)[[0, 1, 2, 3, 0, 1]]), (0, 1), 6),
        _case("layers", "squared_error", (layers, n((5, 3)), n((5, 2))), (0,), 18),
        _case("lstm", "memory", (n((5, 12)) * 0.5, n(12), [n((2, 2)) for _ in range(4)]), (0, 1), 32),
        _case("cells", "run", (n((4, 3)), n((2, 3))), (0, 1), 36),
        _case("cholesky", "factor", (square @ square.T + 4 * np.eye(4),), (0,), 18),
        _case("heat", "diffuse", (n(9), 4), (0,), 14),
        _case("recurrence", "chain", (n(6) + 2,), (0,), 13),
        _case("newton", "root", (2.0,), (0,), 15),
        _case("mixture", "log_likelihood", (n((3, 2)), n((7, 2))), (0,), 8),
        _case("views", "gather", (n(6), np.array([0, 0, 2, 5])), (0,), 9),
        _case("particles", "field_energy", (np.array([0.3, 1.6, 0.7, 3.2]), n(4), 6), (0, 1), 13),
        _case("masked", "entropy", (n((4, 4)),), (0,), 13),
        _case("shared_memory", "relaxed", (n(12), 3), (0,), 19),
    ]


def _case(name: str, function: str, arguments: tuple, argnums: tuple[int, ...], expert: int) -> Case:
    module = importlib.import_module(f"tests.golden.{name}.source")
    return Case(name, getattr(module, function), arguments, argnums, expert)


def kernels() -> list[Case]:
    """Kernels whose source is that of `tests.kernels`; the file in the folder is a copy for the reader."""
    found = {k.name: k for k in registry.load()}
    cases = []
    for name in KERNELS:
        kernel = found[name]
        argnums = kernel.argnums if isinstance(kernel.argnums, tuple) else (kernel.argnums,)
        cases.append(Case(name, kernel.function, kernel.program.args(registry.Draw(3)), argnums))
    return cases


def source_of(case: Case) -> str:
    """The text of `source.py`."""
    if case.expert:
        return (case.folder / "source.py").read_text(encoding="utf-8")
    lines = inspect.getsource(case.function).splitlines(keepends=True)
    while lines[0].startswith(("@", " ", ")")):
        lines.pop(0)
    return "import numpy as np\n\n\n" + "".join(lines)
