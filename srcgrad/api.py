"""What a user calls: `grad`, `value_and_grad`, `source`, `stop_gradient`, `rule`."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

from . import pipeline
from .core.errors import ArgumentError
from .core.markers import handing_on, stop_gradient
from .emit import tracebacks
from .pipeline import signatures

__all__ = ["Gradient", "grad", "rule", "source", "stop_gradient", "value_and_grad"]

Argnums = signatures.Argnums


class Gradient:
    """The gradient of a function, as a function of the same arguments.

    It is written when it is called first with arguments of some kinds, and again for others; `source` shows the text. It has the
    name, the signature and the documentation of the function, works as a method, and can be pickled if the function can.
    """

    def __init__(
        self, function: Callable[..., Any], argnums: Argnums, has_aux: bool, value: bool, holomorphic: bool = False
    ):
        if not callable(function):
            verb = "value_and_grad" if value else "grad"
            raise ArgumentError(f"{verb} takes a function, not {function!r}; write {verb}(f)(x), not {verb}(f(x))")
        self._recipe = pipeline.Recipe(function, argnums, value, has_aux, holomorphic)
        self._plain = self._recipe.parameters.plain
        self._options = (argnums, has_aux, value, holomorphic)
        functools.update_wrapper(self, function, updated=())
        self.__doc__ = getattr(function, "__doc__", None) if hasattr(function, "__code__") else type(self).__doc__

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        recipe = self._recipe
        if kwargs or len(args) != self._plain:
            args = recipe.parameters.bind(*args, **kwargs)
        latest = recipe.latest
        if latest is None or not latest.serves(*args):
            latest = recipe.find(args)
        try:
            return latest.run(*args)
        except Exception as error:
            tracebacks.note_places(error)
            raise

    def emitted(self, /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The emitted function that serves these arguments. It reads outside data as it was now."""
        return self._recipe.find(self._recipe.parameters.bind(*args, **kwargs)).function

    @property
    def source(self) -> str:
        """The text of the program that ran last; before the first call, that of the program for arguments of any kind."""
        latest = self._recipe.latest
        return (latest if latest is not None else self._recipe.general()).text

    # ---- as a function among functions ----

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        title = self._recipe.title()
        return f"<{title[0].lower()}{title[1:]}>"

    def __reduce__(self) -> Any:
        found: Any = sys.modules.get(getattr(self, "__module__", None) or "")
        path = getattr(self, "__qualname__", "")
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is self:
            return path
        return Gradient, (self._recipe.function, *self._options)

    def __copy__(self) -> Gradient:
        return self

    def __deepcopy__(self, memo: Any) -> Gradient:
        return self

    def _repr_html_(self) -> str:
        """The program, for notebooks."""
        import html

        return f"<pre>{html.escape(self.source)}</pre>"

    # ---- what the engine asks of a gradient that it meets in a program ----

    @property
    def __srcgrad_signature__(self) -> inspect.Signature:
        return self._recipe.parameters.signature

    def __srcgrad_specialise__(self, values: tuple[Any, ...] | None) -> Any:
        """The specialisation for these arguments, in the order of the parameters; the general one for None."""
        return self._recipe.general() if values is None else self._recipe.find(values)

    def __srcgrad_function__(self, kinds: dict[str, Any]) -> Callable[..., Any]:
        """The emitted function for arguments of these kinds, by the names of the parameters."""
        return self._recipe.of_kinds(kinds).function


@handing_on
def grad(
    fun: Callable[..., Any] | None = None, argnums: Argnums = 0, has_aux: bool = False, holomorphic: bool = False
) -> Any:
    """The gradient of a function that returns a real number, as a function of the same arguments.

    `argnums` says which arguments to differentiate: a position, a parameter's name, or a tuple of those; negative positions count
    from the end. The gradient has the structure, shapes and dtypes of the argument, and is a tuple of such for a tuple. With
    `has_aux` the function returns `(value, other)`, and the gradient function `(gradient, other)`.

    A function of complex numbers that returns one is differentiated only where `holomorphic=True` says that it is holomorphic; its
    gradient is the complex derivative.

    Works as a decorator, too: `@grad` or `@grad(argnums=1)`.

    Raises `ArgumentError` (a `TypeError`) for an argument that is not there, or that has no derivative, such as an integer;
    `ResultError` (a `TypeError`) where the function does not return a real number; `Refused` where the function cannot be
    differentiated, with the line and what to write instead; `SourceNotFound` where its source cannot be found.

    >>> grad(lambda x: x * x)(3.0)
    6.0
    """
    if fun is None:
        return functools.partial(grad, argnums=argnums, has_aux=has_aux, holomorphic=holomorphic)
    return Gradient(fun, argnums, has_aux, False, holomorphic)


@handing_on
def value_and_grad(
    fun: Callable[..., Any] | None = None, argnums: Argnums = 0, has_aux: bool = False, holomorphic: bool = False
) -> Any:
    """Like `grad`, but the function it gives returns the value and the gradient: `(value, gradient)`.

    With `has_aux` it returns `((value, other), gradient)`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    if fun is None:
        return functools.partial(value_and_grad, argnums=argnums, has_aux=has_aux, holomorphic=holomorphic)
    return Gradient(fun, argnums, has_aux, True, holomorphic)


def source(gradient: Any) -> str:
    """The text of the program behind a gradient function; see `Gradient.source`."""
    gradient = getattr(gradient, "__func__", gradient)
    found = getattr(gradient, "source", None)
    if not isinstance(gradient, Gradient) and not isinstance(found, str):
        name = signatures.name_of(gradient)
        raise ArgumentError(f"source takes what grad returned, not {name}; write source(grad({name}))")
    return found  # type: ignore[return-value]


def rule(function: Callable[..., Any], *partials: str | None, adjoint: str = "", tangent: str = "") -> Any:
    """Tell srcgrad the derivative of a function that it cannot, or shall not, look into.

    An elementwise function takes one partial derivative per argument, as a Python expression of the arguments (`x`, or `x1`, `x2`,
    ...), the result `y`, and `np`; None says that the derivative is zero:

        srcgrad.rule(special.expit, "y * (1 - y)")

    Any other function takes, for each parameter with a derivative, a function that gives the adjoint of that parameter. It takes
    parameters of the call by their names and, after `*`, the result `y` and the adjoint `y_bar` of the result, of those what it needs:

        @srcgrad.rule(solve_tridiagonal, adjoint="b")
        def solve_b(a, b, *, y_bar):
            return solve_tridiagonal(a.T, y_bar)

    That serves reverse mode. For forward mode, `tangent` names the parameter in the same way, and the function takes the tangent of
    the parameter, `b_dot` for `b`, in the place of `y_bar`, and gives the tangent of the result:

        @srcgrad.rule(solve_tridiagonal, tangent="b")
        def solve_b_dot(a, b_dot):
            return solve_tridiagonal(a, b_dot)

    One of the two is enough: the other is then found entry by entry, which takes one call for each entry of the result (or of
    the parameter).

    A parameter that has no such function counts as a constant only where the call gives it a value that is not differentiated.
    A rule of a function that has one already takes its place.
    """
    if not callable(function):
        raise ArgumentError(f"rule takes a function, not {function!r}")
    if bool(partials) + bool(adjoint) + bool(tangent) > 1:
        raise ArgumentError("rule takes partial derivatives, or adjoint=..., or tangent=..., not both")
    if not (partials or adjoint or tangent):
        name = signatures.name_of(function)
        raise ArgumentError(f'rule needs a derivative: rule({name}, "...") or @rule({name}, adjoint="parameter")')
    from .pipeline import user_rules

    if partials:
        user_rules.elementwise(function, partials)
        return None
    if tangent:
        return functools.partial(user_rules.tangent, function, tangent)
    return functools.partial(user_rules.adjoint, function, adjoint)
