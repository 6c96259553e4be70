"""From text to a running function. The only place where text is executed.

The text is registered with `linecache`, so that tracebacks, debuggers and `inspect.getsource` show it. It stays there as long
as the function lives, and until another one is loaded.
"""

from __future__ import annotations

import collections
import functools
import hashlib
import linecache
import threading
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import origins as places
from .operators import bound_operators
from .origins import Origin

MODULE = "srcgrad_emitted"  # what emitted functions say their module is; there is no such module to import

_uses: dict[str, int] = {}  # emitted file -> living functions
_released: collections.deque[str] = (
    collections.deque()
)  # files of functions that are gone, to be forgotten by the next load
_lock = threading.Lock()


def load(
    text: str,
    name: str,
    namespace: Mapping[str, Any],
    origins: Sequence[Origin | None] = (),
    operations: Mapping[str, Callable[..., Any]] | None = None,
) -> types.FunctionType:
    """The function `name` that the text of a module defines.

    The text runs in a fresh dictionary that begins with `namespace`, which becomes the function's globals. `origins` says where
    the lines come from. `operations` are what its operators and functions of NumPy stand for (see `emit.operators`).
    """
    code, filename = _compiled(text, name, frozenset(operations or ()))
    if operations is not None:
        namespace = {**namespace, **operations}
    with _lock:
        _forget_released()
        _uses[filename] = _uses.get(filename, 0) + 1
        # no modification time: checkcache leaves the entry alone
        linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
        if origins:
            places.remember(filename, origins)
    space = {**namespace, "__name__": MODULE, "__builtins__": __builtins__}
    exec(code, space)
    function = space[name]
    weakref.finalize(function, _released.append, filename).atexit = False
    return function


@functools.lru_cache(maxsize=256)
def _compiled(text: str, name: str, operations: frozenset[str] = frozenset()) -> tuple[types.CodeType, str]:
    filename = f"<srcgrad {name}#{hashlib.sha256(text.encode()).hexdigest()[:12]}>"
    return compile(
        bound_operators(text, operations) if operations else text, filename, "exec", dont_inherit=True
    ), filename


def _forget_released() -> None:
    """Take out of `linecache` what no function needs any more.

    Not when a function ends: that may be in the middle of anything, of a search through that cache as well.
    """
    while _released:
        filename = _released.popleft()
        _uses[filename] -= 1
        if not _uses[filename]:
            del _uses[filename]
            linecache.cache.pop(filename, None)
            places.forget(filename)


def binder(signature: Any, qualified_name: str) -> types.FunctionType:
    """A function of the given signature that returns its arguments as a tuple, in the order of the parameters.

    A wrong call fails with Python's own message about the function `qualified_name`; the caller sets the defaults.
    """
    parts: list[str] = []
    names: list[str] = []
    previous = None
    for parameter in signature.parameters.values():
        kind = parameter.kind
        if previous is parameter.POSITIONAL_ONLY and kind is not parameter.POSITIONAL_ONLY:
            parts.append("/")
        if kind is parameter.KEYWORD_ONLY and previous not in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL):
            parts.append("*")
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(kind, "")
        default = "" if parameter.default is parameter.empty else "=None"
        parts.append(f"{stars}{parameter.name}{default}")
        names.append(parameter.name)
        previous = kind
    if previous is not None and previous.name == "POSITIONAL_ONLY":
        parts.append("/")
    code, _ = _compiled(
        f"def bind({', '.join(parts)}):\n    return ({', '.join(names)}{',' if names else ''})\n", "bind"
    )
    space: dict[str, Any] = {"__name__": MODULE}
    exec(code, space)
    function = space["bind"]
    function.__qualname__ = qualified_name
    parameters = signature.parameters.values()
    plain = [p.default for p in parameters if p.kind.name.startswith("POSITIONAL") and p.default is not p.empty]
    function.__defaults__ = tuple(plain) or None
    keyword = {p.name: p.default for p in parameters if p.kind.name == "KEYWORD_ONLY" and p.default is not p.empty}
    function.__kwdefaults__ = keyword or None
    return function


def predicate(names: Sequence[str], conditions: Sequence[str], namespace: Mapping[str, Any]) -> Callable[..., bool]:
    """A function of values of these names that says whether all conditions hold, asked in their order."""
    code, _ = _compiled(f"def holds({', '.join(names)}):\n    return {' and '.join(conditions) or True}\n", "holds")
    space = {**namespace, "__name__": MODULE}
    exec(code, space)
    return space["holds"]


def spread(signature: Any, emitted: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """How to call a function of this signature with the tuple that its binder gives: a decorator for such functions.

    `emitted` is the emitted function that is called in the end, where that is another one.
    """
    kinds = [p.kind.name for p in signature.parameters.values()]
    names = list(signature.parameters)
    if all(kind.startswith("POSITIONAL") for kind in kinds):
        return lambda function: function
    alone = [name for kind, name in zip(kinds, names, strict=True) if kind == "KEYWORD_ONLY"]

    def adapt(function: Callable[..., Any]) -> Callable[..., Any]:
        by_name = dict(zip(alone, _keyword_only(emitted or function) or alone, strict=False))

        def call(*values: Any) -> Any:
            args: list[Any] = []
            keywords: dict[str, Any] = {}
            for kind, name, value in zip(kinds, names, values, strict=True):
                if kind == "VAR_POSITIONAL":
                    args += value
                elif kind == "VAR_KEYWORD":
                    keywords.update(value)
                elif kind == "KEYWORD_ONLY":
                    keywords[by_name[name]] = value
                else:
                    args.append(value)
            return function(*args, **keywords)

        return call

    return adapt


def _keyword_only(function: Any) -> tuple[str, ...]:
    """What the parameters of an emitted function are called that are given by name, which has renamed those that it could not keep."""
    code = function.__code__
    return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]


def wrapped(function: types.FunctionType, result: str) -> types.FunctionType:
    """A function that calls another one with its arguments and returns an expression of its `result`."""
    import inspect

    signature = inspect.signature(function)
    bare = [p.replace(default=p.empty, annotation=p.empty) for p in signature.parameters.values()]
    signature = inspect.Signature(bare)
    given = ", ".join(_passed(parameter) for parameter in signature.parameters.values())
    inner, name = function.__name__, f"{function.__name__}_tuple"
    text = f"def {name}{signature}:\n    result = {inner}({given})\n    return {result}\n"
    return load(text, name, {inner: function})


def _passed(parameter: Any) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    keyword = f"{parameter.name}=" if parameter.kind is parameter.KEYWORD_ONLY else ""
    return f"{keyword}{stars}{parameter.name}"
