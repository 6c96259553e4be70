import numpy as np


def factor(M):
    L = M.copy()
    for i in range(len(L)):
        for j in range(i):
            L[i, j] = (L[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = np.sqrt(L[i, i] - L[i, :i] @ L[i, :i])
    return np.sum(np.tril(L))
