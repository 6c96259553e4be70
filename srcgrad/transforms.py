"""Functions whose derivative is found in another way than through their steps: `checkpoint`, `implicit`.

Each gives a function with a rule of its own: a call is one operation, and its adjoint is computed when the reverse sweep comes to it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from . import operators
from .core.errors import ArgumentError, SrcgradError
from .core.markers import followed, handing_on
from .emit import load
from .pipeline import signatures

__all__ = ["DerivativeError", "checkpoint", "implicit"]


class DerivativeError(SrcgradError, ArithmeticError):
    """A derivative does not exist, or cannot be trusted, at the values at hand."""


@handing_on
def checkpoint(fun: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which keeps only its arguments for the reverse sweep, and is run again there.

    That saves the memory of everything the function computes on its way, and costs one more run of it. The function must give the
    same result the second time: `DerivativeError` is raised where it does not, because it draws random numbers or changes something.
    What depends on differentiated values is to be an argument of the function; closures over such values are refused.

    >>> from srcgrad import grad
    >>> cube = checkpoint(lambda x: x * x * x)
    >>> grad(lambda x: 2.0 * cube(x))(2.0)
    24.0
    """
    call = _by_position(fun)

    def adjoint(args: tuple, *, y: Any, y_bar: Any) -> tuple:
        value, pullback = operators.vjp(call, *args)
        if not _equal(value, y):
            raise DerivativeError(
                f"checkpoint of {signatures.name_of(fun)}: another run of it on the same arguments gives another result; "
                "it draws random numbers, or changes what it reads"
            )
        return pullback(y_bar)

    def tangent(args: tuple, args_dot: tuple) -> Any:
        return operators.jvp(call, args, _without_numbers(args, args_dot))[1]

    return _with_rule(fun, call, adjoint, tangent)


@handing_on
def implicit(
    residual: Callable[..., Any] | None = None,
    *,
    fixed_point: Callable[..., Any] | None = None,
    tolerance: float = 1e-6,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Differentiate a solver by the equation that its result solves, not through its steps: a decorator for `solve(*args)`.

    The result `z`, of any structure, is taken for a solution of `residual(z, *args) == 0`, where `residual` returns as many numbers
    as `z` has, or of `fixed_point(z, *args) == z`. The solver may be written in any way; it is not looked into. By the implicit
    function theorem

        residual:     z_dot = -F_z^-1 F_args args_dot        (a dense system: one pullback for each entry of z)
        fixed point:  z_dot = P_z z_dot + P_args args_dot    (iterated, as the fixed point itself is found; [G&W 15])

    Raises `DerivativeError` where the result does not solve the equation to `tolerance` (relative to the size of `z`), where the
    system is singular, and where the iteration does not converge. What depends on differentiated values is to be an argument.

    >>> import math
    >>> from srcgrad import grad
    >>> @implicit(lambda z, a: z * z - a)
    ... def root(a):
    ...     return math.sqrt(a)
    >>> grad(root)(4.0)
    0.25
    """
    if (residual is None) is (fixed_point is None):
        raise ArgumentError("implicit takes a residual or fixed_point=..., one of them")
    equation: Callable[..., Any] = residual if residual is not None else fixed_point  # type: ignore[assignment]

    def decorate(solve: Callable[..., Any]) -> Callable[..., Any]:
        call = _by_position(solve)
        name = signatures.name_of(solve)

        def linearised(args: tuple, z: Any) -> tuple[np.ndarray, Callable[[Any], tuple], Callable[[Any], Any]]:
            """The size of z as a vector, the pullback of the equation, and the way from vectors to values of the equation."""
            vector, _ = rt.ravel(z)
            value, pullback = operators.vjp(equation, z, *args)
            found, unravel = rt.ravel(value)
            if found.shape != vector.shape:
                raise DerivativeError(
                    f"implicit {name}: the equation gives {found.size} numbers, and the result has {vector.size}"
                )
            off = found if residual is not None else found - vector
            if not np.max(np.abs(off), initial=0.0) <= tolerance * (1.0 + np.max(np.abs(vector), initial=0.0)):
                raise DerivativeError(
                    f"implicit {name}: the result does not solve the equation; it is off by {np.max(np.abs(off)):.2g}"
                )
            return vector, pullback, unravel

        def adjoint(args: tuple, *, y: Any, y_bar: Any) -> tuple:
            vector, pullback, unravel = linearised(args, y)
            seed = rt.ravel(rt.conformed(y_bar, y))[0]

            def pull(w: np.ndarray) -> np.ndarray:
                return rt.ravel(pullback(unravel(w))[0])[0]

            if residual is None:
                w = _iterated(lambda w: seed + pull(w), seed, name)
            else:
                rows = [pull(row) for row in np.eye(vector.size)]
                w = -_solved(np.array(rows).reshape(vector.size, vector.size).T, seed, name)
            return pullback(unravel(w))[1:]

        def tangent(args: tuple, args_dot: tuple, *, y: Any) -> Any:
            vector, pullback, _ = linearised(args, y)
            dots = _without_numbers(args, args_dot)
            _, back = rt.ravel(y)
            drive = rt.ravel(operators.jvp(equation, (y, *args), (None, *dots))[1])[0]
            if residual is None:

                def push(w: np.ndarray) -> np.ndarray:
                    return drive + rt.ravel(operators.jvp(equation, (y, *args), (back(w), *(None for _ in args)))[1])[0]

                return back(_iterated(push, drive, name))
            rows = [rt.ravel(pullback(_structured(row, equation, y, args))[0])[0] for row in np.eye(vector.size)]
            return back(-_solved(np.array(rows).reshape(vector.size, vector.size), drive, name))

        return _with_rule(solve, call, adjoint, tangent)

    return decorate


def _structured(row: np.ndarray, equation: Callable[..., Any], z: Any, args: tuple) -> Any:
    return rt.ravel(equation(z, *args))[1](row)


def _solved(matrix: np.ndarray, right: np.ndarray, name: str) -> np.ndarray:
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        raise DerivativeError(
            f"implicit {name}: the equation does not determine the result; its derivative is singular"
        ) from None


def _iterated(step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, name: str) -> np.ndarray:
    w = start
    for _ in range(10_000):
        new = step(w)
        change = np.max(np.abs(new - w), initial=0.0)
        w = new
        if not np.isfinite(change):
            break
        if change <= 8 * np.finfo(w.dtype).eps * (1.0 + np.max(np.abs(w), initial=0.0)):
            return w
    raise DerivativeError(
        f"implicit {name}: the iteration for the derivative does not converge; the map is no contraction"
    )


# ---- functions with a rule of their own ---------------------------------------------------------------------------------------------


def _by_position(fun: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one of positional arguments: all its parameters in order."""
    if not callable(fun):
        raise ArgumentError(f"a function is needed, not {fun!r}")
    signature = signatures.signature_of(fun)
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature.parameters.values()):
        raise ArgumentError(f"{signatures.name_of(fun)} takes any number of arguments; name them, to give it a rule")
    keywords = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    if not keywords:
        return fun
    count = len(signature.parameters) - len(keywords)
    names = [f"a{i}" for i in range(len(signature.parameters))]
    given = ", ".join([*names[:count], *(f"{k}={n}" for k, n in zip(keywords, names[count:], strict=True))])
    return load.load(f"def call({', '.join(names)}):\n    return function({given})\n", "call", {"function": fun})


def _with_rule(
    fun: Callable[..., Any], call: Callable[..., Any], adjoint: Callable[..., Any], tangent: Callable[..., Any]
) -> Callable[..., Any]:
    """A function like `fun`, of the same parameters, that is differentiated by a rule for all of them together."""

    def ruled(*args: Any) -> Any:
        return call(*args)

    name = signatures.name_of(fun) if signatures.name_of(fun).isidentifier() else "function"
    for function, form in ((ruled, "ruled"), (adjoint, "adjoint"), (tangent, "tangent")):
        function.__name__ = function.__qualname__ = f"{name}_{form}"
    from .pipeline import user_rules

    user_rules.of_all_arguments(ruled, followed(adjoint), followed(tangent))
    signature = signatures.signature_of(fun)
    space: dict[str, Any] = {ruled.__name__: ruled}
    parameters = []
    for p in signature.parameters.values():
        default: Any = p.default
        if default is not p.empty and not (default is None or type(default) in (bool, int, float, str)):
            space[f"{name}_{p.name}"] = default
            default = _Text(f"{name}_{p.name}")
        parameters.append(p.replace(annotation=p.empty, default=default))
    passed = ", ".join(signature.parameters)
    text = f"def {name}{inspect.Signature(parameters)}:\n    return {ruled.__name__}({passed})\n"
    made = load.load(text, name, space)
    made.__doc__ = getattr(fun, "__doc__", None)
    return made


class _Text(str):
    """What stands in a signature for a default that has no literal."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@followed
def _without_numbers(args: tuple, dots: tuple) -> tuple:
    """Tangents, with None for the arguments that have none."""
    return tuple([dots[i] if rt.is_differentiable(args[i]) else None for i in range(len(args))])


@handing_on
def _equal(a: Any, b: Any) -> bool:
    one, other = rt.ravel(a)[0], rt.ravel(b)[0]
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))
