"""Programs on a device: `np` as a program sees it there, and how a program is bound to it.

A device is a module with the functions of NumPy: `cupy`, or `srcgrad_runtime.fake`. A program is the same text everywhere; what its
names mean depends on where its arrays live.
"""

from .binding import bind, bind_module, bound_runtime
from .errors import DeviceError
from .namespace import Namespace, namespace_of
from .transfer import to_device, to_host

__all__ = ["DeviceError", "Namespace", "bind", "bind_module", "bound_runtime", "namespace_of", "to_device", "to_host"]
