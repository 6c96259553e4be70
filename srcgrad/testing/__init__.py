"""Checking gradients against finite differences: `check_grads` and `numerical_gradient`.

The differences know nothing of how srcgrad differentiates: they only call the function, each time on fresh copies of
its arguments. They are taken in float64 wherever the function lets them.
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import api, operators
from ..core.names import Fresh
from ..emit import load
from . import nested
from .differences import Problem, fixed_randomness, vector
from .tolerances import Bound, GradientMismatch, verdict

__all__ = ["GradientMismatch", "check_grads", "numerical_gradient"]

ENTRIES = 64  # up to so many entries of the arguments, each is checked by itself
SAMPLED = 6  # of a larger array so many entries are checked by themselves, and all of it along random directions
DIRECTIONS = 3


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("rev",),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    argnums: int | str | Sequence[int | str] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> float:
    """Compare srcgrad's derivatives of `f` at `args` with finite differences; returns the largest relative error.

    `args` is the sequence of positional arguments. Floats, floating arrays and any nesting of those in lists,
    tuples, dicts, dataclasses and objects are checked, other arguments are passed on; `argnums` restricts the check,
    by position or by name. A result that is not a real scalar is multiplied by fixed random weights and summed.
    `order=2` checks the derivatives of the gradient as well. `modes` may hold "rev" and "fwd".

    `rtol` defaults to 1e-6 in float64 and to more in lower precision. `atol` is what a derivative may be off however
    small it is; by default a small multiple of the sizes of the gradient and of the result. `eps` is the step
    relative to an entry.

    Raises `GradientMismatch` where anything disagrees: a value, the structure, a shape, a dtype, or what the
    gradient call does to its arguments compared with what `f` does to them. Differences that are not finite disagree
    with everything.

    >>> check_grads(lambda x, n: x**n, (2.0, 3)) < 1e-8
    True
    """
    if set(modes) - {"rev", "fwd"} or not modes or order < 1:
        raise ValueError(f"modes are 'rev' and 'fwd', order is 1 or more; not {tuple(modes)!r} and {order!r}")
    if not isinstance(args, (tuple, list)):
        raise ValueError("args is the tuple of all positional arguments: check_grads(f, (x,)) where f(x) is meant")
    problem = Problem(f, args, kwargs, argnums, eps)
    if not any(problem.leaves(number) for number in problem.numbers):
        raise ValueError(f"{problem.title}: no argument holds a float or a floating array")
    draw = np.random.default_rng(seed)
    worst = 0.0
    if "fwd" in modes:
        worst = _check_forward(problem, Bound.of(problem, atol, rtol), draw)
    if "rev" not in modes and order == 1:
        return worst  # the derivatives of the gradient are checked in the same modes
    gradient = _gradient_function(problem, draw)
    if "rev" in modes:
        worst = max(worst, _check_reverse(problem, gradient, atol, rtol, draw))
    if order > 1:
        options = {"argnums": problem.numbers, "kwargs": kwargs, "seed": seed + 1}
        worst = max(worst, check_grads(gradient, args, order - 1, modes, atol, rtol, eps, **options))  # type: ignore[arg-type]
    return worst


def numerical_gradient(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | str | Sequence[int | str] = 0,
    *,
    kwargs: Mapping[str, Any] | None = None,
    eps: float | None = None,
) -> Any:
    """The gradient of a real scalar function by finite differences, in the structure that `grad(f, argnums)` returns.

    Leaves that cannot be differentiated are None. Costs four calls of `f` for each entry.

    >>> round(numerical_gradient(lambda x: x[0] * x[1], ([2.0, 3.0],))[0], 6)
    3.0
    """
    problem = Problem(f, args, kwargs, argnums, eps)
    if problem.result.size != 1:
        raise ValueError(f"{problem.title} returns {problem.result.size} numbers, and a gradient needs one")

    def derivative(path: str, leaf: Any) -> Any:
        if not nested.is_differentiable(leaf):
            return None
        entries = [problem.difference(problem.unit(path, index))[0] for index in np.ndindex(np.shape(leaf))]
        if isinstance(leaf, np.ndarray):
            return np.array(entries, leaf.dtype).reshape(leaf.shape)
        return type(leaf)(entries[0])

    parts = tuple(nested.rebuild(problem.argument(n), problem.name(n), derivative) for n in problem.numbers)
    return parts if isinstance(argnums, (tuple, list)) else parts[0]


# ---- reverse mode ---------------------------------------------------------------------------------------------------


def _gradient_function(problem: Problem, draw: np.random.Generator) -> Callable[..., Any]:
    """srcgrad's gradient of the function, or of its result times the weights, which are put on `problem`."""
    f, value = problem.f, problem.value
    if nested.is_differentiable(value) and np.shape(value) == ():
        problem.weights = np.ones(1)
        return api.grad(f, argnums=_argnums(problem))

    def weight(_: str, leaf: Any) -> Any:
        if not nested.is_differentiable(leaf):
            return None
        drawn = draw.uniform(0.5, 1.5, np.shape(leaf)) * draw.choice([-1.0, 1.0], np.shape(leaf))
        return drawn.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(drawn)

    weights = {path: weight(path, leaf) for path, leaf in nested.leaves(value, "")}
    weights = {path: weight for path, weight in weights.items() if weight is not None}
    problem.weights = vector(list(weights.values()))
    return api.grad(_projected(problem, weights), argnums=_argnums(problem))


def _argnums(problem: Problem) -> Any:
    """One argument by itself, several as a tuple: a gradient of one is then a program that returns just that."""
    return problem.numbers[0] if len(problem.numbers) == 1 else problem.numbers


def _projected(problem: Problem, weights: Mapping[str, Any]) -> Callable[..., Any]:
    """A function of the same arguments that sums the entries of the result, each times its weight.

    It is written for this result, as plainly as a user would, so that srcgrad has little to understand in it:

        def projected(w, x, *, b):
            result = function(w, x, b=b)
            return np.sum(result[0] * weights[0]) + np.sum(result['a'] * weights[1])
    """
    names = [problem.name(i) if problem.name(i).isidentifier() else f"argument_{i}" for i in range(len(problem.args))]
    fresh = Fresh([*names, *problem.kwargs])
    function, result, numpy, weight = fresh("function"), fresh("result"), fresh("np"), fresh("weights")
    parameters = ", ".join([*names, *(["*"] if problem.kwargs else []), *problem.kwargs])
    f, defaults = _program(problem)
    names_of_defaults = {name: fresh(f"default_{name}") for name in defaults}
    by_name = {**{name: name for name in problem.kwargs}, **names_of_defaults}
    arguments = ", ".join([*names, *(f"{name}={value}" for name, value in by_name.items())])
    terms = [f"{numpy}.sum({result}{path} * {weight}[{i}])" for i, path in enumerate(weights)]
    text = (
        f"def projected({parameters}):\n"
        f"    {result} = {function}({arguments})\n"
        f"    return {' + '.join(terms) or '0.0'}\n"
    )
    outside = {names_of_defaults[name]: value for name, value in defaults.items()}
    return load.load(text, "projected", {function: f, numpy: np, weight: list(weights.values()), **outside})


def _program(problem: Problem) -> tuple[Callable[..., Any], dict[str, Any]]:
    """What is to be called for a problem, and what to give it besides the arguments.

    For a gradient that is the program that serves these arguments, and such a program has no defaults of its own.
    """
    f = problem.f
    if not isinstance(f, api.Gradient):
        return f, {}
    args, kwargs = problem.copies()
    program = f.emitted(*args, **kwargs)
    if not isinstance(program, types.FunctionType):  # it is recorded
        return f, {}
    bound = inspect.signature(f).bind(*args, **kwargs)
    given = set(bound.arguments)
    bound.apply_defaults()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    kinds = {name: p.kind for name, p in bound.signature.parameters.items()}
    return program, {n: v for n, v in bound.arguments.items() if n not in given and kinds[n] not in variable}


def _check_reverse(
    problem: Problem, gradient: Callable[..., Any], atol: float | None, rtol: float | None, draw: np.random.Generator
) -> float:
    args, kwargs = problem.copies()
    with fixed_randomness():
        found = gradient(*args, **kwargs)
    _compare_arguments(problem, args, kwargs)
    if len(problem.numbers) == 1:
        found = (found,)
    if not isinstance(found, tuple) or len(found) != len(problem.numbers):
        raise GradientMismatch(
            f"{problem.title}: the gradient is {nested.kind(found)}, not a tuple of {len(problem.numbers)}"
        )
    analytic: dict[str, Any] = {}
    for number, part in zip(problem.numbers, found, strict=True):
        try:
            analytic.update(nested.matched(problem.argument(number), part, problem.name(number)))
        except ValueError as error:
            raise GradientMismatch(f"{problem.title}: {error}") from None
    size = max((float(np.max(np.abs(g), initial=0.0)) for g in analytic.values()), default=0.0)
    bound = Bound.of(problem, atol, rtol, size)
    results = []
    for label, direction in _trials(problem, list(analytic), draw):
        terms = [np.asarray(analytic[path], np.float64) * d for path, d in direction.items()]
        derivative = math.fsum(float(np.sum(t)) for t in terms)
        spread = math.sqrt(math.fsum(float(np.sum(t * t)) for t in terms))
        stretch = max(float(np.max(np.abs(d), initial=0.0)) for d in direction.values())
        results.append((label, *bound.nearest(problem, direction, problem.weights, derivative, spread, stretch)))
    return verdict(problem, bound, results, "gradient")


def _trials(problem: Problem, paths: list[str], draw: np.random.Generator) -> list[tuple[str, dict[str, np.ndarray]]]:
    """The directions to check: each entry of few; of many, some entries of every leaf and random directions."""
    sizes = {path: np.size(leaf) for number in problem.numbers for path, leaf in problem.leaves(number)}
    few = sum(sizes.values()) <= ENTRIES
    trials = []
    for number in problem.numbers:
        for path, leaf in problem.leaves(number):
            size = sizes[path]
            chosen = range(size) if few or size <= SAMPLED else sorted(draw.choice(size, SAMPLED, replace=False))
            for flat in chosen:
                index = tuple(int(i) for i in np.unravel_index(flat, np.shape(leaf))) if np.shape(leaf) else ()
                label = f"{path}[{', '.join(map(str, index))}]" if index else path
                trials.append((label, problem.unit(path, index)))
            if len(chosen) < size:
                trials.append((f"all of {path}, in a random direction", problem.random_direction([path], draw)))
    if not few:
        trials += [
            ("everything, in a random direction", problem.random_direction(paths, draw)) for _ in range(DIRECTIONS)
        ]
    return trials


def _compare_arguments(problem: Problem, args: Any, kwargs: Any) -> None:
    """The gradient call must have done to its arguments what the function does to them."""
    expected_args, expected_kwargs = problem.copies()
    problem.call(expected_args, expected_kwargs)
    pairs = [*zip(args, expected_args, strict=True), *((kwargs[name], expected_kwargs[name]) for name in kwargs)]
    names = [*(problem.name(i) for i in range(len(args))), *kwargs]
    for name, (left, expected) in zip(names, pairs, strict=True):
        a, b = dict(nested.leaves(left, name)), dict(nested.leaves(expected, name))
        for path in [*a, *b]:
            known = path in a and path in b
            if not known or nested.is_differentiable(b[path]) and not np.array_equal(a[path], b[path], equal_nan=True):
                raise GradientMismatch(f"{problem.title}: the gradient call leaves {path} other than the function does")


# ---- forward mode ---------------------------------------------------------------------------------------------------


def _check_forward(problem: Problem, bound: Bound, draw: np.random.Generator) -> float:
    paths = [path for number in problem.numbers for path, _ in problem.leaves(number)]
    function = _by_position(problem)
    shape = problem.result.shape
    weights = draw.uniform(0.5, 1.5, shape) * draw.choice([-1.0, 1.0], shape)
    results = []
    for label, direction in _trials(problem, paths, draw):

        def tangent(path: str, leaf: Any, direction: Any = direction) -> Any:
            if not nested.is_differentiable(leaf):
                return None
            entries = np.asarray(direction.get(path, np.zeros(np.shape(leaf))))
            return entries.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(entries)

        args, kwargs = problem.copies()
        tangents, more = problem.copies(tangent)
        looked_at = set(problem.numbers)
        dots = [dot if i in looked_at else None for i, dot in enumerate(tangents)]
        dots += [dot if name in looked_at else None for name, dot in more.items()]
        with fixed_randomness():
            _, found = operators.jvp(function, (*args, *kwargs.values()), tuple(dots))
        _compare_arguments(problem, args, kwargs)
        try:
            entries = vector(found, shape)
        except ValueError:
            raise GradientMismatch(
                f"{problem.title}: the tangent {nested.kind(found)} is not like the result"
            ) from None
        terms = weights * entries
        spread = math.sqrt(float(np.sum(terms * terms)))
        stretch = max(float(np.max(np.abs(d), initial=0.0)) for d in direction.values())
        compared = bound.nearest(problem, direction, weights, float(np.sum(terms)), spread, stretch)
        results.append((label, *compared))
    return verdict(problem, bound, results, "tangent")


def _by_position(problem: Problem) -> Callable[..., Any]:
    """The function as one that takes the keyword arguments by position as well, after the others."""
    if not problem.kwargs:
        return problem.f
    names = [f"argument_{i}" for i in range(len(problem.args))]
    fresh = Fresh([*names, *problem.kwargs])
    function = fresh("function")
    given = ", ".join([*names, *(f"{name}={name}" for name in problem.kwargs)])
    text = f"def by_position({', '.join([*names, *problem.kwargs])}):\n    return {function}({given})\n"
    return load.load(text, "by_position", {function: problem.f})
