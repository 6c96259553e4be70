"""Convolution in one to three dimensions, channels first, beside its adjoints.

x is (N, C, *size), w is (K, C / groups, *kernel), the result (N, K, *positions). The three functions `conv`,
`conv_input` and `conv_kernel` are the three ways to fix two of the arrays in the trilinear form

    sum over n, k, c, p, i of  y[n, k, p] * w[k, c, i] * x[n, c, stride * p + dilation * i - padding],

so that each is the adjoint of the others, and derivatives of every order stay among them.

A convolution is a matrix product: the rows of one factor are the kernels, the columns of the other one hold what the
kernels see (im2col; K. Chellapilla, S. Puri, P. Simard 2006). Here the batch lies innermost in memory, (C, *size, N):
the slice that one entry of the kernel sees is then copied in long runs, and the columns of some rows of positions fit
into the cache. Results are views (N, C, *size) of such memory. NumPy keeps this order in what follows, so that only
what comes from outside is turned. On a device, where each copy is a launch, all columns are made by one, and x_bar is
a convolution of y_bar, spread out, with the kernels turned round, in the place of a sum of parts that overlap.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import backend
from .shapes import hashable, margins, per_axis, product, require

__all__ = ["channel_sum", "conv", "conv_input", "conv_kernel", "conv_transpose"]

BLOCK = 2**21  # bytes of columns that are made at a time
BLOCK_THERE = 2**28  # on a device


@dataclass(frozen=True)
class Geometry:
    """Which entries of x a convolution brings together; all numbers are per spatial axis."""

    batch: int
    channels: int
    kernels: int
    groups: int
    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    @functools.cached_property
    def padded(self) -> tuple[int, ...]:
        return tuple(n + before + after for n, (before, after) in zip(self.size, self.padding, strict=True))

    @functools.cached_property
    def positions(self) -> tuple[int, ...]:
        spans = zip(self.padded, self.kernel, self.stride, self.dilation, strict=True)
        return tuple((n - dilation * (k - 1) - 1) // stride + 1 for n, k, stride, dilation in spans)

    @functools.cached_property
    def offsets(self) -> list[tuple[int, ...]]:
        return list(itertools.product(*map(range, self.kernel)))

    @property
    def taps(self) -> int:
        """The number of entries of x that one entry of the result is a sum over."""
        return self.channels // self.groups * len(self.offsets)

    @property
    def row(self) -> int:
        """The number of columns for one position along the first spatial axis."""
        return product(self.positions[1:]) * self.batch

    def blocks(self, itemsize: int, size: int = BLOCK) -> Iterator[tuple[int, int]]:
        """(first, last) position along the first spatial axis of blocks whose columns are about `size` bytes."""
        if self.is_pointwise:
            yield 0, self.positions[0]
            return
        step = max(1, size // max(1, self.groups * self.taps * self.row * itemsize))
        for first in range(0, self.positions[0], step):
            yield first, min(first + step, self.positions[0])

    def _steps(self, strides: tuple[int, ...]) -> tuple[int, ...]:
        """The strides of the columns, as a view of (C, *padded, N) with these strides."""
        channel, *along, batch = strides
        within = (n * far for n, far in zip(along, self.dilation, strict=True))
        return (channel, *within, *(n * step for n, step in zip(along, self.stride, strict=True)), batch)

    @functools.cached_property
    def backwards(self) -> Geometry:
        """The convolution that gives (C, *padded) from results that are `spread`."""
        spread = tuple(n + far * (k - 1) for n, k, far in zip(self.padded, self.kernel, self.dilation, strict=True))
        one = (1,) * len(self.size)
        return Geometry(
            self.batch,
            self.kernels,
            self.channels,
            self.groups,
            spread,
            self.kernel,
            one,
            ((0, 0),) * len(one),
            self.dilation,
        )

    def spread(self, results: Any) -> Any:
        """Results (K, *positions, N) as far apart as their windows are, with zeros between and around them."""
        place, like = self.backwards, backend.module_of(results)
        found = like.zeros((self.kernels, *place.size, self.batch), results.dtype)
        spans = zip(self.kernel, self.dilation, self.stride, self.positions, strict=True)
        places = (slice(far * (k - 1), far * (k - 1) + (n - 1) * step + 1, step) for k, far, step, n in spans)
        found[(slice(None), *places)] = results
        return found

    @property
    def is_pointwise(self) -> bool:
        """Whether the columns are x as it stands."""
        return self.positions == self.padded == self.size and len(self.offsets) == 1

    def window(self, offset: tuple[int, ...], first: int, last: int) -> tuple[slice, ...]:
        """What one entry of the kernel sees of (C, *padded, N), for some positions along the first spatial axis."""
        found = [slice(None)]
        for axis, place in enumerate(offset):
            low, high = (first, last) if axis == 0 else (0, self.positions[axis])
            start, step = place * self.dilation[axis], self.stride[axis]
            found.append(slice(start + low * step, start + (high - 1) * step + 1, step))
        return tuple(found)

    def columns(self, inner: Any, first: int, last: int) -> Any:
        """What the kernels see: (groups, taps, positions and batch) of x as (C, *padded, N)."""
        if self.is_pointwise:
            return inner.reshape(self.groups, self.taps, -1)
        seen = (last - first, *self.positions[1:], self.batch)
        if backend.is_device_array(inner):
            return backend.strided(
                inner[:, first * self.stride[0] :], (self.channels, *self.kernel, *seen), self._steps(inner.strides)
            ).reshape(self.groups, self.taps, -1)
        found = backend.module_of(inner).empty((self.channels, *self.kernel, *seen), inner.dtype)
        for offset in self.offsets:
            found[(slice(None), *offset)] = inner[self.window(offset, first, last)]
        return found.reshape(self.groups, self.taps, -1)


def geometry(name: str, x: Any, w: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Geometry:
    """The geometry for shapes x and w, which are found to fit; ValueError, with both shapes and the rule, otherwise."""
    return _geometry(name, tuple(x), tuple(w), *map(hashable, (stride, padding, dilation, groups)))


@functools.lru_cache(maxsize=256)
def _geometry(
    name: str, x: tuple[int, ...], w: tuple[int, ...], stride: Any, padding: Any, dilation: Any, groups: int
) -> Geometry:
    shapes = f"{name}: x has shape {x}, w has shape {w}"
    axes = len(x) - 2
    require(1 <= axes <= 3, f"{shapes}; x must be (N, C, *size) with 1, 2 or 3 spatial axes")
    require(len(w) == len(x), f"{shapes}; w must be (K, C / groups, *kernel) with as many axes as x")
    require(hasattr(groups, "__index__") and groups >= 1, f"{name}: groups is {groups}; it must be at least 1")
    fits = x[1] == w[1] * groups
    require(fits, f"{shapes}; the channels of x must be those of w times groups: {x[1]} is not {w[1]} * {groups}")
    require(w[0] % groups == 0, f"{shapes}; the number of kernels, {w[0]}, must be a multiple of groups, {groups}")
    require(min(w[1:]) >= 1, f"{shapes}; w must have a channel, and the kernel an entry along each axis, at least")
    found = Geometry(
        x[0], x[1], w[0], int(groups), x[2:], w[2:], per_axis(name, "stride", stride, axes, 1),
        margins(name, padding, axes), per_axis(name, "dilation", dilation, axes, 1),
    )  # fmt: skip
    covered = f"the kernel, dilated by {found.dilation}, must not be larger than x, padded to {found.padded}"
    require(min(found.positions) >= 1, f"{shapes}; {covered}")
    return found


def conv(
    x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1,
    flip: bool = False,
) -> Any:  # fmt: skip
    """The cross-correlation of x (N, C, *size) with the kernels w (K, C / groups, *kernel), plus b (K,) if it is given.

    Returns (N, K, *positions). The kernel moves by `stride` over x, which has `padding` zeros around it (a number, or
    for each axis a number or a pair: before, after), and its entries are `dilation` apart. With `groups`, the kernels
    in each of so many equal parts see the channels of that part only. With `flip`, kernels are reversed along their
    spatial axes: that is a convolution as mathematics has it.

    Raises ValueError if shapes do not fit.
    """
    place = geometry("conv", np.shape(x), np.shape(w), stride, padding, dilation, groups)
    if b is not None:
        given = np.shape(b)
        require(
            given == (place.kernels,), f"conv: b has shape {given}, w has shape {np.shape(w)}; b needs one per kernel"
        )
    y = _products(_rows(w, place, flip), _inner(x, place), place)
    if b is not None:
        y = _plus(y, np.reshape(b, (place.groups, -1, 1)))
    return _outer(y.reshape(place.kernels, *place.positions, place.batch))


def _products(rows: Any, inner: Any, place: Geometry) -> Any:
    """The kernels (groups, K / groups, taps) times the columns of x as (C, *padded, N): (groups, K / groups, positions and batch)."""
    xp, dtype = backend.module_of(inner), np.result_type(inner, rows)
    blocks = list(_blocks(place, inner, dtype))
    if len(blocks) == 1:
        return xp.matmul(rows, place.columns(inner, *blocks[0]))
    y = xp.empty((place.groups, place.kernels // place.groups, place.positions[0] * place.row), dtype)
    for first, last in blocks:
        xp.matmul(rows, place.columns(inner, first, last), out=y[:, :, first * place.row : last * place.row])
    return y


def _blocks(place: Geometry, inner: Any, dtype: Any) -> Iterator[tuple[int, int]]:
    return place.blocks(dtype.itemsize, BLOCK_THERE if backend.is_device_array(inner) else BLOCK)


def conv_input(
    g: Any, w: Any, shape: tuple[int, ...], stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1,
    flip: bool = False,
) -> Any:  # fmt: skip
    """The adjoint of x, of this shape, in `y = conv(x, w, ...)`: each entry of g is spread over what its kernel saw."""
    place = _checked("conv_input", g, shape, np.shape(w), stride, padding, dilation, groups)
    xp = backend.module_of(g)
    if backend.is_device_array(g) and not place.is_pointwise:
        back = place.backwards
        turned = (w if flip else _reversed(w)).reshape(place.groups, place.kernels // place.groups, -1, *place.kernel)
        rows = xp.swapaxes(turned, 1, 2).reshape(place.groups, place.channels // place.groups, back.taps)
        x_bar = _products(rows, place.spread(xp.moveaxis(g, 0, -1)), back)
        return _outer(x_bar.reshape(place.channels, *place.padded, place.batch)[_within(place)])
    columns = xp.swapaxes(_rows(w, place, flip), 1, 2)  # (groups, taps, K / groups)
    results = _turned(g).reshape(place.groups, place.kernels // place.groups, place.positions[0] * place.row)
    dtype = np.result_type(columns, results)
    if place.is_pointwise:
        return _outer(xp.matmul(columns, results).reshape(place.channels, *place.size, place.batch))
    x_bar = xp.zeros((place.channels, *place.padded, place.batch), dtype)
    for first, last in place.blocks(dtype.itemsize):
        seen = xp.matmul(columns, results[:, :, first * place.row : last * place.row])
        seen = seen.reshape(place.channels, *place.kernel, last - first, *place.positions[1:], place.batch)
        for offset in place.offsets:
            x_bar[place.window(offset, first, last)] += seen[(slice(None), *offset)]
    return _outer(x_bar[_within(place)])


def conv_kernel(
    g: Any, x: Any, shape: tuple[int, ...], stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1,
    flip: bool = False,
) -> Any:  # fmt: skip
    """The adjoint of w, of this shape, in `y = conv(x, w, ...)`: what the kernel saw, weighted with g."""
    place = _checked("conv_kernel", g, np.shape(x), shape, stride, padding, dilation, groups)
    xp = backend.module_of(g)
    inner = _inner(x, place)
    results = xp.swapaxes(
        _turned(g).reshape(place.groups, place.kernels // place.groups, place.positions[0] * place.row), 1, 2
    )
    w_bar: Any = 0
    for first, last in _blocks(place, inner, inner.dtype):
        part = xp.matmul(place.columns(inner, first, last), results[:, first * place.row : last * place.row])
        w_bar = part if first == 0 else xp.add(w_bar, part, out=w_bar)
    w_bar = xp.swapaxes(w_bar, 1, 2).reshape(place.kernels, place.channels // place.groups, *place.kernel)
    return _reversed(w_bar) if flip else w_bar


def conv_transpose(
    x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, dilation: Any = 1,
    groups: int = 1, flip: bool = False,
) -> Any:  # fmt: skip
    """The transposed convolution: x (N, K, *positions) as the adjoint of the result of `conv` with the same options.

    w is (K, C / groups, *kernel), b is (C,); the result is (N, C, *size), the smallest size that `conv` maps onto
    these positions, and `output_padding` more (less than the stride) at the end of each axis.

    Raises ValueError if shapes do not fit.
    """
    shape = transposed_shape(np.shape(x), np.shape(w), stride, padding, output_padding, dilation, groups)
    if b is not None:
        shapes = f"conv_transpose: b has shape {np.shape(b)}, the result has shape {shape}"
        require(np.shape(b) == shape[1:2], f"{shapes}; b needs one number per channel")
    y = conv_input(x, w, shape, stride, padding, dilation, groups, flip)
    if b is not None:
        y = _plus(y, np.reshape(b, (-1, *(1,) * (len(shape) - 2))))
    return y


def transposed_shape(
    x: tuple[int, ...], w: tuple[int, ...], stride: Any, padding: Any, output_padding: Any, dilation: Any, groups: int
) -> tuple[int, ...]:
    """The shape of the result of `conv_transpose`."""
    name, axes = "conv_transpose", len(x) - 2
    shapes = f"{name}: x has shape {x}, w has shape {w}"
    require(len(x) >= 3 and len(w) == len(x), f"{shapes}; they must be (N, K, *positions) and (K, C / groups, *kernel)")
    require(x[1] == w[0], f"{shapes}; the channels of x, {x[1]}, must be as many as the kernels, {w[0]}")
    steps, extra = per_axis(name, "stride", stride, axes, 1), per_axis(name, "output_padding", output_padding, axes, 0)
    apart, around = per_axis(name, "dilation", dilation, axes, 1), margins(name, padding, axes)
    size = []
    for n, k, step, more, far, (before, after) in zip(x[2:], w[2:], steps, extra, apart, around, strict=True):
        require(more < step, f"{name}: output_padding {more} must be less than the stride, {step}")
        size.append((n - 1) * step + far * (k - 1) + 1 + more - before - after)
    require(min(size) >= 1, f"{shapes}; nothing is left of the result: its size would be {tuple(size)}")
    return (x[0], w[1] * groups, *size)


def channel_sum(g: Any) -> Any:
    """The sum of g (N, C, ...) over all axes but the second: the adjoint of a number per channel."""
    return np.sum(g, axis=(0, *range(2, np.ndim(g))))


def _plus(y: Any, b: Any) -> Any:
    """y + b, in place where the numbers of y can hold those of b."""
    if not np.can_cast(b.dtype, y.dtype, "same_kind"):
        return y + b
    y += b
    return y


# ---- memory ----------------------------------------------------------------------------------------------------------


def _turned(x: Any) -> Any:
    """(N, C, *size) as contiguous (C, *size, N): x's own memory, if it lies so."""
    xp = backend.module_of(x)
    return xp.ascontiguousarray(xp.moveaxis(x, 0, -1))


def _outer(inner: Any) -> Any:
    """(C, *size, N) as a view (N, C, *size)."""
    return backend.module_of(inner).moveaxis(inner, -1, 0)


def _within(place: Geometry) -> tuple[slice, ...]:
    """What is not padding of (C, *padded, N)."""
    return (slice(None), *(slice(before, before + n) for n, (before, _) in zip(place.size, place.padding, strict=True)))


def _inner(x: Any, place: Geometry) -> Any:
    """x as (C, *padded, N), with the zeros around it."""
    if place.padded == place.size:
        return _turned(x)
    xp = backend.module_of(x)
    inner = xp.zeros((place.channels, *place.padded, place.batch), x.dtype)
    inner[_within(place)] = xp.moveaxis(x, 0, -1)
    return inner


def _rows(w: Any, place: Geometry, flip: bool) -> Any:
    """The kernels as (groups, K / groups, taps)."""
    return (_reversed(w) if flip else w).reshape(place.groups, place.kernels // place.groups, place.taps)


def _reversed(w: Any) -> Any:
    return np.flip(w, tuple(range(2, np.ndim(w))))


def _checked(name: str, g: Any, x: Any, w: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Geometry:
    place = geometry(name, x, w, stride, padding, dilation, groups)
    wanted, given = (place.batch, place.kernels, *place.positions), np.shape(g)
    shapes = f"{name}: g has shape {given}, x has shape {tuple(x)}, w has shape {tuple(w)}"
    require(given == wanted, f"{shapes}; the result of the convolution has shape {wanted}")
    return place
