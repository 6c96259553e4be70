"""The softmax family, and losses that take scores: no exponential overflows, no logarithm sees a zero.

Labels are whole numbers, one for each row of scores (..., C), or weights of the classes, of the shape of the scores.
Losses are the mean over the rows by default, their sum with `reduction="sum"`, and one number per row with "none".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from .shapes import beside, require

__all__ = [
    "bce", "cross_entropy", "cross_entropy_adjoint", "exp_below", "log_softmax", "log_softmax_tangent", "logsumexp",
    "loss_share", "nll", "nll_adjoint", "one_hot", "reduced", "row_share", "softmax",
]  # fmt: skip


def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Any:
    """exp(x) / sum(exp(x)) along `axis`, of the shape of x."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    e /= np.sum(e, axis=axis, keepdims=True)
    return e


def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Any:
    """The logarithm of `softmax(x, axis)`."""
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def log_softmax_tangent(x: Any, x_dot: Any) -> Any:
    """The tangent of `log_softmax(x)`."""
    return x_dot - np.sum(softmax(x) * x_dot, axis=-1, keepdims=True)


def logsumexp(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along `axis` (all axes, if there is none); -inf where every x is, inf where one is."""
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    with np.errstate(divide="ignore", over="ignore"):
        y = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.sum(y, axis=axis)  # a sum of one number each: drops the axes


def exp_below(x: Any, y: Any) -> Any:
    """exp(x - y), and 0 where both are -inf: the share of x in a sum of exponentials whose logarithm is y."""
    return np.exp(x - np.where(np.isneginf(y), 0, y))


def cross_entropy(scores: Any, labels: Any, reduction: str = "mean") -> Any:
    """-log(softmax(scores)) at the labels: scores (..., C), labels (...) of whole numbers or weights (..., C).

    Raises ValueError if the shapes or the labels do not fit.
    """
    check_labels("cross_entropy", scores, labels)
    return reduced(-picked(log_softmax(scores), labels), reduction)


def cross_entropy_adjoint(g: Any, scores: Any, labels: Any, reduction: str = "mean") -> Any:
    """The adjoint of scores in `cross_entropy(scores, labels, reduction)` for that of the result, g."""
    share = row_share(g, scores, reduction)
    if are_weights(scores, labels):
        return (softmax(scores) * np.sum(labels, axis=-1, keepdims=True) - labels) * share
    return (softmax(scores) - one_hot(labels, scores)) * share


def nll(logp: Any, labels: Any, reduction: str = "mean") -> Any:
    """-logp at the labels: log-probabilities (..., C), labels (...) of whole numbers or weights (..., C).

    Raises ValueError if the shapes or the labels do not fit.
    """
    check_labels("nll", logp, labels)
    return reduced(-picked(logp, labels), reduction)


def nll_adjoint(g: Any, logp: Any, labels: Any, reduction: str = "mean") -> Any:
    """The adjoint of logp in `nll(logp, labels, reduction)` for that of the result, g."""
    weights = labels if are_weights(logp, labels) else one_hot(labels, logp)
    return weights * -row_share(g, logp, reduction)


def bce(scores: Any, targets: Any, reduction: str = "mean") -> Any:
    """Binary cross-entropy: -t * log(sigmoid(s)) - (1 - t) * log(1 - sigmoid(s)), targets t of the shape of scores s.

    Written as max(s, 0) - s * t + log(1 + exp(-|s|)). Raises ValueError if the shapes differ.
    """
    given = f"bce: scores have shape {np.shape(scores)}, targets have shape {np.shape(targets)}; they must be the same"
    require(np.shape(scores) == np.shape(targets), given)
    targets = in_precision_of(scores, targets)
    return reduced(np.maximum(scores, 0) - scores * targets + np.log1p(np.exp(-np.abs(scores))), reduction)


# ---- parts -----------------------------------------------------------------------------------------------------------


def picked(x: Any, labels: Any) -> Any:
    """The entry of each row of x (..., C) at its label, or the sum of the entries times their weights."""
    if are_weights(x, labels):
        return np.sum(x * in_precision_of(x, labels), axis=-1)
    return np.take_along_axis(x, beside(labels, x)[..., None], axis=-1)[..., 0]


def in_precision_of(x: Any, labels: Any) -> Any:
    """Whole numbers as numbers of the dtype of x, which they would widen."""
    whole = getattr(getattr(labels, "dtype", None), "kind", "") in ("i", "u") and np.result_type(x).kind == "f"
    return labels.astype(np.result_type(x)) if whole else labels


def one_hot(labels: Any, scores: Any) -> Any:
    """An array of the shape of the scores (..., C) that is true at the labels (...)."""
    return backend.module_of(scores).arange(np.shape(scores)[-1]) == beside(labels, scores)[..., None]


def are_weights(x: Any, labels: Any) -> bool:
    """Whether the labels are weights of the classes."""
    return bool(np.shape(labels) == np.shape(x))


def reduced(losses: Any, reduction: str) -> Any:
    """The mean of the losses, their sum, or the losses themselves."""
    kinds = ("mean", "sum", "none")
    require(reduction in kinds, f"reduction is {reduction!r}; it must be one of {', '.join(map(repr, kinds))}")
    if reduction == "none":
        return losses
    return np.mean(losses) if reduction == "mean" else np.sum(losses)


def loss_share(g: Any, count: int, reduction: str) -> Any:
    """The adjoint of each of so many losses in `reduced(losses, reduction)` for that of the result, g."""
    return g / max(1, count) if reduction == "mean" else g


def row_share(g: Any, scores: Any, reduction: str) -> Any:
    """The adjoint of the loss of each row of scores, (..., 1); a number where it is the same for all."""
    if reduction == "none":
        return np.expand_dims(g, -1)
    return loss_share(g, np.size(scores) // max(1, np.shape(scores)[-1]), reduction)


def check_labels(name: str, x: Any, labels: Any) -> None:
    """Raise ValueError unless the labels belong to the rows of x."""
    shapes = f"{name}: scores have shape {np.shape(x)}, labels have shape {np.shape(labels)}"
    require(np.ndim(x) >= 1, f"{shapes}; scores must be (..., C)")
    if are_weights(x, labels):
        return
    require(np.shape(labels) == np.shape(x)[:-1], f"{shapes}; labels must be whole numbers (...) or weights (..., C)")
    labels = labels if hasattr(labels, "dtype") else np.asarray(labels)
    kind = labels.dtype
    require(kind.kind in "iu", f"{name}: labels have dtype {kind}; one label per row must be a whole number")
    if np.size(labels):
        low, high = int(np.min(labels)), int(np.max(labels))
        classes = np.shape(x)[-1]
        require(low >= 0 and high < classes, f"{name}: labels go from {low} to {high}; there are {classes} classes")
