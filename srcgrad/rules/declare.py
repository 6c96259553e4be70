"""The vocabulary in which rules are written.

A rule says how a function that srcgrad does not look into is differentiated. There are six kinds of statement:

* `elementwise(np.tanh, "1 - y*y")` : one partial per argument, as a Python expression over the arguments (`x`, or `x1`,
  `x2`, ...) and the result `y`. The names a partial reads are exactly what must be available in the reverse sweep.
* `structural(np.sum, ...)` with `@adjoint(np.sum)` functions : the adjoint of one parameter is an ordinary function
  whose body is a single `return` of an expression. It takes those parameters of the call that it needs, by their real
  names, and after `*` the result `y` (if it needs it) and the result's adjoint `y_bar`. It can be called in a test, and
  its expression is written into the emitted program.
* the tangent of a structural function, for forward mode: `multilinear=("a",)` says that the tangent is the function itself
  applied to `a_dot` in the place of `a`; a `@tangent(np.sort)` function says it otherwise, written like an adjoint: it
  takes parameters of the call, the tangent `<parameter>_dot` of its own parameter and, after `*`, the result `y`. Its value
  has the shape of the result (or broadcasts to it). A parameter with an adjoint and neither of these gets a tangent by
  transposing the adjoint, at the cost of one evaluation per entry of the result, and the other way round.
* `written(np.polyfit, rt.written.polyfit, ...)` : a function that is composed of others, or calls functions it is given, in plain Python.
* `followed(np.copyto, ...)` : a named list of functions that the recorded road carries out itself.
* `nondifferentiable(np.floor, ...)` : a named list of functions whose derivative is zero wherever it exists, or whose
  result is not a real number.
* `refused(function, reason)` : a named list of functions that are refused, with the reason.

A row may add texts for special cases, which the engine takes when it knows that they apply (see
`Rule.choose_partials`):

* `passive={"x1": (None, "x2 > x1")}` : the partials where argument `x1` does not depend on what is differentiated;
* `constant={"x2": chooser}` : where argument `x2` is a number written in the program: `chooser(number)` gives the
  partials, or None;
* `real=("np.sign(x)",)` : where all arguments are known to be real.

Silence is never a rule: an active value that reaches a function of none of these lists is an error.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any, cast

REQUIRED = inspect.Parameter.empty
Partials = tuple["str | None", ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function with a rule: its name, its default (`REQUIRED`: none) and how it may be passed."""

    name: str
    default: Any = REQUIRED
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD


@dataclass(frozen=True)
class Adjoint:
    """The adjoint (or tangent) of one parameter: a function of one expression, and the calls it is meant for.

    `ranks` are the ranks of the first arguments (None: any); `without` names arguments that the call must not give, and `given`
    arguments that it must give.
    """

    parameter: str
    function: Callable[..., Any]
    ranks: tuple[int, ...] | None = None
    without: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @functools.cached_property
    def takes(self) -> tuple[str, ...]:
        """The names that the function reads: parameters of the call, and `y`, `y_bar` or `<parameter>_dot`.

        Both may read `<parameter>_active` as well: which parts of a tuple or list are active, where that is known.
        """
        return tuple(inspect.signature(self.function).parameters)


@dataclass
class Rule:
    """Everything srcgrad knows about one function."""

    function: Callable[..., Any]
    name: str
    signature: str | tuple[Parameter, ...] = ""  # empty: what `inspect.signature` says
    partials: Partials = ()  # elementwise rules only
    adjoints: dict[str, list[Adjoint]] = field(default_factory=dict)
    tangents: dict[str, list[Adjoint]] = field(default_factory=dict)
    multilinear: frozenset[str] = frozenset()  # the tangent of these is the same call with x_dot in the place of x
    ignored: frozenset[str] = (
        frozenset()
    )  # parameters that do not change the derivative (order, dtype of equal kind, ...)
    shapes: frozenset[str] = (
        frozenset()
    )  # parameters that count by shape, dtype or side of a step only, and may be anything
    sequences: frozenset[str] = frozenset()  # parameters that take a list of arrays, and not an array of them
    domain: tuple[tuple[float, float], ...] = ()  # elementwise: where each argument is drawn from in tests
    cases: Callable[[Any], Iterable[tuple[tuple, dict]]] | None = None  # structural: draws calls for the tests
    order2: str = ""  # why there is no second derivative; empty where there is one
    passive_partials: dict[str, Partials] = field(default_factory=dict)  # argument that is passive -> partials
    constant_partials: dict[str, Callable[[Any], Partials | None]] = field(default_factory=dict)  # literal -> partials
    real_partials: Partials = ()  # partials where all arguments are known to be real; empty where they are the same
    by_count: dict[int, Rule] = field(default_factory=dict)  # the rules for calls with so many positional arguments

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the function, in order; found out when they are first asked for."""
        if isinstance(self.signature, tuple):
            return self.signature
        return _parameters(self.function, self.signature)

    @property
    def first_parameter(self) -> str:
        """The name of the first parameter; without reading the whole signature where that can be helped."""
        if isinstance(self.signature, str):
            if self.signature:
                return self.signature.partition(",")[0].partition("=")[0].strip(" *")
            code = getattr(inspect.unwrap(self.function), "__code__", None)
            if code is not None and code.co_argcount:
                return code.co_varnames[0]
        return self.parameters[0].name

    def choose_partials(
        self, passive: Collection[str] = (), constants: Mapping[str, Any] | None = None, real: bool = False
    ) -> Partials:
        """The partials of an elementwise rule for one call, the most specific text first.

        `passive` names the arguments that do not depend on what is differentiated, `constants` gives the numbers that
        stand in the program as arguments (these are passive as well), `real` says that no argument can be complex. With
        nothing known the answer is right for every call.
        """
        for name, number in (constants or {}).items():
            if name in self.constant_partials:
                found = self.constant_partials[name](number)
                if found is not None:
                    return found
        for name in (*passive, *(constants or ())):
            if name in self.passive_partials:
                return self.passive_partials[name]
        return self.real_partials if real and self.real_partials else self.partials

    def choose_adjoint(
        self, parameter: str, given: Collection[str], ranks: Sequence[int | None] = (), tangent: bool = False
    ) -> Adjoint | None:
        """The adjoint (or tangent) function of one parameter for a call giving these arguments; None where none serves.

        The first one counts that takes every given argument, but for those that are ignored or have adjoints of their
        own, and whose ranks are those of the first arguments (`ranks` holds None where a rank is unknown), and whose
        `without` and `given` the call respects.
        """
        free = self.ignored | self.shapes | set(self.differentiable)
        for entry in (self.tangents if tangent else self.adjoints).get(parameter, ()):
            fits = entry.ranks is None or tuple(ranks[: len(entry.ranks)]) == entry.ranks
            fits = fits and not set(given).intersection(entry.without) and set(given).issuperset(entry.given)
            if fits and set(given) <= free.union(entry.takes):
                return entry
        return None

    @property
    def is_elementwise(self) -> bool:
        return bool(self.partials)

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The names of the parameters that have a derivative."""
        if self.partials:
            names = [p.name for p in self.parameters]
            return tuple(n for n, partial in zip(names, self.partials, strict=False) if partial is not None)
        return tuple(dict.fromkeys((*self.adjoints, *self.tangents, *self.multilinear)))

    def is_multilinear(self, parameter: str, given: Collection[str]) -> bool:
        """Whether the tangent for one parameter is the same call with `x_dot` in the place of `x`."""
        return parameter in self.multilinear and "out" not in given


@dataclass(frozen=True)
class Written:
    """A function of a library in plain Python: `text` does what `function` does, and is differentiated in its place."""

    function: Callable[..., Any]
    name: str
    text: FunctionType
    cases: Callable[[Any], Iterable[tuple[tuple, dict]]]
    pure: bool  # whether it changes nothing and calls nothing that it is given
    order2: str = ""  # why there is no second derivative; empty where there is one


RULES: dict[Any, Rule] = {}
NONDIFFERENTIABLE: dict[Any, str] = {}  # function -> name
NONDIFFERENTIABLE_CALLS: set[tuple[Any, int]] = set()  # (function, number of positional arguments)
WRITTEN: dict[Any, Written] = {}  # function -> the text that is differentiated in its place
FOLLOWED: dict[Any, str] = {}  # function -> name
REFUSED: dict[Any, str] = {}  # function -> reason
METHODS: dict[str, Method] = {}  # name of an array method -> the function it stands for
ATTRIBUTES: dict[str, Callable[..., Any]] = {}  # name of an array attribute -> the function it stands for


@dataclass(frozen=True)
class Method:
    """`x.name(*args)` means `function(x, *args)`; `pack` names the parameter that takes all arguments as a tuple."""

    function: Callable[..., Any]
    pack: str = ""


def elementwise(
    function: Callable[..., Any],
    *partials: str | None,
    domain: Sequence[tuple[float, float]] | tuple[float, float] = (-2.0, 2.0),
    order2: str = "",
    passive: Mapping[str, Partials] | None = None,
    constant: Mapping[str, Callable[[Any], Partials | None]] | None = None,
    real: Partials = (),
    count: int | None = None,
) -> None:
    """Declare the partial derivatives of an elementwise function, one expression per argument.

    The arguments are called `x` (one argument) or `x1`, `x2`, ... ; `y` is the result. A partial of None says that the
    derivative with respect to that argument is zero wherever it exists. `domain` gives the interval, or one interval
    per argument, from which tests draw. Reverse mode multiplies the partial by `y_bar`, forward mode by the tangent; a
    function that is not holomorphic takes a `@tangent` besides, which is used for complex values. `passive`, `constant`
    and `real`: see the top of this module. With `count`, the row holds for calls of the function with so many
    positional arguments only, beside its other rule.
    """
    names = ("x",) if len(partials) == 1 else tuple(f"x{i + 1}" for i in range(len(partials)))
    # an interval for all arguments, or one per argument: tell them apart by what the first item is
    intervals = tuple(domain) if domain and isinstance(domain[0], tuple) else (tuple(domain),) * len(partials)
    rule = Rule(
        function,
        qualified_name(function),
        tuple(Parameter(name, REQUIRED, inspect.Parameter.POSITIONAL_ONLY) for name in names),
        partials=tuple(partials),
        domain=intervals,  # type: ignore[arg-type]
        order2=order2,
        passive_partials=dict(passive or {}),
        constant_partials=dict(constant or {}),
        real_partials=tuple(real),
    )
    if count is None:
        RULES[function] = rule
    else:
        RULES[function].by_count[count] = rule


def alias(function: Callable[..., Any], original: Callable[..., Any]) -> None:
    """Give `function` the rule of `original`, which has the same meaning and the same parameters."""
    if function not in RULES:
        RULES[function] = replace(
            RULES[original], function=function, name=qualified_name(function), signature=RULES[original].parameters
        )


def structural(
    function: Callable[..., Any],
    signature: str = "",
    *,
    multilinear: Iterable[str] = (),
    ignored: Iterable[str] = (),
    shapes: Iterable[str] = (),
    sequences: Iterable[str] = (),
    cases: Callable[[Any], Iterable[tuple[tuple, dict]]],
    order2: str = "",
) -> None:
    """Announce a function whose adjoints follow, each declared with `@adjoint(function, ...)`.

    `signature`, as in `"a, axis=None"`, is needed only where `inspect.signature` knows none. `multilinear` names
    parameters in each of which the function is linear. `ignored` names parameters that a call may give although no
    adjoint reads them, as long as they are constants; `shapes` those of which only the shape and the dtype count (or which entry is the largest), so that they may
    depend on anything; `sequences` those that take a list of arrays, and not an array. `cases` takes a `draw` with `draw(*shape)` (normal deviates), `draw.positive(*shape)`,
    `draw.distinct(*shape)`, `draw.spd(n)`, `draw.integers(high, *shape)`, and yields (args, kwargs) of calls; every
    float or float array in them is differentiated where the parameter has an adjoint.
    """
    RULES[function] = Rule(
        function,
        qualified_name(function),
        signature,
        multilinear=frozenset(multilinear),
        ignored=frozenset(ignored),
        shapes=frozenset(shapes),
        sequences=frozenset(sequences),
        cases=cases,
        order2=order2,
    )


def adjoint(
    function: Callable[..., Any],
    parameter: str = "",
    *,
    ranks: tuple[int, ...] | None = None,
    without: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the adjoint of one parameter (the first, if none is named); `ranks` restricts it to such ranks.

    `without` restricts it to calls that do not give these arguments.

    A parameter may have several adjoint functions: those with `ranks` are tried first, the others in the order of
    declaration, and the first one that takes all arguments of the call is used (see `Rule.choose_adjoint`); so the
    short text for the plain call comes first, and then the one with `axis` and the like. An argument that the call
    leaves out has the default of the adjoint function. The adjoint of a parameter that takes a sequence of arrays is a
    list.
    """

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        rule = RULES[function]
        name = parameter or rule.first_parameter
        _enter(rule.adjoints, Adjoint(name, body, ranks, tuple(without)))
        return body

    return register


def tangent(
    function: Callable[..., Any],
    parameter: str = "",
    *,
    ranks: tuple[int, ...] | None = None,
    without: Iterable[str] = (),
    given: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the tangent of the result for one parameter `p`, given `p_dot`; needed where it is not multilinear.

    Several ones, `ranks` and `without` are as for `adjoint`; `given` names parameters without which the rule is multilinear.
    """

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        rule = RULES[function]
        name = parameter or rule.first_parameter
        _enter(rule.tangents, Adjoint(name, body, ranks, tuple(without), tuple(given)))
        return body

    return register


def _enter(table: dict[str, list[Adjoint]], entry: Adjoint) -> None:
    entries = table.setdefault(entry.parameter, [])
    entries.append(entry)
    entries.sort(key=lambda one: one.ranks is None)  # stable: the general one goes last


def nondifferentiable(*functions: Callable[..., Any]) -> None:
    """List functions whose results carry no derivative: piecewise constant ones, tests, integers, shapes, text."""
    for function in functions:
        NONDIFFERENTIABLE[function] = qualified_name(function)


def nondifferentiable_calls(function: Callable[..., Any], count: int) -> None:
    """Say that calls of `function` with so many positional arguments carry no derivative, though other calls do."""
    NONDIFFERENTIABLE_CALLS.add((function, count))


def written(
    function: Callable[..., Any],
    text: Callable[..., Any],
    cases: Callable[[Any], Iterable[tuple[tuple, dict]]],
    pure: bool = True,
    order2: str = "",
) -> None:
    """Give the text that is differentiated in the place of a function of a library: composed functions, and those that call.

    The text is a function of the runtime with the same parameters, and everything it calls has a rule, or a text. `cases` as in
    `structural`. A text that calls functions which it is given is not `pure`. `order2` says why there is no
    second derivative, where that is so.
    """
    REFUSED.pop(function, None)
    WRITTEN[function] = Written(function, qualified_name(function), cast(FunctionType, text), cases, pure, order2)


def followed(*functions: Callable[..., Any]) -> None:
    """List functions that the recorded road carries out itself: those that store, and those that call what they are given."""
    for function in functions:
        FOLLOWED[function] = qualified_name(function)


def refused(function: Callable[..., Any], reason: str) -> None:
    """List a function that cannot be differentiated here, with the reason and what to write instead."""
    REFUSED[function] = reason


def methods(table: Mapping[str, Callable[..., Any]], pack: str = "") -> None:
    """Say which function each array method stands for; `pack` as in `Method` (`x.reshape(2, 3)` packs its shape)."""
    for name, function in table.items():
        METHODS[name] = Method(function, pack)


def attributes(table: Mapping[str, Callable[..., Any]]) -> None:
    """Say which function an array attribute stands for (`x.T` is `np.transpose(x)`)."""
    ATTRIBUTES.update(table)


def qualified_name(function: Any) -> str:
    """`numpy.linalg.solve` and the like: the public module and the name."""
    module = getattr(function, "__module__", None) or ("numpy" if type(function).__name__ == "ufunc" else "")
    name: str = (
        getattr(function, "__qualname__", None) or getattr(function, "__name__", None) or type(function).__qualname__
    )
    return f"{module}.{name}" if module and module != "builtins" else name


def _parameters(function: Callable[..., Any], signature: str) -> tuple[Parameter, ...]:
    if signature:
        return read_signature(signature)
    found = inspect.signature(function)
    return tuple(Parameter(p.name, p.default, p.kind) for p in found.parameters.values())


def read_signature(signature: str) -> tuple[Parameter, ...]:
    """The parameters that a text like `"a, /, *, axis=None"` names; read as a syntax tree, faster than defining it."""
    names = cast(ast.FunctionDef, ast.parse(f"def probe({signature}): pass").body[0]).args
    found = []
    positional = names.posonlyargs + names.args
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(names.defaults)) + list(names.defaults)
    for i, (name, default) in enumerate(zip(positional, defaults, strict=True)):
        only = i < len(names.posonlyargs)
        kind = inspect.Parameter.POSITIONAL_ONLY if only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        found.append(Parameter(name.arg, _default(default), kind))
    if names.vararg:
        found.append(Parameter(names.vararg.arg, REQUIRED, inspect.Parameter.VAR_POSITIONAL))
    for name, default in zip(names.kwonlyargs, names.kw_defaults, strict=True):
        found.append(Parameter(name.arg, _default(default), inspect.Parameter.KEYWORD_ONLY))
    if names.kwarg:
        found.append(Parameter(names.kwarg.arg, REQUIRED, inspect.Parameter.VAR_KEYWORD))
    return tuple(found)


def _default(expression: ast.expr | None) -> Any:
    return REQUIRED if expression is None else ast.literal_eval(expression)
