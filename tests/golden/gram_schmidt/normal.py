# Gradient of gram_schmidt with respect to a, from linear_algebra.py

import numpy as np


def gram_schmidt(a):
    a_2 = a.copy()  # a = a.copy()
    t = a_2.shape  # m, n = a.shape
    m = t[0]
    n = t[1]
    q = np.zeros((m, n))
    r = np.zeros((n, n))
    for k in range(n):
        t_2 = a_2[:, k]  # r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        t_3 = a_2[:, k]
        t_4 = t_2 @ t_3
        t_5 = np.sqrt(t_4)
        r[k, k] = t_5
        t_6 = a_2[:, k]  # q[:, k] = a[:, k] / r[k, k]
        t_7 = r[k, k]
        t_8 = t_6 / t_7
        q[:, k] = t_8
        for j in range(k + 1, n):
            t_9 = q[:, k]  # r[k, j] = q[:, k] @ a[:, j]
            t_10 = a_2[:, j]
            t_11 = t_9 @ t_10
            r[k, j] = t_11
            t_12 = q[:, k]  # a[:, j] -= q[:, k] * r[k, j]
            t_13 = r[k, j]
            t_14 = t_12 * t_13
            a_2[:, j] -= t_14
    t_15 = r * r  # return np.sum(r * r * r) + np.sum(q[:, 0] * q[:, n - 1])
    t_16 = t_15 * r
    t_17 = np.sum(t_16)
    t_18 = q[:, 0]
    t_19 = q[:, n - 1]
    t_20 = t_18 * t_19
    t_21 = np.sum(t_20)
    t_22 = t_17 + t_21
    return t_22
