"""Derivatives of ordinary Python functions over NumPy arrays, as programs that one can read.

>>> import srcgrad
>>> srcgrad.grad(lambda x: x**3)(2.0)
12.0
"""

from typing import Any

__version__ = "0.1.0"

from .api import grad, rule, source, stop_gradient, value_and_grad
from .core.errors import ArgumentError, Refused, ResultError, SourceNotFound, SrcgradError, TangentError
from .operators import elementwise_grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, ravel, vjp
from .transforms import DerivativeError, checkpoint, implicit

__all__ = [
    "ArgumentError",
    "DerivativeError",
    "DeviceFailure",
    "GradientMismatch",
    "NotFinite",
    "Refused",
    "ResultError",
    "SourceNotFound",
    "SrcgradError",
    "TangentError",
    "check_device",
    "check_grads",
    "checkpoint",
    "debug_nans",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "implicit",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "numerical_gradient",
    "ravel",
    "rule",
    "source",
    "stop_gradient",
    "to_device",
    "to_host",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    if name in ("check_grads", "numerical_gradient", "GradientMismatch"):  # read when somebody checks
        from . import testing

        return getattr(testing, name)
    if name in ("debug_nans", "NotFinite"):
        from . import debugging

        return getattr(debugging, name)
    if name in ("to_device", "to_host"):  # read when there is a device
        from srcgrad_runtime import device

        return getattr(device, name)
    if name in ("check_device", "DeviceFailure"):
        from .testing import devices

        return getattr(devices, name)
    raise AttributeError(f"module 'srcgrad' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
