"""Differential operators besides `grad`: products with Jacobians, Jacobians, Hessians. Names and signatures follow JAX.

Each is composed of two programs: value and tangent (forward mode), value and pullback (reverse mode).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import structures

from . import api
from .core.errors import ArgumentError
from .core.markers import followed, handing_on
from .emit import tracebacks
from .pipeline import modes, signatures

__all__ = ["elementwise_grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "jvp", "ravel", "vjp"]

Argnums = signatures.Argnums
ravel = structures.ravel


@followed
def jvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> tuple:
    """Value and tangent of a function: `(y, y_dot)`, with `y_dot` the derivative of `fun(*primals)` along `tangents` (forward mode).

    `tangents` has one item for each of `primals`, of the same structure and shapes; None says that the argument is a constant, and is
    what integers and the like have. `y` may be any nested structure, and `y_dot` has that structure. With `has_aux` the function
    returns `(y, other)`, and `jvp` returns `(y, y_dot, other)`.

    Costs about twice what the function costs where a tangent program can be written; otherwise one reverse sweep for each entry of `y`.
    Raises `TangentError` (a `TypeError`) where a tangent does not fit its argument, `Refused` where the function cannot be
    differentiated.

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))
    (9.0, 6.0)
    """
    found = _tangent_program(fun, primals, tangents, has_aux)
    if found is None:
        value = fun(*primals)
        main, *other = value if has_aux else (value,)
        return (main, rt.gradient(None, main), *other)
    run, values, active, name = found
    dots = [rt.conformed(tangents[i], primals[i], f"the tangent of argument {i} of {name}") for i in active]
    try:
        return run(*values, *dots)
    except Exception as error:
        tracebacks.note_places(error)
        raise


@handing_on
def _tangent_program(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool) -> tuple | None:
    """The program of value and tangent, the bound arguments, which of them have tangents, the name; None if none has."""
    name = signatures.name_of(fun)
    for given, what in ((primals, "primals"), (tangents, "tangents")):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(f"jvp of {name}: {what} is a tuple with one item per argument: (x,) where x is meant")
    if len(primals) != len(tangents):
        raise ArgumentError(f"jvp of {name}: there are {len(primals)} primals and {len(tangents)} tangents")
    active = tuple(i for i, dot in enumerate(tangents) if dot is not None and rt.is_differentiable(primals[i]))
    if not active:
        return None
    recipe = _made(modes.Tangent, fun, active, has_aux)
    values = recipe.parameters.bind(*primals)
    return recipe.find(values).run, values, active, name


@followed
def vjp(fun: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple:
    """Value and pullback of a function: `(y, vjp_fn)`, with `vjp_fn(y_bar)` the tuple of the adjoints of `primals` (reverse mode).

    `y` may be any nested structure; `y_bar` has the structure and shapes of `y`, and None anywhere in it is zero. An argument that has
    no derivative, such as an integer, gets None. `vjp_fn` may be called any number of times. With `has_aux` the function returns
    `(y, other)`, and `vjp` returns `(y, vjp_fn, other)`.

    Raises `TangentError` (a `TypeError`) where `y_bar` does not fit `y`, `Refused` where the function cannot be differentiated.

    >>> y, vjp_fn = vjp(lambda x, k: x**k, 3.0, 2)
    >>> y, vjp_fn(1.0)
    (9.0, (6.0, None))
    """
    run, values, active = _pullback_program(fun, primals, has_aux)
    try:
        value, pullback, *other = run(*values)
    except Exception as error:
        tracebacks.note_places(error)
        raise
    if len(active) == len(primals):
        return (value, pullback, *other)

    def vjp_fn(y_bar: Any) -> tuple:
        found = dict(zip(active, pullback(y_bar), strict=True))
        return tuple(found.get(i) for i in range(len(primals)))

    return (value, vjp_fn, *other)


@handing_on
def _pullback_program(fun: Callable[..., Any], primals: tuple, has_aux: bool) -> tuple:
    """The program of value and pullback, the bound arguments, and which of them can be differentiated."""
    active = tuple(i for i, x in enumerate(primals) if rt.is_differentiable(x))
    if not active:
        raise ArgumentError(f"vjp of {signatures.name_of(fun)}: no argument holds a float or a floating array")
    recipe = _made(modes.Pullback, fun, active, has_aux)
    values = recipe.parameters.bind(*primals)
    return recipe.find(values).run, values, active


def _made(kind: Any, fun: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
    """The recipe of a program, kept for the functions that were asked for last."""
    if not callable(fun):
        raise ArgumentError(f"a function is needed, not {fun!r}")
    try:
        return _kept(kind, fun, argnums, has_aux)
    except TypeError as error:  # a callable that has no hash
        if "unhashable" not in str(error):
            raise
        return kind(fun, argnums, has_aux)


@functools.lru_cache(maxsize=16)
def _kept(kind: Any, fun: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
    return kind(fun, argnums, has_aux)


class Operator:
    """A derivative of a function as a function of the same arguments; `source` shows the program that does the work."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool, holomorphic: bool = False):
        if not callable(function):
            raise ArgumentError(f"{type(self).__name__.lower()} takes a function, not {function!r}")
        self._function, self._argnums, self._aux, self._holomorphic = function, argnums, has_aux, holomorphic
        self._single = not isinstance(argnums, (tuple, list))
        self._recipe = self._program(function, argnums, has_aux)
        wrapper: Any = self
        functools.update_wrapper(wrapper, function, updated=())

    def _program(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
        raise NotImplementedError

    @property
    def source(self) -> str:
        """The text of the program that ran last; before the first call, that for arguments of any kind."""
        latest = self._recipe.latest
        return (latest if latest is not None else self._recipe.general()).text

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} of {self._recipe.name}>"

    @handing_on
    def _bound(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, tuple]:
        """The bound arguments, and those to differentiate."""
        values = self._recipe.parameters.bind(*args, **kwargs)
        signature = self._recipe.parameters.signature
        return values, tuple(signatures.given(self._function, values, signature, one)[1] for one in self._recipe.wrt)

    @followed
    def _blocks(self, matrix: np.ndarray, y: Any, xs: tuple) -> Any:
        """The Jacobian in its structure: that of the result, in each leaf of it that of the argument (or arguments)."""
        x = xs[0] if self._single else xs
        columns, start = [], 0
        x_leaves, y_leaves = rt.leaves(x), rt.leaves(y)
        for leaf in x_leaves:
            columns.append((start, start + np.size(leaf), np.shape(leaf)))
            start += np.size(leaf)
        rows, top = [], 0
        for leaf in y_leaves:
            parts = [
                matrix[top : top + np.size(leaf), low:high].reshape(np.shape(leaf) + shape)[()]
                for low, high, shape in columns
            ]
            parts = [_as_leaf(part, leaf, one) for part, one in zip(parts, x_leaves, strict=True)]
            rows.append(rt.refilled(x, parts))
            top += np.size(leaf)
        return rt.refilled(y, rows)


@followed
def _as_leaf(part: Any, y: Any, x: Any) -> Any:
    """One block in the precision of its two sides, in memory of its own; a Python number where both are."""
    if type(x) in (float, complex) and type(y) in (float, complex):
        return part.item()
    floating = [np.result_type(v) for v in (x, y) if hasattr(v, "dtype")] or [part.dtype]
    dtype = np.result_type(*floating, *([part.dtype] if part.dtype.kind == "c" else []))
    return np.array(part, dtype)[()] if np.ndim(part) == 0 else np.array(part, dtype)


@handing_on
def _unit(size: int, i: int, dtype: Any) -> np.ndarray:
    unit = np.zeros(size, dtype)
    unit[i] = 1.0
    return unit


class Jacrev(Operator):
    """See `jacrev`."""

    def _program(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
        return modes.Pullback(function, argnums, has_aux)

    @followed
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        values, xs = self._bound(args, kwargs)
        _check_real(self, xs)
        y, pullback, *other = self._recipe.find(values).run(*values)
        _check_real(self, (y,), "result")
        found = self._blocks(self._rows(y, pullback, xs), y, xs)
        return (found, *other) if self._aux else found

    @followed
    def _rows(self, y: Any, pullback: Callable[[Any], tuple], xs: tuple) -> np.ndarray:
        vector, unravel = ravel(y)
        rows = [ravel(pullback(unravel(_unit(vector.size, i, vector.dtype))))[0] for i in range(vector.size)]
        return np.array(rows) if rows else np.zeros((0, ravel(xs)[0].size))


class Jacfwd(Operator):
    """See `jacfwd`."""

    def _program(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
        return modes.Tangent(function, argnums, has_aux)

    @followed
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        values, xs = self._bound(args, kwargs)
        _check_real(self, xs)
        if getattr(
            self._recipe.find(values), "goes_back", False
        ):  # one reverse sweep for each entry of the result, and not for each of x
            return self._reverse(*args, **kwargs)
        vector, unravel = ravel(xs)
        columns, y, other = [], None, []
        # what the function does besides its result, it is to do once: all runs but the last one get copies
        for i in range(vector.size):
            given = values if i == vector.size - 1 else rt.copies(values)
            y, y_dot, *other = self._recipe.find(given).run(*given, *unravel(_unit(vector.size, i, vector.dtype)))
            columns.append(ravel(y_dot)[0])
        if not columns:
            y, _, *other = self._recipe.find(values).run(*values, *unravel(vector))
            columns = [np.zeros((ravel(y)[0].size, 0)).T]
        _check_real(self, (y,), "result")
        found = self._blocks(np.array(columns).reshape(vector.size, -1).T, y, xs)
        return (found, *other) if self._aux else found

    @functools.cached_property
    def _reverse(self) -> Jacrev:
        return Jacrev(self._function, self._argnums, self._aux, self._holomorphic)


class Jacobian(Jacrev):
    """See `jacobian`."""

    @followed
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        values, xs = self._bound(args, kwargs)
        _check_real(self, xs)
        y, pullback, *other = self._recipe.find(values).run(*values)
        if ravel(y)[0].size <= ravel(xs)[0].size:
            found = self._blocks(self._rows(y, pullback, xs), y, xs)
            return (found, *other) if self._aux else found
        return self._forward(*args, **kwargs)

    @functools.cached_property
    def _forward(self) -> Jacfwd:
        return Jacfwd(self._function, self._argnums, self._aux, self._holomorphic)


@handing_on
def _check_real(operator: Operator, values: tuple, what: str = "") -> None:
    for one, value in zip(operator._recipe.wrt if not what else (what,), values, strict=True):
        label = "the result" if what else f"argument {one!r}" if isinstance(one, str) else f"argument number {one}"
        leaves = rt.leaves(value)
        is_complex = [np.result_type(leaf).kind == "c" for leaf in leaves]
        name = f"{type(operator).__name__.lower()} of {operator._recipe.name}"
        if not leaves:
            raise ArgumentError(f"{name}: {label} has no float and no floating array in it, and no derivative")
        if any(is_complex) and not operator._holomorphic:
            raise ArgumentError(f"{name}: {label} is complex; pass holomorphic=True if the function is holomorphic")
        if operator._holomorphic and not all(is_complex):
            raise ArgumentError(f"{name}: {label} is real, and holomorphic=True needs complex numbers")


@handing_on
def jacrev(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, holomorphic: bool = False) -> Jacrev:
    """The Jacobian of a function, row by row in reverse mode: one forward sweep, and one reverse sweep for each entry of the result.

    The Jacobian has the structure of the result, and in each leaf of it the structure of the argument (of a tuple of arguments
    for a tuple `argnums`); its arrays have the shape of the result's followed by that of the argument's.

    >>> jacrev(lambda x: np.array([x[0] * x[1], x[0]]))(np.array([2.0, 3.0])).tolist()
    [[3.0, 2.0], [1.0, 0.0]]
    """
    return Jacrev(fun, argnums, has_aux, holomorphic)


@handing_on
def jacfwd(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, holomorphic: bool = False) -> Jacfwd:
    """The Jacobian of a function, column by column in forward mode: one run of the tangent program for each entry of the arguments.

    Its structure is that of `jacrev`.

    >>> jacfwd(lambda x: np.array([x[0] * x[1], x[0]]))(np.array([2.0, 3.0])).tolist()
    [[3.0, 2.0], [1.0, 0.0]]
    """
    return Jacfwd(fun, argnums, has_aux, holomorphic)


@handing_on
def jacobian(
    fun: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    *,
    mode: str = "auto",
) -> Operator:
    """The Jacobian of a function, in the mode that needs fewer sweeps for the sizes of result and arguments, or in `mode` "fwd" or "rev".

    Its structure is that of `jacrev`.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    made = {"auto": Jacobian, "fwd": Jacfwd, "rev": Jacrev}
    if mode not in made:
        raise ArgumentError(f"jacobian: mode is 'auto', 'fwd' or 'rev', not {mode!r}")
    return made[mode](fun, argnums, has_aux, holomorphic)


@handing_on
def hessian(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Operator:
    """The matrix of second derivatives of a function that returns a real number: the tangents of its gradient (forward over reverse).

    Its structure is that of the argument, and in each leaf of it that of the argument again.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0])).tolist()
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return Jacfwd(api.grad(fun, argnums, has_aux), argnums, has_aux)


@followed
def hvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The product of the Hessian of a real function with a vector: the tangent of its gradient, at the cost of a few gradients.

    The gradient is taken with respect to each argument that has a tangent. The result has the structure of the argument, and is a
    tuple of such where there are several.

    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([2.0, 3.0]),), (np.array([1.0, 0.0]),)).tolist()
    [6.0, 4.0]
    """
    gradient = _gradient(fun, tangents)
    active = tuple(i for i, dot in enumerate(tangents) if dot is not None)
    if not _goes_back(gradient, primals, active):
        return jvp(gradient, primals, tangents)[1]
    # the Hessian is symmetric, and one reverse sweep is cheaper than one for each entry
    dots = tuple(tangents[i] for i in active)
    found = vjp(gradient, *primals)[1](dots if len(dots) > 1 else dots[0])
    return tuple(found[i] for i in active) if len(active) > 1 else found[active[0]]


@handing_on
def _goes_back(gradient: Callable[..., Any], primals: Sequence[Any], active: tuple[int, ...]) -> bool:
    """Whether the tangents of a function come from reverse sweeps."""
    if not all(rt.is_differentiable(primals[i]) for i in active) or not isinstance(primals, (tuple, list)):
        return False
    recipe = _made(modes.Tangent, gradient, active, False)
    return getattr(recipe.find(recipe.parameters.bind(*primals)), "goes_back", False)


@handing_on
def _gradient(fun: Callable[..., Any], tangents: Sequence[Any]) -> api.Gradient:
    """The gradient with respect to the arguments that have tangents."""
    active = tuple(i for i, dot in enumerate(tangents) if dot is not None)
    if not active:
        raise ArgumentError(f"hvp of {signatures.name_of(fun)}: every tangent is None")
    return _kept_gradient(fun, active if len(active) > 1 else active[0])


@functools.lru_cache(maxsize=16)
def _kept_gradient(fun: Callable[..., Any], argnums: Argnums) -> api.Gradient:
    return api.grad(fun, argnums)


class ElementwiseGrad(Operator):
    """See `elementwise_grad`."""

    def _program(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
        return modes.Pullback(function, argnums, has_aux)

    @followed
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        values, _ = self._bound(args, kwargs)
        y, pullback, *other = self._recipe.find(values).run(*values)
        vector, unravel = ravel(y)
        found = pullback(unravel(np.ones_like(vector)))
        found = found[0] if self._single else found
        return (found, *other) if self._aux else found


@handing_on
def elementwise_grad(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> ElementwiseGrad:
    """The derivative of a function that works entry by entry, at each entry: the gradient of the sum of its result.

    >>> elementwise_grad(np.square)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    return ElementwiseGrad(fun, argnums, has_aux)
