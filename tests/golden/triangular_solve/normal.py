# Gradient of triangular_solve with respect to low and b, from linear_algebra.py

import numpy as np


def triangular_solve(low, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        t = b[i]  # x[i] = (b[i] - low[i, :i] @ x[:i]) / low[i, i]
        t_2 = low[i, :i]
        t_3 = x[:i]
        t_4 = t_2 @ t_3
        t_5 = t - t_4
        t_6 = low[i, i]
        t_7 = t_5 / t_6
        x[i] = t_7
    t_8 = x * x  # return np.sum(x * x)
    t_9 = np.sum(t_8)
    return t_9
