"""Random expressions of a wanted type over the variables in scope: smooth or almost so, and mostly bounded.

A type is "f" (a float), ("v", n) (an array of n entries), ("m", r, c) (a matrix), "i" (an integer), "l" (a list of two
or more floats), "d" (a dictionary with the keys "p" and "q"), "arrays" (a list of two or more arrays of 4), "named" (a
dictionary of two arrays of 4 under those keys) or "box" (an object with an array of 4, `v`, and a float, `w`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Type = Any
UNARY = ("np.sin", "np.cos", "np.tanh", "np.arctan", "abs", "-", "np.square", "np.exp(-", "np.sqrt(1.5 + ")
SCALAR_UNARY = (*UNARY, "math.sin", "math.tanh", "math.exp(-", "float")


class Helper:
    """A helper function that expressions may call: its name, the types of its parameters and of its result."""

    def __init__(self, name: str, takes: tuple[Type, ...], gives: Type, stores: bool):
        self.name, self.takes, self.gives, self.stores = name, takes, gives, stores


class Expressions:
    """Draws expressions; `scope` maps the names in sight to their types."""

    def __init__(self, draw: random.Random, level: int, features: frozenset[str] = frozenset()):
        self.draw, self.level, self.features = draw, level, features
        self.scope: dict[str, Type] = {}
        self.ranges: dict[str, range] = {}  # the values that a counter may have
        self.helpers: list[Helper] = []

    # ---- choices ----

    def chance(self, p: float) -> bool:
        return self.draw.random() < p

    def names(self, kind: Type) -> list[str]:
        return sorted(name for name, other in self.scope.items() if other == kind)

    def arrays(self, rank: str) -> list[str]:
        return sorted(name for name, kind in self.scope.items() if isinstance(kind, tuple) and kind[0] == rank)

    def has(self, feature: str, p: float = 1.0) -> bool:
        """Whether this program uses a feature, and does so here."""
        return feature in self.features and self.chance(p)

    def number(self) -> str:
        return self.draw.choice(["0.5", "2.0", "-1.3", "0.7", "1.0", "-0.4", "3", "1"])

    def index(self, n: int) -> str:
        """An index valid for `n` entries."""
        counters = self.names("i")
        if counters and self.chance(0.6):
            counter = self.draw.choice(counters)
            values = self.ranges.get(counter)
            if values and self.chance(0.7):
                low, high = min(values), max(values)
                shifts = [k for k in range(-2, 3) if -n <= low + k and high + k < n and (low + k >= 0 or high + k < 0)]
                texts = [f"{counter} {'-' if k < 0 else '+'} {abs(k)}" if k else counter for k in shifts]
                texts += [f"{n - 1} - {counter}"] if 0 <= low and high < n else []
                if texts:
                    return self.draw.choice(texts)
            return self.draw.choice([f"{counter} % {n}", f"({counter} + 1) % {n}", f"-({counter} % {n}) - 1"])
        return str(self.draw.randrange(-n, n))

    def indices(self, n: int, count: int) -> str:
        """A list of `count` indices, repeats allowed."""
        return "[" + ", ".join(str(self.draw.randrange(n)) for _ in range(count)) + "]"

    # ---- expressions ----

    def expression(self, kind: Type, depth: int = 2) -> str:
        if kind == "f":
            return self.scalar(depth)
        if kind[0] == "v":
            return self.vector(kind[1], depth)
        return self.matrix(kind[1], kind[2], depth)

    def condition(self) -> str:
        r = self.draw.random()
        counters = self.names("i")
        if counters and r < 0.35:
            return f"{self.draw.choice(counters)} {self.draw.choice(['% 2 == 0', '> 1', '< 1', '== 1', '!= 1'])}"
        test = (
            f"{self.scalar(1)} {self.draw.choice(['>', '<', '>=', '<='])} {self.draw.choice(['0.13', '-0.21', '0.57'])}"
        )
        if r > 0.9:
            return f"{test} {self.draw.choice(['and', 'or'])} {self.scalar(0)} < 0.31"
        return f"not {test}" if r > 0.85 else test

    def unary(self, functions: tuple[str, ...], inner: str) -> str:
        f = self.draw.choice(functions)
        if f.endswith("(-"):
            return f"{f}({inner}) ** 2)"
        if f.endswith("+ "):
            return f"{f}({inner}) ** 2)"
        return f"{f}({inner})"

    def binary(self, left: str, right: str) -> str:
        form = self.draw.choice(
            ["({} + {})", "({} - {})", "({} * {})", "({} * {})", "({} / (1.5 + ({}) ** 2))", "(0.5 * {} + {})"]
        )
        return form.format(left, right)

    def call(self, kind: Type, depth: int) -> str | None:
        """A call of a helper that gives `kind`; one that stores into its arguments only where that is allowed anywhere."""
        found = [h for h in self.helpers if h.gives == kind and (not h.stores or "effects" in self.features)]
        if not found:
            return None
        helper = self.draw.choice(found)
        return f"{helper.name}({', '.join(self.expression(t, depth - 1) for t in helper.takes)})"

    def scalar(self, depth: int) -> str:
        leaves: list[Callable[[], str]] = [self.number]
        if self.names("f"):
            leaves += [lambda: self.draw.choice(self.names("f"))] * 4
        if self.arrays("v"):
            leaves += [self.element_of_vector] * 3
        if self.arrays("m"):
            leaves += [self.element_of_matrix] * 2
        if self.names("i"):
            leaves += [lambda: f"0.3 * {self.draw.choice(self.names('i'))}"]
        if self.names("l"):
            leaves += [self.element_of_list] * 2
        if self.names("box"):
            leaves += [lambda: f"{self.draw.choice(self.names('box'))}.w"]
        if self.has("table"):
            leaves += [lambda: f"TABLE[{self.index(4)}]"]
        if self.names("d"):
            leaves += [lambda: "{}[{}]".format(self.draw.choice(self.names("d")), self.draw.choice(['"p"', '"q"']))]
        if depth <= 0:
            return self.draw.choice(leaves)()
        r = self.draw.random()
        if r < 0.2:
            return self.draw.choice(leaves)()
        if r < 0.4:
            return self.unary(SCALAR_UNARY, self.scalar(depth - 1))
        if r < 0.7:
            return self.binary(self.scalar(depth - 1), self.scalar(depth - 1))
        if r < 0.78:
            return f"({self.scalar(depth - 1)} if {self.condition()} else {self.scalar(depth - 1)})"
        if r < 0.82:
            return f"{self.draw.choice(['max', 'min'])}({self.scalar(depth - 1)}, {self.scalar(depth - 1)})"
        if r < 0.88:
            return self.call("f", depth) or self.scalar(depth - 1)
        if self.arrays("v") and r < 0.97:
            return self.reduction(depth)
        if self.names("l"):
            return f"sum({self.draw.choice(self.names('l'))})"
        return self.scalar(depth - 1)

    def reduction(self, depth: int) -> str:
        n = self.scope[self.draw.choice(self.arrays("v"))][1]
        forms = [
            "np.sum({})",
            "({}).mean()",
            "np.max({})",
            "{} @ {}",
            "sum({})",
            "sum([w * w for w in {}])",
            "np.prod({})",
        ]
        forms += ["np.linalg.norm({})", "np.dot({}, {})", "np.min({})"]
        if "generators" in self.features:
            forms += ["sum(w * w for w in {})", "max(w for w in {})", "sum(p * q for p, q in zip({}, {}))"]
        form = self.draw.choice(forms)
        if form.count("{}") == 2:
            return "(" + form.format(self.vector(n, depth - 1), self.vector(n, depth - 1)) + ")"
        return form.format(self.vector(n, depth - 1))

    def element_of_vector(self) -> str:
        name = self.draw.choice(self.arrays("v"))
        return f"{name}[{self.index(self.scope[name][1])}]"

    def element_of_matrix(self) -> str:
        name = self.draw.choice(self.arrays("m"))
        _, r, c = self.scope[name]
        return f"{name}[{self.index(r)}, {self.index(c)}]"

    def element_of_list(self) -> str:
        name = self.draw.choice(self.names("l"))
        return self.draw.choice([f"{name}[0]", f"{name}[-1]", f"{name}[1]", f"{name}[-2]"])

    def vector(self, n: int, depth: int) -> str:
        leaves = [lambda name=name: name for name in self.names(("v", n))] * 2
        for name in self.arrays("m"):
            _, r, c = self.scope[name]
            if c == n:
                leaves.append(lambda name=name, r=r: f"{name}[{self.index(r)}]")
            if r == n:
                leaves.append(lambda name=name, c=c: f"{name}[:, {self.index(c)}]")
        for name in self.arrays("v"):
            length = self.scope[name][1]
            if length > n:
                start = self.draw.randrange(length - n + 1)
                leaves.append(lambda name=name, start=start: f"{name}[{start}:{start + n}]")
            leaves.append(lambda name=name, length=length: f"{name}[{self.indices(length, n)}]")
        if n == 4:
            leaves += [
                lambda name=name: f"{name}[{self.draw.choice(['0', '1', '-1'])}]" for name in self.names("arrays")
            ]
            leaves += [lambda name=name: f'{name}["{self.draw.choice("pq")}"]' for name in self.names("named")]
            leaves += [lambda name=name: f"{name}.v" for name in self.names("box")]
        if self.has("choices", 0.15) and len(self.names(("v", n))) > 1:
            return "({} if {} else {})".format(
                self.draw.choice(self.names(("v", n))), self.condition(), self.draw.choice(self.names(("v", n)))
            )
        if not leaves or self.chance(0.05):
            leaves.append(lambda: f"np.array([{', '.join(self.scalar(0) for _ in range(n))}])")
            leaves.append(lambda: f"np.full({n}, {self.scalar(0)})")
        if depth <= 0 or self.chance(0.2):
            return self.draw.choice(leaves)()
        r = self.draw.random()
        if r < 0.3:
            return self.unary(UNARY, self.vector(n, depth - 1))
        if r < 0.6:
            return self.binary(self.vector(n, depth - 1), self.vector(n, depth - 1))
        if r < 0.75:
            pair = [self.vector(n, depth - 1), self.scalar(depth - 1)]
            self.draw.shuffle(pair)
            return self.binary(*pair)
        if r < 0.82:
            return f"np.where({self.vector(n, 0)} > 0.13, {self.vector(n, depth - 1)}, {self.vector(n, depth - 1)})"
        if r < 0.88:
            return self.call(("v", n), depth) or self.vector(n, depth - 1)
        if r < 0.93:
            return f"np.maximum({self.vector(n, depth - 1)}, {self.scalar(0)})"
        if r < 0.955:
            return f"({self.vector(n, depth - 1)})[::-1]"
        if r < 0.97:
            return f"np.cumsum({self.vector(n, depth - 1)})"
        return self.vector_of_other(n, depth)

    def vector_of_other(self, n: int, depth: int) -> str:
        """A vector made of matrices, of shorter vectors, or of numbers one by one."""
        c = self.draw.randrange(2, 5)
        k = self.draw.randrange(1, n) if n > 1 else 0
        form = self.draw.randrange(7)
        if form == 0:
            return f"np.sum({self.matrix(c, n, depth - 1)}, axis=0)"
        if form == 1:
            return f"np.mean({self.matrix(n, c, depth - 1)}, axis=1)"
        if form == 2:
            return f"({self.matrix(n, c, depth - 1)} @ {self.vector(c, 0)})"
        if form == 3 and k:
            return f"np.concatenate([{self.vector(k, depth - 1)}, {self.vector(n - k, depth - 1)}])"
        if form == 4:
            return f"np.array([np.sin(w) * {self.number()} for w in {self.vector(n, depth - 1)}])"
        if form == 5:
            name = self.vector(n, 0)
            return f"({name})[np.argsort({name})]"
        return f"np.diagonal({self.matrix(n, n, depth - 1)})"

    def matrix(self, r: int, c: int, depth: int) -> str:
        leaves = [lambda name=name: name for name in self.names(("m", r, c))]
        leaves += [lambda name=name: f"{name}.T" for name in self.names(("m", c, r))]
        if not leaves or self.chance(0.1):
            leaves.append(lambda: f"np.outer({self.vector(r, 0)}, {self.vector(c, 0)})")
        if depth <= 0 or self.chance(0.2):
            return self.draw.choice(leaves)()
        p = self.draw.random()
        if p < 0.35:
            return self.unary(UNARY, self.matrix(r, c, depth - 1))
        if p < 0.65:
            return self.binary(self.matrix(r, c, depth - 1), self.matrix(r, c, depth - 1))
        if p < 0.8:
            return self.binary(self.matrix(r, c, depth - 1), self.vector(c, depth - 1))
        if p < 0.88:
            return self.binary(self.scalar(depth - 1), self.matrix(r, c, depth - 1))
        if p < 0.92:
            return f"np.stack([{', '.join(self.vector(c, depth - 1) for _ in range(r))}])"
        if p < 0.95:
            return f"np.where({self.matrix(r, c, 0)} > 0.13, {self.matrix(r, c, depth - 1)}, {self.scalar(0)})"
        return f"np.tanh({self.matrix(r, c, depth - 1)} @ np.tanh({self.matrix(c, c, 0)}))"
