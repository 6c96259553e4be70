"""The body of a nested function or of a small helper in the place of its call."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

import gast

from ... import rules
from ...core import build, names
from ...core.unit import MISSING, Free, is_static
from ...frontend import signature, source
from .. import contexts, jumps, patterns, scopes, targets, units
from ..activity import stored_names
from .closures import Closures, hands_out, own_names
from .state import Closure

STORING_LIMIT = 330  # nodes of a helper that stores into its arguments: its stores become those of its caller
FUNCTIONAL_LIMIT = 1000  # nodes of a helper that is given or gives a function of its caller's
INLINE_DEPTH = 40  # bodies within bodies
INLINE_LIMIT = 33  # nodes of the one expression of a helper that is still put in the place of its call
# what means something else in another function
APART = (gast.Yield, gast.YieldFrom, gast.Await, gast.AsyncFor, gast.AsyncWith, gast.Global)
CALLABLES: tuple[type, ...] = (type(len), type(rules.RULES and next(iter(rules.RULES))))


class Inlining(Closures):
    """Parameters are bound, locals get names of their own."""

    def inline(self, closure: Closure, node: build.Node, owner: Any = None) -> build.Node:
        """Put the body of a function in the place of its call: parameters are bound, locals get names of their own."""
        if not closure.certain:
            raise self.unit.refuse(
                node, f"cannot differentiate through '{closure.name}', which means one function here and another there",
                "which one is called is known when the program runs", "give them different names",
            )  # fmt: skip
        key = owner if owner is not None else closure
        if key in self.inlining or len(self.inlining) > INLINE_DEPTH:
            raise self.unit.refuse(
                node, f"cannot differentiate the recursive nested function '{closure.name}'",
                "a nested function is put in the place of its calls", "define it at the top level of a module",
            )  # fmt: skip
        bindings = self.match(closure, node)
        locals_ = set(bindings)
        outer = {n for s in closure.body if isinstance(s, gast.Nonlocal) for n in s.names}
        body = [s for s in closure.body if not isinstance(s, (gast.Nonlocal, gast.Global))]
        outer |= _nonlocals(body) - {n for s in body for n in names.writes(s)} - set(bindings)
        for statement in body:
            locals_ |= names.writes(statement)
        locals_ -= outer
        renamed: dict[str, str] = {}
        assignments: list[tuple[str, build.Node]] = []
        within = own_names(body)  # of functions in it, for which it may not be mistaken
        lasting = any(isinstance(n, (gast.FunctionDef, gast.Lambda)) for s in body for n in build.walk(s))
        changed = _nonlocals(body)  # by functions in it
        stored = changed.union(*(names.writes(s) for s in body))
        functions: dict[str, Closure] = {}
        for name in sorted(locals_ - set(bindings)):
            renamed[name] = self.unit.fresh(name)
        given: list[build.Node] = []
        values = list(bindings.values())
        extra = closure.arguments.vararg.id if closure.arguments.vararg else ""
        parts: dict[str, list[build.Node]] = {}  # what a `*parameter` takes
        for position, (name, value) in enumerate(bindings.items()):
            if isinstance(value, gast.Lambda):
                functions[name] = self.closure(value.args, [build.return_(value.body)], name)
                renamed[name] = self.unit.fresh(name)
                continue
            if isinstance(value, gast.Name) and value.id in self.closures:
                functions[name] = self.closures[value.id]
                renamed[name] = self.unit.fresh(name)
                continue
            static = self.resolve(value)
            if name not in stored and (
                isinstance(value, gast.Constant)
                or (static is not MISSING and callable(static) and isinstance(value, (gast.Name, gast.Attribute)))
            ):
                renamed[name] = ""
                assignments.append((name, value))
                continue
            if name == extra:
                renamed[name] = self.unit.fresh(name)
                parts[renamed[name]] = self.taken(value.elts, given, values[position + 1 :], body, node)
                continue
            atom = self.given(value, given, values[position + 1 :], node)
            fixed = isinstance(atom, gast.Name) and name not in stored and self.is_fixed(atom, body)
            if fixed and atom.id not in within and (not lasting or atom.id in self.unit.temporaries):
                renamed[name] = atom.id
            else:
                renamed[name] = self.unit.fresh(name)
                self.bound.add(renamed[name])
                if self.is_active(atom):
                    self.active.add(renamed[name])
                self.unit.temporaries.add(renamed[name])
                self.emit(build.assign(renamed[name], atom))
        self.nonlocals |= {renamed.get(name, name) for name in changed}
        constants = {name: value for name, value in assignments}
        renames = {a: b for a, b in renamed.items() if b and a != b}
        fresh = [names.renamed(s, renames, constants) for s in body]
        fresh = self.spread(fresh, parts)
        for name, function in functions.items():
            self.closures[renamed[name]] = function
            if any(names.reads(s) & self.active for s in function.body):
                self.active.add(renamed[name])
        self.bound |= {n for s in fresh for n in names.writes(s)} | set(renamed.values())
        fresh = jumps.remove_jumps(fresh, self.unit.fresh)
        self.bound |= {n for s in fresh for n in names.writes(s)}
        self.active |= self.reached(fresh, self.active)
        self.inlining.append(key)
        previous = self.origin
        if owner is not None:
            self.origin = None
            self.block(fresh[:-1])
            self.origin = previous
            value = self.function_of(fresh[-1].value, closure.name)
        else:
            self.block(fresh[:-1])
            value = self.function_of(fresh[-1].value, closure.name)
        self.inlining.pop()
        return value

    def given(
        self, value: build.Node, before: list[build.Node], later: list[build.Node], node: build.Node
    ) -> build.Node:
        """An argument as an atom; `before` has those that come before it in the call."""
        mark = len(self.out)
        atom = self.operand(value)
        self.check_order(before, mark, node)
        atom = self.kept(atom, *later)
        before.append(atom)
        return atom

    def taken(
        self,
        values: list[build.Node],
        before: list[build.Node],
        later: list[build.Node],
        body: list[build.Node],
        node: build.Node,
    ) -> list[build.Node]:
        """The arguments that a `*parameter` takes, as atoms that mean the same all through the body."""
        atoms = []
        for position, value in enumerate(values):
            atom = self.given(value, before, [*values[position + 1 :], *later], node)
            if isinstance(atom, gast.Name) and not self.is_fixed(atom, body):
                own = self.unit.fresh("t")
                self.bound.add(own)
                self.unit.temporaries.add(own)
                if self.is_active(atom):
                    self.active.add(own)
                self.emit(build.assign(own, atom))
                atom = build.name(own)
            atoms.append(atom)
        return atoms

    def spread(self, body: list[build.Node], parts: dict[str, list[build.Node]]) -> list[build.Node]:
        """The body with what a `*parameter` took in the place of `*parameter` in calls; elsewhere it is a tuple."""

        def replace(node: build.Node) -> build.Node | None:
            if not isinstance(node, gast.Call) or not any(map(is_spread, node.args)):
                return None
            args = [a for g in node.args for a in (map(build.copy, parts[g.value.id]) if is_spread(g) else [g])]
            return build.changed(node, args=[build.rewrite(a, replace) for a in args])

        def is_spread(node: build.Node) -> bool:
            return isinstance(node, gast.Starred) and isinstance(node.value, gast.Name) and node.value.id in parts

        if not parts:
            return body
        body = [build.rewrite(s, replace) for s in body]
        for name, atoms in parts.items():
            if any(isinstance(n, gast.Name) and n.id == name for s in body for n in build.walk(s)):
                self.bound.add(name)
                if any(map(self.is_active, atoms)):
                    self.active.add(name)
                self.emit(build.assign(name, build.tuple_(map(build.copy, atoms))))
        return body

    def is_fixed(self, atom: build.Node, body: list[build.Node]) -> bool:
        """Whether an argument means the same all through the body."""
        return not isinstance(atom, gast.Name) or atom.id not in self.nonlocals and not self.rebinds(body, atom.id)

    def rebinds(self, body: list[build.Node], name: str) -> bool:
        return any(name in names.writes(s) for s in body) or name in _nonlocals(body)

    def match(self, closure: Closure, node: build.Node) -> dict[str, build.Node]:
        """Which argument goes to which parameter."""
        arguments = closure.arguments
        if arguments.kwarg or any(isinstance(a, gast.Starred) for a in node.args):
            raise self.unit.refuse(
                node, f"cannot differentiate this call of '{closure.name}'", "it passes a variable number of arguments"
            )
        positional = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
        keyword_only = [a.id for a in arguments.kwonlyargs]
        found: dict[str, build.Node] = {}
        for name, value in zip(positional, node.args, strict=False):
            found[name] = value
        if arguments.vararg:
            found[arguments.vararg.id] = build.tuple_(node.args[len(positional) :])
        for keyword in node.keywords:
            if keyword.arg is None or (keyword.arg not in positional and keyword.arg not in keyword_only):
                raise self.unit.refuse(node, f"'{closure.name}' has no parameter for one of these arguments")
            found[keyword.arg] = keyword.value
        for name, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            found.setdefault(name, default)
        for name, default in zip(keyword_only, arguments.kw_defaults, strict=True):
            if default is not None:
                found.setdefault(name, default)
        missing = [n for n in (*positional, *keyword_only) if n not in found]
        if missing or len(node.args) > len(positional) and not arguments.vararg:
            raise self.unit.refuse(
                node, f"'{closure.name}' is called with the wrong arguments", f"missing: {', '.join(missing)}"
            )
        return found  # in the order in which Python evaluates them

    def small_helper(self, function: FunctionType, node: build.Node) -> Closure | None:
        """A helper of one `return`, or one that is no function of values, in the names of the unit under compilation; None if it is better called."""
        if function in self.inlining or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        if any(k.arg is None for k in node.keywords) or hasattr(function, "__wrapped__"):
            return None
        try:
            tree = source.look(function).tree
        except Exception:
            return None
        text = units.text_of(tree)
        if not text.syntax.isdisjoint(APART) or not text.mentioned.isdisjoint(("exec", "eval", "locals", "vars")):
            return None
        body = [s for s in tree.body if not units.is_docstring(s)]
        size = sum(1 for s in body for _ in build.walk(s))
        functional = self.takes_functions(node) or hands_out(body)
        if any(_has_scope(s) for s in body) and not functional or tree.decorator_list or function.__closure__:
            return None
        is_expression = len(body) == 1 and isinstance(body[0], gast.Return) and body[0].value is not None
        if functional:
            if size > FUNCTIONAL_LIMIT:
                return None
        elif not is_expression or size > INLINE_LIMIT:
            changing = _stores_into_parameters(tree, body) or self.known.may_change(function) or tree.args.vararg
            if size > STORING_LIMIT or not changing:
                return None
        arguments = tree.args
        if arguments.kwarg:
            return None
        defaults = units.defaults_of(function)
        if any(not isinstance(d, (int, float, str, bool, type(None))) for d in defaults.values()):
            return None
        outside = signature.free_names(function)
        renamed = {name: self.adopt(function, name) for name in outside}
        now = [(getter, units.value_of(getter)) for getter in outside.values()]
        self.unit.guards += [(getter, value) for getter, value in now if is_static(value)]
        fresh = [names.renamed(s, {a: b for a, b in renamed.items() if a != b}) for s in body]
        for item in (n for s in fresh for n in build.walk(s)):
            if isinstance(item, gast.stmt):
                item.filename = function.__code__.co_filename
        if functional:
            fresh = scopes.own_variables(fresh, own_names(fresh), self.unit.fresh)
        fresh = patterns.cases_to_branches(targets.name_places(fresh, self.unit.fresh), self.unit.fresh)
        fresh = contexts.enter_contexts(self.unit, fresh)
        if not isinstance(fresh[-1], gast.Return):
            fresh.append(build.return_(build.constant(None)))
        arguments = build.copy(arguments)
        named = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
        arguments.defaults = [build.constant(defaults[n]) for n in named[len(named) - len(arguments.defaults) :]]
        arguments.kw_defaults = [
            build.constant(defaults[a.id]) if a.id in defaults else None for a in arguments.kwonlyargs
        ]
        return Closure(arguments, fresh, function.__name__)

    def adopt(self, function: FunctionType, name: str) -> str:
        """The name under which the unit knows an outside name of another function."""
        getter = signature.free_names(function)[name]
        value = units.value_of(getter)
        for mine, free in self.unit.free.items():
            same = free.value is value and isinstance(value, (ModuleType, FunctionType, type, *CALLABLES))
            if mine not in self.bound and (same or (free.owner is function and free.original == name)):
                return mine
        # the names that emitted programs import modules under are kept for these
        reserved = value is units.MODULES.get(name, MISSING) and name not in self.unit.free and name not in self.bound
        mine = name if reserved else self.unit.fresh(name)
        self.unit.free[mine] = Free(function, name, value, getter)
        return mine


def _stores_into_parameters(tree: build.Node, body: list[build.Node]) -> bool:
    """Whether a function stores into (a part of) something that it was given."""
    parameters = {a.id for a in names.parameters_of(tree.args)}
    for statement in body:
        for item in build.walk(statement):
            if (
                isinstance(item, gast.Subscript)
                and isinstance(item.ctx, gast.Store)
                and stored_names(item) & parameters
            ):
                return True
            if isinstance(item, gast.AugAssign) and stored_names(item.target) & parameters:
                return True
    return False


def _nonlocals(body: list[build.Node]) -> set[str]:
    """The names that functions in a body declare nonlocal."""
    return {n for s in body for item in build.walk(s) if isinstance(item, gast.Nonlocal) for n in item.names}


def _has_scope(node: build.Node) -> bool:
    scopes = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
    return any(isinstance(n, scopes) for n in build.walk(node))
