"""The reverse sweep on a device: the arithmetic of the tape, partial derivatives and adjoints bound to the device."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import backend
from srcgrad_runtime import device as devices

from . import arithmetic, pullbacks


class OnDevice(arithmetic.Plain):
    """Nobody looks, and functions are those of the device."""

    def __init__(self, device: Any):
        self.device = device

    def twin(self, number: Any) -> Any:
        return number.copy() if isinstance(number, self.device.ndarray) else super().twin(number)

    def copy(self, array: Any) -> Any:
        return array.copy("K") if isinstance(array, self.device.ndarray) else array

    def part(self, array: Any, index: Any) -> Any:
        return rt.element(array[index])  # an element is a view there

    def increase_at(self, array: Any, index: Any, g: Any) -> None:
        backend.add_at(array, index, g)

    def call(self, function: Any, *args: Any) -> Any:
        return devices.bind(function, self.device)(*args)


class Partial(pullbacks.Partial):
    """A partial derivative whose names mean what they mean on a device."""

    def __init__(self, partial: pullbacks.Partial, device: Any):
        super().__init__(partial.text, partial.names)
        self.device = device
        self.where = devices.bind(np.where, device)
        space = {name: devices.bind(value, device) for name, value in pullbacks.SPACE.items()}
        self.there = eval(f"lambda {', '.join(self.names)}, y: {self.text}", space)  # noqa: S307 - as the one on the host

    def __call__(self, values: tuple, y: Any, y_bar: Any) -> Any:
        """y_bar * partial; zero where nothing arrives. Nothing is brought to the host to see whether the partial is finite."""
        if not any(isinstance(value, self.device.ndarray) for value in (*values, y, y_bar)):
            return super().__call__(values, y, y_bar)
        return self.where(y_bar == 0, 0.0, y_bar * self.there(*values, y))


@functools.cache
def partial(one: pullbacks.Partial, device: Any) -> pullbacks.Partial:
    return one if isinstance(one, (pullbacks.One, Partial)) else Partial(one, device)


class Pull:
    """The adjoint of a parameter of a structural rule, on a device."""

    def __init__(self, pull: Any, device: Any):
        self.pull, self.device = pull, device
        self.through = pull.through

    def __call__(self, y_bar: Any) -> Any:
        pull, bind = self.pull, functools.partial(devices.bind, device=self.device)
        if isinstance(pull, pullbacks.Transposed):
            tangent = functools.partial(pull.tangent, bind(pull.entry.function))
            return bind(rt.transpose_map)(tangent, pull.x, y_bar)
        return pull.applied(bind(pull.function), bind(np.asarray), y_bar)
