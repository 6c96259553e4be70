"""Tables, transforms and particles: dynamic programming, min-plus paths, Fourier transforms, n bodies."""

import math

import numpy as np

from .registry import kernel


@kernel(lambda r, n: (r.pos(n, n),), sizes=(5, 60))
def floyd_warshall(paths):
    paths = paths.copy()
    n = len(paths)
    for k in range(n):
        for i in range(n):
            paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
    return np.sum(paths * paths)


@kernel(lambda r, n: (r.pos(n, n),), sizes=(4, 14))
def floyd_warshall_elements(paths):
    paths = paths.copy()
    n = len(paths)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if paths[i, k] + paths[k, j] < paths[i, j]:
                    paths[i, j] = paths[i, k] + paths[k, j]
    return np.sum(paths * paths)


@kernel(lambda r, n: (r.vec(n), r.vec(n + 1)), sizes=(4, 40), argnums=(0, 1))
def soft_edit_distance(a, b):
    n, m = len(a), len(b)
    t = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        t[i, 0] = i
    for j in range(1, m + 1):
        t[0, j] = j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            p = t[i - 1, j - 1] + (a[i - 1] - b[j - 1]) ** 2
            q = t[i - 1, j] + 1.0
            r = t[i, j - 1] + 1.0
            low = min(p, q, r)
            t[i, j] = low - math.log(math.exp(low - p) + math.exp(low - q) + math.exp(low - r))
    return t[n, m]


@kernel(lambda r, n: (r.small(n, n),), sizes=(5, 40))
def longest_common_subsequence(match):
    n = len(match)
    row = np.zeros(n + 1)
    for i in range(n):
        diagonal = 0.0
        for j in range(n):
            above = row[j + 1]
            row[j + 1] = max(above, row[j], diagonal + match[i, j])
            diagonal = above
    return row[n] ** 2


@kernel(lambda r, n: (r.vec(n), r.vec(n)), sizes=(8, 128), argnums=(0, 1))
def fast_fourier_transform(re, im):
    re, im = re.copy(), im.copy()
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    length = 2
    while length <= n:
        half = length // 2
        for start in range(0, n, length):
            for k in range(half):
                angle = -2 * math.pi * k / length
                c, s = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + half
                tr = c * re[q] - s * im[q]
                ti = c * im[q] + s * re[q]
                re[q] = re[p] - tr
                im[q] = im[p] - ti
                re[p] += tr
                im[p] += ti
        length *= 2
    return np.sum(np.arange(n) * (re**2 + im**2))


@kernel(lambda r, n: (r.vec(n, 3), r.small(n, 3), r.pos(n)), sizes=(3, 20), argnums=(0, 1, 2))
def n_bodies(x, v, m):
    x, v = x.copy(), v.copy()
    n = len(m)
    for _ in range(2):
        for i in range(n):
            for j in range(i + 1, n):
                d = x[i] - x[j]
                magnitude = 0.01 / (d @ d + 0.05) ** 1.5
                v[i] -= d * (m[j] * magnitude)
                v[j] += d * (m[i] * magnitude)
        for i in range(n):
            x[i] += 0.01 * v[i]
    return 0.5 * np.sum(m * np.sum(v * v, axis=1)) + np.sum(x * x)


@kernel(lambda r, n: (r.vec(n, 3), r.pos(n)), sizes=(3, 100), argnums=(0, 1))
def n_bodies_arrays(x, m):
    v = np.zeros_like(x)
    for _ in range(3):
        d = x[None] - x[:, None]
        r2 = np.sum(d * d, axis=2) + 0.1
        a = np.sum(d * (m[None, :] / r2**1.5)[:, :, None], axis=1)
        v += 0.01 * a
        x = x + 0.01 * v
    return np.sum(v * v) + np.sum(x * x)


@kernel(lambda r, n: (r.small(n), r.small(n)), sizes=(6, 400), argnums=(0, 1))
def recursive_filter_two_ways(x, k):
    n = len(x)
    y = np.zeros(n)
    z = np.zeros(n)
    for i in range(2, n):
        y[i] = 0.3 * x[i] + k[0] * y[i - 1] + k[1] * y[i - 2]
    for i in range(n - 3, -1, -1):
        z[i] = 0.2 * x[i + 1] + k[2] * z[i + 1] + k[3] * z[i + 2]
    return np.sum(y * z) + np.sum(y * y)


@kernel(lambda r, n: (r.vec(n),), sizes=(6, 2000))
def loop_with_a_branch(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] <= 0:
            s += np.exp(x[i])
        else:
            s += np.log(x[i])
    return s


@kernel(lambda r, n: (r.vec(n, n), r.vec(3, 3)), sizes=(5, 24), argnums=(0, 1))
def convolution_2d(image, weights):
    n = len(image)
    out = np.zeros((n - 2, n - 2))
    for i in range(n - 2):
        for j in range(n - 2):
            for k in range(3):
                out[i, j] += image[i + k, j : j + 3] @ weights[k]
    return np.sum(np.maximum(out, 0.0) ** 2)


@kernel(lambda r, n: (r.pos(n),), sizes=(6, 300))
def bubble_sort_by_swaps(x):
    x = x.copy()
    for i in range(min(len(x), 12)):
        for j in range(len(x) - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return np.sum(x * x * np.arange(len(x)))
