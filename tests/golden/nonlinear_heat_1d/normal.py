# Gradient of nonlinear_heat_1d with respect to u, from stencils.py

import numpy as np


def nonlinear_heat_1d(u, steps):
    v = u.copy()
    for _ in range(steps):
        t = v[1:]  # k = 0.05 * (v[1:] + v[:-1])
        t_2 = v[:-1]
        t_3 = t + t_2
        k = 0.05 * t_3
        t_4 = v[1:]  # flux = k * (v[1:] - v[:-1])
        t_5 = v[:-1]
        t_6 = t_4 - t_5
        flux = k * t_6
        t_7 = flux[1:]  # v[1:-1] += flux[1:] - flux[:-1]
        t_8 = flux[:-1]
        t_9 = t_7 - t_8
        v[1:-1] += t_9
    t_10 = v ** 3  # return np.sum(v**3)
    t_11 = np.sum(t_10)
    return t_11
