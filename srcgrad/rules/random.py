"""numpy.random: draws are constants; parameters have pathwise derivatives where a draw is a smooth function of them.

Every rule holds for three ways of writing it: `np.random.normal(...)`, `state.normal(...)` of a RandomState and
`rng.normal(...)` of a Generator. The keys are the functions of the module and the methods of both classes; the
parameters do not include `self`. The adjoints read the result instead of the numbers behind it: with y = loc + scale *
e, e is (y - loc) / scale, which is NaN where the scale is 0, and loses digits where the scale is much smaller than loc.

Without a derivative, and therefore refused where they depend on what is differentiated: shape parameters of
distributions that are drawn by rejection (gamma, beta, ...), covariances, and arrays that are permuted. Integers that
are drawn have the derivative zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from .declare import NONDIFFERENTIABLE, REFUSED, RULES, adjoint, nondifferentiable, refused, structural, tangent

random = np.random


class _Replay:
    """A bit generator that starts anew for every call, so that a draw is a function of the parameters."""

    def __init__(self, source: Any):
        self.source, self.start = source, source.state
        self.capsule, self.lock = source.capsule, self

    def __enter__(self) -> None:
        self.source.state = self.start

    def __exit__(self, *error: object) -> None:
        pass


_GENERATOR = random.Generator(_Replay(random.PCG64(5)))  # type: ignore[arg-type]
_STATE = random.RandomState(_Replay(random.MT19937(5)))  # type: ignore[arg-type]


def _everywhere(name: str, register: Callable[[Any, Any], None]) -> None:
    """Call `register(key, function)` for both classes; `function` draws the same numbers each time."""
    for owner, replayed in ((random.Generator, _GENERATOR), (random.RandomState, _STATE)):
        if hasattr(owner, name):
            register(getattr(owner, name), getattr(replayed, name))


def _distribution(name: str, signature: str, cases: Any, parts: dict[str, tuple[Any, Any]]) -> None:
    """Declare adjoint and tangent of each parameter of a distribution, for all ways of writing it."""

    def register(key: Any, replayed: Any) -> None:
        structural(replayed, f"{signature}, size=None", ignored=("size",), cases=cases)
        for parameter, (adjoint_body, tangent_body) in parts.items():
            adjoint(replayed, parameter)(adjoint_body)
            tangent(replayed, parameter)(tangent_body)
        rule = RULES.pop(replayed)
        rule.name = f"numpy.random.{type(replayed.__self__).__name__}.{name}"
        RULES[key] = rule
        if isinstance(replayed.__self__, random.RandomState):
            RULES[getattr(random, name)] = rule

    _everywhere(name, register)


def _for_all(names: str, register: Callable[[Any], None]) -> None:
    for name in names.split():
        for owner in (random, random.Generator, random.RandomState):
            if hasattr(owner, name):
                register(getattr(owner, name))


# location and scale


def _located(draw):
    yield (0.3, 1.7, 4), {}
    yield (draw(2), 0.8), {}
    yield (), {"loc": draw(3, 1), "scale": draw.positive(2), "size": (3, 2)}
    yield (draw(2), draw.positive(2)), {}


def loc_(loc=0.0, *, y_bar):
    return rt.unbroadcast(y_bar, loc)


def loc_tangent(loc_dot, *, y):
    return loc_dot + 0 * y


def scale_(loc=0.0, scale=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * (y - loc) / scale, scale)


def scale_tangent(scale_dot, loc=0.0, scale=1.0, *, y):
    return scale_dot * (y - loc) / scale


for _name in ("normal", "laplace", "logistic", "gumbel"):
    _distribution(_name, "loc=0.0, scale=1.0", _located, {"loc": (loc_, loc_tangent), "scale": (scale_, scale_tangent)})


def _scaled(draw):
    yield (1.7, 4), {}
    yield (draw.positive(2),), {}
    yield (), {"scale": draw.positive(2), "size": (3, 2)}


def only_scale_(scale=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * y / scale, scale)


def only_scale_tangent(scale_dot, scale=1.0, *, y):
    return scale_dot * y / scale


for _name in ("exponential", "rayleigh"):
    _distribution(_name, "scale=1.0", _scaled, {"scale": (only_scale_, only_scale_tangent)})


def _gammas(draw):
    yield (2, 1.7, 4), {}
    yield (3, draw.positive(2)), {}


def gamma_scale_(shape, scale=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * y / scale, scale)


def gamma_scale_tangent(scale_dot, shape, scale=1.0, *, y):
    return scale_dot * y / scale


# the shape has no derivative: draws are accepted and rejected by it; it is taken, though not read, so that it may be given
_distribution("gamma", "shape, scale=1.0", _gammas, {"scale": (gamma_scale_, gamma_scale_tangent)})


# the rest of those that are functions of one number drawn


def _intervals(draw):
    yield (0.3, 1.7, 4), {}
    yield (draw(2), 3.0), {}
    yield (), {"low": draw(3, 1), "high": 3 + draw.positive(2), "size": (3, 2)}


def low_(low=0.0, high=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * (high - y) / (high - low), low)


def low_tangent(low_dot, low=0.0, high=1.0, *, y):
    return low_dot * (high - y) / (high - low)


def high_(low=0.0, high=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * (y - low) / (high - low), high)


def high_tangent(high_dot, low=0.0, high=1.0, *, y):
    return high_dot * (y - low) / (high - low)


_distribution("uniform", "low=0.0, high=1.0", _intervals, {"low": (low_, low_tangent), "high": (high_, high_tangent)})


def _logarithms(draw):
    yield (0.3, 0.7, 4), {}
    yield (draw(2), draw.positive(2)), {}


def mean_(mean=0.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * y, mean)


def mean_tangent(mean_dot, *, y):
    return mean_dot * y


def sigma_(mean=0.0, sigma=1.0, *, y, y_bar):
    return rt.unbroadcast(y_bar * y * (np.log(y) - mean) / sigma, sigma)


def sigma_tangent(sigma_dot, mean=0.0, sigma=1.0, *, y):
    return sigma_dot * y * (np.log(y) - mean) / sigma


_distribution(
    "lognormal", "mean=0.0, sigma=1.0", _logarithms, {"mean": (mean_, mean_tangent), "sigma": (sigma_, sigma_tangent)}
)


def _exponents(draw):
    yield (1.7, 4), {}
    yield (draw.positive(2),), {}


def exponent_(a, *, y, y_bar):
    return rt.unbroadcast(-y_bar * y * np.log(y) / a, a)


def exponent_tangent(a, a_dot, *, y):
    return -a_dot * y * np.log(y) / a


for _name in ("weibull", "power"):
    _distribution(_name, "a", _exponents, {"a": (exponent_, exponent_tangent)})


def tail_(a, *, y, y_bar):
    return rt.unbroadcast(-y_bar * (1 + y) * np.log1p(y) / a, a)


def tail_tangent(a, a_dot, *, y):
    return -a_dot * (1 + y) * np.log1p(y) / a


_distribution("pareto", "a", _exponents, {"a": (tail_, tail_tangent)})


# constants, integers, and the generators themselves
nondifferentiable(random.default_rng, random.seed, random.get_state, random.set_state)
_for_all(
    "random random_sample ranf sample rand randn standard_normal standard_exponential standard_cauchy randint integers"
    " random_integers tomaxint bytes binomial negative_binomial poisson geometric hypergeometric logseries zipf"
    " multinomial multivariate_hypergeometric seed get_state set_state spawn",
    nondifferentiable,
)
nondifferentiable(
    random.Generator,
    random.RandomState,
    random.SeedSequence,
    random.BitGenerator,
    random.PCG64,
    random.PCG64DXSM,
    random.MT19937,
    random.Philox,
    random.SFC64,
)

# refused where an argument depends on what is differentiated
_for_all(
    "beta chisquare dirichlet f noncentral_chisquare noncentral_f standard_gamma standard_t triangular vonmises wald"
    " multivariate_normal",
    lambda function: refused(
        function,
        "a draw has no derivative by the parameters of this distribution; "
        "draw standard normal or uniform numbers and compute with them",
    ),
)
_for_all(
    "choice permutation permuted shuffle",
    lambda function: refused(
        function, "the order that was drawn is not known afterwards; draw indices, as in x[rng.permutation(len(x))]"
    ),
)


def listed(name: str) -> bool:
    """Whether a public name of numpy.random is in one of the lists."""
    function = getattr(random, name)
    return function in RULES or function in NONDIFFERENTIABLE or function in REFUSED
