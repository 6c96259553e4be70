# Gradient of factor with respect to M, from source.py

import numpy as np


def factor(M):
    L = M.copy()
    for i in range(len(L)):
        for j in range(i):
            t = L[i, j]  # L[i, j] = (L[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            t_2 = L[i, :j]
            t_3 = L[j, :j]
            t_4 = t_2 @ t_3
            t_5 = t - t_4
            t_6 = L[j, j]
            t_7 = t_5 / t_6
            L[i, j] = t_7
        t_8 = L[i, i]  # L[i, i] = np.sqrt(L[i, i] - L[i, :i] @ L[i, :i])
        t_9 = L[i, :i]
        t_10 = L[i, :i]
        t_11 = t_9 @ t_10
        t_12 = t_8 - t_11
        t_13 = np.sqrt(t_12)
        L[i, i] = t_13
    t_14 = np.tril(L)  # return np.sum(np.tril(L))
    t_15 = np.sum(t_14)
    return t_15
