"""The functions of Python's `statistics` module that are differentiable; read when somebody has imported it."""

from __future__ import annotations

import statistics

import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural, tangent


def _data(draw):
    yield ([0.7, 1.9, 0.4, 2.2],), {}
    yield ((0.7, 1.9, 0.4),), {}
    yield (draw.positive(4),), {}


for _function in (statistics.mean, statistics.fmean):
    structural(_function, "data", multilinear=("data",), cases=_data)

    @adjoint(_function)
    def mean_(data, *, y_bar):
        return rt.sum_adjoint(data, y_bar / len(data))


structural(statistics.geometric_mean, "data", cases=_data)
structural(statistics.harmonic_mean, "data", cases=_data)
structural(statistics.median, "data", multilinear=(), cases=_data)


@adjoint(statistics.geometric_mean)
def geometric_mean_(data, *, y, y_bar):
    return rt.items_like(data, [y_bar * y / (len(data) * x) for x in data])


@tangent(statistics.geometric_mean)
def geometric_mean_tangent(data_dot, data, *, y):
    return sum(y / (len(data) * x) * x_dot for x, x_dot in zip(data, data_dot))  # noqa: B905


@adjoint(statistics.harmonic_mean)
def harmonic_mean_(data, *, y, y_bar):
    return rt.items_like(data, [y_bar * y * y / (len(data) * x * x) for x in data])


@tangent(statistics.harmonic_mean)
def harmonic_mean_tangent(data_dot, data, *, y):
    return sum(y * y / (len(data) * x * x) * x_dot for x, x_dot in zip(data, data_dot))  # noqa: B905


@adjoint(statistics.median)
def median_(data, *, y_bar):
    return rt.items_like(data, rt.quantile_adjoint(y_bar, data, 0.5))


@tangent(statistics.median)
def median_tangent(data_dot, data):
    return rt.quantile_tangent(data_dot, data, 0.5)


# the square of a deviation is divided by the number of values (pvariance, pstdev) or one less (variance, stdev)
structural(statistics.variance, "data", cases=_data)
structural(statistics.pvariance, "data", cases=_data)
structural(statistics.stdev, "data", cases=_data)
structural(statistics.pstdev, "data", cases=_data)


@adjoint(statistics.variance)
def variance_(data, *, y_bar):
    return rt.items_like(data, y_bar * rt.var_share(data, None, 1, True))


@adjoint(statistics.pvariance)
def pvariance_(data, *, y_bar):
    return rt.items_like(data, y_bar * rt.var_share(data, None, 0, True))


@adjoint(statistics.stdev)
def stdev_(data, *, y, y_bar):
    return rt.items_like(data, rt.ratio(y_bar, 2 * y) * rt.var_share(data, None, 1, True))


@adjoint(statistics.pstdev)
def pstdev_(data, *, y, y_bar):
    return rt.items_like(data, rt.ratio(y_bar, 2 * y) * rt.var_share(data, None, 0, True))


@tangent(statistics.variance)
def variance_tangent(data_dot, data):
    return sum(data_dot * rt.var_share(data, None, 1, True))


@tangent(statistics.pvariance)
def pvariance_tangent(data_dot, data):
    return sum(data_dot * rt.var_share(data, None, 0, True))


@tangent(statistics.stdev)
def stdev_tangent(data_dot, data, *, y):
    return rt.ratio(sum(data_dot * rt.var_share(data, None, 1, True)), 2 * y)


@tangent(statistics.pstdev)
def pstdev_tangent(data_dot, data, *, y):
    return rt.ratio(sum(data_dot * rt.var_share(data, None, 0, True)), 2 * y)


nondifferentiable(statistics.mode, statistics.multimode)
