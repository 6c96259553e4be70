"""Stores by lists and arrays of integers, in which several values may go to one element: the last of them stays.

NumPy stores one value after the other. A device stores them in any order, so there each element is given the last one by all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import adjoint, backend

__all__ = ["last_written", "store"]


def store(x: Any, index: Any, value: Any) -> None:
    """x[index] = value, with the meaning that it has on the host, where the value may be a list as well.

    >>> x = np.zeros(3)
    >>> store(x, [0, 0, 2], np.array([1.0, 2.0, 3.0]))
    >>> x.tolist()
    [2.0, 0.0, 3.0]
    """
    if backend.is_device_array(x):
        if isinstance(value, (list, tuple)):
            value = np.asarray(value)  # whose items may live on the device
        if getattr(value, "shape", ()) and not adjoint.is_single(index):
            order, last = _orders(x, index)
            extra = max(0, value.ndim - order.ndim)  # leading axes of length one are no part of the value
            value = np.broadcast_to(value.reshape(value.shape[extra:]), order.shape).ravel()[last]
    x[index] = value


def last_written(x_bar: Any, index: Any) -> Any:
    """The adjoint of `v` in `x[index] = v`, of the shape of `x[index]`: a copy of `x_bar[index]`, which is zero where a later entry of the
    index names the same element, because that one is what stays.

    >>> last_written(np.array([1.0, 2.0, 3.0]), [0, 0, 2]).tolist()
    [0.0, 1.0, 3.0]
    """
    if adjoint.is_single(index):
        return adjoint.copy(x_bar[index])
    order, last = _orders(x_bar, index)
    return x_bar[index] * (last == order)


def _orders(x: Any, index: Any) -> tuple[Any, Any]:
    """For each entry of `x[index]` its number, and the number of the last one that names the same element."""
    size = math.prod(x.shape)
    places = np.arange(size).reshape(x.shape)[index]
    order = np.arange(places.size).reshape(places.shape)
    if backend.is_device_array(places):
        last = np.full(size, -1)
        np.maximum.at(last, places.ravel(), order.ravel())
    else:
        last = np.empty(size, np.intp)
        last[places.ravel()] = order.ravel()  # NumPy keeps the last of several values for one element
    return order, last[places]
