"""Containers, objects, closures and exceptions: what holds values, and who else may reach them."""

from __future__ import annotations

from .stores import AUGMENTED, Stores

BOX = """class Box:
    def __init__(self, v, w):
        self.v = v
        self.w = w

    def push(self, r):
        self.v[0] += r
        self.w = np.sin(self.w) + r
        return self.v[1] * r
"""


class Structures(Stores):
    """Draws statements about containers and functions inside of functions."""

    # ---- containers of numbers ----

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
            form = self.draw.randrange(5)
            if form == 0:
                self.put(f"{name}.append({self.e.scalar(1)})")
            elif form == 1:
                self.put(f"{name}[{self.draw.choice(['0', '-1', '1'])}] {operator} {self.e.scalar(1)}")
            elif form == 2:
                self.put(f"if len({name}) > 2:")
                self.put(f"    {self.target('f') if not self.nested else '_'} = {name}.pop()")
            elif form == 3:
                self.put(f"{name}[0], {name}[-1] = {name}[-1], {name}[0]")
            else:
                self.put(f"{name}.insert({self.draw.choice(['0', '1'])}, {self.e.scalar(1)})")
        elif self.e.names("d"):
            key = self.draw.choice(['"p"', '"q"'])
            self.put(f"{self.draw.choice(self.e.names('d'))}[{key}] {operator} {self.e.scalar(1)}")
        else:
            self.container()

    # ---- containers of arrays, objects ----

    def array_item(self) -> str:
        """An array of 4, most often one that has a name as well, or a row of a matrix."""
        rows = [f"{m}[{self.e.index(self.e.scope[m][1])}]" for m in self.e.arrays("m") if self.e.scope[m][2] == 4]
        found = self.e.names(("v", 4)) * 2 + rows
        return self.draw.choice(found) if found and self.e.chance(0.75) else self.e.vector(4, 1)

    def holder(self) -> None:
        """A list, a dictionary or an object that holds arrays."""
        first, second = self.array_item(), self.array_item()
        kind = self.draw.choice(sorted({"arrays", "named", "box"} & self.e.features))
        name = {"arrays": "arrays", "named": "state", "box": "box"}[kind]
        if kind == "arrays":
            whole = [m for m in self.e.arrays("m") if self.e.scope[m][2] == 4 and self.e.scope[m][1] > 1]
            text = self.draw.choice([f"[{first}, {second}]", f"[{first}, {second}]", f"[{first}] + [{second}]"])
            if whole and self.e.chance(0.3):
                text = self.draw.choice(["list({})", "[row for row in {}]", "[*{}]"]).format(self.draw.choice(whole))
        elif kind == "named":
            text = f'{{"p": {first}, "q": {second}}}'
        else:
            text = f"Box({first}, {self.e.scalar(1)})"
        self.put(f"{name} = {text}")
        frozen = any(n in text for n in self.frozen)
        self.bind(name, kind)
        if frozen:
            self.frozen.add(name)

    def holder_change(self) -> None:
        names = [n for n, kind in self.e.scope.items() if kind in ("arrays", "named", "box") and n not in self.frozen]
        if not names or self.frozen:
            return self.holder()
        name = self.draw.choice(sorted(names))
        kind = self.e.scope[name]
        if kind == "arrays":
            text = self.draw.choice([f"{name}[0] = {self.array_item()}", f"{name}.append({self.array_item()})"])
            text = self.draw.choice([text, f"{name}[0], {name}[1] = {name}[1], {name}[0]", f"{name}.reverse()"])
            if self.e.chance(0.35):
                self.put(f"for part in {name}:")
                operator = self.draw.choice([*AUGMENTED, "=", "="])
                place = self.draw.choice(["part[0]", "part[1:]", "part[...]"] + ["part"] * (operator != "="))
                text = f"    {place} {operator} {self.e.scalar(1)}"
        elif kind == "named":
            text = self.draw.choice([f'{name}["p"] = {self.array_item()}', f'{name}["q"] *= {self.e.scalar(1)}'])
            text = self.draw.choice([text, f'{name}["p"], {name}["q"] = {name}["q"], {name}["p"]'])
        else:
            forms = [f"{name}.v = {self.array_item()}", f"{name}.w {self.draw.choice(AUGMENTED)} {self.e.scalar(1)}"]
            forms += [
                f"{name}.v {self.draw.choice(AUGMENTED)} {self.e.vector(4, 1)}",
                f"{name}.push({self.e.scalar(1)})",
            ]
            text = self.draw.choice(forms)
        self.put(text)

    # ---- calls, closures, exceptions ----

    def storing_call(self) -> None:
        """A call whose arguments may be stored into, and whose result may be one of them."""
        found = [h for h in self.e.helpers if h.stores]
        if not found or self.frozen:
            return
        helper = self.draw.choice(found)
        arguments = []
        for kind in helper.takes:
            buffers = self.e.names(kind) if kind != "f" else []
            if kind == ("v", 4) and buffers:
                buffers += [self.array_item()]
            arguments.append(self.draw.choice(buffers) if buffers else self.e.expression(kind, 1))
        call = f"{helper.name}({', '.join(arguments)})"
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
