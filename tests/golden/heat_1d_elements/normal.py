# Gradient of heat_1d_elements with respect to u, from stencils.py

import numpy as np


def heat_1d_elements(u, steps):
    t = u.copy()  # v, w = u.copy(), u.copy()
    t_2 = u.copy()
    v = t
    w = t_2
    for _ in range(steps):
        for i in range(1, len(v) - 1):
            t_3 = v[i]  # w[i] = v[i] + 0.1 * (v[i + 1] - 2.0 * v[i] + v[i - 1])
            t_4 = v[i + 1]
            t_5 = v[i]
            t_6 = 2.0 * t_5
            t_7 = t_4 - t_6
            t_8 = v[i - 1]
            t_9 = t_7 + t_8
            t_10 = 0.1 * t_9
            t_11 = t_3 + t_10
            w[i] = t_11
        t_12 = v  # v, w = w, v
        v = w
        w = t_12
    t_13 = v ** 2  # return np.sum(v**2)
    t_14 = np.sum(t_13)
    return t_14
