"""Which calls give a value that shares neither memory nor items with their arguments."""

from __future__ import annotations

import numpy as np

from ..core import build

# functions of NumPy, and methods of arrays, that always compute or copy
_ALWAYS = frozenset(
    "zeros ones empty full zeros_like ones_like empty_like full_like copy arange linspace dot matmul outer concatenate stack vstack hstack "
    "column_stack tensordot eye identity tile repeat sort cumsum cumprod sum mean prod max min amax amin std var norm where clip cross "
    "kron inner vdot trace solve inv det cholesky pad roll convolve interp round flatten take choose compress "
    "tril triu fromfunction argsort argmax argmin searchsorted bincount nonzero any all pinv slogdet lstsq eig eigh eigvals eigvalsh svd "
    "qr correlate append insert delete select piecewise average median percentile quantile cov corrcoef vander trapezoid logspace "
    "geomspace nansum nanmean nanmax nanmin nanstd nanvar nanprod nancumsum nancumprod take_along_axis block ptp gradient".split()
)
_TRANSFORMS = ("numpy.fft", "numpy.fft._pocketfft", "numpy.fft._helper")
_BUILTINS = (float, int, len, abs, round, pow)


def is_fresh(call: build.Node, function: object, name: str) -> bool:
    """Whether the value of a call, without an `out`, surely is new.

    `function` is what is called, if that is known; `name` is the name of a function of NumPy or of a method of an array.
    """
    if any((k.arg or "").startswith("overwrite") for k in call.keywords):  # SciPy may put its result into an argument
        return False
    if isinstance(function, np.ufunc) or any(function is f for f in _BUILTINS):
        return True
    if function is sum:  # with a start, the items of a list come back, or the start itself
        return len(call.args) == 1 and not call.keywords
    if function is max or function is min:
        return False
    if name == "einsum":  # of one operand it may be a view
        return bool(call.args) and "," in str(getattr(call.args[0], "value", ""))
    if name == "diff":  # with n=0 it is the array itself
        return len(call.args) == 1 and not any(k.arg in ("n", None) for k in call.keywords)
    if name == "ndarray":  # with a buffer it is a view
        return len(call.args) <= 2 and {k.arg for k in call.keywords} <= {"shape", "dtype", "order"}
    if getattr(function, "__module__", "") in _TRANSFORMS:
        return not any(k.arg == "out" for k in call.keywords)
    if name == "astype":
        return len(call.args) == 1 and not call.keywords
    return name in _ALWAYS


def numpys_name(function: object) -> str:
    """The name of a function of NumPy or SciPy; empty for others."""
    return getattr(function, "__name__", "") if is_numpys(function) else ""


def is_numpys(function: object) -> bool:
    """Whether a function is one of NumPy's or SciPy's."""
    return (getattr(function, "__module__", None) or "").partition(".")[0] in ("numpy", "scipy")
