"""From a function object to its syntax tree.

Comes in: a Python function. Goes out: a `Source`, whose tree is a fresh `gast.FunctionDef` (or
`gast.AsyncFunctionDef`) with the positions that the text has in its file. Guaranteed: the text found compiles to the
very code that the function runs, so a file that was edited after its import is noticed instead of differentiated.
Anything else raises `SourceNotFound`.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import types
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import gast

from ..core import build, convert
from ..core.errors import SourceNotFound

LAMBDA_NAME = "lambda_"  # what a lambda is called in emitted programs
FILES_KEPT = 256

# the bits of co_flags that `from __future__ import ...` sets; a notebook cell inherits them from earlier cells
_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names} - {0, 0x10})
BLOCKS = (
    "cases",
    "body",
    "handlers",
    "orelse",
    "finalbody",
)  # the fields with statements, or with what has statements in it
_PLACED = (ast.stmt, ast.expr, ast.arg, ast.keyword)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Key = tuple[int, str]  # the first line of a code object (that of its first decorator) and its name


@dataclass(frozen=True)
class Source:
    """The source of one function: its tree, the file, the 1-based line of its `def`, and its lines as they stand."""

    function: types.FunctionType
    tree: Any
    filename: str
    first_line: int
    lines: tuple[str, ...]


def find(function: Callable[..., Any]) -> Source:
    """The source of a Python function, method or lambda; decorators are stripped from the tree.

    The tree is fresh at each call, so the caller may change it. Columns count characters (not bytes, as `ast` has
    it). A lambda becomes a function called `lambda_` with a single `return`. `__wrapped__` is not followed.
    Raises `SourceNotFound` with the reason where there is no text, or where the text is not that of the function.
    """
    found = look(function)
    return replace(found, tree=build.copy(found.tree))


def look(function: Callable[..., Any]) -> Source:
    """Like `find`, for those who only look: the tree is the same one at each call."""
    function = getattr(function, "__func__", function) if isinstance(function, types.MethodType) else function
    if not isinstance(function, types.FunctionType):
        raise SourceNotFound(_not_a_function(function))
    code = function.__code__
    filename = _file_of(function)
    for fresh in (False, True):
        if fresh:  # the text that linecache remembers is not that of the function: is there a newer one on the disk?
            linecache.checkcache(filename)
        lines = linecache.getlines(filename, function.__globals__)
        if lines:
            index = _index(filename, lines, code.co_flags & _FUTURE)
            node = index.node_of(code) if index else None
            if index is not None and node is not None:
                return _source(function, filename, node, index, lines)
    raise SourceNotFound(_explanation(function, bool(lines)))


def _file_of(function: types.FunctionType) -> str:
    filename = function.__code__.co_filename
    if filename.startswith("<frozen "):  # a module of the standard library that is built into the interpreter
        return function.__globals__.get("__file__", filename)
    return filename


def _source(function: types.FunctionType, filename: str, node: Any, index: _Index, lines: list[str]) -> Source:
    own = lines[node.lineno - 1 : node.end_lineno or node.lineno]
    if id(node) not in index.trees:
        index.trees[id(node)] = _tree(node, lines, "".join(own).isascii())
    return Source(function, index.trees[id(node)], filename, node.lineno, tuple(line.rstrip("\n") for line in own))


def _tree(node: Any, lines: list[str], is_ascii: bool) -> Any:
    tree = convert.function_from_ast(node)
    if isinstance(node, ast.Lambda):
        body = gast.copy_location(gast.Return(tree.body), tree.body)
        wrapped = gast.FunctionDef(LAMBDA_NAME, tree.args, [body], [], None, None, [])
        tree = gast.copy_location(wrapped, tree)
    tree.decorator_list = []
    if not is_ascii:
        _count_characters(tree, lines)
    return tree


def _count_characters(tree: Any, lines: list[str]) -> None:
    for node in gast.walk(tree):
        for line, column in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
            if getattr(node, column, None):
                text = lines[getattr(node, line) - 1].encode()[: getattr(node, column)]
                setattr(node, column, len(text.decode(errors="replace")))


# ---- one file -------------------------------------------------------------------------------------------------------


@dataclass
class _Index:
    """The functions of one text: their nodes, and the code objects it compiles to, by first line and name."""

    lines: list[str]
    text: str
    tree: ast.Module
    filename: str
    flags: int
    nodes: dict[_Key, list[Any]] = field(default_factory=dict)
    codes: dict[_Key, list[types.CodeType]] = field(default_factory=dict)
    trees: dict[int, Any] = field(default_factory=dict)  # id of a node -> its tree in gast
    _known: dict[types.CodeType, Any] = field(default_factory=dict)  # equal code is that of one node

    def node_of(self, code: types.CodeType) -> Any | None:
        """The node that compiles to `code`, or None."""
        if code not in self._known:
            self._known[code] = self._find(code)
        return self._known[code]

    def _find(self, code: types.CodeType) -> Any | None:
        key = (code.co_firstlineno, code.co_name)
        nodes = self.nodes.get(key, [])
        if not any(_same_code(code, other) for other in self.codes.get(key, [])):
            return None
        if len(nodes) <= 1:
            return nodes[0] if nodes else None
        same = [node for node, other in self._pairs(nodes) if _same_code(code, other)]
        # Those that are left mean the same; the columns only say which of them an error should point at.
        placed = [node for node in same if _covers(node, code)]
        return (placed or same or [None])[-1]  # an inner function comes after the one around it

    def _pairs(self, nodes: list[Any]) -> Iterator[tuple[Any, types.CodeType]]:
        """Functions that begin on one line, each with its code: told apart by compiling with lines of their own."""
        old: dict[Any, tuple[int, int]] = {}
        apart = len(self.lines)
        for number, function in enumerate(nodes, start=1):
            # all of it moves: where lines differ, the compiler joins fewer instructions
            for node in (part for part in ast.walk(function) if isinstance(part, _PLACED)):
                if node.end_lineno is not None:
                    line, end_line = old.setdefault(node, (node.lineno, node.end_lineno))
                    node.lineno, node.end_lineno = line + number * apart, end_line + number * apart
        try:
            codes: dict[int, types.CodeType] = {}
            for code in _nested(
                self._compiled()
            ):  # comprehensions begin where the function around them does, and come after it
                codes.setdefault(code.co_firstlineno, code)
        finally:
            for node, (line, end_line) in old.items():
                node.lineno, node.end_lineno = line, end_line
        lines = (node.lineno + number * apart for number, node in enumerate(nodes, start=1))
        return ((node, codes[line]) for node, line in zip(nodes, lines, strict=True) if line in codes)

    def _compiled(self) -> types.CodeType:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the user has seen what the compiler had to say
            return compile(self.tree, self.filename, "exec", self.flags, dont_inherit=True)


_files: OrderedDict[tuple[str, int], _Index | None] = OrderedDict()


def _index(filename: str, lines: list[str], flags: int) -> _Index | None:
    """The index of a text, made once for each text; None where the text is not Python."""
    key = (filename, flags)
    known = _files.get(key)
    # linecache hands out the same list until the file changes, so identity nearly always decides
    if known is not None and (known.lines is lines or known.text == "".join(lines)):
        return known
    text = "".join(lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, filename)
        index: _Index | None = _Index(lines, text, tree, filename, flags)
        assert index is not None
        for code in _nested(index._compiled()):
            index.codes.setdefault((code.co_firstlineno, code.co_name), []).append(code)
    except (SyntaxError, ValueError):
        return None
    for node in _functions(tree, into_expressions="lambda" in text):
        decorators = getattr(node, "decorator_list", [])
        first = decorators[0].lineno if decorators else node.lineno
        index.nodes.setdefault((first, getattr(node, "name", "<lambda>")), []).append(node)
    _files[key] = index
    if len(_files) > FILES_KEPT:
        _files.popitem(last=False)
    return index


def _functions(tree: ast.Module, into_expressions: bool) -> list[Any]:
    """The functions of a text, an inner one after the one around it; without the expressions those that are statements."""
    nodes: list[Any] = [tree]
    if into_expressions:
        nodes = list(ast.walk(tree))
    else:
        for node in nodes:  # more nodes are put at the end as it goes
            for field in BLOCKS:
                nodes += node.__dict__.get(field, ())
    return [node for node in nodes if isinstance(node, _FUNCTIONS)]


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _nested(constant)


def _covers(node: Any, code: types.CodeType) -> bool:
    """Whether every instruction of the code was written inside the body of the node; true where columns are unknown."""
    if not hasattr(code, "co_positions"):  # Python 3.10
        return True
    body = node.body if isinstance(node, ast.Lambda) else node
    start, stop = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    for line, end_line, column, end_column in code.co_positions():
        if line is None or column is None or (column, end_column) == (0, 0):
            continue  # the prologue of a function has no place of its own
        if (line, column) < start or (end_line, end_column) > stop:
            return False
    return True


# ---- comparing code -------------------------------------------------------------------------------------------------

_KIND_FLAGS = 0x04 | 0x08 | 0x20 | 0x80 | 0x200  # *args, **kwargs, generator, coroutine, asynchronous generator


def _same_code(running: types.CodeType, found: types.CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand.

    pytest rewrites `assert` statements and leaves names that begin with an `@`; in such code the rest is compared.
    """
    outline = ("co_name", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_freevars")
    if any(getattr(running, part) != getattr(found, part) for part in outline):
        return False
    if (running.co_flags ^ found.co_flags) & _KIND_FLAGS:
        return False
    if _is_rewritten(running):
        own = tuple(name for name in running.co_varnames if not name.startswith("@"))
        if own != found.co_varnames or not set(found.co_names) <= set(running.co_names):
            return False
        return all(any(_same_constant(a, b) for a in running.co_consts) for b in found.co_consts)
    exact = ("co_code", "co_names", "co_varnames", "co_cellvars")
    if any(getattr(running, part) != getattr(found, part) for part in exact):
        return False
    if len(running.co_consts) != len(found.co_consts):
        return False
    return all(_same_constant(a, b) for a, b in zip(running.co_consts, found.co_consts, strict=True))


def _is_rewritten(code: types.CodeType) -> bool:
    marks = (*code.co_names, *code.co_varnames)
    return any(name.startswith("@py") for name in marks) or any(_is_rewritten(inner) for inner in _nested(code))


def _same_constant(a: Any, b: Any) -> bool:
    """Equality of constants that tells 1 from 1.0 and from True, 0.0 from -0.0, and finds a NaN equal to itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, types.CodeType):
        return _same_code(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(_same_constant(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return repr(a) == repr(b)


# ---- reasons --------------------------------------------------------------------------------------------------------


def _not_a_function(value: Any) -> str:
    name = getattr(value, "__qualname__", None) or repr(value)
    if isinstance(value, (types.BuiltinFunctionType, types.WrapperDescriptorType, types.MethodDescriptorType)):
        return f"{name} is built in or compiled, so it has no Python source"
    return f"{name} (a {type(value).__name__}) is not a Python function, so it has no source of its own"


def _explanation(function: types.FunctionType, has_text: bool) -> str:
    code = function.__code__
    name, filename, line = function.__qualname__, _file_of(function), code.co_firstlineno
    if filename.startswith("<"):
        where = "typed at a prompt that keeps no text" if "stdin" in filename else "made by exec, eval or python -c"
        return (
            f"the source of {name} is not kept anywhere: it was {where} ({filename}, line {line}); "
            "put the function into a file or a notebook cell"
        )
    if not has_text:
        return (
            f"the source of {name} is not there: {filename} is missing or cannot be read; "
            "srcgrad needs the .py file that the function was imported from"
        )
    return (
        f"the source of {name} is not what the function runs: {filename} changed since it was imported (or an import "
        f"hook rewrote the function), so line {line} holds something else; reload the module or restart Python"
    )
