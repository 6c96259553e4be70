"""From a function to the same function with its operations made through a tape.

Comes in: a Python function. Goes out: a function of the same arguments, closure cells and globals, in which every operation that may
make a number, take one out of an array or put one in goes through the `tape` in its closure; everything else is the user's own Python
with the user's own line numbers.
"""

from __future__ import annotations

import ast
import sys
import threading
import types
from typing import Any

import gast

from ..core import identity
from ..core.errors import Place, Refusal, Refused
from ..frontend import source

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@", ast.Mod: "%", ast.FloorDiv: "//",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
BLIND = ("exec", "eval", "locals")
WRAPPER = "recorded_"
known: identity.ByIdentity[Transformed] = identity.ByIdentity()  # by the code of the function
writing = threading.RLock()


class Transformed:
    """The code of one function in its recorded form, its text, the name that the tape has in it, and the id of the globals it was made for."""

    def __init__(self, code: types.CodeType, text: str, tape: str, space: int):
        self.code, self.text, self.tape, self.space = code, text, tape, space

    def bind(self, function: types.FunctionType, tape: Any) -> types.FunctionType:
        """The recorded form of `function`, with the same cells, globals and defaults."""
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        cells[self.tape] = types.CellType(tape)
        closure = tuple(cells[name] for name in self.code.co_freevars)
        made = types.FunctionType(self.code, function.__globals__, function.__name__, function.__defaults__, closure)
        made.__kwdefaults__ = function.__kwdefaults__
        made.__qualname__ = function.__qualname__
        made.__dict__.update(function.__dict__)
        return made


def transform(function: types.FunctionType) -> Transformed:
    """The recorded form of a function. `Refused` for what no recording can follow, `SourceNotFound` without a text."""
    with writing:
        found = known.get(function.__code__)
        if found is None or found.space != id(function.__globals__):  # which of its names are modules stands there
            found = known[function.__code__] = _transform(function)
        return found


def _transform(function: types.FunctionType) -> Transformed:
    found = source.find(function)
    tree = ast.fix_missing_locations(gast.gast_to_ast(found.tree))
    if isinstance(tree, ast.Module):
        tree = tree.body[0]
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | set(function.__code__.co_freevars)
    tape = "tape"
    while tape in used:
        tape += "_"
    work = _Recorder(tape, found.filename, _class_of(function), function)
    refusals = work.check(tree)
    if refusals:
        raise Refused(refusals[:1] if isinstance(tree, ast.AsyncFunctionDef) else refusals)
    made = work.function(tree)
    made.decorator_list = []
    made.args.defaults = [ast.Constant(None) for _ in made.args.defaults]
    made.args.kw_defaults = [ast.Constant(None) if d is not None else None for d in made.args.kw_defaults]
    text = ast.unparse(ast.fix_missing_locations(made))
    free = [n for n in function.__code__.co_freevars if n != tape]
    outer = ast.FunctionDef(
        name=WRAPPER,
        args=ast.arguments(posonlyargs=[], args=[ast.arg(n) for n in [tape, *free]], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=[made], decorator_list=[],
    )  # fmt: skip
    if sys.version_info >= (3, 12):
        outer.type_params = []
    module = ast.fix_missing_locations(ast.Module([outer], []))
    code = compile(module, found.filename, "exec", flags=function.__code__.co_flags & source._FUTURE, dont_inherit=True)
    return Transformed(_inner(_inner(code, WRAPPER), made.name), text, tape, id(function.__globals__))


def _inner(code: types.CodeType, name: str) -> types.CodeType:
    return next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


def _class_of(function: types.FunctionType) -> str:
    """The class in whose body a function was written, for names that begin with two underscores."""
    parts = function.__qualname__.split(".")
    return parts[-2] if len(parts) > 1 and parts[-2] != "<locals>" else ""


class _Recorder(ast.NodeTransformer):
    def __init__(self, tape: str, filename: str, owner: str, function: types.FunctionType):
        self.tape = tape
        self.filename = filename
        self.owner = owner.lstrip("_")
        self.function_globals = function.__globals__
        self.local: set[str] = (
            set(function.__code__.co_varnames) | set(function.__code__.co_cellvars) | set(function.__code__.co_freevars)
        )

    def check(self, tree: ast.AST) -> list[Refusal]:
        found = []
        for node in ast.walk(tree):
            what = why = ""
            if isinstance(node, (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)):
                what, why = "'async' code", "a gradient runs straight through"
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
        node.body = [s for part in node.body for s in self.statements(part)]
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
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [self.visit(d) if d is not None else None for d in node.args.kw_defaults]
        return self.function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [self.visit(d) if d is not None else None for d in node.args.kw_defaults]
        node.body = self.visit(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        outer, self.owner = self.owner, node.name.lstrip("_")
        node.body = [s for part in node.body for s in self.class_statement(part)]
        self.owner = outer
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
            call = self.hook("store", self.visit(target.value), self.index(target.slice), value, at=at)
            return [ast.copy_location(ast.Expr(call), at)]
        if isinstance(target, ast.Attribute):
            call = self.hook(
                "set_attribute", self.visit(target.value), self.text(self.mangled(target.attr), at), value, at=at
            )
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
        """The target with names in the place of subscripts and attributes, and the stores of those."""
        stores: list[ast.stmt] = []

        def part(node: ast.expr) -> ast.expr:
            if isinstance(node, (ast.Tuple, ast.List)):
                return ast.Tuple([part(e) for e in node.elts], ast.Store())
            if isinstance(node, ast.Starred):
                return ast.Starred(part(node.value), ast.Store())
            if isinstance(node, ast.Name):
                return node
            name = f"{self.tape}_part{len(stores)}"
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
            call = self.hook("aug_store", owner, self.index(target.slice), sign, value, at=node)
        else:
            call = self.hook("aug_attribute", owner, self.text(self.mangled(target.attr), node), sign, value, at=node)
        return ast.copy_location(ast.Expr(call), node)

    def visit_For(self, node: ast.For) -> ast.For | list[ast.stmt]:
        node.iter = self.iterated(node.target, node.iter)
        body = [s for part in node.body for s in self.statements(part)]
        if any(isinstance(n, (ast.Subscript, ast.Attribute)) for n in ast.walk(node.target)):
            first = ast.copy_location(ast.Pass(), node)
            names, stores = self.named_parts(node.target, first)
            node.target, body = names, [*stores, *body]
        node.body = body
        node.orelse = [s for part in node.orelse for s in self.statements(part)]
        return node

    def iterated(self, target: ast.expr, items: ast.expr) -> ast.expr:
        shape = self.shape(target)
        args = [self.visit(items)] + ([ast.copy_location(shape, items)] if shape is not None else [])
        return self.hook("iterate", *args, at=items)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        node.iter = self.iterated(node.target, node.iter)
        node.ifs = [self.visit(t) for t in node.ifs]
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        for item in node.items:
            item.context_expr = self.hook("context", self.visit(item.context_expr), at=item.context_expr)
        node.body = [s for part in node.body for s in self.statements(part)]
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.Delete:
        for target in node.targets:
            if isinstance(target, (ast.Subscript, ast.Attribute)):
                target.value = self.visit(target.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = [s for part in node.body for s in self.statements(part)]
        return node

    # ---- expressions ------------------------------------------------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return self.hook(
            "op", self.text(BINARY[type(node.op)], node), self.visit(node.left), self.visit(node.right), at=node
        )

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            return self.generic_visit(node)  # type: ignore[return-value]
        return self.hook("unary", self.text(UNARY[type(node.op)], node), self.visit(node.operand), at=node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or self.is_module(node.value):
            return node
        return self.hook("attribute", self.visit(node.value), self.text(self.mangled(node.attr), node), at=node)

    def is_module(self, node: ast.expr) -> bool:
        """Whether an expression is a module that the function's globals name: nothing in it is a value."""
        if isinstance(node, ast.Attribute):
            return self.is_module(node.value) and isinstance(self.static(node), types.ModuleType)
        return isinstance(node, ast.Name) and isinstance(self.static(node), types.ModuleType)

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
        keywords = [ast.copy_location(ast.keyword(k.arg, self.visit(k.value)), k) for k in node.keywords]
        func = node.func
        plain = isinstance(func, ast.Attribute) and not self.is_module(func.value)
        if plain:
            name = self.text(self.mangled(func.attr), func)  # type: ignore[attr-defined]
            return self.hook("method", self.visit(func.value), name, *args, at=node, keywords=keywords)  # type: ignore[attr-defined]
        return self.hook("call", self.visit(func), *args, at=node, keywords=keywords)


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
