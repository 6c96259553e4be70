# Gradient of nonlinear_heat_1d with respect to u, from stencils.py

import srcgrad_runtime as rt


def nonlinear_heat_1d_grad(u, steps):
    v = u.copy()
    v_saved = []
    for _ in range(steps):
        k = 0.05 * (v[1:] + v[:-1])
        flux = k * (v[1:] - v[:-1])
        v_saved.append(v[1:-1].copy())
        v[1:-1] += flux[1:] - flux[:-1]
    v_bar = 3.0 * v ** 2  # return np.sum(v**3)
    for _ in reversed(range(steps)):  # for _ in range(steps):
        v[1:-1] = v_saved.pop()  # v[1:-1] += flux[1:] - flux[:-1]
        t_9_bar = v_bar[1:-1]
        k = 0.05 * (v[1:] + v[:-1])
        t_6_2 = v[1:] - v[:-1]  # flux = k * (v[1:] - v[:-1])
        flux = k * t_6_2
        flux_bar = rt.zeros_like(flux)  # v[1:-1] += flux[1:] - flux[:-1]
        flux_bar[:-1] -= t_9_bar
        flux_bar[1:] += t_9_bar
        t_6_bar = flux_bar * k  # flux = k * (v[1:] - v[:-1])
        v_bar[:-1] -= t_6_bar
        v_bar[1:] += t_6_bar
        t_3_bar = flux_bar * t_6_2 * 0.05  # k = 0.05 * (v[1:] + v[:-1])
        v_bar[:-1] += t_3_bar
        v_bar[1:] += t_3_bar
    return v_bar
