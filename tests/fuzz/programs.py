"""Random programs: statements of every kind around random expressions.

Level 1 has no stores; level 2 has stores, views, aliases, containers, closures and exceptions, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from .expressions import Expressions, Helper, Type

SCALARS = ("t", "u", "v", "w", "s_bar", "acc")
VECTORS = ("y", "z", "p", "q", "y_bar", "buffer")
MATRICES = ("m", "g", "h")
KINDS: tuple[Type, ...] = ("f", "f", "f", ("v", 4), ("v", 4), ("v", 3), ("m", 3, 4))


class Writer:
    """Writes one module: helpers, and the function `f(x, a, s)` of an array of 4, a 3 by 4 matrix and a float."""

    def __init__(self, seed: int, level: int = 2):
        self.draw = random.Random(seed)
        self.level = level
        self.lines: list[str] = []
        self.depth = 0
        self.loops = 0
        self.nested = 0
        self.budget = 0
        self.counters = 0
        self.result: Type = "f"
        self.e = Expressions(self.draw, level)

    def module(self) -> str:
        self.lines = ["import math", "import numpy as np", ""]
        helpers = []
        for k in range(self.draw.randrange(3)):
            helpers.append(self.helper(f"helper_{k}"))
            self.e.helpers = list(helpers)
        self.function("f", {"x": ("v", 4), "a": ("m", 3, 4), "s": "f"}, "f", self.draw.randrange(5, 14))
        return "\n".join(self.lines) + "\n"

    # ---- functions ----

    def helper(self, name: str) -> Helper:
        takes = tuple(self.draw.choice(["f", ("v", 4), ("v", 4), ("v", 3)]) for _ in range(self.draw.randrange(1, 4)))
        gives = self.draw.choice(["f", "f", ("v", 4), ("v", 3)])
        stores = self.level > 1 and self.e.chance(0.5) and any(t != "f" for t in takes)
        names = {f"{'bcde'[i]}": t for i, t in enumerate(takes)}
        self.function(name, names, gives, self.draw.randrange(1, 5), may_store=stores)
        return Helper(name, takes, gives, stores)

    def function(self, name: str, parameters: dict[str, Type], gives: Type, size: int, may_store: bool = True) -> None:
        outer, outer_result, outer_frozen = self.e.scope, self.result, getattr(self, "frozen", set())
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
            elif isinstance(kind, tuple):
                terms.append(self.draw.choice(["np.sum(np.sin({0}))", "np.sum({0} * {0})", "np.sum({0})"]).format(name))
        self.draw.shuffle(terms)
        return " + ".join(terms[:4] or [self.e.scalar(2)])

    # ---- statements ----

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
            choices += [(1, self.container), (1.5, self.container_store), (1.5, self.storing_call)]
            if self.nested < 2:
                choices += [(0.5, self.closure), (0.4, self.protected)]
        weights = [w for w, _ in choices]
        self.draw.choices([c for _, c in choices], weights)[0]()

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
        return "ijk"[self.nested] if self.e.chance(0.9) else f"index_{self.counters}"

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

    def loop_range(self) -> None:
        i = self.counter()
        bounds = self.draw.choice(["3", "2", "4", "1, 4", "3, 0, -1", "0", "1"])
        self.put(f"for {i} in range({bounds}):")
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
        self.put(f"while {i} < {self.draw.choice([2, 3, 4])} and {self.e.scalar(1)} < 5.1:")
        self.depth += 1
        self.put(f"{i} += 1")
        self.depth -= 1
        self.body({i: "i"})

    def leave_loop(self) -> None:
        self.put(f"if {self.e.condition()}:")
        self.depth += 1
        if self.e.chance(0.5):
            self.assign()
        self.put(self.draw.choice(["break", "continue"]))
        self.depth -= 1

    def early_return(self) -> None:
        self.put(f"if {self.e.scalar(1)} > {self.draw.choice(['0.9', '1.7', '2.3'])}:")
        self.depth += 1
        self.put(f"return {self.final(self.result)}")
        self.depth -= 1

    # ---- stores ----

    def buffers(self, rank: str) -> list[str]:
        return [n for n in self.e.arrays(rank) if n not in self.frozen]

    def new_buffer(self) -> None:
        kind = self.draw.choice([("v", 4), ("v", 4), ("v", 3), ("m", 3, 4)])
        shape = str(kind[1]) if kind[0] == "v" else f"({kind[1]}, {kind[2]})"
        form = self.draw.choice(["zeros", "copy", "copy", "expression", "empty"])
        if form == "zeros":
            text = f"np.zeros({shape})"
        elif form == "empty":
            text = f"np.ones_like({self.e.expression(kind, 0)})"
        else:
            text = f"({self.e.expression(kind, 1)}).copy()" if form == "copy" else f"1.0 * {self.e.expression(kind, 1)}"
        name = self.target(kind)
        self.put(f"{name} = {text}")
        self.bind(name, kind)

    def store(self) -> None:
        vectors, matrices = self.buffers("v"), self.buffers("m")
        if not vectors and not matrices:
            return self.new_buffer()
        operator = self.draw.choice(["=", "=", "=", "+=", "-=", "*="])
        if matrices and (not vectors or self.e.chance(0.4)):
            m = self.draw.choice(matrices)
            _, r, c = self.e.scope[m]
            form = self.draw.randrange(5)
            if form == 0:
                self.put(f"{m}[{self.e.index(r)}, {self.e.index(c)}] {operator} {self.e.scalar(2)}")
            elif form == 1:
                self.put(f"{m}[{self.e.index(r)}] {operator} {self.e.vector(c, 1)}")
            elif form == 2:
                self.put(f"{m}[:, {self.e.index(c)}] {operator} {self.e.vector(r, 1)}")
            elif form == 3:
                self.put(f"{m}[1:, {self.e.index(c)}] {operator} {m}[:-1, {self.e.index(c)}] * {self.e.scalar(1)}")
            else:
                self.put(f"{m}[[{self.draw.randrange(r)}, {self.draw.randrange(r)}]] {operator} {self.e.vector(c, 1)}")
            return
        v = self.draw.choice(vectors)
        n = self.e.scope[v][1]
        form = self.draw.randrange(8)
        if form <= 2:
            self.put(f"{v}[{self.e.index(n)}] {operator} {self.e.scalar(2)}")
        elif form == 3:
            self.put(f"{v}[1:] {operator} {v}[:-1] * {self.e.scalar(1)}")
        elif form == 4:
            self.put(f"{v}[{self.e.vector(n, 0)} > 0.13] {operator} {self.e.scalar(1)}")
        elif form == 5:
            k = self.draw.randrange(1, n)
            self.put(f"{v}[:{k}] {operator} {self.e.vector(k, 1)}")
        elif form == 6:
            self.put(f"{v}[{self.e.indices(n, 3)}] {operator} {self.e.vector(3, 1)}")
        else:
            i, j = self.e.index(n), self.e.index(n)
            self.put(f"{v}[{i}], {v}[{j}] = {v}[{j}], {v}[{i}]")

    def whole_store(self) -> None:
        vectors = self.buffers("v")
        if not vectors:
            return self.new_buffer()
        v = self.draw.choice(vectors)
        n = self.e.scope[v][1]
        form = self.draw.randrange(7)
        if form <= 2:
            self.put(
                f"{v} {self.draw.choice(['+=', '-=', '*='])} {self.draw.choice([self.e.vector(n, 1), self.e.scalar(1)])}"
            )
        elif form == 3:
            self.put(f"{v}[:] = {self.e.vector(n, 2)}")
        elif form == 4:
            self.put(f"np.{self.draw.choice(['sin', 'tanh'])}({self.e.vector(n, 1)}, out={v})")
        elif form == 5:
            self.put(f"np.add.at({v}, {self.e.indices(n, 3)}, {self.e.vector(3, 1)})")
        else:
            self.put(f"{v}.{self.draw.choice(['fill(' + self.e.scalar(1) + ')', 'sort()'])}")

    def view(self) -> None:
        choices = []
        for name in self.e.arrays("v"):
            n = self.e.scope[name][1]
            choices += [(name, name, ("v", n)), (name, f"{name}[::-1]", ("v", n))]
            if n > 3:
                choices += [(name, f"{name}[1:]", ("v", 3)), (name, f"{name}[:3]", ("v", 3))]
        for name in self.e.arrays("m"):
            _, r, c = self.e.scope[name]
            choices += [
                (name, f"{name}[{self.e.index(r)}]", ("v", c)),
                (name, f"{name}[:, {self.e.index(c)}]", ("v", r)),
            ]
            choices += [
                (name, name, ("m", r, c)),
                (name, f"{name}.T.T", ("m", r, c)),
                (name, f"{name}.ravel()[:4]", ("v", 4)),
            ]
        if not choices:
            return
        source, text, kind = self.draw.choice(choices)
        name = self.target(kind)
        frozen = source in self.frozen
        self.put(f"{name} = {text}")
        self.bind(name, kind)
        if frozen:
            self.frozen.add(name)

    # ---- containers, calls, closures, exceptions ----

    def container(self) -> None:
        if self.e.chance(0.6):
            items = ", ".join(self.e.scalar(1) for _ in range(self.draw.randrange(2, 4)))
            form = self.draw.choice([f"[{items}]", f"[{items}]", f"[w * {self.e.scalar(0)} for w in [{items}]]"])
            self.put(f"items = {form}")
            self.e.scope["items"] = "l"
        else:
            self.put(f'table = {{"p": {self.e.scalar(1)}, "q": {self.e.scalar(1)}}}')
            self.e.scope["table"] = "d"

    def container_store(self) -> None:
        operator = self.draw.choice(["=", "+=", "*="])
        if self.e.names("l") and self.e.chance(0.6):
            name = self.draw.choice(self.e.names("l"))
            form = self.draw.randrange(4)
            if form == 0:
                self.put(f"{name}.append({self.e.scalar(1)})")
            elif form == 1:
                self.put(f"{name}[{self.draw.choice(['0', '-1', '1'])}] {operator} {self.e.scalar(1)}")
            elif form == 2:
                self.put(f"if len({name}) > 2:")
                self.depth += 1
                self.put(f"{self.target('f') if not self.nested else '_'} = {name}.pop()")
                self.depth -= 1
            else:
                self.put(f"{name}.insert({self.draw.choice(['0', '1'])}, {self.e.scalar(1)})")
        elif self.e.names("d"):
            key = self.draw.choice(['"p"', '"q"'])
            self.put(f"{self.draw.choice(self.e.names('d'))}[{key}] {operator} {self.e.scalar(1)}")
        else:
            self.container()

    def storing_call(self) -> None:
        """A call whose arguments may be stored into, and whose result may be one of them."""
        found = [h for h in self.e.helpers if h.stores]
        if not found:
            return
        helper = self.draw.choice(found)
        arguments = []
        for kind in helper.takes:
            buffers = [n for n in self.e.names(kind) if n not in self.frozen] if kind != "f" else []
            arguments.append(self.draw.choice(buffers) if buffers else self.e.expression(kind, 1))
        call = f"{helper.name}({', '.join(arguments)})"
        if self.frozen:
            return
        if self.e.chance(0.3):
            self.put(call)
        else:
            name = self.target(helper.gives)
            self.put(f"{name} = {call}")
            self.bind(name, helper.gives)

    def closure(self) -> None:
        name = f"inner_{len(self.lines)}"
        buffers = self.buffers("v")
        scalars = [n for n in self.e.names("f") if n != "s"]
        self.put(f"def {name}(r):")
        self.depth += 1
        if buffers and self.e.chance(0.6):
            v = self.draw.choice(buffers)
            self.put(f"{v}[{self.draw.randrange(self.e.scope[v][1])}] += r * 0.5")
        elif scalars and self.depth == 2:
            variable = self.draw.choice(scalars)
            self.put(f"nonlocal {variable}")
            self.put(f"{variable} = np.sin({variable}) + r")
        self.put(f"return r * {self.e.scalar(1)}")
        self.depth -= 1
        result = self.target("f")
        self.put(f"{result} = {name}({self.e.scalar(1)}) + {name}(0.5)")
        self.bind(result, "f")

    def protected(self) -> None:
        self.put("try:")
        if self.e.chance(0.5):
            self.block(1)
            self.put("finally:")
            self.block(1)
            return
        self.depth += 1
        self.store()
        self.put(f"if {self.e.condition()}:")
        self.put("    raise ValueError")
        self.depth -= 1
        self.put("except ValueError:")
        self.block(1)


def write(seed: int, level: int = 2) -> str:
    """The source of the program of this number."""
    return Writer(seed, level).module()
