"""Convolution and pooling of `srcgrad_runtime.nn`: families of functions that are each other's adjoints."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import nn

from .declare import adjoint, structural, tangent

# ---- convolution: conv, conv_input and conv_kernel are the three sides of one trilinear form -------------------------


def _convolutions(draw):
    yield (draw(2, 3, 5), draw(4, 3, 2)), {}
    yield (draw(2, 2, 5, 4), draw(3, 2, 2, 3), draw(3)), {"stride": 2, "padding": 1}
    yield (draw(1, 4, 5, 5), draw(2, 2, 2, 2), None, 1, ((0, 1), 2), (2, 1), 2), {"flip": True}
    yield (draw(2, 1, 3, 3, 2), draw(2, 1, 2, 2, 1)), {}
    yield (draw(2, 4, 3), draw(2, 4, 1), draw(2)), {}


def _results(draw):
    """Calls of conv_input and conv_kernel, without the array that comes second."""
    yield draw(2, 4, 4), (2, 3, 5), (4, 3, 2), {}
    yield draw(2, 3, 3, 2), (2, 2, 5, 4), (3, 2, 2, 3), {"stride": 2, "padding": 1}
    yield draw(1, 2, 5, 8), (1, 4, 5, 5), (2, 2, 3, 2), {"padding": (1, 2), "groups": 2, "flip": True}
    yield draw(2, 2, 3), (2, 4, 3), (2, 4, 1), {}


def _input_cases(draw):
    for g, x, w, options in _results(draw):
        yield (g, draw(*w), x), options


def _kernel_cases(draw):
    for g, x, w, options in _results(draw):
        yield (g, draw(*x), w), options


def _transposed(draw):
    yield (draw(2, 3, 4), draw(3, 2, 2)), {}
    yield (draw(1, 2, 2, 3), draw(2, 2, 3, 2), draw(2)), {"stride": 2, "padding": 1, "output_padding": (1, 0)}
    yield (draw(2, 4, 3), draw(4, 1, 2), draw(2)), {"groups": 2, "flip": True, "dilation": 2}


structural(nn.conv, cases=_convolutions)
structural(nn.conv_input, cases=_input_cases)
structural(nn.conv_kernel, cases=_kernel_cases)
structural(nn.conv_transpose, cases=_transposed)


@adjoint(nn.conv, "x")
def conv_x_plain(x, w, *, y_bar):
    return rt.nn.conv_input(y_bar, w, np.shape(x))


@adjoint(nn.conv, "x")
def conv_x(x, w, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv_input(y_bar, w, np.shape(x), stride, padding, dilation, groups, flip)


@adjoint(nn.conv, "w")
def conv_w_plain(x, w, *, y_bar):
    return rt.nn.conv_kernel(y_bar, x, np.shape(w))


@adjoint(nn.conv, "w")
def conv_w(x, w, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv_kernel(y_bar, x, np.shape(w), stride, padding, dilation, groups, flip)


@adjoint(nn.conv, "b")
def conv_b(x, w, b, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.channel_sum(y_bar)


@tangent(nn.conv, "x")
def conv_x_tangent(x_dot, w, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv(x_dot, w, None, stride, padding, dilation, groups, flip)


@tangent(nn.conv, "w")
def conv_w_tangent(x, w_dot, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv(x, w_dot, None, stride, padding, dilation, groups, flip)


@tangent(nn.conv, "b")
def conv_b_tangent(x, w, b_dot, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y):
    return np.broadcast_to(rt.nn.per_channel(b_dot, np.ndim(y)), np.shape(y))


@adjoint(nn.conv_input, "g")
def conv_input_g_plain(w, shape, *, y_bar):
    return rt.nn.conv(y_bar, w)


@adjoint(nn.conv_input, "w")
def conv_input_w_plain(g, w, shape, *, y_bar):
    return rt.nn.conv_kernel(g, y_bar, np.shape(w))


@adjoint(nn.conv_input, "g")
def conv_input_g(w, shape, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv(y_bar, w, None, stride, padding, dilation, groups, flip)


@adjoint(nn.conv_input, "w")
def conv_input_w(g, w, shape, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv_kernel(g, y_bar, np.shape(w), stride, padding, dilation, groups, flip)


@tangent(nn.conv_input, "g")
def conv_input_g_tangent(g_dot, w, shape, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_input(g_dot, w, shape, stride, padding, dilation, groups, flip)


@tangent(nn.conv_input, "w")
def conv_input_w_tangent(g, w_dot, shape, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_input(g, w_dot, shape, stride, padding, dilation, groups, flip)


@adjoint(nn.conv_kernel, "g")
def conv_kernel_g_plain(x, shape, *, y_bar):
    return rt.nn.conv(x, y_bar)


@adjoint(nn.conv_kernel, "x")
def conv_kernel_x_plain(g, x, shape, *, y_bar):
    return rt.nn.conv_input(g, y_bar, np.shape(x))


@adjoint(nn.conv_kernel, "g")
def conv_kernel_g(x, shape, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv(x, y_bar, None, stride, padding, dilation, groups, flip)


@adjoint(nn.conv_kernel, "x")
def conv_kernel_x(g, x, shape, stride=1, padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv_input(g, y_bar, np.shape(x), stride, padding, dilation, groups, flip)


@tangent(nn.conv_kernel, "g")
def conv_kernel_g_tangent(g_dot, x, shape, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_kernel(g_dot, x, shape, stride, padding, dilation, groups, flip)


@tangent(nn.conv_kernel, "x")
def conv_kernel_x_tangent(g, x_dot, shape, stride=1, padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_kernel(g, x_dot, shape, stride, padding, dilation, groups, flip)


@adjoint(nn.conv_transpose, "x")
def conv_transpose_x(w, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv(y_bar, w, None, stride, padding, dilation, groups, flip)


@adjoint(nn.conv_transpose, "w")
def conv_transpose_w(x, w, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False, *, y_bar):
    return rt.nn.conv_kernel(x, y_bar, np.shape(w), stride, padding, dilation, groups, flip)


@adjoint(nn.conv_transpose, "b")
def conv_transpose_b(
    x, w, b, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False, *, y_bar
):  # fmt: skip
    return rt.nn.channel_sum(y_bar)


@tangent(nn.conv_transpose, "x")
def conv_transpose_x_tangent(x_dot, w, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_transpose(x_dot, w, None, stride, padding, output_padding, dilation, groups, flip)


@tangent(nn.conv_transpose, "w")
def conv_transpose_w_tangent(x, w_dot, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False):
    return rt.nn.conv_transpose(x, w_dot, None, stride, padding, output_padding, dilation, groups, flip)


@tangent(nn.conv_transpose, "b")
def conv_transpose_b_tangent(
    x, w, b_dot, stride=1, padding=0, output_padding=0, dilation=1, groups=1, flip=False, *, y
):  # fmt: skip
    return np.broadcast_to(rt.nn.per_channel(b_dot, np.ndim(y)), np.shape(y))


# ---- pooling: the adjoint of a pool and its tangent, or the pool itself, are each other's adjoints -------------------


def _pools(draw):
    yield (draw.distinct(2, 2, 4, 6),), {}
    yield (draw.distinct(1, 2, 7), 3), {"stride": 2, "padding": 1}
    yield (draw.distinct(1, 1, 3, 4), (2, 3), 1, ((1, 0), 1)), {}
    yield (draw.distinct(1, 1, 2, 2, 2), 2), {}
    yield (draw.distinct(2, 1, 3), 1), {}


def _unpools(draw):
    yield (draw(2, 2, 2, 3), draw.distinct(2, 2, 4, 6)), {}
    yield (draw(1, 2, 4), draw.distinct(1, 2, 7), 3), {"stride": 2, "padding": 1}


def _spreads(draw):
    yield (draw(2, 2, 2, 3), (2, 2, 4, 6)), {}
    yield (draw(1, 2, 4), (1, 2, 7), 3, 2), {"padding": 1}


structural(nn.max_pool, cases=_pools)
structural(nn.max_unpool, multilinear=("g",), shapes=("x", "top"), cases=_unpools)
structural(
    nn.max_pool_tangent,
    multilinear=("x_dot",),
    shapes=("x", "top"),
    cases=lambda draw: [
        ((draw(2, 2, 4, 6), draw.distinct(2, 2, 4, 6)), {}),
        ((draw(1, 1, 5), draw.distinct(1, 1, 5), 3, 1, 1), {}),
    ],
)
structural(nn.avg_pool, multilinear=("x",), cases=_pools)
structural(nn.avg_unpool, multilinear=("g",), cases=_spreads)


@adjoint(nn.max_pool)
def max_pool_plain(x, *, y, y_bar):
    return rt.nn.max_unpool(y_bar, x, top=y)


@adjoint(nn.max_pool)
def max_pool_size(x, size, *, y, y_bar):
    return rt.nn.max_unpool(y_bar, x, size, top=y)


@adjoint(nn.max_pool)
def max_pool_(x, size=2, stride=None, padding=0, *, y, y_bar):
    return rt.nn.max_unpool(y_bar, x, size, stride, padding, y)


@tangent(nn.max_pool)
def max_pool_tangent_(x, x_dot, size=2, stride=None, padding=0, *, y):
    return rt.nn.max_pool_tangent(x_dot, x, size, stride, padding, y)


@adjoint(nn.max_unpool)
def max_unpool_(x, size=2, stride=None, padding=0, top=None, *, y_bar):
    return rt.nn.max_pool_tangent(y_bar, x, size, stride, padding, top)


@adjoint(nn.max_pool_tangent)
def max_pool_tangent_x_dot(x, size=2, stride=None, padding=0, top=None, *, y_bar):
    return rt.nn.max_unpool(y_bar, x, size, stride, padding, top)


@adjoint(nn.avg_pool)
def avg_pool_plain(x, *, y_bar):
    return rt.nn.avg_unpool(y_bar, np.shape(x))


@adjoint(nn.avg_pool)
def avg_pool_size(x, size, *, y_bar):
    return rt.nn.avg_unpool(y_bar, np.shape(x), size)


@adjoint(nn.avg_pool)
def avg_pool_(x, size=2, stride=None, padding=0, *, y_bar):
    return rt.nn.avg_unpool(y_bar, np.shape(x), size, stride, padding)


@adjoint(nn.avg_unpool)
def avg_unpool_(shape, size=2, stride=None, padding=0, *, y_bar):
    return rt.nn.avg_pool(y_bar, size, stride, padding)
