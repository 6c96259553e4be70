"""Random programs: statements of every kind around random expressions.

Level 1 has no stores; level 2 has stores, views, aliases, containers, closures and exceptions, too. Each program of level 2
uses only some of the features, drawn beforehand, so that those which need the recorded road do not hide the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from .expressions import Expressions, Helper, Type
from .idioms import Idioms
from .structures import BOX
from .sweeps import Sweeps

FEATURES = (
    ("inline views", 0.5),
    ("choices", 0.2),
    ("rare stores", 0.25),
    ("effects", 0.1),
    ("table", 0.2),
    ("generators", 0.2),
    ("containers", 0.3),
    ("arrays", 0.15),
    ("named", 0.1),
    ("box", 0.1),
    ("closures", 0.15),
    ("exceptions", 0.1),
    ("library", 0.25),
    ("idioms", 0.5),
)
TABLE = "TABLE = np.array([0.4, -0.7, 1.1, 0.3])"


class Writer(Idioms):
    """Writes one module: helpers, and the function `f(x, a, s)` of an array of 4, a 3 by 4 matrix and a float."""

    def __init__(self, seed: int, level: int = 2):
        self.draw = random.Random(seed)
        self.level = level
        self.lines = []
        self.frozen = set()
        self.budget = 0
        self.result: Type = "f"
        features = {name for name, p in FEATURES if self.draw.random() < p} if level > 1 else set()
        self.e = Expressions(self.draw, level, frozenset(features))

    def module(self) -> str:
        self.lines = ["import math", "import numpy as np", ""]
        if "table" in self.e.features:
            self.lines += [TABLE, ""]
        if "box" in self.e.features:
            self.lines += [BOX]
        if "library" in self.e.features:
            self.write_library()
        helpers = []
        for k in range(self.draw.randrange(3)):
            helpers.append(self.helper(f"helper_{k}"))
            self.e.helpers = list(helpers)
        self.function("f", {"x": ("v", 4), "a": ("m", 3, 4), "s": "f"}, "f", self.draw.randrange(5, 14))
        return "\n".join(self.lines) + "\n"

    # ---- functions ----

    def helper(self, name: str) -> Helper:
        kinds: list[Type] = ["f", ("v", 4), ("v", 4), ("v", 3), ("m", 3, 4)]
        takes = tuple(self.draw.choice(kinds) for _ in range(self.draw.randrange(1, 4)))
        gives = self.draw.choice(["f", "f", ("v", 4), ("v", 3)])
        stores = self.level > 1 and self.e.chance(0.5) and any(t != "f" for t in takes)
        names = {f"{'bcde'[i]}": t for i, t in enumerate(takes)}
        self.function(name, names, gives, self.draw.randrange(1, 5), may_store=stores)
        return Helper(name, takes, gives, stores)

    def function(self, name: str, parameters: dict[str, Type], gives: Type, size: int, may_store: bool = True) -> None:
        outer, outer_result, outer_frozen = self.e.scope, self.result, self.frozen
        self.e.scope, self.result = dict(parameters), gives
        self.frozen = set() if may_store else set(parameters)
        loops, self.loops = self.loops, 0
        self.put(f"def {name}({', '.join(parameters)}):")
        self.depth += 1
        self.budget = size
        while self.budget > 0:
            self.statement()
        self.put(f"return {self.final(gives)}")
        self.depth -= 1
        self.put("")
        self.e.scope, self.result, self.frozen, self.loops = outer, outer_result, outer_frozen, loops

    def early_return(self) -> None:
        self.put(f"if {self.e.scalar(1)} > {self.draw.choice(['0.9', '1.7', '2.3'])}:")
        self.put(f"    return {self.final(self.result)}")

    def final(self, gives: Type) -> str:
        """A result that depends on as much as possible."""
        if gives != "f":
            names = [n for n in self.e.names(gives) if n not in self.frozen]
            if names and self.level > 1 and self.e.chance(0.4):
                return self.draw.choice(names)  # perhaps an argument, or a view of it
            return self.e.expression(gives, 2)
        terms = []
        for name, kind in self.e.scope.items():
            if kind == "f":
                terms.append(f"np.sin({name})")
            elif kind == "l":
                terms.append(f"sum({name})")
            elif kind == "d":
                terms.append(f'{name}["p"] * {name}["q"]')
            elif kind == "arrays":
                terms.append(f"sum(np.sum(part * part) for part in {name})")
            elif kind == "named":
                terms.append(f'np.sum({name}["p"] * {name}["q"])')
            elif kind == "box":
                terms.append(f"np.sum({name}.v) * {name}.w")
            elif isinstance(kind, tuple):
                terms.append(self.draw.choice(["np.sum(np.sin({0}))", "np.sum({0} * {0})", "np.sum({0})"]).format(name))
        self.draw.shuffle(terms)
        return " + ".join(terms[:4] or [self.e.scalar(2)])

    # ---- statements ----

    def statement(self) -> None:
        self.budget -= 1
        choices: list[tuple[float, Callable[[], None]]] = [(6, self.assign), (2, self.augment_scalar), (1, self.pair)]
        if self.nested < 3:
            choices += [(3, self.branch), (1.5, self.loop_range), (1, self.loop_elements), (0.6, self.loop_while)]
        if self.loops:
            choices += [(1, self.leave_loop)]
        choices += [(0.3, self.early_return)]
        if self.level > 1:
            choices += [(3, self.new_buffer), (6, self.store), (2, self.view), (1.5, self.whole_store)]
            choices += [(1.5, self.storing_call)]
            choices += self.featured()
        weights = [w for w, _ in choices]
        self.draw.choices([c for _, c in choices], weights)[0]()

    def featured(self) -> list[tuple[float, Callable[[], None]]]:
        features = self.e.features
        choices: list[tuple[float, Callable[[], None]]] = []
        if "containers" in features:
            choices += [(1.5, self.container), (2, self.container_store)]
        if features & {"arrays", "named", "box"}:
            choices += [(1.5, self.holder), (2, self.holder_change)]
        if "library" in features:
            choices += [(2.5, self.use_library)]
        if self.nested < 2 and "closures" in features:
            choices += [(1, self.closure)]
        if self.nested < 2 and "exceptions" in features:
            choices += [(1, self.protected)]
        if self.nested < 2 and "idioms" in features:
            choices += [(0.7, self.double_buffer), (0.5, self.ring_buffer), (0.5, self.recurrence_table)]
            choices += [(0.7, self.growing_sum), (0.5, self.search)]
        return choices


def write(seed: int, level: int = 2) -> str:
    """The source of the program of this number; at level 2, one of eight sweeps over arrays."""
    if level > 1 and seed % 8 == 3:
        return Sweeps(random.Random(seed)).module()
    return Writer(seed, level).module()
