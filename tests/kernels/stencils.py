"""Sweeps over grids: heat equations, Jacobi, Gauss-Seidel, finite-difference time-domain, vertical advection."""

import numpy as np

from .registry import kernel


@kernel(lambda r, n: (r.vec(n), 3), sizes=(6, 300))
def heat_1d_elements(u, steps):
    v, w = u.copy(), u.copy()
    for _ in range(steps):
        for i in range(1, len(v) - 1):
            w[i] = v[i] + 0.1 * (v[i + 1] - 2.0 * v[i] + v[i - 1])
        v, w = w, v
    return np.sum(v**2)


@kernel(lambda r, n: (r.pos(n), 4), sizes=(6, 20000))
def nonlinear_heat_1d(u, steps):
    v = u.copy()
    for _ in range(steps):
        k = 0.05 * (v[1:] + v[:-1])
        flux = k * (v[1:] - v[:-1])
        v[1:-1] += flux[1:] - flux[:-1]
    return np.sum(v**3)


@kernel(lambda r, n: (r.vec(n, n), r.vec(n, n), 3), sizes=(5, 150), argnums=(0, 1))
def jacobi_2d(a, b, steps):
    a, b = a.copy(), b.copy()
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return np.sum(a * a)


@kernel(lambda r, n: (r.vec(n, n, n), 2), sizes=(4, 30))
def heat_3d(u, steps):
    a, b = u.copy(), u.copy()
    for _ in range(steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, :-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a, b = b, a
    return np.sum(a * a * a)


@kernel(lambda r, n: (r.vec(n, n), 2), sizes=(5, 40))
def gauss_seidel_2d(a, steps):
    a = a.copy()
    n = len(a)
    for _ in range(steps):
        for i in range(1, n - 1):
            a[i, 1:-1] += a[i - 1, :-2] + a[i - 1, 1:-1] + a[i - 1, 2:] + a[i, 2:] + a[i + 1, :-2]
            a[i, 1:-1] += a[i + 1, 1:-1] + a[i + 1, 2:]
            for j in range(1, n - 1):
                a[i, j] += a[i, j - 1]
                a[i, j] /= 9.0
    return np.sum(a * a)


@kernel(lambda r, n: (r.dominant(n), r.vec(n)), sizes=(5, 100), argnums=(0, 1))
def gauss_seidel_solver(a, b):
    x = np.zeros_like(b)
    for _ in range(4):
        for i in range(len(b)):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x * x)


@kernel(lambda r, n: (r.vec(n, n), r.vec(n, n), r.vec(n, n), r.vec(3)), sizes=(4, 100), argnums=(0, 1, 2, 3))
def fdtd_2d(ex, ey, hz, source):
    ex, ey, hz = ex.copy(), ey.copy(), hz.copy()
    for t in range(len(source)):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(hz * hz) + np.sum(ex * ey)


@kernel(lambda r, n: (r.small(n, n), 4), sizes=(5, 100))
def wave_2d(u, steps):
    before, now = u.copy(), u.copy()
    for _ in range(steps):
        after = np.zeros_like(now)
        after[1:-1, 1:-1] = (
            2 * now[1:-1, 1:-1]
            - before[1:-1, 1:-1]
            + 0.1 * (now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4 * np.sin(now[1:-1, 1:-1]))
        )
        before, now = now, after
    return np.sum(now**2)


@kernel(lambda r, n: (r.small(3, n), r.vec(3, n), r.vec(3, n)), sizes=(5, 200), argnums=(0, 1, 2))
def vertical_advection(w, u, u_stage):
    columns, levels = u.shape
    out = np.zeros_like(u)
    c = np.zeros_like(u)
    d = np.zeros_like(u)
    for k in range(levels):
        if k == 0:
            above = 0.25 * (w[:, 1] + w[:, 0])
            c[:, k] = above
            b = 3.0 - above
            d[:, k] = 3.0 * u[:, k] - above * (u_stage[:, k + 1] - u_stage[:, k])
            c[:, k] /= b
            d[:, k] /= b
        elif k < levels - 1:
            below = -0.25 * (w[:, k] + w[:, k - 1])
            above = 0.25 * (w[:, k + 1] + w[:, k])
            correction = -below * (u_stage[:, k - 1] - u_stage[:, k]) - above * (u_stage[:, k + 1] - u_stage[:, k])
            b = 3.0 - below - above
            c[:, k] = above
            d[:, k] = 3.0 * u[:, k] + correction
            factor = 1.0 / (b - c[:, k - 1] * below)
            c[:, k] *= factor
            d[:, k] = (d[:, k] - d[:, k - 1] * below) * factor
        else:
            below = -0.25 * (w[:, k] + w[:, k - 1])
            b = 3.0 - below
            d[:, k] = 3.0 * u[:, k] - below * (u_stage[:, k - 1] - u_stage[:, k])
            d[:, k] = (d[:, k] - d[:, k - 1] * below) / (b - c[:, k - 1] * below)
    data = d[:, levels - 1]
    out[:, levels - 1] = 0.5 * (data - u[:, levels - 1])
    for k in range(levels - 2, -1, -1):
        data = d[:, k] - c[:, k] * data
        out[:, k] = 0.5 * (data - u[:, k])
    return np.sum(out * out)
