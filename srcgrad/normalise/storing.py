"""Calls that store, written as stores: `np.copyto(a, v)` is `a[...] = v`, `np.exp(x, out=a)` is `a[...] = np.exp(x)`.

Comes in: a unit in normal form with its facts. Goes out: the same program, in which each call of a function of NumPy that stores into an array has
become stores `a[i] = v` and `a[i] += v` of the same meaning, or stands as it was where that is not certain. `np.add.at` stays for an index
that may name an element twice (`core.adding`).
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np
import srcgrad_runtime

from ..analyses import changes
from ..analyses.facts import Facts
from ..analyses.kinds import Kind, constant_kind
from ..core import adding, build
from ..core.unit import Free, Unit
from .stores import KindOf, Statements, is_plain

# functions that store into their first argument: the names of their parameters, and the values of those that may be left out
STORING: dict[Any, tuple[tuple[str, ...], dict[str, Any]]] = {
    np.copyto: (("dst", "src", "casting", "where"), {"casting": "same_kind", "where": True}),
    np.fill_diagonal: (("a", "val", "wrap"), {"wrap": False}),
    np.put: (("a", "ind", "v", "mode"), {"mode": "raise"}),
    np.place: (("arr", "mask", "vals"), {}),
    np.putmask: (("a", "mask", "values"), {}),
    np.put_along_axis: (("arr", "indices", "values", "axis"), {"axis": -1}),
}
METHODS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "fill": (("value",), {}),
    "put": (("indices", "values", "mode"), {"mode": "raise"}),
}
OPERATORS = {"__iadd__": gast.Add, "__isub__": gast.Sub, "__imul__": gast.Mult, "__itruediv__": gast.Div}
# methods that do in place what a function gives as a new array
IN_PLACE = {"sort": np.sort, "partition": np.partition}
Arguments = dict[str, build.Node]


def stores_of_calls(unit: Unit, facts: Facts, kind_of: KindOf) -> tuple[Unit, bool]:
    """Write calls that store into an array as stores: `a.fill(v)`, `np.copyto(a, v)`, `a.sort()`, `np.exp(x, out=a)`, `np.put(a, i, v)`.

    >>> from srcgrad.pipeline import passes
    >>> passes.show("stores_of_calls", '''
    ... def f(x):
    ...     a = np.zeros(3)
    ...     np.add(x, x, out=a)
    ...     return np.sum(a)
    ... ''', x=np.ones(3))
    def f(x):
        a = np.zeros(3)
        t_2 = np.add(x, x)
        a[...] = t_2
        t = np.sum(a)
        return t
    """
    work = _Calls(unit, facts, kind_of)
    unit.body = work.block(unit.body)
    return unit, work.changed


class _Calls(Statements):
    """`on_<function>` puts the stores that a call makes into `self.made`; it returns False where it cannot be told which they are."""

    def __init__(self, unit: Unit, facts: Facts, kind_of: KindOf):
        super().__init__(unit, facts)
        self.kind_of_others = kind_of
        self.made: list[build.Node] = []

    def kind_of(self, node: build.Node) -> Kind:
        """The kind of an expression; of the temporaries that were made here as well."""
        known = self.facts.kinds.get(node.id) if isinstance(node, gast.Name) else None
        return known if known is not None else self.kind_of_others(node)

    def statement(self, node: build.Node, out: list[build.Node]) -> None:
        self.made = []
        if self.lowered(node):
            self.changed = True
            out += [build.at(m, node) for m in self.made]
        else:
            out.append(node)

    def lowered(self, node: build.Node) -> bool:
        call = node.value if isinstance(node, (gast.Expr, gast.Assign)) else None
        if not isinstance(call, gast.Call) or adding.found(node) is not None:
            return False
        if any(isinstance(a, gast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
            return False
        callee = self.facts.callees.get(id(call))
        function: Any = callee.function if callee is not None else None
        out = _alone(changes.outputs_of(call, callee))
        if out is not None:
            return self.is_array(out) and self.with_out(node, call, function, out)
        if function is np.nan_to_num and call.args and self.is_array(call.args[0]):
            kept = [k for k in call.keywords if k.arg != "copy"]
            in_place = [k for k in call.keywords if k.arg == "copy" and _value(k.value) is False]
            return bool(in_place) and self.by_temporary(node, gast.Call(call.func, call.args, kept), call.args[0])
        if not isinstance(node, gast.Expr):
            return False
        if isinstance(call.func, gast.Attribute) and self.is_array(call.func.value):
            return self.method(call, call.func.value, call.func.attr)
        if isinstance(getattr(function, "__self__", None), np.ufunc) and function.__name__ == "at":
            return self.at_places(call, function.__self__)
        entry = _entry(STORING, function)
        given = _matched(call, *entry) if entry is not None else None
        if given is None or not self.is_array(given[entry[0][0]]):
            return False
        return getattr(self, f"on_{function.__name__}")(*given.values())

    def method(self, call: build.Node, owner: build.Node, name: str) -> bool:
        if name in OPERATORS and len(call.args) == 1 and not call.keywords:
            whole = build.subscript(build.copy(owner), gast.Constant(..., None), store=True)
            self.made.append(gast.AugAssign(whole, OPERATORS[name](), call.args[0]))
            return True
        if name in METHODS and (given := _matched(call, *METHODS[name])) is not None:
            return self.on_fill(owner, *given.values()) if name == "fill" else self.on_put(owner, *given.values())
        function = IN_PLACE.get(name)
        if function is None or any(k.arg == "order" for k in call.keywords):
            return False
        ordered = gast.Call(self.numpys(function.__name__), [build.copy(owner), *call.args], call.keywords)
        return self.store(owner, gast.Constant(..., None), self.temporary(ordered))

    # ---- functions that store into their first argument --------------------------------------------------------------------------------

    def on_fill(self, a: build.Node, value: build.Node) -> bool:
        return self.fits(value, a, "unsafe") and self.store(a, gast.Constant(..., None), value)

    def on_copyto(self, dst: build.Node, src: build.Node, casting: build.Node, where: build.Node) -> bool:
        if _value(casting) not in ("same_kind", "safe", "unsafe") or not self.fits(src, dst, _value(casting)):
            return False
        if _value(where) is True:
            return self.store(dst, gast.Constant(..., None), src)
        mask = self.mask(where, dst)
        return mask is not None and self.store(dst, mask, self.chosen(src, dst, mask))

    def is_masked(self, owner: build.Node, mask: build.Node, values: build.Node) -> bool:
        """Whether a mask surely covers all of an array, and NumPy stores the values there without loss."""
        if not self.is_mask(mask) or self.kind_of(mask).rank != self.kind_of(owner).rank:
            return False
        return self.fits(values, owner, "safe")

    def on_putmask(self, a: build.Node, mask: build.Node, values: build.Node) -> bool:
        if not self.is_masked(a, mask, values):
            return False
        if not self.kind_of(values).is_scalar:
            if not self.is_alike(values, a):
                values = self.temporary(gast.Call(self.runtime("cycled"), [values, _shape(a)], []))
            values = self.temporary(build.subscript(values, build.copy(mask)))
        return self.store(a, mask, values)

    def on_place(self, arr: build.Node, mask: build.Node, vals: build.Node) -> bool:
        if not self.is_masked(arr, mask, vals):
            return False
        if not self.kind_of(vals).is_scalar:
            count = self.temporary(gast.Call(self.numpys("count_nonzero"), [build.copy(mask)], []))
            vals = self.temporary(gast.Call(self.runtime("cycled"), [vals, count], []))
        return self.store(arr, mask, vals)

    def on_put(self, a: build.Node, ind: build.Node, v: build.Node, mode: build.Node) -> bool:
        way, rank = _value(mode), self.kind_of(a).rank
        if (
            way not in ("raise", "wrap", "clip")
            or not rank
            or not self.is_positions(ind)
            or not self.fits(v, a, "unsafe")
        ):
            return False
        if not self.kind_of(v).is_scalar:
            v = self.temporary(gast.Call(self.runtime("cycled"), [v, self.shape_of(ind)], []))
        if rank > 1 or way != "raise":
            options = [] if way == "raise" else [mode]
            ind = self.temporary(gast.Call(self.runtime("flat_index"), [_shape(a), ind, *options], []))
        return self.store(a, ind, v)

    def on_fill_diagonal(self, a: build.Node, val: build.Node, wrap: build.Node) -> bool:
        if self.kind_of(a).rank != 2 or _value(wrap) is not False or not self.fits(val, a, "unsafe"):
            return False
        shortest = self.temporary(build.call("min", _shape(a)))
        places = self.temporary(gast.Call(self.numpys("arange"), [shortest], []), "diagonal")
        if not self.kind_of(val).is_scalar:
            val = self.temporary(gast.Call(self.runtime("cycled"), [val, build.copy(shortest)], []))
        return self.store(a, build.tuple_([places, build.copy(places)]), val)

    def on_put_along_axis(self, arr: build.Node, indices: build.Node, values: build.Node, axis: build.Node) -> bool:
        rank, number = self.kind_of(arr).rank, _value(axis)
        if (
            rank is None
            or type(number) is not int
            or not -rank <= number < rank
            or not self.fits(values, arr, "unsafe")
        ):
            return False
        index = self.temporary(
            gast.Call(self.runtime("along_axis_index"), [_shape(arr), indices, build.constant(number % rank)], [])
        )
        return self.store(arr, index, values)

    # ---- ufunc.at -------------------------------------------------------------------------------------------------------------------

    def at_places(self, call: build.Node, function: np.ufunc) -> bool:
        given = _matched(call, ("a", "indices", "b"), {})
        if given is None or not self.is_array(given["a"]) or function.nin != 2:
            return False
        owner, index, value = given.values()
        if not self.fits(value, owner, "unsafe"):
            return False
        operators: dict[Any, Any] = {np.add: gast.Add, np.subtract: gast.Sub}
        operator = operators.get(function)
        index = self.steady(index)
        if is_plain(index, self.kind_of) and operator is not None and self.fits(value, owner, "same_kind"):
            target = build.subscript(build.copy(owner), index, store=True)
            self.made.append(gast.AugAssign(target, operator(), value))
        elif operator is not None:
            self.numpys("add")
            self.made.append(adding.store(build.copy(owner), index, value, operator()))
        elif is_plain(index, self.kind_of) or self.is_mask(index):
            old = self.temporary(build.subscript(build.copy(owner), build.copy(index)))
            new = self.temporary(gast.Call(self.numpys(function.__name__), [old, value], []))
            self.store(owner, index, new)
        else:
            return False
        return True

    def steady(self, index: build.Node) -> build.Node:
        """An index that stays what it is when the array is stored into."""
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        simple = (gast.Constant, gast.Name, gast.Slice, gast.List, gast.UnaryOp)
        if all(
            isinstance(n, simple) or isinstance(n, (gast.expr_context, gast.unaryop))
            for p in parts
            for n in build.walk(p)
        ):
            return index
        made = [p if isinstance(p, simple) else self.temporary(p) for p in parts]
        return build.tuple_(made) if isinstance(index, gast.Tuple) else made[0]

    # ---- out= -------------------------------------------------------------------------------------------------------------------------

    def with_out(self, node: build.Node, call: build.Node, function: Any, out: build.Node) -> bool:
        if any(k.arg in ("casting", "dtype", "order", "subok", "signature") for k in call.keywords):
            return False
        where = next((k.value for k in call.keywords if k.arg == "where"), build.constant(True))
        args = [a for a in call.args if _alone([a]) is not out and a is not out]
        plain = gast.Call(call.func, args, [k for k in call.keywords if k.arg != "out"])
        if not self.takes(out, plain, function):
            return False
        if _value(where) is True:
            plain.keywords = [k for k in plain.keywords if k.arg != "where"]
            return self.by_temporary(node, plain, out)
        elif not isinstance(function, np.ufunc) or len(args) != function.nin:
            return False
        else:
            mask = self.mask(where, out)
            if mask is None or not all(self.kind_of(a).is_numeric for a in args):
                return False
            computed = gast.Call(call.func, [self.chosen(a, out, mask) for a in args], [])
            self.store(out, mask, self.temporary(computed))
        return self.handed_on(node, out)

    def by_temporary(self, node: build.Node, value: build.Node, out: build.Node) -> bool:
        """All of an array is overwritten by a value, and is itself what the call gives."""
        self.store(out, gast.Constant(..., None), self.temporary(value))
        return self.handed_on(node, out)

    def handed_on(self, node: build.Node, out: build.Node) -> bool:
        if isinstance(node, gast.Assign):
            self.made.append(gast.Assign(node.targets, build.copy(out), None))
        return True

    def takes(self, out: build.Node, plain: build.Node, function: Any) -> bool:
        """Whether storing the result of a call is what the call does with its `out`.

        A universal function computes as it does without an `out`; others may compute in the precision of it.
        """
        mine, made = self.kind_of(out), constant_kind(self.kind_of(plain))
        if isinstance(function, np.ufunc):
            return function.nout == 1 and _casts(made, mine, "same_kind")
        return mine.dtype != "" and made.dtype in (mine.dtype, "python" if mine.dtype == "float64" else "")

    # ---- masks ------------------------------------------------------------------------------------------------------------------------

    def is_mask(self, node: build.Node) -> bool:
        kind = self.kind_of(node)
        return isinstance(node, gast.Name) and kind.is_array and kind.dtype == "bool" and bool(kind.rank)

    def mask(self, where: build.Node, owner: build.Node) -> build.Node | None:
        """The name of the mask of the places of an array where a condition holds; None where the condition is no array of bools."""
        if isinstance(where, gast.List):
            where = gast.Call(self.numpys("array"), [where], [])
        if not isinstance(where, gast.Name):
            where = self.temporary(where)
        kind = self.kind_of(where)
        if not kind.is_array or kind.dtype != "bool" or not self.kind_of(owner).rank:
            return None
        return self.spread(where, owner)

    def chosen(self, operand: build.Node, owner: build.Node, mask: build.Node) -> build.Node:
        """What of an operand meets the places of a mask of an array."""
        if not self.kind_of(operand).is_array:
            return operand
        return self.temporary(build.subscript(self.spread(operand, owner), build.copy(mask)))

    def spread(self, operand: build.Node, owner: build.Node) -> build.Node:
        """An array in the shape of another one, with which it broadcasts."""
        if self.is_alike(operand, owner):
            return operand
        return self.temporary(gast.Call(self.numpys("broadcast_to"), [operand, _shape(owner)], []))

    def is_alike(self, a: build.Node, b: build.Node) -> bool:
        """Whether two arrays surely have one shape."""
        one, other = self.kind_of(a), self.kind_of(b)
        if isinstance(a, gast.Name) and isinstance(b, gast.Name) and a.id == b.id:
            return True
        if not one.is_array or one.rank != other.rank or one.dims is None:
            return False
        return one.dims == other.dims and None not in one.dims

    # ---- what is known of operands ------------------------------------------------------------------------------------------------------

    def is_array(self, node: build.Node) -> bool:
        return isinstance(node, gast.Name) and self.facts.kind(node.id).is_array

    def is_positions(self, node: build.Node) -> bool:
        kind = constant_kind(self.kind_of(node))
        while kind.tag == "list" and kind.item is not None:
            kind = constant_kind(kind.item)
        return kind.tag == "int" or kind.is_array and kind.dtype.startswith(("int", "uint"))

    def fits(self, value: build.Node, owner: build.Node, casting: str) -> bool:
        """Whether NumPy puts a value into an array as it is, without more axes and without a refusal to convert it."""
        kind, whole = constant_kind(self.kind_of(value)), self.kind_of(owner)
        if kind.tag in ("list", "tuple"):
            item = constant_kind(kind.item) if kind.item is not None else None
            return item is not None and item.is_scalar and _casts(item, whole, casting)
        fewer = kind.rank is None or whole.rank is None or kind.rank <= whole.rank
        return fewer and _casts(kind, whole, casting)

    def shape_of(self, node: build.Node) -> build.Node:
        if isinstance(node, gast.List) and not any(isinstance(e, (gast.List, gast.Starred)) for e in node.elts):
            return build.constant(len(node.elts))
        return gast.Call(self.numpys("shape"), [build.copy(node)], [])

    # ---- what is made -------------------------------------------------------------------------------------------------------------------

    def temporary(self, value: build.Node, wish: str = "t") -> build.Node:
        name = self.unit.fresh(wish)
        self.unit.temporaries.add(name)
        self.facts.kinds[name] = self.kind_of(value)
        self.made.append(build.assign(name, value))
        return build.name(name)

    def store(self, owner: build.Node, index: build.Node, value: build.Node) -> bool:
        self.made.append(build.assign(build.subscript(build.copy(owner), build.copy(index), store=True), value))
        return True

    def numpys(self, name: str) -> build.Node:
        """A function of NumPy, which the program itself may know by another name."""
        self.unit.free.setdefault("np", Free(self.unit.function, "np", np, None))
        return build.attribute("np", name)

    def runtime(self, name: str) -> build.Node:
        self.unit.free.setdefault("rt", Free(self.unit.function, "rt", srcgrad_runtime, None))
        return build.attribute("rt", name)


def _casts(kind: Kind, whole: Kind, casting: str) -> bool:
    """Whether NumPy converts numbers of one kind to those of an array of another one by this rule."""
    if not kind.is_numeric:
        return False
    if kind.tag in ("int", "bool"):
        return whole.dtype != "" or casting == "unsafe"
    dtype = "float64" if kind.dtype == "double" else kind.dtype
    if kind.tag == "float" and dtype in ("python", ""):
        return casting == "unsafe" or whole.dtype != "" and np.dtype(whole.dtype).kind in "fc"
    if casting == "unsafe":  # the imaginary part of a number is not dropped in silence
        return dtype != "" and (not kind.is_complex or whole.is_complex)
    return "" not in (dtype, whole.dtype) and np.can_cast(dtype, whole.dtype, casting)  # type: ignore[arg-type]


def _alone(outputs: list[build.Node]) -> build.Node | None:
    """The one array into which a call puts its result, alone or in a tuple of one."""
    if len(outputs) != 1:
        return None
    out = outputs[0]
    return out.elts[0] if isinstance(out, gast.Tuple) and len(out.elts) == 1 else out


def _matched(call: build.Node, names: tuple[str, ...], defaults: dict[str, Any]) -> Arguments | None:
    """The arguments of a call by the names of its parameters; None if one is missing or unknown."""
    given: Arguments = dict(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg not in names or keyword.arg in given:
            return None
        given[keyword.arg] = keyword.value
    given = {**{n: build.constant(v) for n, v in defaults.items()}, **given}
    return (
        {n: given[n] for n in names}
        if len(given) == len(names) == len(set(names) & set(given)) and len(call.args) <= len(names)
        else None
    )


def _entry(table: dict[Any, Any], function: Any) -> Any:
    try:
        return table.get(function)
    except TypeError:  # not hashable
        return None


def _shape(node: build.Node) -> build.Node:
    return build.attribute(build.copy(node), "shape")


def _value(node: build.Node) -> Any:
    """The number or text that an expression is; None for anything else."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return -node.operand.value
    return node.value if isinstance(node, gast.Constant) else None
