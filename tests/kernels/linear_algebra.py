"""Dense linear algebra in place: factorisations, triangular and tridiagonal solves, orthogonalisation."""

import numpy as np

from .registry import kernel


@kernel(lambda r, n: (r.dominant(n),), sizes=(5, 60))
def lu(a):
    a = a.copy()
    n = len(a)
    for i in range(n):
        for j in range(i):
            a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    return np.sum(a * a)


@kernel(lambda r, n: (r.dominant(n),), sizes=(5, 120))
def lu_by_columns(a):
    a = a.copy()
    n = len(a)
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.triu(a) ** 2) + np.sum(np.tril(a, -1))


@kernel(lambda r, n: (r.dominant(n), r.vec(n)), sizes=(5, 60), argnums=(0, 1))
def lu_solve(a, b):
    a, x, y = a.copy(), np.zeros_like(b), np.zeros_like(b)
    n = len(a)
    for i in range(n):
        for j in range(i):
            w = a[i, j]
            for k in range(j):
                w -= a[i, k] * a[k, j]
            a[i, j] = w / a[j, j]
        for j in range(i, n):
            w = a[i, j]
            for k in range(i):
                w -= a[i, k] * a[k, j]
            a[i, j] = w
    for i in range(n):
        y[i] = b[i] - a[i, :i] @ y[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x * x)


@kernel(lambda r, n: (r.spd(n),), sizes=(5, 60))
def cholesky(a):
    a = a.copy()
    n = len(a)
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, n):
        for j in range(i):
            a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]
        a[i, i] = np.sqrt(a[i, i] - a[i, :i] @ a[i, :i])
    return np.sum(np.tril(a) ** 3)


@kernel(lambda r, n: (r.dominant(n), r.vec(n)), sizes=(6, 1000), argnums=(0, 1))
def triangular_solve(low, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - low[i, :i] @ x[:i]) / low[i, i]
    return np.sum(x * x)


@kernel(lambda r, n: (r.small(n), r.pos(n) + 2, r.small(n), r.vec(n)), sizes=(6, 1000), argnums=(0, 1, 2, 3))
def tridiagonal_solve(a, b, c, d):
    c, d = c.copy(), d.copy()
    n = len(b)
    c[0] = c[0] / b[0]
    d[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * c[i - 1]
        c[i] = c[i] / m
        d[i] = (d[i] - a[i] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return np.sum(d * d)


@kernel(lambda r, n: (r.vec(n, n - 1),), sizes=(5, 60))
def gram_schmidt(a):
    a = a.copy()
    m, n = a.shape
    q = np.zeros((m, n))
    r = np.zeros((n, n))
    for k in range(n):
        r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, n):
            r[k, j] = q[:, k] @ a[:, j]
            a[:, j] -= q[:, k] * r[k, j]
    return np.sum(r * r * r) + np.sum(q[:, 0] * q[:, n - 1])


@kernel(lambda r, n: (r.vec(n) * 0.1,), sizes=(6, 400))
def durbin(r):
    n = len(r)
    y = np.zeros(n)
    y[0] = -r[0]
    alpha, beta = -r[0], 1.0
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return np.sum(y * y)


@kernel(lambda r, n: (r.vec(n, n), r.vec(n, n), r.vec(n, n)), sizes=(4, 24), argnums=(0, 1, 2))
def matrix_product(a, b, c):
    c = c.copy()
    n = len(a)
    for i in range(n):
        c[i] *= 0.5
        for k in range(n):
            for j in range(n):
                c[i, j] += 1.5 * a[i, k] * b[k, j]
    return np.sum(c * c)


@kernel(lambda r, n: (r.small(n, n), r.small(n, n)), sizes=(4, 40), argnums=(0, 1))
def symmetric_rank_update(a, c):
    c = c.copy()
    for i in range(len(a)):
        c[i, : i + 1] *= 0.7
        for k in range(len(a)):
            c[i, : i + 1] += a[i, k] * a[: i + 1, k]
    return np.sum(np.tril(c) ** 2)


@kernel(lambda r, n: (r.vec(n + 3, n),), sizes=(4, 60))
def covariance(data):
    data = data.copy()
    n = data.shape[1]
    data -= np.mean(data, axis=0)
    cov = np.ndarray((n, n), dtype=data.dtype)
    for i in range(n):
        cov[i:, i] = cov[i, i:] = data[:, i] @ data[:, i:] / (len(data) - 1.0)
    return np.sum(cov**2)


@kernel(lambda r, n: (r.vec(n, n),), sizes=(5, 100))
def trace_of_a_function(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return np.sum((a + trace) ** 2)


@kernel(lambda r, n: (r.vec(n, n + 1), r.vec(n, n), r.vec(n, n + 1)), sizes=(4, 24), argnums=(0, 1, 2))
def symmetric_matrix_product(c, a, b):
    c = 1.2 * c
    below = np.empty(c.shape[1])
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[:i, j] += 1.5 * b[i, j] * a[i, :i]
            below[j] = b[:i, j] @ a[i, :i]
        c[i, :] += 1.5 * b[i, :] * a[i, i] + 1.5 * below
    return np.sum(c * c)
