"""Filters and transforms along an axis (scipy.signal)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["convolve2d", "correlate2d", "detrend", "hilbert", "lfilter", "resample"]


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """`scipy.signal.convolve2d`: one shifted product for each entry of the second array, which should be the small one."""
    (m, n), (p, q) = np.shape(in1), np.shape(in2)
    if mode == "valid" and (m < p or n < q):
        return convolve2d(in2, in1, mode, boundary, fillvalue)
    width = ((p - 1, p - 1), (q - 1, q - 1))
    if boundary == "fill":
        wide = np.pad(in1, width, "constant", constant_values=fillvalue)
    else:
        wide = np.pad(in1, width, "wrap" if boundary == "wrap" else "symmetric")
    full = np.zeros((m + p - 1, n + q - 1), np.result_type(in1, in2))
    for i in range(p):
        for j in range(q):
            full = full + wide[p - 1 - i : 2 * p - 2 - i + m, q - 1 - j : 2 * q - 2 - j + n] * in2[i, j]
    if mode == "full":
        return full
    if mode == "same":
        return full[(p - 1) // 2 : (p - 1) // 2 + m, (q - 1) // 2 : (q - 1) // 2 + n]
    return full[p - 1 : m, q - 1 : n]


def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """`scipy.signal.correlate2d` of real arrays: the convolution with the second one turned round."""
    if mode == "valid" and (np.shape(in1)[0] < np.shape(in2)[0] or np.shape(in1)[1] < np.shape(in2)[1]):
        return convolve2d(in2, in1[::-1, ::-1], mode, boundary, fillvalue)[::-1, ::-1]
    if mode == "same" and (np.shape(in2)[0] % 2 == 0 or np.shape(in2)[1] % 2 == 0):
        raise NotImplementedError("scipy.signal.correlate2d is differentiated with mode='same' for odd extents of in2")
    return convolve2d(in1, in2[::-1, ::-1], mode, boundary, fillvalue)


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """`scipy.signal.lfilter` from rest: y_n = (sum of b_k x_n-k - sum of a_k y_n-k) / a_0."""
    if zi is not None:
        raise NotImplementedError("scipy.signal.lfilter is differentiated without zi")
    b, a = np.asarray(b), np.asarray(a)
    rows = np.moveaxis(np.asarray(x), axis, 0)
    found: list[Any] = []
    for n in range(len(rows)):
        total = 0.0 * rows[n]
        for k in range(min(len(b), n + 1)):
            total = total + b[k] * rows[n - k]
        for k in range(1, min(len(a), n + 1)):
            total = total - a[k] * found[n - k]
        found.append(total / a[0])
    return np.moveaxis(np.stack(found), 0, axis)


def hilbert(x: Any, N: Any = None, axis: int = -1) -> Any:
    """`scipy.signal.hilbert`: the negative frequencies are taken out, the positive ones doubled."""
    rows = np.moveaxis(x, axis, -1)
    n = np.shape(rows)[-1] if N is None else N
    spectrum = np.fft.fft(rows, n)
    twice = 2 * np.arange(n)
    weights = np.where((twice == 0) | (twice == n), 1, np.where(twice < n, 2, 0))
    return np.moveaxis(np.fft.ifft(spectrum * weights.astype(np.float32)), -1, axis)


def detrend(data: Any, axis: int = -1, type: str = "linear", bp: Any = 0, overwrite_data: bool = False) -> Any:
    """`scipy.signal.detrend` without breaks: less the mean, or less the line of least squares."""
    values = np.asarray(data)
    if type in ("constant", "c"):
        return values - np.mean(values, axis=axis, keepdims=True)
    if np.any(np.asarray(bp) != 0):
        raise NotImplementedError("scipy.signal.detrend is differentiated without breaks")
    n = np.shape(values)[axis]
    kind = np.result_type(values, np.float32)
    steps = np.arange(1, n + 1, dtype=kind) / n
    columns = np.stack([steps, np.ones(n, kind)], axis=1)
    shadow = columns @ np.linalg.pinv(columns)
    return values - np.moveaxis(np.tensordot(shadow, values, ((1,), (axis,))), 0, axis)


def resample(x: Any, num: int, t: Any = None, axis: int = 0, window: Any = None, domain: str = "time") -> Any:
    """`scipy.signal.resample` of real samples in time, without a window: the spectrum is cut or filled up."""
    if t is not None or window is not None or domain != "time":
        raise NotImplementedError("scipy.signal.resample is differentiated without t, window and domain")
    values = np.moveaxis(np.asarray(x), axis, -1)
    size = np.shape(values)[-1]
    spectrum = np.fft.rfft(values)
    kept = min(num, size)
    spectrum = spectrum[..., : kept // 2 + 1]
    if kept % 2 == 0 and num != size:  # the highest frequency stands for two, or is half of one
        last = np.arange(kept // 2 + 1) == kept // 2
        spectrum = spectrum * np.where(last, np.float32(2.0 if num < size else 0.5), np.float32(1.0))
    return np.moveaxis(np.fft.irfft(spectrum, num) * (num / size), -1, axis)
