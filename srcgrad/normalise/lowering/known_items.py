"""What containers have in them that are known before the program runs: `f(*values)`, `{**p, "b": v}`, `{k: v * 2 for k, v in p.items()}`.

Known are the items and keys of parameters, as long as these stay what they are, and of displays that are bound to a name once.
"""

from __future__ import annotations

import ast
import functools
import keyword
from types import FunctionType
from typing import Any

import gast

from ...analyses import mutation
from ...core import build, names
from ...core.unit import MISSING
from ...frontend import source
from .state import State

Entry = tuple[build.Node, build.Node]  # a constant key and the expression of its value
READERS = ("items", "values", "keys", "get")


class KnownItems(State):
    """`items_of` and `entries_of` give expressions of what a container holds, or None."""

    @functools.cached_property
    def asked(self) -> list[str]:
        """The names whose displays are being looked into."""
        return []

    def items_of(self, node: build.Node) -> list[build.Node] | None:
        """The items of a tuple or list."""
        if isinstance(node, (gast.Tuple, gast.List)):
            return None if any(isinstance(e, gast.Starred) for e in node.elts) else list(node.elts)
        if not isinstance(node, gast.Name):
            return None
        kind, display = self.given_kind(node.id), self.display_of(node.id)
        count = None
        if kind is not None and kind.tag in ("tuple", "list") and kind.items is not None and kind.dtype == "":
            count = len(kind.items) if kind.tag == "tuple" or self.keeps_its_items(node.id) else None
        elif isinstance(display, gast.Tuple) or isinstance(display, gast.List) and self.keeps_to(node.id):
            count = len(display.elts) if self.items_of(display) is not None else None
        if count is None:
            return None
        return [build.subscript(build.name(node.id), build.constant(i)) for i in range(count)]

    def entries_of(self, node: build.Node) -> list[Entry] | None:
        """The keys and values of a dict."""
        if isinstance(node, gast.Dict):
            entries: list[Entry] = []
            for key, value in zip(node.keys, node.values, strict=True):
                known = self.entries_of(value) if key is None else [(key, value)]
                if known is None or not all(isinstance(k, gast.Constant) for k, _ in known):
                    return None
                entries += known
            return entries
        if not isinstance(node, gast.Name):
            return None
        kind, display = self.given_kind(node.id), self.display_of(node.id)
        keys: list[Any] | None = None
        if kind is not None and kind.tag == "dict" and kind.value is not None and len(kind.value) <= 16:
            keys = [_literal(text) for text in kind.value] if self.keeps_its_items(node.id) else None
        elif display is not None and node.id not in self.asked:
            self.asked.append(node.id)
            keys = self.keys_of(display)
            self.asked.pop()
            keys = keys if keys is not None and self.keeps_to(node.id, keys) else None
        if keys is None or MISSING in keys:
            return None
        return [(build.constant(k), build.subscript(build.name(node.id), build.constant(k))) for k in keys]

    def keys_of(self, display: build.Node) -> list[Any] | None:
        """The keys of a dict that an expression makes, in their order."""
        if isinstance(display, gast.Call) and self.resolve(display.func) is dict:
            display = self.display(display) or display
        keys: list[build.Node] | None = None
        if isinstance(display, gast.Dict):
            entries = self.entries_of(display)
            keys = [key for key, _ in entries] if entries is not None else None
        elif isinstance(display, gast.DictComp) and (trips := self.trips_of(display)) is not None:
            keys = [names.renamed(display.key, {}, constants) for constants, _ in trips]
        if keys is None or not all(isinstance(key, gast.Constant) for key in keys):
            return None
        return list(dict.fromkeys(key.value for key in keys))

    def given_kind(self, name: str) -> Any:
        """The kind of a parameter that means the same all through the function."""
        return self.kinds.get(name) if name in self.unit.parameters and name not in self.rebound else None

    def display_of(self, name: str) -> build.Node | None:
        """What a name is bound to, where it is bound once, by itself."""
        found = None
        for item in self.nodes:
            if isinstance(item, gast.Name) and item.id == name and not isinstance(item.ctx, gast.Load):
                if found is not None:
                    return None
                found = item
        for item in self.nodes if found is not None else ():
            if isinstance(item, gast.Assign) and len(item.targets) == 1 and item.targets[0] is found:
                return None if name in self.nonlocals or name in self.unit.parameters else item.value
        return None

    def keeps_its_items(self, name: str) -> bool:
        """Whether nothing changes which items or keys an active parameter has: other changes of it have no straight adjoint."""
        for item in self.nodes:
            if isinstance(item, gast.Subscript) and not isinstance(item.ctx, gast.Load) and _is(item.value, name):
                return False
            if isinstance(item, gast.Attribute) and item.attr in mutation.MUTATORS and _is(item.value, name):
                return False
        return name in self.active

    def keeps_to(self, name: str, keys: list[Any] | None = None) -> bool:
        """Whether a name of a list, or of a dict with these keys, stands for nothing but its items, and none come or go."""
        count = 0
        for item in self.nodes:
            kind = type(item)
            if kind is gast.Name and item.id == name and isinstance(item.ctx, gast.Load):
                count += 1
            elif kind is gast.Subscript and (isinstance(item.ctx, gast.Load) or _replaces(item, keys)):
                count -= _is(item.value, name)
            elif kind is gast.Starred:
                count -= _is(item.value, name)
            elif kind is gast.keyword and item.arg is None:
                count -= _is(item.value, name)
            elif kind is gast.Attribute and item.attr in READERS:
                count -= _is(item.value, name)
            elif kind is gast.For or kind is gast.comprehension:
                count -= _is(item.iter, name)
            elif kind is gast.Dict:
                count -= sum(k is None and _is(v, name) for k, v in zip(item.keys, item.values, strict=True))
            elif kind is gast.Call and any(self.resolve(item.func) is f for f in (dict, len)):
                count -= sum(_is(a, name) for a in item.args)
        return count == 0

    # ---- what is spread ---------------------------------------------------------------------------------------------------------

    def spread_arguments(self, node: build.Node) -> build.Node:
        """A call with the items in the place of `*values` and `**options`, where these are known; the call itself otherwise."""
        args: list[build.Node] = []
        for argument in node.args:
            items = [argument]
            if isinstance(argument, gast.Starred):
                known = self.items_of(argument.value)
                if known is None:
                    known = self.items_of_array(argument.value, node)
                if known is None:
                    return node
                items = known
            args += items
        keywords: list[build.Node] = []
        for one in node.keywords:
            entries = self.entries_of(one.value) if one.arg is None else None
            if one.arg is None and entries is None:
                return node
            keywords += [one] if entries is None else [gast.keyword(k.value, v) for k, v in entries]
        given = [k.arg for k in keywords]
        if len(set(given)) < len(given) or not all(map(_is_identifier, given)):
            return node
        return build.changed(node, args=args, keywords=keywords)

    def items_of_array(self, node: build.Node, call: build.Node) -> list[build.Node] | None:
        """As many entries of an array as the function that is called takes; whether there are so many is checked."""
        kind = self.given_kind(node.id) if isinstance(node, gast.Name) else None
        function = self.resolve(call.func)
        parameters = self.positional_of(function)
        if kind is None or not kind.is_array or not kind.rank or parameters is None:
            return None
        starred = sum(isinstance(a, gast.Starred) for a in call.args)
        count = len(parameters) - (len(call.args) - 1)
        if starred != 1 or call.keywords or count < 0:
            return None
        head = build.constant(f"{function.__qualname__}({', '.join(parameters)})")
        check = gast.Call(self.runtime("check_spread"), [build.name(node.id), build.constant(count), head], [])
        self.emit(build.expression(check))
        return [build.subscript(build.name(node.id), build.constant(i)) for i in range(count)]

    def positional_of(self, function: Any) -> list[str] | None:
        """The positional parameters of a function with source, if it takes neither more nor fewer."""
        if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
            return None
        try:
            tree = source.look(function).tree
        except Exception:
            return None
        if tree.decorator_list or tree.args.defaults or tree.args.vararg:
            return None
        return [a.id for a in (*tree.args.posonlyargs, *tree.args.args)]

    # ---- dicts that are made ----------------------------------------------------------------------------------------------------

    def listed_copy(self, name: str, value: build.Node) -> build.Node | None:
        """The display that stands for `list(p)`, of a parameter with a few items, where single items of the copy change."""
        if not isinstance(value, gast.Call) or len(value.args) != 1 or value.keywords:
            return None
        kind = self.given_kind(value.args[0].id) if isinstance(value.args[0], gast.Name) else None
        if kind is None or self.resolve(value.func) is not list or self.keeps_to(name, []):
            return None
        items = self.items_of(value.args[0])
        return gast.List(items, build.LOAD) if items is not None and len(items) <= 8 else None

    def display(self, call: build.Node) -> build.Node | None:
        """The display that stands for `dict(p, key=value)`."""
        if any(k.arg is None for k in call.keywords) or len(call.args) > 1:
            return None
        if call.args and self.entries_of(call.args[0]) is None:
            return None
        keys = [None for _ in call.args] + [build.constant(k.arg) for k in call.keywords]
        return build.at(gast.Dict(keys, [*call.args, *(k.value for k in call.keywords)]), call)

    def of_Dict(self, node: build.Node) -> build.Node:
        written: list[tuple[Any, Entry]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            known = self.entries_of(value) if key is None else [(key, value)]
            if known is None:
                raise self.unit.refuse(
                    node, "cannot differentiate a dict display with '**'",
                    "which keys there are is not known", "write the entries out",
                )  # fmt: skip
            written += [(getattr(k, "value", k), (k, v)) for k, v in known]
        keys = {place: self.passive(key) for place, (key, _) in reversed(written)}
        atoms = self.in_order([value for _, (_, value) in written], self.operand, node)
        values = {
            place: atom for (place, _), atom in zip(written, atoms, strict=True)
        }  # the last one of a key, in its first place
        return gast.Dict([keys[place] for place in values], list(values.values()))

    def of_DictComp(self, node: build.Node) -> build.Node:
        """A dict display, where the keys are known."""
        known = self.trips_of(node)
        if known is None:
            raise self.unit.refuse(
                node, "cannot differentiate through this dict comprehension",
                "it uses an active value, and which keys there are is not known", "write the entries out",
            )  # fmt: skip
        keys, values = [], []
        for constants, bound in known:
            others = {name: self.bind(value).id for name, value in bound.items()}
            key = names.renamed(node.key, others, constants)
            if not isinstance(key, gast.Constant):
                raise self.unit.refuse(
                    node, "cannot differentiate through this dict comprehension", "its keys are computed", "write the entries out"
                )  # fmt: skip
            keys.append(key)
            values.append(names.renamed(node.value, others, constants))
        return self.of_Dict(gast.Dict(keys, values))

    def trips_of(self, node: build.Node) -> list[tuple[dict[str, build.Node], dict[str, build.Node]]] | None:
        """What the variables of a comprehension are in each trip: the constants among them, and the others."""
        head = node.generators[0]
        if len(node.generators) > 1 or head.ifs or head.is_async:
            return None
        target, iterable = head.target, head.iter
        pair = target.elts if isinstance(target, gast.Tuple) and len(target.elts) == 2 else []
        if isinstance(iterable, (gast.Tuple, gast.List)) and isinstance(target, gast.Name):
            plain = all(isinstance(e, gast.Constant) for e in iterable.elts)
            return [({target.id: e}, {}) for e in iterable.elts] if plain else None
        form = "keys"
        if isinstance(iterable, gast.Call) and isinstance(iterable.func, gast.Attribute) and not iterable.args:
            form, iterable = iterable.func.attr, iterable.func.value
        entries = self.entries_of(iterable) if isinstance(iterable, gast.Name) else None
        if entries is None or form not in READERS[:3]:
            return None
        if form == "items" and all(isinstance(e, gast.Name) for e in pair) and pair:
            return [({pair[0].id: k}, {pair[1].id: v}) for k, v in entries]
        if form == "items" or not isinstance(target, gast.Name):
            return None
        return [({target.id: k}, {}) if form == "keys" else ({}, {target.id: v}) for k, v in entries]


def _replaces(place: build.Node, keys: list[Any] | None) -> bool:
    """Whether a store into a place replaces an item of a list, or of a dict with these keys."""
    if not isinstance(place.ctx, gast.Store):
        return False
    if keys is None:
        return not isinstance(place.slice, (gast.Slice, gast.Tuple))
    return isinstance(place.slice, gast.Constant) and place.slice.value in keys


def _is(node: build.Node, name: str) -> bool:
    return isinstance(node, gast.Name) and node.id == name


def _is_identifier(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)


def _literal(text: str) -> Any:
    """The key of a dict of which this is the text; MISSING for what is no constant."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return MISSING
    return value if isinstance(value, (str, int)) else MISSING
