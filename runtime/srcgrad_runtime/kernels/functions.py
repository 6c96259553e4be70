"""What may stand in a kernel, by name: a compiler asks here what to put into one."""

from __future__ import annotations

from .operations import ELEMENTWISE, REDUCTIONS

# functions of NumPy
NUMPY = ELEMENTWISE | {
    "true_divide",
    "abs",
    "conj",
    "where",
    "clip",
    "mean",
    "amax",
    "amin",
    "isneginf",
    "isposinf",
    *REDUCTIONS,
}
SHAPING = frozenset({"expand_dims", "broadcast_to", "squeeze"})  # those that compute nothing
METHODS = frozenset({"mean", *REDUCTIONS})
# functions of the runtime that consist of these
RUNTIME = frozenset(
    {
        "unbroadcast", "expand", "add", "ratio", "phase", "maximum_partial", "minimum_partial", "fmax_partial", "fmin_partial",
        "power_partial1", "power_partial2", "exp_share",
    }
)  # fmt: skip
TELLING = frozenset({"shape", "ndim", "size"})  # what is known of an array without looking into it
REDUCING = frozenset({"mean", "amax", "amin", *REDUCTIONS})
