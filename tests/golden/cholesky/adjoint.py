# Gradient of factor with respect to M, from source.py

import numpy as np
import srcgrad_runtime as rt


def factor_grad(M):
    L = M.copy()
    for i in range(len(L)):
        for j in range(i):
            L[i, j] = (L[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = np.sqrt(L[i, i] - L[i, :i] @ L[i, :i])
    L_bar = np.tril(rt.expand(1.0, np.shape(np.tril(L))), 0)  # return np.sum(np.tril(L))
    for i in reversed(range(len(L))):  # for i in range(len(L)):
        t_12_bar = L_bar[i, i] * 0.5 / L[i, i]  # L[i, i] = np.sqrt(L[i, i] - L[i, :i] @ L[i, :i])
        L_bar[i, i] = t_12_bar
        L_bar[i, :i] -= 2.0 * t_12_bar * L[i, :i]
        for j in reversed(range(i)):  # for j in range(i):
            t_7_bar = L_bar[i, j]  # L[i, j] = (L[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            t_6_2 = L[j, j]
            t_5_bar = t_7_bar / t_6_2
            L_bar[i, j] = t_5_bar
            L_bar[j, j] -= t_7_bar * L[i, j] / t_6_2
            t_4_bar = -t_5_bar
            L_bar[j, :j] += t_4_bar * L[i, :j]
            L_bar[i, :j] += t_4_bar * L[j, :j]
    return L_bar
