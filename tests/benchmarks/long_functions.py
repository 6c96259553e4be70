"""Functions of any length, as numerical code is written: arrays and scalars, branches, loops, stores, helpers.

The text depends on the number of assignments only. Values stay between about -3 and 3 whatever the length, so that the
gradient can be checked by finite differences.
"""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from types import ModuleType

HELPERS = '''"""Written by a program, for measurements."""
import numpy as np


def mix(u, v, s):
    t = np.tanh(u) * s
    return t + 0.25 * v


def energy(u, w):
    total = 0.0
    for i in range(len(w)):
        total += np.sin(w[i]) * np.mean(u)
    return total / len(w)


'''

# Each block takes the names of the block before it, {p}, and makes its own, {n}: arrays u, v, a scalar s.
BLOCKS = (
    """
    u{n} = np.tanh(u{p} * s{p} + x)
    v{n} = np.sin(u{n}) + 0.5 * v{p}
    s{n} = np.sum(u{n} * v{n}) / len(x)
    s{n} = np.tanh(s{n}) + w[{k}]
""",
    """
    scale{n} = 1.0 + s{p} * s{p}
    u{n} = (u{p} - np.mean(u{p})) / scale{n}
    if s{p} > 0.1:
        v{n} = mix(u{n}, v{p}, s{p})
        s{n} = np.cos(s{p}) * w[{k}]
    else:
        v{n} = 0.5 * v{p} - u{n}
        s{n} = s{p} * 0.5
""",
    """
    s{n} = 0.0
    for i in range(3):
        s{n} += np.tanh(w[i] * s{p}) / 3
    u{n} = np.exp(-u{p} * u{p})
    v{n} = np.maximum(v{p}, u{n}) * 0.5
""",
    """
    v{n} = np.concatenate([v{p}[:{k}], np.sin(v{p}[{k}:]) * s{p}])
    v{n} = v{n} * 0.5
    u{n} = np.where(v{n} > 0, u{p}, 0.1 * u{p})
    s{n} = energy(v{n}, w)
""",
    """
    m{n} = np.outer(u{p}, w)
    u{n} = np.tanh(m{n} @ w)
    q{n}, r{n} = np.mean(u{n}), np.max(v{p})
    v{n} = v{p} / (1.0 + r{n} * r{n})
    s{n} = (q{n} + r{n}) * 0.5
""",
)
WEIGHTS = 4  # length of w; x is longer


def text(assignments: int) -> str:
    """The source of a module with `f(x, w)`, a scalar function with at least this many assignments in its own body."""
    lines, written = ["def f(x, w):", "    u0 = np.tanh(x)", "    v0 = np.cos(x)", "    s0 = w[0]"], 3
    number = 0
    for number in itertools.count(1):
        if written >= assignments - 1:
            break
        block = BLOCKS[(number - 1) % len(BLOCKS)].strip("\n").format(n=number, p=number - 1, k=number % WEIGHTS)
        lines += block.split("\n")
        written += sum(any(sign in line for sign in (" = ", " += ", " *= ")) for line in block.split("\n"))
    lines += [f"    loss = np.sum(u{number - 1} * v{number - 1}) + s{number - 1}", "    return loss"]
    return HELPERS + "\n".join(lines) + "\n"


def module(assignments: int, folder: Path, name: str = "") -> ModuleType:
    """The module written to a file in `folder` and imported from there, as a user's would be."""
    name = name or f"long_{assignments}"
    path = folder / f"{name}.py"
    path.write_text(text(assignments), encoding="utf-8")
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification and specification.loader
    made = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(made)
    return made
