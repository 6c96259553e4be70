"""One operation per statement: expressions over operands, and passive expressions in the user's words."""

from __future__ import annotations

from types import ModuleType

import gast

from ... import rules
from ...analyses import mutation
from ...core import build, names
from .errors import word
from .state import Lowered, State

# what is in these is evaluated later, or more than once, or in an order of its own
LAZY = (gast.Lambda, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.Dict)


class Expressions(State):
    """`of_<node>` gives an operation over operands with the value of the node."""

    def operand(self, node: build.Node) -> build.Node:
        """A name or constant with the value of `node`; its statements are emitted."""
        if isinstance(node, Lowered):
            node = node.value
        value = self.expression(node)
        if build.is_atom(value) or self.is_constant(value):
            return value
        was_active = self.is_active(node) or self.is_active(value)
        name = self.bind(value)
        if not was_active:
            self.active.discard(name.id)
        return name

    def expression(self, node: build.Node) -> build.Node:
        """An operation over operands with the value of `node`."""
        if isinstance(node, Lowered):
            return node.value
        if isinstance(node, (gast.Name, gast.Constant)):
            return node
        if not self.is_active(node) and not self.must_lower(node):
            return node
        method = getattr(self, "of_" + type(node).__name__, None)
        if method is None:
            raise self.unit.refuse(node, f"cannot differentiate through this {word(node)}", "it uses an active value")
        return method(node)

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
        if not self.must_lower(node):
            return node
        if isinstance(node, LAZY):
            self.check_no_change(node)
            raise self.unit.refuse(
                node, f"cannot differentiate a call of a nested function inside of this {word(node)}",
                "a nested function is put in the place of its calls", "write a loop",
            )  # fmt: skip
        if isinstance(node, gast.NamedExpr):
            return self.of_NamedExpr(node)
        if isinstance(node, (gast.Call, gast.ListComp, gast.BoolOp, gast.IfExp)):
            # later operands of the last two run only if the earlier ones let them
            return self.operand(node)
        if isinstance(node, gast.Compare) and len(node.ops) > 1:  # as those of a chain of comparisons
            for later in node.comparators[1:]:
                self.check_no_change(later)
        parts = _parts(node)
        last = max((i for i, part in enumerate(parts) if self.changes_active(part)), default=-1)
        made: list[build.Node] = []
        for position, part in enumerate(parts):
            mark = len(self.out)
            fresh = self.before_change(part) if position < last else self.passive(part)
            fresh = self.kept(fresh, *parts[position + 1 :])
            self.check_order(made, mark, node)
            made.append(fresh)
        taken = iter(made)
        return build.rewrite(node, lambda n: next(taken) if any(n is part for part in parts) else None)

    def before_change(self, node: build.Node) -> build.Node:
        """The value of a part of an expression, of which a later part changes something that the part may read."""
        if isinstance(node, gast.FormattedValue):  # the text is made before the change
            text = self.bind(gast.JoinedStr([self.passive(node)]))
            self.active.discard(text.id)
            return gast.FormattedValue(text, -1, None)
        return self.passive(node) if isinstance(node, (gast.Slice, gast.Starred)) else self.operand(node)

    def check_no_change(self, node: build.Node) -> None:
        if self.changes_active(node):
            raise self.unit.refuse(
                node, "cannot differentiate a change inside an expression",
                "an active container or array may be changed while it is evaluated", "make the change in a statement of its own",
            )  # fmt: skip

    def changes_active(self, node: build.Node) -> bool:
        """Whether a call inside an expression may change something that carries a derivative."""
        return any(isinstance(item, gast.Call) and self.is_change(item) for item in build.walk(node))

    def is_change(self, call: build.Node) -> bool:
        if isinstance(call.func, gast.Name) and call.func.id in self.closures:
            return any(map(self.may_store, self.closures[call.func.id].body))
        return any(names.reads(part) & self.active for part in mutation.changed(call, self.known))

    def may_store(self, statement: build.Node) -> bool:
        """Whether a statement of a nested function may change or rebind what is not its own."""
        for item in build.walk(statement):
            if isinstance(item, (gast.AugAssign, gast.Nonlocal, gast.Global, gast.Delete)):
                return True
            if isinstance(item, (gast.Subscript, gast.Attribute)) and isinstance(item.ctx, gast.Store):
                return True
            if isinstance(item, gast.Call):
                own = isinstance(item.func, gast.Name) and item.func.id in self.closures
                if own or mutation.changed(item, self.known):
                    return True
        return False

    def must_lower(self, node: build.Node) -> bool:
        """Whether a passive expression holds a call of a nested function, a call that changes something active, or a walrus."""
        for item in build.walk(node):
            if isinstance(item, gast.NamedExpr):
                return True
            if isinstance(item, gast.Call):
                called = self.closures.get(item.func.id) if isinstance(item.func, gast.Name) else None
                if called is not None and not (called.stands and not self.is_active(item)) or self.is_change(item):
                    return True
        return False

    def of_BinOp(self, node: build.Node) -> build.Node:
        left = self.kept(self.operand(node.left), node.right)
        mark = len(self.out)
        right = self.operand(node.right)
        self.check_order([left], mark, node)
        return build.operation(left, node.op, right)

    def of_UnaryOp(self, node: build.Node) -> build.Node:
        if isinstance(node.op, gast.Not):
            return gast.UnaryOp(node.op, self.passive(node.operand))
        return gast.UnaryOp(node.op, self.operand(node.operand))

    def of_Compare(self, node: build.Node) -> build.Node:
        return self.passive(node)

    def of_JoinedStr(self, node: build.Node) -> build.Node:
        return self.passive(node)

    def of_NamedExpr(self, node: build.Node) -> build.Node:
        self.assign(node.target, node.value)
        return build.name(node.target.id)

    def of_Tuple(self, node: build.Node) -> build.Node:
        return gast.Tuple(self.in_order(node.elts, self.element, node), build.LOAD)

    def of_List(self, node: build.Node) -> build.Node:
        return gast.List(self.in_order(node.elts, self.element, node), build.LOAD)

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


def _parts(node: build.Node) -> list[build.Node]:
    """The expressions that an expression is made of, in the order in which they are evaluated."""
    found: list[build.Node] = []
    for child in build.children(node):
        if isinstance(child, gast.expr):
            found.append(child)
    return found


def _sliced(node: build.Node) -> build.Node:
    """An item of an index as an expression: a slice is made by `slice`."""
    if not isinstance(node, gast.Slice):
        return node
    return build.call("slice", *(build.constant(None) if p is None else p for p in (node.lower, node.upper, node.step)))


def has_call(node: build.Node) -> bool:
    """Whether evaluating an expression may do something: it holds a call or a walrus."""
    return any(isinstance(n, (gast.Call, gast.NamedExpr)) for n in build.walk(node))
