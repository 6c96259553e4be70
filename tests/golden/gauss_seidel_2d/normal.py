# Gradient of gauss_seidel_2d with respect to a, from stencils.py

import numpy as np


def gauss_seidel_2d(a, steps):
    a_2 = a.copy()  # a = a.copy()
    n = len(a_2)  # n = len(a)
    for _ in range(steps):
        for i in range(1, n - 1):
            # a[i, 1:-1] += a[i - 1, :-2] + a[i - 1, 1:-1] + a[i - 1, 2:] + a[i, 2:] + a[i + 1, :-2]
            t = a_2[i - 1, :-2]
            t_2 = a_2[i - 1, 1:-1]
            t_3 = t + t_2
            t_4 = a_2[i - 1, 2:]
            t_5 = t_3 + t_4
            t_6 = a_2[i, 2:]
            t_7 = t_5 + t_6
            t_8 = a_2[i + 1, :-2]
            t_9 = t_7 + t_8
            a_2[i, 1:-1] += t_9
            t_10 = a_2[i + 1, 1:-1]  # a[i, 1:-1] += a[i + 1, 1:-1] + a[i + 1, 2:]
            t_11 = a_2[i + 1, 2:]
            t_12 = t_10 + t_11
            a_2[i, 1:-1] += t_12
            for j in range(1, n - 1):
                t_13 = a_2[i, j - 1]  # a[i, j] += a[i, j - 1]
                a_2[i, j] += t_13
                t_16 = a_2[i, j]  # a[i, j] /= 9.0
                t_17 = t_16 / 9.0
                a_2[i, j] = t_17
    t_14 = a_2 * a_2  # return np.sum(a * a)
    t_15 = np.sum(t_14)
    return t_15
