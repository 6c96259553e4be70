"""First weights, drawn from a generator: each takes the generator and a shape, and gives float32 unless told otherwise.

fan_in is the number of inputs of one output. A matrix (D, K) maps rows of D numbers to rows of K, and its fan_out is K;
an array of three to five axes holds kernels (K, C, *kernel), as `nn.conv` takes them, and its fan_out is taken as K too,
as in Knet (PyTorch and Keras count every position that an input goes to, which makes kernels smaller).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..optim.nested import require


def normal(rng: Any, shape: tuple[int, ...], std: float = 0.1, dtype: Any = np.float32) -> Any:
    """Normal numbers of mean 0 and standard deviation `std`."""
    return (std * rng.standard_normal(shape)).astype(dtype)


def xavier(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Uniform in -s .. s, s = sqrt(2 / (fan_in + fan_out)), as in Knet; in X. Glorot, Y. Bengio 2010, eq. 16, it is sqrt(3)
    times as large.
    """
    s = math.sqrt(2 / sum(fans(shape)))
    return rng.uniform(-s, s, shape).astype(dtype)


def he(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Normal numbers of standard deviation sqrt(2 / fan_in), for layers before a relu. [He et al. 2015, eq. 10]"""
    return normal(rng, shape, math.sqrt(2 / fans(shape)[0]), dtype)


def orthogonal(rng: Any, shape: tuple[int, ...], scale: float = 1.0, dtype: Any = np.float32) -> Any:
    """A matrix of this shape with orthonormal rows or columns, whichever are fewer, times `scale`. [Saxe et al. 2014]

    With more than two axes, the first one against all others together. Raises ValueError for fewer than two.
    """
    require(len(shape) >= 2, f"shape is {shape}; orthogonal needs two axes at least")
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # makes the distribution uniform [Mezzadri 2007]
    return (scale * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """fan_in and fan_out of weights of this shape; ValueError for fewer than two axes."""
    require(len(shape) >= 2, f"shape is {shape}; weights of two axes at least have a fan-in and a fan-out")
    return (shape[0], shape[1]) if len(shape) == 2 else (math.prod(shape[1:]), shape[0])
