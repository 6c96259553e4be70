"""Functions of scipy.special that are seldom met: Kelvin and Struve functions, Bessel functions with factors, integrals of them, elliptic
integrals in the form of Carlson, distribution functions and their inverses, parabolic cylinder functions.

The formulas are those of the Digital Library of Mathematical Functions; a distribution function has the density as its derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import srcgrad_runtime as rt
from scipy import special

from .broadcasting import broadcasting, defined
from .declare import RULES, adjoint, elementwise, read_signature, structural, tangent
from .special_orders import order

POSITIVE = (0.4, 3.0)
UNIT = (0.1, 0.9)
DEGREE = "0.017453292519943295"
ROOT_TWO_PI = "2.5066282746310002"


def row(name: str, *partials: str, domain: Any = (-2.0, 2.0), order2: str = "") -> None:
    """An elementwise row for a function that this SciPy has."""
    function = getattr(special, name, None)
    if function is not None:
        elementwise(function, *partials, domain=domain, order2=order2)
        RULES[function].name = f"scipy.special.{name}"


def orders(name: str, signature: str, partials: dict[str, str], arguments: Callable[[Any], list[tuple]]) -> None:
    """As `order`, with a derivative by several parameters."""
    if hasattr(special, name):

        def cases(draw: Any) -> list[Any]:
            return [(each, {}) for each in arguments(draw)]

        names = [p.name for p in read_signature(signature)]
        broadcasting(getattr(special, name), signature, partials, cases, names, f"scipy.special.{name}")


# derivatives of Kelvin functions, by the differential equation
row("berp", "-rt.special.bei(x) - rt.quotient(y, x, 0.0)")
row("beip", "rt.special.ber(x) - rt.quotient(y, x, 0.5)")
row("kerp", "-rt.special.kei(x) - y / x", domain=POSITIVE)
row("keip", "rt.special.ker(x) - y / x", domain=POSITIVE)

# the mean of Gauss, and Carlson's integrals
row(
    "agm",
    "0.21220659078919378 * y * y * np.abs(x1) * rt.special.elliprd(0, x2 * x2, x1 * x1)",
    "0.21220659078919378 * y * y * np.abs(x2) * rt.special.elliprd(0, x1 * x1, x2 * x2)",
    domain=POSITIVE,
    order2="Carlson's integral R_D, of which it is made, has no derivative here",
)
row(
    "elliprf",
    "rt.special.elliprd(x2, x3, x1) / -6",
    "rt.special.elliprd(x3, x1, x2) / -6",
    "rt.special.elliprd(x1, x2, x3) / -6",
    domain=POSITIVE,
    order2="Carlson's integral R_D, of which it is made, has no derivative here",
)
row(
    "elliprc",
    "rt.special.elliprd(x2, x2, x1) / -6",
    "rt.special.elliprd(x1, x2, x2) / -3",
    domain=POSITIVE,
    order2="Carlson's integral R_D, of which it is made, has no derivative here",
)

# angles, and the profile of Voigt
row("radian", DEGREE, f"{DEGREE} / 60", f"{DEGREE} / 3600", domain=(0.0, 50.0))
row(
    "voigt_profile",
    "np.real(rt.voigt_slope(x1, x2, x3))",
    "-(y + np.real(rt.voigt_slope(x1, x2, x3) * (x1 + 1j * x3))) / x2",
    "-np.imag(rt.voigt_slope(x1, x2, x3))",
    domain=((-2, 2), POSITIVE, POSITIVE),
)

# Bessel functions with a factor, and their derivatives; the factors of these two make them no functions of a complex number
_BELOW_ABOVE = "0.5 * (rt.special.{0}(v - 1, rt.real_only(z)) - rt.special.{0}(v + 1, z))"
for _name in ("jve", "yve"):
    order(
        _name, "v, z, /", "z", _BELOW_ABOVE.format(_name), lambda draw: [(1, draw.positive(3)), (0.5, draw.positive(2))]
    )
for _name, _turn in (("hankel1e", "- 1j * y"), ("hankel2e", "+ 1j * y")):
    order(
        _name, "v, z, /", "z", f"0.5 * (rt.special.{_name}(v - 1, z) - rt.special.{_name}(v + 1, z)) {_turn}",
        lambda draw: [(1, draw.positive(3))],
    )  # fmt: skip
for _name in ("jvp", "yvp", "ivp", "kvp", "h1vp", "h2vp"):
    order(
        _name,
        "v, z, n=1",
        "z",
        f"rt.special.{_name}(v, z, n + 1)",
        lambda draw: [(1, draw.positive(3)), (0.5, draw.positive(2), 2)],
    )
order(
    "struve",
    "v, x, /",
    "x",
    "0.5 * (rt.special.struve(v - 1, x) - rt.special.struve(v + 1, x) + rt.struve_share(v, x))",
    lambda draw: [(1, draw(3)), (0.5, draw.positive(2))],
)
order(
    "modstruve",
    "v, x, /",
    "x",
    "0.5 * (rt.special.modstruve(v - 1, x) + rt.special.modstruve(v + 1, x) + rt.struve_share(v, x))",
    lambda draw: [(1, draw(3)), (0.5, draw.positive(2))],
)

# orthogonal polynomials on other intervals, and in another order of arguments
order(
    "eval_chebyc",
    "n, x, /",
    "x",
    "n * rt.before(rt.special.eval_chebys, n, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_chebys",
    "n, x, /",
    "x",
    "rt.before(rt.special.eval_gegenbauer, n, 2, 0.5 * x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_sh_chebyt",
    "n, x, /",
    "x",
    "2 * n * rt.before(rt.special.eval_sh_chebyu, n, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_sh_chebyu",
    "n, x, /",
    "x",
    "4 * rt.before(rt.special.eval_gegenbauer, n, 2, 2 * x - 1)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_sh_legendre",
    "n, x, /",
    "x",
    "2 * rt.before(rt.special.eval_gegenbauer, n, 1.5, 2 * x - 1)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_sh_jacobi",
    "n, p, q, x, /",
    "x",
    "n * rt.before(rt.special.eval_sh_jacobi, n, p + 2, q + 1, x)",
    lambda draw: [(3, 2.5, 1.2, draw.uniform(0.1, 0.9, 3))],
)
order(
    "assoc_laguerre",
    "x, n, k=0.0",
    "x",
    "-rt.before(rt.special.eval_genlaguerre, n, k + 1, x)",
    lambda draw: [(draw(3), 3), (draw(3), 2, 0.7)],
)
order("diric", "x, n", "x", "rt.diric_partial(x, n)", lambda draw: [(draw(3), 4), (draw(2, 2), 5), (0.0, 3)])

# counts of combinations, at numbers that need not be whole
orders(
    "comb",
    "N, k, *, exact=False, repetition=False",
    {
        "N": "y * (rt.special.psi(N + 1) - rt.special.psi(N - k + 1))",
        "k": "y * (rt.special.psi(N - k + 1) - rt.special.psi(k + 1))",
    },
    lambda draw: [(3 + draw.positive(3), draw.positive(3))],
)
orders(
    "perm",
    "N, k, exact=False",
    {"N": "y * (rt.special.psi(N + 1) - rt.special.psi(N - k + 1))", "k": "y * rt.special.psi(N - k + 1)"},
    lambda draw: [(3 + draw.positive(3), draw.positive(3))],
)


# distribution functions: binomial, negative binomial, F, gamma, Tukey's lambda; and the inverses of these and of others
def _cumulative(name: str, signature: str, partial: str, arguments: Callable[[Any], list[tuple]]) -> None:
    """A distribution function by its last parameter; the name with a c is its complement."""
    last = signature.split(", ")[-2]
    order(name, signature, last, partial, arguments)
    order(
        f"{name}c", signature, last, partial.removeprefix("-") if partial.startswith("-") else f"-{partial}", arguments
    )


_cumulative("bdtr", "k, n, p, /", "-rt.binomial_density(k, n, p)", lambda draw: [(2, 5, draw.uniform(0.2, 0.8, 3))])
_cumulative("nbdtr", "k, n, p, /", "rt.failures_density(k, n, p)", lambda draw: [(2, 5, draw.uniform(0.2, 0.8, 3))])
_cumulative("fdtr", "dfn, dfd, x, /", "rt.f_density(dfn, dfd, x)", lambda draw: [(3.0, 5.0, draw.positive(3))])
order(
    "bdtri", "k, n, y_, /", "y_", "-1 / rt.binomial_density(k, n, y)", lambda draw: [(2, 5, draw.uniform(0.2, 0.8, 3))]
)
order(
    "nbdtri", "k, n, y_, /", "y_", "1 / rt.failures_density(k, n, y)", lambda draw: [(2, 5, draw.uniform(0.2, 0.8, 3))]
)
order(
    "fdtri",
    "dfn, dfd, p, /",
    "p",
    "1 / rt.f_density(dfn, dfd, y)",
    lambda draw: [(3.0, 5.0, draw.uniform(0.2, 0.8, 3))],
)
order("chdtri", "v, p, /", "p", "-1 / rt.chi_square_density(v, y)", lambda draw: [(3.0, draw.uniform(0.2, 0.8, 3))])
order("pdtri", "k, y_, /", "y_", "-1 / rt.gamma_density(1.0, k + 1, y)", lambda draw: [(2, draw.uniform(0.2, 0.8, 3))])
order(
    "tklmbda",
    "x, lmbda, /",
    "x",
    "1 / (y ** (lmbda - 1) + (1 - y) ** (lmbda - 1))",
    lambda draw: [(draw.uniform(-0.9, 0.9, 3), 0.7)],
)


def _rates(draw: Any) -> list[tuple]:
    return [(draw.positive(3), 2.5, draw.positive(3))]


for _name, _sign in (("gdtr", ""), ("gdtrc", "-")):
    orders(
        _name,
        "a, b, x, /",
        {"a": f"{_sign}x / a * rt.gamma_density(a, b, x)", "x": f"{_sign}rt.gamma_density(a, b, x)"},
        _rates,
    )
orders(
    "gdtrix",
    "a, b, p, /",
    {"a": "-y / a", "p": "1 / rt.gamma_density(a, b, y)"},
    lambda draw: [(draw.positive(3), 2.5, draw.uniform(0.2, 0.8, 3))],
)
orders(
    "gdtria",
    "p, b, x, /",
    {"p": "y / (x * rt.gamma_density(y, b, x))", "x": "-y / x"},
    lambda draw: [(draw.uniform(0.2, 0.8, 3), 2.5, draw.positive(3))],
)
row(
    "nrdtrimn",
    f"-x2 * {ROOT_TWO_PI} * np.exp(0.5 * ((x3 - y) / x2) ** 2)",
    "(y - x3) / x2",
    "1",
    domain=(UNIT, POSITIVE, (-2, 2)),
)
row(
    "nrdtrisd",
    "-y / (x3 - x1)",
    f"-y * y / (x3 - x1) * {ROOT_TWO_PI} * np.exp(0.5 * ((x3 - x1) / y) ** 2)",
    "y / (x3 - x1)",
    domain=((-2, -1), (0.6, 0.9), POSITIVE),
)

# functions with several results: value and derivative of solutions of differential equations, integrals from 0


def several(
    name: str, signature: str, parameter: str, partials: str, arguments: Callable[[Any], list[tuple]], order2: str = ""
) -> None:
    """A function of several results: the derivatives of all of them by one parameter, over the parameters and the results `y`."""
    function = getattr(special, name, None)
    if function is None:
        return
    structural(function, signature, cases=lambda draw: [(each, {}) for each in arguments(draw)], order2=order2)
    RULES[function].name = f"scipy.special.{name}"
    names = [p.name for p in RULES[function].parameters]
    head, result = ", ".join(names), ", y" if "y[" in partials else ""
    dot = f"{parameter}_dot"
    tangents = ", ".join(f"{dot} * {part}" for part in partials.split("; "))
    adjoint(function, parameter)(
        defined(
            f"scipy.special.{name}", "adjoint", f"{head}, *{result}, y_bar",
            f"rt.unbroadcast(rt.weighted(y_bar, ({partials.replace('; ', ', ')})), {parameter})",
        )
    )  # fmt: skip
    tangent(function, parameter)(
        defined(f"scipy.special.{name}", "tangent", f"{dot}, {head}{', *, y' if result else ''}", f"({tangents})")
    )


def _one(draw: Any) -> list[tuple]:
    return [(draw.positive(3),), (0.7,)]


several("itj0y0", "x, /", "x", "rt.special.j0(x); rt.special.y0(x)", _one)
several("iti0k0", "x, /", "x", "rt.special.i0(x); rt.special.k0(x)", _one)
several("it2j0y0", "x, /", "x", "(1 - rt.special.j0(x)) / x; -rt.special.y0(x) / x", _one)
several("it2i0k0", "x, /", "x", "(rt.special.i0(x) - 1) / x; -rt.special.k0(x) / x", _one)
several(
    "itairy",
    "x, /",
    "x",
    "rt.special.airy(x)[0]; rt.special.airy(x)[2]; rt.special.airy(-x)[0]; rt.special.airy(-x)[2]",
    _one,
)
row("itstruve0", "rt.special.struve(rt.zeros_like(x), x)", domain=POSITIVE)
row("it2struve0", "-rt.special.struve(rt.zeros_like(x), x) / x", domain=POSITIVE)
row("itmodstruve0", "rt.special.modstruve(rt.zeros_like(x), x)", domain=POSITIVE)
several("pbdv", "v, x, /", "x", "y[1]; (0.25 * x * x - v - 0.5) * y[0]", lambda draw: [(1.5, draw.positive(3))])
several("pbvv", "v, x, /", "x", "y[1]; (0.25 * x * x - v - 0.5) * y[0]", lambda draw: [(1.5, draw.positive(3))])
several("pbwa", "a, x, /", "x", "y[1]; (a - 0.25 * x * x) * y[0]", lambda draw: [(0.5, draw.positive(3))])
# what the adjoints above call
elementwise(rt.real_only, "1")
