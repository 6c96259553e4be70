"""scipy.stats: densities and distribution functions of the distribution objects, `stats.norm.logpdf` and the like.

The keys are the bound methods, which compare equal whenever they are taken from the same distribution. A continuous
distribution is described by the derivatives of the logarithm g of its density at location 0 and scale 1, by z = (x -
loc) / scale and by its shapes; the distribution functions have derivatives by x, loc and scale only. A discrete one has
the derivatives of its log probability by its parameters. Outside the support, where the density is 0, the log density
is infinite and has no meaningful derivative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import srcgrad_runtime as rt
from scipy import stats

from .broadcasting import broadcasting
from .declare import adjoint, structural, tangent

Z = "((x - loc) / scale)"


def _standard(text: str) -> str:
    return re.sub(r"\bz\b", Z, text)


def continuous(name: str, slope: str, shapes: Mapping[str, str] | None = None, support: tuple = (-2.0, 2.0)) -> None:
    """The rules of one distribution: `slope` is g'(z), `shapes` gives dg / d shape, both over `z` and the shapes."""
    distribution = getattr(stats, name)
    shapes = dict(shapes or {})
    given = ", ".join([*shapes, "loc", "scale"])
    signature = ", ".join(["x", *shapes, "loc=0", "scale=1"])
    slope = _standard(slope)
    log_partials = {"x": f"({slope}) / scale", **{s: _standard(text) for s, text in shapes.items()}}
    log_partials["loc"] = f"-({slope}) / scale"
    log_partials["scale"] = f"-(1 + {Z} * ({slope})) / scale"

    def cases(draw):
        values = tuple(float(draw.uniform(1.3, 2.5)) for _ in shapes)
        z = draw.uniform(*support, 3)
        yield (0.3 + 1.7 * z, *values, 0.3, 1.7), {}
        yield (z, *values), {}
        yield (float(z[0]) * 1.3, *values), {"scale": 1.3}
        yield (z * 1.2, *values), {"scale": np.array([[1.11], [1.15]]), "loc": np.array([0.0, -0.01, 0.01])}

    broadcasting(distribution.logpdf, signature, log_partials, cases, name=f"scipy.stats.{name}.logpdf")
    # outside the support the logarithm in the derivative by a shape is NaN, and the density is 0
    partials = {p: f"np.where(y == 0, 0, y * ({t}))" if p in shapes else f"y * ({t})" for p, t in log_partials.items()}
    broadcasting(distribution.pdf, signature, partials, cases, name=f"scipy.stats.{name}.pdf")
    density = f"rt.stats.{name}.pdf(x, {given})"
    ratio = f"np.exp(rt.stats.{name}.logpdf(x, {given}) - y)"
    for method, text in (("cdf", density), ("sf", f"-{density}"), ("logcdf", ratio), ("logsf", f"-{ratio}")):
        negative = text[1:] if text.startswith("-") else f"-{text}"
        partials = {"x": text, "loc": negative, "scale": f"{negative} * {Z}"}
        broadcasting(getattr(distribution, method), signature, partials, cases, name=f"scipy.stats.{name}.{method}")


POSITIVE = (0.3, 2.5)
UNIT = (0.1, 0.9)
continuous("norm", "-z")
continuous(
    "t",
    "-(df + 1) * z / (df + z * z)",
    {
        "df": "0.5 * (rt.special.psi(0.5 * (df + 1)) - rt.special.psi(0.5 * df) - 1 / df - np.log1p(z * z / df)"
        " + (df + 1) * z * z / (df * (df + z * z)))"
    },
)
continuous("gamma", "(a - 1) / z - 1", {"a": "np.log(z) - rt.special.psi(a)"}, POSITIVE)
continuous(
    "beta",
    "(a - 1) / z - (b - 1) / (1 - z)",
    {
        "a": "np.log(z) - rt.special.psi(a) + rt.special.psi(a + b)",
        "b": "np.log1p(-z) - rt.special.psi(b) + rt.special.psi(a + b)",
    },
    UNIT,
)
continuous("expon", "-1", support=POSITIVE)
continuous("uniform", "0", support=UNIT)
continuous("laplace", "-np.sign(z)", support=POSITIVE)
continuous("cauchy", "-2 * z / (1 + z * z)")
continuous("lognorm", "-(1 + np.log(z) / (s * s)) / z", {"s": "(np.log(z) ** 2 / (s * s) - 1) / s"}, support=POSITIVE)
continuous("logistic", "-np.tanh(0.5 * z)")
continuous("chi2", "(0.5 * df - 1) / z - 0.5", {"df": "0.5 * (np.log(0.5 * z) - rt.special.psi(0.5 * df))"}, POSITIVE)
continuous("invgamma", "(1 / z - a - 1) / z", {"a": "-np.log(z) - rt.special.psi(a)"}, POSITIVE)
continuous(
    "weibull_min",
    "(c - 1 - c * z ** c) / z",
    {"c": "1 / c + np.log(z) * (1 - z ** c)"},
    POSITIVE,
)
continuous("pareto", "-(b + 1) / z", {"b": "1 / b - np.log(z)"}, (1.2, 3.0))
continuous("halfnorm", "-z", support=POSITIVE)
continuous("halfcauchy", "-2 * z / (1 + z * z)", support=POSITIVE)
continuous("rayleigh", "1 / z - z", support=POSITIVE)
continuous("gumbel_r", "np.exp(-z) - 1")
continuous("gumbel_l", "1 - np.exp(z)")


def discrete(name: str, partials: Mapping[str, str], arguments: tuple, others: str = "") -> None:
    """The rules of one discrete distribution, by parameters that `partials` names; `others` come before them in calls."""
    distribution = getattr(stats, name)
    names = ", ".join(filter(None, [others, *(p for p in partials if p not in others)]))
    partials = {p: re.sub(r"\bk\b", "(k - loc)", text) for p, text in partials.items()}

    def cases(draw):
        k = 1 + draw.integers(3, 4) if name != "bernoulli" else draw.integers(2, 4)
        yield (k, *arguments), {}
        yield (k + 1, *arguments), {"loc": 1}
        yield (k, *arguments[:-1], np.array([[0.3], [0.6]])), {}

    signature = f"k, {names}, loc=0"
    broadcasting(distribution.logpmf, signature, partials, cases, name=f"scipy.stats.{name}.logpmf")
    partials = {p: f"y * ({text})" for p, text in partials.items()}
    broadcasting(distribution.pmf, signature, partials, cases, name=f"scipy.stats.{name}.pmf")


discrete("poisson", {"mu": "k / mu - 1"}, (1.7,))
discrete("bernoulli", {"p": "k / p - (1 - k) / (1 - p)"}, (0.4,))
discrete("binom", {"p": "k / p - (n - k) / (1 - p)"}, (5, 0.4), "n")
discrete("geom", {"p": "1 / p - (k - 1) / (1 - p)"}, (0.4,))
discrete(
    "nbinom",
    {"n": "rt.special.psi(n + k) - rt.special.psi(n) + np.log(p)", "p": "n / p - k / (1 - p)"},
    (2.5, 0.4),
)


# the multivariate normal distribution


def _normals(draw):
    yield (draw(3), draw(3), draw.spd(3)), {}
    yield (draw(4, 2), draw(2), draw.spd(2)), {}
    yield (draw(2, 2, 2),), {"cov": draw.spd(2), "allow_singular": False}
    yield (draw(4), 0.3, 1.7), {}
    yield (draw(4, 2), draw(2), draw.positive(2)), {}
    yield (draw(2), draw(2), 1.7), {}


structural(stats.multivariate_normal.logpdf, ignored=("allow_singular",), cases=_normals)


@adjoint(stats.multivariate_normal.logpdf, "x")
def normal_x(x, mean=None, cov=1, *, y_bar):
    return rt.normal_logpdf_adjoint_x(x, y_bar, mean, cov)


@adjoint(stats.multivariate_normal.logpdf, "mean")
def normal_mean(x, mean=None, cov=1, *, y_bar):
    return rt.normal_logpdf_adjoint_mean(x, y_bar, mean, cov)


@adjoint(stats.multivariate_normal.logpdf, "cov")
def normal_cov(x, mean=None, cov=1, *, y_bar):
    return rt.normal_logpdf_adjoint_cov(x, y_bar, mean, cov)


@tangent(stats.multivariate_normal.logpdf, "x")
def normal_x_tangent(x, x_dot, mean=None, cov=1, *, y):
    return rt.normal_logpdf_tangent(x, y, x_dot=x_dot, mean=mean, cov=cov)


@tangent(stats.multivariate_normal.logpdf, "mean")
def normal_mean_tangent(x, mean_dot, mean=None, cov=1, *, y):
    return rt.normal_logpdf_tangent(x, y, mean=mean, mean_dot=mean_dot, cov=cov)


@tangent(stats.multivariate_normal.logpdf, "cov")
def normal_cov_tangent(x, cov_dot, mean=None, cov=1, *, y):
    return rt.normal_logpdf_tangent(x, y, mean=mean, cov=cov, cov_dot=cov_dot)


structural(stats.multivariate_normal.pdf, ignored=("allow_singular",), cases=_normals)


@adjoint(stats.multivariate_normal.pdf, "x")
def normal_pdf_x(x, mean=None, cov=1, *, y, y_bar):
    return rt.normal_logpdf_adjoint_x(x, y_bar * y, mean, cov)


@adjoint(stats.multivariate_normal.pdf, "mean")
def normal_pdf_mean(x, mean=None, cov=1, *, y, y_bar):
    return rt.normal_logpdf_adjoint_mean(x, y_bar * y, mean, cov)


@adjoint(stats.multivariate_normal.pdf, "cov")
def normal_pdf_cov(x, mean=None, cov=1, *, y, y_bar):
    return rt.normal_logpdf_adjoint_cov(x, y_bar * y, mean, cov)


@tangent(stats.multivariate_normal.pdf, "x")
def normal_pdf_x_tangent(x, x_dot, mean=None, cov=1, *, y):
    return y * rt.normal_logpdf_tangent(x, y, x_dot=x_dot, mean=mean, cov=cov)


@tangent(stats.multivariate_normal.pdf, "mean")
def normal_pdf_mean_tangent(x, mean_dot, mean=None, cov=1, *, y):
    return y * rt.normal_logpdf_tangent(x, y, mean=mean, mean_dot=mean_dot, cov=cov)


@tangent(stats.multivariate_normal.pdf, "cov")
def normal_pdf_cov_tangent(x, cov_dot, mean=None, cov=1, *, y):
    return y * rt.normal_logpdf_tangent(x, y, mean=mean, cov=cov, cov_dot=cov_dot)
