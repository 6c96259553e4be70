"""Random numbers of a program on a device: `np.random` and the generators of `default_rng`, whose draws belong on the device."""

from __future__ import annotations

import functools
from typing import Any

from .errors import DeviceError


def drawing(device: Any, name: str, own: Any) -> Any:
    """The function of `np.random` of this name on the device."""
    if name in ("default_rng", "Generator"):
        return functools.partial(Generator, device)
    if own is None:
        raise DeviceError(f"{device.__name__} has no random.{name}")
    return own


class Generator:
    """A generator on a device: what the device's own can draw, and the families of location and scale of these."""

    def __init__(self, device: Any, seed: Any = None):
        self._device, self._own = device, device.random.default_rng(seed)

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._own, name, None)
        if own is None:
            raise DeviceError(f"the generators of {self._device.__name__} have no {name}")
        return own

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """loc + scale * a standard normal deviate."""
        return loc + scale * self._own.standard_normal(self._size(size, loc, scale))

    def lognormal(self, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
        return self._device.exp(self.normal(mean, sigma, size))

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return low + (high - low) * self._own.random(self._size(size, low, high))

    def exponential(self, scale: Any = 1.0, size: Any = None) -> Any:
        return scale * self._own.standard_exponential(self._size(size, scale))

    def permutation(self, x: Any) -> Any:
        """A shuffled range, or the rows of an array in another order."""
        count = x if isinstance(x, int) else len(x)
        order = self._device.argsort(self._own.random(count))
        return order if isinstance(x, int) else x[order]

    def shuffle(self, x: Any) -> None:
        """Put the rows of an array into another order, in place."""
        x[...] = self.permutation(x)

    def choice(self, a: Any, size: Any = None) -> Any:
        """Numbers below `a`, or rows of an array `a`, each drawn anew."""
        places = self._own.integers(0, a if isinstance(a, int) else len(a), size=size)
        return places if isinstance(a, int) else a[places]

    def _size(self, size: Any, *parameters: Any) -> Any:
        """The shape of a draw: `size`, or that of the parameters together."""
        if size is not None:
            return size
        return self._device.broadcast_shapes(*(getattr(p, "shape", ()) for p in parameters))
