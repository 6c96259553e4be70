"""Statements without stores: assignments, branches, loops, exits; and what all writers of statements share."""

from __future__ import annotations

import random
from collections.abc import Callable

from .expressions import Expressions, Type

SCALARS = ("t", "u", "v", "w", "s_bar", "acc")
VECTORS = ("y", "z", "p", "q", "y_bar", "buffer")
MATRICES = ("m", "g", "h")
KINDS: tuple[Type, ...] = ("f", "f", "f", ("v", 4), ("v", 4), ("v", 3), ("m", 3, 4))


class Statements:
    """Draws statements and writes them down; `frozen` names what may not be stored into."""

    e: Expressions
    draw: random.Random
    lines: list[str]
    frozen: set[str]
    depth = loops = nested = counters = 0

    def statement(self) -> None:
        raise NotImplementedError

    # ---- lines and blocks ----

    def put(self, text: str) -> None:
        self.lines.append("    " * self.depth + text if text else "")

    def block(self, size: int) -> None:
        """An indented block; names bound in it only are forgotten after it."""
        scope = dict(self.e.scope)
        self.depth += 1
        self.nested += 1
        before = len(self.lines)
        for _ in range(size):
            self.statement()
        if not any(line.strip() for line in self.lines[before:]):
            self.put("pass")
        self.nested -= 1
        self.depth -= 1
        self.e.scope = {name: kind for name, kind in self.e.scope.items() if name in scope}

    # ---- names ----

    def target(self, kind: Type) -> str:
        """A name to bind: one of this type, or (outside of blocks, or if it is unknown) any of a pool."""
        pool = SCALARS if kind == "f" else VECTORS if kind[0] == "v" else MATRICES
        known = self.e.scope
        same = [n for n in self.e.names(kind)]
        fresh = [n for n in pool if n not in known]
        if same and (self.e.chance(0.5) or not fresh):
            return self.draw.choice(same)
        return self.draw.choice(fresh or list(same) or [f"extra_{len(known)}"])

    def bind(self, name: str, kind: Type) -> None:
        self.e.scope[name] = kind
        self.frozen.discard(name)

    def assign(self) -> None:
        kind = self.draw.choice(KINDS)
        text = self.e.expression(kind, self.draw.randrange(1, 4))
        name = self.target(kind)
        if self.loops and self.e.chance(0.5):
            text = f"np.sin({text})"
        self.put(f"{name} = {text}")
        alias = text in self.frozen
        self.bind(name, kind)
        if alias or any(frozen in text for frozen in self.frozen):
            self.frozen.add(name)

    def augment_scalar(self) -> None:
        names = self.e.names("f")
        if names:
            operator = self.draw.choice(["+=", "-=", "*=", "+="])
            self.put(f"{self.draw.choice(names)} {operator} {self.e.scalar(1)}")

    def pair(self) -> None:
        kind = self.draw.choice(["f", "f", ("v", 4)])
        names = self.e.names(kind)
        if len(names) < 2 or self.frozen & set(names):
            return self.assign()
        first, second = self.draw.sample(names, 2)
        right = (second, first) if self.e.chance(0.6) else (self.e.expression(kind, 1), self.e.expression(kind, 1))
        self.put(f"{first}, {second} = {right[0]}, {right[1]}")

    def branch(self) -> None:
        self.put(f"if {self.e.condition()}:")
        self.block(self.draw.randrange(1, 3))
        if self.e.chance(0.3):
            self.put(f"elif {self.e.condition()}:")
            self.block(self.draw.randrange(1, 3))
        if self.e.chance(0.6):
            self.put("else:")
            self.block(self.draw.randrange(1, 3))

    def counter(self) -> str:
        self.counters += 1
        return "ijkl"[self.nested] if self.e.chance(0.9) else f"index_{self.counters}"

    def body(self, bindings: dict[str, Type]) -> None:
        before = dict(self.e.scope)
        self.e.scope.update(bindings)
        self.loops += 1
        self.block(self.draw.randrange(1, 4))
        self.loops -= 1
        self.e.scope = {name: kind for name, kind in before.items() if name not in bindings or before[name] == kind}
        if self.e.chance(0.15):
            self.put("else:")
            self.block(1)

    def inside(self, bindings: dict[str, Type], write: Callable[[], str]) -> str:
        """What `write` gives where these names are bound, too."""
        before = dict(self.e.scope)
        self.e.scope.update(bindings)
        text = write()
        self.e.scope = before
        return text

    def loop_range(self) -> None:
        i = self.counter()
        bounds = self.draw.choice(["3", "2", "4", "1, 4", "3, 0, -1", "0", "1", "len", "len - 1", "back"])
        vectors = self.e.arrays("v")
        if bounds in ("len", "len - 1", "back"):
            if not vectors:
                return self.assign()
            name = self.draw.choice(vectors)
            n = self.e.scope[name][1]
            text, values = {
                "len": (f"len({name})", range(n)),
                "len - 1": (f"1, len({name}) - 1", range(1, n - 1)),
                "back": (f"len({name}) - 2, -1, -1", range(n - 2, -1, -1)),
            }[bounds]
        else:
            text, values = bounds, range(*(int(b) for b in bounds.split(", ")))
        self.put(f"for {i} in range({text}):")
        self.e.ranges[i] = values
        self.body({i: "i"})

    def loop_elements(self) -> None:
        i = self.counter()
        vectors, matrices = self.e.arrays("v"), self.e.arrays("m")
        item = self.draw.choice(["element", "value"])
        if matrices and self.e.chance(0.4):
            m = self.draw.choice(matrices)
            self.put(f"for {i}, row in enumerate({m}):")
            self.frozen.discard("row")
            if m in self.frozen:
                self.frozen.add("row")
            self.body({i: "i", "row": ("v", self.e.scope[m][2])})
        elif len(vectors) > 1 and self.e.chance(0.4):
            first, second = self.draw.sample(vectors, 2)
            self.put(f"for {item}, other in zip({first}, {second}):")
            self.body({item: "f", "other": "f"})
        elif vectors:
            self.put(f"for {item} in {self.draw.choice(vectors)}:")
            self.body({item: "f"})

    def loop_while(self) -> None:
        i = self.counter()
        if self.e.scope.get(i) == "i":
            return self.loop_range()
        self.put(f"{i} = 0")
        self.e.scope[i] = "i"
        self.e.ranges.pop(i, None)
        most = self.draw.choice([2, 3, 4])
        test = self.draw.choice([f"{i} < {most} and {self.e.scalar(1)} < 5.1", f"{i} < {most}", "True"])
        self.put(f"while {test}:")
        self.e.ranges[i] = range(1, most + 1)
        self.depth += 1
        self.put(f"{i} += 1")
        if test == "True":
            self.put(f"if {i} >= {most}" + (f" or {self.e.condition()}:" if self.e.chance(0.5) else ":"))
            self.put("    break")
        self.depth -= 1
        self.body({i: "i"})

    def leave_loop(self) -> None:
        self.put(f"if {self.e.condition()}:")
        self.depth += 1
        if self.e.chance(0.5):
            self.assign()
        self.put(self.draw.choice(["break", "continue"]))
        self.depth -= 1
