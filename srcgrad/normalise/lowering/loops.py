"""Loops and comprehensions: a loop over something active becomes one over its positions."""

from __future__ import annotations

import itertools

import gast

from ...analyses import mutation
from ...core import build, names
from ...core.unit import MISSING
from ..activity import stored_names
from .iterables import Iterables


class Counted:
    """The number of a trip, from 0 or from a `start` on."""

    def __init__(self, start: build.Node | None):
        self.start = start


class Loops(Iterables):
    """`for`, `while`, comprehensions, and `sum` over one."""

    def on_While(self, node: build.Node) -> None:
        self.defined_within(node.body)
        before = dict(self.closures)
        saved, self.out = self.out, []
        test = self.passive(node.test)
        prelude, self.out = self.out, saved
        if prelude:
            # the test needs statements: they run at the top of each trip
            stop = build.if_(gast.UnaryOp(gast.Not(), test), [gast.Break()], [])
            body = self.nested(node.body)
            stop.orelse = body
            self.emit(build.at(build.while_(build.constant(True), [*prelude, build.at(stop, node)]), node))
        else:
            self.emit(build.at(build.while_(test, self.nested(node.body)), node))
        self.forget_after_loop(node, before)

    def on_For(self, node: build.Node) -> None:
        self.defined_within([gast.Assign([node.target], build.constant(None), None), *node.body])
        before = dict(self.closures)
        self.loop(node)
        self.forget_after_loop(node, before)

    def loop(self, node: build.Node) -> None:
        iterable = node.iter
        if not self.is_active(iterable):
            self.passive_for(node)
            return
        if self.over_dictionary(node):
            return
        node = self.with_parts(node)
        iterable = node.iter
        unfolded = self.unfolded(node)
        if unfolded is not None:
            self.loop(unfolded)
            return
        heads, items = [], []
        for target, item in self.streams(node.target, iterable, node.body):
            heads.append(target)
            items.append(item)
        rebound = {n for s in node.body for n in names.writes(s)} | names.writes(node.target)
        # what the loop goes over stays what it is, whatever its name comes to mean
        items = [self.bind(s) if isinstance(s, gast.Name) and s.id in rebound else s for s in items]
        sequences = [s for s in items if not isinstance(s, Counted)]
        grown = {s.id for s in sequences if isinstance(s, gast.Name)} & _grown(node.body)
        if grown:
            raise self.unit.refuse(
                node, f"cannot differentiate a loop over '{min(grown)}', which changes its length in the loop",
                "how often the loop runs is not known before it has run", "loop over a copy of it",
            )  # fmt: skip
        position = self.unit.fresh("i" if "i" not in self.bound else "k")
        self.unit.temporaries.add(position)
        lengths = [gast.Call(self.runtime("item_count"), [build.copy(s)], []) for s in sequences]
        count = lengths[0] if len(lengths) == 1 else build.call("min", *lengths)
        if _is_strict(iterable) and len(lengths) > 1:
            count = gast.Call(self.runtime("equal_length"), [build.copy(s) for s in sequences], [])
        saved, self.out = self.out, []
        for target, item in zip(heads, items, strict=True):
            self.assign(target, self.item_at(item, build.name(position)))
        self.block(node.body)
        body, self.out = self.out, saved
        self.emit(build.at(build.for_(position, build.call("range", count), body or [gast.Pass()]), node))

    def with_parts(self, node: build.Node) -> build.Node:
        """`for p in zip(a, b)`, and `enumerate`: each part gets a name, and p is the tuple of them."""
        call = node.iter
        function = self.resolve(call.func) if isinstance(call, gast.Call) else MISSING
        count = 2 if function is enumerate else len(call.args) if function is zip else 0
        if not count or isinstance(node.target, (gast.Tuple, gast.List)) or _starred(call.args):
            return node
        parts = [self.own("item") for _ in range(count)]
        whole = gast.Assign([node.target], build.tuple_(map(build.name, parts)), None)
        target = build.tuple_([build.name(n, True) for n in parts], True)
        return self.made(build.for_(target, call, [build.at(whole, node), *node.body]), node)

    def over_dictionary(self, node: build.Node) -> bool:
        """`for k, v in d.items()` and `for v in d.values()` go over the keys."""
        call = node.iter
        if not (isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and not call.args):
            return False
        form = call.func.attr
        pair = node.target.elts if isinstance(node.target, gast.Tuple) else []
        if form not in ("items", "values") or form == "items" and len(pair) != 2:
            return False
        owner = self.sequence(call.func.value)
        key = self.unit.fresh("key")
        self.unit.temporaries.add(key)
        self.bound.add(key)
        saved, self.out = self.out, []
        if form == "items":
            self.assign(pair[0], build.name(key))
        self.assign(pair[1] if form == "items" else node.target, build.subscript(owner, build.name(key)))
        self.block(node.body)
        body, self.out = self.out, saved
        keys = build.call("list", build.call(build.attribute(build.copy(owner), "keys")))
        self.emit(build.at(build.for_(key, keys, body), node))
        return True

    def item_at(self, item: build.Node | Counted, position: build.Node) -> build.Node:
        """What a target of a loop gets in the trip with this number."""
        if not isinstance(item, Counted):
            return build.subscript(item, position)
        return position if item.start is None else gast.BinOp(build.copy(item.start), gast.Add(), position)

    def streams(
        self, target: build.Node, iterable: build.Node, body: list[build.Node], within: bool = False
    ) -> list[tuple[build.Node, build.Node | Counted]]:
        """Pairs (target, sequence to index by position or a count of the trips) of a loop over something active.

        `within` says that others are gone through beside this one, so that it need not have an end.
        """
        function = self.resolve(iterable.func) if isinstance(iterable, gast.Call) else MISSING
        plain = isinstance(iterable, gast.Call) and (
            not iterable.keywords or function is zip and _says_strict(iterable)
        )
        pair = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
        if function is itertools.count and within and plain and len(iterable.args) < 2:
            start = _start(gast.Call(iterable.func, [build.constant(0), *iterable.args], []))
            if start is not None:
                return [(target, Counted(None if start == 0 else start))]
        if function is iter and plain and len(iterable.args) == 1:
            return self.streams(target, iterable.args[0], body)
        if function is enumerate and len(pair) == 2:
            start = _start(iterable)
            if start is not None:
                return [
                    *self.streams(pair[1], iterable.args[0], body),
                    (pair[0], Counted(None if start == 0 else start)),
                ]
        if function is zip and plain and len(pair) == len(iterable.args) and not _starred(iterable.args + pair):
            return [
                s for part, item in zip(pair, iterable.args, strict=True) for s in self.streams(part, item, body, True)
            ]
        if function is reversed and plain:
            item = self.sequence(iterable.args[0])
            return [(target, self.sequence(build.subscript(item, gast.Slice(None, None, build.constant(-1)))))]
        if self.is_lazy(iterable):
            unknown = any(function is f for f in (zip, enumerate, reversed))
            if unknown or not within or not self.may_be_early(iterable, body):
                raise self.lazy(iterable)
            iterable = self.listed(iterable)
        elif not self.is_active(iterable) and self.is_iterator(iterable):
            raise self.lazy(iterable)
        return [(target, self.sequence(iterable))]

    def sequence(self, node: build.Node) -> build.Node:
        """A name whose items are those of `node`, by position."""
        atom = self.operand(node)
        return atom if isinstance(atom, gast.Name) else self.bind(atom)

    def passive_for(self, node: build.Node) -> None:
        iterable = self.passive(node.iter)
        if isinstance(node.target, gast.Name) or all(
            isinstance(n, (gast.Name, gast.Tuple, gast.List, gast.expr_context)) for n in build.walk(node.target)
        ):
            self.emit(build.at(build.for_(node.target, iterable, self.nested(node.body)), node))
            return
        item = self.unit.fresh("item")
        saved, self.out = self.out, []
        self.assign(node.target, build.name(item))
        self.block(node.body)
        body, self.out = self.out, saved
        self.emit(build.at(build.for_(item, iterable, body), node))

    def of_GeneratorExp(self, node: build.Node) -> build.Node:
        raise self.lazy(node)

    def lazy(self, node: build.Node) -> Exception:
        """What is said of a generator expression that is kept."""
        return self.unit.refuse(
            node, "cannot differentiate a generator expression that is kept", "its items are computed when it is gone through", "write a list",
        )  # fmt: skip

    def of_ListComp(self, node: build.Node) -> build.Node:
        items = self.unit.fresh("items")
        self.bound.add(items)
        self.active.add(items)
        self.own_lists.add(items)
        self.emit(build.assign(items, gast.List([], build.LOAD)))
        push = build.expression(build.call(build.attribute(items, "append"), node.elt))
        self.comprehension(node, push)
        return build.name(items)

    def comprehension(self, node: build.Node, innermost: build.Node) -> None:
        """The loops of a comprehension, its variables renamed because they have a scope of their own."""
        renamed = self.own_variables(node)
        body: list[build.Node] = [innermost]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [build.if_(test, body, [])]
            iterable = generator.iter
            body = [build.for_(generator.target, iterable, body)]
        loop = names.renamed(body[0], renamed)
        loop.iter = build.copy(node.generators[0].iter)  # the first one is evaluated outside of the comprehension
        self.bound |= names.writes(loop)
        self.active |= self.reached([loop], self.active)
        self.statement(build.at(loop, self.origin) if self.origin is not None else loop)

    def sum_of(self, node: build.Node) -> build.Node:
        """`sum(e for ...)` adds in a loop."""
        total = self.unit.fresh("total")
        self.unit.temporaries.add(total)
        self.bound.add(total)
        self.active.add(total)
        start = self.operand(node.args[1]) if len(node.args) == 2 else build.constant(0)
        self.emit(build.assign(total, start))
        addition = build.assign(total, gast.BinOp(build.name(total), gast.Add(), node.args[0].elt))
        self.comprehension(node.args[0], addition)
        return build.name(total)


def _grown(body: list[build.Node]) -> set[str]:
    """Names on which a method that may change a length is called, or whose slices or items are deleted or replaced."""
    found: set[str] = set()
    for item in (n for s in body for n in build.walk(s)):
        if (
            isinstance(item, gast.Call)
            and isinstance(item.func, gast.Attribute)
            and item.func.attr in mutation.MUTATORS - {"fill", "sort", "reverse"}
        ):
            found |= stored_names(item.func.value)
        elif isinstance(item, gast.Delete):
            found |= {n for t in item.targets for n in stored_names(t)}
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
            found.add(item.target.id)
    return found


def _is_strict(node: build.Node) -> bool:
    """Whether a call has the one keyword `strict=True`."""
    return _says_strict(node) and node.keywords[0].value.value is True


def _says_strict(node: build.Node) -> bool:
    """Whether a call has the one keyword `strict`, true or false."""
    keywords = node.keywords if isinstance(node, gast.Call) else []
    return len(keywords) == 1 and keywords[0].arg == "strict" and isinstance(keywords[0].value, gast.Constant)


def _starred(nodes: list[build.Node]) -> bool:
    return any(isinstance(n, gast.Starred) for n in nodes)


def _start(call: build.Node) -> build.Node | int | None:
    """What `enumerate(items, start)` counts from, where that is a number in the text; None where it is not."""
    given = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "start")]
    if len(call.args) + len(call.keywords) != 1 + len(given) or len(given) > 1 or _starred(call.args):
        return None
    if not given:
        return 0
    return given[0] if isinstance(given[0], gast.Constant) and type(given[0].value) is int else None
