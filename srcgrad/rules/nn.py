"""The operations of neural networks, `srcgrad_runtime.nn`; read when somebody has imported them.

What has no rule here (dropout, layer_norm, batch_norm, embedding, attention, the recurrent steps, most adjoints) is
plain Python, and differentiated through its source.
"""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import nn
from srcgrad_runtime.nn import convolution, normalisation, pooling, recurrent, regularisation, scores, shapes, tokens

from .declare import adjoint, elementwise, nondifferentiable, structural, tangent

# ---- activations -----------------------------------------------------------------------------------------------------

BOTH_SIDES = (-3.0, 2.0)

elementwise(nn.relu, "y > 0", domain=(0.1, 2.0))
elementwise(nn.sigmoid, "y * (1 - y)", domain=BOTH_SIDES)
elementwise(nn.tanh, "1 - y * y", domain=BOTH_SIDES)
elementwise(nn.silu, "rt.nn.sigmoid(x) * (1 + x - y)", domain=BOTH_SIDES)
elementwise(nn.softplus, "rt.nn.sigmoid(x)", domain=BOTH_SIDES)
elementwise(nn.selu, "rt.nn.selu_slope(x)", domain=(-2.0, -0.1))
elementwise(nn.selu_slope, "y * (x <= 0)", domain=(-2.0, -0.1))


def _kinked(draw):
    yield (draw.distinct(4),), {}
    yield (draw.distinct(2, 3), 0.3), {}
    yield (0.7,), {}
    yield (-0.7, 0.2), {}


structural(nn.leaky_relu, cases=_kinked)
structural(nn.leaky_relu_slope, shapes=("x",), cases=lambda draw: [((draw.distinct(4), 0.3), {})])
structural(nn.elu, cases=_kinked)
structural(nn.elu_slope, cases=_kinked)
structural(nn.gelu, cases=lambda draw: [((draw(3),), {}), ((0.7,), {}), ((draw(2, 2), True), {})])


@adjoint(nn.leaky_relu, "x")
def leaky_relu_x(x, slope=0.01, *, y_bar):
    return y_bar * rt.nn.leaky_relu_slope(x, slope)


@adjoint(nn.leaky_relu, "slope")
def leaky_relu_slope_(x, slope, *, y_bar):
    return rt.unbroadcast(y_bar * np.minimum(x, 0), slope)


@tangent(nn.leaky_relu, "x")
def leaky_relu_x_tangent(x, x_dot, slope=0.01):
    return x_dot * rt.nn.leaky_relu_slope(x, slope)


@tangent(nn.leaky_relu, "slope")
def leaky_relu_slope_tangent(x, slope_dot):
    return slope_dot * np.minimum(x, 0)


@adjoint(nn.leaky_relu_slope, "slope")
def leaky_relu_slope_slope(x, slope, *, y_bar):
    return rt.unbroadcast(y_bar * np.less_equal(x, 0), slope)


@tangent(nn.leaky_relu_slope, "slope")
def leaky_relu_slope_slope_tangent(x, slope_dot):
    return slope_dot * np.less_equal(x, 0)


@adjoint(nn.elu, "x")
def elu_x(x, alpha=1.0, *, y_bar):
    return y_bar * rt.nn.elu_slope(x, alpha)


@adjoint(nn.elu, "alpha")
def elu_alpha(x, alpha, *, y_bar):
    return rt.unbroadcast(y_bar * np.expm1(np.minimum(x, 0)), alpha)


@tangent(nn.elu, "x")
def elu_x_tangent(x, x_dot, alpha=1.0):
    return x_dot * rt.nn.elu_slope(x, alpha)


@tangent(nn.elu, "alpha")
def elu_alpha_tangent(x, alpha_dot):
    return alpha_dot * np.expm1(np.minimum(x, 0))


@adjoint(nn.elu_slope, "x")
def elu_slope_x(x, alpha=1.0, *, y, y_bar):
    return y_bar * y * np.less_equal(x, 0)


@adjoint(nn.elu_slope, "alpha")
def elu_slope_alpha(x, alpha, *, y_bar):
    return rt.unbroadcast(y_bar * np.exp(np.minimum(x, 0)) * np.less_equal(x, 0), alpha)


@tangent(nn.elu_slope, "x")
def elu_slope_x_tangent(x, x_dot, alpha=1.0, *, y):
    return x_dot * y * np.less_equal(x, 0)


@tangent(nn.elu_slope, "alpha")
def elu_slope_alpha_tangent(x, alpha_dot):
    return alpha_dot * np.exp(np.minimum(x, 0)) * np.less_equal(x, 0)


@adjoint(nn.gelu, "x")
def gelu_(x, approximate=True, *, y_bar):
    return y_bar * rt.nn.gelu_slope(x, approximate)


@tangent(nn.gelu, "x")
def gelu_tangent(x, x_dot, approximate=True):
    return x_dot * rt.nn.gelu_slope(x, approximate)


# ---- scores ----------------------------------------------------------------------------------------------------------


def _scores(draw):
    yield (draw(3),), {}
    yield (draw(2, 3),), {}
    yield (draw(2, 3), 0), {}
    yield (draw(2, 3),), {"axis": (0, 1)}


def _sums(draw):
    yield (draw(3),), {}
    yield (draw(2, 3), 1), {}
    yield (draw(2, 3),), {"axis": 0, "keepdims": True}
    yield (draw(2, 3, 2), (0, 2)), {}


structural(nn.softmax, cases=_scores)
structural(nn.log_softmax, cases=_scores)
structural(nn.logsumexp, cases=_sums)


@adjoint(nn.softmax)
def softmax_(axis=-1, *, y, y_bar):
    return y * (y_bar - np.sum(y_bar * y, axis=axis, keepdims=True))


@tangent(nn.softmax)
def softmax_tangent(x_dot, axis=-1, *, y):
    return y * (x_dot - np.sum(x_dot * y, axis=axis, keepdims=True))


@adjoint(nn.log_softmax)
def log_softmax_(axis=-1, *, y, y_bar):
    return y_bar - np.exp(y) * np.sum(y_bar, axis=axis, keepdims=True)


@tangent(nn.log_softmax)
def log_softmax_tangent(x_dot, axis=-1, *, y):
    return x_dot - np.sum(x_dot * np.exp(y), axis=axis, keepdims=True)


@adjoint(nn.logsumexp)
def logsumexp_(x, axis=None, keepdims=False, *, y, y_bar):
    return rt.expand(y_bar, np.shape(x), axis, keepdims) * rt.nn.exp_below(x, rt.expand(y, np.shape(x), axis, keepdims))


@tangent(nn.logsumexp)
def logsumexp_tangent(x, x_dot, axis=None, keepdims=False, *, y):
    return np.sum(x_dot * rt.nn.exp_below(x, rt.expand(y, np.shape(x), axis, keepdims)), axis=axis, keepdims=keepdims)


def _labelled(draw):
    yield (draw(4, 3), np.array([0, 2, 2, 1])), {}
    yield (draw(4, 3), draw.positive(4, 3)), {}
    yield (draw(3), 1), {}
    yield (draw(2, 2, 3), np.array([[0, 2], [1, 1]]), "sum"), {}
    yield (draw(4, 3), draw.positive(4, 3)), {"reduction": "none"}
    yield (draw(2, 3), np.array([0, 2])), {"reduction": "none"}


structural(nn.cross_entropy, cases=_labelled)
structural(nn.nll, cases=_labelled)


@adjoint(nn.cross_entropy, "scores")
def cross_entropy_scores_plain(scores, labels, *, y_bar):
    return rt.nn.cross_entropy_adjoint(y_bar, scores, labels)


@adjoint(nn.cross_entropy, "scores")
def cross_entropy_scores(scores, labels, reduction="mean", *, y_bar):
    return rt.nn.cross_entropy_adjoint(y_bar, scores, labels, reduction)


@adjoint(nn.cross_entropy, "labels")
def cross_entropy_labels(scores, labels, reduction="mean", *, y_bar):
    return rt.nn.log_softmax(scores) * -rt.nn.row_share(y_bar, scores, reduction)


@tangent(nn.cross_entropy, "scores")
def cross_entropy_scores_tangent(scores, scores_dot, labels, reduction="mean"):
    return rt.nn.nll(rt.nn.log_softmax_tangent(scores, scores_dot), labels, reduction)


@tangent(nn.cross_entropy, "labels")
def cross_entropy_labels_tangent(scores, labels_dot, reduction="mean"):
    return rt.nn.nll(rt.nn.log_softmax(scores), labels_dot, reduction)


@adjoint(nn.nll, "logp")
def nll_logp_plain(logp, labels, *, y_bar):
    return rt.nn.nll_adjoint(y_bar, logp, labels)


@adjoint(nn.nll, "logp")
def nll_logp(logp, labels, reduction="mean", *, y_bar):
    return rt.nn.nll_adjoint(y_bar, logp, labels, reduction)


@adjoint(nn.nll, "labels")
def nll_labels(logp, labels, reduction="mean", *, y_bar):
    return logp * -rt.nn.row_share(y_bar, logp, reduction)


@tangent(nn.nll, "logp")
def nll_logp_tangent(logp_dot, labels, reduction="mean"):
    return rt.nn.nll(logp_dot, labels, reduction)


@tangent(nn.nll, "labels")
def nll_labels_tangent(logp, labels_dot, reduction="mean"):
    return rt.nn.nll(logp, labels_dot, reduction)


def _pairs(draw):
    yield (draw(4), draw.positive(4) / 2), {}
    yield (draw(2, 3), draw.positive(2, 3) / 2, "sum"), {}
    yield (draw(3), np.array([0.0, 1.0, 1.0])), {"reduction": "none"}
    yield (0.7, 0.2), {}


structural(nn.bce, cases=_pairs)


@adjoint(nn.bce, "scores")
def bce_scores(scores, targets, reduction="mean", *, y_bar):
    return (rt.nn.sigmoid(scores) - targets) * rt.nn.loss_share(y_bar, np.size(scores), reduction)


@adjoint(nn.bce, "targets")
def bce_targets(scores, reduction="mean", *, y_bar):
    return scores * -rt.nn.loss_share(y_bar, np.size(scores), reduction)


@tangent(nn.bce, "scores")
def bce_scores_tangent(scores, scores_dot, targets, reduction="mean"):
    return rt.nn.reduced((rt.nn.sigmoid(scores) - targets) * scores_dot, reduction)


@tangent(nn.bce, "targets")
def bce_targets_tangent(scores, targets_dot, reduction="mean"):
    return rt.nn.reduced(-scores * targets_dot, reduction)


# ---- normalisation ---------------------------------------------------------------------------------------------------

structural(
    nn.standardise,
    cases=lambda draw: [((draw(3, 4),), {}), ((draw(2, 3, 2), (0, 2)), {}), ((draw(4, 2), 0, 0.1), {})],
)


@adjoint(nn.standardise)
def standardise_(x, axis=-1, eps=1e-5, *, y, y_bar):
    return rt.nn.standardise_adjoint(y_bar, x, y, axis, eps)


@tangent(nn.standardise)
def standardise_tangent(x, x_dot, axis=-1, eps=1e-5, *, y):
    return rt.nn.standardise_adjoint(x_dot, x, y, axis, eps)  # its Jacobian is symmetric


# ---- what carries no derivative --------------------------------------------------------------------------------------

nondifferentiable(
    nn.causal, nn.one_hot, scores.are_weights, scores.check_labels, shapes.beside, shapes.require, convolution.transposed_shape,
    pooling.unpooled, normalisation.but_channels, normalisation.for_each, normalisation.extents_along, recurrent.sizes,
    regularisation.checked_rate, tokens.checked_ids, tokens.attention_sizes, tokens.checked_mask,
)  # fmt: skip
