"""What devices lack of NumPy, written with what they have.

A shim takes `np` on the device, the device's own function of that name (None if there is none), and the arguments.
"""

from . import joining, making, products, reductions, transforms
from .registry import find, joined

__all__ = ["find", "joined", "joining", "making", "products", "reductions", "transforms"]
