"""One dict or list of a function whose entries become names: what stands for the statements in which it is used."""

from __future__ import annotations

import gast

from ..core import build
from ..core.unit import Unit, resolve

APART = (gast.Lambda, gast.GeneratorExp, gast.FunctionDef)  # read what they read later


class Whole(Exception):
    """A container is used as a whole, or it is not known which entries it has."""


class Held:
    """One container: `names` of its entries by their keys, and the `given` ones, which it begins with."""

    names: dict[object, str]

    def __init__(self, unit: Unit, name: str, given: list[tuple[build.Node, build.Node]]):
        self.unit, self.name, self.given = unit, name, given
        self.names = {}
        self.changes = 0

    def replaced(self, s: build.Node, rest: list[build.Node]) -> list[build.Node]:
        """What stands for the statement that makes the container, and for the rest of its block."""
        if any(self.is_mentioned(value) for _, value in self.given):
            return [s, *rest]
        out = [build.at(self.store(key, value), s) for key, value in self.given]
        done = self.changes = 0
        for follower in rest:
            if self.is_mentioned(follower):
                before = self.changes
                try:
                    out += self.statement(follower, True)
                except Whole:
                    self.changes = before
                    break
            else:
                out.append(follower)
            done += 1
        if not self.changes:
            return [s, *rest]
        if done < len(rest):
            out.append(build.at(build.assign(self.name, self.whole()), rest[done]))
        return [*out, *rest[done:]]

    def is_mentioned(self, node: build.Node) -> bool:
        return any(isinstance(n, gast.Name) and n.id == self.name for n in build.walk(node))

    def fresh(self, key: object) -> str:
        wish = f"{self.name}_{key}"
        return self.unit.fresh(wish if wish.isidentifier() else f"{self.name}_item")

    # ---- what dicts and lists do each in their way --------------------------------------------------------------------------------

    def whole(self) -> build.Node:
        """The display of what the container holds by now."""
        raise NotImplementedError

    def key_of(self, index: build.Node) -> object:
        """The key that an index means; `Whole` if that is not known."""
        raise NotImplementedError

    def store(self, key: build.Node, value: build.Node) -> build.Node:
        """The statement that stores a value under a key."""
        raise NotImplementedError

    def method(self, name: str, call: build.Node) -> tuple[list[build.Node], build.Node] | None:
        """The statements that stand for a call that surely runs once, and its value; None for other methods."""
        raise NotImplementedError

    # ---- statements and expressions -----------------------------------------------------------------------------------------------

    def place(self, node: build.Node) -> object:
        """The key of the place `d[key]`; `Whole` for what is none of its places."""
        if not isinstance(node, gast.Subscript) or not self.is_it(node.value):
            raise Whole
        return self.key_of(node.slice)

    def is_it(self, node: build.Node) -> bool:
        return isinstance(node, gast.Name) and node.id == self.name

    def statement(self, s: build.Node, alone: bool) -> list[build.Node]:
        """What stands for a statement in which the container is mentioned; `alone` says that it surely runs, and once."""
        if isinstance(s, (gast.If, gast.While)):
            return [build.changed(s, test=self.read(s.test), body=self.inside(s.body), orelse=self.inside(s.orelse))]
        if isinstance(s, gast.For):
            if self.is_mentioned(s.target):
                raise Whole
            iterable = self.read(s.iter)
            return [build.changed(s, iter=iterable, body=self.inside(s.body), orelse=self.inside(s.orelse))]
        if isinstance(s, (gast.Assign, gast.Expr)) and alone and (called := self.called(s.value)) is not None:
            statements, value = called
            if isinstance(s, gast.Assign):
                if any(map(self.is_mentioned, s.targets)):
                    raise Whole
                statements = [*statements, build.changed(s, value=value)]
            return [build.at(one, s) for one in statements]
        if isinstance(s, gast.Assign) and len(s.targets) == 1:
            target, value = s.targets[0], self.read(s.value)
            if not isinstance(target, gast.Subscript) or not self.is_it(target.value):
                return [build.changed(s, targets=[self.read(target)], value=value)]
            if not alone and self.place(target) not in self.names:
                raise Whole
            return [build.at(self.store(target.slice, value), s)]
        if isinstance(s, gast.AugAssign):
            target, value = s.target, self.read(s.value)
            if not isinstance(target, gast.Subscript) or not self.is_it(target.value):
                return [build.changed(s, target=self.read(target), value=value)]
            key = self.place(target)
            if key not in self.names:
                raise Whole
            self.changes += 1
            return [build.at(build.augment(self.names[key], s.op, value), s)]
        if isinstance(s, (gast.Expr, gast.Return, gast.Assert)):
            return [build.mapped(s, self.read)]
        raise Whole

    def inside(self, statements: list[build.Node]) -> list[build.Node]:
        return [m for s in statements for m in (self.statement(s, False) if self.is_mentioned(s) else [s])]

    def called(self, call: build.Node) -> tuple[list[build.Node], build.Node] | None:
        func = call.func if isinstance(call, gast.Call) else None
        if not isinstance(func, gast.Attribute) or not self.is_it(func.value):
            return None
        return self.method(func.attr, call)

    def read(self, node: build.Node) -> build.Node:
        """An expression with names in the place of entries."""

        def replace(item: build.Node) -> build.Node | None:
            if isinstance(item, APART) and self.is_mentioned(item):
                raise Whole
            if isinstance(item, gast.Subscript) and self.is_it(item.value):
                key = self.place(item)
                if key not in self.names or not isinstance(item.ctx, gast.Load):
                    raise Whole
                return build.at(build.name(self.names[key]), item)
            if isinstance(item, gast.Call) and (found := self.asked(item)) is not None:
                return found
            if self.is_it(item):
                raise Whole
            return None

        return build.rewrite(node, replace)

    def asked(self, call: build.Node) -> build.Node | None:
        """What stands for a call that changes nothing: `len(d)`."""
        if len(call.args) == 1 and self.is_it(call.args[0]) and not call.keywords:
            if resolve(call.func, self.unit.free, ()) is len:
                return build.constant(len(self.names))
        return None


class Dict(Held):
    """A dict: its entries in the order in which they came to be."""

    def whole(self) -> build.Node:
        keys = [build.constant(key) for key in self.names]
        return gast.Dict(keys, list(map(build.name, self.names.values())))

    def key_of(self, index: build.Node) -> object:
        if not isinstance(index, gast.Constant):
            raise Whole
        return index.value

    def store(self, key: build.Node, value: build.Node) -> build.Node:
        place = self.key_of(key)
        if place not in self.names:
            self.names[place] = self.fresh(place)
        self.changes += 1
        return build.assign(self.names[place], value)

    def method(self, name: str, call: build.Node) -> tuple[list[build.Node], build.Node] | None:
        """`d.update(key=value)`."""
        if name != "update" or call.args or not call.keywords or not all(k.arg for k in call.keywords):
            return None
        values = [(build.constant(k.arg), self.read(k.value)) for k in call.keywords]
        return [self.store(key, value) for key, value in values], build.constant(None)

    def asked(self, call: build.Node) -> build.Node | None:
        """`d.get(key, default)`, of a key that is surely there."""
        func = call.func
        if not isinstance(func, gast.Attribute) or func.attr != "get" or not self.is_it(func.value) or call.keywords:
            return super().asked(call)
        key = self.key_of(call.args[0]) if len(call.args) in (1, 2) else None
        if key not in self.names or not all(map(build.is_atom, call.args)):
            raise Whole
        return build.name(self.names[key])


class List(Held):
    """A list: its entries by their positions."""

    def whole(self) -> build.Node:
        return gast.List(list(map(build.name, self.names.values())), build.LOAD)

    def key_of(self, index: build.Node) -> object:
        negative = isinstance(index, gast.UnaryOp) and isinstance(index.op, gast.USub)
        number = index.operand if negative else index
        if not isinstance(number, gast.Constant) or type(number.value) is not int:
            raise Whole
        position = -number.value if negative else number.value
        return position + len(self.names) if position < 0 else position

    def store(self, key: build.Node, value: build.Node) -> build.Node:
        position = self.key_of(key)
        if position == len(self.names) and not self.changes and len(self.names) < len(self.given):
            self.names[position] = self.fresh(position)  # one of those that it begins with
        elif position not in self.names:
            raise Whole
        else:
            self.changes += 1
        return build.assign(self.names[position], value)

    def method(self, name: str, call: build.Node) -> tuple[list[build.Node], build.Node] | None:
        items = list(self.names.values())
        args = [self.read(a) for a in call.args] if not call.keywords else None
        if args is None or name not in ("append", "insert", "pop"):
            return None
        if name == "append" and len(args) == 1:
            return self.placed(items, len(items), args[0])
        if name == "insert" and len(args) == 2:
            self.changes += 1
            return self.placed(items, min(max(self.bound(args[0]), 0), len(items)), args[1])
        if name == "pop" and len(args) < 2:
            position = self.bound(args[0]) if args else len(items) - 1
            if not 0 <= position < len(items):
                raise Whole
            taken = items.pop(position)
            self.changes += 1
            self.names = dict(enumerate(items))
            return [], build.name(taken)
        return None

    def bound(self, index: build.Node) -> int:
        """The position that an index means, which may lie before the list or after it."""
        position = self.key_of(index)
        assert isinstance(position, int)
        return position

    def placed(self, items: list[str], position: int, value: build.Node) -> tuple[list[build.Node], build.Node]:
        mine = self.fresh(position)
        items.insert(position, mine)
        self.names = dict(enumerate(items))
        return [build.assign(mine, value)], build.constant(None)
