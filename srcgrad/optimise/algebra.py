"""Simplify expressions where that changes no result.

Factors of one go, signs move to the front and into `+` and `-`, number literals are multiplied out. Nothing else is reassociated: a sum or a
product is computed in the order in which it is written. `x * 1.0` becomes `x` only where `x` is known to be floating, and only where nobody
can tell by the memory that the product was a new array.

`np.float32(2.0) * x` is `2.0 * x` where x is known to have a precision of its own.

Two rules round differently, or differ in the sign of a zero, and hold only for expressions that read a name of the compiler's:
`a * (1 / b)` is `a / b`, and `a + 0` is `a`.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import gast

from ..core import build
from .effects import SCOPES, Effects, effects_of
from .facts import Facts
from .notes import dotted

FLOAT_FUNCTIONS = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh "
    "hypot logaddexp logaddexp2 mean std var".split()
)
SAME_KIND = frozenset(
    "sum cumsum negative square transpose reshape ravel unbroadcast expand broadcast_to copy squeeze".split()
)
FOLDED = {gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv}
FLOAT, NUMBER = "float", "number"  # certainly floating (of any precision, or complex); certainly an integer or a float
ARITHMETIC = (gast.BinOp, gast.UnaryOp, gast.Compare)
CLOSED = frozenset({gast.Name, gast.Constant, *SCOPES})  # nothing in these is rewritten


def simplify(body: list[build.Node], facts: Facts) -> list[build.Node]:
    """Simplify all expressions, and choose branches whose test is a constant.

    >>> from srcgrad.optimise.showing import show
    >>> show(simplify, '''
    ... x_bar = 1.0 * (2 * 1.0 * x ** (2 - 1)) * -y_bar
    ... x_bar = x_bar + -z_bar
    ... w_bar = x_bar * (1 / w)
    ... if True:
    ...     a[0] += -w_bar
    ... v_bar = -(np.float32(1.0) / len(v)) * v
    ... ''', temporaries="x_bar y_bar w_bar v_bar", floating="x y_bar v".split().__contains__, typed="v".__eq__)
    x_bar = -2.0 * x * y_bar
    x_bar = x_bar - z_bar
    w_bar = x_bar / w
    a[0] -= w_bar
    v_bar = -1.0 / len(v) * v
    """
    return _Simplifier(effects_of(body, facts)).block(body)


class _Simplifier:
    def __init__(self, effects: Effects):
        self.effects = effects
        self.facts = effects.facts
        if effects.floats is None:
            effects.floats = self._floats()
        self.floats = effects.floats

    @functools.cached_property
    def spread(self) -> list[str]:
        """The names of values that are one number at every place, which nobody can write to."""
        return [t.id for t, value in self.effects.bindings if type(t) is gast.Name and value and _is_spread(value)]

    # statements --------------------------------------------------------------------------------------------------------------------

    def block(self, block: list[build.Node]) -> list[build.Node]:
        found: list[build.Node] = []
        simple = self.effects.simple
        for s in block:
            if id(s) in simple:
                found.append(s)
                continue
            done = self.statement(s)
            if len(done) == 1 and done[0] is s:
                simple[id(s)] = s
            found += done
        return found or block[:0]

    def inner(self, block: list[build.Node]) -> list[build.Node]:
        return self.block(block) or [build.at(gast.Pass(), block[0])] if block else []

    def statement(self, s: build.Node) -> list[build.Node]:
        kind = type(s)
        if kind is gast.Assign:
            target = s.targets[0]
            named = len(s.targets) == 1 and type(target) is gast.Name
            value = self.expression(s.value, name=target.id if named else "")
            return [s if value is s.value else build.changed(s, value=value)]
        if kind is gast.If:
            test = self.truth(s.test)
            if isinstance(test, gast.Constant):
                return self.block(s.body if test.value else s.orelse)
            return [build.changed(s, test=test, body=self.inner(s.body), orelse=self.inner(s.orelse))]
        if kind is gast.While:
            test = self.truth(s.test)
            if isinstance(test, gast.Constant) and not test.value:
                return self.block(s.orelse)
            return [build.changed(s, test=test, body=self.inner(s.body), orelse=self.inner(s.orelse))]
        if kind is gast.For:
            return [
                build.changed(s, iter=self.expression(s.iter), body=self.inner(s.body), orelse=self.inner(s.orelse))
            ]
        if kind is gast.AugAssign:
            return [self.augmented(build.changed(s, value=self.expression(s.value, arithmetic=True)))]
        if (kind is gast.Expr or kind is gast.Return) and s.value is not None:
            return [build.changed(s, value=self.expression(s.value))]
        return [s]

    def augmented(self, s: build.Node) -> build.Node:
        """x += -y is x -= y"""
        other = {gast.Add: gast.Sub, gast.Sub: gast.Add}.get(type(s.op))
        positive = self.without_sign(s.value) if other is not None else None
        return s if positive is None else build.changed(s, op=other(), value=positive)  # type: ignore[misc]

    def truth(self, test: build.Node) -> build.Node:
        test = self.expression(test)
        while _is_not(test) and _is_not(test.operand):
            test = test.operand.operand
        return test

    # expressions -------------------------------------------------------------------------------------------------------------------

    def expression(self, node: build.Node, name: str = "", arithmetic: bool = False) -> build.Node:
        """`name`: the name that the value is bound to; `arithmetic`: only the numbers matter, not the memory they are in."""
        kind = type(node)
        if kind in CLOSED or kind is gast.Attribute and type(node.value) is gast.Name:
            return node
        call = kind is gast.Call
        if call and _is_bare(node):
            return node
        inside = kind in ARITHMETIC or call and self.effects.pure(node) and self.effects.new(node)
        fresh = build.mapped(node, self.operand if inside else self.expression)
        if kind is gast.BinOp:
            found = self.binary(fresh)
        elif kind is gast.UnaryOp and isinstance(fresh.op, gast.USub):
            found = self.negated(fresh.operand, fresh)
        elif call and fresh.args and dotted(fresh.func) == "np.sum":
            found = self.sum_of_negative(fresh)
        elif kind is gast.IfExp and isinstance(fresh.test, gast.Constant):
            found = fresh.body if fresh.test.value else fresh.orelse
        else:
            return fresh
        if found is fresh or _is_new(found) or arithmetic or self.may_alias(found, name):
            return found
        return fresh

    def operand(self, node: build.Node) -> build.Node:
        """An expression of which only the numbers matter, not the memory they are in."""
        kind = type(node)
        if kind in CLOSED or kind is gast.Attribute and type(node.value) is gast.Name:
            return node
        return self.expression(node, arithmetic=True)

    def may_alias(self, value: build.Node, name: str) -> bool:
        """Whether nobody will notice that `name` shares the memory of `value`, in the place of a new array; keeps record of it."""
        effects = self.effects
        sources = effects.aliases(value)
        if not sources and not _is_spread(value):
            return True
        if not name:
            return False
        mine, theirs = effects.group(name), {effects.group(s) for s in sources}
        # groups that were joined since are known by another member
        changed, returned = set(map(effects.group, effects.changed)), set(map(effects.group, effects.returned))
        if changed & (theirs | {mine}) or (mine in returned and returned & theirs):
            return False
        if mine in returned and (_is_spread(value) or any(effects.group(n) in theirs for n in self.spread)):
            return False
        visible = bool(returned & (theirs | {mine}))
        for other in theirs - {mine}:
            effects.join(mine, other)
            effects.joined = True
        if visible:
            effects.returned.add(effects.group(mine))
        return True

    def binary(self, node: build.Node) -> build.Node:
        left, right = literal(node.left), literal(node.right)
        if left is not None and right is not None:
            return _folded(node, left, right)
        rule = _RULES.get(type(node.op))
        found = rule(self, node, node.left, node.right, left, right) if rule is not None else node
        return found if found is node else build.at(found, node)

    def sum_of_negative(self, call: build.Node) -> build.Node:
        """np.sum(-x) is -np.sum(x): the sign is that of fewer numbers."""
        positive = self.without_sign(call.args[0]) if self.ours(call.args[0]) else None
        if positive is None or "np" not in self.effects.modules:
            return call
        return gast.UnaryOp(gast.USub(), build.at(build.changed(call, args=[positive, *call.args[1:]]), call))

    def product(self, node: build.Node, a: build.Node, b: build.Node, left: Any, right: Any) -> build.Node:
        for number, other in ((left, b), (right, a)):
            if number in (1, -1):
                if self.is_neutral(number, 1, other):
                    return other
                if self.is_neutral(number, -1, other):
                    return self.negated(other)
        if left is not None and FLOAT == self.kind(a) and self.without_sign(b) is not None:
            return self.binary(build.changed(node, left=build.constant(-left), right=self.without_sign(b)))
        if left is None and right is None:
            positive = self.without_sign(b)
            # a list times -n is an empty list, and has no negative; that of truth values or unsigned integers is another
            if positive is not None and self.kind(a) in (FLOAT, NUMBER):
                return self.binary(build.changed(node, left=self.negated(a), right=positive))
        for number, other in ((left, b), (right, a)):
            if number in (2, 4, 0.5) and isinstance(other, gast.BinOp) and isinstance(other.op, gast.Div):
                numerator = literal(other.left)
                if isinstance(numerator, float):  # this changes no digit
                    return build.changed(other, left=build.constant(number * numerator))
        for factor, other in ((a, b), (b, a)):
            if type(other) is gast.Name and _has_type(factor) and self.facts.typed(other.id):
                plain = self.operand(_without_type(factor))
                return self.binary(
                    build.changed(node, left=plain, right=b) if factor is a else build.changed(node, right=plain)
                )
        for factor, other in ((b, a), (a, b)):
            if _is_reciprocal(factor) and self.ours(node):
                return self.binary(gast.BinOp(other, gast.Div(), factor.right))
        return node

    def quotient(self, node: build.Node, a: build.Node, b: build.Node, left: Any, right: Any) -> build.Node:
        if right is not None and self.is_neutral(right, 1, a) and self.kind(a) == FLOAT:
            return a
        positive = self.without_sign(b) if right is None else None
        if positive is not None and (self.ours(node) or self.kind(b) == FLOAT):
            return gast.BinOp(self.negated(a), node.op, positive)
        return node

    def sum(self, node: build.Node, a: build.Node, b: build.Node, left: Any, right: Any) -> build.Node:
        for number, other in ((left, b), (right, a)):
            if number is not None and self.is_neutral(number, 0, other) and self.ours(other):
                return other
        positive = self.without_sign(b)
        if positive is not None:
            return gast.BinOp(a, gast.Sub(), positive)
        positive = self.without_sign(a) if left is None and not _is_literal_first(a) else None
        if positive is not None and self.effects.of(a).pure and self.effects.of(b).pure:
            return gast.BinOp(b, gast.Sub(), positive)
        return node

    def difference(self, node: build.Node, a: build.Node, b: build.Node, left: Any, right: Any) -> build.Node:
        if right is not None and self.is_neutral(right, 0, a):
            return a
        positive = self.without_sign(b)
        return node if positive is None else gast.BinOp(a, gast.Add(), positive)

    def power(self, node: build.Node, a: build.Node, b: build.Node, left: Any, right: Any) -> build.Node:
        return a if right is not None and self.is_neutral(right, 1, a) else node

    def is_neutral(self, number: Any, neutral: int, other: build.Node) -> bool:
        """Whether the literal is the neutral number, and does not change the type of the other operand."""
        if number != neutral or isinstance(number, complex):
            return False
        kind = self.kind(other)
        return kind == FLOAT or (kind == NUMBER and isinstance(number, int))

    # signs -------------------------------------------------------------------------------------------------------------------------

    def negated(self, node: build.Node, whole: build.Node | None = None) -> build.Node:
        """-node, with the sign in front of the first factor; `whole` is that expression as it is written now."""
        positive = self.without_sign(node)
        if positive is not None:
            return positive
        if isinstance(node, gast.BinOp) and (
            isinstance(node.op, gast.Mult) or isinstance(node.op, gast.Div) and self.signed(node)
        ):
            return build.changed(node, left=self.negated(node.left))
        return whole if whole is not None else gast.UnaryOp(gast.USub(), node)

    def without_sign(self, node: build.Node) -> build.Node | None:
        """What an expression is the negative of, if it begins with a sign; None where it does not."""
        kind = type(node)
        if kind is gast.UnaryOp and type(node.op) is gast.USub:
            return node.operand
        if kind is gast.BinOp and (
            isinstance(node.op, (gast.Mult, gast.MatMult)) or isinstance(node.op, gast.Div) and self.signed(node)
        ):
            first = self.without_sign(node.left)
            if first is not None:
                # a factor of one that comes to light goes as well
                return self.binary(build.changed(node, left=first))
        return None

    def signed(self, node: build.Node) -> bool:
        """Whether the operands of a division are no unsigned integers."""
        return self.ours(node) or self.kind(node.left) == FLOAT or literal(node.left) is not None

    def ours(self, node: build.Node) -> bool:
        return not self.facts.temporaries.isdisjoint(self.facts.notes.reads(node))

    # kinds -------------------------------------------------------------------------------------------------------------------------

    def _floats(self) -> set[str]:
        """Names that are floating: assumed of all that the program binds, and dropped where a value contradicts."""
        effects, facts = self.effects, self.facts
        fixed = facts.parameters | effects.captured | effects.outside
        floating = {n for n in effects.loaded if facts.floating(n)}
        self.floats = {n for n, values in effects.values.items() if n not in fixed and None not in values} | floating
        readers: dict[str, list[str]] = {}
        for name in self.floats & effects.values.keys():
            for value in effects.values[name]:
                for read in facts.notes.reads(value) if value is not None else ():
                    readers.setdefault(read, []).append(name)
        work = list(self.floats - floating)
        while work:
            name = work.pop()
            if name in self.floats and any(self.kind(v) != FLOAT for v in effects.values[name]):
                self.floats.discard(name)
                work.extend(n for n in readers.get(name, ()) if n not in floating)
        return self.floats

    def kind(self, node: build.Node) -> str:
        kind = type(node)
        if kind is gast.Constant:
            value = node.value
            return FLOAT if isinstance(value, (float, complex)) else NUMBER if type(value) is int else ""
        if kind is gast.Name:
            return FLOAT if node.id in self.floats else ""
        if kind is gast.UnaryOp:
            return self.kind(node.operand) if isinstance(node.op, (gast.USub, gast.UAdd)) else ""
        if kind is gast.BinOp:
            return self.kind_of_operation(node)
        if kind is gast.Subscript or kind is gast.Attribute:
            inner = self.kind(node.value) if kind is gast.Subscript or node.attr == "T" else ""
            return inner if inner == FLOAT else ""
        if kind is gast.IfExp:
            both = {self.kind(node.body), self.kind(node.orelse)}
            return both.pop() if len(both) == 1 else ""
        if kind is gast.Call:
            return self.kind_of_call(node)
        return ""

    def kind_of_operation(self, node: build.Node) -> str:
        both = self.kind(node.left), self.kind(node.right)
        if isinstance(node.op, (gast.Add, gast.Sub, gast.Mult, gast.Pow, gast.MatMult, gast.Div)):
            if FLOAT in both:
                return FLOAT
            if both == (NUMBER, NUMBER):
                return FLOAT if isinstance(node.op, gast.Div) else NUMBER
            if isinstance(node.op, gast.Div):
                return FLOAT
        return ""

    def kind_of_call(self, node: build.Node) -> str:
        head, _, rest = dotted(node.func).partition(".")
        if not rest:
            return NUMBER if head == "len" and head not in self.effects.bound else ""
        if head not in self.effects.modules or not node.args:
            return ""
        if rest in FLOAT_FUNCTIONS and not node.keywords:
            return FLOAT
        plain = rest in SAME_KIND and not any(k.arg == "dtype" for k in node.keywords)
        return FLOAT if plain and self.kind(node.args[0]) == FLOAT else ""


_RULES = {
    gast.Mult: _Simplifier.product,
    gast.Div: _Simplifier.quotient,
    gast.Add: _Simplifier.sum,
    gast.Sub: _Simplifier.difference,
    gast.Pow: _Simplifier.power,
}


def literal(node: build.Node) -> Any:
    """The number that a literal stands for, its sign included; None for anything else."""
    kind = type(node)
    if kind is gast.UnaryOp and type(node.op) is gast.USub:
        value = literal(node.operand)
        return None if value is None else -value
    if kind is gast.Constant and type(node.value) in (int, float):
        return node.value
    return None


def _folded(node: build.Node, left: Any, right: Any) -> build.Node:
    """The literal that an operation on two literals gives, if it is not longer than what was written."""
    if type(node.op) not in FOLDED or (isinstance(node.op, gast.Div) and right == 0):
        return node
    value = FOLDED[type(node.op)](left, right)
    if value != value or value in (float("inf"), float("-inf")) or len(repr(value)) > 6:
        return node
    return build.at(build.constant(value), node)


def _is_bare(call: build.Node) -> bool:
    """Whether nothing in a call can be simplified: that of a function by its name, with names and constants."""
    func = call.func
    if (
        call.keywords
        or type(func) is not gast.Name
        and (type(func) is not gast.Attribute or type(func.value) is not gast.Name)
    ):
        return False
    for argument in call.args:
        if type(argument) not in CLOSED:
            return False
    return True


def _has_type(node: build.Node) -> bool:
    """Whether an expression is made of numbers and lengths alone, and `np.float32(1.0)` is the first of them."""
    kind = type(node)
    if kind is gast.UnaryOp:
        return _has_type(node.operand)
    if kind is gast.BinOp:
        return _has_type(node.left) and (literal(node.right) is not None or _is_length(node.right))
    return kind is gast.Call and _is_typed_number(node)


def _is_typed_number(call: build.Node) -> bool:
    return dotted(call.func) == "np.float32" and len(call.args) == 1 and literal(call.args[0]) is not None


def _is_length(node: build.Node) -> bool:
    return type(node) is gast.Call and dotted(node.func) == "len"


def _without_type(node: build.Node) -> build.Node:
    """The same with a plain number in its place."""
    if type(node) is gast.Call:
        return node.args[0]
    first = "operand" if type(node) is gast.UnaryOp else "left"
    return build.changed(node, **{first: _without_type(getattr(node, first))})


def _is_spread(value: build.Node) -> bool:
    return isinstance(value, gast.Call) and dotted(value.func) in ("rt.expand", "np.broadcast_to")


def _is_new(node: build.Node) -> bool:
    return isinstance(node, (*ARITHMETIC, gast.Constant))


def _is_not(node: build.Node) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not)


def _is_reciprocal(node: build.Node) -> bool:
    return type(node) is gast.BinOp and type(node.op) is gast.Div and literal(node.left) == 1


def _is_literal_first(node: build.Node) -> bool:
    """Whether the first factor is a number: `-2.0 * x + y` stays."""
    while isinstance(node, gast.BinOp):
        node = node.left
    return literal(node) is not None
