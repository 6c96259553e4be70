"""Functions of scipy.special with an order or a shape, for which only the derivative by the argument is known.

Bessel functions, incomplete gamma and beta functions, hypergeometric functions, orthogonal polynomials. A call in which
the order depends on what is differentiated is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import special

from .broadcasting import broadcasting


def order(
    name: str,
    signature: str,
    parameter: str,
    partial: str,
    arguments: Callable[[Any], list[tuple]],
    ignored: tuple[str, ...] = (),
) -> None:
    """A row for a function that this SciPy has: its one parameter with a derivative, and arguments for its test."""
    if hasattr(special, name):

        def cases(draw: Any) -> list[Any]:
            return [(each, {}) for each in arguments(draw)]

        broadcasting(getattr(special, name), signature, {parameter: partial}, cases, ignored, f"scipy.special.{name}")


order("polygamma", "n, x", "x", "rt.special.polygamma(n + 1, x)", lambda draw: [(1, draw.positive(3)), (2, 0.7)])
order(
    "jv",
    "v, z, /",
    "z",
    "0.5 * (rt.special.jv(v - 1, z) - rt.special.jv(v + 1, z))",
    lambda draw: [(1, draw(3)), (0.5, draw.positive(2))],
)
order(
    "yv",
    "v, z, /",
    "z",
    "0.5 * (rt.special.yv(v - 1, z) - rt.special.yv(v + 1, z))",
    lambda draw: [(1, draw.positive(3))],
)
order(
    "iv",
    "v, z, /",
    "z",
    "0.5 * (rt.special.iv(v - 1, z) + rt.special.iv(v + 1, z))",
    lambda draw: [(1, draw(3)), (0.5, draw.positive(2))],
)
order(
    "kv",
    "v, z, /",
    "z",
    "-0.5 * (rt.special.kv(v - 1, z) + rt.special.kv(v + 1, z))",
    lambda draw: [(1, draw.positive(3))],
)
order(
    "ive",
    "v, z, /",
    "z",
    "0.5 * (rt.special.ive(v - 1, z) + rt.special.ive(v + 1, z)) - np.sign(rt.real_only(z)) * y",
    lambda draw: [(1, draw(3))],
)
order(
    "kve",
    "v, z, /",
    "z",
    "y - 0.5 * (rt.special.kve(v - 1, z) + rt.special.kve(v + 1, z))",
    lambda draw: [(1, draw.positive(3))],
)
order(
    "yn",
    "n, x, /",
    "x",
    "0.5 * (rt.special.yv(n - 1, x) - rt.special.yv(n + 1, x))",
    lambda draw: [(2, draw.positive(3))],
)
order(
    "kn",
    "n, x, /",
    "x",
    "-0.5 * (rt.special.kv(n - 1, x) + rt.special.kv(n + 1, x))",
    lambda draw: [(2, draw.positive(3))],
)
order(
    "hankel1",
    "v, z, /",
    "z",
    "0.5 * (rt.special.hankel1(v - 1, z) - rt.special.hankel1(v + 1, z))",
    lambda draw: [(1, draw.positive(3))],
)
order(
    "hankel2",
    "v, z, /",
    "z",
    "0.5 * (rt.special.hankel2(v - 1, z) - rt.special.hankel2(v + 1, z))",
    lambda draw: [(1, draw.positive(3))],
)
order(
    "spherical_jn",
    "n, z",
    "z",
    "rt.spherical_partial(rt.special.spherical_jn, n, z, 1, -1)",
    lambda draw: [(2, draw.positive(3)), (0, draw.positive(3))],
)
order(
    "spherical_yn",
    "n, z",
    "z",
    "rt.spherical_partial(rt.special.spherical_yn, n, z, 1, -1)",
    lambda draw: [(2, draw.positive(3)), (0, draw.positive(3))],
)
order(
    "spherical_in",
    "n, z",
    "z",
    "rt.spherical_partial(rt.special.spherical_in, n, z, 1, 1)",
    lambda draw: [(2, draw.positive(3)), (0, draw.positive(3))],
)
order(
    "spherical_kn",
    "n, z",
    "z",
    "rt.spherical_partial(rt.special.spherical_kn, n, z, -1, -1)",
    lambda draw: [(2, draw.positive(3)), (0, draw.positive(3))],
)
order(
    "lambertw",
    "z, k=0, tol=1e-8",
    "z",
    "np.exp(-y) / (1 + y)",
    lambda draw: [(draw.positive(3),), (draw.complex(2), 1), (0.0,)],
    ignored=("k", "tol"),
)
order(
    "expn",
    "n, x, /",
    "x",
    "np.where(np.equal(n, 0), -y * (1 + 1 / x), -rt.special.expn(np.maximum(n - 1, 0), x))",
    lambda draw: [(2, draw.positive(3)), (0, draw.positive(3))],
)
order(
    "gammainc",
    "a, x, /",
    "x",
    "np.exp(rt.times_log(a - 1, x) - x - rt.weak(rt.special.gammaln(a)))",
    lambda draw: [(1.5, draw.positive(3))],
)
order(
    "gammaincc",
    "a, x, /",
    "x",
    "-np.exp(rt.times_log(a - 1, x) - x - rt.weak(rt.special.gammaln(a)))",
    lambda draw: [(1.5, draw.positive(3))],
)
order(
    "gammaincinv",
    "a, y_, /",
    "y_",
    "np.exp(y - rt.times_log(a - 1, y) + rt.weak(rt.special.gammaln(a)))",
    lambda draw: [(1.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "gammainccinv",
    "a, y_, /",
    "y_",
    "-np.exp(y - rt.times_log(a - 1, y) + rt.weak(rt.special.gammaln(a)))",
    lambda draw: [(1.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "betainc",
    "a, b, x, /",
    "x",
    "np.exp(rt.times_log(a - 1, x) + rt.times_log1p(b - 1, -x) - rt.weak(rt.special.betaln(a, b)))",
    lambda draw: [(1.5, 2.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "betaincc",
    "a, b, x, /",
    "x",
    "-np.exp(rt.times_log(a - 1, x) + rt.times_log1p(b - 1, -x) - rt.weak(rt.special.betaln(a, b)))",
    lambda draw: [(1.5, 2.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "betaincinv",
    "a, b, y_, /",
    "y_",
    "np.exp(rt.weak(rt.special.betaln(a, b)) - rt.times_log(a - 1, y) - rt.times_log1p(b - 1, -y))",
    lambda draw: [(1.5, 2.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "betainccinv",
    "a, b, y_, /",
    "y_",
    "-np.exp(rt.weak(rt.special.betaln(a, b)) - rt.times_log(a - 1, y) - rt.times_log1p(b - 1, -y))",
    lambda draw: [(1.5, 2.5, draw.uniform(0.1, 0.9, 3))],
)
order(
    "chdtr",
    "v, x, /",
    "x",
    "rt.chi_square_density(v, x)",
    lambda draw: [(3.0, draw.positive(3))],
)
order(
    "chdtrc",
    "v, x, /",
    "x",
    "-rt.chi_square_density(v, x)",
    lambda draw: [(3.0, draw.positive(3))],
)
order(
    "stdtr",
    "df, t, /",
    "t",
    "np.exp(-0.5 * (df + 1) * np.log1p(t * t / df) - rt.weak(rt.special.betaln(0.5 * df, 0.5))) / rt.weak(np.sqrt(df))",
    lambda draw: [(3.0, draw(3))],
)
order(
    "stdtrit",
    "df, p, /",
    "p",
    "np.exp(0.5 * (df + 1) * np.log1p(y * y / df) + rt.weak(rt.special.betaln(0.5 * df, 0.5))) * rt.weak(np.sqrt(df))",
    lambda draw: [(3.0, draw.uniform(0.1, 0.9, 3))],
)
order(
    "pdtr",
    "k, m, /",
    "m",
    "-np.exp(rt.times_log(rt.weak(np.floor(k)), m) - m - rt.weak(rt.special.gammaln(np.floor(k) + 1)))",
    lambda draw: [(2, draw.positive(3))],
)
order(
    "pdtrc",
    "k, m, /",
    "m",
    "np.exp(rt.times_log(rt.weak(np.floor(k)), m) - m - rt.weak(rt.special.gammaln(np.floor(k) + 1)))",
    lambda draw: [(2, draw.positive(3))],
)
order("zeta", "x, q=None, out=None", "q", "-x * rt.special.zeta(x + 1, q)", lambda draw: [(2.5, draw.positive(3))])
order("hyp0f1", "v, z, /", "z", "rt.special.hyp0f1(v + 1, z) / v", lambda draw: [(1.5, draw(3))])
order("hyp1f1", "a, b, z, /", "z", "a / b * rt.special.hyp1f1(a + 1, b + 1, z)", lambda draw: [(1.5, 2.5, draw(3))])
order(
    "hyp2f1",
    "a, b, c, z, /",
    "z",
    "a * b / c * rt.special.hyp2f1(a + 1, b + 1, c + 1, z)",
    lambda draw: [(1.5, 2.5, 3.2, draw.uniform(-0.8, 0.6, 3))],
)
order(
    "hyperu", "a, b, z, /", "z", "-a * rt.special.hyperu(a + 1, b + 1, z)", lambda draw: [(1.5, 2.5, draw.positive(3))]
)
order("ellipkinc", "phi, m, /", "phi", "1 / np.sqrt(1 - m * np.sin(phi) ** 2)", lambda draw: [(draw(3), 0.4)])
order("ellipeinc", "phi, m, /", "phi", "np.sqrt(1 - m * np.sin(phi) ** 2)", lambda draw: [(draw(3), 0.4)])
order(
    "eval_chebyt",
    "n, x, /",
    "x",
    "n * rt.before(rt.special.eval_chebyu, n, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_chebyu",
    "n, x, /",
    "x",
    "2 * rt.before(rt.special.eval_gegenbauer, n, 2, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_legendre",
    "n, x, /",
    "x",
    "rt.before(rt.special.eval_gegenbauer, n, 1.5, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_gegenbauer",
    "n, alpha, x, /",
    "x",
    "2 * alpha * rt.before(rt.special.eval_gegenbauer, n, alpha + 1, x)",
    lambda draw: [(3, 0.7, draw(3))],
)
order(
    "eval_jacobi",
    "n, alpha, beta, x, /",
    "x",
    "0.5 * (n + alpha + beta + 1) * rt.before(rt.special.eval_jacobi, n, alpha + 1, beta + 1, x)",
    lambda draw: [(3, 0.7, 1.2, draw(3))],
)
order(
    "eval_laguerre",
    "n, x, /",
    "x",
    "-rt.before(rt.special.eval_genlaguerre, n, 1, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_genlaguerre",
    "n, alpha, x, /",
    "x",
    "-rt.before(rt.special.eval_genlaguerre, n, alpha + 1, x)",
    lambda draw: [(3, 0.7, draw(3))],
)
order(
    "eval_hermite",
    "n, x, /",
    "x",
    "2 * n * rt.before(rt.special.eval_hermite, n, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
order(
    "eval_hermitenorm",
    "n, x, /",
    "x",
    "n * rt.before(rt.special.eval_hermitenorm, n, x)",
    lambda draw: [(3, draw(3)), (0, draw(3))],
)
