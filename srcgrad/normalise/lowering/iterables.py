"""Loops over what computes its items as it is gone through: `map`, `filter`, generator expressions, `itertools`.

Each gives way to a loop that does the same over positions or items, so that the adjoint speaks of `x[i]`. What has no such loop is left to
`Loops`, which refuses it.
"""

from __future__ import annotations

import functools
import itertools
from types import BuiltinFunctionType
from typing import Any

import gast

from ...analyses import fresh, mutation
from ...core import build, names
from ...core.unit import MISSING, Free
from .closures import Closures

CHOICES = (itertools.combinations, itertools.permutations, itertools.combinations_with_replacement)


class Iterables(Closures):
    """`unfolded` gives the loop that stands for a loop over something lazy, `listed` the list of its items."""

    def unfolded(self, node: build.Node) -> build.Node | None:
        """A loop that does what this one does without its lazy iterable, or None."""
        iterable = node.iter
        if isinstance(iterable, gast.GeneratorExp):
            return self.through_generator(node, iterable)
        method = self.way_through(iterable)
        return method(node, iterable) if method is not None else None

    def way_through(self, iterable: build.Node) -> Any:
        """The method that unfolds a loop over a call, or None."""
        function = self.resolve(iterable.func) if isinstance(iterable, gast.Call) else MISSING
        if function is MISSING or any(isinstance(a, gast.Starred) for a in iterable.args):
            return None
        if any(function is f for f in CHOICES) or function is itertools.product:
            return self.through_choices
        if not isinstance(function, (type, BuiltinFunctionType)):
            return None
        name = next((name for lazy, name in _WAYS if lazy == function), None)  # a class method is made anew each time
        return getattr(self, name) if name is not None else None

    def is_lazy(self, node: build.Node) -> bool:
        """Whether an expression computes its items when it is gone through."""
        if isinstance(node, gast.GeneratorExp):
            return True
        if not isinstance(node, gast.Call) or any(isinstance(a, gast.Starred) for a in node.args):
            return False
        if isinstance(node.func, gast.Attribute) and node.func.attr in ("items", "values") and not node.args:
            return self.resolve(node.func) is MISSING
        function = self.resolve(node.func)
        return any(function is f for f in (zip, enumerate, reversed)) or self.way_through(node) is not None

    def listed(self, node: build.Node) -> build.Node:
        """A comprehension with the items of something lazy."""
        if isinstance(node, gast.GeneratorExp):
            return build.at(gast.ListComp(node.elt, node.generators), node)
        item = self.own("item")
        head = gast.comprehension(build.name(item, True), node, [], 0)
        return build.at(gast.ListComp(build.name(item), [head]), node)

    def as_list(self, node: build.Node) -> build.Node:
        """A new list of the items of an expression."""
        if isinstance(node, (gast.List, gast.ListComp)):
            return node
        return self.listed(node) if self.is_lazy(node) else gast.Call(self.builtin("list"), [node], [])

    # ---- functions that are applied to items ------------------------------------------------------------------------------------

    def through_map(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in map(f, a, b)`: `for p, q in zip(a, b)`, with v = f(p, q)."""
        if call.keywords or len(call.args) < 2:
            return None
        function, *given = call.args
        items = [self.own("item") for _ in given]
        value = self.applied(self.steady(function, node.body), [build.name(n) for n in items])
        body = [build.at(gast.Assign([node.target], value, None), node), *node.body]
        if len(given) == 1:
            return self.made(build.for_(items[0], given[0], body), node)
        target = build.tuple_([build.name(n, True) for n in items], True)
        return self.made(build.for_(target, gast.Call(self.builtin("zip"), given, []), body), node)

    def through_starmap(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in starmap(f, a)`, where it is known how many arguments f takes."""
        function = call.args[0] if len(call.args) == 2 and not call.keywords else None
        arguments = function.args if isinstance(function, gast.Lambda) else None
        if isinstance(function, gast.Name) and function.id in self.closures:
            arguments = self.closures[function.id].arguments
        if arguments is None or arguments.defaults or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
            return None
        items = [self.own("item") for _ in (*arguments.posonlyargs, *arguments.args)]
        value = self.applied(function, [build.name(n) for n in items])
        body = [build.at(gast.Assign([node.target], value, None), node), *node.body]
        return self.made(build.for_(build.tuple_([build.name(n, True) for n in items], True), call.args[1], body), node)

    def through_filter(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in filter(f, a)`: a loop over a, in which an item that fails is passed over."""
        if call.keywords or len(call.args) != 2:
            return None
        item = self.own("item")
        body = [build.at(gast.Assign([node.target], build.name(item), None), node), *node.body]
        branch = build.at(build.if_(self.test_of(call.args[0], item, node.body), body, []), node)
        return self.made(build.for_(item, call.args[1], [branch]), node)

    def through_takewhile(self, node: build.Node, call: build.Node) -> build.Node | None:
        if call.keywords or len(call.args) != 2:
            return None
        item = self.own("item")
        body = [build.at(gast.Assign([node.target], build.name(item), None), node), *node.body]
        branch = build.if_(self.test_of(call.args[0], item, node.body), body, [build.at(gast.Break(), node)])
        return self.made(build.for_(item, call.args[1], [build.at(branch, node)]), node)

    def test_of(self, function: build.Node, item: str, body: list[build.Node]) -> build.Node:
        if isinstance(function, gast.Constant) and function.value is None:
            return build.name(item)
        return self.applied(self.steady(function, body), [build.name(item)])

    def applied(self, function: build.Node, items: list[build.Node]) -> build.Node:
        """The call of a function; of a plain lambda, what it computes."""
        arguments: Any = getattr(function, "args", None)
        plain = isinstance(function, gast.Lambda) and not (
            arguments.defaults or arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.posonlyargs
        )
        if plain and len(arguments.args) == len(items) and all(isinstance(i, gast.Name) for i in items):
            others = {a.id: i.id for a, i in zip(arguments.args, items, strict=True)}
            return names.renamed(function.body, others)
        return gast.Call(build.copy(function), list(items), [])

    def steady(self, function: build.Node, body: list[build.Node]) -> build.Node:
        """A function that stays what it is, whatever its name comes to mean in the loop."""
        rebound = {n for s in body for n in names.writes(s)}
        if isinstance(function, (gast.Lambda, gast.Constant)) or not names.reads(function) & rebound:
            if not isinstance(function, gast.Call):
                return function
        return self.operand(function)

    # ---- generator expressions --------------------------------------------------------------------------------------------------

    def through_generator(self, node: build.Node, generator: build.Node) -> build.Node | None:
        """`for v in (e for p in a if c)`: a loop over a with v = e, in which c is asked."""
        if len(generator.generators) > 1 and _own_break(node.body):
            return None
        renamed = self.own_variables(generator)
        value = names.renamed(generator.elt, renamed)
        body = [build.at(gast.Assign([node.target], value, None), node), *node.body]
        for position, part in reversed(list(enumerate(generator.generators))):
            for test in reversed(part.ifs):
                body = [build.at(build.if_(names.renamed(test, renamed), body, []), node)]
            # the first one is evaluated outside of the generator
            iterable = names.renamed(part.iter, renamed) if position else part.iter
            body = [build.at(build.for_(names.renamed(part.target, renamed), iterable, body), node)]
        return self.made(body[0], node)

    def own_variables(self, comprehension: build.Node) -> dict[str, str]:
        """Other names for the variables of a comprehension that mean something else outside of it."""
        bound = {n for part in comprehension.generators for n in names.writes(part.target)}
        renamed = {n: self.unit.fresh(n) for n in sorted(bound) if n in self.bound or n in self.unit.free}
        self.bound |= (bound - renamed.keys()) | set(renamed.values())
        return renamed

    # ---- items at positions -----------------------------------------------------------------------------------------------------

    def through_choices(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for a, b in combinations(x, 2)`: `for i, j in combinations(range(len(x)), 2)`, with a, b = x[i], x[j]."""
        is_product = self.resolve(call.func) is itertools.product
        keywords = {k.arg: k.value for k in call.keywords}
        if not keywords.keys() <= ({"repeat"} if is_product else {"r"}) or not call.args:
            return None
        given = list(call.args) if is_product else call.args[:1]
        count = keywords.get("repeat", build.constant(1)) if is_product else keywords.get("r", _second(call))
        if count is None or not is_product and len(call.args) + len(keywords) != 2 or self.is_active(count):
            return None
        known = count.value if isinstance(count, gast.Constant) and type(count.value) is int else None
        if known is None and len(given) > 1:
            return None
        pools = [self.pool(a, node.body) for a in given]
        ranges = [self.range_of(p) if self.is_active(p) else p for p in pools]
        head = gast.Call(build.copy(call.func), [*ranges, *call.args[len(given) :]], call.keywords)
        if known is None:
            choice, place = self.own("choice"), self.own("place")
            item = build.subscript(pools[0], build.name(place)) if self.is_active(pools[0]) else build.name(place)
            items = gast.ListComp(item, [gast.comprehension(build.name(place, True), build.name(choice), [], 0)])
            value: build.Node = gast.Call(self.builtin("tuple"), [items], [])
            target: build.Node | str = choice
        else:
            pools = pools * known if is_product else pools * known
            places = [self.own("i") for _ in pools]
            value = build.tuple_(
                build.subscript(build.copy(p), build.name(i)) if self.is_active(p) else build.name(i)
                for p, i in zip(pools, places, strict=True)
            )
            target = build.tuple_([build.name(i, True) for i in places], True)
        first = build.at(gast.Assign([node.target], value, None), node)
        return self.made(build.for_(target, head, [first, *node.body]), node)

    def pool(self, node: build.Node, body: list[build.Node]) -> build.Node:
        """What items are chosen from, which stays what it is while a loop with this body runs."""
        if not self.is_active(node):
            return node if isinstance(node, gast.Name) else self.operand(node)
        if self.is_lazy(node):
            return self.operand(self.listed(node))
        if self.may_change_something(body):
            node = gast.Call(self.builtin("list"), [node], [])
        atom = self.operand(node)
        rebound = {n for s in body for n in names.writes(s)}
        return self.bind(atom) if not isinstance(atom, gast.Name) or atom.id in rebound else atom

    def through_pairwise(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for a, b in pairwise(x)`: a, b = x[i], x[i + 1] at each position but the last."""
        if call.keywords or len(call.args) != 1 or self.may_change_something(node.body):
            return None
        pool = self.pool(call.args[0], node.body)
        place = self.own("i")
        after = gast.BinOp(build.name(place), gast.Add(), build.constant(1))
        pair = build.tuple_([build.subscript(pool, build.name(place)), build.subscript(build.copy(pool), after)])
        trips = gast.BinOp(self.count_of(pool), gast.Sub(), build.constant(1))
        first = build.at(gast.Assign([node.target], pair, None), node)
        return self.made(build.for_(place, build.call("range", trips), [first, *node.body]), node)

    def through_slice(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in islice(x, start, stop, step)`, for bounds that stand in the text."""
        bounds = call.args[1:]
        fits = all(isinstance(b, gast.Constant) and (b.value is None or type(b.value) is int) for b in bounds)
        if call.keywords or not 1 <= len(bounds) <= 3 or not fits or any((b.value or 0) < 0 for b in bounds):
            return None
        if len(bounds) == 3 and bounds[2].value == 0:
            return None
        pool = self.pool(call.args[0], [])
        place = self.own("i")
        start, stop, step = [None, *bounds, None] if len(bounds) == 1 else [*bounds, None][:3]
        count = self.count_of(pool)
        if stop is not None and stop.value is not None:
            count = build.call("min", stop, count)
        trips = build.call(
            "range", start if start is not None and start.value is not None else build.constant(0), count
        )
        if step is not None and step.value is not None:
            trips.args.append(step)
        first = build.at(gast.Assign([node.target], build.subscript(pool, build.name(place)), None), node)
        return self.made(build.for_(place, trips, [first, *node.body]), node)

    def through_repeat(self, node: build.Node, call: build.Node) -> build.Node | None:
        if call.keywords or len(call.args) != 2 or self.is_active(call.args[1]):
            return None
        value = self.bind(self.operand(call.args[0]))
        first = build.at(gast.Assign([node.target], value, None), node)
        trips = build.call("range", self.passive(call.args[1]))
        return self.made(build.for_(self.own("trip"), trips, [first, *node.body]), node)

    # ---- items that are put together before -------------------------------------------------------------------------------------

    def through_chain(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in chain(a, b)`: a loop over the list of all items."""
        if call.keywords or not call.args or not all(self.may_be_early(a, node.body) for a in call.args):
            return None
        parts = [self.as_list(a) for a in call.args]
        whole = parts[0]
        for part in parts[1:]:
            whole = gast.BinOp(whole, gast.Add(), part)
        return self.made(gast.For(node.target, self.bind(self.operand(whole)), node.body, [], None), node)

    def through_chained(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in chain.from_iterable(rows)`: `for row in rows: for v in row`."""
        if call.keywords or len(call.args) != 1:
            return None
        row, item = self.own("row"), self.own("item")
        heads = [
            gast.comprehension(build.name(row, True), call.args[0], [], 0),
            gast.comprehension(build.name(item, True), build.name(row), [], 0),
        ]
        return self.through_generator(node, gast.GeneratorExp(build.name(item), heads))

    def through_accumulate(self, node: build.Node, call: build.Node) -> build.Node | None:
        """`for v in accumulate(a, f)`: the list of what comes out is made first."""
        keywords = {k.arg: k.value for k in call.keywords}
        if not keywords.keys() <= {"func", "initial"} or not 1 <= len(call.args) <= 2 or _own_break(node.body):
            return None
        if not self.may_be_early(call, node.body):
            return None
        first = call.args[0]
        whole = self.as_list(first)
        if "initial" in keywords and not _is_none(keywords["initial"]):
            whole = gast.BinOp(gast.List([keywords["initial"]], build.LOAD), gast.Add(), whole)
        sums = self.bind(self.operand(whole), "sums")
        function = call.args[1] if len(call.args) == 2 else keywords.get("func")
        place = self.own("i")
        before = build.subscript(sums, gast.BinOp(build.name(place), gast.Sub(), build.constant(1)))
        here = build.subscript(build.copy(sums), build.name(place))
        if function is None or _is_none(function):
            value: build.Node = gast.BinOp(before, gast.Add(), here)
        else:
            value = gast.Call(self.steady(function, []), [before, here], [])
        store = gast.Assign([build.subscript(build.copy(sums), build.name(place), True)], value, None)
        trips = build.call("range", build.constant(1), build.call("len", build.copy(sums)))
        self.statement(self.made(build.for_(place, trips, [build.at(store, node)]), node))
        return self.made(gast.For(node.target, build.copy(sums), node.body, [], None), node)

    def may_be_early(self, node: build.Node, body: list[build.Node]) -> bool:
        """Whether the items of something may be computed before a loop with this body begins: neither notices it."""
        for item in build.walk(node):
            if not isinstance(item, gast.Call) or self.way_through(item) is not None or self.is_pure_call(item):
                continue
            if not isinstance(item.func, gast.Name) or item.func.id not in self.closures:
                return False
            if not all(self.may_be_early(s, []) for s in self.closures[item.func.id].body):
                return False
        return self.has_an_end(node) and not self.may_change_something(body)

    def is_iterator(self, node: build.Node) -> bool:
        """Whether something passive has no items at positions."""
        function = self.resolve(node.func) if isinstance(node, gast.Call) else MISSING
        return function is iter or getattr(function, "__module__", "") == "itertools"

    def has_an_end(self, node: build.Node) -> bool:
        """Whether something may be gone through before it is needed: it has an end, as far as the text tells."""
        if isinstance(node, gast.GeneratorExp):
            return all(self.has_an_end(part.iter) for part in node.generators)
        if isinstance(node, gast.Call):
            function = self.resolve(node.func)
            if any(function is f for f in (zip, enumerate, reversed)) or self.way_through(node) is not None:
                return all(self.has_an_end(a) for a in node.args if not isinstance(a, gast.Lambda))
            if function is MISSING:
                return isinstance(node.func, gast.Attribute)  # a method
            return any(function is f for f in (range, list, tuple, sorted)) or fresh.is_numpys(function)
        return not isinstance(node, gast.Name) or self.is_active(node) or self.is_bound_to(node.id, self.has_an_end)

    # ---- parts ------------------------------------------------------------------------------------------------------------------

    def own(self, wish: str) -> str:
        """A name for a variable of a loop that is put in the place of another."""
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        self.bound.add(name)
        return name

    def made(self, loop: build.Node, node: build.Node) -> build.Node:
        """The loop that stands for another one, its variables known to be active where they are."""
        self.active |= self.reached([loop], self.active)
        return build.at(loop, node)

    def builtin(self, name: str) -> build.Node:
        """A built-in function that the function itself may not name."""
        import builtins

        value = getattr(builtins, name)
        known = self.unit.free.get(name)
        if name in self.bound or known is not None and known.value is not value:
            name = self.unit.fresh(name)
        self.unit.free.setdefault(name, Free(self.unit.function, name, value, None))
        return build.name(name)

    def count_of(self, pool: build.Node) -> build.Node:
        return gast.Call(self.runtime("item_count"), [build.copy(pool)], [])

    def range_of(self, pool: build.Node) -> build.Node:
        return build.call("range", self.count_of(pool))

    def may_change_something(self, body: list[build.Node]) -> bool:
        """Whether statements may change what is in an array or container, under whatever name."""
        for item in (n for s in body for n in build.walk(s)):
            if isinstance(item, (gast.Subscript, gast.Attribute)) and not isinstance(item.ctx, gast.Load):
                return True
            if isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
                if not self.holds_a_number(item.target.id):
                    return True
            if isinstance(item, gast.Call) and self.changes_by_call(item):
                return True
        return False

    def changes_by_call(self, call: build.Node) -> bool:
        if isinstance(call.func, gast.Name) and call.func.id in self.closures:
            return self.may_change_something(self.closures[call.func.id].body)
        if isinstance(call.func, gast.Attribute) and call.func.attr == "append":
            return not isinstance(call.func.value, gast.Name) or call.func.value.id not in self.own_lists
        return bool(mutation.changed(call, self.known))

    def holds_a_number(self, name: str) -> bool:
        """Whether `name += ...` surely changes nothing that has another name: it only ever is the result of an operation."""
        own = (gast.Constant, gast.BinOp, gast.UnaryOp)
        return self.is_bound_to(name, lambda value: isinstance(value, own))

    def is_bound_to(self, name: str, fits: Any) -> bool:
        values = self.values.get(name)
        return values is not None and all(value is not None and fits(value) for value in values)

    @functools.cached_property
    def values(self) -> dict[str, list[build.Node | None]]:
        """For each name of the function all that it is bound to; None stands for anything else than a value."""
        found: dict[str, list[build.Node | None]] = {n: [None] for n in self.unit.parameters}
        for node in self.nodes:
            if isinstance(node, gast.Assign) and all(isinstance(t, gast.Name) for t in node.targets):
                for target in node.targets:
                    found.setdefault(target.id, []).append(node.value if len(node.targets) == 1 else None)
            elif isinstance(node, gast.AugAssign):
                continue
            elif isinstance(node, (gast.stmt, gast.NamedExpr, gast.comprehension)) and not _is_compound(node):
                for name in names.writes(node):
                    found.setdefault(name, []).append(None)
            elif isinstance(node, gast.For):
                for name in names.writes(node.target):
                    found.setdefault(name, []).append(None)
        return found

    @functools.cached_property
    def own_lists(self) -> set[str]:
        """The lists of the function that have no other name, and of which nothing is a part, so that an `append` to them changes nothing else."""
        alone: dict[str, int] = {}
        walked = self.nodes
        for node in walked:
            kept: list[build.Node] = []
            if isinstance(node, gast.Attribute) and node.attr == "append" or isinstance(node, gast.Subscript):
                kept = [node.value]
            elif isinstance(node, gast.Return):
                kept = [node.value]
            elif isinstance(node, gast.Call) and self.resolve(node.func) in (len, sum, list, tuple):
                kept = node.args
            for part in kept:
                if isinstance(part, gast.Name):
                    alone[part.id] = alone.get(part.id, 0) + 1
        for node in walked:
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id in alone:
                alone[node.id] -= 1
        new = (gast.List, gast.ListComp)
        return {n for n, count in alone.items() if not count and self.is_bound_to(n, lambda v: isinstance(v, new))}


_WAYS: tuple[tuple[Any, str], ...] = (
    (map, "through_map"),
    (filter, "through_filter"),
    (itertools.starmap, "through_starmap"),
    (itertools.takewhile, "through_takewhile"),
    (itertools.pairwise, "through_pairwise"),
    (itertools.islice, "through_slice"),
    (itertools.repeat, "through_repeat"),
    (itertools.chain, "through_chain"),
    (itertools.chain.from_iterable, "through_chained"),
    (itertools.accumulate, "through_accumulate"),
)


def _second(call: build.Node) -> build.Node | None:
    return call.args[1] if len(call.args) == 2 else None


def _is_none(node: build.Node) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def _is_compound(node: build.Node) -> bool:
    return isinstance(node, (gast.If, gast.For, gast.While, gast.With, gast.Try, gast.Match))


def _own_break(body: list[build.Node]) -> bool:
    """Whether a `break` of the loop with this body stands in it."""
    for node in body:
        if isinstance(node, gast.Break):
            return True
        if not isinstance(node, (gast.For, gast.While, gast.FunctionDef)):
            if _own_break([c for c in build.children(node) if isinstance(c, gast.stmt)]):
                return True
    return False
