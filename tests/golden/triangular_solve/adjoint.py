# Gradient of triangular_solve with respect to low and b, from linear_algebra.py

import numpy as np
import srcgrad_runtime as rt


def triangular_solve_grad(low, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - low[i, :i] @ x[:i]) / low[i, i]
    x_bar = 2.0 * x  # return np.sum(x * x)
    b_bar = rt.zeros_like(b)  # for i in range(len(b)):
    low_bar = rt.zeros_like(low)
    for i in reversed(range(len(b))):
        t_7_bar = x_bar[i]  # x[i] = (b[i] - low[i, :i] @ x[:i]) / low[i, i]
        x_bar[i] = 0.0
        t_6_2 = low[i, i]
        t_5_bar = t_7_bar / t_6_2
        low_bar[i, i] -= t_7_bar * x[i] / t_6_2
        t_4_bar = -t_5_bar
        x_bar[:i] += t_4_bar * low[i, :i]
        low_bar[i, :i] += t_4_bar * x[:i]
        b_bar[i] += t_5_bar
    return low_bar, b_bar
