"""One operation per statement, for everything that may carry a derivative; what surely does not is kept as it was written.

Goes in: a body without jumps. Comes out: the normal form. Its statements are

    name = name | constant | operation over operands        an operand is a name or a constant
    name[index] = operand        name[index] op= operand        name op= operand        name.attr = operand
    if test / for name in iterable / while test / break / pass / return name / a call for its effect
    anything passive, verbatim

where tests, indices and iterables are passive expressions in the user's own words. Small helpers (one `return`, or functions
nested in the function) are put in the place of their call; `for` over something active becomes a loop over its positions.
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Any

import gast
import srcgrad_runtime

from .. import rules
from ..analyses import changes, inference
from ..core import build, names
from ..core.errors import Place, Refusal, Refused
from ..core.unit import MISSING, Free, Unit, is_static, resolve
from ..frontend import signature, source
from . import jumps
from .activity import active_names, mentions, stored_names

STORING_LIMIT = 330  # nodes of a helper that stores into its arguments: its stores become those of its caller
INLINE_LIMIT = 33  # nodes of the one expression of a helper that is still put in the place of its call
EMITTED_BUILTINS = (
    "len",
    "range",
    "list",
    "min",
    "reversed",
    "slice",
)  # in statements that the function need not have itself
PASSIVE_BUILTINS = (len, range, int, bool, str, isinstance, type, repr, print, callable, hasattr, id, any, all)
PURE_BUILTINS = (len, range, int, float, abs, min, max, bool, slice, isinstance, tuple, list, enumerate, zip, reversed, sum, round, str, sorted, any, all, type)  # fmt: skip


def unit_of(function: FunctionType) -> Unit:
    """The unit of a function: parameters, body without docstring, outside names; not yet normalised."""
    found = source.find(function)
    tree = found.tree
    if isinstance(tree, gast.AsyncFunctionDef):
        place = Place(found.filename, tree.lineno, tree.col_offset, tree.end_col_offset or 0)
        why, instead = "a gradient runs straight through", "write an ordinary function"
        raise Refused([Refusal(f"cannot differentiate the coroutine '{tree.name}'", place, why, instead)])
    arguments = tree.args
    parameters = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    body = [s for s in tree.body if not _is_docstring(s)]
    unit = Unit(
        name=tree.name,
        function=function,
        filename=found.filename,
        parameters=parameters + [a.id for a in arguments.kwonlyargs],
        defaults=_defaults(function),
        body=body,
        fresh=names.Fresh(set()),
        vararg=arguments.vararg.id if arguments.vararg else "",
        kwarg=arguments.kwarg.id if arguments.kwarg else "",
        keyword_only=tuple(a.id for a in arguments.kwonlyargs),
    )
    for name, getter in signature.free_names(function).items():
        value = _value_of(getter)
        unit.free[name] = Free(function, name, value, getter)
        if is_static(value):
            unit.guards.append((getter, value))
    bound = _bound_names(unit)
    for name in EMITTED_BUILTINS:
        if name not in bound:
            unit.free.setdefault(name, Free(function, name, getattr(builtins, name), None))
    taken = set(unit.parameters) | set(unit.free) | {"np", "rt", "math", unit.vararg, unit.kwarg}
    for statement in body:
        taken |= names.reads(statement) | names.writes(statement)
        taken |= {n.id for n in build.walk(statement) if isinstance(n, gast.Name)}
    unit.fresh = names.Fresh(taken)
    return unit


def flatten(unit: Unit, active: set[str]) -> Unit:
    """The unit, whose jumps are gone, in normal form, given the parameters that are active.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("flatten", '''
    ... def f(x, w):
    ...     return np.sum(np.tanh(x @ w) ** 2)
    ... ''')
    def f(x, w):
        t = x @ w
        t_2 = np.tanh(t)
        t_3 = t_2 ** 2
        t_4 = np.sum(t_3)
        return t_4
    """
    original = build.copy(unit.body)
    own = {n for s in original for n in names.reads(s) | names.writes(s)}
    taken, temporaries, free, guards = set(unit.fresh.taken), set(unit.temporaries), dict(unit.free), list(unit.guards)
    known = set(active)
    while True:
        work = _Flatten(unit)
        work.active = active_names(unit.body, known, work.is_passive_call, work.is_pure_call)
        before = set(work.active)
        work.block(unit.body)
        grown = (work.active & own) - before
        if not grown:
            break
        # a function that was put in the place of its call stores into a name that was taken for a constant: once more, knowing that
        known |= grown
        unit.body, unit.fresh.taken = build.copy(original), set(taken)
        unit.temporaries, unit.free, unit.guards = set(temporaries), dict(free), list(guards)
    unit.body = work.out
    work.check_closures()
    return unit


class _Closure:
    """A function nested in the one under compilation: its arguments and body, in the names of the enclosing function."""

    def __init__(self, arguments: build.Node, body: list[build.Node], name: str):
        self.arguments = arguments
        self.body = body
        self.name = name
        self.certain = True  # whether it is this function that the name means wherever it is known


class _Flatten:
    def __init__(self, unit: Unit):
        self.unit = unit
        self.out: list[build.Node] = []
        self.active: set[str] = set()
        self.closures: dict[str, _Closure] = {}
        self.bound = _bound_names(unit)
        walked = [n for s in unit.body for n in build.walk(s)]
        self.nonlocals = {name for n in walked if isinstance(n, gast.Nonlocal) for name in n.names}
        self.inlining: list[Any] = []
        self.origin: build.Node | None = None

    def check_closures(self) -> None:
        """A nested function can be put in the place of its calls; as a value it would need its variables."""
        kept = {n for s in self.out if isinstance(s, gast.FunctionDef) for n in [s.name]}
        for statement in self.out:
            used = sorted((names.reads(statement) & self.closures.keys()) - kept)
            if used and not isinstance(statement, gast.FunctionDef):
                raise self.unit.refuse(
                    statement, f"cannot differentiate through the nested function '{used[0]}' used as a value",
                    "only its calls can be followed", "call it directly, or define it at the top level of a module",
                )  # fmt: skip

    # ---- what a callee is -------------------------------------------------------------------------------------------------------

    def resolve(self, node: build.Node) -> Any:
        return resolve(node, self.unit.free, self.bound)

    def is_passive_call(self, func: build.Node) -> bool:
        value = self.resolve(func)
        if value is MISSING:
            return False
        return rules.is_nondifferentiable(value) or any(value is f for f in PASSIVE_BUILTINS)

    def is_pure_call(self, call: build.Node) -> bool:
        func = call.func
        value = self.resolve(func)
        if value is MISSING:
            known = isinstance(func, gast.Attribute) and rules.method(func.attr) is not None
            return known and func.attr not in changes.MUTATORS and not changes.outputs(call, None)
        if changes.outputs(call, value) or any(value is f for f in changes.OVERWRITERS):
            return False
        try:
            if value in PURE_BUILTINS:
                return True
        except TypeError:
            return False
        text = rules.written(value)
        return rules.lookup(value) is not None or rules.is_nondifferentiable(value) or text is not None and text.pure

    def is_active(self, node: build.Node) -> bool:
        return mentions(node, self.active, self.is_passive_call)

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def closure(self, arguments: build.Node, body: list[build.Node], name: str) -> _Closure:
        """A nested function; its defaults are evaluated here, where it is defined."""
        arguments = build.copy(arguments)
        arguments.defaults = [self.default(d) for d in arguments.defaults]
        arguments.kw_defaults = [self.default(d) if d is not None else None for d in arguments.kw_defaults]
        return _Closure(arguments, body, name)

    def default(self, node: build.Node) -> build.Node:
        if isinstance(node, gast.Constant) or callable(self.resolve(node)) and self.resolve(node) is not MISSING:
            return node
        atom = self.operand(node)
        return self.bind(atom) if isinstance(atom, gast.Name) and atom.id not in self.unit.temporaries else atom

    def define(self, name: str, closure: _Closure) -> None:
        self.closures[name] = closure

    def forget_closures(self, before: dict[str, _Closure]) -> None:
        """After a block that may not have run: a name that means another function in it is uncertain."""
        for name in self.closures.keys() | before.keys():
            if self.closures.get(name) is not before.get(name):
                closure = _Closure(build.parameters([]), [], name)
                closure.certain = False
                self.closures[name] = closure

    def emit(self, statement: build.Node) -> None:
        if self.origin is not None:
            build.at(statement, self.origin)
            if hasattr(self.origin, "filename"):
                statement.filename = self.origin.filename
        self.out.append(statement)

    def nested(self, statements: list[build.Node]) -> list[build.Node]:
        saved, self.out = self.out, []
        self.block(statements)
        inner, self.out = self.out, saved
        return inner or [gast.Pass()]

    def defined_within(self, statements: list[build.Node]) -> None:
        """Before a loop: a function that its body defines anew is another one in the first trip than later."""
        for name in {n for s in statements for n in names.writes(s)} & self.closures.keys():
            self.closures[name] = _Closure(build.parameters([]), [], name)
            self.closures[name].certain = False

    def block(self, statements: list[build.Node]) -> None:
        for statement in statements:
            previous, self.origin = self.origin, statement if hasattr(statement, "lineno") else self.origin
            self.statement(statement)
            self.origin = previous

    def statement(self, node: build.Node) -> None:
        method = getattr(self, "on_" + type(node).__name__, None)
        if isinstance(node, (gast.FunctionDef, gast.Return, gast.Break, gast.Pass)):
            assert method is not None
            method(node)
        elif self.is_passive_statement(node):
            self.emit(node)
        elif method is None:
            raise self.unit.refuse(
                node,
                f"cannot differentiate through '{_word(node)}'",
                "an active value is used inside it",
                "move the differentiable code out of it, or pass srcgrad.stop_gradient(value)",
            )
        else:
            method(node)

    def is_passive_statement(self, node: build.Node) -> bool:
        """Whether a statement neither reads nor changes anything that may carry a derivative, nor calls what is in our hands."""
        touched = names.writes(node) | stored_names_within(node)
        if touched & self.active:
            return False
        if _own_break(node):
            return False
        if isinstance(node, (gast.If, gast.For, gast.While, gast.With, gast.Try, gast.Match)):
            inside = names.reads(node) & self.active
            if not inside:
                return not self.calls_closures(node)
            return False
        if isinstance(node, (gast.Assign, gast.AnnAssign, gast.AugAssign)):
            return not self.is_active(
                node.value if node.value is not None else node.target
            ) and not self.calls_closures(node)
        if isinstance(node, gast.Expr):
            if self.calls_closures(node):
                return False
            if not isinstance(node.value, gast.Call):
                return not (names.reads(node) & self.active)
            if self.changes_active(node.value):
                return False
            return not self.is_active(node.value) or self.is_passive_call(node.value.func)
        if isinstance(
            node, (gast.Assert, gast.Raise, gast.Delete, gast.Import, gast.ImportFrom, gast.Global, gast.Nonlocal)
        ):
            return not isinstance(node, gast.Delete) or not (names.reads(node) & self.active)
        return not (names.reads(node) & self.active)

    def calls_closures(self, node: build.Node) -> bool:
        return any(isinstance(n, gast.Name) and n.id in self.closures for n in build.walk(node))

    def on_Pass(self, node: build.Node) -> None:
        pass

    def on_Break(self, node: build.Node) -> None:
        self.emit(node)

    def on_Return(self, node: build.Node) -> None:
        value = node.value if node.value is not None else build.constant(None)
        atom = self.operand(value)
        if not isinstance(atom, gast.Name):
            atom = self.bind(atom, "result")
        self.emit(build.at(build.return_(atom), node))

    def on_Expr(self, node: build.Node) -> None:
        value = node.value
        if isinstance(value, gast.Call):
            lowered = self.call(value)
            if isinstance(lowered, gast.Call):
                self.emit(build.expression(lowered))
        elif not isinstance(value, gast.Constant):
            self.operand(value)

    def on_AnnAssign(self, node: build.Node) -> None:
        if node.value is not None:
            self.on_Assign(build.at(gast.Assign([node.target], node.value, None), node))

    def on_Assign(self, node: build.Node) -> None:
        targets = node.targets
        if len(targets) == 1:
            self.assign(targets[0], node.value)
            return
        value = self.operand(node.value)
        for target in targets:
            self.assign(target, value)

    def assign(self, target: build.Node, value: build.Node) -> None:
        if isinstance(target, gast.Name):
            if isinstance(value, gast.Lambda):
                self.define(target.id, self.closure(value.args, [build.return_(value.body)], target.id))
                return
            if target.id in self.closures:  # it means something else from here on
                value = _Lowered(self.operand(value))
                del self.closures[target.id]
            self.emit(build.assign(target.id, self.expression(value)))
        elif isinstance(target, (gast.Tuple, gast.List)):
            self.unpack(target, value)
        elif isinstance(target, gast.Starred):
            raise self.unit.refuse(target, "cannot differentiate this starred target")
        else:
            atom = self.operand(value)
            self.emit(build.assign(self.place(target, store=True), atom))

    def unpack(self, target: build.Node, value: build.Node) -> None:
        elements = target.elts
        starred = [i for i, e in enumerate(elements) if isinstance(e, gast.Starred)]
        if isinstance(value, (gast.Tuple, gast.List)) and len(value.elts) == len(elements) and not starred:
            if not any(isinstance(e, gast.Starred) for e in value.elts):
                self.parallel(elements, value.elts)
                return
        whole = self.operand(value)
        if not isinstance(whole, gast.Name):
            whole = self.bind(whole)
        count = len(elements)
        for i, element in enumerate(elements):
            if starred and i == starred[0]:
                upper = build.constant(i + 1 - count) if i + 1 < count else None
                piece = build.subscript(whole, gast.Slice(build.constant(i), upper, None))
                self.assign(element.value, build.call("list", piece))
                continue
            position = i if not starred or i < starred[0] else i - count
            self.assign(element, build.subscript(build.copy(whole), build.constant(position)))

    def parallel(self, targets: list[build.Node], values: list[build.Node]) -> None:
        """`a, b = e1, e2`: all values are taken before any target is bound."""
        bound: set[str] = set()
        taken: list[build.Node] = []
        for position, value in enumerate(values):
            later = bound & names.reads(value)  # names that an earlier target is about to rebind
            bound |= names.writes(targets[position]) | stored_names(targets[position])
            stores = any(not isinstance(t, gast.Name) for t in targets[:position])
            mark = len(self.out)
            if later or stores or _has_call(value):
                atom = self.operand(value)
                if isinstance(atom, gast.Name) and (atom.id in later or stores):
                    atom = self.bind(atom)
            else:
                atom = self.expression(value)
            self.check_order(taken, mark, value)
            taken.append(atom)
        for target, atom in zip(targets, taken, strict=True):
            self.assign(target, _Lowered(atom))

    def on_AugAssign(self, node: build.Node) -> None:
        mark = len(self.out)
        value = self.operand(node.value)
        target = node.target
        self.check_order([build.name(target.id) if isinstance(target, gast.Name) else target], mark, node)
        if isinstance(target, gast.Name):
            self.emit(build.augment(target.id, node.op, value))
            return
        self.emit(build.augment(self.place(target, store=True), node.op, value))

    def on_If(self, node: build.Node) -> None:
        test = self.passive(node.test)
        before = dict(self.closures)
        orelse = self.nested(node.orelse) if node.orelse else []
        after, self.closures = self.closures, dict(before)
        body = self.nested(node.body)
        self.forget_closures(before)
        self.forget_closures({**self.closures, **{n: c for n, c in after.items() if before.get(n) is not c}})
        self.emit(
            build.at(build.if_(test, body, [] if all(isinstance(s, gast.Pass) for s in orelse) else orelse), node)
        )

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
        self.forget_closures(before)

    def on_For(self, node: build.Node) -> None:
        self.defined_within([gast.Assign([node.target], build.constant(None), None), *node.body])
        before = dict(self.closures)
        self.loop(node)
        self.forget_closures(before)

    def loop(self, node: build.Node) -> None:
        iterable = node.iter
        if not self.is_active(iterable):
            self.passive_for(node)
            return
        if self.over_dictionary(node):
            return
        heads, sequences = [], []
        for target, item in self.streams(node.target, iterable):
            heads.append(target)
            sequences.append(item)
        rebound = {n for s in node.body for n in names.writes(s)} | names.writes(node.target)
        # what the loop goes over stays what it is, whatever its name comes to mean
        sequences = [self.bind(s) if isinstance(s, gast.Name) and s.id in rebound else s for s in sequences]
        lengths = [build.call("len", build.copy(s)) for s in sequences if s is not None]
        grown = {s.id for s in sequences if isinstance(s, gast.Name)} & _grown(node.body)
        if grown:
            raise self.unit.refuse(
                node, f"cannot differentiate a loop over '{min(grown)}', which changes its length in the loop",
                "how often the loop runs is not known before it has run", "loop over a copy of it",
            )  # fmt: skip
        position = self.unit.fresh("i" if "i" not in self.bound else "k")
        self.unit.temporaries.add(position)
        lengths = [build.call("len", build.copy(s)) for s in sequences if s is not None]
        count = lengths[0] if len(lengths) == 1 else build.call("min", *lengths)
        if _is_strict(iterable) and len(lengths) > 1:
            count = build.call("rt.equal_length", *map(build.copy, (s for s in sequences if s is not None)))
        saved, self.out = self.out, []
        for target, item in zip(heads, sequences, strict=True):
            element = build.name(position) if item is None else build.subscript(item, build.name(position))
            self.assign(target, element)
        self.block(node.body)
        body, self.out = self.out, saved
        self.emit(build.at(build.for_(position, build.call("range", count), body or [gast.Pass()]), node))

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

    def streams(self, target: build.Node, iterable: build.Node) -> list[tuple[build.Node, build.Node | None]]:
        """Pairs (target, sequence to index by position, None for the position itself) of a loop over something active."""
        function = self.resolve(iterable.func) if isinstance(iterable, gast.Call) else MISSING
        plain = isinstance(iterable, gast.Call) and (not iterable.keywords or function is zip and _is_strict(iterable))
        pair = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
        if function is enumerate and plain and len(iterable.args) == 1 and len(pair) == 2:
            return [*self.streams(pair[1], iterable.args[0]), (pair[0], None)]
        if function is zip and plain and len(pair) == len(iterable.args) and not _starred(iterable.args + pair):
            return [s for part, item in zip(pair, iterable.args, strict=True) for s in self.streams(part, item)]
        if function is reversed and plain:
            item = self.sequence(iterable.args[0])
            return [(target, self.sequence(build.subscript(item, gast.Slice(None, None, build.constant(-1)))))]
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

    def on_FunctionDef(self, node: build.Node) -> None:
        if node.decorator_list:
            if names.reads(node) & self.active:
                raise self.unit.refuse(
                    node, f"cannot differentiate through the decorated nested function '{node.name}'",
                    "what the decorator makes of it is not looked into", "define it at the top level of a module",
                )  # fmt: skip
            self.emit(node)
        else:
            body = [s for s in node.body if not _is_docstring(s)]
            self.define(node.name, self.closure(node.args, body, node.name))

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def bind(self, value: build.Node, wish: str = "t") -> build.Node:
        """A fresh name for a value."""
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        self.bound.add(name)
        if isinstance(value, gast.Name) and value.id in self.active or not isinstance(value, gast.Name):
            self.active.add(name)
        self.emit(build.assign(name, value))
        return build.name(name)

    def operand(self, node: build.Node) -> build.Node:
        """A name or constant with the value of `node`; its statements are emitted."""
        if isinstance(node, _Lowered):
            node = node.value
        value = self.expression(node)
        if build.is_atom(value) or self.is_constant(value):
            return value
        was_active = self.is_active(node) or self.is_active(value)
        name = self.bind(value)
        if not was_active:
            self.active.discard(name.id)
        return name

    def is_constant(self, node: build.Node) -> bool:
        """np.pi, None, slices of constants, tuples of constants: written again wherever they are needed."""
        if isinstance(node, gast.Attribute):
            value = self.resolve(node)
            return isinstance(value, (int, float, str, type, ModuleType)) or callable(value)
        if isinstance(node, gast.Tuple):
            return all(build.is_atom(e) and not isinstance(e, gast.Name) for e in node.elts)
        return False

    def passive(self, node: build.Node) -> build.Node:
        """An expression whose value carries no derivative, in the user's words as far as nothing in it has to be taken apart."""
        if self.changes_active(node):
            raise self.unit.refuse(
                node, "cannot differentiate a change inside a condition", "an active container or array is changed while a test is evaluated",
                "make the change in a statement of its own",
            )  # fmt: skip
        if not self.must_lower(node):
            return node
        if isinstance(node, gast.NamedExpr):
            return self.of_NamedExpr(node)
        if isinstance(node, gast.BoolOp):
            # later operands run only if the earlier ones let them: keep that
            return self.operand(node)
        fresh = build.copy(node)
        done: list[build.Node] = []

        def lowered(part: Any) -> Any:
            if not isinstance(part, gast.expr):
                return part
            mark = len(self.out)
            made = self.passive(part)
            self.check_order(done, mark, node)
            done.append(made)
            return made

        for key, value in list(fresh.__dict__.items()):
            if isinstance(value, gast.expr):
                setattr(fresh, key, lowered(value))
            elif isinstance(value, list):
                setattr(fresh, key, [lowered(v) for v in value])
        if isinstance(fresh, gast.Call):
            return self.operand(node)
        return fresh

    def changes_active(self, node: build.Node) -> bool:
        """Whether a call inside an expression may change something that carries a derivative."""
        for item in build.walk(node):
            if not isinstance(item, gast.Call):
                continue
            if isinstance(item.func, gast.Attribute) and stored_names(item.func.value) & self.active:
                if (
                    item.func.attr in changes.MUTATORS
                    or item.func.attr.startswith("__set")
                    or item.func.attr.startswith("__del")
                ):
                    return True
            value = self.resolve(item.func)
            outside = value is MISSING or isinstance(value, FunctionType) or not callable(value)
            if (
                outside
                and not self.is_pure_call(item)
                and any(self.is_active(a) for a in item.args if not isinstance(a, gast.Starred))
            ):
                if isinstance(value, FunctionType) and rules.lookup(value) is None and node is not item:
                    return _may_store(value)
        return False

    def must_lower(self, node: build.Node) -> bool:
        """Whether a passive expression holds a call of a nested function, or a walrus."""
        for item in build.walk(node):
            if isinstance(item, gast.NamedExpr):
                return True
            if isinstance(item, gast.Call) and isinstance(item.func, gast.Name) and item.func.id in self.closures:
                return True
        return False

    def expression(self, node: build.Node) -> build.Node:
        """An operation over operands with the value of `node`."""
        if isinstance(node, _Lowered):
            return node.value
        if isinstance(node, (gast.Name, gast.Constant)):
            return node
        if not self.is_active(node) and not self.must_lower(node):
            return node
        method = getattr(self, "of_" + type(node).__name__, None)
        if method is None:
            raise self.unit.refuse(node, f"cannot differentiate through this {_word(node)}", "it uses an active value")
        return method(node)

    def of_BinOp(self, node: build.Node) -> build.Node:
        left = self.kept(self.operand(node.left), node.right)
        mark = len(self.out)
        right = self.operand(node.right)
        self.check_order([left], mark, node)
        return gast.BinOp(left, node.op, right)

    def check_order(self, earlier: Sequence[build.Node], mark: int, node: build.Node) -> None:
        """Refuse an expression in which a part that stands further right changes what a part to its left has read.

        The statements since `mark` belong to the part on the right; `earlier` are the parts that will be read after them.
        """
        since = self.out[mark:]
        if not since or not earlier:
            return
        rebound = {n for s in since for n in names.writes(s)}
        stored = {n for s in since for n in stored_names_within(s)}
        for part in earlier:
            read = names.reads(part)
            if read & rebound or read & stored and not isinstance(part, (gast.Name, gast.Constant)):
                raise self.unit.refuse(
                    node, "cannot differentiate an expression that changes what it has read already",
                    "its parts depend on their order", "make the change in a statement of its own",
                )  # fmt: skip

    def in_order(self, nodes: Sequence[Any], lower: Callable[[Any], build.Node], whole: build.Node) -> list[build.Node]:
        """Each of some nodes lowered, from left to right."""
        found: list[build.Node] = []
        for node in nodes:
            mark = len(self.out)
            made = lower(node)
            self.check_order(found, mark, whole)
            found.append(made)
        return found

    def kept(self, atom: build.Node, later: build.Node) -> build.Node:
        """The atom, under a name of its own if evaluating `later` rebinds it."""
        if isinstance(atom, gast.Name) and any(
            isinstance(n, gast.NamedExpr) and n.target.id == atom.id for n in build.walk(later)
        ):
            return self.bind(atom)
        return atom

    def of_UnaryOp(self, node: build.Node) -> build.Node:
        if isinstance(node.op, gast.Not):
            return gast.UnaryOp(node.op, self.passive(node.operand))
        return gast.UnaryOp(node.op, self.operand(node.operand))

    def of_Compare(self, node: build.Node) -> build.Node:
        return self.passive(node)

    def of_NamedExpr(self, node: build.Node) -> build.Node:
        self.assign(node.target, node.value)
        return build.name(node.target.id)

    def of_Tuple(self, node: build.Node) -> build.Node:
        return gast.Tuple(self.in_order(node.elts, self.element, node), build.LOAD)

    def of_List(self, node: build.Node) -> build.Node:
        return gast.List(self.in_order(node.elts, self.element, node), build.LOAD)

    def of_Dict(self, node: build.Node) -> build.Node:
        if any(k is None for k in node.keys):
            raise self.unit.refuse(node, "cannot differentiate a dict display with '**'")
        return gast.Dict([self.passive(k) for k in node.keys], [self.operand(v) for v in node.values])

    def element(self, node: build.Node) -> build.Node:
        if isinstance(node, gast.Starred):
            return gast.Starred(self.operand(node.value), build.LOAD)
        return self.operand(node)

    def of_Subscript(self, node: build.Node) -> build.Node:
        items = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
        ranges = any(isinstance(item, gast.Slice) and self.is_active(item) for item in items)
        if rules.is_concatenator(self.resolve(node.value)) and not ranges:  # np.r_[a, b] is a call
            call = gast.Call(self.runtime("joined_by"), [node.value, build.tuple_(map(_sliced, items))], [])
            return self.call(build.at(call, node))
        return self.place(node)

    def of_Attribute(self, node: build.Node) -> build.Node:
        value = self.operand(node.value)
        return gast.Attribute(value, node.attr, build.LOAD)

    def place(self, node: build.Node, store: bool = False) -> build.Node:
        """`name[index]` or `name.attr`, for reading or storing."""
        if isinstance(node, gast.Attribute):
            owner = self.operand(node.value)
            return gast.Attribute(owner, node.attr, build.STORE if store else build.LOAD)
        value = self.operand(node.value)
        if not isinstance(value, gast.Name):
            value = self.bind(value)
        return build.subscript(value, self.index(node.slice), store)

    def index(self, node: build.Node) -> build.Node:
        """An index that can be written again in the reverse sweep: calls in it are made once, under a name."""

        def hoist(item: build.Node) -> build.Node | None:
            if isinstance(item, gast.Call):
                if self.resolve(item.func) in (len, slice) and not any(isinstance(a, gast.Call) for a in item.args):
                    return None
                name = self.unit.fresh("t")
                self.unit.temporaries.add(name)
                self.bound.add(name)
                self.emit(build.assign(name, self.passive(item)))
                return build.name(name)
            if isinstance(item, gast.NamedExpr):
                return self.of_NamedExpr(item)
            if isinstance(item, (gast.IfExp, gast.BoolOp, gast.Lambda, gast.ListComp)):
                name = self.unit.fresh("t")
                self.unit.temporaries.add(name)
                self.bound.add(name)
                self.emit(build.assign(name, self.passive(item)))
                return build.name(name)
            return None

        if isinstance(node, gast.Name):
            return node
        return build.rewrite(node, hoist)

    def of_IfExp(self, node: build.Node) -> build.Node:
        test = self.passive(node.test)
        name = self.unit.fresh("t")
        self.unit.temporaries.add(name)
        self.bound.add(name)
        self.active.add(name)
        branches = []
        for part in (node.body, node.orelse):
            saved, self.out = self.out, []
            self.emit(build.assign(name, self.expression(part)))
            branches.append(self.out)
            self.out = saved
        self.emit(build.if_(test, branches[0], branches[1]))
        return build.name(name)

    def of_BoolOp(self, node: build.Node) -> build.Node:
        name = self.unit.fresh("t")
        self.unit.temporaries.add(name)
        self.bound.add(name)
        self.active.add(name)
        self.emit(build.assign(name, self.expression(node.values[0])))
        blocks = [self.out]
        tests = []
        for value in node.values[1:]:
            test: build.Node = build.name(name)
            if isinstance(node.op, gast.Or):
                test = gast.UnaryOp(gast.Not(), test)
            tests.append(test)
            self.out = []
            self.emit(build.assign(name, self.expression(value)))
            blocks.append(self.out)
        inner = blocks.pop()
        while tests:
            test = tests.pop()
            self.out = blocks.pop()
            self.emit(build.if_(test, inner, []))
            inner = self.out
        self.out = inner
        return build.name(name)

    def of_GeneratorExp(self, node: build.Node) -> build.Node:
        raise self.lazy(node)

    def of_ListComp(self, node: build.Node) -> build.Node:
        items = self.unit.fresh("items")
        self.bound.add(items)
        self.active.add(items)
        self.emit(build.assign(items, gast.List([], build.LOAD)))
        push = build.expression(build.call(build.attribute(items, "append"), node.elt))
        self.comprehension(node, push)
        return build.name(items)

    def comprehension(self, node: build.Node, innermost: build.Node) -> None:
        """The loops of a comprehension, its variables renamed because they have a scope of their own."""
        renamed: dict[str, str] = {}
        for generator in node.generators:
            for name in names.writes(generator.target):
                if name in self.bound or name in self.unit.free:
                    renamed[name] = self.unit.fresh(name)
        body: list[build.Node] = [innermost]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [build.if_(test, body, [])]
            iterable = generator.iter
            body = [build.for_(generator.target, iterable, body)]
        loop = _rename(body[0], renamed)
        loop.iter = build.copy(node.generators[0].iter)  # the first one is evaluated outside of the comprehension
        for new in set(renamed.values()) | names.writes(loop):
            self.bound.add(new)
        self.active |= active_names([loop], self.active, self.is_passive_call, self.is_pure_call)
        self.statement(build.at(loop, self.origin) if self.origin is not None else loop)

    # ---- calls ------------------------------------------------------------------------------------------------------------------

    def of_Call(self, node: build.Node) -> build.Node:
        return self.call(node)

    def call(self, node: build.Node) -> build.Node:
        """A call over operands, or the result of the callee's body where that is put in the place of the call."""
        func = node.func
        if isinstance(func, gast.Lambda):
            return self.inline(self.closure(func.args, [build.return_(func.body)], "lambda_"), node)
        if isinstance(func, gast.Name) and func.id in self.closures:
            return self.inline(self.closures[func.id], node)
        value = self.resolve(func)
        self.watch(func, value)
        text = rules.written(value) if value is not MISSING else None
        if text is not None and self.is_active(node):
            func, value = gast.Attribute(self.runtime("written"), text.text.__name__, build.LOAD), text.text
        elif _is_solver(value) and self.is_active(node):  # told before what is said of the functions that it is given
            raise self.unit.refuse(
                node, f"cannot differentiate through '{value.__module__}.{value.__name__}'",
                "an argument depends on an argument you differentiate, and it has no rule and no Python source that could be differentiated",
                f"give it a rule with srcgrad.rule({value.__name__}, ...), or use srcgrad.implicit",
            )  # fmt: skip
        if value is sum and len(node.args) in (1, 2) and isinstance(node.args[0], (gast.GeneratorExp, gast.ListComp)):
            return self.sum_of(node)
        if isinstance(value, FunctionType) and rules.lookup(value) is None and not rules.is_nondifferentiable(value):
            closure = self.small_helper(value, node)
            if closure is not None:
                return self.inline(closure, node, value)
        if isinstance(func, gast.Attribute) and value is MISSING:
            func = gast.Attribute(self.operand(func.value), func.attr, build.LOAD)
        elif value is MISSING and not isinstance(func, gast.Name):
            func = self.operand(func)
        for part in [*node.args, *(k.value for k in node.keywords)]:
            if isinstance(part, gast.GeneratorExp) and not self.goes_through(value) and self.is_active(part):
                raise self.lazy(part)
        values = [*node.args, *(k.value for k in node.keywords)]
        atoms = self.in_order(values, lambda a: self.argument(a, True), node)
        keywords = [gast.keyword(k.arg, a) for k, a in zip(node.keywords, atoms[len(node.args) :], strict=True)]
        return gast.Call(func, atoms[: len(node.args)], keywords)

    def goes_through(self, function: Any) -> bool:
        """Whether a function goes through an iterable at once, so that a generator expression may as well be a list."""
        if function is MISSING:
            return False
        return (
            any(function is f for f in PURE_BUILTINS)
            or rules.lookup(function) is not None
            or function in (set, frozenset, dict)
        )

    def lazy(self, node: build.Node) -> Exception:
        return self.unit.refuse(
            node, "cannot differentiate a generator expression that is kept", "its items are computed when it is gone through", "write a list",
        )  # fmt: skip

    def argument(self, node: build.Node, eager: bool = False) -> build.Node:
        if eager and isinstance(node, gast.GeneratorExp):
            node = build.at(gast.ListComp(node.elt, node.generators), node)
        if isinstance(node, gast.Starred):
            return gast.Starred(self.operand(node.value), build.LOAD)
        if isinstance(node, (gast.Name, gast.Constant)):
            return node
        if not self.is_active(node) and not _has_call(node) and not self.must_lower(node):
            return node if _is_simple(node) else self.operand(node)
        return self.operand(node)

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

    def small_helper(self, function: FunctionType, node: build.Node) -> _Closure | None:
        """A helper of one `return`, in the names of the unit under compilation; None if it is better called."""
        if function in self.inlining or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        if any(k.arg is None for k in node.keywords) or hasattr(function, "__wrapped__"):
            return None
        try:
            tree = source.look(function).tree
        except Exception:
            return None
        body = [s for s in tree.body if not _is_docstring(s)]
        size = sum(1 for s in body for _ in build.walk(s))
        if any(_has_scope(s) for s in body) or tree.decorator_list or function.__closure__:
            return None
        if len(body) != 1 or not isinstance(body[0], gast.Return) or body[0].value is None:
            if size > STORING_LIMIT or not _stores_into_parameters(tree, body):
                return None
        elif size > INLINE_LIMIT:
            return None
        arguments = tree.args
        if arguments.vararg or arguments.kwarg or arguments.posonlyargs or arguments.kwonlyargs:
            return None
        defaults = _defaults(function)
        if any(not isinstance(d, (int, float, str, bool, type(None))) for d in defaults.values()):
            return None
        outside = signature.free_names(function)
        renamed = {name: self.adopt(function, name) for name in outside}
        now = [(getter, _value_of(getter)) for getter in outside.values()]
        self.unit.guards += [(getter, value) for getter, value in now if is_static(value)]
        fresh = [_rename(s, {a: b for a, b in renamed.items() if a != b}) for s in body]
        for item in (n for s in fresh for n in build.walk(s)):
            if isinstance(item, gast.stmt):
                item.filename = function.__code__.co_filename
        if not isinstance(fresh[-1], gast.Return):
            fresh.append(build.return_(build.constant(None)))
        arguments = build.copy(arguments)
        named = [a.id for a in arguments.args]
        arguments.defaults = [build.constant(defaults[n]) for n in named[len(named) - len(arguments.defaults) :]]
        return _Closure(arguments, fresh, function.__name__)

    def adopt(self, function: FunctionType, name: str) -> str:
        """The name under which the unit knows an outside name of another function."""
        getter = signature.free_names(function)[name]
        value = _value_of(getter)
        for mine, free in self.unit.free.items():
            same = free.value is value and isinstance(value, (ModuleType, FunctionType, type, *CALLABLES))
            if mine not in self.bound and (same or (free.owner is function and free.original == name)):
                return mine
        mine = self.unit.fresh(name)
        self.unit.free[mine] = Free(function, name, value, getter)
        return mine

    def runtime(self, name: str) -> build.Node:
        """Something of the runtime, which the function itself does not name."""
        mine = next((n for n, f in self.unit.free.items() if f.value is srcgrad_runtime and n not in self.bound), None)
        if mine is None:
            mine = "rt" if "rt" not in self.bound | self.unit.free.keys() else self.unit.fresh("rt")
            self.unit.free[mine] = Free(self.unit.function, mine, srcgrad_runtime, None)
        return build.attribute(build.name(mine), name)

    def watch(self, func: build.Node, value: Any) -> None:
        """A function reached through attributes is looked up again at each call of the gradient; those of libraries stay."""
        path: list[str] = []
        while isinstance(func, gast.Attribute):
            path.append(func.attr)
            func = func.value
        free = self.unit.free.get(func.id) if isinstance(func, gast.Name) else None
        if path and value is not MISSING and free is not None and free.getter is not None:
            if getattr(free.value, "__name__", "").partition(".")[0] not in inference.LIBRARIES:
                self.unit.guards.append((_chain(free.getter, tuple(reversed(path))), value))

    def inline(self, closure: _Closure, node: build.Node, owner: Any = None) -> build.Node:
        """Put the body of a function in the place of its call: parameters are bound, locals get names of their own."""
        if not closure.certain:
            raise self.unit.refuse(
                node, f"cannot differentiate through '{closure.name}', which means one function here and another there",
                "which one is called is known when the program runs", "give them different names",
            )  # fmt: skip
        key = owner if owner is not None else closure.name
        if key in self.inlining:
            raise self.unit.refuse(
                node, f"cannot differentiate the recursive nested function '{closure.name}'",
                "a nested function is put in the place of its calls", "define it at the top level of a module",
            )  # fmt: skip
        bindings = self.match(closure, node)
        locals_ = set(bindings)
        outer = {
            n for s in closure.body for item in build.walk(s) if isinstance(item, gast.Nonlocal) for n in item.names
        }
        body = [s for s in closure.body if not isinstance(s, (gast.Nonlocal, gast.Global))]
        for statement in body:
            locals_ |= names.writes(statement)
        locals_ -= outer
        renamed: dict[str, str] = {}
        assignments: list[tuple[str, build.Node]] = []
        stored = {n for s in body for n in names.writes(s)}
        functions: dict[str, _Closure] = {}
        for name in sorted(locals_ - set(bindings)):
            renamed[name] = self.unit.fresh(name)
        given: list[build.Node] = []
        for name, value in bindings.items():
            if isinstance(value, gast.Lambda):
                functions[name] = self.closure(value.args, [build.return_(value.body)], name)
                renamed[name] = self.unit.fresh(name)
                continue
            if isinstance(value, gast.Name) and value.id in self.closures and name not in stored:
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
            mark = len(self.out)
            atom = self.operand(value)
            self.check_order(given, mark, node)
            given.append(atom)
            fixed = not isinstance(atom, gast.Name) or atom.id not in self.nonlocals and not self.rebinds(body, atom.id)
            if isinstance(atom, gast.Name) and name not in stored and fixed:
                renamed[name] = atom.id
            else:
                renamed[name] = self.unit.fresh(name)
                self.bound.add(renamed[name])
                if self.is_active(atom):
                    self.active.add(renamed[name])
                self.unit.temporaries.add(renamed[name])
                self.emit(build.assign(renamed[name], atom))
        constants = {name: value for name, value in assignments}
        renames = {a: b for a, b in renamed.items() if b and a != b}
        fresh = [_rename(s, renames, constants) for s in body]
        for name, function in functions.items():
            self.closures[renamed[name]] = function
        self.bound |= {n for s in fresh for n in names.writes(s)} | set(renamed.values())
        fresh = jumps.remove_jumps(fresh, self.unit.fresh)
        self.bound |= {n for s in fresh for n in names.writes(s)}
        self.active |= active_names(fresh, self.active, self.is_passive_call, self.is_pure_call)
        self.inlining.append(key)
        previous = self.origin
        if owner is not None:
            self.origin = None
            self.block(fresh[:-1])
            self.origin = previous
            value = self.expression(fresh[-1].value)
        else:
            self.block(fresh[:-1])
            value = self.expression(fresh[-1].value)
        self.inlining.pop()
        return value

    def rebinds(self, body: list[build.Node], name: str) -> bool:
        return any(name in names.writes(s) for s in body)

    def match(self, closure: _Closure, node: build.Node) -> dict[str, build.Node]:
        """Which argument goes to which parameter."""
        arguments = closure.arguments
        if arguments.vararg or arguments.kwarg or any(isinstance(a, gast.Starred) for a in node.args):
            raise self.unit.refuse(
                node, f"cannot differentiate this call of '{closure.name}'", "it passes a variable number of arguments"
            )
        positional = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
        keyword_only = [a.id for a in arguments.kwonlyargs]
        found: dict[str, build.Node] = {}
        for name, value in zip(positional, node.args, strict=False):
            found[name] = value
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
        if missing or len(node.args) > len(positional):
            raise self.unit.refuse(
                node, f"'{closure.name}' is called with the wrong arguments", f"missing: {', '.join(missing)}"
            )
        return found  # in the order in which Python evaluates them


class _Lowered(gast.AST):
    """An expression that is in normal form already."""

    _fields = ("value",)

    def __init__(self, value: build.Node):
        super().__init__()
        self.value = value


CALLABLES: tuple[type, ...] = (type(len), type(rules.RULES and next(iter(rules.RULES))))


def stored_names_within(node: build.Node) -> set[str]:
    """Names whose content a statement changes by a store into a part of them."""
    found: set[str] = set()
    for item in build.walk(node):
        if isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.ctx, (gast.Store, gast.Del)):
            found |= stored_names(item)
    return found


def _sliced(node: build.Node) -> build.Node:
    """An item of an index as an expression: a slice is made by `slice`."""
    if not isinstance(node, gast.Slice):
        return node
    return build.call("slice", *(build.constant(None) if p is None else p for p in (node.lower, node.upper, node.step)))


def _value_of(getter: signature.Getter) -> Any:
    """What an outside name means now; MISSING while it is unbound."""
    try:
        return getter()
    except NameError:
        return MISSING


def _chain(getter: signature.Getter, path: tuple[str, ...]) -> signature.Getter:
    """A getter of what is reached by attributes from what another one gives."""

    def read() -> Any:
        value = getter()
        for name in path:
            value = getattr(value, name)
        return value

    return read


def _may_store(function: FunctionType) -> bool:
    """Whether a helper may change what it is given: it has stores, or calls of methods that change."""
    try:
        tree = source.look(function).tree
    except Exception:
        return True
    for item in build.walk(tree):
        if isinstance(item, (gast.Subscript, gast.Attribute)) and not isinstance(item.ctx, gast.Load):
            return True
        if isinstance(item, gast.Call) and isinstance(item.func, gast.Attribute) and item.func.attr in changes.MUTATORS:
            return True
    return False


def _stores_into_parameters(tree: build.Node, body: list[build.Node]) -> bool:
    """Whether a function stores into (a part of) something that it was given."""
    parameters = {a.id for a in tree.args.args}
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


def _rename(node: build.Node, renamed: dict[str, str], constants: dict[str, build.Node] | None = None) -> build.Node:
    def replace(item: build.Node) -> build.Node | None:
        if isinstance(item, gast.Name):
            if constants and item.id in constants:
                return build.copy(constants[item.id])
            if item.id in renamed:
                fresh = gast.Name(renamed[item.id], item.ctx, None, None)
                return build.at(fresh, item)
        return None

    return build.rewrite(node, replace)


def _bound_names(unit: Unit) -> set[str]:
    bound = set(unit.parameters) | {n for n in (unit.vararg, unit.kwarg) if n}
    declared: set[str] = set()
    for statement in unit.body:
        bound |= names.writes(statement)
        declared |= {n for i in build.walk(statement) if isinstance(i, gast.Global) for n in i.names}
    return bound - declared


def _defaults(function: FunctionType) -> dict[str, Any]:
    return {
        p.name: p.default for p in inspect.signature(function, follow_wrapped=False).parameters.values()
        if p.default is not inspect.Parameter.empty
    }  # fmt: skip


def _is_docstring(node: build.Node) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant) and isinstance(node.value.value, str)


def _own_break(node: build.Node) -> bool:
    """Whether a `break` of a loop around this statement stands in it."""
    if isinstance(node, (gast.For, gast.While)):
        return False
    if isinstance(node, gast.Break):
        return True
    return any(_own_break(c) for c in build.children(node) if isinstance(c, gast.stmt))


def _grown(body: list[build.Node]) -> set[str]:
    """Names on which a method that may change a length is called, or whose slices or items are deleted or replaced."""
    found: set[str] = set()
    for item in (n for s in body for n in build.walk(s)):
        if (
            isinstance(item, gast.Call)
            and isinstance(item.func, gast.Attribute)
            and item.func.attr in changes.MUTATORS - {"fill", "sort", "reverse"}
        ):
            found |= stored_names(item.func.value)
        elif isinstance(item, gast.Delete):
            found |= {n for t in item.targets for n in stored_names(t)}
        elif isinstance(item, gast.AugAssign) and isinstance(item.target, gast.Name):
            found.add(item.target.id)
    return found


def _is_strict(node: build.Node) -> bool:
    """Whether a call has the one keyword `strict=True` (or False)."""
    keywords = node.keywords if isinstance(node, gast.Call) else []
    return (
        len(keywords) == 1
        and keywords[0].arg == "strict"
        and isinstance(keywords[0].value, gast.Constant)
        and keywords[0].value.value is True
    )


def _has_call(node: build.Node) -> bool:
    return any(isinstance(n, (gast.Call, gast.NamedExpr)) for n in build.walk(node))


def _has_scope(node: build.Node) -> bool:
    scopes = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
    return any(isinstance(n, scopes) for n in build.walk(node))


def _is_simple(node: build.Node) -> bool:
    """Passive arguments that stay where the user wrote them: numbers, shapes, tuples and attributes of names."""
    allowed = (
        gast.Name, gast.Constant, gast.Tuple, gast.List, gast.Attribute, gast.Subscript, gast.UnaryOp, gast.Slice, gast.BinOp,
    )  # fmt: skip
    return all(isinstance(n, allowed) for n in build.walk(node))


def _starred(nodes: list[build.Node]) -> bool:
    return any(isinstance(n, gast.Starred) for n in nodes)


def _word(node: build.Node) -> str:
    words = {
        "With": "with", "Try": "try", "AsyncFunctionDef": "async def", "ClassDef": "class", "Match": "match", "Delete": "del",
        "Yield": "yield", "Await": "await", "Lambda": "lambda", "DictComp": "dict comprehension", "SetComp": "set comprehension",
        "Set": "set", "Starred": "starred expression", "Global": "global", "Nonlocal": "nonlocal",
    }  # fmt: skip
    return words.get(type(node).__name__, type(node).__name__)


Operand = Callable[[build.Node], build.Node]


def _is_solver(function: Any) -> bool:
    """Whether a function is one of SciPy's without a rule; integrators are followed as they run."""
    module = getattr(function, "__module__", None) or ""
    if function is MISSING or isinstance(function, type) or not callable(function) or not module.startswith("scipy."):
        return False
    known = rules.lookup(function) is not None or rules.is_nondifferentiable(function)
    return not known and not module.startswith("scipy.integrate.")
