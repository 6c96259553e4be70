"""Statements other than loops: what is passive stays verbatim, the rest is taken apart."""

from __future__ import annotations

import gast

from ...core import build, names
from ..activity import stored_names, stored_names_within
from .calls import Calls
from .errors import word
from .expressions import has_call
from .state import Lowered


class Statements(Calls):
    """`on_<node>` emits the normal form of a statement."""

    def block(self, statements: list[build.Node]) -> None:
        for statement in statements:
            previous, self.origin = self.origin, statement if hasattr(statement, "lineno") else self.origin
            self.statement(statement)
            self.origin = previous

    def nested(self, statements: list[build.Node]) -> list[build.Node]:
        saved, self.out = self.out, []
        self.block(statements)
        inner, self.out = self.out, saved
        return inner or [gast.Pass()]

    def statement(self, node: build.Node) -> None:
        method = getattr(self, "on_" + type(node).__name__, None)
        if isinstance(node, (gast.FunctionDef, gast.Return, gast.Break, gast.Pass)):
            assert method is not None
            method(node)
        elif self.is_passive_statement(node):
            self.emit(node)
            self.define_as_well(node)
        elif method is None:
            raise self.unit.refuse(
                node,
                f"cannot differentiate through '{word(node)}'",
                "an active value is used inside it",
                "move the differentiable code out of it, or pass srcgrad.stop_gradient(value)",
            )
        else:
            method(node)

    def is_passive_statement(self, node: build.Node) -> bool:
        """Whether a statement neither reads nor changes anything that may carry a derivative, nor calls what is in our hands."""
        if isinstance(node, gast.Assign) and any(stored_names(target) & self.active for target in node.targets):
            return False  # as most of the statements that are asked about
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
            value = node.value if node.value is not None else node.target
            known = self.closures.get(node.targets[0].id) if self.binds_lambda(node) else None
            mentioned = value if known is not None and known.stands else node  # the same name for a further lambda
            if self.is_active(value) or self.calls_closures(mentioned) or self.changes_active(node):
                return False
            return not self.is_made_for_active(node)
        if isinstance(node, gast.Expr):
            if self.calls_closures(node):
                return False
            if not isinstance(node.value, gast.Call):
                return not (names.reads(node) & self.active)
            if self.changes_active(node.value):
                return False
            return not self.is_active(node.value) or self.is_passive_call(node.value.func)
        if isinstance(node, gast.Assert):
            return not self.changes_active(node)
        if isinstance(node, (gast.Raise, gast.Delete, gast.Import, gast.ImportFrom, gast.Global, gast.Nonlocal)):
            return not isinstance(node, gast.Delete) or not (names.reads(node) & self.active)
        return not (names.reads(node) & self.active)

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

    def on_Assert(self, node: build.Node) -> None:
        if __debug__:  # Python leaves assertions out otherwise
            test = self.passive(node.test)
            if node.msg is not None:
                self.check_no_change(node.msg)
            self.emit(gast.Assert(test, node.msg))

    def on_Expr(self, node: build.Node) -> None:
        value = node.value
        if isinstance(value, gast.Call):
            lowered = self.call(value)
            if isinstance(lowered, gast.Call):
                self.emit(build.expression(lowered))
        elif not isinstance(value, gast.Constant):
            self.operand(value)

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

    def on_AugAssign(self, node: build.Node) -> None:
        target = node.target
        if self.changes_active(node.value) and (not isinstance(target, gast.Name) or target.id in self.nonlocals):
            # what stands there is read before the change, and stored after it
            place = build.name(target.id) if isinstance(target, gast.Name) else self.settled(self.place(target))
            item = self.bind(place)
            self.emit(build.augment(item.id, node.op, self.operand(node.value)))
            self.emit(build.assign(_stored(place), build.name(item.id)))
            return
        mark = len(self.out)
        value = self.operand(node.value)
        self.check_order([build.name(target.id) if isinstance(target, gast.Name) else target], mark, node)
        if isinstance(target, gast.Name):
            self.emit(build.augment(target.id, node.op, value))
            return
        self.emit(build.augment(self.place(target, store=True), node.op, value))

    def settled(self, place: build.Node) -> build.Node:
        """A place whose index is computed now, and not again where it is stored to."""
        if not isinstance(place, gast.Subscript):
            return place
        return build.changed(place, value=self.settled(place.value), slice=self.settled_index(place.slice))

    def settled_index(self, index: build.Node) -> build.Node:
        if isinstance(index, gast.Tuple):
            return build.changed(index, elts=[self.settled_index(part) for part in index.elts])
        if isinstance(index, gast.Slice):
            bounds = {"lower": index.lower, "upper": index.upper, "step": index.step}
            return build.changed(index, **{k: b if b is None else self.settled_index(b) for k, b in bounds.items()})
        return index if build.is_atom(index) else self.bind(index)

    def assign(self, target: build.Node, value: build.Node) -> None:
        if isinstance(target, gast.Name):
            if isinstance(value, gast.Lambda):
                self.define(target.id, self.closure(value.args, [build.return_(value.body)], target.id))
                return
            if (listed := self.listed_copy(target.id, value)) is not None:
                value = listed
            if self.gives_function(value):
                made = self.call(value)
            else:
                made = self.operand(value) if target.id in self.closures else self.expression(value)
            function = self.closures.get(made.id) if isinstance(made, gast.Name) else None
            if function is not None and not function.stands:  # another name for a function
                self.define(target.id, function)
                return
            if target.id in self.closures:  # it means something else from here on
                self.check_closures({target.id})
                del self.closures[target.id]
            self.emit(build.assign(target.id, made))
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
        expected = [build.constant(count - len(starred)), *[build.constant(True) for _ in starred]]
        self.emit(build.expression(gast.Call(self.runtime("check_items"), [build.copy(whole), *expected], [])))
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
            if later or stores or has_call(value):
                atom = self.call(value) if self.gives_function(value) else self.operand(value)
                if isinstance(atom, gast.Name) and (atom.id in later or stores):
                    atom = self.bind(atom)
            else:
                atom = self.expression(value)
            self.check_order(taken, mark, value)
            taken.append(atom)
        for target, atom in zip(targets, taken, strict=True):
            self.assign(target, Lowered(atom))


def _stored(place: build.Node) -> build.Node:
    """The place of a load, to be stored into."""
    stored = build.copy(place)
    stored.ctx = build.STORE
    return stored


def _own_break(node: build.Node) -> bool:
    """Whether a `break` of a loop around this statement stands in it."""
    if isinstance(node, (gast.For, gast.While)):
        return False
    if isinstance(node, gast.Break):
        return True
    return any(_own_break(c) for c in build.children(node) if isinstance(c, gast.stmt))
