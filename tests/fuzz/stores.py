"""Stores: into elements and parts, through views and aliases, by operators, methods and functions of NumPy."""

from __future__ import annotations

from .expressions import Type
from .statements import Statements

AUGMENTED = ("+=", "-=", "*=", "+=")
READ_ONLY = ("np.diagonal(", ".diagonal()", "np.broadcast_to(")


class Stores(Statements):
    """Draws statements that store into arrays; `frozen` names what may not be stored into."""

    def buffers(self, rank: str) -> list[str]:
        return [n for n in self.e.arrays(rank) if n not in self.frozen]

    def new_buffer(self) -> None:
        kind = self.draw.choice([("v", 4), ("v", 4), ("v", 3), ("m", 3, 4)])
        shape = str(kind[1]) if kind[0] == "v" else f"({kind[1]}, {kind[2]})"
        form = self.draw.choice(["zeros", "copy", "copy", "expression", "ones", "full", "empty"])
        name = self.target(kind)
        if form == "zeros":
            text = self.draw.choice([f"np.zeros({shape})", f"np.zeros_like({self.e.expression(kind, 0)})"])
        elif form == "ones":
            text = f"np.ones_like({self.e.expression(kind, 0)})"
        elif form == "full":
            text = f"np.full({shape}, {self.e.scalar(0)})"
        elif form == "copy":
            text = self.draw.choice(["({}).copy()", "np.array({})", "np.copy({})"]).format(self.e.expression(kind, 1))
        elif form == "empty" and kind[0] == "v":
            text = f"np.empty({shape})"
        else:
            text = f"1.0 * {self.e.expression(kind, 1)}"
        self.put(f"{name} = {text}")
        if text.startswith("np.empty"):
            i = self.counter()
            self.put(f"for {i} in range(len({name})):")
            self.e.scope.pop(name, None)  # what is in it yet is anything
            value = self.inside({i: "i"}, lambda: self.e.scalar(2))
            self.put(f"    {name}[{i}] = {value}")
        self.bind(name, kind)

    # ---- places ----

    def views_of(self, text: str, kind: Type) -> list[tuple[str, Type]]:
        """Basic views of an array of this text and type."""
        if kind[0] == "v":
            return self.views_of_vector(text, kind[1])
        _, r, c = kind
        views = [(f"{text}[{self.e.index(r)}]", ("v", c)), (f"{text}[:, {self.e.index(c)}]", ("v", r))]
        views += [(f"{text}.T", ("m", c, r)), (f"{text}[::-1]", kind), (f"{text}[:, ::-1]", kind), (text, kind)]
        views += [(f"{text}.ravel()", ("v", r * c)), (f"{text}.reshape(-1)", ("v", r * c))]
        views += [(f"{text}.reshape({c}, {r})", ("m", c, r)), (f"np.transpose({text})", ("m", c, r))]
        views += [(f"{text}.swapaxes(0, 1)", ("m", c, r)), (f"np.diagonal({text})", ("v", min(r, c)))]
        views += [(f"np.moveaxis({text}, 0, -1)", ("m", c, r)), (f'{text}.ravel(order="K")', ("v", r * c))]
        views += [(f"np.ascontiguousarray({text})", kind), (f"np.asfortranarray({text})", kind)]
        views += [(f"np.flipud({text})", kind), (f"np.rot90({text})", ("m", c, r))]
        if r > 1 and c > 1:
            views += [(f"{text}[1:]", ("m", r - 1, c)), (f"{text}[:, 1:]", ("m", r, c - 1))]
            views += [(f"{text}[:-1, :-1]", ("m", r - 1, c - 1)), (f"{text}.diagonal()", ("v", min(r, c)))]
        if r == c:
            views += [(f'np.einsum("ii->i", {text})', ("v", r))]
        return views

    def views_of_vector(self, text: str, n: int) -> list[tuple[str, Type]]:
        whole = ("v", n)
        views = [(f"{text}[::-1]", whole), (f"{text}[:]", whole), (text, whole), (f"{text}[::2]", ("v", (n + 1) // 2))]
        views += [(f"np.asarray({text})", whole), (f"{text}.view()", whole), (f"np.flip({text})", whole)]
        views += [(f"{text}.ravel()", whole), (f"{text}[None, :]", ("m", 1, n)), (f"{text}[:, None]", ("m", n, 1))]
        views += [(f"np.atleast_2d({text})", ("m", 1, n)), (f"np.expand_dims({text}, 1)", ("m", n, 1))]
        views += [(f"np.squeeze({text}[None])", whole), (f"{text}.astype(float, copy=False)", whole)]
        if n > 1:
            views += [(f"{text}[1:]", ("v", n - 1)), (f"{text}[:-1]", ("v", n - 1))]
            start = self.draw.randrange(n - 1)
            views += [(f"{text}[{start}:{n - 1}]", ("v", n - 1 - start))]
        if n == 4:
            views += [(f"{text}.reshape(2, 2)", ("m", 2, 2)), (f"{text}.reshape((-1, 2))", ("m", 2, 2))]
        return views

    def buffer(self) -> tuple[str, Type] | None:
        """An array that may be stored into: a name, a view of one, or what a container holds."""
        names: list[tuple[str, Type]] = [(n, self.e.scope[n]) for rank in "vm" for n in self.buffers(rank)]
        for name, kind in self.e.scope.items():
            if name in self.frozen:
                continue
            if kind == "arrays":
                names += [(f"{name}[{self.draw.choice(['0', '1', '-1'])}]", ("v", 4))] * 2
            elif kind == "named":
                names += [(f'{name}["{self.draw.choice("pq")}"]', ("v", 4))] * 2
            elif kind == "box":
                names += [(f"{name}.v", ("v", 4))] * 2
        if not names:
            return None
        text, kind = self.draw.choice(names)
        while self.e.has("inline views", 0.35):
            further, wider = self.draw.choice(self.views_of(text, kind))
            if further.startswith(READ_ONLY) or further.endswith(READ_ONLY):
                break
            text, kind = further, wider
        return text, kind

    def value(self, kind: Type, depth: int = 1) -> str:
        """What may be stored into a place of this type: of its type, or broadcast to it."""
        if kind != "f" and self.e.chance(0.2):
            return self.e.scalar(depth)
        if kind[0] == "m" and self.e.chance(0.2):
            return self.e.vector(kind[2], depth)
        return self.e.expression(kind, depth)

    def mask(self, text: str, kind: Type) -> str:
        if self.e.chance(0.4):
            return f"{text} {self.draw.choice(['>', '<'])} {self.draw.choice(['0.13', '-0.21', '0.57'])}"
        return f"{self.e.expression(kind, 0)} > 0.13"

    # ---- one store ----

    def store(self) -> None:
        found = self.buffer()
        if found is None:
            return self.new_buffer()
        text, kind = found
        operator = self.draw.choice(["=", "=", "=", *AUGMENTED])
        place, wanted = (self.place_in_vector if kind[0] == "v" else self.place_in_matrix)(text, kind)
        if self.e.chance(0.15) and wanted != "f" and wanted[1] > 1:
            return self.overlapping(text, kind, operator)
        if self.e.chance(0.1):
            return self.exchange(text, kind)
        self.put(f"{place} {operator} {self.value(wanted, 2 if wanted == 'f' else 1)}")

    def place_in_vector(self, text: str, kind: Type) -> tuple[str, Type]:
        n = kind[1]
        form = self.draw.randrange(9)
        if form <= 3 or n < 2:
            return f"{text}[{self.e.index(n)}]", "f"
        if form == 4:
            return f"{text}[{self.mask(text, kind)}]", "f"
        if form == 5:
            k = self.draw.randrange(1, n)
            return self.draw.choice([(f"{text}[:{k}]", ("v", k)), (f"{text}[-{k}:]", ("v", k))])
        if form == 6:
            return f"{text}[{self.e.indices(n, 3)}]", ("v", 3)
        if form == 7:
            step = self.draw.choice(["::2", "::-1", ":", "..."])
            return f"{text}[{step}]", ("v", (n + 1) // 2 if step == "::2" else n)
        return f"{text}[np.argsort({text})[:2]]", ("v", min(2, n))

    def place_in_matrix(self, text: str, kind: Type) -> tuple[str, Type]:
        _, r, c = kind
        i, j = self.e.index(r), self.e.index(c)
        places: list[tuple[str, Type]] = [(f"{text}[{i}, {j}]", "f")] * 3 + [(f"{text}[{i}][{j}]", "f")]
        places += [(f"{text}[{i}]", ("v", c)), (f"{text}[{i}, :]", ("v", c)), (f"{text}[:, {j}]", ("v", r))]
        places += [(f"{text}[{self.e.indices(r, 2)}]", ("m", 2, c)), (f"{text}[..., {j}]", ("v", r))]
        places += [(f"{text}[{self.e.indices(r, 3)}, {self.e.indices(c, 3)}]", ("v", 3))]
        places += [
            (f"{text}[{i}, {self.e.indices(c, 2)}]", ("v", 2)),
            (f"{text}[:, {self.e.indices(c, 2)}]", ("m", r, 2)),
        ]
        places += [(f"{text}[{self.mask(text, kind)}]", "f"), (f"{text}[:]", kind), (f"{text}[::-1]", kind)]
        places += [(f"{text}.flat[{self.e.index(r * c)}]", "f")]
        if c > 1:
            places += [(f"{text}[{i}, 1:]", ("v", c - 1)), (f"{text}[:, 1:]", ("m", r, c - 1))]
        return self.draw.choice(places)

    def overlapping(self, text: str, kind: Type, operator: str) -> None:
        """A store that reads a shifted or turned part of what it changes."""
        if kind[0] == "v":
            pairs = [("[1:]", "[:-1]"), ("[:-1]", "[1:]"), ("", "[::-1]"), ("[::-1]", "")]
        else:
            pairs = [("[1:]", "[:-1]"), ("[:, 1:]", "[:, :-1]"), ("[:, :-1]", "[:, 1:]"), ("", "[::-1]")]
            pairs += [("", ".T")] if kind[1] == kind[2] else []
        left, right = self.draw.choice(pairs)
        left = left or "[:]"
        scale = self.draw.choice(["", f" * {self.e.scalar(1)}", f" - {self.e.scalar(0)}"])
        self.put(f"{text}{left} {operator} {text}{right}{scale}")

    def exchange(self, text: str, kind: Type) -> None:
        """Two elements, or two rows, change places: rightly, or by views that are overwritten on the way."""
        n = kind[1]
        i, j = self.e.index(n), self.e.index(n)
        if kind[0] == "m" and self.e.chance(0.7):
            k, m = self.draw.randrange(n), self.draw.randrange(n)
            forms = [f"{text}[[{k}, {m}]] = {text}[[{m}, {k}]]"]
            forms += [f"{text}[{i}], {text}[{j}] = {text}[{j}].copy(), {text}[{i}].copy()"]
            self.put(self.draw.choice(forms))
        else:
            self.put(f"{text}[{i}], {text}[{j}] = {text}[{j}], {text}[{i}]")

    # ---- stores into all of an array ----

    def whole_store(self) -> None:
        found = self.buffer()
        if found is None:
            return self.new_buffer()
        text, kind = found
        if self.e.chance(0.4) and (text.isidentifier() or text.endswith((".v", "]"))):
            if "(" not in text:
                self.put(f"{text} {self.draw.choice(AUGMENTED)} {self.value(kind)}")
                return
        forms = [f"{text}[:] = {self.value(kind, 2)}", f"{text}[...] = {self.value(kind)}"]
        forms += [f"np.{self.draw.choice(['sin', 'tanh'])}({self.e.expression(kind, 1)}, out={text})"]
        forms += [self.binary_with_out(text, kind), f"np.copyto({text}, {self.value(kind)})", self.at(text, kind)]
        forms += [f"{text}.fill({self.e.scalar(1)})"]
        if kind[0] == "v":
            forms += [f"{text}.sort()", f"np.cumsum({self.e.expression(kind, 1)}, out={text})"]
        else:
            forms += [f"{text}.sort(axis={self.draw.choice('01')})", f"np.fill_diagonal({text}, {self.e.scalar(1)})"]
        if self.e.has("rare stores"):
            forms = [f"np.copyto({text}, {self.value(kind)}, where={self.mask(text, kind)})"]
            forms += [f"np.putmask({text}, {self.mask(text, kind)}, {self.e.expression(kind, 1)})"]
            forms += [f"np.put({text}, {self.e.indices(kind[-1], 2)}, {self.e.vector(2, 1)})"]
            forms += [
                f"np.maximum({text}, {self.e.scalar(0)}, out={text})",
                f"np.place({text}, {self.mask(text, kind)}, [{self.e.scalar(0)}])",
            ]
            forms += [f"{text}.put({self.e.indices(kind[-1], 2)}, {self.e.scalar(1)})"]
            if self.e.chance(0.6):
                forms = self.chosen_stores(text, kind)
        self.put(self.draw.choice(forms))

    def chosen_stores(self, text: str, kind: Type) -> list[str]:
        """Stores of functions into the places that a mask, an index or an axis chooses, or into all of an array inside a test."""
        mask, positions = self.mask(text, kind), self.e.indices(kind[1], 2)
        forms = [f"np.{self.draw.choice(['sin', 'tanh'])}({self.e.expression(kind, 1)}, out={text}, where={mask})"]
        forms += [f"np.multiply({text}, {self.value(kind)}, out={text}, where={mask})"]
        forms += [f"np.copyto({text}, {self.e.scalar(1)}, where={mask})", f"{text}.partition(1)"]
        forms += [
            f"np.add.at({text}, {mask}, {self.e.scalar(1)})",
            f"np.maximum.at({text}, {mask}, {self.e.scalar(0)})",
        ]
        forms += [f"np.subtract.at({text}, (slice(1, None),), {self.e.scalar(1)})"]
        forms += [f"np.multiply.at({text}, {self.e.index(kind[1])}, {self.e.scalar(1)})"]
        if kind[0] == "v":
            forms += [f"np.put_along_axis({text}, np.array({positions}), {self.e.scalar(1)}, 0)"]
            forms += [f"np.put({text}, {positions}, {self.e.vector(3, 1)})", f"np.put({text}, -1, {self.e.scalar(1)})"]
        else:
            forms += [f"np.put_along_axis({text}, np.argmax({text}, axis=1, keepdims=True), {self.e.scalar(1)}, 1)"]
            forms += [f"np.fill_diagonal({text}, {self.e.vector(min(kind[1:]), 1)})"]
            forms += [f"np.put({text}, [0, {kind[1] * kind[2] - 1}, -2], {self.e.vector(2, 1)})"]
        whole = f"np.tanh({self.e.expression(kind, 1)}, out={text})"
        forms += [f"assert np.sum({whole}) > -1e6", f"if {text}[0].sum() + np.sum({whole}) > 0.13: {text} *= 0.5"]
        return forms

    def binary_with_out(self, text: str, kind: Type) -> str:
        name = self.draw.choice(["add", "multiply", "subtract"])
        first = text if self.e.chance(0.4) else self.e.expression(kind, 1)
        return f"np.{name}({first}, {self.value(kind)}, out={text})"

    def at(self, text: str, kind: Type) -> str:
        name = self.draw.choice(["add", "add", "subtract"])
        if kind[0] == "v":
            return f"np.{name}.at({text}, {self.e.indices(kind[1], 3)}, {self.value(('v', 3))})"
        if self.e.chance(0.5):
            return f"np.{name}.at({text}, {self.e.indices(kind[1], 2)}, {self.value(('m', 2, kind[2]))})"
        pair = f"({self.e.indices(kind[1], 3)}, {self.e.indices(kind[2], 3)})"
        return f"np.{name}.at({text}, {pair}, {self.value(('v', 3))})"

    # ---- views with names ----

    def view(self) -> None:
        names = [(n, self.e.scope[n]) for rank in "vm" for n in self.e.arrays(rank)]
        names += [(f"{n}[{self.draw.choice(['0', '1', '-1'])}]", ("v", 4)) for n in self.e.names("arrays")]
        names += [(f'{n}["p"]', ("v", 4)) for n in self.e.names("named")]
        names += [(f"{n}.v", ("v", 4)) for n in self.e.names("box")]
        if not names:
            return
        source, kind = self.draw.choice(names)
        text, kind = self.draw.choice(self.views_of(source, kind))
        while self.e.chance(0.2):
            text, kind = self.draw.choice(self.views_of(text, kind))
        if self.e.has("choices", 0.3) and len(self.e.names(kind)) > 0:
            text = f"{text} if {self.e.condition()} else {self.draw.choice(self.e.names(kind))}"
        frozen = any(name in text for name in (*self.frozen, *READ_ONLY))
        name = self.target(kind)
        self.put(f"{name} = {text}")
        self.bind(name, kind)
        if frozen:
            self.frozen.add(name)
