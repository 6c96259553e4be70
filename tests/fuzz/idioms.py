"""Whole small patterns of real code: double buffers, ring buffers, tables, sums that begin as numbers, storing helpers."""

from __future__ import annotations

from .structures import Structures

LIBRARY = {
    "swap_ends": "def swap_ends(v):\n    v[0], v[-1] = v[-1], v[0] * {}\n",
    "tail": "def tail(v):\n    return v[1:]\n",
    "pick": "def pick(v, w, c):\n    if c > {}:\n        return v\n    return w\n",
    "scale_rows": "def scale_rows(m, c):\n    for row in m:\n        row *= c\n        c = c * {}\n",
    "pieces": "def pieces(v):\n    return v[:2], v[2:]\n",
    "fold": "def fold(v):\n    if len(v) == 1:\n        return np.sin(v[0] * {})\n    h = len(v) // 2\n"
    "    return fold(v[:h]) + {} * fold(v[h:])\n",
    "sweep": "def sweep(v, c):\n    for i in range(1, len(v)):\n        v[i] -= c * v[i - 1] * {}\n    return v[-1]\n",
    "add_into": "def add_into(target, *parts, scale={}):\n    for part in parts:\n        target += scale * part\n"
    "    return target\n",
    "waves": "def waves(v, c):\n    for w in v:\n        yield np.sin(c * w)\n        c = c * {}\n",
    "halve": "def halve(v, deep):\n    if deep == 0 or len(v) < 2:\n        return v\n    v[1:] *= {}\n"
    "    return halve(v[::-1], deep - 1)\n",
}


class Idioms(Structures):
    """Draws patterns of several lines."""

    def write_library(self) -> None:
        """Helpers that store into what they are given, return parts of it, call themselves, or yield."""
        self.library = sorted(self.draw.sample(sorted(LIBRARY), 4))
        for name in self.library:
            self.lines += LIBRARY[name].replace("{}", self.e.number(), 1).replace("{}", self.e.number()).splitlines()
            self.lines.append("")

    def use_library(self) -> None:
        if self.frozen:
            return self.assign()
        name = self.draw.choice(self.library)
        v, w, c = self.array_item(), self.array_item(), self.e.scalar(1)
        matrices = self.e.arrays("m")
        if name == "scale_rows":
            return self.put(f"scale_rows({self.draw.choice(matrices)}, {c})") if matrices else self.assign()
        if name == "swap_ends":
            return self.put(f"swap_ends({v})")
        if name == "pieces":
            first, second = self.draw.choice(["first, second", "first, second", "second, first"]).split(", ")
            self.put(f"{first}, {second} = pieces({v})")
            self.bind(first, ("v", 2))
            self.bind(second, ("v", 2))
            return
        texts = {
            "tail": f"tail({v})",
            "pick": f"pick({v}, {w}, {c})",
            "fold": f"fold({v})",
            "sweep": f"sweep({v}, {c})",
            "add_into": self.draw.choice([f"add_into({v}, {w}, {w})", f"add_into({v}, {w}, scale={c})"]),
            "waves": self.draw.choice([f"sum(waves({v}, {c}))", f"max(list(waves({v}, {c})))"]),
            "halve": f"halve({v}, {self.draw.choice('0123')})",
        }
        kind = {"tail": ("v", 3), "fold": "f", "sweep": "f", "waves": "f"}.get(name, ("v", 4))
        target = self.target(kind)
        self.put(f"{target} = {texts[name]}")
        self.bind(target, kind)

    def double_buffer(self) -> None:
        """Two buffers that take turns in a loop."""
        kind = self.draw.choice([("v", 4), ("v", 4), ("m", 3, 4)])
        names = [n for n in self.e.names(kind) if n not in self.frozen]
        if len(names) < 2:
            return self.new_buffer()
        old, new = self.draw.sample(names, 2)
        i = self.counter()
        self.put(f"for {i} in range({self.draw.choice(['1', '2', '3'])}):")
        self.depth += 1
        if self.e.chance(0.3):
            self.put(f"{new} = np.zeros_like({old})")
        edge = "1:-1" if kind[0] == "v" else "1:-1, :"
        left, right = ("[:-2]", "[2:]") if kind[0] == "v" else ("[:-2, :]", "[2:, :]")
        c = self.e.scalar(0)
        middle = f"{old}[{edge}]"
        forms = [f"{middle} + 0.3 * ({old}{left} - {middle} * {right.join([old, ''])})"]
        forms += [f"0.5 * ({old}{left} + {old}{right}) * {c}", f"np.sin({middle}) - {new}{left}"]
        self.put(f"{new}[{edge}] {self.draw.choice(['=', '=', '+='])} {self.draw.choice(forms)}")
        if self.e.chance(0.3):
            self.leave_loop()
        swap = [f"{old}, {new} = {new}, {old}", f"{new}, {old} = {old}, {new}", f"{old}[:] = {new}", f"{old} = {new}"]
        self.put(self.draw.choice(swap))
        self.depth -= 1

    def ring_buffer(self) -> None:
        name, total = self.target(("v", 3)), self.target("f")
        i = self.counter()
        if name in self.frozen or total == "s":
            return self.new_buffer()
        self.put(f"{name} = np.zeros(3)")
        self.put(f"{total} = 0.0")
        self.bind(name, ("v", 3))
        self.bind(total, "f")
        self.put(f"for {i} in range({self.draw.choice(['4', '5', '7'])}):")
        value = self.inside({i: "i"}, lambda: self.e.scalar(2))
        self.put(f"    {name}[{i} % 3] = {value} + 0.5 * {name}[({i} + 1) % 3]")
        self.put(f"    {total} {self.draw.choice(['+=', '-='])} {name}[({i} + 2) % 3] * {name}[{i} % 3]")

    def recurrence_table(self) -> None:
        """A table filled from its own entries, by a sum or by the best of two."""
        name = self.target(("m", 3, 4))
        self.put(f"{name} = np.zeros((3, 4))")
        self.bind(name, ("m", 3, 4))
        i, j = "ijkl"[self.nested : self.nested + 2]
        self.e.ranges.update({i: range(1, 3), j: range(1, 4)})
        self.put(f"{name}[{self.draw.choice([':, 0', '0, :', '0, 0'])}] = {self.e.scalar(1)}")
        self.put(f"for {i} in range(1, 3):")
        self.put(f"    for {j} in range(1, 4):")
        value = self.inside({i: "i", j: "i"}, lambda: self.e.scalar(1))
        here, both = f"{name}[{i}, {j}]", f"{name}[{i} - 1, {j} - 1]"
        up, left = f"{name}[{i} - 1, {j}]", f"{name}[{i}, {j} - 1]"
        form = self.draw.randrange(4)
        if form == 0:
            self.put(f"        {here} = 0.5 * {up} + {left} * {value} - {both}")
        elif form == 1:
            self.put(f"        {here} = min({up} + 1.1 * {value}, {left} - 0.3, {both} + {value})")
        elif form == 2:
            self.put(f"        if {up} + {value} > {left}:")
            self.put(f"            {here} = {up} * 0.9 + {value}")
            self.put("        else:")
            self.put(f"            {here} = {left} - {both} * 0.5")
        else:
            self.put(f"        {here} += {value}")
            self.put(f"        {here} *= 1.0 + 0.1 * {up} * {left}")

    def growing_sum(self) -> None:
        """A sum that begins as a number, or as another name of an array, and goes on by `+=` or by a new value."""
        arrays = self.e.names(("v", 4))
        if not arrays or self.frozen:
            return self.assign()
        begin = self.draw.choice(["0.0", "0", self.e.scalar(0), self.draw.choice(arrays), f"1.0 * {arrays[0]}"])
        self.put(f"total = {begin}")
        i = self.counter()
        self.put(f"for {i} in range({self.draw.choice(['0', '1', '2', '3', '3'])}):")
        self.depth += 1
        if self.e.chance(0.4):
            self.put(f"if {self.inside({i: 'i'}, self.e.condition)}:")
            self.put(f"    total = total * {self.e.scalar(0)}")
        self.put(
            self.draw.choice(["total += {}", "total += {}", "total = total + {}", "total -= {}"]).format(
                self.inside({i: "i"}, lambda: self.e.vector(4, 1))
            )
        )
        self.depth -= 1
        name = self.target("f")
        self.put(f"{name} = np.sum(np.sin(total))")
        self.bind(name, "f")
        self.e.scope.pop("total", None)

    def search(self) -> None:
        """A loop that leaves early with what it found, and otherwise goes to its `else`."""
        vectors = self.e.arrays("v")
        if not vectors:
            return self.assign()
        found = self.target("f")
        i = self.counter()
        v = self.draw.choice(vectors)
        self.put(f"{found} = {self.e.scalar(0)}")
        self.bind(found, "f")
        self.put(f"for {i}, entry in enumerate({v}):")
        self.put(f"    if entry > {self.draw.choice(['0.13', '0.57', '1.9'])}:")
        self.put(f"        {found} = entry * {self.e.scalar(1)}")
        if v not in self.frozen:
            self.put(f"        {v}[{i}] = {self.e.scalar(1)}")
        self.put("        break")
        if self.e.chance(0.5):
            self.put("else:")
            self.put(f"    {found} = {self.e.scalar(1)}")
