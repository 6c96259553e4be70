"""scipy.special, of which every public name is in one of the lists.

Parameters without a known derivative (orders of Bessel functions, shapes of incomplete functions) have no adjoint: a
call in which they depend on what is differentiated is refused. Such functions are structural here, all others are
elementwise rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import srcgrad_runtime as rt
from scipy import special

from . import special_further, special_orders  # noqa: F401  (their rows belong to this table)
from .declare import (
    NONDIFFERENTIABLE,
    RULES,
    adjoint,
    elementwise,
    nondifferentiable,
    refused,
    structural,
    tangent,
)

POSITIVE = (0.4, 3.0)
UNIT = (0.1, 0.9)
RADIANS = "0.017453292519943295"
TWO_BY_ROOT_PI = "1.1283791670955126"
ROOT_PI_BY_TWO = "0.8862269254527579"
ROOT_TWO_PI = "2.5066282746310002"


def row(names: str, *partials: str | None, domain: Any = (-2.0, 2.0)) -> None:
    """An elementwise row for functions that this SciPy has; a function of two names is declared once."""
    for name in names.split():
        function = getattr(special, name, None)
        if function is not None and function not in RULES:
            elementwise(function, *partials, domain=domain)
            RULES[function].name = f"scipy.special.{name}"


# exponentials, logarithms and powers
row("exp2", f"y * {np.log(2.0)!s}")
row("exp10", f"y * {np.log(10.0)!s}")
row("expm1", "y + 1")
row("log1p", "1 / (1 + x)", domain=(-0.6, 3))
row("cbrt", "1 / (3 * y * y)", domain=POSITIVE)
row("exprel", "rt.exprel_partial(x)", domain=(-3, 3))
row("cosm1", "-np.sin(x)")
row("powm1", "x2 * x1 ** (x2 - 1)", "(y + 1) * np.log(x1)", domain=(POSITIVE, (-2, 2)))
row("xlogy", "np.log(x2)", "rt.share_or_zero(x1, x2)", domain=((-2, 2), POSITIVE))
row("xlog1py", "np.log1p(x2)", "rt.share_or_zero(x1, 1 + x2)", domain=((-2, 2), (-0.6, 2)))
row("boxcox", "x1 ** (x2 - 1)", "np.log(x1) ** 2 * rt.exprel_partial(x2 * np.log(x1))", domain=(POSITIVE, (-2, 2)))
row(
    "boxcox1p",
    "(1 + x1) ** (x2 - 1)",
    "np.log1p(x1) ** 2 * rt.exprel_partial(x2 * np.log1p(x1))",
    domain=((-0.5, 2), (-2, 2)),
)
row(
    "inv_boxcox",
    "y ** (1 - x2)",
    "-np.log(y) ** 2 * rt.exprel_partial(x2 * np.log(y)) * y ** (1 - x2)",
    domain=((-0.4, 0.8), (0.1, 1)),
)
row(
    "inv_boxcox1p",
    "(1 + y) ** (1 - x2)",
    "-np.log1p(y) ** 2 * rt.exprel_partial(x2 * np.log1p(y)) * (1 + y) ** (1 - x2)",
    domain=((-0.4, 0.8), (0.1, 1)),
)
row("expit", "y * (1 - y)")
row("logit", "1 / (x * (1 - x))", domain=UNIT)
row("log_expit", "rt.special.expit(-x)")
row("softplus", "rt.special.expit(x)")
row("wrightomega", "y / (1 + y)")
row("sindg", f"{RADIANS} * rt.special.cosdg(x)", domain=(-80, 80))
row("cosdg", f"-{RADIANS} * rt.special.sindg(x)", domain=(-80, 80))
row("tandg", f"{RADIANS} * (1 + y * y)", domain=(-70, 70))
row("cotdg", f"-{RADIANS} * (1 + y * y)", domain=(20, 80))

# entropies and losses
row("entr", "-np.log(x) - 1", domain=POSITIVE)
row("rel_entr", "np.log(x1 / x2) + 1", "-x1 / x2", domain=POSITIVE)
row("kl_div", "np.log(x1 / x2)", "1 - x1 / x2", domain=POSITIVE)
row("huber", "np.maximum(np.abs(x2) - x1, 0)", "np.clip(x2, -x1, x1)", domain=((0.5, 1), (1.1, 3)))
row(
    "pseudo_huber",
    "2 * y / x1 - x2 * x2 / (x1 * np.sqrt(1 + (x2 / x1) ** 2))",
    "x2 / np.sqrt(1 + (x2 / x1) ** 2)",
    domain=(POSITIVE, (-2, 2)),
)

# the error function and the normal distribution
row("erf", f"{TWO_BY_ROOT_PI} * np.exp(-x * x)")
row("erfc", f"-{TWO_BY_ROOT_PI} * np.exp(-x * x)")
row("erfi", f"{TWO_BY_ROOT_PI} * np.exp(x * x)", domain=(-1, 1))
row("erfcx", f"2 * x * y - {TWO_BY_ROOT_PI}", domain=(-1, 2))
row("erfinv", f"{ROOT_PI_BY_TWO} * np.exp(y * y)", domain=(-0.8, 0.8))
row("erfcinv", f"-{ROOT_PI_BY_TWO} * np.exp(y * y)", domain=(0.2, 1.8))
row("dawsn", "1 - 2 * x * y")
row("wofz", f"{TWO_BY_ROOT_PI}j - 2 * x * y")
row("ndtr", "0.3989422804014327 * np.exp(-0.5 * x * x)")
row("log_ndtr", "0.3989422804014327 * np.exp(-0.5 * x * x - y)")
row("ndtri", f"{ROOT_TWO_PI} * np.exp(0.5 * y * y)", domain=UNIT)
row("ndtri_exp", f"{ROOT_TWO_PI} * np.exp(x + 0.5 * y * y)", domain=(-3, -0.2))
row(
    "owens_t",
    "-0.19947114020071635 * np.exp(-0.5 * x1 * x1) * rt.special.erf(0.7071067811865476 * x1 * x2)",
    "0.15915494309189535 * np.exp(-0.5 * x1 * x1 * (1 + x2 * x2)) / (1 + x2 * x2)",
)

# the gamma and beta functions
row("gamma", "y * rt.special.psi(x)", domain=POSITIVE)
row("rgamma", "-y * rt.special.psi(x)", domain=POSITIVE)
row("gammaln loggamma", "rt.special.psi(x)", domain=POSITIVE)
row("psi digamma", "rt.special.zeta(2, x)", domain=POSITIVE)
row(
    "beta",
    "y * (rt.special.psi(x1) - rt.special.psi(x1 + x2))",
    "y * (rt.special.psi(x2) - rt.special.psi(x1 + x2))",
    domain=POSITIVE,
)
row(
    "betaln",
    "rt.special.psi(x1) - rt.special.psi(x1 + x2)",
    "rt.special.psi(x2) - rt.special.psi(x1 + x2)",
    domain=POSITIVE,
)
row(
    "binom",
    "y * (rt.special.psi(x1 + 1) - rt.special.psi(x1 - x2 + 1))",
    "y * (rt.special.psi(x1 - x2 + 1) - rt.special.psi(x2 + 1))",
    domain=((3.1, 5), (1.1, 2)),
)
row(
    "poch",
    "y * (rt.special.psi(x1 + x2) - rt.special.psi(x1))",
    "y * rt.special.psi(x1 + x2)",
    domain=POSITIVE,
)

# integrals and elliptic functions
row("expi", "np.exp(x) / x", domain=POSITIVE)
row("exp1", "-np.exp(-x) / x", domain=POSITIVE)
row("spence", "np.log(x) / (1 - x)", domain=(1.2, 3))
row("ellipk", "rt.ellipk_partial(x)", domain=(-1, 0.8))
row("ellipkm1", "-rt.ellipk_partial(1 - x)", domain=(0.2, 2))
row("ellipe", "rt.ellipe_partial(x)", domain=(-1, 0.8))

# Bessel functions of fixed order
row("j0", "-rt.special.j1(x)")
row("j1", "0.5 * (rt.special.j0(x) - rt.special.jv(2, x))")
row("y0", "-rt.special.y1(x)", domain=POSITIVE)
row("y1", "rt.special.y0(x) - y / x", domain=POSITIVE)
row("i0", "rt.special.i1(x)")
row("i0e", "rt.special.i1e(x) - np.sign(x) * y")
row("i1", "0.5 * (rt.special.i0(x) + rt.special.iv(2, x))")
row("i1e", "0.5 * (rt.special.i0e(x) + rt.special.ive(2, x)) - np.sign(x) * y")
row("k0", "-rt.special.k1(x)", domain=POSITIVE)
row("k0e", "y - rt.special.k1e(x)", domain=POSITIVE)
row("k1", "-rt.special.k0(x) - y / x", domain=POSITIVE)
row("k1e", "y - rt.special.k0e(x) - y / x", domain=POSITIVE)
row("ber", "rt.special.berp(x)", domain=POSITIVE)
row("bei", "rt.special.beip(x)", domain=POSITIVE)
row("ker", "rt.special.kerp(x)", domain=POSITIVE)
row("kei", "rt.special.keip(x)", domain=POSITIVE)

# functions of arrays, and those with several results


def _sums(draw):
    yield (draw(3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3),), {"axis": 0, "keepdims": True}
    yield (draw(2, 3), (0, 1), draw.positive(2, 3)), {}
    yield (draw(2, 3),), {"b": draw.positive(3), "axis": 1}
    yield (draw(3),), {"b": draw.positive(2, 3), "axis": -1, "keepdims": True}
    yield (draw(2, 3),), {"keepdims": True}


structural(special.logsumexp, cases=_sums)


@adjoint(special.logsumexp, "a")
def logsumexp_plain(a, *, y, y_bar):
    return y_bar * np.exp(a - y)


@adjoint(special.logsumexp, "a")
def logsumexp_a(a, axis=None, b=None, keepdims=False, *, y, y_bar):
    return rt.logsumexp_adjoint_a(a, y, y_bar, axis, b, keepdims)


@adjoint(special.logsumexp, "b")
def logsumexp_b(a, axis=None, b=None, keepdims=False, *, y, y_bar):
    return rt.logsumexp_adjoint_b(a, y, y_bar, axis, b, keepdims)


@tangent(special.logsumexp, "a")
def logsumexp_a_tangent(a, a_dot, axis=None, b=None, keepdims=False, *, y):
    return rt.logsumexp_tangent_a(a, a_dot, y, axis, b, keepdims)


@tangent(special.logsumexp, "b")
def logsumexp_b_tangent(a, b_dot, axis=None, keepdims=False, *, y):
    return rt.logsumexp_tangent_b(a, b_dot, y, axis, keepdims)


def _scores(draw):
    yield (draw(3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3),), {"axis": 0}
    yield (draw(2, 3),), {"axis": (0, 1)}


structural(special.softmax, cases=_scores)


@adjoint(special.softmax)
def softmax_(axis=None, *, y, y_bar):
    return y * (y_bar - np.sum(y_bar * y, axis=axis, keepdims=True))


@tangent(special.softmax)
def softmax_tangent(x_dot, axis=None, *, y):
    return y * (x_dot - np.sum(x_dot * y, axis=axis, keepdims=True))


structural(special.log_softmax, cases=_scores)


@adjoint(special.log_softmax)
def log_softmax_(axis=None, *, y, y_bar):
    return y_bar - np.exp(y) * np.sum(y_bar, axis=axis, keepdims=True)


@tangent(special.log_softmax)
def log_softmax_tangent(x_dot, axis=None, *, y):
    return x_dot - np.sum(x_dot * np.exp(y), axis=axis, keepdims=True)


def _traces(draw):
    yield (2 + draw.positive(2), 3), {}
    yield (2.7, 1), {}


structural(special.multigammaln, cases=_traces)


@adjoint(special.multigammaln)
def multigammaln_(a, d, *, y_bar):
    return rt.unbroadcast(y_bar * rt.multigammaln_partial(rt.special.psi, a, d), a)


@tangent(special.multigammaln)
def multigammaln_tangent(a, a_dot, d):
    return a_dot * rt.multigammaln_partial(rt.special.psi, a, d)


def _arguments(draw):
    yield (draw.positive(3),), {}
    yield (0.7,), {}


structural(special.airy, "z, /", cases=_arguments)


@adjoint(special.airy)
def airy_(z, *, y, y_bar):
    return rt.unbroadcast(rt.weighted(y_bar, (y[1], z * y[0], y[3], z * y[2])), z)


@tangent(special.airy)
def airy_tangent(z, z_dot, *, y):
    return z_dot * y[1], z_dot * z * y[0], z_dot * y[3], z_dot * z * y[2]


structural(special.fresnel, "z, /", cases=_arguments)


@adjoint(special.fresnel)
def fresnel_(z, *, y_bar):
    return rt.unbroadcast(rt.weighted(y_bar, (np.sin(0.5 * np.pi * z * z), np.cos(0.5 * np.pi * z * z))), z)


@tangent(special.fresnel)
def fresnel_tangent(z, z_dot):
    return z_dot * np.sin(0.5 * np.pi * z * z), z_dot * np.cos(0.5 * np.pi * z * z)


structural(special.sici, "x, /", cases=_arguments)


@adjoint(special.sici)
def sici_(x, *, y_bar):
    return rt.unbroadcast(rt.weighted(y_bar, (np.sinc(x / np.pi), np.cos(x) / x)), x)


@tangent(special.sici)
def sici_tangent(x, x_dot):
    return x_dot * np.sinc(x / np.pi), x_dot * np.cos(x) / x


structural(special.shichi, "x, /", cases=_arguments)


@adjoint(special.shichi)
def shichi_(x, *, y_bar):
    return rt.unbroadcast(rt.weighted(y_bar, (np.sinh(x) / x, np.cosh(x) / x)), x)


@tangent(special.shichi)
def shichi_tangent(x, x_dot):
    return x_dot * np.sinh(x) / x, x_dot * np.cosh(x) / x


structural(special.ellipj, "u, m, /", cases=lambda draw: [((draw(3), 0.4), {})])


@adjoint(special.ellipj, "u")
def ellipj_(u, m, *, y, y_bar):
    return rt.unbroadcast(rt.weighted(y_bar, (y[1] * y[2], -y[0] * y[2], -m * y[0] * y[1], y[2])), u)


@tangent(special.ellipj, "u")
def ellipj_tangent(u_dot, m, *, y):
    return u_dot * y[1] * y[2], -u_dot * y[0] * y[2], -u_dot * m * y[0] * y[1], u_dot * y[2]


# what the adjoints above call
elementwise(rt.share_or_zero, "1 / x2", "-y / x2", domain=((-2, 2), (0.5, 2)))
elementwise(rt.times_log, "np.log(x2)", "rt.share_or_zero(x1, x2)", domain=((-2, 2), POSITIVE))
elementwise(rt.times_log1p, "np.log1p(x2)", "rt.share_or_zero(x1, 1 + x2)", domain=((-2, 2), (-0.6, 2)))

# results without a derivative; and everything else that is public
_WITHOUT = """
round gammasgn geterr seterr ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros erf_zeros fresnel_zeros
fresnelc_zeros fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros
ker_zeros kerp_zeros y0_zeros y1_zeros y1p_zeros yn_zeros ynp_zeros bernoulli euler stirling2 roots_legendre
roots_chebyt roots_chebyu roots_chebyc roots_chebys roots_laguerre roots_hermite roots_hermitenorm
roots_sh_legendre roots_sh_chebyt roots_sh_chebyu p_roots t_roots u_roots c_roots s_roots l_roots h_roots
he_roots ps_roots ts_roots us_roots legendre chebyt chebyu chebyc chebys laguerre hermite hermitenorm
sh_legendre sh_chebyt sh_chebyu
"""
nondifferentiable(*(getattr(special, name) for name in _WITHOUT.split() if hasattr(special, name)))
nondifferentiable(special.errstate)

# why the rest is refused
REASONS = {
    "the nodes and weights of a quadrature, as functions of its shape, are not differentiated; take them as constants": """
cg_roots roots_gegenbauer j_roots roots_jacobi js_roots roots_sh_jacobi la_roots roots_genlaguerre""",
    "it gives a polynomial as an object; evaluate it with the eval_ function of the same name": """
gegenbauer genlaguerre jacobi sh_jacobi""",
    "it counts whole numbers; its continuation has a derivative (gamma, poch, binom)": "factorial factorial2 factorialk",
    "it is the inverse of a distribution function in a parameter for which no derivative is known": """
bdtrik bdtrin btdtria btdtrib chdtriv chndtridf chndtrinc chndtrix fdtridfd gdtrib nbdtrik nbdtrin ncfdtri ncfdtridfd ncfdtridfn
ncfdtrinc nctdtridf nctdtrinc nctdtrit pdtrik stdtridf""",
    "no derivative of this distribution function is written down here": """
chndtr kolmogi kolmogorov ncfdtr nctdtr smirnov smirnovi""",
    "no derivative of this function of spheroidal, ellipsoidal or Mathieu waves is written down here": """
ellip_harm ellip_harm_2 ellip_normal mathieu_a mathieu_b mathieu_cem mathieu_even_coef mathieu_modcem1 mathieu_modcem2 mathieu_modsem1
mathieu_modsem2 mathieu_odd_coef mathieu_sem obl_ang1 obl_ang1_cv obl_cv obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pro_ang1
pro_ang1_cv pro_cv pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv""",
    "it gives its own derivatives beside its values; use those, or a function of one order": """
assoc_legendre_p assoc_legendre_p_all legendre_p legendre_p_all lqmn lqn pbdn_seq pbdv_seq pbvv_seq riccati_jn riccati_yn sph_harm_y
sph_harm_y_all sph_legendre_p sph_legendre_p_all lmbda""",
    "its values on the real line are no analytic function of a complex argument": "airye kelvin modfresnelm modfresnelp",
}
_REASON = {name: reason for reason, names in REASONS.items() for name in names.split()}

for _name in special.__all__:
    _function = getattr(special, _name)
    _known = _function in RULES or _function in NONDIFFERENTIABLE
    if callable(_function) and not _known and not (isinstance(_function, type) and issubclass(_function, Exception)):
        refused(
            _function,
            _REASON.get(_name)
            or f"scipy.special.{_name} has no rule; give it one, or stop the gradient of its argument",
        )
