# Gradient of lu with respect to a, from linear_algebra.py

import numpy as np


def lu(a):
    a_2 = a.copy()  # a = a.copy()
    n = len(a_2)  # n = len(a)
    for i in range(n):
        for j in range(i):
            t = a_2[i, j]  # a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
            t_2 = a_2[i, :j]
            t_3 = a_2[:j, j]
            t_4 = t_2 @ t_3
            t_5 = t - t_4
            t_6 = a_2[j, j]
            t_7 = t_5 / t_6
            a_2[i, j] = t_7
        for j_2 in range(i, n):  # for j in range(i, n):
            t_8 = a_2[i, :i]  # a[i, j] -= a[i, :i] @ a[:i, j]
            t_9 = a_2[:i, j_2]
            t_10 = t_8 @ t_9
            a_2[i, j_2] -= t_10
    t_11 = a_2 * a_2  # return np.sum(a * a)
    t_12 = np.sum(t_11)
    return t_12
