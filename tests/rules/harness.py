"""Evaluates any rule numerically and compares it with finite differences; needs no engine.

The pairing of an adjoint with a perturbation is Re(sum(y_bar * dy)), without conjugation: with it the adjoint of z = x
+ iy is dL/dx - i dL/dy, the convention of the whole project.
"""

from __future__ import annotations

import inspect
import math
import warnings
import zlib
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from srcgrad.rules.declare import Adjoint, Rule

NAMES = {"np": np, "rt": rt, "math": math}
STEP = 2e-4
ABSENT = object()


class Draw:
    """Draws arguments for tests; the same rule gets the same numbers every time."""

    def __init__(self, name: str):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))

    def __call__(self, *shape):
        return self.random.standard_normal(shape)

    def positive(self, *shape):
        return self.random.uniform(0.5, 2.0, shape)

    def uniform(self, low, high, *shape):
        return self.random.uniform(low, high, shape)

    def distinct(self, *shape):
        """Numbers at least 0.3 apart, in random order: for functions that compare."""
        size = math.prod(shape)
        return (self.random.permutation(size) - size / 2 + self.random.uniform(0.15, 0.85, size) * 0.7).reshape(shape)

    def spd(self, n, *batch):
        a = self.random.standard_normal((*batch, n, n))
        return a @ np.swapaxes(a, -1, -2) + n * np.eye(n)

    def complex(self, *shape):
        return self.random.standard_normal(shape) + 1j * self.random.standard_normal(shape)

    def integers(self, high, *shape):
        return self.random.integers(0, high, shape)


class Values(dict):
    """The value of every parameter of a call, and in `given` the names of those that the call gives itself."""

    given: frozenset[str] = frozenset()


def bind(rule: Rule, args: tuple, kwargs: dict) -> Values:
    """Bind a call to the parameters of its rule."""
    kinds = [inspect.Parameter(p.name, p.kind, default=p.default) for p in rule.parameters]
    bound = inspect.Signature(kinds).bind(*args, **kwargs)
    given = frozenset(bound.arguments)
    bound.apply_defaults()
    values = Values(bound.arguments)
    values.given = given
    return values


def ranks_of(rule: Rule, values: Values, count: int) -> tuple[int | None, ...]:
    """The ranks of the first parameters, None for one that is no array or number."""
    found = [values.get(p.name) for p in rule.parameters[:count]]
    # `np.ndim` of anything else may try to go through it: `np.r_` has no end
    return tuple(np.ndim(x) if isinstance(x, (np.ndarray, np.generic, int, float, complex)) else None for x in found)


def variants(rule: Rule, name: str, values: Values) -> list[Adjoint]:
    """The adjoint functions of one parameter that serve a call; the engine takes the first."""
    free = rule.ignored | rule.shapes | set(rule.differentiable)
    fits = [
        e
        for e in rule.adjoints[name]
        if (e.ranks is None or e.ranks == ranks_of(rule, values, len(e.ranks)))
        and values.given <= free.union(e.takes)
        and not values.given.intersection(e.without)
    ]
    assert fits, f"{rule.name}: no adjoint of {name} takes or ignores all of {sorted(values.given)}"
    assert fits[-1].ranks is None, f"{rule.name}: no general adjoint of {name} for {sorted(values.given)}"
    assert fits[0] == rule.choose_adjoint(name, values.given, ranks_of(rule, values, 9))
    return fits


def call(entry: Adjoint, values: Values, **more: Any) -> Any:
    """One adjoint function, with what it takes; what the call leaves out has the default of the adjoint function."""
    space = {**values, **more}
    defaults = {p.name for p in inspect.signature(entry.function).parameters.values() if p.default is not p.empty}
    missing = [name for name in entry.takes if name not in space and name not in defaults]
    assert not missing, f"adjoint of {entry.parameter} takes {missing}, which no parameter is called"
    skip = defaults - values.given - set(more)
    with np.errstate(all="ignore"):
        return entry.function(**{name: space[name] for name in entry.takes if name not in skip})


def adjoint_of(rule: Rule, args: tuple, kwargs: dict, y_bar: Any, y: Any = ABSENT) -> dict[str, Any]:
    """The adjoint of every parameter that has one and whose value in this call is floating."""
    values = bind(rule, args, kwargs)
    if y is ABSENT:
        y = rule.function(*args, **kwargs)
    found = {}
    for name in rule.differentiable:
        if name not in values.given or not floating(values[name]):
            continue
        if rule.is_elementwise:
            partial = partial_value(rule, name, values, y, rule.partials)
            with np.errstate(all="ignore"):
                found[name] = rt.unbroadcast(y_bar * partial, values[name])
        else:
            found[name] = call(variants(rule, name, values)[0], values, y=y, y_bar=y_bar)
    return found


def partial_value(rule: Rule, name: str, values: Values, y: Any, partials: tuple) -> Any:
    position = [p.name for p in rule.parameters].index(name)
    with np.errstate(all="ignore"):
        return eval(partials[position], NAMES, {**values, "y": y})


def tangent_of(rule: Rule, args: tuple, kwargs: dict, name: str, dot: Any, y: Any) -> Any:
    """The tangent of the result for a tangent of one parameter; ABSENT where the rule has none."""
    values = bind(rule, args, kwargs)
    entry = rule.choose_adjoint(name, values.given, ranks_of(rule, values, 9), tangent=True)
    if entry is not None:
        more = {f"{name}_active": None} if f"{name}_active" in entry.takes else {}
        return call(entry, values, y=y, **{f"{name}_dot": dot}, **more)
    if rule.is_elementwise:
        with np.errstate(all="ignore"):
            return partial_value(rule, name, values, y, rule.partials) * dot
    if name in rule.multilinear:
        args, kwargs = replaced(rule, args, kwargs, name, dot)
        return rule.function(*args, **kwargs)
    return ABSENT


def replaced(rule: Rule, args: tuple, kwargs: dict, name: str, value: Any) -> tuple[tuple, dict]:
    """The same call with another value for one parameter."""
    kinds = [inspect.Parameter(p.name, p.kind, default=p.default) for p in rule.parameters]
    bound = inspect.Signature(kinds).bind(*args, **kwargs)
    bound.arguments[name] = value
    return bound.args, bound.kwargs


def floating(x: Any) -> bool:
    """Whether x is a float or complex, an array of those, or a list or tuple with one inside."""
    if isinstance(x, (list, tuple)):
        return any(map(floating, x))
    return isinstance(x, (float, complex, np.inexact)) or isinstance(x, np.ndarray) and x.dtype.kind in "fc"


def pair(y_bar: Any, dy: Any) -> float:
    """Re(sum(y_bar * dy)), through tuples and lists; None is zero."""
    if y_bar is None or dy is None:
        return 0.0
    if isinstance(dy, (list, tuple)) or isinstance(y_bar, (list, tuple)):
        return sum(pair(a, b) for a, b in zip(y_bar, dy, strict=True))
    return float(np.real(np.sum(np.multiply(y_bar, dy)))) if np.result_type(dy).kind in "fc" else 0.0


def like_random(x: Any, draw: Draw, single: bool = False) -> Any:
    """Random numbers of the structure, shapes and dtypes of x; None for what is not floating."""
    if isinstance(x, (list, tuple)):
        return [like_random(item, draw, single) for item in x]
    if not floating(x):
        return None
    value = draw(*np.shape(x))
    if np.result_type(x).kind == "c":
        value = value + 1j * draw(*np.shape(x))
    if isinstance(x, (float, complex)) and not isinstance(x, np.inexact):
        return value.item()
    if isinstance(x, np.ndarray):
        drawn = np.empty_like(x)  # in the same order of memory
        drawn[...] = value
        return drawn
    return np.asarray(value).astype(np.result_type(x))[()]


def combine(x: Any, step: float, direction: Any) -> Any:
    """x + step * direction, through lists and tuples, leaving what has no direction."""
    if direction is None:
        return x
    if isinstance(x, (list, tuple)):
        return type(x)(combine(a, step, d) for a, d in zip(x, direction, strict=True))
    if isinstance(x, np.ndarray):
        moved = np.empty_like(x)  # in the same order of memory, on which some functions depend
        moved[...] = x + step * direction
        return moved
    return x + step * direction


def difference(a: Any, b: Any) -> Any:
    if isinstance(a, (list, tuple)):
        return [difference(u, v) for u, v in zip(a, b, strict=True)]
    return np.subtract(a, b) if floating(a) else None


def slope(rule: Rule, args: tuple, kwargs: dict, name: str, direction: Any, y_bar: Any, step: float = STEP) -> float:
    """The derivative of pair(y_bar, result) along a direction of one parameter, by fourth-order differences."""
    values = bind(rule, args, kwargs)

    def at(t: float) -> Any:
        moved = replaced(rule, args, kwargs, name, combine(values[name], t, direction))
        return rule.function(*moved[0], **moved[1])

    near = pair(y_bar, difference(at(step), at(-step)))
    far = pair(y_bar, difference(at(2 * step), at(-2 * step)))
    return (8 * near - far) / (12 * step)


def directions(x: Any) -> list[Any]:
    """One unit direction per entry of x (two per complex entry), through lists and tuples."""
    if isinstance(x, (list, tuple)):
        found = []
        for i, item in enumerate(x):
            for unit in directions(item):
                found.append([unit if j == i else None for j in range(len(x))])
        return found
    if not floating(x):
        return []
    shape, units = np.shape(x), [1.0, 1j] if np.result_type(x).kind == "c" else [1.0]
    found = []
    for place in np.ndindex(*shape):
        for unit in units:
            d = np.zeros(shape, complex if unit == 1j else float)
            d[place] = unit
            found.append(d if shape else unit)
    return found


def same_structure(x_bar: Any, x: Any, where: str) -> None:
    """The adjoint has exactly the shape of the value (a list or tuple for a list or tuple), and is real where it is."""
    if x_bar is None or not floating(x):
        return
    if isinstance(x, (list, tuple)):
        assert isinstance(x_bar, (list, tuple)) and len(x_bar) == len(x), f"{where}: {type(x_bar)} for a sequence"
        for a, b in zip(x_bar, x, strict=True):
            same_structure(a, b, where)
        return
    assert not isinstance(x_bar, (list, tuple)), f"{where}: a list as the adjoint of an array"
    assert np.shape(x_bar) == np.shape(x), f"{where}: shape {np.shape(x_bar)} for {np.shape(x)}"
    assert np.result_type(x).kind == "c" or np.result_type(x_bar).kind != "c", (
        f"{where}: complex adjoint of a real value"
    )


def check(rule: Rule, args: tuple, kwargs: dict | None = None, tol: float = 1e-6, seed: str = "") -> None:
    """Every adjoint (and variant) against finite differences, and every tangent against its adjoint."""
    kwargs = kwargs or {}
    draw = Draw(rule.name + seed)
    values = bind(rule, args, kwargs)
    with np.errstate(all="ignore"):
        y = rule.function(*args, **kwargs)
    y_bar = like_random(y, draw)
    if isinstance(y_bar, list):
        y_bar = tuple(y_bar)
    checked = 0
    precision = least_precision(y)
    step, tol = (STEP, tol) if precision < 1e-12 else (0.05, 2e-4) if precision < 1e-5 else (0.3, 2e-2)
    for name in rule.differentiable:
        x = values.get(name)
        if name not in values.given or not floating(x):
            continue
        checked += 1
        found = []
        if rule.is_elementwise:
            found.append(adjoint_of(rule, args, kwargs, y_bar, y)[name])
        else:
            found += [call(e, values, y=y, y_bar=y_bar) for e in variants(rule, name, values)]
        units = directions(x)
        with np.errstate(all="ignore"):
            numeric = [slope(rule, args, kwargs, name, unit, y_bar, step) for unit in units]
        for x_bar in found:
            same_structure(x_bar, x, f"{rule.name}, {name}")
            exact = [pair(x_bar, unit) for unit in units]
            scale = 1.0 + max(map(abs, numeric), default=0.0)
            for i, (a, b) in enumerate(zip(exact, numeric, strict=True)):
                assert abs(a - b) <= tol * scale, f"{rule.name}{describe(args, kwargs)}: {name}, entry {i}: {a} != {b}"
        dot = like_random(x, draw)
        y_dot = tangent_of(rule, args, kwargs, name, dot, y)
        assert y_dot is not ABSENT, f"{rule.name}: no tangent for {name}"
        if not rule.is_elementwise:
            same_structure(y_dot, y, f"{rule.name}{describe(args, kwargs)}: tangent of {name}")
        forward, reverse = pair(y_bar, y_dot), pair(found[0], dot)
        assert abs(forward - reverse) <= (1e-9 + 10 * precision) * (abs(forward) + magnitude(y_dot, y_bar)), (
            f"{rule.name}{describe(args, kwargs)}: tangent of {name}: {forward} != {reverse}"
        )
    assert checked, f"{rule.name}{describe(args, kwargs)}: nothing to differentiate in this case"


def least_precision(y: Any) -> float:
    """The unit of rounding of a result: conversions to single precision are tested with wider steps."""
    if isinstance(y, (list, tuple)):
        return max(map(least_precision, y), default=0.0)
    return float(np.finfo(np.result_type(y)).eps) if floating(y) else 0.0


def magnitude(*values: Any) -> float:
    total = 1.0
    for value in values:
        items = value if isinstance(value, (list, tuple)) else [value]
        total *= 1.0 + sum(magnitude(*i) if isinstance(i, (list, tuple)) else float(np.sum(np.abs(i)))
                           for i in items if i is not None)  # fmt: skip
    return total


def describe(args: tuple, kwargs: dict) -> str:
    def one(x: Any) -> str:
        return f"array{x.shape}" if isinstance(x, np.ndarray) else repr(x)[:60]

    return "(" + ", ".join([one(a) for a in args] + [f"{k}={one(v)}" for k, v in kwargs.items()]) + ")"


def converted(x: Any, convert: Any) -> Any:
    """`convert` applied to every floating array inside; everything else as it is."""
    if isinstance(x, (list, tuple)):
        return type(x)(converted(item, convert) for item in x) if not hasattr(x, "_fields") else x
    return convert(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x


def to_single(x: np.ndarray) -> np.ndarray:
    return x.astype(np.complex64 if x.dtype.kind == "c" else np.float32)


def strided(x: np.ndarray) -> np.ndarray:
    """The same numbers in memory that is not contiguous."""
    if x.ndim == 0:
        return x
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def check_single(rule: Rule, args: tuple, kwargs: dict | None = None) -> None:
    """In float32 the adjoint of every array argument is float32 and near the float64 one."""
    kwargs = kwargs or {}
    low_args = converted(args, to_single)
    low_kwargs = {k: converted(v, to_single) for k, v in kwargs.items()}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y, y64 = rule.function(*low_args, **low_kwargs), rule.function(*args, **kwargs)
    if not single(y):
        return  # NumPy itself leaves single precision here
    y_bar64 = like_random(y64, Draw(rule.name))
    y_bar64 = tuple(y_bar64) if isinstance(y_bar64, list) else y_bar64
    y_bar = low(y_bar64)
    values = bind(rule, low_args, low_kwargs)
    high = adjoint_of(rule, args, kwargs, y_bar64, y64)
    for name, x_bar in adjoint_of(rule, low_args, low_kwargs, y_bar, y).items():
        raw = x_bar
        if rule.is_elementwise:
            raw = y_bar * partial_value(rule, name, values, y, rule.partials)
        same_precision(raw, values[name], f"{rule.name}{describe(args, kwargs)}: {name}")
        near(x_bar, high[name], f"{rule.name}{describe(args, kwargs)}: {name}")


def single(y: Any) -> bool:
    if isinstance(y, (list, tuple)):
        return all(map(single, y))
    return not floating(y) or np.result_type(y) in (np.float32, np.complex64)


def low(y: Any) -> Any:
    if isinstance(y, (list, tuple)):
        return type(y)(map(low, y))
    return None if y is None else to_single(np.asarray(y))[()] if np.ndim(y) == 0 else to_single(y)


def same_precision(x_bar: Any, x: Any, where: str) -> None:
    if isinstance(x, (list, tuple)) and x_bar is not None:
        for a, b in zip(x_bar, x, strict=True):
            same_precision(a, b, where)
    elif isinstance(x, np.ndarray) and x.dtype.kind in "fc" and x_bar is not None:
        dtype = np.result_type(x_bar)
        assert dtype in (np.float32, np.complex64), f"{where}: {dtype} adjoint of a single precision value"


def near(a: Any, b: Any, where: str) -> None:
    if isinstance(b, (list, tuple)):
        for u, v in zip(a, b, strict=True):
            near(u, v, where)
    elif b is not None:
        assert np.allclose(a, b, rtol=2e-2, atol=2e-3 * (1 + np.max(np.abs(b), initial=0))), (
            f"{where}: {a} far from {b}"
        )


def elementwise_cases(rule: Rule) -> list[tuple]:
    """Arguments for an elementwise rule: vectors, broadcasting pairs, scalars, empty and 0-d arrays."""
    draw = Draw(rule.name)
    domain = rule.domain
    count = len(rule.parameters)
    shapes: list[tuple] = [((3,),) * count, ((),) * count, ((0,),) * count, ((2, 2),) * count]
    if count > 1:
        shapes += [
            ((2, 3),) + ((3,),) * (count - 1),
            ((),) + ((2,),) * (count - 1),
            ((2, 1),) + ((1, 3),) * (count - 1),
        ]
    found = []
    for shape in shapes:
        found.append(tuple(draw.uniform(*domain[i], *shape[i]) for i in range(count)))
    found.append(tuple(float(draw.uniform(*domain[i])) for i in range(count)))
    return found


def accepts_arrays(rule: Rule) -> bool:
    """Whether the function takes arrays at all (those of `math` take numbers only)."""
    try:
        with np.errstate(all="ignore"):
            rule.function(*(np.full(2, (low + high) / 2) for low, high in rule.domain))
    except (TypeError, ValueError):
        return False
    return True
