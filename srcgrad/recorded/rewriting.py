"""The rewriting behind `transform`: each operation of a function's syntax tree becomes a call of the tape.

A hook stands wherever Python may run code of the user's on its own (operators, comparisons, truth, subscripts, attributes, loops, `del`, `with`), so
that this code is run in its recorded form, too.
"""

from __future__ import annotations

import ast
import types
from typing import Any

from ..core.errors import Place, Refusal

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@", ast.Mod: "%", ast.FloorDiv: "//",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
BLIND = ("exec", "eval", "locals")


class Rewriter(ast.NodeTransformer):
    def __init__(self, tape: str, filename: str, owner: str, function: types.FunctionType):
        self.tape = tape
        self.filename = filename
        self.owner = owner.lstrip("_")
        self.function_globals = function.__globals__
        self.local: set[str] = set(function.__code__.co_freevars)
        self.modules: set[str] = set()  # outside names that are taken for modules
        self.names = 0  # temporary names given out
        self.walrus = True  # whether a name may be bound inside of an expression here

    def check(self, tree: ast.AST) -> list[Refusal]:
        """What no recording can follow; notes the names that the function and those inside it bind."""
        found = []
        for node in ast.walk(tree):
            what = why = ""
            if isinstance(node, ast.arg):
                self.local.add(node.arg)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self.local.add(node.id)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.local |= {(a.asname or a.name).partition(".")[0] for a in node.names}
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node is not tree:
                self.local.add(node.name)
            if isinstance(node, (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)):
                what, why = "'async' code", "a gradient runs straight through"
                if isinstance(node, ast.AsyncFunctionDef) and node is tree:
                    place = Place(self.filename, node.lineno, node.col_offset, node.end_col_offset or 0)
                    return [
                        Refusal(
                            f"cannot differentiate the coroutine '{node.name}'",
                            place,
                            why,
                            "write an ordinary function",
                        )
                    ]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BLIND:
                what, why = f"'{node.func.id}'", "what it reads or binds cannot be seen in the source"
            if what:
                place = Place(self.filename, node.lineno, node.col_offset, node.end_col_offset or 0)  # type: ignore[attr-defined]
                found.append(Refusal(f"cannot differentiate through {what}", place, why, "write the statements out"))
        return found

    # ---- pieces -----------------------------------------------------------------------------------------------------------------

    def hook(self, name: str, *args: ast.expr, at: ast.AST, keywords: list[ast.keyword] | None = None) -> ast.Call:
        function = ast.Attribute(ast.Name(self.tape, ast.Load()), name, ast.Load())
        made = ast.Call(function, list(args), keywords or [])
        for node in (made, function, function.value):
            ast.copy_location(node, at)
        return made

    def temporary(self) -> str:
        """A name of its own for a value that is read twice."""
        self.names += 1
        return f"{self.tape}_{self.names}"

    def mangled(self, name: str) -> str:
        private = name.startswith("__") and not name.endswith("__") and self.owner
        return f"_{self.owner}{name}" if private else name

    def text(self, value: str, at: ast.AST) -> ast.Constant:
        return ast.copy_location(ast.Constant(value), at)

    def shape(self, target: ast.expr) -> ast.expr | None:
        """What a target takes apart: None for one name, a tuple with an item for each element (0: a name, 1: a starred one)."""
        if not isinstance(target, (ast.Tuple, ast.List)):
            return None
        parts: list[ast.expr] = []
        for element in target.elts:
            inner = self.shape(element)
            parts.append(inner if inner is not None else ast.Constant(1 if isinstance(element, ast.Starred) else 0))
        return ast.Tuple(parts, ast.Load())

    def index(self, node: ast.expr) -> ast.expr:
        """An index as a value: slices become calls of `slice`."""
        if isinstance(node, ast.Slice):
            parts = [
                self.visit(p) if p is not None else ast.Constant(None) for p in (node.lower, node.upper, node.step)
            ]
            return self.hook("slice", *parts, at=node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self.index(e) for e in node.elts], ast.Load()), node)
        return self.visit(node)

    # ---- functions --------------------------------------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef) -> ast.FunctionDef:
        outer, self.walrus = self.walrus, True
        node.body = [s for part in node.body for s in self.statements(part)]
        self.walrus = outer
        node.returns = None
        self.plain_arguments(node.args)
        return node

    def plain_arguments(self, args: ast.arguments) -> None:
        for argument in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
            if argument is not None:
                argument.annotation = None

    def statements(self, node: ast.stmt) -> list[ast.stmt]:
        found = self.visit(node)
        return found if isinstance(found, list) else [found]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = [self.hook("decorator", self.visit(d), at=d) for d in node.decorator_list]
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [self.visit(d) if d is not None else None for d in node.args.kw_defaults]
        return self.function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [self.visit(d) if d is not None else None for d in node.args.kw_defaults]
        node.body = self.visit(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.decorator_list = [self.hook("decorator", self.visit(d), at=d) for d in node.decorator_list]
        node.bases = [self.visit(base) for base in node.bases]
        outer = self.owner, self.walrus
        self.owner, self.walrus = node.name.lstrip("_"), False  # a name bound here would be an attribute of the class
        node.body = [s for part in node.body for s in self.class_statement(part)]
        self.owner, self.walrus = outer
        return node

    def class_statement(self, node: ast.stmt) -> list[ast.stmt]:
        """In a class body annotated names are fields: they stay."""
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                node.value = self.visit(node.value)
            return [node]
        return self.statements(node)

    # ---- statements -------------------------------------------------------------------------------------------------------------

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node) if not isinstance(node.target, ast.Name) else node
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Assign(self, node: ast.Assign) -> Any:
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self.assign(node.targets[0], value, node, isinstance(node.value, ast.Tuple))
        name = f"{self.tape}_value"
        out: list[ast.stmt] = [ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), node)]
        for target in node.targets:
            out += self.assign(target, ast.Name(name, ast.Load()), node, False)
        return [ast.fix_missing_locations(ast.copy_location(s, node)) for s in out]

    def assign(self, target: ast.expr, value: ast.expr, at: ast.stmt, is_tuple: bool) -> list[ast.stmt]:
        """Statements for `target = value`, value being in recorded form."""
        if isinstance(target, ast.Subscript):
            call = self.hook("put_item", value, self.visit(target.value), self.index(target.slice), at=at)
            return [ast.copy_location(ast.Expr(call), at)]
        if isinstance(target, ast.Attribute):
            name = self.text(self.mangled(target.attr), at)
            call = self.hook("put_attribute", value, self.visit(target.value), name, at=at)
            return [ast.copy_location(ast.Expr(call), at)]
        shape = self.shape(target)
        if shape is None:
            return [ast.copy_location(ast.Assign([target], value), at)]
        simple = all(
            isinstance(n, (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)) for n in ast.walk(target)
        )
        flat = all(isinstance(e, ast.Constant) and e.value == 0 for e in shape.elts)  # type: ignore[attr-defined]
        if not (is_tuple and flat):
            value = self.hook("unpack", value, ast.copy_location(shape, at), at=at)
        if simple:
            return [ast.copy_location(ast.Assign([target], value), at)]
        names, stores = self.named_parts(target, at)
        return [ast.copy_location(ast.Assign([names], value), at), *stores]

    def named_parts(self, target: ast.expr, at: ast.stmt) -> tuple[ast.expr, list[ast.stmt]]:
        """The target with new names in the place of its parts, and the assignments of those, from left to right."""
        stores: list[ast.stmt] = []

        def part(node: ast.expr) -> ast.expr:
            if isinstance(node, (ast.Tuple, ast.List)):
                return ast.Tuple([part(e) for e in node.elts], ast.Store())
            if isinstance(node, ast.Starred):
                return ast.Starred(part(node.value), ast.Store())
            name = self.temporary()
            stores.extend(self.assign(node, ast.Name(name, ast.Load()), at, False))
            return ast.Name(name, ast.Store())

        return part(target), stores

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        sign, value, target = self.text(BINARY[type(node.op)], node), self.visit(node.value), node.target
        if isinstance(target, ast.Name):
            call = self.hook("inplace", sign, ast.Name(target.id, ast.Load()), value, at=node)
            return ast.copy_location(ast.Assign([target], call), node)
        owner = self.visit(target.value)  # type: ignore[attr-defined]
        if isinstance(target, ast.Subscript):
            place = self.hook("item", owner, self.index(target.slice), at=node)
        else:
            place = self.hook("member", owner, self.text(self.mangled(target.attr), node), at=node)
        change = ast.copy_location(ast.Attribute(place, "change", ast.Load()), node)
        return ast.copy_location(ast.Expr(ast.copy_location(ast.Call(change, [sign, value], []), node)), node)

    def visit_For(self, node: ast.For) -> ast.For | list[ast.stmt]:
        node.iter = self.iterated(node.target, node.iter)
        body = [s for part in node.body for s in self.statements(part)]
        if any(isinstance(n, (ast.Subscript, ast.Attribute)) for n in ast.walk(node.target)):
            names, stores = self.named_parts(node.target, ast.copy_location(ast.Pass(), node))
            node.target, body = names, [*stores, *body]
        node.body = body
        node.orelse = [s for part in node.orelse for s in self.statements(part)]
        return node

    def iterated(self, target: ast.expr, items: ast.expr) -> ast.expr:
        shape = self.shape(target)
        args = [self.visit(items)] + ([ast.copy_location(shape, items)] if shape is not None else [])
        return self.hook("iterate", *args, at=items)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        outer, self.walrus = self.walrus, False  # Python binds no names there
        node.iter = self.iterated(node.target, node.iter)
        self.walrus = outer
        node.ifs = [self.test(t) for t in node.ifs]
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        for item in node.items:
            item.context_expr = self.hook("context", self.visit(item.context_expr), at=item.context_expr)
        node.body = [s for part in node.body for s in self.statements(part)]
        return node

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                call = self.hook("delete_item", self.visit(target.value), self.index(target.slice), at=node)
            elif isinstance(target, ast.Attribute):
                name = self.text(self.mangled(target.attr), node)
                call = self.hook("delete_attribute", self.visit(target.value), name, at=node)
            elif isinstance(target, (ast.Tuple, ast.List)):
                out += self.visit_Delete(ast.copy_location(ast.Delete(target.elts), node))
                continue
            else:
                out.append(ast.copy_location(ast.Delete([target]), node))
                continue
            out.append(ast.copy_location(ast.Expr(call), node))
        return out

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self.test(node.test)
        node.body = [s for part in node.body for s in self.statements(part)]
        node.orelse = [s for part in node.orelse for s in self.statements(part)]
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        return self.visit_If(node)  # type: ignore[arg-type, return-value]

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        node.test = self.test(node.test)
        node.msg = self.visit(node.msg) if node.msg is not None else None
        return node

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        """`match` as `if` and `elif`, so that what patterns look up and compare goes through the tape."""
        subject = self.temporary()
        first = ast.copy_location(ast.Assign([ast.Name(subject, ast.Store())], self.visit(node.subject)), node)
        out: list[ast.stmt] = []
        for case in reversed(node.cases):
            captures: list[tuple[str, ast.expr]] = []
            tests = self.pattern(case.pattern, ast.Name(subject, ast.Load()), captures)
            tests += [self.bound(name, value) for name, value in captures]
            if case.guard is not None:
                tests.append(self.test(case.guard))
            body = [s for part in case.body for s in self.statements(part)]
            test = _all(tests)
            branch = ast.If(test, body, out) if test is not None else ast.If(ast.Constant(True), body, [])
            out = [ast.copy_location(branch, case.pattern)]
        return [ast.fix_missing_locations(s) for s in (first, *out)]

    # ---- patterns ---------------------------------------------------------------------------------------------------------------

    def bound(self, name: str, value: ast.expr) -> ast.expr:
        """A test that binds a name and holds."""
        return ast.List([ast.NamedExpr(ast.Name(name, ast.Store()), value)], ast.Load())

    def pattern(self, node: ast.pattern, subject: ast.expr, captures: list[tuple[str, ast.expr]]) -> list[ast.expr]:
        """The tests of a pattern; names are bound only once all of them have held."""
        if isinstance(node, ast.MatchValue):
            return [self.hook("compare", self.text("==", node), subject, self.visit(node.value), at=node)]
        if isinstance(node, ast.MatchSingleton):
            return [ast.Compare(subject, [ast.Is()], [ast.Constant(node.value)])]
        if isinstance(node, ast.MatchAs):
            tests = self.pattern(node.pattern, subject, captures) if node.pattern is not None else []
            if node.name is not None:
                captures.append((node.name, subject))
            return tests
        if isinstance(node, ast.MatchOr):
            return [self.alternatives(node, subject, captures)]
        parts = self.temporary()
        if isinstance(node, ast.MatchSequence):
            stars = [i for i, p in enumerate(node.patterns) if isinstance(p, ast.MatchStar)]
            star: ast.expr = ast.Constant(stars[0] if stars else None)
            found = self.hook("sequence", subject, ast.Constant(len(node.patterns)), star, at=node)
            inner = list(node.patterns)
        elif isinstance(node, ast.MatchMapping):
            keys = ast.List([self.visit(k) for k in node.keys], ast.Load())
            found = self.hook("entries", subject, keys, ast.Constant(node.rest is not None), at=node)
            inner = [*node.patterns, *([ast.MatchAs(None, node.rest)] if node.rest is not None else [])]
        else:
            assert isinstance(node, ast.MatchClass)
            names = ast.List([ast.Constant(n) for n in node.kwd_attrs], ast.Load())
            found = self.hook("fields", subject, self.visit(node.cls), ast.Constant(len(node.patterns)), names, at=node)
            inner = [*node.patterns, *node.kwd_patterns]
        bound = ast.NamedExpr(ast.Name(parts, ast.Store()), found)
        all_tests: list[ast.expr] = [ast.Compare(bound, [ast.IsNot()], [ast.Constant(None)])]
        for i, part in enumerate(inner):
            value = ast.Subscript(ast.Name(parts, ast.Load()), ast.Constant(i), ast.Load())
            if isinstance(part, ast.MatchStar):
                part = ast.MatchAs(None, part.name)
            all_tests += self.pattern(part, value, captures)
        return all_tests

    def alternatives(self, node: ast.MatchOr, subject: ast.expr, captures: list[tuple[str, ast.expr]]) -> ast.expr:
        """`a | b`: what is captured is kept under one name, whichever of them holds."""
        kept: dict[str, str] = {}
        tests = []
        for one in node.patterns:
            own: list[tuple[str, ast.expr]] = []
            parts = self.pattern(one, subject, own)
            parts += [self.bound(kept.setdefault(name, self.temporary()), value) for name, value in own]
            tests.append(_all(parts) or ast.Constant(True))
        captures += [(name, ast.Name(own_name, ast.Load())) for name, own_name in kept.items()]
        return ast.BoolOp(ast.Or(), tests)

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return self.hook(
            "op", self.text(BINARY[type(node.op)], node), self.visit(node.left), self.visit(node.right), at=node
        )

    def test(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth is wanted."""
        if isinstance(node, ast.BoolOp):
            node.values = [self.test(v) for v in node.values]
            return node
        if (
            isinstance(node, (ast.Compare, ast.Constant))
            or isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.Not)
        ):
            return self.visit(node)
        return self.hook("truth", self.visit(node), at=node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        node.test, node.body, node.orelse = self.test(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """`a or b` gives one of them: `a` is kept under a name while its truth is looked at."""
        values = [self.visit(v) for v in node.values]
        if not self.walrus or all(isinstance(v, (ast.Compare, ast.Constant, ast.BoolOp)) for v in node.values[:-1]):
            node.values = values
            return node
        made = values[-1]
        for value in reversed(values[:-1]):
            name = self.temporary()
            test = self.hook("truth", ast.NamedExpr(ast.Name(name, ast.Store()), value), at=node)
            kept = ast.Name(name, ast.Load())
            sides = (kept, made) if isinstance(node.op, ast.Or) else (made, kept)
            made = ast.fix_missing_locations(ast.copy_location(ast.IfExp(test, *sides), node))
        return made

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        values = [self.visit(v) for v in (node.left, *node.comparators)]
        if len(node.ops) > 1 and not self.walrus:
            node.left, node.comparators = values[0], values[1:]
            return node
        tests: list[ast.expr] = []
        left = values[0]
        for i, (op, right) in enumerate(zip(node.ops, values[1:], strict=True)):
            following: ast.expr = right
            if i < len(node.ops) - 1 and not isinstance(right, (ast.Constant, ast.Name)):
                following = ast.Name(self.temporary(), ast.Load())
                right = ast.NamedExpr(ast.Name(following.id, ast.Store()), right)
            tests.append(self.comparison(op, left, right, node))
            left = following
        made = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def comparison(self, op: ast.cmpop, left: ast.expr, right: ast.expr, at: ast.AST) -> ast.expr:
        if isinstance(op, (ast.Is, ast.IsNot)):
            return ast.Compare(left, [op], [right])
        if isinstance(op, (ast.In, ast.NotIn)):
            found: ast.expr = self.hook("contains", left, right, at=at)
            return found if isinstance(op, ast.In) else ast.UnaryOp(ast.Not(), found)
        return self.hook("compare", self.text(COMPARISONS[type(op)], at), left, right, at=at)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        spec = self.visit(node.format_spec) if node.format_spec is not None else ast.Constant("")
        call = self.hook("formatted", self.visit(node.value), ast.Constant(node.conversion), spec, at=node)
        return ast.fix_missing_locations(ast.copy_location(ast.FormattedValue(call, -1, None), node))

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.YieldFrom:
        node.value = self.hook("iterate", self.visit(node.value), at=node)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.Dict:
        values = [self.visit(v) for v in node.values]
        keys: list[ast.expr | None] = [
            k if k is None or isinstance(k, ast.Constant) else self.hook("dict_key", self.visit(k), at=k)
            for k in node.keys
        ]
        node.values = [
            v if k is not None else self.hook("mapping", v, at=node) for k, v in zip(keys, values, strict=True)
        ]
        node.keys = keys
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            node.operand = self.test(node.operand)
            return node
        if isinstance(node.operand, ast.Constant):
            return self.generic_visit(node)  # type: ignore[return-value]
        return self.hook("unary", self.text(UNARY[type(node.op)], node), self.visit(node.operand), at=node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or self.is_module(node.value) and node.attr != "ndarray":
            return node  # what `np.ndarray` is depends on where arrays live
        return self.hook("attribute", self.visit(node.value), self.text(self.mangled(node.attr), node), at=node)

    def is_module(self, node: ast.expr) -> bool:
        """Whether an expression is a module that the function's globals name: nothing in it is a value."""
        if isinstance(node, ast.Attribute):
            return self.is_module(node.value) and isinstance(self.static(node), types.ModuleType)
        if isinstance(node, ast.Name) and isinstance(self.static(node), types.ModuleType):
            self.modules.add(node.id)
            return True
        return False

    def static(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self.function_globals.get(node.id) if node.id not in self.local else None
        if isinstance(node, ast.Attribute):
            return getattr(self.static(node.value), node.attr, None)
        return None

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return node
        return self.hook("load", self.visit(node.value), self.index(node.slice), at=node)

    def visit_Starred(self, node: ast.Starred) -> ast.Starred:
        if isinstance(node.ctx, ast.Load):
            node.value = self.hook("items", self.visit(node.value), at=node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_super(node):
            return node
        args = [self.visit(a) for a in node.args]
        keywords = [ast.copy_location(ast.keyword(k.arg, self.keyword_value(k)), k) for k in node.keywords]
        func = node.func
        plain = isinstance(func, ast.Attribute) and not self.is_module(func.value)
        if plain:
            name = self.text(self.mangled(func.attr), func)  # type: ignore[attr-defined]
            return self.hook("method", self.visit(func.value), name, *args, at=node, keywords=keywords)  # type: ignore[attr-defined]
        return self.hook("call", self.visit(func), *args, at=node, keywords=keywords)

    def keyword_value(self, node: ast.keyword) -> ast.expr:
        value = self.visit(node.value)
        return value if node.arg is not None else self.hook("mapping", value, at=node.value)


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args


def _all(tests: list[ast.expr]) -> ast.expr | None:
    """One test that holds if all hold; None for no test."""
    if len(tests) < 2:
        return tests[0] if tests else None
    return ast.BoolOp(ast.And(), tests)
