# Gradient of tridiagonal_solve with respect to a, b, c and d, from linear_algebra.py

import numpy as np


def tridiagonal_solve(a, b, c, d):
    t = c.copy()  # c, d = c.copy(), d.copy()
    t_2 = d.copy()
    c_2 = t
    d_2 = t_2
    n = len(b)
    t_3 = c_2[0]  # c[0] = c[0] / b[0]
    t_4 = b[0]
    t_5 = t_3 / t_4
    c_2[0] = t_5
    t_6 = d_2[0]  # d[0] = d[0] / b[0]
    t_7 = b[0]
    t_8 = t_6 / t_7
    d_2[0] = t_8
    for i in range(1, n):
        t_9 = b[i]  # m = b[i] - a[i] * c[i - 1]
        t_10 = a[i]
        t_11 = c_2[i - 1]
        t_12 = t_10 * t_11
        m = t_9 - t_12
        t_13 = c_2[i]  # c[i] = c[i] / m
        t_14 = t_13 / m
        c_2[i] = t_14
        t_15 = d_2[i]  # d[i] = (d[i] - a[i] * d[i - 1]) / m
        t_16 = a[i]
        t_17 = d_2[i - 1]
        t_18 = t_16 * t_17
        t_19 = t_15 - t_18
        t_20 = t_19 / m
        d_2[i] = t_20
    for i_2 in range(n - 2, -1, -1):  # for i in range(n - 2, -1, -1):
        t_21 = c_2[i_2]  # d[i] -= c[i] * d[i + 1]
        t_22 = d_2[i_2 + 1]
        t_23 = t_21 * t_22
        d_2[i_2] -= t_23
    t_24 = d_2 * d_2  # return np.sum(d * d)
    t_25 = np.sum(t_24)
    return t_25
