"""From a function and the kinds of its arguments to the launches that compute it."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import cuda, layout
from .lines import lines_of
from .nodes import Node, Shape, Static, Unsupported
from .schedule import Piece, Schedule
from .substitutes import FUNCTIONS, Runtime
from .tracing import Number, Symbol, Trace

BLOCK = 256  # threads of a block
BLOCKS = 2048  # blocks at most: threads go on to further entries
ENOUGH = 65536  # threads that keep a device busy
NUMBERS = (bool, int, float, np.bool_, np.number)


@dataclass
class Plan:
    """What a call of a kernel does: `launches` in order, and what is made of them.

    `arrays` are to be allocated, by node; `results` is the structure that is returned, of `Result`s and what else the function returns.
    `ready` is for what launches them: what it has made of `launches`.
    """

    launches: list[cuda.Text]
    arrays: dict[Node, tuple[Shape, np.dtype[Any]]]
    results: Any
    ready: list[Any] | None = None


@dataclass(frozen=True)
class Result:
    """An output: what is stored, as an array of this shape."""

    node: Node
    shape: Shape


@dataclass(frozen=True)
class Computed:
    """An output that is a number of the host."""

    number: Number


def plan(function: types.FunctionType, args: Sequence[Any], static: set[int]) -> Plan:
    """How to compute a function of arguments like these; the numbers whose places are in `static` are constants.

    `args` are arrays (with shape, dtype and strides), numbers, and other things that are what they are. Raises `Unsupported` where the
    function does what no kernel does, and `Static` where a number turns out to be one.
    """
    trace = Trace(function, FUNCTIONS)
    given = [_argument(trace, place, value, static) for place, value in enumerate(args)]
    try:
        returned = _traced(function, trace)(*given)
    except (Unsupported, Static):
        raise
    except Exception as error:  # it will fail on the arrays in the same way, or do what symbols cannot
        raise Unsupported(f"{type(error).__name__}: {error}") from error
    _name(trace, function)
    outputs: dict[Node, None] = {}
    results = _results(returned, outputs)
    if not outputs:
        raise Unsupported("nothing to compute")
    if not all(all(n.shape) for n in trace.order):
        raise Unsupported("arrays without entries")
    schedule = Schedule(trace.order, list(outputs))
    return _written(function, args, schedule, list(outputs), results)


def _traced(function: types.FunctionType, trace: Trace) -> types.FunctionType:
    """The function with the runtime as symbols see it."""
    space = function.__globals__
    if "rt" not in space:
        return function
    seen = {**space, "rt": Runtime(trace, space["rt"])}
    return types.FunctionType(function.__code__, seen, function.__name__, function.__defaults__, function.__closure__)


def _argument(trace: Trace, place: int, value: Any, static: set[int]) -> Any:
    if hasattr(value, "strides") and hasattr(value, "shape") and not isinstance(value, np.generic):
        node = trace.node("load", (), value.dtype, tuple(value.shape), place)
        node.name = trace.code.co_varnames[place]
        return Symbol(trace, node)
    if isinstance(value, NUMBERS) and not isinstance(value, (bool, np.bool_)) and place not in static:
        return Number.argument(trace, place, value)
    if not is_plain(value):
        raise Unsupported(f"an argument of type {type(value).__name__}")
    return value


def is_plain(value: Any) -> bool:
    """Whether a value other than an array is what it is for good: a number, a text, a shape."""
    if isinstance(value, tuple):
        return type(value) is tuple and all(map(is_plain, value))
    return value is None or isinstance(value, (*NUMBERS, str, np.dtype, type))


def _name(trace: Trace, function: types.FunctionType) -> None:
    """Values get the names that the lines of the function bind them to, numbers those of the parameters."""
    bound = lines_of(function)
    last: dict[tuple[str, int], Node] = {}
    for node in trace.order:
        if node.op == "number" and node.detail.parameters:
            node.name = "_".join(trace.code.co_varnames[place] for place in sorted(node.detail.parameters))
        elif node.line in bound and node.op not in ("load", "constant", "reindex", "number"):
            last[bound[node.line][0], node.line] = node
    for (name, _), node in last.items():
        node.name = name


def _results(returned: Any, outputs: dict[Node, None]) -> Any:
    if type(returned) is tuple:
        return tuple(_results(item, outputs) for item in returned)
    if isinstance(returned, Symbol):
        node, shape = returned._node, returned.shape
        while node.op == "reindex" and _is_reshape(node):
            node = node.args[0]
        if node.op == "load":
            raise Unsupported("an argument that is returned")
        outputs[node] = None
        return Result(node, shape)
    if isinstance(returned, Number):
        return Computed(returned)
    if not is_plain(returned):
        raise Unsupported(f"a result of type {type(returned).__name__}")
    return returned


def _is_reshape(node: Node) -> bool:
    """Whether a reindexing only makes and drops axes of length one."""
    inner = node.args[0].shape
    long = [goes for axis, goes in enumerate(node.detail) if inner[axis] != 1]
    return long == [axis for axis, n in enumerate(node.shape) if n != 1]


def _written(function: Any, args: Any, schedule: Schedule, outputs: list[Node], results: Any) -> Plan:
    stored = dict.fromkeys(outputs)

    def arrays(place: int) -> tuple[str, Any]:
        return function.__code__.co_varnames[place], args[place].strides

    def texts() -> list[cuda.Text]:
        found = []
        for place, piece in enumerate(schedule.pieces):
            names = {node: node.name or "result" for node in stored}
            writer = cuda.Writer(schedule, place, names, arrays, _parts(piece))
            name = layout.Names()(function.__name__)
            name = name if len(schedule.pieces) == 1 else f"{name}_{place + 1}"
            found.append(writer.write(name, _title(function, piece)))
            stored.update(dict.fromkeys(writer.layout.loaded))
        return found

    texts()  # the first time shows which values a later piece reads
    launches = texts()
    return Plan(launches, {node: (node.shape, node.dtype) for node in stored}, results)


def _title(function: Any, piece: Piece) -> str:
    return f"{function.__name__}, {'row by row' if piece.axes else 'entry by entry'}"


def _parts(piece: Piece) -> int:
    """Into how many parts a row is cut: few rows would leave a device idle."""
    if not piece.axes or piece.again:
        return 1
    lanes = piece.lanes
    wanted = min(piece.columns // (8 * lanes), ENOUGH // max(piece.rows * lanes, 1), 1024 if lanes > 1 else 128)
    return max(wanted, 1)


def geometry(text: cuda.Text) -> tuple[int, int]:
    """Blocks, and threads of a block."""
    threads = text.groups * text.lanes
    return min(-(-threads // BLOCK), BLOCKS), BLOCK
