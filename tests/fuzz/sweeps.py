"""Programs of nested sweeps over arrays: stores and loads at loop variables plus a number, in all orders and directions.

What such a store overwrites need not be saved where nothing reads it any more; these programs ask whether it is told rightly.
"""

from __future__ import annotations

import random

BOUNDS = ("{n}", "1, {n}", "1, {n} - 1", "{n} - 1, -1, -1", "{n} - 2, 0, -1", "0, {n} - 1", "0, {n}, 2", "2, {n}")
INNER = (
    "{i}",
    "{i} + 1",
    "{i}, {n}",
    "{i} + 1, {n}",
    "1, {i}",
    "{i} - 1, -1, -1",
    "{n} - 1, {i}, -1",
    "{n}",
    "{i}, {i} + 2",
)
OPERATORS = ("=", "=", "=", "+=", "-=", "*=")


class Sweeps:
    """Writes one function of three arrays that sweeps over copies of them."""

    def __init__(self, draw: random.Random):
        self.draw = draw
        self.lines: list[str] = []
        self.depth = 1
        self.counters: list[str] = []
        self.carried: list[str] = []

    def chance(self, p: float) -> bool:
        return self.draw.random() < p

    def put(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def module(self) -> str:
        self.put(self.draw.choice(["y = np.concatenate([x, np.sin(x)])", "y = np.concatenate([a[0], x])"]))
        self.put(self.draw.choice(["z = np.zeros(8)", "z = y * s", "z = y.copy()", "z = np.empty(8)\n    z[:] = x[1]"]))
        self.put(self.draw.choice(["m = np.outer(y, y)", "m = np.zeros((8, 8))", "m = np.outer(np.cos(y), z)"]))
        self.carried = ["s"]
        for _ in range(self.draw.randrange(1, 4)):
            self.sweep()
        self.put("return np.sum(np.sin(y)) + np.sum(z * y) + np.sum(m * m) + s")
        return "\n".join(["import numpy as np", "", "", "def f(x, a, s):", *self.lines, ""])

    # ---- loops ----

    def sweep(self) -> None:
        n = self.draw.choice(["7", "len(y) - 1", "4", "len(m) - 1", "5"])
        i = "ijk"[len(self.counters)]
        if self.counters and self.chance(0.7):
            bounds = self.draw.choice(INNER).format(i=self.counters[-1], n=n)
        else:
            bounds = self.draw.choice(BOUNDS).format(n=n)
        self.put(f"for {i} in range({bounds}):")
        self.counters.append(i)
        self.depth += 1
        for _ in range(self.draw.randrange(1, 4)):
            self.statement()
        self.depth -= 1
        self.counters.pop()

    def statement(self) -> None:
        r = self.draw.random()
        if r < 0.2 and len(self.counters) < 3:
            self.sweep()
        elif r < 0.3:
            self.put(f"if {self.value(0)} > {self.draw.choice(['0.1', '-0.3', '0.6'])}:")
            self.depth += 1
            self.put(self.draw.choice(["break", "continue"])) if self.chance(0.15) else self.store()
            self.depth -= 1
            if self.chance(0.4):
                self.put("else:")
                self.depth += 1
                self.store()
                self.depth -= 1
        elif r < 0.4:
            self.put(f"s = {self.draw.choice(['s * 0.5 + ', 's + ', ''])}{self.value(1)}")
        elif r < 0.5:
            self.put(f"t = {self.value(1)}")
            self.store("t")
        elif r < 0.58:
            left, right = self.element(), self.element()
            self.put(f"{left}, {right} = {right}, {left}")
        elif r < 0.66:
            self.put(f"{self.part()} {self.draw.choice(OPERATORS)} {self.value(1)}")
        else:
            self.store()

    def store(self, term: str = "") -> None:
        value = f"{term} * {self.value(0)}" if term else self.value(2)
        self.put(f"{self.element()} {self.draw.choice(OPERATORS)} {value}")

    # ---- places and values ----

    def index(self) -> str:
        counter = self.draw.choice(self.counters)
        return self.draw.choice(
            [counter, counter, counter, f"{counter} - 1", f"{counter} + 1", f"{counter} - 2", "0", "-1", "2"]
        )

    def element(self) -> str:
        name = self.draw.choice("yyyzzm")
        if name == "m":
            return f"m[{self.index()}, {self.index()}]"
        return f"{name}[{self.index()}]"

    def part(self) -> str:
        name = self.draw.choice("yzm")
        i = self.draw.choice(self.counters)
        extent = self.draw.choice([f":{i}", f"{i}:", f"{i} + 1:", f"{i}:{i} + 2", f"{i} - 1:{i} + 1", f":{i} + 1"])
        if name == "m":
            return self.draw.choice([f"m[{extent}]", f"m[{i}, {extent}]", f"m[{extent}, {i}]", f"m[{i}]", f"m[:, {i}]"])
        return f"{name}[{extent}]"

    def value(self, depth: int) -> str:
        if depth == 0:
            return self.draw.choice([self.element(), self.element(), self.element(), "s", "0.7"])
        left, right = self.value(depth - 1), self.value(depth - 1)
        form = self.draw.choice(["np.sin({})", "0.5 * {}", "{} * {}", "{} * {}", "{} - {}", "0.3 * {} + {}", "{}"])
        if self.chance(0.15):
            return f"np.sum({self.part()} * {left})"
        return form.format(left, right)
